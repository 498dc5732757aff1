"""Counties of `small_cases` with a power network in memory: profiles of one day that every day repeats.

`gridded([unit("A", 0, 500, mwh=87_600)], {"sun": SUN}, {"plants": [...], "exchange": [...], "loads": [...]})`
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dualcontrol.model.scenario import Scenario
from tests.model.scenario_factory import Row
from tests.model.small_cases import Owner, county

Floats = npt.NDArray[np.float64]
HOURS = 8760
# twelve hours of full sun, twelve of none: figures that a pencil can follow
SUN = np.where((np.arange(24) >= 6) & (np.arange(24) < 18), 1.0, 0.0)
FLAT = np.ones(24)


def gridded(
    owners: Iterable[Owner],
    profiles: Mapping[str, Floats],
    network: Mapping[str, Sequence[Row]],
    settings: Mapping[str, Any] | None = None,
    **tables: Sequence[Row],
) -> Scenario:
    """A county whose power folder has the tables of `network`.

    profiles: id -> (24,) or (8760,); `flat` is added. Those of plants are outputs, the others loads. Without
    `buses` there is one bus, "a".
    """
    every = {"flat": FLAT, **profiles}
    outputs = {row["profile_id"] for row in network.get("plants", ()) if "profile_id" in row}
    network = {"buses": [{"bus_id": "a", "voltage_kv": 110}], **network}
    network["profile_names"] = [
        {"profile_id": p, "kind": "output" if p in outputs else "load"} for p in every
    ]
    settings = {"power": {"missing_hours_yuan_per_mwh": 0.0}, **(settings or {})}
    scenario = county(owners, settings, **{f"power/{name}": rows for name, rows in network.items()}, **tables)
    series = {p: np.resize(values, HOURS).astype(float) for p, values in sorted(every.items())}
    return replace(scenario, profiles=pd.DataFrame(series))
