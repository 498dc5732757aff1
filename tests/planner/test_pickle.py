"""Scenarios, plans and verdicts travel to worker processes: what arrives is what was sent, and as frozen."""

import pickle
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dualcontrol as dc
from tests.model.power.small_grids import SUN, gridded
from tests.model.small_cases import unit
from tests.planner.conftest import Case


@pytest.fixture(scope="module")
def coupled() -> tuple[dc.Scenario, dc.Plan]:
    """A plan with a network: hours, prices, assets and green power are part of it."""
    scenario = gridded(
        [unit("A", 0, 500, mwh=87_600)],
        {"sun": SUN},
        {
            "plants": [{"plant_id": "S", "bus_id": "a", "kind": "pv", "capacity_mw": 4, "profile_id": "sun"}],
            "exchange": [
                {
                    "exchange_id": "X",
                    "bus_id": "a",
                    "import_mw": 50,
                    "export_mw": 50,
                    "import_yuan_per_mwh": 1,
                }
            ],
            "loads": [{"owner_id": "A", "bus_id": "a", "profile_id": "flat"}],
        },
        {"time": {"mode": "typical", "typical_days": 1}},
    )
    return scenario, dc.optimise(dc.judge(dc.account(scenario)))


def same(one: Any, other: Any) -> None:
    """Assert that two values are equal through and through, types and dtypes included."""
    assert type(one) is type(other)
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, Mapping):
        assert list(one) == list(other)
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, float):
        assert repr(one) == repr(other)  # nan is nan
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
    elif isinstance(one, dc.Scenario | dc.Plan | dc.Verdict):
        for field in fields(one):
            same(getattr(one, field.name), getattr(other, field.name))
    else:
        assert one == other


def sent(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own bytes


def test_what_arrives_is_what_was_sent(two_firms: Case) -> None:
    for value in (two_firms.scenario, two_firms.plan, two_firms.verdict):
        same(value, sent(value))


def test_a_plan_with_a_network(coupled: tuple[dc.Scenario, dc.Plan]) -> None:
    scenario, plan = coupled
    assert set(plan.power) == {"dispatch", "prices", "assets", "green"}
    same(plan, sent(plan))
    arrived = sent(scenario)
    same(scenario.profiles, arrived.profiles)
    for name, table in scenario.tables.items():
        same(table, arrived.tables[name])


def test_what_arrives_is_as_frozen(two_firms: Case) -> None:
    scenario, plan, verdict = sent(two_firms.scenario), sent(two_firms.plan), sent(two_firms.verdict)
    with pytest.raises(TypeError):
        scenario.tables["units"] = None
    with pytest.raises(TypeError):
        verdict.checks[0].params["found"] = "0"
    for value, name in ((scenario, "name"), (plan, "summary"), (verdict, "checks")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, None)


@pytest.mark.slow
def test_another_process_can_work_with_it(two_firms: Case, tmp_path: Path) -> None:
    """It solves and checks there, and sends the same plan back."""
    there = (
        "import pickle, sys, dualcontrol as dc\n"
        "rulings, scenario = pickle.load(open(sys.argv[1], 'rb'))\n"
        "plan = dc.optimise(rulings)\n"
        "pickle.dump((plan, dc.audit(scenario, plan)), open(sys.argv[2], 'wb'))\n"
    )
    task, answer = tmp_path / "task", tmp_path / "answer"
    rulings = dc.judge(dc.account(two_firms.scenario))
    task.write_bytes(pickle.dumps((rulings, two_firms.scenario)))
    subprocess.run([sys.executable, "-c", there, task, answer], check=True)
    plan, verdict = pickle.loads(answer.read_bytes())  # noqa: S301 - our own bytes
    same(two_firms.plan, plan)
    same(two_firms.verdict, verdict)
