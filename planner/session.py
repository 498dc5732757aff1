"""A live session: change a target, a rule or a cell, and have the new plan at once (design §5, §7).

    import dualcontrol as dc

    session = dc.open("scenarios/dalad-2022")
    session.set(energy_increment=30_000, intensity_reduction=0.035)
    session.preview()   # 预览: the last plan's yes and no, hot; no plan
    session.solve()     # the plan: that of a cold `dc.optimise` of the changed scenario

What a parameter touches is found by compiling the changed case and laying its arrays beside the last ones, so nothing
is forgotten; HiGHS gets only the numbers that differ. `session.changes` says what was touched, or why not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from dualcontrol import timing
from dualcontrol.binding import Anew, Bound, Why, bind, is_number
from dualcontrol.coupling import KeptHours
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case
from dualcontrol.model.changes import change, settings_with
from dualcontrol.model.plan import Plan
from dualcontrol.model.policy import Rulings, judge
from dualcontrol.model.power.inputs import has_network
from dualcontrol.model.scenario import Scenario, load
from dualcontrol.optimise import Optimised, optimised, outcome_of
from dualcontrol.solvers.changes import Rebuilt
from dualcontrol.solvers.highs import Status
from dualcontrol.solvers.lives import Lives, Taken
from dualcontrol.solving import NoPlan, Ready, Solved, Solvers, ready, solve_case, solve_days, solve_held
from dualcontrol.years import KeptYears

__all__ = ["SHORTCUTS", "Anew", "NotSolvedError", "Preview", "Session", "Value", "Why", "open_session"]

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
    intensity): of the linear program, before whole tonnes; None without an answer. A plan gives a little up for its
    margin of whole tonnes, and for the rest is worth as much or more, since it chooses yes and no anew.
    """

    status: Status
    value_wan_yuan: float | None = None
    gdp_wan_yuan: float | None = None
    energy_tce_eq: float | None = None
    label_zh: str = PREVIEW["zh"]
    label_en: str = PREVIEW["en"]
    settle: Callable[[], tuple[Mapping[str, int], int]] | None = field(
        default=None, repr=False, compare=False
    )

    @cached_property
    def _settled(self) -> tuple[Mapping[str, int] | None, int]:
        return self.settle() if self.settle else (None, 0)

    @property
    def quotas(self) -> Mapping[str, int] | None:
        """Whole tce by account (`unit:<id>`, `project:<id>`, ...), settled when asked for; None without an answer.

        Of an allocation without the margin for whole tonnes.
        """
        return self._settled[0]

    @property
    def pool_short_tce(self) -> int:
        """By how much these whole tonnes overdraw the pool."""
        return self._settled[1]


@dataclass(frozen=True)
class Value:
    """The value stage alone: what the targets are worth, with yes and no chosen anew. None without an answer."""

    status: Status
    value_wan_yuan: float | None = None
    bound_wan_yuan: float | None = None


