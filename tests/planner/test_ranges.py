"""Ranges of quotas: by hand, and against a second formulation that holds the quota and asks for the value."""

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dualcontrol.alternatives import Bench
from dualcontrol.cli import main
from dualcontrol.infeasible import Infeasible
from dualcontrol.model.changes import change
from dualcontrol.model.scenario import Scenario
from dualcontrol.optimise import Optimised
from dualcontrol.quota_ranges import Range, Ranges, _ends, plan_to_range, ranges
from dualcontrol.solvers.decompose import with_rows
from dualcontrol.solvers.highs import LiveHighs, Status
from tests.model.small_cases import county, project, total, unit, write_county
from tests.planner.session_walks import county_of

LEVEL = {
    "policy": {"benchmark_tce_per_wan_yuan": 9}
}  # nobody is worse than the banner's benchmark: nothing is cut


def twins(increment: int = 10) -> Scenario:
    """Two equal units that may each grow from 100 to 110 tce, and a capped one that needs all it has."""
    owners = [unit(name, 100, 50, activity_min=1, activity_max=1.1) for name in ("A", "B")]
    owners.append(unit("C", 200, 400, activity_min=1, sector="heavy"))
    return county(owners, {**total(increment), **LEVEL})


def asked(scenario: Scenario, within: float) -> tuple[Ranges, dict[str, Range]]:
    found = ranges(plan_to_range(scenario), within)
    return found, {row.account: row for row in found.rows}


def test_twins_at_the_margin_are_free_and_a_capped_unit_is_firm() -> None:
    # 10 tce are new, worth 0.5 each to either twin: any division of them is as good. 50 + 50 + 5 + 400 = 505.
    found, rows = asked(twins(), 0.0)
    assert found.value_wan_yuan == pytest.approx(505)
    for twin in ("unit:A", "unit:B"):
        assert (rows[twin].quota_tce, rows[twin].least_tce, rows[twin].most_tce) == (105, 100, 110)
        assert not rows[twin].is_firm
    assert (rows["unit:C"].least_tce, rows["unit:C"].most_tce, rows["unit:C"].is_firm) == (200, 200, True)


def test_a_share_of_the_value_buys_its_tonnes() -> None:
    # Both full: 20 tce, 510 in all. At a thousandth less, 0.51, a twin can have 1.02 tce less, so 108 whole tonnes are
    # enough; at a hundredth less, 5.1, all of its 10. Nothing gives it more than 110, its capacity.
    for within, least in ((0.0, 110), (0.001, 108), (0.01, 100)):
        found, rows = asked(twins(20), within)
        assert found.loss_wan_yuan == pytest.approx(510 * within)
        assert [(rows[t].least_tce, rows[t].most_tce) for t in ("unit:A", "unit:B")] == [(least, 110)] * 2


def test_a_project_that_may_run_lower_and_what_its_opposite_costs() -> None:
    # P: 150 tce for 120, from 60 % on. Q: 150 for 100. With 200 tce P enters, Q not: 500 + 120 = 620. At 5 % less, 31,
    # P may run 31 / 120 lower: 150 (1 - 31/120) = 111.25. Without P there is Q: 600. 20 less is what 31 pays.
    owners = [
        unit("A", 1000, 500, activity_min=1),
        project("P", 150, 120, load_min=0.6),
        project("Q", 150, 100),
    ]
    scenario = county(owners, {**total(200), **LEVEL})
    _, rows = asked(scenario, 0.05)
    assert (rows["project:P"].least_tce, rows["project:P"].most_tce) == (111, 150)
    assert [rows[f"project:{p}"].decision for p in "PQ"] == ["admitted", "refused"]
    for p in "PQ":
        row = rows[f"project:{p}"]
        assert (row.opposite, row.is_decision_firm) == ("solved", False)
        assert row.opposite_cost_wan_yuan == pytest.approx(20)
    assert (rows["project:Q"].least_tce, rows["project:Q"].most_tce) == (0, 0)
    _, rows = asked(scenario, 0.03)  # 18.6
    assert [rows[f"project:{p}"].is_decision_firm for p in "PQ"] == [True, True]


def test_what_cannot_be_decided_is_not_asked() -> None:
    owners = [unit("A", 1000, 500, activity_min=1), project("P", 150, 120, start_month=13),
              project("G", 10, 90, is_quota_approved=0), project("Q", 300, 90)]  # fmt: skip
    _, rows = asked(county(owners, {**total(200), **LEVEL}), 0.01)
    assert (rows["project:P"].opposite, rows["project:P"].is_decision_firm) == ("not_asked", None)
    assert rows["project:Q"].opposite == "infeasible"  # 300 tce are more than there are
    assert rows["project:Q"].is_decision_firm


def test_without_a_managed_total_a_quota_may_have_no_reason_to_be_small() -> None:
    # nobody's grant costs anything: up to the 10 % of growth to its capacity each
    scenario = change(twins(), {"targets.manage_total": False, "targets.increment_tce_eq": None})
    _, rows = asked(scenario, 0.0)
    assert rows["unit:A"].most_tce == 110
    with pytest.raises(ValueError, match="share"):
        asked(scenario, -0.1)


