"""The smallest set of clauses that cannot be kept together, and the limits of theirs that are at stake.

By implicit hitting sets: every set of clauses that must give way for the rest to fit has to be met by the conflict, so
the smallest set that meets all known ones is tried; where a plan keeps it, the plan shows another set that must give
way. The first one without a plan is a smallest conflict. Where that takes too long, a deletion filter gives a conflict
of which nothing can be left out. The judge is the integer program; in the end every claim is made again from nothing,
without presolve.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dualcontrol.explain_limits import Bench, ClauseProgram, Limit
from dualcontrol.solvers.highs import SolverError

MOST_SECONDS = 60.0  # of the search for the smallest, then the deletion filter


class DisagreementError(SolverError):
    """Two ways of asking the same question of the solver gave different answers."""


@dataclass(frozen=True)
class ClauseConflict:
    """Clauses (and `technology_floor`) no plan keeps together; every part of it has a plan, seen without presolve.

    limits: rows of theirs that alone conflict already, none of which can be left out. is_smallest: no conflict has
    fewer clauses. Without groups not even what is physics and data has a plan.
    """

    groups: tuple[str, ...]
    limits: tuple[Limit, ...]
    is_smallest: bool


def conflict_of(
    bench: Bench, without: frozenset[str] = frozenset(), seconds: float = MOST_SECONDS
) -> ClauseConflict:
    """A smallest conflict among the groups not in `without`. DisagreementError when it does not stand a second look.

    SolverError where the solver gives no answer.
    """
    every = [name for name in bench.program.groups if name not in without]
    if bench.keep(_rows(bench.program, every)) is not None:
        raise DisagreementError("infeasible as a whole, yet not as a set of limits")
    if bench.keep(set()) is None:
        return ClauseConflict((), (), is_smallest=True)
    found, is_smallest = _smallest(bench, every, time.monotonic() + seconds), True
    if found is None:
        found, is_smallest = _deleted(bench, every), False
    _verify(bench, found)
    return ClauseConflict(tuple(found), _limits(bench, found), is_smallest)


def _rows(program: ClauseProgram, groups: Iterable[str]) -> set[int]:
    return {limit.row for name in groups for limit in program.groups[name]}


def _smallest(bench: Bench, every: Sequence[str], deadline: float) -> list[str] | None:
    """A conflict of fewest groups; None when time is up."""
    corrections: list[frozenset[str]] = []
    while time.monotonic() < deadline:
        chosen = _least_hitting(corrections)
        solution = bench.keep(_rows(bench.program, chosen))
        if solution is None:
            return sorted(chosen)
        kept = set(chosen) | _kept_groups(bench, every, bench.kept_by(solution))
        for name in every:
            if name in kept:
                continue
            solution = bench.keep(_rows(bench.program, kept | {name}))
            if solution is not None:
                kept |= {name} | _kept_groups(bench, every, bench.kept_by(solution))
        corrections.append(frozenset(every) - kept)
        if not corrections[-1]:
            raise DisagreementError("every limit is kept by a plan after all")
    return None


def _kept_groups(bench: Bench, every: Sequence[str], rows: set[int]) -> set[str]:
    return {name for name in every if all(limit.row in rows for limit in bench.program.groups[name])}


def _least_hitting(sets: Sequence[frozenset[str]]) -> list[str]:
    """A smallest set that has something of each of `sets`, the first in order of those."""
    size = 0
    while True:
        found = _hitting(sets, size)
        if found is not None:
            return sorted(found)
        size += 1


def _hitting(sets: Sequence[frozenset[str]], size: int) -> frozenset[str] | None:
    missed = next((one for one in sorted(sets, key=lambda s: (len(s), sorted(s))) if one), None)
    if missed is None:
        return frozenset()
    if size == 0:
        return None
    for name in sorted(missed):
        rest = _hitting([one for one in sets if name not in one], size - 1)
        if rest is not None:
            return rest | {name}
    return None


def _deleted(bench: Bench, every: Sequence[str]) -> list[str]:
    """The deletion filter: what can be left out without a plan appearing is left out."""
    kept = list(every)
    for name in every:
        rest = [other for other in kept if other != name]
        if bench.keep(_rows(bench.program, rest)) is None:
            kept = rest
    return kept


def _limits(bench: Bench, groups: Sequence[str]) -> tuple[Limit, ...]:
    """Limits of the groups that alone conflict, by leaving out halves, quarters and so on."""
    kept = [limit for name in groups for limit in bench.program.groups[name]]
    size = max(1, len(kept) // 2)
    while True:
        at = 0
        while at < len(kept):
            rest = kept[:at] + kept[at + size :]
            if bench.keep({limit.row for limit in rest}) is None:
                kept = rest
            else:
                at += size
        if size == 1:
            return tuple(kept)
        size //= 2


def _verify(bench: Bench, groups: Sequence[str]) -> None:
    """No plan with all of them, one with each left out: from nothing, without presolve."""
    if bench.cold(_rows(bench.program, groups)) is not None:
        raise DisagreementError("a conflict by presolve only")
    for name in groups:
        if bench.cold(_rows(bench.program, [other for other in groups if other != name])) is None:
            raise DisagreementError(f"a conflict without {name} by the search, with it without presolve")
