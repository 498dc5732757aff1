"""Why a scenario has no plan: planted conflicts are found exactly, and what is offered brings a plan back."""

import json
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from dualcontrol.cli import main
from dualcontrol.explain import Explanation, explanation
from dualcontrol.explain_limits import Bench, clause_program
from dualcontrol.infeasible import Infeasible
from dualcontrol.model.allocation import Case
from dualcontrol.model.changes import change
from dualcontrol.model.policy import Rulings
from dualcontrol.optimise import Decided
from dualcontrol.solvers.highs import Options
from tests.model.small_cases import case_of, county, project, solve, total, unit, write_county
from tests.planner.planted_conflicts import FLOOR, PLANTED, decision, free, homes, pool, water
from tests.planner.test_coupled import sunny

QUICK = (
    "promise_and_approval",
    "coal_and_intensity",
    "homes_and_pool",
    "promise_pool_and_band",
    "no_half_project",
)


@cache
def explained(name: str) -> Explanation:
    return explanation(PLANTED[name].scenario())


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.slow]) for n in PLANTED]
)
def test_a_planted_conflict_is_found_exactly(name: str) -> None:
    found = explained(name)
    assert found.value_wan_yuan is None
    assert found.conflicts[0].groups == PLANTED[name].clauses
    assert found.conflicts[0].is_smallest
    assert {limit.group for limit in found.conflicts[0].limits} == set(PLANTED[name].clauses)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] if len(p.clauses) > 3 else []) for n, p in PLANTED.items()],
)
def test_brute_force_over_all_sets_finds_no_other_of_that_size(name: str) -> None:
    # every set of as many clauses or fewer, each from nothing and without presolve: only the planted one has no plan
    bench = Bench(clause_program(case_of(PLANTED[name].scenario())), Options())
    planted, groups = PLANTED[name].clauses, bench.program.groups

    def has_plan(chosen: tuple[str, ...]) -> bool:
        return bench.cold({limit.row for one in chosen for limit in groups[one]}) is not None

    sets = [chosen for size in range(len(planted) + 1) for chosen in combinations(groups, size)]
    assert [chosen for chosen in sets if not has_plan(chosen)] == [planted]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.slow]) for n in PLANTED]
)
def test_every_relaxation_brings_a_plan_back_and_a_step_less_does_not(name: str) -> None:
    scenario, found = PLANTED[name].scenario(), explained(name)
    offered = [*found.single, *([found.joint] if found.joint else [])]
    for relaxation in offered:
        plan = solve(change(scenario, relaxation.changes))
        assert plan.summary["objective_wan_yuan"] == pytest.approx(relaxation.value_wan_yuan)
        for move in relaxation.moves:
            if move.short is not None:
                with pytest.raises(Infeasible):
                    solve(change(scenario, move.lever.changes(move.short)))
    assert [opinion.says for opinion in found.opinions if opinion.by != "relaxation"] == ["infeasible"] * 2


def offers(name: str) -> dict[str, object]:
    return {key: value for one in explained(name).single for key, value in one.changes.items()}


def test_the_least_changes_are_those_worked_out_by_hand() -> None:
    assert offers("promise_and_pool")["targets.increment_tce_eq"] == 100
    assert offers("promise_and_pool")["targets.overshoot_max_share"] == pytest.approx(0.06)  # 60 of 1000
    assert offers("promise_and_approval")["projects.P.is_quota_approved"] is True
    assert offers("promise_and_allowance") == {"decisions.d_A.value": 1050, "policy.allowance_share": 0.1}
    assert offers("homes_and_pool")["society.homes.floor_share"] == 0.5
    # 900 tce over 950 万元 is 94.74 % of 1 tce per 万元; at a share a of coal a/(a/2 + 0.5) = 0.9 is 9/11
    assert offers("coal_and_intensity") == {
        "targets.intensity_reduction": 0.0526, "output_targets.coal.min_output": 818,
    }  # fmt: skip
    assert offers("coal_and_water") == {"resources.water.budget": 9, "output_targets.coal.min_output": 500}
    # a share of the penalty that is given back is 0.02 at most: none of the 2 %, as the record bars what is left
    assert offers("promise_and_conduct") == {"decisions.d_A.value": 980}
    assert offers("promise_and_review") == {"decisions.d_P.kind": "max", "decisions.d_P.value": 1}


@pytest.mark.slow
def test_no_half_project_is_infeasible_only_by_yes_and_no() -> None:
    said = {opinion.by: opinion.says for opinion in explained("no_half_project").opinions}
    assert said == {"presolve_off": "infeasible", "relaxation": "feasible", "elastic": "infeasible"}
    assert not explained("no_half_project").differ


def test_two_conflicts_need_two_changes() -> None:
    # water for 0.5 of A and carbon for 0.6 of it, under a technology floor of 0.9: 0.4 x 10 and 0.3 x 2600 are missed
    found = explanation(
        county(
            [unit("A", 1000, 500, activity_min=0.9)], free(co2_budget_t=1560), **water(5)
        )
    )  # fmt: skip
    assert [one.groups for one in found.conflicts] == [("3.2.1a", FLOOR), ("3.3.4b", FLOOR)]
    assert found.single == ()
    assert found.joint is not None
    assert found.joint.changes == {"targets.co2_budget_t": 2340, "resources.water.budget": 9}


