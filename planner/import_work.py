"""The work of `dualcontrol import`: a filled-in workbook, or statistical forms, into a scenario folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dualcontrol.console import Voice
from dualcontrol.messages import say
from dualcontrol.work import BAD_INPUT, OK, command

if TYPE_CHECKING:
    from dualcontrol.register_book import Grid
    from dualcontrol.register_sheets import Spot
    from dualcontrol.scenario_folder import Written


@command
def import_workbook(
    voice: Voice,
    path: Path,
    folder: Path,
    *,
    replace: bool = False,
    form: str | None = None,
    unit: str | None = None,
    more: Sequence[Path] = (),
    carriers: Sequence[str] = (),
) -> int:
    """Import a workbook into `folder`. form, unit, more, carriers: for statistical forms. OK or BAD_INPUT."""
    from dualcontrol.form_read import FORMS, recognised
    from dualcontrol.register_import import is_register
    from dualcontrol.scenario_folder import ScenarioFolderError

    if form is not None and form not in FORMS:
        voice.fail(BAD_INPUT, say("import.no_form", voice.lang, form=form, forms=", ".join(FORMS)))
        return BAD_INPUT
    grids = _grids(voice, path)
    if grids is None:
        return BAD_INPUT
    try:
        if form is not None or (not is_register(grids) and recognised(grids)):
            from dualcontrol.form_work import import_forms

            others = [(one, _grids(voice, one)) for one in more]
            if any(read is None for _, read in others):
                return BAD_INPUT
            sources = [(path, grids), *((one, read) for one, read in others if read is not None)]
            return import_forms(
                voice, sources, folder, form=form, unit=unit, carriers=carriers, replace=replace
            )
        return _import_register(voice, path, grids, folder, replace=replace)
    except ScenarioFolderError as error:
        voice.fail(BAD_INPUT, say(error.message, voice.lang, **error.params))
        return BAD_INPUT


def _grids(voice: Voice, path: Path) -> "list[Grid] | None":
    """The sheets of a workbook; None after it has been told why there are none."""
    from dualcontrol.register_book import BookError, read_book
    from dualcontrol.register_import import record
    from dualcontrol.register_sheets import Spot

    try:
        with voice.stage("read"):
            return read_book(path)
    except FileNotFoundError:
        voice.fail(BAD_INPUT, say("import.no_file", voice.lang, file=path))
    except IsADirectoryError:
        voice.fail(BAD_INPUT, say("import.no_file", voice.lang, file=path))
    except BookError as error:
        told = record(Spot(path.name, None, None, "", error.rule, error.params), voice.lang)
        voice.fail(
            BAD_INPUT, say("import.unreadable", voice.lang, file=path, problem=told["message"]),
            say("import.remedy", voice.lang, remedy=told["remedy"]), problems=[told],
        )  # fmt: skip
    return None


def _import_register(voice: Voice, path: Path, grids: "list[Grid]", folder: Path, *, replace: bool) -> int:
    from dualcontrol.model.scenario import ScenarioError, load
    from dualcontrol.register_import import gathered, judged, record
    from dualcontrol.scenario_folder import put

    found = judged(grids, folder.name)
    if found.scenario is None:
        return tell_problems(voice, path, found.problems)
    parent = None
    try:
        before = load(folder) if folder.is_dir() else None
    except ScenarioError:
        before = None
    is_same = before is not None and before.content_hash == found.scenario.content_hash
    if before is not None and not is_same:
        parent = before.settings.inherits
    written = None if is_same else put(folder, found.files, replace=replace)
    rows = sum(len(table) for table in found.scenario.tables.values())
    digest = found.scenario.content_hash
    if written is None:
        voice.say("import.same", folder=folder, digest=digest)
    else:
        voice.say("import.written", folder=folder, rows=rows, digest=digest)
        tell_kept(voice, written)
        if parent:
            voice.say("import.was_child", parent=parent)
    notes = [record(note, voice.lang) for note in gathered(found.notes)]
    for note in notes:
        where = f"{note['sheet']} {note['cell']}".strip()
        voice.say("done.note", place=where, problem=note["message"], remedy=note["remedy"])
    voice.say("import.next", folder=folder, out=Path("out") / folder.name)
    kept = str(written.kept) if written and written.kept else None
    voice.answer(
        ok=True, exit_code=OK, folder=str(folder), rows=rows, content_hash=digest, notes=notes, problems=[],
        changed=written is not None, kept=kept,
    )  # fmt: skip
    return OK


def tell_kept(voice: Voice, written: "Written") -> None:
    """Where the earlier scenario is."""
    if written.kept is not None:
        voice.say("import.kept", kept=written.kept)


def tell_problems(voice: Voice, path: Path, problems: "Sequence[Spot]") -> int:
    """All problems on standard error, and marked in a copy of the workbook. BAD_INPUT."""
    from dualcontrol.register_import import record
    from dualcontrol.register_marks import marked_copy

    told = [record(spot, voice.lang) for spot in problems]
    voice.findings(
        [
            (
                f"{one['sheet']} {one['cell']}".strip(),
                one["column"],
                one["value"],
                one["message"],
                one["remedy"],
            )
            for one in told
        ]
    )
    try:
        copy: Path | None = marked_copy(path, problems)
    except OSError:  # a folder that cannot be written to must not hide the problems
        copy = None
    sentence = say("import.problems", voice.lang, count=len(told))
    remedy = (
        say("import.copy", voice.lang, copy=copy) if copy else say("import.no_copy", voice.lang, file=path)
    )
    voice.fail(BAD_INPUT, sentence, remedy, problems=told, copy=str(copy) if copy else None)
    return BAD_INPUT
