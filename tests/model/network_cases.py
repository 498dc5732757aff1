# ruff: noqa: E501 - a row or case is a line, so that tables can be read
"""The scenario of `corruption` with a small power network, and corruptions of it: each gives its own problem."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.model.corruption import (
    SETTINGS,
    TABLES,
    Case,
    Spoil,
    add_row,
    both,
    cell,
    content,
    drop_column,
    remove,
)
from tests.model.scenario_factory import Row, write_scenario

Floats = npt.NDArray[np.float64]
HOURS = 8760
PROFILES = "power/profiles.csv"

# a - b are connected; c is reached by the committed line B1 from March on; d only by the open B2.
NETWORK: dict[str, list[Row]] = {
    "power/buses": [{"bus_id": bus, "voltage_kv": 110} for bus in "abcd"],
    "power/builds": [
        {"build_id": "B1", "annual_cost_wan_yuan": 10, "start_month": 3, "status": "committed"},
        {"build_id": "B2", "annual_cost_wan_yuan": 10, "start_month": 5, "requires_id": "B1", "excludes_id": "B3"},
        {"build_id": "B3", "annual_cost_wan_yuan": 10, "start_month": 5},
    ],
    "power/branches": [
        {"branch_id": "ab", "from_bus": "a", "to_bus": "b", "kind": "line", "reactance_pu": 0.1, "capacity_mw": 50},
        {"branch_id": "bc", "from_bus": "b", "to_bus": "c", "kind": "line", "reactance_pu": 0.1, "capacity_mw": 50, "build_id": "B1"},
        {"branch_id": "cd", "from_bus": "c", "to_bus": "d", "kind": "transformer", "reactance_pu": 0.1, "capacity_mw": 50, "build_id": "B2"},
    ],
    "power/plants": [
        {"plant_id": "T", "bus_id": "a", "kind": "thermal", "capacity_mw": 10, "pmin_share": 0.5, "unit_id": "U2", "hours_floor": 1000},
        {"plant_id": "S", "bus_id": "b", "kind": "pv", "capacity_mw": 5, "profile_id": "sun"},
    ],
    "power/retrofits": [{"plant_id": "T", "build_id": "B3", "capacity_mw": 4, "pmin_share": 0.3}],
    "power/storage": [
        {"storage_id": "K", "bus_id": "b", "power_mw": 1, "energy_mwh": 2, "efficiency_in": 0.9, "efficiency_out": 0.9},
    ],
    "power/exchange": [{"exchange_id": "X", "bus_id": "a", "import_mw": 5, "export_mw": 5, "import_yuan_per_mwh": 300}],
    "power/loads": [
        {"owner_id": "00123", "bus_id": "b", "profile_id": "flat", "flexible_share": 0.1, "flexible_peak": 2},
        {"owner_id": "P1", "bus_id": "c", "profile_id": "flat"},
        {"owner_id": "homes", "bus_id": "b", "profile_id": "evening"},
    ],
    "power/profile_names": [
        {"profile_id": "sun", "name": "光伏", "kind": "output"},
        {"profile_id": "flat", "name": "平直", "kind": "load"},
        {"profile_id": "evening", "name": "晚高峰", "kind": "load", "is_synthetic": 0},
    ],
}  # fmt: skip


def profiles() -> dict[str, Floats]:
    """Sun from six to eighteen, a flat load, a load twice as high in the evening half of the day."""
    hour = np.arange(HOURS) % 24
    return {
        "sun": np.round(np.maximum(0, np.sin((hour - 6) / 12 * np.pi)), 4),
        "flat": np.ones(HOURS),
        "evening": np.where(hour < 12, 2 / 3, 4 / 3).round(4),
    }


def write_profiles(folder: Path, columns: Mapping[str, Floats]) -> Path:
    """Write power/profiles.csv with the given columns."""
    path = folder / PROFILES
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_text(columns), encoding="utf-8")
    return path


def _text(columns: Mapping[str, Floats]) -> str:
    cells = [[f"{value:g}" for value in values.tolist()] for values in columns.values()]
    rows = zip(map(str, range(HOURS)), *cells, strict=True)
    return "\n".join(",".join(row) for row in [("hour", *columns), *rows]) + "\n"


_VALID = _text(profiles())


def valid(folder: Path) -> Path:
    """The valid scenario with its network."""
    write_scenario(folder, SETTINGS, **TABLES, **NETWORK)
    (folder / PROFILES).write_text(_VALID, encoding="utf-8")
    return folder


def lines(change: Callable[[list[str]], list[str]]) -> Spoil:
    """Change the lines of profiles.csv (the heading is line 0, hour h is line h + 1)."""

    def spoil(folder: Path) -> None:
        path = folder / PROFILES
        path.write_text("\n".join(change(path.read_text(encoding="utf-8").splitlines())), encoding="utf-8")

    return spoil


def hour_cell(hour: int, place: int, text: str) -> Spoil:
    """Replace a cell of an hour; place 0 is the hour itself, 1 sun, 2 flat, 3 evening."""

    def change(all_lines: list[str]) -> list[str]:
        cells = all_lines[hour + 1].split(",")
        cells[place] = text
        return [*all_lines[: hour + 1], ",".join(cells), *all_lines[hour + 2 :]]

    return lines(change)


def column(name: str, values: Callable[[Floats], Floats]) -> Spoil:
    """Change all figures of a profile."""

    def spoil(folder: Path) -> None:
        write_profiles(folder, {**profiles(), name: values(profiles()[name])})

    return spoil


def no_column(name: str) -> Spoil:
    """Leave out a profile."""

    def spoil(folder: Path) -> None:
        write_profiles(folder, {key: values for key, values in profiles().items() if key != name})

    return spoil


def _unconnected_island(folder: Path) -> None:
    add_row("power/buses", {"bus_id": "e", "name": "e", "voltage_kv": 10})(folder)
    add_row("power/buses", {"bus_id": "f", "name": "f", "voltage_kv": 10})(folder)
    line: Row = {
        "branch_id": "ef",
        "name": "ef",
        "from_bus": "e",
        "to_bus": "f",
        "kind": "line",
        "reactance_pu": 1,
        "capacity_mw": 1,
    }
    add_row("power/branches", line)(folder)
    cell("power/loads", 4, "bus_id", "f")(folder)


def _in(table: str) -> str:
    return f"power/{table}.csv"


CASES = [
    # files
    Case("misnamed_network_table", content("power/bus.csv", b"a\n"), "unknown_file", _in("bus"), None, None),
    Case("network_table_outside", content("plants.csv", b"a\n"), "unknown_file", "plants.csv", None, None),
    Case("excel_network_table", content("power/buses.xlsx", b"PK"), "spreadsheet_file", "power/buses.xlsx", None, None),
    Case("excel_profiles", content("power/profiles.xls", b"PK"), "spreadsheet_file", "power/profiles.xls", None, None),
    Case("network_cell", cell("power/plants", 2, "capacity_mw", "1,980"), "thousands_separator", _in("plants"), 2, "capacity_mw", "1,980"),
    Case("network_column", drop_column("power/branches", "reactance_pu"), "missing_column", _in("branches"), 1, "reactance_pu"),
    # places
    Case("line_from_nowhere", cell("power/branches", 2, "from_bus", "z"), "line_to_nowhere", _in("branches"), 2, "from_bus", "z"),
    Case("line_to_nowhere", cell("power/branches", 2, "to_bus", "z"), "line_to_nowhere", _in("branches"), 2, "to_bus", "z"),
    Case("line_to_itself", cell("power/branches", 4, "to_bus", "c"), "line_to_itself", _in("branches"), 4, "to_bus", "c"),
    Case("line_without_reactance", cell("power/branches", 2, "reactance_pu", "0"), "not_above", _in("branches"), 2, "reactance_pu", "0"),
    Case("plant_at_unknown_bus", cell("power/plants", 3, "bus_id", "z"), "unknown_bus", _in("plants"), 3, "bus_id", "z"),
    Case("storage_at_unknown_bus", cell("power/storage", 2, "bus_id", "z"), "unknown_bus", _in("storage"), 2, "bus_id"),
    Case("exchange_at_unknown_bus", cell("power/exchange", 2, "bus_id", "z"), "unknown_bus", _in("exchange"), 2, "bus_id"),
    Case("load_at_unknown_bus", cell("power/loads", 2, "bus_id", "z"), "unknown_bus", _in("loads"), 2, "bus_id"),
    Case("lossy_storage", cell("power/storage", 2, "efficiency_out", "0"), "not_above", _in("storage"), 2, "efficiency_out"),
    # builds
    Case("unknown_build", cell("power/plants", 3, "build_id", "B9"), "unknown_build", _in("plants"), 3, "build_id", "B9"),
    Case("unknown_requirement", cell("power/builds", 3, "requires_id", "B9"), "unknown_build", _in("builds"), 3, "requires_id"),
    Case("unknown_exclusion", cell("power/builds", 3, "excludes_id", "B9"), "unknown_build", _in("builds"), 3, "excludes_id"),
    Case("build_needs_itself", cell("power/builds", 4, "requires_id", "B3"), "build_cycle", _in("builds"), 4, "requires_id"),
    Case("excluded_build_built", both(cell("power/builds", 3, "status", "committed"), cell("power/builds", 4, "status", "committed")), "builds_exclude", _in("builds"), 3, "excludes_id"),
    Case("build_excludes_itself", cell("power/builds", 4, "excludes_id", "B3"), "builds_exclude", _in("builds"), 4, "excludes_id"),
    Case("build_month", cell("power/builds", 2, "start_month", "14"), "above_maximum", _in("builds"), 2, "start_month"),
    # plants and loads
    Case("sunless_pv", cell("power/plants", 3, "profile_id", ""), "renewable_without_profile", _in("plants"), 3, "profile_id"),
    Case("unknown_profile", cell("power/plants", 3, "profile_id", "moon"), "dangling_reference", _in("plants"), 3, "profile_id"),
    Case("pv_on_a_load_profile", cell("power/plants", 3, "profile_id", "flat"), "profile_kind", _in("plants"), 3, "profile_id"),
    Case("load_on_an_output_profile", cell("power/loads", 4, "profile_id", "sun"), "profile_kind", _in("loads"), 4, "profile_id"),
    Case("generation_of_nobody", cell("power/plants", 2, "unit_id", ""), "generation_without_plant", "units.csv", 3, "unit_id", "U2"),
    Case("plant_of_a_user", add_row("power/plants", {"plant_id": "V", "name": "v", "bus_id": "a", "kind": "thermal", "capacity_mw": 1, "unit_id": "00123"}), "unit_without_generation", _in("plants"), 4, "unit_id"),
    Case("retrofitted_pv", cell("power/retrofits", 2, "plant_id", "S"), "retrofit_of_renewable", _in("retrofits"), 2, "plant_id"),
    Case("retrofit_too_large", cell("power/retrofits", 2, "capacity_mw", "10.1"), "retrofit_above_capacity", _in("retrofits"), 2, "capacity_mw"),
    Case("not_connected_unit", cell("power/loads", 2, "owner_id", "P1"), "duplicate_key", _in("loads"), 3, "owner_id"),
    Case("not_connected_line", lambda folder: _without_last(folder, "power/loads"), "owner_not_connected", "society.csv", 2, "line_id", "homes"),
    Case("peak_below_mean", cell("power/loads", 2, "flexible_peak", "0.9"), "below_minimum", _in("loads"), 2, "flexible_peak"),
    Case("island", _unconnected_island, "load_without_supply", _in("loads"), 4, "bus_id", "f"),
    Case("society_named_like_a_project", both(cell("society", 2, "line_id", "P1"), lambda folder: _without_last(folder, "power/loads")), "id_used_twice", "projects.csv", 2, "project_id"),
    # profiles
    Case("no_profiles", remove(PROFILES), "missing_profiles", PROFILES, None, None),
    Case("empty_profiles", content(PROFILES, b"\n"), "empty_file", PROFILES, None, None),
    Case("junk_profiles", content(PROFILES, b"PK\x03\x04\x00\x00" * 9), "binary_junk", PROFILES, None, None),
    Case("semicolons", lines(lambda all_lines: [line.replace(",", ";") for line in all_lines]), "wrong_delimiter", PROFILES, 1, None),
    Case("no_hours", lines(lambda all_lines: [line.partition(",")[2] for line in all_lines]), "missing_column", PROFILES, 1, "hour"),
    Case("twice_the_sun", lines(lambda all_lines: [all_lines[0].replace("flat", "sun"), *all_lines[1:]]), "duplicate_heading", PROFILES, 1, "sun"),
    Case("quote_in_heading", lines(lambda all_lines: ['"' + all_lines[0], *all_lines[1:]]), "csv_syntax", PROFILES, 1, None),
    Case("no_sun", no_column("sun"), "profile_without_series", _in("profile_names"), 2, "profile_id", "sun"),
    Case("unknown_series", lines(lambda all_lines: [f"{line},{'moon' if line.startswith('hour') else 0}" for line in all_lines]), "unknown_column", PROFILES, 1, "moon"),
    Case("nameless_series", lines(lambda all_lines: [f"{line},{'' if line.startswith('hour') else 0}" for line in all_lines]), "empty_heading", PROFILES, 1, None),
    Case("an_hour_short", lines(lambda all_lines: all_lines[:-1]), "profile_rows", PROFILES, None, None, "8759"),
    Case("leap_year", lines(lambda all_lines: all_lines + all_lines[1:25]), "profile_rows", PROFILES, None, None, "8784"),
    Case("hours_from_one", hour_cell(0, 0, "1"), "profile_hour", PROFILES, 2, "hour", "1"),
    Case("swapped_hours", both(hour_cell(7, 0, "8"), hour_cell(8, 0, "7")), "profile_hour", PROFILES, 9, "hour", "8"),
    Case("text_in_profile", hour_cell(100, 1, "晴"), "not_a_number", PROFILES, 102, "sun", "晴"),
    Case("empty_cell_in_profile", hour_cell(100, 1, ""), "missing_value", PROFILES, 102, "sun"),
    Case("nan_in_profile", hour_cell(100, 1, "nan"), "not_finite", PROFILES, 102, "sun"),
    Case("infinity_in_profile", hour_cell(100, 1, "inf"), "not_finite", PROFILES, 102, "sun"),
    Case("percent_in_profile", hour_cell(100, 1, "50%"), "percent_sign", PROFILES, 102, "sun"),
    Case("full_width_in_profile", hour_cell(100, 1, "０.５"), "full_width", PROFILES, 102, "sun"),
    Case("split_cell_in_profile", hour_cell(100, 1, "0,5"), "row_length", PROFILES, 102, None),
    Case("open_quote_in_profile", hour_cell(100, 1, '"0.5'), "csv_syntax", PROFILES, 102, None),
    Case("negative_profile", hour_cell(100, 1, "-0.01"), "below_minimum", PROFILES, 102, "sun", "-0.01"),
    Case("output_above_rating", hour_cell(100, 1, "1.06"), "above_maximum", PROFILES, 102, "sun", "1.06"),
    Case("mean_not_one", column("evening", lambda values: values * 1.01), "profile_mean", PROFILES, None, "evening"),
]  # fmt: skip
SEVERAL = {"profile_more_cells": "test_of_many_faulty_cells_the_first_is_told_and_their_number"}


def _without_last(folder: Path, table: str) -> None:
    path = folder / f"{table}.csv"
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")


REMARKS: list[tuple[Spoil, str, str, int, str, Mapping[str, str]]] = [
    (add_row("power/plants", {"plant_id": "V", "name": "v", "bus_id": "a", "kind": "thermal", "capacity_mw": 1}), "note_thermal_without_unit", _in("plants"), 4, "unit_id", {}),
    (both(add_row("project_energy", {"project_id": "P1", "carrier_id": "raw_coal", "use": "conversion_in", "quantity": 100}), add_row("project_energy", {"project_id": "P1", "carrier_id": "electricity", "use": "conversion_out", "quantity": 5})), "note_generation_outside", "projects.csv", 2, "project_id", {}),
    (add_row("power/loads", {"owner_id": "U2", "bus_id": "a", "profile_id": "flat"}), "note_load_without_use", _in("loads"), 5, "owner_id", {}),
    (cell("power/loads", 3, "bus_id", "d"), "note_load_needs_build", _in("loads"), 3, "bus_id", {"builds": "B2"}),
    (cell("projects", 2, "start_month", "2"), "note_load_before_build", _in("loads"), 3, "bus_id", {"start": "2", "month": "3"}),
    (cell("power/builds", 3, "start_month", "2"), "note_needs_later_build", _in("builds"), 3, "start_month", {"other": "B1", "month": "3"}),
]  # fmt: skip
