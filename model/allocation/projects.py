"""Constraints of candidate projects: load, the earmark of 3.3.2c, leaders' decisions."""

from typing import Any

import pyomo.environ as pyo

from dualcontrol.model.allocation.register import row


@row("3.2.1c", "definition", "share", "load_j <= load_max_j admitted_j", over="PROJECTS")
def load_needs_admission(m: Any, j: str) -> Any:
    """A project runs only if it is admitted; gates fix admitted_j at 0."""
    return m.project_load[j] <= float(m.case.project_rows[j].load_max) * m.admitted[j]


@row("3.2.1c", "definition", "share", "load_j >= load_min_j admitted_j", over="PROJECTS")
def admission_needs_load(m: Any, j: str) -> Any:
    """An admitted project gets at least its lowest load: no admission in name only."""
    return m.project_load[j] >= float(m.case.project_rows[j].load_min) * m.admitted[j]


@row("3.3.2c", "definition", "tce", "earmark_j <= E_j", over="PROJECTS")
def earmark_within_quota(m: Any, j: str) -> Any:
    """The earmark pays at most the project's whole quota."""
    return m.earmark[j] <= m.project_total[j]


@row(
    "3.3.2c",
    "restrictive",
    "tce",
    "sum over v_k <= v_j of earmark_k <= released by units with v_i < v_j",
    over="PROJECTS",
)
def earmark_moves_up(m: Any, j: str) -> Any:
    """Quota released by a unit is payable only to projects of higher value added per tce.

    The nested sums say that every project can be served from sources below it.
    """
    value = m.case.value_per_tce
    released = sum(r.released_tce for i, r in m.case.rulings.units.items() if value[i] < value[j])
    return sum(m.earmark[k] for k in m.PROJECTS if value[k] <= value[j]) <= float(released)


@row(
    "3.2.2b",
    "restrictive",
    "tce or 0/1",
    "decided quantity = / >= / <= value",
    over="DECISIONS",
    is_relaxable=True,
)
def leaders_decision(m: Any, d: str) -> Any:
    """A decision of the standing meeting is a constraint with a price like any other, in force with clause 3.2.2b."""
    if not m.case.is_on("3.2.2b"):
        return pyo.Constraint.Skip
    decision = m.decision_rows[d]
    target = decision.target_id
    if decision.what == "admitted":
        quantity = m.admitted[target]
    else:
        quantity = m.quota[target] if target in m.UNITS else m.project_total[target]
    value = float(decision.value)
    return {"fixed": quantity == value, "min": quantity >= value, "max": quantity <= value}[decision.kind]


ROWS = (load_needs_admission, admission_needs_load, earmark_within_quota, earmark_moves_up, leaders_decision)
