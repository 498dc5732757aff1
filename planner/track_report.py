"""`quarterly.xlsx`: the quarter's report on energy use against quotas as a workbook for people (2.5, 3.3.4b)."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter

from dualcontrol.messages import say
from dualcontrol.model.tracking import Status, Tracking
from dualcontrol.sheets import Book, Column, Sheet, both
from dualcontrol.tables import shown_text
from dualcontrol.track_tables import TABLES, department_lines, indicator_text, problem_lines, rule_text
from dualcontrol.workbook import TEXT_STAYS_TEXT

if TYPE_CHECKING:
    from dualcontrol.model.scenario import Scenario

MOST_PROBLEMS = 5_000  # rows of a sheet; all are in readings_problems.csv
COLOUR_ZH = {"green": "绿", "yellow": "黄", "orange": "橙", "red": "红"}
_DEPARTMENT_STYLES = {
    **dict.fromkeys(("department", "indicator", "unit"), "text"),
    **dict.fromkeys(("red", "orange", "yellow", "green"), "int"),
}
_FILL = {"green": "#C6E0B4", "yellow": "#FFE699", "orange": "#F4B183", "red": "#FF7C80"}


def report(tracking: Tracking, scenario: "Scenario", sign: str | None) -> bytes:
    """The workbook as bytes; the same tracking gives the same bytes."""
    out = io.BytesIO()
    when = tracking.metered.calendar
    book = xlsxwriter.Workbook(out, TEXT_STAYS_TEXT)
    day = datetime(when.year, 1, 1)  # noqa: DTZ001 - a fixed date: else every second gives other bytes
    book.set_properties({"title": scenario.settings.title_zh, "comments": sign or "", "created": day})
    parent = Book(book, sign, scenario.settings.title_zh)
    _warnings(parent, tracking)
    _quarters(parent, tracking)
    _departments(parent, tracking)
    _problems(parent, tracking)
    _method(parent, tracking)
    parent.set_print_areas()
    book.close()
    return out.getvalue()


def _start(parent: Book, name: str, columns: Sequence[Column], note: str = "", *, frozen: int = 1) -> Sheet:
    sheet = parent.sheet(name)
    sheet.widths([c.width for c in columns])
    sheet.titled(both(name), note)
    sheet.heads(columns, frozen_columns=frozen, is_text=True)
    return sheet


def _head(table: str, name: str) -> str:
    column = TABLES[table][name]
    of_unit = "品种的计量单位" if column.unit == "carrier unit" else column.unit
    unit = f"（{of_unit}）" if column.unit not in {"", "unit"} else ""
    return f"{column.zh}{unit}\n{column.en}"


def _warnings(parent: Book, tracking: Tracking) -> None:
    when = tracking.metered.calendar
    names = ("name", "department", "colour", "rules", "quota_tce", "path_tce", "used_tce", "ratio", "estimated_tce",
             "forecast_tce", "forecast_low_tce", "forecast_high_tce", "left_tce")  # fmt: skip
    widths = (26, 14, 9, 44, 12, 12, 12, 10, 12, 12, 12, 12, 12)
    styles = ("text", "text", "text", "text", "int", "int", "int", "share", "int", "int", "int", "int", "int")
    columns = [Column(_head("units", n), s, w) for n, s, w in zip(names, styles, widths, strict=True)]
    day = when.last_day
    note = f"{say('track_sheet.warnings_note', 'zh', day=day)}  {say('track_sheet.warnings_note', 'en', day=day)}"
    sheet = _start(parent, "track_sheet.warnings", columns, note)
    order = {"red": 0, "orange": 1, "yellow": 2, "green": 3}
    for status in (
        tracking.county,
        *sorted(tracking.statuses, key=lambda s: (order[s.colour], s.holder.account)),
    ):
        row = sheet.record(columns, _status(status))
        sheet.sheet.write_string(
            row, 2, f"{COLOUR_ZH[status.colour]} {status.colour}", _colour(parent, status.colour)
        )


def _colour(parent: Book, colour: str) -> object:
    return parent.book.add_format(
        {"bg_color": _FILL[colour], "bold": True, "align": "center", "border": 1, "border_color": "#BFBFBF",
         "font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
    )  # fmt: skip


def _status(status: Status) -> list[object]:
    found, course, holder = status.forecast, status.course, status.holder
    rules = "；".join(rule_text("track_rule", rule, "zh") for _, rule in status.warnings)
    english = "; ".join(rule_text("track_rule", rule, "en") for _, rule in status.warnings)
    told = f"{rules}\n{english}" if rules else ""
    return [
        holder.name or both("track_sheet.county"), holder.department, status.colour, told,
        holder.quota_tce, float(course.path_tce),
        float(course.used_tce), found.ratio if found else None, float(status.estimated_tce),
        *((getattr(found, name) if found else None) for name in ("middle", "low", "high")),
        float(holder.quota_tce - course.used_tce),
    ]  # fmt: skip


def _quarters(parent: Book, tracking: Tracking) -> None:
    names = [f"track_sheet.{what}_q" for what in ("quota", "used")]
    columns = [Column(_head("units", "name"), "text", 26)]
    for quarter in range(1, 5):
        columns += [
            Column(f"{say(n, 'zh', quarter=quarter)}\n{say(n, 'en', quarter=quarter)}", "int", 13, True)
            for n in names
        ]
    columns += [
        Column(_head("units", "quota_tce"), "int", 13, True),
        Column(_head("units", "used_tce"), "int", 13, True),
    ]
    sheet = _start(parent, "track_sheet.quarters", columns, both("track_sheet.quarters_note"))
    first, values = sheet.row, []
    for status in tracking.statuses:
        cells: list[object] = [status.holder.name]
        for quarter in range(4):
            used = sum(status.course.used[3 * quarter : 3 * quarter + 3])
            cells += [status.holder.quarters[quarter], float(used)]
        cells += [status.holder.quota_tce, float(status.course.used_tce)]
        sheet.record(columns, cells)
        values.append(cells)
    sheet.totals(columns, first, values, "total.all")


def _departments(parent: Book, tracking: Tracking) -> None:
    head, *rows = department_lines(tracking)
    columns = [Column(_head("departments", n), _DEPARTMENT_STYLES.get(n, "dec2"), 14) for n in head]
    sheet = _start(parent, "track_sheet.departments", columns, both("track_sheet.departments_note"))
    for row in rows:
        words: list[object] = [
            row[0],
            f"{indicator_text(row[1], 'zh')} {indicator_text(row[1], 'en')}",
            row[2],
        ]
        sheet.record(columns, [*words, *(float(cell) if cell else None for cell in row[3:])])


def _problems(parent: Book, tracking: Tracking) -> None:
    shown = (
        "place",
        "unit_id",
        "carrier",
        "time",
        "value",
        "problem_zh",
        "problem_en",
        "done_zh",
        "done_en",
        "rows",
        "quantity",
    )
    widths = (22, 14, 12, 26, 18, 26, 30, 30, 34, 10, 18)
    head, *rows = problem_lines(tracking.metered.problems[:MOST_PROBLEMS])
    columns = [Column(_head("readings_problems", n), "text", w) for n, w in zip(shown, widths, strict=True)]
    count = len(tracking.metered.problems)
    note = f"{say('track_sheet.problems_note', 'zh', count=count, most=MOST_PROBLEMS)}  " + say(
        "track_sheet.problems_note", "en", count=count, most=MOST_PROBLEMS
    )
    sheet = _start(parent, "track_sheet.problems", columns, note)
    for row in rows:
        sheet.record(columns, [shown_text(row[head.index(name)]) for name in shown])


def _method(parent: Book, tracking: Tracking) -> None:
    sheet = parent.sheet("track_sheet.method")
    sheet.widths([100])
    sheet.titled(both("track_sheet.method"))
    path = "track_sheet.path_last_year" if tracking.has_last_year else "track_sheet.path_days"
    for message in (
        path,
        "track_sheet.forecast",
        "track_sheet.colours",
        "track_sheet.gaps",
        "track_sheet.carbon",
    ):
        for lang in ("zh", "en"):
            text = say(message, lang, **tracking.rules.model_dump())
            sheet.fit_row(sheet.row, {0: text})
            sheet.line(text, "note")
