"""What changed from one published plan to another, account by account and by which clause: the adjustment table 调整表.

Both ledgers are read as published. Each account's quota is the sum of its entries, so the changes of its entries, by
clause and note, add up to the change of its quota to the tonne.
"""

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dualcontrol.model.scenario import Scenario, load
from dualcontrol.model.schema import PROVENANCE, TABLES
from dualcontrol.model.settings import Settings

TOTALS = (
    "objective_wan_yuan", "gdp_wan_yuan", "energy_tce", "energy_eq_tce", "energy_eq_total_tce", "intensity_reduction",
    "co2_t", "increment_tce_eq", "reserve_tce",
)  # fmt: skip


class CompareError(Exception):
    """A folder is no published plan. `message` is an id, `params` belong to it."""

    def __init__(self, message: str, **params: object) -> None:
        self.message, self.params = message, params
        super().__init__(message)


@dataclass(frozen=True)
class Published:
    """A published plan: summary, quota and name by account, decision and clause by project, entries of the ledger.

    entries: tce by account, clause and note; what an account gives is negative.
    """

    folder: Path
    summary: Mapping[str, Any]
    names: Mapping[str, str]
    quotas: Mapping[str, int]
    decisions: Mapping[str, tuple[str, str, str]]
    entries: Mapping[tuple[str, str, str], int]
    scenario: Scenario


@dataclass(frozen=True)
class Cause:
    """By how much a kind of entry differs: tce before and after."""

    clause: str
    note: str
    before_tce: int
    after_tce: int

    @property
    def change_tce(self) -> int:
        """After less before."""
        return self.after_tce - self.before_tce


@dataclass(frozen=True)
class Change:
    """An account whose quota, entries or decision differ. A decision: word, clause, reason; empty where there is none.

    before_tce, after_tce: None where the account is in one plan only.
    """

    account: str
    name: str
    before_tce: int | None
    after_tce: int | None
    before: tuple[str, str, str] | None
    after: tuple[str, str, str] | None
    causes: tuple[Cause, ...]

    @property
    def change_tce(self) -> int:
        """After less before, an account that is not there counting as nothing."""
        return (self.after_tce or 0) - (self.before_tce or 0)


@dataclass(frozen=True)
class InputChange:
    """A setting or a cell of the inputs that differs; "" where it is not there.

    table, key, column: the parts of `place` where it is in a table; column "" for a whole row.
    """

    place: str
    before: str
    after: str
    table: str = field(default="", compare=False)
    key: tuple[str, ...] = field(default=(), compare=False)
    column: str = field(default="", compare=False)


@dataclass(frozen=True)
class Comparison:
    """All that differs between two plans. totals: figure -> (before, after), None where one has none."""

    before: Published
    after: Published
    totals: Mapping[str, tuple[float | None, float | None]]
    changes: tuple[Change, ...]
    inputs: tuple[InputChange, ...]


