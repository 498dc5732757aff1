"""Figures of the budget: where the pool comes from and goes to, and which candidates are worth their energy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.patches import Patch

from dualcontrol.figures_inputs import region
from dualcontrol.messages import Language, known
from dualcontrol.model.accounting import PowerBalance
from dualcontrol.model.ledger import EARMARK, POOL, RESERVE
from dualcontrol.picture import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    RED,
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

    from dualcontrol.model.plan import Plan
    from dualcontrol.model.policy import Rulings

# In this order through the pool: given from above, freed by rules, freed by the plan; then spent.
_STEPS = (
    "increment", "carried_in", "carried_out", "unmanaged", "overshoot", "waiver", "base_method", "adjustment",
    "retired", "benchmark_cut", "release", "penalty", "limit", "saving", "leader_bonus", "green_factory_bonus",
    "allowance", "project", "society", "grid",
)  # fmt: skip
_SIDES = ["price_right", "price_left"]
_FLOWS = (("in", BLUE, ""), ("out", ORANGE, "//"), ("kept", GREEN, ".."))
_DECISIONS = (("admitted", BLUE, ""), ("refused", ORANGE, "//"), ("gated", GREY, "xx"))


@dataclass(frozen=True)
class Step:
    """A step through the pool: the note of its entries, the sum in tce (spent: negative), the clauses."""

    note: str
    tce: int
    clauses: tuple[str, ...]


def pool_steps(ledger: pd.DataFrame) -> list[Step]:
    """All that entered or left the pool and its earmark, by note; the reserve last, with what the earmark keeps.

    ledger: the plan's entries. The steps sum to zero: what is not spent is reserve.
    """
    inside = ledger["from_account"].isin((POOL, EARMARK)), ledger["to_account"].isin((POOL, EARMARK))
    moved = ledger.assign(
        signed=ledger["tce"].astype(int) * (inside[1].astype(int) - inside[0].astype(int)),
        step=ledger["note"].where(ledger["note"] != "project_earmark", "project"),
    )
    moved = moved[moved["signed"] != 0]
    to_reserve = moved["to_account"] == RESERVE
    found = dict(tuple(moved[~to_reserve].groupby("step")))
    order = [note for note in _STEPS if note in found] + sorted(set(found) - set(_STEPS))
    steps = [
        Step(note, int(found[note]["signed"].sum()), tuple(sorted(set(found[note]["clause"].astype(str)))))
        for note in order
    ]
    left = sum(step.tce for step in steps)
    return [*steps, Step("reserve", -left, ("3.2.1b",))] if left else steps


def pool(rulings: "Rulings", plan: "Plan", lang: Language | None = None) -> Picture:
    """Waterfall of the pool: where it comes from and where it goes, whole tonnes of the ledger."""
    scenario = rulings.accounts.scenario
    with drawing(lang) as words:
        steps = pool_steps(plan.ledger)
        total = sum(step.tce for step in steps if step.tce > 0)
        measure = tonnes(words, total)
        subtitle = words.say(
            "picture.pool.subtitle", region=region(scenario, words), year=scenario.settings.plan_year
        )
        picture = new_picture(scenario, words, _pool_title(steps, words, measure), subtitle, (11.0, 5.4))
        _waterfall(picture.subplots(), steps, measure, words, inches=9.9)
    return picture


def _pool_title(steps: Sequence[Step], words: Speech, measure: Tonnes) -> str:
    sources = [step for step in steps if step.tce > 0]
    total = sum(step.tce for step in sources)
    if not total:
        return words.say("picture.pool.title_empty")
    spent = {step.note: -step.tce for step in steps if step.tce < 0}
    top = max(sources, key=lambda step: step.tce)
    return words.say(
        "picture.pool.title", total=measure.text(total), unit=measure.unit, source=_step_name(top.note, words),
        source_share=top.tce / total, project_share=spent.get("project", 0) / total,
        reserve_share=spent.get("reserve", 0) / total,
    )  # fmt: skip


def _step_name(note: str, words: Speech) -> str:
    named = f"picture.pool.{note}"
    return words.say(named) if known(named) else words.words("note", note)


def _waterfall(axes: "Axes", steps: Sequence[Step], measure: Tonnes, words: Speech, inches: float) -> None:
    """inches: about how wide the axes will be, for the length of the labels."""
    level, highest = 0, 0
    for place, step in enumerate(steps):
        _, colour, hatch = _FLOWS[_flow(step)]
        axes.bar(place, measure(abs(step.tce)), bottom=measure(min(level, level + step.tce)), width=0.66,
                 color=colour, hatch=hatch)  # fmt: skip
        highest = max(highest, level, level + step.tce)
        axes.annotate(
            measure.text(step.tce, "+"), (place, measure(max(level, level + step.tce))), (0, 3),
            textcoords="offset points", ha="center", size=8.5, color=INK,
        )  # fmt: skip
        level += step.tce
        if place + 1 < len(steps):
            axes.plot((place - 0.33, place + 1.33), (measure(level),) * 2, color=FAINT, linewidth=0.8)
    width = max(8, int(inches / max(1, len(steps)) / 0.06))
    labels = [
        "\n".join([*wrap(_step_name(s.note, words), width), *wrap(" ".join(s.clauses), width)]) for s in steps
    ]
    axes.set_xticks(range(len(steps)), labels, size=8)
    axes.set_ylabel(measure.unit)
    axes.set_ylim(0, measure(highest) * 1.1 or 1.0)
    axes.set_xlim(-0.6, max(1, len(steps)) - 0.4)
    axes.grid(visible=True, axis="y")
    axes.tick_params(axis="x", length=0)
    used = [flow for number, flow in enumerate(_FLOWS) if any(_flow(step) == number for step in steps)]
    axes.legend(
        [Patch(facecolor=colour, hatch=hatch, edgecolor="white") for _, colour, hatch in used],
        [words.say(f"picture.pool.{name}") for name, _, _ in used],
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3,
    )  # fmt: skip


def _flow(step: Step) -> int:
    return 2 if step.note == "reserve" else 0 if step.tce > 0 else 1


@dataclass(frozen=True)
class Cutoff:
    """What a tonne must bring in to be worth its energy, 万元 per tce (等价), when the limits relax or tighten."""

    low: float
    high: float


def cutoff(rulings: "Rulings", plan: "Plan") -> Cutoff:
    """The value added per tce that pays for the energy: prices of total and intensity of the county's rows.

    A tonne costs the pool's price plus the intensity's; a 万元 of value added earns room under the intensity cap,
    so the least value added per tce is (pool + intensity) / (1 + intensity x cap). Exact without yearly costs.
    """
    targets = rulings.accounts.scenario.settings.targets
    base = rulings.accounts.base
    cap = float(base.intensity) * (1 - (targets.intensity_reduction or 0.0)) if base.gdp_wan_yuan > 0 else 0.0

    def price(name: str, side: str) -> float:
        row = plan.constraints.loc[plan.constraints["name"] == name, [f"price_{side}", *_SIDES]]
        known = (
            row.iloc[0].dropna() if len(row) else pd.Series(dtype=float)
        )  # a side that cannot move has none
        return float(known.iloc[0]) if len(known) else 0.0

    def at(side: str) -> float:
        intensity = price("county_intensity", side)
        return (price("pool_balance", side) + intensity) / (1 + intensity * cap)

    low, high = sorted((at("right"), at("left")))
    return Cutoff(low, high)


def candidates(rulings: "Rulings", plan: "Plan") -> pd.DataFrame:
    """Candidate projects, best first: project_id, name, decision, tce_eq (full year, 等价), net_wan_yuan, per_tce.

    per_tce: net value added (value added less yearly cost) per tce. Who uses nothing at 等价, or sells so much power
    that it is negative, has none and comes last.
    """
    accounts = rulings.accounts
    costs = accounts.scenario.table("projects").set_index("project_id")["annual_cost_wan_yuan"]
    rows = []
    for row in plan.projects.itertuples():
        use = accounts.projects_full_year[row.project_id]
        energy = accounts.counting.counted(use, "total") + accounts.counting.grid(
            use, PowerBalance(), "total"
        )
        net = float(use.value_added_wan_yuan) - float(costs[row.project_id])
        ratio = net / float(energy) if energy > 0 else np.nan
        rows.append((row.project_id, row.name, row.decision, float(energy), net, ratio))
    table = pd.DataFrame(
        rows, columns=["project_id", "name", "decision", "tce_eq", "net_wan_yuan", "per_tce"]
    )
    return table.sort_values(["per_tce", "project_id"], ascending=[False, True], ignore_index=True)


def merit_order(rulings: "Rulings", plan: "Plan", lang: Language | None = None) -> Picture:
    """Candidates by net value added per tce against cumulative energy of a full year (等价), with the cut-off."""
    scenario = rulings.accounts.scenario
    with drawing(lang) as words:
        table = candidates(rulings, plan)
        measure = tonnes(words, float(table["tce_eq"].clip(lower=0).sum()))
        counts = {decision: int((table["decision"] == decision).sum()) for decision, _, _ in _DECISIONS}
        title = words.say("picture.merit.title_none")
        if len(table):
            admitted = float(table.loc[table["decision"] == "admitted", "tce_eq"].sum())
            title = words.say("picture.merit.title", tce=measure.text(admitted), unit=measure.unit, **counts)
        height = max(5.2, 1.9 + 0.215 * len(table))
        picture = new_picture(scenario, words, title, words.say("picture.merit.subtitle"), (11.5, height))
        curve, key = picture.subplots(1, 2, width_ratios=[2.1, 1.0])
        _curve(curve, table, cutoff(rulings, plan), measure, words)
        _key(key, table, measure, words)
    return picture


def _curve(axes: "Axes", table: pd.DataFrame, line: Cutoff, measure: Tonnes, words: Speech) -> None:
    on_curve = table[table["per_tce"].notna()]
    if on_curve.empty:
        axes.set_axis_off()
        axes.text(0.02, 0.9, words.say("picture.merit.no_energy"), transform=axes.transAxes)
        return
    values = [v for v in (*on_curve["per_tce"], line.low, line.high) if v > 0] or [1.0]
    is_log = max(values) / min(values) > 30
    floor = min(values) * 0.5 if is_log else min(0.0, float(on_curve["per_tce"].min()))
    highest = max(values) * (2.5 if is_log else 1.15)
    base = floor if is_log else 0.0
    left, whole = 0.0, measure(on_curve["tce_eq"].sum())
    written: list[tuple[float, float]] = []  # where numbers stand, as fractions of the axes
    for number, row in enumerate(on_curve.itertuples(), start=1):
        width, value = measure(row.tce_eq), max(float(row.per_tce), floor)
        _, colour, hatch = next(d for d in _DECISIONS if d[0] == row.decision)
        axes.bar(left, value - base, width=width, bottom=base, align="edge", color=colour, hatch=hatch,
                 edgecolor="white", linewidth=0.6)  # fmt: skip
        middle, top = (left + width / 2) / whole, max(value, base)
        place = np.log(top / floor) / np.log(highest / floor) if is_log else (top - floor) / (highest - floor)
        lift = _free_lift((middle, place), written)
        written.append((middle, place + lift * 0.032))
        axes.annotate(str(number), (left + width / 2, top), (0, 2 + 9 * lift), size=7.5, ha="center",
                      textcoords="offset points", color=INK)  # fmt: skip
        left += width
    if is_log:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda v, _: f"{v:g}")
        axes.yaxis.set_minor_formatter(lambda v, _: f"{v:g}" if f"{v:e}"[0] in "25" else "")
        axes.tick_params(axis="y", which="minor", labelsize=7.5, length=2)
    axes.set_ylim(floor, highest)
    axes.set_xlim(0, left or 1.0)
    _cutoff_line(axes, line, words)
    axes.set_xlabel(words.say("picture.merit.x", unit=measure.unit))
    axes.set_ylabel(words.say("picture.merit.y"))
    axes.grid(visible=True, axis="y")
    counts = [(d, colour, hatch, int((table["decision"] == d).sum())) for d, colour, hatch in _DECISIONS]
    axes.legend(
        [Patch(facecolor=colour, hatch=hatch, edgecolor="white") for _, colour, hatch, n in counts if n],
        [words.say("picture.merit.legend", decision=words.words("decision", d), count=n)
         for d, _, _, n in counts if n],
        loc="upper right",
    )  # fmt: skip


def _free_lift(at: tuple[float, float], written: Sequence[tuple[float, float]]) -> int:
    """How many lines a number must be lifted so that it stands on no other one."""
    lift = 0
    while any(abs(at[0] - x) < 0.024 and abs(at[1] + lift * 0.032 - y) < 0.03 for x, y in written):
        lift += 1
    return lift


def _cutoff_line(axes: "Axes", line: Cutoff, words: Speech) -> None:
    if line.high <= 0:
        text = words.say("picture.merit.no_cutoff")
        axes.text(0.99, 0.62, text, transform=axes.transAxes, ha="right", color=RED, size=8.5)
        return
    low, high = _figure(line.low), _figure(line.high)
    if low == high:
        text = words.say("picture.merit.cutoff", price=high)
    else:
        text = words.say("picture.merit.cutoff_band", low=low, high=high)
        axes.axhspan(line.low, line.high, color=RED, alpha=0.12, linewidth=0)
    axes.axhline(line.high, color=RED, linewidth=1.4, linestyle=(0, (6, 3)))
    axes.annotate(
        text, (0.99, line.high), (0, 4), xycoords=("axes fraction", "data"), textcoords="offset points",
        ha="right", size=8.5, color=RED, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1},
    )  # fmt: skip


def _figure(value: float) -> str:
    """Three significant digits, no exponent."""
    return np.format_float_positional(value, precision=3, fractional=False, trim="-")


def _key(axes: "Axes", table: pd.DataFrame, measure: Tonnes, words: Speech) -> None:
    """The list of numbers, names and energies beside the curve."""
    axes.set_axis_off()
    heading = words.say("picture.merit.key", unit=measure.unit)
    axes.set_title(heading, size=8.5, weight="normal", color=FAINT)
    axes.set_xlim(0, 1)
    axes.set_ylim(max(18, len(table) + 1) + 0.3, -0.3)
    for number, row in enumerate(table.itertuples(), start=1):
        _, colour, hatch = next(d for d in _DECISIONS if d[0] == row.decision)
        y = number - 0.5
        axes.barh(y, 0.035, left=0.0, height=0.62, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
        axes.text(0.1, y, "*" if pd.isna(row.per_tce) else str(number), ha="right", va="center", size=8)
        axes.text(0.125, y, short(words.name(row.name, row.project_id), 30), va="center", size=8)
        axes.text(1.0, y, measure.text(row.tce_eq), ha="right", va="center", size=8)
    if (table["tce_eq"] < 0).any():
        note = "\n".join(wrap(words.say("picture.merit.exports"), 44))
        axes.text(0.0, len(table) + 0.2, note, va="top", size=7.5, color=FAINT)


def overview(rulings: "Rulings", plan: "Plan", lang: Language | None = None) -> Picture:
    """The pool and the merit order side by side: the plan at a glance."""
    scenario = rulings.accounts.scenario
    with drawing(lang) as words:
        steps, table = pool_steps(plan.ledger), candidates(rulings, plan)
        total = sum(step.tce for step in steps if step.tce > 0)
        measure = tonnes(words, total)
        counts = {decision: int((table["decision"] == decision).sum()) for decision, _, _ in _DECISIONS}
        title = words.say("picture.overview.title", total=measure.text(total), unit=measure.unit, **counts)
        subtitle = words.say(
            "picture.overview.subtitle", region=region(scenario, words), year=scenario.settings.plan_year
        )
        picture = new_picture(scenario, words, title, subtitle, (15.0, 5.8))
        left, curve, key = picture.subplots(1, 3, width_ratios=[1.45, 1.2, 0.75])
        _waterfall(left, steps, measure, words, inches=5.9)
        of_projects = tonnes(words, float(table["tce_eq"].clip(lower=0).sum()))
        _curve(curve, table, cutoff(rulings, plan), of_projects, words)
        _key(key, table, of_projects, words)
    return picture
