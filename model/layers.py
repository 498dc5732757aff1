"""The chain of scenario folders a scenario inherits from, and their settings laid over each other."""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from dualcontrol.model.cells import Fault, iso_date, number
from dualcontrol.model.clause_ids import CLAUSES
from dualcontrol.model.problems import Findings, nearest, plain
from dualcontrol.model.reading import read_text
from dualcontrol.model.settings import Settings

TOML = "scenario.toml"
OVERRIDES = "overrides"  # stands for the file where a setting was given by the caller
_INHERITS = re.compile(r"^\s*[\"']?inherits[\"']?\s*=", re.MULTILINE)
_KEY_LINE = re.compile(r"\s*([A-Za-z0-9_.\"' -]+?)\s*=")
_SECTION_LINE = re.compile(r"\s*\[\s*([A-Za-z0-9_.\"' -]+?)\s*\]")
_AT_LINE = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True)
class Layer:
    """One folder of the chain. `prefix` goes before file names in problems ("" for the scenario itself).

    `raw` is what scenario.toml says; empty if it could not be read.
    """

    folder: Path
    prefix: str
    raw: Mapping[str, Any]
    lines: Mapping[str, int]  # dotted key -> line of scenario.toml


@dataclass(frozen=True)
class Chain:
    """The layers, root first. Not whole: a parent, or what may name one, could not be read."""

    layers: Sequence[Layer]
    is_whole: bool
    has_settings: bool  # every scenario.toml of the chain could be read


def read_chain(folder: Path, findings: Findings) -> Chain:
    """Read scenario.toml of a folder and of all it inherits from. Cycles and missing parents are told."""
    layers: list[Layer] = []
    visited: list[Path] = []
    current, is_whole, has_settings = folder, True, True
    while True:
        visited.append(current.resolve())
        layer = _read_layer(current, _prefix(current, folder), findings)
        if layer is None:
            layers.append(Layer(current, _prefix(current, folder), {}, {}))
            has_settings = False
            # Without the settings nobody knows whether there is a parent; unless the word is not in the text.
            is_whole = is_whole and not _may_inherit(current)
            break
        layers.append(layer)
        wanted = layer.raw.get("inherits")
        if not isinstance(wanted, str):  # absent, or of a wrong type that the settings report
            is_whole = is_whole and wanted is None
            break
        parent = _parent_folder(current, wanted)
        place = (layer.prefix + TOML, layer.lines.get("inherits"), "inherits", wanted)
        if parent is None:
            findings.add("missing_parent", *place, suggestion=nearest(wanted, _scenarios_beside(current)))
        elif parent.resolve() in visited:
            names = [path.name for path in (*visited, parent.resolve())]
            findings.add("cyclic_inheritance", *place, chain=" -> ".join(names))
        else:
            current = parent
            continue
        is_whole = False
        break
    return Chain(layers[::-1], is_whole, has_settings)


def _prefix(folder: Path, start: Path) -> str:
    if folder == start:
        return ""
    try:
        return Path(os.path.relpath(folder.resolve(), start.resolve())).as_posix() + "/"
    except ValueError:  # another drive on Windows
        return folder.resolve().as_posix() + "/"


def _parent_folder(folder: Path, wanted: str) -> Path | None:
    """`../dalad-2022` is relative to the folder; a bare name is a folder beside it. None if there is none."""
    wanted = wanted.strip().replace("\\", "/")
    parent = folder / wanted if "/" in wanted else folder.resolve().parent / wanted
    try:
        return parent if wanted and parent.is_dir() else None
    except (OSError, ValueError):  # a name no file system can hold
        return None


def _scenarios_beside(folder: Path) -> list[str]:
    beside = folder.resolve().parent
    return [
        name
        for name in names_in(beside)
        if name != folder.resolve().name and (beside / name / TOML).is_file()
    ]


def names_in(folder: Path) -> list[str]:
    """The names in a folder, sorted; none if it cannot be listed."""
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError:
        return []


def _may_inherit(folder: Path) -> bool:
    text = read_text(folder / TOML, TOML, Findings())
    return text is None or bool(_INHERITS.search(text))


