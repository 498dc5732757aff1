"""The reports of a plan as files: `reports/<name>.csv`, with the decimals their columns state."""

import numbers
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dualcontrol.tables import csv_line, number_text, plain_text
from dualcontrol.words import is_missing

if TYPE_CHECKING:
    import pandas as pd

    from dualcontrol.model.reports import ReportColumn

REPORT_FOLDER = "reports"


def report_files(reports: Mapping[str, "pd.DataFrame"]) -> Iterator[tuple[str, bytes]]:
    """Path in the result folder and content of each report, in the order of the register.

    KeyError for a report or a column that is not in the register.
    """
    from dualcontrol.model.reports import REPORTS

    known = {report.name: report for report in REPORTS}
    for name, frame in reports.items():
        columns = known[name].columns
        lines = [
            [column.name for column in columns],
            *zip(*([cell(column, v) for v in frame[column.name]] for column in columns), strict=True),
        ]
        text = "".join(csv_line(line) for line in lines)
        yield f"{REPORT_FOLDER}/{name}.csv", text.encode("utf-8-sig")


def cell(column: "ReportColumn", value: object) -> str:
    """One cell as text: a number with the decimals of its column, a text that no spreadsheet takes for a formula."""
    if is_missing(value):
        return ""
    if isinstance(value, numbers.Real) and column.decimals is not None:
        return number_text(float(value), column.decimals)
    return str(value) if column.is_key else plain_text(str(value))
