"""Objectives in order of rank: each stage may give up no more of an earlier one than its stated tolerance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dualcontrol.solvers.compile import Arrays, Floats
from dualcontrol.solvers.highs import Options, Solution, Status
from dualcontrol.solvers.join import Chained
from dualcontrol.solvers.lives import Solver, cold

NUMERICAL = 1e-11  # relative slack without which a later stage could be cut off by rounding


@dataclass(frozen=True)
class Stage:
    """Maximise `cost·x`; later stages keep its optimum up to `tolerance` (in the objective's unit)."""

    name: str
    cost: Floats
    tolerance: float = 0.0
    offset: float = 0.0


@dataclass(frozen=True)
class StageResult:
    """What a stage reached: its solution and its own objective (with the stage's offset)."""

    name: str
    solution: Solution
    objective: float


def solve_in_order(
    arrays: Arrays,
    stages: Sequence[Stage],
    options: Options,
    keep: Sequence[tuple[Stage, float]] = (),
    solver: Solver = cold,
) -> list[StageResult]:
    """Solve the stages one after the other; stops after the first that has no optimum.

    keep: objectives already reached (stage, value) that must be kept from the start. solver: solves a stage's program.
    """
    results: list[StageResult] = []
    floors = [(stage.cost, value - stage.tolerance - stage.offset) for stage, value in keep]
    for stage in stages:
        program = replace(_with_floors(arrays, floors), cost=stage.cost, offset=stage.offset)
        solution = solver(stage.name, program, options)
        results.append(StageResult(stage.name, solution, solution.objective))
        if solution.status not in (Status.OPTIMAL, Status.WITHIN_GAP):
            break
        floors.append((stage.cost, solution.objective - stage.tolerance - stage.offset))
    return results


def _with_floors(arrays: Arrays, floors: Sequence[tuple[Floats, float]]) -> Arrays:
    """The program with one more row `cost·x >= value` per floor."""
    start, index, value = [arrays.start], [arrays.index], [arrays.value]
    low = []
    for cost, floor in floors:
        used = np.flatnonzero(cost).astype(np.int32)
        index.append(used)
        value.append(cost[used])
        start.append(start[-1][-1:] + np.int32(len(used)))
        low.append(floor - NUMERICAL * max(1.0, abs(floor)))
    return replace(
        arrays,
        rows=Chained(arrays.rows, [("stage_floor", k) for k in range(len(floors))]),
        start=np.concatenate(start),
        index=np.concatenate(index),
        value=np.concatenate(value),
        row_lower=np.concatenate([arrays.row_lower, np.array(low)]),
        row_upper=np.concatenate([arrays.row_upper, np.full(len(low), np.inf)]),
    )
