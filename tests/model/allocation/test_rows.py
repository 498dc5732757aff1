"""The register of constraints: none without a counter-example, a clause and a page; its effect is true."""

from pathlib import Path

import pyomo.environ as pyo
import pytest

from dualcontrol.model import allocation
from dualcontrol.model.allocation import ROWS, Row, build_model
from dualcontrol.model.clause_ids import CLAUSES
from dualcontrol.model.scenario import Scenario
from dualcontrol.solvers.compile import compile_model
from dualcontrol.solvers.highs import LiveHighs, Status
from tests.model.allocation.examples import (
    CUT,
    EXAMPLES,
    burning,
    entering,
    homes,
    low_grade,
    mined,
    plain,
    powered,
    sunny,
    violated,
)
from tests.model.small_cases import case_of, changed, county, others, project, total, unit

BY_NAME = {row.name: row for row in ROWS}
# bookkeeping is no clause of the plan
OTHER_SOURCES = ("design",)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_point_that_violates_this_row_and_no_other(name: str) -> None:
    example = EXAMPLES[name]
    model = build_model(case_of(example.scenario()))
    assert violated(model, example.violating) == {(name, example.index)}
    assert violated(model, example.satisfying) == set()


def undocumented(rows: tuple[Row, ...], page: str) -> set[str]:
    """Names of rows that lack an example, a clause, a reason, a formula or their line on the page."""
    return {
        row.name
        for row in rows
        if row.name not in EXAMPLES
        or row.clause not in (*CLAUSES, *OTHER_SOURCES)
        or not (row.why and row.formula and row.unit)
        or f"| `{row.name}` | {row.clause} |" not in page
    }


def test_no_row_without_example_clause_and_page(repository: Path) -> None:
    page = (repository / "docs" / "formulation.md").read_text(encoding="utf-8")
    assert undocumented(ROWS, page) == set()
    assert set(EXAMPLES) - set(BY_NAME) == set(), "an example is left over"
    assert len(BY_NAME) == len(ROWS), "two rows share a name"


def test_the_register_test_can_fail(repository: Path) -> None:
    page = (repository / "docs" / "formulation.md").read_text(encoding="utf-8")
    known = BY_NAME["pool_balance"]
    new = Row("new_row", "", "3.2.1b", "restrictive", "tce", "x <= 1", "why", False, known.build)
    assert undocumented((known, new), page) == {"new_row"}
    assert undocumented((known,), page.replace("`pool_balance`", "`pool`")) == {"pool_balance"}


def test_the_model_has_no_constraint_outside_the_register() -> None:
    model = build_model(case_of(entering()))
    parts = {part.local_name for part in model.component_objects(pyo.Constraint)}
    network = {row.name for row in getattr(allocation, "NETWORK_ROWS", ())}
    assert parts - network == set(BY_NAME)
    assert {row.over for row in ROWS if row.over} <= set(vars(model))


# --- effects --------------------------------------------------------------------------------------


def best(scenario: Scenario) -> float:
    """Optimal value of a scenario's model."""
    return value_of(build_model(case_of(scenario)))


def value_of(model: pyo.ConcreteModel) -> float:
    solution = LiveHighs(compile_model(model)).solve()
    assert solution.status is Status.OPTIMAL
    return solution.objective


# Scenarios in which a restrictive row holds value back.
BITES = {
    "use_within_quota": plain,
    "stock_is_capped": lambda: plain(sector="heavy"),
    # a unit that was cut may not get its quota back by a grant
    "growth_to_capacity": lambda: county([unit("A", 1000, 500)], total(100), **CUT),
    "dishonest_get_no_grant": lambda: plain(conduct="warned"),
    "grade_d_gets_no_grant": low_grade,
    "saving_frees_beyond_cut": EXAMPLES["saving_frees_beyond_cut"].scenario,
    "saving_beyond_is_declared": EXAMPLES["saving_beyond_is_declared"].scenario,
    "green_supply": lambda: powered(150),
    # 30 tce are earmarked, P worth 0.1 per tce must not have them
    "earmark_moves_up": lambda: entering(160, 18),
    "leaders_decision": EXAMPLES["leaders_decision"].scenario,
    "county_intensity": EXAMPLES["county_intensity"].scenario,
    "sector_intensity": EXAMPLES["sector_intensity"].scenario,
    "pool_balance": lambda: entering(10),
    # incentive out of reach at full activity, total below it
    "waiver_needs_incentive_target": lambda: county(
        [unit("A", 1000, 500, activity_max=2)],
        total(0, waiver_document="letter", incentive_intensity_reduction=0.5), gdp=[others(500)],
    ),
    "carbon_budget": EXAMPLES["carbon_budget"].scenario,
    **{
        name: EXAMPLES[name].scenario
        for name in ("unit_carbon_budget", "carbon_rate", "fossil_budget")
    },
    # PV that costs more than it saves the unit
    "unit_carbon_rate": lambda: burning(co2_intensity_reduction=0.015, self_pv_cost_yuan_per_mwh=10_000),
    "local_renewable_share": lambda: sunny(cost=10_000),
    "society_floor": homes,
    "output_guaranteed": lambda: mined(-100),  # a unit that loses value would rather stand still
    "resource_budget": EXAMPLES["resource_budget"].scenario,
    "one_of_a_group": EXAMPLES["one_of_a_group"].scenario,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(row.name for row in ROWS if row.effect == "restrictive"))
