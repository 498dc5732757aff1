"""A rigorous bound on the value of any plan with the same yes/no decisions, from the published prices.

The county-wide rows (intensity, pool, earmark, carbon, resources, green supply) are priced out with the
prices of constraints.csv; what remains falls apart into one small program per unit, project and society line,
each bounded in `box.py`. Any prices >= 0 give a valid bound: a wrong or missing price only loosens it.
With a network, what is drawn and generated is priced too, hour by hour (`network_bound.py`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from dualcontrol.model.audit.accounts import WAN, Flow
from dualcontrol.model.audit.box import Program, upper_bound
from dualcontrol.model.audit.carbon import (
    below_share_mwh,
    buys_none,
    county_carbon_ceiling,
    fossil_budget,
    heat_t,
    leaves_out_excess,
    local_share,
    unit_budgets,
    unit_ceilings,
)
from dualcontrol.model.audit.choices import Plan, incentive_ceiling, is_managed, required_reserve
from dualcontrol.model.audit.inputs import Row, setting
from dualcontrol.model.audit.ledger import Book, earmark_open, overshoot_tce
from dualcontrol.model.audit.measures import saving_bound
from dualcontrol.model.audit.network_bound import PricedNetwork, least
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.audit.prices import Prices, candidates
from dualcontrol.model.audit.results import Results
from dualcontrol.model.audit.rows import (
    activity_bounds,
    carbon_budget,
    county_ceiling,
    floor_share,
    green_supply,
    load_bounds,
    resource_use,
    sector_ceilings,
)
from dualcontrol.model.audit.stock import REPLACED, UPGRADED, Closure, yearly_cost
from dualcontrol.model.audit.verdict import HARD, Check, Probe
from dualcontrol.model.schema import ELECTRICITY


@dataclass(frozen=True)
class Claim:
    """What the solver says of its own plan: named in the message, never relied on."""

    status: str = ""
    bound: Fraction | None = None


@dataclass(frozen=True)
class Lagrangian:
    """The priced problem of one plan: `bound()` is its value."""

    plan: Plan
    prices: Prices
    is_waived: bool
    ceiling: Fraction | None
    sectors: Mapping[str, Fraction]
    savers: frozenset[str]
    network: PricedNetwork | None = None

    def electricity(self, owner: str) -> Fraction:
        """What a MWh that an owner draws costs in the priced hours (万元)."""
        return ZERO if self.network is None else self.network.owner_price(owner)

    def reduced(self, flow: Flow, sector: str = "") -> Fraction:
        """What a flow costs (or earns) in the priced rows, quotas of its own account apart (万元)."""
        prices, accounts = self.prices, self.plan.rulings.accounts
        cost = prices.pool * flow.grid_total + prices.carbon * accounts.co2_t(flow)
        rulings = self.plan.rulings
        if prices.carbon_rate:
            ceiling = county_carbon_ceiling(rulings) or ZERO
            cost += prices.carbon_rate * (accounts.co2_t(flow) - ceiling * flow.value_added)
        cost += prices.fossil * flow.fossil_tce + prices.local * below_share_mwh(rulings, flow)
        if self.ceiling is not None:
            cost += prices.county * (flow.eq_intensity - self.ceiling * flow.value_added)
        if sector in self.sectors:
            own = flow.intensity - self.sectors[sector] * flow.value_added
            cost += prices.sectors.get(sector, ZERO) * own
        return -cost

    def resources(self, owner: str) -> Fraction:
        """Price of the resources an owner uses at level 1."""
        return sum((price * resource_use(self.plan.rulings, key).get(owner, ZERO)
                    for key, price in self.prices.resources.items()), ZERO)  # fmt: skip

    def bound(self) -> Fraction:
        """Upper bound on the value of plans with these yes/no decisions."""
        plan = self.plan
        result = self.fixed()
        result += sum((self.unit(key) for key in plan.units), ZERO)
        result += sum((self.project(key) for key in plan.load), ZERO)
        return result + sum((self.society(key) for key in plan.served), ZERO)

    def fixed(self) -> Fraction:
        """Prices times what the rows have to give, before any decision."""
        rulings, prices = self.plan.rulings, self.prices
        accounts = rulings.accounts
        if self.network is None:
            result = self.reduced(accounts.county_flow("plan")) + prices.green * green_supply(rulings)
        else:  # what renewables give is in the priced hours; claims are within what they could give
            none = {"non_fossil_generation": ZERO, "non_fossil_local": ZERO}
            result = self.reduced(accounts.county_flow("plan", none)) + self.network.fixed()
            result += prices.green * self.network.renewable_mwh
        result += prices.carbon * (carbon_budget(rulings) or ZERO)
        result += prices.fossil * (fossil_budget(rulings) or ZERO)
        for row in accounts.tables["resources"]:
            result += prices.resources.get(row.text("resource_id"), ZERO) * row.num("budget")
        for worth, price in prices.earmark.items():
            result += price * earmark_open(rulings, worth)
        pool = rulings.increment + rulings.grid_opening + sum(rulings.society_opening.values())
        pool += sum(rulings.carried.values())
        for ruling in rulings.units.values():
            # What the unit's opening leaves to the pool before the decisions.
            pool += ruling.opening - ruling.release - (0 if ruling.is_retired else ruling.after_rules)
        result += prices.pool * (pool - required_reserve(rulings))
        for name, closure in rulings.closures.items():
            if not self.is_open(closure):  # what is closed and paid for is decided
                done = self.plan.closed[name]
                result += done * (prices.pool * closure.freed - closure.cost)
        if is_managed(rulings) and not self.is_waived:
            price = setting(rulings.scenario.settings.targets.overshoot_price_wan_yuan_per_tce) or ZERO
            result += max(ZERO, prices.pool - price) * rulings.band
        return result

    def society(self, key: str) -> Fraction:
        """A society line: served share between its floor and 1."""
        accounts = self.plan.rulings.accounts
        line = accounts.society[key]
        flow = accounts.society_flow(line, "plan")
        price = line.num("shortfall_wan_yuan_per_tce") * flow.total
        rate = self.earned(key, flow, flow.import_mwh)
        least = floor_share(self.plan.rulings, line)
        program = Program(rate * least - price * (1 - least), {"x": rate + price}, {"x": ONE - least}, [])
        constant, rows = program.constant, []
        gain, upper = dict(program.gain), dict(program.upper)
        for name, row in self.measures_of(key, "line_id"):
            # a saving is within what is adopted and, like the line's use, within what is served
            most, adopted = saving_bound(self.plan.rulings, row), self.plan.adopted[name]
            mwh = -ONE if row.text("carrier_id") == ELECTRICITY else ZERO
            is_open = self.plan.rulings.scenario.settings.solve.relax_integers
            gain[name], upper[name] = self.earned(key, accounts.saving_flow(row), mwh), most
            rows.append(({name: ONE, "x": -most}, most * least))
            if is_open:
                cost = yearly_cost(row)
                gain[f"m:{name}"], upper[f"m:{name}"] = -cost, ONE if most else ZERO
                rows.append(({name: ONE, f"m:{name}": -most}, ZERO))
            else:
                constant -= yearly_cost(row) * adopted
                upper[name] = most * adopted
        return upper_bound(Program(constant, gain, upper, rows))

    def earned(self, key: str, flow: Flow, mwh: Fraction) -> Fraction:
        """What a flow of a society line earns in the priced rows, its own quota and electricity paid (万元)."""
        return self.reduced(flow) - self.prices.pool * flow.total - self.electricity(key) * mwh

    def is_open(self, closure: Closure) -> bool:
        """Whether a plan with the same yes/no decisions may still choose how much of a closure it does."""
        rulings = self.plan.rulings
        if rulings.scenario.settings.solve.relax_integers:
            return True
        is_replaced = closure.clause == REPLACED
        return is_replaced and rulings.accounts.projects[closure.project].row.flag("is_divisible")

    def project(self, key: str) -> Fraction:
        """A project: load within its range, its admission fixed unless it is divisible."""
        plan = self.plan
        project, flow = plan.rulings.accounts.projects[key], plan.full_flow(key)
        if plan.rulings.gates[key]:
            return ZERO
        rate = flow.value_added + self.reduced(flow, project.sector) - self.resources(key)
        rate -= plan.levied(f"project:{key}")
        rate -= self.electricity(key) * project.electricity_mwh * plan.rulings.accounts.month(project.row)
        earmarked = sum(
            (price for worth, price in self.prices.earmark.items() if worth >= project.worth), ZERO
        )
        rate -= self.prices.pool * flow.total
        rate += max(ZERO, self.prices.pool - earmarked) * max(ZERO, flow.total)
        least, most = load_bounds(project.row)
        is_open = project.row.flag("is_divisible") or plan.rulings.scenario.settings.solve.relax_integers
        cost = project.row.num("annual_cost_wan_yuan")
        admissions = (ZERO, ONE) if is_open else (plan.admitted[key],)
        return max(rate * load * share - cost * share for share in admissions for load in (least, most))

    def unit(self, key: str) -> Fraction:
        """A unit; whether it has excess renewables or posts savings are yes/no decisions of the plan too."""
        if not self.plan.rulings.units[key].is_running:
            return -sum((self.plan.adopted[name] * yearly_cost(row)
                         for name, row in self.measures_of(key)), ZERO)  # fmt: skip
        accounts = self.plan.rulings.accounts
        has_excess = accounts.excess_mwh(accounts.units[key], self.plan.units[key]) > 0
        network = self.network
        if network is None or key not in network.operation.network.units():
            return upper_bound(self.program(key, has_excess, key in self.savers))

        def dispatched(price: float) -> Fraction:
            """Its generation bought from the unit and sold to the priced hours at a price of its own."""
            program = self.program(key, has_excess, key in self.savers, Fraction(price))
            return upper_bound(program) + network.plants(key, price)

        return least(dispatched, -network.price_range(), network.price_range())

    def measures_of(self, key: str, column: str = "unit_id") -> Iterator[tuple[str, Row]]:
        """The measures of a unit, or of a society line (`line_id`)."""
        measures = self.plan.rulings.accounts.measures
        return ((name, row) for name, row in measures.items() if row.text(column) == key)

    def program(self, key: str, has_excess: bool, has_beyond: bool, generation: Fraction = ZERO) -> Program:
        """The unit's own program: with excess green power, green - s·D of it, or with none.

        generation: what a MWh that it makes is charged with, 万元 (the priced hours pay it).
        """
        return _UnitProgram(self, key, generation).build(has_excess, has_beyond)


class _UnitProgram:
    """Builds the program of one unit: activity a, PV within and above its base, green, grant, limit, ..."""

    def __init__(self, priced: Lagrangian, key: str, generation: Fraction = ZERO) -> None:
        self.priced, self.key, self.generation = priced, key, generation
        self.electricity = priced.electricity(key)
        rulings = priced.plan.rulings
        self.accounts, self.ruling = rulings.accounts, rulings.units[key]
        self.unit = self.accounts.units[key]
        self.more = 1 + (setting(rulings.scenario.settings.policy.headroom_share) or ZERO)
        self.constant, self.quota = ZERO, Fraction(self.ruling.fixed_quota)
        self.gain: dict[str, Fraction] = {}
        self.upper: dict[str, Fraction] = {}
        self.use: dict[str, Fraction] = {}
        self.demand: dict[str, Fraction] = {}
        self.flows: dict[str, Flow] = {}
        self.saved: dict[str, Fraction] = {}
        self.rows: list[tuple[dict[str, Fraction], Fraction]] = []

    def decide(self, name: str, most: Fraction, value: Fraction, flow: Flow, mwh: Fraction = ZERO) -> None:
        """A decision: its value, its flow in the county rows and the quota row, its electricity demand."""
        self.upper[name] = max(ZERO, most)
        self.gain[name] = value + self.priced.reduced(flow, self.unit.sector) - self.electricity * mwh
        self.use[name] = self.more * flow.total
        self.demand[name] = mwh
        self.flows[name] = flow

    def build(self, has_excess: bool, has_beyond: bool) -> Program:
        """All decisions and rows of the unit."""
        row, prices = self.unit.row, self.priced.prices
        least, most = activity_bounds(self.priced.plan.rulings, self.key)
        value = self.unit.value_added - self.priced.resources(self.key)
        value -= self.generation * self.unit.generation_mwh
        value -= self.priced.plan.levied(f"unit:{self.key}")
        self.decide("a", most, value, self.unit.flow, self.unit.electricity_mwh)
        left = ONE - sum((c.part * self.priced.plan.closed[k] for k, c in self.closures(False)), ZERO)
        self.upper["a"] = max(ZERO, most * left)
        open_parts = {f"c:{k}": c.part for k, c in self.closures(True)}
        self.rows.append(({"a": -ONE, **{n: -least * part for n, part in open_parts.items()}}, -least * left))
        if open_parts:
            self.rows.append(({"a": ONE, **{n: most * part for n, part in open_parts.items()}}, most * left))
        base, ceiling = row.num("self_pv_base_mwh"), row.num("self_pv_max_mwh")
        cost = row.num("self_pv_cost_yuan_per_mwh") / WAN
        self.decide("p0", min(base, ceiling), ZERO, self.accounts.pv_flow, -ONE)
        self.decide("p1", ceiling - base, -cost, self.accounts.pv_flow, -ONE)
        premium = row.num("green_premium_yuan_per_mwh") / WAN
        self.decide("green", row.num("green_max_mwh"), -premium - prices.green, Flow())
        self.decide("grant", Fraction(self.ruling.grant_max), -prices.pool, Flow())
        self.decide("limit", Fraction(self.ruling.limit_max), prices.pool, Flow())
        self.measures()
        freed_tce = sum((self.upper[name] * tce for name, tce in self.saved.items()), ZERO)
        self.decide("beyond", freed_tce if has_beyond else ZERO, prices.pool, Flow())
        if has_beyond:
            freed = {"beyond": ONE, **{name: -tce for name, tce in self.saved.items()}}
            self.rows.append((freed, Fraction(-self.ruling.cut - self.ruling.release)))
        if ceiling > 0 or row.num("green_max_mwh") > 0:  # green <= D; D carries -PV
            self.rows.append(({"green": ONE, **{n: -mwh for n, mwh in self.demand.items()}}, ZERO))
        if has_excess:
            self.excess()
        quota = {"grant": ONE, "limit": -ONE, "beyond": -ONE, **self.close()}
        self.rows.append(({**self.use, **{n: -x for n, x in quota.items()}}, self.quota))
        self.leaders(quota)
        self.carbon(has_excess)
        return Program(self.constant, self.gain, self.upper, self.rows)

    def closures(self, is_open: bool) -> list[tuple[str, Closure]]:
        """The unit's closures that are decided, or still open."""
        known = self.priced.plan.rulings.closures.items()
        return [(k, c) for k, c in known if c.unit == self.key and self.priced.is_open(c) == is_open]

    def close(self) -> dict[str, Fraction]:
        """What capacity that is given up takes from the quota and earns it (3.3.2d): terms of the quota by decision."""
        pool, plan = self.priced.prices.pool, self.priced.plan
        terms: dict[str, Fraction] = {}
        for name, closure in self.closures(False):
            self.quota -= closure.freed * plan.closed[name]
            if closure.clause == UPGRADED and closure.bonus:
                self.decide(f"b:{name}", closure.bonus * plan.closed[name], -pool, Flow())
                terms[f"b:{name}"] = ONE
        for name, closure in self.closures(True):
            self.decide(f"c:{name}", ONE, pool * closure.freed - closure.cost, Flow())
            terms[f"c:{name}"] = Fraction(-closure.freed)
            self.quota += ONE  # of a part, whole tonnes leave less
            if closure.clause == UPGRADED and closure.bonus:
                self.decide(f"b:{name}", Fraction(closure.bonus), -pool, Flow())
                self.rows.append(({f"b:{name}": ONE, f"c:{name}": Fraction(-closure.bonus)}, ZERO))
                terms[f"b:{name}"] = ONE
        return terms

    def measures(self) -> None:
        """Saved quantities within what was adopted and within activity."""
        plan = self.priced.plan
        is_open = plan.rulings.scenario.settings.solve.relax_integers
        for name, row in self.priced.measures_of(self.key):
            flow, most = self.accounts.saving_flow(row), saving_bound(plan.rulings, row)
            cost = yearly_cost(row)
            mwh = -ONE if row.text("carrier_id") == ELECTRICITY else ZERO
            self.decide(f"s:{name}", most * (ONE if is_open else plan.adopted[name]), ZERO, flow, mwh)
            self.saved[f"s:{name}"] = -flow.total
            self.rows.append(({f"s:{name}": ONE, "a": -most}, ZERO))
            if is_open:
                self.decide(f"m:{name}", ONE, -cost, Flow())
                self.rows.append(({f"s:{name}": ONE, f"m:{name}": -most}, ZERO))
            else:
                self.constant -= cost * plan.adopted[name]

    def excess_terms(self) -> dict[str, Fraction]:
        """Excess green power as a sum over decisions: green less the required share of what is bought."""
        share = self.accounts.renewable_share
        return {"green": ONE, **{name: -share * mwh for name, mwh in self.demand.items() if mwh}}

    def excess(self) -> None:
        """Excess green power, green - s·D, put into every row; it may not be negative."""
        flow = self.accounts.excess_flow
        terms = self.excess_terms()
        for name, rate in terms.items():
            self.gain[name] += rate * self.priced.reduced(flow, self.unit.sector)
            self.use[name] += rate * self.more * flow.total
        self.rows.append(({name: -rate for name, rate in terms.items()}, ZERO))

    def carbon(self, has_excess: bool) -> None:
        """The unit's own carbon budget and ceiling (3.3.3a)."""
        rulings, accounts = self.priced.plan.rulings, self.accounts
        budget, ceiling = unit_budgets(rulings).get(self.key), unit_ceilings(rulings).get(self.key)
        if budget is None and ceiling is None:
            return
        factor = ZERO if buys_none(self.unit) else accounts.grid_co2_t_per_mwh
        emitted = {name: flow.co2_t + factor * flow.import_mwh for name, flow in self.flows.items()}
        emitted["a"] += heat_t(accounts, "unit", self.key)
        for name, row in self.priced.measures_of(self.key):
            saved = accounts.carriers[row.text("carrier_id")].num("indirect_co2_t_per_unit")
            emitted[f"s:{name}"] -= saved
        if has_excess and leaves_out_excess(accounts):
            for name, rate in self.excess_terms().items():
                emitted[name] -= factor * rate
        if budget is not None:
            self.rows.append((dict(emitted), budget))
        if ceiling is not None:
            emitted["a"] -= ceiling * self.unit.value_added
            self.rows.append((emitted, ZERO))

    def leaders(self, quota: Mapping[str, Fraction]) -> None:
        """Decisions of leaders on the quota."""
        rulings = self.priced.plan.rulings
        if not rulings.on("3.2.2b"):
            return
        for row in self.accounts.tables["decisions"]:
            if row.text("target_id") != self.key or row.text("what") != "quota_tce":
                continue
            room = row.num("value") - self.quota
            if row.text("kind") in ("fixed", "max"):
                self.rows.append((dict(quota), room))
            if row.text("kind") in ("fixed", "min"):
                self.rows.append(({name: -x for name, x in quota.items()}, -room))


