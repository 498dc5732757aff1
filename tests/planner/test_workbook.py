"""The workbook: text stays text, sums are formulas that carry their value, checks stand beside what they check."""

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from dualcontrol.messages import LANGUAGES, say
from dualcontrol.model.reports import REPORTS
from dualcontrol.publish import workbook_bytes
from dualcontrol.sheets import lines_of, tab
from dualcontrol.tables import QUOTA_MOVES
from tests.planner.conftest import Case

SHEETS = (
    "overview", "units", "operation", "measures", "projects", "pool", "county", "power",
    "constraints", "waterfalls", "ledger", "notes",
)  # fmt: skip
MARK = "演示数据·非官方文件"


class Book:
    """A workbook read twice: with its formulas, and with the values it carries for them."""

    def __init__(self, data: bytes) -> None:
        self.formulas = openpyxl.load_workbook(io.BytesIO(data))
        self.values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)

    def sheet(self, name: str) -> Worksheet:
        return self.formulas[tab(f"sheet.{name}")]

    def value(self, sheet: str, place: str) -> Any:
        return self.values[sheet][place].value

    def computed(self) -> Iterator[tuple[str, Cell]]:
        for sheet in self.formulas:
            for row in sheet.iter_rows():
                for one in row:
                    if one.data_type == "f":
                        yield sheet.title, one

    def column(self, name: str, heading: str) -> int:
        """The number of the column whose heading is message `column.<heading>`."""
        chinese = say(f"column.{heading}", "zh")
        for row in self.sheet(name).iter_rows():
            for one in row:
                if isinstance(one.value, str) and one.value.split("\n")[0] == chinese:
                    return int(one.column)
        raise KeyError(heading)

    def row(self, name: str, text: str) -> int:
        """The number of the first row in which a cell holds `text`."""
        for row in self.sheet(name).iter_rows():
            for one in row:
                if one.value == text:
                    return int(one.row)
        raise KeyError(text)


@pytest.fixture(scope="module")
def data(dalad: Case) -> bytes:
    return workbook_bytes(dalad.plan, dalad.scenario, dalad.verdict)


@pytest.fixture(scope="module")
def book(data: bytes) -> Book:
    return Book(data)


def test_the_sheets_come_in_the_order_people_read(book: Book, dalad: Case) -> None:
    reports = [f"{report.zh} {report.en}" for report in REPORTS if report.name in dalad.plan.reports]
    names = [tab(f"sheet.{name}") for name in SHEETS]
    at, ledger = names.index(tab("sheet.constraints")), names.index(tab("sheet.ledger"))
    parts = ("1", "2-1", "2-2", "2-3", "3-1", "3-2", "4", "5", "6", "7", "8")
    annexes = [" ".join(say("annex.annex", lang, id=part) for lang in LANGUAGES) for part in parts]
    assert book.formulas.sheetnames == [*names[:at], *reports, *names[at:ledger], *annexes, *names[ledger:]]


def test_the_same_plan_gives_the_same_bytes(data: bytes, dalad: Case) -> None:
    assert workbook_bytes(dalad.plan, dalad.scenario, dalad.verdict) == data


def test_every_page_bears_the_mark_and_prints_well(book: Book) -> None:
    for sheet in book.formulas:
        assert MARK in sheet.oddHeader.right.text
        assert MARK in sheet.oddFooter.left.text
        assert sheet.page_setup.fitToWidth in (None, 1)  # 1 is what is meant where nothing is said
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert any(one.value and MARK in str(one.value) for row in sheet.iter_rows(max_row=4) for one in row)
    for name in ("units", "operation", "measures", "projects", "constraints", "ledger"):
        sheet = book.sheet(name)
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0  # as many pages as it takes
        first = int(re.sub(r"\D", "", sheet.freeze_panes))
        assert sheet.print_title_rows == f"${first - 1}:${first - 1}"  # the heading row, on every page
        assert sheet.row_dimensions[first - 1].height > 30


