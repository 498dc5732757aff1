"""What a plan tells about itself: limits with their prices, what holds it back, what the network adds and costs."""

from typing import Any

import numpy as np
import pandas as pd

from dualcontrol.model.allocation import NETWORK_ROWS, ROWS, Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.solvers.prices import one_sided_prices
from dualcontrol.solving import Solved


def constraints(case: Case, solved: Solved) -> pd.DataFrame:
    """One row per constraint of the model: activity, limit, slack, left and right price in its own unit."""
    meta = {row.name: row for row in ROWS + NETWORK_ROWS}
    arrays, x = solved.program, solved.final.x
    activity = arrays.times(x)
    priced = [
        k
        for k, (name, _) in enumerate(solved.yearly.rows)
        if meta[name].effect != "definition" and (case.power is None or meta[name].is_relaxable)
    ]
    prices = dict(zip(priced, one_sided_prices(arrays, x, priced), strict=True))
    rows = []
    for position, (name, index) in enumerate(solved.yearly.rows):
        row, low, high = meta[name], arrays.row_lower[position], arrays.row_upper[position]
        limit = high if np.isfinite(high) else low
        left, right = prices.get(position, (np.nan, np.nan))
        rows.append(
            [
                name,
                row.clause,
                "" if index is None else str(index),
                activity[position],
                limit,
                abs(limit - activity[position]),
                row.unit,
                left,
                right,
                row.price_unit,
                row.is_relaxable,
            ]
        )
    columns = [
        "name",
        "clause",
        "index",
        "activity",
        "limit",
        "slack",
        "unit",
        "price_left",
        "price_right",
        "price_unit",
        "relaxable",
    ]
    return pd.DataFrame(rows, columns=columns)


def binding(constraints: pd.DataFrame) -> str:
    """Which of the two county targets holds the plan back: total, intensity, both or neither."""
    priced = constraints[constraints["price_left"].fillna(1.0) > 0]
    total = (priced["name"] == "pool_balance").any()
    intensity = (priced["name"] == "county_intensity").any()
    return {(True, True): "both", (True, False): "total", (False, True): "intensity"}.get(
        (total, intensity), "neither"
    )


def binding_rows(constraints: pd.DataFrame) -> list[str]:
    """Every limit a government could relax that holds the plan back now, as `name[index]`, dearest first."""
    held = constraints[
        constraints["relaxable"] & ((constraints["price_left"] > 0) | (constraints["price_right"] > 0))
    ]
    held = held.assign(top=held[["price_left", "price_right"]].max(axis=1)).sort_values(
        "top", ascending=False
    )
    return [f"{row.name}[{row.index}]" if row.index else row.name for row in held.itertuples(index=False)]


def price_per_point(case: Case, constraints: pd.DataFrame, outcome: Outcome) -> dict[str, float] | None:
    """What a percentage point of the intensity target is worth, 万元, when it is tightened or relaxed."""
    rows = constraints[constraints["name"] == "county_intensity"]
    if rows.empty:
        return None
    tonnes = 0.01 * case.base_intensity * float(outcome.county.gdp_wan_yuan)
    return {side: float(rows[f"price_{side}"].iloc[0]) * tonnes for side in ("left", "right")}


def warnings(case: Case) -> list[str]:
    """Message ids of what a planner should look at before believing the plan."""
    cuts = sum(r.cut_tce for r in case.rulings.units.values())
    too_deep = case.rulings.increment_tce > 0 and cuts > 2 * case.rulings.increment_tce
    return ["cuts_exceed_twice_the_increment"] if too_deep else []


def network_summary(case: Case, solved: Solved, outcome: Outcome) -> dict[str, Any]:
    """What the network adds and costs: how the year was checked, green power, exports, builds, hours."""
    dispatch, power = outcome.dispatch, case.power
    if dispatch is None or power is None:
        return {}
    mode = case.accounts.scenario.settings.time.mode
    excluded = case.counting.is_excluded("excess_renewable", "total")
    excess = sum(float(use.excess_green_mwh) for use in outcome.unit_use.values())
    return {
        "time": {"typical": "checked_typical", "year": "checked_year"}[mode],
        "is_draft": mode == "typical",
        "network": {
            "hours": dispatch.series.hours,
            "builds": sorted(b for b, v in outcome.decisions.built.items() if v > 0),
            "green_delivered_mwh": sum(float(dispatch.green_mwh(s)) for s in dispatch.green),
            "green_exported_mwh": float((dispatch.green_export * dispatch.weight()).sum()) / 1000,
            "excluded_tce_eq": excess * float(case.counting.k_eq_tce_per_mwh) if excluded else 0.0,
            "exported_mwh": sum(float(dispatch.mwh(g)) for g in power.exchanged if g.endswith(":export")),
            "imported_mwh": sum(float(dispatch.mwh(g)) for g in power.exchanged if g.endswith(":import")),
            "unserved_mwh": float(dispatch.mwh(*(a for a in dispatch.injection if a.startswith("shed:")))),
            "missing_hours": {f: float(h) for f, h in outcome.missing_hours.items()},
            "evaluations_of_the_year": solved.year.evaluations if solved.year else None,
            "gap": solved.year.gap if solved.year else None,
        },
    }
