"""What the other limits of a plan leave room for in the market: intensity, carbon, resources, what leaders decided.

A trade moves quota; use and value added move with it. Each offer is allotted what every row of the model still has
room for, the dearest buyers first; what another offer relieves is not counted on. So whatever clears, every row
holds, and the price stays that of one balance.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dualcontrol.model.allocation import NETWORK_ROWS, ROWS, Case, build_model
from dualcontrol.model.trade.offers import Offer, Offers
from dualcontrol.solvers.compile import Arrays, Floats, compile_model

# the market's own balance and the quotas it moves; the hours of a network are not asked again
OWN_ROWS = ("use_within_quota", "pool_balance")
TOTALS = ("gdp", "energy", "co2")  # columns that a row of their own defines, in this order
NOISE = 1e-9


@dataclass(frozen=True)
class Limited:
    """An offer that a row leaves less room than it asks for. tce_eq: asked; left_tce_eq: allotted."""

    order_id: str
    account: str
    tce_eq: int
    left_tce_eq: int
    row: str
    clause: str


def allot(case: Case, offered: Offers, constraints: pd.DataFrame) -> tuple[Offers, tuple[Limited, ...]]:
    """The offers cut to the room that the plan's rows leave, and which row cut them.

    constraints: as published, with the columns name, index, slack.
    """
    if not offered.offers:
        return offered, ()
    arrays = compile_model(build_model(case))
    clauses = {row.name: row.clause for row in ROWS + NETWORK_ROWS}
    room = _room(arrays, constraints)
    kept: list[Offer] = []
    limited: list[Limited] = []
    for offer in _dearest_first(offered.offers):
        effect = _effect(arrays, offer)
        is_tight = effect > NOISE
        shares = np.where(is_tight, room / np.where(is_tight, effect, 1.0), np.inf)
        worst, order = int(np.argmin(shares)), offer.order
        share = min(1.0, max(0.0, float(shares[worst])))
        tce = order.tce_eq if share >= 1.0 - NOISE else 0 if order.is_whole else int(order.tce_eq * share)
        if tce < order.tce_eq:
            name = str(arrays.rows[worst][0])
            limited.append(Limited(order.order_id, order.account, order.tce_eq, tce, name, clauses[name]))
        if tce > 0:
            kept.append(offer.cut(tce))
            room = room - np.maximum(effect, 0.0) * (tce / order.tce_eq)
    return replace(offered, offers=tuple(kept)), tuple(limited)


def _dearest_first(offers: Iterable[Offer]) -> list[Offer]:
    """Buyers before sellers, dearest bid and cheapest ask first."""

    def rank(one: Offer) -> tuple[bool, object, str]:
        limit = one.order.limit_wan_yuan_per_tce_eq
        return (one.order.side == "sell", limit if one.order.side == "sell" else -limit, one.order.order_id)

    return sorted(offers, key=rank)


def _effect(arrays: Arrays, offer: Offer) -> Floats:
    """By how much a whole offer uses up the room of each row; 0 where it uses none. Shape (rows,)."""
    moved = np.zeros(len(arrays.columns))
    for (name, index), change in offer.moves.items():
        moved[arrays.column(name, index)] = float(change)
    for name in TOTALS:
        row, column = arrays.row(f"{name}_definition"), arrays.column(name)
        entries = slice(arrays.start[row], arrays.start[row + 1])
        own = arrays.value[entries][arrays.index[entries] == column].sum()
        moved[column] = -arrays.times(moved)[row] / own
    used = arrays.times(moved)
    upward = np.where(np.isfinite(arrays.row_upper), np.maximum(used, 0.0), 0.0)
    downward = np.where(np.isfinite(arrays.row_lower), np.maximum(-used, 0.0), 0.0)
    effect: Floats = upward + downward
    return effect


def _room(arrays: Arrays, constraints: pd.DataFrame) -> Floats:
    """The slack of each row as published; without end for those that the market does not answer to."""
    published = {
        (str(name), "" if index != index else str(index)): float(slack)
        for name, index, slack in zip(
            constraints["name"], constraints["index"], constraints["slack"], strict=True
        )
    }
    exempt = {*OWN_ROWS, *(f"{name}_definition" for name in TOTALS), *(row.name for row in NETWORK_ROWS)}
    room = [
        np.inf if name in exempt else published.get((name, "" if index is None else str(index)), 0.0)
        for name, index in arrays.rows
    ]
    return np.array(room)
