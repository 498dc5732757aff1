"""Simple rules: the auditor divides the same tonnes itself; values are claims that must not beat the free division."""

from collections.abc import Sequence
from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.inputs import setting
from dualcontrol.model.audit.ledger import Book, overshoot_tce
from dualcontrol.model.audit.numbers import ONE, ZERO, ceil, floor
from dualcontrol.model.audit.reports.agenda import SOLVED
from dualcontrol.model.audit.reports.cells import (
    Cell,
    Claimed,
    Difference,
    OneOf,
    claimed_value,
    slack_wan_yuan,
)
from dualcontrol.model.audit.results import Results

Amounts = Sequence[Fraction]


def level(estate: Fraction, tops: Amounts, rates: Amounts) -> Fraction:
    """The level t at which sum of min(top, rate t) is the estate; the highest that changes anything if none is."""
    steps = sorted({top / rate for top, rate in zip(tops, rates, strict=True) if rate > 0})
    before, reached = ZERO, ZERO
    for step in steps:
        at = sum((min(top, rate * step) for top, rate in zip(tops, rates, strict=True)), ZERO)
        if at >= estate:
            return before + (step - before) * (estate - reached) / (at - reached) if at > reached else step
        before, reached = step, at
    return before


def divided(estate: Fraction, claims: Amounts, bases: Amounts) -> dict[str, list[Fraction]]:
    """The awards of every rule; the estate is at most the sum of the claims."""
    whole, ones = sum(claims, ZERO), [ONE] * len(claims)
    even, lost = level(estate, claims, ones), level(whole - estate, claims, ones)
    same = level(estate, claims, bases)
    pairs = list(zip(claims, bases, strict=True))
    return {
        "proportional": [claim * estate / whole if whole else ZERO for claim in claims],
        "last_year": [base * estate / sum(bases, ZERO) for base in bases],
        "equal_awards": [min(claim, even) for claim in claims],
        "equal_losses": [max(ZERO, claim - lost) for claim in claims],
        "max_min": [min(claim, base * same) if base else ZERO for claim, base in pairs],
    }


def whole_tonnes(awards: Amounts, total: int) -> list[int]:
    """Largest remainders; of equal ones the first."""
    floors = [floor(award) for award in awards]
    places = sorted(range(len(awards)), key=lambda k: (floors[k] - awards[k], k))
    more = set(places[: total - sum(floors)])
    return [tce + (k in more) for k, tce in enumerate(floors)]


def expected(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], dict[str, Cell]]:
    """Rows per rule and unit, and one per rule for all with what it is worth."""
    rulings = plan.rulings
    units = sorted(key for key, ruling in rulings.units.items() if ruling.is_running)
    bases = [Fraction(max(0, rulings.units[key].base)) for key in units]
    if not rulings.scenario.settings.agenda.simple_rules or not sum(bases):
        return {}
    claims = [Fraction(_claim(plan, key)) for key in units]
    quotas = [book.balance.get(f"unit:{key}", ZERO) for key in units]
    estate = min(max(ZERO, sum(quotas, ZERO)), sum(claims, ZERO))
    value = plan.value(overshoot_tce(rulings, book))
    slack, own = slack_wan_yuan(plan, value), claimed_value(plan, value)
    empty: dict[str, Cell] = {
        "outcome": "-",
        **dict.fromkeys(("best_wan_yuan", "value_wan_yuan", "loss_wan_yuan", "loss_share")),
    }
    worth: dict[str, Cell] = {
        "outcome": OneOf(SOLVED),
        "best_wan_yuan": Claimed(),
        "loss_wan_yuan": Difference("best_wan_yuan", "value_wan_yuan", slack),
        "loss_share": Difference("best_wan_yuan", "value_wan_yuan", slack, over="best_wan_yuan"),
    }
    found: dict[tuple[str, ...], dict[str, Cell]] = {}
    given: dict[str, Cell] = {"free": None, "plan": sum(quotas, ZERO)}
    for rule, awards in divided(estate, claims, bases).items():
        if sum(awards, ZERO) != estate:
            continue
        given[rule] = estate
        for key, tce, claim, quota in zip(
            units, whole_tonnes(awards, int(estate)), claims, quotas, strict=True
        ):
            found[rule, f"unit:{key}"] = {"claim_tce": claim, "quota_tce": tce, "plan_tce": quota, **empty}
    for rule, whole in given.items():
        found[rule, "total"] = {
            "claim_tce": sum(claims, ZERO), "quota_tce": whole, "plan_tce": sum(quotas, ZERO), **worth,
            "value_wan_yuan": own if rule == "plan" else Claimed(),
        }  # fmt: skip
    return found


def _claim(plan: Plan, key: str) -> int:
    """What a unit needs at full capacity, or at last year's activity, headroom on top (whole tce)."""
    unit = plan.rulings.accounts.units[key]
    headroom = setting(plan.rulings.scenario.settings.policy.headroom_share) or ZERO
    return max(0, ceil(unit.flow.total * max(ONE, unit.row.maybe("activity_max") or ONE) * (1 + headroom)))
