"""`budget.xlsx`: the plan as a workbook for people.

Totals are formulas and carry their value. Checks stand beside what they check: a quota against its ledger
account, quarters against the quota, the pool and the trial balance against zero.
"""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter

from dualcontrol.overview import write_overview
from dualcontrol.provenance import mark
from dualcontrol.sheet_accounts import Accounts, write_ledger, write_pool, write_units
from dualcontrol.sheet_annexes import write_annexes
from dualcontrol.sheet_county import write_county
from dualcontrol.sheet_lists import (
    write_constraints,
    write_measures,
    write_notes,
    write_operation,
    write_projects,
)
from dualcontrol.sheet_power import write_power
from dualcontrol.sheet_reports import write_reports
from dualcontrol.sheet_waterfalls import write_waterfalls
from dualcontrol.sheets import Book

if TYPE_CHECKING:
    from dualcontrol.model.audit import Verdict
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

TEXT_STAYS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook(plan: "Plan", scenario: "Scenario", verdict: "Verdict", summary: Mapping[str, Any]) -> bytes:
    """The workbook of a plan as bytes; the same plan gives the same bytes.

    summary: what `summary.json` says, but for the hashes of files. ValueError when the movements of an
    account do not add up to its quota: the cell would show another value than its formula.
    """
    out = io.BytesIO()
    settings = scenario.settings
    book = xlsxwriter.Workbook(out, TEXT_STAYS_TEXT)
    as_of = datetime(settings.as_of.year, settings.as_of.month, settings.as_of.day)  # noqa: DTZ001
    # A fixed date, or the same plan would give other bytes every second.
    book.set_properties({"title": settings.title_zh, "comments": mark(scenario) or "", "created": as_of})
    parent = Book(book, mark(scenario), settings.title_zh)
    front = parent.sheet("sheet.overview", "#C00000")
    accounts = Accounts(plan.ledger, scenario)
    places = write_units(parent, plan, scenario, accounts)
    write_operation(parent, plan, scenario)
    write_measures(parent, plan, scenario)
    places |= write_projects(parent, plan, scenario, accounts)
    places |= write_pool(parent, accounts)
    write_county(parent, plan, scenario)
    write_power(parent, plan, scenario, summary)
    write_reports(parent, plan)
    write_constraints(parent, plan)
    write_waterfalls(parent, plan)
    write_annexes(parent, plan, scenario)
    write_ledger(parent, accounts)
    write_notes(parent, scenario)
    write_overview(front, plan, scenario, verdict, summary, places)
    parent.set_print_areas()
    book.close()
    return out.getvalue()
