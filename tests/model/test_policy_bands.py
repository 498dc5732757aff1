"""The banner's benchmark: releases (3.3.2c), grants (3.1.1, 3.3.2b, 3.2.1c), limits (3.2.1c), by hand."""

from fractions import Fraction

import pytest

from dualcontrol.model.ledger import EARMARK, POOL
from dualcontrol.model.policy import Rulings
from tests.model.small_cases import Owner, county, entries, rulings_of, total, unit

F = Fraction


def judged(
    owners: list[Owner],
    disabled: tuple[str, ...] = (),
    policy: dict[str, object] | None = None,
    **tables: object,
) -> Rulings:
    settings = {**total(100), "policy": policy or {}, "disabled_clauses": list(disabled)}
    return rulings_of(county(owners, settings, **tables))


# --- the benchmark --------------------------------------------------------------------------------


def test_the_benchmark_is_the_mean_weighted_by_value_added() -> None:
    # (1000 + 1000) / (500 + 200) = 2000 / 700; the plain mean of 2 and 5 would be 3.5
    assert judged([unit("A", 1000, 500), unit("B", 1000, 200)]).benchmark_tce_per_wan_yuan == F(20, 7)


def test_the_benchmark_leaves_retired_units_out_and_counts_intensity() -> None:
    # A: 1000 - 200 feedstock = 800 over 400; the retired C does not count
    owners = [unit("A", 800, 400, energy=[("coal", "feedstock", 200)]), unit("C", 9000, 10, is_retired=1)]
    rows = [{"kind": "feedstock", "measure": "intensity", "effective_from": "2021-01-01"}]
    assert judged(owners, exclusions=rows).benchmark_tce_per_wan_yuan == 2


def test_a_given_benchmark_is_taken() -> None:
    rulings = judged([unit("A", 1000, 500)], policy={"benchmark_tce_per_wan_yuan": 1.7})
    assert rulings.benchmark_tce_per_wan_yuan == F("1.7")


def test_no_benchmark_without_value_added() -> None:
    rulings = judged([unit("A", 1000, 0), unit("B", 100, -5)])
    assert rulings.benchmark_tce_per_wan_yuan is None
    assert entries(rulings, "release") == {}
    assert rulings.units["A"].limit_max_tce == 0


# --- releases -------------------------------------------------------------------------------------

AT_TWO = {"benchmark_tce_per_wan_yuan": 2}


@pytest.mark.parametrize(
    ("policy", "released"),
    [
        ({}, 30),  # excess 1000 - 2 x 200 = 600, at most 3 % of 1000
        ({"max_release_share": 0.1}, 100),
        ({"max_release_share": 1, "release_phase_share": 0.5}, 300),  # half of the excess
        ({"max_release_share": 1, "release_phase_share": 0.3333}, 199),  # 199.98 rounded down
        ({"max_release_share": 0}, 0),
    ],
)
def test_the_excess_is_released_step_by_step(policy: dict[str, object], released: int) -> None:
    rulings = judged([unit("B", 1000, 200)], policy={**AT_TWO, **policy})
    assert entries(rulings, "release") == ({("unit:B", EARMARK): released} if released else {})
    assert rulings.units["B"].released_tce == rulings.units["B"].cut_tce == released


def test_who_releases_nothing() -> None:
    assert entries(judged([unit("B", 1000, 500)], policy=AT_TWO), "release") == {}  # at the benchmark
    public = [unit("B", 1000, 200, sector="public")]
    assert entries(judged(public, policy=AT_TWO), "release") == {}  # power, heat, livelihood
    retired = [unit("B", 1000, 200, is_retired=1)]
    assert entries(judged(retired, policy=AT_TWO), "release") == {}
    assert entries(judged([unit("B", 1000, 200)], ("3.3.2c",), AT_TWO), "release") == {}


