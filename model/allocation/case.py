"""The numbers of the optimisation model: rulings turned into ordered ids and float coefficients.

Ids are ordered by what they stand for and only then by name, so that renaming an enterprise or permuting rows
changes no quota except between exact twins (design §9).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from dualcontrol.model.accounting import Accounts, Counting, Use
from dualcontrol.model.carbon import Carbon, carbon_of
from dualcontrol.model.ledger import EARMARK, GRID, POOL
from dualcontrol.model.policy import measures
from dualcontrol.model.policy.closures import Closure, closures
from dualcontrol.model.policy.rulings import Rulings
from dualcontrol.model.policy.tariffs import Surcharge, surcharges
from dualcontrol.model.power.inputs import PowerInputs, has_network, power_inputs
from dualcontrol.model.quantities import exact, whole_up

_NOT_CONTENT = ("name", "credit_code", "source", "basis", "derivation")


@dataclass(frozen=True)
class Margins:
    """What hard rows keep free for the rounding to whole tonnes, tce (design §10)."""

    pool_tce: float = 0.0
    intensity_tce: float = 0.0


@dataclass(frozen=True)
class Case:
    """Rulings as the model needs them. All maps by id; energy in tce, money in 万元.

    green_share: hourly share of renewables in what exports carry, as an earlier dispatch showed it. more_days:
    typical days beyond those asked for, where so few missed what the plan draws or makes.
    """

    rulings: Rulings
    margins: Margins = Margins()
    green_share: Mapping[str, Any] | None = None
    more_days: int = 0

    @property
    def accounts(self) -> Accounts:
        """The accounts behind the rulings."""
        return self.rulings.accounts

    @cached_property
    def counting(self) -> Counting:
        """The counting rules with float factors, for expressions."""
        counting: Counting = numeric(self.accounts.counting)
        return counting

    def is_on(self, clause: str) -> bool:
        """Whether the scenario keeps a clause switched on."""
        return clause not in self.accounts.scenario.settings.disabled_clauses

    @cached_property
    def unit_rows(self) -> Mapping[str, Any]:
        """Rows of `units` by id, in canonical order."""
        return self._ordered("units", "unit_id", self.accounts.units)

    @cached_property
    def project_rows(self) -> Mapping[str, Any]:
        """Rows of `projects` by id, in canonical order."""
        return self._ordered("projects", "project_id", self.accounts.projects)

    @cached_property
    def measure_rows(self) -> Mapping[str, Any]:
        """Rows of `measures` by id, in canonical order."""
        rows = list(self.accounts.scenario.rows("measures"))
        places = {unit: k for k, unit in enumerate(self.unit_rows)}
        rows.sort(
            key=lambda r: (
                places.get(r.unit_id, len(places)),
                r.line_id,
                r.carrier_id,
                r.saving_quantity,
                self.yearly_cost_wan_yuan(r),
                r.measure_id,
            )
        )
        return {r.measure_id: r for r in rows}

    @cached_property
    def closures(self) -> tuple[Closure, ...]:
        """Capacity that may be given up in the plan year: by unit in canonical order, then by content, then by id."""
        places = {unit: k for k, unit in enumerate(self.unit_rows)}
        projects = {"": -1} | {j: k for k, j in enumerate(self.project_rows)}
        return tuple(
            sorted(
                closures(self.rulings),
                key=lambda c: (
                    places[c.unit_id],
                    c.kind,
                    projects[c.project_id],
                    c.share,
                    c.months,
                    c.cost_wan_yuan,
                    c.closure_id,
                ),
            )
        )

    def closures_of(self, unit_id: str) -> list[Closure]:
        """The closures of a unit."""
        return [c for c in self.closures if c.unit_id == unit_id]

    @staticmethod
    def yearly_cost_wan_yuan(measure: Any) -> float:
        """Yearly cost of a measure, annuity of its investment included."""
        return float(measures.yearly_cost_wan_yuan(measure))

    @cached_property
    def linked(self) -> Mapping[tuple[str, str], float]:
        """What other years decided for this one, 0 or 1, by what and id (`year_links`)."""
        return {
            (row.what, row.target_id): float(row.value)
            for row in self.accounts.scenario.rows("year_links")
            if row.target_id
        }

    def choice_bounds(self, what: str, key: str, most: float = 1.0) -> tuple[float, float]:
        """Bounds of a yes or no: open up to `most`, or what another year decided, as far as it may be done at all."""
        decided = self.linked.get((what, key))
        return (0.0, most) if decided is None else (min(decided, most), min(decided, most))

    def is_measure_on(self, measure: Any) -> bool:
        """Whether the clauses that a measure rests on are in force."""
        return measures.is_in_force(measure, self.accounts.scenario.settings.disabled_clauses)

    def line_savings(self, line_id: str, saving: Mapping[str, Any]) -> Use:
        """What the measures of a society line take off its use; saving: carrier units by measure.

        Fuel saved takes the carbon of the line's own fuels with it, so that none is taken off that was not counted.
        """
        total = Use(*[0] * len(fields(Use)))
        for row in self.measure_rows.values():
            if row.line_id == line_id:
                total = total + self._line_saving(row, saving[row.measure_id])
        return total

    def _line_saving(self, row: Any, saved: Any) -> Use:
        zero = 0 * saved
        tce = self._line_tce(row, saved)
        is_electricity = row.carrier_id == "electricity"
        given = self._line_co2[row.line_id]
        factor = exact(given) if isinstance(saved, Fraction) else given
        return replace(
            Use(*[zero] * len(fields(Use))),
            gross_tce=-tce,
            electricity_mwh=-saved if is_electricity else zero,
            co2_t=zero if is_electricity else -tce * factor,
        )

    def _line_tce(self, row: Any, saved: Any) -> Any:
        factor = self.carrier_tce(row.carrier_id)
        return saved * (exact(factor) if isinstance(saved, Fraction) else factor)

    @cached_property
    def _line_co2(self) -> Mapping[str, float]:
        table = self.accounts.scenario.table("society")
        return {r.line_id: float(r.co2_t_per_fuel_tce) for r in table.itertuples()}

    def _ordered(self, table: str, key: str, uses: Mapping[str, Use]) -> dict[str, Any]:
        columns = self.accounts.scenario.tables[table].columns
        content = [c for c in columns if c not in _NOT_CONTENT and not c.endswith("_id")]

        def by_content(row: Any) -> tuple[Any, ...]:
            use = uses[getattr(row, key)]
            return (
                tuple(float(getattr(use, f.name)) for f in fields(Use)),
                tuple(str(getattr(row, c)) for c in content),
                str(row.sector_id),
                getattr(row, key),
            )

        return {getattr(row, key): row for row in sorted(self.accounts.scenario.rows(table), key=by_content)}

    @cached_property
    def running(self) -> Mapping[str, Use]:
        """What a unit does at activity 1 apart from its own PV and green power (these are decisions)."""
        none = Use().self_pv_mwh
        return {
            u: numeric(replace(self.accounts.units[u], self_pv_mwh=none, excess_green_mwh=none))
            for u in self.unit_rows
        }

    @cached_property
    def projects(self) -> Mapping[str, Use]:
        """What a project does in the plan year at full load."""
        return {j: numeric(self.accounts.projects[j]) for j in self.project_rows}

    @cached_property
    def society(self) -> Mapping[str, Use]:
        """What each society line needs."""
        return {s: numeric(line.need) for s, line in sorted(self.accounts.society.items())}

    @cached_property
    def power(self) -> PowerInputs | None:
        """The network of the scenario; None without a power folder or where `time.mode` leaves it out."""
        if self.accounts.scenario.settings.time.mode == "none":
            return None
        return (
            power_inputs(self.accounts.scenario, self.green_share)
            if has_network(self.accounts.scenario)
            else None
        )

    @property
    def network(self) -> PowerInputs:
        """The network where there must be one. ValueError without."""
        if self.power is None:
            raise ValueError("the scenario has no power network")
        return self.power

    def most_mwh_at(self, owners: list[str]) -> float:
        """Most electricity that owners can draw in the year, MWh: the bound of a load group."""
        most = 0.0
        for owner in owners:
            if owner in self.running:
                most += self.running[owner].electricity_mwh * float(self.unit_rows[owner].activity_max)
            else:
                most += {**self.projects, **self.society}[owner].electricity_mwh
        return most

    def measures_of(self, unit_id: str) -> list[Any]:
        """The saving measures of a unit."""
        return [row for row in self.measure_rows.values() if row.unit_id == unit_id]

    @cached_property
    def _carriers(self) -> Mapping[str, Mapping[str, float]]:
        table = self.accounts.scenario.table("carriers").set_index("carrier_id")
        return {
            c: {"tce": float(table.loc[c, "tce_per_unit"]), "co2": float(table.loc[c, "co2_t_per_unit"])}
            for c in table.index
        }

    def carrier_tce(self, carrier_id: str) -> float:
        """Standard coal per unit of a carrier."""
        return self._carriers[carrier_id]["tce"]

    def carrier_co2_t(self, carrier_id: str) -> float:
        """CO2 per unit of a carrier burnt."""
        return self._carriers[carrier_id]["co2"]

    def full_saving(self, measure: Any) -> float:
        """Most a measure can save in the plan year, carrier unit: realised share, months in effect."""
        return float(measures.full_saving(measure, self.accounts.scenario.settings.disabled_clauses))

    def most_saved_tce(self, unit_id: str) -> float:
        """Most all measures of a unit can save, tce."""
        return sum(self.full_saving(m) * self.carrier_tce(m.carrier_id) for m in self.measures_of(unit_id))

    @cached_property
    def value_per_tce(self) -> Mapping[str, float]:
        """Value added per tce (intensity measure) of units and projects; infinite without energy (3.3.2c)."""
        ratios = {}
        for owner, use in {**self.accounts.units, **self.accounts.projects_full_year}.items():
            energy = self.accounts.counting.counted(use, "intensity")
            ratios[owner] = float(use.value_added_wan_yuan / energy) if energy > 0 else float("inf")
        return ratios

    @cached_property
    def pool_opening_tce(self) -> int:
        """Pool balance after the rules."""
        return self.rulings.ledger.balance(POOL)

    @cached_property
    def earmark_opening_tce(self) -> int:
        """Balance of the earmark after the rules."""
        return self.rulings.ledger.balance(EARMARK)

    @cached_property
    def grid_opening_tce(self) -> int:
        """Balance of the grid account after the rules."""
        return self.rulings.ledger.balance(GRID)

    @cached_property
    def reserve_floor_tce(self) -> int:
        """What must stay in reserve: a share of the increment, rounded up; nothing of one that is to be given back."""
        share = exact(self.accounts.scenario.settings.policy.reserve_share)
        return whole_up(share * max(0, self.rulings.increment_tce))

    @cached_property
    def base_intensity(self) -> float:
        """I_0: energy for intensity (等价 tce) per 万元 of GDP in the base year, through the same accounting."""
        return float(self.accounts.base.intensity)

    @cached_property
    def carbon(self) -> Carbon:
        """Carbon, fossil fuel and bought heat of the owners, exact."""
        return carbon_of(self.accounts)

    @cached_property
    def carbon_ceiling(self) -> Fraction | None:
        """Carbon, t per 万元 of GDP, that the county may not exceed (3.3.3a); None without a target."""
        reduction = self.accounts.scenario.settings.targets.co2_intensity_reduction
        base = self.accounts.base
        if reduction is None or not self.is_on("3.3.3a") or base.gdp_wan_yuan <= 0:
            return None
        return (1 - exact(reduction)) * Fraction(base.co2_t) / Fraction(base.gdp_wan_yuan)

    @cached_property
    def unit_carbon_ceiling(self) -> Mapping[str, Fraction]:
        """Carbon, t per 万元 of value added, that key units may not exceed, where they have a target (3.3.3a)."""
        ceilings = {}
        for i, row in self.unit_rows.items():
            value = self.accounts.units[i].value_added_wan_yuan
            if not math.isnan(row.co2_intensity_reduction) and value > 0:
                reduction = exact(row.co2_intensity_reduction)
                ceilings[i] = (1 - reduction) * self.carbon.base_assessed_t[i] / value
        return ceilings if self.is_on("3.3.3a") else {}

    @cached_property
    def fossil_budget_tce(self) -> Fraction | None:
        """Most fossil fuel in the plan year, 当量 tce (2.3); None without a target."""
        share = self.accounts.scenario.settings.targets.fossil_max_share_of_base
        return None if share is None or not self.is_on("2.3") else exact(share) * self.carbon.base_fossil_tce

    @cached_property
    def surcharges(self) -> tuple[Surcharge, ...]:
        """Green electricity tariffs on units and projects (3.2.4)."""
        return surcharges(self.accounts)

    @cached_property
    def surcharge_wan_yuan(self) -> Mapping[str, Fraction]:
        """Surcharges by account (`unit:<id>`, `project:<id>`), 万元 at activity 1 or full load in the plan year."""
        found: dict[str, Fraction] = {}
        for one in self.surcharges:
            found[one.account] = found.get(one.account, Fraction(0)) + one.cost_wan_yuan
        return found

    @cached_property
    def most_energy_tce(self) -> float:
        """An upper bound of the county's energy (等价, no exclusion): the M of the waiver."""
        uses = [self.running[u].scaled(float(r.activity_max)) for u, r in self.unit_rows.items()]
        county = self.counting.county(
            [
                *uses,
                *self.projects.values(),
                *self.society.values(),
                Use(generation_mwh=-sum(u.generation_mwh for u in uses)),
            ],
            numeric(self.accounts.power_plan),
            0.0,
        )
        return float(county.energy_eq_tce["gross"])


def numeric(record: Any) -> Any:
    """The same record (a frozen dataclass) with float figures."""
    return replace(
        record,
        **{
            f.name: float(getattr(record, f.name))
            for f in fields(record)
            if isinstance(getattr(record, f.name), Fraction)
        },
    )
