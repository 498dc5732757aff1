"""Whether a plan leaves value lying: could one unit or one refused project alone be raised within every rule?

A single improvement that obeys all rules proves that a plan is not best; none found proves nothing (the bound
of `bound.py` says how far the plan can be from the best). The all-zero plan is refused here. With a network a
step also needs its electricity delivered in every hour (`network_idle.py`), and plants do not run higher alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from dualcontrol.model.audit.accounts import Flow
from dualcontrol.model.audit.carbon import (
    below_share_mwh,
    county_carbon_ceiling,
    unit_carbon_rate,
    unit_ceilings,
)
from dualcontrol.model.audit.choices import Plan, incentive_ceiling, is_managed, required_reserve
from dualcontrol.model.audit.inputs import setting
from dualcontrol.model.audit.ledger import (
    EARMARK,
    Book,
    earmark_drawn,
    earmark_open,
    overshoot_tce,
    unit_movements,
)
from dualcontrol.model.audit.network_idle import Room
from dualcontrol.model.audit.numbers import ZERO, floor
from dualcontrol.model.audit.rows import (
    HardRow,
    bounds_in_service,
    county_ceiling,
    county_rows,
    load_bounds,
    resource_use,
    rulings_sector,
    sector_ceilings,
)
from dualcontrol.model.audit.stock import REPLACED
from dualcontrol.model.audit.verdict import HARD, Check, Probe

IDLE_SHARE = Fraction(1, 10000)
WHOLE_TONNE = 1


@dataclass(frozen=True)
class _Raise:
    """A step t in [0, top] of one decision: linear use of rows, need of quota, electricity (MWh), value."""

    place: str
    flow: Flow
    top: Fraction
    least: Fraction
    value: Fraction
    cost: Fraction
    quota_rate: Fraction
    quota_room: Fraction
    quota_free: Fraction
    owner: str
    mwh: Fraction = ZERO


class _Slack:
    """Room left in the rows of a plan, less what rounding to whole tonnes may have left there."""

    def __init__(self, plan: Plan, book: Book) -> None:
        self.plan, self.rulings = plan, plan.rulings
        accounts = self.rulings.accounts
        # One tonne per account: quotas are whole, what rounding leaves goes to the reserve.
        self.rounding = len(accounts.units) + len(accounts.projects) + len(accounts.society) + 1
        self.is_managed = is_managed(self.rulings)
        free = book.sum("pool", "reserve") - required_reserve(self.rulings)
        self.reserve = max(ZERO, free - self.rounding)
        self.price = plan.overshoot_price()
        self.is_open_above = not self.is_managed or plan.is_waived()
        over = overshoot_tce(self.rulings, book)
        self.band = max(ZERO, Fraction(floor(self.rulings.band) - over))  # used in whole tonnes only
        self.sectors = sector_ceilings(self.rulings)
        self.ceilings = {"county_intensity": county_ceiling(self.rulings) or ZERO}
        self.rows = tuple(county_rows(plan))
        incentive = incentive_ceiling(self.rulings)
        if self.is_managed and self.is_open_above and incentive is not None:
            # What the waiver opens, it keeps open only while the incentive reduction is met.
            county, name = plan.county(), "incentive_intensity"
            self.ceilings[name] = incentive
            limit = incentive * county.value_added
            self.rows += (HardRow(name, "1.b", "", "tce_eq", county.eq_intensity, limit),)

    def rates(self, step: _Raise) -> Iterator[tuple[Fraction, Fraction]]:
        """(use per step, room) of every row."""
        for row in self.rows:
            margin = self.rounding if row.name.endswith("intensity") else HARD * abs(row.limit)
            yield self._rate(row, step), max(ZERO, row.limit - row.activity - margin)
        if step.quota_rate > 0:
            yield step.quota_rate, step.quota_room

    def _rate(self, row: HardRow, step: _Raise) -> Fraction:
        flow = step.flow
        if row.name in self.ceilings:
            return flow.eq_intensity - self.ceilings[row.name] * flow.value_added
        if row.name == "sector_intensity":
            is_own = rulings_sector(self.rulings, step.owner) == row.index
            return flow.intensity - self.sectors[row.index] * flow.value_added if is_own else ZERO
        if row.name == "carbon":
            return self.rulings.accounts.co2_t(flow)
        if row.name in ("unit_carbon", "unit_carbon_rate"):
            return self._unit_carbon(row, step)
        if row.name == "carbon_rate":
            ceiling = county_carbon_ceiling(self.rulings) or ZERO
            return self.rulings.accounts.co2_t(flow) - ceiling * flow.value_added
        if row.name == "fossil":
            return flow.fossil_tce
        if row.name == "local_renewable":
            return below_share_mwh(self.rulings, flow)
        if row.name == "resource":
            return resource_use(self.rulings, row.index).get(step.owner, ZERO)
        return ZERO

    def _unit_carbon(self, row: HardRow, step: _Raise) -> Fraction:
        """What a step of a unit adds to the carbon it is assessed by, less what its value added allows."""
        accounts = self.rulings.accounts
        if step.place != f"unit:{row.index}":
            return ZERO
        unit = accounts.units[row.index]
        rate = unit_carbon_rate(accounts, unit, self.plan.units[row.index])
        if row.name == "unit_carbon":
            return rate
        return rate - unit_ceilings(self.rulings)[row.index] * unit.value_added

    def gain(self, step: _Raise) -> Fraction:
        """The most value this step alone gains; 0 if nothing fits."""
        top = step.top
        for rate, room in self.rates(step):
            if rate > 0:
                top = min(top, room / rate)
        best = ZERO
        for room in {self.reserve, self.reserve + self.band}:
            end = top
            if not self.is_open_above:
                # Need of pool quota: grid share plus what the account lacks after its own free quota.
                lacking = (
                    (step.flow.grid_total, ZERO),
                    (step.flow.grid_total + step.quota_rate, step.quota_free),
                )
                for rate, own in lacking:
                    if rate > 0:
                        end = min(end, (room + own) / rate)
            for t in {end, step.least}:
                if 0 < t <= end and t >= step.least:
                    need = max(
                        step.flow.grid_total * t,
                        (step.flow.grid_total + step.quota_rate) * t - step.quota_free,
                        ZERO,
                    )
                    paid = ZERO if self.is_open_above else max(ZERO, need - self.reserve) * self.price
                    best = max(best, step.value * t - step.cost - paid)
        return best


def idle_check(plan: Plan, book: Book, value: Fraction, share: Fraction = IDLE_SHARE) -> Check:
    """Fails if one step gains more than `share` of the value (and the tolerance given up for the ranking)."""
    probe = Probe("idle_value", "2.2", "万元")
    given_up = setting(plan.rulings.scenario.settings.solve.score_tolerance_wan_yuan) or ZERO
    allowed = share * abs(value) + given_up
    if not plan.rulings.on("2.2"):  # nobody asked for the best
        return probe.check()
    slack = _Slack(plan, book)
    room = None if plan.operation is None else Room(plan.operation)
    for step in (*_units(plan, book), *_projects(plan, book)):
        gains = (slack.gain(one) for one in _supplied(step, room))
        probe.at_most(step.place, max(gains, default=ZERO), allowed)
    return probe.check()


def _supplied(step: _Raise, room: Room | None) -> Iterator[_Raise]:
    """The step with the electricity it needs: as far as the network can bring it, less what that costs."""
    if room is None or step.mwh <= 0:
        yield step
        return
    for supply in room.supplies(step.owner):
        top = min(step.top, supply.mwh / step.mwh)
        yield replace(step, top=top, value=step.value - supply.price * step.mwh)


def _units(plan: Plan, book: Book) -> Iterator[_Raise]:
    rulings, accounts = plan.rulings, plan.rulings.accounts
    more = 1 + (setting(rulings.scenario.settings.policy.headroom_share) or ZERO)
    dispatched = {} if plan.operation is None else plan.operation.activity()
    for key, choice in plan.units.items():
        unit, ruling = accounts.units[key], rulings.units[key]
        top = bounds_in_service(plan, key)[1] - choice.activity
        if not ruling.is_running or top <= 0 or key in dispatched:
            continue
        flow = unit.flow
        if accounts.excess_mwh(unit, choice) > 0:
            # More demand lowers the excess; beyond its end the true use is lower still, so this errs on the
            # plan's side.
            flow = flow + accounts.excess_flow * (-accounts.renewable_share * unit.electricity_mwh)
        moved, quota = unit_movements(book, ruling), book.balance[f"unit:{key}"]
        grant = ruling.grant_max - moved["allowance_tce"] - moved["limit_tce"] - moved["saving_tce"]
        for row in _decisions(plan, key, "quota_tce"):
            if row[0] in ("fixed", "max"):
                grant = min(grant, row[1] - quota)
        # Quotas are whole: what is left of the last tonne of a quota is the rounding's, not value left lying.
        free = max(ZERO, quota - more * plan.unit_flow(key).total - WHOLE_TONNE)
        value = unit.value_added - plan.levied(f"unit:{key}")
        yield _Raise(f"unit:{key}", flow, top, ZERO, value, ZERO, more * flow.total,
                     free + max(ZERO, grant), free, key, unit.electricity_mwh)  # fmt: skip


def _projects(plan: Plan, book: Book) -> Iterator[_Raise]:
    rulings, accounts = plan.rulings, plan.rulings.accounts
    is_relaxed = rulings.scenario.settings.solve.relax_integers
    for key, project in accounts.projects.items():
        if _needs_others(plan, key):
            continue
        if rulings.gates[key] or any(
            kind in ("fixed", "max") for kind, _ in _decisions(plan, key, "admitted")
        ):
            continue
        least, most = load_bounds(project.row)
        cost = project.row.num("annual_cost_wan_yuan")
        flow, load = plan.full_flow(key), plan.load[key]
        value = flow.value_added - plan.levied(f"project:{key}")
        if is_relaxed or project.row.flag("is_divisible"):
            if most > 0:  # admitted as little as the load needs
                value, cost, least = value - cost / most, ZERO, ZERO
            top = most - load
        elif plan.admitted[key] > 0:
            top, least, cost = most - load, ZERO, ZERO
        else:
            top = most
        if top <= 0:
            continue
        own = _earmark_left(plan, book, project.worth)
        rate, room = flow.total, flow.total * (load + top)
        for kind, limit in _decisions(plan, key, "quota_tce"):
            if kind in ("fixed", "max"):
                room = min(room, limit - flow.total * load)
        mwh = project.electricity_mwh * accounts.month(project.row)
        yield _Raise(f"project:{key}", flow, top, least, value, cost, rate, max(ZERO, room), own, key, mwh)


def _needs_others(plan: Plan, key: str) -> bool:
    """Whether admitting more of a project makes a unit give up capacity: no step of the project alone (3.2.3e)."""
    project = plan.rulings.accounts.projects[key]
    is_whole = plan.admitted[key] == 1 and not project.row.flag("is_divisible")
    has_source = any(c.project == key and c.clause == REPLACED for c in plan.rulings.closures.values())
    return has_source and not is_whole


def _earmark_left(plan: Plan, book: Book, worth: tuple[int, Fraction]) -> Fraction:
    """Released quota that a project of this worth could still draw, less the tonne that each whole draw may leave."""
    rulings = plan.rulings
    above = {p.worth for p in rulings.accounts.projects.values() if p.worth >= worth}
    left = min(earmark_open(rulings, level) - earmark_drawn(rulings, book, level) for level in above)
    drawing = sum(book.sum(EARMARK, f"project:{key}") > 0 for key in rulings.accounts.projects)
    return max(ZERO, Fraction(floor(left) - drawing))


def _decisions(plan: Plan, key: str, what: str) -> Sequence[tuple[str, Fraction]]:
    if not plan.rulings.on("3.2.2b"):
        return ()
    return [(row.text("kind"), row.num("value")) for row in plan.rulings.accounts.tables["decisions"]
            if row.text("target_id") == key and row.text("what") == what]  # fmt: skip
