"""Efficient points of a mixed-integer program under several objectives: augmented epsilon-constraints.

One objective is optimised while the others keep a level each, on a grid between the worst and the best of the payoff
table (Mavrotas 2009). The table is lexicographic, so that its rows are efficient themselves, and what the others reach
beyond their levels is added to the objective with a small weight: no efficient point is missed for a dominated one of
the same objective. Where a level is exceeded, levels up to what was reached would give the same point and are passed
over; where there is no plan, there is none at higher levels (Mavrotas and Florios 2013).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dualcontrol.solvers.compile import Arrays, Floats
from dualcontrol.solvers.decompose import with_rows
from dualcontrol.solvers.highs import LiveHighs, Options, Solution, SolverError, Status
from dualcontrol.solvers.lexicographic import Stage, solve_in_order

AUGMENT = 1e-3  # of the first objective's range: the weight of all that is reached beyond the levels
SAME = 1e-6  # of an objective's range: points as near are one
SLACK = 1e-9  # relative: a level is kept up to this
FOUND = (Status.OPTIMAL, Status.WITHIN_GAP)


@dataclass(frozen=True)
class Objective:
    """`cost·x + offset`, as much of it as can be, or (is_least) as little."""

    name: str
    cost: Floats
    offset: float = 0.0
    is_least: bool = False

    @property
    def sign(self) -> float:
        """+1 for the most, -1 for the least."""
        return -1.0 if self.is_least else 1.0

    def at(self, x: Floats) -> float:
        """Its value."""
        return float(self.cost @ x) + self.offset


@dataclass(frozen=True)
class Efficient:
    """A point: its solution, the value of every objective, and whether it is proven. best_of: whose end it is."""

    x: Floats
    values: Floats
    status: Status
    best_of: str = ""


@dataclass(frozen=True)
class ParetoSet:
    """payoff (objectives, objectives): row k has the values where k is best, then the others in order.

    points: efficient, none twice. unsolved: combinations of levels without an answer in time. solves: programs solved.
    Without any plan at all payoff and points are empty.
    """

    payoff: npt.NDArray[np.float64]
    points: tuple[Efficient, ...]
    solves: int
    unsolved: int = 0


def efficient(
    program: Arrays, objectives: Sequence[Objective], levels: int = 5, options: Options | None = None
) -> ParetoSet:
    """The efficient points on a grid of `levels` per objective but the first, which is the one optimised.

    The program's own cost is not used. With a relative gap a point is efficient up to it. Worst values are those of the
    payoff table, as usual: with more than two objectives points that are worse still in one of them are not looked for.
    Errors: SolverError, also where an objective has no end; ValueError for less than two objectives or levels.
    """
    if len(objectives) < 2 or levels < 2:
        raise ValueError("two objectives and two levels at least")
    options = options or Options()
    ends = _ends(program, objectives, options)
    count = len(objectives)
    if not ends:
        return ParetoSet(np.zeros((0, count)), (), 1)
    payoff = np.array([end.values for end in ends])
    search = _Search(program, objectives, payoff, levels, options)
    search.sweep(1)
    points = _undominated([*ends, *search.points], objectives, search.ranges)
    return ParetoSet(payoff, points, count * count + search.solves, search.unsolved)


def _ends(program: Arrays, objectives: Sequence[Objective], options: Options) -> list[Efficient]:
    """The rows of the payoff table; empty where there is no plan at all."""
    ends = []
    for objective in objectives:
        order = [objective, *(other for other in objectives if other is not objective)]
        stages = [Stage(one.name, one.sign * one.cost) for one in order]
        results = solve_in_order(program, stages, options)
        last = results[-1].solution
        if last.status is Status.INFEASIBLE and len(results) == 1:
            return []
        if last.status not in FOUND:
            raise SolverError(f"{results[-1].name}: {last.status.value}")
        status = Status.OPTIMAL
        if any(result.solution.status is Status.WITHIN_GAP for result in results):
            status = Status.WITHIN_GAP
        ends.append(Efficient(last.x, _values(objectives, last.x), status, objective.name))
    return ends


def _values(objectives: Sequence[Objective], x: Floats) -> Floats:
    return np.array([objective.at(x) for objective in objectives])


class _Search:
    """The sweep over the levels, in one live instance whose rows are the levels of all objectives but the first."""

    def __init__(
        self, program: Arrays, objectives: Sequence[Objective], payoff: Floats, levels: int, options: Options
    ) -> None:
        self.objectives = objectives
        signs = np.array([objective.sign for objective in objectives])
        self.worst, best = (signs * payoff).min(axis=0), (signs * payoff).max(axis=0)
        self.ranges = best - self.worst
        size = np.maximum(self.ranges, SLACK * np.maximum(1.0, np.abs(best)))
        self.levels = [np.linspace(low, high, levels) for low, high in zip(self.worst, best, strict=True)]
        cost = objectives[0].sign * objectives[0].cost
        for k, objective in enumerate(objectives[1:], start=1):
            if self.ranges[k] > SAME * max(1.0, abs(best[k])):
                weight = AUGMENT * size[0] / size[k] / (len(objectives) - 1)
                cost = cost + weight * objective.sign * objective.cost
            else:  # it does not conflict with the others
                self.levels[k] = self.levels[k][:1]
        rows = [
            (np.flatnonzero(one.cost), one.sign * one.cost[one.cost != 0.0], -np.inf, np.inf)
            for one in objectives[1:]
        ]
        self.first_row = len(program.rows)
        self.live = LiveHighs(with_rows(replace(program, cost=cost, offset=0.0), rows, "level"), options)
        self.options = options
        self.points: list[Efficient] = []
        self.solves = self.unsolved = 0

    def sweep(self, k: int) -> bool:
        """All levels of objective k and those behind it; whether any has a plan."""
        objective, any_plan, passed = self.objectives[k], False, -np.inf
        is_last = k + 1 == len(self.objectives)
        for level in self.levels[k].tolist():
            if level <= passed:
                continue
            slack = SLACK * max(1.0, abs(level))
            constant = objective.sign * objective.offset
            self.live.change_row(self.first_row + k - 1, level - constant - slack, np.inf)
            if not is_last:
                if not self.sweep(k + 1):
                    break
                any_plan = True
                continue
            point = self._solved()
            if point is None:
                break
            any_plan = True
            if point.values.size:
                self.points.append(point)
                passed = objective.sign * float(point.values[k]) + slack
        return any_plan

    def _solved(self) -> Efficient | None:
        """The point at the levels set; without values where there was no answer in time; None without a plan."""
        self.solves += 1
        solution = self.live.solve()
        if solution.status is Status.INFEASIBLE:
            return None
        if solution.status not in FOUND:
            self.unsolved += 1
            return Efficient(np.zeros(0), np.zeros(0), solution.status)
        x = self._polished(solution)
        return Efficient(x, _values(self.objectives, x), solution.status)

    def _polished(self, solution: Solution) -> Floats:
        """What a gap left undone with these yes and no."""
        if not self.live.arrays.is_integer.any() or solution.status is Status.OPTIMAL:
            return solution.x
        better = LiveHighs(self.live.arrays.fixed(solution.x), self.options).solve()
        return better.x if better.status is Status.OPTIMAL else solution.x


def _undominated(
    points: Sequence[Efficient], objectives: Sequence[Objective], ranges: Floats
) -> tuple[Efficient, ...]:
    """The points that none of the others dominates, each once, from the best of the first objective on."""
    signs = np.array([objective.sign for objective in objectives])
    table = signs * np.array([point.values for point in points])
    near = SAME * np.maximum(ranges, SAME * np.maximum(1.0, np.abs(table).max(axis=0)))
    kept: list[int] = []
    for k, values in enumerate(table):
        worse = (table >= values - near).all(axis=1) & (table > values + near).any(axis=1)
        if worse.any() or any((np.abs(table[j] - values) <= near).all() for j in kept):
            continue
        kept.append(k)
    kept.sort(key=lambda k: tuple(-table[k]))
    return tuple(points[k] for k in kept)
