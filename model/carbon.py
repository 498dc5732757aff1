"""Carbon, fossil fuel and bought heat behind the accounts: factors, process emissions, what a key unit answers for.

Sources: the provincial inventory guide (发改办气候〔2011〕1041号), GB/T 32151; clauses 2.3, 3.3.3a.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dualcontrol.model.accounting import Accounts, Counting, Quantity, Use
from dualcontrol.model.quantities import exact
from dualcontrol.model.scenario import Scenario

NONE = Fraction(0)
# what a use of a fossil carrier is in the fossil account, and its sign
FOSSIL_USES: Mapping[str, tuple[str, int]] = {
    "fuel": ("fuel", 1),
    "feedstock": ("feedstock", 1),
    "conversion_in": ("conversion", 1),
    "conversion_out": ("conversion", -1),
}


@dataclass(frozen=True)
class Carbon:
    """Figures of the owners that `Use` does not carry, exact.

    fossil_tce: by owner, 当量; units at activity 1, projects in the plan year at full load. society_base_tce,
    society_need_tce: fuels of the lines. heat_t: CO2 of bought heat by owner, likewise. makers: units that make at
    least the electricity they use, so that none is bought. saved_fossil_tce, saved_heat_t: per carrier unit saved.
    """

    fossil_tce: Mapping[str, Fraction]
    society_base_tce: Mapping[str, Fraction]
    society_need_tce: Mapping[str, Fraction]
    heat_t: Mapping[str, Fraction]
    makers: frozenset[str]
    saved_fossil_tce: Mapping[str, Fraction]
    saved_heat_t: Mapping[str, Fraction]
    base_assessed_t: Mapping[str, Fraction]

    @property
    def base_fossil_tce(self) -> Fraction:
        """Fossil fuel of units and society in the base year, tce (当量): combustion, feedstock, conversion loss."""
        units = sum((self.fossil_tce[u] for u in self.base_assessed_t), NONE)
        return units + sum(self.society_base_tce.values(), NONE)


def carbon_of(accounts: Accounts) -> Carbon:
    """The figures of a scenario's accounts (2.3, 3.3.3a)."""
    scenario = accounts.scenario
    carriers = scenario.table("carriers").set_index("carrier_id")
    fossil: dict[str, Fraction] = {}
    heat: dict[str, Fraction] = {}
    months = {r.project_id: Fraction(13 - int(r.start_month), 12) for r in scenario.rows("projects")}
    for kind, ids in (("unit", accounts.units), ("project", accounts.projects)):
        fossil |= dict.fromkeys(ids, NONE)
        heat |= dict.fromkeys(ids, NONE)
        for row in scenario.rows(f"{kind}_energy"):
            owner, carrier = getattr(row, f"{kind}_id"), carriers.loc[row.carrier_id]
            sign = FOSSIL_USES[row.use][1]
            quantity = sign * exact(row.quantity) * months.get(owner, Fraction(1))
            if carrier["is_fossil"]:
                fossil[owner] += quantity * exact(carrier["tce_per_unit"])
            heat[owner] += quantity * exact(carrier["indirect_co2_t_per_unit"])
    lines = list(scenario.rows("society"))
    makers = frozenset(
        u for u, use in accounts.units.items() if 0 < use.electricity_mwh <= use.generation_mwh
    )
    return Carbon(
        fossil,
        {r.line_id: exact(r.base_fuel_tce) for r in lines},
        {
            line: society.need.gross_tce
            - accounts.counting.electricity_tce_per_mwh * society.need.electricity_mwh
            for line, society in accounts.society.items()
        },
        heat,
        makers,
        {
            c: exact(row.tce_per_unit) if row.is_fossil else NONE
            for c, row in zip(carriers.index, carriers.itertuples(), strict=True)
        },
        {c: exact(f) for c, f in carriers["indirect_co2_t_per_unit"].items()},
        {
            u: assessed(accounts.counting, use, heat[u], is_maker=u in makers)
            for u, use in accounts.units.items()
        },
    )


def assessed(counting: Counting, use: Use, heat_t: Quantity, *, is_maker: bool) -> Quantity:
    """Carbon that a key unit is assessed by, t (3.3.3a): direct, process, electricity and heat bought.

    Own PV is never bought (3.3.3b); renewable electricity above the required share is left out where the register of
    exclusions says so (3.3.3c). A unit that makes what it uses buys none: its coal is counted where it burns.
    """
    carbon = use.co2_t + heat_t
    if is_maker:
        return carbon
    bought = use.electricity_mwh - use.generation_mwh - use.self_pv_mwh
    if counting.is_excluded("excess_renewable", "total"):
        bought = bought - use.excess_green_mwh
    return carbon + counting.grid_co2_t_per_mwh * bought


def local_electricity(use: Use, balance: Any) -> tuple[Quantity, Quantity]:
    """(local non-fossil electricity used, all electricity used) in MWh, own PV in both, losses in the latter (2.3).

    use: the sum over all owners.
    """
    return balance.non_fossil_local_mwh + use.self_pv_mwh, use.electricity_mwh + balance.losses_mwh


def saved_by_unit(scenario: Scenario, saving: Mapping[str, Fraction], unit_id: str) -> dict[str, Fraction]:
    """Quantity saved by carrier of a unit, from quantities by measure."""
    found: dict[str, Fraction] = {}
    for row in scenario.rows("measures"):
        if row.unit_id == unit_id:
            found[row.carrier_id] = found.get(row.carrier_id, NONE) + saving[row.measure_id]
    return found
