# ruff: noqa: E501 - a row or case is a line, so that tables can be read
"""A whole valid scenario, and small tools that spoil exactly one thing in it."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.model.scenario_factory import Row, write_scenario

Spoil = Callable[[Path], None]

SETTINGS: dict[str, Any] = {
    "gdp_base_wan_yuan": 2600.0,
    "targets": {"manage_total": True, "increment_tce_eq": 100.0, "intensity_reduction": 0.03},
    "policy": {"headroom_share": 0.01, "quarter_shares": [0.25, 0.25, 0.25, 0.25]},
    "accounting": {"renewable_share_required": 0.2, "grid_factor": "north-2021"},
}
# Row 2 of a file is the first row here. Each table has at least one row, so that each can be spoilt.
TABLES: dict[str, list[Row]] = {
    "sectors": [
        {"sector_id": "chem", "name": "化工", "is_high_energy": 1, "intensity_reduction": 0.02},
        {"sector_id": "power", "name": "电力", "is_public_service": 1},
    ],
    "carriers": [
        {"carrier_id": "electricity", "name": "电力", "unit": "MWh", "tce_per_unit": 0.1229, "co2_t_per_unit": 0},
        {"carrier_id": "raw_coal", "name": "原煤", "unit": "t", "tce_per_unit": 0.7143, "co2_t_per_unit": 1.9003,
         "is_fossil": 1, "ncv_gj_per_unit": 20.908, "carbon_t_per_gj": 0.02637, "oxidation_share": 0.94},
    ],
    "units": [
        {"unit_id": "00123", "name": "甲化工", "sector_id": "chem", "credit_code": "91350100M000100Y43",
         "value_added_wan_yuan": 1000, "activity_min": 0.5, "activity_max": 1.2, "review": "approved",
         "conduct": "normal", "is_leader": 1, "self_pv_base_mwh": 10, "self_pv_max_mwh": 20,
         "green_base_mwh": 100, "green_max_mwh": 200},
        {"unit_id": "U2", "name": "乙电厂", "sector_id": "power", "value_added_wan_yuan": 600},
    ],
    "unit_energy": [
        {"unit_id": "00123", "carrier_id": "electricity", "use": "fuel", "quantity": 1000},
        {"unit_id": "00123", "carrier_id": "raw_coal", "use": "fuel", "quantity": 500},
        {"unit_id": "00123", "carrier_id": "raw_coal", "use": "feedstock", "quantity": 100},
        {"unit_id": "U2", "carrier_id": "raw_coal", "use": "conversion_in", "quantity": 5000},
        {"unit_id": "U2", "carrier_id": "electricity", "use": "conversion_out", "quantity": 10000},
    ],
    "unit_history": [
        {"unit_id": unit_id, "year": year, "counted_tce": 550, "output": 1000}
        for unit_id in ("00123", "U2")
        for year in (2019, 2020, 2021)
    ],
    "products": [
        {"unit_id": "00123", "product": "PVC", "output": 1000, "output_unit": "t", "specific_energy": 200,
         "specific_unit": "kgce/t", "benchmark_key": "pvc"},
    ],
    "benchmarks": [
        {"benchmark_key": "pvc", "level": "advanced", "scope": "national", "value": 193, "unit": "kgce/t",
         "boundary": "综合能耗", "effective_from": "2020-01-01"},
    ],
    "projects": [
        {"project_id": "P1", "name": "新材料", "sector_id": "chem", "unit_id": "00123", "value_added_wan_yuan": 500, "start_month": 7,
         "load_min": 0.5, "load_max": 1, "specific_energy": 190, "specific_unit": "kgce/t", "benchmark_key": "pvc",
         "restricted_key": "pvc_capacity", "capacity": 10, "replaced_capacity": 20, "replaced_energy_tce": 100},
    ],
    "project_energy": [
        {"project_id": "P1", "carrier_id": "electricity", "use": "fuel", "quantity": 300},
    ],
    "restricted_capacity": [
        {"restricted_key": "pvc_capacity", "name": "聚氯乙烯", "capacity_ratio": 1.25, "energy_ratio": 1,
         "exempt_if": "national", "effective_from": "2021-03-01"},
    ],
    "measures": [
        {"measure_id": "M1", "name": "电机", "unit_id": "00123", "carrier_id": "electricity", "saving_quantity": 50,
         "annual_cost_wan_yuan": 2, "line_id": None},
        {"measure_id": "M2", "name": "变频", "unit_id": "00123", "carrier_id": "electricity", "saving_quantity": 30,
         "annual_cost_wan_yuan": 1},
    ],
    "replacements": [
        {"replacement_id": "R1", "project_id": "P1", "unit_id": "00123", "document": None, "capacity": 1, "energy_tce": 100,
         "capacity_share": 0.5, "start_month": 1},
    ],
    "retirements": [{"retirement_id": "T1", "name": "老线", "unit_id": "U2", "capacity_share": 0.1}],
    "capacity_replacements": [
        {"pair_id": "X1", "name": "延伸", "unit_id": "00123", "project_id": "P1", "capacity_share": 0.1},
    ],
    "society": [
        {"line_id": "homes", "name": "居民", "department": "住建局", "base_fuel_tce": 100,
         "base_electricity_mwh": 200, "plan_fuel_tce": 100, "plan_electricity_mwh": 210, "co2_t_per_fuel_tce": 2.6},
    ],
    "gdp": [{"item_id": "rest", "name": "其他", "base_wan_yuan": 1000, "growth": 0.05}],
    "power": [
        {"item": "non_fossil_generation", "base_mwh": 500, "plan_mwh": 600},
        {"item": "non_fossil_local", "base_mwh": 400, "plan_mwh": 500},
        {"item": "losses", "base_mwh": 20, "plan_mwh": 20},
    ],
    "exclusions": [{"kind": "self_pv", "measure": "total", "effective_from": "2022-01-01"}],
    "adjustments": [
        {"adjustment_id": "A1", "unit_id": "00123", "tce": -5, "reason": "检修", "document": "纪要", "approved_by": "局"},
    ],
    "decisions": [
        {"decision_id": "D1", "target_id": "P1", "what": "admitted", "kind": "fixed", "value": 1,
         "document": "纪要", "date": "2022-02-11"},
    ],
    "resources": [{"resource_id": "water", "name": "水", "unit": "m3", "budget": 1000}],
    "resource_use": [{"resource_id": "water", "owner_id": "P1", "use": 10}],
    "tariffs": [
        {"tariff_id": "steps", "name": "阶梯", "kind": "step", "benchmark_key": "pvc", "yuan_per_kwh": 0.01, "step_kwh": 50,
         "effective_from": "2022-01-01"},
    ],
    "process_emissions": [
        {"owner_id": "U2", "item": "脱硫石灰石", "kind": "factor", "quantity": 100, "factor": 0.44},
        {"owner_id": "U2", "item": "碳平衡出", "kind": "carbon_out", "quantity": 1, "factor": 0},
    ],
    "grid_factors": [
        {"factor_id": "north-2021", "region": "华北", "year": 2021, "co2_t_per_mwh": 0.7, "published_on": "2022-02-01"},
    ],
    "water_norms": [{"water_key": "pvc", "product": "聚氯乙烯", "general_m3": 9, "advanced_m3": 7}],
    "evaluation": [
        {"indicator": "tax_per_mu", "weight": 10, "benchmark": 20},
        {"indicator": "specific_energy", "weight": 30},
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A spoilt scenario and the one problem it must give."""

    name: str
    spoil: Spoil
    rule: str
    file: str
    row: int | None
    column: str | None
    value: str | None = None  # None: not looked at