def lagrangian(plan: Plan, book: Book, prices: Prices) -> Lagrangian:
    """The priced problem; under a waiver the pool has no price and the incentive ceiling holds."""
    rulings = plan.rulings
    is_waived = overshoot_tce(rulings, book) > 0 and plan.is_waived()
    ceilings = [county_ceiling(rulings), incentive_ceiling(rulings) if is_waived else None]
    ceiling = min((c for c in ceilings if c is not None), default=None)
    if is_waived or not is_managed(rulings):
        prices = replace(prices, pool=ZERO)
    if carbon_budget(rulings) is None:
        prices = replace(prices, carbon=ZERO)  # a row that does not exist has no price
    if county_carbon_ceiling(rulings) is None:
        prices = replace(prices, carbon_rate=ZERO)
    if fossil_budget(rulings) is None:
        prices = replace(prices, fossil=ZERO)
    if not rulings.on("3.3.4b"):
        prices = replace(prices, resources={})
    if (
        local_share(rulings) is None or plan.operation is not None
    ):  # what the hours give is not in these flows
        prices = replace(prices, local=ZERO)
    savers = frozenset(key for key in plan.units if book.sum(f"unit:{key}", "pool", "3.2.1b") > 0)
    priced = Lagrangian(plan, prices, is_waived, ceiling, sector_ceilings(rulings), savers)
    if plan.operation is None:
        return priced
    return replace(priced, network=PricedNetwork(plan.operation, priced.reduced))


