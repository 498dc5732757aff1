"""The uniform price: cases by hand, then every small market against all its possible fills and against an LP's dual."""

from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualcontrol.model.trade.clearing import Clearing, Order, clear
from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.highs import LiveHighs

LOW, HIGH = Fraction(1), Fraction(20)


def sell(name: str, tce: int, cost: object, *, whole: bool = False) -> Order:
    return Order(name, "sell", f"unit:{name}", "saved", tce, Fraction(str(cost)), whole)


def buy(name: str, tce: int, worth: object, *, whole: bool = False) -> Order:
    return Order(name, "buy", f"unit:{name}", "short", tce, Fraction(str(worth)), whole)


def told(found: Clearing) -> tuple[object, dict[str, int], Fraction]:
    return found.price_wan_yuan_per_tce_eq, dict(found.filled), found.gain_wan_yuan


def test_two_sellers_and_one_buyer() -> None:
    # 10 t at 2 and 10 t at 4 for 15 t worth 9: the second seller is left with 5 t, so the price is his 4.
    # Gain: 15 x 9 - 10 x 2 - 5 x 4 = 95.
    found = clear([sell("a", 10, 2), sell("b", 10, 4), buy("c", 15, 9)], LOW, HIGH)
    assert told(found) == (4, {"a": 10, "b": 5, "c": 15}, 95)


def test_the_price_is_halfway_where_nobody_is_left_over() -> None:
    # all 20 t are sold and bought: any price from 4 to 9 will do, shadow prices 4 and 9
    found = clear([sell("a", 10, 2), sell("b", 10, 4), buy("c", 20, 9)], LOW, HIGH)
    assert told(found) == (Fraction(13, 2), {"a": 10, "b": 10, "c": 20}, 120)
    assert (found.low_wan_yuan_per_tce_eq, found.high_wan_yuan_per_tce_eq) == (4, 9)


def test_the_reserve_price_binds() -> None:
    # 20 t cost nothing and 15 are wanted: without a reserve price the price is 0, with one of 1 it is 1
    orders = [sell("a", 10, 0), sell("b", 10, 0), buy("c", 15, 9)]
    assert told(clear(orders, Fraction(0), HIGH))[0] == 0
    assert told(clear(orders, LOW, HIGH)) == (1, {"a": 10, "b": 5, "c": 15}, 135)
    # a buyer to whom a tonne is worth less than the reserve price stays out
    assert not clear([sell("a", 10, 0), buy("c", 5, "0.9")], LOW, HIGH).has_trade


def test_the_ceiling_binds() -> None:
    # 15 t worth 9 want 10 t that cost 2: 9 without a ceiling, 5 with one of 5
    orders = [sell("a", 10, 2), buy("c", 15, 9)]
    assert told(clear(orders, LOW, HIGH)) == (9, {"a": 10, "c": 10}, 70)
    assert told(clear(orders, LOW, Fraction(5))) == (5, {"a": 10, "c": 10}, 70)
    assert not clear([sell("a", 10, 6), buy("c", 15, 9)], LOW, Fraction(5)).has_trade


def test_an_order_that_is_all_or_nothing() -> None:
    # The cheap 10 t are all or nothing and only 8 are wanted: b alone sells, though a would have at its price.
    found = clear([sell("a", 10, 2, whole=True), sell("b", 10, 4), buy("c", 8, 9)], LOW, HIGH)
    assert told(found) == (4, {"b": 8, "c": 8}, 40)
    # Of 12 t wanted, a whole and 2 of b: 12 x 9 - 20 - 8 = 80.
    assert told(clear([sell("a", 10, 2, whole=True), sell("b", 10, 4), buy("c", 12, 9)], LOW, HIGH)) == (
        4, {"a": 10, "b": 2, "c": 12}, 80,
    )  # fmt: skip


def test_nobody_is_forced_into_a_loss() -> None:
    # Filling a's 10 t at 5 would need c (4 t, 9) and d (6 t, 3): a gain of 4, but no price is above 5 and below 3.
    assert not clear([sell("a", 10, 5, whole=True), buy("c", 4, 9), buy("d", 6, 3)], LOW, HIGH).has_trade


def test_bad_markets_are_refused() -> None:
    with pytest.raises(ValueError, match="one id"):
        clear([sell("a", 1, 1), sell("a", 1, 1)], LOW, HIGH)
    with pytest.raises(ValueError, match="ceiling"):
        clear([], HIGH, LOW)
    with pytest.raises(ValueError, match="positive"):
        sell("a", 0, 1)


