"""A fill-in workbook to a scenario: read, judged by all the rules of `check`, every finding with its cell."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dualcontrol.messages import Language, describe, known
from dualcontrol.model.choice_words import label
from dualcontrol.model.layers import TOML
from dualcontrol.model.problems import Problem, ScenarioError
from dualcontrol.model.scenario import Scenario, load
from dualcontrol.model.schema import TABLES
from dualcontrol.model.settings_register import SETTINGS
from dualcontrol.model.tables import PROFILES, table_of
from dualcontrol.register_book import Grid, read_book
from dualcontrol.register_layout import SETTINGS_SHEET, sheets_known, tab
from dualcontrol.register_sheets import Files, Spot, files_of

_FILE_NAME = re.compile(r"((?:power/)?[a-z_]+)\.csv")


@dataclass(frozen=True)
class Imported:
    """What a workbook comes to: the scenario and its files, or the problems because of which there is none."""

    scenario: Scenario | None
    files: Mapping[str, bytes]
    problems: tuple[Spot, ...]
    notes: tuple[Spot, ...]


def read_register(path: Path, name: str = "") -> Imported:
    """Read and judge a fill-in workbook; nothing is written. BookError for a file that is no workbook; OSError.

    name: what the scenario is to be called; it is in no hash.
    """
    return judged(read_book(path), name)


def judged(grids: list[Grid], name: str = "") -> Imported:
    """The same from the sheets."""
    found = files_of(grids)
    problems = [_with_heading(spot, found) for spot in found.problems]
    notes = [_with_heading(spot, found) for spot in found.notes]
    told = {(spot.sheet, spot.row, spot.column) for spot in problems if spot.row is not None}
    scenario = None
    is_readable = not any(
        spot.rule in ("book_no_tables", "sheet_missing", "sheet_headings") for spot in problems
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / (name or "scenario")
        write_into(folder, found.files)
        try:
            scenario = load(folder)
        except ScenarioError as error:
            spots = [_spot(problem, found) for problem in error.problems]
            if is_readable:
                problems += [spot for spot in spots if (spot.sheet, spot.row, spot.column) not in told]
            else:  # what follows from a sheet that could not be read is no finding of its own
                problems += [
                    spot for spot in spots if spot.row is not None and spot.rule != "dangling_reference"
                ]
        else:
            notes += [_spot(note, found) for note in scenario.notes]
    order = [grid.name for grid in grids]
    problems.sort(key=lambda spot: _rank(spot, order))
    return Imported(None if problems else scenario, found.files, tuple(problems), tuple(notes))


def write_into(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, some in subfolders, into a folder that is made for them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _rank(spot: Spot, order: list[str]) -> tuple[int, int, int]:
    place = order.index(spot.sheet) if spot.sheet in order else len(order)
    return place, -1 if spot.row is None else spot.row, -1 if spot.column is None else spot.column


def _spot(problem: Problem, found: Files) -> Spot:
    """A problem of a file as one of the sheet it came from."""
    params = {key: _FILE_NAME.sub(_sheet_of, text) for key, text in problem.params.items()}
    if problem.file == TOML:
        key = problem.column or ""
        _show_labels(params, key.rpartition(".")[2])
        row = found.settings.get(key)
        column = found.columns.get(TOML, {}).get("value")
        sheet = found.sheets.get(TOML, SETTINGS_SHEET)
        heading = f"{SETTINGS[key].zh} {key}" if key in SETTINGS else key
        return Spot(
            sheet, row, column if row is not None else None, problem.value, problem.rule, params, heading
        )
    _show_labels(params, problem.column or "")
    name = table_of(problem.file)
    file = f"{name}.csv"
    sheet = found.sheets.get(file) or (tab(name) if name in TABLES or name == PROFILES else problem.file)
    lines, columns = found.lines.get(file, {}), found.columns.get(file, {})
    if "first_row" in params:
        params["first_row"] = str(lines.get(int(params["first_row"]), 0) + 1)
    row = lines.get(problem.row) if problem.row is not None else None
    column = columns.get(problem.column or "")
    heading = problem.column or ""
    if name in TABLES:
        own = {one.name: one.zh for one in TABLES[name].columns}
        heading = f"{own[heading]} {heading}" if heading in own else heading
        if column is None:
            column = columns.get(TABLES[name].key[0])
    if "position" in params:  # a column without a heading
        column = int(params["position"]) - 1
    return Spot(sheet, row, column if row is not None else None, problem.value, problem.rule, params, heading)


def _with_heading(spot: Spot, found: Files) -> Spot:
    """The same with the heading of its column."""
    for file, sheet in found.sheets.items():
        if sheet == spot.sheet and spot.column is not None:
            if file == TOML:
                key = next((key for key, row in found.settings.items() if row == spot.row), "")
                return replace(spot, heading=f"{SETTINGS[key].zh} {key}" if key else "")
            name = next((n for n, place in found.columns.get(file, {}).items() if place == spot.column), "")
            table = TABLES.get(file.removesuffix(".csv"))
            zh = {column.name: column.zh for column in table.columns} if table else {}
            return replace(spot, heading=f"{zh.get(name, '')} {name}".strip())
    return spot


def _sheet_of(found: re.Match[str]) -> str:
    """The sheet of a file that a sentence names."""
    name = found[1]
    return tab(name) if name in TABLES or name == PROFILES else found[0]


def _show_labels(params: dict[str, str], column: str) -> None:
    """Allowed words as the drop-downs show them."""
    if "choices" in params:
        for key in ("choices", "suggestion"):
            words = params.get(key, "").split(", ")
            params[key] = ", ".join(label(column, word) for word in words if word)


def cell_name(spot: Spot) -> str:
    """`D17`, "" where a finding is about a sheet as a whole."""
    from openpyxl.utils import get_column_letter

    if spot.row is None or spot.column is None:
        return ""
    return f"{get_column_letter(spot.column + 1)}{spot.row + 1}"


def record(spot: Spot, lang: Language) -> dict[str, Any]:
    """A finding as plain values: sheet, cell, column, value, rule, what is wrong, remedy."""
    params = {
        "file": spot.sheet,
        "row": "–" if spot.row is None else spot.row + 1,
        "column": spot.heading or "–",
        "value": spot.value,
        **spot.params,
    }
    remedy = f"remedy.book_{spot.rule}" if known(f"remedy.book_{spot.rule}") else f"remedy.{spot.rule}"
    return {
        "sheet": spot.sheet,
        "cell": cell_name(spot),
        "column": spot.heading,
        "value": spot.value,
        "rule": spot.rule,
        "message": _in_sheets(describe(f"problem.{spot.rule}", lang, params)),
        "remedy": _in_sheets(describe(remedy, lang, params)),
    }


def _in_sheets(sentence: str) -> str:
    """A sentence about files as one about sheets."""
    return _FILE_NAME.sub(_sheet_of, sentence).replace(TOML, SETTINGS_SHEET)


def gathered(notes: tuple[Spot, ...]) -> list[Spot]:
    """Notes of the same rule in one sheet as the first of them, with their count."""
    first: dict[tuple[str, str], Spot] = {}
    counts: dict[tuple[str, str], int] = {}
    for note in notes:
        key = (note.sheet, note.rule)
        first.setdefault(key, note)
        counts[key] = counts.get(key, 0) + 1
    return [
        replace(note, params={**note.params, "count": str(counts[key])})
        if note.rule == "note_formula"
        else note
        for key, note in first.items()
    ]


def is_register(grids: list[Grid]) -> bool:
    """Whether any sheet is one of the fill-in workbook."""
    return any(grid.name in sheets_known() for grid in grids)
