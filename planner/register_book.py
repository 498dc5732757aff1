"""A workbook file as plain cells, whatever program saved it; a file that is none is told with what to do about it."""

import datetime as dt
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Excel before 2007, WPS .et, and encrypted workbooks
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ESCAPED = re.compile("_x(00[01][0-9A-F]|FFF[EF])_", re.IGNORECASE)
_LARGEST = (
    80_000_000  # bytes unpacked; Dalad with its 8,760 hours has 5 million, and cells take ten times that
)


class BookError(Exception):
    """A file that cannot be read as a workbook. `rule` is `problem.<rule>` and `remedy.<rule>` of the messages."""

    def __init__(self, rule: str, **params: str) -> None:
        self.rule, self.params = rule, params
        super().__init__(rule)


@dataclass(frozen=True)
class Cell:
    """What a cell holds: str, int, float, bool, date, time or None for a formula nobody has computed.

    is_error: the value is the name of an error, `#REF!`. is_formula: the value is what a formula gave.
    """

    value: Any
    is_error: bool = False
    is_formula: bool = False


@dataclass(frozen=True)
class Grid:
    """A sheet: cells by row and column, both from 0; empty cells are absent. merged: (top, left, bottom, right)."""

    name: str
    cells: Mapping[int, Mapping[int, Cell]]
    merged: tuple[tuple[int, int, int, int], ...]

    def text(self, row: int, column: int) -> str:
        """The text of a cell without spaces around it, "" for an empty one."""
        cell = self.cells.get(row, {}).get(column)
        return "" if cell is None or cell.value is None else " ".join(str(cell.value).split())


def read_book(path: Path) -> list[Grid]:
    """The sheets of a workbook, in order. BookError where it is none; OSError where it cannot be read."""
    content = path.read_bytes()
    _refuse_others(content)
    book = load(content)
    stored = None
    grids = []
    for sheet in book.worksheets:
        cells: dict[int, dict[int, Cell]] = {}
        # Only cells that are there: one stray cell in the last corner makes a sheet of 17 billion.
        for (row, column), cell in sorted(sheet._cells.items()):  # noqa: SLF001
            if cell.value is None:
                continue
            if cell.data_type == "f":
                stored = stored or load(content, data_only=True)
                found = stored[sheet.title]._cells.get((row, column))  # noqa: SLF001
                value = found.value if found is not None else None
                entry = Cell(_plain(value), found is not None and found.data_type == "e", is_formula=True)
            else:
                entry = Cell(_plain(cell.value), cell.data_type == "e")
            if not (isinstance(entry.value, str) and not entry.value.strip()):
                cells.setdefault(row - 1, {})[column - 1] = entry
        merged = tuple(
            (area.min_row - 1, area.min_col - 1, area.max_row - 1, area.max_col - 1)
            for area in sheet.merged_cells.ranges
        )
        grids.append(Grid(sheet.title, cells, merged))
    return grids


def load(content: bytes, *, data_only: bool = False) -> Any:
    """The workbook as openpyxl has it. BookError if it cannot make sense of it."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts that are not read: drop-downs of newer kinds, headers
        try:
            return openpyxl.load_workbook(io.BytesIO(content), data_only=data_only)
        except Exception as error:
            detail = f"{type(error).__name__}: {error}"[:160]
            raise BookError("book_damaged", detail=detail) from error


def _refuse_others(content: bytes) -> None:
    """BookError for what only looks like a workbook."""
    if not content:
        raise BookError("book_empty")
    if content.startswith(_OLE):
        raise BookError("book_encrypted" if _ENCRYPTED in content else "book_old")
    if not content.startswith(b"PK"):
        raise BookError("book_other")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = {part.filename: part for part in packed.infolist()}
            is_large = sum(part.file_size for part in parts.values()) > _LARGEST
            broken = None if is_large else packed.testzip()
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
        OSError,
    ) as error:
        raise BookError("book_damaged", detail=f"{type(error).__name__}: {error}"[:160]) from error
    if broken is not None:
        raise BookError("book_damaged", detail=broken)
    if is_large:
        raise BookError("book_large")
    if "xl/workbook.xml" not in parts and "xl/workbook2.xml" not in parts:
        raise BookError("book_ods" if "content.xml" in parts else "book_zip")


def _plain(value: Any) -> Any:
    """Strings with `_x000D_` decoded and line ends as one character; a moment at midnight is a date."""
    if isinstance(value, str):
        # openpyxl has already taken the escape off an escaped `_x0041_`, so only characters that need one are meant
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        return text.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value
