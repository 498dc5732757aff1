"""The sheet of the county's energy account: owners and losses, what is left out, 当量 and 等价 side by side."""

from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_rowcol_to_cell

from dualcontrol.sheet_accounts import Places
from dualcontrol.sheets import Book, Column, Sheet, both

if TYPE_CHECKING:
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

FIGURES = ("base_tce", "base_tce_eq", "plan_tce", "plan_tce_eq")
_COLUMNS = (
    Column("column.account_line", "text", 58),
    *(Column(f"column.{name}", "int", 20) for name in FIGURES),
)
_SUMS = ("all", "counted")  # lines that are the sum of those above
_LAST = len(FIGURES)


def write_county(book: Book, plan: "Plan", scenario: "Scenario") -> Places:
    """Sheet `county`: the account of both years in blocks that add up, and how the owners' quotas come to it.

    Returns the cells of the totals: `county.<block>.<line>.<column>`.
    """
    sheet = book.sheet("sheet.county")
    sheet.widths([column.width for column in _COLUMNS])
    sheet.sheet.fit_to_pages(1, 1)
    sheet.top("sheet.county", "sheet.county_note")
    places: Places = {}
    for block in ("gross", "intensity", "total"):
        rows = [row for row in plan.account.to_dict("records") if row["block"] == block]
        _section(sheet, block, [*_COLUMNS])
        _block(sheet, block, rows, FIGURES, places)
        if block != "gross" and len(rows) == len(_SUMS):
            as_of = scenario.settings.as_of.isoformat()
            sheet.sentence(both("county.nothing_left_out", as_of=as_of), "fine")
    rows = [row for row in plan.account.to_dict("records") if row["block"] == "ledger"]
    _section(sheet, "ledger", [_COLUMNS[0], _COLUMNS[_LAST]])
    _block(sheet, "ledger", rows, FIGURES[-1:], places)
    _check(sheet, places)
    return places


def _section(sheet: Sheet, block: str, columns: list[Column]) -> None:
    sheet.row += 1
    sheet.line(both(f"county.{block}"), "section", 20)
    sheet.heads(columns)


def _block(
    sheet: Sheet, block: str, rows: list[dict[str, Any]], figures: tuple[str, ...], places: Places
) -> None:
    """The lines of a block; a sum is a formula over the lines above it, what a block begins with one of another."""
    first = sheet.row
    for row in rows:
        is_sum = row["line"] in _SUMS
        sheet.put(sheet.row, 0, both(f"county.{row['line']}"), "text", is_total=is_sum)
        for column, figure in enumerate(figures, 1):
            value = float(row[figure])
            if not is_sum:
                sheet.put(sheet.row, column, value, "int")
            elif row["line"] == "all" and block != "gross":
                reference, value = places[f"county.gross.all.{figure}"]
                sheet.formula(sheet.row, column, f"={reference}", value, "int", is_total=True)
            else:
                above = range(first, sheet.row)
                value = sum(places[f"{sheet.name}!{at}.{column}"][1] for at in above)
                span = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(sheet.row - 1, column)}"
                sheet.formula(sheet.row, column, f"=SUM({span})", value, "int", is_total=True)
            cell = (sheet.reference(sheet.row, column), value)
            places[f"{sheet.name}!{sheet.row}.{column}"] = cell
            places[f"county.{block}.{row['line']}.{figure}"] = cell
        sheet.fit_row(sheet.row, {0: both(f"county.{row['line']}")})
        sheet.row += 1


def _check(sheet: Sheet, places: Places) -> None:
    """That the owners' account and the county's come to the same total."""
    (ours, one), (theirs, other) = (
        places[f"county.{block}.counted.plan_tce_eq"] for block in ("ledger", "total")
    )
    sheet.put(sheet.row, 0, both("county.check"), "text")
    sheet.formula(sheet.row, 1, f"=ROUND({ours}-{theirs},0)", round(one - other) + 0.0, "check")
    sheet.row += 1
