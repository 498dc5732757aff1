"""A yearly program and stamped hours as one program: the year's columns are shared by all hours."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dualcontrol.solvers.compile import Arrays, Label
from dualcontrol.solvers.stamp import Layout


class Chained(Sequence[Label]):
    """Labels one after the other, some left out, without making them all."""

    def __init__(self, first: Sequence[Label], second: Sequence[Label], kept: Any = None) -> None:
        self._first, self._second, self._kept = first, second, kept
        self._middle = len(first)  # lengths are asked for at every label, and may themselves be chains
        self._length = self._middle + (len(second) if kept is None else len(kept))

    def __len__(self) -> int:
        return self._length

    @property
    def parts(self) -> tuple[Sequence[Label], Sequence[Label], Any]:
        """What it is made of: first, second, positions of the second that are kept (None: all)."""
        return self._first, self._second, self._kept

    def __eq__(self, other: object) -> bool:
        """Whether both are made of the same parts; of others the labels have to be compared one by one."""
        if not isinstance(other, Chained):
            return NotImplemented
        (first, second, kept), (of_first, of_second, of_kept) = self.parts, other.parts
        is_kept = kept is of_kept or (
            kept is not None and of_kept is not None and np.array_equal(kept, of_kept)
        )
        return bool(
            is_kept
            and (first is of_first or first == of_first)
            and (second is of_second or second == of_second)
        )

    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return [self[k] for k in range(*position.indices(len(self)))]
        if position < self._middle:
            return self._first[position]
        position -= self._middle
        return self._second[position if self._kept is None else int(self._kept[position])]


def join(
    yearly: Arrays, stamped: Arrays, layout: Layout, shared: Mapping[Label, Label], scope: str = "year"
) -> tuple[Arrays, Layout]:
    """Both programs as one; a column of `scope` named in `shared` becomes the yearly column it is mapped to.

    shared: label in the hour's model -> label in the yearly model. A shared column keeps the tighter of both
    bounds and is integer if either is; costs add up. Rows: the yearly ones first. Errors: KeyError for a
    label that does not exist, ValueError when the scope has several instances.
    """
    if layout.count[scope] != 1:
        raise ValueError(
            f"columns of scope {scope} have {layout.count[scope]} instances, a shared column has one"
        )
    if unknown := set(shared) - set(layout.hour.columns[scope]):
        raise KeyError(min(unknown, key=str))
    width = len(yearly.columns)
    own = np.ones(len(stamped.columns), dtype=bool)
    target = np.zeros(len(stamped.columns), dtype=np.int64)
    for position, label in enumerate(layout.hour.columns[scope], start=layout.first[scope]):
        if label in shared:
            own[position] = False
            target[position] = yearly.column(*shared[label])
    kept = np.flatnonzero(own)
    target[kept] = width + np.arange(len(kept))
    lost = np.flatnonzero(~own)
    at = target[lost]
    lower, upper = yearly.lower.copy(), yearly.upper.copy()
    cost, is_integer = yearly.cost.copy(), yearly.is_integer.copy()
    np.maximum.at(lower, at, stamped.lower[lost])
    np.minimum.at(upper, at, stamped.upper[lost])
    np.add.at(cost, at, stamped.cost[lost])
    np.logical_or.at(is_integer, at, stamped.is_integer[lost])
    arrays = Arrays(
        columns=Chained(yearly.columns, stamped.columns, kept),
        rows=Chained(yearly.rows, stamped.rows),
        cost=np.concatenate([cost, stamped.cost[kept]]),
        offset=yearly.offset + stamped.offset,
        lower=np.concatenate([lower, stamped.lower[kept]]),
        upper=np.concatenate([upper, stamped.upper[kept]]),
        is_integer=np.concatenate([is_integer, stamped.is_integer[kept]]),
        row_lower=np.concatenate([yearly.row_lower, stamped.row_lower]),
        row_upper=np.concatenate([yearly.row_upper, stamped.row_upper]),
        start=np.concatenate([yearly.start, stamped.start[1:] + yearly.start[-1]]).astype(np.int32),
        index=np.concatenate([yearly.index, target[stamped.index].astype(np.int32)]),
        value=np.concatenate([yearly.value, stamped.value]),
    )
    gone = {s: int(np.sum(lost < first)) for s, first in layout.first.items()}
    first = {s: width + start - gone[s] for s, start in layout.first.items() if s != scope or not len(lost)}
    return arrays, replace(layout, first=first, first_row=len(yearly.rows) + layout.first_row)
