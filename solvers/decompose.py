"""A yearly mixed-integer program and a year of days, solved by turns, with valid bounds on both sides (design §6).

The days enter the yearly program (the master) through one column, their own value, and a few totals. For any prices
of the totals, the best the days can do is concave in the yearly decisions z, so each answer gives a cut
`own + prices·totals <= value + gradient·(z - at)` that holds for all z. The master with cuts is an upper bound.
A convex combination of answers at the same integers is a feasible year, so a program over such combinations is a
lower bound. Cuts do not depend on the yearly targets: a variant of the targets starts with all of them.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dualcontrol.solvers.compile import Arrays, Floats
from dualcontrol.solvers.days import Answer, Answering
from dualcontrol.solvers.highs import LiveHighs, Options, Solution, Status

OWN = "days_own_value"
WHOLE = 1e-6  # an integer column this close to a whole number is there
Question = tuple[
    Floats, Floats
]  # yearly columns of the days and prices of their totals, to be answered by all days
Entries = tuple[npt.NDArray[Any], Floats, float, float]  # columns, values, lower, upper of a row
DUST = 4e-9  # of the largest term of a row: HiGHS leaves out scaled entries below 1e-9, scales are within a factor of 2
FIRST = 4  # questions of a sample of days that all days are asked
FITS = 1e-7  # relative mismatch of a mix that still is a feasible year


@dataclass(frozen=True)
class Wiring:
    """Where the days meet the yearly program: positions of its columns.

    shared (yearly columns of the days,), totals (totals of the days,); own_upper: a bound of the days' own value.
    price_box (totals + shared,): no total or column is worth more than this; too small a box only means that no
    feasible year is found. parts: of several years, each year's own wiring, in the order of the joint one.
    """

    shared: npt.NDArray[np.int64]
    totals: npt.NDArray[np.int64]
    price_box: Floats
    own_upper: float = 0.0
    parts: tuple["Wiring", ...] = ()

    def each(self) -> tuple["Wiring", ...]:
        """The wirings of the years; of one year itself."""
        return self.parts or (self,)


@dataclass(frozen=True)
class Decomposed:
    """The result. x: yearly columns; objective: of the feasible year; bound: no year is better.

    mix: (answer, weight) whose combination is the feasible year; of several years empty. answers: all of them, to start
    a variant with.
    """

    status: Status
    x: Floats
    objective: float
    bound: float
    mix: tuple[tuple[Answer, float], ...]
    answers: tuple[Answer, ...]
    evaluations: int
    seconds: float
    history: tuple[tuple[float, float], ...] = field(default=(), repr=False)

    @property
    def gap(self) -> float:
        """Relative distance of the bounds."""
        return (self.bound - self.objective) / max(1e-9, abs(self.objective))


@dataclass(frozen=True)
class _Mix:
    """Years made of answers: value, solution, weights by year, prices of the totals, what does not fit."""

    objective: float
    solution: Solution
    parts: tuple[tuple[tuple[Answer, float], ...], ...]
    prices: Floats
    mismatch: float


def solve_year(
    yearly: Arrays,
    days: Answering,
    wiring: Wiring,
    *,
    gap: float = 1e-3,
    most_evaluations: int = 300,
    answers: Sequence[Answer] = (),
    options: Options | None = None,
    sampled: bool = True,
    questions: Sequence[Question] = (),
) -> Decomposed:
    """The yearly program together with all days, to a relative gap.

    First the relaxation (its cuts are valid for the integers), then the integers. answers: of an earlier solve
    on the same days. sampled: with a few days that stand for all the same is solved quickly before; that gives no
    bounds, only the places and prices at which all days are asked first. questions: these first instead, those of a
    year alike. Errors: SolverError; status INFEASIBLE when the master has no plan, TIME_LIMIT when
    `most_evaluations` did not close the gap (bounds and plan are valid all the same).
    """
    began, pool = time.perf_counter(), list(answers)
    search = _Search(yearly, wiring, days, gap, options or Options(gap=gap / 4), pool, most_evaluations)
    search.start(_sample(days.days) if sampled else None, questions)
    for is_relaxed in (True, False):
        status = search.close(is_relaxed=is_relaxed)
        if status is not Status.OPTIMAL:
            return _failed(status, pool, search.asked, began)
    best, bound = search.best, search.bound
    if best is None:
        return _failed(Status.TIME_LIMIT, pool, search.asked, began)
    distance = bound - best.objective
    status = Status.TIME_LIMIT
    if distance <= gap * abs(best.objective):
        status = Status.OPTIMAL if distance <= 1e-9 * abs(best.objective) else Status.WITHIN_GAP
    return Decomposed(
        status,
        best.solution.x[: len(yearly.columns)],
        best.objective,
        bound,
        best.parts[0] if len(best.parts) == 1 else (),
        tuple(pool),
        search.asked,
        time.perf_counter() - began,
        tuple(search.history),
    )


def _sample(days: int) -> npt.NDArray[np.int64] | None:
    """Days spread evenly: a tenth and two (few miss the prices, many cost as much as they save); None of few days."""
    count = 2 + days // 10
    return np.arange(count) * days // count if days >= 2 * count else None


class _Search:
    """A solve under way: the answers so far, the best year and the bound of the pass that is on.

    only: the days that stand for all, in the search of a sample.
    """

    def __init__(
        self,
        yearly: Arrays,
        wiring: Wiring,
        days: Answering,
        gap: float,
        options: Options,
        pool: list[Answer],
        most: int,
        only: npt.NDArray[np.int64] | None = None,
    ) -> None:
        self.yearly, self.wiring, self.days, self.gap, self.options = yearly, wiring, days, gap, options
        self.pool, self.most, self.only, self.asked = pool, most, only, 0
        self.whole = yearly.is_integer[wiring.shared]
        self.best: _Mix | None = None
        self.bound = np.inf
        self.history: list[tuple[float, float]] = []
        self.prices = np.zeros(len(wiring.totals))
        self.sample: _Search | None = None
        self.sampled: npt.NDArray[np.int64] | None = None

    def start(self, sample: npt.NDArray[np.int64] | None, questions: Sequence[Question]) -> None:
        """The first questions: those given, of the sample's best year, or the middle of everything."""
        for question in questions[: 0 if self.pool else self.most]:
            self.ask(*question)
        middle = _middle(self.yearly, self.wiring)
        self.sampled = sample if self.most > 2 * FIRST else None
        if (
            not self.pool
            and (of_sample := self._of_sample())
            and of_sample.close(is_relaxed=True) is Status.OPTIMAL
        ):
            self.ask_as(of_sample.best)
        if not self.pool:
            self.ask(middle, self.prices)

    def _of_sample(self) -> "_Search | None":
        """The search of a few days that stand for all, begun when first needed; None where there is none."""
        if self.sample is None and self.sampled is not None:
            self.sample = _Search(
                self.yearly, self.wiring, self.days, self.gap, self.options, [], self.most, self.sampled
            )
            self.sample.ask(_middle(self.yearly, self.wiring), self.prices)
        return self.sample

    def ask(self, at: Floats, prices: Floats) -> None:
        """One more answer; hours are kept only where integers are whole, so that a plan may be made of them."""
        keep = self.only is None and bool(np.all(np.abs(at[self.whole] - np.round(at[self.whole])) <= WHOLE))
        self.pool.append(self.days.answer(at, prices, keep=keep, only=self.only))
        self.asked += 1

    def ask_as(self, best: "_Mix | None") -> None:
        """The questions whose answers make up most of the sample's best year."""
        ranked = [sorted(own, key=lambda part: -part[1]) for own in best.parts] if best else []
        for k in range(min(FIRST, max((len(own) for own in ranked), default=0))):
            chosen = [own[min(k, len(own) - 1)][0] for own in ranked]
            self.ask(
                np.concatenate([one.at for one in chosen]), np.concatenate([one.prices for one in chosen])
            )

    def close(self, *, is_relaxed: bool, given: Arrays | None = None) -> Status:
        """Answers until the bounds meet: OPTIMAL when they do or no more may be asked, else what the master says.

        given: the yearly program with given integers, to close for these alone.
        """
        program = given or (self.yearly.relaxed() if is_relaxed else self.yearly)
        whole = self.whole & (given is not None or not is_relaxed)
        self.best, self.bound = None, np.inf
        while True:
            master = LiveHighs(_with_cuts(program, self.wiring, self.pool), self.options).solve()
            if master.status not in (Status.OPTIMAL, Status.WITHIN_GAP):
                return master.status
            self.bound = min(self.bound, master.bound)
            fixed = program if is_relaxed else program.fixed(master.x[: len(program.columns)])
            mix = self._mix(fixed, master.x, whole)
            held = -np.inf if self.best is None else self.best.objective
            if mix is not None and mix.mismatch <= FITS and mix.objective > held:
                self.best = mix
            self.history.append((self.best.objective if self.best else -np.inf, self.bound))
            if (self.best and self._distance(self.best) <= self.gap) or self.asked >= self.most:
                return Status.OPTIMAL
            self.ask(*self._next_question(master.x, mix))

    def _mix(self, fixed: Arrays, x: Floats, whole: npt.NDArray[np.bool_]) -> "_Mix | None":
        """The best mix at these integers; where there is none yet, the sample says what to ask for one."""
        mix = _combine(fixed, self.wiring, self.pool, whole)
        if mix is None and self.asked + FIRST < self.most and (sample := self._of_sample()) is not None:
            sample.most = sample.asked + self.most
            sample.ask(x[self.wiring.shared], self.prices)
            if sample.close(is_relaxed=True, given=fixed) is Status.OPTIMAL:
                self.ask_as(sample.best)
                mix = _combine(fixed, self.wiring, self.pool, whole)
        if mix is not None:
            self.prices = mix.prices
        return mix

    def _distance(self, best: "_Mix") -> float:
        return (self.bound - best.objective) / max(1e-9, abs(best.objective))

    def _next_question(self, x: Floats, mix: "_Mix | None") -> Question:
        """Half-way between where the master is and where a feasible mix is, at the mix's prices."""
        at = x[self.wiring.shared]
        if mix is None:
            return at, self.prices
        middle = (at + mix.solution.x[self.wiring.shared]) / 2
        known = any(np.allclose(a.at, middle) and np.allclose(a.prices, mix.prices) for a in self.pool)
        return (at if known else middle), mix.prices


