"""Reports: one register for the builder, the folder, the workbook and the audit; no figure that nobody recomputes."""

from pathlib import Path

import pandas as pd
import pytest

from dualcontrol.messages import known
from dualcontrol.model.audit import _operation, audit_folder
from dualcontrol.model.audit.choices import read_plan
from dualcontrol.model.audit.ledger import read_book
from dualcontrol.model.audit.reports import AUDITED, report_checks
from dualcontrol.model.audit.results import COLUMNS, read
from dualcontrol.model.audit.rules import judge
from dualcontrol.model.reports import REPORTS
from tests.planner.conftest import Case


def test_every_report_has_an_auditor_of_its_own_with_the_same_key() -> None:
    assert {report.name for report in REPORTS} == set(AUDITED)
    for report in REPORTS:
        assert AUDITED[report.name].key == tuple(c.name for c in report.columns if c.is_key)
        assert AUDITED[report.name].clause == report.clause
        assert known(f"audit.report_{report.name}")


def test_sheets_have_names_a_tab_can_bear() -> None:
    names = [f"{report.zh} {report.en}" for report in REPORTS]
    assert all(len(name) <= 31 for name in names), names
    assert len(set(names)) == len(names)


@pytest.mark.slow
def test_every_figure_of_every_report_is_looked_at(dalad: Case) -> None:
    """Each column but words for people is forged in turn; the report's own check must see it."""
    reports = dict(dalad.plan.reports)
    tables = {name: getattr(dalad.plan, name) for name in COLUMNS}
    tables |= {f"power/{name}": frame for name, frame in dalad.plan.power.items()}
    results, _ = read(tables)
    rulings = judge(dalad.scenario)
    assert results is not None
    plan = read_plan(results, rulings, _operation(tables, rulings)[0])
    book = read_book(results)
    assert all(check.passed for check in report_checks(plan, results, book, reports))
    turns = {
        name: sorted(set(frame.columns) - {*AUDITED[name].unread, *AUDITED[name].claimed})
        for name, frame in reports.items()
    }
    for turn in range(max(map(len, turns.values()))):  # a column of every report at once
        forged = dict(reports)
        for name, columns in turns.items():
            if turn < len(columns):
                forged[name] = _forged(reports[name], columns[turn])
        checks = report_checks(plan, results, book, forged)
        changed = {f"report_{name}" for name, frame in forged.items() if frame is not reports[name]}
        assert {check.name for check in checks if not check.passed} == changed, turn


def _forged(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """The first cell of a column that is not empty, changed; the frame itself where all are empty."""
    row = next((k for k, cell in enumerate(frame[column]) if not pd.isna(cell)), None)
    if row is None:
        return frame
    forged = frame.astype({column: object})
    cell = forged.loc[row, column]
    forged.loc[row, column] = f"{cell}x" if isinstance(cell, str) else float(cell) + 1.0
    return forged


@pytest.mark.parametrize("forge", ["cut", "strange", "missing"])
def test_a_report_that_is_cut_missing_or_unknown_is_caught(
    two_firms: Case, tmp_path: Path, forge: str
) -> None:
    folder = two_firms.publish(tmp_path / "out") / "reports"
    assert audit_folder(folder.parent).passed
    path = folder / "departments.csv"
    if forge == "cut":
        lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        path.write_text("".join(lines[:-1]), encoding="utf-8-sig")
    elif forge == "missing":
        path.unlink()
    else:
        (folder / "surprise.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    verdict = audit_folder(folder.parent)
    name = "report_names" if forge == "strange" else "report_departments"
    assert not verdict.check(name).passed
