"""Several years decided together: one program over all years, then each year's plan in whole tonnes, checked.

Years are tied by: a project admitted, a measure carried out, capacity closed and a build made stay; what is left of the
total may be carried to the next year; a project's quota may be given in parts. The joint program maximises the
discounted value of all years. Then each year is solved again by itself with what the years decided as part of its
inputs, in whole tonnes, and checked by the audit from these inputs alone (3.3.2c; design §5). Where whole tonnes of
what was decided do not fit a year, the years are decided again with that much kept free in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualcontrol.checking import audit
from dualcontrol.horizon_joint import (
    Joint,
    decided,
    handed_on,
    join_years,
    joint_program,
    open_year,
    solve_joint,
)
from dualcontrol.infeasible import Infeasible
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Margins
from dualcontrol.model.horizon import Horizon, Standing, by_itself, year_scenario
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario
from dualcontrol.optimise import optimised
from dualcontrol.solvers.highs import LiveHighs, Options, Solution, Status
from dualcontrol.solving import Solvers

if TYPE_CHECKING:
    from dualcontrol.model.audit import Verdict
    from dualcontrol.model.plan import Plan

GAP = 1e-3  # relative, of the discounted value of all years
ROUNDS = 5  # of the joint program, where whole tonnes of a year do not fit what it decided


class YearFailed(RuntimeError):
    """The plan of a year did not pass its check."""

    def __init__(self, year: int, verdict: "Verdict") -> None:
        """Keep the year and its verdict."""
        self.year, self.verdict = year, verdict
        super().__init__(f"{year}: {verdict.worst.name}")


class NoHorizon(RuntimeError):
    """No plan of all years; `status` says why."""

    def __init__(self, status: Status) -> None:
        """Keep the status."""
        self.status = status
        super().__init__(status.value)


class NoRoom(RuntimeError):
    """A year has no plan in whole tonnes of what the joint program decided; `short`: what it tried to keep free."""

    def __init__(self, year: int, short: Margins) -> None:
        """Keep the year and what its rounding took."""
        self.year, self.short = year, short
        super().__init__(str(year))


@dataclass(frozen=True)
class YearPlan:
    """One year: its scenario (with what the years decided), plan and check. weight: of its value, discounted."""

    year: int
    weight: float
    standing: Standing
    scenario: Scenario
    plan: "Plan"
    verdict: "Verdict"

    @property
    def value_wan_yuan(self) -> float:
        """Value added less costs of the year's plan, undiscounted."""
        return float(self.plan.summary["objective_wan_yuan"])


@dataclass(frozen=True)
class HorizonPlan:
    """All years that were decided. bound: no plan of the years is worth more, discounted (HiGHS's claim).

    joint: value of the joint program, before whole tonnes. apart: the same if each year were decided by itself, one
    after the other, nothing carried; None where a later year, stuck, then has no plan, or full years are not asked.
    alone: the first year's plan by itself.
    """

    horizon: Horizon
    years: tuple[YearPlan, ...]
    bound_wan_yuan: float
    joint_wan_yuan: float
    apart_wan_yuan: float | None
    stuck: int | None
    alone: "Plan"

    @property
    def value_wan_yuan(self) -> float:
        """Discounted value of the years' plans, in whole tonnes."""
        return sum(one.weight * one.value_wan_yuan for one in self.years)

    @property
    def gap(self) -> float:
        """By how much any plan of the years may be worth more, relative; whole tonnes included."""
        return max(0.0, self.bound_wan_yuan - self.value_wan_yuan) / max(1e-9, abs(self.value_wan_yuan))


