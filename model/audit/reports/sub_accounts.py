"""Fuel, feedstock and conversion apart, recomputed (3.3.4a)."""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.reports.lines import energy_lines
from dualcontrol.model.audit.results import Results

PARTS = ("fuel", "feedstock", "conversion_in", "conversion_out")


def expected(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], dict[str, Fraction]]:
    """What each owner's line must say, tce."""
    found: dict[tuple[str, ...], dict[str, Fraction]] = {}
    for line in energy_lines(plan):
        zero = {f"{year}_{part}_tce": ZERO for year in ("base", "plan") for part in (*PARTS, "total")}
        cells, factor = found.setdefault((line.account,), zero), line.carrier.num("tce_per_unit")
        for part in (line.use, "total"):
            cells[f"base_{part}_tce"] += factor * line.base
            cells[f"plan_{part}_tce"] += factor * line.plan
    return found
