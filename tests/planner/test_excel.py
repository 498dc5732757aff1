"""A scenario as a workbook and back: nothing changes; every bad workbook is told with sheet, cell and remedy."""

import datetime as dt
import json
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import dualcontrol as dc
from dualcontrol.model.scenario import write
from dualcontrol.register_book import BookError, read_book
from dualcontrol.register_import import Imported, cell_name, read_register
from dualcontrol.register_layout import GUIDE, LISTS, PROBLEMS, SETTINGS_SHEET, tab
from dualcontrol.register_write import register_bytes
from tests.planner.test_cli import Run, fresh
from tests.planner.workbooks import Workbook, inline_strings, rewritten, runner

HOSTILE = (
    '=HYPERLINK("http://x")', "+1", "@SUM(A1)", "<script>alert(1)</script>", "长" * 300, "🙂🏭", "'引号'\"双\"", "=1+1",
    "-2", "{=1}", "http://x.example", "_x0041_", "a,b;c",
)  # fmt: skip


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture(scope="module")
def content(scenarios_folder: Path) -> bytes:
    return register_bytes(dc.load(scenarios_folder / "two-firms"))


@pytest.fixture
def register(tmp_path: Path, content: bytes) -> Path:
    """The fill-in workbook of two firms and a project."""
    path = tmp_path / "register.xlsx"
    path.write_bytes(content)
    return path


@pytest.fixture
def book(register: Path) -> Workbook:
    return Workbook(register)


def problems(path: Path) -> set[tuple[str, str, str]]:
    """Sheet, cell and rule of every problem."""
    return {(spot.sheet, cell_name(spot), spot.rule) for spot in read_register(path).problems}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- a round trip


@pytest.mark.parametrize(
    "name",
    [
        "two-firms",
        "shifan-2022",
        "lorie-savage",
        pytest.param("dalad-2022", marks=pytest.mark.slow),
        pytest.param("rongxin-with", marks=pytest.mark.slow),
    ],
)
def test_a_round_trip_changes_nothing(name: str, scenarios_folder: Path, tmp_path: Path) -> None:
    """Also the network and its 8,760 hours; a scenario that inherits comes back whole, with the same hash."""
    scenario = dc.load(scenarios_folder / name)
    path = tmp_path / "register.xlsx"
    path.write_bytes(register_bytes(scenario))
    found = read_register(path)
    assert found.problems == ()
    assert found.scenario is not None
    assert found.scenario.content_hash == scenario.content_hash
    assert found.scenario.settings.inherits is None
    for table, frame in scenario.tables.items():
        assert found.scenario.tables[table].equals(frame)
    assert found.scenario.profiles.equals(scenario.profiles)


def test_the_same_scenario_gives_the_same_bytes(scenarios_folder: Path) -> None:
    scenario = dc.load(scenarios_folder / "shifan-2022")
    assert register_bytes(scenario) == register_bytes(scenario)


def test_numbers_of_seventeen_digits_and_hostile_texts_come_back(
    scenarios_folder: Path, tmp_path: Path
) -> None:
    scenario = dc.load(scenarios_folder / "two-firms")
    projects = scenario.table("projects")
    rows = projects.loc[projects.index.repeat(len(HOSTILE))].reset_index(drop=True)
    rows["project_id"] = [f"00{number}" for number in range(len(HOSTILE))]
    rows["name"] = HOSTILE
    rows["value_added_wan_yuan"] = [0.1 + 0.2 + number for number in range(len(HOSTILE))]
    energy = scenario.table("project_energy")
    energy = energy.loc[energy.index.repeat(len(HOSTILE))].reset_index(drop=True)
    energy["project_id"] = rows["project_id"]
    folder = tmp_path / "hostile"
    tables = {**scenario.tables, "projects": rows, "project_energy": energy}
    settings = scenario.settings.model_copy(update={"title_zh": "=1+1\n第二行 ", "title_en": '""'})
    object.__setattr__(scenario, "settings", settings)
    object.__setattr__(scenario, "tables", tables)
    write(scenario, folder)
    before = dc.load(folder)
    path = tmp_path / "register.xlsx"
    path.write_bytes(register_bytes(before))
    opened = openpyxl.load_workbook(path)
    names = [row[1] for row in opened[tab("projects")].iter_rows(min_row=6)][: len(HOSTILE)]
    assert {cell.data_type for cell in names} == {"s"}
    assert all(cell.hyperlink is None for cell in names)
    found = read_register(path)
    assert found.problems == ()
    assert found.scenario is not None
    assert set(found.scenario.tables["projects"]["name"]) == set(HOSTILE)
    assert found.scenario.settings.title_zh == "=1+1\n第二行 "
    # a title of two quotation marks is the one text that cannot be told from an empty one
    again = found.scenario.settings.model_copy(update={"title_en": '""'})
    assert again == before.settings
    assert found.scenario.tables["projects"].equals(before.tables["projects"])


