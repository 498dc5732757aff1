"""Several years decided together: one program over all years, then each year's plan in whole tonnes, checked.

Years are tied by: a project admitted, a measure carried out, capacity closed and a build made stay; what is left of the
total may be carried to the next year; a project's quota may be given in parts. The joint program maximises the
discounted value of all years. Then each year is solved again by itself with what the years decided as part of its
inputs, in whole tonnes, and checked by the audit from these inputs alone (3.3.2c; design §5).
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dualcontrol import timing
from dualcontrol.checking import audit
from dualcontrol.coupling import KeptHours
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case
from dualcontrol.model.horizon import Horizon, Standing, added_up, year_scenario
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario
from dualcontrol.optimise import optimised
from dualcontrol.solvers.compile import Arrays, Floats, Label
from dualcontrol.solvers.decompose import solve_year
from dualcontrol.solvers.highs import LiveHighs, Options, Solution, Status
from dualcontrol.solvers.lexicographic import Stage, solve_in_order
from dualcontrol.solvers.linked import Carried, Linked, Terms, Tie, linked
from dualcontrol.solvers.years import DaysOfYears, wiring_of_years
from dualcontrol.solving import COLD, Ready, Solvers, ready
from dualcontrol.years import KeptYears, days_of, wiring_of

if TYPE_CHECKING:
    from dualcontrol.model.audit import Verdict
    from dualcontrol.model.plan import Plan

GAP = 1e-3  # relative, of the discounted value of all years
LASTING = ("admitted", "adopted", "retire", "pair", "built")  # columns that stay once they are 1
POOL: Label = ("pool_balance", None)
YES = 1e-6
LAST_MONTH = 12
SHARE_DIGITS = 9


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


@dataclass(frozen=True)
class Open:
    """A year of the joint program: its case and programs. The first columns of `program` are the yearly model's.

    gated: projects that this year's rules let nobody begin, though one admitted before goes on. made: of a full year,
    whose hours are not in the program.
    """

    year: int
    case: Case
    yearly: Arrays
    program: Arrays
    gated: frozenset[str] = frozenset()
    made: Ready | None = None

    @property
    def enters(self) -> set[str]:
        """Projects that may enter in this year."""
        stopped = {gate.target_id for gate in self.case.rulings.gates} | self.gated
        return {
            j
            for j, row in self.case.project_rows.items()
            if j not in stopped and row.start_month <= LAST_MONTH
        }


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
    open_years = []
    solvers = Solvers(kept=KeptHours(2 * len(years)), years=KeptYears(len(years)))
    later = replace(standing, carried_in_tce_eq=0)
    passed: set[str] = set()  # projects that some year lets enter: a later year's gates do not stop them
    for year in years:
        tick("read", year)
        before = standing if year == years[0] else later
        open_years.append(open_year(base, horizon, before, year, document, frozenset(passed), solvers))
        passed |= open_years[-1].enters
    joint = join_years(base, open_years, horizon, standing)
    tick("value", years[0])
    with timing.stage("value"):
        options = Options(gap, time_limit_s)
        if any(one.made for one in open_years):
            solution = _solve_days(joint, open_years, horizon, gap, options, solvers)
        else:
            solution = _least_carried(joint, LiveHighs(joint.program, options).solve(), gap)
    if not solution.x.size or solution.status is Status.INFEASIBLE:
        raise NoHorizon(solution.status)
    found, now = [], standing
    for number, one in enumerate(open_years):
        tick("plan", one.year)
        now = decided(joint, solution, number, one, now)
        found.append(_year_plan(base, horizon, one.year, now, document, solvers))
        now = handed_on(now)
    tick("alone", years[0])
    first = year_scenario(base, horizon, years[0], standing, document)
    alone = optimised(judge(account(first)), solvers).plan
    is_hourly = any(one.made for one in open_years)  # year by year these would take as long again
    apart, stuck = (None, None) if is_hourly else _apart(base, horizon, standing, years, gap)
    return HorizonPlan(horizon, tuple(found), solution.bound, solution.objective, apart, stuck, alone)


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


def _least_carried(joint: Linked, found: Solution, gap: float) -> Solution:
    """Of solutions of the same value, yes and no the one that carries least; the bound is that of `found`."""
    if not joint.carried or not found.x.size:
        return found
    program, value = (
        joint.program.fixed(found.x),
        Stage("value", joint.program.cost, 0.0, joint.program.offset),
    )
    carried = np.zeros(len(program.columns))
    carried[list(joint.carried)] = -1.0
    stages = solve_in_order(program, [value, Stage("least_carried", carried)], Options(gap))
    if len(stages) < 2 or not stages[-1].solution.x.size:
        return found
    return replace(found, x=stages[-1].solution.x)


def _solve_days(
    joint: Linked, years: Sequence[Open], horizon: Horizon, gap: float, options: Options, solvers: Solvers
) -> Solution:
    """The joint program with all hours of all years, by decomposition; what a year's days answered is kept for it."""
    weights = [horizon.weight(one.year) for one in years]
    parts, wirings = [], []
    for one in years:
        if one.made is None or one.made.hours is None:
            raise ValueError("all years are taken hour by hour, or none")
        days, _ = days_of(one.made.hours, one.made.total_terms, None)
        parts.append(days)
        wirings.append(wiring_of(one.yearly, days))
    days = DaysOfYears(parts, weights)
    wiring = wiring_of_years(wirings, [len(one.yearly.columns) for one in years], weights)
    most = max(one.made.year.most_evaluations for one in years if one.made and one.made.year)
    found = solve_year(
        joint.program, days, wiring, gap=gap, most_evaluations=most, options=replace(options, gap=gap / 4)
    )
    for one, own, answers in zip(years, parts, days.answers, strict=True):
        if one.made and one.made.hours and solvers.years:
            solvers.years.keep(one.made.hours, one.made.total_terms, own,
                               replace(found, mix=(), answers=tuple(answers)))  # fmt: skip
    return Solution(found.status, found.x, np.zeros(0), found.objective, found.bound, 0.0)


