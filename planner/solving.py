"""The stages of the optimisation for a plan with or without a network: what is solved in which order (design §5–6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from dualcontrol import timing
from dualcontrol.coupling import Hours, KeptHours, TotalTerms, couple, drafted_series, hours_of
from dualcontrol.model.allocation import Case, build_model
from dualcontrol.solvers.compile import Arrays, Floats, compile_model
from dualcontrol.solvers.days import Answer, Days
from dualcontrol.solvers.decompose import Decomposed, Wiring, prices_of_totals, ranked_program, solve_year
from dualcontrol.solvers.highs import Options, Solution, Status
from dualcontrol.solvers.lexicographic import Stage, StageResult, solve_in_order
from dualcontrol.solvers.lives import Solver, cold
from dualcontrol.solvers.stamp import Layout
from dualcontrol.years import KeptYears, days_of, wiring_of


@dataclass(frozen=True)
class Solved:
    """A solved plan. The first columns and rows of `program` (a linear program, integers fixed) are the yearly model's.

    yearly: the yearly model. first: the value stage (objective, bound, status). value: what is left of it with the
    ranking; ranking_cost: what the ranking took, where it chose yes and no. final: the solution the plan is read from.
    hours, layout: of typical days; year: of the decomposition.
    """

    yearly: Arrays
    program: Arrays
    first: Solution
    value: float
    final: Solution
    ranking_cost: float
    hours: Hours | None = None
    layout: Layout | None = None
    year: Decomposed | None = None
    days: Days | None = None
    wiring: Wiring | None = None
    usable: tuple[Answer, ...] = ()
    dual: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def x(self) -> Floats:
        """The yearly columns."""
        return self.final.x[: len(self.yearly.columns)]

    @property
    def stamped(self) -> Hours:
        """The stamped hours. ValueError without a network."""
        if self.hours is None:
            raise ValueError("the plan has no network")
        return self.hours

    @property
    def layout_of_hours(self) -> Layout:
        """Where the hours of typical days are in `program`. ValueError for a full year."""
        if self.layout is None:
            raise ValueError("a full year is not in the program itself")
        return self.layout

    def mix(self) -> list[tuple[Answer, float]]:
        """The answers of the days that make up the plan's year, with their weights in the final solution."""
        weights = self.final.x[len(self.yearly.columns) : len(self.yearly.columns) + len(self.usable)]
        return [(a, float(w)) for a, w in zip(self.usable, weights, strict=True) if w > 1e-12]

    def nodal_duals(self) -> tuple[list[Any], Floats]:
        """Buses and the duals of their balances, (T, buses): value per MW of the right-hand side, as weighted."""
        if self.days is None or self.wiring is None or self.year is None:
            return self.layout_of_hours.row_values(self.dual, "balance")
        prices = prices_of_totals(self.yearly, self.wiring, self.year)
        return self.stamped.layout.row_values(self.days.duals(self.x[self.wiring.shared], prices), "balance")


class NoPlan(RuntimeError):
    """The solver found no plan; `status` says why."""

    def __init__(self, status: Status) -> None:
        """Keep the status."""
        self.status = status
        super().__init__(status.value)


@dataclass(frozen=True)
class Solvers:
    """Who solves the stages. choice: value and ranking; plan: what the plan is read from once yes and no are fixed.

    kept: typical days and hours of earlier cases; years: the days of full years and their answers; asks_anew: these are
    kept for others and not used here, so that the year is that of a cold solve and not another within the gap.
    An integer program has the same answer in a kept instance as in a new one; a linear one may end in another of
    several optima, so a plan that must be that of a cold solve is read from new ones.
    """

    choice: Solver = cold
    plan: Solver = cold
    kept: KeptHours | None = None
    years: KeptYears | None = None
    asks_anew: bool = False

    def hours(self, case: Case, *, is_year: bool) -> Hours:
        """The stamped hours of a case: of the whole year, or of its typical days."""
        if self.kept is None:
            return hours_of(case, case.network.year() if is_year else drafted_series(case))
        return self.kept.hours(case, case.network.year() if is_year else self.kept.drafted(case))


COLD = Solvers()


@dataclass(frozen=True)
class OfYear:
    """What a full year is asked for: its gap, and how often all days may be solved."""

    gap: float
    most_evaluations: int


@dataclass(frozen=True)
class YearOfDays:
    """A solved year, its days, and where they meet the yearly program."""

    year: Decomposed
    days: Days
    wiring: Wiring


