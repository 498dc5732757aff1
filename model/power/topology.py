"""Topology of a network with networkx: islands, cycle basis, what a candidate connects, errors by name (3.4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from dualcontrol.model.power.network import Branch, Network

SignedBranches = tuple[tuple[Branch, float], ...]


@dataclass(frozen=True)
class Fault:
    """Something wrong with a network: `rule` is a message id, `element` what it concerns."""

    rule: str
    element: str
    detail: str = ""


def faults(network: Network) -> list[Fault]:
    """Everything that makes a network meaningless, all at once: unknown buses, loops, islands with load and no supply."""
    known = set(network.buses)
    found: list[Fault] = []
    for branch in (*network.branches, *network.links):
        for bus in (branch.bus0, branch.bus1):
            if bus not in known:
                found.append(Fault("line_to_nowhere", branch.id, bus))
        if branch.bus0 == branch.bus1:
            found.append(Fault("line_to_itself", branch.id, branch.bus0))
    for element in (*network.generators, *network.storage, *network.loads):
        if element.bus not in known:
            found.append(Fault("unknown_bus", element.id, element.bus))
    builds = {build.id for build in network.builds}
    for element in (*network.branches, *network.links, *network.generators, *network.storage):
        if element.build is not None and element.build not in builds:
            found.append(Fault("unknown_build", element.id, element.build))
    if found:
        return found
    graph = _graph(network, with_optional=True)
    graph.add_edges_from((link.bus0, link.bus1) for link in network.links)
    supplied = {g.bus for g in network.generators if g.sign > 0}
    for island in nx.connected_components(graph):
        loads = sorted(load.id for load in network.loads if load.bus in island)
        if loads and not supplied & island:
            found.append(Fault("load_without_supply", ", ".join(loads), ", ".join(sorted(island))))
    return found


def _graph(network: Network, with_optional: bool) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    graph.add_nodes_from(sorted(network.buses))
    for branch in network.branches:
        if with_optional or not branch.is_optional:
            graph.add_edge(branch.bus0, branch.bus1, key=branch.id, branch=branch)
    return graph


def islands(network: Network) -> list[list[str]]:
    """Buses connected by branches that exist for certain, sorted, the largest island first."""
    parts = [sorted(part) for part in nx.connected_components(_graph(network, with_optional=False))]
    return sorted(parts, key=lambda part: (-len(part), part))


def cycles(network: Network) -> list[SignedBranches]:
    """A cycle basis of the certain branches: along each cycle the signed reactance times flow sums to zero.

    Spanning tree by sorted ids plus one branch each, so the same network gives the same rows. Parallel branches
    are cycles of two.
    """
    basis: list[SignedBranches] = []
    tree, rest = _spanning(network)
    for branch in rest:
        back = path(tree, branch.bus1, branch.bus0)
        basis.append(((branch, 1.0), *(back or ())))
    return basis


def _spanning(network: Network) -> tuple[nx.Graph, list[Branch]]:
    """A breadth-first spanning forest of the certain branches and the branches left over."""
    graph = _graph(network, with_optional=False)
    tree = nx.Graph()
    tree.add_nodes_from(graph.nodes)
    used: set[str] = set()
    for island in islands(network):
        queue, seen = [island[0]], {island[0]}
        while queue:
            bus = queue.pop(0)
            edges = sorted((key, other) for _, other, key in graph.edges(bus, keys=True))
            for key, other in edges:
                if other not in seen:
                    seen.add(other)
                    queue.append(other)
                    used.add(key)
                    tree.add_edge(bus, other, branch=graph.edges[bus, other, key]["branch"])
    rest = [b for b in sorted(network.branches, key=lambda b: b.id) if not b.is_optional and b.id not in used]
    return tree, rest


def path(tree: nx.Graph, start: str, end: str) -> SignedBranches | None:
    """Branches from start to end with the sign of their direction; None if the buses are not connected."""
    try:
        buses = nx.shortest_path(tree, start, end)
    except nx.NetworkXNoPath:
        return None
    steps = []
    for bus, other in zip(buses, buses[1:], strict=False):
        branch = tree.edges[bus, other]["branch"]
        steps.append((branch, 1.0 if branch.bus0 == bus else -1.0))
    return tuple(steps)


@dataclass(frozen=True)
class Candidate:
    """An optional branch and how its angle difference reads in existing flows.

    angle(bus0) - angle(bus1) = angle of root0 - angle of root1 + signed reactance times flow along `along`; within
    one island the roots cancel. big_m bounds that difference in every configuration (p.u. times MW).
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
    tree, _ = _spanning(network)
    home = {bus: part[0] for part in islands(network) for bus in part}
    optional = [b for b in sorted(network.branches, key=lambda b: b.id) if b.is_optional]
    reach = sum(_span(b) for b in optional) + sum(_span(tree.edges[e]["branch"]) for e in tree.edges)
    result = []
    for branch in optional:
        up, down = path(tree, branch.bus0, home[branch.bus0]), path(tree, branch.bus1, home[branch.bus1])
        same = home[branch.bus0] == home[branch.bus1]
        along = path(tree, branch.bus0, branch.bus1) if same else (*(up or ()), *((b, -s) for b, s in down or ()))
        big_m = sum(_span(b) for b, _ in along or ()) if same else reach
        if not np.isfinite(big_m + _span(branch)):
            raise ValueError(f"{branch.id}: a branch on the path beside it has no limit")
        result.append(Candidate(
            branch, None if same else home[branch.bus0], None if same else home[branch.bus1], tuple(along or ()), big_m
        ))
    return result


def _span(branch: Branch) -> float:
    """Largest angle difference over a branch: reactance times limit."""
    return abs(branch.reactance_pu) * branch.capacity_mw


def connects(network: Network, build: str) -> Sequence[tuple[str, str]]:
    """The pairs of buses that a build's optional branches connect, sorted."""
    return sorted((b.bus0, b.bus1) for b in network.branches if b.is_optional and b.build == build)
