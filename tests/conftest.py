"""What every test may rely on: no display, no chance, the repository's folders."""

import os
from pathlib import Path

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
