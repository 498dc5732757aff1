"""Who may offer and who may ask in the market of use rights, how much, and at what a tonne is worth to them (A2).

Supply: savings beyond the own duty that the plan did not take for the pool, savings not yet carried out, capacity not
yet closed. What a unit merely leaves unused of a quota it was given free is no right to sell. Demand: units short of
quota, projects that want more or were not taken this year. The county stands last on both sides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.allocation.stock import exactly_in_service
from dualcontrol.model.decisions import Decisions, unit_use
from dualcontrol.model.policy import measures
from dualcontrol.model.policy.closures import RETIRED, Closure
from dualcontrol.model.policy.conduct import may_buy_quota, state
from dualcontrol.model.quantities import exact, whole_down, whole_up
from dualcontrol.model.trade.clearing import Order
from dualcontrol.model.trade.issued import NONE, Issued, grid_tce, headroom_share, whole_need

SAVED, SAVING, CLOSURE, COUNTY = "saved", "saving", "closure", "county"
SHORT, MORE, REFUSED = "short", "more", "refused"
RESERVE_ACCOUNT = "reserve"
SHARE = 10**9  # published steps of loads
FILLED = Fraction(
    1, 500
)  # of a quota: less than this (or a tonne) unused, and it is filled; hours are rounded


@dataclass(frozen=True)
class Offer:
    """An order with what it does. Per whole order, or for the whole tonnage of one that may be divided.

    moves: what its owner decides differently, by (variable, index). own_tce, grid_tce: energy it needs at 当量 and on
    the account grid (buyers); county_tce: a closure's share for the county. wan_yuan: what the owner loses (a seller)
    or gains (a buyer) without the payment.
    """

    order: Order
    moves: Mapping[tuple[str, str], Fraction]
    wan_yuan: Fraction
    own_tce: Fraction = NONE
    grid_tce: Fraction = NONE
    county_tce: int = 0

    def cut(self, tce_eq: int) -> "Offer":
        """The same for fewer tonnes. ValueError for an offer that is taken whole or not at all."""
        if tce_eq == self.order.tce_eq:
            return self
        if self.order.is_whole:
            raise ValueError(f"{self.order.order_id} is all or nothing")
        part = Fraction(tce_eq, self.order.tce_eq)
        return replace(
            self,
            order=replace(self.order, tce_eq=tce_eq),
            moves={key: change * part for key, change in self.moves.items()},
            wan_yuan=self.wan_yuan * part,
            own_tce=self.own_tce * part,
            grid_tce=self.grid_tce * part,
        )


@dataclass(frozen=True)
class Barred:
    """An account that may not trade on a side, and the clause."""

    account: str
    side: str
    clause: str
    reason: str


@dataclass(frozen=True)
class Offers:
    """All offers, and who was kept out."""

    offers: tuple[Offer, ...]
    barred: tuple[Barred, ...]


def is_open(case: Case) -> bool:
    """Whether the market is open: switched on, and clause A2 in force."""
    return case.accounts.scenario.settings.trade.open and case.is_on("A2")


def offers(case: Case, issued: Issued) -> Offers:
    """Every offer of the issued plan, in canonical order. ValueError for a restricted unit that is not there."""
    settings = case.accounts.scenario.settings
    unknown = sorted(set(settings.trade.restricted_units) - set(case.unit_rows))
    if unknown:
        raise ValueError(", ".join(unknown))
    if not is_open(case):
        return Offers((), ())
    found: list[Offer] = []
    barred: list[Barred] = []
    for i in case.unit_rows:
        selling, buying = _sales(case, issued, i), _unit_purchase(case, issued, i)
        if why := _bars(case, i):
            for side, own in (("sell", selling), ("buy", buying)):
                kept = [o for o in own if why.reason == "restricted" and o.order.kind == CLOSURE]
                if len(kept) < len(own):
                    barred.append(replace(why, side=side))
                found += kept
        else:
            found += [*selling, *buying]
    for j, row in case.project_rows.items():
        wanted = _project_purchase(case, issued, j)
        if wanted and (bar := _project_bar(case, row)):
            barred.append(bar)
        elif wanted:
            found.append(wanted)
    return Offers((*found, *_county(case, issued)), tuple(barred))


def _bars(case: Case, unit_id: str) -> Barred | None:
    """3.2.5, A2, 3.3.2a: no trade for the dishonest and grade D; the restricted class only closes."""
    row, settings = case.unit_rows[unit_id], case.accounts.scenario.settings
    account = f"unit:{unit_id}"
    if case.is_on("3.2.5") and not may_buy_quota(state(row, settings)):
        return Barred(account, "", "3.2.5", "dishonest")
    if unit_id in settings.trade.restricted_units:
        return Barred(account, "", "A2", "restricted")
    if case.rulings.units[unit_id].grant_clause == "3.3.2a":
        return Barred(account, "", "3.3.2a", "grade_d")
    return None


def _project_bar(case: Case, row: Any) -> Barred | None:
    settings, account = case.accounts.scenario.settings, f"project:{row.project_id}"
    if case.is_on("3.2.5") and not may_buy_quota(state(row, settings)):
        return Barred(account, "buy", "3.2.5", "dishonest")
    if row.industry_class in ("restricted", "eliminated"):
        return Barred(account, "buy", "A2", "restricted")
    return None


def _is_trading(case: Case, unit_id: str) -> bool:
    """Whether a unit's use is its own decision: it runs, and no dispatch of the network decides its hours."""
    plants = set(case.power.thermal_of) if case.power else set()
    return case.rulings.units[unit_id].is_active and unit_id not in plants


