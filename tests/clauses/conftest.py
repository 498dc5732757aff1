"""A county as small as a clause needs, planned through the command line, with the clause under test on or off.

`pytest tests/clauses --without 3.2.3a` runs every plan without that clause; `make mutate` does so for each clause with
the tests that are marked with it, and wants at least one of them to fail.
"""

import contextlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dualcontrol as dc
from dualcontrol.cli import main
from dualcontrol.model import plan as planned
from dualcontrol.model.scenario import Scenario
from tests.model import small_cases
from tests.model.scenario_factory import Row, write_scenario
from tests.model.small_cases import changed


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without", default="", help="a clause that every plan is made without")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--without`, only the tests of that clause are of interest."""
    without = config.getoption("--without", default="")
    if without:
        mine = [i for i in items if any(without in mark.args for mark in i.iter_markers("clause"))]
        config.hook.pytest_deselected(items=[i for i in items if i not in mine])
        items[:] = mine


@dataclass(frozen=True)
class Told:
    """What the command left: its exit code, what it said, and the result folder (not there unless the code is 0)."""

    code: int
    said: str
    folder: Path

    @property
    def summary(self) -> dict[str, Any]:
        """summary.json."""
        told: dict[str, Any] = json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))
        return told

    @property
    def value(self) -> float:
        """The value of the plan, 万元."""
        return float(self.summary["objective_wan_yuan"])

    def table(self, name: str, index: str | Sequence[str] | None = None) -> pd.DataFrame:
        """A result table, ids as text; no rows where it was not written."""
        path = self.folder / f"{name}.csv"
        if not path.is_file():
            return pd.DataFrame()
        frame = pd.read_csv(path, encoding="utf-8-sig", dtype={"id": str, "clause": str, "index": str})
        return frame if index is None else frame.set_index(index)

    def unit(self, unit_id: str) -> Any:
        """The row of a unit in quotas.csv."""
        return self.table("quotas", "account").loc[f"unit:{unit_id}"]

    def project(self, project_id: str) -> Any:
        """The row of a project."""
        return self.table("projects", "project_id").loc[project_id]

    def moved(self, note: str) -> int:
        """Tonnes of all ledger entries of a kind."""
        ledger = self.table("ledger")
        return int(ledger.loc[ledger["note"] == note, "tce"].sum())

    def report(self, name: str) -> pd.DataFrame:
        """A report; no rows where it was not made."""
        return self.table(f"reports/{name}")


Plan = Callable[..., Told]


def solve(folder: Path, out: Path, off: Iterable[str] = (), *more: str) -> Told:
    """`dualcontrol solve FOLDER --out OUT` in this process, without the clauses `off`."""
    clauses = json.dumps([clause for clause in off if clause])
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code: Any = 0
        try:
            main(["solve", str(folder), "--out", str(out), "--lang", "en", *more,
                  "--set", f"disabled_clauses={clauses}"])  # fmt: skip
        except SystemExit as end:
            code = end.code
    return Told(int(code or 0), said.getvalue(), out)


@pytest.fixture
def plan(tmp_path: Path, request: pytest.FixtureRequest) -> Plan:
    """`plan(settings, off=("3.1.1",), units=[...], ...)`: write the county and solve it; a settled plan unless told."""
    without = request.config.getoption("--without", default="")
    made: list[Told] = []

    def make(
        settings: Mapping[str, object] | None = None,
        *,
        off: Sequence[str] = (),
        scenario: Path | None = None,
        code: int | None = 0,
        **tables: Sequence[Row],
    ) -> Told:
        folder = scenario or write_scenario(tmp_path / f"s{len(made)}", settings, **tables)
        told = solve(folder, tmp_path / f"out{len(made)}", (without, *off))
        made.append(told)
        if told.code in (4, 5):  # a check or a solver that fails is no effect of a clause
            raise RuntimeError(told.said)
        assert code is None or told.code == code, told.said
        return told

    return make


@pytest.fixture
def checked(pytestconfig: pytest.Config) -> Callable[[Scenario], planned.Plan]:
    """`checked(scenario)`: its plan in this process, audited, without the clause under test."""
    without = pytestconfig.getoption("--without", default="")

    def make(scenario: Scenario) -> planned.Plan:
        asked = changed(scenario, {"disabled_clauses": (without,)}) if without else scenario
        made = small_cases.solve(asked)
        if failed := [str(check) for check in dc.audit(asked, made).failed]:
            raise RuntimeError("; ".join(failed))  # a check that fails is no effect of a clause
        return made

    return make
