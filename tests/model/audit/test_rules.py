"""The auditor's rules and accounts on variants of the paper county, each tonnage worked out by hand."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from dualcontrol.model.audit.accounts import UnitChoice, account, added
from dualcontrol.model.audit.rules import Rulings, judge
from tests.model.audit.paper_case import INPUTS, scenario, with_cell

Rows = list[dict[str, object]]


def rulings(
    folder: Path, settings: Mapping[str, Mapping[str, object]] | None = None, **tables: Rows
) -> Rulings:
    return judge(scenario(folder / "s", settings, **tables))


def unit(row: int, **cells: object) -> Rows:
    rows = [dict(line) for line in INPUTS["units"]]
    rows[row].update(cells)
    return rows


def project(**cells: object) -> Rows:
    return [{**INPUTS["projects"][0], **cells}, *INPUTS["projects"][1:]]


def test_paper_rulings(tmp_path: Path) -> None:
    found = rulings(tmp_path)
    a, b = found.units["A"], found.units["B"]
    assert (a.opening, a.leader_bonus, a.grant_max, a.limit_max, a.cut, a.release) == (320, 3, 16, 0, 0, 0)
    assert (b.opening, b.cut, b.release, b.limit_max, b.grant_max) == (1300, 40, 25, 65, 0)
    assert (a.fixed_quota, b.fixed_quota) == (323, 1235)
    assert (found.grid_opening, found.society_opening, found.increment) == (750, {"S": 160}, 60)
    assert found.benchmark == Fraction(81, 100)
    assert found.base_intensity == Fraction(2530, 3000)
    assert found.gates == {"P": (), "Q": ("3.2.3b",), "R": ()}


def test_unit_without_review_keeps_its_cuts_and_loses_the_rest(tmp_path: Path) -> None:
    b = rulings(tmp_path, units=unit(1, review="missing")).units["B"]
    assert b.is_withheld
    assert not b.is_running
    assert (b.base, b.fixed_quota, b.cut, b.release, b.after_rules) == (1300, 0, 40, 25, 1235)
    assert b.limit_max == 0


def test_bonus_of_a_unit_without_review_is_withheld_with_the_rest(tmp_path: Path) -> None:
    a = rulings(tmp_path, units=unit(0, review="missing")).units["A"]
    assert (a.leader_bonus, a.grant_max, a.after_rules, a.fixed_quota) == (3, 0, 323, 0)


def test_retired_unit_leaves_the_benchmark_and_its_quota(tmp_path: Path) -> None:
    found = rulings(tmp_path, units=unit(1, is_retired=1))
    assert found.units["B"].is_retired
    assert found.units["B"].fixed_quota == 0
    assert found.benchmark == Fraction(32, 100)  # A alone
    assert found.base_intensity == Fraction(2530, 3000)  # the base year keeps it


def test_serious_dishonesty(tmp_path: Path) -> None:
    # 2 % of 1300 = 26; the cuts stay.
    b = rulings(tmp_path, units=unit(1, conduct="serious")).units["B"]
    assert (b.penalty, b.cut, b.release, b.fixed_quota) == (26, 40, 25, 1209)


@pytest.mark.parametrize("conduct", ["warned", "serious"])
def test_warned_units_earn_neither_bonus_nor_grant(tmp_path: Path, conduct: str) -> None:
    a = rulings(tmp_path, units=unit(0, conduct=conduct, is_green_factory=1)).units["A"]
    assert (a.leader_bonus, a.green_bonus, a.grant_max) == (0, 0, 0)


def history(unit_id: str, counted: list[int], output: list[int]) -> Rows:
    """Years 2019, 2020, 2021."""
    lines = zip((2019, 2020, 2021), counted, output, strict=True)
    return [{"unit_id": unit_id, "year": y, "counted_tce": c, "output": o} for y, c, o in lines]


def test_mean_of_three(tmp_path: Path) -> None:
    # A: (380 + 330 + 320)/3 = 343.3, rounded up 344. B: (1300 + 1200 + 1300)/3 = 1266.7, rounded up 1267.
    rows = history("A", [380, 330, 320], [0, 0, 0]) + history("B", [1300, 1200, 1300], [0, 0, 0])
    found = rulings(tmp_path, {"policy": {"base_method": "mean_of_three"}}, unit_history=rows)
    assert (found.units["A"].base_method, found.units["A"].base) == (24, 344)
    assert (found.units["B"].base_method, found.units["B"].base) == (-33, 1267)


def test_output_adjusted(tmp_path: Path) -> None:
    # A made 80 in the base year and 90 on average: 320 x 90/80 = 360. B made its mean: nothing changes.
    rows = history("A", [380, 330, 320], [100, 90, 80]) + history("B", [1, 1, 1], [7, 7, 7])
    found = rulings(tmp_path, {"policy": {"base_method": "output_adjusted"}}, unit_history=rows)
    assert (found.units["A"].base_method, found.units["B"].base_method) == (40, 0)


def test_adjustment_moves_the_base_of_every_share(tmp_path: Path) -> None:
    # Base 1400: release at most 5 % = 70, so 30 beyond the cut of 40; limit 70.
    rows: Rows = [{"adjustment_id": "X", "unit_id": "B", "tce": 100, "reason": "overhaul", "document": "d",
                   "approved_by": "office"}]  # fmt: skip
    b = rulings(tmp_path, adjustments=rows).units["B"]
    assert (b.adjustment, b.base, b.cut, b.release, b.limit_max) == (100, 1400, 40, 30, 70)


@pytest.mark.parametrize(
    ("unit_word", "output", "output_unit", "actual", "line", "tce"),
    [
        ("kWh/t", 10000, "t", 45, 42, 3),  # 3 kWh x 10000 t = 30 MWh x 0.12 = 3.6
        ("gce/kWh", 2000, "MWh", 300, 295, 10),  # 5 g x 2 million kWh = 10 t
        ("kgce/m2", 1500, "m2", 12, 10, 3),  # 2 kg x 1500 = 3 t
        ("kgce/t", 10000, "t", 30, 38, 0),  # better than the line
        (
            "kgce/t",
            38000,
            "t",
            42,
            1,
            1300,
        ),  # 1558 of the 1600 it takes in, but no unit loses more than its base
    ],
)
def test_benchmark_cut_in_every_unit(
    tmp_path: Path, unit_word: str, output: float, output_unit: str, actual: float, line: float, tce: int
) -> None:
    products: Rows = [{**INPUTS["products"][0], "output": output, "output_unit": output_unit,
                       "specific_energy": actual, "specific_unit": unit_word}]  # fmt: skip
    lines: Rows = [{**INPUTS["benchmarks"][0], "value": line, "unit": unit_word}]
    assert rulings(tmp_path, products=products, benchmarks=lines).units["B"].cut == tce


def test_without_the_stricter_of_only_the_national_line_counts(tmp_path: Path) -> None:
    # 42 against 40 instead of 38: 2 kg x 10000 t.
    inputs = scenario(tmp_path / "s")
    off = inputs.settings.model_copy(update={"disabled_clauses": ("3.3.1a",)})
    assert judge(replace(inputs, settings=off)).units["B"].cut == 20


def test_phases(tmp_path: Path) -> None:
    # Half of 40; release: a tenth of 490 = 49, less than 65, so 29 beyond the cut.
    policy = {"cut_phase_share": 0.5, "release_phase_share": 0.1}
    b = rulings(tmp_path, {"policy": policy}).units["B"]
    assert (b.cut, b.release) == (20, 29)


def test_larger_of_both_cuts_never_the_sum(tmp_path: Path) -> None:
    # 20 kg a tonne of 20000 t: a cut of 400 exceeds the release of 65, and nothing is released on top.
    products: Rows = [{**INPUTS["products"][0], "output": 20000, "specific_energy": 58}]
    b = rulings(tmp_path, products=products).units["B"]
    assert (b.cut, b.release) == (400, 0)


def test_public_service_releases_nothing(tmp_path: Path) -> None:
    b = rulings(tmp_path, sectors=with_cell("sectors", 1, "is_public_service", 1)["sectors"]).units["B"]
    assert (b.cut, b.release, b.limit_max) == (40, 0, 65)


def test_stock_that_is_not_high_energy_may_grow_to_its_ceiling(tmp_path: Path) -> None:
    # 1.2 x 320 = 384: 64 above the base, more than the 16 of 3.3.2b. In a high-consuming sector only 16.
    units = unit(0, activity_max=1.2)
    assert rulings(tmp_path, units=units).units["A"].grant_max == 64
    sectors = with_cell("sectors", 0, "is_high_energy", 1)["sectors"]
    assert rulings(tmp_path / "high", units=units, sectors=sectors).units["A"].grant_max == 16


def test_increment_from_growth_and_reduction(tmp_path: Path) -> None:
    # 2530 x (1.05 x 0.97 - 1) = 2530 x 0.0185 = 46.805.
    targets = {"gdp_growth": 0.05, "intensity_reduction": 0.03}
    inputs = scenario(tmp_path / "s", {"targets": targets})
    targets_only = inputs.settings.targets.model_copy(update={"increment_tce_eq": None})
    settings = inputs.settings.model_copy(update={"targets": targets_only})
    object.__setattr__(inputs, "settings", settings)
    assert judge(inputs).increment == 47


@pytest.mark.parametrize(
    ("cells", "clause"),
    [
        ({"review": "missing"}, "3.2.2a"),
        ({"review": "pending"}, "3.2.2a"),
        ({"is_two_high": 1, "industry_class": "restricted"}, "3.2.3a"),
        ({"is_two_high": 1, "industry_class": "eliminated"}, "3.2.3a"),
        ({"is_in_park": 0}, "3.2.3b"),
        ({"value_added_wan_yuan": 120}, "3.2.3d"),  # 98/120 = 0.817 above 0.81
        ({"conduct": "warned"}, "3.2.5"),
        ({"conduct": "serious"}, "3.2.5"),
        ({"is_three_high": 1, "specific_energy": 39, "specific_unit": "kgce/t", "benchmark_key": "clinker"},
         "3.3.1a"),
        ({"is_three_high": 1}, "3.3.1a"),  # held against nothing, it has not reached the advanced value
    ],
)  # fmt: skip
def test_gates(tmp_path: Path, cells: Mapping[str, object], clause: str) -> None:
    assert rulings(tmp_path, projects=project(**cells)).gates["P"] == (clause,)


@pytest.mark.parametrize(
    "cells",
    [
        {"is_two_high": 1},
        {"is_in_park": 0, "is_industrial": 0},
        {"value_added_wan_yuan": 121},  # 98/121 = 0.8099
        {"value_added_wan_yuan": 1, "is_quota_approved": 1},
        {"conduct": "noticed"},
        {"is_three_high": 1, "specific_energy": 38, "specific_unit": "kgce/t", "benchmark_key": "clinker"},
    ],
)
def test_no_gate(tmp_path: Path, cells: Mapping[str, object]) -> None:
    assert rulings(tmp_path, projects=project(**cells)).gates["P"] == ()


@pytest.mark.parametrize(
    ("cells", "is_gated"),
    [
        ({"replaced_capacity": 125, "replaced_energy_tce": 98}, False),
        ({"replaced_capacity": 124, "replaced_energy_tce": 98}, True),  # 1.25 x 100
        ({"replaced_capacity": 125, "replaced_energy_tce": 97}, True),  # 1 x 98 gross
        ({"is_chain_extending": 1}, False),
        ({"is_national": 1}, True),
    ],
)
def test_restricted_capacity_against_replacement(
    tmp_path: Path, cells: Mapping[str, object], is_gated: bool
) -> None:
    lines: Rows = [{"restricted_key": "methanol", "capacity_ratio": 1.25, "energy_ratio": 1,
                    "exempt_if": "chain", "effective_from": "2021-03-01"}]  # fmt: skip
    projects = project(restricted_key="methanol", capacity=100, **cells)
    found = rulings(tmp_path, restricted_capacity=lines, projects=projects)
    assert (found.gates["P"] == ("3.2.3e",)) is is_gated


def test_later_restriction_does_not_apply_yet(tmp_path: Path) -> None:
    lines: Rows = [{"restricted_key": "methanol", "capacity_ratio": 1, "energy_ratio": 1,
                    "effective_from": "2023-01-01"}]  # fmt: skip
    projects = project(restricted_key="methanol", capacity=100)
    assert rulings(tmp_path, restricted_capacity=lines, projects=projects).gates["P"] == ()


def power(generation: float, local: float) -> Rows:
    return [
        {"item": "losses", "base_mwh": 100, "plan_mwh": 100},
        {"item": "non_fossil_generation", "base_mwh": generation, "plan_mwh": generation},
        {"item": "non_fossil_local", "base_mwh": local, "plan_mwh": local},
    ]


@pytest.mark.parametrize("primary", ["eq", "physical"])
def test_exported_pv_moves_the_county_by_nothing(tmp_path: Path, primary: str) -> None:
    settings = {"accounting": {"primary_electricity": primary}}
    few = account(scenario(tmp_path / "few", settings, power=power(1200, 1000))).base()
    many = account(scenario(tmp_path / "many", settings, power=power(2200, 1000))).base()
    assert many.eq_total == few.eq_total
    assert few.import_mwh - many.import_mwh == 1000


def test_local_renewables_count_calorific_under_the_physical_method(tmp_path: Path) -> None:
    # 1000 MWh x 0.18 less: 2530 - 180.
    settings = {"accounting": {"primary_electricity": "physical"}}
    assert account(scenario(tmp_path / "s", settings)).base().eq_total == 2350


def test_exported_thermal_power_takes_its_conversion_loss_out(tmp_path: Path) -> None:
    # A burns 700 t more and sends out 1000 MWh: fuel 350 - 0.30 x 1000 = 50, whatever happens to it.
    plant = ("coal", "conversion_in", 700), ("electricity", "conversion_out", 1000)
    more = [{"unit_id": "A", "carrier_id": carrier, "use": use, "quantity": q} for carrier, use, q in plant]
    plain = account(scenario(tmp_path / "plain")).base()
    thermal = account(scenario(tmp_path / "thermal", unit_energy=[*INPUTS["unit_energy"], *more])).base()
    assert thermal.eq_total - plain.eq_total == 50
    assert thermal.co2_t - plain.co2_t == 1400


@pytest.mark.parametrize("primary", ["eq", "physical"])
@pytest.mark.parametrize("effective", ["2021-01-01", "2023-01-01"])
def test_plan_year_like_the_base_year_reduces_nothing(tmp_path: Path, primary: str, effective: str) -> None:
    exclusions: Rows = [{"kind": kind, "measure": measure, "effective_from": effective}
                        for kind in ("feedstock", "self_pv", "excess_renewable")
                        for measure in ("intensity", "total")]  # fmt: skip
    units = [{**row, "self_pv_base_mwh": 40, "green_base_mwh": 400} for row in INPUTS["units"]]
    society = with_cell("society", 0, "plan_fuel_tce", 100)["society"]
    gdp = with_cell("gdp", 0, "growth", 0)["gdp"]
    found = account(scenario(
        tmp_path / "s", {"accounting": {"primary_electricity": primary}}, exclusions=exclusions, units=units,
        society=society, gdp=gdp,
    ))  # fmt: skip
    choice = UnitChoice(Fraction(1), Fraction(40), Fraction(400), {})
    plan = added([
        *(found.unit_flow(owner, choice) for owner in found.units.values()),
        *(found.society_flow(line, "plan") for line in found.society.values()), found.county_flow("plan"),
    ])  # fmt: skip
    assert plan == found.base()


@pytest.mark.parametrize(("primary", "intensity"), [("eq", 0), ("physical", 18)])
def test_self_used_pv_is_taken_out_once(tmp_path: Path, primary: str, intensity: int) -> None:
    # 100 MWh in the total: 0.12 in A's account and 0.18 in the grid's, 30 together, by either method. In the
    # intensity it is excluded from 2023 only; the physical method counts it at 0.12 all the same, 18 less.
    found = account(scenario(tmp_path / "s", {"accounting": {"primary_electricity": primary}}))
    a, none, one = found.units["A"], Fraction(0), Fraction(1)
    without = found.unit_flow(a, UnitChoice(one, none, none, {}))
    with_pv = found.unit_flow(a, UnitChoice(one, Fraction(100), none, {}))
    assert without.eq_total - with_pv.eq_total == 30
    assert without.eq_intensity - with_pv.eq_intensity == intensity


@pytest.mark.parametrize(("primary", "tce"), [("eq", 90), ("physical", 36)])
def test_excess_renewables_are_taken_out_as_counted(tmp_path: Path, primary: str, tce: int) -> None:
    # B buys 800 MWh, 300 more than 20 % of 2500: counted at 0.30, or at 0.12 by the physical method, where the
    # 0.18 of local renewables are out already.
    found = account(scenario(tmp_path / "s", {"accounting": {"primary_electricity": primary}}))
    b, none, one = found.units["B"], Fraction(0), Fraction(1)
    without = found.unit_flow(b, UnitChoice(one, none, none, {}))
    with_green = found.unit_flow(b, UnitChoice(one, none, Fraction(800), {}))
    assert without.eq_total - with_green.eq_total == tce


@pytest.mark.parametrize(("primary", "tce"), [("eq", 30), ("physical", 12)])
def test_added_renewables_are_taken_out_as_counted(tmp_path: Path, primary: str, tce: int) -> None:
    # 100 MWh since 2020 in the base year, 200 in the plan year, at 0.30 or 0.12 each; of the total alone.
    rule: Rows = [{"kind": "added_renewable", "measure": "total", "effective_from": "2022-01-01"}]
    lines: Rows = [{"item": "added_renewable", "base_mwh": 100, "plan_mwh": 200}]
    settings = {"accounting": {"primary_electricity": primary}}
    found = account(scenario(tmp_path / "s", settings, exclusions=rule, power=lines))
    for year, times in (("base", 1), ("plan", 2)):
        assert found.county_flow(year).grid_total == -times * tce
        assert found.county_flow(year).grid_intensity == 0


def test_disabled_exclusion_clause_switches_it_off(tmp_path: Path) -> None:
    from dualcontrol.model.scenario import load

    scenario(tmp_path / "s")
    inputs = load(tmp_path / "s", {"disabled_clauses": ["3.3.4a", "3.3.1b"]})
    found = judge(inputs)
    assert found.units["B"].opening == 1600  # feedstock counted
    assert found.units["B"].cut == 0
