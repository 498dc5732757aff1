"""Numbers that remember how they were made: the same results with other values, or the question that differs."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.model.quantities import exact, number, whole_near, whole_up
from dualcontrol.model.traced import Otherwise, Trace, Traced, of, plain


def test_steps_are_repeated_in_their_order() -> None:
    # the sum comes first, then three times it, in floats: no other order gives the same last digit for both
    trace = Trace({"a": 0.1})
    found = 3 * (trace.number("a") + 0.2)
    assert found.value == 3 * (0.1 + 0.2)
    results = trace.again({"a": 0.5})
    assert not isinstance(results, Otherwise)
    assert results[found.step] == 3 * (0.5 + 0.2)


def test_a_comparison_that_comes_out_otherwise_is_told() -> None:
    trace = Trace({"a": 2.0})
    assert max(0, trace.number("a") - 1) > 0
    assert not isinstance(trace.again({"a": 1.5}), Otherwise)
    told = trace.again({"a": 0.5})
    assert isinstance(told, Otherwise)
    assert not told.is_read
    assert told.place.startswith("test_traced.py:")


@pytest.mark.parametrize(
    "read",
    [float, int, str, repr, hash, bool, "{:.1f}".format, math.isnan, lambda a: np.array([1.0, 2.0])[int(a)]],
)
def test_what_takes_the_number_out_holds_it_fast(read) -> None:  # type: ignore[no-untyped-def]
    trace = Trace({"a": 1.0})
    assert read(trace.number("a")) == read(1.0)
    assert not isinstance(trace.again({"a": 1.0}), Otherwise)
    told = trace.again({"a": 0.0})
    assert isinstance(told, Otherwise)


def test_a_step_that_cannot_be_done_is_a_question() -> None:
    trace = Trace({"a": 2.0})
    assert plain(1 / trace.number("a")) == 0.5
    assert isinstance(trace.again({"a": 0.0}), Otherwise)
    assert isinstance(trace.again({"a": 2}), Otherwise)  # another kind of number computes otherwise


def test_numpy_leaves_the_number_alone() -> None:
    number_of = Trace({"a": 2.0}).number("a")
    assert type(np.float64(3.0) * number_of) is Traced
    with pytest.raises(TypeError):
        np.array([1.0, 2.0]) * number_of


def test_it_cannot_be_copied_out_of_its_trace() -> None:
    import pickle

    with pytest.raises(TypeError, match="trace"):
        pickle.dumps(Trace({"a": 2.0}).number("a"))


def tonnes(increment: float, share: float) -> tuple[object, object, object]:
    """As the rules compute: exact, whole tonnes, comparisons, sums, floats at the end."""
    given_tce = whole_near(exact(increment))
    reserve = whole_up(exact(share) * max(0, given_tce))
    spread = sum((given_tce // 3, -reserve, abs(given_tce % 7)), 0)
    return number(spread) - 0.5, (1.0 - share) * 2.5, of(math.floor, 1 - share)


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1)), min_size=2, max_size=2),
)
def test_repeated_is_computed(values: list[tuple[float, float]]) -> None:
    (increment, share), (other, of_other) = values
    trace = Trace({"increment": increment, "share": share})
    traced = tonnes(trace.number("increment"), trace.number("share"))  # type: ignore[arg-type]
    assert tuple(map(plain, traced)) == tonnes(increment, share)
    results = trace.again({"increment": other, "share": of_other})
    if isinstance(results, Otherwise):
        assert (increment > 0.5) != (other > 0.5) or (share, of_other).count(0.0)
    else:
        assert tuple(results[t.step] for t in traced) == tonnes(other, of_other)  # type: ignore[attr-defined]
