"""What stands for the solving of a variant in the tests of batches, and a batch to be killed. Not a test itself.

`python -m tests.planner.batch_works FOLDER LOG COUNT SECONDS [SCHEDULER]`: a batch of COUNT variants in two processes,
each variant SECONDS long; every solve adds a line to LOG. On a cluster the second variant kills its worker and the
third fails.
"""

import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dualcontrol.batch import run_batch
from dualcontrol.batch_cluster import Tls, on_cluster
from dualcontrol.batch_solve import FIGURES, PRICED, Outcome, Task
from dualcontrol.batch_sweep import Sweep, Variant
from dualcontrol.model.scenario import Source, read

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "targets.increment_tce_eq"


def sweep_of(count: int) -> Sweep:
    """A sweep whose variants were not tried: what stands for solving asks nothing of the inputs."""
    variants = tuple(Variant(n, f"v{n}", {KEY: float(n)}) for n in range(1, count + 1))
    source = read(ROOT / "scenarios" / "two-firms")
    return Sweep(source, variants, {variant.number: f"inputs {variant.number}" for variant in variants})


@dataclass(frozen=True)
class Work:
    """Says what it is asked in a log, then answers or fails as told.

    dies, fails: of which variant (its increment); on the first attempt only if `once`.
    """

    log: Path
    seconds: float = 0.0
    dies: float | None = None
    fails: float | None = None
    once: bool = False

    def __call__(self, source: Source, task: Task) -> Outcome:
        number = task.overrides[KEY]
        before = asked(self.log).count(number)
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"{number}\n")
        time.sleep(self.seconds)
        if not (self.once and before):
            if number == self.dies:
                os.kill(os.getpid(), signal.SIGKILL)
            if number == self.fails:
                return Outcome("error", "as told")
        return answer(task.overrides)


def answer(overrides: Mapping[str, Any]) -> Outcome:
    """An outcome that shows which variant it is of."""
    number = float(overrides[KEY])
    figures: dict[str, Any] = dict.fromkeys((*FIGURES, *PRICED)) | {"binding": "total"}
    quotas = (("unit:A", "A", int(number), number, ""), ("project:P", "P", 1, 0.5, "admitted"))
    return Outcome("optimal", "", figures | {"objective_wan_yuan": number}, quotas, 0.5, audit_passed=True)


def asked(log: Path) -> list[float]:
    """Which variants were worked on, in order."""
    return [float(line) for line in log.read_text(encoding="utf-8").split()] if log.exists() else []


if __name__ == "__main__":
    folder, log, count, seconds, *scheduler = sys.argv[1:]
    work = Work(Path(log), float(seconds), *((2.0, 3.0) if scheduler else ()))
    runner = on_cluster(scheduler[0], Tls(), 2, work) if scheduler else None
    run_batch(sweep_of(int(count)), Path(folder), processes=2, runner=runner, work=work)
