"""The statistical forms 205-1 and 205-2 as enterprises hand them in: merged headings, numbering, notes around them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

# name, unit, code and the figures of one line
Figures = Mapping[str, Any]
FIRST = (
    "opening", "purchased", "other_province", "amount", "total", "industrial", "material", "other", "transport",
    "closing", "factor", "reference",
)  # fmt: skip
SECOND = (
    "industrial", "input", "火力发电", "供热", "原煤入洗", "炼焦", "炼油", "制气", "天然气液化", "加工煤制品", "output",
    "recovered", "factor",
)  # fmt: skip


def first_form(
    sheet: Any, lines: Sequence[tuple[str, str, str, Figures]], total: float | str | None = None, year: int = 2021,
    name: str = "甲企业", code: str = "", period: str = "1-12月",
) -> None:  # fmt: skip
    """205-1, with headings over three rows, the row 甲 乙 丙 and a footer."""
    sheet["A1"] = "能源购进、消费与库存"
    sheet["J2"] = "表    号：２０５－１表"
    sheet["A3"] = f"统一社会信用代码：{code}"
    sheet["A4"] = f"单位详细名称：{name}"
    sheet["F4"] = f"{year}年{period}"
    sheet["J3"] = "文    号：国统字（2020）×号"
    for cell, text in {
        "A5": "能源名称", "B5": "计量\n单位", "C5": "代码", "D5": "年初\n库存量", "E5": "1—本月", "M5": "期末库存量",
        "N5": "采用折标\n系数", "O5": "参考折标\n系数", "E6": "购进量", "G6": "购进金额\n(千元)", "H6": "消费量",
        "E7": "实物量", "F7": "其中：省外", "H7": "合计", "I7": "1.工业生产消费", "J7": "#用于原材料",
        "K7": "2.非工业生产消费",
        "L7": "合计中：运输工具消费", "A8": "甲", "B8": "乙", "C8": "丙",
    }.items():  # fmt: skip
        sheet[cell] = text
    for area in (
        "A5:A7",
        "B5:B7",
        "C5:C7",
        "D5:D7",
        "M5:M7",
        "N5:N7",
        "O5:O7",
        "E5:L5",
        "E6:F6",
        "H6:L6",
        "G6:G7",
    ):
        sheet.merge_cells(area)
    for place in range(12):
        sheet.cell(8, 4 + place).value = place + 1
    _lines(sheet, lines, FIRST, 9)
    row = 9 + len(lines)
    if total is not None:
        sheet.cell(row, 1).value = "综合能源消费量（吨标准煤）"
        sheet.cell(row, 5).value = total
        sheet.cell(row, 8).value = "上年同期："
        sheet.cell(row, 9).value = 999
    sheet.cell(row + 1, 1).value = "单位负责人：  统计负责人：  填表人：  报出日期：20  年  月  日"


def second_form(
    sheet: Any, lines: Sequence[tuple[str, str, str, Figures]], name: str = "甲企业", year: int = 2021
) -> None:
    """205-2."""
    sheet["A1"] = "能源购进、消费与库存附表"
    sheet["J2"] = "表    号：205-2表"
    sheet["A4"] = f"单位详细名称：{name}"
    sheet["F4"] = f"{year}年1-12月"
    headings = {
        "A": "能源名称", "B": "计量单位", "C": "代码", "D": "工业生产消费量", "E": "用于加工转换投入合计",
        "F": "火力发电",
        "G": "供热", "H": "原煤入洗", "I": "炼焦", "J": "炼油及煤制油", "K": "制气", "L": "天然气液化",
        "M": "加工煤制品",
        "N": "能源加工转换产出", "O": "回收利用", "P": "折标系数",
    }  # fmt: skip
    for column, text in headings.items():
        sheet[f"{column}5"] = text
    sheet["A6"], sheet["B6"], sheet["C6"] = "甲", "乙", "丙"
    _lines(sheet, lines, SECOND, 7)


def _lines(
    sheet: Any, lines: Sequence[tuple[str, str, str, Figures]], meanings: Sequence[str], top: int
) -> None:
    for row, (name, unit, code, figures) in enumerate(lines, start=top):
        sheet.cell(row, 1).value, sheet.cell(row, 2).value, sheet.cell(row, 3).value = name, unit, code
        for place, meaning in enumerate(meanings, start=4):
            sheet.cell(row, place).value = figures.get(meaning)


def saved(path: Path, **sheets: Any) -> Path:
    """A workbook with sheets filled by functions."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, fill in sheets.items():
        fill(book.create_sheet(name))
    book.save(path)
    return path
