"""Random networks solved by PyPSA itself; figures and features in `data/pypsa-random/README.md`."""

from pathlib import Path

import pytest

from dualcontrol.power_case import read_case, solve_case

FOLDER = Path(__file__).parent / "data" / "pypsa-random"
PUBLISHED = {
    "8": (16240.152254676555, {"co2": 404.0993642330172, "vol": 0.36603181627595865}),
    "63": (13313.724638215474, {"cap": 779.1987843450584}),
    "64": (6985.705531059051, {"co2": 10.035882086376475}),
}

pytestmark = pytest.mark.peers


@pytest.mark.parametrize("name", PUBLISHED)
def test_objective_and_shadow_prices(name: str) -> None:
    objective, prices = PUBLISHED[name]
    case = read_case(FOLDER / name)
    assert [note for note in case.notes if note.rule == "not_modelled"] == []
    result = solve_case(case)
    assert result.objective == pytest.approx(objective, rel=1e-6)
    assert {limit: result.shadow_prices[limit] for limit in prices} == pytest.approx(prices, rel=1e-6)
