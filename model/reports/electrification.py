"""What chargers, electric trucks and electric heating add and displace, by society line (3.4.5)."""

from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.quantities import exact
from dualcontrol.model.reports.register import Report, ReportColumn


def electrification(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per line that is electrified: electricity (MWh), fuels displaced (tce), the change at 等价 and in CO2.

    change_tce_eq: electricity at k_eq less fuels, what the total gains or loses. change_co2_t: the grid factor
    times electricity less the fuels' emissions. Source: clause 3.4.5.
    """
    counting = case.accounts.counting
    rows = []
    for row in case.accounts.scenario.rows("society"):
        mwh, fuel = exact(row.electrified_mwh), exact(row.displaced_fuel_tce)
        if mwh or fuel:
            rows.append(
                {
                    "line_id": row.line_id,
                    "name": row.name,
                    "electrified_mwh": float(mwh),
                    "displaced_fuel_tce": float(fuel),
                    "change_tce": float(mwh * counting.electricity_tce_per_mwh - fuel),
                    "change_tce_eq": float(mwh * counting.k_eq_tce_per_mwh - fuel),
                    "change_co2_t": float(
                        mwh * counting.grid_co2_t_per_mwh - fuel * exact(row.co2_t_per_fuel_tce)
                    ),
                }
            )
    return rows


REPORT = Report(
    "electrification",
    "3.4.5",
    "电能替代",
    "electrification",
    "充电桩、电动重卡、以电代煤：新增用电与被替代的燃料；当量下降而等价可能上升，两者都列。",
    "Chargers, electric trucks and heating: electricity added, fuels displaced; calorific energy falls, 等价 may rise.",
    (
        ReportColumn("line_id", "条目", "line", width=18, is_key=True),
        ReportColumn("name", "领域", "name", width=24),
        ReportColumn("electrified_mwh", "新增用电", "electricity added", "MWh", 1, is_summed=True),
        ReportColumn("displaced_fuel_tce", "替代燃料", "fuels displaced", "tce", 1, is_summed=True),
        ReportColumn("change_tce", "能耗变动（当量）", "change of energy", "tce", 1, is_summed=True),
        ReportColumn("change_tce_eq", "能耗变动（等价）", "change of energy", "tce_eq", 1, is_summed=True),
        ReportColumn("change_co2_t", "排放变动", "change of CO2", "t", 1, is_summed=True),
    ),
    electrification,
)
