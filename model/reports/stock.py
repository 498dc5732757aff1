"""Who must review a project (3.2.2c), and what restricted capacity replaces with (3.2.3e)."""

from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.allocation.stock import exactly_done
from dualcontrol.model.decisions import Outcome, whole_closures
from dualcontrol.model.policy.closures import desk_of
from dualcontrol.model.policy.entry import quota_approval
from dualcontrol.model.policy.replacement import asked
from dualcontrol.model.policy.review import is_below, needed_level
from dualcontrol.model.reports.register import Report, ReportColumn


def review(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per project: level needed by its full-year tce (当量) and MWh, level held, quota approval (3.2.2c)."""
    desk, rows = desk_of(case.rulings), []
    for row in case.accounts.scenario.rows("projects"):
        use, needed = case.accounts.projects_full_year[row.project_id], needed_level(desk, row)
        held = row.review_level or "-"
        is_short = row.review == "approved" and held != "-" and is_below(held, needed)
        needs_approval = quota_approval(desk, row) is not None or (
            row.is_quota_approved and quota_approval(desk, row._replace(is_quota_approved=False)) is not None
        )
        rows.append(
            {
                "project_id": row.project_id,
                "name": row.name,
                "full_year_tce": float(use.gross_tce),
                "electricity_mwh": float(use.electricity_mwh),
                "needed": needed,
                "held": held,
                "review": row.review,
                "is_adequate": int(row.review in ("approved", "exempt") and not is_short),
                "needs_approval": int(needs_approval),
                "is_quota_approved": int(row.is_quota_approved),
            }
        )
    return rows


def replacements(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per named source: what is to be replaced, what it gives up, what leaves its quota (3.2.3e)."""
    desk = desk_of(case.rulings)
    projects = {row.project_id: row for row in case.accounts.scenario.rows("projects")}
    freed = {k: tce for i in case.unit_rows for k, tce in whole_closures(case, outcome.decisions, i).items()}
    done, rows = exactly_done(case, outcome.decisions), []
    for row in case.accounts.scenario.rows("replacements"):
        needed = asked(desk, projects[row.project_id])
        rows.append(
            {
                "replacement_id": row.replacement_id,
                "project_id": row.project_id,
                "unit_id": row.unit_id or "-",
                "capacity": row.capacity,
                "energy_tce": row.energy_tce,
                "needed_capacity": None if needed is None else float(needed.capacity),
                "needed_energy_tce": None if needed is None else float(needed.energy_tce),
                "admitted": float(outcome.decisions.admitted[row.project_id]),
                "closed": float(done.get(row.replacement_id, 0) * case_share(case, row.replacement_id)),
                "freed_tce": freed.get(row.replacement_id, 0),
            }
        )
    return rows


def case_share(case: Case, closure_id: str) -> Any:
    """Share of the unit's capacity that a closure takes out; 0 where it is not open."""
    return next((c.share for c in case.closures if c.closure_id == closure_id), 0)


REVIEW = Report(
    "review",
    "3.2.2c",
    "节能审查权限",
    "review levels",
    "按全年用能（当量）和用电核定审查机关级别；审查机关低于应有级别的，视同未审查。“-”为未写明。",
    "Who must review a project, by its yearly energy (calorific) and electricity; a review below that level is none. "
    "'-': not stated.",
    (
        ReportColumn("project_id", "项目编号", "project", width=18, is_key=True),
        ReportColumn("name", "项目名称", "name", width=32),
        ReportColumn("full_year_tce", "全年用能", "energy of a full year", "tce", 0),
        ReportColumn("electricity_mwh", "全年用电", "electricity of a full year", "MWh", 0),
        ReportColumn("needed", "应审查级别", "level needed", width=18),
        ReportColumn("held", "实际级别", "level held", width=18),
        ReportColumn("review", "审查状态", "review", width=12),
        ReportColumn("is_adequate", "审查有效", "review is adequate", "0/1", 0),
        ReportColumn("needs_approval", "须能耗指标批复", "needs a quota approval (3.2.3d)", "0/1", 0),
        ReportColumn("is_quota_approved", "已有批复", "has a quota approval", "0/1", 0),
    ),
    review,
)
REPLACEMENTS = Report(
    "replacements",
    "3.2.3e",
    "产能能耗置换",
    "replacements",
    "限制新增产能项目的置换来源：应置换多少、由谁让出多少。项目未准入，来源不关停；同一份产能只用于一个项目。",
    "What restricted capacity must replace and who gives it up. Nothing is closed for a project that does not enter; a "
    "share of capacity serves one project.",
    (
        ReportColumn("replacement_id", "来源编号", "source", width=18, is_key=True),
        ReportColumn("project_id", "项目编号", "project", width=18),
        ReportColumn("unit_id", "压减单位", "unit that gives it up", width=18),
        ReportColumn("capacity", "让出产能", "capacity given up", "own unit", 2),
        ReportColumn("energy_tce", "让出能耗", "energy given up", "tce", 0),
        ReportColumn("needed_capacity", "应置换产能", "capacity to replace", "own unit", 2),
        ReportColumn("needed_energy_tce", "应置换能耗", "energy to replace", "tce", 0),
        ReportColumn("admitted", "项目准入", "project admitted", "share", 4),
        ReportColumn("closed", "关停产能比例", "capacity closed", "share", 4),
        ReportColumn("freed_tce", "入池指标", "quota that enters the pool", "tce", 0, is_summed=True),
    ),
    replacements,
)
