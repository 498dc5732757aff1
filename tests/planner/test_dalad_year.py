"""Dalad's plan over all 8,760 hours: checked, within its gap, and what typical days had said of it."""

from pathlib import Path

import pytest

import dualcontrol as dc

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def year(scenarios_folder: Path) -> tuple[dc.Scenario, dc.Plan]:
    scenario = dc.load(scenarios_folder / "dalad-2022", {"time.mode": "year"})
    return scenario, dc.optimise(dc.judge(dc.account(scenario)))


def test_the_year_is_checked_and_within_its_gap(year: tuple[dc.Scenario, dc.Plan]) -> None:
    scenario, plan = year
    verdict = dc.audit(scenario, plan)
    assert [str(failed) for failed in verdict.failed] == []
    told = plan.summary
    assert (told["time"], told["is_draft"], told["network"]["hours"]) == ("checked_year", False, 8760)
    assert told["network"]["evaluations_of_the_year"] <= 300
    assert 0 <= told["network"]["gap"] <= 1e-3
    # the bound is that of the first round, whose exports carry no more green power than those of any plan
    assert told["objective_wan_yuan"] <= told["bound_wan_yuan"] <= told["objective_wan_yuan"] * 1.002


def test_typical_days_choose_the_same_builds_and_err_by_little(year: tuple[dc.Scenario, dc.Plan]) -> None:
    told = year[1].summary
    assert told["typical_days"]["builds"] == told["network"]["builds"]
    less = (
        told["typical_days"]["solver_objective_wan_yuan"]
        - told["typical_days"]["less_over_the_year_wan_yuan"]
    )
    assert less == pytest.approx(told["solver_objective_wan_yuan"] - told["ranking_cost_wan_yuan"], rel=1e-6)
    assert told["typical_days"]["solver_objective_wan_yuan"] == pytest.approx(
        told["objective_wan_yuan"], rel=0.01
    )


def test_the_dispatch_is_a_year_that_balances(year: tuple[dc.Scenario, dc.Plan]) -> None:
    table = year[1].power["dispatch"]
    accounts = table["asset"].str.startswith("green")
    flows = table[~accounts].groupby("hour")["kwh"].sum()
    assert len(flows) == 8760
    assert (flows == 0).all()


def test_a_session_that_answered_other_targets_has_the_same_year(year: tuple[dc.Scenario, dc.Plan]) -> None:
    """Cuts kept for `value` must not move the plan: it is that of a cold solve, to the tonne."""
    session = dc.open(year[0])
    session.set(energy_increment=120_000, intensity_reduction=0.031)
    other = session.value().value_wan_yuan
    session.reset()
    plan = session.solve()
    for name in ("quotas", "projects", "measures", "ledger"):
        assert getattr(plan, name).equals(getattr(year[1], name)), name
    # what the days of the plan answered serves the next variant: within its gap of the first time it was asked
    session.set(energy_increment=120_000, intensity_reduction=0.031)
    assert session.value().value_wan_yuan == pytest.approx(other, rel=2e-3)