def test_the_headings_are_protected_and_the_cells_are_free(book: Workbook) -> None:
    units = book.sheet("units")
    assert units.protection.sheet
    heading, cell = units["A2"], units["A6"]
    assert heading.protection.locked
    assert not cell.protection.locked
    assert (
        not units.column_dimensions["A"].protection.locked
        if hasattr(units.column_dimensions["A"], "protection")
        else True
    )
    assert cell.number_format == "@"
    assert "单位编号" in heading.comment.text
    assert "unit id" in heading.comment.text
    texts = [units.cell(row, 5).value for row in (2, 3, 4, 5)]
    assert texts == [
        "工业增加值（基年） *", "value added, base year, 2020 prices", "万元 · 必填 required", "value_added_wan_yuan",
    ]  # fmt: skip
    lists = {str(v.sqref).split(":")[0]: v for v in units.data_validations.dataValidation}
    assert f"'{tab('sectors')}'!$A$6" in lists[book.at("units", "sector_id")].formula1
    assert "已批准 approved" in lists[book.at("units", "review")].formula1
    assert lists[book.at("units", "is_leader")].formula1 == '"是,否"'
    indicators = {
        str(v.sqref).split(":")[0]: v for v in book.sheet("evaluation").data_validations.dataValidation
    }
    assert LISTS in indicators[book.at("evaluation", "indicator")].formula1  # too long to be written out


def test_the_guide_explains_and_links_to_every_sheet(book: Workbook) -> None:
    guide = book.book[GUIDE]
    assert book.book.sheetnames[:2] == [GUIDE, SETTINGS_SHEET]
    text = "\n".join(str(cell.value) for row in guide.iter_rows() for cell in row if cell.value)
    assert "怎样填写" in text
    assert "How to fill it in" in text
    assert "演示数据·非官方文件" in text
    targets = {row[0].hyperlink.location for row in guide.iter_rows() if row[0].hyperlink}
    assert targets == {f"'{name}'!A1" for name in book.book.sheetnames if name not in (GUIDE, LISTS)}


# --- what people and programs do to a workbook that is no fault


def test_figures_typed_in_arrive(book: Workbook, scenarios_folder: Path) -> None:
    book.put("units", "value_added_wan_yuan", 510.5)
    book.put("units", "activity_max", "1.2")  # a number stored as text
    book.put("units", "conduct_since", dt.datetime(2022, 1, 5))  # noqa: DTZ001 - a cell has no zone
    book.put("units", "review", "免审")  # the Chinese alone
    book.put("units", "conduct", "noticed")  # the word alone
    book.put("units", "name", "  甲企业  ")
    book.put("units", "unit_id", 123, row=2)
    book.put("units", "name", "丙企业", row=2)
    book.put("units", "sector_id", "chemicals", row=2)
    book.put("units", "value_added_wan_yuan", 0, row=2)
    book.put("units", "source", "填报", row=2)
    book.put("units", "basis", "实测 measured", row=2)
    book.setting("targets.intensity_reduction", "0.04")
    book.setting("gdp_base_wan_yuan", 1010.5)
    book.setting("policy.quarter_shares", "0.3；0.2；0.25；0.25")
    book.setting("disabled_clauses", "3.2.4、3.5.1")
    found = read_register(book.save())
    assert found.problems == ()
    assert found.scenario is not None
    units = {row.unit_id: row for row in found.scenario.rows("units")}
    assert set(units) == {"A", "B", "123"}
    assert (units["A"].value_added_wan_yuan, units["A"].activity_max) == (510.5, 1.2)
    assert (units["A"].review, units["A"].conduct) == ("exempt", "noticed")
    assert units["A"].conduct_since == dt.date(2022, 1, 5)
    assert units["A"].name == "甲企业"
    settings = found.scenario.settings
    assert settings.targets.intensity_reduction == 0.04
    assert settings.policy.quarter_shares == (0.3, 0.2, 0.25, 0.25)
    assert settings.disabled_clauses == ("3.2.4", "3.5.1")


