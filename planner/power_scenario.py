"""The network of a scenario solved alone: loads as the tables plan them, builds given, no quota and no pool.

Amounts are yuan of the plan year. A thermal MWh costs what goes into it: what power is worth (the dearest import, or
the greatest value added of a MWh where that is more) less the value that the plant adds. An import costs its price, an
export brings nothing: what is paid for it is in the value added of the plants. What is curtailed or lost in storage is
charged as a missing utilisation hour, so that renewables come first and surplus leaves before it is curtailed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from dualcontrol.model.accounting import account
from dualcontrol.model.allocation.case import Case as YearlyCase
from dualcontrol.model.allocation.grid import build_cost
from dualcontrol.model.power.case import Case, CaseError, Finding, names
from dualcontrol.model.power.inputs import HOURS, WAN, PowerInputs, has_network
from dualcontrol.model.power.network import Generator, Load, Network, Series
from dualcontrol.model.power.topology import faults
from dualcontrol.model.scenario import Scenario, load

Hours = Literal["typical", "year"]
EVERY_BUILD = "all"


@dataclass(frozen=True)
class Wanted:
    """Which hours, and which open builds are in service besides the committed ones (`all`: every one)."""

    hours: Hours = "typical"
    builds: tuple[str, ...] = ()


def scenario_folder(path: Path) -> Path | None:
    """The scenario that a folder is, or whose power folder it is; None if it is neither."""
    if (path / "scenario.toml").is_file():
        return path
    path = path.absolute()
    is_power = path.name == "power" and (path.parent / "scenario.toml").is_file()
    return path.parent if is_power else None


def network_of_scenario(folder: Path, wanted: Wanted = Wanted()) -> Case:
    """The network of the scenario in `folder` as a case to be solved alone.

    Errors: ScenarioError for a scenario that is not valid; CaseError without a network, for builds that cannot be
    wanted, and where typical days need a package that is missing.
    """
    scenario = load(folder, {"time.mode": wanted.hours})
    if not has_network(scenario):
        raise CaseError([Finding("no_power_folder", str(folder))])
    return case_of_scenario(scenario, wanted)


def case_of_scenario(scenario: Scenario, wanted: Wanted = Wanted()) -> Case:
    """The network of a scenario with `time.mode` other than none. Errors: CaseError as above."""
    from dualcontrol.coupling import drafted_series
    from dualcontrol.model.policy import judge

    yearly = YearlyCase(judge(account(scenario)))
    power = yearly.network
    built = _built(power, wanted.builds)
    try:
        series = drafted_series(yearly) if wanted.hours == "typical" else power.year()
    except ImportError as error:
        raise CaseError([Finding("missing_extra", scenario.name, error.name or "tsam")]) from error
    missing_hours = scenario.settings.power.missing_hours_yuan_per_mwh
    network = _priced(power.network, _inputs_yuan_per_mwh(yearly), power, missing_hours)
    network = _of_built(replace(network, loads=_planned_loads(yearly), shed_cost=None), yearly, built)
    off = [b for b in power.builds if b not in built]
    found = [Finding("load_needs_build", f.element, names(off) or "–") for f in faults(network)]
    if found:
        raise CaseError(found)
    lost = missing_hours * _possible_mwh(power, series, built)
    return Case(scenario.name, network, series, constant=lost, notes=_notes(yearly, built))


def _of_built(network: Network, yearly: YearlyCase, built: frozenset[str]) -> Network:
    """What exists and what is built, without loads that draw nothing and buses at which nothing is left."""

    def there(build: str | None) -> bool:
        return build is None or build in built

    branches = tuple(b for b in network.branches if there(b.build))
    generators = tuple(
        replace(g, given_up=tuple((b, mw) for b, mw in g.given_up if b in built))
        for g in network.generators
        if there(g.build)
    )
    storage = tuple(s for s in network.storage if there(s.build))
    loads = tuple(x for x in network.loads if x.mw > 0)
    used = {bus for b in branches for bus in (b.bus0, b.bus1)}
    used |= {g.bus for g in generators} | {s.bus for s in storage} | {x.bus for x in loads}
    builds = (
        replace(b, annual_cost=build_cost(yearly, b.id) / WAN, is_binary=False, lower=1.0)
        for b in network.builds
        if b.id in built
    )
    return replace(
        network,
        buses=tuple(bus for bus in network.buses if bus in used),
        branches=branches,
        generators=generators,
        storage=storage,
        loads=loads,
        builds=tuple(builds),
        has_green_accounts=False,
    )


def _built(power: PowerInputs, asked: Sequence[str]) -> frozenset[str]:
    """Committed builds and those asked for. CaseError for unknown ones, missing prerequisites, exclusions."""
    committed = {b for b, row in power.builds.items() if row.status == "committed"}
    every = EVERY_BUILD in asked
    found = [
        Finding("no_such_build", build, ", ".join(power.builds))
        for build in asked
        if build not in power.builds and build != EVERY_BUILD
    ]
    if found:
        raise CaseError(found)
    built = committed | (set(power.builds) if every else set(asked))
    for build in sorted(built):
        needed, other = power.builds[build].requires_id, power.builds[build].excludes_id
        if needed and needed not in built:
            found.append(Finding("build_requires", build, needed))
        if other and other in built and (build < other or power.builds[other].excludes_id != build):
            found.append(Finding("builds_exclude", build, other))
    if found:
        raise CaseError(found)
    return frozenset(built)


def _planned_loads(yearly: YearlyCase) -> tuple[Load, ...]:
    """Loads at what their owners use: units of the base year less own PV, projects that no gate stops, society."""
    mwh = {load.column: 0.0 for load in yearly.network.network.loads if load.column is not None}
    accounts, power = yearly.accounts, yearly.network
    for owner, column in power.load_of.items():
        if owner in accounts.units and yearly.rulings.units[owner].is_active:
            use = accounts.units[owner]
            mwh[column] += float(max(0, use.electricity_mwh - use.self_pv_mwh))
        elif owner in yearly.projects and not yearly.rulings.gates_of(owner):
            mwh[column] += yearly.projects[owner].electricity_mwh
        elif owner in yearly.society:
            mwh[column] += yearly.society[owner].electricity_mwh
    return tuple(
        x if x.column is None else replace(x, column=None, mw=mwh[x.column] / HOURS)
        for x in power.network.loads
    )


def _inputs_yuan_per_mwh(yearly: YearlyCase) -> Mapping[str, float]:
    """Thermal generator -> what goes into a MWh, yuan."""
    power, units = yearly.network, yearly.accounts.units
    value = {p: float(row.value_added_yuan_per_mwh) for p, row in power.plants.items()}
    for unit, generators in power.thermal_of.items():
        use = units[unit]
        of_unit = (
            float(use.value_added_wan_yuan / use.generation_mwh) / WAN if use.generation_mwh > 0 else 0.0
        )
        value |= dict.fromkeys(generators, of_unit)
    thermal = [g.id for g in power.network.generators if g.has_online]
    added = {g: value[g] if g in value else value[g.partition("+")[0]] for g in thermal}
    worth = max([*(price / WAN for price in power.exchanged.values()), *added.values()], default=0.0)
    return {g: worth - added[g] for g in thermal}


def _priced(
    network: Network, inputs: Mapping[str, float], power: PowerInputs, missing_hours: float
) -> Network:
    """The network with what its hours cost in yuan."""

    def cost(g: Generator) -> float:
        if g.has_online:
            return inputs[g.id]
        return power.exchanged[g.id] / WAN if g.id in power.exchanged else -missing_hours

    return replace(
        network,
        generators=tuple(replace(g, cost_per_mwh=cost(g)) for g in network.generators),
        storage=tuple(
            replace(s, charge_cost_per_mwh=missing_hours * (1 - s.efficiency_in * s.efficiency_out))
            for s in network.storage
        ),
    )


def _possible_mwh(power: PowerInputs, series: Series, built: frozenset[str]) -> float:
    """What renewables could make in the year, MWh: the cost of the hours counts what of it is missing."""
    weight = np.ones(series.hours) if series.weight is None else series.weight
    could = 0.0
    for plant in power.green:
        row = power.plants[plant]
        share = series.profiles[row.profile_id]
        if row.build_id:
            share = share * series.profiles[f"service:{row.build_id}"] * (row.build_id in built)
        could += float(row.capacity_mw) * float((share * weight).sum())
    return could


def _notes(yearly: YearlyCase, built: frozenset[str]) -> tuple[Finding, ...]:
    """What the case assumes, so that nobody takes it for the plan."""
    name, power = yearly.accounts.scenario.name, yearly.network
    stopped = [j for j in sorted(yearly.projects) if yearly.rulings.gates_of(j) and j in power.load_of]
    off = [b for b in power.builds if b not in built]
    found = [Finding("alone", name)]
    if stopped:
        found.append(Finding("gated_projects", name, names(stopped)))
    if off:
        found.append(Finding("builds_off", name, names(off)))
    found += [
        Finding("question", b, power.builds[b].question) for b in sorted(built) if power.builds[b].question
    ]
    return tuple(found)
