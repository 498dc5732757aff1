"""Energy of every owner by carrier and use at the plan, as the auditor reads it: what several reports are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.inputs import Row
from dualcontrol.model.audit.numbers import ONE, ZERO


@dataclass(frozen=True)
class Line:
    """One row of energy, or what a measure saves: quantities of base and plan year in the carrier's unit, signed."""

    account: str
    carrier: Row
    use: str
    base: Fraction
    plan: Fraction


def levels(plan: Plan, kind: str, key: str) -> tuple[Fraction, Fraction]:
    """How much of its full figure an owner runs in base and plan year."""
    if kind == "unit":
        return ONE, plan.units[key].activity
    return ZERO, plan.load[key] * plan.rulings.accounts.month(plan.rulings.accounts.projects[key].row)


def energy_lines(plan: Plan) -> Iterator[Line]:
    """All rows of units and projects; savings negative, in the year of the plan alone."""
    accounts = plan.rulings.accounts
    has_fuel, converts = set(), set()
    for kind in ("unit", "project"):
        for row in accounts.tables[f"{kind}_energy"]:
            key, use = row.text(f"{kind}_id"), row.text("use")
            amount = -row.num("quantity") if use == "conversion_out" else row.num("quantity")
            base, now = levels(plan, kind, key)
            place = (key, row.text("carrier_id"))
            has_fuel |= {place} if use == "fuel" else set()
            converts |= {place} if use == "conversion_in" else set()
            yield Line(
                f"{kind}:{key}", accounts.carriers[row.text("carrier_id")], use, amount * base, amount * now
            )
    for key, choice in plan.units.items():
        for name, amount in choice.savings.items():
            carrier = accounts.measures[name].text("carrier_id")
            place = (key, carrier)
            use = "conversion_in" if place in converts and place not in has_fuel else "fuel"
            yield Line(f"unit:{key}", accounts.carriers[carrier], use, ZERO, -amount)
