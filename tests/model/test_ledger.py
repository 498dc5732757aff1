"""Double entry in whole tonnes: what is refused, what balances, what the waterfall says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.model.ledger import EARMARK, POOL, SUPERIOR, Entry, Ledger, transfer

ACCOUNTS = (
    SUPERIOR,
    POOL,
    EARMARK,
    "unit:A",
    "unit:B",
    "project:P",
    "society:homes",
    "reserve",
    "retired",
    "grid",
)
NOTES = ("opening", "benchmark_cut", "release", "allowance")


def entry(source: str, target: str, tce: int, note: str = "opening") -> Entry:
    return Entry(2022, source, target, tce, "3.2.1b", note)


@pytest.mark.parametrize("tce", [0, -1, 1.0, 0.5, True, "7"])
def test_an_entry_is_a_positive_whole_number_of_tonnes(tce: object) -> None:
    with pytest.raises(ValueError, match="positive whole number"):
        entry(SUPERIOR, POOL, tce)  # type: ignore[arg-type]


def test_an_entry_needs_two_accounts() -> None:
    with pytest.raises(ValueError, match="between two accounts"):
        entry(POOL, POOL, 5)


def test_a_signed_transfer() -> None:
    assert transfer(2022, POOL, "unit:A", 0, "3.2.1a", "adjustment") == []
    assert transfer(2022, POOL, "unit:A", 7, "3.2.1a", "adjustment") == [
        Entry(2022, POOL, "unit:A", 7, "3.2.1a", "adjustment")
    ]
    assert transfer(2022, POOL, "unit:A", -7, "3.2.1a", "adjustment") == [
        Entry(2022, "unit:A", POOL, 7, "3.2.1a", "adjustment")
    ]


def test_balances_and_waterfall_by_hand() -> None:
    # A opens with 100, loses 10 and 5 (one kind of note), gains 3: 88. Superior -100, pool 15 - 3 = 12.
    ledger = Ledger().post([
        entry(SUPERIOR, "unit:A", 100), entry("unit:A", POOL, 10, "benchmark_cut"),
        entry("unit:A", POOL, 5, "benchmark_cut"), entry(POOL, "unit:A", 3, "allowance"),
    ])  # fmt: skip
    assert ledger.balances() == {SUPERIOR: -100, "unit:A": 88, POOL: 12}
    assert ledger.movements("unit:A") == {"opening": 100, "benchmark_cut": -15, "allowance": 3}
    assert list(ledger.movements("unit:A")) == ["opening", "benchmark_cut", "allowance"]
    assert ledger.balance("unit:B") == 0
    assert ledger.movements("unit:B") == {}


def test_posting_leaves_the_old_ledger_alone() -> None:
    before = Ledger()
    after = before.post([entry(SUPERIOR, POOL, 1)])
    assert (len(before.entries), len(after.entries)) == (0, 1)


def test_the_table_has_a_row_per_entry_in_order() -> None:
    ledger = Ledger().post([entry(SUPERIOR, "unit:A", 100), entry("unit:A", POOL, 10, "benchmark_cut")])
    table = ledger.table()
    assert list(table.columns) == ["year", "from_account", "to_account", "tce", "clause", "note"]
    assert table.to_numpy().tolist() == [
        [2022, SUPERIOR, "unit:A", 100, "3.2.1b", "opening"],
        [2022, "unit:A", POOL, 10, "3.2.1b", "benchmark_cut"],
    ]
    assert list(Ledger().table().columns) == list(table.columns)


@given(
    st.lists(
        st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(ACCOUNTS), st.integers(-(10**9), 10**9),
                  st.sampled_from(NOTES)).filter(lambda t: t[0] != t[1]),
        max_size=30,
    )
)  # fmt: skip
def test_the_trial_balance_is_zero_and_waterfalls_add_up(moves: list[tuple[str, str, int, str]]) -> None:
    ledger = Ledger()
    for source, target, tce, note in moves:
        ledger = ledger.post(transfer(2022, source, target, tce, "3.2.1b", note))
    assert sum(ledger.balances().values()) == 0
    for account in ACCOUNTS:
        net = sum(t for _, target, t, _ in moves if target == account)
        net -= sum(t for source, _, t, _ in moves if source == account)
        assert ledger.balance(account) == net == sum(ledger.movements(account).values())
