"""A published result read back: the plan as tables, its scenario, what its summary says, the state it is in.

Only what passed its check is to be read so (`dualcontrol publish` checks the folder first).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from dualcontrol.issue import Record, last_step
from dualcontrol.model.audit.states import digests
from dualcontrol.model.plan import Plan
from dualcontrol.model.reports import REPORTS
from dualcontrol.model.scenario import Scenario, load
from dualcontrol.power_tables import FILES
from dualcontrol.publish import INPUTS, SUMMARY, hashes
from dualcontrol.report_tables import REPORT_FOLDER
from dualcontrol.tables import COLUMNS

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TEXTS = frozenset(
    {
        "account", "kind", "id", "name", "sector_id", "basis", "reason", "reason_zh", "reason_en", "measure_id",
        "clause", "unit_id", "line_id", "project_id", "decision", "from_account", "to_account", "note", "index",
        "unit", "price_unit", "block", "line", "asset", "bus_id", "question", "profile_id",
    }
)  # fmt: skip
_WHOLE = frozenset({"tce", "year", "quota_tce", "earmark_tce"})
_NAMES = {"quotas": ("id", (("units", "unit_id"), ("society", "line_id"))),
          "projects": ("project_id", (("projects", "project_id"),)),
          "measures": ("measure_id", (("measures", "measure_id"),))}  # fmt: skip


class NoResultError(Exception):
    """The folder is no published result, or its inputs are not those its summary names."""


@dataclass(frozen=True)
class Result:
    """A published plan. summary: what `summary.json` says. state: last record of the log of states, None for none.

    edited: files changed since it was published. plan_digest: of the published files as they are (no documents).
    """

    folder: Path
    scenario: Scenario
    plan: Plan
    summary: Mapping[str, Any]
    state: Record | None

    edited: tuple[str, ...] = ()
    plan_digest: str = ""


def read_result(folder: Path | str) -> Result:
    """The result in a folder. Amounts in the units of the columns' names. Errors: NoResultError, ScenarioError."""
    target = Path(folder)
    try:
        summary = json.loads((target / SUMMARY).read_text(encoding="utf-8-sig"))
        named = summary["hashes"]["scenario"]
        scenario = load(target / INPUTS)
        tables = {name: _table(target / f"{name}.csv") for name in COLUMNS}
        power = _power(target)
        reports = _reports(target)
        state = last_step(target)
        found, published = hashes(target), summary["hashes"]["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoResultError(str(target)) from error
    if scenario.content_hash != named:
        raise NoResultError(str(target))
    for name in _NAMES:
        tables[name] = _named(tables[name], name, scenario)
    tables["projects"]["rank"] = tables["projects"]["rank"].astype("Int64")
    edited = tuple(sorted(name for name in {*published, *found} if published.get(name) != found.get(name)))
    plan = Plan(summary, **tables, power=power, reports=reports)
    digest = digests(target)[1] if edited else str(summary["hashes"]["plan"])
    return Result(target, scenario, plan, summary, state, edited, digest)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _table(path: Path) -> pd.DataFrame:
    """A table with numbers as numbers; texts without the apostrophe that keeps spreadsheets from computing them."""
    frame = _read(path)
    for column in frame.columns:
        if column in _TEXTS:
            frame[column] = frame[column].map(plain).astype(object)
        elif column in _WHOLE or (path.stem == "quotas" and _is_whole(frame[column])):
            frame[column] = frame[column].astype("int64")
        else:
            frame[column] = pd.to_numeric(frame[column].replace("", None)).astype(float)
    return frame


def _is_whole(column: pd.Series) -> bool:
    return bool(column.str.fullmatch(r"-?\d+").all())


def plain(text: str) -> str:
    """A text of a result table as it was before `tables.plain_text` made it harmless for spreadsheets."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def _named(frame: pd.DataFrame, table: str, scenario: Scenario) -> pd.DataFrame:
    """The table with the names its rows have in the inputs."""
    key, sources = _NAMES[table]
    names = {
        row[own]: row["name"] for source, own in sources for row in scenario.table(source).to_dict("records")
    }
    return frame.assign(name=[names.get(k, n) for k, n in zip(frame[key], frame["name"], strict=True)])


def _power(folder: Path) -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = {}
    for name, path in FILES.items():
        file = folder / path
        if file.is_file():
            found[name] = pd.read_parquet(file) if file.suffix == ".parquet" else _table(file)
    return found


def _reports(folder: Path) -> dict[str, pd.DataFrame]:
    found: dict[str, pd.DataFrame] = {}
    for report in REPORTS:
        file = folder / REPORT_FOLDER / f"{report.name}.csv"
        if file.is_file():
            frame = _read(file)
            for column in report.columns:
                if column.decimals is None:
                    frame[column.name] = frame[column.name].map(plain).astype(object)
                else:
                    frame[column.name] = pd.to_numeric(frame[column.name].replace("", None)).astype(float)
            found[report.name] = frame
    return found
