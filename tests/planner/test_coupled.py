"""Plans with a network of one bus, solved with a pencil: corridor, store, flexible load, builds, green power, year."""

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case
from dualcontrol.model.plan import Plan
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario
from dualcontrol.optimise import Infeasible
from dualcontrol.solvers.highs import Solution, Status
from dualcontrol.solving import Solved
from tests.model.power.small_grids import SUN, gridded
from tests.model.scenario_factory import Row
from tests.model.small_cases import Owner, activity, solve, total, unit

GAP = 1e-3
HALF_YEAR = 12 * 365  # hours of sun; as many without
A = unit("A", 0, 20_000, mwh=87_600)  # 10 MW, worth more than any electricity
TYPICAL: dict[str, Any] = {"typical_days": 1, "extreme_days": False, "gap": GAP}


def sunny(
    *owners: Owner,
    export: float = 15,
    cost: float = 100,
    status: str = "committed",
    time: dict[str, Any] | None = None,
    network: dict[str, list[Row]] | None = None,
    contract: float | None = None,
    settings: dict[str, Any] | None = None,
    load: dict[str, object] | None = None,
    **tables: list[Row],
) -> Scenario:
    """A of 10 MW (20,000 万元); a build B of 30 MW of sun worth 200 yuan per MWh; import at 300 yuan per MWh."""
    every: dict[str, list[Row]] = {
        "builds": [{"build_id": "B", "annual_cost_wan_yuan": cost, "status": status}],
        "plants": [{"plant_id": "S", "bus_id": "a", "kind": "pv", "capacity_mw": 30, "profile_id": "sun",
                    "build_id": "B", "value_added_yuan_per_mwh": 200}],
        "exchange": [{"exchange_id": "X", "bus_id": "a", "import_mw": 50, "export_mw": export,
                      "import_yuan_per_mwh": 300, "export_green_share": contract}],
        "loads": [{"owner_id": owner.row["unit_id"], "bus_id": "a", "profile_id": "flat", **(load or {})}
                  for owner in owners or (A,)],
    }  # fmt: skip
    every |= network or {}
    mode = {
        "time": {**TYPICAL, **(time or {})},
        "policy": {"benchmark_tce_per_wan_yuan": 99},
        **(settings or {}),
    }
    return gridded(owners or (A,), {"sun": SUN}, every, mode, **tables)


def value(plan: Plan) -> float:
    return float(plan.summary["objective_wan_yuan"])


def asset(plan: Plan, name: str) -> pd.Series:
    return plan.power["assets"].set_index("asset").loc[name]


def kwh(plan: Plan, name: str) -> pd.Series:
    table = plan.power["dispatch"]
    return table[table["asset"] == name].set_index("hour")["kwh"]


STORE: dict[str, list[Row]] = {
    "storage": [
        {
            "storage_id": "K",
            "bus_id": "a",
            "power_mw": 5,
            "energy_mwh": 54,
            "efficiency_in": 0.9,
            "efficiency_out": 0.9,
        }
    ]
}


# --- one bus, one day -----------------------------------------------------------------------------


def test_a_full_corridor_curtails_the_sun() -> None:
    # by day 10 MW are drawn and 15 exported: 25 of 30 MW are made, 5 x 4380 h = 21,900 MWh are lost; the night's
    # 43,800 MWh are imported at 300 yuan. 20,000 + 109,500 x 0.02 - 43,800 x 0.03 - 100 = 20,776
    plan = solve(sunny())
    assert value(plan) == pytest.approx(20_776, abs=1e-6)
    assert plan.summary["status"] == "optimal"
    assert (asset(plan, "S")["energy_mwh"], asset(plan, "S")["curtailed_mwh"]) == (109_500, 21_900)
    assert asset(plan, "S")["hours"] == 3650
    assert kwh(plan, "S").tolist() == [0] * 6 + [25_000] * 12 + [0] * 6
    assert plan.summary["network"]["exported_mwh"] == 15 * HALF_YEAR
    assert plan.summary["network"]["imported_mwh"] == 43_800
    # one more MWh of load by night is imported, by day it makes room for a MWh of sun worth 200
    price = plan.power["prices"].set_index("hour")["yuan_per_mwh"]
    assert price.tolist() == pytest.approx([300.0] * 6 + [-200.0] * 12 + [300.0] * 6)


