"""Carbon that key units are assessed by, recomputed (3.3.3a)."""

from fractions import Fraction

from dualcontrol.model.audit.carbon import unit_budgets, unit_carbon, unit_ceilings
from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.results import Results


def expected(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], dict[str, Fraction | None]]:
    """What each unit's line must say."""
    rulings, accounts = plan.rulings, plan.rulings.accounts
    budgets, ceilings = unit_budgets(rulings), unit_ceilings(rulings)
    found: dict[tuple[str, ...], dict[str, Fraction | None]] = {}
    for key, unit in accounts.units.items():
        base = unit_carbon(accounts, unit, accounts.base_choice(unit))
        now, value = unit_carbon(accounts, unit, plan.units[key]), plan.unit_flow(key).value_added
        before = base / unit.value_added if unit.value_added > 0 else None
        after = now / value if value > 0 else None
        found[f"unit:{key}",] = {
            "base_co2_t": base,
            "plan_co2_t": now,
            "budget_co2_t": budgets.get(key),
            "base_co2_t_per_wan_yuan": before,
            "plan_co2_t_per_wan_yuan": after,
            "ceiling_co2_t_per_wan_yuan": ceilings.get(key),
            "fall_share": 1 - after / before if before and after is not None else None,
        }
    return found
