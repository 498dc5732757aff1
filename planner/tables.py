"""The result tables as CSV text: columns, how numbers are written, how text is kept from being a formula.

The same plan gives the same bytes. Decisions are written with the decimals the auditor reads; the rest can
be recomputed from them.
"""

import math
import numbers
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dualcontrol.output_columns import documented
from dualcontrol.reasons import with_words

if TYPE_CHECKING:
    import pandas as pd

    from dualcontrol.model.plan import Plan

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
        "gross_tce",
        "gross_tce_eq",
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
    "measures": (
        "measure_id",
        "name",
        "kind",
        "clause",
        "unit_id",
        "line_id",
        "adopted",
        "saving_quantity",
        "saving_tce",
        "freed_tce",
        "yearly_cost_wan_yuan",
        "basis",
    ),
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
        "planned_use_tce",
        "gross_tce",
        "gross_tce_eq",
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
        "range_left",
        "range_right",
        "relaxable",
    ),
    "account": ("block", "line", "base_tce", "base_tce_eq", "plan_tce", "plan_tce_eq"),
}

# What a planner may edit and the auditor reads: fixed decimals. `activity` of a constraint is not a decision.
# Energy of an owner is told in whole tce, like quotas: what comes after that is a solver's noise.
DECIMALS = {
    ("quotas", "activity"): 9,
    ("projects", "load"): 9,
    ("projects", "admitted"): 9,
    ("quotas", "self_pv_mwh"): 3,
    ("quotas", "green_mwh"): 3,
    ("quotas", "excess_green_mwh"): 3,
    ("measures", "saving_quantity"): 3,
    ("measures", "saving_tce"): 1,
    ("measures", "freed_tce"): 0,
    ("measures", "yearly_cost_wan_yuan"): 4,
    **{
        (table, column): 0
        for table in ("quotas", "projects")
        for column in (
            "planned_use_tce",
            "headroom_tce",
            "gross_tce",
            "gross_tce_eq",
            "full_year_tce",
            "co2_t",
        )
    },
    **{(table, "value_added_wan_yuan"): 2 for table in ("quotas", "projects")},
    **{("account", column): 1 for column in ("base_tce", "base_tce_eq", "plan_tce", "plan_tce_eq")},
}
# At most so many; a price has as many as a bound needs that is made of it and of millions of tonnes.
MOST_DECIMALS = {
    **{("constraints", column): 4 for column in ("activity", "limit", "slack", "range_left", "range_right")},
    **{("constraints", column): 12 for column in ("price_left", "price_right")},
    ("projects", "score"): 6,
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


def shown_text(text: str) -> str:
    """A text of `plain_text` as it was, for a page or a cell of type text, where nothing is taken for a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


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
        if (table, column) in MOST_DECIMALS and math.isfinite(value):
            text = number_text(float(value), MOST_DECIMALS[table, column])
            return text.rstrip("0").rstrip(".") if "." in text else text
        return number_text(float(value), DECIMALS.get((table, column)))
    text = str(value)
    return "" if text in {"<NA>", "NaT", "nan"} else plain_text(text)


def published(plan: "Plan") -> "Plan":
    """The plan with the numbers its tables are published with; headroom is quota less planned use in these."""
    tables = {table: getattr(plan, table).copy() for table in COLUMNS}
    for (table, column), places in {**DECIMALS, **MOST_DECIMALS}.items():
        if column in tables[table]:
            numbers = tables[table][column].astype(float)
            tables[table][column] = numbers.round(places) + 0.0  # no -0.0
    quotas = tables["quotas"]
    quotas["headroom_tce"] = quotas["quota_tce"] - quotas["planned_use_tce"] + 0.0
    return replace(plan, **tables)


# Decimals of the figures of the summary, by the end of their name; the first that fits.
_FIGURES = (
    ("missing_hours", 3),
    ("per_tce_eq", 9),
    ("per_wan_yuan", 9),
    ("_wan_yuan", 4),
    ("_tce", 1),
    ("tce_eq", 1),
    ("_t", 1),
    ("_mwh", 3),
)
_OTHERS = 12  # shares, intensities


def published_figures(summary: Mapping[str, Any], unit: str = "") -> dict[str, Any]:
    """The figures of a summary with fixed decimals by the unit in their name, those of groups by the group's."""
    told: dict[str, Any] = {}
    is_group = _has_unit(unit)  # every figure of it is in the unit of its name
    for key, value in summary.items():
        name = unit if is_group or (unit and not _has_unit(str(key))) else str(key)
        if isinstance(value, Mapping):
            told[key] = published_figures(value, name)
        elif (
            isinstance(value, numbers.Real)
            and not isinstance(value, numbers.Integral)
            and math.isfinite(value)
        ):
            places = next((places for end, places in _FIGURES if name.endswith(end)), _OTHERS)
            told[key] = round(float(value), places) + 0.0  # no -0.0
        else:
            told[key] = value
    return told


def _has_unit(name: str) -> bool:
    return any(name.endswith(end) for end, _ in _FIGURES)


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
    return "".join(csv_line(row) for row in cells)


def csv_line(cells: Iterable[str]) -> str:
    """One line of CSV."""
    return ",".join(map(_quoted, cells)) + "\n"


def _quoted(text: str) -> str:
    """A cell as RFC 4180 has it; the csv module would leave a lone carriage return bare."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') else text
