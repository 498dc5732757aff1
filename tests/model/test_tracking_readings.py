"""Readings: every kind of corruption is named, counted exactly, and nothing is dropped silently (2.5)."""

from fractions import Fraction
from random import Random

import pytest

from dualcontrol.model.tracking_meters import Metered
from tests.model.tracking.readings import every, judged, monthly, rules

TWELVE = [100.0] * 12
A_COAL = ("A", "coal", "fuel")


def total(found: Metered, key: tuple[str, str, str] = A_COAL) -> Fraction:
    return sum(found.flows[key].total, Fraction(0))


def adds_up(found: Metered) -> bool:
    """Every row is counted, not counted and told, or not known yet."""
    told = sum(problem.taken for problem in found.problems)
    return found.rows == found.counted + found.taken + found.later and told == found.taken


def test_a_clean_year_is_told_nothing_about_and_sums_exactly() -> None:
    values = [0.1, 0.2, 0.3] * 4  # floats that do not add up to 2.4
    found = judged(monthly("A", values))
    assert found.problems == ()
    assert total(found) == Fraction(24, 10)
    assert found.flows[A_COAL].measured[2] == Fraction(3, 10)
    assert adds_up(found)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"unit_id": "Z"}, "unknown_unit"),
        ({"carrier": "peat"}, "unknown_carrier"),
        ({"use": "heating"}, "unknown_use"),
        ({"time": ""}, "bad_time"),
        ({"quantity": None}, "no_number"),
        ({"unit": "mwh"}, "wrong_measure"),
        ({"unit": "stone"}, "wrong_measure"),
        ({"quantity": -1.0}, "negative"),
        ({"time": "2021-12-01"}, "outside_year"),
        ({"time": "2023-01-01"}, "outside_year"),
    ],
)
def test_a_reading_that_cannot_be_taken_is_named_and_its_time_filled(
    change: dict[str, object], rule: str
) -> None:
    rows = monthly("A", TWELVE)
    rows[4] |= change  # May; the other eleven months have 334 days and 1100 t
    found = judged(rows)
    assert rules(found) == {rule: 1, "gap": 1}
    assert adds_up(found)
    assert found.taken == 1
    filled = found.flows[A_COAL].estimated[4]
    assert float(filled) == pytest.approx(1100 * 31 / 334, abs=1e-5)
    assert sum(found.flows[A_COAL].measured) == 1100


def test_the_same_twice_counts_once_and_a_later_report_wins() -> None:
    rows = monthly("A", TWELVE, reported_at="2022-12-31T10:00")
    twice = {**rows[0]}
    corrected = {**rows[1], "quantity": 70.0, "reported_at": "2022-12-31T12:00"}
    earlier = {**rows[2], "quantity": 999.0, "reported_at": "2022-12-31T09:00"}
    found = judged([corrected, *rows, twice, earlier])
    assert rules(found) == {"duplicate": 1, "corrected": 2}
    assert total(found) == 1170
    assert adds_up(found)


def test_of_two_values_without_order_the_larger_counts() -> None:
    rows = monthly("A", TWELVE)
    for other, expected in ((90.0, 1200), (130.0, 1230)):
        found = judged([*rows, {**rows[3], "quantity": other}])
        assert rules(found) == {"conflict": 1}
        assert total(found) == expected
        assert adds_up(found)


# Of 90, 100, 130 and 100 for one month 130 counts, wherever it stands; the three others are named, none twice.
def test_what_is_named_in_a_conflict_is_what_does_not_count() -> None:
    rows = monthly("A", TWELVE)
    for order in ((90.0, 130.0), (130.0, 90.0)):
        found = judged([*rows, *({**rows[3], "quantity": value} for value in order)])
        assert rules(found) == {"conflict": 2}
        assert {float(p.value.split()[0]) for p in found.problems} == {90.0, 100.0}
        assert total(found) == 1230
        assert adds_up(found)