def _saved_tce(case: Case, decisions: Decisions, unit_id: str) -> Fraction:
    rows = case.measures_of(unit_id)
    return sum((decisions.saving[r.measure_id] * exact(case.carrier_tce(r.carrier_id)) for r in rows), NONE)


def _earned(case: Case, unit_id: str) -> Fraction:
    """Value added less surcharges (3.2.4) of a unit at activity 1, 万元."""
    levied = exact(case.surcharge_wan_yuan.get(f"unit:{unit_id}", NONE))
    return Fraction(case.accounts.units[unit_id].value_added_wan_yuan) - levied


def _sales(case: Case, issued: Issued, unit_id: str) -> list[Offer]:
    if not _is_trading(case, unit_id):
        return []
    account, made = f"unit:{unit_id}", issued.decisions
    ruling, saved = case.rulings.units[unit_id], _saved_tce(case, made, unit_id)
    unused = issued.unused_tce(case, unit_id)
    free = min(whole_down(saved - ruling.cut_tce) - issued.posted_tce[unit_id], whole_down(unused))
    found = []
    if free > 0:
        order = Order(f"sell:{unit_id}:saved", "sell", account, SAVED, free, NONE)
        found.append(Offer(order, {}, NONE))
    duty = max(NONE, ruling.cut_tce - saved)  # what savings still owe before a tonne of them may be sold
    for row in case.measures_of(unit_id):
        offer = _saving(case, issued, row, duty)
        found += [offer] if offer else []
    for closure in case.closures_of(unit_id):
        if closure.kind == RETIRED and made.retire[closure.closure_id] == 0:
            offer = _closing(case, issued, closure)
            found += [offer] if offer else []
    return found


def _saving(case: Case, issued: Issued, row: Any, duty: Fraction) -> Offer | None:
    """A measure that the plan leaves out: its owner carries it out where the price pays for all of it."""
    made, i = issued.decisions, row.unit_id
    if made.adopted[row.measure_id] > 0 or not case.is_measure_on(row):
        return None
    # exact decimals in the auditor's sense: published savings have three places
    full = exact(case.full_saving(row)) * min(Fraction(1), made.activity[i])
    full = Fraction(whole_down(full * 1000), 1000)
    tce = full * exact(case.carrier_tce(row.carrier_id))
    free = whole_down(tce - duty)
    if free <= 0:
        return None
    cost = max(NONE, Fraction(measures.yearly_cost_wan_yuan(row)))
    order = Order(
        f"sell:{i}:{row.measure_id}", "sell", f"unit:{i}", SAVING, free, cost / free, True, row.measure_id
    )
    return Offer(order, {("adopted", row.measure_id): Fraction(1), ("saving", row.measure_id): full}, cost)


def _closing(case: Case, issued: Issued, closure: Closure) -> Offer | None:
    """Capacity that the plan does not close: its owner sells the quota net of the county's share."""
    made, i = issued.decisions, closure.unit_id
    row = case.unit_rows[i]
    left = exactly_in_service(case, made, i) - closure.year_share
    activity = Fraction(whole_down(min(made.activity[i], exact(row.activity_max) * left) * SHARE), SHARE)
    if left < 0 or activity < exact(row.activity_min) * left:
        return None
    after = replace(made, activity={**made.activity, i: activity})
    freed = min(closure.freed_tce, issued.quota_tce[f"unit:{i}"] - whole_need(case, unit_use(case, after, i)))
    county = whole_up(exact(case.accounts.scenario.settings.trade.county_share) * max(0, freed))
    if freed - county <= 0:
        return None
    lost = max(NONE, _earned(case, i) * (made.activity[i] - activity))
    order = Order(
        f"sell:{i}:{closure.closure_id}", "sell", f"unit:{i}", CLOSURE, freed - county, lost / (freed - county), True,
        closure.closure_id,
    )  # fmt: skip
    moves = {("retire", closure.closure_id): Fraction(1), ("activity", i): activity - made.activity[i]}
    return Offer(order, moves, lost, county_tce=county)


