"""The figures of a plan, one for each stage: frozen values in, a matplotlib figure out (nothing is shown or saved).

    from dualcontrol import figures

    figures.energy_by_sector(accounts)
    figures.rules(rulings)
    figures.pool(rulings, plan)
    figures.merit_order(rulings, plan)
    figures.before_after(rulings, plan)
    figures.prices(rulings, plan)
    figures.checks(scenario, verdict)
    figures.one_line(scenario, plan)
    figures.dispatch_stack(scenario, plan)
    figures.duration(scenario, plan)
    figures.curtailment(scenario, plan)
    figures.frontier(scenario, found)
    figures.two_way(scenario, table)
    figures.efficient_plans(scenario, trades)
    figures.overview(rulings, plan).savefig("overview.png")

Each takes `lang="zh"` or `"en"` (default: the locale's). The title says the finding, the line below it what is
shown and how it is counted; data that are not official bear the mark 演示数据·非官方文件.

`python -m dualcontrol.figures docs/img` draws the pictures of the README anew.
"""

import sys
from importlib.resources import as_file, files
from pathlib import Path

from dualcontrol.figures_budget import merit_order, overview, pool
from dualcontrol.figures_choices import efficient_plans, two_way
from dualcontrol.figures_frontier import frontier
from dualcontrol.figures_inputs import energy_by_sector, rules
from dualcontrol.figures_network import curtailment, dispatch_stack, duration
from dualcontrol.figures_one_line import one_line
from dualcontrol.figures_outcome import before_after, checks, prices
from dualcontrol.messages import Language
from dualcontrol.picture import Picture

__all__ = [
    "Picture", "before_after", "checks", "curtailment", "dispatch_stack", "duration", "efficient_plans",
    "energy_by_sector", "frontier", "merit_order", "one_line", "overview", "pool", "prices", "rules", "two_way",
]  # fmt: skip


def main(folder: str = "docs/img") -> None:
    """Draw the plan of `dalad-2022` at a glance into `folder`: `overview.png` (English) and `overview.zh.png`."""
    import dualcontrol as dc

    with as_file(files("dualcontrol.scenarios") / "dalad-2022") as source:
        rulings = dc.judge(dc.account(dc.load(source)))
    plan = dc.optimise(rulings)
    Path(folder).mkdir(parents=True, exist_ok=True)
    endings: dict[Language, str] = {"en": ".png", "zh": ".zh.png"}
    for lang, ending in endings.items():
        Path(folder, "overview" + ending).write_bytes(overview(rulings, plan, lang).png(dpi=88))


if __name__ == "__main__":
    main(*sys.argv[1:])
