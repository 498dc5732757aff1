"""Topology of a network with networkx: islands, cycle basis, what a candidate connects, faults (3.4.3)."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from dualcontrol.model.power.network import BASE_MVA, Branch, Generator, Link, Load, Network, Storage

SignedBranches = tuple[tuple[Branch, float], ...]


@dataclass(frozen=True)
class Fault:
    """Something wrong with a network: `rule` is a message id, `element` what it concerns."""

    rule: str
    element: str
    detail: str = ""


def faults(network: Network) -> list[Fault]:
    """Everything that makes a network meaningless: ids used twice, unknown buses, loads without supply."""
    found = [*_repeated(network), *_dangling(network)]
    return found or _unsupplied(network)


def _repeated(network: Network) -> list[Fault]:
    kinds = (
        network.branches,
        network.links,
        network.generators,
        network.storage,
        network.loads,
        network.builds,
    )
    found = [Fault("bus_twice", bus) for bus, n in Counter(network.buses).items() if n > 1]
    for kind in kinds:
        found += [
            Fault("id_twice", name) for name, n in Counter(element.id for element in kind).items() if n > 1
        ]
    return found


def _dangling(network: Network) -> list[Fault]:
    connections: tuple[Branch | Link, ...] = (*network.branches, *network.links)
    attached: tuple[Generator | Storage | Load, ...] = (*network.generators, *network.storage, *network.loads)
    known, builds = set(network.buses), {build.id for build in network.builds}
    found = [
        Fault("line_to_nowhere", b.id, bus)
        for b in connections
        for bus in (b.bus0, b.bus1)
        if bus not in known
    ]
    found += [Fault("line_to_itself", b.id, b.bus0) for b in connections if b.bus0 == b.bus1]
    found += [Fault("unknown_bus", e.id, e.bus) for e in attached if e.bus not in known]
    buildable: tuple[Branch | Link | Generator | Storage, ...] = (
        *connections,
        *network.generators,
        *network.storage,
    )
    found += [Fault("unknown_build", e.id, e.build) for e in buildable if e.build and e.build not in builds]
    return found


def _unsupplied(network: Network) -> list[Fault]:
    """Islands (joined by links and all that may be built) with load and nothing that could supply it."""
    graph = _graph(network, with_optional=True)
    graph.add_edges_from((link.bus0, link.bus1) for link in network.links)
    supplied = {g.bus for g in network.generators if g.sign > 0 or g.lowest_mw < 0}
    supplied |= {s.bus for s in network.storage if s.inflow is not None or s.initial_mwh}
    relieved = {load.bus for load in network.loads if load.mw < 0}  # a negative load supplies its neighbours
    loads: dict[str, list[str]] = {}
    for load in network.loads:
        loads.setdefault(load.bus, []).append(load.id)
    found = []
    for island in nx.connected_components(graph):
        hungry = sorted(load for bus in island for load in loads.get(bus, ()))
        if hungry and not supplied & island and not (len(island) > 1 and relieved & island):
            found.append(Fault("load_without_supply", ", ".join(hungry), ", ".join(sorted(island))))
    return sorted(found, key=lambda fault: fault.element)


def _graph(network: Network, with_optional: bool) -> nx.Graph:
    """Which buses are joined; parallel branches are one edge."""
    graph = nx.Graph()
    graph.add_nodes_from(sorted(network.buses))
    graph.add_edges_from((b.bus0, b.bus1) for b in network.branches if with_optional or not b.is_optional)
    return graph


def islands(network: Network) -> list[list[str]]:
    """Buses connected by branches that exist for certain, sorted, the largest island first."""
    parts = [sorted(part) for part in nx.connected_components(_graph(network, with_optional=False))]
    return sorted(parts, key=lambda part: (-len(part), part))


def cycles(network: Network) -> list[SignedBranches]:
    """A cycle basis of the certain branches: along each cycle the signed reactance times flow sums to zero.

    Spanning tree by sorted ids plus one branch each, so the same network gives the same rows. Parallel
    branches are cycles of two.
    """
    basis: list[SignedBranches] = []
    forest, rest = _spanning(network)
    for branch in rest:
        back = _path(forest, branch.bus1, branch.bus0)
        basis.append(((branch, 1.0), *(back or ())))
    return basis


@dataclass(frozen=True)
class _Forest:
    """A spanning forest: by bus the next bus towards its root, the branch that leads there, and how far it is."""

    up: Mapping[str, tuple[str, Branch]]
    depth: Mapping[str, int]


def _spanning(network: Network) -> tuple[_Forest, list[Branch]]:
    """A breadth-first spanning forest of the certain branches and the branches left over."""
    neighbours: dict[str, list[tuple[str, Branch]]] = {bus: [] for bus in network.buses}
    certain = [b for b in sorted(network.branches, key=lambda b: b.id) if not b.is_optional]
    for branch in certain:
        neighbours[branch.bus0].append((branch.bus1, branch))
        neighbours[branch.bus1].append((branch.bus0, branch))
    up: dict[str, tuple[str, Branch]] = {}
    depth: dict[str, int] = {}
    for island in islands(network):
        queue = deque([island[0]])
        depth[island[0]] = 0
        while queue:
            bus = queue.popleft()
            for other, branch in neighbours[bus]:
                if other not in depth:
                    queue.append(other)
                    up[other], depth[other] = (bus, branch), depth[bus] + 1
    used = {branch.id for _, branch in up.values()}
    return _Forest(up, depth), [b for b in certain if b.id not in used]


def _path(forest: _Forest, start: str, end: str) -> SignedBranches | None:
    """Branches from start to end with the sign of their direction; None if the buses are not connected."""
    here, there = start, end
    ahead: list[tuple[Branch, float]] = []
    back: list[tuple[Branch, float]] = []
    while here != there:
        is_ahead = forest.depth[here] >= forest.depth[there]
        deeper = here if is_ahead else there
        if deeper not in forest.up:
            return None
        above, branch = forest.up[deeper]
        if is_ahead:
            ahead.append((branch, 1.0 if branch.bus0 == here else -1.0))
            here = above
        else:
            back.append((branch, 1.0 if branch.bus0 == above else -1.0))
            there = above
    return (*ahead, *reversed(back))


@dataclass(frozen=True)
class Candidate:
    """An optional branch and how its angle difference reads in existing flows.

    angle(bus0) - angle(bus1) = angle of root0 - angle of root1 + signed reactance times flow along `along`;
    within one island the roots cancel. big_m bounds that difference in every configuration (p.u. times MW).
    """

    branch: Branch
    root0: str | None
    root1: str | None
    along: SignedBranches
    big_m: float


def candidates(network: Network) -> list[Candidate]:
    """Optional branches with their angle rows (never big-M on a cycle: relaxing two cycles loses Kirchhoff).

    Errors: ValueError when a branch on the proven path has no limit, so that no big-M exists.
    """
    optional = [b for b in sorted(network.branches, key=lambda b: b.id) if b.is_optional]
    if not optional:
        return []
    forest, _ = _spanning(network)
    home = {bus: part[0] for part in islands(network) for bus in part}
    reach = sum(_span(network, b) for b in (*optional, *(branch for _, branch in forest.up.values())))
    result = []
    for branch in optional:
        root0, root1 = home[branch.bus0], home[branch.bus1]
        if root0 == root1:
            along = _path(forest, branch.bus0, branch.bus1) or ()
            big_m = sum(_span(network, b) for b, _ in along) + abs(branch.shift_rad) * BASE_MVA
            found = Candidate(branch, None, None, along, big_m)
        else:
            up, down = _path(forest, branch.bus0, root0) or (), _path(forest, branch.bus1, root1) or ()
            found = Candidate(branch, root0, root1, (*up, *((b, -sign) for b, sign in down)), reach)
        if not np.isfinite(found.big_m + _span(network, branch)):
            raise ValueError(f"{branch.id}: a branch on the path beside it has no limit")
        result.append(found)
    return result


def _span(network: Network, branch: Branch) -> float:
    """Largest angle difference over a branch, times 100 MVA: reactance times limit, and the phase shift."""
    most = 1.0 if branch.build is None else network.build(branch.build).upper
    return abs(branch.reactance_pu) * branch.capacity_mw * most + abs(branch.shift_rad) * BASE_MVA


def connects(network: Network, build: str) -> Sequence[tuple[str, str]]:
    """The pairs of buses that a build's optional branches connect, sorted."""
    return sorted((b.bus0, b.bus1) for b in network.branches if b.is_optional and b.build == build)
