"""Whole kWh: balanced in every hour, thermal output and green claims never rounded up, what exports carry."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.model.power.dispatch import (
    Dispatch,
    load_mw,
    whole_dispatch,
)
from dualcontrol.model.power.inputs import PowerInputs, power_inputs
from dualcontrol.model.power.network import Series
from tests.model.power.small_grids import SUN, gridded
from tests.model.small_cases import unit

NOISE_KWH = 0.01  # a solver's, in kWh: 999.995 kWh are meant to be 1000


@cache
def grid(contract: float | None = None, limit_mw: float = 1000, connected: bool = True) -> PowerInputs:
    """Thermal T of a unit, sun S, a store, flexible A and firm B at one bus, a grid connection."""
    exchange = {"exchange_id": "X", "bus_id": "a", "import_mw": limit_mw, "export_mw": limit_mw,
                "import_yuan_per_mwh": 300, "export_green_share": contract}  # fmt: skip
    scenario = gridded(
        [
            unit("T", 100, 10, energy=[("electricity", "conversion_out", 131_400)]),
            unit("A", 0, 10, mwh=87_600),
            unit("B", 0, 10, mwh=87_600),
        ],
        {"sun": SUN, "day": np.where(SUN > 0, 1.5, 0.5)},
        {
            "plants": [
                {"plant_id": "T", "bus_id": "a", "kind": "thermal", "capacity_mw": 50, "unit_id": "T"},
                {"plant_id": "S", "bus_id": "a", "kind": "pv", "capacity_mw": 30, "profile_id": "sun"},
            ],
            "storage": [{"storage_id": "K", "bus_id": "a", "power_mw": 5, "energy_mwh": 20, "efficiency_in": 0.9,
                         "efficiency_out": 0.9}],
            "exchange": [exchange] if connected else [],
            "loads": [
                {"owner_id": "A", "bus_id": "a", "profile_id": "flat", "flexible_share": 0.2},
                {"owner_id": "B", "bus_id": "a", "profile_id": "day"},
            ],
        },
    )  # fmt: skip
    return power_inputs(scenario)


LOADS = {"A": "a|flat|0.2x2", "B": "a|day"}


def series(power: PowerInputs, hours: int, weight: float = 1.0) -> Series:
    return Series(hours, {n: v[:hours] for n, v in power.year().profiles.items()}, np.full(hours, weight))


def solved(
    power: PowerInputs, chance: np.random.Generator, hours: int = 24
) -> dict[str, dict[Any, np.ndarray]]:
    """What a solver might say: everything drawn by chance, the grid connection closes the balance."""

    def draw(low: float, high: float) -> np.ndarray:
        return np.where(chance.random(hours) < 0.2, low, chance.uniform(low, high, hours))

    mean = {
        LOADS["A"]: np.full(hours, chance.uniform(5, 15)),
        LOADS["B"]: np.full(hours, chance.uniform(5, 15)),
    }
    values: dict[str, dict[Any, np.ndarray]] = {
        "p": {"T": draw(0, 50), "S": draw(0, 30)},
        "charge": {"K": draw(0, 5)},
        "discharge": {"K": draw(0, 5)},
        "level": {"K": draw(0, 20)},
        "move": {LOADS["A"]: draw(0, 4)},
        "shed": {"a": draw(0, 1)},
        "green": {"flat": draw(0, 20), "day": draw(0, 20)},
        "mean_load": mean,
    }
    supply = (
        sum(values["p"].values()) + values["discharge"]["K"] - values["charge"]["K"] + values["shed"]["a"]
    )
    rest = supply - sum(load_mw(x, series(power, hours), values) for x in power.network.loads)
    noise = chance.normal(size=hours) * 1e-9
    return values | {
        "p": {
            **values["p"],
            "X:export": np.maximum(rest, 0) + noise,
            "X:import": np.maximum(-rest, 0) - noise,
        }
    }


CHANCE = st.integers(0, 10**6).map(np.random.default_rng)


@given(CHANCE)
def test_every_hour_balances_to_the_kwh(chance: np.random.Generator) -> None:
    power = grid()
    values = solved(power, chance)
    dispatch = whole_dispatch(power, series(power, 24), values)
    assert all(v.dtype == np.int64 for v in dispatch.injection.values())
    assert np.sum(list(dispatch.injection.values()), axis=0).tolist() == [0] * 24
    # one kWh per element is the most that rounding may move over the connection
    moved = dispatch.injection["X:import"] + dispatch.injection["X:export"]
    meant = (values["p"]["X:import"] - values["p"]["X:export"]) * 1000
    assert np.abs(moved - meant).max() <= len(dispatch.injection)
    signs = {"X:export": -1, "K:charge": -1, **{f"load:{name}": -1 for name in (*LOADS.values(), "losses")}}
    for asset, kwh in dispatch.injection.items():
        assert (kwh * signs.get(asset, 1) >= 0).all(), asset


@given(CHANCE)
def test_output_is_never_rounded_up_and_loses_less_than_a_kwh(chance: np.random.Generator) -> None:
    power = grid()
    values = solved(power, chance)
    dispatch = whole_dispatch(power, series(power, 24), values)
    for plant in ("T", "S"):
        lost = values["p"][plant] * 1000 - dispatch.injection[plant]
        assert lost.min() >= -NOISE_KWH
        assert lost.max() < 1


@given(CHANCE, st.sampled_from([None, 0.0, 0.3, 1.0]))
def test_green_claims_are_within_what_is_there(chance: np.random.Generator, contract: float | None) -> None:
    power = grid(contract)
    values = solved(power, chance)
    d = whole_dispatch(power, series(power, 24), values)
    made, claimed = d.injection["S"], sum(d.green.values())
    charged = np.maximum(0, -d.injection["K:charge"] - d.injection["K:discharge"])
    assert (claimed >= 0).all()
    assert (d.green_export >= 0).all()
    assert (d.green_export <= made).all()
    over = claimed > np.maximum(0, made - d.green_export - charged)
    assert not over.any()
    # 30 MW of sun at full output beside 131,400 MWh / 8760 h = 15 MW of the base year: two thirds by day
    share = contract if contract is not None else np.where(SUN[:24] > 0, 2 / 3, 0.0)
    carried = np.minimum(made, -d.injection["X:export"] * share)
    assert (d.green_export - carried >= -1e-6).all(), "exports never carry less than their share"
    assert (d.green_export - carried < 1 + 1e-6).all()
    for profile, mw in values["green"].items():
        assert (d.green[profile] <= mw * 1000 + NOISE_KWH).all()
    # nobody claims more than is drawn; claims that fit are not touched
    drawn = {"flat": -d.injection[f"load:{LOADS['A']}"], "day": -d.injection[f"load:{LOADS['B']}"]}
    for profile, kwh in drawn.items():
        assert (d.green[profile] <= kwh).all()
    fits = sum(values["green"].values()) * 1000 + 2 < made - d.green_export - charged
    for profile, mw in values["green"].items():
        assert (np.minimum(mw * 1000, drawn[profile])[fits] - d.green[profile][fits] < 1).all()


def hour(power: PowerInputs, **mw: float) -> Dispatch:
    """One hour of given MW, without flexible load and store unless they are given."""
    loads = {LOADS["A"]: mw.pop("A", 0.0), LOADS["B"]: mw.pop("B", 0.0)}
    green = {s: np.array([mw.pop(f"green_{s}", 0.0)]) for s in ("flat", "day")}
    p = {g.id: np.array([mw.pop(g.id.replace(":", "_"), 0.0)]) for g in power.network.generators}
    values: dict[str, dict[Any, np.ndarray]] = {
        "p": p, "green": green, "mean_load": {k: np.array([v]) for k, v in loads.items()},
        "move": {LOADS["A"]: np.array([0.2 * loads[LOADS["A"]]])},
        "charge": {"K": np.array([mw.pop("charge", 0.0)])}, "discharge": {"K": np.array([mw.pop("discharge", 0.0)])},
    }  # fmt: skip
    assert not mw
    noon = Series(1, {name: values[12:13] for name, values in power.year().profiles.items()})
    return whole_dispatch(power, noon, values)


def test_exports_carry_the_share_of_the_hour_rounded_up() -> None:
    # two thirds at noon (30 MW possible beside 15 of the base year): of 9 exported MW 6, of 9.001 MW 6000.67 kWh: 6001
    d = hour(grid(), T=20, S=10, X_export=9, A=21)
    assert (d.injection["X:export"].tolist(), d.green_export.tolist()) == ([-9000], [6000])
    d = hour(grid(), T=20, S=10, X_export=9.001, A=20.999)
    assert (d.injection["X:export"].tolist(), d.green_export.tolist()) == ([-9001], [6001])


def test_exports_by_contract_carry_their_share_but_no_more_than_is_made() -> None:
    assert hour(grid(0.5), T=20, S=10, X_export=9, A=21).green_export.tolist() == [4500]
    assert hour(grid(0.5), T=29, S=1, X_export=9, A=21).green_export.tolist() == [1000]
    assert hour(grid(0.0), T=20, S=10, X_export=9, A=21).green_export.tolist() == [0]


def test_claims_above_what_is_left_are_trimmed_in_proportion() -> None:
    # 10 MW of sun, 6 exported as green, 1 charged: 3 are left for claims of 8 and 4
    d = hour(grid(), T=20, S=10, X_export=9, A=14, B=4, charge=1, green_flat=8, green_day=4)
    assert {s: v.tolist() for s, v in d.green.items()} == {"flat": [2000], "day": [1000]}
    assert d.green_mwh("flat") == 2


def test_rounding_goes_over_the_connection_exports_first() -> None:
    # load 10.0006 MW is 10001 kWh, thermal 15.0009 MW is 15000: 4999 kWh are left for the export of 5.0003
    d = hour(grid(), T=15.0009, X_export=5.0003, A=10.0006)
    assert {a: int(v[0]) for a, v in d.injection.items() if v[0]} == {
        "T": 15000, "X:export": -4999, f"load:{LOADS['A']}": -10001,
    }  # fmt: skip
    # nothing is exported: the import gives way
    d = hour(grid(), T=15.0009, X_import=1, A=16.0009)
    assert (int(d.injection["X:import"][0]), int(d.injection["X:export"][0])) == (1001, 0)


def test_a_full_or_missing_connection_is_an_error() -> None:
    full = grid(limit_mw=5)
    assert hour(full, T=15, X_export=5, A=10).injection["X:export"].tolist() == [-5000]
    with pytest.raises(ValueError, match="does not balance by 1000 kWh and the grid connection has no room"):
        hour(full, T=15, X_import=5, A=21)
    with pytest.raises(ValueError, match="no room"):
        hour(grid(connected=False), T=14, A=15)
    assert hour(grid(connected=False), T=15, A=15).injection["T"].tolist() == [15000]


def test_what_rounding_leaves_at_a_full_corridor_is_made_less() -> None:
    # 999.6 kWh of the store round up to 1000, 13999.2 of thermal down, two loads of 4999.4 down to 4999 each:
    # 1 kWh is left and the corridor is full
    d = hour(grid(limit_mw=5), T=13.9992, discharge=0.9996, X_export=5, A=4.9994, B=4.9994 / 1.5)
    assert np.sum(list(d.injection.values())) == 0
    assert int(d.injection["X:export"][0]) == -5000
    assert int(d.injection["T"][0] + d.injection["K:discharge"][0]) == 14998


def test_a_connection_that_is_only_planned_takes_no_rounding() -> None:
    power = grid()
    planned = replace(
        power,
        network=replace(
            power.network,
            generators=tuple(
                replace(g, build="B") if g.id.startswith("X:") else g for g in power.network.generators
            ),
        ),
    )
    with pytest.raises(ValueError, match="does not balance by 1 kWh"):
        hour(planned, T=15.0009, X_export=5, A=10.0009)


def test_energy_of_the_year_is_exact_and_counts_weights() -> None:
    power = grid()
    values = solved(power, np.random.default_rng(0))
    d = whole_dispatch(power, series(power, 24, weight=365.0), values)
    assert d.mwh("T") == Fraction(int(d.injection["T"].sum()) * 365, 1000)
    assert d.mwh("K:charge", "X:export") == Fraction(
        -365 * int(d.injection["K:charge"].sum() + d.injection["X:export"].sum()), 1000
    )
    assert d.green_mwh("day") == Fraction(365 * int(d.green["day"].sum()), 1000)