def test_a_clock_set_back_repeats_a_whole_hour_and_both_count() -> None:
    rows = every("A", 15, 96 * 365, 1.0)
    hour = [{**row, "quantity": 2.0} for row in rows[8:12]]  # 02:00 to 03:00 again
    found = judged([*rows[:12], *hour, *rows[12:]])
    assert rules(found) == {"clock_back": 4}
    assert total(found, ("A", "electricity", "fuel")) == 96 * 365 + 8
    assert adds_up(found)
    part = judged([*rows[:12], *hour[:3], *rows[12:]])  # three quarters are no hour
    assert rules(part) == {"conflict": 3}
    assert total(part, ("A", "electricity", "fuel")) == 96 * 365 + 3


def test_gaps_of_an_interval_meter_are_told_once_each_and_filled_at_the_months_rate() -> None:
    rows = every("A", 60, 24 * 365, 2.0)
    lost = {*range(100, 110), *range(2000, 2001), *range(24 * 365 - 48, 24 * 365)}
    found = judged([row for k, row in enumerate(rows) if k not in lost])
    assert rules(found) == {"gap": 2, "late": 1}
    assert [p.rows for p in found.problems] == [10, 1, 48]
    assert [p.quantity for p in found.problems] == ["20", "2", "96"]
    flow = found.flows["A", "electricity", "fuel"]
    assert (sum(flow.measured), sum(flow.estimated)) == (2 * (24 * 365 - 59), 118)


def test_readings_off_the_meters_times_are_taken_to_them_or_not_counted() -> None:
    rows = every("A", 60, 24 * 365, 1.0)
    rows[10] = {**rows[10], "time": rows[10]["time"][:-2] + "03"}  # three minutes late
    found = judged([*rows, {**rows[20], "time": rows[20]["time"][:-2] + "05"}])
    assert rules(found) == {"off_grid": 2}
    assert found.taken == 1
    assert total(found, ("A", "electricity", "fuel")) == 24 * 365
    assert adds_up(found)


def test_a_value_many_times_the_others_is_not_counted() -> None:
    rows = monthly("A", [*TWELVE[:11], 100_000.0])  # kg where t belong
    found = judged(rows)
    assert rules(found) == {"implausible": 1, "late": 1}
    assert float(total(found)) == pytest.approx(1100 * 365 / 334, abs=1e-4)
    assert adds_up(found)


def register(values: list[float], days: int = 1, first: int = 0) -> list[dict[str, object]]:
    from datetime import datetime, timedelta

    start = datetime(2022, 1, 1) + timedelta(days=first)  # noqa: DTZ001
    return [
        {
            "unit_id": "A",
            "carrier": "coal",
            "time": (start + timedelta(days=days * k)).isoformat(),
            "register": v,
        }
        for k, v in enumerate(values)
    ]


def test_a_register_counts_between_its_readings() -> None:
    found = judged(register([10.0 * k for k in range(366)]))  # the last at the end of the year
    assert found.problems == ()
    flow = found.flows[A_COAL]
    assert flow.measured[:3] == (310, 280, 310)
    assert total(found) == 3650


def test_a_register_that_is_replaced_turns_over_or_is_misread() -> None:
    steady = [1000 + 10.0 * k for k in range(366)]
    replaced = [v if k < 100 else 10.0 * (k - 100) for k, v in enumerate(steady)]
    found = judged(register(replaced))  # the day of the replacement counts from zero: 0
    assert rules(found) == {"reset": 1}
    assert total(found) == 3640
    turned = [(99_950 + 10 * k) % 100_000 for k in range(366)]
    found = judged(register([float(v) for v in turned]))
    assert rules(found) == {"rollover": 1}
    assert total(found) == 3650
    for wrong in (12.0, 999_999.0):
        misread = [wrong if k == 50 else v for k, v in enumerate(steady)]
        found = judged(register(misread))
        assert rules(found) == {"outlier": 1, "bridged": 1}
        assert total(found) == 3650
        assert adds_up(found)


