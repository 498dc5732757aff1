"""Physical energy to tce and CO2, three measures, exclusions, the county at 等价: each number by hand."""

from dataclasses import replace
from fractions import Fraction
from itertools import product as combinations
from pathlib import Path

import pandas as pd
import pytest

from dualcontrol.model.accounting import Counting, PowerBalance, Use, account
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Decisions, settle
from dualcontrol.model.scenario import load
from tests.model.small_cases import county, others, project, rulings_of, total, unit, write_county

F = Fraction

SWITCHES = tuple(combinations(("feedstock", "self_pv", "excess_renewable"), ("intensity", "total")))


def counting(*switches: tuple[str, str], is_primary_eq: bool = True, share: str = "0.2") -> Counting:
    return Counting(F("0.1229"), F("0.3"), is_primary_eq, F("0.581"), F(share), frozenset(switches))


def exclusions(*switches: tuple[str, str], since: str = "2022-01-01") -> list[dict[str, object]]:
    return [{"kind": k, "measure": m, "effective_from": since} for k, m in switches]


def test_counties_in_memory_equal_counties_read_from_files(tmp_path: Path) -> None:
    """The tests of the model rest on this: `county` skips the files and nothing else."""
    owners = [
        unit("B", 100, 500, mwh=40, is_leader=1, review="missing", energy=[("coal", "feedstock", 50)]),
        unit("A", "0.1", 200, activity_max=1.5),
        project("P", 180, 144, start_month=4, load_min=0.5, is_divisible=1),
    ]
    settings = {**total(100), "policy": {"headroom_share": 0.01}}
    tables = {
        "exclusions": exclusions(("feedstock", "total")),
        "gdp": [others(300, 0.05)],
        "adjustments": [{"adjustment_id": "1", "unit_id": "A", "tce": 5}],
        "measures": [{"measure_id": "m", "unit_id": "A", "carrier_id": "coal", "saving_quantity": "0.05",
                      "annual_cost_wan_yuan": 1}],
        "decisions": [{"decision_id": "d", "target_id": "P", "what": "admitted", "kind": "max", "value": 1,
                       "date": "2022-01-01"}],
    }  # fmt: skip
    made, read = (
        county(owners, settings, **tables),
        load(write_county(tmp_path / "s", owners, settings, **tables)),
    )
    assert made.settings == read.settings
    assert set(made.tables) == set(read.tables)
    for name, frame in read.tables.items():
        pd.testing.assert_frame_equal(made.tables[name], frame, check_index_type=False)


def test_a_unit_s_energy_by_use() -> None:
    # fuel 100 + feedstock 50 + conversion input 200 + electricity 40 MWh x 0.1229 = 4.916,
    # less conversion output 300 MWh x 0.1229 = 36.87: gross 318.046 tce.
    # CO2: (100 + 200) x 2.6 + process 7 = 787; the carbon of the feedstock is in the process emissions.
    more = [("coal", "feedstock", 50), ("coal", "conversion_in", 200), ("electricity", "conversion_out", 300)]
    scenario = county([unit("A", 100, 500, mwh=40, energy=more, process_co2_t=7)])
    use = account(scenario).units["A"]
    assert use == Use(
        gross_tce=F("318.046"), feedstock_tce=F(50), electricity_mwh=F(40), generation_mwh=F(300),
        co2_t=F(787), value_added_wan_yuan=F(500), self_pv_mwh=F(0), excess_green_mwh=F(0),
    )  # fmt: skip


def test_carbon_leaves_with_a_converted_product() -> None:
    # 100 t of coal go into a coke oven, 50 t of coke (0.9714 tce/t, 2.8604 t CO2/t) come out:
    # energy 100 - 48.57 = 51.43 tce, carbon 260 - 143.02 = 116.98 t.
    carriers = [
        {"carrier_id": "coal", "unit": "t", "tce_per_unit": 1, "co2_t_per_unit": 2.6},
        {"carrier_id": "coke", "unit": "t", "tce_per_unit": 0.9714, "co2_t_per_unit": 2.8604},
        {"carrier_id": "electricity", "unit": "MWh", "tce_per_unit": 0.1229, "co2_t_per_unit": 0},
    ]
    oven = unit("A", 0, 500, energy=[("coal", "conversion_in", 100), ("coke", "conversion_out", 50)])
    use = account(county([oven], carriers=carriers)).units["A"]
    assert (use.gross_tce, use.co2_t) == (F("51.43"), F("116.98"))


