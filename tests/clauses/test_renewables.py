"""Renewable electricity added since 2020 (notice 1258 of 2022, beside 3.3.3c): out of the total, from its date on."""

from pathlib import Path

import pytest

from tests.clauses.conftest import Plan
from tests.clauses.test_county import coal, county, total
from tests.clauses.test_network import sunny
from tests.model.scenario_factory import Row

RULE: list[Row] = [{"kind": "added_renewable", "measure": "total", "effective_from": "2022-11-16"}]


@pytest.mark.clause("3.3.3c")
@pytest.mark.parametrize(("as_of", "decision"), [("2022-11-15", "refused"), ("2022-11-16", "admitted")])
def test_what_is_added_makes_room(plan: Plan, as_of: str, decision: str) -> None:
    """100 MWh added by the base year, 500 by the plan year: 400 x 0.30 = 120 tce make room for P's 120 tce."""
    settings = {**total(0), "as_of": as_of}
    project = {"project_id": "P", "value_added_wan_yuan": 300}
    tables = county(
        projects=[project],
        project_energy=[coal("P", 120, "project")],
        exclusions=RULE,
        power=[{"item": "added_renewable", "base_mwh": 100, "plan_mwh": 500}],
    )
    told = plan(settings, **tables)
    assert told.project("P").decision == decision
    if decision == "admitted":
        account = told.table("account").set_index(["block", "line"])
        line = account.loc[("total", "added_renewable")]
        assert (line["base_tce_eq"], line["plan_tce_eq"]) == pytest.approx((-30, -150))
        assert ("intensity", "added_renewable") not in account.index


@pytest.mark.parametrize(("added", "decision"), [(499, "refused"), (500, "admitted")])
def test_a_megawatt_hour_less_is_not_enough(plan: Plan, added: int, decision: str) -> None:
    tables = county(
        projects=[{"project_id": "P", "value_added_wan_yuan": 300}],
        project_energy=[coal("P", 120, "project")],
        exclusions=[{**RULE[0], "effective_from": "2022-01-01"}],
        power=[{"item": "added_renewable", "base_mwh": 100, "plan_mwh": added}],
    )
    assert plan(total(0), **tables).project("P").decision == decision


@pytest.mark.slow
def test_with_a_network_it_is_the_same(plan: Plan, tmp_path: Path) -> None:
    """The dispatch takes the place of the yearly table, but not of what certificates prove: 400 x 0.30 less."""
    found = []
    for name, plan_mwh in (("none", 100), ("some", 500)):
        tables: dict[str, list[Row]] = {
            "exclusions": [{**RULE[0], "effective_from": "2022-01-01"}],
            "power": [{"item": "added_renewable", "base_mwh": 100, "plan_mwh": plan_mwh}],
        }
        told = plan(scenario=sunny(tmp_path / name, tables=tables))
        account = told.table("account").set_index(["block", "line"])["plan_tce_eq"]
        found.append((account["total", "counted"], account["total", "added_renewable"]))
    assert found[0][0] - found[1][0] == pytest.approx(120)
    assert [left for _, left in found] == pytest.approx([-30, -150])
