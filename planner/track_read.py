"""Meter readings from CSV and Parquet, read with DuckDB into columns of whole numbers (2.5).

A table is long: a row per reading. Headings: `unit_id`, `carrier`, `time`, and `quantity` (used in the interval that
begins then) or `register` (state of the meter); optional `use`, `unit`, `meter`, `reported_at`. Chinese ones will do.
"""

import tempfile
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dualcontrol.model.tracking_readings import (
    LARGEST,
    NEVER,
    NUMBER_BAD,
    NUMBER_BOTH,
    NUMBER_NONE,
    NUMBER_OK,
    USES,
    Readings,
)
from dualcontrol.model.tracking_units import plain_unit

HEADINGS = {
    "unit_id": ("unit_id", "企业编号", "单位编号", "owner_id"),
    "carrier": ("carrier", "carrier_id", "能源品种", "品种编号", "品种"),
    "time": ("time", "时间", "月份", "period"),
    "quantity": ("quantity", "实物量", "数量", "消费量"),
    "register": ("register", "表底数", "表码", "示数"),
    "use": ("use", "用途"),
    "unit": ("unit", "计量单位"),
    "meter": ("meter", "meter_id", "表号"),
    "reported_at": ("reported_at", "上报时间", "报送时间"),
}
NEEDED = ("unit_id", "carrier", "time")
KINDS = (".csv", ".parquet")
MEMORY = "1200MB"  # of DuckDB; what is more goes to disk
_FORMATS = (
    "'%Y-%m','%Y/%m','%Y%m','%Y年%m月','%Y/%m/%d','%Y/%m/%d %H:%M','%Y/%m/%d %H:%M:%S','%Y%m%d','%Y年%m月%d日',"
    "'%Y-%m-%dT%H:%M'"
)
_BEIJING = 8 * 3600


class ReadingsError(Exception):
    """The readings cannot be read at all. `message` is an id, `params` belong to it."""

    def __init__(self, message: str, **params: object) -> None:
        """Keep the message id and its parameters."""
        self.message, self.params = message, params
        super().__init__(message)


@dataclass(frozen=True)
class Words:
    """The words that may stand in a reading: owners and carriers of the plan, units of measurement."""

    owners: tuple[str, ...]
    carriers: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(frozen=True)
class _File:
    """A file as it is read: how DuckDB scans it, its headings by our names, the line of its first row."""

    path: Path
    name: str
    scan: str
    columns: Mapping[str, str]
    kinds: Mapping[str, str]
    first_line: int


def read_readings(source: Path | str, year: int, words: Words) -> Readings:
    """All readings of a file, or of the CSV and Parquet files in a folder by name. ReadingsError, OSError.

    year: the plan year; times count from its beginning. Words that are not among `words` are told by the judge.
    """
    try:
        import duckdb
    except ImportError as error:
        raise ReadingsError("track.no_duckdb") from error
    source = Path(source)
    paths = sorted(p for p in source.iterdir() if p.suffix.lower() in KINDS) if source.is_dir() else [source]
    if not source.exists() or not paths or any(p.suffix.lower() not in KINDS for p in paths):
        raise ReadingsError("track.no_readings", path=source)
    with ExitStack() as stack:
        spill = stack.enter_context(tempfile.TemporaryDirectory())
        connection = stack.enter_context(_connect(Path(spill)))
        try:
            files = [_open(connection, path, Path(spill)) for path in paths]
            return _Reader(connection, files, year, words).read()
        except duckdb.Error as error:
            raise ReadingsError("track.unreadable", path=source, detail=str(error).splitlines()[0]) from error


