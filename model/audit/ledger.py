"""Checks of the ledger: sound entries, balances, and rule entries equal to the auditor's own tonnage."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.audit.choices import Plan, is_managed, required_reserve
from dualcontrol.model.audit.numbers import ZERO, ceil
from dualcontrol.model.audit.results import WATERFALL, Results
from dualcontrol.model.audit.rules import Rulings, UnitRuling
from dualcontrol.model.audit.stock import REPLACED, RETIRED, UPGRADED
from dualcontrol.model.audit.verdict import Check, Probe, together

EARMARK = "pool:3.3.2c"
BONUSES = ("3.3.1c", "3.3.3d", UPGRADED)
# Moves that exist: kinds of accounts, from -> to.
MOVES = frozenset({
    ("superior", "unit"), ("unit", "superior"), ("superior", "society"), ("superior", "grid"),
    ("grid", "superior"), ("superior", "pool"), ("pool", "superior"), ("pool", "unit"), ("unit", "pool"),
    ("unit", EARMARK), (EARMARK, "project"), ("pool", "project"), ("project", "pool"), ("pool", "society"),
    ("society", "pool"), ("pool", "grid"), ("grid", "pool"), ("pool", "reserve"), ("unit", "reserve"),
    ("unit", "retired"), ("retired", "pool"),
})  # fmt: skip
# The clauses of the plan (and of its two annexes) that an entry may cite.
CLAUSES = frozenset({
    "1.a", "1.b", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1.1", "3.1.2", "3.2.1a", "3.2.1b", "3.2.1c",
    "3.2.1d", "3.2.2a", "3.2.2b", "3.2.2c", "3.2.3a", "3.2.3b", "3.2.3c", "3.2.3d", "3.2.3e", "3.2.4",
    "3.2.5", "3.3.1a", "3.3.1b", "3.3.1c", "3.3.2a", "3.3.2b", "3.3.2c", "3.3.2d", "3.3.3a", "3.3.3b",
    "3.3.3c", "3.3.3d", "3.3.4a", "3.3.4b", "3.4.1", "3.4.2", "3.4.3a", "3.4.3b", "3.4.3c", "3.4.3d",
    "3.4.3e", "3.4.3f", "3.4.3g", "3.4.3h", "3.4.4", "3.4.5", "3.5.1", "3.5.2", "3.5.3", "3.5.4",
    "3.5.5", "3.5.6", "4", "A1", "A2",
})  # fmt: skip


@dataclass(frozen=True)
class Book:
    """The ledger, summed by (from, to) and clause."""

    moved: Mapping[tuple[str, str], Mapping[str, Fraction]]
    balance: Mapping[str, Fraction]

    def sum(self, source: str, target: str, *clauses: str) -> Fraction:
        """Tonnes moved from one account to another, of the clauses named or of all."""
        found = self.moved.get((source, target), {})
        return sum((tce for clause, tce in found.items() if not clauses or clause in clauses), ZERO)

    def net(self, source: str, target: str) -> Fraction:
        """Tonnes moved less tonnes moved back."""
        return self.sum(source, target) - self.sum(target, source)


def read_book(results: Results) -> Book:
    """Sum the entries."""
    moved: defaultdict[tuple[str, str], defaultdict[str, Fraction]] = defaultdict(
        lambda: defaultdict(Fraction)
    )
    balance: defaultdict[str, Fraction] = defaultdict(Fraction)
    for row in results.ledger:
        source, target, tce = row.text("from_account"), row.text("to_account"), row.value("tce")
        moved[source, target][row.text("clause")] += tce
        balance[source] -= tce
        balance[target] += tce
    return Book(dict(moved), balance)


def _kind(account: str) -> str:
    return account if account == EARMARK else account.split(":", 1)[0]


def entry_checks(results: Results, rulings: Rulings) -> tuple[Check, ...]:
    """Every entry: this year, whole positive tonnes, known accounts and clause, a known move."""
    probe = Probe("ledger_entries", "2.2", "")
    accounts = rulings.accounts
    known = {"superior", "pool", EARMARK, "reserve", "retired", "grid"}
    known |= {f"unit:{key}" for key in accounts.units} | {f"project:{key}" for key in accounts.projects}
    known |= {f"society:{key}" for key in accounts.society}
    year = rulings.scenario.settings.plan_year
    for row in results.ledger:
        place = f"ledger.csv {row.line}"
        source, target, tce = row.text("from_account"), row.text("to_account"), row.value("tce")
        probe.holds(f"{place} year", row.whole("year") == year, str(row.whole("year")), str(year))
        probe.holds(f"{place} tce", tce > 0 and tce.denominator == 1, str(tce), "1, 2, 3, ...")
        for account in (source, target):
            probe.holds(f"{place} account", account in known, account, "")
        move = (_kind(source), _kind(target))
        probe.holds(f"{place} move", source != target and move in MOVES, f"{source} -> {target}", "")
        clause = row.text("clause")
        probe.holds(f"{place} clause", clause in CLAUSES, clause, "")
        probe.holds(f"{place} note", bool(row.text("note")), "", "note")
    return (probe.check(),)


def balance_checks(results: Results, book: Book) -> tuple[Check, ...]:
    """Published quotas are the balances; all accounts sum to zero; inner accounts end where they must."""
    trial, balances = Probe("trial_balance", "2.2"), Probe("balances", "2.2")
    published = ZERO
    for row in results.quotas:
        balances.equal(row.text("account"), row.whole("quota_tce"), book.balance[row.text("account")])
        published += row.whole("quota_tce")
    for row in results.projects:
        account = f"project:{row.text('project_id')}"
        balances.equal(account, row.whole("quota_tce"), book.balance[account])
        balances.equal(f"{account} {EARMARK}", row.whole("earmark_tce"), book.sum(EARMARK, account))
        published += row.whole("quota_tce")
    inner = sum((book.balance[name] for name in ("superior", "pool", EARMARK, "reserve", "retired")), ZERO)
    trial.equal("quotas.csv + projects.csv + ledger.csv", published + inner, 0)
    pool = Probe("pool_end", "3.2.1b")
    pool.equal("pool", book.balance["pool"], 0)
    pool.equal("retired", book.balance["retired"], 0)
    pool.at_most(EARMARK, -book.balance[EARMARK], 0)
    return together([trial, balances, pool])


def waterfall_checks(results: Results, rulings: Rulings, book: Book) -> tuple[Check, ...]:
    """The columns of quotas.csv: their sum is the quota, each is the sum of its ledger entries."""
    residual, columns = Probe("waterfall_residual", "2.2"), Probe("waterfall", "2.2")
    for row in results.quotas:
        account = row.text("account")
        total = sum(row.whole(column) for column in WATERFALL)
        residual.equal(account, total, row.whole("quota_tce"))
        columns.equal(f"{account} opening_tce", row.whole("opening_tce"), book.net("superior", account))
    for key, row in results.society().items():
        saved = -book.sum(f"society:{key}", "pool", "2.4")
        columns.equal(f"society:{key} saving_tce", row.whole("saving_tce"), saved)
    for key, row in results.units().items():
        wanted = unit_movements(book, rulings.units[key])
        for column, tce in wanted.items():
            columns.equal(f"unit:{key} {column}", row.whole(column), tce)
    return together([residual, columns])


def unit_movements(book: Book, ruling: UnitRuling) -> dict[str, Fraction]:
    """What the ledger did to a unit, by column of the waterfall (signed effect on its quota).

    Grants cite no clause of their own in the plan: base method and adjustment are known exactly, so what else
    passes between pool and unit outside the named clauses is the grant (3.1.1, 3.3.2b).
    """
    account = f"unit:{ruling.owner.id}"
    taken = {clause: book.sum(account, "pool", clause) for clause in ("3.3.1b", "3.2.5", "3.2.1c", "3.2.1b")}
    bonus = book.sum("pool", account, *BONUSES)
    rest = book.net("pool", account) + sum(taken.values(), ZERO) - bonus
    return {
        "base_method_tce": Fraction(ruling.base_method),
        "adjustment_tce": Fraction(ruling.adjustment),
        "cut_tce": -taken["3.3.1b"],
        "release_tce": -book.sum(account, EARMARK),
        "penalty_tce": -taken["3.2.5"],
        "limit_tce": -taken["3.2.1c"],
        "saving_tce": -taken["3.2.1b"],
        "bonus_tce": bonus,
        "allowance_tce": rest - ruling.base_method - ruling.adjustment,
        "withheld_tce": -book.sum(account, "reserve") - book.sum(account, "retired"),
    }


def rule_checks(plan: Plan, book: Book) -> tuple[Check, ...]:
    """Opening and rule entries are the auditor's own tonnage; choices are within the limits of their rule."""
    rulings = plan.rulings
    names = {
        "opening": "2.1", "retired": "3.2.1b", "withheld": "3.2.2a", "cut": "3.3.1b", "release": "3.3.2c",
        "penalty": "3.2.5", "leader_bonus": "3.3.1c", "green_bonus": "3.3.3d", "limit": "3.2.1c",
        "saving": "3.2.1b", "allowance": "3.1.1", "closed": RETIRED, "upgrade_bonus": UPGRADED,
    }  # fmt: skip
    probes = {name: Probe(name, clause, is_limit=False) for name, clause in names.items()}
    for key, ruling in rulings.units.items():
        account = f"unit:{key}"
        moved = unit_movements(book, ruling)
        probes["opening"].equal(account, book.net("superior", account), ruling.opening)
        probes["retired"].equal(
            account, book.sum(account, "retired", "3.2.1b"), ruling.base if ruling.is_retired else 0
        )
        _closed(plan, book, key, probes["closed"], probes["upgrade_bonus"])
        probes["withheld"].equal(
            account, book.sum(account, "reserve"), ruling.after_rules if ruling.is_withheld else 0
        )
        probes["cut"].equal(account, -moved["cut_tce"], ruling.cut)
        probes["release"].equal(account, -moved["release_tce"], ruling.release)
        probes["penalty"].equal(account, -moved["penalty_tce"], ruling.penalty)
        probes["leader_bonus"].equal(account, book.sum("pool", account, "3.3.1c"), ruling.leader_bonus)
        probes["green_bonus"].equal(account, book.sum("pool", account, "3.3.3d"), ruling.green_bonus)
        probes["limit"].at_most(account, -moved["limit_tce"], ruling.limit_max)
        probes["saving"].within_hard(account, -moved["saving_tce"], _beyond(plan, key))
        # A grant below zero would be a quota taken without a rule.
        probes["allowance"].at_most(account, -moved["allowance_tce"], 0)
        probes["allowance"].at_most(account, moved["allowance_tce"], ruling.grant_max)
    for key, served in plan.served.items():
        accounts = rulings.accounts
        need = accounts.society_flow(accounts.society[key], "plan").total * served
        wanted = ceil(need) - ceil(plan.society_flow(key).total)
        probes["saving"].equal(f"society:{key}", book.sum(f"society:{key}", "pool", "2.4"), wanted)
    for key, opening in rulings.society_opening.items():
        probes["opening"].equal(f"society:{key}", book.net("superior", f"society:{key}"), opening)
    probes["opening"].equal("grid", book.net("superior", "grid"), rulings.grid_opening)
    return together(list(probes.values()))


