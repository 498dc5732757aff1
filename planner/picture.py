"""What all figures share: fonts that know Chinese, colours the colour-blind can tell apart, the mark, the words.

A `Picture` carries its own drawing settings: it changes nobody else's, and nobody else's change it.
"""

import io
import re
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.figure import Figure

from dualcontrol.messages import Language, known, language, say
from dualcontrol.provenance import mark
from dualcontrol.words import is_missing

if TYPE_CHECKING:
    from dualcontrol.model.scenario import Scenario

# The first that the machine has is taken: Linux, Windows, macOS, and what else may be there.
CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei",
    "PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "DengXian", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "Noto Sans CJK JP", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun",
    "AR PL UMing CN", "Droid Sans Fallback", "Arial Unicode MS",
)  # fmt: skip
LATIN_FONT = "DejaVu Sans"  # comes with matplotlib

# Okabe and Ito's palette, told apart in every common kind of colour blindness and in grey.
BLUE, SKY, GREEN, YELLOW, ORANGE, RED = "#0072B2", "#56B4E9", "#009E73", "#F0E442", "#E69F00", "#D55E00"
GREY, INK, FAINT, PAPER = "#9A9A9A", "#222222", "#6B6B6B", "#FFFFFF"

# Words of units that stay Chinese in English texts, for machines without a Chinese font.
_PLAIN = (("万元", "10⁴ yuan"), ("万tce", "10⁴ tce"), ("等价", "equivalent"), ("当量", "calorific"))
_UNTOLD = re.compile(r"\s*\([?·\s]+\)")
_CHINESE = 0x2E80  # the first code point that Latin fonts do not know

# The settings that say what a drawing looks like; others (backend, key bindings) are the user's.
_LOOKS = (
    "axes.", "errorbar.", "figure.", "font.", "grid.", "hatch.", "image.", "legend.", "lines.", "mathtext.",
    "patch.", "path.", "savefig.", "scatter.", "text.", "xaxis.", "xtick.", "yaxis.", "ytick.",
)  # fmt: skip

_SETTINGS: dict[str, Any] = {
    "text.parse_math": False,  # a name with dollar signs is a name
    "axes.titlelocation": "left", "axes.titlesize": 10.5, "axes.titleweight": "bold", "axes.labelsize": 9,
    "axes.labelcolor": FAINT, "axes.edgecolor": FAINT, "axes.spines.top": False, "axes.spines.right": False,
    "axes.axisbelow": True, "axes.grid.axis": "x", "grid.color": "#DDDDDD", "grid.linewidth": 0.6,
    "xtick.labelsize": 8.5, "ytick.labelsize": 8.5, "xtick.color": FAINT, "ytick.color": FAINT,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "text.color": INK, "font.size": 9,
    "legend.frameon": False, "legend.fontsize": 8.5, "hatch.linewidth": 0.5, "hatch.color": "#FFFFFF",
    "figure.facecolor": PAPER, "savefig.facecolor": PAPER, "savefig.bbox": None,
}  # fmt: skip


def chinese_font(installed: Collection[str] | None = None) -> str | None:
    """The Chinese font to use, None without one. installed: family names, by default those of the machine."""
    if installed is not None:
        return next((name for name in CHINESE_FONTS if name in installed), None)
    found = chinese_font({entry.name for entry in font_manager.fontManager.ttflist})
    if found is None and (fresh := _fonts_since_last_look()):
        for path in fresh:
            font_manager.fontManager.addfont(path)
        found = chinese_font({entry.name for entry in font_manager.fontManager.ttflist})
    return found


def _fonts_since_last_look() -> list[str]:
    """Font files that matplotlib's list does not have yet: a font was installed after the list was made."""
    known = {Path(entry.fname).name for entry in font_manager.fontManager.ttflist}
    likely = {name.replace(" ", "").lower()[:8] for name in CHINESE_FONTS} | {"msyh", "simsun", "wqy"}
    return [
        path
        for path in sorted(font_manager.findSystemFonts())
        if Path(path).name not in known
        and any(start in Path(path).name.replace("-", "").lower() for start in likely)
    ]


@dataclass(frozen=True)
class Speech:
    """What a figure says and with which font. font: None if no Chinese can be shown."""

    lang: Language
    font: str | None

    def say(self, message: str, /, **params: object) -> str:
        """The text of a message in the figure's language."""
        return self.plain(say(message, self.lang, **params))

    def words(self, family: str, value: object) -> str:
        """What message `<family>.<value>` says, several joined by `;`; the value itself where there is none."""
        if is_missing(value):
            return ""
        ids = [f"{family}.{part.strip()}" for part in str(value).split(";")]
        if not all(known(key) for key in ids):
            return self.plain(str(value))
        return self.plain(("；" if self.lang == "zh" else "; ").join(say(key, self.lang) for key in ids))

    def name(self, name: object, key: object) -> str:
        """The name of a row; its id where the name is missing or cannot be shown."""
        if is_missing(name):
            return str(key)
        return str(key) if self.font is None and is_chinese(str(name)) else str(name)

    def plain(self, text: str) -> str:
        """The text without characters the font does not have."""
        if self.font is not None:
            return text
        for chinese, latin in _PLAIN:
            text = text.replace(chinese, latin)
        shown = "".join("?" if is_chinese(sign) else sign for sign in text)
        return _UNTOLD.sub("", shown)  # a translation in brackets of which nothing is left


