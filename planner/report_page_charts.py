"""The drawings of the report page: flows through the pool, the marginal value curve, changes, the Lorenz curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dualcontrol.annex import Words, said
from dualcontrol.report_page_html import drawing, line, rectangle, svg_words, text

if TYPE_CHECKING:
    import pandas as pd

    from dualcontrol.figures_budget import Cutoff

SMALL = 0.02  # of all that flows: less is told together
LABEL = 15.0  # height of a line of text, drawn units


@dataclass(frozen=True)
class Flow:
    """An amount that enters (is_source) or leaves the pool, tce, positive."""

    name: Words
    tce: int
    is_source: bool
    style: str


@dataclass(frozen=True)
class Lorenz:
    """Cumulative shares of value added and of quota, from the least energy per value added on; gini: 0 is even."""

    value: tuple[float, ...]
    quota: tuple[float, ...]
    gini: float


def lorenz(owners: Sequence[tuple[float, float]]) -> Lorenz:
    """owners: (value added, quota) of each; those without value added come last. Gini: 1 less twice the area below.

    Source: M. O. Lorenz 1905, C. Gini 1912. ValueError where there is no value added or no quota at all.
    """
    kept = sorted(
        ((max(v, 0.0), max(q, 0.0)) for v, q in owners),
        key=lambda one: one[1] / one[0] if one[0] > 0 else float("inf"),
    )
    value, quota = sum(v for v, _ in kept), sum(q for _, q in kept)
    if value <= 0 or quota <= 0:
        raise ValueError("nothing to share")
    xs, ys, area = [0.0], [0.0], 0.0
    for v, q in kept:
        xs.append(xs[-1] + v / value)
        ys.append(ys[-1] + q / quota)
        area += (xs[-1] - xs[-2]) * (ys[-1] + ys[-2]) / 2
    return Lorenz(tuple(xs), tuple(ys), 1 - 2 * area)


def flows_of(ledger: "pd.DataFrame", names: Any, notes: Any) -> list[Flow]:
    """What enters the pool and its earmark and what leaves them, by account; both sides sum to the same.

    names: account -> Words; notes: note -> Words, for what is given from above. Entries between
    pool and earmark move nothing.
    """
    inside = {"pool", "pool:3.3.2c"}
    amounts: dict[tuple[bool, str, str], int] = {}
    for entry in ledger.itertuples(index=False):
        to, away = entry.to_account in inside, entry.from_account in inside
        if to == away:
            continue
        other = entry.from_account if to else entry.to_account
        key = (to, other, entry.note if other == "superior" else "")
        amounts[key] = amounts.get(key, 0) + int(entry.tce)
    found = []
    for (is_source, other, note), tce in amounts.items():
        if tce == 0:
            continue
        name = notes(note) if other == "superior" else names(other)
        style = "c-in" if is_source else "c-kept" if other == "reserve" else "c-out"
        found.append(Flow(name, tce, is_source, style))
    left = sum(flow.tce if flow.is_source else -flow.tce for flow in found)
    if left:  # what the earmark keeps
        found.append(Flow(said("page.left"), left, is_source=False, style="c-kept"))
    return found


def sankey(flows: Sequence[Flow], label: Words) -> str:
    """Sources on the left, the pool, receivers on the right; the width of a band is its amount."""
    total = sum(flow.tce for flow in flows if flow.is_source) or 1
    sides = [_gathered(flows, total, is_source=True), _gathered(flows, total, is_source=False)]
    rows = max(len(side) for side in sides)
    scale = max(220.0, 14.0 * rows) / total  # drawn units per tonne
    height = 30 + max(sum(max(flow.tce * scale, LABEL) for flow in side) + 4 * len(side) for side in sides)
    parts = [rectangle(372, (height - total * scale) / 2, 16, total * scale, "c-pool", label.zh)]
    for side, is_source in zip(sides, (True, False), strict=True):
        # a thin band takes the place of its label, so that no label lies on the next
        used = sum(max(flow.tce * scale, LABEL) for flow in side)
        gap = (height - 30 - used) / max(1, len(side))
        y, at_pool = 15.0, (height - total * scale) / 2
        for flow in side:
            thick = flow.tce * scale
            tall, place = max(thick, 3), max(thick, LABEL)
            y += (place - tall) / 2
            x0, x1 = (220, 372) if is_source else (388, 540)
            y0, y1 = (y, at_pool) if is_source else (at_pool, y)
            middle = (x0 + x1) / 2
            shown = f"{flow.tce / 1e4:,.2f}"
            parts.append(
                f'<path class="band {flow.style}" d="M{x0},{y0:.1f} C{middle},{y0:.1f} {middle},{y1:.1f} {x1},{y1:.1f} '
                f'L{x1},{y1 + thick:.1f} C{middle},{y1 + thick:.1f} {middle},{y0 + thick:.1f} {x0},{y0 + thick:.1f} Z">'
                f"<title>{text(flow.name.zh)} / {text(flow.name.en)}: {shown} 万tce</title></path>"
            )
            named = Words(f"{_clip(flow.name.zh, 14)} {shown}", f"{_clip(flow.name.en, 24)} {shown}")
            parts.append(rectangle(212 if is_source else 540, y, 8, tall, flow.style))
            parts.append(
                svg_words(
                    206 if is_source else 554,
                    y + tall / 2 + 4,
                    named,
                    "label",
                    "end" if is_source else "start",
                )
            )
            y += (place + tall) / 2 + gap
            at_pool += thick
    return drawing(760, height, label, "".join(parts))


def _gathered(flows: Sequence[Flow], total: int, *, is_source: bool) -> list[Flow]:
    """One side, the largest first; small ones together."""
    side = sorted((f for f in flows if f.is_source == is_source), key=lambda f: -f.tce)
    small = [f for f in side if f.tce < SMALL * total]
    if len(small) < 2:
        return side
    rest = Flow(said("page.others", count=len(small)), sum(f.tce for f in small), is_source, "c-base")
    return [*(f for f in side if f not in small), rest]


def value_curve(candidates: "pd.DataFrame", cutoff: "Cutoff", label: Words) -> str:
    """Projects as boxes: as wide as their energy (tce, 等价), as high as their value per tce (yuan), best first."""
    rows = candidates[candidates["per_tce"].notna()]
    total = float(rows["tce_eq"].sum()) or 1.0
    top = max([*rows["per_tce"], cutoff.high, 1e-9])
    power = 0.5  # a root, so that low values are seen beside high ones
    x, parts = 60.0, []
    for share in (0.0, 0.1, 0.25, 0.5, 0.75, 1.0):
        y = 300 - 260 * share**power
        parts.append(line(60, y, 740, y, "grid"))
        parts.append(svg_words(54, y + 4, _same(f"{share * top * 1e4:,.0f}"), "number", "end"))
    styles = {"admitted": "c-in", "refused": "c-out", "gated": "c-base"}
    for row in rows.itertuples(index=False):
        width = 680 * float(row.tce_eq) / total
        height = 260 * (max(0.0, float(row.per_tce)) / top) ** power
        decision = said(f"decision.{row.decision}")
        tip = f"{row.name}: {row.per_tce * 1e4:,.0f} 元/tce, {row.tce_eq / 1e4:,.2f} 万tce, {decision.zh} {decision.en}"
        parts.append(
            rectangle(x, 300 - height, max(width, 1), height, styles[str(row.decision)] + " box", tip)
        )
        if width > 60:
            parts.append(
                svg_words(x + width / 2, 318, _same(_clip(str(row.name), int(width / 11))), "label", "middle")
            )
        x += width
    last = [float(row.per_tce) for row in rows.itertuples(index=False)][-3:]
    boxes = min([300.0, *(300 - 260 * (max(0.0, v) / top) ** power for v in last)])
    for at in sorted({cutoff.low, cutoff.high}):
        y = 300 - 260 * (max(0.0, at) / top) ** power
        parts.append(line(60, y, 740, y, "cutoff"))
        parts.append(
            svg_words(
                738, min(y, boxes) - 5, said("page.cutoff", yuan=f"{at * 1e4:,.0f}"), "label strong", "end"
            )
        )
    parts.append(svg_words(60, 20, said("page.curve_axis"), "label"))
    parts.append(svg_words(740, 338, said("page.curve_width", total=f"{total / 1e4:,.2f}"), "label", "end"))
    return drawing(760, 346, label, "".join(parts))


def changes(rows: Sequence[tuple[str, float, float]], label: Words) -> str:
    """rows: name, before, after (tce), as bars to the left and right of no change, with the change in percent."""
    moved = sorted((r for r in rows if r[1] or r[2]), key=lambda r: r[1] - r[2])
    most = max([abs(after - before) for _, before, after in moved] or [1.0]) or 1.0
    parts = [line(430, 4, 430, 10 + 20 * len(moved))]
    for k, (name, before, after) in enumerate(moved):
        y, change = 6 + 20 * k, after - before
        width = 200 * abs(change) / most
        share = f" ({change / before:+.1%})" if before else ""
        shown = f"{change / 1e4:+,.2f}{share}".replace("-", "−")
        x = 430 - width if change < 0 else 430
        tip = f"{name}: {before / 1e4:,.2f} → {after / 1e4:,.2f} 万tce"
        parts.append(svg_words(196, y + 12, _same(_clip(name, 16)), "label", "end"))
        parts.append(rectangle(x, y, max(width, 1), 14, "c-out" if change < 0 else "c-in", tip))
        parts.append(
            svg_words(
                x - 4 if change < 0 else x + max(width, 1) + 4,
                y + 12,
                _same(shown),
                "number",
                "end" if change < 0 else "start",
            )
        )
    return drawing(760, 16 + 20 * len(moved), label, "".join(parts))


def lorenz_curve(found: Lorenz, label: Words) -> str:
    """The curve below its diagonal, in a square."""
    points = " ".join(
        f"{60 + 300 * x:.1f},{320 - 300 * y:.1f}" for x, y in zip(found.value, found.quota, strict=True)
    )
    parts = [
        rectangle(60, 20, 300, 300, "frame"),
        line(60, 320, 360, 20, "grid"),
        f'<polyline class="curve" points="{points}"/>',
        svg_words(210, 340, said("page.lorenz_x"), "label", "middle"),
        svg_words(66, 36, said("page.lorenz_y"), "label"),
        svg_words(352, 300, said("page.gini", gini=f"{found.gini:.3f}"), "label strong", "end"),
    ]
    return drawing(420, 350, label, "".join(parts))


def _same(told: str) -> Words:
    return Words(told, told)


def _clip(told: str, most: int) -> str:
    return told if len(told) <= most else told[: max(1, most - 1)] + "…"
