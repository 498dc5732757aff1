"""The work of `dualcontrol diff A B`: read both, tell what differs, write it."""

from pathlib import Path

from dualcontrol.console import Voice
from dualcontrol.messages import say
from dualcontrol.work import BAD_INPUT, OK, command

SHOWN = 60  # differences told on the console; the file has all
_HELD = "differences.csv"


@command
def diff_scenarios(voice: Voice, first: str, second: str, out: Path | None) -> int:
    """Tell how two scenarios differ. out: a folder for the table. OK or BAD_INPUT."""
    from dualcontrol.diff import HEADINGS, differences, record, told
    from dualcontrol.model.scenario import load
    from dualcontrol.out_folder import csv_bytes, put
    from dualcontrol.power_output import FolderError
    from dualcontrol.scenario_named import NoScenarioError, scenario_named
    from dualcontrol.tables import number_text, plain_text

    wanted = first
    try:
        with voice.stage("read"):
            with scenario_named(first) as folder:
                before = load(folder)
            wanted = second
            with scenario_named(second) as folder:
                after = load(folder)
    except NoScenarioError as error:
        voice.fail(BAD_INPUT, say("scenario_named.none", voice.lang, name=wanted, names=error.names))
        return BAD_INPUT
    found = differences(before, after)
    records = [record(one) for one in found]
    if out is not None:
        cells = [
            [
                "" if v is None else number_text(v, 6) if isinstance(v, float) else plain_text(str(v))
                for v in r.values()
            ]
            for r in records
        ]
        try:
            put(out, {_HELD: csv_bytes([HEADINGS, *cells])})
        except FolderError as error:
            voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
            return BAD_INPUT
    same = before.content_hash == after.content_hash
    voice.say(
        "diff.same" if same else "diff.head",
        before=first,
        after=second,
        **({} if same else {"count": len(found)}),
    )
    for one in found[:SHOWN]:
        voice.line(told(one, voice.lang))
    if len(found) > SHOWN:
        voice.say("diff.more", count=len(found) - SHOWN)
    if out is not None:
        voice.say("diff.written", file=out / _HELD)
    voice.answer(
        ok=True, exit_code=OK, before=first, after=second, before_hash=before.content_hash,
        after_hash=after.content_hash, same=same, differences=records, folder=str(out) if out else None,
    )  # fmt: skip
    return OK
