"""The banner's benchmark intensity: who may grow, who releases quota, who may be limited (3.1.1, 3.2.1c, 3.3.2b–c)."""

from fractions import Fraction

from dualcontrol.model.accounting import Accounts
from dualcontrol.model.ledger import EARMARK, Entry, transfer
from dualcontrol.model.policy.benchmarks import benchmark_cut_tce
from dualcontrol.model.policy.conduct import BARRED
from dualcontrol.model.policy.rulings import Desk
from dualcontrol.model.quantities import exact, whole_down, whole_up


def banner_benchmark(accounts: Accounts) -> Fraction | None:
    """3.3.2b–c: the banner's benchmark in tce per 万元: given, or the mean of the units weighted by value added.

    The weighted mean of e_i/v_i with weights v_i is (sum of e)/(sum of v). None without units or value added.
    """
    given = accounts.scenario.settings.policy.benchmark_tce_per_wan_yuan
    if given is not None:
        return exact(given)
    running = [row.unit_id for row in accounts.scenario.rows("units") if not row.is_retired]
    value = sum((accounts.units[u].value_added_wan_yuan for u in running), Fraction(0))
    if value <= 0:
        return None
    return sum((accounts.counted_base_tce(u, "intensity") for u in running), Fraction(0)) / value


def release_tce(desk: Desk, unit_id: str, is_public_service: bool) -> int:
    """3.3.2c: the excess over the benchmark due this year, whole tce, at most `max_release_share` of the base."""
    if not desk.is_on("3.3.2c") or is_public_service or desk.benchmark_tce_per_wan_yuan is None:
        return 0
    policy = desk.accounts.scenario.settings.policy
    value = desk.accounts.units[unit_id].value_added_wan_yuan
    excess = desk.accounts.counted_base_tce(unit_id, "intensity") - desk.benchmark_tce_per_wan_yuan * value
    phased = max(Fraction(0), excess) * exact(policy.release_phase_share)
    return whole_down(min(phased, exact(policy.max_release_share) * max(0, desk.bases[unit_id])))


def releases(desk: Desk) -> list[Entry]:
    """3.3.2c: only what goes beyond the benchmark cut is posted, to the earmark: a tonne is freed once."""
    sectors = desk.accounts.scenario.table("sectors").set_index("sector_id")["is_public_service"]
    entries: list[Entry] = []
    for row in desk.accounts.scenario.rows("units"):
        if row.is_retired:
            continue
        due = release_tce(desk, row.unit_id, bool(sectors.get(row.sector_id, False)))
        beyond = max(0, due - benchmark_cut_tce(desk, row.unit_id))
        entries += transfer(desk.year, f"unit:{row.unit_id}", EARMARK, beyond, "3.3.2c", "release")
    return entries


def grant_ceiling(desk: Desk, unit_id: str, is_high_energy: bool, conduct: str) -> tuple[int, str]:
    """How much the optimiser may add to a unit, whole tce, and the clause that says so.

    3.3.2b: better than the benchmark, up to `allowance_share` of the base. 3.1.1: other high-consuming stock,
    nothing. Else: up to what its full capacity needs (3.2.1c, reasonable use), or the allowance where that is more:
    being efficient must never cost room. 3.2.5: warned or serious (`conduct`, the state today), nothing. 3.3.2a:
    grade A, the allowance times `a_allowance_factor`; grade D, nothing.
    """
    if conduct in BARRED and desk.is_on("3.2.5"):
        return 0, "3.2.5"
    if desk.grades.get(unit_id) == "D":
        return 0, "3.3.2a"
    base = max(0, desk.bases[unit_id])
    allowance = 0
    if desk.is_better_than_benchmark(unit_id) and desk.is_on("3.3.2b"):
        allowance = whole_down(allowance_share(desk, unit_id) * base)
    if is_high_energy and desk.is_on("3.1.1"):
        return (allowance, "3.3.2b") if allowance > 0 else (0, "3.1.1")
    units = desk.accounts.scenario.table("units").set_index("unit_id")
    full = desk.accounts.counted_base_tce(unit_id, "total") * exact(units.loc[unit_id, "activity_max"])
    growth = max(0, whole_up(full) - base)
    return (allowance, "3.3.2b") if allowance > growth else (growth, "3.2.1c")


def allowance_share(desk: Desk, unit_id: str) -> Fraction:
    """3.3.2b: relaxation above the base for efficient units, share of the base; more for grade A (3.3.2a)."""
    settings = desk.accounts.scenario.settings
    factor = settings.evaluation.a_allowance_factor if desk.grades.get(unit_id) == "A" else 1.0
    return exact(settings.policy.allowance_share) * exact(factor)


def limit_ceiling(desk: Desk, unit_id: str) -> int:
    """3.2.1c: how much may be taken from a low-output, high-consumption unit this year, whole tce; grade D is one."""
    is_low = desk.is_worse_than_benchmark(unit_id) or desk.grades.get(unit_id) == "D"
    if not desk.is_on("3.2.1c") or not is_low:
        return 0
    return whole_down(
        exact(desk.accounts.scenario.settings.policy.max_cut_share) * max(0, desk.bases[unit_id])
    )
