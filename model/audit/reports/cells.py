"""What the audit wants of a cell: a text, a number, nothing, or, of a solver's claim, a range and how it adds up."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.inputs import setting
from dualcontrol.model.audit.numbers import ONE, ZERO

UNSOLVED = ("infeasible", "unsolved")  # words of a claim that has no figures


@dataclass(frozen=True)
class Claimed:
    """A figure only the solver knows: within [low, high] where these are given; empty where it has none."""

    low: Fraction | None = None
    high: Fraction | None = None


@dataclass(frozen=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """The cell `minuend` less the cell `subtrahend` of the same row, not below `-slack`; empty where one is.

    over: the share of it in that cell is meant.
    """

    minuend: str
    subtrahend: str
    slack: Fraction
    over: str = ""


Cell = Fraction | int | str | Claimed | OneOf | Difference | None
# By key: what the other columns must say.
Expected = Mapping[tuple[str, ...], Mapping[str, Cell]]


def slack_wan_yuan(plan: Plan, value: Fraction) -> Fraction:
    """By how much a claim may differ from the plan's own value: the gap, the ranking's tolerance, whole tonnes.

    A tonne of every holder at the value of the best one, and what rounding elsewhere moves: 1e-4 of the value.
    """
    settings = plan.rulings.scenario.settings
    gap = setting(settings.solve.mip_gap) or ZERO
    if plan.operation is not None:
        gap = max(gap, setting(settings.time.gap) or ZERO)
    owners = [*plan.rulings.accounts.units.values(), *plan.rulings.accounts.projects.values()]
    worth = max((o.value_added / o.energy for o in owners if o.energy > 0), default=ZERO)
    tolerance = setting(settings.solve.score_tolerance_wan_yuan) or ZERO
    return (gap + Fraction(1, 10**4)) * abs(value) + tolerance + len(owners) * max(ONE, worth)


def claimed_value(plan: Plan, value: Fraction) -> Claimed:
    """The optimum as the solver claims it: the plan's own value, up to what may differ.

    A full year's alternatives are told on typical days, whose value is a tenth or so from the year's.
    """
    slack = slack_wan_yuan(plan, value)
    if plan.operation is not None and plan.rulings.scenario.settings.time.mode == "year":
        slack += abs(value) / 5
    return Claimed(value - slack, value + slack)
