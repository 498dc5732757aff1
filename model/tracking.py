"""What is used against what was issued, account by account and department by department (2.5, 3.1.2, 3.3.4b).

Used energy is converted with the plan's own factors and counted by the plan's own rules, exactly (Fractions). The path
of a quota is its four quarters as issued, divided by last year's months where these are known, else by days.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from dualcontrol.model.accounting import Accounts, Counting, Use
from dualcontrol.model.carbon_factors import process_terms
from dualcontrol.model.quantities import exact
from dualcontrol.model.schema import ELECTRICITY
from dualcontrol.model.tracking_meters import Flow, Metered
from dualcontrol.model.tracking_readings import Calendar
from dualcontrol.model.tracking_rules import Course, Forecast, TrackingRules, forecast, warnings, worst

ZERO = Fraction(0)
UNNAMED = "-"  # no department is named for the sector
ENERGY, CARBON = "energy", "co2"
Months = tuple[Fraction, ...]


@dataclass(frozen=True)
class Holder:
    """Who holds quota: account (unit:A, project:P), quarters in whole tce, planned use and CO2 of the year.

    level: planned activity or load. start_month: of a project. resources: planned use by resource.
    """

    account: str
    owner: str
    name: str
    sector: str
    department: str
    quarters: tuple[int, int, int, int]
    planned_tce: Fraction
    planned_co2_t: Fraction
    level: Fraction
    start_month: int
    resources: Mapping[str, Fraction]

    @property
    def quota_tce(self) -> int:
        """The issued quota."""
        return sum(self.quarters)


@dataclass(frozen=True)
class Status:
    """An account on the day: its course, forecast, what of the use is estimated, and every warning with its rule."""

    holder: Holder
    course: Course
    forecast: Forecast | None
    estimated_tce: Fraction
    warnings: tuple[tuple[str, str], ...]
    is_metered: bool

    @property
    def colour(self) -> str:
        """green, yellow, orange or red."""
        return worst(self.warnings)


@dataclass(frozen=True)
class Indicator:
    """One indicator of one account: energy (tce), co2 (t) or a resource: the year's limit, its path, use to date."""

    account: str
    department: str
    indicator: str
    unit: str
    course: Course
    forecast: Forecast | None


def shares_known(when: Calendar) -> Months:
    """The share of each month that is over."""
    return tuple(
        min(Fraction(1), max(ZERO, Fraction(when.cut - a, b - a)))
        for a, b in zip(when.months[:-1], when.months[1:], strict=True)
    )


def path_of(
    quarters: Iterable[int], when: Calendar, start_month: int = 1, last_year: Months | None = None
) -> Months:
    """A quota by month: its quarters divided by last year's months, else by days; sums to the quota exactly."""
    path: list[Fraction] = []
    days = [Fraction(b - a) for a, b in zip(when.months[:-1], when.months[1:], strict=True)]
    for quarter, quota in enumerate(quarters):
        months = range(3 * quarter, 3 * quarter + 3)
        weights = [last_year[m] if last_year else ZERO for m in months]
        if any(w <= 0 for w in weights):
            weights = [days[m] if m + 1 >= start_month else ZERO for m in months]
        total = sum(weights)
        path += [quota * w / total if total else ZERO for w in weights]
    return tuple(path)


def project_quarters(quota_tce: int, start_month: int, when: Calendar) -> tuple[int, int, int, int]:
    """The quota of a project by quarter, from its first month on by days, whole tonnes that sum to it."""
    first = when.months[min(start_month, 12) - 1]
    span, given, parts = when.end - first, 0, []
    for quarter in range(1, 5):
        reached = max(0, when.months[3 * quarter] - first)
        cumulative = (2 * quota_tce * reached + span) // (2 * span)
        parts.append(cumulative - given)
        given = cumulative
    return (parts[0], parts[1], parts[2], parts[3])


