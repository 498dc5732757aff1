"""What it would take: the least change of each lever under which a wish holds, found by solving, not by prices.

A choice of yes and no is not monotone, and prices end at the next break. So every answer is the plan of the changed
scenario: it holds there, and it does not hold with 1 % less of the lever (one whole tonne of increment, where that is
more), nor at any sixteenth of the answer; a stretch narrower than that, further down, may be missed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dualcontrol.levers import NOISE, Lever
from dualcontrol.model.accounting import account
from dualcontrol.model.changes import change
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario, ScenarioError
from dualcontrol.optimise import Decided, Infeasible, decided
from dualcontrol.solvers.lives import Lives
from dualcontrol.solving import Solvers

Wish = Callable[[Decided], bool]
HALVINGS = 12  # the first look is at so many halves of the most a lever can do
SCAN = 16  # below an answer, so many even parts are looked at: it may hold there, too
FINE = 0.002  # relative width at which a bracket is narrow enough
LESS = 0.01  # with so much less the wish must not hold
_ROUNDS = 60


@dataclass(frozen=True)
class Found:
    """A lever's answer. amount: None where nothing up to `lever.most` does it. solves: plans that were made.

    misses_at: the largest amount below that was tried, with which the wish does not hold; 0 is the scenario as it is.
    changes: settings and cells as changed. value_wan_yuan: net value added of that plan; admitted: its projects.
    """

    lever: Lever
    amount: float | None
    solves: int
    misses_at: float | None = None
    changes: dict[str, object] = field(default_factory=dict)
    value_wan_yuan: float | None = None
    admitted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Now:
    """The plan as things are: whether the wish holds already. has_plan: False for a scenario without a plan."""

    holds: bool
    has_plan: bool
    value_wan_yuan: float | None = None
    admitted: tuple[str, ...] = ()


def admits(project: str) -> Wish:
    """The project is admitted (in whole or, if it may be divided, in part)."""
    return lambda plan: project in _admitted(plan)


def grants(unit: str, quota_tce: float) -> Wish:
    """The unit's quota is at least so much, tce."""
    return lambda plan: plan.outcome.quota(f"unit:{unit}") >= quota_tce


def is_worth(value_wan_yuan: float) -> Wish:
    """Net value added is at least so much, 万元."""
    return lambda plan: float(plan.outcome.objective_wan_yuan) >= value_wan_yuan


def now(scenario: Scenario, wish: Wish) -> Now:
    """The plan of the scenario as it is. SolverError when HiGHS fails."""
    try:
        plan = decided(judge(account(scenario)))
    except Infeasible:
        return Now(False, False)
    return Now(wish(plan), True, float(plan.outcome.objective_wan_yuan), _admitted(plan))


def seek(scenario: Scenario, wish: Wish, lever: Lever, *, is_monotone: bool = False) -> Found:
    """The least amount of a lever under which the wish holds. SolverError when HiGHS fails.

    is_monotone: more of the lever never undoes the wish, as with a value: no need to look further down.
    """
    trial = _Trials(scenario, wish, lever)
    if lever.is_switch:
        return trial.found(1.0) if trial.holds(1.0) else trial.found(None)
    low, high = 0.0, None
    for amount in _first_looks(lever):
        if trial.holds(amount):
            high = amount
            break
        low = amount
    if high is None:
        return trial.found(None)
    for _ in range(_ROUNDS):
        high, low = _narrowed(trial, low, high)
        lower = next((a for a in _second_looks(lever, high, is_monotone) if trial.holds(a)), None)
        if lower is None:
            break
        high, low = lower, trial.fails_below(lower)  # it holds again further down: the choice is not monotone
    return trial.found(high)


def _narrowed(trial: "_Trials", low: float, high: float) -> tuple[float, float]:
    """The bracket, above which the wish holds and below which it does not, made narrow."""
    while high - low > max(trial.lever.step_at(high), FINE * high) * (1 + NOISE):
        middle = trial.lever.rounded_up((low + high) / 2)
        if not low < middle < high:
            break
        if trial.holds(middle):
            high = middle
        else:
            low = middle
    return high, low


def _second_looks(lever: Lever, high: float, is_monotone: bool) -> Iterator[float]:
    """Amounts below one that does: 1 % less (a step at least), and evenly down, since it may hold there again."""
    less = lever.rounded_down(min((1 - LESS) * high, high - lever.step_at(high)))
    looks = [] if is_monotone else [lever.rounded_down(k * high / SCAN) for k in range(1, SCAN)]
    return (amount for amount in dict.fromkeys([less, *looks]) if 0 < amount < high)


def _first_looks(lever: Lever) -> Iterator[float]:
    """Amounts from small to large, each twice the one before."""
    seen = 0.0
    for power in range(HALVINGS, -1, -1):
        amount = lever.rounded_up(lever.most / 2**power) if power else lever.rounded_down(lever.most)
        if amount > seen:
            seen = amount
            yield amount


class _Trials:
    """Plans of the scenario with a lever moved; each amount is solved once, hot."""

    def __init__(self, scenario: Scenario, wish: Wish, lever: Lever) -> None:
        self.scenario, self.wish, self.lever = scenario, wish, lever
        self._solvers = Solvers(choice=Lives().solve)
        self._held: dict[float, bool] = {}
        self._plans: dict[float, tuple[float, tuple[str, ...]]] = {}

    def holds(self, amount: float) -> bool:
        """Whether the wish holds; not where there is no plan, or no such scenario."""
        if amount not in self._held:
            self._held[amount] = self._tried(amount)
        return self._held[amount]

    def _tried(self, amount: float) -> bool:
        try:
            changed = change(self.scenario, self.lever.changes(amount))
            plan = decided(judge(account(changed)), self._solvers)
        except (Infeasible, ScenarioError):
            return False
        self._plans[amount] = float(plan.outcome.objective_wan_yuan), _admitted(plan)
        return self.wish(plan)

    def fails_below(self, amount: float) -> float:
        """The largest amount below that was tried and did not do."""
        return max((a for a, held in self._held.items() if a < amount and not held), default=0.0)

    def found(self, amount: float | None) -> Found:
        """The answer with what is known of its plan."""
        solves = len(self._held)
        if amount is None:
            return Found(self.lever, None, solves)
        missed = None if self.lever.is_switch else self.fails_below(amount)
        value, admitted = self._plans[amount]
        return Found(self.lever, amount, solves, missed, dict(self.lever.changes(amount)), value, admitted)


def _admitted(plan: Decided) -> tuple[str, ...]:
    chosen, load = plan.outcome.decisions.admitted, plan.outcome.decisions.project_load
    return tuple(sorted(j for j, share in chosen.items() if share > 0 and load[j] > 0))
