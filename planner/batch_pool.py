"""Variants one after the other in this process, or at the same time in processes of their own.

A process that dies costs the variant it was at and is replaced. What has no answer is tried once more, last.
"""

import contextlib
import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any

from dualcontrol.batch_solve import CRASHED, Outcome, Task

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from dualcontrol.model.scenario import Source

ATTEMPTS = 2
Work = Callable[["Source", Task], Outcome]


def in_this_process(source: "Source", tasks: Sequence[Task], work: Work) -> Iterator[tuple[Task, Outcome]]:
    """Each task with its outcome, in order; what fails is tried once more at once."""
    for task in tasks:
        outcome = work(source, task)
        for _ in range(ATTEMPTS - 1):
            if outcome.is_failure:
                outcome = work(source, task)
        yield task, outcome


def in_processes(
    source: "Source", tasks: Sequence[Task], work: Work, count: int
) -> Iterator[tuple[Task, Outcome]]:
    """Each task with its outcome as they come, from `count` processes. Closing the iterator ends the processes."""
    waiting = deque((task, 1) for task in tasks)
    workers: list[_Worker] = []
    try:
        while waiting or workers:
            while waiting and len(workers) < count:
                workers.append(_Worker(source, work))
                workers[-1].give(*waiting.popleft())
            ready = wait([worker.pipe for worker in workers])
            for worker in [worker for worker in workers if worker.pipe in ready]:
                (task, attempt), outcome = worker.take()
                is_again = outcome.is_failure and attempt < ATTEMPTS
                if is_again:
                    waiting.append((task, attempt + 1))
                if worker.is_alive and waiting:
                    worker.give(*waiting.popleft())
                else:
                    workers.remove(worker)
                    worker.end()
                if not is_again:
                    yield task, outcome
    finally:
        for worker in workers:
            worker.end(is_now=True)


class _Worker:
    """A process and the task it is at."""

    def __init__(self, source: "Source", work: Work) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: SpawnProcess = context.Process(target=_serve, args=(theirs, source, work), daemon=True)
        self.task: tuple[Task, int] | None = None
        self.is_alive = True
        with _no_interrupt():
            self.process.start()
        theirs.close()  # so that the pipe ends with the process

    def give(self, task: Task, attempt: int) -> None:
        """Hand over a task; a process that is dead already shows when its outcome is taken."""
        self.task = task, attempt
        with contextlib.suppress(OSError):
            self.pipe.send(task)

    def take(self) -> tuple[tuple[Task, int], Outcome]:
        """The task and what became of it: the process's answer, or that it died."""
        assert self.task is not None  # noqa: S101 - a worker without a task is not waited for
        try:
            outcome: Outcome = self.pipe.recv()
        except (EOFError, OSError):
            self.is_alive = False
            self.process.join()
            outcome = Outcome(CRASHED, f"the process ended with code {self.process.exitcode}")
        return self.task, outcome

    def end(self, *, is_now: bool = False) -> None:
        """Let the process go; `is_now`: whatever it is doing."""
        if is_now:
            self.process.kill()
        self.pipe.close()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


def _serve(pipe: Connection, source: "Source", work: Work) -> None:
    """Answer tasks until the other side is gone. Ctrl-C is for the parent to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):
        while True:
            task = pipe.recv()
            pipe.send(work(source, task))


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Have Ctrl-C ignored by a process that is started meanwhile, until it can see to that itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: Any = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