def solve_horizon(
    base: Scenario,
    horizon: Horizon,
    standing: Standing,
    years: Sequence[int],
    *,
    document: str = "",
    gap: float = GAP,
    time_limit_s: float = 180.0,
    tick: Callable[[str, int], None] = lambda stage, year: None,
) -> HorizonPlan:
    """The plans of `years` (in a row, the last ones of the horizon) under what stands from the years before.

    Errors: ScenarioError for a year's inputs, NoHorizon without a plan of all years, SolverError.
    """
    free: dict[int, Margins] = {}
    asked: list[Solution] = []  # with room kept for whole tonnes, later ones bound less than what was asked
    for last in (*[False] * (ROUNDS - 1), True):
        tick("read", years[0])
        joint = joint_program(base, horizon, standing, years, document, free)
        tick("value", years[0])
        solution = solve_joint(joint, gap, Options(gap, time_limit_s))
        if not solution.x.size or solution.status is Status.INFEASIBLE:
            raise NoHorizon(solution.status)
        asked.append(solution)
        try:
            found = _plans(base, horizon, standing, document, joint, solution, tick)
        except NoRoom as error:
            if last:
                raise NoHorizon(Status.INFEASIBLE) from error
            free[error.year] = _more(free.get(error.year, Margins()), error.short)
        else:
            break
    tick("alone", years[0])
    opening = by_itself(base, horizon, years[0], standing, document)
    alone = optimised(judge(account(opening)), joint.solvers).plan
    # year by year full years would take as long again
    apart, stuck = (None, None) if joint.is_hourly else _apart(base, horizon, standing, years, gap)
    return HorizonPlan(horizon, found, asked[0].bound, asked[0].objective, apart, stuck, alone)


def _plans(
    base: Scenario,
    horizon: Horizon,
    standing: Standing,
    document: str,
    joint: Joint,
    solution: Solution,
    tick: Callable[[str, int], None],
) -> tuple[YearPlan, ...]:
    """Each year's plan in whole tonnes, with what the joint solution decides. Errors: NoRoom."""
    found, now = [], standing
    for number, one in enumerate(joint.years):
        tick("plan", one.year)
        now = decided(joint.program, solution, number, one, now)
        found.append(_year_plan(base, horizon, one.year, now, document, joint.solvers))
        now = handed_on(now)
    return tuple(found)


def _more(kept: Margins, short: Margins) -> Margins:
    """What to keep free next: what the year was short of, at least a tonne."""
    return Margins(
        kept.pool_tce + max(1.0, short.pool_tce), kept.intensity_tce + max(1.0, short.intensity_tce)
    )


def _apart(
    base: Scenario, horizon: Horizon, standing: Standing, years: Sequence[int], gap: float
) -> tuple[float | None, int | None]:
    """Discounted value if each year were decided by itself, keeping what stands; None, and the year without a plan."""
    now, total = standing, 0.0
    for year in years:
        one = open_year(base, horizon, now, year)
        joint = join_years(base, [one], horizon, now)
        solution = LiveHighs(joint.program, Options(gap)).solve()
        if not solution.x.size:
            return None, year
        total += solution.objective
        now = handed_on(decided(joint, solution, 0, one, now))
    return total, None


def alone_without_plan(base: Scenario, horizon: Horizon) -> list[int]:
    """Years that have no plan even by themselves, with nothing decided before; a full year without its hours.

    Errors: ScenarioError, SolverError.
    """
    found = []
    for target in horizon.years:
        one = open_year(base, horizon, Standing(), target.year)
        if LiveHighs(one.program, Options(0.01)).solve().status is Status.INFEASIBLE:
            found.append(target.year)
    return found


def _year_plan(
    base: Scenario, horizon: Horizon, year: int, standing: Standing, document: str, solvers: Solvers
) -> YearPlan:
    scenario = year_scenario(base, horizon, year, standing, document)
    try:
        plan = optimised(judge(account(scenario)), solvers).plan
    except Infeasible as error:
        raise NoRoom(year, error.case.margins if error.case else Margins()) from error
    verdict = audit(scenario, plan)
    if not verdict.passed:
        raise YearFailed(year, verdict)
    return YearPlan(year, horizon.weight(year), standing, scenario, plan, verdict)
