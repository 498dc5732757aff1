"""What it would take: least changes of levers, worked out by hand, verified by solving the changed scenario."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from dualcontrol.cli import main
from dualcontrol.levers import NAMES, levers
from dualcontrol.model.accounting import account
from dualcontrol.model.changes import change
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario, load
from dualcontrol.optimise import decided
from dualcontrol.seek import Found, Wish, admits, grants, is_worth, now, seek
from dualcontrol.seek_command import LEVERS
from tests.model.small_cases import others, project, solve, total, unit, write_county

NO_CUT = {"policy": {"benchmark_tce_per_wan_yuan": 9}}  # nobody is worse than the banner's benchmark
# value and energy: A(10, 5), B(12, 7), C(6, 3), tenfold
THREE = [unit("works", 1000, 500), project("A", 50, 100), project("B", 70, 120), project("C", 30, 60)]


def scenario_of(tmp_path: Path, owners: object, settings: Mapping[str, object], **more: object) -> Scenario:
    return load(write_county(tmp_path / "s", owners, {**settings, **NO_CUT}, **more))  # type: ignore[arg-type]


def answers(scenario: Scenario, wish: Wish, *names: str, project: str | None = None) -> dict[str, Found]:
    return {one.name: seek(scenario, wish, one) for one in levers(scenario, names or NAMES, project)}


def holds(scenario: Scenario, wish: Wish, found: Found, amount: float) -> bool:
    return wish(decided(judge(account(change(scenario, found.lever.changes(amount))))))


@pytest.mark.slow
def test_the_least_increment_though_the_choice_is_not_monotone(tmp_path: Path) -> None:
    # B is in from 70 to 79 (120 > 100) and again from 100 (B and C, 180 > 160); at 50 there is A: 20 more
    scenario = scenario_of(tmp_path, THREE, total(50))
    assert now(scenario, admits("B")).admitted == ("A",)
    found = answers(scenario, admits("B"), "increment")["increment"]
    assert (found.amount, found.admitted) == (20, ("B",))
    assert found.changes == {"targets.increment_tce_eq": 70}
    # with 85 A and C are in (160): B from 100 on
    scenario = change(scenario, {"targets.increment_tce_eq": 85})
    assert answers(scenario, admits("B"), "increment")["increment"].amount == 15


@pytest.mark.slow
def test_every_answer_holds_and_just_misses_with_one_percent_less(tmp_path: Path) -> None:
    # north may grow to 1300 at 0.5 万元 per tce and has 1000; 1210.5 need 211 tce more, a value of 640 needs 280
    scenario = scenario_of(tmp_path, [unit("north", 1000, 500, activity_max=1.3)], total(0))
    for wish, wanted, is_monotone in ((grants("north", 1210.5), 211, False), (is_worth(640), 280, True)):
        (lever,) = levers(scenario, ["increment"])
        found = seek(scenario, wish, lever, is_monotone=is_monotone)
        assert found.amount == wanted
        assert holds(scenario, wish, found, found.amount)
        assert not holds(scenario, wish, found, found.lever.rounded_down(0.99 * found.amount))


@pytest.mark.slow
def test_the_intensity_target_as_a_lever(tmp_path: Path) -> None:
    # base: 1000 tce for 1000 万元 (500 of north, 500 of others, who grow by 100). P: 100 tce, 50 万元, and north
    # must run. With P: 1100 tce for 1150 = 0.956522, a reduction of 4.347826 %. The target is 5 %: 0.652174 points.
    owners = [unit("north", 1000, 500, activity_min=1), project("P", 100, 50)]
    settings = {"targets": {"manage_total": False, "intensity_reduction": 0.05}}
    scenario = scenario_of(tmp_path, owners, settings, gdp=[others(500, 0.2)])
    found = answers(scenario, admits("P"), "intensity")["intensity"]
    assert found.amount == pytest.approx(0.00652174, rel=0.005)
    assert found.amount is not None
    assert holds(scenario, admits("P"), found, found.amount)
    assert not holds(scenario, admits("P"), found, 0.99 * found.amount)


def test_set_aside_is_all_or_nothing(tmp_path: Path) -> None:
    # nothing is new; set aside nationally, where the exclusion is in force, the project needs nothing of the pool
    owners = [unit("north", 1000, 500), project("P", 100, 50)]
    rule = {"exclusions": [{"kind": "national", "measure": "total", "effective_from": "2020-01-01"}]}
    scenario = scenario_of(tmp_path, owners, total(0), **rule)
    found = answers(scenario, admits("P"), "set_aside", project="P")["set_aside"]
    assert (found.amount, found.changes) == (1, {"projects.P.is_national": True})
    without = scenario_of(tmp_path / "without", owners, total(0))
    assert answers(without, admits("P"), "set_aside", project="P")["set_aside"].amount is None


def test_a_lever_that_cannot_do_it_says_so(tmp_path: Path) -> None:
    owners = [
        unit("north", 1000, 500),
        project("P", 100, 50, review="missing"),
    ]  # stopped by 3.2.2c, not for want of tonnes
    scenario = scenario_of(tmp_path, owners, total(0))
    assert not any(one.amount for one in answers(scenario, admits("P"), "increment").values())


@pytest.mark.slow
def test_where_there_is_no_plan_a_lever_may_bring_one(tmp_path: Path) -> None:
    home = {"line_id": "homes", "base_fuel_tce": 100, "base_electricity_mwh": 0, "plan_fuel_tce": 150,
            "plan_electricity_mwh": 0, "co2_t_per_fuel_tce": 2.6, "floor_share": 1}  # fmt: skip
    owners = [unit("A", 1000, 500, activity_min=1)]
    scenario = scenario_of(tmp_path, owners, total(0), society=[home])
    assert not now(scenario, is_worth(0)).has_plan
    assert answers(scenario, is_worth(0), "increment")["increment"].amount == 50


@pytest.mark.slow
def test_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert LEVERS == NAMES
    folder = str(write_county(tmp_path / "s", THREE, {**total(50), **NO_CUT}))

    def run(*arguments: str) -> tuple[int, dict[str, object]]:
        with pytest.raises(SystemExit) as ended:
            main(["seek", folder, *arguments, "--json", "--lang", "en"])
        return int(str(ended.value.code)), json.loads(capfd.readouterr().out)

    code, told = run("--admit", "B", "--lever", "increment")
    assert code == 0
    assert [(a["lever"], a["amount"]) for a in told["answers"]] == [("increment", 20.0)]  # type: ignore[attr-defined]
    code, told = run("--admit", "A")
    assert (code, told["holds_already"]) == (0, True)
    code, told = run("--value", "1e9", "--lever", "set_aside")
    assert code == 3
    for bad in (["--admit", "BB"], ["--admit", "A", "--value", "3"], [], ["--quota", "works"], ["--quota", "works=x"],
                ["--quota", "nobody=3"], ["--value", "nan"], ["--lever", "luck", "--admit", "A"]):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            main(["seek", folder, *bad, "--lang", "zh"])
        assert ended.value.code == 2
        assert "Traceback" not in capfd.readouterr().err


def test_a_small_answer_is_as_fine_as_a_large_one(tmp_path: Path) -> None:
    # A at 1 tce per 万元 may run at 2 where it may emit: 2.3712 t of budget more by hand is not three whole tonnes
    owners = [unit("north", 1000, 500, activity_max=1.3)]
    settings = {"targets": {"manage_total": False, "co2_budget_t": 2600}}
    scenario = scenario_of(tmp_path, owners, settings)
    (lever,) = levers(scenario, ["carbon"])
    # 2600 t are the emission of 500 万元: 5.2 t per 万元
    found = seek(scenario, is_worth(500.456), lever, is_monotone=True)
    assert found.amount == pytest.approx(0.456 * 5.2, rel=0.01)
    assert found.amount is not None
    assert holds(scenario, is_worth(500.456), found, found.amount)
    assert not holds(scenario, is_worth(500.456), found, 0.99 * found.amount)
    assert found.misses_at is not None
    assert 0.99 * found.amount <= found.misses_at < found.amount


def test_an_increment_counts_in_whole_tonnes_and_is_told_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # 24 tce at 0.5 万元 each are 12 万元; 23.76 tce, 1 % less, are 24 to the ledger, too: 23 are the next that miss
    folder = write_county(
        tmp_path / "s", [unit("north", 1000, 500, activity_max=1.3)], {**total(0), **NO_CUT}
    )
    with pytest.raises(SystemExit) as ended:
        main(["seek", str(folder), "--value", "512", "--lever", "increment", "--lang", "en"])
    assert ended.value.code == 0
    assert "24 tce_eq; with 23 tce_eq it does not hold" in capfd.readouterr().out
    scenario = load(folder)
    (lever,) = levers(scenario, ["increment"])
    for amount, does in ((24, True), (23.76, True), (23, False)):
        plan = decided(judge(account(change(scenario, lever.changes(amount)))))
        assert is_worth(512)(plan) is does


def test_all_that_is_wrong_with_a_wish_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = write_county(tmp_path / "s", THREE, {**total(50), **NO_CUT})
    with pytest.raises(SystemExit) as ended:
        main(["seek", str(folder), "--quota", "nobody=many", "--lang", "en"])
    assert ended.value.code == 2
    said = capfd.readouterr().err
    assert "there is no nobody in units" in said
    assert "nobody=many holds no usable number" in said


def test_the_wish_is_what_the_plan_decides(tmp_path: Path) -> None:
    scenario = scenario_of(tmp_path, THREE, total(70))
    plan = solve(scenario)
    told = now(scenario, admits("B"))
    assert told.admitted == tuple(sorted(plan.projects.loc[plan.projects["admitted"] > 0, "project_id"]))
    assert told.value_wan_yuan == plan.summary["objective_wan_yuan"]
