"""The figures of a plan as files, SVG and PNG, in Chinese and English; and for the budget plan in Word.

Without a Chinese font on the machine the labels are English and every figure says so (`picture.chinese_font`). SVG
carries its letters as outlines: it looks the same where no such font is.
"""

import io
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib as mpl

from dualcontrol import figures
from dualcontrol.messages import LANGUAGES, Language
from dualcontrol.picture import Picture, settings

if TYPE_CHECKING:
    from dualcontrol.annex import Material
    from dualcontrol.model.audit import Verdict
    from dualcontrol.model.scenario import Scenario

# Those shown in the budget plan, in this order; `figures/` has all.
SHOWN = ("pool", "merit_order", "before_after", "prices", "one_line", "dispatch_stack")
LEVELS = 7  # of the increment, where the frontier is asked for
_SALT = "dualcontrol"  # of the ids in an SVG file: the same figure gives the same bytes


@dataclass(frozen=True)
class Drawing:
    """One figure in one language. width, height: inches."""

    name: str
    lang: Language
    png: bytes
    svg: bytes
    width: float
    height: float


def drawings(material: "Material", verdict: "Verdict") -> Iterator[Drawing]:
    """Every figure the plan has, in both languages; those of the power network where there is one."""
    for name, draw in _makers(material, verdict).items():
        for lang in LANGUAGES:
            yield _drawn(name, draw, lang)


def _drawn(name: str, draw: Callable[[Language], Picture], lang: Language) -> Drawing:
    with warnings.catch_warnings():
        # A sign that no font has, such as an emoji in a name, is drawn as a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        picture = draw(lang)
        width, height = (float(size) for size in picture.get_size_inches())
        png = picture.png(dpi=150)
        picture.set_layout_engine("none")  # what the first drawing laid out stays: half of the time
        return Drawing(name, lang, png, svg_bytes(picture), width, height)


def frontier_drawings(scenario: "Scenario") -> Iterator[Drawing]:
    """Value added over the increment: from nothing to twice the given one (10 万tce where none is), each level solved.

    A network is taken on typical days. SolverError when HiGHS fails.
    """
    from dualcontrol.frontier import frontier

    given = scenario.settings.targets.increment_tce_eq or 0.0
    found = frontier(scenario, "increment", 0.0, 2.0 * given or 100_000.0, steps=LEVELS)
    for lang in LANGUAGES:
        picture = figures.frontier(scenario, found, lang)
        width, height = (float(size) for size in picture.get_size_inches())
        yield Drawing("frontier", lang, picture.png(dpi=150), svg_bytes(picture), width, height)


def _makers(material: "Material", verdict: "Verdict") -> dict[str, Callable[[Language], Picture]]:
    scenario, plan, rulings = material.scenario, material.plan, material.rulings
    found: dict[str, Callable[[Language], Picture]] = {
        "overview": lambda lang: figures.overview(rulings, plan, lang),
        "energy_by_sector": lambda lang: figures.energy_by_sector(material.accounts, lang),
        "rules": lambda lang: figures.rules(rulings, lang),
        "pool": lambda lang: figures.pool(rulings, plan, lang),
        "merit_order": lambda lang: figures.merit_order(rulings, plan, lang),
        "before_after": lambda lang: figures.before_after(rulings, plan, lang),
        "prices": lambda lang: figures.prices(rulings, plan, lang),
        "checks": lambda lang: figures.checks(scenario, verdict, lang),
    }
    if plan.power:
        found |= {
            "one_line": lambda lang: figures.one_line(scenario, plan, lang),
            "dispatch_stack": lambda lang: figures.dispatch_stack(scenario, plan, lang),
            "duration": lambda lang: figures.duration(scenario, plan, lang),
            "curtailment": lambda lang: figures.curtailment(scenario, plan, lang),
        }
    return found


def svg_bytes(picture: Picture) -> bytes:
    """A figure as an SVG file; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    with settings(picture.speech), mpl.rc_context({"svg.hashsalt": _SALT, "svg.fonttype": "path"}):
        picture.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
