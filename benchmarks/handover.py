"""A dispatch of T hours built and handed to HiGHS, by us and by others; nothing is solved in what is timed.

All ways pose the same problem; `cost` solves what was handed over, and `run` refuses to compare ways that
disagree on a short horizon.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from benchmarks.measuring import (
    Ratio,
    Record,
    Report,
    Target,
    added_bytes,
    has_peers,
    in_process,
    median_seconds,
    middle,
    ratio,
    timed,
)
from benchmarks.plain import plain_model
from benchmarks.synthetic import network, series
from dualcontrol.model.power.hour import LINKS, SCOPES, build_hour, profile_names
from dualcontrol.model.power.network import Network, Series
from dualcontrol.solvers.compile import Arrays
from dualcontrol.solvers.highs import LiveHighs
from dualcontrol.solvers.stamp import compile_hour, stamp

Floats = npt.NDArray[np.float64]
PARTS = ("cost", "lower", "upper", "row_lower", "row_upper", "start", "index", "value")
WARM, SHORT = 24, 168
PAIRS = 9
SAME = 1e-6  # relative difference of objectives that are the same


@dataclass(frozen=True)
class Handed:
    """A loaded HiGHS; its objective times `factor` plus `constant` is the cost."""

    highs: Any
    factor: float = 1.0
    constant: float = 0.0

    def cost(self) -> float:
        """Solve, and the least cost. RuntimeError without an optimum."""
        self.highs.setOptionValue("output_flag", False)
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError("no optimum")
        return self.factor * self.highs.getInfo().objective_function_value + self.constant


@dataclass(frozen=True)
class Way:
    """A way of posing the problem: `prepare` makes its input, which is not measured; `hand_over` is."""

    prepare: Callable[[Network, Series], Any]
    hand_over: Callable[[Any], Handed]


def stamped(given: tuple[Network, Series]) -> Arrays:
    """One Pyomo hour built, compiled and stamped over all hours."""
    net, years = given
    hour = compile_hour(build_hour(net), scopes=SCOPES, links=LINKS)
    profiles = {name: years.profiles[name] for name in profile_names(net)}
    return stamp(hour, years.hours, {"profile": profiles}, previous=years.previous())[0]


def ours(given: tuple[Network, Series]) -> Handed:
    """Stamped, scaled and handed over as every solve of ours does it."""
    live = LiveHighs(stamped(given))
    return Handed(live._highs, -1.0 / live.scaling.objective)  # noqa: SLF001 (nothing is solved by `solve` here)


def finished(net: Network, years: Series) -> dict[str, Any]:
    """The stamped arrays alone, unscaled."""
    return {name: getattr(stamped((net, years)), name) for name in PARTS}


def pass_model(arrays: dict[str, Any]) -> Handed:
    """`passModel` alone, on finished arrays: what nobody can do without."""
    a, highs = arrays, highspy.Highs()
    highs.silent()
    width = len(a["cost"])
    status = highs.passModel(
        width, len(a["row_lower"]), len(a["value"]), int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMaximize), 0.0, a["cost"], a["lower"], a["upper"], a["row_lower"], a["row_upper"],
        a["start"], a["index"], a["value"], np.zeros(width, dtype=np.int32),
    )  # fmt: skip
    _check(status)
    return Handed(highs, -1.0)


def standard_form(given: tuple[Network, Series]) -> Handed:
    """A plain Pyomo model of all hours, Pyomo's own standard form, and its arrays handed over."""
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

    form = LinearStandardFormCompiler().write(plain_model(*given), mixed_form=True, set_sense=None)
    bounds = [v.bounds for v in form.columns]
    lower = np.array([-np.inf if low is None else low for low, _ in bounds])
    upper = np.array([np.inf if high is None else high for _, high in bounds])
    kind = np.array([row.bound_type for row in form.rows])  # mixed form: -1 is >=, 0 is ==, 1 is <=
    matrix, cost = form.A.tocsr(), np.asarray(form.c.todense()).ravel()
    highs = highspy.Highs()
    highs.silent()
    status = highs.passModel(
        len(lower), len(kind), len(matrix.data), int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize), float(form.c_offset[0]), cost, lower, upper,
        np.where(kind <= 0, form.rhs, -np.inf), np.where(kind >= 0, form.rhs, np.inf),
        matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data,
        np.zeros(len(lower), dtype=np.int32),
    )  # fmt: skip
    _check(status)
    return Handed(highs)


def _check(status: Any) -> None:
    if status == highspy.HighsStatus.kError:
        raise RuntimeError("passModel failed")


def _both(net: Network, years: Series) -> tuple[Network, Series]:
    return net, years


def ways() -> dict[str, Way]:
    """All ways at hand: ours and plain Pyomo, and the peers where they are installed."""
    found = {
        "passModel": Way(finished, pass_model),
        "dualcontrol": Way(_both, ours),
        "pyomo": Way(_both, standard_form),
    }
    if has_peers():
        from benchmarks import peers

        found["linopy"] = Way(_both, peers.linopy_dispatch)
        found["pypsa"] = Way(peers.pypsa_network, peers.pypsa_dispatch)
    return found


