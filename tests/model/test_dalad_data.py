"""The reconstructed data of Dalad 2022: sums, provenance, derivations, honesty about real names."""

import ast
import operator
import re
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

import dualcontrol as dc
from dualcontrol.model.schema import BASES, TABLES
from dualcontrol.scenarios import dalad_scaling

SCENARIO = dalad_scaling.SCENARIO
PAGE = Path(__file__).parents[2] / "docs" / "data-dalad-2022.md"
ELECTRICITY = Fraction("0.1229")

# The units whose products' specific energies, 综合能耗 by definition, cover the whole plant.
WHOLE_PLANT_UNITS = ("kgce/t", "kgce/m2")


@pytest.fixture(scope="module")
def scenario() -> dc.Scenario:
    return dc.load(SCENARIO)


@pytest.fixture(scope="module")
def factors(scenario: dc.Scenario) -> dict[str, Fraction]:
    """tce per unit of every carrier, exactly as written."""
    rows = scenario.table("carriers").itertuples()
    return {row.carrier_id: Fraction(repr(row.tce_per_unit)) for row in rows}


def gross_by_unit(scenario: dc.Scenario, factors: dict[str, Fraction]) -> dict[str, Fraction]:
    gross: dict[str, Fraction] = {}
    for row in scenario.table("unit_energy").itertuples():
        sign = -1 if row.use == "conversion_out" else 1
        tce = sign * Fraction(repr(row.quantity)) * factors[row.carrier_id]
        gross[row.unit_id] = gross.get(row.unit_id, Fraction(0)) + tce
    return gross


# ---- sums -----------------------------------------------------------------------------------------------


def test_there_are_about_thirty_units_and_twenty_projects(scenario: dc.Scenario) -> None:
    assert len(scenario.table("units")) >= 30
    assert len(scenario.table("projects")) >= 20
    assert scenario.settings.nature == "reconstructed"


def test_units_add_up_to_the_published_energy_of_industry(
    scenario: dc.Scenario, factors: dict[str, Fraction]
) -> None:
    # The plan: 2021 used 12.54 万tce less than 2020, -1.25 %. So 2020 = 12.54 / 1.25 % = 1003.2 and
    # 2021 = 1003.2 - 12.54 = 990.66 万tce.
    target = (Fraction("12.54") / Fraction("0.0125") - Fraction("12.54")) * 10_000
    assert target == 9_906_600
    assert scenario.settings.counted_base_tce == 9_906_600
    assert abs(sum(gross_by_unit(scenario, factors).values()) - target) < 1


def test_value_added_adds_up_to_gdp(scenario: dc.Scenario) -> None:
    units = sum(Fraction(repr(v)) for v in scenario.table("units")["value_added_wan_yuan"])
    rest = sum(Fraction(repr(v)) for v in scenario.table("gdp")["base_wan_yuan"])
    assert abs(units + rest - 4_109_500) < 1
    assert scenario.settings.gdp_base_wan_yuan == 4_109_500


def test_coal_is_the_published_52_million_tonnes(scenario: dc.Scenario) -> None:
    products = scenario.table("products")
    mined = products[products["product"] == "原煤"]["output"].sum()
    assert mined == pytest.approx(66_590_000 / 1.279, abs=1)  # 2022: 66.59 Mt, +27.9 %


def test_generation_is_the_published_22_billion_kwh(scenario: dc.Scenario) -> None:
    energy = scenario.table("unit_energy")
    thermal = energy[(energy["use"] == "conversion_out") & (energy["carrier_id"] == "electricity")]
    power = scenario.table("power").set_index("item")
    total = thermal["quantity"].sum() + power.loc["non_fossil_generation", "base_mwh"]
    assert total == pytest.approx(24_600_000 / 1.118, abs=2)  # 2022: 24.6 TWh, +11.8 %
    # 3,980 MW of coal power then ran 5,139 h; the plan asks for 5,000 h at least.
    assert 5_000 < thermal["quantity"].sum() / 3_980 < 5_300


# ---- provenance -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_row_says_where_it_comes_from(scenario: dc.Scenario, name: str) -> None:
    for row in scenario.table(name).itertuples():
        assert row.source.strip(), row
        assert row.basis in BASES, row
        assert row.derivation.strip(), row
        # Sources are spelled out: no key of somebody's reading list.
        assert not re.search(r"(?<![A-Za-z0-9])S\d+[a-z]?(?![A-Za-z0-9])", row.source + row.derivation), row
        if row.basis == "estimated":
            assert "假定" in row.derivation or "假定" in row.source or " = " in row.derivation, row
        if row.basis in ("published", "standard"):
            assert "建模假定" not in row.source, row


