"""Checks of every hour: balance, limits, capacity online, flows, storage levels, loads, green claims.

Whole kWh are exact where they are only added; where a limit is a decimal, a kWh of rounding is allowed per
figure. Each check names the worst hour of the worst asset.
"""

from fractions import Fraction
from typing import Any

import numpy as np

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.network import (
    DAY,
    GREEN,
    GREEN_EXPORT,
    HOURS,
    KWH,
    LOAD,
    LOSSES,
    SHED,
    Floats,
    Group,
    Whole,
)
from dualcontrol.model.audit.network_flows import bus_injections, layouts
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.operation import Operation
from dualcontrol.model.audit.verdict import HARD, Check, Probe, together

Series = Floats | Whole


class Hourly:
    """A check over all hours of an operation: of each place the worst hour is told."""

    def __init__(self, name: str, clause: str, operation: Operation) -> None:
        self.probe = Probe(name, clause, "kWh", is_limit=True)
        self.hour = operation.dispatch.hour
        self.hours = len(self.hour)

    def at_most(self, place: str, activity: Series, limit: Any, tolerance: Any = 0) -> None:
        """`activity` <= `limit` in every hour (or day)."""
        limits, slack = np.broadcast_to(limit, activity.shape), np.broadcast_to(tolerance, activity.shape)
        if not activity.size:
            return
        # Whole numbers are compared as such, so that nothing is lost to rounding.
        over = activity - limits
        k = int(np.argmax(over - slack))
        hour = int(self.hour[k * (self.hours // activity.size)])
        self.probe.at_most(f"{place} h{hour}", _exact(activity[k]), _exact(limits[k]), _exact(slack[k]))

    def equal(self, place: str, found: Series, wanted: Any, tolerance: Any = 0) -> None:
        """`found` is `wanted` in every hour, up to `tolerance`."""
        targets, slack = np.broadcast_to(wanted, found.shape), np.broadcast_to(tolerance, found.shape)
        if found.size:
            k = int(np.argmax(np.abs(found - targets) - slack))
            hour = int(self.hour[k * (self.hours // found.size)])
            self.probe.equal(f"{place} h{hour}", _exact(found[k]), _exact(targets[k]), _exact(slack[k]))


def _exact(value: Any) -> Fraction:
    return Fraction(int(value)) if isinstance(value, int | np.integer) else Fraction(float(value))


def hour_checks(plan: Plan, operation: Operation) -> tuple[Check, ...]:
    """All checks of the hours."""
    return together([
        *_flows(operation), _limits(operation), _online(operation), _storage(operation),
        _loads(plan, operation), _green(operation),
    ])  # fmt: skip


def _flows(operation: Operation) -> tuple[Probe, Probe]:
    """Kirchhoff: every island balances to the kWh; flows follow from the injections and keep their limits."""
    balance = Hourly("power_balance", "3.4.2", operation)
    flows = Hourly("power_flows", "3.4.3c", operation)
    network, dispatch = operation.network, operation.dispatch
    injected = bus_injections(network, dispatch)
    figures = len(network.bus_of())
    for layout in layouts(network, dispatch, operation.is_built()):
        here = injected[layout.hours]
        balance.hour = flows.hour = dispatch.hour[layout.hours]
        balance.hours = flows.hours = len(layout.hours)
        for root in np.unique(layout.island):
            buses = np.flatnonzero(layout.island == root)
            balance.equal(network.buses[int(root)], here[:, buses].sum(axis=1), 0)
        flow = here @ layout.shift.T
        for k, row in enumerate(layout.branches):
            limit = float(row.num("capacity_mw")) * KWH
            # Half a kWh of rounding in each figure, and up to as much again in the exchange that settles them.
            rounding = float(HARD) * limit + figures * float(np.abs(layout.shift[k]).max())
            flows.at_most(row.text("branch_id"), np.abs(flow[:, k]), limit, rounding)
    return balance.probe, flows.probe


def _limits(operation: Operation) -> Probe:
    """Output within capacity x profile x built x in service; exchanges and storage power alike; signs."""
    check, dispatch = Hourly("power_limits", "3.4.3", operation), operation.dispatch
    for part in operation.network.classes:
        _between(check, part.asset, dispatch.of(part.asset), operation.available_mw(part))
    for way in operation.network.ways:
        most = float(way.most_mw) * operation.service(way.build)
        _between(check, way.asset, way.sign * dispatch.of(way.asset), most)
    for key, row in operation.network.storage.items():
        most = float(row.num("power_mw")) * operation.service(row.text("build_id"))
        for name, sign in (("charge", -1), ("discharge", 1)):
            _between(check, f"{key}:{name}", sign * dispatch.of(f"{key}:{name}"), most)
    drawn: dict[str, Whole] = {}
    for asset, bus in operation.network.bus_of().items():
        if asset.startswith(LOAD):
            check.at_most(asset, dispatch.of(asset), 0)
            drawn[bus] = drawn.get(bus, np.zeros(len(dispatch.hour), dtype=np.int64)) - dispatch.of(asset)
    for asset in dispatch.starting(SHED):  # nothing is left unserved that is not asked for
        most_kwh = drawn.get(asset.removeprefix(SHED), np.zeros(len(dispatch.hour), dtype=np.int64))
        check.at_most(asset, dispatch.of(asset), most_kwh)
        check.at_most(asset, -dispatch.of(asset), 0)
    return check.probe


def _between(check: Hourly, asset: str, kwh: Whole, most_mw: Floats) -> None:
    check.at_most(asset, kwh, most_mw * KWH, 1)
    check.at_most(asset, -kwh, 0)


def _online(operation: Operation) -> Probe:
    """Thermal: some capacity online per day carries the day's highest output and allows its lowest."""
    check, dispatch = Hourly("power_online", "3.4.3b", operation), operation.dispatch
    for part in operation.network.classes:
        if part.least_share > 0:
            by_day = dispatch.of(part.asset).reshape(-1, DAY)
            needed = float(part.least_share) * by_day.max(axis=1)
            # Both figures are rounded down by up to a kWh.
            check.at_most(part.asset, needed, by_day.min(axis=1).astype(np.float64), 2)
    return check.probe


def _storage(operation: Operation) -> Probe:
    """The level, recomputed with its losses, fits the energy and is back at the end of the day.

    Levels are not published: some level to begin the day with must keep all others within 0 and the energy.
    """
    check, dispatch = Hourly("power_storage", "3.4.3f", operation), operation.dispatch
    for key, row in operation.network.storage.items():
        into, out = row.num("efficiency_in"), row.num("efficiency_out")
        charge, discharge = (-dispatch.of(f"{key}:charge"), dispatch.of(f"{key}:discharge"))
        change = (float(into) * charge - discharge / float(out)).reshape(-1, DAY)
        level = change.cumsum(axis=1)
        # Half a kWh of rounding an hour in each direction.
        rounding = DAY * float(into + 1 / out) / 2
        check.equal(f"{key} end of day", level[:, -1], 0.0, rounding)
        swing = np.maximum(level.max(axis=1), 0.0) - np.minimum(level.min(axis=1), 0.0)
        service = operation.service(row.text("build_id")).reshape(-1, DAY)[:, 0]
        check.at_most(f"{key} level", swing, float(row.num("energy_mwh")) * KWH * service, rounding)
    return check.probe


def drawn_mwh(plan: Plan, owner: str) -> Fraction:
    """Electricity that an owner draws from the network in the plan year, MWh: self-used PV stays behind the meter."""
    accounts = plan.rulings.accounts
    if owner in plan.units:
        return accounts.demand_mwh(accounts.units[owner], plan.units[owner])
    if owner in plan.load:
        project = accounts.projects[owner]
        return project.electricity_mwh * accounts.month(project.row) * plan.load[owner]
    if owner in plan.served:
        return plan.society_flow(owner).import_mwh
    return ZERO


def group_mwh(plan: Plan, group: Group) -> Fraction:
    """Electricity that the owners of a load draw in the plan year, MWh."""
    return sum((drawn_mwh(plan, owner) for owner in group.owners), ZERO)


def _loads(plan: Plan, operation: Operation) -> Probe:
    """Every load is its owners' yearly electricity in the shape of its profile; what may move is served in full."""
    check, dispatch = Hourly("power_loads", "3.4.3d", operation), operation.dispatch
    for asset, group in operation.network.groups.items():
        mean = float(group_mwh(plan, group) * KWH / HOURS)
        kwh, movable = -dispatch.of(asset), float(group.movable)
        firm = (1 - movable) * mean * group.shape[dispatch.hour]
        # A tonne of the owners' quotas is what rounding to whole tonnes may move.
        slack = 1 + float(HARD) * mean
        if movable == 0:
            check.equal(asset, kwh, firm, slack)
            continue
        moved = kwh - firm
        check.at_most(f"{asset} firm", -moved, 0.0, slack)
        even = movable * mean * group.running[dispatch.hour]
        check.at_most(f"{asset} peak", moved, float(group.peak) * even, slack)
        wanted, by_day = (kwh.reshape(-1, DAY).sum(axis=1) for kwh in (even, moved))
        check.equal(f"{asset} day", by_day, wanted, DAY * slack)
    losses = float(operation.network.losses_mwh * KWH / HOURS)
    check.equal(LOAD + LOSSES, -dispatch.of(LOAD + LOSSES), losses, 1)
    return check.probe


def _green(operation: Operation) -> Probe:
    """Green claims of an hour: within the load of their profile, and together within local renewables.

    Of these go first what exports carry (by contract, or pro rata of all that is fed in) and what is charged.
    """
    check, dispatch = Hourly("green_hours", "3.4.3d", operation), operation.dispatch
    load: dict[str, Whole] = {}
    for asset, group in operation.network.groups.items():
        load[group.profile] = load.get(
            group.profile, np.zeros(len(dispatch.hour), dtype=np.int64)
        ) - dispatch.of(asset)
    claims = operation.green_assets()
    for asset in claims:
        none = np.zeros(len(dispatch.hour), dtype=np.int64)
        check.at_most(asset, -dispatch.of(asset), 0)
        check.at_most(f"{asset} load", dispatch.of(asset), load.get(asset.removeprefix(GREEN), none))
    made, exported = operation.renewable_kwh(), dispatch.of(GREEN_EXPORT)
    check.at_most(GREEN_EXPORT, operation.green_exported_kwh() - exported, 0)
    left = np.maximum(0, made - exported - np.maximum(0, operation.charging_kwh()))
    check.at_most("green", dispatch.sum(claims), left)
    return check.probe
