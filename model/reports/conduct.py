"""Records of dishonest conduct in force: state, since when, what they cost, when they end (3.2.5)."""

from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.policy import conduct
from dualcontrol.model.reports.register import Report, ReportColumn


def effects(kind: str, state: str) -> str:
    """What a state does, as ids joined by `;`. kind: `unit` or `project`."""
    if state not in conduct.BARRED:
        return "logged"
    own = ("no_bonus", "no_grant", "no_projects") if kind == "unit" else ("no_entry",)
    return ";".join((*own, *(() if conduct.may_buy_quota(state) else ("no_purchase",))))


def rows(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per unit or project that is not `normal` on the day of the plan. Source: clause 3.2.5."""
    settings = case.accounts.scenario.settings
    holders = [(f"unit:{i}", row) for i, row in case.unit_rows.items()]
    holders += [(f"project:{j}", row) for j, row in case.project_rows.items()]
    found = []
    for account, row in sorted(holders):
        state = conduct.state(row, settings)
        if state == "normal":
            continue
        end = conduct.ends_on(row, settings)
        found.append(
            {
                "account": account,
                "name": row.name,
                "state": state,
                "since": "" if row.conduct_since is None else row.conduct_since.isoformat(),
                "effect": effects(account.partition(":")[0], state),
                "penalty_tce": -outcome.ledger.movements(account).get("penalty", 0),
                "ends_on": "" if end is None else end.isoformat(),
            }
        )
    return found


REPORT = Report(
    "conduct",
    "3.2.5",
    "节能失信",
    "conduct",
    "节能失信记录：状态、自何日起、影响、何日起修复；修复日为空的，整改验收后按情景规定的月数起算。"
    "当事单位收到告知后可在15个工作日内提出异议，异议成立的改正本表后重新编制。",
    "Records in force: state, since when, effect, day of repair; empty: some months after the correction is accepted. "
    "A unit may object within 15 working days of the notice; if it is right, mend the record and make the plan anew.",
    (
        ReportColumn("account", "账户", "account", width=22, is_key=True),
        ReportColumn("name", "名称", "name", width=24),
        ReportColumn("state", "状态", "state", width=22),
        ReportColumn("since", "认定日期", "since", width=13),
        ReportColumn("effect", "影响", "effect", width=44),
        ReportColumn("penalty_tce", "扣减指标", "quota taken", "tce", 0, is_summed=True),
        ReportColumn("ends_on", "修复日期", "ends on", width=13),
    ),
    rows,
)
