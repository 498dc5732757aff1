"""The tables of a MATPOWER case file (`.m`, format version 1 or 2), parsed by `matpowercaseframes`.

The file is a program; only tables written out in numbers can be read without running it. It is brought into
the plain form the parser takes for certain (no comments, one row a line, blanks between numbers, `mpc.`
before every table), and whatever else the program does is told.
"""

import re
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from dualcontrol.model.power.case import CaseError, Finding

TABLES = ("bus", "gen", "branch", "gencost", "dcline", "dclinecost")
LEAST_COLUMNS = {"bus": 13, "gen": 10, "branch": 11, "gencost": 5, "dcline": 17, "dclinecost": 5}
LIMITS = (  # may be infinite
    "PMAX", "PMIN", "QMAX", "QMIN", "RATE_A", "RATE_B", "RATE_C", "ANGMIN", "ANGMAX", "QMINF", "QMAXF", "QMINT",
    "QMAXT",
)  # fmt: skip
DESCRIPTIVE = ("version", "areas", "bus_name", "branch_name", "gen_name", "gentype", "genfuel", "bus_area")
_ASSIGNMENT = re.compile(r"(?:mpc\.)?([A-Za-z]\w*(?:\.\w+)*)\s*=\s*(.*)", re.DOTALL)
_COMPUTED = re.compile(r"(?:mpc\.)?(bus|gen|branch|gencost|dcline|dclinecost|baseMVA)\s*(\([^=]*\))?\s*=[^=]")
_HARMLESS = re.compile(r"(function\b|end\b|endfunction\b|return\b|define_constants\b|$)")


@dataclass(frozen=True)
class MatpowerTables:
    """The numeric tables with MATPOWER's column names in capitals, as float64; absent ones are empty frames.

    others: further fields of the file that hold something.
    """

    base_mva: float
    tables: dict[str, pd.DataFrame]
    others: tuple[str, ...]
    statements: tuple[str, ...]


def read_tables(path: Path) -> MatpowerTables:
    """The tables of a case file. Errors: CaseError when it is none or its tables have to be computed."""
    try:
        text = path.read_bytes().decode("utf-8", errors="replace").lstrip("\ufeff")
    except OSError as error:
        raise CaseError([Finding("unreadable", path.name, error.strerror or str(error))]) from error
    if "\x00" in text:
        raise CaseError([Finding("not_matpower", path.name)])
    literals, rest = _literals(_statements(_without_comments(text)))
    computed = [s for s in rest if _COMPUTED.match(s)]
    if computed:
        raise CaseError([Finding("computed_table", path.name, _short(s)) for s in computed])
    missing = [name for name in ("baseMVA", "bus", "gen", "branch") if name not in literals]
    if missing:
        raise CaseError([Finding("not_matpower", path.name, ", ".join(missing))])
    tables = _parsed(literals, path.name)
    base = pd.to_numeric(pd.Series([literals["baseMVA"]]), errors="coerce").iloc[0]
    if not np.isfinite(base) or base <= 0:
        raise CaseError([Finding("not_a_number", f"{path.name}: baseMVA", _short(literals["baseMVA"]))])
    others = tuple(
        name for name, value in literals.items() if name not in (*TABLES, "baseMVA") and _holds(value)
    )
    return MatpowerTables(
        float(base), tables, others, tuple(_short(s) for s in rest if not _HARMLESS.match(s))
    )


