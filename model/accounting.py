"""Physical energy to standard coal and CO2, per owner and for the county, in both years alike (3.3.4a, 3.3.3).

The formulas are linear, so `Use` and `Counting` work on numbers (what is reported) and on expressions of an
optimisation model (what is optimised) with the same code: what is reported is what was optimised.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from dualcontrol.model.carbon_factors import grid_co2_t_per_mwh, process_terms
from dualcontrol.model.quantities import exact
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema import ELECTRICITY

# An exact number (Fraction), or a linear expression of the optimisation model.
Quantity = Any


@dataclass(frozen=True)
class Use:
    """What one owner uses, makes and emits in a year. Source: GB/T 2589-2020, form 205-1/205-2.

    gross_tce, feedstock_tce: 当量 tce. electricity_mwh: all electricity used, self-used PV included.
    generation_mwh: thermal electricity made. co2_t: direct and process emissions. national_*: what of gross energy less
    feedstock, of feedstock, and of electricity used less made belongs to a project set aside nationally.
    """

    gross_tce: Quantity = Fraction(0)
    feedstock_tce: Quantity = Fraction(0)
    electricity_mwh: Quantity = Fraction(0)
    generation_mwh: Quantity = Fraction(0)
    co2_t: Quantity = Fraction(0)
    value_added_wan_yuan: Quantity = Fraction(0)
    self_pv_mwh: Quantity = Fraction(0)
    excess_green_mwh: Quantity = Fraction(0)
    national_tce: Quantity = Fraction(0)
    national_feedstock_tce: Quantity = Fraction(0)
    national_mwh: Quantity = Fraction(0)

    def __add__(self, other: "Use") -> "Use":
        return Use(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})

    def scaled(self, factor: Quantity) -> "Use":
        """The same owner at `factor` times this operation."""
        return Use(**{f.name: getattr(self, f.name) * factor for f in fields(self)})


@dataclass(frozen=True)
class PowerBalance:
    """The county's yearly electricity in MWh; self-used PV is not in it but with its user.

    added_renewable_mwh: certified renewable electricity used beyond that of 2020 and not left out otherwise.
    """

    non_fossil_generation_mwh: Quantity = Fraction(0)
    non_fossil_local_mwh: Quantity = Fraction(0)
    losses_mwh: Quantity = Fraction(0)
    added_renewable_mwh: Quantity = Fraction(0)


@dataclass(frozen=True)
class County:
    """The county's totals. `energy_tce` 当量, `energy_eq_tce` 等价 by measure, `net_inflow_mwh` N of design §5."""

    energy_tce: Quantity
    energy_eq_tce: Mapping[str, Quantity]
    grid_eq_tce: Mapping[str, Quantity]
    co2_t: Quantity
    gdp_wan_yuan: Quantity
    net_inflow_mwh: Quantity

    @property
    def intensity(self) -> Quantity:
        """Energy for intensity (等价 tce) per 万元 of GDP."""
        return self.energy_eq_tce["intensity"] / self.gdp_wan_yuan


