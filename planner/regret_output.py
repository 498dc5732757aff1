"""The folder of a regret: `choices.csv` (what to decide now), `outlooks.csv` (a row per scenario), `summary.json`."""

from pathlib import Path
from typing import Any

from dualcontrol.out_folder import csv_bytes, number, put
from dualcontrol.provenance import json_text
from dualcontrol.regret import YES, Choice, Regret
from dualcontrol.tables import plain_text

CHOICES, OUTLOOKS, SUMMARY = "choices.csv", "outlooks.csv", "summary.json"
_MONEY, _SHARE = 2, 9
CHOICE_HEADINGS = ("kind", "id", "name", "verdict", "common", "if_yes_wan_yuan", "if_no_wan_yuan")
OUTLOOK_HEADINGS = (
    "scenario", "weight", "status", "best_wan_yuan", "common_wan_yuan", "regret_wan_yuan",
    "weighted_regret_wan_yuan", "open_wan_yuan",
)  # fmt: skip


def choice_lines(found: Regret) -> list[list[str]]:
    """`choices.csv`: headings, the last ones the names of the scenarios, then a row per project and build."""
    names = [one.name for one in found.outlooks]
    return [
        [*CHOICE_HEADINGS, *(plain_text(name) for name in names)],
        *(_line(one, names) for one in found.choices),
    ]


def _line(one: Choice, names: list[str]) -> list[str]:
    told = [one.kind, plain_text(one.owner), plain_text(one.name), one.verdict, number(one.common, _SHARE)]
    costs = [number(one.if_yes_wan_yuan, _MONEY), number(one.if_no_wan_yuan, _MONEY)]
    return [*told, *costs, *(number(one.own.get(name), _SHARE) for name in names)]


def outlook_lines(found: Regret) -> list[list[str]]:
    """`outlooks.csv`: headings, then a row per scenario."""
    lines = [list(OUTLOOK_HEADINGS)]
    for one in found.outlooks:
        lost = one.regret_wan_yuan
        money = (one.best_wan_yuan, one.common_wan_yuan, lost, None if lost is None else one.weight * lost)
        cells = [plain_text(one.name), number(one.weight, _SHARE), one.status.value]
        lines.append([*cells, *(number(value, _MONEY) for value in (*money, one.open_wan_yuan))])
    return lines


def summary(scenario: str, mark: str | None, found: Regret) -> dict[str, Any]:
    """What the regret is of: `summary.json` and `--json`. scenario: the base scenario's name."""
    named = {
        verdict: [one.owner for one in found.choices if one.verdict == verdict]
        for verdict in ("commit", "refuse", "leave_open", "barred")
    }
    return {
        "scenario": scenario,
        "mark": mark,
        "scenarios": len(found.outlooks),
        "infeasible": list(found.infeasible),
        "largest_wan_yuan": found.largest_wan_yuan,
        "mean_wan_yuan": found.mean_wan_yuan,
        "is_proven": found.is_proven,
        "common": [one.owner for one in found.choices if one.common > YES],
        **named,
        "regrets_wan_yuan": {one.name: one.regret_wan_yuan for one in found.outlooks},
    }


def write_regret(told: dict[str, Any], found: Regret, folder: Path) -> None:
    """Write the folder; an earlier one there is replaced. told: of `summary`. Errors: FolderError, OSError."""
    files = {
        CHOICES: csv_bytes(choice_lines(found)),
        OUTLOOKS: csv_bytes(outlook_lines(found)),
        SUMMARY: json_text(told).encode(),
    }
    put(folder, files)
