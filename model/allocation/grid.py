"""The year's side of the power network: loads at buses, plants' dispatch, green power, builds, utilisation hours.

The hours themselves are stamped (`model.power.hour`); here are the yearly columns they share (builds, mean loads) and
the totals over the year that the county's account needs (3.4.2, 3.4.3). Empty without a power folder.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

import pyomo.environ as pyo

from dualcontrol.model.accounting import PowerBalance, Use
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.allocation.register import row
from dualcontrol.model.power.dispatch import Dispatch
from dualcontrol.model.power.inputs import HOURS, WAN
from dualcontrol.model.quantities import exact
from dualcontrol.model.schema_years import BUILT

GREEN_EXPORT, STORAGE_LOSS, SHED = "green_export", "storage_loss", "shed"
HOURS_OF = "hours:"  # total of a fleet that is no other total


def network_sets(m: Any, case: Case) -> None:
    """Sets of the network's yearly side and `total_terms`: total -> {(variable, index) of the hour: factor}."""
    power = case.power
    m.BUILDS = sorted(power.builds) if power else []
    m.LOADS = (
        sorted({load.column for load in power.network.loads if load.column is not None}) if power else []
    )
    m.owners_at = (
        {k: sorted(o for o, column in power.load_of.items() if column == k) for k in m.LOADS} if power else {}
    )
    m.PLANT_UNITS = [i for i in (power.thermal_of if power else {}) if i in m.UNITS]
    m.GREEN_PROFILES = (
        sorted({power.profile_of[i] for i in m.GREEN_UNITS if i in power.profile_of}) if power else []
    )
    m.FLEETS = sorted(_fleets(power)) if power else []
    m.total_terms = _total_terms(m, power) if power else {}
    m.TOTALS = list(m.total_terms)


def _fleets(power: Any) -> dict[str, list[Any]]:
    """Plants whose utilisation hours are asked for: each thermal plant, renewables by kind and build (3.4.3h)."""
    fleets: dict[str, list[Any]] = {}
    for plant in power.plants.values():
        if plant.hours_floor > 0:
            kind = f"{plant.kind}:{plant.build_id}" if plant.build_id else plant.kind
            fleets.setdefault(plant.plant_id if plant.kind == "thermal" else kind, []).append(plant)
    return fleets


def _total_terms(m: Any, power: Any) -> dict[str, dict[tuple[str, Any], float]]:
    p = "p"
    terms: dict[str, dict[tuple[str, Any], float]] = {
        f"thermal:{i}": {(p, g): 1.0 for g in power.thermal_of[i]} for i in m.PLANT_UNITS
    }
    built = [g for g in power.green if power.plants[g].build_id]
    for g in power.green:
        name = f"built:{g}" if g in built else f"existing:{power.plants[g].kind}"
        terms.setdefault(name, {})[(p, g)] = 1.0
    terms |= {f"green:{s}": {("green", s): 1.0} for s in m.GREEN_PROFILES}
    terms[GREEN_EXPORT] = {("green_export", None): 1.0}
    terms |= {g.id: {(p, g.id): 1.0} for g in power.network.generators if g.id in power.exchanged}
    stores = [s.id for s in power.network.storage]
    terms[STORAGE_LOSS] = {(v, s): f for s in stores for v, f in (("charge", 1.0), ("discharge", -1.0))}
    for fleet, rows in _fleets(power).items():
        if (mine := {(p, g): 1.0 for g in _members(power, rows)}) != _whole(terms, rows):
            terms[HOURS_OF + fleet] = mine
    terms[SHED] = {("shed", bus): 1.0 for bus in sorted({load.bus for load in power.network.loads})}
    return {name: t for name, t in terms.items() if t}


def _members(power: Any, rows: list[Any]) -> list[str]:
    """Generators of a fleet: its plants and what a retrofit took over of them."""
    plants = tuple(row.plant_id for row in rows)
    own = (g.id for g in power.network.generators if g.id in power.plants or "+" in g.id)
    return [g for g in own if g in plants or g.startswith(tuple(f"{plant}+" for plant in plants))]


def _totals_of(rows: list[Any]) -> list[str]:
    """Totals that a fleet usually is: its units' generation, its kind of existing renewables, its build's plants."""
    if rows[0].kind == "thermal":
        return [f"thermal:{i}" for i in sorted({r.unit_id for r in rows})]
    return [f"built:{r.plant_id}" for r in rows] if rows[0].build_id else [f"existing:{rows[0].kind}"]


def _whole(terms: Mapping[str, Mapping[Any, float]], rows: list[Any]) -> dict[Any, float]:
    return {label: factor for name in _totals_of(rows) for label, factor in terms.get(name, {}).items()}


