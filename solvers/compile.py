"""A Pyomo model as labelled sparse arrays: rows, columns and objective with the names they had in the model.

No Pyomo solver interface and no files; HiGHS gets the finished arrays (`highs.py`).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

Floats = npt.NDArray[np.float64]
Label = tuple[str, Any]  # component name, index (None for a scalar component)


@dataclass(frozen=True)
class Arrays:
    """`maximise cost·x + offset` subject to `row_lower <= A x <= row_upper`, `lower <= x <= upper`.

    A is stored by rows: entries `start[r]:start[r+1]` of `index` and `value`. Shapes: cost, lower, upper,
    is_integer (columns,); row_lower, row_upper (rows,); start (rows + 1,). Infinite bounds are +-inf.
    """

    columns: tuple[Label, ...]
    rows: tuple[Label, ...]
    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    is_integer: npt.NDArray[np.bool_]
    row_lower: Floats
    row_upper: Floats
    start: npt.NDArray[np.int32]
    index: npt.NDArray[np.int32]
    value: Floats

    def times(self, x: Floats) -> Floats:
        """A x, shape (rows,)."""
        products = self.value * x[self.index]
        sums = np.concatenate([[0.0], np.cumsum(products)])
        return sums[self.start[1:]] - sums[self.start[:-1]] if len(products) else np.zeros(len(self.rows))

    def column(self, name: str, index: Any = None) -> int:
        """Position of a column. KeyError if there is none of that name and index."""
        return self._position(self.columns, (name, index))

    def row(self, name: str, index: Any = None) -> int:
        """Position of a row. KeyError if there is none of that name and index."""
        return self._position(self.rows, (name, index))

    @staticmethod
    def _position(labels: tuple[Label, ...], label: Label) -> int:
        try:
            return labels.index(label)
        except ValueError:
            raise KeyError(label) from None

    def relaxed(self) -> "Arrays":
        """The linear relaxation."""
        return replace(self, is_integer=np.zeros(len(self.columns), dtype=bool))

    def fixed(self, x: Floats) -> "Arrays":
        """The linear program with every integer column fixed at the nearest whole value of `x`."""
        whole = np.where(self.is_integer, np.round(x), 0.0)
        return replace(
            self.relaxed(), lower=np.where(self.is_integer, whole, self.lower),
            upper=np.where(self.is_integer, whole, self.upper),
        )


def compile_model(model: pyo.ConcreteModel) -> Arrays:
    """Arrays of a linear Pyomo model with one active objective.

    Columns are the active variables in the order of their declaration, rows likewise. A minimisation is turned
    into a maximisation. Errors: ValueError when an expression is not linear or the objective is not unique.
    """
    variables = [v for v in model.component_data_objects(pyo.Var, active=True, descend_into=True)]
    position = {id(v): k for k, v in enumerate(variables)}
    cost, offset = np.zeros(len(variables)), 0.0
    objectives = list(model.component_data_objects(pyo.Objective, active=True))
    if len(objectives) != 1:
        raise ValueError(f"the model needs exactly one active objective, it has {len(objectives)}")
    sign = 1.0 if objectives[0].sense == pyo.maximize else -1.0
    repn = _linear(objectives[0].expr, objectives[0].name)
    offset = sign * float(repn.constant)
    for coefficient, variable in zip(repn.linear_coefs, repn.linear_vars, strict=True):
        cost[position[id(variable)]] += sign * float(coefficient)

    rows: list[Label] = []
    start, index, value, low, high = [0], [], [], [], []
    for row in model.component_data_objects(pyo.Constraint, active=True, descend_into=True):
        repn = _linear(row.body, row.name)
        constant = float(repn.constant)
        rows.append((row.parent_component().local_name, row.index()))
        for coefficient, variable in zip(repn.linear_coefs, repn.linear_vars, strict=True):
            if coefficient != 0:
                index.append(position[id(variable)])
                value.append(float(coefficient))
        start.append(len(index))
        low.append(-np.inf if row.lower is None else float(pyo.value(row.lower)) - constant)
        high.append(np.inf if row.upper is None else float(pyo.value(row.upper)) - constant)
    return Arrays(
        columns=tuple((v.parent_component().local_name, v.index()) for v in variables), rows=tuple(rows),
        cost=cost, offset=offset,
        lower=np.array([-np.inf if v.lb is None else float(v.lb) for v in variables]),
        upper=np.array([np.inf if v.ub is None else float(v.ub) for v in variables]),
        is_integer=np.array([not v.is_continuous() for v in variables], dtype=bool),
        row_lower=np.array(low), row_upper=np.array(high), start=np.array(start, dtype=np.int32),
        index=np.array(index, dtype=np.int32), value=np.array(value),
    )


def _linear(expression: Any, name: str) -> Any:
    repn = generate_standard_repn(expression)
    if not repn.is_linear():
        raise ValueError(f"{name} is not linear")
    return repn


@dataclass(frozen=True)
class Scaling:
    """Powers of two that bring rows, columns and objective near 1; scaling by them is exact.

    Scaled column = x / column; scaled row = row * A * column; scaled objective = objective * cost * column.
    """

    column: Floats
    row: Floats
    objective: float


def scaling_of(arrays: Arrays) -> Scaling:
    """Scaling by the size of the columns' bounds, then of the largest term of each row and of the objective."""
    with np.errstate(invalid="ignore"):
        size = np.maximum(np.where(np.isfinite(arrays.lower), np.abs(arrays.lower), 0.0),
                          np.where(np.isfinite(arrays.upper), np.abs(arrays.upper), 0.0))
    column = np.where(arrays.is_integer | (size == 0), 1.0, _power_of_two(size))
    terms = np.abs(arrays.value) * column[arrays.index]
    largest = np.zeros(len(arrays.rows))
    np.maximum.at(largest, np.repeat(np.arange(len(arrays.rows)), np.diff(arrays.start)), terms)
    costs = np.abs(arrays.cost) * column
    top = float(costs.max()) if len(costs) else 0.0
    # the objective is scaled up a thousandfold, since HiGHS's optimality tolerance is absolute
    return Scaling(column, 1.0 / _power_of_two(largest), 1024.0 / float(_power_of_two(np.array([top]))[0]))


def scaled(arrays: Arrays, scaling: Scaling) -> Arrays:
    """The same program in scaled columns and rows."""
    per_entry = np.repeat(scaling.row, np.diff(arrays.start)) * scaling.column[arrays.index]
    return replace(
        arrays, cost=arrays.cost * scaling.column * scaling.objective, offset=arrays.offset * scaling.objective,
        lower=arrays.lower / scaling.column, upper=arrays.upper / scaling.column,
        row_lower=arrays.row_lower * scaling.row, row_upper=arrays.row_upper * scaling.row,
        value=arrays.value * per_entry,
    )


def _power_of_two(size: Floats) -> Floats:
    safe = np.where(size > 0, size, 1.0)
    return np.asarray(np.exp2(np.round(np.log2(safe))), dtype=np.float64)
