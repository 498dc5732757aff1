"""Openings, increment, base methods, adjustments, retired and unreviewed units: entries by hand."""

import pytest

from dualcontrol.model.ledger import GRID, POOL, RESERVE, RETIRED, SUPERIOR
from dualcontrol.model.policy import Rulings
from tests.model.small_cases import Owner, case_of, county, entries, rulings_of, total, unit


def judged(owners: list[Owner], settings: dict[str, object] | None = None, **tables: object) -> Rulings:
    return rulings_of(county(owners, settings or total(0), **tables))


def test_openings_sum_to_the_county_s_equivalent_total() -> None:
    # A: 100.2 tce of coal -> 101. B: 1000 MWh = 122.9 -> 123. Homes: 10 + 100 MWh x 0.1229 = 22.29 -> 23.
    # E_eq = 110.2 + 0.3 x 1100 = 440.2 -> 440 (halves up), so the grid account opens with 440 - 247 = 193.
    homes = {"line_id": "homes", "base_fuel_tce": 10, "base_electricity_mwh": 100, "plan_fuel_tce": 10,
             "plan_electricity_mwh": 100, "co2_t_per_fuel_tce": 2.6}  # fmt: skip
    rulings = judged([unit("A", 100.2, 100), unit("B", 0, 100, mwh=1000)], society=[homes])
    assert entries(rulings, "opening") == {
        (SUPERIOR, "unit:A"): 101, (SUPERIOR, "unit:B"): 123,
        (SUPERIOR, "society:homes"): 23, (SUPERIOR, GRID): 193,
    }  # fmt: skip
    # The grid drew 0.3 x 1100 - 122.9 - 12.29 = 194.81 -> 195: 2 more come from above for whole tonnes.
    assert entries(rulings, "rounding") == {(SUPERIOR, GRID): 2}
    assert rulings.ledger.balance(SUPERIOR) == -442


def test_a_county_that_exports_thermal_power_opens_with_a_debt_of_the_grid() -> None:
    # 700 tce make 2000 MWh: unit 700 - 245.8 = 454.2 -> 455; E_eq = 700 - 0.3 x 2000 = 100; grid -355.
    plant = unit(
        "A", 0, 100, energy=[("coal", "conversion_in", 700), ("electricity", "conversion_out", 2000)]
    )
    rulings = judged([plant])
    assert entries(rulings, "opening") == {(SUPERIOR, "unit:A"): 455, (GRID, SUPERIOR): 355}


@pytest.mark.parametrize(("given", "posted"), [(100, 100), (100.5, 101), (100.4, 100)])
def test_the_increment_enters_the_pool_in_whole_tonnes(given: float, posted: int) -> None:
    rulings = judged([unit("A", 1000, 500)], total(given))
    assert entries(rulings, "increment") == {(SUPERIOR, POOL): posted}
    assert rulings.increment_tce == posted


@pytest.mark.parametrize(
    ("growth", "reduction", "move"),
    [
        # E_eq 1000: 1000 x (1.08 x 0.965 - 1) = 42.2 -> 42
        (0.08, 0.035, {(SUPERIOR, POOL): 42}),
        # 1000 x (1.01 x 0.9 - 1) = -91: the county has to give back
        (0.01, 0.10, {(POOL, SUPERIOR): 91}),
        # 1000 x (1.05 x 0.99 - 1) = 39.5, halves up: 40
        (0.05, 0.01, {(SUPERIOR, POOL): 40}),
    ],
)
def test_the_increment_derived_from_the_targets(
    growth: float, reduction: float, move: dict[tuple[str, str], int]
) -> None:
    settings = {"targets": {"manage_total": True, "gdp_growth": growth, "intensity_reduction": reduction}}
    rulings = judged([unit("A", 1000, 500)], settings)
    assert entries(rulings, "increment") == move


def test_no_increment_where_the_total_is_not_managed() -> None:
    settings = {"targets": {"manage_total": False, "increment_tce_eq": 100}}
    assert entries(judged([unit("A", 1000, 500)], settings), "increment") == {}


@pytest.mark.parametrize(
    ("increment", "share", "floor"),
    # 10 % of 100 is 10; 10.5 % is 10.5 -> 11, what is kept is rounded up
    [(100, 0.10, 10), (100, 0.105, 11), (0, 0.5, 0)],
)
def test_the_reserve_is_a_share_of_the_increment(increment: float, share: float, floor: int) -> None:
    settings = {**total(increment), "policy": {"reserve_share": share}}
    assert case_of(county([unit("A", 1000, 500)], settings)).reserve_floor_tce == floor


def test_a_negative_increment_leaves_no_negative_reserve() -> None:
    # -91 tce to give back: a reserve of "10 % of the increment" must not let the pool be overdrawn by 9.
    settings = {"targets": {"manage_total": True, "gdp_growth": 0.01, "intensity_reduction": 0.1},
                "policy": {"reserve_share": 0.1}}  # fmt: skip
    assert case_of(county([unit("A", 1000, 500)], settings)).reserve_floor_tce == 0


