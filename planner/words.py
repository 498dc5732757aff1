"""Ids of the result tables as words: accounts, ledger notes, decisions, reasons, constraints."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from dualcontrol.messages import known, say

if TYPE_CHECKING:
    from dualcontrol.model.scenario import Scenario

_NAMED = (
    ("unit", "units", "unit_id"),
    ("project", "projects", "project_id"),
    ("society", "society", "line_id"),
)


def is_missing(value: object) -> bool:
    """Whether a cell is empty: None, NaN, pandas' NA, or no text."""
    return value is None or value is pd.NA or value == "" or (isinstance(value, float) and math.isnan(value))


def words(family: str, value: object) -> str:
    """The Chinese and English of message `<family>.<value>` on one line; the value where there is none.

    Reasons and notes of a table may be ids of messages, several joined by `;`, or plain text.
    """
    if is_missing(value):
        return ""
    ids = [part.strip() for part in str(value).split(";")]
    if all(known(f"{family}.{part}") for part in ids):
        chinese = "；".join(say(f"{family}.{part}", "zh") for part in ids)
        return f"{chinese}  {'; '.join(say(f'{family}.{part}', 'en') for part in ids)}"
    return str(value)


def account_names(scenario: "Scenario") -> Mapping[str, str]:
    """The name of every account of the ledger that belongs to a row of the scenario."""
    return {
        f"{kind}:{row[key]}": str(row["name"])
        for kind, table, key in _NAMED
        for row in scenario.table(table).to_dict("records")
    }


def account_name(account: str, names: Mapping[str, str]) -> str:
    """What an account of the ledger is called: the enterprise, the project, or what `account.<id>` says."""
    return names.get(account) or words("account", account.replace(":", "."))