def bound_check(plan: Plan, results: Results, book: Book, claim: Claim) -> tuple[Check, Fraction]:
    """The best bound that the published prices give, and whether the plan's value is possible at all.

    A value above the bound (beyond the 1e-6 that hard rows may be exceeded by) is impossible. A gap below it
    is information: prices of another plan, rows without a price, the rounding to whole tce.
    """
    value = plan.value(overshoot_tce(plan.rulings, book))
    tried, counted = candidates(results, plan)
    priced = [lagrangian(plan, book, prices) for prices in tried]
    bounds = [(candidate.bound(), index) for index, candidate in enumerate(priced)]
    bound, index = min(bounds)
    best = priced[index]
    probe = Probe("bound", "2.2", "万元", is_limit=False)
    probe.at_most("plan", value, bound, HARD * (abs(value) + abs(best.fixed()) + 1))
    if claim.bound is not None:  # what is said to be the best there is must not be less than what there is
        probe.at_most("claimed", value, claim.bound, HARD * (abs(value) + 1))
    gap = (bound - value) / max(abs(value), ONE)
    probe.tell(
        bound=f"{float(bound):.6f}",
        gap=f"{float(bound - value):.6f}",
        gap_share=f"{float(gap):.3e}",
        prices=str(counted),
        status=claim.status or "-",
        claimed_bound="-" if claim.bound is None else f"{float(claim.bound):.6f}",
    )
    return probe.check(), bound
