"""What a setting touches in the programs of a case, found by running accounting, rules, model and compiler with it.

The setting's number is replaced by a traced one (`model/traced.py`) and the ordinary code runs once. Wherever the
number ends up in the arrays, the steps that led there are known and can be repeated for another value, as long as no
comparison on the way would come out otherwise; then, and for whatever else changes, the code runs anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
from pyomo.common.numeric_types import RegisterNumericType

from dualcontrol.coupling import SHARED, days_asked, same_series
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case, build_model
from dualcontrol.model.changes import problems_with
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.settings import Settings
from dualcontrol.model.traced import Otherwise, Trace, Traced
from dualcontrol.solvers.changes import shape_difference, touched
from dualcontrol.solvers.compile import Arrays, Place, compile_made
from dualcontrol.solving import OfYear, Ready, options_of

RegisterNumericType(Traced)


class Why(Enum):
    """Why a model was built anew instead of only its numbers changed."""

    FIRST = "first"  # nothing was there
    OTHER = "other"  # what was changed is a cell of a table, or no number
    NEW = "new"  # a setting that had not been changed before: now it is followed
    QUESTION = "question"  # a comparison comes out otherwise
    READ = "read"  # the number itself is read where it cannot be followed
    PLACE = "place"  # the number limits a decision that is yes or no, or shared with the hours
    DIFFERS = (
        "differs"  # the followed model is not the plain one: a fault of the following, never of the answer
    )
    YEAR = "year"  # the full year has no one program


@dataclass(frozen=True)
class Anew:
    """The model was built anew. detail: the settings, or where the question was asked (`file:line`)."""

    why: Why
    detail: str = ""


@dataclass(frozen=True)
class Bound:
    """The programs of a scenario as functions of some of its settings (dotted keys)."""

    made: Ready
    trace: Trace
    places: Mapping[Place, int]

    def at(self, settings: Settings) -> Ready | Anew:
        """The programs with other values of these settings, to the last bit those of a model built anew; or why not."""
        results = self.trace.again(numbers_of(settings, self.trace.names))
        if isinstance(results, Otherwise):
            return Anew(Why.READ if results.is_read else Why.QUESTION, results.place)
        numbers = {place: float(results[step]) for place, step in self.places.items()}
        if not np.isfinite(list(numbers.values())).all():
            return Anew(Why.QUESTION, "finite")
        yearly = _with(self.made.yearly, numbers, 0.0)
        if self.made.hours is None or self.made.year is not None:
            return replace(self.made, yearly=yearly, program=yearly)
        program = _with(self.made.program, numbers, self.made.hours.arrays.offset)
        return replace(self.made, yearly=yearly, program=program)


def numbers_of(settings: Settings, keys: tuple[str, ...]) -> dict[str, Any]:
    """The values of settings by dotted key."""
    found = {}
    for key in keys:
        section, _, name = key.partition(".")
        found[key] = getattr(getattr(settings, section), name) if name else getattr(settings, section)
    return found


def is_number(settings: Settings, key: str) -> bool:
    """Whether a dotted key is a setting with a number that is now given."""
    try:
        return type(numbers_of(settings, (key,))[key]) is float
    except AttributeError:
        return False


def bind(scenario: Scenario, keys: tuple[str, ...], case: Case, made: Ready) -> Bound | Anew:
    """What settings touch in the programs `made` of a case of this scenario. keys: dotted, each `is_number`.

    The programs that come out must be `made` in every bit, else there is no binding.
    """
    try:
        return _bound(scenario, keys, case, made)
    except (TypeError, AttributeError) as error:  # code that cannot compute with such a number
        return Anew(Why.READ, str(error))


def _bound(scenario: Scenario, keys: tuple[str, ...], case: Case, made: Ready) -> Bound | Anew:
    trace = Trace(numbers_of(scenario.settings, keys))
    followed = replace(scenario, settings=_with_numbers(scenario.settings, trace))
    problems, notes = problems_with(followed, followed.settings)
    if problems:
        return Anew(Why.DIFFERS, problems[0].rule)
    repr(notes)  # a number in the sentence of a remark is read: another number, another remark
    other = Case(judge(account(followed)), case.margins, case.green_share, case.more_days)
    model = build_model(other)
    yearly, numbers = compile_made(model, Traced)
    if reason := _difference(made.yearly, yearly) or _difference_of_hours(case, other, made, model):
        return Anew(Why.DIFFERS, reason)
    for place in numbers:
        if place.array in ("lower", "upper"):
            name = yearly.columns[place.position][0]
            if yearly.is_integer[place.position] or name in SHARED.values():
                return Anew(Why.PLACE, name)
    return Bound(made, trace, {place: number.step for place, number in numbers.items()})


def _with_numbers(settings: Settings, trace: Trace) -> Settings:
    """The settings with traced numbers in their place; they are valid as they are."""
    update: dict[str, dict[str, Any]] = {}
    for key in trace.names:
        section, _, name = key.partition(".")
        update.setdefault(section, {})[name] = trace.number(key)
    sections = {
        section: values[""] if "" in values else getattr(settings, section).model_copy(update=values)
        for section, values in update.items()
    }
    return settings.model_copy(update=sections)


def _difference(plain: Arrays, followed: Arrays) -> str:
    if reason := shape_difference(plain, followed):
        return f"{reason.reason.value} {reason.detail}"
    change = touched(plain, followed)
    return "numbers" if change.count or plain.offset != followed.offset else ""


def _difference_of_hours(case: Case, other: Case, made: Ready, model: Any) -> str:
    """Whether the hours, the totals over them and the solver's options are the same; asked of every traced number."""
    if options_of(other) != made.options:
        return "options"
    if made.hours is None:
        return "" if other.power is None else "hours"
    time = other.accounts.scenario.settings.time
    if made.year is not None:
        is_same = OfYear(time.gap, time.most_evaluations) == made.year
        is_same = is_same and same_series(case.network.year(), other.network.year())
    else:
        is_same = days_asked(other).is_same(days_asked(case))
    is_same = is_same and case.network.network == other.network.network
    return "" if is_same and made.total_terms == model.total_terms else "hours"


def _with(arrays: Arrays, numbers: Mapping[Place, float], offset: float) -> Arrays:
    """Arrays with numbers at the places of the yearly model, which comes first in them. offset: that of the hours."""
    changed: dict[str, Any] = {}
    for place, number in numbers.items():
        if place.array == "offset":
            changed["offset"] = number + offset
            continue
        array = changed.get(place.array, getattr(arrays, place.array))
        if array[place.position] == number:
            continue  # an array in which nothing moved stays the same one: nobody has to look through it
        if place.array not in changed:
            array = changed[place.array] = array.copy()
        array[place.position] = number
    found = replace(arrays, **changed)
    found.like(arrays)
    return found
