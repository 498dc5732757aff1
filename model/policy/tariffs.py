"""Green electricity tariffs: what a unit or project pays above the price of electricity, and why (3.2.4).

Sources: 内发改价费字〔2021〕115号, 发改价格〔2021〕1239号. The rate follows from the base year (a project's: from
what it declares): electricity per product, class, share of renewables. The cost is then linear in activity: a plan's
own savings and green power lower the rate of the year after, not its own.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dualcontrol.model.accounting import Accounts
from dualcontrol.model.quantities import exact

NONE = Fraction(0)
WAN_PER_MWH = Fraction(1, 10)  # yuan/kWh to 万元/MWh


@dataclass(frozen=True)
class Surcharge:
    """A tariff on one owner (of a unit: on one product, where the tariff names a line).

    specific_kwh: electricity per product (None where none counts). steps: steps above the threshold. green_share: of
    renewables in the electricity used. rate_yuan_per_kwh: what is paid. mwh: electricity it is paid on at activity 1 or
    full load in the plan year. cost_wan_yuan: rate x electricity.
    """

    account: str
    tariff_id: str
    product: str
    kind: str
    specific_kwh: Fraction | None
    threshold_kwh: Fraction
    step_kwh: Fraction
    steps: int
    green_share: Fraction
    relief: Fraction
    rate_yuan_per_kwh: Fraction
    yuan_per_step: Fraction
    relief_per_point: Fraction
    mwh: Fraction

    @property
    def cost_wan_yuan(self) -> Fraction:
        """万元 a year at activity 1 or full load."""
        return self.rate_yuan_per_kwh * self.mwh * WAN_PER_MWH


def steps_above(specific_kwh: Fraction, threshold_kwh: Fraction, step_kwh: Fraction) -> int:
    """Steps above the threshold; what is less than a step counts as one (1239号). 0 at or below the threshold."""
    return max(0, math.ceil((specific_kwh - threshold_kwh) / step_kwh))


def relief_share(green_share: Fraction, free_share: Fraction | None, per_point: Fraction) -> Fraction:
    """Share of a surcharge that renewables take off: `per_point` for each whole point above `free_share`, at most 1."""
    if free_share is None:
        return NONE
    points = max(0, math.floor((green_share - free_share) * 100))
    return min(Fraction(1), per_point * points)


def surcharges(accounts: Accounts) -> tuple[Surcharge, ...]:
    """Every surcharge that applies, by owner, steps of 0 included; none with clause 3.2.4 switched off."""
    if "3.2.4" in accounts.scenario.settings.disabled_clauses:
        return ()
    tariffs = _in_force(accounts)
    found = [s for row in accounts.scenario.rows("units") for s in _unit(accounts, row, tariffs)]
    found += [s for row in accounts.scenario.rows("projects") for s in _project(accounts, row, tariffs)]
    return tuple(s for s in found if s.rate_yuan_per_kwh or s.kind == "step")


def _in_force(accounts: Accounts) -> list[Any]:
    """The latest line of each tariff on the day the plan is made."""
    as_of = accounts.scenario.settings.as_of
    latest: dict[str, Any] = {}
    for row in accounts.scenario.table("tariffs").sort_values("effective_from").itertuples():
        if row.effective_from <= as_of:
            latest[row.tariff_id] = row
    return [latest[key] for key in sorted(latest)]


def _fits(tariff: Any, owner: Any) -> bool:
    is_sector = not tariff.sector_id or tariff.sector_id == owner.sector_id
    return is_sector and tariff.industry_class in ("any", owner.industry_class)


def _unit(accounts: Accounts, row: Any, tariffs: list[Any]) -> Iterator[Surcharge]:
    use, account = accounts.units[row.unit_id], f"unit:{row.unit_id}"
    green = NONE
    if use.electricity_mwh > 0:
        green = (use.self_pv_mwh + exact(row.green_base_mwh)) / use.electricity_mwh
    products = accounts.scenario.table("products")
    for tariff in tariffs:
        if not _fits(tariff, row):
            continue
        if tariff.kind == "own_plant":
            if row.own_plant_mwh > 0:
                yield _surcharge(tariff, account, "", None, green, exact(row.own_plant_mwh))
        elif not tariff.benchmark_key:
            yield _surcharge(tariff, account, "", None, green, use.electricity_mwh)
        else:
            for made in products[products["unit_id"] == row.unit_id].itertuples():
                if made.benchmark_key == tariff.benchmark_key:
                    specific = _specific(made, made.electricity_kwh_per_unit)
                    mwh = use.electricity_mwh if specific is None else exact(made.output) * specific / 1000
                    yield _surcharge(tariff, account, made.product, specific, green, mwh)


def _project(accounts: Accounts, row: Any, tariffs: list[Any]) -> Iterator[Surcharge]:
    mwh = accounts.projects[row.project_id].electricity_mwh
    for tariff in tariffs:
        is_line = not tariff.benchmark_key or tariff.benchmark_key == row.benchmark_key
        if is_line and tariff.kind != "own_plant" and _fits(tariff, row):
            specific = _specific(row, math.nan) if tariff.benchmark_key else None
            yield _surcharge(tariff, f"project:{row.project_id}", "", specific, NONE, mwh)


def _specific(row: Any, electricity_kwh: float) -> Fraction | None:
    """Electricity per product, kWh: the figure of its own, else the energy per product where it is in kWh/t."""
    if not math.isnan(electricity_kwh):
        return exact(electricity_kwh)
    if row.specific_unit == "kWh/t" and not math.isnan(row.specific_energy):
        return exact(row.specific_energy)
    return None


def _surcharge(
    tariff: Any, account: str, product: str, specific: Fraction | None, green: Fraction, mwh: Fraction
) -> Surcharge:
    yuan = exact(tariff.yuan_per_kwh) * exact(tariff.multiplier)
    threshold, step, steps = exact(tariff.threshold_kwh), NONE, 1
    if tariff.kind == "step":
        step = exact(tariff.step_kwh)
        steps = 0 if specific is None else steps_above(specific, threshold, step)
    free = None if math.isnan(tariff.renewable_share_free) else exact(tariff.renewable_share_free)
    per_point = exact(tariff.relief_per_point)
    relief = relief_share(green, free, per_point)
    return Surcharge(
        account, tariff.tariff_id, product, tariff.kind, specific, threshold, step, steps, green, relief,
        yuan * steps * (1 - relief), yuan, per_point if free is not None else NONE, mwh,
    )  # fmt: skip