def _middle(yearly: Arrays, wiring: Wiring) -> Floats:
    low, high = yearly.lower[wiring.shared], yearly.upper[wiring.shared]
    return np.where(np.isfinite(high), (low + np.minimum(high, 1e12)) / 2, low)


def _with_cuts(yearly: Arrays, wiring: Wiring, pool: Sequence[Answer]) -> Arrays:
    """The master: a column more for each year's own value of its days, and a row per year and answer."""
    years, first = wiring.each(), len(yearly.columns)
    program = replace(
        yearly,
        columns=(*yearly.columns, *((OWN, k) for k in range(len(years)))),
        cost=np.append(yearly.cost, np.ones(len(years))),
        lower=np.append(yearly.lower, np.full(len(years), -np.inf)),
        upper=np.append(yearly.upper, [one.own_upper for one in years]),
        is_integer=np.append(yearly.is_integer, np.zeros(len(years), dtype=bool)),
    )
    rows = []
    for k, one in enumerate(years):
        columns = np.concatenate([[first + k], one.totals, one.shared])
        for answer in (joint.each()[k] for joint in pool):
            values = np.concatenate([[1.0], answer.prices, -answer.gradient])
            limit = answer.value - float(answer.gradient @ answer.at)
            rows.append((columns, *_without_dust(program, columns, values, limit)))
    return with_rows(program, rows, "cut")


