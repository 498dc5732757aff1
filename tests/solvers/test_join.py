"""A yearly program and stamped hours as one: against one Pyomo model that holds both."""

from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.solvers.compile import Arrays, compile_model
from dualcontrol.solvers.highs import LiveHighs, Status
from dualcontrol.solvers.join import Chained, join
from dualcontrol.solvers.stamp import Layout
from dualcontrol.solvers.totals import scoped_column, with_costs, with_total_row
from tests.solvers.hours import HourTable, all_hours, by_label, random_hour, stamped
from tests.solvers.programs import INF, program

YEARLY_BOUNDS = ((-3.5, 9.0), (-9.0, 2.5))  # of both programs the tighter holds; the hours say -4 to 4


def yearly(m: Any, built: Any, chance: np.random.Generator, *, sense: Any) -> None:
    """The yearly part on a model whose builds are `built`: an own column, two rows, a cost."""
    numbers = np.round(chance.normal(size=12) * 2, 3).tolist()
    m.own = pyo.Var(bounds=(-2, 6))
    everything = [m.own, *built]
    m.first = pyo.Constraint(
        expr=sum(n * v for n, v in zip(numbers, everything, strict=False)) <= 5 + numbers[9]
    )
    m.second = pyo.Constraint(expr=pyo.inequality(-6, m.own + numbers[4] * built[0], 6))
    sign = 1 if sense == pyo.maximize else -1  # the joined program is maximised
    m.yearly_value = sign * (sum(n * v for n, v in zip(numbers[5:], everything, strict=False)) + numbers[10])


def yearly_model(table: HourTable, seed: int, *, is_integer: bool) -> pyo.ConcreteModel:
    m = pyo.ConcreteModel()
    m.b = pyo.Var(
        table.indices("built"),
        bounds=lambda m, k: YEARLY_BOUNDS[k],
        domain=pyo.Integers if is_integer else pyo.Reals,
    )
    yearly(m, list(m.b.values()), np.random.default_rng(seed), sense=pyo.maximize)
    m.value = pyo.Objective(expr=m.yearly_value, sense=pyo.maximize)
    return m


def one_model(table: HourTable, seed: int, *, is_integer: bool) -> pyo.ConcreteModel:
    """The hours and the yearly part in one plain Pyomo model."""
    m = all_hours(table)
    builds = list(m.built.values())
    for build, (low, high) in zip(builds, YEARLY_BOUNDS, strict=False):
        build.setlb(max(low, -4))
        build.setub(min(high, 4))
        build.domain = pyo.Integers if is_integer else pyo.Reals
    yearly(m, builds, np.random.default_rng(seed), sense=m.cost.sense)
    m.both = pyo.Objective(expr=m.cost.expr + m.yearly_value, sense=m.cost.sense)
    m.cost.deactivate()
    return m


def shared(table: HourTable) -> dict[Any, Any]:
    return {("built", k): ("b", k) for k in table.indices("built")}


def renamed(label: Any) -> Any:
    """The name that a column of the plain model has in the joined program."""
    name, index = label
    return {
        "built": ("b", index[1]) if index else label,
        "rest": ("rest", (index[0], None)) if index else label,
    }.get(name, label)


@pytest.mark.slow
@given(st.integers(0, 10**6), st.booleans())
def test_joined_programs_are_one_pyomo_model(seed: int, with_integers: bool) -> None:
    table = random_hour(np.random.default_rng(seed), with_integers=with_integers)
    year = compile_model(yearly_model(table, seed, is_integer=with_integers))
    ours, layout = join(year, *stamped(table), shared(table))
    theirs = compile_model(one_model(table, seed, is_integer=with_integers))
    columns, rows = by_label(ours)
    plain_columns, plain_rows = by_label(theirs)
    assert columns == {renamed(c): pytest.approx(v, rel=1e-12, abs=1e-12) for c, v in plain_columns.items()}
    assert list(rows)[:2] == [("first", None), ("second", None)]
    assert {c: _one_sided(row) for c, row in rows.items()} == {
        c: _approx(_one_sided((low, high, {renamed(t): v for t, v in terms.items()})))
        for c, (low, high, terms) in plain_rows.items()
    }
    assert ours.offset == pytest.approx(theirs.offset, rel=1e-12, abs=1e-12)
    mine, other = LiveHighs(ours).solve(), LiveHighs(theirs).solve()
    assert mine.status is other.status
    if mine.status is not Status.OPTIMAL:
        return
    assert mine.objective == pytest.approx(other.objective, rel=1e-9, abs=1e-9)
    value = {renamed(c): x for c, x in zip(plain_columns, other.x, strict=True)}
    for name in ("p", "level", "choice", "rest"):
        for k, index in enumerate(layout.values(mine.x, name)[0]):
            for t in range(table.hours):
                assert layout.values(mine.x, name)[1][t, k] == pytest.approx(
                    value[name, (t, index)], abs=1e-6
                )
    assert layout.scoped(mine.x, "day", "online")[1][0, 0] == pytest.approx(value["online", (0, 0)], abs=1e-6)
    if table.rows:
        assert layout.row_values(mine.activity, "row")[1][0, 0] == mine.activity[2]


def _one_sided(row: Any) -> Any:
    """A row with its first term (by name) positive: Pyomo may have either side of an equation on the left."""
    low, high, terms = row
    if not terms or terms[min(terms, key=str)] > 0:
        return low, high, terms
    return -high, -low, {c: -v for c, v in terms.items()}


