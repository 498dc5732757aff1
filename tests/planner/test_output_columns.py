"""Nothing is published that nobody explains: every column of every result table is in the register and on the page."""

import re
from pathlib import Path

import pandas as pd
import pytest

from dualcontrol import output_columns
from dualcontrol.model.reports import REPORTS
from dualcontrol.output_columns import OutputColumn
from dualcontrol.power_tables import FILES, power_files
from dualcontrol.tables import COLUMNS
from tests.planner.conftest import Case

NETWORK = {  # of power_tables
    "dispatch": ["year", "hour", "weight", "asset", "kwh"],
    "prices": ["year", "hour", "weight", "bus", "yuan_per_mwh"],
}


def published(folder: Path) -> dict[str, list[str]]:
    """Columns of every table in a result folder, by table."""
    found = {}
    for path in sorted(folder.rglob("*.csv")):
        name = path.relative_to(folder).as_posix()
        if not name.startswith("inputs/"):
            found[name.removesuffix(".csv")] = list(pd.read_csv(path, encoding="utf-8-sig", nrows=1).columns)
    for path in folder.rglob("*.parquet"):
        found[path.relative_to(folder).as_posix().removesuffix(".parquet")] = list(
            pd.read_parquet(path).columns
        )
    return found


@pytest.mark.slow
def test_every_published_column_is_in_the_register_and_on_the_page(
    dalad: Case, repository: Path, tmp_path: Path
) -> None:
    page = (repository / "docs" / "data-dictionary.md").read_text(encoding="utf-8").partition("# 结果文件")[2]
    tables = published(dalad.publish(tmp_path / "out"))
    assert set(COLUMNS) <= set(tables)
    reports = {
        f"reports/{report.name}": {c.name: OutputColumn(c.unit, c.zh, c.en) for c in report.columns}
        for report in REPORTS
    }
    register = {**output_columns.TABLES, **reports}
    for table, columns in tables.items():
        section = page.partition(f"## {table}.")[2].partition("\n## ")[0]
        for column in columns:
            told = register[table][column]
            assert told.zh
            assert told.en
            assert f"| `{column}` | {told.zh} | {told.en} | {told.unit} |" in section, (table, column)


def test_the_register_has_units_where_a_name_has_one() -> None:
    units = {"tce": "tce", "tce_eq": "tce_eq", "mwh": "MWh", "wan_yuan": "万元", "t": "t", "mw": "MW"}
    for table, columns in output_columns.TABLES.items():
        for name, column in columns.items():
            found = re.search(r"(?<!per)_(tce_eq|tce|mwh|wan_yuan|mw|t)$", name)
            if found:
                assert column.unit == units[found[1]], (table, name)


@pytest.mark.parametrize("table", [*COLUMNS, "power/dispatch"])
def test_a_column_nobody_explains_is_not_published(table: str) -> None:
    with pytest.raises(KeyError, match="surprise"):
        output_columns.documented(table, ["surprise"])


def test_a_table_of_the_network_with_an_unexplained_column_is_not_published() -> None:
    frame = pd.DataFrame({**{key: [1] for key in NETWORK["dispatch"]}, "surprise": [1]})
    with pytest.raises(KeyError, match="surprise"):
        list(power_files({"dispatch": frame}))
    assert set(FILES.values()) == set(output_columns.FILES.values())
