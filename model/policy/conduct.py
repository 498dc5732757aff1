"""Dishonest conduct in energy saving: which state a record is in today, what it costs, when it ends (3.2.5).

States, mildest first: `normal`, `noticed` (提示), `warned` (警示), `serious` (严重失信). The regional text is
not at hand; states, effects and months to repair are parameters with documented defaults.
"""

import calendar
from datetime import date
from typing import Any

from dualcontrol.model.settings import Settings

BARRED = ("warned", "serious")  # no bonus, no grant, no entry, no purchase of quota until repaired


def ends_on(record: Any, settings: Settings) -> date | None:
    """The day from which a record counts no more: as decided, else so many months after correction; None: open.

    record: a row of `units` or `projects`.
    """
    if record.repaired_on is not None:
        return date.fromisoformat(record.repaired_on.isoformat())
    if record.corrected_on is None:
        return None
    months = {
        "noticed": settings.conduct.noticed_repair_months,
        "warned": settings.conduct.warned_repair_months,
        "serious": settings.conduct.serious_repair_months,
    }.get(record.conduct, 0)
    return months_after(record.corrected_on, months)


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, the last day where that month is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def state(record: Any, settings: Settings) -> str:
    """The state of a unit or project on the day the plan is made (`as_of`); a record that has ended is `normal`.

    A record that is dated after that day is not there yet.
    """
    if record.conduct_since is not None and record.conduct_since > settings.as_of:
        return "normal"
    end = ends_on(record, settings)
    return "normal" if end is not None and end <= settings.as_of else str(record.conduct)


def penalty_share(state_now: str, settings: Settings) -> float:
    """Share of the base that a state takes from a unit's quota."""
    return {
        "noticed": settings.conduct.noticed_penalty_share,
        "warned": settings.conduct.warned_penalty_share,
        "serious": settings.policy.dishonesty_penalty_share,
    }.get(state_now, 0.0)


def may_buy_quota(state_now: str) -> bool:
    """Whether a holder in this state may buy quota from others (A2)."""
    return state_now not in BARRED
