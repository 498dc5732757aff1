"""The check of a market in use rights against inputs and issued plan, with the auditor's own accounts (A2).

Taken over from the market's tables are what was traded, at what price, and what owners do then; who may trade, how
much, what it is worth to them and whether every limit of the plan still holds is worked out anew.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pandas as pd

from dualcontrol.model.audit.choices import Plan, read_plan
from dualcontrol.model.audit.conduct import NO_REWARD, conduct_now
from dualcontrol.model.audit.folder import read_files
from dualcontrol.model.audit.inputs import setting
from dualcontrol.model.audit.ledger import Book, read_book
from dualcontrol.model.audit.measures import saving_bound
from dualcontrol.model.audit.network import has_network, read_network
from dualcontrol.model.audit.network_tables import read_power
from dualcontrol.model.audit.numbers import ONE, ZERO, Number, ceil, floor, number
from dualcontrol.model.audit.operation import read_operation
from dualcontrol.model.audit.results import Results, read
from dualcontrol.model.audit.rows import SHARE_STEP, bounds_in_service, county_rows, load_bounds, quotas
from dualcontrol.model.audit.rules import judge
from dualcontrol.model.audit.stock import RETIRED, in_force, yearly_cost
from dualcontrol.model.audit.verdict import HARD, Check, Probe, Verdict, together
from dualcontrol.model.scenario import Scenario

COLUMNS = {
    "trades": ("side", "account", "kind", "reference", "filled_tce_eq"),
    "accounts": ("account", "quota_before_tce", "quota_after_tce", "load_after", "worth_wan_yuan", "paid_wan_yuan"),
    "ledger": ("year", "from_account", "to_account", "tce", "clause", "for_account", "price", "wan_yuan"),
}  # fmt: skip
TEXTS = ("side", "account", "kind", "reference", "from_account", "to_account", "clause", "for_account")
SAVINGS, CLOSURE = ("saved", "saving"), "closure"
MARKET, RESERVE, GRID = "market", "reserve", "grid"
QUANTITY = 10**3  # published steps of what a measure saves


@dataclass(frozen=True)
class Market:
    """The market's tables, read: per deal side, account, kind, reference, tonnes; per account and entry its figures."""

    deals: tuple[Mapping[str, str | Number], ...]
    accounts: Mapping[str, Mapping[str, str | Number]]
    entries: tuple[Mapping[str, str | Number], ...]

    def moved(self, source: str, target: str = "", owner: str = "") -> Fraction:
        """Tonnes from an account to another (any), of one owner's deals (any)."""
        return sum((_value(e["tce"]) for e in self.entries if e["from_account"] == source
                    and target in ("", e["to_account"]) and owner in ("", e["for_account"])), ZERO)  # fmt: skip

    def sold(self, account: str, *kinds: str) -> Fraction:
        """Tonnes that an account sold, of some kinds."""
        return sum((_value(d["filled_tce_eq"]) for d in self.deals
                    if d["side"] == "sell" and d["account"] == account and d["kind"] in kinds), ZERO)  # fmt: skip

    def bought(self, account: str) -> Fraction:
        """Tonnes (等价) that an account bought."""
        return sum((_value(d["filled_tce_eq"]) for d in self.deals
                    if d["side"] == "buy" and d["account"] == account), ZERO)  # fmt: skip

    def paid(self, account: str) -> Fraction:
        """What an account was paid less what it paid, 万元."""
        own = [e for e in self.entries if e["for_account"] == account]
        got = sum((_value(e["wan_yuan"]) for e in own if e["to_account"] == MARKET), ZERO)
        return got - sum((_value(e["wan_yuan"]) for e in own if e["from_account"] == MARKET), ZERO)

    def references(self, kind: str) -> set[str]:
        """Measures or closures that are carried out for the market."""
        return {str(d["reference"]) for d in self.deals if d["kind"] == kind}


