"""What the sheets of the workbook have in common: formats, bilingual headings, tables, page set-up.

Text is always written as text and numbers as numbers; only `formula` writes formulas, and always with their
value, for programs that do not recalculate.
"""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from dualcontrol.messages import say
from dualcontrol.words import is_missing

NAVY, LIGHT, RED, GREY, GREEN = "#1F3864", "#DCE6F1", "#C00000", "#595959", "#00703C"
# A cell of a spreadsheet holds so many characters.
_LONGEST = 32_767
A3, A4 = 8, 9  # paper sizes as Excel numbers them
_LINE = 15.0  # height of a line of text in points

_BASE: dict[str, Any] = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_GRID: dict[str, Any] = {"border": 1, "border_color": "#BFBFBF"}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_size": 18, "bold": True, "font_color": NAVY},
    "subtitle": {"font_size": 11, "font_color": GREY},
    "mark": {"font_size": 12, "bold": True, "font_color": RED},
    "section": {"font_size": 12, "bold": True, "font_color": NAVY},
    "head": {"bold": True, "bg_color": LIGHT, "align": "center", "text_wrap": True, **_GRID},
    "text": {"text_wrap": True, "indent": 1, **_GRID},
    "note": {"text_wrap": True, "valign": "top", "indent": 1},
    "plain": {"text_wrap": True},
    "small": {"font_size": 9, "font_color": GREY},
    "fine": {"font_size": 9, "font_color": GREY, "text_wrap": True},
    "int": {"num_format": "#,##0;[Red]-#,##0;0", **_GRID},
    "move": {"num_format": "+#,##0;[Red]-#,##0;–", "align": "right", **_GRID},
    "dec2": {"num_format": "#,##0.00;[Red]-#,##0.00", **_GRID},
    "dec4": {"num_format": "#,##0.0000;[Red]-#,##0.0000", **_GRID},
    "number": {"num_format": "#,##0.######;[Red]-#,##0.######", **_GRID},
    "share": {"num_format": "0.00%;[Red]-0.00%", **_GRID},
    "check": {
        "num_format": '[Red]"✗ "+#,##0;[Red]"✗ "-#,##0;"✓ 0"',
        "font_color": GREEN,
        "align": "center",
        **_GRID,
    },
}
_TOTAL = {"bold": True, "top": 2, "bg_color": "#F2F2F2"}


def heading(message: str) -> str:
    """A bilingual heading: Chinese, and English on the next line; once where both are the same."""
    chinese, english = say(message, "zh"), say(message, "en")
    return chinese if chinese == english else f"{chinese}\n{english}"


def both(message: str, **params: object) -> str:
    """Chinese and English on one line."""
    return f"{say(message, 'zh', **params)}  {say(message, 'en', **params)}"


@dataclass(frozen=True)
class Column:
    """One column of a sheet's table: heading (message id), style of cells, width, summed or not."""

    heading: str
    style: str = "text"
    width: float = 12
    is_summed: bool = False


class Book:
    """The workbook under construction: formats by name, sheets with the same page set-up."""

    def __init__(self, book: Any, mark: str | None, title: str) -> None:
        """book: an open xlsxwriter Workbook; mark and title go into header and footer of every page."""
        self.book, self.mark, self.title = book, mark, title
        self._formats: dict[tuple[str, bool], Any] = {}
        self._sheets: list[Sheet] = []

    def format(self, style: str, *, is_total: bool = False) -> Any:
        """The format of a style, made once."""
        if (style, is_total) not in self._formats:
            self._formats[style, is_total] = self.book.add_format(
                {**_BASE, **_STYLES[style], **(_TOTAL if is_total else {})}
            )
        return self._formats[style, is_total]

    def sheet(self, name: str, colour: str = NAVY, paper: int = A4) -> "Sheet":
        """A new sheet called by message `name`."""
        return self.named_sheet(tab(name), colour, paper)

    def named_sheet(self, name: str, colour: str = NAVY, paper: int = A4) -> "Sheet":
        """A new sheet with a name of at most 31 characters: landscape, one page wide, the mark on every page."""
        name = name[:31]
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(paper)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.7)
        sheet.hide_gridlines(2)
        sheet.set_tab_color(colour)
        mark = f'&"Microsoft YaHei,Bold"&KC00000{_page_text(self.mark)}' if self.mark else ""
        sheet.set_header(f"&L{_page_text(self.title)[:80]}&R{mark}")
        sheet.set_footer(f"&L{mark}&C&P / &N&R{_page_text(name)}")
        self._sheets.append(Sheet(self, sheet, name))
        return self._sheets[-1]

    def set_print_areas(self) -> None:
        """Print of every sheet its columns and no more: a long text beside them would make all of it small."""
        for sheet in self._sheets:
            if sheet.row and sheet.columns:
                sheet.sheet.print_area(0, 0, sheet.row - 1, len(sheet.columns) - 1)