def is_chinese(text: str) -> bool:
    """Whether a text needs a Chinese font."""
    return any(ord(sign) >= _CHINESE for sign in text)


def speech(lang: Language | None = None) -> Speech:
    """The wanted language (default: the locale's), English where no Chinese font is found."""
    font = chinese_font()
    return Speech(language(lang) if font else "en", font)


class Picture(Figure):
    """A figure that is always drawn with the settings it was made with; shows itself in a notebook."""

    speech: Speech

    def draw(self, renderer: Any) -> None:
        """Draw with the figure's own settings."""
        with settings(self.speech):
            super().draw(renderer)

    def png(self, dpi: int = 110) -> bytes:
        """The figure as a PNG file; the same figure gives the same bytes."""
        buffer = io.BytesIO()
        with settings(self.speech):
            self.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
        return buffer.getvalue()

    def _repr_png_(self) -> bytes:
        return self.png()


@contextmanager
def settings(words: Speech) -> Iterator[None]:
    """Matplotlib's own defaults with ours on top, for as long as it lasts: a user's style stays outside."""
    chosen: Any = {key: value for key, value in mpl.rcParamsDefault.items() if key.startswith(_LOOKS)}
    family = [words.font, LATIN_FONT] if words.font else [LATIN_FONT]
    chosen |= _SETTINGS | {"font.family": family}
    with mpl.rc_context(chosen):
        yield


@contextmanager
def drawing(lang: Language | None = None) -> Iterator[Speech]:
    """The words for a figure in a language, with the settings in force: texts keep those they are made under."""
    words = speech(lang)
    with settings(words):
        yield words


def new_picture(
    scenario: "Scenario", words: Speech, title: str, subtitle: str, size: tuple[float, float]
) -> Picture:
    """An empty figure with finding, what is shown and how it is counted, mark and origin. size: inches."""
    width, height = size
    lines, below = wrap(words.plain(title), int(width * 12)), wrap(words.plain(subtitle), int(width * 14.5))
    picture = Picture(figsize=size, layout="constrained")
    picture.speech = words
    top = 0.13 + 0.24 * len(lines) + 0.05 + 0.17 * len(below) + 0.08  # inches
    picture.get_layout_engine().set(rect=(0.01, 0.34 / height, 0.98, 1 - (0.34 + top) / height))  # type: ignore[union-attr,call-arg]
    x = 0.14 / width
    picture.text(x, 1 - 0.13 / height, "\n".join(lines), size=13.5, weight="bold", va="top", linespacing=1.15)
    under = 1 - (0.17 + 0.24 * len(lines)) / height
    picture.text(x, under, "\n".join(below), size=9, color=FAINT, va="top", linespacing=1.15)
    notes = [words.say("picture.no_font")] if words.font is None else []
    if mark(scenario):
        picture.text(
            x, 0.1 / height, words.say("picture.mark"), size=9, color=RED, weight="bold", va="bottom"
        )
    title_of = scenario.settings.title_zh if words.lang == "zh" else scenario.settings.title_en
    notes.append(f"{words.name(title_of, scenario.name)} · {scenario.content_hash[:8]}")
    picture.text(1 - x, 0.1 / height, "   ".join(notes), size=7.5, color=FAINT, ha="right", va="bottom")
    return picture


def width_of(text: str) -> int:
    """How wide a text is, in half-width characters: a Chinese one counts two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def short(text: str, width: int) -> str:
    """The text, cut to a width in half-width characters."""
    if width_of(text) <= width:
        return text
    while width_of(text) > width - 1:
        text = text[:-1]
    return text.rstrip("（(，, ") + "…"


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of a width in half-width characters; Latin words stay whole, Chinese ones may be parted."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width_of(line + piece.rstrip()) > width and piece[0] not in "，。；：、）！？,.;:)%":
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> Iterator[str]:
    """Latin words with the space behind them, and single Chinese signs."""
    word = ""
    for sign in text:
        if is_chinese(sign):
            if word:
                yield word
            word = ""
            yield sign
        else:
            word += sign
            if sign == " ":
                yield word
                word = ""
    if word:
        yield word


@dataclass(frozen=True)
class Tonnes:
    """Energy in the unit that suits its size and the reader: tce, 万tce (10⁴), or thousands of tce in English."""

    factor: float
    unit: str
    decimals: int

    def __call__(self, tce: float) -> float:
        """The amount in this unit."""
        return float(tce) / self.factor

    def text(self, tce: float, sign: str = "") -> str:
        """The amount without its unit. sign: `+` to show it always."""
        return f"{self(tce):{sign},.{self.decimals}f}".replace("-", "−")


def tonnes(words: Speech, largest_tce: float) -> Tonnes:
    """The unit for amounts up to `largest_tce`."""
    if abs(largest_tce) < 20_000:
        return Tonnes(1.0, "tce", 0)
    if words.lang == "zh":
        return Tonnes(1e4, words.say("picture.many_tce"), 2)
    return Tonnes(1e3, words.say("picture.many_tce"), 1)
