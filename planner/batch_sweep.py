"""A sweep file to variants of a scenario: a grid, a list and a CSV of overrides, all of it checked before any solve.

scenario = "dalad-2022"                       # a folder, relative to the sweep file
csv = "more.csv"                              # a heading per dotted key, a row per variant; `name` is its name
[common]                                      # of every variant
"time.mode" = "none"
[grid]                                        # all combinations
"targets.intensity_reduction" = [0.03, 0.035]
[[list]]                                      # one variant each
name = "late"
"projects.rongxin_olefins.start_month" = 13
"""

import csv
import io
import itertools
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from dualcontrol.model.layers import OVERRIDES
from dualcontrol.model.problems import Findings, Problem, nearest
from dualcontrol.model.reading import read_text
from dualcontrol.model.scenario import ScenarioError, Source, read

KEYS = ("scenario", "csv", "common", "grid", "list")
NAME = "name"
WEIGHT = "weight"  # of a variant of a list or of the CSV, where variants are weighed against each other
MOST = 100_000  # variants of a sweep
# Questions for the standing meeting, each with solves of its own: not for every variant.
OFF: Mapping[str, object] = {"agenda.most_alternatives": 0, "agenda.simple_rules": False}


@dataclass(frozen=True)
class Variant:
    """One set of overrides (dotted key -> value, those common to all included). number: its place, from 1.

    weight: above 0; 1 where variants are not weighed.
    """

    number: int
    name: str
    overrides: Mapping[str, Any]
    weight: float = 1.0

    @property
    def all_overrides(self) -> dict[str, Any]:
        """The overrides as they are applied: agenda alternatives and simple rules are off unless asked for."""
        return {**OFF, **self.overrides}


@dataclass(frozen=True)
class Sweep:
    """A checked sweep: the scenario as read, its variants, and the content hash of each by its number."""

    source: Source
    variants: tuple[Variant, ...]
    inputs: Mapping[int, str]


def read_sweep(
    path: Path, tick: Callable[[int, int], None] = lambda done, of: None, *, is_weighted: bool = False
) -> Sweep:
    """Read a sweep file and try every variant's inputs; `tick(done, of)` is called for each.

    is_weighted: variants of a list or of the CSV may have a `weight`, which is no override.
    ScenarioError with all the problems of the file and of every variant; nothing is solved or written here.
    """
    findings = Findings()
    raw = read_toml(path, findings)
    if raw is None:
        raise ScenarioError(findings.problems)
    source = source_of(path, raw, findings)
    variants = _variants(path, raw, findings, is_weighted=is_weighted)
    if findings.problems or source is None:
        raise ScenarioError(findings.problems)
    inputs: dict[int, str] = {}
    faults: dict[Problem, list[Variant]] = {}
    for variant in variants:
        try:
            inputs[variant.number] = source.settled(variant.all_overrides).content_hash
        except ScenarioError as error:
            for problem in error.problems:
                faults.setdefault(_hashable(problem), []).append(variant)
        tick(variant.number, len(variants))
    if faults:
        raise ScenarioError(_placed(path, fault, own, len(variants)) for fault, own in faults.items())
    return Sweep(source, variants, inputs)


def read_toml(path: Path, findings: Findings) -> dict[str, Any] | None:
    """A TOML file; None where it could not be read, which `findings` tells."""
    if not path.is_file():
        beside = [one.name for one in path.parent.glob("*.toml")] if path.parent.is_dir() else []
        findings.add("sweep_no_file", str(path), suggestion=nearest(path.name, beside))
        return None
    text = read_text(path, path.name, findings)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        findings.add("toml_syntax", path.name, detail=str(error) or type(error).__name__)
        return None


def source_of(path: Path, raw: Mapping[str, Any], findings: Findings) -> Source | None:
    """The scenario folder that a file names under `scenario`, relative to the file; None where there is none."""
    wanted = raw.get("scenario")
    if wanted is None:
        findings.add("sweep_without_scenario", path.name, None, "scenario")
    elif not isinstance(wanted, str):
        findings.add("wrong_type", path.name, None, "scenario", wanted, expected='"…"')
    else:
        try:
            return read(path.parent / wanted)
        except ScenarioError as error:
            findings.problems += error.problems
    return None


