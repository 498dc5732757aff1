"""All meters together: what each owner used of each carrier by month, and every problem of it (2.5, 3.1.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from dualcontrol.model.tracking_readings import (
    MICRO,
    NEVER,
    UNSAID,
    USES,
    Calendar,
    Ints,
    ReadingProblem,
    Readings,
    single_faults,
)
from dualcontrol.model.tracking_repeats import repeats
from dualcontrol.model.tracking_series import interval_series, register_series
from dualcontrol.model.tracking_units import conversion

Months = tuple[Fraction, ...]
_MOST_SERIES = 100_000
NOTHING: Months = (Fraction(0),) * 12


@dataclass(frozen=True)
class Flow:
    """What is measured for one owner, carrier and use: quantities by month in the carrier's unit, exact."""

    measured: Months = NOTHING
    estimated: Months = NOTHING

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(
            tuple(a + b for a, b in zip(self.measured, other.measured, strict=True)),
            tuple(a + b for a, b in zip(self.estimated, other.estimated, strict=True)),
        )

    @property
    def total(self) -> Months:
        """Measured and estimated."""
        return tuple(a + b for a, b in zip(self.measured, self.estimated, strict=True))


@dataclass(frozen=True)
class Expected:
    """What the plan knows of meters: units of carriers and resources; flows: owner -> carrier -> uses planned.

    starts: when an owner's year begins, seconds, if not on 1 January.
    """

    carriers: Mapping[str, str]
    flows: Mapping[str, Mapping[str, tuple[str, ...]]]
    starts: Mapping[str, int]


@dataclass(frozen=True)
class Metered:
    """Readings judged. flows: (owner, carrier, use) -> Flow. rows = counted + taken + later: none is lost silently."""

    calendar: Calendar
    flows: Mapping[tuple[str, str, str], Flow]
    problems: tuple[ReadingProblem, ...]
    rows: int
    counted: int
    taken: int
    later: int


