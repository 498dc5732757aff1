"""Targets, budget, society: each clause in the smallest county where it bites, with the figures worked out by hand."""

import pytest

from tests.clauses.conftest import Plan

# 1000 t of coal at 1 tce/t: the arithmetic stays in whole tonnes
COAL = [
    {"carrier_id": "electricity", "name": "电力", "unit": "MWh", "tce_per_unit": 0.1229, "co2_t_per_unit": 0},
    {"carrier_id": "coal", "name": "原煤", "unit": "t", "tce_per_unit": 1, "co2_t_per_unit": 2.6, "is_fossil": 1},
]  # fmt: skip
SECTORS = [
    {"sector_id": "works", "name": "工业"},
    {"sector_id": "heavy", "name": "高耗能", "is_high_energy": 1},
]


def unit(
    unit_id: str = "A", value: float = 500, sector: str = "works", **columns: object
) -> dict[str, object]:
    return {"unit_id": unit_id, "sector_id": sector, "value_added_wan_yuan": value, **columns}


def coal(owner: str, tonnes: float, kind: str = "unit") -> dict[str, object]:
    return {f"{kind}_id": owner, "carrier_id": "coal", "use": "fuel", "quantity": tonnes}


def total(increment: float, **targets: object) -> dict[str, object]:
    return {"targets": {"manage_total": True, "increment_tce_eq": increment, **targets}}


def county(**tables: object) -> dict[str, object]:
    """A works of 1000 tce and 500 万元 that may double."""
    rows = {
        "carriers": COAL,
        "sectors": SECTORS,
        "units": [unit(activity_max=2)],
        "unit_energy": [coal("A", 1000)],
    }
    return rows | tables


@pytest.mark.clause("1.a")
def test_base_year_must_add_up_to_the_published_total(plan: Plan) -> None:
    """1000 tce are modelled, 1100 are said to be: refused."""
    told = plan({**total(0), "counted_base_tce": 1100}, code=None, **county())
    assert told.code == 2


@pytest.mark.clause("1.b")
def test_total_is_elastic_within_its_band(plan: Plan) -> None:
    """No increment, a band of 5 % of 1000 tce: the works grows by 50 tce."""
    told = plan(total(0, overshoot_max_share=0.05, overshoot_price_wan_yuan_per_tce=0.1), **county())
    assert told.unit("A").quota_tce == 1050
    assert told.moved("overshoot") == 50


@pytest.mark.clause("2.1")
def test_departments_answer_for_quota(plan: Plan) -> None:
    told = plan(total(0), **county(sectors=[{**SECTORS[0], "department": "工信"}]))
    report = told.report("departments")
    assert len(report)
    assert report.set_index("department").loc["工信", "quota_tce"] == 1000


@pytest.mark.clause("2.2")
def test_efficiency_comes_first(plan: Plan) -> None:
    """200 tce to give; P makes 300 万元 of them, so it enters: the plan is the most valuable one."""
    told = plan(
        total(200),
        **county(
            units=[unit()],
            projects=[{"project_id": "P", "value_added_wan_yuan": 300}],
            project_energy=[coal("P", 200, "project")],
        ),
    )
    assert told.value == pytest.approx(800)


@pytest.mark.clause("2.4")
def test_every_field_of_society_has_its_own_need(plan: Plan) -> None:
    """Homes need 20 tce more than last year: of 100 tce to give, the works gets 80."""
    homes = {"line_id": "homes", "base_fuel_tce": 100, "base_electricity_mwh": 0, "plan_fuel_tce": 120,
             "plan_electricity_mwh": 0, "co2_t_per_fuel_tce": 2.6}  # fmt: skip
    told = plan(total(100), **county(society=[homes]))
    assert told.table("quotas", "account").loc["society:homes", "quota_tce"] == 120
    assert told.unit("A").quota_tce == 1080


@pytest.mark.clause("3.1.1")
def test_high_consuming_stock_does_not_grow(plan: Plan) -> None:
    """100 tce to give; A, high-consuming and the county's only unit, is as good as the benchmark, not better."""
    told = plan(total(100), **county(units=[unit(sector="heavy", activity_max=2)]))
    assert told.unit("A").quota_tce == 1000


@pytest.mark.clause("3.2.1a")
def test_carbon_budget_holds(plan: Plan) -> None:
    """2600 t of CO2 at 1000 tce; a budget of 2340 t leaves 900."""
    told = plan(total(0, co2_budget_t=2340), **county())
    assert told.unit("A").activity == pytest.approx(0.9)


@pytest.mark.clause("3.2.1b")
def test_everything_goes_through_the_pool(plan: Plan) -> None:
    """100 tce of increment and nothing else: the works that could double grows by 100."""
    told = plan(total(100), **county())
    assert told.unit("A").quota_tce == 1100
    assert told.moved("increment") == 100