def _approx(row: Any) -> Any:
    low, high, terms = row
    return (
        pytest.approx(low, rel=1e-12, abs=1e-12),
        pytest.approx(high, rel=1e-12, abs=1e-12),
        pytest.approx(terms, rel=1e-12, abs=1e-12),
    )


# --- by hand --------------------------------------------------------------------------------------


def two_hours() -> tuple[HourTable, Arrays, Layout]:
    table = next(
        t for t in (random_hour(np.random.default_rng(seed), with_integers=False) for seed in range(99))
        if t.hours == 2 and len(t.rows) >= 2 and len(t.indices("built")) == 2
    )  # fmt: skip
    return table, *stamped(table)


def test_a_shared_column_keeps_the_tighter_bounds_both_costs_and_wholeness() -> None:
    _, hours, layout = two_hours()
    own = layout.first["year"]
    costly = with_costs(hours, {own: 2.0, own + 1: -1.0})
    year = program([3, 5], [[1, 1]], [-INF], [4], lower=[-9, -1], upper=[1, 9], integer=[True, False])
    joined, moved = join(year, costly, layout, {("built", 0): ("x", 0), ("built", 1): ("x", 1)})
    assert joined.cost[:2].tolist() == [5, 4]
    assert (joined.lower[:2].tolist(), joined.upper[:2].tolist()) == ([-4, -1], [1, 4])
    assert joined.is_integer[:2].tolist() == [True, False]
    assert joined.rows[0] == ("r", 0)
    assert len(joined.columns) == len(hours.columns)
    assert "year" not in moved.first  # its columns are the yearly ones now
    assert year.cost.tolist() == [3, 5], "the yearly program must stay as it was"


def test_columns_that_nobody_shares_stay_the_hours_own() -> None:
    _, hours, layout = two_hours()
    year = program([1], [[1]], [-INF], [4])
    joined, _ = join(year, hours, layout, {("built", 1): ("x", 0)})
    assert joined.columns[0] == ("x", 0)
    assert ("built", (0, 0)) in joined.columns
    assert ("built", (0, 1)) not in joined.columns
    assert len(joined.columns) == 1 + len(hours.columns) - 1
    before, after = by_label(hours)[1], by_label(joined)[1]
    for label, (low, high, terms) in before.items():
        names = {("x", 0) if c == ("built", (0, 1)) else c: v for c, v in terms.items()}
        assert after[label] == (low, high, names)


def test_labels_that_do_not_exist_are_refused() -> None:
    _, hours, layout = two_hours()
    year = program([1], [[1]], [-INF], [4])
    with pytest.raises(KeyError, match="y"):
        join(year, hours, layout, {("built", 0): ("y", 0)})
    with pytest.raises(KeyError, match="bilt"):
        join(year, hours, layout, {("bilt", 0): ("x", 0)})


def test_columns_of_days_cannot_be_shared() -> None:
    table = next(
        t for t in (random_hour(np.random.default_rng(seed), with_integers=False) for seed in range(99))
        if len(set(t.day.tolist())) > 1
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"(2|3) instances"):
        join(program([1], [[1]], [-INF], [4]), *stamped(table), {("online", 0): ("x", 0)}, scope="day")


def test_chained_labels_answer_like_the_tuple_they_stand_for() -> None:
    first, second = (("a", 0), ("a", 1)), (("b", 0), ("b", 1), ("b", 2))
    chained = Chained(first, second, np.array([0, 2]))
    told = (*first, second[0], second[2])
    assert len(chained) == len(told)
    assert tuple(chained) == tuple(chained[:]) == told
    assert chained[1:4] == list(told[1:4])
    assert chained.index(("b", 2)) == 3
    with pytest.raises(IndexError):
        chained[4]
    assert tuple(Chained(first, second)) == first + second


def test_a_total_row_adds_up_hours_and_is_tied_to_a_yearly_column() -> None:
    table, hours, layout = two_hours()
    year = program([0, 0, 1], [[0, 0, 0]], [-INF], [INF], lower=[-9] * 3, upper=[9] * 3)
    joined, moved = join(year, hours, layout, {("built", k): ("x", k) for k in (0, 1)})
    terms = {("p", 0): table.weight, ("rest", None): 2.0}
    total = with_total_row(joined, moved, terms, 0.0, 0.0, ("total", "e"), shared={2: -1.0})
    assert total.rows[len(total.rows) - 1] == ("total", "e")
    names = {("x", 2): -1.0}
    names |= {("p", (t, 0)): table.weight[t] for t in range(2)} | {("rest", (t, None)): 2.0 for t in range(2)}
    assert by_label(total)[1]["total", "e"] == (0.0, 0.0, names)
    solution = LiveHighs(total).solve()
    if solution.status is Status.OPTIMAL:
        p, rest = moved.values(solution.x, "p")[1][:, 0], moved.values(solution.x, "rest")[1][:, 0]
        assert solution.x[2] == pytest.approx(table.weight @ p + 2 * rest.sum())
    with pytest.raises(KeyError, match="q"):
        with_total_row(joined, moved, {("q", 0): 1.0}, 0.0, 0.0, ("total", "q"))
    with pytest.raises(ValueError, match=r"\(3,\)"):
        with_total_row(joined, moved, {("p", 0): np.ones(3)}, 0.0, 0.0, ("total", "q"))


def test_the_place_of_a_column_of_a_day() -> None:
    table, hours, layout = two_hours()
    size = len(table.indices("online"))
    last = int(table.day.max())
    place = scoped_column(layout, "day", ("online", size - 1), last)
    assert hours.columns[place] == ("online", (last, size - 1))
    with pytest.raises(ValueError, match="not in"):
        scoped_column(layout, "day", ("offline", 0))
