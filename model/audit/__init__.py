"""The check (校核) of a plan against the input tables alone, in exact arithmetic.

This package keeps its own accounts and its own reading of the rules: of the project it imports
`dualcontrol.model.schema` and `dualcontrol.model.scenario` and nothing else, so that a mistake of the
builder cannot hide itself in the check.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import pandas as pd

from dualcontrol.model.audit.admission import admission_checks
from dualcontrol.model.audit.bound import bound_check
from dualcontrol.model.audit.choices import read_plan
from dualcontrol.model.audit.clauses import clause_checks
from dualcontrol.model.audit.constraints import constraint_check
from dualcontrol.model.audit.county import county_check
from dualcontrol.model.audit.folder import REPORTS, SUMMARY, folder_check, name_inputs, read_files
from dualcontrol.model.audit.idle import IDLE_SHARE, idle_check
from dualcontrol.model.audit.ledger import (
    balance_checks,
    entry_checks,
    overshoot_tce,
    pool_checks,
    read_book,
    rule_checks,
    waterfall_checks,
)
from dualcontrol.model.audit.network import has_network, read_network
from dualcontrol.model.audit.network_hours import hour_checks
from dualcontrol.model.audit.network_tables import FILES, POWER_COLUMNS, read_power
from dualcontrol.model.audit.network_year import year_checks
from dualcontrol.model.audit.operation import Operation, read_operation
from dualcontrol.model.audit.origin import origin_checks
from dualcontrol.model.audit.published import published_checks
from dualcontrol.model.audit.reports import report_checks
from dualcontrol.model.audit.results import COLUMNS, form_checks, read
from dualcontrol.model.audit.rows import decision_checks, row_checks
from dualcontrol.model.audit.rules import Rulings, judge
from dualcontrol.model.audit.states import state_check
from dualcontrol.model.audit.summary import claim, hash_check, summary_check
from dualcontrol.model.audit.told import told_checks, verdict_check
from dualcontrol.model.audit.unused import overshoot_check
from dualcontrol.model.audit.verdict import Check, Probe, Verdict
from dualcontrol.model.scenario import Scenario, ScenarioError, load

__all__ = ["Check", "PlanTables", "Verdict", "audit", "audit_folder"]


class PlanTables(Protocol):
    """A plan in memory: its tables as attributes, and its summary."""

    @property
    def summary(self) -> Mapping[str, object]:
        """The content of summary.json."""

    @property
    def quotas(self) -> pd.DataFrame:
        """Units, society lines, grid."""

    @property
    def measures(self) -> pd.DataFrame:
        """Saving measures."""

    @property
    def projects(self) -> pd.DataFrame:
        """Candidate projects."""

    @property
    def ledger(self) -> pd.DataFrame:
        """All entries."""

    @property
    def constraints(self) -> pd.DataFrame:
        """Rows and their prices."""

    @property
    def account(self) -> pd.DataFrame:
        """The county's energy account."""


def audit(
    scenario: Scenario,
    tables: Mapping[str, pd.DataFrame] | PlanTables,
    summary: Mapping[str, object] | None = None,
    *,
    idle_share: Fraction = IDLE_SHARE,
    plan_digest: str = "",
    is_published: bool = False,
) -> Verdict:
    """Check a plan against the scenario it is for.

    Args:
        scenario: the resolved inputs.
        tables: `quotas`, `measures`, `projects`, `ledger`, `constraints`, `account` with the columns of the result
            folder, of a plan with a network also `power/dispatch`, `power/prices`, `power/assets`,
            `power/green`; or a plan that has them. Cells are numbers or decimal text. Only decisions are
            taken over.
        summary: the content of summary.json; a plan brings its own. Without one its checks are left out.
        idle_share: value that one unit or project may leave lying, as a share of the plan's value.
        plan_digest: a name of the plan, carried into the verdict.
        is_published: the summary is that of a result folder: it must have all that such a summary has.

    Returns:
        The verdict. Errors of form are failed checks; checks that need what is missing are then left out.
    """
    if not isinstance(tables, Mapping):
        plan = tables
        summary = tables.summary if summary is None else summary
        power: Mapping[str, pd.DataFrame] = getattr(plan, "power", {})
        tables = {name: getattr(plan, name) for name in COLUMNS}
        tables |= {f"power/{name}": frame for name, frame in power.items()}
        reports: Mapping[str, pd.DataFrame] = getattr(plan, "reports", {})
        tables |= {f"{REPORTS}/{name}": frame for name, frame in reports.items()}
    verdict = _audit(scenario, tables, summary, idle_share, is_published=is_published)
    return replace(verdict, plan_digest=plan_digest)


