"""The measurements at a tiny size: all ways pose the same problem. Nothing here depends on time or on peers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import dcopf, handover, readings, year
from benchmarks.__main__ import NAMES
from benchmarks.measuring import Report, Target, added_bytes, ratio
from benchmarks.plain import plain_model
from benchmarks.synthetic import network, series
from dualcontrol.model.power.network import Network, Series
from dualcontrol.model.power.topology import faults

OURS = ["passModel", "dualcontrol", "pyomo"]


def test_the_network_is_the_one_that_is_told() -> None:
    net = network()
    assert (len(net.buses), len(net.branches), len(net.storage)) == (13, 18, 2)
    assert [g.profile is None for g in net.generators] == [True] * 10 + [False] * 5
    assert faults(net) == []


@pytest.mark.parametrize("hours", [1, 2, 48])
def test_stamped_and_plain_pyomo_have_one_optimum(hours: int) -> None:
    # in a single hour a store that ends where it began can only lose: both forms have a level that cancels out
    found = handover.costs(OURS, hours)
    assert list(found) == OURS
    assert all(cost == pytest.approx(found["pyomo"], rel=1e-9) for cost in found.values())


def without_a_line(net: Network, years: Series) -> Any:
    model = plain_model(net, years)
    model.flow["l00", :].setlb(0.0)
    model.flow["l00", :].setub(0.0)
    return model


def test_the_comparison_would_see_another_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    before = handover.costs(["dualcontrol"], 48)["dualcontrol"]
    monkeypatch.setattr("benchmarks.handover.plain_model", without_a_line)
    assert handover.costs(["pyomo"], 48)["pyomo"] > before * (1 + handover.SAME)


def test_nothing_of_the_hour_is_lost_in_the_hand_over() -> None:
    arrays = handover.stamped((network(), series(48)))
    day = handover.stamped((network(), series(24)))
    handed = handover.ours((network(), series(48)))
    assert len(arrays.rows) == 2 * len(day.rows) == handed.highs.getNumRow()
    assert len(arrays.columns) == 2 * len(day.columns) == handed.highs.getNumCol()
    assert handed.highs.getNumNz() == np.count_nonzero(arrays.value)


def test_dc_opf_and_its_solver_alone_agree() -> None:
    found = [dcopf.work(way, case="5_pjm", repeats=1)["objective"] for way in ("dualcontrol", "highs")]
    assert found[0] == pytest.approx(found[1], rel=1e-9)
    assert f"{found[0]:.4e}" == "1.7480e+04"  # PGLib's published figure


@pytest.mark.slow
def test_bounds_of_two_days_contain_their_one_program() -> None:
    given = year.few_days(year.case_of(), 2)
    parts, (one, program) = year.decomposed(*given, year.GAP), year.one_program(*given, year.GAP)
    weight = given[1].series.weight
    assert weight is not None
    assert weight.sum() == pytest.approx(8760)
    record = {
        "objective": parts.objective,
        "bound": parts.bound,
        "one_objective": one.objective,
        "one_bound": one.bound,
    }
    assert year.contains(record)
    assert parts.gap <= year.GAP
    assert len(program.columns) > len(given[0].columns)
    too_high = record | {"objective": one.bound + abs(one.bound)}
    too_low = record | {"bound": one.objective - abs(one.objective)}
    assert not year.contains(too_high)
    assert not year.contains(too_low)


def test_added_memory_is_that_of_the_work() -> None:
    added, _ = added_bytes(lambda: np.ones(8_000_000))
    if added is None:
        pytest.skip("no /proc on this system")
    assert 60_000_000 <= added <= 90_000_000


def test_a_report_says_what_is_not_met() -> None:
    targets = (Target("a", 2.0, 2.5), Target("b", 7.0, 8.0, is_upper=False))
    report = Report("x", "X", ("way", "ms"), (("ours", "1"),), targets, ("A note.",), {"n": 1})
    assert report.text() == (
        "## X\n\n| way | ms |\n| --- | --- |\n| ours | 1 |\n\n"
        "- a: 2 (at most 2.5) met\n- b: 7 (at least 8) NOT MET\n\nA note.\n"
    )
    assert [t["is_met"] for t in json.loads(json.dumps(report.record()))["targets"]] == [True, False]
    assert set(NAMES) == {"handover", "linear", "dcopf", "year", "session", "workers", "readings", "horizon"}


def test_a_ratio_is_taken_within_a_round() -> None:
    # rounds of 8/2, 6/2 and 30/10: 4, 3, 3. The least of each for itself would say 6/2, the sums 44/14
    rounds = [{"a": {"seconds": a}, "b": {"seconds": b}} for a, b in ((8.0, 2.0), (6.0, 2.0), (30.0, 10.0))]
    found = ratio(rounds, "a", "b")
    assert found.rounds == (4.0, 3.0, 3.0)
    assert found.text() == "3 (3–4)"
    # one lucky pass of b does not decide: 4, 3, 15 have the median 4, the least of each would say 6/0.4
    lucky = [rounds[0], rounds[1], {"a": {"seconds": 6.0}, "b": {"seconds": 0.4}}]
    assert ratio(lucky, "a", "b").middle == 4.0


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_readings_are_judged_and_every_spoilt_one_is_told(kind: str, tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    path = readings.make(tmp_path, 3, 9600, kind)
    found = readings.work("judge", path=str(path), units=3, steps=9600)
    spoilt = sum((i * 7 + step * 13) % 9973 == 5 for i in range(3) for step in range(9600)) * len(
        readings.CARRIERS
    )
    assert found["rows"] == 3 * 9600 * 4
    assert spoilt > 0
    assert found["problems"] == 2 * spoilt  # each is told, and the gap that it leaves
    assert found["rules"] == ["gap", "negative"]
