"""Plans of several years: hand cases first, then every set of admissions, then what the audit must notice."""

import csv
import itertools
import json
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import dualcontrol as dc
from dualcontrol.cli import main
from dualcontrol.horizon import HorizonPlan, NoHorizon, solve_horizon
from dualcontrol.horizon_columns import HORIZON_TABLES
from dualcontrol.horizon_file import read_horizon
from dualcontrol.horizon_joint import open_year
from dualcontrol.horizon_output import first_year_lines
from dualcontrol.horizon_past import standing_of
from dualcontrol.model.allocation import Margins
from dualcontrol.model.audit import audit_folder
from dualcontrol.model.audit.horizon import audit_years
from dualcontrol.model.horizon import FiveYear, Horizon, Standing, YearTargets, added_up
from dualcontrol.model.scenario import ScenarioError
from dualcontrol.publish import PublishError
from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.highs import LiveHighs
from tests.planner.conftest import Said
from tests.planner.years_cases import county, horizon

Run = Callable[..., Said]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the program with arguments; never a traceback."""

    def running(*arguments: object) -> Said:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return Said(int(end.value.code or 0), out, err)

    return running


def solved(path: Path) -> HorizonPlan:
    file = read_horizon(path)
    standing = standing_of(file.past)
    years = [one.year for one in file.horizon.years if one.year not in file.past]
    return solve_horizon(file.base, file.horizon, standing, years, document="跨年统筹", gap=0.0)


def values(found: HorizonPlan) -> list[float]:
    """Value added of each year beyond unit A's 500 万元."""
    return [round(one.value_wan_yuan - 500, 6) for one in found.years]


def quotas(found: HorizonPlan, project: str) -> list[int]:
    return [int(one.plan.projects.set_index("project_id").loc[project, "quota_tce"]) for one in found.years]


# The total may grow by 100 tce in each year. P needs 240 tce and earns 100 万元 a year. In 2022 there are 100, in 2023
# 200: too little. What 2022 leaves over may be carried: 40 of its 100 tce make 240 in 2023, once.
@pytest.mark.parametrize(("most", "carried", "earned"), [(0.05, 40, 100.0), (0.03, 0, 0.0)])
def test_two_years_with_banking(tmp_path: Path, most: float, carried: int, earned: float) -> None:
    county(tmp_path / "c", [("P", 240, 100)])
    found = solved(horizon(tmp_path, [100, 100], f"banked_max_share = {most}"))
    assert values(found) == [0.0, earned]
    assert [one.standing.carried_out_tce_eq for one in found.years] == [carried, 0]
    assert [one.standing.carried_in_tce_eq for one in found.years] == [0, carried]
    for one, note, tce in zip(found.years, ("carried_out", "carried_in"), (carried, carried), strict=True):
        entries = one.plan.ledger[one.plan.ledger["note"] == note]
        assert int(entries["tce"].sum()) == tce
        assert one.verdict.passed


# Q needs 100 tce and earns 50 万元; of its quota 40 % are given in its first year, 80 % by the second, all by the
# third. Its least load is full load, but nobody must run what he has no quota for. Value 20 + 40 + 50.
def test_a_phased_release(tmp_path: Path) -> None:
    county(tmp_path / "c", [("Q", 100, 50)])
    found = solved(horizon(tmp_path, [100, 0, 0], "grant_path = [0.4, 0.4, 0.2]"))
    assert quotas(found, "Q") == [40, 80, 100]
    assert values(found) == [20.0, 40.0, 50.0]
    # the increment comes in 2023 only: the path begins there
    (tmp_path / "two").mkdir()
    county(tmp_path / "two" / "c", [("Q", 100, 50)], increment=0)
    later = solved(horizon(tmp_path / "two", [0, 100, 0], "grant_path = [0.4, 0.4, 0.2]"))
    assert quotas(later, "Q") == [0, 40, 80]


