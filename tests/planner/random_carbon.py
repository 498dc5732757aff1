"""Tariffs, carbon, water and fossil fuel for random counties: every column of these clauses, drawn."""

from collections.abc import Mapping
from random import Random

from tests.model.small_cases import CARRIERS, Owner

Rows = list[dict[str, object]]
HEAT = {"carrier_id": "heat", "unit": "GJ", "tce_per_unit": 0.03412, "co2_t_per_unit": 0,
        "indirect_co2_t_per_unit": 0.11}  # fmt: skip
IN_FORCE = {"effective_from": "2021-06-01"}


def with_carbon(
    r: Random, settings: dict[str, object], owners: list[Owner], tables: dict[str, Rows], scale: float
) -> None:
    """Add them to settings, owners and tables of a county in place, each with some chance."""
    for k, owner in enumerate(owners):
        owners[k] = _owner(r, owner, scale)
    ids = {t: [str(o.row[f"{t[:-1]}_id"]) for o in owners if o.table == t] for t in ("units", "projects")}
    tables["carriers"] = [*map(dict, CARRIERS), HEAT]
    tables["tariffs"] = _tariffs(r)
    tables["process_emissions"] = _processes(r, [*ids["units"], *ids["projects"]], scale)
    tables["grid_factors"] = [{"factor_id": "north", "year": 2021, "co2_t_per_mwh": 0.7120}]
    tables["water_norms"] = [{"water_key": "w", "product": "x", "general_m3": 15, "advanced_m3": 11.5}]
    for row in tables.get("products", []):
        row |= {"water_key": r.choice(("", "w")), "electricity_kwh_per_unit": r.choice((None, 610.5, 700))}
    if r.random() < 0.5:
        users = [i for i in (*ids["units"], *ids["projects"]) if r.random() < 0.7]
        uses: Rows = [
            {"resource_id": "water", "owner_id": i, "use": round(r.uniform(0.01, 3) * scale, 4)}
            for i in users
        ]
        tables["resource_use"] = uses
        budget = sum(float(str(row["use"])) for row in uses) * r.choice((0.9, 1.5)) + 0.001
        tables["resources"] = [{"resource_id": "water", "unit": "万m³", "budget": round(budget, 4)}]
    if "power" not in tables and r.random() < 0.5:
        mwh = round(r.uniform(50, 900) * scale, 1)
        tables["power"] = [{"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": mwh}]
    _targets(r, settings)


def _owner(r: Random, owner: Owner, scale: float) -> Owner:
    row = dict(owner.row)
    energy = list(owner.energy)
    row["industry_class"] = r.choice(("allowed", "allowed", "restricted", "eliminated"))
    if owner.table == "projects":
        return Owner(owner.table, row, tuple(energy))
    key = {"unit_id": row["unit_id"]}
    if r.random() < 0.3:
        energy.append({**key, "carrier_id": "heat", "use": "fuel", "quantity": round(900 * scale, 1)})
    if r.random() < 0.3:
        energy.append({**key, "carrier_id": "coal", "use": "feedstock", "quantity": round(100 * scale, 1)})
    if r.random() < 0.2:
        row["co2_budget_t"] = round(r.uniform(200, 6000) * scale, 1)
    if r.random() < 0.2:
        row["co2_intensity_reduction"] = r.choice((0, -0.02))
    if r.random() < 0.3:
        row["own_plant_mwh"] = round(100 * scale, 1)
    return Owner(owner.table, row, tuple(energy))


def _tariffs(r: Random) -> Rows:
    relief = {
        "renewable_share_free": r.choice((None, 0, 0.15)),
        "relief_per_point": r.choice((0, 0.01, 0.05)),
    }
    lines: Rows = [
        {"tariff_id": "step", "kind": "step", "benchmark_key": "b", "yuan_per_kwh": 0.01,
         "threshold_kwh": r.choice((600, 650.5)), "step_kwh": r.choice((7, 20)), **relief, **IN_FORCE},
        {"tariff_id": "step", "kind": "step", "benchmark_key": "b", "yuan_per_kwh": 0.02,
         "threshold_kwh": 640, "step_kwh": 20, "effective_from": r.choice(("2022-01-01", "2023-01-01"))},
        {"tariff_id": "own", "kind": "own_plant", "yuan_per_kwh": 0.01, **IN_FORCE},
        *({"tariff_id": word, "kind": "differential", "industry_class": word, "yuan_per_kwh": yuan,
           "multiplier": 1.3, "sector_id": r.choice(("", "heavy")), **relief, **IN_FORCE}
          for word, yuan in (("restricted", 0.10), ("eliminated", 0.30))),
    ]  # fmt: skip
    return [line for line in lines if r.random() < 0.6]


def _processes(r: Random, ids: list[str], scale: float) -> Rows:
    rows: Rows = []
    for i in ids:
        if r.random() < 0.3:
            amount = round(r.uniform(10, 300) * scale, 2)
            kinds: Mapping[str, float] = {"factor": 0.683, "carbon_in": 0.55, "carbon_out": 0.2}
            rows += [
                {"owner_id": i, "item": "x", "kind": kind, "quantity": amount, "factor": factor}
                for kind, factor in kinds.items()
            ]
    return rows


def _targets(r: Random, settings: dict[str, object]) -> None:
    targets = settings["targets"]
    assert isinstance(targets, dict)
    if r.random() < 0.25:
        targets["co2_intensity_reduction"] = r.choice((-0.05, 0.03))
    if r.random() < 0.25:
        targets["fossil_max_share_of_base"] = r.choice((0.9, 1.1))
    if r.random() < 0.15:
        targets["local_renewable_share_min"] = r.choice((0.02, 0.2))
    if r.random() < 0.3:
        accounting = settings.setdefault("accounting", {})
        assert isinstance(accounting, dict)
        accounting["grid_factor"] = "north"
