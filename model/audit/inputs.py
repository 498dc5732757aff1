"""The auditor's own view of the input tables: rows whose numbers are fractions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from dualcontrol.model.audit.numbers import ZERO, exact
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema import TABLES


@dataclass(frozen=True)
class Row:
    """One row of an input table; cells are read by kind."""

    cells: Mapping[str, object]

    def text(self, name: str) -> str:
        """A text cell; empty text for an empty cell."""
        cell = self.cells.get(name)
        return cell if isinstance(cell, str) else ""

    def maybe(self, name: str) -> Fraction | None:
        """A number, or None for an empty cell."""
        return exact(self.cells.get(name))

    def num(self, name: str) -> Fraction:
        """A number; an empty cell counts 0 (the reader has filled in defaults and refused gaps)."""
        found = self.maybe(name)
        return ZERO if found is None else found

    def flag(self, name: str) -> bool:
        """A yes/no cell."""
        return self.num(name) != 0

    def has_day(self, name: str) -> bool:
        """Whether a date is given."""
        return isinstance(self.cells.get(name), date)

    def day(self, name: str) -> date:
        """A date."""
        cell = self.cells.get(name)
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        return date.fromisoformat(str(cell))


def rows(scenario: Scenario, name: str) -> tuple[Row, ...]:
    """The rows of an input table, as they stand. KeyError for a table the schema does not know."""
    columns = [column.name for column in TABLES[name].columns]
    frame = scenario.table(name)
    present = [column for column in columns if column in frame.columns]
    values = zip(*([_cell(cell) for cell in frame[column].tolist()] for column in present), strict=True)
    return tuple(Row(dict(zip(present, line, strict=True))) for line in values)


def _cell(cell: object) -> object:
    """Numbers become exact once, on reading; a missing one is None."""
    return exact(cell) if isinstance(cell, int | float) else cell


def setting(value: float | None) -> Fraction | None:
    """A number of the settings, exactly as its decimal text reads."""
    return exact(value)
