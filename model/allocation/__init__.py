"""The optimisation model of a plan year in Pyomo: variables here, a function per constraint beside (design §5)."""

import math
from dataclasses import fields, replace
from typing import Any

import pyomo.environ as pyo

from dualcontrol.model.accounting import Use
from dualcontrol.model.allocation import carbon, county, grid, projects, stock, units
from dualcontrol.model.allocation.case import Case, Margins
from dualcontrol.model.allocation.register import Row
from dualcontrol.model.schema_years import ADMITTED, ADOPTED, CLOSED

__all__ = ["NETWORK_ROWS", "ROWS", "Case", "Margins", "Row", "build_model"]

ROWS: tuple[Row, ...] = units.ROWS + stock.ROWS + projects.ROWS + county.ROWS + carbon.ROWS
NETWORK_ROWS: tuple[Row, ...] = grid.ROWS


def build_model(case: Case) -> pyo.ConcreteModel:
    """The allocation model of a case: every row of `ROWS`, the objective value added minus costs in 万元.

    Energy in tce (units 当量, county 等价), activity and load as shares of base activity and full load.
    """
    m = pyo.ConcreteModel()
    m.case = case
    m.targets = case.accounts.scenario.settings.targets
    _sets(m, case)
    _variables(m, case)
    _expressions(m, case)
    for row in ROWS + NETWORK_ROWS:
        row.add_to(m)
    # without 2.2 efficiency does not come first: any plan within the limits is as good as another
    aim = m.value_wan_yuan if case.is_on("2.2") else 0.0 * m.gdp
    m.value = pyo.Objective(expr=aim, sense=pyo.maximize)
    return m


def _sets(m: Any, case: Case) -> None:
    rulings = case.rulings.units
    m.UNITS, m.PROJECTS = list(case.unit_rows), list(case.project_rows)
    m.MEASURES, m.SOCIETY = list(case.measure_rows), list(case.society)
    m.SAVING_UNITS = [i for i in m.UNITS if case.measures_of(i)]
    m.GREEN_UNITS = [i for i in m.UNITS if case.unit_rows[i].green_max_mwh > 0]
    for name, clause in (
        ("CAPPED_UNITS", "3.1.1"),
        ("EFFICIENT_UNITS", "3.3.2b"),
        ("OTHER_UNITS", "3.2.1c"),
        ("BARRED_UNITS", "3.2.5"),
        ("LOW_GRADE_UNITS", "3.3.2a"),
    ):
        setattr(m, name, [i for i in m.UNITS if rulings[i].grant_clause == clause])
    sectors = case.accounts.scenario.table("sectors").set_index("sector_id")["intensity_reduction"].dropna()
    m.target_sectors = dict(sorted(sectors.items())) if case.is_on("3.2.1d") else {}
    m.TARGET_SECTORS = list(m.target_sectors)
    budgeted = [i for i, row in case.unit_rows.items() if not math.isnan(row.co2_budget_t)]
    m.CARBON_UNITS = budgeted if case.is_on("3.3.3a") else []
    m.CARBON_RATE_UNITS = list(case.unit_carbon_ceiling)
    m.decision_rows = {d.decision_id: d for d in case.accounts.scenario.rows("decisions")}
    m.DECISIONS = sorted(m.decision_rows)
    resources = case.accounts.scenario.table("resources").set_index("resource_id")["budget"]
    m.resource_budgets = {r: float(b) for r, b in sorted(resources.items())}
    m.RESOURCES = list(m.resource_budgets)
    use = case.accounts.scenario.table("resource_use")
    m.resource_use = {
        r: {row.owner_id: float(row.use) for row in use[use["resource_id"] == r].itertuples() if row.use > 0}
        for r in m.RESOURCES
    }
    targets, products = (
        case.accounts.scenario.table("output_targets"),
        case.accounts.scenario.table("products"),
    )
    m.output_targets = {row.product: float(row.min_output) for row in targets.itertuples()}
    m.OUTPUTS = sorted(m.output_targets)
    m.outputs = {
        p: products[products["product"] == p].groupby("unit_id")["output"].sum().to_dict() for p in m.OUTPUTS
    }
    stock.stock_sets(m, case)
    grid.network_sets(m, case)


