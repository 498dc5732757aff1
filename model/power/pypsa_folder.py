"""A PyPSA CSV folder as a network: operation and continuous expansion, as PyPSA optimises it.

Reactance: x over the square of v_nom (resistance for DC), transformers x over s_nom times the tap ratio; only
ratios along cycles matter. The objective leaves out the capital cost of what stands already, as PyPSA's own
figure does. Storage levels move by the weights `stores`, totals by `generators`, costs by `objective`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from dualcontrol.model.power.case import Case, CaseError, Finding, names
from dualcontrol.model.power.costs import Curve
from dualcontrol.model.power.network import (
    BASE_MVA,
    Branch,
    Build,
    Floats,
    Generator,
    Link,
    Load,
    Network,
    Series,
    Storage,
)
from dualcontrol.model.power.pypsa_tables import Tables, read_folder
from dualcontrol.model.power.pypsa_totals import totals_of

STEP = "hours per snapshot"


@dataclass
class Expansion:
    """What is found on the way through the components: builds, profiles, the cost of what stands."""

    tables: Tables
    builds: list[Build] = field(default_factory=list)
    build_of: dict[tuple[str, str], str] = field(default_factory=dict)
    profiles: dict[str, Floats] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)
    standing: float = 0.0

    def build(self, component: str, size: str = "p_nom") -> Callable[[str], str | None]:
        """A function from name to the build that decides on its size, None for a given size."""
        t = self.tables
        is_open = t.flags(component, f"{size}_extendable", default=False)
        now, low = t.numbers(component, size, 0.0), t.numbers(component, f"{size}_min", 0.0)
        high, cost = t.numbers(component, f"{size}_max", np.inf), t.numbers(component, "capital_cost", 0.0)

        def of(name: str) -> str | None:
            if not is_open[name]:
                return None
            build = f"{component.removesuffix('s')}:{name}"
            self.builds.append(Build(build, cost[name], is_binary=False, lower=low[name], upper=high[name]))
            self.build_of[component, name] = build
            self.standing += cost[name] * now[name]
            return build

        return of

    def profile(self, component: str, attribute: str, name: str, scale: float = 1.0) -> str | None:
        """The name of an element's series, times a scale, as a profile."""
        values = self.tables.hourly(component, attribute, name)
        if values is None:
            return None
        profile = f"{component}:{attribute}:{name}"
        self.profiles[profile] = values * scale
        return profile


def is_pypsa_folder(path: Path) -> bool:
    """Whether a folder looks like PyPSA's: buses and a second file of its own."""
    own = ("network.csv", "snapshots.csv", "generators.csv", "loads.csv", "lines.csv", "links.csv")
    return (path / "buses.csv").is_file() and any((path / name).is_file() for name in own)


def read_pypsa_folder(path: Path) -> Case:
    """The network of a folder. Errors: CaseError with every fault found."""
    tables = read_folder(path)
    if "buses" not in tables.static:
        raise CaseError([Finding("not_a_case", str(path))])
    x = Expansion(tables)
    buses = tuple(tables.static["buses"].index)
    carriers = tables.texts("buses", "carrier", "AC")
    branches = (*_lines(x, carriers), *_transformers(x))
    generators = _generators(x)
    storage = _distinct(x, {g.id for g in generators})
    network = Network(
        buses=buses,
        branches=branches,
        links=tuple(_links(x)),
        generators=tuple(generators),
        storage=tuple(storage.values()),
        loads=tuple(_loads(x)),
        builds=tuple(x.builds),
    )
    step = tables.weights["stores"].to_numpy(dtype=np.float64)
    if network.storage and (step != 1).any():
        network = replace(network, step_profile=STEP)
        x.profiles[STEP] = step
    totals = totals_of(tables, x.build_of, storage)
    if tables.faults:
        raise CaseError(tables.faults)
    weight = tables.weights["objective"].to_numpy(dtype=np.float64)
    return Case(
        path.name, network, Series(len(weight), x.profiles, weight=weight), x.curves, totals=totals,
        constant=-x.standing, notes=tuple(tables.notes),
    )  # fmt: skip


def _distinct(x: Expansion, taken: set[str]) -> dict[tuple[str, str], Storage]:
    """Storage by (component, name), with ids that differ from each other and from those of generators."""
    result = {}
    for component, stores in (("storage_units", _storage_units(x)), ("stores", _stores(x))):
        for store in stores:
            name = store.id
            while name in taken:
                name += " (storage)"
            taken = taken | {name}
            result[component, store.id] = replace(store, id=name)
    return result


