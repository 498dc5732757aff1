"""The one-line diagram of a plan's network: buses by voltage, loading of branches, nodal prices, what is built."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.lines import Line2D

from dualcontrol.figures_layout import Wire, places
from dualcontrol.figures_network import Operation, legend_below, operation
from dualcontrol.messages import Language
from dualcontrol.model.power.flows import flows_of
from dualcontrol.picture import (
    BLUE,
    FAINT,
    GREY,
    INK,
    ORANGE,
    PAPER,
    RED,
    SKY,
    Picture,
    Speech,
    drawing,
    new_picture,
    short,
    width_of,
    wrap,
)  # fmt: skip

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

Floats = npt.NDArray[np.float64]
# Peak loading up to (share of the limit) -> colour and width; the figure stands beside the line as well.
LOADING = ((0.495, SKY, 1.6), (0.795, BLUE, 2.2), (0.995, ORANGE, 2.8), (np.inf, RED, 3.4))  # as rounded
_NO_PRICE = 0.5  # yuan per MWh: not worth telling
_SAME_PRICE = 0.05  # yuan per MWh: not told apart in the figure
_NAME_WIDTH = 25  # half-width characters per line
_TEXT_WIDTH = 32  # of what is told below a name
_BAR = 0.36  # half the length of a busbar, in slots
_HALO = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.9}


def one_line(scenario: "Scenario", plan: "Plan", lang: Language | None = None) -> Picture:
    """Buses by voltage, branches by their peak loading (flows recomputed), prices; dashed: not built this year."""
    with drawing(lang) as words:
        run = operation(scenario, plan)
        loading = peak_loading(run)
        prices = mean_prices(plan)
        branches = scenario.table("power/branches").set_index("branch_id")
        buses = scenario.table("power/buses").set_index("bus_id")
        built = sorted(b for b, value in run.built.items() if value > 0.5)
        known = {b: v for b, v in loading.items() if not np.isnan(v)}
        worst = max(known, key=lambda b: (known[b], b), default=None)
        full = sum(v >= LOADING[-2][0] for v in known.values())
        name = "" if worst is None else words.name(branches.loc[worst, "name"], worst)
        title = words.say(
            f"picture.one_line.title_{'full' if full else 'room' if known else 'none'}", full=full, name=name,
            peak=known.get(worst or "", 0.0), built=len(built), builds=len(run.built),
        )  # fmt: skip
        subtitle = words.say(
            "picture.one_line.subtitle", region=words.name(_region(scenario, words), scenario.name),
            year=scenario.settings.plan_year,
        )  # fmt: skip
        told = [prices[bus] for bus in _live(run, loading, buses.index) if bus in prices]
        if told and max(told) - min(told) < _SAME_PRICE:
            none = run.gwh("export") > 0 and max(map(abs, told)) < _NO_PRICE
            subtitle += words.say(f"picture.one_line.{'no_price' if none else 'one_price'}")
        wires = [Wire(r.from_bus, r.to_bus, not r.build_id) for r in branches.itertuples()]
        place = places(dict(zip(buses.index, buses["voltage_kv"].astype(float), strict=True)), wires)
        rows = 1 + max((y for _, y in place.values()), default=0)
        picture = new_picture(scenario, words, title, subtitle, (13.5, 2.1 + 1.32 * rows))
        axes = picture.subplots()
        axes.set_axis_off()
        reach = max((x for x, _ in place.values()), default=0.0)
        axes.set_xlim(-0.75, reach + 0.6)
        axes.set_ylim(rows - 0.35, -0.35)
        _branches(axes, branches, place, loading)
        _buses(axes, run, buses, place, prices, loading, words)
        _legend(picture, words)
    return picture


def _region(scenario: "Scenario", words: Speech) -> str:
    return scenario.settings.region_zh if words.lang == "zh" else scenario.settings.region_en


def peak_loading(run: Operation) -> dict[str, float]:
    """Largest share of its limit that each branch carries; NaN for a branch not in service this year."""
    flows = flows_of(run.power, run.dispatch, run.built)
    limit = {b.id: b.capacity_mw for b in run.power.network.branches}
    return {
        b: float(np.nanmax(np.abs(flow))) / limit[b] if not np.isnan(flow).all() else np.nan
        for b, flow in flows.items()
    }


def mean_prices(plan: "Plan") -> dict[str, float]:
    """Nodal price of each bus in yuan per MWh, mean of the year's hours."""
    table = plan.power["prices"]
    value = (table["yuan_per_mwh"] * table["weight"]).groupby(table["bus"], observed=True).sum()
    weight = table["weight"].groupby(table["bus"], observed=True).sum()
    return {str(bus): float(v) for bus, v in (value / weight).items()}


