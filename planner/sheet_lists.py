"""The sheets that list: how units run, measures, projects with their decision, constraints, notes."""

from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from dualcontrol.messages import LANGUAGES, say
from dualcontrol.reasons import told
from dualcontrol.sheet_accounts import Accounts, Places
from dualcontrol.sheets import A3, Book, Column, both
from dualcontrol.words import words

if TYPE_CHECKING:
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

_OPERATION = (
    Column("column.id", "text", 16),
    Column("column.name", "text", 30),
    Column("column.activity", "share", 13),
    Column("column.self_pv_mwh", "int", 14, True),
    Column("column.green_mwh", "int", 14, True),
    Column("column.excess_green_mwh", "int", 14, True),
    Column("column.value_added_wan_yuan", "int", 15, True),
    Column("column.co2_t", "int", 15, True),
    Column("column.basis", "text", 14),
)
_MEASURES = (
    Column("column.id", "text", 18),
    Column("column.measure", "text", 34),
    Column("column.measure_kind", "text", 16),
    Column("column.clause", "text", 9),
    Column("column.unit_id", "text", 18),
    Column("column.line_id", "text", 18),
    Column("column.carrier", "text", 12),
    Column("column.carrier_unit", "text", 12),
    Column("column.adopted", "text", 11),
    Column("column.saving_quantity", "number", 15),
    Column("column.saving_tce", "dec2", 15, True),
    Column("column.freed_tce", "int", 14, True),
    Column("column.yearly_cost_wan_yuan", "dec2", 14),
    Column("column.basis", "text", 14),
)
_PROJECTS = (
    Column("column.rank", "int", 7),
    Column("column.id", "text", 16),
    Column("column.name", "text", 32),
    Column("column.sector", "text", 13),
    Column("column.decision", "text", 14),
    Column("column.clause", "text", 11),
    Column("column.reason", "text", 72),
    Column("column.score", "dec2", 9),
    Column("column.admitted", "share", 11),
    Column("column.load", "share", 11),
    Column("column.full_year_tce", "int", 14, True),
    Column("column.quota_tce", "int", 14, True),
    Column("column.earmark_tce", "int", 14, True),
    Column("column.value_added_wan_yuan", "int", 14, True),
    Column("column.basis", "text", 11),
)
_PROJECT_QUOTA = 11
_CHECK = Column("column.check_ledger", "check", 11)
_CONSTRAINTS = (
    Column("column.constraint", "text", 40),
    Column("column.clause", "text", 11),
    Column("column.index", "text", 20),
    Column("column.used", "number", 18),
    Column("column.limit", "number", 18),
    Column("column.slack", "number", 18),
    Column("column.unit", "text", 13),
    Column("column.price_left", "number", 15),
    Column("column.price_right", "number", 15),
    Column("column.price_unit", "text", 16),
    Column("column.range_left", "number", 16),
    Column("column.range_right", "number", 16),
    Column("column.relaxable", "text", 13),
)
_ALWAYS_SHOWN = ("use_within_quota", "pool_balance")
_NOTE = (Column("column.note_zh", "note", 70), Column("column.note_en", "note", 70))
_NOTES = (
    "notes.nature",
    "notes.calorific",
    "notes.equivalent",
    "notes.quota",
    "notes.waterfall",
    "notes.ledger",
    "notes.prices",
    "notes.checked",
    "notes.basis",
)


def write_operation(book: Book, plan: "Plan", scenario: "Scenario") -> None:
    """Sheet `operation`: how the units run in the plan year."""
    sheet = book.sheet("sheet.operation")
    sheet.widths([column.width for column in _OPERATION])
    sheet.top("sheet.operation", "sheet.operation_note")
    sheet.heads(_OPERATION, frozen_columns=2)
    first = sheet.row
    values: list[list[object]] = [
        [
            row.id,
            row.name,
            row.activity,
            row.self_pv_mwh,
            row.green_mwh,
            row.excess_green_mwh,
            row.value_added_wan_yuan,
            row.co2_t,
            words("basis", row.basis),
        ]
        for row in plan.quotas.itertuples()
        if row.kind == "unit"
    ]
    for value in values:
        sheet.record(_OPERATION, value)
    sheet.totals(_OPERATION, first, values, "total.unit")


