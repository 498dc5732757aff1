"""The optimal value of a linear program whose limits move along a line: all its straight pieces, exactly.

The value V(t) is concave and piecewise linear in t. Where the tangents at two ends cross, V either lies on both, and
the crossing is the only break between them, or below, and both sides are looked at in turn (Eisner and Severance 1976).
So no break is missed between two points of a grid. Values and one-sided prices of optima are all that is used, never a
basis.
"""

from dataclasses import dataclass, replace

import numpy as np

from dualcontrol.solvers.changes import shape_difference
from dualcontrol.solvers.compile import Arrays, Floats
from dualcontrol.solvers.highs import LiveHighs, Solution, SolverError, Status
from dualcontrol.solvers.prices import one_sided_prices

SAME_VALUE = 1e-9  # of the largest value: V is on the line
SAME_PRICE = 1e-7  # of the largest price
NEAREST = 1e-9  # of the whole way: two breaks as near are one
INSIDE = 1e-9  # of the whole way: rounding leaves a plan so far before the last one there is
MOST_PIECES = 10_000


class NotAffineError(ValueError):
    """Two programs differ in more than limits that move along a line."""


@dataclass(frozen=True)
class Break:
    """A point of the value function: value, slopes before and after it (NaN where there is no plan), its optimum x."""

    at: float
    value: float
    left: float
    right: float
    x: Floats


class Moving:
    """A linear program between `first` (t = 0) and `last` (t = 1): only sides of rows and bounds may differ.

    within: the least and greatest t, at most 1 in size.
    Errors: NotAffineError when costs, coefficients or the shape differ, or a limit is finite in one program only.
    """

    def __init__(self, first: Arrays, last: Arrays, within: tuple[float, float] = (0.0, 1.0)) -> None:
        if (reason := shape_difference(first, last)) is not None:
            raise NotAffineError(f"{reason.reason.value}: {reason.detail}")
        if not (np.array_equal(first.cost, last.cost) and np.array_equal(first.value, last.value)):
            raise NotAffineError("a cost or a coefficient changes")
        if first.offset != last.offset or first.is_integer.any():
            raise NotAffineError("the objective's constant changes, or there are integers")
        self.width = len(first.columns)
        self.within = within
        self.program = _with_step(first, last, within)
        self.row = len(self.program.rows) - 1
        self._live = LiveHighs(self.program)

    def solve(self, t: float) -> Solution:
        """The program at t. Infeasible is an answer; SolverError for any other failure."""
        self._live.change_row(self.row, t, t)
        solution = self._live.solve()
        if solution.status not in (Status.OPTIMAL, Status.INFEASIBLE):
            raise SolverError(f"at {t}: {solution.status.value}")
        return solution

    def at(self, t: float) -> Break:
        """Value and slopes at t. SolverError where there is no plan."""
        solution = self.solve(t)
        if solution.status is not Status.OPTIMAL:
            raise SolverError(f"at {t}: {solution.status.value}")
        (left, right) = one_sided_prices(self._live.arrays, solution.x, [self.row])[0]
        return Break(t, solution.objective, left, right, solution.x[: self.width])

    def reach(self) -> tuple[float, float] | None:
        """The least and greatest t with a plan; None where there is none."""
        ends = []
        for sign in (-1.0, 1.0):
            cost = np.zeros(len(self.program.columns))
            cost[self.width] = sign
            free = replace(self.program, cost=cost, offset=0.0)
            solution = LiveHighs(free).solve()
            if solution.status is Status.INFEASIBLE:
                return None
            if solution.status is not Status.OPTIMAL:
                raise SolverError(f"reach: {solution.status.value}")
            ends.append(float(solution.x[self.width]))
        (low, high), (least, most) = ends, self.within
        return (low + INSIDE if low > least else least, high - INSIDE if high < most else most)


