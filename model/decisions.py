"""What a plan decides, in the decimals it is published with, and everything that follows from it exactly.

A solver's floats become published decimals here: shares with 9 places, MWh and quantities with 3, quotas in whole
tonnes. Rounding favours the unit (it never has to run less because of it); the pool pays the difference.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from dualcontrol.model.accounting import County, PowerBalance, Use
from dualcontrol.model.allocation import grid, stock
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.ledger import EARMARK, GRID, POOL, RESERVE, RETIRED, SUPERIOR, Entry, Ledger, transfer
from dualcontrol.model.policy.closures import BONUS_NOTE
from dualcontrol.model.policy.measures import full_saving
from dualcontrol.model.power.dispatch import Dispatch
from dualcontrol.model.quantities import exact, whole_down, whole_near, whole_up
from dualcontrol.model.value_items import value_items

SHARE_PLACES, QUANTITY_PLACES = 9, 3
NOISE = Fraction(1, 10**6)  # a solver's noise, tce: less than this is no tonne
KILOGRAM = Fraction(1, 1000)  # tce


@dataclass(frozen=True)
class Decisions:
    """Decided figures by id.

    Shares (activity, project_load, admitted, shortfall), MWh (self_pv, green), carrier units (saving), tce (grant,
    limit, beyond, earmark, upgrade; overshoot and waived for the county). built, retire, pair: 0 or 1 per build,
    retirement, capacity replacement pair.
    """

    activity: Mapping[str, Fraction]
    self_pv: Mapping[str, Fraction]
    green: Mapping[str, Fraction]
    saving: Mapping[str, Fraction]
    adopted: Mapping[str, Fraction]
    grant: Mapping[str, Fraction]
    limit: Mapping[str, Fraction]
    beyond: Mapping[str, Fraction]
    admitted: Mapping[str, Fraction]
    project_load: Mapping[str, Fraction]
    earmark: Mapping[str, Fraction]
    shortfall: Mapping[str, Fraction]
    overshoot: Fraction
    waived: Fraction
    built: Mapping[str, Fraction] = field(default_factory=dict)
    retire: Mapping[str, Fraction] = field(default_factory=dict)
    pair: Mapping[str, Fraction] = field(default_factory=dict)
    upgrade: Mapping[str, Fraction] = field(default_factory=dict)


_PLACES = {
    "activity": SHARE_PLACES,
    "project_load": SHARE_PLACES,
    "admitted": SHARE_PLACES,
    "shortfall": SHARE_PLACES,
    "adopted": SHARE_PLACES,
    "self_pv": QUANTITY_PLACES,
    "green": QUANTITY_PLACES,
    "saving": QUANTITY_PLACES,
    "grant": SHARE_PLACES,
    "limit": SHARE_PLACES,
    "beyond": SHARE_PLACES,
    "earmark": SHARE_PLACES,
    "overshoot": SHARE_PLACES,
    "waived": SHARE_PLACES,
    "built": SHARE_PLACES,
    "retire": SHARE_PLACES,
    "pair": SHARE_PLACES,
    "upgrade": SHARE_PLACES,
}


def read_decisions(columns: Iterable[tuple[str, Any]], x: Iterable[float]) -> Decisions:
    """Decisions from the labelled columns of a solution; noise is cut off, decimals are rounded down."""
    maps: dict[str, Any] = {name: {} for name in _PLACES}
    for (name, index), value in zip(columns, x, strict=True):
        if name in _PLACES:
            places = 10 ** _PLACES[name]
            decimal = Fraction(math.floor(round(float(value) * places, 3)), places)
            maps[name][index] = max(Fraction(0), decimal)
    maps["overshoot"], maps["waived"] = maps["overshoot"][None], maps["waived"][None]
    return Decisions(**maps)


@dataclass(frozen=True)
class Outcome:
    """A plan's figures, exact: ledger after the plan, quotas, use of each owner, county account, value in 万元.

    pool_short_tce: by how much the pool is overdrawn (0 in a plan that may be published). dispatch, missing_hours:
    of the network, None and empty without one. trimmed_mwh: green electricity claimed but not delivered, since
    exports carried more of it than was assumed; 0 in a plan that may be published. value_items_wan_yuan: what the
    objective is made of. balance: the county's electricity of the plan year.
    """

    decisions: Decisions
    ledger: Ledger
    unit_use: Mapping[str, Use]
    project_use: Mapping[str, Use]
    society_use: Mapping[str, Use]
    county: County
    objective_wan_yuan: Fraction
    pool_short_tce: int
    dispatch: Dispatch | None = None
    missing_hours: Mapping[str, Fraction] = field(default_factory=dict)
    trimmed_mwh: Fraction = Fraction(0)
    value_items_wan_yuan: Mapping[str, Fraction] = field(default_factory=dict)
    balance: PowerBalance = field(default_factory=PowerBalance)

    def quota(self, account: str) -> int:
        """Quota of an account in whole tce."""
        return self.ledger.balance(account)


def settle(case: Case, decisions: Decisions, dispatch: Dispatch | None = None) -> Outcome:
    """Whole tonnes and exact totals of a set of decisions (design §10). Pure; the pool may come out short.

    With a network the dispatch decides what plants use and how much green electricity there is to claim.
    """
    trimmed: dict[str, Fraction] = {}
    if dispatch is not None:
        wanted, decisions = decisions.green, _dispatched(case, decisions, dispatch)
        trimmed = {i: wanted[i] - green for i, green in decisions.green.items()}
    plants = set(case.power.thermal_of) if dispatch is not None and case.power else set()
    decisions = replace(
        decisions,
        activity={
            i: decisions.activity[i]
            if i in plants
            else _within_quota(case, decisions, i, trimmed.get(i, Fraction(0)))
            for i in case.unit_rows
        },
        shortfall={s: _whole_need(case, decisions, s) for s in case.society},
    )
    decisions = replace(
        decisions,
        saving={
            **decisions.saving,
            **{k: saved for i in case.unit_rows for k, saved in savings_at(case, decisions, i).items()},
        },
    )
    uses = {i: unit_use(case, decisions, i) for i in case.unit_rows}
    accounts = case.accounts
    projects = {j: accounts.projects[j].scaled(decisions.project_load[j]) for j in case.project_rows}
    society = {s: society_use(case, decisions, s) for s in case.society}
    built = grid.built_use(case, dispatch)
    balance = _balance(case, dispatch)
    county = accounts.counting.county(
        [*uses.values(), *projects.values(), *society.values(), *built],
        balance,
        accounts.other_gdp_plan_wan_yuan,
    )
    ledger, short = _ledger(case, decisions, projects, society, county)
    missing = grid.missing_hours(case, dispatch, decisions.built)
    items = value_items(
        case, decisions, uses, projects, built, overshoot_tce(case, decisions), dispatch, missing
    )
    return Outcome(
        decisions,
        ledger,
        uses,
        projects,
        society,
        county,
        sum(items.values(), Fraction(0)),
        short,
        dispatch,
        missing,
        sum(trimmed.values(), Fraction(0)),
        items,
        balance,
    )


def _dispatched(case: Case, decisions: Decisions, dispatch: Dispatch) -> Decisions:
    """Plants run as dispatched; claims of green electricity are cut to what was delivered to their profile."""
    activity, green = dict(decisions.activity), dict(decisions.green)
    for i, generators in case.network.thermal_of.items():
        activity[i] = dispatch.mwh(*generators) / case.accounts.units[i].generation_mwh
    claimed: dict[str, list[str]] = {}
    for i, amount in green.items():
        if amount > 0:
            claimed.setdefault(case.network.profile_of[i], []).append(i)
    for profile, units in claimed.items():
        wanted, delivered = sum((green[i] for i in units), Fraction(0)), dispatch.green_mwh(profile)
        for i in units if wanted > delivered else ():
            green[i] = Fraction(
                math.floor(green[i] * delivered / wanted * 10**QUANTITY_PLACES), 10**QUANTITY_PLACES
            )
    return replace(decisions, activity=activity, green=green)


def _balance(case: Case, dispatch: Dispatch | None) -> PowerBalance:
    """The county's electricity of the plan year: from the dispatch, or the yearly table."""
    plan = case.accounts.power_plan
    if dispatch is None or case.power is None:
        return plan
    made = dispatch.mwh(*case.power.green)
    exported = Fraction(int((dispatch.green_export * dispatch.weight()).sum()), 1000)
    lost = sum(
        (
            dispatch.mwh(f"{s.id}:charge") - dispatch.mwh(f"{s.id}:discharge")
            for s in case.power.network.storage
        ),
        Fraction(0),
    )
    return PowerBalance(made, made - exported, plan.losses_mwh + lost, plan.added_renewable_mwh)