def same(found: Imported, scenarios_folder: Path) -> bool:
    before = dc.load(scenarios_folder / "two-firms")
    return found.scenario is not None and found.scenario.content_hash == before.content_hash


def test_inline_strings_and_no_dimension(register: Path, tmp_path: Path, scenarios_folder: Path) -> None:
    assert same(read_register(inline_strings(register, tmp_path / "inline.xlsx")), scenarios_folder)


def test_cells_without_references(register: Path, tmp_path: Path, scenarios_folder: Path) -> None:
    """Rows and cells that do not say where they are stand one after the other."""

    def change(name: str, text: str) -> str:
        if name != "xl/worksheets/sheet6.xml":  # unit_energy: nothing is empty before the last column
            return text
        return re.sub(r'<row r="\d+"', "<row", re.sub(r'<c r="[A-Z]+\d+"', "<c", text))

    assert same(read_register(rewritten(register, tmp_path / "bare.xlsx", change)), scenarios_folder)


def test_blank_rows_drafts_and_a_stray_corner(book: Workbook, scenarios_folder: Path) -> None:
    units = book.sheet("units")
    units.insert_rows(7, 3)
    for row in (7, 8, 9):
        units.cell(row, 1).value = "   "
    units["XFD1048576"].value = " "  # a spreadsheet of 17 billion cells
    book.book.create_sheet("我的草稿")["A1"].value = "随手记"
    book.book.create_sheet("空白")
    found = read_register(book.save())
    assert same(found, scenarios_folder)
    assert [(note.sheet, note.rule) for note in found.notes] == [("我的草稿", "note_sheet_passed_over")]


def test_sheets_may_be_renamed_and_moved(book: Workbook, scenarios_folder: Path) -> None:
    book.sheet("units").title = "units"
    book.sheet("sectors").title = "行业"
    book.book.move_sheet("units", -3)
    assert same(read_register(book.save()), scenarios_folder)


def test_chinese_headings_are_enough(book: Workbook, scenarios_folder: Path) -> None:
    book.sheet("units").delete_rows(5)
    assert same(read_register(book.save()), scenarios_folder)


def test_a_formula_counts_with_its_stored_value(register: Path, tmp_path: Path) -> None:
    def change(name: str, text: str) -> str:
        if name != "xl/worksheets/sheet5.xml":
            return text
        return text.replace("<v>500</v>", "<f>250*2</f><v>501</v>")

    found = read_register(rewritten(register, tmp_path / "formula.xlsx", change))
    assert found.scenario is not None
    assert found.scenario.rows("units")[0].value_added_wan_yuan == 501
    assert [(note.rule, cell_name(note)) for note in found.notes] == [("note_formula", "E6")]


# --- bad cells


