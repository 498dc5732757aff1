"""A scenario folder (scenario.toml and CSV tables) as one frozen value; everything wrong is told at once."""

import hashlib
import json
from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from dualcontrol.model.cell_overrides import divided, laid_over
from dualcontrol.model.checks import check
from dualcontrol.model.draft import Draft
from dualcontrol.model.layers import TOML, Chain, Layer, names_in, read_chain, settle
from dualcontrol.model.problems import RULES, Findings, Problem, ScenarioError, nearest
from dualcontrol.model.profiles import NAMES, Series, digests, read_series, settle_series
from dualcontrol.model.reading import read_sheet
from dualcontrol.model.schema import TABLES
from dualcontrol.model.settings import Settings
from dualcontrol.model.tables import (
    PROFILES,
    Part,
    complete,
    finish,
    overlay,
    parse_sheet,
    rows_of,
    table_of,
)

__all__ = ["RULES", "Problem", "Scenario", "ScenarioError", "Source", "load", "read", "write"]

POWER = "power"  # the subfolder of the network's tables


@dataclass(frozen=True, eq=False)
class Scenario:
    """A valid scenario.

    `tables` has every table of `schema.TABLES`, possibly empty, with exactly the columns of the schema,
    sorted by key, defaults filled in. id, ref, text, choice: str objects ("" where an optional one is
    missing); number: float64 (NaN where an optional one is missing); integer: int64; flag: bool; date:
    datetime.date objects.
    `content_hash` (sha256, hex) names the content: settings, tables and profiles, not their order, encoding
    or folder. `notes` are remarks that do not forbid the scenario. `profiles`: the hourly series of the
    network, 8,760 rows and a float64 column per profile id, sorted; empty without a power folder.
    """

    name: str
    settings: Settings
    tables: Mapping[str, pd.DataFrame]
    content_hash: str
    notes: tuple[Problem, ...]
    profiles: pd.DataFrame = field(default_factory=pd.DataFrame)

    def table(self, name: str) -> pd.DataFrame:
        """A copy of a table. KeyError for a name that is not in `schema.TABLES`."""
        return self.tables[name].copy()

    def rows(self, name: str) -> tuple[Any, ...]:
        """The rows of a table, an attribute per column. KeyError for a name that is not in `schema.TABLES`."""
        if name not in self._rows:
            table = self.tables[name]
            row = namedtuple("Row", table.columns)  # type: ignore[misc]  # noqa: PYI024 - itertuples is slow on text
            self._rows[name] = tuple(
                map(row._make, zip(*(table[c].tolist() for c in table.columns), strict=True))
            )
        return self._rows[name]

    @cached_property
    def _rows(self) -> dict[str, tuple[Any, ...]]:
        """Rows that were asked for: tables never change, and most are read many times."""
        return {}

    def hashed(self) -> "Scenario":
        """The same with the hash of what it holds, for one that was made from another."""
        return replace(self, content_hash=_hash(self.settings, self.tables, self.profiles))

    def __getstate__(self) -> dict[str, Any]:
        """For another process: a view of a dict cannot travel, the dict can; rows are made again."""
        state = {key: value for key, value in self.__dict__.items() if key != "_rows"}
        return state | {"tables": dict(self.tables)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """As it was, not to be changed either."""
        self.__dict__.update(state | {"tables": MappingProxyType(state["tables"])})


@dataclass(frozen=True, eq=False)
class Source:
    """A scenario folder and its parents as they were read, from which scenarios are made, one per set of overrides."""

    folder: Path
    chain: Chain
    parts: Mapping[str, tuple[Part, ...]]
    series: tuple[Series, ...]
    incomplete: frozenset[str]  # tables of which something could not be read
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]

    def settled(self, overrides: Mapping[str, object] | None = None) -> Scenario:
        """The scenario with overrides of settings (`targets.co2_budget_t`) and of cells (`projects.<id>.start_month`).

        ScenarioError with all the problems of settings, tables and cross-references if there are any.
        """
        findings = Findings()
        findings.problems += self.problems
        findings.notes += self.notes
        chain, incomplete = self.chain, self.incomplete
        of_settings, of_cells = divided(overrides)
        settings = settle(chain, of_settings, findings)
        over = laid_over(of_cells, self.parts, findings)
        parts = {
            name: [*own, over.parts[name]] if name in over.parts else list(own)
            for name, own in self.parts.items()
        }
        records = {name: overlay(parts[name], table, findings) for name, table in TABLES.items()}
        records |= {name: over.emptied(name, records[name]) for name in over.parts}
        frames = {
            name: complete(records[name], table, findings, is_whole=chain.is_whole)
            for name, table in TABLES.items()
        }
        profiles = settle_series(
            list(self.series), frames[NAMES], records[NAMES], _ids(parts[NAMES]), findings,
            is_whole=chain.is_whole and bool(records[NAMES]) and not incomplete & {NAMES, PROFILES},
        )  # fmt: skip
        if chain.is_whole:
            absent = frozenset(
                name
                for name in TABLES
                if not incomplete & {name} and not any(p.records or p.removed for p in parts[name])
            )
            check(Draft(settings, frames, records, incomplete, findings, absent))
        if findings.problems or settings is None:
            raise ScenarioError(_in_order(over.told(findings.problems)))
        tables = MappingProxyType({name: finish(frames[name], table) for name, table in TABLES.items()})
        notes = tuple(_in_order(over.told(findings.notes)))
        digest = _hash(settings, tables, profiles)
        # where the system's encoding lacks a character of the name, Python keeps bytes no file could hold
        name = self.folder.resolve().name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return Scenario(name, settings, tables, digest, notes, profiles)


