"""Emission factors, process emissions, what key units are assessed by: worked out by hand (3.3.3a)."""

from fractions import Fraction
from pathlib import Path

import pytest

from dualcontrol.model.accounting import account
from dualcontrol.model.carbon import carbon_of
from dualcontrol.model.carbon_factors import process_terms
from dualcontrol.model.quantities import combustion_co2_t
from dualcontrol.model.scenario import ScenarioError, load
from tests.model.scenario_factory import DEFAULT_CARRIERS, write_scenario
from tests.model.small_cases import CARRIERS, county, project, total, unit


@pytest.mark.parametrize(
    ("ncv", "carbon", "oxidised", "published"),
    [
        (20.908, 0.02637, 0.94, 1.9003),  # raw coal
        (28.435, 0.0295, 0.93, 2.8604),  # coke
        (42.652, 0.0202, 0.98, 3.0959),  # diesel
        (50.179, 0.0172, 0.98, 3.1013),  # LPG
    ],
)
def test_factors_of_the_provincial_guide(
    ncv: float, carbon: float, oxidised: float, published: float
) -> None:
    assert round(float(combustion_co2_t(ncv, carbon, oxidised)), 4) == published


def balance(owner: str = "A") -> list[dict[str, object]]:
    """1000 t of coal with 0.55 tC/t become 800 t of methanol with 0.375: (550 - 300) x 44 / 12 t."""
    return [
        {"owner_id": owner, "item": "coal", "kind": "carbon_in", "quantity": 1000, "factor": 0.55},
        {"owner_id": owner, "item": "methanol", "kind": "carbon_out", "quantity": 800, "factor": 0.375},
    ]


def test_carbon_of_feedstock_is_counted_by_the_balance_and_never_burnt() -> None:
    scenario = county([unit("A", 0, 10, energy=[("coal", "feedstock", 1000)])], process_emissions=balance())
    assert account(scenario).base.co2_t == Fraction(250 * 44, 12)


def test_items_take_the_place_of_the_lump() -> None:
    lime = [{"owner_id": "A", "item": "lime", "kind": "factor", "quantity": 100, "factor": 0.683}]
    scenario = county(
        [unit("A", 0, 10, process_co2_t=7), unit("B", 0, 10, process_co2_t=5)], process_emissions=lime
    )
    assert process_terms(scenario) == {"A": {"lime": Fraction("68.3")}, "B": {"total": Fraction(5)}}


def test_grid_factor_is_the_row_that_the_settings_name() -> None:
    """1000 MWh of net inflow at Inner Mongolia's 0.7025."""
    rows = [
        {
            "factor_id": "im",
            "region": "x",
            "year": 2021,
            "co2_t_per_mwh": 0.7025,
            "published_on": "2022-01-01",
        }
    ]
    scenario = county(
        [unit("A", 0, 10, mwh=1000)], {**total(0), "accounting": {"grid_factor": "im"}}, grid_factors=rows
    )
    assert account(scenario).base.co2_t == Fraction("702.5")


def test_unit_is_assessed_by_what_it_burns_and_buys() -> None:
    """100 t of coal 260 t; (1000 - 200 own PV) MWh at 0.581 t; 50 GJ of heat at 0.11 t; process 7 t."""
    heat = {"carrier_id": "heat", "unit": "GJ", "tce_per_unit": 0.03412, "co2_t_per_unit": 0,
            "indirect_co2_t_per_unit": 0.11}  # fmt: skip
    owner = unit("A", 100, 10, mwh=1000, self_pv_base_mwh=200, process_co2_t=7, energy=[("heat", "fuel", 50)])
    accounts = account(county([owner], carriers=[*CARRIERS, heat]))
    assert (
        carbon_of(accounts).base_assessed_t["A"] == Fraction("260") + Fraction("464.8") + Fraction("5.5") + 7
    )
    # heat is told beside the account: the county's carbon has it where it is made
    assert accounts.base.co2_t == 260 + Fraction("464.8") + 7


