"""What no plan can keep, named with its amount and with what it conflicts: worked out by hand."""

import math

import pytest

from dualcontrol.infeasible import Gap, Infeasible, told
from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import case_of, county, others, project, solve, total, unit


def conflict(scenario: Scenario) -> Infeasible:
    with pytest.raises(Infeasible) as caught:
        solve(scenario)
    return caught.value


def test_intensity_that_a_technology_floor_forbids() -> None:
    # A must run at 0.8 at least: 800 tce over 400 + 500 万元 at best (at 1: 1000 over 1000 = I_0). Asked: half of it.
    # At activity a: 1000 a - 0.5 (500 a + 500) = 750 a - 250, least at a = 0.8: 350 tce; I_0 GDP = 900.
    scenario = county(
        [unit("A", 1000, 500, activity_min=0.8)],
        {"targets": {"manage_total": False, "intensity_reduction": 0.5}}, gdp=[others(500)],
    )  # fmt: skip
    error = conflict(scenario)
    (gap,) = error.conflict.gaps
    assert (gap.name, gap.index, gap.clause, gap.unit) == ("county_intensity", "", "3.2.1d", "tce_eq")
    assert gap.amount == pytest.approx(350)
    assert gap.points == pytest.approx(100 * 350 / 900)
    assert error.conflict.against == (("technology_floor", "A"),)
    assert error.gap_rows == ("county_intensity",)
    assert told(error, "en") == (
        "energy per GDP of the county (3.2.1d) is missed by 350.00 tce_eq (the reduction would have to give way by "
        "38.889 percentage points); it conflicts with: technology floor (A)"
    )
    assert "3.2.1d" in told(error, "zh")
    assert "技术最低负荷（A）" in told(error, "zh")


def test_a_decision_that_the_pool_cannot_pay() -> None:
    # P needs 100 tce of a pool of 40; A is capped stock at full load that may not run lower.
    decisions = [{"decision_id": "d", "target_id": "P", "what": "admitted", "kind": "fixed", "value": 1,
                  "document": "x", "date": "2022-01-01"}]  # fmt: skip
    owners = [unit("A", 1000, 500, activity_min=1, sector="heavy"), project("P", 100, 50)]
    settings = {**total(40), "policy": {"release_phase_share": 0}}
    error = conflict(county(owners, settings, decisions=decisions))
    (gap,) = error.conflict.gaps
    assert (gap.name, gap.clause) == ("pool_balance", "3.2.1b")
    assert gap.amount == pytest.approx(60)
    assert gap.is_relaxable
    assert ("leaders_decision", "d") in error.conflict.against


def test_two_limits_at_once_are_both_named() -> None:
    # Water for 0.5 of A, carbon for 0.6 of it (2.6 t a tce), and a floor of 0.9: 0.4 x 10 water, 0.3 x 2600 t missed.
    scenario = county(
        [unit("A", 1000, 500, activity_min=0.9)],
        {"targets": {"manage_total": False, "co2_budget_t": 0.6 * 2600}},
        resources=[{"resource_id": "water", "unit": "万m3", "budget": 5}],
        resource_use=[{"resource_id": "water", "owner_id": "A", "use": 10}],
    )
    found = {gap.name: gap for gap in conflict(scenario).conflict.gaps}
    assert set(found) == {"carbon_budget", "resource_budget"}
    assert found["carbon_budget"].amount == pytest.approx(780)
    assert found["resource_budget"].amount == pytest.approx(4)
    assert found["resource_budget"].unit == "万m3"


def test_what_no_government_can_relax_is_named_where_nothing_else_helps() -> None:
    # A cut of 200 of 1000 tce, and a technology floor of 0.9: 100 tce of use above the quota, whatever is relaxed.
    line = {"benchmark_key": "b", "level": "advanced", "scope": "national", "value": 800, "unit": "kgce/t",
            "effective_from": "2020-01-01"}  # fmt: skip
    made = {"unit_id": "A", "product": "x", "output": 1000, "output_unit": "t", "specific_energy": 1000,
            "specific_unit": "kgce/t", "benchmark_key": "b"}  # fmt: skip
    owners = [unit("A", 1000, 500, activity_min=0.9, sector="heavy")]
    settings = {**total(500), "policy": {"release_phase_share": 0}}
    error = conflict(county(owners, settings, benchmarks=[line], products=[made]))
    (gap,) = error.conflict.gaps
    assert isinstance(gap, Gap)
    assert (gap.name, gap.index, gap.is_relaxable) == ("use_within_quota", "A", False)
    assert gap.amount == pytest.approx(100)


def test_relaxing_by_what_is_missed_gives_a_plan() -> None:
    # The amount is not only named, it is enough: the target given way by its points has a plan, a little less has none.
    def wished(reduction: float) -> Scenario:
        return county(
            [unit("A", 1000, 500, activity_min=0.5), unit("B", 300, 600, activity_min=0.5)],
            {"targets": {"manage_total": False, "intensity_reduction": reduction}}, gdp=[others(500)],
        )  # fmt: skip

    (gap,) = conflict(wished(0.6)).conflict.gaps
    assert gap.points is not None
    # the reduction at the point of least tonnes; a point of less percentage may be elsewhere, so this is a bound
    assert (
        solve(wished(0.6 - gap.points / 100 - 1e-6)).summary["intensity_reduction"]
        >= 0.6 - gap.points / 100 - 1e-5
    )
    with pytest.raises(Infeasible):
        solve(wished(0.6 - gap.points / 200))


def test_a_case_with_a_plan_is_not_explained() -> None:
    error = Infeasible(case_of(county([unit("A", 1000, 500)], total(0))))
    assert error.gap_rows == ()
    assert told(error, "en") == ""
    assert Infeasible().conflict.gaps == ()
    assert math.isfinite(len(str(error)))
