"""The program of a case with every limit that a clause sets as rows of its own, so that a clause can be set aside.

What a clause does to a bound (a gate, a technology floor, a committed build) or to a quota before the optimisation (the
cuts of 3.3.1b, 3.3.2c and 3.2.5) becomes a row, too. Setting a clause aside here drops its limits and nothing else; it
is not the switch `disabled_clauses`, under which the rules judge anew. What is physics, bookkeeping or a permission
that grants nothing stays, whatever is set aside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from dualcontrol.coupling import couple, drafted_series, hours_of
from dualcontrol.model.allocation import NETWORK_ROWS, ROWS, Case, build_model
from dualcontrol.model.ledger import EARMARK, POOL
from dualcontrol.solvers.compile import Arrays, Floats, Label, compile_model
from dualcontrol.solvers.decompose import with_rows
from dualcontrol.solvers.highs import LiveHighs, Options, Solution, SolverError, Status

FLOOR = "technology_floor"  # what a plant can do: no clause, but no law of nature either
GATE, COMMITTED, TAKEN = "gate", "committed_build", "quota_taken"
# rows that say what a tonne, a switch or a machine is: without them the rest would have no meaning
KEPT = (
    "saving_frees_beyond_cut",
    "saving_beyond_is_declared",
    "one_of_a_group",
    "excess_above_share",
    "excess_is_declared",
    "waiver_of_total",
)
# clauses that allow something: where they allow nothing, they are not what stands in the way
ALLOWING = ("elastic_band", "limit_of_low_output")
CUTS = ("benchmark_cut", "release", "penalty")  # notes of the ledger that take quota from a unit
SOLVED = (Status.OPTIMAL, Status.WITHIN_GAP)
INFINITE = float("inf")
HELD = 1e-7  # relative to the row's terms: a row is kept by a solution found without it

Entries = tuple[np.ndarray, Floats, float, float]  # columns, values, least, most


@dataclass(frozen=True)
class Limit:
    """One limit of a clause: row of the program, its family and index, the group it is set aside with.

    group: a clause id or `technology_floor`. detail: the reason of a gate, the entry of the ledger that took quota.
    """

    row: int
    name: str
    index: str
    group: str
    unit: str
    is_relaxable: bool = False
    detail: str = ""


@dataclass(frozen=True)
class ClauseProgram:
    """The program without its objective, the limits in it, and how many of its rows and columns are the yearly ones."""

    arrays: Arrays
    limits: tuple[Limit, ...]
    height: int
    width: int

    @cached_property
    def groups(self) -> Mapping[str, tuple[Limit, ...]]:
        """Limits by group, groups in the order of clauses."""
        found: dict[str, list[Limit]] = {}
        for limit in self.limits:
            found.setdefault(limit.group, []).append(limit)
        return {name: tuple(found[name]) for name in sorted(found)}


@dataclass
class _Draft:
    """Rows and columns to add to a program while its limits are gathered."""

    arrays: Arrays
    lower: Floats
    upper: Floats
    rows: list[Entries] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    place: Mapping[Label, int] = field(default_factory=dict)

    def add(
        self, weights: Mapping[int, float], least: float, most: float, limit: tuple[Any, ...] | None
    ) -> None:
        """A row, and the limit (name, index, group, unit, detail) it is; None: a row that stays."""
        if limit is not None:
            name, index, group, unit, detail = limit
            self.limits.append(
                Limit(len(self.arrays.rows) + len(self.rows), name, index, group, unit, False, detail)
            )
        columns = np.array(list(weights), dtype=np.int64)
        self.rows.append((columns, np.array(list(weights.values()), dtype=np.float64), least, most))


def clause_program(case: Case) -> ClauseProgram:
    """The limits of a case; with a network, on typical days."""
    model = build_model(case)
    yearly = compile_model(model)
    program = yearly
    if case.power is not None:
        program, _ = couple(yearly, hours_of(case, drafted_series(case)), model.total_terms)
    height, width = len(yearly.rows), len(yearly.columns)
    program = replace(program, cost=np.zeros(len(program.columns)), offset=0.0)
    draft = _Draft(program, program.lower.copy(), program.upper.copy())
    draft.place = {label: k for k, label in enumerate(yearly.columns)}
    stopped = {i: gates[0].clause for i in case.unit_rows if (gates := case.rulings.gates_of(i))}
    _rows(draft, height, stopped)
    _bounds(case, draft, stopped)
    draft.arrays = replace(program, lower=draft.lower, upper=draft.upper)
    wide = _cuts(case, draft)
    return ClauseProgram(with_rows(wide, draft.rows, "limit"), tuple(draft.limits), height, width)


def _rows(draft: _Draft, height: int, stopped: Mapping[str, str]) -> None:
    """The rows of the register that are limits."""
    meta = {row.name: row for row in ROWS + NETWORK_ROWS}
    for k in range(height):
        name, index = draft.arrays.rows[k]
        known = meta[name]
        if name == "floor_in_service":
            draft.limits.append(Limit(k, FLOOR, str(index), FLOOR, "share"))
            continue
        allows_nothing = name in ALLOWING and draft.arrays.row_upper[k] == 0.0
        if known.effect == "definition" or known.clause == "design" or name in KEPT or allows_nothing:
            continue
        text = "" if index is None else str(index)
        group = stopped[text] if name == "use_within_quota" and text in stopped else known.clause
        draft.limits.append(Limit(k, name, text, group, known.unit, known.is_relaxable))


def _bounds(case: Case, draft: _Draft, stopped: Mapping[str, str]) -> None:
    """Bounds of columns that a clause, a gate or a plant sets, as rows."""
    for i, row in case.unit_rows.items():
        k = draft.place["activity", i]
        if i in stopped:
            draft.upper[k] = float(row.activity_max)
            draft.add({k: 1.0}, -INFINITE, 0.0, (GATE, i, stopped[i], "share", _gate_reason(case, i)))
        elif draft.lower[k] > 0:
            least, draft.lower[k] = float(draft.lower[k]), 0.0
            draft.add({k: 1.0}, least, INFINITE, (FLOOR, i, FLOOR, "share", ""))
    for j, row in case.project_rows.items():
        gates = case.rulings.gates_of(j)
        if gates and row.start_month <= 12:
            k = draft.place["admitted", j]
            draft.upper[k] = 1.0
            for gate in gates:
                draft.add({k: 1.0}, -INFINITE, 0.0, (GATE, j, gate.clause, "0/1", gate.reason))
    if case.power is not None:
        for b, build in case.network.builds.items():
            k = draft.place["built", b]
            if draft.lower[k] > 0:
                draft.lower[k] = 0.0
                draft.add({k: 1.0}, 1.0, INFINITE, (COMMITTED, b, build.clause, "0/1", ""))


def _gate_reason(case: Case, target_id: str) -> str:
    return case.rulings.gates_of(target_id)[0].reason


def _cuts(case: Case, draft: _Draft) -> Arrays:
    """A column for quota given back where a rule took some, at 0 while the rule's clause holds; the pool pays for it.

    The earmark can pay no more than it holds, whoever may be paid from it.
    """
    program = draft.arrays
    earmarks = {draft.place["earmark", j]: 1.0 for j in case.project_rows}
    if earmarks:
        draft.add(earmarks, -INFINITE, float(case.earmark_opening_tce), None)
    place = {label: k for k, label in enumerate(program.rows[: len(program.rows)]) if label[0] in _PAID}
    columns: list[Label] = []
    most: list[float] = []
    entries: list[tuple[int, int, float]] = []
    for entry in case.rulings.ledger.entries:
        owner = entry.from_account.partition("unit:")[2]
        if entry.note not in CUTS or owner not in case.unit_rows or entry.tce <= 0:
            continue
        if not case.rulings.units[owner].is_active or entry.to_account not in (POOL, EARMARK):
            continue
        column = len(program.columns) + len(columns)
        columns.append(("given_back", (owner, entry.note)))
        most.append(float(entry.tce))
        quota, pool = place["use_within_quota", owner], place.get(("pool_balance", None))
        entries.append((quota, column, -1.0 if np.isfinite(program.row_upper[quota]) else 1.0))
        if pool is not None:
            entries.append((pool, column, -1.0 if np.isfinite(program.row_lower[pool]) else 1.0))
        draft.add({column: 1.0}, -INFINITE, 0.0, (TAKEN, owner, entry.clause, "tce", entry.note))
    return _with_columns(program, columns, np.array(most), entries) if columns else program


_PAID = ("use_within_quota", "pool_balance")


def _with_columns(
    arrays: Arrays, labels: Sequence[Label], upper: Floats, entries: Sequence[tuple[int, int, float]]
) -> Arrays:
    """The program with more columns between 0 and `upper`, and their entries (row, column, value)."""
    rows = np.concatenate([arrays.row_of_entry, [row for row, _, _ in entries]])
    order = np.argsort(rows, kind="stable")
    count = len(labels)
    index = np.concatenate([arrays.index, [column for _, column, _ in entries]])
    value = np.concatenate([arrays.value, [value for _, _, value in entries]])
    ends = np.cumsum(np.bincount(rows.astype(np.int64), minlength=len(arrays.rows)))
    return replace(
        arrays,
        columns=(*arrays.columns, *labels),
        cost=np.append(arrays.cost, np.zeros(count)),
        lower=np.append(arrays.lower, np.zeros(count)),
        upper=np.append(arrays.upper, upper),
        is_integer=np.append(arrays.is_integer, np.zeros(count, dtype=bool)),
        start=np.concatenate([[0], ends]).astype(np.int32),
        index=index[order].astype(np.int32),
        value=value[order],
    )


class Bench:
    """One live instance of a clause program: which sets of limits can be kept together.

    solves: how often the solver was asked.
    """

    def __init__(self, program: ClauseProgram, options: Options) -> None:
        self.program, self.options, self.solves = program, options, 0
        self._live = LiveHighs(program.arrays, options)
        self._freed: set[int] = set()
        self._rows = {limit.row for limit in program.limits}

    def keep(self, rows: set[int]) -> Solution | None:
        """A solution that keeps these limits and everything hard; None where there is none. SolverError: no answer."""
        arrays, wanted = self.program.arrays, self._rows - rows
        for row in sorted(wanted - self._freed):
            self._live.change_row(row, -INFINITE, INFINITE)
        for row in sorted(self._freed - wanted):
            self._live.change_row(row, float(arrays.row_lower[row]), float(arrays.row_upper[row]))
        self._freed = wanted
        self.solves += 1
        return told(self._live.solve())

    def cold(self, rows: set[int]) -> Solution | None:
        """The same from nothing, in an instance of its own, without presolve."""
        arrays, wanted = self.program.arrays, sorted(self._rows - rows)
        low, high = arrays.row_lower.copy(), arrays.row_upper.copy()
        low[wanted], high[wanted] = -INFINITE, INFINITE
        self.solves += 1
        options = replace(self.options, presolve=False)
        return told(LiveHighs(replace(arrays, row_lower=low, row_upper=high), options).solve())

    def kept_by(self, solution: Solution) -> set[int]:
        """Limits that a solution happens to keep."""
        arrays = self.program.arrays
        size = np.maximum(1.0, replace(arrays, value=np.abs(arrays.value)).times(np.abs(solution.x)))
        out = np.maximum(arrays.row_lower - solution.activity, solution.activity - arrays.row_upper)
        return {row for row in self._rows if out[row] <= HELD * size[row]}


def told(solution: Solution) -> Solution | None:
    """A solution, None where it is said that there is none. SolverError where nothing is said."""
    if solution.status in SOLVED and (solution.x.size or not len(solution.activity)):
        return solution
    if solution.status is Status.INFEASIBLE:
        return None
    raise SolverError(solution.status.value)
