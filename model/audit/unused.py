"""Quota that nobody plans to use, and the overshoot that nobody needs.

Quota leaves a unit only by a cut, a release, a penalty, a limit (3.2.1c) or savings of its own, not because the unit
plans to use less; what is left with it may be used. That is a rule, not a fault; but what would become of the
county's intensity then has to be known.
"""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan, is_managed, required_reserve
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.numbers import ZERO, ceil
from dualcontrol.model.audit.verdict import Check, Probe

SHOWN = 1  # tce: less is the rounding to whole tonnes


def unused_quotas(plan: Plan, book: Book) -> dict[str, Fraction]:
    """Quota less planned use of every unit that may run, tce."""
    return {
        key: book.balance[f"unit:{key}"] - plan.unit_flow(key).total
        for key, ruling in plan.rulings.units.items()
        if ruling.is_running
    }


def shown_quotas(plan: Plan, book: Book) -> dict[str, Fraction]:
    """Those of at least a tonne."""
    return {key: tce for key, tce in unused_quotas(plan, book).items() if tce >= SHOWN}


def full_use_intensity(plan: Plan, book: Book) -> Fraction | None:
    """Energy per GDP if every unit used its whole quota without more value added: the worst the quotas permit."""
    county = plan.county()
    if county.value_added <= 0:
        return None
    return (county.eq_intensity + sum(unused_quotas(plan, book).values(), ZERO)) / county.value_added


def overshoot_check(plan: Plan, book: Book, overshoot_tce: int) -> Check:
    """What is taken beyond the increment is needed: the reserve then holds what it must, and the rounding."""
    probe, rulings = Probe("overshoot_needed", "1.b", is_limit=False), plan.rulings
    accounts = rulings.accounts
    # One tonne per account: quotas are whole, what rounding leaves goes to the reserve.
    rounding = len(accounts.units) + len(accounts.projects) + len(accounts.society) + 1
    is_open = not is_managed(rulings)
    if overshoot_tce > 0 or (is_open and book.net("superior", "pool") > 0):
        probe.at_most(
            "pool -> reserve", book.sum("pool", "reserve"), ceil(required_reserve(rulings)) + rounding
        )
    return probe.check()
