"""Columns and tables as values, and short constructors for each kind of column."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["id", "ref", "text", "number", "integer", "flag", "choice", "date"]


@dataclass(frozen=True)
class Column:
    """One column: its kind, unit, domain and what it means.

    `refers_to` names the tables whose key the value must occur in (one of them is enough). A column that is not
    `required` may be left empty and then takes `default` (None = missing).
    """

    name: str
    kind: Kind
    zh: str
    en: str
    unit: str = ""
    required: bool = True
    default: object = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One CSV file `<name>.csv`: its columns (provenance columns are added) and its primary key."""

    name: str
    zh: str
    en: str
    own_columns: tuple[Column, ...]
    key: tuple[str, ...]
    columns: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", self.own_columns + PROVENANCE)

    def column(self, name: str) -> Column:
        """The column called `name`. KeyError if the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")


def id_column(zh: str, en: str, name: str) -> Column:
    """A primary key: text."""
    return Column(name, "id", zh, en)


def ref(name: str, zh: str, en: str, *tables: str, required: bool = True) -> Column:
    """A key of another table (one of them is enough)."""
    return Column(name, "ref", zh, en, required=required, refers_to=tables)


def text(name: str, zh: str, en: str, required: bool = True, default: str | None = None) -> Column:
    """Free text."""
    return Column(name, "text", zh, en, required=required, default=default)


def number(
    name: str,
    zh: str,
    en: str,
    unit: str,
    *,
    lo: float | None = 0.0,
    hi: float | None = None,
    required: bool = True,
    default: float | None = None,
) -> Column:
    """A number with its unit and bounds; shares are fractions."""
    return Column(name, "number", zh, en, unit, required, default, lo, hi)


def flag(name: str, zh: str, en: str, default: bool = False) -> Column:
    """Yes or no."""
    return Column(name, "flag", zh, en, required=False, default=default)


def choice(name: str, zh: str, en: str, *choices: str, default: str | None = None) -> Column:
    """One of a few words; required unless it has a default."""
    return Column(name, "choice", zh, en, required=default is None, default=default, choices=choices)


BASES = ("measured", "published", "standard", "recalled", "estimated")
PROVENANCE = (
    text("source", "来源", "where the row comes from"),
    choice("basis", "依据类别", "how sure the row is", *BASES),
    text("derivation", "推算过程", "how the figures were derived", required=False, default=""),
)