def _variants(
    path: Path, raw: Mapping[str, Any], findings: Findings, *, is_weighted: bool
) -> tuple[Variant, ...]:
    for key in raw:
        if key not in KEYS:
            findings.add("unknown_setting", path.name, None, key, raw[key], suggestion=nearest(key, KEYS))
    common = _table(path, raw, "common", findings)
    combined = list(_grid(path, raw, findings))
    named = [
        *((None, own) for own in combined),
        *_list(path, raw, findings),
        *_rows(path, raw, findings),
    ]
    if not named and not findings.problems:
        findings.add("sweep_empty", path.name)
    variants = []
    first: dict[str, int] = {}
    for number, (name, own) in enumerate(named, start=1):
        weight = own.pop(WEIGHT, 1.0) if is_weighted and number > len(combined) else 1.0
        if not _is_weight(weight):
            findings.add("wrong_type", path.name, None, WEIGHT, weight, expected="weight = 0.5 (> 0)")
            continue
        told = name or "; ".join(f"{key}={_shown(value)}" for key, value in own.items()) or "base"
        variants.append(Variant(number, told, {**common, **own}, float(weight)))
        if name is not None and name in first:
            findings.add("sweep_name_twice", path.name, None, NAME, name, first=first[name], second=number)
        first.setdefault(told, number)
    return tuple(variants)


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


def _table(path: Path, raw: Mapping[str, Any], key: str, findings: Findings) -> dict[str, Any]:
    table = raw.get(key, {})
    if isinstance(table, Mapping):
        return flat(table)
    findings.add("wrong_type", path.name, None, key, table, expected=f"[{key}]")
    return {}


def flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Dotted keys of a table, however it was nested: quoted keys and unquoted ones mean the same."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        found |= flat(value, f"{before}{key}.") if isinstance(value, Mapping) else {before + key: value}
    return found


def _grid(path: Path, raw: Mapping[str, Any], findings: Findings) -> Iterator[dict[str, Any]]:
    grid = _table(path, raw, "grid", findings)
    wrong = {key for key, values in grid.items() if not isinstance(values, list) or not values}
    for key in sorted(wrong):
        findings.add("wrong_type", path.name, None, key, grid[key], expected="[…, …]")
    count = math.prod(len(values) for key, values in grid.items() if key not in wrong)
    if count > MOST:
        findings.add("sweep_too_large", path.name, None, "grid", count=count, most=MOST)
    elif grid and not wrong:
        for values in itertools.product(*grid.values()):
            yield dict(zip(grid, values, strict=True))


def _list(
    path: Path, raw: Mapping[str, Any], findings: Findings
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    tables = raw.get("list", [])
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        findings.add("wrong_type", path.name, None, "list", tables, expected="[[list]]")
        return
    for table in tables:
        own = flat(table)
        name = own.pop(NAME, None)
        if name is not None and not isinstance(name, str):
            findings.add("wrong_type", path.name, None, NAME, name, expected='"…"')
        yield (str(name).strip() or None if name is not None else None), own


def _rows(
    path: Path, raw: Mapping[str, Any], findings: Findings
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """A variant per row of the CSV; an empty cell is no override."""
    file = raw.get("csv")
    if file is None:
        return
    if not isinstance(file, str):
        findings.add("wrong_type", path.name, None, "csv", file, expected='"…"')
        return
    place = path.parent / file
    if not place.is_file():
        beside = [one.name for one in path.parent.glob("*.csv")]
        findings.add("sweep_no_file", file, suggestion=nearest(place.name, beside))
        return
    text = read_text(place, file, findings)
    if text is None:
        return
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        headings = [heading.strip() for heading in next(lines, [])]
        rows = [(lines.line_num, cells) for cells in lines if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        findings.add("csv_syntax", file, lines.line_num, detail=error)
        return
    for position, heading in enumerate(headings):
        if not heading:
            findings.add("empty_heading", file, 1, None, position=position + 1)
        elif heading in headings[:position]:
            findings.add("duplicate_heading", file, 1, heading, heading)
    for line, cells in rows:
        if len(cells) != len(headings):
            shown = ",".join(cells)
            findings.add("row_length", file, line, None, shown, expected=len(headings), found=len(cells))
            continue
        own = {key: cell.strip() for key, cell in zip(headings, cells, strict=True) if cell.strip()}
        name = own.pop(NAME, None)
        yield name, {key: value_of(key, cell) for key, cell in own.items()}


def value_of(key: str, text: str) -> Any:
    """The value of a cell of the CSV: as TOML would read it, else text. Cells of tables stay as they are written."""
    if key.count(".") > 1:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _hashable(problem: Problem) -> Problem:
    return replace(problem, params=_Frozen(problem.params))


class _Frozen(dict[str, str]):
    """The parameters of a problem, so that equal problems of many variants can be told once."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self.items())))


def _placed(path: Path, problem: Problem, own: list[Variant], count: int) -> Problem:
    """A problem with the sweep file and the first variant it concerns before its place."""
    if problem.file != OVERRIDES and len(own) == count:
        return problem  # of the scenario itself
    place = f"{path.name}[{own[0].number}]" + (f"(+{len(own) - 1})" if len(own) > 1 else "")
    if problem.file == OVERRIDES:
        return replace(problem, file=place)
    row = f":{problem.row}" if problem.row else ""
    return replace(problem, file=f"{place} {problem.file}{row}", row=None)
