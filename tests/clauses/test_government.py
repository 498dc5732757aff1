"""The standing meeting and dishonest conduct: what the clauses do in the smallest county (3.2.2b, 3.2.5)."""

import pytest

from tests.clauses.conftest import Plan
from tests.clauses.test_county import coal, county, total, unit

PAPER = {"document": "纪要", "date": "2022-01-20"}


@pytest.mark.clause("3.2.2b")
def test_all_quota_matters_are_on_the_agenda_with_alternatives(plan: Plan) -> None:
    """P takes 100 of 100 new tce: above the threshold it comes with the opposite, which costs its 30 万元."""
    project = {"project_id": "P", "sector_id": "works", "value_added_wan_yuan": 30, "is_quota_approved": 1}
    tables = county(units=[unit()], projects=[project], project_energy=[coal("P", 100, "project")])
    agenda = plan(total(100) | {"agenda": {"threshold_tce": 50}}, **tables).report("agenda")
    rows = agenda.set_index("account")
    assert {"pool", "unit:A", "project:P", "grid"} <= set(rows.index)
    assert rows.loc["project:P", "alternative"] == "refuse"
    assert rows.loc["project:P", "cost_b_wan_yuan"] == pytest.approx(30, abs=0.01)


@pytest.mark.clause("3.2.2b")
def test_each_decision_has_its_price(plan: Plan) -> None:
    """The meeting keeps P out: 30 万元."""
    project = {"project_id": "P", "sector_id": "works", "value_added_wan_yuan": 30, "is_quota_approved": 1}
    meeting = {"decision_id": "D", "target_id": "P", "what": "admitted", "kind": "max", "value": 0, **PAPER}
    tables = county(
        units=[unit()], projects=[project], project_energy=[coal("P", 100, "project")], decisions=[meeting]
    )
    prices = plan(total(100), **tables).report("decisions").set_index("decision_id")
    assert prices.loc["D", "price_wan_yuan"] == pytest.approx(30, abs=0.01)
    assert prices.loc["D", ["document", "date"]].tolist() == ["纪要", "2022-01-20"]


@pytest.mark.clause("3.2.5")
def test_serious_conduct_costs_quota_bonus_and_growth_and_is_reported(plan: Plan) -> None:
    """2 % of 1000 tce; no leader's bonus of 1 %; no growth although there are 100 tce and A could use them."""
    record = {"conduct": "serious", "conduct_since": "2021-09-01", "corrected_on": "2021-12-31"}
    told = plan(total(100), **county(units=[unit(activity_max=1.1, is_leader=1) | record]))
    row = told.unit("A")
    assert (row.penalty_tce, row.bonus_tce, row.allowance_tce, row.quota_tce) == (-20, 0, 0, 980)
    report = told.report("conduct").set_index("account")
    assert report.loc["unit:A", ["state", "since", "penalty_tce", "ends_on"]].tolist() == [
        "serious", "2021-09-01", 20, "2022-12-31",
    ]  # fmt: skip
    assert "no_purchase" in report.loc["unit:A", "effect"]


@pytest.mark.clause("3.2.5")
@pytest.mark.parametrize(
    ("dates", "is_repaired"),
    [
        ({}, False),
        (
            {"corrected_on": "2021-02-12"},
            False,
        ),  # twelve months end on 2022-02-12, the plan is made on the 11th
        ({"corrected_on": "2021-02-11"}, True),
        ({"repaired_on": "2022-02-12"}, False),
        ({"repaired_on": "2022-02-11"}, True),
        ({"conduct_since": "2022-02-12"}, True),  # not there yet
    ],
)
def test_a_record_ends_with_its_repair(plan: Plan, dates: dict[str, str], is_repaired: bool) -> None:
    record = {"conduct": "serious", "conduct_since": "2020-12-01"} | dates
    told = plan(total(100), **county(units=[unit() | record]))
    assert told.unit("A").penalty_tce == (0 if is_repaired else -20)
    assert len(told.report("conduct")) == (0 if is_repaired else 1)
