"""The adjustment table: changes of the ledger's entries, by clause, add up to the change of every quota."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest

import dualcontrol as dc
from dualcontrol.cli import main
from dualcontrol.compare import Cause, CompareError, Comparison, InputChange, compare, read_published
from tests.model.small_cases import project, solve, total, unit, write_county

NO_CUT = {"policy": {"benchmark_tce_per_wan_yuan": 9}}  # nobody is worse than the banner's benchmark
OWNERS = [unit("north", 1000, 500, activity_max=1.1), project("P", 60, 90), project("Q", 50, 40)]


def published(folder: Path, increment: int, owners: object = OWNERS) -> Path:
    scenario = dc.load(
        write_county(folder.with_name(f"{folder.name}-s"), owners, {**total(increment), **NO_CUT})  # type: ignore[arg-type]
    )
    plan = solve(scenario)
    dc.publish(plan, folder, scenario=scenario, verdict=dc.audit(scenario, plan))
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    # 100 tce: P takes 60 (1.5 万元 per tce), Q 50 would be worth 40, north gets the other 40 for 20: Q does not fit.
    # 200 tce: P 60, Q 50 (0.8 per tce), north 90 (0.5 per tce).
    place = tmp_path_factory.mktemp("plans")
    return compare(*(read_published(published(place / f"p{g}", g)) for g in (100, 200)))


def test_every_change_has_its_clause_and_they_add_up(found: Comparison) -> None:
    by_account = {change.account: change for change in found.changes}
    assert set(by_account) == {"unit:north", "project:Q"}
    north, q = by_account["unit:north"], by_account["project:Q"]
    assert (north.before_tce, north.after_tce, north.change_tce) == (1040, 1090, 50)
    assert north.causes == (Cause("3.2.1c", "allowance", 40, 90),)
    assert (q.before_tce, q.after_tce) == (0, 50)
    assert (q.before or "")[0], (q.after or "")[0] == ("refused", "admitted")
    assert [c.change_tce for c in q.causes] == [50]
    for change in found.changes:
        assert sum(c.change_tce for c in change.causes) == change.change_tce


def test_what_differs_in_the_inputs_is_told(found: Comparison) -> None:
    assert found.inputs == (InputChange("targets.increment_tce_eq", "100", "200"),)
    before, after = found.totals["objective_wan_yuan"]
    # 500 + 90 + 20 and 500 + 90 + 40 + 45
    assert (before, after) == (pytest.approx(610), pytest.approx(675))


def test_cells_rows_and_projects_that_came_or_went(tmp_path: Path) -> None:
    one = read_published(published(tmp_path / "one", 100))
    others = [unit("north", 1000, 500, activity_max=1.2), project("P", 60, 90), project("R", 10, 90)]
    other = read_published(published(tmp_path / "other", 100, others))
    found = compare(one, other)
    places = {change.place: (change.before, change.after) for change in found.inputs}
    assert places["units.north.activity_max"] == ("1.1", "1.2")
    assert places["projects.Q"][1] == ""
    assert places["projects.R"][0] == ""
    assert "value_added_wan_yuan=90" in places["projects.R"][1]
    changes = {change.account: change for change in found.changes}
    assert (changes["project:R"].before_tce, changes["project:R"].after_tce) == (None, 10)
    assert changes["project:R"].before is None
    assert compare(one, one).changes == () == compare(one, one).inputs


def test_the_command_writes_the_table_and_the_workbook(
    found: Comparison, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    folders = (str(found.before.folder), str(found.after.folder))
    for _ in range(2):  # an earlier one is replaced
        with pytest.raises(SystemExit) as ended:
            main(["compare", *folders, "--out", str(out), "--json", "--lang", "zh"])
        assert ended.value.code == 0
        told = json.loads(capfd.readouterr().out)
    assert {row["account"] for row in told["adjustments"]} == {"unit:north", "project:Q"}
    with (out / "adjustments.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["account"]: row for row in csv.DictReader(file)}
    assert rows["unit:north"]["causes"] == "3.2.1c allowance +50"
    sheets = openpyxl.load_workbook(out / "adjustments.xlsx")
    cells = [cell for row in sheets.worksheets[0].values for cell in row]
    assert "north" in cells
    assert 50 in cells
    (out / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["compare", *folders, "--out", str(out)])
    assert ended.value.code == 2
    assert (out / "mine.txt").exists()


def test_every_folder_that_is_no_plan_is_named(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["compare", str(tmp_path / "one"), str(tmp_path / "two"), "--json"])
    assert ended.value.code == 2
    told = json.loads(capfd.readouterr().out)["error"]
    assert str(tmp_path / "one") in told
    assert str(tmp_path / "two") in told


def test_what_is_no_plan_is_refused(found: Comparison, tmp_path: Path) -> None:
    with pytest.raises(CompareError):
        read_published(tmp_path)
    for arguments in ([str(found.before.folder)], [str(found.before.folder), str(tmp_path)]):
        with pytest.raises(SystemExit) as ended:
            main(["compare", *arguments])
        assert ended.value.code == 2
