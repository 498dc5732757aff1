"""Why a scenario has no plan: planted conflicts are found exactly, and what is offered brings a plan back."""

from functools import cache
from itertools import combinations

import pytest

from dualcontrol.explain import Explanation, explanation
from dualcontrol.explain_limits import Bench, clause_program
from dualcontrol.infeasible import Infeasible
from dualcontrol.model.changes import change
from dualcontrol.solvers.highs import Options
from tests.model.small_cases import case_of, solve
from tests.planner.planted_conflicts import PLANTED


@cache
def explained(name: str) -> Explanation:
    return explanation(PLANTED[name].scenario())


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_conflict_is_found_exactly(name: str) -> None:
    found = explained(name)
    assert found.plan is None
    assert found.conflicts[0].groups == PLANTED[name].clauses
    assert found.conflicts[0].is_smallest
    assert {limit.group for limit in found.conflicts[0].limits} == set(PLANTED[name].clauses)


@pytest.mark.parametrize("name", PLANTED)
def test_brute_force_over_all_sets_finds_no_other_of_that_size(name: str) -> None:
    # every set of as many clauses or fewer, each from nothing and without presolve: only the planted one has no plan
    bench = Bench(clause_program(case_of(PLANTED[name].scenario())), Options())
    planted, groups = PLANTED[name].clauses, bench.program.groups

    def has_plan(chosen: tuple[str, ...]) -> bool:
        return bench.cold({limit.row for one in chosen for limit in groups[one]}) is not None

    sets = [chosen for size in range(len(planted) + 1) for chosen in combinations(groups, size)]
    assert [chosen for chosen in sets if not has_plan(chosen)] == [planted]


@pytest.mark.parametrize("name", PLANTED)
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
