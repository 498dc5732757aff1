"""The auditor's own energy and carbon accounts, for the base year and for any plan.

Every decision of a plan (activity, a saved quantity, self-used PV, excess green power, load of a project,
served share of a society line) changes the county's accounts linearly; a `Flow` is that change per unit of
the decision. Base year, plan and the rows of the bound are sums of flows. Clauses 3.3.3a-c, 3.3.4a.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction

from dualcontrol.model.audit.inputs import Row, rows, setting
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema import ELECTRICITY, TABLES

DEFAULT_K_TCE_PER_MWH = Fraction(1229, 10000)  # GB/T 2589, where a scenario names no electricity
WAN = 10000  # yuan per 万元
EXCLUSION_CLAUSES = {
    "feedstock": "3.3.4a",
    "self_pv": "3.3.3b",
    "excess_renewable": "3.3.3c",
    "added_renewable": "3.3.3c",
    "national": "3.4.1",
}


@dataclass(frozen=True)
class Flow:
    """A contribution to the county's accounts.

    `total`, `intensity`: counted 当量 energy by measure (tce); `grid_total`, `grid_intensity`: what the
    county's 等价 account adds (tce); `co2_t`: direct emissions; `import_mwh`: net inflow of electricity;
    `value_added`: 万元; `fossil_tce`: fossil fuel, 当量; `used_mwh`: electricity used, losses included; `local_mwh`:
    local non-fossil electricity among it (2.3).
    """

    total: Fraction = ZERO
    intensity: Fraction = ZERO
    grid_total: Fraction = ZERO
    grid_intensity: Fraction = ZERO
    co2_t: Fraction = ZERO
    import_mwh: Fraction = ZERO
    value_added: Fraction = ZERO
    fossil_tce: Fraction = ZERO
    used_mwh: Fraction = ZERO
    local_mwh: Fraction = ZERO

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __mul__(self, amount: Fraction) -> "Flow":
        return Flow(*(getattr(self, f.name) * amount for f in fields(self)))

    @property
    def eq_total(self) -> Fraction:
        """等价 energy, measure total (tce_eq)."""
        return self.total + self.grid_total

    @property
    def eq_intensity(self) -> Fraction:
        """等价 energy, measure intensity (tce_eq)."""
        return self.intensity + self.grid_intensity


def added(flows: Iterable[Flow]) -> Flow:
    """The sum of flows."""
    result = Flow()
    for flow in flows:
        result = result + flow
    return result


@dataclass(frozen=True)
class Owner:
    """A unit at base activity or a project at full load through the year."""

    id: str
    row: Row
    gross_tce: Fraction
    feedstock_tce: Fraction
    electricity_mwh: Fraction
    flow: Flow

    @property
    def sector(self) -> str:
        """Its sector id; empty if it has none."""
        return self.row.text("sector_id")

    @property
    def value_added(self) -> Fraction:
        """万元 a year."""
        return self.flow.value_added

    @property
    def energy(self) -> Fraction:
        """Energy that value added is held against: the intensity measure without power exclusions (tce)."""
        return self.flow.intensity

    @property
    def generation_mwh(self) -> Fraction:
        """Electricity it makes."""
        return self.electricity_mwh - self.flow.import_mwh

    @property
    def worth(self) -> tuple[int, Fraction]:
        """Value added per tce as a sort key; an owner without energy comes after all others."""
        return (0, self.value_added / self.energy) if self.energy > 0 else (1, ZERO)


@dataclass(frozen=True)
class UnitChoice:
    """What a plan decides about a unit; `savings` by measure in units of the carrier."""

    activity: Fraction
    self_pv_mwh: Fraction
    green_mwh: Fraction
    savings: Mapping[str, Fraction]


@dataclass(frozen=True)
class Accounts:
    """Everything the inputs say, added up."""

    scenario: Scenario
    k_tce_per_mwh: Fraction
    grid_co2_t_per_mwh: Fraction
    renewable_share: Fraction
    units: Mapping[str, Owner]
    projects: Mapping[str, Owner]
    society: Mapping[str, Row]
    measures: Mapping[str, Row]
    carriers: Mapping[str, Row]
    pv_flow: Flow
    excess_flow: Flow
    rise_tce_eq_per_mwh: Fraction
    power: Mapping[str, Row]
    gdp: tuple[Row, ...]
    is_physical: bool
    excluded: frozenset[tuple[str, str]]
    tables: Mapping[str, tuple[Row, ...]]

    def is_excluded(self, kind: str, measure: str) -> bool:
        """Whether an exclusion is in force: feedstock, self_pv, excess_renewable; of total or intensity."""
        return (kind, measure) in self.excluded

    def month(self, row: Row) -> Fraction:
        """The share of the plan year in which a project or measure is in operation."""
        return (13 - row.num("start_month")) / 12

    def saving_flow(self, measure: Row) -> Flow:
        """One carrier unit saved; fuel of a society line takes the carbon of the line's own fuels with it."""
        carrier = measure.text("carrier_id")
        line = self.carriers[carrier]
        mwh = ONE if carrier == ELECTRICITY else ZERO
        k = line.num("tce_per_unit")
        up = self.rise_tce_eq_per_mwh * mwh
        burnt = k if line.flag("is_fossil") else ZERO
        co2 = line.num("co2_t_per_unit")
        if (
            measure.text("line_id") and not mwh
        ):  # what its line burns is counted as fossil, at the line's factor
            burnt, co2 = k, k * self.society[measure.text("line_id")].num("co2_t_per_fuel_tce")
        return Flow(k, k, up, up, co2, mwh, fossil_tce=burnt, used_mwh=mwh) * -ONE

    def saved_mwh(self, choice: UnitChoice) -> Fraction:
        """Electricity saved by the measures of a unit."""
        return sum((amount for key, amount in choice.savings.items()
                    if self.measures[key].text("carrier_id") == ELECTRICITY), ZERO)  # fmt: skip

    def demand_mwh(self, unit: Owner, choice: UnitChoice) -> Fraction:
        """Electricity after savings and self-used PV: the base of the renewable share (3.3.3c)."""
        return unit.electricity_mwh * choice.activity - self.saved_mwh(choice) - choice.self_pv_mwh

    def excess_mwh(self, unit: Owner, choice: UnitChoice) -> Fraction:
        """Renewable electricity above the required share; never negative (3.3.3c)."""
        return max(ZERO, choice.green_mwh - self.renewable_share * self.demand_mwh(unit, choice))

    def unit_flow(self, unit: Owner, choice: UnitChoice) -> Flow:
        """A unit under a choice."""
        saved = added(self.saving_flow(self.measures[key]) * amount for key, amount in choice.savings.items())
        pv = self.pv_flow * choice.self_pv_mwh
        return unit.flow * choice.activity + saved + pv + self.excess_flow * self.excess_mwh(unit, choice)

    def base_choice(self, unit: Owner) -> UnitChoice:
        """What the unit did in the base year."""
        return UnitChoice(ONE, unit.row.num("self_pv_base_mwh"), unit.row.num("green_base_mwh"), {})

    def society_flow(self, line: Row, year: str) -> Flow:
        """A society line; `year` is base or plan (its full need)."""
        off = self.scenario.settings.disabled_clauses
        year = "base" if "2.4" in off else year
        fuel, mwh = line.num(f"{year}_fuel_tce"), line.num(f"{year}_electricity_mwh")
        if year == "plan" and "3.4.5" in off:
            fuel, mwh = fuel + line.num("displaced_fuel_tce"), mwh - line.num("electrified_mwh")
        tce, up = fuel + self.k_tce_per_mwh * mwh, self.rise_tce_eq_per_mwh * mwh
        burnt = fuel * line.num("co2_t_per_fuel_tce")
        return Flow(tce, tce, up, up, burnt, mwh, fossil_tce=fuel, used_mwh=mwh)

    def county_flow(self, year: str, dispatched: Mapping[str, Fraction] | None = None) -> Flow:
        """What belongs to no owner: losses, local non-fossil electricity, value added outside the model.

        dispatched: MWh by item that take the place of the yearly table, where a network is operated.
        """
        mwh = {item: self.power[item].num(f"{year}_mwh") if item in self.power else ZERO
               for item in ("losses", "non_fossil_generation", "non_fossil_local", "added_renewable")}  # fmt: skip
        mwh |= dispatched or {}
        up = mwh["losses"] * (self.rise_tce_eq_per_mwh + self.k_tce_per_mwh)
        if self.is_physical:
            up -= self.rise_tce_eq_per_mwh * mwh["non_fossil_local"]
        # renewable electricity added since 2020 leaves at what it was counted at: here, as it is in no owner's account
        worth = self.k_tce_per_mwh + (ZERO if self.is_physical else self.rise_tce_eq_per_mwh)
        out = {m: worth * mwh["added_renewable"] * self.is_excluded("added_renewable", m)
               for m in ("total", "intensity")}  # fmt: skip
        is_plan = year == "plan"
        value = sum((r.num("base_wan_yuan") * (1 + r.num("growth") * is_plan) for r in self.gdp), ZERO)
        inflow = mwh["losses"] - mwh["non_fossil_generation"]
        return Flow(
            grid_total=up - out["total"],
            grid_intensity=up - out["intensity"],
            import_mwh=inflow,
            value_added=value,
            used_mwh=mwh["losses"],
            local_mwh=mwh["non_fossil_local"],
        )

    def base_unit_flow(self, unit: Owner) -> Flow:
        """A unit in the base year, exclusions and all."""
        return self.unit_flow(unit, self.base_choice(unit))

    def base(self) -> Flow:
        """The county in the base year, retired units included."""
        units = (self.base_unit_flow(unit) for unit in self.units.values())
        society = (self.society_flow(line, "base") for line in self.society.values())
        return added([*units, *society, self.county_flow("base")])

    def co2_t(self, flow: Flow) -> Fraction:
        """CO2 with the electricity that flows in."""
        return flow.co2_t + self.grid_co2_t_per_mwh * flow.import_mwh


