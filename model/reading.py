"""Files to text and text to rows: encodings, and CSV whose every oddity is named instead of guessed away."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dualcontrol.model.problems import Findings, nearest
from dualcontrol.model.schema import Table

DELETE = "_delete"  # the extra column of a scenario that inherits
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BOM = b"\xef\xbb\xbf"
# Latin-1 signs and letters, Greek, Cyrillic: what a text without any Chinese may well hold
_COMMON_LETTERS = {chr(c) for c in (*range(0xA1, 0x100), *range(0x391, 0x3CA), *range(0x410, 0x450))}


@dataclass(frozen=True)
class Row:
    """One row as text: its line in the file (heading = 1) and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """One CSV file as text. `file` is the name used in problems; `is_complete`: no row had to be left out."""

    file: str
    columns: frozenset[str]
    rows: Sequence[Row]
    is_complete: bool


def read_text(path: Path, file: str, findings: Findings) -> str | None:
    """The text of a file: utf-8 with or without BOM, or GB18030/GBK (with a note); None if unreadable."""
    try:
        if path.exists() and not path.is_file():
            findings.add("not_a_file", file)
            return None
        content = path.read_bytes()
    except OSError as error:
        findings.add("unreadable", file, reason=error.strerror or type(error).__name__)
        return None
    text = _decode(content, file, findings)
    # A handful of control characters is named cell by cell; a file full of them never was text.
    if text is not None and len(_CONTROLS.findall(text)) > max(3, len(text) // 50):
        findings.add("binary_junk", file)
        return None
    return text


def _decode(content: bytes, file: str, findings: Findings) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        findings.add("utf16", file)
        return None
    if b"\x00" in content:
        findings.add("binary_junk", file)
        return None
    has_bom, content = content.startswith(_BOM), content.removeprefix(_BOM)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    else:
        return text if has_bom else _unless_chinese(text, content, file, findings)
    # utf-8 with a few damaged bytes often decodes as GB18030 too, into nonsense: tell the two apart.
    guess = content.decode("utf-8", errors="replace")
    damaged = guess.count("\ufffd")
    is_damaged_utf8 = sum(ord(c) > 127 for c in guess) - damaged > 4 * damaged
    if not has_bom and not is_damaged_utf8:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            pass
        else:
            findings.add("note_gb18030", file)
            return text
    findings.add("undecodable", file, line)
    return None


def _unless_chinese(text: str, content: bytes, file: str, findings: Findings) -> str:
    """Text that is utf-8, unless it is only so by chance: 水 in GBK is the letter U+02EE in utf-8.

    That happens in files with one or two Chinese characters, all of which look like two-byte letters.
    """
    letters = {c for c in text if not c.isascii()}
    if not letters or max(letters) > "\u07ff":
        return text
    try:
        chinese = content.decode("gb18030")
    except UnicodeDecodeError:
        return text
    characters = {c for c in chinese if not c.isascii()}
    if not all("\u4e00" <= c <= "\u9fff" for c in characters):
        return text
    if not all(c in _COMMON_LETTERS for c in letters):
        findings.add("note_gb18030", file)
        return chinese
    if any(c.encode("gb18030")[1] > 0xA0 for c in characters):  # not one of the rare ones
        read, other = " ".join(sorted(letters)), " ".join(sorted(characters))
        findings.add("note_encoding_unclear", file, read=read, other=other)
    return text


def read_sheet(path: Path, file: str, table: Table, findings: Findings, *, is_child: bool) -> Sheet | None:
    """The rows of `<table>.csv`. Blank rows are left out. None if the file or its headings cannot be used.

    With `is_child` only the key columns must be there, and a column `_delete` may be.
    """
    text = read_text(path, file, findings)
    if text is None:
        return None
    lines = _split(text, file, findings)
    if lines is None:
        return None
    if not lines:
        findings.add("empty_file", file)
        return None
    (first_line, raw_headings), *body = lines
    headings = _headings(first_line, raw_headings, body, file, table, findings, is_child=is_child)
    if headings is None:
        return None
    rows = []
    for line, cells in body:
        if len(cells) != len(raw_headings):
            shown = ",".join(cells)
            findings.add("row_length", file, line, None, shown, expected=len(raw_headings), found=len(cells))
            continue
        rows.append(Row(line, {name: cells[position] for position, name in headings}))
    columns = frozenset(name for _, name in headings)
    return Sheet(file, columns, rows, is_complete=len(rows) == len(body))


def _split(text: str, file: str, findings: Findings) -> list[tuple[int, list[str]]] | None:
    """Lines that hold anything, with the number of their first line in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        findings.add("csv_syntax", file, start, detail=error)
        return None
    return lines


def foreign_delimiter(names: Sequence[str]) -> str | None:
    """What separates the columns if a heading that should be several is one, or None."""
    marks = [mark for mark in ";\t，|" if len(names) == 1 and mark in names[0]]
    return marks[0].replace("\t", "TAB") if marks else None


def _headings(
    line: int,
    raw: list[str],
    body: list[tuple[int, list[str]]],
    file: str,
    table: Table,
    findings: Findings,
    *,
    is_child: bool,
) -> list[tuple[int, str]] | None:
    """Position and name of the columns to read; None where the heading is no heading of this table."""
    names = [name.strip() for name in raw]
    mark = foreign_delimiter(names)
    if mark is not None:
        findings.add("wrong_delimiter", file, line, None, names[0], delimiter=mark)
        return None
    known = {column.name: column.name for column in table.columns} | ({DELETE: DELETE} if is_child else {})
    chinese = {column.zh: column.name for column in table.columns}
    found: dict[str, int] = {}
    for position, name in enumerate(names):
        if not name:
            # Spreadsheets leave empty columns behind; one that holds something has lost its heading.
            if any(len(cells) > position and cells[position].strip() for _, cells in body):
                findings.add("empty_heading", file, line, None, position=position + 1)
        elif name not in known:
            hint = chinese.get(name) or nearest(name, known)
            findings.add("unknown_column", file, line, name, name, suggestion=hint)
        elif name in found:
            findings.add("duplicate_heading", file, line, name, name)
        else:
            found[name] = position
    for column in table.columns:
        if column.name not in found and (column.name in table.key if is_child else column.required):
            findings.add("missing_column", file, line, column.name)
    if not all(name in found for name in table.key):
        return None
    return [(position, name) for name, position in found.items()]