# Of two projects, half of each allowed in its first year: with 60 tce in 2022 both may begin (30 + 30), though in 2023
# both need 60 each: 120 of 120.
@pytest.mark.slow
def test_parts_of_several_projects_together(tmp_path: Path) -> None:
    county(tmp_path / "c", [("P", 60, 30), ("Q", 60, 24)], increment=60)
    found = solved(horizon(tmp_path, [60, 60], "grant_path = [0.5, 0.5]"))
    assert (quotas(found, "P"), quotas(found, "Q")) == ([30, 60], [30, 60])
    assert values(found) == [27.0, 54.0]


# R begins in July 2023: nothing in 2022, half of its 100 tce and 60 万元 in 2023, all of it in 2024.
def test_a_project_starting_in_july(tmp_path: Path) -> None:
    county(tmp_path / "c", [("R", 100, 60)])
    found = solved(horizon(tmp_path, [100, 0, 0], '[starts]\nR = "2023-07"'))
    assert quotas(found, "R") == [0, 50, 100]
    assert values(found) == [0.0, 30.0, 60.0]


# P1 (60 tce, 30 万元) may begin in 2022, P2 (100 tce, 100 万元) in 2023; there are 100 tce in both years. P1 takes what
# P2 needs a year later, and what is admitted stays: alone 2022 admits P1 (30 + 30), together it waits (0 + 100).
TAKES_FROM_LATER = [("P1", 60.0, 30.0), ("P2", 100.0, 100.0)]


@pytest.mark.slow
def test_what_one_year_takes_from_the_next(tmp_path: Path) -> None:
    county(tmp_path / "c", TAKES_FROM_LATER)
    found = solved(horizon(tmp_path, [100, 0], '[starts]\nP2 = "2023-01"'))
    assert values(found) == [0.0, 100.0]
    assert found.joint_wan_yuan == pytest.approx(2 * 500 + 100)
    assert found.apart_wan_yuan == pytest.approx(2 * 500 + 60)
    assert float(found.alone.summary["objective_wan_yuan"]) == pytest.approx(530)
    reason = found.years[0].plan.projects.set_index("project_id").loc["P1"]
    assert reason["decision"] != "admitted"
    assert reason["clause"] == "3.2.2b"  # it is a decision, and says so


# With a rate of 200 % a unit of 2023 counts a third: 30 + 30/3 = 40 for P1 beats 100/3.
@pytest.mark.slow
def test_the_discount_rate_decides(tmp_path: Path) -> None:
    county(tmp_path / "c", TAKES_FROM_LATER)
    path = horizon(tmp_path, [100, 0], 'discount_rate = 1.0\n[starts]\nP2 = "2023-01"')
    assert values(solved(path)) == [0.0, 100.0]  # 50 beats 45
    file = read_horizon(path)
    dear = replace(file.horizon, discount_rate=2.0)
    found = solve_horizon(file.base, dear, Standing(), [2022, 2023], gap=0.0)
    assert values(found) == [30.0, 30.0]
    assert found.value_wan_yuan == pytest.approx(530 + 530 / 3)


# The unit gives up half its capacity for a compensation of 40 万元, which is paid once: P (500 tce, 300 万元 a year)
# takes the place of 250 万元 of value. 2022: 300 − 250 − 40, 2023: 300 − 250.
@pytest.mark.slow
def test_compensation_is_paid_once_and_a_measure_stays(tmp_path: Path) -> None:
    county(
        tmp_path / "c", [("P", 500, 300)], increment=0, activity=(1.0, 1.0),
        retirements=["T,半线,A,0.5,1,40"],
        measures=["M,节能,A,coal,10,0.001,1"],
    )  # fmt: skip
    found = solved(horizon(tmp_path, [0, 0]))
    assert values(found)[0] == pytest.approx(300 - 250 - 40, abs=0.01)
    assert values(found)[1] == pytest.approx(300 - 250, abs=0.01)
    assert found.joint_wan_yuan == pytest.approx(found.value_wan_yuan, abs=0.02)
    assert [sorted(one.standing.closed) for one in found.years] == [["T"], ["T"]]
    then = found.years[1].plan.measures.set_index("measure_id")
    assert (then.loc["T", "adopted"], then.loc["T", "yearly_cost_wan_yuan"]) == (1, 0)


