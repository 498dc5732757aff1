"""One set of admissions for several target scenarios: the one that does least badly, and what can wait.

Admissions of projects and builds are decided now and are the same whatever comes; activity, grants, limits, measures
and all the rest follow once the targets are known. Regret of a scenario: by how much its best plan under the common
admissions is worth less than its own best plan. The largest weighted regret is made as small as it can be, then the
weighted mean (a program over all scenarios at once). Values are those of the first stage, without the margin for whole
tonnes and before ranking.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from dualcontrol import timing
from dualcontrol.frontier import Built, built_at
from dualcontrol.model.changes import change
from dualcontrol.model.scenario import Scenario
from dualcontrol.solvers.compile import Arrays, Floats, Label
from dualcontrol.solvers.extensive import Extensive, columns_like, extensive, with_largest
from dualcontrol.solvers.highs import LiveHighs, Options, Solution, SolverError, Status
from dualcontrol.solving import options_of

Verdict = Literal["commit", "refuse", "leave_open", "barred"]
NOW = ("admitted", "built")  # what is decided before the targets are known
GAP = 1e-4  # relative, of a regret
KEPT = 1e-9  # of the largest value: so much may the largest regret grow while the mean is made small
YES = 1e-6  # a share above is a yes
MOST = 50  # scenarios
FOUND = (Status.OPTIMAL, Status.WITHIN_GAP)


@dataclass(frozen=True)
class Future:
    """A target scenario: its name, weight, inputs."""

    name: str
    weight: float
    scenario: Scenario


@dataclass(frozen=True)
class Outlook:
    """What a scenario can be worth (万元): on its own, and under the common admissions; None without a plan.

    open_wan_yuan: by how much its own best may be better still (the solver's gap): regrets are no surer than that.
    """

    name: str
    weight: float
    status: Status
    open_wan_yuan: float = 0.0
    best_wan_yuan: float | None = None
    common_wan_yuan: float | None = None

    @property
    def regret_wan_yuan(self) -> float | None:
        """By how much the common plan is worse; None where there is nothing to compare."""
        if self.best_wan_yuan is None or self.common_wan_yuan is None:
            return None
        return max(0.0, self.best_wan_yuan - self.common_wan_yuan)


@dataclass(frozen=True)
class Choice:
    """A project or build: what each scenario would decide for itself, and the common decision.

    own: share by scenario that has a plan. common: its share now. verdict: `commit` where all scenarios have it,
    `refuse` where none has, `leave_open` where they differ, `barred` where it may in none. if_yes, if_no: the largest
    weighted regret (万元) were it alone decided now and all the rest later; of those to be left open, inf where a
    scenario has no plan then, NaN where not asked (divisible) or not answered.
    """

    kind: str
    owner: str
    name: str
    own: Mapping[str, float]
    common: float
    verdict: Verdict
    if_yes_wan_yuan: float = math.nan
    if_no_wan_yuan: float = math.nan


@dataclass(frozen=True)
class Regret:
    """The common plan. is_proven: no other has a smaller largest weighted regret (but for a relative gap of 1e-4).

    largest_wan_yuan, mean_wan_yuan: weighted regrets, the mean by the weights; None without a common plan.
    """

    outlooks: tuple[Outlook, ...]
    choices: tuple[Choice, ...]
    largest_wan_yuan: float | None
    mean_wan_yuan: float | None
    is_proven: bool

    @property
    def infeasible(self) -> tuple[str, ...]:
        """Scenarios without a plan of their own: they are left out."""
        return tuple(one.name for one in self.outlooks if one.status is Status.INFEASIBLE)


@dataclass(frozen=True)
class _Alone:
    """A scenario by itself: its program and its own best plan."""

    future: Future
    built: Built
    solution: Solution

    @property
    def goal(self) -> float:
        """The value of its own best plan without the constant."""
        return self.solution.objective - self.built.program.offset

    def share(self, label: Label) -> float:
        """What its own plan decides."""
        return float(self.solution.x[self.built.program.column(*label)])


def regret(futures: Sequence[Future], tick: Callable[[int, int], None] = lambda done, of: None) -> Regret:
    """The common admissions of least regret. A network is taken on typical days. `tick(done, of)`: scenarios solved.

    Scenarios without a plan of their own are left out and named. Errors: SolverError; ValueError without scenarios.
    """
    if not futures:
        raise ValueError("no scenarios to weigh")
    alone: list[_Alone] = []
    outlooks: list[Outlook] = []
    for k, future in enumerate(futures, start=1):
        one = _by_itself(future)
        gap = max(0.0, one.solution.bound - one.solution.objective) if one.solution.x.size else 0.0
        outlooks.append(Outlook(future.name, future.weight, one.solution.status, gap))
        if one.solution.status in FOUND:
            alone.append(one)
        elif one.solution.status is not Status.INFEASIBLE:
            raise SolverError(f"{future.name}: {one.solution.status.value}")
        tick(k, len(futures))
    if not alone:
        return Regret(tuple(outlooks), (), None, None, is_proven=True)
    shared = columns_like([one.built.yearly for one in alone], NOW)
    with timing.stage("value"):
        common, is_proven = _common(alone, shared)
    if common is None:
        own = {one.future.name: one.solution.objective for one in alone}
        told = tuple(replace(one, best_wan_yuan=own.get(one.name)) for one in outlooks)
        return Regret(told, _choices(alone, shared, {}), None, None, is_proven)
    values = {one.future.name: _value(one, common) for one in alone}
    best = {
        one.future.name: max(one.solution.objective, values[one.future.name] or -math.inf) for one in alone
    }
    told = tuple(
        replace(one, best_wan_yuan=best.get(one.name), common_wan_yuan=values.get(one.name))
        for one in outlooks
    )
    weighed = [(one.weight, one.regret_wan_yuan) for one in told if one.regret_wan_yuan is not None]
    if len(weighed) < len(alone):
        raise SolverError("the common plan does not hold in every scenario")
    largest = max(weight * lost for weight, lost in weighed)
    mean = sum(weight * lost for weight, lost in weighed) / sum(weight for weight, _ in weighed)
    return Regret(told, _choices(alone, shared, common), largest, mean, is_proven)


def _by_itself(future: Future) -> _Alone:
    scenario = future.scenario
    if scenario.settings.time.mode == "year":
        scenario = change(scenario, {"time.mode": "typical"})
    built = built_at(scenario, {})
    return _Alone(future, built, LiveHighs(built.program, options_of(built.case)).solve())


def _common(alone: Sequence[_Alone], shared: Sequence[Label]) -> tuple[dict[Label, float] | None, bool]:
    """The common decisions, None where there are none that fit all scenarios; and whether they are proven best."""
    programs = [one.built.program for one in alone]
    costs, goals = [program.cost for program in programs], [one.goal for one in alone]
    weights = [one.future.weight for one in alone]
    joint = with_largest(extensive(programs, set(shared)), costs, goals, weights)
    last = len(joint.program.columns) - 1
    limit = sum(options_of(one.built.case).time_limit_s for one in alone)
    options = Options(GAP, limit)
    cost = np.zeros(last + 1)
    cost[last] = -1.0
    least = LiveHighs(replace(joint.program, cost=cost), options).solve()
    if least.status is Status.INFEASIBLE:
        return None, True
    if not least.x.size:
        raise SolverError(least.status.value)
    largest = float(least.x[last]) + KEPT * max(
        weight * max(1.0, abs(goal)) for weight, goal in zip(weights, goals, strict=True)
    )
    found = _least_mean(joint, costs, goals, weights, largest, options)
    x = found.x if found.x.size else least.x
    decided = {label: float(x[at]) for label, at in _places(joint, programs, shared).items()}
    return decided, least.status in FOUND


def _least_mean(
    joint: Extensive,
    costs: Sequence[Floats],
    goals: Sequence[float],
    weights: Sequence[float],
    largest: float,
    options: Options,
) -> Solution:
    """Of all with a largest weighted regret of no more than that, the one of least weighted mean."""
    total = joint.cost_of([weight * cost for weight, cost in zip(weights, costs, strict=True)])
    upper = joint.program.upper.copy()
    upper[-1] = largest
    goal = sum(weight * own for weight, own in zip(weights, goals, strict=True))
    program = replace(
        joint.program, cost=total, offset=-goal, upper=upper
    )  # minus the sum: its gap is relative
    return LiveHighs(program, options).solve()


def _places(joint: Extensive, programs: Sequence[Arrays], shared: Sequence[Label]) -> dict[Label, int]:
    wanted, found = set(shared), {}
    for place, program in zip(joint.places, programs, strict=True):
        for k, label in enumerate(program.columns):
            if label in wanted:
                found[label] = int(place[k])
    return found


def _value(one: _Alone, decided: Mapping[Label, float]) -> float | None:
    """The best value of a scenario under decisions made before; None without a plan."""
    program = one.built.program
    lower, upper = program.lower.copy(), program.upper.copy()
    for k, label in enumerate(one.built.yearly.columns):
        if label in decided:
            share = round(decided[label]) if program.is_integer[k] else decided[label]
            lower[k] = upper[k] = min(max(share, program.lower[k]), program.upper[k])
    solution = LiveHighs(replace(program, lower=lower, upper=upper), options_of(one.built.case)).solve()
    if solution.status is Status.INFEASIBLE:
        return None
    if solution.status not in FOUND:
        raise SolverError(f"{one.future.name}: {solution.status.value}")
    return solution.objective


def _choices(
    alone: Sequence[_Alone], shared: Sequence[Label], common: Mapping[Label, float]
) -> tuple[Choice, ...]:
    names = _names(alone[0].built)
    choices = []
    for label in shared:
        column, owner = label
        kind = "project" if column == "admitted" else "build"
        own = {one.future.name: one.share(label) for one in alone}
        verdict = _verdict(alone, label, list(own.values()))
        told = Choice(
            kind, str(owner), names.get((kind, owner), ""), own, common.get(label, math.nan), verdict
        )
        if verdict == "leave_open" and all(_is_whole(one, label) for one in alone):
            told = replace(
                told,
                if_yes_wan_yuan=_if_decided(alone, label, 1.0),
                if_no_wan_yuan=_if_decided(alone, label, 0.0),
            )
        choices.append(told)
    return tuple(sorted(choices, key=lambda one: (one.kind != "project", one.owner)))


def _verdict(alone: Sequence[_Alone], label: Label, shares: Sequence[float]) -> Verdict:
    if all(one.built.program.upper[one.built.program.column(*label)] <= 0 for one in alone):
        return "barred"
    if min(shares) > YES:
        return "commit"
    return "leave_open" if max(shares) > YES else "refuse"


def _is_whole(one: _Alone, label: Label) -> bool:
    return bool(one.built.program.is_integer[one.built.program.column(*label)])


def _if_decided(alone: Sequence[_Alone], label: Label, share: float) -> float:
    """The largest weighted regret were this alone decided now; inf where a scenario has no plan then."""
    worst = 0.0
    for one in alone:
        if abs(one.share(label) - share) <= YES:
            continue
        if share > one.built.program.upper[one.built.program.column(*label)]:
            return math.inf
        value = _value(one, {label: share})
        if value is None:
            return math.inf
        worst = max(worst, one.future.weight * (one.solution.objective - value))
    return worst


def _names(built: Built) -> dict[tuple[str, str], str]:
    scenario = built.case.accounts.scenario
    found = {("project", row.project_id): str(row.name) for row in scenario.rows("projects")}
    if built.case.power is not None:
        found |= {("build", str(row.build_id)): str(row.name) for row in scenario.rows("power/builds")}
    return found
