"""The sheets that show the ledger: units with their waterfall, the pool, the entries themselves."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_rowcol_to_cell

from dualcontrol.reasons import told
from dualcontrol.sheets import A3, Book, Column, Sheet, both, column_span
from dualcontrol.tables import QUARTERS, QUOTA_MOVES
from dualcontrol.words import account_name, account_names, words

if TYPE_CHECKING:
    import pandas as pd

    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

# What another sheet may refer to: its reference and its value.
Places = dict[str, tuple[str, float]]

_UNITS = (
    Column("column.number", "int", 5),
    Column("column.id", "text", 14),
    Column("column.name", "text", 27),
    Column("column.sector", "text", 11),
    Column("column.opening_tce", "int", 12, True),
    *(Column(f"column.{name}", "move", 11, True) for name in QUOTA_MOVES[1:]),
    Column("column.quota_tce", "int", 12, True),
    Column("column.check_ledger", "check", 8),
    *(Column(f"column.{name}", "int", 11, True) for name in QUARTERS),
    Column("column.check_quarters", "check", 8),
    Column("column.planned_use_tce", "int", 12, True),
    Column("column.headroom_tce", "int", 10, True),
    Column("column.basis", "text", 12),
    Column("column.reason", "text", 72),
)
_MOVE = 4
_QUOTA = _MOVE + len(QUOTA_MOVES)
_QUARTER = _QUOTA + 2
_POOL = (
    Column("column.clause", "text", 14),
    Column("column.note", "text", 60),
    Column("column.pool_in", "int", 18, True),
    Column("column.pool_out", "int", 18, True),
)
_BALANCE = (
    Column("column.account", "text", 14),
    Column("column.account_name", "text", 60),
    Column("column.balance_tce", "int", 18, True),
)
_LEDGER = (
    Column("column.number", "int", 7),
    Column("column.year", "text", 7),
    Column("column.from_account", "text", 22),
    Column("column.from_name", "text", 28),
    Column("column.to_account", "text", 22),
    Column("column.to_name", "text", 28),
    Column("column.tce", "int", 14),
    Column("column.clause", "text", 10),
    Column("column.note", "text", 48),
)
_FROM, _TO, _TCE = 2, 4, 6
# Kinds of accounts of the trial balance; units, projects and society lines are taken together.
_KINDS = ("superior", "unit", "society", "grid", "project", "pool", "pool:3.3.2c", "reserve", "retired")
_GROUPS = ("unit", "society", "project")


class Accounts:
    """The ledger as the checks of the sheets see it: balances, and formulas for them."""

    def __init__(self, ledger: "pd.DataFrame", scenario: "Scenario") -> None:
        """ledger: the plan's entries in the order they were posted."""
        self.entries: list[Any] = list(ledger.itertuples())
        self.names = account_names(scenario)
        # The ledger sheet has the same first lines as every other sheet.
        self.first = 3 if scenario.settings.nature != "official" else 2
        self._balances: dict[str, int] = {}
        for entry in self.entries:
            self._balances[entry.from_account] = self._balances.get(entry.from_account, 0) - int(entry.tce)
            self._balances[entry.to_account] = self._balances.get(entry.to_account, 0) + int(entry.tce)

    def balance(self, account: str) -> int:
        """Balance of an account, or of all accounts of one of the groups, in tce."""
        if account in _GROUPS:
            return sum(tce for name, tce in self._balances.items() if name.startswith(account + ":"))
        return self._balances.get(account, 0)

    def formula(self, account: str) -> str:
        """The balance as a formula over the ledger sheet; `account` is formula text, such as `"unit:"&B5`.

        EXACT, as ids differ in case and may hold what SUMIFS takes for a pattern.
        """
        last = self.first + len(self.entries) - 1
        sides = [column_span("sheet.ledger", column, self.first, last) for column in (_FROM, _TO)]
        tce = column_span("sheet.ledger", _TCE, self.first, last)
        return f"SUMPRODUCT((EXACT({sides[1]},{account})-EXACT({sides[0]},{account}))*{tce})"

    def group_formula(self, group: str) -> str:
        """The balance of all accounts of a group as a formula."""
        last = self.first + len(self.entries) - 1
        sides = [column_span("sheet.ledger", column, self.first, last) for column in (_FROM, _TO)]
        tce = column_span("sheet.ledger", _TCE, self.first, last)
        starts = [f'(LEFT({side},{len(group) + 1})="{group}:")' for side in sides]
        return f"SUMPRODUCT(({starts[1]}-{starts[0]})*{tce})"


