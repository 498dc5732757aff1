"""Random networks: cycle rows against angles, optional branches against networks without the choice."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualcontrol.model.power.case import Case
from dualcontrol.model.power.network import Branch, Build, Generator, Load, Network, Series
from dualcontrol.power_case import solve_case
from dualcontrol.solvers.highs import Status

SHED = 500.0


@st.composite
def networks(draw: st.DrawFn, most_buses: int = 6) -> Network:
    """Some buses, branches at random (several islands may remain), some with limits, shifts and negative reactance."""
    count = draw(st.integers(2, most_buses))
    bus = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(bus, bus).filter(lambda p: p[0] != p[1]), min_size=1, max_size=9))
    branches = []
    for k, (a, b) in enumerate(pairs):
        reactance = draw(st.sampled_from([0.05, 0.1, 0.2, 0.35, 1.0]))
        branches.append(
            Branch(
                f"l{k}",
                f"b{a}",
                f"b{b}",
                -0.02 if draw(st.integers(0, 9)) == 0 else reactance,
                draw(st.sampled_from([15.0, 30.0, 80.0])),
                shift_rad=draw(st.sampled_from([0.0, 0.0, 0.0, 0.01, -0.02])),
                angle_max_rad=draw(st.sampled_from([np.inf, np.inf, 0.03])),
            )
        )
    costs = draw(st.lists(st.tuples(bus, st.integers(1, 60)), min_size=1, max_size=4))
    loads = draw(st.lists(st.tuples(bus, st.integers(1, 70)), min_size=1, max_size=4))
    return Network(
        buses=tuple(f"b{k}" for k in range(count)),
        branches=tuple(branches),
        generators=(
            *(
                Generator(f"g{k}", f"b{b}", 60.0, cost_per_mwh=float(cost))
                for k, (b, cost) in enumerate(costs)
            ),
            *(Generator(f"dear{k}", f"b{k}", 1e4, cost_per_mwh=SHED) for k in range(count)),
        ),
        loads=tuple(Load(f"d{k}", f"b{b}", mw=float(mw)) for k, (b, mw) in enumerate(loads)),
    )


def by_angles(network: Network) -> float | None:
    """The least cost with an angle per bus and flow = (difference of angles - shift) * 100 / reactance."""
    highs = highspy.Highs()
    highs.silent()
    infinite = highspy.kHighsInf
    angle = {bus: highs.addVariable(-infinite, infinite) for bus in network.buses}
    leaving: dict[str, list[object]] = {bus: [] for bus in network.buses}
    for branch in network.branches:
        difference = angle[branch.bus0] - angle[branch.bus1]
        flow = highs.addVariable(-branch.capacity_mw, branch.capacity_mw)
        highs.addConstr(branch.reactance_pu * flow == 100 * difference - 100 * branch.shift_rad)
        if branch.angle_max_rad < np.inf:
            highs.addConstr(difference <= branch.angle_max_rad)
        leaving[branch.bus0].append(flow)
        leaving[branch.bus1].append(-1 * flow)
    cost = 0
    for g in network.generators:
        output = highs.addVariable(0, g.capacity_mw)
        leaving[g.bus].append(-1 * output)
        cost = cost + g.cost_per_mwh * output
    for bus in network.buses:
        drawn = sum(load.mw for load in network.loads if load.bus == bus)
        highs.addConstr(highs.qsum(leaving[bus]) == -drawn)
    highs.minimize(cost)
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return float(highs.getObjectiveValue())


def least_cost(network: Network) -> float | None:
    return solve_case(Case("random", network, Series(1))).objective


@given(networks())
@settings(max_examples=60)
def test_cycle_rows_are_the_same_as_angles(network: Network) -> None:
    expected, found = by_angles(network), least_cost(network)
    assert (found is None) == (expected is None)  # a shift may contradict a limit
    if expected is not None:
        assert found == pytest.approx(expected, rel=1e-7, abs=1e-6)


@given(networks())
@settings(max_examples=25)
def test_the_order_of_the_elements_does_not_matter(network: Network) -> None:
    turned = replace(
        network,
        buses=network.buses[::-1],
        branches=network.branches[::-1],
        generators=network.generators[::-1],
        loads=network.loads[::-1],
    )
    first, second = least_cost(network), least_cost(turned)
    assert (first is None) == (second is None)
    if first is not None:
        assert second == pytest.approx(first, rel=1e-9, abs=1e-7)


def without(network: Network, names: Sequence[str]) -> Network:
    return replace(network, branches=tuple(b for b in network.branches if b.id not in names))


@given(networks(most_buses=5), st.data())
@settings(max_examples=25)
def test_optional_branches_against_every_subset(network: Network, data: st.DataObject) -> None:
    """Up to three branches become optional at a cost: the optimum is that of the best subset, with angles."""
    chosen = data.draw(
        st.lists(st.sampled_from([b.id for b in network.branches]), min_size=1, max_size=3, unique=True)
    )
    prices = {name: float(data.draw(st.sampled_from([0, 50, 400, 3000]))) for name in chosen}
    plain = tuple(replace(b, angle_max_rad=np.inf) for b in network.branches)
    network = replace(network, branches=plain)
    values = []
    for size in range(len(chosen) + 1):
        for left_out in combinations(chosen, size):
            value = by_angles(without(network, left_out))
            if value is not None:
                values.append(value + sum(prices[name] for name in chosen if name not in left_out))
    optional = tuple(
        replace(b, build=b.id, is_optional=True) if b.id in chosen else b for b in network.branches
    )
    builds = tuple(Build(name, prices[name]) for name in chosen)
    result = solve_case(Case("random", replace(network, branches=optional, builds=builds), Series(1)))
    if not values:
        assert result.status is Status.INFEASIBLE
    else:
        assert result.objective == pytest.approx(min(values), rel=1e-7, abs=1e-5)
