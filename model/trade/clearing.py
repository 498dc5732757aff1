"""A uniform price for use rights, found exactly: merit order of divisible orders, search over whole ones (A2).

Everything is in whole tce at 等价 and in Fractions of 万元. A clearing maximises what buyers gain less what sellers
give up, among those a single price between the reserve price and the ceiling supports: nobody who trades is worse
off at it, and nobody whose order may be filled in part would rather trade more. An order that is taken whole or not
at all may be left out although the price would suit it, as on a power exchange.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Side = Literal["sell", "buy"]
NONE = Fraction(0)
MOST_NODES = 20_000  # of the search over whole orders; beyond, the best that was found is kept and told


@dataclass(frozen=True)
class Order:
    """What an account offers or asks for.

    tce_eq: most, whole tonnes at 等价 (> 0). limit_wan_yuan_per_tce_eq: what a tonne costs a seller, or earns a
    buyer. is_whole: all or nothing. kind: what it rests on (message id). reference: measure or closure, "" for none.
    """

    order_id: str
    side: Side
    account: str
    kind: str
    tce_eq: int
    limit_wan_yuan_per_tce_eq: Fraction
    is_whole: bool = False
    reference: str = ""

    def __post_init__(self) -> None:
        if self.tce_eq <= 0:
            raise ValueError(f"an order is for a positive whole number of tonnes, not {self.tce_eq!r}")


@dataclass(frozen=True)
class Clearing:
    """What was traded. filled: tce (等价) by order id, without those that got nothing.

    price: of every tonne, None without trade. low, high: shadow prices of the balance of the market, what a tonne of
    supply less and more is worth; the price is halfway where they differ. is_exact: whether the search was complete.
    gain: buyers' worth less sellers' cost, 万元.
    """

    price_wan_yuan_per_tce_eq: Fraction | None
    low_wan_yuan_per_tce_eq: Fraction | None
    high_wan_yuan_per_tce_eq: Fraction | None
    filled: Mapping[str, int]
    gain_wan_yuan: Fraction
    is_exact: bool = True

    @property
    def has_trade(self) -> bool:
        """Whether anything was traded."""
        return bool(self.filled)


CLOSED = Clearing(None, None, None, {}, NONE)


@dataclass(frozen=True)
class _Node:
    """A merit order with some whole orders forced in; the rest of them as if they could be divided."""

    gain: Fraction
    filled: dict[str, int]
    split: str  # a whole order that is filled in part, "" for none


def clear(orders: Iterable[Order], reserve_price: Fraction, ceiling: Fraction) -> Clearing:
    """The clearing of greatest gain that one price in [reserve_price, ceiling] supports (万元 per tce 等价).

    ValueError for a reserve price above the ceiling, or two orders with one id.
    """
    every = list(orders)
    if reserve_price > ceiling:
        raise ValueError("the reserve price is above the ceiling")
    if len({one.order_id for one in every}) < len(every):
        raise ValueError("two orders have one id")
    # at no price between the bounds would the others trade
    open_ = [
        one for one in every
        if (one.limit_wan_yuan_per_tce_eq <= ceiling if one.side == "sell"
            else one.limit_wan_yuan_per_tce_eq >= reserve_price)
    ]  # fmt: skip
    asks = sorted((o for o in open_ if o.side == "sell"), key=_rank)
    bids = sorted((o for o in open_ if o.side == "buy"), key=_rank)
    best, is_exact = _search(asks, bids, reserve_price, ceiling)
    low, high = _bounds(asks, bids, best.filled, reserve_price, ceiling)
    price = (low + high) / 2 if best.filled else None
    return Clearing(price, low, high, best.filled, best.gain, is_exact)


def _rank(order: Order) -> tuple[Fraction, str]:
    """Cheapest sellers and dearest buyers first; equal ones by id, so that the order of the rows says nothing."""
    limit = order.limit_wan_yuan_per_tce_eq
    return (limit if order.side == "sell" else -limit, order.order_id)


def _search(
    asks: Sequence[Order], bids: Sequence[Order], reserve_price: Fraction, ceiling: Fraction
) -> tuple[_Node, bool]:
    """Branch and bound over whole orders, each forced in or left out where the merit order would split it."""
    whole = [o.order_id for o in (*asks, *bids) if o.is_whole]
    best = _Node(NONE, {}, "")
    # without any whole order there always is a price: the first plan to beat
    first = _merit(asks, bids, frozenset(), frozenset(whole))
    if first is not None and first.gain > best.gain:
        best = first
    stack: list[tuple[frozenset[str], frozenset[str]]] = [(frozenset(), frozenset())]
    for _ in range(MOST_NODES):
        if not stack:
            return best, True
        taken, left = stack.pop()
        node = _merit(asks, bids, taken, left)
        if node is None or node.gain <= best.gain:
            continue
        branch = node.split
        if not branch:
            low, high = _bounds(asks, bids, node.filled, reserve_price, ceiling)
            if low <= high:
                best = node
                continue
            branch = next((k for k in whole if k not in taken and k not in left), "")
        if branch:
            stack.append((taken, left | {branch}))
            stack.append((taken | {branch}, left))
    return best, not stack


def _merit(
    asks: Sequence[Order], bids: Sequence[Order], taken: frozenset[str], left: frozenset[str]
) -> _Node | None:
    """Greatest gain with the whole orders `taken` full and `left` out; None where the taken ones cannot be matched."""
    filled: dict[str, int] = {}
    gain, net = NONE, 0  # net: supply less demand of what is taken
    for one in (*asks, *bids):
        if one.order_id in taken:
            filled[one.order_id] = one.tce_eq
            sign = 1 if one.side == "sell" else -1
            net += sign * one.tce_eq
            gain -= sign * one.tce_eq * one.limit_wan_yuan_per_tce_eq
    supply = [o for o in asks if o.order_id not in taken and o.order_id not in left]
    demand = [o for o in bids if o.order_id not in taken and o.order_id not in left]
    room = {o.order_id: o.tce_eq for o in (*supply, *demand)}
    s = d = 0

    def fill(one: Order, tce: int) -> None:
        nonlocal gain
        filled[one.order_id] = filled.get(one.order_id, 0) + tce
        room[one.order_id] -= tce
        gain += (tce if one.side == "buy" else -tce) * one.limit_wan_yuan_per_tce_eq

    while net != 0:  # what is taken must find its other side, whatever that costs
        side, at = (demand, d) if net > 0 else (supply, s)
        if at >= len(side):
            return None
        tce = min(abs(net), room[side[at].order_id])
        fill(side[at], tce)
        net += -tce if net > 0 else tce
        if not room[side[at].order_id]:
            s, d = (s, d + 1) if side is demand else (s + 1, d)
    while s < len(supply) and d < len(demand):
        if demand[d].limit_wan_yuan_per_tce_eq < supply[s].limit_wan_yuan_per_tce_eq:
            break
        tce = min(room[supply[s].order_id], room[demand[d].order_id])
        fill(supply[s], tce)
        fill(demand[d], tce)
        s, d = s + (not room[supply[s].order_id]), d + (not room[demand[d].order_id])
    split = next((o.order_id for o in (*supply, *demand)
                  if o.is_whole and 0 < filled.get(o.order_id, 0) < o.tce_eq), "")  # fmt: skip
    return _Node(gain, filled, split)


def _bounds(
    asks: Iterable[Order],
    bids: Iterable[Order],
    filled: Mapping[str, int],
    reserve_price: Fraction,
    ceiling: Fraction,
) -> tuple[Fraction, Fraction]:
    """The prices that support a fill: least and greatest; none where the least is above the greatest.

    At the reserve price sellers may be left with rights, at the ceiling buyers without.
    """
    low, high = reserve_price, ceiling
    for one in asks:
        got, limit = filled.get(one.order_id, 0), one.limit_wan_yuan_per_tce_eq
        if got:
            low = max(low, limit)
        if got < one.tce_eq and not one.is_whole:
            high = min(high, max(limit, reserve_price))
    for one in bids:
        got, limit = filled.get(one.order_id, 0), one.limit_wan_yuan_per_tce_eq
        if got:
            high = min(high, limit)
        if got < one.tce_eq and not one.is_whole:
            low = max(low, min(limit, ceiling))
    return low, high
