"""The statistical forms 205-1 and 205-2: recognised as they are, mapped to energy rows, their own sums checked.

The power and heat plant, by hand. 205-1: 原煤 10,000 t industrial (200 of it as material), 电力 500 万kWh = 5,000 MWh.
205-2: 9,000 t of coal into power 6,000 and heat 3,000; output 电力 1,200 万kWh = 12,000 MWh, 热力 60,000 GJ; recovered
heat 500 GJ. So coal: feedstock 200, conversion input 9,000, fuel 10,000 − 200 − 9,000 = 800; electricity: fuel 5,000,
output 12,000 MWh; heat: output 60,500 GJ. 综合能源消费量 = 10,000 × 0.7143 + 500 × 1.229 − 1,200 × 1.229 −
60,500 × 0.03412 = 7,143 + 614.5 − 1,474.8 − 2,064.26 = 4,218.44 tce.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import dualcontrol as dc
from dualcontrol.form_read import kind_of, read_form
from dualcontrol.model.scenario import write
from dualcontrol.register_book import read_book
from tests.planner.forms import first_form, saved, second_form
from tests.planner.test_cli import Run
from tests.planner.workbooks import runner

TOTAL = 4218.44
Lines = list[tuple[str, str, str, dict[str, Any]]]
HAND = {
    ("raw_coal", "fuel"): 800.0,
    ("raw_coal", "feedstock"): 200.0,
    ("raw_coal", "conversion_in"): 9000.0,
    ("electricity", "fuel"): 5000.0,
    ("electricity", "conversion_out"): 12000.0,
    ("heat", "conversion_out"): 60500.0,
}


def first_lines() -> Lines:
    return [
        ("原煤", "吨", "01", {
            "opening": 100, "purchased": 10100, "amount": 5000, "total": 10050, "industrial": 10000, "material": 200,
            "other": 50, "closing": 150, "factor": 0.7143, "reference": 0.7143,
        }),
        ("  1.无烟煤", "吨", "02", {}),
        ("电力", "万千瓦时", "33", {"purchased": 500, "total": "500", "industrial": 500, "factor": 1.229}),
        ("能源合计", "吨标准煤", "40", {"total": 7793.2}),
    ]  # fmt: skip


def second_lines() -> Lines:
    return [
        ("原煤", "吨", "01", {
            "industrial": 10000, "input": 9000, "火力发电": 6000, "供热": 3000, "factor": 0.7143,
        }),
        ("电力", "万千瓦时", "33", {"industrial": 500, "output": 1200, "factor": 1.229}),
        ("热力", "百万千焦", "32", {"output": 60000, "recovered": 500, "factor": 0.03412}),
    ]  # fmt: skip


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


@pytest.fixture
def mine(tmp_path: Path, scenarios_folder: Path) -> Path:
    """Two firms, with the carriers of a power plant and a third unit without energy rows."""
    folder = tmp_path / "mine"
    write(dc.load(scenarios_folder / "two-firms"), folder)
    with (folder / "carriers.csv").open("a", encoding="utf-8") as file:
        file.write("raw_coal,原煤,t,0.7143,1.9,1,,,,,x,standard,\nheat,热力,GJ,0.03412,0,0,,,,,x,standard,\n")
    heading = (folder / "units.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    values = {
        "unit_id": "C", "name": "丙热电", "sector_id": "chemicals", "value_added_wan_yuan": "0",
        "credit_code": "91150621MA0N000000", "source": "x", "basis": "estimated",
    }  # fmt: skip
    with (folder / "units.csv").open("a", encoding="utf-8") as file:
        file.write(",".join(values.get(name, "") for name in heading) + "\n")
    toml = folder / "scenario.toml"
    text = toml.read_text(encoding="utf-8").replace("counted_base_tce = 2000.0\n", "")
    toml.write_text(text, encoding="utf-8")
    assert dc.load(folder).settings.counted_base_tce is None
    return folder


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """Both forms in one workbook."""
    return saved(
        tmp_path / "丙热电2021.xlsx",
        表一=lambda s: first_form(s, first_lines(), TOTAL, name="丙热电"),
        表二=lambda s: second_form(s, second_lines(), name="丙热电"),
    )


def energy(folder: Path, unit: str) -> Mapping[tuple[str, str], float]:
    rows = dc.load(folder).rows("unit_energy")
    return {(row.carrier_id, row.use): row.quantity for row in rows if row.unit_id == unit}


def test_the_forms_are_recognised_and_read_as_they_are(both: Path) -> None:
    first, second = read_book(both)
    assert (kind_of(first), kind_of(second)) == ("205-1", "205-2")
    form = read_form(first, "205-1")
    assert form is not None
    assert (form.unit_name, form.year, form.months, form.total_tce) == ("丙热电", 2021, 12, TOTAL)
    coal = form.lines[0]
    assert dict(coal.figures) == {
        "opening": 100, "purchased": 10100, "amount": 5000, "total": 10050, "industrial": 10000, "material": 200,
        "other": 50, "closing": 150, "factor": 0.7143, "reference": 0.7143,
    }  # fmt: skip
    assert [line.name for line in form.lines] == ["原煤", "无烟煤", "电力", "能源合计"]


def test_the_plant_by_hand(run: Run, both: Path, mine: Path) -> None:
    before = energy(mine, "A")
    said = run("import", both, mine, "--json")
    assert said.code == 0, said.out
    assert energy(mine, "C") == HAND
    assert energy(mine, "A") == before
    rows = [row for row in dc.load(mine).rows("unit_energy") if row.unit_id == "C"]
    assert {row.basis for row in rows} == {"measured"}
    assert "205-1表、205-2表" in rows[0].source
    assert "丙热电2021.xlsx" in rows[0].source
    fuel = next(row for row in rows if (row.carrier_id, row.use) == ("raw_coal", "fuel"))
    assert fuel.derivation == "工业生产消费 10000 吨；−用于原材料 200 吨；−加工转换投入 9000 吨"
    notes = {note["rule"]: note for note in said.json["notes"]}
    assert "非工业生产消费" in notes["note_form_not_taken"]["message"]
    assert said.json["unit"] == "C"
    # what the scenario makes of the rows is the footer of the form
    assert float(dc.account(dc.load(mine)).units["C"].gross_tce) == pytest.approx(TOTAL, abs=0.01)


def test_two_files_and_a_unit_by_its_credit_code(run: Run, mine: Path, tmp_path: Path) -> None:
    one = saved(
        tmp_path / "1.xlsx",
        s=lambda s: first_form(s, first_lines(), TOTAL, name="别的写法", code="91150621MA0N000000"),
    )
    two = saved(tmp_path / "2.xlsx", s=lambda s: second_form(s, second_lines(), name=""))
    assert run("import", one, mine, "--with", two).code == 0
    assert energy(mine, "C") == HAND


def test_one_form_alone(run: Run, mine: Path, tmp_path: Path) -> None:
    """Without 205-2 the footer cannot be right if energy was converted; without a footer it is a remark."""
    alone = saved(tmp_path / "1.xlsx", s=lambda s: first_form(s, first_lines(), TOTAL, name="丙热电"))
    said = run("import", alone, mine, "--json")
    assert [one["rule"] for one in said.json["problems"]] == ["form_footer_alone"]
    assert said.json["problems"][0]["cell"] == "E13"
    bare = saved(tmp_path / "2.xlsx", s=lambda s: first_form(s, first_lines(), name="丙热电"))
    said = run("import", bare, mine, "--json")
    assert said.code == 0
    assert "note_form_no_second" in {note["rule"] for note in said.json["notes"]}
    assert energy(mine, "C") == {
        ("raw_coal", "fuel"): 9800.0, ("raw_coal", "feedstock"): 200.0, ("electricity", "fuel"): 5000.0
    }  # fmt: skip


def test_a_unit_that_has_rows_is_replaced_only_when_asked(
    run: Run, both: Path, mine: Path, tmp_path: Path
) -> None:
    file = mine / "unit_energy.csv"
    before = file.read_bytes()
    said = run("import", both, mine, "--unit", "A")
    assert said.code == 2
    assert "--replace" in said.err
    assert file.read_bytes() == before
    assert run("import", both, mine, "--unit", "A", "--replace").code == 0
    assert energy(mine, "A") == HAND
    assert (tmp_path / "mine.before-1" / "unit_energy.csv").read_bytes() == before
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[-1].startswith("B,coal,fuel,1000")  # the rows of the others stay as they were written


def test_a_scenario_that_inherits_gets_only_its_own_rows(
    run: Run, both: Path, mine: Path, tmp_path: Path
) -> None:
    child = tmp_path / "child"
    assert run("new", child, "--from", mine, "--inherits").code == 0
    assert run("import", both, child, "--unit", "A", "--replace").code == 0
    assert energy(child, "A") == HAND
    assert energy(mine, "A") == {("coal", "fuel"): 1000.0}
    text = (child / "unit_energy.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["carrier_id"] for row in rows if row["_delete"]] == ["coal"]
    assert sorted(path.name for path in child.iterdir()) == ["scenario.toml", "unit_energy.csv"]


COAL, HEAT = 0, 2  # lines of the forms
# rule -> the form it is broken in, and its new line: (form, line, figures) or (form, line, whole line)
FAULTS: dict[str, tuple[int, int, Any]] = {
    "form_consumption": (1, COAL, {"total": 10060}),
    "form_material": (1, COAL, {"material": 10001}),
    "form_transport": (1, COAL, {"transport": 20000}),
    "form_inputs": (2, COAL, {"火力发电": 6001}),
    "form_disagree": (2, COAL, {"industrial": 10001}),
    "form_parent": (1, 1, ("  1.无烟煤", "吨", "02", {"total": 9000, "industrial": 9000, "factor": 0.7143})),
    "form_footer": (2, HEAT, {"recovered": 50000}),
    "form_overlap": (1, COAL, {"material": 5000}),
    "form_carrier": (2, HEAT, ("高炉煤气", "万立方米", "12", {"output": 1, "factor": 1.286})),
    "form_unit": (2, HEAT, ("热力", "吨", "32", {"output": 60000, "factor": 0.03412})),
    "form_twice": (1, 1, ("原煤", "吨", "01", {"total": 1, "industrial": 1, "factor": 0.7143})),
    "not_a_number": (1, COAL, {"industrial": "约一万"}),
    "full_width": (1, COAL, {"industrial": "１００００"}),
    "below_minimum": (2, HEAT, {"recovered": -500}),
}


def changed(rule: str) -> tuple[Lines, Lines]:
    """Both forms with one fault."""
    forms = (first_lines(), second_lines())
    form, line, what = FAULTS[rule]
    lines = forms[form - 1]
    if isinstance(what, dict):
        lines[line][3].update(what)
    else:
        lines[line] = what
    return forms


@pytest.mark.parametrize("rule", FAULTS)
def test_forms_that_do_not_add_up(rule: str, run: Run, mine: Path, tmp_path: Path) -> None:
    one, two = changed(rule)
    path = saved(
        tmp_path / "forms.xlsx",
        表一=lambda s: first_form(s, one, TOTAL, name="丙热电"),
        表二=lambda s: second_form(s, two, name="丙热电"),
    )
    before = {p.name: p.read_bytes() for p in mine.iterdir()}
    said = run("import", path, mine, "--json")
    assert said.code == 2
    found = [one for one in said.json["problems"] if one["rule"] == rule]
    assert found
    assert all(one["message"] and one["remedy"] for one in found)
    assert {p.name: p.read_bytes() for p in mine.iterdir()} == before
    assert Path(said.json["copy"]).name == "forms.problems.xlsx"


def test_kinds_of_coal_are_counted_once(run: Run, mine: Path, tmp_path: Path) -> None:
    """原煤 is the sum of its kinds: with a carrier 原煤 the sum counts, with carriers for the kinds only they."""
    lines: Lines = [
        ("原煤", "吨", "01", {"total": 100, "industrial": 100, "factor": 0.7143}),
        ("其中：1.无烟煤", "吨", "02", {"total": 40, "industrial": 40, "factor": 0.7143}),
        ("3.一般烟煤", "吨", "04", {"total": 60, "industrial": 60, "factor": 0.7143}),
    ]
    path = saved(tmp_path / "coal.xlsx", s=lambda s: first_form(s, lines, 71.43, name="丙热电"))
    assert run("import", path, mine).code == 0
    assert energy(mine, "C") == {("raw_coal", "fuel"): 100.0}
    carriers = mine / "carriers.csv"
    text = carriers.read_text(encoding="utf-8-sig").replace("raw_coal,原煤,", "hard,无烟煤,")
    carriers.write_text(text + "soft,一般烟煤,t,0.7143,1.9,1,,,,,x,standard,\n", encoding="utf-8")
    units = mine / "unit_energy.csv"
    units.write_text(units.read_text(encoding="utf-8-sig").replace("C,raw_coal", "C,hard"), encoding="utf-8")
    assert run("import", path, mine, "--replace").code == 0
    assert energy(mine, "C") == {("hard", "fuel"): 40.0, ("soft", "fuel"): 60.0}


def test_a_name_can_be_given_a_carrier(run: Run, mine: Path, tmp_path: Path) -> None:
    lines: Lines = [("洗精煤", "万吨", "06", {"total": 2, "industrial": 2, "factor": 9000})]
    path = saved(tmp_path / "washed.xlsx", s=lambda s: first_form(s, lines, name="丙热电"))
    said = run("import", path, mine, "--lang", "zh")
    assert said.code == 2
    assert "--carrier 洗精煤=" in said.err
    told = run("import", path, mine, "--carrier", "洗精煤=raw_coal", "--json")
    assert told.code == 0
    assert energy(mine, "C") == {("raw_coal", "fuel"): 20000.0}
    # 0.9 of the form against 0.7143 of the scenario: 20,000 t x (0.7143 − 0.9) = −3,714 tce, which is told
    note = next(note for note in told.json["notes"] if note["rule"] == "note_form_factor")
    assert "-3,714 tce" in note["message"]
    assert run("import", path, mine, "--carrier", "洗精煤=nothing", "--replace").code == 2


@pytest.mark.parametrize(
    ("more", "rule"), [({"year": 2020}, "form_year"), ({"period": "1-6月"}, "form_months")]
)
def test_a_form_of_another_time(
    more: dict[str, Any], rule: str, run: Run, mine: Path, tmp_path: Path
) -> None:
    path = saved(tmp_path / "f.xlsx", s=lambda s: first_form(s, first_lines(), name="丙热电", **more))
    said = run("import", path, mine, "--json")
    assert [one["rule"] for one in said.json["problems"]] == [rule]


def test_what_cannot_be_placed_is_refused(run: Run, mine: Path, both: Path, tmp_path: Path) -> None:
    nobody = saved(tmp_path / "n.xlsx", s=lambda s: first_form(s, first_lines(), name="谁家"))
    assert "A, B, C" in run("import", nobody, mine).err
    assert run("import", nobody, mine, "--unit", "Z").code == 2
    assert run("import", both, tmp_path / "none").code == 2
    assert not (tmp_path / "none").exists()
    assert run("import", both, mine, "--form", "205-9").code == 2
    assert run("import", both, mine, "--with", both).code == 2  # the same forms twice
    salary = saved(tmp_path / "s.xlsx", s=lambda s: s.append(["工资"]))
    assert run("import", salary, mine, "--form", "205-1").code == 2


def test_a_form_without_its_number_is_known_by_its_headings(run: Run, mine: Path, tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        first_form(sheet, first_lines(), name="丙热电")
        sheet["J2"] = None
        sheet.insert_cols(1)  # and stands a column further right
        sheet.merged_cells.ranges = set()

    path = saved(tmp_path / "f.xlsx", s=fill)
    assert run("import", path, mine).code == 0
    assert energy(mine, "C")[("raw_coal", "feedstock")] == 200.0
