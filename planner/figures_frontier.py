"""The figure of a frontier: value above, its price below, along one target."""

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from dualcontrol.messages import Language
from dualcontrol.picture import BLUE, FAINT, ORANGE, RED, Picture, Speech, drawing, new_picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dualcontrol.frontier import Frontier, Point
    from dualcontrol.model.scenario import Scenario

_WAN = 1e4  # 万元 to 亿元, tonnes to 万 tonnes


def frontier(scenario: "Scenario", found: "Frontier", lang: Language | None = None) -> Picture:
    """The best value along the parameter (亿元), and the price of its unit; levels without a plan are marked."""
    with drawing(lang) as words:
        solved = [point for point in found.points if point.value_wan_yuan is not None]
        subtitle = words.say(
            "picture.frontier.exact" if found.is_exact else "picture.frontier.points",
            count=len(found.points),
            breaks=sum(point.is_break for point in found.points),
        )
        picture = new_picture(scenario, words, _title(found, solved, words), subtitle, (9.5, 6.4))
        value, price = picture.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        _values(value, found, solved, words)
        _prices(price, found, solved, words)
        price.set_xlabel(_parameter(found, words))
    return picture


def _title(found: "Frontier", solved: list["Point"], words: Speech) -> str:
    name = _parameter(found, words)
    if not solved:
        return words.say("picture.frontier.none", parameter=name)
    first, last = solved[0], solved[-1]
    gained = (float(last.value_wan_yuan or 0) - float(first.value_wan_yuan or 0)) / _WAN
    low, high = (f"{_scale(found, point.at):,.4g}" for point in (first, last))
    return words.say(
        "picture.frontier.title",
        parameter=name,
        low=low,
        high=high,
        gained=f"{gained:+,.3f}".replace("-", "−"),
    )


def _parameter(found: "Frontier", words: Speech) -> str:
    return words.words("frontier_over", found.over)


def _scale(found: "Frontier", level: float) -> float:
    """The level in the unit of its axis: 万tce, %, 万t."""
    return level * 100 if found.over == "intensity" else level / _WAN


def _values(axes: "Axes", found: "Frontier", solved: list["Point"], words: Speech) -> None:
    x = [_scale(found, point.at) for point in solved]
    y = [float(point.value_wan_yuan or 0) / _WAN for point in solved]
    if found.is_exact:
        axes.plot(x, y, color=BLUE, linewidth=1.6)
        marked = [k for k, point in enumerate(solved) if point.is_break]
        axes.plot([x[k] for k in marked], [y[k] for k in marked], "o", color=BLUE, markersize=5)
    else:
        axes.plot(x, y, "o", color=BLUE, markersize=5)
        gaps = [(a, b, p) for a, b, p in zip(x, y, solved, strict=True) if (p.gap or 0) > 1e-9]
        for a, b, point in gaps:
            axes.plot([a, a], [b, float(point.bound_wan_yuan or 0) / _WAN], color=ORANGE, linewidth=1.2)
    missing = [_scale(found, point.at) for point in found.points if point.value_wan_yuan is None]
    if missing:
        low = min(y, default=0.0)
        label = words.say("picture.frontier.without")
        axes.plot(missing, [low] * len(missing), "x", color=RED, label=label)
        axes.legend(loc="best")
    axes.set_ylabel(words.say("picture.frontier.value"))
    axes.grid(axis="y")
    axes.ticklabel_format(useOffset=False)


def _prices(axes: "Axes", found: "Frontier", solved: list["Point"], words: Speech) -> None:
    """Price of a unit: between breaks of an exact frontier a step, else the price on the right at each point."""
    per = 0.01 if found.over == "intensity" else 1.0  # a percentage point
    if found.is_exact:
        for one, other in pairwise(solved):
            ends = [_scale(found, one.at), _scale(found, other.at)]
            axes.plot(ends, [one.price_right * per] * 2, color=BLUE, linewidth=1.6)
    else:
        told = [point for point in solved if not math.isnan(point.price_right)]
        axes.plot(
            [_scale(found, p.at) for p in told], [p.price_right * per for p in told], "o", color=BLUE, ms=4
        )
        if not told:
            axes.set_yticks([])
            axes.text(
                0.5, 0.5, words.say("picture.frontier.no_price"), transform=axes.transAxes, ha="center",
                va="center", color=FAINT,
            )  # fmt: skip
    axes.set_ylabel(words.words("frontier_price", found.over))
    axes.grid(axis="y")