def audit_trade(
    scenario: Scenario, plan_tables: Mapping[str, pd.DataFrame], market_tables: Mapping[str, pd.DataFrame]
) -> Verdict:
    """Check a market: entries, price, who traded how much, that nobody is worse off, that every limit holds.

    plan_tables: the issued plan's, as `audit` takes them (the plan itself is checked there). market_tables: `trades`,
    `accounts`, `ledger`. Errors of form are failed checks.
    """
    results, checks = read(plan_tables)
    market, form = _read(market_tables)
    if results is None or market is None:
        return Verdict((*checks, form), scenario_hash=scenario.content_hash)
    rulings, operation = judge(scenario), None
    if has_network(scenario):
        network = read_network(rulings)
        power, _ = read_power(plan_tables, rulings, network)
        operation = None if power is None else read_operation(rulings, network, power)
    before, book = read_plan(results, rulings, operation), read_book(results)
    known = _known(before, market)
    if not known.passed:
        return Verdict((form, known), scenario_hash=scenario.content_hash)
    after = _after(before, market)
    told = (
        form, known, _entries(before, market), *_price(before, market), _eligible(before, market),
        _supply(before, after, market, results, book), _demand(before, after, market, results),
        _gains(before, after, market), *_limits(after, market, results, -book.balance["superior"]),
    )  # fmt: skip
    return Verdict(told, scenario_hash=scenario.content_hash)


def _value(cell: str | Number) -> Fraction:
    return cell.value if isinstance(cell, Number) else ZERO


def _read(tables: Mapping[str, pd.DataFrame]) -> tuple[Market | None, Check]:
    probe = Probe("trade_form", "A2", "")
    rows: dict[str, list[dict[str, str | Number]]] = {name: [] for name in COLUMNS}
    for name, columns in COLUMNS.items():
        missing = [c for c in columns if name not in tables or c not in tables[name]]
        probe.holds(f"{name}.csv", not missing, ", ".join(missing), "")
        if missing:
            continue
        for line, record in enumerate(tables[name][list(columns)].to_dict("records"), start=2):
            row: dict[str, str | Number] = {}
            for column, cell in record.items():
                if column in TEXTS:
                    row[str(column)] = "" if cell != cell or cell is None else str(cell)
                    continue
                try:
                    row[str(column)] = number(cell) or Number(ZERO, ZERO)
                except ValueError:
                    probe.holds(f"{name}.csv {line} {column}", False, str(cell), "number")
            rows[name].append(row)
    check = probe.check()
    if not check.passed:
        return None, check
    deals = tuple(row for row in rows["trades"] if _value(row["filled_tce_eq"]) != 0)
    return Market(deals, {str(r["account"]): r for r in rows["accounts"]}, tuple(rows["ledger"])), check


def _known(plan: Plan, market: Market) -> Check:
    """Accounts, measures and closures are those of the inputs; each is used once, by its owner."""
    probe, rulings = Probe("trade_known", "A2", ""), plan.rulings
    accounts = {f"unit:{k}" for k in plan.units} | {f"project:{k}" for k in plan.load} | {RESERVE}
    seen: set[tuple[str, str, str, str]] = set()
    for deal in market.deals:
        account, kind, reference = str(deal["account"]), str(deal["kind"]), str(deal["reference"])
        probe.holds(account, account in accounts and account in market.accounts, account, "")
        key = (str(deal["side"]), account, kind, reference)
        probe.holds(f"{account} {kind}", key not in seen, "2", "1")
        seen.add(key)
        if kind == "saving":
            row = rulings.accounts.measures.get(reference)
            probe.holds(
                reference, row is not None and f"unit:{row.text('unit_id')}" == account, reference, account
            )
        elif kind == CLOSURE:
            closure = rulings.closures.get(reference)
            is_own = closure is not None and closure.clause == RETIRED and f"unit:{closure.unit}" == account
            probe.holds(reference, is_own, reference, account)
        elif deal["side"] == "sell":
            probe.holds(f"{account} {kind}", kind == "saved" or account == RESERVE, kind, "saved")
    return probe.check()


