"""Several programs as one that share some columns: what is decided before it is known which of them comes true."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dualcontrol.solvers.compile import Arrays, Floats, Label
from dualcontrol.solvers.decompose import Entries, with_rows

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Extensive:
    """The joint program, without a cost, and where the columns of each program are in it."""

    program: Arrays
    places: tuple[Positions, ...]

    def cost_of(self, costs: Sequence[Floats]) -> Floats:
        """One cost for all columns, a cost per program added up. costs: (columns of the program,) each."""
        total = np.zeros(len(self.program.columns))
        for place, cost in zip(self.places, costs, strict=True):
            np.add.at(total, place, cost)
        return total


def extensive(programs: Sequence[Arrays], shared: Collection[Label]) -> Extensive:
    """One program of all rows; a shared column is the same in every program that has it, within all its bounds.

    Columns and rows are labelled ("scenario", (number, label)), shared columns with the number of the first that has
    them. ValueError without programs.
    """
    if not programs:
        raise ValueError("no programs to join")
    common: dict[Label, int] = {}
    places: list[Positions] = []
    columns: list[Label] = []
    lower, upper, whole = [], [], []
    for number, program in enumerate(programs):
        place = np.zeros(len(program.columns), dtype=np.int64)
        for k, label in enumerate(program.columns):
            at = common.get(label) if label in shared else None
            if at is None:
                at = len(columns)
                columns.append(("scenario", (number, label)))
                lower.append(program.lower[k])
                upper.append(program.upper[k])
                whole.append(bool(program.is_integer[k]))
                if label in shared:
                    common[label] = at
            else:
                lower[at], upper[at] = max(lower[at], program.lower[k]), min(upper[at], program.upper[k])
                whole[at] = whole[at] or bool(program.is_integer[k])
            place[k] = at
        places.append(place)
    counts = np.concatenate([np.diff(program.start) for program in programs])
    joint = Arrays(
        columns=tuple(columns),
        rows=tuple(("scenario", (s, label)) for s, program in enumerate(programs) for label in program.rows),
        cost=np.zeros(len(columns)),
        offset=0.0,
        lower=np.array(lower),
        upper=np.array(upper),
        is_integer=np.array(whole, dtype=bool),
        row_lower=np.concatenate([program.row_lower for program in programs]),
        row_upper=np.concatenate([program.row_upper for program in programs]),
        start=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        index=np.concatenate(
            [place[program.index] for place, program in zip(places, programs, strict=True)]
        ).astype(np.int32),
        value=np.concatenate([program.value for program in programs]),
    )
    return Extensive(joint, tuple(places))


def with_largest(
    joint: Extensive, costs: Sequence[Floats], goals: Sequence[float], weights: Sequence[float]
) -> Extensive:
    """The same with one more column, the last: at least each `weight * (goal - cost·x)` of the programs, and 0.

    costs and goals: without the constant of the value. Rows are labelled ("regret", number).
    """
    last = len(joint.program.columns)
    rows: list[Entries] = []
    for place, cost, goal, weight in zip(joint.places, costs, goals, weights, strict=True):
        used = np.flatnonzero(cost)
        terms = np.append(place[used], last), np.append(weight * cost[used], 1.0)
        rows.append((*terms, weight * goal, np.inf))
    wider = replace(
        joint.program,
        columns=(*joint.program.columns, ("regret", None)),
        cost=np.append(joint.program.cost, 0.0),
        lower=np.append(joint.program.lower, 0.0),
        upper=np.append(joint.program.upper, np.inf),
        is_integer=np.append(joint.program.is_integer, False),
    )
    return Extensive(with_rows(wider, rows, "regret"), joint.places)


def columns_like(programs: Sequence[Arrays], names: Collection[str]) -> list[Label]:
    """Labels of the columns of these components, in the order in which they first come."""
    found = dict.fromkeys(label for program in programs for label in program.columns if label[0] in names)
    return list(found)
