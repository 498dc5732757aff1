"""From a solved program to the network's result tables: dispatch, nodal prices, assets, green electricity."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dualcontrol.model.allocation import Case
from dualcontrol.model.allocation.grid import build_cost
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.power.dispatch import Dispatch
from dualcontrol.model.power.inputs import HOURS, WAN
from dualcontrol.solvers.compile import Floats
from dualcontrol.solvers.stamp import HOURLY
from dualcontrol.solving import Solved

HourlyValues = dict[str, dict[Any, Floats]]
VARIABLES = ("p", "charge", "discharge", "level", "move", "shed", "green", "green_export")


def hourly_values(solved: Solved) -> HourlyValues:
    """The hours of a solution: variable -> index -> (T,) MW. `mean_load` and `built` are the same in every hour.

    Of a full year: the mix of daily answers that is the plan's year.
    """
    layout = solved.stamped.layout
    if solved.year is None:
        blocks = {name: solved.layout_of_hours.values(solved.final.x, name) for name in VARIABLES}
    else:
        block = _mixed(solved)
        labels = layout.hour.columns[HOURLY]
        blocks = {}
        for name in VARIABLES:
            chosen = [k for k, label in enumerate(labels) if label[0] == name]
            blocks[name] = ([labels[k][1] for k in chosen], block[:, chosen])
    values: HourlyValues = {
        name: {index: block[:, k] for k, index in enumerate(indices)}
        for name, (indices, block) in blocks.items()
    }
    for yearly in ("mean_load", "built"):
        values[yearly] = {
            index: np.full(solved.stamped.series.hours, solved.x[k])
            for k, (name, index) in enumerate(solved.yearly.columns)
            if name == yearly
        }
    return values


def drawn_as_settled(case: Case, outcome: Outcome, hourly: HourlyValues) -> HourlyValues:
    """The hours with the loads that the settled figures of their owners give, movable parts in proportion."""
    uses = {**outcome.unit_use, **outcome.project_use, **outcome.society_use}
    mean: dict[str, float] = dict.fromkeys(map(str, hourly["mean_load"]), 0.0)
    for owner, column in case.network.load_of.items():
        mean[column] += float(uses[owner].electricity_mwh - uses[owner].self_pv_mwh) / HOURS
    before = hourly["mean_load"]
    move = {
        load.id: series * (mean[str(load.column)] / old if (old := before[load.column][0]) > 0 else 1.0)
        for load, series in (
            (x, hourly["move"][x.id]) for x in case.network.network.loads if x.flexible_share > 0
        )
    }
    loads = {k: np.full(len(series), mean[str(k)]) for k, series in before.items()}
    return {**hourly, "mean_load": loads, "move": move}


def _mixed(solved: Solved) -> Floats:
    """The plan's year as (T, hourly columns): answers weighted as in the mix program's solution."""
    width = len(solved.stamped.layout.hour.columns[HOURLY])
    daily = len(solved.stamped.layout.hour.columns["cycle"])
    parts = [weight * answer.x for answer, weight in solved.mix() if answer.x is not None]
    total: Floats = np.stack(parts).sum(axis=0, dtype=np.float64)
    return total[:, daily:].reshape(-1, width)


def power_tables(case: Case, solved: Solved, outcome: Outcome) -> dict[str, pd.DataFrame]:
    """Result tables of the network: dispatch, prices, assets, green (3.4.3d, 3.4.3h). Empty without one."""
    if case.power is None or outcome.dispatch is None:
        return {}
    return {
        "dispatch": dispatch_table(outcome.dispatch, case.accounts.scenario.settings.plan_year),
        "prices": prices_table(case, solved, outcome),
        "assets": assets_table(case, outcome),
        "green": green_table(case, outcome),
    }


def dispatch_table(dispatch: Dispatch, year: int) -> pd.DataFrame:
    """Long table year, hour, weight, asset, kwh: injections by asset, `green:<profile>` and `green_export`."""
    hours = (
        dispatch.series.hour_of_year
        if dispatch.series.hour_of_year is not None
        else np.arange(dispatch.series.hours)
    )
    columns = {
        **dispatch.injection,
        **{f"green:{s}": v for s, v in dispatch.green.items()},
        "green_export": dispatch.green_export,
    }
    names = sorted(columns)
    return pd.DataFrame(
        {
            "year": np.int32(year),
            "hour": np.tile(hours.astype(np.int32), len(names)),
            "weight": np.tile(dispatch.weight().astype(np.int32), len(names)),
            "asset": pd.Categorical(np.repeat(names, len(hours)), categories=names),
            "kwh": np.concatenate([columns[name] for name in names]),
        }
    )


def buses_in_service(case: Case, outcome: Outcome) -> set[str]:
    """Buses at which something exists, is built and comes into service in the year, or is drawn."""
    power = case.network
    built = {
        b for b, share in outcome.decisions.built.items() if share > 0 and power.builds[b].start_month <= 12
    }
    network = power.network
    found = {bus for x in network.branches if x.build is None or x.build in built for bus in (x.bus0, x.bus1)}
    found |= {x.bus for x in network.generators if x.build is None or x.build in built}
    found |= {x.bus for x in network.storage if x.build is None or x.build in built}
    return found | {x.bus for x in network.loads}


def prices_table(case: Case, solved: Solved, outcome: Outcome) -> pd.DataFrame:
    """Long table year, hour, weight, bus, yuan_per_mwh: what one more MWh of load at the bus costs (nodal price).

    Without the buses that are not in service: nobody can draw anything there.
    """
    series = solved.stamped.series
    weight = np.ones(series.hours) if series.weight is None else series.weight
    every, duals = solved.nodal_duals()
    live = buses_in_service(case, outcome)
    kept = [k for k, bus in enumerate(every) if str(bus) in live]
    buses, dual = [every[k] for k in kept], duals[:, kept]
    price = -dual / weight[:, None] / WAN  # the program maximises value: one more MW of load takes value away
    hours = series.hour_of_year if series.hour_of_year is not None else np.arange(series.hours)
    return pd.DataFrame(
        {
            "year": np.int32(case.accounts.scenario.settings.plan_year),
            "hour": np.tile(hours.astype(np.int32), len(buses)),
            "weight": np.tile(weight.astype(np.int32), len(buses)),
            "bus": pd.Categorical(np.repeat([str(b) for b in buses], series.hours)),
            "yuan_per_mwh": price.T.ravel().round(4),
        }
    )


def assets_table(case: Case, outcome: Outcome) -> pd.DataFrame:
    """One row per plant, exchange and build: MW, MWh, utilisation hours, curtailed MWh, built, cost, question."""
    power, dispatch = case.network, dispatched(outcome)
    rows: list[dict[str, Any]] = []
    for plant in power.plants.values():
        built = float(outcome.decisions.built[plant.build_id]) if plant.build_id else 1.0
        own = [plant.plant_id, *(g for g in dispatch.injection if g.startswith(f"{plant.plant_id}+"))]
        energy = float(dispatch.mwh(*own))
        possible = _possible_mwh(case, plant, dispatch) * built if plant.kind != "thermal" else np.nan
        rows.append(
            {
                "asset": plant.plant_id,
                "name": plant.name,
                "kind": plant.kind,
                "bus_id": plant.bus_id,
                "built": built,
                "capacity_mw": float(plant.capacity_mw),
                "energy_mwh": energy,
                "hours": energy / float(plant.capacity_mw) if plant.capacity_mw else 0.0,
                "hours_floor": float(plant.hours_floor),
                "curtailed_mwh": possible - energy,
                "basis": plant.basis,
            }
        )
    for g in sorted(power.exchanged):
        generator = next(x for x in power.network.generators if x.id == g)
        rows.append(
            {
                "asset": g,
                "name": g,
                "kind": g.rpartition(":")[2],
                "bus_id": generator.bus,
                "built": float(outcome.decisions.built[generator.build]) if generator.build else 1.0,
                "capacity_mw": generator.capacity_mw,
                "energy_mwh": float(dispatch.mwh(g)),
            }
        )
    rows += [
        {
            "asset": row.build_id,
            "name": row.name,
            "kind": "build",
            "built": float(outcome.decisions.built[row.build_id]),
            "clause": row.clause,
            "cost_wan_yuan": build_cost(case, row.build_id),
            "question": row.question,
            "basis": row.basis,
        }
        for row in power.builds.values()
    ]
    columns = [
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
    ]
    return pd.DataFrame(rows).reindex(columns=columns)


def dispatched(outcome: Outcome) -> Dispatch:
    """The dispatch of a plan with a network. ValueError without one."""
    if outcome.dispatch is None:
        raise ValueError("the plan has no network")
    return outcome.dispatch


def _possible_mwh(case: Case, plant: Any, dispatch: Dispatch) -> float:
    """What a renewable plant could make in the year without curtailment, MWh."""
    profiles: Mapping[str, Floats] = dispatch.series.profiles
    share = profiles[plant.profile_id]
    if plant.build_id:
        share = share * profiles[f"service:{plant.build_id}"]
    return float((share * dispatch.weight()).sum() * plant.capacity_mw)


def green_table(case: Case, outcome: Outcome) -> pd.DataFrame:
    """One row per unit that claims green electricity: profile, MWh claimed and excluded, delivered to the profile."""
    power, dispatch = case.network, dispatched(outcome)
    rows = [
        {
            "unit_id": i,
            "profile_id": power.profile_of[i],
            "green_mwh": float(green),
            "excess_green_mwh": float(outcome.unit_use[i].excess_green_mwh),
            "delivered_to_profile_mwh": float(dispatch.green_mwh(power.profile_of[i])),
        }
        for i, green in sorted(outcome.decisions.green.items())
        if green > 0
    ]
    return pd.DataFrame(
        rows, columns=["unit_id", "profile_id", "green_mwh", "excess_green_mwh", "delivered_to_profile_mwh"]
    )