def _closed(plan: Plan, book: Book, key: str, freed: Probe, bonus: Probe) -> None:
    """Quota of capacity that is given up reaches the pool, each clause for itself; a pair earns at most its bonus."""
    account, rulings = f"unit:{key}", plan.rulings
    own = [(k, c) for k, c in rulings.closures.items() if c.unit == key]
    for clause in (REPLACED, RETIRED, UPGRADED):
        limits = [c.taken(plan.closed[k]) for k, c in own if c.clause == clause]
        found = book.sum(account, "retired", clause)
        freed.at_most(f"{account} {clause}", found, sum(most for _, most in limits))
        freed.at_most(f"{account} {clause}", sum(least for least, _ in limits), found)
    earned = sum((c.bonus * plan.closed[k] for k, c in own if c.clause == UPGRADED), ZERO)
    bonus.at_most(account, book.sum("pool", account, UPGRADED), ceil(earned))


def _beyond(plan: Plan, key: str) -> Fraction:
    """What savings free beyond the cuts: a tonne is freed once (3.2.1b)."""
    accounts, ruling = plan.rulings.accounts, plan.rulings.units[key]
    saved = sum((-accounts.saving_flow(accounts.measures[name]).total * amount
                 for name, amount in plan.units[key].savings.items()), ZERO)  # fmt: skip
    return max(ZERO, saved - ruling.cut - ruling.release)