def planned(seed: int) -> Optimised | None:
    scenario = change(county_of(seed), {"targets.intensity_reduction": -0.1})
    try:
        return plan_to_range(scenario)
    except Infeasible:
        return None


def value_at(found: Optimised, unit_id: str, quota: float) -> float:
    """The best value with a unit's quota held: formed from its moves by hand, -inf where there is no plan."""
    solved, program = found.solved, found.solved.program
    place = {label: k for k, label in enumerate(solved.yearly.columns)}
    moved = quota - float(found.case.rulings.units[unit_id].quota_tce)
    columns = np.array([place[name, unit_id] for name in ("grant", "limit", "beyond")])
    held = with_rows(program, [(columns, np.array([1.0, -1.0, -1.0]), moved, moved)], "held")
    solution = LiveHighs(replace(held, cost=program.cost)).solve()
    return solution.objective if solution.status is Status.OPTIMAL else -math.inf


@pytest.mark.slow
@pytest.mark.parametrize(
    ("within", "seeds"),
    [(0.0, 5), (0.01, 5), *(pytest.param(x, 30, marks=pytest.mark.slow) for x in (0.0, 0.02))],
)
def test_ranges_agree_with_the_value_at_a_held_quota(within: float, seeds: int) -> None:
    widths = []
    for seed in range(seeds):
        found = planned(seed)
        if found is None:
            continue
        value = found.solved.value
        floor = value - within * abs(value)
        noise = 1e-6 * max(1.0, abs(value))
        ends = _ends(found.case, found.solved, within * abs(value))
        x = dict(zip(found.solved.yearly.columns, found.solved.x, strict=True))
        for i in found.case.unit_rows:
            least, most = ends[f"unit:{i}"]
            own = float(found.case.rulings.units[i].quota_tce)
            own += x["grant", i] - x["limit", i] - x["beyond", i]
            assert least - 1e-6 * max(1, own) <= own <= most + 1e-6 * max(1, own)  # the plan is within
            for end, outward in ((least, -1.0), (most, 1.0)):
                assert value_at(found, i, end) >= floor - noise
                assert value_at(found, i, end + outward) < floor - 1e-9 * max(1.0, abs(value))
            widths.append(most - least)
    assert len(widths) > seeds
    assert max(widths) > 1
    assert within > 0 or min(widths) < 1e-3


def test_the_opposite_agrees_with_forcing_it() -> None:
    asked_ = 0
    for seed in range(4):
        found = planned(seed)
        if found is None:
            continue
        told = {row.account: row for row in ranges(found, 0.01).rows}
        for j in found.case.project_rows:
            row = told[f"project:{j}"]
            if row.opposite_cost_wan_yuan is None:
                continue
            asked_ += 1
            bench = Bench(found.case, found.solved, None)
            forced = 0.0 if row.decision == "admitted" else 1.0
            program = bench.program
            lower, upper = program.lower.copy(), program.upper.copy()
            lower[bench.place["admitted", j]] = upper[bench.place["admitted", j]] = forced
            other = LiveHighs(replace(program, lower=lower, upper=upper)).solve().objective
            best = LiveHighs(program).solve().objective
            assert row.opposite_cost_wan_yuan == pytest.approx(best - other, abs=1e-5 * abs(best) + 1e-6)
    assert asked_ > 3


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as told:
        main(["ranges", *arguments])
    return int(told.value.code or 0)


def test_the_command_tells_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owners = [unit(name, 100, 50, activity_min=1, activity_max=1.1, name=name) for name in ("A", "B")]
    owners.append(project("P", 5, 40, name="=P"))
    source, out = str(write_county(tmp_path / "s", owners, {**total(10), **LEVEL})), tmp_path / "out"
    assert run(source, "--lang", "en", "--within", "0") == 0
    said = capsys.readouterr().out
    assert "[loose] A:" in said
    assert (
        "[firm] =P: 5, could be 5 to 5; admitted; the opposite costs 37.5" in said
    )  # 5 tce at 0.5 for the twins
    assert run(source, "--out", str(out), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["accounts"], told["decisions"]) == (True, 3, 1)
    assert told["ranges"][0]["account"] == "unit:A"
    with (out / "ranges.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["account"] for row in rows] == ["unit:A", "unit:B", "project:P"]
    assert rows[2]["name"] == "'=P"  # no formula
    assert sorted(path.name for path in out.iterdir()) == ["ranges.csv", "summary.json"]
    (out / "mine.txt").write_text("x", encoding="utf-8")
    assert run(source, "--out", str(out)) == 2


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owners = [unit("A", 100, 50, activity_min=1)]
    home = {"line_id": "homes", "base_fuel_tce": 10, "base_electricity_mwh": 0, "plan_fuel_tce": 50,
            "plan_electricity_mwh": 0, "co2_t_per_fuel_tce": 2.6, "floor_share": 1}  # fmt: skip
    source = str(write_county(tmp_path / "s", owners, total(0), society=[home]))
    assert run(source, "--lang", "zh") == 3
    assert "没有" in capsys.readouterr().err
    assert run(str(tmp_path / "nothing")) == 2
    assert run(source, "--within", "-1") == 2
