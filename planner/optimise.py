"""Rulings to a plan: Pyomo -> arrays -> HiGHS, stages in order of rank, whole tonnes, prices (design §5, §10)."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dualcontrol.model.allocation import ROWS, Case, Margins, build_model
from dualcontrol.model.decisions import Decisions, Outcome, read_decisions, settle
from dualcontrol.model.fairness import equalise
from dualcontrol.model.plan import (
    Plan,
    inversions,
    measures_table,
    projects_table,
    quotas_table,
    summary_figures,
)
from dualcontrol.model.policy import Rulings
from dualcontrol.solvers.compile import Arrays, Floats, compile_model
from dualcontrol.solvers.highs import Options, Solution, SolverError, Status
from dualcontrol.solvers.lexicographic import Stage, StageResult, solve_in_order
from dualcontrol.solvers.prices import one_sided_prices

__all__ = ["Infeasible", "SolverError", "optimise"]

ROUNDS = 4  # attempts at finding the margin that whole tonnes need


class Infeasible(RuntimeError):
    """No plan satisfies the clauses; confirmed without presolve. `gap_rows` names rows no plan can satisfy."""


@dataclass(frozen=True)
class _Solved:
    arrays: Arrays
    best: Solution
    final: Solution
    stages: tuple[StageResult, ...]
    decisions: Decisions


def optimise(rulings: Rulings) -> Plan:
    """The plan of greatest value added that keeps every clause (2.2; design §5).

    Errors: Infeasible when no plan exists, SolverError when HiGHS fails or its answer does not hold.
    """
    margins = Margins()
    for _ in range(ROUNDS):
        case = Case(rulings, margins)
        solved = _solve(case)
        outcome = settle(case, equalise(case, solved.decisions))
        excess = _intensity_excess_tce(case, outcome)
        if outcome.pool_short_tce == 0 and excess <= 0:
            return _plan(case, solved, outcome)
        margins = Margins(margins.pool_tce + outcome.pool_short_tce, margins.intensity_tce + max(0.0, excess))
    raise SolverError("whole tonnes do not fit under the hard rows")


def _solve(case: Case) -> _Solved:
    settings = case.accounts.scenario.settings.solve
    arrays = compile_model(build_model(case))
    options = Options(gap=settings.mip_gap, time_limit_s=settings.time_limit_s)
    value = Stage("value", arrays.cost, settings.score_tolerance_wan_yuan, arrays.offset)
    score = Stage("score", _weights(arrays, {"admitted": case.rulings.scores}))
    stages = solve_in_order(arrays, [value, score], options)
    _require_plan(stages[-1].solution)
    best = stages[0].solution
    program = arrays.fixed(stages[-1].solution.x)
    ranked = solve_in_order(program, [replace(value, tolerance=0.0), Stage("least_moved", _least_moved(arrays))], options)
    _require_plan(ranked[-1].solution)
    final = ranked[-1].solution
    return _Solved(program, best, final, (*stages, *ranked), read_decisions(arrays.columns, final.x))


def _weights(arrays: Arrays, weights: dict[str, Any]) -> Floats:
    cost = np.zeros(len(arrays.columns))
    for position, (name, index) in enumerate(arrays.columns):
        if name in weights:
            cost[position] = weights[name][index]
    return cost


def _least_moved(arrays: Arrays) -> Floats:
    """Among plans of equal value the one that takes and grants least and spends the earmark before the pool."""
    signs = {"limit": -1.0, "beyond": -1.0, "grant": -1.0, "overshoot": -1.0, "waived": -1.0, "earmark": 1.0}
    return np.array([signs.get(name, 0.0) for name, _ in arrays.columns])


def _require_plan(solution: Solution) -> None:
    if solution.status is Status.INFEASIBLE:
        raise Infeasible
    if solution.status not in (Status.OPTIMAL, Status.WITHIN_GAP):
        raise SolverError(solution.status.value)


def _intensity_excess_tce(case: Case, outcome: Outcome) -> float:
    """By how much the exact outcome misses the county's intensity cap, 等价 tce; 1e-9 of the energy is noise."""
    reduction = case.accounts.scenario.settings.targets.intensity_reduction
    if reduction is None or not case.is_on("3.2.1d"):
        return 0.0
    energy, gdp = outcome.county.energy_eq_tce["intensity"], outcome.county.gdp_wan_yuan
    excess = float(energy) - (1.0 - reduction) * case.base_intensity * float(gdp)
    return excess if excess > 1e-9 * float(abs(energy)) else 0.0


