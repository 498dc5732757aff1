"""Band, waiver, unmanaged total, shortfall, and the bound under any prices, on variants of the paper plan."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dualcontrol.model.audit import Verdict, audit
from dualcontrol.model.audit.bound import lagrangian
from dualcontrol.model.audit.choices import Plan, read_plan
from dualcontrol.model.audit.ledger import Book, overshoot_tce, read_book
from dualcontrol.model.audit.prices import Prices
from dualcontrol.model.audit.results import read
from dualcontrol.model.audit.rules import judge
from tests.model.audit.paper_case import both, put, scenario, tables_by_hand


def with_more_from_above(folder: Path, tce: int, **targets: object) -> Verdict:
    """The paper plan, but superior gives the pool `tce` (the increment is 60); the reserve takes it."""
    tables = tables_by_hand()
    both(put("ledger", "4", "tce", str(tce)), put("ledger", "14", "tce", str(tce + 30)))(tables)
    return audit(scenario(folder / "s", {"targets": targets}), tables, None)


def test_band_is_priced(tmp_path: Path) -> None:
    # 20 tce of the band (25.3) at 5 万元.
    verdict = with_more_from_above(tmp_path, 80)
    assert verdict.check("overshoot").passed
    assert verdict.value_wan_yuan == Fraction("2224.1")


def test_waiver_earned_is_free_and_without_limit(tmp_path: Path) -> None:
    # The plan reduces intensity by 8.63 %.
    letter = {"waiver_document": "letter", "incentive_intensity_reduction": 0.0862}
    verdict = with_more_from_above(tmp_path, 160, **letter)
    assert verdict.check("overshoot").passed
    assert verdict.check("overshoot").params["waiver"] == "yes"
    assert verdict.value_wan_yuan == Fraction("2324.1")


@pytest.mark.parametrize(
    "targets",
    [{"waiver_document": "letter", "incentive_intensity_reduction": 0.0863}, {}],
    ids=["not earned", "no letter"],
)
def test_beyond_the_band_without_waiver_fails(tmp_path: Path, targets: dict[str, object]) -> None:
    assert not with_more_from_above(tmp_path, 160, **targets).check("overshoot").passed


def test_total_that_is_not_managed_has_no_limit(tmp_path: Path) -> None:
    verdict = with_more_from_above(tmp_path, 500, manage_total=False)
    assert verdict.check("overshoot").passed
    assert verdict.value_wan_yuan == Fraction("2324.1")


def test_shortfall_is_priced_and_shared_by_fuels_and_electricity(tmp_path: Path) -> None:
    # 5 % of 170 = 8.5 tce at 10 万元; the grid account loses 0.18 x 25: ceil(723 - 4.5) = 719.
    tables = tables_by_hand()
    put("quotas", "society:S", "activity", "0.95")(tables)
    put("quotas", "society:S", "planned_use_tce", "161.5")(tables)
    both(put("ledger", "13", "tce", "31"), put("ledger", "14", "tce", "94"))(tables)
    verdict = audit(scenario(tmp_path / "s"), tables, None)
    assert verdict.value_wan_yuan == Fraction("2239.1")
    assert verdict.check("society_floor").passed
    assert verdict.check("grid").passed


def test_empty_activity_of_a_society_line_is_read_from_its_use(tmp_path: Path) -> None:
    tables = tables_by_hand()
    put("quotas", "society:S", "activity", "")(tables)
    assert audit(scenario(tmp_path / "s"), tables, None).passed


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Book]:
    rulings = judge(scenario(tmp_path_factory.mktemp("variants") / "s"))
    results, _ = read(tables_by_hand())
    assert results is not None
    return read_plan(results, rulings), read_book(results)


price = st.fractions(0, 50, max_denominator=1000)


@settings(max_examples=40)
@given(county=price, pool=price, carbon=price, green=price, sector=price, water=price, earmark=price)
def test_bound_holds_for_any_prices(
    plan: tuple[Plan, Book], county: Fraction, pool: Fraction, carbon: Fraction, green: Fraction,
    sector: Fraction, water: Fraction, earmark: Fraction,
) -> None:  # fmt: skip
    made, book = plan
    top = max(project.worth for project in made.rulings.accounts.projects.values())
    prices = Prices(
        county,
        pool,
        carbon,
        green=green,
        sectors={"heavy": sector},
        resources={"water": water},
        earmark={top: earmark},
    )
    bound = lagrangian(made, book, prices).bound()
    assert bound >= made.value(overshoot_tce(made.rulings, book))


def test_bound_with_a_price_by_hand(plan: tuple[Plan, Book]) -> None:
    # A price of 3 万元 per tce of the pool only. Each part's best answer, its electricity's share of the grid
    # account (0.18 tce/MWh, 0.54 万元) included:
    #   A  earns 1000 - 540 = 460 per activity. 100 MWh of PV save 54 - 0.1 = 53.9 and 12 tce of quota. A
    #      tonne of quota is worth 460/320 = 1.4375, less than the price of a grant: activity (323 + 12)/320,
    #      481.5625 + 53.9 = 535.4625
    #   B  earns 1000 - 1350 = -350 per activity, so it runs at its least, 0.5: -175, and -5 for M. It uses at
    #      most 650 of 1235, so that the limit of 65 is taken: 195. Excess green power saves 0.54 a MWh for
    #      0.001: 800 - 0.2 x 1250 = 550 MWh, 297 - 0.8 = 296.2. Together 311.2
    #   P  300 - 20 - 0.54 x 200 = 172; its quota comes from the earmark, which has no price here
    #   S  170 tce and 500 MWh: -510 - 270 = -780
    #   fixed  increment 60, A's rules -3, B's cut 40, openings of grid and S 750 + 160, reserve -6: 1001;
    #      less 30 of losses: 3 x 971 = 2913. The band is not worth its price of 5
    made, book = plan
    bound = lagrangian(made, book, Prices(pool=Fraction(3))).bound()
    by_hand = Fraction("535.4625") + 172 - 780 + 2913 + Fraction("311.2")
    assert 0 <= bound - by_hand < Fraction(1, 10**6)


def test_prices_of_rows_that_do_not_exist_are_ignored(tmp_path: Path) -> None:
    # Without a carbon budget a price on carbon would bound nothing; it must not lower the bound.
    inputs = scenario(tmp_path / "s")
    free = inputs.settings.targets.model_copy(update={"co2_budget_t": None, "intensity_reduction": None})
    object.__setattr__(inputs, "settings", inputs.settings.model_copy(update={"targets": free}))
    results, _ = read(tables_by_hand())
    assert results is not None
    made = read_plan(results, judge(inputs))
    priced = lagrangian(made, read_book(results), Prices(county=Fraction(2), carbon=Fraction(2)))
    assert priced.bound() == lagrangian(made, read_book(results), Prices()).bound()


def test_band_enters_the_bound_where_a_tonne_is_worth_more_than_its_price(plan: tuple[Plan, Book]) -> None:
    # At 7 万元 per tce the whole band of 25.3 pays at its price of 5: 7 x 971 + 2 x 25.3 (971 as above).
    made, book = plan
    assert lagrangian(made, book, Prices(pool=Fraction(7))).fixed() == Fraction("6847.6")
    assert lagrangian(made, book, Prices(pool=Fraction(4))).fixed() == 4 * 971