@pytest.mark.slow
def test_what_is_past_is_fixed(tmp_path: Path, run: Run) -> None:
    folder = county(tmp_path / "c", TAKES_FROM_LATER)
    scenario = dc.load(folder, {"projects.P2.start_month": 13})
    plan = dc.optimise(dc.judge(dc.account(scenario)))
    dc.publish(plan, tmp_path / "issued", scenario=scenario, verdict=dc.audit(scenario, plan))
    path = horizon(tmp_path, [100, 0, 60], '[starts]\nP2 = "2023-01"', {2022: 'past = "issued"'})
    found = solved(path)
    # P1 was admitted in 2022: 40 tce are left in 2023, and with 60 more P2 can enter in 2024
    assert [one.year for one in found.years] == [2023, 2024]
    assert values(found) == [30.0, 130.0]
    assert found.years[0].standing.admitted["P1"] == (1.0, 2022)
    out = tmp_path / "out"
    assert run("years", path, "--out", out).code == 0
    assert run("audit", out).code == 0
    with pytest.raises(PublishError, match="not the plan of 2025"):
        standing_of({2025: tmp_path / "issued"})


# A plan of 2022 that admitted P1, and a horizon whose county has no P1: what was admitted could not go on.
@pytest.mark.slow
def test_a_past_plan_of_another_scenario_is_refused(tmp_path: Path, run: Run) -> None:
    folder = county(tmp_path / "other", [("P1", 40, 30)])
    scenario = dc.load(folder)
    plan = dc.optimise(dc.judge(dc.account(scenario)))
    dc.publish(plan, tmp_path / "issued", scenario=scenario, verdict=dc.audit(scenario, plan))
    county(tmp_path / "c", [("P2", 40, 30)])
    path = horizon(tmp_path, [100, 0], "", {2022: 'past = "issued"'})
    said = run("years", path, "--out", tmp_path / "out", "--lang", "en")
    assert said.code == 2
    assert "P1" in said.err
    assert "`past`" in said.err
    assert not (tmp_path / "out").exists()
    assert standing_of({2022: tmp_path / "issued"}, scenario).admitted == {"P1": (1.0, 2022)}


# P (40 tce at full load, 30 万元) is given half of its quota in its first year: 20 tce and 15 万元. By itself the first
# year would give it the same half, so nothing differs. With increments of 20 and 0 and without parts P cannot enter.
@pytest.mark.slow
def test_the_first_year_by_itself_gives_the_first_part_too(tmp_path: Path, run: Run) -> None:
    county(tmp_path / "c", [("P", 40, 30)])
    path = horizon(tmp_path, [100, 0], "grant_path = [0.5, 0.5]")
    found = solved(path)
    assert values(found) == [15.0, 30.0]
    assert float(found.alone.summary["objective_wan_yuan"]) == pytest.approx(515)
    assert first_year_lines(found)[1:] == []
    said = run("years", path, "--out", tmp_path / "out", "--lang", "en")
    assert "the same plan" in said.out


# As above, but 40 tce of P in 2023 need more than the 30 there are: P is not admitted, though 2022 by itself takes it.
@pytest.mark.slow
def test_what_differs_in_the_first_year_names_the_quotas_of_projects(tmp_path: Path) -> None:
    county(tmp_path / "c", [("P", 40, 30)])
    found = solved(horizon(tmp_path, [30, 0], "grant_path = [0.5, 0.5]"))
    told = {(row[0], row[1]): row[3:6] for row in first_year_lines(found)[1:]}
    assert told["project", "P"] == ["0", "1", "-1"]
    assert told["quota_tce", "project:P"] == ["0", "20", "-20"]


