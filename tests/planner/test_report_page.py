"""The page of a plan: its figures are the plan's, its texts are text, it asks for nothing, and it can be used."""

import base64
import csv
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dualcontrol as dc
from dualcontrol.annex import Words
from dualcontrol.document_facts import facts_of, wan
from dualcontrol.document_figures import frontier_drawings
from dualcontrol.figures_budget import Cutoff, pool_steps
from dualcontrol.model.audit import audit_folder
from dualcontrol.model.scenario import Scenario
from dualcontrol.report_page import report_page
from dualcontrol.report_page_charts import Flow, flows_of, lorenz, lorenz_curve, sankey, value_curve
from dualcontrol.report_page_html import Bar, text, waterfall
from dualcontrol.result_folder import read_result

HOSTILE = (
    '=HYPERLINK("http://x")', "+1", "@SUM(A1)", "<script>alert(1)</script>", '" onload="alert(1)', "</script>",
    "]]>", "汉" * 300, "😀", "'", "&amp;",
)  # fmt: skip


def page_of(scenario: Scenario, folder: Path) -> tuple[str, dc.Plan]:
    """The page of a scenario's published plan, and the plan."""
    plan = dc.optimise(dc.judge(dc.account(scenario)))
    dc.publish(plan, folder, scenario=scenario, verdict=dc.audit(scenario, plan))
    return report_page(facts_of(read_result(folder)), audit_folder(folder)), plan


@pytest.fixture(scope="module")
def made(scenarios_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dc.Plan]:
    """The page of two firms."""
    return page_of(dc.load(scenarios_folder / "two-firms"), tmp_path_factory.mktemp("page") / "two-firms")


