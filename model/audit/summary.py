"""The summary against the recomputed totals, and its hash against the inputs."""

from collections.abc import Mapping
from fractions import Fraction

from dualcontrol.model.audit.bound import Claim
from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.county import base_lines, gross_eq_tce
from dualcontrol.model.audit.ledger import EARMARK, Book
from dualcontrol.model.audit.numbers import ZERO, Number, exact, number
from dualcontrol.model.audit.rules import Rulings
from dualcontrol.model.audit.unused import full_use_intensity, unused_quotas
from dualcontrol.model.audit.verdict import NOISE, Check, Probe

REQUIRED = (
    "objective_wan_yuan", "energy_tce", "energy_eq_tce", "gdp_wan_yuan", "intensity", "intensity_reduction",
    "co2_t",
)  # fmt: skip
# Half a unit of the last decimal that a figure must have, by the end of its name: whoever prints fewer decimals
# gains no tolerance by it.
_HALF_UNITS = (
    ("per_wan_yuan", Fraction(1, 2 * 10**6)), ("_wan_yuan", Fraction(1, 2 * 10**4)), ("_tce", Fraction(1, 20)),
    ("tce_eq", Fraction(1, 20)), ("_t", Fraction(1, 20)), ("_mwh", Fraction(1, 2000)),
    ("hours", Fraction(1, 2000)),
)  # fmt: skip
_OTHERS = Fraction(1, 2 * 10**6)


def totals(plan: Plan, book: Book, overshoot_tce: int) -> dict[str, Fraction | None]:
    """The figures of the summary, recomputed; None where the county has no value added.

    `energy_tce`: all energy, 当量, nothing excluded, losses (of storage, too) at the electricity's calorific value.
    `energy_eq_tce`: what the intensity is formed of, 等价; `energy_eq_total_tce`: measure total, 等价.
    """
    county, base = plan.county(), plan.rulings.base_intensity
    accounts, gdp = plan.rulings.accounts, county.value_added
    before = accounts.base()
    losses = accounts.power["losses"].num("plan_mwh") if "losses" in accounts.power else ZERO
    if plan.operation is not None:
        losses = plan.operation.power_mwh["losses"]
    intensity, at_full_use = county.eq_intensity / gdp if gdp > 0 else None, full_use_intensity(plan, book)
    base = base if before.eq_intensity > 0 else None
    return {
        "objective_wan_yuan": plan.value(overshoot_tce),
        "energy_tce": _gross(plan) + losses * accounts.k_tce_per_mwh,
        "energy_eq_tce": county.eq_intensity,
        "energy_eq_total_tce": county.eq_total,
        "energy_eq_gross_tce": gross_eq_tce(plan),
        "base_energy_tce": base_lines(plan)["gross", "all"][0],
        "base_energy_eq_tce": before.eq_intensity,
        "base_energy_eq_total_tce": before.eq_total,
        "gdp_wan_yuan": gdp,
        "base_gdp_wan_yuan": before.value_added,
        "intensity": intensity,
        "base_intensity": base,
        "intensity_reduction": _fall(intensity, base),
        "intensity_if_quotas_fully_used": at_full_use,
        "intensity_reduction_if_quotas_fully_used": _fall(at_full_use, base),
        "unused_quota_tce": sum(unused_quotas(plan, book).values(), ZERO),
        "co2_t": accounts.co2_t(county),
        "base_co2_t": accounts.co2_t(before),
        "increment_tce_eq": Fraction(plan.rulings.increment),
        "reserve_tce": book.balance["reserve"],
        "earmark_left_tce": book.balance[EARMARK],
        "benchmark_tce_per_wan_yuan": plan.rulings.benchmark,
        "net_inflow_mwh": county.import_mwh,
    }


def _fall(intensity: Fraction | None, base: Fraction | None) -> Fraction | None:
    return 1 - intensity / base if intensity is not None and base else None


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


def summary_check(
    plan: Plan, book: Book, overshoot_tce: int, summary: Mapping[str, object], *, is_published: bool
) -> Check:
    """Totals within the rounding of their decimals; a published summary has them all."""
    probe = Probe("summary", "2.2", "")
    for key, wanted in totals(plan, book, overshoot_tce).items():
        if key in REQUIRED or key in summary or is_published:
            told(probe, key, key, summary.get(key), wanted)
    return probe.check()


def told(probe: Probe, place: str, key: str, cell: object, wanted: Fraction | None) -> None:
    """A figure of the summary is `wanted` (None: nothing), with the decimals that the name `key` must have."""
    found = read_number(cell)
    if wanted is None:
        probe.holds(place, cell is None, str(cell)[:40], "-")
    elif found is None:
        probe.holds(place, False, "-" if cell is None else str(cell)[:40], str(float(wanted)))
    else:
        half = next((half for end, half in _HALF_UNITS if key.endswith(end)), _OTHERS)
        slack = min(found.half_unit, half) + NOISE * abs(wanted)
        probe.equal(place, found.value, wanted, slack)


def hash_check(rulings: Rulings, summary: Mapping[str, object], *, is_published: bool) -> Check:
    """The content hash of the inputs is the one the summary names.

    Hashes are written when a plan is published: a plan in memory may have none.
    """
    probe, wanted = Probe("inputs_hash", "2.2", ""), rulings.scenario.content_hash
    hashes = summary.get("hashes")
    found = hashes.get("scenario") if isinstance(hashes, Mapping) else hashes
    if found is not None or is_published:
        probe.holds("inputs/", found == wanted, str(found or "-")[:80], wanted)
    return probe.check()


def claim(summary: Mapping[str, object] | None) -> Claim:
    """Status and bound as the solver claims them."""
    if summary is None:
        return Claim()
    found = read_number(summary.get("bound_wan_yuan"))
    return Claim(str(summary.get("status", "")), None if found is None else found.value)


def read_number(cell: object) -> Number | None:
    """A number of the summary; None for anything else."""
    try:
        return None if exact(cell) is None else number(cell)
    except ValueError:
        return None
