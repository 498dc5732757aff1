"""The summary against the recomputed totals, and its hash against the inputs."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from dualcontrol.model.audit.bound import Claim
from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.numbers import ZERO, Number, exact, number
from dualcontrol.model.audit.verdict import Check, Probe, together

REQUIRED = (
    "objective_wan_yuan", "energy_tce", "energy_eq_tce", "gdp_wan_yuan", "intensity", "intensity_reduction",
    "co2_t",
)  # fmt: skip


def totals(plan: Plan, overshoot_tce: int) -> dict[str, Fraction | None]:
    """The figures of the summary, recomputed; None where the county has no value added.

    `energy_tce`: all energy, 当量, nothing excluded, losses (of storage, too) at the electricity's calorific value.
    `energy_eq_tce`: what the intensity is formed of, 等价; `energy_eq_total_tce`: measure total, 等价.
    """
    county, base = plan.county(), plan.rulings.base_intensity
    accounts, gdp = plan.rulings.accounts, county.value_added
    losses = accounts.power["losses"].num("plan_mwh") if "losses" in accounts.power else ZERO
    if plan.operation is not None:
        losses = plan.operation.power_mwh["losses"]
    intensity = county.eq_intensity / gdp if gdp > 0 else None
    return {
        "objective_wan_yuan": plan.value(overshoot_tce),
        "energy_tce": _gross(plan) + losses * accounts.k_tce_per_mwh,
        "energy_eq_tce": county.eq_intensity,
        "energy_eq_total_tce": county.eq_total,
        "gdp_wan_yuan": gdp,
        "intensity": intensity,
        "intensity_reduction": 1 - intensity / base if intensity is not None and base else None,
        "co2_t": accounts.co2_t(county),
        "base_intensity": base,
        "base_gdp_wan_yuan": accounts.base().value_added,
        "increment_tce_eq": Fraction(plan.rulings.increment),
        "benchmark_tce_per_wan_yuan": plan.rulings.benchmark,
        "net_inflow_mwh": county.import_mwh,
    }


def _gross(plan: Plan) -> Fraction:
    """Energy of all owners, feedstock, self-used PV and excess renewables included (当量)."""
    accounts = plan.rulings.accounts
    units = (accounts.units[key].gross_tce * choice.activity for key, choice in plan.units.items())
    saved = (
        accounts.saving_flow(accounts.measures[key]).total * amount
        for choice in plan.units.values()
        for key, amount in choice.savings.items()
    )
    projects = (
        accounts.projects[key].gross_tce * accounts.month(accounts.projects[key].row) * load
        for key, load in plan.load.items()
    )
    society = (plan.society_flow(key).total for key in plan.served)
    return sum((*units, *saved, *projects, *society), ZERO)


def summary_checks(
    plan: Plan, overshoot_tce: int, summary: Mapping[str, object], *, is_published: bool
) -> tuple[Check, ...]:
    """Totals within the rounding of their decimals; the content hash of the inputs is among the hashes.

    Hashes are written when a plan is published: a plan in memory may have none.
    """
    probe = Probe("summary", "2.2", "")
    for key, wanted in totals(plan, overshoot_tce).items():
        if key not in REQUIRED and key not in summary:
            continue
        found = _number(summary.get(key))
        if wanted is None:
            probe.holds(key, found is None, "-" if found is None else str(found.value), "-")
        elif found is None:
            probe.holds(key, False, str(summary.get(key, "-")), str(float(wanted)))
        else:
            probe.rounded(key, found, wanted)
    digest = Probe("inputs_hash", "2.2", "")
    wanted_hash = plan.rulings.scenario.content_hash
    hashes = list(_hashes(summary))
    if hashes or is_published:
        digest.holds("summary.json", wanted_hash in hashes, " ".join(hashes)[:80] or "-", wanted_hash)
    return together([probe, digest])


def claim(summary: Mapping[str, object] | None) -> Claim:
    """Status and bound as the solver claims them."""
    if summary is None:
        return Claim()
    found = _number(summary.get("bound_wan_yuan"))
    return Claim(str(summary.get("status", "")), None if found is None else found.value)


def _number(cell: object) -> Number | None:
    try:
        return None if exact(cell) is None else number(cell)
    except ValueError:
        return None


def _hashes(summary: Mapping[str, object]) -> Iterator[str]:
    """Every text under `content_hash`, `scenario_hash`, `hash` or in `hashes`."""
    for key in ("content_hash", "scenario_hash", "hash", "hashes"):
        cell = summary.get(key)
        if isinstance(cell, str):
            yield cell
        elif isinstance(cell, Mapping):
            yield from (value for value in cell.values() if isinstance(value, str))
