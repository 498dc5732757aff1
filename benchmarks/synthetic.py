"""The network of the measurements: 13 buses, 18 lines, 10 thermal plants, 5 renewables, 2 stores; any hours."""

import numpy as np
import numpy.typing as npt

from dualcontrol.model.power.network import Branch, Generator, Load, Network, Series, Storage

Floats = npt.NDArray[np.float64]
BUSES, LINES, THERMAL, RENEWABLE, STORES, LOADS = 13, 18, 10, 5, 2, 9
SHED_COST = 2000.0


def network() -> Network:
    """A ring with chords, thermal plants of rising cost, renewables with a profile each, loads that may be shed."""
    chance = np.random.default_rng(13)
    buses = tuple(f"b{k:02}" for k in range(BUSES))
    ends = [(k, (k + 1) % BUSES) for k in range(BUSES)]
    ends += [(0, 4), (2, 7), (3, 10), (5, 9), (6, 11)]
    return Network(
        buses=buses,
        branches=tuple(
            Branch(f"l{k:02}", buses[i], buses[j], round(float(chance.uniform(0.02, 0.1)), 4), 400.0)
            for k, (i, j) in enumerate(ends)
        ),
        generators=(
            *(
                Generator(f"t{k}", buses[(3 * k) % BUSES], 150.0, cost_per_mwh=200.0 + 17.0 * k)
                for k in range(THERMAL)
            ),
            *(
                Generator(f"w{k}", buses[(5 * k + 1) % BUSES], 200.0, profile=f"w{k}", cost_per_mwh=1.0 + k)
                for k in range(RENEWABLE)
            ),
        ),
        storage=tuple(
            Storage(f"s{k}", buses[4 + 5 * k], 80.0, 320.0, 0.93, 0.93, cost_per_mwh=1.0)
            for k in range(STORES)
        ),
        loads=tuple(Load(f"d{k}", buses[k + 2], f"d{k}", 100.0) for k in range(LOADS)),
        shed_cost=SHED_COST,
    )


def series(hours: int) -> Series:
    """Profiles of sun, wind and loads drawn by chance with a fixed seed; stores end where they began."""
    chance, t = np.random.default_rng(1), np.arange(hours)
    profiles: dict[str, Floats] = {}
    for k in range(RENEWABLE):
        sun = np.maximum(0.0, np.round(np.sin((t % 24 - 6) / 12 * np.pi), 6))
        profiles[f"w{k}"] = (
            sun * chance.uniform(0.4, 1.0, hours) if k < 3 else chance.uniform(0.05, 1.0, hours)
        )
    for k in range(LOADS):
        profiles[f"d{k}"] = 1 + 0.25 * np.sin((t % 24 - 9) / 24 * 2 * np.pi) + 0.1 * chance.random(hours)
    return Series(hours, profiles)