@dataclass(frozen=True)
class Factors:
    """How a quantity of a carrier becomes tce and CO2, exactly: from the plan's own inputs."""

    counting: Counting
    tce: Mapping[str, Fraction]
    co2: Mapping[str, Fraction]
    nationals: frozenset[str]

    @classmethod
    def of(cls, accounts: Accounts) -> "Factors":
        """The factors of a scenario."""
        rows = accounts.scenario.rows("carriers")
        return cls(
            accounts.counting,
            {row.carrier_id: exact(row.tce_per_unit) for row in rows},
            {row.carrier_id: exact(row.co2_t_per_unit) for row in rows},
            frozenset(r.project_id for r in accounts.scenario.rows("projects") if r.is_national),
        )

    def use(self, owner: str, quantities: Mapping[tuple[str, str], Fraction]) -> Use:
        """What quantities by carrier and use are in the terms of the accounts (GB/T 2589-2020, 205-1, 205-2)."""
        total, green = Use(), ZERO
        for (carrier, use), quantity in quantities.items():
            if carrier not in self.tce:
                continue
            if use == "green":  # bought with the electricity that is read: only its excess matters
                green += quantity
                continue
            sign = -1 if use == "conversion_out" else 1
            tce, is_power = quantity * self.tce[carrier], carrier == ELECTRICITY
            total = total + Use(
                gross_tce=sign * tce,
                feedstock_tce=tce if use == "feedstock" else ZERO,
                electricity_mwh=quantity if is_power and sign > 0 else ZERO,
                generation_mwh=quantity if is_power and sign < 0 else ZERO,
                co2_t=ZERO if use == "feedstock" else sign * quantity * self.co2[carrier],
                self_pv_mwh=quantity if use == "self_pv" else ZERO,
            )
        excess = self.counting.excess_green(total.electricity_mwh, total.self_pv_mwh, green)
        total = total + Use(excess_green_mwh=excess)
        if owner in self.nationals:
            return total + Use(
                national_tce=total.gross_tce - total.feedstock_tce,
                national_feedstock_tce=total.feedstock_tce,
                national_mwh=total.electricity_mwh - total.generation_mwh,
            )
        return total

    def by_month(self, owner: str, flows: Mapping[tuple[str, str], Months]) -> tuple[Months, Months]:
        """Counted energy (当量 tce) and direct CO2 (t) by month; what is excluded is found from the year so far."""
        energy, carbon = [ZERO], [ZERO]
        for month in range(12):
            so_far = {key: sum(months[: month + 1], ZERO) for key, months in flows.items()}
            use = self.use(owner, so_far)
            energy.append(Fraction(self.counting.counted(use, "total")))
            carbon.append(Fraction(use.co2_t))
        return (
            tuple(b - a for a, b in pairwise(energy)),
            tuple(b - a for a, b in pairwise(carbon)),
        )


@dataclass(frozen=True)
class Tracking:
    """The year on the day `metered.calendar.cut`: accounts, indicators, the county's course, what it rests on."""

    metered: Metered
    statuses: tuple[Status, ...]
    indicators: tuple[Indicator, ...]
    county: Status
    rules: TrackingRules
    has_last_year: bool
    is_warning: bool

    def departments(self) -> tuple[Indicator, ...]:
        """The indicators summed by department (2.1, 3.3.4b): energy, and water and carbon where the plan holds them."""
        groups: defaultdict[tuple[str, str, str], list[Course]] = defaultdict(list)
        for one in self.indicators:
            groups[one.department, one.indicator, one.unit].append(one.course)
        summed = []
        for (department, indicator, unit), courses in sorted(groups.items()):
            course = together(courses)
            summed.append(
                Indicator(department, department, indicator, unit, course, forecast(course, self.rules))
            )
        return tuple(summed)

    def colours(self, department: str) -> dict[str, int]:
        """How many accounts of a department are of each colour."""
        found: dict[str, int] = {}
        for status in self.statuses:
            if status.holder.department == department:
                found[status.colour] = found.get(status.colour, 0) + 1
        return found


def together(courses: Iterable[Course]) -> Course:
    """The sum of several courses of one calendar."""
    listed = list(courses)

    def added(name: str) -> Months:
        return tuple(sum(parts, ZERO) for parts in zip(*(getattr(c, name) for c in listed), strict=True))

    return Course(added("path"), added("used"), listed[0].known)


