"""The dispatch of a plan in whole kWh: balanced in every hour, green claims within what is there (design §10).

Thermal output and green claims are rounded down, so that no quota and no claim grows by rounding; what is left of an
hour goes over the grid connection.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import networkx as nx
import numpy as np
import numpy.typing as npt

from dualcontrol.model.power.inputs import PowerInputs
from dualcontrol.model.power.network import Generator, Load, Series

Whole = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
GREEN, GREEN_EXPORT = "green:", "green_export"
KWH = 1000.0


@dataclass(frozen=True)
class Dispatch:
    """Whole kWh per hour and asset. `injection` assets sum to zero in every hour; the rest are accounts.

    injection: asset -> (T,) kWh, positive into the network (loads and exports negative). green: profile -> (T,) kWh
    claimed; green_export (T,). level: storage -> (T,) MWh at the end of the hour. series: which hours, their weights.
    """

    series: Series
    injection: Mapping[str, Whole]
    green: Mapping[str, Whole]
    green_export: Whole
    level: Mapping[str, Floats]

    def weight(self) -> Whole:
        """How many hours of the year each hour stands for, (T,)."""
        weight = np.ones(self.series.hours) if self.series.weight is None else self.series.weight
        return np.round(weight).astype(np.int64)

    def mwh(self, *assets: str) -> Fraction:
        """Energy of assets over the year in MWh, positive, exact."""
        total = sum((np.abs(self.injection[a]) for a in assets), np.zeros(self.series.hours, dtype=np.int64))
        return Fraction(int((total * self.weight()).sum()), 1000)

    def green_mwh(self, profile: str) -> Fraction:
        """Green electricity claimed by a load profile over the year, MWh, exact."""
        return Fraction(int((self.green[profile] * self.weight()).sum()), 1000)


def whole_dispatch(
    power: PowerInputs, series: Series, hourly: Mapping[str, Mapping[object, Floats]]
) -> Dispatch:
    """The solver's hours (variable -> index -> (T,) MW) as whole kWh."""
    injection: dict[str, Whole] = {}
    exchanges = [g for g in power.network.generators if g.id in power.exchanged]
    for g in power.network.generators:
        kwh = np.maximum(0.0, hourly["p"][g.id]) * KWH
        injection[g.id] = (np.round(kwh) if g in exchanges else np.floor(kwh + 0.01)).astype(np.int64) * int(
            g.sign
        )
    for s in power.network.storage:
        injection[f"{s.id}:charge"] = -np.round(hourly["charge"][s.id] * KWH).astype(np.int64)
        injection[f"{s.id}:discharge"] = np.round(hourly["discharge"][s.id] * KWH).astype(np.int64)
    for load in power.network.loads:
        injection[f"load:{load.id}"] = -np.round(load_mw(load, series, hourly) * KWH).astype(np.int64)
    for bus, shed in hourly.get("shed", {}).items():
        injection[f"shed:{bus}"] = np.round(np.maximum(0.0, shed) * KWH).astype(np.int64)
    for hours, buses in _islands(power, series, hourly.get("built", {})):
        _settle(
            injection, hours, _assets_at(power, injection, buses), _limits(exchanges, buses, series, hourly)
        )
    green, exported = _green(power, series, injection, hourly)
    return Dispatch(series, injection, green, exported, dict(hourly.get("level", {})))  # type: ignore[arg-type]


def load_mw(load: Load, series: Series, hourly: Mapping[str, Mapping[object, Floats]]) -> Floats:
    """What a load draws per hour in MW: firm part by its profile, movable part as decided."""
    mean = hourly["mean_load"][load.column] if load.column is not None else np.full(series.hours, load.mw)
    shape = series.profiles[load.profile] if load.profile is not None else np.ones(series.hours)
    firm = (1 - load.flexible_share) * mean * shape
    return firm + hourly["move"][load.id] if load.flexible_share > 0 else firm


def _in_service(series: Series, built: Mapping[object, Floats], build: str | None) -> Floats:
    """What of a build is in service in each hour, (T,); 1 for what exists, and where nothing is said of builds."""
    if build is None or build not in built:
        return np.ones(series.hours)
    return built[build] * series.profiles.get(f"service:{build}", np.ones(series.hours))


def _islands(
    power: PowerInputs, series: Series, built: Mapping[object, Floats]
) -> Iterator[tuple[Whole, frozenset[str]]]:
    """(positions of hours, buses) of each island: the branches that exist change with what comes into service."""
    branches = power.network.branches
    there = np.array([_in_service(series, built, b.build) > 0.5 for b in branches]).reshape(-1, series.hours)
    kinds, kind_of = np.unique(there, axis=1, return_inverse=True)
    for kind in range(kinds.shape[1]):
        graph = nx.Graph()
        graph.add_nodes_from(power.network.buses)
        graph.add_edges_from(
            (b.bus0, b.bus1) for b, is_there in zip(branches, kinds[:, kind], strict=True) if is_there
        )
        hours = np.flatnonzero(np.ravel(kind_of) == kind)
        yield from ((hours, frozenset(buses)) for buses in nx.connected_components(graph))


