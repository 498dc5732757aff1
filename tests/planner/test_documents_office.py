"""The documents as an office program shows them: no sign is missing, no table is wider than its page."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from dualcontrol.document_facts import facts_of
from dualcontrol.document_figures import drawings
from dualcontrol.explain_account import account_of
from dualcontrol.messages import say
from dualcontrol.notice_document import notice_document
from dualcontrol.notice_facts import notice_of
from dualcontrol.notice_workbook import notice_workbook
from dualcontrol.plan_document import plan_document
from dualcontrol.result_folder import read_result
from tests.planner.conftest import Case, solved

pytestmark = [
    pytest.mark.office,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
    pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler is not installed"),
]
_RUNNING = 5  # words of every page: draft, mark, the number between its dashes
_PORTRAIT, _LANDSCAPE = (595.3, 841.9), (841.9, 595.3)  # A4 in points


@pytest.fixture(scope="module")
def shifan(scenarios_folder: Path) -> Case:
    return solved(scenarios_folder / "shifan-2022")


@pytest.fixture(scope="module")
def folder(shifan: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan in both languages, a notice and its workbook, as PDF."""
    place = tmp_path_factory.mktemp("office")
    result = read_result(shifan.publish(place / "out"))
    facts = facts_of(result)
    shown = [one for one in drawings(facts.material, shifan.verdict) if one.name in ("pool", "before_after")]
    notice = notice_of(facts, account_of(result.folder, "unit", "carbide"))
    for name, content in (
        ("zh.docx", plan_document(facts, shifan.verdict, shown, "zh")),
        ("en.docx", plan_document(facts, shifan.verdict, shown, "en")),
        ("notice.docx", notice_document(notice, "zh")),
        ("book.xlsx", notice_workbook(notice)),
    ):
        (place / name).write_bytes(content)
        converted(place, place / name, "pdf")
    return place


def converted(place: Path, path: Path, kind: str) -> None:
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(place / 'profile').as_uri()}", "--headless", "--convert-to", kind,
         "--outdir", str(place), str(path)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip


def told(*command: object) -> str:
    run = subprocess.run([*map(str, command)], check=True, capture_output=True, timeout=120)
    return run.stdout.decode("utf-8", "replace")


@pytest.mark.parametrize("name", ["zh", "en", "notice"])
def test_every_font_is_embedded_and_chinese_can_be_read(name: str, folder: Path) -> None:
    lines = told("pdffonts", folder / f"{name}.pdf").splitlines()[2:]
    assert lines
    for line in lines:  # columns from the right: object and generation, unicode, subset, embedded
        emb, _, uni = line.split()[-5:-2]
        assert (emb, uni) == ("yes", "yes"), line
    text = re.sub(r"\s+", "", told("pdftotext", folder / f"{name}.pdf", "-"))
    wanted = {
        "zh": (
            "示范旗2022年用能预算管理方案",
            "编制依据",
            "附表8用能权收储与交易台账",
            "提请政府常务会议审议",
            "示范电石",
        ),
        "en": ("EnergybudgetplanofShifanBanner", "当量", "示范电石"),
        "notice": ("示范电石2022年用能指标告知书", "怎样提出异议"),
    }[name]
    for sentence in wanted:
        assert re.sub(r"\s+", "", sentence) in text
    assert "\ufffd" not in text
    assert "演示数据·非官方文件" in text


@pytest.mark.parametrize("name", ["zh", "en", "notice"])
def test_nothing_reaches_beyond_the_type_area(name: str, folder: Path) -> None:
    boxes = told("pdftotext", "-bbox", folder / f"{name}.pdf", "-")
    pages = re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', boxes, re.DOTALL)
    assert len(pages) >= 2
    for width, height, words in pages:
        size = (float(width), float(height))
        assert size == pytest.approx(_PORTRAIT, abs=1) or size == pytest.approx(_LANDSCAPE, abs=1)
        is_landscape = size[0] > size[1]
        left, right = (35, 37) if is_landscape else (28, 26)
        found = re.findall(
            r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', words
        )
        assert len(found) > _RUNNING, "an empty page"
        for x0, x1, y1, word in found:
            # A point for what a font leans over; a mark at the end of a line may hang over by its own width.
            over = 16 if word[-1] in "，。；：、）;)" else 1
            assert float(x0) >= left / 25.4 * 72 - 1, word
            assert float(x1) <= size[0] - right / 25.4 * 72 + over, word
            assert float(y1) <= size[1]
    if name == "zh":
        assert sum(float(width) > float(height) for width, height, _ in pages) >= 12


def test_pages_show_tables_with_lines_and_figures_in_colour(folder: Path) -> None:
    from matplotlib.image import imread

    told("pdftoppm", "-r", "40", "-png", folder / "zh.pdf", folder / "page")
    pages = sorted(folder.glob("page-*.png"))
    assert len(pages) > 20
    colours = [imread(page)[..., :3] for page in pages]
    strong = [float(((one.max(axis=2) - one.min(axis=2)) > 0.35).mean()) for one in colours]
    assert sum(share > 0.004 for share in strong) == 2  # the figures; the marks alone are less


def test_a_body_page_has_the_lines_and_characters_of_the_standard(folder: Path) -> None:
    # GB/T 9704-2012, 5.2.3: 22 lines of 28 characters; a line of words only, in the first pages.
    text = told("pdftotext", "-f", "1", "-l", "6", "-layout", folder / "zh.pdf", "-")
    chinese = [re.sub(r"\s+", "", line) for line in text.splitlines()]
    full = [line for line in chinese if re.fullmatch(r"[一-鿿，。；：、（）《》“”〔〕]{20,}", line)]
    assert full
    assert 26 <= max(len(line) for line in full) <= 29


def test_the_workbook_of_a_notice_recomputes_to_the_quota(folder: Path, shifan: Case) -> None:
    import openpyxl

    source = openpyxl.load_workbook(folder / "book.xlsx")
    (folder / "stripped").mkdir()
    source.save(folder / "stripped" / "again.xlsx")  # formulas without the values they carry
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder), str(folder / "stripped" / "again.xlsx")],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    book = openpyxl.load_workbook(folder / "again.xlsx", data_only=True)
    values = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [value for value in values if isinstance(value, str) and value.startswith("#")]
    quota = shifan.plan.quotas.set_index("id").loc["carbide", "quota_tce"]
    first = book.worksheets[0]
    label = f"{say('notice.quota', 'zh')}  {say('notice.quota', 'en')}"
    row = next(r for r in range(1, first.max_row + 1) if first.cell(r, 1).value == label)
    assert first.cell(row, 2).value == quota
