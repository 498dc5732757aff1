"""The agenda, from the ledger and the auditor's own rules; of an alternative only that it is no better (3.2.2b)."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.audit.choices import Plan, is_managed
from dualcontrol.model.audit.inputs import Row, setting
from dualcontrol.model.audit.ledger import EARMARK, Book, overshoot_tce, unit_movements
from dualcontrol.model.audit.numbers import ZERO, ceil
from dualcontrol.model.audit.reports.cells import (
    Cell,
    Claimed,
    Difference,
    OneOf,
    claimed_value,
    slack_wan_yuan,
)
from dualcontrol.model.audit.results import Results

KINDS = (
    "increment",
    "overshoot",
    "decision",
    "unit",
    "project",
    "society",
    "grid",
    "build",
    "earmark",
    "reserve",
)
SOLVED = ("solved", "others_kept", "infeasible", "unsolved")
CHOICES = {"grant": "no_grant", "limit": "no_limit", "admitted": "refuse", "refused": "admit",
           "overshoot": "no_overshoot"}  # fmt: skip


@dataclass(frozen=True)
class _Matter:
    kind: str
    account: str
    department: str
    decision: str
    tce: Fraction | int | None
    clause: str

    @property
    def size(self) -> Fraction:
        return abs(Fraction(self.tce or 0))


def expected(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], dict[str, Cell]]:
    """All matters in the order of the agenda, and which of them come with an alternative."""
    rules = plan.rulings.scenario.settings.agenda
    least = setting(rules.threshold_tce) or ZERO
    found = sorted(
        [*_county(plan, book), *_owners(plan, results, book)],
        key=lambda m: (KINDS.index(m.kind), -m.size, m.account),
    )
    large = [m for m in found if m.tce is not None and m.size >= least]
    open_ = sorted((m for m in large if m.decision in CHOICES), key=lambda m: (-m.size, m.account))
    asked = {m.account for m in open_[: rules.most_alternatives]} if plan.rulings.on("2.2") else set()
    value = plan.value(overshoot_tce(plan.rulings, book))
    slack = slack_wan_yuan(plan, value)
    wanted: dict[tuple[str, ...], dict[str, Cell]] = {}
    for number, m in enumerate(found, start=1):
        row: dict[str, Cell] = {
            "kind": m.kind, "account": m.account, "department": m.department, "decision": m.decision,
            "tce": m.tce, "clause": m.clause, "is_major": "yes" if m in large else "no",
            "alternative": CHOICES[m.decision] if m in open_ else "none", "outcome": "not_asked",
            **dict.fromkeys(("value_a_wan_yuan", "value_b_wan_yuan", "cost_b_wan_yuan", "energy_tce_eq")),
        }  # fmt: skip
        if m.account in asked:
            row |= {
                "outcome": OneOf(SOLVED),
                "value_a_wan_yuan": claimed_value(plan, value),
                "value_b_wan_yuan": Claimed(),
                "cost_b_wan_yuan": Difference("value_a_wan_yuan", "value_b_wan_yuan", slack),
                "energy_tce_eq": Claimed(),
            }
        wanted[str(number),] = row
    return wanted


def _county(plan: Plan, book: Book) -> Iterator[_Matter]:
    if is_managed(plan.rulings):
        yield _Matter("increment", "pool", "-", "from_above", plan.rulings.increment, "3.2.1b")
    over = book.sum("superior", "pool", "1.b")
    if over:
        yield _Matter("overshoot", "superior", "-", "overshoot", over, "1.b")
    change = book.balance["grid"] - book.net("superior", "grid")
    yield _Matter("grid", "grid", "-", "by_rule", change, "3.2.1b")
    for kind, account, clause in (("earmark", EARMARK, "3.3.2c"), ("reserve", "reserve", "3.2.1b")):
        if book.balance.get(account, ZERO):
            yield _Matter(kind, account, "-", "kept", book.balance[account], clause)
    for row in plan.rulings.accounts.tables["decisions"]:
        tce = ceil(row.num("value")) if row.text("what") == "quota_tce" else None
        what = f"{row.text('what')}_{row.text('kind')}"
        yield _Matter("decision", row.text("decision_id"), "-", what, tce, "3.2.2b")
    if plan.operation is not None:
        for build, share in plan.operation.built.items():
            yield _Matter("build", build, "-", "built" if share > 0 else "not_built", None, "3.4.3")


def _owners(plan: Plan, results: Results, book: Book) -> Iterator[_Matter]:
    accounts = plan.rulings.accounts
    sectors = {row.text("sector_id"): row.text("department") or "-" for row in accounts.tables["sectors"]}

    def of(row: Row) -> str:
        return sectors.get(row.text("sector_id"), "-")

    for key, ruling in plan.rulings.units.items():
        account = f"unit:{key}"
        moved, change = unit_movements(book, ruling), _change(book, account)
        if ruling.is_retired:
            decision = "retired"
        elif ruling.is_withheld:
            decision = "withheld"
        elif moved["allowance_tce"] > 0:
            decision = "grant"
        elif moved["limit_tce"] < 0:
            decision = "limit"
        else:
            decision = "by_rule" if change else "unchanged"
        yield _Matter("unit", account, of(ruling.owner.row), decision, change, _clauses(book, account))
    for key, line in accounts.society.items():
        account, department = f"society:{key}", line.text("department") or "-"
        change = _change(book, account)
        decision = "by_rule" if change else "unchanged"
        yield _Matter("society", account, department, decision, change, _clauses(book, account))
    for told in results.projects:
        key = told.text("project_id")
        row, decision = accounts.projects[key].row, told.text("decision")
        if decision == "refused" and row.num("start_month") > 12:
            decision = "later"
        full: Fraction | int = ceil(plan.full_flow(key).total)
        tce = book.balance.get(f"project:{key}", ZERO) if decision == "admitted" else full
        yield _Matter("project", f"project:{key}", of(row), decision, tce, told.text("clause"))


def _change(book: Book, account: str) -> Fraction:
    return book.balance.get(account, ZERO) - book.net("superior", account)


def _clauses(book: Book, account: str) -> str:
    """Clauses of all entries of an account but those with superior."""
    found = {
        clause
        for (source, target), moved in book.moved.items()
        if account in (source, target) and "superior" not in (source, target)
        for clause in moved
    }
    return ";".join(sorted(found))
