"""Capacity that is given up in the plan year: replacements, retirements, capacity replacement pairs.

A closure takes a share of a unit's capacity out of service from a month on. The unit keeps the rest, as floor and as
ceiling of its activity, and the same share of its quota after all rules moves `unit -> retired -> pool`, for the
months it is free. So a tonne is freed once: what cuts took is no longer in the quota, and the shares given up by a
unit sum to at most 1 whatever they are given up for (2.3, 3.2.1b, 3.2.3e, 3.3.2d).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dualcontrol.model.policy import replacement
from dualcontrol.model.policy.conduct import BARRED, state
from dualcontrol.model.policy.rulings import Desk, Rulings
from dualcontrol.model.quantities import exact, whole_down

REPLACED, RETIRED, UPGRADED = "replaced", "closed", "upgraded"  # notes of the ledger
CLAUSE = {REPLACED: "3.2.3e", RETIRED: "2.3", UPGRADED: "3.3.2d"}
BONUS_NOTE = "upgrade_bonus"


@dataclass(frozen=True)
class Closure:
    """One closure that the plan may decide on.

    share: of the unit's capacity. months: share of the plan year. freed_tce: quota it frees if it is done, whole.
    cost_wan_yuan: paid in the plan year. project_id: what it is done for ("" for a retirement). bonus_tce: most
    increment it earns (3.3.2d).
    """

    closure_id: str
    kind: str
    unit_id: str
    project_id: str
    share: Fraction
    months: Fraction
    freed_tce: int
    cost_wan_yuan: Fraction = Fraction(0)
    bonus_tce: int = 0

    @property
    def year_share(self) -> Fraction:
        """Share of the year's capacity that it takes out."""
        return self.share * self.months

    @property
    def clause(self) -> str:
        """The clause it is done under."""
        return CLAUSE[self.kind]


def desk_of(rulings: Rulings) -> Desk:
    """The desk after all rules."""
    bases = {u: ruling.base_tce for u, ruling in rulings.units.items()}
    return Desk(rulings.accounts, rulings.ledger, bases, rulings.benchmark_tce_per_wan_yuan)


def closures(rulings: Rulings) -> tuple[Closure, ...]:
    """Every closure that is open in the plan year, ordered by kind and id; of running units only. Pure."""
    desk = desk_of(rulings)
    scenario = rulings.accounts.scenario
    projects = {p.project_id: p for p in scenario.rows("projects")}
    found: list[Closure] = []
    for row in scenario.rows("replacements"):
        if row.unit_id and replacement.rule_in_force(desk, projects[row.project_id]) is not None:
            found += _closure(rulings, row, row.replacement_id, REPLACED, row.project_id)
    if desk.is_on(CLAUSE[RETIRED]):
        for row in scenario.rows("retirements"):
            cost = exact(row.compensation_wan_yuan)
            found += _closure(rulings, row, row.retirement_id, RETIRED, "", cost)
    if desk.is_on(CLAUSE[UPGRADED]):
        for row in scenario.rows("capacity_replacements"):
            gain = value_gain(desk, row.unit_id, row.project_id)
            if gain is None or gain > 0:
                bonus = bonus_tce(desk, row, gain)
                found += _closure(rulings, row, row.pair_id, UPGRADED, row.project_id, bonus=bonus)
    return tuple(found)


def _closure(
    rulings: Rulings,
    row: Any,
    closure_id: str,
    kind: str,
    project_id: str,
    cost: Fraction = Fraction(0),
    bonus: int = 0,
) -> list[Closure]:
    ruling = rulings.units[row.unit_id]
    share, months = exact(row.capacity_share), Fraction(13 - int(row.start_month), 12)
    if not ruling.is_active:
        return []
    freed = whole_down(share * months * max(0, ruling.quota_tce))
    return [Closure(closure_id, kind, row.unit_id, project_id, share, months, freed, cost, bonus)]


def value_gain(desk: Desk, unit_id: str, project_id: str) -> Fraction | None:
    """3.3.2d: value added per tce of the new line over that of the old, less 1; None: the new one needs no energy.

    0, so that nothing is offered, where the old line earns nothing or needs no energy: there is no ratio.
    """
    counted, accounts = desk.accounts.counting.counted, desk.accounts
    old, new = accounts.units[unit_id], accounts.projects_full_year[project_id]
    old_tce, new_tce = counted(old, "intensity"), counted(new, "intensity")
    if old.value_added_wan_yuan <= 0 or old_tce <= 0:
        return Fraction(0)
    if new_tce <= 0:
        return None if new.value_added_wan_yuan > 0 else Fraction(0)
    return Fraction(new.value_added_wan_yuan / new_tce * old_tce / old.value_added_wan_yuan - 1)


def bonus_tce(desk: Desk, row: Any, gain: Fraction | None) -> int:
    """3.3.2d: bonus_share × energy replaced × gain, at most a share of the energy replaced; whole tce, rounded down.

    Energy replaced: counted energy of the base year, of the capacity that is closed, for its months. Nothing for a
    unit under a dishonesty record (3.2.5).
    """
    policy = desk.accounts.scenario.settings.policy
    scenario = desk.accounts.scenario
    unit = next(u for u in scenario.rows("units") if u.unit_id == row.unit_id)
    if state(unit, scenario.settings) in BARRED and desk.is_on("3.2.5"):
        return 0
    months = Fraction(13 - int(row.start_month), 12)
    energy = desk.accounts.counted_base_tce(row.unit_id, "total") * exact(row.capacity_share) * months
    most = exact(policy.upgrade_bonus_max_share)
    share = most if gain is None else min(most, exact(policy.upgrade_bonus_share) * gain)
    return whole_down(max(Fraction(0), energy) * share)
