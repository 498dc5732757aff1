"""Which department answers for how much quota (2.1, 4): units and projects by their sector, society by its line."""

from collections import defaultdict
from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.reports.register import Report, ReportColumn

UNNAMED = "-"  # no department is named for the sector


def departments(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per department, by name: how many hold quota through it and how much, tce (当量). Source: clause 2.1."""
    scenario = case.accounts.scenario
    by_sector = dict(
        zip(scenario.table("sectors")["sector_id"], scenario.table("sectors")["department"], strict=True)
    )
    holders = [
        *((f"unit:{u}", by_sector.get(row.sector_id)) for u, row in case.unit_rows.items()),
        *((f"project:{j}", by_sector.get(row.sector_id)) for j, row in case.project_rows.items()),
        *((f"society:{r.line_id}", r.department) for r in scenario.rows("society")),
    ]
    quotas: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for account, department in holders:
        quota = outcome.quota(account)
        told = quotas[department or UNNAMED]
        told["holders"] += quota > 0
        told[account.partition(":")[0]] += quota
    return [
        {
            "department": name,
            "holders": told["holders"],
            "units_tce": told["unit"],
            "projects_tce": told["project"],
            "society_tce": told["society"],
            "quota_tce": told["unit"] + told["project"] + told["society"],
        }
        for name, told in sorted(quotas.items())
    ]


REPORT = Report(
    "departments",
    "2.1",
    "部门责任",
    "departments",
    "“管行业必须管节能”：各主管部门所管指标，当量吨标准煤；“-”为未写明主管部门。",
    "How much quota each department answers for, calorific tce; '-' where no department is named.",
    (
        ReportColumn("department", "责任部门", "department", width=26, is_key=True),
        ReportColumn("holders", "持有指标的单位数", "holders of quota", "", 0, is_summed=True),
        ReportColumn("units_tce", "其中企业", "of it units", "tce", 0, is_summed=True),
        ReportColumn("projects_tce", "其中项目", "of it projects", "tce", 0, is_summed=True),
        ReportColumn("society_tce", "其中全社会", "of it society", "tce", 0, is_summed=True),
        ReportColumn("quota_tce", "指标合计", "quota", "tce", 0, is_summed=True),
    ),
    departments,
)
