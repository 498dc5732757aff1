"""The work of `dualcontrol template`: the fill-in workbook, empty or filled from a scenario."""

from pathlib import Path

from dualcontrol.console import Voice
from dualcontrol.messages import say
from dualcontrol.register_files import write_new
from dualcontrol.work import BAD_INPUT, OK, command


@command
def write_template(voice: Voice, path: Path, wanted: str | None, *, replace: bool = False) -> int:
    """Write the workbook. An existing file is left alone unless `replace`. OK or BAD_INPUT."""
    from dualcontrol.register_write import TooLongError, register_bytes
    from dualcontrol.scenario_named import NoScenarioError, scenario_named

    if path.suffix.lower() != ".xlsx":
        voice.fail(BAD_INPUT, say("template.ending", voice.lang, file=path))
        return BAD_INPUT
    if path.exists() and not replace:
        voice.fail(BAD_INPUT, say("template.exists", voice.lang, file=path))
        return BAD_INPUT
    try:
        scenario = None
        if wanted is not None:
            with voice.stage("read"), scenario_named(wanted) as folder:
                from dualcontrol.model.scenario import load

                scenario = load(folder)
        content = register_bytes(scenario)
    except NoScenarioError as error:
        voice.fail(BAD_INPUT, say("scenario_named.none", voice.lang, name=wanted, names=error.names))
        return BAD_INPUT
    except TooLongError as error:
        voice.fail(BAD_INPUT, say("template.too_long", voice.lang, place=error.place))
        return BAD_INPUT
    write_new(path, content)
    rows = sum(len(table) for table in scenario.tables.values()) if scenario else 0
    if scenario is None:
        voice.say("template.written_empty", file=path)
    else:
        voice.say("template.written", file=path, rows=rows, scenario=wanted)
    voice.say("template.next", file=path)
    digest = scenario.content_hash if scenario else None
    voice.answer(ok=True, exit_code=OK, file=str(path), rows=rows, content_hash=digest)
    return OK