def _fraction(node: ast.AST) -> Fraction:
    """The value of plain arithmetic, exactly. ValueError for anything else."""
    operations = {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
    }
    if isinstance(node, ast.Expression):
        return _fraction(node.body)
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_fraction(node.operand)
    if isinstance(node, ast.BinOp):
        return operations[type(node.op)](_fraction(node.left), _fraction(node.right))
    raise ValueError(ast.dump(node))


EQUATION = re.compile(r"([(−]*\d[\d.×÷+−() ]*) = (−?\d[\d.]*)")
SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-"})


def equations(text: str) -> list[tuple[Fraction, Fraction, Fraction]]:
    """Every `formula = value` of a derivation: the formula, what is shown, half a step of its last digit."""
    found = []
    for formula, shown in EQUATION.findall(text):
        digits = len(shown.partition(".")[2])
        value = _fraction(ast.parse(formula.translate(SIGNS).strip(), mode="eval"))
        found.append((value, Fraction(shown.translate(SIGNS)), Fraction(1, 2 * 10**digits)))
    return found


def wrong_equations(text: str) -> list[tuple[Fraction, Fraction, Fraction]]:
    slack = Fraction(1, 10**9)  # the rounding of a tie
    return [e for e in equations(text) if abs(e[0] - e[1]) > e[2] + slack]


def test_the_check_of_derivations_sees_a_wrong_one() -> None:
    assert not wrong_equations("900 × 0.92 × 1.45 = 1200.6；产量")
    assert wrong_equations("900 × 0.92 × 1.45 = 1200.7；产量")
    assert not wrong_equations("(3 − 1) × 44 ÷ 12 = 7.33")
    assert len(equations("增加值：2 × 3 = 6；过程排放：−2 + 5 = 3（说明）")) == 2


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_arithmetic_of_every_derivation_holds(scenario: dc.Scenario, name: str) -> None:
    for row in scenario.table(name).itertuples():
        assert not wrong_equations(row.derivation), row


RESULTS = {  # which column each successive equation of the derivation gives
    "unit_energy": ["quantity"],
    "project_energy": ["quantity"],
    "units": ["value_added_wan_yuan", "process_co2_t"],
    "projects": ["value_added_wan_yuan"],
    "products": ["output"],
    "measures": ["saving_quantity", "annual_cost_wan_yuan"],
    "resources": ["budget"],
    "resource_use": ["use"],
    "power": ["base_mwh", "plan_mwh"],
}
MUST_HAVE = (
    "unit_energy",
    "project_energy",
    "units",
    "projects",
    "measures",
    "resources",
    "resource_use",
    "power",
)


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_a_derivation_gives_the_figure_in_the_row(scenario: dc.Scenario, name: str) -> None:
    for row in scenario.table(name).itertuples():
        found = equations(row.derivation)
        assert found or name not in MUST_HAVE, row
        # A derivation of a product may show how a published total was split before it gives the output.
        for column, (_, shown, _) in zip(RESULTS[name], found, strict=False):
            assert Fraction(repr(getattr(row, column))) == shown, (row, column)


def test_society_plans_are_derived(scenario: dc.Scenario) -> None:
    for row in scenario.table("society").itertuples():
        shown = [float(e[1]) for e in equations(row.derivation)]
        if row.electrified_mwh > 0:  # told after what it is part of (3.4.5)
            assert shown[-2:] == [row.electrified_mwh, row.displaced_fuel_tce], row.line_id
            shown = shown[:-2]
        assert shown[-2:] == [row.plan_fuel_tce, row.plan_electricity_mwh], row.line_id


# ---- energy per product and energy rows -----------------------------------------------------------------


def test_specific_energies_agree_with_the_energy_rows(
    scenario: dc.Scenario, factors: dict[str, Fraction]
) -> None:
    gross = gross_by_unit(scenario, factors)
    energy = scenario.table("unit_energy")
    checked = 0
    for unit_id, rows in scenario.table("products").groupby("unit_id"):
        own = energy[energy["unit_id"] == unit_id]
        # Electricity lines are part of a plant: the rest of its energy must not be negative, nor large.
        whole = rows[rows["specific_unit"].isin(WHOLE_PLANT_UNITS)]
        by_electricity = rows[rows["specific_unit"] == "kWh/t"]
        by_coal = rows[rows["specific_unit"] == "gce/kWh"]
        tce = (whole["output"] * whole["specific_energy"]).sum() / 1_000
        mwh = (by_electricity["output"] * by_electricity["specific_energy"]).sum() / 1_000
        used = own[(own["carrier_id"] == "electricity") & (own["use"] == "fuel")]["quantity"].sum()
        if len(by_coal):
            burnt = own[own["use"] == "conversion_in"]
            burnt_tce = sum(float(factors[r.carrier_id]) * r.quantity for r in burnt.itertuples())
            assert burnt_tce == pytest.approx(
                (by_coal["output"] * by_coal["specific_energy"]).sum() / 1_000, abs=1
            )
            made = own[own["use"] == "conversion_out"]["quantity"].sum()
            assert made - used == pytest.approx(by_coal["output"].sum(), abs=1)  # net supply
        elif len(by_electricity) == 0:
            assert float(gross[unit_id]) == pytest.approx(tce, abs=1), unit_id
        else:
            assert used >= mwh - 1, unit_id
            assert float(gross[unit_id]) >= tce + mwh * float(ELECTRICITY) - 1, unit_id
        checked += 1
    assert checked >= 25


