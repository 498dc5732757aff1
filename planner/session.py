"""A live session: change a target, a rule or a cell, and have the new plan at once (design §5, §7).

    import dualcontrol as dc

    session = dc.open("scenarios/dalad-2022")
    session.set(energy_increment=30_000, intensity_reduction=0.035)
    session.preview()   # 预览: the last plan's yes and no, hot; no plan
    session.solve()     # the plan: that of a cold `dc.optimise` of the changed scenario

What a parameter touches is found by compiling the changed case and laying its arrays beside the last ones, so nothing
is forgotten; HiGHS gets only the numbers that differ. `session.changes` says what was touched, or why not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dualcontrol import timing
from dualcontrol.coupling import KeptHours
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case
from dualcontrol.model.changes import change
from dualcontrol.model.plan import Plan
from dualcontrol.model.policy import Rulings, judge
from dualcontrol.model.scenario import Scenario, load
from dualcontrol.optimise import Optimised, optimised, outcome_of
from dualcontrol.solvers.changes import Rebuilt
from dualcontrol.solvers.highs import Status
from dualcontrol.solvers.lives import Lives, Taken
from dualcontrol.solving import NoPlan, Solved, Solvers, solve_case

__all__ = ["SHORTCUTS", "NotSolvedError", "Preview", "Session", "open_session"]

# what a telephone call names, and the setting it is
SHORTCUTS: Mapping[str, str] = {
    "energy_increment": "targets.increment_tce_eq",
    "intensity_reduction": "targets.intensity_reduction",
    "gdp_growth": "targets.gdp_growth",
    "carbon_budget": "targets.co2_budget_t",
    "carbon_intensity_reduction": "targets.co2_intensity_reduction",
    "overshoot_share": "targets.overshoot_max_share",
}
PREVIEW = {"zh": "预览", "en": "preview"}


class NotSolvedError(RuntimeError):
    """A preview was asked for before there was a plan whose yes and no it could keep."""


@dataclass(frozen=True)
class Preview:
    """What the last plan's yes and no would give under the changed parameters; no plan, and never published.

    status: optimal, or why there is nothing. value_wan_yuan, gdp_wan_yuan, energy_tce_eq (county, 等价, measure
    intensity): None without an answer. quotas: whole tce by account (`unit:<id>`, `project:<id>`, ...) of an allocation
    without the margin for whole tonnes; pool_short_tce: by how much they then overdraw the pool. A plan gives so much
    up, and for the rest is worth as much or more, since it chooses yes and no anew.
    """

    status: Status
    value_wan_yuan: float | None = None
    gdp_wan_yuan: float | None = None
    energy_tce_eq: float | None = None
    quotas: Mapping[str, int] | None = None
    pool_short_tce: int = 0
    label_zh: str = PREVIEW["zh"]
    label_en: str = PREVIEW["en"]


class Session:
    """A scenario whose parameters change, and the solver instances that are kept while they do.

    scenario: the one as changed so far. plan: the last one solved, None before the first. changes: how the programs
    of the last `solve` or `preview` came into their instances, stage by stage.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.base = scenario
        self.scenario = scenario
        self._rulings: Rulings | None = None
        self._last: Optimised | None = None
        self._choice, self._preview, self._kept = Lives(), Lives(), KeptHours()
        self.changes: tuple[Taken, ...] = ()

    @property
    def plan(self) -> Plan | None:
        """The plan of the last `solve`."""
        return None if self._last is None else self._last.plan

    @property
    def rebuilt(self) -> tuple[Rebuilt, ...]:
        """Why programs of the last `solve` or `preview` were handed over whole; empty where none was."""
        return tuple(taken.change for taken in self.changes if isinstance(taken.change, Rebuilt))

    def set(self, changes: Mapping[str, object] | None = None, /, **named: object) -> Scenario:
        """Change parameters: shortcuts of `SHORTCUTS`, settings by dotted key, cells as `<table>.<key>.<column>`.

        None takes a setting away or empties a cell. All changes or none: ScenarioError tells what is wrong with them,
        and the session stays as it was. Returns the changed scenario.
        """
        wanted = {SHORTCUTS.get(key, key): value for key, value in {**(changes or {}), **named}.items()}
        changed = change(self.scenario, wanted)
        if changed.content_hash != self.scenario.content_hash:
            self._rulings = None
        self.scenario = changed
        return changed

    def reset(self) -> None:
        """Back to the scenario the session was opened with; plan and instances stay."""
        self.scenario, self._rulings = self.base, None

    @property
    def rulings(self) -> Rulings:
        """The changed scenario accounted and judged (once per change)."""
        if self._rulings is None:
            self._rulings = judge(account(self.scenario))
        return self._rulings

    def solve(self) -> Plan:
        """The plan of the scenario as changed: that of `dc.optimise`, which also says what errors there are.

        After an error the last plan is still there, and the next solve is as good as any.
        """
        self._choice.clear()
        try:
            self._last = optimised(self.rulings, Solvers(choice=self._choice.solve, kept=self._kept))
        finally:
            self.changes = tuple(self._choice.taken)
        return self._last.plan

    def preview(self) -> Preview:
        """Value and quotas with the yes and no of the last plan, from the linear program, solved hot.

        What is no longer possible falls, what is new is left out. NotSolvedError before the first plan; SolverError
        when HiGHS fails.
        """
        if self._last is None:
            raise NotSolvedError("there is no plan yet whose yes and no could be kept: solve first")
        self._preview.clear()
        solvers = Solvers(self._preview.solve, self._preview.solve, self._kept)
        case = Case(self.rulings)
        try:
            with timing.stage("preview"):
                solved = solve_case(case, self._last.solved, solvers)
        except NoPlan as error:
            return Preview(error.status)
        finally:
            self.changes = tuple(self._preview.taken)
        return _told(case, solved)


def _told(case: Case, solved: Solved) -> Preview:
    outcome = outcome_of(case, solved)
    accounts = [f"unit:{i}" for i in case.unit_rows] + [f"society:{s}" for s in case.society]
    accounts += [f"project:{j}" for j in case.project_rows]
    return Preview(
        solved.first.status,
        solved.value,
        float(outcome.county.gdp_wan_yuan),
        float(outcome.county.energy_eq_tce["intensity"]),
        {name: outcome.quota(name) for name in accounts},
        outcome.pool_short_tce,
    )


def open_session(scenario: Scenario | Path | str) -> Session:
    """A session on a scenario or a scenario folder. ScenarioError for a folder with problems."""
    return Session(scenario if isinstance(scenario, Scenario) else load(scenario))
