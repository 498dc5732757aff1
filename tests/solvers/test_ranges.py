"""How far prices hold: hand cases, and solving again on both sides of the end."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.highs import LiveHighs, Status
from dualcontrol.solvers.prices import one_sided_prices
from dualcontrol.solvers.ranges import price_ranges
from tests.solvers.programs import INF, program
from tests.solvers.test_prices import _degenerate


def _ranges(arrays: Arrays) -> list[tuple[float, float]]:
    solution, rows = LiveHighs(arrays).solve(), list(range(len(arrays.rows)))
    return price_ranges(
        arrays, solution.x, solution.objective, rows, one_sided_prices(arrays, solution.x, rows)
    )


def _are(found: list[tuple[float, float]], expected: list[tuple[float, float]]) -> None:
    assert np.array(found) == pytest.approx(np.array(expected), rel=1e-6, abs=1e-6)


def test_a_price_ends_where_something_else_binds() -> None:
    # max 3a + 2b, a + b <= 4, a + 3b <= 6, a <= 2.5: b = 7/6, a + b = 11/3. The second row is worth 2/3 until b
    # reaches 1.5 and the first row binds (4.5 more: 2.5 + 4.5 = 7, one more), or b reaches 0 (3.5 less).
    # The first has 1/3 of room: nothing is lost by tightening it so far, nothing ever gained by relaxing it.
    arrays = program([3, 2], [[1, 1], [1, 3]], [-INF, -INF], [4, 6], upper=[2.5, INF])
    _are(_ranges(arrays), [(1 / 3, INF), (3.5, 1)])


def test_a_kink_has_an_end_on_either_side() -> None:
    # max 3a + b, a + b <= 2, a <= 2: tightening the first costs a, 3, down to nothing (2); relaxing gives b for
    # ever. Less of the second is replaced by b, 2 a unit, down to a = 0; more of it gains nothing, ever.
    arrays = program([3, 1], [[1, 1], [1, 0]], [-INF, -INF], [2, 2])
    _are(_ranges(arrays), [(2, INF), (2, INF)])


def test_a_lower_limit_is_relaxed_downwards() -> None:
    # least cost 2a + 5b, a + b >= 3, a <= 3: one more costs b without end, one less saves a, down to 0
    arrays = program([-2, -5], [[1, 1]], [3], [INF], upper=[3, INF])
    _are(_ranges(arrays), [(INF, 3)])


def test_an_equality_moves_both_ways() -> None:
    # the same with a + b = 3
    arrays = program([-2, -5], [[1, 1]], [3], [3], upper=[3, INF])
    _are(_ranges(arrays), [(3, INF)])


def test_no_range_where_a_row_cannot_be_tightened() -> None:
    # grant <= 0 with 0 <= grant <= 9
    _are(_ranges(program([7], [[1]], [-INF], [0], upper=[9])), [(0, 9)])


@pytest.mark.parametrize("factor", [1e-3, 1e6])
def test_ranges_are_in_the_rows_own_unit(factor: float) -> None:
    arrays = program(
        [3e5, 2e5], [[1, 1], [factor, 3 * factor]], [-INF, -INF], [4, 6 * factor], upper=[2.5, INF]
    )
    _are(_ranges(replace(arrays, offset=1e7)), [(1 / 3, INF), (3.5 * factor, factor)])


def _value(arrays: Arrays, row: int, step: float) -> float:
    low, high = arrays.row_lower.copy(), arrays.row_upper.copy()
    low[row] += step
    high[row] += step
    solution = LiveHighs(replace(arrays, row_lower=low, row_upper=high)).solve()
    return solution.objective if solution.status is Status.OPTIMAL else -INF


@given(st.integers(0, 10**6))
def test_the_price_holds_up_to_the_end_and_not_beyond(seed: int) -> None:
    arrays = _degenerate(seed)
    solution, rows = LiveHighs(arrays).solve(), list(range(len(arrays.rows)))
    assume(solution.status is Status.OPTIMAL)
    prices = one_sided_prices(arrays, solution.x, rows)
    ranges = price_ranges(arrays, solution.x, solution.objective, rows, prices)
    for row in rows:
        outward = 1.0 if np.isfinite(arrays.row_upper[row]) else -1.0
        for side, (price, reach) in zip((-1.0, 1.0), zip(prices[row], ranges[row], strict=True), strict=True):
            if np.isnan(price):
                assert reach == 0
                continue
            for step in (reach / 2, reach * 0.999) if np.isfinite(reach) else (1.0, 50.0):
                line = solution.objective + side * price * step
                assert _value(arrays, row, side * outward * step) == pytest.approx(line, abs=1e-6)
            if np.isfinite(reach):
                beyond = _value(arrays, row, side * outward * (reach + 0.01))
                assert beyond < solution.objective + side * price * (reach + 0.01) - 1e-4
