"""Objectives in order of rank: hand cases, brute force over binaries, and what a stage may give up."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.solvers.highs import Options, Status
from dualcontrol.solvers.lexicographic import Stage, solve_in_order
from tests.solvers.programs import INF, knapsack, program

OPTIONS = Options()
# a + b <= 10, both at most 8
SHARED = program([1, 1], [[1, 1]], [-INF], [10], upper=[8, 8])


def _stage(name: str, cost: list[float], tolerance: float = 0.0, offset: float = 0.0) -> Stage:
    return Stage(name, np.array(cost, dtype=float), tolerance, offset)


def test_the_second_stage_chooses_among_the_optima_of_the_first() -> None:
    # a + b = 10 in many ways; of these the greatest a is 8
    first, second = solve_in_order(SHARED, [_stage("sum", [1, 1]), _stage("a", [1, 0])], OPTIONS)
    assert (first.name, first.objective) == ("sum", 10)
    assert (second.name, second.objective) == ("a", 8)
    assert second.solution.x == pytest.approx([8, 2], abs=1e-8)


def test_a_tolerance_is_given_up_and_no_more() -> None:
    # least a: 2 while the sum stays 10, 0.5 when it may fall by 1.5 (b cannot exceed 8)
    for tolerance, least in ((0.0, 2.0), (1.5, 0.5), (2.0, 0.0), (7.0, 0.0)):
        stages = [_stage("sum", [1, 1], tolerance), _stage("least a", [-1, 0])]
        results = solve_in_order(SHARED, stages, OPTIONS)
        assert results[0].objective == 10
        assert results[1].objective == pytest.approx(-least, abs=1e-8)


def test_every_later_stage_keeps_all_earlier_ones() -> None:
    # c is worth nothing to sum and a; it takes what they leave: a + b + c <= 12
    arrays = program([0] * 3, [[1, 1, 0], [1, 1, 1]], [-INF, -INF], [10, 12], upper=[8, 8, 9])
    stages = [
        _stage("sum", [1, 1, 0]),
        _stage("a", [1, 0, 0]),
        _stage("c", [0, 0, 1]),
        _stage("no c", [0, 0, -1]),
    ]
    results = solve_in_order(arrays, stages, OPTIONS)
    assert [r.objective for r in results] == pytest.approx([10, 8, 2, -2], abs=1e-8)
    assert results[-1].solution.x == pytest.approx([8, 2, 2], abs=1e-8)


def test_the_order_of_the_stages_is_their_rank() -> None:
    # least b first leaves b = 0, so the sum is 8; the sum first leaves b = 2
    one = solve_in_order(SHARED, [_stage("sum", [1, 1]), _stage("least b", [0, -1])], OPTIONS)
    other = solve_in_order(SHARED, [_stage("least b", [0, -1]), _stage("sum", [1, 1])], OPTIONS)
    assert [r.objective for r in one] == pytest.approx([10, -2], abs=1e-8)
    assert [r.objective for r in other] == pytest.approx([0, 8], abs=1e-8)


def test_a_constant_is_reported_and_does_not_disturb_the_floor() -> None:
    stages = [_stage("sum", [1, 1], offset=-100), _stage("least a", [-1, 0], offset=3)]
    results = solve_in_order(SHARED, stages, OPTIONS)
    assert [r.objective for r in results] == pytest.approx([-90, 1], abs=1e-8)


def test_what_was_reached_before_is_kept_from_the_start() -> None:
    # a sum of 10 was reached, with a tolerance of 1: least a is 1
    kept = [(_stage("sum", [1, 1], 1.0, offset=5), 15.0)]
    (result,) = solve_in_order(SHARED, [_stage("least a", [-1, 0])], OPTIONS, keep=kept)
    assert result.objective == pytest.approx(-1, abs=1e-8)


def test_an_infeasible_first_stage_ends_it() -> None:
    arrays = program([1, 1], [[1, 1]], [30], [INF], upper=[8, 8])
    results = solve_in_order(arrays, [_stage("sum", [1, 1]), _stage("a", [1, 0])], OPTIONS)
    assert [r.solution.status for r in results] == [Status.INFEASIBLE]


def test_an_unbounded_second_stage_ends_it() -> None:
    arrays = program([1, 0], [[1, 0]], [-INF], [1])
    stages = [_stage("a", [1, 0]), _stage("b", [0, 1]), _stage("a again", [1, 0])]
    results = solve_in_order(arrays, stages, OPTIONS)
    assert [r.solution.status for r in results] == [Status.OPTIMAL, Status.UNBOUNDED]


def test_running_out_of_time_ends_it() -> None:
    arrays = knapsack(60)
    stages = [_stage("value", arrays.cost.tolist()), _stage("count", [1] * 60)]
    results = solve_in_order(arrays, stages, Options(time_limit_s=0.0))
    assert [r.solution.status for r in results] == [Status.TIME_LIMIT]


def test_a_first_stage_within_its_gap_is_kept_as_far_as_it_came() -> None:
    arrays = knapsack(60)
    stages = [_stage("value", arrays.cost.tolist()), _stage("fewest", [-1] * 60)]
    first, second = solve_in_order(arrays, stages, Options(gap=0.05))
    assert first.solution.status is Status.WITHIN_GAP
    assert float(arrays.cost @ second.solution.x) >= first.objective * (1 - 1e-9)


def test_the_program_handed_in_is_not_touched() -> None:
    solve_in_order(SHARED, [_stage("a", [1, 0]), _stage("b", [0, 1])], OPTIONS)
    assert SHARED.rows == (("r", 0),)
    assert SHARED.cost.tolist() == [1, 1]


@given(st.integers(0, 10**6), st.sampled_from([0.0, 1.0, 3.0]))
def test_binaries_against_every_combination(seed: int, tolerance: float) -> None:
    chance = np.random.default_rng(seed)
    size = 6
    matrix, limit = chance.integers(0, 5, (2, size)), chance.integers(3, 12, 2)
    value, score = chance.integers(0, 6, size), chance.integers(0, 6, size)  # ties are common
    arrays = program([0] * size, matrix.tolist(), [-INF] * 2, limit.tolist(), None, [1] * size, [True] * size)
    choices = [np.array(x) for x in product((0, 1), repeat=size)]
    feasible = [x for x in choices if (matrix @ x <= limit).all()]
    best = max(int(value @ x) for x in feasible)
    best_score = max(int(score @ x) for x in feasible if value @ x >= best - tolerance)
    stages = [_stage("value", value.tolist(), tolerance), _stage("score", score.tolist())]
    results = solve_in_order(arrays, stages, OPTIONS)
    assert [r.objective for r in results] == [best, best_score]
    assert value @ results[1].solution.x >= best - tolerance
