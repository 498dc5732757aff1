"""Every sentence people read, in Chinese and English, from one catalogue: the csv files of `messages.d/`.

Each file has the columns `id,zh,en`. Placeholders are those of `str.format` (`{tce:,.0f}`) and are the same
in both languages. An id occurs once in all files together.
"""

import csv
import io
import locale
import os
import string
import sys
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """All messages: id -> {"zh": text, "en": text}. ValueError for a duplicate id or a missing text."""
    messages: dict[str, Mapping[str, str]] = {}
    folder = files("dualcontrol").joinpath("messages.d")
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".csv"):
            continue
        for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")):
            key = row["id"]
            if key in messages:
                raise ValueError(f"{file.name}: message {key!r} occurs twice")
            if set(row) != {"id", "zh", "en"} or not row["zh"] or not row["en"]:
                raise ValueError(f"{file.name}: message {key!r} is not a row of id, zh, en")
            messages[key] = {"zh": row["zh"], "en": row["en"]}
    return messages


def say(message: str, lang: Language, /, **params: object) -> str:
    """The text of a message in one language, its placeholders filled from `params`.

    KeyError when the message or one of its placeholders is unknown: a missing sentence is a defect.
    """
    return catalogue()[message][lang].format(**params)


def known(message: str) -> bool:
    """Whether the catalogue has the message."""
    return message in catalogue()


def placeholders(text: str) -> frozenset[str]:
    """The names of the placeholders of a message text, without their number formats."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def describe(message: str, lang: Language, params: Mapping[str, object]) -> str:
    """Like `say`, for messages about faulty input whose parameters come from afar: a gap shows as `?`.

    While one error is told, a second one must not hide it.
    """
    if not known(message):
        return message
    wanted = placeholders(catalogue()[message][lang])
    return say(message, lang, **{name: params.get(name, "?") for name in wanted})


def language(wanted: str | None = None, environment: Mapping[str, str] | None = None) -> Language:
    """The language to speak: the wanted one, else Chinese in a Chinese locale, else English.

    The locale is the first of LC_ALL, LC_MESSAGES, LANG that is set; on Windows, where these are usually
    unset, the system's. ValueError for a language other than `zh` and `en`.
    """
    if wanted is not None:
        if wanted == "zh":
            return "zh"
        if wanted == "en":
            return "en"
        raise ValueError(f"no such language: {wanted!r}")
    variables = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if variables.get(name):
            return "zh" if variables[name].lower().startswith("zh") else "en"
    if sys.platform == "win32":
        system = (locale.getlocale()[0] or "").lower()
        return "zh" if system.startswith(("zh", "chinese")) else "en"
    return "en"
