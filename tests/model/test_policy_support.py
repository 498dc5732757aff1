"""Bonuses (3.3.1c, 3.3.3d) and the penalty for dishonesty (3.2.5): tonnes by hand."""

import pytest

from dualcontrol.model.ledger import POOL
from dualcontrol.model.policy import Rulings
from tests.model.small_cases import Owner, county, entries, rulings_of, total, unit

BOTH = {"is_leader": 1, "is_green_factory": 1}
SHARES = {"leader_bonus_share": 0.015, "green_factory_bonus_share": 0.01, "dishonesty_penalty_share": 0.02,
          "benchmark_tce_per_wan_yuan": 9}  # fmt: skip


def judged(owner: Owner, *disabled: str, **tables: object) -> Rulings:
    return rulings_of(
        county([owner], {**total(100), "policy": SHARES, "disabled_clauses": list(disabled)}, **tables)
    )


def test_bonuses_are_shares_of_the_base_rounded_down() -> None:
    # 1.5 % of 1010 = 15.15 -> 15, 1 % = 10.1 -> 10; both from the pool
    rulings = judged(unit("A", 1010, 500, **BOTH))
    assert entries(rulings, "leader_bonus") == {(POOL, "unit:A"): 15}
    assert entries(rulings, "green_factory_bonus") == {(POOL, "unit:A"): 10}
    assert rulings.units["A"].quota_tce == 1035
    assert rulings.ledger.balance(POOL) == 75


def test_the_base_of_a_bonus_includes_adjustments() -> None:
    rows = [{"adjustment_id": "1", "unit_id": "A", "tce": 1000}]
    assert entries(judged(unit("A", 1000, 500, is_leader=1), adjustments=rows), "leader_bonus") == {
        (POOL, "unit:A"): 30
    }


@pytest.mark.parametrize(
    ("conduct", "disabled", "leader", "green"),
    [
        ("normal", (), 15, 10), ("noticed", (), 15, 10), ("warned", (), 0, 0), ("serious", (), 0, 0),
        ("warned", ("3.2.5",), 15, 10), ("normal", ("3.3.1c",), 0, 10), ("normal", ("3.3.3d",), 15, 0),
    ],
)  # fmt: skip
def test_who_earns_a_bonus(conduct: str, disabled: tuple[str, ...], leader: int, green: int) -> None:
    rulings = judged(unit("A", 1000, 500, conduct=conduct, **BOTH), *disabled)
    assert sum(entries(rulings, "leader_bonus").values()) == leader
    assert sum(entries(rulings, "green_factory_bonus").values()) == green


def test_a_plain_or_retired_unit_earns_none() -> None:
    for owner in (unit("A", 1000, 500), unit("A", 1000, 500, is_retired=1, **BOTH)):
        rulings = judged(owner)
        assert entries(rulings, "leader_bonus") == entries(rulings, "green_factory_bonus") == {}


@pytest.mark.parametrize(
    ("conduct", "disabled", "penalty"),
    [
        ("serious", (), 20),
        ("warned", (), 0),
        ("noticed", (), 0),
        ("normal", (), 0),
        ("serious", ("3.2.5",), 0),
    ],
)
def test_only_serious_dishonesty_costs_quota(conduct: str, disabled: tuple[str, ...], penalty: int) -> None:
    # 2 % of 1049 = 20.98 -> 20
    rulings = judged(unit("A", 1049, 500, conduct=conduct), *disabled)
    assert entries(rulings, "penalty") == ({("unit:A", POOL): penalty} if penalty else {})


def test_a_penalty_takes_no_more_than_the_cut_left() -> None:
    # 10,000 t at 199 kgce against 100: 990 tce cut of 1000; of the penalty of 20 only 10 are left to take
    made = {"unit_id": "A", "product": "p", "output": 10_000, "output_unit": "t", "specific_energy": 199,
            "specific_unit": "kgce/t", "benchmark_key": "K"}  # fmt: skip
    line = {"benchmark_key": "K", "level": "advanced", "scope": "national", "value": 100, "unit": "kgce/t",
            "effective_from": "2020-01-01"}  # fmt: skip
    rulings = judged(unit("A", 1000, 500, conduct="serious"), products=[made], benchmarks=[line])
    assert entries(rulings, "benchmark_cut") == {("unit:A", POOL): 990}
    assert entries(rulings, "penalty") == {("unit:A", POOL): 10}
    assert rulings.units["A"].quota_tce == 0


def test_a_retired_unit_pays_no_penalty() -> None:
    assert entries(judged(unit("A", 1000, 500, conduct="serious", is_retired=1)), "penalty") == {}
