"""Flows recomputed from injections: by hand, per island, while a line is in service, and as the hour model has them."""

import numpy as np
import pandas as pd
import pytest

from dualcontrol.model.power.case import Case
from dualcontrol.model.power.dispatch import Dispatch
from dualcontrol.model.power.flows import dc_flows, flows_of
from dualcontrol.model.power.inputs import PowerInputs
from dualcontrol.model.power.network import Branch, Generator, Load, Network, Series
from dualcontrol.power_case import solve_case

PATHS = (Branch("one", "a", "b", 0.1), Branch("two", "a", "b", 0.2))


def test_reactances_of_one_to_two_share_two_to_one() -> None:
    """90 MW from a to b over 0.1 and 0.2: x·f is the same on both, so 60 and 30; the other way round negative."""
    flows = dc_flows(("a", "b"), PATHS, {"a": np.array([90.0, -30.0]), "b": np.array([-90.0, 30.0])})
    assert flows["one"] == pytest.approx([60, -20], abs=1e-9)
    assert flows["two"] == pytest.approx([30, -10], abs=1e-9)


def test_every_island_is_solved_for_itself() -> None:
    """c–d carries its own 5 MW whatever a–b does; 6 MW too much at c are 3 at each end, so c keeps 11 - 3 = 8."""
    branches = (*PATHS, Branch("cd", "c", "d", 1e-4))
    given = {"a": [90.0, 0.0], "b": [-90.0, 0.0], "c": [5.0, 11.0], "d": [-5.0, -5.0], "e": [0.0, 7.0]}
    flows = dc_flows(("a", "b", "c", "d", "e"), branches, {k: np.array(v) for k, v in given.items()})
    assert flows["cd"] == pytest.approx([5, 8], abs=1e-9)
    assert flows["one"] == pytest.approx([60, 0], abs=1e-9)


def _plain(network: Network) -> PowerInputs:
    return PowerInputs(network, {}, {}, {}, (), {}, {}, {}, pd.DataFrame())


@pytest.mark.parametrize("built", [1.0, 0.0])
def test_a_line_carries_nothing_before_it_is_in_service(built: float) -> None:
    """90 MW in both hours; the line of 0.2 serves from the second hour on: 90, then 60 and 30; unbuilt: 90 twice."""
    paths = (PATHS[0], Branch("two", "a", "b", 0.2, build="new", is_optional=True))
    network = Network(("a", "b"), paths, (), (Generator("g", "a", 100),), (), (Load("town", "b", mw=90),))
    kwh = np.array([90_000, 90_000])
    dispatch = Dispatch(
        Series(2, {"service:new": np.array([0.0, 1.0])}), {"g": kwh, "load:town": -kwh}, {}, kwh * 0, {}
    )
    flows = flows_of(_plain(network), dispatch, {"new": built})
    assert flows["one"] == pytest.approx([90, 60 if built else 90])
    assert flows["two"] == pytest.approx([np.nan, 30 if built else np.nan], nan_ok=True)


def test_the_hour_model_has_the_same_flows() -> None:
    """A mesh of five buses with a full line, solved with flows as variables and Kirchhoff's rows: no angles there."""
    reactances = {
        "ab": 0.1,
        "bc": 0.03,
        "cd": 0.25,
        "da": 0.07,
        "ac": 0.4,
        "de": 0.002,
        "be": 0.11,
    }
    branches = tuple(Branch(k, k[0], k[1], x, 40 if k == "ab" else 500) for k, x in reactances.items())
    rng = np.random.default_rng(7)
    series = Series(6, {"sun": rng.uniform(0, 1, 6), "busy": rng.uniform(0.5, 1.5, 6)})
    network = Network(
        ("a", "b", "c", "d", "e"),
        branches,
        generators=(
            Generator("coal", "a", 300, cost_per_mwh=10),
            Generator("gas", "c", 300, cost_per_mwh=30),
            Generator("pv", "e", 120, profile="sun"),
        ),
        loads=(Load("b", "b", profile="busy", mw=110), Load("d", "d", mw=60)),
    )
    result = solve_case(Case("mesh", network, series))
    injections = {
        "a": result.dispatch["coal"],
        "b": -110 * series.profiles["busy"],
        "c": result.dispatch["gas"],
        "d": np.full(6, -60.0),
        "e": result.dispatch["pv"],
    }
    flows = dc_flows(network.buses, branches, injections)
    assert max(abs(flows["ab"])) == pytest.approx(40, abs=1e-6)  # the limit binds, so the case says something
    for name, flow in result.flows.items():
        assert flows[name] == pytest.approx(flow, abs=1e-6), name
