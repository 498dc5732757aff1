"""The cheapest relaxations that bring a plan back: one parameter alone, or several together at the least sum.

A relaxation is a change of the scenario at a printable figure. The figure is the least one for which the first stage
has a solution, so that one printed step less has none; then the changed scenario is solved as a whole, and only what
solves is offered. Whole tonnes may take some steps more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from dualcontrol.explain_levers import Lever, levers_of
from dualcontrol.explain_limits import SOLVED, Bench, ClauseProgram, Limit
from dualcontrol.explain_variants import Variants
from dualcontrol.infeasible import Infeasible, elastic_program, size_of
from dualcontrol.model.allocation import NETWORK_ROWS, ROWS, Case, build_model
from dualcontrol.optimise import decided
from dualcontrol.solvers.compile import Arrays, Floats, compile_model
from dualcontrol.solvers.highs import LiveHighs, SolverError

MOST_STEPS = 2**40
TRIAL = 1000  # steps of a share by which it is seen what a step does
OUTWARD = (0, 1, 3, 7, 15, 31)  # steps more, of several changes together, that whole tonnes may take
ROUNDS = 6  # attempts at a figure that leaves whole tonnes their room
NONE = 1e-6  # relative to what counts as much in a row: less is missed of it


@dataclass(frozen=True)
class Move:
    """One parameter's change: where it goes, and the figure one printed step less, for which there is no plan.

    short: None of a switch, and in a joint relaxation.
    """

    lever: Lever
    new: Decimal
    short: Decimal | None = None

    @property
    def changes(self) -> dict[str, object]:
        """Keys and values for `model.changes.change`."""
        return self.lever.changes(self.new)


@dataclass(frozen=True)
class Relaxation:
    """Changes under which there is a plan, seen by solving it. value_wan_yuan: what it is worth."""

    moves: tuple[Move, ...]
    value_wan_yuan: float

    @property
    def changes(self) -> dict[str, object]:
        """All keys and values for `model.changes.change`."""
        return {key: value for move in self.moves for key, value in move.changes.items()}


class Workshop:
    """Changed scenarios of one case without a plan, tried in one live instance."""

    def __init__(self, case: Case, bench: Bench) -> None:
        self.case, self.bench = case, bench
        self.variants = Variants(case, bench.options)
        settings = case.accounts.scenario.settings
        self.elastic = replace(bench.options, gap=settings.time.gap if case.power is not None else 0.0)
        self._row = {label: k for k, label in enumerate(bench.program.arrays.rows[: bench.program.height])}

    def single(self, limits: Iterable[Limit]) -> tuple[Relaxation, ...]:
        """Every lever of the limits that brings a plan back alone, at its least change."""
        found: dict[tuple[str, int], Relaxation] = {}
        for limit in limits:
            for lever in levers_of(self.case, limit):
                if (lever.key, lever.sign) in found:
                    continue
                relaxation = self._alone(lever)
                if relaxation is not None:
                    found[lever.key, lever.sign] = relaxation
        return tuple(found.values())

    def joint(self, least: int = 1) -> Relaxation | None:
        """The way of least sum over all limits that have a lever; None where that is not enough, or fewer than `least`.

        What is missed is added up as shares of what counts as much (the county's energy, a budget).
        """
        firsts = {limit.row: levers[0] for limit in self.bench.program.limits
                  if limit.name != "elastic_band" and (levers := levers_of(self.case, limit))}  # fmt: skip
        missed, x = self._missed(list(firsts))
        if len(missed) < least:
            return None
        moves = [(lever := firsts[row].stepped(amount), max(lever.first, self._root(lever, amount, x)))
                 for row, amount in missed.items()]  # fmt: skip
        for more in OUTWARD:
            changed = tuple(Move(lever, lever.at(steps + more)) for lever, steps in moves)
            relaxation = self._solved(changed)
            if relaxation is not None:
                return relaxation
        return None

    def _alone(self, lever: Lever) -> Relaxation | None:
        if lever.kind == "switch":
            move = Move(lever, lever.old)
            return self._solved((move,)) if _is_possible(self.variants, move.changes) else None
        amount, x = 0.0, np.zeros(0)
        if lever.row in self._row:
            row = self._row[lever.row]
            missed, x = self._missed([row])
            amount = missed.get(row, 0.0)
        if lever.is_own and not amount:
            return None
        lever = lever.stepped(amount)
        steps = self._least(lever, self._root(lever, amount, x) if amount else 0, self.variants)
        if steps is None:
            return None
        return self._planned(lever, steps)

    def _planned(self, lever: Lever, steps: int) -> Relaxation | None:
        """The fewest steps from so many on with which the whole has a plan, too.

        Where whole tonnes or greener exports take room, the next figure is the least one that leaves them that room.
        """
        failed, at, variants = steps - 1, steps, self.variants
        for _ in range(ROUNDS):
            best, narrower = self._whole((Move(lever, lever.at(at), lever.at(at - 1)),))
            if best is not None:
                break
            if narrower is not None:
                variants = Variants(narrower, self.bench.options)
            failed, least = at, self._least(lever, at + 1, variants, low=at)
            if least is None:
                return None
            at = least
        while best is not None and at - 1 > failed:
            lower, _ = self._whole((Move(lever, lever.at(at - 1), lever.at(at - 2)),))
            if lower is None:
                break
            at, best = at - 1, lower
        return best

    def _least(self, lever: Lever, guess: int, variants: Variants, low: int | None = None) -> int | None:
        """The fewest steps, more than `low`, with which the first stage has a solution; None where none has."""
        low = lever.first - 1 if low is None else low
        high = max(guess, low + 1)
        if not lever.is_own and not _is_possible(variants, lever.changes(lever.at(MOST_STEPS))):
            return None
        while not _is_possible(variants, lever.changes(lever.at(high))):
            if high >= MOST_STEPS or lever.at(high) in (lever.least, lever.most):
                return None
            width = high - low
            low, high = high, min(high + 2 * width, MOST_STEPS)
        at = high - 1
        while high - low > 1:
            low, high = (low, at) if _is_possible(variants, lever.changes(lever.at(at))) else (at, high)
            at = (low + high) // 2
        return high

    def _root(self, lever: Lever, amount: float, x: Floats) -> int:
        """Steps after which `x`, which misses the lever's limit by `amount`, keeps it: the miss falls in proportion.

        0 where the lever moves something else than the limit itself.
        """
        if lever.kind != "share":  # amounts are told in the unit of the row
            return _steps(Decimal(repr(amount)), lever)
        trial = lever.at(TRIAL)
        case = self.variants.of(lever.changes(trial)) if trial != lever.old else None
        if case is None:
            return 0
        rows = compile_model(build_model(case))
        if lever.row not in rows.rows:
            return 0
        left = _missed_by(rows, rows.row(*lever.row), x[: len(rows.columns)])
        if not left < amount:
            return 0
        return _steps(Decimal(repr(amount / (amount - left))) * abs(trial - lever.old), lever)

    def _missed(self, rows: Sequence[int]) -> tuple[dict[int, float], Floats]:
        """What is missed of each row at the least weighted sum, and the solution; nothing where that is not enough."""
        program = self.bench.program
        sizes = [_size(self.case, program, row) for row in rows]
        elastic, owner = elastic_program(program.arrays, list(rows), np.array([1.0 / s for s in sizes]))
        solution = LiveHighs(elastic, self.elastic).solve()
        if solution.status not in SOLVED or not solution.x.size:
            return {}, np.zeros(0)
        width = len(program.arrays.columns)
        missed = np.bincount(owner, weights=solution.x[width:], minlength=len(program.arrays.rows))
        found = {
            row: float(missed[row])
            for row, size in zip(rows, sizes, strict=True)
            if missed[row] > NONE * size
        }
        return found, solution.x[:width]

    def _solved(self, moves: tuple[Move, ...]) -> Relaxation | None:
        """The relaxation if the changed scenario has a plan."""
        return self._whole(moves)[0]

    def _whole(self, moves: tuple[Move, ...]) -> tuple[Relaxation | None, Case | None]:
        """The same, or this case with the room that whole tonnes and exports took where there was no plan."""
        case = self.variants.of({key: value for move in moves for key, value in move.changes.items()})
        if case is None:
            return None, None
        try:
            found = decided(case.rulings)
        except Infeasible as error:
            if (met := error.case) is None:
                return None, None
            return None, replace(
                self.case, margins=met.margins, green_share=met.green_share, more_days=met.more_days
            )
        except SolverError:
            return None, None
        return Relaxation(moves, float(found.outcome.objective_wan_yuan)), None


def _is_possible(variants: Variants, changes: Mapping[str, object]) -> bool:
    """Whether the first stage of the changed scenario has a solution."""
    case = variants.of(changes)
    if case is None:
        return False
    program = variants.program(case)
    return variants.solve(replace(program, cost=np.zeros(len(program.columns)), offset=0.0)) is not None


def _steps(change: Decimal, lever: Lever) -> int:
    """So many steps make the change at least, but for rounding."""
    return max(0, int(((change - Decimal("1e-9")) / lever.step).to_integral_value("ROUND_CEILING")))


def _missed_by(arrays: Arrays, row: int, x: Floats) -> float:
    """By how much `x` misses a row; negative where it leaves room."""
    entries = slice(arrays.start[row], arrays.start[row + 1])
    activity = float(arrays.value[entries] @ x[arrays.index[entries]])
    return max(float(arrays.row_lower[row]) - activity, activity - float(arrays.row_upper[row]))


def _size(case: Case, program: ClauseProgram, row: int) -> float:
    """What counts as much in a row: as in the elastic program, 1 for the rows made from bounds."""
    if row >= program.height:
        return 1.0
    return size_of(case, {known.name: known for known in ROWS + NETWORK_ROWS}, program.arrays, row)
