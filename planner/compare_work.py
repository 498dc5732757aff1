"""The work of `dualcontrol compare DIR DIR...`: read, lay side by side, tell, write."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dualcontrol.console import Voice
from dualcontrol.messages import say
from dualcontrol.work import BAD_INPUT, OK, command

if TYPE_CHECKING:
    from dualcontrol.compare import Change, Comparison

SHOWN = 12  # changes and inputs told on the console; the folder has all


@command
def compare_plans(voice: Voice, folders: Sequence[Path], out: Path | None) -> int:
    """Compare the first plan with each of the others. OK or BAD_INPUT."""
    from dualcontrol.compare import CompareError, compare, read_published
    from dualcontrol.compare_output import TABLES, rows_of, write_comparison
    from dualcontrol.power_output import FolderError

    if len(folders) < 2:
        voice.fail(BAD_INPUT, say("compare.two", voice.lang))
        return BAD_INPUT
    plans, wrong = [], []
    for folder in folders:
        try:
            plans.append(read_published(folder))
        except CompareError as error:
            wrong.append(say(error.message, voice.lang, **error.params))
    if wrong:
        voice.fail(BAD_INPUT, ("；" if voice.lang == "zh" else "; ").join(wrong))
        return BAD_INPUT
    found = [compare(plans[0], plan) for plan in plans[1:]]
    try:
        if out is not None:
            with voice.stage("publish"):
                write_comparison(found, out)
    except FolderError as error:
        voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
        return BAD_INPUT
    for one in found:
        _tell(voice, one)
    if out is not None:
        voice.say("compare.written", folder=out)
    tables = {
        name: [dict(zip(TABLES[name], row, strict=True)) for one in found for row in rows_of(one)[name]]
        for name in TABLES
    }
    voice.answer(ok=True, exit_code=OK, before=str(folders[0]), folder=str(out) if out else None, **tables)
    return OK


def _tell(voice: Voice, found: "Comparison") -> None:
    voice.say("compare.head", before=found.before.folder, after=found.after.folder)
    for figure, (old, new) in found.totals.items():
        if old is not None and new is not None and old != new:
            name = say(f"compare_figure.{figure}", voice.lang)
            scale = 100 if figure == "intensity_reduction" else 1
            voice.say(
                "compare.total",
                figure=name,
                before=scale * old,
                after=scale * new,
                change=scale * (new - old),
            )
    for change in found.changes[:SHOWN]:
        voice.line(_told(change, voice))
    if not found.changes:
        voice.say("compare.same")
    if len(found.changes) > SHOWN:
        voice.say("compare.more", count=len(found.changes) - SHOWN)
    for one in found.inputs[:SHOWN]:
        voice.say("compare.input", place=one.place, before=one.before or "–", after=one.after or "–")
    if len(found.inputs) > SHOWN:
        voice.say("compare.more_inputs", count=len(found.inputs) - SHOWN)


def _told(change: "Change", voice: Voice) -> str:
    """One account: decision where it changed, tonnes, the clauses that moved them."""
    was, becomes = (change.before or ("",))[0], (change.after or ("",))[0]
    decision = ""
    if was != becomes:
        words = [say(f"decision.{word}", voice.lang) if word else "–" for word in (was, becomes)]
        decision = say("compare.decision", voice.lang, before=words[0], after=words[1])
    causes = [f"{c.clause} {say(f'note.{c.note}', voice.lang)} {c.change_tce:+,d}" for c in change.causes]
    return say(
        "compare.change_line", voice.lang, name=change.name or change.account, account=change.account,
        decision=decision,
        before=change.before_tce or 0, after=change.after_tce or 0, change=change.change_tce,
        causes=("；" if voice.lang == "zh" else "; ").join(causes),
    )  # fmt: skip
