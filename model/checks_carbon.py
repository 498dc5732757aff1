"""Whether tariffs, emission factors and process emissions agree with what they stand beside (3.2.4, 3.3.3a)."""

from collections.abc import Callable

import pandas as pd

from dualcontrol.model.draft import Draft
from dualcontrol.model.problems import nearest, plain
from dualcontrol.model.quantities import CARBON_TO_CO2, combustion_co2_t

PARTS = ("ncv_gj_per_unit", "carbon_t_per_gj", "oxidation_share")
FACTOR_TOLERANCE = 5e-4  # factors are published with four decimals
TONNE = 1.0


def carrier_factors(draft: Draft) -> None:
    """CO2 per unit is NCV x CC x OF x 44/12 where these are given, all three of them."""
    for i, row in draft.rows("carriers"):
        given = [part for part in PARTS if pd.notna(getattr(row, part))]
        if not given or pd.isna(row.co2_t_per_unit):
            continue
        if len(given) < len(PARTS):
            draft.tell("carrier_factor_parts", "carriers", i, next(p for p in PARTS if p not in given))
            continue
        derived = float(combustion_co2_t(*(getattr(row, part) for part in PARTS)))
        if abs(derived - row.co2_t_per_unit) > FACTOR_TOLERANCE:
            draft.tell("carrier_factor", "carriers", i, "co2_t_per_unit", derived=plain(derived))


def grid_factor(draft: Draft) -> None:
    """The factor that the settings name is in the table; one published later than the plan is remarked."""
    if (
        draft.settings is None
        or draft.settings.accounting.grid_factor is None
        or not draft.has("grid_factors")
    ):
        return
    chosen, key = draft.settings.accounting.grid_factor, "accounting.grid_factor"
    rows = [row for _, row in draft.rows("grid_factors") if row.factor_id == chosen]
    if not rows:
        known = draft.frames["grid_factors"]["factor_id"]
        draft.tell_setting("unknown_grid_factor", key, chosen, suggestion=nearest(chosen, known))
    elif rows[0].published_on and rows[0].published_on > draft.settings.as_of:
        draft.tell_setting("note_grid_factor_later", key, chosen, published=rows[0].published_on.isoformat())


def process_sums(draft: Draft) -> None:
    """Process emissions item by item add up to what the owner states, and are not negative."""
    columns = ("owner_id", "kind", "quantity", "factor")
    if not draft.has("process_emissions", *columns) or not len(draft.frames["process_emissions"]):
        return
    rows = draft.frames["process_emissions"]
    weight = rows["kind"].map(
        {"factor": 1.0, "carbon_in": float(CARBON_TO_CO2), "carbon_out": -float(CARBON_TO_CO2)}
    )
    sums = (rows["quantity"] * rows["factor"] * weight).groupby(rows["owner_id"]).sum()
    for table, key in (("units", "unit_id"), ("projects", "project_id")):
        for i, row in draft.rows(table):
            if getattr(row, key) not in sums.index:
                continue
            total = float(sums[getattr(row, key)])
            if total < 0:
                draft.tell("process_negative", table, i, "process_co2_t", sum=plain(total))
            elif row.process_co2_t and abs(total - row.process_co2_t) > TONNE:
                draft.tell("process_sum", table, i, "process_co2_t", sum=plain(total))


def step_tariffs(draft: Draft) -> None:
    """A tariff in steps needs the size of a step and the line of products whose electricity is stepped."""
    for i, row in draft.rows("tariffs"):
        if row.kind == "step" and not row.step_kwh > 0:
            draft.tell("tariff_without_step", "tariffs", i, "step_kwh")
        if row.kind == "step" and not row.benchmark_key:
            draft.tell("tariff_without_line", "tariffs", i, "benchmark_key")


CARBON_CHECKS: tuple[Callable[[Draft], None], ...] = (
    carrier_factors,
    grid_factor,
    process_sums,
    step_tariffs,
)
