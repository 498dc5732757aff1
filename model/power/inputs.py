"""The power folder of a scenario as a network: existing elements, builds, loads (3.4.2, 3.4.3, 3.4.5).

Everybody's electricity is drawn at a bus with a profile. Owners with the same bus, profile and flexibility are one
load, whose mean MW is a decision of the year (what they use). Prices are yuan per MWh; costs of the hour are 万元.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dualcontrol.model.power.network import Branch, Build, Generator, Load, Network, Series, Storage
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema import ELECTRICITY

Floats = npt.NDArray[np.float64]

HOURS = 8760
WAN = 1e-4  # yuan to 万元
LOSSES = "losses"  # the load that stands for the losses of the distribution below the network


@dataclass(frozen=True)
class PowerInputs:
    """The network of a scenario and who stands behind its elements.

    load_of: owner -> name of the load column (mean MW) that its electricity is part of. profile_of: owner ->
    profile. thermal_of: unit -> generator ids. green: generator ids of renewables. exchanged: generator ids of imports
    and exports with their price in 万元 per MWh (0 for exports). plants, builds: rows by id.
    profiles: 8,760 rows, a column per profile id; `green:<exchange>` is the share of green power that exports carry.
    """

    network: Network
    load_of: Mapping[str, str]
    profile_of: Mapping[str, str]
    thermal_of: Mapping[str, tuple[str, ...]]
    green: tuple[str, ...]
    exchanged: Mapping[str, float]
    plants: Mapping[str, Any]
    builds: Mapping[str, Any]
    profiles: pd.DataFrame

    def year(self) -> Series:
        """All hours of the year, daily cycles. `service:<build>` is 1 from the month it is in service."""
        return Series(
            HOURS,
            {name: self.profiles[name].to_numpy(dtype=np.float64) for name in self.profiles.columns},
            cycle=np.arange(HOURS) // 24,
        )


def has_network(scenario: Scenario) -> bool:
    """Whether the scenario has a power folder."""
    return not scenario.table("power/buses").empty


def power_inputs(scenario: Scenario, green_share: Mapping[str, Any] | None = None) -> PowerInputs:
    """The network of a scenario with a power folder (design §6). Rows sorted by id; pure.

    green_share: hourly share of renewables that exports carry, (8760,) per `green:<exchange>`; default: `green_share`
    with the committed builds.
    """
    tables = _tables(scenario)
    builds = {row.build_id: row for row in tables["builds"]}
    starts = dict(zip(*(scenario.table("projects")[c] for c in ("project_id", "start_month")), strict=True))
    groups = _load_groups(tables["loads"], starts)
    if green_share is None:
        green_share = green_share_of(scenario, {b for b, row in builds.items() if row.status == "committed"})
    generators = [*_plants(tables["plants"], tables["retrofits"]), *_exchanges(tables["exchange"])]
    loads = [Load(LOSSES, _losses_bus(tables), mw=_losses_mw(scenario))]
    loads += [
        Load(
            name,
            row.bus_id,
            profile=_profile(row, starts),
            column=name,
            flexible_share=float(row.flexible_share),
            flexible_peak=float(row.flexible_peak),
            flexible_profile=_running(row, starts) if row.flexible_share > 0 else None,
        )
        for name, row in groups.items()
    ]
    network = Network(
        buses=tuple(row.bus_id for row in tables["buses"]),
        branches=tuple(
            Branch(
                row.branch_id,
                row.from_bus,
                row.to_bus,
                float(row.reactance_pu),
                float(row.capacity_mw),
                build=row.build_id or None,
                is_optional=bool(row.build_id),
            )
            for row in tables["branches"]
        ),
        generators=tuple(sorted(generators, key=lambda g: g.id)),
        storage=tuple(
            Storage(
                row.storage_id,
                row.bus_id,
                float(row.power_mw),
                float(row.energy_mwh),
                float(row.efficiency_in),
                float(row.efficiency_out),
                build=row.build_id or None,
            )
            for row in tables["storage"]
        ),
        loads=tuple(loads),
        builds=tuple(Build(row.build_id, profile=f"service:{row.build_id}") for row in tables["builds"]),
        shed_cost=scenario.settings.power.shed_yuan_per_mwh * WAN,
        has_green_accounts=True,
    )
    thermal: dict[str, list[str]] = {}
    for row in tables["plants"]:
        if row.unit_id and row.kind == "thermal":
            thermal.setdefault(row.unit_id, []).append(row.plant_id)
    for row in tables["retrofits"]:
        unit = next(p.unit_id for p in tables["plants"] if p.plant_id == row.plant_id)
        if unit:
            thermal[unit].append(retrofit_id(row))
    return PowerInputs(
        network,
        {row.owner_id: _group(row, starts) for row in tables["loads"]},
        {row.owner_id: _profile(row, starts) for row in tables["loads"]},
        {unit: tuple(sorted(ids)) for unit, ids in sorted(thermal.items())},
        tuple(sorted(row.plant_id for row in tables["plants"] if row.kind != "thermal")),
        {g.id: g.cost_per_mwh for g in _exchanges(tables["exchange"])},
        {row.plant_id: row for row in tables["plants"]},
        builds,
        _derived(scenario.profiles, builds, _load_profiles(loads), green_share),
    )


def retrofit_id(row: Any) -> str:
    """Id of the generator that stands for the retrofitted part of a plant."""
    return f"{row.plant_id}+{row.build_id}"


def _profile(row: Any, starts: Mapping[str, int]) -> str:
    """Profile of an owner's load: a project draws nothing before it starts (`<profile>@<month>`)."""
    start = int(starts.get(row.owner_id, 1))
    return f"{row.profile_id}@{start}" if 1 < start <= 12 else str(row.profile_id)


