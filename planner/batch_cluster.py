"""Variants on a cluster of `dask.distributed` (extra `batch`): the inputs travel with each, the answers come back here.

Workers need the same program, not the same disk. Only this process writes results.
"""

import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dualcontrol.batch_pool import ATTEMPTS, Work
from dualcontrol.batch_solve import CRASHED, ERROR, Outcome, Task, code_version, solve_variant

if TYPE_CHECKING:
    from dualcontrol.batch_sweep import Sweep
    from dualcontrol.model.scenario import Source

LOCAL = "local"
AHEAD = (
    2  # variants handed over per thread of the cluster, so that no worker waits and none holds many inputs
)
PATIENCE_S = 15.0  # to find the scheduler


@dataclass(frozen=True)
class Tls:
    """Files of a cluster that speaks TLS, as `distributed.Security` takes them."""

    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None

    def options(self) -> dict[str, Any]:
        """What of it is given, as arguments; empty without any."""
        given = {
            "tls_ca_file": self.ca_file,
            "tls_client_cert": self.client_cert,
            "tls_client_key": self.client_key,
        }
        files = {name: str(path) for name, path in given.items() if path is not None}
        return {**files, "require_encryption": True} if files else {}


class ClusterError(Exception):
    """The cluster cannot be reached or was lost; what was finished is kept."""


def on_cluster(
    address: str, tls: Tls, processes: int, work: Work = solve_variant
) -> Callable[["Sweep", Sequence[Task]], Iterator[tuple[Task, Outcome]]]:
    """A runner for `run_batch` on the cluster whose scheduler is at `address`.

    `LOCAL`: a cluster of `processes` on this machine, made for the batch; it listens on the loopback alone, has no
    dashboard, and a nanny starts each worker again that dies.
    """

    def running(sweep: "Sweep", tasks: Sequence[Task]) -> Iterator[tuple[Task, Outcome]]:
        if tasks:
            with _client(address, tls, min(processes, len(tasks))) as client:
                yield from _on_cluster(client, work, sweep.source, tasks)

    return running


@contextlib.contextmanager
def _client(address: str, tls: Tls, processes: int) -> Iterator[Any]:
    from distributed import Client, LocalCluster, Security

    options = tls.options()
    with contextlib.ExitStack() as stack:
        try:
            place: Any = address
            if address == LOCAL:
                made = LocalCluster(
                    n_workers=processes, threads_per_worker=1, processes=True, host="127.0.0.1",
                    dashboard_address=None, worker_dashboard_address=None, silence_logs=logging.CRITICAL,
                )  # fmt: skip
                place = stack.enter_context(made)
            client = Client(place, security=Security(**options) if options else None, timeout=PATIENCE_S)
        except (OSError, TimeoutError, ValueError, TypeError) as error:
            raise ClusterError(str(error) or type(error).__name__) from error
        stack.callback(client.close, timeout=5)
        yield client


def _on_cluster(
    client: Any, work: Work, source: "Source", tasks: Sequence[Task]
) -> Iterator[tuple[Task, Outcome]]:
    from distributed import as_completed

    waiting = deque((task, 1) for task in tasks)
    suspects: deque[tuple[Task, int]] = deque()  # at a worker that died, though maybe by another's fault
    running: dict[Any, tuple[Task, int]] = {}
    code = dict(code_version())

    def handed_over() -> Iterator[Any]:
        threads = sum(client.nthreads().values())
        while (waiting and len(running) < max(1, AHEAD * threads)) or (suspects and not running):
            task, attempt = (waiting or suspects).popleft()  # a suspect alone: then the fault is its own
            future = client.submit(
                _remote, work, source, task, code, key=f"{task.run_id}-{attempt}", pure=False
            )
            running[future] = task, attempt
            yield future

    try:
        ends = as_completed(list(handed_over()))
        for future in ends:
            task, attempt = running.pop(future)
            outcome = _outcome(future)
            future.release()
            is_again = outcome.is_failure and attempt < ATTEMPTS
            if is_again:
                (suspects if outcome.status == CRASHED else waiting).append((task, attempt + 1))
            for other in handed_over():
                ends.add(other)
            if not is_again:
                yield task, outcome
    finally:
        with contextlib.suppress(OSError, TimeoutError):
            client.cancel(list(running))


def _outcome(future: Any) -> Outcome:
    """What a worker answered, or how its task ended without an answer. ClusterError when the scheduler is gone."""
    from distributed import KilledWorker

    if future.status == "finished":
        found: Outcome = future.result()
        return found
    if future.status in ("cancelled", "lost"):
        raise ClusterError("the scheduler was lost")
    error = future.exception()
    if isinstance(error, KilledWorker):
        return Outcome(CRASHED, "the workers that were at it died")
    return Outcome(ERROR, f"{type(error).__name__}: {error}")


def _remote(work: Work, source: "Source", task: Task, code: Mapping[str, str]) -> Outcome:
    """Solve a variant on a worker that has the same program."""
    own = dict(code_version())
    if own != code:
        other = ", ".join(sorted(name for name in code if own.get(name) != code[name]))
        return Outcome(ERROR, f"the worker has another version of {other}")
    return work(source, task)