def _variables(m: Any, case: Case) -> None:
    units, settings = case.unit_rows, case.accounts.scenario.settings
    whole = pyo.UnitInterval if settings.solve.relax_integers else pyo.Binary
    active = {i: case.rulings.units[i].is_active for i in m.UNITS}
    out = {gate.target_id for gate in case.rulings.gates}
    out |= {j for j in m.PROJECTS if case.project_rows[j].start_month > 12}  # nothing to decide on this year

    def unit_bounds(column: str) -> Any:
        return lambda m, i: (0.0, float(getattr(units[i], column)) if active[i] else 0.0)

    m.activity = pyo.Var(
        m.UNITS,
        bounds=lambda m, i: (
            (0.0 if case.closures_of(i) else float(units[i].activity_min), float(units[i].activity_max))
            if active[i]
            else (0.0, 0.0)
        ),
    )
    m.grant = pyo.Var(m.UNITS, bounds=(0.0, None))
    m.limit = pyo.Var(m.UNITS, bounds=(0.0, None))
    m.beyond = pyo.Var(m.UNITS, bounds=lambda m, i: (0.0, case.most_saved_tce(i) if active[i] else 0.0))
    m.beyond_ok = pyo.Var(m.SAVING_UNITS, domain=whole)
    m.self_pv = pyo.Var(m.UNITS, bounds=unit_bounds("self_pv_max_mwh"))
    m.added_pv = pyo.Var(m.UNITS, bounds=unit_bounds("self_pv_max_mwh"))
    is_green_sold = case.power is None or case.is_on("3.4.3d")
    m.green = pyo.Var(m.UNITS, bounds=unit_bounds("green_max_mwh") if is_green_sold else (0.0, 0.0))
    m.excess = pyo.Var(m.UNITS, bounds=unit_bounds("green_max_mwh"))
    m.is_excess = pyo.Var(m.GREEN_UNITS, domain=whole)
    m.saving = pyo.Var(m.MEASURES, bounds=lambda m, k: (0.0, case.full_saving(case.measure_rows[k])))
    m.adopted = pyo.Var(
        m.MEASURES,
        domain=whole,
        bounds=lambda m, k: case.choice_bounds(ADOPTED, k, float(case.is_measure_on(case.measure_rows[k]))),
    )
    m.retire = pyo.Var(m.RETIREMENTS, domain=whole, bounds=lambda m, k: case.choice_bounds(CLOSED, k))
    m.pair = pyo.Var(m.PAIRS, domain=whole, bounds=lambda m, k: case.choice_bounds(CLOSED, k))
    m.upgrade = pyo.Var(m.PAIRS, bounds=lambda m, k: (0.0, float(m.closures[k].bonus_tce)))
    m.admitted = pyo.Var(
        m.PROJECTS,
        domain=lambda m, j: pyo.UnitInterval if case.project_rows[j].is_divisible else whole,
        bounds=lambda m, j: (0, 0) if j in out else case.choice_bounds(ADMITTED, j),
    )
    m.project_load = pyo.Var(m.PROJECTS, bounds=lambda m, j: (0.0, float(case.project_rows[j].load_max)))
    m.earmark = pyo.Var(m.PROJECTS, bounds=(0.0, float(case.earmark_opening_tce)))
    m.shortfall = pyo.Var(m.SOCIETY, bounds=(0.0, 1.0))
    m.overshoot = pyo.Var(bounds=(0.0, None))
    m.has_waiver = bool(m.targets.waiver_document) and case.is_on("1.b")
    m.waived = pyo.Var(bounds=(0.0, None))
    m.waiver = pyo.Var(domain=whole, bounds=(0, 1 if m.has_waiver else 0))
    m.gdp, m.energy, m.co2 = pyo.Var(), pyo.Var(), pyo.Var()
    grid.network_variables(m, case, whole)


