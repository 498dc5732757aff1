"""The ranges of a plan as a table and a summary: `ranges.csv`, `summary.json`."""

from pathlib import Path
from typing import Any

from dualcontrol.model.scenario import Scenario
from dualcontrol.out_folder import csv_bytes, number, put
from dualcontrol.provenance import json_text, mark
from dualcontrol.quota_ranges import Range, Ranges
from dualcontrol.tables import plain_text

TABLE, SUMMARY = "ranges.csv", "summary.json"
HEADINGS = (
    "account", "kind", "name", "quota_tce", "least_tce", "most_tce", "is_firm", "decision", "opposite",
    "opposite_cost_wan_yuan", "is_decision_firm",
)  # fmt: skip


def cells(row: Range) -> list[str]:
    """The cells of a row of `ranges.csv`; "" where there is nothing to say."""
    firm = row.is_decision_firm
    return [
        plain_text(row.account), row.kind, plain_text(row.name), str(row.quota_tce), number(row.least_tce, 0),
        number(row.most_tce, 0), str(int(row.is_firm)), row.decision, row.opposite,
        number(row.opposite_cost_wan_yuan, 2), "" if firm is None else str(int(firm)),
    ]  # fmt: skip


def summary(scenario: Scenario, found: Ranges) -> dict[str, Any]:
    """What the ranges are of: `summary.json` and `--json`."""
    asked = [row for row in found.rows if row.is_decision_firm is not None]
    return {
        "scenario": scenario.name,
        "scenario_hash": scenario.content_hash,
        "title_zh": scenario.settings.title_zh,
        "title_en": scenario.settings.title_en,
        "mark": mark(scenario),
        "within": found.within,
        "value_wan_yuan": found.value_wan_yuan,
        "loss_wan_yuan": found.loss_wan_yuan,
        "accounts": len(found.rows),
        "firm": sum(row.is_firm for row in found.rows),
        "decisions": len(asked),
        "firm_decisions": sum(bool(row.is_decision_firm) for row in asked),
    }


def as_values(row: Range) -> dict[str, Any]:
    """A row as plain values; a missing end is null."""
    return {
        "account": row.account, "kind": row.kind, "name": row.name, "quota_tce": row.quota_tce,
        "least_tce": row.least_tce, "most_tce": row.most_tce, "is_firm": row.is_firm, "decision": row.decision,
        "opposite": row.opposite, "opposite_cost_wan_yuan": row.opposite_cost_wan_yuan,
        "is_decision_firm": row.is_decision_firm,
    }  # fmt: skip


def write_ranges(scenario: Scenario, found: Ranges, folder: Path) -> None:
    """Write the folder; an earlier one there is replaced. Errors: FolderError, OSError."""
    table = csv_bytes([HEADINGS, *(cells(row) for row in found.rows)])
    put(folder, {TABLE: table, SUMMARY: json_text(summary(scenario, found)).encode()})
