"""When tracking warns, and what it tells of the rest of the year: thresholds, the forecast, the colours (2.5).

The national quarterly reports of dual control sort regions into levels with red, orange and green lights
(发改办环资〔2021〕629号); what a county's own warnings start from is not laid down in any text at hand, so every
threshold is a parameter with an assumed default.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Part = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
GREEN, YELLOW, ORANGE, RED = "green", "yellow", "orange", "red"
COLOURS = (GREEN, YELLOW, ORANGE, RED)  # by severity
COVERAGE = 0.9
# 95 % points of Student's t with 1, 2, ... 11 degrees of freedom: nine forecasts in ten lie between
_T = (6.3138, 2.9200, 2.3534, 2.1318, 2.0150, 1.9432, 1.8946, 1.8595, 1.8331, 1.8125, 1.7959)
FEW = 3  # full months from which their own deviation is used, and forecasts warn


class TrackingRules(BaseModel):
    """Thresholds of the warnings (2.5). All assumed: no text at hand lays them down."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ahead_share: Part = Field(
        0.05, description="yellow: use to date above the path by this share of it (2.5)"
    )
    far_ahead_share: Part = Field(
        0.15, description="orange: use to date above the path by this share of it (2.5)"
    )
    margin_share: Part = Field(0.02, description="a forecast warns above the quota by this share of it (2.5)")
    estimated_share: Part = Field(
        0.10, description="yellow: share of the use to date that is estimated (2.5)"
    )
    least_deviation: Part = Field(
        0.10, description="deviation of months from the path taken before three full months are known"
    )


@dataclass(frozen=True)
class Forecast:
    """Use of the year, tce: middle, and the range that nine in ten years lie in; ratio: of use to path so far.

    recent: the year's use if the rest goes like the last three full months; months: full months known.
    """

    middle: float
    low: float
    high: float
    ratio: float
    recent: float
    months: int


@dataclass(frozen=True)
class Course:
    """A year against its path, tce by month: path (12), used (12, up to the cut), known: share of each month (12)."""

    path: tuple[Fraction, ...]
    used: tuple[Fraction, ...]
    known: tuple[Fraction, ...]

    @property
    def used_tce(self) -> Fraction:
        """Used to date."""
        return sum(self.used, Fraction(0))

    @property
    def path_tce(self) -> Fraction:
        """The path to date."""
        return sum((p * k for p, k in zip(self.path, self.known, strict=True)), Fraction(0))

    @property
    def quota_tce(self) -> Fraction:
        """The path of the whole year."""
        return sum(self.path, Fraction(0))


def forecast(course: Course, rules: TrackingRules) -> Forecast | None:
    """The year's use from the ratio of use to path so far: F = U + r (Q - P), r = U / P.

    The range: months deviate from r by s, their standard deviation (n - 1); the rest of the year and r itself are
    uncertain by s: F +- t s sqrt(sum of squares of the path to come + (Q - P)^2 sum of squares of the path so far
    / P^2), t with n - 1 degrees of freedom, 90 %. It covers nine in ten years whose months deviate independently;
    months that resemble their neighbours make it too narrow (with a correlation of one half it covers seven in ten).
    With fewer than three full months s is at least `least_deviation` of r and t that of two degrees. None where there
    was no path so far.
    """
    used, path = float(course.used_tce), float(course.path_tce)
    if path <= 0:
        return None
    past = [float(p * k) for p, k in zip(course.path, course.known, strict=True)]
    rest = [float(p * (1 - k)) for p, k in zip(course.path, course.known, strict=True)]
    ratio, to_come = used / path, sum(rest)
    full = [
        (float(p), float(u))
        for p, u, k in zip(course.path, course.used, course.known, strict=True)
        if k == 1 and p > 0
    ]
    own = [u / p for p, u in full]
    deviation = _deviation(own)
    if len(full) < FEW:
        deviation, t = max(deviation, rules.least_deviation * ratio), _T[1]
    else:
        t = _T[min(len(full) - 1, len(_T)) - 1]
    squares = sum(p * p for p in rest) + to_come**2 * sum(p * p for p in past) / path**2
    half = t * deviation * sqrt(squares)
    middle = used + ratio * to_come
    last = full[-FEW:]
    pace = sum(u for _, u in last) / sum(p for p, _ in last) if last else ratio
    return Forecast(middle, max(used, middle - half), middle + half, ratio, used + pace * to_come, len(full))


def _deviation(values: Sequence[float]) -> float:
    if len(values) < 2:
        return 0.0
    mean = sum(values) / len(values)
    return sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))


def warnings(
    course: Course, found: Forecast | None, estimated_tce: Fraction, rules: TrackingRules, *, is_metered: bool
) -> tuple[tuple[str, str], ...]:
    """(colour, rule) of every rule that is broken, the most severe first; none: green. Source: clause 2.5."""
    used, path, quota = course.used_tce, course.path_tce, course.quota_tce
    told: list[tuple[str, str]] = []

    def warn(colour: str, rule: str, is_broken: bool) -> None:
        if is_broken:
            told.append((colour, rule))

    warn(RED, "exceeded", used > quota)
    if found is not None and found.months >= FEW:
        limit = float(quota) * (1 + rules.margin_share)
        is_above = found.middle > limit
        warn(RED, "range_above_quota", is_above and found.low > float(quota))
        warn(ORANGE, "forecast_above_quota", is_above)
        warn(YELLOW, "recent_pace", found.recent > limit)
    warn(ORANGE, "far_ahead_of_path", float(used) > float(path) * (1 + rules.far_ahead_share))
    warn(YELLOW, "ahead_of_path", float(used) > float(path) * (1 + rules.ahead_share))
    warn(
        YELLOW,
        "mostly_estimated",
        estimated_tce > 0 and float(estimated_tce) > rules.estimated_share * float(used),
    )
    warn(YELLOW, "no_readings", path > 0 and not is_metered)
    return tuple(sorted(told, key=lambda one: -COLOURS.index(one[0])))


def worst(told: Sequence[tuple[str, str]]) -> str:
    """The colour of the most severe."""
    return told[0][0] if told else GREEN
