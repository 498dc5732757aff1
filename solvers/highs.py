"""One live HiGHS instance on labelled arrays. The solver's word is a claim: every answer is recomputed here.

Known traps of HiGHS 1.15 that this file guards against: an empty integrality array of `passModel` is read past
its end, an `Optimal` with a fractional integer, feasible programs declared infeasible, a program without columns called
optimal whatever its rows say, NaN in costs and matrix taken for a number, a time limit that counts all
earlier runs of the instance, an "optimal" without a bound, feasible programs called infeasible when an
integer column has fractional bounds, and calls that fail by status only.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise

import highspy
import numpy as np

from dualcontrol.solvers.changes import Rebuilt, Touched, shape_difference, touched
from dualcontrol.solvers.compile import (
    Arrays,
    Floats,
    ScaledColumns,
    Scaling,
    scaled_columns,
    scaled_rows,
)

FEASIBILITY = 1e-9  # asked of HiGHS, in scaled rows
DEVEX = 1  # HiGHS's number of the rule
PART = 2**17  # entries handed over at a time
ACCEPTED = 1e-6  # accepted of a recomputed answer, relative to the size of the row
FEASIBLE = int(highspy.SolutionStatus.kSolutionStatusFeasible)
NOISE = 1e-9  # a violation that is nothing, whatever the size of the row
SNAP = 1e-9  # a value this close to its bound (in scaled columns) or to a whole number is meant to be there


class Status(Enum):
    """What became of a solve. Only the first two are success."""

    OPTIMAL = "optimal"
    WITHIN_GAP = "within_gap"
    TIME_LIMIT = "time_limit"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    ERROR = "solver_error"


class SolverError(RuntimeError):
    """HiGHS refused a call, or its answer does not survive recomputation."""


@dataclass(frozen=True)
class Options:
    """gap: relative MIP gap; time_limit_s: seconds; presolve: off for a second opinion; duals: whether to read them."""

    gap: float = 0.0
    time_limit_s: float = 60.0
    presolve: bool = True
    duals: bool = True


@dataclass(frozen=True)
class Solution:
    """x (columns,), activity (rows,), objective and bound in the model's own units.

    `violation` is the largest recomputed violation of a row or bound, relative to the row's size; `bound` is
    HiGHS's claim, infinite where it made none. Without a plan x is empty and the objective -inf. `row_dual`
    (rows,) is d(objective)/d(right-hand side) of a linear program, of one of its optimal bases; empty for
    integer ones and where they were not asked for.
    """

    status: Status
    x: Floats
    activity: Floats
    objective: float
    bound: float
    violation: float
    row_dual: Floats = field(default_factory=lambda: np.zeros(0))


class LiveHighs:
    """A HiGHS instance that holds one program and re-solves it after a change, from the basis it ended in.

    Errors: SolverError when HiGHS refuses the program or a number in it is missing (NaN) or infinite.
    """

    def __init__(self, arrays: Arrays, options: Options | None = None) -> None:
        numbers = (arrays.cost, arrays.value, np.array([arrays.offset]))
        if not all(np.isfinite(part).all() for part in numbers):
            raise SolverError("a cost or coefficient is not a finite number")  # HiGHS would take it
        self.arrays = arrays
        self.options = options or Options()
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.silent()
        self._set_options()
        self.scaling = self._hand_over(arrays)
        self._is_warm = False

    def _set_options(self) -> None:
        for name, value in (
            ("threads", 1),
            ("random_seed", 0),
            ("mip_rel_gap", self.options.gap),
            ("mip_abs_gap", 0.0),
            ("primal_feasibility_tolerance", FEASIBILITY),
            ("dual_feasibility_tolerance", FEASIBILITY),
            ("mip_feasibility_tolerance", FEASIBILITY),
        ):
            _check(self._highs.setOptionValue(name, value), name)
        self._presolve(is_on=self.options.presolve)

    def keep_basis(self) -> None:
        """Solve a linear program faster from the basis of the last one: Devex weights need no work to start from it.

        An integer program is left alone: it is to be solved as in a new instance.
        """
        if not self.arrays.is_integer.any():
            _check(self._highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX), "weights")

    def _presolve(self, *, is_on: bool) -> None:
        _check(self._highs.setOptionValue("presolve", "on" if is_on else "off"), "presolve")

    def _hand_over(self, a: Arrays) -> Scaling:
        """Columns, then rows in parts, scaled on the way: no second copy of a large program is ever made."""
        column, objective = self._hand_over_columns(a)
        cuts = np.searchsorted(a.start, np.arange(PART, len(a.value), PART))
        scales = [np.ones(0)]
        for first, last in pairwise([0, *np.unique(cuts).tolist(), len(a.rows)]):
            row, value = scaled_rows(a, column, first, last)
            scales.append(row)
            start = a.start[first : last + 1]
            self._call(
                "addRows",
                last - first,
                a.row_lower[first:last] * row,
                a.row_upper[first:last] * row,
                len(value),
                start[:-1] - start[0],
                a.index[start[0] : start[-1]],
                value,
            )
        return Scaling(column, np.concatenate(scales), objective)

    def _hand_over_columns(self, a: Arrays) -> tuple[Floats, float]:
        columns = _columns_of(a)
        lower, upper = columns.lower, columns.upper
        integers = np.flatnonzero(a.is_integer).astype(np.int32)
        none, width = np.zeros(0, dtype=np.int32), len(a.columns)
        starts = np.zeros(width, dtype=np.int32)
        self._call("changeObjectiveSense", highspy.ObjSense.kMaximize)
        self._call("changeObjectiveOffset", a.offset * columns.objective)
        self._call("addCols", width, columns.cost, lower, upper, 0, starts, none, np.zeros(0))
        if len(integers):
            kinds = np.full(len(integers), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            self._call("changeColsIntegrality", len(integers), integers, kinds)
        return columns.scale, columns.objective

    def _call(self, name: str, *arguments: object) -> None:
        _check(getattr(self._highs, name)(*arguments), name)

    def change_row(self, row: int, lower: float, upper: float) -> None:
        """New bounds of one row, in the model's own units. SolverError when HiGHS refuses them."""
        low, high = self.arrays.row_lower.copy(), self.arrays.row_upper.copy()
        low[row], high[row] = lower, upper
        self.arrays = replace(self.arrays, row_lower=low, row_upper=high)
        scale = self.scaling.row[row]
        _check(self._highs.changeRowBounds(row, lower * scale, upper * scale), "changeRowBounds")

    def change_columns(self, columns: list[int], lower: list[float], upper: list[float]) -> None:
        """New bounds of some columns, in the model's own units. SolverError when HiGHS refuses them."""
        low, high = self.arrays.lower.copy(), self.arrays.upper.copy()
        low[columns], high[columns] = lower, upper
        self.arrays = replace(self.arrays, lower=low, upper=high)
        for column in columns:
            scale = self.scaling.column[column]
            status = self._highs.changeColBounds(column, low[column] / scale, high[column] / scale)
            _check(status, "changeColBounds")

    def update(self, new: Arrays, options: Options | None = None) -> Touched | Rebuilt:
        """Take over the numbers of `new`; what HiGHS then holds is what it would hold had it been given `new` first.

        The basis stays, so that a linear program is solved from where the last one ended. A program of another
        shape changes nothing and gives the reason: it needs an instance of its own. SolverError as in `__init__`.
        """
        if (reason := shape_difference(self.arrays, new)) is not None:
            return reason
        known = (self.arrays.cost, self.arrays.value)
        numbers = [part for part in (new.cost, new.value) if not any(part is one for one in known)]
        if not all(np.isfinite(part).all() for part in numbers) or not np.isfinite(new.offset):
            raise SolverError("a cost or coefficient is not a finite number")
        if options is not None and options != self.options:
            self.options = options
            self._set_options()
        change = touched(self.arrays, new)
        if len(change.costs) or len(change.bounds):
            self._take_over(new)
        elif change.count:
            self._take_over_rows(new, change)
        if new.offset != self.arrays.offset:
            self._call("changeObjectiveOffset", new.offset * self.scaling.objective)
        self.arrays = new
        return change

    def _take_over_rows(self, new: Arrays, change: Touched) -> None:
        """Change rows alone, each with the scale it would have had from the start; columns keep theirs."""
        others = set(new.row_of_entry[change.entries].tolist())
        for r in sorted(others):
            scale, value = scaled_rows(new, self.scaling.column, r, r + 1)
            entries = slice(new.start[r], new.start[r + 1])
            before = self.arrays.value[entries] * self.scaling.column.take(new.index[entries])
            for k in np.flatnonzero(value != before * self.scaling.row[r]).tolist():
                self._call("changeCoeff", r, int(new.index[entries][k]), float(value[k]))
            self.scaling.row[r] = scale[0]
        for r in sorted(others.union(change.sides.tolist())):
            row = self.scaling.row[r]
            self._call("changeRowBounds", r, new.row_lower[r] * row, new.row_upper[r] * row)

    def _take_over(self, new: Arrays) -> None:
        """Change what differs in scaled terms: a new bound may bring a new scale, and with it other coefficients."""
        before, after = _scaled(self.arrays), _scaled(new)
        change = touched(before[0], after[0])
        now, scaling = after
        self._call("changeObjectiveOffset", now.offset)
        if len(k := change.costs):
            self._call("changeColsCost", len(k), k, now.cost[k])
        if len(k := change.bounds):
            self._call("changeColsBounds", len(k), k, now.lower[k], now.upper[k])
        for row in change.sides.tolist():
            self._call("changeRowBounds", row, now.row_lower[row], now.row_upper[row])
        rows = new.row_of_entry
        for entry in change.entries.tolist():
            self._call("changeCoeff", int(rows[entry]), int(new.index[entry]), float(now.value[entry]))
        self.scaling = scaling

    def solve(self) -> Solution:
        """Solve, recompute, and ask twice before believing "infeasible" or an answer that does not hold.

        Errors: SolverError when a second opinion (without presolve) does not hold either.
        """
        solution = self._once()
        if solution.status is Status.ERROR or (
            self._is_warm and not self.arrays.is_integer.any() and _is_broken(solution)
        ):
            # HiGHS may give up ("unknown") on a program from an old basis that it solves from none
            _check(self._highs.clearSolver(), "clearSolver")
            solution = self._once()
        self._is_warm = True
        if solution.status is Status.INFEASIBLE or _is_broken(solution):
            _check(self._highs.clearSolver(), "clearSolver")
            self._presolve(is_on=False)
            solution = self._once()
            self._presolve(is_on=self.options.presolve)
            if _is_broken(solution):
                raise SolverError(
                    f"the answer violates its rows by {solution.violation:.2e}"
                    if not solution.violation <= ACCEPTED
                    else "HiGHS calls an answer optimal without a bound"
                )
        return solution

    def _once(self) -> Solution:
        is_mip = bool(self.arrays.is_integer.any())
        if is_mip:  # an answer left over from an earlier run may come back as "optimal", and gains no time
            _check(self._highs.clearSolver(), "clearSolver")
        # the limit counts the time of all runs of the instance
        limit = self._highs.getRunTime() + self.options.time_limit_s
        _check(self._highs.setOptionValue("time_limit", limit), "time_limit")
        self._run()
        state, info = self._highs.getModelStatus(), self._highs.getInfo()
        kind = {
            highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
            highspy.HighsModelStatus.kModelEmpty: Status.OPTIMAL,
            highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
            highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
            highspy.HighsModelStatus.kUnboundedOrInfeasible: Status.INFEASIBLE,
            highspy.HighsModelStatus.kTimeLimit: Status.TIME_LIMIT,
        }.get(state, Status.ERROR)
        none = Solution(kind, np.zeros(0), np.zeros(0), -np.inf, np.inf, np.inf)
        if kind not in (Status.OPTIMAL, Status.TIME_LIMIT):
            return none
        found = self._highs.getSolution()
        x = _floats(found.col_value)
        is_plan = kind is Status.OPTIMAL or info.primal_solution_status == FEASIBLE
        if x.size != len(self.arrays.columns) or not is_plan:
            return none
        raw = x * self.scaling.column
        x = self._clean(raw)
        violated, activity = _checked(self.arrays, x)
        if (
            not violated <= ACCEPTED
        ):  # what looks like noise of a large column may be all there is of a small row
            x = raw
            violated, activity = _checked(self.arrays, raw)
        if not len(self.arrays.columns) and violated > ACCEPTED:
            return replace(none, status=Status.INFEASIBLE)
        # not `cost @ x`: BLAS wakes threads for it, and waits milliseconds for them where HiGHS has the processors
        objective = float((self.arrays.cost * x).sum() + self.arrays.offset)
        bound = objective if kind is Status.OPTIMAL else np.inf
        if is_mip:
            bound = info.mip_dual_bound / self.scaling.objective
            if kind is Status.OPTIMAL and bound - objective > 1e-9 * max(1.0, abs(objective)):
                kind = Status.WITHIN_GAP
        dual = self._duals(found) if self.options.duals and not is_mip else np.zeros(0)
        return Solution(kind, x, activity, objective, bound, violated, dual)

    def _run(self) -> None:
        """Run once; where HiGHS gives up after presolve ("excessive dual values"), once more without it."""
        if self._highs.run() == highspy.HighsStatus.kError:
            _check(self._highs.clearSolver(), "clearSolver")
            self._presolve(is_on=False)
            status = self._highs.run()
            self._presolve(is_on=self.options.presolve)
            _check(status, "run")

    def _duals(self, found: highspy.HighsSolution) -> Floats:
        dual = _floats(found.row_dual)
        return (
            dual * self.scaling.row / self.scaling.objective if dual.size else np.zeros(len(self.arrays.rows))
        )

    def _clean(self, x: Floats) -> Floats:
        """`x` without the noise next to bounds and whole numbers; rows are recomputed with these values."""
        near = SNAP * self.scaling.column
        x = x.copy()
        for place in (self.arrays.lower, self.arrays.upper):
            np.copyto(x, place, where=np.abs(x - place) <= near)
        if self.arrays.is_integer.any():
            whole = np.round(x)
            np.copyto(x, whole, where=self.arrays.is_integer & (np.abs(x - whole) <= SNAP))
        x += 0.0  # no -0
        return x


