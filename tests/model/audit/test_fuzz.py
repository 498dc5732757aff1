"""Whatever stands in the tables, the audit answers; it never breaks off."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualcontrol.model.audit import audit
from dualcontrol.model.audit.results import COLUMNS
from dualcontrol.model.scenario import Scenario
from tests.model.audit.paper_case import SUMMARY_BY_HAND, scenario, tables_by_hand


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return scenario(tmp_path_factory.mktemp("fuzz") / "s")


CELLS = [
    "", "nan", "inf", "-1", "0", "1e9", "1e99", "1e400", "1e999999999", "0.0000000001", "１２", "1_000", "=1+1",
    "unit:B", "B", "Q", "grid", "pool", "A", "society", "unit", "gated", "3.2.2a", "-0", "+5", "0x10", "None",
]  # fmt: skip
PLACES = [(name, column) for name, columns in COLUMNS.items() for column in columns]
SUMMARIES = st.sampled_from([None, "", "1", float("nan"), float("inf"), True, [], {}, 10**400, "much"])


@pytest.mark.slow
@settings(max_examples=60)
@given(
    edits=st.lists(
        st.tuples(st.sampled_from(PLACES), st.integers(0, 14), st.sampled_from(CELLS)), max_size=4
    ),
    key=st.sampled_from([*SUMMARY_BY_HAND, "hashes"]),
    told=SUMMARIES,
)
def test_audit_always_answers(
    paper: Scenario, edits: list[tuple[tuple[str, str], int, str]], key: str, told: object
) -> None:
    tables = tables_by_hand()
    for (name, column), row, cell in edits:
        tables[name].loc[row % len(tables[name]), column] = cell
    verdict = audit(paper, tables, {**SUMMARY_BY_HAND, key: told})
    assert verdict.checks
    assert str(verdict.worst)
    assert verdict.as_dict()["passed"] is verdict.passed


@pytest.mark.slow
@settings(max_examples=30)
@given(
    column=st.sampled_from([c for c, kind in COLUMNS["quotas"].items() if kind.endswith("whole")]),
    row=st.integers(0, 3), change=st.sampled_from([-1, 1, 1000]),
)  # fmt: skip
def test_no_tonne_of_quotas_can_be_changed_alone(paper: Scenario, column: str, row: int, change: int) -> None:
    tables = tables_by_hand()
    frame = tables["quotas"]
    frame.loc[row, column] = str(int(frame.loc[row, column]) + change)
    assert not audit(paper, tables, None).passed


@settings(max_examples=15)
@given(row=st.integers(0, 14), change=st.sampled_from([-1, 1, 1000]))
def test_no_tonne_of_the_ledger_can_be_changed_alone(paper: Scenario, row: int, change: int) -> None:
    tables = tables_by_hand()
    frame = tables["ledger"]
    frame.loc[row, "tce"] = str(int(frame.loc[row, "tce"]) + change)
    assert not audit(paper, tables, None).passed


def test_tables_with_no_rows_are_answered(paper: Scenario, tmp_path: Path) -> None:
    empty = {name: table.iloc[:0] for name, table in tables_by_hand().items()}
    assert not audit(paper, empty, {}).passed
