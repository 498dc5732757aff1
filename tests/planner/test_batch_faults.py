"""Batches under fire: workers and parents that are really killed, folders that cannot be written, full disks."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from dualcontrol import batch_store
from dualcontrol.batch import Counts, run_batch
from dualcontrol.batch_store import MANIFEST, BatchError
from tests.planner.batch_works import KEY, Work, asked, sweep_of

pytest.importorskip("pyarrow")
pytestmark = [pytest.mark.fault]
posix = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")


def finished(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob(f"variants/*/{MANIFEST}")}


def is_whole(folder: Path, count: int) -> None:
    """Nothing lost, nothing doubled, nothing half-written."""
    variants = pd.read_parquet(folder / "variants.parquet")
    assert list(variants["variant"]) == list(variants[KEY]) == list(range(1, count + 1))
    assert len(set(variants["run_id"])) == len(finished(folder)) == count
    assert not [path for path in folder.rglob(".*") if path.name != ".variants.lock"]
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) == [
        "quotas.parquet", "variants", "variants.parquet",
    ]  # fmt: skip


@posix
@pytest.mark.parametrize("once", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_worker_that_kills_itself_costs_one_variant(once: bool, tmp_path: Path) -> None:
    work = Work(tmp_path / "log", dies=2, once=once)
    counts = run_batch(sweep_of(5), tmp_path / "out", processes=2, work=work)
    assert sorted(asked(tmp_path / "log")) == [1, 2, 2, 3, 4, 5]
    assert counts == Counts(5, 0, 5 if once else 4, 0, 0, 0 if once else 1)
    is_whole(tmp_path / "out", 5)
    if not once:
        failed = pd.read_parquet(tmp_path / "out" / "variants.parquet").iloc[1]
        assert (failed["status"], failed["reason"]) == ("crashed", "the process ended with code -9")


def child(folder: Path, log: Path, count: int, repository: Path) -> "subprocess.Popen[bytes]":
    arguments = [str(folder), str(log), str(count), "0.3"]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.planner.batch_works", *arguments], cwd=repository, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        # what runs in the background of a shell ignores Ctrl-C, and so would its children
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip


def wait_for(count: int, folder: Path, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(1200):
        if len(finished(folder)) >= count:
            return
        assert process.poll() is None
        time.sleep(0.05)
    raise AssertionError("nothing was finished in a minute")


@posix
def test_the_parent_killed_and_started_again(tmp_path: Path, repository: Path) -> None:
    folder, log = tmp_path / "out", tmp_path / "log"
    process = child(folder, log, 12, repository)
    wait_for(3, folder, process)
    with pytest.raises(BatchError) as caught:  # meanwhile nobody else may work there
        run_batch(sweep_of(12), folder, work=Work(log))
    assert caught.value.message == "batch.busy"
    process.kill()
    process.communicate()
    before = finished(folder)
    assert 3 <= len(before) < 12
    kept = {run: (folder / "variants" / run / MANIFEST).read_bytes() for run in before}
    time.sleep(1)  # its workers end when their variant does; what they answer goes nowhere
    asked_before = len(asked(log))
    assert finished(folder) == before
    counts = run_batch(sweep_of(12), folder, processes=2, work=Work(log))
    assert (counts.found, counts.plans) == (len(before), 12)
    assert len(asked(log)) - asked_before == 12 - len(before)
    assert {run: (folder / "variants" / run / MANIFEST).read_bytes() for run in before} == kept
    is_whole(folder, 12)


@posix
@pytest.mark.slow
def test_ctrl_c_ends_all_processes(tmp_path: Path, repository: Path) -> None:
    folder, log = tmp_path / "out", tmp_path / "log"
    process = child(folder, log, 100, repository)
    wait_for(2, folder, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers, too
    _, told = process.communicate(timeout=20)
    assert process.returncode != 0
    assert told.count(b"Traceback") == 1  # the parent's own; the command turns it into a sentence
    for _ in range(100):  # the session has nobody left in it
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        raise AssertionError("a worker is left")
    assert 2 <= len(finished(folder)) < 100
    assert not list(folder.rglob("*.new-*"))


def test_killed_while_a_manifest_is_written(tmp_path: Path) -> None:
    folder, log = tmp_path / "out", tmp_path / "log"
    run_batch(sweep_of(2), folder, work=Work(log))
    run = sorted(finished(folder))[0]
    # what a killed process leaves: the part without the manifest, and files under the names they are staged by
    (folder / "variants" / run / MANIFEST).rename(
        folder / "variants" / run / f".{MANIFEST}.new-0123456789abcdef"
    )
    (folder / ".variants.parquet.new-0123456789abcdef").write_bytes(b"PAR1")
    assert run_batch(sweep_of(2), folder, work=Work(log)).found == 1
    is_whole(folder, 2)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 256 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("may not mount a small file system here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="needs tmpfs")
def test_a_full_disk(disk: Path, tmp_path: Path) -> None:
    folder, log = disk / "out", tmp_path / "log"
    (disk / "ballast").write_bytes(b"x" * 200_000)
    with pytest.raises(BatchError) as caught:
        run_batch(sweep_of(60), folder, work=Work(log))
    assert caught.value.message == "batch.disk_full"
    before = finished(folder)
    assert 0 < len(before) < 60
    assert not list(folder.rglob(".*.new-*"))
    assert not (folder / "variants.parquet").exists()
    (disk / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=4M", str(disk)], check=True)
    counts = run_batch(sweep_of(60), folder, work=Work(log))
    assert (counts.found, counts.plans) == (len(before), 60)
    is_whole(folder, 60)


@pytest.mark.skipif(sys.platform != "linux", reason="needs tmpfs")
def test_a_read_only_folder(disk: Path, tmp_path: Path) -> None:
    folder, log = disk / "out", tmp_path / "log"
    run_batch(sweep_of(1), folder, work=Work(log))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for place in (folder, disk / "other"):
        with pytest.raises(BatchError) as caught:
            run_batch(sweep_of(2), place, work=Work(log))
        assert caught.value.message == "batch.no_permission"
    assert asked(log) == [1]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir(mode=0o500)
    with pytest.raises(BatchError) as caught:
        run_batch(sweep_of(1), folder, work=Work(tmp_path / "log"))
    assert caught.value.message == "batch.no_permission"


def test_tables_that_cannot_be_written_leave_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, log = tmp_path / "out", tmp_path / "log"
    run_batch(sweep_of(1), folder, work=Work(log))
    before = {path: path.read_bytes() for path in folder.glob("*.parquet")}
    fill, filled = batch_store._fill, []

    def filling(path: Path, content: bytes) -> None:
        filled.append(path)
        if path.name.startswith(".quotas.parquet"):
            raise OSError(28, "No space left on device")
        fill(path, content)

    monkeypatch.setattr(batch_store, "_fill", filling)
    with pytest.raises(BatchError):
        run_batch(sweep_of(2), folder, work=Work(log))
    assert any(
        path.name.startswith(".variants.parquet") for path in filled
    )  # it was ready, and was not put in place
    assert {path: path.read_bytes() for path in folder.glob("*.parquet")} == before
    assert not list(folder.rglob(".*.new-*"))