def account(scenario: Scenario) -> Accounts:
    """Add up the inputs. ValueError if a carrier's figure is missing (the reader refuses that)."""
    settings = scenario.settings
    carriers = {row.text("carrier_id"): row for row in rows(scenario, "carriers")}
    electricity = carriers.get(ELECTRICITY)
    k = DEFAULT_K_TCE_PER_MWH if electricity is None else electricity.num("tce_per_unit")
    rise = (setting(settings.accounting.k_eq_tce_per_mwh) or ZERO) - k
    is_physical = settings.accounting.primary_electricity == "physical"
    excluded = {
        (row.text("kind"), row.text("measure")): ONE
        for row in rows(scenario, "exclusions")
        if row.day("effective_from") <= settings.as_of
        and EXCLUSION_CLAUSES[row.text("kind")] not in settings.disabled_clauses
    }

    def switch(kind: str, measure: str) -> Fraction:
        return excluded.get((kind, measure), ZERO)

    def excluded_mwh(kind: str) -> Flow:
        # Counted at k in the owner's account and, where primary electricity is counted at its 等价 value, at
        # the rise in the county's: an exclusion takes both out, once.
        up = ZERO if is_physical else rise
        total, intensity = switch(kind, "total"), switch(kind, "intensity")
        return Flow(k * total, k * intensity, up * total, up * intensity) * -ONE

    emitted = process_by_owner(scenario)

    def owners(table: str, kind: str) -> dict[str, Owner]:
        lines: dict[str, list[Row]] = {}
        for row in rows(scenario, f"{kind}_energy"):
            lines.setdefault(row.text(f"{kind}_id"), []).append(row)
        found = {}
        for row in rows(scenario, table):
            key = row.text(f"{kind}_id")
            found[key] = _owner(key, row, lines.get(key, []), carriers, rise, switch, emitted.get(key))
        return found

    physical = Flow(grid_total=-rise, grid_intensity=-rise) if is_physical else Flow()
    return Accounts(
        scenario=scenario,
        k_tce_per_mwh=k,
        grid_co2_t_per_mwh=grid_factor(scenario),
        renewable_share=setting(settings.accounting.renewable_share_required) or ZERO,
        units=owners("units", "unit"),
        projects=owners("projects", "project"),
        society={row.text("line_id"): row for row in rows(scenario, "society")},
        measures={row.text("measure_id"): row for row in rows(scenario, "measures")},
        carriers=carriers,
        pv_flow=excluded_mwh("self_pv") + physical + Flow(import_mwh=-ONE, local_mwh=ONE),
        excess_flow=excluded_mwh("excess_renewable"),
        rise_tce_eq_per_mwh=rise,
        power={row.text("item"): row for row in rows(scenario, "power")},
        gdp=rows(scenario, "gdp"),
        is_physical=is_physical,
        excluded=frozenset(excluded),
        tables={name: rows(scenario, name) for name in TABLES},
    )


