"""One sheet per report of the plan, from the register of `model/reports`."""

from typing import TYPE_CHECKING

from dualcontrol.model.reports import REPORTS, Report, ReportColumn
from dualcontrol.sheets import Book, Column
from dualcontrol.words import words

if TYPE_CHECKING:
    import pandas as pd

    from dualcontrol.model.plan import Plan


def write_reports(book: Book, plan: "Plan") -> None:
    """A sheet for each report that has rows; sums are formulas."""
    for report in REPORTS:
        if report.name in plan.reports:
            _write(book, report, plan.reports[report.name])


def _write(book: Book, report: Report, frame: "pd.DataFrame") -> None:
    sheet = book.named_sheet(f"{report.zh} {report.en}")
    columns = [Column(_heading(c), _style(c), c.width, c.is_summed) for c in report.columns]
    sheet.widths([column.width for column in columns])
    sheet.titled(f"{report.zh}  {report.en}  ({report.clause})", f"{report.note_zh}  {report.note_en}")
    keys = sum(column.is_key for column in report.columns)
    sheet.heads(columns, frozen_columns=keys, is_text=True)
    first = sheet.row
    values = [
        [
            words(f"{report.name}_{c.name}", row[c.name]) if c.decimals is None else row[c.name]
            for c in report.columns
        ]
        for row in frame.to_dict("records")
    ]
    for value in values:
        sheet.record(columns, value)
    if any(column.is_summed for column in columns):
        sheet.totals(columns, first, values, "total.all")


def _heading(column: ReportColumn) -> str:
    unit = f"（{column.unit}）" if column.unit else ""
    return f"{column.zh}{unit}\n{column.en}"


def _style(column: ReportColumn) -> str:
    if column.decimals is None:
        return "text"
    if column.unit == "share":
        return "share"
    return {0: "int", 2: "dec2", 4: "dec4"}.get(column.decimals, "number")
