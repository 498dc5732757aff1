"""Reading a result folder's tables: every form error is a failed check, never a traceback."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from dualcontrol.model.audit.numbers import ZERO, Number, number
from dualcontrol.model.audit.rules import Rulings
from dualcontrol.model.audit.stock import RETIRED, UPGRADED
from dualcontrol.model.audit.verdict import Check, Probe, together

QUARTERS = ("quota_q1_tce", "quota_q2_tce", "quota_q3_tce", "quota_q4_tce")
WATERFALL = (
    "opening_tce", "base_method_tce", "adjustment_tce", "cut_tce", "release_tce", "penalty_tce", "limit_tce",
    "saving_tce", "bonus_tce", "allowance_tce", "withheld_tce",
)  # fmt: skip

# Kinds: text; whole (tonnes, required); number (required); unit_whole and unit_number (required of units, may
# be empty for society lines and the grid); loose (may be empty or infinite).
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "quotas": {
        **dict.fromkeys(("account", "kind", "id", "name", "sector_id"), "text"),
        **dict.fromkeys(WATERFALL, "unit_whole"),
        **dict.fromkeys(("opening_tce", "quota_tce", *QUARTERS), "whole"),
        **dict.fromkeys(("planned_use_tce", "headroom_tce", "gross_tce", "gross_tce_eq"), "number"),
        **dict.fromkeys(
            ("activity", "self_pv_mwh", "green_mwh", "excess_green_mwh", "value_added_wan_yuan", "co2_t"),
            "unit_number",
        ),
        **dict.fromkeys(("basis", "reason"), "text"),
    },
    "measures": {
        **dict.fromkeys(("measure_id", "name", "kind", "clause", "unit_id", "line_id"), "text"),
        **dict.fromkeys(("adopted", "saving_quantity", "saving_tce", "yearly_cost_wan_yuan"), "number"),
        "freed_tce": "whole",
        "basis": "text",
    },
    "projects": {
        **dict.fromkeys(("project_id", "name", "sector_id", "decision", "clause", "reason"), "text"),
        **dict.fromkeys(("admitted", "load"), "number"),
        **dict.fromkeys(("quota_tce", "earmark_tce"), "whole"),
        **dict.fromkeys(("planned_use_tce", "gross_tce", "gross_tce_eq"), "number"),
        **dict.fromkeys(("full_year_tce", "value_added_wan_yuan", "co2_t"), "number"),
        **dict.fromkeys(("score", "rank"), "loose"),
        "basis": "text",
    },
    "ledger": {
        "year": "whole",
        **dict.fromkeys(("from_account", "to_account"), "text"),
        "tce": "number",  # whether it is whole and positive is a check of the ledger
        **dict.fromkeys(("clause", "note"), "text"),
    },
    "constraints": {
        **dict.fromkeys(("name", "clause", "index"), "text"),
        **dict.fromkeys(("activity", "limit", "slack"), "loose"),
        "unit": "text",
        **dict.fromkeys(("price_left", "price_right"), "loose"),
        **dict.fromkeys(("price_unit", "relaxable"), "text"),
    },
    "account": {
        **dict.fromkeys(("block", "line"), "text"),
        **dict.fromkeys(("base_tce", "base_tce_eq", "plan_tce", "plan_tce_eq"), "loose"),
    },
}


# Columns a result table may have besides: sentences for people and ranges of prices, which nobody recomputes.
UNREAD: Mapping[str, tuple[str, ...]] = {
    "quotas": ("reason_zh", "reason_en"),
    "projects": ("reason_zh", "reason_en"),
    "constraints": ("range_left", "range_right"),
}


@dataclass(frozen=True)
class ResultRow:
    """One row of a result table; empty numbers read 0."""

    line: int
    texts: Mapping[str, str]
    numbers: Mapping[str, Number | None]

    def text(self, name: str) -> str:
        """A text cell."""
        return self.texts[name]

    def number(self, name: str) -> Number:
        """A number with its rounding."""
        return self.numbers[name] or Number(ZERO, ZERO)

    def value(self, name: str) -> Fraction:
        """A number."""
        return self.number(name).value

    def whole(self, name: str) -> int:
        """Whole tonnes."""
        return int(self.value(name))

    def has(self, name: str) -> bool:
        """Whether the cell holds a number."""
        return self.numbers.get(name) is not None


@dataclass(frozen=True)
class Results:
    """The published tables, read."""

    quotas: tuple[ResultRow, ...]
    measures: tuple[ResultRow, ...]
    projects: tuple[ResultRow, ...]
    ledger: tuple[ResultRow, ...]
    constraints: tuple[ResultRow, ...]
    account: tuple[ResultRow, ...]

    def units(self) -> dict[str, ResultRow]:
        """Rows of quotas.csv that are units, by id."""
        return {row.text("id"): row for row in self.quotas if row.text("kind") == "unit"}

    def society(self) -> dict[str, ResultRow]:
        """Rows of quotas.csv that are society lines, by id."""
        return {row.text("id"): row for row in self.quotas if row.text("kind") == "society"}

    def grid(self) -> ResultRow | None:
        """The row of the account grid."""
        return next((row for row in self.quotas if row.text("kind") == "grid"), None)


def read(tables: Mapping[str, pd.DataFrame]) -> tuple[Results | None, tuple[Check, ...]]:
    """Read all result tables; the results are None when a table or a number cannot be read."""
    columns = Probe("form_tables", unit="")
    for name, kinds in COLUMNS.items():
        present = set(tables[name].columns) if name in tables else set()
        columns.holds(f"{name}.csv", name in tables, "-", "table")
        for column in kinds:
            if name in tables:
                columns.holds(f"{name}.csv {column}", column in present, "-", column)
    first = columns.check()
    if not first.passed:
        return None, (first,)
    cells = Probe("form_numbers", unit="")
    parsed = {name: tuple(_rows(name, tables[name], cells)) for name in COLUMNS}
    second = cells.check()
    return (Results(**parsed) if second.passed else None), (first, second)


def _rows(name: str, frame: pd.DataFrame, cells: Probe) -> Iterable[ResultRow]:
    kinds = COLUMNS[name]
    values = zip(*(frame[column].tolist() for column in kinds), strict=True)
    for line, content in enumerate(values, start=2):  # the heading is line 1
        record = dict(zip(kinds, content, strict=True))
        texts = {key: cell_text(record[key]) for key, kind in kinds.items() if kind == "text"}
        is_unit = texts.get("kind") == "unit"
        numbers: dict[str, Number | None] = {}
        for key, kind in kinds.items():
            if kind == "text":
                continue
            place = f"{name}.csv {line} {key}"
            numbers[key] = _cell(record[key], kind, is_unit, place, cells)
        yield ResultRow(line, texts, numbers)


def _cell(cell: object, kind: str, is_unit: bool, place: str, cells: Probe) -> Number | None:
    try:
        found = number(cell)
    except ValueError:
        cells.holds(place, kind == "loose", str(cell), "number")
        return None
    is_required = kind in ("whole", "number") or (is_unit and kind.startswith("unit_"))
    is_whole = found is None or not kind.endswith("whole") or found.value.denominator == 1
    cells.holds(place, found is not None or not is_required, "-", "number")
    cells.holds(place, is_whole, str(cell), "whole number")
    return found


def cell_text(cell: object) -> str:
    """A text cell of any kind of table; empty text for a missing one."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and cell != cell):
        return ""
    return str(cell)


