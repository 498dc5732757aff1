"""What a saving measure may save and costs a year (2.3, 2.4, 3.5.1-6)."""

from fractions import Fraction
from typing import Any

from dualcontrol.model.quantities import exact

SAVINGS = "2.3"  # without it nobody saves; each measure's own clause switches that measure off


def annuity(rate: Fraction, years: int) -> Fraction:
    """Yearly payment per unit of investment: r/(1 − (1+r)^−n), 1/n without interest. Exact."""
    if rate == 0:
        return Fraction(1, years)
    growth = (1 + rate) ** years
    return rate * growth / (growth - 1)


def yearly_cost_wan_yuan(measure: Any) -> Fraction:
    """Yearly cost of a measure that is carried out, 万元: running cost and the annuity of its investment (2.3)."""
    investment = exact(measure.investment_wan_yuan)
    yearly = annuity(exact(measure.discount_rate), int(measure.life_years))
    return exact(measure.annual_cost_wan_yuan) + investment * yearly


def full_saving(measure: Any, disabled_clauses: tuple[str, ...]) -> Fraction:
    """Most a measure can save in the plan year, carrier unit: realised share, months in effect; 0 if switched off."""
    if not is_in_force(measure, disabled_clauses):
        return Fraction(0)
    months = Fraction(13 - int(measure.start_month), 12)
    return exact(measure.saving_quantity) * exact(measure.realised_share) * months


def is_in_force(measure: Any, disabled_clauses: tuple[str, ...]) -> bool:
    """Whether the clauses that a measure rests on are switched on; without 2.4 society has none of its own."""
    own = {SAVINGS, measure.clause} | ({"2.4"} if measure.line_id else set())
    return not own & set(disabled_clauses)
