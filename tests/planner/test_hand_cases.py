"""Plans solved with a pencil first: pool, intensity, waiver, band, cuts, earmark, decisions, ties."""

import math
from pathlib import Path

import pandas as pd
import pytest

from dualcontrol.model.scenario import Scenario, load
from dualcontrol.optimise import Infeasible
from tests.model.small_cases import (
    activity,
    admitted,
    constraint,
    county,
    others,
    project,
    quotas,
    solve,
    total,
    unit,
)

AT_TWO = {"policy": {"benchmark_tce_per_wan_yuan": 2}}  # the banner's benchmark, tce per 万元


def moved(plan: object, note: str) -> dict[tuple[str, str], int]:
    """Ledger entries of one kind: (from, to) -> tce."""
    rows = plan.ledger[plan.ledger["note"] == note]
    return dict(zip(zip(rows["from_account"], rows["to_account"], strict=True), rows["tce"], strict=True))


# --- two firms and a cap --------------------------------------------------------------------------


def two_firms(
    increment: int = 100, p: dict[str, object] | None = None, reduction: float = 0.0, **tables: object
) -> Scenario:
    """The county of `scenarios/two-firms/README.md`, with a target of intensity that does not bind."""
    owners = [
        unit("A", 1000, 500, sector="heavy", activity_min=0.5, activity_max=1.1),
        unit("B", 1000, 200, sector="heavy", activity_min=0.5),
        project("P", 180, 144, sector="heavy", is_quota_approved=0, **(p or {})),
    ]
    return county(owners, total(increment, intensity_reduction=reduction), gdp=[others(300, 0.05)], **tables)


def test_two_firms_as_the_readme_says(scenarios_folder: Path) -> None:
    plan = solve(load(scenarios_folder / "two-firms"))
    assert plan.summary["status"] == "optimal"
    assert plan.summary["objective_wan_yuan"] == plan.summary["bound_wan_yuan"] == 828
    assert quotas(plan) == {"unit:A": 1000, "unit:B": 920, "project:P": 180, "grid": 0}
    assert moved(plan, "release") == {("unit:B", "pool:3.3.2c"): 30}
    assert moved(plan, "limit") == {("unit:B", "pool"): 50}
    assert moved(plan, "project_earmark") == {("pool:3.3.2c", "project:P"): 30}
    assert moved(plan, "project") == {("pool", "project:P"): 150}
    assert plan.summary["reserve_tce"] == 0  # the pool is used to the last tonne
    assert plan.summary["binding"] == "total"
    assert plan.summary["intensity_reduction"] == pytest.approx(1 - 2100 / 1143 / 2, abs=1e-12)
    assert constraint(plan, "pool_balance")["price_right"] == pytest.approx(0.5)
    assert constraint(plan, "limit_of_low_output", "B")["price_right"] == pytest.approx(0.3)
    # the same county, written for the tests, with the target of the folder and with one tonne less
    assert solve(two_firms(reduction=0.03)).summary["objective_wan_yuan"] == 828
    short = solve(two_firms(99, reduction=0.03))
    # 1050 + E = 1.94 (525 + 0.2 E + 315): E = 579.6 / 0.612 = 947.0588, value 525 + 0.2 E
    assert short.summary["objective_wan_yuan"] == pytest.approx(525 + 0.2 * 579.6 / 0.612, abs=1e-6)
    assert short.summary["binding"] == "intensity"


def test_an_indivisible_project_one_tonne_short_is_refused() -> None:
    # 30 earmarked + 99 + at most 50 from B = 179 of 180: without P, A grows by 50, B runs at 970: 525 + 194
    plan = solve(two_firms(99))
    assert plan.summary["objective_wan_yuan"] == 719
    assert admitted(plan) == set()
    assert plan.projects["reason"].tolist() == ["does_not_fit"]
    assert quotas(plan) == {"unit:A": 1050, "unit:B": 970, "project:P": 0, "grid": 0}
    assert plan.summary["earmark_left_tce"] == 30
    assert plan.summary["reserve_tce"] == 49
    assert admitted(solve(two_firms(100))) == {"P"}  # one more admits it


def test_a_whole_project_needs_whole_tonnes() -> None:
    # 180.4 tce need a quota of 181: 211 in all less 30 earmarked; 180 in the pool are not enough
    for increment, names in ((180, set()), (181, {"P"})):
        assert admitted(solve(county([project("P", 180.4, 100)], total(increment)))) == names


