"""What an issued plan granted is never taken back, and what that costs (3.2.2b; selection is not monotone)."""

from datetime import date
from pathlib import Path

import pytest

import dualcontrol as dc
from dualcontrol.issue import issue
from dualcontrol.keeping import NotKept, keep, promises_of
from dualcontrol.model.plan import Plan
from dualcontrol.model.scenario import Scenario, load
from dualcontrol.publish import PublishError
from tests.model.small_cases import admitted, project, quotas, solve, total, unit, write_county

NO_CUT = {"policy": {"benchmark_tce_per_wan_yuan": 9}}  # nobody is worse than the banner's benchmark
# value and energy: A(10, 5), B(12, 7), C(6, 3), tenfold
THREE = [unit("works", 1000, 500), project("A", 50, 100), project("B", 70, 120), project("C", 30, 60)]


def written(tmp_path: Path, increment: int, owners: object = THREE, **more: object) -> Path:
    return write_county(tmp_path / f"s{increment}", owners, {**total(increment), **NO_CUT}, **more)  # type: ignore[arg-type]


def published(scenario: Scenario, folder: Path) -> Plan:
    plan = solve(scenario)
    verdict = dc.audit(scenario, plan)
    assert verdict.passed, verdict.failed
    dc.publish(plan, folder, scenario=scenario, verdict=verdict)
    return plan


def issued(folder: Path) -> None:
    for state in ("consulted", "approved", "issued"):
        issue(folder, state, document="常务会议纪要", day=date(2022, 3, 1))


def test_the_choice_is_not_monotone_in_the_increment(tmp_path: Path) -> None:
    # 50: A. 70: B (12 > 10). 80: A and C (16 > 12). 100: B and C (18 > 16). 120: A and B (22 > 18).
    chosen = [admitted(solve(load(written(tmp_path, g)))) for g in (50, 70, 80, 100, 120)]
    assert chosen == [{"A"}, {"B"}, {"A", "C"}, {"B", "C"}, {"A", "B"}]


@pytest.mark.slow
def test_with_keep_what_was_granted_stays_and_has_its_price(tmp_path: Path) -> None:
    # each release of the year keeps the one before: 50 A; 70 A still (B would be worth 20 more); 80 A and C;
    # 100 A and C still (B and C would be worth 20 more); 120: with A and C 150 are needed for B: no, 160 against 220
    before: Path | None = None
    told = []
    for g in (50, 70, 80, 100, 120):
        scenario = load(written(tmp_path, g))
        if before is not None:
            kept = keep(scenario, promises_of(before))
            assert kept.not_kept == ()
            scenario = kept.scenario
        plan = published(scenario, tmp_path / f"plan{g}")
        issued(tmp_path / f"plan{g}")
        price = 0.0
        if before is not None:
            table = plan.reports["decisions"].set_index("decision_id")
            price = float(table.loc["*" if "*" in table.index else table.index[0], "price_wan_yuan"])
        told.append((admitted(plan), round(price, 6)))
        before = tmp_path / f"plan{g}"
    assert told == [({"A"}, 0), ({"A"}, 20), ({"A", "C"}, 0), ({"A", "C"}, 20), ({"A", "C"}, 60)]


def test_quotas_of_units_are_kept_when_the_increment_is_cut(tmp_path: Path) -> None:
    # north may grow by a tenth (100 tce for 50 万元) and gets it; then a project of 60 tce and 90 万元 comes, and the
    # increment is still 100: without the promise the project takes 60 of them
    owners = [unit("north", 1000, 500, activity_max=1.1)]
    first = published(load(written(tmp_path, 100, owners)), tmp_path / "first")
    assert quotas(first)["unit:north"] == 1100
    later = load(write_county(tmp_path / "later", [*owners, project("P", 60, 90)], {**total(100), **NO_CUT}))
    assert quotas(solve(later))["unit:north"] == 1040
    kept = keep(later, promises_of(tmp_path / "first"))
    plan = published(kept.scenario, tmp_path / "second")
    assert quotas(plan)["unit:north"] == 1100
    assert admitted(plan) == set()
    # 60 tce of the project are worth 90, of the unit 30
    assert plan.reports["decisions"]["price_wan_yuan"].tolist() == pytest.approx([60])


def test_twins_that_were_promised_alike_are_still_treated_alike(tmp_path: Path) -> None:
    owners = [unit(name, 1000, 500, activity_max=1.1) for name in ("east", "west")]
    published(load(written(tmp_path, 100, owners)), tmp_path / "first")
    more = load(write_county(tmp_path / "more", owners, {**total(160), **NO_CUT}))
    plan = solve(keep(more, promises_of(tmp_path / "first")).scenario)
    assert (quotas(plan)["unit:east"], quotas(plan)["unit:west"]) == (1080, 1080)


def test_what_the_rules_stop_is_told_and_left_out(tmp_path: Path) -> None:
    published(load(written(tmp_path, 80)), tmp_path / "plan")
    scenario = load(written(tmp_path, 80), {"projects.A.start_month": 13})
    kept = keep(scenario, promises_of(tmp_path / "plan"))
    assert kept.not_kept == (NotKept("project:A", 50, 0, "3.2.1b"),)
    assert admitted(solve(kept.scenario)) == {"C"}  # B alone would be worth more, C was promised
    gone = load(write_county(tmp_path / "gone", THREE[:1] + THREE[2:], {**total(80), **NO_CUT}))
    assert keep(gone, promises_of(tmp_path / "plan")).not_kept == (NotKept("project:A", 50, 0, ""),)


def test_promises_are_read_from_a_plan_as_published_only(tmp_path: Path) -> None:
    published(load(written(tmp_path, 80)), tmp_path / "plan")
    promises = promises_of(tmp_path / "plan")
    assert not promises.is_issued
    assert {(p.kind, p.id, p.quota_tce) for p in promises.promises} == {
        ("unit", "works", 1000),
        ("project", "A", 50),
        ("project", "C", 30),
    }
    quotas_file = tmp_path / "plan" / "quotas.csv"
    quotas_file.write_bytes(quotas_file.read_bytes().replace(b"1000", b"1001"))
    with pytest.raises(PublishError) as caught:
        promises_of(tmp_path / "plan")
    assert caught.value.message == "keep.edited"
    with pytest.raises(PublishError) as caught:
        promises_of(tmp_path)
    assert caught.value.message == "keep.no_plan"
