"""Auditing a result folder from its files alone; every check has a planted error and a message."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dualcontrol.messages import catalogue, placeholders
from dualcontrol.model.audit import audit, audit_folder
from dualcontrol.model.scenario import write
from tests.model.audit.paper_case import SUMMARY_BY_HAND, scenario, tables_by_hand
from tests.model.audit.test_paper_case import PLANTED, VIOLATED


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """The paper plan as a result folder."""
    inputs = scenario(tmp_path / "s")
    folder = tmp_path / "out"
    write(inputs, folder / "inputs")
    for name, table in tables_by_hand().items():
        table.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig")
    told = {**SUMMARY_BY_HAND, "hashes": {"scenario": inputs.content_hash}}
    (folder / "summary.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def test_folder_passes(result: Path) -> None:
    verdict = audit_folder(result)
    assert [str(failed) for failed in verdict.failed] == []
    assert verdict.check("inputs_hash").params["count"] == "1"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "ledger.csv").unlink(),
        lambda folder: (folder / "summary.json").unlink(),
        lambda folder: (folder / "summary.json").write_text("{", encoding="utf-8"),
        lambda folder: (folder / "summary.json").write_text("[]", encoding="utf-8"),
        lambda folder: (folder / "quotas.csv").write_bytes(b""),
        lambda folder: (folder / "quotas.csv").write_bytes(b"\xff\xfe\x00binary"),
        lambda folder: (folder / "inputs" / "units.csv").write_text("unit_id\n", encoding="utf-8"),
        lambda folder: (folder / "inputs" / "scenario.toml").unlink(),
    ],
)
def test_unreadable_file_is_a_failed_check(result: Path, spoil: Callable[[Path], object]) -> None:
    spoil(result)
    verdict = audit_folder(result)
    assert not verdict.passed
    assert {failed.name for failed in verdict.failed} <= {"form_files", "form_tables"}


def test_folder_that_is_not_there_is_a_failed_check(tmp_path: Path) -> None:
    assert not audit_folder(tmp_path / "nowhere").check("form_files").passed


def test_changed_inputs_are_caught(result: Path) -> None:
    path = result / "inputs" / "gdp.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("0.05", "0.06"), encoding="utf-8")
    assert {"inputs_hash", "summary"} <= {failed.name for failed in audit_folder(result).failed}


def test_published_plan_without_a_hash_is_refused(result: Path) -> None:
    (result / "summary.json").write_text(json.dumps(SUMMARY_BY_HAND), encoding="utf-8")
    assert [failed.name for failed in audit_folder(result).failed] == ["inputs_hash"]


def test_every_check_has_a_planted_error(result: Path) -> None:
    made = {check.name for check in audit_folder(result).checks}
    planted = {name for name, _ in PLANTED} | {name for name, *_ in VIOLATED}
    # Planted in tests of their own, in these two files.
    assert made - planted == {"form_files", "summary", "inputs_hash"}
    assert planted <= made


def test_every_check_has_a_message_that_its_params_fill(result: Path) -> None:
    for check in audit_folder(result).checks:
        texts = catalogue()[f"audit.{check.name}"]
        for text in texts.values():
            assert placeholders(text) <= set(check.params)
            assert text.format(**check.params)


def test_verdict_as_plain_values(tmp_path: Path) -> None:
    told = audit(scenario(tmp_path / "s"), tables_by_hand(), SUMMARY_BY_HAND, plan_digest="x").as_dict()
    assert json.loads(json.dumps(told))["passed"] is True