@st.composite
def markets(draw: st.DrawFn, most: int = 5) -> list[Order]:
    """Up to five orders of up to four tonnes at whole prices around and beyond the bounds."""
    sides = draw(st.lists(st.sampled_from(("sell", "buy")), min_size=2, max_size=most))
    return [
        Order(f"o{k}", side, f"unit:{k}", "x", draw(st.integers(1, 4)), Fraction(draw(st.integers(0, 8))),
              draw(st.booleans()))
        for k, side in enumerate(sides)
    ]  # type: ignore[arg-type]  # fmt: skip


BOUNDS = (Fraction(2), Fraction(6))


def supported(orders: list[Order], fill: tuple[int, ...], price: Fraction) -> bool:
    """Whether a price suits a fill: by the words of the rules, order by order."""
    low, high = BOUNDS
    for order, tce in zip(orders, fill, strict=True):
        limit, is_sell = order.limit_wan_yuan_per_tce_eq, order.side == "sell"
        gains = price - limit if is_sell else limit - price
        if tce and gains < 0:
            return False
        is_rationed = tce < order.tce_eq and not order.is_whole and gains > 0
        if is_rationed and price != (low if is_sell else high):
            return False
    return True


def best_by_trying(orders: list[Order]) -> Fraction:
    """The greatest gain of all fills in whole tonnes that some price suits."""
    low, high = BOUNDS
    limits = {o.limit_wan_yuan_per_tce_eq for o in orders if low <= o.limit_wan_yuan_per_tce_eq <= high}
    ends = sorted(limits | {low, high})
    prices = ends + [(a + b) / 2 for a, b in pairwise(ends)]
    levels = [(0, o.tce_eq) if o.is_whole else range(o.tce_eq + 1) for o in orders]
    best = Fraction(0)
    for fill in product(*levels):
        if sum(t if o.side == "sell" else -t for o, t in zip(orders, fill, strict=True)):
            continue
        gain = sum(((t if o.side == "buy" else -t) * o.limit_wan_yuan_per_tce_eq
                    for o, t in zip(orders, fill, strict=True)), Fraction(0))  # fmt: skip
        if gain > best and any(supported(orders, fill, p) for p in prices):
            best = gain
    return best


@given(markets())
@settings(max_examples=80, deadline=None)
def test_every_small_market_clears_as_well_as_trying_all_fills(orders: list[Order]) -> None:
    found = clear(orders, *BOUNDS)
    fill = tuple(found.filled.get(o.order_id, 0) for o in orders)
    assert found.is_exact
    assert found.gain_wan_yuan == best_by_trying(orders)
    assert sum(t if o.side == "sell" else -t for o, t in zip(orders, fill, strict=True)) == 0
    if found.price_wan_yuan_per_tce_eq is not None:
        assert BOUNDS[0] <= found.price_wan_yuan_per_tce_eq <= BOUNDS[1]
        assert supported(orders, fill, found.price_wan_yuan_per_tce_eq)


@given(markets(12))
@settings(max_examples=25, deadline=None)
def test_the_price_is_the_dual_of_the_balance(orders: list[Order]) -> None:
    """With the whole orders as decided and nobody outside the bounds: HiGHS gives the same gain, its dual a price."""
    low, high = BOUNDS
    found = clear(orders, low, high)
    kept = [
        o for o in orders
        if found.filled.get(o.order_id) or (not o.is_whole and (
            o.limit_wan_yuan_per_tce_eq <= high if o.side == "sell" else o.limit_wan_yuan_per_tce_eq >= low))
    ]  # fmt: skip
    if not found.has_trade:
        return
    least = np.array([float(o.tce_eq) if o.is_whole else 0.0 for o in kept])
    sign = np.array([1.0 if o.side == "sell" else -1.0 for o in kept])
    limit = np.array([float(o.limit_wan_yuan_per_tce_eq) for o in kept])
    program = Arrays(
        columns=[("q", o.order_id) for o in kept], rows=[("market_balance", None)], cost=-sign * limit, offset=0.0,
        lower=least, upper=np.array([float(o.tce_eq) for o in kept]), is_integer=np.zeros(len(kept), dtype=bool),
        row_lower=np.zeros(1), row_upper=np.zeros(1), start=np.array([0, len(kept)], dtype=np.int32),
        index=np.arange(len(kept), dtype=np.int32), value=sign,
    )  # fmt: skip
    solution = LiveHighs(program).solve()
    assert solution.objective == pytest.approx(float(found.gain_wan_yuan), abs=1e-6)
    # a dual says what a tonne is worth without the bounds of the price; within them it is one of the market's prices
    dual = min(max(abs(float(solution.row_dual[0])), float(low)), float(high))
    divisible = [o for o in kept if 0 < found.filled.get(o.order_id, 0) < o.tce_eq]
    if divisible:
        assert dual == pytest.approx(float(found.price_wan_yuan_per_tce_eq or 0), abs=1e-6)
