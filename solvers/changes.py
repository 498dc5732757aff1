"""What differs between two compilations of a model: numbers that a live solver can take over, or the shape.

Nobody writes down which parameter touches which row: the model is compiled for the new parameters and the arrays are
laid side by side. So the answer is that of a cold solve, and only the work of the solver is saved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from dualcontrol.solvers.compile import Arrays, Label

Positions = npt.NDArray[np.int32]
_TOLD = 3  # labels named in a detail


class Reason(Enum):
    """Why a program had to be handed to the solver anew."""

    FIRST = "first"  # nothing was there
    COLUMNS = "columns"  # decisions came or went
    ROWS = "rows"  # constraints came or went
    KINDS = "kinds"  # what was yes or no became a share, or the reverse
    TERMS = "terms"  # a decision entered or left a constraint


@dataclass(frozen=True)
class Rebuilt:
    """The program was handed over whole. detail: the first labels that differ, `name[index]`."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True)
class Touched:
    """Positions of what changed: columns whose cost or bounds, rows whose sides, entries whose coefficient."""

    costs: Positions
    bounds: Positions
    sides: Positions
    entries: Positions

    @property
    def count(self) -> int:
        """How many numbers changed (a pair of bounds is one)."""
        return sum(len(part) for part in (self.costs, self.bounds, self.sides, self.entries))

    def named(self, arrays: Arrays) -> tuple[str, ...]:
        """The components of the model that changed, sorted: names of rows and columns without their index."""
        rows = {*self.sides.tolist(), *arrays.row_of_entry[self.entries].tolist()}
        columns = {*self.costs.tolist(), *self.bounds.tolist()}
        found = {arrays.rows[r][0] for r in rows} | {arrays.columns[c][0] for c in columns}
        return tuple(sorted(found))


def shape_difference(old: Arrays, new: Arrays) -> Rebuilt | None:
    """Why `new` is no program of the same rows, columns, kinds and terms as `old`; None if it is."""
    if told := _labels(old.columns, new.columns):
        return Rebuilt(Reason.COLUMNS, told)
    if told := _labels(old.rows, new.rows):
        return Rebuilt(Reason.ROWS, told)
    kinds = _differing(old.is_integer, new.is_integer)
    if len(kinds):
        return Rebuilt(Reason.KINDS, _names([new.columns[k] for k in kinds[:_TOLD]]))
    pairs = ((old.start, new.start), (old.index, new.index))
    if not all(one is two or np.array_equal(one, two) for one, two in pairs):
        return Rebuilt(Reason.TERMS, _names(_rows_of_other_terms(old, new)))
    return None


def touched(old: Arrays, new: Arrays) -> Touched:
    """Where the numbers of two programs of one shape differ, bit by bit."""
    return Touched(
        _differing(old.cost, new.cost),
        _either(_differing(old.lower, new.lower), _differing(old.upper, new.upper)),
        _either(_differing(old.row_lower, new.row_lower), _differing(old.row_upper, new.row_upper)),
        _differing(old.value, new.value),
    )


def _either(one: Positions, two: Positions) -> Positions:
    if not len(one) or not len(two):
        return one if len(one) else two
    return np.union1d(one, two)


def _differing(one: npt.NDArray[Any], two: npt.NDArray[Any]) -> Positions:
    """Where two arrays differ; the same array is the common case of one program with other numbers elsewhere."""
    return np.flatnonzero(one != two).astype(np.int32) if one is not two else np.zeros(0, dtype=np.int32)


def _labels(old: Sequence[Label], new: Sequence[Label]) -> str:
    """The labels that came (+) or went (-); "" where both are the same in the same order."""
    if old is new or old == new:  # stamped labels are as many as columns: their parts tell the same sooner
        return ""
    if len(old) == len(new) and all(a == b for a, b in zip(old, new, strict=True)):
        return ""
    before, after = set(old), set(new)
    came = [f"+{_name(label)}" for label in new if label not in before]
    went = [f"-{_name(label)}" for label in old if label not in after]
    return ", ".join([*came[:_TOLD], *went[:_TOLD]]) or "order"


def _rows_of_other_terms(old: Arrays, new: Arrays) -> list[Label]:
    found = []
    for r, label in enumerate(new.rows):
        one = old.index[old.start[r] : old.start[r + 1]]
        two = new.index[new.start[r] : new.start[r + 1]]
        if not np.array_equal(one, two):
            found.append(label)
            if len(found) == _TOLD:
                break
    return found


def _names(labels: Sequence[Label]) -> str:
    return ", ".join(_name(label) for label in labels)


def _name(label: Label) -> str:
    name, index = label
    if index is None:
        return name
    return f"{name}[{','.join(map(str, index)) if isinstance(index, tuple) else index}]"
