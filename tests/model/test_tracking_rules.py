"""The forecast by hand and its coverage; warnings: before the quota is exceeded, never in a clean year (2.5)."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from dualcontrol.model.tracking import path_of, project_quarters, shares_known
from dualcontrol.model.tracking_readings import DAY, calendar
from dualcontrol.model.tracking_rules import Course, Forecast, TrackingRules, forecast, warnings, worst

RULES = TrackingRules()
WHEN = calendar(2022)
QUOTA = (3000, 2000, 3000, 4000)  # a seasonal quota of 12,000 tce


def course(used: Sequence[float], quarters: Sequence[int] = QUOTA) -> Course:
    """So many full months of use, tce, against quarters."""
    n = len(used)
    months = tuple(Fraction(round(u * 1000), 1000) for u in (*used, *([0] * (12 - n))))
    return Course(path_of(quarters, WHEN), months, shares_known(calendar(2022, WHEN.months[n])))


def told(c: Course) -> tuple[tuple[str, str], ...]:
    return warnings(c, forecast(c, RULES), Fraction(0), RULES, is_metered=True)


def test_the_path_is_the_issued_quarters_to_the_tonne() -> None:
    path = path_of(QUOTA, WHEN)
    assert [sum(path[3 * q : 3 * q + 3]) for q in range(4)] == list(QUOTA)
    assert path[1] == Fraction(3000 * 28, 90)
    shaped = path_of(QUOTA, WHEN, 1, tuple(Fraction(v) for v in (1, 2, 3, *[1] * 9)))
    assert shaped[:3] == (500, 1000, 1500)
    assert project_quarters(1000, 5, WHEN) == (0, 249, 375, 376)  # 61, 92, 92 of 245 days
    late = path_of(project_quarters(1000, 5, WHEN), WHEN, 5)
    assert late[:4] == (0, 0, 0, 0)
    assert sum(late) == 1000


def test_the_forecast_by_hand() -> None:
    # a flat path of 100 a month (quarters of 300 in months of equal weight), used 90, 100, 110:
    # r = 1, s = 0.1, t(2) = 2.92; half = 2.92 x 0.1 x sqrt(9 x 100^2 + 900^2 x 3 x 100^2 / 300^2) = 2.92 x 0.1 x 600
    flat = Course(
        (Fraction(100),) * 12,
        tuple(map(Fraction, (90, 100, 110, *[0] * 9))),
        (Fraction(1),) * 3 + (Fraction(0),) * 9,
    )
    found = forecast(flat, RULES)
    assert isinstance(found, Forecast)
    assert (found.middle, found.ratio, found.months) == (1200, 1, 3)
    assert found.high - found.middle == pytest.approx(2.92 * 0.1 * 600)
    assert found.low == pytest.approx(1200 - 175.2)


def test_part_of_a_month_counts_by_its_days() -> None:
    known = shares_known(calendar(2022, 46 * DAY))  # 15 February is over
    assert known[:3] == (1, Fraction(15, 28), 0)
    used = (Fraction(1000), Fraction(500), *[Fraction(0)] * 10)
    found = forecast(Course(path_of(QUOTA, WHEN), used, known), RULES)
    assert found is not None
    assert found.ratio == pytest.approx(1500 / (3000 * 46 / 90))


@pytest.mark.parametrize("months", [6, *(pytest.param(m, marks=pytest.mark.slow) for m in (3, 9, 11))])
@pytest.mark.parametrize("deviation", [0.03, 0.15])
def test_the_range_covers_nine_years_in_ten(months: int, deviation: float) -> None:
    """2,500 years of independent months; the standard error of the share is 0.6 %."""
    random = np.random.default_rng(months)
    path = [float(p) for p in path_of(QUOTA, WHEN)]
    inside = 0
    for _ in range(2500):
        year = [p * 0.95 * (1 + deviation * e) for p, e in zip(path, random.standard_normal(12), strict=True)]
        found = forecast(course(year[:months]), RULES)
        assert found is not None
        inside += found.low <= sum(year) <= found.high
    assert 0.88 <= inside / 2500 <= 0.93


def test_months_that_resemble_their_neighbours_make_the_range_too_narrow() -> None:
    """As documented: with a correlation of one half from month to month seven years in ten at mid-year."""
    random = np.random.default_rng(5)
    path = [float(p) for p in path_of(QUOTA, WHEN)]
    inside = 0
    for _ in range(2000):
        e = random.standard_normal(12)
        for m in range(1, 12):
            e[m] = 0.5 * e[m - 1] + 0.75**0.5 * e[m]
        year = [p * 0.95 * (1 + 0.05 * x) for p, x in zip(path, e, strict=True)]
        found = forecast(course(year[:6]), RULES)
        assert found is not None
        inside += found.low <= sum(year) <= found.high
    assert 0.65 <= inside / 2000 <= 0.75


def replay(year: Sequence[float]) -> tuple[int | None, int | None]:
    """The first month end with a warning, and with the quota exceeded."""
    first = [m for m in range(1, 13) if worst(told(course(year[:m]))) != "green"]
    over = [m for m in range(1, 13) if sum(year[:m]) > sum(QUOTA)]
    return (first[0] if first else None), (over[0] if over else None)


def synthetic(seed: int, level: float = 0.97, deviation: float = 0.02) -> list[float]:
    random = np.random.default_rng(seed)
    path = [float(p) for p in path_of(QUOTA, WHEN)]
    return [p * level * (1 + deviation * e) for p, e in zip(path, random.standard_normal(12), strict=True)]


@pytest.mark.parametrize("seed", range(60))
def test_a_clean_year_is_never_warned_of(seed: int) -> None:
    """97 % of the quota, months deviate by 2 %."""
    assert replay(synthetic(seed)) == (None, None)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("from_month", "factor"), [(1, 1.10), (4, 1.15), (7, 1.20), (10, 1.40)])
def test_a_planted_overshoot_is_warned_of_before_the_quota_is_exceeded(
    seed: int, from_month: int, factor: float
) -> None:
    year = [u * (factor if m >= from_month else 1.0) for m, u in enumerate(synthetic(seed), start=1)]
    warned, over = replay(year)
    assert over is not None
    assert warned is not None
    assert warned < over


def test_each_rule_by_itself() -> None:
    path = [float(p) for p in path_of(QUOTA, WHEN)]

    def rules(used: Sequence[float]) -> list[tuple[str, str]]:
        return list(told(course(used)))

    assert rules([p * 1.04 for p in path[:2]]) == []
    assert rules([p * 1.06 for p in path[:2]]) == [("yellow", "ahead_of_path")]
    assert rules([p * 1.2 for p in path[:2]]) == [
        ("orange", "far_ahead_of_path"),
        ("yellow", "ahead_of_path"),
    ]
    shaky = [p * f for p, f in zip(path, (1.2, 0.9, 1.01), strict=False)]
    assert rules(shaky) == [("orange", "forecast_above_quota"), ("yellow", "recent_pace")]
    late = [p * f for p, f in zip(path, (0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1.2, 1.2, 1.2), strict=False)]
    assert rules(late) == [("yellow", "recent_pace")]
    steady = [p * 1.03 for p in path[:3]]
    assert rules(steady)[0] == ("red", "range_above_quota")
    assert rules([p * 1.001 for p in path]) == [("red", "exceeded")]
    c = course([p * 0.9 for p in path[:2]])
    found = forecast(c, RULES)
    assert warnings(c, found, c.used_tce / 5, RULES, is_metered=True) == (("yellow", "mostly_estimated"),)
    assert warnings(course([]), None, Fraction(0), RULES, is_metered=False) == ()  # nothing is due yet
    assert ("yellow", "no_readings") in warnings(course([0.0]), None, Fraction(0), RULES, is_metered=False)
