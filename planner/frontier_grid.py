"""The best value over two targets at once: a table in which each cell is solved for itself."""

from dataclasses import dataclass

from dualcontrol.frontier import Over, Point, built_at, levels_of, solved, span
from dualcontrol.model.changes import change
from dualcontrol.model.scenario import Scenario
from dualcontrol.solvers.lives import Lives

STEPS = 7
Ends = tuple[float | None, float | None]


@dataclass(frozen=True)
class Cell:
    """The best value at a level of each of both parameters: `point.at` of the first, `by` of the second."""

    point: Point
    by: float


@dataclass(frozen=True)
class Grid:
    """Cells row by row: all levels of the second parameter at the first level of the first, and so on."""

    over: Over
    by: Over
    cells: tuple[Cell, ...]

    @property
    def levels(self) -> tuple[list[float], list[float]]:
        """The levels of the first and of the second parameter."""
        return sorted({cell.point.at for cell in self.cells}), sorted({cell.by for cell in self.cells})


def grid(
    scenario: Scenario,
    over: Over,
    by: Over,
    ends: Ends = (None, None),
    by_ends: Ends = (None, None),
    steps: int = STEPS,
    by_steps: int = STEPS,
) -> Grid:
    """The table over two parameters between their ends, at equal distances. A network is taken on typical days.

    Errors: RangeError (of both), ValueError where both are the same; ScenarioError where a level is no value of the
    setting; SolverError when HiGHS fails.
    """
    if over == by:
        raise ValueError("two parameters, not one twice")
    if scenario.settings.time.mode == "year":
        scenario = change(scenario, {"time.mode": "typical"})
    rows = levels_of(over, *span(scenario, over, *ends), steps)
    columns = levels_of(by, *span(scenario, by, *by_ends), by_steps)
    lives = Lives()
    cells = []
    for level in rows:
        for other in columns:
            point, _ = solved(built_at(scenario, {over: level, by: other}), level, lives)
            cells.append(Cell(point, other))
    return Grid(over, by, tuple(cells))