@pytest.mark.slow
def test_the_columns_of_all_years_are_registered_and_explained(published: Path, repository: Path) -> None:
    page = (repository / "docs" / "horizon.md").read_text(encoding="utf-8")
    for name, columns in HORIZON_TABLES.items():
        with (published / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            head = next(csv.reader(file))
        registered = [column for column in columns if not column.endswith("…")]
        by_year = [column for column in head if "2022" in column or "2023" in column]
        assert [column for column in head if column not in by_year] == registered
        assert len(by_year) == (2 if len(columns) > len(registered) else 0)
        section = page.partition(f"### `{name}.csv`")[2].partition("###")[0]
        assert all(f"`{column}`" in section for column in columns), name


def test_paths_added_up_by_hand() -> None:
    years = tuple(
        YearTargets(y, intensity_reduction=r) for y, r in ((2022, 0.03), (2023, 0.02), (2024, None))
    )
    plain = Horizon("", "", years)
    assert plain.reduction(2022) == 0.03
    assert plain.reduction(2023) == pytest.approx(1 - 0.97 * 0.98, abs=1e-12)
    assert plain.reduction(2024) == plain.reduction(2023)
    # 15 % against 2020, of which 5 % were made in 2021: 1 − 0.85/0.95 = 10.526 % against 2021, in the last year only
    five = Horizon("", "", years, five_year=FiveYear(2020, 0.15, 0.05))
    assert five.reduction(2024) == pytest.approx(1 - 0.85 / 0.95, abs=1e-12)
    assert five.reduction(2023) == plain.reduction(2023)
    assert Horizon("", "", years).reduction(2022) is not None
    assert added_up((0.4, 0.4, 0.2), 2) == 0.8
    assert added_up((0.4, 0.4, 0.2), 9) == 1.0
    one = Horizon("", "", years, grant_path=(0.4, 0.4, 0.2), discount_rate=0.1)
    assert [one.granted_share(y, 2023) for y in (2022, 2023, 2024)] == [0.0, 0.4, 0.8]
    assert one.weight(2024) == pytest.approx(1 / 1.21)


@pytest.mark.slow
def test_one_year_is_the_plan_of_that_year(tmp_path: Path) -> None:
    """A horizon of one year without a path decides what the year alone decides."""
    folder = county(tmp_path / "c", [("P", 60, 30), ("Q", 50, 20), ("R", 30, 17)])
    found = solved(horizon(tmp_path, [100]))
    plan = dc.optimise(dc.judge(dc.account(dc.load(folder))))
    assert found.years[0].value_wan_yuan == pytest.approx(float(plan.summary["objective_wan_yuan"]), abs=1e-9)
    assert list(found.years[0].plan.projects["admitted"]) == list(plan.projects["admitted"])


def worth_of_sets(program: Arrays, keys: Sequence[str]) -> dict[frozenset[str], float]:
    """The value of the year for every set of projects it can admit."""
    own: dict[frozenset[str], float] = {}
    for size in range(len(keys) + 1):
        for chosen in itertools.combinations(keys, size):
            lower, upper = program.lower.copy(), program.upper.copy()
            for key in keys:
                at = program.column("admitted", key)
                lower[at] = upper[at] = min(float(key in chosen), upper[at])
                if key in chosen and upper[at] < 1:
                    break
            else:
                solution = LiveHighs(replace(program, lower=lower, upper=upper)).solve()
                if solution.x.size:
                    own[frozenset(chosen)] = solution.objective
    return own


@pytest.mark.slow
def test_whole_tonnes_that_do_not_fit_are_decided_again(tmp_path: Path) -> None:
    """P and Q begin in July of 2023 with 33/2 = 16.5 and 39/2 = 19.5 tce, R uses 50: 86 tce are all there is.

    In whole tonnes they are 17 + 20 + 50 = 87: one has to wait, and that is Q (15/2 万元 in 2023). The bound keeps
    what was asked without whole tonnes: 500 + 500 + 29 + 56/2 + 15/2 = 1,064.5 against 1,057.
    """
    county(tmp_path / "c", [("P", 33, 56), ("Q", 39, 15), ("R", 50, 29)])
    starts = '[starts]\nP = "2023-07"\nQ = "2023-07"\nR = "2023-01"'
    found = solved(horizon(tmp_path, [40, 46], starts))
    assert found.joint_wan_yuan == pytest.approx(1064.5, abs=1e-6)
    assert found.bound_wan_yuan == pytest.approx(1064.5, abs=1e-6)
    assert values(found) == [0, 57]
    assert (quotas(found, "P"), quotas(found, "Q"), quotas(found, "R")) == ([0, 17], [0, 0], [0, 50])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, *(pytest.param(k, marks=pytest.mark.slow) for k in range(1, 8))])
