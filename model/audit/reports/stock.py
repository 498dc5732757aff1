"""Review levels and replacement sources, from the auditor's own reading (3.2.2c, 3.2.3e)."""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.results import Results
from dualcontrol.model.audit.stock import restriction, review_level, reviewed_too_low

Cell = Fraction | int | str | None


def review(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], dict[str, Cell]]:
    """What each project needs and holds."""
    accounts, kappa = plan.rulings.accounts, plan.rulings.benchmark
    found: dict[tuple[str, ...], dict[str, Cell]] = {}
    for key, project in accounts.projects.items():
        row = project.row
        is_reviewed = row.text("review") in ("approved", "exempt")
        found[key,] = {
            "name": row.text("name"),
            "full_year_tce": project.gross_tce,
            "electricity_mwh": project.electricity_mwh,
            "needed": review_level(accounts, project),
            "held": row.text("review_level") or "-",
            "review": row.text("review"),
            "is_adequate": int(is_reviewed and not reviewed_too_low(accounts, project)),
            "needs_approval": int(kappa is not None and project.energy > kappa * project.value_added),
            "is_quota_approved": int(row.flag("is_quota_approved")),
        }
    return found


def replacements(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], dict[str, Cell]]:
    """What each named source gives up; that its tonnes are those of the ledger is a check of the ledger."""
    rulings, accounts = plan.rulings, plan.rulings.accounts
    found: dict[tuple[str, ...], dict[str, Cell]] = {}
    for row in accounts.tables["replacements"]:
        key, project = row.text("replacement_id"), accounts.projects[row.text("project_id")]
        line, closure = restriction(accounts, project), rulings.closures.get(key)
        admitted = plan.admitted[project.id]
        needs = None if line is None else line.num("capacity_ratio") * project.row.num("capacity")
        energy = None if line is None else line.num("energy_ratio") * project.gross_tce
        found[key,] = {
            "project_id": project.id,
            "unit_id": row.text("unit_id") or "-",
            "capacity": row.num("capacity"),
            "energy_tce": row.num("energy_tce"),
            "needed_capacity": needs,
            "needed_energy_tce": energy,
            "admitted": admitted,
            "closed": closure.share * admitted if closure else 0,
            # a millionth of a tonne is no tonne: what a solver leaves of one counts as whole
            "freed_tce": int(closure.freed * admitted + Fraction(1, 10**6)) if closure else 0,
        }
    return found
