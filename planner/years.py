"""A plan's year by decomposition: its days in one live instance, and what they answered, kept between variants.

What the days answer depends on the hours and on the terms of the yearly totals, not on targets, rules or prices of the
yearly program: as long as these are the same, every answer is a valid cut of the next variant as it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dualcontrol.coupling import Hours, TotalTerms
from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.days import Answer, Days
from dualcontrol.solvers.decompose import Decomposed, Wiring


@dataclass(frozen=True)
class _Kept:
    """Days, what they were made of, and their answers in the order they were given."""

    hours: Hours
    total_terms: TotalTerms
    days: Days
    answers: tuple[Answer, ...] = ()


class KeptYears:
    """The days and answers of the last years. most: years; answers: of each, those in use and the latest."""

    def __init__(self, most: int = 2, answers: int = 60) -> None:
        """Nothing is kept yet."""
        self._most, self._answers = most, answers
        self._years: list[_Kept] = []

    def days(self, hours: Hours, total_terms: TotalTerms) -> tuple[Days, tuple[Answer, ...]]:
        """The days of these very hours with these totals, and their answers so far; new ones where none are kept."""
        for kept in self._years:
            if kept.hours is hours and kept.total_terms == total_terms:
                return kept.days, kept.answers
        return Days(hours.arrays, hours.layout, total_terms), ()

    def keep(self, hours: Hours, total_terms: TotalTerms, days: Days, year: Decomposed) -> None:
        """Keep the days of these hours and their answers: those the year is made of, and the latest.

        A cut less is no fault. Of days alike those solved last are kept.
        """
        used = {id(answer) for answer, _ in year.mix}
        others = [answer for answer in year.answers if id(answer) not in used]
        room = max(0, self._answers - len(used))
        latest = {id(answer) for answer in others[len(others) - room :]} if room else set()
        answers = tuple(answer for answer in year.answers if id(answer) in used | latest)
        others_kept = [k for k in self._years if not (k.hours is hours and k.total_terms == total_terms)]
        kept = _Kept(hours, total_terms, days, answers)
        self._years = [kept, *others_kept][: self._most]


def days_of(hours: Hours, total_terms: TotalTerms, kept: KeptYears | None) -> tuple[Days, tuple[Answer, ...]]:
    """The days of stamped hours and what is known of them."""
    if kept is None:
        return Days(hours.arrays, hours.layout, total_terms), ()
    return kept.days(hours, total_terms)


def wiring_of(yearly: Arrays, days: Days) -> Wiring:
    """Positions of shared columns and totals, and how much a unit of each may at most be worth (万元)."""
    place: Mapping[Any, int] = {label: k for k, label in enumerate(yearly.columns)}
    shared = np.array([place[label] for label in days.yearly])
    totals = np.array([place[("total", name)] for name in days.names])
    mwh = 0.2  # 万元 per MWh: several times any price of electricity or of the energy in it
    worth = np.where(yearly.is_integer[shared], 1e6, mwh * days.days * days.steps)
    return Wiring(shared, totals, np.concatenate([np.full(len(totals), mwh), worth]))
