"""一企一单 in Excel: the waterfall with live sums, standards, data of the base year; of one enterprise alone."""

import io

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from dualcontrol.docx_styles import clean
from dualcontrol.messages import LANGUAGES
from dualcontrol.notice_facts import QUARTER_HEADS, Notice, changes
from dualcontrol.sheets import Book, Column, Sheet, both
from dualcontrol.words import words

_TEXT_STAYS_TEXT = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                    "strings_to_numbers": False}  # fmt: skip
_ENTRIES = (
    Column("notice.head_movement", "text", 56),
    Column("notice.head_tce", "move", 16),
    Column("notice.head_clause", "text", 12),
    Column("notice.head_balance", "int", 16),
)
_STANDARDS = (
    Column("notice.head_product", "text", 26),
    Column("notice.head_own", "number", 12),
    Column("notice.head_level", "text", 16),
    Column("notice.head_value", "number", 12),
    Column("notice.head_unit", "text", 12),
    Column("notice.head_standard", "text", 60),
    Column("notice.head_boundary", "text", 30),
    Column("notice.head_since", "text", 12),
    Column("notice.head_basis", "text", 18),
)
_USED = (
    Column("notice.head_carrier", "text", 16),
    Column("notice.head_use", "text", 24),
    Column("notice.head_quantity", "dec2", 16),
    Column("notice.head_unit", "text", 10),
    Column("notice.head_tce", "dec2", 16, True),
    Column("notice.head_basis", "text", 18),
    Column("notice.head_source", "text", 44),
    Column("notice.head_derivation", "text", 60),
)


def notice_workbook(notice: Notice) -> bytes:
    """The workbook of one enterprise's notice; the same plan gives the same bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _TEXT_STAYS_TEXT)
    mark = notice.facts.mark or None
    title = clean(notice.row.name)
    book.set_properties({"title": title[:250], "comments": mark or "", "created": notice.facts.day})
    parent = Book(book, mark, title)
    _quota(parent, notice)
    _standards(parent, notice)
    _used(parent, notice)
    parent.set_print_areas()
    book.close()
    return out.getvalue()


def _quota(parent: Book, notice: Notice) -> None:
    sheet = parent.sheet("notice.sheet_quota", "#C00000")
    sheet.widths([column.width for column in _ENTRIES])
    sheet.sheet.set_portrait()
    sheet.titled(clean(notice.row.name), both("notice.sheet_quota_note"))
    stage = notice.facts.stage
    if stage.zh:
        sheet.line(f"{stage.zh}  {stage.en}", "mark", 18)
    sheet.heads(_ENTRIES)
    first = sheet.row
    for entry in notice.account.entries:
        row = sheet.record(_ENTRIES, [words("note", entry.note), entry.tce, entry.clause, None])
        span = f"{xl_rowcol_to_cell(first, 1, row_abs=True)}:{xl_rowcol_to_cell(row, 1)}"
        sheet.formula(row, 3, f"=SUM({span})", entry.balance, "int")
    last = sheet.record(_ENTRIES, [both("notice.quota"), None, "", None], is_total=True)
    text = f"=SUM({xl_rowcol_to_cell(first, 1)}:{xl_rowcol_to_cell(last - 1, 1)})" if last > first else "=0"
    sheet.formula(last, 1, text, notice.account.quota_tce, "int", is_total=True)
    quarters = [int(getattr(notice.row, f"quota_q{k}_tce")) for k in range(1, 5)]
    for quarter, tce in zip(QUARTER_HEADS, quarters, strict=True):
        sheet.record(_ENTRIES, [both(quarter), tce, "", None])
    sheet.put(sheet.row, 0, both("notice.quarters_check"), "text")
    span = f"{xl_rowcol_to_cell(last + 1, 1)}:{xl_rowcol_to_cell(last + 4, 1)}"
    sheet.formula(sheet.row, 1, f"={xl_rowcol_to_cell(last, 1)}-SUM({span})",
                  notice.account.quota_tce - sum(quarters), "check")  # fmt: skip
    sheet.row += 2
    for lang in LANGUAGES:
        sheet.sentence(notice.reason.text(lang))
    for lang in LANGUAGES:
        for line in changes(notice, lang):
            sheet.sentence(line)


def _standards(parent: Book, notice: Notice) -> None:
    sheet = _listed(parent, "notice.sheet_standards", _STANDARDS)
    for s in notice.standards:
        level = both(f"notice.level_{s.level}")
        sheet.record(
            _STANDARDS,
            [
                s.product,
                s.own,
                level,
                s.value,
                s.unit,
                s.source,
                s.boundary,
                s.since.isoformat(),
                words("basis", s.basis),
            ],
        )
    if not notice.standards:
        sheet.sentence(both("notice.no_standard"))


def _used(parent: Book, notice: Notice) -> None:
    sheet = _listed(parent, "notice.sheet_used", _USED)
    first = sheet.row
    values: list[list[object]] = [
        [u.carrier, f"{u.use.zh}  {u.use.en}", u.quantity, u.unit, u.tce, f"{u.basis.zh}  {u.basis.en}", u.source,
         u.derivation]
        for u in notice.used
    ]  # fmt: skip
    for value in values:
        sheet.record(_USED, value)
    sheet.totals(_USED, first, values, "annex.sum")


def _listed(parent: Book, name: str, columns: tuple[Column, ...]) -> Sheet:
    sheet = parent.sheet(name)
    sheet.widths([column.width for column in columns])
    sheet.top(name, f"{name}_note")
    sheet.heads(columns, frozen_columns=1)
    return sheet
