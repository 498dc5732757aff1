"""The command `dualcontrol power CASE`: a network alone, solved and told.

Exit codes: 0 solved, 2 the case makes no sense or cannot be read, 3 infeasible, 5 the solver failed.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualcontrol.console import Voice, problem_record, visible
from dualcontrol.messages import Language, say

if TYPE_CHECKING:
    from dualcontrol.model.power.case import Case
    from dualcontrol.power_case import Conflict, PowerResult, Relaxation

CONVENTIONS = ("matpower", "pglib")
HOURS = ("typical", "year")
SHOWN = 20  # lines of a table told to people


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    @app.command("power", help=say("help.power", lang), add_help_option=False)
    def power(
        case: Annotated[
            Path, typer.Argument(help=say("help.case", lang), metavar="CASE", show_default=False)
        ],
        out: Annotated[
            Path | None,
            typer.Option("--out", help=say("help.out_power", lang), metavar="DIR", show_default=False),
        ] = None,
        convention: Annotated[
            str,
            typer.Option(
                "--convention",
                help=say("help.convention", lang),
                metavar="|".join(CONVENTIONS),
                callback=_check_convention,
            ),
        ] = "matpower",
        hours: Annotated[
            str,
            typer.Option(
                "--hours", help=say("help.hours", lang), metavar="|".join(HOURS), callback=_check_hours
            ),
        ] = "typical",
        builds: Annotated[
            str,
            typer.Option("--builds", help=say("help.builds", lang), metavar="ID,ID|all", show_default=False),
        ] = "",
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        wanted = tuple(build.strip() for build in builds.split(",") if build.strip())
        raise typer.Exit(run(Voice(lang, json), case, convention, out, hours, wanted))


def _check_convention(value: str) -> str:
    if value not in CONVENTIONS:
        raise typer.BadParameter(" | ".join(CONVENTIONS))
    return value


def _check_hours(value: str) -> str:
    if value not in HOURS:
        raise typer.BadParameter(" | ".join(HOURS))
    return value


def run(
    voice: Voice,
    path: Path,
    convention: str,
    out: Path | None,
    hours: str = "typical",
    builds: tuple[str, ...] = (),
) -> int:
    """Read, solve, write and tell; the exit code."""
    from dualcontrol.model.power.case import CaseError
    from dualcontrol.model.scenario import ScenarioError
    from dualcontrol.power_output import FolderError, as_values, findings, write_folder
    from dualcontrol.solvers.highs import SolverError, Status

    with voice.stage("read"):
        from dualcontrol.power_case import read_case, solve_case
        from dualcontrol.power_scenario import Wanted
    wanted = Wanted("year" if hours == "year" else "typical", builds)
    try:
        case = read_case(path, "pglib" if convention == "pglib" else "matpower", wanted)
        with voice.stage("optimise"):
            result = solve_case(case)
    except ScenarioError as error:
        records = [problem_record(problem, voice.lang) for problem in error.problems]
        voice.problems(error.problems)
        voice.fail(2, say("error.problems", voice.lang, count=len(records)), problems=records)
        return 2
    except CaseError as error:
        told = findings(error.findings, "fault", voice.lang)
        voice.fail(2, say("power.faults", voice.lang, count=len(told)), problems=told)
        _complain(voice, [one["message"] for one in told])
        return 2
    except SolverError as error:
        sentence = say("error.solver", voice.lang, detail=str(error))
        voice.fail(5, sentence, say("power.unsolved_remedy", voice.lang), status="solver_error")
        return 5
    values = as_values(case, result, voice.lang)
    if result.status is Status.INFEASIBLE:
        sentence = say("power.infeasible", voice.lang, name=case.name)
        voice.fail(3, sentence, **values)
        _complain(voice, _conflict(result.conflict, result.hours, voice.lang))
        return 3
    if result.objective is None:
        status = say(f"status.{result.status.value}", voice.lang)
        sentence = say("power.unsolved", voice.lang, name=case.name, status=status)
        voice.fail(5, sentence, say("power.unsolved_remedy", voice.lang), **values)
        return 5
    if out is not None:
        try:
            write_folder(case, result, out, voice.lang)
        except FolderError as error:
            voice.fail(2, say(error.message, voice.lang, **error.params))
            return 2
        except OSError as error:
            detail = error.strerror or type(error).__name__
            voice.fail(2, say("error.file_system", voice.lang, path=error.filename or out, detail=detail))
            return 2
    _tell(voice, case, result, values)
    if out is not None:
        voice.say("power.written", folder=out)
    voice.answer(ok=True, exit_code=0, **values)
    return 0


def _tell(voice: Voice, case: "Case", result: "PowerResult", values: Mapping[str, Any]) -> None:
    import numpy as np  # only now: `--help` stays quick

    objective, error = float(result.objective or 0.0), ""
    if case.curves:
        error = say("power.error", voice.lang, bound=objective - result.objective_error)
    status = say(f"status.{result.status.value}", voice.lang)
    voice.say("power.done", name=case.name, status=status, objective=objective, error=error)
    network = case.network
    sizes = {"buses": network.buses, "branches": network.branches, "generators": network.generators}
    voice.say("power.size", hours=result.hours, **{name: len(elements) for name, elements in sizes.items()})
    _lines(voice, "power.prices", {bus: _range(price) for bus, price in result.nodal_prices.items()})
    weight = np.ones(result.hours) if case.series.weight is None else case.series.weight
    output = {name: f"{np.average(mw, weights=weight):,.3f}" for name, mw in result.dispatch.items()}
    _lines(voice, "power.dispatch", output)
    prices = {name: f"{np.sum(price):,.6g}" for name, price in result.shadow_prices.items()}
    _lines(voice, "power.limits", prices)
    _lines(voice, "power.builds", {name: f"{size:,.6g}" for name, size in result.builds.items()})
    unserved = {bus: f"{np.sum(mw):,.6g}" for bus, mw in result.unserved.items() if np.sum(mw) > 0}
    _lines(voice, "power.unserved", unserved)
    if values["notes"]:
        voice.say("power.left_out")
        for note in values["notes"]:
            voice.say("power.point", text=note["message"])


def _range(price: Any) -> str:
    import numpy as np  # only now: `--help` stays quick

    if np.size(price) == 1:
        return f"{float(np.ravel(price)[0]):,.5f}"
    return f"{np.min(price):,.5f} / {np.mean(price):,.5f} / {np.max(price):,.5f}"


def _lines(voice: Voice, heading: str, table: Mapping[str, str]) -> None:
    if not table:
        return
    voice.say(heading)
    for name, value in list(table.items())[:SHOWN]:
        voice.say("power.line", name=name, value=value)
    if len(table) > SHOWN:
        voice.say("power.more", count=len(table) - SHOWN)


def _complain(voice: Voice, lines: Sequence[str]) -> None:
    """Lines on standard error, for people only."""
    if not voice.is_json:
        sys.stderr.write("".join(visible(line) + "\n" for line in lines))


def _conflict(conflict: "Conflict | None", hours: int, lang: Language) -> list[str]:
    if conflict is None:
        return []
    lines = [say("power.infeasible_remedy", lang)]
    for heading, group in (
        ("power.remedy_limits", conflict.limits),
        ("power.remedy_totals", conflict.totals),
        ("power.remedy_balances", conflict.balances),
    ):
        if heading == "power.remedy_totals" and group is None:
            continue
        lines.append(say(heading, lang))
        lines += _relaxations(group, hours, lang)
    if conflict.involved:
        lines.append(say("power.involved", lang, names=", ".join(conflict.involved)))
    return lines


def _relaxations(group: "Sequence[Relaxation] | None", hours: int, lang: Language) -> list[str]:
    if group is None:
        return [say("power.remedy_none", lang)]
    lines = []
    for one in group[:SHOWN]:
        hour = say("power.hour", lang, hour=one.hour, total=one.total) if hours > 1 else ""
        sentence = say(
            f"power.relax_{one.kind}", lang, element=one.element, amount=one.amount, unit=one.unit, hour=hour
        )
        lines.append(say("power.point", lang, text=sentence))
    if len(group) > SHOWN:
        lines.append(say("power.more", lang, count=len(group) - SHOWN))
    return lines