def write_measures(book: Book, plan: "Plan", scenario: "Scenario") -> None:
    """Sheet `measures`: which saving measures are taken and what they save."""
    sheet = book.sheet("sheet.measures")
    sheet.widths([column.width for column in _MEASURES])
    sheet.top("sheet.measures", "sheet.measures_note")
    sheet.heads(_MEASURES, frozen_columns=2)
    first = sheet.row
    told = {row["measure_id"]: row for row in scenario.table("measures").to_dict("records")}
    units = {row["carrier_id"]: row for row in scenario.table("carriers").to_dict("records")}
    values: list[list[object]] = []
    for row in plan.measures.itertuples():
        measure = told.get(row.measure_id, {})
        carrier = units.get(measure.get("carrier_id"), {})
        values.append(
            [
                row.measure_id,
                row.name,
                words("kind_of_measure", row.kind),
                row.clause,
                row.unit_id,
                row.line_id,
                carrier.get("name"),
                carrier.get("unit"),
                words("adopted", int(row.adopted)),
                row.saving_quantity,
                row.saving_tce,
                row.freed_tce,
                row.yearly_cost_wan_yuan,
                words("basis", row.basis),
            ]
        )
        sheet.record(_MEASURES, values[-1])
    sheet.totals(_MEASURES, first, values, "total.all")


def write_projects(book: Book, plan: "Plan", scenario: "Scenario", accounts: Accounts) -> Places:
    """Sheet `projects`: rank, decision, clause and reason, and the quota checked against the ledger."""
    sheet = book.sheet("sheet.projects", paper=A3)
    columns = (*_PROJECTS, _CHECK)
    sheet.widths([column.width for column in columns])
    sheet.top("sheet.projects", "sheet.projects_note")
    sheet.heads(columns, frozen_columns=3)
    first = sheet.row
    sectors = {row.sector_id: row.name for row in scenario.rows("sectors")}
    values: list[list[object]] = []
    for row in plan.projects.itertuples():
        values.append(
            [
                row.rank,
                row.project_id,
                row.name,
                sectors.get(row.sector_id, row.sector_id),
                words("decision", row.decision),
                row.clause,
                told(row),
                row.score,
                row.admitted,
                row.load,
                row.full_year_tce,
                int(row.quota_tce),
                int(row.earmark_tce),
                row.value_added_wan_yuan,
                words("basis", row.basis),
                None,
            ]
        )
        at = sheet.record(columns, values[-1])
        text = accounts.formula(f'"project:"&{xl_rowcol_to_cell(at, 1)}')
        difference = int(row.quota_tce) - accounts.balance(f"project:{row.project_id}")
        sheet.formula(
            at, len(_PROJECTS), f"={xl_rowcol_to_cell(at, _PROJECT_QUOTA)}-{text}", difference, "check"
        )
    at = sheet.totals(columns, first, values, "total.project")
    return {
        "project": (
            sheet.reference(at, _PROJECT_QUOTA),
            float(sum(int(q) for q in plan.projects["quota_tce"])),
        )
    }


def write_constraints(book: Book, plan: "Plan") -> None:
    """Sheet `constraints`: limits that may be relaxed, that have a price, and quotas; constraints.csv has all."""
    sheet = book.sheet("sheet.constraints", "#7F7F7F", paper=A3)
    sheet.widths([column.width for column in _CONSTRAINTS])
    sheet.top("sheet.constraints", "sheet.constraints_note")
    sheet.heads(_CONSTRAINTS, frozen_columns=1)
    first, rows = sheet.row, plan.constraints
    is_priced = (rows["price_left"].fillna(0.0) != 0) | (rows["price_right"].fillna(0.0) != 0)
    shown = rows[rows["relaxable"].astype(bool) | is_priced | rows["name"].isin(_ALWAYS_SHOWN)]
    for row in shown.itertuples(index=False):
        sheet.record(
            _CONSTRAINTS,
            [
                words("constraint", row.name),
                row.clause,
                str(row.index),
                row.activity,
                row.limit,
                row.slack,
                row.unit,
                row.price_left,
                row.price_right,
                row.price_unit,
                row.range_left,
                row.range_right,
                words("relaxable", int(bool(row.relaxable))),
            ],
        )
    if sheet.row > first:
        sheet.sheet.autofilter(first - 1, 0, sheet.row - 1, len(_CONSTRAINTS) - 1)
    if len(shown) < len(rows):
        sheet.line(both("constraints.rest", count=len(rows) - len(shown)), "small")


def write_notes(book: Book, scenario: "Scenario") -> None:
    """Sheet `notes`: what the figures mean, how they are counted, and what this workbook is not."""
    sheet = book.sheet("sheet.notes", "#7F7F7F")
    sheet.widths([column.width for column in _NOTE])
    sheet.top("sheet.notes")
    sheet.heads(_NOTE)
    settings = scenario.settings
    for message in _NOTES:
        if message == "notes.nature" and settings.nature == "official":
            continue
        texts = [
            say(
                message,
                lang,
                nature=say(f"nature.{settings.nature}", lang),
                price_base=settings.price_base,
                k_eq=settings.accounting.k_eq_tce_per_mwh,
            )
            for lang in LANGUAGES
        ]
        sheet.record(_NOTE, texts)