def _plan(case: Case, solved: _Solved, outcome: Outcome) -> Plan:
    constraints = _constraints(solved)
    pool = constraints[constraints["name"] == "pool_balance"]
    price = float(pool["price_right"].fillna(0.0).max()) if len(pool) else 0.0
    projects = projects_table(case, outcome, price)
    value_stage, best = solved.stages[2], solved.best
    summary = summary_figures(case, outcome) | {
        "title_zh": case.accounts.scenario.settings.title_zh, "title_en": case.accounts.scenario.settings.title_en,
        "status": best.status.value, "bound_wan_yuan": best.bound,
        "solver_objective_wan_yuan": best.objective,
        "ranking_cost_wan_yuan": max(0.0, best.objective - value_stage.objective),
        "binding": _binding(constraints), "binding_rows": _binding_rows(constraints), "inversions": inversions(projects),
        "is_relaxed": case.accounts.scenario.settings.solve.relax_integers,
        "warnings": _warnings(case),
        "margins_tce": {"pool": case.margins.pool_tce, "intensity": case.margins.intensity_tce},
        "intensity_price_wan_yuan_per_point": _price_per_point(case, constraints, outcome),
    }
    return Plan(
        summary, quotas_table(case, outcome), measures_table(case, outcome), projects, outcome.ledger.table(),
        constraints,
    )


def _constraints(solved: _Solved) -> pd.DataFrame:
    """One row per constraint of the model: activity, limit, slack, left and right price in its own unit."""
    meta = {row.name: row for row in ROWS}
    arrays, solution = solved.arrays, solved.final
    activity = arrays.times(solution.x)
    priced = [k for k, (name, _) in enumerate(arrays.rows) if meta[name].effect != "definition"]
    prices = dict(zip(priced, one_sided_prices(arrays, solution.x, priced), strict=True))
    rows = []
    for position, (name, index) in enumerate(arrays.rows):
        row, low, high = meta[name], arrays.row_lower[position], arrays.row_upper[position]
        limit = high if np.isfinite(high) else low
        left, right = prices.get(position, (np.nan, np.nan))
        rows.append([
            name, row.clause, "" if index is None else str(index), activity[position], limit,
            abs(limit - activity[position]), row.unit, left, right, row.price_unit, row.is_relaxable,
        ])
    columns = ["name", "clause", "index", "activity", "limit", "slack", "unit", "price_left", "price_right",
               "price_unit", "relaxable"]
    return pd.DataFrame(rows, columns=columns)


def _binding(constraints: pd.DataFrame) -> str:
    """Which of the two county targets holds the plan back: total, intensity, both or neither."""
    priced = constraints[constraints["price_left"].fillna(1.0) > 0]
    total = (priced["name"] == "pool_balance").any()
    intensity = (priced["name"] == "county_intensity").any()
    return {(True, True): "both", (True, False): "total", (False, True): "intensity"}.get((total, intensity), "neither")


def _binding_rows(constraints: pd.DataFrame) -> list[str]:
    """Every limit a government could relax that holds the plan back now, as `name[index]`, dearest first."""
    held = constraints[constraints["relaxable"] & ((constraints["price_left"] > 0) | (constraints["price_right"] > 0))]
    held = held.assign(top=held[["price_left", "price_right"]].max(axis=1)).sort_values("top", ascending=False)
    return [f"{row.name}[{row.index}]" if row.index else row.name for row in held.itertuples(index=False)]


def _price_per_point(case: Case, constraints: pd.DataFrame, outcome: Outcome) -> dict[str, float] | None:
    """What a percentage point of the intensity target is worth, 万元, when it is tightened or relaxed."""
    rows = constraints[constraints["name"] == "county_intensity"]
    if rows.empty:
        return None
    tonnes = 0.01 * case.base_intensity * float(outcome.county.gdp_wan_yuan)
    return {side: float(rows[f"price_{side}"].iloc[0]) * tonnes for side in ("left", "right")}


def _warnings(case: Case) -> list[str]:
    """Message ids of what a planner should look at before believing the plan."""
    cuts = sum(r.cut_tce for r in case.rulings.units.values())
    too_deep = case.rulings.increment_tce > 0 and cuts > 2 * case.rulings.increment_tce
    return ["cuts_exceed_twice_the_increment"] if too_deep else []
