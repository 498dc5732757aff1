"""One way of one measurement in a process of its own: `python -m benchmarks.worker MODULE WAY ARGUMENTS`."""

import json
import logging
import sys
from importlib import import_module


def main() -> None:
    """Print what `benchmarks.MODULE.work(WAY, **ARGUMENTS)` returns, as JSON."""
    logging.disable(logging.WARNING)  # peers tell their progress
    module, way, arguments = sys.argv[1:]
    found = import_module(f"benchmarks.{module}").work(way, **json.loads(arguments))
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
