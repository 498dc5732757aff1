"""Scores of candidate projects: weighted, capped ratios to benchmarks, each by hand."""

import math

import pytest

from dualcontrol.model.accounting import account
from dualcontrol.model.evaluation import scores
from tests.model.small_cases import Owner, county, project

ENERGY = {"indicator": "energy_per_value_added", "weight": 60, "benchmark": 2, "cap": 1.5}
TAX = {"indicator": "tax_per_mu", "weight": 40, "benchmark": 10, "cap": 1.5}


def score(owner: Owner, *indicators: dict[str, object], **tables: object) -> float:
    scenario = county([owner], evaluation=list(indicators), **tables)
    return scores(account(scenario))["P"]


def test_a_score_is_the_weighted_capped_ratio_of_what_can_be_had() -> None:
    # energy 100 / 100 = 1 against 2: ratio 2, capped at 1.5 -> 90 points of 90
    # tax 200 / 40 mu = 5 against 10: 0.5 -> 20 points of 60. 110 / 150 = 73.33 of 100
    owner = project("P", 100, 100, tax_wan_yuan=200, land_mu=40)
    assert math.isclose(score(owner, ENERGY, TAX), 100 * 110 / 150)


def test_an_indicator_without_a_figure_gives_its_weight_to_the_others() -> None:
    assert score(project("P", 100, 100), ENERGY, TAX) == 100.0
    assert score(project("P", 100, 100, tax_wan_yuan=200), ENERGY, TAX) == 100.0  # land is missing
    assert score(project("P", 100, 100), TAX) == 0.0
    assert score(project("P", 100, 100)) == 0.0


def test_a_loss_earns_no_points_and_no_energy_all_of_them() -> None:
    loss = {"indicator": "profit_per_mu", "weight": 40, "benchmark": 10, "cap": 1.5}
    assert score(project("P", 100, 100, profit_wan_yuan=-500, land_mu=40), loss) == 0.0
    assert score(project("P", 0, 100), ENERGY) == 100.0


@pytest.mark.parametrize(
    ("indicator", "benchmark", "ratio"),
    [
        # 600 tce; output 300, land 50 mu, profit 100, tax 50, 25 jobs
        ("energy_per_output", 1.0, 0.5),  # 600 / 300 = 2 against 1
        ("energy_per_value_added", 3.0, 0.5),  # 600 / 100 = 6 against 3
        ("output_per_mu", 8, 0.75),  # 6 of 8
        ("profit_per_mu", 4, 0.5),
        ("tax_per_mu", 1.25, 0.8),
        ("jobs_per_100_mu", 100, 0.5),  # 25 jobs on 50 mu: 50 on 100
    ],
)
def test_each_indicator(indicator: str, benchmark: float, ratio: float) -> None:
    owner = project(
        "P", 600, 100, output_value_wan_yuan=300, land_mu=50, profit_wan_yuan=100, tax_wan_yuan=50, jobs=25
    )
    row = {"indicator": indicator, "weight": 10, "benchmark": benchmark, "cap": 1}
    assert math.isclose(score(owner, row), 100 * ratio)


def test_specific_energy_is_held_against_the_stricter_line_in_force() -> None:
    # 125 kgce/t; national 110, regional 100: ratio 0.8
    lines = [{"benchmark_key": "K", "level": "advanced", "scope": s, "value": v, "unit": "kgce/t",
              "effective_from": "2020-01-01"} for s, v in (("national", 110), ("regional", 100))]  # fmt: skip
    row = {"indicator": "specific_energy", "weight": 10, "cap": 1}
    owner = project("P", 100, 100, specific_energy=125, specific_unit="kgce/t", benchmark_key="K")
    assert math.isclose(score(owner, row, benchmarks=lines), 80.0)
    unmeasured = project("P", 100, 100)
    assert score(unmeasured, row, benchmarks=lines) == 0.0


def test_energy_is_that_of_the_full_year_without_feedstock() -> None:
    # from July on, 200 tce a year of which 100 feedstock: 100 / 100 = 1 against 1, however short this year is
    owner = project("P", 100, 100, start_month=7, energy=[("coal", "feedstock", 100)])
    rows = [{"kind": "feedstock", "measure": "intensity", "effective_from": "2022-01-01"}]
    indicator = {**ENERGY, "benchmark": 1, "cap": 1}
    assert score(owner, indicator, exclusions=rows) == 100.0
    assert score(owner, indicator) == 50.0
