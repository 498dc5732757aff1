# ruff: noqa: E501 - a case is a line, so that the table can be read
"""Corrupted inputs: each gives its own named problem, at its place, with a remedy in both languages, and no other.

The scenario of `corruption.valid` has every table. A case spoils one thing; the reader must report exactly that.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from dualcontrol.messages import say
from dualcontrol.model.problems import RULES
from dualcontrol.model.scenario import ScenarioError, load
from tests.model import network_cases
from tests.model.corruption import (
    Case,
    add_row,
    both,
    cell,
    content,
    drop_column,
    remove,
    replace,
    setting,
    valid,
)

TOML = "scenario.toml"
NO_GREEN = both(cell("units", 2, "self_pv_base_mwh", "0"), cell("units", 2, "green_base_mwh", "0"))


def _folder(file: str) -> Callable[[Path], None]:
    """A folder where a file should be."""

    def spoil(folder: Path) -> None:
        (folder / file).unlink()
        (folder / file).mkdir()

    return spoil


def _no_gdp(folder: Path) -> None:
    cell("units", 2, "value_added_wan_yuan", "0")(folder)
    cell("units", 3, "value_added_wan_yuan", "0")(folder)
    cell("gdp", 2, "base_wan_yuan", "0")(folder)
    cell("sectors", 2, "intensity_reduction", "")(folder)
    setting("", "gdp_base_wan_yuan = 0")(folder)


CASES = [
    # files
    Case("no_settings", remove(TOML), "missing_file", TOML, None, None),
    Case("folder_for_file", _folder("sectors.csv"), "not_a_file", "sectors.csv", None, None),
    Case("misnamed_table", content("unit.csv", b"a\n"), "unknown_file", "unit.csv", None, None),
    Case("excel_table", content("units.xlsx", b"PK"), "spreadsheet_file", "units.xlsx", None, None),
    Case("empty_file", content("gdp.csv", b""), "empty_file", "gdp.csv", None, None),
    Case("only_a_bom", content("gdp.csv", b"\xef\xbb\xbf\r\n"), "empty_file", "gdp.csv", None, None),
    Case("binary_zip", content("gdp.csv", b"PK\x03\x04\x14\x00\x06\x00" * 9), "binary_junk", "gdp.csv", None, None),
    Case("binary_controls", content("gdp.csv", bytes(range(1, 128)) * 3), "binary_junk", "gdp.csv", None, None),
    Case("utf16", content("gdp.csv", "item_id".encode("utf-16")), "utf16", "gdp.csv", None, None),
    Case("undecodable", content("gdp.csv", b"item_id\n\xff\xff\xff\n"), "undecodable", "gdp.csv", 2, None),
    Case("gbk_after_a_bom", content("gdp.csv", b"\xef\xbb\xbfitem_id\n\xb2\xe2\n"), "undecodable", "gdp.csv", 2, None),
    Case("damaged_utf8", replace("society.csv", "居民", "居民".encode()[:-1]), "undecodable", "society.csv", 2, None),
    Case("damaged_toml", content(TOML, b"title_zh = \"\xff\"\n"), "undecodable", TOML, 1, None),
    Case("open_quote", replace("units.csv", "乙电厂", '"乙电厂'), "csv_syntax", "units.csv", 3, None),
    Case("quote_inside", replace("units.csv", "乙电厂", '"乙"电厂'), "csv_syntax", "units.csv", 3, None),
    Case("semicolons", content("gdp.csv", b"item_id;name;base\n"), "wrong_delimiter", "gdp.csv", 1, None, "item_id;name;base"),
    Case("toml_no_value", replace(TOML, "base_year = 2021", "base_year ="), "toml_syntax", TOML, 3, None),
    Case("toml_twice", replace(TOML, "plan_year = 2022", "base_year = 2022"), "toml_syntax", TOML, 4, None),
    Case("toml_open_end", content(TOML, b"x = [1,\n"), "toml_syntax", TOML, 2, None),
    # headings and rows
    Case("no_growth", drop_column("gdp", "growth"), "missing_column", "gdp.csv", 1, "growth"),
    Case("lost_heading", replace("units.csv", "conduct", ""), "empty_heading", "units.csv", 1, None),
    Case("heading_twice", replace("units.csv", "conduct", "review"), "duplicate_heading", "units.csv", 1, "review", "review"),
    Case("heading_typo", both(replace("units.csv", "self_pv_max_mwh", "self_pv_max_mhw"), cell("units", 2, "self_pv_base_mwh", "0")), "unknown_column", "units.csv", 1, "self_pv_max_mhw"),
    Case("chinese_heading", replace("projects.csv", "replaced_energy_tce", "置换能耗"), "unknown_column", "projects.csv", 1, "置换能耗"),
    Case("no_source", drop_column("units", "source"), "missing_column", "units.csv", 1, "source"),
    Case("no_key", drop_column("measures", "measure_id"), "missing_column", "measures.csv", 1, "measure_id"),
    Case("comma_in_name", replace("measures.csv", "变频", "变频,调速"), "row_length", "measures.csv", 3, None),
    Case("row_cut_off", replace("gdp.csv", ",test,estimated", ""), "row_length", "gdp.csv", 2, None),
    Case("same_id", cell("measures", 3, "measure_id", "M1"), "duplicate_key", "measures.csv", 3, "measure_id", "M1"),
    Case("same_id_after_trim", cell("measures", 3, "measure_id", " M1\u3000"), "duplicate_key", "measures.csv", 3, "measure_id", "M1"),
    Case("same_double_key", cell("unit_energy", 4, "use", "fuel"), "duplicate_key", "unit_energy.csv", 4, "use", "00123, raw_coal, fuel"),
    # cells
    Case("nothing_where_needed", cell("units", 2, "value_added_wan_yuan", " "), "missing_value", "units.csv", 2, "value_added_wan_yuan"),
    Case("no_id", cell("resources", 2, "resource_id", ""), "missing_value", "resources.csv", 2, "resource_id"),
    Case("no_basis", cell("gdp", 2, "basis", ""), "missing_value", "gdp.csv", 2, "basis"),
    Case("lost_text", cell("units", 3, "name", "锟斤拷电厂"), "lost_character", "units.csv", 3, "name"),
    Case("break_in_cell", cell("units", 3, "name", "乙\n电厂"), "line_break", "units.csv", 3, "name"),
    Case("zero_width_space", cell("units", 3, "name", "乙\u200b电厂"), "control_character", "units.csv", 3, "name"),
    Case("bell", cell("units", 3, "name", "乙\x07电厂"), "control_character", "units.csv", 3, "name", "乙\\x07电厂"),
    Case("hash_ref", cell("units", 2, "activity_max", "#REF!"), "spreadsheet_error", "units.csv", 2, "activity_max"),
    Case("too_narrow", cell("units", 2, "activity_max", "########"), "spreadsheet_error", "units.csv", 2, "activity_max"),
    Case("text_in_number", cell("units", 2, "activity_max", "满负荷"), "not_a_number", "units.csv", 2, "activity_max", "满负荷"),
    Case("dash_for_nothing", cell("units", 2, "process_co2_t", "-"), "not_a_number", "units.csv", 2, "process_co2_t"),
    Case("underscore", cell("gdp", 2, "base_wan_yuan", "1_000"), "not_a_number", "gdp.csv", 2, "base_wan_yuan"),
    Case("nan", cell("units", 2, "activity_max", "NaN"), "not_finite", "units.csv", 2, "activity_max", "NaN"),
    Case("inf", cell("units", 2, "activity_max", "-inf"), "not_finite", "units.csv", 2, "activity_max"),
    Case("full_width", cell("units", 2, "activity_max", "１．２"), "full_width", "units.csv", 2, "activity_max", "１．２"),
    Case("thousands", cell("gdp", 2, "base_wan_yuan", "1,000"), "thousands_separator", "gdp.csv", 2, "base_wan_yuan", "1,000"),
    Case("spaced_thousands", cell("gdp", 2, "base_wan_yuan", "1 000"), "thousands_separator", "gdp.csv", 2, "base_wan_yuan"),
    Case("decimal_comma", cell("units", 2, "activity_max", "1,2"), "decimal_comma", "units.csv", 2, "activity_max"),
    Case("percent", cell("gdp", 2, "growth", "5%"), "percent_sign", "gdp.csv", 2, "growth", "5%"),
    Case("full_width_percent", cell("gdp", 2, "growth", "５．５％"), "percent_sign", "gdp.csv", 2, "growth"),
    Case("unit_word", cell("society", 2, "base_fuel_tce", "100 tce"), "unit_in_number", "society.csv", 2, "base_fuel_tce"),
    Case("wan", cell("gdp", 2, "base_wan_yuan", "0.1万"), "unit_in_number", "gdp.csv", 2, "base_wan_yuan"),
    Case("currency", cell("gdp", 2, "base_wan_yuan", "¥1000"), "unit_in_number", "gdp.csv", 2, "base_wan_yuan"),
    Case("formula_in_number", cell("gdp", 2, "base_wan_yuan", "=500*2"), "formula", "gdp.csv", 2, "base_wan_yuan"),
    Case("formula_as_id", cell("resources", 2, "resource_id", '=HYPERLINK("x")'), "formula_like_id", "resources.csv", 2, "resource_id"),
    Case("at_as_id", cell("measures", 3, "measure_id", "@SUM"), "formula_like_id", "measures.csv", 3, "measure_id"),
    Case("id_as_float", cell("measures", 3, "measure_id", "1.5E+17"), "scientific_id", "measures.csv", 3, "measure_id"),
    Case("code_as_float", cell("units", 2, "credit_code", "1.5E+17"), "scientific_credit_code", "units.csv", 2, "credit_code", "1.5E+17"),
    Case("short_code", cell("units", 2, "credit_code", "9135010000100Y43"), "credit_code_length", "units.csv", 2, "credit_code"),
    Case("code_with_o", cell("units", 2, "credit_code", "9135O100M000100Y43"), "credit_code_characters", "units.csv", 2, "credit_code"),
    Case("half_a_month", cell("projects", 2, "start_month", "7.5"), "not_an_integer", "projects.csv", 2, "start_month"),
    Case("half_a_tonne", cell("adjustments", 2, "tce", "-5.5"), "not_an_integer", "adjustments.csv", 2, "tce"),
    Case("maybe", cell("units", 2, "is_leader", "也许"), "not_a_flag", "units.csv", 2, "is_leader"),
    Case("day_first", cell("decisions", 2, "date", "11/2/2022"), "not_a_date", "decisions.csv", 2, "date"),
    Case("no_such_day", cell("decisions", 2, "date", "2022-02-30"), "not_a_date", "decisions.csv", 2, "date"),
    Case("serial_day", cell("decisions", 2, "date", "44603"), "not_a_date", "decisions.csv", 2, "date"),
    Case("wrong_unit_word", cell("products", 2, "output_unit", "吨"), "not_a_choice", "products.csv", 2, "output_unit", "吨"),
    Case("typo_in_choice", cell("units", 2, "review", "aproved"), "not_a_choice", "units.csv", 2, "review", "aproved"),
    Case("excluded_carbon", cell("exclusions", 2, "measure", "carbon"), "not_a_choice", "exclusions.csv", 2, "measure", "carbon"),
    Case("negative", cell("unit_energy", 3, "quantity", "-500"), "below_minimum", "unit_energy.csv", 3, "quantity", "-500"),
    Case("share_in_percent", cell("projects", 2, "load_max", "80"), "above_maximum", "projects.csv", 2, "load_max"),
    Case("fourteenth_month", cell("projects", 2, "start_month", "14"), "above_maximum", "projects.csv", 2, "start_month"),
    Case("absurd", cell("resources", 2, "budget", "1e300"), "above_maximum", "resources.csv", 2, "budget"),
    Case("overflow", cell("resources", 2, "budget", "1e999"), "above_maximum", "resources.csv", 2, "budget"),
    # inheritance
    Case("no_parent", setting("", 'inherits = "../dalad"'), "missing_parent", TOML, 1, "inherits", "../dalad"),
    Case("impossible_parent", setting("", 'inherits = "a\\u0000b"'), "missing_parent", TOML, 1, "inherits"),
    Case("own_parent", setting("", 'inherits = "scenario"'), "cyclic_inheritance", TOML, 1, "inherits"),
    # settings
    Case("unknown_section", replace(TOML, "[policy]", "[polcy]"), "unknown_setting", TOML, 13, "polcy"),
    Case("unknown_key", setting("policy", "head_room_share = 0.1"), "unknown_setting", TOML, 14, "policy.head_room_share"),
    Case("key_in_wrong_section", setting("", "intensity_reduction = 0.1"), "unknown_setting", TOML, 1, "intensity_reduction"),
    Case("no_title", replace(TOML, 'title_zh = "测试"\n', ""), "missing_setting", TOML, None, "title_zh"),
    Case("no_targets", replace(TOML, "[targets]\nmanage_total = true\nincrement_tce_eq = 100.0\nintensity_reduction = 0.03\n", ""), "missing_setting", TOML, None, "targets"),
    Case("quoted_number", setting("targets", 'intensity_reduction = "0.03"'), "wrong_type", TOML, 11, "targets.intensity_reduction", "0.03"),
    Case("quoted_percent", setting("targets", 'intensity_reduction = "3%"'), "percent_sign", TOML, 11, "targets.intensity_reduction"),
    Case("number_for_flag", setting("targets", "manage_total = 1"), "wrong_type", TOML, 9, "targets.manage_total"),
    Case("number_for_text", setting("", "title_zh = 5"), "wrong_type", TOML, 1, "title_zh"),
    Case("number_for_section", both(replace(TOML, "[accounting]\nrenewable_share_required = 0.2\ngrid_factor = \"north-2021\"\n", ""), setting("", "accounting = 3")), "wrong_type", TOML, 1, "accounting", "3"),
    Case("half_a_year", setting("", "base_year = 2021.5"), "not_an_integer", TOML, 3, "base_year"),
    Case("long_ago", setting("", "base_year = 202"), "below_minimum", TOML, 3, "base_year"),
    Case("three_quarters", replace(TOML, "    0.25,\n", ""), "wrong_count", TOML, 15, "policy.quarter_shares"),
    Case("five_quarters", replace(TOML, "    0.25,\n", "    0.25,\n    0.0,\n"), "wrong_count", TOML, 15, "policy.quarter_shares"),
    Case("odd_quarters", replace(TOML, "    0.25,\n", "    0.5,\n"), "quarters_sum", TOML, 15, "policy.quarter_shares"),
    Case("no_time", setting("", "solve = {time_limit_s = 0}"), "not_above", TOML, 1, "solve.time_limit_s"),
    Case("reduction_of_all", setting("targets", "intensity_reduction = 3"), "not_below", TOML, 11, "targets.intensity_reduction", "3"),
    Case("share_above_one", setting("policy", "headroom_share = 3.0"), "above_maximum", TOML, 14, "policy.headroom_share"),
    Case("toml_nan", setting("targets", "increment_tce_eq = nan"), "not_finite", TOML, 10, "targets.increment_tce_eq"),
    Case("no_such_nature", setting("", 'nature = "offical"'), "not_a_choice", TOML, 1, "nature"),
    Case("no_date", setting("", 'as_of = "11.2.2022"'), "not_a_date", TOML, 5, "as_of"),
    Case("no_such_clause", setting("", 'disabled_clauses = ["3.3.1x"]'), "unknown_clause", TOML, 1, "disabled_clauses", "3.3.1x"),
    Case("waiver_for_nothing", setting("targets", 'waiver_document = "函"'), "waiver_needs_incentive", TOML, 9, "targets.waiver_document", "函"),
    Case("no_increment", replace(TOML, "increment_tce_eq = 100.0\n", ""), "total_needs_increment", TOML, 8, "targets.increment_tce_eq"),
    Case("plan_first", setting("", "plan_year = 2020"), "plan_before_base", TOML, 4, "plan_year", "2020"),
    # agreement between tables
    Case("dangling_sector", cell("projects", 2, "sector_id", "chemm"), "dangling_reference", "projects.csv", 2, "sector_id", "chemm"),
    Case("lost_zeros", cell("adjustments", 2, "unit_id", "123"), "dangling_reference", "adjustments.csv", 2, "unit_id", "123"),
    Case("dangling_carrier", cell("measures", 3, "carrier_id", "steam"), "dangling_reference", "measures.csv", 3, "carrier_id", "steam"),
    Case("dangling_target", cell("decisions", 2, "target_id", "P9"), "dangling_reference", "decisions.csv", 2, "target_id"),
    Case("id_used_twice", add_row("projects", {"project_id": "U2", "name": "x", "value_added_wan_yuan": 1}), "id_used_twice", "projects.csv", 3, "project_id", "U2"),
    Case("no_carriers", remove("carriers.csv"), "missing_table", "carriers.csv", None, None),
    Case("no_electricity", both(remove("measures.csv"), NO_GREEN, replace("project_energy.csv", "electricity", "electric"), replace("carriers.csv", "electricity", "electric"), replace("unit_energy.csv", "electricity", "electric"), replace("unit_energy.csv", "electricity", "electric")), "no_electricity", "carriers.csv", None, "carrier_id"),
    Case("kwh", cell("carriers", 2, "unit", "kWh"), "electricity_unit", "carriers.csv", 2, "unit", "kWh"),
    Case("carbon_twice", cell("carriers", 2, "co2_t_per_unit", "0.581"), "electricity_carbon", "carriers.csv", 2, "co2_t_per_unit"),
    Case("electric_material", cell("project_energy", 2, "use", "feedstock"), "electricity_as_feedstock", "project_energy.csv", 2, "use"),
    # a missing table is told once, not once for every row that refers to it
    Case("no_units", remove("units.csv"), "missing_table", "units.csv", None, None),
    Case("no_units_but_headings", content("units.csv", b"unit_id,name,sector_id,value_added_wan_yuan,source,basis\n"), "missing_table", "units.csv", None, None),
    Case("no_sectors", remove("sectors.csv"), "missing_table", "sectors.csv", None, None),
    Case("no_benchmarks", remove("benchmarks.csv"), "missing_table", "benchmarks.csv", None, None),
    Case("no_projects", both(remove("projects.csv"), remove("decisions.csv", "resource_use.csv")), "missing_table", "projects.csv", None, None),
    Case("no_unit_energy", both(remove("unit_energy.csv"), setting("", "counted_base_tce = 2893.98")), "missing_table", "unit_energy.csv", None, None),
    Case("no_project_energy", remove("project_energy.csv"), "missing_table", "project_energy.csv", None, None),
    # U1 takes in 1000 MWh of electricity, 500 t and 100 t of coal: 122.9 + 357.15 + 71.43 = 551.48 tce, of which
    # a twentieth more is 579.054; its product takes 0.2 tce/t
    Case("product_above_use", cell("products", 2, "output", "2896"), "product_energy_above_use", "products.csv", 2, "specific_energy", "200"),
    Case("grams_for_kilograms", cell("products", 2, "specific_energy", "200000"), "product_energy_above_use", "products.csv", 2, "specific_energy", "200000"),
    Case("product_above_electricity", both(cell("products", 2, "benchmark_key", ""), cell("products", 2, "specific_unit", "kWh/t"), cell("products", 2, "specific_energy", "1051")), "product_energy_above_use", "products.csv", 2, "specific_energy", "1051"),
    Case("product_of_nothing", both(add_row("units", {"unit_id": "U3", "name": "x", "sector_id": "chem", "value_added_wan_yuan": 0}), add_row("products", {"unit_id": "U3", "product": "x", "output": 1, "output_unit": "t"})), "product_without_energy", "products.csv", 3, "unit_id", "U3"),
    Case("perpetual_motion", cell("unit_energy", 6, "quantity", "1e6"), "output_above_input", "unit_energy.csv", 6, "quantity"),
    Case("saves_too_much", cell("measures", 3, "saving_quantity", "951"), "saving_above_use", "measures.csv", 3, "saving_quantity"),
    Case("nobodys_measure", cell("measures", 3, "unit_id", ""), "measure_owner", "measures.csv", 3, "unit_id"),
    Case("homes_save_too_much", add_row("measures", {"measure_id": "M3", "name": "x", "line_id": "homes", "carrier_id": "electricity", "saving_quantity": 211}), "saving_above_use", "measures.csv", 4, "saving_quantity"),
    Case("source_of_nobody", cell("replacements", 2, "unit_id", ""), "replacement_source", "replacements.csv", 2, "unit_id"),
    Case("source_of_no_share", both(cell("replacements", 2, "capacity_share", "0"), cell("replacements", 2, "energy_tce", "0")), "replacement_share", "replacements.csv", 2, "capacity_share"),
    Case("source_too_late", cell("replacements", 2, "start_month", "8"), "replacement_too_late", "replacements.csv", 2, "start_month", "8"),
    # 551.48 tce taken in, half of it
    Case("source_above_use", cell("replacements", 2, "energy_tce", "276"), "replacement_above_use", "replacements.csv", 2, "energy_tce", "276"),
    Case("source_named_twice", both(add_row("projects", {"project_id": "P2", "name": "x", "value_added_wan_yuan": 1}), add_row("project_energy", {"project_id": "P2", "carrier_id": "electricity", "use": "fuel", "quantity": 1}), cell("replacements", 2, "unit_id", ""), cell("replacements", 2, "document", "D"), add_row("replacements", {"replacement_id": "R2", "project_id": "P2", "document": "D", "capacity": 1, "energy_tce": 1})), "document_used_twice", "replacements.csv", 3, "document", "D"),
    Case("line_of_another", cell("capacity_replacements", 2, "unit_id", "U2"), "pair_of_other_unit", "capacity_replacements.csv", 2, "project_id", "P1"),
    # carbon and tariffs
    Case("factor_of_other_parts", cell("carriers", 3, "co2_t_per_unit", "1.95"), "carrier_factor", "carriers.csv", 3, "co2_t_per_unit", "1.95"),
    Case("factor_of_two_parts", cell("carriers", 3, "oxidation_share", ""), "carrier_factor_parts", "carriers.csv", 3, "oxidation_share"),
    Case("misspelt_grid", setting("accounting", 'grid_factor = "north-2012"'), "unknown_grid_factor", TOML, None, "accounting.grid_factor", "north-2012"),
    Case("process_of_other_sum", cell("units", 3, "process_co2_t", "50"), "process_sum", "units.csv", 3, "process_co2_t", "50"),
    Case("process_below_zero", cell("process_emissions", 3, "factor", "30"), "process_negative", "units.csv", 3, "process_co2_t"),
    Case("steps_of_no_size", cell("tariffs", 2, "step_kwh", ""), "tariff_without_step", "tariffs.csv", 2, "step_kwh"),
    Case("steps_of_no_line", cell("tariffs", 2, "benchmark_key", ""), "tariff_without_line", "tariffs.csv", 2, "benchmark_key"),
    Case("nothing_weighs", both(cell("evaluation", 2, "weight", "0"), cell("evaluation", 3, "weight", "0")), "evaluation_no_weight", "evaluation.csv", 2, "weight", "0"),
    Case("cap_of_nothing", cell("evaluation", 2, "cap", "0"), "not_positive", "evaluation.csv", 2, "cap", "0"),
    Case("surcharge_in_fen", cell("tariffs", 2, "yuan_per_kwh", "30"), "above_maximum", "tariffs.csv", 2, "yuan_per_kwh", "30"),
    Case("grades_upside_down", setting("", "evaluation = { grade_scores = [60, 75, 90] }"), "grade_order", TOML, 1, "evaluation.grade_scores"),
    Case("trade_prices_crossed", setting("", "trade = { reserve_price_wan_yuan_per_tce_eq = 0.5 }"), "trade_prices", TOML, 1, "trade.reserve_price_wan_yuan_per_tce_eq"),
    Case("retired_as_measure", cell("retirements", 2, "retirement_id", "M1"), "id_used_twice", "retirements.csv", 2, "retirement_id", "M1"),
    Case("greener_than_use", cell("units", 2, "self_pv_base_mwh", "901"), "green_above_use", "units.csv", 2, "green_base_mwh"),
    Case("pv_above_use", both(NO_GREEN, cell("units", 3, "self_pv_base_mwh", "1")), "green_above_use", "units.csv", 3, "self_pv_base_mwh"),
    Case("greener_than_supply", cell("units", 2, "green_base_mwh", "401"), "green_above_supply", "units.csv", 2, "green_base_mwh"),
    Case("more_new_than_needed", cell("society", 2, "electrified_mwh", "1e9"), "electrified_above_need", "society.csv", 2, "electrified_mwh"),
    Case("output_of_nothing", content("output_targets.csv", b"product,min_output,source,basis\ngold,1,x,estimated\n"), "unknown_product", "output_targets.csv", 2, "product", "gold"),
    Case("load_order", cell("projects", 2, "load_max", "0.4"), "load_order", "projects.csv", 2, "load_min", "0.5"),
    Case("load_order_default", both(cell("projects", 2, "load_min", ""), cell("projects", 2, "load_max", "0.4")), "load_order", "projects.csv", 2, "load_min", ""),
    Case("activity_order", cell("units", 2, "activity_max", "0.4"), "activity_order", "units.csv", 2, "activity_min"),
    Case("specific_without_unit", cell("products", 2, "specific_unit", ""), "specific_unit_missing", "products.csv", 2, "specific_unit"),
    Case("benchmark_without_figure", cell("projects", 2, "specific_energy", ""), "specific_energy_missing", "projects.csv", 2, "specific_energy"),
    Case("benchmark_unit", cell("projects", 2, "specific_unit", "kWh/t"), "benchmark_unit", "projects.csv", 2, "specific_unit"),
    Case("output_unit", cell("products", 2, "output_unit", "MWh"), "output_unit", "products.csv", 2, "output_unit"),
    Case("two_years", both(setting("policy", 'base_method = "mean_of_three"'), cell("unit_history", 7, "year", "2022")), "history_years", "units.csv", 3, "unit_id", "U2"),
    Case("no_output", both(setting("policy", 'base_method = "output_adjusted"'), cell("unit_history", 2, "output", "")), "history_output", "units.csv", 2, "unit_id", "00123"),
    Case("zero_output", both(setting("policy", 'base_method = "output_adjusted"'), cell("unit_history", 7, "output", "0")), "history_output", "units.csv", 3, "unit_id"),
    Case("gdp_sum", setting("", "gdp_base_wan_yuan = 2602"), "gdp_sum", TOML, None, "gdp_base_wan_yuan", "2602"),
    Case("counted_sum", setting("", "counted_base_tce = 4000"), "counted_sum", TOML, None, "counted_base_tce", "4000"),
    Case("no_gdp", _no_gdp, "intensity_without_gdp", TOML, None, "targets.intensity_reduction"),
    Case("idle_sector", add_row("sectors", {"sector_id": "idle", "name": "x", "intensity_reduction": 0.1}), "sector_without_value_added", "sectors.csv", 4, "intensity_reduction"),
    Case("admit_a_unit", cell("decisions", 2, "target_id", "U2"), "admission_of_unit", "decisions.csv", 2, "target_id"),
    Case("half_admitted", cell("decisions", 2, "value", "0.5"), "admission_value", "decisions.csv", 2, "value"),
    Case("no_evaluation_benchmark", cell("evaluation", 2, "benchmark", ""), "evaluation_benchmark", "evaluation.csv", 2, "benchmark"),
    Case("loophole", cell("projects", 2, "capacity", ""), "restricted_without_capacity", "projects.csv", 2, "capacity"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_corruption_is_named(case: Case, tmp_path: Path) -> None:
    folder = valid(tmp_path / "scenario")
    case.spoil(folder)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    with pytest.raises(ScenarioError) as caught:
        load(folder)
    problems = caught.value.problems
    expected = (case.rule, case.file, case.row, case.column)
    assert [(p.rule, p.file, p.row, p.column) for p in problems] == [expected]
    if case.value is not None:
        assert problems[0].value == case.value
    for kind in ("problem", "remedy"):
        for lang in ("zh", "en"):
            place = {"file": case.file, "row": case.row, "column": case.column, "value": problems[0].value}
            assert say(f"{kind}.{case.rule}", lang, **place, **problems[0].params)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before, "a file was written"


def test_there_are_fifty() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 50


def test_the_unspoilt_scenario_is_valid(tmp_path: Path) -> None:
    assert load(valid(tmp_path / "scenario")).notes == ()


# Rules that need more than one spoilt file; the test named beside each shows them (test_scenario*.py).
ELSEWHERE = {
    "missing_folder": "test_scenario::test_missing_folder",
    "not_a_folder": "test_scenario::test_file_for_folder",
    "unreadable": "test_scenario::test_unreadable_file",
    "bad_setting": "test_scenario_rules::test_unforeseen_error_of_a_setting",
    "cell_key": "test_cell_overrides::test_every_problem_at_once_with_the_key_as_its_place",
    "unknown_row": "test_cell_overrides::test_every_problem_at_once_with_the_key_as_its_place",
    **dict.fromkeys(
        ("sweep_without_scenario", "sweep_empty", "sweep_name_twice", "sweep_too_large", "sweep_no_file"),
        "test_batch_sweep",
    ),
    **dict.fromkeys(("years_in_a_row", "past_after_open", "nothing_to_decide", "path_sum"), "test_horizon"),
    **dict.fromkeys(
        ("link_target", "link_value", "link_twice"), "test_horizon::test_links_that_say_nonsense_are_refused"
    ),
    "nothing_to_delete": "test_scenario_inheritance::test_deleting_what_is_not_there",
}


def test_every_rule_has_a_corruption() -> None:
    errors = {rule for rule in RULES if not rule.startswith("note_")}
    network = {case.rule for case in network_cases.CASES} | set(network_cases.SEVERAL)
    assert {case.rule for case in CASES} | set(ELSEWHERE) | network == errors
