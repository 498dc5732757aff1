"""Scaling by powers of two: it changes no digit, and it brings a county's numbers near 1."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.solvers.compile import Arrays, compile_model, near_one
from tests.solvers.programs import INF, knapsack, program, random_model

# a county in its own units: activity (share), grid energy (tce), GDP (万元), with rows in tce and 万元
COUNTY = program(
    [176_000.0, 0.0, -0.3],
    [[9.8e6, 1.0, 0.0], [0.0, 1.0, -2.4], [0.0, 0.0, 1e-3]],
    [-INF, -INF, 0.25],
    [1.1e7, 4.1e6, INF],
    upper=[1.1, 2.2e7, 5e6],
)


def _is_power_of_two(numbers: object) -> bool:
    mantissa, _ = np.frexp(np.asarray(numbers, dtype=float))
    return bool((mantissa == 0.5).all())


@given(st.integers(0, 10**6))
def test_every_factor_is_a_power_of_two(seed: int) -> None:
    _, scaling = near_one(compile_model(random_model(np.random.default_rng(seed))))
    assert _is_power_of_two(scaling.column)
    assert _is_power_of_two(scaling.row)
    assert _is_power_of_two(scaling.objective)


def test_by_hand() -> None:
    # column bounds 1.1, 2.2e7, 5e6: nearest powers (in the logarithm) 1, 2^24 (16.8e6), 2^22 (4.19e6)
    # rows after that: 9.8e6 and 1.7e7 -> 2^24; 1.7e7 and 1.0e7 -> 2^24; 4.2e3 -> 2^12
    _, scaling = near_one(COUNTY)
    assert scaling.column.tolist() == [1, 2.0**24, 2.0**22]
    assert (1 / scaling.row).tolist() == [2.0**24, 2.0**24, 2.0**12]
    # costs after that: 1.76e5 and 1.26e6 -> 2^20, and a thousandfold up
    assert scaling.objective == 2.0**10 / 2.0**20


def test_scaled_numbers_lie_near_one() -> None:
    near = near_one(COUNTY)[0]
    largest = [np.abs(near.value[a:b]).max() for a, b in zip(near.start[:-1], near.start[1:], strict=True)]
    assert all(0.7 <= top <= 1.5 for top in largest)
    assert all(0.7 <= bound <= 1.5 for bound in near.upper)


def test_integer_columns_stay_as_they_are() -> None:
    arrays = program([1, 1], [[1, 1]], [-INF], [9], upper=[1000, 1000], integer=[True, False])
    assert near_one(arrays)[1].column.tolist() == [1, 1024]


def test_columns_without_bounds_and_rows_without_entries_stay_as_they_are() -> None:
    _, scaling = near_one(program([1], [[0]], [-INF], [9], lower=[-INF]))
    assert (scaling.column.tolist(), scaling.row.tolist()) == ([1], [1])


@pytest.mark.parametrize("arrays", [COUNTY, knapsack(12)], ids=["county", "knapsack"])
def test_scaled_and_unscaled_agree_bit_for_bit(arrays: Arrays) -> None:
    _agree(arrays, np.random.default_rng(1))


@given(st.integers(0, 10**6))
def test_random_programs_agree_bit_for_bit(seed: int) -> None:
    chance = np.random.default_rng(seed)
    _agree(compile_model(random_model(chance)), chance)


def _agree(arrays: Arrays, chance: np.random.Generator) -> None:
    near, scaling = near_one(arrays)
    x = chance.normal(size=len(arrays.columns)) * 1e3
    point = x / scaling.column
    assert (point * scaling.column == x).all()
    assert (near.times(point) == arrays.times(x) * scaling.row).all()
    ours = float(arrays.cost @ x + arrays.offset)
    assert float(near.cost @ point + near.offset) == ours * scaling.objective
    # and everything can be undone
    assert (near.row_lower / scaling.row == arrays.row_lower).all()
    assert (near.upper * scaling.column == arrays.upper).all()
    assert (near.cost / scaling.column / scaling.objective == arrays.cost).all()
