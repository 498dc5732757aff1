"""Left and right prices of rows: exact one-sided derivatives of the optimal value of a linear program.

At an optimum the value's derivative along a direction of the right-hand side is itself a linear program over the
rows and bounds that are active (Gauvin 1979): maximise c·d with the active rows moving by the direction. Unlike a
dual value it does not depend on which of several optimal bases the solver ended in.
"""

from dataclasses import replace

import numpy as np

from dualcontrol.solvers.compile import Arrays, Floats, scaled, scaling_of
from dualcontrol.solvers.highs import LiveHighs, Status

ACTIVE = 1e-6  # a row or bound this close, relative to its size, is active


def one_sided_prices(arrays: Arrays, x: Floats, rows: list[int]) -> list[tuple[float, float]]:
    """(left, right) price per row: change of the optimum per unit of tightening and of relaxing its limit.

    arrays: a linear program (no integers), x: an optimum, rows: positions. Both prices are >= 0 for a row
    `<=` or `>=` in a maximisation. An inactive row has (0, 0). NaN left: it cannot be tightened at all.
    """
    scaling = scaling_of(arrays)
    near_one, point = scaled(arrays, scaling), x / scaling.column
    direction = _direction_program(near_one, point)
    activity = near_one.times(point)
    prices = []
    for row in rows:
        outward = _outward(near_one, activity, row)
        if outward == 0.0:
            prices.append((0.0, 0.0))
            continue
        unit = float(scaling.row[row]) / scaling.objective  # from the scaled program's units to the model's
        pair = []
        for step in (-outward, outward):
            low, high = direction.row_lower.copy(), direction.row_upper.copy()
            low[row] += step
            high[row] += step
            pair.append(LiveHighs(replace(direction, row_lower=low, row_upper=high)).solve())
        left, right = (s.objective * unit if s.status is Status.OPTIMAL else float("nan") for s in pair)
        prices.append((-left + 0.0, right + 0.0))
    return prices


def _outward(arrays: Arrays, activity: Floats, row: int) -> float:
    """+1 where relaxing means a larger right-hand side, -1 where a smaller one, 0 for an inactive row."""
    size = max(1.0, abs(activity[row]))
    if arrays.row_upper[row] - activity[row] <= ACTIVE * size:
        return 1.0
    return -1.0 if activity[row] - arrays.row_lower[row] <= ACTIVE * size else 0.0


def _direction_program(arrays: Arrays, x: Floats) -> Arrays:
    """The program over directions: active rows and bounds hold, the others are free."""
    activity = arrays.times(x)
    size, width = np.maximum(1.0, np.abs(activity)), np.maximum(1.0, np.abs(x))
    return replace(
        arrays, offset=0.0,
        row_lower=np.where(activity - arrays.row_lower <= ACTIVE * size, 0.0, -np.inf),
        row_upper=np.where(arrays.row_upper - activity <= ACTIVE * size, 0.0, np.inf),
        lower=np.where(x - arrays.lower <= ACTIVE * width, 0.0, -np.inf),
        upper=np.where(arrays.upper - x <= ACTIVE * width, 0.0, np.inf),
    )