# rule -> column of a unit, what is put there, and whether it is a text that looks like a formula
BAD_CELLS: tuple[tuple[str, str, Any, bool], ...] = (
    ("full_width", "value_added_wan_yuan", "５００", False),
    ("thousands_separator", "value_added_wan_yuan", "1,500", False),
    ("unit_in_number", "value_added_wan_yuan", "500万元", False),
    ("formula_not_computed", "value_added_wan_yuan", "=250*2", False),
    ("formula", "value_added_wan_yuan", "=250*2", True),
    ("spreadsheet_error", "value_added_wan_yuan", "#REF!", False),
    ("date_cell", "unit_id", dt.datetime(2022, 3, 1), False),  # noqa: DTZ001 - a cell has no zone
    ("date_cell", "activity_max", dt.datetime(2022, 3, 1), False),  # noqa: DTZ001
    ("date_cell", "name", dt.time(8, 30), False),
    ("not_a_date", "conduct_since", 44603, False),
    ("not_a_date", "conduct_since", "2022年13月1日", False),
    ("digits_lost", "credit_code", 911506212345678901, False),
    ("credit_code_length", "credit_code", 12345, False),
    ("not_a_choice", "review", "批了", False),
    ("not_a_flag", "is_leader", "也许", False),
    ("dangling_reference", "sector_id", "chemicol", False),
    ("duplicate_key", "unit_id", "A", False),
    ("missing_value", "source", None, False),
    ("missing_value", "unit_id", None, False),
    ("below_minimum", "activity_min", -1, False),
    ("line_break", "name", "甲\n企业", False),
    ("control_character", "name", "甲\u200b企业", False),
    ("formula_like_id", "unit_id", "=A1", True),
    ("scientific_id", "unit_id", "9.1E+17", False),
    ("lost_character", "name", "甲\ufffd企业", False),
)
BAD_SETTINGS: tuple[tuple[str, str, Any], ...] = (
    ("percent_sign", "targets.intensity_reduction", "3%"),
    ("wrong_type", "targets.manage_total", "随便"),
    ("missing_setting", "base_year", None),
    ("not_an_integer", "plan_year", 2022.5),
    ("wrong_count", "policy.quarter_shares", "0.5;0.25;0.25"),
    ("spreadsheet_error", "gdp_base_wan_yuan", "#DIV/0!"),
    ("not_a_date", "as_of", "今天"),
    ("not_a_choice", "nature", "真的"),
    ("above_maximum", "policy.reserve_share", 3),
    ("full_width", "solve.time_limit_s", "６０"),
    ("date_cell", "policy.max_cut_share", dt.datetime(2022, 3, 5)),  # noqa: DTZ001
)


def test_every_bad_cell_of_a_table_is_told_with_its_place(book: Workbook) -> None:
    """A row per fault, sound but for it: each is found, at its cell, and nothing else is."""
    sound = {"sector_id": "chemicals", "value_added_wan_yuan": 0, "source": "x", "basis": "estimated"}
    expected = set()
    for row, (rule, column, value, is_text) in enumerate(BAD_CELLS, start=2):
        for name, content in {"unit_id": f"U{row}", "name": f"第{row}家", **sound}.items():
            book.put("units", name, content, row)
        name = book.text("units", column, value, row) if is_text else book.put("units", column, value, row)
        expected.add((tab("units"), name, rule))
    found = {(s, c, r) for s, c, r in problems(book.save()) if s == tab("units")}
    assert found == expected


def test_every_bad_setting_is_told_with_its_place(book: Workbook) -> None:
    expected = {(SETTINGS_SHEET, book.setting(key, value), rule) for rule, key, value in BAD_SETTINGS}
    assert {one for one in problems(book.save()) if one[0] == SETTINGS_SHEET} == expected


def test_an_unknown_clause_is_told(book: Workbook) -> None:
    cell = book.setting("disabled_clauses", "9.9")
    assert (SETTINGS_SHEET, cell, "unknown_clause") in problems(book.save())


def test_a_row_number_in_a_sentence_is_that_of_the_sheet(book: Workbook) -> None:
    book.put("units", "unit_id", "A", row=1)
    (spot,) = [spot for spot in read_register(book.save()).problems if spot.rule == "duplicate_key"]
    assert spot.params["first_row"] == "6"


def test_cells_with_line_breaks_do_not_shift_the_rows_below(book: Workbook) -> None:
    first = book.put("units", "name", "甲\n\n企业")
    second = book.put("units", "value_added_wan_yuan", "many", row=1)
    assert {(first, "line_break"), (second, "not_a_number")} <= {
        (cell, rule) for _, cell, rule in problems(book.save())
    }


# --- bad sheets


def test_merged_cells(book: Workbook) -> None:
    book.sheet("units").merge_cells("E6:E7")
    found = problems(book.save())
    assert (tab("units"), "E6", "cells_merged") in found
    assert (tab("units"), "E7", "missing_value") in found


