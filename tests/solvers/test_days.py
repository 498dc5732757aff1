"""Days one by one in a live HiGHS: against all days in one program, finite differences, cuts at other points."""

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.solvers.compile import Arrays, Floats
from dualcontrol.solvers.days import Days
from dualcontrol.solvers.highs import LiveHighs, Solution, SolverError, Status
from dualcontrol.solvers.stamp import compile_hour, stamp
from dualcontrol.solvers.totals import with_costs
from tests.solvers.years import TERMS, Year, small_hour, small_year

# builds between 0 and 1 (the relaxation asks for such), load in MW
POINTS = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(10, 60))
INSIDE = st.tuples(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(11, 59))
PRICES = st.tuples(st.floats(-0.1, 0.1), st.floats(0, 0.1), st.floats(-0.1, 0.05))


def at_once(year: Year, at: Floats, prices: Floats) -> tuple[Arrays, Solution]:
    """All days in one program, yearly columns fixed, totals paid."""
    width, first = len(year.layout.hour.columns["hour"]), year.layout.first
    place = {label: k for k, label in enumerate(year.layout.hour.columns["hour"])}
    costs: dict[int, float] = {}
    for price, terms in zip(prices, TERMS.values(), strict=True):
        for label, factor in terms.items():
            for t in range(year.layout.hours):
                costs[first["hour"] + t * width + place[label]] = price * factor
    program = with_costs(year.stamped, costs)
    program.lower[first["year"] : first["year"] + len(at)] = at
    program.upper[first["year"] : first["year"] + len(at)] = at
    return program, LiveHighs(program).solve()


@given(st.integers(0, 10**6), POINTS, PRICES)
def test_days_are_worth_what_one_program_of_all_days_is_worth(
    seed: int, at: tuple[float, ...], prices: tuple[float, ...]
) -> None:
    year = small_year(seed, days=3)
    answer = year.days().answer(np.array(at), np.array(prices), keep=True)
    _, whole = at_once(year, np.array(at), np.array(prices))
    assert answer.value == pytest.approx(whole.objective, rel=1e-7, abs=1e-7)
    assert answer.value == pytest.approx(answer.own + np.array(prices) @ answer.totals, rel=1e-9, abs=1e-9)
    # the kept solution is a year: it has the totals that were told, hour by hour
    layout = year.layout
    hours = answer.x[:, 1:].reshape(layout.hours, -1)  # a day is its online capacity, then its hours
    for total, terms in zip(answer.totals, TERMS.values(), strict=True):
        places = [k for k, label in enumerate(layout.hour.columns["hour"]) if label in terms]
        assert hours[:, places].sum() == pytest.approx(total, rel=1e-5, abs=1e-4)


@given(st.integers(0, 10**6), INSIDE, PRICES)
def test_the_gradient_lies_between_both_differences(
    seed: int, at: tuple[float, ...], prices: tuple[float, ...]
) -> None:
    # the value is concave in z: any supergradient lies between the slopes to the right and to the left
    days, z, paid = small_year(seed, days=2).days(), np.array(at), np.array(prices)
    answer = days.answer(z, paid)
    for k, step in enumerate((1e-4, 1e-4, 1e-3)):
        move = np.eye(3)[k] * step
        right = (days.answer(z + move, paid).value - answer.value) / step
        left = (answer.value - days.answer(z - move, paid).value) / step
        slack = 1e-5 * (1 + abs(left) + abs(right))
        assert right - slack <= answer.gradient[k] <= left + slack


@given(st.integers(0, 10**6), POINTS, PRICES, POINTS, PRICES)
def test_a_cut_holds_everywhere(
    seed: int,
    at: tuple[float, ...],
    prices: tuple[float, ...],
    other: tuple[float, ...],
    paid: tuple[float, ...],
) -> None:
    days = small_year(seed, days=2).days()
    cut = days.answer(np.array(at), np.array(prices))
    there = days.answer(np.array(other), np.array(paid))  # some year at another point: no year beats the cut
    room = cut.value + cut.gradient @ (there.at - cut.at)
    assert there.own + cut.prices @ there.totals <= room + 1e-6 * (1 + abs(room))


def test_the_order_of_questions_changes_no_value() -> None:
    year = small_year(5)
    points = [(np.array([b, 1 - b, 20 + 30 * b]), np.array([0.02 * b, 0.0, -0.03])) for b in (0.0, 0.5, 1.0)]
    days = year.days()
    first = [days.answer(*point).value for point in points]
    second = [days.answer(*point).value for point in reversed(points)][::-1]
    assert first == pytest.approx(second, rel=1e-9)
    assert first == pytest.approx([year.days().answer(*point).value for point in points], rel=1e-9)


def test_new_sun_counts_from_the_day_of_its_service_and_the_store_by_its_efficiency() -> None:
    """Both coefficients differ from day to day: of a shared column, and of the day's own."""
    year = small_year(3, days=2)
    columns = year.layout.hour.columns["hour"]
    new, charge, discharge = (
        columns.index(label) for label in (("p", "new"), ("charge", None), ("discharge", None))
    )
    # sun is paid, thermal power and exports cost more: what is stored is worth more than what is exported or lost
    answer = year.days().answer(np.array([1.0, 0.0, 45.0]), np.array([-0.05, 0.1, -0.2]), keep=True)
    days = answer.x[:, 1:].reshape(2, year.steps, -1)
    assert days[0, :, new].max() == 0  # not yet in service
    assert days[1, :, new].max() > 1
    eta = year.series["eta"][:: year.steps]
    assert eta[0] != eta[1]
    for day in range(2):
        assert days[day, :, charge].sum() > 1
        given_back = days[day, :, discharge].sum() / days[day, :, charge].sum()
        assert given_back == pytest.approx(eta[day], abs=1e-5)


