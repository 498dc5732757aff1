"""States of a plan: forward only, hash by hash; an issued plan is immutable (3.2.2b; design §4, §10)."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from dualcontrol.cli import main
from dualcontrol.issue import issue
from dualcontrol.model.audit import audit_folder
from dualcontrol.model.audit.states import read_log, record_hash
from dualcontrol.publish import PublishError, prepare
from tests.planner.conftest import Case

STEPS = ("征求意见", "审定", "印发")


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as end:
        main([*(str(argument) for argument in arguments), "--lang", "en"])
    return int(end.value.code or 0)


def step(folder: Path, state: str, *more: object, day: str = "2022-02-11") -> int:
    return run(
        "issue", folder, "--state", state, "--document", f"旗政府〔2022〕{state}", "--date", day, *more
    )


@pytest.fixture(scope="module")
def issued_once(two_firms_result: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(two_firms_result, tmp_path_factory.mktemp("issued") / "out")
    for state in ("consulted", "approved", "issued"):
        issue(folder, state, document=f"x {state}", day=date(2022, 2, 11))
    return folder


@pytest.fixture
def issued(issued_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(issued_once, tmp_path / "out")


def test_a_plan_goes_forward_one_step_at_a_time(two_firms: Case, tmp_path: Path) -> None:
    folder = two_firms.publish(tmp_path / "out")
    assert step(folder, "approved") == 2  # nobody was asked
    assert step(folder, "issued") == 2
    assert step(folder, "consulted", day="2022-02-11") == 0
    assert step(folder, "draft") == 2
    assert step(folder, "approved", day="2022-02-10") == 2  # before the step before
    assert step(folder, "approved", day="2022-02-12") == 0
    assert step(folder, "nonsense") == 2
    assert step(folder, "issued", day="12/2/2022") == 2
    assert step(folder, "印发", day="2022-02-13") == 0
    assert [record["state"] for record in read_log(folder)] == ["consulted", "approved", "issued"]
    assert audit_folder(folder).passed
    assert step(folder, "issued", day="2022-02-14") == 2


def test_the_chain_is_made_of_hashes(issued: Path) -> None:
    records = read_log(issued)
    assert [record["previous"] for record in records] == ["", *(record["hash"] for record in records[:-1])]
    assert all(record["hash"] == record_hash(record) for record in records)
    assert len({str(record["summary"]) for record in records}) == 1


def test_an_issued_plan_is_not_replaced(two_firms: Case, issued: Path) -> None:
    before = {path: path.read_bytes() for path in issued.rglob("*") if path.is_file()}
    with pytest.raises(PublishError) as told:
        two_firms.publish(issued)
    assert told.value.message == "publish.issued"
    with pytest.raises(PublishError):
        prepare(issued)  # before the long work
    assert run("solve", two_firms.folder, "--out", issued) == 2
    assert {path: path.read_bytes() for path in issued.rglob("*") if path.is_file()} == before


def test_a_plan_that_is_not_issued_is_replaced_and_is_a_draft_again(two_firms: Case, tmp_path: Path) -> None:
    folder = two_firms.publish(tmp_path / "out")
    assert step(folder, "consulted") == 0
    two_firms.publish(folder)
    assert read_log(folder) == []


@pytest.mark.slow
def test_an_adjustment_is_another_folder_bound_to_the_issued_plan(
    two_firms: Case, issued: Path, tmp_path: Path
) -> None:
    before = issued
    for number in (1, 2):
        new = two_firms.publish(tmp_path / f"new{number}")
        assert step(new, "调整", "--adjusts", before) == 2  # not approved yet
        for state in STEPS[:2]:
            assert step(new, state) == 0
        assert step(new, "调整") == 2  # of what?
        assert step(new, "印发", "--adjusts", before) == 2
        assert step(new, "调整", "--adjusts", new) == 2
        assert step(new, "调整", "--adjusts", before) == 0
        last = read_log(new)[-1]
        assert (last["number"], last["adjusts"]) == (number, read_log(before)[-1]["hash"])
        assert audit_folder(new).passed
        before = new


def forged(record: dict[str, object], **changes: object) -> dict[str, object]:
    return {**record, **changes}


@pytest.mark.parametrize(
    "tamper",
    ["document", "rehashed", "dropped", "swapped", "not_json", "no_list", "summary", "table", "new_file"],
)
def test_tampering_is_told(issued: Path, tamper: str) -> None:
    path, records = issued / "state.json", read_log(issued)
    if tamper == "document":
        records[1] = forged(records[1], document="another")
    elif tamper == "rehashed":  # the record itself is right again, but the next one is bound to the old
        records[1] = forged(records[1], document="another")
        records[1]["hash"] = record_hash(records[1])
    elif tamper == "dropped":
        del records[1]
    elif tamper == "swapped":
        records[0], records[1] = records[1], records[0]
    path.write_text(json.dumps(records), encoding="utf-8")
    if tamper == "not_json":
        path.write_text("{", encoding="utf-8")
    elif tamper == "no_list":
        path.write_text("{}", encoding="utf-8")
    elif tamper == "summary":
        summary = issued / "summary.json"
        summary.write_text(summary.read_text(encoding="utf-8") + " ", encoding="utf-8")
    elif tamper == "table":
        table = issued / "measures.csv"
        table.write_bytes(table.read_bytes() + b"\r\n")
    elif tamper == "new_file":
        (issued / "inputs" / "more.txt").write_text("x", encoding="utf-8")
    verdict = audit_folder(issued)
    assert not verdict.check("states").passed
    assert run("audit", issued) == 4


def test_a_log_nobody_can_read_keeps_the_folder(two_firms: Case, issued: Path) -> None:
    (issued / "state.json").write_text("{", encoding="utf-8")
    with pytest.raises(PublishError) as told:
        two_firms.publish(issued)
    assert told.value.message == "publish.state_unreadable"


def test_what_fails_its_check_is_not_issued(two_firms: Case, tmp_path: Path) -> None:
    folder = two_firms.publish(tmp_path / "out")
    path = folder / "quotas.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("1000", "1001"), encoding="utf-8-sig")
    assert step(folder, "consulted") == 4
    assert read_log(folder) == []


@pytest.mark.parametrize("key", [{"time": "checked_typical"}, {"is_relaxed": True}])
def test_typical_days_and_relaxations_are_consulted_on_and_not_approved(
    two_firms: Case, tmp_path: Path, key: dict[str, object]
) -> None:
    folder = two_firms.publish(tmp_path / "out")
    path = folder / "summary.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | key), encoding="utf-8")
    day = date(2022, 2, 11)
    issue(folder, "consulted", document="x", day=day)
    with pytest.raises(PublishError) as told:
        issue(folder, "approved", document="x", day=day)
    assert told.value.message == "issue.draft_only"


def test_what_is_no_result_and_no_document(tmp_path: Path, two_firms: Case) -> None:
    assert step(tmp_path / "nowhere", "draft") == 2
    folder = two_firms.publish(tmp_path / "out")
    assert run("issue", folder, "--state", "draft", "--document", " ", "--date", "2022-02-11") == 2
    with pytest.raises(PublishError) as told:
        issue(tmp_path, "draft", document="x", day=date(2022, 2, 11))
    assert told.value.message == "issue.no_result"


def test_a_crash_while_writing_leaves_the_old_log(
    issued: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, two_firms: Case
) -> None:
    folder = two_firms.publish(tmp_path / "other")
    issue(folder, "consulted", document="x", day=date(2022, 2, 11))
    before = (folder / "state.json").read_bytes()

    def broken(self: Path, target: Path) -> Path:
        raise OSError("no")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="no"):
        issue(folder, "approved", document="x", day=date(2022, 2, 12))
    assert (folder / "state.json").read_bytes() == before
    assert not [path.name for path in folder.parent.iterdir() if "state-" in path.name]
