"""Process emissions by factor or carbon balance, and the grid's emission factor.

Sources: the provincial inventory guide (发改办气候〔2011〕1041号), GB/T 32151; clause 3.3.3a.
"""

from fractions import Fraction

from dualcontrol.model.quantities import CARBON_TO_CO2, exact
from dualcontrol.model.scenario import Scenario


def process_terms(scenario: Scenario) -> dict[str, dict[str, Fraction]]:
    """Process emissions by owner and item, t CO2, base year or full year (3.3.3a).

    An item by factor emits quantity x factor; a carbon balance is (carbon in - carbon out) x 44/12, so that the carbon
    of feedstock is counted once, here, and never by the combustion factor. Owners without a row have their
    `process_co2_t` as the one item "total".
    """
    found: dict[str, dict[str, Fraction]] = {}
    for row in scenario.rows("process_emissions"):
        carbon = exact(row.quantity) * exact(row.factor)
        co2 = {"factor": carbon, "carbon_in": carbon * CARBON_TO_CO2, "carbon_out": -carbon * CARBON_TO_CO2}
        items = found.setdefault(row.owner_id, {})
        items[row.item] = items.get(row.item, Fraction(0)) + co2[row.kind]
    for table, key in (("units", "unit_id"), ("projects", "project_id")):
        for row in scenario.rows(table):
            if lump := exact(row.process_co2_t):
                found.setdefault(getattr(row, key), {"total": lump})
    return found


def grid_co2_t_per_mwh(scenario: Scenario) -> Fraction:
    """The grid's emission factor of both years, t/MWh: the row that the settings name, else their own figure."""
    settings = scenario.settings.accounting
    if settings.grid_factor is None:
        return exact(settings.grid_co2_t_per_mwh)
    factors = scenario.table("grid_factors").set_index("factor_id")["co2_t_per_mwh"]
    return exact(factors[settings.grid_factor])
