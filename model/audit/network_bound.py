"""The network's part of the rigorous bound: every hour priced with the published nodal prices.

The balance of each bus and hour is an equality: whatever its price, adding price x (what arrives less what is
drawn) changes no plan's value. What is left falls apart into one small choice per asset and day, each at its best:
plants between their least and greatest output, renewables up to what they could make, exchanges, storage, flows up
to their limits (Kirchhoff's voltage law is left out, which only loosens the bound). Sums are floats, rounded up
by more than their noise.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from dualcontrol.model.audit.accounts import WAN, Flow
from dualcontrol.model.audit.inputs import setting
from dualcontrol.model.audit.network import DAY, HOURS, Class, Floats
from dualcontrol.model.audit.network_flows import layouts
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.audit.operation import Operation

_NOISE = 1e-10
_TURNS = 40


@dataclass(frozen=True)
class PricedNetwork:
    """The hours of a plan's network under its published prices.

    `reduced`: what a flow costs or earns in the priced rows of the county (万元).
    """

    operation: Operation
    reduced: Callable[[Flow], Fraction]

    @cached_property
    def _price(self) -> dict[str, Floats]:
        """万元 per MWh by bus, (T,); never above what unserved load costs, so that none pays."""
        most = float(
            (setting(self.operation.rulings.scenario.settings.power.shed_yuan_per_mwh) or ZERO) / WAN
        )
        published = self.operation.tables.prices
        known = {bus: np.clip(series / WAN, -most, most) for bus, series in published.items()}
        # any price gives a bound: of a bus out of service, which has none, the mean of the others
        mean = np.mean(list(known.values()), axis=0) if known else np.zeros(len(self.operation.dispatch.hour))
        return {bus: known.get(bus, mean) for bus in self.operation.network.buses}

    @cached_property
    def _weight(self) -> Floats:
        return self.operation.dispatch.weight.astype(np.float64)

    @cached_property
    def _hours_price(self) -> dict[str, Fraction]:
        """What a MWh delivered is worth to the utilisation hours, by plant: their price while they are missing."""
        price = (
            setting(self.operation.rulings.scenario.settings.power.missing_hours_yuan_per_mwh) or ZERO
        ) / WAN
        missing, fleets = self.operation.missing_mwh(), self.operation.network.fleets()
        return {
            row.text("plant_id"): price
            for fleet, rows in fleets.items()
            if missing[fleet] > 0
            for row in rows
        }

    def owner_price(self, owner: str) -> Fraction:
        """What the electricity of an owner costs at least, 万元 per MWh a year; 0 for one that draws nothing."""
        network = self.operation.network
        if owner not in network.load_of:
            return ZERO
        return self._group_price[network.load_of[owner]]

    @cached_property
    def _group_price(self) -> dict[str, Fraction]:
        found = {}
        for asset, group in self.operation.network.groups.items():
            price, movable = self._price[group.bus], float(group.movable)
            shape = group.shape[self.operation.dispatch.hour]
            cost = (1 - movable) * float((self._weight * price * shape).sum())
            if movable > 0:
                even = group.running[self.operation.dispatch.hour]  # the same all day
                by_day = np.sort((self._weight * price * even).reshape(-1, DAY), axis=1)
                filled = np.clip(DAY - float(group.peak) * np.arange(DAY), 0.0, float(group.peak))
                cost += movable * float((by_day * filled).sum())
            scale = float(np.abs(self._weight * price).sum()) * max(1.0, float(np.abs(shape).max()))
            found[asset] = Fraction((cost - _NOISE * scale) / HOURS)
        return found

    def fixed(self) -> Fraction:
        """Everything but the owners and the plants whose generation is a unit's activity, 万元."""
        operation, network = self.operation, self.operation.network
        losses = float(network.losses_mwh) / HOURS * self._weight * self._price[network.losses_bus]
        owned = {asset for assets in network.units().values() for asset in assets}
        free = (part for part in network.classes if part.asset not in owned)
        parts = [_up(-losses), *(self._output(part, self._worth(part)) for part in free)]
        for way in network.ways:
            room = float(way.most_mw) * operation.service(way.build) * self._weight
            earned = self._price[way.bus] - float(way.price / WAN) if way.sign > 0 else -self._price[way.bus]
            parts.append(_up(room * np.maximum(0.0, earned)))
        parts += self._lines()
        parts += self._storage()
        built = sum((operation.build_cost(build) * share for build, share in operation.built.items()), ZERO)
        return sum(parts, ZERO) - built - self._asked()

    @cached_property
    def renewable_mwh(self) -> Fraction:
        """What renewables could give at most, MWh."""
        return sum((self.operation.possible_mwh(part) for part in self.operation.network.renewables()), ZERO)

    def _asked(self) -> Fraction:
        """Price of the utilisation hours that are asked for and missing."""
        asked = ZERO
        for row in (row for rows in self.operation.network.fleets().values() for row in rows):
            build = row.text("build_id")
            share = self.operation.built[build] * self.operation.network.months(build) if build else ONE
            price = self._hours_price.get(row.text("plant_id"), ZERO)
            asked += price * row.num("capacity_mw") * row.num("hours_floor") * share
        return asked

    def _worth(self, part: Class) -> Fraction:
        """What a MWh of a class is worth beside its nodal price: hours, value added, the county's rows."""
        network = self.operation.network
        worth = self._hours_price.get(part.plant, ZERO)
        if not network.is_renewable(part.plant):
            return worth
        accounts = self.operation.rulings.accounts
        added = network.plants[part.plant].num("value_added_yuan_per_mwh") / WAN if part.build else ZERO
        # Where primary electricity counts at its own value, a MWh used here takes the rise out of the account.
        up = -accounts.rise_tce_eq_per_mwh if accounts.is_physical else ZERO
        flow = Flow(grid_total=up, grid_intensity=up, import_mwh=-ONE, value_added=added)
        return worth + added + self.reduced(flow)

    def _output(self, part: Class, worth: Fraction | float) -> Fraction:
        """The best that a class can earn: some capacity online each day, output between its least share and all."""
        gain = (self._weight * (self._price[part.bus] + float(worth))).reshape(-1, DAY)
        most = self.operation.available_mw(part).reshape(-1, DAY)
        if part.profile:
            return _up(most * np.maximum(0.0, gain))
        by_day = (np.maximum(0.0, gain) + float(part.least_share) * np.minimum(0.0, gain)).sum(axis=1)
        scale = np.abs(gain).sum(axis=1)
        return _up(most[:, 0] * np.maximum(0.0, by_day + _NOISE * scale))

    def plants(self, unit: str, price: float) -> Fraction:
        """The best that a unit's plants can earn when a MWh of its generation is paid `price` (万元) on top."""
        network = self.operation.network
        mine = set(network.units()[unit])
        return sum((self._output(part, float(self._worth(part)) + price)
                    for part in network.classes if part.asset in mine), ZERO)  # fmt: skip

    def price_range(self) -> float:
        """No price of generation beyond this can give a better bound (万元 per MWh)."""
        return 2 * max((float(np.abs(series).max()) for series in self._price.values()), default=0.0) + 1.0

    def _lines(self) -> Iterable[Fraction]:
        operation = self.operation
        for layout in layouts(operation.network, operation.dispatch, operation.is_built()):
            for row in layout.branches:
                ends = [self._price[row.text(end)][layout.hours] for end in ("from_bus", "to_bus")]
                rent = np.abs(ends[1] - ends[0]) * self._weight[layout.hours]
                yield _up(float(row.num("capacity_mw")) * rent)

    def _storage(self) -> Iterable[Fraction]:
        """Charge and discharge at the best single worth of stored energy in each day."""
        accounts = self.operation.rulings.accounts
        k_eq = accounts.rise_tce_eq_per_mwh + accounts.k_tce_per_mwh
        lost = float(self.reduced(Flow(grid_total=k_eq, grid_intensity=k_eq, import_mwh=ONE)))
        for row in self.operation.network.storage.values():
            into, out = float(row.num("efficiency_in")), float(row.num("efficiency_out"))
            service = self.operation.service(row.text("build_id")).reshape(-1, DAY)[:, 0]
            price = (self._price[row.text("bus_id")] - lost).reshape(-1, DAY)
            tried = np.concatenate([price * out, price / into], axis=1)[:, :, None]  # (days, 48, 1)
            gain = np.maximum(0.0, price[:, None, :] - tried / out) + np.maximum(
                0.0, tried * into - price[:, None, :]
            )
            best = gain.sum(axis=2).min(axis=1)
            weight = self._weight.reshape(-1, DAY)[:, 0]
            yield _up(float(row.num("power_mw")) * service * weight * best)


def _up(terms: Floats) -> Fraction:
    """The sum of terms, above any rounding of the floats it is made of."""
    return Fraction(float(terms.sum()) + _NOISE * float(np.abs(terms).sum()))


def least(bound: Callable[[float], Fraction], low: float, high: float) -> Fraction:
    """The least value seen of a convex function in [low, high], by golden sections; any value is a valid bound."""
    ratio = (5**0.5 - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = bound(left), bound(right)
    best = min(at_left, at_right, bound(0.0))
    for _ in range(_TURNS):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = bound(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = bound(right)
        best = min(best, at_left, at_right)
    return best
