"""The budget plan in Word: what it says is the plan's, and it is laid out as official papers are (GB/T 9704-2012)."""

import re
from pathlib import Path

import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from dualcontrol.annexes import annexes
from dualcontrol.document_facts import Facts, facts_of, wan, wan_change
from dualcontrol.document_tables import cell_text
from dualcontrol.docx_paper import Paper, chinese_number, shares_of_width
from dualcontrol.docx_styles import clean
from dualcontrol.messages import LANGUAGES, Language, say
from dualcontrol.plan_document import plan_document
from dualcontrol.result_folder import read_result
from tests.planner.conftest import Case, solved
from tests.planner.document_reading import Read, figure

MARK = "演示数据·非官方文件"


@pytest.fixture(scope="module")
def shifan(scenarios_folder: Path) -> Case:
    return solved(scenarios_folder / "shifan-2022")


@pytest.fixture(scope="module")
def facts(shifan: Case, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    return facts_of(read_result(shifan.publish(tmp_path_factory.mktemp("documents") / "out")))


@pytest.fixture(scope="module")
def papers(facts: Facts, shifan: Case) -> dict[Language, Read]:
    return {lang: Read(plan_document(facts, shifan.verdict, [], lang)) for lang in LANGUAGES}


def test_what_is_read_back_is_the_plan(facts: Facts, shifan: Case) -> None:
    # A number that the folder does not hold as published would show in every document.
    for name in ("quotas", "projects", "ledger", "measures"):
        theirs, ours = getattr(shifan.plan, name), getattr(facts.result.plan, name)
        assert len(ours) == len(theirs)
    assert list(facts.result.plan.quotas["quota_tce"]) == list(shifan.plan.quotas["quota_tce"])
    assert facts.result.plan_digest == facts.summary["hashes"]["plan"]
    assert facts.result.edited == ()


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_every_annex_is_there_with_the_plans_totals(
    lang: Language, papers: dict[Language, Read], facts: Facts
) -> None:
    for annex in annexes(facts.material):
        if not annex.rows:
            assert annex.title(lang) in papers[lang].text
            continue
        table = papers[lang].table(annex.title(lang))
        assert table[0] == [column.heading(lang) for column in annex.columns]
        assert len(table) == 1 + len(annex.rows) + annex.has_total
        if annex.has_total:
            for k, column in enumerate(annex.columns):
                if column.is_summed and table[-1][k]:
                    # The total on paper is the rounded total of unrounded figures.
                    assert table[-1][k] == cell_text(annex.totals()[column.name], column, lang)


def test_totals_on_paper_are_those_of_the_result_tables(papers: dict[Language, Read], shifan: Case) -> None:
    units = shifan.plan.quotas[shifan.plan.quotas["kind"] == "unit"]
    table = papers["zh"].table("附表2-2")
    at = table[0].index("本年用能指标")
    assert figure(table[-1][at]) == units["quota_tce"].sum()
    assert sum(figure(row[at]) for row in table[1:-1]) == units["quota_tce"].sum()
    quarters = [table[0].index(name) for name in ("一季度", "二季度", "三季度", "四季度")]
    for row in table[1:]:
        assert sum(figure(row[k]) for k in quarters) == figure(row[at])
    projects = papers["zh"].table("附表3-1")
    quota = projects[0].index("本年用能指标")
    assert figure(projects[-1][quota]) == shifan.plan.projects["quota_tce"].sum()


def test_last_year_and_this_year_stand_side_by_side_with_unrounded_differences(
    papers: dict[Language, Read], facts: Facts
) -> None:
    summary = facts.summary
    rows = {
        row[0]: row[1:] for row in papers["zh"].table(say("document.compared", "zh", base=2021, year=2022))
    }
    told = rows[say("document.row_energy_eq_tce", "zh")]
    assert told[:2] == [wan(summary["base_energy_eq_tce"]), wan(summary["energy_eq_tce"])]
    assert figure(told[2]) == pytest.approx(
        (summary["energy_eq_tce"] - summary["base_energy_eq_tce"]) / 1e4, abs=5e-3
    )
    # 0.014 − 0.005 ten thousand: 0.009, told as 0.01, where the rounded figures would differ by 0.00 (0.01 − 0.01)
    assert (wan(140), wan(50.1), wan_change(140, 50.1)) == ("0.01", "0.01", "+0.01")


def test_every_section_the_meetings_item_and_what_is_left_open(papers: dict[Language, Read]) -> None:
    for lang in LANGUAGES:
        text = papers[lang].text
        for number in range(1, 13):
            assert say(f"document.s{number}", lang) in text
        for number in range(1, 7):
            assert say(f"meeting.s{number}", lang) in text
        assert say("meeting.legal", lang) in text  # the program cannot know of a review: it is left open
        assert say("document.signature", lang) in text
    zh = papers["zh"].text
    assert re.search(r"\n一、编制依据\n", zh)
    assert "（一）上级下达的目标" in zh
    assert "提请政府常务会议审议" in zh
    assert "待填" in zh


def test_the_reasons_name_clauses(papers: dict[Language, Read], shifan: Case) -> None:
    table = papers["zh"].table("附表2-3")
    assert len(table) == 1 + (shifan.plan.quotas["kind"] == "unit").sum()
    assert all(re.search(r"3\.\d\.\d[a-e]?", row[-1]) for row in table[1:])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_counting_basis_and_marks_are_stated(
    lang: Language, papers: dict[Language, Read], facts: Facts
) -> None:
    paper, text = papers[lang], papers[lang].text
    for word in ("当量", "等价", "2020"):
        assert word in text
    assert facts.basis(lang) in text
    section = paper.document.sections[0]
    for header in (section.header, section.even_page_header):  # every page, odd and even
        told = "".join(paragraph.text for paragraph in header.paragraphs)
        assert MARK in told
        assert facts.stage.text(lang) in told
    assert all(other.header.is_linked_to_previous for other in paper.document.sections[1:])
    assert "〔2022〕" not in text  # no document number is made up


def test_fonts_stand_in_styles_and_runs_for_chinese(papers: dict[Language, Read]) -> None:
    paper = papers["zh"]
    wanted = {"Title": "方正小标宋", "Heading 1": "黑体", "Heading 2": "楷体_GB2312", "Heading 3": "仿宋_GB2312",
              "Body Text": "仿宋_GB2312", "Normal": "仿宋_GB2312"}  # fmt: skip
    for style, font in wanted.items():
        properties = paper.document.styles[style].element.rPr
        fonts = properties.find(qn("w:rFonts"))
        assert fonts.get(qn("w:eastAsia")).startswith(font)
        assert fonts.get(qn("w:eastAsiaTheme")) is None  # a theme's font would win
    assert {"黑体", "仿宋_GB2312", "楷体_GB2312"} <= paper.fonts()
    assert paper.document.styles["Title"].font.size == Pt(22)
    assert paper.document.styles["Body Text"].font.size == Pt(16)
    assert "minorEastAsia" not in paper.parts["word/styles.xml"].decode("utf-8").split("<w:style ")[0]


def test_the_type_area_is_the_standards(papers: dict[Language, Read]) -> None:
    first, *others = papers["zh"].document.sections
    assert first.orientation == WD_ORIENT.PORTRAIT
    margins = (first.top_margin, first.bottom_margin, first.left_margin, first.right_margin)
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    assert round((first.page_width - first.left_margin - first.right_margin) / Mm(1)) == 156
    assert round((first.page_height - first.top_margin - first.bottom_margin) / Mm(1)) == 225
    # 22 lines: the grid's pitch and the exact spacing
    pitch = int(re.search(r'w:linePitch="(\d+)"', papers["zh"].xml)[1]) / 20  # type: ignore[index]
    assert 225 / 25.4 * 72 / pitch == pytest.approx(22, abs=0.1)
    assert papers["zh"].document.styles["Body Text"].paragraph_format.line_spacing.pt == pytest.approx(
        pitch, abs=0.05
    )
    assert len(others) == 10  # annex 6 has no rows and stands below annex 5
    for section in others:
        assert section.orientation == WD_ORIENT.LANDSCAPE
        assert section.page_width > section.page_height
        assert round((section.page_width - section.left_margin - section.right_margin) / Mm(1)) == 225


def test_tables_repeat_their_heading_part_no_row_and_fit_the_page(papers: dict[Language, Read]) -> None:
    tables = papers["zh"].document.tables
    assert len(tables) > 12
    for table in tables:
        rows = table._tbl.tr_lst
        assert rows[0].trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
        assert not any(row.trPr.find(qn("w:tblHeader")) is not None for row in rows[1:])
        width = sum(int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.gridCol_lst)
        assert width <= Mm(225) / 635 + 20


def test_page_numbers_stand_between_dashes_outside(papers: dict[Language, Read]) -> None:
    document = papers["zh"].document
    assert document.settings.odd_and_even_pages_header_footer
    section = document.sections[0]
    for footer in (section.footer, section.even_page_footer):
        assert re.sub(r"\s", "", footer.paragraphs[0].text) == "—1—"
        assert " PAGE " in footer._element.xml
    assert section.footer.paragraphs[0].alignment != section.even_page_footer.paragraphs[0].alignment


@pytest.mark.slow
def test_the_same_plan_gives_the_same_bytes(facts: Facts, shifan: Case) -> None:
    one, two = (plan_document(facts, shifan.verdict, [], "en") for _ in range(2))
    assert one == two


# --- the state: only what was checked over the full year goes without 草案


@pytest.mark.parametrize(
    ("time", "network", "state", "stage"),
    [
        ("checked_year", True, None, ""),
        ("checked_year", True, "issued", ""),
        ("checked_year", True, "consulted", "征求意见稿"),
        ("checked_typical", True, None, "草案"),
        ("checked_typical", True, "consulted", "征求意见稿"),
        (None, False, None, "草案"),
        (None, False, "draft", "草案"),
        (None, False, "issued", ""),
    ],
)
def test_who_bears_the_mark_of_a_draft(
    time: str | None, network: bool, state: str | None, stage: str, facts: Facts
) -> None:
    from dataclasses import replace

    summary = {key: value for key, value in facts.summary.items() if key not in ("time", "network")}
    summary |= ({"time": time} if time else {}) | ({"network": {"hours": 1}} if network else {})
    result = replace(facts.result, summary=summary, state={"state": state} if state else None)
    assert replace(facts, result=result).stage.zh == stage


# --- paper, number by number


def test_names_in_the_table_of_projects_are_not_stacked_sign_by_sign(papers: dict[Language, Read]) -> None:
    # at 8 pt a Chinese character is 2.8 mm wide: four of them and the margins of the cell
    for paper in papers.values():
        found = [
            table.columns[2].width.mm
            for table in paper.document.tables
            if len(table.columns) > 2 and table.rows[0].cells[2].text in ("建设单位", "Builder")
        ]
        assert found
        assert min(found) >= 4 * 2.82 + 3


def test_the_meetings_figures_carry_their_measure(papers: dict[Language, Read], shifan: Case) -> None:
    base = shifan.scenario.settings.price_base
    content = next(
        p.text for p in papers["zh"].document.paragraphs if "存量分配、项目安排和理由见方案" in p.text
    )
    assert f"（{base}年价）" in content
    assert "单位地区生产总值能耗（等价）" in content


def test_numbers_of_headings() -> None:
    assert [chinese_number(n) for n in (1, 9, 10, 11, 19, 20, 21, 99)] == [
        "一", "九", "十", "十一", "十九", "二十", "二十一", "九十九",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="100"):
        chinese_number(100)
    from datetime import datetime

    for lang, wanted in (("zh", ["一、a", "（一）b", "1.c", "（1）d", "二、e", "（一）f"]),
                         ("en", ["1. a", "1.1 b", "1.1.1 c", "1.1.1.1 d", "2. e", "2.1 f"])):  # fmt: skip
        paper = Paper(lang, "x", day=datetime(2022, 2, 11))  # type: ignore[arg-type]  # noqa: DTZ001
        for text, level in zip("abcdef", (1, 2, 3, 4, 1, 2), strict=True):
            paper.heading(text, level)
        assert [one.text for one in Read(paper.save()).document.paragraphs] == wanted


def test_what_xml_forbids_is_left_out() -> None:
    assert clean("a\x00b\x0bc\x1fd\ud800e\ufffef") == "abcdef"
    assert clean("a\r\nb\rc\td 😀") == "a\nb\nc\td 😀"


def test_a_column_of_numbers_is_as_wide_as_its_longest() -> None:
    shares = shares_of_width([["x", "1,234,567.89"], ["y", "1"]], [10, 10], [False, True], 9.0, 156.0)
    assert sum(shares) == pytest.approx(1)
    # nine digits of 0.64 em, three signs of a third of an em, of 9 pt each
    assert shares[1] * 156 >= (9 * 0.64 + 3 * 0.33) * 9 * 25.4 / 72
    assert shares[0] > shares[1]
    many = [["9,999,999.99"] * 20]
    assert sum(shares_of_width(many, [1] * 20, [True] * 20, 7.5, 225.0)) == pytest.approx(1)
