"""Why no plan exists: which limits would have to give way, by how much, and what they conflict with.

An elastic program: limits may be missed at a price, and the least sum of misses is sought, first of limits that a
government could relax, then of all. It is feasible where the case is not, so it also confirms that it is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from dualcontrol.coupling import couple, drafted_series, hours_of
from dualcontrol.messages import Language, say
from dualcontrol.model.allocation import NETWORK_ROWS, ROWS, Case, Row, build_model
from dualcontrol.solvers.compile import Arrays, Floats, compile_model
from dualcontrol.solvers.highs import LiveHighs, Options, Solution, SolverError, Status

NONE = 1e-6  # of the size of a limit: less is rounding
_SOLVED = (Status.OPTIMAL, Status.WITHIN_GAP)


@dataclass(frozen=True)
class Gap:
    """A limit that no plan keeps together with the others: by how much it is missed, in its own unit.

    points: of a county's intensity target, the same in percentage points of the reduction; else None.
    """

    name: str
    index: str
    clause: str
    amount: float
    unit: str
    is_relaxable: bool
    points: float | None = None


@dataclass(frozen=True)
class Conflict:
    """What would have to give way, and what it conflicts with.

    gaps: one way of least sum, worst first. against: `(name, index)` of limits that hold there; `technology_floor`
    is the least activity of a unit.
    """

    gaps: tuple[Gap, ...] = ()
    against: tuple[tuple[str, str], ...] = ()


class NoConflictError(SolverError):
    """The elastic program misses no limit: the case has a plan after all."""


class Infeasible(RuntimeError):
    """No plan satisfies the clauses; confirmed without presolve. `conflict` says why, worked out when asked for."""

    def __init__(self, case: Case | None = None) -> None:
        """case: the one without a plan."""
        self.case = case
        super().__init__("no plan keeps every limit")

    @cached_property
    def conflict(self) -> Conflict:
        """What conflicts; empty where the solver cannot tell."""
        try:
            return Conflict() if self.case is None else explain(self.case)
        except SolverError:
            return Conflict()

    @property
    def gap_rows(self) -> tuple[str, ...]:
        """Rows no plan can satisfy, as `name[index]`."""
        return tuple(f"{gap.name}[{gap.index}]" if gap.index else gap.name for gap in self.conflict.gaps)


def explain(case: Case) -> Conflict:
    """The conflict of a case without a plan; with a network, on typical days. NoConflictError when there is one."""
    program, height = _program(case)
    options = Options(time_limit_s=case.accounts.scenario.settings.solve.time_limit_s)
    meta = {row.name: row for row in ROWS + NETWORK_ROWS}
    limits = [k for k in range(height) if meta[program.rows[k][0]].effect != "definition"]
    for rows in ([k for k in limits if meta[program.rows[k][0]].is_relaxable], limits):
        elastic, owner = elastic_program(
            program, rows, np.array([1.0 / size_of(case, meta, program, k) for k in rows])
        )
        solved = LiveHighs(elastic, options).solve()
        if solved.status in _SOLVED and solved.x.size:
            break
    else:
        return Conflict()
    missed = np.bincount(owner, weights=solved.x[len(program.columns) :], minlength=height)
    gaps = [
        _gap(case, meta, program, k, float(missed[k]), solved.x)
        for k in rows
        if missed[k] > NONE * max(1.0, size_of(case, meta, program, k))
    ]
    if not gaps:
        raise NoConflictError("infeasible by HiGHS's word, yet every limit can be kept")
    gaps.sort(key=lambda gap: (gap.unit, -gap.amount, gap.name, gap.index))
    against = _against(elastic, solved, height, limits, options)
    named = {(gap.name, gap.index) for gap in gaps}
    return Conflict(tuple(gaps), tuple(row for row in against if row not in named))


def _program(case: Case) -> tuple[Arrays, int]:
    """The program without its objective, and how many of its rows are the yearly ones."""
    model = build_model(case)
    yearly = compile_model(model)
    program = yearly
    if case.power is not None:
        program, _ = couple(yearly, hours_of(case, drafted_series(case)), model.total_terms)
    return replace(program, cost=np.zeros(len(program.columns)), offset=0.0), len(yearly.rows)


def size_of(case: Case, meta: Mapping[str, Row], program: Arrays, row: int) -> float:
    """What counts as much in this row: the county's energy or carbon for their units, else the limit itself."""
    unit, base = meta[program.rows[row][0]].unit, case.accounts.base
    if unit in ("tce", "tce_eq"):
        return max(1.0, float(base.energy_eq_tce["gross"]))
    if unit == "t":
        return max(1.0, abs(float(base.co2_t)))
    limit = program.row_upper[row] if np.isfinite(program.row_upper[row]) else program.row_lower[row]
    return max(1.0, abs(float(limit))) if np.isfinite(limit) else 1.0


