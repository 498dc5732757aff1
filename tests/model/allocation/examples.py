"""A counter-example for every constraint: a point within all bounds that violates it and nothing else.

Each example also has a point that satisfies every row. Points start from everybody at base activity and
nothing decided; the columns `gdp`, `energy` and `co2` follow from the rest unless an example sets them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from dualcontrol.model.allocation import ROWS
from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import county, others, project, total, unit

Point = Mapping[tuple[str, str | None], float]
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Example:
    """`violating` and `satisfying` differ only in what the row is about. `index` of the violated member."""

    scenario: Callable[[], Scenario]
    index: str | None
    violating: Point
    satisfying: Point


def violated(model: pyo.ConcreteModel, point: Point) -> set[tuple[str, str | None]]:
    """Names and indices of the rows a point violates; it must keep the bounds of every variable."""
    _place(model, point)
    rows = set()
    for row in ROWS:
        for index, constraint in getattr(model, row.name).items():
            activity = pyo.value(constraint.body)
            low, high = pyo.value(constraint.lower), pyo.value(constraint.upper)
            if (low is not None and activity < low - TOLERANCE) or (
                high is not None and activity > high + TOLERANCE
            ):
                rows.add((row.name, index))
    return rows


def _place(model: Any, point: Point) -> None:
    variables = {
        (part.local_name, index): variable
        for part in model.component_objects(pyo.Var)
        for index, variable in part.items()
    }
    assert set(point) <= set(variables), set(point) - set(variables)
    for (name, index), variable in variables.items():
        low = variable.lb if variable.lb is not None else float("-inf")
        high = variable.ub if variable.ub is not None else float("inf")
        start = min(max(1.0 if name == "activity" else 0.0, low), high)
        variable.set_value(point.get((name, index), start), skip_validation=True)
        assert low <= variable.value <= high, (name, index)
    implied = {
        "gdp": model.county.gdp_wan_yuan,
        "energy": model.county.energy_eq_tce["intensity"],
        "co2": model.county.co2_t,
    }
    for name, expression in implied.items():
        if (name, None) not in point:
            getattr(model, name).set_value(pyo.value(expression))


def a(**values: float) -> dict[tuple[str, str | None], float]:
    """Values of the variables of unit A, measure m or project P, by name."""
    index = {"saving": "m", "adopted": "m", "shortfall": "homes"}
    index |= {"retire": "r", "pair": "x", "upgrade": "x"}
    index |= dict.fromkeys(("admitted", "project_load", "earmark"), "P")
    index |= dict.fromkeys(("overshoot", "waived", "waiver", "gdp", "energy", "co2"), None)
    return {(name, index.get(name, "A")): value for name, value in values.items()}


ADMITTED = a(admitted=1, project_load=1)
CUT = {  # 1000 t at 110 kgce against 100: A loses 10 tce
    "products": [{"unit_id": "A", "product": "p", "output": 1000, "output_unit": "t", "specific_energy": 110,
                  "specific_unit": "kgce/t", "benchmark_key": "K"}],
    "benchmarks": [{"benchmark_key": "K", "level": "advanced", "scope": "national", "value": 100,
                    "unit": "kgce/t", "effective_from": "2020-01-01"}],
}  # fmt: skip
MEASURE = {"measures": [{"measure_id": "m", "unit_id": "A", "carrier_id": "coal", "saving_quantity": 20,
                         "annual_cost_wan_yuan": 0.1}]}  # fmt: skip
AT_TWO = {"policy": {"benchmark_tce_per_wan_yuan": 2}}  # the banner's benchmark, tce per 万元


def plain(increment: float = 100, value: float = 500, **columns: object) -> Scenario:
    """A of 1000 tce that may double, and a pool."""
    return county([unit("A", 1000, value, **{"activity_max": 2, **columns})], {**total(increment), **AT_TWO})


def low_grade() -> Scenario:
    """A crossed a red line: grade D where units are graded."""
    owner = unit("A", 1000, 500, activity_max=2, red_line="x")
    tax = {"indicator": "tax_per_mu", "weight": 1, "benchmark": 1}
    graded = {"evaluation": {"unit_grading": "score"}}
    return county([owner], {**total(100), **AT_TWO, **graded}, evaluation=[tax])


def saving() -> Scenario:
    """A has lost 10 tce and may save 20, 10 of them beyond the cut; P of 25 tce waits."""
    return county([unit("A", 1000, 500), project("P", 25, 60)], {**total(0), **AT_TWO}, **CUT, **MEASURE)


def powered(local: float = 1000) -> Scenario:
    """A uses 500 MWh, may have 50 MWh of own PV (10 now) and 600 MWh of green power; 20 % is required."""
    owner = unit("A", 0, 500, mwh=500, self_pv_base_mwh=10, self_pv_max_mwh=50, self_pv_cost_yuan_per_mwh=1,
                 green_max_mwh=600, activity_max=2)  # fmt: skip
    rows = [{"kind": "excess_renewable", "measure": "total", "effective_from": "2022-01-01"}]
    settings = {**total(100), "accounting": {"renewable_share_required": 0.2}}
    power = [{"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": local}]
    return county([owner], settings, exclusions=rows, power=power)


def entering(increment: float = 200, value: float = 144, **tables: object) -> Scenario:
    """A releases 30 tce (it earns 0.4 万元 per tce); P of 180 tce waits."""
    owners = [unit("A", 1000, 400), project("P", 180, value)]
    return county(owners, {**total(increment), **AT_TWO}, **tables)


def aimed(**targets: object) -> Scenario:
    """A is half of the county's GDP: 1 tce per 万元 in the base year."""
    return county([unit("A", 1000, 500)], total(0, **targets), gdp=[others(500)])


