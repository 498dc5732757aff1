"""Why a plan gives an account what it gives: its ledger entries, the reasons, the limits that hold it, what would help.

What is published is read from the result folder; what would change it is found by solving the folder's inputs again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dualcontrol.explain import typical
from dualcontrol.explain_threshold import Threshold, threshold
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import NETWORK_ROWS, ROWS
from dualcontrol.model.changes import change
from dualcontrol.model.policy import judge
from dualcontrol.model.problems import nearest
from dualcontrol.model.quantities import exact, whole_up
from dualcontrol.model.scenario import Scenario, load
from dualcontrol.optimise import Decided, Infeasible, decided
from dualcontrol.publish import INPUTS, SUMMARY
from dualcontrol.reporting import PRICE
from dualcontrol.solvers.highs import SolverError
from dualcontrol.solvers.prices import one_sided_prices

MORE_POOL = 0.01  # of the pool after the rules: what a unit is told about
TABLES = {"unit": ("quotas", "id"), "project": ("projects", "project_id")}
COUNTY = ("gdp", "energy", "co2")  # columns through which everybody is in the county's limits


class NoResultError(Exception):
    """The folder is no published result, or its inputs are not those its summary names."""


class UnknownAccountError(Exception):
    """No such unit or project in the result. suggestion: the nearest ids."""

    def __init__(self, suggestion: str) -> None:
        """Keep the suggestion."""
        self.suggestion = suggestion
        super().__init__(suggestion)


@dataclass(frozen=True)
class Entry:
    """One ledger entry of the account: tce into it (negative: out of it), and its balance after it."""

    other: str
    tce: int
    clause: str
    note: str
    balance: int


@dataclass(frozen=True)
class Held:
    """A limit without room that the account is part of; prices in 万元 per unit, None where none was worked out."""

    name: str
    index: str
    clause: str
    activity: float
    limit: float
    unit: str
    price_left: float | None
    price_right: float | None
    price_unit: str


@dataclass(frozen=True)
class Account:
    """Why an account has its quota.

    decision: of a project; a unit has none. quota_again_tce: what solving the inputs again gives. Of a unit: worth of
    a tonne more, 万元; with_more_tce: its quota if the pool held pool_more_tce more. Of a project: `threshold`.
    """

    kind: str
    id: str
    name: str
    quota_tce: int
    quota_again_tce: int
    entries: tuple[Entry, ...]
    reason_zh: str
    reason_en: str
    clauses: tuple[str, ...]
    held: tuple[Held, ...]
    decision: str = ""
    gates: tuple[tuple[str, str], ...] = ()
    worth_wan_yuan_per_tce: float | None = None
    pool_more_tce: int | None = None
    with_more_tce: int | None = None
    threshold: Threshold | None = None
    is_typical: bool = False


def account_of(folder: Path, kind: str, owner: str) -> Account:
    """The account of a unit or project of a published result. kind: `unit` or `project`.

    Errors: NoResultError, UnknownAccountError, ScenarioError of the inputs, SolverError.
    """
    return next(iter(accounts_of(folder, kind, [owner])))


def accounts_of(folder: Path, kind: str, owners: Sequence[str]) -> list[Account]:
    """The accounts of several units or projects, for which the inputs are solved again only once; as `account_of`."""
    scenario = _inputs(folder)
    table, key = TABLES[kind]
    rows = _table(folder, table)
    if kind == "unit":
        rows = rows[rows["kind"] == "unit"]
    for owner in owners:
        if not (rows[key] == owner).any():
            raise UnknownAccountError(nearest(owner, rows[key]))
    short = typical(scenario)
    try:
        again = decided(judge(account(short)))
    except Infeasible as error:  # the published plan is a plan: only on other days can there be none
        raise SolverError("infeasible") from error
    larger = _larger(again) if kind == "unit" else None
    return [
        _account(folder, kind, rows[rows[key] == owner].iloc[0], again, larger, short is not scenario)
        for owner in owners
    ]


def _account(
    folder: Path, kind: str, row: Any, again: Decided, larger: tuple[int, Decided] | None, is_typical: bool
) -> Account:
    """One account. row: of its table. larger: what `_larger` says."""
    owner = str(row[TABLES[kind][1]])
    entries = _entries(_table(folder, "ledger"), f"{kind}:{owner}")
    gates = tuple((gate.clause, gate.reason) for gate in again.case.rulings.gates_of(owner))
    clauses = dict.fromkeys(entry.clause for entry in entries)
    if kind == "project" and row["clause"]:
        clauses |= dict.fromkeys(str(row["clause"]).split(";"))
    clauses |= dict.fromkeys(clause for clause, _ in gates)
    common: dict[str, Any] = {
        "kind": kind,
        "id": owner,
        "name": row["name"],
        "quota_tce": int(row["quota_tce"]),
        "quota_again_tce": again.outcome.quota(f"{kind}:{owner}"),
        "entries": entries,
        "reason_zh": row["reason_zh"],
        "reason_en": row["reason_en"],
        "clauses": tuple(clauses),
        "held": _held(again, _table(folder, "constraints"), owner),
        "gates": gates,
        "is_typical": is_typical,
    }
    if kind == "unit":
        return Account(**common, **_unit(again, owner, larger))
    return Account(**common, decision=row["decision"], threshold=threshold(again, owner))


def _inputs(folder: Path) -> Scenario:
    """The scenario a result was made from. NoResultError where the folder has none, or another than it names."""
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8-sig"))
        named = summary["hashes"]["scenario"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoResultError(str(folder)) from error
    scenario = load(folder / INPUTS)
    if scenario.content_hash != named:
        raise NoResultError(str(folder))
    return scenario


def _table(folder: Path, name: str) -> pd.DataFrame:
    try:
        return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise NoResultError(str(folder)) from error


def _entries(ledger: pd.DataFrame, name: str) -> tuple[Entry, ...]:
    """The account's entries in the order of the ledger."""
    found, balance = [], 0
    for row in ledger.itertuples(index=False):
        sign = int(row.to_account == name) - int(row.from_account == name)
        if sign:
            balance += sign * int(row.tce)
            other = row.from_account if sign > 0 else row.to_account
            found.append(Entry(other, sign * int(row.tce), row.clause, row.note, balance))
    return tuple(found)