def open_year(
    base: Scenario,
    horizon: Horizon,
    standing: Standing,
    year: int,
    document: str = "",
    passed: frozenset[str] = frozenset(),
    solvers: Solvers = COLD,
) -> Open:
    """A year of the joint program, under what stands from the years before all of them. Errors: ScenarioError.

    passed: projects that an earlier of the joint years lets enter: this year's gates only forbid to begin them now.
    """
    rulings = judge(account(year_scenario(base, horizon, year, standing, document)))
    gated = passed & {gate.target_id for gate in rulings.gates}
    case = Case(replace(rulings, gates=tuple(gate for gate in rulings.gates if gate.target_id not in gated)))
    made = ready(case, solvers)
    return Open(year, case, made.yearly, made.program, frozenset(gated), made if made.year else None)


def join_years(base: Scenario, years: Sequence[Open], horizon: Horizon, standing: Standing) -> Linked:
    """The joint program of the years, discounted."""
    ties = [*_lasting(years), *_given_in_parts(base, years, horizon, standing)]
    carried = list(_carried(years, horizon))
    weights = [horizon.weight(one.year) for one in years]
    return linked([one.program for one in years], weights, ties, carried, _paid_once(years, weights))


def _lasting(years: Sequence[Open]) -> Iterator[Tie]:
    """What is 1 in a year is no less in the next; what the next year cannot have is not begun."""
    for number, (now, then) in enumerate(itertools.pairwise(years)):
        after = set(then.yearly.columns)
        for label in now.yearly.columns:
            if label[0] in LASTING and label in after:
                most = 0.0 if label[0] == "admitted" and label[1] in then.gated else float("inf")
                yield Tie({(number + 1, label): 1.0, (number, label): -1.0}, 0.0, most)


def _paid_once(years: Sequence[Open], weights: Sequence[float]) -> Terms:
    """Compensation of a closure is paid in the year it is closed: what later years charge again is given back."""
    found = {}
    for number in range(len(years) - 1):
        for closure in years[number + 1].case.closures:
            label = ("retire", closure.closure_id)
            if closure.cost_wan_yuan and label in set(years[number].yearly.columns):
                found[number, label] = weights[number + 1] * float(closure.cost_wan_yuan)
    return found


