"""What the comprehensive evaluation moves: who enters, who may grow, and what is told (3.2.3c, A1, 3.3.2a, 3.1.2)."""

import pytest

from tests.clauses.conftest import Plan
from tests.clauses.test_county import coal, county, total, unit
from tests.clauses.test_entry import candidate

TAX = {"indicator": "tax_per_mu", "weight": 100, "benchmark": 10, "cap": 1.5}
GRADED = {"evaluation": {"project_grading": "score", "unit_grading": "score"}}


@pytest.mark.clause("A1")
@pytest.mark.clause("3.2.3c")
def test_a_candidate_of_grade_d_does_not_enter(plan: Plan) -> None:
    """8 万元 of tax per mu against 10: 0.8 of 1.5 are 53.3 points, below 60."""
    tables = candidate(tax_wan_yuan=80, land_mu=10) | {"evaluation": [TAX]}
    found = plan({**total(200), **GRADED}, **tables).project("P")
    assert (found.decision, found.clause, found.reason) == ("gated", "A1", "grade_d")


@pytest.mark.clause("A1")
def test_a_red_line_is_grade_d_outright(plan: Plan) -> None:
    tables = candidate(tax_wan_yuan=150, land_mu=10, red_line="环评未批") | {"evaluation": [TAX]}
    assert plan({**total(200), **GRADED}, **tables).project("P").reason == "red_line"


@pytest.mark.clause("3.2.3c")
def test_the_evaluation_is_told(plan: Plan) -> None:
    tables = candidate(tax_wan_yuan=80, land_mu=10) | {"evaluation": [TAX]}
    told = plan(total(200), **tables).report("evaluation_projects").set_index("project_id").loc["P"]
    assert (told.tax_per_mu, told["rank"]) == (80, 1)
    assert told.score == pytest.approx(160 / 3, abs=1e-4)


@pytest.mark.clause("3.3.2a")
def test_a_unit_of_grade_d_gets_no_grant(plan: Plan) -> None:
    """A could grow to 1.2 of its 1000 tce; with 53.3 points it is of grade D."""
    stock = [unit(activity_max=1.2, tax_wan_yuan=80, land_mu=10)]
    told = plan({**total(200), **GRADED}, **county(units=stock, evaluation=[TAX]))
    assert told.unit("A").allowance_tce == 0


@pytest.mark.clause("3.3.2a")
def test_a_unit_of_grade_a_is_relaxed_further(plan: Plan) -> None:
    """High-consuming A is better than 3 tce per 万元: 5 % of 1000 tce, for grade A half as much again."""
    stock = [unit(sector_id="heavy", activity_max=1.2, tax_wan_yuan=150, land_mu=10)]
    policy = {"policy": {"benchmark_tce_per_wan_yuan": 3}}
    sectors = [{"sector_id": "heavy", "is_high_energy": 1}, {"sector_id": "works"}]
    tables = county(units=stock, evaluation=[TAX]) | {"sectors": sectors}
    told = plan({**total(200), **GRADED, **policy}, **tables)
    assert told.unit("A").allowance_tce == 75


@pytest.mark.clause("3.1.2")
def test_existing_units_are_evaluated_every_year(plan: Plan) -> None:
    stock = [unit(tax_wan_yuan=80, land_mu=10)]
    told = plan(total(200), **county(units=stock, evaluation=[TAX])).report("evaluation_units")
    assert len(told)
    assert list(told["unit_id"]) == ["A"]


@pytest.mark.clause("3.2.3c")
def test_inversions_are_told_with_reason_and_clause(plan: Plan) -> None:
    """150 tce to give: Q (200 tce) ranks first but does not fit, P (100 tce) enters."""
    evaluation = [TAX]
    tables = candidate(tax_wan_yuan=100, land_mu=10)
    tables["projects"] = [*tables["projects"], {"project_id": "Q", "sector_id": "works", "value_added_wan_yuan": 700,
                                                "tax_wan_yuan": 150, "land_mu": 10}]  # fmt: skip
    tables["project_energy"] = [*tables["project_energy"], coal("Q", 200, "project")]
    # A must run in full, so that nothing can be taken from it
    tables["units"] = [unit(activity_min=1)]
    told = plan(total(150), **tables, evaluation=evaluation).report("inversions")
    assert told[["admitted", "refused", "reason", "clause"]].to_numpy().tolist() == [
        ["P", "Q", "does_not_fit", "3.2.1b"]
    ]


@pytest.mark.clause("3.4.2")
def test_new_energy_candidates_are_ranked_among_themselves(plan: Plan) -> None:
    tables = candidate(tax_wan_yuan=100, land_mu=10)
    tables["sectors"] = [
        {**row, "is_new_energy": int(row["sector_id"] == "works")} for row in tables["sectors"]
    ]
    told = plan(total(150), **tables, evaluation=[TAX]).report("evaluation_projects")
    assert list(told["new_energy_rank"]) == [1]
