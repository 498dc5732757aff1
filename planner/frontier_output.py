"""The folder of a frontier: `frontier.csv`, `frontier.png`, `summary.json`; all of it or nothing."""

import math
from pathlib import Path
from typing import Any

from dualcontrol import swap
from dualcontrol.frontier import COLUMNS, Frontier, Point
from dualcontrol.messages import Language
from dualcontrol.model.scenario import Scenario
from dualcontrol.power_output import FolderError
from dualcontrol.provenance import json_text, mark
from dualcontrol.tables import csv_line

TABLE, PICTURE, SUMMARY = "frontier.csv", "frontier.png", "summary.json"
_MONEY, _PRICE, _LEVEL = 2, 9, 6  # decimals: 万元, 万元 per unit, the level


def headings(found: Frontier) -> list[str]:
    """The columns of `frontier.csv`."""
    return [
        COLUMNS[found.over], "status", "value_wan_yuan", "bound_wan_yuan", "gap", "price_left", "price_right",
        "is_break", "gdp_wan_yuan", "energy_tce_eq", "co2_t", "admitted",
    ]  # fmt: skip


def row(point: Point) -> list[str]:
    """The cells of a point; "" where there is nothing to say."""
    return [
        _number(point.at, _LEVEL), point.status.value, _number(point.value_wan_yuan, _MONEY),
        _number(point.bound_wan_yuan, _MONEY), _number(point.gap, _PRICE), _number(point.price_left, _PRICE),
        _number(point.price_right, _PRICE), str(int(point.is_break)), _number(point.gdp_wan_yuan, _MONEY),
        _number(point.energy_tce_eq, _MONEY), _number(point.co2_t, _MONEY), ";".join(point.admitted),
    ]  # fmt: skip


def _number(value: float | None, decimals: int) -> str:
    if value is None or math.isnan(value):
        return ""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def write_frontier(scenario: Scenario, found: Frontier, folder: Path, lang: Language) -> None:
    """Write the frontier; an earlier one there is replaced. Errors: FolderError for foreign files or another writer."""
    from dualcontrol.figures_frontier import frontier as drawn

    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with swap.locked(target):
            swap.recover(target)
            _refuse_foreign(target)
            new = swap.stage(target)
            try:
                lines = [headings(found), *(row(point) for point in found.points)]
                text = "".join(csv_line(line) for line in lines)
                (new / TABLE).write_bytes(text.encode("utf-8-sig"))  # Excel knows utf-8 by this mark
                (new / PICTURE).write_bytes(drawn(scenario, found, lang).png())
                told = summary(scenario, found)
                (new / SUMMARY).write_text(json_text(told), encoding="utf-8", newline="\n")
                swap.flush(new)
                swap.replace(new, target)
            except BaseException:
                swap.throw_away(new)
                raise
    except swap.BusyError as error:
        raise FolderError("power.busy", folder=str(target)) from error


def summary(scenario: Scenario, found: Frontier) -> dict[str, Any]:
    """What the frontier is of: `summary.json` and `--json`."""
    return {
        "scenario": scenario.name,
        "scenario_hash": scenario.content_hash,
        "title_zh": scenario.settings.title_zh,
        "title_en": scenario.settings.title_en,
        "mark": mark(scenario),
        "over": found.over,
        "is_exact": found.is_exact,
        "why_not_exact": found.why_not,
        "points": len(found.points),
        "breaks": sum(point.is_break for point in found.points),
        "without_plan": sum(point.value_wan_yuan is None for point in found.points),
    }


def _refuse_foreign(target: Path) -> None:
    if target.is_dir():
        foreign = sorted(p.name for p in target.iterdir() if p.name not in (TABLE, PICTURE, SUMMARY))
    else:
        foreign = [target.name] if target.exists() else []
    if foreign:
        raise FolderError("power.foreign", folder=str(target), files=", ".join(foreign))
