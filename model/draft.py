"""A scenario on its way from files to a valid value: what the checks of agreement look at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pandas as pd

from dualcontrol.model.layers import TOML
from dualcontrol.model.problems import Findings
from dualcontrol.model.settings import Settings
from dualcontrol.model.tables import Record, table_of


@dataclass(frozen=True)
class Draft:
    """A scenario as far as it could be read.

    `incomplete`: tables of which something could not be read. `absent`: tables without a file, or without a row in it.
    """

    settings: Settings | None
    frames: Mapping[str, pd.DataFrame]
    records: Mapping[str, Sequence[Record]]
    incomplete: frozenset[str]
    findings: Findings
    absent: frozenset[str] = frozenset()

    def rows(self, table: str) -> Iterator[tuple[int, Any]]:
        """The rows of a table, numbered."""
        frame = self.frames[table]
        if not len(frame):  # most tables of most scenarios
            return enumerate(())
        names = list(frame.columns)
        rows = zip(*(frame[name].tolist() for name in names), strict=True)
        return enumerate(SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows)

    def tell(self, rule: str, table: str, row: int, column: str, **params: object) -> None:
        """Report a cell of a table."""
        place = self.records[table][row].at(column)
        self.findings.add(rule, place.file, place.row, column, place.text, **params)

    def tell_setting(self, rule: str, key: str, value: object, **params: object) -> None:
        """Report a setting that does not fit the tables."""
        self.findings.add(rule, TOML, None, key, value, **params)

    def has(self, table: str, *columns: str) -> bool:
        """Whether a table could be read to the last row, and nothing is wrong with these columns of it.

        Sums over cells of which one is wrong would only repeat that in another form.
        """
        wrong = {p.column for p in self.findings.problems if table_of(p.file) == table}
        return table not in self.incomplete and not wrong & set(columns)
