"""Why not: whether "infeasible" stands a second look, which clauses conflict, and what would bring a plan back."""

from dataclasses import dataclass, replace
from typing import Any

from dualcontrol.explain_conflict import ClauseConflict, conflict_of
from dualcontrol.explain_limits import FLOOR, SOLVED, Bench, clause_program
from dualcontrol.explain_relax import Move, Relaxation, Workshop
from dualcontrol.infeasible import Infeasible, NoConflictError, explain
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario
from dualcontrol.optimise import decided
from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.highs import LiveHighs, Options, SolverError, Status

__all__ = ["Explanation", "Opinion", "explanation", "opinions", "typical"]

FEASIBLE, INFEASIBLE, NO_ANSWER = "feasible", "infeasible", "no_answer"
MOST_CONFLICTS = 3  # conflicts without a clause in common that are told


@dataclass(frozen=True)
class Opinion:
    """What one way of asking says. by: `presolve_off`, `relaxation`, `elastic`; says: feasible, infeasible, no_answer.

    A linear relaxation that is feasible contradicts nothing: yes and no may be what has no plan.
    """

    by: str
    says: str

    @property
    def differs(self) -> bool:
        """Whether it contradicts "infeasible"."""
        return self.by != "relaxation" and self.says == FEASIBLE


@dataclass(frozen=True)
class Explanation:
    """Why a scenario has no plan; value_wan_yuan: of the one it has, and then there is nothing else to tell.

    conflicts: the first is a smallest one, the others have no clause in common with those before. joint: several
    changes together, where the least sum of misses is not in one limit alone. is_typical: the year's network was
    looked at on typical days.
    """

    case: Case | None
    value_wan_yuan: float | None = None
    opinions: tuple[Opinion, ...] = ()
    conflicts: tuple[ClauseConflict, ...] = ()
    single: tuple[Relaxation, ...] = ()
    joint: Relaxation | None = None
    is_typical: bool = False

    @property
    def differ(self) -> bool:
        """Whether the opinions on "infeasible" contradict each other."""
        return any(opinion.differs for opinion in self.opinions)

    def as_dict(self) -> dict[str, Any]:
        """Plain values with stable keys, for programs."""
        return {
            "status": FEASIBLE if self.value_wan_yuan is not None else INFEASIBLE,
            "value_wan_yuan": self.value_wan_yuan,
            "opinions": {opinion.by: opinion.says for opinion in self.opinions},
            "opinions_differ": self.differ,
            "typical_days": self.is_typical,
            "conflicts": [_conflict(one) for one in self.conflicts],
            "relaxations": {
                "single": [_relaxation(one) for one in self.single],
                "joint": None if self.joint is None else _relaxation(self.joint),
            },
        }


def _conflict(conflict: ClauseConflict) -> dict[str, Any]:
    limits = [
        {"name": x.name, "index": x.index, "clause": x.group, "unit": x.unit, "detail": x.detail}
        for x in conflict.limits
    ]
    return {"clauses": list(conflict.groups), "limits": limits, "is_smallest": conflict.is_smallest}


def _relaxation(relaxation: Relaxation) -> dict[str, Any]:
    return {
        "changes": relaxation.changes,
        "value_wan_yuan": relaxation.value_wan_yuan,
        "moves": [_move(move) for move in relaxation.moves],
    }


def _move(move: Move) -> dict[str, Any]:
    lever, is_switch = move.lever, move.lever.kind == "switch"
    return {
        "parameter": lever.name,
        "key": lever.key,
        "clause": lever.clause,
        "limit": lever.limit.name,
        "index": lever.limit.index,
        "unit": lever.unit,
        "old": None if is_switch else float(lever.old),
        "new": lever.to if is_switch else float(move.new),
        "no_plan_at": None if move.short is None else float(move.short),
    }


def explanation(scenario: Scenario) -> Explanation:
    """Why a scenario has no plan, or the plan it has. A year's network is looked at on typical days.

    Errors: SolverError where the solver fails, DisagreementError where the search itself is contradicted.
    """
    short = typical(scenario)
    is_typical = short is not scenario
    try:
        found = decided(judge(account(short)))
        return Explanation(None, float(found.outcome.objective_wan_yuan), is_typical=is_typical)
    except Infeasible as error:
        if error.case is None:
            raise SolverError(str(error)) from error
        case = error.case
    told = opinions(case)
    if any(opinion.differs for opinion in told):
        return Explanation(case, opinions=told, is_typical=is_typical)
    bench = Bench(clause_program(case), _options(case))
    conflicts = [conflict_of(bench)]
    while set(conflicts[-1].groups) - {FLOOR} and len(conflicts) < MOST_CONFLICTS:
        without = frozenset(name for one in conflicts for name in one.groups if name != FLOOR)
        rest = {limit.row for limit in bench.program.limits if limit.group not in without}
        if bench.keep(rest) is not None:
            break
        conflicts.append(conflict_of(bench, without))
    workshop = Workshop(case, bench)
    single = workshop.single(conflicts[0].limits)
    joint = workshop.joint(least=2 if single else 1)
    return Explanation(case, None, told, tuple(conflicts), single, joint, is_typical)


def typical(scenario: Scenario) -> Scenario:
    """The scenario with typical days where it asks for the whole year of its network; else itself."""
    time = scenario.settings.time
    if time.mode != "year":
        return scenario
    settings = scenario.settings.model_copy(update={"time": time.model_copy(update={"mode": "typical"})})
    return replace(scenario, settings=settings)


def _options(case: Case) -> Options:
    return Options(time_limit_s=case.accounts.scenario.settings.solve.time_limit_s)


def opinions(case: Case) -> tuple[Opinion, ...]:
    """What a cold solve without presolve, the linear relaxation and the elastic program say of a case."""
    program, options = clause_program(case).arrays, _options(case)
    return (
        Opinion("presolve_off", _said(program, replace(options, presolve=False))),
        Opinion("relaxation", _said(program.relaxed(), options)),
        Opinion("elastic", _elastic(case)),
    )


def _said(program: Arrays, options: Options) -> str:
    try:
        status = LiveHighs(program, options).solve().status
    except SolverError:
        return NO_ANSWER
    return FEASIBLE if status in SOLVED else INFEASIBLE if status is Status.INFEASIBLE else NO_ANSWER


def _elastic(case: Case) -> str:
    """Infeasible where limits must be missed; no answer where missing them is not enough, or time was up."""
    try:
        found = explain(case)
    except NoConflictError:
        return FEASIBLE
    except SolverError:
        return NO_ANSWER
    return INFEASIBLE if found.gaps else NO_ANSWER
