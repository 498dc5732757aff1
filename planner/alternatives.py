"""What the opposite decision, the plan without a leaders' decision, and simple rules would be worth (3.2.2b, 2.2).

Every answer is one more solve of the plan's own program with a few bounds changed, in one live instance. Without a
network all yes and no are decided anew; with one, the others stay as in the plan, which a meeting can follow and the
solver does in a moment. The plan itself is solved in the same program, so that differences are of like with like.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from dualcontrol import timing
from dualcontrol.model.allocation import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.policy.closures import REPLACED, RETIRED, UPGRADED
from dualcontrol.model.reports import agenda, simple_rules
from dualcontrol.model.reports.decisions import TOGETHER
from dualcontrol.model.scenario import Scenario
from dualcontrol.solvers.compile import Arrays, Label
from dualcontrol.solvers.decompose import with_rows
from dualcontrol.solvers.highs import LiveHighs, Options, Solution, SolverError, Status
from dualcontrol.solving import Solved

Bounds = Mapping[Label, tuple[float, float]]
Limited = tuple[Mapping[Label, float], float, float]  # weights of columns, least, most
INFINITE = float("inf")
GAP = 1e-5  # relative, of an alternative: what is told is a cost, not a plan
# rows that hold a unit's quota in place, set aside where simple rules divide
QUOTA_ROWS = (
    "stock_is_capped", "efficient_units_may_grow", "growth_to_capacity", "dishonest_get_no_grant",
    "limit_of_low_output", "floor_in_service",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """outcome: `solved`, `others_kept` (solved, the other yes and no as in the plan), `infeasible` or `unsolved`.

    value_wan_yuan, energy_tce_eq (the county's, measure intensity, 等价): None without a plan.
    """

    outcome: str
    value_wan_yuan: float | None = None
    energy_tce_eq: float | None = None


@dataclass(frozen=True)
class Claims:
    """The solver's word on the plan and on what else there was, by account, decision and rule."""

    plan: Answer
    matters: Mapping[str, Answer] = field(default_factory=dict)
    decisions: Mapping[str, Answer] = field(default_factory=dict)
    rules: Mapping[str, Answer] = field(default_factory=dict)


def alternatives(
    case: Case, solved: Solved, outcome: Outcome, tables: dict[str, Any], draft: Solved | None = None
) -> Claims:
    """All answers the reports of a plan ask for. tables: `projects`. draft: typical days of a plan over the year.

    SolverError when the plan cannot be repeated.
    """
    with timing.stage("alternatives"):
        scenario = case.accounts.scenario
        wanted = agenda.asked(case, agenda.matters(case, outcome, tables)) if case.is_on("3.2.2b") else []
        groups = _decided(scenario) if case.is_on("3.2.2b") else {}
        if not case.is_on("2.2"):  # nothing is valued
            return Claims(Answer("unsolved"), decisions=dict.fromkeys(groups, Answer("unsolved")))
        rules = _rules(case, outcome)
        if not (wanted or groups or rules):
            return Claims(Answer("unsolved"))
        bench = Bench(case, solved, draft)
        plan = bench.answer()
        if plan.value_wan_yuan is None:
            raise SolverError("the plan's own program has no plan")
        return Claims(
            plan,
            {matter.account: bench.answer(_opposite(matter)) for matter in wanted},
            {name: bench.without(rows) for name, rows in groups.items()},
            {
                "plan": plan,
                **{rule: _divided(case, bench, units, rule == "free") for rule, units in rules.items()},
            }
            if rules
            else {},
        )


class Bench:
    """A plan's program in one live instance; each answer changes some bounds and puts them back."""

    def __init__(self, case: Case, solved: Solved, draft: Solved | None) -> None:
        base = draft or solved
        self.width, self.yearly = len(base.yearly.columns), base.yearly
        self.is_kept = case.power is not None
        self.program = _kept(base, solved) if self.is_kept else _open(base)
        settings = case.accounts.scenario.settings
        self.options = Options(max(GAP, settings.solve.mip_gap), settings.solve.time_limit_s)
        self.live = LiveHighs(self.program, self.options)
        self.place = {label: k for k, label in enumerate(base.yearly.columns)}
        self.row = {label: k for k, label in enumerate(base.yearly.rows)}

    def answer(self, bounds: Bounds | None = None, free: Sequence[Label] = ()) -> Answer:
        """The best value under other bounds of some columns, without some rows."""
        bounds = {label: pair for label, pair in (bounds or {}).items() if label in self.place}
        columns = [self.place[label] for label in bounds]
        rows = [self.row[label] for label in free if label in self.row]
        self.live.change_columns(columns, *_sides(list(bounds.values())))
        for row in rows:
            self.live.change_row(row, -INFINITE, INFINITE)
        try:
            return self._told(self.live.solve())
        except SolverError:
            return Answer("unsolved")
        finally:
            program = self.program
            self.live.change_columns(
                columns, [program.lower[k] for k in columns], [program.upper[k] for k in columns]
            )
            for row in rows:
                self.live.change_row(row, float(program.row_lower[row]), float(program.row_upper[row]))

    def without(self, decisions: Sequence[Any]) -> Answer:
        """The best value without some leaders' decisions; what they decided on is open again."""
        free = [("leaders_decision", row.decision_id) for row in decisions]
        own = [self.place["admitted", row.target_id] for row in decisions if row.what == "admitted"]
        if not (self.is_kept and own):
            return self.answer(free=free)
        program = self.program
        lower, upper, is_integer = program.lower.copy(), program.upper.copy(), program.is_integer.copy()
        lower[own], upper[own] = self.yearly.lower[own], self.yearly.upper[own]
        is_integer[own] = self.yearly.is_integer[own]
        opened = replace(program, lower=lower, upper=upper, is_integer=is_integer)
        return self._solved_anew(self._freed(opened, free))

    def _freed(self, program: Arrays, rows: Sequence[Label]) -> Arrays:
        low, high = program.row_lower.copy(), program.row_upper.copy()
        for label in rows:
            if label in self.row:
                low[self.row[label]], high[self.row[label]] = -INFINITE, INFINITE
        return replace(program, row_lower=low, row_upper=high)

    def _solved_anew(self, program: Arrays) -> Answer:
        try:
            return self._told(LiveHighs(program, self.options).solve())
        except SolverError:
            return Answer("unsolved")

    def within(self, bounds: Bounds, free: Sequence[Label], more: Sequence[Limited]) -> Answer:
        """The same with more rows: weighted sums of some columns, between two numbers."""
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        for label, pair in bounds.items():
            if label in self.place:
                lower[self.place[label]], upper[self.place[label]] = pair
        program = self._freed(replace(self.program, lower=lower, upper=upper), free)
        rows = [
            (
                np.array([self.place[label] for label in weights]),
                np.array(list(weights.values())),
                least,
                most,
            )
            for weights, least, most in more
        ]
        return self._solved_anew(with_rows(program, rows, "total"))

    def _told(self, solution: Solution) -> Answer:
        if solution.status in (Status.OPTIMAL, Status.WITHIN_GAP):
            energy = float(solution.x[self.place["energy", None]])
            return Answer("others_kept" if self.is_kept else "solved", solution.objective, energy)
        return Answer("infeasible" if solution.status is Status.INFEASIBLE else "unsolved")


def _decided(scenario: Scenario) -> dict[str, list[Any]]:
    """Each leaders' decision by its id, and all of them together where there are several."""
    rows = list(scenario.rows("decisions"))
    together = {TOGETHER: rows} if len(rows) > 1 else {}
    return {row.decision_id: [row] for row in rows} | together


def _open(solved: Solved) -> Arrays:
    """The yearly program with every yes and no open again."""
    yearly = solved.yearly
    return replace(solved.program, lower=yearly.lower, upper=yearly.upper, is_integer=yearly.is_integer)


def _kept(base: Solved, solved: Solved) -> Arrays:
    """The program with the yes and no of the plan: those of the year on the typical days of its draft."""
    if base is solved:
        return solved.program
    lower, upper = base.program.lower.copy(), base.program.upper.copy()
    chosen = {label: float(x) for label, x in zip(solved.yearly.columns, solved.x, strict=True)}
    for k in np.flatnonzero(base.yearly.is_integer).tolist():
        lower[k] = upper[k] = round(chosen[base.yearly.columns[k]])
    return replace(base.program, lower=lower, upper=upper)


def _sides(pairs: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [low for low, _ in pairs], [high for _, high in pairs]


def _opposite(matter: agenda.Matter) -> Bounds:
    """The bounds that force the opposite of what the plan decided."""
    owner = matter.account.partition(":")[2]
    forced: dict[str, Bounds] = {
        "no_grant": {("grant", owner): (0.0, 0.0)},
        "no_limit": {("limit", owner): (0.0, 0.0)},
        "refuse": {("admitted", owner): (0.0, 0.0)},
        "admit": {("admitted", owner): (1.0, 1.0)},
        "no_overshoot": {("overshoot", None): (0.0, 0.0), ("waived", None): (0.0, 0.0)},
    }
    return forced[matter.alternative]


def _rules(case: Case, outcome: Outcome) -> dict[str, dict[str, int]]:
    """Quota by rule and unit; `free` says of the division that is best how much there is of it at all."""
    if not (case.accounts.scenario.settings.agenda.simple_rules and case.is_on("2.2")):
        return {}
    given = simple_rules.awards(case, outcome)
    return {"free": next(iter(given.values())), **given} if given else {}


def _divided(case: Case, bench: Bench, quotas: Mapping[str, int], is_free: bool = False) -> Answer:
    """The best value where the units' quotas are given; `is_free`: where only their sum is."""
    bounds: dict[Label, tuple[float, float]] = {}
    for i in case.unit_rows:
        moved = float(quotas[i] - case.rulings.units[i].quota_tce) if i in quotas else 0.0
        bounds |= {("grant", i): (moved, moved), ("limit", i): (0.0, 0.0), ("beyond", i): (0.0, 0.0)}
        if i in quotas:
            place = bench.place["activity", i]
            bounds["activity", i] = (0.0, float(bench.yearly.upper[place]))
    free = [label for label in bench.row if label[0] in QUOTA_ROWS]
    decided = case.accounts.scenario.table("decisions")
    free += [("leaders_decision", d) for d, what in zip(decided["decision_id"], decided["what"], strict=True)
             if what == "quota_tce"]  # fmt: skip
    own = {i: float(case.rulings.units[i].quota_tce) for i in quotas}
    if is_free:
        weights: dict[Label, float] = {}
        for i in quotas:
            bounds["grant", i] = (-own[i], INFINITE)
            for label, weight in _moved(case, i).items():
                weights[label] = weights.get(label, 0.0) + weight
        return bench.within(bounds, free, [(weights, -INFINITE, sum(quotas.values()) - sum(own.values()))])
    more: list[Limited] = []
    for i in quotas:
        if case.closures_of(i):  # what it gives up or earns is part of what it is given
            bounds["grant", i] = (-INFINITE, INFINITE)
            more.append((_moved(case, i), quotas[i] - own[i], quotas[i] - own[i]))
    return bench.within(bounds, free, more) if more else bench.answer(bounds, free)


def _moved(case: Case, unit_id: str) -> dict[Label, float]:
    """What moves a unit's quota where rules divide: the grant, capacity that is given up, what that earns it."""
    weights: dict[Label, float] = {("grant", unit_id): 1.0}
    for c in case.closures_of(unit_id):
        label = {REPLACED: ("admitted", c.project_id), RETIRED: ("retire", c.closure_id)}.get(
            c.kind, ("pair", c.closure_id)
        )
        weights[label] = weights.get(label, 0.0) - c.freed_tce
        if c.kind == UPGRADED:
            weights["upgrade", c.closure_id] = 1.0
    return weights
