"""The auditor's own reading of capacity given up, of measures in force, of reviews (2.3, 3.2.2c, 3.2.3e, 3.3.2d)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from dualcontrol.model.audit.accounts import Accounts, Owner
from dualcontrol.model.audit.inputs import Row, setting
from dualcontrol.model.audit.numbers import ONE, ZERO, floor
from dualcontrol.model.scenario import Scenario

REPLACED, RETIRED, UPGRADED = "3.2.3e", "2.3", "3.3.2d"  # by clause: a project's source, a retirement, a pair
LEVELS = ("none", "banner", "city", "province", "national")


class Standing(Protocol):
    """What the rules left a unit: quota after them, and whether it runs."""

    @property
    def after_rules(self) -> int:
        """Whole tce."""

    @property
    def is_running(self) -> bool:
        """Whether it may produce."""


@dataclass(frozen=True)
class Closure:
    """Capacity of a unit that a plan may close: `part` of a year's capacity, whole tce freed, cost in 万元."""

    clause: str
    unit: str
    project: str
    share: Fraction
    part: Fraction
    freed: int
    bonus: int = 0
    cost: Fraction = ZERO

    def taken(self, done: Fraction) -> tuple[int, int]:
        """Whole tonnes that leave the unit, least and most: exact for a yes or no."""
        if done in (0, 1):
            return (int(done) * self.freed,) * 2
        return max(0, floor(self.freed * done)), floor(self.freed * done) + 1


def yearly_cost(measure: Row) -> Fraction:
    """What a measure costs a year (万元): to run, and to pay off its investment over its life with interest."""
    years, rate = int(measure.num("life_years")), measure.num("discount_rate")
    # worth today of 1 a year, paid at the end of each year
    worth = sum((1 / (1 + rate) ** year for year in range(1, years + 1)), ZERO)
    return measure.num("annual_cost_wan_yuan") + (
        measure.num("investment_wan_yuan") / worth if worth else ZERO
    )


def in_force(scenario: Scenario, measure: Row) -> bool:
    """Whether savings (2.3), the measure's own clause and, for society, its lines (2.4) are switched on."""
    off = scenario.settings.disabled_clauses
    if measure.text("line_id") and "2.4" in off:
        return False
    return "2.3" not in off and measure.text("clause") not in off


def stops(scenario: Scenario, unit: Row) -> bool:
    """3.2.2a: whether an existing unit stands still for want of a review."""
    words = ("missing", "pending") if scenario.settings.review.pending_units_stop else ("missing",)
    return unit.text("review") in words and "3.2.2a" not in scenario.settings.disabled_clauses


def reviewed_too_low(accounts: Accounts, project: Owner) -> bool:
    """3.2.2c: whether a review was approved below the level of authority."""
    held = project.row.text("review_level")
    if project.row.text("review") != "approved" or held not in LEVELS:
        return False
    return LEVELS.index(held) < LEVELS.index(review_level(accounts, project))


def review_level(accounts: Accounts, project: Owner) -> str:
    """3.2.2c: the level that must review, by gross 当量 energy and electricity of a full year."""
    rule, mwh = accounts.scenario.settings.review, project.electricity_mwh

    def above(limit: float) -> bool:
        return project.gross_tce >= (setting(limit) or ZERO)

    if above(rule.national_from_tce) and project.row.flag("is_two_high"):
        return LEVELS[4]
    if above(rule.province_from_tce):
        return LEVELS[3]
    is_small = not above(rule.exempt_below_tce) and mwh < (setting(rule.exempt_below_mwh) or ZERO)
    return LEVELS[0] if is_small else rule.between


