"""Write a small valid scenario folder for a test: only what the test is about has to be said.

`write_scenario(tmp_path / "s", {"targets": {"intensity_reduction": 0.03}}, units=[{...}], gdp=[{...}])`
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import tomli_w

from dualcontrol.model.schema import TABLES

Row = Mapping[str, object]

# Fictional, no total to manage, nothing else set: legal with any tables.
DEFAULT_SETTINGS: dict[str, object] = {
    "title_zh": "测试",
    "title_en": "Test",
    "base_year": 2021,
    "plan_year": 2022,
    "as_of": date(2022, 2, 11),
    "targets": {"manage_total": False},
}
# Written when a table that needs carriers is given and `carriers` is not.
DEFAULT_CARRIERS: tuple[Row, ...] = (
    {"carrier_id": "electricity", "name": "电力", "unit": "MWh", "tce_per_unit": 0.1229, "co2_t_per_unit": 0},
    {"carrier_id": "raw_coal", "name": "原煤", "unit": "t", "tce_per_unit": 0.7143, "co2_t_per_unit": 1.9003,
     "is_fossil": 1},
)  # fmt: skip
_NEED_CARRIERS = ("unit_energy", "project_energy", "measures", "society", "power")


def write_scenario(
    folder: Path, settings: Mapping[str, object] | None = None, **tables: Sequence[Row]
) -> Path:
    """Write `scenario.toml` and one CSV (utf-8) per table given; return the folder.

    `settings` override the defaults deeply. Rows may leave out the provenance columns (source "test", basis
    "estimated") and required text columns (they take the first key value). Values are written with str();
    True and False as 1 and 0, None as an empty cell.
    """
    folder.mkdir(parents=True, exist_ok=True)
    merged = _merge(DEFAULT_SETTINGS, settings or {})
    (folder / "scenario.toml").write_text(tomli_w.dumps(merged), encoding="utf-8", newline="\n")
    if "carriers" not in tables and any(tables.get(name) for name in _NEED_CARRIERS):
        tables["carriers"] = DEFAULT_CARRIERS
    for name, rows in tables.items():
        write_table(folder, name, rows)
    return folder


def write_table(folder: Path, name: str, rows: Sequence[Row], *, complete: bool = True) -> Path:
    """Write `<name>.csv`; `complete` fills in provenance and text (not for child tables)."""
    table = TABLES[name]
    filled = [_complete(name, row) if complete else dict(row) for row in rows]
    given = {column for row in filled for column in row}
    headings = [column.name for column in table.columns if column.name in given]
    headings += sorted(given - set(headings))
    path = folder / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings or [column.name for column in table.columns])
        writer.writerows([_text(row.get(heading)) for heading in headings] for row in filled)
    return path


def _complete(name: str, row: Row) -> dict[str, object]:
    table = TABLES[name]
    filled = {"source": "test", "basis": "estimated", **row}
    for column in table.columns:
        if column.kind == "text" and column.required and column.name not in filled:
            filled[column.name] = row.get(table.key[0], "test")
    return filled


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


def _merge(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged
