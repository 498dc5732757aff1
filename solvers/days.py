"""The days of a stamped year, one small program each in one live HiGHS.

Value, gradient and totals at given yearly decisions. Days do not touch each other but through the year's columns
and totals (storage is daily cyclic). What makes a day cheap: with the yearly columns given, a row with one column of
the day is a bound of that column (half of all rows); days are solved in an order in which each is like the one
before, from whose basis it starts; and Devex prices need no work to start from a basis, steepest edges do.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import highspy
import numpy as np
import numpy.typing as npt

from dualcontrol.solvers.compile import Arrays, Floats, Label
from dualcontrol.solvers.highs import DEVEX, SolverError
from dualcontrol.solvers.stamp import HOURLY, Layout

Totals = Mapping[str, Mapping[Label, float]]


@dataclass(frozen=True)
class Answer:
    """What all days answer to yearly decisions z and prices of totals.

    value: sum over days of the best (own value + prices · totals); gradient: its derivative by z; both define the
    cut `own + prices·totals <= value + gradient·(z - at)` that holds for every z. own, totals: of the days' solution;
    x: that solution, (days, columns of a day), or None if it was not kept. parts: of several years, each year's own
    answer, which is a cut by itself; empty for one year.
    """

    at: Floats
    prices: Floats
    value: float
    gradient: Floats
    own: float
    totals: Floats
    x: npt.NDArray[np.float32] | None
    parts: tuple["Answer", ...] = ()

    def each(self) -> tuple["Answer", ...]:
        """The answers of the years it is made of; of one year itself."""
        return self.parts or (self,)


class Answering(Protocol):
    """What can be asked as the days of a year can: `Days`, or those of several years (`years.DaysOfYears`)."""

    days: int

    def answer(
        self, at: Floats, prices: Floats, *, keep: bool = False, only: npt.NDArray[Any] | None = None
    ) -> Answer:
        """As of `Days`."""
        ...


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
        row, column, entry = row_of[kept], local[kept], value[:, kept]
        alone = (np.bincount(row, minlength=self._rows) == 1)[row] & (entry != 0).all(axis=0)
        self._bound_row, self._bound_column, self._bound_factor = row[alone], column[alone], entry[:, alone]
        self._solved_rows = np.setdiff1d(np.arange(self._rows), self._bound_row)
        place_of_row = np.cumsum(np.isin(np.arange(self._rows), self._solved_rows)) - 1
        row, column, entry = place_of_row[row[~alone]], column[~alone], entry[:, ~alone]
        varying = (entry != entry[:1]).any(axis=0)
        self._varying = list(zip(row[varying].tolist(), column[varying].tolist(), strict=True))
        self._varying_value: list[list[float]] = entry[:, varying].tolist()
        self._loaded = list(self._varying_value[0]) if self.days else []
        start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(self._solved_rows)))])
        self._highs = self._load(start, column, entry[0])
        self._all_columns = np.arange(self.columns_of_day, dtype=np.int32)
        self._all_rows = np.arange(len(self._solved_rows), dtype=np.int32)
        self._order = _chain([self._row_lower, self._row_upper, self._lower, self._upper, value])

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
            ("simplex_dual_edge_weight_strategy", DEVEX),
            ("primal_feasibility_tolerance", 1e-9),
            ("dual_feasibility_tolerance", 1e-9),
        ):
            _check(highs.setOptionValue(name, setting), name)
        lp = highspy.HighsLp()
        rows = self._solved_rows
        lp.num_col_, lp.num_row_ = self.columns_of_day, len(rows)
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = -self._cost * SCALE, self._lower[0], self._upper[0]
        lp.row_lower_, lp.row_upper_ = self._row_lower[0, rows], self._row_upper[0, rows]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
        lp.a_matrix_.start_, lp.a_matrix_.index_ = start.astype(np.int32), index.astype(np.int32)
        lp.a_matrix_.value_ = value
        lp.integrality_ = [highspy.HighsVarType.kContinuous] * lp.num_col_
        _check(highs.passModel(lp), "passModel")
        return highs

    def answer(
        self, at: Floats, prices: Floats, *, keep: bool = False, only: npt.NDArray[Any] | None = None
    ) -> Answer:
        """Solve every day with the yearly columns at `at` (yearly,) and totals paid `prices` (totals,).

        only: days that stand for all, in equal parts (a guess, and no cut).
        Errors: SolverError when a day has no optimum (the hour's model must allow unserved load at a price).
        """
        cost = self._load_cost(prices)
        wanted = np.ones(self.days, dtype=bool) if only is None else np.isin(np.arange(self.days), only)
        times = self.days / max(1, int(wanted.sum()))
        value = own = self._offset
        gradient, totals = np.zeros(len(self.yearly)), np.zeros(len(self.names))
        kept = np.empty((self.days, self.columns_of_day), dtype=np.float32) if keep else None
        for day, x, dual in self._solutions(at, wanted):
            value += times * float(cost @ x)
            own += times * float(self._cost @ x)
            totals += times * (self._totals @ x)
            gradient += times * np.bincount(
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
        table = np.empty((self.days, self._rows))
        for day, _, dual in self._solutions(at, np.ones(self.days, dtype=bool)):
            table[day] = -dual
        return table.ravel()

    def _load_cost(self, prices: Floats) -> Floats:
        cost = self._cost + prices @ self._totals
        _check(
            self._highs.changeColsCost(self.columns_of_day, self._all_columns, -cost * SCALE),
            "changeColsCost",
        )
        return np.asarray(cost)

    def _solutions(self, at: Floats, wanted: npt.NDArray[np.bool_]) -> Iterator[tuple[int, Floats, Floats]]:
        """Each wanted day's optimum at the costs now loaded: day, columns, row duals of the minimisation."""
        moved = self._shared_value * at[self._shared_column]
        for day in self._order[wanted[self._order]].tolist():
            shift = np.bincount(self._shared_row, weights=moved[day], minlength=self._rows)
            low, high = self._row_lower[day] - shift, self._row_upper[day] - shift
            rows = self._solved_rows
            _check(
                self._highs.changeRowsBounds(len(rows), self._all_rows, low[rows], high[rows]),
                "changeRowsBounds",
            )
            bounds = self._bounds(day, low, high)
            _check(
                self._highs.changeColsBounds(self.columns_of_day, self._all_columns, *bounds[:2]),
                "changeColsBounds",
            )
            for k, value in enumerate(self._varying_value[day]):
                if value != self._loaded[k]:
                    _check(self._highs.changeCoeff(*self._varying[k], value), "changeCoeff")
                    self._loaded[k] = value
            x, row_dual, column_dual = self._optimum(day)
            dual = np.zeros(self._rows)
            dual[rows] = row_dual
            self._share_out(dual, column_dual, day, *bounds)
            yield day, x, dual

    def _bounds(self, day: int, row_low: Floats, row_high: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Bounds of the day's columns, rows of one column included; then those rows' own limits of their column."""
        row, column, factor = self._bound_row, self._bound_column, self._bound_factor[day]
        ends = row_low[row] / factor, row_high[row] / factor
        least, most = np.minimum(*ends), np.maximum(*ends)
        low, high = self._lower[day].copy(), self._upper[day].copy()
        np.maximum.at(low, column, least)
        np.minimum.at(high, column, most)
        if np.any(low > high + CROSSING * np.maximum(1.0, np.abs(high))):
            raise SolverError(f"day {day} has no optimum: limits of a column cross")
        return low, np.maximum(low, high), least, most

    def _share_out(
        self,
        dual: Floats,
        column_dual: Floats,
        day: int,
        low: Floats,
        high: Floats,
        least: Floats,
        most: Floats,
    ) -> None:
        """The dual of a column at a limit that a row of one column sets is that row's, the first of equals."""
        column = self._bound_column
        mine = column_dual[column]
        sets_low = (mine > 0) & (least >= low[column]) & (least > self._lower[day, column])
        sets_high = (mine < 0) & (most <= high[column]) & (most < self._upper[day, column])
        at = np.flatnonzero(sets_low | sets_high)
        first = at[np.unique(column[at], return_index=True)[1]]
        dual[self._bound_row[first]] = mine[first] / self._bound_factor[day, first]

    def _optimum(self, day: int) -> tuple[Floats, Floats, Floats]:
        """Solution, row and column duals (of the maximisation by the yearly columns) of the program now loaded."""
        for presolve in ("off", "on"):
            _check(self._highs.run(), "run")
            state = self._highs.getModelStatus()
            if state == highspy.HighsModelStatus.kOptimal:
                found = self._highs.getSolution()
                duals = [np.asarray(part) / SCALE for part in (found.row_dual, found.col_dual)]
                return np.asarray(found.col_value), duals[0], duals[1]
            _check(self._highs.clearSolver(), "clearSolver")
            _check(self._highs.setOptionValue("presolve", "on" if presolve == "off" else "off"), "presolve")
        raise SolverError(f"day {day} has no optimum: {state.name}")


def _chain(tables: Sequence[Floats]) -> npt.NDArray[np.int64]:
    """The days (rows of the tables) in an order in which each is followed by the most alike that is left."""
    with np.errstate(invalid="ignore"):
        table = np.concatenate([np.nan_to_num(t, posinf=0.0, neginf=0.0) for t in tables], axis=1)
    spread = np.ptp(table, axis=0)
    table = table[:, spread > 0] / spread[spread > 0]
    size = (table**2).sum(axis=1)
    distance = size[:, None] + size[None, :] - 2 * table @ table.T
    left, order = np.ones(len(table), dtype=bool), [0]
    left[:1] = False
    while left.any():
        order.append(int(np.argmin(np.where(left, distance[order[-1]], np.inf))))
        left[order[-1]] = False
    return np.array(order[: len(table)], dtype=np.int64)


CROSSING = 1e-9  # limits of a column may cross by so much of their size: it is rounding
SCALE = 128.0  # costs are a few hundredths of 万元 per MWh, HiGHS's optimality tolerance is absolute


def _check(status: highspy.HighsStatus, call: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS refused {call}")
