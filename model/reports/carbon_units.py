"""Carbon total and intensity of key units, as they are assessed by (3.3.3a)."""

import math
from fractions import Fraction
from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.carbon import assessed, saved_by_unit
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.quantities import exact
from dualcontrol.model.reports.register import Report, ReportColumn


def carbon_units(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per unit: carbon of both years (t), budget, carbon per value added (t/万元), target and fall."""
    rows, carbon = [], case.carbon
    for u, row in case.unit_rows.items():
        saved = saved_by_unit(case.accounts.scenario, outcome.decisions.saving, u)
        heat = carbon.heat_t[u] * outcome.decisions.activity[u]
        heat -= sum((quantity * carbon.saved_heat_t[c] for c, quantity in saved.items()), Fraction(0))
        use = outcome.unit_use[u]
        plan = assessed(case.accounts.counting, use, heat, is_maker=u in carbon.makers)
        base, before = carbon.base_assessed_t[u], case.accounts.units[u].value_added_wan_yuan
        now = use.value_added_wan_yuan
        rates = [base / before if before > 0 else None, plan / now if now > 0 else None]
        ceiling = case.unit_carbon_ceiling.get(u)
        rows.append(
            {
                "account": f"unit:{u}",
                "base_co2_t": float(base),
                "plan_co2_t": float(plan),
                "budget_co2_t": None if math.isnan(row.co2_budget_t) else float(exact(row.co2_budget_t)),
                "base_co2_t_per_wan_yuan": _float(rates[0]),
                "plan_co2_t_per_wan_yuan": _float(rates[1]),
                "ceiling_co2_t_per_wan_yuan": _float(ceiling),
                "fall_share": float(1 - rates[1] / rates[0]) if rates[0] and rates[1] is not None else None,
            }
        )
    return rows


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


REPORT = Report(
    "carbon_units",
    "3.3.3a",
    "用能单位碳排放",
    "carbon of units",
    "重点用能单位碳排放总量和强度：直接燃烧、过程、外购电力和热力；自用光伏与超出消纳要求的绿电不计。",
    "Carbon total and intensity of key units: combustion, process, electricity and heat bought; own PV and renewable "
    "electricity above the required share left out.",
    (
        ReportColumn("account", "账户", "account", width=28, is_key=True),
        ReportColumn("base_co2_t", "基年排放", "base year", "t", 3),
        ReportColumn("plan_co2_t", "计划年排放", "plan year", "t", 3),
        ReportColumn("budget_co2_t", "预算", "budget", "t", 3),
        ReportColumn("base_co2_t_per_wan_yuan", "基年强度", "intensity, base year", "t/万元", 6),
        ReportColumn("plan_co2_t_per_wan_yuan", "计划年强度", "intensity, plan year", "t/万元", 6),
        ReportColumn("ceiling_co2_t_per_wan_yuan", "强度上限", "intensity ceiling", "t/万元", 6),
        ReportColumn("fall_share", "强度下降", "fall of intensity", "share", 6),
    ),
    carbon_units,
)