def load(folder: Path | str, overrides: Mapping[str, object] | None = None) -> Scenario:
    """Read a scenario folder, its parents (`inherits`), and overrides of settings and cells (dotted key -> value).

    ScenarioError with all the problems of settings, tables and cross-references if there are any.
    """
    return read(folder).settled(overrides)


def read(folder: Path | str) -> Source:
    """Read the files of a scenario folder and of its parents once, for any number of sets of overrides.

    ScenarioError only where there is no folder; what else is wrong is told by `Source.settled`.
    """
    folder = Path(folder)
    findings = Findings()
    _require_folder(folder, findings)
    chain = read_chain(folder, findings)
    parts: dict[str, list[Part]] = {name: [] for name in TABLES}
    series: list[Series] = []
    incomplete: set[str] = set()
    for position, layer in enumerate(chain.layers):
        is_child = position > 0 or not chain.is_whole
        _read_tables(layer, parts, series, incomplete, findings, is_child=is_child)
    return Source(
        folder, chain, {name: tuple(own) for name, own in parts.items()}, tuple(series), frozenset(incomplete),
        tuple(findings.problems), tuple(findings.notes),
    )  # fmt: skip


def write(scenario: Scenario, folder: Path | str) -> None:
    """Write a resolved scenario (nothing inherited) as scenario.toml and CSV files; its hash stays the same.

    FileExistsError if the folder exists and is not empty: a file left over would become part of the scenario.
    """
    from dualcontrol.model.scenario_io import write_files

    write_files(scenario.settings, scenario.tables, scenario.profiles, Path(folder))


def _require_folder(folder: Path, findings: Findings) -> None:
    """Without a folder there is nothing more to look for: ScenarioError at once."""
    try:
        if folder.is_dir():
            next(folder.iterdir(), None)
        elif folder.exists():
            findings.add("not_a_folder", str(folder))
        else:
            hint = nearest(folder.name, names_in(folder.parent))
            findings.add("missing_folder", str(folder), suggestion=hint)
    except (OSError, ValueError) as error:
        findings.add("unreadable", str(folder), reason=getattr(error, "strerror", None) or error)
    if findings.problems:
        raise ScenarioError(findings.problems)


def _read_tables(
    layer: Layer,
    parts: dict[str, list[Part]],
    series: list[Series],
    incomplete: set[str],
    findings: Findings,
    *,
    is_child: bool,
) -> None:
    """Read the CSV files of one folder; a table whose file could not be read to the end is `incomplete`."""
    known = {f"{name}.csv": name for name in (*TABLES, PROFILES)}
    for file in _files_in(layer.folder):
        name, (stem, _, ending) = known.get(file), file.rpartition(".")
        if name == PROFILES:
            read = read_series(layer.folder / file, layer.prefix + file, findings)
            if read is None:
                incomplete.add(PROFILES)
            else:
                series.append(read)
        elif name is not None:
            sheet = read_sheet(
                layer.folder / file, layer.prefix + file, TABLES[name], findings, is_child=is_child
            )
            part = parse_sheet(sheet, TABLES[name], findings, is_child=is_child) if sheet else None
            if part is not None:
                parts[name].append(part)
            if part is None or not part.is_complete:
                incomplete.add(name)
        elif file.rpartition("/")[2].startswith((".", "~$")):
            continue  # left by an office program
        elif ending.lower() == "csv" or file.lower() == POWER:
            hint = nearest(file.lower(), (*known, POWER))
            findings.add("unknown_file", layer.prefix + file, suggestion=hint)
        elif ending.lower() in ("xlsx", "xls", "ods", "et") and f"{stem}.csv" in known:
            findings.add("spreadsheet_file", layer.prefix + file, expected=f"{stem}.csv")


def _files_in(folder: Path) -> list[str]:
    """The names in a scenario folder and in its subfolder `power`, the latter as `power/<name>`."""
    names = names_in(folder)
    is_there = POWER in names and (folder / POWER).is_dir()
    inner = [f"{POWER}/{name}" for name in names_in(folder / POWER)] if is_there else []
    return [name for name in names if not (is_there and name == POWER)] + inner


def _ids(parts: list[Part]) -> set[str]:
    """The first keys of all rows that a chain of scenarios ever had."""
    return {str(key[0]) for part in parts for key in (*part.records, *part.removed)}


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Settings first, then the tables in the order of the schema; in a file by row, in a row by column."""
    order = {TOML: -1} | {name: place for place, name in enumerate((*TABLES, PROFILES))}

    def rank(problem: Problem) -> tuple[int, str, int, int]:
        name = table_of(problem.file)
        table = TABLES.get(name)
        columns = [column.name for column in table.columns] if table else []
        place = columns.index(problem.column) if problem.column in columns else -1
        return order.get(name, len(order)), problem.file, problem.row or 0, place

    return sorted(problems, key=rank)


def _unset(settings: Settings) -> set[str]:
    return set() if settings.trade.open else {"trade"}


def _hash(settings: Settings, tables: Mapping[str, pd.DataFrame], profiles: pd.DataFrame) -> str:
    content: dict[str, object] = {
        # trade comes after a plan and has no part in it: a closed market leaves the hashes of old plans alone
        "settings": settings.model_dump(mode="json", exclude={"inherits"} | _unset(settings)),
        # an empty table is the same as none, so that a new table in the schema leaves old hashes alone
        "tables": {name: rows_of(frame, TABLES[name]) for name, frame in tables.items() if len(frame)},
    }
    if len(profiles):
        content["profiles"] = digests(profiles)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
