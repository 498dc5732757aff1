"""Opening balances, the increment, adjustments, retired and unreviewed units (3.2.1a–b, 3.2.2a)."""

from fractions import Fraction

from dualcontrol.model.accounting import Accounts
from dualcontrol.model.ledger import GRID, POOL, RESERVE, RETIRED, SUPERIOR, Entry, transfer
from dualcontrol.model.policy.replacement import is_unreviewed
from dualcontrol.model.policy.rulings import Desk
from dualcontrol.model.quantities import exact, whole_near, whole_up
from dualcontrol.model.schema_years import CARRIED_IN, CARRIED_OUT


def opening(accounts: Accounts) -> list[Entry]:
    """3.2.1b: everybody opens with the energy counted last year, whole tonnes in their favour.

    The grid account takes the difference to the county's 等价 total, so the openings sum to it to the tonne.
    """
    year, counting = accounts.scenario.settings.plan_year, accounts.counting
    posted = {f"unit:{u}": whole_up(accounts.counted_base_tce(u, "total")) for u in accounts.units}
    posted |= {
        f"society:{s}": whole_up(counting.counted(line.base, "total")) for s, line in accounts.society.items()
    }
    posted[GRID] = whole_near(accounts.base.energy_eq_tce["total"]) - sum(posted.values())
    return [e for a, tce in posted.items() for e in transfer(year, SUPERIOR, a, tce, "3.2.1b", "opening")]


def increment_tce(accounts: Accounts) -> int:
    """2.1: the increment given from above in 等价 tce, or E_base((1+g)(1-r)-1) where only targets are given."""
    targets = accounts.scenario.settings.targets
    if targets.increment_tce_eq is not None:
        return whole_near(exact(targets.increment_tce_eq))
    if targets.gdp_growth is None or targets.intensity_reduction is None:
        return 0
    growth, reduction = exact(targets.gdp_growth), exact(targets.intensity_reduction)
    return whole_near(accounts.base.energy_eq_tce["total"] * ((1 + growth) * (1 - reduction) - 1))


def increment(accounts: Accounts) -> list[Entry]:
    """3.2.1b: the increment enters the pool, all of it."""
    settings = accounts.scenario.settings
    if not settings.is_total_managed:
        return []
    return transfer(settings.plan_year, SUPERIOR, POOL, increment_tce(accounts), "3.2.1b", "increment")


def carried(accounts: Accounts) -> list[Entry]:
    """3.2.1b: total that the year before left over comes in, what is left to the year after goes out (`year_links`)."""
    settings = accounts.scenario.settings
    if not settings.is_total_managed:
        return []
    signs = {CARRIED_IN: 1, CARRIED_OUT: -1}
    return [
        entry
        for row in accounts.scenario.rows("year_links")
        if row.what in signs
        for entry in transfer(
            settings.plan_year, SUPERIOR, POOL, signs[row.what] * int(row.value), "3.2.1b", row.what
        )
    ]


def method_base_tce(accounts: Accounts, unit_id: str) -> Fraction:
    """3.2.1a: a unit's base by the scenario's method, exact.

    mean_of_three: mean of the last three years of `unit_history`. output_adjusted: last year's energy per output
    times the mean output of those years.
    """
    settings, last = accounts.scenario.settings, accounts.counted_base_tce(unit_id, "total")
    if settings.policy.base_method == "last_year":
        return last
    history = accounts.scenario.table("unit_history").sort_values("year")
    rows = history[(history["unit_id"] == unit_id) & (history["year"] <= settings.base_year)].tail(3)
    if settings.policy.base_method == "mean_of_three":
        return sum((exact(v) for v in rows["counted_tce"]), Fraction(0)) / len(rows)
    outputs = [exact(v) for v in rows["output"]]
    return last * sum(outputs, Fraction(0)) / len(outputs) / outputs[-1]


def base_method(accounts: Accounts) -> list[Entry]:
    """3.2.1a: what the base method gives beyond or below last year's energy moves between pool and unit."""
    entries: list[Entry] = []
    for unit_id in accounts.units:
        difference = whole_up(method_base_tce(accounts, unit_id)) - whole_up(
            accounts.counted_base_tce(unit_id, "total")
        )
        entries += transfer(
            accounts.scenario.settings.plan_year, POOL, f"unit:{unit_id}", difference, "3.2.1a", "base_method"
        )
    return entries


def rounding(accounts: Accounts) -> list[Entry]:
    """3.2.1b: what whole tonnes cost at the opening comes from above: every account is issued whole.

    Openings add up to the county's total, and units and society lines are rounded up, so the grid account opens short
    of what the base year drew on it, by up to a tonne of each; a base method moves whole tonnes, too. Without this
    entry a county without increment could not even repeat its base year.
    """
    last = {u: accounts.counted_base_tce(u, "total") for u in accounts.units}
    bases = {u: method_base_tce(accounts, u) for u in accounts.units}
    moved = sum((whole_up(bases[u]) - whole_up(last[u]) - (bases[u] - last[u]) for u in last), Fraction(0))
    need = whole_up(accounts.base.grid_eq_tce["total"] + max(Fraction(0), moved))
    opened = sum(
        e.tce if e.to_account == GRID else -e.tce
        for e in opening(accounts)
        if GRID in (e.to_account, e.from_account)
    )
    return transfer(accounts.scenario.settings.plan_year, SUPERIOR, GRID, need - opened, "3.2.1b", "rounding")


def adjustments(accounts: Accounts) -> list[Entry]:
    """3.2.1a: documented adjustments of the base (overhauls, curtailment, ramp-up), paid by the pool."""
    year = accounts.scenario.settings.plan_year
    return [
        entry
        for row in accounts.scenario.rows("adjustments")
        for entry in transfer(year, POOL, f"unit:{row.unit_id}", int(row.tce), "3.2.1a", "adjustment")
    ]


def retirement(desk: Desk) -> list[Entry]:
    """3.2.1b: the whole quota of a unit retired before the plan year enters the pool."""
    entries: list[Entry] = []
    for row in desk.accounts.scenario.rows("units"):
        quota = desk.ledger.balance(f"unit:{row.unit_id}")
        if row.is_retired and quota > 0:
            entries += transfer(desk.year, f"unit:{row.unit_id}", RETIRED, quota, "3.2.1b", "retired")
            entries += transfer(desk.year, RETIRED, POOL, quota, "3.2.1b", "retired")
    return entries


def withheld(desk: Desk) -> list[Entry]:
    """3.2.2a: a unit without a valid energy-saving review stops; its quota is held in reserve until rectified."""
    entries: list[Entry] = []
    for row in desk.accounts.scenario.rows("units"):
        quota = desk.ledger.balance(f"unit:{row.unit_id}")
        if is_unreviewed(desk, row):
            entries += transfer(desk.year, f"unit:{row.unit_id}", RESERVE, quota, "3.2.2a", "withheld")
    return entries
