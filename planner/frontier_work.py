"""The work of `dualcontrol frontier`: read, solve along the parameter, write the table and the figure, tell."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from dualcontrol.console import Voice
from dualcontrol.failures import tell_solver_error
from dualcontrol.messages import say
from dualcontrol.work import BAD_INPUT, INFEASIBLE, OK, command, read


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
        return tell_solver_error(voice, error)
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
