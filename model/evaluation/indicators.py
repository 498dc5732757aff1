"""The capped ratios of units and projects to the benchmarks of the `evaluation` table, exactly (3.2.3c, 3.3.2a)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from dualcontrol.model.accounting import Accounts
from dualcontrol.model.benchmark_lines import line
from dualcontrol.model.quantities import exact, tce_per_product

Kind = Literal["project", "unit"]
WATER = "water"  # the resource whose use is the water of an owner

# indicator: (numerator, denominator, multiplier, whether less is better)
_QUOTIENTS: Mapping[str, tuple[str, str, int, bool]] = {
    "energy_per_output": ("energy_tce", "output_value", 1, True),
    "energy_per_value_added": ("energy_tce", "value_added", 1, True),
    "co2_per_value_added": ("co2_t", "value_added", 1, True),
    "water_per_value_added": ("water", "value_added", 1, True),
    "water_per_output": ("water", "output_value", 1, True),
    "output_per_mu": ("output_value", "land_mu", 1, False),
    "value_added_per_mu": ("value_added", "land_mu", 1, False),
    "profit_per_mu": ("profit", "land_mu", 1, False),
    "tax_per_mu": ("tax", "land_mu", 1, False),
    "jobs_per_100_mu": ("jobs", "land_mu", 100, False),
}


@dataclass(frozen=True)
class Indicator:
    """One indicator as it applies to projects or to units; benchmark None: that of the benchmark line."""

    name: str
    weight: Fraction
    benchmark: Fraction | None
    cap: Fraction


def indicators(accounts: Accounts, kind: Kind) -> tuple[Indicator, ...]:
    """Indicators of positive weight, in the order of the table; units may have weights and benchmarks of their own."""
    found = []
    for row in accounts.scenario.rows("evaluation"):
        weight, benchmark = _number(row.weight), _number(row.benchmark)
        if kind == "unit":
            own_weight, own_benchmark = _number(row.unit_weight), _number(row.unit_benchmark)
            weight = weight if own_weight is None else own_weight
            benchmark = benchmark if own_benchmark is None else own_benchmark
        if weight is not None and weight > 0:
            found.append(Indicator(row.indicator, weight, benchmark, exact(row.cap)))
    return tuple(found)


def ratios(accounts: Accounts, kind: Kind) -> dict[str, dict[str, Fraction | None]]:
    """By owner and indicator: min(cap, ratio to the benchmark), larger is better; None where a figure is missing."""
    asked = indicators(accounts, kind)
    water = _water(accounts)
    found = {}
    for row in accounts.scenario.rows(f"{kind}s"):
        owner_id = getattr(row, f"{kind}_id")
        figures = _figures(accounts, kind, owner_id, row, water.get(owner_id))
        found[owner_id] = {one.name: _ratio(accounts, kind, owner_id, row, one, figures) for one in asked}
    return found


def _figures(
    accounts: Accounts, kind: Kind, owner_id: str, row: Any, water: Fraction | None
) -> dict[str, Fraction | None]:
    """Year figures of an owner: energy of the intensity measure (当量 tce), direct and process CO2, money in 万元."""
    use = (accounts.projects_full_year if kind == "project" else accounts.units)[owner_id]
    return {
        "energy_tce": Fraction(accounts.counting.counted(use, "intensity")),
        "value_added": use.value_added_wan_yuan,
        "co2_t": use.co2_t,
        "water": water,
        "output_value": _number(row.output_value_wan_yuan),
        "profit": _number(row.profit_wan_yuan),
        "tax": _number(row.tax_wan_yuan),
        "jobs": _number(row.jobs),
        "land_mu": _number(row.land_mu),
    }


def _ratio(
    accounts: Accounts,
    kind: Kind,
    owner_id: str,
    row: Any,
    one: Indicator,
    figures: Mapping[str, Fraction | None],
) -> Fraction | None:
    if one.name == "specific_energy":
        lines = _project_lines(row) if kind == "project" else _unit_lines(accounts, owner_id)
        return _specific(accounts, lines, one.cap)
    above, below, times, is_cost = _QUOTIENTS[one.name]
    amount, per = figures[above], figures[below]
    if amount is None or per is None or per <= 0 or one.benchmark is None or one.benchmark <= 0:
        return None
    if is_cost:  # nothing used is as good as the cap allows
        return min(one.cap, one.benchmark * per / amount) if amount > 0 else one.cap
    return min(one.cap, max(Fraction(0), amount * times / per / one.benchmark))


def _project_lines(row: Any) -> list[tuple[Any, Fraction]]:
    return [(row, Fraction(1))] if row.benchmark_key and _number(row.specific_energy) is not None else []


def _unit_lines(accounts: Accounts, unit_id: str) -> list[tuple[Any, Fraction]]:
    products = accounts.scenario.table("products")
    return [
        (row, exact(row.output))
        for row in products[products["unit_id"] == unit_id].itertuples()
        if row.benchmark_key and _number(row.specific_energy) is not None
    ]


def _specific(accounts: Accounts, lines: list[tuple[Any, Fraction]], cap: Fraction) -> Fraction | None:
    """Energy of all products at their advanced values over what they take; None without a line in force."""
    factor = accounts.counting.electricity_tce_per_mwh
    actual = best = Fraction(0)
    is_held = False
    for row, output in lines:
        value = line(accounts.scenario, row.benchmark_key, "advanced")
        if value is not None and value > 0 and output > 0:
            is_held = True
            actual += output * tce_per_product(row.specific_energy, row.specific_unit, factor)
            best += output * tce_per_product(value, row.specific_unit, factor)
    if not is_held:
        return None
    return min(cap, best / actual) if actual > 0 else cap


def _water(accounts: Accounts) -> dict[str, Fraction]:
    return {
        row.owner_id: exact(row.use)
        for row in accounts.scenario.rows("resource_use")
        if row.resource_id == WATER
    }


def _number(value: float) -> Fraction | None:
    return None if value != value else exact(value)
