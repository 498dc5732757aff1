"""The work of `dualcontrol track`: read plan and readings, judge, write tables, report and page, tell."""

import json
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dualcontrol.console import Voice
from dualcontrol.failures import named, tell_infeasible, tell_solver_error
from dualcontrol.messages import say
from dualcontrol.work import AUDIT_FAILED, BAD_INPUT, OK, command

if TYPE_CHECKING:
    from pydantic import BaseModel

    from dualcontrol.model.tracking import Tracking
    from dualcontrol.track import Followed

    Rules = TypeVar("Rules", bound=BaseModel)

REPORT, PAGE, SUMMARY = "quarterly.xlsx", "quarterly.html", "summary.json"


@command
def track_year(
    voice: Voice,
    plan: Path,
    readings: Path,
    out: Path,
    as_of: str | None,
    last_year: Path | None,
    inputs: Path | None,
    replan: Path | None,
    settings: Sequence[str],
) -> int:
    """Track, write, tell; with `replan` also solve the rest of the year into that folder. Any exit code."""
    from dualcontrol.issue import day_named
    from dualcontrol.model.tracking import track
    from dualcontrol.model.tracking_rules import TrackingRules
    from dualcontrol.out_folder import csv_bytes, put
    from dualcontrol.provenance import json_text, mark
    from dualcontrol.track import followed, last_years_months, metered
    from dualcontrol.track_page import page
    from dualcontrol.track_report import report
    from dualcontrol.track_tables import (
        department_lines,
        indicator_lines,
        month_lines,
        problem_lines,
        unit_lines,
    )

    rules = rules_of(voice, TrackingRules, settings)
    day = day_named(as_of) if as_of is not None else None
    if rules is None or (as_of is not None and day is None):
        if rules is not None:
            voice.fail(BAD_INPUT, say("issue.no_date", voice.lang, date=as_of))
        return BAD_INPUT

    def work() -> int:
        with voice.stage("read"):
            of = followed(plan, inputs)
            shape = last_years_months(of, last_year) if last_year is not None else None
            judged = metered(of, readings, day)
        if replan is not None and judged.calendar.cut >= judged.calendar.end:
            voice.fail(BAD_INPUT, say("track.year_over", voice.lang))
            return BAD_INPUT
        tracking = track(of.accounts, of.holders, judged, rules, shape)
        sign = mark(of.scenario)
        told = summary(tracking, of, sign)
        files = {
            "units.csv": csv_bytes(unit_lines(tracking)),
            "months.csv": csv_bytes(month_lines(tracking)),
            "indicators.csv": csv_bytes(indicator_lines(tracking)),
            "departments.csv": csv_bytes(department_lines(tracking)),
            "readings_problems.csv": csv_bytes(problem_lines(judged.problems)),
            REPORT: report(tracking, of.scenario, sign),
            PAGE: page(tracking, of.scenario, sign, voice.lang).encode("utf-8"),
            SUMMARY: json_text(told).encode("utf-8"),
        }
        with voice.stage("publish"):
            put(out, files)
        _tell(voice, tracking)
        if sign:
            voice.say("done.mark", mark=sign)
        voice.say("track.written", folder=out)
        if replan is not None:
            code, more = _replan(voice, of, tracking, replan)
            if code != OK:
                return code
            told |= {"replan": more}
        voice.answer(ok=True, exit_code=OK, folder=str(out), **told)
        return OK

    return guarded(voice, work)


def guarded(voice: Voice, work: Callable[[], int]) -> int:
    """Run it; readings that cannot be read and folders that cannot be written become a sentence."""
    from dualcontrol.power_output import FolderError
    from dualcontrol.track_read import ReadingsError

    try:
        return work()
    except (ReadingsError, FolderError) as error:
        voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
        return BAD_INPUT