@dataclass(frozen=True)
class Counting:
    """The rules of counting in force: factors and exclusion switches (3.3.3b, 3.3.3c, 3.3.4a)."""

    electricity_tce_per_mwh: Fraction
    k_eq_tce_per_mwh: Fraction
    is_primary_eq: bool
    grid_co2_t_per_mwh: Fraction
    required_share: Fraction
    switches: frozenset[tuple[str, str]]

    def is_excluded(self, kind: str, measure: str) -> bool:
        """Whether energy of `kind` is left out of `measure` on the day the plan is made."""
        return (kind, measure) in self.switches

    @property
    def tce_left_out_per_mwh(self) -> Fraction:
        """What renewable electricity was counted at, and so is left out with, 等价 tce per MWh."""
        return self.k_eq_tce_per_mwh if self.is_primary_eq else self.electricity_tce_per_mwh

    def counted(self, use: Use, measure: str) -> Quantity:
        """Energy of one owner that counts for `measure`, 当量 tce (three measures, design §5).

        measure: "gross", "intensity" or "total".
        """
        energy = use.gross_tce
        if self.is_excluded("feedstock", measure):
            energy = energy - use.feedstock_tce
        if self.is_excluded("self_pv", measure):
            energy = energy - self.electricity_tce_per_mwh * use.self_pv_mwh
        if self.is_excluded("excess_renewable", measure):
            energy = energy - self.electricity_tce_per_mwh * use.excess_green_mwh
        if self.is_excluded("national", measure):
            energy = energy - self.set_aside(use, measure)
        return energy

    def set_aside(self, use: Use, measure: str) -> Quantity:
        """Energy of projects set aside nationally, 当量 tce, without feedstock that is left out for itself."""
        if self.is_excluded("feedstock", measure):
            return use.national_tce
        return use.national_tce + use.national_feedstock_tce

    def grid(self, total: Use, balance: PowerBalance, measure: str) -> Quantity:
        """What the county counts at 等价 beyond its owners' 当量: (N + R)(k_eq - 0.1229), losses, exclusions.

        total: the sum over all owners. N + R = use - thermal generation, so exported PV moves it by nothing and
        an exported thermal MWh takes its k_eq out. An excluded MWh leaves at the value it was counted at, once.
        """
        step = self.k_eq_tce_per_mwh - self.electricity_tce_per_mwh
        energy = (
            step * (total.electricity_mwh - total.generation_mwh) + self.k_eq_tce_per_mwh * balance.losses_mwh
        )
        if self.is_excluded("national", measure):
            energy = energy - step * total.national_mwh
        if self.is_excluded("added_renewable", measure):  # of no owner, so at its whole value
            energy = energy - self.tce_left_out_per_mwh * balance.added_renewable_mwh
        if not self.is_primary_eq:
            return energy - step * (balance.non_fossil_local_mwh + total.self_pv_mwh)
        if self.is_excluded("self_pv", measure):
            energy = energy - step * total.self_pv_mwh
        if self.is_excluded("excess_renewable", measure):
            energy = energy - step * total.excess_green_mwh
        return energy

    def county(self, uses: Iterable[Use], balance: PowerBalance, other_gdp_wan_yuan: Quantity) -> County:
        """The county's account of a year from its owners (1.a, 3.2.1d). GDP: owners' value added and the rest."""
        owners = list(uses)
        total = sum(owners[1:], owners[0]) if owners else Use()
        net_inflow = (
            total.electricity_mwh
            - total.generation_mwh
            + balance.losses_mwh
            - balance.non_fossil_generation_mwh
            - total.self_pv_mwh
        )
        grid = {m: self.grid(total, balance, m) for m in ("gross", "intensity", "total")}
        return County(
            energy_tce=total.gross_tce + self.electricity_tce_per_mwh * balance.losses_mwh,
            energy_eq_tce={m: self.counted(total, m) + grid[m] for m in grid},
            grid_eq_tce=grid,
            co2_t=total.co2_t + self.grid_co2_t_per_mwh * net_inflow,
            gdp_wan_yuan=total.value_added_wan_yuan + other_gdp_wan_yuan,
            net_inflow_mwh=net_inflow,
        )

    def excess_green(self, electricity_mwh: Fraction, self_pv_mwh: Fraction, green_mwh: Fraction) -> Fraction:
        """Renewable electricity above the required share of what is bought, MWh (3.3.3c)."""
        return max(Fraction(0), green_mwh - self.required_share * (electricity_mwh - self_pv_mwh))


@dataclass(frozen=True)
class SocietyLine:
    """One society line (2.4): use in the base year and need in the plan year."""

    base: Use
    need: Use
    floor_share: Fraction
    shortfall_wan_yuan_per_tce: Fraction


@dataclass(frozen=True)
class Accounts:
    """Every owner's account and the base year's county account.

    units: base year at activity 1, with base-year PV and excess green. projects: plan year at full load
    (months counted); projects_full_year: the same over twelve months. society: by line.
    """

    scenario: Scenario
    counting: Counting
    units: Mapping[str, Use]
    projects: Mapping[str, Use]
    projects_full_year: Mapping[str, Use]
    society: Mapping[str, SocietyLine]
    power_base: PowerBalance
    power_plan: PowerBalance
    other_gdp_base_wan_yuan: Fraction
    other_gdp_plan_wan_yuan: Fraction

    @cached_property
    def base(self) -> County:
        """The base year through the same accounting as the plan year (1.a; I_0 is never typed)."""
        uses = [*self.units.values(), *(line.base for line in self.society.values())]
        return self.counting.county(uses, self.power_base, self.other_gdp_base_wan_yuan)

    def counted_base_tce(self, unit_id: str, measure: str) -> Fraction:
        """Base-year energy of a unit that counts for `measure`, 当量 tce."""
        return Fraction(self.counting.counted(self.units[unit_id], measure))


def account(scenario: Scenario) -> Accounts:
    """Accounts of a scenario (clauses 3.3.4a, 3.3.3a–c; GB/T 2589-2020). Pure; no errors on a loaded scenario."""
    counting = _counting(scenario)
    unit_energy = _physical(scenario, "unit")
    project_energy = _physical(scenario, "project")
    process = {o: sum(items.values(), Fraction(0)) for o, items in process_terms(scenario).items()}
    units = {}
    for row in scenario.rows("units"):
        use = unit_energy.get(row.unit_id, Use()) + Use(
            co2_t=process.get(row.unit_id, Fraction(0)),
            value_added_wan_yuan=exact(row.value_added_wan_yuan),
            self_pv_mwh=exact(row.self_pv_base_mwh),
        )
        excess = counting.excess_green(use.electricity_mwh, use.self_pv_mwh, exact(row.green_base_mwh))
        units[row.unit_id] = use + Use(excess_green_mwh=excess)
    full_year, in_year = {}, {}
    for row in scenario.rows("projects"):
        use = project_energy.get(row.project_id, Use()) + Use(
            co2_t=process.get(row.project_id, Fraction(0)),
            value_added_wan_yuan=exact(row.value_added_wan_yuan),
        )
        if row.is_national:  # whether that is left out of a measure is for the exclusion rules to say
            use = replace(
                use,
                national_tce=use.gross_tce - use.feedstock_tce,
                national_feedstock_tce=use.feedstock_tce,
                national_mwh=use.electricity_mwh - use.generation_mwh,
            )
        full_year[row.project_id] = use
        in_year[row.project_id] = use.scaled(Fraction(13 - int(row.start_month), 12))
    power = scenario.table("power").set_index("item")
    gdp = scenario.table("gdp")
    return Accounts(
        scenario,
        counting,
        units,
        in_year,
        full_year,
        _society(scenario, counting),
        _balance(power, "base_mwh"),
        _balance(power, "plan_mwh"),
        sum((exact(row.base_wan_yuan) for row in gdp.itertuples()), Fraction(0)),
        sum((exact(row.base_wan_yuan) * (1 + exact(row.growth)) for row in gdp.itertuples()), Fraction(0)),
    )


