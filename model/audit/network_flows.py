"""Power flow recomputed from the injections: DC, susceptances 1/x, only branches that exist in the hour.

What exists changes with the months in which builds come into service; between them the buses fall into
islands, and within an island the angles follow from the injections alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from dualcontrol.model.audit.inputs import Row
from dualcontrol.model.audit.network import MONTH_OF_HOUR, Floats, Network, Whole
from dualcontrol.model.audit.network_tables import Dispatch


@dataclass(frozen=True)
class Layout:
    """The hours with the same branches. `hours`: positions in the dispatch; `island`: (buses,).

    `shift`: (branches, buses), flow from `from_bus` to `to_bus` per unit injected at a bus and taken out where
    its island's angle is held; any balanced injection gives the same flows.
    """

    hours: Whole
    branches: tuple[Row, ...]
    island: Whole
    shift: Floats


def layouts(network: Network, dispatch: Dispatch, built: Mapping[str, bool]) -> Iterator[Layout]:
    """One layout for each set of branches that exist together."""
    month = MONTH_OF_HOUR[dispatch.hour]
    there = np.ones((len(network.branches), len(month)), dtype=bool)
    for k, row in enumerate(network.branches):
        build = row.text("build_id")
        if build:
            start = int(network.builds[build].num("start_month"))
            there[k] = (month >= start) & built.get(build, False)
    kinds, kind_of = np.unique(there, axis=1, return_inverse=True)
    kind_of = np.ravel(kind_of)
    for kind in range(kinds.shape[1]):
        branches = tuple(row for k, row in enumerate(network.branches) if kinds[k, kind])
        island, shift = _electrical(network, branches)
        yield Layout(np.flatnonzero(kind_of == kind).astype(np.int64), branches, island, shift)


def _electrical(network: Network, branches: tuple[Row, ...]) -> tuple[Whole, Floats]:
    place = {bus: k for k, bus in enumerate(network.buses)}
    ends = [(place[row.text("from_bus")], place[row.text("to_bus")]) for row in branches]
    island = np.arange(len(place), dtype=np.int64)
    changed = True
    while changed:
        changed = False
        for one, other in ends:
            low = min(island[one], island[other])
            changed |= bool(island[one] != low or island[other] != low)
            island[one] = island[other] = low
    susceptance = np.array([float(1 / row.num("reactance_pu")) for row in branches])
    shift = np.zeros((len(branches), len(place)))
    incidence = np.zeros((len(branches), len(place)))
    for k, (one, other) in enumerate(ends):
        incidence[k, one] += 1.0
        incidence[k, other] -= 1.0
    weighted = susceptance[:, None] * incidence
    laplacian = incidence.T @ weighted
    for root in np.unique(island):
        free = np.flatnonzero((island == root) & (np.arange(len(place)) != root))
        if len(free):
            angle = np.linalg.inv(laplacian[np.ix_(free, free)])
            shift[:, free] = weighted[:, free] @ angle
    return island, shift


def bus_injections(network: Network, dispatch: Dispatch) -> Whole:
    """Net injection of every bus, (T, buses), kWh."""
    place = {bus: k for k, bus in enumerate(network.buses)}
    found = np.zeros((len(dispatch.hour), len(place)), dtype=np.int64)
    for asset, bus in network.bus_of().items():
        found[:, place[bus]] += dispatch.of(asset)
    return found
