"""One hour of the operation of a network, in Pyomo; `solvers.stamp` repeats it over the year (design §6–7).

Signs: generation and what arrives are positive at a bus. DC power flow: along every cycle reactance times
flow sums to zero (Kirchhoff); optional branches use angles with a proven big-M. The model maximises minus the
operating cost.
"""

from typing import Any

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from dualcontrol.model.power.network import BASE_MVA, START, Branch, Generator, Link, Network
from dualcontrol.model.power.topology import candidates, cycles

SCOPES = {"cycle": ("online",), "year": ("built", "mean_load")}
LINKS = {"level_before": "level", "served_before": "served"}


def build_hour(network: Network) -> pyo.ConcreteModel:
    """The model of one hour. Mutable Params `profile[name]` take the hour's figures.

    Variables: p, flow, transfer, charge, discharge, level, move, shed (hourly, MW or MWh); online (per
    cycle); built and mean_load (per year). Errors: see `topology.candidates`.
    """
    m = pyo.ConcreteModel()
    m.network = network
    with PauseGC():  # thousands of small objects that all stay: collecting would only look at them
        m.profile = pyo.Param(profile_names(network), mutable=True, initialize=1.0, within=pyo.Any)
        _variables(m, network)
        for add in (_generation, _storage, _flexible, _branches, _optional, _green, _balance):
            add(m, network)
        m.cost = pyo.Objective(expr=_cost(m, network), sense=pyo.minimize)
    return m


def profile_names(network: Network) -> list[str]:
    """The profiles that a network needs, sorted; `START` where storage begins at a given level."""
    names: set[str | None] = {g.profile for g in network.generators}
    names |= {e.profile for e in network.loads} | {e.profile for e in network.builds}
    names |= {name for g in network.generators for name in (g.min_profile, g.cost_profile, g.green_profile)}
    names |= {s.inflow for s in network.storage} | {network.step_profile}
    names |= {x.flexible_profile for x in network.loads}
    if any(s.initial_mwh is not None for s in network.storage):
        names.add(START)
    return sorted(name for name in names if name is not None)


def _variables(m: Any, network: Network) -> None:
    builds = {e.id: e for e in network.builds}
    generators = {e.id: e for e in network.generators}
    stores = {e.id: e for e in network.storage}
    branches = {e.id: e for e in network.branches}
    links = {e.id: e for e in network.links}
    m.built = pyo.Var(
        list(builds),
        domain=lambda m, b: pyo.Binary if builds[b].is_binary else pyo.Reals,
        bounds=lambda m, b: (builds[b].lower, builds[b].upper),
    )
    m.mean_load = pyo.Var(sorted({x.column for x in network.loads if x.column is not None}), bounds=(0, None))
    m.p = pyo.Var(list(generators), bounds=lambda m, g: _output_bounds(m, generators[g]))
    m.segment = pyo.Var(
        [(g.id, k) for g in network.generators for k in range(len(g.segments))],
        bounds=lambda m, g, k: (0, generators[g].segments[k][0]),
    )
    m.online = pyo.Var(
        [g.id for g in network.generators if g.has_online], bounds=lambda m, g: (0, generators[g].capacity_mw)
    )
    m.flow = pyo.Var(list(branches), bounds=lambda m, b: _flow_bounds(branches[b]))
    m.transfer = pyo.Var(list(links), bounds=lambda m, k: _link_bounds(links[k]))
    most = {s: 1.0 if store.build is None else builds[store.build].upper for s, store in stores.items()}

    def limit(size: float, s: str) -> float:
        return size * most[s] if size > 0 else 0.0  # nothing of no size, however many

    m.charge = pyo.Var(list(stores), bounds=lambda m, s: (0, limit(stores[s].most_charge_mw, s)))
    m.discharge = pyo.Var(list(stores), bounds=lambda m, s: (0, limit(stores[s].power_mw, s)))
    m.level = pyo.Var(
        list(stores),
        bounds=lambda m, s: (
            stores[s].min_level_share * stores[s].energy_mwh if stores[s].build is None else 0,
            limit(stores[s].energy_mwh, s),
        ),
    )
    m.level_before = pyo.Var(list(stores))
    m.spill = pyo.Var(
        [s for s in stores if stores[s].inflow is not None],
        bounds=lambda m, s: (0, m.profile[stores[s].inflow]),
    )
    flexible = [x.id for x in network.loads if x.flexible_share > 0]
    m.move, m.served, m.served_before = (
        pyo.Var(flexible, bounds=(0, None)),
        pyo.Var(flexible),
        pyo.Var(flexible),
    )
    loaded = sorted({x.bus for x in network.loads}) if network.shed_cost is not None else []
    m.shed = pyo.Var(loaded, bounds=(0, None))


