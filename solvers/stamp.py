"""One hour of a model written in Pyomo, compiled once and stamped over thousands of hours with numpy.

In the hour's model time-varying data are mutable Params, storage refers to the hour before through a
placeholder variable, and what belongs to a day or to the year is declared to be of that scope. Every
coefficient and bound stays an expression and is evaluated once for all hours, with arrays as the Params'
values.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC
from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.expr.numeric_expr import LinearExpression, MonomialTermExpression
from pyomo.core.expr.visitor import identify_mutable_parameters
from pyomo.repn import generate_standard_repn

from dualcontrol.solvers.compile import Arrays, Floats, Label

Ints = npt.NDArray[np.int64]
HOURLY = "hour"
NUMBER = (int, float)


@dataclass(frozen=True)
class Hour:
    """A compiled hour. Columns are (scope, position) pairs; `links` lead to the hour before.

    columns: by scope, the labels in the order of declaration; scope "hour" is stamped per hour. entry_row
    (nnz,); entry_scope and entry_column (nnz,) say where the coefficient's column is; entry_back (nnz,) is
    true for links. Coefficients, bounds and costs are numbers or expressions of mutable Params.
    """

    columns: Mapping[str, tuple[Label, ...]]
    rows: tuple[Label, ...]
    entry_row: npt.NDArray[np.int32]
    entry_scope: tuple[str, ...]
    entry_column: npt.NDArray[np.int32]
    entry_back: npt.NDArray[np.bool_]
    coefficients: tuple[Any, ...]
    row_lower: tuple[Any, ...]
    row_upper: tuple[Any, ...]
    lower: Mapping[str, tuple[Any, ...]]
    upper: Mapping[str, tuple[Any, ...]]
    is_integer: Mapping[str, tuple[bool, ...]]
    cost: tuple[Any, ...]
    offset: Any
    params: Mapping[Label, Any]


def compile_hour(
    model: pyo.ConcreteModel,
    scopes: Mapping[str, Sequence[str]] | None = None,
    links: Mapping[str, str] | None = None,
) -> Hour:
    """Compile the model of one hour.

    scopes: scope name -> names of its variables (for instance {"day": ["online"], "year": ["build"]}).
    links: placeholder variable -> variable it stands for in the hour before, both indexed alike.
    Errors: ValueError for nonlinear rows, not exactly one objective, or costs on columns that are not hourly.
    """
    with PauseGC():  # thousands of small objects that all stay
        return _compiled(model, scopes, links)


def _compiled(
    model: pyo.ConcreteModel, scopes: Mapping[str, Sequence[str]] | None, links: Mapping[str, str] | None
) -> Hour:
    scope_of = {name: scope for scope, names in (scopes or {}).items() for name in names}
    links = dict(links or {})
    place: dict[int, tuple[str, int, bool]] = {}
    columns: dict[str, list[Label]] = {HOURLY: [], **{scope: [] for scope in (scopes or {})}}
    data: dict[str, list[Any]] = {scope: [] for scope in columns}
    for variable in model.component_data_objects(pyo.Var, active=True):
        name = variable.parent_component().local_name
        if name in links:
            continue
        scope = scope_of.get(name, HOURLY)
        place[id(variable)] = (scope, len(columns[scope]), False)
        columns[scope].append((name, variable.index()))
        data[scope].append(variable)
    for placeholder, source in links.items():
        behind = getattr(model, source)
        for index, variable in getattr(model, placeholder).items():
            scope, position, _ = place[id(behind[index])]
            if scope != HOURLY:
                raise ValueError(
                    f"{placeholder} must stand for an hourly variable, {source} is of scope {scope}"
                )
            place[id(variable)] = (scope, position, True)

    table = _rows_of(model, place)
    cost: list[Any] = [0.0] * len(columns[HOURLY])
    offset: Any = 0.0
    objectives = list(model.component_data_objects(pyo.Objective, active=True))
    if len(objectives) != 1:
        raise ValueError(f"the hour needs exactly one active objective, it has {len(objectives)}")
    for objective in objectives:
        sign = 1.0 if objective.sense == pyo.maximize else -1.0
        own, variables, constant = _linear(objective.expr, objective)
        offset = offset + sign * constant
        for coefficient, variable in zip(own, variables, strict=True):
            scope, position, back = place[id(variable)]
            if scope != HOURLY or back:
                raise ValueError(f"{variable.name} is not hourly: its cost belongs to the model of its scope")
            cost[position] = cost[position] + sign * coefficient
    return Hour(
        columns={scope: tuple(labels) for scope, labels in columns.items()},
        rows=tuple(table.labels),
        entry_row=np.repeat(np.arange(len(table.labels), dtype=np.int32), table.lengths),
        entry_scope=tuple([entry[0] for entry in table.entries]),
        entry_column=np.array([entry[1] for entry in table.entries], dtype=np.int32),
        entry_back=np.array([entry[2] for entry in table.entries], dtype=bool),
        coefficients=tuple(table.coefficients),
        row_lower=tuple(table.lower),
        row_upper=tuple(table.upper),
        lower={s: tuple(-np.inf if (b := v.lower) is None else b for v in vs) for s, vs in data.items()},
        upper={s: tuple(np.inf if (b := v.upper) is None else b for v in vs) for s, vs in data.items()},
        is_integer={s: tuple(not v.is_continuous() for v in vs) for s, vs in data.items()},
        cost=tuple(cost),
        offset=offset,
        params={
            (p.parent_component().local_name, p.index()): p
            for c in model.component_objects(pyo.Param)
            if c.mutable
            for p in c.values()
        },
    )


@dataclass(frozen=True)
class _Rows:
    """Rows as they are read: labels, entries per row, place and coefficient of each entry, limits."""

    labels: list[Label] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    entries: list[tuple[str, int, bool]] = field(default_factory=list)
    coefficients: list[Any] = field(default_factory=list)
    lower: list[Any] = field(default_factory=list)
    upper: list[Any] = field(default_factory=list)


def _rows_of(model: pyo.ConcreteModel, place: Mapping[int, tuple[str, int, bool]]) -> _Rows:
    """The active rows in the order of declaration. place: id of a variable -> scope, position, whether a link."""
    table = _Rows()
    for row in model.component_data_objects(pyo.Constraint, active=True):
        lower, body, upper = row.to_bounded_expression()
        coefficients, variables, constant = _linear(body, row)
        table.labels.append((row.parent_component().local_name, row.index()))
        table.lengths.append(len(coefficients))
        table.coefficients.extend(coefficients)
        table.entries.extend([place[id(variable)] for variable in variables])
        table.lower.append(-np.inf if lower is None else lower - constant)
        table.upper.append(np.inf if upper is None else upper - constant)
    return table


def _linear(expression: Any, component: Any) -> tuple[Sequence[Any], Sequence[Any], Any]:
    """Coefficients, variables and constant, numbers or expressions of Params."""
    if expression.__class__ is LinearExpression and (terms := _as_written(expression)) is not None:
        return terms
    repn = generate_standard_repn(expression, compute_values=False)
    if not repn.is_linear():
        raise ValueError(f"{component.name} is not linear")
    return repn.linear_coefs, repn.linear_vars, repn.constant


def _as_written(expression: Any) -> tuple[list[Any], list[Any], Any] | None:
    """A sum of numbers and of terms in free variables, each once, read off in one pass; None for any other."""
    coefficients: list[Any] = []
    variables: list[Any] = []
    constant: Any = 0
    for term in expression.args:
        kind = term.__class__
        if kind is MonomialTermExpression:
            coefficient, variable = term.args
        elif kind in native_numeric_types:
            constant += term
            continue
        elif term.is_variable_type():
            coefficient, variable = 1, term
        else:
            return None
        if variable.fixed:
            return None
        if coefficient.__class__ in native_numeric_types and not coefficient:
            continue
        coefficients.append(coefficient)
        variables.append(variable)
    is_once = len({id(variable) for variable in variables}) == len(variables)
    return (coefficients, variables, constant) if is_once else None


@dataclass(frozen=True)
class Layout:
    """Where the stamped columns and rows are: by scope the first column and the instance of each hour.

    hours: T. first: scope -> position of its first column. instance: scope -> (T,) instance of the scope per
    hour. count: scope -> number of instances. weight (T,): how often an hour counts in the objective.
    """

    hour: Hour
    hours: int
    first: Mapping[str, int]
    instance: Mapping[str, Ints]
    count: Mapping[str, int]
    weight: Floats
    first_row: int

    def values(self, x: Floats, name: str) -> tuple[list[Any], Floats]:
        """Indices of an hourly variable and its values, shape (T, names)."""
        width = len(self.hour.columns[HOURLY])
        block = x[self.first[HOURLY] : self.first[HOURLY] + self.hours * width].reshape(self.hours, width)
        return self._select(HOURLY, block, name)

    def scoped(self, x: Floats, scope: str, name: str) -> tuple[list[Any], Floats]:
        """Indices of a variable of another scope and its values, shape (instances, names)."""
        width = len(self.hour.columns[scope])
        block = x[self.first[scope] : self.first[scope] + self.count[scope] * width].reshape(
            self.count[scope], width
        )
        return self._select(scope, block, name)

    def row_values(self, y: Floats, name: str) -> tuple[list[Any], Floats]:
        """Indices of an hourly row and its duals or activities, shape (T, names), with weights."""
        width = len(self.hour.rows)
        block = y[self.first_row : self.first_row + self.hours * width].reshape(self.hours, width)
        return self._select(None, block, name)

    def _select(self, scope: str | None, block: Floats, name: str) -> tuple[list[Any], Floats]:
        chosen, indices = self._places[scope].get(name, ([], []))
        return list(indices), block[:, chosen]

    @cached_property
    def _places(self) -> dict[str | None, dict[str, tuple[list[int], list[Any]]]]:
        """By scope (None: the rows) and name the positions within one instance and their indices."""
        found: dict[str | None, dict[str, tuple[list[int], list[Any]]]] = {}
        for scope, labels in (*self.hour.columns.items(), (None, self.hour.rows)):
            by_name = found.setdefault(scope, {})
            for k, (name, index) in enumerate(labels):
                positions, indices = by_name.setdefault(name, ([], []))
                positions.append(k)
                indices.append(index)
        return found


class _Repeated(Sequence[Label]):
    """Labels of stamped columns or rows, made only when asked for: ((name, index), instance)."""

    def __init__(self, blocks: Sequence[tuple[tuple[Label, ...], int]]) -> None:
        self._blocks = list(blocks)
        self._length = sum(len(labels) * count for labels, count in blocks)

    def __len__(self) -> int:
        return self._length

    def __eq__(self, other: object) -> bool:
        """Whether both are made of the same blocks."""
        return self._blocks == other._blocks if isinstance(other, _Repeated) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return [self[k] for k in range(*position.indices(len(self)))]
        for labels, count in self._blocks:
            if position < len(labels) * count:
                instance, k = divmod(position, len(labels))
                return (labels[k][0], (instance, labels[k][1]))
            position -= len(labels) * count
        raise IndexError(position)


def stamp(
    hour: Hour,
    hours: int,
    series: Mapping[str, Mapping[Any, Floats] | Floats],
    *,
    previous: Ints | None = None,
    scopes: Mapping[str, Ints] | None = None,
    weight: Floats | None = None,
) -> tuple[Arrays, Layout]:
    """The hour over T hours as one program, and where everything is.

    series: mutable Param -> its values, {index: (T,)} or (T,) for a scalar one; other Params keep their
    value. previous (T,): the hour before each hour (default: t-1, cyclic). scopes: scope -> (T,) instance per
    hour. weight (T,): factor of the hour's cost (default 1). Pure apart from evaluating the model's own
    expressions.
    """
    previous = np.roll(np.arange(hours), 1) if previous is None else previous
    weight = np.ones(hours) if weight is None else weight
    instance = {
        s: np.asarray((scopes or {}).get(s, np.zeros(hours, dtype=np.int64)))
        for s in hour.columns
        if s != HOURLY
    }
    count = {s: int(i.max()) + 1 if hours else 0 for s, i in instance.items()}
    first, position = {}, 0
    for scope in instance:
        first[scope], position = position, position + count[scope] * len(hour.columns[scope])
    first[HOURLY], width, height = position, len(hour.columns[HOURLY]), len(hour.rows)
    steps = np.arange(hours)

    order = np.argsort(hour.entry_row, kind="stable")
    # where each scope's columns of an hour begin: the hour's own, those before, and those of the other scopes
    begins = [steps * width, previous * width, *(instance[s] * len(hour.columns[s]) for s in instance)]
    places = {HOURLY: 0, **{scope: k for k, scope in enumerate(instance, start=2)}}
    place = np.array([places[scope] for scope in hour.entry_scope])[order] + hour.entry_back[order]
    base = np.stack(begins, axis=1).astype(np.int32)
    index = base[:, place]
    index += np.array([first[scope] for scope in hour.entry_scope], dtype=np.int32)[order]
    index += hour.entry_column[order]
    with _arrays_as_values(hour, series, hours) as evaluate:
        value = _block([hour.coefficients[entry] for entry in order], evaluate, hours)
        per_hour = {
            name: _block(getattr(hour, name), evaluate, hours) for name in ("row_lower", "row_upper", "cost")
        }
        bounds = {
            side: np.concatenate(
                [
                    *(
                        np.tile([float(pyo.value(b)) for b in getattr(hour, side)[s]], count[s])
                        for s in instance
                    ),
                    _block(getattr(hour, side)[HOURLY], evaluate, hours).ravel(),
                ]
            )
            for side in ("lower", "upper")
        }
        offset = float(np.sum(evaluate(hour.offset) * weight))
    counts = np.tile(np.bincount(hour.entry_row, minlength=height), hours)
    index, value, counts = _without_twins(
        hour, order, index, value, counts, np.flatnonzero(previous == steps)
    )
    layout = Layout(hour, hours, first, instance, count, weight, 0)
    arrays = Arrays(
        columns=_Repeated([*((hour.columns[s], count[s]) for s in instance), (hour.columns[HOURLY], hours)]),
        rows=_Repeated([(hour.rows, hours)]),
        cost=np.concatenate([np.zeros(position), (per_hour["cost"] * weight[:, None]).ravel()]),
        offset=offset,
        lower=bounds["lower"],
        upper=bounds["upper"],
        is_integer=np.concatenate(
            [
                *(np.tile(np.array(hour.is_integer[s], dtype=bool), count[s]) for s in instance),
                np.tile(np.array(hour.is_integer[HOURLY], dtype=bool), hours),
            ]
        ),
        row_lower=per_hour["row_lower"].ravel(),
        row_upper=per_hour["row_upper"].ravel(),
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        index=index.ravel(),
        value=value.ravel(),
    )
    return arrays, layout


def _without_twins(
    hour: Hour, order: Ints, index: Any, value: Floats, counts: Ints, alone: Ints
) -> tuple[Any, Floats, Ints]:
    """In hours that follow themselves (`alone`) a link leads to a column of its own row: one entry, their sum."""
    links = np.flatnonzero(hour.entry_back[order])
    if not len(alone) or not len(links):
        return index, value, counts
    rows, columns = hour.entry_row[order], hour.entry_column[order]
    is_own = (np.array(hour.entry_scope)[order] == HOURLY) & ~hour.entry_back[order]
    kept = np.ones(index.shape, dtype=bool)
    counts = counts.reshape(len(index), -1)
    for link in links:
        for twin in np.flatnonzero(is_own & (rows == rows[link]) & (columns == columns[link])):
            value[alone, twin] += value[alone, link]
            kept[alone, link] = False
            counts[alone, rows[link]] -= 1
    return index[kept], value[kept], counts.ravel()


def _block(expressions: Sequence[Any], evaluate: Any, hours: int) -> Floats:
    """Expressions evaluated for all hours, shape (T, expressions)."""
    is_number = [isinstance(expression, NUMBER) for expression in expressions]
    numbers = [float(e) if known else 0.0 for e, known in zip(expressions, is_number, strict=True)]
    block = np.empty((hours, len(expressions)))
    block[:] = numbers
    for k, known in enumerate(is_number):
        if not known:
            block[:, k] = evaluate(expressions[k])
    return block


@contextmanager
def _arrays_as_values(hour: Hour, series: Mapping[str, Any], hours: int) -> Iterator[Any]:
    """Give the Params their (T,) arrays for the time of the evaluation, and take them back."""
    varying: dict[int, Any] = {}
    saved: list[tuple[Any, Any]] = []
    for name, values in series.items():
        table = values if isinstance(values, Mapping) else {None: values}
        for index, array in table.items():
            param = hour.params[(name, index)]
            if np.shape(array) != (hours,):
                raise ValueError(f"{name}[{index}] needs {hours} values, it has shape {np.shape(array)}")
            saved.append((param, param._value))  # noqa: SLF001 (arrays pass no domain check)
            varying[id(param)] = array

    def evaluate(expression: Any) -> Any:
        if isinstance(expression, int | float | np.floating):
            return float(expression)
        if not any(id(p) in varying for p in identify_mutable_parameters(expression)):
            return float(pyo.value(expression))
        return pyo.value(expression)

    try:
        for param, _ in saved:
            param._value = varying[id(param)]  # noqa: SLF001
        yield evaluate
    finally:
        for param, value in saved:
            param._value = value  # noqa: SLF001