def _lines(x: Expansion, carriers: dict[str, str]) -> list[Branch]:
    t = x.tables
    if "lines" not in t.static:
        return []
    bus0, bus1, kind = t.texts("lines", "bus0"), t.texts("lines", "bus1"), t.texts("lines", "type")
    ohm, loss = t.numbers("lines", "x", 0.0), t.numbers("lines", "r", 0.0)
    size, share = t.numbers("lines", "s_nom", 0.0), t.numbers("lines", "s_max_pu", 1.0)
    volts, build = t.numbers("buses", "v_nom", 1.0), x.build("lines", "s_nom")
    branches, idle = [], []
    for name in t.names("lines"):
        if kind[name]:
            t.faults.append(Finding("line_type", f"lines.csv: {name}", kind[name]))
        reactance = loss[name] if carriers.get(bus0[name]) == "DC" else ohm[name]
        if reactance == 0:
            idle.append(name)
        chosen = build(name)
        branches.append(Branch(
            name, bus0[name], bus1[name], reactance * BASE_MVA / (volts.get(bus0[name], 1.0) or 1.0) ** 2,
            share[name] * (1.0 if chosen else size[name]), build=chosen,
        ))  # fmt: skip
    if idle:
        t.notes.append(Finding("no_reactance", "lines.csv", names(idle)))
    return branches


def _transformers(x: Expansion) -> list[Branch]:
    t = x.tables
    if "transformers" not in t.static:
        return []
    bus0, bus1, kind = (t.texts("transformers", a) for a in ("bus0", "bus1", "type"))
    pu, tap = t.numbers("transformers", "x", 0.0), t.numbers("transformers", "tap_ratio", 1.0)
    size, share = t.numbers("transformers", "s_nom", 0.0), t.numbers("transformers", "s_max_pu", 1.0)
    shift, build = t.numbers("transformers", "phase_shift", 0.0), x.build("transformers", "s_nom")
    taken = set(t.names("lines"))
    branches = []
    for name in t.names("transformers"):
        if kind[name]:
            t.faults.append(Finding("line_type", f"transformers.csv: {name}", kind[name]))
        if size[name] == 0:
            t.faults.append(Finding("no_rating", f"transformers.csv: {name}"))
            continue
        chosen = build(name)
        branches.append(Branch(
            f"{name} (transformer)" if name in taken else name, bus0[name], bus1[name],
            pu[name] * tap[name] * BASE_MVA / size[name], share[name] * (1.0 if chosen else size[name]), build=chosen,
        ))  # fmt: skip
    shifted = [name for name in t.names("transformers") if shift[name] != 0]
    if shifted:  # PyPSA's linear optimisation does not use them either
        t.notes.append(Finding("shifts_ignored", "transformers.csv", names(shifted)))
    return branches


def _links(x: Expansion) -> list[Link]:
    t = x.tables
    if "links" not in t.static:
        return []
    bus0, bus1 = t.texts("links", "bus0"), t.texts("links", "bus1")
    efficiency, cost = t.numbers("links", "efficiency", 1.0), t.numbers("links", "marginal_cost", 0.0)
    size, build = t.numbers("links", "p_nom", 0.0), x.build("links")
    low, high = t.numbers("links", "p_min_pu", 0.0), t.numbers("links", "p_max_pu", 1.0)
    links = []
    for name in t.names("links"):
        chosen = build(name)
        each = 1.0 if chosen else size[name]
        links.append(Link(
            name, bus0[name], bus1[name], high[name] * each, efficiency[name], cost_per_mwh=cost[name], build=chosen,
            min_mw=low[name] * each,
        ))  # fmt: skip
    for column in t.static["links"].columns:
        if column.startswith("bus") and column not in ("bus0", "bus1"):
            used = [name for name, text in t.static["links"][column].items() if text]
            if used:
                t.notes.append(Finding("not_modelled", f"links.csv: {column}", names(used)))
    return links


def _generators(x: Expansion) -> list[Generator]:
    t = x.tables
    if "generators" not in t.static:
        return []
    c = "generators"
    bus, sign, size, build = (
        t.texts(c, "bus"),
        t.numbers(c, "sign", 1.0),
        t.numbers(c, "p_nom", 0.0),
        x.build(c),
    )
    low, high = t.numbers(c, "p_min_pu", 0.0), t.numbers(c, "p_max_pu", 1.0)
    cost, square = t.numbers(c, "marginal_cost", 0.0), t.numbers(c, "marginal_cost_quadratic", 0.0)
    committable = t.flags(c, "committable", default=False)
    relaxed = [name for name in t.names(c) if committable[name]]
    if relaxed:
        t.notes.append(Finding("unit_commitment", "generators.csv", names(relaxed)))
    generators = []
    for name in t.names(c):
        chosen = build(name)
        each = 1.0 if chosen else size[name]
        series = x.profile(c, "p_max_pu", name)
        lowest = None if committable[name] else x.profile(c, "p_min_pu", name)
        price = x.profile(c, "marginal_cost", name)
        least = 0.0 if committable[name] else low[name]
        capacity = each if series or lowest else high[name] * each
        if (
            lowest and not series
        ):  # the hourly share is of the size, so the greatest share has to be hourly too
            series = f"{c}:p_max_pu:{name}"
            x.profiles[series] = np.full(len(t.weights), high[name])
        generators.append(Generator(
            name, bus[name], capacity, profile=series, cost_per_mwh=1.0 if price else cost[name], sign=sign[name],
            build=chosen, min_mw=least * each, min_profile=lowest, cost_profile=price,
        ))  # fmt: skip
        if square[name] != 0:
            _quadratic(
                x, name, square[name], least * each, capacity, is_plain=chosen is None and lowest is None
            )
    return generators


