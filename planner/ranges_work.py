"""The work of `dualcontrol ranges`: plan, find the ends of every quota, tell, and write where asked to."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dualcontrol.console import Voice
from dualcontrol.failures import tell_infeasible, tell_solver_error
from dualcontrol.messages import say
from dualcontrol.work import BAD_INPUT, OK, command, read

if TYPE_CHECKING:
    from dualcontrol.quota_ranges import Range


@command
def tell_ranges(voice: Voice, folder: Path, within: float, out: Path | None, changes: Sequence[str]) -> int:
    """Plan, find the ranges, tell, write. OK, BAD_INPUT, INFEASIBLE or SOLVER_ERROR."""
    from dualcontrol.infeasible import Infeasible
    from dualcontrol.power_output import FolderError
    from dualcontrol.quota_ranges import plan_to_range, ranges
    from dualcontrol.ranges_output import as_values, summary, write_ranges
    from dualcontrol.solvers.highs import SolverError

    scenario = read(voice, folder, changes)
    try:
        with voice.stage("optimise"):
            plan = plan_to_range(scenario)
        with voice.stage("ranges"):
            found = ranges(plan, within)
    except Infeasible as error:
        return tell_infeasible(voice, error)
    except SolverError as error:
        return tell_solver_error(voice, error)
    told = summary(scenario, found)
    if out is not None:
        try:
            with voice.stage("publish"):
                write_ranges(scenario, found, out)
        except FolderError as error:
            voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
            return BAD_INPUT
    voice.say("ranges.heading", share=found.within, loss=found.loss_wan_yuan)
    for row in found.rows:
        voice.line(_line(voice, row))
    counts = {name: told[name] for name in ("accounts", "firm", "decisions", "firm_decisions")}
    voice.say("ranges.counts", **counts)
    if told["mark"]:
        voice.say("done.mark", mark=told["mark"])
    if out is not None:
        voice.say("ranges.written", folder=out)
    place = {} if out is None else {"folder": str(out)}
    voice.answer(ok=True, exit_code=OK, **place, **told, ranges=[as_values(row) for row in found.rows])
    return OK


def _line(voice: Voice, row: "Range") -> str:
    """An account in one line: its quota, how far it could differ, and of a project what the opposite costs."""
    lang, name = voice.lang, row.name or row.account.partition(":")[2]
    least, most = (_tonnes(voice, end) for end in (row.least_tce, row.most_tce))
    mark = say("ranges.firm" if row.is_firm else "ranges.loose", lang)
    line = say("ranges.row", lang, mark=mark, name=name, quota=row.quota_tce, least=least, most=most)
    if not row.decision:
        return line
    decision = say(f"decision.{row.decision}", lang)
    if row.opposite_cost_wan_yuan is not None:
        opposite = say("ranges.opposite", lang, cost=row.opposite_cost_wan_yuan)
    else:
        opposite = say(f"ranges.opposite_{row.opposite}", lang)
    return line + say("ranges.decided", lang, decision=decision, opposite=opposite)


def _tonnes(voice: Voice, end: float) -> str:
    return say("ranges.no_end", voice.lang) if end == float("inf") else f"{end:,.0f}"
