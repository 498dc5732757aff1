"""A batch of Dalad's targets with one process and with two: whole commands by the wall clock, reading included.

It tells something only where nothing else runs: two processes on a busy machine share what one would have had.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import Report, Target

SCENARIO = Path(__file__).parent.parent / "scenarios" / "dalad-2022"
REDUCTIONS = (0.03, 0.035, 0.04)
INCREMENTS_TCE_EQ = (100_000, 150_000, 200_000, 250_000)
HEADROOM = (0.0, 0.01)
LEAST = 1.7


def sweep(folder: Path) -> Path:
    """A sweep of 24 variants of Dalad without its network, written into `folder`."""
    path = folder / "sweep.toml"
    lines = (
        f'scenario = "{SCENARIO.as_posix()}"',
        '[common]\n"time.mode" = "none"',
        "[grid]",
        f'"targets.intensity_reduction" = {list(REDUCTIONS)}',
        f'"targets.increment_tce_eq" = {list(INCREMENTS_TCE_EQ)}',
        f'"policy.headroom_share" = {list(HEADROOM)}',
    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def seconds(path: Path, processes: int) -> float:
    """Wall-clock seconds of the whole command; every variant must have a plan."""
    out = path.parent / f"{processes}"
    command = [sys.executable, "-m", "dualcontrol", "batch", str(path), "--out", str(out)]
    began = time.perf_counter()
    subprocess.run([*command, "--processes", str(processes)], check=True, capture_output=True)
    return time.perf_counter() - began


def run(rounds: int = 1) -> Report:
    """One process, then two, in turn; the median of the rounds' ratios counts."""
    pairs = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            path = sweep(Path(folder))
            pairs.append((seconds(path, 1), seconds(path, 2)))
    ratio, one, two = sorted((one / two, one, two) for one, two in pairs)[len(pairs) // 2]
    variants = len(REDUCTIONS) * len(INCREMENTS_TCE_EQ) * len(HEADROOM)
    return Report(
        name="workers",
        title=f"A batch of {variants} variants of Dalad without its network",
        headings=("processes", "seconds", "times"),
        lines=(("1", f"{one:.1f}", ""), ("2", f"{two:.1f}", f"{ratio:.2f}")),
        targets=(Target("two processes against one", ratio, LEAST, is_upper=False),),
        notes=(f"{os.cpu_count()} cores.",),
        figures={"pairs": pairs},
    )