@pytest.mark.parametrize(
    ("decision", "value", "names"),
    [
        # B at 950: 20 taken from it; 30 + 100 + 20 = 150 < 180, so A grows by 50: 525 + 190
        (("B", "quota_tce", "fixed", 950), 715, set()),
        (("B", "quota_tce", "min", 960), 719, set()),  # at most 10 may be taken from B
        (("B", "quota_tce", "max", 940), 828, {"P"}),  # 920 as before
        (("P", "admitted", "fixed", 0), 719, set()),
        (("P", "admitted", "fixed", 1), 828, {"P"}),
        (("P", "quota_tce", "max", 179), 719, set()),  # 179 is not 180
        (("A", "quota_tce", "min", 1040), 719, set()),  # 40 for A leave P short
    ],
)
def test_leaders_decisions(decision: tuple[str, str, str, int], value: float, names: set[str]) -> None:
    target, what, kind, figure = decision
    row = {
        "decision_id": "d",
        "target_id": target,
        "what": what,
        "kind": kind,
        "value": figure,
        "date": "2022-01-05",
    }
    plan = solve(two_firms(decisions=[row]))
    assert plan.summary["objective_wan_yuan"] == value
    assert admitted(plan) == names
    if what == "quota_tce":
        quota = quotas(plan)[f"unit:{target}" if target != "P" else "project:P"]
        assert {"fixed": quota == figure, "min": quota >= figure, "max": quota <= figure}[kind]


def test_a_decision_has_a_price_and_may_be_impossible() -> None:
    # B at most at 950; the pool has tonnes left over, so a tonne more for B is worth its own 0.2
    row = {
        "decision_id": "d",
        "target_id": "B",
        "what": "quota_tce",
        "kind": "max",
        "value": 950,
        "date": "2022-01-05",
    }
    plan = solve(two_firms(99, decisions=[row]))
    assert plan.summary["objective_wan_yuan"] == 715
    assert constraint(plan, "leaders_decision", "d")["price_right"] == pytest.approx(0.2)
    with pytest.raises(Infeasible):  # 1000 - 30 - 50 = 920 is the least the rules leave to B
        solve(two_firms(decisions=[{**row, "value": 919}]))


def test_part_of_a_divisible_project() -> None:
    # P capped at 90 tce earns 72. Earmark 30 + 60 of the pool; 40 left for A and 10 more from B: A 525, B 192
    row = {
        "decision_id": "d",
        "target_id": "P",
        "what": "quota_tce",
        "kind": "max",
        "value": 90,
        "date": "2022-01-05",
    }
    plan = solve(two_firms(p={"is_divisible": 1, "load_min": 0}, decisions=[row]))
    assert plan.summary["objective_wan_yuan"] == pytest.approx(789, abs=1e-6)
    assert quotas(plan) == {"unit:A": 1050, "unit:B": 960, "project:P": 90, "grid": 0}
    assert plan.projects["load"].tolist() == [0.5]


@pytest.mark.parametrize(("pool", "load"), [(107, None), (108, 0.6), (140, 140 / 180), (300, 0.9)])
def test_a_project_runs_between_its_lowest_and_its_highest_load(pool: int, load: float | None) -> None:
    # 180 tce: from 60 % (108 tce) to 90 % (162 tce)
    plan = solve(county([project("P", 180, 100, load_min=0.6, load_max=0.9)], total(pool)))
    assert admitted(plan) == ({"P"} if load else set())
    assert plan.projects["load"].iloc[0] == pytest.approx(load or 0.0, abs=1e-8)


# --- which of the two targets binds ---------------------------------------------------------------


def half_of_gdp(growth: float = 0.0, **targets: object) -> Scenario:
    """A: 1000 tce, 500 万元, may double; the rest of GDP: 500. In the base year 1 tce per 万元."""
    return county([unit("A", 1000, 500, activity_max=2)], total(**targets), gdp=[others(500, growth)])


