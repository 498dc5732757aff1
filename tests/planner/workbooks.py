"""Fill-in workbooks as a planner's program leaves them: cells found by table, row and column name, and changed."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dualcontrol.cli import main
from dualcontrol.register_layout import FIRST_ROW, NAME_ROW, SETTINGS_SHEET, tab
from tests.planner.conftest import Said


def runner(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Runs a command in this process, in English unless it says otherwise; never a traceback."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "en_US.UTF-8")

    def running(*arguments: object) -> Said:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return Said(int(end.value.code or 0), out, err)

    return running


class Workbook:
    """An open fill-in workbook."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = openpyxl.load_workbook(path)

    def sheet(self, table: str) -> Any:
        return self.book[SETTINGS_SHEET if table == "settings" else tab(table)]

    def at(self, table: str, column: str, row: int = 0) -> str:
        """The name of a cell: `D6`. row: of the data, from 0."""
        sheet = self.sheet(table)
        for cell in sheet[NAME_ROW + 1]:
            if cell.value == column:
                return f"{cell.column_letter}{FIRST_ROW + 1 + row}"
        raise KeyError(column)

    def put(self, table: str, column: str, value: Any, row: int = 0) -> str:
        name = self.at(table, column, row)
        cell = self.sheet(table)[name]
        cell.value = value
        if isinstance(value, str) and value.startswith("=") and not value.startswith("=="):
            cell.data_type = "f"
        return name

    def text(self, table: str, column: str, value: str, row: int = 0) -> str:
        """Put a text that stays text whatever it begins with."""
        name = self.put(table, column, value, row)
        self.sheet(table)[name].data_type = "s"
        return name

    def setting(self, key: str, value: Any) -> str:
        sheet = self.book[SETTINGS_SHEET]
        names = {cell.value: cell.column_letter for cell in sheet[NAME_ROW + 1]}
        for row in range(FIRST_ROW + 1, sheet.max_row + 1):
            if sheet[f"{names['key']}{row}"].value == key:
                sheet[f"{names['value']}{row}"].value = value
                return f"{names['value']}{row}"
        raise KeyError(key)

    def save(self, path: Path | None = None) -> Path:
        target = path or self.path
        self.book.save(target)
        return target


def rewritten(path: Path, target: Path, change: Callable[[str, str], str]) -> Path:
    """A copy of a workbook whose XML parts went through `change` (name of the part, text)."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.endswith((".xml", ".rels")):
                content = change(part.filename, content.decode("utf-8")).encode("utf-8")
            new.writestr(part.filename, content)
    return target


def inline_strings(path: Path, target: Path) -> Path:
    """The same workbook with its texts inside the cells and without a table of them, as some programs write it."""
    with zipfile.ZipFile(path) as book:
        shared = book.read("xl/sharedStrings.xml").decode("utf-8")
    texts = re.findall(r"<si>(.*?)</si>", shared, re.DOTALL)

    def change(name: str, text: str) -> str:
        if not name.startswith("xl/worksheets/sheet"):
            return text
        found = re.sub(
            r'(<c [^>]*?) t="s"><v>(\d+)</v></c>',
            lambda m: f'{m[1]} t="inlineStr"><is>{texts[int(m[2])]}</is></c>',
            text,
        )
        return re.sub(r"<dimension [^>]*/>", "", found)  # nor the extent of the sheet

    return rewritten(path, target, change)