HISTORY = [
    {"unit_id": "A", "year": 2018, "counted_tce": 9999, "output": 9999},  # too long ago
    {"unit_id": "A", "year": 2019, "counted_tce": 1200, "output": 130},
    {"unit_id": "A", "year": 2020, "counted_tce": 1101, "output": 120},
    {"unit_id": "A", "year": 2021, "counted_tce": 1000, "output": 100},
    {"unit_id": "A", "year": 2022, "counted_tce": 1, "output": 1},  # after the base year
]


@pytest.mark.parametrize(
    ("method", "move"),
    [
        ("last_year", {}),
        # mean of 1200, 1101, 1000 = 1100.33 -> 1101: 101 from the pool
        ("mean_of_three", {(POOL, "unit:A"): 101}),
        # last year 1000 / 100 = 10 tce per output; mean output (130 + 120 + 100) / 3: 1166.67 -> 1167
        ("output_adjusted", {(POOL, "unit:A"): 167}),
    ],
)
def test_base_methods(method: str, move: dict[tuple[str, str], int]) -> None:
    settings = {**total(1000), "policy": {"base_method": method}}
    rulings = judged([unit("A", 1000, 500)], settings, unit_history=HISTORY)
    assert entries(rulings, "base_method") == move
    assert rulings.units["A"].base_tce == 1000 + sum(move.values())


def test_a_base_method_can_take_from_a_unit() -> None:
    # 800, 900, 1000: mean 900, so 100 go to the pool
    history = [
        {"unit_id": "A", "year": y, "counted_tce": t} for y, t in ((2019, 800), (2020, 900), (2021, 1000))
    ]
    settings = {**total(0), "policy": {"base_method": "mean_of_three"}}
    rulings = judged([unit("A", 1000, 500)], settings, unit_history=history)
    assert entries(rulings, "base_method") == {("unit:A", POOL): 100}
    assert rulings.units["A"].base_tce == 900


def test_adjustments_move_between_pool_and_unit() -> None:
    rows = [
        {"adjustment_id": "1", "unit_id": "A", "tce": 30},
        {"adjustment_id": "2", "unit_id": "B", "tce": -20},
    ]
    owners = [unit("A", 1000, 500), unit("B", 1000, 500)]
    rulings = judged(owners, total(100), adjustments=rows)
    assert entries(rulings, "adjustment") == {(POOL, "unit:A"): 30, ("unit:B", POOL): 20}
    assert (rulings.units["A"].base_tce, rulings.units["B"].base_tce) == (1030, 980)
    assert rulings.ledger.balance(POOL) == 100 - 30 + 20


def test_a_retired_unit_s_whole_quota_enters_the_pool_through_retired() -> None:
    # 1000 + an adjustment of 30; a retired unit is neither cut nor made to release: nothing is left
    rows = [{"adjustment_id": "1", "unit_id": "A", "tce": 30}]
    owners = [unit("A", 1000, 100, is_retired=1, is_leader=1), unit("B", 1000, 500)]
    rulings = judged(owners, total(100), adjustments=rows)
    assert entries(rulings, "retired") == {("unit:A", RETIRED): 1030, (RETIRED, POOL): 1030}
    assert rulings.ledger.balance(RETIRED) == 0
    ruling = rulings.units["A"]
    assert (ruling.quota_tce, ruling.is_active, ruling.grant_max_tce, ruling.limit_max_tce) == (
        0,
        False,
        0,
        0,
    )
    assert rulings.ledger.balance(POOL) == 100 - 30 + 1030


def test_a_unit_without_review_is_stopped_and_its_quota_held_in_reserve() -> None:
    # B is as good as the benchmark, so nothing else is taken from it
    owners = [unit("A", 1000, 500), unit("B", 1000, 500, review="missing")]
    rulings = judged(owners)
    assert entries(rulings, "withheld") == {("unit:B", RESERVE): 1000}
    assert (rulings.units["B"].quota_tce, rulings.units["B"].is_active) == (0, False)
    assert [(g.target_id, g.clause, g.reason) for g in rulings.gates] == [
        ("B", "3.2.2a", "unit_review_missing")
    ]
    assert rulings.units["A"].is_active


@pytest.mark.parametrize("review", ["approved", "exempt", "pending"])
def test_a_unit_runs_on_unless_its_review_is_missing(review: str) -> None:
    rulings = judged([unit("A", 1000, 500, review=review)])
    assert rulings.units["A"].is_active
    assert rulings.gates == ()


def test_review_switched_off_stops_nobody() -> None:
    owners = [unit("A", 1000, 500, review="missing")]
    rulings = judged(owners, {**total(0), "disabled_clauses": ["3.2.2a"]})
    assert rulings.units["A"].quota_tce == 1000
    assert rulings.units["A"].is_active