def test_a_wide_corridor_curtails_nothing() -> None:
    plan = solve(sunny(export=20))
    assert asset(plan, "S")["curtailed_mwh"] == 0
    assert value(plan) == pytest.approx(20_000 + 30 * HALF_YEAR * 0.02 - 1314 - 100, abs=1e-6)


def test_movable_load_takes_what_the_corridor_cannot() -> None:
    # half of the load may move, at most to twice its mean: 15 MW by day, 5 by night; 30 MW of sun are all taken
    plan = solve(sunny(load={"flexible_share": 0.5, "flexible_peak": 2}))
    assert value(plan) == pytest.approx(20_000 + 30 * HALF_YEAR * 0.02 - 5 * HALF_YEAR * 0.03 - 100, abs=1e-6)
    assert kwh(plan, "load:a|flat|0.5x2").tolist() == [-5000] * 6 + [-15_000] * 12 + [-5000] * 6


def test_a_store_takes_it_and_loses_a_part() -> None:
    # 5 MW into the store for 12 h: 54 of 60 MWh arrive, 48.6 come out at night; 11.4 a day are lost
    plan = solve(sunny(network=STORE))
    imported = (120 - 48.6) * 365
    assert value(plan) == pytest.approx(20_000 + 30 * HALF_YEAR * 0.02 - imported * 0.03 - 100, rel=1e-7)
    assert plan.summary["network"]["imported_mwh"] == pytest.approx(imported, abs=12 * 0.365)
    # the loss is drawn from the county's energy like any other: N = 87,600 + loss - made
    made = float(asset(plan, "S")["energy_mwh"])
    assert plan.summary["net_inflow_mwh"] == pytest.approx(87_600 + 11.4 * 365 - made, abs=24 * 0.365)


@pytest.mark.parametrize(("cost", "built"), [(3503, ["B"]), (3505, [])])
def test_a_build_is_worth_its_value_added_and_the_imports_it_saves(cost: float, built: list[str]) -> None:
    # 109,500 MWh x 0.02 + 43,800 MWh of the day's imports x 0.03 = 2190 + 1314 = 3504
    plan = solve(sunny(cost=cost, status="open"))
    assert plan.summary["network"]["builds"] == built
    assert value(plan) == pytest.approx(20_000 - 2 * 1314 + (3504 - cost if built else 0), abs=1e-6)
    assert asset(plan, "S")["energy_mwh"] == (109_500 if built else 0)


def test_load_that_cannot_be_served_costs_its_price() -> None:
    # by night 4 MW are imported; an MWh not served costs 2 万元, more than the 0.228 A earns with it. Its least is 5 MW
    exchange = [
        {"exchange_id": "X", "bus_id": "a", "import_mw": 4, "export_mw": 15, "import_yuan_per_mwh": 300}
    ]
    least = unit("A", 0, 20_000, mwh=87_600, activity_min=0.5)
    plan = solve(sunny(least, network={"exchange": exchange}))
    shed = 1 * HALF_YEAR
    assert activity(plan) == {"A": 0.5}
    assert plan.summary["network"]["unserved_mwh"] == shed
    made = (5 + 15) * HALF_YEAR
    assert value(plan) == pytest.approx(
        10_000 + made * 0.02 - 4 * HALF_YEAR * 0.03 - shed * 2 - 100, abs=1e-6
    )


# --- green power, plants ----------------------------------------------------------------------------

EXCLUDED: dict[str, list[Row]] = {
    "exclusions": [
        {"kind": "excess_renewable", "measure": "total", "effective_from": "2022-01-01"},
        {"kind": "excess_renewable", "measure": "intensity", "effective_from": "2022-01-01"},
    ]
}
GREEDY = unit("A", 0, 20_000, mwh=87_600, green_max_mwh=200_000, activity_max=2)