def _unit_purchase(case: Case, issued: Issued, unit_id: str) -> list[Offer]:
    """What a unit that fills its quota would use besides, up to its capacity, its cap, and its base under 3.1.1."""
    made, row, ruling = issued.decisions, case.unit_rows[unit_id], case.rulings.units[unit_id]
    if not _is_trading(case, unit_id) or any(
        c.kind == RETIRED and made.retire[c.closure_id] == 0 for c in case.closures_of(unit_id)
    ):  # who offers to close does not buy
        return []
    more = exact(row.activity_max) * exactly_in_service(case, made, unit_id) - made.activity[unit_id]
    full = max(Fraction(1), issued.quota_tce[f"unit:{unit_id}"] * FILLED)
    if more <= 0 or issued.unused_tce(case, unit_id) >= full:
        return []
    after = replace(made, activity={**made.activity, unit_id: made.activity[unit_id] + more})
    now, then = unit_use(case, made, unit_id), unit_use(case, after, unit_id)
    counted = case.accounts.counting.counted
    own = (counted(then, "total") - counted(now, "total")) * (1 + headroom_share(case))
    grid = max(NONE, grid_tce(case, then) - grid_tce(case, now))
    gain = _earned(case, unit_id) * more
    if own <= 0 or gain <= 0:
        return []
    most = min(own + grid, exact(case.accounts.scenario.settings.trade.cap_share) * max(0, ruling.base_tce))
    if ruling.grant_clause == "3.1.1":  # it may buy back what rules took, not grow
        back = max(0, ruling.base_tce - issued.quota_tce[f"unit:{unit_id}"])
        most = min(most, back * (own + grid) / own)
    if (tce := whole_down(most)) <= 0:
        return []
    order = Order(f"buy:{unit_id}", "buy", f"unit:{unit_id}", SHORT, tce, gain / (own + grid))
    part = tce / (own + grid)
    return [Offer(order, {("activity", unit_id): more * part}, gain * part, own * part, grid * part)]


def _project_purchase(case: Case, issued: Issued, project_id: str) -> Offer | None:
    """What a project wants: more load, or to enter this year; the latter all or nothing unless it is divisible."""
    made, row = issued.decisions, case.project_rows[project_id]
    if case.rulings.gates_of(project_id) or row.start_month > 12:
        return None
    load, admitted = made.project_load[project_id], made.admitted[project_id]
    more = exact(row.load_max) - load
    if more <= 0:
        return None
    full = case.accounts.projects[project_id]
    use = full.scaled(more)
    own = Fraction(case.accounts.counting.counted(use, "total"))
    grid = max(NONE, grid_tce(case, use))
    levied = exact(case.surcharge_wan_yuan.get(f"project:{project_id}", NONE))
    gain = (Fraction(full.value_added_wan_yuan) - levied) * more - exact(row.annual_cost_wan_yuan) * (
        1 - admitted
    )
    if own <= 0 or gain <= 0:
        return None
    is_whole = admitted == 0 and not row.is_divisible
    moves = {("project_load", project_id): more, ("admitted", project_id): 1 - admitted}
    account, kind = f"project:{project_id}", REFUSED if admitted == 0 else MORE
    if is_whole:
        tce = whole_up(own) + whole_up(grid)
        order = Order(f"buy:{project_id}", "buy", account, kind, tce, gain / tce, True)
        return Offer(order, moves, gain, own, grid)
    if (tce := whole_down(own + grid)) <= 0:
        return None
    part = tce / (own + grid)
    order = Order(f"buy:{project_id}", "buy", account, kind, tce, gain / (own + grid))
    return Offer(order, {k: v * part for k, v in moves.items()}, gain * part, own * part, grid * part)


def _county(case: Case, issued: Issued) -> Iterator[Offer]:
    """The county as the last buyer, at the reserve price, and the last seller, at the greatest price."""
    trade = case.accounts.scenario.settings.trade
    buys = whole_down(exact(trade.county_buys_max_tce_eq))
    sells = whole_down(exact(trade.county_sells_share) * max(0, issued.quota_tce[RESERVE_ACCOUNT]))
    for side, tce, price in (
        ("buy", buys, trade.reserve_price_wan_yuan_per_tce_eq),
        ("sell", sells, trade.price_cap_wan_yuan_per_tce_eq),
    ):
        if tce > 0:
            limit = exact(price)
            order = Order(f"{side}:county", side, RESERVE_ACCOUNT, COUNTY, tce, limit)  # type: ignore[arg-type]
            yield Offer(order, {}, limit * tce)