def elastic_program(arrays: Arrays, rows: list[int], price: Floats) -> tuple[Arrays, np.ndarray]:
    """The program with a priced column for each finite side of `rows`; which row each new column belongs to."""
    sides = [
        (k, sign, p)
        for k, p in zip(rows, price, strict=True)
        for sign, limit in ((1.0, arrays.row_lower[k]), (-1.0, arrays.row_upper[k]))
        if np.isfinite(limit)
    ]
    owner = np.array([k for k, _, _ in sides], dtype=np.int64)
    width, count = len(arrays.columns), len(sides)
    row = np.concatenate([arrays.row_of_entry, owner])
    order = np.argsort(row, kind="stable")
    new = np.arange(width, width + count)
    elastic = replace(
        arrays,
        columns=(*arrays.columns, *(("missed", k) for k in range(count))),
        cost=np.concatenate([arrays.cost, [-p for _, _, p in sides]]),
        lower=np.concatenate([arrays.lower, np.zeros(count)]),
        upper=np.concatenate([arrays.upper, np.full(count, np.inf)]),
        is_integer=np.concatenate([arrays.is_integer, np.zeros(count, dtype=bool)]),
        start=np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(arrays.rows)))]).astype(np.int32),
        index=np.concatenate([arrays.index, new])[order].astype(np.int32),
        value=np.concatenate([arrays.value, [sign for _, sign, _ in sides]])[order],
    )
    return elastic, owner


def _gap(case: Case, meta: Mapping[str, Row], program: Arrays, row: int, missed: float, x: Floats) -> Gap:
    name, index = program.rows[row]
    points = None
    if name == "county_intensity" and case.base_intensity > 0:
        gdp = float(x[program.column("gdp")])
        points = 100 * missed / (case.base_intensity * gdp) if gdp > 0 else None
    known, unit = meta[name], meta[name].unit
    if name == "resource_budget":
        resources = case.accounts.scenario.table("resources").set_index("resource_id")["unit"]
        unit = str(resources.get(index, unit))
    return Gap(
        name, "" if index is None else str(index), known.clause, missed, unit, known.is_relaxable, points
    )


def _against(
    elastic: Arrays, solved: Solution, height: int, limits: list[int], options: Options
) -> list[tuple[str, str]]:
    """Limits with a price where the misses are least, and units that may not run lower: what stands in the way."""
    fixed = elastic.fixed(solved.x)
    least = LiveHighs(fixed, options).solve()
    if least.status not in _SOLVED or not least.row_dual.size:
        return []
    dual = least.row_dual
    scale = float(np.abs(elastic.cost).max())
    found = [elastic.rows[k] for k in limits if abs(dual[k]) > NONE * scale]
    earned = elastic.cost - np.bincount(
        elastic.index, weights=elastic.value * dual[elastic.row_of_entry], minlength=len(elastic.columns)
    )
    for k, (name, index) in enumerate(elastic.columns):
        if name == "activity" and elastic.lower[k] > 0 and earned[k] < -NONE * scale:
            found.append(("technology_floor", index))
    return [(name, "" if index is None else str(index)) for name, index in found]


def told(error: Infeasible, lang: Language) -> str:
    """The conflict in one sentence; empty where nothing is known."""
    conflict = error.conflict
    if not conflict.gaps:
        return ""
    names = names_of(error.case) if error.case is not None else {}
    between = "；" if lang == "zh" else "; "
    parts = []
    for gap in conflict.gaps:
        message = "conflict.gap" if gap.points is None else "conflict.intensity"
        what = what_told(gap.name, gap.index, names, lang)
        parts.append(say(message, lang, what=what, amount=gap.amount, unit=gap.unit,
                         points=gap.points or 0.0))  # fmt: skip
    sentence = between.join(parts)
    if conflict.against:
        groups: dict[str, list[str]] = {}
        for name, index in conflict.against:
            groups.setdefault(name, []).append(index)
        rows = [what_told(name, _listed(found, names), {}, lang) for name, found in groups.items()]
        sentence += say("conflict.against", lang, rows=("、" if lang == "zh" else ", ").join(rows))
    return sentence


def what_told(name: str, index: str, names: Mapping[str, str], lang: Language) -> str:
    """A limit in words, with whom it is for."""
    clauses = {row.name: row.clause for row in ROWS + NETWORK_ROWS}
    text = say(f"constraint.{name}", lang)
    inside = [part for part in (names.get(index, index), clauses.get(name, "")) if part]
    left, right = ("（", "）") if lang == "zh" else (" (", ")")
    return text + left + ("，" if lang == "zh" else ", ").join(inside) + right if inside else text


def _listed(ids: list[str], names: Mapping[str, str]) -> str:
    """Up to three names, and how many there are."""
    shown = " / ".join(names.get(one, one) for one in ids[:3])
    return f"{shown} … {len(ids)}" if len(ids) > 3 else shown


def names_of(case: Case | None) -> dict[str, str]:
    """What is called how: units, projects, society lines, sectors, resources, decisions by id."""
    if case is None:
        return {}
    found: dict[str, str] = {}
    for table, key in (
        ("sectors", "sector_id"), ("resources", "resource_id"), ("society", "line_id"), ("projects", "project_id"),
        ("units", "unit_id"),
    ):  # fmt: skip
        frame = case.accounts.scenario.table(table)
        found |= dict(zip(frame[key], frame["name"], strict=True))
    for row in case.accounts.scenario.rows("decisions"):
        found[row.decision_id] = (
            f"{row.decision_id}: {found.get(row.target_id, row.target_id)} {row.document}"
        )
    return found
