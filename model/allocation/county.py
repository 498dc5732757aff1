"""Constraints of the county: the energy total as the pool's balance, intensity, sectors, carbon, society, resources."""

from dataclasses import fields
from typing import Any

import pyomo.environ as pyo

from dualcontrol.model.accounting import Use
from dualcontrol.model.allocation.register import row
from dualcontrol.model.quantities import exact, number


@row("3.2.1d", "definition", "万元", "gdp = sum of value added + non-modelled value added")
def gdp_definition(m: Any) -> Any:
    """GDP of the plan year as a column, so that a target touches one coefficient."""
    return m.gdp == m.county.gdp_wan_yuan


@row("3.2.1d", "definition", "tce_eq", "energy = sum of counted energy (intensity) + grid")
def energy_definition(m: Any) -> Any:
    """The county's energy for intensity at 等价 as a column."""
    return m.energy == m.county.energy_eq_tce["intensity"]


@row("3.3.3a", "definition", "t", "co2 = direct + process + grid factor x net inflow")
def co2_definition(m: Any) -> Any:
    """The county's carbon dioxide as a column."""
    return m.co2 == m.county.co2_t


@row("3.2.1d", "restrictive", "tce_eq", "energy + margin <= (1 - r) I_0 gdp", is_relaxable=True)
def county_intensity(m: Any) -> Any:
    """Energy per GDP must fall by the target on the base year: intensity is strictly controlled (1.b)."""
    reduction = m.targets.intensity_reduction
    if reduction is None or not m.case.is_on("3.2.1d"):
        return pyo.Constraint.Skip
    cap = (1.0 - reduction) * m.case.base_intensity
    return m.energy <= cap * m.gdp - m.case.margins.intensity_tce


@row("3.2.1d", "restrictive", "tce", "E_s <= (1 - r_s) I_s0 VA_s", over="TARGET_SECTORS", is_relaxable=True)
def sector_intensity(m: Any, s: str) -> Any:
    """Energy per value added of a high-consuming sector must fall by its own target, projects included."""
    counting, accounts = m.case.counting, m.case.accounts
    units = [i for i in m.UNITS if m.case.unit_rows[i].sector_id == s]
    base = sum((accounts.units[i] for i in units), Use())
    if base.value_added_wan_yuan <= 0:
        return pyo.Constraint.Skip
    intensity = float(accounts.counting.counted(base, "intensity") / base.value_added_wan_yuan)
    now = sum((m.unit_use[i] for i in units), Use(*[0.0] * len(fields(Use))))
    now = sum((m.project_use[j] for j in m.PROJECTS if m.case.project_rows[j].sector_id == s), now)
    cap = (1.0 - float(m.target_sectors[s])) * intensity
    return counting.counted(now, "intensity") <= cap * now.value_added_wan_yuan


@row(
    "3.2.1b",
    "restrictive",
    "tce_eq",
    "pool after rules + overshoot + limits + beyond + closed - grants - bonus - projects - society - grid >= reserve",
    is_relaxable=True,
)
def pool_balance(m: Any) -> Any:
    """The pool pays for everything and is never overdrawn: this is the energy total, counted once (3.2.1b)."""
    case = m.case
    if not case.accounts.scenario.settings.is_total_managed:
        return pyo.Constraint.Skip
    paid_to_society = sum(m.society_total[s] - case.rulings.ledger.balance(f"society:{s}") for s in m.SOCIETY)
    paid_to_grid = m.county.grid_eq_tce["total"] - case.grid_opening_tce
    balance = (
        case.pool_opening_tce
        + m.overshoot
        + m.waived
        + sum(m.limit[i] + m.beyond[i] + m.freed_tce[i] - m.grant[i] - m.upgrade_tce[i] for i in m.UNITS)
        - sum(m.project_total[j] - m.earmark[j] for j in m.PROJECTS)
        - paid_to_society
        - paid_to_grid
    )
    return balance >= case.reserve_floor_tce + case.margins.pool_tce


@row("1.b", "permissive", "tce_eq", "overshoot <= band x base total", is_relaxable=True)
def elastic_band(m: Any) -> Any:
    """The total is managed elastically: it may be exceeded within a priced band."""
    share = exact(m.targets.overshoot_max_share) if m.case.is_on("1.b") else 0
    return m.overshoot <= number(share * m.case.accounts.base.energy_eq_tce["total"])


@row("1.b", "permissive", "tce_eq", "waived <= M w")
def waiver_of_total(m: Any) -> Any:
    """Reaching the incentive target frees the total, only where the scenario cites the city's letter."""
    return m.waived <= m.case.most_energy_tce * m.waiver


@row("1.b", "restrictive", "tce_eq", "energy - (1 - r_incentive) I_0 gdp <= M (1 - w)")
def waiver_needs_incentive_target(m: Any) -> Any:
    """The waiver is earned by the incentive reduction and by nothing else."""
    if not m.has_waiver:
        return pyo.Constraint.Skip
    cap = (1.0 - m.targets.incentive_intensity_reduction) * m.case.base_intensity
    return m.energy - cap * m.gdp <= m.case.most_energy_tce * (1 - m.waiver) - m.case.margins.intensity_tce


@row("3.2.1a", "restrictive", "t", "co2 <= budget", is_relaxable=True)
def carbon_budget(m: Any) -> Any:
    """The year's carbon budget of the county."""
    if m.targets.co2_budget_t is None or not m.case.is_on("3.2.1a"):
        return pyo.Constraint.Skip
    return m.co2 <= m.targets.co2_budget_t


@row("3.2.1c", "restrictive", "share", "shortfall_s <= 1 - floor_s", over="SOCIETY", is_relaxable=True)
def society_floor(m: Any, s: str) -> Any:
    """Reasonable use by society is guaranteed: at least the protected share of each line's need."""
    if not m.case.is_on("3.2.1c"):
        return pyo.Constraint.Skip
    return m.shortfall[s] <= float(1 - m.case.accounts.society[s].floor_share)


@row(
    "3.4.2",
    "restrictive",
    "output unit",
    "sum of output_ip activity_i >= target_p",
    over="OUTPUTS",
    is_relaxable=True,
)
def output_guaranteed(m: Any, p: str) -> Any:
    """What the county must go on producing (coal sales of about 50 Mt): energy control does not cut supply."""
    made = m.outputs[p]
    if not made or not m.case.is_on("3.4.2"):
        return pyo.Constraint.Skip
    return sum(output * m.activity[i] for i, output in made.items()) >= m.output_targets[p]


@row("3.3.4b", "restrictive", "own unit", "sum of use <= budget", over="RESOURCES", is_relaxable=True)
def resource_budget(m: Any, r: str) -> Any:
    """Budgets beyond energy (carbon, water, land, investment or any the user names) hold."""
    users = m.resource_use[r]
    if not users or not m.case.is_on("3.3.4b"):
        return pyo.Constraint.Skip
    used = sum(use * (m.activity[o] if o in m.UNITS else m.project_load[o]) for o, use in users.items())
    return used <= m.resource_budgets[r]


ROWS = (
    gdp_definition,
    energy_definition,
    co2_definition,
    county_intensity,
    sector_intensity,
    pool_balance,
    elastic_band,
    waiver_of_total,
    waiver_needs_incentive_target,
    carbon_budget,
    society_floor,
    output_guaranteed,
    resource_budget,
)
