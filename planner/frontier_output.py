"""The folder of a frontier: `frontier.csv`, `frontier.png`, `summary.json`; all of it or nothing."""

from pathlib import Path
from typing import Any

from dualcontrol.frontier import COLUMNS, Frontier, Point
from dualcontrol.messages import Language
from dualcontrol.model.scenario import Scenario
from dualcontrol.out_folder import csv_bytes, number, put
from dualcontrol.provenance import json_text, mark

TABLE, PICTURE, SUMMARY = "frontier.csv", "frontier.png", "summary.json"
OWN = (TABLE, PICTURE, SUMMARY, "pareto.csv", "payoff.csv", "pareto.png")  # of every kind of frontier
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
        number(point.at, _LEVEL), point.status.value, number(point.value_wan_yuan, _MONEY),
        number(point.bound_wan_yuan, _MONEY), number(point.gap, _PRICE), number(point.price_left, _PRICE),
        number(point.price_right, _PRICE), str(int(point.is_break)), number(point.gdp_wan_yuan, _MONEY),
        number(point.energy_tce_eq, _MONEY), number(point.co2_t, _MONEY), ";".join(point.admitted),
    ]  # fmt: skip


def write_frontier(scenario: Scenario, found: Frontier, folder: Path, lang: Language) -> None:
    """Write the frontier; an earlier one there is replaced. Errors: FolderError for foreign files or another writer."""
    from dualcontrol.figures_frontier import frontier as drawn

    files = {
        TABLE: csv_bytes([headings(found), *(row(point) for point in found.points)]),
        PICTURE: drawn(scenario, found, lang).png(),
        SUMMARY: json_text(summary(scenario, found)).encode(),
    }
    put(folder, files, OWN)


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
