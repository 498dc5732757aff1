"""The cost of a longer horizon: our build and hand-over at several lengths; what is constant is one hour of Pyomo."""

import time
from typing import Any

from benchmarks.handover import ours
from benchmarks.measuring import Record, Report, Target, in_turns, least_seconds
from benchmarks.synthetic import network, series
from dualcontrol.model.power.hour import LINKS, SCOPES, build_hour
from dualcontrol.solvers.stamp import compile_hour

HOURS = (168, 1344, 8760)
LIMIT = 1.25  # cost of an hour more in the longer stretch against the shorter one


def work(way: str, *, repeats: int) -> Record:
    """`way` is a number of hours, or `one` for what does not depend on it: the Pyomo hour built and compiled."""
    net = network()
    given: Any = (net, series(24 if way == "one" else int(way)))
    ours(given)

    def one_hour() -> None:
        compile_hour(build_hour(net), scopes=SCOPES, links=LINKS)

    seconds, _ = least_seconds(one_hour if way == "one" else (lambda: ours(given)), repeats)
    return {"seconds": seconds}


def run(rounds: int = 2) -> Report:
    """Milliseconds by length, and what an hour more costs between two lengths."""
    began = time.perf_counter()
    best = in_turns("linear", ["one", *map(str, HOURS)], rounds, repeats=9)
    seconds = [best[str(hours)]["seconds"] for hours in HOURS]
    lines = [("one hour of Pyomo, built and compiled", f"{1000 * best['one']['seconds']:.1f}", "–")]
    slopes = []
    for k, hours in enumerate(HOURS):
        more = "–"
        if k:
            slopes.append((seconds[k] - seconds[k - 1]) / (hours - HOURS[k - 1]))
            more = f"{1e6 * slopes[-1]:.2f}"
        lines.append((f"{hours:,} hours", f"{1000 * seconds[k]:.1f}", more))
    return Report(
        "linear",
        "Cost linear in hours",
        ("horizon", "ms", "µs for each hour more than the line above"),
        tuple(lines),
        (Target("an hour of the second stretch against one of the first", slopes[1] / slopes[0], LIMIT),),
        (),
        {"best": best, "seconds_of_run": time.perf_counter() - began},
    )
