"""Savings and the stock, each clause in the smallest county where it binds, and the same county without the clause."""

from collections.abc import Callable

import pytest

import dualcontrol as dc
from dualcontrol.model.plan import Plan
from dualcontrol.model.policy.closures import closures
from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import (
    activity,
    admitted,
    changed,
    county,
    project,
    quotas,
    rulings_of,
    solve,
    total,
    unit,
)

# A earns 0.1 per tce, B 0.9, P 1: nobody may be limited, nothing is released
NO_CUTS = {"policy": {"release_phase_share": 0, "max_cut_share": 0}}
A = unit("A", 1000, 100, sector="heavy")
B = unit("B", 1000, 900, sector="heavy")


def audited(scenario: Scenario) -> Plan:
    plan = solve(scenario)
    assert [str(failed) for failed in dc.audit(scenario, plan).failed] == []
    return plan


Checked = Callable[[Scenario], Plan]


def without(scenario: Scenario, clause: str) -> Plan:
    return audited(changed(scenario, {"disabled_clauses": (clause,)}))


def value(plan: Plan) -> float:
    return float(plan.summary["objective_wan_yuan"])


def moved(plan: Plan, note: str) -> list[tuple[str, str, int, str]]:
    rows = plan.ledger[plan.ledger["note"] == note]
    return [
        tuple(row) for row in rows[["from_account", "to_account", "tce", "clause"]].itertuples(index=False)
    ]


@pytest.mark.clause("2.3")
def test_backward_capacity_is_retired_for_the_months_it_is_free(checked: Checked) -> None:
    # Half of A from July on: a quarter of its year. It loses 25 and frees 250 of 1000 tce, of which P needs 150 for
    # half a year and earns 150; 10 are paid. 75 + 900 + 150 - 10 = 1115.
    row = {"retirement_id": "r", "unit_id": "A", "capacity_share": 0.5, "start_month": 7}
    scenario = county([A, B, project("P", 300, 300, start_month=7)], {**total(0), **NO_CUTS},
                      retirements=[{**row, "compensation_wan_yuan": 10}])  # fmt: skip
    plan = checked(scenario)
    assert moved(plan, "closed") == [("unit:A", "retired", 250, "2.3"), ("retired", "pool", 250, "2.3")]
    assert (quotas(plan)["unit:A"], activity(plan)["A"], value(plan)) == (750, 0.75, pytest.approx(1115))
    assert plan.measures[["kind", "adopted", "freed_tce"]].values.tolist() == [["retirement", 1.0, 250]]
    off = without(scenario, "2.3")
    assert (admitted(off), activity(off)["A"], value(off)) == (set(), 1.0, pytest.approx(1000))


@pytest.mark.clause("2.3")
def test_a_retirement_that_is_not_worth_it_is_not_done(checked: Checked) -> None:
    rows = [{"retirement_id": "r", "unit_id": "B", "capacity_share": 0.5, "compensation_wan_yuan": 10}]
    plan = checked(county([A, B, project("P", 300, 300)], {**total(0), **NO_CUTS}, retirements=rows))
    assert plan.measures["adopted"].tolist() == [0.0]
    assert plan.measures["freed_tce"].tolist() == [0]


@pytest.mark.clause("3.3.2d")
def test_a_line_of_higher_value_earns_increment_for_the_capacity_it_replaces(checked: Checked) -> None:
    # 0.2 of B (180 of 900) makes way for P: 200 tce freed, P takes 150 and earns 300, 2 instead of 0.9 per tce:
    # 122 % more. 0.2 x 200 x 1.22 = 48.9, at most 10 % of 200: 20. The rest of B may run up to 1.2 x 0.8 = 0.96 of
    # the year and has 800 + 20 tce for it: 738 + 300. The pool keeps 200 - 150 - 20 = 30.
    owners = [unit("B", 1000, 900, sector="heavy", activity_max=1.2), project("P", 150, 300, unit_id="B")]
    row = {"pair_id": "x", "unit_id": "B", "project_id": "P", "capacity_share": 0.2}
    scenario = county(owners, {**total(0), **NO_CUTS}, capacity_replacements=[row])
    plan = checked(scenario)
    assert moved(plan, "upgraded") == [
        ("unit:B", "retired", 200, "3.3.2d"),
        ("retired", "pool", 200, "3.3.2d"),
    ]
    assert moved(plan, "upgrade_bonus") == [("pool", "unit:B", 20, "3.3.2d")]
    assert (quotas(plan)["unit:B"], value(plan)) == (820, pytest.approx(738 + 300))
    assert "upgrade_bonus" in plan.quotas.set_index("account").loc["unit:B", "reason"]
    off = without(scenario, "3.3.2d")
    assert (admitted(off), value(off)) == (set(), pytest.approx(900))


