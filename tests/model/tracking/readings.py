"""Readings made by hand for tests: rows of words to the arrays that the judge takes, without any file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from dualcontrol.model.tracking_meters import Expected, Metered, judge_readings
from dualcontrol.model.tracking_readings import (
    MICRO,
    NEVER,
    NUMBER_NONE,
    NUMBER_OK,
    UNSAID,
    USES,
    Readings,
    calendar,
)

YEAR = 2022
CARRIERS = {"coal": "t", "electricity": "MWh", "water": "万m³"}
UNITS = ("t", "kg", "mwh", "kwh", "万m3")


def seconds(text: str) -> int:
    return int((datetime.fromisoformat(text) - datetime(YEAR, 1, 1)).total_seconds())  # noqa: DTZ001


def readings(rows: Sequence[Mapping[str, Any]], owners: Sequence[str] = ("A", "B")) -> Readings:
    """Rows with unit_id, carrier, time (ISO), quantity or register, optional use, unit, reported_at, meter."""
    names = list(CARRIERS)
    meters = tuple(sorted({"", *(str(r.get("meter", "")) for r in rows)}))

    def code(row: Mapping[str, Any], key: str, known: Sequence[str]) -> int:
        if key not in row:
            return UNSAID
        return known.index(row[key]) if row[key] in known else -2

    def column(values: Sequence[int]) -> Any:
        return np.array(values, dtype=np.int64)

    def told(places: Sequence[int]) -> list[Mapping[str, str]]:
        return [
            {"place": str(p), "unit_id": str(rows[p]["unit_id"]), "carrier": str(rows[p]["carrier"]),
             "time": str(rows[p]["time"]), "value": str(rows[p].get("register", rows[p].get("quantity")))}
            for p in places
        ]  # fmt: skip

    number = [r.get("register", r.get("quantity")) for r in rows]
    return Readings(
        tuple(owners), tuple(names), UNITS, meters,
        column([code(r, "unit_id", owners) for r in rows]), column([code(r, "carrier", names) for r in rows]),
        column([code(r, "use", USES) for r in rows]), column([code(r, "unit", UNITS) for r in rows]),
        column([meters.index(str(r.get("meter", ""))) for r in rows]),
        column([seconds(r["time"]) if r["time"] else NEVER for r in rows]),
        column([seconds(r["reported_at"]) if "reported_at" in r else NEVER for r in rows]),
        column([0 if v is None else round(v * MICRO) for v in number]),
        column([NUMBER_NONE if v is None else NUMBER_OK for v in number]),
        np.array(["register" in r for r in rows], dtype=bool), np.zeros(len(rows), dtype=bool), told,
    )  # fmt: skip


def judged(
    rows: Sequence[Mapping[str, Any]],
    *,
    cut: str | None = None,
    flows: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
) -> Metered:
    """What the judge says of rows; cut: a time, before which things are known."""
    at = None if cut is None else seconds(cut)
    return judge_readings(readings(rows), calendar(YEAR, at, at), Expected(CARRIERS, flows or {}, {}))


def monthly(unit: str, values: Sequence[float], carrier: str = "coal", **more: Any) -> list[dict[str, Any]]:
    """Monthly forms from January on."""
    return [
        {"unit_id": unit, "carrier": carrier, "time": f"{YEAR}-{m:02d}-01", "quantity": v, **more}
        for m, v in enumerate(values, start=1)
    ]


def every(unit: str, minutes: int, count: int, value: float, **more: Any) -> list[dict[str, Any]]:
    """Interval readings of a constant value from 1 January on."""
    start = np.datetime64(f"{YEAR}-01-01T00:00")
    return [
        {
            "unit_id": unit,
            "carrier": "electricity",
            "time": str(start + np.timedelta64(minutes * k, "m")),
            "quantity": value,
            **more,
        }
        for k in range(count)
    ]


def rules(found: Metered) -> dict[str, int]:
    """How often each rule is told."""
    counts: dict[str, int] = {}
    for problem in found.problems:
        counts[problem.rule] = counts.get(problem.rule, 0) + 1
    return counts