def sector() -> Scenario:
    """The high-consuming sector must fall by 10 % from 2 tce per 万元; P has 1."""
    sectors = [{"sector_id": "heavy", "is_high_energy": 1, "intensity_reduction": 0.1}]
    owners = [unit("A", 1000, 500, sector="heavy"), project("P", 100, 100, sector="heavy")]
    return county(owners, total(1000), sectors=sectors)


def mined(value: float = 500) -> Scenario:
    """A makes 1000 t of coal, 900 t of which must go on."""
    mines = [{"unit_id": "A", "product": "raw coal", "output": 1000, "output_unit": "t"}]
    targets = [{"product": "raw coal", "min_output": 900}]
    return county([unit("A", 1000, value)], total(0), products=mines, output_targets=targets)


def homes() -> Scenario:
    """Homes need 100 tce, 90 of them protected."""
    line = {"line_id": "homes", "base_fuel_tce": 100, "base_electricity_mwh": 0, "plan_fuel_tce": 100,
            "plan_electricity_mwh": 0, "co2_t_per_fuel_tce": 2.6, "floor_share": 0.9,
            "shortfall_wan_yuan_per_tce": 0.1}  # fmt: skip
    return county([unit("A", 1000, 500, activity_max=2)], total(0), society=[line])


def watered() -> Scenario:
    """A uses 100 of 80 m3 of water."""
    return county(
        [unit("A", 1000, 500)],
        resources=[{"resource_id": "water", "unit": "m3", "budget": 80}],
        resource_use=[{"resource_id": "water", "owner_id": "A", "use": 100}],
    )


def burning(**columns: object) -> Scenario:
    """A emits 2600 t and earns 500 万元; self-used PV of 100 MWh takes 58.1 t off the 581 t of 1000 MWh bought."""
    return county([unit("A", 1000, 500, mwh=1000, self_pv_max_mwh=100, **columns)], total(0))


def sunny(cost: float = 0) -> Scenario:
    """A uses 1000 MWh, 100 MWh come from local renewables and up to 100 from its own roof; 20 % are asked for."""
    power = [{"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": 100}]
    return county(
        [unit("A", 0, 500, mwh=1000, self_pv_max_mwh=100, self_pv_cost_yuan_per_mwh=cost)],
        total(0, local_renewable_share_min=0.2),
        power=power,
    )


def decided() -> Scenario:
    """The leaders fix P's entry at no."""
    rows = [{"decision_id": "d", "target_id": "P", "what": "admitted", "kind": "fixed", "value": 0,
             "date": "2022-01-01"}]  # fmt: skip
    return entering(decisions=rows)


WAIVER = {"waiver_document": "letter", "incentive_intensity_reduction": 0.1}
LOW = a(activity=0.5)
# A after the cut of 10, having saved 15: it needs 990 - 15 = 975
SAVED = a(activity=0.99, saving=15, adopted=1)
ABOVE = {"value": 400}  # above the benchmark: 30 tce are released, 50 more may be taken

NONE_LEFT = a(activity=0)


