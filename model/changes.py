"""A scenario with other settings or cells: checked like one that is read from a folder, without a folder.

A key is a setting (`targets.intensity_reduction`) or a cell, `<table>.<key>.<column>`: `projects.p1.load_max`; where
several columns are the key: `unit_energy.u1.raw_coal.fuel.quantity`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
from pydantic import BaseModel, ValidationError

from dualcontrol.model.cells import Fault, parse, written
from dualcontrol.model.checks import check
from dualcontrol.model.draft import Draft
from dualcontrol.model.layers import OVERRIDES, Chain, Layer, settle
from dualcontrol.model.problems import Findings, Problem, ScenarioError, nearest
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema import TABLES, Column, Table
from dualcontrol.model.settings import Settings
from dualcontrol.model.tables import BAD, Place, Record, complete, finish, validate

# remarks on how files were read: they stay, the others are found anew
_OF_READING = ("note_gb18030", "note_encoding_unclear", "note_override_keeps_basis")


def change(scenario: Scenario, changes: Mapping[str, object]) -> Scenario:
    """The scenario with these settings and cells; None empties a cell or takes a setting away.

    A setting has the type of scenario.toml (a share is 0.03), a cell a number, text, bool or date. A changed cell
    leaves source and basis of its row as they are. The hash is that of a folder that says so. ScenarioError with all
    problems at once, those of unknown keys first.
    """
    findings = Findings()
    cells = {key: value for key, value in changes.items() if is_cell(key)}
    settings = _settings(scenario, {k: v for k, v in changes.items() if k not in cells}, findings)
    records = {name: _records(scenario.tables[name], table) for name, table in TABLES.items()}
    written_to = [_write(records, key, value, findings) for key, value in cells.items()]
    changed = sorted({name for name in written_to if name is not None})
    for name in changed:
        validate(records[name], f"{name}.csv", TABLES[name], findings)
    frames = dict(scenario.tables) | {
        name: complete(records[name], TABLES[name], findings, is_whole=True) for name in changed
    }
    absent = frozenset(name for name, rows in records.items() if not rows)
    if settings is not None:
        check(Draft(settings, frames, records, frozenset(), findings, absent))
    if findings.problems or settings is None:
        raise ScenarioError(findings.problems)
    finished = {name: finish(frames[name], TABLES[name]) for name in changed}
    tables = MappingProxyType({**scenario.tables, **finished})
    kept = tuple(note for note in scenario.notes if note.rule in _OF_READING)
    notes = (*kept, *(note for note in findings.notes if note.rule not in _OF_READING))
    return replace(scenario, settings=settings, tables=tables, notes=notes).hashed()


def keys_that_differ(one: Scenario, other: Scenario) -> tuple[str, ...]:
    """Settings by dotted key and tables by name in which two scenarios differ, sorted."""
    before, after = _flat(one.settings), _flat(other.settings)
    keys = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    tables = {name for name in TABLES if not one.tables[name].equals(other.tables[name])}
    return tuple(sorted(keys | tables))


def _flat(settings: Settings) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in settings.model_dump().items():
        inner = value if isinstance(value, dict) else None
        flat |= {f"{key}.{k}": v for k, v in inner.items()} if inner is not None else {key: value}
    return flat


def is_cell(key: str) -> bool:
    """Whether a key is that of a cell, not of a setting."""
    name, _, rest = key.partition(".")
    return name in TABLES and bool(rest) and not _is_setting(key)


def settings_with(scenario: Scenario, changes: Mapping[str, object]) -> Settings | None:
    """The scenario's settings with some in its sections changed; None where one is not valid.

    The sections that stay are not read again; tables are not looked at.
    """
    now = scenario.settings
    updates: dict[str, dict[str, object]] = {}
    for key, value in changes.items():
        section, _, name = key.partition(".")
        updates.setdefault(section, {})[name] = value
    try:
        sections = {
            section: type(old).model_validate({**dict(old), **values}, strict=True)
            for section, values in updates.items()
            if isinstance(old := getattr(now, section, None), BaseModel)
        }
        if len(sections) < len(updates):
            return None
        return Settings.model_validate({**dict(now), **sections}, strict=True)
    except ValidationError:
        return None


def problems_with(scenario: Scenario, settings: Settings) -> tuple[list[Problem], list[Problem]]:
    """Problems and notes of the scenario's tables with other settings: all checks of the reader."""
    findings = Findings()
    records = {name: _records(scenario.tables[name], table) for name, table in TABLES.items()}
    absent = frozenset(name for name, rows in records.items() if not rows)
    check(Draft(settings, dict(scenario.tables), records, frozenset(), findings, absent))
    return findings.problems, findings.notes


def _is_setting(key: str) -> bool:
    section, _, name = key.partition(".")
    field = Settings.model_fields.get(section)
    return field is not None and name in getattr(field.annotation, "model_fields", {})


def _settings(scenario: Scenario, changes: Mapping[str, object], findings: Findings) -> Settings | None:
    if not changes:
        return scenario.settings
    raw = scenario.settings.model_dump(exclude_none=True)
    chain = Chain([Layer(Path(), "", raw, {})], is_whole=True, has_settings=True)
    return settle(chain, changes, findings)


def _records(frame: pd.DataFrame, table: Table) -> list[Record]:
    """The rows as the reader has them: empty cells absent, places numbered as `write` would write them."""
    columns = [(column.name, frame[column.name].tolist()) for column in table.columns]
    rows = []
    for k in range(len(frame)):
        values = {name: cells[k] for name, cells in columns if not _is_empty(cells[k])}
        rows.append(Record(values, {}, Place(f"{table.name}.csv", k + 2, "")))
    return rows


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value != value  # NaN


def _write(records: Mapping[str, list[Record]], key: str, value: object, findings: Findings) -> str | None:
    """Put a value into the cell of a key; the name of its table, or None where there is no such cell."""
    name = key.partition(".")[0]
    table = TABLES[name]
    row_key, _, column_name = key[len(name) + 1 :].rpartition(".")
    names = [c.name for c in table.columns if c.name not in table.key]
    rows = {_text(record, table.key): k for k, record in enumerate(records[name])}
    if column_name not in names or row_key not in rows:
        known: Iterable[str] = (
            [f"{name}.{row_key}.{n}" for n in names]
            if row_key in rows
            else [f"{name}.{row}.{column_name}" for row in rows]
        )
        findings.add("unknown_setting", OVERRIDES, None, key, value, suggestion=nearest(key, known))
        return None
    old, column = records[name][rows[row_key]], table.column(column_name)
    values = dict(old.values)
    found = _parsed(column, value)
    if isinstance(found, Fault):
        findings.add(found.rule, OVERRIDES, None, key, value, **found.params)
        values[column_name] = BAD
    elif found is None:
        values.pop(column_name, None)
    else:
        values[column_name] = found
    text = "" if value is None else written(value)
    place = Place(OVERRIDES, old.place.row, text)
    records[name][rows[row_key]] = replace(old, values=values, places={**old.places, column_name: place})
    return name


def _text(record: Record, key: tuple[str, ...]) -> str:
    return ".".join(written(record.values.get(name)) for name in key)


def _parsed(column: Column, value: object) -> Any:
    """What the reader makes of the value's text: the same rules for a cell, wherever it comes from."""
    if isinstance(value, int | float) and not isinstance(value, bool) and column.kind == "number":
        number = float(value)
        return number if abs(number) < float("inf") else Fault("not_finite")
    return parse(column, "" if value is None else written(value))
