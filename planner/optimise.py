"""Rulings to a plan: Pyomo -> arrays -> HiGHS, stages in order of rank, whole tonnes, prices (design §5, §10)."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dualcontrol import reporting, timing
from dualcontrol.alternatives import alternatives
from dualcontrol.coupling import missed_of_the_year
from dualcontrol.dispatching import drawn_as_settled, hourly_values, power_tables
from dualcontrol.infeasible import Infeasible
from dualcontrol.model.allocation import Case, Margins
from dualcontrol.model.county_account import account_table
from dualcontrol.model.decisions import Outcome, read_decisions, settle
from dualcontrol.model.fairness import equalise
from dualcontrol.model.measures_table import measures_table
from dualcontrol.model.plan import (
    Plan,
    inversions,
    price_of,
    projects_table,
    quotas_table,
    summary_figures,
)
from dualcontrol.model.policy import Rulings
from dualcontrol.model.power.dispatch import whole_dispatch
from dualcontrol.model.power.inputs import green_share_of
from dualcontrol.model.power.typical import ALL, MOST
from dualcontrol.model.reports import report_tables
from dualcontrol.solvers.highs import SolverError, Status
from dualcontrol.solving import COLD, NoPlan, Solved, Solvers, solve_case

__all__ = ["Infeasible", "Optimised", "SolverError", "optimise", "optimised"]

TABLES = ("quotas", "measures", "projects", "ledger", "constraints")
ROUNDS = 8  # attempts at finding the margin that whole tonnes and exports of green power need


@dataclass(frozen=True)
class Optimised:
    """A plan, the case it solves (with the margins it needed), and the solution it is read from."""

    plan: Plan
    case: Case
    solved: Solved


def optimise(rulings: Rulings) -> Plan:
    """The plan of greatest value added that keeps every clause (2.2; design §5).

    Errors: Infeasible when no plan exists, SolverError when HiGHS fails or its answer does not hold.
    """
    return optimised(rulings).plan


def optimised(rulings: Rulings, solvers: Solvers = COLD) -> Optimised:
    """The same with what the plan was read from. solvers: instances kept from an earlier solve; errors as there."""
    found = decided(rulings, solvers)
    plan = _plan(found.case, found.solved, found.outcome, found.bound)
    return Optimised(plan, found.case, found.solved)


@dataclass(frozen=True)
class Decided:
    """What a plan decides, before its prices, alternatives and reports: the most of the time of some questions."""

    case: Case
    solved: Solved
    outcome: Outcome
    bound: float


def decided(rulings: Rulings, solvers: Solvers = COLD) -> Decided:
    """The decisions of the plan that `optimise` gives, in whole tonnes; errors as there."""
    case, bound = Case(rulings), float("inf")
    held: Solved | None = None
    for _ in range(ROUNDS):
        solved = _solved(case, held, bound, solvers)
        if np.isinf(bound):  # later rounds, with margins or greener exports, bound less than what was asked
            bound = solved.first.bound
        outcome = outcome_of(case, solved)
        misses = missed_of_the_year(case, outcome)
        if (worst := max(map(abs, misses.values()), default=0.0)) > ALL:
            if case.more_days >= MOST:
                raise SolverError(f"typical days miss {worst:.1%} of the year: take the whole year (--year)")
            case, held = replace(case, more_days=case.more_days * 2 + 4), None
            continue
        if (greener := _greener_exports(case, outcome)) is not None:
            case, held = replace(case, green_share=greener), solved
            continue
        excess = _intensity_excess_tce(case, outcome)
        if outcome.pool_short_tce == 0 and excess <= 0:
            return Decided(case, solved, outcome, bound)
        margins = case.margins
        case = replace(
            case,
            margins=Margins(
                margins.pool_tce + outcome.pool_short_tce, margins.intensity_tce + max(0.0, excess)
            ),
        )
    raise SolverError("whole tonnes do not fit under the hard rows")


def outcome_of(case: Case, solved: Solved) -> Outcome:
    """The exact figures of a solution: like units equal, whole tonnes, whole kWh."""
    decisions = equalise(case, read_decisions(solved.yearly.columns, solved.x))
    if case.power is None or solved.hours is None:
        return settle(case, decisions)
    series, hourly = solved.hours.series, hourly_values(solved)
    outcome = settle(case, decisions, whole_dispatch(case.power, series, hourly))
    # what was settled moves the loads a little: what is drawn in the hours is what the owners use
    return settle(
        case, decisions, whole_dispatch(case.power, series, drawn_as_settled(case, outcome, hourly))
    )


def _greener_exports(case: Case, outcome: Outcome) -> dict[str, Any] | None:
    """The share of green power in exports with what the plan builds, where the plan was made with less; else None.

    Never less than before, so that repeating this ends: there are finitely many sets of builds.
    """
    if case.power is None:
        return None
    built = {b for b, share in outcome.decisions.built.items() if share > 0}
    own = green_share_of(case.accounts.scenario, built)
    assumed = {name: case.power.profiles[name].to_numpy() for name in own}
    if all(np.all(own[name] <= assumed[name]) for name in own):
        return None
    return {name: np.maximum(own[name], assumed[name]) for name in own}


def _solved(case: Case, held: Solved | None = None, bound: float = np.inf, solvers: Solvers = COLD) -> Solved:
    """The case solved; with the yes and no of `held` where that is within the gap of `bound`, which is faster."""
    if held is not None:
        settings = case.accounts.scenario.settings
        gap = settings.solve.mip_gap if case.power is None else settings.time.gap
        try:
            solved = solve_case(case, held, replace(solvers, choice=COLD.choice, plan=COLD.plan))
        except NoPlan:
            pass
        else:
            missed = bound - solved.first.objective
            if missed <= gap * abs(bound):
                # the ranking chose these yes and no: what it cost then it costs still, as far as the bound allows
                cost = min(held.ranking_cost, max(0.0, bound - solved.value))
                first = replace(solved.first, bound=bound, objective=solved.value + cost)
                missed = bound - first.objective
                best = Status.OPTIMAL if missed <= 1e-9 * abs(bound) else Status.WITHIN_GAP
                return replace(solved, first=replace(first, status=best), ranking_cost=cost)
    try:
        return solve_case(case, solvers=solvers)
    except NoPlan as error:
        if error.status is Status.INFEASIBLE:
            raise Infeasible(case) from error
        raise SolverError(error.status.value) from error


def _intensity_excess_tce(case: Case, outcome: Outcome) -> float:
    """By how much the exact outcome misses the county's intensity cap, 等价 tce; 1e-9 of the energy is noise."""
    reduction = case.accounts.scenario.settings.targets.intensity_reduction
    if reduction is None or not case.is_on("3.2.1d"):
        return 0.0
    energy, gdp = outcome.county.energy_eq_tce["intensity"], outcome.county.gdp_wan_yuan
    excess = float(energy) - (1.0 - reduction) * case.base_intensity * float(gdp)
    return excess if excess > 1e-9 * float(abs(energy)) else 0.0


