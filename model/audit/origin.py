"""Where a result comes from: names, sectors and how sure its rows are, as the inputs have them."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import pandas as pd

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.inputs import Row
from dualcontrol.model.audit.network_tables import ASSETS, FILES, GREEN_TABLE
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.results import Results, cell_text
from dualcontrol.model.audit.verdict import Check, Probe, together
from dualcontrol.model.schema import BASES

# Before a text that a spreadsheet would take for a formula the tables write an apostrophe.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
Texts = Mapping[str, str]


def origin_checks(plan: Plan, results: Results, tables: Mapping[str, pd.DataFrame]) -> tuple[Check, ...]:
    """Names, sectors and bases of every row of the owners' tables and of the network's assets."""
    labels, basis = Probe("labels", "2.2", ""), Probe("basis", "2.2", "")
    for place, found, wanted in (*_owner_rows(plan, results), *_network_rows(plan, tables)):
        for column, text in wanted.items():
            probe = basis if column == "basis" else labels
            is_same = found[column] in (text, f"'{text}" if text.startswith(_FORMULA_STARTS) else text)
            probe.holds(f"{place} {column}", is_same, found[column], text)
    return together([labels, basis])


def _owner_rows(plan: Plan, results: Results) -> Iterator[tuple[str, Texts, Texts]]:
    accounts = plan.rulings.accounts
    for key, row in results.units().items():
        yield (
            f"quotas.csv unit:{key}",
            row.texts,
            _texts(accounts.units[key].row, "name", "sector_id", "basis"),
        )
    for key, row in results.society().items():
        wanted = _texts(accounts.society[key], "name", "basis") | {"sector_id": ""}
        yield f"quotas.csv society:{key}", row.texts, wanted
    grid = results.grid()
    if grid is not None:
        yield "quotas.csv grid", grid.texts, {"id": "", "name": "", "sector_id": "", "basis": ""}
    for row in results.projects:
        key = row.text("project_id")
        wanted = _texts(accounts.projects[key].row, "name", "sector_id", "basis")
        yield f"projects.csv {key}", row.texts, wanted
    told = dict(accounts.measures)
    told |= {r.text("retirement_id"): r for r in accounts.tables["retirements"]}
    told |= {r.text("pair_id"): r for r in accounts.tables["capacity_replacements"]}
    for row in results.measures:
        key = row.text("measure_id")
        yield f"measures.csv {key}", row.texts, _texts(told[key], "name", "basis")


def _network_rows(plan: Plan, tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Texts, Texts]]:
    operation = plan.operation
    if operation is None:
        return
    network, columns = operation.network, ("name", "kind", "bus_id", "clause", "question", "basis")
    nothing = dict.fromkeys(columns, "")
    plants = {
        key: nothing | _texts(row, "name", "kind", "bus_id", "basis") for key, row in network.plants.items()
    }
    ways = {
        way.asset: nothing | {"name": way.asset, "kind": way.asset.rpartition(":")[2], "bus_id": way.bus}
        for way in network.ways
    }
    builds = {
        key: nothing | _texts(row, "name", "clause", "question", "basis") | {"kind": "build"}
        for key, row in network.builds.items()
    }
    running = plants | ways
    for line in tables[ASSETS].to_dict("records"):
        found = {column: cell_text(line[column]) for column in ("asset", *columns)}
        key = found["asset"]
        yield f"{FILES[ASSETS]} {key}", found, (builds if found["kind"] == "build" else running)[key]
    for line in tables[GREEN_TABLE].to_dict("records"):
        key, profile = cell_text(line["unit_id"]), cell_text(line["profile_id"])
        asset = network.load_of.get(key)
        wanted = "" if asset is None else network.groups[asset].profile
        yield f"{FILES[GREEN_TABLE]} {key}", {"profile_id": profile}, {"profile_id": wanted}


def _texts(row: Row, *columns: str) -> dict[str, str]:
    return {column: row.text(column).strip() for column in columns}


def basis_shares(plan: Plan, results: Results) -> dict[str, dict[str, Fraction]]:
    """Shares of energy (`tce`) and of value added by basis; an account without one counts as estimated.

    Energy: planned use of units and society lines, quotas of projects. Value added: of units, of projects that
    enter, and the rest of GDP. Losses count by their size.
    """
    accounts = plan.rulings.accounts
    tce: dict[str, Fraction] = {}
    value: dict[str, Fraction] = {}

    def add(sums: dict[str, Fraction], row: Row, amount: Fraction) -> None:
        basis = row.text("basis")
        basis = basis if basis in BASES else "estimated"
        sums[basis] = sums.get(basis, ZERO) + abs(amount)

    for key in plan.units:
        flow = plan.unit_flow(key)
        add(tce, accounts.units[key].row, flow.total)
        add(value, accounts.units[key].row, flow.value_added)
    for key in plan.served:
        add(tce, accounts.society[key], plan.society_flow(key).total)
    for row in results.projects:
        key = row.text("project_id")
        add(tce, accounts.projects[key].row, Fraction(row.whole("quota_tce")))
        if plan.admitted[key] > 0:
            add(value, accounts.projects[key].row, plan.project_flow(key).value_added)
    for line in accounts.gdp:
        add(value, line, line.num("base_wan_yuan") * (1 + line.num("growth")))
    return {"tce": _shares(tce), "value_added": _shares(value)}


def _shares(sums: Mapping[str, Fraction]) -> dict[str, Fraction]:
    whole = sum(sums.values(), ZERO)
    return {basis: amount / whole for basis, amount in sums.items() if amount > 0}
