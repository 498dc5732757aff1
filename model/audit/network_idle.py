"""What a unit or project could draw in addition, everything else of the network left as it is.

More load is carried if in every hour an exchange has room (less is exported, or more imported) and the flow
from there to the load fits the lines: a change that is possible without touching plants, storage or claims. It
proves that value was left lying; that none is found proves nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from dualcontrol.model.audit.accounts import WAN
from dualcontrol.model.audit.network import HOURS, KWH, Floats, Group, Way
from dualcontrol.model.audit.network_flows import Layout, bus_injections, layouts
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.operation import Operation


@dataclass(frozen=True)
class Supply:
    """Electricity that could be had in addition: at most `mwh` a year, at `price` (万元 per MWh)."""

    mwh: Fraction
    price: Fraction


class Room:
    """What the network of a plan still has room for."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.place = {bus: k for k, bus in enumerate(operation.network.buses)}

    @cached_property
    def _flows(self) -> list[tuple[Layout, Floats]]:
        network, dispatch = self.operation.network, self.operation.dispatch
        injected = bus_injections(network, dispatch)
        found = layouts(network, dispatch, self.operation.is_built())
        return [(layout, injected[layout.hours] @ layout.shift.T) for layout in found]

    def supplies(self, owner: str) -> Iterator[Supply]:
        """Ways to supply an owner with more, from each exchange: by exporting less, by importing more."""
        network, dispatch = self.operation.network, self.operation.dispatch
        if owner not in network.load_of:
            return
        group = network.groups[network.load_of[owner]]
        exports = {way.exchange: way for way in network.ways if way.sign < 0}
        for way in network.ways:
            if way.sign < 0:
                room = -dispatch.of(way.asset).astype(np.float64)
                yield Supply(self._most(group, way, room), ZERO)
            else:
                room = float(way.most_mw) * KWH * self.operation.service(way.build) - dispatch.of(way.asset)
                if way.exchange in exports:
                    room = room - dispatch.of(exports[way.exchange].asset)
                yield Supply(self._most(group, way, room), way.price / WAN)

    def _most(self, group: Group, way: Way, room: Floats) -> Fraction:
        """The most MWh a year that the load may grow by, with `room` kWh an hour at the exchange."""
        hour, movable = self.operation.dispatch.hour, float(group.movable)
        # kWh in the hour per MWh in the year; what may move is drawn evenly.
        rate = ((1 - movable) * group.shape[hour] + movable * group.running[hour]) * KWH / HOURS
        source, sink = self.place[way.bus], self.place[group.bus]
        most = np.inf
        for layout, flow in self._flows:
            drawn = rate[layout.hours]
            if not (drawn > 0).any():
                continue
            if layout.island[source] != layout.island[sink]:
                return ZERO
            with np.errstate(divide="ignore", invalid="ignore"):
                most = min(most, float(np.where(drawn > 0, room[layout.hours] / drawn, np.inf).min()))
                change = layout.shift[:, source] - layout.shift[:, sink]
                for k, row in enumerate(layout.branches):
                    if abs(change[k]) > 1e-12:
                        limit = float(row.num("capacity_mw")) * KWH
                        left = (limit - np.sign(change[k]) * flow[:, k]) / (abs(change[k]) * drawn)
                        most = min(most, float(np.where(drawn > 0, left, np.inf).min()))
        return Fraction(max(0.0, most)) if np.isfinite(most) else ZERO
