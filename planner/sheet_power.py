"""The sheet of the power network: how it was checked, what it adds and costs, builds, hours of plants, green power."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_rowcol_to_cell

from dualcontrol.fleets import fleet_name
from dualcontrol.messages import LANGUAGES, Language, say
from dualcontrol.sheets import Book, Column, Sheet, both
from dualcontrol.words import words

if TYPE_CHECKING:
    import pandas as pd

    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

_FIGURES = (
    Column("column.number", "int", 16),
    Column("column.figure", "text", 44),
    Column("column.value", "dec2", 14),
    Column("column.unit", "text", 14),
)
_COSTS = (
    Column("column.number", "int", 16),
    Column("column.figure", "text", 44),
    Column("column.wan_yuan", "dec2", 14),
)
_BUILDS = (
    Column("column.id", "text", 16),
    Column("column.name", "text", 44),
    Column("column.built", "text", 14),
    Column("column.clause", "text", 14),
    Column("column.cost_wan_yuan", "dec2", 14),
    Column("column.question", "text", 58),
    Column("column.basis", "text", 12),
)
_PLANTS = (
    Column("column.id", "text", 16),
    Column("column.name", "text", 44),
    Column("column.plant_kind", "text", 14),
    Column("column.capacity_mw", "int", 14),
    Column("column.energy_mwh", "int", 14, True),
    Column("column.plant_hours", "text", 58),
    Column("column.curtailed_mwh", "int", 12, True),
)
_FLEETS = (
    Column("column.fleet", "text", 16),
    Column("column.name", "text", 44),
    Column("column.missing_hours", "dec2", 14),
    Column("column.missing_wan_yuan", "dec2", 14, True),
)
_GREEN = (
    Column("column.unit_id", "text", 16),
    Column("column.name", "text", 44),
    Column("column.green_mwh", "int", 14, True),
    Column("column.excess_green_mwh", "int", 14, True),
)
NETWORK_FIGURES = (
    ("green_delivered_mwh", "MWh"),
    ("excluded_tce_eq", "tce（等价）"),
    ("exported_mwh", "MWh"),
    ("green_exported_mwh", "MWh"),
    ("imported_mwh", "MWh"),
    ("unserved_mwh", "MWh"),
)
_AND: Mapping[Language, str] = {"zh": "、", "en": ", "}
NETWORK_ITEMS = (
    "value_added_built",
    "cost_network_builds",
    "cost_network_imports",
    "cost_network_exports",
    "cost_network_unserved",
    "cost_network_missing_hours",
)


def how_checked(summary: Mapping[str, Any], lang: Language) -> str:
    """Plainly: a draft on typical days, or checked over every hour of the year, with evaluations and gap."""
    network = summary["network"]
    if summary.get("is_draft"):
        return say("network.draft", lang, hours=network["hours"], days=network["hours"] // 24)
    return say(
        "network.year", lang, hours=network["hours"], evaluations=network["evaluations_of_the_year"] or 0,
        gap=network["gap"] or 0.0,
    )  # fmt: skip


def builds_told(summary: Mapping[str, Any], scenario: "Scenario", lang: Language) -> str:
    """What is built and what it costs in the plan year, one sentence."""
    costs: Mapping[str, float] = summary["network"]["build_costs_wan_yuan"]
    table = scenario.table("power/builds")
    names = dict(zip(table["build_id"], table["name"], strict=True))
    told = _AND[lang].join(f"{names.get(b, b)} {cost:,.1f}" for b, cost in costs.items())
    return (
        say("network.built", lang, builds=told, cost=sum(costs.values()))
        if told
        else say("network.none_built", lang)
    )


def missing_told(summary: Mapping[str, Any], scenario: "Scenario", lang: Language) -> str:
    """Fleets that fall short of their hours by half an hour or more, and what that is priced at, one sentence."""
    network = summary["network"]
    short = {fleet: hours for fleet, hours in network["missing_hours"].items() if hours >= 0.5}
    cost = sum(network["missing_hours_wan_yuan"].values())
    told = _AND[lang].join(
        f"{fleet_name(fleet, scenario, lang)} {hours:,.0f}" for fleet, hours in short.items()
    )
    return say("network.short", lang, fleets=told, cost=cost) if told else say("network.none_short", lang)


def write_power(book: Book, plan: "Plan", scenario: "Scenario", summary: Mapping[str, Any]) -> None:
    """Sheet `power`; none for a plan without a network."""
    if not plan.power:
        return
    sheet = book.sheet("sheet.power")
    sheet.widths([column.width for column in _BUILDS])
    sheet.top("sheet.power", "sheet.power_note")
    for lang in LANGUAGES:
        sheet.sentence(how_checked(summary, lang))
    network, assets = summary["network"], plan.power["assets"]
    _figures(sheet, network)
    _costs(sheet, summary["value_items_wan_yuan"])
    _builds(sheet, assets[assets["kind"] == "build"])
    _plants(sheet, assets[assets["capacity_mw"].notna() & ~assets["kind"].isin(("import", "export"))])
    _fleets(sheet, network, assets)
    _green(sheet, plan.power["green"], scenario)


def _section(sheet: Sheet, message: str, columns: tuple[Column, ...]) -> None:
    sheet.row += 1
    sheet.line(both(message), "section", 20)
    sheet.heads(columns)


def _figures(sheet: Sheet, network: Mapping[str, Any]) -> None:
    _section(sheet, "network.figures", _FIGURES)
    for number, (key, unit) in enumerate(NETWORK_FIGURES, 1):
        sheet.record(_FIGURES, [number, both(f"network.{key}"), network[key], unit])


def _costs(sheet: Sheet, items: Mapping[str, float]) -> None:
    """Value added by what is built, less what the network costs: a sum that can be followed."""
    _section(sheet, "network.costs", _COSTS)
    first = sheet.row
    for number, item in enumerate(NETWORK_ITEMS, 1):
        sheet.record(_COSTS, [number, both(f"item.{item}"), items.get(item, 0.0)])
    span = f"{xl_rowcol_to_cell(first, 2)}:{xl_rowcol_to_cell(sheet.row - 1, 2)}"
    net = sum(items.get(item, 0.0) for item in NETWORK_ITEMS)
    at = sheet.record(_COSTS, [None, both("network.net"), net], is_total=True)
    sheet.formula(at, 2, f"=SUM({span})", net, "dec2", is_total=True)


def _builds(sheet: Sheet, builds: "pd.DataFrame") -> None:
    _section(sheet, "network.builds", _BUILDS)
    for row in builds.itertuples(index=False):
        sheet.record(
            _BUILDS,
            [row.asset, row.name, words("built", int(row.built > 0)), row.clause, row.cost_wan_yuan, row.question,
             words("basis", row.basis)],
        )  # fmt: skip


def _plants(sheet: Sheet, plants: "pd.DataFrame") -> None:
    _section(sheet, "network.plants", _PLANTS)
    first, values = sheet.row, list[list[object]]()
    for row in plants.itertuples(index=False):
        hours = f"{row.hours:,.0f}" + (f" / {row.hours_floor:,.0f}" if row.hours_floor > 0 else "")
        told = hours if row.built > 0 else both("network.not_built")
        values.append(
            [row.asset, row.name, words("plant", row.kind), row.capacity_mw, row.energy_mwh, told,
             max(0.0, row.curtailed_mwh) if row.curtailed_mwh == row.curtailed_mwh else 0.0]
        )  # fmt: skip
        sheet.record(_PLANTS, values[-1])
    sheet.totals(_PLANTS, first, values, "total.all")


def _fleets(sheet: Sheet, network: Mapping[str, Any], assets: "pd.DataFrame") -> None:
    """Fleets short of the hours that the plan asks for, and what that is priced at (3.4.3h)."""
    _section(sheet, "network.missing", _FLEETS)
    names = dict(zip(assets["asset"].astype(str), assets["name"].astype(str), strict=True))
    costs = network["missing_hours_wan_yuan"]
    first, values = sheet.row, list[list[object]]()
    for fleet, hours in network["missing_hours"].items():
        kind, _, build = fleet.partition(":")
        name = names.get(build or fleet) or words("plant", kind)
        values.append([fleet, name, hours, costs[fleet]])
        sheet.record(_FLEETS, values[-1])
    sheet.totals(_FLEETS, first, values, "total.all")


def _green(sheet: Sheet, green: "pd.DataFrame", scenario: "Scenario") -> None:
    _section(sheet, "network.green", _GREEN)
    units = scenario.table("units")
    names = dict(zip(units["unit_id"], units["name"], strict=True))
    first, values = sheet.row, list[list[object]]()
    for row in green.itertuples(index=False):
        values.append([row.unit_id, names.get(row.unit_id, ""), row.green_mwh, row.excess_green_mwh])
        sheet.record(_GREEN, values[-1])
    sheet.totals(_GREEN, first, values, "total.unit")
