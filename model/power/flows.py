"""Branch flows recomputed from injections by DC power flow, for the branches that exist in an hour (design §10)."""

from collections.abc import Mapping

import networkx as nx
import numpy as np
import numpy.typing as npt

from dualcontrol.model.power.dispatch import KWH, Dispatch
from dualcontrol.model.power.inputs import PowerInputs
from dualcontrol.model.power.network import Branch

Floats = npt.NDArray[np.float64]


def dc_flows(
    buses: tuple[str, ...], branches: tuple[Branch, ...], injections: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Flow of each branch from bus0 to bus1, (T,) in the unit of the injections, (T,) per bus.

    Susceptances 1/x, no phase shifts; every island is solved for itself. What an island does not balance cannot
    flow: its injections are taken to sum to zero, what is too much being spread evenly over its buses.
    KeyError for a branch at an unknown bus, ZeroDivisionError for one without reactance.
    """
    place = {bus: k for k, bus in enumerate(buses)}
    matrix = np.zeros((len(buses), len(buses)))
    for b in branches:
        i, j, y = place[b.bus0], place[b.bus1], 1.0 / b.reactance_pu
        matrix[[i, j], [i, j]] += y
        matrix[[i, j], [j, i]] -= y
    mean = _mean_of_island(buses, branches)
    hours = max((len(v) for v in injections.values()), default=0)
    given = np.array([injections.get(bus, np.zeros(hours)) for bus in buses])
    # Angles count within an island only; that they sum to zero there makes the matrix regular, whatever its scale.
    scale = float(np.trace(matrix)) / max(1, len(buses)) or 1.0
    angles = np.linalg.solve(matrix + scale * mean, given - mean @ given)
    return {b.id: (angles[place[b.bus0]] - angles[place[b.bus1]]) / b.reactance_pu for b in branches}


def _mean_of_island(buses: tuple[str, ...], branches: tuple[Branch, ...]) -> Floats:
    """The matrix that puts in place of each bus the mean of its island."""
    graph = nx.MultiGraph([(b.bus0, b.bus1) for b in branches])
    graph.add_nodes_from(buses)
    place = {bus: k for k, bus in enumerate(buses)}
    mean = np.zeros((len(buses), len(buses)))
    for island in nx.connected_components(graph):
        own = [place[bus] for bus in island]
        mean[np.ix_(own, own)] = 1.0 / len(own)
    return mean


def flows_of(power: PowerInputs, dispatch: Dispatch, built: Mapping[str, float]) -> dict[str, Floats]:
    """Flows of a plan's dispatch in MW, (T,) per branch; NaN in hours in which the branch is not in service."""
    hours = dispatch.series.hours
    at = {bus: np.zeros(hours) for bus in power.network.buses}
    buses = {g.id: g.bus for g in power.network.generators}
    buses |= {f"load:{x.id}": x.bus for x in power.network.loads}
    buses |= {f"{s.id}:{way}": s.bus for s in power.network.storage for way in ("charge", "discharge")}
    buses |= {f"shed:{bus}": bus for bus in power.network.buses}
    for asset, kwh in dispatch.injection.items():
        at[buses[asset]] += kwh / KWH
    flows = {b.id: np.full(hours, np.nan) for b in power.network.branches}
    if not flows:
        return flows
    service = np.array([_in_service(b, dispatch, built) for b in power.network.branches])
    for pattern in np.unique(service, axis=1).T:
        chosen = np.flatnonzero((service == pattern[:, None]).all(axis=0))
        existing = tuple(b for b, exists in zip(power.network.branches, pattern, strict=True) if exists)
        part = dc_flows(power.network.buses, existing, {bus: v[chosen] for bus, v in at.items()})
        for branch, flow in part.items():
            flows[branch][chosen] = flow
    return flows


def _in_service(branch: Branch, dispatch: Dispatch, built: Mapping[str, float]) -> npt.NDArray[np.bool_]:
    """Whether a branch exists, (T,)."""
    if branch.build is None:
        return np.ones(dispatch.series.hours, dtype=np.bool_)
    return built[branch.build] * dispatch.series.profiles[f"service:{branch.build}"] > 0.5
