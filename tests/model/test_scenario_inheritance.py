"""A scenario that inherits: settings laid over deeply, rows by key, and problems told where they are."""

from pathlib import Path

import pytest

from dualcontrol.model.scenario import Problem, ScenarioError, load, write
from tests.model.corruption import cell, drop_column, replace, valid
from tests.model.scenario_factory import Row, write_table


def child(folder: Path, toml: str = 'inherits = "base"\n', **tables: list[Row]) -> Path:
    """A child scenario of exactly these files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text(toml, encoding="utf-8")
    for name, rows in tables.items():
        write_table(folder, name, rows, complete=False)
    return folder


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(ScenarioError) as caught:
        load(folder)
    return list(caught.value.problems)


def places(folder: Path) -> list[tuple[str, str, int | None, str | None]]:
    return [(p.rule, p.file, p.row, p.column) for p in problems(folder)]


SOURCED: Row = {"source": "letter", "basis": "published"}


@pytest.mark.parametrize("word", ["base", "../base", "..\\base", "../base/"])
def test_a_child_that_changes_nothing_is_its_parent(word: str, tmp_path: Path) -> None:
    parent = load(valid(tmp_path / "base"))
    same = load(child(tmp_path / "child", f"inherits = '{word}'\n"))
    assert same.content_hash == parent.content_hash
    assert same.name == "child"
    assert same.settings.inherits == word


def test_settings_are_laid_over_deeply(tmp_path: Path) -> None:
    valid(tmp_path / "base")
    toml = (
        'inherits = "base"\ntitle_zh = "子"\n[targets]\nintensity_reduction = 0.04\n[solve]\nmip_gap = 0.1\n'
    )
    settings = load(child(tmp_path / "child", toml)).settings
    assert settings.title_zh == "子"
    assert settings.title_en == "Test"
    assert settings.targets.intensity_reduction == 0.04
    assert settings.targets.increment_tce_eq == 100.0
    assert settings.solve.mip_gap == 0.1


def test_rows_are_laid_over_by_key(tmp_path: Path) -> None:
    valid(tmp_path / "base")
    folder = child(
        tmp_path / "child",
        measures=[
            {"measure_id": "M1", "saving_quantity": 60, "name": "", **SOURCED},
            {"measure_id": "M3", "name": "余热", "unit_id": "00123", "carrier_id": "raw_coal", "saving_quantity": 5,
             "annual_cost_wan_yuan": 1, **SOURCED},
            {"measure_id": "M2", "_delete": 1},
        ],
        unit_energy=[{"unit_id": "00123", "carrier_id": "raw_coal", "use": "fuel", "quantity": 450, **SOURCED}],
    )  # fmt: skip
    scenario = load(folder)
    measures = scenario.table("measures").set_index("measure_id")
    assert list(measures.index) == ["M1", "M3"]
    assert measures.loc["M1", "saving_quantity"] == 60
    assert measures.loc["M1", "name"] == "电机"  # an empty cell keeps the parent's value
    assert measures.loc["M1", "source"] == "letter"
    assert measures.loc["M3", "realised_share"] == 1.0
    energy = scenario.table("unit_energy").set_index(["unit_id", "carrier_id", "use"])["quantity"]
    assert energy["00123", "raw_coal", "fuel"] == 450
    assert energy["00123", "raw_coal", "feedstock"] == 100
    assert scenario.notes == ()


def test_a_grandchild(tmp_path: Path) -> None:
    valid(tmp_path / "base")
    child(tmp_path / "b", 'inherits = "base"\n[solve]\nmip_gap = 0.1\n',
          measures=[{"measure_id": "M1", "saving_quantity": 60, **SOURCED}])  # fmt: skip
    child(tmp_path / "c", 'inherits = "../b"\n',
          measures=[{"measure_id": "M1", "annual_cost_wan_yuan": 9, **SOURCED}])  # fmt: skip
    scenario = load(tmp_path / "c")
    row = scenario.table("measures").iloc[0]
    assert (row["saving_quantity"], row["annual_cost_wan_yuan"]) == (60, 9)
    assert scenario.settings.solve.mip_gap == 0.1
    assert scenario.settings.inherits == "../b"


def test_a_row_can_be_written_anew_to_empty_its_cells(tmp_path: Path) -> None:
    """Removing a key and giving it again in the same file starts from defaults, not from the parent's row."""
    valid(tmp_path / "base")
    row = {"measure_id": "M1", "name": "x", "unit_id": "00123", "carrier_id": "electricity", "saving_quantity": 1,
           "annual_cost_wan_yuan": 0, **SOURCED}  # fmt: skip
    cell("measures", 2, "realised_share", "0.5")(tmp_path / "base")
    folder = child(tmp_path / "child", measures=[{"measure_id": "M1", "_delete": "是"}, row])
    assert load(folder).table("measures").iloc[0]["realised_share"] == 1.0


def test_the_resolved_scenario_stands_alone(tmp_path: Path) -> None:
    valid(tmp_path / "base")
    folder = child(tmp_path / "child", measures=[{"measure_id": "M1", "saving_quantity": 60, **SOURCED}])
    scenario = load(folder)
    write(scenario, tmp_path / "elsewhere" / "resolved")
    resolved = load(tmp_path / "elsewhere" / "resolved")
    assert resolved.content_hash == scenario.content_hash
    assert resolved.settings.inherits is None


