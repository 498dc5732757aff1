"""Several years as one program: ties by hand, and the days of all years against everything in one program."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualcontrol.solvers.compile import Label
from dualcontrol.solvers.decompose import solve_year
from dualcontrol.solvers.highs import LiveHighs, Options, Status
from dualcontrol.solvers.linked import Carried, Tie, linked
from dualcontrol.solvers.years import DaysOfYears, wiring_of_years
from tests.solvers.programs import INF, program
from tests.solvers.years import small_year

GAP = 1e-3
BUILDS: tuple[Label, ...] = (("built", "new"), ("built", "soft"))


# Each year: max 3x + y, x + y <= 10, x <= 6: x = 6, y = 4, 22. Tied by x_2 >= x_1 + 2 (so x_1 = 4, y_1 = 6: 18), the
# second year at half its value: 18 + 11 = 29.
def test_two_small_programs_tied_by_hand() -> None:
    one = program([3.0, 1.0], [[1.0, 1.0]], [-INF], [10.0], upper=[6.0, INF])
    label = one.columns[0]
    tied = linked([one, one], [1.0, 0.5], [Tie({(1, label): 1.0, (0, label): -1.0}, 2.0, INF)])
    found = LiveHighs(tied.program).solve()
    assert found.objective == pytest.approx(29)
    assert tied.value_of(found.x, 0, label) == pytest.approx(4)
    # a cost on the first year's x alone: -2 makes it 1x + y there, y_1 takes all: 10 + 11
    dear = linked([one, one], [1.0, 0.5], [], costs={(0, label): -2.5})
    assert LiveHighs(dear.program).solve().objective == pytest.approx(10 + 11)


# What is left of a limit of 10 may be carried, at most 3: the first year earns 1 a unit, the second 2, both want all.
def test_an_amount_is_carried_by_hand() -> None:
    first = program(
        [1.0, 0.0], [[1.0, -1.0]], [-INF], [10.0], upper=[INF, 0.0]
    )  # column 1: more of the limit
    second = program([2.0, 0.0], [[1.0, -1.0]], [-INF], [10.0], upper=[INF, 0.0])
    carried = [Carried(0, first.rows[0], first.columns[1], 3.0)]
    both = linked([first, second], [1.0, 1.0], [], carried)
    found = LiveHighs(both.program).solve()
    assert found.x[both.carried[0]] == pytest.approx(3)
    assert found.objective == pytest.approx(7 + 26)
    assert LiveHighs(
        linked([first, second], [1.0, 0.4], [], carried).program
    ).solve().objective == pytest.approx(10 + 8)


@pytest.mark.slow
@settings(max_examples=6)
@given(st.integers(0, 10**6), st.floats(0.5, 1.0), st.booleans())
def test_the_bounds_of_two_years_contain_the_optimum_of_one_program(
    seed: int, weight: float, is_sampled: bool
) -> None:
    """Builds that stay: the second year has what the first has."""
    years, weights = [small_year(seed), small_year(seed + 1, cap_share=0.5)], [1.0, weight]
    ties = [Tie({(1, label): 1.0, (0, label): -1.0}, 0.0, INF) for label in BUILDS]
    best = LiveHighs(linked([one.one_program() for one in years], weights, ties).program, Options()).solve()
    assert best.status is Status.OPTIMAL
    days = [one.days() for one in years]
    joint = linked([one.yearly for one in years], weights, ties)
    wirings = [one.wiring(own) for one, own in zip(years, days, strict=True)]
    wiring = wiring_of_years(wirings, [len(one.yearly.columns) for one in years], weights)
    all_days = DaysOfYears(days, weights)
    found = solve_year(joint.program, all_days, wiring, gap=GAP, sampled=is_sampled)
    assert found.status in (Status.OPTIMAL, Status.WITHIN_GAP)
    slack = 1e-6 * max(1.0, abs(best.objective))
    assert found.objective - slack <= best.objective <= found.bound + slack
    assert found.gap <= GAP
    for label in BUILDS:
        assert joint.value_of(found.x, 1, label) >= joint.value_of(found.x, 0, label) - 1e-6
    # what each year's days answered holds for that year by itself, in its own money
    for one, own, answers, place in zip(years, days, all_days.answers, joint.places, strict=True):
        x = np.array([found.x[place[label]] for label in one.yearly.columns])
        at = x[one.wiring(own).shared]
        for answer in answers:
            exact = own.answer(at, answer.prices).value
            assert exact <= answer.value + float(answer.gradient @ (at - answer.at)) + 1e-6 * max(
                1.0, abs(exact)
            )