def _read_layer(folder: Path, prefix: str, findings: Findings) -> Layer | None:
    path, file = folder / TOML, prefix + TOML
    if not path.exists():
        others = [name for name in names_in(folder) if "toml" in name.lower()]
        findings.add("missing_file", file, suggestion=", ".join(others) or "—")
        return None
    text = read_text(path, file, findings)
    if text is None:
        return None
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of thousands of digits
        at = _AT_LINE.search(str(error))
        row = int(at[1]) if at else text.count("\n") + 1 if "end of document" in str(error) else None
        findings.add("toml_syntax", file, row, detail=str(error) or type(error).__name__)
        return None
    return Layer(folder, prefix, raw, _key_lines(text))


def _key_lines(text: str) -> dict[str, int]:
    """Where each dotted key stands. Enough for messages; a key written in an unusual way has no line."""
    lines: dict[str, int] = {}
    section = ""
    for count, line in enumerate(text.splitlines(), start=1):
        heading, entry = _SECTION_LINE.match(line), _KEY_LINE.match(line)
        if heading:
            section = re.sub(r"[\"' ]", "", heading[1]) + "."
            lines.setdefault(section[:-1], count)
        elif entry:
            lines.setdefault(section + re.sub(r"[\"' ]", "", entry[1]), count)
    return lines


def settle(chain: Chain, overrides: Mapping[str, object] | None, findings: Findings) -> Settings | None:
    """The validated settings of a chain, the overrides (dotted keys) on top. None if anything is wrong."""
    merged: dict[str, Any] = {}
    origin: dict[str, tuple[str, int | None]] = {}
    for layer in chain.layers:
        merged = _lay_over(merged, layer.raw)
        for key in _dotted(layer.raw):
            row = layer.lines.get(key) or layer.lines.get(key.partition(".")[0])
            origin[key] = (layer.prefix + TOML, row)
    # `inherits` counts only where it is written: a grandparent is not this scenario's parent
    merged.pop("inherits", None)
    if chain.layers and "inherits" in chain.layers[-1].raw:
        merged["inherits"] = chain.layers[-1].raw["inherits"]
    before = len(findings.problems)
    for key, value in (overrides or {}).items():
        if key == "inherits" or not _set(merged, key.split("."), value):
            findings.add("unknown_setting", OVERRIDES, None, key, value, suggestion=_suggest_key(key))
        origin[key] = (OVERRIDES, None)
    try:
        settings = Settings.model_validate(_prepared(merged), strict=True)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _add_setting_problem(detail, origin, findings, is_whole=chain.is_whole and chain.has_settings)
        return None
    for clause in settings.disabled_clauses:
        if clause not in CLAUSES:
            file, row = origin["disabled_clauses"]
            findings.add(
                "unknown_clause", file, row, "disabled_clauses", clause, suggestion=nearest(clause, CLAUSES)
            )
    return settings if len(findings.problems) == before else None


def _lay_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        # always a dict of its own: overrides are set in it, and the layer is laid over again for the next scenario
        below_it = old if isinstance(old, Mapping) else {}
        merged[key] = _lay_over(below_it, value) if isinstance(value, Mapping) else value
    return merged


def _dotted(raw: Mapping[str, Any], prefix: str = "") -> list[str]:
    keys = []
    for key, value in raw.items():
        keys.append(prefix + key)
        if isinstance(value, Mapping):
            keys += _dotted(value, f"{prefix}{key}.")
    return keys


def _set(target: dict[str, Any], keys: Sequence[str], value: object) -> bool:
    for key in keys[:-1]:
        below = target.setdefault(key, {})
        if not isinstance(below, dict):
            return False
        target = below
    target[keys[-1]] = value
    return True


def _prepared(value: Any) -> Any:
    """Arrays as tuples and a quoted date as a date; nothing else is converted: "0.03" is not a number."""
    if isinstance(value, Mapping):
        prepared = {key: _prepared(item) for key, item in value.items()}
        if isinstance(prepared.get("as_of"), str):
            day = iso_date(prepared["as_of"].strip())
            prepared["as_of"] = day if isinstance(day, date) else prepared["as_of"]
        return prepared
    return tuple(_prepared(item) for item in value) if isinstance(value, list | tuple) else value


