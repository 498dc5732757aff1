"""The work of `dualcontrol seek`: read, understand the wish, try each lever, tell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dualcontrol.console import Voice
from dualcontrol.messages import say
from dualcontrol.work import BAD_INPUT, INFEASIBLE, OK, SOLVER_ERROR, command, read

if TYPE_CHECKING:
    from dualcontrol.model.scenario import Scenario
    from dualcontrol.seek import Found, Now, Wish


@dataclass(frozen=True)
class Asked:
    """The wish as given: a project's id, `UNIT=TCE`, or a value in 万元; one of them."""

    admit: str | None
    quota: str | None
    value: float | None


class _WishError(Exception):
    """The wish cannot be understood: all that is wrong with it, sentence by sentence."""

    def __init__(self, *sentences: str) -> None:
        self.sentences = sentences
        super().__init__(*sentences)


@command
def what_it_takes(
    voice: Voice, folder: Path, asked: Asked, names: Sequence[str], changes: Sequence[str]
) -> int:
    """Each lever's least change under which the wish holds. OK, BAD_INPUT, INFEASIBLE (none does) or SOLVER_ERROR."""
    from dualcontrol.levers import levers
    from dualcontrol.seek import now, seek
    from dualcontrol.solvers.highs import SolverError

    scenario = read(voice, folder, changes)
    try:
        wish, told = _understood(scenario, asked, voice)
    except _WishError as error:
        voice.fail(BAD_INPUT, ("；" if voice.lang == "zh" else "; ").join(error.sentences))
        return BAD_INPUT
    try:
        with voice.stage("optimise"):
            before = now(scenario, wish)
            tried = () if before.holds else levers(scenario, names, asked.admit)
            is_value = asked.value is not None
            found = [seek(scenario, wish, one, is_monotone=is_value) for one in tried]
    except SolverError as error:
        sentence = say("error.solver", voice.lang, detail=str(error))
        voice.fail(SOLVER_ERROR, sentence, say("error.solver_remedy", voice.lang), status="solver_error")
        return SOLVER_ERROR
    answers = [_record(one) for one in found]
    common: dict[str, Any] = {
        "wish": told,
        "holds_already": before.holds,
        "value_wan_yuan": before.value_wan_yuan,
        "answers": answers,
    }
    for one in found:
        _tell(voice, one, before)
    if before.holds:
        voice.say("seek.already", wish=told)
    elif not any(one.amount is not None for one in found):
        for clause in _stopped_by(scenario, asked.admit):
            voice.say("seek.stopped", clause=clause)
        voice.fail(INFEASIBLE, say("seek.nothing", voice.lang, wish=told), **common)
        return INFEASIBLE
    voice.answer(ok=True, exit_code=OK, **common)
    return OK


def _understood(scenario: "Scenario", asked: Asked, voice: Voice) -> tuple["Wish", str]:
    """The wish and its sentence."""
    from dualcontrol.model.problems import nearest
    from dualcontrol.seek import admits, grants, is_worth

    if sum(one is not None for one in (asked.admit, asked.quota, asked.value)) != 1:
        raise _WishError(say("seek.one_wish", voice.lang))
    if asked.value is not None:
        if not math.isfinite(asked.value):
            raise _WishError(say("seek.no_number", voice.lang, text=str(asked.value)))
        return is_worth(asked.value), say("seek.wish_value", voice.lang, value=asked.value)
    table, key = ("projects", "project_id") if asked.admit is not None else ("units", "unit_id")
    owner, sign, amount = (asked.admit or asked.quota or "").partition("=" if asked.admit is None else "\0")
    names = {getattr(row, key): row.name for row in scenario.rows(table)}
    wrong = []
    if owner not in names:
        suggestion = nearest(owner, names) or "–"
        wrong.append(say("seek.unknown", voice.lang, id=owner, table=table, suggestion=suggestion))
    if asked.admit is not None:
        if wrong:
            raise _WishError(*wrong)
        return admits(owner), say("seek.wish_admit", voice.lang, name=names[owner], id=owner)
    try:
        tonnes = float(amount)
    except ValueError:
        tonnes = math.nan
    if not sign or not math.isfinite(tonnes) or tonnes < 0:
        wrong.append(say("seek.no_number", voice.lang, text=asked.quota))
    if wrong:
        raise _WishError(*wrong)
    return grants(owner, tonnes), say("seek.wish_quota", voice.lang, name=names[owner], id=owner, tce=tonnes)


def _stopped_by(scenario: "Scenario", project: str | None) -> list[str]:
    """The clauses of the gates that stop the wished project, whatever tonnes there are."""
    from dualcontrol.model.accounting import account
    from dualcontrol.model.policy import judge

    if project is None:
        return []
    row = next(r for r in scenario.rows("projects") if r.project_id == project)
    later = ["3.2.1b"] if row.start_month > 12 else []
    return [*(gate.clause for gate in judge(account(scenario)).gates_of(project)), *later]


def _record(found: "Found") -> dict[str, object]:
    return {
        "lever": found.lever.name,
        "unit": found.lever.unit,
        "amount": found.amount,
        "misses_at": found.misses_at,
        "most": found.lever.most,
        "changes": found.changes,
        "value_wan_yuan": found.value_wan_yuan,
        "admitted": list(found.admitted),
        "solves": found.solves,
    }


def _tell(voice: Voice, found: "Found", before: "Now") -> None:
    name = say(f"lever.{found.lever.name}", voice.lang)
    scale, unit = (100.0, "%") if found.lever.unit == "share" else (1.0, found.lever.unit)
    if found.amount is None:
        key = "seek.switch_in_vain" if found.lever.is_switch else "seek.not_enough"
        voice.say(key, lever=name, most=scale * found.lever.most, unit=unit)
        return
    figures = {
        "lever": name,
        "amount": scale * found.amount,
        "unit": unit,
        "missed": scale * (found.misses_at or 0.0),
    }
    voice.say("seek.switch" if found.lever.is_switch else "seek.answer", **figures)
    if found.value_wan_yuan is not None and before.value_wan_yuan is not None:
        voice.say(
            "seek.value", value=found.value_wan_yuan, change=found.value_wan_yuan - before.value_wan_yuan
        )
    came = sorted(set(found.admitted) - set(before.admitted))
    went = sorted(set(before.admitted) - set(found.admitted))
    if came or went:
        between = "、" if voice.lang == "zh" else ", "
        voice.say("seek.others", came=between.join(came) or "–", went=between.join(went) or "–")
