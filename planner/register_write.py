"""The fill-in workbook: every table of a scenario as a sheet that says what it wants, empty or filled from a scenario.

Text is written as text and never becomes a formula or a link; the only links are the guide's, within the workbook.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter

from dualcontrol.messages import say
from dualcontrol.model.columns import Column, Table
from dualcontrol.model.schema import TABLES
from dualcontrol.register_guide import write_guide, write_settings
from dualcontrol.register_layout import (
    CHINESE_ROW,
    ENGLISH_ROW,
    FIRST_ROW,
    LISTS,
    NAME_ROW,
    NO,
    ROWS,
    SERIES_SHEET,
    TITLE_ROW,
    UNIT_ROW,
    YES,
    cell_of,
    domain,
    number_cell,
    tab,
    unit_of,
)
from dualcontrol.register_style import Styles, back_link, comment, protect, put_text

if TYPE_CHECKING:
    import pandas as pd

    from dualcontrol.model.scenario import Scenario

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_LONGEST_LIST = 250  # characters of a drop-down written out; longer ones stand in the sheet of lists
_WIDTHS = {"id": 18, "ref": 18, "text": 18, "number": 14, "integer": 11, "flag": 10, "choice": 18, "date": 13}
_WIDE = {
    "name": 30,
    "source": 34,
    "derivation": 40,
    "boundary": 30,
    "document": 26,
    "reason": 26,
    "question": 30,
}
_COLOURS = {"required": "#1F3864", "optional": "#2E75B6", "filled": "#00703C"}


class TooLongError(Exception):
    """A text that no cell can hold. `place` is the sheet and the column."""

    def __init__(self, place: str) -> None:
        self.place = place
        super().__init__(place)


def register_bytes(scenario: "Scenario | None") -> bytes:
    """The workbook, filled from `scenario` where there is one; the same scenario gives the same bytes.

    TooLongError for a text beyond 32,767 characters.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    as_of = scenario.settings.as_of if scenario else date(2022, 1, 1)
    book.set_properties(
        {"title": say("register.title", "zh"), "created": datetime(as_of.year, as_of.month, as_of.day)}  # noqa: DTZ001
    )
    styles = Styles(book)
    filled = {name: len(scenario.tables[name]) if scenario else 0 for name in TABLES}
    write_guide(book, styles, scenario, filled)
    write_settings(book, styles, scenario)
    sheets = [(table, book.add_worksheet(tab(table.name))) for table in TABLES.values()]
    series = book.add_worksheet(SERIES_SHEET)
    lists = _Lists(book, styles)
    for table, sheet in sheets:
        frame = scenario.tables[table.name] if scenario else None
        _write_table(sheet, styles, lists, table, frame)
        for column in table.columns:
            if len(column.refers_to) > 1 and scenario is not None:
                lists.several(sheet, table, column, scenario)
    _write_series(series, styles, scenario)
    lists.sheet.hide()
    book.close()
    return out.getvalue()


class _Lists:
    """The hidden sheet of drop-downs that are too long to be written out, or that join ids of several tables."""

    def __init__(self, book: Any, styles: Styles) -> None:
        self.sheet, self.styles = book.add_worksheet(LISTS), styles
        self._places: dict[tuple[str, ...], str] = {}
        protect(self.sheet)

    def source(self, words: Sequence[str]) -> Sequence[str] | str:
        """The words themselves where a drop-down can hold them, else a reference to where they stand."""
        if sum(len(word) + 1 for word in words) <= _LONGEST_LIST:
            return words
        key = tuple(words)
        if key not in self._places:
            from xlsxwriter.utility import xl_col_to_name

            place = len(self._places)
            for row, word in enumerate(words):
                put_text(self.sheet, row, place, word, self.styles["text"])
            name = xl_col_to_name(place)
            self._places[key] = f"='{LISTS}'!${name}$1:${name}${len(words)}"
        return self._places[key]

    def several(self, sheet: Any, table: Table, column: Column, scenario: "Scenario") -> None:
        """Ids of several tables, as they are in the scenario; others may be typed in, the import checks them."""
        ids = [
            str(value)
            for name in column.refers_to
            for value in scenario.tables[name][TABLES[name].key[0]].tolist()
        ]
        if not ids:
            return
        place = [c.name for c in table.columns].index(column.name)
        source = self.source(ids)
        rules = {"validate": "list", "source": source, "show_error": False}
        sheet.data_validation(FIRST_ROW, place, FIRST_ROW + ROWS, place, rules)


