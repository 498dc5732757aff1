"""The published power tables, read: dispatch as whole kWh by asset and hour, prices, assets, green claims."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from dualcontrol.model.audit.network import (
    DAY,
    GREEN,
    GREEN_EXPORT,
    HOURS,
    KWH,
    SHED,
    Floats,
    Network,
    Whole,
)
from dualcontrol.model.audit.numbers import Number, number
from dualcontrol.model.audit.rules import Rulings
from dualcontrol.model.audit.verdict import Check, Probe, together

DISPATCH, PRICES, ASSETS, GREEN_TABLE = "power/dispatch", "power/prices", "power/assets", "power/green"
POWER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    DISPATCH: ("year", "hour", "weight", "asset", "kwh"),
    PRICES: ("year", "hour", "weight", "bus", "yuan_per_mwh"),
    ASSETS: (
        "asset",
        "name",
        "kind",
        "bus_id",
        "built",
        "capacity_mw",
        "energy_mwh",
        "hours",
        "hours_floor",
        "curtailed_mwh",
        "clause",
        "cost_wan_yuan",
        "question",
        "basis",
    ),
    GREEN_TABLE: ("unit_id", "profile_id", "green_mwh", "excess_green_mwh", "delivered_to_profile_mwh"),
}
FILES: Mapping[str, str] = {
    DISPATCH: "power/dispatch.parquet", PRICES: "power/prices.parquet", ASSETS: "power/assets.csv",
    GREEN_TABLE: "green.csv",
}  # fmt: skip
_MOST_KWH = 10**12  # no hour of a county; sums of it stay within 64 bits
_TEXTS = ("asset", "name", "kind", "bus_id", "clause", "question", "basis", "unit_id", "profile_id")
_MOST = 60  # typical days
_EXTREMES = 4  # days of highest load and of least sun and wind that may be added to the typical ones


@dataclass(frozen=True)
class Dispatch:
    """Whole kWh by asset, (T,), positive into the network; `hour` of the year and `weight` in days, (T,)."""

    hour: Whole
    weight: Whole
    kwh: Mapping[str, Whole]

    def of(self, asset: str) -> Whole:
        """The kWh of an asset; zeros for one that is not listed."""
        found = self.kwh.get(asset)
        return np.zeros(len(self.hour), dtype=np.int64) if found is None else found

    def sum(self, assets: Iterable[str]) -> Whole:
        """The kWh of several assets, (T,)."""
        return sum((self.of(asset) for asset in assets), np.zeros(len(self.hour), dtype=np.int64))

    def mwh(self, *assets: str) -> Fraction:
        """Energy over the year in MWh, signed, exact."""
        return Fraction(int((self.sum(assets) * self.weight).sum()), KWH)

    def starting(self, start: str) -> list[str]:
        """Assets whose name begins so."""
        return sorted(name for name in self.kwh if name.startswith(start))

    @property
    def is_whole_year(self) -> bool:
        """Whether every hour of the year is there."""
        return len(self.hour) == HOURS


@dataclass(frozen=True)
class PowerTables:
    """All of them. `prices`: bus -> (T,), yuan per MWh; `assets`, `builds`, `green`: id -> column -> number.

    None is an empty cell. A build may have the id of a plant: in assets.csv its `kind` tells them apart.
    """

    dispatch: Dispatch
    prices: Mapping[str, Floats] = field(default_factory=dict)
    assets: Mapping[str, Mapping[str, Number | None]] = field(default_factory=dict)
    builds: Mapping[str, Mapping[str, Number | None]] = field(default_factory=dict)
    green: Mapping[str, Mapping[str, Number | None]] = field(default_factory=dict)


def read_power(
    tables: Mapping[str, pd.DataFrame], rulings: Rulings, network: Network
) -> tuple[PowerTables | None, tuple[Check, ...]]:
    """Read the four tables; None when one cannot be used."""
    present = Probe("power_tables", "3.4.2", "")
    for name, columns in POWER_COLUMNS.items():
        present.holds(FILES[name], name in tables, "-", "table")
        for column in columns if name in tables else ():
            present.holds(f"{FILES[name]} {column}", column in tables[name].columns, "-", column)
    first = present.check()
    if not first.passed:
        return None, (first,)
    year = rulings.scenario.settings.plan_year
    cells, hours, ids = (
        Probe("power_numbers", "3.4.2", ""),
        Probe("power_hours", "3.4.2", ""),
        Probe("power_assets", "3.4.2", ""),
    )
    dispatch = _dispatch(tables[DISPATCH], cells, hours, ids, year)
    found = None
    if dispatch is not None:
        _days(dispatch, hours, rulings)
        _known(dispatch, network, ids)
        assets, is_build = tables[ASSETS], tables[ASSETS]["kind"].astype(str) == "build"
        running = {*network.plants, *(way.asset for way in network.ways)}
        found = PowerTables(
            dispatch,
            _prices(tables[PRICES], dispatch, network, cells, hours, year),
            _by_id(ASSETS, "asset", assets[~is_build], cells, ids, running),
            _by_id(ASSETS, "asset", assets[is_build], cells, ids, set(network.builds)),
            _by_id(
                GREEN_TABLE, "unit_id", tables[GREEN_TABLE], cells, ids, None, set(rulings.accounts.units)
            ),
        )
    checks = (first, *together([cells, hours, ids]))
    return (found if all(check.passed for check in checks) else None), checks


def _whole(frame: pd.DataFrame, column: str, file: str, cells: Probe, most: int) -> Whole | None:
    """A column of whole numbers; None (and a failed cell) if it holds anything else."""
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.flatnonzero(~(np.abs(values) <= most) | (values != np.round(values)))
    where = "" if not len(bad) else f" {int(bad[0]) + 2}"
    told = "" if not len(bad) else str(frame[column].iloc[int(bad[0])])[:40]
    cells.holds(f"{file} {column}{where}", not len(bad), told, "whole number")
    return None if len(bad) else values.astype(np.int64)


def _dispatch(frame: pd.DataFrame, cells: Probe, hours: Probe, ids: Probe, year: int) -> Dispatch | None:
    file = FILES[DISPATCH]
    columns = [
        _whole(frame, column, file, cells, most)
        for column, most in (("year", 9999), ("hour", HOURS), ("weight", HOURS), ("kwh", _MOST_KWH))
    ]
    if any(column is None for column in columns) or frame.empty:
        hours.holds(file, not frame.empty, "0", "rows")
        return None
    years, hour, weight, kwh = (column for column in columns if column is not None)
    hours.holds(f"{file} year", bool((years == year).all()), str(years.min()), str(year))
    names = pd.Categorical(frame["asset"].astype(str))
    assets = [str(name) for name in names.categories]
    order, place = np.unique(hour, return_inverse=True)
    cell = names.codes.astype(np.int64) * len(order) + place
    count = np.bincount(cell[names.codes >= 0], minlength=len(assets) * len(order))
    odd = np.flatnonzero(count != 1)
    told = f" {assets[int(odd[0]) // len(order)]} {order[int(odd[0]) % len(order)]}" if len(odd) else ""
    ids.holds(f"{file}{told}", not len(odd), str(int(count[odd[0]])) if len(odd) else "", "1")
    if len(odd):
        return None
    days = np.zeros(len(order), dtype=np.int64)
    days[place] = weight
    hours.holds(f"{file} weight", bool((days[place] == weight).all()), "-", "one weight per hour")
    matrix = np.zeros(len(assets) * len(order), dtype=np.int64)
    matrix[cell] = kwh
    table = matrix.reshape(len(assets), len(order))
    return Dispatch(order, days, dict(zip(assets, table, strict=True)))


def _days(dispatch: Dispatch, hours: Probe, rulings: Rulings) -> None:
    """Whole days, weights that make a year; as many hours as the scenario's `[time]` asks for."""
    file, time = FILES[DISPATCH], rulings.scenario.settings.time
    hour, weight = dispatch.hour, dispatch.weight
    hours.holds(
        f"{file} hour", bool(hour.min() >= 0 and hour.max() < HOURS), str(hour.max()), f"0…{HOURS - 1}"
    )
    days, count = np.unique(hour // DAY, return_counts=True)
    short = days[count != DAY]
    hours.holds(f"{file} day", not len(short), " ".join(map(str, short[:3])), "24 hours")
    hours.holds(f"{file} weight", bool((weight >= 1).all()), str(weight.min()), ">= 1")
    if not len(short):
        by_day = weight.reshape(-1, DAY)
        hours.holds(f"{file} weight", bool((by_day == by_day[:, :1]).all()), "-", "one weight per day")
    hours.equal(f"{file} weight", int(weight.sum()), HOURS)
    if time.mode == "year":
        hours.equal(f"{file} hours", len(hour), HOURS)
    else:  # more than asked for where so few miss the year's means
        hours.at_most(f"{file} days", len(days), max(time.typical_days, _MOST) + _EXTREMES)


def _known(dispatch: Dispatch, network: Network, ids: Probe) -> None:
    """Every asset of the network is dispatched, and nothing else."""
    file, bus_of = FILES[DISPATCH], network.bus_of()
    profiles = {group.profile for group in network.groups.values()}
    for asset in bus_of:
        if not asset.startswith(SHED):  # a bus without unserved load need not be listed
            ids.holds(f"{file} {asset}", asset in dispatch.kwh, "-", asset)
    for asset in dispatch.kwh:
        is_account = asset == GREEN_EXPORT or asset.removeprefix(GREEN) in profiles
        ids.holds(f"{file} {asset}", asset in bus_of or is_account, asset, "-")


def _by_id(
    name: str, key: str, frame: pd.DataFrame, cells: Probe, ids: Probe, wanted: set[str] | None,
    known: set[str] | None = None,
) -> dict[str, dict[str, Number | None]]:  # fmt: skip
    """Rows by id; with `wanted` exactly these, with `known` at most these."""
    columns = [column for column in POWER_COLUMNS[name] if column not in _TEXTS]
    found: dict[str, dict[str, Number | None]] = {}
    for line, (row_id, *values) in enumerate(
        zip(frame[key].astype(str), *(frame[column] for column in columns), strict=True), start=2
    ):
        ids.holds(f"{FILES[name]} {row_id}", row_id not in found, "2", "1")
        found[row_id] = {
            column: _cell(value, f"{FILES[name]} {line} {column}", cells)
            for column, value in zip(columns, values, strict=True)
        }
    expected = known if wanted is None else wanted
    for row_id in sorted((set() if wanted is None else wanted) - set(found)):
        ids.holds(f"{FILES[name]} {row_id}", False, "-", row_id)
    for row_id in sorted(set(found) - (expected or set())):
        ids.holds(f"{FILES[name]} {row_id}", False, row_id, "-")
    return found


def _cell(value: Any, place: str, cells: Probe) -> Number | None:
    try:
        found = number(value)
    except ValueError:
        cells.holds(place, False, str(value)[:40], "number")
        return None
    cells.holds(place, True)
    return found


def _prices(
    frame: pd.DataFrame, dispatch: Dispatch, network: Network, cells: Probe, hours: Probe, year: int
) -> dict[str, Floats]:
    """Nodal prices: a finite one for every hour of the dispatch, of every bus that has any."""
    file = FILES[PRICES]
    years, hour, weight = (
        _whole(frame, "year", file, cells, 9999),
        _whole(frame, "hour", file, cells, HOURS),
        _whole(frame, "weight", file, cells, HOURS),
    )
    price = pd.to_numeric(frame["yuan_per_mwh"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    cells.holds(f"{file} yuan_per_mwh", bool(np.isfinite(price).all()), "-", "number")
    if years is None or hour is None or weight is None or not np.isfinite(price).all():
        return {}
    buses = frame["bus"].astype(str).to_numpy()
    place = np.searchsorted(dispatch.hour, hour)
    place[place == len(dispatch.hour)] = 0
    is_same = (years == year) & (dispatch.hour[place] == hour) & (dispatch.weight[place] == weight)
    hours.holds(file, bool(is_same.all()), "-", FILES[DISPATCH])
    found = {}
    for bus in network.buses:
        mine = buses == bus
        if not mine.any():
            continue  # whether it may be without is asked later, when it is known what is built
        whole = bool(is_same.all()) and np.array_equal(np.sort(place[mine]), np.arange(len(dispatch.hour)))
        hours.holds(f"{file} {bus}", whole, str(int(mine.sum())), str(len(dispatch.hour)))
        if whole:
            series = np.zeros(len(dispatch.hour))
            series[place[mine]] = price[mine]
            found[bus] = series
    unknown = sorted(set(buses) - set(network.buses))
    hours.holds(f"{file} bus", not unknown, " ".join(unknown[:3]), "-")
    return found