def closing() -> Scenario:
    """Half of A may be retired from July on: a quarter of the year's capacity. Its floor is a third."""
    rows = [{"retirement_id": "r", "unit_id": "A", "capacity_share": 0.5, "start_month": 7}]
    more = {
        "adjustment_id": "b",
        "unit_id": "A",
        "tce": 100,
    }  # so that the quota that is left is not what holds
    return county(
        [unit("A", 1000, 500, activity_min=1 / 3)], total(100), retirements=rows, adjustments=[more]
    )


def replacing() -> Scenario:
    """P takes 0.6 of A's capacity from July on; half of A may be retired."""
    rule = {"restricted_key": "pvc", "capacity_ratio": 1, "energy_ratio": 1, "effective_from": "2021-01-01"}
    source = {"replacement_id": "s", "project_id": "P", "unit_id": "A", "capacity": 5, "energy_tce": 200,
              "capacity_share": 0.6, "start_month": 7}  # fmt: skip
    owners = [unit("A", 1000, 500), project("P", 180, 144, restricted_key="pvc", capacity=5)]
    return county(owners, total(200), restricted_capacity=[rule], replacements=[source],
                  retirements=[{"retirement_id": "r", "unit_id": "A", "capacity_share": 0.5}])  # fmt: skip


def pairing() -> Scenario:
    """A may replace half of its capacity by P, which earns 0.8 instead of 0.5 per tce: 60 % more.

    0.2 x 500 tce x 0.6 = 60, but at most 10 % of the 500.
    """
    owners = [unit("A", 1000, 500), project("P", 100, 80, unit_id="A")]
    pair = {"pair_id": "x", "unit_id": "A", "project_id": "P", "capacity_share": 0.5}
    return county(owners, {**total(200), **AT_TWO}, capacity_replacements=[pair])


def excluding() -> Scenario:
    """Of m and n only one."""
    row = {"unit_id": "A", "carrier_id": "coal", "saving_quantity": 20, "exclusive_group": "g"}
    rows = [{"measure_id": k, **row} for k in ("m", "n")]
    owners = [unit("A", 1000, 500), project("P", 40, 100, is_divisible=1, load_min=0)]
    return county(owners, total(0), measures=rows)


