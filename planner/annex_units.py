"""Annexes 2, 5, 6: quotas of the key units, the list of two-high stock and projects, renewable electricity."""

from collections.abc import Iterator
from typing import Any

from dualcontrol.annex import (
    WAN,
    Annex,
    AnnexColumn,
    Material,
    Row,
    Words,
    clauses_of,
    given,
    plain_number,
    reasons,
    said,
    worded,
)
from dualcontrol.model.benchmark_lines import line
from dualcontrol.model.county_account import gross_eq_tce
from dualcontrol.tables import QUARTERS

LEVELS = ("advanced", "access", "limit")
WAN_KWH = 10.0  # MWh in 万kWh

_FACTS = (
    AnnexColumn("number", "int", 6),
    AnnexColumn("unit", width=26),
    AnnexColumn("credit_code", width=20),
    AnnexColumn("sector", width=20),
    AnnexColumn("products", width=32),
    AnnexColumn("base_tce", "int", 13, True),
    AnnexColumn("base_tce_eq", "int", 13, True),
    AnnexColumn("feedstock_tce", "int", 12, True),
    AnnexColumn("electricity_wan_kwh", "int", 12, True),
    AnnexColumn("specific", width=22),
    AnnexColumn("lines", width=24),
    AnnexColumn("output_value", "int", 13, True),
    AnnexColumn("value_added", "int", 13, True),
    AnnexColumn("per_value_added", "dec4", 12),
)
_QUOTAS = (
    AnnexColumn("number", "int", 6),
    AnnexColumn("unit", width=26),
    AnnexColumn("grade", width=9),
    AnnexColumn("opening_tce", "int", 13, True),
    AnnexColumn("cut_tce", "move", 12, True),
    AnnexColumn("bonus_tce", "move", 12, True),
    AnnexColumn("other_tce", "move", 12, True),
    AnnexColumn("quota_tce", "int", 13, True, "{opening_tce}+{cut_tce}+{bonus_tce}+{other_tce}"),
    AnnexColumn("quota_wan_tce", "dec2", 12, True, "{quota_tce}/10000"),
    AnnexColumn("change_share", "share", 11, False, 'IF({opening_tce}=0,"",{quota_tce}/{opening_tce}-1)'),
    AnnexColumn("co2_quota_t", "int", 13, True),
    *(AnnexColumn(f"q{k}_tce", "int", 11, True) for k in range(1, 5)),
    AnnexColumn("clauses", width=22),
)
_REASONS = (
    AnnexColumn("number", "int", 6),
    AnnexColumn("unit", width=26),
    AnnexColumn("reason", width=120),
)
_TWO_HIGH = (
    AnnexColumn("number", "int", 6),
    AnnexColumn("list", width=12),
    AnnexColumn("item", width=30),
    AnnexColumn("sector", width=16),
    AnnexColumn("product", width=28),
    AnnexColumn("own_specific", "dec2", 12),
    AnnexColumn("benchmark", "dec2", 12),
    AnnexColumn("baseline", "dec2", 12),
    AnnexColumn("specific_unit", width=10),
    AnnexColumn("efficiency", width=18),
    AnnexColumn("handling", width=34),
)
_GREEN = (
    AnnexColumn("number", "int", 6),
    AnnexColumn("unit", width=34),
    AnnexColumn("electricity_wan_kwh", "dec2", 14, True),
    AnnexColumn("green_wan_kwh", "dec2", 14, True),
    AnnexColumn("required", "share", 12),
    AnnexColumn("excess_wan_kwh", "dec2", 14, True),
    AnnexColumn("certificates", width=14),
    AnnexColumn("self_pv_wan_kwh", "dec2", 14, True),
)


def _products(material: Material, owner: str) -> list[Any]:
    return [row for row in material.scenario.rows("products") if row.unit_id == owner]


def units_facts(material: Material) -> Annex:
    """Annex 2-1: what each key unit made and used in the base year, all at activity 1; 当量 and 等价."""
    rows, counting = [], material.accounts.counting
    for k, unit in enumerate(material.scenario.rows("units"), start=1):
        use, products = material.accounts.units[unit.unit_id], _products(material, unit.unit_id)
        ruling = material.rulings.units[unit.unit_id].energy_per_value_added
        rows.append(
            Row(
                (
                    k,
                    unit.name,
                    given(unit.credit_code) or said("annex.to_fill"),
                    material.sector(unit.sector_id),
                    "；".join(f"{p.product} {plain_number(p.output)} {p.output_unit}" for p in products),
                    float(use.gross_tce),
                    float(gross_eq_tce(counting, use)),
                    float(use.feedstock_tce),
                    float(use.electricity_mwh) / WAN_KWH,
                    "；".join(
                        f"{plain_number(p.specific_energy)} {p.specific_unit}"
                        for p in products
                        if given(p.specific_energy) is not None
                    ),
                    "；".join(text for text in (_lines(material, p.benchmark_key) for p in products) if text),
                    given(unit.output_value_wan_yuan),
                    float(unit.value_added_wan_yuan),
                    None if ruling is None else float(ruling),
                )
            )
        )
    settings = material.scenario.settings
    params = {"base": settings.base_year, "price_base": settings.price_base or "–"}
    return Annex("2-1", _FACTS, tuple(rows), has_total=True, params=params)


