"""Which numbers of a plan are firm: how far each quota could differ at little less value, and what an opposite costs.

The plan's yes and no are kept and one more row holds the value: `value >= (1 - within) * the plan's`. Under it each
quota, as the model itself forms it, is made as small and as large as it can be, one at a time, in one live instance.
The ranges are therefore not of one other plan: not all quotas can be at their ends together. For yes and no of
projects the opposite is forced and the rest decided anew (with a network the other yes and no are kept).
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dualcontrol import timing
from dualcontrol.alternatives import Bench
from dualcontrol.batch_sweep import OFF
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case, build_model
from dualcontrol.model.changes import change
from dualcontrol.model.plan import Plan
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario
from dualcontrol.optimise import Optimised, optimised
from dualcontrol.solvers.compile import Arrays, Floats, Label, expressions
from dualcontrol.solvers.decompose import with_rows
from dualcontrol.solvers.highs import LiveHighs, Options, SolverError, Status
from dualcontrol.solving import Solved

WITHIN = 0.001
FIRM_SHARE, FIRM_TCE = 0.01, 1.0  # a quota that could differ by no more, in all, is firm
KILOGRAM = 1e-3  # tce: less beyond a whole tonne is rounding
NUMERICAL = 1e-9  # relative slack of the value, without which rounding could leave no plan at all
KEPT, SOLVED, NOT_ASKED = "others_kept", "solved", "not_asked"


@dataclass(frozen=True)
class Range:
    """An account's quota (tce): in the plan, at least and at most; and the opposite of a project's yes or no.

    least_tce, most_tce: whole tonnes outwards, inf without an end. decision: of a project, as in `projects.csv`.
    opposite: `solved`, `others_kept`, `infeasible`, `unsolved`, or `not_asked` where nothing was decided.
    opposite_cost_wan_yuan: None without an answer. is_decision_firm: None where it is not known.
    """

    account: str
    kind: str
    name: str
    quota_tce: int
    least_tce: float
    most_tce: float
    decision: str = ""
    opposite: str = NOT_ASKED
    opposite_cost_wan_yuan: float | None = None
    is_decision_firm: bool | None = None

    @property
    def is_firm(self) -> bool:
        """Whether the quota could differ by no more than a hundredth, or a tonne."""
        return self.most_tce - self.least_tce <= max(FIRM_TCE, FIRM_SHARE * self.quota_tce)


@dataclass(frozen=True)
class Ranges:
    """All ranges at `within` (share of the value); value_wan_yuan: the plan's before rounding, which is held."""

    within: float
    value_wan_yuan: float
    rows: tuple[Range, ...]

    @property
    def loss_wan_yuan(self) -> float:
        """What may be lost."""
        return self.within * abs(self.value_wan_yuan)


def plan_to_range(scenario: Scenario) -> Optimised:
    """The plan whose ranges are asked for: a network on typical days, no questions for the standing meeting.

    Errors: Infeasible, SolverError.
    """
    if scenario.settings.time.mode == "year":
        scenario = change(scenario, {"time.mode": "typical"})
    return optimised(judge(account(change(scenario, OFF))))


def ranges(found: Optimised, within: float = WITHIN) -> Ranges:
    """The ranges of a plan's quotas at a share `within` of less value. Errors: SolverError; ValueError: within < 0."""
    if not within >= 0:
        raise ValueError(f"a share of value, not {within}")
    case, solved = found.case, found.solved
    told = Ranges(within, solved.value, ())
    with timing.stage("ranges"):
        ends = _ends(case, solved, told.loss_wan_yuan)
    quotas = [
        _range(ends, row.account, row.kind, row.name, row.quota_tce)
        for row in found.plan.quotas.itertuples()
        if row.kind != "grid"  # the difference between two ways of counting, not somebody's quota
    ]
    projects = [
        _range(ends, f"project:{row.project_id}", "project", row.name, row.quota_tce)
        for row in found.plan.projects.itertuples()
    ]
    with timing.stage("alternatives"):
        projects = _opposites(case, solved, found.plan, projects, told.loss_wan_yuan)
    return replace(told, rows=(*quotas, *projects))