@pytest.mark.slow
def test_official_data_bear_no_mark(dalad: Case) -> None:
    settings = dalad.scenario.settings.model_copy(update={"nature": "official"})
    scenario = replace(dalad.scenario, settings=settings)
    book = Book(workbook_bytes(dalad.plan, scenario, dalad.verdict))
    for sheet in book.formulas:
        assert MARK not in str(sheet.oddHeader.right.text)
        assert not any(one.value and MARK in str(one.value) for row in sheet.iter_rows() for one in row)
    # The checks refer to the ledger sheet, whose rows stand one higher now.
    recomputed = Arithmetic(book)
    assert recomputed.checked("units") > 30


def test_every_quota_is_the_sum_of_its_row(book: Book, dalad: Case) -> None:
    sheet, at = book.sheet("units"), book.column("units", "quota_tce")
    title = tab("sheet.units")
    for row in dalad.plan.quotas.itertuples():
        if row.kind == "grid":
            continue
        line = next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 2).value == row.id)
        moves = [sheet.cell(line, at - len(QUOTA_MOVES) + k).value for k in range(len(QUOTA_MOVES))]
        assert moves == [getattr(row, name) for name in QUOTA_MOVES]
        assert re.fullmatch(r"=SUM\([A-Z]+\d+:[A-Z]+\d+\)", sheet.cell(line, at).value)
        assert book.value(title, sheet.cell(line, at).coordinate) == row.quota_tce


class Arithmetic:
    """Recomputes the plain formulas of the workbook: SUM of a range, differences, references, the ledger's sums."""

    def __init__(self, book: Book) -> None:
        self.book = book
        entries = book.sheet("ledger")
        first = int(re.sub(r"\D", "", entries.freeze_panes))
        self.first, self.last = first, max(first, entries.max_row)
        rows = range(first, entries.max_row + 1)
        self.entries = [[entries.cell(row, column).value for column in (3, 5, 7)] for row in rows]

    def balance(self, wanted: str) -> float:
        def is_it(account: object) -> bool:
            return str(account) == wanted or (wanted.endswith(":") and str(account).startswith(wanted))

        return float(sum((is_it(to) - is_it(source)) * tce for source, to, tce in self.entries))

    def checked(self, name: str) -> int:
        """Recompute every formula of a sheet; the number of them."""
        title, count = tab(f"sheet.{name}"), 0
        for sheet, one in self.book.computed():
            if sheet == title:
                count += 1
                carried = self.book.value(sheet, one.coordinate)
                assert self.value(sheet, str(one.value)) == pytest.approx(carried, abs=1e-6), (
                    one.coordinate,
                    one.value,
                )
        return count

    def value(self, sheet: str, formula: str) -> float:
        text = formula.removeprefix("=")
        # An account's balance over the ledger sheet, by exact name or by the beginning of names.
        text = re.sub(
            r'SUMPRODUCT\(\(EXACT\([^,]+,("[^"]*")?&?(\$?[A-Z]+\$?\d+)?\)-EXACT\(.*?\)\)\*([^)]*)\)',
            lambda m: str(self.exact(sheet, m)), text,
        )  # fmt: skip
        text = re.sub(
            r'SUMPRODUCT\(\(\(LEFT\([^,]+,\d+\)="([^"]+)"\)-\(LEFT\(.*?\)=".*?"\)\)\*([^)]*)\)',
            lambda m: str(self.span(m[2]) and self.balance(m[1])), text,
        )  # fmt: skip
        text = re.sub(r"SUM\(([A-Z]+\d+):([A-Z]+\d+)\)", lambda m: str(self.total(sheet, m[1], m[2])), text)
        text = re.sub(r"'([^']+)'!\$([A-Z]+)\$(\d+)", lambda m: str(self.cell(m[1], m[2] + m[3])), text)
        text = re.sub(r"(?<![\w.])([A-Z]{1,2}\d+)", lambda m: str(self.cell(sheet, m[1])), text)
        text = re.sub(r"ROUND\(([-+. \de]+),(\d)\)", lambda m: f"round({m[1]}, {m[2]})", text)
        assert re.fullmatch(r"(round)?[-+*/(), .\de]+", text), (formula, text)
        return float(eval(text))  # noqa: S307 - digits and signs only

    def exact(self, sheet: str, match: re.Match[str]) -> float:
        self.span(match[3])
        name = (match[1] or "").strip('"')
        return self.balance(name + (str(self.book.formulas[sheet][match[2]].value) if match[2] else ""))

    def span(self, reference: str) -> bool:
        """The sums run over the whole ledger, neither a row more nor less."""
        assert reference.endswith(f"$G${self.first}:$G${self.last}"), reference
        return True

    def cell(self, sheet: str, place: str) -> float:
        one = self.book.formulas[sheet][place]
        if one.data_type == "f":
            return self.value(sheet, str(one.value))
        return float(one.value or 0)

    def total(self, sheet: str, first: str, last: str) -> float:
        return sum(
            self.cell(sheet, one.coordinate)
            for row in self.book.formulas[sheet][f"{first}:{last}"]
            for one in row
        )


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("overview", 10),
        ("units", 180),
        ("operation", 5),
        ("measures", 1),
        ("projects", 24),
        ("pool", 15),
        ("county", 20),
        ("power", 5),
    ],
)
def test_formulas_carry_the_value_they_compute(name: str, least: int, book: Book) -> None:
    assert Arithmetic(book).checked(name) >= least