def track(
    accounts: Accounts,
    holders: Iterable[Holder],
    metered: Metered,
    rules: TrackingRules,
    last_year: Mapping[str, Months] | None = None,
) -> Tracking:
    """Every account on the day, with its warnings. last_year: counted tce by owner and month. Clauses 2.5, 3.3.4b."""
    when, factors, off = metered.calendar, Factors.of(accounts), accounts.scenario.settings.disabled_clauses
    known = shares_known(when)
    process = {o: sum(items.values(), ZERO) for o, items in process_terms(accounts.scenario).items()}
    by_owner: defaultdict[str, dict[tuple[str, str], Flow]] = defaultdict(dict)
    for (owner, carrier, use), flow in metered.flows.items():
        by_owner[owner][carrier, use] = flow
    statuses, indicators = [], []
    for holder in holders:
        flows = by_owner.get(holder.owner, {})
        used, co2 = factors.by_month(holder.owner, {key: flow.total for key, flow in flows.items()})
        months = (last_year or {}).get(holder.owner)
        course = Course(path_of(holder.quarters, when, holder.start_month, months), used, known)
        found = forecast(course, rules)
        estimated = sum(factors.by_month(holder.owner, {k: f.estimated for k, f in flows.items()})[0], ZERO)
        told = () if "2.5" in off else warnings(course, found, estimated, rules, is_metered=bool(flows))
        statuses.append(Status(holder, course, found, estimated, told, bool(flows)))
        indicators.append(Indicator(holder.account, holder.department, ENERGY, "tce", course, found))
        if "3.3.4b" not in off:
            indicators += _others(
                holder, course, co2, process.get(holder.owner, ZERO), flows, accounts, rules
            )
    county = _county(statuses, known, rules, is_on="2.5" not in off)
    return Tracking(
        metered, tuple(statuses), tuple(indicators), county, rules, bool(last_year), "2.5" not in off
    )


def _others(
    holder: Holder,
    course: Course,
    co2: Months,
    process_t: Fraction,
    flows: Mapping[tuple[str, str], Flow],
    accounts: Accounts,
    rules: TrackingRules,
) -> list[Indicator]:
    """Carbon and the plan's other resources (water) of an account, on the path of its energy.

    Direct CO2 is from the readings; process emissions are not metered and follow the energy used (estimated).
    """
    quota = course.quota_tce
    shape = [p / quota if quota else ZERO for p in course.path]
    planned = holder.planned_tce
    of_process = [u / planned * process_t * holder.level if planned else ZERO for u in course.used]
    found = []
    emitted = tuple(a + b for a, b in zip(co2, of_process, strict=True))
    carbon = Course(tuple(holder.planned_co2_t * s for s in shape), emitted, course.known)
    found.append(Indicator(holder.account, holder.department, CARBON, "t", carbon, forecast(carbon, rules)))
    for row in accounts.scenario.rows("resources"):
        flow = [f.total for (carrier, _), f in flows.items() if carrier == row.resource_id]
        if row.resource_id in holder.resources or flow:
            used = tuple(sum(parts, ZERO) for parts in zip(*flow, strict=True)) if flow else (ZERO,) * 12
            year = holder.resources.get(row.resource_id, ZERO)
            water = Course(tuple(year * s for s in shape), used, course.known)
            found.append(
                Indicator(
                    holder.account,
                    holder.department,
                    row.resource_id,
                    row.unit,
                    water,
                    forecast(water, rules),
                )
            )
    return found


def _county(statuses: Iterable[Status], known: Months, rules: TrackingRules, *, is_on: bool) -> Status:
    """All accounts that have readings as one; all, if none has."""
    every = list(statuses)
    listed = [s for s in every if s.is_metered] or every
    course = together(s.course for s in listed) if listed else Course((ZERO,) * 12, (ZERO,) * 12, known)
    quarters = tuple(sum(s.holder.quarters[q] for s in listed) for q in range(4))
    planned = sum((s.holder.planned_tce for s in listed), ZERO)
    co2 = sum((s.holder.planned_co2_t for s in listed), ZERO)
    holder = Holder("county", "", "", "", UNNAMED, (*quarters,), planned, co2, Fraction(1), 1, {})  # type: ignore[arg-type]
    estimated = sum((s.estimated_tce for s in listed), ZERO)
    found = forecast(course, rules)
    told = (
        warnings(course, found, estimated, rules, is_metered=any(s.is_metered for s in listed))
        if is_on
        else ()
    )
    return Status(holder, course, found, estimated, told, True)


def decimal(value: Any, places: int) -> str:
    """A Fraction as a decimal, rounded half to even at its last place."""
    scaled = round(Fraction(value) * 10**places)
    sign, digits = ("-" if scaled < 0 else ""), f"{abs(scaled):0{places + 1}d}"
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
