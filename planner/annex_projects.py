"""Annex 3: what each candidate project is given, and why."""

from typing import Any

from dualcontrol.annex import WAN, Annex, AnnexColumn, Material, Row, Words, given, reasons, said, worded
from dualcontrol.model.county_account import gross_eq_tce
from dualcontrol.words import account_names

MONTHS = 12
_PROJECTS = (
    AnnexColumn("number", "int", 6),
    AnnexColumn("project", width=30),
    AnnexColumn("builder", width=24),
    AnnexColumn("park", width=7),
    AnnexColumn("investment", "int", 12, True),
    AnnexColumn("land", "int", 9, True),
    AnnexColumn("start", "int", 8),
    AnnexColumn("full_tce", "int", 12, True),
    AnnexColumn("full_tce_eq", "int", 12, True),
    AnnexColumn("year_share", "share", 10),
    AnnexColumn("full_value_added", "int", 12, True),
    AnnexColumn("tax", "int", 10, True),
    AnnexColumn("jobs", "int", 8, True),
    AnnexColumn("score", "dec2", 9),
    AnnexColumn("rank", "int", 7),
    AnnexColumn("replaced", width=9),
    AnnexColumn("decision", width=12),
    AnnexColumn("quota_tce", "int", 12, True),
    AnnexColumn("quota_wan_tce", "dec2", 11, True, "{quota_tce}/10000"),
    AnnexColumn("ground", width=18),
)
_REASONS = (
    AnnexColumn("number", "int", 6),
    AnnexColumn("project", width=30),
    AnnexColumn("decision", width=14),
    AnnexColumn("reason", width=110),
)


def projects(material: Material) -> Annex:
    """Annex 3-1: candidates by rank; full-year energy 当量 and 等价, share of the year, quota of this year (tce)."""
    told = {row.project_id: row for row in material.scenario.rows("projects")}
    names, counting = account_names(material.scenario), material.accounts.counting
    rows = []
    for k, row in enumerate(_ranked(material), start=1):
        project, use = told[row.project_id], material.accounts.projects_full_year[row.project_id]
        months = max(0, MONTHS + 1 - int(project.start_month))
        share = row.load * months / MONTHS if row.admitted > 0 else 0.0
        rows.append(
            Row(
                (
                    k, row.name, names.get(f"unit:{given(project.unit_id)}") or said("annex.to_fill"),
                    said("annex.in_park" if project.is_in_park else "annex.not_in_park"),
                    given(project.investment_wan_yuan), given(project.land_mu), int(project.start_month),
                    float(use.gross_tce), float(gross_eq_tce(counting, use)), share,
                    float(project.value_added_wan_yuan), given(project.tax_wan_yuan), given(project.jobs),
                    given(row.score), None if given(row.rank) is None else int(row.rank), _replaced(project),
                    worded("decision", row.decision), int(row.quota_tce), row.quota_tce / WAN, row.clause or "",
                )
            )
        )  # fmt: skip
    params = {"price_base": material.scenario.settings.price_base or "–"}
    return Annex("3-1", _PROJECTS, tuple(rows), has_total=True, params=params)


def _ranked(material: Material) -> list[Any]:
    """Candidates in the order of their evaluation, those shut out last."""
    rows = list(material.plan.projects.itertuples(index=False))
    return sorted(rows, key=lambda row: (given(row.rank) is None, given(row.rank) or 0))


def _replaced(project: Any) -> Words:
    """What is given up for it: declared capacity and energy."""
    if not project.replaced_capacity and not project.replaced_energy_tce:
        return Words("–", "–")
    return said(
        "annex.replaced_by", capacity=float(project.replaced_capacity), tce=float(project.replaced_energy_tce)
    )


def projects_reasons(material: Material) -> Annex:
    """Annex 3-2: why each candidate is admitted, put off or shut out."""
    rows = [
        Row((k, row.name, worded("decision", row.decision), reasons(row)))
        for k, row in enumerate(_ranked(material), start=1)
    ]
    return Annex("3-2", _REASONS, tuple(rows))