def _counting(scenario: Scenario) -> Counting:
    settings = scenario.settings
    carriers = scenario.table("carriers").set_index("carrier_id")["tce_per_unit"]
    switches = {
        (row.kind, row.measure) for row in scenario.rows("exclusions") if row.effective_from <= settings.as_of
    }
    clause_of = {
        "self_pv": "3.3.3b",
        "excess_renewable": "3.3.3c",
        "added_renewable": "3.3.3c",
        "feedstock": "3.3.4a",
        "national": "3.4.1",
    }
    return Counting(
        electricity_tce_per_mwh=exact(carriers.get(ELECTRICITY, 0.1229)),
        k_eq_tce_per_mwh=exact(settings.accounting.k_eq_tce_per_mwh),
        is_primary_eq=settings.accounting.primary_electricity == "eq",
        grid_co2_t_per_mwh=grid_co2_t_per_mwh(scenario),
        required_share=exact(settings.accounting.renewable_share_required),
        switches=frozenset(s for s in switches if clause_of[s[0]] not in settings.disabled_clauses),
    )


def _physical(scenario: Scenario, owner: str) -> dict[str, Use]:
    """Energy rows of units or projects summed into a `Use` per owner."""
    carriers = scenario.table("carriers").set_index("carrier_id")
    uses: dict[str, Use] = {}
    for row in scenario.rows(f"{owner}_energy"):
        owner_id = getattr(row, f"{owner}_id")
        carrier = carriers.loc[row.carrier_id]
        sign = -1 if row.use == "conversion_out" else 1
        quantity = exact(row.quantity)
        tce = quantity * exact(carrier["tce_per_unit"])
        is_electricity = row.carrier_id == ELECTRICITY
        uses[owner_id] = uses.get(owner_id, Use()) + Use(
            gross_tce=sign * tce,
            feedstock_tce=tce if row.use == "feedstock" else Fraction(0),
            electricity_mwh=quantity if is_electricity and sign > 0 else Fraction(0),
            generation_mwh=quantity if is_electricity and sign < 0 else Fraction(0),
            # the carbon of feedstock is in the process emissions (carbon balance), never in both
            co2_t=Fraction(0)
            if row.use == "feedstock"
            else sign * quantity * exact(carrier["co2_t_per_unit"]),
        )
    return uses


def _society(scenario: Scenario, counting: Counting) -> dict[str, SocietyLine]:
    def use(fuel_tce: Any, electricity_mwh: Any, factor: float) -> Use:
        fuel, electricity = exact(fuel_tce), exact(electricity_mwh)
        return Use(
            gross_tce=fuel + counting.electricity_tce_per_mwh * electricity,
            electricity_mwh=electricity,
            co2_t=fuel * exact(factor),
        )

    off = scenario.settings.disabled_clauses

    def need(row: Any) -> Use:
        """The plan year's need: last year's without lines of their own (2.4), fuels not displaced without 3.4.5."""
        if "2.4" in off:
            return use(row.base_fuel_tce, row.base_electricity_mwh, row.co2_t_per_fuel_tce)
        if "3.4.5" in off:
            fuel = exact(row.plan_fuel_tce) + exact(row.displaced_fuel_tce)
            electricity = exact(row.plan_electricity_mwh) - exact(row.electrified_mwh)
            return use(fuel, electricity, row.co2_t_per_fuel_tce)
        return use(row.plan_fuel_tce, row.plan_electricity_mwh, row.co2_t_per_fuel_tce)

    return {
        row.line_id: SocietyLine(
            use(row.base_fuel_tce, row.base_electricity_mwh, row.co2_t_per_fuel_tce),
            need(row),
            exact(row.floor_share),
            exact(row.shortfall_wan_yuan_per_tce),
        )
        for row in scenario.rows("society")
    }


def _balance(power: Any, column: str) -> PowerBalance:
    def item(name: str) -> Fraction:
        return exact(power[column].get(name, 0.0))

    return PowerBalance(
        item("non_fossil_generation"), item("non_fossil_local"), item("losses"), item("added_renewable")
    )
