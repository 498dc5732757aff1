"""The auditor's own reading of dishonesty records: state on the day of the plan, end, share of quota lost (3.2.5)."""

from datetime import date, timedelta
from fractions import Fraction

from dualcontrol.model.audit.inputs import Row, setting
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.scenario import Scenario

NO_REWARD = ("warned", "serious")  # conduct that earns no bonus, grant or entry


def end_day(row: Row, scenario: Scenario) -> date | None:
    """First day on which the record no longer counts; None while nothing was corrected."""
    if row.has_day("repaired_on"):
        return row.day("repaired_on")
    if not row.has_day("corrected_on"):
        return None
    rules, day = scenario.settings.conduct, row.day("corrected_on")
    wait = {
        "noticed": rules.noticed_repair_months,
        "warned": rules.warned_repair_months,
        "serious": rules.serious_repair_months,
    }
    month = day.year * 12 + day.month - 1 + wait.get(row.text("conduct"), 0)
    first, after = (date(m // 12, m % 12 + 1, 1) for m in (month, month + 1))
    return min(
        first + timedelta(days=day.day - 1), after - timedelta(days=1)
    )  # a shorter month: its last day


def conduct_now(row: Row, scenario: Scenario) -> str:
    """The state that counts on `as_of`."""
    today, end = scenario.settings.as_of, end_day(row, scenario)
    has_begun = not row.has_day("conduct_since") or row.day("conduct_since") <= today
    is_over = end is not None and end <= today
    return (row.text("conduct") or "normal") if has_begun and not is_over else "normal"


def lost_share(conduct: str, scenario: Scenario) -> Fraction:
    """Share of the base taken for a state."""
    settings = scenario.settings
    share = {
        "noticed": settings.conduct.noticed_penalty_share,
        "warned": settings.conduct.warned_penalty_share,
        "serious": settings.policy.dishonesty_penalty_share,
    }.get(conduct)
    return setting(share) or ZERO
