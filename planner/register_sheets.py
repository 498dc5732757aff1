"""The sheets of a fill-in workbook as the files of a scenario, and the way back from a line of a file to a cell.

The files are then read and judged like any scenario, so that a workbook obeys the same rules as a folder. What only a
workbook can have (merged cells, dates that were ids, formulas nobody computed) is told here.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dualcontrol.model.cells import Fault, number, written
from dualcontrol.model.choice_words import word_of
from dualcontrol.model.columns import Column
from dualcontrol.model.layers import TOML
from dualcontrol.model.problems import nearest, shorten
from dualcontrol.model.profiles import HOUR
from dualcontrol.model.schema import TABLES
from dualcontrol.model.settings_register import SETTINGS, Setting
from dualcontrol.model.tables import PROFILES
from dualcontrol.register_book import Cell, Grid
from dualcontrol.register_layout import OWN_SHEETS, SETTINGS_SHEET, sheets_known, tab, unit_of
from dualcontrol.scenario_text import commented_toml
from dualcontrol.tables import csv_line

_SEARCHED = 30  # rows in which the headings are looked for
_EXACT = 10.0**15  # beyond it a spreadsheet program has lost digits
_PLAIN = Column("", "text", "", "")
_NUMBER = Column("", "number", "", "")


@dataclass(frozen=True)
class Spot:
    """One finding: sheet, row and column from 0 (None: the sheet as a whole), value, rule and its parameters."""

    sheet: str
    row: int | None
    column: int | None
    value: str
    rule: str
    params: Mapping[str, str] = field(default_factory=dict)
    heading: str = ""


@dataclass
class Files:
    """What a workbook comes to: the files of a scenario, what was found, and where each cell came from.

    lines: file -> line of the file (from 1) -> row of the sheet; columns: file -> name -> column of the sheet; sheets:
    file -> sheet. `settings`: dotted key -> row of its value.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[Spot] = field(default_factory=list)
    notes: list[Spot] = field(default_factory=list)
    sheets: dict[str, str] = field(default_factory=dict)
    lines: dict[str, dict[int, int]] = field(default_factory=dict)
    columns: dict[str, dict[str, int]] = field(default_factory=dict)
    settings: dict[str, int] = field(default_factory=dict)

    def tell(
        self, sheet: str, row: int | None, column: int | None, value: Any, rule: str, **params: str
    ) -> None:
        """Record a finding; a rule that starts with `note_` is a remark."""
        found = self.notes if rule.startswith("note_") else self.problems
        found.append(Spot(sheet, row, column, shorten(value), rule, params))


def files_of(grids: list[Grid]) -> Files:
    """The scenario in the sheets of a workbook. Sheets that are no table are passed over and told."""
    found, known = Files(), sheets_known()
    taken: dict[str, Grid] = {}
    for grid in grids:
        if grid.name in OWN_SHEETS:
            continue
        name = known.get(grid.name.strip())
        if name is None:
            _tell_unknown(grid, known, taken, found)
        elif name in taken:
            found.tell(grid.name, None, None, "", "sheet_twice", other=taken[name].name)
        else:
            taken[name] = grid
    absent = [tab(name) for name in TABLES if name not in taken]
    if absent and taken:
        sheets = "、".join(absent[:6]) + (" …" if len(absent) > 6 else "")
        found.tell("–", None, None, "", "note_sheets_absent", count=str(len(absent)), sheets=sheets)
    if not any(name in TABLES for name in taken):
        found.tell("–", None, None, "", "book_no_tables")
        return found
    if "settings" in taken:
        _settings(taken["settings"], found)
    else:
        found.tell(SETTINGS_SHEET, None, None, "", "sheet_missing")
    for name, grid in taken.items():
        if name != "settings":
            _table(name, grid, found)
    return found


def _tell_unknown(grid: Grid, known: Mapping[str, str], taken: Mapping[str, Grid], found: Files) -> None:
    """A sheet of the planner's own is passed over; one that looks like a table under a wrong name is a problem."""
    if not grid.cells:
        return
    looks_like = [name for name in TABLES if name not in taken and _headings(grid, name) is not None]
    close = nearest(grid.name, known)
    if looks_like:
        found.tell(grid.name, None, None, "", "sheet_unknown", suggestion=tab(looks_like[0]))
    elif "," not in close:
        found.tell(grid.name, None, None, "", "sheet_unknown", suggestion=close)
    else:
        found.tell(grid.name, None, None, "", "note_sheet_passed_over")


