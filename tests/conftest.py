"""What every test may rely on: no display, no chance, the repository's folders."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "Agg")

# Chance has no place in a gate: hypothesis draws the same examples on every run, and a slow machine is
# not a failing property. `pytest --hypothesis-profile=explore` looks further afield.
settings.register_profile("gate", derandomize=True, deadline=None, max_examples=50, database=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("gate")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def scenarios_folder() -> Path:
    """The folder of the scenarios that come with the program."""
    return ROOT / "scenarios"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadgroup`, whatever looks at Dalad's plan runs in one process, which solves it once.

    The group is read from the id of a test. pytest-xdist writes the mark `xdist_group` into ids, which pytest 9.2
    ignores (pytest-xdist issue 1386): each process would solve the plan anew.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByPlan(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return "dalad" if re.search(r"\bdalad\b", nodeid.partition("[")[2]) else nodeid

    return ByPlan(config, log)
