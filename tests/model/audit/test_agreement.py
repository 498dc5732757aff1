"""Builder and auditor, written apart, agree on the scenarios that can be solved by hand."""

from fractions import Fraction
from pathlib import Path

import pytest

import dualcontrol as dc


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("two-firms", Fraction(828)),
        ("lorie-savage", Fraction(70)),
        ("lorie-savage-lp", Fraction(773, 11)),  # 70.2727...
    ],
)
def test_plan_passes_and_its_bound_is_the_optimum(scenarios_folder: Path, name: str, value: Fraction) -> None:
    scenario = dc.load(scenarios_folder / name)
    verdict = dc.audit(scenario, dc.optimise(dc.judge(dc.account(scenario))))
    assert [str(failed) for failed in verdict.failed] == []
    assert verdict.bound_wan_yuan is not None
    assert abs(verdict.bound_wan_yuan - value) < Fraction(1, 10**6)
    assert verdict.value_wan_yuan is not None
    assert abs(verdict.value_wan_yuan - value) < Fraction(1, 10**6)
