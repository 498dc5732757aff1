"""The double-entry quota ledger (3.2.1b): every tonne of quota moves by an entry; whole tonnes only.

Accounts: `superior` (上级), `pool` (旗统筹) and its earmark `pool:3.3.2c`, `unit:<id>`, `project:<id>`,
`society:<id>`, `reserve`, `retired`, `market` (A2, of trade after the plan), `grid` (the county at 等价 less its
owners at 当量, with losses).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from dualcontrol.model.traced import plain

SUPERIOR, POOL, EARMARK, RESERVE, RETIRED, GRID, MARKET = (
    "superior",
    "pool",
    "pool:3.3.2c",
    "reserve",
    "retired",
    "grid",
    "market",
)


@dataclass(frozen=True)
class Entry:
    """`tce` (> 0, whole) move from one account to another, under a clause; `note` is a message id."""

    year: int
    from_account: str
    to_account: str
    tce: int
    clause: str
    note: str

    def __post_init__(self) -> None:
        if type(plain(self.tce)) is not int or self.tce <= 0:
            raise ValueError(f"an entry moves a positive whole number of tonnes, not {self.tce!r}")
        if self.from_account == self.to_account:
            raise ValueError(f"an entry moves quota between two accounts, not within {self.from_account}")


def transfer(year: int, from_account: str, to_account: str, tce: int, clause: str, note: str) -> list[Entry]:
    """The entry for a signed amount: nothing for 0, the reverse direction for a negative one."""
    if tce == 0:
        return []
    if tce < 0:
        from_account, to_account, tce = to_account, from_account, -tce
    return [Entry(year, from_account, to_account, tce, clause, note)]


@dataclass(frozen=True)
class Ledger:
    """An immutable list of entries in the order they were posted."""

    entries: tuple[Entry, ...] = ()

    def post(self, entries: Iterable[Entry]) -> "Ledger":
        """A new ledger with `entries` added at the end."""
        return Ledger(self.entries + tuple(entries))

    def balances(self) -> dict[str, int]:
        """Balance of every account in tce; they sum to zero (trial balance)."""
        balance: defaultdict[str, int] = defaultdict(int)
        for entry in self.entries:
            balance[entry.from_account] -= entry.tce
            balance[entry.to_account] += entry.tce
        return dict(balance)

    def balance(self, account: str) -> int:
        """Balance of one account in tce."""
        return self.balances().get(account, 0)

    def movements(self, account: str) -> dict[str, int]:
        """What moved the balance of an account: note id -> signed tce, in the order of posting (the waterfall)."""
        moved: dict[str, int] = {}
        for entry in self.entries:
            if account in (entry.from_account, entry.to_account):
                sign = 1 if entry.to_account == account else -1
                moved[entry.note] = moved.get(entry.note, 0) + sign * entry.tce
        return moved

    def table(self) -> pd.DataFrame:
        """One row per entry: year, from_account, to_account, tce, clause, note."""
        columns = ["year", "from_account", "to_account", "tce", "clause", "note"]
        return pd.DataFrame([[getattr(e, c) for c in columns] for e in self.entries], columns=columns)