@dataclass(frozen=True)
class Ready:
    """The programs of a case before they are solved: the yearly model alone and with its hours of typical days.

    year: for a full year, which is not in the program; `hours` are then all hours.
    """

    yearly: Arrays
    program: Arrays
    options: Options
    hours: Hours | None = None
    layout: Layout | None = None
    total_terms: TotalTerms = field(default_factory=dict)
    year: OfYear | None = None

    def keeping(self, held: Solved) -> "Ready":
        """The same with the yes and no of an earlier solution, as far as they are still possible: linear programs."""
        x = np.zeros(len(self.program.columns))
        x[: len(self.yearly.columns)] = _choices(self.yearly, held)
        lower, upper = self.program.lower, self.program.upper
        return replace(
            self,
            yearly=self.yearly.fixed(x[: len(self.yearly.columns)]),
            program=self.program.fixed(np.clip(x, lower, upper)),
        )


def ready(case: Case, solvers: Solvers = COLD) -> Ready:
    """The programs of a case; a full year is not in the program, and its hours are those of all days."""
    model = build_model(case)
    yearly = compile_model(model)
    if case.power is None:
        return Ready(yearly, yearly, options_of(case))
    time = case.accounts.scenario.settings.time
    if time.mode == "year":
        hours, limits = solvers.hours(case, is_year=True), OfYear(time.gap, time.most_evaluations)
        return Ready(yearly, yearly, options_of(case), hours, None, model.total_terms, limits)
    hours = solvers.hours(case, is_year=False)
    program, layout = couple(yearly, hours, model.total_terms)
    if case.accounts.scenario.settings.solve.relax_integers:
        program = program.relaxed()  # the hours' own model does not know
    return Ready(yearly, program, options_of(case), hours, layout, model.total_terms)


def solve_held(made: Ready, held: Solved, solvers: Solvers) -> Solved:
    """Value and the least interference with the yes and no of an earlier solution. Errors as of `solve_case`."""
    kept = made.keeping(held)
    return _ordered({}, 0.0, kept, solvers)


def solve_case(case: Case, held: Solved | None = None, solvers: Solvers = COLD) -> Solved:
    """Value, then ranking, then the least interference, each in its turn. Errors: NoPlan, SolverError.

    held: an earlier solution whose yes and no are kept, as far as they are still possible (and what its days were
    asked is asked first).
    """
    settings = case.accounts.scenario.settings
    with timing.stage("compile"):
        made = ready(case, solvers)
        if held is not None:
            made = made.keeping(held)
    if made.year is not None:
        return _full_year(case, made, solvers, held.year if held is not None else None)
    return _ordered(case.rulings.scores, settings.solve.score_tolerance_wan_yuan, made, solvers)


def _choices(yearly: Arrays, held: Solved) -> Floats:
    """The yearly columns of an earlier solution within the bounds of `yearly`; what it did not have is left out (0)."""
    before = dict(zip(held.yearly.columns, held.x, strict=True))
    x = np.array([before.get(label, 0.0) for label in yearly.columns])
    kept: Floats = np.clip(x, yearly.lower, yearly.upper)
    return kept


def first_program(case: Case) -> tuple[Arrays, Arrays]:
    """The yearly model and the program of its value stage: with a network, coupled to the hours of typical days."""
    with timing.stage("compile"):
        model = build_model(case)
        yearly = compile_model(model)
        if case.power is None:
            return yearly, yearly
        program, _ = couple(yearly, hours_of(case, drafted_series(case)), model.total_terms)
    return yearly, program


def options_of(case: Case) -> Options:
    """Gap and time limit of the solver: of the whole plan, or over a full year of its yearly program."""
    settings = case.accounts.scenario.settings
    gap = settings.solve.mip_gap if case.power is None else settings.time.gap
    if case.power is not None and settings.time.mode == "year":
        gap /= 4  # of the master; the rest is the days'
    return Options(gap=gap, time_limit_s=settings.solve.time_limit_s)


def _ordered(scores: Mapping[str, float], tolerance: float, made: Ready, solvers: Solvers) -> Solved:
    """All stages on one program whose first columns are the yearly ones. tolerance: what the ranking may cost."""
    yearly, program, options = made.yearly, made.program, made.options
    value = Stage("value", program.cost, tolerance, program.offset)
    with timing.stage("value"):
        stages = solve_in_order(program, [value], options, solver=solvers.choice)
    _require(stages)
    if yearly.is_integer.any() and np.any(score := _weights(yearly, program, {"admitted": scores})):
        with timing.stage("ranking"):
            ranked = solve_in_order(
                program,
                [Stage("score", score)],
                options,
                keep=[(value, stages[0].objective)],
                solver=solvers.choice,
            )
        stages += ranked if ranked[-1].solution.x.size else []
    # without yes and no the value stage is the linear program that is asked again, unless somebody else is to answer
    again = None if program.is_integer.any() or solvers.choice != solvers.plan else stages[0]
    fixed = program.fixed(stages[-1].solution.x)
    solved = _least(yearly, fixed, value, stages[0].solution, options, solvers.plan, again)
    return replace(solved, hours=made.hours, layout=made.layout)


