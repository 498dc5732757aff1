"""PyPSA's `ac-dc-meshed` (MIT): expansion of lines, links and generators under a cap on CO2, as published.

Data unmodified in `data/ac-dc-meshed`; its README carries the licence line.
"""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dualcontrol.power_case import PowerResult, read_case, solve_case
from dualcontrol.solvers.highs import Status

FOLDER = Path(__file__).parent / "data" / "ac-dc-meshed"

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def result() -> PowerResult:
    return solve_case(read_case(FOLDER))


def published(name: str) -> dict[str, np.ndarray]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    values = np.array(rows, dtype=object)
    return {column: values[:, k].astype(float) for k, column in enumerate(heading) if k > 0}


def column(name: str, wanted: str) -> dict[str, float]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: float(row[wanted]) for row in csv.DictReader(file)}


def test_objective_without_constants(result: PowerResult) -> None:
    assert result.status is Status.OPTIMAL
    assert result.objective == pytest.approx(-3474256.04055, rel=1e-6)


def test_price_of_co2(result: PowerResult) -> None:
    assert result.shadow_prices["co2_limit"] == pytest.approx(2178.29179922, rel=1e-6)


def test_price_of_co2_is_what_one_more_tonne_saves(result: PowerResult) -> None:
    case = read_case(FOLDER)
    more = solve_case(replace(case, totals=(replace(case.totals[0], upper=1001.0),)))
    assert result.objective is not None
    assert more.objective is not None
    assert result.objective - more.objective == pytest.approx(2178.29179922, rel=1e-6)


@pytest.mark.parametrize(
    ("component", "size"), [("generators", "p_nom_opt"), ("lines", "s_nom_opt"), ("links", "p_nom_opt")]
)
def test_sizes(result: PowerResult, component: str, size: str) -> None:
    expected = {f"{component.removesuffix('s')}:{name}": mw for name, mw in column(component, size).items()}
    found = {name: result.builds[name] for name in expected}
    assert found == pytest.approx(expected, abs=1e-4, rel=1e-6)


def test_nodal_prices(result: PowerResult) -> None:
    expected = published("published-buses-marginal_price")
    assert set(expected) == set(result.nodal_prices)
    for bus, price in expected.items():
        assert result.nodal_prices[bus] == pytest.approx(price, rel=1e-6, abs=1e-6)


def test_dispatch_costs_the_same_and_burns_the_same(result: PowerResult) -> None:
    """The dispatch itself need not be unique; what it costs and emits is."""
    expected, emission = published("published-generators-p"), 0.24
    cost = column("generators", "marginal_cost")
    efficiency = column("generators", "efficiency")

    def cost_and_co2(dispatch: dict[str, np.ndarray]) -> tuple[float, float]:
        energy = {name: float(np.sum(mw)) for name, mw in dispatch.items()}
        burnt = sum(energy[name] / efficiency[name] for name in energy if name.endswith("Gas"))
        return sum(energy[name] * cost[name] for name in energy), emission * burnt

    own = cost_and_co2({name: result.dispatch[name] for name in expected})
    assert own == pytest.approx(cost_and_co2(expected), rel=1e-6)
    assert own[1] == pytest.approx(1000)
    assert result.builds["generator:Frankfurt Gas"] == pytest.approx(
        float(expected["Frankfurt Gas"].max()), rel=1e-6
    )
