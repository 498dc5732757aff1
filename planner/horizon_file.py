"""A horizon file to a plan of several years to be made; all of it checked before any solve.

scenario = "dalad-2022"                  # a folder, relative to the file: its plan year is the first year
discount_rate = 0.06
cut_path = [0.4, 0.4, 0.2]               # of the gap to the advanced value, a year each (3.3.1b)
[common]                                 # settings and cells of all years
"time.mode" = "none"
[starts]                                 # what starts then and not before
chengliang_mine = "2024-07"
[[years]]
year = 2022
intensity_reduction = 0.03               # on the year before
increment_tce_eq = 200000                # of this year alone
past = "../out/dalad-2022"               # the plan that was issued for it: nothing of it is decided again
"targets.co2_budget_t" = 24870000        # any setting or cell, from this year on
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dualcontrol.batch_sweep import flat, read_toml, source_of
from dualcontrol.model.horizon import ID_OF, STARTING, FiveYear, Horizon, Standing, YearTargets, year_scenario
from dualcontrol.model.layers import setting_fault
from dualcontrol.model.problems import Findings, nearest
from dualcontrol.model.scenario import Scenario, ScenarioError
from dualcontrol.model.settings import Amount, Rate, Share

Year = Annotated[int, Field(ge=2000, le=2100)]
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _FiveYear(_Part):
    base_year: Year
    reduction: Rate
    done_share: Rate


class _Year(_Part):
    year: Year
    as_of: date | None = None
    intensity_reduction: Rate | None = None
    increment_tce_eq: Amount | None = None
    past: str = ""


class _File(_Part):
    scenario: str
    title_zh: str = "跨年统筹用能预算"
    title_en: str = "Energy budget of several years"
    discount_rate: Share = 0.0
    gap: Share = 1e-3
    time_limit_s: Annotated[float, Field(gt=0)] = 180.0
    cut_path: tuple[Share, ...] = ()
    release_path: tuple[Share, ...] = ()
    grant_path: tuple[Share, ...] = ()
    banked_max_share: Share = 0.0
    five_year: _FiveYear | None = None


@dataclass(frozen=True)
class HorizonFile:
    """A checked file: the first year's scenario, the horizon, folders of past plans by year, gap and time limit."""

    base: Scenario
    horizon: Horizon
    past: Mapping[int, Path]
    gap: float
    time_limit_s: float


def read_horizon(path: Path, overrides: Mapping[str, object] | None = None) -> HorizonFile:
    """Read a horizon file and try every year's inputs. overrides: of settings and cells of all years, over the file's.

    ScenarioError with all the problems of the file and of every year; nothing is solved or written here.
    """
    findings = Findings()
    raw = read_toml(path, findings)
    if raw is None:
        raise ScenarioError(findings.problems)
    source = source_of(path, raw, findings)
    years = _years(path, raw, findings)
    starts = _starts(path, raw, findings)
    common = raw.get("common", {})
    if not isinstance(common, Mapping):
        findings.add("wrong_type", path.name, None, "common", common, expected="[common]")
        common = {}
    own = {key: value for key, value in raw.items() if key not in ("years", "starts", "common")}
    file = _valid(_File, own, path.name, "", findings)
    if findings.problems or source is None or file is None:
        raise ScenarioError(findings.problems)
    base = source.settled({**flat(common), **(overrides or {})})
    five = file.five_year
    horizon = Horizon(
        file.title_zh, file.title_en, years, file.discount_rate, file.cut_path, file.release_path, file.grant_path,
        file.banked_max_share, FiveYear(five.base_year, five.reduction, five.done_share) if five else None, starts,
    )  # fmt: skip
    _agreeing(path, base, horizon, file, findings)
    if findings.problems:
        raise ScenarioError(findings.problems)
    for one in years:  # every year's inputs, before anything is solved
        try:
            year_scenario(base, horizon, one.year, Standing(), "")
        except ScenarioError as error:
            findings.problems += [_placed(path, one.year, problem) for problem in error.problems]
    if findings.problems:
        raise ScenarioError(findings.problems)
    past = {one.year: path.parent / one.past for one in years if one.past}
    return HorizonFile(base, horizon, past, file.gap, file.time_limit_s)


