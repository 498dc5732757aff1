"""What all figures share: fonts, language, units of amounts, lines of text."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager

from dualcontrol import picture
from dualcontrol.picture import (
    CHINESE_FONTS,
    Speech,
    chinese_font,
    drawing,
    new_picture,
    short,
    speech,
    tonnes,
    width_of,
    wrap,
)
from tests.planner.conftest import Case

ZH, EN = Speech("zh", "any"), Speech("en", "any")


def test_the_first_font_of_the_list_wins() -> None:
    assert chinese_font({"SimHei", "Arial", "Microsoft YaHei"}) == "Microsoft YaHei"
    assert chinese_font({"WenQuanYi Zen Hei"}) == "WenQuanYi Zen Hei"
    assert chinese_font({"Arial", "DejaVu Sans"}) is None
    assert len(set(CHINESE_FONTS)) == len(CHINESE_FONTS)


def test_a_font_installed_after_matplotlib_made_its_list_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    if chinese_font() is None:
        pytest.skip("no Chinese font on this machine")
    manager = font_manager.fontManager
    old = [entry for entry in manager.ttflist if "DejaVu" in entry.name]
    monkeypatch.setattr(manager, "ttflist", old)
    assert chinese_font() in CHINESE_FONTS


def test_no_font_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    assert chinese_font() is None
    assert speech("zh") == Speech("en", None)


def test_the_language_is_the_wanted_one_else_the_locales(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "chinese_font", lambda: "any")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert speech() == ZH
    assert speech("en") == EN
    monkeypatch.setenv("LC_ALL", "C")
    assert speech() == EN


def test_without_a_font_no_chinese_is_left() -> None:
    plain = Speech("en", None)
    assert plain.plain("万元/tce 等价 当量 煤") == "10⁴ yuan/tce equivalent calorific ?"
    assert plain.name("甲企业", "A") == "A"
    assert plain.name("Firm A", "A") == "Firm A"
    assert ZH.name("甲企业", "A") == "甲企业"
    assert ZH.name("", "A") == ZH.name(float("nan"), "A") == ZH.name(None, "A") == "A"


def test_words_of_messages() -> None:
    assert EN.words("decision", "admitted") == "admitted"
    assert ZH.words("decision", "admitted") == "安排"
    assert EN.words("reason", "review_missing;not_in_park").count(";") == 1
    assert EN.words("reason", "written by hand") == "written by hand"
    assert EN.words("reason", None) == ""


@pytest.mark.parametrize(
    ("largest", "words", "amount", "text", "unit"),
    [
        (19_999, ZH, 1_234.4, "1,234", "tce"),
        (20_000, ZH, 123_456, "12.35", "万tce"),
        (20_000, EN, 123_456, "123.5", "thousand tce"),
        (-25_000, EN, -25_000, "−25.0", "thousand tce"),
    ],
)
def test_amounts_in_the_unit_that_suits_them(
    largest: float, words: Speech, amount: float, text: str, unit: str
) -> None:
    measure = tonnes(words, largest)
    assert (measure.text(amount), measure.unit) == (text, unit)


def test_a_sign_where_it_is_asked_for() -> None:
    measure = tonnes(EN, 100)
    assert [measure.text(n, "+") for n in (5, -5)] == ["+5", "−5"]


def test_widths_count_chinese_twice() -> None:
    assert width_of("甲A厂") == 5
    assert short("甲乙丙丁", 8) == "甲乙丙丁"
    assert short("甲乙丙丁", 7) == "甲乙丙…"
    assert short("亿鼎生态农业（合成氨、尿素）", 16) == "亿鼎生态农业…"  # no bracket left open


def test_wrapping_by_hand() -> None:
    assert wrap("the increment given from above", 14) == ["the increment", "given from", "above"]
    assert wrap("高于基准腾出", 8) == ["高于基准", "腾出"]
    assert wrap("一二三，四五", 6) == ["一二三，", "四五"]  # no line begins with a comma
    assert wrap("", 10) == [""]


@given(st.text(alphabet="ab 企业用能，。()1234", max_size=60), st.integers(4, 20))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    longest = max((width_of(word) for word in text.split()), default=0)
    # a line may be longer by what must not begin the next one, or by a word that has no place to part
    assert all(
        width_of(line) <= max(width, longest) + 2 * text.count("，") + 2 * text.count("。") + 4
        for line in lines
    )


@pytest.mark.slow
def test_figures_need_no_pyplot() -> None:
    code = "import sys, dualcontrol.figures; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0


def test_a_translation_that_cannot_be_shown_leaves_no_brackets() -> None:
    without = Speech("en", None)
    assert without.plain("not an official document (演示数据·非官方文件)") == "not an official document"
    assert without.plain("f(x) (a) 甲 (?)") == "f(x) (a) ?"


def test_a_long_line_below_the_title_is_wrapped(two_firms: Case) -> None:
    """Eleven inches take about 160 half-width characters."""
    with drawing("en") as words:
        text = new_picture(two_firms.scenario, words, "t", "word " * 50, (11, 5)).texts[1].get_text()
        assert [len(line) <= 160 for line in text.split("\n")] == [True, True]
