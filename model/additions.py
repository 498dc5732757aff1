"""Rows that a program adds to a table of a scenario, such as the promises of an earlier plan among the decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema import TABLES
from dualcontrol.model.tables import finish


def with_rows(scenario: Scenario, name: str, rows: Sequence[Mapping[str, object]]) -> Scenario:
    """The scenario with more rows in a table, every column given, hashed anew; not checked: the caller knows them.

    KeyError for an unknown table or a missing column, ValueError for a key that is there already.
    """
    table, old = TABLES[name], scenario.tables[name]
    columns = {
        column.name: [*old[column.name].tolist(), *(row[column.name] for row in rows)]
        for column in table.columns
    }
    frame = pd.DataFrame({key: pd.Series(values, dtype=object) for key, values in columns.items()})
    if frame.duplicated(list(table.key)).any():
        raise ValueError(f"{name}: a key is there already")
    tables = MappingProxyType({**scenario.tables, name: finish(frame, table)})
    return replace(scenario, tables=tables).hashed()
