"""Agenda, prices of leaders' decisions, simple rules: small counties worked out by hand (3.2.2b, 2.2)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

import dualcontrol as dc
from dualcontrol.infeasible import Infeasible, told
from dualcontrol.model.plan import Plan
from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import Owner, admitted, county, project, solve, total, unit

PAPER = {"document": "会议纪要", "date": "2022-01-20"}
LEVEL = {"benchmark_tce_per_wan_yuan": 9}  # nobody is worse than the banner's benchmark: nothing is cut

# A uses 1000 tce for 500 万元 at full capacity. 200 tce are new: P (150 tce, 120 万元) or Q (100 tce, 90), not both.
OWNERS = [unit("A", 1000, 500), project("P", 150, 120), project("Q", 100, 90)]


def settings(increment: int, **agenda: object) -> dict[str, Any]:
    return {**total(increment), "policy": LEVEL, "agenda": agenda}


def planned(
    owners: list[Owner] | None = None, given: Mapping[str, object] | None = None, **tables: Any
) -> tuple[Scenario, Plan]:
    scenario = county(owners or OWNERS, given or settings(200, threshold_tce=100), **tables)
    plan = solve(scenario)
    verdict = dc.audit(scenario, plan)
    assert verdict.passed, verdict.failed
    return scenario, plan


def test_the_opposite_of_each_large_matter_has_its_price() -> None:
    # the plan: 500 + 120 = 620, 50 tce left. Without P, Q enters: 590. With Q, P does not fit: 590. Both save 50 tce.
    _, plan = planned()
    assert admitted(plan) == {"P"}
    rows = plan.reports["agenda"].set_index("account")
    for owner, alternative in (("project:P", "refuse"), ("project:Q", "admit")):
        row = rows.loc[owner]
        assert (row["is_major"], row["alternative"], row["outcome"]) == ("yes", alternative, "solved")
        assert row["value_a_wan_yuan"] == pytest.approx(620)
        assert row["value_b_wan_yuan"] == pytest.approx(590)
        assert row["cost_b_wan_yuan"] == pytest.approx(30)
        assert row["energy_tce_eq"] == pytest.approx(-50)
    assert list(plan.reports["agenda"]["number"]) == [str(k) for k in range(1, len(rows) + 1)]


def test_below_the_threshold_there_is_no_alternative_and_above_it_only_so_many() -> None:
    _, plan = planned(given=settings(200, threshold_tce=120))
    rows = plan.reports["agenda"].set_index("account")
    assert rows.loc["project:Q", ["is_major", "alternative", "outcome"]].tolist() == [
        "no",
        "none",
        "not_asked",
    ]
    assert rows.loc["project:P", "outcome"] == "solved"
    _, plan = planned(given=settings(200, threshold_tce=100, most_alternatives=1))
    rows = plan.reports["agenda"].set_index("account")
    assert rows.loc["project:Q", ["alternative", "outcome"]].tolist() == ["admit", "not_asked"]


def test_without_a_grant_its_value_is_lost() -> None:
    # A may grow by a tenth and is given 100 tce at 0.5 万元 each
    _, plan = planned([unit("A", 1000, 500, activity_max=1.1)], settings(200, threshold_tce=100))
    row = plan.reports["agenda"].set_index("account").loc["unit:A"]
    assert (row["decision"], row["tce"], row["alternative"]) == ("grant", 100, "no_grant")
    assert row["cost_b_wan_yuan"] == pytest.approx(50)
    assert row["energy_tce_eq"] == pytest.approx(-100)


def test_an_alternative_without_a_plan_is_named_so() -> None:
    # homes need 50 tce more, A cannot run lower: only the band gives them
    owners = [unit("A", 1000, 500, activity_min=1)]
    band = total(0, overshoot_max_share=0.1, overshoot_price_wan_yuan_per_tce=0.01)
    given = {**settings(0, threshold_tce=10), **band}
    home = {"line_id": "homes", "base_fuel_tce": 100, "base_electricity_mwh": 0, "plan_fuel_tce": 150,
            "plan_electricity_mwh": 0, "co2_t_per_fuel_tce": 2.6, "floor_share": 1}  # fmt: skip
    _, plan = planned(owners, given, society=[home])
    row = plan.reports["agenda"].set_index("kind").loc["overshoot"]
    assert (row["tce"], row["alternative"], row["outcome"]) == (50, "no_overshoot", "infeasible")
    assert row[["value_a_wan_yuan", "value_b_wan_yuan", "cost_b_wan_yuan"]].isna().all()


def test_a_decision_costs_what_the_plan_could_have_without_it() -> None:
    # Q is decided on: 590 instead of 620
    row = {"decision_id": "d", "target_id": "Q", "what": "admitted", "kind": "fixed", "value": 1, **PAPER}
    _, plan = planned(decisions=[row])
    assert admitted(plan) == {"Q"}
    told_ = plan.reports["decisions"].iloc[0]
    assert (told_["document"], told_["date"], told_["outcome"]) == ("会议纪要", "2022-01-20", "solved")
    assert told_["with_wan_yuan"] == pytest.approx(590)
    assert told_["price_wan_yuan"] == pytest.approx(30)
    # the meeting sees, too, that what it decided leaves no other way
    agenda = plan.reports["agenda"].set_index("account")
    assert agenda.loc["d", "decision"] == "admitted_fixed"
    assert agenda.loc[["project:P", "project:Q"], "outcome"].tolist() == ["infeasible"] * 2


def test_a_decision_that_changes_nothing_costs_nothing() -> None:
    row = {"decision_id": "d", "target_id": "P", "what": "admitted", "kind": "min", "value": 1, **PAPER}
    assert planned(decisions=[row])[1].reports["decisions"].iloc[0]["price_wan_yuan"] == pytest.approx(0)


def test_a_decision_no_plan_can_keep_is_named() -> None:
    # nobody may take quota from A (it is not worse than the benchmark): 900 tce cannot be
    row = {"decision_id": "d7", "target_id": "A", "what": "quota_tce", "kind": "max", "value": 900, **PAPER}
    with pytest.raises(Infeasible) as error:
        solve(county(OWNERS, settings(200), decisions=[row]))
    assert [(gap.name, gap.index) for gap in error.value.conflict.gaps] == [("leaders_decision", "d7")]
    assert error.value.conflict.gaps[0].amount == pytest.approx(100, abs=1e-3)
    for lang in ("zh", "en"):
        assert "会议纪要" in told(error.value, lang)  # type: ignore[arg-type]


# A (0.5 万元/tce, may grow to 1100 tce) and B (0.3 万元/tce); nothing new: each keeps 1000 tce, 800 万元.
PAIR = [unit("A", 1000, 500, activity_max=1.1), unit("B", 1000, 300)]


def test_simple_rules_by_hand() -> None:
    """Claims 1100 and 1000, estate 2000. Best: A 1100, B 900: 550 + 270 = 820."""
    _, plan = planned(PAIR, settings(0))
    rows = plan.reports["simple_rules"]
    awards = {(r.rule, r.account): r.quota_tce for r in rows.itertuples()}
    losses = {r.rule: r.loss_wan_yuan for r in rows[rows["account"] == "total"].itertuples()}
    expected = {
        "free": (None, None, 0),
        "plan": (None, None, 20),
        "proportional": (1048, 952, 10.4),  # 1047.6 and 952.4; 524 + 285.6 = 809.6
        "last_year": (1000, 1000, 20),
        "equal_awards": (1000, 1000, 20),
        "equal_losses": (1050, 950, 10),  # 50 each; 525 + 285 = 810
        "max_min": (1000, 1000, 20),
    }
    assert set(losses) == set(expected)
    for rule, (a, b, loss) in expected.items():
        assert losses[rule] == pytest.approx(loss, abs=1e-6), rule
        if a is not None:
            assert (awards[rule, "unit:A"], awards[rule, "unit:B"]) == (a, b), rule


def test_rules_are_left_out_when_not_wanted() -> None:
    assert "simple_rules" not in planned(PAIR, settings(0, simple_rules=False))[1].reports


@pytest.mark.parametrize(
    ("report", "changes"),
    [
        (
            "agenda",
            {"value_b_wan_yuan": 900.0, "cost_b_wan_yuan": -280.0},
        ),  # an alternative better than the plan
        ("agenda", {"value_a_wan_yuan": 900.0, "cost_b_wan_yuan": 310.0}),  # a plan better than it is
        ("agenda", {"cost_b_wan_yuan": 31.0}),
        ("agenda", {"outcome": "infeasible"}),  # with figures
        ("decisions", {"without_wan_yuan": 500.0, "price_wan_yuan": -90.0}),
        ("decisions", {"price_wan_yuan": 31.0}),
        ("simple_rules", {"value_wan_yuan": 900.0, "loss_wan_yuan": -310.0}),
        ("simple_rules", {"loss_share": 0.5}),
    ],
)
def test_a_claim_that_cannot_be_is_refused(report: str, changes: dict[str, object]) -> None:
    row = {"decision_id": "d", "target_id": "Q", "what": "admitted", "kind": "fixed", "value": 1, **PAPER}
    scenario, plan = planned(decisions=[row] if report == "decisions" else [])
    frame = plan.reports[report].copy().astype(object)
    column = next(c for c in ("value_b_wan_yuan", "without_wan_yuan", "value_wan_yuan") if c in frame)
    place = frame.index[frame[column].notna()][-1]
    for name, value in changes.items():
        frame.loc[place, name] = value
    forged = replace(plan, reports={**plan.reports, report: frame})
    failed = {check.name for check in dc.audit(scenario, forged).failed}
    assert failed == {f"report_{report}"}