def _headings(grid: Grid, name: str) -> tuple[int, dict[int, str]] | None:
    """The row of the headings and the name of each column; by column names, else by Chinese headings.

    A heading that is not known stays as it is, for the reader to tell.
    """
    if name == PROFILES:
        for row in sorted(grid.cells)[:_SEARCHED]:
            texts = {place: grid.text(row, place) for place in grid.cells[row]}
            if HOUR in texts.values():
                return row, texts
        return None
    table = TABLES[name]
    chinese = {column.zh: column.name for column in table.columns}
    names = {column.name for column in table.columns}
    for words in (names, set(chinese)):  # Chinese headings count only where the row of column names is gone
        best: tuple[int, int, dict[int, str]] | None = None
        for row in sorted(grid.cells)[:_SEARCHED]:
            texts = {place: grid.text(row, place) for place in grid.cells[row]}
            said = texts if words is names else {p: t.rstrip("*＊ ") for p, t in texts.items()}
            meant = said if words is names else {p: chinese.get(t, t) for p, t in said.items()}
            count = len(words & set(said.values()))
            if set(table.key) <= set(meant.values()) and (best is None or count > best[0]):
                best = (count, row, meant)
        if best is not None:
            return best[1], best[2]
    return None


def _is_heading(grid: Grid, row: int, names: Mapping[int, str], columns: Mapping[str, Column]) -> bool:
    """Whether a row below the headings is one of the template's own, left over when another was deleted."""
    own = [(grid.text(row, place), columns[name]) for place, name in names.items() if name in columns]
    return sum(bool(text) and text in (column.en, unit_of(column)) for text, column in own) > 1


def _table(name: str, grid: Grid, found: Files) -> None:
    """Add the file of a table: a line per row that holds anything."""
    file = f"{name}.csv"
    found.sheets[file] = grid.name
    headings = _headings(grid, name)
    if headings is None:
        if grid.cells:
            keys = HOUR if name == PROFILES else ", ".join(TABLES[name].key)
            found.tell(grid.name, None, None, "", "sheet_headings", keys=keys)
        return
    top, names = headings
    rows = [row for row in sorted(grid.cells) if row > top]
    _tell_merged(grid, top, found)
    if not rows or (name == PROFILES and len(names) == 1):
        return
    columns = {} if name == PROFILES else {column.name: column for column in TABLES[name].columns}
    rows = [row for row in rows if not _is_heading(grid, row, names, columns)]
    used = {place for row in rows for place in grid.cells[row]}
    last = max((*used, *names))
    # an optional column without a cell is left out; a required one must be there, or it would be told as missing
    kept = [
        place
        for place in range(last + 1)
        if place in used
        or (place in names and (names[place] not in columns or columns[names[place]].required))
    ]
    places = {place: names.get(place, "") for place in (range(last + 1) if _has_stray(used, names) else kept)}
    lines = [csv_line([text.replace("\n", " ") for text in places.values()])]
    found.lines[file] = {1: top}
    found.columns[file] = {text: place for place, text in reversed(places.items()) if text}
    start = 2
    for row in rows:
        cells = [
            _text(grid, row, place, columns.get(text, _PLAIN if name != PROFILES else _NUMBER), found)
            for place, text in places.items()
        ]
        if any(cell.strip() for cell in cells):
            found.lines[file][start] = row
            lines.append(csv_line(cells))
            start += lines[-1].count("\n")  # a cell with a line break takes several lines
    if len(lines) > 1:
        found.files[file] = "".join(lines).encode("utf-8-sig")


def _has_stray(used: set[int], names: Mapping[int, str]) -> bool:
    """Whether a column without a heading holds something: then positions must stay as they are in the sheet."""
    return any(not names.get(place) for place in used)


def _tell_merged(grid: Grid, top: int, found: Files) -> None:
    """Merged cells below the headings: only their first cell holds the value, the others would be empty."""
    for first, left, last, right in grid.merged:
        if last > top and (first, left) != (last, right):
            value = grid.text(first, left)
            found.tell(
                grid.name,
                first,
                left,
                value,
                "cells_merged",
                count=str((last - first + 1) * (right - left + 1)),
            )