def _audit(
    scenario: Scenario,
    tables: Mapping[str, pd.DataFrame],
    summary: Mapping[str, object] | None,
    idle_share: Fraction,
    *,
    is_published: bool,
) -> Verdict:
    name = scenario.content_hash
    results, checks = read(tables)
    if results is None:
        return Verdict(checks, scenario_hash=name)
    rulings = judge(scenario)
    if summary is not None:
        checks += (hash_check(rulings, summary, is_published=is_published),)
    checks += form_checks(results, rulings)
    if not all(check.passed for check in checks if check.name == "form_ids"):
        return Verdict(checks, scenario_hash=name)
    operation, found = _operation(tables, rulings)
    checks += found
    if not all(check.passed for check in found):
        return Verdict(checks, scenario_hash=name)
    plan, book = read_plan(results, rulings, operation), read_book(results)
    over = overshoot_tce(rulings, book)
    value = plan.value(over)
    claimed = claim(summary)
    if summary is not None:
        checks += (summary_check(plan, book, over, summary, is_published=is_published),)
        checks += told_checks(plan, results, book, over, summary, is_published=is_published)
    checks += origin_checks(plan, results, tables)
    checks += entry_checks(results, rulings)
    checks += clause_checks(plan, results)
    checks += balance_checks(results, book)
    checks += waterfall_checks(results, rulings, book)
    checks += rule_checks(plan, book)
    checks += pool_checks(plan, results, book)
    checks += (overshoot_check(plan, book, over),)
    checks += decision_checks(plan, results)
    checks += admission_checks(plan, results)
    checks += published_checks(plan, results)
    checks += (county_check(plan, results), constraint_check(plan, results, book))
    checks += row_checks(plan, results, -book.balance["superior"])
    reports = {name.partition("/")[2]: t for name, t in tables.items() if name.startswith(f"{REPORTS}/")}
    if is_published or reports:  # tables that somebody wrote by hand may come without
        checks += report_checks(plan, results, book, reports)
    if operation is not None:
        checks += hour_checks(plan, operation)
        checks += year_checks(plan, results, operation, summary, is_published=is_published)
    checks += (idle_check(plan, book, value, idle_share),)
    bounded, bound = bound_check(plan, results, book, claimed)
    return Verdict((*checks, bounded), value, bound, claimed.bound, name)


def _operation(
    tables: Mapping[str, pd.DataFrame], rulings: Rulings
) -> tuple[Operation | None, tuple[Check, ...]]:
    """The network of the plan, if its scenario has one; tables that nobody would check are refused."""
    if not has_network(rulings.scenario):
        stray = Probe("power_tables", "3.4.2", "")
        for name in sorted(set(tables) & set(POWER_COLUMNS)):
            stray.holds(FILES[name], False, FILES[name], "-")
        check = stray.check()
        return None, () if check.passed else (check,)
    network = read_network(rulings)
    power, checks = read_power(tables, rulings, network)
    return (None if power is None else read_operation(rulings, network, power)), checks


def audit_folder(folder: Path) -> Verdict:
    """Check a result folder: `inputs/` and the tables beside it, all read anew.

    A missing or unreadable file is a failed check (`form_files`), not an exception.
    """
    folder = Path(folder)
    probe = Probe("form_files", unit="")
    summary: object = None
    try:
        text = (folder / SUMMARY).read_text(encoding="utf-8-sig")
        summary = json.loads(text, parse_float=Decimal, object_pairs_hook=_once)
        probe.holds(SUMMARY, isinstance(summary, dict), type(summary).__name__, "object")
    except (OSError, ValueError) as error:
        probe.holds(SUMMARY, False, type(error).__name__, "json")
    name_inputs(probe, folder, summary)
    scenario: Scenario | None = None
    try:
        scenario = load(folder / "inputs")
        probe.holds("inputs", True)
    except ScenarioError as error:
        probe.holds("inputs", False, _first(error), "scenario")
    except (OSError, ValueError) as error:
        probe.holds("inputs", False, type(error).__name__, "scenario")
    tables = read_files(probe, folder)
    files = probe.check()
    if scenario is None or not files.passed or not isinstance(summary, dict):
        return Verdict((files,))
    verdict = _audit(scenario, tables, summary, IDLE_SHARE, is_published=True)
    states = state_check(folder)
    told = (files, folder_check(folder, summary, tables), verdict_check(summary, verdict), *verdict.checks)
    return replace(verdict, checks=(*told, *(() if states is None else (states,))))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of summary.json; ValueError for a key that stands twice: readers differ on which one counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _first(error: ScenarioError) -> str:
    problem = error.problems[0]
    return f"{problem.file} {problem.row or ''} {problem.column or ''} {problem.rule}".strip()
