"""The figures of a plan, one for each stage: frozen values in, a matplotlib figure out (nothing is shown or saved).

    from dualcontrol import figures

    figures.energy_by_sector(accounts)
    figures.rules(rulings)
    figures.pool(rulings, plan)
    figures.merit_order(rulings, plan)
    figures.before_after(rulings, plan)
    figures.prices(rulings, plan)
    figures.checks(scenario, verdict)
    figures.overview(rulings, plan).savefig("overview.png")

Each takes `lang="zh"` or `"en"` (default: the locale's). The title says the finding, the line below it what is
shown and how it is counted; data that are not official bear the mark 演示数据·非官方文件.

`python -m dualcontrol.figures docs/img` draws the pictures of the README anew.
"""

import io
import sys
from importlib.resources import as_file, files
from pathlib import Path

from dualcontrol.figures_budget import merit_order, overview, pool
from dualcontrol.figures_inputs import energy_by_sector, rules
from dualcontrol.figures_outcome import before_after, checks, prices
from dualcontrol.messages import Language
from dualcontrol.picture import Picture

__all__ = [
    "Picture", "before_after", "checks", "energy_by_sector", "merit_order", "overview", "pool", "prices", "rules",
]  # fmt: skip


def main(folder: str = "docs/img") -> None:
    """Draw the plan of `dalad-2022` at a glance into `folder`: `overview.png` (English) and `overview.zh.png`.

    Few colours keep the files small.
    """
    from PIL import Image

    import dualcontrol as dc

    with as_file(files("dualcontrol.scenarios") / "dalad-2022") as source:
        rulings = dc.judge(dc.account(dc.load(source)))
    plan = dc.optimise(rulings)
    Path(folder).mkdir(parents=True, exist_ok=True)
    pictures: dict[Language, str] = {"en": "overview.png", "zh": "overview.zh.png"}
    for lang, name in pictures.items():
        image = Image.open(io.BytesIO(overview(rulings, plan, lang).png()))
        image.convert("RGB").quantize(96).save(Path(folder, name), optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
