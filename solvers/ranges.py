"""How far a right-hand side can move before its price changes: the end of a straight piece of the optimal value.

The optimal value V(t) of a linear program is concave in a right-hand side that moves by t, and its price is the slope
at t = 0 on either side. So the piece can be followed outwards until V falls below the line, and from there a tangent
cuts the line at the end or beyond it (Newton's way, which ends after finitely many pieces). Only values and slopes of
optima are used: no degenerate vertex can mislead it, as it can mislead the ranging of a basis.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dualcontrol.solvers.compile import Arrays, Floats
from dualcontrol.solvers.highs import LiveHighs, SolverError, Status

ON_LINE = 1e-9  # of the optimum: a value this close is on the line
FIRST, GROWTH, FARTHEST = (
    1e-6,
    8.0,
    1e4,
)  # steps outwards, relative to the row's size; farther on there is no end
INSIDE = 1e-7  # so far before the last step for which there is a plan, rounding leaves one
MOST_PIECES = 60

Sides = tuple[float, float]


def price_ranges(
    arrays: Arrays, x: Floats, objective: float, rows: Sequence[int], prices: Sequence[Sides]
) -> list[Sides]:
    """(left, right) per row: how far its limit can be tightened and relaxed with the price staying what it is.

    arrays: a linear program; x: an optimum; objective: its value; prices: of `one_sided_prices`. In the row's own
    unit, >= 0, inf without an end. Of a row with slack the left range is how far it can be tightened without any
    loss. 0 where a row cannot be moved that way (price NaN), NaN where the solver gave no answer.
    """
    if not rows:
        return []
    live = LiveHighs(arrays)

    def reach(row: int, outward: float, slope: float) -> float:
        return _reach(_Line(live, arrays, x, objective, row, outward, slope))

    pairs = zip(rows, prices, strict=True)
    return [(reach(row, -1.0, -left), reach(row, 1.0, right)) for row, (left, right) in pairs]


@dataclass(frozen=True)
class _Line:
    """objective + slope t, along which the value of the program is followed as `row` moves by t outwards or inwards."""

    live: LiveHighs
    arrays: Arrays
    x: Floats
    objective: float
    row: int
    outward: float  # +1 relaxes, -1 tightens
    slope: float

    @property
    def towards(self) -> float:
        """Sign of the right-hand side's change: one of `>=` is relaxed by making it smaller."""
        return self.outward if np.isfinite(self.arrays.row_upper[self.row]) else -self.outward

    @property
    def size(self) -> float:
        """The largest term of the row at the optimum, 1 at least."""
        entries = slice(self.arrays.start[self.row], self.arrays.start[self.row + 1])
        terms = np.abs(self.arrays.value[entries] * self.x[self.arrays.index[entries]])
        return max(1.0, float(terms.max(initial=0.0)))

    @property
    def has_no_end(self) -> bool:
        """Relaxing an inequality that is worth nothing: a concave value that never falls stays where it is."""
        is_equality = self.arrays.row_lower[self.row] == self.arrays.row_upper[self.row]
        return self.outward > 0 and self.slope == 0.0 and not is_equality

    def at(self, step: float) -> tuple[float, float]:
        """By how much the value falls short of the line at a step, and its slope there; inf where there is no plan."""
        low, high = float(self.arrays.row_lower[self.row]), float(self.arrays.row_upper[self.row])
        moved = self.towards * step
        self.live.change_row(self.row, low + moved, high + moved)
        try:
            solution = self.live.solve()
        finally:
            self.live.change_row(self.row, low, high)
        if solution.status is Status.INFEASIBLE:
            return np.inf, 0.0
        if solution.status is not Status.OPTIMAL:
            raise SolverError(f"range of row {self.row}: {solution.status.value}")
        short = self.objective + self.slope * step - solution.objective
        noise = ON_LINE * max(1.0, abs(self.objective))
        return (0.0 if short <= noise else short), self.towards * float(solution.row_dual[self.row])


def _reach(line: _Line) -> float:
    """The greatest step along which the value stays on the line."""
    if np.isnan(line.slope):
        return 0.0
    if line.has_no_end:
        return float("inf")
    try:
        step = FIRST * line.size
        short, slope = line.at(step)
        while short == 0.0:
            if step >= FARTHEST * line.size:
                return float("inf")
            step *= GROWTH
            short, slope = line.at(step)
        for _ in range(MOST_PIECES):
            if np.isinf(short):
                step = min(step, _possible(line) * (1.0 - INSIDE))
                short, slope = line.at(step)
                if np.isinf(short) or short == 0.0:
                    return step
            if slope >= line.slope:  # no tangent falls below the line: rounding
                return step
            step = max(0.0, step - short / (line.slope - slope))
            short, slope = line.at(step)
            if short == 0.0:
                return step
    except SolverError:  # a plan is not refused for want of this figure
        pass
    return float("nan")


def _possible(line: _Line) -> float:
    """The greatest step for which there is a plan at all: one more column, the step, in units of the row's size."""
    arrays, row, width = line.arrays, line.row, len(line.arrays.columns)
    end = int(arrays.start[row + 1])
    program = replace(
        arrays,
        columns=(*arrays.columns, ("step", None)),
        cost=np.append(np.zeros(width), 1.0),
        offset=0.0,
        lower=np.append(arrays.lower, 0.0),
        upper=np.append(arrays.upper, FARTHEST),
        is_integer=np.append(arrays.is_integer, False),
        start=(arrays.start + (np.arange(len(arrays.start)) > row)).astype(np.int32),
        index=np.insert(arrays.index, end, width).astype(np.int32),
        value=np.insert(arrays.value, end, -line.towards * line.size),
    )
    solution = LiveHighs(program).solve()
    if solution.status is not Status.OPTIMAL:
        raise SolverError(f"reach of row {row}: {solution.status.value}")
    return float(solution.x[width]) * line.size
