"""How long the stages of a solve take: told through the log, so that no result depends on a clock.

`with stage("value")` logs a record; `timed_stages` adds the records up by stage while it is open.
"""

import contextlib
import logging
import time
from collections.abc import Iterator

LOG = logging.getLogger("dualcontrol.stages")


@contextlib.contextmanager
def stage(name: str) -> Iterator[None]:
    """Log how many seconds a stage (message `stage.<name>`) took."""
    started = time.perf_counter()
    yield
    took = time.perf_counter() - started
    LOG.debug("%s %.3f s", name, took, extra={"stage": name, "seconds": took})


class _Sum(logging.Handler):
    def __init__(self, seconds: dict[str, float]) -> None:
        super().__init__(logging.DEBUG)
        self.seconds = seconds

    def emit(self, record: logging.LogRecord) -> None:
        told = record.__dict__
        self.seconds[told["stage"]] = self.seconds.get(told["stage"], 0.0) + told["seconds"]


@contextlib.contextmanager
def timed_stages() -> Iterator[dict[str, float]]:
    """Seconds by stage of what is solved while this is open, in the order they first came."""
    seconds: dict[str, float] = {}
    handler, level = _Sum(seconds), LOG.level
    LOG.addHandler(handler)
    LOG.setLevel(logging.DEBUG)
    try:
        yield seconds
    finally:
        LOG.removeHandler(handler)
        LOG.setLevel(level)
