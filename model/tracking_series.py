"""One meter's year: what it measured by month, what was estimated where it did not, and what was odd (2.5).

A gap is filled with the meter's mean rate in the same month if at least half of the month was measured, else in all it
measured; it is told, and counted apart as estimated. A register that runs on over a gap tells the true sum of it:
only its division between months is by time. Everything is in whole millionths and whole seconds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from dualcontrol.model.tracking_readings import DAY, MICRO, Bools, Calendar, Ints

IMPLAUSIBLE = 50  # times the median of what the meter measures in an interval
FEWEST = 3  # intervals from which a median means something
ROLLOVER = 3  # times the fastest rate of the register that a passing of its last digit may be
_MONTH = 28 * DAY

Tell = Callable[..., None]  # rule, place in the series or None, seconds, value, rows, taken, quantity


@dataclass
class MonthSums:
    """Millionths by month: measured and estimated; later, dropped: rows not known yet, rows that do not count."""

    measured: list[int] = field(default_factory=lambda: [0] * 12)
    estimated: list[int] = field(default_factory=lambda: [0] * 12)
    later: int = 0
    dropped: int = 0


def month_parts(when: Calendar, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The months between two times and the seconds of each."""
    for month in range(12):
        seconds = min(end, when.months[month + 1]) - max(begin, when.months[month])
        if seconds > 0:
            yield month, seconds


def spread(when: Calendar, begin: int, end: int, amount: int) -> Iterator[tuple[int, int]]:
    """An amount by month in proportion to the seconds, summing to it exactly."""
    parts = list(month_parts(when, begin, end))
    total, done, given = sum(seconds for _, seconds in parts), 0, 0
    for month, seconds in parts:
        done += seconds
        share = amount * done // total - given
        given += share
        yield month, share


def _most_common(steps: Ints) -> int:
    values, counts = np.unique(steps, return_counts=True)
    return int(values[np.argmax(counts)])


def _fill(sums: MonthSums, when: Calendar, covered: list[int], begin: int, end: int) -> int:
    """Estimate the time between; covered: measured seconds by month. The amount, millionths."""
    total, everything, filled = sum(covered), sum(sums.measured), 0
    if not total:
        return 0
    for month, seconds in month_parts(when, begin, end):
        length = when.months[month + 1] - when.months[month]
        if 2 * covered[month] >= length:
            share = sums.measured[month] * seconds // covered[month]
        else:
            share = everything * seconds // total
        sums.estimated[month] += share
        filled += share
    return filled


def interval_series(when: Calendar, start: int, time: Ints, value: Ints, tell: Tell) -> MonthSums:
    """Quantities of intervals that begin at `time` (sorted, no two alike). start: when the owner's year begins."""
    starts = np.array(when.months[:12])
    if bool(np.isin(time, starts).all()) and (len(time) == 1 or int(np.diff(time).min()) >= _MONTH):
        return _monthly(when, start, time, value, tell)
    return _stepped(when, start, time, value, tell)


def _plausible(time: Ints, value: Ints, tell: Tell, sums: MonthSums) -> Bools:
    """Rows whose value is no many times what the meter measures."""
    positive = value[value > 0]
    if len(positive) < FEWEST:
        return np.ones(len(value), dtype=bool)
    most = IMPLAUSIBLE * float(np.median(positive))
    bad = value > most
    for place in np.flatnonzero(bad).tolist():
        tell("implausible", place, int(time[place]), int(value[place]), 1, 1)
        sums.dropped += 1
    return ~bad