def test_intensity_binds_while_the_total_is_slack() -> None:
    # 1000 a <= 0.9 (500 a + 500): a = 450 / 550, value 500 a = 409.09
    # One tce more of room: 1 / 550 of activity, 0.909 万元. A percentage point: 0.01 x GDP 909.09 = 9.09 tce
    plan = solve(half_of_gdp(increment=1000, intensity_reduction=0.1))
    assert plan.summary["binding"] == "intensity"
    assert activity(plan) == {"A": 0.818181818}
    assert plan.summary["intensity_reduction"] == pytest.approx(0.1, abs=1e-9)
    assert plan.summary["intensity_reduction"] >= 0.1 - 1e-9
    row = constraint(plan, "county_intensity")
    assert (row["price_left"], row["price_right"]) == pytest.approx((500 / 550, 500 / 550))
    # a = (450 + t) / 550: relaxed until A runs at its double (t = 650; then 2000 tce on a GDP of 1500, a third more
    # than in the base year), tightened until A stands still (t = -450; no energy, all of it saved)
    price = plan.summary["intensity_price"]
    for side, tce, target in (("right", 650, 1 - 2000 / 1500), ("left", 450, 1.0)):
        told = {
            "wan_yuan_per_tce_eq": 500 / 550,
            "tce_eq": tce,
            "to_reduction": target,
            "worth_wan_yuan": tce * 500 / 550,
        }
        assert price[side] == pytest.approx(told, rel=1e-6), side
    assert (row["range_left"], row["range_right"]) == pytest.approx((450, 650), rel=1e-6)
    # energy, and what the target allows it
    assert (row["activity"], row["limit"]) == pytest.approx((818.181818, 0.9 * 909.090909), abs=1e-5)
    # the same by solving again: half of the way, all of it, and beyond (A cannot run more than double)
    best = plan.summary["objective_wan_yuan"]
    for target, gain in ((-1 / 3, 590.909091), (-0.5, 590.909091), (0.0, 1000 - best - 500)):
        again = solve(half_of_gdp(increment=1000, intensity_reduction=target))
        assert again.summary["objective_wan_yuan"] - best == pytest.approx(gain, abs=1e-4), target


def test_the_total_binds_while_intensity_is_slack() -> None:
    # the rest grows by half: 1000 a <= 0.9 (500 a + 750) holds up to 1.227, the pool of 100 only to 1.1
    plan = solve(half_of_gdp(0.5, increment=100, intensity_reduction=0.1))
    assert plan.summary["binding"] == "total"
    assert activity(plan) == {"A": 1.1}
    assert plan.summary["objective_wan_yuan"] == 550
    row = constraint(plan, "pool_balance")
    assert (row["price_left"], row["price_right"]) == pytest.approx((0.5, 0.5))
    assert constraint(plan, "county_intensity")["price_left"] == 0


def test_both_targets_or_neither() -> None:
    # increment 0 and reduction 0: both stop A at 1; relaxing one alone helps nothing
    plan = solve(half_of_gdp(increment=0, intensity_reduction=0.0))
    assert plan.summary["binding"] == "both"
    assert constraint(plan, "pool_balance")["price_right"] == pytest.approx(0, abs=1e-9)
    assert math.isnan(constraint(plan, "pool_balance")["price_left"])  # no rule lets the pool take from A
    plan = solve(half_of_gdp(9, increment=5000, intensity_reduction=0.0))
    assert plan.summary["binding"] == "neither"
    assert activity(plan) == {"A": 2.0}


def test_the_intensity_of_a_sector() -> None:
    # 2 tce per 万元 must fall to 1.8, P (1 tce per 万元) included: 1000 a + 100 <= 1.8 (500 a + 100): a = 0.8
    sectors = [{"sector_id": "heavy", "intensity_reduction": 0.1}]
    owners = [unit("A", 1000, 500, sector="heavy"), project("P", 100, 100, sector="heavy")]
    plan = solve(county(owners, total(100), sectors=sectors))
    assert activity(plan) == {"A": pytest.approx(0.8, abs=2e-9)}
    assert admitted(plan) == {"P"}
    assert plan.summary["objective_wan_yuan"] == pytest.approx(500, abs=1e-6)


def test_the_carbon_budget_and_its_price() -> None:
    # 2080 of 2600 t: a = 0.8; a tonne of CO2 is 1 / 2.6 tce of 0.5 万元
    plan = solve(county([unit("A", 1000, 500)], total(0, co2_budget_t=2080)))
    assert activity(plan) == {"A": pytest.approx(0.8, abs=2e-9)}
    assert plan.summary["co2_t"] <= 2080
    assert constraint(plan, "carbon_budget")["price_right"] == pytest.approx(0.5 / 2.6)


# --- waiver, band, reserve ------------------------------------------------------------------------

