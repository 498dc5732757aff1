"""What the audit says when a plan closes other capacity than it may, or moves other tonnes for it."""

from collections.abc import Callable, Mapping

import pandas as pd
import pytest

from dualcontrol.model.audit import audit
from dualcontrol.model.audit.results import COLUMNS
from dualcontrol.model.plan import Plan
from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import county, project, solve, total, unit

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """A quarter of A's year is retired for P; x would take three quarters of A, and R is after the plan year."""
    owners = [
        unit("A", 1000, 100, sector="heavy"),
        project("P", 300, 300, start_month=7),
        project("Q", 5, 1, unit_id="A"),
    ]
    rows = [
        {"retirement_id": "r", "unit_id": "A", "capacity_share": 0.5, "start_month": 7},
        {"retirement_id": "late", "unit_id": "A", "capacity_share": 0.1, "start_month": 13},
    ]
    pair = {"pair_id": "x", "unit_id": "A", "project_id": "Q", "capacity_share": 0.75}
    policy = {"release_phase_share": 0, "max_cut_share": 0}
    return county(owners, {**total(0), "policy": policy}, retirements=rows, capacity_replacements=[pair])


@pytest.fixture(scope="module")
def plan(scenario: Scenario) -> Plan:
    return solve(scenario)


def tables(plan: Plan) -> Tables:
    return {name: getattr(plan, name).copy() for name in COLUMNS}


def put(table: str, key: str, value: str, column: str, cell: object) -> Callable[[Tables], None]:
    def change(found: Tables) -> None:
        frame = found[table].astype({column: object})
        frame.loc[frame[key] == value, column] = cell
        found[table] = frame

    return change


def test_the_plan_as_made_passes(scenario: Scenario, plan: Plan) -> None:
    assert plan.measures.set_index("measure_id").loc["r", "adopted"] == 1
    assert [str(failed) for failed in audit(scenario, tables(plan)).failed] == []


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (put("measures", "measure_id", "r", "freed_tce", 249), "measures"),
        (put("measures", "measure_id", "r", "yearly_cost_wan_yuan", 1), "measures"),
        (put("measures", "measure_id", "r", "adopted", 0), "closed"),  # its tonnes are in the ledger
        (put("measures", "measure_id", "r", "adopted", 0.5), "measures"),
        (put("measures", "measure_id", "x", "adopted", 1), "measures"),  # Q is not admitted, 0.5 + 0.75 > 1
        (put("measures", "measure_id", "late", "kind", "upgrade"), "form_ids"),
        (put("ledger", "note", "closed", "tce", 249), "closed"),
        (put("quotas", "account", "unit:A", "activity", 0.76), "activity"),
    ],
)
def test_another_closure_is_caught(
    scenario: Scenario, plan: Plan, change: Callable[[Mapping[str, pd.DataFrame]], None], check: str
) -> None:
    forged = tables(plan)
    change(forged)
    assert check in {failed.name for failed in audit(scenario, forged).failed}
