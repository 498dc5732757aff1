"""The work of `dualcontrol frontier --by` and `--pareto`: read, solve, write the tables and the figure, tell."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from dualcontrol.console import Voice
from dualcontrol.failures import named, tell_solver_error
from dualcontrol.messages import say
from dualcontrol.work import BAD_INPUT, INFEASIBLE, OK, command, read

Ends = tuple[float | None, float | None]


@command
def draw_grid(
    voice: Voice,
    folder: Path,
    out: Path,
    pair: tuple[str, str],
    ends: tuple[Ends, Ends],
    steps: tuple[int, int],
    changes: Sequence[str],
) -> int:
    """A two-way table over a pair of targets. OK, BAD_INPUT, INFEASIBLE or SOLVER_ERROR."""
    from dualcontrol.frontier import Over, RangeError
    from dualcontrol.frontier_grid import grid
    from dualcontrol.frontier_more_output import grid_summary, write_grid
    from dualcontrol.power_output import FolderError
    from dualcontrol.solvers.highs import SolverError

    scenario = read(voice, folder, changes)
    over, by = (next(one for one in get_args(Over) if one == name) for name in pair)
    try:
        with voice.stage("optimise"):
            found = grid(scenario, over, by, *ends, *steps)
    except RangeError:
        voice.fail(BAD_INPUT, say("twoway.no_range", voice.lang))
        return BAD_INPUT
    except SolverError as error:
        return tell_solver_error(voice, error)
    told = grid_summary(scenario, found)
    if told["without_plan"] == told["cells"]:
        voice.fail(INFEASIBLE, say("frontier.nowhere", voice.lang), **told)
        return INFEASIBLE
    try:
        with voice.stage("publish"):
            write_grid(scenario, found, out, voice.lang)
    except FolderError as error:
        voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
        return BAD_INPUT
    names = [say(f"frontier_over.{one}", voice.lang) for one in pair]
    voice.say("twoway.told", over=names[0], by=names[1], count=told["cells"])
    if told["without_plan"]:
        voice.say("twoway.without", count=told["without_plan"])
    voice.say("frontier.written", folder=out)
    voice.answer(ok=True, exit_code=OK, folder=str(out), **told)
    return OK


@command
def draw_pareto(
    voice: Voice, folder: Path, out: Path, names: Sequence[str], levels: int, changes: Sequence[str]
) -> int:
    """The efficient plans of several aims. OK, BAD_INPUT, INFEASIBLE or SOLVER_ERROR."""
    from dualcontrol.frontier_more_output import pareto_summary, write_pareto
    from dualcontrol.pareto import AIMS, AimError, pareto
    from dualcontrol.power_output import FolderError
    from dualcontrol.solvers.highs import SolverError

    scenario = read(voice, folder, changes)
    aims = [next(aim for aim in AIMS if aim == name) for name in names]
    try:
        with voice.stage("optimise"):
            found = pareto(scenario, aims, levels)
    except AimError as error:
        voice.fail(BAD_INPUT, say(error.message, voice.lang))
        return BAD_INPUT
    except SolverError as error:
        return tell_solver_error(voice, error)
    told = pareto_summary(scenario, found)
    if not found.trades:
        voice.fail(INFEASIBLE, say("pareto.nowhere", voice.lang), **told)
        return INFEASIBLE
    try:
        with voice.stage("publish"):
            write_pareto(scenario, found, out, voice.lang)
    except FolderError as error:
        voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
        return BAD_INPUT
    voice.say("pareto.told", count=len(found.trades), solves=found.solves)
    for aim in found.aims:
        values = (
            say(f"pareto_value.{other}", voice.lang, value=found.payoff[aim][other]) for other in found.aims
        )
        best = say(f"pareto_best.{aim}", voice.lang)
        voice.say("pareto.end", best=best, values=("，" if voice.lang == "zh" else ", ").join(values))
    if found.without_jobs:
        voice.say("pareto.without_jobs", count=len(found.without_jobs), names=named(found.without_jobs))
    if found.unsolved:
        voice.say("pareto.unsolved", count=found.unsolved)
    voice.say("pareto.written", folder=out)
    voice.answer(ok=True, exit_code=OK, folder=str(out), **told)
    return OK