def unit_use(case: Case, decisions: Decisions, unit_id: str) -> Use:
    """Exact use of a unit under the decisions, excess green electricity by its formula (3.3.3c)."""
    accounts = case.accounts
    none = Fraction(0)
    running = replace(accounts.units[unit_id], self_pv_mwh=none, excess_green_mwh=none)
    use = running.scaled(decisions.activity[unit_id])
    for row in case.measures_of(unit_id):
        saved = decisions.saving[row.measure_id]
        use = use + Use(
            gross_tce=-saved * exact(case.carrier_tce(row.carrier_id)),
            co2_t=-saved * exact(case.carrier_co2_t(row.carrier_id)),
            electricity_mwh=-saved if row.carrier_id == "electricity" else none,
        )
    own, green = decisions.self_pv[unit_id], decisions.green[unit_id]
    excess = accounts.counting.excess_green(use.electricity_mwh, own, green) if green > 0 else none
    return use + Use(self_pv_mwh=own, excess_green_mwh=excess)


def savings_at(
    case: Case, decisions: Decisions, unit_id: str, level: Fraction | None = None
) -> dict[str, Fraction]:
    """What a unit's measures save, no more than they can at an activity, in published decimals, rounded down.

    The activity is settled after the savings were decided, a little lower: in proportion they save a little less.
    """
    activity = decisions.activity[unit_id] if level is None else level
    off, places = case.accounts.scenario.settings.disabled_clauses, 10**QUANTITY_PLACES
    found = {}
    for row in case.measures_of(unit_id):
        most = full_saving(row, off) * min(activity, decisions.adopted[row.measure_id])
        cut = Fraction(math.floor(most * places), places)
        found[row.measure_id] = min(decisions.saving[row.measure_id], max(Fraction(0), cut))
    return found


