"""Readings for trying `track` out: made from a plan's own inputs, fictional, with overshoots and faults as asked."""

import csv
from collections.abc import Mapping
from pathlib import Path
from random import Random

from dualcontrol.track import followed


def synthetic_readings(
    plan: Path | str,
    path: Path | str,
    *,
    seed: int = 0,
    level: float = 0.95,
    deviation: float = 0.02,
    overshoot: Mapping[str, tuple[int, float]] | None = None,
    has_faults: bool = False,
) -> Path:
    """Write monthly forms of a year for every unit and admitted project of a plan as CSV; the path.

    Use is `level` of the plan's, each month off by a normal deviation. overshoot: unit -> (month from which, factor).
    has_faults: the first unit reports a month twice, one as a negative number and one not at all. Fictional data.
    """
    of, random = followed(plan), Random(seed)  # noqa: S311 - nobody hides anything
    levels = {holder.owner: (float(holder.level), holder.start_month) for holder in of.holders}
    lines: list[tuple[str, str, str, str, str]] = []
    for table, key in (("unit_energy", "unit_id"), ("project_energy", "project_id")):
        for row in of.scenario.rows(table):
            owner = getattr(row, key)
            activity, start = levels.get(owner, (0.0, 1))
            month_from, factor = (overshoot or {}).get(owner, (13, 1.0))
            for month in range(start, 13) if activity > 0 else ():
                share = (
                    level * (1 + deviation * random.gauss(0, 1)) * (factor if month >= month_from else 1.0)
                )
                amount = f"{row.quantity * activity * share / 12:.3f}"
                lines.append((owner, row.carrier_id, row.use, f"{of.year}-{month:02d}", amount))
    if has_faults and len(lines) > 4:
        lines = [lines[0], lines[0], (*lines[1][:4], "-" + lines[1][4]), *lines[3:]]
    target = Path(path)
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("unit_id", "carrier", "use", "time", "quantity"))
        writer.writerows(lines)
    return target
