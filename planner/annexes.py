"""The annex tables of a budget plan in order, for Word and for Excel alike."""

from typing import TYPE_CHECKING

from dualcontrol.annex import Annex, Material
from dualcontrol.annex_budget import budget, freed, stored, warning
from dualcontrol.annex_projects import projects, projects_reasons
from dualcontrol.annex_units import green, two_high, units_facts, units_quotas, units_reasons

if TYPE_CHECKING:
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

_ANNEXES = (
    budget, units_facts, units_quotas, units_reasons, projects, projects_reasons, freed, two_high, green, warning,
    stored,
)  # fmt: skip


def material_of(scenario: "Scenario", plan: "Plan") -> Material:
    """What annexes are made of: the plan, and the accounts and rulings of its scenario."""
    from dualcontrol.model.accounting import account
    from dualcontrol.model.policy import judge

    accounts = account(scenario)
    return Material(scenario, plan, accounts, judge(accounts))


def annexes(material: Material) -> tuple[Annex, ...]:
    """Annexes 1 to 8; those of units and of projects in parts."""
    return tuple(build(material) for build in _ANNEXES)
