"""A process killed while it publishes leaves the old result or the new one, never half of one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked, to be killed hundreds of times"),
]


def rounds(folder: Path, style: str, mode: str, seconds: float, repository: Path) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.planner.killing", str(folder), style, mode, str(seconds)],
        cwd=repository, capture_output=True, encoding="utf-8", check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, int] = json.loads(done.stdout)
    return told


def check(told: dict[str, int]) -> None:
    assert told["half_before"] == 0
    assert told["half_after"] == 0
    assert told["litter_after"] == 0
    assert told["left_something"] > 0  # else no kill hit while something was being written
    assert told["killed"] > 5


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["exchange", "moves"])
def test_killed_at_every_touch_of_the_file_system(mode: str, tmp_path: Path, repository: Path) -> None:
    told = rounds(tmp_path / "a" / "result", "steps", mode, 120, repository)
    check(told)
    assert told["done"]  # the last round was not killed: every touch was tried
    assert told["old"] > 10
    assert told["new"] > 10  # killed after the exchange, while the old folder was being thrown away
    if mode == "exchange" and sys.platform == "linux":
        assert told["missing_before"] == 0  # there was a whole result at every moment
    if mode == "moves":
        assert told["missing_before"] == 1  # between the two moves; the next command puts it back


@pytest.mark.slow
def test_killed_at_random_moments(tmp_path: Path, repository: Path) -> None:
    told = rounds(tmp_path / "a" / "result", "random", "exchange", 6, repository)
    check(told)
    assert told["old"] > 0
    assert told["new"] > 0
