"""Whether the energy of the tables is possible and adds up: conversion, savings, green supply, base-year sum.

Sums are of GB/T 2589-2020: fuel + feedstock + conversion input - conversion output, 当量 tce.
"""

from collections.abc import Callable

import pandas as pd

from dualcontrol.model.draft import Draft
from dualcontrol.model.problems import plain
from dualcontrol.model.schema import ELECTRICITY

OUT = "conversion_out"
_DUST = 1e-6  # sums of floats of up to 1e15 are not exact; a tonne is far above this share of them


def exceeds(value: float, limit: float) -> bool:
    """Whether a sum is above a limit by more than the dust of floats."""
    return value > limit + _DUST * max(1.0, abs(limit))


def with_tce(draft: Draft, owner: str) -> pd.DataFrame:
    """Energy rows of units or projects with the column `tce`, unsigned; NaN where the carrier is unknown."""
    factor = draft.frames["carriers"].set_index("carrier_id")["tce_per_unit"]
    factor = factor[~factor.index.duplicated()]
    rows = draft.frames[f"{owner}_energy"]
    return rows.assign(tce=rows["quantity"] * rows["carrier_id"].map(factor).astype("float64"))


def can_sum(draft: Draft, owner: str) -> bool:
    """Whether the energy of units or projects could be read to the last row, factors included."""
    is_known = draft.has(f"{owner}_energy", f"{owner}_id", "carrier_id", "use", "quantity")
    return is_known and draft.has("carriers", "carrier_id", "tce_per_unit")


def feedstock(draft: Draft) -> None:
    """Electricity is no material: it cannot be bound in a product (3.3.4a)."""
    for table in ("unit_energy", "project_energy"):
        for i, row in draft.rows(table):
            if row.carrier_id == ELECTRICITY and row.use == "feedstock":
                draft.tell("electricity_as_feedstock", table, i, "use")


def conversion(draft: Draft) -> None:
    """No owner gives out more energy than it takes in; one that converts should say what it converts."""
    for owner in ("unit", "project"):
        table, column = f"{owner}_energy", f"{owner}_id"
        if not can_sum(draft, owner) or OUT not in set(draft.frames[table]["use"]):
            continue
        rows = with_tce(draft, owner)
        is_out = rows["use"] == OUT
        given = rows[is_out].groupby(column)["tce"].sum()
        taken = rows[~is_out].groupby(column)["tce"].sum()
        converts = set(rows.loc[rows["use"] == "conversion_in", column])
        told: set[str] = set()
        for i, row in draft.rows(table):
            name = getattr(row, column)
            if row.use != OUT or not name or name in told:
                continue
            told.add(name)
            if exceeds(given[name], taken.get(name, 0.0)):
                draft.tell("output_above_input", table, i, "quantity",
                           input=plain(taken.get(name, 0.0)), output=plain(given[name]))  # fmt: skip
            elif name not in converts:
                draft.tell("note_output_without_input", table, i, "use")


def savings(draft: Draft) -> None:
    """All measures of a unit together cannot save more of a carrier than it uses; of a group the greatest counts."""
    is_known = draft.has("measures", "unit_id", "carrier_id", "saving_quantity") and can_sum(draft, "unit")
    if not is_known or not len(draft.frames["measures"]):
        return
    rows = draft.frames["unit_energy"]
    used = rows[rows["use"] != OUT].groupby(["unit_id", "carrier_id"])["quantity"].sum()
    total: dict[tuple[str, str], float] = {}
    greatest: dict[tuple[str, str, str], float] = {}
    for i, row in draft.rows("measures"):
        if not row.unit_id:
            continue
        key, saving = (row.unit_id, row.carrier_id), row.saving_quantity
        if row.exclusive_group:
            before = greatest.get((*key, row.exclusive_group), 0.0)
            greatest[*key, row.exclusive_group] = max(before, saving)
            saving = max(0.0, saving - before)
        total[key] = total.get(key, 0.0) + saving
        limit = used.get(key, 0.0)
        if exceeds(total[key], limit):
            draft.tell("saving_above_use", "measures", i, "saving_quantity",
                       use=plain(limit), saving=plain(total[key]))  # fmt: skip


def green_electricity(draft: Draft) -> None:
    """Own PV and green electricity of the base year come out of the electricity a unit uses (3.3.3b-c)."""
    for i, row in draft.rows("units"):
        if row.self_pv_max_mwh < row.self_pv_base_mwh:
            draft.tell("note_pv_max_below_base", "units", i, "self_pv_max_mwh",
                       base=plain(row.self_pv_base_mwh))  # fmt: skip
    if not draft.has("units", "unit_id", "self_pv_base_mwh", "green_base_mwh"):
        return
    if can_sum(draft, "unit"):
        _green_within_use(draft)
    if draft.has("power", "item", "base_mwh"):
        _green_within_supply(draft)


def _green_within_use(draft: Draft) -> None:
    energy = draft.frames["unit_energy"]
    is_use = (energy["carrier_id"] == ELECTRICITY) & (energy["use"] != OUT)
    used = energy[is_use].groupby("unit_id")["quantity"].sum()
    for i, row in draft.rows("units"):
        green = row.self_pv_base_mwh + row.green_base_mwh
        if exceeds(green, used.get(row.unit_id, 0.0)):
            column = "green_base_mwh" if row.green_base_mwh else "self_pv_base_mwh"
            draft.tell("green_above_use", "units", i, column,
                       use=plain(used.get(row.unit_id, 0.0)), green=plain(green))  # fmt: skip


def _green_within_supply(draft: Draft) -> None:
    power = draft.frames["power"]
    supply = float(power.loc[power["item"] == "non_fossil_local", "base_mwh"].sum())
    total = 0.0
    for i, row in draft.rows("units"):
        total += row.green_base_mwh
        if row.green_base_mwh > 0 and exceeds(total, supply):
            draft.tell("green_above_supply", "units", i, "green_base_mwh",
                       supply=plain(supply), total=plain(total))  # fmt: skip
            return


def without_energy(draft: Draft) -> None:
    """Where the total or intensity is managed, who is given no energy runs and enters for nothing: a remark."""
    targets = None if draft.settings is None else draft.settings.targets
    if targets is None or not (targets.manage_total or targets.intensity_reduction is not None):
        return
    for owner in ("unit", "project"):
        if not draft.has(f"{owner}_energy", f"{owner}_id"):
            continue
        known = set(draft.frames[f"{owner}_energy"][f"{owner}_id"])
        for i, row in draft.rows(f"{owner}s"):
            name = getattr(row, f"{owner}_id")
            if name and name not in known:
                draft.tell("note_no_energy", f"{owner}s", i, f"{owner}_id", energy_file=f"{owner}_energy.csv")


def counted_sum(draft: Draft) -> None:
    """The energy of the modelled units must be what the statistics say (1.a): gross, before any exclusion."""
    if (
        draft.settings is None
        or draft.settings.counted_base_tce is None
        or "1.a" in draft.settings.disabled_clauses
    ):
        return
    if not can_sum(draft, "unit"):
        return
    rows = with_tce(draft, "unit")
    total = float(rows["tce"].where(rows["use"] != OUT, -rows["tce"]).sum())
    stated = draft.settings.counted_base_tce
    if abs(total - stated) > 1.0:
        draft.tell_setting("counted_sum", "counted_base_tce", plain(stated),
                           sum=plain(total), difference=plain(total - stated))  # fmt: skip


ENERGY_CHECKS: tuple[Callable[[Draft], None], ...] = (
    feedstock,
    conversion,
    savings,
    green_electricity,
    without_energy,
    counted_sum,
)
