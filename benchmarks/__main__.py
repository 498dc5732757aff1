"""`python -m benchmarks [NAME …] [--out FOLDER] [--rounds N]`: measure, print the tables, write FOLDER/NAME.json."""

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.measuring import has_peers, machine, versions

NAMES = ("handover", "linear", "dcopf", "year", "session", "workers", "readings", "horizon")


def main() -> int:
    """Run the measurements named, all by default. A target that is not met is told, and no error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; default: all")
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks"), help="folder of the JSON files")
    parser.add_argument("--rounds", type=int, default=None, help="passes through all ways; the least counts")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in NAMES]:
        parser.error(f"no measurement called {', '.join(unknown)}; there are {', '.join(NAMES)}")
    sys.stdout.write(f"{machine()}; {', '.join(f'{k} {v}' for k, v in versions().items())}\n\n")
    if not has_peers():
        sys.stdout.write(
            "linopy and PyPSA are not installed here: their lines are left out (see `make bench`).\n\n"
        )
    given.out.mkdir(parents=True, exist_ok=True)
    for name in given.names or NAMES:
        options = {} if given.rounds is None else {"rounds": given.rounds}
        report = import_module(f"benchmarks.{name}").run(**options)
        sys.stdout.write(report.text() + "\n")
        sys.stdout.flush()
        text = json.dumps(report.record(), ensure_ascii=False, indent=1, default=float)
        (given.out / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
