"""The greenhouse gas inventory, recomputed: each tonne once (3.3.3a)."""

from fractions import Fraction

from dualcontrol.model.audit.accounts import Flow, added
from dualcontrol.model.audit.carbon import buys_none
from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.reports.lines import energy_lines, levels
from dualcontrol.model.audit.results import Results

COLUMNS = ("base_co2_t", "plan_co2_t", "base_memo_co2_t", "plan_memo_co2_t")


class _Inventory:
    """Sums by account, scope and item."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, ...], list[Fraction]] = {}

    def add(self, key: tuple[str, ...], base: Fraction, plan: Fraction, *, is_memo: bool = False) -> None:
        cell = self.cells.setdefault(key, [ZERO] * 4)
        cell[2 * is_memo] += base
        cell[2 * is_memo + 1] += plan


def expected(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], dict[str, Fraction]]:
    """What each line must say; lines that are zero throughout are left out."""
    accounts, told = plan.rulings.accounts, _Inventory()
    for line in energy_lines(plan):
        name = line.carrier.text("carrier_id")
        factor, heat = line.carrier.num("co2_t_per_unit"), line.carrier.num("indirect_co2_t_per_unit")
        if line.use != "feedstock":  # its carbon is in the processes
            told.add((line.account, "combustion", name), factor * line.base, factor * line.plan)
        told.add((line.account, "heat", name), heat * line.base, heat * line.plan, is_memo=True)
    _processes(plan, told)
    g = accounts.grid_co2_t_per_mwh
    bases: list[Flow] = []
    plans: list[Flow] = []
    for key, unit in accounts.units.items():
        base, now = accounts.base_unit_flow(unit), plan.unit_flow(key)
        bases, plans = [*bases, base], [*plans, now]
        if not buys_none(unit):
            told.add(
                (f"unit:{key}", "electricity", "bought"),
                g * base.import_mwh,
                g * now.import_mwh,
                is_memo=True,
            )
    for key in accounts.projects:
        now = plan.project_flow(key)
        plans.append(now)
        told.add((f"project:{key}", "electricity", "bought"), ZERO, g * now.import_mwh, is_memo=True)
    for key, line_row in accounts.society.items():
        base, now = accounts.society_flow(line_row, "base"), plan.society_flow(key)
        bases, plans = [*bases, base], [*plans, now]
        account = f"society:{key}"
        told.add((account, "combustion", "fuels"), base.co2_t, now.co2_t)
        told.add((account, "electricity", "bought"), g * base.import_mwh, g * now.import_mwh, is_memo=True)
    told.add(
        ("grid", "net_inflow", "electricity"),
        accounts.co2_t(accounts.base()) - _emitted(bases),
        accounts.co2_t(plan.county()) - _emitted(plans),
    )
    return {key: dict(zip(COLUMNS, cell, strict=True)) for key, cell in told.cells.items() if any(cell)}


def _emitted(flows: list[Flow]) -> Fraction:
    return added(flows).co2_t


def _processes(plan: Plan, told: _Inventory) -> None:
    """Listed items one by one, the lump of the others under "total"."""
    accounts, listed = plan.rulings.accounts, set()
    owners = {**dict.fromkeys(accounts.units, "unit"), **dict.fromkeys(accounts.projects, "project")}
    for row in accounts.tables["process_emissions"]:
        key = row.text("owner_id")
        kind = owners[key]
        listed.add(key)
        amount = row.num("quantity") * row.num("factor")
        amount *= {"factor": Fraction(1), "carbon_in": Fraction(44, 12), "carbon_out": Fraction(-44, 12)}[
            row.text("kind")
        ]
        base, now = levels(plan, kind, key)
        told.add((f"{kind}:{key}", "process", row.text("item")), amount * base, amount * now)
    for key, kind in owners.items():
        owner = accounts.units[key] if kind == "unit" else accounts.projects[key]
        if key not in listed:
            lump, (base, now) = owner.row.num("process_co2_t"), levels(plan, kind, key)
            told.add((f"{kind}:{key}", "process", "total"), lump * base, lump * now)