LETTER = {"waiver_document": "letter"}


def test_the_waiver_frees_the_total_at_the_incentive_target() -> None:
    # rest of GDP 1000 in the plan year, incentive 20 %: 1000 a <= 0.8 (500 a + 1000): a = 1.3333, 334 tonnes
    plan = solve(half_of_gdp(1, **LETTER, incentive_intensity_reduction=0.2))
    assert activity(plan) == {"A": 1.333333333}
    assert moved(plan, "waiver") == {("superior", "pool"): 334}
    assert quotas(plan)["unit:A"] == 1334
    assert plan.summary["intensity_reduction"] >= 0.2 - 1e-9
    assert plan.summary["binding"] == "neither"  # no target of the county binds: the incentive does


def test_the_waiver_is_not_taken_where_it_costs_more_than_it_gives() -> None:
    # incentive 50 %: 1000 a <= 0.5 (500 a + 1000): a = 0.667 with the waiver, 1 without
    plan = solve(half_of_gdp(1, **LETTER, incentive_intensity_reduction=0.5))
    assert activity(plan) == {"A": 1.0}
    assert moved(plan, "waiver") == {}


def test_without_the_city_s_letter_there_is_no_waiver() -> None:
    plan = solve(half_of_gdp(1, incentive_intensity_reduction=0.2))
    assert activity(plan) == {"A": 1.0}
    assert moved(plan, "waiver") == {}


@pytest.mark.parametrize(
    ("price", "tonnes", "value"),
    [
        (0.3, 50, 510),  # 525 - 50 x 0.3
        (0.6, 0, 500),  # a tonne earns 0.5
        (0.5, 0, 500),  # a tie: what changes nothing is not taken
    ],
)
def test_the_elastic_band_has_a_price(price: float, tonnes: int, value: float) -> None:
    band = {"overshoot_max_share": 0.05, "overshoot_price_wan_yuan_per_tce": price}
    plan = solve(half_of_gdp(increment=0, **band))
    assert moved(plan, "overshoot") == ({("superior", "pool"): tonnes} if tonnes else {})
    assert plan.summary["objective_wan_yuan"] == value
    if tonnes:
        assert constraint(plan, "elastic_band")["price_right"] == pytest.approx(0.2)


@pytest.mark.parametrize(("share", "grown"), [(0.1, 90), (0.105, 89), (0.0, 100), (1.0, 0)])
def test_the_reserve_stays_in_reserve(share: float, grown: int) -> None:
    settings = {**total(100), "policy": {"reserve_share": share}}
    plan = solve(county([unit("A", 1000, 500, activity_max=2)], settings))
    assert quotas(plan)["unit:A"] == 1000 + grown
    assert plan.summary["reserve_tce"] == 100 - grown


def test_an_increment_derived_from_targets_limits_the_plan() -> None:
    # 1000 x (1.08 x 0.965 - 1) = 42.2 -> 42; intensity is slack: 1042 <= 0.965 x (521 + 800)
    plan = solve(county([unit("A", 1000, 500, activity_max=2)],
                        {"targets": {"manage_total": True, "gdp_growth": 0.08, "intensity_reduction": 0.035}},
                        gdp=[others(500, 0.6)]))  # fmt: skip
    assert quotas(plan)["unit:A"] == 1042
    assert plan.summary["objective_wan_yuan"] == 521


# --- society --------------------------------------------------------------------------------------


def homes(price: float, increment: int) -> Scenario:
    """Homes need 100 tce more than last year's 100; 180 of the 200 are protected. A wants all there is."""
    line = {"line_id": "homes", "base_fuel_tce": 100, "base_electricity_mwh": 0, "plan_fuel_tce": 200,
            "plan_electricity_mwh": 0, "co2_t_per_fuel_tce": 2.6, "floor_share": 0.9,
            "shortfall_wan_yuan_per_tce": price}  # fmt: skip
    return county([unit("A", 1000, 500, activity_max=2)], total(increment), society=[line])


@pytest.mark.parametrize(
    ("price", "quota", "value"),
    [
        (0.1, 180, 508),  # 80 to the homes, 20 to A: 510 - 20 x 0.1
        (1.0, 200, 500),  # a tonne not served costs more than A earns
    ],
)
def test_society_comes_first_down_to_its_floor(price: float, quota: int, value: float) -> None:
    plan = solve(homes(price, 100))
    assert quotas(plan) == {"unit:A": 1200 - quota, "society:homes": quota, "grid": 0}
    assert plan.summary["objective_wan_yuan"] == pytest.approx(value, abs=1e-6)


