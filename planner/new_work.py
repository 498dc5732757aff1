"""The work of `dualcontrol new`: a scenario folder of one's own, from another one."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dualcontrol.console import Voice
from dualcontrol.messages import say
from dualcontrol.work import BAD_INPUT, OK, command

if TYPE_CHECKING:
    from dualcontrol.model.scenario import Scenario

_START = "dalad-2022"


@command
def new_scenario(voice: Voice, folder: Path, wanted: str | None, *, inherits: bool = False) -> int:
    """Make `folder` a copy of a scenario, or (`inherits`) a folder that only says what differs. OK or BAD_INPUT."""
    from dualcontrol.model.scenario import load
    from dualcontrol.scenario_folder import ScenarioFolderError, put, refuse_early
    from dualcontrol.scenario_named import NoScenarioError, scenario_named

    source = wanted or _START
    try:
        refuse_early(folder, replace=False)
        with scenario_named(source) as found:
            if inherits and not Path(source).is_dir():
                # the program's own folder moves with every installation
                voice.fail(BAD_INPUT, say("new.inherits_own", voice.lang, name=source))
                return BAD_INPUT
            scenario = load(found)
            files = _child(found, folder) if inherits else _copy(scenario)
            put(folder, files)
    except NoScenarioError as error:
        voice.fail(BAD_INPUT, say("scenario_named.none", voice.lang, name=source, names=error.names))
        return BAD_INPUT
    except ScenarioFolderError as error:
        voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
        return BAD_INPUT
    digest = load(folder).content_hash
    voice.say("new.inherits" if inherits else "new.copied", folder=folder, source=source)
    voice.say("new.digest", digest=digest)
    voice.say("new.next", folder=folder)
    voice.answer(
        ok=True, exit_code=OK, folder=str(folder), source=source, inherits=inherits, content_hash=digest
    )
    return OK


def _copy(scenario: "Scenario") -> dict[str, bytes]:
    """Every table with rows, whole, and a scenario.toml that explains every key."""
    import tempfile

    from dualcontrol.model.scenario import write
    from dualcontrol.model.settings_register import values_of
    from dualcontrol.scenario_text import commented_toml, own_values

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "scenario"
        write(scenario, folder)
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    values = own_values(values_of(scenario.settings))
    return files | {"scenario.toml": commented_toml(values).encode("utf-8")}


def _child(parent: Path, folder: Path) -> dict[str, bytes]:
    """A scenario.toml that inherits everything and explains every key."""
    from dualcontrol.scenario_text import commented_toml

    try:
        place = Path(os.path.relpath(parent.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        place = parent.resolve().as_posix()
    return {"scenario.toml": commented_toml({}, inherits=place).encode("utf-8")}