def _assets_at(power: PowerInputs, injection: Mapping[str, Whole], buses: frozenset[str]) -> list[str]:
    """The assets that inject or draw at these buses, in the order of the dispatch."""
    network = power.network
    bus_of = {g.id: g.bus for g in network.generators} | {f"load:{x.id}": x.bus for x in network.loads}
    bus_of |= {f"{s.id}:{way}": s.bus for s in network.storage for way in ("charge", "discharge")}
    bus_of |= {f"shed:{bus}": bus for bus in network.buses}
    return [name for name in injection if bus_of[name] in buses]


def _limits(
    exchanges: list[Generator],
    buses: frozenset[str],
    series: Series,
    hourly: Mapping[str, Mapping[object, Floats]],
) -> dict[str, Whole]:
    """What an exchange at these buses may carry in each hour, kWh, negative for exports; exports first."""
    built = hourly.get("built", {})
    found = {}
    for g in sorted(exchanges, key=lambda g: g.sign):
        if g.bus in buses and (g.build is None or g.build in built):
            most = g.capacity_mw * KWH * _in_service(series, built, g.build)
            found[g.id] = np.floor(most + 1e-6).astype(np.int64) * int(g.sign)
    return found


def _settle(
    injection: dict[str, Whole], hours: Whole, assets: list[str], exchanges: Mapping[str, Whole]
) -> None:
    """What rounding leaves of an island's hours changes the exchange with the grid, what is made, or what is unserved.

    In this order; ValueError where none of them can take it.
    """
    rest = np.sum([injection[name][hours] for name in assets] or [np.zeros(len(hours), np.int64)], axis=0)

    def move(name: str, low: Whole, high: Whole) -> None:
        nonlocal rest
        own = injection[name][hours]
        moved = np.clip(own - rest, low, high)
        injection[name] = injection[name].copy()
        injection[name][hours] = moved
        rest = rest + moved - own

    for name, most in exchanges.items():
        move(name, np.minimum(0, most[hours]), np.maximum(0, most[hours]))
    for name in assets:  # a full corridor, or none: a little less made
        if name not in exchanges:
            own = injection[name][hours]
            move(name, np.minimum(own, 0), own)
    drawn = -np.sum(
        [np.minimum(0, injection[a][hours]) for a in assets if a.startswith("load:")] or [0 * rest], axis=0
    )
    for name in assets:
        if name.startswith("shed:"):
            own = injection[name][hours]
            move(name, own, np.maximum(own, drawn))
    if np.any(rest):
        raise ValueError(
            f"an hour does not balance by {np.abs(rest).max()} kWh and the grid connection has no room"
        )


def _green(
    power: PowerInputs,
    series: Series,
    injection: Mapping[str, Whole],
    hourly: Mapping[str, Mapping[object, Floats]],
) -> tuple[dict[str, Whole], Whole]:
    """Claims of green electricity, trimmed to what is left of renewables after exports' part and charging."""
    made = np.sum([injection[g] for g in power.green], axis=0) if power.green else np.zeros(1, dtype=np.int64)
    stored = -np.sum(
        [injection[f"{s.id}:{way}"] for s in power.network.storage for way in ("charge", "discharge")]
        or [np.zeros_like(made)],
        axis=0,
    )
    exported = np.minimum(made, green_exported_kwh(power, series, injection))
    left = np.maximum(0, made - exported - np.maximum(0, stored))
    drawn: dict[str, Whole] = {}
    for load in power.network.loads:
        if load.column is not None:
            name = load.profile or "flat"
            drawn[name] = drawn.get(name, np.zeros_like(made)) - injection[f"load:{load.id}"]
    claims = {
        s: np.minimum(np.floor(np.maximum(0.0, v) * KWH + 0.01).astype(np.int64), drawn[str(s)])
        for s, v in hourly.get("green", {}).items()
    }
    total = np.sum(list(claims.values()), axis=0) if claims else np.zeros_like(made)
    over = total > left
    trimmed = {str(s): np.where(over, c * left // np.maximum(1, total), c) for s, c in claims.items()}
    return trimmed, exported


def green_exported_kwh(power: PowerInputs, series: Series, injection: Mapping[str, Whole]) -> Whole:
    """Green electricity that exports carry by their share, (T,) kWh, rounded up."""
    carried = np.zeros(series.hours)
    for g in power.network.generators:
        if g.green_profile is not None:
            carried += np.ceil(-injection[g.id] * series.profiles[g.green_profile] - 1e-9)
    return carried.astype(np.int64)
