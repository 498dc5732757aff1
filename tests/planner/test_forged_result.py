"""A published folder that somebody forges with care, hashes included, does not pass the audit."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dualcontrol.model.audit import audit_folder
from dualcontrol.model.audit.folder import file_hashes, plan_digest, read_files
from dualcontrol.model.audit.verdict import Probe
from tests.planner.conftest import Case

# Dalad with its network, audited some forty times; the paper cases are forged in the quick suite.
pytestmark = pytest.mark.slow
Forge = Callable[[Path], None]


@pytest.fixture(scope="module")
def original(dalad: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real case as it is published."""
    return dalad.publish(tmp_path_factory.mktemp("forged") / "result")


@pytest.fixture
def small(two_firms: Case, tmp_path: Path) -> Path:
    """A small case to forge."""
    return two_firms.publish(tmp_path / "small")


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """A copy to forge."""
    return Path(shutil.copytree(original, tmp_path / "result"))


def failures(folder: Path) -> set[str]:
    """Checks that fail, after the forger has put the hashes of the files and of the plan right."""
    summary = read_summary(folder)
    summary["hashes"]["files"] = file_hashes(folder)
    write_summary(folder, summary)
    tables = read_files(Probe("form_files"), folder)
    summary["hashes"]["plan"] = plan_digest(folder, tables)
    write_summary(folder, summary)
    return {failed.name for failed in audit_folder(folder).failed}