def costs(names: list[str], hours: int) -> dict[str, float]:
    """The least cost of a short horizon, by way."""
    net, years = network(), series(hours)
    return {name: (way := ways()[name]).hand_over(way.prepare(net, years)).cost() for name in names}


def work(way: str, *, hours: int, repeats: int = 1, arrays: str = "") -> Record:
    """One way for the record: memory of its first pass, median seconds of `repeats`; or all costs, or the arrays' file.

    `passModel` reads the arrays from a file: in its memory they count, in its time they do not. `pair`: both it and
    ours in turn in this process, and the ratio of each turn.
    """
    if way == "costs":
        return costs(list(ways()), hours)
    net, years = network(), series(hours)
    if way == "write":
        np.savez(arrays, **finished(net, years))
        return {}
    if way == "pair":
        return _pair(_read(arrays), (net, years), repeats)
    chosen = ways()[way]
    chosen.hand_over(chosen.prepare(net, series(WARM)))
    if way == "passModel":
        added, (given, handed) = added_bytes(lambda: ((read := _read(arrays)), pass_model(read)))
        handed = None
        seconds, handed = median_seconds(lambda: chosen.hand_over(given), repeats)
    else:
        given = chosen.prepare(net, years)
        added, (seconds, handed) = added_bytes(lambda: timed(lambda: chosen.hand_over(given)))
        if repeats > 1:
            handed = None  # one loaded program at a time
            seconds, handed = median_seconds(lambda: chosen.hand_over(given), repeats)
    return {
        "seconds": seconds,
        "added_mb": None if added is None else added / 2**20,
        "rows": handed.highs.getNumRow(),
        "columns": handed.highs.getNumCol(),
        "entries": handed.highs.getNumNz(),
    }


def _pair(arrays: dict[str, Any], given: tuple[Network, Series], repeats: int) -> Record:
    ours(given)
    turns = [(timed(lambda: pass_model(arrays))[0], timed(lambda: ours(given))[0]) for _ in range(repeats)]
    return {"turns": turns}


def _read(path: str) -> dict[str, Any]:
    with np.load(path) as stored:
        return {name: stored[name] for name in PARTS}


LIMITS = {"linopy": 8.0, "pypsa": 15.0, "pyomo": 70.0}
SHOWN = {
    "passModel": "`passModel` alone, arrays finished",
    "dualcontrol": "dualcontrol: one Pyomo hour, stamped, scaled, handed over",
    "linopy": "linopy",
    "pypsa": "PyPSA",
    "pyomo": "Pyomo, standard form",
}


def run(rounds: int = 3, hours: int = 8760) -> Report:
    """The comparison. RuntimeError when the ways do not pose the same problem."""
    names = [name for name in SHOWN if name in ways()]
    costs_found = in_process("handover", "costs", hours=SHORT)
    if max(costs_found.values()) - min(costs_found.values()) > SAME * abs(costs_found["dualcontrol"]):
        raise RuntimeError(f"the ways pose different problems: {costs_found}")
    found: list[dict[str, Record]] = []
    turns: list[list[float]] = []
    with tempfile.TemporaryDirectory() as folder:
        arrays = str(Path(folder) / "arrays.npz")
        in_process("handover", "write", hours=hours, arrays=arrays)
        for _ in range(rounds):
            turns += in_process("handover", "pair", hours=hours, repeats=PAIRS, arrays=arrays)["turns"]
            found.append(
                {
                    name: in_process(
                        "handover", name, hours=hours, arrays=arrays, repeats=1 if name in LIMITS else PAIRS
                    )
                    for name in names
                }
            )
    paired = Ratio(tuple(ours_ / alone for alone, ours_ in turns))
    lines = tuple(
        (
            SHOWN[name],
            f"{middle(found, name):.3f}",
            ratio(found, name, "dualcontrol").text(),
            "–" if found[0][name]["added_mb"] is None else f"{middle(found, name, 'added_mb'):.0f}",
            f"{found[0][name]['rows']:,} × {found[0][name]['columns']:,}, {found[0][name]['entries']:,}",
        )
        for name in names
    )
    targets = [
        Target(f"ours against `passModel` alone, in turn in one process: {paired.text()}", paired.middle, 2.5)
    ]
    targets += [
        Target(
            f"{name}'s time against ours",
            ratio(found, name, "dualcontrol").middle,
            LIMITS[name],
            is_upper=False,
        )
        for name in LIMITS
        if name in names
    ]
    if found[0]["dualcontrol"]["added_mb"] is not None:
        memory = middle(found, "dualcontrol", "added_mb") / middle(found, "passModel", "added_mb")
        targets.append(Target("added memory against arrays", memory, 1.3))
    least, most = min(costs_found.values()), max(costs_found.values())
    return Report(
        "handover",
        f"Building and handing over {hours:,} hours",
        ("way", "seconds", "/ ours", "added MB", "rows × columns, entries"),
        lines,
        tuple(targets),
        (f"Least cost of {SHORT} hours by every way: {least:.6f} to {most:.6f}.",),
        {"rounds": found, "turns": turns, "costs": costs_found},
    )