def _output_bounds(m: Any, g: Generator) -> tuple[Any, Any]:
    """Bounds where the capacity is a constant; rows do the rest."""
    if g.build is not None or g.has_online:
        return (0 if g.lowest_mw >= 0 and g.min_profile is None else None, None)
    low = g.lowest_mw if g.min_profile is None else m.profile[g.min_profile] * g.capacity_mw
    return (low, g.capacity_mw if g.profile is None else m.profile[g.profile] * g.capacity_mw)


def _flow_bounds(branch: Branch) -> tuple[float, float]:
    """Limits of the angle difference, and of the flow unless a build decides on them."""
    low, high = branch.angle_limits_mw
    limit = branch.capacity_mw if branch.build is None else float("inf")
    return max(low, -limit), min(high, limit)


def _link_bounds(link: Link) -> tuple[float | None, float | None]:
    return (None, None) if link.build is not None else (link.lowest_mw, link.capacity_mw)


def in_service(m: Any, build: Any) -> Any:
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
    low = [g for g in sized if sized[g].lowest_mw != 0 or sized[g].min_profile is not None]

    def least(m: Any, g: str) -> Any:
        each = sized[g].lowest_mw
        if sized[g].min_profile is not None:
            each = m.profile[sized[g].min_profile] * sized[g].capacity_mw
        return m.p[g] >= each * in_service(m, sized[g].build)

    _rows(m, "least_output_of_build", low, least)
    _rows(m, "output_within_online", list(online), lambda m, g: m.p[g] <= m.online[g])
    _rows(m, "least_output_online", list(online), lambda m, g: m.p[g] >= online[g].min_share * m.online[g])
    _rows(m, "online_within_available", list(online), lambda m, g: m.online[g] <= available(online[g]))
    stepped = {g.id: g for g in network.generators if g.segments}
    _rows(
        m,
        "output_by_segment",
        list(stepped),
        lambda m, g: (
            m.p[g] == stepped[g].lowest_mw + sum(m.segment[g, k] for k in range(len(stepped[g].segments)))
        ),
    )


def _storage(m: Any, network: Network) -> None:
    """The level carries over with losses, within what is built; inflow fills it unless it is spilled."""
    stores = {s.id: s for s in network.storage}
    step = 1.0 if network.step_profile is None else m.profile[network.step_profile]

    def level(m: Any, s: str) -> Any:
        store, before = stores[s], m.level_before[s]
        if store.initial_mwh is not None:
            before = (1 - m.profile[START]) * before + m.profile[START] * store.initial_mwh
        change = store.efficiency_in * m.charge[s] - m.discharge[s] / store.efficiency_out
        if store.inflow is not None:
            change += m.profile[store.inflow] - m.spill[s]
        return m.level[s] == (1 - store.standing_loss) ** step * before + step * change

    _rows(m, "storage_level", list(stores), level)
    built = {s: store for s, store in stores.items() if store.build is not None}
    for name, variable, size in (
        ("charge_of_build", m.charge, "most_charge_mw"),
        ("discharge_of_build", m.discharge, "power_mw"),
        ("level_of_build", m.level, "energy_mwh"),
    ):
        limited = [s for s in built if getattr(built[s], size) < float("inf")]
        _rows(
            m,
            name,
            limited,
            lambda m, s, v=variable, z=size: v[s] <= getattr(built[s], z) * in_service(m, built[s].build),
        )
    _rows(
        m,
        "least_level_of_build",
        [s for s in built if built[s].min_level_share > 0],
        lambda m, s: (
            m.level[s] >= built[s].min_level_share * built[s].energy_mwh * in_service(m, built[s].build)
        ),
    )