def society_use(case: Case, decisions: Decisions, line_id: str) -> Use:
    """Exact use of a society line: what is served of its need, less what its measures save."""
    served = case.accounts.society[line_id].need.scaled(1 - decisions.shortfall[line_id])
    return served + case.line_savings(line_id, decisions.saving)


def unit_quota(case: Case, decisions: Decisions, unit_id: str) -> int:
    """Whole-tonne quota of a unit: grants rounded up, what is taken rounded down, so that it covers the use."""
    moved = whole_moves(decisions, unit_id)
    given = moved["grant"] + sum(whole_upgrades(case, decisions, unit_id).values())
    taken = moved["limit"] + moved["beyond"] + sum(whole_closures(case, decisions, unit_id).values())
    return case.rulings.units[unit_id].quota_tce + given - taken


def whole_closures(case: Case, decisions: Decisions, unit_id: str) -> dict[str, int]:
    """Quota that each closure of a unit takes from it, whole tce, rounded down in its favour; by closure."""
    done = stock.exactly_done(case, decisions)
    return {
        c.closure_id: whole_down(c.freed_tce * done[c.closure_id] + NOISE) for c in case.closures_of(unit_id)
    }


def whole_upgrades(case: Case, decisions: Decisions, unit_id: str) -> dict[str, int]:
    """Increment that each capacity replacement pair of a unit earns it, whole tce, never above its most (3.3.2d)."""
    return {
        c.closure_id: whole_up(decisions.upgrade[c.closure_id] - NOISE)
        for c in case.closures_of(unit_id)
        if c.closure_id in decisions.upgrade
    }


