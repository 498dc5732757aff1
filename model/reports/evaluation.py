"""Comprehensive evaluation of candidates and existing units; inversions of the ranking (3.2.3c, 3.1.2, 3.4.2)."""

from fractions import Fraction
from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.evaluation.grading import Evaluation
from dualcontrol.model.evaluation.impact import impacts
from dualcontrol.model.evaluation.second_opinion import SecondOpinion, second_opinions
from dualcontrol.model.reports.register import Report, ReportColumn

INDICATORS: tuple[tuple[str, str, str], ...] = (
    ("specific_energy", "单位产品能耗", "energy per product"),
    ("energy_per_output", "单位产值能耗", "energy per gross output"),
    ("energy_per_value_added", "单位增加值能耗", "energy per value added"),
    ("output_per_mu", "亩均产值", "output per mu"),
    ("value_added_per_mu", "亩均增加值", "value added per mu"),
    ("profit_per_mu", "亩均利润", "profit per mu"),
    ("tax_per_mu", "亩均税收", "tax per mu"),
    ("jobs_per_100_mu", "百亩就业", "jobs per 100 mu"),
    ("co2_per_value_added", "单位增加值排放", "CO2 per value added"),
    ("water_per_value_added", "单位增加值用水", "water per value added"),
    ("water_per_output", "单位产值用水", "water per gross output"),
)


