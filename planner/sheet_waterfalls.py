"""One waterfall per unit: its base, every movement and its quota, as live sums and as a chart."""

from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_rowcol_to_cell

from dualcontrol.docx_styles import clean
from dualcontrol.sheets import GREEN, NAVY, RED, Book, Column, Sheet, both, heading
from dualcontrol.tables import QUOTA_MOVES

if TYPE_CHECKING:
    from dualcontrol.model.plan import Plan

_COLUMNS = (
    Column("column.movement", "text", 34),
    Column("column.change_tce", "move", 15),
    Column("column.balance_tce", "int", 15),
    Column("column.chart_floor", "int", 13),
    Column("column.chart_whole", "int", 13),
    Column("column.chart_up", "int", 13),
    Column("column.chart_down", "int", 13),
)
_CHART_ROWS = 15  # lines of the sheet that a chart covers
_COLOURS = (None, NAVY, GREEN, RED)


def write_waterfalls(book: Book, plan: "Plan") -> None:
    """Sheet `waterfalls`: a block and a chart for each key unit, tce (当量)."""
    sheet = book.sheet("sheet.waterfalls", "#00703C")
    sheet.widths([*(column.width for column in _COLUMNS), *[10.0] * 7])
    sheet.top("sheet.waterfalls", "sheet.waterfalls_note")
    for row in plan.quotas.itertuples():
        if row.kind == "unit":
            _block(sheet, row)


def _block(sheet: Sheet, row: Any) -> None:
    top = sheet.row
    sheet.line(f"{clean(row.name)} ({clean(row.id)})", "section", 20)
    for k, column in enumerate(_COLUMNS):
        sheet.put(sheet.row, k, heading(column.heading), "head")
    sheet.sheet.set_row(sheet.row, 32)
    sheet.row += 1
    first, balance = sheet.row, 0
    moves = [name for name in QUOTA_MOVES if name == "opening_tce" or getattr(row, name)]
    for name in moves:
        tce = int(getattr(row, name))
        _line(sheet, both(f"column.{name}"), tce, balance, is_base=name == "opening_tce")
        balance += tce
    at = sheet.row
    sheet.put(at, 0, both("column.quota_tce"), "text", is_total=True)
    sheet.formula(at, 1, f"=SUM({_span(first, at - 1, 1)})", balance, "int", is_total=True)
    sheet.formula(at, 2, f"={xl_rowcol_to_cell(at, 1)}", balance, "int", is_total=True)
    for k, (text, value) in enumerate(
        (("=0", 0), (f"={xl_rowcol_to_cell(at, 1)}", balance), ("=0", 0), ("=0", 0)), 3
    ):
        sheet.formula(at, k, text, value, "int", is_total=True)
    sheet.row += 1
    _chart(sheet, clean(row.name), first, at, top)
    sheet.row = max(sheet.row, top + _CHART_ROWS) + 1


def _line(sheet: Sheet, label: str, tce: int, before: int, *, is_base: bool) -> None:
    """One movement: its tonnes, the balance after it, and the parts of its bar."""
    at, after = sheet.row, before + tce
    change, balance = xl_rowcol_to_cell(at, 1), xl_rowcol_to_cell(at, 2)
    old = "0" if is_base else xl_rowcol_to_cell(at - 1, 2)
    sheet.put(at, 0, label, "text")
    sheet.put(at, 1, tce, "int" if is_base else "move")
    sheet.formula(at, 2, f"={old}+{change}", after, "int")
    sheet.formula(
        at, 3, "=0" if is_base else f"=MIN({old},{balance})", 0 if is_base else min(before, after), "int"
    )
    sheet.formula(at, 4, f"={change}" if is_base else "=0", tce if is_base else 0, "int")
    sheet.formula(at, 5, "=0" if is_base else f"=MAX({change},0)", 0 if is_base else max(tce, 0), "int")
    sheet.formula(at, 6, "=0" if is_base else f"=MAX(-{change},0)", 0 if is_base else max(-tce, 0), "int")
    sheet.row += 1


def _span(first: int, last: int, column: int) -> str:
    return f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"


def _chart(sheet: Sheet, name: str, first: int, last: int, top: int) -> None:
    chart = sheet.parent.book.add_chart({"type": "column", "subtype": "stacked"})
    for k, colour in enumerate(_COLOURS):
        column = 3 + k
        chart.add_series(
            {
                "name": heading(_COLUMNS[column].heading).replace("\n", " "),
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, column, last, column],
                "fill": {"none": True} if colour is None else {"color": colour},
                "border": {"none": True},
                "gap": 40,
            }
        )
    chart.set_title({"name": name[:60], "name_font": {"size": 10, "name": "Microsoft YaHei"}})
    chart.set_legend({"none": True})
    chart.set_x_axis({"num_font": {"size": 7, "name": "Microsoft YaHei"}})
    chart.set_y_axis({"num_format": "#,##0", "num_font": {"size": 8}, "major_gridlines": {"visible": True}})
    chart.set_size({"width": 520, "height": 290})
    sheet.sheet.insert_chart(top + 1, len(_COLUMNS), chart, {"object_position": 2})
