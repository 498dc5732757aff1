"""The coupled Dalad plan over all 8,760 hours by decomposition, and the same on a few days against one program.

The days are spread evenly over the year and weighted to a whole one; all couplings are on. Both ways get the same
relative gap, the same time limit and the same tolerances, and both are counted from the stamped hours on.
"""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import dualcontrol
from benchmarks.measuring import Ratio, Record, Report, Target, in_process, timed
from dualcontrol.coupling import Hours, couple, hours_of, years_weight
from dualcontrol.model.allocation import Case, build_model
from dualcontrol.model.power.network import Series
from dualcontrol.solvers.compile import Arrays, compile_model
from dualcontrol.solvers.days import Days
from dualcontrol.solvers.decompose import Decomposed, solve_year
from dualcontrol.solvers.highs import LiveHighs, Options, Solution
from dualcontrol.solving import solve_case
from dualcontrol.years import wiring_of

SCENARIO = Path(__file__).parent.parent / "scenarios" / "dalad-2022"
GAP, TIGHT, DAYS, MORE_DAYS, MOST, LIMIT_S = 1e-3, 1e-4, 14, (28, 56), 300, 900.0
TIMES = 10.0


def case_of(scenario: Path = SCENARIO) -> Case:
    """The case with the full year as its time mode."""
    loaded = dualcontrol.load(scenario, {"time.mode": "year", "time.gap": GAP, "time.most_evaluations": MOST})
    return Case(dualcontrol.judge(dualcontrol.account(loaded)))


def few_days(case: Case, days: int) -> tuple[Arrays, Hours, dict[str, Any]]:
    """The yearly program, the hours of `days` days spread over the year, and the terms of the yearly totals."""
    year = case.network.year()
    at = ((np.arange(days) * 365 // days)[:, None] * 24 + np.arange(24)).ravel()
    chosen = Series(
        len(at),
        {name: values[at] for name, values in year.profiles.items()},
        cycle=np.arange(len(at)) // 24,
        hour_of_year=at,
    )
    model = build_model(case)
    return compile_model(model), hours_of(case, years_weight(chosen)), model.total_terms


def decomposed(yearly: Arrays, hours: Hours, total_terms: dict[str, Any], gap: float) -> Decomposed:
    """The days by decomposition. Totals and the worth of a MW count as often as the days do."""
    weight = 1.0 if hours.series.weight is None else float(hours.series.weight[0])
    weighted = {name: {k: f * weight for k, f in terms.items()} for name, terms in total_terms.items()}
    days = Days(hours.arrays, hours.layout, weighted)
    wiring = wiring_of(yearly, days)
    box = wiring.price_box.copy()
    box[len(wiring.totals) :] *= np.where(yearly.is_integer[wiring.shared], 1.0, weight)
    return solve_year(
        yearly,
        days,
        replace(wiring, price_box=box),
        gap=gap,
        most_evaluations=MOST,
        options=Options(gap=gap / 4, time_limit_s=LIMIT_S),
    )


def one_program(
    yearly: Arrays, hours: Hours, total_terms: dict[str, Any], gap: float
) -> tuple[Solution, Arrays]:
    """The same days and the yearly program as one."""
    program, _ = couple(yearly, hours, total_terms)
    return LiveHighs(program, Options(gap=gap, time_limit_s=LIMIT_S)).solve(), program


def work(way: str, *, days: int = 0, gap: float = GAP) -> Record:
    """`year`: the full year as a plan solves it. `both`: the two ways on a few days."""
    if way == "year":
        case, began = case_of(), time.perf_counter()
        seconds, solved = timed(lambda: solve_case(case))
        year = solved.year
        return {
            "seconds": seconds,
            "wall_seconds": time.perf_counter() - began,
            "evaluations": year.evaluations,
            "gap": year.gap,
            "objective": year.objective,
            "bound": year.bound,
            "status": year.status.value,
        }
    given = few_days(case_of(), days)
    seconds, parts = timed(lambda: decomposed(*given, gap))
    seconds_of_one, (one, program) = timed(lambda: one_program(*given, gap))
    return {
        "seconds": seconds,
        "evaluations": parts.evaluations,
        "objective": parts.objective,
        "bound": parts.bound,
        "one_seconds": seconds_of_one,
        "one_status": one.status.value,
        "one_objective": one.objective,
        "one_bound": one.bound,
        "rows": len(program.rows),
        "columns": len(program.columns),
    }


def contains(record: Record) -> bool:
    """Whether the bounds of the decomposition contain the optimum, as far as the one program knows it.

    Its optimum lies between its objective and its bound; the intervals must meet, and neither claim may refute
    the other.
    """
    slack = 1e-6 * abs(record["bound"])
    return bool(
        record["bound"] >= record["one_objective"] - slack
        and record["objective"] <= record["one_bound"] + slack
    )


def run(rounds: int = 1) -> Report:
    """The full year once; the few days `rounds` times, the middle one told."""
    year = in_process("year", "year")
    lines = [
        (
            "365 days, by decomposition",
            f"{GAP:g}",
            f"{year['seconds']:.1f}",
            str(year["evaluations"]),
            f"{year['objective']:,.1f} … {year['bound']:,.1f}",
        )
    ]
    targets = [
        Target("evaluations of the full year", year["evaluations"], MOST),
        Target("gap of the full year", year["gap"], GAP),
    ]
    figures: dict[str, Any] = {"year": year}
    for days, gap in ((DAYS, GAP), (DAYS, TIGHT), *((days, GAP) for days in MORE_DAYS)):
        passes = [in_process("year", "both", days=days, gap=gap) for _ in range(rounds)]
        times = Ratio(tuple(one["one_seconds"] / one["seconds"] for one in passes))
        found = sorted(passes, key=lambda one: one["one_seconds"] / one["seconds"])[len(passes) // 2]
        figures[f"{days} days, {gap:g}"] = found
        if not contains(found):
            raise RuntimeError(f"the bounds do not contain the optimum: {found}")
        lines += [
            (
                f"{days} days, by decomposition",
                f"{gap:g}",
                f"{found['seconds']:.1f}",
                str(found["evaluations"]),
                f"{found['objective']:,.1f} … {found['bound']:,.1f}",
            ),
            (
                f"{days} days, one program of {found['rows']:,} × {found['columns']:,}",
                f"{gap:g}",
                f"{found['one_seconds']:.1f}",
                "–",
                f"{found['one_objective']:,.1f} … {found['one_bound']:,.1f}",
            ),
        ]
        text = f"{days} days, gap {gap:g}: one program against decomposition, {times.text()}"
        targets.append(Target(text, times.middle, TIMES, is_upper=False))
    return Report(
        "year",
        "The coupled plan over the year",
        ("way", "gap", "seconds", "evaluations", "万元, from … to"),
        tuple(lines),
        tuple(targets),
        ("The bounds of the decomposition contain the one program's optimum in every line.",),
        figures,
    )
