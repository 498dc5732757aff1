"""What plans already made for earlier years leave standing, read from their result folders (3.3.2c)."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dualcontrol.keeping import promises_of
from dualcontrol.model.horizon import ID_OF, STARTING, Standing
from dualcontrol.model.schema_years import CARRIED_OUT
from dualcontrol.publish import PublishError

if TYPE_CHECKING:
    from dualcontrol.model.scenario import Scenario

YES = 0.5


def standing_of(past: Mapping[int, Path], base: "Scenario | None" = None) -> Standing:
    """What the plans of earlier years decided, the latest first year of each thing kept.

    base: the horizon's scenario, which has to know what was decided: what it does not know could not go on.
    Errors: PublishError where a folder holds no plan, one changed by hand, or the plan of another year or scenario.
    """
    standing = Standing()
    for year, folder in sorted(past.items()):
        promises_of(folder)  # refuses what is no plan, or was changed
        projects, measures = _rows(folder / "projects.csv"), _rows(folder / "measures.csv")
        ledger = _rows(folder / "ledger.csv")
        if any(int(row["year"]) != year for row in ledger):
            raise PublishError("years.other_year", folder=folder, year=year)
        assets = _rows(folder / "power" / "assets.csv")
        admitted = {
            row["project_id"]: (
                float(row["admitted"]),
                standing.admitted.get(row["project_id"], (0.0, year))[1],
            )
            for row in projects
            if float(row["admitted"]) > 0
        }
        own = _ids(folder / "inputs" / "measures.csv", "measure_id")
        done = [row["measure_id"] for row in measures if float(row["adopted"]) > YES]
        builds = [row["asset"] for row in assets if row["kind"] == "build" and float(row["built"]) > YES]
        if base is not None and (strange := _strangers(folder, base, [*admitted, *done, *builds])):
            raise PublishError("years.other_scenario", folder=folder, year=year, names=", ".join(strange[:5]))
        standing = Standing(
            admitted,
            {key: standing.adopted.get(key, year) for key in done if key in own},
            {key: standing.closed.get(key, year) for key in done if key not in own},
            {key: standing.built.get(key, year) for key in builds},
            sum(int(row["tce"]) for row in ledger if row["note"] == CARRIED_OUT),
        )
    return standing


def _strangers(folder: Path, base: "Scenario", decided: list[str]) -> list[str]:
    """Ids of the plan's own inputs that were decided and that `base` lacks; all its units where no unit is shared."""
    known = {str(getattr(row, ID_OF[table])) for table in STARTING for row in base.rows(table)}
    own = {key for table in STARTING for key in _ids(folder / "inputs" / f"{table}.csv", ID_OF[table])}
    units = _ids(folder / "inputs" / "units.csv", "unit_id")
    shared = units & {row.unit_id for row in base.rows("units")}
    return [key for key in decided if key in own - known] + ([] if shared or not units else sorted(units))


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def _ids(path: Path, column: str) -> set[str]:
    return {row[column] for row in _rows(path)}
