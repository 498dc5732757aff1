"""Publish again and again in child processes that are killed; print what was found as JSON. Not a test itself.

`python -m tests.planner.killing FOLDER steps|random exchange|moves SECONDS`

steps: the child of round k kills itself at its k-th touch of the file system, for every k until one finishes.
random: the child publishes in a loop and is killed from outside after a random time.
"""

import hashlib
import json
import os
import random
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from dualcontrol import swap
from dualcontrol.provenance import plan_digest
from dualcontrol.publish import prepare
from tests.planner.conftest import Case, solved

ROOT = Path(__file__).resolve().parent.parent.parent
_TOUCHES = ("open", "os.", "shutil.")
# Told without a full path: what removes a folder's content, and the one step that exchanges two folders.
_ALWAYS = ("os.remove", "os.rmdir", "ctypes.dlsym")


def is_whole(folder: Path) -> bool:
    """Whether every file the summary names is there with its bytes, and no other."""
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "summary.json"
    }
    return bool(found == summary["hashes"]["files"])


def beside(folder: Path) -> list[str]:
    """What lies beside a result that is no result."""
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)


def variants() -> tuple[Case, Case]:
    """Two results that differ: a plan, and the same plan with another word in it."""
    old = solved(ROOT / "scenarios" / "two-firms")
    plan = replace(old.plan, quotas=old.plan.quotas.assign(reason="changed"))
    new = replace(old, plan=plan, verdict=replace(old.verdict, plan_digest=plan_digest(plan)))
    return old, new


def digest(folder: Path) -> str:
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return str(summary["hashes"]["plan"])


def die_at(step: int, parent: Path) -> None:
    """Have this process killed when it touches something below `parent` for the `step`-th time."""
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        paths = [os.fsdecode(part) for part in arguments if isinstance(part, str | bytes | os.PathLike)]
        is_here = event.startswith(_TOUCHES) and any(str(parent) in path for path in paths)
        if is_here or event in _ALWAYS:
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def fork(work: object) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()  # type: ignore[operator]
        finally:
            os._exit(0)
    return child


def main() -> None:
    """Run the rounds and print what was found."""
    folder, style, mode, seconds = Path(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])
    old, new = variants()
    publish = sys.modules["dualcontrol.publish"]
    if mode == "moves":
        swap._exchange = lambda *_: False  # type: ignore[assignment]
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Making the workbook takes most of the time and touches no file: each is made once.
    made = {id(one.plan): publish.workbook_bytes(one.plan, one.scenario, one.verdict) for one in (old, new)}
    publish.workbook_bytes = lambda plan, *_: made[id(plan)]
    started = time.perf_counter()
    old.publish(folder)
    longest = 2 * (time.perf_counter() - started)
    told = {"rounds": 0, "killed": 0, "left_something": 0, "missing_before": 0, "half_before": 0, "half_after": 0,
            "litter_after": 0, "old": 0, "new": 0, "done": False}  # fmt: skip
    chance, start = random.Random(2022), time.monotonic()  # noqa: S311 - reproducible, not secret
    while not told["done"] and time.monotonic() - start < seconds:
        told["rounds"] += 1
        prepare(folder)
        if digest(folder) != old.verdict.plan_digest:
            old.publish(folder)

        def steps(step: int = told["rounds"]) -> None:
            die_at(step, folder.parent)
            new.publish(folder)

        def endless() -> None:
            while True:
                new.publish(folder)
                old.publish(folder)

        child = fork(steps if style == "steps" else endless)
        if style == "random":
            time.sleep(chance.uniform(0.0, longest))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        is_killed = os.WIFSIGNALED(status)
        told["killed"] += is_killed
        told["done"] = not is_killed
        told["left_something"] += bool(beside(folder))
        told["missing_before"] += not folder.exists()
        told["half_before"] += folder.exists() and not is_whole(folder)
        prepare(folder)  # what the next command does first
        told["half_after"] += not is_whole(folder)
        told["litter_after"] += any(name != f".{folder.name}.lock" for name in beside(folder))
        told["new" if digest(folder) == new.verdict.plan_digest else "old"] += 1
    print(json.dumps(told))


if __name__ == "__main__":
    main()