def _text(grid: Grid, row: int, place: int, column: Column, found: Files) -> str:
    """A cell as the text that a file would have."""
    cell = grid.cells.get(row, {}).get(place)
    if cell is None:
        return ""
    if cell.is_formula:
        if cell.value is None:
            found.tell(grid.name, row, place, "", "formula_not_computed")
            return ""
        if not cell.is_error:
            found.tell(grid.name, row, place, cell.value, "note_formula")
    text = _as_text(cell, column)
    if isinstance(text, Fault):
        is_number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
        shown = written(float(cell.value)) if is_number else cell.value  # not 9.1e+17
        found.tell(grid.name, row, place, shown, text.rule, **text.params)
        return str(cell.value)
    if column.kind == "choice":
        return word_of(column.name, column.choices, text)
    return text.strip()


def _as_text(cell: Cell, column: Column) -> str | Fault:
    value = cell.value
    if isinstance(value, bool):
        return ("1" if value else "0") if column.kind in ("flag", "number", "integer") else str(value).upper()
    if isinstance(value, int | float):
        if column.kind in ("number", "integer", "flag", "date"):
            return written(float(value))
        if abs(value) >= _EXACT:
            return Fault("digits_lost")
        return written(float(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ") if column.kind == "date" else Fault("date_cell")
    if isinstance(value, dt.date):
        return value.isoformat() if column.kind == "date" else Fault("date_cell")
    if isinstance(value, dt.time | dt.timedelta):
        return Fault("date_cell")
    return str(value)


def _settings(grid: Grid, found: Files) -> None:
    """Add scenario.toml from the sheet of settings."""
    found.sheets[TOML] = grid.name
    places: dict[str, int] = {}
    top = -1
    for row in sorted(grid.cells)[:_SEARCHED]:
        texts = {grid.text(row, place): place for place in sorted(grid.cells[row], reverse=True)}
        if {"key", "value"} <= set(texts):
            top, places = row, texts
            break
    if not places:
        found.tell(grid.name, None, None, "", "sheet_headings", keys="key, value")
        return
    values: dict[str, Any] = {}
    for row in (row for row in sorted(grid.cells) if row > top):
        key = grid.text(row, places["key"])
        cell = grid.cells[row].get(places["value"])
        if not key:
            if cell is not None and cell.value is not None:
                found.tell(grid.name, row, places["value"], cell.value, "setting_without_key")
        elif key not in SETTINGS:
            found.tell(
                grid.name, row, places["key"], key, "unknown_setting", suggestion=nearest(key, SETTINGS)
            )
        elif key in found.settings:
            found.tell(
                grid.name, row, places["key"], key, "setting_twice", first_row=str(found.settings[key] + 1)
            )
        else:
            found.settings[key] = row
            values[key] = _setting(grid, row, places["value"], SETTINGS[key], found)
    found.columns[TOML] = {"value": places["value"], "key": places["key"]}
    found.files[TOML] = commented_toml(values).encode("utf-8")


def _setting(grid: Grid, row: int, place: int, setting: Setting, found: Files) -> Any:
    """The value of a setting as scenario.toml has it; what cannot be read stays text, for the settings to judge."""
    cell = grid.cells.get(row, {}).get(place)
    if cell is None:
        return None
    if setting.kind == "text" and isinstance(cell.value, str) and not cell.is_error and not cell.is_formula:
        return "" if cell.value == '""' else cell.value
    if cell.is_error:
        found.tell(grid.name, row, place, cell.value, "spreadsheet_error")
        return None
    name = setting.key.rpartition(".")[2]
    kind = {"flag": "flag", "choice": "choice", "date": "date", "text": "text"}.get(setting.kind, "number")
    before = len(found.problems)
    text = _text(grid, row, place, Column(name, kind, "", "", choices=setting.choices), found)  # type: ignore[arg-type]
    if len(found.problems) > before or not text:
        return None
    if setting.kind == "flag":
        return {"1": True, "是": True, "true": True, "0": False, "否": False, "false": False}.get(
            text.lower(), text
        )
    if setting.kind in ("numbers", "texts"):
        for mark in ("；", "、", "，", ","):
            text = text.replace(mark, ";")
        parts = [part.strip() for part in text.split(";") if part.strip() and part.strip() != '""']
        return tuple(parts) if setting.kind == "texts" else tuple(map(_as_number, parts))
    if setting.kind == "integer":
        value = _as_number(text)
        return int(value) if isinstance(value, float) and value.is_integer() else value
    if setting.kind == "date":
        return _day(text)
    return _as_number(text) if setting.kind == "number" else text


def _as_number(text: str) -> float | str:
    value = number(text)
    return value if isinstance(value, float) else text


def _day(text: str) -> dt.date | str:
    from dualcontrol.model.cells import iso_date

    day = iso_date(text)
    return day if isinstance(day, dt.date) else text
