"""Overrides of single cells (`projects.<id>.<column>`): as good as a file with that cell, and checked like one."""

import csv
from pathlib import Path

import pytest

from dualcontrol.model.changes import change
from dualcontrol.model.scenario import ScenarioError, load, read, write


def refused(folder: Path, overrides: dict[str, object]) -> list[tuple[str, str | None, str]]:
    with pytest.raises(ScenarioError) as caught:
        load(folder, overrides)
    return [(p.file, p.column, p.rule) for p in caught.value.problems]


@pytest.fixture
def two_firms(scenarios_folder: Path) -> Path:
    return scenarios_folder / "two-firms"


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("projects.P.start_month", 7, "7"),
        ("projects.P.value_added_wan_yuan", 100.5, "100.5"),
        ("projects.P.is_two_high", True, "1"),
        ("projects.P.review", "pending", "pending"),
    ],
)
def test_an_override_is_as_good_as_the_file(
    key: str, value: object, text: str, two_firms: Path, tmp_path: Path
) -> None:
    # differential: the same cell written into the file of a resolved copy
    write(load(two_firms), tmp_path / "copy")
    path = tmp_path / "copy" / "projects.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading, row = list(csv.reader(file))
    row[heading.index(key.split(".")[2])] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, row])
    changed = load(two_firms, {key: value})
    assert changed.content_hash == load(tmp_path / "copy").content_hash
    assert changed.content_hash != load(two_firms).content_hash


def test_keys_of_several_columns(two_firms: Path) -> None:
    changed = load(two_firms, {"unit_energy.A.coal.fuel.quantity": 900, "counted_base_tce": 1900})
    table = changed.table("unit_energy").set_index("unit_id")
    assert table.loc["A", "quantity"] == 900
    assert table.loc["B", "quantity"] == 1000


def test_one_reading_makes_many_scenarios(two_firms: Path) -> None:
    source = read(two_firms)
    first = source.settled({"projects.P.start_month": 7})
    assert source.settled({"targets.intensity_reduction": 0.5}).settings.targets.intensity_reduction == 0.5
    assert source.settled().content_hash == load(two_firms).content_hash
    assert first.content_hash == source.settled({"projects.P.start_month": 7}).content_hash
    with pytest.raises(ScenarioError):
        source.settled({"projects.P.start_month": 14})
    assert source.settled().notes == load(two_firms).notes


def test_every_problem_at_once_with_the_key_as_its_place(two_firms: Path) -> None:
    found = refused(
        two_firms,
        {
            "targets.increments": 1,
            "projects.P.start_month": 14,
            "projects.P.value_added_wan_yuan": "1,000",
            "projects.P.review": "maybe",
            "projects.P.is_two_high": "",
            "projects.P.load_min": [0.5],
            "projects.P.load": 1,
            "projects.Q.load_min": 1,
            "unit_energy.A.quantity": 1,
            "projects.P.project_id": "Q",
        },
    )
    assert {place for place, _, _ in found} == {"overrides"}
    assert {(column, rule) for _, column, rule in found} == {
        ("targets.increments", "unknown_setting"),
        ("projects.P.start_month", "above_maximum"),
        ("projects.P.value_added_wan_yuan", "thousands_separator"),
        ("projects.P.review", "not_a_choice"),
        ("projects.P.is_two_high", "missing_value"),
        ("projects.P.load_min", "wrong_type"),
        ("projects.P.load", "unknown_column"),
        ("projects.Q.load_min", "unknown_row"),
        ("unit_energy.A.quantity", "cell_key"),
        ("projects.P.project_id", "unknown_column"),
    }


def test_checks_across_tables_see_the_override(two_firms: Path) -> None:
    assert refused(two_firms, {"projects.P.sector_id": "steel"}) == [
        ("overrides", "projects.P.sector_id", "dangling_reference")
    ]
    # the sum of the units no longer is what the settings say
    assert "counted_sum" in {
        rule for _, _, rule in refused(two_firms, {"unit_energy.A.coal.fuel.quantity": 900})
    }


def test_none_empties_a_cell(two_firms: Path) -> None:
    # an empty start month is the column's default, January
    given = load(two_firms, {"projects.P.start_month": 7})
    assert given.table("projects").set_index("project_id").loc["P", "start_month"] == 7
    emptied = change(given, {"projects.P.start_month": None})
    assert emptied.content_hash == load(two_firms, {"projects.P.start_month": None}).content_hash
    assert emptied.table("projects").set_index("project_id").loc["P", "start_month"] == 1


def test_a_change_and_an_override_are_one_thing(two_firms: Path) -> None:
    changes = {"projects.P.load_max": 0.9, "projects.P.load_min": 0.5, "targets.intensity_reduction": 0.01}
    assert change(load(two_firms), changes).content_hash == load(two_firms, changes).content_hash
    with pytest.raises(ScenarioError) as told:
        change(load(two_firms), {"projects.Q.load_min": 1, "unit_energy.A.quantity": 1})
    with pytest.raises(ScenarioError) as read:
        load(two_firms, {"projects.Q.load_min": 1, "unit_energy.A.quantity": 1})
    assert told.value.problems == read.value.problems
