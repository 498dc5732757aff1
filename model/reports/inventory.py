"""The county's greenhouse gas inventory by owner and scope, each tonne once (3.3.3a).

Source: 发改办气候〔2011〕1041号.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from dualcontrol.model.accounting import Use
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.carbon import FOSSIL_USES, saved_by_unit
from dualcontrol.model.carbon_factors import process_terms
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.quantities import exact
from dualcontrol.model.reports.register import Report, ReportColumn

NONE = Fraction(0)
Cell = list[Fraction]  # base and plan in the account, base and plan beside it
Lines = dict[tuple[str, str, str], Cell]


def inventory(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per owner, scope and item, t CO2; `co2` columns add up to the county's, `memo` columns stand beside it.

    Scopes: combustion (by carrier), process (by product or material), net_inflow (the county's electricity at the
    grid's factor); beside it electricity (bought by a user, at the same factor) and heat (bought).
    """
    lines: Lines = {}
    for kind in ("unit", "project"):
        _energy(case, outcome, kind, lines)
    _processes(case, outcome, lines)
    factor = case.accounts.counting.grid_co2_t_per_mwh
    owners = [*_bases_and_plans(case, outcome)]
    for account, base, plan in owners:
        bought = [use.electricity_mwh - use.generation_mwh - use.self_pv_mwh for use in (base, plan)]
        if case.carbon.makers and account in {f"unit:{u}" for u in case.carbon.makers}:
            bought = [NONE, NONE]
        _add(lines, (account, "electricity", "bought"), 2, [factor * mwh for mwh in bought])
        if account.startswith("society:"):
            _add(lines, (account, "combustion", "fuels"), 0, [base.co2_t, plan.co2_t])
    own = [sum((uses[k].co2_t for _, *uses in owners), NONE) for k in (0, 1)]
    rest = [case.accounts.base.co2_t - own[0], outcome.county.co2_t - own[1]]
    _add(lines, ("grid", "net_inflow", "electricity"), 0, rest)
    return [
        {
            "account": account,
            "scope": scope,
            "item": item,
            "base_co2_t": float(cell[0]),
            "plan_co2_t": float(cell[1]),
            "base_memo_co2_t": float(cell[2]),
            "plan_memo_co2_t": float(cell[3]),
        }
        for (account, scope, item), cell in lines.items()
        if any(cell)
    ]


def _add(lines: Lines, key: tuple[str, str, str], place: int, values: list[Any]) -> None:
    cell = lines.setdefault(key, [NONE] * 4)
    for k, value in enumerate(values):
        cell[place + k] += value


def _bases_and_plans(case: Case, outcome: Outcome) -> list[tuple[str, Use, Use]]:
    """Account, base-year use and use in the plan of every owner."""
    accounts = case.accounts
    return [
        *((f"unit:{u}", use, outcome.unit_use[u]) for u, use in accounts.units.items()),
        *((f"project:{j}", Use(), outcome.project_use[j]) for j in accounts.projects),
        *((f"society:{s}", line.base, outcome.society_use[s]) for s, line in accounts.society.items()),
    ]


def _levels(case: Case, outcome: Outcome, kind: str) -> Mapping[str, tuple[Fraction, Fraction]]:
    """Level of the base year and of the plan, as shares of base activity or of a full year at full load."""
    made, scenario = outcome.decisions, case.accounts.scenario
    if kind == "unit":
        return {u: (Fraction(1), made.activity[u]) for u in case.unit_rows}
    return {
        r.project_id: (NONE, made.project_load[r.project_id] * Fraction(13 - int(r.start_month), 12))
        for r in scenario.rows("projects")
    }


def _energy(case: Case, outcome: Outcome, kind: str, lines: Lines) -> None:
    """Fuel burnt by carrier (feedstock is in the processes) and bought heat."""
    scenario, levels = case.accounts.scenario, _levels(case, outcome, kind)
    factors = scenario.table("carriers").set_index("carrier_id")
    burnt = {c: exact(f) for c, f in factors["co2_t_per_unit"].items()}
    heat = {c: exact(f) for c, f in factors["indirect_co2_t_per_unit"].items()}
    for row in scenario.rows(f"{kind}_energy"):
        owner = getattr(row, f"{kind}_id")
        account, quantity = f"{kind}:{owner}", FOSSIL_USES[row.use][1] * exact(row.quantity)
        amounts = [quantity * level for level in levels[owner]]
        if row.use != "feedstock":
            _add(
                lines,
                (account, "combustion", row.carrier_id),
                0,
                [burnt[row.carrier_id] * q for q in amounts],
            )
        _add(lines, (account, "heat", row.carrier_id), 2, [heat[row.carrier_id] * q for q in amounts])
    if kind == "unit":
        for u in case.unit_rows:
            for carrier, saved in saved_by_unit(scenario, outcome.decisions.saving, u).items():
                _add(lines, (f"unit:{u}", "combustion", carrier), 1, [-saved * burnt[carrier]])
                _add(lines, (f"unit:{u}", "heat", carrier), 3, [-saved * heat[carrier]])


def _processes(case: Case, outcome: Outcome, lines: Lines) -> None:
    levels = {kind: _levels(case, outcome, kind) for kind in ("unit", "project")}
    for owner, items in process_terms(case.accounts.scenario).items():
        kind = "unit" if owner in case.unit_rows else "project"
        for item, co2 in items.items():
            _add(
                lines, (f"{kind}:{owner}", "process", item), 0, [co2 * level for level in levels[kind][owner]]
            )


REPORT = Report(
    "inventory",
    "3.3.3a",
    "温室气体清单",
    "carbon inventory",
    "直接燃烧、过程排放与全旗净调入电力各计一次，两列合计即全旗总量；“另列”为各用户外购电、热的间接排放，不计入合计。",
    "Combustion, processes and the county's net inflow of electricity, each once; the memo columns tell what users buy "
    "and are in no total.",
    (
        ReportColumn("account", "账户", "account", width=28, is_key=True),
        ReportColumn("scope", "范围", "scope", width=16, is_key=True),
        ReportColumn("item", "品种或产品", "carrier or product", width=22, is_key=True),
        ReportColumn("base_co2_t", "基年", "base year", "t", 3, is_summed=True),
        ReportColumn("plan_co2_t", "计划年", "plan year", "t", 3, is_summed=True),
        ReportColumn("base_memo_co2_t", "另列：基年", "memo, base year", "t", 3),
        ReportColumn("plan_memo_co2_t", "另列：计划年", "memo, plan year", "t", 3),
    ),
    inventory,
)