def whole_moves(decisions: Decisions, unit_id: str) -> dict[str, int]:
    """What the plan moves between a unit and the pool in whole tce: grant, limit, beyond; one way only."""
    grant = whole_up(decisions.grant[unit_id] - NOISE)
    limit = whole_down(decisions.limit[unit_id] + NOISE)
    beyond = whole_down(decisions.beyond[unit_id] + NOISE)
    # what is given and taken again is no movement
    less_limit = min(grant, limit)
    less_beyond = min(grant - less_limit, beyond)
    return {
        "grant": grant - less_limit - less_beyond,
        "limit": limit - less_limit,
        "beyond": beyond - less_beyond,
    }


def _within_quota(case: Case, decisions: Decisions, unit_id: str, trimmed_mwh: Fraction) -> Fraction:
    """Activity at which the exact use fits the whole quota: the decimals cut off elsewhere must not exceed it.

    trimmed_mwh: green electricity that the unit claimed and does not get; what is counted for it must fit, too.
    What the solver's tolerance and the cut decimals leave unused of a quota is filled up again.
    """
    capacity = stock.exactly_in_service(case, decisions, unit_id)
    least = exact(case.unit_rows[unit_id].activity_min) * capacity
    most = exact(case.unit_rows[unit_id].activity_max) * capacity
    activity = (
        max(decisions.activity[unit_id], _share_up(least)) if capacity < 1 else decisions.activity[unit_id]
    )
    headroom = 1 + exact(case.accounts.scenario.settings.policy.headroom_share)
    room = Fraction(unit_quota(case, decisions, unit_id)) / headroom
    counting = case.accounts.counting

    def over(level: Fraction) -> Fraction:
        at_level = replace(
            decisions,
            activity={**decisions.activity, unit_id: level},
            saving={**decisions.saving, **savings_at(case, decisions, unit_id, level)},
        )
        used: Fraction = counting.counted(unit_use(case, at_level, unit_id), "total")
        return used - room

    running = replace(case.accounts.units[unit_id], self_pv_mwh=Fraction(0), excess_green_mwh=Fraction(0))
    now, slope = over(activity), counting.counted(running, "total")
    most_over = 1 + counting.electricity_tce_per_mwh * trimmed_mwh
    if not -KILOGRAM < now <= most_over or slope <= 0:
        return activity
    if now > 0:
        while now > 0 and activity > least:  # less activity saves less, so one step may not be enough
            step = Fraction(math.ceil(now / slope * 10**SHARE_PLACES), 10**SHARE_PLACES)
            activity = max(least, activity - step)
            now = over(activity)
        return activity
    fuller = min(most, activity - Fraction(math.ceil(now / slope * 10**SHARE_PLACES), 10**SHARE_PLACES))
    return max(activity, fuller) if over(fuller) <= 0 else activity


def _share_up(share: Fraction) -> Fraction:
    """A share with its published decimals, rounded up."""
    return Fraction(math.ceil(share * 10**SHARE_PLACES), 10**SHARE_PLACES)


def _whole_need(case: Case, decisions: Decisions, line_id: str) -> Fraction:
    """The shortfall of a society line without the kilogram that would cost the pool a tonne, never below its floor."""
    line, shortfall = case.accounts.society[line_id], decisions.shortfall[line_id]
    need = case.accounts.counting.counted(line.need, "total")
    over = need * (1 - shortfall) % 1
    saved = any(r.line_id == line_id and decisions.saving[k] > 0 for k, r in case.measure_rows.items())
    if not 0 < over < KILOGRAM or need <= 0 or saved:  # a saving is bound to what is served
        return shortfall
    most = 1 - line.floor_share if case.is_on("3.2.1c") else Fraction(1)
    return max(
        shortfall,
        min(most, shortfall + Fraction(math.ceil(over / need * 10**SHARE_PLACES), 10**SHARE_PLACES)),
    )