def test_a_column_of_ones_own(book: Workbook) -> None:
    units = book.sheet("units")
    last = units.max_column
    units.cell(5, last + 2).value = "备注说明"
    units.cell(6, last + 2).value = "x"
    units.cell(6, last + 4).value = "没有表头"
    found = problems(book.save())
    letter = openpyxl.utils.get_column_letter
    assert (tab("units"), f"{letter(last + 2)}5", "unknown_column") in found
    assert (tab("units"), f"{letter(last + 4)}5", "empty_heading") in found or (
        tab("units"), "", "empty_heading"
    ) in found  # fmt: skip


def test_a_column_that_was_deleted(book: Workbook) -> None:
    book.sheet("units").delete_cols(5)
    assert {rule for _, _, rule in problems(book.save())} >= {"missing_column"}


def test_a_table_under_a_wrong_name(book: Workbook) -> None:
    book.sheet("units").title = "单位清单"
    found = read_register(book.save())
    (spot,) = [spot for spot in found.problems if spot.rule == "sheet_unknown"]
    assert (spot.sheet, spot.params["suggestion"]) == ("单位清单", tab("units"))


def test_the_same_table_twice(book: Workbook) -> None:
    book.book.copy_worksheet(book.sheet("units")).title = "units"
    assert ("units", "", "sheet_twice") in problems(book.save())


def test_a_sheet_without_headings(book: Workbook) -> None:
    book.sheet("units").delete_rows(1, 5)
    assert (tab("units"), "", "sheet_headings") in problems(book.save())


def test_missing_sheets(book: Workbook) -> None:
    del book.book[tab("sectors")]
    del book.book[tab("measures")]
    found = read_register(book.save())
    assert [(spot.sheet, spot.rule) for spot in found.problems] == [(tab("sectors"), "missing_table")]
    (note,) = [note for note in found.notes if note.rule == "note_sheets_absent"]
    assert note.params["count"] == "2"


def test_no_settings(book: Workbook) -> None:
    del book.book[SETTINGS_SHEET]
    assert problems(book.save()) == {(SETTINGS_SHEET, "", "sheet_missing")}


def test_an_unknown_and_a_repeated_setting(book: Workbook) -> None:
    sheet = book.book[SETTINGS_SHEET]
    sheet["G7"].value = "title_zhh"
    sheet["G9"].value = "title_en"
    sheet[f"B{sheet.max_row + 3}"].value = 3
    rules = {rule for _, _, rule in problems(book.save())}
    assert {"unknown_setting", "setting_twice", "setting_without_key"} <= rules


# --- files that are no workbook


