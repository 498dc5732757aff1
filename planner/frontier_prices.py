"""What a unit of the parameter is worth at one point of a frontier, below and above, with yes and no kept.

Where only limits move with the parameter, by the program that moves along the line. Where one coefficient moves (the
intensity target is the factor of GDP), by the price of its row: tightening the factor by a little tightens the row by
as much times the column. The column is that of the optimum found, which is exact where all optima agree on it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dualcontrol.solvers.changes import shape_difference, touched
from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.highs import LiveHighs, SolverError, Status
from dualcontrol.solvers.parametric import Moving, NotAffineError
from dualcontrol.solvers.prices import one_sided_prices

SIDES = ("lower", "upper", "row_lower", "row_upper")
AFFINE = 1e-9  # relative: so exactly does a compilation between the ends lie between them
NONE = (math.nan, math.nan)


@dataclass(frozen=True)
class Factor:
    """The one coefficient that moves: its row and column, and by how much over the whole way."""

    row: int
    column: int
    change: float


def factor_of(first: Arrays, last: Arrays, between: Sequence[tuple[float, Arrays]]) -> Factor | None:
    """The one coefficient that differs between both ends, in proportion at each (t, program) between; else None."""
    entry = _only_entry(first, last)
    if entry is None:
        return None
    change = float(last.value[entry] - first.value[entry])
    for t, tried in between:
        wanted = first.value[entry] + t * change
        if _only_entry(first, tried) not in (entry, None):
            return None
        if abs(tried.value[entry] - wanted) > AFFINE * max(1.0, abs(wanted)) or not _is_same(first, tried):
            return None
    return Factor(int(first.row_of_entry[entry]), int(first.index[entry]), change)


def _only_entry(first: Arrays, last: Arrays) -> int | None:
    if not _is_same(first, last):
        return None
    found = touched(first, last).entries
    return int(found[0]) if len(found) == 1 else None


def _is_same(first: Arrays, other: Arrays) -> bool:
    """Whether at most coefficients differ."""
    if shape_difference(first, other) is not None or first.offset != other.offset:
        return False
    change = touched(first, other)
    return not (len(change.costs) or len(change.bounds) or len(change.sides))


def by_factor(program: Arrays, factor: Factor) -> tuple[float, float]:
    """Slopes below and above, per whole way, of a linear program; NaN where there is no plan on that side."""
    try:
        found = LiveHighs(program).solve()
        if found.status is not Status.OPTIMAL:
            return NONE
        tighter, looser = one_sided_prices(program, found.x, [factor.row])[0]
    except SolverError:
        return NONE
    moved = factor.change * float(found.x[factor.column])  # of the row's body
    if not np.isfinite(program.row_upper[factor.row]):
        moved = -moved
    below, above = (looser, tighter) if moved > 0 else (tighter, looser)
    return -moved * below + 0.0, -moved * above + 0.0


def by_limits(program: Arrays, line: tuple[Arrays, Arrays]) -> tuple[float, float]:
    """The same where limits move along a line; NaN where HiGHS gives no answer."""
    first, last = line
    moved = {}
    for side in SIDES:
        now, here, there = getattr(program, side), getattr(first, side), getattr(last, side)
        finite = np.isfinite(here) & np.isfinite(now)
        moved[side] = now + np.subtract(there, here, out=np.zeros(len(now)), where=finite)
    try:
        found = Moving(program, replace(program, **moved), within=(-1.0, 1.0)).at(0.0)
    except (NotAffineError, SolverError):
        return NONE
    return found.left, found.right
