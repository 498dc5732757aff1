"""Projects: no gated one enters, loads stay in their range, and what a refusal cites is true."""

from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.inputs import Row
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.results import ResultRow, Results
from dualcontrol.model.audit.rows import SHARE_STEP, load_bounds
from dualcontrol.model.audit.rules import Rulings, advanced
from dualcontrol.model.audit.verdict import NOISE, Check, Probe, together

ADMITTED = ("3.2.3c", "admitted")
LATER = ("3.2.1b", "starts_after_the_plan_year")
DECIDED = ("3.2.2b", "decided_by_leaders")
WORTH_MORE = ("3.2.1c", "energy_worth_more_elsewhere")
NO_ROOM = ("3.2.1b", "does_not_fit")
PRICE_STEP = Fraction(1, 10**9)  # 万元 per tce: where price and worth are the same, either reason is true
_GATE_REASONS = {
    "3.4.1": "not_on_the_list",
    "3.2.2c": "review_level_too_low",
    "3.2.3a": "two_high_restricted", "3.2.3b": "not_in_park", "3.2.3d": "needs_quota_approval",
    "3.2.3e": "no_replacement", "3.2.5": "dishonest",
}  # fmt: skip


def admission_checks(plan: Plan, results: Results) -> tuple[Check, ...]:
    """Gates, admissions and loads; clause and reason of every decision."""
    gates, loads = Probe("gates", "3.2.3", ""), Probe("admission", "3.2.1b", "")
    reasons, price = Probe("refusals", "3.2.3", ""), pool_price(results)
    is_relaxed = plan.rulings.scenario.settings.solve.relax_integers
    for row in results.projects:
        key, word = row.text("project_id"), row.text("decision")
        inputs, stands = plan.rulings.accounts.projects[key].row, plan.rulings.gates[key]
        place, admitted, load = f"project:{key}", row.value("admitted"), row.value("load")
        wanted = "gated" if stands else "admitted | refused"
        gates.holds(place, (word == "gated") == bool(stands), word, f"{wanted} {' '.join(stands)}".strip())
        if stands:  # every gate that stops it is cited, and no other
            cited = _parts(row, "clause")
            gates.holds(f"{place} clause", sorted(cited) == sorted(stands), " ".join(cited), " ".join(stands))
        loads.holds(
            f"{place} decision", word in ("admitted", "refused", "gated"), word, "admitted|refused|gated"
        )
        loads.holds(
            f"{place} decision", (word == "admitted") == (admitted > 0), word, f"admitted = {admitted}"
        )
        is_choice = 0 <= admitted <= 1 if is_relaxed or inputs.flag("is_divisible") else admitted in (0, 1)
        loads.holds(f"{place} admitted", is_choice, str(admitted), "0/1")
        loads.at_most(f"{place} load", load, load_bounds(inputs)[1] * admitted, SHARE_STEP)
        loads.at_most(f"{place} load", load_bounds(inputs)[0] * admitted, load, SHARE_STEP)
        _reason(reasons, plan, row, price)
    return together([gates, loads, reasons])


def pool_price(results: Results) -> Fraction:
    """What a tonne more of the pool is worth by constraints.csv (万元/tce); 0 where nothing is said."""
    rows = [row for row in results.constraints if row.text("name") == "pool_balance"]
    return max((row.value("price_right") for row in rows), default=ZERO)


def _reason(probe: Probe, plan: Plan, row: ResultRow, price: Fraction) -> None:
    """Clause and reason are those that the inputs, the decision and the price of the pool give."""
    key, word = row.text("project_id"), row.text("decision")
    place, rulings = f"project:{key}", plan.rulings
    if rulings.gates[key]:
        wanted = [gate_reason(rulings, rulings.accounts.projects[key].row, c) for c in rulings.gates[key]]
        found = _parts(row, "reason")
        probe.holds(f"{place} reason", sorted(found) == sorted(wanted), " ".join(found), " ".join(wanted))
        return
    true = (ADMITTED,) if word == "admitted" else _refusals(plan, key, price)
    cited = (row.text("clause"), row.text("reason"))
    told = " | ".join(" ".join(pair) for pair in true)
    probe.holds(place, cited in true, " ".join(cited), told)


def _refusals(plan: Plan, key: str, price: Fraction) -> tuple[tuple[str, str], ...]:
    """The reasons that are true of a project which no gate stops and which does not enter."""
    rulings = plan.rulings
    project, flow = rulings.accounts.projects[key].row, plan.full_flow(key)
    if project.num("start_month") > 12:
        return (LATER,)
    if rulings.on("3.2.2b") and any(_refuses(row, key) for row in rulings.accounts.tables["decisions"]):
        return (DECIDED,)
    lead = flow.value_added - project.num("annual_cost_wan_yuan") - price * flow.total
    near = PRICE_STEP * abs(flow.total) + NOISE * abs(flow.value_added)
    if abs(lead) <= near:
        return WORTH_MORE, NO_ROOM
    return (WORTH_MORE,) if lead < 0 else (NO_ROOM,)


def _refuses(decision: Row, key: str) -> bool:
    is_refusal = decision.text("what") == "admitted" and decision.text("kind") in ("fixed", "max")
    return is_refusal and decision.text("target_id") == key and decision.num("value") == 0


def gate_reason(rulings: Rulings, project: Row, clause: str) -> str:
    """The reason that a standing gate has."""
    if clause == "3.2.2a":
        return f"review_{project.text('review')}"
    if clause == "3.3.1a":
        line = advanced(rulings.accounts, project.text("benchmark_key"), project.text("specific_unit"))
        return "no_advanced_value" if line is None else "short_of_advanced"
    if clause == "A1":
        return "red_line" if project.text("red_line") else "grade_d"
    return _GATE_REASONS[clause]


def _parts(row: ResultRow, column: str) -> list[str]:
    return [part.strip() for part in row.text(column).split(";")]
