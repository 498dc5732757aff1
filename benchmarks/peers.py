"""The same problems as linopy and PyPSA pose them. Imported only where both are installed.

linopy: vectorised over hours, as its documentation does it. PyPSA: a network made beforehand; only what `optimize` does
is measured.
"""

from typing import Any

import linopy
import numpy as np
import pandas as pd
import pypsa
import xarray as xr

from benchmarks.handover import Handed
from dualcontrol.model.power.case import Case
from dualcontrol.model.power.network import Network, Series
from dualcontrol.model.power.topology import cycles

ANY_MW = 1e6  # PyPSA wants a size for what may be shed without limit


def linopy_dispatch(given: tuple[Network, Series]) -> Handed:
    """The dispatch in linopy, handed to HiGHS as arrays without names."""
    net, years = given
    t = pd.RangeIndex(years.hours, name="hour")
    gens = pd.Index([g.id for g in net.generators], name="generator")
    lines = pd.Index([b.id for b in net.branches], name="line")
    stores = pd.Index([s.id for s in net.storage], name="store")
    loaded = pd.Index(sorted({x.bus for x in net.loads}), name="bus")
    m = linopy.Model()
    most = np.stack(
        [
            g.capacity_mw * (np.ones(years.hours) if g.profile is None else years.profiles[g.profile])
            for g in net.generators
        ],
        axis=1,
    )
    p = m.add_variables(0.0, xr.DataArray(most, coords=[t, gens]), name="p")
    limit = xr.DataArray([b.capacity_mw for b in net.branches], coords=[lines])
    flow = m.add_variables(-limit, limit, coords=[t, lines], name="flow")
    power = xr.DataArray([s.power_mw for s in net.storage], coords=[stores])
    energy = xr.DataArray([s.energy_mwh for s in net.storage], coords=[stores])
    charge = m.add_variables(0.0, power, coords=[t, stores], name="charge")
    discharge = m.add_variables(0.0, power, coords=[t, stores], name="discharge")
    level = m.add_variables(0.0, energy, coords=[t, stores], name="level")
    shed = m.add_variables(0.0, np.inf, coords=[t, loaded], name="shed")
    eta_in = xr.DataArray([s.efficiency_in for s in net.storage], coords=[stores])
    eta_out = xr.DataArray([s.efficiency_out for s in net.storage], coords=[stores])
    m.add_constraints(level - level.roll(hour=1) - eta_in * charge + discharge / eta_out == 0, name="storage")
    for k, cycle in enumerate(cycles(net)):
        along = xr.DataArray(
            [sign * b.reactance_pu for b, sign in cycle],
            coords=[pd.Index([b.id for b, _ in cycle], name="line")],
        )
        m.add_constraints((along * flow.sel(line=along.line)).sum("line") == 0, name=f"kirchhoff_{k}")
    for bus in net.buses:
        terms = []
        for variable, dim, names in (
            (p, "generator", [g.id for g in net.generators if g.bus == bus]),
            (flow, "line", [b.id for b in net.branches if b.bus1 == bus]),
            (discharge, "store", [s.id for s in net.storage if s.bus == bus]),
        ):
            terms += [variable.sel({dim: names}).sum(dim)] if names else []
        for variable, dim, names in (
            (flow, "line", [b.id for b in net.branches if b.bus0 == bus]),
            (charge, "store", [s.id for s in net.storage if s.bus == bus]),
        ):
            terms += [-variable.sel({dim: names}).sum(dim)] if names else []
        terms += [1 * shed.sel(bus=bus, drop=True)] if bus in loaded else []
        demand = sum(
            (x.mw * years.profiles[x.profile] for x in net.loads if x.bus == bus and x.profile is not None),
            np.zeros(years.hours),
        )
        m.add_constraints(linopy.merge(terms) == xr.DataArray(demand, coords=[t]), name=f"balance_{bus}")
    price = xr.DataArray([g.cost_per_mwh for g in net.generators], coords=[gens])
    wear = xr.DataArray([s.cost_per_mwh for s in net.storage], coords=[stores])
    m.add_objective((price * p).sum() + (wear * discharge).sum() + net.shed_cost * shed.sum())
    return Handed(m.to_highspy(set_names=False))