class Read(HTMLParser):
    """Tables by id as rows of Chinese texts, all attributes, all texts of scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: dict[str, list[list[str]]] = {}
        self.attributes: list[tuple[str, str, str]] = []
        self.raw: dict[str, str] = {}
        self.shown = ""
        self._table = ""
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        self.attributes += [(tag, name, value) for name, value in own.items()]
        if tag in ("meta", "link", "input", "img", "br"):
            return
        hidden = own.get("lang") == "en" or (bool(self._open) and self._open[-1][1])
        self._open.append((tag, hidden))
        if tag == "table":
            self._table = own["id"]
            self.tables[self._table] = []
        elif tag == "tr" and "why" not in own.get("class", ""):
            self.tables[self._table].append([])
        elif tag in ("td", "th") and self.tables[self._table] and "colspan" not in own:
            self.tables[self._table][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open, tag
        assert self._open.pop()[0] == tag  # everything that is opened is closed, in order
        if tag == "table":
            self._table = ""

    def handle_data(self, data: str) -> None:
        tag, hidden = self._open[-1] if self._open else ("", False)
        if tag in ("script", "style"):
            self.raw[tag] = self.raw.get(tag, "") + data
        elif not hidden:
            self.shown += data
            cells = {"td", "th"} & {name for name, _ in self._open}
            if self._table and cells and self.tables[self._table][-1:]:
                self.tables[self._table][-1][-1] += data


def read(page: str) -> Read:
    parser = Read()
    parser.feed(page)
    return parser


def test_gini_by_hand() -> None:
    # values 1 and 1, quotas 1 and 3: (0.5, 0.25) lies on the curve; below it 0.0625 + 0.3125 = 0.375; 1 - 0.75
    found = lorenz([(1, 3), (1, 1)])
    assert found.value == (0, 0.5, 1)
    assert found.quota == (0, 0.25, 1)
    assert found.gini == pytest.approx(0.25)
    assert lorenz([(1, 2), (2, 4), (5, 10)]).gini == pytest.approx(0)
    with pytest.raises(ValueError, match="nothing"):
        lorenz([(0, 1)])


def test_what_flows_in_flows_out(made: tuple[str, dc.Plan]) -> None:
    ledger = made[1].ledger
    flows = flows_of(ledger, lambda a: Words(a, a), lambda n: Words(n, n))
    into, out = (sum(f.tce for f in flows if f.is_source == side) for side in (True, False))
    assert into == out > 0
    steps = pool_steps(ledger)
    # an account may give and take: by account there is as much or more on each side than by step
    assert into >= sum(step.tce for step in steps if step.tce > 0)


def test_a_bar_begins_where_the_last_one_ended() -> None:
    # 100, +50, -30: the second bar begins at 100 and the third ends at 120, of 150 that are 380 wide
    drawn = waterfall([Bar(Words("a", "a"), 100, "x", is_level=True), Bar(Words("b", "b"), 50, "x"),
                       Bar(Words("c", "c"), -30, "x")], Words("l", "l"))  # fmt: skip
    boxes = [(float(x), float(w)) for x, w in re.findall(r'<rect x="([\d.]+)"[^>]* width="([\d.]+)"', drawn)]
    ends = [x + w for x, w in boxes]
    assert boxes[1][0] == pytest.approx(ends[0], abs=0.2)
    assert ends[2] == pytest.approx(ends[1], abs=0.2)


def test_no_label_of_the_flows_lies_on_the_next() -> None:
    # large flows leave least room to small ones that are shown one by one: a line of text is 12 high
    label = Words("l", "l")
    flows = [
        Flow(Words(f"n{k}", f"n{k}"), tce, False, "c-out") for k, tce in enumerate([*[14] * 6, *[2] * 8])
    ]
    drawn = sankey([Flow(Words("s", "s"), 100, True, "c-in"), *flows], label)
    heights = sorted(float(y) for y in re.findall(r'<text x="554.0" y="([\d.]+)"', drawn))
    apart = [below - above for above, below in pairwise(heights)]
    assert len(heights) == 14
    assert min(apart) >= 13
    whole = float(re.findall(r'viewBox="0 0 760 (\d+)"', drawn)[0])
    boxes = re.findall(r'<rect x="540.0" y="([\d.]+)" width="8.0" height="([\d.]+)"', drawn)
    assert max(float(y) + float(tall) for y, tall in boxes) <= whole


def test_the_cut_off_is_not_written_over_the_boxes() -> None:
    rows = pd.DataFrame({"name": ["a", "b"], "decision": ["admitted", "admitted"], "tce_eq": [10.0, 10.0],
                         "per_tce": [2.0, 1.0]})  # fmt: skip
    drawn = value_curve(rows, Cutoff(0.0, 0.0), Words("l", "l"))
    tops = [float(y) for y in re.findall(r'<rect [^>]*y="([\d.]+)"[^>]*class="c-in box"', drawn)]
    at = min(float(y) for y in re.findall(r'y="([\d.]+)"[^>]*class="[^"]*label strong', drawn))
    assert len(tops) == 2
    assert at < min(tops)


def test_a_narrow_drawing_fits_a_phone() -> None:
    # 360 wide less the margins: the square of the Lorenz curve is seen whole
    least = int(re.findall(r"min-width:(\d+)px", lorenz_curve(lorenz([(1, 1), (1, 3)]), Words("l", "l")))[0])
    assert least <= 320


def test_every_figure_is_the_plans(made: tuple[str, dc.Plan]) -> None:
    page, plan = made
    rows = {row[0]: row for row in read(page).tables["owner-table"][1:]}
    owners = plan.quotas[plan.quotas["kind"].isin(["unit", "society"])]
    assert len(rows) == len(owners) + len(plan.projects)
    for row in owners.itertuples():
        assert rows[row.name][6] == wan(row.quota_tce)
        assert rows[row.name][4] == wan(row.opening_tce)
        change = float(rows[row.name][5].replace("−", "-").replace("+", ""))
        assert change == pytest.approx((row.quota_tce - row.opening_tce) / 1e4, abs=0.00501)
    for row in plan.projects.itertuples():
        assert rows[row.name][6] == wan(row.quota_tce)
    pool = read(page).tables["pool-table"][1:]
    assert sum(float(row[1].replace("−", "-").replace(",", "")) for row in pool) == pytest.approx(0, abs=0.05)


def test_the_page_asks_for_nothing_and_runs_only_its_own_program(made: tuple[str, dc.Plan]) -> None:
    found = read(made[0])
    asked = [
        (t, n, v)
        for t, n, v in found.attributes
        if n in ("src", "href", "srcset", "action", "data", "poster")
    ]
    assert all(value.startswith(("data:", "#")) for _, _, value in asked), asked
    assert not [n for _, n, _ in found.attributes if n.startswith("on")]
    policy = next(v for t, n, v in found.attributes if t == "meta" and n == "content" and "default-src" in v)
    digest = base64.b64encode(hashlib.sha256(found.raw["script"].encode()).digest()).decode()
    assert policy.startswith("default-src 'none'")
    assert f"script-src 'sha256-{digest}'" in policy


def test_marks_and_measures_are_said(made: tuple[str, dc.Plan]) -> None:
    shown = read(made[0]).shown
    marks = ("演示数据·非官方文件", "草案", "独立校核")
    measures = ("当量", "等价", "价格基准", "万吨标准煤", "含原料用能", "企业配额合计（万tce，当量）")
    for told in (*marks, *measures):
        assert told in shown


@pytest.mark.parametrize("first", range(0, len(HOSTILE), 3))
def test_text_is_text(first: int, scenarios_folder: Path, tmp_path: Path) -> None:
    three = (HOSTILE * 2)[first : first + 3]
    folder = tmp_path / "in"
    shutil.copytree(scenarios_folder / "two-firms", folder)
    for name, hostile in zip(("units", "projects"), three[:2], strict=True):
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            head, *rows = list(csv.reader(file))
        rows[0][head.index("name")], rows[0][head.index("source")] = hostile, three[2]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    page, _ = page_of(dc.load(folder), tmp_path / "out")
    found = read(page)
    names = [row[0] for row in found.tables["owner-table"][1:]]
    assert set(three[:2]) <= set(names)
    assert page.count("<script>") == 1
    assert not [n for _, n, _ in found.attributes if n.startswith("on")]


@pytest.mark.slow
def test_pictures_are_taken_over_with_words_for_who_cannot_see_them(made: tuple[str, dc.Plan], tmp_path: Path,
                                                                    scenarios_folder: Path) -> None:  # fmt: skip
    assert 'id="network"' not in made[0]
    scenario = dc.load(scenarios_folder / "two-firms")
    folder = tmp_path / "out"
    page_of(scenario, folder)
    drawn = list(frontier_drawings(scenario))
    page = report_page(facts_of(read_result(folder)), audit_folder(folder), drawn)
    pictures = [v for t, n, v in read(page).attributes if (t, n) == ("img", "src")]
    assert [base64.b64decode(v.partition(",")[2]) for v in pictures] == [one.png for one in drawn]
    assert all(v for t, n, v in read(page).attributes if (t, n) == ("img", "alt"))


def test_signs_that_no_document_may_hold_are_left_out() -> None:
    assert text("a\x00b\x0bc") == "abc"


# --- in a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium")
        pytest.skip("no Chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    options = [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ]  # fmt: skip
    with sync_api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=options)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def stored(scenarios_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the fictional banner, as a file."""
    folder = tmp_path_factory.mktemp("page")
    page, _ = page_of(dc.load(scenarios_folder / "shifan-2022"), folder / "shifan")
    (folder / "report.html").write_text(page, encoding="utf-8")
    return (folder / "report.html").as_uri()


