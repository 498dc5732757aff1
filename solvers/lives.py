"""Live instances by the stage they serve: each is kept from one solve to the next and takes over what changed."""

from collections.abc import Callable
from dataclasses import dataclass

from dualcontrol.solvers.changes import Reason, Rebuilt, Touched
from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.highs import LiveHighs, Options, Solution

Solver = Callable[[str, Arrays, Options], Solution]  # stage, program, options


def cold(stage: str, program: Arrays, options: Options) -> Solution:
    """Solve in an instance of its own."""
    del stage
    return LiveHighs(program, options).solve()


@dataclass(frozen=True)
class Taken:
    """How a stage's program came into its instance; touched: names of the rows and columns whose numbers changed."""

    stage: str
    change: Touched | Rebuilt
    touched: tuple[str, ...] = ()


class Lives:
    """Keeps an instance per stage. `taken` says, in order, what became of every program since the last `clear`."""

    def __init__(self) -> None:
        self._lives: dict[str, LiveHighs] = {}
        self.taken: list[Taken] = []

    def solve(self, stage: str, program: Arrays, options: Options) -> Solution:
        """Solve in the stage's instance, hot where it can take the program over, else in a new one.

        The instance is forgotten when HiGHS fails: what it holds then is not known. SolverError as of LiveHighs.
        """
        live = self._lives.pop(stage, None)
        change = Rebuilt(Reason.FIRST) if live is None else live.update(program, options)
        if live is None or isinstance(change, Rebuilt):
            live = LiveHighs(program, options)
            names: tuple[str, ...] = ()
        else:
            names = change.named(program)
        self.taken.append(Taken(stage, change, names))
        solution = live.solve()
        live.keep_basis()
        self._lives[stage] = live
        return solution

    def clear(self) -> None:
        """Forget what was told; the instances stay."""
        self.taken = []