def network_variables(m: Any, case: Case, whole: Any) -> None:
    """Builds (yes or no), mean MW per load group, totals in MWh, hours missing per fleet."""
    power = case.power
    m.built = pyo.Var(
        m.BUILDS,
        domain=whole,
        bounds=lambda m, b: _build_bounds(case, case.network.builds[b]),
    )
    m.mean_load = pyo.Var(m.LOADS, bounds=lambda m, k: (0.0, case.most_mwh_at(m.owners_at[k]) / HOURS))
    most = HOURS * sum(g.capacity_mw for g in power.network.generators) if power else 0.0
    m.total = pyo.Var(
        m.TOTALS, bounds=(0.0, most)
    )  # nothing in the county exceeds all its generators at full output
    m.missing_hours = pyo.Var(m.FLEETS, bounds=(0.0, HOURS))


def _build_bounds(case: Case, build: Any) -> tuple[float, float]:
    """Committed: built. After the plan year, or under a clause that is switched off: not to be had."""
    if not case.is_on(build.clause):
        return 0.0, 0.0
    if build.status == "committed":
        return 1.0, 1.0
    return case.choice_bounds(BUILT, build.build_id, 0.0 if build.start_month > 12 else 1.0)


def network_balance(m: Any, case: Case) -> PowerBalance:
    """The county's electricity balance: from the network's totals, or the yearly table without a network."""
    plan = case.accounts.power_plan
    if not case.power:
        return PowerBalance(*(float(getattr(plan, part.name)) for part in fields(plan)))
    made = sum(m.total[t] for t in m.TOTALS if t.startswith(("existing:", "built:")))
    return PowerBalance(
        made,
        made - m.total[GREEN_EXPORT],
        float(plan.losses_mwh) + (m.total[STORAGE_LOSS] if STORAGE_LOSS in m.TOTALS else 0.0),
        float(plan.added_renewable_mwh),
    )


def network_uses(m: Any, case: Case) -> list[Use]:
    """Value added of renewables that are built (of thermal plants: their unit's; of existing ones: non-modelled)."""
    if not case.power:
        return []
    plants = case.power.plants
    value = sum(
        float(plants[t.split(":")[1]].value_added_yuan_per_mwh) * WAN * m.total[t]
        for t in m.TOTALS
        if t.startswith("built:")
    )
    return [replace(Use(*[0.0] * len(fields(Use))), value_added_wan_yuan=value)]


def network_cost(m: Any, case: Case) -> Any:
    """Yearly cost of builds and the price of missing utilisation hours, 万元 (the hours' own costs are stamped)."""
    if not case.power:
        return 0.0
    price = case.accounts.scenario.settings.power.missing_hours_yuan_per_mwh * WAN
    missing = sum(price * fleet_mw(case, f) * m.missing_hours[f] for f in m.FLEETS)
    return missing + sum(build_cost(case, b) * m.built[b] for b in m.BUILDS)


def build_cost(case: Case, build: str) -> float:
    """Cost of a build in the plan year: its yearly cost for the months in service, 万元."""
    decided = case.network.builds[build]
    months = 13 - int(decided.start_month)
    return float(decided.annual_cost_wan_yuan) * months / 12


def fleet_mw(case: Case, fleet: str) -> float:
    """AC capacity of a fleet in MW."""
    return sum(float(r.capacity_mw) for r in _fleets(case.power)[fleet])


@row(
    "3.4.3d",
    "definition",
    "MWh",
    "8760 mean_load_k = sum of electricity drawn by the owners at k",
    over="LOADS",
)
def load_at_bus(m: Any, k: str) -> Any:
    """Everybody's electricity loads its bus with its profile; self-used PV stays behind the meter."""
    return HOURS * m.mean_load[k] == sum(m.drawn_mwh[o] for o in m.owners_at[k])


@row(
    "3.4.3h",
    "definition",
    "MWh",
    "generation of the unit x activity_i = its plants' dispatch over the year",
    over="PLANT_UNITS",
)
def dispatch_is_activity(m: Any, i: str) -> Any:
    """A plant's quota and its hours are one decision: its counted energy follows its dispatch."""
    return m.case.running[i].generation_mwh * m.activity[i] == m.total[f"thermal:{i}"]


@row(
    "3.4.3d",
    "restrictive",
    "MWh",
    "sum of green_i with profile s <= green power delivered to s",
    over="GREEN_PROFILES",
)
def green_is_delivered(m: Any, s: str) -> Any:
    """Green electricity claimed by enterprises is delivered by the network, hour by hour and once."""
    power = m.case.power
    return sum(m.green[i] for i in m.GREEN_UNITS if power.profile_of.get(i) == s) <= m.total[f"green:{s}"]


@row("3.4.3", "definition", "0/1", "build_b <= build required by b", over="BUILDS")
def build_needs(m: Any, b: str) -> Any:
    """A build that needs another is not built without it."""
    needed = m.case.power.builds[b].requires_id
    return m.built[b] <= m.built[needed] if needed else pyo.Constraint.Skip


