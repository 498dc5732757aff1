"""The market in use rights held after a plan is issued: offers, room, price, tables (A2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case
from dualcontrol.model.ledger import GRID, MARKET, RESERVE
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.trade.issued import Issued, read_issued
from dualcontrol.model.trade.offers import COUNTY, Barred, Offers, is_open, offers
from dualcontrol.model.trade.settlement import Change, Deal, Trade, change, hold, quotas_after
from dualcontrol.trade_columns import TRADE_TABLES
from dualcontrol.trade_room import Limited, allot

PLAN_TABLES = ("quotas", "measures", "projects", "ledger", "constraints", "account")
PRICE_UNIT = "万元/tce_eq"


@dataclass(frozen=True)
class Held:
    """A market that was held. offered: before other limits cut it; limited: what they cut; moved: in the county."""

    case: Case
    issued: Issued
    offered: Offers
    limited: tuple[Limited, ...]
    trade: Trade
    moved: Change

    @property
    def valid_until(self) -> int:
        """The last year a right is good for: never beyond the five-year period."""
        settings = self.case.accounts.scenario.settings
        last = settings.plan_year + settings.trade.validity_years - 1
        return max(settings.plan_year, min(last, settings.trade.period_end_year))


def hold_market(scenario: Scenario, tables: Mapping[str, pd.DataFrame]) -> Held:
    """The market of an issued plan. tables: as published. ValueError for a restricted unit that is not there."""
    case = Case(judge(account(scenario)))
    issued = read_issued(case, tables)
    offered = offers(case, issued)
    cut, limited = allot(case, offered, tables["constraints"])
    trade = hold(case, issued, cut)
    return Held(case, issued, offered, limited, trade, change(case, issued, trade))


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of a result folder as text. OSError where one is missing."""
    return {
        name: pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
        for name in PLAN_TABLES
    }


def tables_of(held: Held) -> dict[str, pd.DataFrame]:
    """The market's tables with the columns of `TRADE_TABLES`; numbers exact (Fraction or int)."""
    rows = {
        "trades": _trades(held),
        "accounts": _accounts(held),
        "ledger": _ledger(held),
        "constraints": _constraints(held),
    }
    return {
        name: pd.DataFrame(
            [[row[c] for c in columns] for row in rows[name]], columns=list(columns), dtype=object
        )
        for name, columns in TRADE_TABLES.items()
    }


def name_of(case: Case, account_: str) -> str:
    """The name of a unit or project; "" for others."""
    kind, _, key = account_.partition(":")
    rows: Mapping[str, Any] = {"unit": case.unit_rows, "project": case.project_rows}.get(kind, {})
    return str(rows[key].name) if key in rows else ""


def _trades(held: Held) -> list[dict[str, Any]]:
    deals = {d.offer.order.order_id: d for d in held.trade.deals}
    cut = {one.order_id: one for one in held.limited}
    rows = []
    for offer in held.offered.offers:
        order, deal = offer.order, deals.get(offer.order.order_id)
        state, clause, reason = _state(held, order.order_id, order.tce_eq, deal, cut.get(order.order_id))
        rows.append({
            "order_id": order.order_id, "side": order.side, "account": order.account,
            "name": name_of(held.case, order.account), "kind": order.kind, "reference": order.reference,
            "tce_eq": order.tce_eq, "is_whole": int(order.is_whole),
            "limit_wan_yuan_per_tce_eq": order.limit_wan_yuan_per_tce_eq,
            "filled_tce_eq": deal.tce_eq if deal else 0, "own_tce": deal.own_tce if deal else 0,
            "state": state, "clause": clause, "reason": reason,
            "worth_wan_yuan": deal.worth_wan_yuan if deal else Fraction(0),
            "paid_wan_yuan": deal.paid_wan_yuan if deal else Fraction(0),
            "net_wan_yuan": deal.net_wan_yuan if deal else Fraction(0),
        })  # fmt: skip
    return rows + [_barred(held, one) for one in held.offered.barred]


def _state(
    held: Held, order_id: str, tce: int, deal: Deal | None, limited: Limited | None
) -> tuple[str, str, str]:
    if deal is not None:
        return ("traded" if deal.tce_eq == tce else "in_part"), "", ""
    if limited is not None and limited.left_tce_eq == 0:
        return "no_room", limited.clause, limited.row
    return "not_reached", "", "whole_tonnes" if order_id in held.trade.rounded_out else "price"


def _barred(held: Held, one: Barred) -> dict[str, Any]:
    return dict.fromkeys(TRADE_TABLES["trades"], 0) | {
        "order_id": f"{one.side}:{one.account.partition(':')[2]}", "side": one.side, "account": one.account,
        "name": name_of(held.case, one.account), "kind": "", "reference": "", "state": "barred", "clause": one.clause,
        "reason": one.reason,
    }  # fmt: skip


