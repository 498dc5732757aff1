"""One variant: its inputs made, solved, checked; what becomes of it as plain values that can travel and be kept."""

import hashlib
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dualcontrol.provenance import versions

if TYPE_CHECKING:
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Source

INFEASIBLE, AUDIT_FAILED, ERROR, CRASHED = "infeasible", "audit_failed", "error", "crashed"
FAILURES = (AUDIT_FAILED, ERROR, CRASHED)  # no answer; infeasible is one
FIGURES = (
    "objective_wan_yuan",
    "bound_wan_yuan",
    "gdp_wan_yuan",
    "energy_tce",
    "energy_eq_tce",
    "co2_t",
    "intensity_reduction",
)
PRICES = {"pool": "pool_balance", "intensity": "county_intensity"}
PRICED = tuple(f"{name}_price_{side}" for name in PRICES for side in ("left", "right"))
QUOTAS = ("account", "id", "quota_tce", "planned_use_tce", "decision")


@dataclass(frozen=True)
class Task:
    """A variant to solve: its run id, the overrides to apply, and the content hash its inputs must have."""

    run_id: str
    overrides: Mapping[str, Any]
    inputs: str


@dataclass(frozen=True)
class Outcome:
    """What became of a variant.

    status: that of the plan, else one of INFEASIBLE and FAILURES with a `reason`. figures: FIGURES, PRICED and binding;
    empty without a checked plan. quotas: rows of QUOTAS. seconds: of this attempt.
    """

    status: str
    reason: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    quotas: tuple[tuple[Any, ...], ...] = ()
    seconds: float = 0.0
    audit_passed: bool | None = None

    @property
    def is_failure(self) -> bool:
        """Whether there is no answer, so that a second attempt is worth it."""
        return self.status in FAILURES


def solve_variant(source: "Source", task: Task) -> Outcome:
    """Make the inputs of a variant, solve and check it. Never raises an Exception: a failure is an outcome, too."""
    started = time.perf_counter()

    def ended(status: str, reason: str = "", **more: Any) -> Outcome:
        return Outcome(status, reason, seconds=round(time.perf_counter() - started, 3), **more)

    from dualcontrol.checking import audit
    from dualcontrol.model.accounting import account
    from dualcontrol.model.policy import judge
    from dualcontrol.optimise import Infeasible, optimise

    try:
        scenario = source.settled(task.overrides)
        if scenario.content_hash != task.inputs:
            return ended(ERROR, "the inputs are not those that were checked")
        try:
            plan = optimise(judge(account(scenario)))
        except Infeasible as error:
            return ended(INFEASIBLE, _conflict(error))
        verdict = audit(scenario, plan)
        if not verdict.passed:
            names = ", ".join(sorted({check.name for check in verdict.failed}))
            return ended(AUDIT_FAILED, names, audit_passed=False)
        return ended(
            str(plan.summary["status"]), figures=figures(plan), quotas=quotas(plan), audit_passed=True
        )
    except Exception as error:  # noqa: BLE001 - one variant must not take the others with it
        return ended(ERROR, f"{type(error).__name__}: {error}")


def _conflict(error: Any) -> str:
    """The rows no plan can keep together, by how much each is missed."""
    return "; ".join(
        f"{gap.name}[{gap.index}] {gap.amount:.6g} {gap.unit}"
        if gap.index
        else f"{gap.name} {gap.amount:.6g} {gap.unit}"
        for gap in error.conflict.gaps
    )


def figures(plan: "Plan") -> dict[str, Any]:
    """The headline figures of a plan as they are published, what binds, prices of the pool and the intensity target.

    Prices: 万元 per tce, tightened (left) and relaxed (right); None where the row does not exist or it cannot move.
    """
    from dualcontrol.tables import published, published_figures

    told = published_figures(plan.summary)
    constraints = published(plan).constraints
    found = {name: told.get(name) for name in FIGURES} | {"binding": told["binding"]}
    for name, row in PRICES.items():
        rows = constraints[constraints["name"] == row]
        for side in ("left", "right"):
            price = float(rows.iloc[0][f"price_{side}"]) if len(rows) else math.nan
            found[f"{name}_price_{side}"] = price if math.isfinite(price) else None
    return found


def quotas(plan: "Plan") -> tuple[tuple[Any, ...], ...]:
    """Rows of QUOTAS: owners of the plan, then the candidate projects with their decision."""
    from dualcontrol.tables import published

    told = published(plan)
    owners = [
        (str(row.account), str(row.id), int(row.quota_tce), float(row.planned_use_tce), "")
        for row in told.quotas.itertuples()
    ]
    projects = [
        (
            f"project:{row.project_id}", str(row.project_id), int(row.quota_tce), float(row.planned_use_tce),
            str(row.decision),
        )
        for row in told.projects.itertuples()
    ]  # fmt: skip
    return (*owners, *projects)


def run_id(inputs: str, overrides: Mapping[str, Any]) -> str:
    """The name of a run, 32 hex digits: the same inputs, overrides, program, solver and options, the same run.

    inputs: content hash of the scenario with the overrides; how it is solved is a part of its settings.
    """
    content = {
        "inputs": inputs,
        "overrides": {key: plain(value) for key, value in overrides.items()},
        "code": code_version(),
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def plain(value: Any) -> Any:
    """A value of TOML as JSON knows it; 1 and 1.0 are the same."""
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else str(value)


@cache
def code_version() -> Mapping[str, str]:
    """Versions of the program and of what its numbers depend on, and a digest of its own source files."""
    digest = hashlib.sha256()
    for package in ("dualcontrol", "dualcontrol.model", "dualcontrol.solvers"):
        for folder in import_module(package).__path__:
            root = Path(folder)
            for path in sorted(root.rglob("*.py")):
                digest.update(f"{package}/{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    found = versions()
    return {
        **{name: found[name] for name in ("dualcontrol", "highspy", "pyomo")},
        "source": digest.hexdigest(),
    }
