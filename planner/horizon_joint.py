"""The years of a horizon as one program: what ties them, solved, and what it decides for each (3.3.2c; design §5)."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dualcontrol import timing
from dualcontrol.coupling import KeptHours
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case, Margins
from dualcontrol.model.horizon import Horizon, Standing, added_up, year_scenario
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario
from dualcontrol.solvers.compile import Arrays, Floats, Label
from dualcontrol.solvers.decompose import solve_year
from dualcontrol.solvers.highs import LiveHighs, Options, Solution
from dualcontrol.solvers.lexicographic import Stage, solve_in_order
from dualcontrol.solvers.linked import Carried, Linked, Terms, Tie, linked
from dualcontrol.solvers.years import DaysOfYears, wiring_of_years
from dualcontrol.solving import COLD, Ready, Solvers, ready
from dualcontrol.years import KeptYears, days_of, wiring_of

LASTING = ("admitted", "adopted", "retire", "pair", "built")  # columns that stay once they are 1
POOL: Label = ("pool_balance", None)
YES = 1e-6
LAST_MONTH = 12
SHARE_DIGITS = 9


@dataclass(frozen=True)
class Open:
    """A year of the joint program: its case and programs. First in `program` are the yearly model's columns.

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


@dataclass(frozen=True)
class Joint:
    """The years and their joint program. solvers: keep what the days answered, for each year's own plan."""

    years: tuple[Open, ...]
    program: Linked
    weights: tuple[float, ...]
    solvers: Solvers

    @property
    def is_hourly(self) -> bool:
        """Whether the years are full years, hour by hour."""
        return any(one.made is not None for one in self.years)


def joint_program(
    base: Scenario,
    horizon: Horizon,
    standing: Standing,
    years: Sequence[int],
    document: str = "",
    free: Mapping[int, Margins] | None = None,
) -> Joint:
    """The joint program of `years` under what stands from the years before. Errors: ScenarioError.

    free: what a year keeps free for its whole tonnes.
    """
    solvers = Solvers(kept=KeptHours(2 * len(years)), years=KeptYears(len(years)))
    later = replace(standing, carried_in_tce_eq=0)
    found: list[Open] = []
    passed: set[str] = set()  # projects that some year lets enter: a later year's gates do not stop them
    with timing.stage("compile"):
        for year in years:
            before = standing if year == years[0] else later
            margins = (free or {}).get(year)
            found.append(
                open_year(base, horizon, before, year, document, frozenset(passed), solvers, margins)
            )
            passed |= found[-1].enters
        joint = join_years(base, found, horizon, standing)
    return Joint(tuple(found), joint, tuple(horizon.weight(year) for year in years), solvers)


def solve_joint(joint: Joint, gap: float, options: Options) -> Solution:
    """The best of all years together: with their hours by decomposition, else as one program. Errors: SolverError."""
    with timing.stage("value"):
        if joint.is_hourly:
            return _solve_days(joint, gap, options)
        program = joint.program
        return _least_carried(program, LiveHighs(program.program, options).solve(), gap)


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


def _solve_days(joint: Joint, gap: float, options: Options) -> Solution:
    """The joint program with all hours of all years, by decomposition; what a year's days answered is kept for it."""
    years, weights, solvers = joint.years, joint.weights, joint.solvers
    parts, wirings = [], []
    for one in years:
        if one.made is None or one.made.hours is None:
            raise ValueError("all years are taken hour by hour, or none")
        own, _ = days_of(one.made.hours, one.made.total_terms, None)
        parts.append(own)
        wirings.append(wiring_of(one.yearly, own))
    days = DaysOfYears(parts, weights)
    wiring = wiring_of_years(wirings, [len(one.yearly.columns) for one in years], weights)
    most = max(one.made.year.most_evaluations for one in years if one.made and one.made.year)
    found = solve_year(
        joint.program.program,
        days,
        wiring,
        gap=gap,
        most_evaluations=most,
        options=replace(options, gap=gap / 4),
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
    margins: Margins | None = None,
) -> Open:
    """A year of the joint program, under what stands from the years before all of them. Errors: ScenarioError.

    passed: projects that an earlier of the joint years lets enter: this year's gates only forbid to begin them now.
    margins: what the year keeps free for its whole tonnes.
    """
    rulings = judge(account(year_scenario(base, horizon, year, standing, document)))
    gated = passed & {gate.target_id for gate in rulings.gates}
    gates = tuple(gate for gate in rulings.gates if gate.target_id not in gated)
    case = Case(replace(rulings, gates=gates), margins or Margins())
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
