"""Left and right prices: hand cases where they differ, finite differences, units and signs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.highs import LiveHighs, SolverError, Status
from dualcontrol.solvers.prices import one_sided_prices
from tests.solvers.programs import INF, program

NAN = float("nan")


def _prices(arrays: Arrays) -> list[tuple[float, float]]:
    return one_sided_prices(arrays, LiveHighs(arrays).solve().x, list(range(len(arrays.rows))))


def _are(found: list[tuple[float, float]], expected: list[tuple[float, float]]) -> None:
    assert np.array(found) == pytest.approx(np.array(expected), rel=1e-9, abs=1e-9, nan_ok=True)


def test_one_price_where_nothing_is_degenerate() -> None:
    # max 3a + 2b, a + b <= 4, a + 3b <= 6, a <= 2.5 (bound): a = 2.5, b = 7/6 by the second row; the first
    # has room. One more unit of the second: b + 1/3, 2/3 more.
    arrays = program([3, 2], [[1, 1], [1, 3]], [-INF, -INF], [4, 6], upper=[2.5, INF])
    _are(_prices(arrays), [(0, 0), (2 / 3, 2 / 3)])


def test_left_and_right_differ_at_a_kink() -> None:
    # max 3a + b, a + b <= 2, a <= 2. One unit less costs a unit of a: 3. One unit more goes to b: 1.
    # The second row: less a is replaced by b: 3 - 1 = 2; more a finds no room in the first row: 0.
    arrays = program([3, 1], [[1, 1], [1, 0]], [-INF, -INF], [2, 2])
    _are(_prices(arrays), [(3, 1), (2, 0)])


def test_two_rows_that_say_the_same() -> None:
    # x <= 1 and 2x <= 2: relaxing one alone gains nothing, tightening one costs its share
    _are(_prices(program([1], [[1], [2]], [-INF, -INF], [1, 2])), [(1, 0), (0.5, 0)])


def test_a_lower_limit_is_tightened_upwards() -> None:
    # least cost 2a + 5b with a + b >= 3 and a <= 3: one more costs b, 5; one less saves a, 2
    arrays = program([-2, -5], [[1, 1]], [3], [INF], upper=[3, INF])
    _are(_prices(arrays), [(5, 2)])


def test_an_equality_moves_both_ways_with_its_sign() -> None:
    # the same with a + b = 3: relaxing means a larger right-hand side. It costs 5; a smaller one saves 2.
    arrays = program([-2, -5], [[1, 1]], [3], [3], upper=[3, INF])
    _are(_prices(arrays), [(-2, -5)])
    # and where more is better: 4a + b, a + b = 3, a <= 3: one more earns 1, one less loses 4
    _are(_prices(program([4, 1], [[1, 1]], [3], [3], upper=[3, INF])), [(4, 1)])


@pytest.mark.parametrize(("cost", "expected"), [(2.0, (2.0, 2.0)), (-2.0, (2.0, 2.0)), (0.0, (0.0, 0.0))])
def test_a_range_has_the_price_of_the_side_it_rests_on(cost: float, expected: tuple[float, float]) -> None:
    _are(_prices(program([cost], [[1]], [1], [4], lower=[-9])), [expected])


def test_nan_where_bounds_forbid_tightening() -> None:
    # grant <= 0 with grant >= 0: less is impossible, more is worth 7
    _are(_prices(program([7], [[1]], [-INF], [0])), [(NAN, 7)])


def test_nan_where_other_rows_forbid_tightening() -> None:
    # a + b >= 2, a <= 1, b <= 1, max a + 3b: the point is (1, 1). No row can be tightened. More a is worth 1,
    # more b 3; with the sum's floor at 1 nothing better becomes possible.
    arrays = program([1, 3], [[1, 1], [1, 0], [0, 1]], [2, -INF, -INF], [INF, 1, 1])
    _are(_prices(arrays), [(NAN, 0), (NAN, 1), (NAN, 3)])


def test_nan_both_ways_where_a_row_cannot_move() -> None:
    _are(_prices(program([1], [[1]], [1], [1], lower=[1], upper=[1])), [(NAN, NAN)])


def test_a_row_without_entries_cannot_be_tightened() -> None:
    _are(_prices(program([1], [[0]], [-INF], [0], upper=[1])), [(NAN, 0)])


def test_lorie_and_savage() -> None:
    # nine projects, two budgets (published 1955): relaxation 70.2727, prices 3/22 and 41/22
    arrays = program(
        [14, 17, 17, 15, 40, 12, 14, 10, 12],
        [[12, 54, 6, 6, 30, 6, 48, 36, 18], [3, 7, 6, 2, 35, 6, 4, 3, 3]],
        [-INF, -INF],
        [50, 20],
        upper=[1] * 9,
    )
    assert LiveHighs(arrays).solve().objective == pytest.approx(70 + 3 / 11, abs=1e-9)
    _are(_prices(arrays), [(3 / 22, 3 / 22), (41 / 22, 41 / 22)])


def test_only_the_rows_asked_for_in_their_order() -> None:
    arrays = program([3, 1], [[1, 1], [1, 0]], [-INF, -INF], [2, 2])
    x = LiveHighs(arrays).solve().x
    _are(one_sided_prices(arrays, x, [1, 0, 1]), [(2, 0), (3, 1), (2, 0)])
    assert one_sided_prices(arrays, x, []) == []


def test_which_optimum_is_given_makes_no_difference() -> None:
    # max a + b, a + b <= 2, a <= 2, b <= 2: both corners and the middle are optima; only the first row binds
    arrays = program([1, 1], [[1, 1], [1, 0], [0, 1]], [-INF] * 3, [2, 2, 2])
    for x in ([2, 0], [0, 2], [1, 1]):
        _are(one_sided_prices(arrays, np.array(x, dtype=float), [0, 1, 2]), [(1, 1), (0, 0), (0, 0)])


def test_an_optimum_up_to_rounding_is_good_enough() -> None:
    # b earns a hair: a plan kept within a tolerance of the optimum may leave it anywhere, which is no optimum
    arrays = program([1, 1e-7], [[1, 0], [0, 1]], [-INF, -INF], [5, 3])
    _are(one_sided_prices(arrays, np.array([5.0, 1.0]), [0, 1]), [(1, 1), (1e-7, 1e-7)])


def test_a_program_without_an_optimum_has_no_prices() -> None:
    with pytest.raises(SolverError, match="no prices"):
        one_sided_prices(program([1], [[-1]], [-INF], [0]), np.array([0.0]), [0])


@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e6])
def test_prices_are_in_the_rows_own_unit(factor: float) -> None:
    # a row in another unit has `factor` times the numbers, its price is divided by it; columns do not matter
    plain = program([3, 1], [[1, 1], [1, 0]], [-INF, -INF], [2, 2])
    other_row = program([3, 1], [[factor, factor], [1, 0]], [-INF, -INF], [2 * factor, 2])
    other_column = program([3 / factor, 1], [[1 / factor, 1], [1 / factor, 0]], [-INF, -INF], [2, 2])
    _are(_prices(other_row), [(3 / factor, 1 / factor), (2, 0)])
    _are(_prices(other_column), _prices(plain))


def test_prices_scale_with_the_objective() -> None:
    plain = program([3, 1], [[1, 1], [1, 0]], [-INF, -INF], [2, 2])
    dear = replace(plain, cost=plain.cost * 1e5, offset=1e9)
    assert np.array(_prices(dear)) == pytest.approx(1e5 * np.array(_prices(plain)), rel=1e-9)


# -- finite differences -----------------------------------------------------------------------------------

STEP = 1e-3  # small numbers below: no basis changes within less than about 1e-2


def _degenerate(seed: int) -> Arrays:
    """Small whole numbers, so that several bases meet in one corner; rows of all three kinds."""
    chance = np.random.default_rng(seed)
    rows, columns = int(chance.integers(1, 6)), int(chance.integers(1, 5))
    matrix = chance.integers(-1, 3, (rows, columns))
    limit = matrix @ chance.integers(0, 3, columns)
    kind = chance.integers(0, 4, rows)  # <=, <=, >=, =
    return program(
        chance.integers(-2, 4, columns).tolist(),
        matrix.tolist(),
        np.where(kind >= 2, limit, -INF).tolist(),
        np.where(kind != 2, limit, INF).tolist(),
        upper=[3] * columns,
    )


def _value(arrays: Arrays, row: int, step: float) -> float:
    """The optimum after moving a row's limits; -inf where there is none."""
    low, high = arrays.row_lower.copy(), arrays.row_upper.copy()
    low[row] += step
    high[row] += step
    solution = LiveHighs(replace(arrays, row_lower=low, row_upper=high)).solve()
    return solution.objective if solution.status is Status.OPTIMAL else -INF


