"""Rows over all stamped hours."""

import numpy as np
import pyomo.environ as pyo
import pytest

from dualcontrol.solvers.highs import LiveHighs
from dualcontrol.solvers.stamp import Layout, compile_hour, stamp
from dualcontrol.solvers.totals import scoped_column, with_costs, with_total_row


def stamped(hours: int) -> tuple[object, Layout]:
    """Each hour: 0 <= use[a], use[b] <= 10, worth 1 and 2 a unit, use[a] <= size (a column of the year, at most 6)."""
    m = pyo.ConcreteModel()
    m.use = pyo.Var(["a", "b"], bounds=(0, 10))
    m.size = pyo.Var(bounds=(0, 6))
    m.within = pyo.Constraint(expr=m.use["a"] <= m.size)
    m.value = pyo.Objective(expr=m.use["a"] + 2 * m.use["b"], sense=pyo.maximize)
    return stamp(compile_hour(m, scopes={"year": ["size"]}), hours, {})


def test_a_limit_on_the_sum_of_all_hours() -> None:
    """3 hours: b is worth 2 and its sum at most 12, a is worth 1 and at most 6 each hour: 24 + 18. The price is 2."""
    arrays, layout = stamped(3)
    limited = with_total_row(arrays, layout, {("use", "b"): 1.0}, -np.inf, 12.0, ("total", "b"))
    solution = LiveHighs(limited).solve()
    assert solution.objective == pytest.approx(24 + 18)
    assert limited.rows[len(limited.rows) - 1] == ("total", "b")
    assert limited.row("total", "b") == len(limited.rows) - 1
    assert solution.row_dual[-1] == pytest.approx(2)
    assert layout.values(solution.x, "use")[1].shape == (3, 2)  # the layout is still right


def test_a_coefficient_for_every_hour() -> None:
    """Only the second hour counts: b = 10, 3, 10 under a limit of 6 for 2 b."""
    arrays, layout = stamped(3)
    limited = with_total_row(
        arrays, layout, {("use", "b"): np.array([0.0, 2.0, 0.0])}, -np.inf, 6.0, ("total", 0)
    )
    names, values = layout.values(LiveHighs(limited).solve().x, "use")
    assert values[:, names.index("b")] == pytest.approx([10, 3, 10])
    assert np.diff(limited.start)[-1] == 1  # no entries for nothing


def test_a_total_tied_to_a_yearly_column_with_a_cost() -> None:
    """size = sum of a over the hours / 3 = 6 at most; size costs 3.5 a unit, more than the 3 that a brings: nothing."""
    arrays, layout = stamped(3)
    size = scoped_column(layout, "year", ("size", None))
    tied = with_total_row(arrays, layout, {("use", "a"): 1.0}, 0.0, 0.0, ("tied", None), shared={size: -3.0})
    assert LiveHighs(with_costs(tied, {size: -3.5})).solve().objective == pytest.approx(60)
    cheap = LiveHighs(with_costs(tied, {size: -2.5})).solve()
    assert cheap.objective == pytest.approx(60 + 18 - 15)
    assert cheap.x[size] == pytest.approx(6)


def test_what_is_not_there_is_an_error() -> None:
    arrays, layout = stamped(2)
    with pytest.raises(KeyError):
        with_total_row(arrays, layout, {("use", "z"): 1.0}, 0.0, 1.0, ("total", None))
    with pytest.raises(ValueError, match="shape"):
        with_total_row(arrays, layout, {("use", "a"): np.ones(3)}, 0.0, 1.0, ("total", None))
    with pytest.raises(ValueError, match="not in"):
        scoped_column(layout, "year", ("use", "a"))
