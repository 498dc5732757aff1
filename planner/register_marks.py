"""A copy of a fill-in workbook in which every problem is a red cell with a comment, a first sheet lists them all."""

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

from dualcontrol.messages import say
from dualcontrol.register_book import load
from dualcontrol.register_import import cell_name, record
from dualcontrol.register_layout import PROBLEMS
from dualcontrol.register_sheets import Spot

_RED = "FFFFC7CE"
_WIDTHS = (26, 10, 30, 28, 60, 60)
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


def _list_sheet(book: object, problems: Sequence[Spot]) -> None:
    """The list of problems as the first sheet, with links to the cells."""
    from openpyxl.styles import Alignment, Font, PatternFill

    if PROBLEMS in book.sheetnames:  # type: ignore[attr-defined]
        del book[PROBLEMS]  # type: ignore[attr-defined]
    sheet = book.create_sheet(PROBLEMS, 0)  # type: ignore[attr-defined]
    headings = ("sheet", "cell", "column", "value", "problem", "remedy")
    rows = [[f"{say(f'table.{name}', 'zh')} {say(f'table.{name}', 'en')}" for name in headings]]
    for spot in problems:
        zh, en = record(spot, "zh"), record(spot, "en")
        texts = [f"{zh[key]}\n{en[key]}" for key in ("message", "remedy")]
        rows.append([spot.sheet, cell_name(spot), spot.heading, spot.value, *texts])
    for place, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDEF"[place]].width = width
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            cell.value = _clean(text)
            cell.data_type = "s"  # what begins with = stays text
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
                cell.fill = PatternFill("solid", start_color="FFDCE6F1", end_color="FFDCE6F1")
        name = cell_name(problems[number - 2]) if number > 1 else ""
        if name and problems[number - 2].sheet in book.sheetnames:  # type: ignore[attr-defined]
            cell = sheet.cell(number, 2)
            quoted = problems[number - 2].sheet.replace("'", "''")
            cell.hyperlink = f"#'{quoted}'!{name}"
            cell.font = Font(color="FF0563C1", underline="single")
    sheet.freeze_panes = "A2"
    sheet.sheet_properties.tabColor = "FFC00000"
    book.active = 0  # type: ignore[attr-defined]


def _clean(text: str) -> str:
    """A text without the control characters that no workbook can hold."""
    return "".join(c for c in text if c == "\n" or ord(c) >= 32)[:32_000]
