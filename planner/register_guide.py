"""The first two sheets of the fill-in workbook: how to fill it in, with links, and the settings of scenario.toml."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dualcontrol.messages import say
from dualcontrol.model.cells import written
from dualcontrol.model.choice_words import label
from dualcontrol.model.schema import TABLES
from dualcontrol.model.settings_register import SETTINGS, Setting, values_of
from dualcontrol.model.tables import PROFILES
from dualcontrol.provenance import mark
from dualcontrol.register_layout import (
    FIRST_ROW,
    GUIDE,
    NAME_ROW,
    NO,
    SETTINGS_COLUMNS,
    SETTINGS_SHEET,
    TITLE_ROW,
    YES,
    setting_cell,
    tab,
)
from dualcontrol.register_style import Styles, back_link, comment, protect, put_text

if TYPE_CHECKING:
    from dualcontrol.model.scenario import Scenario

_STEPS = 8  # register.step_1 … register.step_8
_SECTIONS = {
    "": "总体 general", "targets": "目标 targets", "accounting": "核算 accounting", "policy": "规则参数 policy",
    "conduct": "节能失信 conduct", "agenda": "议题 agenda", "evaluation": "综合评价 evaluation",
    "review": "节能审查 review", "solve": "求解 solve", "time": "电网全年 time", "power": "电网参数 power",
}  # fmt: skip


def write_guide(book: Any, styles: Styles, scenario: "Scenario | None", rows: Mapping[str, int]) -> None:
    """The guide: Chinese, then English, then the sheets with links. rows: table -> how many are filled in."""
    sheet = book.add_worksheet(GUIDE)
    sheet.set_column(0, 0, 38, styles["plain"])
    sheet.set_column(1, 1, 72, styles["plain"])
    sheet.set_column(2, 2, 12, styles["plain"])
    line = 0

    def write(text: str, style: str, height: float = 18) -> None:
        nonlocal line
        if style == "plain":
            sheet.merge_range(line, 0, line, 2, "", styles["plain"])
            lines = 1 + sum(2 if ord(c) > 0x2E80 else 1 for c in text) // 120
            height = 15 * lines + 3
        put_text(sheet, line, 0, text, styles[style])
        sheet.set_row(line, height)
        line += 1

    write(f"{say('register.title', 'zh')}  {say('register.title', 'en')}", "title", 26)
    if scenario is not None:
        sentence = mark(scenario)
        if sentence:
            write(sentence, "mark")
        title = f"{scenario.settings.title_zh}  {scenario.settings.title_en}"
        write(say("register.filled", "zh", title=title, digest=scenario.content_hash[:12]), "plain")
    for lang in ("zh", "en"):
        write(say("register.how", lang), "section", 22)
        for step in range(1, _STEPS + 1):
            write(f"{step}. {say(f'register.step_{step}', lang)}", "plain")
    write(say("register.sheets", "zh"), "section", 22)
    for place, text in enumerate(("工作表 sheet", "内容 what", "行数 rows")):
        put_text(sheet, line, place, text, styles["may"])
    line += 1
    counted = {"settings": len(SETTINGS)} | dict(rows)
    counted[PROFILES] = 0 if scenario is None else len(scenario.profiles)
    for name, count in counted.items():
        target = SETTINGS_SHEET if name == "settings" else tab(name)
        sheet.write_url(line, 0, f"internal:'{target}'!A1", styles["link"], target)
        what = (
            "scenario.toml" if name == "settings" else TABLES[name].en if name in TABLES else "hourly series"
        )
        put_text(sheet, line, 1, what, styles["plain"])
        sheet.write_number(line, 2, count, styles["plain"])
        line += 1
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_tab_color("#C00000")
    protect(sheet)


def write_settings(book: Any, styles: Styles, scenario: "Scenario | None") -> None:
    """A row per setting: meaning, value, unit, what counts if it is left empty."""
    sheet = book.add_worksheet(SETTINGS_SHEET)
    sheet.set_tab_color("#1F3864")
    values = values_of(scenario.settings) if scenario else dict.fromkeys(SETTINGS)
    sheet.write_string(TITLE_ROW, 0, say("register.settings", "zh"), styles["title"])
    back_link(sheet, styles, TITLE_ROW, 3)
    for place, (name, zh, en) in enumerate(SETTINGS_COLUMNS):
        put_text(sheet, NAME_ROW - 1, place, f"{zh} {en}", styles["may"])
        put_text(sheet, NAME_ROW, place, name, styles["name"])
        width = {"zh": 56, "value": 34, "unit": 12, "default": 18, "choices": 36, "en": 60, "key": 40}[name]
        sheet.set_column(place, place, width)
    row, section = FIRST_ROW, None
    for key, setting in SETTINGS.items():
        here = key.rpartition(".")[0]
        if here != section:
            section = here
            put_text(sheet, row, 0, _SECTIONS.get(section, section), styles["section"])
            row += 1
        _write_setting(sheet, styles, row, setting, values[key])
        row += 1
    sheet.freeze_panes(FIRST_ROW, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(NAME_ROW - 1, NAME_ROW)
    protect(sheet)


def _write_setting(sheet: Any, styles: Styles, row: int, setting: Setting, value: Any) -> None:
    name = setting.key.rpartition(".")[2]
    must = f"{setting.zh}{' *' if setting.is_required else ''}"
    default = setting_cell(setting, setting.default)
    choices = " / ".join(label(name, word) for word in setting.choices)
    if setting.kind in ("numbers", "texts"):
        choices = "用分号隔开 separated by ;"
    needed = "必填 required" if setting.is_required else "–"
    texts = {
        "zh": must, "unit": setting.unit, "default": needed if default in (None, "") else _plain(default),
        "choices": choices, "en": setting.en, "key": setting.key,
    }  # fmt: skip
    for place, (column, _, _) in enumerate(SETTINGS_COLUMNS):
        if column != "value":
            put_text(sheet, row, place, texts[column], styles["cell"])
            continue
        shown = setting_cell(setting, value)
        if setting.kind == "date":
            style = styles["value_date"]
            if shown is None:
                sheet.write_blank(row, place, None, style)
            else:
                sheet.write_datetime(row, place, datetime(shown.year, shown.month, shown.day), style)  # type: ignore[union-attr]  # noqa: DTZ001
        elif isinstance(shown, int | float):
            sheet.write_number(row, place, shown, styles["value_number"])
        else:
            number = setting.kind in ("number", "integer")
            put_text(sheet, row, place, shown or "", styles["value_number" if number else "value_text"])  # type: ignore[arg-type]
        if setting.kind in ("flag", "choice"):
            words = [YES, NO] if setting.kind == "flag" else [label(name, w) for w in setting.choices]
            sheet.data_validation(row, place, row, place, {"validate": "list", "source": words})
        comment(sheet, row, place, [setting.key, setting.zh, setting.en])


def _plain(value: Any) -> str:
    """A default as a person would write it: 60 and not 60.0."""
    return written(float(value)) if isinstance(value, int | float) else str(value)