def test_every_set_of_admissions(tmp_path: Path, seed: int) -> None:
    """Brute force: each year's program by itself for every set that only grows; the best sum is the joint value."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    projects = [(f"P{k}", float(draw.randint(20, 90)), float(draw.randint(10, 60))) for k in range(4)]
    county(tmp_path / "c", projects, activity=(0.8, 1.0))
    starts = "\n".join(
        f'{key} = "{draw.choice((2022, 2023))}-{draw.choice((1, 7)):02d}"' for key, *_ in projects
    )
    rate = draw.choice((0.0, 0.08, 0.5))
    increments = [draw.randint(20, 120) for _ in range(3)]
    file = read_horizon(horizon(tmp_path, increments, f"discount_rate = {rate}\n[starts]\n{starts}"))
    years = [2022, 2023, 2024]
    found = solve_horizon(file.base, file.horizon, Standing(), years, gap=0.0)
    keys = [key for key, *_ in projects]

    def best(free_tce: float) -> float:
        worth = [
            worth_of_sets(
                open_year(file.base, file.horizon, Standing(), year, margins=Margins(free_tce)).program, keys
            )
            for year in years
        ]
        return max(
            sum(file.horizon.weight(y) * own[s] for y, own, s in zip(years, worth, sets, strict=True))
            for sets in itertools.product(*worth)
            if all(a <= b for a, b in itertools.pairwise(sets))
        )

    assert found.joint_wan_yuan == pytest.approx(best(0.0), rel=1e-9)
    # in whole tonnes no more than that, and no less than what needs no more room than a tonne for each project
    assert best(len(keys)) * (1 - 1e-6) <= found.value_wan_yuan <= best(0.0) * (1 + 1e-6)
    assert found.bound_wan_yuan >= best(0.0) * (1 - 1e-9)


@pytest.mark.slow
def test_divisible_projects_and_carrying_keep_the_joint_value(tmp_path: Path) -> None:
    """Each year solved by itself with what the years decided is worth what the joint program said."""
    county(
        tmp_path / "c", [("P", 130, 60), ("Q", 90, 50)], divisible=True, load_min=0.0, activity=(0.7, 1.0),
        measures=["M,节能,A,coal,30,5,7"],
    )  # fmt: skip
    found = solved(horizon(tmp_path, [40, 60, 30], "discount_rate = 0.05\nbanked_max_share = 0.02"))
    assert found.value_wan_yuan == pytest.approx(found.joint_wan_yuan, rel=1e-5)
    assert found.gap < 1e-5
    shares = [one.standing.admitted.get("Q", (0.0, 0))[0] for one in found.years]
    assert np.all(np.diff(shares) >= -1e-9)


def test_no_plan_of_all_years(tmp_path: Path, run: Run) -> None:
    """2023 asks for a reduction that nothing can bring about; the message names the year."""
    county(tmp_path / "c", [], activity=(1.0, 1.0))
    path = horizon(tmp_path, [100, 0], years={2023: "intensity_reduction = 0.2"})
    with pytest.raises(NoHorizon):
        solved(path)
    said = run("years", path, "--out", tmp_path / "out", "--lang", "en")
    assert said.code == 3
    assert "2023" in said.err
    assert not (tmp_path / "out").exists()


def test_a_wrong_file_tells_every_problem(tmp_path: Path, run: Run) -> None:
    county(tmp_path / "c", TAKES_FROM_LATER)
    path = horizon(
        tmp_path, [100, 0],
        "discount_rate = 1.5\ncut_path = [0.7, 0.7]\ngrant_path = [0.5]\nrate = 1\n[starts]\n"
        'P9 = "2023-01"\nP1 = "2023-13"',
        {2023: 'year2 = 1\n"targets.nothing" = 3'},
    )  # fmt: skip
    said = run("years", path, "--out", tmp_path / "out", "--json")
    assert said.code == 2
    keys = {problem["column"] for problem in json.loads(said.out)["problems"]}
    assert {"discount_rate", "rate", "starts.P1", "years[2].year2"} <= keys
    assert not (tmp_path / "out").exists()
    path.write_text(path.read_text(encoding="utf-8").replace("discount_rate = 1.5\n", "").replace("rate = 1\n", "")
                    .replace('P1 = "2023-13"', "").replace("year2 = 1\n", ""), encoding="utf-8")  # fmt: skip
    rest = {
        problem["column"]
        for problem in json.loads(run("years", path, "--out", tmp_path / "o", "--json").out)["problems"]
    }
    assert {"cut_path", "grant_path", "starts.P9"} <= rest


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("year = 2023", "year = 2024", "years[2].year"),
        ("year = 2023", 'year = 2023\npast = "x"', "years[2].past"),
        ("increment_tce_eq", 'past = "x"\nincrement_tce_eq', "years"),
        ("year = 2022", 'year = "2022"', "years[1].year"),
        ("[[years]]", "[years]", "years"),
    ],
)  # fmt: skip
def test_years_that_do_not_follow_each_other(tmp_path: Path, old: str, new: str, column: str) -> None:
    county(tmp_path / "c", TAKES_FROM_LATER)
    path = horizon(tmp_path, [100, 0])
    text = path.read_text(encoding="utf-8")
    if column == "years" and "[years]" in new:
        text = text.partition("[[years]]")[0] + "[years]\nyear = 2022\n"
    else:
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        read_horizon(path)
    assert column in {problem.column for problem in error.value.problems}


# G is worse than the banner's benchmark of 2023 (0.5), not of 2022 (9): admitted in 2022 it goes on, in 2023 it could
# not begin. H begins in 2023 and is stopped.
@pytest.mark.slow
def test_gates_ask_who_enters_not_who_is_there(tmp_path: Path) -> None:
    county(tmp_path / "c", [("G", 50, 40), ("H", 40, 30)])
    strict = {2023: '"policy.benchmark_tce_per_wan_yuan" = 0.5'}
    off = (
        '[common]\ndisabled_clauses = ["3.3.2c", "3.2.1c"]\n'  # A is worse, too, and cannot give anything up
    )
    found = solved(horizon(tmp_path, [100, 0], f'{off}[starts]\nH = "2023-01"', strict))
    assert (quotas(found, "G"), quotas(found, "H")) == ([50, 50], [0, 0])
    then = found.years[1].plan.projects.set_index("project_id")
    assert (then.loc["G", "decision"], then.loc["H", "decision"]) == ("admitted", "gated")
    # with no room in 2022 the last chance is gone
    (tmp_path / "two").mkdir()
    county(tmp_path / "two" / "c", [("G", 50, 40)], increment=0)
    assert quotas(solved(horizon(tmp_path / "two", [0, 100], off, strict)), "G") == [0, 0]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of two years that carries 40 tonnes, as the command writes it."""
    folder = tmp_path_factory.mktemp("years")
    county(folder / "c", [("P", 240, 100)])
    path = horizon(folder, [100, 100], "banked_max_share = 0.05")
    with pytest.raises(SystemExit) as ended:
        main(["years", str(path), "--out", str(folder / "out")])
    assert ended.value.code in (0, None)
    return folder / "out"