def overshoot_tce(rulings: Rulings, book: Book) -> int:
    """What superior gave the pool beyond the increment and what other years leave or take."""
    return int(book.net("superior", "pool")) - rulings.increment - sum(rulings.carried.values())


def pool_checks(plan: Plan, results: Results, book: Book) -> tuple[Check, ...]:
    """Increment, band, reserve, earmark, and the quotas of projects, society lines and the grid."""
    rulings = plan.rulings
    over = overshoot_tce(rulings, book)
    band = Probe("overshoot", "1.b")
    if is_managed(rulings):
        band.at_most("superior -> pool", -over, 0)  # the whole increment reaches the pool
        is_waived = over > rulings.band and plan.is_waived()
        band.tell(waiver="yes" if is_waived else "no")
        if not is_waived:
            band.at_most("superior -> pool", over, rulings.band)
    reserve = Probe("reserve", "3.2.1b")
    reserve.at_most("pool -> reserve", required_reserve(rulings) - book.sum("pool", "reserve"), 0)

    quotas = Probe("project_quota", "3.2.1b")
    for row in results.projects:
        key = row.text("project_id")
        quotas.equal(f"project:{key}", row.whole("quota_tce"), ceil(plan.project_flow(key).total))
        quotas.at_most(f"project:{key} {EARMARK}", row.whole("earmark_tce"), max(0, row.whole("quota_tce")))
    society = Probe("society_quota", "3.2.1c")
    for key, row in results.society().items():
        # A served share that is not published is read from a use in whole tonnes.
        slack = ZERO if row.has("activity") else Fraction(1)
        society.equal(f"society:{key}", row.whole("quota_tce"), ceil(plan.society_flow(key).total), slack)
    grid = Probe("grid", "2.1")
    grid.equal("grid", book.balance["grid"], ceil(plan.county().grid_total))
    return together([band, reserve, _earmark(rulings, book), quotas, society, grid])