def restriction(accounts: Accounts, project: Owner) -> Row | None:
    """3.2.3e: the line of restricted capacity that binds a project: the latest in force that does not exempt it."""
    row, found = project.row, None
    if "3.2.3e" in accounts.scenario.settings.disabled_clauses or not row.text("restricted_key"):
        return None
    for line in accounts.tables["restricted_capacity"]:
        is_own = line.text("restricted_key") == row.text("restricted_key")
        if is_own and line.day("effective_from") <= accounts.scenario.settings.as_of:
            later = found is None or line.day("effective_from") > found.day("effective_from")
            found = line if later else found
    if found is None:
        return None
    word = found.text("exempt_if")
    is_exempt = ("national" in word and row.flag("is_national")) or (
        "chain" in word and row.flag("is_chain_extending")
    )
    return None if is_exempt else found


def named(accounts: Accounts, project: Owner) -> tuple[Fraction, Fraction]:
    """Capacity and energy named as given up for a project, by units that still have it and documents outside."""
    scenario, row = accounts.scenario, project.row
    capacity = energy = ZERO
    if scenario.settings.policy.accepts_declared_replacement:
        capacity, energy = row.num("replaced_capacity"), row.num("replaced_energy_tce")
    for source in accounts.tables["replacements"]:
        unit = accounts.units.get(source.text("unit_id"))
        is_gone = unit is not None and (unit.row.flag("is_retired") or stops(scenario, unit.row))
        if source.text("project_id") == project.id and not is_gone:
            capacity += source.num("capacity")
            energy += source.num("energy_tce")
    return capacity, energy


def lacks_replacement(accounts: Accounts, project: Owner) -> bool:
    """3.2.3e: whether a project must replace capacity and energy and does not."""
    line = restriction(accounts, project)
    if line is None:
        return False
    capacity, energy = named(accounts, project)
    is_short = capacity < line.num("capacity_ratio") * project.row.num("capacity")
    return is_short or energy < line.num("energy_ratio") * project.gross_tce


def closures(
    accounts: Accounts, units: Mapping[str, Standing], unrewarded: Collection[str]
) -> dict[str, Closure]:
    """Every closure that is open, of units that run, by id. unrewarded: units without a bonus (3.2.5)."""
    off = accounts.scenario.settings.disabled_clauses
    found: dict[str, Closure] = {}

    def close(key: str, clause: str, row: Row, bonus: int = 0, cost: Fraction = ZERO) -> None:
        unit = row.text("unit_id")
        if unit in units and units[unit].is_running:
            part = row.num("capacity_share") * accounts.month(row)
            freed = floor(part * max(0, units[unit].after_rules))
            project = row.text("project_id")
            found[key] = Closure(clause, unit, project, row.num("capacity_share"), part, freed, bonus, cost)

    for row in accounts.tables["replacements"]:
        if restriction(accounts, accounts.projects[row.text("project_id")]) is not None:
            close(row.text("replacement_id"), REPLACED, row)
    for row in accounts.tables["retirements"] if RETIRED not in off else ():
        close(row.text("retirement_id"), RETIRED, row, cost=row.num("compensation_wan_yuan"))
    for row in accounts.tables["capacity_replacements"] if UPGRADED not in off else ():
        share = _bonus_share(accounts, row)
        if share is not None:
            unit = row.text("unit_id")
            energy = accounts.base_unit_flow(accounts.units[unit]).total * row.num("capacity_share")
            earned = ZERO if unit in unrewarded else max(ZERO, energy) * accounts.month(row) * share
            close(row.text("pair_id"), UPGRADED, row, bonus=floor(earned))
    return found


def _bonus_share(accounts: Accounts, row: Row) -> Fraction | None:
    """3.3.2d: bonus per tonne replaced, by the value added per tonne that is gained; None where none is gained."""
    policy = accounts.scenario.settings.policy
    most = setting(policy.upgrade_bonus_max_share) or ZERO
    old, new = accounts.units[row.text("unit_id")], accounts.projects[row.text("project_id")]
    if old.value_added <= 0 or accounts.base_unit_flow(old).intensity <= 0:
        return None
    if new.energy <= 0:
        return most if new.value_added > 0 else None
    before = old.value_added / accounts.base_unit_flow(old).intensity
    gain = new.value_added / new.energy / before - ONE
    return min(most, gain * (setting(policy.upgrade_bonus_share) or ZERO)) if gain > 0 else None
