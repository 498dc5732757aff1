"""The generated pages are what the code says today."""

from pathlib import Path

import pytest

from dualcontrol import reference
from dualcontrol.model.schema import TABLES


@pytest.mark.parametrize("name", sorted(reference.PAGES))
def test_a_generated_page_is_current(repository: Path, name: str) -> None:
    written = (repository / "docs" / name).read_text(encoding="utf-8")
    assert written == reference.PAGES[name](), "run: python -m dualcontrol.reference docs"


def test_main_writes_every_page(tmp_path: Path) -> None:
    reference.main(str(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == set(reference.PAGES)
    assert b"\r" not in (tmp_path / "formulation.md").read_bytes()


def test_the_dictionary_has_every_column_and_its_bounds() -> None:
    page = reference.data_dictionary()
    for table in TABLES.values():
        section = page.split(f"## {table.name}.csv ")[1].split("\n## ")[0]
        for column in table.columns:
            assert f"| `{column.name}` | {column.zh} |" in section
    assert "| `start_month` | 投产月份 |" in page
    assert "number 0 … 1" in page