class _Meters:
    """The work of `judge_readings`."""

    def __init__(self, read: Readings, when: Calendar, expected: Expected) -> None:
        self.read, self.when, self.expected = read, when, expected
        self.problems: list[ReadingProblem] = []  # of no single row
        self.by_rows: list[tuple[int, str, int, str]] = []
        self.taken = self.later = 0
        self.flows: dict[tuple[str, str, str], Flow] = {}
        self.factors = {
            (u, c): conversion(unit, expected.carriers[carrier])
            for u, unit in enumerate(read.units)
            for c, carrier in enumerate(read.carriers)
        }

    def by_row(self, rule: str, rows: Sequence[int], *, is_taken: bool, quantity: str = "") -> None:
        """A problem for each of these rows; their words are looked up at the end, for all at once."""
        self.by_rows += [(row, rule, int(is_taken), quantity) for row in rows]
        self.taken += len(rows) if is_taken else 0

    def _told(self) -> list[ReadingProblem]:
        """Every problem: rows in their order, then what is about no row."""
        wanted = sorted(self.by_rows)
        words = self.read.told([row for row, *_ in wanted]) if wanted else []
        rows = [
            ReadingProblem(
                rule, told["place"], told["unit_id"], told["carrier"], told["time"], told["value"],
                f"reading_done.{rule}", 1, taken, quantity,
            )
            for (_, rule, taken, quantity), told in zip(wanted, words, strict=True)
        ]  # fmt: skip
        return rows + self.problems

    def judge(self) -> Metered:
        """Judge all rows."""
        read, when = self.read, self.when
        later = np.zeros(len(read), dtype=bool)
        if when.known is not None:
            later = (read.reported != NEVER) & (read.reported > when.known)
        if when.cut < when.end:
            not_over = np.where(read.is_register, read.time > when.cut, read.time >= when.cut)
            later |= not_over & (read.time != NEVER) & (read.time < when.end)
        self.later = int(later.sum())
        left = ~later
        for rule, rows in single_faults(
            read, when, {k: f is not None for k, f in self.factors.items()}
        ).items():
            places = np.flatnonzero(rows & ~later).tolist()
            left &= ~rows
            if places:
                self.by_row(rule, places, is_taken=True)
        self._shifted(np.flatnonzero(left & read.shifted))
        taken_up = np.flatnonzero(left)
        if len(taken_up):
            self._series(taken_up)
        self._missing()
        counted = len(read) - self.taken - self.later
        return Metered(when, self.flows, tuple(self._told()), len(read), counted, self.taken, self.later)

    def _shifted(self, rows: Ints) -> None:
        if len(rows):
            self.by_row("clock_offset", rows.tolist(), is_taken=False)

    def _series(self, places: Ints) -> None:
        read = self.read
        key = read.owner[places].astype(np.int64)
        for column, shift, count in (
            (read.carrier, 0, len(read.carriers)),
            (read.use, 1, len(USES) + 1),  # UNSAID is -1
            (read.unit, 1, len(read.units) + 1),
            (read.meter, 0, len(read.meters)),
            (read.is_register, 0, 2),
        ):
            key *= count
            key += column[places]
            key += shift
        jumps = np.flatnonzero(key[1:] != key[:-1])
        is_in_pieces = (
            len(jumps) < _MOST_SERIES and len({*key[jumps].tolist(), int(key[-1])}) == len(jumps) + 1
        )
        if not is_in_pieces:
            order = np.argsort(key, kind="stable")
            places, key = places[order], key[order]
            jumps = np.flatnonzero(key[1:] != key[:-1])
        for part in np.split(places, jumps + 1):
            time, reported = read.time[part], read.reported[part]
            if not (np.diff(time) > 0).all():
                part = part[np.lexsort((reported, time))]
            self._one(part)

    def _one(self, rows: Ints) -> None:
        """One series: rows sorted by time, then by when they were reported."""
        read, first = self.read, int(rows[0])
        owner, carrier = read.owners[read.owner[first]], read.carriers[read.carrier[first]]
        is_register = bool(read.is_register[first])
        time, value = read.time[rows], read.value[rows]
        again = repeats(time, read.reported[rows], value, is_register=is_register)
        for rule, odd in again.told.items():
            self.by_row(rule, rows[odd].tolist(), is_taken=rule != "clock_back")
        rows, time, value = rows[again.keep], time[again.keep], again.value[again.keep]
        unit = int(read.unit[first])
        factor = Fraction(1) if unit == UNSAID else self.factors[unit, int(read.carrier[first])]
        assert factor is not None  # noqa: S101 - rows of other units were taken out
        if factor != 1:
            self._tell_series(
                "unit_converted",
                owner,
                carrier,
                "",
                f"{read.units[unit]} → {self.expected.carriers[carrier]}",
                len(rows),
            )
        use = self._use(owner, carrier, int(read.use[first]), len(rows))
        start = self.expected.starts.get(owner, 0)
        work = register_series if is_register else interval_series
        sums = work(self.when, start, time, value, self._teller(rows, owner, carrier, factor))
        self.later += sums.later
        unit_of = factor / MICRO
        flow = Flow(*(tuple(unit_of * amount for amount in part) for part in (sums.measured, sums.estimated)))
        found = (owner, carrier, use)
        self.flows[found] = self.flows.get(found, Flow()) + flow

    def _use(self, owner: str, carrier: str, code: int, rows: int) -> str:
        if code != UNSAID:
            return USES[code]
        planned = self.expected.flows.get(owner, {}).get(carrier, ())
        if len(planned) > 1:
            self._tell_series("use_unsaid", owner, carrier, "", ", ".join(planned), rows)
            return "fuel"
        return planned[0] if planned else "fuel"

    def _tell_series(
        self, rule: str, owner: str, carrier: str, time: str, value: str, rows: int, quantity: str = ""
    ) -> None:
        self.problems.append(
            ReadingProblem(rule, "–", owner, carrier, time, value, f"reading_done.{rule}", rows, 0, quantity)
        )

    def _teller(self, rows: Ints, owner: str, carrier: str, factor: Fraction) -> Any:
        def tell(
            rule: str,
            place: int | None,
            at: int,
            value: int,
            count: int = 1,
            taken: int = 0,
            filled: int | None = None,
        ) -> None:
            quantity = "" if filled is None else _decimal(factor * filled / MICRO)
            if place is not None:
                self.by_row(rule, [int(rows[place])], is_taken=bool(taken), quantity=quantity)
                return
            when = self.when
            time = (
                f"{when.text(at)} – {when.text(value)}"
                if rule in {"gap", "late", "bridged"}
                else when.text(at)
            )
            self._tell_series(
                rule, owner, carrier, time, "" if rule != "coarse" else str(value), count, quantity
            )

        return tell

    def _missing(self) -> None:
        """Meters that the plan knows of and no reading is from; carriers that the plan does not know of."""
        for owner, carriers in self.expected.flows.items():
            if self.expected.starts.get(owner, 0) >= self.when.cut:
                continue
            seen = {c for o, c, _ in self.flows if o == owner}
            if not seen:
                self._tell_series("no_readings", owner, "", "", "", 0)
                continue
            for carrier in carriers:
                if carrier not in seen:
                    self._tell_series("no_meter", owner, carrier, "", "", 0)
            for carrier in sorted(seen - set(carriers)):
                self._tell_series("unplanned_carrier", owner, carrier, "", "", 0)


def _decimal(value: Fraction) -> str:
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def judge_readings(read: Readings, when: Calendar, expected: Expected) -> Metered:
    """What the readings say that were known at `when.cut`, exactly (2.5); nothing is dropped without a problem.

    Pure. The order of rows decides nothing but which of two equal readings is called the duplicate.
    """
    return _Meters(read, when, expected).judge()
