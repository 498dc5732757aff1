"""A MATPOWER case as a network: DC power flow of one hour, with the costs of its generators.

Two conventions. `matpower`: reactance x times the tap ratio, phase shifts. `pglib`: susceptance x/(r²+x²),
taps and phase shifts ignored (as PGLib-OPF's published DC figures). Both: bus Gs drawn as load, rateA (0 =
unlimited), limits of the angle difference (0 to 0, and 360 degrees or more, = none), constant costs, DC lines
with their linear losses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from dualcontrol.model.power.case import Case, CaseError, Finding, names
from dualcontrol.model.power.costs import Curve, Segments, between
from dualcontrol.model.power.matpower_text import DESCRIPTIVE, MatpowerTables, read_tables
from dualcontrol.model.power.network import BASE_MVA, Branch, Generator, Link, Load, Network, Series
from dualcontrol.model.power.topology import faults, islands

Convention = Literal["pglib", "matpower"]
REFERENCE, ISOLATED = 3, 4
PIECEWISE, POLYNOMIAL = 1, 2
# columns with a meaning that DC power flow of one hour has no use for, by table
UNUSED = {
    "bus": ("QD", "BS"),
    "gen": ("QMAX", "QMIN", "PC1", "PC2", "RAMP_AGC", "RAMP_10", "RAMP_30", "APF"),
    "branch": ("BR_B", "RATE_B", "RATE_C"),
    "dcline": ("QMINF", "QMAXF", "QMINT", "QMAXT"),
}


@dataclass
class _Reading:
    """What has been read so far."""

    file: str
    tables: dict[str, pd.DataFrame]
    convention: Convention
    per_unit: float  # factor from the file's base to ours
    left_out: dict[str, list[str]] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    faults: list[Finding] = field(default_factory=list)
    curves: dict[str, Curve] = field(default_factory=dict)
    fixed_cost: float = 0.0
    isolated: set[float] = field(default_factory=set)

    def rows(self, table: str) -> list[tuple[int, dict[str, float]]]:
        """Numbered rows of a table, each by column name."""
        frame = self.tables[table]
        rows = frame.to_numpy().tolist()  # plain numbers: numpy's are slow in expressions
        return [(k, dict(zip(frame.columns, row, strict=True))) for k, row in enumerate(rows, start=1)]

    def leave_out(self, why: str, element: str) -> None:
        self.left_out.setdefault(why, []).append(element)


def read_matpower(path: Path, convention: Convention = "matpower") -> Case:
    """The network of a case file. Errors: CaseError with every fault found."""
    raw = read_tables(path)
    reading = _Reading(path.name, raw.tables, convention, BASE_MVA / raw.base_mva)
    buses, loads = _buses(reading)
    branches = _branches(reading)
    generators = _generators(reading)
    links, losses = _dclines(reading)
    if reading.faults:
        raise CaseError(reading.faults)
    network = Network(
        buses=tuple(buses),
        branches=tuple(branches),
        links=tuple(links),
        generators=tuple(generators),
        loads=(*loads, *losses),
        fixed_cost=reading.fixed_cost,
    )
    _references(reading, network)
    notes = (*reading.notes, *_left_out(reading), *_unused(reading, raw))
    return Case(path.stem, network, Series(1), reading.curves, notes=notes)


def _id(number: float) -> str:
    return f"{number:.15g}"


def _buses(reading: _Reading) -> tuple[list[str], list[Load]]:
    """Buses that take part, and what is drawn there: demand and shunt conductance (Gs, in MW at 1 p.u.)."""
    buses, loads = [], []
    for _, row in reading.rows("bus"):
        bus = _id(row["BUS_I"])
        if row["BUS_TYPE"] == ISOLATED:
            reading.isolated.add(row["BUS_I"])
            reading.leave_out("isolated", f"bus {bus}")
            continue
        buses.append(bus)
        for name, mw in ((f"load@{bus}", row["PD"]), (f"shunt@{bus}", row["GS"])):
            if mw != 0:
                loads.append(Load(name, bus, mw=mw))
    return buses, loads


def _takes_part(reading: _Reading, name: str, in_service: float, ends: Sequence[float]) -> bool:
    """Whether an element is in service and touches no isolated bus; if not, it is noted."""
    if in_service <= 0:
        reading.leave_out("out_of_service", name)
    elif reading.isolated.intersection(ends):
        reading.leave_out("isolated", name)
    else:
        return True
    return False


def _branches(reading: _Reading) -> list[Branch]:
    branches, ignored = [], []
    for k, row in reading.rows("branch"):
        ends = (row["F_BUS"], row["T_BUS"])
        name = f"branch{k}:{_id(ends[0])}-{_id(ends[1])}"
        if not _takes_part(reading, name, row["BR_STATUS"], ends):
            continue
        r, x, tap = row["BR_R"], row["BR_X"], row["TAP"] or 1.0
        if x == 0:
            reading.leave_out(
                "no_reactance" if reading.convention == "matpower" or r == 0 else "no_susceptance", name
            )
            if reading.convention == "pglib" and r != 0:
                continue  # x / (r² + x²) = 0: it carries nothing
        if reading.convention == "pglib":
            reactance, shift = ((r * r + x * x) / x if x else 0.0), 0.0
            if tap != 1 or row["SHIFT"]:
                ignored.append(name)
        else:
            reactance, shift = x * tap, float(np.radians(row["SHIFT"]))
        low, high = _angle_limits(row.get("ANGMIN", 0.0), row.get("ANGMAX", 0.0))
        if low > high:
            reading.faults.append(Finding("limits_crossed", f"{reading.file}: {name}", f"{low:g} > {high:g}"))
        branches.append(
            Branch(
                name,
                _id(ends[0]),
                _id(ends[1]),
                reactance * reading.per_unit,
                row["RATE_A"] if row["RATE_A"] > 0 else np.inf,
                shift_rad=shift,
                angle_min_rad=low,
                angle_max_rad=high,
            )
        )
    if ignored:
        reading.notes.append(Finding("taps_ignored", "branch", names(ignored)))
    return branches


def _angle_limits(low: float, high: float) -> tuple[float, float]:
    """Limits in rad; 0 to 0 and whole turns mean none."""
    if low == 0 and high == 0:
        return -np.inf, np.inf
    return (
        -np.inf if low <= -360 else float(np.radians(low)),
        np.inf if high >= 360 else float(np.radians(high)),
    )


def _generators(reading: _Reading) -> list[Generator]:
    rows, costs = reading.rows("gen"), reading.tables["gencost"].to_numpy()
    if len(costs) not in (len(rows), 2 * len(rows)):
        place = f"{reading.file}: gencost"
        reading.faults.append(Finding("cost_rows", place, f"{len(costs)}, gen {len(rows)}"))
        return []
    if len(costs) == 2 * len(rows) and rows:
        reading.notes.append(Finding("not_modelled", "gencost", "reactive power"))
    generators = []
    for k, row in rows:
        bus, low, high = _id(row["GEN_BUS"]), row["PMIN"], row["PMAX"]
        name = f"gen{k}@{bus}"
        if not _takes_part(reading, name, row["GEN_STATUS"], (row["GEN_BUS"],)):
            continue
        if low > high or not np.isfinite(low):
            reading.faults.append(Finding("limits_crossed", f"{reading.file}: {name}", f"{low:g} > {high:g}"))
            continue
        price, segments = _cost(reading, name, costs[k - 1], low, high)
        generators.append(Generator(name, bus, high, cost_per_mwh=price, segments=segments, min_mw=low))
    return generators


def _cost(reading: _Reading, name: str, row: np.ndarray, low: float, high: float) -> tuple[float, Segments]:
    """Cost per MWh and segments; constants go to the fixed cost, curves to the curves."""
    model, startup, shutdown, count = row[0], row[1], row[2], int(row[3])
    place = f"{reading.file}: gencost, {name}"
    if startup or shutdown:
        reading.leave_out("startup_costs", name)
    width = 2 * count if model == PIECEWISE else count
    if model not in (PIECEWISE, POLYNOMIAL) or count < 0 or 4 + width > len(row):
        reading.faults.append(Finding("cost_model", place, f"{model:g}, {count}"))
        return 0.0, ()
    if model == PIECEWISE:
        try:
            found = between(
                [(float(mw), float(cost)) for mw, cost in row[4 : 4 + width].reshape(-1, 2)], low, high
            )
        except ValueError:
            reading.faults.append(Finding("cost_points", place))
            return 0.0, ()
        if found is None:
            reading.faults.append(Finding("not_convex", place))
            return 0.0, ()
        reading.fixed_cost += found[0]
        return 0.0, found[1]
    coefficients = np.trim_zeros(row[4 : 4 + width][::-1], "b")
    if len(coefficients) <= 2:
        constant, price = (*coefficients, 0.0, 0.0)[:2]
        reading.fixed_cost += float(constant)
        return float(price), ()
    curve = Curve(tuple(float(c) for c in coefficients), low, high)
    if not np.isfinite(high):
        reading.faults.append(Finding("unlimited_curve", place))
    elif not curve.is_convex():
        reading.faults.append(Finding("not_convex", place))
    reading.curves[name] = curve
    return 0.0, ()


def _dclines(reading: _Reading) -> tuple[list[Link], list[Load]]:
    """DC lines: what arrives is what enters less loss0 less loss1 times it; loss0 is drawn at the far bus."""
    rows, costs = reading.rows("dcline"), reading.tables["dclinecost"].to_numpy()
    links, losses = [], []
    for k, row in rows:
        ends = (row["F_BUS"], row["T_BUS"])
        name = f"dcline{k}:{_id(ends[0])}-{_id(ends[1])}"
        if not _takes_part(reading, name, row["BR_STATUS"], ends):
            continue
        if row["PMIN"] > row["PMAX"]:
            detail = f"{row['PMIN']:g} > {row['PMAX']:g}"
            reading.faults.append(Finding("limits_crossed", f"{reading.file}: {name}", detail))
            continue
        price = 0.0
        if len(costs):
            before = set(reading.curves)
            price, segments = _cost(reading, name, costs[k - 1], row["PMIN"], row["PMAX"])
            if segments or set(reading.curves) != before:
                reading.faults.append(Finding("dcline_cost", f"{reading.file}: {name}"))
        links.append(
            Link(
                name,
                _id(ends[0]),
                _id(ends[1]),
                row["PMAX"],
                efficiency=1 - row["LOSS1"],
                cost_per_mwh=price,
                min_mw=row["PMIN"],
            )
        )
        if row["LOSS0"]:
            losses.append(Load(f"loss@{name}", _id(ends[1]), mw=row["LOSS0"]))
    return links, losses


def _references(reading: _Reading, network: Network) -> None:
    """Several reference buses in one island would tie their angles to each other; here angles are free."""
    fixed = {_id(row["BUS_I"]) for _, row in reading.rows("bus") if row["BUS_TYPE"] == REFERENCE}
    if len(fixed) > 1 and not faults(network):
        for island in islands(network):
            if len(fixed.intersection(island)) > 1:
                reading.notes.append(
                    Finding("references", reading.file, names(sorted(fixed.intersection(island))))
                )


def _left_out(reading: _Reading) -> list[Finding]:
    return [Finding(why, reading.file, names(elements)) for why, elements in reading.left_out.items()]


def _unused(reading: _Reading, raw: MatpowerTables) -> list[Finding]:
    """Columns, fields and statements that hold something the network has no place for."""
    found = [
        f"{table}.{column}"
        for table, columns in UNUSED.items()
        for column in columns
        if column in reading.tables[table] and (reading.tables[table][column] != 0).any()
    ]
    notes = [Finding("dc_power_flow", reading.file, names(found))] if found else []
    extra = [name for name in raw.others if name not in DESCRIPTIVE]
    if extra:
        notes.append(Finding("not_modelled", reading.file, names(extra)))
    described = [name for name in raw.others if name in DESCRIPTIVE and name != "version"]
    if described:
        notes.append(Finding("descriptive", reading.file, names(described)))
    notes += [Finding("statement", reading.file, statement) for statement in raw.statements]
    return notes