_EXPECTED = {"bool_type": "true / false", "string_type": '"…"', "tuple_type": "[…, …]", "model_type": "[…]"}
_CUSTOM = {
    "waiver_needs_incentive": "waiver_document",
    "total_needs_increment": "increment_tce_eq",
    "quarters_sum": "quarter_shares",
    "grade_order": "grade_scores",
    "trade_prices": "reserve_price_wan_yuan_per_tce_eq",
    "plan_before_base": "plan_year",
}


def _add_setting_problem(
    detail: Any, origin: Mapping[str, tuple[str, int | None]], findings: Findings, *, is_whole: bool
) -> None:
    """One error of pydantic as a problem with its place."""
    kind, value = detail["type"], detail["input"]
    path = [part for part in detail["loc"] if isinstance(part, str)]
    is_item = len(path) < len(detail["loc"])  # the error is in an element of an array
    if kind in _CUSTOM:
        path.append(_CUSTOM[kind])
        value = value.get(path[-1], "")
    key = ".".join(path)
    file, row = origin.get(key) or origin.get(key.rpartition(".")[0]) or (TOML, None)
    if (kind == "missing" and is_item) or kind == "too_long":
        findings.add("wrong_count", file, row, key, value, expected=len(get_args(_known_keys()[key])))
    elif kind == "missing" or kind == "total_needs_increment":
        if is_whole:  # otherwise the parent that could not be read may have it
            findings.add("missing_setting" if kind == "missing" else kind, file, row, key)
    else:
        rule, params = setting_fault(kind, detail.get("ctx", {}), key, value)
        findings.add(rule, file, row, key, "" if isinstance(value, Mapping) else value, **params)


def setting_fault(kind: str, context: Mapping[str, Any], key: str, value: Any) -> tuple[str, dict[str, str]]:
    """The rule and its parameters for an error of pydantic (its type, context and input)."""
    bounds = {
        "greater_than_equal": ("below_minimum", "minimum", "ge"),
        "less_than_equal": ("above_maximum", "maximum", "le"),
        "greater_than": ("not_above", "limit", "gt"),
        "less_than": ("not_below", "limit", "lt"),
    }
    if kind in _CUSTOM:
        return kind, {}
    if kind == "extra_forbidden":
        return "unknown_setting", {"suggestion": _suggest_key(key)}
    if kind in bounds:
        rule, name, field = bounds[kind]
        return rule, {name: plain(float(context[field]))}
    if kind in ("float_type", "int_type"):
        fault = number(value.strip()) if isinstance(value, str) else None
        if isinstance(fault, Fault):
            return fault.rule, dict(fault.params)
        is_fraction = kind == "int_type" and isinstance(value, float)
        return ("not_an_integer", {}) if is_fraction else ("wrong_type", {"expected": "1.5"})
    if kind == "finite_number":
        return "not_finite", {}
    if kind == "date_type":
        return "not_a_date", {}
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        return "not_a_choice", {"choices": ", ".join(choices), "suggestion": nearest(str(value), choices)}
    if kind in _EXPECTED:
        return "wrong_type", {"expected": _EXPECTED[kind]}
    return "bad_setting", {"detail": kind}


@cache
def _known_keys() -> Mapping[str, Any]:
    """Every dotted key of the settings with its type; sections too."""
    keys: dict[str, Any] = {}
    for name, info in Settings.model_fields.items():
        keys[name] = section = info.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            keys |= {f"{name}.{inner}": item.annotation for inner, item in section.model_fields.items()}
    return keys


def _suggest_key(key: str) -> str:
    """The known key nearest to a wrong one: first in its section, then anywhere by its last word."""
    section, _, word = key.rpartition(".")
    known = _known_keys()
    here = [other for other in known if other.rpartition(".")[0] == section]
    words = {other.rpartition(".")[2]: other for other in known}
    return (
        next(iter(get_close_matches(key, here, n=1)), None)
        or next((words[near] for near in get_close_matches(word, words, n=1)), None)
        or nearest(key, here or known)
    )
