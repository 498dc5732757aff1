"""Restricted capacity: what a project must have given up in the region, and what it names (3.2.3e)."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dualcontrol.model.policy.rulings import Desk, Reason
from dualcontrol.model.quantities import exact


@dataclass(frozen=True)
class Replacement:
    """What restricted capacity must give up and what is named for it: capacity in its own unit, energy in tce."""

    name: str
    capacity: Fraction
    energy_tce: Fraction
    named_capacity: Fraction
    named_energy_tce: Fraction

    @property
    def is_enough(self) -> bool:
        """Whether what is named covers both."""
        return self.named_capacity >= self.capacity and self.named_energy_tce >= self.energy_tce


def rule_in_force(desk: Desk, project: Any) -> Any | None:
    """3.2.3e: the line of `restricted_capacity` that binds a project on the day of the plan, the latest of its key.

    None without a key, before it is in force, for national or chain-extending projects that it exempts, or if the
    clause is switched off.
    """
    if not project.restricted_key or not desk.is_on("3.2.3e"):
        return None
    table = desk.accounts.scenario.table("restricted_capacity")
    rows = table[table["restricted_key"] == project.restricted_key].sort_values("effective_from")
    as_of = desk.accounts.scenario.settings.as_of
    rule = None
    for row in rows.itertuples(index=False):
        rule = row if row.effective_from <= as_of else rule
    if rule is None:
        return None
    exempt = {
        "none": False,
        "national": project.is_national,
        "chain": project.is_chain_extending,
        "national_or_chain": project.is_national or project.is_chain_extending,
    }[rule.exempt_if]
    return None if exempt else rule


def is_stopped(desk: Desk, unit: Any) -> bool:
    """Whether a unit runs no more: what it gave up is in the pool already, or is held back."""
    return bool(unit.is_retired) or is_unreviewed(desk, unit)


def is_unreviewed(desk: Desk, unit: Any) -> bool:
    """3.2.2a: whether an existing unit stops for want of an energy-saving review."""
    stopping = {"missing"}
    if desk.accounts.scenario.settings.review.pending_units_stop:
        stopping.add("pending")
    return unit.review in stopping and not unit.is_retired and desk.is_on("3.2.2a")


def asked(desk: Desk, project: Any) -> Replacement | None:
    """3.2.3e: what a project must replace and what it names; None where the clause asks for nothing.

    A unit that is retired or stopped has nothing left to give: a tonne is freed once.
    """
    rule = rule_in_force(desk, project)
    if rule is None:
        return None
    scenario = desk.accounts.scenario
    stopped = {u.unit_id for u in scenario.rows("units") if is_stopped(desk, u)}
    capacity = energy = Fraction(0)
    if scenario.settings.policy.accepts_declared_replacement:
        capacity, energy = exact(project.replaced_capacity), exact(project.replaced_energy_tce)
    for row in scenario.rows("replacements"):
        if row.project_id == project.project_id and row.unit_id not in stopped:
            capacity, energy = capacity + exact(row.capacity), energy + exact(row.energy_tce)
    gross = desk.accounts.projects_full_year[project.project_id].gross_tce
    return Replacement(
        str(rule.name),
        exact(rule.capacity_ratio) * exact(project.capacity),
        exact(rule.energy_ratio) * gross,
        capacity,
        energy,
    )


def replacement(desk: Desk, project: Any) -> Reason:
    """3.2.3e: restricted capacity only against capacity and energy given up in the region, unless exempt."""
    needed = asked(desk, project)
    if needed is None or needed.is_enough:
        return None
    return "no_replacement", {
        "name": needed.name,
        "capacity": f"{float(needed.capacity):g}",
        "energy_tce": f"{float(needed.energy_tce):.0f}",
    }