def write_units(book: Book, plan: "Plan", scenario: "Scenario", accounts: Accounts) -> Places:
    """Sheet `units`: base, each movement, quota, quarters, checks; units, society lines, the grid."""
    sheet = book.sheet("sheet.units", paper=A3)
    sheet.widths([column.width for column in _UNITS])
    sheet.top("sheet.units", "sheet.units_note")
    sheet.heads(_UNITS, frozen_columns=3)
    sectors = {row.sector_id: row.name for row in scenario.rows("sectors")}
    rows = list(plan.quotas.itertuples())
    places: Places = {}
    subtotals = []
    for kind in ("unit", "society", "grid"):
        own = [row for row in rows if row.kind == kind]
        if not own:
            continue
        first = sheet.row
        values = [_unit_row(sheet, number, row, sectors, accounts) for number, row in enumerate(own, 1)]
        subtotals.append((sheet.totals(_UNITS, first, values, f"total.{kind}"), values))
        quota = float(sum(int(row.quota_tce) for row in own))
        places[kind] = (sheet.reference(subtotals[-1][0], _QUOTA), quota)
    if subtotals:
        _grand_total(sheet, subtotals)
    _hide_empty_moves(sheet, rows)
    return places


def _unit_row(
    sheet: Sheet, number: int, row: Any, sectors: Mapping[str, str], accounts: Accounts
) -> list[object]:
    """One account. Its quota is the sum of its movements; ValueError if the plan says otherwise."""
    moves = [int(getattr(row, name)) for name in QUOTA_MOVES]
    quarters = [int(getattr(row, name)) for name in QUARTERS]
    quota = int(row.quota_tce)
    if sum(moves) != quota:
        raise ValueError(f"{row.account}: the movements sum to {sum(moves)} tce, the quota is {quota} tce")
    values: list[object] = [
        number,
        row.id,
        row.name or both(f"account.{row.kind}"),
        sectors.get(row.sector_id, row.sector_id),
        *moves,
        None,
        None,
        *quarters,
        None,
        row.planned_use_tce,
        row.headroom_tce,
        words("basis", row.basis),
        told(row),
    ]
    at = sheet.record(_UNITS, values)
    first, last = xl_rowcol_to_cell(at, _MOVE), xl_rowcol_to_cell(at, _QUOTA - 1)
    own = xl_rowcol_to_cell(at, _QUOTA)
    sheet.formula(at, _QUOTA, f"=SUM({first}:{last})", quota, "int")
    account = f'"{row.kind}"' if row.kind == "grid" else f'"{row.kind}:"&{xl_rowcol_to_cell(at, 1)}'
    difference = quota - accounts.balance(row.account)
    sheet.formula(at, _QUOTA + 1, f"={own}-{accounts.formula(account)}", difference, "check")
    first, last = xl_rowcol_to_cell(at, _QUARTER), xl_rowcol_to_cell(at, _QUARTER + 3)
    sheet.formula(at, _QUARTER + 4, f"={own}-SUM({first}:{last})", quota - sum(quarters), "check")
    values[_QUOTA] = quota
    return values


def _grand_total(sheet: Sheet, subtotals: list[tuple[int, list[list[object]]]]) -> None:
    """The sum of the subtotals."""
    row = sheet.row
    for index, column in enumerate(_UNITS):
        if column.is_summed:
            cells = "+".join(xl_rowcol_to_cell(at, index) for at, _ in subtotals)
            numbers: list[Any] = [value[index] for _, values in subtotals for value in values]
            sheet.formula(row, index, f"={cells}", math.fsum(numbers), column.style, is_total=True)
        else:
            sheet.put(row, index, both("total.all") if index == 2 else None, "text", is_total=True)
    sheet.row += 1


