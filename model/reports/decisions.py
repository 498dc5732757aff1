"""What each decision of leaders costs: the value the plan could have without it (3.2.2b; design §4)."""

from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.reports.register import Report, ReportColumn

TOGETHER = "*"  # the row of all decisions together: their prices do not add up


def rows(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per decision. tables["claims"]: the value of the plan and of the plan without each decision."""
    claims = tables["claims"]
    names = {i: row.name for owners in (case.unit_rows, case.project_rows) for i, row in owners.items()}
    found = []
    for row in case.accounts.scenario.rows("decisions"):
        answer = claims.decisions[row.decision_id]
        without = answer.value_wan_yuan
        found.append(
            {
                "decision_id": row.decision_id,
                "target_id": row.target_id,
                "name": names[row.target_id],
                "what": row.what,
                "kind": row.kind,
                "value": row.value,
                "document": row.document,
                "date": row.date.isoformat(),
                "outcome": answer.outcome,
                "with_wan_yuan": None if without is None else claims.plan.value_wan_yuan,
                "without_wan_yuan": without,
                "price_wan_yuan": None if without is None else without - claims.plan.value_wan_yuan,
            }
        )
    if (together := claims.decisions.get(TOGETHER)) is not None:
        without = together.value_wan_yuan
        found.append(
            {
                "decision_id": TOGETHER,
                "target_id": "",
                "name": "",
                "what": "all",
                "kind": "all",
                "value": len(found),
                "document": "",
                "date": "",
                "outcome": together.outcome,
                "with_wan_yuan": None if without is None else claims.plan.value_wan_yuan,
                "without_wan_yuan": without,
                "price_wan_yuan": None if without is None else without - claims.plan.value_wan_yuan,
            }
        )
    return found


REPORT = Report(
    "decisions",
    "3.2.2b",
    "领导决定的代价",
    "prices",
    "每项决定使方案少创造的价值：去掉这一项重新求解；“*”一行是全部决定合在一起（代价不能相加）。"
    "价值是求解器所报，校核只核其差不小于零。",
    "What each decision takes from the plan's value, solved again without it; in the row * all of them together "
    "(prices do not add up). The values are the solver's word; the audit checks their difference and that it is not "
    "below zero.",
    (
        ReportColumn("decision_id", "决定编号", "decision", width=16, is_key=True),
        ReportColumn("target_id", "对象", "on", width=18),
        ReportColumn("name", "名称", "name", width=26),
        ReportColumn("what", "事项", "what", width=18),
        ReportColumn("kind", "方式", "how", width=14),
        ReportColumn("value", "数值", "value", "tce | 0/1 | count", 2),
        ReportColumn("document", "依据文件", "document", width=30),
        ReportColumn("date", "日期", "date", width=13),
        ReportColumn("outcome", "重新求解", "solved", width=22),
        ReportColumn("with_wan_yuan", "有此决定", "with it", "万元", 2, 16),
        ReportColumn("without_wan_yuan", "无此决定", "without it", "万元", 2, 16),
        ReportColumn("price_wan_yuan", "代价", "price", "万元", 2, 16),
    ),
    rows,
)
