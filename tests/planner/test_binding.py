"""Numbers of settings followed into the programs: bit by bit those of a model built anew, or a reason."""

from random import Random

import numpy as np
import pytest

import dualcontrol as dc
from dualcontrol.binding import Anew, Bound, Why, bind, is_number
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case
from dualcontrol.model.changes import change
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario, ScenarioError
from dualcontrol.solvers.changes import shape_difference, touched
from dualcontrol.solvers.compile import Arrays
from dualcontrol.solving import Ready, ready
from tests.model.small_cases import county, project, total, unit
from tests.planner.session_walks import county_of

TARGETS = ("increment_tce_eq", "intensity_reduction", "co2_budget_t", "overshoot_max_share")
POLICY = ("policy.reserve_share", "policy.allowance_share", "policy.max_cut_share")


def made_of(scenario: Scenario) -> tuple[Case, Ready]:
    case = Case(judge(account(scenario)))
    return case, ready(case)


def bound_to(scenario: Scenario, keys: tuple[str, ...]) -> Bound:
    found = bind(scenario, keys, *made_of(scenario))
    assert isinstance(found, Bound)
    return found


def assert_same(one: Arrays, other: Arrays) -> None:
    assert shape_difference(one, other) is None
    assert touched(one, other).count == 0
    assert one.offset == other.offset


def values(seed: int, of: int) -> dict[str, float]:
    r = Random(f"values {seed} {of}")  # noqa: S311 - a test draws, nobody hides anything
    return {
        "targets.increment_tce_eq": r.choice((float(r.randint(0, 500)), round(r.uniform(0, 500), 2))),
        "targets.intensity_reduction": round(r.uniform(-0.02, 0.12), 4),
        "targets.co2_budget_t": float(r.randint(500, 20_000)),
        "targets.overshoot_max_share": r.choice((0.0, 0.02, 1.0)),
        "policy.reserve_share": r.choice((0.0, 0.1, 0.3, 1.0)),
        "policy.allowance_share": r.choice((0.0, 0.05, 0.2)),
        "policy.max_cut_share": round(r.uniform(0, 0.2), 3),
    }


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))]
)
def test_bound_programs_are_those_built_anew(seed: int) -> None:
    scenario = county_of(seed)
    keys = (*(f"targets.{name}" for name in TARGETS), *POLICY)
    bound = bound_to(scenario, keys)
    kept = 0
    for step in range(6):
        drawn = values(seed, step)
        one = dict([Random(f"{seed} {step}").choice(sorted(drawn.items()))])  # noqa: S311
        for changes in (one, {k: v for k, v in drawn.items() if k.startswith("targets")}, drawn):
            other = change(scenario, changes)
            found = bound.at(other.settings)
            if isinstance(found, Anew):
                assert found.why in (Why.QUESTION, Why.READ)
                continue
            kept += 1
            anew = made_of(other)[1]
            assert_same(found.yearly, anew.yearly)
            assert_same(found.program, anew.program)
    assert kept >= 3


def test_targets_are_followed_where_the_reader_sees_them() -> None:
    # pool_balance: what the pool pays may not exceed the increment: one side. county_intensity: one coefficient.
    scenario = county(
        [unit("U", 100, 500), project("P", 10, 20)],
        {"targets": {"manage_total": True, "increment_tce_eq": 50.0, "intensity_reduction": 0.01}},
    )
    bound = bound_to(scenario, ("targets.increment_tce_eq", "targets.intensity_reduction"))
    yearly = bound.made.yearly
    rows = {
        yearly.rows[int(yearly.row_of_entry[p.position]) if p.array == "value" else p.position][0]: p.array
        for p in bound.places
    }
    assert rows == {"pool_balance": "row_lower", "county_intensity": "value"}


def test_a_comparison_that_turns_builds_the_model_anew() -> None:
    scenario = county([unit("U", 100, 500)], total(5))
    bound = bound_to(scenario, ("targets.increment_tce_eq",))
    assert isinstance(bound.at(change(scenario, {"targets.increment_tce_eq": 9.0}).settings), Ready)
    told = bound.at(change(scenario, {"targets.increment_tce_eq": 0.0}).settings)  # no entry for nothing
    assert isinstance(told, Anew)
    assert (told.why, told.detail.partition(":")[0]) == (Why.QUESTION, "ledger.py")


def test_a_session_says_why_it_builds_anew() -> None:
    session = dc.open(county([unit("U", 100, 500), project("P", 10, 20)], total(5)))
    told = []
    for changes in (
        {},
        {"targets.increment_tce_eq": 30.0},
        {"targets.increment_tce_eq": 0.0},
        {"targets.increment_tce_eq": 7.0},
        {"policy.reserve_share": 0.1},
        {"policy.reserve_share": 0.2, "targets.increment_tce_eq": 40.0},
        {"projects.P.value_added_wan_yuan": 25.0},
    ):
        session.set(changes)
        found = session.value()
        assert found == dc.open(session.scenario).value()
        told.append(None if session.anew is None else session.anew.why)
    assert told == [Why.FIRST, None, Why.QUESTION, Why.QUESTION, Why.NEW, None, Why.OTHER]


def test_a_wrong_number_is_refused_and_changes_nothing() -> None:
    session = dc.open(county([unit("U", 100, 500)], total(5)))
    session.value()
    assert "targets.increment_tce_eq" in session.bound
    with pytest.raises(ScenarioError):
        session.set(energy_increment=-1.0)
    with pytest.raises(ScenarioError):
        session.set(energy_increment="many")
    assert session.scenario is session.base


def test_a_bound_change_is_the_change_of_a_folder() -> None:
    scenario = county([unit("U", 100, 500)], total(5))
    session = dc.open(scenario)
    session.value()
    session.set(energy_increment=6.5)
    assert session.anew is not None
    session.value()
    assert session.anew is None
    assert session.scenario.content_hash == change(scenario, {"targets.increment_tce_eq": 6.5}).content_hash


def test_only_given_numbers_are_followed() -> None:
    settings = county([unit("U", 100, 500)], total(5)).settings
    assert is_number(settings, "targets.increment_tce_eq")
    assert not any(
        is_number(settings, key)
        for key in ("targets.co2_budget_t", "targets.manage_total", "plan_year", "a.b")
    )


def test_values_of_many_targets_are_those_of_cold_sessions() -> None:
    session = dc.open(county_of(3))
    for increment in np.linspace(1, 400, 9):
        session.set(energy_increment=float(increment))
        found, cold = session.value(), dc.open(session.scenario).value()
        assert found.status == cold.status
        if cold.value_wan_yuan is not None:
            assert found.value_wan_yuan == pytest.approx(cold.value_wan_yuan, rel=1e-9)
