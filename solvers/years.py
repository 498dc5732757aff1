"""The days of several years as one: what `decompose.solve_year` asks of a year, asked of all of them (design §5, §6).

Years touch each other only through yearly columns, so the days of each answer for themselves; the joint answer is the
weighted sum and as such a cut for the joint program of the years.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dualcontrol.solvers.compile import Floats
from dualcontrol.solvers.days import Answer, Days
from dualcontrol.solvers.decompose import Wiring


class DaysOfYears:
    """The days of several years. weights: of each year's value in the joint program, above 0.

    Yearly columns and totals are those of the first year, then of the second, and so on. `answers[k]`: what the days of
    year k answered, in that year's own money.
    """

    def __init__(self, years: Sequence[Days], weights: Sequence[float]) -> None:
        """Nothing is asked yet."""
        self._years, self._weights = tuple(years), tuple(weights)
        self.days = sum(one.days for one in years)
        self.answers: tuple[list[Answer], ...] = tuple([] for _ in years)
        self._shared = np.cumsum([0, *(len(one.yearly) for one in years)])
        self._totals = np.cumsum([0, *(len(one.names) for one in years)])

    def answer(
        self, at: Floats, prices: Floats, *, keep: bool = False, only: npt.NDArray[np.int64] | None = None
    ) -> Answer:
        """All days with the yearly columns at `at` and totals paid `prices` (joint money). Errors: SolverError."""
        first, parts = 0, []
        for k, (days, weight) in enumerate(zip(self._years, self._weights, strict=True)):
            own = None if only is None else only[(only >= first) & (only < first + days.days)] - first
            one = days.answer(self._of(self._shared, at, k), self._of(self._totals, prices, k) / weight,
                              keep=keep, only=own)  # fmt: skip
            if only is None:
                self.answers[k].append(one)
            parts.append((one, weight))
            first += days.days
        joint = tuple(
            replace(one, prices=weight * one.prices, value=weight * one.value, gradient=weight * one.gradient,
                    own=weight * one.own, x=None)
            for one, weight in parts
        )  # fmt: skip
        return Answer(
            at.copy(),
            prices.copy(),
            sum(one.value for one in joint),
            np.concatenate([one.gradient for one in joint]),
            sum(one.own for one in joint),
            np.concatenate([one.totals for one in joint]),
            None,
            joint,
        )

    @staticmethod
    def _of(places: npt.NDArray[np.int64], values: Floats, k: int) -> Floats:
        return values[places[k] : places[k + 1]]


def wiring_of_years(years: Sequence[Wiring], columns: Sequence[int], weights: Sequence[float]) -> Wiring:
    """Where the days of all years meet the joint program. years: of each year's own program.

    columns: how many each year's program has; they stand one year after the other in the joint one.
    """
    first = np.cumsum([0, *columns[:-1]])
    parts = tuple(
        Wiring(one.shared + at, one.totals + at, one.price_box * weight, one.own_upper * weight)
        for one, at, weight in zip(years, first, weights, strict=True)
    )
    return Wiring(
        np.concatenate([one.shared for one in parts]),
        np.concatenate([one.totals for one in parts]),
        np.concatenate([one.price_box for one in parts]),
        sum(one.own_upper for one in parts),
        parts,
    )
