"""Annex tables on paper: columns that fit the page, numbers as the style says, names not endless."""

from dualcontrol.annex import Annex, AnnexColumn, Row, Words
from dualcontrol.docx_paper import Paper
from dualcontrol.docx_styles import clean
from dualcontrol.messages import Language, say
from dualcontrol.picture import short
from dualcontrol.words import is_missing

_LONGEST = 160  # half-width characters of a name or remark in a cell of a table; reasons have no limit
_NO_LIMIT = frozenset({"reason"})
_FORMATS = {"int": "{:,.0f}", "move": "{:+,.0f}", "dec2": "{:,.2f}", "dec4": "{:,.4f}", "share": "{:.2%}"}


def cell_text(value: object, column: AnnexColumn, lang: Language) -> str:
    """A cell as text: numbers as the column's style says, with a true minus; nothing for what is missing."""
    if isinstance(value, Words):
        value = value.text(lang)
    if is_missing(value):
        return ""
    if isinstance(value, str):
        text = " ".join(clean(value).split("\n"))
        return text if column.name in _NO_LIMIT else short(text, _LONGEST)
    number = float(value)  # type: ignore[arg-type]
    if number == 0 and column.style == "move":
        return "–"
    text = _FORMATS.get(column.style, "{:g}").format(number)
    if float(text.strip("%").replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def put_annex(paper: Paper, annex: Annex, lang: Language, *, size_pt: float = 8.0) -> None:
    """The heading, the note and the table of an annex; says so where it has no rows."""
    paper.caption(annex.title(lang))
    paper.note(annex.note(lang))
    if not annex.rows:
        paper.note(say("annex.empty", lang))
        return
    rows = [
        [cell_text(v, c, lang) for v, c in zip(row.values, annex.columns, strict=True)] for row in annex.rows
    ]
    bold = [k for k, row in enumerate(annex.rows) if row.kind in ("sum", "head")]
    if annex.has_total:
        bold.append(len(rows))
        rows.append(_total(annex, lang))
    paper.table(
        [column.heading(lang) for column in annex.columns],
        rows,
        [column.width for column in annex.columns],
        numbers=[column.style != "text" for column in annex.columns],
        bold=bold,
        size_pt=size_pt,
    )


def _total(annex: Annex, lang: Language) -> list[str]:
    totals = annex.totals()
    cells = [cell_text(totals.get(c.name), c, lang) if has_figures(annex, c) else "" for c in annex.columns]
    cells[1] = say("annex.sum", lang)
    return cells


def has_figures(annex: Annex, column: AnnexColumn) -> bool:
    """Whether any row has a figure in a summed column: a sum over nothing is not shown as nought."""
    place = annex.columns.index(column)
    return column.is_summed and any(_is_item_with(row, place) for row in annex.rows)


def _is_item_with(row: Row, place: int) -> bool:
    return row.kind == "item" and not is_missing(row.values[place])