EXAMPLES: dict[str, Example] = {
    "use_within_quota": Example(plain, "A", a(activity=1.1), a(activity=1.1, grant=100)),
    "stock_is_capped": Example(lambda: plain(sector="heavy"), "A", a(grant=10), a()),
    "efficient_units_may_grow": Example(
        lambda: plain(value=800, sector="heavy"), "A", a(activity=1.05, grant=51), a(activity=1.05, grant=50)
    ),
    "growth_to_capacity": Example(lambda: plain(activity_max=1.05), "A", a(grant=51), a(grant=50)),
    "limit_of_low_output": Example(
        lambda: plain(**ABOVE), "A", a(activity=0.9, limit=51), a(activity=0.9, limit=50)
    ),
    "dishonest_get_no_grant": Example(lambda: plain(conduct="warned"), "A", a(grant=1), a()),
    "grade_d_gets_no_grant": Example(low_grade, "A", a(grant=1), a()),
    "saving_needs_adoption": Example(saving, "m", SAVED | a(adopted=0), SAVED),
    "saving_needs_activity": Example(saving, "m", SAVED | a(activity=0.7), SAVED | a(activity=0.8)),
    "saving_frees_beyond_cut": Example(
        saving, "A", SAVED | a(beyond=6, beyond_ok=1), SAVED | a(beyond=5, beyond_ok=1)
    ),
    "saving_beyond_is_declared": Example(saving, "A", SAVED | a(beyond=5), SAVED | a(beyond=5, beyond_ok=1)),
    "added_pv_is_new": Example(powered, "A", a(self_pv=50, added_pv=39), a(self_pv=50, added_pv=40)),
    "green_within_purchases": Example(powered, "A", a(green=501), a(green=500)),
    # 500 MWh bought, 100 required
    "excess_above_share": Example(
        powered, "A", a(green=150, excess=51, is_excess=1), a(green=150, excess=50, is_excess=1)
    ),
    "excess_is_declared": Example(
        powered, "A", a(green=150, excess=50), a(green=150, excess=50, is_excess=1)
    ),
    "green_supply": Example(lambda: powered(100), None, a(green=101), a(green=100)),
    "load_needs_admission": Example(entering, "P", LOW | a(project_load=1), LOW | ADMITTED),
    "admission_needs_load": Example(entering, "P", LOW | a(admitted=1, project_load=0.9), LOW | ADMITTED),
    "earmark_within_quota": Example(entering, "P", LOW | a(earmark=10), LOW | ADMITTED | a(earmark=10)),
    # P earns 18 / 180 = 0.1 per tce, A 0.4: what A releases may not go to P
    "earmark_moves_up": Example(
        lambda: entering(value=18), "P", LOW | ADMITTED | a(earmark=10), LOW | ADMITTED | a(earmark=0)
    ),
    "leaders_decision": Example(decided, "d", LOW | ADMITTED, LOW),
    "gdp_definition": Example(plain, None, a(gdp=501), a(gdp=500)),
    "energy_definition": Example(plain, None, a(energy=999), a(energy=1000)),
    "co2_definition": Example(plain, None, a(co2=2599), a(co2=2600)),
    "county_intensity": Example(lambda: aimed(intensity_reduction=0.1), None, a(activity=1), a(activity=0.8)),
    "sector_intensity": Example(sector, "heavy", a(activity=0.81) | ADMITTED, a(activity=0.8) | ADMITTED),
    "pool_balance": Example(lambda: entering(179), None, LOW | ADMITTED, LOW | ADMITTED | a(earmark=30)),
    "elastic_band": Example(
        lambda: county([unit("A", 1000, 500)], total(0, overshoot_max_share=0.05)), None,
        a(overshoot=51), a(overshoot=50),
    ),
    "waiver_of_total": Example(
        lambda: aimed(**WAIVER), None, LOW | a(waived=10), LOW | a(waived=10, waiver=1)
    ),
    "waiver_needs_incentive_target": Example(lambda: aimed(**WAIVER), None, a(waiver=1), LOW | a(waiver=1)),
    "carbon_budget": Example(lambda: aimed(co2_budget_t=2080), None, a(activity=0.81), a(activity=0.8)),
    "capacity_in_service": Example(closing, "A", a(activity=0.8, retire=1), a(activity=0.75, retire=1)),
    "floor_in_service": Example(closing, "A", a(activity=0.25, retire=0), a(activity=0.25, retire=1)),
    # half of A retired and 0.6 of it given up for P
    "given_up_once": Example(replacing, "A", NONE_LEFT | ADMITTED | a(retire=1), NONE_LEFT | a(retire=1)),
    "pair_needs_new_line": Example(pairing, "x", LOW | a(pair=1), LOW | ADMITTED | a(pair=1)),
    "bonus_for_value_gained": Example(
        pairing, "x", LOW | ADMITTED | a(upgrade=50), LOW | ADMITTED | a(pair=1, upgrade=50)
    ),
    "one_of_a_group": Example(
        excluding, "g", {("adopted", "m"): 1, ("adopted", "n"): 1}, {("adopted", "m"): 1}
    ),
    "society_floor": Example(homes, "homes", a(shortfall=0.11), a(shortfall=0.1)),
    "output_guaranteed": Example(mined, "raw coal", a(activity=0.89), a(activity=0.9)),
    # 2600 t burnt + 0.581 t/MWh x 1000 MWh = 3181 t; at 0.9: 2862.9 t
    "unit_carbon_budget": Example(
        lambda: burning(co2_budget_t=2863), "A", a(activity=0.901), a(activity=0.9)
    ),
    # 3181 t / 500 万元, 1.5 % less: 47.7 t must go, 58.1 t do
    "unit_carbon_rate": Example(
        lambda: burning(co2_intensity_reduction=0.015), "A", a(self_pv=80, added_pv=80), a(self_pv=100, added_pv=100)
    ),
    # 2600 t on 1000 万元, half of it not A's: 0.9 of 2.6 is 2.34 t/万元; at 0.8 A emits 2080 on 900
    "carbon_rate": Example(lambda: aimed(co2_intensity_reduction=0.1), None, a(activity=0.9), a(activity=0.8)),
    "fossil_budget": Example(lambda: aimed(fossil_max_share_of_base=0.8), None, a(activity=0.81), a(activity=0.8)),
    # own PV counts on both sides: 100 + 100 of 1000
    "local_renewable_share": Example(
        sunny, None, a(self_pv=99, added_pv=99), a(self_pv=100, added_pv=100)
    ),
    "resource_budget": Example(watered, "water", a(activity=0.81), a(activity=0.8)),
}  # fmt: skip
