"""The decisions a plan publishes, and what follows from them: accounts and value, recomputed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from dualcontrol.model.audit.accounts import WAN, Flow, UnitChoice, added
from dualcontrol.model.audit.inputs import Row, setting
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.audit.operation import Operation
from dualcontrol.model.audit.results import ResultRow, Results
from dualcontrol.model.audit.rules import Rulings
from dualcontrol.model.audit.stock import REPLACED, yearly_cost
from dualcontrol.model.audit.tariffs import paid
from dualcontrol.model.audit.verdict import HARD, NOISE


@dataclass(frozen=True)
class Plan:
    """A plan as the auditor reads it: only the decisions are taken over, all else is recomputed.

    `operation`: of its power network; None for a plan on the yearly electricity table. With one, the activity
    of the units whose generation is dispatched is that of the dispatch.
    """

    rulings: Rulings
    units: Mapping[str, UnitChoice]
    adopted: Mapping[str, Fraction]
    admitted: Mapping[str, Fraction]
    load: Mapping[str, Fraction]
    served: Mapping[str, Fraction]
    operation: Operation | None = None
    closed: Mapping[str, Fraction] = field(default_factory=dict)  # by closure: done or not
    line_savings: Mapping[str, Mapping[str, Fraction]] = field(
        default_factory=dict
    )  # line, measure: carrier units

    def unit_flow(self, key: str) -> Flow:
        """The accounts of one unit."""
        accounts = self.rulings.accounts
        return accounts.unit_flow(accounts.units[key], self.units[key])

    def full_flow(self, key: str) -> Flow:
        """A project in the plan year at full load."""
        project = self.rulings.accounts.projects[key]
        return project.flow * self.rulings.accounts.month(project.row)

    def project_flow(self, key: str) -> Flow:
        """A project in the plan year at its load."""
        return self.full_flow(key) * self.load[key]

    def society_flow(self, key: str) -> Flow:
        """A society line; what is not served falls on fuels and electricity alike."""
        accounts = self.rulings.accounts
        used = accounts.society_flow(accounts.society[key], "plan") * self.served[key]
        return used + added(
            accounts.saving_flow(accounts.measures[name]) * amount
            for name, amount in self.line_savings.get(key, {}).items()
        )

    def in_service(self, key: str) -> Fraction:
        """The share of a unit's yearly capacity that is not closed (2.3, 3.2.3e, 3.3.2d)."""
        gone = (c.part * self.closed[k] for k, c in self.rulings.closures.items() if c.unit == key)
        return 1 - sum(gone, ZERO)

    def county(self) -> Flow:
        """The county in the plan year."""
        return added([
            *(self.unit_flow(key) for key in self.units),
            *(self.project_flow(key) for key in self.load),
            *(self.society_flow(key) for key in self.served),
            self.rest_flow(),
        ])  # fmt: skip

    def rest_flow(self) -> Flow:
        """What belongs to no owner; of the network's dispatch where there is one."""
        accounts, operation = self.rulings.accounts, self.operation
        if operation is None:
            return accounts.county_flow("plan")
        return accounts.county_flow("plan", operation.power_mwh) + operation.built_flow

    def value(self, overshoot_tce: int) -> Fraction:
        """The objective (万元): value added less costs of projects, measures, PV, green, shortfall, band, network."""
        return sum(self.value_items(overshoot_tce).values(), ZERO)

    def value_items(self, overshoot_tce: int) -> dict[str, Fraction]:
        """The objective item by item (万元): value added positive, costs negative."""
        accounts = self.rulings.accounts
        costs = ("projects", "measures", "self_pv", "green_premium", "tariffs", "society_shortfall")
        items = {f"value_added_{name}": ZERO for name in ("units", "projects", "built")}
        items |= {f"cost_{name}": ZERO for name in costs}
        for key, choice in self.units.items():
            row = accounts.units[key].row
            items["value_added_units"] += accounts.units[key].value_added * choice.activity
            more_pv = max(ZERO, choice.self_pv_mwh - row.num("self_pv_base_mwh"))
            items["cost_self_pv"] -= more_pv * row.num("self_pv_cost_yuan_per_mwh") / WAN
            premium = row.num("green_premium_yuan_per_mwh")
            items["cost_green_premium"] -= choice.green_mwh * premium / WAN
            items["cost_tariffs"] -= self.levied(f"unit:{key}") * choice.activity
        for key, share in self.adopted.items():
            items["cost_measures"] -= yearly_cost(accounts.measures[key]) * share
        paid = sum((c.cost * self.closed[key] for key, c in self.rulings.closures.items()), ZERO)
        if paid:
            items["cost_retirements"] = -paid
        for key, load in self.load.items():
            items["value_added_projects"] += self.full_flow(key).value_added * load
            yearly = accounts.projects[key].row.num("annual_cost_wan_yuan")
            items["cost_projects"] -= yearly * self.admitted[key]
            items["cost_tariffs"] -= self.levied(f"project:{key}") * load
        for key, share in self.served.items():
            line = accounts.society[key]
            need = accounts.society_flow(line, "plan").total
            missed = need * (1 - share)
            items["cost_society_shortfall"] -= missed * line.num("shortfall_wan_yuan_per_tce")
        items["cost_overshoot"] = -self.overshoot_price() * overshoot_tce
        if self.operation is not None:
            items["value_added_built"] = self.operation.built_flow.value_added
            items |= {f"cost_network_{name}": -cost for name, cost in self.operation.costs.items()}
        return items

    @cached_property
    def levies(self) -> Mapping[str, Fraction]:
        """Surcharges on electricity by account, 万元 at activity 1 or full load (3.2.4)."""
        return paid(self.rulings.accounts)

    def levied(self, account: str) -> Fraction:
        """The surcharges of one account."""
        return self.levies.get(account, ZERO)

    def overshoot_price(self) -> Fraction:
        """万元 per tce of the band; 0 where the total is not managed or waived."""
        if not is_managed(self.rulings) or self.is_waived():
            return ZERO
        return setting(self.rulings.scenario.settings.targets.overshoot_price_wan_yuan_per_tce) or ZERO

    def is_waived(self) -> bool:
        """Whether the plan earns the waiver of the total (1.b): a letter, and the incentive reduction met."""
        ceiling = incentive_ceiling(self.rulings)
        if ceiling is None:
            return False
        county = self.county()
        return county.eq_intensity <= ceiling * county.value_added * (1 + HARD)


