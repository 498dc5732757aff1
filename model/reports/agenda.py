"""The agenda of the government's standing meeting: all quota matters, the large ones with an alternative (3.2.2b).

The alternatives are solved elsewhere and come in `tables["claims"]`; this page says which ones are asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.ledger import EARMARK, GRID, RESERVE, SUPERIOR
from dualcontrol.model.plan import LATER
from dualcontrol.model.quantities import whole_up
from dualcontrol.model.reports.departments import UNNAMED
from dualcontrol.model.reports.register import Report, ReportColumn

ORDER = (
    "increment",
    "overshoot",
    "decision",
    "unit",
    "project",
    "society",
    "grid",
    "build",
    "earmark",
    "reserve",
)
NONE = "none"
DECIDED = {
    ("quota_tce", "fixed"): "quota_tce_fixed",
    ("quota_tce", "min"): "quota_tce_min",
    ("quota_tce", "max"): "quota_tce_max",
    ("admitted", "fixed"): "admitted_fixed",
    ("admitted", "min"): "admitted_min",
    ("admitted", "max"): "admitted_max",
}


@dataclass(frozen=True)
class Matter:
    """One matter. decision: what the plan says. tce: of quota (None: not a matter of tonnes).

    alternative: the opposite decision, `none` where rules leave no choice.
    """

    kind: str
    account: str
    name: str
    department: str
    decision: str
    tce: int | None
    clause: str
    alternative: str = NONE

    @property
    def rank(self) -> tuple[int, int, str]:
        """Place on the agenda: kinds in order, large matters first."""
        return ORDER.index(self.kind), -abs(self.tce or 0), self.account


def matters(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[Matter]:
    """Every quota matter of the plan, in order. tables: `projects` of the plan. Source: clause 3.2.2b."""
    found = [
        *_county(case, outcome),
        *_decisions(case),
        *_units(case, outcome),
        *_projects(case, outcome, tables),
        *_society(case, outcome),
        *_builds(case, outcome),
    ]
    return sorted(found, key=lambda matter: matter.rank)


def asked(case: Case, found: list[Matter]) -> list[Matter]:
    """The matters whose alternative is to be worked out: large enough, with a choice, the largest first.

    None where efficiency does not come first (2.2 off): nothing is then valued.
    """
    if not case.is_on("2.2"):
        return []
    agenda = case.accounts.scenario.settings.agenda
    large = [m for m in found if m.alternative != NONE and _is_major(case, m)]
    return sorted(large, key=lambda m: (-abs(m.tce or 0), m.account))[: agenda.most_alternatives]


def _is_major(case: Case, matter: Matter) -> bool:
    return matter.tce is not None and abs(matter.tce) >= case.accounts.scenario.settings.agenda.threshold_tce


def _departments(case: Case) -> dict[str, str]:
    sectors = case.accounts.scenario.table("sectors")
    return {s: d or UNNAMED for s, d in zip(sectors["sector_id"], sectors["department"], strict=True)}


def _county(case: Case, outcome: Outcome) -> Iterator[Matter]:
    """What comes from above, what is kept, and the grid account."""
    entries = outcome.ledger.entries
    if case.accounts.scenario.settings.is_total_managed:
        tce = case.rulings.increment_tce
        yield Matter("increment", "pool", "", UNNAMED, "from_above", tce, "3.2.1b")
    over = sum(e.tce for e in entries if e.from_account == SUPERIOR and e.note in ("overshoot", "waiver"))
    if over:
        yield Matter("overshoot", SUPERIOR, "", UNNAMED, "overshoot", over, "1.b", "no_overshoot")
    change = outcome.quota(GRID) - sum(
        outcome.ledger.movements(GRID).get(note, 0) for note in ("opening", "rounding")
    )
    yield Matter("grid", GRID, "", UNNAMED, "by_rule", change, "3.2.1b")
    for kind, account in (("earmark", EARMARK), ("reserve", RESERVE)):
        if tce := outcome.quota(account):
            yield Matter(kind, account, "", UNNAMED, "kept", tce, "3.3.2c" if kind == "earmark" else "3.2.1b")


def _decisions(case: Case) -> Iterator[Matter]:
    """Decisions of leaders; their prices stand in a table of their own."""
    names = {i: row.name for rows in (case.unit_rows, case.project_rows) for i, row in rows.items()}
    for row in case.accounts.scenario.rows("decisions"):
        tce = whole_up(row.value) if row.what == "quota_tce" else None
        name = f"{names[row.target_id]} {row.document}"
        yield Matter("decision", row.decision_id, name, UNNAMED, DECIDED[row.what, row.kind], tce, "3.2.2b")


def _clauses(outcome: Outcome, account: str) -> str:
    """The clauses by which an account changed."""
    return ";".join(
        sorted(
            {
                e.clause
                for e in outcome.ledger.entries
                if account in (e.from_account, e.to_account)
                and SUPERIOR not in (e.from_account, e.to_account)
            }
        )
    )


def _units(case: Case, outcome: Outcome) -> Iterator[Matter]:
    """Every unit's change against its opening."""
    departments = _departments(case)
    for i, row in case.unit_rows.items():
        account = f"unit:{i}"
        moved = outcome.ledger.movements(account)
        change = outcome.quota(account) - moved.get("opening", 0)
        alternative = NONE
        if row.is_retired:
            decision = "retired"
        elif not case.rulings.units[i].is_active:
            decision = "withheld"
        elif moved.get("allowance", 0) > 0:
            decision, alternative = "grant", "no_grant"
        elif moved.get("limit", 0) < 0:
            decision, alternative = "limit", "no_limit"
        else:
            decision = "by_rule" if change else "unchanged"
        department = departments.get(row.sector_id, UNNAMED)
        yield Matter(
            "unit", account, row.name, department, decision, change, _clauses(outcome, account), alternative
        )