def _branches(
    axes: "Axes", branches: pd.DataFrame, place: dict[str, tuple[float, int]], loading: dict[str, float]
) -> None:
    ports = _ports(branches, place)
    for row in branches.itertuples():
        start, end = ports[row.Index, row.from_bus], ports[row.Index, row.to_bus]
        load = loading[row.Index]
        if np.isnan(load):
            axes.plot(
                *zip(start, end, strict=True), color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1
            )
            continue
        colour, width = next((c, w) for most, c, w in LOADING if load < most)
        axes.plot(*zip(start, end, strict=True), color=colour, linewidth=width, zorder=2)
        # beside the foreign rows of labels: nearer to the lower end where the line is long
        share = 0.5 if abs(end[1] - start[1]) < 1.5 else 0.5 / abs(end[1] - start[1])
        first, last = (start, end) if start[1] >= end[1] else (end, start)
        x, y = (a + share * (b - a) for a, b in zip(first, last, strict=True))
        axes.text(x, y, f"{load:.0%}", size=8, ha="center", va="center", color=INK, bbox=_HALO, zorder=3)


def _ports(
    branches: pd.DataFrame, place: dict[str, tuple[float, int]]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Where each branch touches the busbars of its ends: spread over a bar, in the order of the far ends."""
    ports = {}
    for bus, (x, y) in place.items():
        sides: dict[int, list[tuple[float, str]]] = {-1: [], 0: [], 1: []}
        for row in branches.itertuples():
            if bus in (row.from_bus, row.to_bus):
                far_x, far_y = place[row.to_bus if bus == row.from_bus else row.from_bus]
                # far away is more upright: it belongs to the middle of the bar
                sides[int(np.sign(far_y - y))].append(((far_x - x) / max(1, abs(far_y - y)), row.Index))
        for side, found in sides.items():
            found.sort()
            for k, (lean, branch) in enumerate(found):
                if side == 0:
                    ports[branch, bus] = (x + _BAR * float(np.sign(lean)), float(y))
                else:
                    spread = (k + 1) / (len(found) + 1) * 2 - 1
                    ports[branch, bus] = (x + _BAR * spread, float(y))
    return ports


def _live(run: Operation, loading: dict[str, float], every: Iterable[str]) -> set[str]:
    """The buses that something in service leads to: a price elsewhere is of no use to anybody."""
    lines = [b for b in run.power.network.branches if not np.isnan(loading[b.id])]
    return {bus for b in lines for bus in (b.bus0, b.bus1)} or set(every)


def _buses(
    axes: "Axes",
    run: Operation,
    buses: pd.DataFrame,
    place: dict[str, tuple[float, int]],
    prices: dict[str, float],
    loading: dict[str, float],
    words: Speech,
) -> None:
    live = _live(run, loading, place)
    at = _equipment(run, words)
    levels: dict[Any, Any] = {}
    for row in buses.itertuples():
        x, y = place[row.Index]
        exists = row.Index in live
        levels.setdefault(float(row.voltage_kv), y)
        levels[float(row.voltage_kv)] = min(levels[float(row.voltage_kv)], y)
        colour = INK if exists else GREY
        axes.plot((x - _BAR, x + _BAR), (y, y), color=colour, linewidth=4, solid_capstyle="butt", zorder=4)
        price = words.say("picture.one_line.price", price=prices.get(row.Index, 0.0) + 0.0)
        name = _name_lines(words.name(buses.loc[row.Index, "name"], row.Index))
        rest = [price, *at.get(row.Index, [])] if exists else [words.say("picture.one_line.not_built")]
        for k, line in enumerate([*name, *rest]):
            axes.annotate(
                line, (x, y), (0, -5 - 11.5 * k), textcoords="offset points", ha="center", va="top",
                size=8.6 if k < len(name) else 8, weight="bold" if k < len(name) and exists else "normal",
                color=(INK if k < len(name) else BLUE if k == len(name) else FAINT) if exists else FAINT,
                bbox=_HALO, zorder=5,
            )  # fmt: skip
    for kv, y in levels.items():
        axes.text(-0.72, y, f"{kv:g} kV", size=11, weight="bold", color=FAINT, va="center")
        if y > 0:
            axes.axhline(y - 0.42, color="#E4E4E4", linewidth=0.8, zorder=0)


def _name_lines(name: str) -> list[str]:
    """A name in at most two lines: a remark in brackets goes to the second if there is no room."""
    head, bracket, rest = name.partition("（")
    if width_of(name) > _NAME_WIDTH >= width_of(head) and bracket:
        return [head, short(bracket + rest, _NAME_WIDTH)]
    return wrap(short(name, 2 * _NAME_WIDTH), _NAME_WIDTH)


def _equipment(run: Operation, words: Speech) -> dict[str, list[str]]:
    """Lines of text for each bus: plants that serve this year (MW), exchange, largest load."""
    mw: dict[str, dict[str, float]] = {}
    for plant in run.power.plants.values():
        if not plant.build_id or run.built[plant.build_id] > 0.5:
            kind = "pv" if plant.kind == "rooftop_pv" else plant.kind
            mw.setdefault(plant.bus_id, {})
            mw[plant.bus_id][kind] = mw[plant.bus_id].get(kind, 0.0) + float(plant.capacity_mw)
    generators = {g.id: g for g in run.power.network.generators}
    for g in sorted(run.power.exchanged):
        out = np.abs(run.dispatch.injection[g]).max() / 1000
        kind = "export" if generators[g].sign < 0 else "import"
        if out >= 1:
            mw.setdefault(generators[g].bus, {})[kind] = float(out)
    loads: dict[str, Any] = {}
    for load in run.power.network.loads:
        drawn = np.abs(run.dispatch.injection[f"load:{load.id}"]) / 1000
        loads[load.bus] = loads.get(load.bus, 0.0) + drawn
    for bus, drawn in loads.items():
        if drawn.max() >= 0.5:
            mw.setdefault(bus, {})["load"] = float(drawn.max())
    told: dict[str, list[str]] = {}
    for bus, kinds in mw.items():
        parts = [words.say(f"picture.one_line.{kind}", mw=value) for kind, value in kinds.items()]
        told[bus] = joined(parts)
    return told


def joined(parts: list[str]) -> list[str]:
    """The parts in lines that stay clear of the neighbours'."""
    lines = parts[:1]
    for part in parts[1:]:
        if width_of(both := f"{lines[-1]} · {part}") <= _TEXT_WIDTH:
            lines[-1] = both
        else:
            lines.append(part)
    return lines


def _legend(picture: Picture, words: Speech) -> None:
    handles: list[Any] = [Line2D([], [], color=c, linewidth=w) for _, c, w in LOADING]
    handles.append(Line2D([], [], color=GREY, linewidth=1.2, linestyle=(0, (4, 3))))
    labels = [words.say(f"picture.one_line.legend_{k}") for k in range(len(handles))]
    legend_below(picture, handles, labels)
