"""The frontier: breaks by hand and against brute force, the selection that is not monotone, what cannot be exact."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from dualcontrol import figures
from dualcontrol.cli import main
from dualcontrol.frontier import Frontier, Point, RangeError, frontier
from dualcontrol.messages import Language
from dualcontrol.model.changes import change
from dualcontrol.model.scenario import Scenario
from dualcontrol.solvers.highs import LiveHighs, Status
from dualcontrol.solving import first_program
from tests.model.small_cases import case_of, county, others, project, total, unit, write_county
from tests.planner.session_walks import county_of
from tests.planner.test_session import three_projects

RELAXED = {"solve": {"relax_integers": True}}


def divisible() -> Scenario:
    """Two projects that may be admitted in part: A 100 tce for 200 万元, B 300 tce for 300; no PV, nothing else."""
    owners = [unit("U", 1000, 5000, activity_min=1, sector="heavy")]
    owners += [project("A", 100, 200, is_divisible=1), project("B", 300, 300, is_divisible=1)]
    return county(owners, {**total(0), **RELAXED})


def test_breaks_where_a_project_is_full() -> None:
    # 2 万元/tce up to 100 tce, 1 up to 400, then nothing: 5000, 5200, 5500, 5500.
    found = frontier(divisible(), "increment", 0, 500)
    assert (found.is_exact, found.why_not) == (True, "")
    assert [p.at for p in found.points] == pytest.approx([0, 100, 400, 500])
    assert [p.value_wan_yuan for p in found.points] == pytest.approx([5000, 5200, 5500, 5500])
    assert [p.price_right for p in found.points[:-1]] == pytest.approx([2, 1, 0], abs=1e-9)
    assert [p.price_left for p in found.points[1:]] == pytest.approx([2, 1, 0], abs=1e-9)
    assert [p.is_break for p in found.points] == [False, True, True, False]
    assert [p.admitted for p in found.points] == [(), ("A",), ("A", "B"), ("A", "B")]
    assert math.isnan(found.points[0].price_left)


def brute(scenario: Scenario, key: str, level: float) -> float:
    """The value of the first stage of a fresh compilation, NaN where there is no plan."""
    _, program = first_program(case_of(change(scenario, {key: level})))
    solution = LiveHighs(program).solve()
    return solution.objective if solution.status is Status.OPTIMAL else math.nan


@pytest.mark.parametrize(
    ("seed", "step"), [(0, 30.0), *(pytest.param(k, 10.0, marks=pytest.mark.slow) for k in range(1, 8))]
)
def test_breaks_agree_with_brute_force(seed: int, step: float) -> None:
    scenario = change(county_of(seed), {"solve.relax_integers": True})
    found = frontier(scenario, "increment", 0, 600)
    assert found.is_exact
    grid = np.arange(0.0, 601.0, step)
    values = np.array([brute(scenario, "targets.increment_tce_eq", level) for level in grid])
    at = np.array([p.at for p in found.points])
    told = np.interp(grid, at, [float(p.value_wan_yuan or 0.0) for p in found.points], left=np.nan)
    assert told == pytest.approx(values, rel=1e-8, nan_ok=True)
    bends = np.flatnonzero(np.abs(np.diff(values, 2)) > 1e-6) + 1
    inner = [p.at for p in found.points if p.is_break]
    assert all(any(grid[k - 1] <= b <= grid[k + 1] for b in inner) for k in bends)
    for b in (p for p in found.points if p.is_break):
        assert b.price_left > b.price_right


def test_carbon_budget() -> None:
    # A emits 2.6 t a tce: 100 tce are 260 t. Without an increment that binds, 2/2.6 万元 a tonne up to 260 t, then B:
    # 1/2.6 up to 1040; U emits 2600.
    scenario = change(divisible(), {"targets.increment_tce_eq": 10_000.0})
    found = frontier(scenario, "carbon", 2600, 4000)
    assert found.is_exact
    assert [p.at for p in found.points] == pytest.approx([2600, 2860, 3640, 4000])
    assert [p.price_right for p in found.points[:-1]] == pytest.approx([2 / 2.6, 1 / 2.6, 0], abs=1e-9)
    assert [p.co2_t for p in found.points[:3]] == pytest.approx([2600, 2860, 3640])


@pytest.mark.slow
def test_selection_is_not_monotone() -> None:
    # (value, energy) A(10, 5) B(12, 7) C(6, 3): the best sets at 5, 7, 8, 10 and 12 are A, B, AC, BC, AB.
    found = frontier(three_projects(0), "increment", 0, 15, steps=16)
    assert (found.is_exact, found.why_not) == (False, "integers")
    sets = {p.at: "".join(p.admitted) for p in found.points}
    assert [sets[b] for b in (5, 7, 8, 10, 12)] == ["A", "B", "AC", "BC", "AB"]
    values = {p.at: p.value_wan_yuan for p in found.points}
    assert [values[b] for b in (0, 3, 5, 7, 8, 10, 12, 15)] == pytest.approx(
        [500, 506, 510, 512, 516, 518, 522, 528]
    )
    assert all(p.gap == pytest.approx(0, abs=1e-12) for p in found.points)
    # with yes and no kept a tonne less is no plan, a tonne more is worth nothing
    five = next(p for p in found.points if p.at == 5)
    assert math.isnan(five.price_left)
    assert five.price_right == pytest.approx(0, abs=1e-9)


def test_intensity_is_a_factor_of_gdp_and_solved_point_by_point() -> None:
    # 1000 tce for 5000 + 1000 of GDP; A (100 tce, 200) has more energy per value than the county and B (300, 300) too.
    # Both lift the intensity: at a reduction of 0 neither may enter. At -10 % (energy may rise by 10 % per GDP) both
    # are limited by (1 + 0.1) / 6 x GDP.
    owners = [unit("U", 1000, 5000, activity_min=1, sector="heavy")]
    owners += [project("A", 100, 200, is_divisible=1), project("B", 300, 300, is_divisible=1)]
    scenario = county(owners, {**total(1000), **RELAXED}, gdp=[others(1000)])
    found = frontier(scenario, "intensity", -0.1, 0.0, steps=3)
    assert (found.is_exact, found.why_not) == (False, "not_affine")
    # room s of A: 1.1/6 x 200 - 100 = -63.3; the county's: 1.1/6 x 6000 - 1000 = 100. A whole, then B: 36.7 / 245 of it
    share = (100 - (100 - 1.1 / 6 * 200)) / (300 - 1.1 / 6 * 300)
    assert found.points[0].value_wan_yuan == pytest.approx(5200 + 300 * share)
    assert found.points[-1].value_wan_yuan == pytest.approx(5000)
    assert [p.at for p in found.points] == pytest.approx([-0.1, -0.05, 0.0])


def test_levels_without_a_plan_are_told() -> None:
    # U must run and needs its quota: with a carbon budget below 2600 there is no plan.
    scenario = change(divisible(), {"targets.increment_tce_eq": 10_000.0, "solve.relax_integers": False})
    scenario = change(scenario, {"projects.A.is_divisible": False})
    found = frontier(scenario, "carbon", 2000, 3000, steps=3)
    assert [p.status for p in found.points] == [Status.INFEASIBLE, Status.INFEASIBLE, Status.OPTIMAL]
    assert found.points[0].value_wan_yuan is None
    assert found.points[0].gap is None
    exact = frontier(divisible(), "carbon", 1000, 2000)
    assert (exact.is_exact, exact.points) == (True, ())


def test_whole_tonnes_of_a_reserve_are_no_straight_line() -> None:
    # A reserve of a third is rounded up to whole tonnes: not along a line, and said so.
    scenario = change(divisible(), {"policy.reserve_share": 1 / 3})
    found = frontier(scenario, "increment", 0, 500, steps=6)
    assert (found.is_exact, found.why_not, len(found.points)) == (False, "not_affine", 6)


def test_a_range_that_is_none_is_refused() -> None:
    for low, high in (
        (5.0, 5.0),
        (9.0, 1.0),
        (None, None),
        (0.0, math.inf),
        (-math.inf, 5.0),
        (math.nan, 5.0),
    ):  # without an increment there is no range around it
        with pytest.raises(RangeError):
            frontier(divisible(), "increment", low, high)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as told:
        main(["frontier", *arguments])
    return int(told.value.code or 0)


def written_county(folder: Path) -> Path:
    owners = [unit("U", 1000, 5000, activity_min=1, sector="heavy")]
    owners += [project("A", 100, 200, is_divisible=1), project("B", 300, 300, is_divisible=1)]
    return write_county(folder, owners, {**total(0), **RELAXED})


@pytest.mark.slow
def test_the_command_writes_table_figure_and_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = str(written_county(tmp_path / "s")), tmp_path / "out"
    assert run(source, "--from", "0", "--to", "500", "--out", str(out), "--lang", "en") == 0
    assert "An exact line along the increment" in capsys.readouterr().out
    assert sorted(path.name for path in out.iterdir()) == ["frontier.csv", "frontier.png", "summary.json"]
    rows = rows_of(out / "frontier.csv")
    assert [(r["increment_tce_eq"], r["value_wan_yuan"], r["price_right"]) for r in rows] == [
        ("0", "5000", "2"), ("100", "5200", "1"), ("400", "5500", "0"), ("500", "5500", ""),
    ]  # fmt: skip
    assert [r["is_break"] for r in rows] == ["0", "1", "1", "0"]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["is_exact"], summary["breaks"], summary["mark"]) != (False, 0, None)
    # again, as JSON and over the old folder; then not over a folder that holds something else
    assert run(source, "--to", "500", "--from", "0", "--out", str(out), "--json") == 0
    assert json.loads(capsys.readouterr().out)["breaks"] == 2
    (out / "mine.txt").write_text("x", encoding="utf-8")
    assert run(source, "--to", "500", "--from", "0", "--out", str(out)) == 2
    assert (out / "mine.txt").exists()


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = str(written_county(tmp_path / "s")), str(tmp_path / "out")
    assert run(source, "--out", out, "--lang", "en") == 2
    assert "There is no range" in capsys.readouterr().err
    set_aside = ("--set", "targets.increment_tce_eq=10000")
    ends = ("--over", "carbon", "--from", "1000", "--to", "2000")
    assert run(source, "--out", out, *ends, *set_aside, "--lang", "zh") == 3
    assert "没有任何可行计划" in capsys.readouterr().err
    assert run(source, "--out", out, "--over", "jobs") == 2
    assert run(source, "--out", out, "--from", "0", "--to", "inf", "--lang", "en") == 2
    assert "There is no range" in capsys.readouterr().err
    assert not Path(out).exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_figure_tells_what_was_found(lang: Language) -> None:
    scenario = divisible()
    exact = frontier(scenario, "increment", 0, 500)
    points = Frontier(
        "carbon",
        (
            Point(1.0, Status.INFEASIBLE),
            Point(2.0, Status.WITHIN_GAP, 100.0, 110.0),
            Point(3.0, Status.OPTIMAL, 120.0, 120.0, 1.0, 0.5),
        ),
        is_exact=False,
        why_not="integers",
    )
    nothing = Frontier("intensity", (), is_exact=True)
    for found, told in ((exact, "0.050"), (points, "0.002"), (nothing, "")):
        picture = figures.frontier(scenario, found, lang)
        texts = " ".join(text.get_text() for text in picture.texts)
        assert told in texts
        assert picture.png()[:4] == b"\x89PNG"
        assert len(picture.axes) == 2
    assert len(figures.frontier(scenario, exact, lang).axes[0].lines[1].get_xdata()) == 2  # type: ignore[arg-type]
