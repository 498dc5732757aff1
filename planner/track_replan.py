"""The rest of the year re-optimised: what is used is fixed, what was granted is kept, the forecast is the planned use.

Bounds are set on the inputs of the year's first plan, promises are those of the plan in force: so every month starts
from what enterprises can technically do, and nothing that was granted is lost on the way (2.5, 3.2.2b).
"""

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from dualcontrol.keeping import NotKept, keep, promises_of
from dualcontrol.model.accounting import account
from dualcontrol.model.additions import with_rows
from dualcontrol.model.horizon import ID_OF
from dualcontrol.model.plan import Plan
from dualcontrol.model.policy import judge
from dualcontrol.model.quantities import exact, whole_up
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema_years import ADOPTED, CLOSED
from dualcontrol.model.tracking import Status, Tracking
from dualcontrol.optimise import Infeasible, optimise
from dualcontrol.track import Followed

_HALF = 0.5
_PLACES = 10**9  # an activity is published with nine decimals


@dataclass(frozen=True)
class Bound:
    """The activity a unit may still have this year: at least what it has used, at most the forecast; shares of base.

    forecast: what it would need; it is more than `most` where its capacity does not allow it.
    """

    unit: str
    least: Fraction
    most: Fraction
    forecast: Fraction


@dataclass(frozen=True)
class Beyond:
    """An account that has used more than it was granted, and for which the pool has no room: left to the settlement."""

    account: str
    used_tce: int
    granted_tce: int


@dataclass(frozen=True)
class Rest:
    """The scenario of the rest of the year: bounds, what the rules let stand no more of the promises, what was granted.

    beyond: use that is not covered in this scenario.
    """

    scenario: Scenario
    bounds: tuple[Bound, ...]
    not_kept: tuple[NotKept, ...]
    promised: Mapping[str, int]
    beyond: tuple[Beyond, ...]


def rest_of_year(
    plan: Followed,
    tracking: Tracking,
    covered: Collection[str] | None = None,
    *,
    is_begun_kept: bool = True,
) -> Rest:
    """The scenario to be solved for the rest of the year. plan: the plan in force with the inputs of the first.

    Every account keeps what it was granted; those in `covered` (default: all) that have used more get what they used.
    Activity lies between what is used (of the quota) and what is forecast, within capacity. Units without readings stay
    as planned. is_begun_kept: measures and closures whose month has begun stay as the plan in force decided them.
    PublishError as `promises_of`.
    """
    promises = promises_of(plan.folder)
    used = {s.holder.account: whole_up(s.course.used_tce) for s in tracking.statuses}
    raised, beyond = [], []
    for one in promises.promises:
        holder = f"{one.kind}:{one.id}"
        if not 0 < one.quota_tce < used.get(holder, 0):
            raised.append(one)
        elif covered is None or holder in covered:
            raised.append(replace(one, quota_tce=used[holder]))
        else:
            raised.append(one)
            beyond.append(Beyond(holder, used[holder], one.quota_tce))
    rows = {row.unit_id: row for row in plan.scenario.rows("units")}
    room = {f"{p.kind}:{p.id}": p.quota_tce for p in raised}
    bounds = tuple(
        bound
        for status in tracking.statuses
        if status.holder.owner in rows
        and (bound := _bound(status, rows[status.holder.owner], room[status.holder.account])) is not None
    )
    wanted = replace(promises, promises=tuple(raised))
    links = _begun(plan, tracking) if is_begun_kept else []
    kept = keep(_linked(_bounded(plan.scenario, bounds), links), wanted)
    # what a unit was granted for its capacity (3.2.1c) rests on that capacity: it is not cut to the forecast then
    short = {one.account.removeprefix("unit:") for one in kept.not_kept}
    if short & {bound.unit for bound in bounds}:
        bounds = tuple(
            replace(b, most=exact(rows[b.unit].activity_max)) if b.unit in short else b for b in bounds
        )
        kept = keep(_linked(_bounded(plan.scenario, bounds), links), wanted)
    granted = {f"{p.kind}:{p.id}": p.quota_tce for p in promises.promises}
    return Rest(kept.scenario, bounds, kept.not_kept, MappingProxyType(granted), tuple(beyond))