def incentive_ceiling(rulings: Rulings) -> Fraction | None:
    """The intensity (tce_eq/万元) that earns the waiver; None if the scenario cites no letter."""
    targets = rulings.scenario.settings.targets
    reduction = setting(targets.incentive_intensity_reduction)
    if not targets.waiver_document or reduction is None or not rulings.on("1.b"):
        return None
    return None if rulings.base_intensity is None else (1 - reduction) * rulings.base_intensity


def is_managed(rulings: Rulings) -> bool:
    """Whether the pool limits the energy total (3.2.1b)."""
    return rulings.scenario.settings.targets.manage_total and rulings.on("3.2.1b")


def required_reserve(rulings: Rulings) -> Fraction:
    """What the reserve must hold: its share of the increment, where the total is managed (tce)."""
    share = setting(rulings.scenario.settings.policy.reserve_share) or ZERO
    return share * max(0, rulings.increment) if is_managed(rulings) else ZERO


def read_plan(results: Results, rulings: Rulings, operation: Operation | None = None) -> Plan:
    """Take the decisions out of the tables. KeyError if an id is missing (the form checks come first)."""
    accounts = rulings.accounts
    savings: dict[str, dict[str, Fraction]] = {key: {} for key in accounts.units}
    lines: dict[str, dict[str, Fraction]] = {key: {} for key in accounts.society}
    for row in results.measures:
        if row.text("measure_id") in accounts.measures:
            owner = savings[row.text("unit_id")] if row.text("unit_id") else lines[row.text("line_id")]
            owner[row.text("measure_id")] = row.value("saving_quantity")
    chosen = {row.text("measure_id"): row.value("adopted") for row in results.measures}
    admitted = {row.text("project_id"): row.value("admitted") for row in results.projects}
    dispatched = {} if operation is None else operation.activity()
    units = {
        key: UnitChoice(
            dispatched.get(key, row.value("activity")),
            row.value("self_pv_mwh"),
            row.value("green_mwh"),
            savings[key],
        )
        for key, row in results.units().items()
    }
    served = {key: _served(row, accounts.society[key], rulings) for key, row in results.society().items()}
    return Plan(
        rulings=rulings,
        units=units,
        adopted={key: chosen[key] for key in accounts.measures},
        admitted=admitted,
        load={row.text("project_id"): row.value("load") for row in results.projects},
        served=served,
        operation=operation,
        closed={
            key: admitted[c.project] if c.clause == REPLACED else chosen[key]
            for key, c in rulings.closures.items()
        },
        line_savings=lines,
    )


def _served(row: ResultRow, line: Row, rulings: Rulings) -> Fraction:
    """The served share of a society line: its activity, or its planned use over its need.

    A planned use that is the full need or the protected part of it within its own rounding is taken as that.
    """
    if row.has("activity"):
        return row.value("activity")
    need = rulings.accounts.society_flow(line, "plan").total
    use = row.number("planned_use_tce")
    for share in (ONE, line.num("floor_share")):
        if abs(use.value - share * need) <= use.half_unit + NOISE * need:
            return share
    return use.value / need if need > 0 else ONE
