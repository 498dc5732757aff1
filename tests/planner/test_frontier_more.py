"""The table over two targets, the efficient plans, and prices along the intensity target."""

import csv
import json
import math
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from dualcontrol import figures_choices
from dualcontrol.cli import main
from dualcontrol.frontier import Point, RangeError, built_at, frontier
from dualcontrol.frontier_grid import Cell, Grid, grid
from dualcontrol.messages import Language
from dualcontrol.model.changes import change
from dualcontrol.model.scenario import Scenario
from dualcontrol.pareto import AimError, _objectives, jobs_of, pareto
from dualcontrol.solvers.decompose import with_rows
from dualcontrol.solvers.highs import LiveHighs, Status
from tests.model.small_cases import Owner, county, others, project, total, unit, write_county
from tests.planner.session_walks import county_of
from tests.planner.test_session import three_projects

THREE = {"A": (10, 5), "B": (12, 7), "C": (6, 3)}  # value, energy


# --- prices along the intensity target


def divisible() -> Scenario:
    owners = [unit("U", 1000, 5000, activity_min=1, sector="heavy")]
    owners += [project("A", 100, 200, is_divisible=1), project("B", 300, 300, is_divisible=1)]
    settings = {**total(1000), "solve": {"relax_integers": True}}
    return county(owners, settings, gdp=[others(1000)])


def test_the_intensity_target_has_its_price() -> None:
    # I_0 = 1/6, kappa = (1 - r) / 6. With A whole the share b of B solves 1100 + 300 b = kappa (6200 + 300 b), so
    # b = (6200 kappa - 1100) / (300 - 300 kappa), the value 5200 + 300 b and dV/dr = -300/6 db/dkappa.
    found = frontier(divisible(), "intensity", -0.1, 0.0, steps=3)
    kappa = 1.1 / 6
    slope = (6200 * (300 - 300 * kappa) + 300 * (6200 * kappa - 1100)) / (300 - 300 * kappa) ** 2
    assert found.points[0].price_right == pytest.approx(-300 / 6 * slope, rel=1e-6)
    assert found.points[0].price_left == pytest.approx(-300 / 6 * slope, rel=1e-6)
    # at a reduction of 0 nothing may enter, and nothing can be taken from U; below, A earns 3 per tce of room:
    # 200 / (100 - 200/6), and a unit of the target is 6000/6 tce
    assert found.points[-1].price_left == pytest.approx(-200 / (100 - 200 / 6) * 1000, rel=1e-6)
    assert math.isnan(found.points[-1].price_right)


@pytest.mark.slow
def test_prices_along_the_intensity_target_agree_with_small_steps() -> None:
    compared = 0
    for seed in range(3):
        scenario = county_of(seed)
        found = frontier(scenario, "intensity", -0.08, 0.04, steps=3)
        for point in found.points:
            if point.value_wan_yuan is None:
                continue
            built = built_at(scenario, {"intensity": point.at})
            x = LiveHighs(built.program).solve().x
            step = 1e-6
            for price, sign in ((point.price_left, -1.0), (point.price_right, 1.0)):
                moved = built_at(scenario, {"intensity": point.at + sign * step}).program.fixed(x)
                told = LiveHighs(moved).solve()
                if told.status is not Status.OPTIMAL:
                    assert math.isnan(price)
                    continue
                slope = sign * (told.objective - point.value_wan_yuan) / step
                assert price == pytest.approx(slope, rel=1e-3, abs=0.05)
                compared += abs(price) > 1
    assert compared > 2


# --- two targets at once


def best_of(room: float, carbon: float) -> float:
    """The best value of three projects by trying all sets: 2.6 t a tce, the unit has 100 tce and 500 万元."""
    sets = [s for n in range(4) for s in combinations(THREE, n)]
    energy = {s: sum(THREE[p][1] for p in s) for s in sets}
    fits = [s for s in sets if energy[s] <= room and 2.6 * (100 + energy[s]) <= carbon + 1e-9]
    return 500 + max(sum(THREE[p][0] for p in s) for s in fits)


@pytest.mark.slow
def test_each_cell_is_the_best_of_all_sets() -> None:
    found = grid(three_projects(0), "increment", "carbon", (0, 15), (255, 300), 6, 4)
    assert found.levels == ([0, 3, 6, 9, 12, 15], [255, 270, 285, 300])
    assert len(found.cells) == 24
    for cell in found.cells:
        if cell.by < 260:  # the unit alone emits 260 t
            assert (cell.point.status, cell.point.value_wan_yuan) == (Status.INFEASIBLE, None)
        else:
            assert cell.point.value_wan_yuan == pytest.approx(best_of(cell.point.at, cell.by))
    assert {cell.point.value_wan_yuan for cell in found.cells} > {500.0, 528.0}