def test_feedstock_carbon_is_counted_once(scenario: dc.Scenario) -> None:
    """Process CO2 = (carbon of the feedstock coal - carbon of the product) x 44/12, nothing burnt twice."""
    energy = scenario.table("unit_energy").set_index(["unit_id", "carrier_id", "use"])["quantity"]
    outputs = scenario.table("products").set_index(["unit_id", "product"])["output"]
    units = scenario.table("units").set_index("unit_id")
    carbon = {
        "甲醇（荣信）": 0.375,
        "乙二醇（煤制全流程）": 0.387,
        "甲醇（新能）": 0.375,
        "甲醇（金诚泰）": 0.375,
    }
    for unit_id in ("rongxin", "xinneng", "jinchengtai"):
        coal_t = energy[unit_id, "raw_coal", "feedstock"]
        product_t = sum(carbon[p] * outputs[unit_id, p] for p in outputs[unit_id].index)
        expected = (coal_t * 20.908 * 0.02637 - product_t) * 44 / 12
        assert units.loc[unit_id, "process_co2_t"] == pytest.approx(expected, rel=1e-6)


def test_carriers_agree_with_the_standards(scenario: dc.Scenario) -> None:
    carriers = scenario.table("carriers").set_index("carrier_id")
    tce = {"raw_coal": 0.7143, "coke": 0.9714, "diesel": 1.4571, "gasoline": 1.4714, "electricity": 0.1229}
    co2 = {"raw_coal": 1.9003, "coke": 2.8604, "diesel": 3.0959, "lpg": 3.1013, "electricity": 0.0}
    assert {k: carriers.loc[k, "tce_per_unit"] for k in tce} == tce
    assert {k: carriers.loc[k, "co2_t_per_unit"] for k in co2} == co2


# ---- rules in force -------------------------------------------------------------------------------------


def test_only_editions_in_force_in_february_2022_have_an_effect(scenario: dc.Scenario) -> None:
    lines, as_of = scenario.table("benchmarks"), scenario.settings.as_of
    in_force = lines[[day <= as_of for day in lines["effective_from"]]]
    assert in_force["source"].str.contains("1609号").all()
    later = lines[[day > as_of for day in lines["effective_from"]]]
    assert set(later["level"]) == {"advanced", "access", "limit"}


def test_glycol_from_coal_is_never_measured_by_the_line_for_syngas(scenario: dc.Scenario) -> None:
    lines = scenario.table("benchmarks")
    boundaries = lines.groupby("benchmark_key")["boundary"].first()
    assert "合成气" in boundaries["eg_syngas"]
    assert "原料煤" in boundaries["eg_coal"]
    products = scenario.table("products").set_index("product")
    assert products.loc["乙二醇（煤制全流程）", "benchmark_key"] == "eg_coal"
    assert "eg_syngas" not in set(products["benchmark_key"])
    syngas = lines[(lines["benchmark_key"] == "eg_syngas") & (lines["level"] == "limit")]["value"].max()
    assert (
        products.loc["乙二醇（煤制全流程）", "specific_energy"] > syngas
    )  # the wrong line would take half the plant


def test_feedstock_is_not_excluded_yet_but_own_pv_is(scenario: dc.Scenario) -> None:
    rules = scenario.table("exclusions").set_index(["kind", "measure"])["effective_from"]
    as_of = scenario.settings.as_of
    in_force = {key for key, day in rules.items() if day <= as_of}
    assert in_force == {(kind, m) for kind in ("self_pv", "excess_renewable") for m in ("total",)}
    assert {key for key in rules.index if key[0] == "feedstock"} == {
        ("feedstock", m) for m in ("intensity", "total")
    }


# ---- honesty --------------------------------------------------------------------------------------------


def test_no_real_name_carries_a_bad_mark(scenario: dc.Scenario) -> None:
    for name in ("units", "projects"):
        assert set(scenario.table(name)["conduct"]) == {"normal"}
    projects = scenario.table("projects")
    assert set(projects["industry_class"]) == {"allowed"}
    assert not projects["is_three_high"].any()
    assert set(scenario.table("units")["review"]) == {"approved"}
    assert not scenario.table("units")["is_retired"].any()
    assert set(scenario.table("units")["credit_code"]) == {""}  # none is known, none is invented
    for name in ("adjustments", "decisions", "unit_history"):
        assert scenario.table(name).empty