def bad_files(register: Path, folder: Path) -> dict[str, tuple[Path, str]]:
    whole = register.read_bytes()
    made: dict[str, tuple[bytes, str]] = {
        "empty.xlsx": (b"", "book_empty"),
        "text.xlsx": ("单位,名称\n".encode("gbk"), "book_other"),
        "page.xlsx": (b"<html><table></table></html>", "book_other"),
        "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "book_old"),
        "locked.xlsx": (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "book_encrypted",
        ),
        "cut.xlsx": (whole[: len(whole) // 2], "book_damaged"),
        "spoiled.xlsx": (whole[:3000] + b"\xff" * 400 + whole[3400:], "book_damaged"),
    }
    found = {}
    for name, (content, rule) in made.items():
        (folder / name).write_bytes(content)
        found[name] = (folder / name, rule)
    for name, part, rule in (("a.zip.xlsx", "readme.txt", "book_zip"), ("b.ods", "content.xml", "book_ods")):
        with zipfile.ZipFile(folder / name, "w") as packed:
            packed.writestr(part, "x")
        found[name] = (folder / name, rule)
    broken = rewritten(
        register, folder / "xml.xlsx", lambda n, t: t[: len(t) // 2] if n == "xl/workbook.xml" else t
    )
    found["xml.xlsx"] = (broken, "book_damaged")
    return found


def test_files_that_are_no_workbook(register: Path, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, (path, rule) in bad_files(register, folder).items():
        with pytest.raises(BookError) as error:
            read_book(path)
        assert error.value.rule == rule, name
        said = run("import", path, tmp_path / "mine", "--json")
        assert said.code == 2
        assert said.json["problems"][0]["rule"] == rule
        assert said.json["remedy"]
    assert not (tmp_path / "mine").exists()
    assert not list(folder.glob("*.problems*"))
    assert run("import", tmp_path / "nothing.xlsx", tmp_path / "mine").code == 2


def test_a_workbook_that_unpacks_to_more_than_a_machine_holds(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "x")
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 90_000_000)
    with pytest.raises(BookError) as error:
        read_book(path)
    assert error.value.rule == "book_large"


def test_a_workbook_of_something_else(run: Run, tmp_path: Path) -> None:
    other = openpyxl.Workbook()
    other.active["A1"].value = "工资表"
    other.save(tmp_path / "other.xlsx")
    said = run("import", tmp_path / "other.xlsx", tmp_path / "mine", "--json")
    assert said.code == 2
    assert [one["rule"] for one in said.json["problems"]] == ["book_no_tables"]


# --- the commands


def test_template_import_solve(run: Run, tmp_path: Path, scenarios_folder: Path) -> None:
    path, mine = tmp_path / "a b.xlsx", tmp_path / "scenarios" / "mine"
    assert run("template", path, "--scenario", scenarios_folder / "two-firms").code == 0
    said = run("import", path, mine)
    assert (said.code, said.err) == (0, "")
    assert dc.load(mine).content_hash == dc.load(scenarios_folder / "two-firms").content_hash
    told = run("solve", mine, "--out", tmp_path / "out", "--json")
    assert told.json["objective_wan_yuan"] == 828.0  # by hand in the scenario's README


@pytest.mark.slow
def test_hostile_names_through_import_to_the_outputs(run: Run, book: Workbook, tmp_path: Path) -> None:
    book.text("units", "name", '=HYPERLINK("http://x")')
    book.text("units", "name", "<script>alert(1)</script>", row=1)
    book.text("projects", "name", "+1🙂'\"")
    book.setting("title_zh", "@SUM(A1)")
    assert run("import", book.save(), tmp_path / "mine").code == 0
    out = tmp_path / "out"
    assert run("solve", tmp_path / "mine", "--out", out).code == 0
    opened = openpyxl.load_workbook(out / "budget.xlsx")
    cells = [cell for sheet in opened for row in sheet.iter_rows() for cell in row]
    shown = {cell.value for cell in cells if cell.data_type == "s"}
    assert {'=HYPERLINK("http://x")', "<script>alert(1)</script>", "+1🙂'\""} <= shown
    assert all(cell.hyperlink is None or cell.hyperlink.location for cell in cells)
    assert not any(cell.data_type == "f" and "HYPERLINK" in str(cell.value) for cell in cells)
    quotas = (out / "quotas.csv").read_text(encoding="utf-8-sig")
    assert not re.search(r"(^|,)\"?=HYPERLINK", quotas, re.MULTILINE)


def test_problems_are_listed_and_marked_in_a_copy(run: Run, book: Workbook, tmp_path: Path) -> None:
    value = book.put("units", "value_added_wan_yuan", "５００")
    name = book.text("units", "unit_id", '=HYPERLINK("http://x")')
    path, mine = book.save(), tmp_path / "mine"
    before = path.read_bytes()
    said = run("import", path, mine, "--lang", "zh")
    assert said.code == 2
    assert not mine.exists()
    assert path.read_bytes() == before
    assert f"{tab('units')} {value}" in said.err
    assert "请用半角数字，写成 500" in said.err
    copy = tmp_path / "register.problems.xlsx"
    assert str(copy) in said.err
    marked = openpyxl.load_workbook(copy)
    assert marked.sheetnames[0] == PROBLEMS
    assert [sheet.title for sheet in marked if sheet.sheet_view.tabSelected] == [PROBLEMS]
    cell = marked[tab("units")][value]
    assert cell.fill.start_color.rgb == "FFFFC7CE"
    assert "请用半角数字" in cell.comment.text
    assert "use plain digits: 500" in cell.comment.text
    listed = [cell for row in marked[PROBLEMS].iter_rows() for cell in row]
    assert {cell.data_type for cell in listed if cell.value} == {"s"}
    told = run("import", path, mine, "--json")
    records = told.json["problems"]
    assert {(one["cell"], one["rule"]) for one in records} >= {
        (value, "full_width"),
        (name, "formula_like_id"),
    }
    assert all(one["message"] and one["remedy"] for one in records)
    # the first copy may hold corrections by now: the second has a name of its own
    assert told.json["copy"] == str(tmp_path / "register.problems-2.xlsx")


def test_the_marked_copy_can_be_corrected_and_imported(run: Run, book: Workbook, tmp_path: Path) -> None:
    book.put("units", "value_added_wan_yuan", "５００")
    assert run("import", book.save(), tmp_path / "mine").code == 2
    copy = Workbook(tmp_path / "register.problems.xlsx")
    copy.put("units", "value_added_wan_yuan", 500)
    assert run("import", copy.save(), tmp_path / "mine").code == 0


@pytest.mark.slow
def test_an_existing_scenario_is_never_lost(run: Run, book: Workbook, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert run("import", book.path, mine).code == 0
    (mine / "README.md").write_text("说明", encoding="utf-8")
    before = snapshot(mine)
    assert run("import", book.path, mine).code == 0  # the same: nothing to do
    book.setting("targets.intensity_reduction", 0.02)
    book.save()
    said = run("import", book.path, mine)
    assert said.code == 2
    assert "--replace" in said.err
    assert snapshot(mine) == before
    assert run("import", book.path, mine, "--replace").code == 0
    assert dc.load(mine).settings.targets.intensity_reduction == 0.02
    assert snapshot(tmp_path / "mine.before-1") == before
    assert (mine / "README.md").read_text(encoding="utf-8") == "说明"
    book.setting("targets.intensity_reduction", 0.01)
    assert run("import", book.save(), mine, "--replace").code == 0
    assert dc.load(tmp_path / "mine.before-2").settings.targets.intensity_reduction == 0.02
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "mine",
        "mine.before-1",
        "mine.before-2",
        "register.xlsx",
    ]


def test_a_table_that_is_emptied_goes(run: Run, book: Workbook, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert run("import", book.path, mine).code == 0
    for table in ("projects", "project_energy"):
        book.sheet(table).delete_rows(6, 5)
    assert run("import", book.save(), mine, "--replace").code == 0
    assert not (mine / "projects.csv").exists()


def test_a_folder_of_somebody_else_is_refused(run: Run, register: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "照片.txt").write_text("x", encoding="utf-8")
    for more in ([], ["--replace"]):
        assert run("import", register, home, *more).code == 2
        assert [path.name for path in home.iterdir()] == ["照片.txt"]
    assert run("import", register, home / "照片.txt").code == 2


def test_a_template_is_not_written_over(run: Run, register: Path, tmp_path: Path) -> None:
    before = register.read_bytes()
    assert run("template", register).code == 2
    assert register.read_bytes() == before
    assert run("template", register, "--replace").code == 0
    assert register.read_bytes() != before
    assert run("template", tmp_path / "a.xls").code == 2
    assert run("template", tmp_path / "b.xlsx", "--scenario", "no-such").code == 2
    assert (
        run("template", tmp_path / "b.xlsx", "--scenario", "shifan-2022").code == 0
    )  # comes with the program


def test_an_empty_template_asks_for_what_it_needs(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    assert run("template", path).code == 0
    said = run("import", path, tmp_path / "mine", "--json")
    assert said.code == 2
    missing = {one["column"].split()[-1] for one in said.json["problems"] if one["rule"] == "missing_setting"}
    assert missing >= {"title_zh", "base_year", "as_of"}
    assert all(one["cell"] for one in said.json["problems"] if one["rule"] == "missing_setting")


@pytest.mark.fault
@pytest.mark.parametrize("place", ["pathlib.Path.write_bytes", "dualcontrol.swap.replace", "shutil.copytree"])
def test_a_failing_disk_leaves_the_old_scenario(
    place: str,
    run: Run,
    book: Workbook,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = tmp_path / "mine"
    assert run("import", book.path, mine).code == 0
    before = snapshot(mine)
    book.setting("targets.intensity_reduction", 0.02)
    book.save()

    def failing(*_: object, **__: object) -> None:
        raise OSError(28, "No space left", "x")

    monkeypatch.setattr(place, failing)
    assert run("import", book.path, mine, "--replace").code == 2
    monkeypatch.undo()
    assert snapshot(mine) == before


@pytest.mark.slow
def test_a_chinese_windows(register: Path, tmp_path: Path, book: Workbook) -> None:
    """GBK everywhere, Chinese paths, no UTF-8 mode."""
    environment = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "gbk", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    folder = tmp_path / "情景"
    done = fresh("import", register, folder / "我的", "--json", **environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode("gbk"))["changed"] is True
    assert dc.load(folder / "我的").settings.title_zh.startswith("两家企业")
    made = fresh("template", tmp_path / "表.xlsx", "--scenario", folder / "我的", **environment)
    assert made.returncode == 0, made.stderr
    book.put("units", "name", "🙂", row=0)
    book.put("units", "value_added_wan_yuan", "很多🙂")
    bad = fresh("import", book.save(), folder / "坏的", "--lang", "zh", **environment)
    assert bad.returncode == 2
    assert b"Traceback" not in bad.stderr
    assert "不是数" in bad.stderr.decode("gbk", errors="replace")


@pytest.mark.office
def test_libreoffice_opens_and_saves_it_unchanged(tmp_path: Path, scenarios_folder: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("no office program")
        pytest.skip("no office program")
    import subprocess

    for name in ("shifan-2022", "dalad-2022"):
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(register_bytes(dc.load(scenarios_folder / name)))
        out = tmp_path / "saved"
        subprocess.run(
            [program, f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--headless", "--convert-to", "xlsx",
             "--outdir", str(out), str(path)],
            check=True, capture_output=True, timeout=280,
        )  # fmt: skip
        found = read_register(out / path.name)
        assert found.problems == ()
        assert found.scenario is not None
        assert found.scenario.content_hash == dc.load(scenarios_folder / name).content_hash


def test_the_settings_are_all_explained() -> None:
    from dualcontrol.model.settings_register import SETTINGS

    assert len(SETTINGS) > 70
    for setting in SETTINGS.values():
        assert re.search("[一-鿿]", setting.zh), setting.key
        assert re.search("[A-Za-z]", setting.en), setting.key


def test_every_word_of_a_choice_has_a_label_of_its_own() -> None:
    from dualcontrol.model.choice_words import label, word_of
    from dualcontrol.model.schema import TABLES
    from dualcontrol.model.settings_register import SETTINGS

    asked: list[tuple[str, Any]] = [
        (c.name, c.choices) for t in TABLES.values() for c in t.columns if c.choices
    ]
    asked += [(s.key.rpartition(".")[2], s.choices) for s in SETTINGS.values() if s.choices]
    for column, words in asked:
        labels = [label(column, word) for word in words]
        assert len(set(labels)) == len(labels)
        assert [word_of(column, words, text) for text in labels] == list(words)


@pytest.mark.slow
def test_a_scenario_that_inherits_comes_back_whole(run: Run, tmp_path: Path) -> None:
    base, child, whole = tmp_path / "base", tmp_path / "child", tmp_path / "whole"
    assert run("new", base, "--from", "two-firms").code == 0
    assert run("new", child, "--from", base, "--inherits").code == 0
    (child / "units.csv").write_text("unit_id,name,basis\nA,改名企业,recalled\n", encoding="utf-8")
    path = tmp_path / "child.xlsx"
    assert run("template", path, "--scenario", child).code == 0
    assert run("import", path, whole).code == 0
    assert dc.load(whole).content_hash == dc.load(child).content_hash
    assert dc.load(whole).settings.inherits is None
    # put in the place of the child itself: nothing differs, so it goes on inheriting
    assert run("import", path, child, "--replace").code == 0
    assert dc.load(child).settings.inherits is not None
    book = Workbook(path)
    book.put("units", "name", "又改名")
    said = run("import", book.save(), child, "--replace")
    assert "no longer follows" in said.out
    assert dc.load(child).settings.inherits is None
