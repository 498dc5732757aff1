"""The annex tables of the budget plan as sheets: sums, differences and what the year brings are live formulas."""

from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from dualcontrol.annex import Annex, AnnexColumn, Row, Words, number
from dualcontrol.annexes import annexes, material_of
from dualcontrol.docx_styles import clean
from dualcontrol.messages import LANGUAGES, say
from dualcontrol.sheets import A3, Book, Column, Sheet, both
from dualcontrol.words import is_missing

if TYPE_CHECKING:
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

_WIDE = 13  # more columns than these are printed on A3


def write_annexes(book: Book, plan: "Plan", scenario: "Scenario") -> None:
    """A sheet for each annex table; those without rows say so."""
    for annex in annexes(material_of(scenario, plan)):
        _write(book, annex)


def _write(book: Book, annex: Annex) -> None:
    name = " ".join(say("annex.annex", lang, id=annex.id) for lang in LANGUAGES)
    sheet = book.named_sheet(name, "#00703C", **({"paper": A3} if len(annex.columns) > _WIDE else {}))
    columns = [Column(_heading(c), c.style, max(c.width, 9), c.is_summed) for c in annex.columns]
    sheet.widths([column.width for column in columns])
    sheet.titled(
        "  ".join(annex.title(lang) for lang in LANGUAGES), "  ".join(annex.note(lang) for lang in LANGUAGES)
    )
    sheet.heads(columns, frozen_columns=2, is_text=True)
    if not annex.rows:
        sheet.line(both("annex.empty"), "plain")
        return
    first = block = sheet.row
    for row in annex.rows:
        at = sheet.record(columns, [_value(v) for v in row.values], is_total=row.kind in ("sum", "head"))
        if row.kind == "head":
            block = sheet.row
        _live(sheet, annex, row, at, block)
    if annex.has_total:
        _total(sheet, annex, first)


def _heading(column: AnnexColumn) -> str:
    zh, en = (column.heading(lang) for lang in LANGUAGES)
    return zh if zh == en else f"{zh}\n{en}"


def _value(value: object) -> object:
    """A cell for people of both languages; text as text."""
    if isinstance(value, Words):
        value = value.zh if value.zh == value.en else f"{value.zh}  {value.en}"
    return clean(value) if isinstance(value, str) else value


def _live(sheet: Sheet, annex: Annex, row: Row, at: int, block: int) -> None:
    """Cells that are formulas: sums of the items since the last heading, and what follows from cells of the row."""
    if row.kind == "head":
        return
    places = {c.name: k for k, c in enumerate(annex.columns)}
    cells = {name: xl_rowcol_to_cell(at, k) for name, k in places.items()}
    for k, column in enumerate(annex.columns):
        value = row.values[k]
        if (column.formula and not is_missing(value)) or (column.formula and value == ""):
            _formula(sheet, at, k, "=" + column.formula.format(**cells), value, column.style, row)
        elif row.kind == "sum" and column.style != "text" and not is_missing(value):
            span = f"{xl_rowcol_to_cell(block, k)}:{xl_rowcol_to_cell(at - 1, k)}"
            _formula(sheet, at, k, f"=SUM({span})", value, column.style, row)


def _formula(sheet: Sheet, at: int, k: int, text: str, value: object, style: str, row: Row) -> None:
    form = sheet.parent.format(style, is_total=row.kind == "sum")
    sheet.sheet.write_formula(at, k, text, form, "" if is_missing(value) else number(value))


def _total(sheet: Sheet, annex: Annex, first: int) -> None:
    """The last row: SUM over the rows above."""
    row, totals = sheet.row, annex.totals()
    for k, column in enumerate(annex.columns):
        is_any = any(not is_missing(one.values[k]) for one in annex.rows)
        if column.is_summed and is_any:
            span = f"{xl_rowcol_to_cell(first, k)}:{xl_rowcol_to_cell(row - 1, k)}"
            sheet.formula(row, k, f"=SUM({span})", totals[column.name], column.style, is_total=True)
        else:
            sheet.put(row, k, both("annex.sum") if k == 1 else None, "text", is_total=True)
    sheet.row += 1
