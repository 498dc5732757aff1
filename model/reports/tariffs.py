"""Who pays which green electricity tariff, how it comes about, and what would lower it (3.2.4)."""

from fractions import Fraction
from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.policy.tariffs import WAN_PER_MWH
from dualcontrol.model.reports.register import Report, ReportColumn


def tariffs(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per surcharge: rate (yuan/kWh), electricity (MWh), cost (万元), and what a step or a point less is worth.

    kwh_to_lower_step: electricity per product to save for one step less; None where there are no steps. Source: 3.2.4.
    """
    rows = []
    for one in case.surcharges:
        kind, _, owner = one.account.partition(":")
        level = outcome.decisions.activity[owner] if kind == "unit" else outcome.decisions.project_load[owner]
        mwh = one.mwh * level
        to_lower, step_worth = None, None
        if one.steps and one.kind == "step" and one.specific_kwh is not None:
            to_lower = one.specific_kwh - one.threshold_kwh - (one.steps - 1) * one.step_kwh
            step_worth = one.yuan_per_step * (1 - one.relief) * mwh * WAN_PER_MWH
        point = min(one.relief_per_point, 1 - one.relief) * one.yuan_per_step * one.steps
        rows.append(
            {
                "account": one.account,
                "tariff_id": one.tariff_id,
                "product": one.product or "-",
                "specific_kwh": _float(one.specific_kwh),
                "threshold_kwh": float(one.threshold_kwh),
                "steps": one.steps,
                "green_share": float(one.green_share),
                "relief_share": float(one.relief),
                "rate_yuan_per_kwh": float(one.rate_yuan_per_kwh),
                "charged_mwh": float(mwh),
                "cost_wan_yuan": float(one.rate_yuan_per_kwh * mwh * WAN_PER_MWH),
                "kwh_to_lower_step": _float(to_lower),
                "step_wan_yuan": _float(step_worth),
                "point_wan_yuan": float(point * mwh * WAN_PER_MWH),
            }
        )
    return rows


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


REPORT = Report(
    "tariffs",
    "3.2.4",
    "绿色电价",
    "electricity tariffs",
    "加价按基年（项目按申报）单耗、类别和可再生占比确定，按计划产量计费；末三列为怎样才能降下来。",
    "The rate follows from the base year (a project's declaration), the cost from the plan; the last columns tell what "
    "would lower it.",
    (
        ReportColumn("account", "账户", "account", width=26, is_key=True),
        ReportColumn("tariff_id", "电价条目", "tariff", width=24, is_key=True),
        ReportColumn("product", "产品", "product", width=20, is_key=True),
        ReportColumn("specific_kwh", "单位产品电耗", "electricity per product", "kWh", 2),
        ReportColumn("threshold_kwh", "分档基准", "threshold", "kWh", 2),
        ReportColumn("steps", "档数", "steps", "", 0),
        ReportColumn("green_share", "可再生占比（基年）", "share of renewables, base year", "share", 6),
        ReportColumn("relief_share", "因可再生降低", "taken off for renewables", "share", 6),
        ReportColumn("rate_yuan_per_kwh", "加价", "surcharge", "yuan/kWh", 6),
        ReportColumn("charged_mwh", "计费电量", "electricity charged", "MWh", 3, is_summed=True),
        ReportColumn("cost_wan_yuan", "加价电费", "cost", "万元", 4, is_summed=True),
        ReportColumn("kwh_to_lower_step", "降一档需节电", "to save for a step less", "kWh", 2),
        ReportColumn("step_wan_yuan", "降一档可省", "worth of a step less", "万元", 4),
        ReportColumn(
            "point_wan_yuan", "可再生占比再高一点可省", "worth of one more point of renewables", "万元", 4
        ),
    ),
    tariffs,
)
