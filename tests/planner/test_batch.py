"""Batches: what is finished stays, what is missing is done, and the tables say what single solves say."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dualcontrol as dc
from dualcontrol import batch_command
from dualcontrol.batch import FEW, default_processes, run_batch
from dualcontrol.batch_solve import ERROR, Outcome, Task, run_id, solve_variant
from dualcontrol.batch_store import MANIFEST, PART, BatchError, Store, opened
from dualcontrol.batch_sweep import OFF, read_sweep
from dualcontrol.cli import main
from dualcontrol.model.scenario import read
from tests.planner.batch_works import KEY, ROOT, Work, answer, asked, sweep_of

pytest.importorskip("pyarrow")


def tables(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    return pd.read_parquet(folder / "variants.parquet"), pd.read_parquet(folder / "quotas.parquet")


# --- what is kept, what is done again


def test_a_restarted_batch_does_only_what_is_missing(tmp_path: Path) -> None:
    work, out = Work(tmp_path / "log"), tmp_path / "out"
    first = run_batch(sweep_of(3), out, work=work)
    assert (first.variants, first.found, first.plans) == (3, 0, 3)
    again = run_batch(sweep_of(5), out, work=work)
    assert (again.variants, again.found, again.plans) == (5, 3, 5)
    assert asked(tmp_path / "log") == [1, 2, 3, 4, 5]
    variants, quotas = tables(out)
    assert list(variants["variant"]) == [1, 2, 3, 4, 5]
    assert list(variants["objective_wan_yuan"]) == list(variants[KEY]) == [1, 2, 3, 4, 5]
    assert list(quotas["variant"]) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert list(quotas["decision"][:2]) == ["", "admitted"]
    # a smaller sweep: its own variants only
    run_batch(sweep_of(2), out, work=work)
    assert list(tables(out)[0]["variant"]) == [1, 2]
    assert len(asked(tmp_path / "log")) == 5


@pytest.mark.parametrize(
    ("file", "spoil"),
    [
        (MANIFEST, lambda text: text[: len(text) // 2]),
        (MANIFEST, lambda text: text.replace('"objective_wan_yuan": 2.0', '"objective_wan_yuan": 3.0')),
        (MANIFEST, lambda text: "[]"),
        (PART, lambda text: text.replace("unit:A,A,2", "unit:A,A,3")),
        (PART, None),
    ],
)
def test_a_corrupted_variant_is_done_again(file: str, spoil: Any, tmp_path: Path) -> None:
    work, out = Work(tmp_path / "log"), tmp_path / "out"
    run_batch(sweep_of(3), out, work=work)
    before = tables(out)
    run = next(p.parent.name for p in out.glob(f"variants/*/{MANIFEST}") if f'"{KEY}": 2.0' in p.read_text())
    path = out / "variants" / run / file
    if spoil is None:
        path.unlink()
    else:
        text = path.read_text(encoding="utf-8")
        assert spoil(text) != text
        path.write_text(spoil(text), encoding="utf-8")
    run_batch(sweep_of(3), out, work=work)
    assert asked(tmp_path / "log") == [1, 2, 3, 2]
    for one, other in zip(before, tables(out), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_another_program_other_inputs_other_overrides_are_other_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    own = run_id("a", {"x": 1})
    assert own == run_id("a", {"x": 1.0})
    others = {run_id("b", {"x": 1}), run_id("a", {"x": 2}), run_id("a", {"x": True}), run_id("a", {"y": 1})}
    monkeypatch.setattr("dualcontrol.batch_solve.code_version", lambda: {"highspy": "0"})
    others.add(run_id("a", {"x": 1}))
    assert len(others | {own}) == 6


def test_equal_variants_are_solved_once(tmp_path: Path) -> None:
    sweep = sweep_of(2)
    twin = type(sweep.variants[0])(2, "twin", sweep.variants[0].overrides)
    same = type(sweep)(sweep.source, (sweep.variants[0], twin), {1: "same", 2: "same"})
    run_batch(same, tmp_path / "out", work=Work(tmp_path / "log"))
    assert asked(tmp_path / "log") == [1]
    assert list(tables(tmp_path / "out")[0]["name"]) == ["v1", "twin"]


# --- failures are answers, too


@pytest.mark.parametrize("once", [True, False])
def test_what_fails_is_tried_once_more_and_recorded(once: bool, tmp_path: Path) -> None:
    counts = run_batch(sweep_of(3), tmp_path / "out", work=Work(tmp_path / "log", fails=2, once=once))
    assert asked(tmp_path / "log") == [1, 2, 2, 3]
    assert (counts.plans, counts.failed) == ((3, 0) if once else (2, 1))
    variants, quotas = tables(tmp_path / "out")
    if not once:
        failed = variants.iloc[1]
        assert (failed["status"], failed["reason"]) == ("error", "as told")
        assert pd.isna(failed["objective_wan_yuan"])
        assert set(quotas["variant"]) == {1, 3}
        run_batch(sweep_of(3), tmp_path / "out", work=Work(tmp_path / "log"))  # recorded, not done again
        assert len(asked(tmp_path / "log")) == 4


def test_a_plan_that_fails_its_check_has_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    source = read(ROOT / "scenarios" / "two-firms")
    task = Task("r", dict(OFF), source.settled(OFF).content_hash)
    honest = dc.audit

    def strict(scenario: dc.Scenario, plan: dc.Plan) -> dc.Verdict:
        spoilt = plan.quotas.assign(quota_tce=plan.quotas["quota_tce"] + 1)
        return honest(scenario, dc.Plan(**{**plan.__dict__, "quotas": spoilt}))

    monkeypatch.setattr("dualcontrol.checking.audit", strict)
    outcome = solve_variant(source, task)
    assert (outcome.status, outcome.audit_passed) == ("audit_failed", False)
    assert outcome.reason
    assert not outcome.figures
    assert not outcome.quotas


def test_inputs_that_changed_and_errors_are_outcomes(monkeypatch: pytest.MonkeyPatch) -> None:
    source = read(ROOT / "scenarios" / "two-firms")
    assert solve_variant(source, Task("r", {}, "other")).status == ERROR
    assert "no such thing" in solve_variant(_Broken(), Task("r", {}, "")).reason  # type: ignore[arg-type]


class _Broken:
    def settled(self, overrides: Any) -> None:
        raise RuntimeError("no such thing")


# --- real solves


@pytest.mark.slow
def test_results_are_those_of_single_solves(tmp_path: Path, scenarios_folder: Path) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text(
        f'scenario = "{(scenarios_folder / "two-firms").as_posix()}"\n'
        '[grid]\n"targets.increment_tce_eq" = [90, 100]\n'
        '[[list]]\nname = "cannot"\n"targets.intensity_reduction" = 0.5\n',
        encoding="utf-8",
    )
    counts = run_batch(read_sweep(path), tmp_path / "out", processes=2)
    assert (counts.plans, counts.infeasible, counts.failed) == (2, 1, 0)
    variants, quotas = tables(tmp_path / "out")
    for row, increment in zip(variants.itertuples(), (90, 100), strict=False):
        scenario = dc.load(scenarios_folder / "two-firms", {KEY: increment, **OFF})
        plan = dc.optimise(dc.judge(dc.account(scenario)))
        for name in ("objective_wan_yuan", "bound_wan_yuan", "gdp_wan_yuan", "energy_tce", "co2_t"):
            decimals = 5e-5 if name.endswith("wan_yuan") else 0.05  # as published
            assert getattr(row, name) == pytest.approx(plan.summary[name], abs=1.01 * decimals)
        assert (row.status, row.binding) == (plan.summary["status"], plan.summary["binding"])
        assert row.audit_passed
        own = quotas[quotas["variant"] == row.variant].set_index("account")
        assert own["quota_tce"].to_dict() == {
            **plan.quotas.set_index("account")["quota_tce"].to_dict(),
            **{f"project:{p.project_id}": p.quota_tce for p in plan.projects.itertuples()},
        }
    # two-firms by hand (its README): with an increment of 100 the project enters, value 828; a tonne more in the pool
    # goes to A, which earns 0.5 on it; a tonne less and the project no longer fits: no price on that side
    by_hand = variants.iloc[1]
    assert by_hand["objective_wan_yuan"] == 828
    assert by_hand["pool_price_right"] == pytest.approx(0.5)
    assert pd.isna(by_hand["pool_price_left"])
    assert quotas.set_index(["variant", "account"]).loc[(2, "project:P"), "decision"] == "admitted"
    cannot = variants.iloc[2]
    assert cannot["status"] == "infeasible"
    assert cannot["reason"].startswith("county_intensity")
    assert pd.isna(cannot["audit_passed"])


def test_readable_with_duckdb(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    run_batch(sweep_of(3), tmp_path / "out", work=Work(tmp_path / "log"))
    variants, quotas = (
        duckdb.read_parquet(str(tmp_path / "out" / f"{name}.parquet")) for name in ("variants", "quotas")
    )
    sums = quotas.aggregate("variant, sum(quota_tce) as tce", "variant")
    rows = variants.join(sums, "variant").project(f'variant, "{KEY}", tce').order("variant").fetchall()
    assert rows == [(1, 1.0, 2), (2, 2.0, 3), (3, 3.0, 4)]


# --- the command


def command(capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    capfd.readouterr()
    with pytest.raises(SystemExit) as end:
        main(["batch", *(str(argument) for argument in arguments), "--lang", "en"])
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    return int(end.value.code or 0), out, err


def test_bad_input_writes_nothing(
    tmp_path: Path, scenarios_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text(
        f'scenario = "{(scenarios_folder / "two-firms").as_posix()}"\n'
        "[grid]\ntargets.increment_tce_eq = [-1]\n[[list]]\nprojects.P.start_month = 14\n",
        encoding="utf-8",
    )
    code, out, _ = command(capfd, path, "--out", tmp_path / "out", "--json")
    told = json.loads(out)
    assert (code, told["ok"]) == (2, False)
    assert [(one["file"], one["value"]) for one in told["problems"]] == [
        ("sweep.toml[1]", "-1"), ("sweep.toml[2]", "14"),
    ]  # fmt: skip
    assert all(one["message"] and one["remedy"] for one in told["problems"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["sweep.toml"]


@pytest.mark.parametrize(
    ("fails", "status", "code"), [(None, None, 0), (2.0, "error", 5), (2.0, "audit_failed", 4)]
)
def test_exit_codes(
    fails: float | None, status: str | None, code: int, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def work(source: object, task: Task) -> Outcome:
        is_bad = status is not None and task.overrides[KEY] == fails
        return Outcome(status or "", "why") if is_bad else answer(task.overrides)

    monkeypatch.setattr("dualcontrol.batch_sweep.read_sweep", lambda path, tick: sweep_of(3))
    monkeypatch.setattr("dualcontrol.batch.run_batch", lambda *a, **k: run_batch(*a, **{**k, "work": work}))
    found, out, err = command(capfd, "s.toml", "--out", tmp_path / "out")
    assert found == code
    assert "3 variants" in out
    assert ("no answer" in err) == (code != 0)


def test_an_interrupted_batch_keeps_what_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def work(source: object, task: Task) -> Outcome:
        if task.overrides[KEY] == 3:
            raise KeyboardInterrupt
        return answer(task.overrides)

    monkeypatch.setattr("dualcontrol.batch_sweep.read_sweep", lambda path, tick: sweep_of(3))
    monkeypatch.setattr("dualcontrol.batch.run_batch", lambda *a, **k: run_batch(*a, **{**k, "work": work}))
    code, _, err = command(capfd, "s.toml", "--out", tmp_path / "out")
    assert code == 130
    assert "same command goes on" in err
    assert len(list((tmp_path / "out").glob(f"variants/*/{MANIFEST}"))) == 2
    monkeypatch.undo()
    assert run_batch(sweep_of(3), tmp_path / "out", work=Work(tmp_path / "log")).found == 2


def test_without_parquet_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert importlib.util.find_spec("pyarrow")
    monkeypatch.setattr(batch_command, "find_spec", lambda name: None)
    code, _, err = command(capfd, "s.toml", "--out", tmp_path / "out")
    assert code == 2
    assert "dualcontrol[batch]" in err


def test_one_process_for_a_few_variants() -> None:
    assert default_processes(FEW) == 1
    assert default_processes(FEW + 1) >= 1


# --- the folder


def test_a_folder_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BatchError) as caught:
        run_batch(sweep_of(1), tmp_path, work=Work(tmp_path.parent / "log"))
    assert caught.value.message == "batch.foreign"
    with pytest.raises(BatchError) as caught:
        run_batch(sweep_of(1), tmp_path / "summary.json", work=Work(tmp_path.parent / "log"))
    assert caught.value.message == "batch.not_a_folder"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["summary.json"]


def test_two_batches_on_one_folder(tmp_path: Path) -> None:
    with opened(tmp_path / "out") as store:
        store.keep(Task("r", {}, ""), Outcome("optimal"))
        with pytest.raises(BatchError) as caught:
            run_batch(sweep_of(1), tmp_path / "out", work=Work(tmp_path / "log"))
        assert caught.value.message == "batch.busy"
        assert asked(tmp_path / "log") == []
    assert Store(tmp_path / "out").finished("r") == Outcome("optimal")
    assert run_batch(sweep_of(1), tmp_path / "out", work=Work(tmp_path / "log")).plans == 1