def _quadratic(x: Expansion, name: str, square: float, low: float, high: float, *, is_plain: bool) -> None:
    """A quadratic cost; only between given limits and upwards."""
    if is_plain and square > 0:
        x.curves[name] = Curve((0.0, 0.0, square), low, high)
    else:
        x.tables.faults.append(
            Finding("not_convex" if square < 0 else "unlimited_curve", f"generators.csv: {name}")
        )


def _storage_units(x: Expansion) -> list[Storage]:
    t = x.tables
    if "storage_units" not in t.static:
        return []
    c = "storage_units"
    bus, size, hours = t.texts(c, "bus"), t.numbers(c, "p_nom", 0.0), t.numbers(c, "max_hours", 1.0)
    low, high, build = t.numbers(c, "p_min_pu", -1.0), t.numbers(c, "p_max_pu", 1.0), x.build(c)
    into, out = t.numbers(c, "efficiency_store", 1.0), t.numbers(c, "efficiency_dispatch", 1.0)
    loss, first = t.numbers(c, "standing_loss", 0.0), t.numbers(c, "state_of_charge_initial", 0.0)
    cyclic, cost = t.flags(c, "cyclic_state_of_charge", default=False), t.numbers(c, "marginal_cost", 0.0)
    given = t.numbers(c, "inflow", 0.0)
    stores = []
    for name in t.names(c):
        chosen, inflow = build(name), x.profile(c, "inflow", name)
        each = 1.0 if chosen else size[name]
        if inflow is None and given[name] > 0:
            inflow = f"{c}:inflow:{name}"
            x.profiles[inflow] = np.full(len(t.weights), given[name])
        stores.append(Storage(
            name, bus[name], max(high[name], 0.0) * each, hours[name] * each, into[name], out[name], loss[name],
            build=chosen, charge_mw=max(-low[name], 0.0) * each, inflow=inflow, cost_per_mwh=cost[name],
            initial_mwh=None if cyclic[name] else _initial(t, first[name], loss[name]),
        ))  # fmt: skip
    return stores


def _initial(tables: Tables, mwh: float, loss: float) -> float:
    """Level before the first hour: PyPSA's initial level has no standing loss in that hour."""
    kept = (1 - loss) ** float(tables.weights["stores"].iloc[0])
    return mwh / kept if kept > 0 else 0.0


def _stores(x: Expansion) -> list[Storage]:
    t = x.tables
    if "stores" not in t.static:
        return []
    c = "stores"
    bus, size, build = t.texts(c, "bus"), t.numbers(c, "e_nom", 0.0), x.build(c, "e_nom")
    low, high = t.numbers(c, "e_min_pu", 0.0), t.numbers(c, "e_max_pu", 1.0)
    loss, first = t.numbers(c, "standing_loss", 0.0), t.numbers(c, "e_initial", 0.0)
    cyclic, cost = t.flags(c, "e_cyclic", default=False), t.numbers(c, "marginal_cost", 0.0)
    stores = []
    for name in t.names(c):
        chosen = build(name)
        energy = high[name] * (1.0 if chosen else size[name])
        if low[name] < 0:
            t.notes.append(Finding("not_modelled", "stores.csv: e_min_pu < 0", name))
        share = max(low[name], 0.0) / high[name] if high[name] > 0 else 0.0
        stores.append(Storage(
            name, bus[name], np.inf, energy, standing_loss=loss[name], build=chosen, min_level_share=share,
            initial_mwh=None if cyclic[name] else _initial(t, first[name], loss[name]), cost_per_mwh=cost[name],
            charge_cost_per_mwh=-cost[name],
        ))  # fmt: skip
    return stores


def _loads(x: Expansion) -> list[Load]:
    t = x.tables
    if "loads" not in t.static:
        return []
    bus, mw, sign = (
        t.texts("loads", "bus"),
        t.numbers("loads", "p_set", 0.0),
        t.numbers("loads", "sign", -1.0),
    )
    loads = []
    for name in t.names("loads"):
        series = x.profile("loads", "p_set", name, -sign[name])
        if series is not None:
            loads.append(Load(name, bus[name], profile=series, mw=1.0))
        elif mw[name] != 0:
            loads.append(Load(name, bus[name], mw=-sign[name] * mw[name]))
    return loads
