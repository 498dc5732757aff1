"""What is wrong with a scenario: one `Problem` per finding, all of them together in a `ScenarioError`.

A problem carries no sentence, only the id of one: `problem.<rule>` says what is wrong and `remedy.<rule>` how
to mend it, in the catalogue of messages. `RULES` lists every rule and the parameters its sentences may use.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# rule id -> names of its parameters. A rule that starts with `note_` is a remark, not an error.
RULES: Mapping[str, tuple[str, ...]] = {
    # the folder and its files
    "missing_folder": ("suggestion",),
    "not_a_folder": (),
    "missing_file": ("suggestion",),
    "not_a_file": (),
    "unreadable": ("reason",),
    "unknown_file": ("suggestion",),
    "spreadsheet_file": ("expected",),
    "empty_file": (),
    "binary_junk": (),
    "utf16": (),
    "undecodable": (),
    "csv_syntax": ("detail",),
    "toml_syntax": ("detail",),
    "wrong_delimiter": ("delimiter",),
    # headings and rows
    "empty_heading": ("position",),
    "duplicate_heading": (),
    "unknown_column": ("suggestion",),
    "missing_column": (),
    "row_length": ("expected", "found"),
    "duplicate_key": ("key", "first_row"),
    # cells
    "missing_value": (),
    "lost_character": (),
    "line_break": (),
    "control_character": ("code",),
    "spreadsheet_error": (),
    "formula": (),
    "formula_like_id": (),
    "scientific_id": (),
    "scientific_credit_code": (),
    "credit_code_length": ("length",),
    "credit_code_characters": ("characters",),
    "not_a_number": (),
    "not_finite": (),
    "full_width": ("plain",),
    "thousands_separator": ("plain",),
    "decimal_comma": ("plain",),
    "percent_sign": ("plain",),
    "unit_in_number": ("number", "word"),
    "not_an_integer": (),
    "not_a_flag": (),
    "not_a_date": (),
    "not_a_choice": ("choices", "suggestion"),
    "below_minimum": ("minimum",),
    "above_maximum": ("maximum",),
    # inheritance
    "missing_parent": ("suggestion",),
    "cyclic_inheritance": ("chain",),
    "nothing_to_delete": ("suggestion",),
    # settings
    "unknown_setting": ("suggestion",),
    "missing_setting": (),
    "wrong_type": ("expected",),
    "wrong_count": ("expected",),
    "not_above": ("limit",),
    "not_below": ("limit",),
    "bad_setting": ("detail",),
    "unknown_clause": ("suggestion",),
    "waiver_needs_incentive": (),
    "total_needs_increment": (),
    "quarters_sum": (),
    "grade_order": (),
    "trade_prices": (),
    "plan_before_base": (),
    # overrides of cells
    "cell_key": ("expected",),
    "unknown_row": ("table", "key", "suggestion"),
    # sweeps
    "sweep_without_scenario": (),
    "sweep_no_file": ("suggestion",),
    "sweep_empty": (),
    "sweep_name_twice": ("first", "second"),
    "sweep_too_large": ("count", "most"),
    # horizons of several years
    "years_in_a_row": ("expected",),
    "past_after_open": (),
    "nothing_to_decide": (),
    "path_sum": (),
    # what must agree between cells, rows and tables
    "dangling_reference": ("tables", "suggestion"),
    "id_used_twice": ("other",),
    "missing_table": ("needed_by",),
    "no_electricity": ("suggestion",),
    "electricity_unit": (),
    "electricity_carbon": (),
    "electricity_as_feedstock": (),
    "output_above_input": ("input", "output"),
    "product_without_energy": (),
    "product_energy_above_use": ("product", "use", "unit"),
    "saving_above_use": ("use", "saving"),
    "green_above_use": ("use", "green"),
    "green_above_supply": ("supply", "total"),
    "electrified_above_need": ("need",),
    "unknown_product": ("suggestion",),
    "load_order": ("minimum", "maximum"),
    "activity_order": ("minimum", "maximum"),
    "specific_unit_missing": (),
    "specific_energy_missing": (),
    "benchmark_unit": ("expected",),
    "output_unit": ("expected",),
    "history_years": ("found",),
    "history_output": ("year",),
    "gdp_sum": ("sum", "difference"),
    "counted_sum": ("sum", "difference"),
    "intensity_without_gdp": (),
    "sector_without_value_added": (),
    "admission_of_unit": (),
    "admission_value": (),
    "link_target": (),
    "link_value": (),
    "link_twice": (),
    "evaluation_benchmark": (),
    "evaluation_no_weight": (),
    "not_positive": (),
    "restricted_without_capacity": (),
    # carbon and tariffs
    "carrier_factor": ("derived",),
    "carrier_factor_parts": (),
    "unknown_grid_factor": ("suggestion",),
    "process_sum": ("sum",),
    "process_negative": ("sum",),
    "tariff_without_step": (),
    "tariff_without_line": (),
    "measure_owner": (),
    "replacement_source": (),
    "replacement_share": (),
    "replacement_too_late": ("start",),
    "document_used_twice": ("other",),
    "replacement_above_use": ("use", "energy"),
    "pair_of_other_unit": ("unit",),
    # the power network
    "line_to_nowhere": ("suggestion",),
    "line_to_itself": (),
    "unknown_bus": ("suggestion",),
    "unknown_build": ("suggestion",),
    "load_without_supply": ("buses",),
    "owner_not_connected": ("mwh",),
    "renewable_without_profile": (),
    "unit_without_generation": (),
    "generation_without_plant": ("mwh",),
    "profile_kind": ("expected",),
    "retrofit_of_renewable": (),
    "retrofit_above_capacity": ("capacity", "retrofit"),
    "build_cycle": ("chain",),
    "builds_exclude": ("other",),
    "missing_profiles": (),
    "profile_without_series": (),
    "profile_rows": ("expected", "found"),
    "profile_hour": ("expected",),
    "profile_mean": ("mean",),
    "profile_more_cells": ("count",),
    # remarks
    "note_gb18030": (),
    "note_leap_day": (),
    "note_encoding_unclear": ("read", "other"),
    "note_credit_code_check": (),
    "note_override_keeps_basis": ("count",),
    "note_no_advanced_line": ("as_of",),
    "note_three_high_without_line": (),
    "note_electricity_factor": (),
    "note_output_without_input": (),
    "note_products_above_use": ("product", "use", "unit"),
    "note_products_below_use": ("product", "use", "unit"),
    "note_no_energy": ("energy_file",),
    "note_grid_factor_later": ("published",),
    "note_pv_max_below_base": ("base",),
    "note_thermal_without_unit": (),
    "note_generation_outside": (),
    "note_load_without_use": (),
    "note_load_needs_build": ("builds",),
    "note_load_before_build": ("start", "month"),
    "note_needs_later_build": ("other", "month"),
}
_LONGEST_VALUE = 80


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the input, or one remark about it.

    `file` is relative to the scenario folder (`../parent/units.csv` for a parent's), `row` the line in the
    file (heading = 1) or None, `column` the column or the dotted setting, `value` the text found, shortened.
    """

    file: str
    row: int | None
    column: str | None
    value: str
    rule: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        place = self.file + (f":{self.row}" if self.row is not None else "")
        column = f" {self.column}" if self.column else ""
        return f"{place}{column}: {self.rule}" + (f" ({self.value})" if self.value else "")