def measure_rows(rulings: Rulings) -> dict[str, Mapping[str, str]]:
    """Every row of measures.csv by id, with its texts: measures, retirements, capacity replacement pairs."""
    accounts = rulings.accounts
    found: dict[str, Mapping[str, str]] = {
        key: {name: row.text(name) for name in ("unit_id", "line_id", "kind", "clause")}
        for key, row in accounts.measures.items()
    }
    for table, key, kind, clause in (
        ("retirements", "retirement_id", "retirement", RETIRED),
        ("capacity_replacements", "pair_id", "upgrade", UPGRADED),
    ):
        for row in accounts.tables[table]:
            texts = {"unit_id": row.text("unit_id"), "line_id": "", "kind": kind, "clause": clause}
            found[row.text(key)] = texts
    return found


def form_checks(results: Results, rulings: Rulings) -> tuple[Check, ...]:
    """Ids complete and unique, accounts named right, quarters that add up."""
    accounts = rulings.accounts
    ids = Probe("form_ids", unit="")
    told = measure_rows(rulings)
    _same(
        ids,
        "quotas.csv",
        [f"{r.text('kind')}:{r.text('id')}" for r in results.quotas if r is not results.grid()],
        [*(f"unit:{key}" for key in accounts.units), *(f"society:{key}" for key in accounts.society)],
    )
    _same(ids, "projects.csv", [row.text("project_id") for row in results.projects], accounts.projects)
    _same(ids, "measures.csv", [row.text("measure_id") for row in results.measures], told)
    ids.holds("quotas.csv grid", results.grid() is not None, "-", "grid")
    for row in results.quotas:
        kind = row.text("kind")
        name = "grid" if kind == "grid" else f"{kind}:{row.text('id')}"
        ids.holds(f"quotas.csv {row.line} account", row.text("account") == name, row.text("account"), name)
    for row in results.measures:
        for column, wanted in told.get(row.text("measure_id"), {}).items():
            place = f"measures.csv {row.line} {column}"
            ids.holds(place, row.text(column) == wanted, row.text(column), wanted)

    quarters = Probe("form_quarters", "2.2")
    shares = [Fraction(repr(float(s))) for s in rulings.scenario.settings.policy.quarter_shares]
    for row in results.quotas:
        parts = [row.whole(column) for column in QUARTERS]
        quarters.equal(row.text("account"), sum(parts), row.whole("quota_tce"))
        for column, part, share in zip(QUARTERS, parts, shares, strict=True):
            # Whole tonnes: a quarter may be up to one tonne off its share.
            quarters.equal(
                f"{row.text('account')} {column}", part, share * row.whole("quota_tce"), Fraction(1)
            )
    return together([ids, quarters])


def _same(probe: Probe, file: str, found: Iterable[str], wanted: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in found:
        probe.holds(f"{file} {key}", key not in seen, "2", "1")
        seen.add(key)
    expected = set(wanted)
    for key in sorted(expected - seen):
        probe.holds(f"{file} {key}", False, "-", key)
    for key in sorted(seen - expected):
        probe.holds(f"{file} {key}", False, key, "-")
