"""The work of `dualcontrol explain DIR --unit | --project`: why an account of a published plan got what it got."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from dualcontrol.console import Voice
from dualcontrol.messages import Language, say
from dualcontrol.work import BAD_INPUT, OK, SOLVER_ERROR, command

if TYPE_CHECKING:
    from dualcontrol.explain_account import Account, Held
    from dualcontrol.explain_threshold import Threshold


@command
def explain_account(voice: Voice, folder: Path, kind: str, owner: str) -> int:
    """Tell why a unit or project of a result has its quota. OK, BAD_INPUT or SOLVER_ERROR."""
    from dualcontrol.explain_account import NoResultError, UnknownAccountError, account_of
    from dualcontrol.publish import recover
    from dualcontrol.solvers.highs import SolverError

    recover(folder)
    try:
        with voice.stage("optimise"):
            found = account_of(folder, kind, owner)
    except NoResultError:
        voice.fail(BAD_INPUT, say("explain.no_result", voice.lang, folder=folder))
        return BAD_INPUT
    except UnknownAccountError as error:
        sentence = say(f"explain.unknown_{kind}", voice.lang, id=owner, nearest=error.suggestion)
        voice.fail(BAD_INPUT, sentence, nearest=error.suggestion)
        return BAD_INPUT
    except SolverError as error:
        sentence = say("error.solver", voice.lang, detail=str(error))
        voice.fail(SOLVER_ERROR, sentence, say("error.solver_remedy", voice.lang), status="solver_error")
        return SOLVER_ERROR
    sentences = list(_lines(found, voice.lang))
    for line in sentences:
        voice.line(line)
    voice.answer(ok=True, exit_code=OK, folder=str(folder), told=sentences, **asdict(found))
    return OK


def _lines(found: "Account", lang: Language) -> Iterator[str]:
    decision = say(f"decision.{found.decision}", lang) if found.decision else ""
    title = "explain.account_project" if found.kind == "project" else "explain.account_unit"
    yield say(title, lang, name=found.name, id=found.id, quota=found.quota_tce, decision=decision)
    if found.is_typical:
        yield say("explain.typical", lang)
    if found.entries:
        yield say("explain.entries", lang)
    for entry in found.entries:
        yield "  " + say("explain.entry", lang, note=say(f"note.{entry.note}", lang), tce=entry.tce,
                         clause=entry.clause, balance=entry.balance)  # fmt: skip
    yield say("explain.reason", lang, reason=found.reason_zh if lang == "zh" else found.reason_en)
    yield say("explain.held" if found.held else "explain.not_held", lang)
    for held in found.held:
        yield "  " + _held(held, lang)
    if found.quota_again_tce != found.quota_tce:
        yield say("explain.again", lang, quota=found.quota_again_tce)
    yield from _unit(found, lang)
    if found.threshold is not None:
        yield _threshold(found.threshold, found, lang)


def _held(held: "Held", lang: Language) -> str:
    what = say(f"constraint.{held.name}", lang)
    if held.price_left is None and held.price_right is None:
        return say("explain.held_unpriced", lang, what=what, clause=held.clause)
    price = max(held.price_left or 0.0, held.price_right or 0.0)
    return say("explain.held_priced", lang, what=what, clause=held.clause, price=price, unit=held.price_unit)


def _unit(found: "Account", lang: Language) -> Iterator[str]:
    if found.worth_wan_yuan_per_tce is not None:
        yield say("explain.worth_tonne", lang, worth=found.worth_wan_yuan_per_tce)
    if found.pool_more_tce is not None and found.with_more_tce is not None:
        change = found.with_more_tce - found.quota_again_tce
        yield say(
            "explain.more_pool", lang, more=found.pool_more_tce, quota=found.with_more_tce, change=change
        )


def _threshold(known: "Threshold", found: "Account", lang: Language) -> str:
    """What would change the decision on a project."""
    if known.outcome == "gated":
        gates = [
            f"{say(f'reason.{reason}', lang)}{'（' if lang == 'zh' else ' ('}{clause}{'）' if lang == 'zh' else ')'}"
            for clause, reason in found.gates
        ]
        return say("explain.gated", lang, gates=("；" if lang == "zh" else "; ").join(gates))
    if known.outcome != "value":
        return say(f"explain.threshold_{known.outcome}", lang, cost=known.cost_wan_yuan or 0.0)
    message = "explain.threshold_share" if known.share is not None else "explain.threshold_value"
    text = say(
        message,
        lang,
        percent=f"{100 * (known.share or 0.0):.6g}",
        old=known.old_wan_yuan,
        new=known.new_wan_yuan,
        cost=known.cost_wan_yuan,
    )
    return text + say("explain.verified" if known.is_verified else "explain.not_verified", lang)
