"""A Pyomo model as labelled sparse arrays: rows, columns and objective with the names they had in the model.

No Pyomo solver interface and no files; HiGHS gets the finished arrays (`highs.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

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

    columns: Sequence[Label]
    rows: Sequence[Label]
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
        # row by row: differences of one running sum carry the noise of the largest row into the smallest
        terms = np.bincount(self.row_of_entry, weights=self.value * x[self.index], minlength=len(self.rows))
        return terms.astype(np.float64)  # without entries numpy counts in integers

    @cached_property
    def row_of_entry(self) -> npt.NDArray[np.intp]:
        """The row of each entry of `index` and `value`, shape (entries,)."""
        return np.repeat(np.arange(len(self.rows)), np.diff(self.start))

    def like(self, other: "Arrays") -> None:
        """Take over from a program with the same `start` what depends on it alone."""
        if self.start is other.start:
            self.__dict__.setdefault("row_of_entry", other.row_of_entry)

    def column(self, name: str, index: Any = None) -> int:
        """Position of a column. KeyError if there is none of that name and index."""
        return self._position(self.columns, (name, index))

    def row(self, name: str, index: Any = None) -> int:
        """Position of a row. KeyError if there is none of that name and index."""
        return self._position(self.rows, (name, index))

    @staticmethod
    def _position(labels: Sequence[Label], label: Label) -> int:
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
            self.relaxed(),
            lower=np.where(self.is_integer, whole, self.lower),
            upper=np.where(self.is_integer, whole, self.upper),
        )


class Made(Protocol):
    """A number that remembers how it was made; `value` is the plain one."""

    @property
    def value(self) -> Any:
        """The plain number."""


@dataclass(frozen=True)
class Place:
    """Where in `Arrays` a number stands: name of the array (or `offset`), position in it."""

    array: str
    position: int


def compile_model(model: pyo.ConcreteModel) -> Arrays:
    """Arrays of a linear Pyomo model with one active objective.

    Columns are the active variables in the order of their declaration, rows likewise; a component within a
    block is labelled with its full name. A fixed variable is a column that cannot move. A minimisation is
    turned into a maximisation. Errors: ValueError when an expression is not linear, a number is missing (NaN)
    or infinite, a variable is not an active one of the model, or the objective is not unique.
    """
    return compile_made(model, None)[0]


def compile_made(model: pyo.ConcreteModel, made: type[Any] | None) -> tuple[Arrays, Mapping[Place, Any]]:
    """The same for a model with numbers of the class `made` (see `Made`), and where these stand in the arrays.

    Pyomo must know the class (`RegisterNumericType`). Errors as of `compile_model`.
    """
    variables = list(model.component_data_objects(pyo.Var, active=True, descend_into=True))
    position = {id(v): k for k, v in enumerate(variables)}
    cost: list[Any] = [0.0] * len(variables)
    objectives = list(model.component_data_objects(pyo.Objective, active=True))
    if len(objectives) != 1:
        raise ValueError(f"the model needs exactly one active objective, it has {len(objectives)}")
    sign = 1.0 if objectives[0].sense == pyo.maximize else -1.0
    repn = _linear(objectives[0].expr, objectives[0].name, made)
    offset = sign * repn.constant
    for coefficient, variable in zip(repn.linear_coefs, repn.linear_vars, strict=True):
        cost[_position_of(variable, position, objectives[0].name)] += sign * coefficient

    rows: list[Label] = []
    start, index = [0], []
    value: list[Any] = []
    low: list[Any] = []
    high: list[Any] = []
    for row in model.component_data_objects(pyo.Constraint, active=True, descend_into=True):
        lower, body, upper = row.to_bounded_expression()
        repn = _linear(body, row.name, made)
        constant = repn.constant
        rows.append((row.parent_component().name, row.index()))
        for coefficient, variable in zip(repn.linear_coefs, repn.linear_vars, strict=True):
            if coefficient != 0:
                index.append(_position_of(variable, position, row.name))
                value.append(coefficient)
        start.append(len(index))
        low.append(-np.inf if lower is None else pyo.value(lower) - constant)
        high.append(np.inf if upper is None else pyo.value(upper) - constant)
    bounds = [_bounds(v) for v in variables]
    lists = {
        "cost": cost,
        "offset": [offset],
        "lower": [b[0] for b in bounds],
        "upper": [b[1] for b in bounds],
        "row_lower": low,
        "row_upper": high,
        "value": value,
    }
    places = {
        Place(name, k): number
        for name, numbers in lists.items()
        for k, number in enumerate(numbers)
        if made is not None and isinstance(number, made)
    }
    floats = {name: np.array([_float(v, made) for v in numbers]) for name, numbers in lists.items()}
    arrays = Arrays(
        columns=tuple((v.parent_component().name, v.index()) for v in variables),
        rows=tuple(rows),
        cost=floats["cost"],
        offset=float(floats["offset"][0]),
        lower=floats["lower"],
        upper=floats["upper"],
        is_integer=np.array([not v.is_continuous() for v in variables], dtype=bool),
        row_lower=floats["row_lower"],
        row_upper=floats["row_upper"],
        start=np.array(start, dtype=np.int32),
        index=np.array(index, dtype=np.int32),
        value=floats["value"],
    )
    return arrays, places


def expressions(arrays: Arrays, wanted: Mapping[Label, Any]) -> dict[Label, tuple[Floats, float]]:
    """Linear expressions of the model behind `arrays`, each as (coefficients of its columns, constant).

    Errors: ValueError where one is not linear or has a variable that is no column.
    """
    place = {label: k for k, label in enumerate(arrays.columns)}
    found = {}
    for label, expression in wanted.items():
        name = f"{label[0]}[{label[1]}]"
        repn = _linear(expression, name)
        cost = np.zeros(len(arrays.columns))
        for coefficient, variable in zip(repn.linear_coefs, repn.linear_vars, strict=True):
            column = (variable.parent_component().name, variable.index())
            if column not in place:
                raise ValueError(f"{name}: {variable.name} is not a column")
            cost[place[column]] += float(coefficient)
        found[label] = cost, float(repn.constant)
    return found


def _float(number: Any, made: type[Any] | None) -> float:
    return float(number.value if made is not None and isinstance(number, made) else number)


def _bounds(variable: Any) -> tuple[Any, Any]:
    """Bounds of a column; a fixed variable, whose terms are constants of the rows, keeps its value."""
    if variable.fixed:
        return variable.value, variable.value
    return (
        -np.inf if variable.lb is None else variable.lb,
        np.inf if variable.ub is None else variable.ub,
    )


def _position_of(variable: Any, position: dict[int, int], name: str) -> int:
    if id(variable) not in position:
        raise ValueError(f"{name}: {variable.name} is not an active variable of the model")
    return position[id(variable)]


def _linear(expression: Any, name: str, made: type[Any] | None = None) -> Any:
    repn = generate_standard_repn(expression)
    if not repn.is_linear():
        raise ValueError(f"{name} is not linear")
    if not np.isfinite([_float(v, made) for v in (repn.constant, *repn.linear_coefs)]).all():
        raise ValueError(f"{name} has a coefficient that is not a finite number")
    return repn


@dataclass(frozen=True)
class Scaling:
    """Powers of two that bring rows, columns and objective near 1; scaling by them is exact.

    Scaled column = x / column; scaled row = row * A * column; scaled objective = objective * cost * column.
    """

    column: Floats
    row: Floats
    objective: float


def near_one(arrays: Arrays) -> tuple[Arrays, Scaling]:
    """The same program in scaled columns and rows, and the scaling."""
    columns = scaled_columns(arrays)
    row, value = scaled_rows(arrays, columns.scale, 0, len(arrays.rows))
    program = replace(
        arrays,
        cost=columns.cost,
        offset=arrays.offset * columns.objective,
        lower=columns.lower,
        upper=columns.upper,
        row_lower=arrays.row_lower * row,
        row_upper=arrays.row_upper * row,
        value=value,
    )
    return program, Scaling(columns.scale, row, columns.objective)


@dataclass(frozen=True)
class ScaledColumns:
    """The columns of a program scaled by the size of their bounds, (columns,), the objective by its largest term."""

    scale: Floats
    cost: Floats
    lower: Floats
    upper: Floats
    objective: float


def scaled_columns(arrays: Arrays) -> ScaledColumns:
    """Columns scaled so that their bounds are near 1; integers and columns without bounds stay as they are."""
    size, high = np.abs(arrays.lower), np.abs(arrays.upper)
    for bound in (size, high):
        bound[~np.isfinite(bound)] = 0.0
    np.maximum(size, high, out=size)
    scale = _power_of_two(size)
    scale[arrays.is_integer] = 1.0
    cost = arrays.cost * scale
    top = max(float(cost.max()), -float(cost.min())) if len(cost) else 0.0
    # the objective is scaled up a thousandfold, since HiGHS's optimality tolerance is absolute
    objective = 1024.0 / float(_power_of_two(np.array([top]))[0])
    cost *= objective
    return ScaledColumns(scale, cost, arrays.lower / scale, arrays.upper / scale, objective)


def scaled_rows(arrays: Arrays, column: Floats, first: int, last: int) -> tuple[Floats, Floats]:
    """Scale of rows first to last (less one) and their entries, so that the largest entry of a row is near 1."""
    entries = slice(arrays.start[first], arrays.start[last])
    value = arrays.value[entries] * column.take(arrays.index[entries])
    lengths = np.diff(arrays.start[first : last + 1])
    largest = np.zeros(last - first)
    np.maximum.at(largest, np.repeat(np.arange(last - first), lengths), np.abs(value))
    row = 1.0 / _power_of_two(largest)
    value *= np.repeat(row, lengths)
    return row, value


def _power_of_two(size: Floats) -> Floats:
    """The power of two nearest to each size on a logarithmic scale, 1 for a size of 0; sizes are finite."""
    nearest: Floats = size * np.sqrt(2.0)
    bits = nearest.view(np.int64)
    bits &= 0x7FF << 52  # the exponent alone: the power of two below
    nearest[nearest == 0.0] = 1.0
    return nearest
