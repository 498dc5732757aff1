"""One hour stamped over many: by hand, and against plain Pyomo of the same hours."""

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.solvers.compile import compile_model
from dualcontrol.solvers.highs import LiveHighs, Status
from dualcontrol.solvers.stamp import Hour, compile_hour, stamp
from tests.solvers.hours import HourTable, all_hours, by_label, one_hour, random_hour, stamped


def store() -> pyo.ConcreteModel:
    """A plant at a price that varies, a load, and a store that gives back half of what it took."""
    m = pyo.ConcreteModel()
    m.price = pyo.Param(mutable=True, initialize=1.0, within=pyo.Any)
    m.demand = pyo.Param(mutable=True, initialize=1.0, within=pyo.Any)
    m.built = pyo.Var(bounds=(0, 8))
    m.p = pyo.Var(["cheap"], bounds=(0, 10))
    m.level = pyo.Var(bounds=(0, 100))
    m.before = pyo.Var()
    m.charge, m.discharge = pyo.Var(bounds=(0, None)), pyo.Var(bounds=(0, None))
    m.balance = pyo.Constraint(expr=m.p["cheap"] + m.discharge - m.charge == m.demand)
    m.change = pyo.Constraint(expr=m.level == m.before + 0.5 * m.charge - m.discharge)
    m.size = pyo.Constraint(expr=m.charge <= m.built)
    m.cost = pyo.Objective(expr=m.price * m.p["cheap"])
    return m


SCOPES, LINKS = {"year": ("built",)}, {"before": "level"}


def test_a_store_worked_out_by_hand() -> None:
    # 3 MW in both hours, at 1 and at 5 (per MWh). A MWh stored in the first hour costs 1 and saves half a MWh
    # in the second: 2.5. The plant makes 10 at most, so 7 go into the store and 3.5 come out: the second hour's
    # 3 need only 6 into the store. Cost 1 x 9 + 5 x 0 = 9.
    # A MW of load more: in hour 0 one MWh at 1; in hour 1 the store takes 2 more in hour 0: 2.
    hour = compile_hour(store(), SCOPES, LINKS)
    arrays, layout = stamp(hour, 2, {"price": np.array([1.0, 5.0]), "demand": np.array([3.0, 3.0])})
    solution = LiveHighs(arrays).solve()
    assert solution.objective == pytest.approx(-9)
    indices, output = layout.values(solution.x, "p")
    assert indices == ["cheap"]
    assert output == pytest.approx(np.array([[9.0], [0.0]]))
    assert layout.values(solution.x, "charge")[1] == pytest.approx(np.array([[6.0], [0.0]]))
    assert layout.scoped(solution.x, "year", "built")[1].shape == (1, 1)
    indices, dual = layout.row_values(solution.row_dual, "balance")
    assert indices == [None]
    # the row reads supply == load; a MW of load more lowers the (maximised) objective
    assert dual == pytest.approx(np.array([[-1.0], [-2.0]]))
    assert layout.row_values(solution.activity, "balance")[1] == pytest.approx(np.array([[3.0], [3.0]]))


def test_the_weight_of_an_hour_counts_its_cost_and_nothing_else() -> None:
    # both hours at 2 per MWh, weights 1 and 10, the store as above: now 6 MWh at 2 save 3 at 20
    hour = compile_hour(store(), SCOPES, LINKS)
    series = {"price": np.array([2.0, 2.0]), "demand": np.array([3.0, 3.0])}
    weighted, layout = stamp(hour, 2, series, weight=np.array([1.0, 10.0]))
    assert LiveHighs(weighted).solve().objective == pytest.approx(-18)
    assert LiveHighs(stamp(hour, 2, series)[0]).solve().objective == pytest.approx(-12)
    assert layout.weight.tolist() == [1.0, 10.0]


def test_a_shared_column_is_one_for_all_hours_and_a_column_of_the_day_one_per_day() -> None:
    hour = compile_hour(store(), {"day": ("built",)}, LINKS)
    days = np.array([0, 0, 1, 1])
    arrays, layout = stamp(hour, 4, {"demand": np.ones(4)}, scopes={"day": days})
    assert layout.count == {"day": 2}
    assert [label for label in arrays.columns if label[0] == "built"] == [
        ("built", (0, None)),
        ("built", (1, None)),
    ]
    _, rows = by_label(arrays)
    for t, day in enumerate(days):
        assert rows["size", (t, None)][2] == {("charge", (t, None)): 1.0, ("built", (day, None)): -1.0}
    assert len(arrays.columns) == 2 + 4 * 4
    assert len(arrays.rows) == 4 * 3


