"""Text rows to typed tables: cells parsed, columns validated by pandera, child rows laid over parent rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from dualcontrol.model.cells import Fault, Value, parse, written
from dualcontrol.model.problems import Findings, nearest, plain
from dualcontrol.model.reading import DELETE, Row, Sheet
from dualcontrol.model.schema import TABLES, Column, Table

if TYPE_CHECKING:
    import pandera.pandas as pa


class _Bad:
    """Stands for a cell whose fault has been told."""


BAD: Final = _Bad()
PROFILES = "power/profiles"  # the hourly series, read as one array by `profiles.py`
Key = tuple[Value, ...]


@dataclass(frozen=True)
class Place:
    """Where a cell comes from, and its text there."""

    file: str
    row: int
    text: str


@dataclass(frozen=True)
class Record:
    """One row: values by column (empty cells absent, faulty ones BAD) and where each comes from."""

    values: dict[str, Value | _Bad]
    places: dict[str, Place]
    place: Place

    def at(self, column: str) -> Place:
        """The place of a cell; of the row if the cell was left empty."""
        return self.places.get(column, self.place)


@dataclass(frozen=True)
class Part:
    """The rows of one file. `removed` are the keys a child scenario removes."""

    file: str
    records: Mapping[Key, Record]
    removed: Mapping[Key, Place]
    is_complete: bool


def table_of(file: str) -> str:
    """The name of the table in a file, without the scenario's folder: units for ../dalad-2022/units.csv."""
    parts = file.removesuffix(".csv").split("/")
    inner = "/".join(parts[-2:])
    return inner if inner in TABLES or inner == PROFILES else parts[-1]


def parse_sheet(sheet: Sheet, table: Table, findings: Findings, *, is_child: bool) -> Part:
    """Parse every cell of a sheet, validate its columns, and index the rows by key."""
    # A column whose absence has been told is not told again for every row.
    absent = frozenset() if is_child else frozenset(c.name for c in table.columns) - sheet.columns
    parsed: list[Record] = []
    removed: dict[Key, Place] = {}
    is_complete = sheet.is_complete
    for row in sheet.rows:
        record = _parse_row(row, sheet.file, table, absent, findings)
        key = _key(record, table)
        if key is None:
            is_complete = False
        elif record.values.get(DELETE) is True:
            removed[key] = record.at(DELETE)
            continue
        parsed.append(record)
    validate(parsed, sheet.file, table, findings)
    records: dict[Key, Record] = {}
    for record in parsed:
        key = _key(record, table)
        if key is not None:
            records.setdefault(key, record)
    return Part(sheet.file, records, removed, is_complete)


def _parse_row(row: Row, file: str, table: Table, absent: Iterable[str], findings: Findings) -> Record:
    values: dict[str, Value | _Bad] = {}
    places: dict[str, Place] = {}
    columns = (*table.columns, Column(DELETE, "flag", "删除", "remove the row", required=False))
    for column in columns:
        if column.name not in row.cells:
            if column.required and column.name in absent:
                values[column.name] = BAD
            continue
        text = row.cells[column.name].strip()
        parsed = parse(column, text)
        if isinstance(parsed, Fault):
            findings.add(parsed.rule, file, row.line, column.name, text, **parsed.params)
        elif parsed is None and column.name in table.key:
            findings.add("missing_value", file, row.line, column.name)
        elif parsed is None:
            continue
        values[column.name] = BAD if parsed is None or isinstance(parsed, Fault) else parsed
        places[column.name] = Place(file, row.line, text)
    return Record(values, places, Place(file, row.line, ""))


def _key(record: Record, table: Table) -> Key | None:
    key = tuple(record.values[name] for name in table.key)
    return None if any(isinstance(part, _Bad) for part in key) else key  # type: ignore[return-value]


