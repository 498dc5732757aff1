"""Publishing: everything or nothing, only what is checked, nothing of anybody else's lost."""

import csv
import errno
import hashlib
import io
import json
import math
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualcontrol as dc
from dualcontrol import swap
from dualcontrol.model.audit import audit_folder
from dualcontrol.model.schema import BASES
from dualcontrol.provenance import MARK, basis_shares, json_text, plan_digest
from dualcontrol.publish import NotCheckedError, PublishError, prepare, recover
from dualcontrol.tables import COLUMNS, cell, csv_text, number_text, plain_text
from tests.planner.conftest import Case
from tests.planner.killing import beside, is_whole

FILES = {"budget.xlsx", "summary.json", "inputs", "reports", *(f"{table}.csv" for table in COLUMNS)}


def summary_of(folder: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return told


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def published(two_firms_result: Path, tmp_path: Path) -> Path:
    return shutil.copytree(two_firms_result, tmp_path / "out" / "result")


# --- what a result is


def test_a_result_is_complete_and_nothing_lies_beside_it(published: Path) -> None:
    assert {path.name for path in published.iterdir()} == FILES
    assert is_whole(published)
    assert beside(published) == []


def test_the_summary_says_what_it_must(published: Path, two_firms: Case) -> None:
    told = summary_of(published)
    for key in (
        "status", "objective_wan_yuan", "bound_wan_yuan", "energy_tce", "energy_eq_tce", "gdp_wan_yuan", "intensity",
        "intensity_reduction", "co2_t", "audit", "basis_shares", "hashes", "versions", "binding",
    ):  # fmt: skip
        assert key in told
    assert told["mark"] == "演示数据·非官方文件"
    assert told["objective_wan_yuan"] == 828.0  # two-firms is solved by hand in its README
    audit, versions, hashes = told["audit"], told["versions"], told["hashes"]
    assert isinstance(audit, dict)
    assert isinstance(versions, dict)
    assert isinstance(hashes, dict)
    assert audit["passed"] is True
    assert len(audit["checks"]) == len(two_firms.verdict.checks)
    assert audit["worst"] == two_firms.verdict.worst.name
    assert set(versions) == {"python", "dualcontrol", "pyomo", "highspy", "pandas"}
    assert hashes["scenario"] == two_firms.scenario.content_hash


def test_the_inputs_of_a_result_are_the_scenario(published: Path, two_firms: Case) -> None:
    assert dc.load(published / "inputs").content_hash == two_firms.scenario.content_hash


def test_a_published_result_passes_the_audit_again(published: Path) -> None:
    verdict = audit_folder(published)
    assert verdict.passed, [str(check) for check in verdict.failed]


def _column(folder: Path) -> None:
    path = folder / "quotas.csv"
    first, *others = path.read_text(encoding="utf-8-sig").splitlines()
    lines = [first + ",approved_quota_tce", *(line + ",999" for line in others)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")


def _told(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def forge(folder: Path) -> None:
        told = summary_of(folder)
        change(told)
        (folder / "summary.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")

    return forge


def _twice(folder: Path) -> None:
    path = folder / "summary.json"
    text = path.read_text(encoding="utf-8").replace("{", '{"gdp_wan_yuan": 9999999,', 1)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("forge", "check"),
    [
        (_column, "form_files"), (_twice, "form_files"),
        (_told(lambda told: told.update(approved_gdp_wan_yuan=9e6)), "summary_keys"),
        (_told(lambda told: told["audit"].update(checks=[])), "summary_audit"),
        (_told(lambda told: told["audit"]["checks"].pop()), "summary_audit"),
        (_told(lambda told: told["audit"].update(bound_wan_yuan=827)), "summary_audit"),
        (_told(lambda told: told["audit"].update(gap_wan_yuan=None)), "summary_audit"),
    ],
)  # fmt: skip
def test_nothing_is_added_to_what_is_checked(
    published: Path, forge: Callable[[Path], None], check: str
) -> None:
    forge(published)
    assert check in {failed.name for failed in audit_folder(published).failed}


def test_the_same_plan_gives_the_same_bytes(published: Path, two_firms: Case, tmp_path: Path) -> None:
    again = two_firms.publish(tmp_path / "again")
    for path in published.rglob("*"):
        if path.is_file():
            assert (again / path.relative_to(published)).read_bytes() == path.read_bytes(), path.name


def test_tables_are_utf8_with_a_mark_for_excel_and_plain_line_ends(published: Path) -> None:
    for table, columns in COLUMNS.items():
        data = (published / f"{table}.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in data
        heading = next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        assert tuple(heading) == columns


def test_decisions_have_the_decimals_the_audit_reads(dalad: Case, tmp_path: Path) -> None:
    folder = dalad.publish(tmp_path / "result")
    for row in rows(folder, "quotas"):
        assert len(row["activity"].partition(".")[2]) == 9
        assert len(row["self_pv_mwh"].partition(".")[2]) == 3
        assert row["quota_tce"] == str(int(row["quota_tce"]))
    for row in rows(folder, "projects"):
        assert len(row["load"].partition(".")[2]) == 9
    # What is written is what was decided: nothing is lost by the decimals.
    # (a plant's activity follows from its dispatch in whole kWh, which is what is decided)
    plants = set(dalad.scenario.table("power/plants")["unit_id"]) - {""}
    for row, decided in zip(rows(folder, "quotas"), dalad.plan.quotas["activity"], strict=True):
        digits = 5e-10 if row["id"] in plants else 1e-15
        assert float(row["activity"]) == pytest.approx(decided, abs=digits)


def test_bases_are_shares_of_the_right_things(two_firms: Case) -> None:
    # By hand (two-firms): A uses 1000 and makes 500, B 920 and 184, the project has 180 and makes 144, and
    # value added outside the model is 315 in the plan year: 2100 tce and 1143 万元 in all.
    plan = replace(
        two_firms.plan, quotas=two_firms.plan.quotas.assign(basis=["measured", "published", ""]),
        projects=two_firms.plan.projects.assign(basis="recalled"),
    )  # fmt: skip
    shares = basis_shares(plan, two_firms.scenario)
    rest = two_firms.scenario.table("gdp")["basis"].iloc[0]
    assert shares["tce"] == {
        "measured": round(1000 / 2100, 6), "published": round(920 / 2100, 6), "recalled": round(180 / 2100, 6)
    }  # fmt: skip
    assert shares["value_added"] == {
        "measured": round(500 / 1143, 6), "published": round(184 / 1143, 6), "recalled": round(144 / 1143, 6),
        rest: round(315 / 1143, 6),
    }  # fmt: skip


@pytest.mark.slow
def test_shares_of_the_real_case_sum_to_one(dalad: Case) -> None:
    for shares in basis_shares(dalad.plan, dalad.scenario).values():
        assert set(shares) <= set(BASES)
        assert sum(shares.values()) == pytest.approx(1.0, abs=1e-5)


def test_only_official_data_lose_the_mark(two_firms: Case, tmp_path: Path) -> None:
    settings = two_firms.scenario.settings.model_copy(update={"nature": "official"})
    official = replace(two_firms, scenario=replace(two_firms.scenario, settings=settings))
    folder = official.publish(tmp_path / "result")
    assert "mark" not in summary_of(folder)
    assert MARK not in (folder / "summary.json").read_text(encoding="utf-8")


# --- only what is checked


def refused(case: Case, folder: Path, **other: object) -> str:
    given = {"plan": case.plan, "folder": folder, "scenario": case.scenario, "verdict": case.verdict, **other}
    with pytest.raises(NotCheckedError) as error:
        dc.publish(**given)  # type: ignore[arg-type]
    assert not folder.exists()
    assert not folder.parent.exists() or beside(folder) == []
    return error.value.message


def test_a_failed_plan_is_not_published(two_firms: Case, tmp_path: Path) -> None:
    failed = replace(two_firms.verdict.checks[0], passed=False)
    verdict = replace(two_firms.verdict, checks=(failed, *two_firms.verdict.checks[1:]))
    assert refused(two_firms, tmp_path / "x" / "result", verdict=verdict) == "publish.not_passed"


def test_a_verdict_cannot_be_lent_to_another_plan(two_firms: Case, tmp_path: Path) -> None:
    quotas = two_firms.plan.quotas.copy()
    quotas.loc[0, "quota_tce"] += 1
    plan = replace(two_firms.plan, quotas=quotas)
    assert refused(two_firms, tmp_path / "result", plan=plan) == "publish.other_plan"


def test_a_verdict_cannot_be_lent_to_another_scenario(two_firms: Case, dalad: Case, tmp_path: Path) -> None:
    assert refused(two_firms, tmp_path / "result", scenario=dalad.scenario) == "publish.other_scenario"


def test_a_verdict_without_a_plan_is_no_verdict(two_firms: Case, tmp_path: Path) -> None:
    from dualcontrol.model.audit import audit

    nameless = audit(two_firms.scenario, two_firms.plan)
    assert nameless.passed
    assert refused(two_firms, tmp_path / "result", verdict=nameless) == "publish.other_plan"


def test_the_digest_names_every_table(two_firms: Case) -> None:
    digests = {plan_digest(two_firms.plan)}
    for table in COLUMNS:
        frame = getattr(two_firms.plan, table)
        digests.add(plan_digest(replace(two_firms.plan, **{table: pd.concat([frame, frame.head(1)])})))
    # measures is empty there: nothing was added to it
    assert len(digests) == len(COLUMNS)


# --- nothing of anybody else's is lost


def test_a_folder_with_other_files_is_refused_and_left_alone(two_firms: Case, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "会议纪要.docx").write_bytes(b"minutes")
    for attempt in (lambda: two_firms.publish(folder), lambda: prepare(folder)):
        with pytest.raises(PublishError) as error:
            attempt()
        assert error.value.message == "publish.foreign"
        assert "会议纪要.docx" in str(error.value)
    assert [path.name for path in folder.iterdir()] == ["会议纪要.docx"]
    assert beside(folder) == []


def test_a_note_beside_the_tables_is_not_thrown_away(published: Path, two_firms: Case) -> None:
    (published / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(PublishError, match=r"notes\.txt"):
        two_firms.publish(published)
    assert (published / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_a_scenario_folder_is_never_overwritten(two_firms: Case, tmp_path: Path) -> None:
    from dualcontrol.model.scenario import write

    write(two_firms.scenario, tmp_path / "s")
    with pytest.raises(PublishError, match="no part of a result"):
        two_firms.publish(tmp_path / "s")
    assert dc.load(tmp_path / "s").content_hash == two_firms.scenario.content_hash


def test_inputs_alone_are_no_result(two_firms: Case, tmp_path: Path) -> None:
    (tmp_path / "result" / "inputs").mkdir(parents=True)
    with pytest.raises(PublishError, match="inputs"):
        two_firms.publish(tmp_path / "result")


def test_what_office_programs_leave_does_not_stop_anybody(published: Path, two_firms: Case) -> None:
    for name in ("~$budget.xlsx", ".~lock.budget.xlsx#", "Thumbs.db", ".DS_Store"):
        (published / name).write_bytes(b"")
    two_firms.publish(published)
    assert {path.name for path in published.iterdir()} == FILES


def test_a_file_is_not_a_folder(two_firms: Case, tmp_path: Path) -> None:
    (tmp_path / "result").write_text("text", encoding="utf-8")
    with pytest.raises(PublishError) as error:
        two_firms.publish(tmp_path / "result")
    assert error.value.message == "publish.not_a_folder"
    assert (tmp_path / "result").read_text(encoding="utf-8") == "text"


def test_an_empty_folder_and_missing_parents_are_fine(two_firms: Case, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert is_whole(two_firms.publish(tmp_path / "empty"))
    assert is_whole(two_firms.publish(tmp_path / "a" / "b" / "[c] 达拉特 &"))


def test_a_link_is_followed_and_stays_a_link(two_firms: Case, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    try:
        link.symlink_to(tmp_path / "real", target_is_directory=True)
    except OSError:
        pytest.skip("links need a right here")
    two_firms.publish(link)
    assert link.is_symlink()
    assert is_whole(tmp_path / "real")


def test_it_is_prepared_without_being_made(tmp_path: Path) -> None:
    prepare(tmp_path / "a" / "result")
    assert list(tmp_path.iterdir()) == []


# --- the old folder stays when something goes wrong


def fail(error: OSError) -> Callable[..., None]:
    def raising(*_: object, **__: object) -> None:
        raise error

    return raising


@pytest.mark.fault
@pytest.mark.parametrize(
    ("place", "error", "message"),
    [
        # each fault at one place and each place with one fault are quick
        pytest.param(place, fault, message, marks=[pytest.mark.slow] if slowly else [])
        for k, (fault, message) in enumerate(
            (
                (OSError(errno.ENOSPC, "No space left on device"), "publish.disk_full"),
                (PermissionError(errno.EACCES, "Permission denied"), "publish.no_permission"),
                (OSError(errno.EIO, "Input/output error"), "publish.failed"),
            )
        )
        for place, slowly in (
            ("Path.write_bytes", False),
            ("Path.write_text", k > 0),
            ("os.fsync", k > 0),
            ("Path.rename", k > 0),
        )
    ],
)
def test_a_failing_disk_leaves_the_old_result(
    place: str,
    error: OSError,
    message: str,
    published: Path,
    two_firms: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = (published / "summary.json").read_bytes()
    with monkeypatch.context() as patched:
        if place == "Path.rename":
            patched.setattr(swap, "_exchange", lambda *_: False)
        patched.setattr(place.replace("Path", "pathlib.Path"), fail(error))
        with pytest.raises(PublishError) as told:
            two_firms.publish(published)
    assert told.value.message == message
    assert (published / "summary.json").read_bytes() == before
    assert is_whole(published)
    assert beside(published) == []


@pytest.mark.fault
def test_a_workbook_open_in_excel_is_named(
    published: Path, two_firms: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Windows does not rename a folder in which a file is open: the first move fails.
    with monkeypatch.context() as patched:
        patched.setattr(swap, "_exchange", lambda *_: False)
        patched.setattr("pathlib.Path.rename", fail(PermissionError(13, "used by another process")))
        with pytest.raises(PublishError) as told:
            two_firms.publish(published)
    assert is_whole(published)
    assert told.value.message == "publish.no_permission"
    publish = sys.modules["dualcontrol.publish"]
    monkeypatch.setattr(publish.sys, "platform", "win32")
    locked = publish._told(PermissionError(13, "used by another process"), published)
    assert locked.message == "publish.locked"
    assert "Excel" in str(locked)


@pytest.mark.fault
def test_when_the_second_move_fails_the_first_is_undone(
    published: Path, two_firms: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves: list[str] = []
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        moves.append(self.name)
        if len(moves) == 2:
            raise PermissionError(13, "Permission denied")
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(swap, "_exchange", lambda *_: False)
        patched.setattr("pathlib.Path.rename", rename)
        with pytest.raises(PublishError):
            two_firms.publish(published)
    assert len(moves) == 3
    assert is_whole(published)
    assert beside(published) == []


@pytest.mark.fault
def test_where_folders_cannot_be_exchanged_they_are_moved(
    published: Path, two_firms: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swap, "_exchange", lambda *_: False)
    (published / "ledger.csv").write_text("edited", encoding="utf-8")
    two_firms.publish(published)
    assert is_whole(published)
    assert beside(published) == []


@pytest.mark.fault
def test_an_interrupt_leaves_the_old_result(
    published: Path, two_firms: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(swap, "flush", lambda _: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            two_firms.publish(published)
    assert is_whole(published)
    assert beside(published) == []


# --- what a killed process left


def test_a_half_written_folder_is_cleared_away(published: Path) -> None:
    half = published.parent / f".{published.name}.new-{'0' * 16}"
    half.mkdir()
    (half / "quotas.csv").write_text("half", encoding="utf-8")
    prepare(published)
    assert is_whole(published)
    assert beside(published) == []


def test_a_folder_moved_aside_comes_back(published: Path) -> None:
    published.rename(published.parent / f".{published.name}.old")
    recover(published)
    assert is_whole(published)
    assert beside(published) == []


def test_a_folder_that_was_replaced_does_not_come_back(published: Path, two_firms: Case) -> None:
    published.rename(published.parent / f".{published.name}.old")
    (published.parent / f".{published.name}.old" / "ledger.csv").write_text("older", encoding="utf-8")
    (published.parent / "aside").mkdir()
    two_firms.publish(published.parent / "aside" / "x").rename(published)
    prepare(published)
    assert is_whole(published)
    assert beside(published) == ["aside"]


def test_folders_of_similar_names_are_left_alone(published: Path) -> None:
    others = [f".{published.name}.new-mine", f".{published.name}2.new-{'0' * 16}", f"{published.name}.old"]
    for name in others:
        (published.parent / name).mkdir()
    (published.parent / f".{published.name}.new-{'a' * 16}").mkdir()
    prepare(published)
    assert beside(published) == sorted(others)


def test_two_processes_do_not_write_to_one_place(published: Path, two_firms: Case) -> None:
    holding = (
        "import sys, pathlib\nfrom dualcontrol import swap\n"
        "with swap.locked(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", holding, str(published)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    half = published.parent / f".{published.name}.new-{'b' * 16}"
    half.mkdir()  # the other process is writing this
    with pytest.raises(PublishError) as error:
        two_firms.publish(published)
    assert error.value.message == "publish.busy"
    prepare(published)
    assert half.exists()
    holder.kill()
    holder.communicate()
    two_firms.publish(published)  # its death has freed the lock
    assert beside(published) == []


@pytest.mark.slow
def test_a_reader_always_finds_a_result(published: Path, two_firms: Case) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("folders are exchanged in one step on Linux")
    missing: list[str] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                (published / "summary.json").read_bytes()
            except FileNotFoundError:
                missing.append("summary.json")

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(3):
        two_firms.publish(published)
    stop.set()
    reader.join()
    assert missing == []


# --- cells


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_does_not_become_a_formula(text: str) -> None:
    assert plain_text(text) == "'" + text
    assert cell("quotas", "name", text) == "'" + text
    assert cell("quotas", "id", text) == text  # keys are compared, letter by letter


def test_other_text_stays_as_it_is() -> None:
    for text in ("达旗电厂", "00123", "a=b", "", "'quoted'", " =1"):
        assert cell("quotas", "name", text) == text


def test_numbers_are_written_so_that_people_and_programs_read_them() -> None:
    assert cell("quotas", "cut_tce", -12) == "-12"
    assert cell("quotas", "activity", 0.1 + 0.2) == "0.300000000"
    assert cell("quotas", "activity", 1) == "1.000000000"
    assert cell("projects", "load", -0.0) == "0.000000000"
    assert cell("constraints", "activity", 0.1 + 0.2) == "0.3"
    assert cell("constraints", "limit", math.inf) == "inf"
    assert cell("constraints", "price_left", math.nan) == ""
    assert cell("constraints", "relaxable", True) == "1"
    assert cell("projects", "rank", pd.NA) == ""
    assert cell("projects", "rank", None) == ""
    assert number_text(-1e-12, 9) == "0.000000000"
    assert number_text(123456789.0) == "123456789"


@given(st.floats(-1e300, 1e300))
def test_a_written_number_is_the_number_to_fifteen_digits(value: float) -> None:
    assert float(number_text(value)) == pytest.approx(value, rel=1e-14, abs=0.0)


@given(
    st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")), min_size=1, max_size=5)
)
def test_any_text_survives_the_file(names: list[str]) -> None:
    frame = pd.DataFrame(
        {column: pd.Series(["x"] * len(names), dtype=object) for column in COLUMNS["measures"]}
    )
    frame["measure_id"] = pd.Series(names, dtype=object)
    read = list(csv.reader(io.StringIO(csv_text("measures", frame), newline="")))
    assert [row[0] for row in read[1:]] == names


def test_a_missing_column_is_named(two_firms: Case) -> None:
    with pytest.raises(KeyError, match="tce"):
        csv_text("ledger", two_firms.plan.ledger.drop(columns="tce"))


def test_json_is_strict() -> None:
    told = json.loads(
        json_text({"a": math.nan, "b": math.inf, "c": pd.NA, 1: {"名"}, "d": [1, 2.5, True, None]})
    )
    assert told == {"a": None, "b": None, "c": None, "1": ["名"], "d": [1, 2.5, True, None]}
    assert json_text({"名": 1}, is_ascii=True).isascii()


def test_hashes_are_of_the_bytes(published: Path) -> None:
    told = summary_of(published)["hashes"]
    assert isinstance(told, dict)
    assert told["files"]["ledger.csv"] == hashlib.sha256((published / "ledger.csv").read_bytes()).hexdigest()
    assert "inputs/scenario.toml" in told["files"]
    assert "summary.json" not in told["files"]


@pytest.mark.slow
def test_a_published_plan_with_a_network_is_checked_again_from_its_folder(
    dalad: Case, tmp_path: Path
) -> None:
    folder = dalad.publish(tmp_path / "result")
    assert [str(failed) for failed in audit_folder(folder).failed] == []
    claims = folder / "green.csv"
    lines = list(csv.reader(io.StringIO(claims.read_text(encoding="utf-8-sig"), newline="")))
    column = lines[0].index("green_mwh")
    lines[1][column] = str(float(lines[1][column]) + 1)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    claims.write_text(text.getvalue(), encoding="utf-8")
    assert [failed.name for failed in audit_folder(folder).failed] == ["green_delivered"]
