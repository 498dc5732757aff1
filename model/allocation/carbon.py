"""Constraints of carbon and fossil fuel: key units, carbon per GDP, fossil fuel, local renewables (2.3, 3.3.3a)."""

from dataclasses import fields
from fractions import Fraction
from typing import Any

import pyomo.environ as pyo

from dualcontrol.model.accounting import Use
from dualcontrol.model.allocation import grid
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.allocation.register import row
from dualcontrol.model.carbon import assessed, local_electricity
from dualcontrol.model.quantities import exact, number
from dualcontrol.model.schema import ELECTRICITY


@row("3.3.3a", "restrictive", "t", "co2_i <= budget_i", over="CARBON_UNITS", is_relaxable=True)
def unit_carbon_budget(m: Any, i: str) -> Any:
    """A key unit with a carbon budget keeps it: direct, process, electricity and heat bought."""
    return _row(unit_carbon(m, i) <= float(m.case.unit_rows[i].co2_budget_t))


@row(
    "3.3.3a",
    "restrictive",
    "t",
    "co2_i <= (1 - r_i) c_i0 VA_i",
    over="CARBON_RATE_UNITS",
    is_relaxable=True,
)
def unit_carbon_rate(m: Any, i: str) -> Any:
    """A key unit with a target lowers its carbon per value added on the base year, through the same account."""
    ceiling = float(m.case.unit_carbon_ceiling[i])
    return _row(unit_carbon(m, i) <= ceiling * m.unit_use[i].value_added_wan_yuan)


@row("3.3.3a", "restrictive", "t", "co2 <= (1 - r) c_0 gdp", is_relaxable=True)
def carbon_rate(m: Any) -> Any:
    """Carbon per GDP must fall by the target on the base year."""
    ceiling = m.case.carbon_ceiling
    return pyo.Constraint.Skip if ceiling is None else m.co2 <= number(ceiling) * m.gdp


@row("2.3", "restrictive", "tce", "fossil fuel <= share x base year's", is_relaxable=True)
def fossil_budget(m: Any) -> Any:
    """Fossil fuel falls step by step: combustion, feedstock and conversion of units, projects and society."""
    budget, case = m.case.fossil_budget_tce, m.case
    if budget is None:
        return pyo.Constraint.Skip
    own, carbon = case.carbon.fossil_tce, case.carbon
    used = sum(float(own[i]) * m.activity[i] for i in m.UNITS if own[i])
    used += sum(float(own[j]) * m.project_load[j] for j in m.PROJECTS if own[j])
    used -= sum(float(saved_fossil_tce(case, row)) * m.saving[k] for k, row in case.measure_rows.items())
    used += sum(float(tce) * (1 - m.shortfall[s]) for s, tce in carbon.society_need_tce.items() if tce)
    return _row(used <= number(budget))


@row(
    "2.3", "restrictive", "MWh", "share x electricity used <= local non-fossil electricity", is_relaxable=True
)
def local_renewable_share(m: Any) -> Any:
    """The share of local renewables in the electricity used does not fall below the target."""
    share = m.targets.local_renewable_share_min
    if share is None or not m.case.is_on("2.3"):
        return pyo.Constraint.Skip
    uses = [*m.unit_use.values(), *m.project_use.values(), *m.society_use.values()]
    local, used = local_electricity(
        sum(uses, Use(*[0.0] * len(fields(Use)))), grid.network_balance(m, m.case)
    )
    return _row(share * used <= local)


def saved_fossil_tce(case: Case, measure: Any) -> Fraction:
    """Fossil fuel that a unit of what a measure saves is, 当量 tce; all fuel of a society line counts as fossil."""
    if measure.line_id and measure.carrier_id != ELECTRICITY:
        return exact(case.carrier_tce(measure.carrier_id))
    return case.carbon.saved_fossil_tce[measure.carrier_id]


def _row(relation: Any) -> Any:
    """The relation, or no row where nothing in it is decided: whether it holds is then a matter of the data."""
    return pyo.Constraint.Skip if isinstance(relation, bool) else relation


def unit_carbon(m: Any, i: str) -> Any:
    """Carbon that a unit is assessed by, t, as an expression of its decisions."""
    carbon = m.case.carbon
    heat = float(carbon.heat_t[i]) * m.activity[i]
    heat -= sum(
        float(carbon.saved_heat_t[k.carrier_id]) * m.saving[k.measure_id] for k in m.case.measures_of(i)
    )
    return assessed(m.case.counting, m.unit_use[i], heat, is_maker=i in carbon.makers)


ROWS = (unit_carbon_budget, unit_carbon_rate, carbon_rate, fossil_budget, local_renewable_share)