def test_an_hour_that_follows_itself_is_one_entry_per_column() -> None:
    # level == level + charge / 2 - discharge: the level drops out, and no row names a column twice
    arrays, _ = stamp(compile_hour(store(), SCOPES, LINKS), 1, {})
    assert by_label(arrays)[1]["change", (0, None)][2] in (
        {("charge", (0, None)): 0.5, ("discharge", (0, None)): -1.0},
        {("charge", (0, None)): -0.5, ("discharge", (0, None)): 1.0},
    )
    assert LiveHighs(arrays).solve().objective == pytest.approx(-1)  # the load of 1 at the price of 1


def test_labels_are_found_by_position_and_by_name() -> None:
    arrays, layout = stamp(compile_hour(store(), SCOPES, LINKS), 3, {})
    assert arrays.columns[0] == ("built", (0, None))
    assert arrays.columns[layout.first["hour"]] == ("p", (0, "cheap"))
    assert arrays.column("p", (2, "cheap")) == layout.first["hour"] + 2 * 4
    assert arrays.row("size", (1, None)) == 3 + 2
    assert arrays.columns[-1:] == [] or arrays.columns[len(arrays.columns) - 1] == ("discharge", (2, None))
    with pytest.raises(KeyError, match="cheap"):
        arrays.column("p", (3, "cheap"))
    with pytest.raises(IndexError):
        arrays.rows[9]


# --- what is refused ------------------------------------------------------------------------------


def test_the_series_of_a_param_needs_a_figure_per_hour() -> None:
    hour = compile_hour(store(), SCOPES, LINKS)
    with pytest.raises(ValueError, match=r"demand\[None\] needs 3 values, it has shape \(2,\)"):
        stamp(hour, 3, {"demand": np.ones(2)})
    with pytest.raises(KeyError, match="loud"):
        stamp(hour, 3, {"loud": np.ones(3)})


def test_stamping_leaves_the_model_as_it_was() -> None:
    m = store()
    hour = compile_hour(m, SCOPES, LINKS)
    first = stamp(hour, 2, {"demand": np.array([4.0, 6.0])})[0]
    assert (m.demand.value, m.price.value) == (1.0, 1.0)
    with pytest.raises(ValueError, match="price"):
        stamp(hour, 2, {"demand": np.array([4.0, 6.0]), "price": np.ones(5)})
    assert m.demand.value == 1.0
    again = stamp(hour, 2, {"demand": np.array([4.0, 6.0])})[0]
    assert by_label(again) == by_label(first)
    m.demand.set_value(9.0)  # what no series gives keeps the model's value
    assert by_label(stamp(hour, 1, {})[0])[1]["balance", (0, None)][:2] == (9.0, 9.0)


@pytest.mark.parametrize("where", ["row", "objective"])
def test_a_product_of_columns_is_refused_by_name(where: str) -> None:
    m = store()
    bent = m.charge * m.discharge
    if where == "row":
        m.bent = pyo.Constraint(expr=bent <= 1)
    else:
        m.cost.deactivate()
        m.bent = pyo.Objective(expr=bent)
    with pytest.raises(ValueError, match="bent is not linear"):
        compile_hour(m, SCOPES, LINKS)


def test_two_objectives_are_refused() -> None:
    m = store()
    m.more = pyo.Objective(expr=m.charge)
    with pytest.raises(ValueError, match="exactly one active objective, it has 2"):
        compile_hour(m, SCOPES, LINKS)


@pytest.mark.parametrize("name", ["built", "before"])
def test_a_cost_of_a_column_that_is_not_of_the_hour_is_refused(name: str) -> None:
    m = store()
    m.cost.deactivate()
    m.other = pyo.Objective(expr=getattr(m, name) + m.p["cheap"])
    with pytest.raises(ValueError, match=f"{name} is not hourly"):
        compile_hour(m, SCOPES, LINKS)


def test_a_link_to_a_column_of_the_year_is_refused() -> None:
    with pytest.raises(ValueError, match="before must stand for an hourly variable, built is of scope year"):
        compile_hour(store(), SCOPES, {"before": "built"})