@pytest.mark.clause("3.2.1c")
def test_society_keeps_its_floor(plan: Plan) -> None:
    """Homes' shortfall costs less than the works' value; nine tenths of their 100 tce are protected all the same."""
    homes = {"line_id": "homes", "base_fuel_tce": 100, "base_electricity_mwh": 0, "plan_fuel_tce": 100,
             "plan_electricity_mwh": 0, "co2_t_per_fuel_tce": 2.6, "floor_share": 0.9,
             "shortfall_wan_yuan_per_tce": 0.01}  # fmt: skip
    told = plan(total(0), **county(society=[homes]))
    assert told.table("quotas", "account").loc["society:homes", "activity"] == pytest.approx(0.9)


@pytest.mark.clause("3.2.1d")
def test_intensity_falls_by_its_target(plan: Plan) -> None:
    """A is half of a GDP of 1000: 1000 a <= 0.9 (500 a + 500) gives a = 450/550 = 0.818181…"""
    gdp = [{"item_id": "rest", "base_wan_yuan": 500, "growth": 0}]
    told = plan(total(0, intensity_reduction=0.1), **county(units=[unit()], gdp=gdp))
    # whole tonnes and a margin for them: a little below the exact 0.81818…
    assert told.unit("A").activity == pytest.approx(450 / 550, abs=5e-3)
    assert told.summary["intensity_reduction"] >= 0.1


@pytest.mark.clause("3.2.2b")
def test_a_leaders_decision_is_kept(plan: Plan) -> None:
    """The standing meeting gave A 900 tce at most."""
    meeting = {"decision_id": "D", "target_id": "A", "what": "quota_tce", "kind": "max", "value": 900,
               "document": "纪要", "date": "2022-01-20"}  # fmt: skip
    slack = unit("B", 50)
    told = plan(
        total(0),
        **county(
            units=[unit(value=100), {**slack, "value_added_wan_yuan": 800}],
            unit_energy=[coal("A", 1000), coal("B", 1000)],
            decisions=[meeting | {"value": 960}],
        ),
    )
    assert told.unit("A").quota_tce <= 960


@pytest.mark.clause("3.3.2b")
def test_a_better_unit_may_grow(plan: Plan) -> None:
    """B is better than the mean and high-consuming: it may have 5 % more, 50 tce of the 100 to give."""
    told = plan(
        total(100),
        **county(
            units=[unit("A", 100, "heavy"), unit("B", 900, "heavy", activity_max=2)],
            unit_energy=[coal("A", 1000), coal("B", 1000)],
        ),
        off=("3.3.2c", "3.2.1c"),
    )
    assert told.unit("B").quota_tce == 1050


@pytest.mark.clause("3.3.2c")
def test_a_worse_unit_releases_its_excess_step_by_step(plan: Plan) -> None:
    """Mean 2000/1000 = 2; A has 10, its excess of 800 tce is released by 3 % of 1000 a year."""
    told = plan(
        total(0),
        **county(
            units=[unit("A", 100), unit("B", 900)],
            unit_energy=[coal("A", 1000), coal("B", 1000)],
        ),
        off=("3.2.1c",),
    )
    assert told.unit("A").release_tce == -30


@pytest.mark.clause("3.4.2")
def test_coal_output_is_kept_up(plan: Plan) -> None:
    """A mine that loses value must all the same bring 900 of its 1000 t."""
    mine = {"unit_id": "A", "product": "原煤", "output": 1000, "output_unit": "t"}
    told = plan(
        total(0),
        **county(
            units=[unit(value=-50), unit("B", 900)],
            unit_energy=[coal("A", 1000), coal("B", 1000)],
            products=[mine],
            output_targets=[{"product": "原煤", "min_output": 900}],
        ),
    )
    assert told.unit("A").activity == pytest.approx(0.9)


@pytest.mark.clause("3.4.5")
def test_electrification_is_part_of_the_need_and_displaces_fuel(plan: Plan) -> None:
    """100 MWh of charging displace 20 tce of diesel: the need is 80 tce of fuels and 12.29 tce of electricity."""
    line = {"line_id": "transport", "base_fuel_tce": 100, "base_electricity_mwh": 0, "plan_fuel_tce": 80,
            "plan_electricity_mwh": 100, "electrified_mwh": 100, "displaced_fuel_tce": 20,
            "co2_t_per_fuel_tce": 2.1}  # fmt: skip
    told = plan(total(100), **county(society=[line]))
    assert told.table("quotas", "account").loc["society:transport", "quota_tce"] == 93
    assert told.report("electrification").loc[0, "displaced_fuel_tce"] == 20
