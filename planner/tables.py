"""The result tables as CSV text: columns, how numbers are written, how text is kept from being a formula.

The same plan gives the same bytes. Decisions are written with the decimals the auditor reads; the rest can
be recomputed from them.
"""

import math
import numbers
from typing import TYPE_CHECKING

from dualcontrol.output_columns import documented
from dualcontrol.reasons import with_words

if TYPE_CHECKING:
    import pandas as pd

QUOTA_MOVES = (
    "opening_tce",
    "base_method_tce",
    "adjustment_tce",
    "cut_tce",
    "release_tce",
    "penalty_tce",
    "limit_tce",
    "saving_tce",
    "bonus_tce",
    "allowance_tce",
    "withheld_tce",
)
QUARTERS = ("quota_q1_tce", "quota_q2_tce", "quota_q3_tce", "quota_q4_tce")
COLUMNS: dict[str, tuple[str, ...]] = {
    "quotas": (
        "account",
        "kind",
        "id",
        "name",
        "sector_id",
        *QUOTA_MOVES,
        "quota_tce",
        *QUARTERS,
        "planned_use_tce",
        "headroom_tce",
        "activity",
        "self_pv_mwh",
        "green_mwh",
        "excess_green_mwh",
        "value_added_wan_yuan",
        "co2_t",
        "basis",
        "reason",
        "reason_zh",
        "reason_en",
    ),
    "measures": ("measure_id", "unit_id", "adopted", "saving_quantity", "saving_tce", "basis"),
    "projects": (
        "project_id",
        "name",
        "sector_id",
        "decision",
        "clause",
        "reason",
        "reason_zh",
        "reason_en",
        "admitted",
        "load",
        "quota_tce",
        "earmark_tce",
        "full_year_tce",
        "value_added_wan_yuan",
        "co2_t",
        "score",
        "rank",
        "basis",
    ),
    "ledger": ("year", "from_account", "to_account", "tce", "clause", "note"),
    "constraints": (
        "name",
        "clause",
        "index",
        "activity",
        "limit",
        "slack",
        "unit",
        "price_left",
        "price_right",
        "price_unit",
        "relaxable",
    ),
}

# What a planner may edit and the auditor reads: fixed decimals. `activity` of a constraint is not a decision.
DECIMALS = {
    ("quotas", "activity"): 9,
    ("projects", "load"): 9,
    ("projects", "admitted"): 9,
    ("quotas", "self_pv_mwh"): 3,
    ("quotas", "green_mwh"): 3,
    ("quotas", "excess_green_mwh"): 3,
    ("measures", "saving_quantity"): 3,
}

# Ids are keys and stay as they are; the audit reads nothing else of a table's text.
_KEYS = frozenset(
    {
        "account",
        "id",
        "unit_id",
        "project_id",
        "measure_id",
        "sector_id",
        "from_account",
        "to_account",
        "clause",
    }
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def plain_text(text: str) -> str:
    """A text no spreadsheet takes for a formula: an apostrophe before `= + - @`, tab and carriage return."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def number_text(value: float, decimals: int | None = None) -> str:
    """A number as the tables write it: empty for a missing one, whole ones without a point, else 15 digits.

    decimals: write exactly that many.
    """
    if math.isnan(value):
        return ""
    if decimals is not None:
        text = f"{value:.{decimals}f}"
        return text.removeprefix("-") if float(text) == 0 else text
    if math.isfinite(value) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"


def cell(table: str, column: str, value: object) -> str:
    """One cell of a result table as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value if column in _KEYS else plain_text(value)
    if isinstance(value, numbers.Real):
        if isinstance(value, numbers.Integral):
            value = int(value)
            if (table, column) not in DECIMALS:
                return str(value)
        return number_text(float(value), DECIMALS.get((table, column)))
    text = str(value)
    return "" if text in {"<NA>", "NaT", "nan"} else plain_text(text)


def csv_text(table: str, frame: "pd.DataFrame") -> str:
    """A result table as CSV with the columns of COLUMNS, in order. KeyError when one is missing."""
    columns = documented(table, COLUMNS[table])
    frame = with_words(frame)
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise KeyError(f"{table}: {', '.join(missing)}")
    cells = [
        columns,
        *zip(*([cell(table, name, value) for value in frame[name]] for name in columns), strict=True),
    ]
    return "".join(",".join(map(_quoted, row)) + "\n" for row in cells)


def _quoted(text: str) -> str:
    """A cell as RFC 4180 has it; the csv module would leave a lone carriage return bare."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') else text
