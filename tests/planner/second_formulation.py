"""The plan of a county that burns coal only, written a second time from the clauses alone.

Every subset of projects is tried; what is left is a linear program in plain arrays, solved as it stands.
"""

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import product as combinations
from typing import Any

import highspy
import numpy as np

from tests.model.small_cases import Owner
from tests.planner.random_counties import Draft

INFINITE = highspy.kHighsInf


def best_value(draft: Draft) -> float | None:
    """Greatest value in 万元 over all subsets of projects; None where there is no plan."""
    values = [value for subset in _subsets(draft) if (value := _best_of(draft, subset)) is not None]
    return max(values, default=None)


def _figures(owner: Owner) -> tuple[Fraction, Fraction]:
    """Energy (tce) and value added (万元) of a year."""
    coal = sum((Fraction(str(row["quantity"])) for row in owner.energy), Fraction(0))
    return coal, Fraction(str(owner.row["value_added_wan_yuan"]))


def _owners(draft: Draft, table: str) -> list[tuple[Fraction, Fraction, dict[str, Any]]]:
    return [(*_figures(owner), dict(owner.row)) for owner in draft.owners if owner.table == table]


def _benchmark(draft: Draft) -> Fraction:
    units = _owners(draft, "units")
    return sum(e for e, _, _ in units) / sum(v for _, v, _ in units)


def _is_open(draft: Draft, energy: Fraction, value: Fraction, row: dict[str, Any]) -> bool:
    """3.2.3b: in a park; 3.2.3d: within the benchmark or approved."""
    is_within = energy <= _benchmark(draft) * value
    return bool(row.get("is_in_park", 1)) and (is_within or bool(row["is_quota_approved"]))


def _subsets(draft: Draft) -> Iterator[list[tuple[float, float]]]:
    """Bounds of the share admitted of each project: 0 or 1, anything between where it is divisible."""
    choices = []
    for energy, value, row in _owners(draft, "projects"):
        if not _is_open(draft, energy, value, row):
            choices.append([(0.0, 0.0)])
        else:
            choices.append([(0.0, 1.0)] if row.get("is_divisible") else [(0.0, 0.0), (1.0, 1.0)])
    return map(list, combinations(*choices))


def _best_of(draft: Draft, admitted: list[tuple[float, float]]) -> float | None:
    targets = draft.settings["targets"]
    units, projects = _owners(draft, "units"), _owners(draft, "projects")
    kappa = _benchmark(draft)
    base_total = sum(e for e, _, _ in units)
    lp = _Program()
    # everybody opens rounded up, and what that takes comes from above: the pool has the increment, no less
    pool = int(targets["increment_tce_eq"])
    pool_row: dict[int, float] = {}
    energy_row: dict[int, float] = {}
    value_row: dict[int, float] = {}
    released: list[tuple[Fraction, int]] = []
    for energy, value, row in units:
        base = math.ceil(energy)
        excess = max(Fraction(0), energy - kappa * value)
        release = 0 if row["sector_id"] == "public" else math.floor(min(excess, Fraction(3, 100) * base))
        released.append((value / energy, release))
        allowance = math.floor(Fraction(5, 100) * base) if energy < kappa * value else 0
        ceiling = Fraction(str(row["activity_max"]))
        growth = 0 if row["sector_id"] == "heavy" else math.ceil(energy * ceiling) - base
        a = lp.column(float(value), float(row["activity_min"]), float(ceiling))
        grant = lp.column(0.0, 0.0, max(allowance, growth, 0))
        limit = lp.column(0.0, 0.0, math.floor(Fraction(5, 100) * base) if energy > kappa * value else 0)
        lp.row({a: float(energy), grant: -1.0, limit: 1.0}, base - release)
        pool_row |= {grant: 1.0, limit: -1.0}
        energy_row[a], value_row[a] = float(energy), float(value)
    earmarks: list[tuple[Fraction, int]] = []
    for (energy, value, row), (low, high) in zip(projects, admitted, strict=True):
        months = Fraction(13 - int(row.get("start_month", 1)), 12)
        used, earned = float(energy * months), float(value * months)
        share = lp.column(-float(row.get("annual_cost_wan_yuan", 0)), low, high)
        load = lp.column(earned, 0.0, 1.0)
        earmark = lp.column(0.0, 0.0, INFINITE)
        lp.row({load: 1.0, share: -1.0}, 0.0)
        lp.row({load: -1.0, share: float(row["load_min"])}, 0.0)
        lp.row({earmark: 1.0, load: -used}, 0.0)
        pool_row |= {load: used, earmark: -1.0}
        energy_row[load], value_row[load] = used, earned
        earmarks.append((value / energy, earmark))
    for worth, _ in earmarks:  # nested sums: the worse a project, the fewer sources may pay for it
        sources = sum(tce for source, tce in released if source < worth)
        lp.row({column: 1.0 for other, column in earmarks if other <= worth}, sources)
    band = float(Fraction(str(targets["overshoot_max_share"])) * base_total)
    over = lp.column(-float(targets["overshoot_price_wan_yuan_per_tce"]), 0.0, band)
    lp.row({**pool_row, over: -1.0}, pool)
    if "intensity_reduction" in targets:
        rest = draft.tables["gdp"][0]
        gdp = sum(v for _, v, _ in units) + Fraction(str(rest["base_wan_yuan"]))
        cap = float((1 - Fraction(str(targets["intensity_reduction"]))) * base_total / gdp)
        later = float(rest["base_wan_yuan"]) * (1 + float(rest["growth"]))
        lp.row({k: energy_row[k] - cap * value_row[k] for k in energy_row}, cap * later)
    return lp.maximum()


class _Program:
    """Maximise cost x, rows <= limit, handed to HiGHS dense and unscaled."""

    def __init__(self) -> None:
        self.columns: list[tuple[float, float, float]] = []
        self.rows: list[tuple[dict[int, float], float]] = []

    def column(self, cost: float, low: float, high: float) -> int:
        self.columns.append((cost, low, high))
        return len(self.columns) - 1

    def row(self, entries: dict[int, float], limit: float) -> None:
        self.rows.append((entries, float(limit)))

    def maximum(self) -> float | None:
        highs = highspy.Highs()
        highs.silent()
        for cost, low, high in self.columns:
            highs.addCol(-cost, low, high, 0, np.array([], dtype=np.int32), np.array([]))
        for entries, limit in self.rows:
            index = np.array(list(entries), dtype=np.int32)
            highs.addRow(-INFINITE, limit, len(entries), index, np.array(list(entries.values())))
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return -highs.getInfo().objective_function_value
