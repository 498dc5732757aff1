"""One hour of the operation of a network, in Pyomo; `solvers.stamp` repeats it over the year (design §6–7).

Signs: generation and what arrives are positive at a bus. DC power flow: along every cycle reactance times flow sums
to zero (Kirchhoff); optional branches use angles with a proven big-M. The model maximises minus the operating cost.
"""

from typing import Any

import pyomo.environ as pyo

from dualcontrol.model.power.network import Generator, Network
from dualcontrol.model.power.topology import candidates, cycles

SCOPES = {"cycle": ("online",), "year": ("built", "mean_load")}
LINKS = {"level_before": "level", "served_before": "served"}


def build_hour(network: Network) -> pyo.ConcreteModel:
    """The model of one hour. Mutable Params `profile[name]` take the hour's figures.

    Variables: p, flow, transfer, charge, discharge, level, move, shed (hourly, MW or MWh); online (per cycle);
    built and mean_load (per year). Errors: see `topology.candidates`.
    """
    m = pyo.ConcreteModel()
    m.network = network
    profiled = (*network.generators, *network.loads, *network.builds)
    names = sorted({e.profile for e in profiled if e.profile is not None})
    m.profile = pyo.Param(names, mutable=True, initialize=1.0, within=pyo.Any)
    _variables(m, network)
    for add in (_generation, _storage, _flexible, _branches, _optional, _green, _balance):
        add(m, network)
    m.cost = pyo.Objective(expr=_cost(m, network), sense=pyo.minimize)
    return m


def _variables(m: Any, network: Network) -> None:
    m.built = pyo.Var(
        [b.id for b in network.builds],
        domain=lambda m, b: pyo.Binary if _by_id(network.builds, b).is_binary else pyo.Reals,
        bounds=lambda m, b: (_by_id(network.builds, b).lower, _by_id(network.builds, b).upper),
    )
    m.mean_load = pyo.Var(sorted({x.column for x in network.loads if x.column is not None}), bounds=(0, None))
    m.p = pyo.Var([g.id for g in network.generators], bounds=lambda m, g: _output_bounds(m, _by_id(network.generators, g)))
    m.segment = pyo.Var(
        [(g.id, k) for g in network.generators for k in range(len(g.segments))],
        bounds=lambda m, g, k: (0, _by_id(network.generators, g).segments[k][0]),
    )
    m.online = pyo.Var([g.id for g in network.generators if g.has_online], bounds=lambda m, g: (
        0, _by_id(network.generators, g).capacity_mw
    ))
    m.flow = pyo.Var([b.id for b in network.branches], bounds=lambda m, b: _fixed_limit(_by_id(network.branches, b)))
    m.transfer = pyo.Var([x.id for x in network.links], bounds=lambda m, k: _link_bounds(_by_id(network.links, k)))
    stores = [s.id for s in network.storage]
    m.charge, m.discharge = (pyo.Var(stores, bounds=lambda m, s: (0, _by_id(network.storage, s).power_mw)) for _ in "io")
    m.level = pyo.Var(stores, bounds=lambda m, s: (0, _by_id(network.storage, s).energy_mwh))
    m.level_before = pyo.Var(stores)
    flexible = [x.id for x in network.loads if x.flexible_share > 0]
    m.move, m.served, m.served_before = pyo.Var(flexible, bounds=(0, None)), pyo.Var(flexible), pyo.Var(flexible)
    loaded = sorted({x.bus for x in network.loads}) if network.shed_cost is not None else []
    m.shed = pyo.Var(loaded, bounds=(0, None))


def _by_id(elements: tuple[Any, ...], wanted: str) -> Any:
    return next(e for e in elements if e.id == wanted)


def _output_bounds(m: Any, g: Generator) -> tuple[Any, Any]:
    """Bounds where the capacity is a constant; rows do the rest."""
    if g.build is not None or g.has_online:
        return (0 if g.min_share >= 0 else None, None)
    top = g.capacity_mw if g.profile is None else m.profile[g.profile] * g.capacity_mw
    return (g.min_share * g.capacity_mw, top)


def _fixed_limit(branch: Any) -> tuple[Any, Any]:
    return (None, None) if branch.build is not None else (-branch.capacity_mw, branch.capacity_mw)


def _link_bounds(link: Any) -> tuple[Any, Any]:
    return (None, None) if link.build is not None else (link.min_share * link.capacity_mw, link.capacity_mw)