@pytest.mark.slow
def test_whole_tonnes_take_their_room() -> None:
    # homes need 60.3 tce and P 100.7: 161 together, but 61 and 101 in whole tonnes
    owners = [unit("A", 1000, 500, sector="heavy"), project("P", 100.7, 500)]
    scenario = county(owners, pool(120), society=[homes(60.3, 1.0)], decisions=[decision("P")])
    (move,) = next(
        one.moves for one in explanation(scenario).single if one.moves[0].lever.name == "increment"
    )
    assert (move.new, move.short) == (162, 161)
    assert solve(change(scenario, move.changes)).summary["objective_wan_yuan"] == 1000
    with pytest.raises(Infeasible):
        solve(change(scenario, {"targets.increment_tce_eq": 161}))


def test_one_clause_may_contradict_itself() -> None:
    # P is to be admitted and not to be: one clause, whose limits conflict among themselves
    promises = [decision("P", value=value) | {"decision_id": f"d{value}"} for value in (0, 1)]
    owners = [unit("A", 1000, 500), project("P", 100, 500)]
    found = explanation(county(owners, pool(500), decisions=promises))
    assert [one.groups for one in found.conflicts] == [("3.2.2b",)]
    assert {limit.index for limit in found.conflicts[0].limits} == {"d0", "d1"}
    assert [one.changes for one in found.single] == [
        {f"decisions.d{k}.kind": "max", f"decisions.d{k}.value": 1} for k in (0, 1)
    ]


def test_a_scenario_with_a_plan_has_nothing_to_explain() -> None:
    found = explanation(county([unit("A", 1000, 500)], total(0)))
    assert found.value_wan_yuan == 500
    assert (found.conflicts, found.single, found.joint) == ((), (), None)
    assert found.as_dict()["status"] == "feasible"


def test_a_wrong_infeasible_is_contradicted(monkeypatch: pytest.MonkeyPatch) -> None:
    # the optimisation says infeasible of a case that has a plan: presolve off and the elastic program say otherwise
    def refuse(rulings: Rulings) -> Decided:
        raise Infeasible(Case(rulings))

    monkeypatch.setattr("dualcontrol.explain.decided", refuse)
    found = explanation(county([unit("A", 1000, 500)], total(0)))
    assert found.differ
    assert {o.by: o.says for o in found.opinions} == dict.fromkeys(
        ("presolve_off", "relaxation", "elastic"), "feasible"
    )
    assert (found.conflicts, found.single) == ((), ())


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as end:
        main(["explain", *(str(one) for one in arguments)])
    return int(end.value.code or 0)


@pytest.mark.slow
def test_the_command_tells_the_conflict_and_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    owners = [unit("A", 1000, 500, sector="heavy"), project("P", 100, 500)]
    source = write_county(tmp_path / "s", owners, pool(40), decisions=[decision("P")])
    assert run(source, "--lang", "en") == 3
    said = capsys.readouterr()
    assert "3.2.1b: energy total (the pool is not overdrawn)" in said.out
    assert "new increment (等价, equivalent) from 40 tce to 100 tce, +60 tce (3.2.1b)" in said.out
    assert "There is no plan" in said.err
    assert run(source, "--lang", "zh") == 3
    assert "领导决定" in capsys.readouterr().out
    assert run(source, "--json") == 3
    told = json.loads(capsys.readouterr().out)
    assert told["conflicts"][0]["clauses"] == ["3.2.1b", "3.2.2b"]
    assert told["relaxations"]["single"][0]["changes"] == {"targets.increment_tce_eq": 100}
    assert told["relaxations"]["single"][0]["moves"][0]["no_plan_at"] == 99
    assert set(told) >= {
        "ok",
        "exit_code",
        "error",
        "status",
        "opinions",
        "opinions_differ",
        "typical_days",
        "told",
    }
    assert run(source, "--set", "targets.increment_tce_eq=100", "--lang", "en") == 0
    assert "There is a plan: net value 1,000" in capsys.readouterr().out
    assert run(tmp_path / "nowhere") == 2


def test_opinions_that_differ_are_no_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(rulings: Rulings) -> Decided:
        raise Infeasible(Case(rulings))

    monkeypatch.setattr("dualcontrol.explain.decided", refuse)
    source = write_county(tmp_path / "s", [unit("A", 1000, 500)], total(0))
    assert run(source, "--json") == 5
    assert json.loads(capsys.readouterr().out)["opinions_differ"] is True


@pytest.mark.slow
def test_committed_builds_that_exclude_each_other() -> None:
    # B and C are both committed, and C is not built where B is: either commitment may go, nothing else helps
    builds = [
        {"build_id": "B", "annual_cost_wan_yuan": 100, "status": "committed"},
        {"build_id": "C", "annual_cost_wan_yuan": 50, "status": "committed", "excludes_id": "B"},
    ]
    scenario = sunny(network={"builds": builds})
    found = explanation(scenario)
    assert [one.groups for one in found.conflicts] == [("3.4.3",)]
    assert {limit.index for limit in found.conflicts[0].limits} == {"B", "C"}
    assert [one.changes for one in found.single] == [{f"power/builds.{b}.status": "open"} for b in ("B", "C")]
    for relaxation in found.single:
        plan = solve(change(scenario, relaxation.changes))
        assert plan.summary["objective_wan_yuan"] == pytest.approx(relaxation.value_wan_yuan)


def test_a_year_is_looked_at_on_typical_days() -> None:
    found = explanation(sunny(time={"mode": "year"}))
    assert found.is_typical
    assert found.value_wan_yuan is not None
