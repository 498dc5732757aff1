"""The settlement by hand: deduction, purchase, a step of procedure; a ledger that closes at zero; openings."""

from fractions import Fraction

import pytest

from dualcontrol.model.accounting import Accounts, account
from dualcontrol.model.ledger import Entry, Ledger
from dualcontrol.model.policy import judge
from dualcontrol.model.policy.opening import opening
from dualcontrol.model.settlement import SUBMITTED, Settlement, SettlementRules, divided, settle
from dualcontrol.model.tracking import Holder, Tracking, track
from dualcontrol.model.tracking_meters import Expected, judge_readings
from dualcontrol.model.tracking_readings import calendar
from dualcontrol.model.tracking_rules import TrackingRules
from tests.model.small_cases import county, unit
from tests.model.tracking.readings import CARRIERS, judged, monthly, readings

QUOTA = {"A": 1000, "B": 1000, "C": 500}
ISSUED = tuple(Entry(2022, "superior", f"unit:{u}", tce, "3.2.1b", "opening") for u, tce in QUOTA.items())


def case(**columns: object) -> Accounts:
    """Three works that burn coal at 1 tce/t; columns: of A."""
    return account(county([unit("A", 1000, 500, **columns), unit("B", 1000, 500), unit("C", 500, 500)]))


