"""What value added, energy, carbon and jobs cost each other: the efficient plans of a scenario, none dominated.

All of its clauses and targets hold. Values are those of the first stage, without the margin for whole tonnes and before
ranking, as on the frontier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from dualcontrol import timing
from dualcontrol.frontier import Built, built_at, figures
from dualcontrol.model.allocation import Case
from dualcontrol.model.changes import change
from dualcontrol.model.scenario import Scenario
from dualcontrol.solvers.compile import Floats
from dualcontrol.solvers.highs import Status
from dualcontrol.solvers.pareto import Objective, efficient
from dualcontrol.solving import options_of

Aim = Literal["value", "energy", "carbon", "jobs"]
AIMS: tuple[Aim, ...] = get_args(Aim)
LEAST: tuple[Aim, ...] = ("energy", "carbon")  # as little as can be; of the others as much
COLUMNS: Mapping[Aim, str] = {
    "value": "value_wan_yuan",
    "energy": "energy_tce_eq",
    "carbon": "co2_t",
    "jobs": "jobs",
}
LEVELS = 5


class AimError(ValueError):
    """An aim the scenario gives nothing for. `message` is an id."""

    def __init__(self, message: str) -> None:
        """Keep the id."""
        self.message = message
        super().__init__(message)


@dataclass(frozen=True)
class Trade:
    """An efficient plan: net value, county energy (等价, intensity measure), carbon, jobs (None without data), GDP.

    best_of: the aim of which it is the best, then of the others in order; "" inside.
    """

    figures: Mapping[Aim, float | None]
    gdp_wan_yuan: float
    status: Status
    best_of: str
    admitted: tuple[str, ...]


@dataclass(frozen=True)
class Pareto:
    """The efficient plans from the best of the first aim on, and the payoff table: by aim, the values at its best.

    without_jobs: owners (`unit:<id>`, `project:<id>`) whose jobs are not known: jobs are those of the others.
    unsolved: combinations of levels without an answer in time.
    """

    aims: tuple[Aim, ...]
    trades: tuple[Trade, ...]
    payoff: Mapping[Aim, Mapping[Aim, float]]
    without_jobs: tuple[str, ...]
    solves: int
    unsolved: int


def pareto(scenario: Scenario, aims: Sequence[Aim] = AIMS, levels: int = LEVELS) -> Pareto:
    """The efficient plans on a grid of `levels` per aim but the first. A network is taken on typical days.

    Errors: AimError for less than two aims, none of them twice, or one the scenario has nothing for; SolverError.
    """
    if len(set(aims)) < 2 or len(set(aims)) != len(aims):
        raise AimError("pareto.two")
    if scenario.settings.time.mode == "year":
        scenario = change(scenario, {"time.mode": "typical"})
    built = built_at(scenario, {})
    known, unknown = jobs_of(built.case)
    every = _objectives(built, known)
    if "jobs" in aims and not known:
        raise AimError("pareto.no_jobs")
    if "value" in aims and not built.case.is_on("2.2"):
        raise AimError("pareto.no_value")
    chosen = [every[aim] for aim in aims]
    with timing.stage("value"):
        found = efficient(built.program, chosen, levels, options_of(built.case))
    trades = tuple(
        _trade(built, every, point.x, point.status, point.best_of, has_jobs=bool(known))
        for point in found.points
    )
    payoff = {
        aim: dict(zip(aims, row.tolist(), strict=True)) for aim, row in zip(aims, found.payoff, strict=False)
    }
    missing = unknown if known else ()
    return Pareto(tuple(aims), trades, payoff, missing, found.solves, found.unsolved)


def jobs_of(case: Case) -> tuple[dict[str, float], tuple[str, ...]]:
    """Jobs at base activity or full load by account, and the accounts that have none in the data.

    A project that can start this year counts as much as it runs; one that cannot is neither known nor missing.
    """
    known: dict[str, float] = {}
    unknown: list[str] = []
    out = {gate.target_id for gate in case.rulings.gates}
    for kind, rows in (("unit", case.unit_rows), ("project", case.project_rows)):
        for owner, row in rows.items():
            if kind == "unit" and not case.rulings.units[owner].is_active:
                continue
            if kind == "project" and (owner in out or row.start_month > 12):
                continue
            if np.isnan(row.jobs):
                unknown.append(f"{kind}:{owner}")
            else:
                known[f"{kind}:{owner}"] = float(row.jobs)
    return known, tuple(sorted(unknown))


def _objectives(built: Built, jobs: Mapping[str, float]) -> dict[Aim, Objective]:
    """What each aim counts, over the columns of the program."""
    place = {label: k for k, label in enumerate(built.yearly.columns)}
    program = built.program
    weights: dict[Aim, Floats] = {aim: np.zeros(len(program.columns)) for aim in AIMS}
    weights["value"] = program.cost
    weights["energy"][place["energy", None]] = 1.0
    weights["carbon"][place["co2", None]] = 1.0
    for account, count in jobs.items():
        kind, _, owner = account.partition(":")
        weights["jobs"][place["activity" if kind == "unit" else "project_load", owner]] = count
    return {
        aim: Objective(aim, weight, program.offset if aim == "value" else 0.0, aim in LEAST)
        for aim, weight in weights.items()
    }


def _trade(
    built: Built,
    every: Mapping[Aim, Objective],
    x: Floats,
    status: Status,
    best_of: str,
    *,
    has_jobs: bool,
) -> Trade:
    told: dict[str, Any] = figures(built.yearly, x)
    values: dict[Aim, float | None] = {aim: objective.at(x) for aim, objective in every.items()}
    if not has_jobs:
        values["jobs"] = None
    return Trade(values, told["gdp_wan_yuan"], status, best_of, told["admitted"])