def products(specific: float) -> dict[str, object]:
    """1000 t against a line of 100 kgce/t: the cut of 3.3.1b is `specific` - 100 tce."""
    return {
        "products": [{"unit_id": "B", "product": "p", "output": 1000, "output_unit": "t",
                      "specific_energy": specific, "specific_unit": "kgce/t", "benchmark_key": "K"}],
        "benchmarks": [{"benchmark_key": "K", "level": "advanced", "scope": "national", "value": 100,
                        "unit": "kgce/t", "effective_from": "2020-01-01"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("specific", "cut", "released"),
    [
        (110, 10, 20),  # cut 10, release due 30: only 20 more go to the earmark
        (130, 30, 0),  # equal: nothing is taken twice
        (150, 50, 0),  # the cut is the larger
        (90, 0, 30),  # no cut
    ],
)
def test_the_two_cuts_are_the_larger_of_both_never_the_sum(specific: float, cut: int, released: int) -> None:
    rulings = judged([unit("B", 1000, 200)], policy=AT_TWO, **products(specific))
    assert entries(rulings, "benchmark_cut") == ({("unit:B", POOL): cut} if cut else {})
    assert entries(rulings, "release") == ({("unit:B", EARMARK): released} if released else {})
    ruling = rulings.units["B"]
    assert (ruling.cut_tce, ruling.released_tce) == (max(cut, 30), released)
    assert ruling.quota_tce == 1000 - max(cut, 30)


# --- grants ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "disabled", "most", "clause"),
    [
        # 1000 tce for 800: better than 2. High-consuming: the allowance of 5 % and nothing else.
        (unit("A", 1000, 800, sector="heavy", activity_max=1.2), (), 50, "3.3.2b"),
        # the same in an ordinary sector may in any case grow to its capacity: ceil(1200) - 1000
        (unit("A", 1000, 800, activity_max=1.2), (), 200, "3.2.1c"),
        # ... and where that is less than the allowance, the allowance holds
        (unit("A", 1000, 800, activity_max=1.02), (), 50, "3.3.2b"),
        (unit("A", 1000, 800, sector="heavy", activity_max=1.2), ("3.3.2b",), 0, "3.1.1"),
        # worse than the benchmark
        (unit("A", 1000, 400, sector="heavy", activity_max=1.2), (), 0, "3.1.1"),
        (unit("A", 1000, 400, sector="heavy", activity_max=1.2), ("3.1.1",), 200, "3.2.1c"),
        (unit("A", 1000.5, 400, activity_max=1.2), (), 200, "3.2.1c"),  # ceil(1200.6) - ceil(1000.5)
        (unit("A", 1000, 400, activity_max=0.9), (), 0, "3.2.1c"),
        # exactly at the benchmark is not better than it
        (unit("A", 1000, 500, sector="heavy", activity_max=1.2), (), 0, "3.1.1"),
        # dishonest
        (unit("A", 1000, 800, activity_max=1.2, conduct="warned"), (), 0, "3.2.5"),
        (unit("A", 1000, 800, activity_max=1.2, conduct="serious"), (), 0, "3.2.5"),
        (unit("A", 1000, 800, activity_max=1.2, conduct="noticed"), (), 200, "3.2.1c"),
        (unit("A", 1000, 800, activity_max=1.2, conduct="serious"), ("3.2.5",), 200, "3.2.1c"),
    ],
)
def test_how_much_a_unit_may_be_granted(
    owner: Owner, disabled: tuple[str, ...], most: int, clause: str
) -> None:
    ruling = judged([owner], disabled, AT_TWO).units["A"]
    assert (ruling.grant_max_tce, ruling.grant_clause) == (most, clause)


def test_headroom_is_no_reason_for_a_grant() -> None:
    # ceil(1200) - 1000: what is stated above use comes out of the unit's own quota
    policy = {**AT_TWO, "headroom_share": 0.05}
    assert judged([unit("A", 1000, 400, activity_max=1.2)], policy=policy).units["A"].grant_max_tce == 200


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "disabled", "most"),
    [
        (unit("A", 1010, 400), (), 50),  # 5 % of 1010 = 50.5, rounded down
        (unit("A", 1000, 500), (), 0),  # at the benchmark
        (unit("A", 1000, 800), (), 0),  # better
        (unit("A", 1000, 0), (), 50),  # no value added at all is the worst
        (unit("A", 1000, 400), ("3.2.1c",), 0),
    ],
)
def test_how_much_may_be_taken_from_low_output_units(
    owner: Owner, disabled: tuple[str, ...], most: int
) -> None:
    assert judged([owner], disabled, AT_TWO).units["A"].limit_max_tce == most


def test_a_limit_takes_no_more_than_is_left() -> None:
    # a cut of 1000 leaves nothing to limit
    rulings = judged([unit("B", 1000, 400)], policy=AT_TWO, **products(1100))
    assert (rulings.units["B"].quota_tce, rulings.units["B"].limit_max_tce) == (0, 0)
