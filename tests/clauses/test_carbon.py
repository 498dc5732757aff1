"""Tariffs, carbon, water, fossil fuel: each clause in the smallest county where it bites, worked out by hand."""

import pytest

from tests.clauses.conftest import Plan
from tests.clauses.test_county import COAL, coal, county, total, unit


def power(owner: str, mwh: float, kind: str = "unit") -> dict[str, object]:
    return {f"{kind}_id": owner, "carrier_id": "electricity", "use": "fuel", "quantity": mwh}


def tariff(**columns: object) -> dict[str, object]:
    return {"tariff_id": "t", "name": "t", "kind": "differential", "yuan_per_kwh": 0.13,
            "effective_from": "2022-01-01", **columns}  # fmt: skip


@pytest.mark.clause("3.2.4")
def test_restricted_class_pays_more_for_electricity(plan: Plan) -> None:
    """1000 MWh at 0.10 x 1.3 yuan/kWh are 13 万元 of the 12 it earns: it runs no more than it must."""
    tables = county(
        units=[unit(value=12, industry_class="restricted", activity_min=0.2)],
        unit_energy=[power("A", 1000)],
        tariffs=[tariff(yuan_per_kwh=0.10, multiplier=1.3, industry_class="restricted")],
    )
    told = plan(total(1000), **tables)
    assert told.unit("A").activity == pytest.approx(0.2)
    assert told.value == pytest.approx(0.2 * (12 - 13))
    row = told.table("reports/tariffs").iloc[0]
    assert (row.rate_yuan_per_kwh, row.charged_mwh, row.cost_wan_yuan) == (0.13, 200, 2.6)


@pytest.mark.clause("3.3.3a")
def test_key_unit_keeps_its_carbon_budget(plan: Plan) -> None:
    """1000 t of coal emit 2600 t; 2080 t allow 80 %."""
    told = plan(total(0), **county(units=[unit(co2_budget_t=2080)]))
    assert told.unit("A").activity == pytest.approx(0.8)


@pytest.mark.clause("3.3.3a")
def test_carbon_per_gdp_falls_by_its_target(plan: Plan) -> None:
    """2600 t on 1000 万元, 500 of them not A's: 2600 a <= 0.9 x 2.6 x (500 a + 500) gives a = 1170 / 1430."""
    tables = county(units=[unit()], gdp=[{"item_id": "x", "base_wan_yuan": 500, "growth": 0}])
    told = plan(total(0, co2_intensity_reduction=0.1), **tables)
    assert told.unit("A").activity == pytest.approx(1170 / 1430, abs=1e-6)


@pytest.mark.clause("3.3.3a")
def test_inventory_counts_each_tonne_once(plan: Plan) -> None:
    """Coal 260 t, lime 68.3 t, feedstock only by its carbon balance, 100 MWh of net inflow once, PV never."""
    tables = county(
        units=[unit(self_pv_base_mwh=50, self_pv_max_mwh=50), unit("B", 100)],
        unit_energy=[coal("A", 100), power("A", 150), {**coal("B", 100), "use": "feedstock"}],
        process_emissions=[
            {"owner_id": "A", "item": "lime", "kind": "factor", "quantity": 100, "factor": 0.683},
            {"owner_id": "B", "item": "coal", "kind": "carbon_in", "quantity": 100, "factor": 0.6},
            {"owner_id": "B", "item": "methanol", "kind": "carbon_out", "quantity": 80, "factor": 0.375},
        ],
    )
    told = plan(total(100), **tables)
    rows = told.table("reports/inventory", ["account", "scope", "item"])
    assert rows["plan_co2_t"].sum() == pytest.approx(told.summary["co2_t"], abs=0.1)
    emitted = rows.loc[rows["base_co2_t"] != 0, "base_co2_t"].to_dict()
    assert emitted == {
        ("unit:A", "combustion", "coal"): 260,
        ("unit:A", "process", "lime"): 68.3,
        ("unit:B", "process", "coal"): 220,
        ("unit:B", "process", "methanol"): -110,
        ("grid", "net_inflow", "electricity"): 58.1,
    }
    assert rows.loc[("unit:A", "electricity", "bought"), "base_memo_co2_t"] == 58.1


@pytest.mark.clause("3.3.4b")
def test_water_budget_binds_and_is_told_against_its_norm(plan: Plan) -> None:
    """1.5 万m³ at full activity, 1.2 to be had: 80 %. The norm is 10 m³ on 1000 t: 1 万m³, of which 80 %."""
    tables = county(
        units=[unit()],
        products=[
            {"unit_id": "A", "product": "methanol", "output": 1000, "output_unit": "t", "water_key": "m"}
        ],
        water_norms=[{"water_key": "m", "product": "methanol", "general_m3": 15, "advanced_m3": 10}],
        resources=[{"resource_id": "water", "name": "water", "unit": "万m³", "budget": 1.2}],
        resource_use=[{"resource_id": "water", "owner_id": "A", "use": 1.5}],
    )
    told = plan(total(0), **tables)
    assert told.unit("A").activity == pytest.approx(0.8)
    row = told.table("reports/water").iloc[0]
    assert (row.use_wan_m3, row.above_general_wan_m3, row.above_advanced_wan_m3) == (1.2, 0, 0.4)


@pytest.mark.clause("2.3")
def test_fossil_fuel_falls(plan: Plan) -> None:
    """At most 90 % of 1000 tce."""
    told = plan(total(0, fossil_max_share_of_base=0.9), **county(units=[unit()]))
    assert told.unit("A").activity == pytest.approx(0.9)
    assert told.table("reports/fossil", ["item", "use"]).loc[("fossil", "all"), "limit"] == 900


@pytest.mark.clause("2.3")
def test_share_of_local_renewables_does_not_fall_below_its_floor(plan: Plan) -> None:
    """100 MWh are local; a fifth of what is used allows 500 MWh."""
    tables = county(
        units=[unit()],
        unit_energy=[power("A", 1000)],
        power=[{"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": 100}],
    )
    told = plan(total(0, local_renewable_share_min=0.2), **tables)
    assert told.unit("A").activity == pytest.approx(0.5)
    shares = told.table("reports/fossil", ["item", "use"]).loc[("local_renewable_share", "all")]
    assert (shares["plan"], shares["limit"]) == (0.2, 0.2)


@pytest.mark.clause("3.3.4a")
def test_feedstock_and_conversion_have_accounts_of_their_own(plan: Plan) -> None:
    """1000 tce: 400 burnt, 500 as material, 200 converted to 100."""
    energy = [
        coal("A", 400),
        {**coal("A", 500), "use": "feedstock"},
        {**coal("A", 200), "use": "conversion_in"},
        {"unit_id": "A", "carrier_id": "gas", "use": "conversion_out", "quantity": 100},
    ]
    gas = {
        "carrier_id": "gas",
        "name": "煤气",
        "unit": "t",
        "tce_per_unit": 1,
        "co2_t_per_unit": 2,
        "is_fossil": 1,
    }
    told = plan(total(0), **county(units=[unit()], unit_energy=energy, carriers=[*COAL, gas]))
    row = told.table("reports/sub_accounts", "account").loc["unit:A"]
    parts = ("fuel", "feedstock", "conversion_in", "conversion_out", "total")
    assert [row[f"plan_{part}_tce"] for part in parts] == [400, 500, 200, -100, 1000]