def test_growth_on_green_power_ends_with_what_is_delivered() -> None:
    # 10 MW of sun for 12 h: 43,800 MWh are delivered, claimed and left out whole (no share is required). The pool
    # is empty: D - 43,800 <= 87,600, so A runs at 1.5; imports 15 MW x 4380 h by night
    plant = [{"plant_id": "S", "bus_id": "a", "kind": "pv", "capacity_mw": 10, "profile_id": "sun"}]
    plan = solve(
        sunny(GREEDY, network={"plants": plant, "builds": []}, settings=total(0), contract=0, **EXCLUDED)
    )
    assert activity(plan)["A"] == pytest.approx(1.5, abs=2e-4)  # every hour loses less than a kWh
    green = plan.power["green"].set_index("unit_id").loc["A"]
    assert green["green_mwh"] <= green["delivered_to_profile_mwh"] == pytest.approx(43_800, abs=5)
    assert green["excess_green_mwh"] == green["green_mwh"]
    assert plan.summary["energy_eq_total_tce"] <= plan.summary["base_energy_eq_total_tce"]
    network = plan.summary["network"]
    assert network["excluded_tce_eq"] == pytest.approx(green["excess_green_mwh"] * 0.3)
    bought = 131_400 - 43_800
    assert network["imported_mwh"] == pytest.approx(bought, abs=20)
    assert value(plan) == pytest.approx(30_000 - bought * 0.03, abs=5)


@pytest.mark.parametrize("contract", [None, 0.0, 0.5, 1.0])
def test_claims_never_exceed_what_exports_leave(contract: float | None) -> None:
    """In no hour do claims and green exports exceed the sun; what A claims over the year was delivered to it."""
    plan = solve(sunny(GREEDY, contract=contract, settings=total(0), **EXCLUDED))
    hours = kwh(plan, "S")
    claimed, exported = kwh(plan, "green:flat"), kwh(plan, "green_export")
    assert (claimed + exported <= hours).all()
    assert (claimed <= -kwh(plan, "load:a|flat")).all()
    share = {None: 1.0}.get(contract, contract)  # nothing but the sun feeds in by day
    assert (exported >= -kwh(plan, "X:export") * share - 1).all()
    green = plan.power["green"].set_index("unit_id").loc["A"]
    assert 0 < green["green_mwh"] <= green["delivered_to_profile_mwh"]
    assert plan.summary["energy_eq_total_tce"] <= plan.summary["base_energy_eq_total_tce"]


def plant(**columns: object) -> Owner:
    """A plant of 50,000 MWh at its base; a kilowatt-hour is worth 0.04 yuan more than it costs."""
    energy = [("electricity", "conversion_out", 50_000)]
    return unit("T", 19_999.5, 2000, energy=energy, **{"activity_min": 0, "activity_max": 2, **columns})


THERMAL: Row = {
    "plant_id": "T",
    "bus_id": "a",
    "kind": "thermal",
    "capacity_mw": 20,
    "unit_id": "T",
    "pmin_share": 0.5,
}