@row("3.4.3", "definition", "0/1", "build_b + build excluded by b <= 1", over="BUILDS")
def build_excludes(m: Any, b: str) -> Any:
    """Of two builds that exclude each other at most one is built."""
    other = m.case.power.builds[b].excludes_id
    return m.built[b] + m.built[other] <= 1 if other else pyo.Constraint.Skip


@row(
    "3.4.3h",
    "restrictive",
    "MWh",
    "delivered_f + MW_f missing_f >= MW_f hours_f (in service)",
    over="FLEETS",
    is_relaxable=True,
)
def utilisation_hours(m: Any, f: str) -> Any:
    """Thermal at least 5,000 h and PV at least 1,900 h a year; elastic, the missing hours are priced and shown."""
    rows, power = _fleets(m.case.power)[f], m.case.power
    asked = sum(float(r.capacity_mw) * float(r.hours_floor) * months_in_service(power, r) for r in rows)
    build = rows[0].build_id
    asked = asked * m.built[build] if build else asked
    return fleet_mwh(m, rows) + fleet_mw(m.case, f) * m.missing_hours[f] >= asked


def months_in_service(power: Any, plant: Any) -> float:
    """Share of the year a plant is in service: the floor of its hours is prorated."""
    return (13 - power.builds[plant.build_id].start_month) / 12 if plant.build_id else 1.0


def fleet_mwh(m: Any, rows: list[Any]) -> Any:
    """Delivered MWh of a fleet after curtailment, from the totals of the year."""
    fleet = next(f for f in m.FLEETS if _fleets(m.case.power)[f] == rows)
    names = [HOURS_OF + fleet] if HOURS_OF + fleet in m.TOTALS else _totals_of(rows)
    return sum(m.total[t] for t in names)


def built_use(case: Case, dispatch: Dispatch | None) -> list[Use]:
    """Value added of renewables that were built, exact, from their dispatch."""
    if dispatch is None or case.power is None:
        return []
    plants = case.power.plants
    value = sum(
        (
            exact(plants[g].value_added_yuan_per_mwh) / 10000 * dispatch.mwh(g)
            for g in case.power.green
            if plants[g].build_id
        ),
        Fraction(0),
    )
    return [Use(value_added_wan_yuan=value)]


def missing_hours(
    case: Case, dispatch: Dispatch | None, built: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """Hours that each fleet falls short of its floor, after curtailment, on its AC capacity (3.4.3h)."""
    if dispatch is None or case.power is None:
        return {}
    missing = {}
    for fleet, rows in sorted(_fleets(case.power).items()):
        build = rows[0].build_id
        asked = sum(
            (
                exact(r.capacity_mw) * exact(r.hours_floor) * exact(months_in_service(case.power, r))
                for r in rows
            ),
            Fraction(0),
        ) * (built[build] if build else 1)
        size = sum((exact(r.capacity_mw) for r in rows), Fraction(0))
        missing[fleet] = max(Fraction(0), asked - fleet_dispatch_mwh(case, dispatch, rows)) / size
    return missing


def fleet_dispatch_mwh(case: Case, dispatch: Dispatch, rows: list[Any]) -> Fraction:
    """Delivered MWh of a fleet, exact; a thermal plant's retrofitted class is part of it."""
    return dispatch.mwh(*_members(case.network, rows))


def exact_costs(
    case: Case, dispatch: Dispatch | None, built: Mapping[str, Fraction], missing: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """Costs of the network in the plan year by item, 万元, exact; empty without a dispatch.

    builds: their yearly cost for the months in service. imports, exports: what is paid over the grid connection.
    unserved: load not served. missing_hours: what the fleets fall short of their hours, priced (3.4.3h).
    """
    if dispatch is None or case.power is None:
        return {}
    settings, paid = case.accounts.scenario.settings.power, case.power.exchanged

    def over_the_border(side: str) -> Fraction:
        return sum((exact(p) * dispatch.mwh(g) for g, p in paid.items() if g.endswith(side)), Fraction(0))

    unserved = [a for a in dispatch.injection if a.startswith("shed:")]
    return {
        "builds": sum((exact(build_cost(case, b)) * share for b, share in built.items()), Fraction(0)),
        "imports": over_the_border(":import"),
        "exports": over_the_border(":export"),
        "unserved": exact(settings.shed_yuan_per_mwh) / 10000 * dispatch.mwh(*unserved),
        "missing_hours": sum(missing_hours_costs(case, missing).values(), Fraction(0)),
    }


def missing_hours_costs(case: Case, missing: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """The price of the hours that each fleet falls short of, 万元, exact (3.4.3h)."""
    price = exact(case.accounts.scenario.settings.power.missing_hours_yuan_per_mwh) / 10000
    return {f: price * exact(fleet_mw(case, f)) * hours for f, hours in missing.items()}


ROWS = (load_at_bus, dispatch_is_activity, green_is_delivered, build_needs, build_excludes, utilisation_hours)
