"""The fossil account, recomputed (2.3)."""

from fractions import Fraction

from dualcontrol.model.audit.carbon import fossil_budget, local_share
from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.reports.lines import energy_lines
from dualcontrol.model.audit.results import Results

Amount = Fraction | None
Cells = dict[str, Fraction | str | None]


def expected(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], Cells]:
    """What each line must say."""
    rulings, accounts = plan.rulings, plan.rulings.accounts
    base, now = accounts.base(), plan.county()
    found: dict[tuple[str, ...], Cells] = {}

    def tell(item: str, use: str, unit: str, first: Amount, second: Amount, limit: Amount = None) -> None:
        found[item, use] = {"unit": unit, "base": first, "plan": second, "limit": limit}

    sums: dict[tuple[str, str], tuple[Fraction, Fraction]] = {}
    for line in energy_lines(plan):
        if line.carrier.flag("is_fossil"):
            factor = line.carrier.num("tce_per_unit")
            key = (line.carrier.text("carrier_id"), line.use.partition("_")[0])
            old = sums.get(key, (ZERO, ZERO))
            sums[key] = (old[0] + factor * line.base, old[1] + factor * line.plan)
    for (item, use), cell in sums.items():
        if any(cell):
            tell(item, use, "tce", *cell)
    lines = accounts.society.items()
    fuels = sum((row.num("base_fuel_tce") for _, row in lines), ZERO)
    served = sum((plan.society_flow(key).fossil_tce for key, _ in lines), ZERO)
    if fuels or served:
        tell("society_fuels", "fuel", "tce", fuels, served)
    tell("fossil", "all", "tce", base.fossil_tce, now.fossil_tce, fossil_budget(rulings))
    tell("electricity", "used", "MWh", base.used_mwh, now.used_mwh)
    tell("local_non_fossil", "used", "MWh", base.local_mwh, now.local_mwh)
    shares = [f.local_mwh / f.used_mwh if f.used_mwh > 0 else None for f in (base, now)]
    tell("local_renewable_share", "all", "share", shares[0], shares[1], local_share(rulings))
    k_eq, primary = accounts.k_tce_per_mwh + accounts.rise_tce_eq_per_mwh, []
    for flow in (base, now):
        green = k_eq * flow.local_mwh
        whole = green + flow.fossil_tce
        primary.append(green / whole if whole > 0 else None)
    tell("non_fossil_share", "all", "share", *primary)
    return found