def _without_dust(
    program: Arrays, columns: npt.NDArray[Any], values: Floats, limit: float
) -> tuple[Floats, float, float]:
    """A row `values · x <= limit` without terms HiGHS would leave out beside large ones: values and both limits.

    The limit rises by what those terms could be at most, so the row still holds for every x within its bounds.
    """
    low, high = program.lower[columns], program.upper[columns]
    size = np.maximum(np.abs(low), np.abs(high))
    reach = np.abs(values) * np.where(np.isfinite(size) & ~program.is_integer[columns], size, 1.0)
    dust = np.isfinite(size) & (reach <= DUST * reach.max(initial=0.0))
    limit += float(np.maximum(-values[dust] * low[dust], -values[dust] * high[dust]).sum())
    return np.where(dust, 0.0, values), -np.inf, limit


def with_rows(program: Arrays, rows: Sequence[Entries], name: str) -> Arrays:
    """The program with more rows (columns, values, lower, upper) labelled (name, number)."""
    kept = [(columns[values != 0], values[values != 0], low, high) for columns, values, low, high in rows]
    counts = [len(columns) for columns, *_ in kept]
    return replace(
        program,
        rows=(*program.rows, *((name, k) for k in range(len(rows)))),
        start=np.concatenate([program.start, program.start[-1] + np.cumsum(counts)]).astype(np.int32),
        index=np.concatenate([program.index, *(columns for columns, *_ in kept)]).astype(np.int32),
        value=np.concatenate([program.value, *(values for _, values, *_ in kept)]),
        row_lower=np.concatenate([program.row_lower, [low for *_, low, _ in kept]]),
        row_upper=np.concatenate([program.row_upper, [high for *_, high in kept]]),
    )