def replan(plan: Followed, tracking: Tracking) -> tuple[Plan, Rest]:
    """The best plan of the rest of the year. Infeasible where even what was granted has no plan, SolverError.

    What was used beyond the quotas is covered as far as the pool has room: all of it, else account by account in their
    order; the rest of it is told in `beyond`. ValueError where nothing is left of the year.
    """
    if tracking.metered.calendar.cut >= tracking.metered.calendar.end:
        raise ValueError("nothing is left of the year")
    try:
        rest = rest_of_year(plan, tracking)
        return optimise(judge(account(rest.scenario))), rest
    except Infeasible:  # such as use that what was closed leaves no room for: then it has not been closed
        rest = rest_of_year(plan, tracking, is_begun_kept=False)
    over = [s.holder.account for s in tracking.statuses if s.course.used_tce > s.holder.quota_tce > 0]
    try:
        return optimise(judge(account(rest.scenario))), rest
    except Infeasible:
        if not over:
            raise
    covered: list[str] = []
    rest = rest_of_year(plan, tracking, covered, is_begun_kept=False)
    found = optimise(judge(account(rest.scenario))), rest
    for one in over if len(over) > 1 else ():
        rest = rest_of_year(plan, tracking, [*covered, one], is_begun_kept=False)
        try:
            found = optimise(judge(account(rest.scenario))), rest
        except Infeasible:
            continue
        covered.append(one)
    return found


def taken(folder: Path) -> dict[str, str]:
    """Measures and closures that a published plan takes: name by id."""
    with (folder / "measures.csv").open(encoding="utf-8-sig", newline="") as file:
        return {
            row["measure_id"]: row["name"] for row in csv.DictReader(file) if float(row["adopted"]) > _HALF
        }


def _begun(plan: Followed, tracking: Tracking) -> list[dict[str, object]]:
    """Rows of `year_links`: what began by the last known day is done, or not, as the plan in force decided."""
    when = tracking.metered.calendar
    month = sum(start < when.cut for start in when.months[:12])
    done = taken(plan.folder)
    document = f"已执行 {plan.folder.name}"
    return [
        {
            "link_id": f"begun-{key}",
            "what": what,
            "target_id": key,
            "value": float(key in done),
            "decided_in": when.year,
            "document": document,
            "source": document,
            "basis": "estimated",
            "derivation": f"{when.last_day}前已开始或已错过；begun, or missed, before the day",
        }
        for table, what in (("measures", ADOPTED), ("retirements", CLOSED), ("capacity_replacements", CLOSED))
        for row in plan.scenario.rows(table)
        if int(row.start_month) <= month
        for key in (str(getattr(row, ID_OF[table])),)
    ]


def _linked(scenario: Scenario, links: list[dict[str, object]]) -> Scenario:
    """The scenario with these links between years; those it has already stay."""
    known = {(row.what, row.target_id) for row in scenario.rows("year_links")}
    new = [row for row in links if (row["what"], row["target_id"]) not in known]
    return with_rows(scenario, "year_links", new) if new else scenario


def _bound(status: Status, row: object, quota_tce: int) -> Bound | None:
    """Bounds of a unit with readings and a forecast; None for others. quota_tce: what it will have at least."""
    planned, found = status.holder.planned_tce, status.forecast
    if not status.is_metered or found is None or planned <= 0:
        return None
    per_tce = status.holder.level / planned
    least, most = exact(row.activity_min), exact(row.activity_max)  # type: ignore[attr-defined]
    wanted = Fraction(found.middle) * per_tce
    high = min(max(wanted, least), most)
    used = status.course.used_tce
    # of what is used beyond the quota the plan can hold no more than it had planned
    low = min(max((used if used <= quota_tce else planned) * per_tce, least), high)
    return Bound(
        status.holder.owner,
        Fraction(int(low * _PLACES), _PLACES),
        Fraction(-int(-high * _PLACES // 1), _PLACES),
        wanted,
    )


def _bounded(scenario: Scenario, bounds: tuple[Bound, ...]) -> Scenario:
    """The scenario with these bounds of activity, hashed anew."""
    units = scenario.table("units").set_index("unit_id", drop=False)
    for bound in bounds:
        units.loc[bound.unit, ["activity_min", "activity_max"]] = [float(bound.least), float(bound.most)]
    tables = MappingProxyType({**scenario.tables, "units": units.reset_index(drop=True)})
    return replace(scenario, tables=tables).hashed()
