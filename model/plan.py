"""The result as labelled tables in the order of the inputs: quotas, measures, projects, ledger, constraints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pandas as pd

from dualcontrol.model.accounting import Use
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.county_account import COLUMNS, gross_eq_tce
from dualcontrol.model.decisions import Outcome, quarters
from dualcontrol.model.ledger import EARMARK, RESERVE
from dualcontrol.model.policy.closures import BONUS_NOTE, CLAUSE
from dualcontrol.model.reasons import (
    Step,
    encoded,
    grid_steps,
    names,
    project_steps,
    society_steps,
    unit_steps,
)

# which column of the waterfall an entry's note belongs to
WATERFALL = {
    "opening": "opening_tce",
    "rounding": "opening_tce",
    "base_method": "base_method_tce",
    "adjustment": "adjustment_tce",
    "benchmark_cut": "cut_tce",
    "release": "release_tce",
    "penalty": "penalty_tce",
    "limit": "limit_tce",
    "saving": "saving_tce",
    "line_saving": "saving_tce",
    "leader_bonus": "bonus_tce",
    "green_factory_bonus": "bonus_tce",
    BONUS_NOTE: "bonus_tce",
    **dict.fromkeys(CLAUSE, "withheld_tce"),
    "allowance": "allowance_tce",
    "society": "allowance_tce",
    "grid": "allowance_tce",
    "withheld": "withheld_tce",
    "retired": "withheld_tce",
}
LATER = "starts_after_the_plan_year"  # no decision of this year
SHOWN_TCE = 1  # unused quota of a unit that is told; less is the rounding to whole tonnes
DECIDED = "decided_by_leaders"  # not the plan's decision
MOVES = tuple(dict.fromkeys(WATERFALL.values()))


@dataclass(frozen=True)
class Plan:
    """A plan as tables and its summary figures.

    power: dispatch, prices, assets, green of a plan with a network. account: the county's energy account. reports:
    tables that follow from the rest (`model/reports`), by name.
    """

    summary: Mapping[str, Any]
    quotas: pd.DataFrame
    measures: pd.DataFrame
    projects: pd.DataFrame
    ledger: pd.DataFrame
    constraints: pd.DataFrame
    power: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    account: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))
    reports: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def quotas_table(case: Case, outcome: Outcome) -> pd.DataFrame:
    """One row per unit, society line and the grid account: waterfall, quota, quarters, planned use (tce)."""
    decisions, counting = outcome.decisions, case.accounts.counting
    basis = _basis(case)
    rows = []
    for row in case.accounts.scenario.rows("units"):
        i, use = row.unit_id, outcome.unit_use[row.unit_id]
        rows.append(
            _quota_row(
                case,
                outcome,
                f"unit:{i}",
                "unit",
                row.name,
                row.sector_id,
                counting.counted(use, "total"),
                use,
                basis["units"][i],
                activity=decisions.activity[i],
                self_pv_mwh=decisions.self_pv[i],
                green_mwh=decisions.green[i],
            )
        )
    for row in case.accounts.scenario.rows("society"):
        use = outcome.society_use[row.line_id]
        rows.append(
            _quota_row(
                case,
                outcome,
                f"society:{row.line_id}",
                "society",
                row.name,
                "",
                counting.counted(use, "total"),
                use,
                basis["society"][row.line_id],
                activity=1 - decisions.shortfall[row.line_id],
            )
        )
    grid = outcome.county.grid_eq_tce["total"]
    carbon = Use(co2_t=_grid_co2_t(outcome))
    rows.append(_quota_row(case, outcome, "grid", "grid", "", "", grid, carbon, "", activity=Fraction(1)))
    return pd.DataFrame(rows)


def _grid_co2_t(outcome: Outcome) -> Fraction:
    """What the county emits beyond units, projects and society: net inflow at the grid's factor, new plants."""
    own = (*outcome.unit_use.values(), *outcome.project_use.values(), *outcome.society_use.values())
    return Fraction(outcome.county.co2_t - sum((use.co2_t for use in own), Fraction(0)))


def _steps(case: Case, outcome: Outcome, account: str) -> list[Step]:
    kind, _, owner = account.partition(":")
    if kind == "unit":
        return unit_steps(case, outcome, owner)
    return society_steps(case, outcome, owner) if kind == "society" else grid_steps(case, outcome)