def in_service(m: Any, build: str) -> Any:
    """The build's column in this hour: 0 before it starts, if it has a profile."""
    profile = m.network.build(build).profile
    return m.built[build] if profile is None else m.profile[profile] * m.built[build]


def _rows(m: Any, name: str, index: list[Any], rule: Any) -> None:
    setattr(m, name, pyo.Constraint(index, rule=rule))


def _generation(m: Any, network: Network) -> None:
    """Output within what is built and available; thermal between the lowest output and what is online."""
    sized = {g.id: g for g in network.generators if g.build is not None and not g.has_online}
    online = {g.id: g for g in network.generators if g.has_online}

    def available(g: Generator) -> Any:
        size = g.capacity_mw if g.build is None else g.capacity_mw * in_service(m, g.build)
        size = size - sum(mw * in_service(m, build) for build, mw in g.given_up)
        return size if g.profile is None else m.profile[g.profile] * size

    _rows(m, "output_of_build", list(sized), lambda m, g: m.p[g] <= available(sized[g]))
    low = [g for g in sized if sized[g].min_share != 0]
    _rows(m, "least_output_of_build", low,
          lambda m, g: m.p[g] >= sized[g].min_share * sized[g].capacity_mw * in_service(m, sized[g].build))
    _rows(m, "output_within_online", list(online), lambda m, g: m.p[g] <= m.online[g])
    _rows(m, "least_output_online", list(online), lambda m, g: m.p[g] >= online[g].min_share * m.online[g])
    _rows(m, "online_within_available", list(online), lambda m, g: m.online[g] <= available(online[g]))
    stepped = {g.id: g for g in network.generators if g.segments}
    _rows(m, "output_by_segment", list(stepped), lambda m, g: m.p[g] == stepped[g].min_share * stepped[g].capacity_mw + sum(
        m.segment[g, k] for k in range(len(stepped[g].segments))
    ))


def _storage(m: Any, network: Network) -> None:
    """The level carries over with losses, within what is built."""
    stores = {s.id: s for s in network.storage}
    _rows(m, "storage_level", list(stores), lambda m, s: m.level[s] == (1 - stores[s].standing_loss) * m.level_before[s]
          + stores[s].efficiency_in * m.charge[s] - m.discharge[s] / stores[s].efficiency_out)
    built = [s for s in stores if stores[s].build is not None]
    for name, variable, size in (
        ("charge_of_build", m.charge, "power_mw"), ("discharge_of_build", m.discharge, "power_mw"),
        ("level_of_build", m.level, "energy_mwh"),
    ):
        _rows(m, name, built, lambda m, s, v=variable, z=size: v[s] <= getattr(stores[s], z) * in_service(m, stores[s].build))


def mean_mw(m: Any, load: Any) -> Any:
    """Mean power of a load over the year: a shared column or a constant."""
    return m.mean_load[load.column] if load.column is not None else load.mw


def _flexible(m: Any, network: Network) -> None:
    """What may be moved is served in full over the cycle (a level that returns to where it began) and has a peak."""
    flexible = {x.id: x for x in network.loads if x.flexible_share > 0}
    _rows(m, "moved_within_cycle", list(flexible), lambda m, k: m.served[k] == m.served_before[k] + m.move[k]
          - flexible[k].flexible_share * mean_mw(m, flexible[k]))
    _rows(m, "moved_peak", list(flexible), lambda m, k: m.move[k] <= flexible[k].flexible_peak
          * flexible[k].flexible_share * mean_mw(m, flexible[k]))


def _branches(m: Any, network: Network) -> None:
    """Kirchhoff's voltage law along each cycle, limits of built branches, limits of angle differences."""
    basis = cycles(network)
    _rows(m, "kirchhoff", list(range(len(basis))), lambda m, k: sum(
        sign * (b.reactance_pu * m.flow[b.id] + b.shift_rad * 100) for b, sign in basis[k]
    ) == 0)
    built = {b.id: b for b in network.branches if b.build is not None}
    for name, side in (("flow_of_build", 1.0), ("backflow_of_build", -1.0)):
        _rows(m, name, list(built), lambda m, b, s=side: s * m.flow[b] <= built[b].capacity_mw * in_service(m, built[b].build))
    limited = {b.id: b for b in network.branches if max(-b.angle_min_rad, b.angle_max_rad) < float("inf")}
    _rows(m, "angle_limit", list(limited), lambda m, b: pyo.inequality(
        limited[b].angle_min_rad * 100, limited[b].reactance_pu * m.flow[b] + limited[b].shift_rad * 100,
        limited[b].angle_max_rad * 100,
    ))
    links = {x.id: x for x in network.links if x.build is not None}
    _rows(m, "transfer_of_build", list(links), lambda m, k: m.transfer[k] <= links[k].capacity_mw * in_service(m, links[k].build))
    _rows(m, "least_transfer_of_build", list(links), lambda m, k: m.transfer[k] >= links[k].min_share
          * links[k].capacity_mw * in_service(m, links[k].build))