def read_published(folder: Path | str) -> Published:
    """A result folder as published. CompareError where it is none."""
    target = Path(folder)
    try:
        summary = json.loads((target / "summary.json").read_text(encoding="utf-8-sig"))
        quotas, projects = _rows(target / "quotas.csv"), _rows(target / "projects.csv")
        ledger = _rows(target / "ledger.csv")
        tonnes = {row["account"]: int(row["quota_tce"]) for row in quotas}
        tonnes |= {f"project:{row['project_id']}": int(row["quota_tce"]) for row in projects}
        entries: Counter[tuple[str, str, str]] = Counter()
        for row in ledger:
            for account, sign in ((row["to_account"], 1), (row["from_account"], -1)):
                if account in tonnes:
                    entries[account, row["clause"], row["note"]] += sign * int(row["tce"])
        names = {row["account"]: row["name"] for row in quotas}
        names |= {f"project:{row['project_id']}": row["name"] for row in projects}
        decisions = {
            f"project:{row['project_id']}": (row["decision"], row["clause"], row["reason"])
            for row in projects
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CompareError("compare.no_plan", folder=target) from error
    return Published(target, summary, names, tonnes, decisions, dict(entries), load(target / "inputs"))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def compare(before: Published, after: Published) -> Comparison:
    """What differs: totals, accounts (largest change first), inputs."""
    accounts = list(dict.fromkeys([*before.quotas, *after.quotas]))
    found = [change for account in accounts if (change := _change(before, after, account)) is not None]
    found.sort(key=lambda change: (-abs(change.change_tce), accounts.index(change.account)))
    totals = {key: (_figure(before.summary, key), _figure(after.summary, key)) for key in TOTALS}
    return Comparison(before, after, totals, tuple(found), input_changes(before.scenario, after.scenario))


def _figure(summary: Mapping[str, Any], key: str) -> float | None:
    value = summary.get(key)
    return None if value is None else float(value)


def _change(before: Published, after: Published, account: str) -> Change | None:
    kinds = dict.fromkeys(key[1:] for plan in (before, after) for key in plan.entries if key[0] == account)
    causes = [
        Cause(clause, note, *(plan.entries.get((account, clause, note), 0) for plan in (before, after)))
        for clause, note in kinds
    ]
    causes = sorted((c for c in causes if c.change_tce), key=lambda c: -abs(c.change_tce))
    old, new = before.quotas.get(account), after.quotas.get(account)
    was, becomes = before.decisions.get(account), after.decisions.get(account)
    if not causes and old == new and (was or ("",))[0] == (becomes or ("",))[0]:
        return None
    name = after.names.get(account) or before.names.get(account, "")
    return Change(account, name, old, new, was, becomes, tuple(causes))


def input_changes(
    before: Scenario, after: Scenario, *, with_provenance: bool = False
) -> tuple[InputChange, ...]:
    """Settings by dotted key and cells as `<table>.<key>.<column>` in which two scenarios differ.

    A row that only one has is one line without a column; where a row comes from is left out unless `with_provenance`.
    """
    one, other = _by_key(before.settings), _by_key(after.settings)
    keys = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    found = [InputChange(key, _text(one.get(key)), _text(other.get(key))) for key in keys]
    for name in TABLES:
        if not before.tables[name].equals(after.tables[name]):
            found += _cells(name, before, after, with_provenance)
    if not before.profiles.equals(after.profiles):
        found.append(InputChange("power/profiles", _series(before), _series(after)))
    return tuple(found)


def _by_key(settings: Settings) -> dict[str, Any]:
    """The settings by dotted key."""
    flat: dict[str, Any] = {}
    for key, value in settings.model_dump(mode="json").items():
        flat |= {f"{key}.{k}": v for k, v in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def _cells(name: str, before: Scenario, after: Scenario, with_provenance: bool) -> list[InputChange]:
    table = TABLES[name]
    left, right = (
        {tuple(getattr(row, k) for k in table.key): row for row in s.rows(name)} for s in (before, after)
    )
    provenance = set() if with_provenance else {column.name for column in PROVENANCE}
    columns = [c.name for c in table.columns if c.name not in table.key and c.name not in provenance]
    found = []
    for key in dict.fromkeys([*left, *right]):
        texts = tuple(map(_text, key))
        place = ".".join((name, *texts))
        old, new = left.get(key), right.get(key)
        if old is None or new is None:
            found.append(InputChange(place, _row(old, columns), _row(new, columns), name, texts))
            continue
        for column in columns:
            was, becomes = _text(getattr(old, column)), _text(getattr(new, column))
            if was != becomes:
                found.append(InputChange(f"{place}.{column}", was, becomes, name, texts, column))
    return found


def _row(row: Any, columns: Sequence[str]) -> str:
    if row is None:
        return ""
    return "; ".join(f"{c}={text}" for c in columns if (text := _text(getattr(row, c))))


def _series(scenario: Scenario) -> str:
    return ", ".join(map(str, scenario.profiles.columns))


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)
