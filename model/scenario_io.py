"""Write a resolved scenario so that reading it back gives the same content."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import tomli_w

from dualcontrol.model.cells import written
from dualcontrol.model.profiles import text_of
from dualcontrol.model.schema import TABLES
from dualcontrol.model.settings import Settings
from dualcontrol.model.tables import PROFILES


def write_files(
    settings: Settings, tables: Mapping[str, pd.DataFrame], profiles: pd.DataFrame, folder: Path
) -> None:
    """Write scenario.toml (utf-8), the profiles, and a CSV (utf-8 with BOM, for Excel) per table with rows.

    FileExistsError if the folder exists and is not empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    content = settings.model_dump(exclude_none=True, exclude={"inherits"})
    (folder / "scenario.toml").write_text(tomli_w.dumps(content), encoding="utf-8", newline="\n")
    for name, frame in tables.items():
        if len(frame):
            _write_table(frame, folder / f"{name}.csv", name)
    if len(profiles):
        path = folder / f"{PROFILES}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text_of(profiles), encoding="utf-8-sig", newline="")


def _write_table(frame: pd.DataFrame, path: Path, name: str) -> None:
    columns = [column.name for column in TABLES[name].columns]
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in zip(*(frame[column].tolist() for column in columns), strict=True):
            writer.writerow([written(value) for value in row])
