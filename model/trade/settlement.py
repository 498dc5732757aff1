"""What a clearing does: entries `unit -> market -> project` with money, what owners do then, who gains what (A2).

A buyer pays at 等价: what its electricity draws beyond its own 当量 goes on to the account grid, so the county's
total stays where the plan left it. Money moves against the quota, at one price for every tonne.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from dualcontrol.model.accounting import PowerBalance, Use
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Decisions, unit_use
from dualcontrol.model.ledger import GRID, MARKET, RESERVE, Entry
from dualcontrol.model.quantities import exact, whole_up
from dualcontrol.model.trade.clearing import CLOSED, Clearing, clear
from dualcontrol.model.trade.issued import NONE, Issued
from dualcontrol.model.trade.offers import COUNTY, Offer, Offers

CLAUSE = "A2"
SHARE = 10**9  # published steps of loads
YUAN, FINEST = Fraction(1, 10**4), Fraction(1, 10**9)  # 万元: steps of the price


@dataclass(frozen=True)
class Deal:
    """A filled order. tce_eq: of the order. own_tce: of it to the buyer's own account, the rest to the grid account.

    part: of the offer that is carried out. worth_wan_yuan: what its owner gains (a buyer) or loses (a seller, negative)
    before the payment; paid_wan_yuan: what it is paid (a buyer's is negative).
    """

    offer: Offer
    tce_eq: int
    own_tce: int
    part: Fraction
    worth_wan_yuan: Fraction
    paid_wan_yuan: Fraction

    @property
    def net_wan_yuan(self) -> Fraction:
        """What the deal leaves its owner better off by."""
        return self.worth_wan_yuan + self.paid_wan_yuan


@dataclass(frozen=True)
class Posted:
    """An entry of the market with its money. for_account: whose deal it belongs to; wan_yuan: what is paid for it."""

    entry: Entry
    for_account: str
    wan_yuan: Fraction


@dataclass(frozen=True)
class Trade:
    """A market held. price: what every tonne is paid (万元 per tce 等价), None without trade.

    rounded_out: buyers whom whole tonnes would have left worse off at any price, and who therefore stayed out.
    """

    clearing: Clearing
    price_wan_yuan_per_tce_eq: Fraction | None
    deals: tuple[Deal, ...]
    posted: tuple[Posted, ...]
    after: Decisions
    rounded_out: tuple[str, ...] = ()

    @property
    def volume_tce_eq(self) -> int:
        """Tonnes that changed hands."""
        return sum(d.tce_eq for d in self.deals if d.offer.order.side == "sell")


def hold(case: Case, issued: Issued, offered: Offers) -> Trade:
    """Clear the offers, in whole tonnes, and post what follows. Pure."""
    settings = case.accounts.scenario.settings.trade
    bounds = exact(settings.reserve_price_wan_yuan_per_tce_eq), exact(settings.price_cap_wan_yuan_per_tce_eq)
    left = {o.order.order_id: o for o in offered.offers}
    out: list[str] = []
    while True:
        clearing = clear((o.order for o in left.values()), *bounds) if left else CLOSED
        deals = [_deal(left[k], tce) for k, tce in sorted(clearing.filled.items())]
        price, worst = _price(clearing, deals, bounds[0])
        if price is not None or not deals:
            break
        out.append(worst)  # whole tonnes cost this buyer what the price left it
        del left[worst]
    paid = price or NONE
    priced = tuple(
        replace(d, paid_wan_yuan=d.tce_eq * (paid if d.offer.order.side == "sell" else -paid)) for d in deals
    )
    year = case.accounts.scenario.settings.plan_year
    posted = tuple(p for d in priced for p in _posted(d, year, paid))
    return Trade(clearing, price, priced, posted, _after(issued.decisions, priced), tuple(out))


def _price(clearing: Clearing, deals: list[Deal], reserve_price: Fraction) -> tuple[Fraction | None, str]:
    """The price everybody pays: the clearing's, at most what whole tonnes left each buyer, in whole yuan if it may be.

    None, and the buyer that stands in the way, where that is less than a seller or the reserve price asks.
    """
    if clearing.price_wan_yuan_per_tce_eq is None:
        return None, ""
    worth = {
        d.offer.order.order_id: d.worth_wan_yuan / d.tce_eq for d in deals if d.offer.order.side == "buy"
    }
    least = min(worth, key=lambda k: (worth[k], k))
    most = min(clearing.price_wan_yuan_per_tce_eq, worth[least])
    asked = [d.offer.order.limit_wan_yuan_per_tce_eq for d in deals if d.offer.order.side == "sell"]
    lowest = max([reserve_price, *asked])
    if most < lowest:
        return None, least
    for step in (YUAN, FINEST):
        price = math.floor(most / step) * step
        if price >= lowest:
            return price, ""
    return None, least


def _deal(offer: Offer, tce: int) -> Deal:
    """What filling an offer does; the payment comes with the price."""
    order = offer.order
    if order.side == "sell":
        part = Fraction(tce, order.tce_eq)
        return Deal(offer, tce, tce, part, -offer.wan_yuan * part, NONE)
    if order.kind == COUNTY:
        part = Fraction(tce, order.tce_eq)
        return Deal(offer, tce, tce, part, offer.wan_yuan * part, NONE)
    if order.is_whole:
        return Deal(offer, tce, whole_up(offer.own_tce), Fraction(1), offer.wan_yuan, NONE)
    share = offer.own_tce / (offer.own_tce + offer.grid_tce)
    own, part = max(((d, _part(offer, d, tce - d)) for d in {math.floor(share * tce), math.ceil(share * tce)}),
                    key=lambda one: (one[1], -one[0]))  # fmt: skip
    return Deal(offer, tce, own, part, offer.wan_yuan * part, NONE)


def _part(offer: Offer, own: int, grid: int) -> Fraction:
    """The part of an offer that whole tonnes on both accounts cover, such that loads keep their decimals."""
    part = min(Fraction(1), own / offer.own_tce)
    if offer.grid_tce > 0:
        part = min(part, grid / offer.grid_tce)
    lead = next(v for (name, _), v in offer.moves.items() if name in ("activity", "project_load"))
    return Fraction(math.floor(lead * part * SHARE), SHARE) / lead


def _posted(deal: Deal, year: int, price: Fraction) -> list[Posted]:
    account, order = deal.offer.order.account, deal.offer.order

    def post(source: str, target: str, tce: int, note: str, at: Fraction) -> list[Posted]:
        if tce == 0:
            return []
        return [Posted(Entry(year, source, target, tce, CLAUSE, note), account, tce * at)]

    if order.side == "sell":
        county = post(account, RESERVE, deal.offer.county_tce, "county_share", NONE)
        return [*county, *post(account, MARKET, deal.tce_eq, "sold", price)]
    grid = post(MARKET, GRID, deal.tce_eq - deal.own_tce, "bought_grid", price)
    return [*post(MARKET, account, deal.own_tce, "bought", price), *grid]


def _after(made: Decisions, deals: tuple[Deal, ...]) -> Decisions:
    """What the owners do after the market."""
    changed: dict[str, dict[str, Fraction]] = {}
    for deal in deals:
        for (name, index), change in deal.offer.moves.items():
            values = changed.setdefault(name, dict(getattr(made, name)))
            values[index] = values[index] + change * deal.part
    return replace(made, **changed)  # type: ignore[arg-type]


def quotas_after(issued: Issued, trade: Trade) -> Mapping[str, int]:
    """Quotas of the accounts after the market, whole tce; the account grid among them as far as the plan lists it."""
    quota = dict(issued.quota_tce)
    for one in trade.posted:
        for account, sign in ((one.entry.from_account, -1), (one.entry.to_account, 1)):
            if account != MARKET:
                quota[account] = quota.get(account, 0) + sign * one.entry.tce
    return quota


@dataclass(frozen=True)
class Change:
    """What the market moves in the county against the market closed: energy (等价), value added, CO2; exact."""

    total_tce_eq: Fraction
    intensity_tce_eq: Fraction
    value_added_wan_yuan: Fraction
    co2_t: Fraction


def change(case: Case, issued: Issued, trade: Trade) -> Change:
    """The county with the market less the county without."""
    before, after = issued.decisions, trade.after
    uses = [unit_use(case, after, i) + unit_use(case, before, i).scaled(Fraction(-1)) for i in case.unit_rows]
    uses += [
        case.accounts.projects[j].scaled(after.project_load[j] - before.project_load[j])
        for j in case.project_rows
    ]
    county = case.accounts.counting.county(uses or [Use()], PowerBalance(NONE, NONE, NONE), NONE)
    return Change(
        county.energy_eq_tce["total"], county.energy_eq_tce["intensity"], county.gdp_wan_yuan, county.co2_t
    )
