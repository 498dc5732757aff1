"""Records of dishonest conduct in force, from the auditor's own reading of the dates (3.2.5)."""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.conduct import NO_REWARD, conduct_now, end_day
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.results import Results

EFFECTS = {"unit": "no_bonus;no_grant;no_projects;no_purchase", "project": "no_entry;no_purchase"}


def expected(
    plan: Plan, results: Results, book: Book
) -> dict[tuple[str, ...], dict[str, Fraction | int | str]]:
    """Every unit and project with a record that counts on the day of the plan."""
    accounts, scenario = plan.rulings.accounts, plan.rulings.scenario
    found: dict[tuple[str, ...], dict[str, Fraction | int | str]] = {}
    for kind, owners in (("unit", accounts.units), ("project", accounts.projects)):
        for key, owner in owners.items():
            state, row = conduct_now(owner.row, scenario), owner.row
            if state == "normal":
                continue
            end = end_day(row, scenario)
            found[f"{kind}:{key}",] = {
                "state": state,
                "since": row.day("conduct_since").isoformat() if row.has_day("conduct_since") else "",
                "effect": EFFECTS[kind] if state in NO_REWARD else "logged",
                "penalty_tce": plan.rulings.units[key].penalty if kind == "unit" else 0,
                "ends_on": "" if end is None else end.isoformat(),
            }
    return found
