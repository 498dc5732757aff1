"""Ranges, efficient plans and regret where a network is a part of the plan: builds are decided like projects."""

from pathlib import Path

import pytest

from dualcontrol.frontier_grid import grid
from dualcontrol.model.changes import change
from dualcontrol.model.scenario import Scenario, load
from dualcontrol.pareto import pareto
from dualcontrol.quota_ranges import KEPT, plan_to_range, ranges
from dualcontrol.regret import Future, regret
from tests.model.network_cases import valid

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder: Path = tmp_path_factory.mktemp("network")
    return load(valid(folder), {"time.mode": "typical", "time.typical_days": 2})


def test_builds_are_decided_now_as_projects_are(scenario: Scenario) -> None:
    # B1 is committed; B2 leads to a bus where nobody is and costs 10 a year from May on, 6.67; so does B3.
    dear = change(scenario, {"power/builds.B3.annual_cost_wan_yuan": 30.0})
    found = regret([Future("now", 1.0, scenario), Future("dear", 1.0, dear)])
    verdicts = {(one.kind, one.owner): one.verdict for one in found.choices}
    assert verdicts == {("project", "P1"): "commit", ("build", "B1"): "commit", ("build", "B2"): "refuse",
                        ("build", "B3"): "refuse"}  # fmt: skip
    best = max(abs(one.best_wan_yuan or 0.0) for one in found.outlooks)
    assert found.largest_wan_yuan == pytest.approx(0, abs=1e-3 * best)
    assert all(one.open_wan_yuan <= 1e-3 * best for one in found.outlooks)


def test_ranges_keep_the_other_yes_and_no(scenario: Scenario) -> None:
    found = ranges(
        plan_to_range(change(scenario, {"time.mode": "year"})), 0.01
    )  # a year is taken on typical days
    rows = {row.account: row for row in found.rows}
    assert all(row.least_tce <= row.quota_tce <= row.most_tce for row in found.rows)
    assert rows["unit:U2"].most_tce - rows["unit:U2"].least_tce > 10
    assert rows["project:P1"].opposite in (KEPT, "infeasible")


def test_less_carbon_costs_value(scenario: Scenario) -> None:
    found = pareto(scenario, ("value", "carbon"), levels=3)
    values = [float(one.figures["value"] or 0) for one in found.trades]
    carbon = [float(one.figures["carbon"] or 0) for one in found.trades]
    assert len(values) == 3
    assert values == sorted(values, reverse=True)
    assert carbon == sorted(carbon, reverse=True)


def test_more_increment_and_a_lower_reduction_are_never_worse(scenario: Scenario) -> None:
    found = grid(scenario, "increment", "intensity", (0, 3000), (-0.5, 0.0), 2, 2)
    value = {(cell.point.at, cell.by): cell.point for cell in found.cells}
    assert found.levels == ([0, 3000], [-0.5, 0])
    worth = {
        place: -1e9 if one.value_wan_yuan is None else one.value_wan_yuan for place, one in value.items()
    }
    assert worth[3000, -0.5] > 0
    for better, worse in (((3000, -0.5), (0, -0.5)), ((3000, 0), (0, 0)), ((0, -0.5), (0, 0)),
                          ((3000, -0.5), (3000, 0))):  # fmt: skip
        assert worth[better] >= worth[worse] - 2e-3 * abs(worth[worse])