def quota_expressions(case: Case) -> dict[Label, Any]:
    """What the model gives each account, as expressions of its variables: ("unit" | "society" | "project", id)."""
    model = build_model(case)
    kinds = {"unit": model.quota, "society": model.society_total, "project": model.project_total}
    return {(kind, owner): amount for kind, of in kinds.items() for owner, amount in of.items()}


def _ends(case: Case, solved: Solved, loss: float) -> dict[str, tuple[float, float]]:
    """Least and most quota by account, exact."""
    program = _held(solved.program, solved.value - loss)
    settings = case.accounts.scenario.settings
    live = LiveHighs(program, Options(time_limit_s=settings.solve.time_limit_s))
    more = np.zeros(len(program.columns) - len(solved.yearly.columns))
    ends = {}
    for (kind, owner), (cost, constant) in expressions(solved.yearly, quota_expressions(case)).items():
        whole = np.concatenate([cost, more])
        least, most = (_best(live, program, sign * whole) for sign in (-1.0, 1.0))
        ends[f"{kind}:{owner}"] = constant - least, constant + most
    return ends


def _held(program: Arrays, value: float) -> Arrays:
    """The program with a row that keeps its value; without a value there is nothing to keep."""
    used = np.flatnonzero(program.cost)
    if not len(used):
        return program
    floor = value - NUMERICAL * max(1.0, abs(value)) - program.offset
    return with_rows(program, [(used, program.cost[used], floor, np.inf)], "value_held")


def _best(live: LiveHighs, program: Arrays, cost: Floats) -> float:
    """The most of `cost·x`; inf without an end. What fails hot is asked once more in an instance of its own."""
    if not cost.any():
        return 0.0
    asked = replace(program, cost=cost, offset=0.0)
    live.update(asked)
    solution = live.solve()
    if solution.status is Status.ERROR:
        solution = LiveHighs(asked, live.options).solve()
    if solution.status is Status.UNBOUNDED:
        return math.inf
    if solution.status is not Status.OPTIMAL:
        raise SolverError(f"range of a quota: {solution.status.value}")
    return solution.objective


def _range(ends: dict[str, tuple[float, float]], name: str, kind: str, told: str, quota: int) -> Range:
    """In whole tonnes outwards; what the plan gives is within, though more than one of its moves is rounded."""
    least, most = ends[name]
    low = least if math.isinf(least) else float(math.floor(least + KILOGRAM))
    high = most if math.isinf(most) else float(math.ceil(most - KILOGRAM))
    return Range(name, kind, str(told), int(quota), min(low, float(quota)), max(high, float(quota)))


def _opposites(case: Case, solved: Solved, plan: Plan, rows: list[Range], loss: float) -> list[Range]:
    """The projects with what the opposite of each yes or no costs."""
    decided = dict(zip("project:" + plan.projects["project_id"], plan.projects["decision"], strict=True))
    bench = Bench(case, solved, None)
    best = bench.answer().value_wan_yuan
    if best is None:
        raise SolverError("the plan's own program has no plan")
    told = []
    for row in rows:
        column, decision = ("admitted", row.account.partition(":")[2]), decided[row.account]
        row = replace(row, decision=decision)
        if (
            solved.yearly.upper[bench.place[column]] <= 0
        ):  # stopped by a gate, or of a later year: no decision
            told.append(row)
            continue
        answer = bench.answer({column: (0.0, 0.0) if decision == "admitted" else (1.0, 1.0)})
        cost = None if answer.value_wan_yuan is None else best - answer.value_wan_yuan
        firm = None if answer.outcome == "unsolved" else cost is None or cost > loss
        told.append(replace(row, opposite=answer.outcome, opposite_cost_wan_yuan=cost, is_decision_firm=firm))
    return told
