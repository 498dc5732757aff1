"""Programs of several years as one, tied by rows: what is begun goes on, what is left over is carried (design §5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dualcontrol.solvers.compile import Arrays, Floats, Label
from dualcontrol.solvers.decompose import Entries, with_rows
from dualcontrol.solvers.extensive import extensive

Terms = Mapping[tuple[int, Label], float]  # coefficients by number of the program and label of its column


@dataclass(frozen=True)
class Tie:
    """A row over columns of several programs: lower <= sum of coefficients times columns <= upper."""

    terms: Terms
    lower: float
    upper: float


@dataclass(frozen=True)
class Carried:
    """An amount that leaves row `source` of one program and enters row `target` of the next.

    like: a column whose coefficient in these rows is that of an amount that enters. most: its upper bound.
    """

    number: int
    row: Label
    like: Label
    most: float


@dataclass(frozen=True)
class Linked:
    """The joint program and where the columns of each program and the amounts carried are in it."""

    program: Arrays
    places: tuple[Mapping[Label, int], ...]
    carried: tuple[int, ...]

    def value_of(self, x: Floats, number: int, label: Label) -> float:
        """What a solution says of a column of a program. KeyError for a label it does not have."""
        return float(x[self.places[number][label]])


def linked(
    programs: Sequence[Arrays],
    weights: Sequence[float],
    ties: Sequence[Tie],
    carried: Sequence[Carried] = (),
    costs: Terms | None = None,
) -> Linked:
    """One program whose value is the weighted sum of the programs' values, plus `costs` (already weighted).

    Rows of `carried` are written anew with the amount in them. ValueError without programs; KeyError for a row or
    column that a program does not have.
    """
    joint = extensive(programs, set())
    places = tuple(
        {label: int(place[k]) for k, label in enumerate(program.columns)}
        for program, place in zip(programs, joint.places, strict=True)
    )
    cost = joint.cost_of([weight * one.cost for weight, one in zip(weights, programs, strict=True)])
    for (number, label), more in (costs or {}).items():
        cost[places[number][label]] += more
    first, count = len(joint.program.columns), len(carried)
    program = replace(
        joint.program,
        columns=(*joint.program.columns, *(("carried", one.number) for one in carried)),
        cost=np.append(cost, np.zeros(count)),
        offset=float(sum(weight * one.offset for weight, one in zip(weights, programs, strict=True))),
        lower=np.append(joint.program.lower, np.zeros(count)),
        upper=np.append(joint.program.upper, [one.most for one in carried]),
        is_integer=np.append(joint.program.is_integer, np.zeros(count, dtype=bool)),
    )
    program = _carrying(program, places, carried, first)
    rows: list[Entries] = [
        (
            np.array([places[number][label] for number, label in tie.terms]),
            np.array(list(tie.terms.values())),
            tie.lower,
            tie.upper,
        )
        for tie in ties
    ]
    return Linked(with_rows(program, rows, "years"), places, tuple(range(first, first + count)))


def _carrying(
    program: Arrays, places: Sequence[Mapping[Label, int]], carried: Sequence[Carried], first: int
) -> Arrays:
    """The program with the rows that amounts leave or enter written anew, the old ones without limits."""
    at = {label: k for k, label in enumerate(program.rows)}
    low, high = program.row_lower.copy(), program.row_upper.copy()
    entries: dict[tuple[int, Label], list[tuple[int, float]]] = {}
    for k, one in enumerate(carried):
        for number, sign in ((one.number, -1.0), (one.number + 1, 1.0)):
            entries.setdefault((number, one.row), []).append((first + k, sign))
    like = {one.row: one.like for one in carried}
    rows: list[Entries] = []
    for (number, label), amounts in entries.items():
        row = at["scenario", (number, label)]
        span = slice(int(program.start[row]), int(program.start[row + 1]))
        columns, values = program.index[span], program.value[span]
        worth = float(values[columns == places[number][like[label]]].sum())
        rows.append(
            (
                np.append(columns, [column for column, _ in amounts]),
                np.append(values, [worth * sign for _, sign in amounts]),
                float(low[row]),
                float(high[row]),
            )
        )
        low[row], high[row] = -np.inf, np.inf
    return with_rows(replace(program, row_lower=low, row_upper=high), rows, "carrying")
