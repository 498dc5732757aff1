"""The dispatch of all hours in plain Pyomo, as its tutorials write it: a set of hours, rules over it, no stamping."""

from typing import Any

import pyomo.environ as pyo

from dualcontrol.model.power.network import Network, Series
from dualcontrol.model.power.topology import cycles


def plain_model(net: Network, years: Series) -> pyo.ConcreteModel:
    """The network over all hours of `years`, costs minimised; stores are cyclic over the whole horizon.

    Knows what the synthetic network has: lines, generators with or without a profile, stores, constant loads
    with a profile, unserved load at a price.
    """
    m = pyo.ConcreteModel()
    hours = range(years.hours)
    profiles = {name: values.tolist() for name, values in years.profiles.items()}
    generators = {g.id: g for g in net.generators}
    lines = {b.id: b for b in net.branches}
    stores = {s.id: s for s in net.storage}
    m.t = pyo.Set(initialize=hours)
    loaded = sorted({x.bus for x in net.loads})

    def most(m: Any, g: str, t: int) -> tuple[float, float]:
        profile = generators[g].profile
        return 0.0, generators[g].capacity_mw * (1.0 if profile is None else profiles[profile][t])

    m.p = pyo.Var(list(generators), m.t, bounds=most)
    m.flow = pyo.Var(list(lines), m.t, bounds=lambda m, b, t: (-lines[b].capacity_mw, lines[b].capacity_mw))
    m.charge = pyo.Var(list(stores), m.t, bounds=lambda m, s, t: (0.0, stores[s].power_mw))
    m.discharge = pyo.Var(list(stores), m.t, bounds=lambda m, s, t: (0.0, stores[s].power_mw))
    m.level = pyo.Var(list(stores), m.t, bounds=lambda m, s, t: (0.0, stores[s].energy_mwh))
    m.shed = pyo.Var(loaded, m.t, bounds=(0.0, None))

    m.storage = pyo.Constraint(
        list(stores),
        m.t,
        rule=lambda m, s, t: (
            m.level[s, t]
            == m.level[s, (t - 1) % years.hours]
            + stores[s].efficiency_in * m.charge[s, t]
            - m.discharge[s, t] / stores[s].efficiency_out
        ),
    )
    basis = cycles(net)
    m.kirchhoff = pyo.Constraint(
        range(len(basis)),
        m.t,
        rule=lambda m, k, t: sum(sign * b.reactance_pu * m.flow[b.id, t] for b, sign in basis[k]) == 0,
    )

    def balance(m: Any, bus: str, t: int) -> Any:
        terms = [m.p[g.id, t] for g in net.generators if g.bus == bus]
        terms += [m.discharge[s.id, t] - m.charge[s.id, t] for s in net.storage if s.bus == bus]
        terms += [m.flow[b.id, t] for b in net.branches if b.bus1 == bus]
        terms += [-m.flow[b.id, t] for b in net.branches if b.bus0 == bus]
        terms += [m.shed[bus, t]] if bus in loaded else []
        return sum(terms) == sum(x.mw * profiles[x.profile][t] for x in net.loads if x.bus == bus)

    m.balance = pyo.Constraint(list(net.buses), m.t, rule=balance)
    m.cost = pyo.Objective(
        expr=sum(g.cost_per_mwh * m.p[g.id, t] for g in net.generators for t in hours)
        + sum(s.cost_per_mwh * m.discharge[s.id, t] for s in net.storage for t in hours)
        + sum(net.shed_cost * m.shed[bus, t] for bus in loaded for t in hours)
    )
    return m
