"""Gates on projects and unreviewed units: each refuses with its reason and clause (3.2.2a, 3.2.3, 3.2.5, 3.3.1a)."""

from collections.abc import Callable, Iterator
from typing import Any

from dualcontrol.model.benchmark_lines import line
from dualcontrol.model.policy.conduct import BARRED, state
from dualcontrol.model.policy.replacement import is_unreviewed, replacement
from dualcontrol.model.policy.review import level
from dualcontrol.model.policy.rulings import Desk, Gate, Reason
from dualcontrol.model.quantities import tce_per_product
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema_years import ADMITTED


def review(desk: Desk, project: Any) -> Reason:
    """3.2.2a: no construction or production without an energy-saving review."""
    if project.review in ("approved", "exempt"):
        return None
    return f"review_{project.review}", {}


def restricted_two_high(desk: Desk, project: Any) -> Reason:
    """3.2.3a: two-high projects of the restricted or eliminated class are never approved."""
    if project.is_two_high and project.industry_class in ("restricted", "eliminated"):
        return "two_high_restricted", {"industry_class": project.industry_class}
    return None


def in_park(desk: Desk, project: Any) -> Reason:
    """3.2.3b: new industrial projects only inside a compliant park."""
    if project.is_industrial and not project.is_in_park:
        return "not_in_park", {}
    return None


def quota_approval(desk: Desk, project: Any) -> Reason:
    """3.2.3d: worse than the banner's benchmark only under an explicit quota approval."""
    benchmark = desk.benchmark_tce_per_wan_yuan
    use = desk.accounts.projects_full_year[project.project_id]
    energy = desk.accounts.counting.counted(use, "intensity")
    if benchmark is None or project.is_quota_approved or energy <= benchmark * use.value_added_wan_yuan:
        return None
    own = energy / use.value_added_wan_yuan if use.value_added_wan_yuan > 0 else None
    return "needs_quota_approval", {
        "own": f"{float(own):.3f}" if own is not None else "—",
        "benchmark": f"{float(benchmark):.3f}",
    }


def conduct(desk: Desk, project: Any) -> Reason:
    """3.2.5: no entry for a project, or for the unit that builds it, under a dishonesty record until repaired."""
    scenario = desk.accounts.scenario
    builders = (row for row in scenario.rows("units") if row.unit_id == project.unit_id)
    if any(state(row, scenario.settings) in BARRED for row in (project, *builders)):
        return "dishonest", {}
    return None


def advanced_value(desk: Desk, project: Any) -> Reason:
    """3.3.1a: three-high projects must reach the national advanced value; one held against none has not reached it."""
    if not project.is_three_high:
        return None
    key = project.benchmark_key
    advanced = line(desk.accounts.scenario, key, "advanced") if key else None
    if advanced is None:
        return "no_advanced_value", {"key": key or "—"}
    factor = desk.accounts.counting.electricity_tce_per_mwh
    own = tce_per_product(project.specific_energy, project.specific_unit, factor)
    if own <= tce_per_product(advanced, project.specific_unit, factor):
        return None
    return "short_of_advanced", {
        "own": f"{project.specific_energy:g}",
        "advanced": f"{advanced:g}",
        "unit": project.specific_unit,
    }


GATES: tuple[tuple[str, Callable[[Desk, Any], Reason]], ...] = (
    ("3.2.2a", review),
    ("3.2.2c", level),
    ("3.2.3a", restricted_two_high),
    ("3.2.3b", in_park),
    ("3.2.3d", quota_approval),
    ("3.2.3e", replacement),
    ("3.2.5", conduct),
    ("3.3.1a", advanced_value),
)


def admitted_before(scenario: Scenario) -> frozenset[str]:
    """Projects that an earlier year admitted (`year_links`): gates are for what is to enter."""
    rows = scenario.rows("year_links")
    return frozenset(row.target_id for row in rows if row.what == ADMITTED and row.value > 0)


def gates(desk: Desk) -> Iterator[Gate]:
    """Every gate that stops a project, in the order of the clauses; and units stopped for want of a review."""
    standing = admitted_before(desk.accounts.scenario)
    for project in desk.accounts.scenario.rows("projects"):
        if project.project_id in standing:
            continue
        if not desk.is_on("3.4.1"):  # without the plan's list nobody is a candidate
            yield Gate(project.project_id, "3.4.1", "not_on_the_list", {})
        for clause, gate in GATES:
            reason = gate(desk, project) if desk.is_on(clause) else None
            if reason is not None:
                yield Gate(project.project_id, clause, *reason)
    for unit in desk.accounts.scenario.rows("units"):
        if is_unreviewed(desk, unit):
            yield Gate(unit.unit_id, "3.2.2a", f"unit_review_{unit.review}", {})
