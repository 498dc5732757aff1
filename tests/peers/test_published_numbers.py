"""Numbers nobody here wrote: published optima, prices, divisions and emission factors, reproduced."""

from fractions import Fraction
from pathlib import Path

import pytest

from dualcontrol.model.fairness import water_fill
from dualcontrol.model.scenario import load
from tests.model.small_cases import admitted, constraint, county, project, solve, total

pytestmark = pytest.mark.peers
F = Fraction


# --- Lorie and Savage (1955), Three Problems in Rationing Capital ---------------------------------


def test_lorie_savage_0_1(scenarios_folder: Path) -> None:
    plan = solve(load(scenarios_folder / "lorie-savage"))
    assert plan.summary["status"] == "optimal"
    assert plan.summary["objective_wan_yuan"] == plan.summary["bound_wan_yuan"] == 70
    assert admitted(plan) == {"1", "3", "4", "6", "9"}


def test_lorie_savage_relaxation_and_prices(scenarios_folder: Path) -> None:
    plan = solve(load(scenarios_folder / "lorie-savage-lp"))
    assert plan.summary["is_relaxed"]
    assert plan.summary["solver_objective_wan_yuan"] == pytest.approx(773 / 11, rel=1e-9)  # 70.272727...
    assert round(plan.summary["solver_objective_wan_yuan"], 4) == 70.2727
    for period, price in (("period-1", 3 / 22), ("period-2", 41 / 22)):
        row = constraint(plan, "resource_budget", period)
        assert (row["price_left"], row["price_right"]) == pytest.approx((price, price), rel=1e-9)


# --- project selection is not monotone in the budget ----------------------------------------------


@pytest.mark.parametrize(
    ("budget", "chosen"),
    [(5, {"A"}), (7, {"B"}), (8, {"A", "C"}), (10, {"B", "C"}), (12, {"A", "B"})],
)
def test_a_project_is_in_out_in_out_in_as_the_budget_grows(budget: int, chosen: set[str]) -> None:
    # (value, energy): A (10, 5), B (12, 7), C (6, 3)
    owners = [project("A", 5, 10), project("B", 7, 12), project("C", 3, 6)]
    assert admitted(solve(county(owners, total(budget)))) == chosen


# --- division of an estate among claims of 100, 200 and 300 (Talmud, Ketubot 93a) -----------------

CLAIMS = [F(100), F(200), F(300)]
NONE, EQUAL = [F(0)] * 3, [F(1)] * 3


def test_constrained_equal_awards() -> None:
    assert water_fill(F(200), EQUAL, NONE, CLAIMS) == [F(200, 3)] * 3  # 66 2/3 each
    assert water_fill(F(100), EQUAL, NONE, CLAIMS) == [F(100, 3)] * 3
    assert water_fill(F(400), EQUAL, NONE, CLAIMS) == [100, 150, 150]


def test_constrained_equal_losses() -> None:
    losses = water_fill(sum(CLAIMS) - F(200), EQUAL, NONE, CLAIMS)
    assert losses is not None
    assert [claim - loss for claim, loss in zip(CLAIMS, losses, strict=True)] == [0, 50, 150]


# --- CO2 per tonne of fuel = NCV x carbon content x oxidation x 44/12 -----------------------------


FACTORS = {  # GJ/t, t C/GJ, share oxidised, t CO2/t
    "raw_coal": (20.908, 0.02637, 0.94, 1.9003),
    "coke": (28.435, 0.0295, 0.93, 2.8604),
    "diesel": (42.652, 0.0202, 0.98, 3.0959),
    "lpg": (50.179, 0.0172, 0.98, 3.1013),
}


def test_emission_factors_of_the_county_s_carriers(scenarios_folder: Path) -> None:
    carriers = load(scenarios_folder / "dalad-2022").table("carriers").set_index("carrier_id")
    for carrier, (ncv, carbon, oxidised, co2) in FACTORS.items():
        assert round(ncv * carbon * oxidised * 44 / 12, 4) == co2
        assert carriers.loc[carrier, "co2_t_per_unit"] == co2
