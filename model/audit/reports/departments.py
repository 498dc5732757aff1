"""Quota by department, from the auditor's own reading of sectors and society (2.1)."""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.inputs import Row
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.results import Results


def expected(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], dict[str, Fraction | int]]:
    """What each department answers for, whole tce, from the balances of the ledger."""
    accounts = plan.rulings.accounts
    of_sector = {row.text("sector_id"): row.text("department") for row in accounts.tables["sectors"]}

    def of(row: Row) -> str:
        return of_sector.get(row.text("sector_id"), "")

    holders = [("units_tce", f"unit:{key}", of(owner.row)) for key, owner in accounts.units.items()]
    holders += [("projects_tce", f"project:{key}", of(owner.row)) for key, owner in accounts.projects.items()]
    holders += [
        ("society_tce", f"society:{k}", row.text("department")) for k, row in accounts.society.items()
    ]
    found: dict[tuple[str, ...], dict[str, Fraction | int]] = {}
    for column, account, department in holders:
        zero: dict[str, Fraction | int] = dict.fromkeys(
            ("holders", "units_tce", "projects_tce", "society_tce", "quota_tce"), 0
        )
        told = found.setdefault((department or "-",), zero)
        balance = book.balance.get(account, Fraction(0))
        told["holders"] += balance > 0
        told[column] += balance
        told["quota_tce"] += balance
    return found
