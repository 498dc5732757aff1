"""Water by owner against the norms of its products (3.3.4b)."""

from fractions import Fraction
from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.quantities import exact
from dualcontrol.model.reports.register import Report, ReportColumn

WATER = "water"  # the resource that is held against the norms, in 万m³
M3_PER_UNIT = 10_000
NONE = Fraction(0)


def water(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per owner that uses water or has a norm, 万m³ at the plan's activity or load: use, norms, excess.

    Norms cover the products that name one: where a unit makes others, its use is no excess over them alone, so that a
    norm is formed only where every product has one. Source: GB/T 18916.
    """
    scenario, made = case.accounts.scenario, outcome.decisions
    norms = {
        r.water_key: (exact(r.general_m3) / M3_PER_UNIT, exact(r.advanced_m3) / M3_PER_UNIT)
        for r in scenario.rows("water_norms")
    }
    products: dict[str, list[tuple[str, Fraction]]] = {}
    for row in scenario.rows("products"):
        products.setdefault(f"unit:{row.unit_id}", []).append((row.water_key, exact(row.output)))
    for row in scenario.rows("projects"):
        if row.water_key:
            products[f"project:{row.project_id}"] = [(row.water_key, exact(row.capacity))]
    used: dict[str, Fraction] = {}
    for row in scenario.rows("resource_use"):
        if row.resource_id == WATER:
            kind = "unit" if row.owner_id in case.unit_rows else "project"
            used[f"{kind}:{row.owner_id}"] = exact(row.use)
    rows = []
    for account in sorted({*used, *(a for a, made_of in products.items() if any(k for k, _ in made_of))}):
        kind, _, owner = account.partition(":")
        level = made.activity[owner] if kind == "unit" else made.project_load[owner]
        lines = products.get(account, [])
        use = used[account] * level if account in used else None
        general = advanced = None
        if lines and all(key for key, _ in lines):
            general = sum((norms[key][0] * output for key, output in lines), NONE) * level
            advanced = sum((norms[key][1] * output for key, output in lines), NONE) * level
        rows.append(
            {
                "account": account,
                "use_wan_m3": _float(use),
                "general_wan_m3": _float(general),
                "advanced_wan_m3": _float(advanced),
                "above_general_wan_m3": _above(use, general),
                "above_advanced_wan_m3": _above(use, advanced),
            }
        )
    return rows


def _above(use: Fraction | None, norm: Fraction | None) -> float | None:
    return None if use is None or norm is None else float(max(NONE, use - norm))


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


REPORT = Report(
    "water",
    "3.3.4b",
    "用水与定额",
    "water and norms",
    "各户计划年用水与产品用水定额（通用值、先进值）之比；只有全部产品都有定额的才计超额。",
    "Water used in the plan against the norms of its products (general, advanced); an excess only where every product "
    "has a norm.",
    (
        ReportColumn("account", "账户", "account", width=28, is_key=True),
        ReportColumn("use_wan_m3", "用水", "use", "万m³", 2, is_summed=True),
        ReportColumn("general_wan_m3", "通用值", "general norm", "万m³", 2),
        ReportColumn("advanced_wan_m3", "先进值", "advanced norm", "万m³", 2),
        ReportColumn("above_general_wan_m3", "超通用值", "above the general norm", "万m³", 2, is_summed=True),
        ReportColumn(
            "above_advanced_wan_m3", "超先进值", "above the advanced norm", "万m³", 2, is_summed=True
        ),
    ),
    water,
)
