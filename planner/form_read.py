"""The forms 205-1 and 205-2 of the energy statistics as rows of figures, wherever their columns stand.

205-1 能源购进、消费与库存, 205-2 its annex of conversion (国家统计局《能源统计报表制度》). Editions differ in
numbering and in the order of columns, so columns are found by their headings, not by their place.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from dualcontrol.model.cells import Fault, number
from dualcontrol.register_book import Grid
from dualcontrol.register_sheets import Spot

FORMS = ("205-1", "205-2")
PROCESSES = ("火力发电", "供热", "原煤入洗", "炼焦", "炼油", "制气", "天然气液化", "加工煤制品")
# what a heading must contain, first match counts; several words: all of them
_COMMON = (("name", ("能源名称",)), ("unit", ("计量单位",)), ("code", ("代码",)))
_HEADINGS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "205-1": (
        *_COMMON, ("opening", ("年初库存",)), ("closing", ("期末库存",)), ("reference", ("参考折标",)),
        ("factor", ("折标系数",)), ("amount", ("金额",)), ("other_province", ("省外",)), ("purchased", ("购进",)),
        ("transport", ("运输",)), ("material", ("原材料",)), ("other", ("非工业",)), ("industrial", ("工业生产消费",)),
        ("total", ("消费", "合计")),
    ),
    "205-2": (
        *_COMMON, ("factor", ("折标系数",)), ("recovered", ("回收利用",)), ("output", ("转换产出",)),
        ("火力发电", ("火力发电",)), ("供热", ("供热",)), ("原煤入洗", ("洗",)), ("炼焦", ("炼焦",)),
        ("炼油", ("炼油",)), ("天然气液化", ("液化",)), ("制气", ("制气",)), ("加工煤制品", ("煤制品",)),
        ("input", ("投入",)), ("industrial", ("工业生产消费",)),
    ),
}  # fmt: skip
_FIRST_WORDS = re.compile(r"^(?:其中[::]?|#|\d+[.、]|[-—·]+)+")
_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_PERIOD = re.compile(r"(\d{4})年(?:1(?:月)?[-—–~至]+(?:本月|(\d{1,2})月))?")
_EMPTY = {"", "-", "—", "–", "…", "...", "×"}


@dataclass(frozen=True)
class Line:
    """One row of a form: name, unit and figures by what their column means; `row` is its row in the sheet."""

    row: int
    name: str
    unit: str
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Form:
    """A form as it was filled in. total_tce: 综合能源消费量 of its footer. months: of the year, 12 for a whole one.

    columns: meaning -> column of the sheet; total_at: where the footer's figure stands.
    """

    kind: str
    sheet: str
    lines: tuple[Line, ...]
    columns: Mapping[str, int]
    credit_code: str = ""
    unit_name: str = ""
    year: int | None = None
    months: int | None = None
    total_tce: float | None = None
    total_at: tuple[int, int] | None = None
    problems: tuple[Spot, ...] = field(default=())


def narrow(text: str) -> str:
    """A text without spaces, full-width forms as their plain twins."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def plain_name(text: str) -> str:
    """The name of an energy product without numbering: 其中:1.无烟煤 is 无烟煤."""
    return _FIRST_WORDS.sub("", narrow(text))


def recognised(grids: list[Grid]) -> bool:
    """Whether any sheet is one of the forms."""
    return any(kind_of(grid) is not None for grid in grids)


def kind_of(grid: Grid) -> str | None:
    """Which form a sheet is, by its number, else by its headings."""
    texts = [narrow(str(cell.value)) for row in sorted(grid.cells)[:40] for cell in grid.cells[row].values()]
    if not any("能源名称" in text for text in texts):
        return None
    joined = "|".join(texts)
    numbers = re.findall(r"205[-—–]?([12])表", joined)
    if numbers:
        return f"205-{numbers[0]}"
    if "购进" in joined and "工业生产消费" in joined:
        return "205-1"
    return "205-2" if "转换投入" in joined or "转换产出" in joined else None


def read_form(grid: Grid, kind: str) -> Form | None:
    """The form in a sheet; None if its headings are not there."""
    top = next(
        (
            row
            for row in sorted(grid.cells)
            if any("能源名称" in narrow(grid.text(row, c)) for c in grid.cells[row])
        ),
        None,
    )
    if top is None:
        return None
    end = _end_of_headings(grid, top)
    columns = _columns(grid, top, end, kind)
    if not {"name", "unit", "industrial"} <= set(columns):
        return None
    problems: list[Spot] = []
    lines, total, total_at = [], None, None
    for row in (row for row in sorted(grid.cells) if row >= end):
        name = plain_name(grid.text(row, columns["name"]))
        if "综合能源消费" in name or any(
            "综合能源消费" in narrow(grid.text(row, c)) for c in grid.cells[row]
        ):
            if total is None:
                total, total_at = _footer(grid, row)
            continue
        unit = narrow(grid.text(row, columns["unit"]))
        if not name or name == "甲" or not unit:
            continue
        figures = {}
        for meaning, place in columns.items():
            if meaning not in ("name", "unit", "code"):
                value = _figure(grid, row, place, problems)
                if value is not None:
                    figures[meaning] = value
        lines.append(Line(row, name, unit, figures))
    code, unit_name = _identity(grid, top)
    year, months = _period(grid, top, end)
    return Form(
        kind,
        grid.name,
        tuple(lines),
        columns,
        code,
        unit_name,
        year,
        months,
        total,
        total_at,
        tuple(problems),
    )


