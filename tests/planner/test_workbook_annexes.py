"""The workbook's annexes and waterfalls: live sums with the plan's totals, a waterfall for every unit."""

import math
import re

import pytest

from dualcontrol.annex import number
from dualcontrol.annexes import annexes, material_of
from dualcontrol.messages import LANGUAGES, say
from dualcontrol.publish import workbook_bytes
from dualcontrol.sheets import tab
from dualcontrol.tables import QUOTA_MOVES
from tests.planner.conftest import Case, solved
from tests.planner.test_workbook import Book


@pytest.fixture(scope="module")
def shifan(scenarios_folder) -> Case:  # type: ignore[no-untyped-def]
    return solved(scenarios_folder / "shifan-2022")


@pytest.fixture(scope="module")
def book(shifan: Case) -> Book:
    return Book(workbook_bytes(shifan.plan, shifan.scenario, shifan.verdict))


def title(annex_id: str) -> str:
    return " ".join(say("annex.annex", lang, id=annex_id) for lang in LANGUAGES)


def test_every_annex_has_its_sheet(book: Book, shifan: Case) -> None:
    made = annexes(material_of(shifan.scenario, shifan.plan))
    assert [one.id for one in made] == ["1", "2-1", "2-2", "2-3", "3-1", "3-2", "4", "5", "6", "7", "8"]
    assert {title(one.id) for one in made} <= set(book.formulas.sheetnames)


def test_the_totals_of_annexes_are_formulas_over_all_rows_and_the_plans_own(book: Book, shifan: Case) -> None:
    # The plan's own sums, from its tables and not by way of the annexes.
    quotas = shifan.plan.quotas
    units = quotas[quotas["kind"] == "unit"]
    ledger = shifan.plan.ledger
    stored = ledger[
        ledger["from_account"].str.startswith(("unit:", "society:"))
        & ledger["to_account"].isin(("pool", "pool:3.3.2c"))
        & (ledger["note"] != "society")
    ]["tce"].sum()
    wanted = {
        ("2-2", "quota_tce"): units["quota_tce"].sum(),
        ("2-2", "opening_tce"): units["opening_tce"].sum(),
        ("2-2", "q1_tce"): units["quota_q1_tce"].sum(),
        ("3-1", "quota_tce"): shifan.plan.projects["quota_tce"].sum(),
        ("4", "counted_tce"): stored,
    }
    made = {one.id: one for one in annexes(material_of(shifan.scenario, shifan.plan))}
    for (annex_id, name), total in wanted.items():
        annex, sheet = made[annex_id], book.formulas[title(annex_id)]
        column = [c.name for c in annex.columns].index(name) + 1
        last = sheet.cell(sheet.max_row, column)
        first = sheet.max_row - len(annex.rows)
        letter = last.column_letter
        assert last.value == f"=SUM({letter}{first}:{letter}{sheet.max_row - 1})"
        assert book.value(title(annex_id), last.coordinate) == pytest.approx(float(total), abs=1e-6)
        assert annex.totals()[name] == pytest.approx(float(total), abs=1e-6)


def test_the_county_table_adds_up_and_its_differences_are_live(book: Book, shifan: Case) -> None:
    sheet, account = book.formulas[title("1")], shifan.plan.account
    for block, line in (("gross", "all"), ("intensity", "counted"), ("total", "counted")):
        row = account[(account["block"] == block) & (account["line"] == line)].iloc[0]
        label = f"{say(f'county.{line}', 'zh')}  {say(f'county.{line}', 'en')}"
        found = [
            r for r in range(1, sheet.max_row + 1)
            if sheet.cell(r, 1).value == label and str(sheet.cell(r, 2).value).startswith("=SUM(")
        ]  # fmt: skip
        values = [book.value(title("1"), sheet.cell(r, 3).coordinate) for r in found]
        assert any(math.isclose(value, row.base_tce_eq / 1e4, abs_tol=1e-6) for value in values)
    changes = [
        (sheet.cell(r, 6), r) for r in range(1, sheet.max_row + 1) if str(sheet.cell(r, 6).value).startswith("=")
    ]  # fmt: skip
    assert len(changes) > 6
    for cell, r in changes:
        assert cell.value == f"=D{r}-B{r}"
        base, plan = (book.value(title("1"), f"{letter}{r}") for letter in "BD")
        assert book.value(title("1"), cell.coordinate) == pytest.approx(plan - base, abs=1e-9)


def test_every_unit_has_a_waterfall_that_ends_at_its_quota(book: Book, shifan: Case) -> None:
    name = tab("sheet.waterfalls")
    sheet = book.formulas[name]
    units = shifan.plan.quotas[shifan.plan.quotas["kind"] == "unit"]
    assert len(sheet._charts) == len(units)  # openpyxl has no public list of charts
    label = f"{say('column.quota_tce', 'zh')}  {say('column.quota_tce', 'en')}"
    ends = [r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 1).value == label]
    assert [book.value(name, f"B{r}") for r in ends] == list(units["quota_tce"])
    assert [book.value(name, f"C{r - 1}") for r in ends] == list(units["quota_tce"])
    for r, row in zip(ends, units.itertuples(), strict=True):
        moves = [getattr(row, move) for move in QUOTA_MOVES if move == "opening_tce" or getattr(row, move)]
        assert sheet[f"B{r}"].value == f"=SUM(B{r - len(moves)}:B{r - 1})"
        assert [sheet[f"B{k}"].value for k in range(r - len(moves), r)] == moves
        for k in range(
            r - len(moves), r
        ):  # the bar of a movement lies between the balances before and after it
            floor, up, down = (book.value(name, f"{letter}{k}") for letter in "DFG")
            if k > r - len(moves):
                assert {floor, floor + up + down} == {
                    book.value(name, f"C{k - 1}"),
                    book.value(name, f"C{k}"),
                }


def test_the_form_for_the_year_is_empty_and_computes_when_filled_in(book: Book) -> None:
    sheet = book.formulas[title("7")]
    live = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=IF(")]
    assert len(live) > 4
    assert all(book.value(title("7"), cell.coordinate) in (None, "") for cell in live)
    assert any(re.search("CHOOSE", str(cell.value)) for cell in live)


def test_a_missing_number_is_nothing_in_a_sum() -> None:
    assert [number(value) for value in (None, float("nan"), "", 2, 2.5)] == [0.0, 0.0, 0.0, 2.0, 2.5]
