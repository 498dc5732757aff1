"""Overrides of single cells, `<table>.<key>.<column>`: laid over the files as one more scenario, checked like one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dualcontrol.model.cells import written
from dualcontrol.model.layers import OVERRIDES
from dualcontrol.model.problems import Findings, Problem, nearest
from dualcontrol.model.reading import Row, Sheet
from dualcontrol.model.schema import TABLES, Table
from dualcontrol.model.tables import Part, Place, Record, parse_sheet, table_of


@dataclass(frozen=True)
class _Cell:
    """One override: its dotted key, the keys of the row as text, the column and the value as a file has it."""

    name: str
    table: Table
    key: tuple[str, ...]
    column: str
    text: str | None  # None: the cell is emptied

    @property
    def row(self) -> str:
        """The dotted name of the row."""
        return ".".join((self.table.name, *self.key))


@dataclass(frozen=True)
class CellOverrides:
    """The overrides as one part per table; `rows` says which row is meant by a line of a part.

    empty: table, key and column of cells that are to be empty.
    """

    parts: Mapping[str, Part]
    rows: Mapping[tuple[str, int], str]
    empty: frozenset[tuple[str, tuple[str, ...], str]] = frozenset()

    def emptied(self, table: str, records: Sequence[Record]) -> list[Record]:
        """The rows of a table without the values of cells that are to be empty."""
        gone: dict[tuple[str, ...], set[str]] = {}
        for name, key, column in self.empty:
            if name == table:
                gone.setdefault(key, set()).add(column)
        return [_without(record, gone.get(_key(record, TABLES[table]), set())) for record in records]

    def told(self, problems: Iterable[Problem]) -> list[Problem]:
        """Problems with the dotted key as their place, where they are about an override."""
        return [self._told(problem) for problem in problems]

    def _told(self, problem: Problem) -> Problem:
        if not problem.file.startswith(f"{OVERRIDES}/"):
            return problem
        table = table_of(problem.file)
        row = self.rows.get((table, problem.row or 0), table)
        column = ".".join(filter(None, (row, problem.column)))
        return replace(problem, file=OVERRIDES, row=None, column=column)


def divided(overrides: Mapping[str, object] | None) -> tuple[dict[str, object], dict[str, object]]:
    """Overrides of settings, and those of cells: three words or more, the first a table; None empties a cell."""
    settings: dict[str, object] = {}
    cells: dict[str, object] = {}
    for name, value in (overrides or {}).items():
        words = name.split(".")
        (cells if len(words) > 2 and words[0] in TABLES else settings)[name] = value
    return settings, cells


def laid_over(
    cells: Mapping[str, object], parts: Mapping[str, Sequence[Part]], findings: Findings
) -> CellOverrides:
    """The overrides of cells over the parts of a chain of scenarios; whose row or column is not there is told."""
    found = [cell for name, value in cells.items() if (cell := _cell(name, value, parts, findings))]
    over: dict[str, Part] = {}
    rows: dict[tuple[str, int], str] = {}
    for table in {cell.table.name: cell.table for cell in found}.values():
        lines: dict[tuple[str, ...], dict[str, str]] = {}
        for cell in found:
            if cell.table is table:
                own = lines.setdefault(cell.key, dict(zip(table.key, cell.key, strict=True)))
                if cell.text is not None:
                    own[cell.column] = cell.text
                rows[table.name, list(lines).index(cell.key) + 1] = cell.row
        columns = frozenset(column for line in lines.values() for column in line)
        sheet = Sheet(
            f"{OVERRIDES}/{table.name}.csv",
            columns,
            [Row(count, line) for count, line in enumerate(lines.values(), start=1)],
            is_complete=True,
        )
        over[table.name] = parse_sheet(sheet, table, findings, is_child=True)
    empty = frozenset((cell.table.name, cell.key, cell.column) for cell in found if cell.text is None)
    return CellOverrides(over, rows, empty)


def _key(record: Record, table: Table) -> tuple[str, ...]:
    return tuple(written(record.values.get(name)) for name in table.key)


def _without(record: Record, columns: Collection[str]) -> Record:
    if not columns:
        return record
    places = record.places | {column: Place(OVERRIDES, record.place.row, "") for column in columns}
    return replace(record, values={k: v for k, v in record.values.items() if k not in columns}, places=places)


def _cell(name: str, value: object, parts: Mapping[str, Sequence[Part]], findings: Findings) -> _Cell | None:
    first, *middle, column = name.split(".")
    table, text = TABLES[first], _text(value)
    key = (".".join(middle),) if len(table.key) == 1 else tuple(middle)  # a lone id may hold dots
    place = (OVERRIDES, None, name, value)
    known = {column.name for column in table.columns} - set(table.key)
    if len(key) != len(table.key):
        expected = ".".join((first, *(f"<{part}>" for part in table.key), column))
        findings.add("cell_key", *place, expected=expected)
        return None
    if column not in known:
        findings.add("unknown_column", OVERRIDES, None, name, column, suggestion=nearest(column, known))
        return None
    rows = _keys(parts[first])
    if key not in rows:
        # of a table that could not be read to the end nobody knows its rows
        if all(part.is_complete for part in parts[first]):
            near = nearest(", ".join(key), (", ".join(row) for row in rows))
            findings.add("unknown_row", *place, table=first, key=", ".join(key), suggestion=near)
        return None
    if value is None:
        return _Cell(name, table, key, column, None)
    if text is None:
        findings.add("wrong_type", *place, expected="1.5")
        return None
    if not text:
        findings.add("missing_value", *place)
        return None
    return _Cell(name, table, key, column, text)


def _keys(parts: Sequence[Part]) -> set[tuple[str, ...]]:
    """The keys of the rows that a chain of parts leaves, as text."""
    found: set[tuple[str, ...]] = set()
    for part in parts:
        found -= {tuple(written(item) for item in key) for key in part.removed}
        found |= {tuple(written(item) for item in key) for key in part.records}
    return found


def _text(value: object) -> str | None:
    """A value of TOML as a cell has it; None for what no cell can hold."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return written(value) if isinstance(value, bool | float | date) else None