def _quota_row(
    case: Case,
    outcome: Outcome,
    account: str,
    kind: str,
    name: str,
    sector_id: str,
    used: Fraction,
    use: Use,
    basis: str,
    *,
    activity: Fraction,
    self_pv_mwh: Fraction = Fraction(0),
    green_mwh: Fraction = Fraction(0),
) -> dict[str, Any]:
    moves = dict.fromkeys(MOVES, 0)
    for note, tce in outcome.ledger.movements(account).items():
        moves[WATERFALL[note]] += tce
    quota = outcome.quota(account)
    parts = quarters(quota, case.accounts.scenario.settings.policy.quarter_shares)
    steps = _steps(case, outcome, account)
    return {
        "account": account,
        "kind": kind,
        "id": account.partition(":")[2],
        "name": name,
        "sector_id": sector_id,
        **moves,
        "quota_tce": quota,
        **{f"quota_q{q}_tce": part for q, part in enumerate(parts, start=1)},
        "planned_use_tce": float(used),
        "headroom_tce": float(quota - used),
        "gross_tce": float(use.gross_tce),
        "gross_tce_eq": float(gross_eq_tce(case.accounts.counting, use)),
        "activity": float(activity),
        "self_pv_mwh": float(self_pv_mwh),
        "green_mwh": float(green_mwh),
        "excess_green_mwh": float(use.excess_green_mwh),
        "value_added_wan_yuan": float(use.value_added_wan_yuan),
        "co2_t": float(use.co2_t),
        "basis": basis,
        "reason": names(steps),
        "reason_steps": encoded(steps),
    }


def price_of(constraints: pd.DataFrame, name: str) -> float:
    """What a unit more of a limit is worth, 万元 per its unit; 0 where it holds nothing back or is not there."""
    rows = constraints[constraints["name"] == name]
    return float(rows["price_right"].fillna(0.0).max()) if len(rows) else 0.0


def projects_table(
    case: Case, outcome: Outcome, price_wan_yuan_per_tce: float, intensity_wan_yuan_per_tce: float = 0.0
) -> pd.DataFrame:
    """One row per candidate: admitted, refused by the optimisation or stopped by a gate, with clause and reason.

    price: what a tonne of the pool is worth; a project that earns less than its energy is worth is refused for that.
    intensity: what a tonne more under the county's intensity ceiling is worth.
    """
    columns = [
        "project_id",
        "name",
        "sector_id",
        "decision",
        "clause",
        "reason",
        "admitted",
        "load",
        "quota_tce",
        "earmark_tce",
        "planned_use_tce",
        "gross_tce",
        "gross_tce_eq",
        "full_year_tce",
        "value_added_wan_yuan",
        "co2_t",
        "score",
        "rank",
        "basis",
        "reason_steps",
    ]
    scores, counting = case.rulings.scores, case.accounts.counting
    open_ids = [j for j in case.project_rows if not case.rulings.gates_of(j)]
    ranks = {j: 1 + sum(scores[k] > scores[j] for k in open_ids) for j in open_ids}
    rows = []
    for row in case.accounts.scenario.rows("projects"):
        j, use = row.project_id, outcome.project_use[row.project_id]
        decision, clause, reason = _verdict_on(case, outcome, row, price_wan_yuan_per_tce)
        place = (ranks.get(j, 0), len(open_ids))
        prices = (price_wan_yuan_per_tce, intensity_wan_yuan_per_tce)
        steps = project_steps(case, outcome, row, (decision, reason), prices, place)
        earmark = sum(
            e.tce
            for e in outcome.ledger.entries
            if (e.from_account, e.to_account) == (EARMARK, f"project:{j}")
        )
        rows.append(
            [
                j,
                row.name,
                row.sector_id,
                decision,
                clause,
                reason,
                float(outcome.decisions.admitted[j]),
                float(outcome.decisions.project_load[j]),
                outcome.quota(f"project:{j}"),
                earmark,
                float(counting.counted(use, "total")),
                float(use.gross_tce),
                float(gross_eq_tce(counting, use)),
                float(counting.counted(case.accounts.projects_full_year[j], "total")),
                float(use.value_added_wan_yuan),
                float(use.co2_t),
                scores[j],
                ranks.get(j),
                row.basis,
                encoded(steps),
            ]
        )
    table = pd.DataFrame(rows, columns=columns)
    table["rank"] = table["rank"].astype("Int64")
    return table


def _verdict_on(case: Case, outcome: Outcome, row: Any, price: float) -> tuple[str, str, str]:
    gates = case.rulings.gates_of(row.project_id)
    if gates:
        return "gated", ";".join(g.clause for g in gates), ";".join(g.reason for g in gates)
    if row.start_month > 12:
        return "refused", "3.2.1b", LATER
    if outcome.decisions.admitted[row.project_id] > 0:
        return "admitted", "3.2.3c", "admitted"
    if _is_refused_by_leaders(case, row.project_id):
        return "refused", "3.2.2b", DECIDED
    use = case.accounts.projects[row.project_id]
    worth = float(use.value_added_wan_yuan) - row.annual_cost_wan_yuan
    worth -= float(case.surcharge_wan_yuan.get(f"project:{row.project_id}", 0))
    if worth <= price * float(case.accounts.counting.counted(use, "total")):
        return "refused", "3.2.1c", "energy_worth_more_elsewhere"
    return "refused", "3.2.1b", "does_not_fit"