@pytest.mark.slow
def test_the_table_is_that_of_the_frontier_at_each_level() -> None:
    scenario = county_of(1)
    found = grid(scenario, "intensity", "increment", (-0.05, 0.02), (0, 300), 3, 2)
    for level in found.levels[1]:
        single = frontier(change(scenario, {"targets.increment_tce_eq": level}), "intensity", -0.05, 0.02, 3)
        column = [cell.point.value_wan_yuan for cell in found.cells if cell.by == level]
        assert column == pytest.approx([point.value_wan_yuan for point in single.points], nan_ok=True)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(RangeError):
        grid(three_projects(0), "increment", "carbon", (5, 5), (255, 300))
    with pytest.raises(ValueError, match="twice"):
        grid(three_projects(0), "carbon", "carbon")


# --- efficient plans

JOBS = {"A": 1, "B": 7, "C": 3, "D": 2}
FOUR = {**THREE, "D": (5, 3)}


def four_projects(**unit_columns: object) -> Scenario:
    owners: list[Owner] = [unit("U", 100, 500, activity_min=1, sector="heavy", **unit_columns)]
    owners += [project(j, e, v, jobs=JOBS[j]) for j, (v, e) in FOUR.items()]
    return county(owners, total(10))


def test_efficient_plans_are_those_of_all_sets() -> None:
    # Of the sets of at most 10 tce: D is worse than C, AD than AC, BD than BC, the others are not comparable.
    found = pareto(four_projects(jobs=40), ("value", "energy", "jobs"), levels=11)
    sets = [s for n in range(5) for s in combinations(FOUR, n) if sum(FOUR[p][1] for p in s) <= 10]
    table = {
        "".join(s): (sum(FOUR[p][0] for p in s), -sum(FOUR[p][1] for p in s), sum(JOBS[p] for p in s))
        for s in sets
    }
    efficient = {
        name for name, own in table.items()
        if not any(all(a >= b for a, b in zip(o, own, strict=True)) and o != own for o in table.values())
    }  # fmt: skip
    assert efficient == {"", "A", "B", "C", "AC", "BC", "CD"}
    assert {"".join(one.admitted) for one in found.trades} == efficient
    for one in found.trades:
        value, energy, jobs = table["".join(one.admitted)]
        figures = one.figures
        assert (figures["value"], figures["energy"], figures["jobs"]) == pytest.approx(
            (500 + value, 100 - energy, 40 + jobs)
        )
        assert figures["carbon"] == pytest.approx(2.6 * (100 - energy))
    assert found.payoff["energy"] == pytest.approx({"value": 500, "energy": 100, "jobs": 40})
    assert found.payoff["value"] == pytest.approx({"value": 518, "energy": 110, "jobs": 50})
    assert (found.without_jobs, found.unsolved) == ((), 0)
    assert [one.best_of for one in found.trades if one.best_of] == ["value", "energy"]


def test_missing_jobs_are_told_and_not_taken_for_none() -> None:
    found = pareto(four_projects(), ("value", "jobs"), levels=4)
    assert found.without_jobs == ("unit:U",)
    assert max(float(one.figures["jobs"] or 0) for one in found.trades) == 10
    silent = county([unit("U", 100, 500, activity_min=1), project("A", 5, 10)], total(10))
    with pytest.raises(AimError) as told:
        pareto(silent, ("value", "jobs"))
    assert told.value.message == "pareto.no_jobs"
    alone = pareto(silent, ("value", "energy"))
    assert {one.figures["jobs"] for one in alone.trades} == {None}
    assert alone.without_jobs == ()


def test_a_project_that_cannot_start_has_no_jobs_to_miss() -> None:
    owners = [unit("U", 100, 500, jobs=3), project("A", 5, 10, start_month=13)]
    case = built_at(county(owners, total(10)), {}).case
    assert jobs_of(case) == ({"unit:U": 3.0}, ())


def test_no_plan_is_better_in_every_aim() -> None:
    # what can be gained in all aims together beyond a point without losing in one: nothing
    points = 0
    for seed in (0, 2, 4):
        scenario = change(county_of(seed), {"targets.intensity_reduction": -0.1})
        jobs = {f"units.u{k}.jobs": 10.0 + 7 * k for k in range(len(scenario.table("units")))}
        scenario = change(scenario, jobs)
        found = pareto(scenario, levels=3)
        built = built_at(scenario, {})
        every = _objectives(built, jobs_of(built.case)[0])
        aims = [every[aim] for aim in found.aims]
        sizes = [max(1.0, np.ptp([row[aim.name] for row in found.payoff.values()])) for aim in aims]
        for one in found.trades:
            rows = [
                (
                    np.flatnonzero(aim.cost), aim.sign * aim.cost[aim.cost != 0],
                    aim.sign * (float(one.figures[aim.name] or 0.0) - aim.offset) - 1e-7 * size, np.inf,
                )
                for aim, size in zip(aims, sizes, strict=True)
            ]  # fmt: skip
            cost = sum(aim.sign * aim.cost / size for aim, size in zip(aims, sizes, strict=True))
            own = sum(
                aim.sign * (float(one.figures[aim.name] or 0.0) - aim.offset) / size
                for aim, size in zip(aims, sizes, strict=True)
            )
            better = LiveHighs(with_rows(replace(built.program, cost=cost, offset=0.0), rows, "own")).solve()
            assert better.objective - own <= 1e-4
            points += 1
    assert points > 12