def mean_mw(m: Any, load: Any) -> Any:
    """Mean power of a load over the year: a shared column or a constant."""
    return m.mean_load[load.column] if load.column is not None else load.mw


def movable_mw(m: Any, load: Any) -> Any:
    """Mean power over the cycle of what may be moved."""
    mean = load.flexible_share * mean_mw(m, load)
    return mean if load.flexible_profile is None else m.profile[load.flexible_profile] * mean


def _flexible(m: Any, network: Network) -> None:
    """What may be moved has a peak and is served in full over the cycle: its level returns to the start."""
    flexible = {x.id: x for x in network.loads if x.flexible_share > 0}
    _rows(
        m,
        "moved_within_cycle",
        list(flexible),
        lambda m, k: m.served[k] == m.served_before[k] + m.move[k] - movable_mw(m, flexible[k]),
    )
    _rows(
        m,
        "moved_peak",
        list(flexible),
        lambda m, k: m.move[k] <= flexible[k].flexible_peak * movable_mw(m, flexible[k]),
    )


def _drop(m: Any, branch: Branch, sign: float = 1.0) -> Any:
    """Sign times the angle of bus0 less that of bus1, in rad times 100 MVA."""
    drop = sign * branch.reactance_pu * m.flow[branch.id]
    return drop + sign * branch.shift_rad * BASE_MVA if branch.shift_rad != 0 else drop


def _branches(m: Any, network: Network) -> None:
    """Kirchhoff's voltage law along each cycle, limits of what is built."""
    basis = cycles(network)
    _rows(
        m,
        "kirchhoff",
        list(range(len(basis))),
        lambda m, k: pyo.quicksum(_drop(m, b, sign) for b, sign in basis[k]) == 0,
    )
    built = {b.id: b for b in network.branches if b.build is not None}
    for name, side in (("flow_of_build", 1.0), ("backflow_of_build", -1.0)):
        _rows(
            m,
            name,
            list(built),
            lambda m, b, s=side: s * m.flow[b] <= built[b].capacity_mw * in_service(m, built[b].build),
        )
    links = {x.id: x for x in network.links if x.build is not None}
    _rows(
        m,
        "transfer_of_build",
        list(links),
        lambda m, k: m.transfer[k] <= links[k].capacity_mw * in_service(m, links[k].build),
    )
    _rows(
        m,
        "least_transfer_of_build",
        list(links),
        lambda m, k: m.transfer[k] >= links[k].lowest_mw * in_service(m, links[k].build),
    )


def _optional(m: Any, network: Network) -> None:
    """An optional branch follows the angles of its ends if it is built, and carries nothing if it is not."""
    optional = {c.branch.id: c for c in candidates(network)}
    roots = sorted({root for c in optional.values() for root in (c.root0, c.root1) if root is not None})
    most = max((c.big_m for c in optional.values()), default=0.0)
    m.angle = pyo.Var(roots, bounds=lambda m, r: (0, 0) if r == roots[0] else (-most, most))

    def difference(m: Any, c: Any) -> Any:
        ends = 0 if c.root0 is None else m.angle[c.root0] - m.angle[c.root1]
        return ends + sum(_drop(m, b, sign) for b, sign in c.along) - _drop(m, c.branch)

    for name, side in (("angle_of_build", 1.0), ("backangle_of_build", -1.0)):
        _rows(
            m,
            name,
            list(optional),
            lambda m, b, s=side: (
                s * difference(m, optional[b])
                <= optional[b].big_m * (1 - in_service(m, optional[b].branch.build))
            ),
        )


