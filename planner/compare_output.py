"""The folder of a comparison: totals, adjustments, causes and inputs as CSV, and the adjustment table as a workbook."""

import io
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from dualcontrol import swap
from dualcontrol.compare import Change, Comparison
from dualcontrol.model.audit.states import LOG, read_log
from dualcontrol.power_output import FolderError
from dualcontrol.sheets import Book, Column, both
from dualcontrol.tables import csv_line, number_text, plain_text
from dualcontrol.words import words

WORKBOOK = "adjustments.xlsx"
TABLES = {
    "totals": ("plan", "figure", "before", "after", "change"),
    "adjustments": (
        "plan", "account", "name", "decision_before", "decision_after", "before_tce", "after_tce", "change_tce",
        "causes", "clause_before", "clause_after", "reason_after",
    ),
    "causes": ("plan", "account", "clause", "note", "before_tce", "after_tce", "change_tce"),
    "inputs": ("plan", "place", "before", "after"),
}  # fmt: skip
Cells = tuple[object, ...]


def rows_of(found: Comparison) -> dict[str, list[Cells]]:
    """The rows of every table of one comparison, in the order of `TABLES`."""
    plan = str(found.after.folder)
    causes: list[Cells] = [
        (plan, change.account, c.clause, c.note, c.before_tce, c.after_tce, c.change_tce)
        for change in found.changes
        for c in change.causes
    ]
    tables: dict[str, list[Cells]] = {
        "totals": [
            (plan, figure, old, new, None if old is None or new is None else new - old)
            for figure, (old, new) in found.totals.items()
        ],
        "adjustments": [_adjustment(plan, change) for change in found.changes],
        "causes": causes,
        "inputs": [(plan, one.place, one.before, one.after) for one in found.inputs],
    }
    return tables


def _adjustment(plan: str, change: Change) -> Cells:
    was, becomes = change.before or ("", "", ""), change.after or ("", "", "")
    return (
        plan, change.account, change.name, was[0], becomes[0], change.before_tce, change.after_tce, change.change_tce,
        causes_told(change), was[1], becomes[1], becomes[2],
    )  # fmt: skip


def causes_told(change: Change) -> str:
    """The changed entries of an account: clause, note, signed tonnes."""
    return "; ".join(f"{c.clause} {c.note} {c.change_tce:+d}" for c in change.causes)


def write_comparison(found: Sequence[Comparison], folder: Path) -> None:
    """Write the tables; an earlier comparison there is replaced. FolderError for foreign files or another writer."""
    tables = {name: [row for one in found for row in rows_of(one)[name]] for name in TABLES}
    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with swap.locked(target):
            swap.recover(target)
            _refuse_foreign(target)
            new = swap.stage(target)
            try:
                for name, rows in tables.items():
                    text = "".join(csv_line(map(_cell, cells)) for cells in [TABLES[name], *rows])
                    (new / f"{name}.csv").write_bytes(text.encode("utf-8-sig"))
                (new / WORKBOOK).write_bytes(_workbook(found))
                swap.flush(new)
                swap.replace(new, target)
            except BaseException:
                swap.throw_away(new)
                raise
    except swap.BusyError as error:
        raise FolderError("power.busy", folder=str(target)) from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    return number_text(value, 6) if isinstance(value, float) else plain_text(str(value))


def _refuse_foreign(target: Path) -> None:
    own = {*(f"{name}.csv" for name in TABLES), WORKBOOK}
    if target.is_dir():
        foreign = sorted(p.name for p in target.iterdir() if p.name not in own)
    else:
        foreign = [target.name] if target.exists() else []
    if foreign:
        raise FolderError("power.foreign", folder=str(target), files=", ".join(foreign))


_SHEETS: dict[str, tuple[Column, ...]] = {
    "adjustments": (
        Column("column.name", width=26), Column("column.account", width=24),
        Column("compare.decision_before", width=20), Column("compare.decision_after", width=20),
        Column("compare.before_tce", "int", 13, is_summed=True), Column("compare.after_tce", "int", 13, is_summed=True),
        Column("compare.change_tce", "move", 13, is_summed=True), Column("compare.causes", width=60),
    ),
    "totals": (
        Column("compare.figure", width=44), Column("compare.before", "number", 18),
        Column("compare.after", "number", 18), Column("compare.change", "number", 18),
    ),
    "inputs": (
        Column("compare.place", width=48), Column("compare.before", width=40), Column("compare.after", width=40),
    ),
}  # fmt: skip


def _workbook(found: Sequence[Comparison]) -> bytes:
    """A group of sheets per plan that is compared with the first."""
    output = io.BytesIO()
    marks = [one.after.summary.get("mark") for one in found]
    mark = next((str(m) for m in marks if m), None)
    with xlsxwriter.Workbook(output, {"in_memory": True}) as workbook:
        book = Book(workbook, mark, both("compare.title"))
        for number, one in enumerate(found, start=1):
            _sheets(book, one, f" {number}" if len(found) > 1 else "")
        book.set_print_areas()
    return output.getvalue()


def _sheets(book: Book, found: Comparison, number: str) -> None:
    values: dict[str, list[Cells]] = {
        "adjustments": [
            (
                c.name, c.account, words("decision", c.before[0]) if c.before else "",
                words("decision", c.after[0]) if c.after else "", c.before_tce, c.after_tce, c.change_tce,
                "；".join(f"{one.clause} {words('note', one.note)} {one.change_tce:+,d}" for one in c.causes),
            )
            for c in found.changes
        ],
        "totals": [(words("compare_figure", row[1]), *row[2:]) for row in rows_of(found)["totals"]],
        "inputs": [row[1:] for row in rows_of(found)["inputs"]],
    }  # fmt: skip
    for name, columns in _SHEETS.items():
        sheet = book.named_sheet(f"{both(f'compare.{name}')}{number}")
        sheet.widths([column.width for column in columns])
        sheet.titled(
            both(f"compare.{name}"), f"{state_told(found.before.folder)} → {state_told(found.after.folder)}"
        )
        sheet.heads(columns, frozen_columns=1, is_text=True)
        first = sheet.row
        for row in values[name]:
            sheet.record(columns, row)
        if values[name] and any(column.is_summed for column in columns):
            sheet.totals(columns, first, values[name], "total.all")


def state_told(folder: Path) -> str:
    """A plan by the document it was issued by, else by its folder."""
    try:
        records = read_log(folder) if (folder / LOG).exists() else []
    except (OSError, ValueError):
        records = []
    return f"{records[-1]['document']} ({folder.name})" if records else folder.name