def _plan(case: Case, solved: Solved, outcome: Outcome, bound: float) -> Plan:
    with timing.stage("prices"):
        constraints = reporting.constraints(case, solved, outcome)
        intensity_price = reporting.intensity_price(case, solved, constraints)
    prices = price_of(constraints, "pool_balance"), price_of(constraints, "county_intensity")
    projects = projects_table(case, outcome, *prices)
    draft = _draft(case)
    best = solved.first
    summary = summary_figures(case, outcome) | {
        "title_zh": case.accounts.scenario.settings.title_zh,
        "title_en": case.accounts.scenario.settings.title_en,
        "status": best.status.value,
        "bound_wan_yuan": bound if case.is_on("2.2") else None,  # what was bounded is the value
        "solver_objective_wan_yuan": best.objective,
        "ranking_cost_wan_yuan": solved.ranking_cost,
        "binding": reporting.binding(constraints),
        "binding_rows": reporting.binding_rows(constraints),
        "inversions": inversions(projects),
        "is_relaxed": case.accounts.scenario.settings.solve.relax_integers,
        "warnings": reporting.warnings(case),
        "margins_tce": {"pool": case.margins.pool_tce, "intensity": case.margins.intensity_tce},
        "intensity_price": intensity_price,
        "value_items_wan_yuan": {k: float(v) for k, v in outcome.value_items_wan_yuan.items()},
        **reporting.network_summary(case, solved, outcome),
        **_draft_summary(draft, solved),
    }
    plan = Plan(
        summary,
        quotas_table(case, outcome),
        measures_table(case, outcome),
        projects,
        outcome.ledger.table(),
        constraints,
        power_tables(case, solved, outcome),
        account_table(case, outcome),
    )
    told: dict[str, Any] = {table: getattr(plan, table) for table in TABLES}
    told |= {"summary": summary, "claims": alternatives(case, solved, outcome, told, draft)}
    return replace(plan, reports=report_tables(case, outcome, told))


def _draft(case: Case) -> Solved | None:
    """What typical days make of a plan over the year; None for other plans."""
    scenario = case.accounts.scenario
    if case.power is None or scenario.settings.time.mode != "year":
        return None
    time = scenario.settings.time.model_copy(update={"mode": "typical"})
    scenario = replace(scenario, settings=scenario.settings.model_copy(update={"time": time}))
    accounts = replace(case.accounts, scenario=scenario)
    return _solved(replace(case, rulings=replace(case.rulings, accounts=accounts), margins=Margins()))


def _draft_summary(solved: Solved | None, of_year: Solved) -> dict[str, Any]:
    """What typical days would have said of a plan over the year: their value and builds, and what the year takes."""
    if solved is None:
        return {}
    decisions = read_decisions(solved.yearly.columns, solved.x)
    return {
        "typical_days": {
            "solver_objective_wan_yuan": solved.value,
            "less_over_the_year_wan_yuan": solved.value - of_year.value,
            "builds": sorted(b for b, share in decisions.built.items() if share > 0),
        }
    }
