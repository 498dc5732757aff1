"""Figures of what goes into the optimisation: the enterprises' energy, and what the rules take and stop."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Patch

from dualcontrol.messages import Language
from dualcontrol.model.schema import BASES
from dualcontrol.picture import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PAPER,
    RED,
    SKY,
    YELLOW,
    Picture,
    Speech,
    Tonnes,
    drawing,
    new_picture,
    short,
    tonnes,
    wrap,
)  # fmt: skip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dualcontrol.model.accounting import Accounts
    from dualcontrol.model.policy import Rulings

# The surer, the darker; what nobody published is hatched, so that grey prints tell it too.
_BASIS_COLOURS = dict(zip(BASES, (BLUE, GREEN, SKY, YELLOW, "#F2C777"), strict=True))
_BASIS_HATCHES = {"recalled": "\\\\\\", "estimated": "///"}
_LOSSES = (
    ("benchmark_cut", RED), ("release", ORANGE), ("penalty", GREY), ("withheld", SKY), ("retired", INK),
)  # fmt: skip
_MOST_UNITS = 24


def energy_by_sector(accounts: "Accounts", lang: Language | None = None) -> Picture:
    """Base-year energy of the existing units by sector (当量), one box per unit, coloured by the basis of its row."""
    with drawing(lang) as words:
        scenario = accounts.scenario
        units = scenario.table("units")
        energy = {i: float(use.gross_tce) for i, use in accounts.units.items()}
        sectors = scenario.table("sectors").set_index("sector_id")["name"]
        rows = [
            (s, sorted((u for u in units.itertuples() if u.sector_id == s), key=lambda u: -energy[u.unit_id]))
            for s in sectors.index
        ]
        rows = sorted(
            (row for row in rows if row[1]), key=lambda row: -sum(energy[u.unit_id] for u in row[1])
        )
        totals = [sum(energy[u.unit_id] for u in members) for _, members in rows]
        total = sum(totals)
        measure = tonnes(words, max(totals, default=0.0))
        if total <= 0:
            title = words.say("picture.energy.none")
        else:
            by_basis = {b: sum(energy[u.unit_id] for u in units.itertuples() if u.basis == b) for b in BASES}
            main = max(by_basis, key=lambda b: by_basis[b])
            title = words.say(
                "picture.energy.title", sector=words.name(sectors[rows[0][0]], rows[0][0]), share=totals[0] / total,
                basis=words.words("basis", main), basis_share=by_basis[main] / total,
            )  # fmt: skip
        subtitle = words.say(
            "picture.energy.subtitle", region=region(scenario, words), year=scenario.settings.base_year,
            total=measure.text(total), unit=measure.unit,
        )  # fmt: skip
        picture = new_picture(scenario, words, title, subtitle, (10.5, 1.9 + 0.42 * max(3, len(rows))))
        axes = picture.subplots()
        widest = max((measure(t) for t in totals), default=1.0) or 1.0
        for place, ((_, members), amount) in enumerate(zip(rows, totals, strict=True)):
            _boxes(axes, place, members, energy, measure, words, widest)
            text = words.say(
                "picture.energy.share", amount=measure.text(amount), share=amount / total if total else 0.0,
                count=len(members),
            )  # fmt: skip
            axes.text(measure(amount) + widest * 0.012, place, text, va="center", size=8.5, color=INK)
        axes.set_yticks(range(len(rows)), [short(words.name(sectors[s], s), 30) for s, _ in rows])
        axes.set_xlabel(words.say("picture.energy.axis", unit=measure.unit))
        axes.set_xlim(0, widest * 1.24)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.grid(visible=True, axis="x")
        axes.tick_params(axis="y", length=0)
        present = [b for b in BASES if (units["basis"] == b).any()]
        handles = [Patch(facecolor=_BASIS_COLOURS[b], hatch=_BASIS_HATCHES.get(b, "")) for b in present]
        names = [words.say("picture.energy.basis", basis=words.words("basis", b)) for b in present]
        if present:
            axes.legend(handles, names, loc="lower right")
        return picture


def _boxes(
    axes: "Axes", place: int, members: Sequence[Any], energy: dict[str, float], measure: Tonnes, words: Speech,
    widest: float,
) -> None:  # fmt: skip
    """One row of boxes, the largest first, named where the name has room."""
    left = 0.0
    for unit in members:
        size = measure(energy[unit.unit_id])
        axes.barh(
            place, size, left=left, height=0.68, color=_BASIS_COLOURS.get(unit.basis, GREY),
            hatch=_BASIS_HATCHES.get(unit.basis, ""), edgecolor=PAPER, linewidth=1.0,
        )  # fmt: skip
        room = int(size / widest * 92)  # half-width characters that fit into the box
        name = words.name(unit.name, unit.unit_id)
        if room >= 8:
            text = axes.text(
                left + size / 2, place, short(name, room - 2), ha="center", va="center", size=7.5, color=INK
            )
            text.set_bbox({"facecolor": PAPER, "alpha": 0.75, "edgecolor": "none", "pad": 1.0})
        left += size


def rules(rulings: "Rulings", lang: Language | None = None) -> Picture:
    """What the rules take from quotas (当量, whole tce), and whom they stop under which clause and for what reason."""
    with drawing(lang) as words:
        scenario = rulings.accounts.scenario
        names = dict(zip(scenario.table("units")["unit_id"], scenario.table("units")["name"], strict=True))
        taken = {i: _taken(rulings, i) for i in names}
        losers = sorted(
            (i for i in names if sum(taken[i].values()) > 0), key=lambda i: (-sum(taken[i].values()), i)
        )
        total = sum(sum(taken[i].values()) for i in losers)
        measure = tonnes(words, max((sum(taken[i].values()) for i in losers), default=0))
        stopped = len({gate.target_id for gate in rulings.gates})
        key = {(True, True): "both", (True, False): "cuts", (False, True): "gates", (False, False): "none"}
        title = words.say(
            f"picture.rules.title_{key[bool(losers), bool(stopped)]}",
            units=len(losers), tce=measure.text(total), unit=measure.unit, gates=stopped,
        )  # fmt: skip
        shown = losers[:_MOST_UNITS]
        lines = _gate_lines(rulings, words)
        height = 1.9 + max(0.3 * max(4, len(shown)), 0.19 * len(lines))
        picture = new_picture(scenario, words, title, words.say("picture.rules.subtitle"), (11.0, height))
        left, right = picture.subplots(1, 2, width_ratios=[1.25, 1.0])
        left.set_title(words.say("picture.rules.cuts", unit=measure.unit))
        _cuts(left, rulings, shown, taken, {i: words.name(names[i], i) for i in shown}, measure, words)
        if len(losers) > len(shown):
            left.set_xlabel(words.say("picture.more", count=len(losers) - len(shown)))
        right.set_title(words.say("picture.rules.gates"))
        right.set_axis_off()
        inches = height - 2.3  # roughly what the axes get
        for place, (text, is_head) in enumerate(lines or [(words.say("picture.rules.no_gates"), False)]):
            right.text(
                0.0, 1 - (place + 0.7) * 0.19 / inches, text, transform=right.transAxes, va="center",
                size=8.5, weight="bold" if is_head else "normal", color=INK,
            )  # fmt: skip
        return picture


def _taken(rulings: "Rulings", unit_id: str) -> dict[str, int]:
    moved = rulings.ledger.movements(f"unit:{unit_id}")
    return {note: max(0, -moved.get(note, 0)) for note, _ in _LOSSES}


def _cuts(
    axes: "Axes", rulings: "Rulings", shown: Sequence[str], taken: dict[str, dict[str, int]],
    names: dict[str, str], measure: Tonnes, words: Speech,
) -> None:  # fmt: skip
    if not shown:
        axes.set_axis_off()
        axes.text(0.0, 0.9, words.say("picture.rules.no_cuts"), transform=axes.transAxes)
        return
    used = [(note, colour) for note, colour in _LOSSES if any(taken[i][note] for i in shown)]
    widest = max(measure(sum(taken[i].values())) for i in shown)
    for place, i in enumerate(shown):
        left = 0.0
        for note, colour in used:
            axes.barh(place, measure(taken[i][note]), left=left, height=0.68, color=colour)
            left += measure(taken[i][note])
        opening = rulings.ledger.movements(f"unit:{i}").get("opening", 0)
        lost = sum(taken[i].values())
        share = f" ({lost / opening:.1%})" if opening else ""
        axes.text(left + widest * 0.015, place, f"−{measure.text(lost)}{share}", va="center", size=8.5)
    axes.set_yticks(range(len(shown)), [short(names[i], 26) for i in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(0, widest * 1.32)
    axes.grid(visible=True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.legend(
        [Patch(facecolor=colour) for _, colour in used],
        [words.say(f"picture.rules.{note}") for note, _ in used], loc="lower right",
    )  # fmt: skip


def _gate_lines(rulings: "Rulings", words: Speech) -> list[tuple[str, bool]]:
    """Lines of text (and whether it is a heading): gates grouped by clause and reason."""
    scenario = rulings.accounts.scenario
    names = {
        **dict(zip(scenario.table("units")["unit_id"], scenario.table("units")["name"], strict=True)),
        **dict(
            zip(scenario.table("projects")["project_id"], scenario.table("projects")["name"], strict=True)
        ),
    }
    groups: dict[tuple[str, str], list[str]] = {}
    for gate in sorted(rulings.gates, key=lambda g: (g.clause, g.reason, g.target_id)):
        groups.setdefault((gate.clause, gate.reason), []).append(
            words.name(names[gate.target_id], gate.target_id)
        )
    lines: list[tuple[str, bool]] = []
    for (clause, reason), members in groups.items():
        lines += [(line, True) for line in wrap(f"{clause}  {words.words('reason', reason)}", 58)]
        for name in members:
            lines.append((f"   · {short(name, 54)}", False))
        lines.append(("", False))
    return lines


def region(scenario: Any, words: Speech) -> str:
    """What the county is called; the scenario's name where it has none."""
    settings = scenario.settings
    named = settings.region_zh if words.lang == "zh" else settings.region_en
    return words.name(named, scenario.name)