def valid(folder: Path) -> Path:
    """The valid scenario."""
    return write_scenario(folder, SETTINGS, **TABLES)


def cell(table: str, row: int, column: str, text: str) -> Spoil:
    """Replace one cell; `row` is the line in the file. A missing column is added."""

    def spoil(folder: Path) -> None:
        path = folder / f"{table}.csv"
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        if column not in lines[0]:
            lines[0].append(column)
            for line in lines[1:]:
                line.append("")
        lines[row - 1][lines[0].index(column)] = text
        _rewrite(path, lines)

    return spoil


def drop_column(table: str, column: str) -> Spoil:
    """Remove a column."""

    def spoil(folder: Path) -> None:
        path = folder / f"{table}.csv"
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        place = lines[0].index(column)
        _rewrite(path, [line[:place] + line[place + 1 :] for line in lines])

    return spoil


def add_row(table: str, row: Row) -> Spoil:
    """Append a row; provenance is filled in."""

    def spoil(folder: Path) -> None:
        path = folder / f"{table}.csv"
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        full: Mapping[str, object] = {"source": "test", "basis": "estimated", **row}
        _rewrite(path, [*lines, [str(full.get(name, "")) for name in lines[0]]])

    return spoil


def replace(file: str, old: str | bytes, new: str | bytes) -> Spoil:
    """Replace the first occurrence of some text, which must be there."""

    def spoil(folder: Path) -> None:
        before = old.encode() if isinstance(old, str) else old
        after = new.encode() if isinstance(new, str) else new
        content = (folder / file).read_bytes()
        assert before in content, f"{file} has no {before!r}"
        (folder / file).write_bytes(content.replace(before, after, 1))

    return spoil


def setting(section: str, line: str) -> Spoil:
    """Add a line to a section of scenario.toml ("" = top level); a key that is there is replaced."""

    def spoil(folder: Path) -> None:
        path = folder / "scenario.toml"
        lines = path.read_text(encoding="utf-8").splitlines()
        key = line.split("=", maxsplit=1)[0].strip()
        start = lines.index(f"[{section}]") + 1 if section else 0
        end = next((i for i in range(start, len(lines)) if lines[i].startswith("[")), len(lines))
        inside = lines[start:end]
        if any(text.startswith(f"{key} =") for text in inside):
            inside = [line if text.startswith(f"{key} =") else text for text in inside]
        else:
            inside.insert(0, line)
        path.write_text("\n".join([*lines[:start], *inside, *lines[end:]]) + "\n", encoding="utf-8")

    return spoil


def content(file: str, data: bytes) -> Spoil:
    """Write a whole file."""

    def spoil(folder: Path) -> None:
        (folder / file).write_bytes(data)

    return spoil


def remove(*files: str) -> Spoil:
    """Remove files."""

    def spoil(folder: Path) -> None:
        for file in files:
            (folder / file).unlink()

    return spoil


def both(*spoils: Spoil) -> Spoil:
    """Several changes that together make one problem."""

    def spoil(folder: Path) -> None:
        for each in spoils:
            each(folder)

    return spoil


def _rewrite(path: Path, lines: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
