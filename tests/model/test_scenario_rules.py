# ruff: noqa: E501 - a row or case is a line, so that tables can be read
"""The rules of the reader: several at once, the remarks, their sentences, and what no other test reaches."""

import ast
import inspect
import string
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dualcontrol import batch_sweep, horizon_file
from dualcontrol.messages import catalogue
from dualcontrol.model import (
    cell_overrides,
    cells,
    checks,
    checks_carbon,
    checks_energy,
    checks_network,
    checks_products,
    checks_stock,
    checks_tables,
    layers,
    profiles,
    reading,
    scenario,
    settings,
    tables,
)
from dualcontrol.model.cells import credit_code_checks
from dualcontrol.model.layers import _suggest_key, setting_fault
from dualcontrol.model.problems import RULES, Findings, nearest, plain, shorten
from dualcontrol.model.scenario import ScenarioError, load
from dualcontrol.model.schema import TABLES
from tests.model import network_cases
from tests.model.corruption import Spoil, add_row, both, cell, content, replace, setting, valid

PLACE = {"file", "row", "column", "value"}


# Sentences


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_sentences(rule: str) -> None:
    for kind in ("problem", "remedy"):
        message = catalogue()[f"{kind}.{rule}"]
        names = {
            lang: {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
            for lang, text in message.items()
        }
        assert names["zh"] == names["en"]
        assert names["zh"] <= PLACE | set(RULES[rule])


def test_every_parameter_is_told() -> None:
    """A parameter that no sentence shows is work for nothing."""
    for rule, params in RULES.items():
        text = catalogue()[f"problem.{rule}"]["en"] + catalogue()[f"remedy.{rule}"]["en"]
        for name in params:
            assert "{" + name + "}" in text, (rule, name)


def test_no_sentence_without_a_rule() -> None:
    named = {
        message.partition(".")[2] for message in catalogue() if message.startswith(("problem.", "remedy."))
    }
    # workbooks and forms have rules of their own, and sentences of their own (`book_`) for rules of the tables
    places = [
        *Path(batch_sweep.__file__).parent.glob("register_*.py"),
        *Path(batch_sweep.__file__).parent.glob("form*.py"),
    ]
    told = {
        node.value
        for place in places
        for node in ast.walk(ast.parse(place.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    own = named - set(RULES)
    assert set(RULES) <= named
    assert {rule for rule in own if rule not in told and rule.removeprefix("book_") not in RULES} == set()


def _strings(module: Any) -> set[str]:
    tree = ast.parse(inspect.getsource(module))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_rule_is_used_by_the_reader() -> None:
    modules = (
        cell_overrides, cells, checks, checks_carbon, checks_energy, checks_network, checks_products, checks_stock, checks_tables, layers, profiles, reading,
        scenario, settings, tables, batch_sweep, horizon_file,
    )  # fmt: skip
    used = set().union(*(_strings(module) for module in modules))
    assert set(RULES) <= used


def test_a_rule_that_is_not_listed_cannot_be_reported() -> None:
    findings = Findings()
    with pytest.raises(KeyError):
        findings.add("no_such_rule", "units.csv")
    with pytest.raises(TypeError):
        findings.add("unknown_file", "units.csv")
    with pytest.raises(TypeError):
        findings.add("empty_file", "units.csv", detail="x")


# Several at once


def test_all_problems_at_once(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    spoils: list[Spoil] = [
        setting("policy", "headroom_share = 2.0"),
        setting("targets", "gdp_grwth = 0.05"),
        cell("units", 2, "value_added_wan_yuan", "1,000"),
        cell("units", 2, "activity_max", "0.4"),
        cell("units", 3, "sector_id", "steel"),
        cell("unit_energy", 3, "quantity", "-1"),
        cell("unit_energy", 3, "use", "burn"),
        cell("projects", 2, "benchmark_key", "pvd"),
        replace("society.csv", "居民", "居民,家庭"),
        replace("gdp.csv", "growth", "groth"),
    ]
    for spoil in spoils:
        spoil(folder)
    (folder / "extra.csv").write_text("a\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(folder)
    found = [(p.rule, p.file, p.row, p.column) for p in caught.value.problems]
    assert found == [
        ("unknown_setting", "scenario.toml", 9, "targets.gdp_grwth"),
        ("above_maximum", "scenario.toml", 15, "policy.headroom_share"),
        ("thousands_separator", "units.csv", 2, "value_added_wan_yuan"),
        ("activity_order", "units.csv", 2, "activity_min"),
        ("dangling_reference", "units.csv", 3, "sector_id"),
        ("not_a_choice", "unit_energy.csv", 3, "use"),
        ("below_minimum", "unit_energy.csv", 3, "quantity"),
        ("dangling_reference", "projects.csv", 2, "benchmark_key"),
        ("row_length", "society.csv", 2, None),
        ("unknown_column", "gdp.csv", 1, "groth"),
        ("missing_column", "gdp.csv", 1, "growth"),
        ("unknown_file", "extra.csv", None, None),
    ]
    for problem, line in zip(caught.value.problems, str(caught.value).splitlines(), strict=True):
        assert problem.file in line
        assert problem.rule in line


SUGGESTIONS: list[tuple[Spoil, str]] = [
    (replace("scenario.toml", "[policy]", "[polcy]"), "policy"),
    (setting("targets", "intensity_reducton = 0.1"), "targets.intensity_reduction"),
    (setting("", "intensity_reduction = 0.1"), "targets.intensity_reduction"),
    (setting("policy", "mip_gap = 0.1"), "solve.mip_gap"),
    (setting("", 'disabled_clauses = ["3.3.2.c"]'), "3.3.2c"),
    (replace("units.csv", "green_max_mwh", "green_max_mhw"), "green_max_mwh"),
    (replace("projects.csv", "replaced_energy_tce", "置换能耗"), "replaced_energy_tce"),
    (cell("units", 3, "sector_id", "powr"), "power"),
    (cell("units", 2, "review", "aproved"), "approved"),
    (cell("products", 2, "specific_unit", "kgce/吨"), "kgce/t"),
    (content("unitz.csv", b"x\n"), "units.csv"),
]


@pytest.mark.parametrize(("spoil", "suggestion"), SUGGESTIONS, ids=[s for _, s in SUGGESTIONS])
def test_suggestions(spoil: Spoil, suggestion: str, tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    spoil(folder)
    with pytest.raises(ScenarioError) as caught:
        load(folder)
    assert caught.value.problems[0].params["suggestion"] == suggestion


REMEDIED = [
    ("1,234.5", "1234.5"), ("-12,345", "-12345"), ("1'000", "1000"), ("１，２３４", "1234"), ("１２３", "123"),
    ("－５", "-5"), ("1,5", "1.5"), ("12.5%", "0.125"), ("12.5 ％", "0.125"), ("3‰", "0.003"), ("-0.3%", "-0.003"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "remedy"), REMEDIED)
def test_the_remedy_says_what_to_write(text: str, remedy: str) -> None:
    fault = cells.number(text)
    assert isinstance(fault, cells.Fault)
    assert fault.params["plain"] == remedy
    assert isinstance(cells.number(remedy), float)


@pytest.mark.parametrize(
    ("text", "number", "word"),
    [
        ("12 tce", "12", "tce"),
        ("1.5万", "1.5", "万"),
        ("3e2 t", "3e2", "t"),
        ("￥5", "5", "¥"),
        ("90°", "90", None),
    ],
)
def test_unit_words(text: str, number: str, word: str | None) -> None:
    fault = cells.number(text)
    expected = {"number": number, "word": word} if word else {}
    assert isinstance(fault, cells.Fault)
    assert (fault.rule, fault.params) == ("unit_in_number" if word else "not_a_number", expected)


@pytest.mark.parametrize("text", ["一百", "1..2", "--1", "1/2", "(5)", "N/A", "无", "٣", "²"])
def test_what_is_no_number(text: str) -> None:
    fault = cells.number(text)
    assert isinstance(fault, cells.Fault)
    assert fault.rule == "not_a_number"


# Remarks


REMARKS: list[tuple[Spoil, str, str, int | None, str | None, Mapping[str, str]]] = [
    (cell("units", 2, "credit_code", "91350100M000100Y44"), "note_credit_code_check", "units.csv", 2, "credit_code", {}),
    (cell("benchmarks", 2, "effective_from", "2022-02-12"), "note_no_advanced_line", "products.csv", 2, "benchmark_key", {"as_of": "2022-02-11"}),
    (cell("benchmarks", 2, "level", "access"), "note_no_advanced_line", "products.csv", 2, "benchmark_key", {"as_of": "2022-02-11"}),
    (content("projects.csv", b"project_id,name,sector_id,unit_id,start_month,value_added_wan_yuan,is_three_high,source,basis\n"
             b"P1,x,chem,00123,7,500,1,test,estimated\n"),
     "note_three_high_without_line", "projects.csv", 2, "benchmark_key", {}),
    (cell("carriers", 2, "tce_per_unit", "0.123"), "note_electricity_factor", "carriers.csv", 2, "tce_per_unit", {}),
    (cell("unit_energy", 5, "use", "fuel"), "note_output_without_input", "unit_energy.csv", 6, "use", {}),
    # the unit's 551.48 tce (test_corrupted_inputs): 200 and 380 tce of two products are 580 of at most 579.054
    (add_row("products", {"unit_id": "00123", "product": "VCM", "output": 1900, "output_unit": "t", "specific_energy": 200,
                          "specific_unit": "kgce/t"}),
     "note_products_above_use", "products.csv", 3, "specific_energy", {"product": "580", "use": "551.48", "unit": "tce"}),
    # a fifth of them is 110.296
    (cell("products", 2, "output", "551"),
     "note_products_below_use", "products.csv", 2, "specific_energy", {"product": "110.2", "use": "551.48", "unit": "tce"}),
    (add_row("units", {"unit_id": "U3", "name": "x", "sector_id": "chem", "value_added_wan_yuan": 0}),
     "note_no_energy", "units.csv", 4, "unit_id", {"energy_file": "unit_energy.csv"}),
    (cell("units", 2, "self_pv_max_mwh", ""), "note_pv_max_below_base", "units.csv", 2, "self_pv_max_mwh", {"base": "10"}),
    (cell("grid_factors", 2, "published_on", "2022-02-12"),
     "note_grid_factor_later", "scenario.toml", None, "accounting.grid_factor", {"published": "2022-02-12"}),
]  # fmt: skip


@pytest.mark.parametrize("case", REMARKS, ids=[f"{case[1]}_{i}" for i, case in enumerate(REMARKS)])
def test_remarks(
    case: tuple[Spoil, str, str, int | None, str | None, Mapping[str, str]], tmp_path: Path
) -> None:
    spoil, rule, file, row, column, params = case
    folder = valid(tmp_path / "s")
    spoil(folder)
    (note,) = load(folder).notes
    assert (note.rule, note.file, note.row, note.column, note.params) == (rule, file, row, column, params)


def test_every_remark_is_shown_by_a_test() -> None:
    elsewhere = {"note_gb18030", "note_encoding_unclear", "note_override_keeps_basis", "note_leap_day"}
    elsewhere |= {case[1] for case in network_cases.REMARKS}
    assert {case[1] for case in REMARKS} | elsewhere == {rule for rule in RULES if rule.startswith("note_")}


# Agreement between tables: what is allowed


ALLOWED: dict[str, Spoil] = {
    # 1000 + 600 + 1000 = 2600 万元, and a difference of exactly 1 is still within tolerance
    "gdp_within_tolerance": setting("", "gdp_base_wan_yuan = 2601"),
    # 1000 MWh·0.1229 + 500 t·0.7143 + 100 t·0.7143 + 5000 t·0.7143 - 10000 MWh·0.1229
    # = 122.9 + 357.15 + 71.43 + 3571.5 - 1229 = 2893.98 tce
    "energy_as_summed_by_hand": setting("", "counted_base_tce = 2893.98"),
    "energy_within_tolerance": setting("", "counted_base_tce = 2894.97"),
    "three_years": setting("policy", 'base_method = "mean_of_three"'),
    "outputs": setting("policy", 'base_method = "output_adjusted"'),
    "product_within_rounding": cell("products", 2, "output", "2895"),
    "product_just_above_a_fifth": cell("products", 2, "output", "552"),
    # of a unit with a product per kWh, the rest of its energy has no figure to compare
    "kwh_of_a_product": both(
        cell("products", 2, "benchmark_key", ""), cell("products", 2, "specific_unit", "kWh/t"),
        cell("products", 2, "specific_energy", "50"),
    ),
    "saving_all": cell("measures", 3, "saving_quantity", "950"),
    "green_all": both(cell("units", 2, "green_base_mwh", "400"), cell("units", 2, "self_pv_base_mwh", "20")),
    # 5000 t·0.7143 / 0.1229 = 29060.2 MWh at most
    "converts_almost_all": cell("unit_energy", 6, "quantity", "29060"),
    "benchmark_without_figures": both(
        cell("products", 2, "benchmark_key", ""), cell("products", 2, "specific_unit", ""),
        cell("products", 2, "specific_energy", ""),
    ),
    "quota_of_a_unit": both(
        cell("decisions", 2, "target_id", "U2"), cell("decisions", 2, "what", "quota_tce"),
        cell("decisions", 2, "value", "123.5"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_allowed(name: str, tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    ALLOWED[name](folder)
    assert load(folder).notes == ()


def test_the_sums_are_told(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    setting("", "counted_base_tce = 2800")(folder)
    setting("", "gdp_base_wan_yuan = 2500.5")(folder)
    with pytest.raises(ScenarioError) as caught:
        load(folder)
    params = {p.rule: dict(p.params) for p in caught.value.problems}
    assert params == {
        "counted_sum": {"sum": "2893.98", "difference": "93.98"},
        "gdp_sum": {"sum": "2600", "difference": "99.5"},
    }


# Small parts


def test_check_characters_of_credit_codes() -> None:
    # The check character by hand: 31 - sum(code_i·3^i mod 31) mod 31; the example of GB 32100-2015's kind.
    assert credit_code_checks("91350100M000100Y43")
    assert not credit_code_checks("91350100M000100Y44")
    assert not credit_code_checks("93150100M000100Y43")  # two digits exchanged


def test_suggestions_always_say_something() -> None:
    assert nearest("unit", ["units", "gdp"]) == "units"
    assert nearest("x", ["aa", "bb", "cc", "dd"]).count(",") == 2
    assert nearest("x", []) == "—"
    assert _suggest_key("policy.zzz")
    assert _suggest_key("zzz.yyy")


def test_values_are_shown_short_and_printable() -> None:
    assert shorten("a\tb\x00") == "a\\x09b\\x00"
    assert len(shorten("x" * 1000)) == 80
    assert plain(1234567.5) == "1234567.5"
    assert plain(0.0) == "0"


def test_unforeseen_error_of_a_setting() -> None:
    """An error of pydantic that the reader has no rule for still becomes a problem, not a traceback."""
    assert setting_fault("some_new_error", {}, "title_zh", "x") == (
        "bad_setting",
        {"detail": "some_new_error"},
    )


def test_pandera_is_loaded_only_when_a_table_is_read() -> None:
    """`dualcontrol --help` must stay quick."""
    code = (
        "import sys, warnings; warnings.simplefilter('error'); import dualcontrol.model.scenario; "
        "sys.exit('pandera' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_schema_names_every_reference_that_exists() -> None:
    for table in TABLES.values():
        for column in table.columns:
            assert set(column.refers_to) <= set(TABLES)
            assert (column.kind == "choice") == bool(column.choices)
            assert (column.kind == "ref") == bool(column.refers_to)