def test_all_checks_are_zero_and_visible(book: Book) -> None:
    checks = [(sheet, one.coordinate) for sheet, one in book.computed() if "✓" in str(one.number_format)]
    assert len(checks) > 2 * 32 + 20  # two per unit, one per project, and those of pool and overview
    assert {book.value(*place) for place in checks} == {0}


def test_a_wrong_ledger_shows_in_the_checks(dalad: Case) -> None:
    ledger = dalad.plan.ledger.copy()
    at = ledger.index[ledger["to_account"].str.startswith("unit:")][0]
    ledger.loc[at, "tce"] += 5
    book = Book(workbook_bytes(replace(dalad.plan, ledger=ledger), dalad.scenario, dalad.verdict))
    off = {
        book.value(sheet, one.coordinate) for sheet, one in book.computed() if "✓" in str(one.number_format)
    }
    assert off == {0, -5, 5}


def test_the_overview_adds_up_to_what_was_given(book: Book, dalad: Case) -> None:
    title, sheet = tab("sheet.overview"), book.sheet("overview")
    given = book.row("overview", f"{say('budget.given', 'zh')}  {say('budget.given', 'en')}")
    ledger = dalad.plan.ledger
    paid = ledger.loc[ledger["from_account"] == "superior", "tce"].sum()
    back = ledger.loc[ledger["to_account"] == "superior", "tce"].sum()
    assert book.value(title, sheet.cell(given, 3).coordinate) == paid - back
    assert book.value(title, sheet.cell(given - 1, 3).coordinate) == paid - back
    # 万tce with two decimals
    assert book.value(title, sheet.cell(given, 2).coordinate) == pytest.approx((paid - back) / 1e4)
    assert sheet.cell(given, 2).number_format.startswith("#,##0.00;")


def test_the_overview_tells_the_check_and_what_it_rests_on(book: Book, dalad: Case) -> None:
    texts = [str(one.value) for row in book.sheet("overview").iter_rows() for one in row if one.value]
    count = len(dalad.verdict.checks)
    assert any(say("overview.passed", "zh", checks=count) in text for text in texts)
    assert any(dalad.scenario.content_hash in text for text in texts)
    assert any(say("basis.estimated", "zh") in text for text in texts)


def with_names(case: Case, name: str) -> Case:
    quotas = case.plan.quotas.assign(name=name, reason=name)
    projects = case.plan.projects.assign(name=name, reason=name)
    return replace(case, plan=replace(case.plan, quotas=quotas, projects=projects))