def _write_table(
    sheet: Any, styles: Styles, lists: _Lists, table: Table, frame: "pd.DataFrame | None"
) -> None:
    rows = 0 if frame is None else len(frame)
    has_required = table.name in ("sectors", "carriers", "units", "unit_energy")
    sheet.set_tab_color(_COLOURS["filled" if rows else "required" if has_required else "optional"])
    sheet.write_string(TITLE_ROW, 0, f"{table.zh}  {table.en}", styles["title"])
    back_link(sheet, styles, TITLE_ROW, 2)
    for place, column in enumerate(table.columns):
        _write_heading(sheet, styles, place, column, is_key=column.name in table.key)
        cell = styles[_style(column)]
        sheet.set_column(place, place, _width(column), cell)
        _add_rules(sheet, lists, place, column)
        if frame is not None:
            for row, value in enumerate(frame[column.name].tolist(), start=FIRST_ROW):
                _put(sheet, row, place, cell_of(column, value), cell, f"{tab(table.name)} {column.name}")
    _finish(sheet, len(table.columns), frozen=1)


def _write_heading(sheet: Any, styles: Styles, place: int, column: Column, *, is_key: bool) -> None:
    head = styles["must" if column.required else "may"]
    put_text(sheet, CHINESE_ROW, place, f"{column.zh}{' *' if column.required else ''}", head)
    put_text(sheet, ENGLISH_ROW, place, column.en, styles["english"])
    put_text(sheet, UNIT_ROW, place, unit_of(column), styles["unit"])
    put_text(sheet, NAME_ROW, place, column.name, styles["name"])
    told = [f"{column.zh}  {column.name}", column.en]
    if column.unit:
        told.append(say("register.note_unit", "zh", unit=column.unit))
    if domain(column):
        told.append(say("register.note_domain", "zh", domain=domain(column, "\n  ")))
    if column.required:
        told.append(say("register.note_required", "zh"))
    elif column.default not in (None, ""):
        default = cell_of(column, column.default)
        told.append(say("register.note_default", "zh", default=default))
    if is_key:
        told.append(say("register.note_key", "zh"))
    comment(sheet, CHINESE_ROW, place, told)


def _style(column: Column) -> str:
    if column.kind in ("number", "integer"):
        return "number"
    return "date" if column.kind == "date" else "text"


def _width(column: Column) -> float:
    return _WIDE.get(column.name, max(_WIDTHS[column.kind], 2 * len(column.zh) + 4))


