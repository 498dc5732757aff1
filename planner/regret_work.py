"""The work of `dualcontrol regret`: read the scenarios, solve them alone and together, write, tell."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from dualcontrol.console import Voice
from dualcontrol.failures import named, tell_solver_error
from dualcontrol.messages import say
from dualcontrol.work import BAD_INPUT, INFEASIBLE, OK, command

if TYPE_CHECKING:
    from dualcontrol.regret import Choice, Regret


@command
def weigh(voice: Voice, sweep: Path, out: Path) -> int:
    """Read, solve, write, tell. OK, BAD_INPUT, INFEASIBLE or SOLVER_ERROR."""
    from dualcontrol.batch_sweep import read_sweep
    from dualcontrol.power_output import FolderError
    from dualcontrol.provenance import mark
    from dualcontrol.regret import MOST, Future, regret
    from dualcontrol.regret_output import summary, write_regret
    from dualcontrol.solvers.highs import SolverError

    with voice.stage("read"):
        read = read_sweep(sweep, is_weighted=True)
    if len(read.variants) > MOST:
        voice.fail(BAD_INPUT, say("regret.too_many", voice.lang, count=len(read.variants), most=MOST))
        return BAD_INPUT
    futures = [Future(v.name, v.weight, read.source.settled(v.all_overrides)) for v in read.variants]
    try:
        with voice.stage("optimise"):
            found = regret(futures)
    except SolverError as error:
        return tell_solver_error(voice, error)
    base = futures[0].scenario
    told = summary(base.name, mark(base), found)
    if found.infeasible:
        voice.say("regret.infeasible", count=len(found.infeasible), names=named(found.infeasible))
    if found.largest_wan_yuan is None:
        nowhere = len(found.infeasible) == len(futures)
        voice.fail(INFEASIBLE, say("regret.nowhere" if nowhere else "regret.no_common", voice.lang), **told)
        return INFEASIBLE
    try:
        with voice.stage("publish"):
            write_regret(told, found, out)
    except FolderError as error:
        voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
        return BAD_INPUT
    _tell(voice, found)
    if told["mark"]:
        voice.say("done.mark", mark=told["mark"])
    voice.say("regret.written", folder=out)
    voice.answer(ok=True, exit_code=OK, folder=str(out), **told)
    return OK


def _tell(voice: Voice, found: "Regret") -> None:
    voice.say("regret.told", largest=found.largest_wan_yuan, mean=found.mean_wan_yuan)
    if not found.is_proven:
        voice.say("regret.unproven")
    for one in found.outlooks:
        if one.regret_wan_yuan is not None:
            best, lost = one.best_wan_yuan, one.regret_wan_yuan
            voice.say("regret.outlook", name=one.name, weight=one.weight, best=best, regret=lost)
    loosest = max(one.open_wan_yuan for one in found.outlooks)
    if loosest >= 1.0:
        voice.say("regret.gap", gap=loosest)
    for verdict in ("commit", "refuse"):
        names = [one.name or one.owner for one in found.choices if one.verdict == verdict]
        if names:
            voice.say(f"regret.{verdict}", count=len(names), names=named(names))
    for choice in found.choices:
        if choice.verdict == "leave_open":
            voice.line(_open_line(voice, choice))


def _open_line(voice: Voice, one: "Choice") -> str:
    """What is to be left open: where it differs, what deciding it now costs, what the common plan has."""
    lang = voice.lang
    wanted = named([name for name, share in one.own.items() if share > 1e-6])
    costs = {
        side: say("regret.unknown", lang)
        if math.isnan(cost)
        else say("regret.impossible", lang)
        if math.isinf(cost)
        else say("regret.cost", lang, cost=cost)
        for side, cost in (("yes", one.if_yes_wan_yuan), ("no", one.if_no_wan_yuan))
    }
    common = say("regret.has" if one.common > 1e-6 else "regret.has_not", lang)
    return say("regret.open", lang, name=one.name or one.owner, wanted=wanted, common=common, **costs)
