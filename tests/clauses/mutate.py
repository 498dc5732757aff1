"""`python -m tests.clauses.mutate [CLAUSE …]`: switch each clause off and run its tests; one at least must miss it.

Clauses that are not modelled are listed with the reason. Exit code 1 when a clause is missed by no test.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from dualcontrol.model.clauses import REGISTER


def missed_by(clause: str) -> tuple[int, list[str]]:
    """pytest's exit code without the clause, and the names of the tests that fail."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/clauses", "--without", clause, "-q", "-p", "no:cacheprovider",
         "-p", "no:xdist", "--no-header", "--tb=no", "-rf"],
        capture_output=True, encoding="utf-8", check=False,
        env={**os.environ, "COLUMNS": "1000"},  # else the reason of a failure is cut off
    )  # fmt: skip
    lines = done.stdout.splitlines()
    # a plan that crashes or fails its check without the clause is no test that noticed
    failed = [
        line.split(" ")[1].rpartition("::")[2]
        for line in lines
        if line.startswith("FAILED ")
        and " - AssertionError" in line.replace(" - assert ", " - AssertionError ")
    ]
    return done.returncode, failed


def main(wanted: list[str]) -> int:
    """Print a line per clause; 1 if one is missed by no test of its own."""
    clauses = [clause for clause in REGISTER if not wanted or clause.id in wanted]
    live = [clause for clause in clauses if clause.effect != "outside"]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        found = dict(zip((c.id for c in live), pool.map(lambda c: missed_by(c.id), live), strict=True))
    unseen = []
    for clause in clauses:
        if clause.id not in found:
            sys.stdout.write(f"{clause.id:8} not modelled: {clause.note_en}\n")
            continue
        code, failed = found[clause.id]
        if code == 1 and failed:
            sys.stdout.write(f"{clause.id:8} noticed by {', '.join(failed)}\n")
        else:
            sys.stdout.write(f"{clause.id:8} NOTICED BY NO TEST\n")
            unseen.append(clause.id)
    sys.stdout.write(
        f"{len(live) - len(unseen)} of {len(live)} clauses are noticed when they are switched off\n"
    )
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
