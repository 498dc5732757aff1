"""The folders of a two-way table (`frontier.csv`, long) and of the efficient plans (`pareto.csv`, `payoff.csv`)."""

from pathlib import Path
from typing import Any

from dualcontrol.frontier import COLUMNS as LEVELS
from dualcontrol.frontier_grid import Cell, Grid
from dualcontrol.frontier_output import OWN, PICTURE, SUMMARY, TABLE
from dualcontrol.messages import Language
from dualcontrol.model.scenario import Scenario
from dualcontrol.out_folder import csv_bytes, number, put
from dualcontrol.pareto import AIMS, COLUMNS, Pareto, Trade
from dualcontrol.provenance import json_text, mark

PLANS, PAYOFF, SCATTER = "pareto.csv", "payoff.csv", "pareto.png"
_MONEY, _SHARE, _LEVEL = 2, 9, 6  # decimals: 万元 (and tce, t, jobs), a relative gap, a level


def _named(scenario: Scenario) -> dict[str, Any]:
    return {
        "scenario": scenario.name,
        "scenario_hash": scenario.content_hash,
        "title_zh": scenario.settings.title_zh,
        "title_en": scenario.settings.title_en,
        "mark": mark(scenario),
    }


def grid_summary(scenario: Scenario, found: Grid) -> dict[str, Any]:
    """What the table is of: `summary.json` and `--json`."""
    without = sum(cell.point.value_wan_yuan is None for cell in found.cells)
    told = {"over": found.over, "by": found.by, "cells": len(found.cells), "without_plan": without}
    return _named(scenario) | told


def grid_lines(found: Grid) -> list[list[str]]:
    """`frontier.csv` of a two-way table: headings, then a row per cell."""
    headings = [
        LEVELS[found.over], LEVELS[found.by], "status", "value_wan_yuan", "bound_wan_yuan", "gap", "gdp_wan_yuan",
        "energy_tce_eq", "co2_t", "admitted",
    ]  # fmt: skip
    return [headings, *(_cell_line(cell) for cell in found.cells)]


def _cell_line(cell: Cell) -> list[str]:
    point = cell.point
    return [
        number(point.at, _LEVEL), number(cell.by, _LEVEL), point.status.value,
        number(point.value_wan_yuan, _MONEY), number(point.bound_wan_yuan, _MONEY), number(point.gap, _SHARE),
        number(point.gdp_wan_yuan, _MONEY), number(point.energy_tce_eq, _MONEY), number(point.co2_t, _MONEY),
        ";".join(point.admitted),
    ]  # fmt: skip


def write_grid(scenario: Scenario, found: Grid, folder: Path, lang: Language) -> None:
    """Write the folder; an earlier one there is replaced. Errors: FolderError, OSError."""
    from dualcontrol.figures_choices import two_way

    files = {
        TABLE: csv_bytes(grid_lines(found)),
        PICTURE: two_way(scenario, found, lang).png(),
        SUMMARY: json_text(grid_summary(scenario, found)).encode(),
    }
    put(folder, files, OWN)


def pareto_summary(scenario: Scenario, found: Pareto) -> dict[str, Any]:
    """What the plans are of: `summary.json` and `--json`."""
    return _named(scenario) | {
        "aims": list(found.aims),
        "plans": len(found.trades),
        "payoff": {aim: dict(row) for aim, row in found.payoff.items()},
        "without_jobs": list(found.without_jobs),
        "solves": found.solves,
        "unsolved": found.unsolved,
    }


def pareto_lines(found: Pareto) -> list[list[str]]:
    """`pareto.csv`: headings, then a row per efficient plan."""
    headings = ["plan", *(COLUMNS[aim] for aim in AIMS), "gdp_wan_yuan", "status", "best_of", "admitted"]
    return [headings, *(_trade_line(k, one) for k, one in enumerate(found.trades, start=1))]


def _trade_line(place: int, one: Trade) -> list[str]:
    figures = (number(one.figures[aim], _MONEY) for aim in AIMS)
    gdp = number(one.gdp_wan_yuan, _MONEY)
    return [str(place), *figures, gdp, one.status.value, one.best_of, ";".join(one.admitted)]


def payoff_lines(found: Pareto) -> list[list[str]]:
    """`payoff.csv`: a row per aim with all values where it is best, then the others in order."""
    rows = [[aim, *(number(found.payoff[aim][other], _MONEY) for other in found.aims)] for aim in found.aims]
    return [["best_of", *(COLUMNS[aim] for aim in found.aims)], *rows]


def write_pareto(scenario: Scenario, found: Pareto, folder: Path, lang: Language) -> None:
    """Write the folder; an earlier one there is replaced. Errors: FolderError, OSError."""
    from dualcontrol.figures_choices import efficient_plans

    files = {
        PLANS: csv_bytes(pareto_lines(found)),
        PAYOFF: csv_bytes(payoff_lines(found)),
        SCATTER: efficient_plans(scenario, found, lang).png(),
        SUMMARY: json_text(pareto_summary(scenario, found)).encode(),
    }
    put(folder, files, OWN)