def test_decimals_are_read_as_written() -> None:
    # 0.1 + 0.2 is 0.3, not 0.30000000000000004: whole tonnes must not hang on binary dust.
    scenario = county([unit("A", "0.1", 1, energy=[("coal", "feedstock", "0.2")])])
    assert account(scenario).units["A"].gross_tce == F(3, 10)


def test_three_measures_never_mixed() -> None:
    # gross 1000, feedstock 200, own PV 100 MWh (12.29 tce), excess green 50 MWh (6.145 tce).
    use = Use(F(1000), F(200), F(2000), F(0), F(0), F(1), F(100), F(50))
    law = counting(("feedstock", "intensity"), ("feedstock", "total"), ("self_pv", "total"),
                   ("excess_renewable", "total"))  # fmt: skip
    assert law.counted(use, "gross") == 1000
    assert law.counted(use, "intensity") == 800
    assert law.counted(use, "total") == F("800") - F("12.29") - F("6.145")


@pytest.mark.parametrize(("since", "counted"), [("2022-02-11", 950), ("2022-02-12", 1000)])
def test_an_exclusion_holds_from_its_day_on(since: str, counted: int) -> None:
    # as_of is 2022-02-11: a rule in force from that day applies, one from the next day does not.
    unit_a = unit("A", 950, 500, energy=[("coal", "feedstock", 50)])
    scenario = county([unit_a], exclusions=exclusions(("feedstock", "total"), since=since))
    assert account(scenario).counted_base_tce("A", "total") == counted
    assert account(scenario).counted_base_tce("A", "intensity") == 1000


def test_a_clause_switched_off_switches_its_exclusion_off() -> None:
    unit_a = unit("A", 950, 500, energy=[("coal", "feedstock", 50)])
    scenario = county(
        [unit_a],
        {"disabled_clauses": ["3.3.4a"]},
        exclusions=exclusions(("feedstock", "total")),
    )
    assert account(scenario).counted_base_tce("A", "total") == 1000


# --- the county at 等价 -----------------------------------------------------------------------------


def test_the_county_account_by_hand() -> None:
    # A: 1000 tce of coal and 2000 MWh (245.8 tce); society: 300 tce and 1000 MWh (122.9); losses 100 MWh.
    # 当量: 1000 + 245.8 + 300 + 122.9 + 12.29 = 1680.99.
    # 等价: every MWh used or lost counts 0.3: 1300 + 0.3 x 3100 = 2230.
    # N = 3100 - 700 (local non-fossil) - 200 (own PV) = 2200; CO2 = 1300 x 2.6 + 0.581 x 2200 = 4658.2.
    # GDP = 500 + 1500 = 2000; I = 2230 / 2000.
    scenario = county([unit("A", 1000, 500, mwh=2000, self_pv_base_mwh=200, self_pv_max_mwh=200)],
        society=[{"line_id": "homes", "base_fuel_tce": 300, "base_electricity_mwh": 1000,
                  "plan_fuel_tce": 300, "plan_electricity_mwh": 1000, "co2_t_per_fuel_tce": 2.6}],
        power=[{"item": "losses", "base_mwh": 100, "plan_mwh": 100},
               {"item": "non_fossil_generation", "base_mwh": 700, "plan_mwh": 700},
               {"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": 0}],
        gdp=[others(1500)],
    )  # fmt: skip
    base = account(scenario).base
    assert base.energy_tce == F("1680.99")
    assert base.energy_eq_tce == {"gross": 2230, "intensity": 2230, "total": 2230}
    assert base.net_inflow_mwh == 2200
    assert base.co2_t == F("4658.2")
    assert base.intensity == F(2230, 2000)