@pytest.fixture
def opened(browser: Any, stored: str) -> Iterator[Any]:
    """The page, opened; at the end nothing was asked for and nothing complained."""
    page = browser.new_page()
    said: list[str] = []
    page.on("request", lambda request: said.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(stored)
    yield page
    assert [one for one in said if one != stored and not one.startswith("data:")] == []
    page.close()


@pytest.mark.browser
def test_filters_sorting_and_reasons(opened: Any) -> None:
    rows = opened.locator("#owner-table tr.row")
    whole = rows.count()
    assert opened.locator("#owner-table tr.row:visible").count() == whole
    kind = opened.locator('select[data-by="kind"]')
    kind.select_option("page.kind_project")
    shown = opened.locator("#owner-table tr.row:visible")
    projects = shown.count()
    assert 0 < projects < whole
    assert f"显示 {projects} 行" in opened.locator("#count").inner_text()
    opened.locator('select[data-by="decision"]').select_option("decision.admitted")
    admitted = shown.count()
    assert 0 < admitted < projects
    kind.select_option("")
    opened.locator('select[data-by="decision"]').select_option("")
    clause = opened.locator('select[data-by="clause"]')
    wanted = clause.locator("option").nth(2).get_attribute("value")
    clause.select_option(wanted)
    assert 0 < shown.count() < whole
    assert all(wanted in told.split("; ") for told in shown.locator("td:nth-child(4)").all_inner_texts())
    clause.select_option("")
    # sort by quota: down, then up
    quota = opened.locator("#owner-table th button.sort").nth(6)
    for way in (-1, 1):
        quota.click()
        numbers = [
            float(told.replace(",", "")) for told in shown.locator("td:nth-child(7)").all_inner_texts()
        ]
        assert numbers == sorted(numbers, key=lambda number, way=way: way * number)
    # the reason, by mouse and by keyboard
    first = shown.first.locator("button.open")
    why = opened.locator(f"#{first.get_attribute('aria-controls')}")
    assert not why.is_visible()
    first.click()
    assert why.is_visible()
    assert "3." in why.inner_text()
    first.press("Enter")
    assert not why.is_visible()


@pytest.mark.browser
def test_it_speaks_both_languages(opened: Any) -> None:
    assert "能耗强度" in opened.inner_text("main")
    opened.click("#language")
    told = opened.inner_text("main")
    assert "Energy intensity" in told
    assert "能耗强度" not in told
    assert opened.get_attribute("html", "lang") == "en"
    assert "rows shown" in opened.inner_text("#count")


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_a_phone_and_a_screen(opened: Any, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 740})
    assert opened.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.browser
def test_without_a_program_it_can_be_read(browser: Any, stored: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(stored)
    assert page.locator("#owner-table tr.why:visible").count() == page.locator("#owner-table tr.row").count()
    assert not page.locator("#filters").is_visible()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_bars_anybody_from_reading_it(browser: Any, stored: str, scheme: str, lang: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(stored)
    if lang == "en":
        page.click("#language")
    page.locator("#owner-table button.open").first.click()
    found = axe.Axe().run(page).response["violations"]
    serious = [one["id"] for one in found if one["impact"] in ("serious", "critical")]
    assert serious == []
    context.close()
