"""Efficient points against all subsets of small knapsacks."""

from itertools import product
from random import Random

import numpy as np
import pytest

from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.highs import SolverError, Status
from dualcontrol.solvers.pareto import Efficient, Objective, _undominated, efficient


def knapsack(weights: list[float], room: float, *, is_integer: bool = True) -> Arrays:
    n = len(weights)
    return Arrays(
        columns=tuple(("x", k) for k in range(n)), rows=(("room", None),), cost=np.zeros(n), offset=0.0,
        lower=np.zeros(n), upper=np.ones(n), is_integer=np.full(n, is_integer),
        row_lower=np.array([-np.inf]), row_upper=np.array([room]), start=np.array([0, n], dtype=np.int32),
        index=np.arange(n, dtype=np.int32), value=np.array(weights),
    )  # fmt: skip


def best_sets(table: np.ndarray) -> set[tuple[float, ...]]:
    """Rows (the more the better in every column) that no other dominates."""
    return {
        tuple(row) for row in table
        if not ((table >= row).all(axis=1) & (table > row).any(axis=1)).any()
    }  # fmt: skip


def drawn(seed: int, count: int, aims: int) -> tuple[Arrays, list[Objective], np.ndarray]:
    """A knapsack, its objectives (the second is to be least), and the values of all subsets that fit, signed."""
    r = Random(f"pareto {seed}")  # noqa: S311
    weights = [float(r.randint(2, 9)) for _ in range(count)]
    costs = [np.array([float(r.randint(1, 12)) for _ in range(count)]) for _ in range(aims)]
    objectives = [Objective(f"f{k}", cost, float(k), k == 1) for k, cost in enumerate(costs)]
    room = sum(weights) / 2
    chosen = [np.array(subset) for subset in product((0.0, 1.0), repeat=count)]
    rows = [[o.sign * o.at(subset) for o in objectives] for subset in chosen if subset @ weights <= room]
    return knapsack(weights, room), objectives, np.unique(np.array(rows), axis=0)


@pytest.mark.parametrize("seed", range(12))
def test_two_objectives_on_a_fine_grid_are_complete(seed: int) -> None:
    program, objectives, table = drawn(seed, 7, 2)
    wanted = best_sets(table)
    steps = round(np.ptp([row[1] for row in wanted])) + 1  # whole numbers: a level for each
    found = efficient(program, objectives, max(2, steps))
    signs = np.array([o.sign for o in objectives])
    got = {tuple(np.round(signs * point.values, 6)) for point in found.points}
    assert got == wanted
    assert all(point.status is Status.OPTIMAL for point in found.points)
    assert found.solves <= 4 + steps


@pytest.mark.parametrize("seed", range(8))
def test_three_objectives_find_the_best_at_every_level(seed: int) -> None:
    program, objectives, table = drawn(seed, 7, 3)
    wanted = best_sets(table)
    levels = 4
    found = efficient(program, objectives, levels)
    signs = np.array([o.sign for o in objectives])
    got = np.array([signs * point.values for point in found.points])
    assert {tuple(np.round(row, 6)) for row in got} <= wanted  # each is efficient among all subsets
    assert len(got) == len({tuple(np.round(row, 6)) for row in got})
    low, high = (signs * found.payoff).min(axis=0), (signs * found.payoff).max(axis=0)
    for e1 in np.linspace(low[1], high[1], levels):
        for e2 in np.linspace(low[2], high[2], levels):
            fits = table[(table[:, 1] >= e1 - 1e-6) & (table[:, 2] >= e2 - 1e-6)]
            own = got[(got[:, 1] >= e1 - 1e-6) & (got[:, 2] >= e2 - 1e-6)]
            assert (len(fits) == 0) == (len(own) == 0)
            if len(fits):
                assert own[:, 0].max() == pytest.approx(fits[:, 0].max())


def test_the_payoff_table_is_lexicographic() -> None:
    # Two of one value: 5 at a cost of 3 or of 2. The best value must take the cheaper.
    program = knapsack([1.0, 1.0], 1.0)
    objectives = [
        Objective("value", np.array([5.0, 5.0])),
        Objective("cost", np.array([3.0, 2.0]), 0.0, True),
    ]
    found = efficient(program, objectives, 3)
    assert found.payoff == pytest.approx(np.array([[5.0, 2.0], [0.0, 0.0]]))
    assert [(point.values.tolist(), point.best_of) for point in found.points] == [
        ([5, 2], "value"),
        ([0, 0], "cost"),
    ]


def test_a_linear_program_has_points_on_the_whole_edge() -> None:
    # x <= 1, y <= 1, x + y <= 1: the edge between (1, 0) and (0, 1), at five levels
    objectives = [Objective("x", np.array([1.0, 0.0])), Objective("y", np.array([0.0, 1.0]))]
    found = efficient(knapsack([1.0, 1.0], 1.0, is_integer=False), objectives, 5)
    assert np.array([point.values for point in found.points]) == pytest.approx(
        np.array([[1 - k / 4, k / 4] for k in range(5)])
    )


def test_objectives_that_agree_have_one_point_and_a_program_without_a_plan_none() -> None:
    same = [Objective("a", np.array([1.0, 2.0])), Objective("b", np.array([2.0, 4.0]))]
    found = efficient(knapsack([1.0, 1.0], 1.0), same, 6)
    assert [point.values.tolist() for point in found.points] == [[2, 4]]
    nothing = efficient(knapsack([1.0, 1.0], -1.0), same, 6)
    assert (nothing.points, nothing.payoff.shape) == ((), (0, 2))


def test_dominated_and_repeated_points_are_taken_out() -> None:
    # the second is to be least; a gap may leave points that others beat, or the same one twice
    objectives = [Objective("a", np.array([1.0])), Objective("b", np.array([1.0]), 0.0, True)]
    given = [(5, 3), (5, 4), (4, 3), (6, 9), (5, 3 + 1e-9), (2, 1)]
    points = [Efficient(np.zeros(1), np.array(values, dtype=float), Status.WITHIN_GAP) for values in given]
    kept = _undominated(points, objectives, np.array([4.0, 8.0]))
    assert [tuple(point.values) for point in kept] == [(6, 9), (5, 3), (2, 1)]


def test_what_cannot_be_asked_is_refused() -> None:
    program = knapsack([1.0], 1.0)
    one = Objective("a", np.array([1.0]))
    for objectives, levels in (([one], 5), ([one, one], 1)):
        with pytest.raises(ValueError, match="two"):
            efficient(program, objectives, levels)
    free = Arrays(**{**program.__dict__, "upper": np.array([np.inf]), "row_upper": np.array([np.inf]),
                     "is_integer": np.array([False])})  # fmt: skip
    with pytest.raises(SolverError):
        efficient(free, [one, Objective("b", np.array([-1.0]))], 3)
