"""Pyomo to arrays: against programs written out by hand, and Pyomo's own evaluation at random points."""

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.solvers.compile import Arrays, compile_model
from tests.solvers.programs import INF, dense, program, random_model


def three_by_three() -> pyo.ConcreteModel:
    m = pyo.ConcreteModel()
    m.I = ["a", "b", "c"]
    bounds = {"a": (0, 10), "b": (None, 5), "c": (-1, None)}
    m.x = pyo.Var(m.I, bounds=lambda m, i: bounds[i])
    m.cap = pyo.Constraint(expr=2 * m.x["a"] + 3 * m.x["b"] + 4 <= 20)
    m.band = pyo.Constraint(expr=pyo.inequality(-1, m.x["b"] - m.x["c"] + 1, 6))
    m.tie = pyo.Constraint(expr=m.x["a"] == 2 * m.x["c"] + 1)
    m.value = pyo.Objective(expr=5 * m.x["a"] - m.x["c"] + 7, sense=pyo.maximize)
    return m


def test_the_arrays_of_a_program_written_out_by_hand() -> None:
    # cap:  2a + 3b + 4 <= 20        the constant goes to the right: 2a + 3b <= 16
    # band: -1 <= b - c + 1 <= 6     -2 <= b - c <= 5
    # tie:  a = 2c + 1               a - 2c = 1, whichever side Pyomo keeps it on
    arrays = compile_model(three_by_three())
    assert arrays.columns == (("x", "a"), ("x", "b"), ("x", "c"))
    assert arrays.rows == (("cap", None), ("band", None), ("tie", None))
    assert arrays.cost.tolist() == [5, 0, -1]
    assert arrays.offset == 7
    assert arrays.lower.tolist() == [0, -INF, -1]
    assert arrays.upper.tolist() == [10, 5, INF]
    assert not arrays.is_integer.any()
    matrix = dense(arrays)
    assert matrix[:2].tolist() == [[2, 3, 0], [0, 1, -1]]
    assert arrays.row_lower[:2].tolist() == [-INF, -2]
    assert arrays.row_upper[:2].tolist() == [16, 5]
    sign = matrix[2, 0]
    assert (matrix[2] * sign).tolist() == [1, 0, -2]
    assert arrays.row_lower[2] == arrays.row_upper[2] == sign * 1


def test_shapes_and_types_are_what_highs_reads() -> None:
    arrays = compile_model(three_by_three())
    assert arrays.start.dtype == arrays.index.dtype == np.int32
    assert arrays.start.tolist() == [0, 2, 4, 6]
    for part in (arrays.cost, arrays.lower, arrays.upper, arrays.row_lower, arrays.row_upper, arrays.value):
        assert part.dtype == np.float64


def test_columns_and_rows_are_found_by_name_and_index() -> None:
    arrays = compile_model(three_by_three())
    assert (arrays.column("x", "b"), arrays.row("tie")) == (1, 2)
    with pytest.raises(KeyError, match="d"):
        arrays.column("x", "d")
    with pytest.raises(KeyError, match="cap"):
        arrays.row("cap", 1)


def test_a_minimisation_is_turned_into_a_maximisation_with_its_constant() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(bounds=(2, 9))
    m.cost = pyo.Objective(expr=3 * m.x + 1, sense=pyo.minimize)
    arrays = compile_model(m)
    assert arrays.cost.tolist() == [-3]
    assert arrays.offset == -1


def test_binaries_and_integers_are_integer_columns_with_their_bounds() -> None:
    m = pyo.ConcreteModel()
    m.b, m.n, m.r = pyo.Var(domain=pyo.Binary), pyo.Var(domain=pyo.NonNegativeIntegers), pyo.Var()
    m.value = pyo.Objective(expr=m.b + m.n + m.r)
    arrays = compile_model(m)
    assert arrays.is_integer.tolist() == [True, True, False]
    assert arrays.lower.tolist() == [0, 0, -INF]
    assert arrays.upper.tolist() == [1, INF, INF]


