"""Electricity added and fuels displaced by society line, from the auditor's own factors (3.4.5)."""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.results import Results


def expected(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], dict[str, Fraction | str]]:
    """What each line of the report must say."""
    accounts = plan.rulings.accounts
    k, k_eq = accounts.k_tce_per_mwh, accounts.k_tce_per_mwh + accounts.rise_tce_eq_per_mwh
    found: dict[tuple[str, ...], dict[str, Fraction | str]] = {}
    for key, line in accounts.society.items():
        mwh, fuel = line.num("electrified_mwh"), line.num("displaced_fuel_tce")
        if mwh or fuel:
            found[key,] = {
                "name": line.text("name"),
                "electrified_mwh": mwh,
                "displaced_fuel_tce": fuel,
                "change_tce": k * mwh - fuel,
                "change_tce_eq": k_eq * mwh - fuel,
                "change_co2_t": accounts.grid_co2_t_per_mwh * mwh - line.num("co2_t_per_fuel_tce") * fuel,
            }
    return found
