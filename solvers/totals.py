"""Totals over all stamped hours: rows that add hourly columns up, and costs of shared columns."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dualcontrol.solvers.compile import Arrays, Floats, Label
from dualcontrol.solvers.join import Chained
from dualcontrol.solvers.stamp import HOURLY, Layout


def with_total_row(
    arrays: Arrays,
    layout: Layout,
    hourly: Mapping[Label, Floats | float],
    lower: float,
    upper: float,
    label: Label,
    shared: Mapping[int, float] | None = None,
) -> Arrays:
    """The program with one more row, the last: `lower <= sum of coefficient times column <= upper`.

    hourly: (variable, index) in the hour's model -> coefficient, one for all hours or one each, shape (T,).
    shared: position of any other column, a yearly one for instance (`Arrays.column`, `scoped_column`) -> its
    coefficient. To tie a total to a yearly column give the column -1 and both limits 0. The layout stays
    valid. Errors: KeyError for a label that is not hourly, ValueError for a wrong number of coefficients.
    """
    place = {name: k for k, name in enumerate(layout.hour.columns[HOURLY])}
    first = layout.first[HOURLY] + np.arange(layout.hours) * len(place)
    index, value = [], []
    for name, coefficient in hourly.items():
        index.append(first + place[name])
        value.append(np.broadcast_to(np.asarray(coefficient, dtype=np.float64), (layout.hours,)))
    others = dict(shared or {})
    index.append(np.fromiter(others.keys(), dtype=np.int64, count=len(others)))
    value.append(np.fromiter(others.values(), dtype=np.float64, count=len(others)))
    columns, values = np.concatenate(index), np.concatenate(value)
    used = values != 0
    return replace(
        arrays,
        rows=Chained(arrays.rows, (label,)),
        row_lower=np.append(arrays.row_lower, lower),
        row_upper=np.append(arrays.row_upper, upper),
        start=np.append(arrays.start, arrays.start[-1] + int(used.sum())).astype(np.int32),
        index=np.concatenate([arrays.index, columns[used].astype(np.int32)]),
        value=np.concatenate([arrays.value, values[used]]),
    )


def scoped_column(layout: Layout, scope: str, label: Label, instance: int = 0) -> int:
    """Position of a column of a scope other than the hour. ValueError if the scope has no such column."""
    labels = layout.hour.columns[scope]
    return layout.first[scope] + instance * len(labels) + labels.index(label)


def with_costs(arrays: Arrays, costs: Mapping[int, float]) -> Arrays:
    """The program with costs of columns (position -> what one unit adds to the maximised objective) added."""
    cost = arrays.cost.copy()
    np.add.at(cost, list(costs.keys()), list(costs.values()))
    return replace(arrays, cost=cost)
