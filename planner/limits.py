"""The two sides of every limit as the plan leaves them: what its formula says, at the published decisions.

A solver sees a row with all its variables on one side. A planner wants to see the use and the quota, the energy and
what the intensity target allows it, the pool and the reserve it must hold.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pyomo.environ as pyo

from dualcontrol.model.allocation import NETWORK_ROWS, ROWS, Case, Margins, Row, build_model
from dualcontrol.model.decisions import NOISE, Outcome, overshoot_tce, whole_moves
from dualcontrol.model.ledger import EARMARK, RESERVE
from dualcontrol.model.power.dispatch import Dispatch
from dualcontrol.model.power.inputs import HOURS
from dualcontrol.model.quantities import whole_up
from dualcontrol.solving import Solved

Sides = tuple[float, float, float]  # activity, limit, room left


def limits(case: Case, solved: Solved, outcome: Outcome) -> list[Sides]:
    """Activity, limit and room (negative: exceeded) of every row of `solved.yearly`, in the row's unit.

    Quotas, grants and the pool are those of the ledger, in whole tonnes.
    """
    # the limits are those of the rules, without what the search kept free for the rounding to whole tonnes
    m = build_model(replace(case, margins=Margins()))
    for (name, index), value in zip(solved.yearly.columns, solved.x, strict=True):
        getattr(m, name)[index].set_value(float(value), skip_validation=True)
    for name, values in _settled(m, case, outcome).items():
        for index, value in values.items():
            getattr(m, name)[index].set_value(float(value), skip_validation=True)
    rows = {row.name: row for row in ROWS + NETWORK_ROWS}
    by_ledger = _by_ledger(case, outcome)
    return [
        by_ledger.get((name, index))
        or _sides(rows[name], rows[name].build(*([m] if index is None else [m, index])))
        for name, index in solved.yearly.rows
    ]


def _sides(row: Row, relation: Any) -> Sides:
    """The sides of a relation as its formula has them: what is limited, by what, and how much is left."""
    first, second = relation.args
    low, high = float(pyo.value(first)), float(pyo.value(second))
    if relation.nargs() != 2 or type(relation).__name__ == "EqualityExpression":
        return low, high, abs(high - low)
    # `a >= b` is kept as `b <= a`: the limit is the side that cannot move, or the one the formula names last
    is_floor = not pyo.is_potentially_variable(first) or (">=" in row.formula and "<=" not in row.formula)
    return (high, low, high - low) if is_floor else (low, high, high - low)


def _by_ledger(case: Case, outcome: Outcome) -> dict[tuple[str, Any], Sides]:
    """Rows whose limit is an account of the ledger: the quota of a unit, the reserve the pool must leave."""
    headroom = 1 + Fraction(str(case.accounts.scenario.settings.policy.headroom_share))
    sides: dict[tuple[str, Any], Sides] = {}
    for i, use in outcome.unit_use.items():
        used, quota = case.accounts.counting.counted(use, "total") * headroom, outcome.quota(f"unit:{i}")
        sides["use_within_quota", i] = (float(used), float(quota), float(quota - used))
    left, floor = outcome.ledger.balance(RESERVE), case.reserve_floor_tce
    sides["pool_balance", None] = (float(left), float(floor), float(left - floor))
    return sides


def _settled(m: Any, case: Case, outcome: Outcome) -> dict[str, Mapping[Any, Any]]:
    """Values of the model's variables as the plan publishes them, by variable and index."""
    made, county = outcome.decisions, outcome.county
    moved = {i: whole_moves(made, i) for i in case.unit_rows}
    paid = {e.to_account: e.tce for e in outcome.ledger.entries if e.from_account == EARMARK}
    values: dict[str, Mapping[Any, Any]] = {
        name: getattr(made, name)
        for name in (
            "activity",
            "self_pv",
            "green",
            "saving",
            "adopted",
            "admitted",
            "project_load",
            "shortfall",
            "built",
            "retire",
            "pair",
        )
    }
    values |= {name: {i: moved[i][name] for i in moved} for name in ("grant", "limit", "beyond")}
    values |= {
        "excess": {i: use.excess_green_mwh for i, use in outcome.unit_use.items()},
        "added_pv": {
            i: max(Fraction(0), made.self_pv[i] - Fraction(str(row.self_pv_base_mwh)))
            for i, row in case.unit_rows.items()
        },
        "earmark": {j: paid.get(f"project:{j}", 0) for j in case.project_rows},
        "upgrade": {k: whole_up(v - NOISE) for k, v in made.upgrade.items()},
        "overshoot": {None: overshoot_tce(case, made)},
        "gdp": {None: county.gdp_wan_yuan},
        "energy": {None: county.energy_eq_tce["intensity"]},
        "co2": {None: county.co2_t},
        "missing_hours": outcome.missing_hours,
    }
    if outcome.dispatch is not None:
        values["total"] = {name: _total(outcome.dispatch, terms) for name, terms in m.total_terms.items()}
        uses = {**outcome.unit_use, **outcome.project_use, **outcome.society_use}
        values["mean_load"] = {
            k: sum((uses[o].electricity_mwh - uses[o].self_pv_mwh for o in owners), Fraction(0)) / HOURS
            for k, owners in m.owners_at.items()
        }
    return values


def _total(dispatch: Dispatch, terms: Mapping[tuple[str, Any], float]) -> float:
    """A total of the year from the whole kWh of the dispatch, MWh."""
    total = 0.0
    for (variable, index), factor in terms.items():
        if variable == "green":
            mwh = float(dispatch.green_mwh(index))
        elif variable == "green_export":
            mwh = float((dispatch.green_export * dispatch.weight()).sum()) / 1000
        else:
            asset = (
                index
                if variable == "p"
                else f"{variable}:{index}"
                if variable == "shed"
                else f"{index}:{variable}"
            )
            mwh = float(dispatch.mwh(asset))
        total += factor * mwh
    return total
