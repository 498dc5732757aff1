"""The year's settlement: metered use against issued quota, in double entry, and the next year's openings (3.1.2, A2).

What an account used beyond its quota is deducted from the next year up to a share of the quota; what is more is to be
bought from those who used less, at the reserve price, where the market is open; what nobody can sell, or the account
may not buy, is deducted, too, and the matter is handed to the authorities under 3.2.5. That is a step of procedure:
whether there was dishonest conduct is for them to say. No text at hand lays the shares and the price down: all are
parameters, and the result is a proposal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dualcontrol.model.accounting import Accounts
from dualcontrol.model.ledger import MARKET, POOL, Entry, Ledger, transfer
from dualcontrol.model.policy.conduct import may_buy_quota, state
from dualcontrol.model.quantities import exact, whole_down, whole_up
from dualcontrol.model.settings import Settings
from dualcontrol.model.tracking import Tracking

USED = "used"
ADVANCE = "advance"  # advance:<unit or project>: what is owed from the next year
SUBMITTED = "submitted_for_recognition"
ZERO = Fraction(0)
Outcome = Literal["within", "deducted", "bought", "mixed", "uncovered", "unmetered"]


class SettlementRules(BaseModel):
    """Parameters of the settlement (3.1.2, A2). All assumed: annex 2 of the plan is not at hand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deduct_share: Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)] = Field(
        0.05, description="use beyond the quota that is deducted next year, share of the quota (3.1.2)"
    )
    is_market_open: bool | None = Field(
        None,
        description="what is more can be bought from those who used less (A2); default: as `trade.open` says",
    )
    reserve_price_yuan_per_tce: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] | None = Field(
        None,
        description="price of a tonne, 当量 (A2); default: `trade.reserve_price_wan_yuan_per_tce_eq`, in yuan",
    )
    carry_share: Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)] = Field(
        0.0,
        description="share of unused quota that is carried into the next year; the rest returns to the pool",
    )

    def resolved(self, settings: Settings) -> "SettlementRules":
        """With what is not given taken from the scenario; the market is closed where A2 is switched off."""
        is_open = settings.trade.open if self.is_market_open is None else self.is_market_open
        price = self.reserve_price_yuan_per_tce
        if price is None:
            price = float(exact(settings.trade.reserve_price_wan_yuan_per_tce_eq) * 10_000)
        is_open = is_open and "A2" not in settings.disabled_clauses
        return self.model_copy(update={"is_market_open": is_open, "reserve_price_yuan_per_tce": price})


@dataclass(frozen=True)
class Line:
    """The settlement of one account, whole tonnes; metered and estimated exact.

    One that holds quota and has no readings at all is not settled: it keeps its balance, and sells nothing.
    """

    account: str
    owner: str
    name: str
    department: str
    quota_tce: int
    metered_tce: Fraction
    estimated_tce: Fraction
    charged_tce: int
    over_tce: int
    left_tce: int
    deducted_tce: int
    bought_tce: int
    sold_tce: int
    carried_tce: int
    uncovered_tce: int
    paid_wan_yuan: Fraction
    is_metered: bool

    @property
    def procedure(self) -> str:
        """The step of procedure that follows, if any."""
        return SUBMITTED if self.uncovered_tce else ""

    @property
    def outcome(self) -> Outcome:
        """What becomes of the account in a word."""
        if not self.is_metered:
            return "unmetered"
        if self.over_tce == 0:
            return "within"
        if self.uncovered_tce:
            return "uncovered"
        if self.bought_tce and self.deducted_tce:
            return "mixed"
        return "bought" if self.bought_tce else "deducted"


@dataclass(frozen=True)
class Opening:
    """What an account opens the next year with: its base, less what is owed, with what is carried; whole tce.

    adjustment_tce: what must be added to metered use, rounded up (as a scenario opens), to make it the opening.
    """

    account: str
    owner: str
    base_tce: int
    deduction_tce: int
    opening_tce: int
    adjustment_tce: int


@dataclass(frozen=True)
class Settlement:
    """Every account settled; `ledger`: the issued quotas and all entries of the settlement, closing at zero."""

    year: int
    lines: tuple[Line, ...]
    ledger: Ledger
    entries: tuple[Entry, ...]
    openings: tuple[Opening, ...]
    rules: SettlementRules


def may_trade(accounts: Accounts) -> tuple[frozenset[str], frozenset[str]]:
    """Who may buy and who may sell: no buyer of the restricted or eliminated class, none with a record (A2, 3.2.5)."""
    buyers, sellers = set(), set()
    for row in accounts.scenario.rows("units"):
        is_clean = may_buy_quota(state(row, accounts.scenario.settings))
        if is_clean:
            sellers.add(row.unit_id)
        if is_clean and row.industry_class not in {"restricted", "eliminated"}:
            buyers.add(row.unit_id)
    return frozenset(buyers), frozenset(sellers)


