"""Bonuses and the penalty for dishonest conduct (3.3.1c, 3.3.3d, 3.2.5)."""

from dualcontrol.model.ledger import POOL, Entry, transfer
from dualcontrol.model.policy.conduct import BARRED, penalty_share, state
from dualcontrol.model.policy.rulings import Desk
from dualcontrol.model.quantities import exact, whole_down


def bonuses(desk: Desk) -> list[Entry]:
    """3.3.1c, 3.3.3d: efficiency leaders and green factories receive a share of their base from the pool."""
    settings = desk.accounts.scenario.settings
    policy = settings.policy
    entries: list[Entry] = []
    for row in desk.accounts.scenario.rows("units"):
        if row.is_retired or (state(row, settings) in BARRED and desk.is_on("3.2.5")):
            continue
        for flag, share, clause, note in (
            (row.is_leader, policy.leader_bonus_share, "3.3.1c", "leader_bonus"),
            (row.is_green_factory, policy.green_factory_bonus_share, "3.3.3d", "green_factory_bonus"),
        ):
            if flag and desk.is_on(clause):
                bonus = whole_down(exact(share) * max(0, desk.bases[row.unit_id]))
                entries += transfer(desk.year, POOL, f"unit:{row.unit_id}", bonus, clause, note)
    return entries


def penalties(desk: Desk) -> list[Entry]:
    """3.2.5: a record costs a share of the base by its state, at most what is left of the quota."""
    entries: list[Entry] = []
    if not desk.is_on("3.2.5"):
        return entries
    settings = desk.accounts.scenario.settings
    for row in desk.accounts.scenario.rows("units"):
        share = exact(penalty_share(state(row, settings), settings))
        if share > 0 and not row.is_retired:
            account = f"unit:{row.unit_id}"
            due = min(
                whole_down(share * max(0, desk.bases[row.unit_id])), max(0, desk.ledger.balance(account))
            )
            entries += transfer(desk.year, account, POOL, due, "3.2.5", "penalty")
    return entries