def _without_comments(text: str) -> str:
    """The program without comments and continuations; `%` inside quotes is no comment."""
    text = re.sub(r"^[ \t]*%\{[ \t]*$.*?^[ \t]*%\}[ \t]*$", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = []
    for line in text.splitlines():
        quoted, end = False, len(line)
        for k, character in enumerate(line):
            if character == "'":
                quoted = not quoted
            elif character == "%" and not quoted:
                end = k
                break
        lines.append(line[:end].rstrip())
    return re.sub(r"\.\.\.[^\n]*\n", " ", "\n".join(lines) + "\n")


def _statements(text: str) -> list[str]:
    """The statements: what stands between semicolons and line ends outside brackets and quotes."""
    statements, depth, begin, quoted, before = [], 0, 0, False, "\n"
    for k, character in enumerate(text):
        if character == "'" and (quoted or before in " \t\n=,;[{("):  # else it transposes
            quoted = not quoted
        elif quoted:
            quoted = character != "\n"
        elif character in "[{(":
            depth += 1
        elif character in "]})":
            depth -= 1
        before = character
        if character in ";\n" and depth <= 0 and not quoted:
            statements.append(text[begin:k].strip())
            begin = k + 1
    statements.append(text[begin:].strip())
    return [s for s in statements if s]


def _literals(statements: list[str]) -> tuple[dict[str, str], list[str]]:
    """Fields that are assigned a table, a number or a text as written, and the other statements."""
    literals: dict[str, str] = {}
    rest = []
    for statement in statements:
        match = _ASSIGNMENT.fullmatch(statement)
        value = match[2].strip() if match else ""
        is_table = value[:1] in ("[", "{") and value[-1:] == {"[": "]", "{": "}"}[value[0]]
        if match and (is_table or re.fullmatch(r"'[^']*'|[-+.\deE]+", value)):
            literals[match[1]] = value
        else:
            rest.append(statement)
    return literals, rest


def _holds(value: str) -> bool:
    return bool(value.strip("[]{}'; \t\n"))


def _parsed(literals: dict[str, str], name: str) -> dict[str, pd.DataFrame]:
    try:
        from matpowercaseframes import CaseFrames
    except ImportError as error:  # it comes with the extra `power`
        raise CaseError([Finding("missing_extra", name, "matpowercaseframes")]) from error

    text = ["function mpc = case\n"]
    for table in TABLES:
        rows = _checked_rows(literals.get(table, ""), f"{name}: {table}", table)
        if rows:
            text.append(f"mpc.{table} = [\n" + "\n".join(rows) + "\n];\n")
    with tempfile.TemporaryDirectory() as folder:
        plain_file = Path(folder) / "case.m"
        plain_file.write_text("".join(text), encoding="utf-8")
        with warnings.catch_warnings():  # it warns of mixed cost models, whose columns are read by position
            warnings.simplefilter("ignore")
            frames = CaseFrames(plain_file, update_index=False)
    return {table: _numbers(table, frames, name) for table in TABLES}


def _checked_rows(literal: str, place: str, table: str) -> list[str]:
    """The rows of a table as lines of numbers. Errors: CaseError for ragged rows, missing columns, no numbers."""
    rows = [
        cells for row in re.split(r"[;\n]", literal.strip("[]")) if (cells := row.replace(",", " ").split())
    ]
    found = []
    for k, cells in enumerate(rows, start=1):
        if len(cells) != len(rows[0]):
            found.append(Finding("ragged_row", f"{place}, {k}", f"{len(cells)}, {len(rows[0])}"))
        found += [
            Finding("not_a_number", f"{place}, {k}", cell) for cell in cells if not _is_number(cell, table)
        ]
    if rows and len(rows[0]) < LEAST_COLUMNS[table]:
        found.append(Finding("missing_columns", place, f"{len(rows[0])} < {LEAST_COLUMNS[table]}"))
    if found:
        raise CaseError(found)
    return [" ".join(cells) for cells in rows]


def _is_number(cell: str, table: str) -> bool:
    """Whether a cell is a number; costs have to be finite, limits need not."""
    try:
        number = float(cell)
    except ValueError:
        return False
    return "_" not in cell and not np.isnan(number) and (np.isfinite(number) or "cost" not in table)


def _numbers(table: str, frames: object, name: str) -> pd.DataFrame:
    """A table as float64. Errors: CaseError for an infinite number where none belongs."""
    frame = getattr(frames, table, None)
    if frame is None:
        return pd.DataFrame()
    numbers = frame.astype(np.float64).reset_index(drop=True)
    bad = [
        Finding(
            "not_a_number",
            f"{name}: {table}, {row + 1}",
            f"{frame.columns[column]} = {frame.iat[row, column]}",
        )
        for row, column in np.argwhere(~np.isfinite(numbers.to_numpy()))
        if frame.columns[column] not in LIMITS
    ]
    if bad:
        raise CaseError(bad)
    return numbers


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:79] + "…"
