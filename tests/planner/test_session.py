"""A live session: hot equals cold, always; what a parameter touches; what a preview is and is not."""

from collections.abc import Mapping
from pathlib import Path

import pytest

import dualcontrol as dc
from dualcontrol.model.plan import Plan
from dualcontrol.model.scenario import Scenario, ScenarioError
from dualcontrol.optimise import TABLES, Infeasible
from dualcontrol.session import NotSolvedError, Preview, Session
from dualcontrol.solvers.changes import Reason
from dualcontrol.solvers.highs import Status
from tests.model.small_cases import admitted, county, project, quotas, total, unit
from tests.planner.session_walks import county_of, walk

REAL = ("objective_wan_yuan", "solver_objective_wan_yuan", "bound_wan_yuan", "gdp_wan_yuan")


def cold(scenario: Scenario) -> Plan | None:
    try:
        return dc.optimise(dc.judge(dc.account(scenario)))
    except Infeasible:
        return None


def hot(session: Session) -> Plan | None:
    try:
        return session.solve()
    except Infeasible:
        return None


def assert_same(one: Plan | None, other: Plan | None) -> None:
    """The same plan to the tonne and to the last published digit; real numbers of the solver to 1e-9."""
    assert (one is None) == (other is None)
    if one is None or other is None:
        return
    for name in TABLES:
        assert getattr(one, name).equals(getattr(other, name)), name
    for name in REAL:
        assert one.summary[name] == pytest.approx(other.summary[name], rel=1e-9, abs=1e-9), name
    assert one.summary["status"] == other.summary["status"]


def run_walk(seed: int, steps: int) -> tuple[int, int]:
    """How many steps had a plan and how many programs were taken over hot; both solves agree at each."""
    session = dc.open(county_of(seed))
    plans = kept = 0
    for changes in [{}, *walk(session.base, seed, steps)]:
        session.set(changes)
        found = hot(session)
        assert_same(found, cold(session.scenario))
        plans += found is not None
        kept += len(session.changes) > len(session.rebuilt)
    return plans, kept


def test_hot_equals_cold_on_random_walks() -> None:
    told = [run_walk(seed, 2) for seed in range(2)]
    assert sum(plans for plans, _ in told) >= 2
    assert sum(kept for _, kept in told) >= 2


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("start", range(0, 200, 20))
def test_hot_equals_cold_on_many_random_walks(start: int) -> None:
    told = [run_walk(seed, 3) for seed in range(start, min(start + 20, 200))]
    assert sum(plans for plans, _ in told) >= 2 * len(told)
    assert sum(kept for _, kept in told) >= len(told)


@pytest.mark.slow
def test_hot_equals_cold_on_dalad(repository: Path) -> None:
    session = dc.open(dc.load(repository / "scenarios" / "dalad-2022", {"time.mode": "none"}))
    steps: list[Mapping[str, object]] = [
        {},
        {"intensity_reduction": 0.0331},
        {"energy_increment": 30_000},
        {"policy.max_cut_share": 0.04},
        {
            "projects.changxin_cnt.value_added_wan_yuan": 123456
        },  # another rank: terms of the earmark come and go
        {"intensity_reduction": 0.035},
    ]
    for changes in steps:
        session.set(changes)
        assert_same(hot(session), cold(session.scenario))
    assert session.rebuilt == ()


def three_projects(budget: float) -> Scenario:
    """Projects (value, energy) A(10, 5), B(12, 7), C(6, 3); the unit needs its 100 and is worth having."""
    owners = [unit("U", 100, 500, activity_min=1, sector="heavy")]
    owners += [project(j, e, v) for j, v, e in (("A", 10, 5), ("B", 12, 7), ("C", 6, 3))]
    return county(owners, total(budget))


def test_selection_is_not_monotone_in_the_increment() -> None:
    # Best sets by hand: 5: A (10). 7: B (12). 8: A and C (16; B alone 12). 10: B and C (18; A and C 16). 12: A and B
    # (22; B and C 18). So A is in, out, in, out, in.
    session = dc.open(three_projects(5))
    found = []
    for budget in (5, 7, 8, 10, 12):
        session.set(energy_increment=float(budget))
        found.append(admitted(session.solve()))
    assert found == [{"A"}, {"B"}, {"A", "C"}, {"B", "C"}, {"A", "B"}]
    assert [taken.touched for taken in session.changes if taken.stage == "value"] == [("pool_balance",)]