def test_a_floor_nobody_can_pay_is_infeasible() -> None:
    with pytest.raises(Infeasible):
        solve(homes(0.1, 79))
    assert quotas(solve(homes(0.1, 80)))["society:homes"] == 180


# --- cuts, savings, earmark -----------------------------------------------------------------------


def cut_and_saving(saving: float, project_tce: float, **measure: object) -> Scenario:
    """A: 1000 t at 110 kgce against 100, so 10 tce are cut; a measure saves; P waits."""
    tables = {
        "products": [{"unit_id": "A", "product": "p", "output": 1000, "output_unit": "t",
                      "specific_energy": 110, "specific_unit": "kgce/t", "benchmark_key": "K"}],
        "benchmarks": [{"benchmark_key": "K", "level": "advanced", "scope": "national", "value": 100,
                        "unit": "kgce/t", "effective_from": "2020-01-01"}],
        "measures": [{"measure_id": "m", "unit_id": "A", "carrier_id": "coal", "saving_quantity": saving,
                      "annual_cost_wan_yuan": 0.1, **measure}],
    }  # fmt: skip
    owners = [unit("A", 1000, 500), project("P", project_tce, 60)]
    return county(owners, {**total(0), **AT_TWO}, **tables)


def test_a_cut_and_a_saving_free_a_tonne_once() -> None:
    # cut 10, saving 15: 10 by the cut, 5 posted. P of 15 enters: 500 + 60 - 0.1. P of 16 does not: never 25.
    plan = solve(cut_and_saving(15, 15))
    assert moved(plan, "benchmark_cut") == {("unit:A", "pool"): 10}
    assert moved(plan, "saving") == {("unit:A", "pool"): 5}
    assert quotas(plan) == {"unit:A": 985, "project:P": 15, "grid": 0}
    assert activity(plan) == {"A": 1.0}
    assert plan.summary["objective_wan_yuan"] == pytest.approx(559.9, abs=1e-9)
    refused = solve(cut_and_saving(15, 16))
    assert admitted(refused) == set()
    assert refused.summary["objective_wan_yuan"] == pytest.approx(
        499.9, abs=1e-9
    )  # the saving makes good the cut


def test_a_saving_within_the_cut_posts_nothing() -> None:
    # saving 8 of a cut of 10: 992 a <= 990, a = 0.99798, 7.983 t are saved (three decimals), so A runs at
    # (990 + 7.983) / 1000; 10 tce in the pool are not 11
    plan = solve(cut_and_saving(8, 11))
    assert moved(plan, "saving") == {}
    assert activity(plan) == {"A": 0.997983}
    assert admitted(plan) == set()
    assert plan.summary["reserve_tce"] == 10
    assert admitted(solve(cut_and_saving(8, 10))) == {"P"}


def test_a_saving_counts_its_months_and_what_is_realised() -> None:
    # 60 t a year, half realised, from July: 15 in the plan year
    plan = solve(cut_and_saving(60, 15, realised_share=0.5, start_month=7))
    assert plan.measures["saving_tce"].tolist() == [15.0]
    assert admitted(plan) == {"P"}
    assert admitted(solve(cut_and_saving(60, 16, realised_share=0.5, start_month=7))) == set()


def test_a_saving_not_worth_its_cost_is_not_made() -> None:
    plan = solve(cut_and_saving(15, 16, annual_cost_wan_yuan=5.1))  # it would earn the 5 万元 of the cut
    assert plan.measures["adopted"].tolist() == [0.0]
    assert plan.summary["objective_wan_yuan"] == pytest.approx(495, abs=1e-9)


def test_an_earmark_only_a_better_project_can_use() -> None:
    # B (0.2 万元 per tce) releases 30 tce. High (0.8) may have them, low (0.1) may not; the pool is empty.
    policy = {"policy": {"benchmark_tce_per_wan_yuan": 2, "max_cut_share": 0}}
    b, high, low = unit("B", 1000, 200), project("high", 30, 24), project("low", 30, 3)
    plan = solve(county([b, high, low], {**total(0), **policy}))
    assert admitted(plan) == {"high"}
    assert plan.projects.set_index("project_id")["earmark_tce"].to_dict() == {"high": 30, "low": 0}
    alone = solve(county([b, low], {**total(0), **policy}))
    assert admitted(alone) == set()
    assert alone.summary["earmark_left_tce"] == 30
    paid = solve(county([b, low], {**total(30), **policy}))  # from the pool it may come in
    assert admitted(paid) == {"low"}
    assert paid.summary["earmark_left_tce"] == 30


