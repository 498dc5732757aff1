"""The reports of a plan, recomputed: what each row must say, from the auditor's own accounts and rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.numbers import Number, number
from dualcontrol.model.audit.reports import (
    agenda,
    carbon_units,
    conduct,
    decisions,
    departments,
    electrification,
    evaluation,
    fossil,
    inventory,
    simple_rules,
    stock,
    sub_accounts,
    tariffs,
    water,
)
from dualcontrol.model.audit.reports.cells import UNSOLVED, Cell, Claimed, Difference, Expected, OneOf
from dualcontrol.model.audit.results import Results
from dualcontrol.model.audit.verdict import Check, Probe

__all__ = ["AUDITED", "Expected", "Reader", "report_checks"]


@dataclass(frozen=True)
class Reader:
    """How the audit recomputes a report: its key columns, and the rows it must have.

    unread: columns that are words for people and carry no figure of their own. claimed: columns of which only the
    range can be checked, being the solver's word.
    """

    clause: str
    key: tuple[str, ...]
    expected: Callable[[Plan, Results, Book], Expected]
    unread: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()


AUDITED: Mapping[str, Reader] = {
    "departments": Reader("2.1", ("department",), departments.expected),
    "electrification": Reader("3.4.5", ("line_id",), electrification.expected),
    "agenda": Reader("3.2.2b", ("number",), agenda.expected, ("name",), ("outcome", "energy_tce_eq")),
    "decisions": Reader("3.2.2b", ("decision_id",), decisions.expected, ("name",), ("outcome",)),
    "conduct": Reader("3.2.5", ("account",), conduct.expected, ("name",)),
    "simple_rules": Reader("2.2", ("rule", "account"), simple_rules.expected, ("name",), ("outcome",)),
    "tariffs": Reader("3.2.4", ("account", "tariff_id", "product"), tariffs.expected),
    "inventory": Reader("3.3.3a", ("account", "scope", "item"), inventory.expected),
    "carbon_units": Reader("3.3.3a", ("account",), carbon_units.expected),
    "water": Reader("3.3.4b", ("account",), water.expected),
    "fossil": Reader("2.3", ("item", "use"), fossil.expected),
    "sub_accounts": Reader("3.3.4a", ("account",), sub_accounts.expected),
    "evaluation_projects": Reader("3.2.3c", ("project_id",), evaluation.projects),
    "evaluation_units": Reader("3.1.2", ("unit_id",), evaluation.units),
    "inversions": Reader("3.2.3c", ("admitted", "refused"), evaluation.inversions),
    "review": Reader("3.2.2c", ("project_id",), stock.review),
    "replacements": Reader("3.2.3e", ("replacement_id",), stock.replacements),
}


def report_checks(
    plan: Plan, results: Results, book: Book, tables: Mapping[str, pd.DataFrame]
) -> tuple[Check, ...]:
    """One check per report: the rows it must have and no others, every figure within its own rounding.

    tables: the published reports by name. A report nobody knows is a failure.
    """
    checks = []
    for name, reader in AUDITED.items():
        probe = Probe(f"report_{name}", reader.clause, "")
        wanted = reader.expected(plan, results, book) if plan.rulings.on(reader.clause) else {}
        _compare(probe, name, reader, wanted, tables.get(name))
        checks.append(probe.check())
    strange = Probe("report_names", unit="")
    for name in sorted(set(tables) - set(AUDITED)):
        strange.holds(f"reports/{name}.csv", False, name, "-")
    return (*checks, strange.check())


def _compare(probe: Probe, name: str, reader: Reader, wanted: Expected, frame: pd.DataFrame | None) -> None:
    if frame is None:
        probe.holds(f"reports/{name}.csv", not wanted, "-", f"{name}.csv")
        return
    missing = [column for column in reader.key if column not in frame.columns]
    probe.holds(f"reports/{name}.csv", not missing, "-", " ".join(missing))
    if missing:
        return
    found: dict[tuple[str, ...], Mapping[str, object]] = {}
    for record in frame.to_dict("records"):
        key = tuple(str(record[column]) for column in reader.key)
        probe.holds(" ".join(key), key not in found, "2", "1")
        found[key] = {str(column): cell for column, cell in record.items()}
    for key in sorted(set(wanted) ^ set(found)):
        probe.holds(" ".join(key), key in wanted and key in found, "-", " ".join(key))
    for key in sorted(set(wanted) & set(found)):
        _row(probe, reader, key, wanted[key], found[key])


def _row(
    probe: Probe,
    reader: Reader,
    key: tuple[str, ...],
    wanted: Mapping[str, Cell],
    found: Mapping[str, object],
) -> None:
    place = " ".join(key)
    known = {*reader.key, *reader.unread, *wanted}
    for column in sorted(set(found) - known):
        probe.holds(f"{place} {column}", False, column, "-")
    for column, value in wanted.items():
        where = f"{place} {column}"
        if column not in found:
            probe.holds(where, False, "-", column)
        elif isinstance(value, str):
            text = str(found[column]).strip()
            # the tables write an apostrophe before what a spreadsheet would compute
            probe.holds(where, value.strip() in (text, text.removeprefix("'")), text, value)
        elif isinstance(value, OneOf):
            text = str(found[column]).strip()
            probe.holds(where, text in value.words, text, " | ".join(value.words))
        else:
            try:
                cell = number(found[column])
            except ValueError:
                probe.holds(where, False, str(found[column]), "number")
                continue
            if isinstance(value, Claimed | Difference):
                _claim(probe, where, found, cell, value)
            elif value is None or cell is None:
                probe.holds(where, value is None and cell is None, str(found[column]), str(value))
            else:
                probe.rounded(where, cell, Fraction(value))


def _claim(
    probe: Probe, where: str, found: Mapping[str, object], cell: Number | None, value: Claimed | Difference
) -> None:
    """A claim within its range, a difference equal to what its cells say; both empty where nothing was solved."""
    if isinstance(value, Claimed):
        is_empty = str(found.get("outcome", "")).strip() in UNSOLVED
        if cell is None or is_empty:
            probe.holds(where, cell is None and is_empty, str(found.get("outcome", "-")), "number")
            return
        if value.low is not None:
            probe.at_most(where, value.low, cell.value, cell.half_unit)
        if value.high is not None:
            probe.at_most(where, cell.value, value.high, cell.half_unit)
        return
    try:
        parts = [
            number(found.get(name)) for name in (value.minuend, value.subtrahend, value.over or value.minuend)
        ]
    except ValueError:
        return  # told where that cell is looked at
    if cell is None or None in parts[:2]:
        probe.holds(where, cell is None and None in parts[:2], str(cell), "-")
        return
    more, less, whole = (part or Number(Fraction(0), Fraction(0)) for part in parts)
    wanted, rounding = more.value - less.value, more.half_unit + less.half_unit
    probe.at_most(where, -wanted, value.slack, rounding)
    if value.over and whole.value:
        wanted, rounding = wanted / abs(whole.value), rounding / abs(whole.value)
    elif value.over:  # a share of nothing
        wanted = Fraction(0)
    probe.rounded(where, cell, wanted, rounding)
