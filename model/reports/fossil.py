"""The fossil account: fossil fuel by carrier and use, local renewables, base and plan year (2.3)."""

from fractions import Fraction
from typing import Any

from dualcontrol.model.accounting import Use
from dualcontrol.model.allocation.carbon import saved_fossil_tce
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.carbon import FOSSIL_USES, local_electricity
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.quantities import exact
from dualcontrol.model.reports.register import Report, ReportColumn
from dualcontrol.model.reports.sub_accounts import owner_lines

NONE = Fraction(0)
Pair = tuple[Fraction, Fraction]


def fossil(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows: fossil carriers by use (tce, 当量), fuels of society, their sum; electricity, local non-fossil electricity.

    Shares: local renewables in the electricity used; non-fossil energy (local non-fossil electricity at k_eq) in fossil
    and non-fossil energy together. limit: of the scenario's targets.
    """
    accounts, carbon = case.accounts, case.carbon
    is_fossil = accounts.scenario.table("carriers").set_index("carrier_id")["is_fossil"]
    sums: dict[tuple[str, str], list[Fraction]] = {}
    for _, carrier, use, base, plan in owner_lines(case, outcome):
        if is_fossil[carrier]:
            cell = sums.setdefault((carrier, FOSSIL_USES[use][0]), [NONE, NONE])
            cell[0], cell[1] = cell[0] + base, cell[1] + plan
    society = (
        sum(carbon.society_base_tce.values(), NONE),
        sum((t * (1 - outcome.decisions.shortfall[s]) for s, t in carbon.society_need_tce.items()), NONE),
    )
    saved = outcome.decisions.saving
    lines = (r for r in case.measure_rows.values() if r.line_id)
    society = (
        society[0],
        society[1] - sum((saved_fossil_tce(case, r) * saved[r.measure_id] for r in lines), NONE),
    )
    rows = [_row(c, use, "tce", (cell[0], cell[1])) for (c, use), cell in sums.items() if any(cell)]
    if any(society):
        rows.append(_row("society_fuels", "fuel", "tce", society))
    both = tuple(sum((cell[k] for cell in sums.values()), society[k]) for k in (0, 1))
    total = (both[0], both[1])
    rows.append(_row("fossil", "all", "tce", total, case.fossil_budget_tce))
    years = (
        ([*accounts.units.values(), *(s.base for s in accounts.society.values())], accounts.power_base),
        (
            [*outcome.unit_use.values(), *outcome.project_use.values(), *outcome.society_use.values()],
            outcome.balance,
        ),
    )
    electricity = [local_electricity(sum(uses, Use()), balance) for uses, balance in years]
    local, used = ((Fraction(electricity[0][k]), Fraction(electricity[1][k])) for k in (0, 1))
    rows.append(_row("electricity", "used", "MWh", used))
    rows.append(_row("local_non_fossil", "used", "MWh", local))
    least = case.accounts.scenario.settings.targets.local_renewable_share_min
    limit = None if least is None or not case.is_on("2.3") else exact(least)
    rows.append(_row("local_renewable_share", "all", "share", _shares(local, used), limit))
    k_eq = accounts.counting.k_eq_tce_per_mwh
    primary = (k_eq * local[0], k_eq * local[1])
    rows.append(
        _row(
            "non_fossil_share",
            "all",
            "share",
            _shares(primary, (total[0] + primary[0], total[1] + primary[1])),
        )
    )
    return rows


def _shares(part: Pair, whole: Pair) -> tuple[Fraction | None, Fraction | None]:
    found = [p / w if w > 0 else None for p, w in zip(part, whole, strict=True)]
    return found[0], found[1]


def _row(
    item: str,
    use: str,
    unit: str,
    years: tuple[Fraction | None, Fraction | None],
    limit: Fraction | None = None,
) -> dict[str, Any]:
    base, plan = (None if value is None else float(value) for value in years)
    return {
        "item": item,
        "use": use,
        "unit": unit,
        "base": base,
        "plan": plan,
        "limit": None if limit is None else float(limit),
    }


REPORT = Report(
    "fossil",
    "2.3",
    "化石能源账",
    "fossil account",
    "化石能源按品种和用途（燃料、原料、加工转换净投入，当量吨标准煤），含外送火电所耗煤；可再生就地占比。",
    "Fossil fuel by carrier and use (fuel, feedstock, net conversion, calorific tce), the coal of exported power "
    "included; share of local renewables.",
    (
        ReportColumn("item", "项目", "item", width=24, is_key=True),
        ReportColumn("use", "用途", "use", width=14, is_key=True),
        ReportColumn("unit", "单位", "unit", width=10),
        ReportColumn("base", "基年", "base year", "own unit", 6, width=18),
        ReportColumn("plan", "计划年", "plan year", "own unit", 6, width=18),
        ReportColumn("limit", "目标", "target", "own unit", 6, width=18),
    ),
    fossil,
)
