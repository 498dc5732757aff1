"""Programs joined on shared columns."""

import numpy as np
import pytest

from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.extensive import columns_like, extensive, with_largest
from dualcontrol.solvers.highs import LiveHighs


def program(value: float, room: float, upper: float = 1.0) -> Arrays:
    """maximise value·yes + use + 7, with use <= room - yes."""
    return Arrays(
        columns=(("yes", "p"), ("use", None)), rows=(("room", None),), cost=np.array([value, 1.0]), offset=7.0,
        lower=np.zeros(2), upper=np.array([upper, 9.0]), is_integer=np.array([True, False]),
        row_lower=np.array([-np.inf]), row_upper=np.array([room]), start=np.array([0, 2], dtype=np.int32),
        index=np.array([0, 1], dtype=np.int32), value=np.array([1.0, 1.0]),
    )  # fmt: skip


def test_a_shared_column_is_one_within_all_its_bounds() -> None:
    both = [program(3.0, 4.0), program(0.5, 2.0, upper=0.0)]
    joint = extensive(both, {("yes", "p")})
    assert [place.tolist() for place in joint.places] == [[0, 1], [0, 2]]
    assert joint.program.columns[0] == ("scenario", (0, ("yes", "p")))
    assert (joint.program.upper[0], bool(joint.program.is_integer[0])) == (0.0, True)
    assert joint.cost_of([one.cost for one in both]).tolist() == [3.5, 1.0, 1.0]
    apart = extensive(both, set())
    assert len(apart.program.columns) == 4
    assert columns_like(both, {"yes"}) == [("yes", "p")]
    with pytest.raises(ValueError, match="no programs"):
        extensive([], set())


def test_the_largest_regret_is_the_largest() -> None:
    # alone: yes is worth 3 for 1 of room: 3 + 3 = 6. In the other it is worth 0.5 for 1: no, 2. Yes: regrets 0 and 0.5;
    # no: 2 and 0. Weighed 1 and 10: yes 5, no 2.
    both = [program(3.0, 4.0), program(0.5, 2.0)]
    goals = [LiveHighs(one).solve().objective - one.offset for one in both]
    assert goals == pytest.approx([6, 2])
    for weights, largest, yes in (((1.0, 1.0), 0.5, 1.0), ((1.0, 10.0), 2.0, 0.0)):
        joint = with_largest(extensive(both, {("yes", "p")}), [one.cost for one in both], goals, weights)
        cost = np.zeros(len(joint.program.columns))
        cost[-1] = -1.0
        found = LiveHighs(Arrays(**{**joint.program.__dict__, "cost": cost})).solve()
        assert (found.x[-1], found.x[0]) == pytest.approx((largest, yes))