def read_summary(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return told


def write_summary(folder: Path, summary: dict[str, Any]) -> None:
    (folder / "summary.json").write_text(json.dumps(summary, ensure_ascii=False), encoding="utf-8")


def table(name: str, change: Callable[[pd.DataFrame], pd.DataFrame | None]) -> Forge:
    """Change a table of the folder."""

    def forge(folder: Path) -> None:
        path = folder / f"{name}.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        changed = change(frame)
        (frame if changed is None else changed).to_csv(path, index=False, encoding="utf-8-sig")

    return forge


def put(name: str, key: str, value: str, column: str, text: str) -> Forge:
    """Put a text in the rows whose `key` is `value`."""

    def change(frame: pd.DataFrame) -> None:
        rows = frame[key] == value
        assert rows.any()
        assert not (frame.loc[rows, column] == text).all()
        frame.loc[rows, column] = text

    return table(name, change)


def everywhere(name: str, column: str, text: str) -> Forge:
    """Put a text in every row that has one."""

    def change(frame: pd.DataFrame) -> None:
        frame.loc[frame[column] != "", column] = text

    return table(name, change)


def summary(**changes: object) -> Forge:
    """Replace keys of the summary; None takes one out."""

    def forge(folder: Path) -> None:
        told = read_summary(folder) | changes
        write_summary(folder, {key: value for key, value in told.items() if value is not None})

    return forge


def told_of_network(**changes: object) -> Forge:
    """Replace or add keys of what the summary says of the network."""

    def forge(folder: Path) -> None:
        told = read_summary(folder)
        told["network"] |= changes
        write_summary(folder, told)

    return forge


def network(key: str) -> Forge:
    """Take a key out of what the summary says of the network."""

    def forge(folder: Path) -> None:
        told = read_summary(folder)
        del told["network"][key]
        write_summary(folder, told)

    return forge


def test_the_original_passes(folder: Path) -> None:
    assert failures(folder) == set()


@pytest.mark.parametrize(
    ("forge", "check"),
    [
        (everywhere("quotas", "basis", "measured"), "basis"),
        (everywhere("projects", "basis", "measured"), "basis"),
        (put("quotas", "account", "unit:A", "name", "别的"), "labels"),
        (put("quotas", "account", "unit:A", "gross_tce", "1"), "gross_use"),
        (put("projects", "project_id", "P", "planned_use_tce", "1"), "planned_use"),
        (put("projects", "project_id", "P", "clause", "3.2.2b"), "refusals"),
        (put("ledger", "note", "project", "clause", "3.3.3d"), "ledger_clauses"),
        (put("ledger", "note", "project", "note", "society"), "ledger_clauses"),
        (table("constraints", lambda frame: frame[frame["name"] != "use_within_quota"]), "constraints"),
        (table("constraints", lambda frame: frame[frame["name"] != "pool_balance"]), "constraints"),
        (put("constraints", "name", "pool_balance", "name", "pool_balanced"), "constraints"),
        (table("account", lambda frame: frame[frame["block"] != "total"]), "county_account"),
        (put("account", "block", "ledger", "plan_tce_eq", "1"), "county_account"),
        (summary(basis_shares={"tce": {"measured": 1.0}, "value_added": {"measured": 1.0}}), "summary_contents"),
        (summary(mark=None, nature="official"), "summary_keys"),
        (summary(inversions=None), "summary_keys"),
        (summary(warnings=["cuts_exceed_twice_the_increment"]), "summary_keys"),
        (summary(intensity_reduction_if_quotas_fully_used=0.5), "summary"),
    ],
)  # fmt: skip
def test_forged(small: Path, forge: Forge, check: str) -> None:
    assert failures(small) == set()
    forge(small)
    assert check in failures(small)


@pytest.mark.parametrize(
    ("forge", "check"),
    [
        (everywhere("measures", "basis", "measured"), "basis"),
        (everywhere("power/assets", "basis", "measured"), "basis"),
        (everywhere("power/assets", "question", ""), "labels"),
        (put("power/assets", "asset", "rooftop_600", "clause", "3.4.3a"), "labels"),
        (everywhere("power/assets", "hours_floor", "1"), "utilisation"),
        (everywhere("green", "profile_id", "firm"), "labels"),
        (summary(questions=[]), "summary_contents"),
        (summary(questions=None), "summary_keys"),
        (summary(network=None), "summary_keys"),
        (network("build_costs_wan_yuan"), "network_summary"),
        (network("missing_hours"), "network_summary"),
        (summary(unused_quotas_tce={}), "summary_contents"),
        (told_of_network(gap=0.0), "network_summary"),
        (told_of_network(evaluations_of_the_year=50), "network_summary"),
        (told_of_network(cost_saved_wan_yuan=9), "network_summary"),
        (table("constraints", lambda frame: frame[frame["name"] != "utilisation_hours"]), "constraints"),
    ],
)  # fmt: skip
def test_forged_with_a_network(folder: Path, forge: Forge, check: str) -> None:
    forge(folder)
    assert check in failures(folder)


def test_reserve_moved_to_society_is_caught(folder: Path) -> None:
    def ledger(frame: pd.DataFrame) -> None:
        kept = frame["note"] == "reserve"
        society = (frame["note"] == "society") & (frame["from_account"] == "pool")
        first = society[society].index[0]
        frame.loc[kept, "tce"] = str(int(frame.loc[kept, "tce"].iloc[0]) - 1000)
        frame.loc[first, "tce"] = str(int(frame.loc[first, "tce"]) + 1000)
        accounts.append(frame.loc[first, "to_account"])

    def quotas(frame: pd.DataFrame) -> None:
        row = frame["account"] == accounts[0]
        for column in ("quota_tce", "allowance_tce", "headroom_tce"):
            frame.loc[row, column] = str(int(frame.loc[row, column].iloc[0]) + 1000)
        for quarter in range(1, 5):
            name = f"quota_q{quarter}_tce"
            frame.loc[row, name] = str(int(frame.loc[row, name].iloc[0]) + 250)

    def constraints(frame: pd.DataFrame) -> None:
        row = frame["name"] == "pool_balance"
        for column in ("activity", "slack"):
            frame.loc[row, column] = str(int(frame.loc[row, column].iloc[0]) - 1000)

    accounts: list[str] = []
    table("ledger", ledger)(folder)
    table("quotas", quotas)(folder)
    table("constraints", constraints)(folder)
    summary(reserve_tce=read_summary(folder)["reserve_tce"] - 1000)(folder)
    # the reports were left as they were
    assert failures(folder) == {"society_quota", "report_departments", "report_agenda"}


def test_the_workbook_of_another_plan_is_caught(folder: Path) -> None:
    (folder / "budget.xlsx").write_bytes(b"another")
    found = audit_folder(folder).check("folder_files")
    assert not found.passed
    assert found.params["found"] == hashlib.sha256(b"another").hexdigest()


def test_the_published_digest_is_the_one_the_audit_computes(dalad: Case, original: Path) -> None:
    assert read_summary(original)["hashes"]["plan"] == dalad.verdict.plan_digest
    assert audit_folder(original).check("folder_files").passed


def test_every_table_of_the_inputs_that_is_deleted_is_named(folder: Path, original: Path) -> None:
    for path in sorted((folder / "inputs").rglob("*.csv")):
        name = path.relative_to(folder).as_posix()
        path.unlink()
        found = audit_folder(folder).check("form_files")
        assert (found.passed, found.place) == (False, name)
        shutil.copy(original / name, path)