def _floats(values: Sequence[float]) -> Floats:
    """A list of floats as an array, in less than half the time numpy takes to find out what is in it."""
    return np.frombuffer(struct.pack(f"{len(values)}d", *values), dtype=np.float64)


def _columns_of(a: Arrays) -> ScaledColumns:
    """The scaled columns as HiGHS gets them."""
    columns = scaled_columns(a)
    integers = np.flatnonzero(a.is_integer)
    # HiGHS errs on integer columns with fractional bounds; unscaled as they are, whole ones say the same
    columns.lower[integers] = np.ceil(columns.lower[integers] - SNAP)
    columns.upper[integers] = np.floor(columns.upper[integers] + SNAP)
    return columns


def _scaled(a: Arrays) -> tuple[Arrays, Scaling]:
    """The whole program as HiGHS gets it (`_hand_over` does the same in parts)."""
    columns = _columns_of(a)
    row, value = scaled_rows(a, columns.scale, 0, len(a.rows))
    program = replace(
        a,
        cost=columns.cost,
        offset=a.offset * columns.objective,
        lower=columns.lower,
        upper=columns.upper,
        row_lower=a.row_lower * row,
        row_upper=a.row_upper * row,
        value=value,
    )
    return program, Scaling(columns.scale, row, columns.objective)


