"""The power folder of a scenario as a network: existing elements, builds, loads by bus and profile (3.4.2, 3.4.3, 3.4.5).

Everybody's electricity is drawn at a bus with a profile. Owners with the same bus, profile and flexibility are one
load, whose mean MW is a decision of the year (what they use). Prices are yuan per MWh; costs of the hour are 万元.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dualcontrol.model.power.network import Branch, Build, Generator, Load, Network, Series, Storage
from dualcontrol.model.scenario import Scenario

HOURS = 8760
WAN = 1e-4  # yuan to 万元
LOSSES = "losses"  # the load that stands for the losses of the distribution below the network


@dataclass(frozen=True)
class PowerInputs:
    """The network of a scenario and who stands behind its elements.

    load_of: owner -> name of the load column (mean MW) that its electricity is part of. profile_of: owner ->
    profile. thermal_of: unit -> generator ids. green: generator ids of renewables. by_id: rows of plants, builds.
    profiles: 8,760 rows, a column per profile id.
    """

    network: Network
    load_of: Mapping[str, str]
    profile_of: Mapping[str, str]
    thermal_of: Mapping[str, tuple[str, ...]]
    green: tuple[str, ...]
    plants: Mapping[str, Any]
    builds: Mapping[str, Any]
    exchanges: Mapping[str, Any]
    profiles: pd.DataFrame

    def year(self) -> Series:
        """All hours of the year, daily cycles. Profiles `service:<build>` are 1 from the month a build is in service."""
        return Series(
            HOURS, {name: self.profiles[name].to_numpy(dtype=np.float64) for name in self.profiles.columns},
            cycle=np.arange(HOURS) // 24,
        )


def has_network(scenario: Scenario) -> bool:
    """Whether the scenario has a power folder."""
    return not scenario.table("power/buses").empty


def power_inputs(scenario: Scenario) -> PowerInputs:
    """The network of a scenario with a power folder (design §6). Rows sorted by id; pure."""
    tables = {name: list(scenario.table(f"power/{name}").itertuples()) for name in (
        "buses", "builds", "branches", "plants", "retrofits", "storage", "exchange", "loads"
    )}
    builds = {row.build_id: row for row in tables["builds"]}
    groups = _load_groups(tables["loads"])
    generators = [*_plants(tables["plants"], tables["retrofits"]), *_exchanges(tables["exchange"])]
    losses = _losses_mw(scenario)
    loads = [Load(LOSSES, min(b.bus_id for b in tables["buses"] if b.voltage_kv == _top(tables["buses"])), mw=losses)]
    loads += [
        Load(name, row.bus_id, profile=row.profile_id, column=name, flexible_share=float(row.flexible_share),
             flexible_peak=float(row.flexible_peak))
        for name, row in groups.items()
    ]
    network = Network(
        buses=tuple(row.bus_id for row in tables["buses"]),
        branches=tuple(
            Branch(row.branch_id, row.from_bus, row.to_bus, float(row.reactance_pu), float(row.capacity_mw),
                   build=row.build_id or None, is_optional=bool(row.build_id)) for row in tables["branches"]
        ),
        generators=tuple(sorted(generators, key=lambda g: g.id)),
        storage=tuple(
            Storage(row.storage_id, row.bus_id, float(row.power_mw), float(row.energy_mwh), float(row.efficiency_in),
                    float(row.efficiency_out), build=row.build_id or None) for row in tables["storage"]
        ),
        loads=tuple(loads),
        builds=tuple(Build(row.build_id, profile=f"service:{row.build_id}") for row in tables["builds"]),
        shed_cost=SHED_YUAN_PER_MWH * WAN, has_green_accounts=True,
    )
    thermal: dict[str, list[str]] = {}
    for row in tables["plants"]:
        if row.unit_id:
            thermal.setdefault(row.unit_id, []).append(row.plant_id)
    for row in tables["retrofits"]:
        unit = next(p.unit_id for p in tables["plants"] if p.plant_id == row.plant_id)
        thermal[unit].append(retrofit_id(row))
    owners = {row.owner_id: _group(row) for row in tables["loads"]}
    return PowerInputs(
        network, owners, {row.owner_id: row.profile_id for row in tables["loads"]},
        {unit: tuple(sorted(ids)) for unit, ids in sorted(thermal.items())},
        tuple(sorted(row.plant_id for row in tables["plants"] if row.kind != "thermal")),
        {row.plant_id: row for row in tables["plants"]}, builds, {row.exchange_id: row for row in tables["exchange"]},
        _with_service(scenario.profiles, builds),
    )


SHED_YUAN_PER_MWH = 20_000.0


def retrofit_id(row: Any) -> str:
    """Id of the generator that stands for the retrofitted part of a plant."""
    return f"{row.plant_id}+{row.build_id}"


def _group(row: Any) -> str:
    flexible = "" if row.flexible_share == 0 else f"|{row.flexible_share:g}x{row.flexible_peak:g}"
    return f"{row.bus_id}|{row.profile_id}{flexible}"


def _load_groups(rows: list[Any]) -> dict[str, Any]:
    return dict(sorted({_group(row): row for row in rows}.items()))


def _top(buses: list[Any]) -> float:
    return max(float(row.voltage_kv) for row in buses)


def _losses_mw(scenario: Scenario) -> float:
    power = scenario.table("power").set_index("item")["plan_mwh"]
    return float(power.get("losses", 0.0)) / HOURS


def _plants(rows: list[Any], retrofits: list[Any]) -> list[Generator]:
    """Thermal plants with capacity online per day; a retrofit is a second class that takes capacity from the first."""
    generators = []
    for row in rows:
        if row.kind != "thermal":
            generators.append(Generator(
                row.plant_id, row.bus_id, float(row.capacity_mw), profile=row.profile_id, build=row.build_id or None,
                is_green=True,
            ))
            continue
        classes = [r for r in retrofits if r.plant_id == row.plant_id]
        available = float(row.capacity_mw) * float(row.availability)
        generators.append(Generator(
            row.plant_id, row.bus_id, available, min_share=float(row.pmin_share), build=row.build_id or None,
            has_online=True,
            given_up=tuple((r.build_id, float(r.capacity_mw) * float(row.availability)) for r in classes),
        ))
        generators += [
            Generator(retrofit_id(r), row.bus_id, float(r.capacity_mw) * float(row.availability),
                      min_share=float(r.pmin_share), build=r.build_id, has_online=True)
            for r in classes
        ]
    return generators


def _exchanges(rows: list[Any]) -> list[Generator]:
    generators = []
    for row in rows:
        build = row.build_id or None
        if row.import_mw > 0:
            generators.append(Generator(
                f"{row.exchange_id}:import", row.bus_id, float(row.import_mw), build=build,
                cost_per_mwh=float(row.import_yuan_per_mwh) * WAN,
            ))
        if row.export_mw > 0:
            generators.append(Generator(f"{row.exchange_id}:export", row.bus_id, float(row.export_mw), sign=-1.0, build=build))
    return generators


def _with_service(profiles: pd.DataFrame, builds: Mapping[str, Any]) -> pd.DataFrame:
    """Profiles with one more per build: 0 before the month it comes into service, 1 from then on."""
    month = pd.date_range("2021-01-01", periods=HOURS, freq="h").month.to_numpy()  # any year without 29 February
    service = {f"service:{b}": (month >= row.start_month).astype(float) for b, row in builds.items()}
    return pd.concat([profiles, pd.DataFrame(service, index=profiles.index)], axis=1)