def _expressions(m: Any, case: Case) -> None:
    counting = case.counting
    m.headroom_share = case.accounts.scenario.settings.policy.headroom_share
    m.saved_tce = {
        i: sum(case.carrier_tce(k.carrier_id) * m.saving[k.measure_id] for k in case.measures_of(i))
        for i in m.UNITS
    }
    m.unit_use = {i: unit_use(m, case, i) for i in m.UNITS}
    m.purchased = {i: m.unit_use[i].electricity_mwh - m.self_pv[i] for i in m.UNITS}
    m.counted_total = {i: counting.counted(m.unit_use[i], "total") for i in m.UNITS}
    m.freed_tce = {i: stock.freed_tce(m, i) for i in m.UNITS}
    m.upgrade_tce = {i: stock.upgrade_tce(m, i) for i in m.UNITS}
    m.quota = {
        i: case.rulings.units[i].quota_tce
        + m.grant[i]
        + m.upgrade_tce[i]
        - m.limit[i]
        - m.beyond[i]
        - m.freed_tce[i]
        for i in m.UNITS
    }
    m.project_use = {j: case.projects[j].scaled(m.project_load[j]) for j in m.PROJECTS}
    m.project_total = {j: counting.counted(m.project_use[j], "total") for j in m.PROJECTS}
    m.society_use = {s: stock.society_use(m, case, s) for s in m.SOCIETY}
    m.society_total = {s: counting.counted(m.society_use[s], "total") for s in m.SOCIETY}
    m.drawn_mwh = {
        **m.purchased,
        **{o: use.electricity_mwh for o, use in {**m.project_use, **m.society_use}.items()},
    }
    m.plant_use = grid.network_uses(m, case)
    m.county = counting.county(
        [*m.unit_use.values(), *m.project_use.values(), *m.society_use.values(), *m.plant_use],
        grid.network_balance(m, case),
        float(case.accounts.other_gdp_plan_wan_yuan),
    )
    m.value_wan_yuan = _value(m, case)


def unit_use(m: Any, case: Case, i: str) -> Use:
    """What a unit uses, emits and earns at the model's activity, savings, PV and excess green electricity."""
    saved = case.measures_of(i)
    electricity = sum(m.saving[k.measure_id] for k in saved if k.carrier_id == "electricity")
    return case.running[i].scaled(m.activity[i]) + replace(
        Use(*[0.0] * len(fields(Use))),
        gross_tce=-m.saved_tce[i],
        feedstock_tce=0.0,
        electricity_mwh=-electricity,
        generation_mwh=0.0,
        co2_t=-sum(case.carrier_co2_t(k.carrier_id) * m.saving[k.measure_id] for k in saved),
        value_added_wan_yuan=0.0,
        self_pv_mwh=m.self_pv[i],
        excess_green_mwh=m.excess[i],
    )


def _value(m: Any, case: Case) -> Any:
    """Value added of units and projects minus yearly costs, unserved society use and overshoot, 万元 (2.2)."""
    units, projects = case.unit_rows, case.project_rows
    earned = sum(m.unit_use[i].value_added_wan_yuan for i in m.UNITS)
    earned += sum(m.project_use[j].value_added_wan_yuan for j in m.PROJECTS)
    earned += sum(use.value_added_wan_yuan for use in m.plant_use)
    cost = sum(float(projects[j].annual_cost_wan_yuan) * m.admitted[j] for j in m.PROJECTS)
    cost += sum(case.yearly_cost_wan_yuan(case.measure_rows[k]) * m.adopted[k] for k in m.MEASURES)
    cost += sum(float(m.closures[k].cost_wan_yuan) * m.retire[k] for k in m.RETIREMENTS)
    for i in m.UNITS:  # yuan per MWh to 万元
        cost += float(units[i].self_pv_cost_yuan_per_mwh) / 1e4 * m.added_pv[i]
        cost += float(units[i].green_premium_yuan_per_mwh) / 1e4 * m.green[i]
    paid = case.surcharge_wan_yuan
    cost += sum(float(paid[f"unit:{i}"]) * m.activity[i] for i in m.UNITS if f"unit:{i}" in paid)
    cost += sum(float(paid[f"project:{j}"]) * m.project_load[j] for j in m.PROJECTS if f"project:{j}" in paid)
    for s in m.SOCIETY:
        need = case.counting.counted(case.society[s], "total")
        cost += float(case.accounts.society[s].shortfall_wan_yuan_per_tce) * need * m.shortfall[s]
    cost += grid.network_cost(m, case)
    return earned - cost - m.targets.overshoot_price_wan_yuan_per_tce * m.overshoot
