"""Plans in which electricity decides, solved with a pencil: own PV, green power, exports, base year."""

from itertools import product as combinations

import pandas as pd
import pytest

from dualcontrol.model.allocation import build_model
from dualcontrol.model.scenario import Scenario
from dualcontrol.solvers.compile import compile_model
from dualcontrol.solvers.highs import LiveHighs
from tests.model.small_cases import activity, case_of, changed, county, others, quotas, solve, total, unit

# 10,000 MWh: 1229 tce, 3000 tce at 等价 (0.3). The pool is empty, so the county stays at 3000.


NO_RELEASE = {"policy": {"benchmark_tce_per_wan_yuan": 9}}  # nobody is worse than the benchmark (3.3.2c)


def exclusions(*kinds: str, measure: str = "total") -> list[dict[str, object]]:
    return [{"kind": kind, "measure": measure, "effective_from": "2022-01-01"} for kind in kinds]


def green_county(green: float, **columns: object) -> Scenario:
    """A may double; `green` MWh of renewable electricity are to be had; 20 % of purchases is required."""
    owner = unit("A", 0, 1000, mwh=10_000, activity_max=2, green_max_mwh=green, **columns)
    settings = {**total(0), "accounting": {"renewable_share_required": 0.2}}
    return county(
        [owner], settings, exclusions=exclusions("excess_renewable", "self_pv"),
        power=[{"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": green}],
    )  # fmt: skip


def test_own_pv_is_left_out_whole() -> None:
    # 0.3 x (10000 a - 1000) <= 3000: a = 1.1; at the unit 1229 x 1.1 - 122.9 = 1229, so no grant is needed
    plan = solve(green_county(0, self_pv_max_mwh=1000))
    assert activity(plan) == {"A": 1.1}
    assert quotas(plan) == {"unit:A": 1229, "grid": 1771}
    assert plan.summary["energy_eq_total_tce"] == pytest.approx(3000, abs=1e-6)
    assert plan.summary["energy_eq_tce"] == pytest.approx(
        3300, abs=1e-6
    )  # it counts for intensity all the same
    assert plan.quotas["self_pv_mwh"].iloc[0] == 1000


def test_own_pv_counts_where_the_rule_is_not_in_force() -> None:
    scenario = green_county(0, self_pv_max_mwh=1000)
    assert activity(solve(changed(scenario, {"disabled_clauses": ("3.3.3b",)}))) == {"A": 1.0}


def test_green_power_above_the_share_is_left_out() -> None:
    # 3000 MWh green, 2000 a required: 0.3 x (10000 a - (3000 - 2000 a)) <= 3000: a = 13 / 12
    plan = solve(green_county(3000))
    assert activity(plan) == {"A": 1.083333333}
    row = plan.quotas.iloc[0]
    assert (row["green_mwh"], row["excess_green_mwh"]) == pytest.approx(
        (3000, 3000 - 2000 * 13 / 12), abs=1e-5
    )


def test_green_power_below_the_share_gives_nothing() -> None:
    plan = solve(green_county(1500))  # of 2000 required
    assert activity(plan) == {"A": 1.0}
    assert plan.quotas["excess_green_mwh"].iloc[0] == 0


def test_relaxing_the_yes_or_no_of_the_share_would_mint_quota() -> None:
    # ex <= 1500 z and ex <= 1500 - 2000 a + 4000 (1 - z) meet at z = (5500 - 2000 a) / 5500; with
    # 10000 a - 1500 z = 10000 that is a = 11500 / (10000 + 6000 / 11), 9 % above the truth
    arrays = compile_model(build_model(case_of(green_county(1500))))
    assert LiveHighs(arrays).solve().objective == pytest.approx(1000)
    relaxed = 1000 * 11500 / (10000 + 6000 / 11)
    assert LiveHighs(arrays.relaxed()).solve().objective == pytest.approx(relaxed, rel=1e-9)


def test_own_pv_enters_neither_the_share_nor_its_base() -> None:
    # D = 10000 a - 1000; ex = 3000 - 0.2 D = 3200 - 2000 a.
    # 0.3 x (10000 a - 1000 - 3200 + 2000 a) <= 3000: a = 14200 / 12000
    plan = solve(green_county(3000, self_pv_max_mwh=1000))
    assert activity(plan)["A"] == pytest.approx(14200 / 12000, abs=2e-9)


def test_green_power_has_its_premium() -> None:
    # all 3000 MWh bring 1/12 x 1000 = 83.3 万元; at 300 yuan they cost 90 and are not bought
    assert activity(solve(green_county(3000, green_premium_yuan_per_mwh=270)))["A"] > 1.08
    plan = solve(green_county(3000, green_premium_yuan_per_mwh=300))
    assert activity(plan) == {"A": 1.0}
    assert plan.quotas["green_mwh"].iloc[0] == 0