def settle(
    tracking: Tracking, issued: Sequence[Entry], accounts: Accounts, rules: SettlementRules
) -> Settlement:
    """Settle a whole year. issued: the ledger of the plan in force. Clauses 3.1.2, A2, 3.2.5.

    Charged is metered use in whole tonnes, what is less than a tonne is not. ValueError where the year is not over, or
    where the ledger does not hold the quotas that were tracked.
    """
    when = tracking.metered.calendar
    if when.cut < when.end:
        raise ValueError("the year is not over")
    rules = rules.resolved(accounts.scenario.settings)
    is_on = "3.1.2" not in accounts.scenario.settings.disabled_clauses
    balances = Ledger(tuple(issued)).balances()
    for status in tracking.statuses:
        if balances.get(status.holder.account, 0) != status.holder.quota_tce:
            raise ValueError(f"the ledger holds another quota of {status.holder.account}")
    lines = _traded(_lines(tracking, rules), accounts, rules) if is_on else ()
    entries = tuple(entry for line in lines for entry in _entries(line, when.year))
    ledger = Ledger(tuple(issued)).post(entries)
    return Settlement(
        when.year, lines, ledger, entries, tuple(_opening(line) for line in lines if line.is_metered), rules
    )


def _lines(tracking: Tracking, rules: SettlementRules) -> list[Line]:
    """Before trade: what is over beyond the deduction is uncovered, what is left is left."""
    found = []
    for status in tracking.statuses:
        holder, metered = status.holder, status.course.used_tce
        charged = max(0, whole_down(metered))
        is_metered = status.is_metered or holder.quota_tce == 0
        over = max(0, charged - holder.quota_tce)
        left = max(0, holder.quota_tce - charged) if is_metered else 0
        deducted = min(over, whole_down(exact(rules.deduct_share) * holder.quota_tce))
        found.append(
            Line(
                holder.account, holder.owner, holder.name, holder.department, holder.quota_tce, metered,
                status.estimated_tce, charged, over, left, deducted, 0, 0, 0, over - deducted, ZERO,
                is_metered,
            )
        )  # fmt: skip
    return found


def _traded(lines: Sequence[Line], accounts: Accounts, rules: SettlementRules) -> tuple[Line, ...]:
    """Cover what may be bought from what may be sold, both in proportion (largest remainders, then by account)."""
    buyers, sellers = may_trade(accounts)
    wanted = {line.account: line.uncovered_tce for line in lines if line.owner in buyers}
    offered = {line.account: line.left_tce for line in lines if line.owner in sellers}
    volume = min(sum(wanted.values()), sum(offered.values())) if rules.is_market_open else 0
    bought, sold = divided(volume, wanted), divided(volume, offered)
    price = exact(rules.reserve_price_yuan_per_tce or 0.0) / 10_000
    settled = []
    for line in lines:
        b, s = bought.get(line.account, 0), sold.get(line.account, 0)
        uncovered, left = line.uncovered_tce - b, line.left_tce - s
        settled.append(
            Line(
                line.account, line.owner, line.name, line.department, line.quota_tce, line.metered_tce,
                line.estimated_tce, line.charged_tce, line.over_tce, line.left_tce, line.deducted_tce + uncovered, b, s,
                whole_down(exact(rules.carry_share) * left), uncovered, price * (b - s), line.is_metered,
            )
        )  # fmt: skip
    return tuple(settled)


def divided(volume: int, weights: Mapping[str, int]) -> dict[str, int]:
    """A volume in whole tonnes in proportion to weights, none above its own; it sums to the volume."""
    total = sum(weights.values())
    if not volume or not total:
        return {}
    parts = {key: volume * weight // total for key, weight in weights.items()}
    rest = sorted(weights, key=lambda key: (-(volume * weights[key] % total), key))
    for key in rest[: volume - sum(parts.values())]:
        parts[key] += 1
    return parts


def _entries(line: Line, year: int) -> Iterable[Entry]:
    """The entries that close an account at zero: use, trade, what is owed, what returns or is carried."""
    account, owed = line.account, f"{ADVANCE}:{line.account}"
    left = line.left_tce - line.sold_tce
    yield from transfer(year, MARKET, account, line.bought_tce, "A2", "bought")
    yield from transfer(year, account, MARKET, line.sold_tce, "A2", "sold")
    yield from transfer(year, owed, account, line.deducted_tce, "3.1.2", "advance")
    yield from transfer(year, account, USED, line.charged_tce, "3.1.2", "metered")
    yield from transfer(year, account, owed, line.carried_tce, "3.1.2", "carried")
    yield from transfer(year, account, POOL, left - line.carried_tce, "3.2.1b", "unused")


def _opening(line: Line) -> Opening:
    """Next year's opening: use beyond the quota earns no higher base."""
    rounded = max(0, whole_up(line.metered_tce))
    base = min(rounded, line.quota_tce)
    opening = max(0, base - line.deducted_tce + line.carried_tce)
    return Opening(
        line.account, line.owner, base, base + line.carried_tce - opening, opening, opening - rounded
    )