@pytest.mark.parametrize(
    "name", ["=1+1", '=HYPERLINK("http://x")', "+1", "@SUM(A1)", "http://x.example", "00123", "{=1}"]
)
def test_text_stays_text(name: str, two_firms: Case) -> None:
    case = with_names(two_firms, name)
    book = Book(workbook_bytes(case.plan, case.scenario, case.verdict))
    found = [one for sheet in book.formulas for row in sheet.iter_rows() for one in row if one.value == name]
    assert len(found) >= 5
    assert {one.data_type for one in found} == {"s"}
    assert all(one.hyperlink is None for one in found)


def test_missing_and_endless_numbers_are_shown_as_such(two_firms: Case) -> None:
    constraints = two_firms.plan.constraints.copy()
    constraints.loc[0, ["limit", "price_left"]] = [float("inf"), float("nan")]
    plan = replace(
        two_firms.plan, constraints=constraints, projects=two_firms.plan.projects.assign(rank=pd.NA)
    )
    book = Book(workbook_bytes(plan, two_firms.scenario, two_firms.verdict))
    sheet = book.sheet("constraints")
    first = int(re.sub(r"\D", "", sheet.freeze_panes))
    assert sheet.cell(first, book.column("constraints", "limit")).value == "∞"
    assert sheet.cell(first, book.column("constraints", "price_left")).value is None


def test_a_waterfall_that_does_not_add_up_is_refused(two_firms: Case) -> None:
    quotas = two_firms.plan.quotas.copy()
    quotas.loc[0, "cut_tce"] -= 1
    with pytest.raises(ValueError, match="unit:A"):
        workbook_bytes(replace(two_firms.plan, quotas=quotas), two_firms.scenario, two_firms.verdict)


def test_only_movements_nobody_has_are_folded_away(book: Book, dalad: Case) -> None:
    sheet = book.sheet("units")
    for name in QUOTA_MOVES[1:]:
        at = book.column("units", name)
        # Neighbours that look alike are one entry of the file.
        (width,) = [one for one in sheet.column_dimensions.values() if one.min <= at <= one.max]
        assert width.hidden == (not dalad.plan.quotas[name].any()), name


def test_a_plan_without_units_or_projects_makes_a_workbook(scenarios_folder: Path) -> None:
    from tests.planner.conftest import solved

    case = solved(scenarios_folder / "lorie-savage")  # projects and two budgets, no unit
    book = Book(workbook_bytes(case.plan, case.scenario, case.verdict))
    assert Arithmetic(book).checked("overview") > 3
    empty = replace(case.plan, projects=case.plan.projects.head(0), constraints=case.plan.constraints.head(0))
    assert Book(workbook_bytes(empty, case.scenario, case.verdict)).formulas.sheetnames


def test_rows_are_high_enough_for_their_text() -> None:
    assert lines_of("abc", 10) == 1
    assert lines_of("达拉特旗用能预算", 8) == 2  # sixteen wide
    assert lines_of("a\nb\n", 10) == 3


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_an_office_program_computes_the_same(data: bytes, book: Book, tmp_path: Path) -> None:
    (tmp_path / "budget.xlsx").write_bytes(without_values(data))
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
         "--outdir", str(tmp_path / "out"), str(tmp_path / "budget.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    recomputed = openpyxl.load_workbook(tmp_path / "out" / "budget.xlsx", data_only=True)
    count = 0
    for sheet, one in book.computed():
        count += 1
        found, wanted = recomputed[sheet][one.coordinate].value, book.value(sheet, one.coordinate)
        if wanted in (None, ""):  # waits for what the year brings
            assert found in (None, ""), (sheet, one.coordinate, one.value)
            continue
        assert found == pytest.approx(wanted, abs=1e-6), (
            sheet,
            one.coordinate,
            one.value,
        )
    assert count > 250


def without_values(data: bytes) -> bytes:
    """The workbook with its formulas and without the values they carry: whoever opens it must compute."""
    stripped = openpyxl.load_workbook(io.BytesIO(data))
    out = io.BytesIO()
    stripped.save(out)
    return out.getvalue()
