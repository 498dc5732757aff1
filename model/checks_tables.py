"""Which tables are missing: told once for each, instead of a dangling key for every row that refers to it."""

from collections.abc import Iterator

import pandas as pd

from dualcontrol.model.draft import Draft
from dualcontrol.model.schema import TABLES

NAMED_BY_NETWORK = {
    "power/buses",
    "power/builds",
}  # `checks_network` has its own rules for references to these
_USE_ENERGY = ("unit_energy", "project_energy", "measures", "society", "power")
_NETWORK_REFERENCES = {
    "power/buses": (
        ("power/branches", "from_bus"), ("power/branches", "to_bus"), ("power/plants", "bus_id"),
        ("power/storage", "bus_id"), ("power/exchange", "bus_id"), ("power/loads", "bus_id"),
    ),
    "power/builds": (
        ("power/branches", "build_id"), ("power/plants", "build_id"), ("power/retrofits", "build_id"),
        ("power/storage", "build_id"), ("power/exchange", "build_id"),
    ),
}  # fmt: skip


def missing_tables(draft: Draft) -> frozenset[str]:
    """Tables that others need and that have no file or no row in it; each is told here, with who needs it."""
    needed: dict[str, list[str]] = {}
    for target, table in _needs(draft):
        if target in draft.absent and table not in needed.setdefault(target, []):
            needed[target].append(table)
    missing = {target: tables for target, tables in needed.items() if tables}
    for target, tables in missing.items():
        needed_by = ", ".join(f"{table}.csv" for table in tables)
        draft.findings.add("missing_table", f"{target}.csv", needed_by=needed_by)
    return frozenset(missing)


def _needs(draft: Draft) -> Iterator[tuple[str, str]]:
    """(table that must be there, table that needs it), whether it is there or not."""
    for name, table in TABLES.items():
        for column in table.columns:
            # what may lie in one of several tables says nothing of which of them is missing
            if len(column.refers_to) == 1 and draft.frames[name][column.name].astype(bool).any():
                yield column.refers_to[0], name
    for target, places in _NETWORK_REFERENCES.items():
        yield from ((target, t) for t, column in places if draft.frames[t][column].astype(bool).any())
    for name in _USE_ENERGY:
        if len(draft.frames[name]):
            yield "carriers", name
    for owners, energy in (("products", "unit_energy"), ("projects", "project_energy")):
        if _has_specific_energy(draft.frames[owners]):
            yield energy, owners
    if len(draft.frames["power/buses"]):
        for name in ("unit_energy", "project_energy", "society"):
            if len(draft.frames[name]):
                yield "power/loads", name


def _has_specific_energy(owners: pd.DataFrame) -> bool:
    return bool((owners["specific_energy"] > 0).any())