def pypsa_network(net: Network, years: Series) -> Any:
    """The synthetic network as PyPSA's."""
    n = pypsa.Network(snapshots=pd.RangeIndex(years.hours, name="snapshot"))
    n.add("Carrier", "AC")
    n.add("Bus", list(net.buses), v_nom=1.0, carrier="AC")
    _add_lines(n, net)
    fixed = [g for g in net.generators if g.profile is None]
    varying = [g for g in net.generators if g.profile is not None]
    for group in (fixed, varying):
        n.add(
            "Generator",
            [g.id for g in group],
            bus=[g.bus for g in group],
            p_nom=[g.capacity_mw for g in group],
            marginal_cost=[g.cost_per_mwh for g in group],
        )
    names = [g.id for g in varying]
    n.generators_t.p_max_pu[names] = np.stack([years.profiles[g.profile or ""] for g in varying], axis=1)
    n.add(
        "StorageUnit",
        [s.id for s in net.storage],
        bus=[s.bus for s in net.storage],
        p_nom=[s.power_mw for s in net.storage],
        max_hours=[s.energy_mwh / s.power_mw for s in net.storage],
        efficiency_store=[s.efficiency_in for s in net.storage],
        efficiency_dispatch=[s.efficiency_out for s in net.storage],
        marginal_cost=[s.cost_per_mwh for s in net.storage],
        cyclic_state_of_charge=True,
    )
    n.add("Load", [x.id for x in net.loads], bus=[x.bus for x in net.loads])
    n.loads_t.p_set[[x.id for x in net.loads]] = np.stack(
        [x.mw * years.profiles[x.profile or ""] for x in net.loads], axis=1
    )
    loaded = sorted({x.bus for x in net.loads})
    n.add(
        "Generator",
        [f"shed {bus}" for bus in loaded],
        bus=loaded,
        p_nom=ANY_MW,
        marginal_cost=net.shed_cost,
    )
    return n


def _add_lines(n: Any, net: Network) -> None:
    low, high = zip(*(b.angle_limits_mw for b in net.branches), strict=True)
    limit = [min(b.capacity_mw, top, -bottom) for b, bottom, top in zip(net.branches, low, high, strict=True)]
    n.add(
        "Line",
        [b.id for b in net.branches],
        bus0=[b.bus0 for b in net.branches],
        bus1=[b.bus1 for b in net.branches],
        x=[b.reactance_pu for b in net.branches],
        s_nom=limit,
        carrier="AC",
    )


def pypsa_dispatch(n: Any) -> Handed:
    """PyPSA's own model of its network, handed to HiGHS as arrays without names."""
    n.optimize.create_model(include_objective_constant=False)
    return Handed(n.model.to_highspy(set_names=False))


def pypsa_case(case: Case) -> Any:
    """The network of one hour of a MATPOWER case as PyPSA's. ValueError for what PyPSA would not say alike."""
    net = case.network
    if (
        case.curves
        or any(g.segments or g.profile or g.sign != 1 for g in net.generators)
        or net.storage
        or net.links
    ):
        raise ValueError("only generators of one linear cost, lines and loads")
    if any(b.shift_rad for b in net.branches):
        raise ValueError("no phase shifts")
    n = pypsa.Network()
    n.add("Carrier", "AC")
    n.add("Bus", list(net.buses), v_nom=1.0, carrier="AC")
    _add_lines(n, net)
    running = [g for g in net.generators if g.capacity_mw > 0]
    if any(g.lowest_mw for g in net.generators if g.capacity_mw <= 0):
        raise ValueError("no generators that only draw")
    n.add(
        "Generator",
        [g.id for g in running],
        bus=[g.bus for g in running],
        p_nom=[g.capacity_mw for g in running],
        p_min_pu=[g.lowest_mw / g.capacity_mw for g in running],
        marginal_cost=[g.cost_per_mwh for g in running],
    )
    n.add("Load", [x.id for x in net.loads], bus=[x.bus for x in net.loads], p_set=[x.mw for x in net.loads])
    return n
