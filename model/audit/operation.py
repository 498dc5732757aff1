"""A plan's network as it is run: the inputs' network, the published dispatch, what is built."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from dualcontrol.model.audit.accounts import WAN, Flow
from dualcontrol.model.audit.inputs import setting
from dualcontrol.model.audit.network import (
    GREEN,
    GREEN_EXPORT,
    HOURS,
    KWH,
    MONTH_OF_HOUR,
    SHED,
    Class,
    Floats,
    Network,
    Whole,
)
from dualcontrol.model.audit.network_tables import Dispatch, PowerTables
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.audit.rules import Rulings


@dataclass(frozen=True)
class Operation:
    """The network of a plan. `built`: 0 or 1 by build, as published; everything else is recomputed."""

    rulings: Rulings
    network: Network
    tables: PowerTables
    built: Mapping[str, Fraction]

    @property
    def dispatch(self) -> Dispatch:
        """Whole kWh by asset and hour."""
        return self.tables.dispatch

    def is_built(self) -> dict[str, bool]:
        """Builds that are built altogether."""
        return {build: share == 1 for build, share in self.built.items()}

    def service(self, build: str) -> Floats:
        """What of a build is in service in each hour, (T,); 1 for what exists."""
        if not build:
            return np.ones(len(self.dispatch.hour))
        start = int(self.network.builds[build].num("start_month"))
        is_running = MONTH_OF_HOUR[self.dispatch.hour] >= start
        return float(self.built[build]) * is_running.astype(np.float64)

    def available_mw(self, part: Class) -> Floats:
        """What a class of a plant could give in each hour, (T,), MW."""
        size = float(part.most_mw) * self.service(part.build)
        for build, taken in part.given_up:
            size = size - float(taken) * self.service(build)
        if part.profile:
            size = size * self.network.profiles[part.profile][self.dispatch.hour]
        return np.maximum(0.0, size)

    def possible_mwh(self, part: Class) -> Fraction:
        """What a class could give in the year, MWh."""
        return Fraction(float((self.available_mw(part) * self.dispatch.weight).sum()))

    def renewable_kwh(self) -> Whole:
        """Output of local renewables after curtailment, (T,), kWh."""
        return self.dispatch.sum(part.asset for part in self.network.renewables())

    def charging_kwh(self) -> Whole:
        """Charging less discharging, (T,), kWh."""
        return -self.dispatch.sum(
            f"{key}:{way}" for key in self.network.storage for way in ("charge", "discharge")
        )

    def green_exported_kwh(self) -> Whole:
        """Green power that exports carry at least, (T,), kWh, rounded up, but for what is made.

        By contract; else as renewables in service could make of the hour beside the base year's mean thermal output.
        """
        network, dispatch = self.network, self.dispatch
        possible = np.zeros(len(dispatch.hour))
        for part in network.renewables():
            possible += self.available_mw(part)
        pro_rata = possible / np.maximum(1e-9, possible + float(network.thermal_mwh / HOURS))
        carried: Floats = np.zeros(len(dispatch.hour))
        for way in network.ways:
            if way.sign < 0:
                share = pro_rata if way.green_share is None else float(way.green_share)
                carried += np.ceil(-dispatch.of(way.asset) * share - 1e-6)
        return np.minimum(carried.astype(np.int64), np.maximum(0, self.renewable_kwh()))

    def green_assets(self) -> list[str]:
        """Accounts of green claims."""
        return self.dispatch.starting(GREEN)

    def unserved_mwh(self) -> Fraction:
        """Load that is not served, MWh."""
        return self.dispatch.mwh(*self.dispatch.starting(SHED))

    def way_mwh(self, sign: int) -> Fraction:
        """Energy imported (1) or exported (-1), MWh, positive."""
        return sign * self.dispatch.mwh(*(way.asset for way in self.network.ways if way.sign == sign))

    def renewable_mwh(self) -> Fraction:
        """Output of local renewables in the year, MWh."""
        return self.dispatch.mwh(*(part.asset for part in self.network.renewables()))

    def storage_loss_mwh(self) -> Fraction:
        """What storage loses in the year, MWh."""
        return Fraction(int((self.charging_kwh() * self.dispatch.weight).sum()), KWH)

    @cached_property
    def power_mwh(self) -> dict[str, Fraction]:
        """What takes the place of the yearly electricity table: renewables, their local part, all losses."""
        made = self.renewable_mwh()
        return {
            "losses": self.network.losses_mwh + self.storage_loss_mwh(),
            "non_fossil_generation": made,
            "non_fossil_local": made - self.dispatch.mwh(GREEN_EXPORT),
        }

    @cached_property
    def built_flow(self) -> Flow:
        """Value added of renewables that were built; that of existing ones is in the rest of GDP."""
        value = ZERO
        for part in self.network.renewables():
            if part.build:
                rate = self.network.plants[part.plant].num("value_added_yuan_per_mwh")
                value += rate / WAN * self.dispatch.mwh(part.asset)
        return Flow(value_added=value)

    def activity(self) -> dict[str, Fraction]:
        """Activity of the units whose generation is dispatched: what they give over what they gave at 1."""
        accounts, found = self.rulings.accounts, {}
        for unit, assets in self.network.units().items():
            if unit in accounts.units:
                made = accounts.units[unit].generation_mwh
                found[unit] = self.dispatch.mwh(*assets) / made if made > 0 else ZERO
        return found

    def delivered_mwh(self, plant: str) -> Fraction:
        """Output of a plant with all its classes, MWh."""
        return self.dispatch.mwh(*(part.asset for part in self.network.classes if part.plant == plant))

    def missing_mwh(self) -> dict[str, Fraction]:
        """By how much each fleet falls short of its utilisation hours, prorated by months in service (3.4.3h)."""
        found = {}
        for fleet, plants in self.network.fleets().items():
            asked = delivered = ZERO
            for row in plants:
                build = row.text("build_id")
                share = self.built[build] * self.network.months(build) if build else ONE
                asked += row.num("capacity_mw") * row.num("hours_floor") * share
                delivered += self.delivered_mwh(row.text("plant_id"))
            found[fleet] = max(ZERO, asked - delivered)
        return found

    def build_cost(self, build: str) -> Fraction:
        """Cost of a build in the plan year: its yearly cost for the months in service, 万元."""
        return self.network.builds[build].num("annual_cost_wan_yuan") * self.network.months(build)

    @cached_property
    def costs(self) -> dict[str, Fraction]:
        """What the network costs in the plan year by item, 万元."""
        power = self.rulings.scenario.settings.power
        return {
            "builds": sum((self.build_cost(build) * share for build, share in self.built.items()), ZERO),
            "imports": self._paid(1),
            "exports": self._paid(-1),
            "unserved": (setting(power.shed_yuan_per_mwh) or ZERO) / WAN * self.unserved_mwh(),
            "missing_hours": sum(self.missing_costs().values(), ZERO),
        }

    @property
    def cost(self) -> Fraction:
        """What the network costs in the plan year, 万元: builds, imports, unserved load, missing hours."""
        return sum(self.costs.values(), ZERO)

    def missing_costs(self) -> dict[str, Fraction]:
        """The price of what each fleet falls short of its hours, 万元 (3.4.3h)."""
        price = setting(self.rulings.scenario.settings.power.missing_hours_yuan_per_mwh) or ZERO
        return {fleet: price / WAN * mwh for fleet, mwh in self.missing_mwh().items()}

    def _paid(self, sign: int) -> Fraction:
        """What energy over the exchanges of one direction costs, 万元."""
        return sum((way.price / WAN * sign * self.dispatch.mwh(way.asset) for way in self.network.ways
                    if way.sign == sign), ZERO)  # fmt: skip


def read_operation(rulings: Rulings, network: Network, tables: PowerTables) -> Operation:
    """Take the builds out of assets.csv; a build without a figure counts as not built."""
    cells = {build: tables.builds[build].get("built") for build in network.builds}
    return Operation(rulings, network, tables, {b: ZERO if n is None else n.value for b, n in cells.items()})
