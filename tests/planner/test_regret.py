"""One set of admissions for several scenarios: by hand, and against all subsets of small random counties."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from dualcontrol.batch_sweep import read_sweep
from dualcontrol.cli import main
from dualcontrol.frontier import built_at
from dualcontrol.model.changes import change
from dualcontrol.model.scenario import Scenario, ScenarioError
from dualcontrol.regret import Future, Regret, regret
from dualcontrol.solvers.highs import LiveHighs, Status
from tests.model.small_cases import county, project, total, unit, write_county
from tests.planner.session_walks import county_of
from tests.planner.test_session import three_projects

PAPER = {"document": "会议纪要", "date": "2022-01-20"}


def verdicts(found: Regret) -> dict[str, str]:
    return {one.owner: one.verdict for one in found.choices}


def regrets(found: Regret) -> list[float | None]:
    return [one.regret_wan_yuan for one in found.outlooks]


def test_what_fits_the_smallest_budget_is_committed() -> None:
    # A(10, 5) B(12, 7) C(6, 3), 500 from the unit: best A, B, AC, BC, AB, that is 10 12 16 18 22. What is common must
    # fit 5: nothing, A or C. A: regrets 0 2 6 8 12; C: 4 6 10 12 16; nothing: 10 to 22. So A, 12 and 28/5.
    futures = [Future(f"{b}", 1.0, three_projects(float(b))) for b in (5, 7, 8, 10, 12)]
    found = regret(futures)
    assert [one.best_wan_yuan for one in found.outlooks] == pytest.approx([510, 512, 516, 518, 522])
    assert regrets(found) == pytest.approx([0, 2, 6, 8, 12])
    assert (found.largest_wan_yuan, found.mean_wan_yuan) == pytest.approx((12, 5.6))
    assert found.is_proven
    assert {one.owner: one.common for one in found.choices} == {"A": 1, "B": 0, "C": 0}
    assert verdicts(found) == dict.fromkeys("ABC", "leave_open")
    own = {one.owner: [b for b, share in one.own.items() if share > 0] for one in found.choices}
    assert own == {"A": ["5", "8", "12"], "B": ["7", "10", "12"], "C": ["8", "10"]}
    # Deciding one alone. A: at 7 A (10) instead of B, at 10 A and C (16) instead of 18: 2; no A: at 5 C, at 8 B (12),
    # at 12 B and C (18): 4. B does not fit 5; no B: at 12 A and C: 6. C: at 5 6 instead of 10, at 7 6 instead of 12, at
    # 12 18: 6; no C: at 8 12 and at 10 12 instead of 18: 6.
    costs = {one.owner: (one.if_yes_wan_yuan, one.if_no_wan_yuan) for one in found.choices}
    assert costs["A"] == pytest.approx((2, 4))
    assert costs["B"] == (math.inf, pytest.approx(6))
    assert costs["C"] == pytest.approx((6, 6))


def rivals(a: float, b: float) -> Scenario:
    """Two projects of 5 tce where there are 5: only one may enter."""
    owners = [unit("U", 100, 500, activity_min=1, sector="heavy"), project("A", 5, a), project("B", 5, b)]
    return county(owners, total(5))


def test_weights_decide() -> None:
    # A: regrets 0 and 5, B: 6 and 0. Weighed alike A; with the second twice as heavy 0, 10 against 6, 0: B.
    for weight, common, largest in ((1.0, "A", 5.0), (2.0, "B", 6.0)):
        found = regret([Future("one", 1.0, rivals(10, 4)), Future("two", weight, rivals(3, 8))])
        assert [one.owner for one in found.choices if one.common > 0] == [common]
        assert found.largest_wan_yuan == pytest.approx(largest)
    assert found.mean_wan_yuan == pytest.approx(6 / 3)
    # A alone: yes costs 5 in the second, twice; no costs 6 in the first
    costs = {one.owner: (one.if_yes_wan_yuan, one.if_no_wan_yuan) for one in found.choices}
    assert costs == {"A": pytest.approx((10, 6)), "B": pytest.approx((6, 10))}


def test_of_two_equally_bad_ones_the_better_on_average() -> None:
    # A: 0 6 0, B: 6 0 1: the largest is 6 of either, the mean decides; with the third the other way round it is B
    for third, common, mean in (((5, 4), "A", 2.0), ((4, 5), "B", 2.0)):
        scenarios = [rivals(10, 4), rivals(4, 10), rivals(*third)]
        found = regret([Future(f"{k}", 1.0, one) for k, one in enumerate(scenarios)])
        assert [one.owner for one in found.choices if one.common > 0] == [common]
        assert (found.largest_wan_yuan, found.mean_wan_yuan) == pytest.approx((6, mean))


def test_what_all_want_or_nobody_may() -> None:
    owners = [unit("U", 100, 500, activity_min=1, sector="heavy"), project("A", 5, 9), project("B", 5, 2),
              project("L", 1, 9, start_month=13)]  # fmt: skip
    found = regret([Future(f"{b}", 1.0, county(owners, total(b))) for b in (5, 7)])
    assert verdicts(found) == {"A": "commit", "B": "refuse", "L": "barred"}
    assert (found.largest_wan_yuan, found.mean_wan_yuan) == (0, 0)
    assert all(math.isnan(one.if_yes_wan_yuan) for one in found.choices)


def test_a_scenario_without_a_plan_is_named_and_left_out() -> None:
    futures = [
        Future("some", 1.0, three_projects(5)),
        Future("none", 9.0, tight()),
        Future("more", 1.0, three_projects(8)),
    ]
    found = regret(futures)
    assert found.infeasible == ("none",)
    assert regrets(found) == [pytest.approx(0), None, pytest.approx(6)]
    assert found.mean_wan_yuan == pytest.approx(3)
    alone = regret([Future("none", 1.0, tight())])
    assert (alone.infeasible, alone.largest_wan_yuan, alone.choices) == (("none",), None, ())
    with pytest.raises(ValueError, match="no scenarios"):
        regret([])


def tight() -> Scenario:
    """The unit alone emits 260 t."""
    return change(three_projects(5), {"targets.co2_budget_t": 200.0})


def decided(value: int) -> Scenario:
    row = {"decision_id": "d", "target_id": "A", "what": "admitted", "kind": "fixed", "value": value, **PAPER}
    owners = [unit("U", 100, 500, activity_min=1, sector="heavy"), project("A", 5, 9)]
    return county(owners, total(5), decisions=[row])


def test_decisions_that_contradict_each_other_have_no_common_plan() -> None:
    found = regret([Future("yes", 1.0, decided(1)), Future("no", 1.0, decided(0))])
    assert (found.largest_wan_yuan, found.mean_wan_yuan) == (None, None)
    assert [one.best_wan_yuan for one in found.outlooks] == pytest.approx([509, 500])
    assert [(one.owner, one.verdict) for one in found.choices] == [("A", "leave_open")]
    assert (found.choices[0].if_yes_wan_yuan, found.choices[0].if_no_wan_yuan) == (math.inf, math.inf)


# --- all subsets


def varied(seed: int) -> list[Future]:
    """A random county under three or four targets, its projects whole."""
    base = county_of(seed)
    whole = {f"projects.{j}.is_divisible": False for j in base.table("projects")["project_id"]}
    base = change(base, {**whole, "targets.intensity_reduction": -0.1})
    first = base.table("projects")["project_id"].iloc[0]
    changes: list[dict[str, object]] = [
        {"targets.increment_tce_eq": 0.0},
        {"targets.increment_tce_eq": 150.0, "targets.intensity_reduction": -0.02},
        {"targets.increment_tce_eq": 400.0},
        {"targets.increment_tce_eq": 60.0, f"projects.{first}.value_added_wan_yuan": 400.0},
    ]
    return [Future(f"s{k}", 1.0 + k % 2, change(base, one)) for k, one in enumerate(changes)]


def value_of(scenario: Scenario, admitted: Mapping[str, float]) -> float:
    """The best value with these admissions, -inf without a plan."""
    program = built_at(scenario, {}).program
    lower, upper = program.lower.copy(), program.upper.copy()
    for j, share in admitted.items():
        at = program.column("admitted", j)
        if share > upper[at]:
            return -math.inf
        lower[at] = upper[at] = share
    solution = LiveHighs(replace(program, lower=lower, upper=upper)).solve()
    return solution.objective if solution.status is Status.OPTIMAL else -math.inf


def by_trying(futures: Sequence[Future]) -> tuple[list[str], dict[tuple[float, ...], tuple[float, ...]]]:
    """Values of the scenarios by admission subset."""
    projects = sorted(futures[0].scenario.table("projects")["project_id"])
    return projects, {
        subset: tuple(value_of(one.scenario, dict(zip(projects, subset, strict=True))) for one in futures)
        for subset in product((0.0, 1.0), repeat=len(projects))
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [2, *(pytest.param(k, marks=pytest.mark.slow) for k in (0, 1, 3, 4, 5, 6, 7, 8, 9))]
)
def test_no_subset_does_less_badly(seed: int) -> None:
    futures = varied(seed)
    projects, table = by_trying(futures)
    best = [max(values[s] for values in table.values()) for s in range(len(futures))]
    kept = [s for s, value in enumerate(best) if value > -math.inf]
    assert kept
    weights = np.array([futures[s].weight for s in kept])
    losses = {
        subset: weights * np.array([best[s] - values[s] for s in kept])
        for subset, values in table.items()
        if all(values[s] > -math.inf for s in kept)
    }
    found = regret(futures)
    assert len(found.infeasible) == len(futures) - len(kept)
    if not losses:
        assert found.largest_wan_yuan is None
        return
    least = min(loss.max() for loss in losses.values())
    size = max(abs(best[s]) for s in kept)
    noise = 1e-4 * least + 1e-6 * size
    assert found.largest_wan_yuan == pytest.approx(least, abs=noise)
    mean = min(loss.sum() for loss in losses.values() if loss.max() <= least + 1e-9 * size) / weights.sum()
    assert found.mean_wan_yuan is not None
    assert found.mean_wan_yuan <= mean + noise
    shares = {one.owner: one.common for one in found.choices}
    own = tuple(round(shares[j]) for j in projects)
    assert losses[own].max() == pytest.approx(found.largest_wan_yuan, abs=noise)
    for one in found.choices:
        if one.verdict == "leave_open":
            place = projects.index(one.owner)
            for share, cost in ((1.0, one.if_yes_wan_yuan), (0.0, one.if_no_wan_yuan)):
                chosen = [values for subset, values in table.items() if subset[place] == share]
                worst = max(futures[s].weight * (best[s] - max(values[s] for values in chosen)) for s in kept)
                assert cost == pytest.approx(worst, abs=1e-6 * size)


# --- the command


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as told:
        main(["regret", *arguments])
    return int(told.value.code or 0)


def sweep(folder: Path, text: str, more: str | None = None) -> str:
    owners = [unit("U", 100, 500, activity_min=1, sector="heavy")]
    given = (("A", 10, 5, "甲"), ("B", 12, 7, "=B"), ("C", 6, 3, "丙"))
    owners += [project(j, e, v, name=name) for j, v, e, name in given]
    if not (folder / "s").exists():
        write_county(folder / "s", owners, total(5))
    path = folder / "sweep.toml"
    path.write_text('scenario = "s"\n' + text, encoding="utf-8")
    if more is not None:
        (folder / "more.csv").write_text(more, encoding="utf-8")
    return str(path)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_the_command_writes_choices_and_outlooks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """csv = "more.csv"
    [[list]]
    name = "five"
    [[list]]
    name = "seven"
    weight = 3
    targets.increment_tce_eq = 7
    [[list]]
    name = "nothing"
    targets.co2_budget_t = 1
    """
    path, out = (
        sweep(tmp_path, text, "name,weight,targets.increment_tce_eq\ntwelve,0.5,12\n"),
        tmp_path / "out",
    )
    assert run(path, "--out", str(out), "--lang", "en") == 0
    said = capsys.readouterr().out
    assert "1 scenario(s) have no plan of their own and are left out: nothing" in said
    assert "Largest weighted regret of the common admissions 6.0" in said  # A: 0, 3 x 2, 12 / 2
    assert "Leave open: 甲 (in five, twelve)" in said
    assert "some scenario has no plan" in said  # B does not fit 5
    outlooks = rows_of(out / "outlooks.csv")
    assert [(one["scenario"], one["weight"], one["status"], one["regret_wan_yuan"]) for one in outlooks] == [
        ("five", "1", "optimal", "0"), ("seven", "3", "optimal", "2"), ("nothing", "1", "infeasible", ""),
        ("twelve", "0.5", "optimal", "12"),
    ]  # fmt: skip
    choices = rows_of(out / "choices.csv")
    assert [(one["id"], one["name"], one["verdict"], one["common"], one["seven"]) for one in choices] == [
        ("A", "甲", "leave_open", "1", "0"), ("B", "'=B", "leave_open", "0", "1"), ("C", "丙", "refuse", "0", "0"),
    ]  # fmt: skip
    assert choices[1]["if_yes_wan_yuan"] == "inf"
    assert run(path, "--out", str(out), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["common"], told["leave_open"], told["refuse"]) == (["A"], ["A", "B"], ["C"])
    assert told["mean_wan_yuan"] == pytest.approx((3 * 2 + 0.5 * 12) / 4.5)
    (out / "mine.txt").write_text("x", encoding="utf-8")
    assert run(path, "--out", str(out)) == 2


def test_the_command_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = str(tmp_path / "out")
    for weight in ("0", "true", '"much"', "nan"):
        assert run(sweep(tmp_path, f"[[list]]\nweight = {weight}\n"), "--out", out) == 2
    assert (
        run(sweep(tmp_path, '[grid]\n"targets.increment_tce_eq" = [5, 6]\nweight = [1, 2]\n'), "--out", out)
        == 2
    )
    monkeypatch.setattr("dualcontrol.regret.MOST", 6)
    levels = ", ".join(str(k) for k in range(7))
    assert run(sweep(tmp_path, f'[grid]\n"targets.increment_tce_eq" = [{levels}]\n'), "--out", out) == 2
    capsys.readouterr()
    assert run(sweep(tmp_path, "[[list]]\ntargets.co2_budget_t = 1\n"), "--out", out, "--lang", "zh") == 3
    assert "没有一个情景有可行计划" in capsys.readouterr().err
    assert not Path(out).exists()


def test_weights_are_no_overrides_of_a_batch(tmp_path: Path) -> None:
    path = Path(sweep(tmp_path, "[[list]]\nweight = 2\n"))
    with pytest.raises(ScenarioError):
        read_sweep(path)
    assert [variant.weight for variant in read_sweep(path, is_weighted=True).variants] == [2.0]


def test_the_example_that_comes_with_the_program_can_be_read(scenarios_folder: Path) -> None:
    read = read_sweep(scenarios_folder / "regret-targets.toml", is_weighted=True)
    assert len(read.variants) == len({variant.name for variant in read.variants}) == 5
    assert {variant.weight for variant in read.variants} == {1.0, 2.0}
    assert len(set(read.inputs.values())) == 5
