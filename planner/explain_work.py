"""The work of `dualcontrol explain`: why a scenario has no plan, or why a plan gives an account what it gives."""

from collections.abc import Sequence
from pathlib import Path

from dualcontrol.console import Voice
from dualcontrol.messages import known, say
from dualcontrol.work import BAD_INPUT, INFEASIBLE, OK, SOLVER_ERROR, command, read


@command
def explain_scenario(voice: Voice, folder: Path, changes: Sequence[str]) -> int:
    """Tell why a scenario has no plan. OK where it has one, BAD_INPUT, INFEASIBLE, SOLVER_ERROR (opinions differ)."""
    if (folder / "summary.json").is_file() and not (folder / "scenario.toml").exists():
        voice.fail(BAD_INPUT, say("explain.is_result", voice.lang, folder=folder))
        return BAD_INPUT
    scenario = read(voice, folder, changes)
    from dualcontrol.explain import explanation
    from dualcontrol.explain_told import lines
    from dualcontrol.solvers.highs import SolverError

    try:
        with voice.stage("explain"):
            found = explanation(scenario)
    except SolverError as error:
        detail = say(f"status.{error}", voice.lang) if known(f"status.{error}") else str(error)
        sentence = say("error.solver", voice.lang, detail=detail)
        voice.fail(SOLVER_ERROR, sentence, say("error.solver_remedy", voice.lang), status="solver_error")
        return SOLVER_ERROR
    told = found.as_dict()
    if found.value_wan_yuan is not None:
        voice.say("explain.feasible", value=told["value_wan_yuan"])
        voice.answer(ok=True, exit_code=OK, scenario=scenario.name, **told)
        return OK
    sentences = list(lines(found, voice.lang))
    if found.differ:
        voice.fail(SOLVER_ERROR, say("explain.differ", voice.lang), sentences[0], **told)
        return SOLVER_ERROR
    for line in sentences:
        voice.line(line)
    headline = say("explain.infeasible", voice.lang)
    voice.fail(INFEASIBLE, headline, scenario=scenario.name, told=sentences, **told)
    return INFEASIBLE
