"""The steps behind a quota or a decision (`model.reasons`) as sentences in Chinese and English."""

import json
from typing import TYPE_CHECKING, Any

from dualcontrol.messages import Language, catalogue, known, placeholders, say
from dualcontrol.words import is_missing, words

if TYPE_CHECKING:
    import pandas as pd

_BETWEEN: dict[Language, tuple[str, str]] = {"zh": ("；", "。"), "en": ("; ", ".")}
_GATES = "reason"  # gates have their sentences among the reasons


def reason(row: Any, lang: Language) -> str:
    """Why the row of a result table is what it is, in one language.

    From the steps the row brings along. Where it has none, or its `reason` was written by hand, what `reason` says.
    """
    steps = getattr(row, "reason_steps", None)
    text = getattr(row, "reason", None)
    parts = [] if is_missing(text) else [part.strip() for part in str(text).split(";")]
    if is_missing(steps) or not all(known(f"{_GATES}.{part}") for part in parts):
        return _plain(parts, lang)
    between, end = _BETWEEN[lang]
    told = between.join(_step(name, params, lang) for name, params in json.loads(str(steps)))
    return told + end if told else ""


def _plain(parts: list[str], lang: Language) -> str:
    """Ids of reasons as words; other text as it stands."""
    if all(known(f"{_GATES}.{part}") for part in parts):
        return _BETWEEN[lang][0].join(say(f"{_GATES}.{part}", lang) for part in parts)
    return ";".join(parts)


def _step(name: str, params: dict[str, Any], lang: Language) -> str:
    message = f"why.{name}"
    if not known(message):  # a gate
        return f"{say(f'{_GATES}.{name}', lang)}{_bracket(name, params, lang)}"
    wanted = placeholders(catalogue()[message][lang])
    return say(message, lang, **{key: _shown(params[key]) for key in wanted})


def _bracket(name: str, params: dict[str, Any], lang: Language) -> str:
    """The clause of a gate, and the figures it compared where there are any."""
    message = f"why.gate_{name}"
    figures = say(message, lang, **{k: _shown(v) for k, v in params.items()}) if known(message) else ""
    sign = "，" if lang == "zh" else ", "
    inside = sign.join(part for part in (figures, str(params.get("clause", ""))) if part)
    left, right = ("（", "）") if lang == "zh" else (" (", ")")
    return f"{left}{inside}{right}" if inside else ""


class _Figure(float):
    """A figure that may be missing: every format of it shows a dash."""

    def __format__(self, spec: str) -> str:
        return "–"


def _shown(value: Any) -> Any:
    return _Figure("nan") if value is None else value


def told(row: Any) -> str:
    """Both languages in one cell, as everywhere in the workbook."""
    if is_missing(getattr(row, "reason_steps", None)):
        return words(_GATES, getattr(row, "reason", None))
    return "  ".join(reason(row, lang) for lang in ("zh", "en"))


def with_words(frame: "pd.DataFrame") -> "pd.DataFrame":
    """A result table with `reason_zh` and `reason_en` where it gives reasons."""
    if "reason" not in frame:
        return frame
    rows = list(frame.itertuples(index=False))
    return frame.assign(
        reason_zh=[reason(row, "zh") for row in rows], reason_en=[reason(row, "en") for row in rows]
    )