@pytest.mark.slow
def test_the_folder_says_what_the_years_say(published: Path, run: Run) -> None:
    assert {path.name for path in published.iterdir()} == {
        "2022", "2023", "years.csv", "choices.csv", "units.csv", "first_year.csv", "years.json",
    }  # fmt: skip
    told = json.loads((published / "years.json").read_text(encoding="utf-8"))
    assert told["value_wan_yuan"] == pytest.approx(1100)
    assert told["mark"]
    assert run("audit", published).code == 0
    assert run("audit", published / "2023").code == 0  # each year is a plan like any other
    units = (published / "units.csv").read_text(encoding="utf-8-sig")
    assert "project:P" in units


def forged(published: Path, folder: Path) -> Path:
    return Path(shutil.copytree(published, folder))


@pytest.mark.parametrize(
    ("file", "old", "new", "check"),
    [
        ("years.json", '"increment_tce_eq": 100', '"increment_tce_eq": 90', "years_path"),
        ("years.json", '"banked_max_share": 0.05', '"banked_max_share": 0.01', "years_carried"),
        ("years.json", '"value_wan_yuan": 1100.0', '"value_wan_yuan": 1200.0', "years_value"),
        ("years.json", '"discount_rate": 0.0', '"discount_rate": 0.1', "years_value"),
        ("2022/ledger.csv", ",40,3.2.1b,carried_out", ",30,3.2.1b,carried_out", "years_carried"),
        ("2022/projects.csv", "", "", "years_lasting"),
        ("2022/ledger.csv", "", "", "years_files"),
    ],
)  # fmt: skip
def test_the_audit_of_the_years_notices(
    published: Path, tmp_path: Path, file: str, old: str, new: str, check: str
) -> None:
    folder = forged(published, tmp_path / "out")
    place = folder / file
    text = place.read_text(encoding="utf-8-sig")
    if check == "years_lasting":  # the project was there in 2022 and is gone in 2023
        shares = [(folder / str(year) / "projects.csv") for year in (2022, 2023)]
        texts = [path.read_text(encoding="utf-8-sig") for path in shares]
        for path, other in zip(shares, reversed(texts), strict=True):
            path.write_text(other, encoding="utf-8-sig")
    elif check == "years_files":
        place.unlink()
    else:
        assert old in text
        place.write_text(text.replace(old, new), encoding="utf-8-sig")
    verdicts = {year: audit_folder(folder / str(year)) for year in (2022, 2023)}
    failed = {one.name for one in audit_years(folder, verdicts) if not one.passed}
    assert check in failed