def _projects(case: Case, outcome: Outcome, tables: dict[str, Any]) -> Iterator[Matter]:
    """Every candidate: its quota, or what it would have needed this year."""
    departments, counting = _departments(case), case.accounts.counting
    for told in tables["projects"].itertuples():
        row = case.project_rows[told.project_id]
        decision = "later" if told.reason == LATER else told.decision
        alternative = {"admitted": "refuse", "refused": "admit"}.get(decision, NONE)
        tce = outcome.quota(f"project:{told.project_id}")
        if decision != "admitted":
            tce = whole_up(counting.counted(case.accounts.projects[told.project_id], "total"))
        department = departments.get(row.sector_id, UNNAMED)
        account = f"project:{told.project_id}"
        yield Matter("project", account, row.name, department, decision, tce, told.clause, alternative)


def _society(case: Case, outcome: Outcome) -> Iterator[Matter]:
    """Every society line's change."""
    for row in case.accounts.scenario.rows("society"):
        account = f"society:{row.line_id}"
        change = outcome.quota(account) - outcome.ledger.movements(account).get("opening", 0)
        decision = "by_rule" if change else "unchanged"
        clauses = _clauses(outcome, account)
        yield Matter("society", account, row.name, row.department or UNNAMED, decision, change, clauses)


def _builds(case: Case, outcome: Outcome) -> Iterator[Matter]:
    """Builds of the network: no tonnes of their own, but they move the county's."""
    for build, share in outcome.decisions.built.items():
        name = case.power.builds[build].name if case.power else ""
        yield Matter("build", build, name, UNNAMED, "built" if share > 0 else "not_built", None, "3.4.3")


def rows(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """The agenda, numbered. tables["claims"]: what the solver says of the plan and of each alternative."""
    found = matters(case, outcome, tables)
    claims = tables["claims"]
    wanted = {m.account for m in asked(case, found)}
    return [_row(case, number, m, claims, m.account in wanted) for number, m in enumerate(found, start=1)]


def _row(case: Case, number: int, matter: Matter, claims: Any, is_asked: bool) -> dict[str, Any]:
    told = {
        "number": str(number),
        "kind": matter.kind,
        "account": matter.account,
        "name": matter.name,
        "department": matter.department,
        "decision": matter.decision,
        "tce": matter.tce,
        "clause": matter.clause,
        "is_major": "yes" if _is_major(case, matter) else "no",
        "alternative": matter.alternative if _is_major(case, matter) else NONE,
        "outcome": "not_asked",
        "value_a_wan_yuan": None,
        "value_b_wan_yuan": None,
        "cost_b_wan_yuan": None,
        "energy_tce_eq": None,
    }
    if not is_asked:
        return told
    answer = claims.matters[matter.account]
    told["outcome"] = answer.outcome
    if answer.value_wan_yuan is not None:
        told |= {
            "value_a_wan_yuan": claims.plan.value_wan_yuan,
            "value_b_wan_yuan": answer.value_wan_yuan,
            "cost_b_wan_yuan": claims.plan.value_wan_yuan - answer.value_wan_yuan,
            "energy_tce_eq": answer.energy_tce_eq - claims.plan.energy_tce_eq,
        }
    return told


REPORT = Report(
    "agenda",
    "3.2.2b",
    "常务会议议题",
    "agenda",
    "凡涉及能耗指标安排的事项一律提请旗人民政府常务会议审定。达到门槛的事项并列甲（本方案）、乙（相反的决定）两案；"
    "乙案的价值与代价是求解器所报，校核只核其不小于零。",
    "All quota matters go to the government's standing meeting. Large ones come with A (the plan) and B (the opposite "
    "decision); what B costs is the solver's word, of which the audit checks that it is not below zero.",
    (
        ReportColumn("number", "序号", "no.", width=7, is_key=True),
        ReportColumn("kind", "类别", "kind", width=18),
        ReportColumn("account", "对象", "account", width=22),
        ReportColumn("name", "名称", "name", width=26),
        ReportColumn("department", "主管部门", "department", width=20),
        ReportColumn("decision", "拟作决定", "decision", width=24),
        ReportColumn("tce", "指标", "quota", "tce", 0),
        ReportColumn("clause", "条款", "clause", width=16),
        ReportColumn("is_major", "达到门槛", "above threshold", width=12),
        ReportColumn("alternative", "乙案", "alternative B", width=26),
        ReportColumn("outcome", "乙案求解", "B solved", width=22),
        ReportColumn("value_a_wan_yuan", "甲案价值", "value of A", "万元", 2, 16),
        ReportColumn("value_b_wan_yuan", "乙案价值", "value of B", "万元", 2, 16),
        ReportColumn("cost_b_wan_yuan", "乙案代价", "B costs", "万元", 2, 16),
        ReportColumn("energy_tce_eq", "乙案能耗增减", "energy, B less A", "tce_eq", 0),
    ),
    rows,
)
