"""Why a network is infeasible: which limits would have to give way, which buses cannot be served.

Three elastic programs, each with the least sum of slack: limits of flows and angles (MW), totals (shares of their
limit), bus balances (MW). They are feasible where the case is not, so they also confirm that it is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dualcontrol.power_case import (
    Conflict,
    Program,
    Relaxation,
    binding_angle,
    degrees_per_mw,
    reduced_costs,
    row_duals,
)
from dualcontrol.solvers.compile import Arrays, Floats
from dualcontrol.solvers.highs import LiveHighs, Options, Solution, SolverError, Status
from dualcontrol.solvers.stamp import HOURLY, Layout

NONE = 1e-6  # MW, or share of a total: less is rounding
PRICED = 1e-6


@dataclass(frozen=True)
class _Slack:
    """New columns: `place` (columns,) are the columns or rows they relax, half of them upwards, half downwards."""

    arrays: Arrays
    first: int
    place: np.ndarray

    def amounts(self, x: Floats) -> tuple[Floats, Floats]:
        """Slack upwards and downwards of each place."""
        slack = x[self.first :]
        return slack[: len(self.place)], slack[len(self.place) :]


def explain(program: Program, options: Options) -> Conflict:
    """Why a program is infeasible. SolverError when it is feasible after all."""
    bare = replace(program.arrays, cost=np.zeros(len(program.arrays.columns)), offset=0.0)
    flows = [*_positions(program.layout, "flow"), *_positions(program.layout, "transfer")]
    limits = _loosened(bare, np.array([position for *_, position in flows], dtype=np.int64), program)
    solved_limits = LiveHighs(limits.arrays, options).solve()
    balance = _balance_rows(program.layout)
    buses = _with_slack_in_rows(bare, np.array([row for *_, row in balance], dtype=np.int64))
    solved_buses = LiveHighs(buses.arrays, options).solve()
    if solved_buses.status is Status.OPTIMAL and -solved_buses.objective <= NONE:
        raise SolverError("infeasible by HiGHS's word, yet every bus can be served")
    return Conflict(
        limits=_limit_relaxations(program, flows, limits, solved_limits),
        totals=_total_relaxations(program, bare, options),
        balances=_bus_relaxations(balance, buses, solved_buses),
        involved=_involved(program, buses.arrays, solved_buses, options),
    )


def _positions(layout: Layout, name: str) -> list[tuple[str, str, int, int]]:
    """(variable, element, hour, column) of every hourly column of a variable."""
    labels, first = layout.hour.columns[HOURLY], layout.first[HOURLY]
    chosen = [(k, label[1]) for k, label in enumerate(labels) if label[0] == name]
    return [(name, e, t, first + t * len(labels) + k) for k, e in chosen for t in range(layout.hours)]


def _balance_rows(layout: Layout) -> list[tuple[str, int, int]]:
    """(bus, hour, row) of every balance."""
    rows = layout.hour.rows
    chosen = [(k, label[1]) for k, label in enumerate(rows) if label[0] == "balance"]
    return [(bus, t, layout.first_row + t * len(rows) + k) for k, bus in chosen for t in range(layout.hours)]


def _loosened(arrays: Arrays, columns: np.ndarray, program: Program) -> _Slack:
    """Columns may exceed their limits: each gets an upward and a downward twin with its coefficients.

    In rows that limit a flow by what is built the twins do not appear.
    """
    limiting = {"flow_of_build", "backflow_of_build", "transfer_of_build", "least_transfer_of_build"}
    height = len(program.layout.hour.rows)
    is_limit = np.array([label[0] in limiting for label in program.layout.hour.rows], dtype=bool)
    rank = np.full(len(arrays.columns), -1)
    rank[columns] = np.arange(len(columns))
    row = arrays.row_of_entry
    of_hour = row < program.layout.hours * height
    counted = (rank[arrays.index] >= 0) & ~(of_hour & is_limit[row % height] if height else of_hour)
    rows, ranks, values = row[counted], rank[arrays.index[counted]], arrays.value[counted]
    first = len(arrays.columns)
    twins = _with_columns(
        arrays,
        np.concatenate([rows, rows]),
        np.concatenate([ranks, ranks + len(columns)]),
        np.concatenate([values, -values]),
        np.full(2 * len(columns), -1.0),
    )
    return _Slack(twins, first, columns)


def _with_slack_in_rows(arrays: Arrays, rows: np.ndarray, price: Floats | None = None) -> _Slack:
    """Rows may be missed: slack that adds to a row, and slack that takes from it."""
    steps = np.arange(len(rows))
    prices = np.ones(len(rows)) if price is None else price
    elastic = _with_columns(
        arrays,
        np.concatenate([rows, rows]),
        np.concatenate([steps, steps + len(rows)]),
        np.repeat([1.0, -1.0], len(rows)),
        -np.concatenate([prices, prices]),
    )
    return _Slack(elastic, len(arrays.columns), rows)


def _with_columns(arrays: Arrays, rows: Any, columns: Any, values: Any, cost: Floats) -> Arrays:
    """The program with non-negative columns added; entries (row, number of the new column, value)."""
    count, width = len(cost), len(arrays.columns)
    row = np.concatenate([arrays.row_of_entry, rows])
    order = np.argsort(row, kind="stable")
    index = np.concatenate([arrays.index, columns + width])[order]
    value = np.concatenate([arrays.value, values])[order]
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(arrays.rows)))])
    return replace(
        arrays,
        columns=(*arrays.columns, *(("slack", k) for k in range(count))),
        cost=np.concatenate([arrays.cost, cost]),
        lower=np.concatenate([arrays.lower, np.zeros(count)]),
        upper=np.concatenate([arrays.upper, np.full(count, np.inf)]),
        is_integer=np.concatenate([arrays.is_integer, np.zeros(count, dtype=bool)]),
        start=start.astype(np.int32),
        index=index.astype(np.int32),
        value=value,
    )


def _grouped(found: Sequence[tuple[str, str, int, float, str]]) -> tuple[Relaxation, ...]:
    """One relaxation per (kind, element) from amounts by hour, the largest first."""
    groups: dict[tuple[str, str], list[tuple[int, float, str]]] = {}
    for kind, element, hour, amount, unit in found:
        groups.setdefault((kind, element), []).append((hour, amount, unit))
    relaxations = []
    for (kind, element), hours in groups.items():
        hour, amount, unit = max(hours, key=lambda entry: (entry[1], -entry[0]))
        relaxations.append(Relaxation(kind, element, amount, unit, hour, sum(entry[1] for entry in hours)))
    return tuple(sorted(relaxations, key=lambda r: (-r.amount, r.kind, r.element)))


def _limit_relaxations(
    program: Program, flows: list[tuple[str, str, int, int]], slack: _Slack, solved: Solution
) -> tuple[Relaxation, ...] | None:
    if solved.status not in (Status.OPTIMAL, Status.WITHIN_GAP):
        return None
    branches = {branch.id: branch for branch in program.network.branches}
    found = []
    for sign, amounts in zip((1, -1), slack.amounts(solved.x), strict=True):
        for (name, element, hour, _), amount in zip(flows, amounts, strict=True):
            if amount <= NONE:
                continue
            if name == "transfer":
                found.append(("transfer_limit", element, hour, float(amount), "MW"))
            elif branches[element].build is None and binding_angle(branches[element], sign > 0):
                degrees = float(amount) * degrees_per_mw(branches[element])
                found.append(("angle_limit", element, hour, degrees, "°"))
            else:
                found.append(("flow_limit", element, hour, float(amount), "MW"))
    return _grouped(found)


def _total_relaxations(program: Program, bare: Arrays, options: Options) -> tuple[Relaxation, ...] | None:
    totals = program.case.totals
    if not totals:
        return None
    rows = np.arange(len(bare.rows) - len(totals), len(bare.rows))
    sizes = np.array([max(1.0, abs(t.upper if np.isfinite(t.upper) else t.lower)) for t in totals])
    slack = _with_slack_in_rows(bare, rows, 1.0 / sizes)
    solved = LiveHighs(slack.arrays, options).solve()
    if solved.status not in (Status.OPTIMAL, Status.WITHIN_GAP):
        return None
    found = []
    for amounts in slack.amounts(solved.x):
        for total, amount, size in zip(totals, amounts, sizes, strict=True):
            if amount > NONE * size:
                found.append(("total", total.name, 0, float(amount), ""))
    return _grouped(found)


def _bus_relaxations(
    balance: list[tuple[str, int, int]], slack: _Slack, solved: Solution
) -> tuple[Relaxation, ...] | None:
    if solved.status not in (Status.OPTIMAL, Status.WITHIN_GAP):
        return None
    found = []
    for kind, amounts in zip(("shortage", "surplus"), slack.amounts(solved.x), strict=True):
        for (bus, hour, _), amount in zip(balance, amounts, strict=True):
            if amount > NONE:
                found.append((kind, bus, hour, float(amount), "MW"))
    return _grouped(found)


def _involved(program: Program, elastic: Arrays, solved: Solution, options: Options) -> tuple[str, ...]:
    """Limits with a price when load is served as far as it can be: they contradict each other and the loads."""
    if solved.status not in (Status.OPTIMAL, Status.WITHIN_GAP):
        return ()
    dual = row_duals(elastic, solved, options)
    price = reduced_costs(elastic, dual)
    branches = {branch.id: branch for branch in program.network.branches}
    first = len(elastic.rows) - len(program.case.totals)
    totals = [t.name for k, t in enumerate(program.case.totals) if abs(dual[first + k]) > PRICED]
    found: dict[str, None] = dict.fromkeys(totals)
    words = {
        "flow": "flow",
        "transfer": "transfer",
        "charge": "charge",
        "discharge": "discharge",
        "p": "generator",
    }
    for name, word in words.items():
        for _, element, _, column in _positions(program.layout, name):
            if abs(price[column]) <= PRICED:
                continue
            branch = branches[element] if name == "flow" else None
            is_angle = (
                branch is not None and branch.build is None and binding_angle(branch, price[column] > 0)
            )
            found[f"{'angle' if is_angle else word} {element}"] = None
    return tuple(found)
