"""Several readings of one meter for one time: duplicates, late corrections, conflicts, a clock that was set back (2.5).

The rows of a series are sorted by time, then by when they were reported, then by place.
"""

from dataclasses import dataclass

import numpy as np

from dualcontrol.model.tracking_readings import NEVER, Bools, Ints

HOUR = 3600
OFTEN = 4  # an hour that is there twice is told from single conflicts by being complete


@dataclass(frozen=True)
class Repeats:
    """What to do with rows that are not alone: keep (a mask), value (of the kept rows), and the rules by row.

    told: rule -> places of rows that are told under it; all but `clock_back` are rows that do not count.
    """

    keep: Bools
    value: Ints
    told: dict[str, list[int]]


def repeats(time: Ints, reported: Ints, value: Ints, *, is_register: bool) -> Repeats:
    """Judge the repeated times of one series. A later `reported` wins; equal values are duplicates.

    Of two different values none of which was reported later, the larger counts (conflict); but an interval meter all
    of whose conflicts of a day are one whole hour had its clock set back: both are true, and they are added.
    """
    n = len(time)
    keep = np.ones(n, dtype=bool)
    told: dict[str, list[int]] = {}
    same = np.flatnonzero(time[1:] == time[:-1]) + 1
    if not len(same):
        return Repeats(keep, value, told)
    value = value.copy()
    starts = np.unique(np.searchsorted(time, time[same], side="left"))
    ends = np.searchsorted(time, time[starts], side="right")
    disputed: list[tuple[int, int, int]] = []  # kept place, other place, time
    for first, end in zip(starts.tolist(), ends.tolist(), strict=True):
        last = end - 1
        for place in range(first, last):
            keep[place] = False
            if value[place] == value[last]:
                told.setdefault("duplicate", []).append(place)
            elif reported[place] < reported[last] and reported[last] != NEVER:
                told.setdefault("corrected", []).append(place)
            else:
                disputed.append((last, place, int(time[last])))
    hours = set() if is_register else _hours_set_back(disputed, np.unique(time))
    larger: dict[int, int] = {}  # last row of a time -> the row that counts
    for last, place, at in disputed:
        if at // HOUR in hours:
            value[last] += value[place]
            told.setdefault("clock_back", []).append(place)
            continue
        kept = larger.get(last, last)
        loser = place if value[place] <= value[kept] else kept
        if loser == kept:
            keep[kept], keep[place], larger[last] = False, True, place
        told.setdefault("conflict", []).append(loser)  # the row that does not count is the one that is named
    return Repeats(keep, value, told)


def _hours_set_back(disputed: list[tuple[int, int, int]], times: Ints) -> set[int]:
    """Hours (since the year began) whose every interval is there twice while no neighbour is."""
    by_hour: dict[int, list[int]] = {}
    for _, _, at in disputed:
        by_hour.setdefault(at // HOUR, []).append(at)
    found = set()
    for hour, stamps in by_hour.items():
        inside = times[(times >= hour * HOUR) & (times < (hour + 1) * HOUR)]
        is_whole = sorted(stamps) == inside.tolist() and len(inside) >= OFTEN
        if is_whole and hour - 1 not in by_hour and hour + 1 not in by_hour:
            found.add(hour)
    return found