def _is_refused_by_leaders(case: Case, project_id: str) -> bool:
    """Whether a decision of the standing meeting keeps a project out (3.2.2b)."""
    decisions = case.accounts.scenario.table("decisions")
    own = decisions[(decisions["target_id"] == project_id) & (decisions["what"] == "admitted")]
    return case.is_on("3.2.2b") and bool((own["kind"].isin(("fixed", "max")) & (own["value"] == 0)).any())


def inversions(projects: pd.DataFrame) -> list[dict[str, str]]:
    """Pairs where an admitted project ranks below a refused one: {admitted, refused, reason} (design §5)."""
    admitted = projects[projects["decision"] == "admitted"]
    refused = projects[(projects["decision"] == "refused") & (~projects["reason"].isin((LATER, DECIDED)))]
    return [
        {"admitted": a.project_id, "refused": r.project_id, "reason": r.reason}
        for r in refused.itertuples()
        for a in admitted.itertuples()
        if a.rank > r.rank
    ]


def summary_figures(case: Case, outcome: Outcome) -> dict[str, Any]:
    """Headline figures: county totals of both years with their 口径, GDP, intensity, CO2, pool and reserve."""
    base, plan = case.accounts.base, outcome.county
    has_base = base.gdp_wan_yuan > 0 and base.energy_eq_tce["intensity"] > 0
    return {
        "objective_wan_yuan": float(outcome.objective_wan_yuan),
        "energy_tce": float(plan.energy_tce),
        "energy_eq_tce": float(plan.energy_eq_tce["intensity"]),
        "energy_eq_total_tce": float(plan.energy_eq_tce["total"]),
        "energy_eq_gross_tce": float(plan.energy_eq_tce["gross"]),
        "base_energy_tce": float(base.energy_tce),
        "base_energy_eq_tce": float(base.energy_eq_tce["intensity"]),
        "base_energy_eq_total_tce": float(base.energy_eq_tce["total"]),
        "gdp_wan_yuan": float(plan.gdp_wan_yuan),
        "base_gdp_wan_yuan": float(base.gdp_wan_yuan),
        "intensity": float(plan.intensity) if plan.gdp_wan_yuan else None,
        "base_intensity": float(base.intensity) if has_base else None,
        "intensity_reduction": float(1 - plan.intensity / base.intensity)
        if has_base and plan.gdp_wan_yuan
        else None,
        **_at_full_quotas(case, outcome),
        "co2_t": float(plan.co2_t),
        "base_co2_t": float(base.co2_t),
        "net_inflow_mwh": float(plan.net_inflow_mwh),
        "increment_tce_eq": case.rulings.increment_tce,
        "reserve_tce": outcome.ledger.balance(RESERVE),
        "earmark_left_tce": outcome.ledger.balance(EARMARK),
        "benchmark_tce_per_wan_yuan": _float(case.rulings.benchmark_tce_per_wan_yuan),
    }


def _at_full_quotas(case: Case, outcome: Outcome) -> dict[str, Any]:
    """What units hold of quota beyond their planned use (tce; of each at least a tonne), and if all of it were used.

    Quota leaves a unit by cuts, releases, penalties, limits (3.2.1c) and its own savings, not by a plan to use less.
    The intensity at full use is without more value added: the worst the quotas permit. None without GDP or a base.
    """
    counting, base = case.accounts.counting, case.accounts.base
    unused = {
        i: outcome.quota(f"unit:{i}") - counting.counted(use, "total")
        for i, use in outcome.unit_use.items()
        if case.rulings.units[i].is_active
    }
    whole = sum(unused.values(), Fraction(0))
    gdp, energy = outcome.county.gdp_wan_yuan, outcome.county.energy_eq_tce["intensity"] + whole
    has_base = base.gdp_wan_yuan > 0 and base.energy_eq_tce["intensity"] > 0
    largest = sorted(unused.items(), key=lambda one: (-one[1], one[0]))
    return {
        "intensity_if_quotas_fully_used": float(energy / gdp) if gdp else None,
        "intensity_reduction_if_quotas_fully_used": float(1 - energy / gdp / base.intensity)
        if gdp and has_base
        else None,
        "unused_quota_tce": float(whole),
        "unused_quotas_tce": {i: float(tce) for i, tce in largest if tce >= SHOWN_TCE},
    }


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _basis(case: Case) -> dict[str, dict[str, str]]:
    scenario = case.accounts.scenario
    return {
        table: dict(zip(scenario.table(table)[key], scenario.table(table)["basis"], strict=True))
        for table, key in (("units", "unit_id"), ("society", "line_id"))
    }