def evaluation_projects(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per candidate: points by indicator, score, grade, ranks, room (tce_eq), m, n. Source: 3.2.3c, 3.4.2."""
    if not case.rulings.project_evaluation.indicators:
        return []
    found, impact = case.rulings.project_evaluation, impacts(case.accounts)
    new_energy = _new_energy_ranks(case, found)
    ceiling_is_on = case.is_on("3.2.1d")
    rows = []
    for j, row in _evaluated(found).items():
        own = impact[j]
        room = own.room_tce_eq if ceiling_is_on else None
        rows.append(
            {
                "project_id": j,
                "name": case.project_rows[j].name,
                **row,
                "new_energy_rank": new_energy.get(j),
                "energy_tce_eq": float(own.energy_tce_eq),
                "room_tce_eq": _float(room),
                "m": _float(own.m),
                "n": _float(own.n),
                "impact": own.word,
            }
        )
    return rows


def evaluation_units(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per existing unit: points by indicator, score, grade, ranks. Source: clauses 3.1.2, 3.3.2a."""
    found = case.rulings.unit_evaluation
    if not found.indicators:
        return []
    return [{"unit_id": i, "name": case.unit_rows[i].name, **row} for i, row in _evaluated(found).items()]


def inversions(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per pair of a refused project and one that ranks below it and is admitted, with reason and clause."""
    projects = tables["projects"].set_index("project_id")
    told = dict(_pairs(tables["summary"]["inversions"]))
    return [
        {
            "admitted": a,
            "refused": r,
            "admitted_score": float(projects.loc[a, "score"]),
            "refused_score": float(projects.loc[r, "score"]),
            "reason": cause,
            "clause": projects.loc[r, "clause"],
        }
        for (a, r), cause in sorted(told.items())
    ]


def _pairs(found: list[dict[str, str]]) -> list[tuple[tuple[str, str], str]]:
    return [((one["admitted"], one["refused"]), one["reason"]) for one in found]


def _evaluated(found: Evaluation) -> dict[str, dict[str, Any]]:
    """What both reports say of each owner, by id."""
    second, firm = second_opinions(found), found.stability()
    asked = {one.name for one in found.indicators}
    rows: dict[str, dict[str, Any]] = {}
    for owner, score in found.scores.items():
        best, worst, kept = firm[owner]
        rows[owner] = {
            **{n: _float(found.points(owner, n)) if n in asked else None for n, _, _ in INDICATORS},
            "score": _float(score),
            "grade": found.grades[owner],
            "veto": ";".join(found.vetoes[owner]),
            "missing": ";".join(found.missing(owner)),
            "rank": found.ranks[owner],
            "rank_best": best,
            "rank_worst": worst,
            "grade_kept": _float(kept),
            **_opinion(second.get(owner)),
        }
    return rows


def _opinion(one: SecondOpinion | None) -> dict[str, Any]:
    if one is None:
        return dict.fromkeys(("entropy_score", "entropy_rank", "topsis", "topsis_rank"))
    return {
        "entropy_score": one.entropy_score,
        "entropy_rank": one.entropy_rank,
        "topsis": one.topsis,
        "topsis_rank": one.topsis_rank,
    }


def _new_energy_ranks(case: Case, found: Evaluation) -> dict[str, int]:
    """3.4.2: place among the candidates of new-energy sectors, by the same score."""
    if not case.is_on("3.4.2"):
        return {}
    sectors = case.accounts.scenario.table("sectors").set_index("sector_id")["is_new_energy"]
    mine = {
        j: score
        for j, score in found.scores.items()
        if score is not None and bool(sectors.get(case.project_rows[j].sector_id, False))
    }
    return {j: 1 + sum(other > score for other in mine.values()) for j, score in mine.items()}


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


_COMMON = (
    *(ReportColumn(name, zh, en, "points", 2) for name, zh, en in INDICATORS),
    ReportColumn("score", "得分", "score", "points of 100", 4),
    ReportColumn("grade", "等级", "grade", width=8),
    ReportColumn("veto", "一票否决", "veto", width=18),
    ReportColumn("missing", "缺少数据的指标", "indicators without a figure", width=36),
    ReportColumn("rank", "名次", "rank", "", 0),
    ReportColumn("rank_best", "权重变动后最好名次", "best rank, weights changed", "", 0),
    ReportColumn("rank_worst", "权重变动后最差名次", "worst rank, weights changed", "", 0),
    ReportColumn("grade_kept", "等级不变的比例", "cases that keep the grade", "share", 4),
    ReportColumn("entropy_score", "熵权法得分", "score by entropy weights", "points of 100", 4),
    ReportColumn("entropy_rank", "熵权法名次", "rank by entropy weights", "", 0),
    ReportColumn("topsis", "TOPSIS贴近度", "TOPSIS closeness", "", 6),
    ReportColumn("topsis_rank", "TOPSIS名次", "rank by TOPSIS", "", 0),
)
PROJECTS = Report(
    "evaluation_projects",
    "3.2.3c",
    "项目综合评价",
    "evaluation projects",
    "得分=Σ权重×min(上限,比值)÷Σ权重×上限×100，缺数据的不计；空间=κ×增加值−能耗，为正即腾出空间；m、n按节能评审口径。",
    "Score: weighted capped ratios of 100; room = kappa v - e, above 0 makes room; m, n as in energy reviews.",
    (
        ReportColumn("project_id", "项目", "project", width=20, is_key=True),
        ReportColumn("name", "名称", "name", width=26),
        *_COMMON,
        ReportColumn(
            "new_energy_rank", "新能源企业优选名次（3.4.2）", "rank among new-energy candidates", "", 0
        ),
        ReportColumn("energy_tce_eq", "达产能耗（等价）", "energy, full year", "tce_eq", 1),
        ReportColumn("room_tce_eq", "空间", "room under the ceiling", "tce_eq", 1),
        ReportColumn("m", "m 占五年增量", "m, of the five-year increment", "share", 6),
        ReportColumn("n", "n 对强度影响", "n, change of intensity", "share", 6),
        ReportColumn("impact", "影响程度", "impact", width=18),
    ),
    evaluation_projects,
)
UNITS = Report(
    "evaluation_units",
    "3.1.2",
    "企业综合评价",
    "evaluation units",
    "重点用能单位年度能耗投入产出综合评价，算法同项目；等级的作用见3.3.2a。",
    "Yearly input-output evaluation of key users, formed as for projects; what grades do: 3.3.2a.",
    (
        ReportColumn("unit_id", "单位", "unit", width=20, is_key=True),
        ReportColumn("name", "名称", "name", width=26),
        *_COMMON,
    ),
    evaluation_units,
)
INVERSIONS = Report(
    "inversions",
    "3.2.3c",
    "排序倒置",
    "inversions",
    "评价名次靠前而未安排、名次靠后而安排的项目，及其原因与条款。",
    "Projects admitted although they rank below a refused one, with reason and clause.",
    (
        ReportColumn("admitted", "已安排项目", "admitted", width=22, is_key=True),
        ReportColumn("refused", "未安排项目", "refused", width=22, is_key=True),
        ReportColumn("admitted_score", "已安排项目得分", "score of the admitted", "points of 100", 4),
        ReportColumn("refused_score", "未安排项目得分", "score of the refused", "points of 100", 4),
        ReportColumn("reason", "原因", "reason", width=40),
        ReportColumn("clause", "条款", "clause", width=10),
    ),
    inversions,
)