@pytest.mark.parametrize(("off", "left_out"), [((), 100), (("3.3.3c",), 0)])
def test_excess_green_power_is_left_out_of_a_units_carbon(off: tuple[str, ...], left_out: int) -> None:
    """1000 MWh bought, 300 green, 200 required: 100 in excess, while clause 3.3.3c is in force."""
    rows = [{"kind": "excess_renewable", "measure": "total", "effective_from": "2022-01-01"}]
    settings = {**total(0), "accounting": {"renewable_share_required": 0.2}, "disabled_clauses": off}
    accounts = account(county([unit("A", 0, 10, mwh=1000, green_base_mwh=300)], settings, exclusions=rows))
    assert carbon_of(accounts).base_assessed_t["A"] == Fraction("0.581") * (1000 - left_out)


def test_power_plant_buys_nothing() -> None:
    owner = unit("A", 1000, 10, mwh=50, energy=[("electricity", "conversion_out", 2000)])
    assert carbon_of(account(county([owner]))).base_assessed_t["A"] == 2600


def test_fossil_fuel_is_what_is_burnt_bound_and_lost_in_conversion() -> None:
    owners = [
        unit("A", 100, 10, mwh=500, energy=[("coal", "feedstock", 40), ("coal", "conversion_out", 10)]),
        project("P", 60, 10, start_month=7),
    ]
    line = {"line_id": "homes", "base_fuel_tce": 20, "base_electricity_mwh": 0, "plan_fuel_tce": 30,
            "plan_electricity_mwh": 0, "co2_t_per_fuel_tce": 2.6}  # fmt: skip
    carbon = carbon_of(account(county(owners, society=[line])))
    assert carbon.fossil_tce == {"A": 130, "P": 30}
    assert carbon.base_fossil_tce == 150


FUEL = {**DEFAULT_CARRIERS[1], "ncv_gj_per_unit": 20.908, "carbon_t_per_gj": 0.02637, "oxidation_share": 0.94}
STEP = {"tariff_id": "t", "kind": "step", "benchmark_key": "b", "yuan_per_kwh": 0.01, "step_kwh": 20,
        "effective_from": "2022-01-01"}  # fmt: skip
LINE = {"benchmark_key": "b", "level": "advanced", "scope": "national", "value": 1, "unit": "kWh/t",
        "effective_from": "2020-01-01"}  # fmt: skip
A = {"unit_id": "A", "sector_id": "s", "value_added_wan_yuan": 1}


def rules(folder: Path, settings: dict[str, object] | None = None, **tables: object) -> set[str]:
    """What the reader finds wrong or remarks."""
    path = write_scenario(folder, settings, **{"sectors": [{"sector_id": "s"}], "units": [A], **tables})  # type: ignore[arg-type]
    try:
        found = load(path).notes
    except ScenarioError as error:
        found = error.problems
    return {problem.rule for problem in found}


@pytest.mark.parametrize(
    ("tables", "rule"),
    [
        ({"carriers": [DEFAULT_CARRIERS[0], FUEL]}, None),
        ({"carriers": [DEFAULT_CARRIERS[0], {**FUEL, "oxidation_share": 0.98}]}, "carrier_factor"),
        ({"carriers": [DEFAULT_CARRIERS[0], {**FUEL, "oxidation_share": None}]}, "carrier_factor_parts"),
        ({"process_emissions": balance(), "units": [{**A, "process_co2_t": 916.7}]}, None),
        ({"process_emissions": balance(), "units": [{**A, "process_co2_t": 900}]}, "process_sum"),
        ({"process_emissions": balance()[1:]}, "process_negative"),
        ({"tariffs": [STEP], "benchmarks": [LINE]}, None),
        ({"tariffs": [{**STEP, "step_kwh": 0}], "benchmarks": [LINE]}, "tariff_without_step"),
        ({"tariffs": [{**STEP, "benchmark_key": None}]}, "tariff_without_line"),
    ],
)
def test_reader_finds_what_does_not_agree(
    tmp_path: Path, tables: dict[str, object], rule: str | None
) -> None:
    assert rules(tmp_path / "s", **tables) == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("published", "chosen", "rule"),
    [("2022-01-01", "f", None), ("2022-03-15", "f", "note_grid_factor_later"), (None, "f", None),
     ("2022-01-01", "g", "unknown_grid_factor")],
)  # fmt: skip
def test_named_grid_factor_must_exist(tmp_path: Path, published: str, chosen: str, rule: str | None) -> None:
    rows = [{"factor_id": "f", "year": 2021, "co2_t_per_mwh": 0.581, "published_on": published}]
    found = rules(tmp_path / "s", {"accounting": {"grid_factor": chosen}}, grid_factors=rows)
    assert found == ({rule} if rule else set())
