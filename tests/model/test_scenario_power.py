"""The power folder of a scenario: tables, hourly profiles, what is wrong with them, inheritance, writing."""

import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from dualcontrol.messages import say
from dualcontrol.model.scenario import Problem, ScenarioError, load, write
from dualcontrol.model.schema import TABLES
from tests.model.corruption import Case, Spoil, cell, content
from tests.model.corruption import valid as without_network
from tests.model.network_cases import (
    CASES,
    HOURS,
    REMARKS,
    SEVERAL,
    hour_cell,
    lines,
    profiles,
    valid,
    write_profiles,
)
from tests.model.scenario_factory import Row, write_table

NETWORK = [name for name in TABLES if name.startswith("power/")]
DALAD = Path(__file__).parents[2] / "scenarios" / "dalad-2022"


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(ScenarioError) as caught:
        load(folder)
    return list(caught.value.problems)


# What is read


def test_tables_and_profiles_are_there(tmp_path: Path) -> None:
    scenario = load(valid(tmp_path / "s"))
    assert scenario.notes == ()
    assert all(len(scenario.table(name)) for name in NETWORK)
    plant = scenario.table("power/plants").set_index("plant_id").loc["T"]
    assert (plant["capacity_mw"], plant["availability"], plant["unit_id"], plant["build_id"]) == (
        10,
        1,
        "U2",
        "",
    )
    build = scenario.table("power/builds").set_index("build_id").loc["B3"]
    assert (build["status"], build["start_month"], build["question"]) == ("open", 5, "")
    assert np.isnan(scenario.table("power/exchange")["export_green_share"].iloc[0])


def test_profiles_are_one_array_in_the_order_of_ids(tmp_path: Path) -> None:
    frame = load(valid(tmp_path / "s")).profiles
    assert list(frame.columns) == ["evening", "flat", "sun"]
    assert (frame.dtypes == np.float64).all()
    assert frame.shape == (HOURS, 3)
    assert list(frame.index[[0, -1]]) == [0, HOURS - 1]
    for name, values in profiles().items():
        assert np.array_equal(frame[name].to_numpy(), values), name


def test_without_a_folder_nothing_is_there_and_the_hash_is_the_old_one(tmp_path: Path) -> None:
    scenario = load(without_network(tmp_path / "s"))
    assert scenario.profiles.empty
    assert all(scenario.table(name).empty for name in NETWORK)
    (tmp_path / "s" / "power").mkdir()
    assert load(tmp_path / "s").content_hash == scenario.content_hash


def test_both_ways_of_reading_profiles_agree(tmp_path: Path) -> None:
    """Quotes and spaces need the slow way; the figures, to the last bit, are those of the quick one."""
    quick = load(valid(tmp_path / "a")).profiles
    folder = valid(tmp_path / "b")
    lines(
        lambda all_lines: [
            all_lines[0],
            *(f'"{line.replace(",", chr(34) + ", ", 1)}' for line in all_lines[1:]),
        ]
    )(folder)
    slow = load(folder).profiles
    assert slow.equals(quick)


def test_what_a_spreadsheet_leaves_behind_does_no_harm(tmp_path: Path) -> None:
    """A BOM, line ends of Windows, empty columns and empty rows at the end."""
    expected = load(valid(tmp_path / "a"))
    folder = valid(tmp_path / "b")
    text = (folder / "power" / "profiles.csv").read_text(encoding="utf-8")
    spoilt = text.replace("\n", ",,\r\n") + ",,,,,\r\n\r\n"
    (folder / "power" / "profiles.csv").write_bytes(spoilt.encode("utf-8-sig"))
    assert load(folder).content_hash == expected.content_hash