def _owner(
    key: str,
    row: Row,
    lines: list[Row],
    carriers: Mapping[str, Row],
    rise: Fraction,
    switch: Callable[[str, str], Fraction],
    process_t: Fraction | None,
) -> Owner:
    gross = feedstock = bought = generated = fossil = ZERO
    co2 = row.num("process_co2_t") if process_t is None else process_t
    for line in lines:
        carrier, use, quantity = line.text("carrier_id"), line.text("use"), line.num("quantity")
        factor = carriers[carrier]
        sign = -ONE if use == "conversion_out" else ONE
        tce = quantity * factor.num("tce_per_unit")
        gross += sign * tce
        if factor.flag("is_fossil"):
            fossil += sign * tce
        if use == "feedstock":
            feedstock += tce
        else:  # the carbon of feedstock is in the process emissions
            co2 += sign * quantity * factor.num("co2_t_per_unit")
        if carrier == ELECTRICITY and use == "conversion_out":
            generated += quantity
        elif carrier == ELECTRICITY:
            bought += quantity
    net = bought - generated
    # of a project set aside nationally nothing is counted for the measures whose rule is in force
    counts = {m: ONE - switch("national", m) * row.flag("is_national") for m in ("total", "intensity")}
    flow = Flow(
        total=counts["total"] * (gross - switch("feedstock", "total") * feedstock),
        intensity=counts["intensity"] * (gross - switch("feedstock", "intensity") * feedstock),
        grid_total=counts["total"] * rise * net,
        grid_intensity=counts["intensity"] * rise * net,
        co2_t=co2,
        import_mwh=net,
        value_added=row.num("value_added_wan_yuan"),
        fossil_tce=fossil,
        used_mwh=bought,
    )
    return Owner(key, row, gross, feedstock, bought, flow)


def process_by_owner(scenario: Scenario) -> dict[str, Fraction]:
    """Process emissions (t) of the owners that list them: factors as they stand, carbon balances at 44/12 (3.3.3a)."""
    found: dict[str, Fraction] = {}
    for row in rows(scenario, "process_emissions"):
        tonnes = row.num("quantity") * row.num("factor")
        if row.text("kind") != "factor":  # carbon, to be oxidised
            tonnes *= Fraction(44, 12) if row.text("kind") == "carbon_in" else Fraction(-44, 12)
        found[row.text("owner_id")] = found.get(row.text("owner_id"), ZERO) + tonnes
    return found


def grid_factor(scenario: Scenario) -> Fraction:
    """T CO2 per MWh of the electricity that flows in: the named line, or the figure of the settings (3.3.3a)."""
    chosen = scenario.settings.accounting.grid_factor
    for row in rows(scenario, "grid_factors"):
        if chosen and row.text("factor_id") == chosen:
            return row.num("co2_t_per_mwh")
    return setting(scenario.settings.accounting.grid_co2_t_per_mwh) or ZERO
