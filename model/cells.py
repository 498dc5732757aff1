"""One cell of a table: text to value, or the rule it breaks. What is unclear is refused, never guessed."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dualcontrol.model.schema import Column

Value = str | float | bool | date
# No quantity of a county reaches this; beyond it a unit is wrong, and sums would lose whole tonnes.
LARGEST = 1e15

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[,' \u00a0\u2009\u202f]\d{3})+(?:\.\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_PERCENT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))\s*([%‰])", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:([-/])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+\d+", re.ASCII)  # the way a spreadsheet shows a long number
_SPREADSHEET_ERROR = re.compile(r"#(?:REF|N/A|DIV/0|NAME|VALUE|NUM|NULL|SPILL|CALC)[!?]?|#{3,}")
_FLAGS = {
    "1": True,
    "0": False,
    "true": True,
    "false": False,
    "是": True,
    "否": False,
    "yes": True,
    "no": False,
}
_CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell: a rule of `problems.RULES` and its parameters."""

    rule: str
    params: Mapping[str, str] = field(default_factory=dict)


def parse(column: Column, text: str) -> Value | Fault | None:
    """The value of a cell, None if it is empty, or the fault found.

    id, ref, text, choice: str; number, integer: finite float; flag: bool; date: date. Bounds and choices are
    judged on the whole table, not here.
    """
    text = text.strip()
    if not text:
        return None
    fault = spoiled(text)
    if fault is not None:
        return fault
    if column.name == "credit_code":
        return _credit_code(text)
    if column.kind in ("id", "ref"):
        return _identifier(text)
    if column.kind == "number":
        return number(text)
    if column.kind == "integer":
        return _integer(text)
    if column.kind == "flag":
        return _flag(text)
    if column.kind == "date":
        return iso_date(text)
    return text


def spoiled(text: str) -> Fault | None:
    """Characters that no cell may hold: lost ones, line breaks, control and invisible characters."""
    if "\ufffd" in text or "锟斤拷" in text:
        return Fault("lost_character")
    if "\n" in text or "\r" in text:
        return Fault("line_break")
    for character in "" if text.isprintable() else text:
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            return Fault("control_character", {"code": f"U+{ord(character):04X}"})
    return Fault("spreadsheet_error") if _SPREADSHEET_ERROR.fullmatch(text) else None


def number(text: str) -> float | Fault:
    """A plain decimal number as the nearest float; anything else is a fault that names what is in the way."""
    if _PLAIN.fullmatch(text):
        value = float(text) + 0.0  # -0 is 0
        return value if abs(value) <= LARGEST else Fault("above_maximum", {"maximum": f"{LARGEST:.0e}"})
    narrow = _narrow(text)
    if narrow.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return Fault("not_finite")
    if narrow != text and (_PLAIN.fullmatch(narrow) or _THOUSANDS.fullmatch(narrow)):
        return Fault("full_width", {"plain": re.sub(r"[^\d.eE+-]", "", narrow)})
    if _THOUSANDS.fullmatch(text):
        return Fault("thousands_separator", {"plain": re.sub(r"[^\d.+-]", "", text)})
    if _DECIMAL_COMMA.fullmatch(text):
        return Fault("decimal_comma", {"plain": text.replace(",", ".")})
    percent = _PERCENT.fullmatch(narrow)
    if percent:
        share = Decimal(percent[1]) / (100 if percent[2] == "%" else 1000)
        return Fault("percent_sign", {"plain": f"{share:f}"})
    if text.startswith("="):
        return Fault("formula")
    return _with_unit(text) or Fault("not_a_number")


def _narrow(text: str) -> str:
    """Full-width forms (U+FF01 to U+FF5E) as their ASCII twins."""
    return "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text).strip()


def _with_unit(text: str) -> Fault | None:
    text = text.lstrip("¥￥$€ ")
    start = _PLAIN.match(text)
    word = text[start.end() :].strip() if start else ""
    if not start or (word and not word[0].isalpha()):
        return None
    return Fault("unit_in_number", {"number": start[0], "word": word or "¥"})


def _integer(text: str) -> float | Fault:
    value = number(text)
    if isinstance(value, float) and not value.is_integer():
        return Fault("not_an_integer")
    return value


def _flag(text: str) -> bool | Fault:
    value = _FLAGS.get(text.lower())
    return Fault("not_a_flag") if value is None else value


def iso_date(text: str) -> date | Fault:
    """2022-02-11, or 2022/2/11 and 2022年2月11日 as spreadsheets write it: the year always comes first."""
    match = _DATE.fullmatch(text)
    if not match:
        return Fault("not_a_date")
    try:
        return date(int(match[1]), int(match[3] or match[5]), int(match[4] or match[6]))
    except ValueError:
        return Fault("not_a_date")


def _identifier(text: str) -> str | Fault:
    if text[0] in "=+-@＝＋－＠":
        return Fault("formula_like_id")
    return Fault("scientific_id") if _SCIENTIFIC.fullmatch(text) else text


def _credit_code(text: str) -> str | Fault:
    if _SCIENTIFIC.fullmatch(text):
        return Fault("scientific_credit_code")
    if len(text) != 18:
        return Fault("credit_code_length", {"length": str(len(text))})
    wrong = sorted({c for c in text if c not in _CREDIT_CODE})
    return Fault("credit_code_characters", {"characters": " ".join(wrong)}) if wrong else text


def credit_code_checks(code: str) -> bool:
    """Whether the last character of an 18-character credit code is its check character (GB 32100-2015)."""
    total = sum(_CREDIT_CODE.index(c) * 3**i % 31 for i, c in enumerate(code[:17]))
    return _CREDIT_CODE[-total % 31] == code[17]


def written(value: object) -> str:
    """The text that `parse` turns into `value` again; "" for a missing value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    return value.isoformat() if isinstance(value, date) else str(value)
