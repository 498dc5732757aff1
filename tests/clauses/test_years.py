"""Several years: what is above the benchmark is released step by step, year after year (3.3.2c)."""

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dualcontrol.cli import main
from tests.clauses.test_county import coal, county, total, unit
from tests.model.scenario_factory import write_scenario


def years(folder: Path, horizon: str, without: str) -> Path:
    """`dualcontrol years` on a horizon beside the county; the folder of the result."""
    path, said = folder / "years.toml", io.StringIO()
    clauses = json.dumps([without] if without else [])
    path.write_text(f"{horizon}\n[common]\ndisabled_clauses = {clauses}\n" + "".join(
        f"[[years]]\nyear = {year}\nincrement_tce_eq = 0\n" for year in (2022, 2023, 2024)
    ), encoding="utf-8")  # fmt: skip
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code: Any = 0
        try:
            main(["years", str(path), "--out", str(folder / "out"), "--lang", "en"])
        except SystemExit as end:
            code = end.code
    if code:
        raise RuntimeError(said.getvalue())
    return folder / "out"


@pytest.mark.clause("3.3.2c")
def test_the_excess_leaves_year_by_year(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Mean 2; A has 10: 800 tce of its 1,000 are too many. A hundredth, two more, one more: 8, 24 and 32 tce."""
    write_scenario(
        tmp_path / "c", total(0),
        **county(
            units=[unit("A", 100), unit("B", 900)], unit_energy=[coal("A", 1000), coal("B", 1000)],
        ),
    )  # fmt: skip
    without = request.config.getoption("--without", default="")
    out = years(tmp_path, 'scenario = "c"\nrelease_path = [0.01, 0.02, 0.01]', without)
    released = []
    for year in (2022, 2023, 2024):
        quotas = pd.read_csv(out / str(year) / "quotas.csv", encoding="utf-8-sig").set_index("account")
        released.append(-int(quotas.loc["unit:A", "release_tce"]))
    assert released == [8, 24, 32]
