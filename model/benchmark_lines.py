"""The benchmark line of energy per product in force (3.3.1a)."""

from typing import Any

import pandas as pd

from dualcontrol.model.scenario import Scenario


def line(scenario: Scenario, benchmark_key: str, level: str) -> float | None:
    """3.3.1a: the benchmark value in force, in the line's own unit; None if there is none (`line_in_force`)."""
    row = line_in_force(scenario, benchmark_key, level)
    return None if row is None else float(row.value)


def line_in_force(scenario: Scenario, benchmark_key: str, level: str) -> Any | None:
    """3.3.1a: the row of the benchmark in force, the stricter of the national and the regional one; None if none is.

    Of each scope the edition with the latest `effective_from` not after `as_of`.
    """
    settings = scenario.settings
    rows = scenario.table("benchmarks")
    rows = rows[(rows["benchmark_key"] == benchmark_key) & (rows["level"] == level)]
    rows = rows[pd.Series([day <= settings.as_of for day in rows["effective_from"]], rows.index, dtype=bool)]
    if "3.3.1a" in settings.disabled_clauses:
        rows = rows[rows["scope"] == "national"]
    if rows.empty:
        return None
    latest = rows.sort_values("effective_from").groupby("scope").tail(1)
    return next(latest.sort_values("value", kind="stable").itertuples(index=False))
