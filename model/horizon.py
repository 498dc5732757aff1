"""A horizon of several plan years: targets by year, and each year as a scenario of its own (3.3.2c; design §5).

Every year is counted against the same base year, whose accounts go through the rules of that year: with the paths of
targets and phases added up to the year, the model of one plan year holds for each of them as it stands. What one year
decides for the next is in `Standing` and reaches a year's scenario as rows of `decisions` and `year_links`, so that a
year's plan can be checked from its own inputs alone. A year has 8,760 hours: 29 February is left out.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from dualcontrol.model.additions import with_rows
from dualcontrol.model.changes import change
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema_years import ADMITTED, ADOPTED, BUILT, CARRIED_IN, CARRIED_OUT, CLOSED

AFTER = 13  # the month of what starts after the plan year
STARTING = ("projects", "measures", "retirements", "capacity_replacements", "replacements", "power/builds")
ID_OF = {
    "projects": "project_id",
    "measures": "measure_id",
    "retirements": "retirement_id",
    "capacity_replacements": "pair_id",
    "replacements": "replacement_id",
    "power/builds": "build_id",
}


@dataclass(frozen=True)
class FiveYear:
    """A target over several years: reduction against `base_year`, of which `done_share` was made before the base year.

    Shares are fractions of energy per GDP: I_base = (1 − done_share) · I_of_base_year.
    """

    base_year: int
    reduction: float
    done_share: float


@dataclass(frozen=True)
class YearTargets:
    """What is set for one year. intensity_reduction: on the year before. increment_tce_eq: of this year alone.

    overrides: settings and cells (dotted key) that hold from this year on. past: folder of the plan that was issued for
    it; the year is then not decided again.
    """

    year: int
    as_of: date | None = None
    intensity_reduction: float | None = None
    increment_tce_eq: float | None = None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    past: str = ""


@dataclass(frozen=True)
class Horizon:
    """Several years in a row, the first the one after the base year.

    discount_rate: per year, of values. cut_path (3.3.1b), release_path (3.3.2c): share of the gap taken in each year,
    added up over the years; empty: as the scenario has it in each. grant_path: share of an admitted project's quota
    given in its first, second, ... year, added up; empty: all at once. banked_max_share: of the base total, the most
    that may be carried to the next year. starts: (year, month) by id, of what starts then and not before.
    """

    title_zh: str
    title_en: str
    years: tuple[YearTargets, ...]
    discount_rate: float = 0.0
    cut_path: tuple[float, ...] = ()
    release_path: tuple[float, ...] = ()
    grant_path: tuple[float, ...] = ()
    banked_max_share: float = 0.0
    five_year: FiveYear | None = None
    starts: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def weight(self, year: int) -> float:
        """Present value of a unit in `year`, in the first year's money: 1 / (1 + rate)^(years since)."""
        return float((1.0 + self.discount_rate) ** -(year - self.years[0].year))

    def granted_share(self, year: int, admitted_in: int) -> float:
        """Share of its quota that a project admitted in a year has in `year`: 0 before, then up the path to 1."""
        if year < admitted_in:
            return 0.0
        return added_up(self.grant_path, year - admitted_in + 1) if self.grant_path else 1.0

    def reduction(self, year: int) -> float | None:
        """1 − Π(1 − r_s) over the years up to `year`, at the period's end no less than the five-year target asks."""
        left, is_given = 1.0, False
        for one in self.years:
            if one.year <= year and one.intensity_reduction is not None:
                left, is_given = left * (1.0 - one.intensity_reduction), True
        found = 1.0 - left if is_given else None
        if self.five_year is not None and year == self.years[-1].year:
            asked = 1.0 - (1.0 - self.five_year.reduction) / (1.0 - self.five_year.done_share)
            found = asked if found is None else max(found, asked)
        return None if found is None else float(f"{found:.12g}")

    def increment_tce_eq(self, year: int) -> float | None:
        """Increments of the years up to `year`, added up; None where none is given."""
        given = [one.increment_tce_eq for one in self.years if one.year <= year]
        known = [tce for tce in given if tce is not None]
        return float(sum(known)) if known else None


def added_up(path: Sequence[float], years: int) -> float:
    """What a path comes to after so many years, at most 1."""
    return min(1.0, float(f"{math.fsum(path[:years]):.12g}"))