def test_a_review_is_pending_only_where_the_plan_says_so(scenario: dc.Scenario) -> None:
    projects = scenario.table("projects")
    pending = projects[projects["review"] == "pending"]
    assert len(pending) >= 3
    assert pending["derivation"].str.contains("方案只说").all()
    approved = projects[projects["review"] == "approved"]
    assert approved["derivation"].str.contains("“已批复”为假定").all()


def test_assumed_targets_are_marked_as_assumed() -> None:
    lines = (SCENARIO / "scenario.toml").read_text(encoding="utf-8").splitlines()
    unpublished = (
        "increment_tce_eq", "intensity_reduction", "incentive_intensity_reduction", "overshoot_max_share",
        "overshoot_price_wan_yuan_per_tce", "co2_budget_t", "k_eq_tce_per_mwh", "release_phase_share",
        "max_release_share", "reserve_share",
    )  # fmt: skip
    for key in unpublished:
        (line,) = [line for line in lines if line.startswith(f"{key} ")]
        assert "假定" in line, key


# ---- scaling --------------------------------------------------------------------------------------------


def test_one_factor_scales_what_is_estimated_and_nothing_else() -> None:
    table = dalad_scaling.per_product()
    factor = dalad_scaling.factor(dalad_scaling.read(dalad_scaling.UNSCALED), dalad_scaling.target_tce())
    assert 0.5 < factor < 1.0
    scaled = table[table["scaled"]]
    assert scaled["factor"].to_numpy() == pytest.approx(factor, rel=1e-5)  # outputs are written to 0.1 t
    kept = table[~table["scaled"]]
    assert kept["factor"].to_numpy() == pytest.approx(1.0, abs=1e-12)
    assert set(kept["item"].str[:2]) == {"供电", "原煤"}  # the two published totals of 2021
    assert table["tce"].sum() == pytest.approx(dalad_scaling.target_tce(), abs=1)
    assert set(table["unit_id"]) == set(dalad_scaling.gross_tce().index)


def test_the_factor_moves_with_the_target() -> None:
    # By hand: 10 fixed at 1 tce, 30 scalable at 2 tce: (100 - 10) / 60 = 1.5.
    notes = pd.DataFrame({"unscaled": ["10", "30"], "tce_per_unit": ["1", "2"], "scaled": ["0", "1"]})
    assert dalad_scaling.factor(notes, 100.0) == pytest.approx(1.5)


def test_the_scaling_is_printed_per_unit(capsys: pytest.CaptureFixture[str]) -> None:
    dalad_scaling.main([])
    printed = capsys.readouterr().out
    for name in dalad_scaling.per_product()["name"]:
        assert name in printed


def test_the_data_page_shows_the_scaling_of_today() -> None:
    assert dalad_scaling.markdown(dalad_scaling.per_product()) in PAGE.read_text(encoding="utf-8")


# ---- the case as a whole --------------------------------------------------------------------------------


def test_the_case_is_plausible_before_it_is_optimised(scenario: dc.Scenario) -> None:
    accounts = dc.account(scenario)
    assert 2.3 < float(accounts.base.intensity) < 2.8  # 等价 tce per 万元; 990.66 / 410.95 = 2.41 at 当量
    rulings = dc.judge(accounts)
    cuts = sum(e.tce for e in rulings.ledger.entries if e.clause in ("3.3.1b", "3.3.2c"))
    assert 0 < cuts < 2 * scenario.settings.targets.increment_tce_eq
    # The typed carbon budget: base x 1.05 x (1 - 3.9 %), rounded to 10,000 t.
    assert scenario.settings.targets.co2_budget_t == pytest.approx(
        float(accounts.base.co2_t) * 1.05 * 0.961, abs=5_001
    )


def test_every_unit_can_run_within_what_the_cuts_leave(scenario: dc.Scenario) -> None:
    """The technology floor of a unit, without any measure, fits under its base less the cuts."""
    rulings = dc.judge(dc.account(scenario))
    balance = {
        row.unit_id: rulings.ledger.balance(f"unit:{row.unit_id}")
        for row in scenario.table("units").itertuples()
    }
    gross = dalad_scaling.gross_tce()
    for row in scenario.table("units").itertuples():
        assert gross[row.unit_id] * row.activity_min <= balance[row.unit_id], row.unit_id


def test_the_page_names_what_to_ask_the_county() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for fact in ("354", "410.95", "150 kW", "4000", "803", "1258", "假定"):
        assert fact in page, fact