class ScenarioError(Exception):
    """A scenario that cannot be used. `problems` are all the problems found, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Findings:
    """Collects problems and notes while a scenario is read, so that all are told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []

    def add(
        self,
        rule: str,
        file: str,
        row: int | None = None,
        column: str | None = None,
        value: object = "",
        **params: object,
    ) -> None:
        """Record a finding. KeyError or TypeError if the rule or its parameters are not those of `RULES`."""
        if set(RULES[rule]) != set(params):
            raise TypeError(f"{rule} takes {RULES[rule]}, not {tuple(params)}")
        texts = {name: str(param) for name, param in params.items()}
        problem = Problem(file, row, column, shorten(value), rule, texts)
        found = self.notes if rule.startswith("note_") else self.problems
        if problem not in found:
            found.append(problem)


def shorten(value: object) -> str:
    """A value as one short printable line."""
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(value)[: 2 * _LONGEST_VALUE])
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like `word`; if none is alike, the three least unlike; "—" if none is known."""
    options = sorted(set(known))
    close = difflib.get_close_matches(word, options, n=1, cutoff=0.6)
    return ", ".join(close or difflib.get_close_matches(word, options, n=3, cutoff=0.0)) or "—"


def plain(number: float) -> str:
    """A number as a person would write it: no trailing zeros, no exponent."""
    return f"{number:.6f}".rstrip("0").rstrip(".") if abs(number) < 1e16 else repr(number)
