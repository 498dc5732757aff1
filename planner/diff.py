"""How two scenarios differ, in words: settings and cells with headings, units and clauses, rows added and removed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dualcontrol.compare import InputChange, input_changes
from dualcontrol.messages import Language, say
from dualcontrol.model.cells import written
from dualcontrol.model.choice_words import chinese
from dualcontrol.model.clause_ids import CLAUSES
from dualcontrol.model.columns import Column
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema import TABLES
from dualcontrol.model.settings_register import SETTINGS
from dualcontrol.model.tables import PROFILES

HEADINGS = (
    "kind", "table", "key", "name", "column", "heading_zh", "heading_en", "unit", "clause", "before", "after",
    "change", "change_share", "sentence_zh", "sentence_en",
)  # fmt: skip
_CLAUSE = re.compile(r"\(([^()]*)\)")
_UNITS = {"share": "", "carrier unit": "", "own unit": "", "unit": "", "小数": ""}


@dataclass(frozen=True)
class Difference:
    """One difference. kind: setting, cell, added, removed or series; `before` and `after` as text, "" for nothing.

    row_zh, row_en: what a whole row says, with headings.
    """

    kind: str
    table: str
    key: str
    name: str
    column: str
    heading_zh: str
    heading_en: str
    unit: str
    clause: str
    before: str
    after: str
    row_zh: str = ""
    row_en: str = ""
    is_number: bool = True

    @property
    def change(self) -> float | None:
        """After less before, for numbers."""
        if not self.is_number:
            return None
        try:
            return float(self.after) - float(self.before)
        except ValueError:
            return None

    @property
    def share(self) -> float | None:
        """The change over what was before; None where that is zero or no number."""
        change = self.change
        return change / abs(float(self.before)) if change is not None and float(self.before) else None


def differences(before: Scenario, after: Scenario) -> list[Difference]:
    """All that differs between two scenarios, settings first, then table by table; sources of rows too."""
    changes = input_changes(before, after, with_provenance=True)
    # where a scenario takes its rows from is no difference of what it says
    return [one for change in changes if change.place != "inherits" for one in _of(change, before, after)]


def _of(change: InputChange, before: Scenario, after: Scenario) -> list[Difference]:
    if change.place == PROFILES:
        return _series(before, after)
    if not change.table:
        return [_setting(change)]
    table = TABLES[change.table]
    key = ", ".join(change.key)
    name = _name(after, change) or _name(before, change)
    if not change.column:
        kind = "added" if not change.before else "removed"
        row = change.after or change.before
        shown = ("", row) if kind == "added" else (row, "")
        words = _row_words(change, after if kind == "added" else before)
        return [Difference(kind, table.name, key, name, "", table.zh, table.en, "", "", *shown, *words)]
    column = table.column(change.column)
    unit = _unit(column, change, after) or _unit(column, change, before)
    return [
        Difference(
            "cell", table.name, key, name, column.name, column.zh, _CLAUSE.sub("", column.en).strip(), unit,
            _clause(column.en), change.before, change.after, is_number=column.kind in ("number", "integer"),
        )
    ]  # fmt: skip


def _row_words(change: InputChange, scenario: Scenario) -> tuple[str, str]:
    """What a row says, in Chinese and English: headings, values, units; what is as by default is left out."""
    row = _row(scenario, change)
    table = TABLES[change.table]
    parts: dict[Language, list[str]] = {"zh": [], "en": []}
    for column in () if row is None else table.columns:
        value = getattr(row, column.name)
        text = "" if value is None or value != value else written(value)
        if column.name in (*table.key, "name") or not text or value == column.default:
            continue
        cell = Difference(
            "cell", table.name, "", "", column.name, column.zh, _CLAUSE.sub("", column.en).strip(),
            _unit(column, change, scenario), "", "", text,
        )  # fmt: skip
        parts["zh"].append(f"{cell.heading_zh} {_value(cell, text, 'zh')}")
        parts["en"].append(f"{cell.heading_en} {_value(cell, text, 'en')}")
    return "，".join(parts["zh"]), ", ".join(parts["en"])


def _setting(change: InputChange) -> Difference:
    setting = SETTINGS.get(change.place)
    zh, en = (setting.zh, setting.en) if setting else (change.place, change.place)
    unit = _UNITS.get(setting.unit, setting.unit) if setting else ""
    zh = re.sub("（[^（）]*）", "", zh)
    return Difference(
        "setting", "", change.place, "", "", zh, _CLAUSE.sub("", en).strip(), unit, _clause(en), change.before,
        change.after, is_number=setting is not None and setting.kind in ("number", "integer"),
    )  # fmt: skip


def _series(before: Scenario, after: Scenario) -> list[Difference]:
    """A line per hourly series that differs: its mean before and after."""
    found = []
    for name in sorted({*before.profiles.columns, *after.profiles.columns}):
        old, new = before.profiles.get(name), after.profiles.get(name)
        if old is not None and new is not None and old.equals(new):
            continue
        was, becomes = ("" if one is None else f"{float(one.mean()):.6g}" for one in (old, new))
        heading = ("逐时曲线的平均值", "mean of the hourly series")
        found.append(Difference("series", PROFILES, str(name), "", "", *heading, "", "", was, becomes))
    return found


def _clause(text: str) -> str:
    """The clauses of the plan that a description names in brackets."""
    words = [word.strip() for part in _CLAUSE.findall(text) for word in re.split("[,;:]", part)]
    return ", ".join(word for word in words if word in CLAUSES)


def _row(scenario: Scenario, change: InputChange) -> Any | None:
    keys = TABLES[change.table].key
    rows = scenario.rows(change.table)
    return next((row for row in rows if tuple(str(getattr(row, k)) for k in keys) == change.key), None)


def _name(scenario: Scenario, change: InputChange) -> str:
    """What a row is called: its own name, else that of the unit or project it is about."""
    row = _row(scenario, change)
    if row is None:
        return ""
    if hasattr(row, "name"):
        return str(row.name)
    owners: Mapping[str, str] = {
        str(getattr(one, TABLES[table].key[0])): str(one.name)
        for table in ("units", "projects")
        for one in scenario.rows(table)
    }
    return next((owners[part] for part in change.key if part in owners), "")


def _unit(column: Column, change: InputChange, scenario: Scenario) -> str:
    """The unit of a cell; that of the carrier, or the one the row itself says, where the column leaves it open."""
    row = _row(scenario, change)
    if column.unit == "carrier unit" and row is not None:
        units = {one.carrier_id: one.unit for one in scenario.rows("carriers")}
        return str(units.get(row.carrier_id, ""))
    if column.unit in ("output_unit", "specific_unit") and row is not None:
        return str(getattr(row, column.unit, ""))
    return _UNITS.get(column.unit, column.unit)


def told(one: Difference, lang: Language) -> str:
    """A difference as a sentence."""
    table = TABLES.get(one.table)
    where = (table.zh if lang == "zh" else table.en) if table else ""
    owner = (
        f"{one.key} {one.name}".strip()
        if lang == "zh"
        else f"{one.key} ({one.name})"
        if one.name
        else one.key
    )
    heading = one.heading_zh if lang == "zh" else one.heading_en
    clause = say("diff.clause", lang, clause=one.clause) if one.clause else ""
    if one.kind in ("added", "removed"):
        row = one.row_zh if lang == "zh" else one.row_en
        return say(f"diff.{one.kind}", lang, table=where, owner=owner, row=row)
    shown = [_value(one, text, lang) for text in (one.before, one.after)]
    share = say("diff.share", lang, share=one.share) if one.share is not None else ""
    params = {"heading": heading, "before": shown[0], "after": shown[1], "share": share, "clause": clause}
    if one.kind == "cell":
        return say("diff.cell", lang, table=where, owner=owner, **params)
    return say(f"diff.{one.kind}", lang, owner=owner, **params)


def _value(one: Difference, text: str, lang: Language) -> str:
    if text == "":
        return say("diff.nothing", lang)
    name = one.column or one.key.rpartition(".")[2]
    setting = SETTINGS.get(one.key)
    column = TABLES[one.table].column(one.column) if one.column else None
    kind = column.kind if column else setting.kind if setting else ""
    if kind == "flag":
        return say("diff.yes" if text in ("1", "True") else "diff.no", lang)
    if kind == "choice" and lang == "zh":
        return chinese(name, text) or text
    return f"{text} {one.unit}".strip()


def record(one: Difference) -> dict[str, Any]:
    """A difference as plain values, in the order of `HEADINGS`."""
    values = {name: getattr(one, name) for name in HEADINGS[:11]}
    return values | {
        "change": one.change,
        "change_share": one.share,
        "sentence_zh": told(one, "zh"),
        "sentence_en": told(one, "en"),
    }
