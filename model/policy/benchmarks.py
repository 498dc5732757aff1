"""The cut to the advanced value of energy per product (3.3.1b)."""

from fractions import Fraction

from dualcontrol.model.benchmark_lines import line
from dualcontrol.model.ledger import POOL, Entry, transfer
from dualcontrol.model.policy.rulings import Desk
from dualcontrol.model.quantities import exact, tce_per_product, whole_down


def gap_to_advanced_tce(desk: Desk, unit_id: str) -> Fraction:
    """3.3.1b: energy of the base year above the advanced value, summed over the unit's products, tce."""
    scenario = desk.accounts.scenario
    factor = desk.accounts.counting.electricity_tce_per_mwh
    products = scenario.table("products")
    gap = Fraction(0)
    for row in products[products["unit_id"] == unit_id].itertuples():
        advanced = line(scenario, row.benchmark_key, "advanced") if row.benchmark_key else None
        if advanced is not None:
            per_product = tce_per_product(row.specific_energy, row.specific_unit, factor)
            step = per_product - tce_per_product(advanced, row.specific_unit, factor)
            gap += max(Fraction(0), step) * exact(row.output)
    return gap


def benchmark_cut_tce(desk: Desk, unit_id: str) -> int:
    """3.3.1b: this year's share of the gap to the advanced value, whole tce, at most the base."""
    if not desk.is_on("3.3.1b"):
        return 0
    share = exact(desk.accounts.scenario.settings.policy.cut_phase_share)
    return min(max(0, desk.bases[unit_id]), whole_down(gap_to_advanced_tce(desk, unit_id) * share))


def benchmark_cuts(desk: Desk) -> list[Entry]:
    """3.3.1b: a unit short of the national advanced value loses the corresponding quota to the pool."""
    return [
        entry
        for row in desk.accounts.scenario.rows("units")
        if not row.is_retired
        for entry in transfer(
            desk.year,
            f"unit:{row.unit_id}",
            POOL,
            benchmark_cut_tce(desk, row.unit_id),
            "3.3.1b",
            "benchmark_cut",
        )
    ]
