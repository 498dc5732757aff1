"""A scenario on its way from files to a valid value: what the checks of agreement look at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dualcontrol.model.layers import TOML
from dualcontrol.model.problems import Findings
from dualcontrol.model.settings import Settings
from dualcontrol.model.tables import Record


@dataclass(frozen=True)
class Draft:
    """A scenario as far as it could be read. `incomplete`: tables of which something could not be read."""

    settings: Settings | None
    frames: Mapping[str, pd.DataFrame]
    records: Mapping[str, Sequence[Record]]
    incomplete: frozenset[str]
    findings: Findings

    def rows(self, table: str) -> Iterator[tuple[int, Any]]:
        """The rows of a table, numbered."""
        frame = self.frames[table]
        return enumerate(frame.itertuples(index=False) if len(frame) else ())

    def tell(self, rule: str, table: str, row: int, column: str, **params: object) -> None:
        """Report a cell of a table."""
        place = self.records[table][row].at(column)
        self.findings.add(rule, place.file, place.row, column, place.text, **params)

    def tell_setting(self, rule: str, key: str, value: object, **params: object) -> None:
        """Report a setting that does not fit the tables."""
        self.findings.add(rule, TOML, None, key, value, **params)

    def has(self, *tables: str) -> bool:
        """Whether all these tables could be read to the last row."""
        return not self.incomplete & set(tables)
