"""One live HiGHS instance on labelled arrays. The solver's word is a claim: every answer is recomputed here.

Known traps of HiGHS 1.15 that this file guards against: an empty integrality array is read past its end, an
`Optimal` with a fractional integer, feasible programs declared infeasible, and calls that fail by status only.
"""

from dataclasses import dataclass, replace
from enum import Enum

import highspy
import numpy as np

from dualcontrol.solvers.compile import Arrays, Floats, scaled, scaling_of

FEASIBILITY = 1e-9  # asked of HiGHS, in scaled rows
ACCEPTED = 1e-6  # accepted of a recomputed answer, relative to the size of the row


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
    """gap: relative MIP gap; time_limit_s: seconds; presolve: off for a second opinion."""

    gap: float = 0.0
    time_limit_s: float = 60.0
    presolve: bool = True


@dataclass(frozen=True)
class Solution:
    """x (columns,), activity (rows,), objective and bound in the model's own units.

    `violation` is the largest recomputed violation of a row or bound, relative to the row's size;
    `bound` is HiGHS's claim. x is empty when there is no plan.
    """

    status: Status
    x: Floats
    activity: Floats
    objective: float
    bound: float
    violation: float


class LiveHighs:
    """A HiGHS instance that holds one program and re-solves it after changes of bounds, rows or costs."""

    def __init__(self, arrays: Arrays, options: Options | None = None) -> None:
        self.arrays = arrays
        self.scaling = scaling_of(arrays)
        self.options = options or Options()
        self._highs = highspy.Highs()
        self._highs.silent()
        self._set_options()
        self._pass(scaled(arrays, self.scaling))

    def _set_options(self) -> None:
        for name, value in (
            ("threads", 1), ("random_seed", 0), ("mip_rel_gap", self.options.gap), ("mip_abs_gap", 0.0),
            ("time_limit", self.options.time_limit_s), ("primal_feasibility_tolerance", FEASIBILITY),
            ("dual_feasibility_tolerance", FEASIBILITY), ("mip_feasibility_tolerance", FEASIBILITY),
            ("presolve", "on" if self.options.presolve else "off"),
        ):
            _check(self._highs.setOptionValue(name, value), name)

    def _pass(self, a: Arrays) -> None:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(a.columns), len(a.rows)
        lp.sense_, lp.offset_ = highspy.ObjSense.kMaximize, a.offset
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = a.cost, a.lower, a.upper
        lp.row_lower_, lp.row_upper_ = a.row_lower, a.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = a.start, a.index, a.value
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(i)] for i in a.is_integer]
        _check(self._highs.passModel(lp), "passModel")

    def solve(self) -> Solution:
        """Solve, recompute, and ask twice before believing "infeasible" or an answer that does not hold.

        Errors: SolverError when a second opinion (without presolve) does not hold either.
        """
        solution = self._once()
        if solution.status is Status.INFEASIBLE or (solution.x.size and solution.violation > ACCEPTED):
            _check(self._highs.clearSolver(), "clearSolver")
            _check(self._highs.setOptionValue("presolve", "off"), "presolve")
            solution = self._once()
            _check(self._highs.setOptionValue("presolve", "on" if self.options.presolve else "off"), "presolve")
            if solution.x.size and solution.violation > ACCEPTED:
                raise SolverError(f"the answer violates its rows by {solution.violation:.2e}")
        return solution

    def _once(self) -> Solution:
        _check(self._highs.run(), "run")
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
        x = np.asarray(self._highs.getSolution().col_value, dtype=np.float64)
        if x.size != len(self.arrays.columns) or (kind is Status.TIME_LIMIT and info.primal_solution_status != 2):
            return none
        x = x * self.scaling.column
        is_mip = bool(self.arrays.is_integer.any())
        objective = float(self.arrays.cost @ x + self.arrays.offset)
        bound = info.mip_dual_bound / self.scaling.objective if is_mip else objective
        if kind is Status.OPTIMAL and is_mip and bound - objective > 1e-9 * max(1.0, abs(objective)):
            kind = Status.WITHIN_GAP
        return Solution(kind, x, self.arrays.times(x), objective, bound, violation(self.arrays, x))


def violation(arrays: Arrays, x: Floats) -> float:
    """Largest violation of rows, bounds and integrality by `x`, each relative to max(1, size of the row's terms)."""
    activity = arrays.times(x)
    size = np.maximum(1.0, Arrays.times(_absolute(arrays), np.abs(x)))
    rows = np.maximum(arrays.row_lower - activity, activity - arrays.row_upper) / size
    bounds = np.maximum(arrays.lower - x, x - arrays.upper) / np.maximum(1.0, np.abs(x))
    whole = np.abs(x - np.round(x))[arrays.is_integer]
    return float(max((part.max() for part in (rows, bounds, whole) if part.size), default=0.0))


def _absolute(arrays: Arrays) -> Arrays:
    return replace(arrays, value=np.abs(arrays.value))


def _check(status: highspy.HighsStatus, call: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS refused {call}")