def test_duals_are_those_of_all_hours_in_one_program() -> None:
    year, at, prices = small_year(11, days=3), np.array([1.0, 0.0, 37.7]), np.array([0.01, 0.02, 0.0])
    dual = year.days().duals(at, prices)
    program, _ = at_once(year, at, prices)
    # where the optimum has a kink the dual may be anything between the changes to both sides
    live = LiveHighs(program)
    best = live.solve()
    names, of_balance = year.layout.row_values(dual, "balance")
    assert (names, of_balance.shape) == ([None], (year.layout.hours, 1))
    rows = [r for r, label in enumerate(program.rows) if label[0] == "balance"]
    for t, row in enumerate(rows):
        changes = []
        for side in (-1.0, 1.0):
            live.change_row(row, program.row_lower[row] + side * 1e-4, program.row_upper[row] + side * 1e-4)
            changes.append(side * (live.solve().objective - best.objective) / 1e-4)
            live.change_row(row, program.row_lower[row], program.row_upper[row])
        assert min(changes) - 1e-5 <= of_balance[t, 0] <= max(changes) + 1e-5


def test_days_that_stand_for_all_are_the_year_on_average() -> None:
    # each day alone stands for all four: the mean of the four guesses is the sum over all days
    days, at, prices = small_year(5).days(), np.array([0.4, 0.7, 30.0]), np.array([0.01, 0.02, -0.01])
    whole = days.answer(at, prices)
    alone = [days.answer(at, prices, only=np.array([day])) for day in range(4)]
    assert np.mean([a.value for a in alone]) == pytest.approx(whole.value)
    assert np.mean([a.own for a in alone]) == pytest.approx(whole.own)
    assert np.mean([a.totals for a in alone], axis=0) == pytest.approx(whole.totals)
    assert np.ptp([a.value for a in alone]) > 1, "days that are alike show nothing"


def test_rows_of_one_column_are_bounds_with_the_duals_of_rows() -> None:
    # a day of one hour: p <= 2 x (built) and p <= 3 x (shape), p earns 1; the value is min(2 built, 3 shape)
    m = pyo.ConcreteModel()
    m.built, m.p, m.q = (pyo.Var(bounds=(0, 5)) for _ in range(3))
    m.shape = pyo.Param(mutable=True, initialize=1.0, within=pyo.Any)
    m.first = pyo.Constraint(expr=2 * m.built >= m.p)
    m.second = pyo.Constraint(expr=m.p <= 3 * m.shape)
    m.third = pyo.Constraint(expr=-m.q <= -m.built)  # a negative coefficient: q >= built
    m.value = pyo.Objective(expr=m.p - 0.25 * m.q, sense=pyo.maximize)
    hour = compile_hour(m, {"cycle": (), "year": ("built",)}, {})
    shape = np.array([1.0, 0.2])
    days = Days(
        *stamp(hour, 2, {"shape": shape}, scopes={"cycle": np.arange(2)}), {"p": {("p", None): 1.0}}, 1
    )
    at = np.array([1.0])
    # day 1: p = 2 (built holds it back), q = 1; day 2: p = 0.6 (the shape does), q = 1
    answer = days.answer(at, np.zeros(1))
    assert answer.value == pytest.approx(2 + 0.6 - 0.5)
    assert answer.gradient == pytest.approx([2.0 - 0.25 - 0.25])
    rows = days.duals(at, np.zeros(1)).reshape(2, -1)
    names = [name for name, _ in hour.rows]
    dual = {name: rows[:, k] for k, name in enumerate(names)}
    assert np.abs(dual["first"]) == pytest.approx([1.0, 0.0])
    assert dual["second"] == pytest.approx([0.0, 1.0])
    assert np.abs(dual["third"]) == pytest.approx([0.25, 0.25])


def test_days_of_different_weight_are_refused() -> None:
    year = small_year(0, days=2)
    weight = np.repeat([1.0, 2.0], year.steps)
    day = np.repeat([0, 1], year.steps)
    arrays, layout = stamp(small_hour(), 2 * year.steps, {}, scopes={"cycle": day}, weight=weight)
    with pytest.raises(ValueError, match="equal weight"):
        Days(arrays, layout, TERMS, year.steps)


def test_a_day_without_an_optimum_is_named() -> None:
    year = small_year(0, days=2)
    year.stamped.upper[year.layout.first["hour"] + year.layout.hour.columns["hour"].index(("shed", None))] = (
        0.0
    )
    with pytest.raises(SolverError, match=r"day 0 has no optimum: .*Infeasible"):
        year.days().answer(
            np.array([0.0, 0.0, 500.0]), np.zeros(3)
        )  # 500 MW on the first day, in its first hour


def test_after_a_day_without_an_optimum_the_next_question_is_answered() -> None:
    year = small_year(0, days=2)
    shed = year.layout.hour.columns["hour"].index(("shed", None))
    year.stamped.upper[year.layout.first["hour"] + shed] = 0.0
    days = year.days()
    question = (np.array([0.0, 0.0, 20.0]), np.zeros(3))
    before = days.answer(*question)
    with pytest.raises(SolverError):
        days.answer(np.array([0.0, 0.0, 500.0]), np.zeros(3))
    assert days.answer(*question).value == pytest.approx(before.value)
    assert at_once(year, *question)[1].status is Status.OPTIMAL
