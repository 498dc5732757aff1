"""Water against norms, recomputed (3.3.4b)."""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.results import Results

CUBIC_METRES = 10_000  # per 万m³, the unit in which the resource `water` is stated


def expected(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], dict[str, Fraction | None]]:
    """What each owner's line must say; a norm only where every product has one."""
    accounts = plan.rulings.accounts
    norms = {row.text("water_key"): row for row in accounts.tables["water_norms"]}
    made = {f"unit:{key}": choice.activity for key, choice in plan.units.items()}
    made |= {f"project:{key}": load for key, load in plan.load.items()}
    lines: dict[str, list[tuple[str, Fraction]]] = {account: [] for account in made}
    for row in accounts.tables["products"]:
        lines[f"unit:{row.text('unit_id')}"].append((row.text("water_key"), row.num("output")))
    for key, project in accounts.projects.items():
        lines[f"project:{key}"].append((project.row.text("water_key"), project.row.num("capacity")))
    uses = {
        ("unit:" if row.text("owner_id") in accounts.units else "project:") + row.text("owner_id"): row.num(
            "use"
        )
        for row in accounts.tables["resource_use"]
        if row.text("resource_id") == "water"
    }
    found: dict[tuple[str, ...], dict[str, Fraction | None]] = {}
    for account, level in made.items():
        keys = [key for key, _ in lines[account]]
        if account not in uses and not any(keys):
            continue
        use = uses[account] * level if account in uses else None
        cells: dict[str, Fraction | None] = {"use_wan_m3": use}
        for name in ("general", "advanced"):
            norm = None
            if keys and all(keys):
                norm = sum((norms[k].num(f"{name}_m3") * amount for k, amount in lines[account]), ZERO)
                norm = norm * level / CUBIC_METRES
            cells[f"{name}_wan_m3"] = norm
            cells[f"above_{name}_wan_m3"] = None if norm is None or use is None else max(ZERO, use - norm)
        found[account,] = cells
    return found
