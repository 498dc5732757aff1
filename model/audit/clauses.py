"""Ledger entries, one by one: the note says what happened, and with the accounts calls for one clause.

Entries of the rules are exact by note (base method, adjustments, increment); entries of choice never run both ways
between the same two accounts, where they would cancel out and show movement that is none.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.audit.choices import Plan, is_managed
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.results import ResultRow, Results
from dualcontrol.model.audit.verdict import Check, Probe, together

_EARMARK = "pool:3.3.2c"
Move = tuple[str, str]  # kinds of accounts, from -> to


@dataclass(frozen=True)
class Note:
    """What an entry with this note may be. `is_choice`: the plan decided it, no rule gives its tonnage."""

    clauses: tuple[str, ...]
    moves: frozenset[Move]
    is_choice: bool = False


def _way(source: str, target: str) -> frozenset[Move]:
    return frozenset({(source, target)})


def _ways(source: str, target: str) -> frozenset[Move]:
    return frozenset({(source, target), (target, source)})


NOTES: Mapping[str, Note] = {
    "opening": Note(
        ("3.2.1b",), _ways("superior", "unit") | _ways("superior", "society") | _ways("superior", "grid")
    ),
    "rounding": Note(("3.2.1b",), _ways("superior", "grid")),
    "increment": Note(("3.2.1b",), _ways("superior", "pool")),
    "carried_in": Note(("3.2.1b",), _way("superior", "pool")),
    "carried_out": Note(("3.2.1b",), _way("pool", "superior")),
    "base_method": Note(("3.2.1a",), _ways("pool", "unit")),
    "adjustment": Note(("3.2.1a",), _ways("pool", "unit")),
    "retired": Note(("3.2.1b",), frozenset({("unit", "retired"), ("retired", "pool")})),
    "benchmark_cut": Note(("3.3.1b",), _way("unit", "pool")),
    "release": Note(("3.3.2c",), _way("unit", _EARMARK)),
    "penalty": Note(("3.2.5",), _way("unit", "pool")),
    "leader_bonus": Note(("3.3.1c",), _way("pool", "unit")),
    "green_factory_bonus": Note(("3.3.3d",), _way("pool", "unit")),
    "withheld": Note(("3.2.2a",), _way("unit", "reserve")),
    "overshoot": Note(("1.b",), _way("superior", "pool"), True),
    "waiver": Note(("1.b",), _way("superior", "pool"), True),
    "unmanaged": Note(("3.2.1b",), _ways("superior", "pool"), True),
    "allowance": Note(("3.3.2b", "3.2.1c"), _way("pool", "unit"), True),
    "limit": Note(("3.2.1c",), _way("unit", "pool"), True),
    "saving": Note(("3.2.1b",), _way("unit", "pool"), True),
    "line_saving": Note(("2.4",), _way("society", "pool")),  # off the need, which is posted whole
    "closed": Note(("2.3",), frozenset({("unit", "retired"), ("retired", "pool")}), True),
    "replaced": Note(("3.2.3e",), frozenset({("unit", "retired"), ("retired", "pool")}), True),
    "upgraded": Note(("3.3.2d",), frozenset({("unit", "retired"), ("retired", "pool")}), True),
    "upgrade_bonus": Note(("3.3.2d",), _way("pool", "unit"), True),
    "project_earmark": Note(("3.3.2c",), _way(_EARMARK, "project"), True),
    "project": Note(("3.2.3c",), _ways("pool", "project"), True),
    "society": Note(("3.2.1c",), _ways("pool", "society"), True),
    "grid": Note(("3.2.1b",), _ways("pool", "grid"), True),
    "reserve": Note(("3.2.1b",), _way("pool", "reserve"), True),
}
# Notes that only a total which is managed has, and the one that only another has.
_MANAGED = ("increment", "carried_in", "carried_out", "overshoot", "waiver", "reserve")
_UNMANAGED = ("unmanaged",)


def clause_checks(plan: Plan, results: Results) -> tuple[Check, ...]:
    """Note, accounts and clause of every entry belong together; tonnage by note; no entries to and fro."""
    rulings = plan.rulings
    probe = Probe("ledger_clauses", "2.2", "")
    by_note: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    granted: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for row in results.ledger:
        place, clause, name = f"ledger.csv {row.line}", row.text("clause"), row.text("note")
        note, move = NOTES.get(name), (_kind(row, "from_account"), _kind(row, "to_account"))
        barred = _UNMANAGED if is_managed(rulings) else _MANAGED
        probe.holds(f"{place} note", note is not None and name not in barred, name, " ".join(NOTES))
        if note is None:
            continue
        probe.holds(f"{place} {name}", move in note.moves, " -> ".join(move), _told(note))
        probe.holds(f"{place} {name} clause", clause in note.clauses, clause, " | ".join(note.clauses))
        if name == "waiver":
            probe.holds(f"{place} waiver", plan.is_waived(), "-", "waiver_document")
        tce = row.value("tce")
        for account, sign in ((row.text("from_account"), -1), (row.text("to_account"), 1)):
            by_note[name, account] += sign * tce
        if name == "allowance":
            granted[row.text("to_account"), clause] += tce
    for key, ruling in rulings.units.items():
        account = f"unit:{key}"
        exact = {"base_method": ruling.base_method, "adjustment": ruling.adjustment}
        for name, wanted in exact.items():
            probe.equal(f"{account} {name}", by_note[name, account], wanted)
        for clause, most in (("3.3.2b", ruling.allowance_max), ("3.2.1c", ruling.growth_max)):
            probe.at_most(f"{account} allowance {clause}", granted[account, clause], most)
    if is_managed(rulings):
        probe.equal("pool increment", by_note["increment", "pool"], rulings.increment)
        for name, wanted in rulings.carried.items():
            probe.equal(f"pool {name}", by_note[name, "pool"], wanted)
    return together([probe, _to_and_fro(results)])


def _to_and_fro(results: Results) -> Probe:
    """Tonnes that choice moves one way and back between two accounts."""
    probe = Probe("wash_trades", "3.2.1b")
    moved: defaultdict[Move, Fraction] = defaultdict(Fraction)
    for row in results.ledger:
        note = NOTES.get(row.text("note"))
        if note is not None and note.is_choice:
            moved[row.text("from_account"), row.text("to_account")] += row.value("tce")
    for (source, target), tce in moved.items():
        probe.at_most(f"{source} -> {target}", min(tce, moved.get((target, source), ZERO)), 0)
    return probe


def note_tce(results: Results, name: str, source: str, target: str) -> Fraction:
    """Tonnes that entries of a note moved from one account to another, less those that they moved back."""
    total = ZERO
    for row in results.ledger:
        ends = (row.text("from_account"), row.text("to_account"))
        if row.text("note") == name and ends in ((source, target), (target, source)):
            total += row.value("tce") if ends == (source, target) else -row.value("tce")
    return total


def _kind(row: ResultRow, column: str) -> str:
    account = row.text(column)
    return account if account == _EARMARK else account.split(":", 1)[0]


def _told(note: Note) -> str:
    return " | ".join(f"{source} -> {target}" for source, target in sorted(note.moves))