def _monthly(when: Calendar, start: int, time: Ints, value: Ints, tell: Tell) -> MonthSums:
    sums = MonthSums()
    at = when.month_of(time)
    step = _most_common(np.diff(at)) if len(at) > 1 else 1
    fine = _plausible(time, value, tell, sums)
    covered = [0] * 12
    gaps: list[tuple[int, int]] = []
    reached = start
    for place in np.flatnonzero(fine).tolist():
        first = int(at[place])
        end = when.months[min(12, first + step)]
        if end > when.cut:
            sums.later += 1
            continue
        if int(time[place]) > reached:
            gaps.append((reached, int(time[place])))
        for month, share in spread(when, int(time[place]), end, int(value[place])):
            sums.measured[month] += share
        for month, seconds in month_parts(when, int(time[place]), end):
            covered[month] += seconds
        reached = max(reached, end)
    if step > 1:
        tell("coarse", None, int(time[0]), step, len(time), 0)
    for begin, end in gaps:
        missing = sum(1 for _ in month_parts(when, begin, end))
        filled = _fill(sums, when, covered, begin, end)
        tell("gap", None, begin, end, -(-missing // step), 0, filled)
    _tail(when, sums, covered, reached, _tail_end(when, reached, step), tell)
    return sums


def _tail_end(when: Calendar, reached: int, step: int) -> int:
    """The end of the interval after `reached`, which is late if it is over."""
    ahead = [m for m in when.months if m > reached]
    return ahead[min(step, len(ahead)) - 1] if ahead else when.end + 1


def _tail(when: Calendar, sums: MonthSums, covered: list[int], reached: int, due: int, tell: Tell) -> None:
    """What is known to be used but not measured yet at the end: estimated, and late where an interval is over."""
    if reached >= when.cut:
        return
    filled = _fill(sums, when, covered, reached, when.cut)
    if due <= when.cut:
        tell("late", None, reached, when.cut, 1, 0, filled)


def _stepped(when: Calendar, start: int, time: Ints, value: Ints, tell: Tell) -> MonthSums:
    sums = MonthSums()
    step = _most_common(np.diff(time)) if len(time) > 1 else DAY
    phase = _most_common(time % step)
    known = time + step <= when.cut + step // 2
    sums.later = int((~known).sum())
    time, value = time[known], value[known]
    if not len(time):
        return sums
    slot = (time - phase + step // 2) // step
    off = slot * step + phase != time
    occupied = np.zeros(len(time), dtype=bool)
    if off.any():
        held = set(slot[~off].tolist())
        for place in np.flatnonzero(off).tolist():
            mine = int(slot[place])
            occupied[place] = mine in held
            held.add(mine)
            tell("off_grid", place, int(time[place]), int(value[place]), 1, int(occupied[place]))
        sums.dropped += int(occupied.sum())
    fine = ~occupied
    fine[fine] = _plausible(time[fine], value[fine], _at(tell, np.flatnonzero(fine)), sums)
    slot, value = slot[fine], value[fine]
    begins = np.maximum(slot * step + phase, 0)
    covered = _sum_by_month(when, sums, begins, value, step)
    first, last = -((phase - start) // step), (when.cut - phase) // step  # slots [first, last) are over
    edges = np.concatenate(([first - 1], slot, [max(last, int(slot[-1]) + 1)]))
    for place in np.flatnonzero(np.diff(edges) > 1).tolist():
        begin, end = (int(edges[place]) + 1) * step + phase, int(edges[place + 1]) * step + phase
        missing = (end - begin) // step
        filled = _fill(sums, when, covered, max(begin, start), min(end, when.cut))
        tell("late" if place == len(edges) - 2 else "gap", None, begin, end, missing, 0, filled)
    over = (max(last, int(slot[-1]) + 1)) * step + phase
    if over < when.cut:  # the interval that is not over yet
        _fill(sums, when, covered, over, when.cut)
    return sums


def _at(tell: Tell, places: Ints) -> Tell:
    """Tell about the places of a part of the series."""
    return lambda rule, place, *more: tell(rule, None if place is None else int(places[place]), *more)


def _sum_by_month(when: Calendar, sums: MonthSums, begins: Ints, value: Ints, step: int) -> list[int]:
    """Add the values of intervals to the months in which they begin; the seconds that they cover by month."""
    edges = np.searchsorted(begins, np.array(when.months))
    covered = [0] * 12
    for month in range(12):
        part = value[edges[month] : edges[month + 1]]
        sums.measured[month] += int(part.sum())
        covered[month] += step * len(part)
    return covered


def register_series(when: Calendar, start: int, time: Ints, value: Ints, tell: Tell) -> MonthSums:
    """States of a register (sorted, no two of one time): what it counted between them."""
    sums = MonthSums()
    places = np.arange(len(time))
    if len(value) > 2:
        before, state, after = value[:-2], value[1:-1], value[2:]
        odd = np.concatenate(([False], (before <= after) & ((state < before) | (state > after)), [False]))
        for place in np.flatnonzero(odd).tolist():
            tell("outlier", place, int(time[place]), int(value[place]), 1, 1)
        sums.dropped = int(odd.sum())
        time, value, places = time[~odd], value[~odd], places[~odd]
    if len(time) < 2:
        tell("single_register", 0, int(time[0]), int(value[0]), 1, 0)
        return sums
    use, seconds = np.diff(value), np.diff(time)
    fastest = float((np.maximum(use, 0) / seconds).max())
    for place in np.flatnonzero(use < 0).tolist():
        use[place], rule = _fallen(int(value[place]), int(value[place + 1]), int(seconds[place]), fastest)
        tell(rule, int(places[place + 1]), int(time[place + 1]), int(value[place + 1]), 1, 0, int(use[place]))
    fine = _steady(use, seconds)
    for place in np.flatnonzero(~fine).tolist():
        tell("jump", int(places[place + 1]), int(time[place + 1]), int(value[place + 1]), 1, 0)
    covered = _between(when, sums, time, use, fine)
    step = _most_common(seconds)
    for place in np.flatnonzero(fine & (2 * seconds > 3 * step)).tolist():
        missing = round(int(seconds[place]) / step) - 1
        tell("bridged", None, int(time[place]), int(time[place + 1]), missing, 0, int(use[place]))
    for place in np.flatnonzero(~fine).tolist():
        _fill(sums, when, covered, int(time[place]), int(time[place + 1]))
    if time[0] > start:
        filled = _fill(sums, when, covered, start, int(time[0]))
        tell("gap", None, start, int(time[0]), max(1, (int(time[0]) - start) // step), 0, filled)
    reached = int(time[-1])
    _tail(when, sums, covered, reached, reached + step, tell)
    return sums


def _fallen(before: int, after: int, seconds: int, fastest: float) -> tuple[int, str]:
    """What a register counted that stands lower than before: it passed its last digit, or began anew at nothing."""
    digits = MICRO
    while digits <= before:
        digits *= 10
    passed = digits - before + after
    if passed <= ROLLOVER * fastest * seconds:
        return passed, "rollover"
    return after, "reset"


def _steady(use: Ints, seconds: Ints) -> Bools:
    """Whether the register ran at a rate that is not many times its median."""
    rate = use / seconds
    positive = rate[rate > 0]
    if len(positive) < FEWEST:
        return np.ones(len(use), dtype=bool)
    fine: Bools = rate <= IMPLAUSIBLE * float(np.median(positive))
    return fine


def _between(when: Calendar, sums: MonthSums, time: Ints, use: Ints, fine: Bools) -> list[int]:
    """Add what was counted between readings to its months, by time where a month ends between; the seconds covered."""
    covered = [0] * 12
    begin, end = when.month_of(time[:-1]), when.month_of(time[1:] - 1)
    inside = (begin == end) & fine
    seconds = np.diff(time)
    for month in range(12):
        mine = inside & (begin == month)
        sums.measured[month] += int(use[mine].sum())
        covered[month] += int(seconds[mine].sum())
    for place in np.flatnonzero((begin != end) & fine).tolist():
        for month, share in spread(when, int(time[place]), int(time[place + 1]), int(use[place])):
            sums.measured[month] += share
        for month, part in month_parts(when, int(time[place]), int(time[place + 1])):
            covered[month] += part
    return covered