def _connect(spill: Path) -> Any:
    """A database in memory that spills to a folder and reaches for nothing outside."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET memory_limit='{MEMORY}'")
    connection.execute(f"SET temp_directory={_quoted(spill)}")
    connection.execute("SET preserve_insertion_order=true")
    return connection


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _open(connection: Any, path: Path, spill: Path) -> _File:
    if path.suffix.lower() == ".parquet":
        scan, first_line = f"read_parquet({_quoted(path)})", 1
    else:
        readable = _as_utf8(path, spill)
        scan = (
            f"read_csv({_quoted(readable)}, all_varchar=true, header=true, null_padding=true, "
            "strict_mode=false, auto_detect=true, delim=',', quote='\"', escape='\"')"
        )
        first_line = 2
    described = connection.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall()  # noqa: S608
    kinds = {row[0]: row[1] for row in described}
    columns = {
        ours: found
        for ours, spellings in HEADINGS.items()
        for found in kinds
        if found.strip().lstrip("\ufeff").lower() in spellings
    }
    if missing := [name for name in NEEDED if name not in columns]:
        raise ReadingsError("track.no_column", path=path, column=", ".join(missing), found=", ".join(kinds))
    if "quantity" not in columns and "register" not in columns:
        raise ReadingsError(
            "track.no_column", path=path, column="quantity | register", found=", ".join(kinds)
        )
    return _File(path, path.name, scan, columns, kinds, first_line)


def _as_utf8(path: Path, spill: Path) -> Path:
    """The file, or a copy in utf-8 of one that Excel in China wrote in GBK. ReadingsError if it is neither."""
    for encoding in ("utf-8", "gb18030"):
        decoder = getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while block := file.read(1 << 22):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8":
            return path
        copy = spill / f"{len(list(spill.iterdir()))}-{path.name}"
        with (
            path.open(encoding=encoding, newline="") as source,
            copy.open("w", encoding="utf-8", newline="") as out,
        ):
            while text := source.read(1 << 22):
                out.write(text)
        return copy
    raise ReadingsError("track.encoding", path=path)


class _Reader:
    """The work of `read_readings` on an open connection."""

    def __init__(self, connection: Any, files: Sequence[_File], year: int, words: Words) -> None:
        self.connection, self.files, self.words = connection, files, words
        self.origin = f"TIMESTAMP '{year}-01-01 00:00:00'"
        self.meters = self._meters()
        for name, members in (
            ("owner_word", words.owners),
            ("carrier_word", words.carriers),
            ("use_word", USES),
            ("unit_word", tuple(plain_unit(unit) for unit in words.units)),
            ("meter_word", self.meters),
        ):
            listed = ", ".join(_quoted(member) for member in members)
            connection.execute(f"CREATE TYPE {name} AS ENUM ({listed})")

    def _meters(self) -> tuple[str, ...]:
        found = {""}
        for file in self.files:
            if "meter" in file.columns:
                text = f"trim(coalesce({self._text(file, 'meter')}, ''))"
                rows = self.connection.execute(f"SELECT DISTINCT {text} FROM {file.scan}").fetchall()  # noqa: S608
                found |= {row[0] for row in rows}
        return tuple(sorted(found))

    def _text(self, file: _File, name: str) -> str:
        """The SQL of a column as text; NULL where the file has none."""
        if name not in file.columns:
            return "NULL::VARCHAR"
        column = _named(file.columns[name])
        return column if file.kinds[file.columns[name]] == "VARCHAR" else f"{column}::VARCHAR"

    def _code(self, file: _File, name: str, word: str, *, plain: str = "trim({})") -> str:
        """The place of a word in its list; -1 for none, -2 for one that is not in it; blanks are looked at last."""
        if name not in file.columns:
            return "-1"
        text = self._text(file, name)
        first, second = (f"enum_code(TRY_CAST({t} AS {word}))" for t in (text, plain.format(text)))
        return f"coalesce({first}, {second}, CASE WHEN coalesce(trim({text}), '') = '' THEN -1 ELSE -2 END)"

    def _seconds(self, file: _File, name: str) -> tuple[str, str]:
        """Seconds since the year began, Beijing time (NULL: no time), and whether another offset was given."""
        if name not in file.columns:
            return "NULL::BIGINT", "false"
        column = _named(file.columns[name])
        kind = file.kinds[file.columns[name]]
        if kind.startswith("TIMESTAMP WITH"):
            return f"epoch({column})::BIGINT + {_BEIJING} - epoch({self.origin})::BIGINT", "false"
        if kind.startswith("TIMESTAMP") or kind == "DATE":
            return f"epoch({column}::TIMESTAMP)::BIGINT - epoch({self.origin})::BIGINT", "false"
        text = self._text(file, name)
        # only what can have an offset is searched for one: most times are 2022-01-01 00:15:00
        long = f"(length({text}) > 19 OR right({text}, 1) = 'Z' OR {text}[17] IN ('+', '-'))"
        offset = (
            rf"CASE WHEN {long} THEN regexp_matches({text}, ':.*(Z|[+-]\d\d(:?\d\d)?)\s*$') ELSE false END"
        )
        local = f"coalesce(TRY_CAST({text} AS TIMESTAMP), try_strptime(trim({text}), [{_FORMATS}]))"
        absolute = f"epoch(TRY_CAST({text} AS TIMESTAMPTZ))::BIGINT + {_BEIJING}"
        seconds = f"CASE WHEN {offset} THEN {absolute} ELSE epoch({local})::BIGINT END - epoch({self.origin})::BIGINT"
        shifted = rf"CASE WHEN {offset} THEN NOT regexp_matches({text}, '\+08(:?00)?\s*$') ELSE false END"
        return seconds, f"coalesce({shifted}, false)"

    def _number(self, file: _File, name: str) -> str:
        """A column as DOUBLE, NULL where it is no number."""
        if name not in file.columns:
            return "NULL::DOUBLE"
        column = _named(file.columns[name])
        return f"TRY_CAST({column} AS DOUBLE)" if self._is_text(file, name) else f"{column}::DOUBLE"

    def _is_text(self, file: _File, name: str) -> bool:
        return name in file.columns and file.kinds[file.columns[name]] == "VARCHAR"

    def _has(self, file: _File, name: str) -> str:
        if name not in file.columns:
            return "false"
        column = _named(file.columns[name])
        return (
            f"coalesce(trim({column}), '') <> ''" if self._is_text(file, name) else f"({column} IS NOT NULL)"
        )

    def _select(self, file: _File) -> str:
        seconds, shifted = self._seconds(file, "time")
        reported, _ = self._seconds(file, "reported_at")
        is_register, number = "false", self._number(file, "quantity")
        none, two = f"NOT {self._has(file, 'quantity')}", "false"
        if "quantity" not in file.columns:
            is_register, number, none = (
                "true",
                self._number(file, "register"),
                f"NOT {self._has(file, 'register')}",
            )
        elif "register" in file.columns:
            has, other = self._has(file, "register"), self._has(file, "quantity")
            is_register, two, none = has, f"{has} AND {other}", f"NOT {has} AND NOT {other}"
            number = f"CASE WHEN {has} THEN {self._number(file, 'register')} ELSE {number} END"
        plain = "replace(replace(lower(replace({}, ' ', '')), '³', '3'), '㎥', 'm3')"
        return f"""
            WITH rows AS (SELECT
                {self._code(file, "unit_id", "owner_word")} AS owner,
                {self._code(file, "carrier", "carrier_word")} AS carrier,
                {self._code(file, "use", "use_word")} AS use,
                {self._code(file, "unit", "unit_word", plain=plain)} AS unit,
                {self._code(file, "meter", "meter_word", plain="trim(coalesce({}, ''))")} AS meter,
                {seconds} AS time, {reported} AS reported, {shifted} AS shifted, ({number}) * 1e6 AS micro,
                ({is_register}) AS is_register, ({two}) AS two, ({none}) AS none
                FROM {file.scan})
            SELECT owner::SMALLINT AS owner, carrier::SMALLINT AS carrier, use::TINYINT AS use, unit::SMALLINT AS unit,
                meter::INTEGER AS meter, coalesce(time, {NEVER}) AS time, coalesce(reported, {NEVER}) AS reported,
                shifted, is_register,
                CASE WHEN abs(micro) <= {LARGEST}e0 THEN round(micro)::BIGINT ELSE 0 END AS value,
                (CASE WHEN two THEN {NUMBER_BOTH} WHEN abs(micro) <= {LARGEST}e0 THEN {NUMBER_OK}
                    WHEN none THEN {NUMBER_NONE} ELSE {NUMBER_BAD} END)::TINYINT AS number
            FROM rows"""  # noqa: S608 - every name and word in it is quoted

    def read(self) -> Readings:
        """All files one after the other."""
        parts = [self.connection.execute(self._select(file)).fetchnumpy() for file in self.files]
        lengths = [len(part["time"]) for part in parts]

        def joined(name: str) -> Any:
            arrays = [np.asarray(part.pop(name)) for part in parts]
            return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

        words = self.words
        meter = joined("meter")
        return Readings(
            words.owners, words.carriers, words.units, self.meters,
            joined("owner"), joined("carrier"), joined("use"), joined("unit"), np.maximum(meter, 0),
            joined("time"), joined("reported"), joined("value"), joined("number"),
            joined("is_register"), joined("shifted"), _Told(self.files, lengths),
        )  # fmt: skip


@dataclass(frozen=True)
class _Told:
    """File, row and words of readings, read again for those that are asked for."""

    files: Sequence[_File]
    lengths: Sequence[int]

    def __call__(self, rows: Sequence[int]) -> list[Mapping[str, str]]:
        """Of rows in any order, by their place among all readings; one pass over each file that has any."""
        found: dict[int, Mapping[str, str]] = {}
        with ExitStack() as stack:
            spill = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            connection = stack.enter_context(_connect(spill))
            before = 0
            for file, length in zip(self.files, self.lengths, strict=True):
                wanted = sorted({row - before for row in rows if before <= row < before + length})
                if wanted:
                    opened = _open(connection, file.path, spill)
                    found |= {before + n: words for n, words in _words_of(connection, opened, wanted)}
                before += length
        return [found[row] for row in rows]


def _words_of(connection: Any, file: _File, wanted: Sequence[int]) -> Iterator[tuple[int, Mapping[str, str]]]:
    names = [name for name in ("unit_id", "carrier", "time", "quantity", "register", "unit", "use", "reported_at")
             if name in file.columns]  # fmt: skip
    texts = ", ".join(
        f"coalesce({_named(file.columns[name])}::VARCHAR, '') AS {_named(name)}" for name in names
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE wanted (n BIGINT)")
    connection.execute("INSERT INTO wanted SELECT unnest(?)", [list(wanted)])
    every = f"SELECT row_number() OVER () - 1 AS n, {texts} FROM {file.scan}"  # noqa: S608 - names are quoted
    for n, *cells in connection.execute(f"SELECT * FROM ({every}) SEMI JOIN wanted USING (n)").fetchall():  # noqa: S608
        told = dict(zip(names, cells, strict=True))
        number = " | ".join(told[name] for name in ("quantity", "register") if told.get(name))
        more = " ".join(told[name] for name in ("unit", "use", "reported_at") if told.get(name))
        yield (
            n,
            {
                "place": f"{file.name}:{n + file.first_line}",
                "unit_id": told["unit_id"],
                "carrier": told["carrier"],
                "time": told["time"],
                "value": f"{number} {more}".strip(),
            },
        )
