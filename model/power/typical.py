"""Typical days of a year of profiles: representative days with tsam, extreme days, whole weights (design §6)."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dualcontrol.model.power.network import Series

HOURS_OF_DAY = 24
Whole = npt.NDArray[np.int64]


def typical_days(year: Series, days: int, extremes: Mapping[str, list[str]] | None = None) -> Series:
    """A year of hourly profiles as `days` representative days plus extreme ones (hierarchical clusters, medoids).

    year: 8,760 hours. extremes: {"max": profiles, "min": profiles} whose day of the highest or lowest mean is added
    and stands for itself. The year is first cut where something comes into service (`service:…`), so that each
    part keeps its length: with more parts than `days`, every part has one day. Within a part days are clustered by the
    profiles that are not made of others, and the weights are those whole numbers near the clusters'
    sizes that bring the year's mean of every profile nearest. Result: hours = 24 x days, weight (days each stands
    for), cycle (day). A year in which nothing varies is one day.
    Errors: ImportError with a remedy when tsam is not installed (extra `power`).
    """
    parts = _parts(year)
    names = [n for n in _own(year) if np.ptp(year.profiles[n]) > 0]
    special = _extreme_days(year, extremes or {})
    found: dict[int, int] = dict.fromkeys(special, 1)
    for members, count in zip(parts, _shares([len(p) for p in parts], days), strict=True):
        rest = np.array([d for d in members if d not in special], dtype=np.int64)
        if len(rest):
            found |= _representatives(year, names, rest, min(count, len(rest)))
    order = np.array(sorted(found), dtype=np.int64)
    weight = np.array([found[int(d)] for d in order], dtype=np.int64)
    return _series_of(year, order, _weights(year, parts, order, weight, special))


def _own(year: Series) -> list[str]:
    """The profiles that are not made of others, sorted: their order must not decide between like days."""
    return [n for n in sorted(year.profiles) if ":" not in n and "@" not in n]


def _daily(year: Series, name: str) -> npt.NDArray[np.float64]:
    return year.profiles[name].reshape(-1, HOURS_OF_DAY)


def _parts(year: Series) -> list[Whole]:
    """The days of each part of the year between two days on which something comes into service."""
    service = [_daily(year, n)[:, 0] for n in sorted(year.profiles) if n.startswith("service:")]
    count = year.hours // HOURS_OF_DAY
    change = np.zeros(count, dtype=bool)
    for one in service:
        change[1:] |= one[1:] != one[:-1]
    return np.split(np.arange(count), np.flatnonzero(change))


def _shares(lengths: list[int], days: int) -> list[int]:
    """Days for each part: at least one, the rest one by one to where each stands for most of the year."""
    shares = [1] * len(lengths)
    for _ in range(days - len(lengths)):
        shares[int(np.argmax(np.array(lengths) / np.array(shares)))] += 1
    return shares


def _extreme_days(year: Series, extremes: Mapping[str, list[str]]) -> list[int]:
    """The day of the highest or lowest mean of each named profile that varies, the first of equals."""
    pick = {"max": np.argmax, "min": np.argmin}
    wanted = [(side, n) for side, names in sorted(extremes.items()) for n in names]
    means = [(side, _daily(year, n).mean(axis=1)) for side, n in wanted if n in year.profiles]
    return sorted({int(pick[side](mean)) for side, mean in means if np.ptp(mean) > 0})


def _representatives(year: Series, names: list[str], members: Whole, count: int) -> dict[int, int]:
    """The days among `members` nearest to the mean of each cluster, with the cluster's size."""
    profile = np.stack([_daily(year, n)[members] for n in names], axis=1) if names else None
    if profile is None or np.ptp(profile, axis=0).max() == 0:
        return {int(members[0]): len(members)}
    try:
        import tsam
    except ImportError as error:
        raise ImportError("typical days need the package tsam: pip install 'dualcontrol[power]'") from error
    varying = [k for k in range(len(names)) if np.ptp(profile[:, k]) > 0]
    frame = pd.DataFrame(
        {names[k]: profile[:, k].reshape(-1) for k in varying},
        index=pd.date_range("2021-01-01", periods=len(members) * HOURS_OF_DAY, freq="h"),
    )
    assignment = np.zeros(len(members), dtype=np.int64)
    if count > 1:
        assignment = np.asarray(
            tsam.aggregate(
                frame,
                n_clusters=count,
                period_duration=HOURS_OF_DAY,
                preserve_column_means=False,
                cluster=tsam.ClusterConfig(method="hierarchical", representation="medoid"),
            ).cluster_assignments
        )
    found = {}
    for cluster in np.unique(assignment):
        mine = np.flatnonzero(assignment == cluster)
        block = profile[mine].reshape(len(mine), -1)
        found[int(members[mine[np.argmin(((block - block.mean(axis=0)) ** 2).sum(axis=1))]])] = len(mine)
    return found


