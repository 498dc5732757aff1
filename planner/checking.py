"""The check of a plan in memory, with a verdict that names the plan it is about."""

from typing import TYPE_CHECKING

from dualcontrol.provenance import plan_digest

if TYPE_CHECKING:
    from dualcontrol.model.audit import Verdict
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario


def audit(scenario: "Scenario", plan: "Plan") -> "Verdict":
    """Check `plan` against `scenario` alone (design §10), by `dualcontrol.model.audit`.

    The digest of the plan goes into the verdict, so that it cannot be used to publish another plan.
    """
    from dualcontrol.model.audit import audit as check

    return check(scenario, plan, plan_digest=plan_digest(plan))
