"""The command `dualcontrol frontier SCENARIO`: what each step of a target is worth, as a table and a figure.

Exit codes: 0 written, 2 bad input or a range that is none, 3 no plan at any level, 5 the solver failed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say
from dualcontrol.work import BAD_INPUT, INFEASIBLE, OK, SOLVER_ERROR, command, read

OVER = ("increment", "intensity", "carbon")
STEPS = 21


def register(app: typer.Typer, lang: Language, json_flag: Any, lang_text: Any, help_flag: Any) -> None:
    """Add the command to the application; the flags are the annotated options that every command has."""

    def option(message: str, *names: str, **more: Any) -> Any:
        return typer.Option(*names, help=say(message, lang), **more)

    @app.command("frontier", help=say("help.frontier", lang), add_help_option=False)
    def frontier(
        scenario: Annotated[
            Path, typer.Argument(help=say("help.scenario", lang), metavar="SCENARIO", show_default=False)
        ],
        out: Annotated[Path, option("help.out_frontier", "--out", metavar="DIR", show_default=False)],
        over: Annotated[
            str, option("help.over", "--over", metavar="|".join(OVER), callback=_check_over)
        ] = OVER[0],
        low: Annotated[
            float | None, option("help.from", "--from", metavar="NUMBER", show_default=False)
        ] = None,
        high: Annotated[float | None, option("help.to", "--to", metavar="NUMBER", show_default=False)] = None,
        steps: Annotated[int, option("help.steps", "--steps", min=2, max=10_000)] = STEPS,
        settings: Annotated[
            list[str] | None, option("help.set", "--set", metavar="KEY=VALUE", show_default=False)
        ] = None,
        json: json_flag = False,
        lang_: lang_text = None,
        help_: help_flag = False,
    ) -> None:
        voice = Voice(lang, json)
        raise typer.Exit(draw_frontier(voice, scenario, out, over, (low, high), steps, settings or []))


def _check_over(value: str) -> str:
    if value not in OVER:
        raise typer.BadParameter(" | ".join(OVER))
    return value


@command
def draw_frontier(
    voice: Voice,
    folder: Path,
    out: Path,
    over: str,
    ends: tuple[float | None, float | None],
    steps: int,
    changes: Sequence[str],
) -> int:
    """Read, solve along the parameter, write, tell. OK, BAD_INPUT, INFEASIBLE or SOLVER_ERROR."""
    from dualcontrol.frontier import Over, RangeError, frontier
    from dualcontrol.frontier_output import summary, write_frontier
    from dualcontrol.power_output import FolderError
    from dualcontrol.solvers.highs import SolverError

    scenario = read(voice, folder, changes)
    wanted: Over = next(name for name in get_args(Over) if name == over)
    try:
        with voice.stage("optimise"):
            found = frontier(scenario, wanted, *ends, steps)
    except RangeError:
        voice.fail(BAD_INPUT, say("frontier.no_range", voice.lang))
        return BAD_INPUT
    except SolverError as error:
        sentence = say("error.solver", voice.lang, detail=str(error))
        voice.fail(SOLVER_ERROR, sentence, say("error.solver_remedy", voice.lang), status="solver_error")
        return SOLVER_ERROR
    told = summary(scenario, found)
    solved = [point for point in found.points if point.value_wan_yuan is not None]
    if not solved:
        voice.fail(INFEASIBLE, say("frontier.nowhere", voice.lang), **told)
        return INFEASIBLE
    try:
        with voice.stage("publish"):
            write_frontier(scenario, found, out, voice.lang)
    except FolderError as error:
        voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
        return BAD_INPUT
    parameter = say(f"frontier_over.{over}", voice.lang)
    if found.is_exact:
        voice.say("frontier.exact", parameter=parameter, breaks=told["breaks"])
    else:
        why = say(f"frontier_why.{found.why_not}", voice.lang)
        voice.say("frontier.points", parameter=parameter, count=len(found.points), why=why)
    first, last = solved[0], solved[-1]
    voice.say(
        "frontier.ends",
        low=first.at,
        low_value=first.value_wan_yuan,
        high=last.at,
        high_value=last.value_wan_yuan,
    )
    if told["without_plan"]:
        voice.say("frontier.without", count=told["without_plan"])
    voice.say("frontier.written", folder=out)
    voice.answer(ok=True, exit_code=OK, folder=str(out), **told)
    return OK
