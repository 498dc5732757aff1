"""A scenario with other settings or cells: checked like one that is read from a folder, without a folder.

A key is a setting (`targets.intensity_reduction`) or a cell, `<table>.<key>.<column>`: `projects.p1.load_max`; where
several columns are the key: `unit_energy.u1.raw_coal.fuel.quantity`.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
from pydantic import BaseModel, ValidationError

from dualcontrol.model.cell_overrides import divided, laid_over
from dualcontrol.model.checks import check
from dualcontrol.model.draft import Draft
from dualcontrol.model.layers import Chain, Layer, settle
from dualcontrol.model.problems import Findings, Problem, ScenarioError
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema import TABLES, Table
from dualcontrol.model.settings import Settings
from dualcontrol.model.tables import Part, Place, Record, complete, finish, overlay

# remarks on how files were read: they stay, the others are found anew
_OF_READING = ("note_gb18030", "note_encoding_unclear", "note_override_keeps_basis", "note_leap_day")


def change(scenario: Scenario, changes: Mapping[str, object]) -> Scenario:
    """The scenario with these settings and cells; None empties a cell or takes a setting away.

    A setting has the type of scenario.toml (a share is 0.03), a cell a number, text, bool or date. A changed cell
    leaves source and basis of its row as they are. The hash is that of a folder that says so. ScenarioError with all
    problems at once, those of unknown keys first.
    """
    findings = Findings()
    of_settings, of_cells = divided(changes)
    settings = _settings(scenario, of_settings, findings)
    records = {name: _records(scenario.tables[name], table) for name, table in TABLES.items()}
    parts = {name: [_part(records[name], TABLES[name])] for name in TABLES if of_cells}
    over = laid_over(of_cells, parts, findings)
    for name, part in over.parts.items():
        records[name] = over.emptied(name, overlay([*parts[name], part], TABLES[name], findings))
    frames = dict(scenario.tables) | {
        name: complete(records[name], TABLES[name], findings, is_whole=True) for name in over.parts
    }
    absent = frozenset(name for name, rows in records.items() if not rows)
    if settings is not None:
        check(Draft(settings, frames, records, frozenset(), findings, absent))
    if findings.problems or settings is None:
        raise ScenarioError(over.told(findings.problems))
    finished = {name: finish(frames[name], TABLES[name]) for name in over.parts}
    tables = MappingProxyType({**scenario.tables, **finished})
    kept = [note for note in scenario.notes if note.rule in _OF_READING]
    kept += [note for note in over.told(findings.notes) if note not in kept]
    return replace(scenario, settings=settings, tables=tables, notes=tuple(kept)).hashed()


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
            section: type(old).model_validate({**old.__dict__, **values}, strict=True)
            for section, values in updates.items()
            if isinstance(old := getattr(now, section, None), BaseModel)
        }
        if len(sections) < len(updates):
            return None
        return Settings.model_validate({**now.__dict__, **sections}, strict=True)
    except ValidationError:
        return None


def problems_with(scenario: Scenario, settings: Settings) -> tuple[list[Problem], list[Problem]]:
    """Problems and notes of the scenario's tables with other settings: all checks of the reader."""
    findings = Findings()
    records = {name: _records(scenario.tables[name], table) for name, table in TABLES.items()}
    absent = frozenset(name for name, rows in records.items() if not rows)
    check(Draft(settings, dict(scenario.tables), records, frozenset(), findings, absent))
    return findings.problems, findings.notes


def _settings(scenario: Scenario, changes: Mapping[str, object], findings: Findings) -> Settings | None:
    if not changes:
        return scenario.settings
    raw = scenario.settings.model_dump(exclude_none=True)
    chain = Chain([Layer(Path(), "", raw, {})], is_whole=True, has_settings=True)
    return settle(chain, changes, findings)


def _part(records: list[Record], table: Table) -> Part:
    """A table of the scenario as a file that was read to the end."""
    keyed: dict[Any, Record] = {
        tuple(record.values.get(name) for name in table.key): record for record in records
    }
    return Part(f"{table.name}.csv", keyed, {}, is_complete=True)


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