def _weights(year: Series, parts: list[Whole], days: Whole, size: Whole, special: list[int]) -> Whole:
    """Whole numbers of days that each stands for: a part's add up to its length, means are as near as they can be.

    Minimises the sum over profiles of the error of the mean, relative to the mean (and a little the distance to the
    clusters' sizes, so that the answer is one); no weight leaves half to twice its cluster's size.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    names = [n for n in sorted(year.profiles) if not n.startswith("service:")]
    names = [n for n in names if year.profiles[n].mean() > 0 and np.ptp(_daily(year, n).mean(axis=1)) > 0]
    free = np.array([int(d) not in special for d in days])
    if not names or not free.any():
        return size
    mean = np.array([_daily(year, n).mean() for n in names])
    table = np.array([_daily(year, n)[days].mean(axis=1) for n in names])
    table /= mean[:, None] * (year.hours // HOURS_OF_DAY)
    n, k = len(days), len(names)
    heavy = np.array(
        [1.0 if "@" not in name and ":" not in name else 0.2 for name in names]
    )  # what others are made of
    cost = np.concatenate([np.zeros(n), heavy, heavy, np.full(2 * n, 1e-4 / n)])
    low = np.where(free, np.maximum(1, np.ceil(size / 2)), 1)
    high = np.where(free, 2 * size, 1)
    rest = np.zeros(2 * k + 2 * n)
    length = np.array([[np.isin(d, part) for d in days] for part in parts], dtype=float)
    none = np.zeros
    rows = np.block(
        [
            [table, np.eye(k), -np.eye(k), none((k, 2 * n))],
            [np.eye(n), none((n, 2 * k)), np.eye(n), -np.eye(n)],
            [length, none((len(parts), 2 * k + 2 * n))],
        ]
    )
    right = np.concatenate([np.ones(k), size, [len(part) for part in parts]])
    found = milp(
        cost,
        constraints=LinearConstraint(rows, right, right),
        bounds=Bounds(np.concatenate([low, rest]), np.concatenate([high, rest + np.inf])),
        integrality=np.concatenate([np.ones(n), rest]),
        options={"mip_rel_gap": 1e-3, "node_limit": 2000},
    )
    return size if found.x is None else np.round(found.x[:n]).astype(np.int64)


def _series_of(year: Series, days: Whole, weight: Whole) -> Series:
    """The chosen days of the year with the number of days each stands for."""
    return Series(
        hours=len(days) * HOURS_OF_DAY,
        profiles={n: v.reshape(-1, HOURS_OF_DAY)[days].ravel() for n, v in year.profiles.items()},
        weight=np.repeat(weight.astype(np.float64), HOURS_OF_DAY),
        cycle=np.repeat(np.arange(len(days)), HOURS_OF_DAY),
        hour_of_year=(days[:, None] * HOURS_OF_DAY + np.arange(HOURS_OF_DAY)).ravel(),
    )
