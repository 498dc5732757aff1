"""From a solver's floats to published decimals and whole tonnes: what is rounded, which way, and who pays."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.model.allocation import build_model
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Decisions, quarters, read_decisions, settle
from dualcontrol.model.ledger import EARMARK, GRID, POOL, RESERVE, SUPERIOR
from dualcontrol.solvers.compile import compile_model
from tests.model.small_cases import case_of, county, project, total, unit

F = Fraction
NAMES = (
    "activity", "self_pv", "green", "saving", "adopted", "grant", "limit", "beyond", "admitted",
    "project_load", "earmark", "shortfall",
)  # fmt: skip


def idle(case: Case) -> Decisions:
    """Everybody at activity 1 and nothing decided."""
    units = dict.fromkeys(case.unit_rows, F(0))
    projects, measures = dict.fromkeys(case.project_rows, F(0)), dict.fromkeys(case.measure_rows, F(0))
    return Decisions(
        activity=dict.fromkeys(case.unit_rows, F(1)), self_pv=units, green=units, saving=measures,
        adopted=measures, grant=units, limit=units, beyond=units, admitted=projects, project_load=projects,
        earmark=projects, shortfall=dict.fromkeys(case.society, F(0)), overshoot=F(0), waived=F(0),
    )  # fmt: skip


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("activity", 0.92, F("0.92")),
        ("activity", 1 / 3, F("0.333333333")),  # down: a use never exceeds what was solved
        ("activity", 2 / 3, F("0.666666666")),
        ("activity", -1e-12, F(0)),  # noise below a bound
        ("activity", 0.7000000000000001, F("0.7")),
        ("self_pv", 12.3456, F("12.345")),  # MWh with 3 places
        ("saving", 15.0, F(15)),
    ],
)
def test_published_decimals(name: str, value: float, read: Fraction) -> None:
    columns = [(name, "A"), ("overshoot", None), ("waived", None), ("gdp", None)]
    decisions = read_decisions(columns, [value, 2.5, 0.0, 99.0])
    assert getattr(decisions, name) == {"A": read}
    assert (decisions.overshoot, decisions.waived) == (F("2.5"), 0)


def test_every_decision_of_the_model_is_read() -> None:
    case = case_of(county([unit("A", 1000, 500), project("P", 100, 50)], total(10)))
    columns = compile_model(build_model(case)).columns
    decisions = read_decisions(columns, [0.0] * len(columns))
    for name in NAMES:
        assert set(getattr(decisions, name)) == {index for column, index in columns if column == name}


# --- whole tonnes ---------------------------------------------------------------------------------


def test_grants_round_up_and_what_is_taken_rounds_down() -> None:
    case = case_of(county([unit("A", 1000, 500, activity_max=2)], total(100)))
    base = replace(idle(case), activity={"A": F("1.0105")})  # 1010.5 tce
    outcome = settle(case, replace(base, grant={"A": F("10.5")}))
    assert outcome.quota("unit:A") == 1011
    assert outcome.ledger.balance(RESERVE) == 89  # what is left of 100 - 11
    taken = settle(case, replace(base, activity={"A": F("0.9895")}, limit={"A": F("10.5")}))
    assert taken.quota("unit:A") == 990
    assert taken.ledger.balance(RESERVE) == 110


def test_noise_is_no_tonne() -> None:
    case = case_of(county([unit("A", 1000, 500, activity_max=2)], total(100)))
    outcome = settle(case, replace(idle(case), grant={"A": F("10.0000001")}, activity={"A": F("1.01")}))
    assert outcome.quota("unit:A") == 1010
    outcome = settle(case, replace(idle(case), limit={"A": F("9.9999999")}, activity={"A": F("0.99")}))
    assert outcome.quota("unit:A") == 990


def test_a_use_is_brought_within_its_whole_quota() -> None:
    # 1000 x 1.0100000005 = 1010.0000005 over a quota of 1010: the activity gives way by a billionth or two
    case = case_of(county([unit("A", 1000, 500, activity_max=2)], total(100)))
    over = replace(idle(case), grant={"A": F(10)}, activity={"A": F("1.010000001")})
    outcome = settle(case, over)
    assert outcome.unit_use["A"].gross_tce <= 1010
    assert outcome.decisions.activity["A"] == pytest.approx(1.01, abs=3e-9)
    # ... and what the decimals cut off below a quota is filled up, to the kilogram and no further
    under = replace(idle(case), grant={"A": F(10)}, activity={"A": F("1.009999999")})
    assert settle(case, under).decisions.activity["A"] == F("1.01")
    lower = replace(idle(case), grant={"A": F(10)}, activity={"A": F("1.0099")})
    assert settle(case, lower).decisions.activity["A"] == F("1.0099")


def test_a_saving_gives_way_with_its_activity() -> None:
    # 990 - 99 is a tonne over the quota of 890: at activity a, 1000 a - 100 a = 890, a = 0.98888...
    measure = {"measure_id": "M", "unit_id": "A", "carrier_id": "coal", "saving_quantity": 100}
    case = case_of(county([unit("A", 1000, 500, activity_max=2)], total(100), measures=[measure]))
    at = replace(
        idle(case), limit={"A": F(110)}, activity={"A": F("0.99")}, saving={"M": F(99)}, adopted={"M": F(1)}
    )
    outcome = settle(case, at)
    activity, saved = outcome.decisions.activity["A"], outcome.decisions.saving["M"]
    assert outcome.unit_use["A"].gross_tce == 1000 * activity - saved <= 890
    assert saved <= 100 * activity
    assert activity == pytest.approx(890 / 900, abs=3e-6)


def test_headroom_is_kept_free() -> None:
    # quota 1000, headroom 5 %: use at most 952.38, activity 0.952380952
    case = case_of(county([unit("A", 1000, 500)], {**total(0), "policy": {"headroom_share": 0.05}}))
    outcome = settle(case, replace(idle(case), activity={"A": F("0.952380953")}))
    assert outcome.unit_use["A"].gross_tce * F("1.05") <= 1000


def test_a_project_s_quota_is_its_need_rounded_up_and_the_earmark_pays_first() -> None:
    # B: 1000 tce for 200 against 2 tce per 万元: 30 tce earmarked. P needs 100.4 -> 101: 30 + 71.
    settings = {**total(80), "policy": {"benchmark_tce_per_wan_yuan": 2}}
    case = case_of(county([unit("B", 1000, 200), project("P", 100.4, 90)], settings))
    decided = replace(idle(case), activity={"B": F("0.97")}, admitted={"P": F(1)}, project_load={"P": F(1)},
                      earmark={"P": F(30)})  # fmt: skip
    outcome = settle(case, decided)
    moved = {
        (e.from_account, e.to_account): e.tce for e in outcome.ledger.entries if e.note.startswith("project")
    }
    assert moved == {(EARMARK, "project:P"): 30, (POOL, "project:P"): 71}
    assert outcome.ledger.balance(RESERVE) == 9
    assert outcome.pool_short_tce == 0


def test_an_overdrawn_pool_is_told() -> None:
    case = case_of(county([unit("A", 1000, 500), project("P", 100.4, 90)], total(100)))
    decided = replace(idle(case), admitted={"P": F(1)}, project_load={"P": F(1)})
    assert settle(case, decided).pool_short_tce == 1
    kept = case_of(county([unit("A", 1000, 500)], {**total(100), "policy": {"reserve_share": 0.1}}))
    granted = replace(idle(kept), grant={"A": F(95)})
    assert settle(kept, granted).pool_short_tce == 5  # 10 of the increment must stay in reserve


def test_society_and_the_grid_are_paid_in_whole_tonnes() -> None:
    # Homes: 100 -> 150 tce of fuels and 0 -> 1000 MWh: 272.9 -> 273, opened with 100. Grid: 177.1 -> 178.
    homes = {"line_id": "homes", "base_fuel_tce": 100, "base_electricity_mwh": 0, "plan_fuel_tce": 150,
             "plan_electricity_mwh": 1000, "co2_t_per_fuel_tce": 2.6}  # fmt: skip
    case = case_of(county([unit("A", 1000, 500)], total(400), society=[homes]))
    outcome = settle(case, idle(case))
    assert outcome.quota("society:homes") == 273
    assert outcome.quota(GRID) == 178
    assert outcome.ledger.balance(RESERVE) == 400 - 173 - 178


def test_without_a_total_superior_covers_whatever_is_needed() -> None:
    case = case_of(county([unit("A", 1000, 500), project("P", 180, 90)]))
    outcome = settle(case, replace(idle(case), admitted={"P": F(1)}, project_load={"P": F(1)}))
    assert outcome.ledger.balance(SUPERIOR) == -1180
    assert outcome.ledger.balance(POOL) == outcome.ledger.balance(RESERVE) == 0
    assert outcome.pool_short_tce == 0


@pytest.mark.parametrize(
    ("overshoot", "tonnes"),
    [("20", 20), ("20.3", 21), ("20.0000001", 20), ("60", 50)],  # the band is 5 % of 1000
)
def test_the_band_is_used_and_paid_in_whole_tonnes(overshoot: str, tonnes: int) -> None:
    targets = {"overshoot_max_share": 0.05, "overshoot_price_wan_yuan_per_tce": 0.3}
    case = case_of(county([unit("A", 1000, 500, activity_max=2)], total(0, **targets)))
    outcome = settle(case, replace(idle(case), overshoot=F(overshoot)))
    assert outcome.ledger.movements(SUPERIOR)["overshoot"] == -tonnes
    assert outcome.objective_wan_yuan == 500 - F("0.3") * tonnes


def test_the_value_of_a_plan_by_hand() -> None:
    """Each term once: 500 x 0.9 + 144 x 9/12 - 10 - 3 - 0.4 - 0.05 - 2 = 542.55."""
    homes = {"line_id": "homes", "base_fuel_tce": 100, "base_electricity_mwh": 0, "plan_fuel_tce": 100,
             "plan_electricity_mwh": 0, "co2_t_per_fuel_tce": 2.6,
             "shortfall_wan_yuan_per_tce": 0.2}  # fmt: skip
    measure = {"measure_id": "m", "unit_id": "A", "carrier_id": "coal", "saving_quantity": 20,
               "annual_cost_wan_yuan": 3}  # fmt: skip
    owners = [
        unit("A", 1000, 500, mwh=500, self_pv_base_mwh=10, self_pv_max_mwh=50,
             self_pv_cost_yuan_per_mwh=100, green_max_mwh=100, green_premium_yuan_per_mwh=5),
        project("P", 180, 144, start_month=4, annual_cost_wan_yuan=10),
    ]  # fmt: skip
    case = case_of(county(owners, society=[homes], measures=[measure]))
    decided = replace(
        idle(case), activity={"A": F("0.9")}, admitted={"P": F(1)}, project_load={"P": F(1)},
        saving={"m": F(18)}, adopted={"m": F(1)},
        self_pv={"A": F(50)},  # 40 MWh more at 100 yuan: 0.4 万元
        green={"A": F(100)},  # at 5 yuan: 0.05 万元
        shortfall={"homes": F("0.1")},  # 10 tce at 0.2
    )  # fmt: skip
    outcome = settle(case, decided)
    assert outcome.objective_wan_yuan == F("542.55")
    less_pv = settle(
        case, replace(decided, self_pv={"A": F(5)})
    )  # below the base year's: nothing is paid back
    assert less_pv.objective_wan_yuan == F("542.95")
    # use: 900 + 450 x 0.1229 - 18 saved = 937.305 tce; CO2 (900 - 18) x 2.6
    assert outcome.unit_use["A"].gross_tce == F("937.305")
    assert outcome.unit_use["A"].co2_t == F("2293.2")
    assert outcome.society_use["homes"].gross_tce == 90


# --- quarters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quota", "shares", "parts"),
    [
        (1000, (0.25, 0.25, 0.25, 0.25), [250, 250, 250, 250]),
        (9, (0.25, 0.25, 0.25, 0.25), [2, 3, 2, 2]),  # 2.25, 4.5, 6.75, 9
        (10, (0.25, 0.25, 0.25, 0.25), [3, 2, 3, 2]),  # 2.5, 5, 7.5, 10, halves up
        (7, (0.4, 0.3, 0.2, 0.1), [3, 2, 1, 1]),  # 2.8, 4.9, 6.3, 7
        (0, (0.25, 0.25, 0.25, 0.25), [0, 0, 0, 0]),
        (-10, (0.5, 0.5, 0.0, 0.0), [-5, -5, 0, 0]),  # the grid account may be a debt
    ],
)
def test_quarters_by_hand(quota: int, shares: tuple[float, ...], parts: list[int]) -> None:
    assert quarters(quota, shares) == parts


@given(st.integers(-(10**7), 10**7), st.lists(st.integers(0, 1000), min_size=4, max_size=4).filter(any))
def test_quarters_sum_to_the_quota_and_keep_to_their_shares(quota: int, weights: list[int]) -> None:
    shares = [F(w, sum(weights)) for w in weights]
    parts = quarters(quota, shares)
    assert sum(parts) == quota
    assert all(abs(part - share * quota) <= 1 for part, share in zip(parts, shares, strict=True))
    for end in range(1, 5):  # the year to date
        assert abs(sum(parts[:end]) - sum(shares[:end]) * quota) <= F(1, 2)
