"""Typical days of a year of profiles with tsam: representative days, their weights, and extreme days (design §6)."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from dualcontrol.model.power.network import Series

HOURS_OF_DAY = 24


def typical_days(year: Series, days: int, extremes: dict[str, list[str]] | None = None) -> Series:
    """A year of hourly profiles as `days` representative days plus extreme ones (hierarchical clusters, medoids).

    year: 8,760 hours. extremes: {"max": profiles, "min": profiles} whose day of the highest or lowest mean is added
    and stands for itself. Profiles made of others (`service:…`, `…@month`) are left out of
    the clustering but keep their values of the chosen days. Result: hours = 24 x days,
    weight (days each stands for), cycle (day). A year in which nothing varies is one day.
    Errors: ImportError with a remedy when tsam is not installed (extra `power`).
    """
    try:
        import tsam
    except ImportError as error:
        raise ImportError("typical days need the package tsam: pip install 'dualcontrol[power]'") from error
    names = [n for n in _own(year) if np.ptp(year.profiles[n]) > 0]
    if not names:
        return _series_of(year, np.zeros(year.hours // HOURS_OF_DAY, dtype=np.int64))
    frame = pd.DataFrame(
        {name: year.profiles[name] for name in names},
        index=pd.date_range("2021-01-01", periods=year.hours, freq="h"),
    )
    wanted = extremes or {}
    result = tsam.aggregate(
        frame,
        n_clusters=days,
        period_duration=HOURS_OF_DAY,
        preserve_column_means=False,
        cluster=tsam.ClusterConfig(method="hierarchical", representation="medoid"),
        extremes=tsam.ExtremeConfig(
            method="append", max_period=wanted.get("max", []), min_period=wanted.get("min", [])
        )
        if wanted
        else None,
    )
    return _series_of(year, np.asarray(result.cluster_assignments))


def _own(year: Series) -> list[str]:
    """The profiles that are not made of others, sorted: their order must not decide between like days."""
    return [n for n in sorted(year.profiles) if ":" not in n and "@" not in n]


def _series_of(year: Series, assignment: npt.NDArray[np.int64]) -> Series:
    """The chosen days of the year with the number of days each stands for."""
    profile = np.stack([year.profiles[n].reshape(-1, HOURS_OF_DAY) for n in _own(year)], axis=1)
    chosen, weight = [], []
    for cluster in np.unique(assignment):
        members = np.flatnonzero(assignment == cluster)
        block = profile[members].reshape(len(members), -1)
        chosen.append(int(members[np.argmin(((block - block.mean(axis=0)) ** 2).sum(axis=1))]))
        weight.append(len(members))
    order = np.argsort(chosen)
    days = np.array(chosen)[order]
    return Series(
        hours=len(days) * HOURS_OF_DAY,
        profiles={n: v.reshape(-1, HOURS_OF_DAY)[days].ravel() for n, v in year.profiles.items()},
        weight=np.repeat(np.array(weight, dtype=np.float64)[order], HOURS_OF_DAY),
        cycle=np.repeat(np.arange(len(days)), HOURS_OF_DAY),
        hour_of_year=(days[:, None] * HOURS_OF_DAY + np.arange(HOURS_OF_DAY)).ravel(),
    )
