"""One plan, solved and checked once, for every test of what is done with a plan."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import dualcontrol as dc
from dualcontrol.cli import main


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
def two_firms_result(two_firms: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published folder of two firms, written once: to be copied, never changed."""
    return two_firms.publish(tmp_path_factory.mktemp("two-firms") / "result")


@pytest.fixture(scope="session")
def dalad(scenarios_folder: Path, request: pytest.FixtureRequest) -> Case:
    """The real case: every kind of account, movement and decision."""
    return solved(scenarios_folder / getattr(request, "param", "dalad-2022"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever looks at Dalad's plan has its name in its id, by which it is sent to one process."""
    if "dalad" in metafunc.fixturenames:
        param = pytest.param(
            "dalad-2022", marks=pytest.mark.slow
        )  # its plan with its network takes 45 seconds
        metafunc.parametrize("dalad", [param], indirect=True, scope="session")


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Its object for programs."""
        told: dict[str, Any] = json.loads(self.out)
        return told


Run = Callable[..., Said]


@pytest.fixture
def run_power(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `dualcontrol power` with arguments; never a traceback."""

    def running(*arguments: object, lang: str = "en") -> Said:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main(["power", *(str(argument) for argument in arguments), "--lang", lang])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return Said(int(end.value.code or 0), out, err)

    return running