# --- the command and the figures


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as told:
        main(["frontier", *arguments])
    return int(told.value.code or 0)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def written(folder: Path, **columns: object) -> str:
    owners: list[Owner] = [unit("U", 100, 500, activity_min=1, sector="heavy", **columns)]
    owners += [project(j, e, v, jobs=JOBS[j]) for j, (v, e) in THREE.items()]
    return str(write_county(folder, owners, total(10)))


@pytest.mark.slow
def test_the_command_writes_a_table_over_two_targets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = written(tmp_path / "s"), tmp_path / "out"
    ends = ("--from", "0", "--to", "12", "--by", "carbon", "--by-from", "255", "--by-to", "300")
    steps = ("--steps", "3", "--by-steps", "2")
    assert run(source, *ends, *steps, "--out", str(out), "--lang", "en") == 0
    assert "3 of the cells have no plan" in capsys.readouterr().out
    rows = rows_of(out / "frontier.csv")
    assert [(r["increment_tce_eq"], r["co2_budget_t"], r["value_wan_yuan"], r["admitted"]) for r in rows] == [
        ("0", "255", "", ""), ("0", "300", "500", ""), ("6", "255", "", ""), ("6", "300", "510", "A"),
        ("12", "255", "", ""), ("12", "300", "522", "A;B"),
    ]  # fmt: skip
    assert (out / "frontier.png").read_bytes()[:4] == b"\x89PNG"
    assert run(source, "--by", "increment", "--out", str(out)) == 2
    assert run(source, "--by", "carbon", "--by-from", "9", "--by-to", "1", "--out", str(out)) == 2
    nowhere = ("--by", "carbon", "--by-from", "1", "--by-to", "2", *steps)
    assert run(source, *nowhere, "--out", str(tmp_path / "no")) == 3
    assert not (tmp_path / "no").exists()
    # the folder may then hold another kind of frontier: nothing of the first is left
    assert run(source, "--pareto", "value,jobs", "--out", str(out), "--json") == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "pareto.csv",
        "pareto.png",
        "payoff.csv",
        "summary.json",
    ]


def test_the_command_writes_efficient_plans(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = written(tmp_path / "s"), tmp_path / "out"
    assert (
        run(source, "--pareto", "value,energy,jobs", "--steps", "11", "--out", str(out), "--lang", "zh") == 0
    )
    said = capsys.readouterr().out
    assert "6 个有效方案" in said
    assert "unit:U" in said
    rows = rows_of(out / "pareto.csv")
    assert [row["admitted"] for row in rows] == ["B;C", "A;C", "B", "A", "C", ""]
    assert [row["value_wan_yuan"] for row in rows] == ["518", "516", "512", "510", "506", "500"]
    assert [row["best_of"] for row in rows] == ["value", "", "", "", "", "energy"]
    assert rows_of(out / "payoff.csv")[1] == {
        "best_of": "energy", "value_wan_yuan": "500", "energy_tce_eq": "100", "jobs": "0",
    }  # fmt: skip
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["plans"], summary["without_jobs"]) == (6, ["unit:U"])
    for wrong in ("value", "value,value", "value,money"):
        assert run(source, "--pareto", wrong, "--out", str(out)) == 2
    assert run(source, "--pareto", "value,jobs", "--by", "carbon", "--out", str(out)) == 2
    assert run(source, "--pareto", "value,carbon", "--set", "targets.co2_budget_t=9", "--out", str(out)) == 3


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_figures_tell_what_was_found(lang: Language) -> None:
    scenario = three_projects(10)
    cells = [
        Cell(Point(level, Status.OPTIMAL, value, value), by)
        for level, by, value in ((0.0, 0.03, 1e6), (0.0, 0.04, 2e6), (5e4, 0.03, 3e6))
    ]
    cells.append(Cell(Point(5e4, Status.INFEASIBLE), 0.04))
    picture = figures_choices.two_way(scenario, Grid("increment", "intensity", tuple(cells)), lang)
    told = [text.get_text() for text in picture.axes[0].texts]
    assert told == ["100.0", "200.0", "300.0", "×"]
    assert [tick.get_text() for tick in picture.axes[0].get_xticklabels()] == ["3", "4"]
    assert [tick.get_text() for tick in picture.axes[0].get_yticklabels()] == ["0", "5"]
    nothing = Grid("increment", "intensity", (cells[3],))
    assert figures_choices.two_way(scenario, nothing, lang).png()[:4] == b"\x89PNG"
    found = pareto(four_projects(), ("value", "energy", "jobs"), levels=3)
    plans = figures_choices.efficient_plans(scenario, found, lang)
    assert len(plans.axes) == 2
    dots = sum(len(line.get_xdata()) for line in plans.axes[0].lines)  # type: ignore[arg-type]
    assert dots == len(found.trades)
    assert plans.png()[:4] == b"\x89PNG"
