"""Constraints of the stock: capacity given up, replacement pairs, exclusive measures (2.3, 3.2.3e, 3.3.2d)."""

from fractions import Fraction
from typing import Any

from dualcontrol.model.accounting import Use
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.allocation.register import row
from dualcontrol.model.policy.closures import REPLACED, RETIRED, UPGRADED


def stock_sets(m: Any, case: Case) -> None:
    """Ids of closures by kind, units that may close capacity, groups of measures that exclude each other."""
    m.closures = {c.closure_id: c for c in case.closures}
    m.RETIREMENTS = [k for k, c in m.closures.items() if c.kind == RETIRED]
    m.PAIRS = [k for k, c in m.closures.items() if c.kind == UPGRADED]
    m.REPLACEMENTS = [k for k, c in m.closures.items() if c.kind == REPLACED]
    m.CLOSING_UNITS = [i for i in m.UNITS if case.closures_of(i)]
    m.EXCLUSIVE_GROUPS = sorted({r.exclusive_group for r in case.measure_rows.values() if r.exclusive_group})


def done(m: Any, k: str) -> Any:
    """Whether a closure is done: a replacement with its project's admission, the others by their own yes or no."""
    closure = m.closures[k]
    if closure.kind == REPLACED:
        return m.admitted[closure.project_id]
    return m.retire[k] if closure.kind == RETIRED else m.pair[k]


def in_service(m: Any, i: str) -> Any:
    """Share of the year's capacity of a unit that is not closed."""
    return 1.0 - sum(float(c.year_share) * done(m, c.closure_id) for c in m.case.closures_of(i))


def freed_tce(m: Any, i: str) -> Any:
    """Quota that a unit's closures take from it to the pool, tce."""
    return sum(float(c.freed_tce) * done(m, c.closure_id) for c in m.case.closures_of(i))


def upgrade_tce(m: Any, i: str) -> Any:
    """Increment that a unit's capacity replacements earn it, tce (3.3.2d)."""
    return sum(m.upgrade[c.closure_id] for c in m.case.closures_of(i) if c.kind == UPGRADED)


def society_use(m: Any, case: Case, s: str) -> Use:
    """What a society line uses at the model's shortfall and savings."""
    return case.society[s].scaled(1 - m.shortfall[s]) + case.line_savings(
        s, {k: m.saving[k] for k in m.MEASURES}
    )


@row("2.3", "definition", "share", "activity_i <= activity_max_i (1 - closed_i)", over="CLOSING_UNITS")
def capacity_in_service(m: Any, i: str) -> Any:
    """Capacity given up runs no more from its month on: replaced (3.2.3e), retired (2.3) or upgraded (3.3.2d)."""
    return m.activity[i] <= float(m.case.unit_rows[i].activity_max) * in_service(m, i)


@row("2.3", "definition", "share", "activity_i >= activity_min_i (1 - closed_i)", over="CLOSING_UNITS")
def floor_in_service(m: Any, i: str) -> Any:
    """The technology floor is that of the capacity which is left."""
    return m.activity[i] >= float(m.case.unit_rows[i].activity_min) * in_service(m, i)


@row("3.2.3e", "definition", "share", "sum of shares given up <= 1", over="CLOSING_UNITS")
def given_up_once(m: Any, i: str) -> Any:
    """Capacity serves one project, one retirement or one pair: the shares a unit gives up sum to 1 at most."""
    return sum(float(c.share) * done(m, c.closure_id) for c in m.case.closures_of(i)) <= 1.0


@row("3.3.2d", "definition", "0/1", "pair_k <= admitted_j", over="PAIRS")
def pair_needs_new_line(m: Any, k: str) -> Any:
    """Own capacity is replaced only where the new line of higher value enters."""
    return m.pair[k] <= m.admitted[m.closures[k].project_id]


@row("3.3.2d", "permissive", "tce", "upgrade_k <= bonus_k pair_k", over="PAIRS")
def bonus_for_value_gained(m: Any, k: str) -> Any:
    """Replacing own capacity by a line of higher value earns increment in proportion to the value added gained."""
    return m.upgrade[k] <= float(m.closures[k].bonus_tce) * m.pair[k]


@row("2.3", "restrictive", "0/1", "sum of adopt_k in a group <= 1", over="EXCLUSIVE_GROUPS")
def one_of_a_group(m: Any, g: str) -> Any:
    """Measures that exclude each other are not carried out together: their savings would be counted twice."""
    members = [k for k, r in m.case.measure_rows.items() if r.exclusive_group == g]
    return sum(m.adopted[k] for k in members) <= 1.0


ROWS = (
    capacity_in_service,
    floor_in_service,
    given_up_once,
    pair_needs_new_line,
    bonus_for_value_gained,
    one_of_a_group,
)


def exactly_done(case: Case, decisions: Any) -> dict[str, Fraction]:
    """Whether (or how much of) each closure is done under published decisions, by id."""
    found = {}
    for c in case.closures:
        chosen = {REPLACED: decisions.admitted, RETIRED: decisions.retire, UPGRADED: decisions.pair}[c.kind]
        found[c.closure_id] = chosen[c.project_id if c.kind == REPLACED else c.closure_id]
    return found


def exactly_in_service(case: Case, decisions: Any, unit_id: str) -> Fraction:
    """Share of the year's capacity of a unit that published decisions leave in service."""
    chosen = exactly_done(case, decisions)
    return 1 - sum((c.year_share * chosen[c.closure_id] for c in case.closures_of(unit_id)), Fraction(0))