class Session:
    """A scenario whose parameters change, and the solver instances that are kept while they do.

    plan: the last one solved, None before the first. changes: how the programs of the last `solve`, `preview` or
    `value` came into their instances, stage by stage. anew: why the last `preview` or `value` built the model
    anew; None where it only changed numbers.
    """

    def __init__(self, scenario: Scenario) -> None:
        """scenario: where `reset` comes back to."""
        self.base = scenario
        self._scenario, self._is_hashed = scenario, True
        self._rulings: Rulings | None = None
        self._last: Optimised | None = None
        self._choice, self._preview = Lives(), Lives()
        self._kept, self._years = KeptHours(), KeptYears()
        self._made: Ready | None = None
        self._bound: Bound | None = None
        self._asked: frozenset[str] = frozenset()  # numbers that were changed, to be followed
        self._why = Anew(Why.FIRST)  # why there is nothing to change numbers in
        self.changes: tuple[Taken, ...] = ()
        self.anew: Anew | None = None

    @property
    def scenario(self) -> Scenario:
        """The scenario as changed so far."""
        if not self._is_hashed:
            self._scenario, self._is_hashed = self._scenario.hashed(), True
        return self._scenario

    @property
    def plan(self) -> Plan | None:
        """The plan of the last `solve`."""
        return None if self._last is None else self._last.plan

    @property
    def rebuilt(self) -> tuple[Rebuilt, ...]:
        """Why programs of the last `solve` or `preview` were handed over whole; empty where none was."""
        return tuple(taken.change for taken in self.changes if isinstance(taken.change, Rebuilt))

    @property
    def kept_hours(self) -> KeptHours:
        """Typical days and stamped hours of the scenarios so far."""
        return self._kept

    @property
    def bound(self) -> tuple[str, ...]:
        """Settings whose numbers are followed into the programs, by dotted key: changing them builds no model."""
        return () if self._bound is None else self._bound.trace.names

    def set(self, changes: Mapping[str, object] | None = None, /, **named: object) -> None:
        """Change parameters: shortcuts of `SHORTCUTS`, settings by dotted key, cells as `<table>.<key>.<column>`.

        None takes a setting away or empties a cell. All changes or none: ScenarioError tells what is wrong with them,
        and the session stays as it was.
        """
        wanted = {SHORTCUTS.get(key, key): value for key, value in {**(changes or {}), **named}.items()}
        if not wanted or self._set_numbers(wanted):
            return
        changed = change(self.scenario, wanted)
        if changed.content_hash == self.scenario.content_hash:
            return
        self._scenario, self._rulings, self._made = changed, None, None
        keys = ", ".join(sorted(wanted))
        if not all(is_number(changed.settings, key) for key in wanted):
            self._why = Anew(Why.OTHER, keys)
        else:
            self._asked |= wanted.keys()
            is_first, is_told = self._why.why is Why.FIRST, self._why.why in (Why.QUESTION, Why.READ)
            self._why = self._why if is_first or is_told else Anew(Why.NEW, keys)
        self._bound = None

    def _set_numbers(self, wanted: Mapping[str, object]) -> bool:
        """Whether the changes are but other numbers in the programs, which are then at hand."""
        if self._bound is None or not wanted.keys() <= set(self._bound.trace.names):
            return False
        settings = settings_with(self._scenario, wanted)
        if settings is None or not all(is_number(settings, key) for key in wanted):
            return False
        made = self._bound.at(settings)
        if isinstance(made, Anew):
            self._why = made
            return False
        self._made, self._rulings = made, None
        self._scenario, self._is_hashed = replace(self._scenario, settings=settings), False
        return True

    def reset(self) -> None:
        """Back to the scenario the session was opened with; plan and instances stay."""
        self._scenario, self._is_hashed, self._rulings = self.base, True, None
        self._made = self._bound = None
        self._why = Anew(Why.OTHER, "reset")

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
            solvers = Solvers(self._choice.solve, kept=self._kept, years=self._years, asks_anew=True)
            self._last = optimised(self.rulings, solvers)
        finally:
            self.changes = tuple(self._choice.taken)
        return self._last.plan

    def value(self) -> Value:
        """The value stage of the scenario as changed, hot: for many variants of which only the worth is asked.

        Without the margin for whole tonnes. Over a full year within its gap, with all that its days answered before.
        SolverError when HiGHS fails.
        """
        self._choice.clear()
        made = self._ready()
        if made.year is not None:
            year = solve_days(made, Solvers(years=self._years)).year
            return Value(year.status, year.objective, year.bound) if year.x.size else Value(year.status)
        try:
            found = self._choice.solve("value", made.program, replace(made.options, duals=False))
        finally:
            self.changes = tuple(self._choice.taken)
        if not found.x.size:
            return Value(found.status)
        return Value(found.status, found.objective, found.bound)

    def preview(self) -> Preview:
        """Value and quotas with the yes and no of the last plan, from the linear program, solved hot.

        What is no longer possible falls, what is new is left out. NotSolvedError before the first plan; SolverError
        when HiGHS fails.
        """
        if self._last is None:
            raise NotSolvedError("there is no plan yet whose yes and no could be kept: solve first")
        self._preview.clear()
        solvers = Solvers(self._preview.solve, self._preview.solve, self._kept, self._years)
        try:
            with timing.stage("preview"):
                solved = self._held(self._last.solved, solvers)
        except NoPlan as error:
            return Preview(error.status)
        finally:
            self.changes = tuple(self._preview.taken)
        scenario, rulings = self._scenario, self._rulings

        def settle() -> tuple[Mapping[str, int], int]:
            return _settled(Case(rulings or judge(account(scenario))), solved)

        figures = {label[0]: k for k, label in enumerate(solved.yearly.columns) if label[1] is None}
        gdp, energy = (float(solved.x[figures[name]]) for name in ("gdp", "energy"))
        return Preview(solved.first.status, solved.value, gdp, energy, settle=settle)

    def _held(self, last: Solved, solvers: Solvers) -> Solved:
        """The programs as changed, solved with the yes and no of `last`."""
        if self._is_year:
            self.anew = Anew(Why.YEAR)
            return solve_case(Case(self.rulings), last, solvers)
        return solve_held(self._ready(), last, solvers)

    @property
    def _is_year(self) -> bool:
        return self._scenario.settings.time.mode == "year" and has_network(self._scenario)

    def _ready(self) -> Ready:
        """The programs as changed: other numbers where they are bound; else built anew, and bound to the targets."""
        if self._made is not None:
            self.anew = None
            return self._made
        self.anew, self._why = self._why, Anew(Why.NEW)
        case = Case(self.rulings)
        made = self._made = ready(case, Solvers(kept=self._kept))
        if self.anew.why is not Why.OTHER:
            settings = self._scenario.settings
            keys = {f"targets.{name}" for name in type(settings.targets).model_fields} | self._asked
            keys = {key for key in keys if is_number(settings, key)}
            bound = bind(self._scenario, tuple(sorted(keys)), case, made)
            if isinstance(bound, Anew):
                self.anew = bound
            else:
                self._bound = bound
        return made


def _settled(case: Case, solved: Solved) -> tuple[Mapping[str, int], int]:
    """Quotas in whole tonnes by account, and by how much they overdraw the pool."""
    outcome = outcome_of(case, solved)
    accounts = [f"unit:{i}" for i in case.unit_rows] + [f"society:{s}" for s in case.society]
    accounts += [f"project:{j}" for j in case.project_rows]
    return {name: outcome.quota(name) for name in accounts}, outcome.pool_short_tce


def open_session(scenario: Scenario | Path | str) -> Session:
    """A session on a scenario or a scenario folder. ScenarioError for a folder with problems."""
    return Session(scenario if isinstance(scenario, Scenario) else load(scenario))
