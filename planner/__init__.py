"""A county's yearly energy budget: load, account, judge, optimise, audit, publish.

    import dualcontrol as dc

    scenario = dc.load("scenarios/dalad-2022")
    rulings = dc.judge(dc.account(scenario))
    plan = dc.optimise(rulings)
    verdict = dc.audit(scenario, plan)
    dc.publish(plan, "out/dalad-2022", scenario=scenario, verdict=verdict)

    session = dc.open(scenario)              # change a target, have the new plan at once
    session.set(intensity_reduction=0.035)
    plan = session.solve()

Names are looked up only when used, so that `import dualcontrol` stays quick.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dualcontrol.checking import audit
    from dualcontrol.model.accounting import account
    from dualcontrol.model.audit import Verdict
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.policy import judge
    from dualcontrol.model.scenario import Problem, Scenario, ScenarioError, load
    from dualcontrol.optimise import optimise
    from dualcontrol.publish import publish
    from dualcontrol.session import open_session as open  # noqa: A004

__all__ = [
    "Plan",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Verdict",
    "account",
    "audit",
    "judge",
    "load",
    "open",
    "optimise",
    "publish",
]

_HOMES = {
    "account": "dualcontrol.model.accounting",
    "Verdict": "dualcontrol.model.audit",
    "audit": "dualcontrol.checking",
    "Plan": "dualcontrol.model.plan",
    "judge": "dualcontrol.model.policy",
    "Problem": "dualcontrol.model.scenario",
    "Scenario": "dualcontrol.model.scenario",
    "ScenarioError": "dualcontrol.model.scenario",
    "load": "dualcontrol.model.scenario",
    "open": "dualcontrol.session",
    "optimise": "dualcontrol.optimise",
    "publish": "dualcontrol.publish",
}


def __getattr__(name: str) -> object:
    """The public name, from its home. AttributeError for any other."""
    if name == "__version__":
        from importlib.metadata import version

        return version("dualcontrol")
    if name not in _HOMES:
        raise AttributeError(f"module 'dualcontrol' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), "open_session" if name == "open" else name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


class _Package(ModuleType):
    """The import system hangs every loaded submodule onto its package; here the public name wins.

    Else `dualcontrol.publish` would be the function before `dualcontrol/publish.py` is loaded and the module
    after.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