def validate(records: Sequence[Record], file: str, table: Table, findings: Findings) -> None:
    """Bounds, choices and uniqueness of keys: every failure at once, by pandera."""
    if _is_sound(records, table):  # nearly always, and pandera takes 20 ms a table to say so
        return
    import pandera.pandas as pa

    schema = _schema(table.name)
    given = {*table.key, *(name for record in records for name in record.values)}
    judged = [column for column in table.columns if column.name in schema.columns and column.name in given]
    frame = _frame(
        {c.name: _clean(r.values.get(c.name) for r in records) for c in judged}, _DRAFT_TYPES, judged
    )
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        failures = error.failure_cases.drop_duplicates(["check", "column", "index"]).sort_values("index")
    else:
        return
    first: dict[Key, int] = {}
    for record in records:
        key = _key(record, table)
        if key is not None:
            first.setdefault(key, record.place.row)
    for check, name, index in zip(failures["check"], failures["column"], failures["index"], strict=True):
        record = records[int(index)]
        if check == "multiple_fields_uniqueness":
            key = _key(record, table)
            if key is not None and name == table.key[0]:
                text = ", ".join(written(part) for part in key)
                where = (file, record.place.row, table.key[-1])
                findings.add("duplicate_key", *where, text, key=text, first_row=first[key])
        else:
            _add_domain_failure(str(check), table.column(str(name)), record, findings)


def _is_sound(records: Sequence[Record], table: Table) -> bool:
    """Whether every value is within its bounds and choices and every key is there once; what is not, pandera tells."""
    keys = [key for record in records if (key := _key(record, table)) is not None]
    if len(set(keys)) < len(keys):
        return False
    for column in table.columns:
        if column.minimum is None and column.maximum is None and not column.choices:
            continue
        low = -float("inf") if column.minimum is None else column.minimum
        high = float("inf") if column.maximum is None else column.maximum
        for record in records:
            value = record.values.get(column.name)
            if value is None or isinstance(value, _Bad):
                continue
            if column.choices and value not in column.choices:
                return False
            if isinstance(value, int | float) and not low <= value <= high:
                return False
    return True


def _add_domain_failure(check: str, column: Column, record: Record, findings: Findings) -> None:
    place = record.at(column.name)
    params: dict[str, str] = {}
    if check == "below_minimum":
        params = {"minimum": plain(column.minimum or 0.0)}
    elif check == "above_maximum":
        params = {"maximum": plain(column.maximum or 0.0)}
    elif check == "not_a_choice":
        choices = ", ".join(column.choices)
        params = {"choices": choices, "suggestion": nearest(place.text, column.choices)}
    findings.add(check, place.file, place.row, column.name, place.text, **params)


@cache
def _schema(name: str) -> "pa.DataFrameSchema":
    """The pandera schema of a table: numbers in their bounds, choices, unique keys."""
    import pandera.pandas as pa

    table = TABLES[name]
    columns = {}
    for column in table.columns:
        checks = []
        if column.minimum is not None:
            checks.append(pa.Check.ge(column.minimum, error="below_minimum"))
        if column.maximum is not None:
            checks.append(pa.Check.le(column.maximum, error="above_maximum"))
        if column.choices:
            checks.append(pa.Check.isin(column.choices, error="not_a_choice"))
        if checks or column.name in table.key:
            kind = "float64" if column.kind in ("number", "integer") else object
            columns[column.name] = pa.Column(kind, checks, nullable=True, required=False)
    return pa.DataFrameSchema(
        columns, strict=True, unique=list(table.key), report_duplicates="exclude_first", name=name
    )


_DRAFT_TYPES: Mapping[str, type] = {"number": float, "integer": float}
_FINAL_TYPES: Mapping[str, type] = {"number": float, "integer": int, "flag": bool}


