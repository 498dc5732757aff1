"""A copy of a fill-in workbook in which every problem is a red cell with a comment, a first sheet lists them all."""

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dualcontrol.messages import say
from dualcontrol.register_book import load
from dualcontrol.register_import import cell_name, record
from dualcontrol.register_layout import PROBLEMS
from dualcontrol.register_sheets import Spot
from dualcontrol.sheets import lines_of

_RED = "FFFFC7CE"
_FONT = "Microsoft YaHei"
_HEADINGS = ("sheet", "cell", "column", "value", "problem", "remedy")
_WIDTHS = (28, 10, 30, 24, 58, 58)
_SUFFIX = ".problems"


def marked_copy(path: Path, problems: Sequence[Spot]) -> Path:
    """Write the copy beside the workbook under a name that is free; the workbook itself stays as it is. OSError."""
    content = marked(path.read_bytes(), problems)
    stem = path.stem.partition(_SUFFIX)[0]
    count = 1
    while True:
        target = path.with_name(f"{stem}{_SUFFIX}{'' if count == 1 else f'-{count}'}.xlsx")
        try:
            with target.open("xb") as file:  # what somebody has begun to correct is never overwritten
                file.write(content)
        except FileExistsError:
            count += 1
            continue
        return target


def marked(content: bytes, problems: Sequence[Spot]) -> bytes:
    """The bytes of a workbook with its problems marked. BookError for what is no workbook."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = load(content)
    red = PatternFill("solid", start_color=_RED, end_color=_RED)
    by_cell: dict[tuple[str, str], list[str]] = {}
    for spot in problems:
        if cell_name(spot) and spot.sheet in book.sheetnames:
            told = [record(spot, lang) for lang in ("zh", "en")]
            texts = [f"{one['message']}\n→ {one['remedy']}" for one in told]
            by_cell.setdefault((spot.sheet, cell_name(spot)), []).append("\n".join(texts))
    for (sheet, name), texts in by_cell.items():
        cell = book[sheet][name]
        if type(cell).__name__ == "MergedCell":
            continue
        cell.fill = red
        before = [cell.comment.text] if cell.comment else []
        cell.comment = Comment("\n\n".join([*texts, *before]), "dualcontrol", height=220, width=360)
    for sheet in {spot.sheet for spot in problems} & set(book.sheetnames):
        book[sheet].sheet_properties.tabColor = "FFC00000"
    _list_sheet(book, problems)
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book.save(out)
    return out.getvalue()


def _list_sheet(book: Any, problems: Sequence[Spot]) -> None:
    """The list of problems as the first sheet, with links to the cells."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    if PROBLEMS in book.sheetnames:
        del book[PROBLEMS]
    sheet = book.create_sheet(PROBLEMS, 0)
    line = Side(style="thin", color="FFBFBFBF")
    grid, wrapped = Border(line, line, line, line), Alignment(wrap_text=True, vertical="top")
    head = PatternFill("solid", start_color="FFDCE6F1", end_color="FFDCE6F1")
    for place, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDEF"[place]].width = width
    rows = [[f"{say(f'table.{name}', 'zh')} {say(f'table.{name}', 'en')}" for name in _HEADINGS]]
    for spot in problems:
        zh, en = record(spot, "zh"), record(spot, "en")
        texts = [f"{zh[key]}\n{en[key]}" for key in ("message", "remedy")]
        rows.append([spot.sheet, cell_name(spot), spot.heading, spot.value, *texts])
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            cell.value = _clean(text)
            cell.data_type = "s"  # what begins with = stays text
            cell.alignment, cell.border = wrapped, grid
            cell.font = Font(name=_FONT, size=10, bold=number == 1)
            if number == 1:
                cell.fill = head
        lines = max(lines_of(text, width) for text, width in zip(row, _WIDTHS, strict=True))
        sheet.row_dimensions[number].height = 14.5 * min(lines, 20) + 3
    for number, spot in enumerate(problems, start=2):
        if cell_name(spot) and spot.sheet in book.sheetnames:
            cell = sheet.cell(number, 2)
            cell.hyperlink = "#'" + spot.sheet.replace("'", "''") + f"'!{cell_name(spot)}"
            cell.font = Font(name=_FONT, size=10, color="FF0563C1", underline="single")
    sheet.freeze_panes = "A2"
    sheet.sheet_properties.tabColor = "FFC00000"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr = _one_page_wide()
    sheet.page_setup.fitToHeight = 0
    book.active = 0
    for (
        other
    ) in book.worksheets:  # two selected sheets would be a group: what is typed into one goes into both
        other.sheet_view.tabSelected = other is sheet


def _one_page_wide() -> Any:
    from openpyxl.worksheet.properties import PageSetupProperties

    return PageSetupProperties(fitToPage=True)


def _clean(text: str) -> str:
    """A text without the control characters that no workbook can hold."""
    return "".join(c for c in text if c == "\n" or ord(c) >= 32)[:32_000]
