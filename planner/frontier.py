"""What each step of a target is worth: the best value along the increment, the intensity reduction or carbon.

Where the programs are linear and only limits move, all straight pieces are found exactly, with the price on either
side of every break. Else each point is solved for itself (with yes and no decided anew, and its gap). Values are those
of the first stage: without the margin for whole tonnes (some tonnes of the pool) and before ranking.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from dualcontrol import timing
from dualcontrol.frontier_prices import AFFINE, SIDES, Factor, by_factor, by_limits, factor_of
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case
from dualcontrol.model.changes import change
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario
from dualcontrol.solvers.compile import Arrays, Floats
from dualcontrol.solvers.highs import Status
from dualcontrol.solvers.lives import Lives
from dualcontrol.solvers.parametric import Moving, NotAffineError, breaks
from dualcontrol.solving import first_program, options_of

Over = Literal["increment", "intensity", "carbon"]
SETTINGS: Mapping[str, str] = {
    "increment": "targets.increment_tce_eq",
    "intensity": "targets.intensity_reduction",
    "carbon": "targets.co2_budget_t",
}
COLUMNS: Mapping[str, str] = {  # the heading of the parameter in `frontier.csv`
    "increment": "increment_tce_eq",
    "intensity": "intensity_reduction",
    "carbon": "co2_budget_t",
}
STEPS = 21
_TRIED = (0.5, 0.137, 0.811)  # where it is tried


class RangeError(ValueError):
    """No range to go over: nothing in the scenario says where to begin and end, or the end is before the beginning."""


@dataclass(frozen=True)
class Point:
    """The best value at one level of the parameter.

    value_wan_yuan, bound_wan_yuan (no plan is worth more), gdp, energy (county, 等价, intensity measure), co2: None
    without a plan. price_left, price_right: change of the value per unit of the parameter below and above, of a
    program with integers with these fixed; NaN where not computed or where there is no plan on that side. is_break:
    the price changes here. admitted: ids of projects with a share above 0.
    """

    at: float
    status: Status
    value_wan_yuan: float | None = None
    bound_wan_yuan: float | None = None
    price_left: float = math.nan
    price_right: float = math.nan
    is_break: bool = False
    gdp_wan_yuan: float | None = None
    energy_tce_eq: float | None = None
    co2_t: float | None = None
    admitted: tuple[str, ...] = ()

    @property
    def gap(self) -> float | None:
        """How far the value may be from the best one, relative; None without a plan."""
        if self.value_wan_yuan is None or self.bound_wan_yuan is None:
            return None
        return max(0.0, self.bound_wan_yuan - self.value_wan_yuan) / max(1e-12, abs(self.value_wan_yuan))


@dataclass(frozen=True)
class Frontier:
    """Points in order of the parameter. is_exact: between two points the value is a straight line.

    why_not: why not exact: `integers`, `not_affine` (a coefficient changes, or whole tonnes are rounded), "" if it is.
    """

    over: Over
    points: tuple[Point, ...]
    is_exact: bool
    why_not: str = ""


def frontier(
    scenario: Scenario,
    over: Over,
    low: float | None = None,
    high: float | None = None,
    steps: int = STEPS,
) -> Frontier:
    """The frontier between two levels of a parameter; steps: points where each is solved for itself.

    A network is taken on typical days. Errors: RangeError; ScenarioError where a level is no value of the setting;
    SolverError when HiGHS fails.
    """
    if scenario.settings.time.mode == "year":
        scenario = change(scenario, {"time.mode": "typical"})
    least, most = span(scenario, over, low, high)
    programs = _Programs(scenario, over)
    begin, end = programs.at(least), programs.at(most)
    way = _way(programs, (least, begin.program.relaxed()), (most, end.program.relaxed()))
    line = way if isinstance(way, tuple) else None
    has_integers = bool(begin.program.is_integer.any() or end.program.is_integer.any())
    if line is not None and not has_integers:
        return _exact(begin, over, line, least, most)
    lives = Lives()
    points = []
    for level in levels_of(over, least, most, steps):
        built = programs.at(level)
        point, x = solved(built, level, lives)
        points.append(point if x is None else _priced(point, built.program.fixed(x), way, most - least))
    return Frontier(over, tuple(points), is_exact=False, why_not="integers" if has_integers else "not_affine")


@dataclass(frozen=True)
class Built:
    """The compiled case at one level: the yearly model, and the program of the value stage."""

    case: Case
    yearly: Arrays
    program: Arrays


def built_at(scenario: Scenario, levels: Mapping[Over, float]) -> Built:
    """The case at levels of one or several parameters. ScenarioError where one is no value of its setting."""
    changes = {SETTINGS[over]: whole(over, level) for over, level in levels.items()}
    case = Case(judge(account(change(scenario, changes))))
    return Built(case, *first_program(case))


def whole(over: Over, level: float) -> float:
    """The level as the ledger takes it: an increment in whole tonnes."""
    return float(round(level)) if over == "increment" else float(f"{level:.12g}")


def levels_of(over: Over, least: float, most: float, steps: int) -> list[float]:
    """Levels at equal distances, both ends included."""
    return sorted({whole(over, level) for level in np.linspace(least, most, max(2, steps)).tolist()})


class _Programs:
    """The programs of a scenario along a parameter."""

    def __init__(self, scenario: Scenario, over: Over) -> None:
        self.scenario, self.over = scenario, over

    def whole(self, level: float) -> float:
        return whole(self.over, level)

    def at(self, level: float) -> Built:
        return built_at(self.scenario, {self.over: level})


def span(scenario: Scenario, over: Over, low: float | None, high: float | None) -> tuple[float, float]:
    """From and to: as given, else around what the scenario has now. Errors: RangeError."""
    targets = scenario.settings.targets
    if over == "increment":
        now = targets.increment_tce_eq or 0.0
        around = (0.0, 2.0 * now)
    elif over == "intensity":
        around = (0.0, max(0.06, 2.0 * (targets.intensity_reduction or 0.0)))
    else:
        now = targets.co2_budget_t or float(account(scenario).base.co2_t)
        around = (0.8 * now, 1.2 * now)
    least, most = around[0] if low is None else low, around[1] if high is None else high
    if not -math.inf < least < most < math.inf:
        raise RangeError(over)
    if over == "increment":
        least, most = float(round(least)), float(round(most))
    return least, most


def _way(
    programs: _Programs, begin: tuple[float, Arrays], end: tuple[float, Arrays]
) -> tuple[Arrays, Arrays] | Factor | None:
    """How the programs move: both ends, if only limits do, along a line; a factor, if only that; else None.

    Compilations in between are held against it.
    """
    (least, first), (most, last) = begin, end
    is_line = _lies_between(first, last, last, 1.0)
    if not is_line and factor_of(first, last, ()) is None:
        return None
    between = []
    for share in _TRIED:
        level = programs.whole(least + share * (most - least))
        t = (level - least) / (most - least)
        between.append((t, programs.at(level).program.relaxed()))
        if is_line and not _lies_between(first, last, between[-1][1], t):
            return None
    return (first, last) if is_line else factor_of(first, last, between)


def _lies_between(first: Arrays, last: Arrays, tried: Arrays, t: float) -> bool:
    try:
        Moving(first, tried)  # the same costs and coefficients
    except NotAffineError:
        return False
    return all(_is_mixed(getattr(first, s), getattr(last, s), getattr(tried, s), t) for s in SIDES)


def _is_mixed(first: Floats, last: Floats, tried: Floats, t: float) -> bool:
    finite = np.isfinite(first)
    if not np.array_equal(finite, np.isfinite(last)):
        return False
    wanted = first[finite] + t * (last[finite] - first[finite])
    size = np.maximum(1.0, np.maximum(np.abs(first[finite]), np.abs(last[finite])))
    return bool(np.all(np.abs(tried[finite] - wanted) <= AFFINE * size))


def _exact(built: Built, over: Over, line: tuple[Arrays, Arrays], least: float, most: float) -> Frontier:
    width = most - least
    with timing.stage("value"):
        found = breaks(Moving(*line))
    points = []
    for k, one in enumerate(found):
        is_inner = 0 < k < len(found) - 1
        point = Point(
            least + width * one.at,
            Status.OPTIMAL,
            one.value,
            one.value,
            one.left / width,
            one.right / width,
            is_inner,
        )
        points.append(replace(point, **figures(built.yearly, one.x)))
    return Frontier(over, tuple(points), is_exact=True)


def solved(built: Built, level: float, lives: Lives) -> tuple[Point, Floats | None]:
    """One level for itself, yes and no anew: the point without prices, and its solution where there is a plan."""
    with timing.stage("value"):
        solution = lives.solve("value", built.program, options_of(built.case))
    if solution.status not in (Status.OPTIMAL, Status.WITHIN_GAP):
        return Point(level, solution.status), None
    point = Point(level, solution.status, solution.objective, solution.bound)
    return replace(point, **figures(built.yearly, solution.x)), solution.x


def _priced(point: Point, fixed: Arrays, way: tuple[Arrays, Arrays] | Factor | None, width: float) -> Point:
    """The point with the prices at its own yes and no."""
    if way is None:
        return point
    left, right = by_factor(fixed, way) if isinstance(way, Factor) else by_limits(fixed, way)
    return replace(point, price_left=left / width, price_right=right / width)


def figures(yearly: Arrays, x: Floats) -> dict[str, Any]:
    """GDP, energy, carbon and admitted projects of a solution, by the names of a point."""
    place = {label: k for k, label in enumerate(yearly.columns)}
    admitted = [
        label[1]
        for label, k in place.items()
        if label[0] == "admitted" and x[k] > 1e-9 and x[place["project_load", label[1]]] > 1e-9
    ]
    named = {"gdp_wan_yuan": "gdp", "energy_tce_eq": "energy", "co2_t": "co2"}
    told = {name: float(x[place[column, None]]) for name, column in named.items()}
    return {**told, "admitted": tuple(sorted(admitted))}