def _frame(
    values: Mapping[str, list[Any]], types: Mapping[str, type], columns: Iterable[Column]
) -> pd.DataFrame:
    """A frame with the type of each kind of column; kinds without one are objects (None stays None)."""
    # One index object for all columns spares their alignment, which takes most of the time of a small frame.
    index = pd.RangeIndex(len(next(iter(values.values()))))
    kinds = {column.name: types.get(column.kind, object) for column in columns}
    series = {name: pd.Series(items, index, dtype=kinds[name]) for name, items in values.items()}
    return pd.DataFrame(series, index)


@cache
def _empty(name: str, *, is_final: bool) -> pd.DataFrame:
    """A table without a row: most tables of most scenarios, and slow to make column by column."""
    columns = TABLES[name].columns
    return _frame({c.name: [] for c in columns}, _FINAL_TYPES if is_final else _DRAFT_TYPES, columns)


def _clean(values: Iterable[Value | _Bad | None]) -> list[Value | None]:
    return [None if isinstance(value, _Bad) else value for value in values]


def overlay(parts: Sequence[Part], table: Table, findings: Findings) -> list[Record]:
    """The rows of a chain of scenarios, root first: a child's row replaces cells by key, adds, or removes."""
    rows: dict[Key, Record] = {}
    for part in parts:
        for key, place in part.removed.items():
            if rows.pop(key, None) is None:
                text = ", ".join(written(item) for item in key)
                known = (", ".join(written(item) for item in other) for other in rows)
                where = (place.file, place.row, DELETE)
                findings.add("nothing_to_delete", *where, text, suggestion=nearest(text, known))
        silent = []
        for key, record in part.records.items():
            old = rows.get(key)
            if old is None:
                rows[key] = record
                continue
            if "basis" not in record.values:
                silent.append(record.place.row)
            rows[key] = Record(old.values | record.values, old.places | record.places, record.place)
        if silent:
            findings.add("note_override_keeps_basis", part.file, silent[0], "basis", count=len(silent))
    return list(rows.values())


def complete(records: Sequence[Record], table: Table, findings: Findings, *, is_whole: bool) -> pd.DataFrame:
    """The frame of a table with defaults filled in; missing required cells are told if the chain `is_whole`.

    Faulty cells become NaN, "" or None, so that what can still be checked is checked. Integers are float64.
    """
    if not records:
        return _empty(table.name, is_final=False).copy()
    columns: dict[str, list[Value | None]] = {}
    for column in table.columns:
        values = [record.values.get(column.name) for record in records]
        for record, value in zip(records, values, strict=True):
            if value is None and column.required and is_whole:
                findings.add("missing_value", record.place.file, record.place.row, column.name)
        default: Value | None = column.default  # type: ignore[assignment]
        if default is None and column.kind in ("id", "ref", "text", "choice"):
            default = ""
        # a default must not hide a faulty number from the checks that follow
        faulty = None if column.kind in ("number", "integer") else default
        filled = [default if value is None else value for value in values]
        columns[column.name] = [faulty if isinstance(value, _Bad) else value for value in filled]
    return _frame(columns, _DRAFT_TYPES, table.columns)


def finish(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The frame with its final types (integers int64, flags bool), sorted by key."""
    if not len(frame):
        return _empty(table.name, is_final=True).copy()
    keys = list(zip(*(frame[name] for name in table.key), strict=True))
    order = sorted(range(len(frame)), key=keys.__getitem__)
    columns = {name: frame[name].tolist() for name in frame.columns}
    ordered = {name: [values[i] for i in order] for name, values in columns.items()}
    return _frame(ordered, _FINAL_TYPES, table.columns)


def rows_of(frame: pd.DataFrame, table: Table) -> list[list[str | float | bool | None]]:
    """The rows of a finished frame as values of JSON: dates as ISO text, missing values as None."""
    columns: list[list[str | float | bool | None]] = []
    for column in table.columns:
        values = frame[column.name].tolist()
        if column.kind == "date":
            values = [value.isoformat() if isinstance(value, date) else None for value in values]
        elif column.kind == "number":
            values = [None if value != value else value for value in values]
        columns.append(values)
    return [list(row) for row in zip(*columns, strict=True)]
