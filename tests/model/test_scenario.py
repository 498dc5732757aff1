"""Reading a valid scenario: types, defaults, encodings, the content hash, writing it again."""

import csv
import io
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcontrol.model.cells import parse, written
from dualcontrol.model.scenario import ScenarioError, load, write
from dualcontrol.model.schema import TABLES, Column
from tests.model.corruption import cell, content, setting, valid
from tests.model.scenario_factory import write_scenario

IDS = ("123", " 00123", "1E5")
UNIT = {"unit_id": "00123", "sector_id": "chem", "value_added_wan_yuan": 100}


def test_every_table_is_there_with_the_columns_of_the_schema(tmp_path: Path) -> None:
    scenario = load(write_scenario(tmp_path / "empty"))
    assert list(scenario.tables) == list(TABLES)
    for name, table in TABLES.items():
        assert list(scenario.table(name).columns) == [column.name for column in table.columns]
        assert len(scenario.table(name)) == 0


def test_types_and_defaults(tmp_path: Path) -> None:
    scenario = load(valid(tmp_path / "s"))
    kinds = {"number": np.float64, "integer": np.int64, "flag": np.bool_}
    for name, table in TABLES.items():
        frame = scenario.table(name)
        for column in table.columns:
            assert frame[column.name].dtype == kinds.get(column.kind, np.object_), (name, column.name)
            if column.kind in ("id", "ref", "text", "choice"):
                assert all(isinstance(value, str) for value in frame[column.name])
    units = scenario.table("units").set_index("unit_id")
    assert units.loc["00123", "name"] == "甲化工"
    assert units.loc["U2", "credit_code"] == ""
    assert units.loc["U2", "activity_max"] == 1.0
    assert units.loc["U2", "review"] == "approved"
    assert bool(units.loc["00123", "is_leader"]) is True
    assert bool(units.loc["U2", "is_leader"]) is False
    project = scenario.table("projects").iloc[0]
    assert project["unit_id"] == "00123"
    assert math.isnan(project["investment_wan_yuan"])
    assert project["start_month"] == 7
    assert scenario.table("decisions").iloc[0]["date"] == date(2022, 2, 11)
    assert scenario.settings.as_of == date(2022, 2, 11)
    assert scenario.name == "s"


def test_a_table_handed_out_is_a_copy(tmp_path: Path) -> None:
    scenario = load(valid(tmp_path / "s"))
    units = scenario.table("units")
    units.loc[0, "value_added_wan_yuan"] = -1.0
    assert scenario.table("units").loc[0, "value_added_wan_yuan"] == 1000.0
    with pytest.raises(TypeError):
        scenario.tables["units"] = scenario.table("gdp")  # type: ignore[index]


def test_a_scenario_without_units_targets_or_carriers(tmp_path: Path) -> None:
    """Five resources and projects are enough: no energy, no existing unit, no intensity target."""
    names = ["a", "b", "c", "d", "e"]
    folder = write_scenario(
        tmp_path / "knapsack",
        resources=[{"resource_id": name, "unit": "x", "budget": 10} for name in names],
        projects=[{"project_id": "P", "value_added_wan_yuan": 1}],
        resource_use=[{"resource_id": name, "owner_id": "P", "use": 1} for name in names],
    )
    assert len(load(folder).table("resource_use")) == 5


def test_ids_are_text(tmp_path: Path) -> None:
    folder = write_scenario(
        tmp_path / "s", sectors=[{"sector_id": "chem"}], units=[UNIT | {"unit_id": i} for i in IDS]
    )  # fmt: skip
    assert list(load(folder).table("units")["unit_id"]) == ["00123", "123", "1E5"]


def test_a_formula_as_a_name_is_a_name(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    cell("units", 2, "name", "=1+1")(folder)
    cell("units", 3, "name", "-SUM(A1)")(folder)
    assert list(load(folder).table("units")["name"]) == ["=1+1", "-SUM(A1)"]


@pytest.mark.parametrize("text", ["1", "true", "TRUE", "是", "yes"])
def test_words_for_yes(text: str) -> None:
    assert parse(TABLES["units"].column("is_leader"), text) is True


@pytest.mark.parametrize("text", ["0", "false", "False", "否", "NO"])
def test_words_for_no(text: str) -> None:
    assert parse(TABLES["units"].column("is_leader"), text) is False


@pytest.mark.parametrize("text", ["2022-02-11", "2022/2/11", "2022-2-11", "2022年2月11日", " 2022-02-11 "])
def test_dates_with_the_year_first(text: str) -> None:
    assert parse(TABLES["decisions"].column("date"), text) == date(2022, 2, 11)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0.1", 0.1), ("+5", 5.0), ("-0", 0.0), (".5", 0.5), ("7.", 7.0), ("1.5e3", 1500.0), ("1E-3", 0.001)],
)
def test_plain_numbers(text: str, number: float) -> None:
    value = parse(TABLES["resources"].column("budget"), text)
    assert value == number
    assert math.copysign(1, value) == math.copysign(1, number)  # type: ignore[arg-type]


