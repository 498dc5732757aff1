"""What an annex table of the budget plan is: columns, rows with their part in the sums, totals; no office format here.

The tables follow the annexes 1–8 that budget plans of energy use have in practice (an outline of our own where no
binding form is known). Amounts are unrounded; the writer of a document rounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dualcontrol.messages import LANGUAGES, Language, known, say
from dualcontrol.reasons import reason
from dualcontrol.words import is_missing

if TYPE_CHECKING:
    from dualcontrol.model.accounting import Accounts
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.policy import Rulings
    from dualcontrol.model.scenario import Scenario

WAN = 1e4
Style = Literal["text", "int", "move", "dec2", "dec4", "share"]
Kind = Literal["item", "sum", "head", "memo"]


class Words(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str

    def text(self, lang: Language) -> str:
        """The text in one language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class AnnexColumn:
    """A column; its heading is message `annex.<name>`.

    width: in characters. formula: of cells of the same row by the names of their columns, for what is computed live.
    """

    name: str
    style: Style = "text"
    width: float = 12
    is_summed: bool = False
    formula: str = ""

    def heading(self, lang: Language) -> str:
        """The heading in one language."""
        return say(f"annex.{self.name}", lang)


@dataclass(frozen=True)
class Row:
    """One row. kind: an item; a sum of the items since the last heading; a heading; a memo that no sum includes."""

    values: tuple[object, ...]
    kind: Kind = "item"


@dataclass(frozen=True)
class Annex:
    """One annex table. id: as in `2-1`; title and note are messages `annex.title_<id>`, `annex.note_<id>`.

    has_total: a last row adds up the items in all summed columns.
    """

    id: str
    columns: tuple[AnnexColumn, ...]
    rows: tuple[Row, ...]
    has_total: bool = False
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The id as messages have it."""
        return self.id.replace("-", "_")

    def title(self, lang: Language) -> str:
        """`附表1 年度用能预算总表`, `Annex 1 …`."""
        return f"{say('annex.annex', lang, id=self.id)} {say(f'annex.title_{self.key}', lang)}"

    def note(self, lang: Language) -> str:
        """How the table counts: 口径, units, price base."""
        return say(f"annex.note_{self.key}", lang, **self.params)

    def totals(self) -> dict[str, float]:
        """The sums of the items by the names of the summed columns, unrounded."""
        places = {c.name: k for k, c in enumerate(self.columns) if c.is_summed}
        items = [row for row in self.rows if row.kind == "item"]
        return {name: sum(number(row.values[k]) for row in items) for name, k in places.items()}


@dataclass(frozen=True)
class Material:
    """What the annexes are made of."""

    scenario: "Scenario"
    plan: "Plan"
    accounts: "Accounts"
    rulings: "Rulings"

    def sector(self, sector_id: object) -> str:
        """The name of a sector."""
        table = self.scenario.table("sectors")
        return str(dict(zip(table["sector_id"], table["name"], strict=True)).get(sector_id, sector_id or ""))

    def kind(self, kind: str) -> list[Any]:
        """Rows of `quotas` of a kind: `unit`, `society`, `grid`."""
        return [row for row in self.plan.quotas.itertuples(index=False) if row.kind == kind]


def number(value: object) -> float:
    """A number for a sum: 0 for a missing one or a text."""
    return 0.0 if is_missing(value) or not isinstance(value, int | float) else float(value)


def plain_number(value: float) -> str:
    """A number in a text: at most two decimals, never an exponent."""
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def given(value: object) -> Any:
    """The value, None where it is missing."""
    return None if is_missing(value) else value


def worded(family: str, value: object) -> Words:
    """The words for an id; the id itself where there is no message."""
    if is_missing(value):
        return Words("", "")
    ids = [f"{family}.{part.strip()}" for part in str(value).split(";")]
    if not all(known(key) for key in ids):
        return Words(str(value), str(value))
    return Words(
        *(("；" if lang == "zh" else "; ").join(say(key, lang) for key in ids) for lang in LANGUAGES)
    )


def said(message: str, /, **params: object) -> Words:
    """A message in both languages."""
    return Words(say(message, "zh", **params), say(message, "en", **params))


def reasons(row: Any) -> Words:
    """Why a row of a result table is what it is; from a plan in memory or one read from its folder."""
    told = [getattr(row, f"reason_{lang}", None) for lang in LANGUAGES]
    texts = [
        reason(row, lang) if is_missing(text) else str(text)
        for text, lang in zip(told, LANGUAGES, strict=True)
    ]
    return Words(*texts)


def clauses_of(ledger: Sequence[Any], account: str) -> str:
    """The clauses of an account's ledger entries, in order."""
    mine = (e.clause for e in ledger if account in (e.from_account, e.to_account))
    return "; ".join(dict.fromkeys(str(clause) for clause in mine if clause))
