"""Benchmark lines (3.3.1a) and the cut to the advanced value (3.3.1b): every tonne by hand."""

from fractions import Fraction

import pytest

from dualcontrol.model.benchmark_lines import line
from dualcontrol.model.ledger import POOL
from dualcontrol.model.quantities import exact, tce_per_product, whole_down, whole_near, whole_up
from tests.model.small_cases import county, entries, rulings_of, total, unit

F = Fraction

K = F("0.1229")


@pytest.mark.parametrize(
    ("figure", "unit_of", "tce"),
    [
        (110, "kgce/t", F("0.11")),  # 110 kg = 0.110 tce per t
        (6, "kgce/m2", F("0.006")),
        (300, "gce/kWh", F("0.3")),  # 300 g per kWh = 300 kg per MWh
        (1000, "kWh/t", K),  # 1 MWh per t
        (12500, "kWh/t", F("1.53625")),  # ferrosilicon-like: 12.5 MWh x 0.1229
    ],
)
def test_energy_per_product_in_tce(figure: float, unit_of: str, tce: F) -> None:
    assert tce_per_product(figure, unit_of, K) == tce


@pytest.mark.parametrize(
    ("value", "down", "near", "up"),
    [
        ("2", 2, 2, 2),
        ("2.4", 2, 2, 3),
        ("2.5", 2, 3, 3),
        ("-2.5", -3, -2, -2),
        ("-2.4", -3, -2, -2),
        ("0", 0, 0, 0),
    ],
)
def test_whole_tonnes(value: str, down: int, near: int, up: int) -> None:
    assert (whole_down(F(value)), whole_near(F(value)), whole_up(F(value))) == (down, near, up)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_figure_is_no_number(value: float) -> None:
    with pytest.raises(ValueError, match="Invalid literal"):
        exact(value)


def edition(
    scope: str, value: float, since: str, level: str = "advanced", key: str = "K"
) -> dict[str, object]:
    return {"benchmark_key": key, "level": level, "scope": scope, "value": value, "unit": "kgce/t",
            "effective_from": since}  # fmt: skip


LINES = [
    edition("national", 100, "2015-01-01"),
    edition("national", 110, "2020-01-01"),  # the later edition holds, though it is laxer
    edition("national", 50, "2023-01-01"),  # not yet in force
    edition("regional", 120, "2018-01-01"),
    edition("regional", 40, "2022-02-12"),  # in force the day after as_of
    edition("national", 10, "2015-01-01", level="limit"),
    edition("national", 1, "2015-01-01", key="other"),
]


def test_the_stricter_of_the_editions_in_force() -> None:
    scenario = county([], benchmarks=LINES)
    assert line(scenario, "K", "advanced") == 110  # national 110 (2020), regional 120
    assert line(scenario, "K", "limit") == 10
    assert line(scenario, "K", "access") is None


@pytest.mark.parametrize(("as_of", "value"), [("2014-12-31", None), ("2015-01-01", 100), ("2022-02-12", 40),
                                              ("2023-01-01", 40)])  # fmt: skip
def test_lines_by_date(as_of: str, value: float | None) -> None:
    from datetime import date

    scenario = county([], {"as_of": date.fromisoformat(as_of)}, benchmarks=LINES)
    assert line(scenario, "K", "advanced") == value


def test_without_3_3_1a_the_national_line_alone_counts() -> None:
    lines = [edition("national", 110, "2020-01-01"), edition("regional", 90, "2020-01-01")]
    scenario = county([], {"disabled_clauses": ["3.3.1a"]}, benchmarks=lines)
    assert line(scenario, "K", "advanced") == 110


# --- the cut --------------------------------------------------------------------------------------


def cut(
    products: list[dict[str, object]],
    *,
    base: float = 1000,
    lines: list[dict[str, object]] | None = None,
    disabled: tuple[str, ...] = (),
    retired: bool = False,
    **policy: object,
) -> int:
    """Tonnes that unit A loses under 3.3.1b."""
    settings = {**total(0), "policy": policy, "disabled_clauses": list(disabled)}
    scenario = county(
        [unit("A", base, 500, is_retired=retired)], settings,
        products=[{"unit_id": "A", "product": f"p{k}", **row} for k, row in enumerate(products)],
        benchmarks=lines or [edition("national", 100, "2020-01-01")],
    )  # fmt: skip
    found = entries(rulings_of(scenario), "benchmark_cut")
    assert set(found) <= {("unit:A", POOL)}
    return found.get(("unit:A", POOL), 0)


def made(
    output: float, specific: float, output_unit: str = "t", specific_unit: str = "kgce/t"
) -> dict[str, object]:
    return {"output": output, "output_unit": output_unit, "specific_energy": specific,
            "specific_unit": specific_unit, "benchmark_key": "K"}  # fmt: skip


def test_a_cut_takes_exactly_its_share() -> None:
    # 1000 t at 110 kgce against 100: 10 tce over. All of it this year: 10; half of it: 5.
    assert cut([made(1000, 110)]) == 10
    assert cut([made(1000, 110)], cut_phase_share=0.5) == 5


def test_a_cut_is_rounded_down() -> None:
    # 1090 t x 10 kg = 10.9 tce; the decimals 0.1 x 3 = 0.3 must not become 0.30000000000000004
    assert cut([made(1090, 110)]) == 10
    # 3 x (0.1 + 0.2 = 0.3): 70 products of 100.1 against 100 over 10000 t = 1 tce each, exactly
    assert cut([made(10000, 100.1)] * 3) == 3


def test_products_add_up_and_a_good_one_does_not_pay_for_a_bad_one() -> None:
    # 10 + 0 + 6 tce; the product 50 kg below the line earns nothing
    assert cut([made(1000, 110), made(1000, 50), made(200, 130)]) == 16


def test_a_cut_takes_at_most_the_base() -> None:
    assert cut([made(100_000, 120)], base=1000.0) == 1000  # 2000 tce over


def test_electricity_per_product() -> None:
    # 1000 t at 3200 kWh against 3100: 100 MWh x 0.1229 = 12.29 -> 12
    lines = [{**edition("national", 3100, "2020-01-01"), "unit": "kWh/t"}]
    assert cut([made(1000, 3200, specific_unit="kWh/t")], lines=lines) == 12


def test_coal_per_kilowatt_hour() -> None:
    # 2000 MWh at 310 g against 300: 2 GWh x 10 g/kWh = 20 t
    lines = [{**edition("national", 300, "2020-01-01"), "unit": "gce/kWh"}]
    assert cut([made(2000, 310, "MWh", "gce/kWh")], lines=lines) == 20


def test_who_is_not_cut() -> None:
    assert cut([made(1000, 100)]) == 0
    assert cut([{**made(1000, 110), "benchmark_key": ""}]) == 0
    assert cut([made(1000, 110)], lines=[edition("national", 100, "2025-01-01")]) == 0
    assert cut([made(1000, 110)], disabled=("3.3.1b",)) == 0
    assert cut([made(1000, 110)], retired=True) == 0
