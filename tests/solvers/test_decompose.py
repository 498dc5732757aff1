"""The decomposition against everything in one program: bounds, gap, cuts that outlive a target, limits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualcontrol.solvers.days import Answer
from dualcontrol.solvers.decompose import (
    Decomposed,
    Wiring,
    _with_cuts,
    mix_program,
    prices_of_totals,
    ranked_program,
    solve_year,
    usable_answers,
)
from dualcontrol.solvers.highs import LiveHighs, Options, Status, violation
from tests.solvers.programs import INF, dense, program
from tests.solvers.years import TERMS, Year, small_year

GAP = 1e-3
FEW = settings(max_examples=8)
CAPS = st.floats(0.15, 0.8)


def decomposed(year: Year, **options: object) -> Decomposed:
    days = year.days()
    return solve_year(year.yearly, days, year.wiring(days), gap=GAP, **options)


def assert_is_a_year(year: Year, result: Decomposed) -> None:
    """The mix of kept days with the yearly columns satisfies every row of the one program."""
    own = sum(w * np.concatenate([a.at, a.totals]) for a, w in result.mix)
    days = year.days()
    wiring = year.wiring(days)
    assert own == pytest.approx(result.x[np.concatenate([wiring.shared, wiring.totals])], rel=1e-6, abs=1e-5)
    assert sum(w for _, w in result.mix) == pytest.approx(1)
    assert all(a.x is not None for a, _ in result.mix), "a year without its hours cannot be published"
    x = sum(w * a.x for a, w in result.mix)
    one = year.one_program()
    columns = np.zeros(len(one.columns))
    columns[: len(year.yearly.columns)] = result.x
    labels = {label: k for k, label in enumerate(one.columns)}
    daily, hour = year.layout.hour.columns["cycle"], year.layout.hour.columns["hour"]
    for day, of_day in enumerate(x):
        for k, (name, index) in enumerate(daily):
            columns[labels[name, (day, index)]] = of_day[k]
        for step, of_hour in enumerate(of_day[len(daily) :].reshape(year.steps, -1)):
            for k, (name, index) in enumerate(hour):
                columns[labels[name, (day * year.steps + step, index)]] = of_hour[k]
    assert violation(one, columns) <= 1e-5  # kept days are single precision
    assert float(one.cost @ columns + one.offset) == pytest.approx(result.objective, rel=1e-5, abs=1e-3)


@FEW
@given(st.integers(0, 10**6), CAPS, st.booleans())
def test_the_bounds_contain_the_optimum_of_one_program(seed: int, cap: float, is_sampled: bool) -> None:
    year = small_year(seed, cap_share=cap)
    best = year.best()
    assert best.status is Status.OPTIMAL
    result = decomposed(year, sampled=is_sampled)
    assert result.status in (Status.OPTIMAL, Status.WITHIN_GAP)
    slack = 1e-6 * max(1.0, abs(best.objective))
    assert result.objective - slack <= best.objective <= result.bound + slack
    assert result.gap <= GAP
    assert result.x[year.yearly.is_integer] == pytest.approx(np.round(result.x[year.yearly.is_integer]))
    assert_is_a_year(year, result)


@FEW
@given(st.integers(0, 10**6), CAPS)
def test_the_bounds_contain_the_optimum_of_one_linear_program(seed: int, cap: float) -> None:
    year = small_year(seed, cap_share=cap).relaxed()
    best = year.best()
    result = decomposed(year)
    slack = 1e-6 * max(1.0, abs(best.objective))
    assert result.objective - slack <= best.objective <= result.bound + slack
    assert result.gap <= GAP
    assert_is_a_year(year, result)


@pytest.mark.slow
@FEW
@given(st.integers(0, 10**6), CAPS, CAPS)
def test_answers_serve_another_target(seed: int, cap: float, other: float) -> None:
    # cuts do not speak of targets: a variant that starts with them finds what it finds alone, sooner
    first = decomposed(small_year(seed, cap_share=cap))
    variant = small_year(seed, cap_share=cap).with_cap(other)
    cold, warm = decomposed(variant), decomposed(variant, answers=first.answers)
    best = variant.best()
    slack = 1e-6 * max(1.0, abs(best.objective))
    for result in (cold, warm):
        assert result.objective - slack <= best.objective <= result.bound + slack
        assert result.gap <= GAP
    assert_is_a_year(variant, warm)
    assert warm.answers[: len(first.answers)] == first.answers
    assert len(warm.answers) == len(first.answers) + warm.evaluations
    if other == cap:
        assert warm.evaluations <= 1


def test_the_same_target_again_needs_no_new_answer() -> None:
    first = decomposed(small_year(4))
    again = decomposed(small_year(4), answers=first.answers)
    assert again.evaluations <= 1
    assert again.objective == pytest.approx(first.objective, rel=GAP)
    assert (first.evaluations, len(first.answers)) == (len(first.answers), first.evaluations)


def test_bounds_only_get_better() -> None:
    """Within each of the two passes: the relaxation's, then the integers', which starts with what fits them."""
    lower, upper = zip(*decomposed(small_year(9)).history, strict=True)
    falls = [k for k in range(1, len(lower)) if lower[k] < lower[k - 1]]
    assert len(falls) == 1
    for part in (slice(0, falls[0]), slice(falls[0], None)):
        assert list(lower[part]) == sorted(lower[part])
        assert list(upper[part]) == sorted(upper[part], reverse=True)
    assert upper[-1] <= upper[falls[0] - 1] * (1 + 1e-9)  # integers never add value


def test_the_same_question_gives_the_same_year() -> None:
    first, second = (decomposed(small_year(6)) for _ in range(2))
    assert (first.objective, first.bound, first.evaluations) == (
        second.objective,
        second.bound,
        second.evaluations,
    )
    assert first.x.tobytes() == second.x.tobytes()


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [1, 3, 6])
def test_after_the_last_evaluation_bounds_still_hold_and_nothing_looks_like_success(most: int) -> None:
    year = small_year(2)
    result = decomposed(year, most_evaluations=most)
    best = year.best().objective
    assert result.evaluations <= most
    assert result.bound >= best - 1e-6 * abs(best)
    if result.x.size:
        assert result.objective <= best + 1e-6 * abs(best)
    if result.gap > GAP or not result.x.size:
        assert result.status is Status.TIME_LIMIT
    assert decomposed(year).evaluations > most


def test_a_yearly_programwithout_a_plan_is_infeasible() -> None:
    year = small_year(1)
    yearly = replace(year.yearly, row_upper=np.where(year.yearly.row_upper < INF, -1e9, INF))
    days = year.days()
    result = solve_year(yearly, days, year.wiring(days), gap=GAP)
    assert result.status is Status.INFEASIBLE
    assert (result.x.size, result.objective, result.bound) == (0, -INF, INF)


def test_a_target_no_dispatch_can_meet_ends_without_a_plan() -> None:
    # more sun than there is: the yearly program alone does not know, and no mix of days fits it
    year = small_year(1)
    lower = year.yearly.lower.copy()
    lower[year.yearly.column("total", "solar")] = 100.0 * year.layout.hours
    impossible = replace(year, yearly=replace(year.yearly, lower=lower))
    assert impossible.best().status is Status.INFEASIBLE
    result = decomposed(impossible, most_evaluations=40)
    assert result.status not in (Status.OPTIMAL, Status.WITHIN_GAP)
    assert result.x.size == 0


# --- by hand --------------------------------------------------------------------------------------


def test_nothing_to_decide_in_the_year() -> None:
    """Builds and load fixed: the first question is the last, and its days are the year."""
    year = small_year(3)
    lower, upper = year.yearly.lower.copy(), year.yearly.upper.copy()
    days = year.days()
    wiring = year.wiring(days)
    lower[wiring.shared] = upper[wiring.shared] = [1.0, 0.0, 30.0]
    free = np.full(len(year.yearly.rows), INF)
    fixed = replace(year, yearly=replace(year.yearly, lower=lower, upper=upper, row_upper=free))
    result = decomposed(fixed)
    assert result.status in (Status.OPTIMAL, Status.WITHIN_GAP)
    assert result.objective == pytest.approx(fixed.best().objective, rel=GAP)
    assert_is_a_year(fixed, result)


def test_a_mix_may_only_use_days_at_its_own_integers() -> None:
    year = small_year(3)
    days = year.days()
    wiring = year.wiring(days)
    none = np.zeros(len(TERMS))
    pool = [
        days.answer(np.array(at), none) for at in ([0.0, 0, 20], [1.0, 0, 20], [0.5, 0, 20], [1.0, 0, 50])
    ]
    x = np.zeros(len(year.yearly.columns))
    x[wiring.shared] = [1.0, 0.0, 35.0]
    whole = year.yearly.is_integer[wiring.shared]
    (usable,) = usable_answers(year.yearly.fixed(x), wiring, pool, whole)
    assert usable == [pool[1], pool[3]]
    assert usable_answers(year.yearly.relaxed(), wiring, pool, np.zeros(3, dtype=bool)) == [pool]
    # a load of 35 is half of each; 45 would be more than they can mix
    fixed = year.yearly.fixed(x)
    for load, status in ((35.0, Status.OPTIMAL), (55.0, Status.INFEASIBLE)):
        fixed.lower[wiring.shared[2]] = fixed.upper[wiring.shared[2]] = load
        free = replace(fixed, row_upper=np.full(len(fixed.rows), INF))
        found = LiveHighs(mix_program(free, wiring, [usable], most_mismatch=0.0)).solve()
        assert found.status is status
        if status is Status.OPTIMAL:
            assert found.x[len(x) : len(x) + 2] == pytest.approx([0.5, 0.5])
    # where mismatch is allowed it costs its price
    with_mismatch = LiveHighs(mix_program(free, wiring, [usable])).solve()
    assert with_mismatch.status is Status.OPTIMAL
    over = with_mismatch.x[len(x) + 2 :]
    assert over.max() == pytest.approx(5.0)


def test_ranking_keeps_the_value_and_prefers_the_higher_score() -> None:
    """A yes/no column that is worth nothing is taken when the score likes it, and the value stays."""
    year = small_year(8)
    n = len(year.yearly.columns)
    more = replace(
        year.yearly,
        columns=(*year.yearly.columns, ("admitted", "P")),
        cost=np.append(year.yearly.cost, 0.0),
        lower=np.append(year.yearly.lower, 0.0),
        upper=np.append(year.yearly.upper, 1.0),
        is_integer=np.append(year.yearly.is_integer, True),
    )
    ranked = replace(year, yearly=more)
    days = ranked.days()
    wiring = ranked.wiring(days)
    result = solve_year(more, days, wiring, gap=GAP)
    for score, admitted in ((1.0, 1.0), (-1.0, 0.0)):
        program, usable = ranked_program(
            more,
            wiring,
            result,
            np.append(np.zeros(n), score),
            0.01 * abs(result.objective),
            Options(gap=GAP / 4),
        )
        final = LiveHighs(program).solve()
        assert final.status is Status.OPTIMAL
        assert final.x[n] == admitted
        assert final.objective >= result.objective - 0.01 * abs(result.objective) - 1e-6
        assert len(usable) >= 1
        assert final.objective <= result.bound + 1e-6 * abs(result.bound)


@pytest.mark.parametrize("seed", [0, 1, 5])
def test_the_price_of_a_total_is_what_one_more_unit_of_it_brings(seed: int) -> None:
    """Against the one program with one unit of the total given away, to either side."""
    year = small_year(seed, cap_share=0.3)
    days = year.days()
    wiring = year.wiring(days)
    result = solve_year(year.yearly, days, wiring, gap=1e-7)
    prices = prices_of_totals(year.yearly, wiring, result)
    at = replace(year, yearly=year.yearly.fixed(result.x)).one_program()
    live = LiveHighs(at)
    best = live.solve().objective
    rows = {label[1]: k for k, label in enumerate(at.rows) if label[0] == "total_of_hours"}
    for name, price in zip(days.names, prices, strict=True):
        changes = []
        for side in (-1.0, 1.0):  # sum of the hours - total == side: the total has that much less
            live.change_row(rows[name], side * 0.01, side * 0.01)
            changes.append(-side * (live.solve().objective - best) / 0.01)
            live.change_row(rows[name], 0.0, 0.0)
        assert min(changes) - 1e-3 <= price <= max(changes) + 1e-3


def test_a_cut_keeps_no_terms_that_highs_would_leave_out() -> None:
    # own + 0.03 total + 0.01 (z1 + ... + z40) <= 0.2, own <= 0, total up to 1e8: beside 0.03 x 1e8 HiGHS drops every
    # 0.01, takes all z (0.4 > 0.2), and the answer did not hold. Without them the row is own + 0.03 total <= 0.2.
    count, price, slope = 40, 0.03, 0.01
    yearly = program([0.0] + [1.0] * count, [], [], [], upper=[1e8] + [1.0] * count)
    wiring = Wiring(np.arange(1, count + 1), np.array([0]), np.ones(count + 1))
    at = np.full(count, 0.5)
    answer = Answer(
        at, np.array([price]), 0.2 - slope * float(at.sum()), np.full(count, -slope), 0.0, np.zeros(1), None
    )
    master = _with_cuts(yearly, wiring, [answer])
    assert (master.value.tolist(), master.row_upper.tolist()) == ([1.0, price], [pytest.approx(0.2)])
    assert LiveHighs(master).solve().objective == pytest.approx(count)
    # with slopes the other way round the limit rises by what they may bring: 0.2 + 40 x 0.01
    rising = replace(answer, value=0.2 + slope * float(at.sum()), gradient=np.full(count, slope))
    assert _with_cuts(yearly, wiring, [rising]).row_upper.tolist() == [pytest.approx(0.6)]
    # where nothing is large, nothing is left out
    small = replace(yearly, upper=np.ones(count + 1))
    assert dense(_with_cuts(small, wiring, [answer])).tolist() == [[price] + [slope] * count + [1.0]]


@pytest.mark.parametrize("seed", [1, 4, 9])
def test_the_questions_of_a_year_alike_are_the_first_and_shorten_it(seed: int) -> None:
    """The cap moves a little: bounds hold, the given questions come first, and fewer are needed than from nothing."""
    first = decomposed(small_year(seed, cap_share=0.4), sampled=False)
    variant = small_year(seed, cap_share=0.39)
    cold = decomposed(variant, sampled=False)
    questions = [(answer.at, answer.prices) for answer, _ in first.mix]
    warm = decomposed(variant, sampled=False, questions=questions)
    for answer, (at, prices) in zip(warm.answers, questions, strict=False):
        assert (answer.at.tolist(), answer.prices.tolist()) == (at.tolist(), prices.tolist())
    best = variant.best().objective
    for result in (cold, warm):
        assert result.gap <= GAP
        assert result.objective - 1e-6 * abs(best) <= best <= result.bound + 1e-6 * abs(best)
    assert warm.evaluations < cold.evaluations
    assert_is_a_year(variant, warm)


def test_a_sample_of_days_only_chooses_what_is_asked_first() -> None:
    """Twelve days: three stand for all in the search before; what they say bounds nothing, all days are asked less."""
    year = small_year(7, days=12)
    alone, sampled = decomposed(year, sampled=False), decomposed(year)
    best = year.best().objective
    for result in (alone, sampled):
        assert result.gap <= GAP
        assert result.objective - 1e-6 * abs(best) <= best <= result.bound + 1e-6 * abs(best)
        assert_is_a_year(year, result)
    assert sampled.evaluations < alone.evaluations
    days = year.days()
    for answer in sampled.answers:  # each is all days' own
        assert answer.value == pytest.approx(days.answer(answer.at, answer.prices).value)
