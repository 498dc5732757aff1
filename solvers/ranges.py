"""How far a right-hand side can move before its price changes: the end of a straight piece of the optimal value.

The optimal value V(t) of a linear program is concave in a right-hand side that moves by t, and its price is the slope
at t = 0 on either side. Hence V(t) <= V(0) + price t, and the piece ends at the greatest t for which some x is still
worth as much: one more linear program, which no degenerate vertex can mislead (basis ranging can be).
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dualcontrol.solvers.compile import Arrays, Floats
from dualcontrol.solvers.highs import LiveHighs, SolverError, Status

WORTH = 1e-10  # of the optimum: what the value may miss of the straight line
FARTHEST = 1e9  # what is farther than this, relative to the row's size, is no end

Sides = tuple[float, float]


def price_ranges(
    arrays: Arrays, x: Floats, objective: float, rows: Sequence[int], prices: Sequence[Sides]
) -> list[Sides]:
    """(left, right) per row: how far its limit can be tightened and relaxed with the price staying what it is.

    arrays: a linear program; x: an optimum; objective: its value; prices: of `one_sided_prices`. In the row's own
    unit, >= 0, inf without an end. Of a row with slack the left range is how far it can be tightened without any
    loss. 0 where a row cannot be moved that way (price NaN), NaN where the solver gave no answer.
    """
    return [
        (
            _reach(arrays, x, objective, row, -1.0, -left),
            _reach(arrays, x, objective, row, 1.0, right),
        )
        for row, (left, right) in zip(rows, prices, strict=True)
    ]


def _reach(arrays: Arrays, x: Floats, objective: float, row: int, outward: float, slope: float) -> float:
    """The greatest step (outward: +1 relaxes, -1 tightens) along which the value is objective + slope step."""
    if np.isnan(slope):
        return 0.0
    # a right-hand side of `>=` is relaxed by making it smaller
    towards = outward if np.isfinite(arrays.row_upper[row]) else -outward
    worth = np.flatnonzero(arrays.cost)
    # one more column, the step; one more row, which keeps the value on the line
    entries = slice(arrays.start[row], arrays.start[row + 1])
    # the step is measured in the size of the row: HiGHS gives up on a program whose columns differ too much
    terms = np.abs(arrays.value[entries] * x[arrays.index[entries]])
    size = max(1.0, float(terms.max(initial=0.0)))
    width = len(arrays.columns)
    kept = slice(None, arrays.start[row]), slice(arrays.start[row + 1], None)
    lengths = np.diff(arrays.start)
    lengths[row] += 1
    index = np.concatenate(
        [arrays.index[kept[0]], arrays.index[entries], [width], arrays.index[kept[1]], worth, [width]]
    )
    value = np.concatenate(
        [
            arrays.value[kept[0]],
            arrays.value[entries],
            [-towards * size],
            arrays.value[kept[1]],
            arrays.cost[worth],
            [-slope * size],
        ]
    )
    program = replace(
        arrays,
        columns=(*arrays.columns, ("step", None)),
        rows=(*arrays.rows, ("worth", None)),
        cost=np.append(np.zeros(width), 1.0),
        offset=0.0,
        lower=np.append(arrays.lower, 0.0),
        upper=np.append(arrays.upper, np.inf),
        is_integer=np.append(arrays.is_integer, False),
        row_lower=np.append(arrays.row_lower, objective - arrays.offset - WORTH * max(1.0, abs(objective))),
        row_upper=np.append(arrays.row_upper, np.inf),
        start=np.concatenate([[0], np.cumsum([*lengths, len(worth) + 1])]).astype(np.int32),
        index=index.astype(np.int32),
        value=value,
    )
    try:
        solution = LiveHighs(program).solve()
    except SolverError:  # a plan is not refused for want of this figure
        return float("nan")
    if solution.status is Status.UNBOUNDED:
        return float("inf")
    if solution.status is not Status.OPTIMAL:
        return float("nan")
    step = max(0.0, float(solution.x[width]))
    return float("inf") if step >= FARTHEST else step * size
