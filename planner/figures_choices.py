"""Figures of choices: the value over two targets as a labelled heat table, and the efficient plans."""

from typing import TYPE_CHECKING

import numpy as np

from dualcontrol.messages import Language
from dualcontrol.picture import BLUE, FAINT, INK, ORANGE, PAPER, Picture, Speech, drawing, new_picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dualcontrol.frontier_grid import Grid
    from dualcontrol.model.scenario import Scenario
    from dualcontrol.pareto import Aim, Pareto

_WAN = 1e4  # 万元 to 亿元, tonnes to 万 tonnes
_MOST_TOLD = 12  # levels of a parameter: with more the cells are too small for their numbers
_UNITS = {"value": _WAN, "energy": _WAN, "carbon": _WAN, "jobs": 1.0}


def two_way(scenario: "Scenario", found: "Grid", lang: Language | None = None) -> Picture:
    """The best value (亿元) at levels of two targets, a number in each cell; cells without a plan are crossed."""
    with drawing(lang) as words:
        levels = found.levels
        rows, columns = len(levels[0]), len(levels[1])
        size = (max(7.0, 2.2 + 0.95 * columns), max(4.2, 2.2 + 0.5 * rows))
        name, other = (words.words("frontier_over", one) for one in (found.over, found.by))
        title = words.say("picture.twoway.title", over=name, by=other)
        missing = sum(cell.point.value_wan_yuan is None for cell in found.cells)
        subtitle = words.say("picture.twoway.subtitle", count=rows * columns, missing=missing)
        picture = new_picture(scenario, words, title, subtitle, size)
        axes = picture.subplots()
        _heat(axes, found, levels, words)
        axes.set_ylabel(name)
        axes.set_xlabel(other)
    return picture


def _heat(axes: "Axes", found: "Grid", levels: tuple[list[float], list[float]], words: Speech) -> None:
    rows, columns = ({level: k for k, level in enumerate(side)} for side in levels)
    table = np.full((len(rows), len(columns)), np.nan)
    for cell in found.cells:
        if cell.point.value_wan_yuan is not None:
            table[rows[cell.point.at], columns[cell.by]] = cell.point.value_wan_yuan / _WAN
    image = axes.imshow(np.ma.masked_invalid(table), cmap="viridis", aspect="auto", origin="lower")
    solved = table[np.isfinite(table)]
    if len(solved):
        axes.figure.colorbar(image, ax=axes, label=words.say("picture.frontier.value"))
    low, high = (solved.min(), solved.max()) if len(solved) else (0.0, 0.0)
    digits = 2 if high - low < 100 else 1
    is_told = max(table.shape) <= _MOST_TOLD
    for (y, x), value in np.ndenumerate(table):
        if np.isnan(value):
            axes.text(x, y, "×", ha="center", va="center", color=FAINT)
        elif is_told:
            colour = PAPER if value < low + 0.6 * (high - low) else INK
            axes.text(x, y, f"{value:,.{digits}f}", ha="center", va="center", color=colour, size=8)
    for side, over, place in zip(levels, (found.over, found.by), (axes.yaxis, axes.xaxis), strict=True):
        texts = [f"{level * 100 if over == 'intensity' else level / _WAN:,.4g}" for level in side]
        place.set_ticks(range(len(side)), texts)
    axes.grid(visible=False)


def efficient_plans(scenario: "Scenario", found: "Pareto", lang: Language | None = None) -> Picture:
    """A panel per aim but the first: what the efficient plans have of it and of the first; ends are orange."""
    with drawing(lang) as words:
        others = found.aims[1:]
        subtitle = words.say("picture.pareto.subtitle", solves=found.solves)
        if "jobs" in found.aims and found.without_jobs:
            subtitle += " " + words.say("picture.pareto.without", count=len(found.without_jobs))
        title = words.say("picture.pareto.title", count=len(found.trades))
        picture = new_picture(scenario, words, title, subtitle, (max(6.0, 3.7 * len(others) + 0.8), 4.6))
        panels = picture.subplots(1, len(others), sharey=True, squeeze=False)[0]
        for axes, aim in zip(panels, others, strict=True):
            _panel(axes, found, aim)
            axes.set_xlabel(words.words("pareto_axis", aim))
        panels[0].set_ylabel(words.words("pareto_axis", found.aims[0]))
    return picture


def _panel(axes: "Axes", found: "Pareto", aim: "Aim") -> None:
    first = found.aims[0]
    for is_end, colour in ((False, BLUE), (True, ORANGE)):
        shown = [one.figures for one in found.trades if bool(one.best_of) == is_end]
        x = [float(one[aim] or 0.0) / _UNITS[aim] for one in shown]
        y = [float(one[first] or 0.0) / _UNITS[first] for one in shown]
        axes.plot(x, y, "o", color=colour, markersize=5)
    axes.grid(visible=True, axis="both")
    axes.ticklabel_format(useOffset=False)
    axes.locator_params(axis="x", nbins=5)
