"""The folder of a market: its tables as CSV, a summary and a workbook; all of it or nothing."""

import io
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from dualcontrol.out_folder import csv_bytes, put
from dualcontrol.provenance import json_text
from dualcontrol.sheets import Book, Column, both
from dualcontrol.tables import plain_text
from dualcontrol.trade_columns import TRADE_TABLES
from dualcontrol.words import words

SUMMARY, WORKBOOK = "summary.json", "trade.xlsx"
_FINE = (
    9  # decimals that prices, money and loads are published with; all of them have no more, but shadow prices
)
_KEYS = ("order_id", "account", "from_account", "to_account", "for_account", "reference")


def as_text(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables as published: every cell a text."""
    return {name: frame.map(text) for name, frame in tables.items()}


def text(value: Any) -> str:
    """A cell as text: numbers with at most nine decimals, "" for none."""
    if value is None:
        return ""
    if isinstance(value, Fraction):
        whole = round(value * 10**_FINE)
        sign, digits = "-" if whole < 0 else "", f"{abs(whole):0{_FINE + 1}d}"
        return (sign + digits[:-_FINE] + "." + digits[-_FINE:]).rstrip("0").rstrip(".")
    return str(value)


def write_trade(tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any], folder: Path) -> None:
    """Write the folder; an earlier one there is replaced. tables: exact. Errors: FolderError, OSError."""
    files = {}
    for name, frame in as_text(tables).items():
        columns = list(TRADE_TABLES[name])
        rows = [
            [cell if column in _KEYS else _plain(cell) for column, cell in zip(columns, row, strict=True)]
            for row in frame[columns].to_numpy().tolist()
        ]
        files[f"{name}.csv"] = csv_bytes([columns, *rows])
    files[SUMMARY] = json_text(dict(summary)).encode()
    files[WORKBOOK] = workbook(tables, summary)
    put(folder, files)


def _plain(cell: str) -> str:
    try:
        float(cell)
    except ValueError:
        return plain_text(cell)
    return cell


_SHEETS: dict[str, tuple[tuple[str, Column], ...]] = {
    "trades": (
        ("name", Column("column.name", width=22)), ("side", Column("trade.side", width=12)),
        ("kind", Column("trade.kind", width=26)), ("tce_eq", Column("trade.tce_eq", "int", 18)),
        ("limit_wan_yuan_per_tce_eq", Column("trade.limit", "dec4", 16)),
        ("filled_tce_eq", Column("trade.filled", "int", 18)), ("state", Column("trade.state", width=22)),
        ("clause", Column("trade.clause", width=10)),
        ("paid_wan_yuan", Column("trade.paid", "dec2", 16, is_summed=True)),
        ("net_wan_yuan", Column("trade.net", "dec2", 16, is_summed=True)),
    ),
    "accounts": (
        ("name", Column("column.name", width=22)), ("account", Column("column.account", width=20)),
        ("quota_before_tce", Column("trade.quota_before", "int", 14)), ("sold_tce", Column("trade.sold", "int", 12)),
        ("county_share_tce", Column("trade.county_share", "int", 14)),
        ("bought_tce", Column("trade.bought", "int", 12)), ("quota_after_tce", Column("trade.quota_after", "int", 14)),
        ("worth_wan_yuan", Column("trade.worth", "dec2", 16, is_summed=True)),
        ("paid_wan_yuan", Column("trade.paid", "dec2", 16, is_summed=True)),
        ("net_wan_yuan", Column("trade.net", "dec2", 16, is_summed=True)),
        ("valid_until", Column("trade.valid_until", width=12)),
    ),
    "ledger": (
        ("from_account", Column("trade.from", width=22)), ("to_account", Column("trade.to", width=22)),
        ("tce", Column("column.tce", "int", 12)), ("note", Column("trade.note", width=24)),
        ("price", Column("trade.price_column", "dec4", 16)), ("wan_yuan", Column("trade.wan_yuan", "dec2", 16)),
    ),
}  # fmt: skip
_WORDS = {"side": "trade_side", "kind": "trade_kind", "state": "trade_state", "note": "note"}


def workbook(tables: Mapping[str, pd.DataFrame], summary: Mapping[str, Any]) -> bytes:
    """The market as a workbook: orders, accounts, entries."""
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, {"in_memory": True}) as file:
        book = Book(file, summary.get("mark"), both("trade.title"))
        for name, columns in _SHEETS.items():
            sheet = book.named_sheet(both(f"trade.{name}"))
            sheet.widths([column.width for _, column in columns])
            sheet.titled(both(f"trade.{name}"), _told(summary))
            heads = [column for _, column in columns]
            sheet.heads(heads, frozen_columns=1)
            first = sheet.row
            rows = [[_shown(key, row) for key, _ in columns] for row in tables[name].to_dict("records")]
            for row in rows:
                sheet.record(heads, row)
            if rows and any(column.is_summed for column in heads):
                sheet.totals(heads, first, rows, "total.all")
        book.set_print_areas()
    return output.getvalue()


def _told(summary: Mapping[str, Any]) -> str:
    """One line under the heading: price, tonnes, money, what it adds; or that there was no trade."""
    price = summary["price_wan_yuan_per_tce_eq"]
    if price is None:
        return both("trade.no_trade" if summary["is_open"] else "trade.closed")
    money, volume = summary["turnover_wan_yuan"], summary["volume_tce_eq"]
    return both("trade.price", price=price * 1e4, volume=volume, money=money)


def _shown(column: str, row: Mapping[str, Any]) -> object:
    value = row[column]
    if column == "name" and not value:
        return both("trade.county")
    if column == "valid_until":
        return str(value)
    if column in _WORDS:
        return words(_WORDS[column], str(value)) if value else ""
    return float(value) if isinstance(value, Fraction) else value
