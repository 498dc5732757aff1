"""The work of `dualcontrol years`: read, decide all years together, check each and what ties them, write, tell."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dualcontrol.console import Voice
from dualcontrol.failures import named, tell_solver_error
from dualcontrol.messages import describe, say
from dualcontrol.work import AUDIT_FAILED, BAD_INPUT, INFEASIBLE, OK, command

if TYPE_CHECKING:
    from dualcontrol.horizon import HorizonPlan
    from dualcontrol.horizon_file import HorizonFile


@command
def tell_years(voice: Voice, path: Path, out: Path) -> int:
    """Read, solve, check, write, tell. Any exit code."""
    from dualcontrol.horizon import NoHorizon, YearFailed, solve_horizon
    from dualcontrol.horizon_file import read_horizon
    from dualcontrol.horizon_output import refuse_foreign, summary, write_horizon
    from dualcontrol.horizon_past import standing_of
    from dualcontrol.infeasible import Infeasible
    from dualcontrol.power_output import FolderError
    from dualcontrol.solvers.highs import SolverError

    with voice.stage("read"):
        file = read_horizon(path)
        standing = standing_of(file.past, file.base)
    try:
        refuse_foreign(out.resolve())
    except FolderError as error:
        return _refused(voice, error)
    years = [one.year for one in file.horizon.years if one.year not in file.past]
    document = say("years.document", "zh", title=file.horizon.title_zh)
    try:
        with voice.stage("optimise"):
            found = solve_horizon(
                file.base, file.horizon, standing, years,
                document=document, gap=file.gap, time_limit_s=file.time_limit_s,
            )  # fmt: skip
    except (NoHorizon, Infeasible) as error:
        return _none(voice, file, error)
    except YearFailed as error:
        voice.checks(error.verdict.failed)
        voice.fail(AUDIT_FAILED, say("years.year_failed", voice.lang, year=error.year))
        return AUDIT_FAILED
    except SolverError as error:
        return tell_solver_error(voice, error)
    told = summary(found, {key: year for key, (_, year) in standing.admitted.items()})
    try:
        with voice.stage("publish"):
            write_horizon(found, told, out)
    except FolderError as error:
        return _refused(voice, error)
    with voice.stage("check"):
        from dualcontrol.model.audit.horizon import audit_years

        checks = audit_years(out, {one.year: one.verdict for one in found.years})
    if failed := [check for check in checks if not check.passed]:
        voice.checks(failed)
        voice.fail(AUDIT_FAILED, say("years.failed", voice.lang, folder=out))
        return AUDIT_FAILED
    _tell(voice, found)
    if told["mark"]:
        voice.say("done.mark", mark=told["mark"])
    voice.say("years.written", folder=out)
    voice.answer(ok=True, exit_code=OK, folder=str(out), **told)
    return OK


def _refused(voice: Voice, error: Any) -> int:
    voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
    return BAD_INPUT


def _none(voice: Voice, file: "HorizonFile", error: Exception) -> int:
    """No plan of all years: which of them has none even by itself, so that the reason can be looked for there."""
    from dualcontrol.horizon import alone_without_plan

    bad = alone_without_plan(file.base, file.horizon)
    key = "years.none_alone" if bad else "years.none_together"
    voice.fail(INFEASIBLE, say(key, voice.lang, years=named([str(year) for year in bad])), years=bad)
    return INFEASIBLE


def _tell(voice: Voice, found: "HorizonPlan") -> None:
    from dualcontrol.horizon_output import first_year_lines

    voice.say("years.told", value=found.value_wan_yuan, gap=found.gap)
    for one in found.years:
        new = [key for key, (_, since) in one.standing.admitted.items() if since == one.year]
        names = {row.project_id: str(row.name) for row in one.scenario.rows("projects")}
        voice.say(
            "years.year", year=one.year, value=one.value_wan_yuan,
            reduction=float(one.plan.summary["intensity_reduction"]),
            asked=one.scenario.settings.targets.intensity_reduction or 0.0,
            carried=one.standing.carried_out_tce_eq, count=len(new),
            names=named([names[key] for key in new]) if new else "–",
            binding=say(f"years_binds.{one.plan.summary['binding']}", voice.lang),
        )  # fmt: skip
    first = found.years[0]
    if len(first_year_lines(found)) == 1:  # the headings
        voice.say("years.first_same", year=first.year)
    else:
        voice.say(
            "years.first", year=first.year, alone=float(found.alone.summary["objective_wan_yuan"]),
            less=float(found.alone.summary["objective_wan_yuan"]) - first.value_wan_yuan,
        )  # fmt: skip
    if found.stuck is not None:
        voice.say("years.apart_none", year=found.stuck)
    elif found.apart_wan_yuan is not None:
        voice.say("years.apart", more=found.joint_wan_yuan - found.apart_wan_yuan)


def audit_horizon(voice: Voice, folder: Path) -> int:
    """Check every year of a folder and what ties the years. OK or AUDIT_FAILED."""
    from dualcontrol.model.audit import audit_folder
    from dualcontrol.model.audit.horizon import audit_years

    with voice.stage("check"):
        places = sorted(path for path in folder.iterdir() if path.is_dir() and path.name.isdigit())
        verdicts = {int(path.name): audit_folder(path) for path in places}
        checks = audit_years(folder, verdicts)
    failed = [check for check in checks if not check.passed]
    failed += [check for verdict in verdicts.values() for check in verdict.failed]
    if failed:
        voice.checks(failed)
        told = [describe(f"audit.{check.name}", voice.lang, check.params) for check in failed]
        voice.fail(
            AUDIT_FAILED, say("years.failed", voice.lang, folder=folder), messages=told, folder=str(folder)
        )
        return AUDIT_FAILED
    count = len(checks) + sum(len(verdict.checks) for verdict in verdicts.values())
    voice.say("done.audit", count=count)
    voice.answer(ok=True, exit_code=OK, folder=str(folder), years=sorted(verdicts), checks=count)
    return OK