def _after(plan: Plan, market: Market) -> Plan:
    """The plan with what owners do after the market."""
    units, load, admitted = dict(plan.units), dict(plan.load), dict(plan.admitted)
    accounts = plan.rulings.accounts
    for account, row in market.accounts.items():
        kind, _, key = account.partition(":")
        if kind == "unit":
            units[key] = replace(units[key], activity=_value(row["load_after"]))
        elif kind == "project":
            load[key] = _value(row["load_after"])
            project = accounts.projects[key].row
            most = load_bounds(project)[1]
            is_in_part = project.flag("is_divisible") and most > 0
            admitted[key] = load[key] / most if is_in_part else Fraction(load[key] > 0)
    adopted = dict(plan.adopted)
    for name in sorted(market.references("saving")):
        measure = accounts.measures[name]
        key = measure.text("unit_id")
        amount = saving_bound(plan.rulings, measure) * min(ONE, plan.units[key].activity)
        amount = Fraction(floor(amount * QUANTITY), QUANTITY)
        units[key] = replace(units[key], savings={**units[key].savings, name: amount})
        adopted[name] = ONE
    closed = {**plan.closed, **dict.fromkeys(market.references(CLOSURE), ONE)}
    return replace(plan, units=units, load=load, admitted=admitted, adopted=adopted, closed=closed)


def _entries(plan: Plan, market: Market) -> Check:
    """Whole tonnes of the plan year under A2, from sellers to the market and on; they add up to what was traded."""
    probe = Probe("trade_entries", "A2")
    year = plan.rulings.scenario.settings.plan_year
    for line, entry in enumerate(market.entries, start=2):
        tce, source, target = _value(entry["tce"]), str(entry["from_account"]), str(entry["to_account"])
        place, owner = f"ledger.csv {line}", str(entry["for_account"])
        probe.holds(f"{place} year", _value(entry["year"]) == year, str(_value(entry["year"])), str(year))
        probe.holds(f"{place} tce", tce > 0 and tce.denominator == 1, str(tce), "1, 2, 3, ...")
        probe.holds(f"{place} clause", entry["clause"] == "A2", str(entry["clause"]), "A2")
        is_known = (source == owner and target == MARKET) or (
            source == MARKET and target in (owner, GRID)
        ) or (source == owner and target == RESERVE and owner.startswith("unit:"))  # fmt: skip
        probe.holds(f"{place} move", is_known and source != target, f"{source} -> {target}", "")
    probe.equal(MARKET, sum((_value(e["tce"]) for e in market.entries if e["to_account"] == MARKET), ZERO),
                market.moved(MARKET))  # fmt: skip
    for account in {str(d["account"]) for d in market.deals} | {
        str(e["for_account"]) for e in market.entries
    }:
        sold = market.sold(account, *SAVINGS, CLOSURE, "county")
        probe.equal(f"{account} -> {MARKET}", market.moved(account, MARKET), sold)
        probe.equal(f"{MARKET} -> {account}", market.moved(MARKET, owner=account), market.bought(account))
    return probe.check()


def _price(plan: Plan, market: Market) -> tuple[Check, Check]:
    """One price for every tonne that passes the market, within its bounds; what is paid is what is received."""
    price, money = Probe("trade_price", "A2", ""), Probe("trade_money", "A2", "万元")
    trade = plan.rulings.scenario.settings.trade
    least = setting(trade.reserve_price_wan_yuan_per_tce_eq) or ZERO
    most = setting(trade.price_cap_wan_yuan_per_tce_eq) or ZERO
    is_open = trade.open and plan.rulings.on("A2")
    price.holds("open", is_open or not market.entries, str(len(market.entries)), "0")
    through = [e for e in market.entries if MARKET in (e["from_account"], e["to_account"])]
    uniform = _value(through[0]["price"]) if through else ZERO
    for line, entry in enumerate(market.entries, start=2):
        at, tce = _value(entry["price"]), _value(entry["tce"])
        if entry in through:
            price.equal(f"ledger.csv {line}", at, uniform)
        else:
            price.equal(f"ledger.csv {line}", at, 0)  # the county's share is not paid for
        money.equal(f"ledger.csv {line}", _value(entry["wan_yuan"]), at * tce)
    if through:
        price.at_most("reserve price", least, uniform)
        price.at_most("ceiling", uniform, most)
    money.equal(
        MARKET, sum((market.paid(a) for a in {str(e["for_account"]) for e in market.entries}), ZERO), 0
    )
    return price.check(), money.check()