@given(st.floats(min_value=-1e15, max_value=1e15))
def test_numbers_survive_writing(value: float) -> None:
    assert parse(Column("x", "number", "", ""), written(value)) == value


# Encodings


def _recode(encoding: str) -> Callable[[Path], None]:
    def recode(folder: Path) -> None:
        for path in folder.iterdir():
            path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))

    return recode


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "gb18030"])
def test_encodings_read_the_same(encoding: str, tmp_path: Path) -> None:
    expected = load(valid(tmp_path / "plain"))
    _recode(encoding)(valid(tmp_path / "coded"))
    scenario = load(tmp_path / "coded")
    assert scenario.content_hash == expected.content_hash
    told = {note.file for note in scenario.notes if note.rule == "note_gb18030"}
    # files of ASCII alone are the same bytes in all of these encodings
    chinese = {p.name for p in (tmp_path / "plain").iterdir() if not p.read_bytes().isascii()}
    assert told == (chinese if encoding.startswith("gb") else set())
    assert {"units.csv", "scenario.toml"} <= chinese


def test_characters_that_only_gb18030_has(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    cell("units", 2, "name", "㐀化工")(folder)
    path = folder / "units.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert load(folder).table("units").loc[0, "name"] == "㐀化工"


@pytest.mark.parametrize(
    ("name", "encoding", "read", "notes"),
    [
        ("水", "gbk", "水", ["note_gb18030"]),  # the letter U+02EE in utf-8
        ("卤", "gbk", "±", ["note_encoding_unclear"]),
        ("路", "gbk", "·", ["note_encoding_unclear"]),
        ("卤水", "gbk", "卤水", ["note_gb18030"]),
        ("卤水泵", "gbk", "卤水泵", ["note_gb18030"]),
        ("a × b", "utf-8", "a × b", []),
        ("µ", "utf-8", "µ", ["note_encoding_unclear"]),
        ("±", "utf-8-sig", "±", []),
        ("氨", "utf-8", "氨", []),
        ("Жук", "utf-8", "Жук", ["note_encoding_unclear"]),
    ],
)
def test_short_text_of_two_meanings(
    name: str, encoding: str, read: str, notes: list[str], tmp_path: Path
) -> None:
    folder = write_scenario(tmp_path / "s", resources=[{"resource_id": "r", "unit": "x", "budget": 1}])
    path = folder / "resources.csv"
    cell("resources", 2, "name", name)(folder)
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    (folder / "scenario.toml").write_bytes(
        (folder / "scenario.toml").read_bytes().replace("测试".encode(), b"test")
    )
    scenario = load(folder)
    assert scenario.table("resources").loc[0, "name"] == read
    assert [note.rule for note in scenario.notes] == notes


# The content hash


def _shuffle(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        heading, *rows = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([heading, *reversed(rows)]) + "\n", encoding="utf-8")


def _turn_columns(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(line[::-1] for line in lines)


def _windows_lines(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def _blank_rows(folder: Path) -> None:
    path = folder / "gdp.csv"
    columns = path.read_text(encoding="utf-8").splitlines()[0].count(",")
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" + "," * columns + "\n , \n")


def _spare_columns(folder: Path) -> None:
    path = folder / "gdp.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text("".join(line + ",,\n" for line in text.splitlines()), encoding="utf-8")


SAME = {
    "row_order": _shuffle,
    "column_order": _turn_columns,
    "line_ends": _windows_lines,
    "blank_rows": _blank_rows,
    "spare_columns": _spare_columns,
    "spaces": cell("units", 2, "unit_id", " 00123 "),
    "written_default": cell("units", 3, "activity_max", "1.0"),
    "other_digits": cell("gdp", 2, "base_wan_yuan", "1.0e3"),
    "yes_as_word": cell("units", 2, "is_leader", "是"),
    "no_as_word": cell("units", 3, "is_leader", "否"),
    "date_as_in_excel": cell("decisions", 2, "date", "2022/2/11"),
    "setting_default": setting("accounting", "k_eq_tce_per_mwh = 0.3"),
    "whole_number": setting("targets", "increment_tce_eq = 100"),
    "quoted_date": setting("", 'as_of = "2022-02-11"'),
    "other_file": content("README.md", b"not a table"),
}
OTHER = {
    "a_number": cell("unit_energy", 3, "quantity", "500.0000001"),
    "a_name": cell("units", 2, "name", "甲化工厂"),
    "a_source": cell("units", 2, "source", "other"),
    "a_flag": cell("units", 3, "is_leader", "1"),
    "an_optional_number": cell("projects", 2, "jobs", "0"),
    "a_setting": setting("targets", "intensity_reduction = 0.031"),
    "a_title": setting("", 'title_en = "Other"'),
}


@pytest.mark.parametrize("name", SAME)
def test_the_hash_does_not_see(name: str, tmp_path: Path) -> None:
    expected = load(valid(tmp_path / "a")).content_hash
    SAME[name](valid(tmp_path / "b"))
    assert load(tmp_path / "b").content_hash == expected


@pytest.mark.parametrize("name", OTHER)
def test_the_hash_sees(name: str, tmp_path: Path) -> None:
    expected = load(valid(tmp_path / "a")).content_hash
    OTHER[name](valid(tmp_path / "b"))
    assert load(tmp_path / "b").content_hash != expected


def test_overrides_change_settings_and_hash(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    plain = load(folder)
    changed = load(folder, {"targets.intensity_reduction": 0.05, "solve.relax_integers": True})
    assert changed.settings.targets.intensity_reduction == 0.05
    assert changed.settings.targets.increment_tce_eq == plain.settings.targets.increment_tce_eq
    assert changed.settings.solve.relax_integers is True
    assert changed.content_hash != plain.content_hash
    assert load(folder, {"targets.intensity_reduction": 0.03}).content_hash == plain.content_hash
    assert load(folder, {"targets.intensity_reduction": None}).settings.targets.intensity_reduction is None


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("targets.intensity_reducton", 0.1, "unknown_setting"),
        ("targets", 3, "wrong_type"),
        ("title_zh.x", 3, "unknown_setting"),
        ("inherits", "x", "unknown_setting"),
        ("", 1, "unknown_setting"),
        ("policy.headroom_share", "12 tce", "unit_in_number"),
        ("policy.headroom_share", True, "wrong_type"),
    ],
)
def test_wrong_overrides(key: str, value: object, rule: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(valid(tmp_path / "s"), {key: value})
    (problem,) = caught.value.problems
    assert (problem.rule, problem.file, problem.column) == (rule, "overrides", key)


# Writing


def test_writing_keeps_the_content(tmp_path: Path) -> None:
    scenario = load(valid(tmp_path / "s"))
    write(scenario, tmp_path / "deep" / "copy")
    again = load(tmp_path / "deep" / "copy")
    assert again.content_hash == scenario.content_hash
    assert again.notes == ()
    for name in TABLES:
        assert again.table(name).equals(scenario.table(name)), name
    assert (tmp_path / "deep" / "copy" / "units.csv").read_bytes().startswith(b"\xef\xbb\xbfunit_id,")
    write(again, tmp_path / "third")
    for path in (tmp_path / "third").iterdir():
        assert path.read_bytes() == (tmp_path / "deep" / "copy" / path.name).read_bytes()


def test_writing_does_not_mix_with_old_files(tmp_path: Path) -> None:
    scenario = load(valid(tmp_path / "s"))
    with pytest.raises(FileExistsError):
        write(scenario, tmp_path / "s")


def test_awkward_text_survives_writing(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    awkward = '=1+1, "quoted", 逗号，\\n {braces} \t tab'.replace("\t", " ")
    cell("units", 2, "name", awkward)(folder)
    setting("", 'title_en = "a \\"b\\" \\n c \\\\ 中"')(folder)
    scenario = load(folder)
    write(scenario, tmp_path / "copy")
    assert load(tmp_path / "copy").content_hash == scenario.content_hash
    assert load(tmp_path / "copy").table("units").loc[0, "name"] == awkward


# Folders


def test_missing_folder(tmp_path: Path) -> None:
    valid(tmp_path / "dalad-2022")
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "dalat-2022")
    (problem,) = caught.value.problems
    assert problem.rule == "missing_folder"
    assert problem.file.endswith("dalat-2022")
    assert problem.params["suggestion"] == "dalad-2022"


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000])
def test_names_that_are_no_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError):
        load(f"{tmp_path}/nowhere/{name}")


def test_file_for_folder(tmp_path: Path) -> None:
    file = valid(tmp_path / "s") / "scenario.toml"
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert [p.rule for p in caught.value.problems] == ["not_a_folder"]


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = valid(tmp_path / "s")
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "resources.csv":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ScenarioError) as caught:
        load(folder)
    # the rows that refer to the unreadable table are not blamed
    assert [(p.rule, p.file, p.params["reason"]) for p in caught.value.problems] == [
        ("unreadable", "resources.csv", "Permission denied")
    ]


def test_a_broken_link_is_unreadable(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    (folder / "evaluation.csv").unlink()
    try:
        (folder / "evaluation.csv").symlink_to(tmp_path / "nowhere.csv")
    except OSError:
        pytest.skip("this system makes no links")
    with pytest.raises(ScenarioError) as caught:
        load(folder)
    assert [(p.rule, p.file) for p in caught.value.problems] == [("unreadable", "evaluation.csv")]


def test_files_of_office_programs_are_passed_over(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    for name in ("~$units.csv", ".~lock.units.csv#", ".hidden.csv", "README.md", "note.txt"):
        (folder / name).write_bytes(b"\x00junk")
    assert load(folder).notes == ()
