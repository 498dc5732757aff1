"""The auditor's own reading of key units' carbon, of fossil fuel and of local renewables (2.3, 3.3.3a)."""

from fractions import Fraction

from dualcontrol.model.audit.accounts import Accounts, Flow, Owner, UnitChoice
from dualcontrol.model.audit.inputs import setting
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.audit.rules import Rulings


def heat_t(accounts: Accounts, kind: str, key: str) -> Fraction:
    """CO2 of the heat an owner buys (what it gives out taken off), t at activity 1 or full load of a year."""
    found = ZERO
    for row in accounts.tables[f"{kind}_energy"]:
        if row.text(f"{kind}_id") == key:
            sign = -1 if row.text("use") == "conversion_out" else 1
            factor = accounts.carriers[row.text("carrier_id")].num("indirect_co2_t_per_unit")
            found += sign * row.num("quantity") * factor
    return found


def buys_none(unit: Owner) -> bool:
    """Whether a unit makes at least the electricity it uses."""
    return unit.electricity_mwh > 0 and unit.generation_mwh >= unit.electricity_mwh


def leaves_out_excess(accounts: Accounts) -> bool:
    """Whether renewable electricity above the required share is left out of totals (3.3.3c)."""
    return accounts.excess_flow.total != 0


def unit_carbon(accounts: Accounts, unit: Owner, choice: UnitChoice) -> Fraction:
    """Carbon a key unit is assessed by, t: direct and process, heat bought, electricity bought at the grid's factor."""
    flow = accounts.unit_flow(unit, choice)
    heat = heat_t(accounts, "unit", unit.id) * choice.activity
    for key, amount in choice.savings.items():
        saved = accounts.carriers[accounts.measures[key].text("carrier_id")]
        heat -= amount * saved.num("indirect_co2_t_per_unit")
    if buys_none(unit):
        return flow.co2_t + heat
    bought = flow.import_mwh
    if leaves_out_excess(accounts):
        bought -= accounts.excess_mwh(unit, choice)
    return flow.co2_t + heat + accounts.grid_co2_t_per_mwh * bought


def unit_carbon_rate(accounts: Accounts, unit: Owner, choice: UnitChoice) -> Fraction:
    """What activity alone adds to it, t per activity of 1; less excess green power as demand grows."""
    rate = unit.flow.co2_t + heat_t(accounts, "unit", unit.id)
    if buys_none(unit):
        return rate
    bought = unit.flow.import_mwh
    if leaves_out_excess(accounts) and accounts.excess_mwh(unit, choice) > 0:
        bought += accounts.renewable_share * unit.electricity_mwh
    return rate + accounts.grid_co2_t_per_mwh * bought


def unit_budgets(rulings: Rulings) -> dict[str, Fraction]:
    """Carbon budgets of key units, t."""
    if not rulings.on("3.3.3a"):
        return {}
    found = {key: unit.row.maybe("co2_budget_t") for key, unit in rulings.accounts.units.items()}
    return {key: budget for key, budget in found.items() if budget is not None}


def unit_ceilings(rulings: Rulings) -> dict[str, Fraction]:
    """T CO2 per 万元 of value added that key units with a target may not exceed."""
    found: dict[str, Fraction] = {}
    for key, unit in rulings.accounts.units.items():
        reduction = unit.row.maybe("co2_intensity_reduction")
        if reduction is not None and unit.value_added > 0 and rulings.on("3.3.3a"):
            base = unit_carbon(rulings.accounts, unit, rulings.accounts.base_choice(unit))
            found[key] = (1 - reduction) * base / unit.value_added
    return found


def county_carbon_ceiling(rulings: Rulings) -> Fraction | None:
    """T CO2 per 万元 of GDP that the county may not exceed; None without a target."""
    reduction = setting(rulings.scenario.settings.targets.co2_intensity_reduction)
    base = rulings.accounts.base()
    if reduction is None or not rulings.on("3.3.3a") or base.value_added <= 0:
        return None
    return (1 - reduction) * rulings.accounts.co2_t(base) / base.value_added


def fossil_budget(rulings: Rulings) -> Fraction | None:
    """Most fossil fuel in the plan year, tce; None without a target."""
    share = setting(rulings.scenario.settings.targets.fossil_max_share_of_base)
    return share * rulings.accounts.base().fossil_tce if share is not None and rulings.on("2.3") else None


def local_share(rulings: Rulings) -> Fraction | None:
    """Least share of local non-fossil electricity in what is used; None without a target."""
    share = setting(rulings.scenario.settings.targets.local_renewable_share_min)
    return share if rulings.on("2.3") else None


def below_share_mwh(rulings: Rulings, flow: Flow) -> Fraction:
    """What a flow adds to the electricity that must be local less what is, MWh; 0 without a target."""
    share = local_share(rulings)
    return ZERO if share is None else share * flow.used_mwh - ONE * flow.local_mwh