def _earmark(rulings: Rulings, book: Book) -> Probe:
    """3.3.2c: released quota goes only to projects worth more per tce than its source.

    The projects at or below a worth can draw only on sources strictly below it; these sets are nested, so
    that the condition for every project's worth is enough for an assignment to exist (Hall).
    """
    probe = Probe("earmark", "3.3.2c")
    for worth in sorted({project.worth for project in rulings.accounts.projects.values()}):
        drawn = earmark_drawn(rulings, book, worth)
        probe.at_most(f"{EARMARK} -> project (<= {_worth(worth)})", drawn, earmark_open(rulings, worth))
    return probe


def earmark_drawn(rulings: Rulings, book: Book, worth: tuple[int, Fraction]) -> Fraction:
    """Released quota drawn by the projects worth at most `worth`."""
    keys: Iterable[str] = (k for k, project in rulings.accounts.projects.items() if project.worth <= worth)
    return sum((book.sum(EARMARK, f"project:{key}") for key in keys), ZERO)


def earmark_open(rulings: Rulings, worth: tuple[int, Fraction]) -> int:
    """Quota released by the units worth less than `worth`."""
    return sum(ruling.release for ruling in rulings.units.values() if ruling.owner.worth < worth)


def _worth(worth: tuple[int, Fraction]) -> str:
    return "inf" if worth[0] else f"{float(worth[1]):.6g}"
