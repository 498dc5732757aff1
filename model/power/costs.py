"""Cost curves of generators as convex piecewise-linear ones: given by points, or touched by tangents.

Tangents lie below a convex curve, so a program with tangents underestimates the cost; the curve's own cost at
the solution overestimates the optimum. The difference of the two is a proven bound of the error, and tangents
at the solution make it smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

Segments = tuple[tuple[float, float], ...]
CONVEX = 1e-9  # relative slack of slopes that must not fall


@dataclass(frozen=True)
class Curve:
    """A polynomial cost per hour, `sum of coefficient k times output^k`, for outputs in [low, high] MW."""

    coefficients: tuple[float, ...]
    low: float
    high: float

    def cost(self, output: float) -> float:
        """Cost per hour at an output in MW."""
        return float(np.polynomial.polynomial.polyval(output, self.coefficients))

    def slope(self, output: float) -> float:
        """Marginal cost per MWh at an output in MW."""
        return float(np.polynomial.polynomial.polyval(output, self._derivative(1)))

    def is_convex(self) -> bool:
        """Whether the marginal cost never falls between low and high."""
        second = self._derivative(2)
        inside = [
            root.real
            for root in np.polynomial.polynomial.polyroots(second)
            if abs(root.imag) < CONVEX and self.low < root.real < self.high
        ]
        ends = [self.low, *sorted(inside), self.high]
        places = [*ends, *((a + b) / 2 for a, b in pairwise(ends))]
        values = np.polynomial.polynomial.polyval(np.array(places), second)
        return bool((values >= -CONVEX * max(1.0, float(np.abs(values).max()))).all())

    def _derivative(self, order: int) -> list[float]:
        rest = np.polynomial.polynomial.polyder(np.array(self.coefficients), order)
        return [float(c) for c in rest]

    def tangents(self, touching: Sequence[float]) -> tuple[float, Segments]:
        """Cost at `low` and (MW, cost per MWh) steps of the tangents at outputs, all below the curve."""
        points = sorted({min(max(p, self.low), self.high) for p in touching})
        lines = [(self.slope(p), self.cost(p) - self.slope(p) * p) for p in points]
        corners, steps, kept = self.low, [], lines[:1]
        for slope, level in lines[1:]:
            last_slope, last_level = kept[-1]
            if slope - last_slope <= CONVEX * max(1.0, abs(slope)):
                continue
            corner = (last_level - level) / (slope - last_slope)
            steps.append((corner - corners, last_slope))
            corners = corner
            kept.append((slope, level))
        steps.append((self.high - corners, kept[-1][0]))
        return kept[0][0] * self.low + kept[0][1], tuple(steps)


def between(points: Sequence[tuple[float, float]], low: float, high: float) -> tuple[float, Segments] | None:
    """Cost at `low` and (MW, cost per MWh) steps up to `high` of a cost given by points (MW, cost per hour).

    Beyond the first and last point the cost goes on with the slope it has there. None if the cost is not
    convex. Errors: ValueError for fewer than two points, or outputs that do not rise.
    """
    x, y = np.array(points, dtype=np.float64).T
    if len(x) < 2 or (np.diff(x) <= 0).any():
        raise ValueError("the outputs of the points must rise")
    slopes = np.diff(y) / np.diff(x)
    if (np.diff(slopes) < -CONVEX * max(1.0, float(np.abs(slopes).max()))).any():
        return None
    inner = x[1:-1]
    corners = [low, *(float(c) for c in inner if low < c < high), high]
    steps = []
    for start, end in pairwise(corners):
        middle = (start + end) / 2 if np.isfinite(end) else np.inf
        steps.append((end - start, float(slopes[int(np.searchsorted(inner, middle))])))
    first = int(np.searchsorted(inner, low))
    at_low = float(y[first] + slopes[first] * (low - x[first]))
    return at_low, tuple(steps)
