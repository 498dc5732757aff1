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
"""

from dualcontrol.figures_budget import merit_order, overview, pool
from dualcontrol.figures_inputs import energy_by_sector, rules
from dualcontrol.figures_outcome import before_after, checks, prices
from dualcontrol.picture import Picture

__all__ = [
    "Picture", "before_after", "checks", "energy_by_sector", "merit_order", "overview", "pool", "prices", "rules",
]  # fmt: skip