@pytest.mark.clause("3.3.2d")
def test_the_bonus_is_in_proportion_to_the_value_gained(checked: Checked) -> None:
    # 1.2 instead of 1 per tce: a fifth more, 0.2 x 200 x 0.2 = 8 tce.
    owners = [unit("B", 1000, 1000, sector="heavy", activity_max=1.5), project("P", 100, 120, unit_id="B")]
    row = {"pair_id": "x", "unit_id": "B", "project_id": "P", "capacity_share": 0.2}
    plan = checked(county(owners, {**total(0), **NO_CUTS}, capacity_replacements=[row]))
    # closing loses 200 and P earns 120: not done; with no other use for B's capacity it is not worth it
    assert moved(plan, "upgrade_bonus") == []
    (closure,) = closures(rulings_of(county(owners, {**total(0), **NO_CUTS}, capacity_replacements=[row])))
    assert (closure.freed_tce, closure.bonus_tce) == (200, 8)


LINE = {
    "line_id": "homes", "base_fuel_tce": 100, "base_electricity_mwh": 0, "plan_fuel_tce": 100,
    "plan_electricity_mwh": 0, "co2_t_per_fuel_tce": 2, "floor_share": 1,
}  # fmt: skip


def insulated(clause: str, **columns: object) -> Scenario:
    """Homes need 100 tce and may save 20; P of 20 tce earns 40."""
    row = {
        "measure_id": "m",
        "line_id": "homes",
        "carrier_id": "coal",
        "saving_quantity": 20,
        "clause": clause,
    }
    owners = [B, project("P", 20, 40)]
    return county(owners, {**total(0), **NO_CUTS}, society=[LINE], measures=[{**row, **columns}])


SAVING_CLAUSES = ("2.3", "2.4", "3.5.1", "3.5.2", "3.5.3", "3.5.4", "3.5.5", "3.5.6")


@pytest.mark.clause("2.4")
@pytest.mark.parametrize("clause", [pytest.param(c, marks=pytest.mark.clause(c)) for c in SAVING_CLAUSES])
def test_society_saves_for_the_pool_and_keeps_what_it_needs(checked: Checked, clause: str) -> None:
    # The protected floor is of the need: homes are served in full with 80 tce, and P has the 20.
    # 48.06 of investment over 10 years at 8 %: 0.149029 x 48.06 = 7.1624 a year.
    scenario = insulated(clause if clause != "2.4" else "2.3", investment_wan_yuan=48.06)
    plan = checked(scenario)
    assert moved(plan, "line_saving") == [("society:homes", "pool", 20, "2.4")]
    assert (quotas(plan)["society:homes"], admitted(plan)) == (80, {"P"})
    assert value(plan) == pytest.approx(900 + 40 - 7.1624, abs=1e-3)
    homes = plan.quotas.set_index("account").loc["society:homes"]
    assert (homes["activity"], homes["saving_tce"], homes["co2_t"]) == (1.0, -20, pytest.approx(160))
    off = without(scenario, clause)
    assert (quotas(off)["society:homes"], admitted(off), off.measures["adopted"].tolist()) == (
        100,
        set(),
        [0.0],
    )


@pytest.mark.clause("2.3")
def test_a_measure_saves_only_in_the_months_it_is_in_effect(checked: Checked) -> None:
    # from October on: 3/12 x 0.8 of 20
    plan = checked(insulated("2.3", start_month=10, realised_share=0.8))
    assert quotas(plan)["society:homes"] in (96, 100)
    plan = checked(
        changed(insulated("2.3", start_month=10, realised_share=0.8), {"targets.increment_tce_eq": 16.0})
    )
    assert (quotas(plan)["society:homes"], admitted(plan)) == (96, {"P"})


@pytest.mark.clause("2.3")
def test_of_measures_that_exclude_each_other_one_is_carried_out(checked: Checked) -> None:
    row = {"unit_id": "B", "carrier_id": "coal", "saving_quantity": 20, "exclusive_group": "g"}
    rows = [{"measure_id": "m", **row}, {"measure_id": "n", **row, "saving_quantity": 30}]
    owners = [B, project("P", 50, 100, is_divisible=1, load_min=0)]
    plan = checked(county(owners, {**total(0), **NO_CUTS}, measures=rows))
    assert dict(zip(plan.measures["measure_id"], plan.measures["adopted"], strict=True)) == {"m": 0, "n": 1}
    assert quotas(plan)["project:P"] == 30
    free = checked(
        county(owners, {**total(0), **NO_CUTS}, measures=[{**r, "exclusive_group": ""} for r in rows])
    )
    assert quotas(free)["project:P"] == 50


@pytest.mark.clause("3.3.1c", "3.3.3d")
@pytest.mark.parametrize(
    ("flag", "clause", "note"),
    [
        pytest.param("is_leader", "3.3.1c", "leader_bonus", marks=pytest.mark.clause("3.3.1c")),
        pytest.param("is_green_factory", "3.3.3d", "green_factory_bonus", marks=pytest.mark.clause("3.3.3d")),
    ],
)
def test_leaders_and_green_factories_are_paid_once(
    checked: Checked, flag: str, clause: str, note: str
) -> None:
    # 1 % of 1000 tce, which B may use, as it may run at 1.1
    scenario = county(
        [unit("B", 1000, 900, sector="heavy", activity_max=1.1, **{flag: 1})], {**total(10), **NO_CUTS}
    )
    plan = checked(scenario)
    assert moved(plan, note) == [("pool", "unit:B", 10, clause)]
    assert value(plan) == pytest.approx(909)
    assert value(without(scenario, clause)) == pytest.approx(900)