def mix_program(
    fixed: Arrays, wiring: Wiring, usable: Sequence[Sequence[Answer]], most_mismatch: float = np.inf
) -> Arrays:
    """The yearly program over convex combinations of answers: more columns for weights, mismatch over and under.

    usable: the answers of each year. Columns come year by year: weights, then over, then under. What a combination
    misses of a total or a yearly column costs the price box; with most_mismatch = 0 it may miss nothing.
    """
    first, rows = len(fixed.columns), list[Entries]()
    cost, upper = [fixed.cost], [fixed.upper]
    for one, answers in zip(wiring.each(), usable, strict=True):
        place = np.concatenate([one.totals, one.shared])
        links, k = len(place), len(answers)
        weights = first + np.arange(k)
        over, under = first + k + np.arange(links), first + k + links + np.arange(links)
        table = np.array([np.concatenate([a.totals, a.at]) for a in answers])
        rows.append((weights, np.ones(k), 1.0, 1.0))
        rows += [
            (
                np.append(weights, [place[j], over[j], under[j]]),
                np.append(table[:, j], [-1.0, 1.0, -1.0]),
                0.0,
                0.0,
            )
            for j in range(links)
        ]
        cost += [np.array([a.own for a in answers]), -one.price_box, -one.price_box]
        upper += [np.ones(k), np.full(2 * links, most_mismatch)]
        first += k + 2 * links
    more = first - len(fixed.columns)
    program = replace(
        fixed,
        columns=(*fixed.columns, *(("mix", j) for j in range(more))),
        cost=np.concatenate(cost),
        lower=np.concatenate([fixed.lower, np.zeros(more)]),
        upper=np.concatenate(upper),
        is_integer=np.zeros(first, dtype=bool),
    )
    return with_rows(program, rows, "mix")


def usable_answers(
    fixed: Arrays, wiring: Wiring, pool: Sequence[Answer], whole: npt.NDArray[np.bool_]
) -> list[list[Answer]]:
    """By year, the answers at the integers that `fixed` has, over the yearly columns marked in `whole`."""
    found, first = [], 0
    for k, one in enumerate(wiring.each()):
        marked = whole[first : first + len(one.shared)]
        at = fixed.lower[one.shared][marked]
        own = (joint.each()[k] for joint in pool)
        found.append([a for a in own if np.allclose(a.at[marked], at, rtol=0.0, atol=WHOLE)])
        first += len(one.shared)
    return found