def _add_rules(sheet: Any, lists: _Lists, place: int, column: Column) -> None:
    """Drop-downs and bounds. They help while typing; what was pasted is judged by the import."""
    stop = {"error_title": say("register.stop_title", "zh"), "error_message": say("register.stop", "zh")}
    rules: dict[str, Any] | None = None
    if column.kind == "choice":
        words = [str(cell_of(column, word)) for word in column.choices]
        rules = {"validate": "list", "source": lists.source(words), **stop}
    elif column.kind == "flag":
        rules = {"validate": "list", "source": [YES, NO], **stop}
    elif len(column.refers_to) == 1:
        name = column.refers_to[0]
        first, last = FIRST_ROW + 1, FIRST_ROW + ROWS
        area = f"'{tab(name)}'!$A${first}:$A${last}"
        source = f"=OFFSET('{tab(name)}'!$A${first},0,0,MAX(1,COUNTA({area})),1)"
        rules = {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_title": stop["error_title"],
            "error_message": say("register.warn_id", "zh", sheet=tab(name)),
        }
    elif column.kind in ("number", "integer") and (column.minimum, column.maximum) != (None, None):
        kind = "integer" if column.kind == "integer" else "decimal"
        low, high = column.minimum, column.maximum
        if low is not None and high is not None:
            rules = {"validate": kind, "criteria": "between", "minimum": low, "maximum": high, **stop}
        elif low is not None:
            rules = {"validate": kind, "criteria": ">=", "value": low, **stop}
        else:
            rules = {"validate": kind, "criteria": "<=", "value": high, **stop}
    if rules is not None:
        sheet.data_validation(FIRST_ROW, place, FIRST_ROW + ROWS, place, rules)


def _put(sheet: Any, row: int, place: int, value: Any, style: Any, where: str) -> None:
    if value is None:
        return
    if isinstance(value, str):
        if put_text(sheet, row, place, value, style) < 0:
            raise TooLongError(where)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001
    else:
        sheet.write_number(row, place, value, style)


def _finish(sheet: Any, columns: int, frozen: int) -> None:
    sheet.set_row(TITLE_ROW, 24)
    sheet.set_row(CHINESE_ROW, 32)
    sheet.set_row(ENGLISH_ROW, 44)
    sheet.set_row(NAME_ROW, 15)
    sheet.freeze_panes(FIRST_ROW, frozen)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_print_scale(70)  # as many pages side by side as it takes: 40 columns on one cannot be read
    sheet.repeat_rows(CHINESE_ROW, NAME_ROW)
    sheet.repeat_columns(0, 1 if columns > 6 else 0)
    sheet.hide_gridlines(0)
    protect(sheet)


def _write_series(sheet: Any, styles: Styles, scenario: "Scenario | None") -> None:
    """The hourly series: a column per profile, hour by hour; the headings are free, they are the profiles' ids."""
    names: Mapping[str, str] = {}
    if scenario is not None:
        table = scenario.tables["power/profile_names"]
        names = dict(zip(table["profile_id"].tolist(), table["name"].tolist(), strict=True))
    sheet.write_string(TITLE_ROW, 0, say("register.series", "zh"), styles["title"])
    back_link(sheet, styles, TITLE_ROW, 4)
    sheet.write_string(CHINESE_ROW, 0, "小时", styles["must"])
    sheet.write_string(ENGLISH_ROW, 0, "hour, 0 to 8759", styles["english"])
    sheet.write_string(UNIT_ROW, 0, "h", styles["unit"])
    sheet.write_string(NAME_ROW, 0, "hour", styles["name"])
    sheet.set_column(0, 0, 10, styles["number"])
    sheet.set_column(1, 40, 16, styles["number"])
    if scenario is not None and len(scenario.profiles):
        sheet.set_tab_color(_COLOURS["filled"])
        for hour in range(len(scenario.profiles)):
            sheet.write_number(FIRST_ROW + hour, 0, hour, styles["number"])
        for place, name in enumerate(scenario.profiles.columns, start=1):
            put_text(sheet, CHINESE_ROW, place, names.get(name, name), styles["free"])
            put_text(sheet, NAME_ROW, place, name, styles["free"])
            for row, value in enumerate(scenario.profiles[name].tolist(), start=FIRST_ROW):
                cell = number_cell(value)
                if isinstance(cell, str):
                    sheet.write_string(row, place, cell, styles["number"])
                else:
                    sheet.write_number(row, place, cell, styles["number"])
    else:
        for place in range(1, 21):
            sheet.write_blank(NAME_ROW, place, None, styles["free"])
            sheet.write_blank(CHINESE_ROW, place, None, styles["free"])
    _finish(sheet, 1, frozen=1)