def test_other_files_in_the_folder(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    for name in (".~lock.buses.csv#", "~$buses.xlsx", "README.md"):
        (folder / "power" / name).write_text("x", encoding="utf-8")
    (folder / "power" / "old").mkdir()
    assert load(folder).notes == ()


def test_a_folder_of_another_case_is_not_passed_over(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    (folder / "power").rename(folder / "Power")
    if (folder / "power").exists():
        pytest.skip("this file system does not tell the two names apart")
    (problem,) = problems(folder)
    assert (problem.rule, problem.file, problem.params) == ("unknown_file", "Power", {"suggestion": "power"})


def test_a_file_called_power_is_not_passed_over(tmp_path: Path) -> None:
    folder = without_network(tmp_path / "s")
    content("power", b"x")(folder)
    (problem,) = problems(folder)
    assert (problem.rule, problem.file) == ("unknown_file", "power")


# What is wrong


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_corruption_is_named(case: Case, tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    case.spoil(folder)
    found = problems(folder)
    assert [(p.rule, p.file, p.row, p.column) for p in found] == [
        (case.rule, case.file, case.row, case.column)
    ]
    if case.value is not None:
        assert found[0].value == case.value
    place = {"file": case.file, "row": case.row, "column": case.column, "value": found[0].value}
    for kind in ("problem", "remedy"):
        for lang in ("zh", "en"):
            assert say(f"{kind}.{case.rule}", lang, **place, **found[0].params)


def test_case_names_differ() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", REMARKS, ids=[case[1] for case in REMARKS])
def test_remarks(case: tuple[Spoil, str, str, int, str, Mapping[str, str]], tmp_path: Path) -> None:
    spoil, rule, file, row, column, params = case
    folder = valid(tmp_path / "s")
    spoil(folder)
    (note,) = load(folder).notes
    assert (note.rule, note.file, note.row, note.column, note.params) == (rule, file, row, column, params)


def test_of_many_faulty_cells_the_first_is_told_and_their_number(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    for hour in (5, 50, 500):
        hour_cell(hour, 1, "1.2")(folder)
        hour_cell(hour, 3, "x")(folder)
    found = [(p.rule, p.row, p.column, p.params.get("count")) for p in problems(folder)]
    assert found == [
        ("profile_more_cells", None, "evening", "3"), ("profile_more_cells", None, "sun", "3"),
        ("not_a_number", 7, "evening", None), ("above_maximum", 7, "sun", None),
    ]  # fmt: skip
    assert set(SEVERAL) == {"profile_more_cells"}


def test_suggestions_name_the_nearest(tmp_path: Path) -> None:
    for spoil, suggestion in (
        (cell("power/plants", 2, "bus_id", "aa"), "a"),
        (cell("power/builds", 3, "requires_id", "B11"), "B1"),
        (content("power/brnches.csv", b"x\n"), "power/branches.csv"),
        (content("profile_names.csv", b"x\n"), "power/profile_names.csv"),
        (lines(lambda all_lines: [all_lines[0].replace("sun", "sum"), *all_lines[1:]]), "sun"),
    ):
        folder = valid(tmp_path / suggestion.replace("/", "_"))
        spoil(folder)
        assert suggestion in [p.params.get("suggestion") for p in problems(folder)]


def test_an_island_is_told_once_with_its_buses(tmp_path: Path) -> None:
    """Without the line a-b and the sun at b, b to d hang together, unsupplied: three loads, one problem."""
    folder = valid(tmp_path / "s")
    cell("power/branches", 2, "from_bus", "c")(folder)
    cell("power/branches", 2, "to_bus", "d")(folder)
    cell("power/plants", 3, "bus_id", "a")(folder)
    (problem,) = problems(folder)
    assert (problem.rule, problem.row, problem.params) == ("load_without_supply", 2, {"buses": "b, c, d"})


def test_an_export_supplies_nobody(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    for row, bus in ((2, "d"), (3, "d")):  # both plants beyond the open build
        cell("power/plants", row, "bus_id", bus)(folder)
    assert {note.rule for note in load(folder).notes} == set()  # the import at a serves a and b
    cell("power/exchange", 2, "import_mw", "0")(folder)
    assert {note.rule for note in load(folder).notes} == {"note_load_needs_build"}


def test_faults_of_one_table_do_not_echo_in_others(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    cell("power/buses", 3, "bus_id", "=b")(folder)
    assert [p.rule for p in problems(folder)] == ["formula_like_id"]
    folder = valid(tmp_path / "t")
    cell("power/profile_names", 2, "profile_id", "")(folder)
    assert [p.rule for p in problems(folder)] == ["missing_value"]


# Inheritance


def child(folder: Path, **tables: list[Row]) -> Path:
    folder.mkdir(parents=True)
    (folder / "scenario.toml").write_text('inherits = "base"\n', encoding="utf-8")
    for name, rows in tables.items():
        write_table(folder, name, rows, complete=False)
    return folder


def test_a_child_that_changes_nothing_is_its_parent(tmp_path: Path) -> None:
    parent = load(valid(tmp_path / "base"))
    same = load(child(tmp_path / "child"))
    assert same.content_hash == parent.content_hash
    assert same.profiles.equals(parent.profiles)


def test_a_column_of_the_child_replaces_the_parents(tmp_path: Path) -> None:
    parent = load(valid(tmp_path / "base"))
    folder = child(tmp_path / "child")
    sunnier = np.minimum(profiles()["sun"] * 1.1, 1.0).round(4)
    write_profiles(folder, {"sun": sunnier})
    scenario = load(folder)
    assert np.array_equal(scenario.profiles["sun"], sunnier)
    assert np.array_equal(scenario.profiles["evening"], parent.profiles["evening"])
    assert scenario.content_hash != parent.content_hash


def test_a_child_adds_and_removes_profiles(tmp_path: Path) -> None:
    valid(tmp_path / "base")
    named: Row = {"profile_id": "night", "name": "夜", "kind": "load", "source": "x", "basis": "estimated"}
    folder = child(
        tmp_path / "child",
        **{
            "power/profile_names": [named, {"profile_id": "evening", "_delete": 1}],
            "power/loads": [
                {"owner_id": "homes", "profile_id": "night", "source": "x", "basis": "estimated"}
            ],
        },
    )
    write_profiles(folder, {"night": 2 - profiles()["evening"]})
    scenario = load(folder)
    assert list(scenario.profiles.columns) == ["flat", "night", "sun"]
    assert scenario.notes == ()


def test_a_problem_in_the_parents_profiles_is_told_there(tmp_path: Path) -> None:
    hour_cell(3, 1, "7")(valid(tmp_path / "base"))
    (problem,) = problems(child(tmp_path / "child"))
    assert (problem.file, problem.row) == ("../base/power/profiles.csv", 5)


def test_a_parent_folder_called_power_is_no_network(tmp_path: Path) -> None:
    cell("units", 2, "activity_max", "x")(without_network(tmp_path / "power"))
    folder = tmp_path / "child"
    folder.mkdir()
    (folder / "scenario.toml").write_text('inherits = "../power"\n', encoding="utf-8")
    (problem,) = problems(folder)
    assert (problem.file, problem.rule) == ("../power/units.csv", "not_a_number")


# Hash and writing


def test_the_hash_sees_every_figure_and_no_form(tmp_path: Path) -> None:
    expected = load(valid(tmp_path / "a")).content_hash
    folder = valid(tmp_path / "b")
    hour_cell(4000, 1, "0.1234")(folder)
    assert load(folder).content_hash != expected
    folder = valid(tmp_path / "c")
    lines(lambda all_lines: [line.replace(",1,", ",1.0000,") for line in all_lines])(folder)
    assert load(folder).content_hash == expected
    folder = valid(tmp_path / "d")
    write_profiles(folder, dict(reversed(profiles().items())))
    assert load(folder).content_hash == expected


def test_writing_keeps_the_content(tmp_path: Path) -> None:
    scenario = load(valid(tmp_path / "s"))
    write(scenario, tmp_path / "copy")
    again = load(tmp_path / "copy")
    assert again.content_hash == scenario.content_hash
    assert again.profiles.equals(scenario.profiles)
    for name in NETWORK:
        assert again.table(name).equals(scenario.table(name)), name
    write(again, tmp_path / "third")
    for path in (tmp_path / "third" / "power").iterdir():
        assert path.read_bytes() == (tmp_path / "copy" / "power" / path.name).read_bytes()


def test_awkward_figures_survive_writing(tmp_path: Path) -> None:
    """Figures whose decimal form is not their value, in the last place."""
    folder = valid(tmp_path / "s")
    for hour, text in enumerate(("0.1", "0.30000000000000004", "1e-300", "0.012345678901234567", "-0.0")):
        hour_cell(hour, 1, text)(folder)
    scenario = load(folder)
    assert list(scenario.profiles["sun"][:5]) == [0.1, 0.30000000000000004, 1e-300, 0.012345678901234567, 0.0]
    write(scenario, tmp_path / "copy")
    assert load(tmp_path / "copy").content_hash == scenario.content_hash


# Dalad


def test_dalad_loads_quickly() -> None:
    """Less than 1.5 s of work; a busy machine may take longer by the clock."""
    load(DALAD)  # imports
    start = time.process_time()
    load(DALAD)
    assert time.process_time() - start < 1.5


def test_a_leap_year_loses_29_february(tmp_path: Path) -> None:
    """8,784 hours numbered through: the 24 from 1416 on are left out (with a note), the others keep their order."""
    plain = load(valid(tmp_path / "plain"))
    folder = valid(tmp_path / "leap")

    def with_leap_day(all_lines: list[str]) -> list[str]:
        body = [line.split(",", 1)[1] for line in all_lines[1:]]
        whole = body[:1416] + ["9,9,9"] * 24 + body[1416:]
        return [all_lines[0], *(f"{hour},{cells}" for hour, cells in enumerate(whole))]

    lines(with_leap_day)(folder)
    leap = load(folder)
    assert leap.profiles.equals(plain.profiles)
    assert {note.rule for note in leap.notes} - {note.rule for note in plain.notes} == {"note_leap_day"}
    assert leap.content_hash == plain.content_hash
