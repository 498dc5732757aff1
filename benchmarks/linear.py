"""The cost of a longer horizon: our build and hand-over at several lengths; what is constant is one hour of Pyomo."""

from statistics import median

from benchmarks.handover import ours
from benchmarks.measuring import Record, Report, Target, in_process, timed
from benchmarks.synthetic import network, series
from dualcontrol.model.power.hour import LINKS, SCOPES, build_hour
from dualcontrol.solvers.stamp import compile_hour

HOURS = (168, 1344, 8760)
LIMIT = 1.25  # cost of an hour more in the longer stretch against the shorter one


def work(way: str, *, repeats: int) -> Record:
    """All lengths in turn in this process, seconds by turn; `one` is the Pyomo hour built and compiled."""
    net = network()
    given = {hours: (net, series(hours)) for hours in HOURS}

    def one_hour() -> None:
        compile_hour(build_hour(net), scopes=SCOPES, links=LINKS)

    ours(given[HOURS[0]])
    turns = [
        {"one": timed(one_hour)[0]}
        | {str(hours): timed(lambda h=hours: ours(given[h]))[0] for hours in HOURS}
        for _ in range(repeats)
    ]
    return {"turns": turns}


def run(rounds: int = 3) -> Report:
    """Milliseconds by length, and what an hour more costs between two lengths."""
    turns = [turn for _ in range(rounds) for turn in in_process("linear", "all", repeats=15)["turns"]]
    seconds = {name: median(turn[name] for turn in turns) for name in turns[0]}
    lines = [("one hour of Pyomo, built and compiled", f"{1000 * seconds['one']:.1f}", "–")]
    slopes = []
    for k, hours in enumerate(HOURS):
        more = "–"
        if k:
            slopes.append((seconds[str(hours)] - seconds[str(HOURS[k - 1])]) / (hours - HOURS[k - 1]))
            more = f"{1e6 * slopes[-1]:.2f}"
        lines.append((f"{hours:,} hours", f"{1000 * seconds[str(hours)]:.1f}", more))
    return Report(
        "linear",
        "Cost linear in hours",
        ("horizon", "ms", "µs for each hour more than the line above"),
        tuple(lines),
        (Target("an hour of the second stretch against one of the first", slopes[1] / slopes[0], LIMIT),),
        (),
        {"turns": turns},
    )