def _eligible(plan: Plan, market: Market) -> Check:
    """3.2.5, A2, 3.3.2a: the dishonest do not trade, the restricted class only closes, grade D and gated stay out."""
    probe, rulings = Probe("trade_eligible", "A2", ""), plan.rulings
    scenario = rulings.scenario
    plants = set() if plan.operation is None else set(plan.operation.network.units())
    for deal in market.deals:
        kind, _, key = str(deal["account"]).partition(":")
        if kind not in ("unit", "project"):
            continue
        owner = rulings.accounts.units[key] if kind == "unit" else rulings.accounts.projects[key]
        state = conduct_now(owner.row, scenario)
        is_barred = rulings.on("3.2.5") and state in NO_REWARD
        probe.holds(f"{deal['account']} 3.2.5", not is_barred, state, "normal")
        if kind == "unit":
            is_free = key not in scenario.settings.trade.restricted_units or deal["kind"] == CLOSURE
            is_free &= rulings.units[key].is_running and key not in plants
            is_free &= rulings.unit_grades.grade[key] != "D" or not rulings.on("3.3.2a")
        else:
            is_free = not rulings.gates[key] and deal["side"] == "buy"
            is_free &= owner.row.text("industry_class") not in ("restricted", "eliminated")
        probe.holds(str(deal["account"]), is_free, str(deal["kind"]), "")
    return probe.check()


def _supply(plan: Plan, after: Plan, market: Market, results: Results, book: Book) -> Check:
    """Nobody sells but savings beyond the own duty, closures net of the county's share, the county its reserve."""
    probe, rulings, trade = Probe("trade_supply", "A2"), plan.rulings, plan.rulings.scenario.settings.trade
    for key, ruling in rulings.units.items():
        account = f"unit:{key}"
        sold, closed = market.sold(account, *SAVINGS), market.sold(account, CLOSURE)
        if sold:
            saved = sum((-rulings.accounts.saving_flow(rulings.accounts.measures[name]).total * amount
                         for name, amount in after.units[key].savings.items()), ZERO)  # fmt: skip
            own = floor(saved - ruling.cut - ruling.release) - book.sum(account, "pool", "3.2.1b")
            probe.at_most(account, sold, max(ZERO, own))
        county = market.moved(account, RESERVE)
        names = [n for n in market.references(CLOSURE) if rulings.closures[n].unit == key]
        freed = sum(rulings.closures[n].freed for n in names)
        probe.at_most(f"{account} {CLOSURE}", closed + county, freed)
        share = setting(trade.county_share) or ZERO
        probe.at_most(f"{account} {RESERVE}", ceil(share * (closed + county)), county)
        gone = sum((rulings.closures[n].share * done for n, done in after.closed.items()
                    if rulings.closures[n].unit == key), ZERO)  # fmt: skip
        probe.at_most(f"{account} capacity", gone, ONE)
    for name in market.references("saving"):
        measure = rulings.accounts.measures[name]
        probe.holds(
            name,
            plan.adopted[name] == 0 and in_force(rulings.scenario, measure),
            str(plan.adopted[name]),
            "0",
        )
    for name in market.references(CLOSURE):
        probe.holds(name, plan.closed[name] == 0, str(plan.closed[name]), "0")
    held = book.balance.get(RESERVE, ZERO)
    probe.at_most(
        RESERVE, market.sold(RESERVE, "county"), floor((setting(trade.county_sells_share) or ZERO) * held)
    )
    return probe.check()


def _demand(plan: Plan, after: Plan, market: Market, results: Results) -> Check:
    """Nobody buys beyond the cap, its capacity, or under 3.1.1 its base; the county no more than it said."""
    probe, rulings, trade = Probe("trade_demand", "A2"), plan.rulings, plan.rulings.scenario.settings.trade
    sectors = {
        row.text("sector_id"): row.flag("is_high_energy") for row in rulings.accounts.tables["sectors"]
    }
    cap = setting(trade.cap_share) or ZERO
    for key, ruling in rulings.units.items():
        account, bought = f"unit:{key}", market.bought(f"unit:{key}")
        probe.at_most(account, bought, floor(cap * max(0, ruling.base)))
        if bought and rulings.on("3.1.1") and sectors.get(ruling.owner.sector) and not ruling.allowance_max:
            own = market.moved(MARKET, account)
            probe.at_most(f"{account} 3.1.1", quotas(results)[account] + own, ruling.base)
        least, most = bounds_in_service(after, key)
        probe.at_most(f"{account} load", after.units[key].activity, most, SHARE_STEP)
        probe.at_most(f"{account} load", least, after.units[key].activity, SHARE_STEP)
    for key, load in after.load.items():
        row = rulings.accounts.projects[key].row
        if load != plan.load[key]:
            probe.at_most(f"project:{key} load", load, load_bounds(row)[1], SHARE_STEP)
            probe.at_most(f"project:{key} load", load_bounds(row)[0] * after.admitted[key], load, SHARE_STEP)
    most_tce = setting(trade.county_buys_max_tce_eq) or ZERO
    probe.at_most(RESERVE, market.bought(RESERVE), floor(most_tce))
    return probe.check()


