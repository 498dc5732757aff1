"""Green electricity tariffs: rates and costs worked out by hand (3.2.4)."""

from datetime import date
from fractions import Fraction

import pytest

from dualcontrol.model.accounting import account
from dualcontrol.model.policy.tariffs import Surcharge, relief_share, steps_above, surcharges
from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import changed, county, project, total, unit

STEP = {
    "tariff_id": "aluminium", "kind": "step", "benchmark_key": "al", "yuan_per_kwh": 0.01, "threshold_kwh": 13650,
    "step_kwh": 20, "renewable_share_free": 0.15, "relief_per_point": 0.01, "effective_from": "2022-01-01",
}  # fmt: skip


def smelter(kwh_per_t: float, *tariffs: dict[str, object], **columns: object) -> Scenario:
    """50 万t of aluminium at so many kWh/t."""
    made = {"unit_id": "A", "product": "aluminium", "output": 500_000, "output_unit": "t",
            "specific_energy": kwh_per_t, "specific_unit": "kWh/t", "benchmark_key": "al"}  # fmt: skip
    owner = unit("A", 0, 1000, mwh=kwh_per_t * 500, **columns)
    return county([owner], total(0), products=[made], tariffs=[*tariffs] or [STEP])


def only(scenario: Scenario) -> Surcharge:
    (found,) = surcharges(account(scenario))
    return found


@pytest.mark.parametrize(
    ("kwh", "steps"), [(13500, 0), (13650, 0), (13650.01, 1), (13670, 1), (13671, 2), (13750, 5)]
)
def test_steps_begin_with_the_first_kwh_above_the_threshold(kwh: float, steps: int) -> None:
    """Every 20 kWh above 13,650 one fen; less than 20 counts as 20 (1239号)."""
    assert steps_above(Fraction(str(kwh)), Fraction(13650), Fraction(20)) == steps
    assert only(smelter(kwh)).rate_yuan_per_kwh == Fraction(steps, 100)


def test_a_fen_on_half_a_million_tonnes_is_67_5_million_yuan() -> None:
    """0.01 yuan x 13,500 kWh/t x 500,000 t = 6750 万元 = 0.675 亿元."""
    found = only(smelter(13500, {**STEP, "threshold_kwh": 13490}))
    assert (found.steps, found.cost_wan_yuan) == (1, 6750)


@pytest.mark.parametrize(
    ("share", "relief"), [("0", 0), ("0.15", 0), ("0.159", 0), ("0.16", 1), ("0.405", 25), ("1", 85)]
)
def test_renewables_above_15_percent_take_a_percent_off_for_each_whole_point(share: str, relief: int) -> None:
    assert relief_share(Fraction(share), Fraction("0.15"), Fraction("0.01")) == Fraction(relief, 100)


def test_relief_ends_at_the_whole_surcharge_and_needs_a_threshold() -> None:
    assert relief_share(Fraction(1), Fraction(0), Fraction("0.05")) == 1
    assert relief_share(Fraction(1), None, Fraction("0.05")) == 0


def test_share_of_renewables_is_that_of_the_base_year() -> None:
    """13,750 kWh/t: 5 steps. 6.875 TWh, 25 % of it own PV and green power: 10 points, a tenth off 0.05."""
    found = only(smelter(13750, self_pv_base_mwh=6_875_000 * 0.05, green_base_mwh=6_875_000 * 0.20))
    assert (found.green_share, found.rate_yuan_per_kwh) == (Fraction(1, 4), Fraction("0.045"))
    assert found.cost_wan_yuan == Fraction("0.045") * 6_875_000 / 10


@pytest.mark.parametrize(
    ("as_of", "rate"), [("2022-02-11", 0), ("2023-06-01", "0.03"), ("2025-01-01", "0.10")]
)
def test_the_threshold_of_the_day_is_in_force(as_of: str, rate: str) -> None:
    """13,500 kWh/t: under 13,650; 50 above 13,450 are 3 steps; 200 above 13,300 are 10."""
    lines = [
        {**STEP, "threshold_kwh": kwh, "effective_from": day}
        for kwh, day in ((13650, "2022-01-01"), (13450, "2023-01-01"), (13300, "2025-01-01"))
    ]
    scenario = smelter(13500, *lines)

    assert only(changed(scenario, {"as_of": date.fromisoformat(as_of)})).rate_yuan_per_kwh == Fraction(rate)


def differential(industry_class: str, yuan: float, **more: object) -> dict[str, object]:
    return {"tariff_id": industry_class, "kind": "differential", "industry_class": industry_class,
            "yuan_per_kwh": yuan, "multiplier": 1.3, "effective_from": "2022-01-01", **more}  # fmt: skip


@pytest.mark.parametrize(
    ("industry_class", "rates"), [("restricted", ["0.13"]), ("eliminated", ["0.39"]), ("allowed", [])]
)
def test_differential_surcharge_is_by_class_and_year(industry_class: str, rates: list[str]) -> None:
    """Restricted 0.10, eliminated 0.30 yuan/kWh, times 1.3 in 2022."""
    lines = [differential("restricted", 0.10), differential("eliminated", 0.30)]
    scenario = county([unit("A", 0, 10, mwh=100, industry_class=industry_class)], total(0), tariffs=lines)
    assert [s.rate_yuan_per_kwh for s in surcharges(account(scenario))] == [Fraction(r) for r in rates]


def test_a_line_charges_the_electricity_of_its_product_alone() -> None:
    """3,200 kWh/t on 100 t are 320 of the unit's 1000 MWh; without a figure it is all of them."""
    line = differential("restricted", 0.10, benchmark_key="carbide", multiplier=1)
    made = {"unit_id": "A", "product": "carbide", "output": 100, "output_unit": "t", "specific_energy": 860,
            "specific_unit": "kgce/t", "benchmark_key": "carbide"}  # fmt: skip
    owner = unit("A", 0, 10, mwh=1000, industry_class="restricted")
    for extra, mwh in (({"electricity_kwh_per_unit": 3200}, 320), ({}, 1000)):
        found = only(county([owner], total(0), products=[{**made, **extra}], tariffs=[line]))
        assert (found.mwh, found.cost_wan_yuan) == (mwh, Fraction(mwh, 100))


def test_own_plant_pays_its_fen_on_what_it_makes_for_itself() -> None:
    """300,000 MWh at 0.01 yuan/kWh: 300 万元."""
    line = {"tariff_id": "own", "kind": "own_plant", "yuan_per_kwh": 0.01, "effective_from": "2021-02-10"}
    scenario = county([unit("A", 0, 10, mwh=500_000, own_plant_mwh=300_000)], total(0), tariffs=[line])
    assert only(scenario).cost_wan_yuan == 300


def test_project_pays_for_its_months() -> None:
    """1200 MWh a year from July: 600 MWh at 0.13 yuan/kWh are 7.8 万元."""
    owner = project("P", 0, 50, mwh=1200, start_month=7, industry_class="restricted")
    scenario = county([unit("A", 1, 1), owner], total(0), tariffs=[differential("restricted", 0.10)])
    assert only(scenario).cost_wan_yuan == Fraction("7.8")


def test_without_the_clause_nobody_pays() -> None:
    owner = unit("A", 0, 10, mwh=100, industry_class="restricted")
    off = {**total(0), "disabled_clauses": ("3.2.4",)}
    assert surcharges(account(county([owner], off, tariffs=[differential("restricted", 0.1)]))) == ()