def _is_broken(solution: Solution) -> bool:
    """Whether an answer does not hold, NaN included, or is called optimal while nothing bounds it."""
    is_unbounded = solution.bound == np.inf and solution.status is not Status.TIME_LIMIT
    return bool(solution.x.size) and (is_unbounded or not solution.violation <= ACCEPTED)


def violation(arrays: Arrays, x: Floats) -> float:
    """Largest violation of rows, bounds and integrality by `x`, each relative to max(1, size of the terms).

    0 where everything holds, NaN where something cannot be computed. Where nothing is violated by more than `NOISE`
    sizes are not asked for, and it may be less than what is told.
    """
    return _checked(arrays, x)[0]


def _checked(arrays: Arrays, x: Floats) -> tuple[float, Floats]:
    """`violation`, and the activity of the rows it was found with."""
    terms = x.take(arrays.index)
    terms *= arrays.value
    summed = np.bincount(arrays.row_of_entry, weights=terms, minlength=len(arrays.rows))
    activity = summed.astype(np.float64, copy=False)  # of no entries they are whole numbers
    rows = np.maximum(arrays.row_lower - activity, activity - arrays.row_upper)
    for r in np.flatnonzero(~(rows <= NOISE)).tolist():
        rows[r] /= max(1.0, float(np.abs(terms[arrays.start[r] : arrays.start[r + 1]]).sum()))
    bounds = np.maximum(arrays.lower - x, x - arrays.upper)
    if not bounds.max(initial=0.0) <= NOISE:
        bounds /= np.maximum(1.0, np.abs(x))
    integers = x[arrays.is_integer]
    whole = np.abs(integers - np.round(integers))
    # by the largest of the largest: NaN anywhere is NaN here
    worst = np.array([part.max(initial=0.0) for part in (rows, bounds, whole)])
    return float(worst.max()), activity


def _check(status: highspy.HighsStatus, call: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS refused {call}")
