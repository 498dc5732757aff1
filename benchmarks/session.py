"""A live session on Dalad: variants of the targets, hot, against the solver alone, cold, a Pyomo rebuild and no cuts.

The variants move the increment (100,000 to 300,000 tce) and the intensity reduction (2.5 to 3.5 %) by turns. Each is
solved by the session and then, on the very same arrays, in a new instance; objectives must agree. What is left out
everywhere: reading the folder, and the first solve. `hot` counts from the call of `set` to the answer.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import highspy

import dualcontrol
from benchmarks.measuring import STATUS, Ratio, Record, Report, Target, in_process, timed
from dualcontrol.model.allocation import Case
from dualcontrol.session import Session, Value
from dualcontrol.solvers.highs import LiveHighs
from dualcontrol.solving import Solvers, ready, solve_days

SCENARIO = Path(__file__).parent.parent / "scenarios" / "dalad-2022"
QUICK = {"agenda.most_alternatives": 0, "agenda.simple_rules": False}  # only the plan, not its reports
SAME = 1e-9


def session_of(mode: str, *, relaxed: bool) -> Session:
    """A session on Dalad without a network (`none`), on typical days or over the year, as it is or relaxed."""
    overrides = QUICK | {"time.mode": mode, "solve.relax_integers": relaxed}
    return dualcontrol.open(dualcontrol.load(SCENARIO, overrides))


def variants(count: int, seed: int = 0) -> Iterator[Mapping[str, float]]:
    """Targets, one of two moved at each step."""
    r = Random(seed)  # noqa: S311 - nobody hides anything
    for k in range(count):
        if k % 2:
            yield {"energy_increment": float(r.randint(100_000, 300_000))}
        else:
            yield {"intensity_reduction": round(r.uniform(0.025, 0.035), 5)}


@contextmanager
def inside() -> Iterator[list[float]]:
    """Seconds of every run of HiGHS while this is open, the lesser of wall clock and CPU time."""
    runs: list[float] = []
    run = highspy.Highs.run

    def counted(self: Any) -> Any:
        began, cpu = time.perf_counter(), time.process_time()
        status = run(self)
        runs.append(min(time.perf_counter() - began, time.process_time() - cpu))
        return status

    highspy.Highs.run = counted
    try:
        yield runs
    finally:
        highspy.Highs.run = run


def hot(session: Session, changes: Mapping[str, float]) -> Value:
    """A variant as a planner asks for it."""
    session.set(changes)
    return session.value()


def work(way: str, *, mode: str = "none", relaxed: bool = False, count: int = 20) -> Record:
    """`variants`: seconds hot, inside HiGHS, cold, rebuilt; `year`, `preview`, `memory`: see `run`."""
    if way == "memory":
        return memory(session_of(mode, relaxed=True), count)
    session = session_of(mode, relaxed=relaxed)
    if way == "preview":
        return previews(session, count)
    session.value()
    hot(session, {"energy_increment": 150_000.0})
    return {"steps": [year_step(session, v) if way == "year" else step(session, v) for v in variants(count)]}


def step(session: Session, changes: Mapping[str, float]) -> Record:
    """One variant every way. RuntimeError where they disagree."""
    with inside() as runs:
        seconds, found = timed(lambda: hot(session, changes))
        alone = sum(runs)
    if session.anew is not None:
        raise RuntimeError(f"the model was built anew: {session.anew}")
    case = Case(session.rulings)
    kept = Solvers(kept=session.kept_hours)
    made = ready(case, kept)
    cold_seconds, cold = timed(lambda: LiveHighs(made.program, made.options).solve())
    rebuilt, _ = timed(lambda: LiveHighs(ready(case, kept).program, made.options).solve())
    gap = SAME + 2 * made.options.gap
    is_same = cold.status is found.status and (
        found.value_wan_yuan is None
        or abs(cold.objective - found.value_wan_yuan) <= gap * abs(cold.objective)
    )
    if not is_same:
        raise RuntimeError(f"hot {found}, cold {cold.status} {cold.objective}")
    return {"hot": seconds, "inside": alone, "cold": cold_seconds, "rebuilt": rebuilt, "runs": len(runs)}


def year_step(session: Session, changes: Mapping[str, float]) -> Record:
    """One variant of a full year with the kept cuts, and from nothing (its hours stamped already)."""
    seconds, found = timed(lambda: hot(session, changes))
    made = ready(Case(session.rulings), Solvers(kept=session.kept_hours))
    cold, of_days = timed(lambda: solve_days(made))
    year = of_days.year
    if found.value_wan_yuan is None or found.bound_wan_yuan is None:
        raise RuntimeError(f"no year: {found}")
    if found.value_wan_yuan > year.bound or year.objective > found.bound_wan_yuan:
        raise RuntimeError(f"the bounds refute each other: {found}, {year.objective} to {year.bound}")
    gap = (found.bound_wan_yuan - found.value_wan_yuan) / abs(found.value_wan_yuan)
    return {"hot": seconds, "cold": cold, "gap": gap, "cold_gap": year.gap, "evaluations": year.evaluations}


def previews(session: Session, count: int) -> Record:
    """Seconds of `set` and `preview` of each variant after a plan, and of the quotas when they are asked for."""
    session.solve()
    seconds, quotas, anew = [], [], 0
    for changes in variants(count):

        def told(changes: Mapping[str, float] = changes) -> Any:
            session.set(changes)
            return session.preview()

        took, found = timed(told)
        seconds.append(took)
        anew += session.anew is not None
        quotas.append(timed(lambda found=found: found.quotas)[0])  # type: ignore[misc]
    return {"seconds": seconds, "quotas": quotas, "anew": anew}


def memory(session: Session, count: int) -> Record:
    """Resident bytes after a tenth of `count` variants and after all."""
    session.value()
    at, status = {}, {}
    for k, changes in enumerate(variants(count), start=1):
        found = hot(session, changes)
        status[found.status.value] = status.get(found.status.value, 0) + 1
        if k in (count // 10, count):
            at[k] = _resident()
    return {"at": list(at.values()), "status": status}


def _resident() -> int:
    for line in STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise KeyError("VmRSS")


CASES = (
    # what is solved, mode, relaxed, variants
    ("LP, no network", "none", True, 100),
    ("LP, typical days", "typical", True, 20),
    ("MIP, no network", "none", False, 10),
)


def run(rounds: int = 1) -> Report:
    """All cases `rounds` times; ratios are within a variant, and their median counts."""
    lines, targets, figures = [], [], {}
    for name, mode, relaxed, count in CASES:
        steps = [
            one
            for _ in range(rounds)
            for one in in_process("session", "variants", mode=mode, relaxed=relaxed, count=count)["steps"]
        ]
        figures[name] = steps
        ratios = {way: Ratio(tuple(s[way] / s["hot"] for s in steps)) for way in ("cold", "rebuilt")}
        alone = Ratio(tuple(s["hot"] / s["inside"] for s in steps))
        lines.append(
            (
                name,
                f"{1000 * median(s['hot'] for s in steps):.3g} ms",
                alone.text(),
                ratios["cold"].text(),
                ratios["rebuilt"].text(),
            )
        )
        targets.append(Target(f"{name}: hot against HiGHS alone", alone.middle, 1.15 if relaxed else 1.05))
        if relaxed:
            targets.append(Target(f"{name}: cold against hot", ratios["cold"].middle, 5.0, is_upper=False))
            text = f"{name}: rebuilt with Pyomo against hot"
            targets.append(Target(text, ratios["rebuilt"].middle, 10.0, is_upper=False))
    years = in_process("session", "year", mode="year", count=10)["steps"]
    kept = Ratio(tuple(one["cold"] / one["hot"] for one in years))
    figures["year"] = years
    lines.append(("full year", f"{1000 * median(s['hot'] for s in years):.3g} ms", "–", kept.text(), "–"))
    whole = sum(one["cold"] for one in years) / sum(one["hot"] for one in years)
    targets.append(Target("full year: from nothing against kept cuts", kept.middle, 10.0, is_upper=False))
    targets.append(Target("full year: the same, sums of all variants", whole, 10.0, is_upper=False))
    targets.append(Target("full year: largest gap with kept cuts", max(one["gap"] for one in years), 1e-3))
    told = in_process("session", "preview", mode="typical", count=20)
    figures["preview"] = told
    seconds = told["seconds"]
    lines.append(
        (
            "preview, typical days",
            f"{1000 * median(seconds):.3g} ms ({min(seconds):.2g}–{max(seconds):.2g} s)",
        )
        + ("–",) * 3
    )
    lines.append(
        ("its quotas in whole tonnes, when asked for", f"{1000 * median(told['quotas']):.3g} ms", *("–",) * 3)
    )
    targets.append(Target("preview, seconds at the median of 20", median(seconds), 1.0))
    resident = in_process("session", "memory", mode="none", count=10_000)
    figures["memory"] = resident
    grown = (resident["at"][1] - resident["at"][0]) / 2**20
    targets.append(Target("MB more after 10,000 LP variants than after 1,000", grown, 10.0))
    return Report(
        "session",
        "Variants of the targets in a live session",
        ("variant", "hot, set to answer", "times HiGHS alone", "cold by hot", "rebuilt by hot"),
        tuple(lines),
        tuple(targets),
        (f"Of 20 previews {told['anew']} built the model anew (the first).",),
        figures,
    )