def test_a_fixed_variable_is_a_column_that_cannot_move() -> None:
    # 2 f + x <= 10 with f = 3: the term is the constant 6, so x <= 4; the column of f stays at 3
    m = pyo.ConcreteModel()
    m.f, m.x = pyo.Var(bounds=(0, 5)), pyo.Var(bounds=(0, None))
    m.f.fix(3)
    m.row = pyo.Constraint(expr=2 * m.f + m.x <= 10)
    m.value = pyo.Objective(expr=m.f + m.x, sense=pyo.maximize)
    arrays = compile_model(m)
    assert arrays.lower.tolist() == [3, 0]
    assert arrays.upper.tolist() == [3, INF]
    assert arrays.row_upper.tolist() == [4]
    assert dense(arrays).tolist() == [[0, 1]]
    assert (arrays.cost.tolist(), arrays.offset) == ([0, 1], 3)


def test_a_row_without_variables_keeps_its_limit() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var()
    m.nothing = pyo.Constraint(expr=0 * m.x + 3 <= 5)
    m.value = pyo.Objective(expr=0 * m.x)
    arrays = compile_model(m)
    assert arrays.start.tolist() == [0, 0]
    assert arrays.row_upper.tolist() == [2]
    assert arrays.times(np.array([8.0])).tolist() == [0]


def test_a_variable_used_twice_is_one_entry() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var()
    m.row = pyo.Constraint(expr=m.x + 2 * m.x <= 3 - m.x)
    m.value = pyo.Objective(expr=m.x + m.x)
    arrays = compile_model(m)
    assert arrays.value.tolist() == [4]
    assert arrays.cost.tolist() == [-2]


def test_inactive_rows_and_skipped_rows_are_left_out() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var([1, 2])
    m.row = pyo.Constraint([1, 2], rule=lambda m, i: m.x[i] <= i if i == 2 else pyo.Constraint.Skip)
    m.off = pyo.Constraint(expr=m.x[1] <= 0)
    m.off.deactivate()
    m.value = pyo.Objective(expr=m.x[1])
    assert compile_model(m).rows == (("row", 2),)


def test_variables_of_different_blocks_have_different_labels() -> None:
    m = pyo.ConcreteModel()
    m.year = pyo.Block([2022, 2023], rule=lambda b, y: setattr(b, "x", pyo.Var(bounds=(0, y))))
    m.value = pyo.Objective(expr=m.year[2022].x + 2 * m.year[2023].x)
    arrays = compile_model(m)
    assert arrays.columns == (("year[2022].x", None), ("year[2023].x", None))
    assert arrays.upper[arrays.column("year[2023].x")] == 2023


@pytest.mark.parametrize("where", ["row", "objective"])
def test_a_product_of_variables_is_refused_with_the_name_of_its_row(where: str) -> None:
    m = pyo.ConcreteModel()
    m.x, m.y = pyo.Var(), pyo.Var()
    product = m.x * m.y
    m.bent = pyo.Constraint(expr=(product if where == "row" else m.x) <= 1)
    m.goal = pyo.Objective(expr=product if where == "objective" else m.x)
    with pytest.raises(ValueError, match=f"{'bent' if where == 'row' else 'goal'} is not linear"):
        compile_model(m)


@pytest.mark.parametrize("number", [float("nan"), INF])
def test_a_number_that_is_missing_or_infinite_is_refused_with_its_row(number: float) -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var()
    m.row = pyo.Constraint(expr=number * m.x <= 1)
    m.value = pyo.Objective(expr=m.x)
    with pytest.raises(ValueError, match="row has a coefficient that is not a finite number"):
        compile_model(m)