def _accounts(held: Held) -> list[dict[str, Any]]:
    after, rows = quotas_after(held.issued, held.trade), []
    before, then = held.issued.decisions, held.trade.after
    for name in sorted({d.offer.order.account for d in held.trade.deals}):
        kind, _, key = name.partition(":")
        own = [d for d in held.trade.deals if d.offer.order.account == name]
        loads = {
            "unit": (before.activity, then.activity),
            "project": (before.project_load, then.project_load),
        }
        load = tuple(levels[key] for levels in loads[kind]) if kind in loads else (Fraction(1), Fraction(1))

        def moved(source: str, target: str, name: str = name) -> int:
            entries = (p.entry for p in held.trade.posted if p.for_account == name)
            return sum(e.tce for e in entries if (e.from_account, e.to_account) == (source, target))

        rows.append({
            "account": name, "name": name_of(held.case, name), "quota_before_tce": held.issued.quota_tce[name],
            "sold_tce": moved(name, MARKET), "county_share_tce": 0 if name == RESERVE else moved(name, RESERVE),
            "bought_tce": moved(MARKET, name), "bought_tce_eq": moved(MARKET, name) + moved(MARKET, GRID),
            "quota_after_tce": after[name], "load_before": load[0], "load_after": load[1],
            "worth_wan_yuan": sum((d.worth_wan_yuan for d in own), Fraction(0)),
            "paid_wan_yuan": sum((d.paid_wan_yuan for d in own), Fraction(0)),
            "net_wan_yuan": sum((d.net_wan_yuan for d in own), Fraction(0)),
            "valid_until": held.valid_until,
        })  # fmt: skip
    return rows


def _ledger(held: Held) -> list[dict[str, Any]]:
    return [
        {
            "year": p.entry.year, "from_account": p.entry.from_account, "to_account": p.entry.to_account,
            "tce": p.entry.tce, "clause": p.entry.clause, "note": p.entry.note, "for_account": p.for_account,
            "price": p.wan_yuan / p.entry.tce, "wan_yuan": p.wan_yuan, "valid_until": held.valid_until,
        }
        for p in held.trade.posted
    ]  # fmt: skip


def _constraints(held: Held) -> list[dict[str, Any]]:
    """The market's balance with its shadow prices, the bounds of the price, and the rows that left no more room."""
    found, settings = held.trade.clearing, held.case.accounts.scenario.settings.trade
    volume, price = held.trade.volume_tce_eq, held.trade.price_wan_yuan_per_tce_eq
    none = {"price_left": None, "price_right": None, "price_unit": "", "index": "", "clause": "A2"}
    rows: list[dict[str, Any]] = []
    if is_open(held.case):
        rows.append(none | {
            "name": "market_balance", "activity": volume, "limit": volume, "slack": 0, "unit": "tce_eq",
            "price_left": found.high_wan_yuan_per_tce_eq, "price_right": found.low_wan_yuan_per_tce_eq,
            "price_unit": PRICE_UNIT,
        })  # fmt: skip
    if price is not None:
        for name, limit, sign in (
            ("reserve_price", settings.reserve_price_wan_yuan_per_tce_eq, 1),
            ("price_cap", settings.price_cap_wan_yuan_per_tce_eq, -1),
        ):
            bound = Fraction(str(limit))
            slack = sign * (price - bound)
            rows.append(
                none | {"name": name, "activity": price, "limit": bound, "slack": slack, "unit": PRICE_UNIT}
            )
    rows += [
        none | {
            "name": one.row, "clause": one.clause, "index": one.order_id, "activity": one.left_tce_eq,
            "limit": one.tce_eq, "slack": 0, "unit": "tce_eq",
        }
        for one in held.limited
    ]  # fmt: skip
    return rows


def summary_of(held: Held, base: Mapping[str, Any]) -> dict[str, Any]:
    """What the market adds against the market closed. base: the plan's summary.json."""
    scenario, trade, moved = held.case.accounts.scenario, held.trade, held.moved
    owners = [d for d in trade.deals if d.offer.order.kind != COUNTY]
    county = sum((d.paid_wan_yuan for d in trade.deals if d.offer.order.kind == COUNTY), Fraction(0))
    gdp, energy = float(base["gdp_wan_yuan"]), float(base["energy_eq_tce"])
    costs = sum((d.offer.wan_yuan * d.part for d in owners if d.offer.order.kind == "saving"), Fraction(0))
    projects = sum((d.worth_wan_yuan for d in owners), Fraction(0))
    return {
        "title_zh": scenario.settings.title_zh,
        "title_en": scenario.settings.title_en,
        "mark": base.get("mark"),
        "plan_hash": base["hashes"]["plan"],
        "is_open": is_open(held.case),
        "price_wan_yuan_per_tce_eq": _float(trade.price_wan_yuan_per_tce_eq),
        "shadow_price_low_wan_yuan_per_tce_eq": _float(trade.clearing.low_wan_yuan_per_tce_eq),
        "shadow_price_high_wan_yuan_per_tce_eq": _float(trade.clearing.high_wan_yuan_per_tce_eq),
        "is_exact": trade.clearing.is_exact,
        "volume_tce_eq": trade.volume_tce_eq,
        "turnover_wan_yuan": float(trade.volume_tce_eq * (trade.price_wan_yuan_per_tce_eq or 0)),
        "sellers": len({d.offer.order.account for d in trade.deals if d.offer.order.side == "sell"}),
        "buyers": len({d.offer.order.account for d in trade.deals if d.offer.order.side == "buy"}),
        "barred": len({one.account for one in held.offered.barred}),
        "county_share_tce": sum(d.offer.county_tce for d in trade.deals),
        "county_received_wan_yuan": float(county),
        "owners_gain_wan_yuan": float(sum((d.net_wan_yuan for d in owners), Fraction(0))),
        "new_saving_costs_wan_yuan": float(costs),
        "trade_adds_wan_yuan": float(projects),
        "closed": {"gdp_wan_yuan": gdp, "energy_eq_tce": energy, "co2_t": float(base["co2_t"])},
        "open": {
            "gdp_wan_yuan": gdp + float(moved.value_added_wan_yuan),
            "energy_eq_tce": energy + float(moved.intensity_tce_eq),
            "co2_t": float(base["co2_t"]) + float(moved.co2_t),
        },
        "is_network_redone": None if held.case.power is None else False,
        "valid_until": held.valid_until,
    }


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