def rules_of(voice: Voice, kind: "type[Rules]", settings: Sequence[str]) -> "Rules | None":
    """The parameters of `--set key=value` over the defaults; None where one is wrong, which is then told."""
    from pydantic import ValidationError

    given: dict[str, Any] = {}
    for text in settings:
        key, sign, value = text.partition("=")
        if not sign or key.strip() not in kind.model_fields:
            voice.fail(
                BAD_INPUT, say("track.no_rule", voice.lang, text=text, names=", ".join(kind.model_fields))
            )
            return None
        try:
            given[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            given[key.strip()] = value
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        detail = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        voice.fail(BAD_INPUT, say("track.bad_rule", voice.lang, detail=detail))
        return None


def summary(tracking: "Tracking", of: "Followed", sign: str | None) -> dict[str, Any]:
    """What `summary.json` and `--json` say."""
    judged, county = tracking.metered, tracking.county
    colours: dict[str, list[str]] = {}
    for status in tracking.statuses:
        colours.setdefault(status.colour, []).append(status.holder.account)
    rules: dict[str, int] = {}
    for problem in judged.problems:
        rules[problem.rule] = rules.get(problem.rule, 0) + 1
    when = judged.calendar
    told: dict[str, Any] = {"mark": sign} if sign else {}
    return told | {
        "plan": json.loads((of.folder / "summary.json").read_text(encoding="utf-8-sig"))["hashes"]["plan"],
        "year": when.year,
        "as_of": when.last_day,
        "readings": {
            "rows": judged.rows,
            "counted": judged.counted,
            "taken": judged.taken,
            "later": judged.later,
        },
        "problems": dict(sorted(rules.items())),
        "quota_tce": county.holder.quota_tce,
        "used_tce": round(float(county.course.used_tce), 3),
        "path_tce": round(float(county.course.path_tce), 3),
        "forecast_tce": None if county.forecast is None else round(county.forecast.middle, 3),
        "colours": {colour: colours.get(colour, []) for colour in ("red", "orange", "yellow", "green")},
        "path_from": "last_year" if tracking.has_last_year else "days",
        "rules": tracking.rules.model_dump(),
    }


def _tell(voice: Voice, tracking: "Tracking") -> None:
    from dualcontrol.track_tables import rule_text

    judged, county = tracking.metered, tracking.county
    voice.say("track.rows", rows=judged.rows, counted=judged.counted, taken=judged.taken, later=judged.later)
    if judged.problems:
        voice.say("track.problems", count=len(judged.problems))
    used, path = float(county.course.used_tce), float(county.course.path_tce)
    voice.say(
        "track.county",
        day=judged.calendar.last_day,
        used=used,
        path=path,
        quota=county.holder.quota_tce,
    )
    if county.forecast is not None:
        f = county.forecast
        voice.say("track.forecast", middle=f.middle, low=f.low, high=f.high)
    for colour in ("red", "orange", "yellow"):
        mine = [s for s in tracking.statuses if s.colour == colour]
        if mine:
            voice.say(f"track.{colour}", count=len(mine), names=named([s.holder.name for s in mine]))
        for status in mine[:12]:
            rule = rule_text("track_rule", status.warnings[0][1], voice.lang)
            voice.line(f"  {status.holder.name} ({status.holder.account}): {rule}")
    if not tracking.is_warning:
        voice.say("track.off")


def _replan(voice: Voice, of: "Followed", tracking: "Tracking", out: Path) -> tuple[int, dict[str, Any]]:
    """Solve, check and publish the rest of the year."""
    from dualcontrol.checking import audit
    from dualcontrol.optimise import Infeasible, SolverError
    from dualcontrol.publish import prepare, publish
    from dualcontrol.track_replan import replan, taken

    prepare(out)
    try:
        with voice.stage("optimise"):
            plan, rest = replan(of, tracking)
    except Infeasible as error:
        return tell_infeasible(voice, error), {}
    except SolverError as error:
        return tell_solver_error(voice, error), {}
    for one in rest.not_kept:
        voice.say("track.not_kept", account=one.account, wanted=one.promised_tce, kept=one.kept_tce)
    for over in rest.beyond:
        voice.say("track.beyond", account=over.account, used=over.used_tce, granted=over.granted_tce)
    verdict = audit(rest.scenario, plan)
    if not verdict.passed:
        voice.checks(verdict.failed)
        voice.fail(
            AUDIT_FAILED,
            say("error.audit_failed", voice.lang, count=len(verdict.checks), failures=len(verdict.failed)),
        )
        return AUDIT_FAILED, {}
    with voice.stage("publish"):
        publish(plan, out, scenario=rest.scenario, verdict=verdict)
    quotas = dict(zip(plan.quotas["account"], plan.quotas["quota_tce"], strict=True))
    more = {a: int(quotas[a]) - q for a, q in rest.promised.items() if a in quotas and int(quotas[a]) > q}
    dropped = [name for key, name in taken(of.folder).items() if key not in taken(out)]
    if dropped:
        voice.say("track.dropped", count=len(dropped), names=named(dropped))
    voice.say("track.replanned", folder=out, count=len(more), tce=sum(more.values()))
    return OK, {
        "folder": str(out),
        "granted_more_tce": more,
        "not_kept": [one.account for one in rest.not_kept],
    }
