"""What other years decided for this one is carried out: measures, closures, builds of the table `year_links`.

Tonnes carried between years are ledger entries and checked there (`clauses.py`).
"""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.inputs import Row
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.audit.stock import in_force
from dualcontrol.model.audit.verdict import Probe


def links_probe(plan: Plan) -> Probe:
    """Each link's yes or no is the plan's, as far as it may be done at all (its clause in force, its year come)."""
    probe = Probe("year_links", "3.2.2b", "0/1")
    for row in plan.rulings.accounts.tables["year_links"]:
        if target := row.text("target_id"):
            found, most = _found(plan, row.text("what"), target)
            if found is not None:
                probe.equal(f"{row.text('link_id')} {target}", found, min(row.num("value"), most))
    return probe


def _found(plan: Plan, what: str, target: str) -> tuple[Fraction | None, Fraction]:
    """What the plan decided, None where there is nothing to decide; and the most that it may."""
    rulings = plan.rulings
    if what == "admitted":
        starts = rulings.accounts.projects[target].row.num("start_month")
        return plan.admitted[target], ZERO if starts > 12 else ONE
    if what == "adopted":
        measure = rulings.accounts.measures[target]
        return plan.adopted[target], ONE if in_force(rulings.scenario, measure) else ZERO
    if what == "closed":
        return plan.closed.get(target), ONE
    if plan.operation is None:
        return None, ZERO
    build = plan.operation.network.builds[target]
    if build.text("status") == "committed":  # built whatever other years say
        return None, ONE
    return plan.operation.built[target], _may_be_built(plan, build)


def _may_be_built(plan: Plan, build: Row) -> Fraction:
    is_open = plan.rulings.on(build.text("clause")) and build.num("start_month") <= 12
    return ONE if is_open else ZERO
