"""Checks of measures.csv: savings within what was adopted, in force and run; closures within a unit's capacity."""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.inputs import Row
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.audit.results import Results
from dualcontrol.model.audit.rules import Rulings
from dualcontrol.model.audit.stock import UPGRADED, in_force, yearly_cost
from dualcontrol.model.audit.verdict import Probe

QUANTITY_STEP = Fraction(1, 10**3)
SHARE_STEP = Fraction(1, 10**9)


def saving_bound(rulings: Rulings, measure: Row) -> Fraction:
    """What a measure saves in the plan year at base activity (carrier unit); nothing if its clause is switched off."""
    if not in_force(rulings.scenario, measure):
        return ZERO
    realised = measure.maybe("realised_share")
    share = ONE if realised is None else realised
    return measure.num("saving_quantity") * share * rulings.accounts.month(measure)


def measure_probes(plan: Plan, results: Results) -> tuple[Probe, Probe]:
    """Adopted is yes or no, of a group one at most; the saving within what is adopted and run; its tonnes and cost."""
    bounds, tonnes = Probe("measures", "2.3", ""), Probe("saving_tce", "2.3")
    accounts = plan.rulings.accounts
    is_relaxed = plan.rulings.scenario.settings.solve.relax_integers
    groups: dict[str, Fraction] = {}
    for row in results.measures:
        key, adopted, amount = row.text("measure_id"), row.value("adopted"), row.value("saving_quantity")
        is_choice = 0 <= adopted <= 1 if is_relaxed else adopted in (0, 1)
        bounds.holds(f"{key} adopted", is_choice, str(adopted), "0/1")
        measure = accounts.measures.get(key)
        if measure is None:
            bounds.equal(f"{key} saving_quantity", amount, 0)
            tonnes.equal(key, row.value("saving_tce"), 0)
            continue
        bounds.rounded(
            f"{key} yearly_cost_wan_yuan", row.number("yearly_cost_wan_yuan"), yearly_cost(measure)
        )
        bounds.equal(f"{key} freed_tce", row.whole("freed_tce"), 0)
        is_on = in_force(plan.rulings.scenario, measure)
        bounds.at_most(f"{key} adopted", adopted, 1 if is_on else 0)
        if group := measure.text("exclusive_group"):
            groups[group] = groups.get(group, ZERO) + adopted
        most, unit = saving_bound(plan.rulings, measure), measure.text("unit_id")
        level = plan.units[unit].activity if unit else plan.served[measure.text("line_id")]
        bounds.at_most(f"{key} saving_quantity", -amount, 0)
        bounds.at_most(f"{key} saving_quantity", amount, most * min(adopted, level), QUANTITY_STEP / 2)
        saved = -accounts.saving_flow(measure).total * amount
        tonnes.rounded(key, row.number("saving_tce"), saved)
    for group, share in groups.items():
        bounds.at_most(f"exclusive_group {group}", share, 1, SHARE_STEP)
    _closures(bounds, plan, results)
    return bounds, tonnes


def _closures(probe: Probe, plan: Plan, results: Results) -> None:
    """Capacity is given up once; a pair needs its new line; what is not open this year is not done; tonnes and cost."""
    closures = plan.rulings.closures
    for unit in sorted({c.unit for c in closures.values()}):
        given = sum((c.share * plan.closed[k] for k, c in closures.items() if c.unit == unit), ZERO)
        probe.at_most(f"unit:{unit}", given, 1, SHARE_STEP)
    for key, closure in closures.items():
        if closure.clause == UPGRADED:
            probe.at_most(key, plan.closed[key], plan.admitted[closure.project], SHARE_STEP)
    costs = {row.text("retirement_id"): row.num("compensation_wan_yuan")
             for row in plan.rulings.accounts.tables["retirements"]}  # fmt: skip
    for row in results.measures:
        key = row.text("measure_id")
        if key in plan.rulings.accounts.measures:
            continue
        probe.rounded(f"{key} yearly_cost_wan_yuan", row.number("yearly_cost_wan_yuan"), costs.get(key, ZERO))
        if key not in closures:
            probe.equal(f"{key} adopted", row.value("adopted"), 0)
            probe.equal(f"{key} freed_tce", row.whole("freed_tce"), 0)
            continue
        least, most = closures[key].taken(plan.closed[key])
        probe.holds(
            f"{key} freed_tce",
            least <= row.whole("freed_tce") <= most,
            str(row.whole("freed_tce")),
            str(most),
        )
