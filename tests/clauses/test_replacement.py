"""Entry: named replacement of restricted capacity (3.2.3e), approving level (3.2.2c), reviews of the stock (3.2.2a)."""

import pytest

from dualcontrol.model.scenario import Scenario
from tests.clauses.test_stock import NO_CUTS, A, B, Checked, moved, value, without
from tests.model.small_cases import activity, admitted, changed, county, project, quotas, total

RULE = {"restricted_key": "pvc", "capacity_ratio": 1.25, "energy_ratio": 1, "effective_from": "2021-03-01"}
OLDER = {**RULE, "capacity_ratio": 1, "effective_from": "2020-01-01"}
LATER = {**RULE, "capacity_ratio": 9, "effective_from": "2022-03-01"}
SOURCE = {"replacement_id": "s", "project_id": "P", "unit_id": "A", "capacity": 125, "energy_tce": 300,
          "capacity_share": 0.4}  # fmt: skip


def replaced(*sources: dict[str, object], increment: float = 0, **columns: object) -> Scenario:
    """P of 300 tce and 100 t adds restricted capacity; A earns 0.1 per tce."""
    restricted = project("P", 300, 300, restricted_key="pvc", capacity=100, **columns)
    return county([A, B, restricted], {**total(increment), **NO_CUTS}, restricted_capacity=[OLDER, RULE, LATER],
                  replacements=[{**SOURCE, **source} for source in sources])  # fmt: skip


@pytest.mark.clause("3.2.3e")
def test_the_source_that_is_named_really_loses_capacity_and_quota(checked: Checked) -> None:
    # 0.4 of A: 40 of its value and 400 tce, of which P needs 300.
    scenario = replaced({})
    plan = checked(scenario)
    assert admitted(plan) == {"P"}
    assert moved(plan, "replaced") == [
        ("unit:A", "retired", 400, "3.2.3e"),
        ("retired", "pool", 400, "3.2.3e"),
    ]
    assert (quotas(plan)["unit:A"], activity(plan)["A"], value(plan)) == (
        600,
        0.6,
        pytest.approx(60 + 900 + 300),
    )
    (row,) = plan.reports["replacements"].to_dict("records")
    assert (row["needed_capacity"], row["needed_energy_tce"], row["closed"], row["freed_tce"]) == (
        125,
        300,
        0.4,
        400,
    )


@pytest.mark.clause("3.2.3e")
def test_without_the_clause_nobody_has_to_give_up_anything(checked: Checked) -> None:
    # 300 tce from above: with the clause A gives up 0.4 all the same, without it A runs in full
    scenario = replaced({}, increment=300)
    assert value(checked(scenario)) == pytest.approx(60 + 900 + 300)
    off = without(scenario, "3.2.3e")
    assert (admitted(off), moved(off, "replaced"), value(off)) == ({"P"}, [], pytest.approx(1300))
    assert "replacements" not in off.reports


@pytest.mark.clause("3.2.3e")
@pytest.mark.parametrize(
    ("source", "columns"),
    [
        ({"capacity": 124}, {}),  # 1.25 x 100, by the line in force since March 2021
        ({"energy_tce": 299}, {}),
        ({}, {"capacity": 101}),
    ],
)
def test_too_little_is_no_replacement(
    checked: Checked, source: dict[str, object], columns: dict[str, object]
) -> None:
    scenario = (
        replaced(source, increment=300, **columns) if not columns else changed_capacity(source, columns)
    )
    plan = checked(scenario)
    assert plan.projects["clause"].tolist() == ["3.2.3e"]
    assert admitted(without(scenario, "3.2.3e")) == {"P"}


def changed_capacity(source: dict[str, object], columns: dict[str, object]) -> Scenario:
    restricted = project("P", 300, 300, restricted_key="pvc", **columns)
    return county([A, B, restricted], {**total(300), **NO_CUTS}, restricted_capacity=[OLDER, RULE, LATER],
                  replacements=[{**SOURCE, **source}])  # fmt: skip