def test_a_link_that_is_not_kept_fails_the_years_own_check(tmp_path: Path) -> None:
    """The plan of a scenario, held against the same scenario with a link that says otherwise."""
    folder = county(tmp_path / "c", [("P", 100, 50)], measures=["M,节能,A,coal,10,5,1"])
    scenario = dc.load(folder)
    plan = dc.optimise(dc.judge(dc.account(scenario)))
    assert float(plan.measures.set_index("measure_id").loc["M", "adopted"]) == 0
    (folder / "year_links.csv").write_text(
        "link_id,what,target_id,value,decided_in,document,source,basis\nL,adopted,M,1,2022,,x,estimated\n",
        encoding="utf-8",
    )
    tied = dc.load(folder)
    assert "year_links" in {check.name for check in dc.audit(tied, plan).failed}
    again = dc.optimise(dc.judge(dc.account(tied)))
    assert dc.audit(tied, again).passed
    assert float(again.measures.set_index("measure_id").loc["M", "adopted"]) == 1


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("L,adopted,A,1", "link_target"), ("L,closed,M,1", "link_target"), ("L,adopted,,1", "link_target"),
        ("L,carried_in,M,5", "link_target"), ("L,adopted,M,0.5", "link_value"), ("L,carried_in,,1.5", "link_value"),
        ("L,adopted,M,1,2022,,x,estimated\nK,adopted,M,0", "link_twice"),
    ],
)  # fmt: skip
def test_links_that_say_nonsense_are_refused(tmp_path: Path, row: str, rule: str) -> None:
    folder = county(tmp_path / "c", [], measures=["M,节能,A,coal,10,5,1"])
    (folder / "year_links.csv").write_text(
        f"link_id,what,target_id,value,decided_in,document,source,basis\n{row},2022,,x,estimated\n",
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError) as error:
        dc.load(folder)
    assert rule in {problem.rule for problem in error.value.problems}


def test_values_are_exact_to_the_cent(published: Path) -> None:
    told = json.loads((published / "years.json").read_text(encoding="utf-8"))
    years = [
        json.loads((published / str(y) / "summary.json").read_text(encoding="utf-8")) for y in (2022, 2023)
    ]
    assert Fraction(str(told["value_wan_yuan"])) == sum(Fraction(str(y["objective_wan_yuan"])) for y in years)
