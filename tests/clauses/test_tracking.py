"""After the plan: warnings, the departments' view with water and carbon, the settlement (2.5, 3.1.2, 3.3.4b)."""

import contextlib
import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dualcontrol.cli import main
from tests.clauses.conftest import Plan, Told
from tests.clauses.test_county import county, total, unit


def readings(path: Path, months: Sequence[float], carrier: str = "coal", mode: str = "w") -> Path:
    """Monthly forms of unit A."""
    with path.open(mode, encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if mode == "w":
            writer.writerow(["unit_id", "carrier", "time", "quantity"])
        writer.writerows(["A", carrier, f"2022-{m:02d}", v] for m, v in enumerate(months, start=1))
    return path


def run(command: str, told: Told, data: Path, out: Path) -> Path:
    """`dualcontrol track` or `settle` on a plan."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code: Any = 0
        try:
            main([command, str(told.folder), str(data), "--out", str(out), "--lang", "en"])
        except SystemExit as end:
            code = end.code
    if code:
        raise RuntimeError(said.getvalue())
    return out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.clause("2.5")
def test_use_ahead_of_the_path_is_warned_of_with_its_rule(plan: Plan, tmp_path: Path) -> None:
    """1000 tce, a twelfth a month by days (about 83): 95 a month is a good tenth ahead."""
    told = plan(total(0), **county(units=[unit()]))
    out = run("track", told, readings(tmp_path / "r.csv", [95.0] * 5), tmp_path / "track")
    row = {r["account"]: r for r in rows(out / "units.csv")}["unit:A"]
    assert row["colour"] == "red"
    assert row["rules"].split(";")[0] == "range_above_quota"
    assert float(row["left_tce"]) == 525
    calm = run("track", told, readings(tmp_path / "c.csv", [81.0] * 5), tmp_path / "calm")
    assert {r["colour"] for r in rows(calm / "units.csv")} == {"green"}


@pytest.mark.clause("3.1.2")
def test_metered_use_is_settled_against_the_issued_quota(plan: Plan, tmp_path: Path) -> None:
    """1000 tce issued, 1020 used: 20 are deducted next year, which opens with 980."""
    told = plan(total(0), **county(units=[unit()]))
    out = run("settle", told, readings(tmp_path / "r.csv", [85.0] * 12), tmp_path / "settled")
    settled = rows(out / "settlement.csv")
    assert [(r["account"], r["over_tce"], r["deducted_tce"], r["outcome"]) for r in settled] == [
        ("unit:A", "20", "20", "deducted")
    ]
    assert [(r["opening_tce"], r["adjustment_tce"]) for r in rows(out / "opening_balances.csv")] == [
        ("980", "-40")
    ]


@pytest.mark.clause("3.3.4b")
def test_departments_see_energy_carbon_and_water(plan: Plan, tmp_path: Path) -> None:
    """Half a year: 500 t of coal emit 1300 t; 1.5 万m³ of water are planned and 0.6 read."""
    tables = county(
        units=[unit()],
        sectors=[{"sector_id": "works", "department": "工信局"}],
        resources=[{"resource_id": "water", "name": "water", "unit": "万m³", "budget": 9}],
        resource_use=[{"resource_id": "water", "owner_id": "A", "use": 1.5}],
    )
    told = plan(total(0), **tables)
    data = readings(tmp_path / "r.csv", [80.0] * 5 + [100.0])
    readings(data, [0.1] * 6, "water", "a")
    out = run("track", told, data, tmp_path / "track")
    found = {r["indicator"]: r for r in rows(out / "departments.csv")}
    assert {name: float(r["used"]) for name, r in found.items()} == {"energy": 500, "co2": 1300, "water": 0.6}
    assert found["water"]["department"] == "工信局"
    assert float(found["water"]["path"]) == pytest.approx(0.75, abs=0.01)