def _gains(plan: Plan, after: Plan, market: Market) -> Check:
    """What the market is worth to each owner, worked out anew: nobody is worse off than without it."""
    probe, accounts = Probe("trade_gains", "A2", "万元"), plan.rulings.accounts
    worth: defaultdict[str, Fraction] = defaultdict(Fraction)
    for key, choice in plan.units.items():
        account = f"unit:{key}"
        earned = accounts.units[key].value_added - plan.levied(account)
        worth[account] += earned * (after.units[key].activity - choice.activity)
    for name in market.references("saving"):
        measure = accounts.measures[name]
        worth[f"unit:{measure.text('unit_id')}"] -= max(ZERO, yearly_cost(measure))
    for key, load in plan.load.items():
        account = f"project:{key}"
        earned = plan.full_flow(key).value_added - plan.levied(account)
        yearly = accounts.projects[key].row.num("annual_cost_wan_yuan")
        more = after.admitted[key] - plan.admitted[key] if after.load[key] != load else ZERO
        worth[account] += earned * (after.load[key] - load) - yearly * more
    for account, row in market.accounts.items():
        if account == RESERVE:
            continue
        paid = market.paid(account)
        for column, figure in (("worth_wan_yuan", worth[account]), ("paid_wan_yuan", paid)):
            told = row[column]
            if isinstance(told, Number):
                probe.rounded(f"{account} {column}", told, figure)
        probe.at_most(account, -worth[account] - paid, 0)
    for account, change in worth.items():
        probe.holds(account, change == 0 or account in market.accounts, str(float(change)), "0")
    return probe.check()


def _limits(after: Plan, market: Market, results: Results, issued_tce: Fraction) -> tuple[Check, ...]:
    """After the market: use within quota, the county's total, and every other hard row."""
    quota, total = (
        Probe("trade_quota", "3.2.1a", is_limit=True),
        Probe("trade_total", "3.2.1b", "tce_eq", is_limit=True),
    )
    hard, told = Probe("trade_limits", "3.2.1d", "", is_limit=True), quotas(results)
    headroom = setting(after.rulings.scenario.settings.policy.headroom_share) or ZERO
    uses = {f"unit:{key}": after.unit_flow(key).total * (1 + headroom) for key in after.units}
    uses |= {f"project:{key}": after.project_flow(key).total for key in after.load}
    for account, used in uses.items():
        left = told[account] + market.moved(MARKET, account) - market.moved(account)
        quota.within_hard(account, used, left)
        if row := market.accounts.get(account):
            quota.equal(f"{account} before", _value(row["quota_before_tce"]), told[account])
            quota.equal(f"{account} after", _value(row["quota_after_tce"]), left)
    county = after.county()
    grid = results.grid()
    if grid is not None:
        held = grid.value("quota_tce") + market.moved(MARKET, GRID)
        total.at_most(GRID, county.grid_total, held, HARD * abs(held))
    total.within_hard("county", county.eq_total, issued_tce)
    for limit in county_rows(after):
        hard.within_hard(f"{limit.name} {limit.index}".strip(), limit.activity, limit.limit)
    return together([quota, total, hard])


def audit_market(scenario: Scenario, folder: Path, market_tables: Mapping[str, pd.DataFrame]) -> Verdict:
    """Check a market of the plan in a result folder. scenario: its inputs with the parameters of trade."""
    probe = Probe("form_files", unit="")
    tables = read_files(probe, folder)
    return audit_trade(scenario, tables, market_tables)
