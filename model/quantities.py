"""Conversions and exact arithmetic in one place.

Figures of the tables are decimals; they are read as the decimals they are written as (`Fraction`), so that whole
tonnes come out the same for everybody who computes them.
"""

import math
from fractions import Fraction
from typing import Any

from dualcontrol.model.traced import Traced, of

# share of energy per product in tce, for one unit of the figure; kWh is converted by the electricity factor
TCE_PER_SPECIFIC = {
    "kgce/t": Fraction(1, 1000),
    "kgce/m2": Fraction(1, 1000),
    "gce/kWh": Fraction(1, 1000),  # output in MWh: 1 g/kWh = 1 kg/MWh
}


CARBON_TO_CO2 = Fraction(44, 12)


def exact(value: float | Fraction) -> Fraction:
    """The decimal a float is written as, exactly (0.1 is 1/10). ValueError on NaN or infinity."""
    if isinstance(value, Fraction):
        return value
    decimal: Fraction = _decimal(value)
    return decimal


def _decimal(value: Any) -> Any:
    return value.trace.do(exact, value) if type(value) is Traced else Fraction(repr(float(value)))


def number(value: Any) -> float:
    """The float of an exact figure; of a traced one a traced float."""
    figure: float = of(float, value)
    return figure


def combustion_co2_t(ncv_gj_per_unit: float, carbon_t_per_gj: float, oxidation_share: float) -> Fraction:
    """CO2 of a unit of fuel burnt, t: net calorific value (GJ) x carbon (tC/GJ) x share oxidised x 44/12.

    Source: 发改办气候〔2011〕1041号 (3.3.3a).
    """
    return exact(ncv_gj_per_unit) * exact(carbon_t_per_gj) * exact(oxidation_share) * CARBON_TO_CO2


def tce_per_product(
    specific_energy: float, specific_unit: str, electricity_tce_per_mwh: Fraction
) -> Fraction:
    """Energy per unit of product in tce (GB/T 2589-2020): per t, m2 or MWh of output.

    specific_unit: kgce/t, kgce/m2, gce/kWh (per MWh of output), kWh/t (at the calorific value of electricity).
    """
    if specific_unit == "kWh/t":
        return exact(specific_energy) / 1000 * electricity_tce_per_mwh
    return exact(specific_energy) * TCE_PER_SPECIFIC[specific_unit]


def whole_down(value: Fraction) -> int:
    """Whole tonnes, rounded down: what is taken from somebody."""
    return math.floor(value)


def whole_up(value: Fraction) -> int:
    """Whole tonnes, rounded up: what somebody needs."""
    return math.ceil(value)


def whole_near(value: Fraction) -> int:
    """Whole tonnes, halves up: totals."""
    return math.floor(value + Fraction(1, 2))