@pytest.mark.clause("3.2.3e")
def test_one_tonne_of_a_source_serves_one_project(checked: Checked) -> None:
    # P and Q both take 0.6 of A: only the better one enters, though the pool would pay for both.
    owners = [
        A,
        B,
        *(
            project(j, 300, earned, restricted_key="pvc", capacity=100)
            for j, earned in (("P", 300), ("Q", 400))
        ),
    ]
    rows = [{**SOURCE, "replacement_id": f"s{j}", "project_id": j, "capacity_share": 0.6} for j in "PQ"]
    scenario = county(owners, {**total(600), **NO_CUTS}, restricted_capacity=[RULE], replacements=rows)
    assert admitted(checked(scenario)) == {"Q"}
    assert admitted(without(scenario, "3.2.3e")) == {"P", "Q"}
    # 0.5 each: both
    rows = [{**row, "capacity_share": 0.5} for row in rows]
    scenario = county(owners, {**total(600), **NO_CUTS}, restricted_capacity=[RULE], replacements=rows)
    assert admitted(checked(scenario)) == {"P", "Q"}


@pytest.mark.clause("3.2.3e")
def test_a_document_outside_the_model_counts_and_what_is_only_declared_may_be_refused(
    checked: Checked,
) -> None:
    outside = checked(replaced({"unit_id": "", "document": "letter", "capacity_share": 0}, increment=300))
    assert (admitted(outside), quotas(outside)["unit:A"]) == ({"P"}, 1000)
    declared = county(
        [A, B, project("P", 300, 300, restricted_key="pvc", capacity=100, replaced_capacity=125,
                       replaced_energy_tce=300)],
        {**total(300), **NO_CUTS}, restricted_capacity=[RULE],
    )  # fmt: skip
    assert admitted(checked(declared)) == {"P"}
    assert admitted(checked(changed(declared, {"policy.accepts_declared_replacement": False}))) == set()


@pytest.mark.clause("3.2.3e")
def test_an_exempt_project_needs_no_source(checked: Checked) -> None:
    rule = {**RULE, "exempt_if": "chain"}
    owners = [A, B, project("P", 300, 300, restricted_key="pvc", capacity=100, is_chain_extending=1)]
    plan = checked(
        county(owners, {**total(300), **NO_CUTS}, restricted_capacity=[rule], replacements=[SOURCE])
    )
    assert (admitted(plan), moved(plan, "replaced"), activity(plan)["A"]) == ({"P"}, [], 1.0)


@pytest.mark.clause("3.2.2c")
@pytest.mark.parametrize(
    ("tce", "level", "enters"),
    [
        (900, "none", True),  # below 1,000 tce: no separate review
        (1500, "banner", False),  # between, the city's by the default of the scenario
        (1500, "city", True),
        (5000, "city", False),  # from 5,000 tce the region's
        (5000, "province", True),
        (50000, "province", False),  # two-high from 50,000 tce: window guidance
        (50000, "national", True),
        (50000, "", True),  # not stated: taken as adequate
    ],
)
def test_a_review_below_the_level_of_authority_is_none(
    checked: Checked, tce: float, level: str, enters: bool
) -> None:
    scenario = county(
        [B, project("P", tce, tce, is_two_high=1, review_level=level)], {**total(60000), **NO_CUTS}
    )
    plan = checked(scenario)
    assert admitted(plan) == ({"P"} if enters else set())
    (row,) = plan.reports["review"].to_dict("records")
    assert row["is_adequate"] == int(enters)
    if not enters:
        assert plan.projects["clause"].tolist() == ["3.2.2c"]
        assert admitted(without(scenario, "3.2.2c")) == {"P"}


@pytest.mark.clause("3.2.2a")
def test_units_without_a_review_stop_and_pending_ones_where_the_county_says_so(checked: Checked) -> None:
    pending = county([A, project("P", 10, 10)], {**total(20), **NO_CUTS})
    rows = pending.table("units").assign(review="pending")
    pending = changed(pending, units=rows)
    assert activity(checked(pending))["A"] == 1.0
    stopping = changed(pending, {"review.pending_units_stop": True})
    plan = checked(stopping)
    assert (activity(plan)["A"], quotas(plan)["unit:A"]) == (0.0, 0)
    assert activity(without(stopping, "3.2.2a"))["A"] == 1.0
