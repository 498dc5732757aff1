"""A project set aside nationally (3.4.1, the list of state key projects): its value counts, its energy does not."""

import pytest

from tests.clauses.conftest import Plan
from tests.clauses.test_county import coal, county, total


def rules(*kinds: str) -> list[dict[str, object]]:
    return [
        {"kind": kind, "measure": m, "effective_from": "2022-01-01"}
        for kind in kinds
        for m in ("total", "intensity")
    ]


@pytest.mark.parametrize("kinds", [("national",), ("national", "feedstock")])
def test_it_needs_no_quota_of_the_county(plan: Plan, kinds: tuple[str, ...]) -> None:
    """P of 300 tce, 200 of them raw material, and 100 MWh: nothing is given from above, it enters all the same."""
    project = {"project_id": "P", "value_added_wan_yuan": 300, "is_national": 1, "is_quota_approved": 1}
    energy = [
        coal("P", 100, "project"),
        {**coal("P", 200, "project"), "use": "feedstock"},
        {"project_id": "P", "carrier_id": "electricity", "use": "fuel", "quantity": 100},
    ]
    told = plan(total(0), **county(projects=[project], project_energy=energy, exclusions=rules(*kinds)))
    found = told.project("P")
    assert (found.decision, found.quota_tce) == ("admitted", 0)
    assert found.gross_tce == pytest.approx(312, abs=1)
    account = told.table("account").set_index(["block", "line"])["plan_tce_eq"]
    left = {(m, k): account[m, k] for m in ("intensity", "total") for k in kinds}
    # 100 MWh count 30 tce at 等价; feedstock is left out once
    national = -130 if "feedstock" in kinds else -330
    assert left["total", "national"] == pytest.approx(national)
    assert told.value == pytest.approx(800)


def test_without_the_rule_it_is_counted(plan: Plan) -> None:
    project = {"project_id": "P", "value_added_wan_yuan": 300, "is_national": 1, "is_quota_approved": 1}
    told = plan(total(0), **county(projects=[project], project_energy=[coal("P", 100, "project")]))
    assert told.project("P").decision == "refused"
