"""Leaders' decisions with their documents; of their price that it is the difference of two claims, none below zero."""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.ledger import Book, overshoot_tce
from dualcontrol.model.audit.reports.agenda import SOLVED
from dualcontrol.model.audit.reports.cells import (
    Cell,
    Claimed,
    Difference,
    OneOf,
    claimed_value,
    slack_wan_yuan,
)
from dualcontrol.model.audit.results import Results


def expected(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], dict[str, Cell]]:
    """Every decision of the inputs (3.2.2b)."""
    value = plan.value(overshoot_tce(plan.rulings, book))
    slack = slack_wan_yuan(plan, value)
    solved: dict[str, Cell] = {
        "outcome": OneOf(SOLVED),
        "with_wan_yuan": claimed_value(plan, value),
        "without_wan_yuan": Claimed(),
        "price_wan_yuan": Difference("without_wan_yuan", "with_wan_yuan", slack),
    }
    table = plan.rulings.accounts.tables["decisions"]
    found: dict[tuple[str, ...], dict[str, Cell]] = {
        (row.text("decision_id"),): {
            **{column: row.text(column) for column in ("target_id", "what", "kind", "document")},
            "value": row.num("value"),
            "date": row.day("date").isoformat(),
            **solved,
        }
        for row in table
    }
    if len(found) > 1:  # all of them together
        words = dict.fromkeys(("target_id", "document", "date"), "") | dict.fromkeys(("what", "kind"), "all")
        found["*",] = {**words, "value": Fraction(len(found)), **solved}
    return found
