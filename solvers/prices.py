"""Left and right prices of rows: exact one-sided derivatives of the optimal value of a linear program.

At an optimum the value's derivative along a direction of the right-hand side is itself a linear program over
the rows and bounds that are active (Gauvin 1979): maximise c·d with the active rows moving by the direction.
Unlike a dual value it does not depend on which of several optimal bases the solver ended in.
"""

from dataclasses import replace

import numpy as np

from dualcontrol.solvers.compile import Arrays, Floats, near_one
from dualcontrol.solvers.highs import LiveHighs, SolverError, Status

ACTIVE = 1e-6  # a row or bound this close, relative to its size, is active


def one_sided_prices(arrays: Arrays, x: Floats, rows: list[int]) -> list[tuple[float, float]]:
    """(left, right) price per row: change of the optimum per unit of tightening and of relaxing its limit.

    arrays: a linear program (no integers), x: an optimum (which of several makes no difference), rows:
    positions. Both prices are >= 0 for a row `<=` or `>=` in a maximisation, and left >= right. For an
    equality, relaxing means a larger right-hand side and the prices have either sign. An inactive row has
    (0, 0). NaN: the row cannot be moved that way at all. Errors: SolverError when there is no optimum.
    """
    scaled, scaling = near_one(arrays)
    point = x / scaling.column
    direction = _direction_program(scaled, point)
    live = LiveHighs(direction)  # one instance: only a right-hand side differs, the basis stays dual feasible
    if live.solve().status is not Status.OPTIMAL:  # x is an optimum up to rounding only: take an exact one
        point = _optimum(scaled)
        direction = _direction_program(scaled, point)
        live = LiveHighs(direction)
    activity = scaled.times(point)
    prices = []
    for row in rows:
        outward = _outward(scaled, activity, row)
        if outward == 0.0:
            prices.append((0.0, 0.0))
            continue
        unit = float(scaling.row[row]) / scaling.objective  # from the scaled program's units to the model's
        left = float("nan") if _is_stuck(direction, row, outward) else _gain(live, row, -outward) * unit
        right = _gain(live, row, outward) * unit
        prices.append((-left + 0.0, right + 0.0))
    return prices


def _gain(live: LiveHighs, row: int, step: float) -> float:
    """The optimum of the direction program when `row` moves by `step`; NaN where it cannot."""
    low, high = float(live.arrays.row_lower[row]), float(live.arrays.row_upper[row])
    live.change_row(row, low + step, high + step)
    moved = live.solve()
    live.change_row(row, low, high)
    if moved.status is Status.INFEASIBLE:
        return float("nan")
    if moved.status is not Status.OPTIMAL:
        raise SolverError(f"price of row {row}: {moved.status.value}")
    return moved.objective


def _optimum(arrays: Arrays) -> Floats:
    solution = LiveHighs(arrays).solve()
    if solution.status is not Status.OPTIMAL:
        raise SolverError(f"a program without an optimum has no prices: {solution.status.value}")
    return solution.x


def _outward(arrays: Arrays, activity: Floats, row: int) -> float:
    """+1 where relaxing means a larger right-hand side, -1 where a smaller one, 0 for an inactive row."""
    size = max(1.0, abs(activity[row]))
    if arrays.row_upper[row] - activity[row] <= ACTIVE * size:
        return 1.0
    return -1.0 if activity[row] - arrays.row_lower[row] <= ACTIVE * size else 0.0


def _is_stuck(direction: Arrays, row: int, outward: float) -> bool:
    """Whether bounds alone prove that an active row cannot be tightened: its columns are at their best."""
    entries = slice(direction.start[row], direction.start[row + 1])
    sign, columns = np.sign(direction.value[entries]) * outward, direction.index[entries]
    return bool(np.where(sign > 0, direction.lower[columns] == 0.0, direction.upper[columns] == 0.0).all())


def _direction_program(arrays: Arrays, x: Floats) -> Arrays:
    """The program over directions: active rows and bounds hold, the others are free."""
    activity = arrays.times(x)
    size, width = np.maximum(1.0, np.abs(activity)), np.maximum(1.0, np.abs(x))
    return replace(
        arrays,
        offset=0.0,
        row_lower=np.where(activity - arrays.row_lower <= ACTIVE * size, 0.0, -np.inf),
        row_upper=np.where(arrays.row_upper - activity <= ACTIVE * size, 0.0, np.inf),
        lower=np.where(x - arrays.lower <= ACTIVE * width, 0.0, -np.inf),
        upper=np.where(arrays.upper - x <= ACTIVE * width, 0.0, np.inf),
    )