def _combine(
    fixed: Arrays, wiring: Wiring, pool: Sequence[Answer], whole: npt.NDArray[np.bool_]
) -> _Mix | None:
    """The best years among convex combinations of answers at these integers; None if a year has none.

    Mismatch keeps its prices in the box; only a mix without mismatch is a feasible year.
    """
    usable = usable_answers(fixed, wiring, pool, whole)
    if not all(usable):
        return None
    solution = LiveHighs(mix_program(fixed, wiring, usable)).solve()
    if solution.status is not Status.OPTIMAL:
        return None
    column, row, worst = len(fixed.columns), len(fixed.rows), 0.0
    prices, parts = [], []
    for one, answers in zip(wiring.each(), usable, strict=True):
        k, links = len(answers), len(one.totals) + len(one.shared)
        weights = solution.x[column : column + k]
        over, under = np.split(solution.x[column + k : column + k + 2 * links], 2)
        size = np.abs([np.concatenate([a.totals, a.at]) for a in answers]).max(axis=0)
        worst = max(worst, float((np.abs(over - under) / np.maximum(1.0, size)).max(initial=0.0)))
        prices.append(-solution.row_dual[row + 1 : row + 1 + len(one.totals)])
        parts.append(tuple((a, float(w)) for a, w in zip(answers, weights, strict=True) if w > 1e-12))
        column, row = column + k + 2 * links, row + 1 + links
    return _Mix(solution.objective, solution, tuple(parts), np.concatenate(prices), worst)


def ranked_program(
    yearly: Arrays, wiring: Wiring, year: Decomposed, score: Floats, tolerance: float, options: Options
) -> tuple[Arrays, list[Answer]]:
    """The linear program of the plan's year after ranking, and the answers its weights stand for.

    Integers fixed, days as a mix of answers without mismatch (weights come after the yearly columns).

    Among plans whose value is within `tolerance` of the year's, by its cuts, the integers of the highest score are
    taken (builds stay); if the mix of answers has no year for them, the year's own integers.
    """
    built = wiring.shared[yearly.is_integer[wiring.shared]]
    lower, upper = yearly.lower.copy(), yearly.upper.copy()
    lower[built] = upper[built] = np.round(year.x[built])
    choices = [yearly.fixed(year.x)]
    if np.any(score):
        master = _with_cuts(replace(yearly, lower=lower, upper=upper), wiring, year.answers)
        floor = (
            np.arange(len(master.columns)),
            master.cost,
            year.objective - yearly.offset - tolerance,
            np.inf,
        )
        ranked = LiveHighs(
            replace(with_rows(master, [floor], "value"), cost=np.append(score, 0.0), offset=0.0), options
        ).solve()
        if ranked.x.size:
            choices.insert(0, yearly.fixed(ranked.x[: len(yearly.columns)]))
    whole = yearly.is_integer[wiring.shared]
    for fixed in choices:
        usable = usable_answers(fixed, wiring, year.answers, whole)
        program = mix_program(fixed, wiring, usable, most_mismatch=0.0)
        solution = LiveHighs(program).solve()
        if solution.x.size and solution.objective >= year.objective - tolerance - 1e-9 * abs(year.objective):
            return program, usable[0]
    return program, usable[0]


def prices_of_totals(yearly: Arrays, wiring: Wiring, year: Decomposed) -> Floats:
    """What a unit of each total is worth to the year at its integers, (totals,), by the cuts that hold it back.

    The mix of days is no witness for prices: with few answers almost any price explains it.
    """
    master = LiveHighs(_with_cuts(yearly.fixed(year.x), wiring, year.answers)).solve()
    shares = master.row_dual[len(yearly.rows) :]
    return np.asarray(shares @ np.array([answer.prices for answer in year.answers]))


def _failed(status: Status, pool: Sequence[Answer], evaluations: int, began: float) -> Decomposed:
    return Decomposed(
        status, np.zeros(0), -np.inf, np.inf, (), tuple(pool), evaluations, time.perf_counter() - began
    )