def _placed(path: Path, year: int, problem: Any) -> Any:
    from dataclasses import replace

    return replace(problem, file=f"{path.name}[{year}] {problem.file}")


def _valid(kind: type[_Part], raw: Mapping[str, Any], file: str, before: str, findings: Findings) -> Any:
    """The checked part; None, and all its problems told, where it is not valid."""
    listed = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    try:
        return kind.model_validate(listed, strict=True)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            key = before + ".".join(str(part) for part in detail["loc"])
            kind_of, value = detail["type"], detail["input"]
            if kind_of == "missing":
                findings.add("missing_setting", file, None, key)
            elif kind_of == "extra_forbidden":
                word = str(detail["loc"][-1])
                findings.add(
                    "unknown_setting", file, None, key, value, suggestion=nearest(word, kind.model_fields)
                )
            else:
                rule, params = setting_fault(kind_of, detail.get("ctx", {}), key, value)
                findings.add(rule, file, None, key, "" if isinstance(value, Mapping) else value, **params)
        return None


def _years(path: Path, raw: Mapping[str, Any], findings: Findings) -> tuple[YearTargets, ...]:
    tables = raw.get("years", [])
    if not isinstance(tables, list) or not tables or not all(isinstance(table, Mapping) for table in tables):
        findings.add("wrong_type", path.name, None, "years", tables, expected="[[years]]")
        return ()
    found = []
    for number, table in enumerate(tables, start=1):
        known = {key: value for key, value in table.items() if key in _Year.model_fields}
        year = _valid(_Year, known, path.name, f"years[{number}].", findings)
        rest = flat({key: value for key, value in table.items() if key not in known})
        for key in rest:
            if "." not in key:
                near = nearest(key, _Year.model_fields)
                findings.add(
                    "unknown_setting", path.name, None, f"years[{number}].{key}", rest[key], suggestion=near
                )
        if year is not None:
            found.append(
                YearTargets(
                    year.year, year.as_of, year.intensity_reduction, year.increment_tce_eq, rest, year.past
                )
            )
    return tuple(found)


def _starts(path: Path, raw: Mapping[str, Any], findings: Findings) -> dict[str, tuple[int, int]]:
    table = raw.get("starts", {})
    if not isinstance(table, Mapping):
        findings.add("wrong_type", path.name, None, "starts", table, expected="[starts]")
        return {}
    found = {}
    for key, value in table.items():
        match = _MONTH.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            findings.add("wrong_type", path.name, None, f"starts.{key}", value, expected='"2024-07"')
        else:
            found[key] = (int(match[1]), int(match[2]))
    return found


def _agreeing(path: Path, base: Scenario, horizon: Horizon, file: _File, findings: Findings) -> None:
    """Years in a row from the scenario's own, past ones first; paths of at most 1; known ids; one way to the target."""
    first, past_over = base.settings.plan_year, False
    for number, one in enumerate(horizon.years):
        if one.year != first + number:
            findings.add(
                "years_in_a_row",
                path.name,
                None,
                f"years[{number + 1}].year",
                one.year,
                expected=first + number,
            )
        past_over = past_over or not one.past
        if one.past and past_over:
            findings.add("past_after_open", path.name, None, f"years[{number + 1}].past", one.past)
    if horizon.years[-1].past:
        findings.add("nothing_to_decide", path.name, None, "years")
    for name in ("cut_path", "release_path", "grant_path"):
        path_given = getattr(horizon, name)
        if sum(path_given) > 1.0 + 1e-9 or (
            name == "grant_path" and path_given and sum(path_given) < 1.0 - 1e-9
        ):
            findings.add("path_sum", path.name, None, name, list(path_given))
    ids = {str(getattr(row, ID_OF[table])) for table in STARTING for row in base.rows(table)}
    for key in horizon.starts:
        if key not in ids:
            findings.add(
                "unknown_setting", path.name, None, f"starts.{key}", "", suggestion=nearest(key, ids)
            )
