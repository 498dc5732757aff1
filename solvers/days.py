"""The days of a stamped year, one small program each in one live HiGHS.

Value, gradient and totals at given yearly decisions. Days do not touch each other but through the year's columns
and totals (storage is daily cyclic).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from dualcontrol.solvers.compile import Arrays, Floats, Label
from dualcontrol.solvers.highs import SolverError
from dualcontrol.solvers.stamp import HOURLY, Layout

Totals = Mapping[str, Mapping[Label, float]]


@dataclass(frozen=True)
class Answer:
    """What all days answer to yearly decisions z and prices of totals.

    value: sum over days of the best (own value + prices · totals); gradient: its derivative by z; both define the
    cut `own + prices·totals <= value + gradient·(z - at)` that holds for every z. own, totals: of the days' solution;
    x: that solution, (days, columns of a day), or None if it was not kept.
    """

    at: Floats
    prices: Floats
    value: float
    gradient: Floats
    own: float
    totals: Floats
    x: npt.NDArray[np.float32] | None


class Days:
    """All days of a stamped program (maximisation) with fixed yearly columns.

    arrays, layout: from `stamp`, with hours in days of `steps` and scopes "cycle" (per day) and "year".
    totals: name -> {(variable, index) of the hour: factor}. Errors: ValueError when hours have different weights.
    """

    def __init__(self, arrays: Arrays, layout: Layout, totals: Totals, steps: int = 24) -> None:
        hour = layout.hour
        self.days, self.steps, self.layout = layout.hours // steps, steps, layout
        width, daily = len(hour.columns[HOURLY]), len(hour.columns["cycle"])
        self.yearly = hour.columns["year"]
        self.columns_of_day = daily + steps * width
        self._rows = steps * len(hour.rows)
        entries = int(arrays.start[self._rows])
        index = arrays.index.reshape(self.days, entries).astype(np.int64)
        value = arrays.value.reshape(self.days, entries)
        first_year, first_day, first_hour = layout.first["year"], layout.first["cycle"], layout.first[HOURLY]
        is_year = (index[0] >= first_year) & (index[0] < first_year + len(self.yearly))
        local = np.where(index[0] >= first_hour, index[0] - first_hour + daily, index[0] - first_day)
        row_of = np.repeat(np.arange(self._rows), np.diff(arrays.start[: self._rows + 1]))
        self._shared_row, self._shared_column = row_of[is_year], index[0, is_year] - first_year
        self._shared_value = value[:, is_year]
        self._row_lower = arrays.row_lower.reshape(self.days, self._rows)
        self._row_upper = arrays.row_upper.reshape(self.days, self._rows)
        self._lower, self._upper = (self._by_day(bounds) for bounds in (arrays.lower, arrays.upper))
        self._cost = self._by_day(arrays.cost)[0] if self.days else np.zeros(self.columns_of_day)
        self._offset = arrays.offset
        self._weights = self._by_day(arrays.cost)
        self.names = tuple(totals)
        self._totals = np.zeros((len(totals), self.columns_of_day))
        place = {label: k for k, label in enumerate(hour.columns[HOURLY])}
        for t, terms in enumerate(totals.values()):
            for label, factor in terms.items():
                self._totals[t, daily + place[label] + width * np.arange(steps)] += factor
        if not np.array_equal(self._weights, np.broadcast_to(self._cost, self._weights.shape)):
            raise ValueError("costs differ from day to day: give the days equal weight")
        kept = ~is_year
        varying = kept & (value != value[:1]).any(axis=0)
        self._varying = list(
            zip(row_of[varying].tolist(), local[varying].tolist(), value[:, varying].T, strict=True)
        )
        start = np.concatenate([[0], np.cumsum(np.bincount(row_of[kept], minlength=self._rows))])
        self._highs = self._load(start, local[kept], value[0, kept])
        self._all_columns = np.arange(self.columns_of_day, dtype=np.int32)
        self._all_rows = np.arange(self._rows, dtype=np.int32)

    def _by_day(self, vector: Floats) -> Floats:
        """A vector over the stamped columns as (days, columns of a day)."""
        hour, first = self.layout.hour, self.layout.first
        daily = len(hour.columns["cycle"])
        cycle = vector[first["cycle"] : first["cycle"] + self.days * daily].reshape(self.days, daily)
        hourly = vector[first[HOURLY] :].reshape(self.days, -1)
        return np.concatenate([cycle, hourly], axis=1)

    def _load(self, start: Any, index: Any, value: Any) -> Any:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        highs.silent()
        for name, setting in (
            ("threads", 1),
            ("random_seed", 0),
            ("presolve", "off"),
            ("solver", "simplex"),
            ("primal_feasibility_tolerance", 1e-9),
            ("dual_feasibility_tolerance", 1e-9),
        ):
            _check(highs.setOptionValue(name, setting), name)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.columns_of_day, self._rows
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = -self._cost * SCALE, self._lower[0], self._upper[0]
        lp.row_lower_, lp.row_upper_ = self._row_lower[0], self._row_upper[0]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
        lp.a_matrix_.start_, lp.a_matrix_.index_ = start.astype(np.int32), index.astype(np.int32)
        lp.a_matrix_.value_ = value
        lp.integrality_ = [highspy.HighsVarType.kContinuous] * lp.num_col_
        _check(highs.passModel(lp), "passModel")
        return highs

    def answer(self, at: Floats, prices: Floats, *, keep: bool = False) -> Answer:
        """Solve every day with the yearly columns at `at` (yearly,) and totals paid `prices` (totals,).

        Errors: SolverError when a day has no optimum (the hour's model must allow unserved load at a price).
        """
        cost = self._load_cost(prices)
        value = own = self._offset
        gradient, totals = np.zeros(len(self.yearly)), np.zeros(len(self.names))
        kept = np.empty((self.days, self.columns_of_day), dtype=np.float32) if keep else None
        for day, x, dual in self._solutions(at):
            value += float(cost @ x)
            own += float(self._cost @ x)
            totals += self._totals @ x
            gradient += np.bincount(
                self._shared_column,
                weights=self._shared_value[day] * dual[self._shared_row],
                minlength=len(gradient),
            )
            if kept is not None:
                kept[day] = x
        return Answer(at.copy(), prices.copy(), value, gradient, own, totals, kept)

    def duals(self, at: Floats, prices: Floats) -> Floats:
        """Value per unit of right-hand side of every hourly row at `at` and `prices`, (days x rows of a day,)."""
        self._load_cost(prices)
        return np.concatenate([-dual for _, _, dual in self._solutions(at)])

    def _load_cost(self, prices: Floats) -> Floats:
        cost = self._cost + prices @ self._totals
        _check(
            self._highs.changeColsCost(self.columns_of_day, self._all_columns, -cost * SCALE),
            "changeColsCost",
        )
        return np.asarray(cost)

    def _solutions(self, at: Floats) -> Iterator[tuple[int, Floats, Floats]]:
        """Each day's optimum at the costs now loaded: day, columns, row duals of the minimisation."""
        moved = self._shared_value * at[self._shared_column]
        for day in range(self.days):
            shift = np.bincount(self._shared_row, weights=moved[day], minlength=self._rows)
            _check(
                self._highs.changeRowsBounds(
                    self._rows, self._all_rows, self._row_lower[day] - shift, self._row_upper[day] - shift
                ),
                "changeRowsBounds",
            )
            _check(
                self._highs.changeColsBounds(
                    self.columns_of_day, self._all_columns, self._lower[day], self._upper[day]
                ),
                "changeColsBounds",
            )
            for row, column, values in self._varying:
                _check(self._highs.changeCoeff(row, column, values[day]), "changeCoeff")
            yield (day, *self._optimum(day))

    def _optimum(self, day: int) -> tuple[Floats, Floats]:
        """Solution and row duals (of the maximisation by the yearly columns) of the program now loaded."""
        for presolve in ("off", "on"):
            _check(self._highs.run(), "run")
            state = self._highs.getModelStatus()
            if state == highspy.HighsModelStatus.kOptimal:
                solution = self._highs.getSolution()
                return np.asarray(solution.col_value), np.asarray(solution.row_dual) / SCALE
            _check(self._highs.clearSolver(), "clearSolver")
            _check(self._highs.setOptionValue("presolve", "on" if presolve == "off" else "off"), "presolve")
        raise SolverError(f"day {day} has no optimum: {state.name}")


SCALE = 128.0  # costs are a few hundredths of 万元 per MWh, HiGHS's optimality tolerance is absolute


def _check(status: highspy.HighsStatus, call: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS refused {call}")