def _optional(m: Any, network: Network) -> None:
    """An optional branch follows the angles of its ends if it is built, and carries nothing if it is not."""
    optional = {c.branch.id: c for c in candidates(network)}
    roots = sorted({root for c in optional.values() for root in (c.root0, c.root1) if root is not None})
    most = max((c.big_m for c in optional.values()), default=0.0)
    m.angle = pyo.Var(roots, bounds=lambda m, r: (0, 0) if r == roots[0] else (-most, most))

    def difference(m: Any, c: Any) -> Any:
        ends = 0 if c.root0 is None else m.angle[c.root0] - m.angle[c.root1]
        return ends + sum(sign * b.reactance_pu * m.flow[b.id] for b, sign in c.along) - (
            c.branch.reactance_pu * m.flow[c.branch.id]
        )

    for name, side in (("angle_of_build", 1.0), ("backangle_of_build", -1.0)):
        _rows(m, name, list(optional), lambda m, b, s=side: s * difference(m, optional[b]) <= optional[b].big_m * (
            1 - in_service(m, optional[b].branch.build)
        ))


def demand_mw(m: Any, load: Any) -> Any:
    """What a load draws in the hour: its profile on the firm part, the decided move on the flexible part."""
    firm = (1 - load.flexible_share) * mean_mw(m, load)
    firm = firm if load.profile is None else m.profile[load.profile] * firm
    return firm + m.move[load.id] if load.flexible_share > 0 else firm


def _green(m: Any, network: Network) -> None:
    """Green electricity of the hour (3.4.3d): claimed by load profiles within their load, in total within local
    renewables less green exports and charging plus green discharge. Exports carry green pro rata."""
    if not network.has_green_accounts:
        return
    groups: dict[str, list[Any]] = {}
    for load in network.loads:
        groups.setdefault(load.profile or "flat", []).append(load)
    m.green = pyo.Var(sorted(groups), bounds=(0, None))
    m.green_export = pyo.Var(bounds=(0, None))
    _rows(m, "green_within_load", sorted(groups), lambda m, s: m.green[s] <= sum(demand_mw(m, x) for x in groups[s]))
    made = sum(m.p[g.id] for g in network.generators if g.is_green)
    stored = sum(m.charge[s.id] - m.discharge[s.id] for s in network.storage)
    m.green_supply = pyo.Constraint(expr=sum(m.green[s] for s in groups) + m.green_export <= made - stored)


def _balance(m: Any, network: Network) -> None:
    """Kirchhoff's current law: at every bus what arrives equals what leaves."""

    def rule(m: Any, bus: str) -> Any:
        arriving = sum(g.sign * m.p[g.id] for g in network.generators if g.bus == bus)
        arriving += sum(m.discharge[s.id] - m.charge[s.id] for s in network.storage if s.bus == bus)
        arriving += sum(m.flow[b.id] * ((b.bus1 == bus) - (b.bus0 == bus)) for b in network.branches
                        if bus in (b.bus0, b.bus1))
        arriving += sum(x.efficiency * m.transfer[x.id] for x in network.links if x.bus1 == bus)
        arriving -= sum(m.transfer[x.id] for x in network.links if x.bus0 == bus)
        if bus in m.shed:
            arriving += m.shed[bus]
        demand = sum(demand_mw(m, x) for x in network.loads if x.bus == bus)
        balance = arriving == demand
        return pyo.Constraint.Feasible if balance is True else balance

    _rows(m, "balance", list(network.buses), rule)


def _cost(m: Any, network: Network) -> Any:
    cost: Any = 0.0
    for g in network.generators:
        cost += g.cost_per_mwh * m.p[g.id]
        cost += sum(price * m.segment[g.id, k] for k, (_, price) in enumerate(g.segments))
    cost += sum(x.cost_per_mwh * m.transfer[x.id] for x in network.links)
    if network.shed_cost is not None:
        cost += sum(network.shed_cost * m.shed[bus] for bus in m.shed)
    return cost
