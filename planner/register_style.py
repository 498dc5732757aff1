"""What the sheets of the fill-in workbook share: formats, comments, protection, text that stays text."""

from collections.abc import Sequence
from typing import Any

from dualcontrol.messages import say
from dualcontrol.register_layout import GUIDE

_FONT: dict[str, Any] = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_GRID: dict[str, Any] = {"border": 1, "border_color": "#BFBFBF"}
_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 13, "font_color": "#1F3864"},
    "section": {"bold": True, "font_size": 11, "font_color": "#1F3864"},
    "plain": {"text_wrap": True, "valign": "top"},
    "mark": {"bold": True, "font_color": "#C00000"},
    "link": {"font_color": "#0563C1", "underline": 1},
    "must": {"bold": True, "bg_color": "#1F3864", "font_color": "white", "align": "center", "text_wrap": True, **_GRID},
    "may": {"bold": True, "bg_color": "#DCE6F1", "align": "center", "text_wrap": True, **_GRID},
    "english": {"font_size": 8, "font_color": "#595959", "align": "center", "text_wrap": True, **_GRID},
    "unit": {"font_size": 9, "font_color": "#595959", "align": "center", "bg_color": "#F2F2F2", **_GRID},
    "name": {"font_size": 8, "font_color": "#7F7F7F", "align": "center", **_GRID},
    "cell": {"text_wrap": True, **_GRID},
    # free to be filled in
    "text": {"num_format": "@", "locked": False},
    "number": {"locked": False},
    "date": {"num_format": "yyyy-mm-dd", "locked": False, "align": "center"},
    "free": {"num_format": "@", "bold": True, "align": "center", "bg_color": "#FFF2CC", "locked": False, **_GRID},
    "value_text": {"num_format": "@", "bg_color": "#FFF2CC", "locked": False, "text_wrap": True, **_GRID},
    "value_number": {"bg_color": "#FFF2CC", "locked": False, "align": "right", **_GRID},
    "value_date": {
        "num_format": "yyyy-mm-dd", "bg_color": "#FFF2CC", "locked": False, "align": "right", **_GRID,
    },
}  # fmt: skip
_LINE = 15


class Styles:
    """The formats of a workbook by name, each made once."""

    def __init__(self, book: Any) -> None:
        """book: an open xlsxwriter Workbook."""
        self._formats = {name: book.add_format({**_FONT, **style}) for name, style in _FORMATS.items()}

    def __getitem__(self, name: str) -> Any:
        return self._formats[name]


def put_text(sheet: Any, row: int, column: int, text: str, style: Any) -> int:
    """Write a text as text, whatever it begins with; negative if the cell cannot hold it."""
    return int(
        sheet.write_string(row, column, text, style) if text else sheet.write_blank(row, column, None, style)
    )


def comment(sheet: Any, row: int, column: int, lines: Sequence[str]) -> None:
    """A comment that is large enough for its lines."""
    text = "\n".join(lines)
    height = _LINE * sum(1 + len(line) // 34 for line in text.split("\n")) + 12
    size = {"width": 300, "height": min(height, 600), "font_size": 9, "author": "dualcontrol"}
    sheet.write_comment(row, column, text, size)


def back_link(sheet: Any, styles: Styles, row: int, column: int) -> None:
    """The way back to the guide."""
    sheet.write_url(row, column, f"internal:'{GUIDE}'!A1", styles["link"], say("register.back", "zh"))


def protect(sheet: Any) -> None:
    """Headings cannot be changed by mistake; rows can be filled, added, removed, sorted. There is no password."""
    sheet.protect(
        "",
        {
            "format_cells": True, "format_columns": True, "format_rows": True, "insert_rows": True,
            "delete_rows": True, "sort": True, "autofilter": True,
        },
    )  # fmt: skip
