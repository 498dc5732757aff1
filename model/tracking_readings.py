"""Meter readings as columns, and the rules by which a single reading is not taken (2.5, 3.1.2).

A reading is a quantity used in the interval that begins at its time, or the state of a register at that time. Numbers
are whole millionths of the unit of the reading, so that sums are exact: what has more decimals is rounded by at most
half a millionth of a unit per reading. Times are seconds since the beginning of the plan year, Beijing time (UTC+8).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MICRO = 1_000_000
DAY = 86_400
NEVER = np.iinfo(np.int64).min  # no time, or none that can be read
LARGEST = 4 * 10**15  # millionths; what is larger a float does not hold exactly
USES = ("fuel", "feedstock", "conversion_in", "conversion_out", "self_pv", "green")
UNSAID, UNKNOWN = -1, -2  # codes of an empty and of an unknown word

# why a number cannot be taken, as the reader says it
NUMBER_OK, NUMBER_BAD, NUMBER_NONE, NUMBER_BOTH = 0, 1, 2, 3


@dataclass(frozen=True)
class Readings:
    """Readings as they were read, all arrays of one length, in the order of files and rows.

    owner, carrier, use, unit: places in `owners`, `carriers`, `USES`, `units`, or UNSAID, UNKNOWN. meter: place in
    `meters`. time, reported: seconds, or NEVER. value: millionths of `unit`. number: NUMBER_*. is_register.
    shifted: whether the time had an offset from UTC that is not +08:00. `told(rows)`: place and words of
    rows, for the list of problems.
    """

    owners: tuple[str, ...]
    carriers: tuple[str, ...]
    units: tuple[str, ...]
    meters: tuple[str, ...]
    owner: Ints
    carrier: Ints
    use: Ints
    unit: Ints
    meter: Ints
    time: Ints
    reported: Ints
    value: Ints
    number: Ints
    is_register: Bools
    shifted: Bools
    told: Callable[[Sequence[int]], list[Mapping[str, str]]]

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True)
class ReadingProblem:
    """One thing that was not as it should be: place, value, rule, what was done; rows: how many it is about.

    taken: of these rows, how many do not count. unit_id, carrier, time are text. quantity: what was put in its
    place, in the carrier's unit, or "".
    """

    rule: str
    place: str
    unit_id: str
    carrier: str
    time: str
    value: str
    done: str
    rows: int = 1
    taken: int = 0
    quantity: str = ""


@dataclass(frozen=True)
class Calendar:
    """The plan year in seconds: where its months begin; cut: what is used at or after it is not known yet.

    known: what was reported after it is not known yet either; None: everything that was reported is known.
    """

    year: int
    months: tuple[int, ...]  # 13 places, the last is the end of the year
    cut: int
    known: int | None = None

    @property
    def end(self) -> int:
        """The end of the year."""
        return self.months[-1]

    def text(self, seconds: int) -> str:
        """A time as people write it."""
        if seconds == NEVER:
            return ""
        return (datetime(self.year, 1, 1) + timedelta(seconds=int(seconds))).isoformat(" ", "minutes")  # noqa: DTZ001

    @property
    def last_day(self) -> str:
        """The last day that is known, as people write it."""
        return self.text(self.cut - 1)[:10]

    def month_of(self, seconds: Ints) -> Ints:
        """The month (0 to 11) of each time."""
        found: Ints = np.searchsorted(np.array(self.months), seconds, side="right").astype(np.int64) - 1
        return np.minimum(found, 11)


def calendar(year: int, cut: int | None = None, known: int | None = None) -> Calendar:
    """The calendar of a year; cut: seconds, default its end; known: of what was reported, default everything."""
    first = datetime(year, 1, 1)  # noqa: DTZ001
    starts = [datetime(year + m // 12, m % 12 + 1, 1) for m in range(13)]  # noqa: DTZ001
    months = tuple(int((start - first).total_seconds()) for start in starts)
    return Calendar(year, months, months[-1] if cut is None else min(cut, months[-1]), known)


def single_faults(
    read: Readings, when: Calendar, factors: Mapping[tuple[int, int], bool]
) -> dict[str, Bools]:
    """Rows that cannot be taken whatever the others say, by rule; a row is under the first rule that it breaks.

    factors: whether a unit (place) can be converted to the carrier's (place).
    """
    left = np.ones(len(read), dtype=bool)
    found: dict[str, Bools] = {}

    def rule(name: str, broken: Bools) -> None:
        nonlocal left
        found[name] = broken & left
        left = left & ~broken

    rule("unknown_unit", read.owner < 0)
    rule("unknown_carrier", read.carrier < 0)
    rule("unknown_use", read.use == UNKNOWN)
    rule("bad_time", read.time == NEVER)
    rule("no_number", read.number == NUMBER_NONE)
    rule("two_numbers", read.number == NUMBER_BOTH)
    rule("bad_number", read.number != NUMBER_OK)
    rule("wrong_measure", _wrong_measure(read, factors))
    rule("negative", read.value < 0)
    past = read.time > when.end
    rule("outside_year", (read.time < 0) | past | ((read.time == when.end) & ~read.is_register))
    return found


def _wrong_measure(read: Readings, factors: Mapping[tuple[int, int], bool]) -> Bools:
    wrong = np.asarray(read.unit == UNKNOWN)
    for (unit, carrier), is_known in factors.items():
        if not is_known:
            wrong |= (read.unit == unit) & (read.carrier == carrier)
    return wrong