def test_enterprises_share_the_green_power_there_is() -> None:
    # two units, 3000 MWh between them, no share required: 0.3 x (20000 a - 3000) <= 6000
    owners = [
        unit(n, 0, v, mwh=10_000, activity_max=2, green_max_mwh=3000) for n, v in (("A", 1000), ("B", 900))
    ]
    plan = solve(county(
        owners, {**total(0), **NO_RELEASE}, exclusions=exclusions("excess_renewable"),
        power=[{"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": 3000}],
    ))  # fmt: skip
    assert plan.quotas["green_mwh"].sum() == 3000
    assert plan.summary["objective_wan_yuan"] == pytest.approx(
        1300 + 900, abs=1e-5
    )  # A has it all: 13000 MWh


# --- exports --------------------------------------------------------------------------------------


def exporting(generation: float, primary: str) -> Scenario:
    power = [{"item": "non_fossil_generation", "base_mwh": 0, "plan_mwh": generation},
             {"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": 500}]  # fmt: skip
    settings = {**total(30, intensity_reduction=0.0), "accounting": {"primary_electricity": primary}}
    owner = unit("A", 0, 1000, mwh=10_000, activity_max=2)
    return county([owner], settings, power=power, gdp=[others(1000, 1)])


@pytest.mark.parametrize("primary", ["eq", "physical"])
def test_exported_pv_changes_the_plan_by_nothing_but_carbon(primary: str) -> None:
    less, more = solve(exporting(500, primary)), solve(exporting(1500, primary))
    told = ["co2_t", "reason_steps"]  # the row grid tells the net inflow and its carbon
    pd.testing.assert_frame_equal(less.quotas.drop(columns=told), more.quotas.drop(columns=told))
    assert list(more.quotas["co2_t"] - less.quotas["co2_t"]) == [0.0, pytest.approx(-581)]
    for figure in ("energy_eq_tce", "energy_eq_total_tce", "objective_wan_yuan", "intensity"):
        assert less.summary[figure] == more.summary[figure]
    assert more.summary["co2_t"] - less.summary["co2_t"] == pytest.approx(-581)
    # increment 30 at 0.3 tce per MWh: 100 MWh more, plus in physical 500 MWh of local PV at 0.1229
    more_mwh = 100 if primary == "eq" else 100 + 500 * (0.3 - 0.1229) / 0.3
    # unit and grid are both rounded to whole tonnes; one tonne is 1/3000
    assert activity(less)["A"] == pytest.approx(1 + more_mwh / 10_000, abs=4e-4)


def test_thermal_export_takes_its_conversion_loss_and_nothing_else() -> None:
    # 310 tce per 1000 MWh, all exported: 10 % more generation moves E_eq by 310 - 0.3 x 1000 = 10 tce.
    # The plant's own quota grows by 187.1 -> 188, the grid account gives 177; 11 tonnes cover the rounding.
    energy = [("coal", "conversion_in", 3100), ("electricity", "conversion_out", 10_000)]
    plant = unit("A", 0, 1000, sector="public", activity_max=1.1, energy=energy)
    plan = solve(county([plant], total(11)))
    assert activity(plan) == {"A": 1.1}
    assert plan.summary["energy_eq_tce"] - plan.summary["base_energy_eq_tce"] == pytest.approx(10, abs=1e-6)
    assert quotas(plan) == {"unit:A": 1871 + 188, "grid": -1771 - 177}
    assert activity(solve(county([plant], total(0)))) == {"A": 1.0}


# --- plan year = base year ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("primary", "switch"), tuple(combinations(("eq", "physical"), ("none", "total", "both")))
)
def test_the_base_year_as_plan_has_a_reduction_of_exactly_zero(primary: str, switch: str) -> None:
    """Everything that could differ is in play: feedstock, own PV, green power, losses, society, exports."""
    owners = [
        unit("A", "123.5", 500, mwh=1000, self_pv_base_mwh=100, self_pv_max_mwh=100, green_base_mwh=300,
             green_max_mwh=300, energy=[("coal", "feedstock", "50.5")]),
        unit("B", 0, 300, energy=[("coal", "conversion_in", 700), ("electricity", "conversion_out", 2000)]),
    ]  # fmt: skip
    measures = {"none": (), "total": ("total",), "both": ("total", "intensity")}[switch]
    rows = [
        row for m in measures for row in exclusions("feedstock", "self_pv", "excess_renewable", measure=m)
    ]
    settings = {
        **total(4, intensity_reduction=0.0),  # 4 tce: every account is rounded up to a whole tonne
        "accounting": {"primary_electricity": primary, "renewable_share_required": 0.2},
        **NO_RELEASE,
    }
    plan = solve(county(
        owners, settings, exclusions=rows, gdp=[others(77.7)],
        society=[{"line_id": "homes", "base_fuel_tce": 30, "base_electricity_mwh": 70, "plan_fuel_tce": 30,
                  "plan_electricity_mwh": 70, "co2_t_per_fuel_tce": 2.6}],
        power=[{"item": "losses", "base_mwh": 11, "plan_mwh": 11},
               {"item": "non_fossil_generation", "base_mwh": 900, "plan_mwh": 900},
               {"item": "non_fossil_local", "base_mwh": 400, "plan_mwh": 400}],
    ))  # fmt: skip
    assert plan.summary["intensity_reduction"] == 0
    assert plan.summary["energy_eq_tce"] == plan.summary["base_energy_eq_tce"]
    assert activity(plan) == {"A": 1.0, "B": 1.0}