def test_dropping_a_restrictive_row_raises_value_where_it_bites(name: str) -> None:
    model = build_model(case_of(BITES[name]()))
    bound = value_of(model)
    getattr(model, name).deactivate()
    assert value_of(model) > bound + 0.1


# What a whole clause does, rules and gates included: value without it against value with it.
RESTRICTIVE = {
    "3.1.1": lambda: plain(sector="heavy"),
    "3.2.1d": EXAMPLES["county_intensity"].scenario,
    "3.2.2a": lambda: plain(review="missing"),
    # 180 tce are the city's to review
    "3.2.2c": lambda: changed(
        gated(review_level="banner"), {"review.exempt_below_tce": 100.0}
    ),
    "3.2.3a": lambda: gated(is_two_high=1, industry_class="restricted"),
    "3.2.3b": lambda: gated(is_in_park=0),
    "3.2.3d": lambda: gated(is_quota_approved=0),
    "3.2.3e": lambda: gated(
        {"restricted_capacity": [{"restricted_key": "K", "capacity_ratio": 1, "energy_ratio": 1,
                                  "effective_from": "2021-01-01"}]}, restricted_key="K", capacity=1,
    ),
    "3.2.5": lambda: gated(conduct="warned"),
    "3.3.1a": lambda: gated(
        {"benchmarks": [{**CUT["benchmarks"][0], "scope": "regional"}]}, is_three_high=1, specific_energy=110,
        specific_unit="kgce/t", benchmark_key="K",
    ),
}  # fmt: skip
NO_COUNT = [{"kind": kind, "measure": "total", "effective_from": "2022-01-01"}
            for kind in ("feedstock", "self_pv", "excess_renewable")]  # fmt: skip
PERMISSIVE = {
    # P earns 200 with the 200 tce that a fifth of A sets free, A loses 100; it may not be limited so far in a year
    "2.3": lambda: county(
        [unit("A", 1000, 500, sector="heavy"), project("P", 200, 200)], total(0),
        retirements=[{"retirement_id": "r", "unit_id": "A", "capacity_share": 0.2}],
    ),
    # the same where the enterprise builds P itself and replaces a fifth of its capacity
    "3.3.2d": lambda: county(
        [unit("A", 1000, 500, sector="heavy"), project("P", 200, 200, unit_id="A")], total(0),
        capacity_replacements=[{"pair_id": "x", "unit_id": "A", "project_id": "P", "capacity_share": 0.2}],
    ),
    "1.b": lambda: county([unit("A", 1000, 500, activity_max=2)], total(0, overshoot_max_share=0.05)),
    "3.3.2b": lambda: plain(value=800, sector="heavy"),
    "3.3.3b": lambda: county(
        [unit("A", 0, 500, mwh=1000, self_pv_max_mwh=100, activity_max=2)], total(0), exclusions=NO_COUNT
    ),
    "3.3.3c": lambda: county(
        [unit("A", 0, 500, mwh=1000, green_max_mwh=500, activity_max=2)], total(0), exclusions=NO_COUNT,
        power=[{"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": 500}],
    ),
    "3.3.4a": lambda: county(
        [unit("A", 1000, 500), project("P", 10, 90, energy=[("coal", "feedstock", 90)])], total(10),
        exclusions=NO_COUNT,
    ),
}  # fmt: skip


def gated(tables: dict[str, object] | None = None, **columns: object) -> Scenario:
    """P of 180 tce fits into the pool but meets a gate."""
    owners = [unit("A", 1000, 500), project("P", 180, 85, **columns)]
    return county(owners, total(200), **(tables or {}))


def without_clause(scenario: Scenario, clause: str) -> Scenario:
    return changed(scenario, {"disabled_clauses": (clause,)})


@pytest.mark.parametrize("clause", sorted(RESTRICTIVE))
def test_dropping_a_restrictive_clause_raises_value(clause: str) -> None:
    scenario = RESTRICTIVE[clause]()
    assert best(without_clause(scenario, clause)) > best(scenario) + 0.1


@pytest.mark.parametrize("clause", sorted(PERMISSIVE))
def test_dropping_a_permissive_clause_lowers_value(clause: str) -> None:
    scenario = PERMISSIVE[clause]()
    assert best(without_clause(scenario, clause)) < best(scenario) - 0.1


def test_budgets_and_floors_go_with_their_clause() -> None:
    """`disabled_clauses` takes a clause out everywhere: rule, gate and constraint alike."""
    scenario = EXAMPLES["carbon_budget"].scenario()
    assert best(without_clause(scenario, "3.2.1a")) > best(scenario) + 0.1
    scenario = homes()
    assert best(without_clause(scenario, "3.2.1c")) > best(scenario) + 0.1