@dataclass(frozen=True)
class Standing:
    """What earlier years decided, as a year finds it.

    admitted: share and year of admission by project. adopted, closed, built: year by id. carried_in_tce_eq: whole.
    refused, not_adopted, not_closed, not_built: what this very year decided not to do (empty while it is open).
    """

    admitted: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    adopted: Mapping[str, int] = field(default_factory=dict)
    closed: Mapping[str, int] = field(default_factory=dict)
    built: Mapping[str, int] = field(default_factory=dict)
    carried_in_tce_eq: int = 0
    carried_out_tce_eq: int = 0
    refused: tuple[str, ...] = ()
    not_adopted: tuple[str, ...] = ()
    not_closed: tuple[str, ...] = ()
    not_built: tuple[str, ...] = ()


def year_scenario(base: Scenario, horizon: Horizon, year: int, standing: Standing, document: str) -> Scenario:
    """The scenario of one year: targets, needs and phases of that year, and what stands from the years before.

    base: the scenario of the first year. document: named as the ground of the links. Errors: ScenarioError with all
    problems of the year's inputs.
    """
    scenario = change(base, overrides(base, horizon, year, standing))
    scenario = with_rows(scenario, "decisions", _decisions(scenario, standing, year, document))
    scenario = with_rows(scenario, "year_links", _links(standing, year, document))
    return replace(scenario, name=f"{base.name}-{year}")


def by_itself(base: Scenario, horizon: Horizon, year: int, standing: Standing, document: str) -> Scenario:
    """The year as if no year came after it: as `year_scenario`, what it admits is given its first part of the quota.

    Errors: ScenarioError.
    """
    scenario = year_scenario(base, horizon, year, standing, document)
    share = horizon.granted_share(year, year)
    new = [row for row in scenario.rows("projects") if row.project_id not in standing.admitted]
    if share >= 1.0 or not new:
        return scenario
    return change(
        scenario, {f"projects.{row.project_id}.load_max": _plain(row.load_max * share) for row in new}
    )


def overrides(base: Scenario, horizon: Horizon, year: int, standing: Standing) -> dict[str, Any]:
    """Settings and cells of `base` that are different in `year`; the horizon's own overrides come last."""
    settings, count = base.settings, year - base.settings.base_year
    own = next(one for one in horizon.years if one.year == year)
    found: dict[str, Any] = {
        "plan_year": year,
        "as_of": own.as_of or _same_day(settings.as_of, year),
        "title_zh": f"{horizon.title_zh}：{year}年",
        "title_en": f"{horizon.title_en}: {year}",
        "policy.max_release_share": min(1.0, settings.policy.max_release_share * count),
    }
    named = {
        "targets.intensity_reduction": horizon.reduction(year),
        "targets.increment_tce_eq": horizon.increment_tce_eq(year),
        "policy.cut_phase_share": added_up(horizon.cut_path, count) if horizon.cut_path else None,
        "policy.release_phase_share": added_up(horizon.release_path, count) if horizon.release_path else None,
        "targets.co2_intensity_reduction": _compound(settings.targets.co2_intensity_reduction, count),
    }
    found |= {key: value for key, value in named.items() if value is not None}
    found |= (
        _needs(base, count) | _months(base, horizon, year, standing) | _loads(base, horizon, year, standing)
    )
    for one in horizon.years:
        found |= one.overrides if one.year <= year else {}
    return found


