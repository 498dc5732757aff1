"""Projects stopped by several gates, or for the record of who builds them: the auditor agrees."""

from pathlib import Path

from dualcontrol.checking import audit
from dualcontrol.model.accounting import account
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import load
from dualcontrol.optimise import optimise
from tests.model.scenario_factory import write_scenario


def test_two_gates_and_the_builders_record_pass_the_audit(tmp_path: Path) -> None:
    """P has no review yet and lies outside the park: 3.2.2a and 3.2.3b. Q is built by a unit that was warned: 3.2.5."""
    folder = write_scenario(
        tmp_path / "s",
        {"targets": {"manage_total": True, "increment_tce_eq": 1000}},
        sectors=[{"sector_id": "c"}],
        units=[
            {"unit_id": "U", "sector_id": "c", "value_added_wan_yuan": 100, "conduct": "warned"},
        ],
        unit_energy=[{"unit_id": "U", "carrier_id": "raw_coal", "use": "fuel", "quantity": 1000}],
        projects=[
            {"project_id": "P", "value_added_wan_yuan": 90, "review": "pending", "is_in_park": 0},
            {"project_id": "Q", "value_added_wan_yuan": 80, "unit_id": "U"},
        ],
        project_energy=[
            {"project_id": p, "carrier_id": "raw_coal", "use": "fuel", "quantity": 10} for p in ("P", "Q")
        ],
    )
    scenario = load(folder)
    plan = optimise(judge(account(scenario)))
    clauses = dict(zip(plan.projects["project_id"], plan.projects["clause"], strict=True))
    assert clauses == {"P": "3.2.2a;3.2.3b", "Q": "3.2.5"}
    verdict = audit(scenario, plan)
    assert verdict.passed, verdict.failed
