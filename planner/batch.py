"""A batch: what of a sweep is not finished is solved and kept, variant by variant; then both tables are written."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from dualcontrol.batch_pool import Work, in_processes, in_this_process
from dualcontrol.batch_solve import AUDIT_FAILED, FAILURES, INFEASIBLE, Outcome, Task, run_id, solve_variant
from dualcontrol.batch_store import Store, opened
from dualcontrol.batch_sweep import Sweep

FEW = 8  # variants for which starting processes takes longer than it saves
Runner = Callable[["Sweep", Sequence[Task]], Iterator[tuple[Task, Outcome]]]


@dataclass(frozen=True)
class Counts:
    """What became of the variants of a batch. found: finished before; the others count all variants of the sweep."""

    variants: int
    found: int
    plans: int
    infeasible: int
    audit_failed: int
    failed: int


def run_batch(
    sweep: Sweep,
    folder: Path,
    *,
    processes: int | None = None,
    runner: Runner | None = None,
    work: Work = solve_variant,
    tick: Callable[[int, int], None] = lambda done, of: None,
) -> Counts:
    """Solve what is missing in `folder` and write its two tables.

    processes: None is one for a few variants, else one per processor. runner: another way to run tasks. tick(done, of):
    called when the missing ones are known and after each. BatchError when the folder is busy, foreign or not writable;
    what was finished stays.
    """
    run_ids = {
        variant.number: run_id(sweep.inputs[variant.number], variant.all_overrides)
        for variant in sweep.variants
    }
    # equal variants are one run
    tasks = {
        run_ids[variant.number]: Task(
            run_ids[variant.number], variant.all_overrides, sweep.inputs[variant.number]
        )
        for variant in sweep.variants
    }
    with opened(folder) as store:
        missing = [task for run, task in tasks.items() if store.finished(run) is None]
        tick(0, len(missing))
        outcomes = (runner or _local(processes, work))(sweep, missing)
        with closing(outcomes):  # type: ignore[type-var]
            for done, (task, outcome) in enumerate(outcomes, start=1):
                store.keep(task, outcome)
                tick(done, len(missing))
        store.publish(sweep.variants, run_ids)
        return _counts(store, run_ids, len(missing))


def _local(processes: int | None, work: Work) -> Runner:
    def running(sweep: Sweep, tasks: Sequence[Task]) -> Iterator[tuple[Task, Outcome]]:
        count = min(processes or default_processes(len(tasks)), len(tasks))
        if count <= 1 and processes in (None, 1):
            return in_this_process(sweep.source, tasks, work)
        return in_processes(sweep.source, tasks, work, count)

    return running


def default_processes(count: int) -> int:
    """One for a few variants, else one per processor this process may use."""
    return 1 if count <= FEW else processors()


def processors() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _counts(store: Store, run_ids: dict[int, str], missing: int) -> Counts:
    found = {run: store.finished(run) for run in set(run_ids.values())}
    statuses = [outcome.status for run in run_ids.values() if (outcome := found[run]) is not None]
    return Counts(
        variants=len(run_ids),
        found=len(found) - missing,
        plans=sum(status not in (INFEASIBLE, *FAILURES) for status in statuses),
        infeasible=statuses.count(INFEASIBLE),
        audit_failed=statuses.count(AUDIT_FAILED),
        failed=sum(status in FAILURES and status != AUDIT_FAILED for status in statuses),
    )