def _running(row: Any, starts: Mapping[str, int]) -> str | None:
    """Profile of an owner that starts in the year and then draws evenly (`@<month>`): what it may move."""
    _, at, start = _profile(row, starts).partition("@")
    return f"{at}{start}" if at else None


def _group(row: Any, starts: Mapping[str, int]) -> str:
    flexible = "" if row.flexible_share == 0 else f"|{row.flexible_share:g}x{row.flexible_peak:g}"
    return f"{row.bus_id}|{_profile(row, starts)}{flexible}"


def _load_groups(rows: list[Any], starts: Mapping[str, int]) -> dict[str, Any]:
    return dict(sorted({_group(row, starts): row for row in rows}.items()))


def _losses_bus(tables: Mapping[str, list[Any]]) -> str:
    """Where the losses are drawn: at the highest voltage among the buses that something existing is connected to."""
    existing = {
        bus
        for name in ("branches", "plants", "exchange")
        for row in tables[name]
        if not row.build_id
        for bus in ((row.from_bus, row.to_bus) if name == "branches" else (row.bus_id,))
    }
    buses = [row for row in tables["buses"] if row.bus_id in existing] or tables["buses"]
    return str(min(buses, key=lambda row: (-float(row.voltage_kv), row.bus_id)).bus_id)


def _losses_mw(scenario: Scenario) -> float:
    power = scenario.table("power").set_index("item")["plan_mwh"]
    return float(power.get("losses", 0.0)) / HOURS


def _plants(rows: list[Any], retrofits: list[Any]) -> list[Generator]:
    """Thermal plants with capacity online per day; a retrofit is a second class that takes capacity from the first."""
    generators = []
    for row in rows:
        if row.kind != "thermal":
            generators.append(
                Generator(
                    row.plant_id,
                    row.bus_id,
                    float(row.capacity_mw),
                    profile=row.profile_id,
                    build=row.build_id or None,
                    is_green=True,
                )
            )
            continue
        classes = [r for r in retrofits if r.plant_id == row.plant_id]
        available = float(row.capacity_mw) * float(row.availability)
        generators.append(
            Generator(
                row.plant_id,
                row.bus_id,
                available,
                min_share=float(row.pmin_share),
                build=row.build_id or None,
                has_online=True,
                given_up=tuple((r.build_id, float(r.capacity_mw) * float(row.availability)) for r in classes),
            )
        )
        generators += [
            Generator(
                retrofit_id(r),
                row.bus_id,
                float(r.capacity_mw) * float(row.availability),
                min_share=float(r.pmin_share),
                build=r.build_id,
                has_online=True,
            )
            for r in classes
        ]
    return generators


