"""Pieces of the report page: escaped texts in both languages, tables, and pictures drawn as SVG.

Every text goes through `text` or `both`: whatever stands in a table comes out as text. A language is shown or hidden
by the page's style, so that the page can be read without a program and printed as it stands.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dualcontrol.annex import Words

BLUE, ORANGE, GREEN, GREY = (
    "c-in",
    "c-out",
    "c-kept",
    "c-base",
)  # classes of the style, readable on light and dark


def text(value: object) -> str:
    """A value as harmless text; signs that no document may hold are left out."""
    shown = "".join(sign for sign in str(value) if sign in "\n\t" or ord(sign) >= 32)
    return html.escape(shown, quote=True)


def both(words: Words) -> str:
    """A text in both languages; once where they are the same."""
    if words.zh == words.en:
        return text(words.zh)
    return f'<span lang="zh">{text(words.zh)}</span><span lang="en">{text(words.en)}</span>'


def svg_words(x: float, y: float, words: Words, style: str = "", anchor: str = "start") -> str:
    """A text in a drawing, in both languages."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    if words.zh == words.en:
        return f'<text {place} class="{style}">{text(words.zh)}</text>'
    return "".join(
        f'<text {place} class="{style}" lang="{lang}">{text(words.text(lang))}</text>'
        for lang in ("zh", "en")
    )


def drawing(width: float, height: float, label: Words, body: str) -> str:
    """A drawing that scales with the page, a narrow one down to a phone; its label is read instead of it."""
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{text(label.zh)} / {text(label.en)}">'
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" style="min-width:{620 if width > 620 else 280}px;'
        f'max-width:{width:.0f}px">'
        f"<title>{text(label.zh)} / {text(label.en)}</title>{body}</svg></div>"
    )


def rectangle(x: float, y: float, width: float, height: float, style: str, tip: str = "") -> str:
    """A box; tip: what is told where the mouse rests."""
    title = f"<title>{text(tip)}</title>" if tip else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" class="{style}">'
        f"{title}</rect>"
    )


def line(x0: float, y0: float, x1: float, y1: float, style: str = "axis") -> str:
    """A straight line."""
    return f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" class="{style}"/>'


@dataclass(frozen=True)
class Bar:
    """A step of a waterfall, signed tce. style: its colour; clauses: told beside the name."""

    name: Words
    tce: float
    style: str
    clauses: str = ""
    is_level: bool = False  # stands on zero: a balance, not a change


def waterfall(bars: Sequence[Bar], label: Words, divisor: float = 1e4, places: int = 2) -> str:
    """Bars that begin where the last one ended, one below the other, with their names and amounts."""
    ends, level = [], 0.0
    for bar in bars:
        start = 0.0 if bar.is_level else level
        level = bar.tce if bar.is_level else level + bar.tce
        ends.append((start, level))
    low = min([0.0, *(min(pair) for pair in ends)])
    high = max([0.0, *(max(pair) for pair in ends)])
    changes = [pair for bar, pair in zip(bars, ends, strict=True) if not bar.is_level]
    if changes and low == 0.0:  # what changes is small beside the balance: begin the scale near it
        least = min(min(pair) for pair in changes)
        low = max(0.0, least - 0.6 * (high - least)) if least > 0.5 * high else low
    scale = 380 / ((high - low) or 1.0)
    parts = []
    for k, (bar, (start, end)) in enumerate(zip(bars, ends, strict=True)):
        y = 8 + 26 * k
        left, right = (max(low, min(start, end)) - low) * scale, (max(start, end) - low) * scale
        shown = f"{bar.tce / divisor:,.{places}f}" if bar.is_level else f"{bar.tce / divisor:+,.{places}f}"
        shown = shown.replace("-", "−")
        tip = f"{bar.name.zh} / {bar.name.en}: {shown} {bar.clauses}"
        parts.append(svg_words(250, y + 13, _short(bar.name), "label", "end"))
        parts.append(rectangle(260 + left, y, max(right - left, 1.5), 18, bar.style, tip))
        parts.append(svg_words(266 + right, y + 13, Words(shown, shown), "number"))
    broken = [] if low == 0.0 else [line(258, 2, 258, 14 + 26 * len(bars), "broken")]
    return drawing(760, 16 + 26 * len(bars), label, "".join([*parts, *broken]))


def _short(words: Words, most: int = 20) -> Words:
    return Words(
        words.zh if len(words.zh) <= most else words.zh[: most - 1] + "…", _cut(words.en, 2 * most - 2)
    )


def _cut(told: str, most: int) -> str:
    return told if len(told) <= most else told[: most - 1] + "…"


def table(
    name: str,
    heads: Sequence[tuple[Words, bool]],
    rows: Iterable[Sequence[str]],
    caption: Words,
    *,
    is_sortable: bool = False,
    marks: Sequence[Mapping[str, str]] = (),
    whys: Sequence[str] = (),
) -> str:
    """A table of cells that are already HTML. heads: title, and whether the column is one of numbers.

    marks: attributes of each row for the filters; whys: what a click on a row opens.
    """
    head = "".join(
        f'<th scope="col" class="{"n" if is_number else ""}">'
        + (f'<button type="button" class="sort">{both(title)}</button>' if is_sortable else both(title))
        + "</th>"
        for title, is_number in heads
    )
    body = []
    for k, cells in enumerate(rows):
        own = "".join(f' data-{key}="{text(value)}"' for key, value in (marks[k] if marks else {}).items())
        tds = []
        for j, (cell, (_, is_number)) in enumerate(zip(cells, heads, strict=True)):
            if j == 0:
                inner = cell
                if whys:
                    inner = (
                        f'<button type="button" class="open" aria-expanded="false" aria-controls="{name}-{k}">'
                        f"{cell}</button>"
                    )
                tds.append(f'<th scope="row">{inner}</th>')
            else:
                tds.append(f'<td class="{"n" if is_number else ""}">{cell}</td>')
        body.append(f'<tr class="row"{own}>{"".join(tds)}</tr>')
        if whys:
            body.append(f'<tr class="why" id="{name}-{k}"><td colspan="{len(heads)}">{whys[k]}</td></tr>')
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{text(caption.zh)} / {text(caption.en)}">'
        f'<table id="{name}"><caption>{both(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )
