"""A network solved alone: read a case, one linear or mixed-integer program over its hours, labelled results.

Signs: costs are minimised. A nodal price is d(cost)/d(load) per MWh at a bus and hour: the dual of the bus balance
divided by the weight of the hour. A shadow price of a limit is what one more unit of it saves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dualcontrol.model.power.case import Case, CaseError, Finding
from dualcontrol.model.power.hour import LINKS, SCOPES, build_hour, profile_names
from dualcontrol.model.power.matpower import Convention, read_matpower
from dualcontrol.model.power.network import BASE_MVA, START, Branch, Network
from dualcontrol.model.power.pypsa_folder import is_pypsa_folder, read_pypsa_folder
from dualcontrol.model.power.topology import faults
from dualcontrol.solvers.compile import Arrays, Floats
from dualcontrol.solvers.highs import LiveHighs, Options, Solution, Status
from dualcontrol.solvers.stamp import Layout, compile_hour, stamp
from dualcontrol.solvers.totals import scoped_column, with_costs, with_total_row

if TYPE_CHECKING:
    from dualcontrol.power_scenario import Wanted

SUCCESS = (Status.OPTIMAL, Status.WITHIN_GAP)
FIRST_TANGENTS = 9  # per curve; each round adds those at its solution
ROUNDS = 40
TIME_LIMIT_S = 600.0
CROSSED = 1e-9  # relative: a limit that crosses the other by less is rounding
PRICE = 1e-9  # a smaller price of a limit, relative to the largest, is none


@dataclass(frozen=True)
class Program:
    """A case as a program in arrays (maximising minus the cost) and where everything is."""

    case: Case
    network: Network
    arrays: Arrays
    layout: Layout


@dataclass(frozen=True)
class Relaxation:
    """How much one limit would have to give way: the largest amount and its hour, and the sum over hours.

    kind: flow_limit, angle_limit, transfer_limit, total, shortage or surplus. Amounts in `unit`.
    """

    kind: str
    element: str
    amount: float
    unit: str
    hour: int
    total: float


@dataclass(frozen=True)
class Conflict:
    """Why a case is infeasible. Each remedy alone, of least sum, would make it feasible; None: it cannot.

    involved: limits and buses that contradict each other (those with a price in the least unserved load).
    """

    limits: tuple[Relaxation, ...] | None
    totals: tuple[Relaxation, ...] | None
    balances: tuple[Relaxation, ...] | None
    involved: tuple[str, ...]


@dataclass(frozen=True)
class PowerResult:
    """What a network alone comes to. Tables map names to values by hour, shape (T,); MW, cost per MWh.

    objective: cost of this operation and these builds; with cost curves no operation is cheaper than
    objective less objective_error. dispatch: output of generators, discharge less charge of storage. builds:
    capacity or 0/1. shadow_prices: what one more unit of a limit saves (per MWh and MW, degree, or unit of a
    total).
    """

    status: Status
    objective: float | None = None
    objective_error: float = 0.0
    hours: int = 0
    nodal_prices: Mapping[str, Floats] = field(default_factory=dict)
    dispatch: Mapping[str, Floats] = field(default_factory=dict)
    flows: Mapping[str, Floats] = field(default_factory=dict)
    levels: Mapping[str, Floats] = field(default_factory=dict)
    unserved: Mapping[str, Floats] = field(default_factory=dict)
    builds: Mapping[str, float] = field(default_factory=dict)
    shadow_prices: Mapping[str, Floats | float] = field(default_factory=dict)
    conflict: Conflict | None = None
    notes: tuple[Finding, ...] = ()


def read_case(path: Path, convention: Convention = "matpower", wanted: "Wanted | None" = None) -> Case:
    """The case of a MATPOWER file, a PyPSA folder, or a scenario or its power folder.

    wanted: hours and builds of a scenario's network. Errors: CaseError, all faults; ScenarioError for a scenario that
    is not valid.
    """
    from dualcontrol.power_scenario import Wanted, network_of_scenario, scenario_folder

    folder = scenario_folder(path) if path.is_dir() else None
    if folder is not None:
        return network_of_scenario(folder, wanted or Wanted())
    if wanted is not None and wanted != Wanted():
        raise CaseError([Finding("only_of_scenarios", str(path))])
    if path.is_dir():
        if not is_pypsa_folder(path):
            raise CaseError([Finding("not_a_case", str(path))])
        return read_pypsa_folder(path)
    if not path.exists():
        raise CaseError([Finding("missing_case", str(path))])
    if path.suffix.lower() != ".m":
        raise CaseError([Finding("not_a_case", str(path))])
    return read_matpower(path, convention)


def solve_case(case: Case, options: Options | None = None, tolerance: float = 1e-7) -> PowerResult:
    """Solve a case; an infeasible one is explained.

    tolerance: relative error of the objective from cost curves. Errors: CaseError for a network that makes no
    sense, SolverError when HiGHS fails.
    """
    found = faults(case.network)
    if found:
        raise CaseError([Finding(f.rule, f.element, f.detail) for f in found])
    options = options or Options(time_limit_s=TIME_LIMIT_S)
    touching = {
        name: list(np.linspace(curve.low, curve.high, FIRST_TANGENTS)) for name, curve in case.curves.items()
    }
    for _ in range(ROUNDS if touching else 1):
        program = program_of(case, touching)
        _check_limits(program.arrays)
        solution = LiveHighs(program.arrays, options).solve()
        if solution.status not in SUCCESS:
            return _failed(program, solution, options)
        error = _curve_error(program, solution.x, touching)
        if error <= tolerance * max(1.0, abs(solution.objective)):
            break
        names, outputs = program.layout.values(solution.x, "p")
        for name, output in zip(names, outputs.T, strict=True):
            if name in touching:
                touching[name] = sorted({*touching[name], *(float(p) for p in output)})
    return _result(program, solution, error, options)


def program_of(case: Case, touching: Mapping[str, Sequence[float]] | None = None) -> Program:
    """The arrays of a case. touching: generator -> outputs where tangents stand for its cost curve."""
    network = _with_tangents(case, touching or {})
    series = case.series
    profiles = {
        name: series.starts() if name == START else series.profiles[name] for name in profile_names(network)
    }
    cycle = np.zeros(series.hours, dtype=np.int64) if series.cycle is None else series.cycle
    arrays, layout = stamp(
        compile_hour(build_hour(network), scopes=SCOPES, links=LINKS),
        series.hours,
        {"profile": profiles} if profiles else {},
        previous=series.previous(),
        scopes={"cycle": cycle},
        weight=series.weight,
    )
    column = {b.id: scoped_column(layout, "year", ("built", b.id)) for b in network.builds}
    arrays = with_costs(arrays, {column[b.id]: -b.annual_cost for b in network.builds})
    for total in case.totals:
        shared = {column[build]: coefficient for build, coefficient in total.builds.items()}
        label = ("total", total.name)
        arrays = with_total_row(arrays, layout, total.hourly, total.lower, total.upper, label, shared)
    return Program(case, network, arrays, layout)


def _check_limits(arrays: Arrays) -> None:
    """CaseError for quantities whose least value exceeds the greatest: nothing could be said of them but that."""
    crossed = np.flatnonzero(arrays.lower > arrays.upper + CROSSED * np.maximum(1.0, np.abs(arrays.upper)))
    found: dict[str, Finding] = {}
    for column in crossed:
        name, (hour, index) = arrays.columns[int(column)]
        detail = f"{arrays.lower[column]:g} > {arrays.upper[column]:g}"
        found.setdefault(f"{name} {index}", Finding("limits_crossed", f"{name} {index}, {hour}", detail))
    if found:
        raise CaseError(list(found.values()))


def _with_tangents(case: Case, touching: Mapping[str, Sequence[float]]) -> Network:
    generators, fixed = [], case.network.fixed_cost
    for g in case.network.generators:
        if g.id in case.curves:
            at_low, segments = case.curves[g.id].tangents(touching[g.id])
            fixed += at_low
            g = replace(g, segments=segments)
        generators.append(g)
    return replace(case.network, generators=tuple(generators), fixed_cost=fixed)


def _curve_error(program: Program, x: Floats, touching: Mapping[str, Sequence[float]]) -> float:
    """By how much the curves' own cost at a solution exceeds that of the tangents."""
    curves, error = program.case.curves, 0.0
    if not curves:
        return 0.0
    weight = program.layout.weight
    names, outputs = program.layout.values(x, "p")
    for name, output in zip(names, outputs.T, strict=True):
        if name in curves:
            lines = np.array(
                [curves[name].slope(p) * (output - p) + curves[name].cost(p) for p in touching[name]]
            )
            own = np.array([curves[name].cost(p) for p in output])
            error += float(weight @ (own - lines.max(axis=0)))
    return max(error, 0.0)


def _failed(program: Program, solution: Solution, options: Options) -> PowerResult:
    from dualcontrol.power_conflict import explain

    conflict = explain(program, options) if solution.status is Status.INFEASIBLE else None
    return PowerResult(
        solution.status, hours=program.layout.hours, conflict=conflict, notes=program.case.notes
    )


def _result(program: Program, solution: Solution, error: float, options: Options) -> PowerResult:
    layout, x = program.layout, solution.x
    dual = row_duals(program.arrays, solution, options)
    weight = np.where(layout.weight > 0, layout.weight, np.inf)  # an hour that does not count has no price
    charge, discharge = _table(layout, x, "charge"), _table(layout, x, "discharge")
    buses, prices = layout.row_values(dual, "balance")
    curves_cost = error if program.case.curves else 0.0
    return PowerResult(
        status=solution.status,
        objective=-solution.objective + curves_cost + program.case.constant,
        objective_error=error,
        hours=layout.hours,
        nodal_prices={bus: -price / weight + 0.0 for bus, price in zip(buses, prices.T, strict=True)},
        dispatch={**_table(layout, x, "p"), **{s: discharge[s] - charge[s] for s in discharge}},
        flows={**_table(layout, x, "flow"), **_table(layout, x, "transfer")},
        levels=_table(layout, x, "level"),
        unserved=_table(layout, x, "shed"),
        builds={
            b.id: float(x[scoped_column(layout, "year", ("built", b.id))]) for b in program.network.builds
        },
        shadow_prices=_shadow_prices(program, dual, weight),
        notes=program.case.notes,
    )


def row_duals(arrays: Arrays, solution: Solution, options: Options) -> Floats:
    """d(objective)/d(right-hand side) per row; for integer programs with the integers fixed where they are."""
    if not arrays.is_integer.any():
        return solution.row_dual
    return LiveHighs(arrays.fixed(solution.x), options).solve().row_dual


def reduced_costs(arrays: Arrays, dual: Floats) -> Floats:
    """d(objective)/d(value) per column: positive at an upper limit that binds, negative at a lower one."""
    priced = np.bincount(
        arrays.index, weights=arrays.value * dual[arrays.row_of_entry], minlength=len(arrays.columns)
    )
    return np.asarray(arrays.cost - priced)


def _table(layout: Layout, x: Floats, name: str) -> dict[str, Floats]:
    names, values = layout.values(x, name)
    return dict(zip(names, values.T, strict=True))


def binding_angle(branch: Branch, upwards: bool) -> bool:
    """Whether the limit of the angle difference is the tighter one of the flow in a direction."""
    low, high = branch.angle_limits_mw
    return high < branch.capacity_mw if upwards else low > -branch.capacity_mw


def degrees_per_mw(branch: Branch) -> float:
    """Angle difference per MW of flow."""
    return float(np.degrees(abs(branch.reactance_pu) / BASE_MVA))


def _shadow_prices(program: Program, dual: Floats, weight: Floats) -> dict[str, Floats | float]:
    """Prices of the limits that bind: totals by their name, `flow <branch>`, `angle <branch>`, `transfer <link>`."""
    prices: dict[str, Floats | float] = {}
    for k, total in enumerate(program.case.totals, start=len(program.arrays.rows) - len(program.case.totals)):
        prices[total.name] = float(dual[k] if np.isfinite(total.upper) else -dual[k]) + 0.0
    by_column = reduced_costs(program.arrays, dual)
    smallest = PRICE * max(1.0, float(np.abs(dual).max(initial=0.0)))
    flow_prices = _flow_prices(program, dual, by_column, "flow")
    binding = np.abs(flow_prices).max(axis=1, initial=0.0) > smallest if flow_prices else []
    for branch, price, is_binding in zip(program.network.branches, flow_prices, binding, strict=True):
        if not is_binding:
            continue
        per_mw = np.where(np.abs(price) > smallest, price, 0.0) / weight
        if branch.build is not None:
            per_mw = per_mw * _in_service(
                program, branch.build
            )  # what is not there yet has no limit to widen
            if per_mw.any():
                prices[f"flow {branch.id}"] = np.abs(per_mw)
            continue
        for name, is_of_kind in (("flow", False), ("angle", True)):
            chosen = np.where(
                per_mw > 0,
                binding_angle(branch, True) == is_of_kind,
                binding_angle(branch, False) == is_of_kind,
            )
            own = np.abs(per_mw) * chosen
            if own.any():
                prices[f"{name} {branch.id}"] = own / degrees_per_mw(branch) if is_of_kind else own
    for link, price in zip(
        program.network.links, _flow_prices(program, dual, by_column, "transfer"), strict=True
    ):
        if np.abs(price).max(initial=0.0) > smallest:
            prices[f"transfer {link.id}"] = np.abs(price) / weight
    return prices


def _in_service(program: Program, build: str) -> Floats:
    """1 in the hours in which a build can be in service, else 0, (T,)."""
    profile = program.network.build(build).profile
    hours = program.layout.hours
    return np.ones(hours) if profile is None else (program.case.series.profiles[profile] > 0).astype(float)


def _flow_prices(program: Program, dual: Floats, by_column: Floats, name: str) -> list[Any]:
    """Per branch or link the price of its limit by hour: of its bounds and of the rows of its build."""
    rows = {
        "flow": ("flow_of_build", "backflow_of_build"),
        "transfer": ("transfer_of_build", "least_transfer_of_build"),
    }
    names, prices = program.layout.values(by_column, name)
    found = dict(zip(names, prices.T, strict=True))
    for row in rows[name]:
        names, prices = program.layout.row_values(dual, row)
        for element, price in zip(names, prices.T, strict=True):
            found[element] = found[element] + np.abs(price)
    return list(found.values())
