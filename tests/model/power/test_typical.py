"""Typical days: days of the year whose weights add up to it, extremes among them, the same every time."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualcontrol.model.power.network import Series
from dualcontrol.model.power.typical import typical_days

DAYS, HOUR = 365, np.arange(24)
SUN = np.maximum(0, np.sin((HOUR - 6) / 12 * np.pi))


def year(**profiles: np.ndarray) -> Series:
    """A year of (365, 24) profiles."""
    return Series(
        8760,
        {n.replace("_at_", "@"): p.reshape(-1) for n, p in profiles.items()},
        cycle=np.arange(8760) // 24,
    )


def random_year(seed: int) -> Series:
    chance = np.random.default_rng(seed)
    season = 1 + 0.3 * np.cos(np.arange(DAYS) / DAYS * 2 * np.pi)
    return year(
        sun=np.outer(chance.uniform(0.2, 1, DAYS), SUN),
        wind=chance.uniform(0, 1, (DAYS, 24)),
        load=np.outer(season, 1 + 0.2 * np.sin(HOUR / 24 * 2 * np.pi))
        * chance.uniform(0.95, 1.05, (DAYS, 1)),
        flat=np.ones((DAYS, 24)),
        load_at_7=np.outer(np.arange(DAYS) >= 181, np.ones(24)) * 365 / 184,
    )


def chosen(days: Series) -> list[int]:
    """The days of the year that a series of typical days consists of."""
    return (days.hour_of_year.reshape(-1, 24)[:, 0] // 24).tolist()


@pytest.mark.slow
@settings(max_examples=6)
@given(st.integers(0, 10**6), st.integers(1, 20), st.booleans())
def test_typical_days_are_days_of_the_year_and_stand_for_all_of_them(
    seed: int, count: int, extremes: bool
) -> None:
    whole = random_year(seed)
    days = typical_days(whole, count, {"max": ["load"], "min": ["sun"]} if extremes else None)
    found = chosen(days)
    assert found == sorted(set(found))
    assert len(found) == count if not extremes else count <= len(found) <= count + 2
    assert days.hours == 24 * len(found)
    assert days.weight.reshape(-1, 24).sum(axis=0).tolist() == [DAYS] * 24
    assert (days.weight.reshape(-1, 24) == days.weight.reshape(-1, 24)[:, :1]).all()
    assert days.weight.min() >= 1
    assert days.cycle.tolist() == np.repeat(np.arange(len(found)), 24).tolist()
    assert days.previous().tolist() == [k - 1 if k % 24 else k + 23 for k in range(days.hours)]
    for name, values in whole.profiles.items():  # those made of others too: they follow the chosen days
        assert days.profiles[name].tolist() == values[days.hour_of_year].tolist()


def test_a_year_of_three_kinds_of_days_is_three_days() -> None:
    """Days of a kind are alike, so that a day of each, times their number, is the year exactly."""
    kind = np.array([0] * 100 + [1] * 200 + [2] * 65)
    sun, load = (
        np.outer(np.array([1.0, 0.5, 0.1])[kind], SUN),
        np.outer(np.array([1.0, 0.9, 1.3])[kind], np.ones(24)),
    )
    whole = year(sun=sun, load=load * (1 + 0.1 * SUN))
    days = typical_days(whole, 3)
    assert kind[chosen(days)].tolist() == [0, 1, 2]
    assert days.weight.reshape(-1, 24)[:, 0].tolist() == [100, 200, 65]
    for name, values in whole.profiles.items():
        assert days.profiles[name] @ days.weight == pytest.approx(values.sum())


def test_the_day_chosen_is_the_one_nearest_to_the_mean_of_its_kind() -> None:
    """101 sunny days of strength 0.800, 0.801 … 0.900 have the mean 0.85; 264 dark ones 0.1 to 0.1263 likewise."""
    strength = np.concatenate([0.8 + 0.001 * np.arange(101), 0.1 + 0.0001 * np.arange(264)])
    days = typical_days(year(sun=np.outer(strength, SUN)), 2)
    assert days.weight.reshape(-1, 24)[:, 0].tolist() == [101, 264]
    assert strength[chosen(days)] == pytest.approx([0.85, 0.1 + 0.00005 * 263], abs=1.01e-4)


@pytest.mark.parametrize(("side", "level"), [("max", 1.7), ("min", 0.5)])
def test_the_extreme_day_is_among_them_only_if_asked_for_and_stands_for_itself(
    side: str, level: float
) -> None:
    load = np.full((DAYS, 24), 1.0) + 0.01 * np.cos(np.arange(DAYS) / DAYS * 2 * np.pi)[:, None]
    load[200, 6:18] = level
    whole = year(load=load, sun=np.outer(np.linspace(0.5, 1, DAYS), SUN))
    assert 200 not in chosen(typical_days(whole, 2))
    with_extremes = typical_days(whole, 2, {side: ["load"]})
    assert chosen(with_extremes).count(200) == 1
    assert with_extremes.weight[24 * chosen(with_extremes).index(200)] == 1
    assert with_extremes.weight.sum() == 8760


def test_the_same_year_gives_the_same_days_whatever_the_order_of_its_profiles() -> None:
    whole = random_year(3)
    turned = Series(whole.hours, dict(reversed(list(whole.profiles.items()))), cycle=whole.cycle)
    extremes = {"max": ["load"], "min": ["sun"]}
    first, second, third = (typical_days(y, 8, extremes) for y in (whole, whole, turned))
    assert first.hour_of_year.tolist() == second.hour_of_year.tolist() == third.hour_of_year.tolist()
    assert first.weight.tolist() == second.weight.tolist() == third.weight.tolist()


def test_a_year_of_one_day_repeated() -> None:
    whole = year(sun=np.tile(SUN, (DAYS, 1)), load=np.ones((DAYS, 24)))
    days = typical_days(whole, 4, {"max": ["sun"]})
    assert days.weight.sum() == 8760
    assert all((block == SUN).all() for block in days.profiles["sun"].reshape(-1, 24))


def test_a_year_in_which_nothing_varies_is_one_day() -> None:
    days = typical_days(year(load=np.ones((DAYS, 24)), other=np.full((DAYS, 24), 0.5)), 8)
    assert (days.hours, days.weight.tolist()) == (24, [DAYS] * 24)
    assert days.profiles["other"].tolist() == [0.5] * 24


def test_without_tsam_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tsam", None)
    with pytest.raises(ImportError, match="pip install"):
        typical_days(random_year(0), 2)


def test_the_year_is_cut_where_something_comes_into_service() -> None:
    """A build in service for the last 61 days: their weights are 61, however the days look."""
    service = np.outer(np.arange(DAYS) >= 304, np.ones(24))
    whole = random_year(7)
    whole = Series(whole.hours, {**whole.profiles, "service:B": service.reshape(-1)}, cycle=whole.cycle)
    for count in (1, 2, 5, 9):
        days = typical_days(whole, count)
        assert len(chosen(days)) == max(2, count)
        assert days.profiles["service:B"] @ days.weight == 61 * 24


@settings(max_examples=4)
@given(st.integers(0, 10**6))
def test_weights_bring_means_nearer_than_the_sizes_of_clusters(seed: int) -> None:
    """Means of sun, wind and load over eight days are within 2 % of the year's: medoids alone miss by up to a third."""
    whole = random_year(seed)
    days = typical_days(whole, 8)
    for name in ("sun", "wind", "load"):
        mean = days.profiles[name] @ days.weight / 8760
        assert mean == pytest.approx(whole.profiles[name].mean(), rel=0.02), name
