"""Where the buses of a one-line diagram stand: a row per voltage level, few crossings, the same on every machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_MOST_BUSES = 60  # more stay in the order of their rows: improving them would take long
_CROSSING, _PASSING = (
    6.0,
    15.0,
)  # what a crossing, and a branch through a foreign bus, cost in slots of length
_HOTTEST, _COLDEST, _STEPS = 12.0, 0.15, 5000  # of annealing, in slots of length


@dataclass(frozen=True)
class Wire:
    """A branch to draw: its ends, and whether it exists without being built first."""

    bus0: str
    bus1: str
    exists: bool = True


def places(voltage_kv: Mapping[str, float], wires: Sequence[Wire]) -> dict[str, tuple[float, int]]:
    """Bus -> (slot, row). Row 0 holds the highest voltage; a level has a further row for each step away from it.

    A bus that hangs on others of its voltage stands below those connected upwards. Slots are chosen by exchanges
    that shorten and disentangle the branches, drawn from a fixed seed: the same network, the same picture.
    """
    depth = _depths(voltage_kv, wires)
    levels = sorted({(-voltage_kv[bus], depth[bus]) for bus in voltage_kv})
    rows = [[b for b in sorted(voltage_kv) if (-voltage_kv[b], depth[b]) == level] for level in levels]
    slots = max((len(row) for row in rows), default=0) + 2  # room for what passes
    names = [bus for row in rows for bus in row]
    place = {bus: k for k, bus in enumerate(names)}
    y = np.array([k for k, row in enumerate(rows) for _ in row], dtype=np.int64)
    pairs = {tuple(sorted((place[w.bus0], place[w.bus1]))) for w in wires if w.bus0 != w.bus1}
    ends = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    x = _arranged(rows, y, ends, slots) if len(names) <= _MOST_BUSES else _beginning(rows, slots)
    x = x - x.min() if len(x) else x
    return {bus: (float(x[k]), int(y[k])) for bus, k in place.items()}


def _depths(voltage_kv: Mapping[str, float], wires: Sequence[Wire]) -> dict[str, int]:
    """Steps of each bus from those of its level that are connected to a higher one; 0 in the highest level."""
    top = max(voltage_kv.values(), default=0.0)
    depth = {bus: 0 for bus, kv in voltage_kv.items() if kv == top}
    for existing_only in (True, False):
        chosen = [w for w in wires if w.exists or not existing_only]
        for w in chosen:
            for low, high in ((w.bus0, w.bus1), (w.bus1, w.bus0)):
                if voltage_kv[low] < voltage_kv[high]:
                    depth.setdefault(low, 0)
        grows = True
        while grows:
            found = {
                far: depth[near] + 1
                for w in chosen
                for near, far in ((w.bus0, w.bus1), (w.bus1, w.bus0))
                if voltage_kv[near] == voltage_kv[far] and near in depth and far not in depth
            }
            depth |= found
            grows = bool(found)
    return {bus: depth.get(bus, 0) for bus in voltage_kv}


def _beginning(rows: Sequence[Sequence[str]], slots: int) -> Ints:
    """Slots of all buses to begin with: the rows in the middle, in the order of ids."""
    middle = [np.arange(len(row)) + (slots - len(row)) // 2 for row in rows]
    return np.concatenate([np.zeros(0, dtype=np.int64), *middle]).astype(np.int64)


def _arranged(rows: Sequence[Sequence[str]], y: Ints, ends: Ints, slots: int) -> Ints:
    """The best found by exchanges within rows, at first also such that make it worse (annealing, fixed draws)."""
    edges = combinations(range(len(ends)), 2)
    apart = [p for p in edges if not set(ends[p[0]]) & set(ends[p[1]])]
    pairs = np.array(apart, dtype=np.int64).reshape(-1, 2)
    x = _beginning(rows, slots)
    best, cost = x, _cost(x, y, ends, pairs)
    least = cost
    rng = np.random.default_rng(0)
    for heat in _HOTTEST * (_COLDEST / _HOTTEST) ** np.linspace(0, 1, _STEPS if len(ends) else 0):
        moved = int(rng.integers(len(x)))
        target = int(rng.integers(slots))
        tried = x.copy()
        tried[(y == y[moved]) & (x == target)] = x[moved]
        tried[moved] = target
        new = _cost(tried, y, ends, pairs)
        if new < cost or rng.random() < np.exp((cost - new) / heat):
            x, cost = tried, new
        if cost < least - 1e-9:
            best, least = x, cost
    return best


def _cost(x: Ints, y: Ints, ends: Ints, pairs: Ints) -> float:
    """Length across, crossings, and branches that run through the place of another bus."""
    if not len(ends):
        return 0.0
    x0, x1, y0, y1 = x[ends[:, 0]], x[ends[:, 1]], y[ends[:, 0]], y[ends[:, 1]]
    length = float(np.abs(x0 - x1).sum()) + 0.02 * float(np.abs(x - x.mean()).sum())
    return length + _CROSSING * _crossings(x, y, ends, pairs) + _PASSING * _passings(x, y, x0, x1, y0, y1)


def _crossings(x: Ints, y: Ints, ends: Ints, pairs: Ints) -> int:
    if not len(pairs):
        return 0
    point = np.stack([x, y], axis=1)
    (a, b), (c, d) = (point[ends[pairs[:, k]]].transpose(1, 0, 2) for k in (0, 1))

    def side(p: Ints, q: Ints, r: Ints) -> Ints:
        turn = (q[:, 0] - p[:, 0]) * (r[:, 1] - p[:, 1]) - (q[:, 1] - p[:, 1]) * (r[:, 0] - p[:, 0])
        return np.asarray(np.sign(turn), dtype=np.int64)

    crossed = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
    return int(crossed.sum())


def _passings(x: Ints, y: Ints, x0: Ints, x1: Ints, y0: Ints, y1: Ints) -> int:
    """How often a branch comes nearer than half a slot to a bus between its ends."""
    rise = np.where(y1 == y0, 1, y1 - y0)
    share = (y[None, :] - y0[:, None]) / rise[:, None]
    at = x0[:, None] + share * (x1 - x0)[:, None]
    between = (share > 0) & (share < 1) & (np.abs(at - x[None, :]) < 0.55)
    low, high = np.minimum(x0, x1)[:, None], np.maximum(x0, x1)[:, None]
    level = (y0 == y1)[:, None] & (y[None, :] == y0[:, None]) & (x[None, :] > low) & (x[None, :] < high)
    return int(np.where((y0 == y1)[:, None], level, between).sum())