@pytest.mark.parametrize("primary", ["eq", "physical"])
def test_exported_pv_moves_the_county_by_nothing(primary: str) -> None:
    # 1 GWh more of local PV that all leaves the county: N falls and R rises by 1000 MWh, N + R stays.
    # Without R the county would "save" 1000 x (0.3 - 0.1229) = 177.1 tce by exporting.
    def plan_year(generation: int) -> object:
        scenario = county([unit("A", 1000, 500, mwh=5000)],
            {"accounting": {"primary_electricity": primary}},
            power=[{"item": "non_fossil_generation", "base_mwh": 0, "plan_mwh": generation},
                   {"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": 800}],
        )  # fmt: skip
        accounts = account(scenario)
        return accounts.counting.county([accounts.units["A"]], accounts.power_plan, F(0))

    less, more = plan_year(2000), plan_year(3000)
    assert more.energy_eq_tce == less.energy_eq_tce
    assert more.energy_tce == less.energy_tce
    assert more.net_inflow_mwh - less.net_inflow_mwh == -1000
    assert more.co2_t - less.co2_t == -581


def test_exported_thermal_power_takes_its_conversion_loss_out() -> None:
    # 1000 MWh more from 310 tce of coal, all exported: 等价 moves by fuel - k_eq x MWh = 310 - 300 = +10,
    # the owner's 当量 by 310 - 122.9 = 187.1, the grid account by -177.1.
    law, none = counting(), PowerBalance()
    user = Use(gross_tce=F(1000), electricity_mwh=F(2000))
    plant = Use(gross_tce=F(310) - F("122.9"), generation_mwh=F(1000))
    without, with_plant = law.county([user], none, F(1)), law.county([user, plant], none, F(1))
    for measure in ("gross", "intensity", "total"):
        assert with_plant.energy_eq_tce[measure] - without.energy_eq_tce[measure] == 10
        assert with_plant.grid_eq_tce[measure] - without.grid_eq_tce[measure] == F("-177.1")
    assert with_plant.energy_tce - without.energy_tce == F("187.1")


@pytest.mark.parametrize(
    ("is_primary_eq", "is_excluded", "change"),
    [
        (True, False, F(0)),  # counted at k_eq like any other electricity
        (True, True, F(-30)),  # 100 MWh leave at 0.3, the value they were counted at
        (False, False, F("-17.71")),  # counted at 0.1229: 100 x (0.1229 - 0.3)
        (False, True, F(-30)),  # ... and those 0.1229 leave too, never more than 0.3 in all
    ],
)
def test_self_used_pv_leaves_once_at_the_value_it_was_counted_at(
    is_primary_eq: bool, is_excluded: bool, change: F
) -> None:
    switches = [("self_pv", "total")] if is_excluded else []
    law = counting(*switches, is_primary_eq=is_primary_eq)
    user = Use(gross_tce=F("122.9"), electricity_mwh=F(1000))
    without = law.county([user], PowerBalance(), F(1))
    with_pv = law.county([user + Use(self_pv_mwh=F(100))], PowerBalance(), F(1))
    assert with_pv.energy_eq_tce["total"] - without.energy_eq_tce["total"] == change
    assert with_pv.net_inflow_mwh - without.net_inflow_mwh == -100


@pytest.mark.parametrize(("green", "excess"), [(250, 70), (180, 0), (100, 0), (0, 0), (900, 720)])
def test_renewable_electricity_above_the_required_share(green: int, excess: int) -> None:
    # 1000 MWh used, 100 MWh own PV: it is in neither the share nor its base, so D = 900 and the share is 180.
    assert counting(share="0.2").excess_green(F(1000), F(100), F(green)) == excess


def test_excess_green_leaves_at_k_eq_once() -> None:
    # 70 MWh in excess: 0.1229 at the unit and 0.1771 at the grid, 21 tce in all.
    law = counting(("excess_renewable", "total"))
    user = Use(gross_tce=F("122.9"), electricity_mwh=F(1000))
    without = law.county([user], PowerBalance(), F(1)).energy_eq_tce
    green = law.county([user + Use(excess_green_mwh=F(70))], PowerBalance(), F(1)).energy_eq_tce
    assert green["total"] - without["total"] == -21
    assert green["intensity"] == without["intensity"]


