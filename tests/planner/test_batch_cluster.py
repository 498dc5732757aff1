"""Batches on a real cluster of dask.distributed on this machine: a scheduler and two workers, each a process."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.planner.batch_works import KEY, asked

pytest.importorskip("distributed")
pytest.importorskip("pyarrow")
pytestmark = [pytest.mark.slow, pytest.mark.fault]

Start = Callable[..., str]


@pytest.fixture
def cluster(tmp_path: Path, repository: Path) -> Iterator[Start]:
    """Start a cluster with more arguments; its scheduler's address."""
    running: list[subprocess.Popen[bytes]] = []

    def starting(*more: str, protocol: str = "tcp") -> str:
        file = tmp_path / "scheduler.json"
        # variants that kill their worker are given up after the second
        environment = {
            **os.environ,
            "PYTHONPATH": str(repository),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        }
        for part, own in (
            ("dask_scheduler", ("--host", f"{protocol}://127.0.0.1", "--port", "0", "--no-dashboard")),
            ("dask_worker", ("--nworkers", "2", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1")),
        ):
            command = [
                sys.executable,
                "-m",
                f"distributed.cli.{part}",
                *own,
                "--scheduler-file",
                str(file),
                *more,
            ]
            running.append(
                subprocess.Popen(
                    command,
                    cwd=tmp_path,
                    env=environment,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
        for _ in range(600):
            if file.exists() and file.read_text(encoding="utf-8"):
                return str(json.loads(file.read_text(encoding="utf-8"))["address"])
            time.sleep(0.05)
        raise AssertionError("no scheduler")

    try:
        yield starting
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:  # a worker may wait for its scheduler on a busy machine
                process.kill()
                process.wait(30)


def test_a_worker_that_dies_and_a_variant_that_fails(
    cluster: Start, tmp_path: Path, repository: Path
) -> None:
    folder, log = tmp_path / "out", tmp_path / "log"
    done = subprocess.run(
        [sys.executable, "-m", "tests.planner.batch_works", str(folder), str(log), "6", "0.1", cluster()],
        cwd=repository, capture_output=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    variants = pd.read_parquet(folder / "variants.parquet")
    assert list(variants[KEY]) == [1, 2, 3, 4, 5, 6]
    assert list(variants["status"]) == ["optimal", "crashed", "error", "optimal", "optimal", "optimal"]
    worked = asked(log)
    assert worked.count(2) >= 3  # as often as the scheduler allows, then alone
    assert worked.count(3) == 2
    assert {1.0, 4.0, 5.0, 6.0} <= set(worked)


def batch(sweep: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from dualcontrol.cli import main; main()", "batch", str(sweep), "--out", str(out),
         "--json", "--lang", "en", *more],
        capture_output=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip


@pytest.fixture
def sweep(tmp_path: Path, scenarios_folder: Path) -> Path:
    path = tmp_path / "sweep.toml"
    path.write_text(
        f'scenario = "{(scenarios_folder / "two-firms").as_posix()}"\n[grid]\n"{KEY}" = [90, 100, 110]\n',
        encoding="utf-8",
    )
    return path


def test_the_same_answers_as_in_this_process_over_tls(cluster: Start, sweep: Path, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    key, cert = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
         "-subj", "/CN=127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    address = cluster("--tls-ca-file", cert, "--tls-cert", cert, "--tls-key", key, protocol="tls")
    assert address.startswith("tls://")
    tls = ("--tls-ca", cert, "--tls-cert", cert, "--tls-key", key)
    there = batch(sweep, tmp_path / "there", "--scheduler", address, *tls)
    assert there.returncode == 0, there.stdout + there.stderr
    assert batch(sweep, tmp_path / "here").returncode == 0
    one, other = (
        pd.read_parquet(tmp_path / name / "variants.parquet").drop(columns="seconds")
        for name in ("there", "here")
    )
    pd.testing.assert_frame_equal(one, other)
    assert list(one["objective_wan_yuan"]) == [714.4118, 828.0, 833.0]
    # without the certificates nobody gets in
    refused = batch(sweep, tmp_path / "refused", "--scheduler", address)
    assert refused.returncode == 2
    assert "cannot be reached" in json.loads(refused.stdout)["error"]


def test_a_cluster_made_for_the_batch(sweep: Path, tmp_path: Path) -> None:
    there = batch(sweep, tmp_path / "there", "--scheduler", "local", "--processes", "2")
    assert there.returncode == 0, there.stdout + there.stderr
    assert batch(sweep, tmp_path / "here").returncode == 0
    one, other = (
        pd.read_parquet(tmp_path / name / "variants.parquet").drop(columns="seconds")
        for name in ("there", "here")
    )
    pd.testing.assert_frame_equal(one, other)


def test_a_worker_of_it_dies_and_is_started_again(tmp_path: Path, repository: Path) -> None:
    folder, log = tmp_path / "out", tmp_path / "log"
    done = subprocess.run(
        [sys.executable, "-m", "tests.planner.batch_works", str(folder), str(log), "6", "0.1", "local"],
        cwd=repository, capture_output=True, encoding="utf-8", check=False, timeout=120,
        env={**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    variants = pd.read_parquet(folder / "variants.parquet")
    assert list(variants["status"]) == ["optimal", "crashed", "error", "optimal", "optimal", "optimal"]


def test_no_scheduler_there(sweep: Path, tmp_path: Path) -> None:
    done = batch(sweep, tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "cannot be reached" in json.loads(done.stdout)["error"]
    assert "Traceback" not in done.stderr
