"""The reports of a plan, in the order of their sheets; each has a reader of its own in `model/audit/reports`."""

from typing import Any

import pandas as pd

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.reports import (
    agenda,
    carbon_units,
    conduct,
    decisions,
    departments,
    electrification,
    evaluation,
    fossil,
    inventory,
    simple_rules,
    stock,
    sub_accounts,
    tariffs,
    water,
)
from dualcontrol.model.reports.register import Report, ReportColumn

__all__ = ["REPORTS", "Report", "ReportColumn", "report_tables"]

REPORTS: tuple[Report, ...] = (
    departments.REPORT,
    electrification.REPORT,
    agenda.REPORT,
    decisions.REPORT,
    conduct.REPORT,
    simple_rules.REPORT,
    tariffs.REPORT,
    inventory.REPORT,
    carbon_units.REPORT,
    water.REPORT,
    fossil.REPORT,
    sub_accounts.REPORT,
    evaluation.PROJECTS,
    evaluation.UNITS,
    evaluation.INVERSIONS,
    stock.REVIEW,
    stock.REPLACEMENTS,
)


def report_tables(case: Case, outcome: Outcome, tables: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Every report that has rows and whose clause is in force, by name.

    tables: the plan's other tables and its summary, by name.
    """
    asked = [report for report in REPORTS if case.is_on(report.clause)]
    found = {report.name: report.table(case, outcome, tables) for report in asked}
    return {name: frame for name, frame in found.items() if len(frame)}
