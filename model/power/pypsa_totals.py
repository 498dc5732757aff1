"""Totals over all snapshots in a PyPSA folder: global constraints, and limits on a generator's energy."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dualcontrol.model.power.case import Finding, Total
from dualcontrol.model.power.network import Floats, Storage
from dualcontrol.model.power.pypsa_tables import Tables

SIZED = {  # component -> its size
    "lines": "s_nom", "transformers": "s_nom", "links": "p_nom", "generators": "p_nom", "storage_units": "p_nom",
    "stores": "e_nom",
}  # fmt: skip
LIMITS = {"<=": (-np.inf, 1.0), ">=": (1.0, np.inf), "==": (1.0, 1.0)}


def totals_of(
    tables: Tables,
    build_of: Mapping[tuple[str, str], str],
    storage: Mapping[tuple[str, str], Storage],
) -> tuple[Total, ...]:
    """All totals; a kind that is not modelled becomes a note, a senseless one a fault.

    build_of, storage: (component, name) -> its build, its storage in the network.
    """
    totals = _energy_limits(tables)
    if "global_constraints" not in tables.static:
        return tuple(totals)
    c = "global_constraints"
    kind, sense = tables.texts(c, "type", "primary_energy"), tables.texts(c, "sense", "==")
    attribute = tables.texts(c, "carrier_attribute", "co2_emissions")
    constant, bus = tables.numbers(c, "constant", 0.0), tables.texts(c, "bus")
    for name in tables.static[c].index:
        how = sense[name].replace("≤", "<=").replace("≥", ">=").replace("=<", "<=")
        if how not in LIMITS:
            tables.faults.append(Finding("sense", f"{c}.csv: {name}", sense[name]))
            continue
        hourly: dict[Any, Floats | float] = {}
        builds: dict[str, float] = {}
        constant_part = 0.0
        if kind[name] in ("primary_energy", "operational_limit"):
            hourly, constant_part = _carried(tables, attribute[name], kind[name] == "primary_energy", storage)
        elif kind[name] in ("transmission_volume_expansion_limit", "transmission_expansion_cost_limit"):
            builds = _transmission(tables, build_of, attribute[name], "volume" in kind[name])
        elif kind[name] == "tech_capacity_expansion_limit":
            builds = _capacity(tables, build_of, attribute[name], bus[name])
        else:
            tables.notes.append(Finding("not_modelled", f"{c}.csv: {name}", kind[name]))
            continue
        low, high = (
            side * (constant[name] - constant_part) if np.isfinite(side) else side for side in LIMITS[how]
        )
        totals.append(Total(name, hourly, builds, low, high))
    return tuple(totals)


def _energy_limits(tables: Tables) -> list[Total]:
    """Least and greatest energy of a generator over all snapshots."""
    if "generators" not in tables.static:
        return []
    low = tables.numbers("generators", "e_sum_min", -np.inf)
    high = tables.numbers("generators", "e_sum_max", np.inf)
    weight = tables.weights["generators"].to_numpy(dtype=np.float64)
    return [
        Total(f"e_sum of {name}", {("p", name): weight}, {}, low[name], high[name])
        for name in tables.names("generators")
        if np.isfinite(low[name]) or np.isfinite(high[name])
    ]


def _carried(
    tables: Tables, attribute: str, by_carrier: bool, storage: Mapping[tuple[str, str], Storage]
) -> tuple[dict[Any, Floats | float], float]:
    """What generators of a carrier burn (emission per unit of fuel, or output itself), and what stores give.

    A store that does not return to its beginning counts with the fall of its level. Returns coefficients and
    the constant part.
    """
    factors = {attribute: 1.0}
    if by_carrier:
        known = "carriers" in tables.static and attribute in tables.static["carriers"]
        factors = tables.numbers("carriers", attribute, 0.0) if known else {}
    weight = tables.weights["generators"].to_numpy(dtype=np.float64)
    hourly: dict[Any, Floats | float] = {}
    constant = 0.0
    if "generators" in tables.static:
        carrier = tables.texts("generators", "carrier")
        efficiency = tables.numbers("generators", "efficiency", 1.0)
        for name in tables.names("generators"):
            factor = factors.get(carrier[name], 0.0)
            if factor == 0:
                continue
            share = tables.hourly("generators", "efficiency", name)
            per_mwh = factor / (efficiency[name] if share is None else share) if by_carrier else factor
            hourly["p", name] = weight * per_mwh
    last = np.zeros(len(weight))
    last[-1:] = 1.0
    for component, beginning in (("storage_units", "state_of_charge_initial"), ("stores", "e_initial")):
        if component not in tables.static:
            continue
        carrier, initial = tables.texts(component, "carrier"), tables.numbers(component, beginning, 0.0)
        for name in tables.names(component):
            factor, store = factors.get(carrier[name], 0.0), storage[component, name]
            if factor and store.initial_mwh is not None:
                hourly["level", store.id] = -factor * last
                constant += factor * initial[name]
    return hourly, constant


def _transmission(
    tables: Tables, build_of: Mapping[tuple[str, str], str], attribute: str, by_volume: bool
) -> dict[str, float]:
    """Length, or capital cost, of lines and links that may be expanded, of the carriers named."""
    wanted = {word.strip() for word in attribute.split(",")}
    builds = {}
    for component in ("lines", "links"):
        if component not in tables.static:
            continue
        carrier = tables.texts(component, "carrier")
        each = tables.numbers(component, "length" if by_volume else "capital_cost", 0.0)
        for name in tables.names(component):
            if (component, name) in build_of and carrier[name] in wanted:
                builds[build_of[component, name]] = each[name]
    return builds


def _capacity(
    tables: Tables, build_of: Mapping[tuple[str, str], str], carrier: str, bus: str
) -> dict[str, float]:
    """Capacity of a carrier that may be expanded, at one bus or everywhere."""
    builds = {}
    for component in SIZED:
        if component not in tables.static or "carrier" not in tables.static[component]:
            continue
        own, place = (
            tables.texts(component, "carrier"),
            "bus0" if component in ("lines", "transformers", "links") else "bus",
        )
        at = tables.texts(component, place)
        for name in tables.names(component):
            if (component, name) in build_of and own[name] == carrier and bus in ("", at[name]):
                builds[build_of[component, name]] = 1.0
    return builds
