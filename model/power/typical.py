"""Typical days of a year of profiles: representative days with tsam, extreme days, whole weights (design §6)."""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dualcontrol.model.power.network import Series

HOURS_OF_DAY = 24
MOST = 60  # typical days
SINGLE, ALL = (
    0.10,
    0.03,
)  # most that days may miss of the mean of one load profile; of all loads, of all renewables
GOOD = 0.02  # days nearest to the middles of their clusters that miss no mean by more may stand for them
NEAR = 0.005  # days and weights that miss no mean by more need no better choice
CANDIDATES = 128  # days that may stand for their clusters, of all clusters together
FEWEST = 4  # of each cluster at least
LARGEST = 3.0  # what the largest error of a mean counts beside the sum of all
NODES = 100  # of the search for them: an even better choice is not worth more
Whole = npt.NDArray[np.int64]


def typical_days(
    year: Series, days: int, extremes: Mapping[str, list[str]] | None = None, cuts: Iterable[str] = ()
) -> Series:
    """A year of hourly profiles as `days` representative days plus extreme ones (hierarchical clusters, medoids).

    year: 8,760 hours. extremes: {"max": profiles, "min": profiles} whose day of the highest or lowest mean is added
    and stands for itself. The year is first cut where something comes into service (`service:…`; `cuts`: loads
    `…@month` that are to be seen too), so that each part keeps its length: with more parts than `days`, every part has
    one day. Within a part days are clustered by the
    profiles that are not made of others, and the weights are those whole numbers near the clusters'
    sizes that bring the year's mean of every profile nearest. Result: hours = 24 x days, weight (days each stands
    for), cycle (day). A year in which nothing varies is one day.
    Errors: ImportError with a remedy when tsam is not installed (extra `power`).
    """
    parts = _parts(year, cuts)
    names = [n for n in _own(year) if np.ptp(year.profiles[n]) > 0]
    special = _extreme_days(year, extremes or {})
    clusters: list[Whole] = []
    for members, count in zip(parts, _shares([len(p) for p in parts], days), strict=True):
        rest = np.array([d for d in members if d not in special], dtype=np.int64)
        if len(rest):
            clusters += _clusters(year, names, rest, min(count, len(rest)))
    found = _chosen(year, parts, clusters, special, 1)
    if max(map(abs, missed(year, _with_weights(year, found)).values()), default=0.0) > GOOD and clusters:
        found = _chosen(year, parts, clusters, special, max(FEWEST, CANDIDATES // len(clusters)))
    return _with_weights(year, found)


def representative_days(
    year: Series, days: int, loads: Iterable[str], extremes: Mapping[str, list[str]] | None = None
) -> Series:
    """Typical days that have the year's mean of each of the profiles `loads` within SINGLE.

    The year is cut where a load sets in that would be missed; more days than asked for where so few cannot.
    Errors: ValueError naming the profile where even MOST days miss it.
    """
    loads, worst = sorted(set(loads)), ("", 0.0)
    cuts: set[str] = set()
    for count in (days, *(n for n in range(days + 2, MOST + 1, max(2, days // 4)))):
        found = typical_days(year, count, extremes, cuts)
        misses = missed(year, found)
        worst = max(((n, misses.get(n, 0.0)) for n in loads), key=lambda one: abs(one[1]), default=worst)
        if abs(worst[1]) <= SINGLE:
            return found
        cuts |= {n for n in loads if "@" in n and abs(misses.get(n, 0.0)) > SINGLE}
    raise ValueError(
        f"typical days miss the year's mean of {worst[0]} by {worst[1]:.0%}: take the whole year (--year)"
    )


def missed(year: Series, days: Series) -> dict[str, float]:
    """By how much the weighted mean of each profile over `days` misses the year's, as a share of the year's mean."""
    weight = np.ones(days.hours) if days.weight is None else days.weight
    return {
        name: float(days.profiles[name] @ weight / weight.sum() / mean - 1.0)
        for name, values in sorted(year.profiles.items())
        if (mean := float(values.mean())) > 0
    }


def _own(year: Series) -> list[str]:
    """The profiles that are not made of others, sorted: their order must not decide between like days."""
    return [n for n in sorted(year.profiles) if ":" not in n and "@" not in n]


def _daily(year: Series, name: str) -> npt.NDArray[np.float64]:
    return year.profiles[name].reshape(-1, HOURS_OF_DAY)


def _parts(year: Series, cuts: Iterable[str]) -> list[Whole]:
    """The days of each part of the year between two days on which something comes into service."""
    service = [_daily(year, n)[:, 0] > 0 for n in sorted(year.profiles) if n.startswith("service:")]
    service += [np.cumsum(_daily(year, n).any(axis=1)) > 0 for n in cuts]
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


def _clusters(year: Series, names: list[str], members: Whole, count: int) -> list[Whole]:
    """`members` in `count` clusters of days alike, each with the day nearest to its mean first, then the next."""
    profile = np.stack([_daily(year, n)[members] for n in names], axis=1) if names else None
    if profile is None or np.ptp(profile, axis=0).max() == 0:
        return [members]
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
    found = []
    for cluster in np.unique(assignment):
        mine = np.flatnonzero(assignment == cluster)
        block = profile[mine].reshape(len(mine), -1)
        distance = ((block - block.mean(axis=0)) ** 2).sum(axis=1)
        found.append(members[mine[np.argsort(distance, kind="stable")]])
    return found


def _chosen(
    year: Series, parts: list[Whole], clusters: list[Whole], special: list[int], candidates: int
) -> dict[int, int]:
    """A day of each cluster and a whole number of days it stands for: a part's add up, means are as near as can be.

    Minimises the sum over profiles of the error of the mean, relative to the mean, and the largest of them (and a
    little the distance to the middle and the size of the clusters, so that the answer is one). No weight leaves half
    to twice its cluster's size; a cluster is stood for by one of the `candidates` days nearest to its
    middle. Extreme days stand for themselves.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    plain = dict.fromkeys(special, 1) | {int(c[0]): len(c) for c in clusters}
    names = [n for n in sorted(year.profiles) if not n.startswith("service:")]
    names = [n for n in names if year.profiles[n].mean() > 0 and np.ptp(_daily(year, n).mean(axis=1)) > 0]
    if not names or not clusters:
        return plain
    nearest = [c[:candidates] for c in clusters]
    day = np.concatenate(nearest)
    cluster = np.repeat(np.arange(len(clusters)), [len(c) for c in nearest])
    rank = np.concatenate([np.arange(len(c)) for c in nearest])
    size = np.array([len(c) for c in clusters], dtype=np.float64)[cluster]
    scale = np.array([_daily(year, n).mean() for n in names])[:, None] * (year.hours // HOURS_OF_DAY)
    table = np.array([_daily(year, n).mean(axis=1) for n in names]) / scale
    of_plain = table[:, list(plain)] @ np.array(list(plain.values()))
    if np.abs(of_plain - 1.0).max() <= NEAR:
        return plain
    heavy = np.array(
        [1.0 if "@" not in n and ":" not in n else 0.2 for n in names]
    )  # what others are made of
    n, k, c = len(day), len(names), len(clusters)
    # columns: weight and choice of each candidate, error over and under of each profile, the largest error, distance to
    # the size of each cluster, over and under
    cost = np.concatenate([np.zeros(n), 1e-5 * rank, heavy, heavy, [LARGEST], np.full(2 * c, 1e-4 / c)])
    eye, none = np.eye, np.zeros
    of_cluster = (cluster == np.arange(c)[:, None]).astype(float)
    of_part = np.array([np.isin(day, part) for part in parts], dtype=float)
    days_of_part = np.array([len(part) - np.isin(special, part).sum() for part in parts])
    rows = np.block(
        [
            [table[:, day], none((k, n)), eye(k), -eye(k), none((k, 1 + 2 * c))],
            [none((k, 2 * n)), eye(k), eye(k), -np.ones((k, 1)), none((k, 2 * c))],
            [of_cluster, none((c, n + 2 * k + 1)), eye(c), -eye(c)],
            [none((c, n)), of_cluster, none((c, 2 * k + 1 + 2 * c))],
            [of_part, none((len(parts), n + 2 * k + 1 + 2 * c))],
            [eye(n), -np.diag(2 * size), none((n, 2 * k + 1 + 2 * c))],
            [eye(n), -np.diag(np.maximum(1, np.ceil(size / 2))), none((n, 2 * k + 1 + 2 * c))],
        ]
    )
    rest = 1.0 - table[:, special].sum(axis=1)
    sizes = [len(one) for one in clusters]
    low = np.concatenate(
        [rest, np.full(k, -np.inf), sizes, np.ones(c), days_of_part, np.full(n, -np.inf), none(n)]
    )
    high = np.concatenate([rest, none(k), sizes, np.ones(c), days_of_part, none(n), np.full(n, np.inf)])
    whole = np.concatenate([np.ones(2 * n), none(len(cost) - 2 * n)])
    found = milp(
        cost,
        constraints=LinearConstraint(rows, low, high),
        bounds=Bounds(
            0, np.where(np.arange(len(cost)) < n, np.inf, np.where(np.arange(len(cost)) < 2 * n, 1, np.inf))
        ),
        integrality=whole,
        options={"mip_rel_gap": 0.1, "node_limit": NODES},
    )
    if found.x is None:
        return plain
    weight = np.round(found.x[:n]).astype(np.int64)
    return dict.fromkeys(special, 1) | {int(day[i]): int(weight[i]) for i in np.flatnonzero(weight)}


def _with_weights(year: Series, found: Mapping[int, int]) -> Series:
    """The days of the year with the number of days each stands for."""
    days = np.array(sorted(found), dtype=np.int64)
    weight = np.array([found[int(day)] for day in days], dtype=np.int64)
    return Series(
        hours=len(days) * HOURS_OF_DAY,
        profiles={n: v.reshape(-1, HOURS_OF_DAY)[days].ravel() for n, v in year.profiles.items()},
        weight=np.repeat(weight.astype(np.float64), HOURS_OF_DAY),
        cycle=np.repeat(np.arange(len(days)), HOURS_OF_DAY),
        hour_of_year=(days[:, None] * HOURS_OF_DAY + np.arange(HOURS_OF_DAY)).ravel(),
    )
