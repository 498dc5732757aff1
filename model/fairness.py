"""Equal treatment of like units: leximin of relative use and quota by water-filling, exact (design §5, stage 3).

A linear program's vertex cuts one of several like units to the bone and spares the others. Like units (same
sector, benchmark lines, rule outcome, and the same figures per tonne) can be exchanged without touching any total,
so equalising them costs nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

from dualcontrol.model.accounting import Use
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import NOISE, SHARE_PLACES, Decisions
from dualcontrol.model.policy.conduct import state
from dualcontrol.model.quantities import exact, whole_down, whole_up

_STEPS = 10**SHARE_PLACES
_NO_CHOICE = {"self_pv_mwh": Fraction(0), "excess_green_mwh": Fraction(0)}


def water_fill(
    total: Fraction, weights: Sequence[Fraction], low: Sequence[Fraction], high: Sequence[Fraction]
) -> list[Fraction] | None:
    """Shares x with sum `total`, `low <= x <= high`, x_i = weight_i * level wherever no bound holds.

    This is the leximin of x_i / weight_i (constrained equal awards with bounds). Weights > 0. None where no such
    x exists.
    """
    if not sum(low, Fraction(0)) <= total <= sum(high, Fraction(0)):
        return None

    def at(level: Fraction) -> list[Fraction]:
        return [min(max(w * level, lo), hi) for w, lo, hi in zip(weights, low, high, strict=True)]

    levels = sorted({b / w for w, lo, hi in zip(weights, low, high, strict=True) for b in (lo, hi)})
    below = max((level for level in levels if sum(at(level), Fraction(0)) <= total), default=levels[0])
    free = [w for w, lo, hi in zip(weights, low, high, strict=True) if lo <= w * below < hi]
    missing = total - sum(at(below), Fraction(0))
    return at(below + missing / sum(free, Fraction(0))) if missing > 0 else at(below)


def equalise(case: Case, decisions: Decisions) -> Decisions:
    """Decisions in which like units run, gain and lose alike; totals and value stay as they are."""
    activity, grant, limit = dict(decisions.activity), dict(decisions.grant), dict(decisions.limit)
    counting = case.accounts.counting
    headroom = 1 + exact(case.accounts.scenario.settings.policy.headroom_share)
    floors = _floors(case)
    for group in _classes(case):
        rulings = [case.rulings.units[i] for i in group]
        # in the plan year: own PV and green power are decisions, and these units have none to take
        full = [counting.counted(replace(case.accounts.units[i], **_NO_CHOICE), "total") for i in group]
        bases = [Fraction(max(1, r.base_tce)) for r in rulings]
        rows = [case.unit_rows[i] for i in group]
        used = sum((activity[i] * e for i, e in zip(group, full, strict=True)), Fraction(0))
        low = [exact(row.activity_min) * e for row, e in zip(rows, full, strict=True)]
        high = [exact(row.activity_max) * e for row, e in zip(rows, full, strict=True)]
        most = [Fraction(r.quota_tce + r.grant_max_tce) for r in rulings]
        wanted = water_fill(used, bases, low, _lower(high, most, headroom))
        if wanted is None:
            continue
        least = [
            max(Fraction(r.quota_tce - r.limit_max_tce), u * headroom, floors.get(i, Fraction(0)))
            for i, r, u in zip(group, rulings, wanted, strict=True)
        ]
        given = sum(
            (r.quota_tce + grant[i] - limit[i] for i, r in zip(group, rulings, strict=True)), Fraction(0)
        )
        short = sum(least, Fraction(0)) - given
        quotas = water_fill(given + short if 0 < short <= len(group) * NOISE else given, bases, least, most)
        if quotas is None:
            continue
        whole = whole_shares(quotas)
        within = water_fill(used, bases, low, _lower(high, whole, headroom))
        if within is not None:  # else each needs its own fraction of a tonne: the pool pays the rounding
            wanted, quotas = within, whole
        for i, e, use, quota, ruling in zip(group, full, wanted, quotas, rulings, strict=True):
            activity[i] = max(
                exact(case.unit_rows[i].activity_min), Fraction(whole_down(use / e * _STEPS), _STEPS)
            )
            grant[i] = max(Fraction(0), quota - ruling.quota_tce)
            limit[i] = max(Fraction(0), ruling.quota_tce - quota)
    return replace(decisions, activity=activity, grant=grant, limit=limit)


def _is_floor(decision: Any) -> bool:
    """Whether a leaders' decision keeps a quota from falling, which like units may share; others single one out."""
    return str(decision.what) == "quota_tce" and str(decision.kind) == "min"


def _floors(case: Case) -> dict[str, Fraction]:
    """Least quota by leaders' decisions, tce, by unit (3.2.2b)."""
    floors: dict[str, Fraction] = {}
    if case.is_on("3.2.2b"):
        for row in case.accounts.scenario.rows("decisions"):
            if _is_floor(row):
                floors[row.target_id] = max(floors.get(row.target_id, Fraction(0)), exact(row.value))
    return floors


def _lower(high: Sequence[Fraction], quotas: Sequence[Fraction], headroom: Fraction) -> list[Fraction]:
    """The use that both capacity and quota allow."""
    return [min(most, quota / headroom) for most, quota in zip(high, quotas, strict=True)]


def whole_shares(shares: Sequence[Fraction]) -> list[Fraction]:
    """Whole shares whose sum is the sum of `shares` rounded up, none moved by a tonne; largest remainders first.

    Without it every one of n like units would be rounded up, and up to n tonnes of value would be left unused.
    """
    left = whole_up(sum(shares, Fraction(0)) - NOISE) - sum(whole_down(share) for share in shares)
    first = sorted(range(len(shares)), key=lambda k: whole_down(shares[k]) - shares[k])[:left]
    return [Fraction(whole_down(share) + (k in first)) for k, share in enumerate(shares)]


def _classes(case: Case) -> list[list[str]]:
    """Groups of two or more like units, in canonical order."""
    products = case.accounts.scenario.table("products")
    resources = case.accounts.scenario.table("resource_use")
    decided = {row.target_id for row in case.accounts.scenario.rows("decisions") if not _is_floor(row)}
    classes: dict[tuple[Any, ...], list[str]] = {}
    for i, row in case.unit_rows.items():
        use, ruling = case.accounts.units[i], case.rulings.units[i]
        energy = case.accounts.counting.counted(use, "total")
        own = row.self_pv_max_mwh > 0 or row.green_max_mwh > 0 or bool(case.measures_of(i)) or i in decided
        own = own or i in case.unit_carbon_ceiling or not math.isnan(row.co2_budget_t)
        own = own or bool(case.closures_of(i))
        if own or not ruling.is_active or energy <= 0:
            continue
        key = (
            row.sector_id,
            tuple(sorted(k for k in products.loc[products["unit_id"] == i, "benchmark_key"] if k)),
            row.is_three_high,
            state(row, case.accounts.scenario.settings),
            ruling.grant_clause,
            row.activity_min,
            row.activity_max,
            case.power.load_of.get(i, "")
            if case.power
            else "",  # elsewhere in the network its load is another
            tuple(getattr(use, f.name) / energy for f in fields(Use)),
            (case.carbon.fossil_tce[i] / energy, case.surcharge_wan_yuan.get(f"unit:{i}", 0) / energy),
            tuple(
                sorted(
                    (r.resource_id, exact(r.use) / energy) for r in resources.itertuples() if r.owner_id == i
                )
            ),
        )
        classes.setdefault(key, []).append(i)
    return [group for group in classes.values() if len(group) > 1]
