"""Hours drawn by chance, as a table of terms: written once for `compile_hour`, once as plain Pyomo of all hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo

from dualcontrol.solvers.compile import Arrays, Label
from dualcontrol.solvers.stamp import Layout, compile_hour, stamp

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SCOPES = {"day": ("online",), "year": ("built",)}
LINKS = {"before": "level"}
HOURLY = ("p", "level", "choice", "rest")  # `choice` is whole where integers are wanted, `rest` is a scalar


@dataclass(frozen=True)
class Number:
    """`constant + factor * data[name]`, data differing from hour to hour; a plain number without a name."""

    constant: float
    factor: float = 0.0
    name: int | None = None

    def inside(self, data: Any) -> Any:
        """The expression with data[name] from `data`."""
        return self.constant if self.name is None else self.constant + self.factor * data[self.name]

    def over(self, data: Mapping[int, Floats], hours: int) -> Floats:
        """Its values, shape (T,)."""
        return np.broadcast_to(np.asarray(self.inside(data), dtype=float), (hours,))


@dataclass(frozen=True)
class Row:
    """`low <= sum of numbers times columns + constant <= high`; None for no limit, equal sides for an equation."""

    terms: tuple[tuple[Number, Label], ...]
    constant: Number
    low: Number | None
    high: Number | None


@dataclass(frozen=True)
class HourTable:
    """An hour and the hours it is stamped over.

    data: name -> (T,). bounds, cost, is_integer by label; costs and varying bounds of hourly columns only.
    previous, day (T,); weight (T,).
    """

    hours: int
    data: Mapping[int, Floats]
    bounds: Mapping[Label, tuple[Number, Number]]
    cost: Mapping[Label, Number]
    cost_constant: Number
    is_integer: Mapping[Label, bool]
    rows: tuple[Row, ...]
    previous: Ints
    day: Ints
    weight: Floats
    is_maximised: bool

    def indices(self, name: str) -> list[Any]:
        """The indices of a variable."""
        return [index for variable, index in self.bounds if variable == name]


def random_hour(chance: np.random.Generator, *, with_integers: bool) -> HourTable:
    """A program with a solution and finite bounds: rows are drawn around a point, limits vary by hour."""
    hours = int(chance.integers(1, 7))
    size = {name: int(chance.integers(1, 3)) for name in ("p", "level", "choice", "online", "built")}
    labels: list[Label] = [(name, k) for name, count in size.items() for k in range(count)]
    labels.append(("rest", None))
    data = {k: np.round(chance.normal(size=hours), 3) for k in range(4)}

    def number(*, varies: bool = True) -> Number:
        constant, factor = (float(v) for v in np.round(chance.normal(size=2) * 3, 3))
        return (
            Number(constant, factor, int(chance.integers(4)))
            if varies and chance.random() < 0.5
            else Number(constant)
        )

    is_integer = {
        label: bool(with_integers and label[0] in ("choice", "online") and chance.random() < 0.8)
        for label in labels
    }
    day = np.sort(chance.integers(0, 3, hours))
    day = np.unique(day, return_inverse=True)[1]
    previous = np.arange(hours) - 1
    for number_of_day in np.unique(day):
        of_day = np.flatnonzero(day == number_of_day)
        previous[of_day[0]] = of_day[-1]
    point = {
        (name, index): np.round(chance.uniform(-3, 3, hours), 0 if is_integer[name, index] else 3)
        for name, index in labels
    }
    for name, index in labels:  # the same all day, all year
        if name == "online":
            point[name, index] = point[name, index][day]
        elif name == "built":
            point[name, index] = np.full(hours, point[name, index][0])
    bounds = {}
    for label in labels:
        if label[0] in HOURLY and not is_integer[label] and chance.random() < 0.5:
            extra = len(data)
            data[extra] = point[label] + np.round(chance.uniform(0, 3, hours), 3)
            bounds[label] = (Number(-5.0), Number(0.0, 1.0, extra))
        else:
            bounds[label] = (Number(-4.0), Number(4.0))
    rows = []
    for _ in range(int(chance.integers(2, 7))):
        chosen = [label for label in labels if chance.random() < 0.5]
        chosen += [("before", k) for k in range(size["level"]) if chance.random() < 0.6]
        terms = tuple((number(), label) for label in chosen)
        constant = number()
        activity = constant.over(data, hours) + sum(
            (
                factor.over(data, hours)
                * (point["level", k][previous] if name == "before" else point[name, k])
                for factor, (name, k) in terms
            ),
            np.zeros(hours),
        )
        kind = int(chance.integers(4))
        extra = len(data)
        data[extra] = activity - (0 if kind == 0 else np.round(chance.uniform(0, 2, hours), 3))
        data[extra + 1] = activity + np.round(chance.uniform(0, 2, hours), 3)
        low, high = Number(0.0, 1.0, extra), Number(0.0, 1.0, extra + 1)
        limits = {0: (low, low), 1: (low, None), 2: (None, high), 3: (low, high)}[kind]
        if terms:
            rows.append(Row(terms, constant, *limits))
    return HourTable(
        hours,
        data,
        bounds,
        {label: number() for label in labels if label[0] in HOURLY},
        number(),
        is_integer,
        tuple(rows),
        previous,
        day,
        np.round(chance.uniform(0.5, 4, hours), 2),
        bool(chance.random() < 0.5),
    )


def _constraint(row: Row, body: Any, data: Any) -> Any:
    body = body + row.constant.inside(data)
    if row.low is row.high:
        return body == row.low.inside(data)
    if row.low is None:
        return body <= row.high.inside(data)
    if row.high is None:
        return body >= row.low.inside(data)
    return pyo.inequality(row.low.inside(data), body, row.high.inside(data))


def one_hour(table: HourTable) -> pyo.ConcreteModel:
    """The hour with mutable Params, as `compile_hour` reads it."""
    m = pyo.ConcreteModel()
    m.data = pyo.Param(list(table.data), mutable=True, initialize=1.0, within=pyo.Any)

    def bounds(name: str) -> Any:
        def of(m: Any, k: Any = None) -> Any:
            return tuple(side.inside(m.data) for side in table.bounds[name, k])

        return of

    for name in ("built", "online", "p", "level", "choice"):
        setattr(
            m,
            name,
            pyo.Var(
                table.indices(name),
                bounds=bounds(name),
                domain=lambda m, k, name=name: pyo.Integers if table.is_integer[name, k] else pyo.Reals,
            ),
        )
    m.rest = pyo.Var(bounds=bounds("rest")(m))
    m.before = pyo.Var(table.indices("level"))

    def term(number: Number, label: Label) -> Any:
        return number.inside(m.data) * (m.rest if label[0] == "rest" else getattr(m, label[0])[label[1]])

    m.row = pyo.Constraint(
        range(len(table.rows)),
        rule=lambda m, k: _constraint(table.rows[k], sum(term(*t) for t in table.rows[k].terms), m.data),
    )
    m.cost = pyo.Objective(
        expr=sum(term(n, label) for label, n in table.cost.items()) + table.cost_constant.inside(m.data),
        sense=pyo.maximize if table.is_maximised else pyo.minimize,
    )
    return m


def stamped(table: HourTable) -> tuple[Arrays, Layout]:
    """The table through `compile_hour` and `stamp`."""
    return stamp(
        compile_hour(one_hour(table), scopes=SCOPES, links=LINKS),
        table.hours,
        {"data": table.data},
        previous=table.previous,
        scopes={"day": table.day},
        weight=table.weight,
    )


def all_hours(table: HourTable) -> pyo.ConcreteModel:
    """The same hours in plain Pyomo, a loop over the hours; columns and rows are indexed (instance, index)."""
    m = pyo.ConcreteModel()
    days = sorted(set(table.day.tolist()))
    at = [{name: float(values[t]) for name, values in table.data.items()} for t in range(table.hours)]

    def variable(name: str, instances: list[int]) -> pyo.Var:
        def bounds(m: Any, t: int, k: Any) -> Any:
            return tuple(
                side.inside(at[t] if name in HOURLY else {}) for side in table.bounds[name, k or _none(name)]
            )

        return pyo.Var(
            [(t, 0 if k is None else k) for t in instances for k in table.indices(name)],
            bounds=bounds,
            domain=lambda m, t, k: pyo.Integers if table.is_integer[name, k or _none(name)] else pyo.Reals,
        )

    m.built, m.online = variable("built", [0]), variable("online", days)
    for name in HOURLY:
        setattr(m, name, variable(name, list(range(table.hours))))

    def column(t: int, label: Label) -> Any:
        name, k = label
        if name == "before":
            return m.level[int(table.previous[t]), k]
        instance = {"built": 0, "online": int(table.day[t])}.get(name, t)
        return getattr(m, name)[instance, 0 if k is None else k]

    def row(m: Any, t: int, k: int) -> Any:
        body = sum(number.inside(at[t]) * column(t, label) for number, label in table.rows[k].terms)
        return _constraint(table.rows[k], body, at[t])

    m.row = pyo.Constraint([(t, k) for t in range(table.hours) for k in range(len(table.rows))], rule=row)
    m.cost = pyo.Objective(
        expr=sum(
            table.weight[t]
            * (
                table.cost_constant.inside(at[t])
                + sum(number.inside(at[t]) * column(t, label) for label, number in table.cost.items())
            )
            for t in range(table.hours)
        ),
        sense=pyo.maximize if table.is_maximised else pyo.minimize,
    )
    return m


def _none(name: str) -> Any:
    return None if name == "rest" else 0


def by_label(arrays: Arrays) -> tuple[dict[Label, tuple[Any, ...]], dict[Label, tuple[Any, ...]]]:
    """Columns (cost, bounds, integer) and rows (limits, terms that are not zero) by label."""
    columns = {
        label: (arrays.cost[k], arrays.lower[k], arrays.upper[k], arrays.is_integer[k])
        for k, label in enumerate(arrays.columns)
    }
    rows = {}
    for r, label in enumerate(arrays.rows):
        terms: dict[Label, float] = {}
        for entry in range(arrays.start[r], arrays.start[r + 1]):
            if arrays.value[entry] != 0:
                name = arrays.columns[arrays.index[entry]]
                assert name not in terms, f"{name} is twice in {label}: HiGHS refuses that"
                terms[name] = arrays.value[entry]
        rows[label] = (arrays.row_lower[r], arrays.row_upper[r], terms)
    return columns, rows
