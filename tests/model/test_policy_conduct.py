"""When a record of dishonest conduct ends, and what each state costs (3.2.5): by hand, builder and auditor."""

from collections import namedtuple
from datetime import date

import pytest

from dualcontrol.model.audit import conduct as audited
from dualcontrol.model.audit.inputs import Row
from dualcontrol.model.audit.rules import judge as judged_by_auditor
from dualcontrol.model.ledger import POOL
from dualcontrol.model.policy.conduct import ends_on, may_buy_quota, months_after, state
from tests.model.small_cases import county, entries, rulings_of, total, unit

Record = namedtuple("Record", "conduct conduct_since corrected_on repaired_on")  # noqa: PYI024
D = date


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (D(2021, 8, 31), 6, D(2022, 2, 28)),  # a shorter month: its last day
        (D(2019, 8, 31), 6, D(2020, 2, 29)),
        (D(2021, 12, 15), 12, D(2022, 12, 15)),
        (D(2021, 12, 15), 1, D(2022, 1, 15)),
        (D(2021, 6, 30), 6, D(2021, 12, 30)),
        (D(2021, 6, 30), 0, D(2021, 6, 30)),
    ],
)
def test_months_of_the_calendar(day: date, months: int, after: date) -> None:
    assert months_after(day, months) == after


@pytest.mark.parametrize(
    ("record", "end", "now"),
    [
        (Record("warned", None, None, None), None, "warned"),
        (Record("warned", None, D(2021, 8, 11), None), D(2022, 2, 11), "normal"),  # six months
        (Record("warned", None, D(2021, 8, 12), None), D(2022, 2, 12), "warned"),
        (Record("serious", None, D(2021, 8, 11), None), D(2022, 8, 11), "serious"),  # twelve
        (Record("noticed", None, D(2022, 2, 11), None), D(2022, 2, 11), "normal"),  # at once
        (Record("noticed", None, None, None), None, "noticed"),
        (Record("serious", None, D(2021, 8, 11), D(2022, 1, 1)), D(2022, 1, 1), "normal"),  # decided earlier
        (Record("warned", None, D(2021, 1, 1), D(2022, 3, 1)), D(2022, 3, 1), "warned"),  # decided later
        (Record("serious", D(2022, 3, 1), None, None), None, "normal"),  # of a later day
        (Record("normal", None, None, None), None, "normal"),
    ],
)
def test_the_state_on_the_day_of_the_plan(record: Record, end: date | None, now: str) -> None:
    scenario = county([unit("A", 100, 50)])  # as_of 2022-02-11
    assert (ends_on(record, scenario.settings), state(record, scenario.settings)) == (end, now)
    row = Row(record._asdict())
    assert (audited.end_day(row, scenario), audited.conduct_now(row, scenario)) == (end, now)


@pytest.mark.parametrize(("conduct", "penalty"), [("noticed", 5), ("warned", 12), ("serious", 20)])
def test_the_penalty_goes_by_the_state(conduct: str, penalty: int) -> None:
    # 0.5 %, 1.25 % and 2 % of 1000
    shares = {"noticed_penalty_share": 0.005, "warned_penalty_share": 0.0125}
    given = {**total(100), "conduct": shares, "policy": {"benchmark_tce_per_wan_yuan": 9}}
    scenario = county([unit("A", 1000, 500, conduct=conduct)], given)
    assert entries(rulings_of(scenario), "penalty") == {("unit:A", POOL): penalty}
    assert judged_by_auditor(scenario).units["A"].penalty == penalty


def test_who_may_buy() -> None:
    assert [may_buy_quota(s) for s in ("normal", "noticed", "warned", "serious")] == [
        True,
        True,
        False,
        False,
    ]
