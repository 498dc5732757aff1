"""A report is a table that follows from inputs and plan and decides nothing; one file each, listed in `REPORTS`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome


@dataclass(frozen=True)
class ReportColumn:
    """One column: heading in both languages, unit ("" for text), decimals of a number (None: text).

    width: of the sheet, in characters. is_summed: whether a total of the column means something. is_key: whether it
    belongs to what names a row.
    """

    name: str
    zh: str
    en: str
    unit: str = ""
    decimals: int | None = None
    width: float = 14
    is_summed: bool = False
    is_key: bool = False


@dataclass(frozen=True)
class Report:
    """One table of a result folder, `reports/<name>.csv`, and a sheet of the workbook; not written without rows.

    clause: of the plan that asks for it. zh, en: heading. note_zh, note_en: one sentence on how to read it. build: the
    rows from case, exact outcome and what the plan's other tables say ("quotas", "projects", "constraints", ...).
    Text columns hold ids; the words are looked up as `<name>_<column>.<id>` among the messages where there are any.
    """

    name: str
    clause: str
    zh: str
    en: str
    note_zh: str
    note_en: str
    columns: tuple[ReportColumn, ...]
    build: Callable[[Case, Outcome, dict[str, Any]], list[dict[str, Any]]]

    def table(self, case: Case, outcome: Outcome, tables: dict[str, Any]) -> pd.DataFrame:
        """The report's rows with its columns in order. KeyError for a row that lacks one."""
        names = [column.name for column in self.columns]
        rows = self.build(case, outcome, tables)
        return pd.DataFrame([[row[name] for name in names] for row in rows], columns=names)