def _hide_empty_moves(sheet: Sheet, rows: list[Any]) -> None:
    """Movements nobody has are folded away, so that the page stays readable; the sums still include them."""
    for index, name in enumerate(QUOTA_MOVES[1:], _MOVE + 1):
        if not any(getattr(row, name) for row in rows):
            sheet.sheet.set_column(index, index, _UNITS[index].width, None, {"hidden": True})


def write_pool(book: Book, accounts: Accounts) -> Places:
    """Sheet `pool`: what went into and out of the pool and its earmark by clause, and the trial balance."""
    sheet = book.sheet("sheet.pool")
    sheet.widths([14, 60, 18, 18])
    sheet.top("sheet.pool", "sheet.pool_note")
    for account in ("pool", "pool:3.3.2c"):
        _pool_block(sheet, account, accounts)
    sheet.row += 1
    sheet.line(both("pool.trial"), "section", 20)
    sheet.heads(_BALANCE)
    first, places = sheet.row, Places()
    values: list[list[object]] = []
    for kind in _KINDS:
        values.append([kind, account_name(kind, accounts.names), accounts.balance(kind)])
        at = sheet.record(_BALANCE, values[-1])
        text = accounts.group_formula(kind) if kind in _GROUPS else accounts.formula(xl_rowcol_to_cell(at, 0))
        sheet.formula(at, 2, f"={text}", accounts.balance(kind), "int")
        places[f"balance.{kind}"] = (sheet.reference(at, 2), float(accounts.balance(kind)))
    at = sheet.totals(_BALANCE, first, values, "pool.trial_check")
    total = float(sum(accounts.balance(kind) for kind in _KINDS))
    sheet.formula(
        at,
        2,
        f"=SUM({xl_rowcol_to_cell(first, 2)}:{xl_rowcol_to_cell(at - 1, 2)})",
        total,
        "check",
        is_total=True,
    )
    return places


def _pool_block(sheet: Sheet, account: str, accounts: Accounts) -> None:
    """One account of the pool: movements by clause and occasion, sums, what is left."""
    moved: dict[tuple[str, str], list[int]] = {}
    for entry in accounts.entries:
        for side, name in enumerate((entry.to_account, entry.from_account)):
            if name == account:
                moved.setdefault((str(entry.clause), str(entry.note)), [0, 0])[side] += int(entry.tce)
    sheet.row += 1
    sheet.line(account_name(account, accounts.names), "section", 20)
    sheet.heads(_POOL)
    first = sheet.row
    values: list[list[object]] = [
        [clause, words("note", note), *sides] for (clause, note), sides in moved.items()
    ]
    for value in values:
        sheet.record(_POOL, value)
    at = sheet.totals(_POOL, first, values, "total.moves")
    into, out = xl_rowcol_to_cell(at, 2), xl_rowcol_to_cell(at, 3)
    balance = accounts.balance(account)
    sheet.put(sheet.row, 0, None, "text")
    sheet.put(sheet.row, 1, both("pool.balance" if account == "pool" else "pool.earmark_balance"), "text")
    # The pool ends at zero; an earmark nobody could be given stays where it is.
    sheet.formula(sheet.row, 2, f"={into}-{out}", balance, "check" if account == "pool" else "int")
    sheet.put(sheet.row, 3, None, "text")
    sheet.row += 1


def write_ledger(book: Book, accounts: Accounts) -> None:
    """Sheet `ledger`: every entry, in the order it was posted."""
    sheet = book.sheet("sheet.ledger", "#7F7F7F")
    sheet.widths([column.width for column in _LEDGER])
    sheet.top("sheet.ledger")
    sheet.heads(_LEDGER, frozen_columns=0)
    if sheet.row != accounts.first:
        raise ValueError("the checks refer to other rows of the ledger sheet")
    for number, entry in enumerate(accounts.entries, 1):
        sheet.record(
            _LEDGER,
            [
                number,
                str(entry.year),
                entry.from_account,
                account_name(entry.from_account, accounts.names),
                entry.to_account,
                account_name(entry.to_account, accounts.names),
                int(entry.tce),
                str(entry.clause),
                words("note", entry.note),
            ],
        )
    if accounts.entries:
        sheet.sheet.autofilter(accounts.first - 1, 0, sheet.row - 1, len(_LEDGER) - 1)
