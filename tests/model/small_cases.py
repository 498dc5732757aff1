"""Counties small enough to work out with a pencil: owners that burn standard coal, in one line each.

`solve(county([unit("A", 1000, 500), project("P", 180, 144)], total(100)))`
One t of `coal` is 1 tce and 2.6 t of CO2; electricity is 0.1229 tce and at 等价 0.3 tce per MWh.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from dualcontrol.model.accounting import account
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.plan import Plan
from dualcontrol.model.policy import Rulings, judge
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema import TABLES, Column, Table
from dualcontrol.model.settings import Settings
from dualcontrol.optimise import optimise
from tests.model.scenario_factory import DEFAULT_SETTINGS, Row, _complete, _merge, write_scenario

CARRIERS: tuple[Row, ...] = (
    {"carrier_id": "coal", "unit": "t", "tce_per_unit": 1, "co2_t_per_unit": 2.6, "is_fossil": 1},
    {"carrier_id": "electricity", "unit": "MWh", "tce_per_unit": 0.1229, "co2_t_per_unit": 0},
)
# `works` is ordinary stock: it may grow to its capacity (3.2.1c). `heavy` is high-consuming (3.1.1).
SECTORS: tuple[Row, ...] = (
    {"sector_id": "works"},
    {"sector_id": "heavy", "is_high_energy": 1},
    {"sector_id": "public", "is_public_service": 1},
)


@dataclass(frozen=True)
class Owner:
    """A unit or project: its row and its energy rows."""

    table: str
    row: Mapping[str, object]
    energy: tuple[Row, ...] = field(default=())


def unit(unit_id: str, coal_t: object, value: object, *, mwh: object = 0, sector: str = "works",
         energy: Sequence[tuple[str, str, object]] = (), **columns: object) -> Owner:  # fmt: skip
    """An existing unit; `energy` adds rows (carrier, use, quantity)."""
    row = {"unit_id": unit_id, "sector_id": sector, "value_added_wan_yuan": value, **columns}
    return Owner("units", row, _energy("unit_id", unit_id, coal_t, mwh, energy))


def project(project_id: str, coal_t: object, value: object, *, mwh: object = 0, sector: str = "works",
            energy: Sequence[tuple[str, str, object]] = (), **columns: object) -> Owner:  # fmt: skip
    """A candidate project with a quota approval, so that only the gate a test is about can stop it."""
    row = {"project_id": project_id, "sector_id": sector, "value_added_wan_yuan": value,
           "is_quota_approved": 1, **columns}  # fmt: skip
    return Owner("projects", row, _energy("project_id", project_id, coal_t, mwh, energy))


def _energy(
    key: str, owner_id: str, coal_t: object, mwh: object, more: Sequence[tuple[str, str, object]]
) -> tuple[Row, ...]:
    rows = [("coal", "fuel", coal_t), ("electricity", "fuel", mwh), *more]
    return tuple(
        {key: owner_id, "carrier_id": carrier, "use": use, "quantity": quantity}
        for carrier, use, quantity in rows
        if quantity
    )


def others(base: object, growth: object = 0) -> dict[str, object]:
    """The rest of the county's GDP, for `gdp=[...]`."""
    return {"item_id": "rest", "base_wan_yuan": base, "growth": growth}


def _tables(owners: Iterable[Owner], tables: Mapping[str, Sequence[Row]]) -> dict[str, Sequence[Row]]:
    """Every table of a small county: the owners' rows added to what is given."""
    every: dict[str, Sequence[Row]] = {"carriers": CARRIERS, "sectors": SECTORS, **tables}
    owners = list(owners)
    for name in ("units", "projects"):
        mine = [owner for owner in owners if owner.table == name]
        if mine:
            every[name] = [owner.row for owner in mine]
            every[f"{name[:-1]}_energy"] = [row for owner in mine for row in owner.energy]
    return every


def write_county(
    folder: Path,
    owners: Iterable[Owner],
    settings: Mapping[str, object] | None = None,
    **tables: Sequence[Row],
) -> Path:
    """Write the scenario folder of a small county; without settings its total is not managed."""
    return write_scenario(folder, settings, **_tables(owners, tables))


