"""What a plan tells about itself: limits with their prices, what holds it back, what the network adds and costs."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from dualcontrol.limits import Sides, limits
from dualcontrol.model.allocation import NETWORK_ROWS, ROWS, Case, Row, grid
from dualcontrol.model.decisions import Outcome
from dualcontrol.questions import open_questions
from dualcontrol.solvers.highs import LiveHighs, Status
from dualcontrol.solvers.prices import one_sided_prices
from dualcontrol.solvers.ranges import price_ranges
from dualcontrol.solving import Solved

SAME = 0.01  # a price that stays within this share is the same
NOISE = 1e-9  # of a value
PRICE = 1e-8  # 万元 per unit of a limit: less is a solver's noise
HALVINGS = 20


CONSTRAINTS = (
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
    "range_left",
    "range_right",
    "relaxable",
)
ALWAYS_RANGED = ("pool_balance", "county_intensity", "carbon_budget")  # the county's own targets


def constraints(case: Case, solved: Solved, outcome: Outcome) -> pd.DataFrame:
    """One row per constraint of the model: both sides, room, prices and how far they hold, in its own unit.

    Prices hold at the integers of the plan. range_left, range_right: how far a limit that may be relaxed can be
    tightened and relaxed with the price staying the same; not computed (NaN) for others and for a full year.
    """
    meta = {row.name: row for row in ROWS + NETWORK_ROWS}
    arrays = solved.program
    priced = [
        k
        for k, (name, _) in enumerate(solved.yearly.rows)
        if meta[name].effect != "definition" and (case.power is None or meta[name].is_relaxable)
    ]
    prices = dict(zip(priced, one_sided_prices(arrays, solved.final.x, priced), strict=True))
    sides = limits(case, solved, outcome)
    ranged = [
        k for k in priced if _is_ranged(case, solved, meta[solved.yearly.rows[k][0]], prices[k], sides[k])
    ]
    reach = dict(
        zip(
            ranged,
            price_ranges(arrays, solved.final.x, solved.value, ranged, [prices[k] for k in ranged]),
            strict=True,
        )
    )
    none = (np.nan, np.nan)
    rows = [
        (
            name,
            meta[name].clause,
            "" if index is None else str(index),
            *sides[k],
            meta[name].unit,
            *prices.get(k, none),
            meta[name].price_unit,
            *reach.get(k, none),
            meta[name].is_relaxable,
        )
        for k, (name, index) in enumerate(solved.yearly.rows)
    ]
    return pd.DataFrame(rows, columns=list(CONSTRAINTS))


def _is_ranged(case: Case, solved: Solved, row: Row, price: tuple[float, float], sides: Sides) -> bool:
    """Whether the range of a row is worth linear programs of its own."""
    if solved.year is not None or not row.is_relaxable:  # a mix of days is no witness for where a price ends
        return False
    if case.power is None:
        return True
    is_held = bool(np.nan_to_num(price).any()) and any(sides[:2])  # 0 of 0: of something that is not built
    # the price of a fleet's hours is what the scenario says a missing hour costs
    return row.name in ALWAYS_RANGED or (is_held and row.name != "utilisation_hours")


def binding(constraints: pd.DataFrame) -> str:
    """Which of the two county targets holds the plan back: total, intensity, both or neither."""
    priced = constraints[constraints["price_left"].fillna(1.0) > PRICE]
    total = (priced["name"] == "pool_balance").any()
    intensity = (priced["name"] == "county_intensity").any()
    return {(True, True): "both", (True, False): "total", (False, True): "intensity"}.get(
        (total, intensity), "neither"
    )


def binding_rows(constraints: pd.DataFrame) -> list[str]:
    """Every limit a government could relax that holds the plan back now, as `name[index]`, dearest first."""
    is_priced = (constraints["price_left"] > PRICE) | (constraints["price_right"] > PRICE)
    is_there = (constraints["activity"] != 0) | (
        constraints["limit"] != 0
    )  # hours of what is not built are not
    held = constraints[constraints["relaxable"] & is_priced & is_there]
    held = held.assign(top=held[["price_left", "price_right"]].max(axis=1)).sort_values(
        "top", ascending=False
    )
    return [f"{row.name}[{row.index}]" if row.index else row.name for row in held.itertuples(index=False)]


def intensity_price(case: Case, solved: Solved, table: pd.DataFrame) -> dict[str, dict[str, float]] | None:
    """What a tonne at the intensity target is worth when it is tightened (left) or relaxed (right), and how far.

    Per side: wan_yuan_per_tce_eq; tce_eq, how far the price holds; to_reduction, the target at which it changes;
    worth_wan_yuan, what moving the target so far is worth. NaN: it cannot be moved, or not computed. None: no target.
    """
    rows = table[table["name"] == "county_intensity"]
    if rows.empty:
        return None
    row = rows.iloc[0]
    return {
        side: _towards(case, solved, float(row[f"price_{side}"]), float(row[f"range_{side}"]), sign)
        for side, sign in (("left", -1.0), ("right", 1.0))
    }


def _towards(case: Case, solved: Solved, price: float, reach: float, sign: float) -> dict[str, float]:
    told = {
        "wan_yuan_per_tce_eq": price,
        "tce_eq": reach,
        "to_reduction": np.nan,
        "worth_wan_yuan": price * reach,
    }
    if not np.isfinite(reach) or not np.isfinite(price):
        return told | {"worth_wan_yuan": 0.0 if price == 0 else np.nan}
    arrays, place = solved.program, solved.yearly
    row, gdp = place.row("county_intensity"), place.column("gdp")
    target = float(case.accounts.scenario.settings.targets.intensity_reduction or 0.0)
    live = LiveHighs(arrays)
    for _ in range(HALVINGS):
        live.change_row(row, -np.inf, float(arrays.row_upper[row]) + sign * reach)
        moved = live.solve()
        if moved.status is not Status.OPTIMAL:
            return told
        reduction = target - sign * reach / (case.base_intensity * float(moved.x[gdp]))
        # the target is the factor of GDP, not a number beside it: ask whether the price holds there, too
        worth = solved.value + sign * price * reach
        if abs(_value_at(case, solved, reduction) - worth) <= SAME * abs(price * reach) + NOISE * abs(worth):
            return told | {"tce_eq": reach, "to_reduction": reduction, "worth_wan_yuan": price * reach}
        reach /= 2
    return told


def _value_at(case: Case, solved: Solved, reduction: float) -> float:
    """The best value at another intensity target with the integers of the plan, 万元; -inf if there is none."""
    arrays = solved.program
    row, gdp = solved.yearly.row("county_intensity"), solved.yearly.column("gdp")
    entries = np.arange(arrays.start[row], arrays.start[row + 1])
    value = arrays.value.copy()
    value[entries[arrays.index[entries] == gdp]] = -(1.0 - reduction) * case.base_intensity
    return LiveHighs(replace(arrays, value=value)).solve().objective


def warnings(case: Case) -> list[str]:
    """Message ids of what a planner should look at before believing the plan."""
    cuts = sum(r.cut_tce for r in case.rulings.units.values())
    too_deep = case.rulings.increment_tce > 0 and cuts > 2 * case.rulings.increment_tce
    return ["cuts_exceed_twice_the_increment"] if too_deep else []


def network_summary(case: Case, solved: Solved, outcome: Outcome) -> dict[str, Any]:
    """What the network adds and costs: how the year was checked, green power, exports, builds, hours of the fleets."""
    dispatch, power = outcome.dispatch, case.power
    if dispatch is None or power is None:
        return {}
    mode = case.accounts.scenario.settings.time.mode
    excluded = case.counting.is_excluded("excess_renewable", "total")
    excess = sum(float(use.excess_green_mwh) for use in outcome.unit_use.values())
    chosen = sorted(b for b, v in outcome.decisions.built.items() if v > 0)
    return {
        "time": {"typical": "checked_typical", "year": "checked_year"}[mode],
        "is_draft": mode == "typical",
        "questions": open_questions(power, dispatch, outcome.decisions.built),
        "network": {
            "hours": dispatch.series.hours,
            "builds": chosen,
            "build_costs_wan_yuan": {
                b: grid.build_cost(case, b) * float(outcome.decisions.built[b]) for b in chosen
            },
            "green_delivered_mwh": sum(float(dispatch.green_mwh(s)) for s in dispatch.green),
            "green_exported_mwh": float((dispatch.green_export * dispatch.weight()).sum()) / 1000,
            "excluded_tce_eq": excess * float(case.counting.k_eq_tce_per_mwh) if excluded else 0.0,
            "exported_mwh": sum(float(dispatch.mwh(g)) for g in power.exchanged if g.endswith(":export")),
            "imported_mwh": sum(float(dispatch.mwh(g)) for g in power.exchanged if g.endswith(":import")),
            "unserved_mwh": float(dispatch.mwh(*(a for a in dispatch.injection if a.startswith("shed:")))),
            "missing_hours": {f: float(h) for f, h in outcome.missing_hours.items()},
            "missing_hours_wan_yuan": {
                f: float(cost) for f, cost in grid.missing_hours_costs(case, outcome.missing_hours).items()
            },
            "evaluations_of_the_year": solved.year.evaluations if solved.year else None,
            "gap": solved.year.gap if solved.year else None,
        },
    }
