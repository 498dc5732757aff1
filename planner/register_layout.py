"""How a scenario lies in the fill-in workbook: names of the sheets, rows of the headings, cells as people read them.

Writer and reader share this file, so that neither can drift from the other. A table's sheet has, from the top: title,
Chinese headings, English headings, units, column names, and the rows from `FIRST_ROW` on. All count from 0.
"""

import math
from datetime import date
from typing import Any

from dualcontrol.model.cells import written
from dualcontrol.model.choice_words import label
from dualcontrol.model.columns import Column
from dualcontrol.model.schema import TABLES
from dualcontrol.model.settings_register import Setting
from dualcontrol.model.tables import PROFILES

GUIDE = "填写说明 guide"
SETTINGS_SHEET = "参数设置 settings"
SERIES_SHEET = "逐时曲线 power.profiles"
LISTS = "选项 lists"
PROBLEMS = "问题 problems"
OWN_SHEETS = (GUIDE, LISTS, PROBLEMS)  # what the import passes over

TITLE_ROW, CHINESE_ROW, ENGLISH_ROW, UNIT_ROW, NAME_ROW, FIRST_ROW = range(6)
ROWS = 2000  # rows with drop-downs
SETTINGS_COLUMNS = (
    ("zh", "参数", "setting"),
    ("value", "取值", "value"),
    ("unit", "单位", "unit"),
    ("default", "留空时", "if left empty"),
    ("choices", "可选", "allowed"),
    ("en", "英文说明", "meaning"),
    ("key", "键名", "key"),
)
YES, NO = "是", "否"
_DIGITS = 15  # what a spreadsheet program keeps of a number
LONGEST_TEXT = 32_767  # characters of a cell


def tab(table: str) -> str:
    """The name of a table's sheet: Chinese and English; a sheet cannot have a slash in its name."""
    if table == PROFILES:
        return SERIES_SHEET
    return f"{TABLES[table].zh} {table.replace('/', '.')}"


def sheets_known() -> dict[str, str]:
    """Every name under which a sheet is found -> its table, `settings` for the settings."""
    known = {"settings": "settings", "参数设置": "settings", SETTINGS_SHEET: "settings"}
    for name in (*TABLES, PROFILES):
        chinese = SERIES_SHEET.split(maxsplit=1)[0] if name == PROFILES else TABLES[name].zh
        known |= {tab(name): name, name.replace("/", "."): name, chinese: name}
    return known


def cell_of(column: Column, value: Any) -> str | float | date | None:
    """A value of a finished table as the workbook shows it; None leaves the cell empty."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if column.kind == "flag":
        return YES if value else NO
    if column.kind == "choice":
        return label(column.name, str(value))
    if column.kind in ("number", "integer"):
        return number_cell(value)
    return value if isinstance(value, date) else str(value)


def number_cell(value: float) -> str | float:
    """A number, or its text where it has more digits than a spreadsheet program keeps."""
    return value if float(f"{value:.{_DIGITS}g}") == value else written(float(value))


def setting_cell(setting: Setting, value: Any) -> str | float | date | None:
    """The value of a setting as the workbook shows it; None leaves the cell empty. Lists: parts after semicolons."""
    if value is None:
        return None
    name = setting.key.rpartition(".")[2]
    if setting.kind == "flag":
        return YES if value else NO
    if setting.kind == "choice":
        return label(name, value)
    if setting.kind == "numbers":
        return "; ".join(written(float(part)) for part in value)
    if setting.kind == "texts":
        return "; ".join(value) if value or not setting.default else '""'
    if setting.kind == "text" and value == "":
        return None if setting.default == "" else '""'
    return number_cell(value) if setting.kind in ("number", "integer") else value


def domain(column: Column, separator: str = " / ") -> str:
    """What a cell of a column may hold: labels, bounds, tables."""
    if column.choices:
        return separator.join(label(column.name, word) for word in column.choices)
    if column.refers_to:
        return separator.join(f"→ {tab(name)}" for name in column.refers_to)
    if column.kind == "flag":
        return f"{YES} / {NO}"
    if column.kind == "date":
        return "2022-02-11"
    low, high = column.minimum, column.maximum
    if low is None and high is None:
        return ""
    return f"{'' if low is None else f'{low:g}'} … {'' if high is None else f'{high:g}'}"


def unit_of(column: Column) -> str:
    """The unit as a planner reads it, with the word for a column that must be filled in."""
    unit = {"share": "小数 share", "carrier unit": "按品种计量单位 carrier unit"}.get(
        column.unit, column.unit
    )
    if column.kind == "date":
        unit = "年-月-日"
    must = "必填 required" if column.required else ""
    return " · ".join(filter(None, (unit, must)))