@pytest.mark.parametrize(("is_primary_eq", "change"), [(True, -30), (False, F("-12.29"))])
def test_added_renewables_leave_the_total_at_what_they_were_counted_at(
    is_primary_eq: bool, change: F
) -> None:
    # 100 MWh more than in 2020, by certificates: 0.30 each, or 0.1229 by the physical method; carbon knows its own.
    law = counting(("added_renewable", "total"), is_primary_eq=is_primary_eq)
    user = Use(gross_tce=F("122.9"), electricity_mwh=F(1000))
    none, some = PowerBalance(), PowerBalance(added_renewable_mwh=F(100))
    without, left = law.county([user], none, F(1)), law.county([user], some, F(1))
    assert left.energy_eq_tce["total"] - without.energy_eq_tce["total"] == change
    assert left.energy_eq_tce["intensity"] == without.energy_eq_tce["intensity"]
    assert (left.energy_tce, left.co2_t) == (without.energy_tce, without.co2_t)


def test_a_project_counts_from_its_first_month() -> None:
    # From April on: 9 of 12 months. From month 13 on: nothing this year.
    owners = [project("P", 1200, 600, start_month=4), project("Q", 1200, 600, start_month=13)]
    accounts = account(county(owners))
    assert (accounts.projects["P"].gross_tce, accounts.projects["P"].value_added_wan_yuan) == (900, 450)
    assert accounts.projects["Q"] == Use()
    assert accounts.projects_full_year["Q"].gross_tce == 1200


def test_gdp_of_both_years() -> None:
    # 500 of the unit; 1000 growing by 5 % and 200 shrinking by 10 %: 1200 -> 1050 + 180 = 1230.
    rest = [others(1000, 0.05), {"item_id": "farms", "base_wan_yuan": 200, "growth": -0.1}]
    accounts = account(county([unit("A", 1000, 500)], gdp=rest))
    assert accounts.other_gdp_base_wan_yuan == 1200
    assert accounts.other_gdp_plan_wan_yuan == 1230
    assert accounts.base.gdp_wan_yuan == 1700


@pytest.mark.parametrize("primary", ["eq", "physical"])
def test_the_base_year_repeated_has_a_reduction_of_exactly_zero(primary: str) -> None:
    """Under each of the 64 combinations of exclusions: nothing enters one year that the other lacks."""
    owners = [
        unit("A", "123.457", 500, mwh="1000.123", self_pv_base_mwh="100.001", self_pv_max_mwh="100.001",
             green_base_mwh=300, green_max_mwh=300, energy=[("coal", "feedstock", "50.5")]),
        unit("B", 0, 300, energy=[("coal", "conversion_in", 700), ("electricity", "conversion_out", 2000)]),
    ]  # fmt: skip
    tables = {
        "society": [{"line_id": "homes", "base_fuel_tce": 30, "base_electricity_mwh": 70, "plan_fuel_tce": 30,
                     "plan_electricity_mwh": 70, "co2_t_per_fuel_tce": 2.6}],
        "power": [{"item": "losses", "base_mwh": 11, "plan_mwh": 11},
                  {"item": "non_fossil_generation", "base_mwh": 900, "plan_mwh": 900},
                  {"item": "non_fossil_local", "base_mwh": 400, "plan_mwh": 400}],
        "gdp": [others("77.7")],
    }  # fmt: skip
    settings = {"accounting": {"primary_electricity": primary, "renewable_share_required": 0.2}}
    rulings = rulings_of(county(owners, settings, **tables))
    law = rulings.accounts.counting
    seen = set()
    for number in range(2 ** len(SWITCHES)):
        on = frozenset(switch for bit, switch in enumerate(SWITCHES) if number >> bit & 1)
        accounts = replace(rulings.accounts, counting=replace(law, switches=on))
        case = Case(replace(rulings, accounts=accounts))
        none = {"A": F(0), "B": F(0)}
        same = Decisions(
            activity={"A": F(1), "B": F(1)}, self_pv={**none, "A": F("100.001")}, green={**none, "A": F(300)},
            saving={}, adopted={}, grant=none, limit=none, beyond=none, admitted={}, project_load={},
            earmark={}, shortfall={"homes": F(0)}, overshoot=F(0), waived=F(0),
        )  # fmt: skip
        base, plan = case.accounts.base, settle(case, same).county
        assert plan == base
        assert 1 - plan.intensity / base.intensity == 0
        seen.add(tuple(base.energy_eq_tce.values()))
    assert len(seen) == 2 ** len(SWITCHES)  # every switch was in play
