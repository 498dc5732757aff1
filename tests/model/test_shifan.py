"""The fictional banner shows what it says it shows."""

from pathlib import Path

import pytest

import dualcontrol as dc
from dualcontrol import scenarios
from dualcontrol.model.plan import Plan


@pytest.fixture(scope="module")
def scenario() -> dc.Scenario:
    return dc.load(Path(scenarios.__file__).parent / "shifan-2022")


@pytest.fixture(scope="module")
def plan(scenario: dc.Scenario) -> Plan:
    return dc.optimise(dc.judge(dc.account(scenario)))


def test_it_is_fictional_and_free_of_remarks(scenario: dc.Scenario) -> None:
    assert scenario.settings.nature == "fictional"
    assert scenario.notes == ()


def test_the_plan_passes(scenario: dc.Scenario, plan: Plan) -> None:
    assert [str(failed) for failed in dc.audit(scenario, plan).failed] == []


def test_every_clause_of_the_page_bites(plan: Plan) -> None:
    projects = plan.projects.set_index("project_id")
    assert projects.loc["pvc_new", "decision"] == "admitted"
    assert projects.loc["pvc_other", "decision"] == "refused"
    assert projects.loc[["glycol", "starch"], "clause"].tolist() == ["3.2.3e", "3.2.2c"]
    assert {"replaced", "closed", "upgraded", "line_saving", "withheld"} <= set(plan.ledger["note"])
    adopted = plan.measures.set_index("measure_id")["adopted"]
    assert (
        adopted[["carbide_furnace", "glass_to_eglass", "district_heat", "trucks", "shops"]].tolist()
        == [1.0] * 5
    )
    assert adopted[["glass_out", "boiler_small"]].tolist() == [0.0, 0.0]
    assert plan.summary["binding"] == "total"
