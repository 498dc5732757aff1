"""Equal treatment of like units: exact water-filling, whole tonnes, and what an LP vertex would do."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.model.accounting import Use
from dualcontrol.model.decisions import Decisions
from dualcontrol.model.fairness import equalise, water_fill, whole_shares
from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import Owner, activity, case_of, county, quotas, solve, total, unit

F = Fraction


def fill(total_: object, weights: str, low: str, high: str) -> list[Fraction] | None:
    """water_fill on figures written as text: "1 1/2 3"."""
    shares = [[F(word) for word in text.split()] for text in (weights, low, high)]
    return water_fill(F(str(total_)), *shares)


@pytest.mark.parametrize(
    ("amount", "weights", "low", "high", "shares"),
    [
        (30, "1 1 1", "0 0 0", "99 99 99", "10 10 10"),
        (30, "1 2 3", "0 0 0", "99 99 99", "5 10 15"),
        # the first is full at 4; the others share 26
        (30, "1 1 1", "0 0 0", "4 99 99", "4 13 13"),
        # the third must have 20; the others share 10
        (30, "1 1 1", "0 0 20", "99 99 99", "5 5 20"),
        # 3 of 10: level 1 for all but the one that must have 1.5
        (F(7, 2), "1 1 1", "3/2 0 0", "9 9 9", "3/2 1 1"),
        (6, "1 1 1", "2 2 2", "9 9 9", "2 2 2"),
        (9, "1 1 1", "0 0 0", "2 3 4", "2 3 4"),
        (0, "1 1", "0 0", "5 5", "0 0"),
        (5, "1", "0", "9", "5"),
    ],
)
def test_water_filling_by_hand(amount: object, weights: str, low: str, high: str, shares: str) -> None:
    assert fill(amount, weights, low, high) == [F(word) for word in shares.split()]


def test_what_cannot_be_shared() -> None:
    assert fill(10, "1 1", "0 0", "4 5") is None
    assert fill(1, "1 1", "1 1", "4 5") is None


fractions = st.fractions(min_value=0, max_value=50, max_denominator=12)


@given(st.lists(st.tuples(st.integers(1, 9), fractions, fractions), min_size=1, max_size=6), fractions)
def test_water_filling_is_leximin(rows: list[tuple[int, Fraction, Fraction]], place: Fraction) -> None:
    """The sum holds, bounds hold, and nobody could be raised except at the cost of somebody no better off."""
    weights = [F(w) for w, _, _ in rows]
    low = [min(a, b) for _, a, b in rows]
    high = [max(a, b) for _, a, b in rows]
    amount = sum(low) + (sum(high) - sum(low)) * place / 50
    shares = water_fill(amount, weights, low, high)
    assert shares is not None
    assert sum(shares) == amount
    assert all(lo <= x <= hi for lo, x, hi in zip(low, shares, high, strict=True))
    for i, x in enumerate(shares):
        for j, y in enumerate(shares):
            if (
                x < high[i] and y > low[j]
            ):  # a transfer from j to i is possible: it must not help the worse off
                assert x / weights[i] >= y / weights[j]


@pytest.mark.parametrize(
    ("shares", "whole"),
    [
        ("20/3 20/3 20/3", [7, 7, 6]),  # sum 20
        ("5/2 5/4 5/4", [3, 1, 1]),  # sum 5: the largest remainder first
        ("1/4 1/4", [1, 0]),  # sum 1/2, rounded up to 1
        ("3 4", [3, 4]),
        ("3 39999999/10000000", [3, 4]),  # a solver's noise below 4
    ],
)
def test_whole_shares_by_hand(shares: str, whole: list[int]) -> None:
    assert whole_shares([F(word) for word in shares.split()]) == whole


@given(st.lists(fractions, min_size=1, max_size=8))
def test_whole_shares_keep_the_sum_and_move_nobody_by_a_tonne(shares: list[Fraction]) -> None:
    whole = whole_shares(shares)
    assert sum(whole) == -(-sum(shares) // 1)
    assert all(abs(w - s) < 1 for w, s in zip(whole, shares, strict=True))


# --- in a plan ---


def three_at_the_margin(**columns: object) -> Scenario:
    """Three identical firms of 1200 tce under a carbon budget of 3020 t of coal."""
    settings = {"targets": {"manage_total": False, "co2_budget_t": 7852}}  # 3020 x 2.6
    return county([unit(f"U{k}", 1200, 600, **columns) for k in range(3)], settings)


def test_three_identical_firms_at_the_margin_are_cut_alike() -> None:
    # 3020 / 3 = 1006.67 each, 0.838888888 of the base; a vertex has 980, 840, 1200 or the like
    assert activity(solve(three_at_the_margin())) == dict.fromkeys(("U0", "U1", "U2"), 0.838888888)


def test_a_vertex_that_treats_equals_unequally_is_put_right() -> None:
    # published finding: 9.80, 8.40, 12.00 (here in hundreds) for three identical firms
    case = case_of(three_at_the_margin())
    none = dict.fromkeys(("U0", "U1", "U2"), F(0))
    vertex = Decisions(
        activity={"U0": F("9.8") / 12, "U1": F("8.4") / 12, "U2": F(1)}, self_pv=none, green=none, saving={},
        adopted={}, grant=none, limit=none, beyond=none, admitted={}, project_load={}, earmark={},
        shortfall={}, overshoot=F(0), waived=F(0),
    )  # fmt: skip
    equal = equalise(case, vertex)
    assert set(equal.activity.values()) == {F("0.838888888")}
    assert (set(equal.grant.values()), set(equal.limit.values())) == ({0}, {0})


def test_noise_of_the_solver_does_not_end_equal_treatment() -> None:
    # two twins may grow by a tenth and 100 tce are new: 50 each. The solver gives one of them 100 less 2e-8, which
    # is less than what both use together.
    owners = [unit(name, 1000, 500, activity_max=1.1) for name in ("east", "west")]
    case = case_of(county(owners, {**total(100), "policy": {"benchmark_tce_per_wan_yuan": 9}}))
    none = dict.fromkeys(("east", "west"), F(0))
    vertex = Decisions(
        activity={"east": F(1), "west": F("1.1")}, self_pv=none, green=none, saving={}, adopted={},
        grant={"east": F(0), "west": 100 - F(2, 10**8)}, limit=none, beyond=none, admitted={}, project_load={},
        earmark={}, shortfall={}, overshoot=F(0), waived=F(0),
    )  # fmt: skip
    equal = equalise(case, vertex)
    assert equal.grant == {"east": 50, "west": 50}
    assert set(equal.activity.values()) == {F("1.05")}


@pytest.mark.parametrize(("firms", "increment"), [(3, 20), (7, 20), (11, 30), (4, 2)])
def test_an_increment_is_shared_in_whole_tonnes_without_loss(firms: int, increment: int) -> None:
    """`increment` tce among like firms: nobody is a tonne ahead of another, every tonne is used.

    Value: 0.5 万元 per tce, so 500 firms + increment / 2 exactly.
    """
    plan = solve(
        county([unit(f"U{k:02}", 1000, 500, activity_max=1.5) for k in range(firms)], total(increment))
    )
    granted = sorted(tce - 1000 for name, tce in quotas(plan).items() if name.startswith("unit:"))
    assert sum(granted) == increment
    assert granted[-1] - granted[0] <= 1
    assert plan.summary["objective_wan_yuan"] == 500 * firms + increment / 2


def test_like_is_what_is_alike_per_tonne_not_in_size() -> None:
    # B is twice A in everything; 300 tce in excess of 2700 are taken 1 : 2 -> both run at 0.9
    owners = [unit("A", 1000, 500), unit("B", 2000, 1000)]
    plan = solve(county(owners, {"targets": {"manage_total": False, "co2_budget_t": 7020}}))
    shares = activity(plan)
    assert shares["A"] == shares["B"] == pytest.approx(0.9, abs=2e-9)


@pytest.mark.parametrize(
    "other",
    [
        unit("B", 1000, 501), unit("B", 1000, 500, sector="heavy"), unit("B", 1000, 500, activity_min=0.1),
        unit("B", 1000, 500, conduct="warned"), unit("B", 1000, 500, process_co2_t=1),
        unit("B", 0, 500, mwh=8000), unit("B", 1000, 500, self_pv_max_mwh=1),
    ],
)  # fmt: skip
def test_who_is_not_alike_is_not_equalised(other: Owner) -> None:
    # whatever the vertex says about a unit alone in its class is left as it is
    owners = [unit("A", 1000, 500), other]
    case = case_of(county(owners, {"targets": {"manage_total": False}}))
    none = {"A": F(0), "B": F(0)}
    given_ = Decisions(
        activity={"A": F(1), "B": F("0.5")}, self_pv=none, green=none, saving={}, adopted={}, grant=none,
        limit=none, beyond=none, admitted={}, project_load={}, earmark={}, shortfall={}, overshoot=F(0),
        waived=F(0),
    )  # fmt: skip
    assert equalise(case, given_) == given_


def test_units_that_lose_their_own_pv_keep_within_their_quota() -> None:
    # Base: 10000 MWh of which 1000 own PV not counted: 9000 x 0.1229 = 1106.1 -> 1107. Without PV in the plan
    # year all of it counts: by last year's figures they would overrun their quota.
    owners = [unit(f"U{k}", 0, 500, mwh=10_000, self_pv_base_mwh=1000) for k in range(2)]
    rows = [{"kind": "self_pv", "measure": "total", "effective_from": "2022-01-01"}]
    plan = solve(county(owners, total(0), exclusions=rows))
    units = plan.quotas[plan.quotas["kind"] == "unit"]
    assert (units["headroom_tce"] >= 0).all()
    assert all(a == b for a, b in pairwise(units["activity"]))
    # pool 0: 0.3 x 20000 a + 0 <= 0.3 x 18000 at 等价, rounded to whole tonnes
    assert units["activity"].iloc[0] == pytest.approx(0.9, abs=1e-3)


def test_a_class_needs_the_same_use_profile() -> None:
    """Equal in energy and value but not in carbon: a carbon budget tells them apart."""
    assert Use(F(1), co2_t=F(2)) != Use(F(1), co2_t=F(3))
    clean = unit("A", 1000, 500)
    dirty = unit("B", 1000, 500, process_co2_t=1000)
    plan = solve(county([clean, dirty], {"targets": {"manage_total": False, "co2_budget_t": 5200}}))
    # 2600 + 3600 = 6200, 1000 too many: cutting B saves 3.6 t per tce, A 2.6; B runs at 2600 / 3600
    assert activity(plan) == {"A": 1.0, "B": 0.722222222}
