"""A published plan and the readings of its year: who used how much of what was issued (2.5, 3.1.2, 3.3.4b)."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np

from dualcontrol.keeping import promises_of
from dualcontrol.model.accounting import Accounts, account
from dualcontrol.model.quantities import exact
from dualcontrol.model.scenario import Scenario, load
from dualcontrol.model.tracking import Factors, Holder, Months, Tracking, project_quarters, track
from dualcontrol.model.tracking_meters import Expected, Metered, judge_readings
from dualcontrol.model.tracking_readings import DAY, NEVER, Calendar, Readings, calendar
from dualcontrol.model.tracking_rules import TrackingRules
from dualcontrol.model.tracking_units import known_units
from dualcontrol.publish import INPUTS
from dualcontrol.track_read import ReadingsError, Words, read_readings

UNNAMED = "-"


@dataclass(frozen=True)
class Followed:
    """A plan that is followed: its folder, inputs and accounts, and who holds what quota."""

    folder: Path
    scenario: Scenario
    accounts: Accounts
    holders: tuple[Holder, ...]

    @property
    def year(self) -> int:
        """The plan year."""
        return int(self.scenario.settings.plan_year)

    def words(self) -> Words:
        """What may stand in a reading of this plan."""
        rows = self.scenario.rows
        carriers = [(r.carrier_id, r.unit) for r in rows("carriers")] + [
            (r.resource_id, r.unit) for r in rows("resources")
        ]
        units = sorted({*(unit for _, unit in carriers), *known_units()})
        return Words(
            tuple(sorted({*(r.unit_id for r in rows("units")), *(r.project_id for r in rows("projects"))})),
            tuple(dict.fromkeys(carrier for carrier, _ in carriers)),
            tuple({_plain(unit): unit for unit in reversed(units)}.values()),
        )

    def expected(self, when: Calendar) -> Expected:
        """Meters that the plan knows of."""
        rows = self.scenario.rows
        units = {r.resource_id: r.unit for r in rows("resources")} | {
            r.carrier_id: r.unit for r in rows("carriers")
        }
        flows: dict[str, dict[str, tuple[str, ...]]] = {}
        held = {h.owner for h in self.holders if h.quota_tce > 0}
        for table, key in (("unit_energy", "unit_id"), ("project_energy", "project_id")):
            for row in rows(table):
                if getattr(row, key) in held:
                    mine = flows.setdefault(getattr(row, key), {})
                    mine[row.carrier_id] = (*mine.get(row.carrier_id, ()), row.use)
        for row in rows("resource_use"):
            if row.owner_id in held:
                flows.setdefault(row.owner_id, {})[row.resource_id] = ("fuel",)
        starts = {h.owner: when.months[min(h.start_month, 12) - 1] for h in self.holders if h.start_month > 1}
        return Expected(units, flows, starts)


def _plain(unit: str) -> str:
    from dualcontrol.model.tracking_units import plain_unit

    return plain_unit(unit)


def followed(plan: Path | str, inputs: Path | str | None = None) -> Followed:
    """A plan folder as published. inputs: the plan whose inputs are used, where `plan` adjusts it; default itself.

    PublishError where there is no plan or it was changed by hand, ScenarioError for unreadable inputs.
    """
    folder = Path(plan)
    promises_of(folder)
    scenario = load(Path(inputs or folder) / INPUTS)
    return Followed(folder, scenario, account(scenario), _holders(folder, scenario))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def _holders(folder: Path, scenario: Scenario) -> tuple[Holder, ...]:
    sectors = {row.sector_id: row.department for row in scenario.rows("sectors")}
    starts = {row.project_id: int(row.start_month) for row in scenario.rows("projects")}
    use: dict[str, dict[str, Fraction]] = {}
    for row in scenario.rows("resource_use"):
        use.setdefault(row.owner_id, {})[row.resource_id] = exact(row.use)
    when = calendar(int(scenario.settings.plan_year))
    found = []

    def holder(
        kind: str, row: Mapping[str, str], level: str, quarters: tuple[int, int, int, int], start: int
    ) -> None:
        owner = row["id"] if kind == "unit" else row["project_id"]
        activity = Fraction(row[level] or 0)
        found.append(
            Holder(
                f"{kind}:{owner}", owner, row["name"], row["sector_id"], sectors.get(row["sector_id"]) or UNNAMED,
                quarters,
                Fraction(row["planned_use_tce"] or 0), Fraction(row["co2_t"] or 0), activity, start,
                {name: amount * activity * Fraction(13 - start, 12) for name, amount in use.get(owner, {}).items()},
            )
        )  # fmt: skip

    for row in _rows(folder / "quotas.csv"):
        if row["kind"] == "unit":
            q1, q2, q3, q4 = (int(row[f"quota_q{q}_tce"]) for q in (1, 2, 3, 4))
            holder("unit", row, "activity", (q1, q2, q3, q4), 1)
    for row in _rows(folder / "projects.csv"):
        if row["decision"] == "admitted":
            start = min(starts.get(row["project_id"], 1), 12)
            quarters = project_quarters(int(row["quota_tce"]), start, when)
            holder("project", row, "load", quarters, start)
    return tuple(found)


def last_end(read: Readings, when: Calendar) -> int:
    """The end of what is read: of the month where the last readings are monthly forms, else of the day; seconds."""
    inside = (read.time != NEVER) & (read.time >= 0) & (read.time <= when.end) & (read.owner >= 0)
    if not inside.any():
        return when.end
    times = read.time[inside]
    last = int(times.max())
    before = times[times < last]
    is_form = not read.is_register[inside][times == last].all()
    if is_form and last in when.months[:12] and (not len(before) or last - int(before.max()) >= 28 * DAY):
        return when.months[when.months.index(last) + 1]
    is_state = bool(read.is_register[inside][np.argmax(times)])
    return min(when.end, -(-(last + (not is_state)) // DAY) * DAY)


def metered(
    plan: Followed,
    source: Path | str,
    as_of: date | None = None,
    *,
    year: int | None = None,
    is_final: bool = False,
) -> Metered:
    """The readings judged. as_of: only what was used and reported by the end of that day; default: all there is.

    year: of the readings, default the plan's. is_final: what was reported later than `as_of` counts, too.
    """
    of_year = year or plan.year
    read = read_readings(source, of_year, plan.words())
    whole = calendar(of_year)
    if as_of is None:
        when = calendar(of_year, last_end(read, whole))
    else:
        cut = int((as_of + timedelta(days=1) - date(of_year, 1, 1)).days) * DAY
        if not 0 < cut <= whole.end:
            raise ReadingsError("track.as_of_year", day=as_of.isoformat(), year=of_year)
        when = calendar(of_year, cut, None if is_final else cut)
    return judge_readings(read, when, plan.expected(when))


def last_years_months(plan: Followed, source: Path | str) -> dict[str, Months]:
    """Counted tce by owner and month of the year before the plan year, for the shape of the path."""
    judged = metered(plan, source, year=plan.year - 1)
    factors, flows = Factors.of(plan.accounts), judged.flows
    owners = {owner for owner, _, _ in flows}
    return {
        owner: factors.by_month(owner, {(c, u): f.total for (o, c, u), f in flows.items() if o == owner})[0]
        for owner in sorted(owners)
    }


def follow(
    plan: Path | str,
    readings: Path | str,
    as_of: date | None = None,
    *,
    rules: TrackingRules | None = None,
    last_year: Path | str | None = None,
    inputs: Path | str | None = None,
) -> Tracking:
    """Track a published plan with the readings of its year: what `dualcontrol track` shows.

    as_of: only what was used and reported by the end of that day is known. last_year: readings of the year before, that
    shape the months. inputs: the original plan, where `plan` is an adjustment of it. PublishError, ScenarioError,
    ReadingsError, OSError.
    """
    of = followed(plan, inputs)
    shape = last_years_months(of, last_year) if last_year is not None else None
    return track(of.accounts, of.holders, metered(of, readings, as_of), rules or TrackingRules(), shape)


def replay(plan: Path | str, readings: Path | str) -> tuple[Tracking, ...]:
    """The year as it would have been seen at the end of every month. Errors as `follow`."""
    of, rules = followed(plan), TrackingRules()
    ends = [date(of.year + month // 12, month % 12 + 1, 1) - timedelta(days=1) for month in range(1, 13)]
    return tuple(track(of.accounts, of.holders, metered(of, readings, day), rules) for day in ends)
