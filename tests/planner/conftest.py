"""One plan, solved and checked once, for every test of what is done with a plan."""

from dataclasses import dataclass
from pathlib import Path

import pytest

import dualcontrol as dc


@dataclass(frozen=True)
class Case:
    """A scenario with its plan and its verdict."""

    folder: Path
    scenario: dc.Scenario
    plan: dc.Plan
    verdict: dc.Verdict

    def publish(self, folder: Path) -> Path:
        return dc.publish(self.plan, folder, scenario=self.scenario, verdict=self.verdict)


def solved(folder: Path) -> Case:
    scenario = dc.load(folder)
    plan = dc.optimise(dc.judge(dc.account(scenario)))
    return Case(folder, scenario, plan, dc.audit(scenario, plan))


@pytest.fixture(scope="session")
def two_firms(scenarios_folder: Path) -> Case:
    """Two firms and a project: small."""
    return solved(scenarios_folder / "two-firms")


@pytest.fixture(scope="session")
def dalad(scenarios_folder: Path) -> Case:
    """The real case: every kind of account, movement and decision."""
    return solved(scenarios_folder / "dalad-2022")
