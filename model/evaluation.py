"""Comprehensive evaluation of candidate projects: capped ratio to a benchmark times weight (3.2.3c, A1)."""

from collections.abc import Mapping
from typing import Any

from dualcontrol.model.accounting import Accounts
from dualcontrol.model.policy.benchmarks import line


def scores(accounts: Accounts) -> Mapping[str, float]:
    """Score of each project in points of 100 (3.2.3c; annex 1 is not published: the scenario's `evaluation` table).

    Indicator k: weight * min(cap, ratio), ratio = benchmark/value for energy, value/benchmark for benefits.
    Indicators a project has no figure for give their weight to the others. 0 without any figure.
    """
    indicators = list(accounts.scenario.table("evaluation").itertuples())
    return {
        row.project_id: _score(accounts, row, indicators)
        for row in accounts.scenario.table("projects").itertuples()
    }


def _score(accounts: Accounts, project: Any, indicators: list[Any]) -> float:
    points = weights = best = 0.0
    for indicator in indicators:
        ratio = _ratio(accounts, project, indicator)
        if ratio is not None:
            weights += indicator.weight
            best += indicator.weight * indicator.cap
            points += indicator.weight * min(indicator.cap, ratio)
    return 100.0 * points / best if weights > 0 else 0.0


def _ratio(accounts: Accounts, project: Any, indicator: Any) -> float | None:
    """Value against benchmark, larger is better; None where a figure is missing."""
    use = accounts.projects_full_year[project.project_id]
    energy = float(accounts.counting.counted(use, "intensity"))
    if indicator.indicator == "specific_energy":
        benchmark = (
            line(accounts.scenario, project.benchmark_key, "advanced") if project.benchmark_key else None
        )
        return _cost(project.specific_energy, 1.0, benchmark)
    if indicator.indicator == "energy_per_output":
        return _cost(energy, project.output_value_wan_yuan, indicator.benchmark)
    if indicator.indicator == "energy_per_value_added":
        return _cost(energy, float(use.value_added_wan_yuan), indicator.benchmark)
    amount = {
        "output_per_mu": project.output_value_wan_yuan,
        "profit_per_mu": project.profit_wan_yuan,
        "tax_per_mu": project.tax_wan_yuan,
        "jobs_per_100_mu": project.jobs * 100,
    }[indicator.indicator]
    value = amount / project.land_mu if project.land_mu > 0 else float("nan")
    if not (value == value and indicator.benchmark > 0):
        return None
    return max(0.0, float(value / indicator.benchmark))


def _cost(amount: float, per: float, benchmark: float | None) -> float | None:
    """Benchmark / (amount / per); None where it cannot be formed. No energy at all is as good as the cap allows."""
    if benchmark is None or not (benchmark > 0 and per > 0 and amount == amount):
        return None
    return benchmark * per / amount if amount > 0 else float("inf")
