"""The rules of the plan, one file per group of clauses: each reads the accounts and posts ledger entries."""

from dualcontrol.model.accounting import Accounts
from dualcontrol.model.ledger import Ledger
from dualcontrol.model.policy import bands, benchmarks, entry, evaluation, opening, support
from dualcontrol.model.policy.conduct import state
from dualcontrol.model.policy.rulings import Desk, Gate, Rulings, UnitRuling
from dualcontrol.model.quantities import number

__all__ = ["Gate", "Rulings", "UnitRuling", "judge"]

# in this order: what frees quota before what is withheld, so that a stopped unit keeps nothing
_RULES = (
    opening.retirement,
    benchmarks.benchmark_cuts,
    bands.releases,
    support.penalties,
    support.bonuses,
    opening.withheld,
)


def judge(accounts: Accounts) -> Rulings:
    """All rules applied once: the ledger before the optimisation, the gates, and the room left to each unit.

    Amounts in whole tce (当量 for units, 等价 for the increment). Pure.
    """
    ledger = Ledger()
    for opener in (
        opening.opening,
        opening.rounding,
        opening.increment,
        opening.carried,
        opening.base_method,
        opening.adjustments,
    ):
        ledger = ledger.post(opener(accounts))
    bases = {unit_id: ledger.balance(f"unit:{unit_id}") for unit_id in accounts.units}
    stock = evaluation.stock(accounts)
    desk = Desk(accounts, ledger, bases, bands.banner_benchmark(accounts), stock.grades)
    for rule in _RULES:
        desk = desk.posted(rule(desk))
    gates = tuple(entry.gates(desk))
    candidates = evaluation.candidates(desk, gates)
    standing = entry.admitted_before(accounts.scenario)
    gates += tuple(gate for gate in evaluation.grade_gates(candidates) if gate.target_id not in standing)
    return Rulings(
        accounts,
        desk.ledger,
        _units(desk, {gate.target_id for gate in gates}),
        gates,
        desk.benchmark_tce_per_wan_yuan,
        opening.increment_tce(accounts),
        {j: number(score or 0) for j, score in candidates.scores.items()},
        candidates,
        stock,
    )


def _units(desk: Desk, stopped: set[str]) -> dict[str, UnitRuling]:
    high = desk.accounts.scenario.table("sectors").set_index("sector_id")["is_high_energy"]
    balances, rulings = desk.ledger.balances(), {}
    for row in desk.accounts.scenario.rows("units"):
        account = f"unit:{row.unit_id}"
        moved = desk.ledger.movements(account)
        is_active = not row.is_retired and row.unit_id not in stopped
        grant, clause = bands.grant_ceiling(
            desk,
            row.unit_id,
            bool(high.get(row.sector_id, False)),
            state(row, desk.accounts.scenario.settings),
        )
        rulings[row.unit_id] = UnitRuling(
            base_tce=desk.bases[row.unit_id],
            quota_tce=balances.get(account, 0),
            cut_tce=-moved.get("benchmark_cut", 0) - moved.get("release", 0),
            released_tce=-moved.get("release", 0),
            grant_max_tce=grant if is_active else 0,
            grant_clause=clause,
            limit_max_tce=min(bands.limit_ceiling(desk, row.unit_id), max(0, balances.get(account, 0)))
            if is_active
            else 0,
            is_active=is_active,
            energy_per_value_added=desk.energy_per_value_added(row.unit_id),
        )
    return rulings