def test_what_a_plan_builds_makes_its_exports_greener() -> None:
    # before anything is built exports would carry nothing. With B: 30 MW by day beside the base year's
    # 43,800 MWh / 8760 h = 5 MW of T are 6/7; T cannot run again. A draws 10 to 20 MW of the 30 and claims what is left
    gone = unit(
        "T", 20_000, 0, energy=[("electricity", "conversion_out", 43_800)], activity_min=0, activity_max=0
    )
    loads: list[Row] = [{"owner_id": "A", "bus_id": "a", "profile_id": "flat"}]
    plan = solve(
        sunny(GREEDY, gone, status="open", settings=total(20_000), network={"loads": loads}, **EXCLUDED)
    )
    assert plan.summary["network"]["builds"] == ["B"]
    out = -kwh(plan, "X:export")
    assert out.max() > 0
    assert kwh(plan, "green_export").tolist() == [-(-int(o) * 6 // 7) for o in out]
    assert (kwh(plan, "green:flat") + kwh(plan, "green_export") <= kwh(plan, "S")).all()


def test_a_plant_runs_as_it_is_dispatched_and_its_quota_follows() -> None:
    """T has 13,855 tce for its base of 13,854.5 and may get no more: 50,000 MWh, of its 175,200."""
    scenario = sunny(A, plant(), network={"plants": [THERMAL], "builds": []}, settings=total(0))
    plan = solve(scenario)
    energy = float(asset(plan, "T")["energy_mwh"])
    assert energy <= 50_000.5 / 13_854.5 * 13_855
    assert energy == pytest.approx(50_000, rel=1e-4)
    assert activity(plan)["T"] == pytest.approx(energy / 50_000, abs=1e-9)
    made = kwh(plan, "T")
    assert made.max() <= 20_000
    assert made.min() >= 0.5 * made.max() - 1  # what is online for the day runs at half its size or more
    assert plan.summary["network"]["imported_mwh"] + energy == pytest.approx(
        87_600 + plan.summary["network"]["exported_mwh"], abs=9
    )


def test_energy_is_that_of_the_yearly_table_for_the_same_dispatch() -> None:
    """The county's account with the dispatch's totals put into the yearly electricity table by hand."""
    sun: Row = {"plant_id": "S", "bus_id": "a", "kind": "pv", "capacity_mw": 30, "profile_id": "sun"}
    network: dict[str, list[Row]] = {"plants": [THERMAL, sun], "builds": [], **STORE}
    losses: Row = {"item": "losses", "base_mwh": 8760, "plan_mwh": 8760}
    big = unit("A", 0, 20_000, mwh=262_800)  # 30 MW: T and the store together, and imports by night
    plan = solve(sunny(big, plant(), network=network, power=[losses]))
    energy = yearly_mwh(plan)
    lost = -energy["K:charge"] - energy["K:discharge"]
    at = activity(plan)
    assert at["T"] > 0
    assert lost > 0
    told = {
        "non_fossil_generation": energy["S"],
        "non_fossil_local": energy["S"] - energy["green_export"],
    }
    rows: list[Row] = [{"item": item, "base_mwh": 0, "plan_mwh": mwh} for item, mwh in told.items()]
    same = [unit("A", 0, 20_000, mwh=262_800, activity_min=at["A"], activity_max=at["A"]),
            plant(activity_min=at["T"], activity_max=at["T"])]  # fmt: skip
    by_table = solve(
        sunny(
            *same,
            time={"mode": "none"},
            network=network,
            power=[*rows, {**losses, "plan_mwh": 8760 + lost}],
        )
    )
    assert activity(by_table) == at
    for key in (
        "energy_tce",
        "energy_eq_tce",
        "energy_eq_total_tce",
        "co2_t",
        "net_inflow_mwh",
        "gdp_wan_yuan",
    ):
        assert by_table.summary[key] == pytest.approx(plan.summary[key], rel=1e-9), key
    assert by_table.power == {}


def yearly_mwh(plan: Plan) -> dict[str, float]:
    """MWh of the year by asset, positive into the network."""
    table = plan.power["dispatch"]
    mwh = (table["kwh"] * table["weight"]).groupby(table["asset"].astype(str)).sum() / 1000
    return dict(mwh)


# --- the full year ----------------------------------------------------------------------------------

YEARS = {
    "committed": lambda time: sunny(time=time),
    "open_build": lambda time: sunny(time=time, status="open", cost=3000),
    "store_and_movable_load": lambda time: sunny(time=time, network=STORE, load={"flexible_share": 0.2}),
    "nothing_to_build": lambda time: sunny(
        GREEDY,
        time=time,
        network={
            "plants": [
                {"plant_id": "S", "bus_id": "a", "kind": "pv", "capacity_mw": 10, "profile_id": "sun"}
            ],
            "builds": [],
        },
        settings=total(0),
        contract=0,
        **EXCLUDED,
    ),
}


@pytest.mark.parametrize("name", sorted(YEARS))
def test_a_year_of_the_same_day_is_that_day(name: str) -> None:
    """Both ways through the year give one value within the gap; the year's own bound holds for the day's plan."""
    day, year = solve(YEARS[name]({"mode": "typical"})), solve(YEARS[name]({"mode": "year"}))
    best = day.summary["solver_objective_wan_yuan"]
    assert year.summary["bound_wan_yuan"] >= best - 1e-6 * abs(best)
    most = day.summary[
        "bound_wan_yuan"
    ]  # `best` may carry a margin for whole tonnes that the year did without
    assert year.summary["solver_objective_wan_yuan"] <= most + 1e-6 * abs(most)
    assert value(year) == pytest.approx(value(day), rel=2 * GAP)
    assert (day.summary["time"], year.summary["time"]) == ("checked_typical", "checked_year")
    assert (day.summary["is_draft"], year.summary["is_draft"]) == (True, False)
    network = year.summary["network"]
    assert network["builds"] == day.summary["network"]["builds"]
    assert network["gap"] <= GAP
    assert 1 <= network["evaluations_of_the_year"] <= 60
    table = year.power["dispatch"]
    assert len(table) == 8760 * table["asset"].nunique()
    accounts = table["asset"].astype(str).str.startswith("green")
    assert (table[~accounts].groupby("hour")["kwh"].sum() == 0).all()


def test_prices_of_the_year_are_those_of_its_day() -> None:
    day, year = (solve(YEARS["committed"]({"mode": mode})) for mode in ("typical", "year"))
    mean = year.power["prices"].assign(step=lambda d: d["hour"] % 24).groupby("step")["yuan_per_mwh"].mean()
    assert mean.tolist() == pytest.approx(
        day.power["prices"].set_index("hour")["yuan_per_mwh"].tolist(), abs=5
    )


def test_a_county_no_dispatch_can_bring_under_its_total_has_no_plan() -> None:
    # A's least activity is its base, and the increment is negative in effect: 5 % less intensity, no growth of GDP
    stiff = unit("A", 0, 20_000, mwh=87_600, activity_min=1)
    with pytest.raises(Infeasible):
        solve(sunny(stiff, settings=total(0, intensity_reduction=0.9), network={"builds": [], "plants": []}))


def test_the_same_scenario_gives_the_same_plan() -> None:
    first, second = (solve(sunny(network=STORE)) for _ in range(2))
    for name, table in first.power.items():
        pd.testing.assert_frame_equal(table, second.power[name])
    assert first.summary == second.summary


def test_without_its_network_the_county_is_planned_on_the_yearly_table() -> None:
    scenario = sunny(time={"mode": "none"})
    bare = replace(
        scenario, tables={n: t.iloc[:0] if n.startswith("power/") else t for n, t in scenario.tables.items()}
    )
    assert solve(scenario).summary == solve(bare).summary


# --- what the ranking cost ---------------------------------------------------------------------------


@pytest.mark.parametrize(("bound", "cost", "best"), [(101.0, 4.0, 100.0), (98.0, 2.0, 98.0)])
def test_a_later_round_keeps_what_the_ranking_cost_within_the_bound(
    monkeypatch: pytest.MonkeyPatch, bound: float, cost: float, best: float
) -> None:
    """The first round found 100 and its ranking left 96. With its yes and no the second finds 96 again."""
    module = sys.modules["dualcontrol.optimise"]
    none = np.zeros(0)

    def solved(found: float, value: float) -> Solved:
        first = Solution(Status.OPTIMAL, none, none, found, found, 0.0)
        return Solved(None, None, first, value, first, found - value)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "solve_case", lambda case, held=None, solvers=None: solved(96.0, 96.0))
    case = Case(judge(account(sunny(time={"gap": 0.1}))))
    again = module._solved(case, solved(100.0, 96.0), bound)
    assert again.ranking_cost == pytest.approx(cost)
    assert again.first.objective == pytest.approx(best)
    assert again.first.bound == bound
