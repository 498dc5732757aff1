"""Dalad 2022-2025 decided together: the joint program without the network, and over all hours of the four years.

Counted is solving the joint program (with the days of all years where there are any), not reading, compiling, the plans
of the years in whole tonnes or their checks. Told with it: the gap reached and how often all days were asked.
"""

import time
from pathlib import Path

from benchmarks.measuring import Record, Report, Target, in_process

GAP = 1e-3
MOST_SECONDS = 180.0
FILE = Path(__file__).resolve().parent.parent / "scenarios" / "years-dalad.toml"


def work(way: str, *, years: int = 4) -> Record:
    """CPU seconds, gap and sizes of the joint solve. way: a time mode, "none" or "year"."""
    from dualcontrol.horizon_file import read_horizon
    from dualcontrol.horizon_joint import joint_program, solve_joint
    from dualcontrol.model.horizon import Standing
    from dualcontrol.solvers.highs import Options

    file = read_horizon(FILE, {"time.mode": way})
    wanted = [one.year for one in file.horizon.years][:years]
    made = joint_program(file.base, file.horizon, Standing(), wanted)
    began = time.process_time()
    found = solve_joint(made, GAP, Options(GAP, MOST_SECONDS))
    seconds = time.process_time() - began
    gap = (found.bound - found.objective) / abs(found.objective)
    columns, rows = len(made.program.program.columns), len(made.program.program.rows)
    return {
        "way": way,
        "seconds": seconds,
        "gap": gap,
        "columns": columns,
        "rows": rows,
        "value": found.objective,
    }


def run(rounds: int = 1) -> Report:
    """Both ways, each in a process of its own; of several rounds the least."""
    lines, targets, figures = [], [], {}
    for way, name in (("none", "no network"), ("year", "8,760 hours a year")):
        passes = [in_process("horizon", way) for _ in range(rounds)]
        best = min(passes, key=lambda one: one["seconds"])
        figures[way] = passes
        size = f"{best['rows']:,} x {best['columns']:,}"
        lines.append((name, size, f"{best['seconds']:.1f} s", f"{best['gap']:.3%}"))
        targets.append(Target(f"{name}: seconds", best["seconds"], MOST_SECONDS))
        targets.append(Target(f"{name}: gap", best["gap"], GAP))
    return Report(
        "horizon",
        "Four years of Dalad decided together",
        ("years", "yearly program", "CPU time", "gap"),
        tuple(lines),
        tuple(targets),
        figures=figures,
    )
