"""The straight pieces of an optimal value: by hand, then against dense grids on random programs."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dualcontrol.solvers.compile import Arrays, Floats
from dualcontrol.solvers.highs import LiveHighs, Status
from dualcontrol.solvers.parametric import Moving, NotAffineError, breaks
from tests.solvers.test_changes import program


def goods(budget: float) -> Arrays:
    """Three goods worth 3, 2 and 1 a unit, at most 2, 3 and 4 units, one unit of budget each."""
    return Arrays(
        columns=(("a", None), ("b", None), ("c", None)),
        rows=(("budget", None),),
        cost=np.array([3.0, 2.0, 1.0]),
        offset=10.0,
        lower=np.zeros(3),
        upper=np.array([2.0, 3.0, 4.0]),
        is_integer=np.zeros(3, dtype=bool),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([float(budget)]),
        start=np.array([0, 3], dtype=np.int32),
        index=np.array([0, 1, 2], dtype=np.int32),
        value=np.ones(3),
    )


def test_goods_are_bought_in_order_of_worth() -> None:
    # Budgets 0 to 10: 3 a unit up to 2 (16), 2 up to 5 (22), 1 up to 9 (26), then nothing. Slopes per t are ten times.
    found = breaks(Moving(goods(0), goods(10)))
    assert [b.at for b in found] == pytest.approx([0, 0.2, 0.5, 0.9, 1])
    assert [b.value for b in found] == pytest.approx([10, 16, 22, 26, 26])
    assert [b.right for b in found[:-1]] == pytest.approx([30, 20, 10, 0])
    assert [b.left for b in found[1:]] == pytest.approx([30, 20, 10, 0])
    assert found[1].x == pytest.approx([2, 0, 0])


def test_slopes_on_both_sides_of_the_first_program() -> None:
    # At a budget of 5 the last unit was worth 2, the next is worth 1; t moves it by one.
    here = Moving(goods(5), goods(6), within=(-1.0, 1.0)).at(0.0)
    assert (here.value, here.left, here.right) == pytest.approx((22, 2, 1))


def test_where_there_is_no_plan_there_is_no_value() -> None:
    # At least 3 of a budget of -2 to 8: possible from t = 0.5 on; the first three cost 2 x 3 + 2.
    first, last = (replace(goods(b), lower=np.array([2.0, 1.0, 0.0])) for b in (-2, 8))
    found = breaks(Moving(first, last))
    assert [b.at for b in found] == pytest.approx([0.5, 0.7, 1])
    assert [b.value for b in found] == pytest.approx([18, 22, 25])
    assert breaks(Moving(*(replace(p, lower=np.array([2.0, 3.0, 4.0])) for p in (first, last)))) == []


def test_bounds_and_both_sides_of_a_row_may_move() -> None:
    # Budget between 1 + t and 2 + 3 t, of `a` at most 2 - t: value 10 + 3 (2 - t) + 2 (4 t) as long as 4 t <= 3, then
    # 3 (2 - t) + 6 + (4 t - 3).
    first = replace(goods(2), row_lower=np.array([1.0]))
    last = replace(goods(5), row_lower=np.array([2.0]), upper=np.array([1.0, 3.0, 4.0]))
    found = breaks(Moving(first, last))
    assert [b.at for b in found] == pytest.approx([0, 0.75, 1])
    assert [b.value for b in found] == pytest.approx([16, 10 + 3.75 + 6, 10 + 3 + 6 + 1])


def at(first: Arrays, last: Arrays, t: float) -> float:
    """The value at t, of a program of its own."""

    def between(a: Floats, b: Floats) -> Floats:
        return np.where(np.isfinite(a), a + t * np.where(np.isfinite(a), b - a, 0.0), a)

    with np.errstate(invalid="ignore"):
        mixed = replace(
            first,
            lower=between(first.lower, last.lower),
            upper=between(first.upper, last.upper),
            row_lower=between(first.row_lower, last.row_lower),
            row_upper=between(first.row_upper, last.row_upper),
        )
    solution = LiveHighs(mixed).solve()
    return solution.objective if solution.status is Status.OPTIMAL else float("nan")


@pytest.mark.parametrize("seed", range(12))
def test_breaks_agree_with_a_dense_grid(seed: int) -> None:
    first = program(seed, integers=0.0)
    r = np.random.default_rng(seed + 1000)
    last = replace(
        first,
        row_upper=first.row_upper * r.uniform(0.01, 3.0, len(first.rows)),
        upper=first.upper * r.choice([1.0, 1.0, 0.3], len(first.columns)),
    )
    found = breaks(Moving(first, last))
    grid = np.linspace(0, 1, 101)
    values = np.array([at(first, last, t) for t in grid])
    told = np.interp(grid, [b.at for b in found], [b.value for b in found])
    assert told == pytest.approx(values, rel=1e-7, abs=1e-6)
    # between two breaks the grid is straight, and where the grid bends there is a break
    bends = np.flatnonzero(np.abs(np.diff(values, 2)) > 1e-5 * max(1.0, np.abs(values).max())) + 1
    for k in bends:
        assert any(grid[k - 1] - 1e-9 <= b.at <= grid[k + 1] + 1e-9 for b in found[1:-1])
    for b in found[1:-1]:  # the value is below both its lines a little way off, by what the slopes say
        assert b.left > b.right
    for one, other in pairwise(found):
        slope = (other.value - one.value) / (other.at - one.at)
        assert one.right == pytest.approx(slope, rel=1e-5, abs=1e-5 * max(1.0, np.abs(values).max()))
        assert other.left == pytest.approx(slope, rel=1e-5, abs=1e-5 * max(1.0, np.abs(values).max()))


@pytest.mark.parametrize(
    "last",
    [
        replace(goods(9), cost=np.array([3.0, 2.0, 2.0])),
        replace(goods(9), value=np.array([1.0, 1.0, 2.0])),
        replace(goods(9), upper=np.array([2.0, 3.0, np.inf])),
        replace(goods(9), offset=0.0),
        replace(goods(9), rows=(("other", None),)),
        goods(float("inf")),
    ],
)
def test_what_does_not_move_along_a_line_is_refused(last: Arrays) -> None:
    with pytest.raises(NotAffineError):
        Moving(goods(1), last)
    integer = replace(goods(1), is_integer=np.ones(3, dtype=bool))
    with pytest.raises(NotAffineError):
        Moving(integer, integer)
