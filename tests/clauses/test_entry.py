"""Who may enter: each gate stops a project that nothing else stops."""

import pytest

from tests.clauses.conftest import Plan
from tests.clauses.test_county import coal, county, total, unit

ADVANCED = {"benchmark_key": "K", "level": "advanced", "scope": "national", "value": 100, "unit": "kgce/t",
            "boundary": "x", "effective_from": "2020-01-01"}  # fmt: skip


def candidate(**columns: object) -> dict[str, object]:
    """P of 100 tce and 300 万元, better than the county's 2 tce per 万元."""
    projects = [{"project_id": "P", "sector_id": "works", "value_added_wan_yuan": 300, **columns}]
    return county(projects=projects, project_energy=[coal("P", 100, "project")])


def test_a_project_that_nothing_stops_enters(plan: Plan) -> None:
    assert plan(total(200), **candidate()).project("P").decision == "admitted"


@pytest.mark.parametrize(
    ("clause", "columns"),
    [
        pytest.param("3.2.2a", {"review": "missing"}, marks=pytest.mark.clause("3.2.2a")),
        pytest.param(
            "3.2.3a", {"is_two_high": 1, "industry_class": "restricted"}, marks=pytest.mark.clause("3.2.3a")
        ),
        pytest.param("3.2.3b", {"is_in_park": 0}, marks=pytest.mark.clause("3.2.3b")),
        pytest.param("3.2.3d", {"value_added_wan_yuan": 40}, marks=pytest.mark.clause("3.2.3d")),
    ],
)
def test_a_gate_stops_it(plan: Plan, clause: str, columns: dict[str, object]) -> None:
    """3.2.3d: 100 tce for 40 万元 are 2.5 tce per 万元 against the county's 2, without an approval."""
    found = plan(total(200), **candidate(**columns)).project("P")
    assert (found.decision, found.clause) == ("gated", clause)


@pytest.mark.clause("3.2.3e")
def test_restricted_capacity_needs_replacement(plan: Plan) -> None:
    rule = {"restricted_key": "m", "name": "甲醇", "capacity_ratio": 1.25, "energy_ratio": 1,
            "effective_from": "2021-01-01"}  # fmt: skip
    tables = candidate(restricted_key="m", capacity=10) | {"restricted_capacity": [rule]}
    assert plan(total(200), **tables).project("P").clause == "3.2.3e"


@pytest.mark.clause("3.3.1a")
def test_three_high_must_reach_the_advanced_value(plan: Plan) -> None:
    tables = candidate(is_three_high=1, specific_energy=110, specific_unit="kgce/t", benchmark_key="K")
    assert plan(total(200), **tables, benchmarks=[ADVANCED]).project("P").clause == "3.3.1a"


@pytest.mark.clause("3.2.5")
def test_dishonest_conduct_bars_entry(plan: Plan) -> None:
    assert plan(total(200), **candidate(conduct="serious")).project("P").clause == "3.2.5"


@pytest.mark.clause("3.4.1")
def test_the_plans_list_makes_candidates(plan: Plan) -> None:
    assert plan(total(200), **candidate()).project("P").decision == "admitted"


@pytest.mark.clause("3.3.1b")
def test_short_of_the_advanced_value_loses_quota(plan: Plan) -> None:
    """1000 t at 110 kgce against 100: 10 tce go to the pool."""
    product = {"unit_id": "A", "product": "p", "output": 1000, "output_unit": "t", "specific_energy": 110,
               "specific_unit": "kgce/t", "benchmark_key": "K"}  # fmt: skip
    told = plan(total(0), **county(products=[product], benchmarks=[ADVANCED]))
    assert told.unit("A").cut_tce == -10


@pytest.mark.parametrize(
    ("column", "clause"),
    [
        pytest.param("is_leader", "3.3.1c", marks=pytest.mark.clause("3.3.1c")),
        pytest.param("is_green_factory", "3.3.3d", marks=pytest.mark.clause("3.3.3d")),
    ],
)
def test_leaders_and_green_factories_get_a_bonus(plan: Plan, column: str, clause: str) -> None:
    """1 % of 1000 tce, from the 100 to give."""
    told = plan(total(100), **county(units=[unit(**{column: 1})]))
    assert told.unit("A").bonus_tce == 10
