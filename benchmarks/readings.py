"""Seven million meter readings read and judged: 50 units, 4 carriers, every 15 minutes of a year; Parquet and CSV.

One reading in ten thousand is spoilt, so that the problems are looked up, too. Counted is what `track` does with
readings: reading, judging, listing the problems; not the solving of a plan. The file is made before.
"""

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.measuring import Ratio, Record, Report, Target, added_bytes, in_process, wall_seconds

UNITS, STEPS = 50, 365 * 96
CARRIERS = {"coal": "t", "electricity": "MWh", "gas": "万m3", "steam": "GJ"}
YEAR = 2022


def make(folder: Path, units: int, steps: int, kind: str) -> Path:
    """Write the readings of `units` units over `steps` quarters of an hour; the file."""
    import duckdb

    path = folder / f"readings.{kind}"
    carriers = ", ".join(f"('{name}')" for name in CARRIERS)
    duckdb.sql(
        f"""COPY (SELECT 'U' || lpad(i::VARCHAR, 2, '0') AS unit_id, carrier,
                TIMESTAMP '{YEAR}-01-01' + to_minutes(15 * step) AS time,
                CASE WHEN (i * 7 + step * 13) % 9973 = 5 THEN -1
                    ELSE 1 + ((i * 31 + step * 17) % 1000) / 1000 END AS quantity
            FROM range({units}) AS a(i), (VALUES {carriers}) AS b(carrier), range({steps}) AS c(step)
            ORDER BY i, carrier, step) TO '{path}' (FORMAT {kind})"""  # noqa: S608
    )
    return path


def work(way: str, *, path: str, units: int = UNITS, steps: int = STEPS) -> Record:
    """Seconds and memory of reading and judging the file at `path`. way: "judge"."""
    from dualcontrol.model.tracking_meters import Expected, Metered, judge_readings
    from dualcontrol.model.tracking_readings import calendar
    from dualcontrol.track_read import Words, read_readings

    owners = tuple(f"U{i:02d}" for i in range(units))
    words = Words(owners, tuple(CARRIERS), tuple(CARRIERS.values()))
    flows = {owner: dict.fromkeys(CARRIERS, ("fuel",)) for owner in owners}
    when = calendar(YEAR, steps * 900)

    def whole() -> Metered:
        return judge_readings(read_readings(path, YEAR, words), when, Expected(CARRIERS, flows, {}))

    added, (seconds, found) = added_bytes(lambda: wall_seconds(whole))
    if found.rows != units * len(CARRIERS) * steps or found.rows != found.counted + found.taken:
        raise RuntimeError(f"{found.rows} rows, {found.counted} counted, {found.taken} taken")
    rules = {p.rule for p in found.problems}
    return {
        "way": way,
        "rows": found.rows,
        "seconds": seconds,
        "added": added,
        "problems": len(found.problems),
        "rules": sorted(rules),
    }


def run(rounds: int = 3) -> Report:
    """Parquet and CSV by turns; wall clock, because DuckDB reads with several threads; the median counts."""
    lines, targets, figures = [], [], {}
    with tempfile.TemporaryDirectory() as folder:
        paths = {kind: make(Path(folder), UNITS, STEPS, kind) for kind in ("parquet", "csv")}
        found = [
            {kind: in_process("readings", "judge", path=str(path)) for kind, path in paths.items()}
            for _ in range(rounds)
        ]
        sizes = {kind: path.stat().st_size for kind, path in paths.items()}
    for kind in paths:
        passes = [one[kind] for one in found]
        seconds = Ratio(tuple(one["seconds"] for one in passes))
        added = [one["added"] for one in passes if one["added"] is not None]
        most = max(added) / 2**20 if added else float("nan")
        figures[kind] = passes
        lines.append(
            (kind, f"{sizes[kind] / 1e6:,.0f} MB", f"{passes[0]['rows']:,}", f"{seconds.text()} s", f"{most:,.0f} MB",
             f"{passes[0]['problems']:,}")
        )  # fmt: skip
        targets.append(Target(f"{kind}: seconds", median(seconds.rounds), 10.0))
        targets.append(Target(f"{kind}: MB added", most, 2000.0))
    return Report(
        "readings",
        "Seven million meter readings, read and judged",
        ("file", "size", "readings", "wall clock", "memory added", "problems listed"),
        tuple(lines),
        tuple(targets),
        figures=figures,
    )