# --- against plain Pyomo --------------------------------------------------------------------------


def plain_labels(table: HourTable, arrays: object) -> tuple[dict[object, object], dict[object, object]]:
    """The plain model by the labels of the stamped one: its scalar has the index 0 there."""
    columns, rows = by_label(arrays)  # type: ignore[arg-type]

    def named(label: tuple[str, tuple[int, object]]) -> tuple[str, tuple[int, object]]:
        return (label[0], (label[1][0], None)) if label[0] == "rest" else label

    return (
        {named(label): values for label, values in columns.items()},
        {
            label: (low, high, {named(c): v for c, v in terms.items()})
            for label, (low, high, terms) in rows.items()
        },
    )


@given(st.integers(0, 10**6), st.booleans())
def test_a_stamped_hour_is_the_plain_model_of_all_hours(seed: int, with_integers: bool) -> None:
    table = random_hour(np.random.default_rng(seed), with_integers=with_integers)
    ours, layout = stamped(table)
    theirs = compile_model(all_hours(table))
    columns, rows = by_label(ours)
    plain_columns, plain_rows = plain_labels(table, theirs)
    assert columns == {
        label: pytest.approx(values, rel=1e-12, abs=1e-12) for label, values in plain_columns.items()
    }
    assert set(rows) == set(plain_rows)
    for label, (low, high, terms) in plain_rows.items():
        # Pyomo may have either side of an equation on the left
        side = (
            1.0
            if not terms or np.sign(terms[next(iter(terms))]) == np.sign(rows[label][2][next(iter(terms))])
            else -1.0
        )
        limits = (low, high) if side > 0 else (-high, -low)
        assert rows[label][:2] == pytest.approx(limits, rel=1e-12, abs=1e-12)
        assert rows[label][2] == pytest.approx({c: side * v for c, v in terms.items()}, rel=1e-12, abs=1e-12)
    assert ours.offset == pytest.approx(theirs.offset, rel=1e-12, abs=1e-12)
    mine, other = LiveHighs(ours).solve(), LiveHighs(theirs).solve()
    assert mine.status is other.status is Status.OPTIMAL
    assert mine.objective == pytest.approx(other.objective, rel=1e-9, abs=1e-9)
    # costs are drawn by chance, so that there is one optimum only, and it comes back as (T, names)
    value = dict(zip(plain_columns, other.x, strict=True))
    for name in ("p", "level", "choice", "rest"):
        indices, block = layout.values(mine.x, name)
        assert block.shape == (table.hours, len(indices))
        for k, index in enumerate(indices):
            for t in range(table.hours):
                assert block[t, k] == pytest.approx(value[name, (t, index)], rel=1e-6, abs=1e-6)
    indices, online = layout.scoped(mine.x, "day", "online")
    assert online.shape == (len(set(table.day.tolist())), len(indices))
    indices, activity = layout.row_values(mine.activity, "row")
    assert activity.shape == (table.hours, len(table.rows)) if table.rows else activity.shape[1] == 0


@given(st.integers(0, 10**6))
def test_the_dual_of_a_stamped_row_is_the_change_per_unit_of_its_side(seed: int) -> None:
    # with one optimal basis duals are the derivative: the mean of both one-sided differences
    table = random_hour(np.random.default_rng(seed), with_integers=False)
    if not table.rows:
        return
    arrays, layout = stamped(table)
    live = LiveHighs(arrays)
    best = live.solve()
    _, dual = layout.row_values(best.row_dual, "row")
    t, k = seed % table.hours, seed % len(table.rows)
    row = layout.first_row + t * len(table.rows) + k
    step, changes = 1e-4, []
    for side in (-1.0, 1.0):
        live.change_row(row, arrays.row_lower[row] + side * step, arrays.row_upper[row] + side * step)
        moved = live.solve()
        if moved.status is not Status.OPTIMAL:
            return
        changes.append(side * (moved.objective - best.objective) / step)
    assert min(changes) - 1e-5 <= dual[t, k] <= max(changes) + 1e-5


def test_the_same_hour_gives_the_same_arrays() -> None:
    table = random_hour(np.random.default_rng(7), with_integers=True)
    first, second = (stamped(table)[0] for _ in range(2))
    assert first.value.tobytes() == second.value.tobytes()
    assert first.index.tobytes() == second.index.tobytes()
    assert isinstance(compile_hour(one_hour(table)), Hour)