def test_a_register_tells_the_sum_over_a_gap_and_divides_it_by_time() -> None:
    rows = register([10.0 * k for k in range(366)])
    found = judged([row for k, row in enumerate(rows) if not 25 <= k < 35])  # 26 January to 4 February
    assert rules(found) == {"bridged": 1}
    assert found.problems[0].rows == 10
    assert found.flows[A_COAL].measured[:2] == (310, 280)
    assert sum(found.flows[A_COAL].estimated) == 0


def test_a_jump_that_stays_is_estimated() -> None:
    steady = [10.0 * k + (100_000 if k > 200 else 0) for k in range(366)]
    found = judged(register(steady))
    assert rules(found) == {"jump": 1}
    assert total(found) == 3650
    assert sum(found.flows[A_COAL].estimated) == 10


def test_units_of_measurement_are_converted_exactly() -> None:
    rows = [{**row, "unit": "kwh"} for row in monthly("A", [123.456] * 12, carrier="electricity")]
    found = judged(rows)
    assert rules(found) == {"unit_converted": 1}
    assert total(found, ("A", "electricity", "fuel")) == Fraction(123456, 10**6) * 12


def test_what_is_not_known_yet_is_not_used() -> None:
    rows = monthly("A", TWELVE)
    late = {**rows[0], "quantity": 50.0, "reported_at": "2022-05-02"}
    found = judged([*rows, late], cut="2022-05-01")
    assert (found.later, found.counted, found.taken) == (9, 4, 0)
    assert total(found) == 400
    known = judged([*rows, late], cut="2022-06-01")
    assert rules(known) == {"corrected": 1}
    assert total(known) == 450


def test_within_a_month_a_monthly_form_is_extended_but_nobody_is_late() -> None:
    found = judged(monthly("A", TWELVE), cut="2022-04-16")
    assert found.problems == ()
    flow = found.flows[A_COAL]
    assert flow.measured[:4] == (100, 100, 100, 0)
    assert float(flow.estimated[3]) == pytest.approx(300 * 15 / 90, abs=1e-5)


def test_meters_that_say_nothing_are_named() -> None:
    flows = {"A": {"coal": ("fuel",), "electricity": ("fuel",)}, "B": {"coal": ("fuel", "feedstock")}}
    found = judged(monthly("A", TWELVE), flows=flows)
    assert rules(found) == {"no_meter": 1, "no_readings": 1}
    both = judged(
        [*monthly("A", TWELVE), *monthly("A", TWELVE, "electricity"), *monthly("B", TWELVE)], flows=flows
    )
    assert rules(both) == {"use_unsaid": 1}


def test_every_kind_at_once_is_counted_exactly_whatever_the_order() -> None:
    rows: list[dict[str, object]] = []
    for unit in ("A", "B"):
        rows += every(unit, 60, 24 * 365, 3.0, meter="m1")
        rows += monthly(unit, TWELVE)
    kinds = {
        "unknown_unit": {"unit_id": "Z"}, "unknown_carrier": {"carrier": "peat"}, "bad_time": {"time": ""},
        "no_number": {"quantity": None}, "negative": {"quantity": -3.0}, "outside_year": {"time": "2021-06-01"},
        "wrong_measure": {"unit": "t"}, "implausible": {"quantity": 1e6},
    }  # fmt: skip
    planted = {rule: 5 + 3 * k for k, rule in enumerate(kinds)}
    place = 1000
    for rule, count in planted.items():
        for _ in range(count):
            rows[place] = {**rows[place], **kinds[rule]}
            place += 7
    rows += [dict(rows[k]) for k in range(40, 51)]  # 11 duplicates
    planted["duplicate"] = 11
    planted["gap"] = sum(5 + 3 * k for k in range(len(kinds)))  # each lost hour stands alone
    expected = judged(rows)
    assert rules(expected) == planted
    assert adds_up(expected)
    shuffled = list(rows)
    Random(3).shuffle(shuffled)  # noqa: S311 - nobody hides anything
    again = judged(shuffled)
    assert rules(again) == planted
    assert again.flows == expected.flows