def demand_mw(m: Any, load: Any) -> Any:
    """What a load draws in the hour: its profile on the firm part, the decided move on the flexible part."""
    firm = (1 - load.flexible_share) * mean_mw(m, load)
    firm = firm if load.profile is None else m.profile[load.profile] * firm
    return firm + m.move[load.id] if load.flexible_share > 0 else firm


def _green(m: Any, network: Network) -> None:
    """Green electricity of the hour (3.4.3d), claimed by load profiles within their load.

    In total within local renewables less green exports and charging; what is discharged does not come back as green,
    so that no hour claims more than is made in it. Exports carry green, never for free: at least the hourly share
    given for them (pro rata of what is made, or by contract). Losses are nobody's to claim for.
    """
    if not network.has_green_accounts:
        return
    groups: dict[str, list[Any]] = {}
    for load in network.loads:
        if load.column is not None:
            groups.setdefault(load.profile or "flat", []).append(load)
    m.green = pyo.Var(sorted(groups), bounds=(0, None))
    m.green_export = pyo.Var(bounds=(0, None))
    _rows(
        m,
        "green_within_load",
        sorted(groups),
        lambda m, s: m.green[s] <= sum(demand_mw(m, x) for x in groups[s]),
    )
    carried = sum(
        m.profile[g.green_profile] * m.p[g.id] for g in network.generators if g.green_profile is not None
    )
    m.green_exported = pyo.Constraint(expr=m.green_export - carried >= 0)
    made = sum(m.p[g.id] for g in network.generators if g.is_green)
    stored = sum(m.charge[s.id] - m.discharge[s.id] for s in network.storage)
    used = sum(m.green[s] for s in groups) + m.green_export
    m.green_made = pyo.Constraint(expr=used <= made)
    m.green_supply = pyo.Constraint(expr=used <= made - stored)


def _balance(m: Any, network: Network) -> None:
    """Kirchhoff's current law: at every bus what arrives equals what leaves.

    The row reads arriving - demand == 0, so that its right-hand side is one more MW of load.
    """
    terms: dict[str, list[Any]] = {bus: [] for bus in network.buses}
    for g in network.generators:
        terms[g.bus].append(g.sign * m.p[g.id])
    for s in network.storage:
        terms[s.bus] += [m.discharge[s.id], -m.charge[s.id]]
    for b in network.branches:
        terms[b.bus0].append(-m.flow[b.id])
        terms[b.bus1].append(m.flow[b.id])
    for x in network.links:
        terms[x.bus0].append(-m.transfer[x.id])
        terms[x.bus1].append(x.efficiency * m.transfer[x.id])
    for bus in m.shed:
        terms[bus].append(m.shed[bus])
    for load in network.loads:
        terms[load.bus].append(-demand_mw(m, load))

    def rule(m: Any, bus: str) -> Any:
        balance = pyo.quicksum(terms[bus]) == 0
        return pyo.Constraint.Feasible if balance is True else balance

    _rows(m, "balance", list(network.buses), rule)


def _cost(m: Any, network: Network) -> Any:
    cost: Any = network.fixed_cost
    for g in network.generators:
        price = g.cost_per_mwh if g.cost_profile is None else g.cost_per_mwh * m.profile[g.cost_profile]
        cost += price * m.p[g.id]
        cost += sum(price * m.segment[g.id, k] for k, (_, price) in enumerate(g.segments))
    cost += sum(x.cost_per_mwh * m.transfer[x.id] for x in network.links)
    cost += sum(
        s.cost_per_mwh * m.discharge[s.id] + s.charge_cost_per_mwh * m.charge[s.id] for s in network.storage
    )
    if network.shed_cost is not None:
        cost += sum(network.shed_cost * m.shed[bus] for bus in m.shed)
    return cost