@pytest.mark.parametrize("count", [0, 2])
def test_there_is_exactly_one_objective(count: int) -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var()
    m.goals = pyo.ObjectiveList()
    for _ in range(count):
        m.goals.add(m.x)
    with pytest.raises(ValueError, match=f"it has {count}"):
        compile_model(m)


def test_a_variable_of_another_model_is_named() -> None:
    other, m = pyo.ConcreteModel(), pyo.ConcreteModel()
    other.stranger, m.x = pyo.Var(), pyo.Var()
    m.row = pyo.Constraint(expr=m.x + other.stranger <= 1)
    m.value = pyo.Objective(expr=m.x)
    with pytest.raises(ValueError, match="stranger is not an active variable"):
        compile_model(m)


def test_the_noise_of_a_large_row_stays_out_of_a_small_one() -> None:
    # 1e16 + 1 is not a float: a running sum over both rows would give 0 or 2 for the second
    arrays = program([0, 0], [[1e16, 0], [0, 1]], [-INF, -INF], [INF, INF])
    assert arrays.times(np.array([1.0, 1.0])).tolist() == [1e16, 1.0]


def test_fixing_the_integers_leaves_a_linear_program_at_whole_values() -> None:
    arrays = program([1, 1, 1], [[1, 1, 1]], [-INF], [9], upper=[1, 4, 4], integer=[True, True, False])
    fixed = arrays.fixed(np.array([0.9999999, 2.0000001, 0.7]))
    assert not fixed.is_integer.any()
    assert fixed.lower.tolist() == [1, 2, 0]
    assert fixed.upper.tolist() == [1, 2, 4]
    assert not arrays.relaxed().is_integer.any()
    assert arrays.is_integer.tolist() == [True, True, False]


@given(st.integers(0, 10**6))
def test_arrays_say_what_pyomo_says_at_random_points(seed: int) -> None:
    chance = np.random.default_rng(seed)
    m = random_model(chance)
    arrays = compile_model(m)
    variables = list(m.component_data_objects(pyo.Var))
    for _ in range(3):
        x = np.array([v.value if v.fixed else np.round(chance.normal() * 50, 2) for v in variables])
        for variable, value in zip(variables, x, strict=True):
            variable.set_value(float(value), skip_validation=True)
        sign = 1 if m.goal.sense == pyo.maximize else -1
        told = float(arrays.cost @ x + arrays.offset)
        assert told == pytest.approx(sign * pyo.value(m.goal.expr), rel=1e-12, abs=1e-9)
        activity = arrays.times(x)
        # how far each row is from its limits is what counts, wherever Pyomo keeps the constants
        for row, low, high, found in zip(
            m.component_data_objects(pyo.Constraint),
            arrays.row_lower,
            arrays.row_upper,
            activity,
            strict=True,
        ):
            body = pyo.value(row.body)
            for limit, ours in ((row.lower, low), (row.upper, high)):
                if limit is None:
                    assert np.isinf(ours)
                else:
                    assert found - ours == pytest.approx(body - pyo.value(limit), rel=1e-12, abs=1e-9)
    for variable, low, high in zip(variables, arrays.lower, arrays.upper, strict=True):
        if variable.fixed:
            assert low == high == variable.value
        else:
            assert (low, high) == (
                -INF if variable.lb is None else variable.lb,
                INF if variable.ub is None else variable.ub,
            )


@given(st.integers(0, 10**6))
def test_the_same_model_gives_the_same_arrays(seed: int) -> None:
    first, second = (compile_model(random_model(np.random.default_rng(seed))) for _ in range(2))
    assert _bytes(first) == _bytes(second)


def _bytes(arrays: Arrays) -> list[object]:
    parts = (
        arrays.cost, arrays.lower, arrays.upper, arrays.is_integer, arrays.row_lower, arrays.row_upper,
        arrays.start, arrays.index, arrays.value,
    )  # fmt: skip
    return [arrays.columns, arrays.rows, arrays.offset, *(part.tobytes() for part in parts)]
