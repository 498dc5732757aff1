"""Write the power folder of Dalad 2022 anew: `python -m dualcontrol.scenarios.dalad_network [--tables]`.

The rows are in `dalad_network_rows`, the hourly series in `dalad_profiles`; loads.csv follows from who uses
electricity. The series need pvlib and windpowerlib (extra `data`); --tables leaves profiles.csv alone and
needs neither. The same input gives the same bytes.
"""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dualcontrol.scenarios import dalad_profiles
from dualcontrol.scenarios.dalad_network_rows import (
    ASSUMED,
    FLEXIBLE,
    HEATING_MWH,
    LOAD_NOTE,
    PLACES,
    TABLES,
    Rows,
    places,
)

HERE = Path(__file__).parent / "dalad-2022"
FOLDER = HERE / "power"
HOURS = 8760
ELSEWHERE = ("park110", "flat")  # where an owner is that no table names
LOADS = "owner_id,bus_id,profile_id,flexible_share,flexible_peak"
PROVENANCE = "source,basis,derivation"


def _read(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def electricity_mwh() -> dict[str, float]:
    """Electricity of every owner that uses any, in MWh.

    Units in the base year, projects in a full year at full load, society lines in the plan year.
    """
    use: dict[str, float] = {}
    for owner in ("unit", "project"):
        for row in _read(f"{owner}_energy"):
            if row["carrier_id"] == "electricity" and row["use"] != "conversion_out":
                key = row[f"{owner}_id"]
                use[key] = use.get(key, 0.0) + float(row["quantity"])
    for row in _read("society"):
        use[row["line_id"]] = float(row["plan_electricity_mwh"])
    return {owner: mwh for owner, mwh in use.items() if mwh > 0}


def load_rows() -> Rows:
    """The rows of loads.csv: where each owner is connected, its profile, what of it may be moved."""
    place = {owner: spot for spot, owners in PLACES.items() for owner in owners}
    rows: Rows = []
    for owner, mwh in electricity_mwh().items():
        mean = f"全年平均功率（MW）：{places(mwh, 2)} ÷ 8760 = {mwh / HOURS:.2f}"
        flexible = FLEXIBLE.get(owner, "")
        rows.append((
            owner, *place.get(owner, ELSEWHERE), flexible, "2" if flexible else "", ASSUMED, "estimated",
            f"{mean}；接入点、曲线为假定{LOAD_NOTE.get(owner, '')}",
        ))  # fmt: skip
    return rows


def _write(path: Path, rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def main(arguments: list[str], folder: Path = FOLDER) -> None:
    """Write the folder; with --tables everything but profiles.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (headings, rows) in {**TABLES, "loads": (LOADS, load_rows())}.items():
        _write(folder / f"{name}.csv", [f"{headings},{PROVENANCE}".split(","), *rows])
    if "--tables" in arguments:
        return
    frame = dalad_profiles.build(HEATING_MWH / electricity_mwh()["households"])
    cells = [[places(value, 4) for value in frame[name]] for name in frame.columns]
    hourly = zip(map(str, frame.index), *cells, strict=True)
    _write(folder / "profiles.csv", [("hour", *frame.columns), *hourly])


if __name__ == "__main__":
    main(sys.argv[1:])
