"""Cost curves: tangents below, points along, both convex."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.model.power.costs import Curve, Segments, between


def at(start: float, segments: Segments, low: float, output: float) -> float:
    """Cost of an output by filling the steps one after the other."""
    cost, rest = start, output - low
    for width, price in segments:
        cost += price * min(rest, width)
        rest = max(rest - width, 0.0)
    return cost


def test_two_tangents_meet_half_way() -> None:
    """x² touched at 0 and at 4: slopes 0 and 8 (8x - 16), which meet at 2; at 2 the curve is 4 above them."""
    low, segments = Curve((0.0, 0.0, 1.0), 0.0, 4.0).tangents([0.0, 4.0])
    assert low == 0
    assert segments == ((2.0, 0.0), (2.0, 8.0))


@given(
    square=st.floats(1e-4, 10),
    linear=st.floats(-50, 50),
    low=st.floats(-100, 100),
    width=st.floats(1, 200),
    points=st.lists(st.floats(0, 1), min_size=1, max_size=8),
)
def test_tangents_lie_below_and_touch(
    square: float, linear: float, low: float, width: float, points: list[float]
) -> None:
    curve = Curve((3.0, linear, square), low, low + width)
    touching = [low + share * width for share in points]
    start, segments = curve.tangents(touching)
    assert sum(step for step, _ in segments) == pytest.approx(width)
    prices = [price for _, price in segments]
    assert prices == sorted(prices)
    scale = 1 + max(abs(curve.cost(p)) for p in (low, low + width)) + abs(linear) * width
    for output in np.linspace(low, low + width, 17):
        assert at(start, segments, low, float(output)) <= curve.cost(float(output)) + 1e-7 * scale
    for output in touching:
        assert at(start, segments, low, output) == pytest.approx(curve.cost(output), abs=1e-6 * scale)


def test_convexity() -> None:
    assert Curve((0.0, 1.0, 0.5), 0, 10).is_convex()
    assert not Curve((0.0, 1.0, -0.5), 0, 10).is_convex()
    cubic = (0.0, 0.0, 0.0, 1.0)  # x³ bends upwards for positive x only
    assert Curve(cubic, 0, 10).is_convex()
    assert not Curve(cubic, -1, 10).is_convex()


POINTS = ((0.0, 0.0), (100.0, 2500.0), (200.0, 5500.0), (250.0, 7250.0))


def test_points_within_limits() -> None:
    """Slopes 25, 30, 35. From 90 MW (2,250): 10 MW at 25, 100 at 30, 30 at 35 up to 230 MW."""
    assert between(POINTS, 90.0, 230.0) == (2250.0, ((10.0, 25.0), (100.0, 30.0), (30.0, 35.0)))


def test_beyond_the_points_the_slope_goes_on() -> None:
    assert between(POINTS, -10.0, 300.0) == (-250.0, ((110.0, 25.0), (100.0, 30.0), (100.0, 35.0)))
    assert between(POINTS[:2], 10.0, np.inf) == (250.0, ((np.inf, 25.0),))


def test_points_that_do_not_make_a_convex_cost() -> None:
    assert between(((0.0, 0.0), (1.0, 10.0), (2.0, 15.0)), 0.0, 2.0) is None
    with pytest.raises(ValueError, match="rise"):
        between(((0.0, 0.0), (0.0, 10.0)), 0.0, 2.0)
    with pytest.raises(ValueError, match="rise"):
        between(((0.0, 0.0),), 0.0, 2.0)