def _given_in_parts(
    base: Scenario, years: Sequence[Open], horizon: Horizon, standing: Standing
) -> Iterator[Tie]:
    """Load of a project within the share of its quota given by then, and no less than its least load allows.

    With n_s = admitted_s − admitted_(s−1) and c the path added up: load_t <= load_max Σ c_(t−s) n_s, and
    load_t >= Σ min(load_min, c_(t−s) load_max) n_s.
    """
    path = horizon.grant_path
    if not path:
        return
    for row in base.rows("projects"):
        project, most, least = row.project_id, float(row.load_max), float(row.load_min)
        if project in standing.admitted:
            continue  # its loads are in its year's inputs
        for t in range(len(years)):
            upper: dict[tuple[int, Label], float] = {(t, ("project_load", project)): 1.0}
            lower = dict(upper)
            for s in range(t + 1):
                share = added_up(path, t - s + 1)
                after = added_up(path, t - s) if s < t else 0.0
                # Σ_s c(t−s)(a_s − a_(s−1)) written by a_s: c(t−s) − c(t−s−1)
                label = ("admitted", project)
                upper[s, label] = -most * (share - after)
                lower[s, label] = -(min(least, most * share) - min(least, most * after))
            yield Tie(upper, -float("inf"), 0.0)
            yield Tie(lower, 0.0, float("inf"))


def _carried(years: Sequence[Open], horizon: Horizon) -> Iterator[Carried]:
    """The total left over, from one year's pool to the next one's; not beyond the last year."""
    for number, one in enumerate(years[:-1]):
        rows = set(one.program.rows) & set(years[number + 1].program.rows)
        if horizon.banked_max_share > 0 and POOL in rows:
            most = horizon.banked_max_share * float(one.case.accounts.base.energy_eq_tce["total"])
            yield Carried(number, POOL, ("overshoot", None), most)


def decided(joint: Linked, solution: Solution, number: int, one: Open, standing: Standing) -> Standing:
    """What the joint solution decides for a year, on top of what stood before it."""
    x, year = solution.x, one.year

    def yes(column: str) -> dict[str, float]:
        return {
            str(label[1]): round(joint.value_of(x, number, label), SHARE_DIGITS)
            for label in one.yearly.columns
            if label[0] == column
        }

    admitted = {j: share for j, share in yes("admitted").items() if share > YES}
    closed = {**yes("retire"), **yes("pair")}
    could = {str(label[1]) for k, label in enumerate(one.yearly.columns) if one.yearly.upper[k] > 0}
    carried_out = _carried_tce(joint, x, number)
    return replace(
        standing,
        admitted={
            j: (_whole(share), standing.admitted.get(j, (0.0, year))[1]) for j, share in admitted.items()
        },
        adopted=_since(standing.adopted, yes("adopted"), year),
        closed=_since(standing.closed, closed, year),
        built=_since(standing.built, yes("built"), year),
        carried_out_tce_eq=carried_out,
        refused=tuple(sorted(could & set(yes("admitted")) - set(admitted))),  # of others their gate tells
        not_adopted=_not(yes("adopted")),
        not_closed=_not(closed),
        not_built=_not(yes("built")),
    )


def _whole(share: float) -> float:
    return float(round(share)) if abs(share - round(share)) <= YES else share


def _since(before: Any, now: dict[str, float], year: int) -> dict[str, int]:
    return {key: before.get(key, year) for key, value in now.items() if value > 0.5}


def _not(now: dict[str, float]) -> tuple[str, ...]:
    return tuple(sorted(key for key, value in now.items() if value <= 0.5))


def _carried_tce(joint: Linked, x: Floats, number: int) -> int:
    """Whole tonnes that leave a year, rounded down."""
    for column in joint.carried:
        if joint.program.columns[column] == ("carried", number):
            return int(x[column] + YES)
    return 0


def handed_on(standing: Standing) -> Standing:
    """What the next year finds."""
    return Standing(
        standing.admitted, standing.adopted, standing.closed, standing.built, standing.carried_out_tce_eq
    )


def _year_plan(
    base: Scenario, horizon: Horizon, year: int, standing: Standing, document: str, solvers: Solvers
) -> YearPlan:
    scenario = year_scenario(base, horizon, year, standing, document)
    plan = optimised(judge(account(scenario)), solvers).plan
    verdict = audit(scenario, plan)
    if not verdict.passed:
        raise YearFailed(year, verdict)
    return YearPlan(year, horizon.weight(year), standing, scenario, plan, verdict)