def _exchanges(rows: list[Any]) -> list[Generator]:
    generators = []
    for row in rows:
        build = row.build_id or None
        if row.import_mw > 0:
            generators.append(
                Generator(
                    f"{row.exchange_id}:import",
                    row.bus_id,
                    float(row.import_mw),
                    build=build,
                    cost_per_mwh=float(row.import_yuan_per_mwh) * WAN,
                )
            )
        if row.export_mw > 0:
            generators.append(
                Generator(
                    f"{row.exchange_id}:export",
                    row.bus_id,
                    float(row.export_mw),
                    sign=-1.0,
                    build=build,
                    green_profile=f"green:{row.exchange_id}",
                )
            )
    return generators


def green_share_of(scenario: Scenario, built: AbstractSet[str]) -> dict[str, Floats]:
    """Share of green power that the exports of each hour carry, (8760,) per `green:<exchange>` (3.4.3d).

    By contract where one is given. Else pro rata of a mix that is known before the year begins: what renewables that
    exist or are in `built` could make in the hour, over that and the mean thermal output of the base year. So
    the share depends on what is built, not on the dispatch, and whoever checks a plan finds the same.
    """
    tables = _tables(scenario)
    service = _service({row.build_id: row for row in tables["builds"]})
    made = np.zeros(HOURS)
    for row in tables["plants"]:
        if row.kind != "thermal" and (not row.build_id or row.build_id in built):
            there = service[f"service:{row.build_id}"] if row.build_id else 1.0
            made = made + float(row.capacity_mw) * scenario.profiles[row.profile_id].to_numpy() * there
    energy = scenario.table("unit_energy")
    is_made = (energy["carrier_id"] == ELECTRICITY) & (energy["use"] == "conversion_out")
    thermal_mw = float(energy.loc[is_made, "quantity"].sum()) / HOURS
    pro_rata = made / np.maximum(made + thermal_mw, 1e-9)
    return {
        f"green:{row.exchange_id}": pro_rata
        if np.isnan(row.export_green_share)
        else np.full(HOURS, float(row.export_green_share))
        for row in tables["exchange"]
    }


def _tables(scenario: Scenario) -> dict[str, list[Any]]:
    """The rows of the power folder, without what a clause that is switched off asks for.

    3.4.3h: utilisation hours. 3.4.3g: exports over corridors that are built (what exists goes on).
    """
    names = ("buses", "builds", "branches", "plants", "retrofits", "storage", "exchange", "loads")
    tables = {name: list(scenario.rows(f"power/{name}")) for name in names}
    off = scenario.settings.disabled_clauses
    if "3.4.3h" in off:
        tables["plants"] = [row._replace(hours_floor=0.0) for row in tables["plants"]]
    if "3.4.3g" in off:
        tables["exchange"] = [
            row._replace(export_mw=0.0) if row.build_id else row for row in tables["exchange"]
        ]
    return tables


def _months() -> Any:
    """Month of each hour of the year, (8760,); any year without 29 February."""
    return pd.date_range("2021-01-01", periods=HOURS, freq="h").month.to_numpy()


def _service(builds: Mapping[str, Any]) -> dict[str, Any]:
    return {f"service:{b}": (_months() >= row.start_month).astype(float) for b, row in builds.items()}


def _load_profiles(loads: list[Load]) -> set[str]:
    return {name for load in loads for name in (load.profile, load.flexible_profile) if name}


def _derived(
    profiles: pd.DataFrame, builds: Mapping[str, Any], loads: set[str], green_share: Mapping[str, Any]
) -> pd.DataFrame:
    """The scenario's profiles and those made of them.

    Service of builds, loads of projects that start in the year, green share of exports.
    """
    month, made = _months(), _service(builds)
    for name in sorted(loads):
        base, _, start = name.partition("@")
        if start:
            running = (month >= int(start)).astype(float)
            drawn = profiles[base].to_numpy() * running if base else running
            drawn = (
                drawn if drawn.any() else running
            )  # a season that is over: spread what is left of the year
            made[name] = drawn / drawn.mean()
    made |= green_share
    return pd.concat([profiles, pd.DataFrame(made, index=profiles.index)], axis=1)