def _lines(material: Material, key: object) -> str:
    """Advanced / access / limit value in force of a benchmark line; a dash where there is none."""
    if given(key) is None:
        return ""
    found = [line(material.scenario, str(key), level) for level in LEVELS]
    return " / ".join("–" if value is None else plain_number(value) for value in found)


def _grades(material: Material) -> dict[str, str]:
    table = material.plan.reports.get("evaluation_units")
    return {} if table is None else dict(zip(table["unit_id"], table["grade"], strict=True))


def units_quotas(material: Material) -> Annex:
    """Annex 2-2: base, cut, bonus, quota by quarter of each key unit, whole tce (当量); carbon of the plan, t."""
    grades, ledger = _grades(material), list(material.plan.ledger.itertuples(index=False))
    rows = []
    for k, row in enumerate(material.kind("unit"), start=1):
        cut = sum(int(getattr(row, f"{name}_tce")) for name in ("cut", "release", "limit", "penalty"))
        bonus = int(row.bonus_tce) + int(row.allowance_tce)
        other = int(row.quota_tce) - int(row.opening_tce) - cut - bonus
        change = row.quota_tce / row.opening_tce - 1 if row.opening_tce else ""
        rows.append(
            Row(
                (
                    k, row.name, given(grades.get(row.id)) or "–", int(row.opening_tce), cut, bonus, other,
                    int(row.quota_tce), row.quota_tce / WAN, change, float(row.co2_t),
                    *(int(getattr(row, name)) for name in QUARTERS), clauses_of(ledger, row.account),
                )
            )
        )  # fmt: skip
    return Annex("2-2", _QUOTAS, tuple(rows), has_total=True)


def units_reasons(material: Material) -> Annex:
    """Annex 2-3: why each quota is what it is, with the clauses."""
    rows = [Row((k, row.name, reasons(row))) for k, row in enumerate(material.kind("unit"), start=1)]
    return Annex("2-3", _REASONS, tuple(rows))


def two_high(material: Material) -> Annex:
    """Annex 5: stock of high-consuming sectors and two-high candidates, by product, against the lines in force."""
    scenario = material.scenario
    high = {row.sector_id for row in scenario.rows("sectors") if row.is_high_energy}
    quotas = {row.id: row for row in material.kind("unit")}
    rows: list[tuple[object, ...]] = []
    for unit in scenario.rows("units"):
        if unit.sector_id not in high:
            continue
        change = int(quotas[unit.unit_id].quota_tce - quotas[unit.unit_id].opening_tce)
        handling = said("annex.stock_handled", change=change)
        for product in _products(material, unit.unit_id) or [None]:
            own = _against(material, product)
            name = "" if product is None else product.product
            rows.append(
                (said("annex.stock"), unit.name, material.sector(unit.sector_id), name, *own, handling)
            )
    decided = {row.project_id: row for row in material.plan.projects.itertuples(index=False)}
    for project in scenario.rows("projects"):
        if project.is_two_high:
            own = _against(material, project)
            row = decided[project.project_id]
            words = worded("decision", row.decision)
            handling = Words(*(f"{text} ({row.clause})" if row.clause else text for text in words))
            sector = material.sector(given(project.sector_id))
            rows.append((said("annex.planned"), project.name, sector, "", *own, handling))
    return Annex("5", _TWO_HIGH, tuple(Row((k, *row)) for k, row in enumerate(rows, start=1)))


def _against(material: Material, owner: Any) -> tuple[object, ...]:
    """Own energy per product, 标杆 (advanced) and 基准 (limit) in force, their unit, and where it stands between."""
    own = None if owner is None else given(owner.specific_energy)
    key = None if owner is None else given(owner.benchmark_key)
    values = [
        None if key is None else line(material.scenario, str(key), level) for level in ("advanced", "limit")
    ]
    unit = "" if owner is None else given(owner.specific_unit) or ""
    if own is None or values[0] is None:
        return own, *values, unit, said("annex.no_line")
    if own <= values[0]:
        return own, *values, unit, said("annex.reaches")
    is_between = values[1] is None or own <= values[1]
    return own, *values, unit, said("annex.between" if is_between else "annex.beyond")


def green(material: Material) -> Annex:
    """Annex 6: renewable electricity of the plan year by unit, 万kWh, with the least share asked for."""
    settings = material.scenario.settings
    rows = [Row((k, *values)) for k, values in enumerate(_green(material), start=1)]
    params = {"required": settings.accounting.renewable_share_required}
    return Annex("6", _GREEN, tuple(rows), has_total=True, params=params)


def _green(material: Material) -> Iterator[tuple[object, ...]]:
    required = float(material.scenario.settings.accounting.renewable_share_required)
    for row in material.kind("unit"):
        if row.green_mwh or row.self_pv_mwh:
            used = float(material.accounts.units[row.id].electricity_mwh) * row.activity / WAN_KWH
            yield (row.name, used, row.green_mwh / WAN_KWH, required, row.excess_green_mwh / WAN_KWH,
                   said("annex.to_fill"), row.self_pv_mwh / WAN_KWH)  # fmt: skip