def tracked(accounts: Accounts, **used: float) -> Tracking:
    rows = [r for u, tce in used.items() for r in monthly(u, [tce // 12] * 11 + [tce - 11 * (tce // 12)])]
    holders = [
        Holder(f"unit:{u}", u, u, "works", "-", (q // 4,) * 4, Fraction(q), Fraction(0), Fraction(1), 1, {})
        for u, q in QUOTA.items()
    ]
    made = readings(rows, owners=tuple(QUOTA))
    metered = judge_readings(made, calendar(2022), Expected(CARRIERS, {}, {}))
    return track(accounts, holders, metered, TrackingRules())


def settled(
    accounts: Accounts | None = None, rules: SettlementRules | None = None, **used: float
) -> Settlement:
    accounts = accounts or case()
    return settle(tracked(accounts, **used), ISSUED, accounts, rules or SettlementRules(is_market_open=True))


def closes(made: Settlement) -> bool:
    """Every unit's account is empty, and what was moved is there."""
    balances = made.ledger.balances()
    owners = [balances.get(f"unit:{u}", 0) for u in QUOTA]
    return owners == [0, 0, 0] and sum(balances.values()) == 0 and balances.get("market", 0) == 0


def test_within_its_quota_the_rest_returns_to_the_pool() -> None:
    made = settled(A=900, B=1000, C=500)
    assert [line.outcome for line in made.lines] == ["within"] * 3
    assert made.ledger.balance("pool") == 100
    assert made.ledger.balance("used") == 2400
    assert closes(made)


def test_a_little_over_is_deducted_next_year() -> None:
    # 30 over 1000 is within 5 %: 30 tce are lent by the next year
    made = settled(A=1030, B=990, C=500)
    a = made.lines[0]
    assert (a.over_tce, a.deducted_tce, a.bought_tce, a.outcome, a.procedure) == (30, 30, 0, "deducted", "")
    assert made.ledger.balance("advance:unit:A") == -30
    assert closes(made)
    # base 1000 (no more than the quota), less 30
    assert (made.openings[0].base_tce, made.openings[0].opening_tce, made.openings[0].adjustment_tce) == (
        1000,
        970,
        -60,
    )


def test_what_is_more_is_bought_from_those_who_used_less() -> None:
    # A: 120 over; 50 deducted, 70 wanted. B and C leave 60 and 40: they sell 42 and 28 at 150 yuan
    made = settled(A=1120, B=940, C=460)
    a, b, c = made.lines
    assert (a.deducted_tce, a.bought_tce, a.outcome) == (50, 70, "mixed")
    assert (b.sold_tce, c.sold_tce) == (42, 28)
    assert (a.paid_wan_yuan, b.paid_wan_yuan, c.paid_wan_yuan) == (
        Fraction(105, 100),
        Fraction(-63, 100),
        Fraction(-42, 100),
    )
    assert sum(line.paid_wan_yuan for line in made.lines) == 0
    assert made.ledger.balance("pool") == 18 + 12
    assert closes(made)


def test_what_nobody_sells_is_deducted_and_handed_to_the_authorities() -> None:
    made = settled(A=1120, B=980, C=500)  # 70 wanted, 20 on offer
    a = made.lines[0]
    assert (a.deducted_tce, a.bought_tce, a.uncovered_tce, a.outcome, a.procedure) == (
        100,
        20,
        50,
        "uncovered",
        SUBMITTED,
    )
    assert [line.procedure for line in made.lines[1:]] == ["", ""]
    assert closes(made)
    closed = settled(A=1120, B=940, C=460, rules=SettlementRules(is_market_open=False))
    assert (closed.lines[0].bought_tce, closed.lines[0].uncovered_tce) == (0, 70)
    assert closes(closed)


@pytest.mark.parametrize(
    "columns", [{"industry_class": "restricted"}, {"conduct": "serious", "conduct_since": "2021-09-01"}]
)
def test_who_may_not_buy(columns: dict[str, object]) -> None:
    made = settled(case(**columns), A=1120, B=940, C=460)
    assert (made.lines[0].bought_tce, made.lines[0].uncovered_tce) == (0, 70)
    assert closes(made)


def test_the_market_is_open_and_has_a_price_as_the_scenario_says() -> None:
    closed = settled(A=1120, B=940, C=460, rules=SettlementRules())
    assert (closed.lines[0].bought_tce, closed.rules.reserve_price_yuan_per_tce) == (0, 150)
    settings = case().scenario.settings
    trade = settings.trade.model_copy(update={"open": True, "reserve_price_wan_yuan_per_tce_eq": 0.02})
    told = SettlementRules().resolved(settings.model_copy(update={"trade": trade}))
    assert (told.is_market_open, told.reserve_price_yuan_per_tce) == (True, 200)
    off = settings.model_copy(update={"trade": trade, "disabled_clauses": ("A2",)})
    assert SettlementRules(is_market_open=True).resolved(off).is_market_open is False


def test_less_than_a_tonne_is_not_charged() -> None:
    made = settled(A=1000.9, B=999.5, C=500)
    assert [line.charged_tce for line in made.lines] == [1000, 999, 500]
    assert made.lines[0].over_tce == 0
    assert closes(made)


def test_who_has_no_readings_is_not_settled_and_sells_nothing() -> None:
    made = settled(A=1120, B=980)
    assert made.lines[2].outcome == "unmetered"
    assert made.lines[2].sold_tce == 0
    assert made.ledger.balance("unit:C") == 500
    assert sum(made.ledger.balances().values()) == 0
    assert [one.account for one in made.openings] == ["unit:A", "unit:B"]


def test_unused_quota_may_be_carried() -> None:
    made = settled(A=900, B=1000, C=500, rules=SettlementRules(carry_share=0.25))
    assert made.ledger.balance("advance:unit:A") == 25
    assert made.ledger.balance("pool") == 75
    assert (made.openings[0].base_tce, made.openings[0].opening_tce) == (900, 925)
    assert closes(made)


def test_the_next_scenario_opens_with_what_the_settlement_says() -> None:
    """Metered use as the base year, the adjustments as they are written: the judge's ledger opens with opening_tce."""
    used = {"A": 1030.25, "B": 940.5, "C": 700.75}
    made = settled(**used, rules=SettlementRules(carry_share=0.5))
    owners = [unit(u, tce, 500) for u, tce in used.items()]
    adjustments = [
        {
            "adjustment_id": o.owner,
            "unit_id": o.owner,
            "tce": o.adjustment_tce,
            "reason": "r",
            "document": "d",
            "approved_by": "a",
        }
        for o in made.openings
        if o.adjustment_tce
    ]
    accounts = account(county(owners, adjustments=adjustments))
    entries = Ledger(tuple(judge(accounts).ledger.entries))
    first = Ledger(tuple(opening(accounts))).balances()
    adjusted = {
        e.to_account: e.tce
        for e in entries.entries
        if e.note == "adjustment" and e.to_account.startswith("unit")
    }
    adjusted |= {
        e.from_account: -e.tce
        for e in entries.entries
        if e.note == "adjustment" and e.from_account.startswith("unit")
    }
    for one in made.openings:
        assert first[one.account] + adjusted.get(one.account, 0) == one.opening_tce


def test_a_year_that_is_not_over_and_a_foreign_ledger_are_refused() -> None:
    accounts = case()
    made = tracked(accounts, A=1000, B=1000, C=500)
    with pytest.raises(ValueError, match="another quota"):
        settle(made, ISSUED[:2], accounts, SettlementRules())
    early = judged(monthly("A", [10.0] * 12), cut="2022-07-01")
    part = track(accounts, [s.holder for s in made.statuses], early, TrackingRules())
    with pytest.raises(ValueError, match="not over"):
        settle(part, ISSUED, accounts, SettlementRules())


def test_a_volume_is_divided_in_whole_tonnes() -> None:
    assert divided(2, {"a": 1, "b": 1, "c": 1}) == {"a": 1, "b": 1, "c": 0}
    assert divided(70, {"b": 60, "c": 40}) == {"b": 42, "c": 28}
    assert divided(1, {"b": 60, "a": 60}) == {"a": 1, "b": 0}