def test_a_preview_keeps_the_yes_and_no_of_the_last_plan() -> None:
    # With 7 B (12) is admitted. With 8 the preview still has B and nothing else: 500 + 12; the plan has A and C: 516.
    session = dc.open(three_projects(7))
    session.solve()
    session.set(energy_increment=8.0)
    told = session.preview()
    assert (told.status, told.value_wan_yuan) == (Status.OPTIMAL, pytest.approx(512))
    assert told.quotas is not None
    assert [told.quotas[f"project:{j}"] for j in "ABC"] == [0, 7, 0]
    assert (told.label_zh, told.label_en, told.pool_short_tce) == ("预览", "preview", 0)
    assert session.plan is not None
    assert quotas(session.plan)["project:B"] == 7  # the plan is the old one until the next solve
    assert session.solve().summary["objective_wan_yuan"] == pytest.approx(516)


def test_a_preview_says_when_yes_and_no_cannot_stay() -> None:
    # B needs its 7; with 6 there are none for it.
    session = dc.open(three_projects(7))
    session.solve()
    session.set(energy_increment=6.0)
    told = session.preview()
    assert (told.status, told.value_wan_yuan, told.quotas) == (Status.INFEASIBLE, None, None)


def test_a_preview_lets_fall_what_is_no_longer_possible() -> None:
    # B starts next year: nothing to admit, whatever the last plan said.
    session = dc.open(three_projects(7))
    session.solve()
    session.set({"projects.B.start_month": 13})
    told = session.preview()
    assert told.value_wan_yuan == pytest.approx(500)


def test_a_preview_of_the_same_scenario_is_the_plan() -> None:
    session = dc.open(three_projects(12))
    plan = session.solve()
    told = session.preview()
    assert told.value_wan_yuan == pytest.approx(plan.summary["objective_wan_yuan"])
    assert {k: v for k, v in quotas(plan).items() if k != "grid"} == told.quotas
    assert session.preview() == told
    assert session.rebuilt == ()


def test_a_preview_is_no_plan(tmp_path: Path) -> None:
    session = dc.open(three_projects(7))
    with pytest.raises(NotSolvedError):
        session.preview()
    session.solve()
    told = session.preview()
    assert isinstance(told, Preview)
    with pytest.raises((TypeError, AttributeError)):
        dc.publish(told, tmp_path / "out")  # type: ignore[call-arg, arg-type]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"disabled_clauses": ("3.2.1b",)}, Reason.ROWS),
        ({"solve.relax_integers": True}, Reason.KINDS),
        ({"projects.A.is_divisible": True}, Reason.KINDS),
    ],
)
def test_what_changes_the_shape_says_why(changes: Mapping[str, object], reason: Reason) -> None:
    session = dc.open(three_projects(7))
    session.solve()
    assert {rebuilt.reason for rebuilt in session.rebuilt} == {Reason.FIRST}
    session.set(changes)
    plan = session.solve()
    assert session.rebuilt[0].reason is reason
    assert session.rebuilt[0].detail
    assert_same(plan, cold(session.scenario))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"targets.intensity_reductoin": 0.1}, "unknown_setting"),
        ({"intensity_reduction": 2.0}, "not_below"),
        ({"projects.Z.load_max": 0.5}, "unknown_row"),
        ({"projects.A.load_maximum": 0.5}, "unknown_column"),
        ({"projects.A.load_max": -0.5}, "below_minimum"),
        ({"projects.A.load_max": "half"}, "not_a_number"),
        ({"projects.A.load_max": 0.5, "energy_increment": 9.0}, "load_order"),
        ({"energy_increment": None}, "total_needs_increment"),
    ],
)
def test_a_wrong_change_changes_nothing(changes: Mapping[str, object], rule: str) -> None:
    session = dc.open(three_projects(7))
    before = session.scenario
    with pytest.raises(ScenarioError) as told:
        session.set(changes)
    assert rule in [problem.rule for problem in told.value.problems]
    assert session.scenario is before


def test_after_no_plan_the_next_solve_is_right() -> None:
    session = dc.open(three_projects(7))
    plan = session.solve()
    session.set({"units.U.activity_min": 1.0, "targets.intensity_reduction": 0.9})
    with pytest.raises(Infeasible):
        session.solve()
    assert session.plan is plan
    session.reset()
    assert_same(session.solve(), plan)


def test_changes_are_those_of_a_folder(repository: Path) -> None:
    folder = repository / "scenarios" / "two-firms"
    session = dc.open(folder)
    session.set(energy_increment=12_345.0)
    assert (
        session.scenario.content_hash == dc.load(folder, {"targets.increment_tce_eq": 12_345.0}).content_hash
    )