def _differences(arrays: Arrays, row: int) -> tuple[float, float]:
    """(left, right) by solving again; NaN where the moved program has no plan."""
    outward = 1 if np.isfinite(arrays.row_upper[row]) else -1
    here, there, back = (_value(arrays, row, step * outward) for step in (0.0, STEP, -STEP))
    return ((here - back) / STEP if back > -INF else NAN, (there - here) / STEP if there > -INF else NAN)


@given(st.integers(0, 10**6))
def test_prices_are_what_solving_again_says(seed: int) -> None:
    arrays = _degenerate(seed)
    assume(LiveHighs(arrays).solve().status is Status.OPTIMAL)
    for row, (left, right) in enumerate(_prices(arrays)):
        assert (left, right) == pytest.approx(_differences(arrays, row), rel=1e-5, abs=1e-5, nan_ok=True)
        if np.isfinite(left) and np.isfinite(right):
            assert left >= right - 1e-9
        if arrays.row_lower[row] < arrays.row_upper[row]:
            assert not left < -1e-9
            assert not right < -1e-9


def test_the_programs_above_are_degenerate_often_enough() -> None:
    # or the property above would say little
    seen = {"kink": 0, "stuck": 0, "priced": 0}
    for seed in range(60):
        arrays = _degenerate(seed)
        if LiveHighs(arrays).solve().status is not Status.OPTIMAL:
            continue
        for left, right in _prices(arrays):
            seen["kink"] += bool(left > right + 1e-6)
            seen["stuck"] += bool(np.isnan(left))
            seen["priced"] += bool(left > 1e-6 and abs(left - right) <= 1e-6)
    assert min(seen.values()) >= 10, seen
