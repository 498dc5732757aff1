"""Bounds on small linear programs: right at hand-solved optima, never below any feasible point."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.model.audit import box
from dualcontrol.model.audit.box import Program, upper_bound

F = Fraction


def program(gain: list[int], upper: list[int], rows: list[tuple[list[int], int]]) -> Program:
    names = [f"x{j}" for j in range(len(gain))]
    return Program(
        F(0),
        dict(zip(names, map(F, gain), strict=True)),
        dict(zip(names, map(F, upper), strict=True)),
        [(dict(zip(names, map(F, row), strict=True)), F(limit)) for row, limit in rows],
    )


def test_fractional_knapsack() -> None:
    # max 3a + 2b, a + b <= 10, a <= 6, b <= 8: a = 6, b = 4: 26.
    assert abs(upper_bound(program([3, 2], [6, 8], [([1, 1], 10)])) - 26) < F(1, 10**9)


def test_two_rows() -> None:
    # max 3x + 5y, 2y <= 12, 3x + 2y <= 18, x <= 4: the textbook optimum 36 at (2, 6).
    assert abs(upper_bound(program([3, 5], [4, 100], [([0, 2], 12), ([3, 2], 18)])) - 36) < F(1, 10**9)


def test_no_rows_is_the_box() -> None:
    assert upper_bound(program([3, -5], [4, 7], [])) == 12


def test_lower_limit_by_a_negative_row() -> None:
    # max -2x, x >= 3 (that is -x <= -3), x <= 5: -6.
    assert abs(upper_bound(program([-2], [5], [([-1], -3)])) + 6) < F(1, 10**9)


def test_infeasible_program_is_far_below_its_box() -> None:
    # x <= 1 and x >= 3: nothing is feasible, so that any number is a bound; it must not mask other cases.
    assert upper_bound(program([7], [1], [([-1], -3)])) < 0


small = st.integers(-9, 9)


@given(st.data())
def test_bound_is_valid_and_reached(data: st.DataObject) -> None:
    # Against all vertices: an LP has its optimum where n of the rows and bounds are tight; with two variables
    # these are the crossings of all pairs of lines.
    gain = data.draw(st.lists(small, min_size=2, max_size=2))
    upper = data.draw(st.lists(st.integers(0, 9), min_size=2, max_size=2))
    rows = data.draw(
        st.lists(st.tuples(st.lists(small, min_size=2, max_size=2), st.integers(-5, 30)), max_size=3)
    )
    lines = [(F(a), F(b), F(c)) for (a, b), c in rows]
    lines += [(F(1), F(0), F(upper[0])), (F(0), F(1), F(upper[1])), (F(-1), F(0), F(0)), (F(0), F(-1), F(0))]
    best = None
    for i, (a, b, c) in enumerate(lines):
        for d, e, f in lines[i + 1 :]:
            if a * e == b * d:
                continue
            x, y = (c * e - b * f) / (a * e - b * d), (a * f - c * d) / (a * e - b * d)
            if all(p * x + q * y <= r for p, q, r in lines):
                value = gain[0] * x + gain[1] * y
                best = value if best is None else max(best, value)
    found = upper_bound(program(gain, upper, rows))
    if best is not None:
        assert found >= best
        assert found - best < F(1, 10**6)


@pytest.mark.parametrize("wrong", [-1.0, 0.0, 7.0, 1e9])
def test_wrong_multipliers_never_falsify_the_bound(monkeypatch: pytest.MonkeyPatch, wrong: float) -> None:
    # max x, x <= 4 by the row, x <= 5 by the box: 4, whatever the search comes back with.
    monkeypatch.setattr(box, "_multipliers", lambda _program: [wrong])
    assert 4 <= upper_bound(program([1], [5], [([1], 4)])) <= 5