def _same_day(day: date, year: int) -> date:
    return date(year, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def _compound(yearly: float | None, count: int) -> float | None:
    """A reduction on the base year after so many years of the same reduction on the year before."""
    return None if yearly is None or yearly != yearly else _plain(1.0 - (1.0 - yearly) ** count)


def _plain(value: float) -> float:
    return float(f"{value:.10g}")


def _grown(base: float, first: float, count: int) -> float:
    """After so many years of the first year's growth: at its rate, in equal steps from nothing."""
    return base * (first / base) ** count if base > 0 else base + count * (first - base)


def _needs(base: Scenario, count: int) -> dict[str, Any]:
    """What is not decided: other value added, society, the yearly electricity table, reductions of sectors and units.

    Society grows at its first year's rate, without what electrification added and displaced, which grows in equal
    steps; so does the electricity table.
    """
    found: dict[str, Any] = {}
    for row in base.rows("gdp"):
        found[f"gdp.{row.item_id}.growth"] = _plain((1.0 + row.growth) ** count - 1.0)
    for row in base.rows("society"):
        key = f"society.{row.line_id}."
        fuel = _grown(row.base_fuel_tce, row.plan_fuel_tce + row.displaced_fuel_tce, count)
        electricity = _grown(row.base_electricity_mwh, row.plan_electricity_mwh - row.electrified_mwh, count)
        found[f"{key}plan_fuel_tce"] = _plain(max(0.0, fuel - count * row.displaced_fuel_tce))
        found[f"{key}plan_electricity_mwh"] = _plain(electricity + count * row.electrified_mwh)
        found[f"{key}displaced_fuel_tce"] = _plain(count * row.displaced_fuel_tce)
        found[f"{key}electrified_mwh"] = _plain(count * row.electrified_mwh)
    for row in base.rows("power"):
        found[f"power.{row.item}.plan_mwh"] = _plain(row.base_mwh + count * (row.plan_mwh - row.base_mwh))
    for table, key, column in (
        ("sectors", "sector_id", "intensity_reduction"),
        ("units", "unit_id", "co2_intensity_reduction"),
    ):
        for row in base.rows(table):
            if (value := _compound(getattr(row, column), count)) is not None:
                found[f"{table}.{getattr(row, key)}.{column}"] = value
    return found


def _months(base: Scenario, horizon: Horizon, year: int, standing: Standing) -> dict[str, Any]:
    """First months in `year`: of its own year, of `starts`, else as in the scenario's own year and January after it."""
    done = {**standing.adopted, **standing.closed, **standing.built}
    done |= {project: admitted_in for project, (_, admitted_in) in standing.admitted.items()}
    found: dict[str, Any] = {}
    for table in STARTING:
        for row in base.rows(table):
            key = str(getattr(row, ID_OF[table]))
            first, month = horizon.starts.get(key) or _own_start(row, base.settings.plan_year)
            found[f"{table}.{key}.start_month"] = AFTER if year < first else month if year == first else 1
            if table == "retirements" and done.get(key, year) < year:
                found[f"{table}.{key}.compensation_wan_yuan"] = 0.0  # paid in the year it was closed
    return found


def _own_start(row: Any, first_year: int) -> tuple[int, int]:
    month = int(row.start_month)
    return (first_year, month) if month < AFTER else (first_year + 1, 1)


def _loads(base: Scenario, horizon: Horizon, year: int, standing: Standing) -> dict[str, Any]:
    """Loads of projects while their quota is given in parts: what they may run, and what they must at least.

    Of a project not yet admitted the least is that of a first year; the years together hold it to more.
    """
    if not horizon.grant_path:
        return {}
    found: dict[str, Any] = {}
    for row in base.rows("projects"):
        _, since = standing.admitted.get(row.project_id, (0.0, 0))
        share = horizon.granted_share(year, since) if since else 1.0
        least = share if since else horizon.grant_path[0]
        found[f"projects.{row.project_id}.load_max"] = _plain(row.load_max * share)
        found[f"projects.{row.project_id}.load_min"] = _plain(min(row.load_min, row.load_max * least))
    return found


def _decisions(scenario: Scenario, standing: Standing, year: int, document: str) -> list[dict[str, Any]]:
    """What this year admits or refuses, as decisions; of what cannot be had this year none."""
    months = {row.project_id: int(row.start_month) for row in scenario.rows("projects")}
    wanted = {j: share for j, (share, since) in standing.admitted.items() if since == year}
    wanted |= dict.fromkeys(standing.refused, 0.0)
    taken = {row.decision_id for row in scenario.rows("decisions")}
    return [
        {
            "decision_id": f"years-{project}",
            "target_id": project,
            "what": "admitted",
            "kind": "fixed",
            "value": share,
            "date": scenario.settings.as_of,
            **_ground(document, year),
        }
        for project, share in sorted(wanted.items())
        if months[project] < AFTER and f"years-{project}" not in taken
    ]


def _links(standing: Standing, year: int, document: str) -> list[dict[str, Any]]:
    """The rows of `year_links`."""
    rows: list[tuple[str, str, float, int]] = [
        (ADMITTED, key, share, since)
        for key, (share, since) in sorted(standing.admitted.items())
        if since < year
    ]
    for what, done, not_done in (
        (ADOPTED, standing.adopted, standing.not_adopted),
        (CLOSED, standing.closed, standing.not_closed),
        (BUILT, standing.built, standing.not_built),
    ):
        rows += [(what, key, 1.0, since) for key, since in sorted(done.items())]
        rows += [(what, key, 0.0, year) for key in sorted(not_done)]
    for what, tce, decided in (
        (CARRIED_IN, standing.carried_in_tce_eq, year - 1),
        (CARRIED_OUT, standing.carried_out_tce_eq, year),
    ):
        rows += [(what, "", float(tce), decided)] if tce else []
    return [
        {
            "link_id": f"years-{what}-{key}" if key else f"years-{what}",
            "what": what,
            "target_id": key,
            "value": value,
            "decided_in": decided,
            **_ground(document, decided),
        }
        for what, key, value, decided in rows
    ]


def _ground(document: str, decided: int) -> dict[str, Any]:
    return {
        "document": document,
        "source": document,
        "basis": "estimated",
        "derivation": f"跨年统筹，{decided}年决定；decided for {decided} by the plan of all years",
    }
