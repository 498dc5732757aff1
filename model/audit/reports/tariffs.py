"""Surcharges on electricity, recomputed (3.2.4)."""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.audit.results import Results
from dualcontrol.model.audit.tariffs import levies

Cells = dict[str, Fraction | int | str | None]


def expected(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], Cells]:
    """What each line must say: rate, electricity, cost, and what a step or a point less is worth."""
    found: dict[tuple[str, ...], Cells] = {}
    for levy in levies(plan.rulings.accounts):
        kind, _, key = levy.account.partition(":")
        mwh = levy.mwh * (plan.units[key].activity if kind == "unit" else plan.load[key])
        line, full = levy.tariff, levy.tariff.num("yuan_per_kwh") * levy.tariff.num("multiplier")
        relief = min(ONE, levy.points * levy.per_point)
        lower = worth = None
        if line.text("kind") == "step" and levy.steps > 0 and levy.specific is not None:
            lower = levy.specific - (line.num("threshold_kwh") + (levy.steps - 1) * line.num("step_kwh"))
            worth = full * (ONE - relief) * mwh / 10
        found[levy.account, line.text("tariff_id"), levy.product or "-"] = {
            "specific_kwh": levy.specific,
            "threshold_kwh": line.num("threshold_kwh"),
            "steps": levy.steps,
            "green_share": levy.green_share,
            "relief_share": relief,
            "rate_yuan_per_kwh": levy.yuan,
            "charged_mwh": mwh,
            "cost_wan_yuan": levy.yuan * mwh / 10,
            "kwh_to_lower_step": lower,
            "step_wan_yuan": worth,
            "point_wan_yuan": max(ZERO, min(levy.per_point, ONE - relief)) * full * levy.steps * mwh / 10,
        }
    return found