def county(
    owners: Iterable[Owner], settings: Mapping[str, object] | None = None, **tables: Sequence[Row]
) -> Scenario:
    """The scenario that `load(write_county(...))` would give, without files and so ten times as quick.

    The caller answers for its being valid; `test_accounting.py` proves the two equal on a rich one.
    """
    given = _tables(owners, tables)
    frames = {
        name: _frame(table, given[name]) if given.get(name) else _EMPTY[name]
        for name, table in TABLES.items()
    }
    model = Settings.model_validate(_merge(DEFAULT_SETTINGS, settings or {}))
    return Scenario("s", model, MappingProxyType(frames), "", ())


_TYPES: dict[str, Callable[[Any], object]] = {
    "number": float,
    "integer": int,
    "flag": lambda value: bool(int(value)),
    "date": lambda value: value if isinstance(value, date) else date.fromisoformat(value),
}


def _frame(table: Table, rows: Sequence[Row]) -> pd.DataFrame:
    filled = [_complete(table.name, row) for row in rows]
    columns = {}
    for column in table.columns:
        kind = {"number": "float64", "integer": "int64", "flag": "bool"}.get(column.kind, "object")
        values = [_cell(column, row.get(column.name)) for row in filled]
        columns[column.name] = pd.Series(values, range(len(filled)), dtype=kind)
    frame = pd.DataFrame(columns, range(len(filled)))
    return frame.sort_values(list(table.key), ignore_index=True) if len(frame) > 1 else frame


_EMPTY = {name: _frame(table, ()) for name, table in TABLES.items()}


def _cell(column: Column, value: object) -> object:
    value = column.default if value in (None, "") else value
    if value is None:
        return {"number": float("nan"), "date": None}.get(column.kind, "")
    return _TYPES.get(column.kind, str)(value)


def rulings_of(scenario: Scenario) -> Rulings:
    """The scenario judged."""
    return judge(account(scenario))


def case_of(scenario: Scenario) -> Case:
    """The scenario as the allocation model sees it."""
    return Case(rulings_of(scenario))


def solve(scenario: Scenario) -> Plan:
    """The scenario's plan."""
    return optimise(rulings_of(scenario))


def total(increment: object = 0, **targets: object) -> dict[str, Any]:
    """Settings with a managed total."""
    return {"targets": {"manage_total": True, "increment_tce_eq": increment, **targets}}


def quotas(plan: Plan) -> dict[str, int]:
    """Quota in tce of every unit, society line, project and the grid."""
    accounts = dict(zip(plan.quotas["account"], plan.quotas["quota_tce"], strict=True))
    projects = dict(zip("project:" + plan.projects["project_id"], plan.projects["quota_tce"], strict=True))
    return {name: int(tce) for name, tce in {**accounts, **projects}.items()}


def activity(plan: Plan) -> dict[str, float]:
    """Activity of every unit."""
    units = plan.quotas[plan.quotas["kind"] == "unit"]
    return dict(zip(units["id"], units["activity"], strict=True))


def admitted(plan: Plan) -> set[str]:
    """Ids of the admitted projects."""
    return set(plan.projects.loc[plan.projects["decision"] == "admitted", "project_id"])


def constraint(plan: Plan, name: str, index: str = "") -> pd.Series:
    """One row of `constraints.csv`."""
    rows = plan.constraints
    return rows[(rows["name"] == name) & (rows["index"] == index)].iloc[0]


def entries(rulings: Rulings, note: str) -> dict[tuple[str, str], int]:
    """The rules' ledger entries of one kind: (from, to) -> tce."""
    return {(e.from_account, e.to_account): e.tce for e in rulings.ledger.entries if e.note == note}


def changed(
    scenario: Scenario, settings: Mapping[str, object] | None = None, **tables: pd.DataFrame
) -> Scenario:
    """The same scenario with other settings (dotted keys) or whole tables, without a round through files."""
    new = scenario.settings
    for key, value in (settings or {}).items():
        section, _, name = key.rpartition(".")
        if section:
            part = getattr(new, section).model_copy(update={name: value})
            new = new.model_copy(update={section: part})
        else:
            new = new.model_copy(update={name: value})
    return replace(scenario, settings=new, tables={**scenario.tables, **tables})