def _end_of_headings(grid: Grid, top: int) -> int:
    """The first row of figures: after the row 甲 乙 丙, else the first with a name and a unit of its own."""
    rows = [row for row in sorted(grid.cells) if row > top][:12]
    for row in rows:
        if any(narrow(grid.text(row, c)) == "甲" for c in grid.cells[row]):
            return row + 1
    inside = {(first, last) for first, left, last, _ in grid.merged if first <= top <= last and left == 0}
    return max([last + 1 for _, last in inside], default=top + 1)


def _columns(grid: Grid, top: int, end: int, kind: str) -> dict[str, int]:
    """Meaning -> column, by the headings above each column, those of merged cells spread over what they span."""
    spread: dict[tuple[int, int], str] = {}
    for first, left, last, right in grid.merged:
        if top <= first < end:
            text = narrow(grid.text(first, left))
            spread |= {(row, c): text for row in range(first, last + 1) for c in range(left, right + 1)}
    places = {c for row in range(top, end) for c in grid.cells.get(row, {})} | {c for _, c in spread}
    found: dict[str, int] = {}
    for place in sorted(places):
        parts: list[str] = []
        for row in range(top, end):
            text = spread.get((row, place)) or narrow(grid.text(row, place))
            if text and text not in parts:
                parts.append(text)
        heading = "".join(parts)
        for meaning, words in _HEADINGS[kind]:
            if all(word in heading for word in words) and meaning not in found:
                found[meaning] = place
                break
    return found


def _figure(grid: Grid, row: int, place: int, problems: list[Spot]) -> float | None:
    cell = grid.cells.get(row, {}).get(place)
    if cell is None or (isinstance(cell.value, str) and narrow(cell.value) in _EMPTY):
        return None
    if cell.is_formula and cell.value is None:
        problems.append(Spot(grid.name, row, place, "", "formula_not_computed"))
        return None
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        return float(cell.value)
    value = Fault("spreadsheet_error") if cell.is_error else number(str(cell.value).strip())
    if isinstance(value, Fault):
        problems.append(Spot(grid.name, row, place, str(cell.value), value.rule, value.params))
        return None
    return value


def _footer(grid: Grid, row: int) -> tuple[float | None, tuple[int, int] | None]:
    """The figure after 综合能源消费量, in the same cell or the next ones; not that of the year before."""
    places = sorted(grid.cells[row])
    start = next((c for c in places if "综合能源消费" in narrow(grid.text(row, c))), places[0])
    text = narrow(grid.text(row, start))
    if "上年" in text.partition("综合能源消费")[0]:
        return None, None
    inside = re.search(r"综合能源消费量?[^\d]*?([\d.]+)", text.replace(",", ""))
    if inside:
        return float(inside[1]), (row, start)
    for place in (c for c in places if c > start):
        if "上年" in narrow(grid.text(row, place)):
            break
        value = grid.cells[row][place].value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        read = float(value) if is_number else number(str(value).strip())
        if isinstance(read, float) and not re.fullmatch(
            r"0?\d{2}", str(value)
        ):  # a two-digit code is no figure
            return read, (row, place)
    return None, None


def _identity(grid: Grid, top: int) -> tuple[str, str]:
    """Credit code and name of the unit, from the lines above the headings."""
    code = name = ""
    for row in (row for row in sorted(grid.cells) if row < top):
        line = "".join(narrow(grid.text(row, c)) for c in sorted(grid.cells[row]))
        if "信用代码" in line and not code:
            found = _CODE.search(line.partition("信用代码")[2].replace("□", ""))
            code = found[0] if found else ""
        if "详细名称" in line and not name:
            name = re.split(r"统一|表号|文号|\d{4}年", line.partition("详细名称")[2].lstrip(":"))[0]
    return code, name


def _period(grid: Grid, top: int, end: int) -> tuple[int | None, int | None]:
    """Year and number of months: 2021年1-12月 is (2021, 12); months None where they are not said."""
    for row in (row for row in sorted(grid.cells) if row < end):
        line = "".join(narrow(grid.text(row, c)) for c in sorted(grid.cells[row]))
        if "文号" in line or "国统" in line or "有效期" in line:
            line = re.split(r"文号|国统|有效期", line)[0]
        found = _PERIOD.search(line)
        if found and row < top:
            return int(found[1]), int(found[2]) if found[2] else None
    return None, None
