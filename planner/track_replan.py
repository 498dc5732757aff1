"""The rest of the year re-optimised: what is used is fixed, what was granted is kept, the forecast is the planned use.

Bounds are set on the inputs of the year's first plan, promises are those of the plan in force: so every month starts from
what enterprises can technically do, and nothing that was granted is lost on the way (2.5, 3.2.2b).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

from dualcontrol.keeping import NotKept, keep, promises_of
from dualcontrol.model.quantities import exact, whole_up
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.tracking import Status, Tracking
from dualcontrol.track import Followed

_PLACES = 10**9  # an activity is published with nine decimals


@dataclass(frozen=True)
class Bound:
    """The activity a unit may still have this year: at least what it has used, at most what is forecast; shares of base.

    forecast: what it would need; it is more than `most` where its capacity does not allow it.
    """

    unit: str
    least: Fraction
    most: Fraction
    forecast: Fraction


@dataclass(frozen=True)
class Replanned:
    """The scenario of the rest of the year, the bounds in it, and what of use and promises the rules have no room for."""

    scenario: Scenario
    bounds: tuple[Bound, ...]
    not_kept: tuple[NotKept, ...]
    promised: Mapping[str, int]


def rest_of_year(plan: Followed, tracking: Tracking) -> Replanned:
    """The scenario to be solved for the rest of the year. plan: the plan in force with the inputs of the first.

    Every unit: quota at least what was granted and at least what is used (whole tonnes); activity between what is used
    and what is forecast, within its capacity. Units without readings stay as planned. PublishError as `promises_of`.
    """
    promises = promises_of(plan.folder)
    used = {s.holder.owner: whole_up(s.course.used_tce) for s in tracking.statuses}
    raised = tuple(
        replace(p, quota_tce=max(p.quota_tce, used.get(p.id, 0))) if p.quota_tce > 0 else p
        for p in promises.promises
    )
    rows = {row.unit_id: row for row in plan.scenario.rows("units")}
    bounds = tuple(
        bound
        for status in tracking.statuses
        if status.holder.owner in rows and (bound := _bound(status, rows[status.holder.owner])) is not None
    )
    kept = keep(_bounded(plan.scenario, bounds), replace(promises, promises=raised))
    granted = {f"{p.kind}:{p.id}": p.quota_tce for p in promises.promises}
    return Replanned(kept.scenario, bounds, kept.not_kept, MappingProxyType(granted))


def _bound(status: Status, row: object) -> Bound | None:
    """Bounds of a unit with readings and a forecast; None for others."""
    planned, found = status.holder.planned_tce, status.forecast
    if not status.is_metered or found is None or planned <= 0:
        return None
    per_tce = status.holder.level / planned
    least, most = exact(row.activity_min), exact(row.activity_max)  # type: ignore[attr-defined]
    wanted = Fraction(found.middle) * per_tce
    high = min(max(wanted, least), most)
    low = min(max(status.course.used_tce * per_tce, least), high)
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
