"""The yearly plan and the hours of its network as one program (design §5–7)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.power.hour import LINKS, SCOPES, build_hour, profile_names
from dualcontrol.model.power.inputs import HOURS
from dualcontrol.model.power.network import Network, Series
from dualcontrol.model.power.typical import MOST, missed, representative_days
from dualcontrol.solvers.compile import Arrays, Label
from dualcontrol.solvers.join import join
from dualcontrol.solvers.stamp import Layout, compile_hour, stamp
from dualcontrol.solvers.totals import with_total_row

SHARED = {"built": "built", "mean_load": "mean_load"}
TotalTerms = dict[str, dict[Label, float]]


@dataclass(frozen=True)
class Hours:
    """The stamped hours of a case: arrays and where everything is; `series` says which hours they are."""

    arrays: Arrays
    layout: Layout
    series: Series


@dataclass(frozen=True)
class DaysAsked:
    """All that typical days are made of: `representative_days` is a function of these and of nothing else."""

    year: Series
    count: int
    loads: frozenset[str]
    extremes: Mapping[str, list[str]] | None

    def series(self) -> Series:
        """The typical days, found anew."""
        return representative_days(self.year, self.count, self.loads, self.extremes)

    def is_same(self, other: "DaysAsked") -> bool:
        """Whether the other asks for the same days of the same year, to the last bit."""
        asked = (self.count, self.loads, self.extremes) == (other.count, other.loads, other.extremes)
        return asked and same_series(self.year, other.year)


def same_series(one: Series, other: Series) -> bool:
    """Whether two series are the same hours with the same profiles, to the last bit."""
    if one is other:
        return True
    if one.hours != other.hours or one.profiles.keys() != other.profiles.keys():
        return False
    pairs: list[tuple[Any, Any]] = [(v, other.profiles[n]) for n, v in one.profiles.items()]
    pairs += [(one.weight, other.weight), (one.cycle, other.cycle), (one.hour_of_year, other.hour_of_year)]
    return all(v is w or (v is not None and w is not None and np.array_equal(v, w)) for v, w in pairs)


class KeptHours:
    """Typical days and stamped hours, kept from one case to the next.

    Nobody says which settings and tables they depend on: what they are made of (profiles, the network's elements) is
    made anew for each case and compared with what the kept ones were made of.
    """

    def __init__(self, most: int = 2) -> None:
        """most: how many of each are kept."""
        self._most = most
        self._days: list[tuple[DaysAsked, Series]] = []
        self._hours: list[tuple[Network, Series, Hours]] = []

    def drafted(self, case: Case) -> Series:
        """`drafted_series`, found once for a year."""
        asked = days_asked(case)
        for known, series in self._days:
            if asked.is_same(known):
                return series
        series = asked.series()
        self._days = [(asked, series), *self._days[: self._most - 1]]
        return series

    def hours(self, case: Case, series: Series) -> Hours:
        """`hours_of`, stamped once for a network and its series."""
        network = case.network.network
        for known, of, hours in self._hours:
            if known == network and same_series(of, series):
                return hours
        hours = hours_of(case, series)
        self._hours = [(network, series, hours), *self._hours[: self._most - 1]]
        return hours


def hours_of(case: Case, series: Series) -> Hours:
    """The network of a case stamped over `series`. Costs in 万元, weighted. ValueError without a network."""
    if case.power is None:
        raise ValueError("the scenario has no power folder")
    return _stamped(case.power.network, series)


def _stamped(network: Network, series: Series) -> Hours:
    hour = compile_hour(build_hour(network), scopes=SCOPES, links=LINKS)
    arrays, layout = stamp(
        hour,
        series.hours,
        {"profile": {name: series.profiles[name] for name in profile_names(network)}},
        previous=series.previous(),
        scopes={
            "cycle": series.cycle if series.cycle is not None else np.zeros(series.hours, dtype=np.int64)
        },
        weight=series.weight,
    )
    return Hours(arrays, layout, series)


def drafted_series(case: Case) -> Series:
    """Typical days of the scenario's `[time]`; extreme days are those of peak load and of least sun and wind."""
    return days_asked(case).series()


def days_asked(case: Case) -> DaysAsked:
    """What `drafted_series` asks for. ValueError without a network."""
    power, time = case.network, case.accounts.scenario.settings.time
    year = power.year()
    loads = frozenset(
        p for x in power.network.loads for p in (x.profile, x.flexible_profile) if p is not None
    )
    count = min(MOST, time.typical_days + case.more_days)
    if not time.extreme_days:
        return DaysAsked(year, count, loads, None)
    kinds = case.accounts.scenario.table("power/profile_names").set_index("profile_id")["kind"]
    varying = [p for p in kinds.index if np.ptp(year.profiles[p]) > 0]
    extremes = {
        "max": [p for p in varying if kinds[p] == "load"][:2],
        "min": [p for p in varying if kinds[p] == "output"][:2],
    }
    return DaysAsked(year, count, loads, extremes)


def missed_of_the_year(case: Case, outcome: Outcome) -> dict[str, float]:
    """What a plan's typical days miss of the year, as a share of it; empty for a full year.

    `load`: of the electricity drawn; `renewable`: of what renewables could make.
    """
    dispatch = outcome.dispatch
    if dispatch is None or dispatch.series.weight is None:
        return {}
    power = case.network
    year, series = power.year(), dispatch.series
    misses = missed(year, series)
    uses = {**outcome.unit_use, **outcome.project_use, **outcome.society_use}
    drawn: dict[str, float] = {}
    for owner, column in power.load_of.items():
        use = float(uses[owner].electricity_mwh - uses[owner].self_pv_mwh)
        drawn[column] = drawn.get(column, 0.0) + use
    short, whole = 0.0, 0.0
    for load in power.network.loads:
        mwh = drawn.get(str(load.column), load.mw * HOURS)
        part = load.flexible_share
        whole += mwh
        short += mwh * (1.0 - part) * (misses[load.profile] if load.profile else 0.0)
        short += mwh * part * (misses[load.flexible_profile] if load.flexible_profile else 0.0)
    made = {True: 0.0, False: 0.0}
    for plant in power.plants.values():
        if plant.kind != "thermal":
            build = plant.build_id or None
            size = float(plant.capacity_mw) * (float(outcome.decisions.built[build]) if build else 1.0)
            for is_year, hours, weight in ((True, year, 1.0), (False, series, series.weight)):
                share = hours.profiles[plant.profile_id] * (1.0 if weight is None else weight)
                made[is_year] += size * float(
                    (share * hours.profiles[f"service:{build}"] if build else share).sum()
                )
    return {
        "load": short / whole if whole else 0.0,
        "renewable": made[False] / made[True] - 1.0 if made[True] else 0.0,
    }


def couple(yearly: Arrays, hours: Hours, total_terms: TotalTerms) -> tuple[Arrays, Layout]:
    """One program: yearly rows first, then the hours, then a row per yearly total of the dispatch."""
    labels = hours.layout.hour.columns["year"]
    arrays, layout = join(
        yearly, hours.arrays, hours.layout, {label: (SHARED[label[0]], label[1]) for label in labels}
    )
    weight = np.ones(layout.hours) if hours.series.weight is None else hours.series.weight
    for name, terms in total_terms.items():
        arrays = with_total_row(
            arrays,
            layout,
            {label: factor * weight for label, factor in terms.items()},
            0.0,
            0.0,
            ("total_of_hours", name),
            shared={yearly.column("total", name): -1.0},
        )
    return arrays, layout


def years_weight(series: Series) -> Series:
    """The series with weights that add up to a whole year (for a few days standing for the year)."""
    weight = np.ones(series.hours) if series.weight is None else series.weight
    return replace(series, weight=weight * HOURS / weight.sum())