def test_a_changed_figure_that_keeps_its_basis_is_remarked(tmp_path: Path) -> None:
    valid(tmp_path / "base")
    rows = [{"measure_id": i, "saving_quantity": 20} for i in ("M1", "M2")]
    (note,) = load(child(tmp_path / "child", measures=rows)).notes
    assert (note.rule, note.file, note.row, note.params["count"]) == (
        "note_override_keeps_basis", "measures.csv", 2, "2",
    )  # fmt: skip


def test_cycles_are_refused(tmp_path: Path) -> None:
    child(tmp_path / "a", 'inherits = "b"\n')
    child(tmp_path / "b", 'inherits = "c"\n')
    child(tmp_path / "c", 'inherits = "../a"\n')
    (problem,) = problems(tmp_path / "a")
    assert (problem.rule, problem.file, problem.column) == (
        "cyclic_inheritance",
        "../c/scenario.toml",
        "inherits",
    )
    assert problem.params["chain"] == "a -> b -> c -> a"


def test_a_cycle_further_up(tmp_path: Path) -> None:
    child(tmp_path / "a", 'inherits = "b"\n')
    child(tmp_path / "b", 'inherits = "b"\n')
    assert places(tmp_path / "a") == [("cyclic_inheritance", "../b/scenario.toml", 1, "inherits")]


def test_a_missing_parent_is_all_that_is_told(tmp_path: Path) -> None:
    """Rows and settings that the parent may complete are not blamed; a faulty cell still is."""
    valid(tmp_path / "dalad-2022")
    folder = child(tmp_path / "child", 'inherits = "../dalad2022"\n[targets]\ngdp_growth = 0.05\n',
                   units=[{"unit_id": "00123", "activity_max": "1,1"}])  # fmt: skip
    missing, comma = problems(folder)
    assert (missing.rule, missing.params["suggestion"]) == ("missing_parent", "dalad-2022")
    assert (comma.rule, comma.file, comma.row) == ("decimal_comma", "units.csv", 2)


def test_the_problems_of_a_parent_are_told_with_its_path(tmp_path: Path) -> None:
    base = valid(tmp_path / "base")
    cell("units", 2, "activity_max", "viel")(base)
    replace("scenario.toml", "headroom_share = 0.01", "headroom_share = 7")(base)
    folder = child(tmp_path / "child", measures=[{"measure_id": "M1", "unit_id": "nobody", **SOURCED}])
    assert places(folder) == [
        ("above_maximum", "../base/scenario.toml", 14, "policy.headroom_share"),
        ("not_a_number", "../base/units.csv", 2, "activity_max"),
        ("dangling_reference", "measures.csv", 2, "unit_id"),
    ]


def test_a_removed_row_leaves_references_behind(tmp_path: Path) -> None:
    """Each is told where it stands: nothing is removed that the planner did not name."""
    valid(tmp_path / "base")
    folder = child(tmp_path / "child", projects=[{"project_id": "P1", "_delete": 1}])
    assert places(folder) == [
        ("dangling_reference", "../base/project_energy.csv", 2, "project_id"),
        ("dangling_reference", "../base/replacements.csv", 2, "project_id"),
        ("dangling_reference", "../base/capacity_replacements.csv", 2, "project_id"),
        ("dangling_reference", "../base/decisions.csv", 2, "target_id"),
        ("dangling_reference", "../base/resource_use.csv", 2, "owner_id"),
    ]


def test_deleting_what_is_not_there(tmp_path: Path) -> None:
    valid(tmp_path / "base")
    (problem,) = problems(child(tmp_path / "child", measures=[{"measure_id": "M11", "_delete": 1}]))
    assert (problem.rule, problem.row, problem.value) == ("nothing_to_delete", 2, "M11")
    assert problem.params["suggestion"] == "M1"


def test_a_new_row_of_a_child_must_be_complete(tmp_path: Path) -> None:
    valid(tmp_path / "base")
    folder = child(tmp_path / "child", gdp=[{"item_id": "new", "base_wan_yuan": 0, **SOURCED}])
    assert places(folder) == [
        ("missing_value", "gdp.csv", 2, "name"),
        ("missing_value", "gdp.csv", 2, "growth"),
    ]


def test_a_child_table_needs_its_keys(tmp_path: Path) -> None:
    valid(tmp_path / "base")
    folder = child(tmp_path / "child", unit_energy=[{"unit_id": "00123", "quantity": 5}])
    assert places(folder) == [
        ("missing_column", "unit_energy.csv", 1, "carrier_id"),
        ("missing_column", "unit_energy.csv", 1, "use"),
    ]


def test_only_a_child_may_delete(tmp_path: Path) -> None:
    folder = valid(tmp_path / "base")
    cell("measures", 2, "_delete", "1")(folder)
    assert places(folder) == [("unknown_column", "measures.csv", 1, "_delete")]


def test_a_broken_toml_that_may_inherit_blames_no_tables(tmp_path: Path) -> None:
    valid(tmp_path / "base")
    folder = child(tmp_path / "child", 'inherits = "base"\nx = \n', gdp=[{"item_id": "rest", "growth": 0.1}])
    assert places(folder) == [("toml_syntax", "scenario.toml", 2, None)]


def test_a_broken_toml_without_parent_still_has_its_tables_checked(tmp_path: Path) -> None:
    folder = valid(tmp_path / "base")
    replace("scenario.toml", "base_year = 2021", "base_year =")(folder)
    drop_column("gdp", "name")(folder)
    cell("adjustments", 2, "unit_id", "U9")(folder)
    assert places(folder) == [
        ("toml_syntax", "scenario.toml", 3, None),
        ("missing_column", "gdp.csv", 1, "name"),
        ("dangling_reference", "adjustments.csv", 2, "unit_id"),
    ]
