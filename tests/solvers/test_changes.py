"""A program that takes over numbers is the one HiGHS would have been given, bit by bit; a shape gives its reason."""

from dataclasses import replace
from random import Random

import highspy
import numpy as np
import pytest

from dualcontrol.solvers.changes import Reason, Rebuilt, Touched, shape_difference, touched
from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.highs import LiveHighs, Options, SolverError, Status
from dualcontrol.solvers.lives import Lives

INF = np.inf


def program(seed: int, integers: float = 0.3) -> Arrays:
    """A bounded, feasible program: x = 0 holds."""
    r = np.random.default_rng(seed)
    rows, columns = int(r.integers(1, 7)), int(r.integers(2, 9))
    dense = np.where(r.random((rows, columns)) < 0.6, r.uniform(0.1, 90.0, (rows, columns)), 0.0)
    entries = [np.flatnonzero(row) for row in dense]
    return Arrays(
        columns=tuple(("x", k) for k in range(columns)),
        rows=tuple(("row", k) for k in range(rows)),
        cost=r.uniform(-5.0, 50.0, columns),
        offset=float(r.uniform(-9, 9)),
        lower=np.zeros(columns),
        upper=r.integers(1, 1000, columns).astype(np.float64),
        is_integer=r.random(columns) < integers,
        row_lower=np.full(rows, -INF),
        row_upper=r.uniform(1.0, 1e4, rows),
        start=np.cumsum([0, *map(len, entries)]).astype(np.int32),
        index=np.concatenate(entries).astype(np.int32),
        value=np.concatenate([row[at] for row, at in zip(dense, entries, strict=True)]),
    )


def moved(arrays: Arrays, r: Random) -> Arrays:
    """The same shape with one kind of number changed, by little or by so much that the scale changes."""
    factor = r.choice((0.999, 1.3, 40.0, 1e-3))
    part = r.choice(("cost", "upper", "row_upper", "value"))
    numbers = getattr(arrays, part).copy()
    if not len(numbers):
        return arrays
    numbers[r.randrange(len(numbers))] *= factor
    if part == "upper":
        numbers = np.ceil(numbers)
    offset = arrays.offset + r.choice((0.0, 2.5))
    return replace(arrays, **{part: numbers, "offset": offset})


def held(live: LiveHighs) -> list[object]:
    """Everything HiGHS has been told of the program."""
    lp = live._highs.getLp()
    matrix, is_by_rows = lp.a_matrix_, lp.a_matrix_.format_ == highspy.MatrixFormat.kRowwise
    starts, terms = list(matrix.start_), []
    for k in range(lp.num_row_ if is_by_rows else lp.num_col_):
        for e in range(starts[k], starts[k + 1]):
            place = (k, int(matrix.index_[e])) if is_by_rows else (int(matrix.index_[e]), k)
            terms.append((place, float(matrix.value_[e])))
    sides = (lp.col_cost_, lp.col_lower_, lp.col_upper_, lp.row_lower_, lp.row_upper_)
    return [lp.offset_, *(list(side) for side in sides), sorted(terms)]


@pytest.mark.parametrize("seed", range(40))
def test_what_highs_holds_is_what_it_would_have_been_given(seed: int) -> None:
    r, arrays = Random(seed), program(seed)  # noqa: S311 - a test draws, nobody hides anything
    live = LiveHighs(arrays)
    live.solve()
    for _ in range(6):
        arrays = moved(arrays, r)
        assert isinstance(live.update(arrays), Touched)
        fresh = LiveHighs(arrays)
        assert held(live) == held(fresh)
        one, other = live.solve(), fresh.solve()
        assert one.status is other.status is Status.OPTIMAL
        assert one.objective == pytest.approx(other.objective, rel=1e-9)
        if arrays.is_integer.any():  # the same search from the same start
            assert one.x.tolist() == other.x.tolist()


def test_positions_and_names_of_what_changed() -> None:
    arrays = replace(program(3), columns=tuple((f"c{k}", None) for k in range(len(program(3).columns))))
    value, high, cost = arrays.value.copy(), arrays.row_upper.copy(), arrays.cost.copy()
    value[-1] += 1.0
    high[0] += 1.0
    cost[1] += 1.0
    new = replace(arrays, value=value, row_upper=high, cost=cost)
    change = touched(arrays, new)
    assert (change.costs.tolist(), change.sides.tolist()) == ([1], [0])
    assert (change.entries.tolist(), change.bounds.tolist(), change.count) == ([len(value) - 1], [], 3)
    assert change.named(new) == ("c1", "row")
    assert touched(arrays, arrays).count == 0


def other_terms(a: Arrays) -> Arrays:
    start = a.start.copy()
    start[int(np.argmax(np.diff(a.start))) + 1 :] -= 1
    end = int(a.start[int(np.argmax(np.diff(a.start))) + 1]) - 1
    return replace(a, start=start, index=np.delete(a.index, end), value=np.delete(a.value, end))


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        (lambda a: replace(a, columns=(("y", 0), *a.columns[1:])), Reason.COLUMNS, "+y[0], -x[0]"),
        (lambda a: replace(a, columns=(a.columns[1], a.columns[0], *a.columns[2:])), Reason.COLUMNS, "order"),
        (lambda a: replace(a, rows=(("new", ("a", 1)), *a.rows[1:])), Reason.ROWS, "+new[a,1], -row[0]"),
        (lambda a: replace(a, is_integer=~a.is_integer), Reason.KINDS, "x[0], x[1], x[2]"),
    ],
)
def test_another_shape_gives_its_reason_and_changes_nothing(change, reason: Reason, detail: str) -> None:  # type: ignore[no-untyped-def]
    arrays = program(5)
    assert len(arrays.columns) >= 3
    live = LiveHighs(arrays)
    before = held(live)
    told = live.update(change(arrays))
    assert told == Rebuilt(reason, detail)
    assert held(live) == before
    assert live.arrays is arrays


def test_a_term_that_goes_is_another_shape() -> None:
    arrays = program(5)
    told = shape_difference(arrays, other_terms(arrays))
    assert told is not None
    assert told.reason is Reason.TERMS
    assert told.detail.startswith("row[")


def test_no_number_is_refused_and_the_old_program_stays() -> None:
    arrays = program(5)
    live = LiveHighs(arrays)
    with pytest.raises(SolverError):
        live.update(replace(arrays, cost=np.full(len(arrays.cost), np.nan)))
    assert live.arrays is arrays


def test_lives_keep_an_instance_per_stage() -> None:
    arrays, options = program(5), Options()
    higher = replace(arrays, row_upper=arrays.row_upper * 2)
    lives = Lives()
    first = lives.solve("a", arrays, options)
    again = lives.solve("a", higher, options)
    other = lives.solve("b", arrays, options)
    assert first.objective == other.objective
    assert again.objective == pytest.approx(LiveHighs(higher).solve().objective, rel=1e-12)
    kinds = [(t.stage, type(t.change), t.touched) for t in lives.taken]
    assert kinds == [("a", Rebuilt, ()), ("a", Touched, ("row",)), ("b", Rebuilt, ())]
    lives.clear()
    assert lives.taken == []