def _ledger(
    case: Case, decisions: Decisions, projects: Mapping[str, Use], society: Mapping[str, Use], county: County
) -> tuple[Ledger, int]:
    """The rules' ledger with the plan's own entries, and by how much the pool falls short."""
    settings, counting = case.accounts.scenario.settings, case.accounts.counting
    year, ledger = settings.plan_year, case.rulings.ledger
    entries: list[Entry] = []
    if settings.is_total_managed:
        entries += transfer(year, SUPERIOR, POOL, overshoot_tce(case, decisions), "1.b", "overshoot")
        entries += transfer(year, SUPERIOR, POOL, whole_up(decisions.waived - NOISE), "1.b", "waiver")
    for i in sorted(case.unit_rows):
        moved = whole_moves(decisions, i)
        clause = case.rulings.units[i].grant_clause
        entries += transfer(year, POOL, f"unit:{i}", moved["grant"], clause, "allowance")
        entries += transfer(year, f"unit:{i}", POOL, moved["limit"], "3.2.1c", "limit")
        entries += transfer(year, f"unit:{i}", POOL, moved["beyond"], "3.2.1b", "saving")
        entries += _closure_entries(case, decisions, i, year)
    for j in sorted(case.project_rows):
        quota = whole_up(counting.counted(projects[j], "total"))
        earmark = min(quota, whole_down(decisions.earmark[j] + NOISE))
        entries += transfer(year, EARMARK, f"project:{j}", earmark, "3.3.2c", "project_earmark")
        entries += transfer(year, POOL, f"project:{j}", quota - earmark, "3.2.3c", "project")
    for s in sorted(case.society):
        served = case.accounts.society[s].need.scaled(1 - decisions.shortfall[s])
        need = whole_up(counting.counted(served, "total"))
        saved = need - whole_up(counting.counted(society[s], "total"))
        entries += transfer(
            year, POOL, f"society:{s}", need - ledger.balance(f"society:{s}"), "3.2.1c", "society"
        )
        entries += transfer(year, f"society:{s}", POOL, saved, "2.4", "line_saving")
    change = whole_up(county.grid_eq_tce["total"]) - ledger.balance(GRID)
    entries += transfer(year, POOL, GRID, change, "3.2.1b", "grid")
    ledger = ledger.post(entries)
    left = ledger.balance(POOL)
    if not settings.is_total_managed:
        return ledger.post(transfer(year, SUPERIOR, POOL, -left, "3.2.1b", "unmanaged")), 0
    short = max(0, case.reserve_floor_tce - left)
    return ledger.post(transfer(year, POOL, RESERVE, left, "3.2.1b", "reserve")), short


def _closure_entries(case: Case, decisions: Decisions, unit_id: str, year: int) -> list[Entry]:
    """Quota of capacity that is given up, unit -> retired -> pool, and the increment it may earn (3.3.2d)."""
    freed, earned = whole_closures(case, decisions, unit_id), whole_upgrades(case, decisions, unit_id)
    account, entries = f"unit:{unit_id}", []
    for c in case.closures_of(unit_id):
        tce = freed[c.closure_id]
        entries += transfer(year, account, RETIRED, tce, c.clause, c.kind)
        entries += transfer(year, RETIRED, POOL, tce, c.clause, c.kind)
        entries += transfer(year, POOL, account, earned.get(c.closure_id, 0), c.clause, BONUS_NOTE)
    return entries


def overshoot_tce(case: Case, decisions: Decisions) -> int:
    """Whole tonnes of the elastic band that are used and paid for (1.b); never beyond the band."""
    settings = case.accounts.scenario.settings
    if not settings.is_total_managed:
        return 0
    targets = settings.targets
    band = whole_down(exact(targets.overshoot_max_share) * case.accounts.base.energy_eq_tce["total"])
    return min(band, whole_up(decisions.overshoot - NOISE))


def quarters(quota_tce: int, shares: Iterable[float]) -> list[int]:
    """A quota by quarter in whole tce, summing to it.

    Cumulative shares are rounded: the year to date is within half a tonne of its share, a quarter within one.
    A quota that grows by a tonne may still move a tonne between two quarters (10 to 9: 3 2 3 2, 2 3 2 2).
    """
    cumulative, parts, before = Fraction(0), [], 0
    for share in shares:
        cumulative += exact(share)
        until = whole_near(cumulative * quota_tce)
        parts.append(until - before)
        before = until
    return parts