def tab(name: str) -> str:
    """The name of a sheet: Chinese and English, in the 31 characters a tab may have."""
    return f"{say(name, 'zh')} {say(name, 'en')}"[:31]


def _page_text(text: str) -> str:
    """Text for header and footer, where an ampersand begins a command."""
    return text.replace("&", "&&")


@dataclass
class Sheet:
    """One sheet, written from the top: `row` is the next free row (0-based)."""

    parent: Book
    sheet: Any
    name: str
    row: int = 0
    columns: tuple[float, ...] = ()

    def put(self, row: int, column: int, value: object, style: str, *, is_total: bool = False) -> None:
        """One cell: text stays text, a missing or endless number is shown as such."""
        form = self.parent.format(style, is_total=is_total)
        if is_missing(value):
            self.sheet.write_blank(row, column, None, form)
        elif isinstance(value, str):
            self.sheet.write_string(row, column, value[:_LONGEST], form)
        elif math.isinf(float(value)):  # type: ignore[arg-type]
            self.sheet.write_string(row, column, "∞" if float(value) > 0 else "-∞", form)  # type: ignore[arg-type]
        else:
            self.sheet.write_number(row, column, float(value), form)  # type: ignore[arg-type]

    def formula(
        self, row: int, column: int, text: str, value: float, style: str, *, is_total: bool = False
    ) -> None:
        """A formula with its value."""
        self.sheet.write_formula(row, column, text, self.parent.format(style, is_total=is_total), value)

    def line(self, text: str, style: str, height: float | None = None, *, last: int = 0) -> None:
        """A line of text in the first column, over the columns up to `last` if given."""
        form = self.parent.format(style)
        if last:
            self.sheet.merge_range(self.row, 0, self.row, last, "", form)
        self.sheet.write_string(self.row, 0, text[:_LONGEST], form)
        if height:
            self.sheet.set_row(self.row, height)
        self.row += 1

    def sentence(self, text: str, style: str = "plain") -> None:
        """A sentence over the whole width of the sheet, on as many lines as it takes. The widths must be set."""
        self.sheet.merge_range(self.row, 0, self.row, len(self.columns) - 1, "", self.parent.format(style))
        self.sheet.write_string(self.row, 0, text[:_LONGEST], self.parent.format(style))
        self.sheet.set_row(self.row, _LINE * lines_of(text, sum(self.columns) - 2) + 3)
        self.row += 1

    def widths(self, widths: Sequence[float]) -> None:
        """Widths of the columns, in characters."""
        self.columns = tuple(widths)
        for index, width in enumerate(widths):
            self.sheet.set_column(index, index, width)

    def top(self, message: str, note: str = "") -> None:
        """The first lines of a sheet: what it is, the mark, and a note (message id) on what it shows."""
        self.titled(both(message), both(note) if note else "")

    def titled(self, title: str, note: str = "") -> None:
        """The same from texts."""
        self.line(title, "section", 22)
        if self.parent.mark:
            self.line(self.parent.mark, "mark", 18)
        if note and lines_of(note, sum(self.columns)) > 1 and len(self.columns) > 1:
            self.sentence(note, "fine")
        elif note:
            self.line(note, "small")

    def heads(
        self, columns: Sequence[Column], *, frozen_columns: int | None = None, is_text: bool = False
    ) -> None:
        """A heading row, of message ids or of texts. `frozen_columns`: it stays in sight, and on every page."""
        height = 46.0
        for index, column in enumerate(columns):
            text = column.heading if is_text else heading(column.heading)
            self.put(self.row, index, text, "head")
            if is_text:  # of any length: no line of it may be cut
                height = max(height, _LINE * lines_of(text, column.width - 2.5) + 4)
        self.sheet.set_row(self.row, height)
        self.row += 1
        if frozen_columns is not None:
            self.sheet.repeat_rows(self.row - 1)
            self.sheet.freeze_panes(self.row, frozen_columns)

    def record(self, columns: Sequence[Column], values: Sequence[object], *, is_total: bool = False) -> int:
        """One row of a table, high enough for its texts; returns its number."""
        lines = 1
        for index, (column, value) in enumerate(zip(columns, values, strict=True)):
            self.put(self.row, index, value, column.style, is_total=is_total)
            if isinstance(value, str):
                lines = max(lines, lines_of(value, column.width - 1.5))
        self.sheet.set_row(self.row, _LINE * min(lines, 20) + 2)
        self.row += 1
        return self.row - 1

    def fit_row(self, row: int, texts: Mapping[int, str]) -> None:
        """Make a row as high as its texts, by column, need it."""
        lines = max(lines_of(text, self.columns[column] - 1.5) for column, text in texts.items())
        self.sheet.set_row(row, _LINE * lines + 3)

    def totals(
        self, columns: Sequence[Column], first: int, values: Sequence[Sequence[object]], label: str
    ) -> int:
        """A total row below the rows from `first`: SUM formulas for the summed columns; returns its number.

        values: the rows above, for the value of each sum. label: a message id, written into the widest of the
        first columns.
        """
        row = self.row
        texts = [index for index, column in enumerate(columns[:3]) if column.style == "text"]
        widest = max(texts, key=lambda index: columns[index].width)
        for index, column in enumerate(columns):
            if not column.is_summed:
                self.put(row, index, both(label) if index == widest else None, "text", is_total=True)
            elif values:
                given = [value[index] for value in values if not is_missing(value[index])]
                numbers = [float(value) for value in given]  # type: ignore[arg-type]
                total = math.fsum(number for number in numbers if not math.isnan(number))
                span = f"{xl_rowcol_to_cell(first, index)}:{xl_rowcol_to_cell(row - 1, index)}"
                self.formula(row, index, f"=SUM({span})", total, column.style, is_total=True)
            else:
                self.put(row, index, 0, column.style, is_total=True)
        self.sheet.set_row(row, _LINE * lines_of(both(label), columns[widest].width - 1.5) + 2)
        self.row += 1
        return row

    def reference(self, row: int, column: int) -> str:
        """A reference to a cell of this sheet from any sheet."""
        return f"{_quoted(self.name)}!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a cell so many characters wide; a Chinese character is two wide.

    Programs that open the file do not measure wrapped rows again, so the height is set here.
    """
    lines = 0
    for part in text.split("\n"):
        size = sum(2.0 if unicodedata.east_asian_width(char) in "WF" else 0.92 for char in part)
        lines += max(1, math.ceil(size / max(width, 4.0)))
    return lines


def _quoted(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def column_span(sheet: str, column: int, first: int, last: int) -> str:
    """A reference to the rows `first..last` of a column of a sheet (message id) from any sheet."""
    start = xl_rowcol_to_cell(first, column, row_abs=True, col_abs=True)
    end = xl_rowcol_to_cell(max(first, last), column, row_abs=True, col_abs=True)
    return f"{_quoted(tab(sheet))}!{start}:{end}"
