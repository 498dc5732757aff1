"""Fuel and power, feedstock and conversion of each owner apart: three sub-accounts (3.3.4a; form 205-1/205-2)."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.carbon import saved_by_unit
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.quantities import exact
from dualcontrol.model.reports.register import Report, ReportColumn

NONE = Fraction(0)
Line = tuple[str, str, str, Fraction, Fraction]
PARTS = ("fuel", "feedstock", "conversion_in", "conversion_out")


def owner_lines(case: Case, outcome: Outcome) -> Iterator[Line]:
    """(account, carrier, use, base tce, plan tce) of units and projects, 当量; conversion_out negative.

    What a measure saves is taken off fuel and power, or off conversion where the unit only converts the carrier.
    """
    scenario, made = case.accounts.scenario, outcome.decisions
    factors = {r.carrier_id: exact(r.tce_per_unit) for r in scenario.rows("carriers")}
    uses: dict[str, set[tuple[str, str]]] = {}
    for row in scenario.rows("unit_energy"):
        tce = (-1 if row.use == "conversion_out" else 1) * exact(row.quantity) * factors[row.carrier_id]
        uses.setdefault(row.unit_id, set()).add((row.carrier_id, row.use))
        yield f"unit:{row.unit_id}", row.carrier_id, row.use, tce, tce * made.activity[row.unit_id]
    for u in case.unit_rows:
        for carrier, saved in saved_by_unit(scenario, made.saving, u).items():
            known = uses.get(u, set())
            only_converts = (carrier, "fuel") not in known and (carrier, "conversion_in") in known
            use = "conversion_in" if only_converts else "fuel"
            yield f"unit:{u}", carrier, use, NONE, -saved * factors[carrier]
    months = {r.project_id: Fraction(13 - int(r.start_month), 12) for r in scenario.rows("projects")}
    for row in scenario.rows("project_energy"):
        j = row.project_id
        tce = (-1 if row.use == "conversion_out" else 1) * exact(row.quantity) * factors[row.carrier_id]
        yield f"project:{j}", row.carrier_id, row.use, NONE, tce * months[j] * made.project_load[j]


def sub_accounts(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per owner with energy, tce (当量), base and plan year: three sub-accounts and their sum (3.3.4a)."""
    sums: dict[str, dict[str, list[Fraction]]] = {}
    for account, _, use, base, plan in owner_lines(case, outcome):
        parts = sums.setdefault(account, {part: [NONE, NONE] for part in PARTS})
        parts[use][0] += base
        parts[use][1] += plan
    rows = []
    for account, parts in sorted(sums.items()):
        row: dict[str, Any] = {"account": account}
        for k, year in enumerate(("base", "plan")):
            row |= {f"{year}_{part}_tce": float(parts[part][k]) for part in PARTS}
            row[f"{year}_total_tce"] = float(sum((parts[part][k] for part in PARTS), NONE))
        rows.append(row)
    return rows


_HEADINGS = {
    "fuel": ("燃料动力", "fuel and power"),
    "feedstock": ("原料", "feedstock"),
    "conversion_in": ("加工转换投入", "conversion input"),
    "conversion_out": ("加工转换产出", "conversion output"),
    "total": ("合计", "total"),
}
REPORT = Report(
    "sub_accounts",
    "3.3.4a",
    "分账核算",
    "sub-accounts",
    "燃料动力、原料用能和加工转换分账核算，当量吨标准煤；加工转换产出记负，合计即综合能源消费量（自用光伏等未扣）。",
    "Fuel and power, feedstock and conversion apart, calorific tce; conversion output negative, the sum is the gross "
    "consumption before exclusions.",
    (
        ReportColumn("account", "账户", "account", width=28, is_key=True),
        *(
            ReportColumn(
                f"{year}_{part}_tce", f"{zh}：{words[0]}", f"{words[1]}, {en}", "tce", 3, is_summed=True
            )
            for year, zh, en in (("base", "基年", "base year"), ("plan", "计划年", "plan year"))
            for part, words in _HEADINGS.items()
        ),
    ),
    sub_accounts,
)