def test_a_retired_unit_makes_room_and_an_unreviewed_one_does_not() -> None:
    old = {"policy": {"benchmark_tce_per_wan_yuan": 9}}
    owners = [unit("A", 1000, 500), project("P", 1000, 300)]
    retired = solve(county([*owners, unit("C", 1000, 200, is_retired=1)], {**total(0), **old}))
    assert admitted(retired) == {"P"}
    assert quotas(retired) == {"unit:A": 1000, "unit:C": 0, "project:P": 1000, "grid": 0}
    assert activity(retired)["C"] == 0
    stopped = solve(county([*owners, unit("C", 1000, 200, review="missing")], {**total(0), **old}))
    assert admitted(stopped) == set()
    assert stopped.summary["reserve_tce"] == 1000
    assert stopped.summary["objective_wan_yuan"] == 500


# --- ties, ranking, reasons -----------------------------------------------------------------------

TAX = [{"indicator": "tax_per_mu", "weight": 100, "benchmark": 10, "cap": 1}]


def ranked(tolerance: float, **tables: object) -> Scenario:
    """`rich` earns 100 and scores 20, `fine` earns 95 and scores 80; 50 tce are there for one of them."""
    owners = [
        project("rich", 50, 100, tax_wan_yuan=20, land_mu=10),
        project("fine", 50, 95, tax_wan_yuan=80, land_mu=10),
    ]
    settings = {**total(50), "solve": {"score_tolerance_wan_yuan": tolerance}}
    return county(owners, settings, evaluation=TAX, **tables)


def test_of_projects_worth_the_same_the_better_ranked_enters() -> None:
    owners = [
        project(name, 50, 100, tax_wan_yuan=tax, land_mu=10)
        for name, tax in (("a", 20), ("b", 80), ("c", 50))
    ]
    plan = solve(county(owners, total(50), evaluation=TAX))
    assert admitted(plan) == {"b"}
    assert plan.projects.set_index("project_id")["rank"].to_dict() == {"a": 3, "b": 1, "c": 2}
    assert plan.summary["inversions"] == []


def test_value_decides_before_rank_unless_a_tolerance_is_stated() -> None:
    plan = solve(ranked(0))
    assert admitted(plan) == {"rich"}
    assert plan.summary["ranking_cost_wan_yuan"] == 0
    assert plan.summary["inversions"] == [{"admitted": "rich", "refused": "fine", "reason": "does_not_fit"}]
    assert admitted(solve(ranked(4.9))) == {"rich"}
    plan = solve(ranked(5))
    assert admitted(plan) == {"fine"}
    assert plan.summary["ranking_cost_wan_yuan"] == pytest.approx(5)
    assert plan.summary["inversions"] == []


def test_why_a_project_is_refused() -> None:
    # A takes the pool's 10 tce at 0.5 万元 each; `poor` earns 0.1 per tce; `big` 0.9, but it needs 100
    owners = [
        unit("A", 1000, 500, activity_max=2), project("poor", 5, 0.5), project("big", 100, 90),
        project("gated", 1, 9, review="missing"),
    ]  # fmt: skip
    plan = solve(county(owners, total(10)))
    table = plan.projects.set_index("project_id")
    assert table["decision"].to_dict() == {"big": "refused", "gated": "gated", "poor": "refused"}
    assert table["reason"].to_dict() == {
        "big": "does_not_fit", "gated": "review_missing", "poor": "energy_worth_more_elsewhere"
    }  # fmt: skip
    assert table["clause"].to_dict() == {"big": "3.2.1b", "gated": "3.2.2a", "poor": "3.2.1c"}
    assert pd.isna(table.loc["gated", "rank"])


def test_a_plan_is_the_same_bytes_every_time() -> None:
    first, second = (solve(two_firms()) for _ in range(2))
    for name in ("quotas", "measures", "projects", "ledger", "constraints"):
        assert getattr(first, name).to_csv() == getattr(second, name).to_csv()
    assert first.summary == second.summary