def _least(
    yearly: Arrays,
    fixed: Arrays,
    value: Stage,
    first: Solution,
    options: Options,
    solver: Solver = cold,
    known: StageResult | None = None,
) -> Solved:
    """With the integers fixed: the value again, unless it is known, then the plan that interferes least."""
    left, last = (
        replace(value, name="value_left", tolerance=0.0),
        Stage("least_moved", _least_moved(yearly, fixed)),
    )
    with timing.stage("least"):
        if known is None:
            results = solve_in_order(fixed, [left, last], options, solver=solver)
        else:
            keep = [(left, known.objective)]
            results = [known, *solve_in_order(fixed, [last], options, keep=keep, solver=solver)]
    _require(results)
    value_left = results[0].objective
    return Solved(
        yearly,
        fixed,
        first,
        value_left,
        results[-1].solution,
        max(0.0, first.objective - value_left),
        dual=results[0].solution.row_dual,
    )


def solve_days(made: Ready, solvers: Solvers = COLD, before: Decomposed | None = None) -> YearOfDays:
    """The value stage of a full year: bounds and a year within its gap, or the status that says why not.

    before: an earlier year alike, whose questions are asked first where nothing is known of these very days.
    """
    if made.hours is None or made.year is None:
        raise ValueError("the programs are not those of a full year")
    with timing.stage("compile"):
        days, answers = days_of(made.hours, made.total_terms, None if solvers.asks_anew else solvers.years)
        wiring = wiring_of(made.yearly, days)
    with timing.stage("year"):
        year = solve_year(
            made.yearly,
            days,
            wiring,
            gap=made.year.gap,
            most_evaluations=made.year.most_evaluations,
            options=made.options,
            answers=answers,
            questions=[(answer.at, answer.prices) for answer, _ in before.mix] if before else (),
        )
    if solvers.years is not None:
        solvers.years.keep(made.hours, made.total_terms, days, year)
    return YearOfDays(year, days, wiring)


def _full_year(case: Case, made: Ready, solvers: Solvers, before: Decomposed | None = None) -> Solved:
    """The year by decomposition; ranking on its cuts; the rest on the mix of days that is the plan's year."""
    yearly, options = made.yearly, made.options
    found = solve_days(made, solvers, before)
    year, wiring = found.year, found.wiring
    if not year.x.size:
        raise NoPlan(year.status)
    with timing.stage("ranking"):
        program, usable = ranked_program(
            yearly,
            wiring,
            year,
            _weights(yearly, yearly, {"admitted": case.rulings.scores}),
            case.accounts.scenario.settings.solve.score_tolerance_wan_yuan,
            options,
        )
    first = Solution(year.status, year.x, yearly.times(year.x), year.objective, year.bound, 0.0)
    value = Stage("value", program.cost, 0.0, program.offset)
    return replace(
        _least(yearly, program, value, first, options),
        hours=made.hours,
        year=year,
        days=found.days,
        wiring=wiring,
        usable=tuple(usable),
    )


def _weights(yearly: Arrays, program: Arrays, weights: Mapping[str, Mapping[Any, float]]) -> Floats:
    cost = np.zeros(len(program.columns))
    for position, (name, index) in enumerate(yearly.columns):
        if name in weights:
            cost[position] = weights[name][index]
    return cost


def _least_moved(yearly: Arrays, program: Arrays) -> Floats:
    """Among plans of equal value the one that takes and grants least and spends the earmark before the pool."""
    signs = {
        "limit": -1.0,
        "beyond": -1.0,
        "grant": -1.0,
        "upgrade": -1.0,
        "saving": 1e-3,  # what is carried out saves, though nobody needs it
        "overshoot": -1.0,
        "waived": -1.0,
        "earmark": 1.0,
    }
    cost = np.zeros(len(program.columns))
    cost[: len(yearly.columns)] = [signs.get(name, 0.0) for name, _ in yearly.columns]
    return cost


def _require(results: list[StageResult]) -> None:
    status = results[-1].solution.status
    if status not in (Status.OPTIMAL, Status.WITHIN_GAP):
        raise NoPlan(status)