def breaks(moving: Moving) -> list[Break]:
    """Both ends of what is possible and every point between them where the slope changes, in order.

    Slopes are per unit of t, those at the ends towards the inside. Empty where there is no plan for any t.
    """
    reach = moving.reach()
    if reach is None:
        return []
    low = moving.at(reach[0])
    if reach[1] - reach[0] <= NEAREST:
        return [low]
    high = moving.at(reach[1])
    found, open_ = [low, high], [(low, high)]
    for _ in range(MOST_PIECES):
        if not open_:
            return sorted(found, key=lambda b: b.at)
        one, other = open_.pop()
        steepest = max(abs(low.right), abs(high.left), 1e-12)
        if one.right - other.left <= SAME_PRICE * steepest:
            continue
        rise = other.value - one.value + one.right * one.at - other.left * other.at
        t = rise / (one.right - other.left)
        if not one.at + NEAREST < t < other.at - NEAREST:
            continue
        line = one.value + one.right * (t - one.at)
        solution = moving.solve(t)
        if solution.status is not Status.OPTIMAL:
            raise SolverError(f"at {t}: {solution.status.value}")  # between two plans there is one
        if line - solution.objective <= SAME_VALUE * max(1.0, abs(low.value), abs(high.value)):
            found.append(Break(t, solution.objective, one.right, other.left, solution.x[: moving.width]))
            continue
        middle = moving.at(t)
        if middle.left - middle.right > SAME_PRICE * steepest:
            found.append(middle)
        open_ += [(one, middle), (middle, other)]
    raise SolverError("the value function has too many pieces")


def _with_step(first: Arrays, last: Arrays, within: tuple[float, float]) -> Arrays:
    """The program with one more column, t, by which the limits move, and one more row, the last, that holds it.

    A bound that moves becomes a row; a row whose two sides move apart becomes two.
    """
    step = len(first.columns)
    rows: list[tuple[tuple[str, object], list[tuple[int, float]], float, float]] = []
    moves = np.zeros(len(first.rows))  # by how much a row that stays one moves
    low, high = first.row_lower.copy(), first.row_upper.copy()
    down, up = _moved(first.row_lower, last.row_lower), _moved(first.row_upper, last.row_upper)
    for r in np.flatnonzero((down != 0) | (up != 0)).tolist():
        if np.isfinite(low[r]) and np.isfinite(high[r]) and down[r] != up[r]:
            entries = slice(first.start[r], first.start[r + 1])
            terms = list(zip(first.index[entries].tolist(), first.value[entries].tolist(), strict=True))
            rows.append((("upper", r), [*terms, (step, -up[r])], -np.inf, high[r]))
            high[r] = np.inf
            moves[r] = down[r]
        else:
            moves[r] = down[r] if np.isfinite(low[r]) else up[r]
    lower, upper = first.lower.copy(), first.upper.copy()
    for j, d in _moves_of(first.lower, last.lower):
        rows.append((("lower", j), [(j, 1.0), (step, -d)], first.lower[j], np.inf))
        lower[j] -= abs(d)
    for j, d in _moves_of(first.upper, last.upper):
        rows.append((("upper_bound", j), [(j, 1.0), (step, -d)], -np.inf, first.upper[j]))
        upper[j] += abs(d)
    rows.append((("step", None), [(step, 1.0)], *within))
    start, index, value = _appended(first, moves, step, [terms for _, terms, _, _ in rows])
    return Arrays(
        columns=(*first.columns, ("step", None)),
        rows=(*first.rows, *(label for label, _, _, _ in rows)),
        cost=np.append(first.cost, 0.0),
        offset=first.offset,
        lower=np.append(lower, within[0]),
        upper=np.append(upper, within[1]),
        is_integer=np.append(first.is_integer, False),
        row_lower=np.append(low, [least for _, _, least, _ in rows]),
        row_upper=np.append(high, [most for _, _, _, most in rows]),
        start=start,
        index=index,
        value=value,
    )


def _moved(before: Floats, after: Floats) -> Floats:
    """By how much limits move; an infinite one must stay."""
    finite = np.isfinite(before) & np.isfinite(after)
    if not np.array_equal(before[~finite], after[~finite]):
        raise NotAffineError("a limit comes or goes")
    return np.subtract(after, before, out=np.zeros(len(before)), where=finite)


def _moves_of(before: Floats, after: Floats) -> list[tuple[int, float]]:
    moved = _moved(before, after)
    return [(j, float(moved[j])) for j in np.flatnonzero(moved).tolist()]


def _appended(
    first: Arrays, moves: Floats, step: int, more: list[list[tuple[int, float]]]
) -> tuple["np.typing.NDArray[np.int32]", "np.typing.NDArray[np.int32]", Floats]:
    """The rows of `first`, those that move with `-move` times the step, and more rows."""
    start, index, value = [0], [], []
    for r in range(len(first.rows)):
        entries = slice(first.start[r], first.start[r + 1])
        index += first.index[entries].tolist()
        value += first.value[entries].tolist()
        if moves[r]:
            index.append(step)
            value.append(-float(moves[r]))
        start.append(len(index))
    for terms in more:
        index += [j for j, _ in terms]
        value += [v for _, v in terms]
        start.append(len(index))
    return np.array(start, dtype=np.int32), np.array(index, dtype=np.int32), np.array(value)