def _held(again: Decided, constraints: pd.DataFrame, owner: str) -> tuple[Held, ...]:
    """Limits that the account's decisions enter, also through the county's GDP, energy and carbon, and that bind."""
    meta = {row.name: row for row in ROWS + NETWORK_ROWS}
    yearly = again.solved.yearly
    own = {k for k, (_, index) in enumerate(yearly.columns) if index == owner}
    county = {k for k, (name, _) in enumerate(yearly.columns) if name in COUNTY}
    entries = [
        set(yearly.index[a:b].tolist()) for a, b in zip(yearly.start[:-1], yearly.start[1:], strict=True)
    ]
    through: set[int] = set()
    for (name, _), columns in zip(yearly.rows, entries, strict=True):
        if name.endswith("_definition") and columns & own:
            through |= columns & county
    touched = {
        (name, "" if index is None else str(index)): bool(columns & own)
        for (name, index), columns in zip(yearly.rows, entries, strict=True)
        if meta[name].effect != "definition" and columns & (own | through)
    }
    found = []
    for row in constraints.itertuples(index=False):
        if (row.name, row.index) not in touched:
            continue
        left, right = (float(x) if x else None for x in (row.price_left, row.price_right))
        is_priced = max(left or 0.0, right or 0.0) > PRICE
        is_unpriced = (
            left is None and right is None and float(row.slack) <= 0 and touched[row.name, row.index]
        )
        if is_priced or is_unpriced:
            found.append(
                Held(row.name, row.index, row.clause, float(row.activity), float(row.limit), row.unit,
                     left, right, row.price_unit)
            )  # fmt: skip
    return tuple(sorted(found, key=lambda held: -max(held.price_left or 0.0, held.price_right or 0.0)))


def _unit(again: Decided, unit_id: str, larger: tuple[int, Decided] | None) -> dict[str, Any]:
    """What a tonne more is worth to a unit, and its quota with a larger pool."""
    solved = again.solved
    told: dict[str, Any] = {"worth_wan_yuan_per_tce": None}
    if solved.year is None:
        row = solved.yearly.row("use_within_quota", unit_id)
        worth = one_sided_prices(solved.program, solved.final.x, [row])[0][1]
        told["worth_wan_yuan_per_tce"] = None if np.isnan(worth) else worth
    if larger is None:
        return told
    more, plan = larger
    return told | {"pool_more_tce": more, "with_more_tce": plan.outcome.quota(f"unit:{unit_id}")}


def _larger(again: Decided) -> tuple[int, Decided] | None:
    """How much more the pool could hold, tce, and what is then decided; None where the total is not managed."""
    case = again.case
    scenario = case.accounts.scenario
    if not scenario.settings.is_total_managed:
        return None
    more = max(1, whole_up(exact(MORE_POOL) * max(0, case.pool_opening_tce)))
    increment = float(case.rulings.increment_tce + more)
    try:
        return more, decided(judge(account(change(scenario, {"targets.increment_tce_eq": increment}))))
    except (Infeasible, SolverError):
        return None
