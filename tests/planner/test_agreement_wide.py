"""Builder and auditor read base methods and switched-off clauses alike: by hand, then on random counties."""

from collections.abc import Sequence
from random import Random

import pytest

import dualcontrol as dc
from dualcontrol.model.plan import Plan
from dualcontrol.model.scenario import Scenario
from dualcontrol.optimise import Infeasible
from tests.model.small_cases import (
    activity,
    admitted,
    county,
    project,
    quotas,
    rulings_of,
    solve,
    total,
    unit,
)
from tests.planner.wide_counties import wide_county


def checked(scenario: Scenario) -> Plan:
    plan = solve(scenario)
    assert [str(failed) for failed in dc.audit(scenario, plan).failed] == []
    return plan


def history(unit_id: str, *years: tuple[float, float]) -> list[dict[str, object]]:
    """(counted tce, output) of the years up to 2021."""
    return [
        {"unit_id": unit_id, "year": 2022 - len(years) + k, "counted_tce": tce, "output": output}
        for k, (tce, output) in enumerate(years)
    ]


def with_method(method: str, **settings: object) -> dict[str, object]:
    return {**total(0), "policy": {"base_method": method}, **settings}


A = unit("A", 1000, 500, sector="heavy")


def test_mean_of_three_frees_what_last_year_used_beyond_it() -> None:
    # mean of 800, 900, 1000: 900, so that 100 go to the pool. A earns 0.5 per tce, P 1: P enters with its 100.
    rows = history("A", (2000, 1), (800, 1), (900, 1), (1000, 1))
    plan = checked(county([A, project("P", 100, 100)], with_method("mean_of_three"), unit_history=rows))
    assert quotas(plan) == {"unit:A": 900, "grid": 0, "project:P": 100}
    assert activity(plan) == {"A": pytest.approx(0.9)}


def test_output_adjusted_takes_the_energy_per_output_of_last_year() -> None:
    # 1000 tce for 10 units of output; three years' mean is (7 + 10 + 10)/3 = 9: 900 tce.
    rows = history("A", (1, 7), (1, 10), (1, 10))
    plan = checked(county([A, project("P", 100, 100)], with_method("output_adjusted"), unit_history=rows))
    assert quotas(plan) == {"unit:A": 900, "grid": 0, "project:P": 100}


@pytest.mark.parametrize(("method", "base"), [("mean_of_three", 1051), ("output_adjusted", 1051)])
def test_a_higher_base_is_paid_by_the_pool(method: str, base: int) -> None:
    # mean of 1050, 1100, 1000: 1050; of outputs 105, 110, 100: 105/100 of 1000.5 = 1050.525 -> 1051; and mean of
    # 1051, 1100, 1000.5 = 1050.5 -> 1051. 60 in the pool: it pays 1051 - 1001 = 50, and P (10) enters.
    rows = history("A", (1051, 105), (1100, 110), (1000.5, 100))
    owners = [unit("A", 1000.5, 500, sector="heavy", activity_max=2), project("P", 10, 20)]
    plan = checked(
        county(owners, {**with_method(method), "targets": total(60)["targets"]}, unit_history=rows)
    )
    assert quotas(plan)["unit:A"] == base
    assert admitted(plan) == {"P"}


def test_without_3_2_1b_the_total_is_not_managed() -> None:
    # No increment: B runs at its quota, P stays out. Without the pool nothing limits: B at 1.3, P enters, and the
    # 3.2.1c growth of B needs no pool.
    owners = [unit("B", 1000, 500, activity_max=1.3), project("P", 100, 10)]
    assert (activity(checked(county(owners, total(0)))), admitted(solve(county(owners, total(0))))) == (
        {"B": 1},
        set(),
    )
    plan = checked(county(owners, {**total(0), "disabled_clauses": ("3.2.1b",)}))
    assert activity(plan) == {"B": pytest.approx(1.3)}
    assert admitted(plan) == {"P"}
    assert plan.constraints.query("name == 'pool_balance'").empty


@pytest.mark.parametrize(("off", "names"), [((), set()), (("3.2.2b",), {"P"})])
def test_without_3_2_2b_decisions_of_the_meeting_do_not_bind(off: Sequence[str], names: set[str]) -> None:
    # 100 tce for P, which the meeting refuses, and a ceiling on A's quota that A would use.
    paper = {"document": "x", "date": "2022-01-01"}
    decisions = [
        {"decision_id": "d", "target_id": "P", "what": "admitted", "kind": "fixed", "value": 0, **paper},
        {"decision_id": "e", "target_id": "A", "what": "quota_tce", "kind": "max", "value": 950, **paper},
    ]
    settings = {**total(100), "policy": {"max_cut_share": 0.1}, "disabled_clauses": tuple(off)}
    owners = [unit("A", 1000, 500, sector="heavy"), unit("B", 1, 1), project("P", 100, 100)]
    plan = checked(county(owners, settings, decisions=decisions))
    assert admitted(plan) == names
    assert (quotas(plan)["unit:A"] <= 950) is not bool(off)


def test_without_3_3_1a_the_cut_is_to_the_national_line() -> None:
    # 1000 t at 1000 kg: 100 tce above the national 900, 200 above the regional 800.
    lines = [
        {"benchmark_key": "b", "level": "advanced", "scope": scope, "value": value, "unit": "kgce/t",
         "effective_from": "2020-01-01"}
        for scope, value in (("national", 900), ("regional", 800))
    ]  # fmt: skip
    products = [{"unit_id": "A", "product": "x", "output": 1000, "output_unit": "t", "specific_energy": 1000,
                 "specific_unit": "kgce/t", "benchmark_key": "b"}]  # fmt: skip
    for off, cut in (((), -200), (("3.3.1a",), -100)):
        settings = {**total(0), "disabled_clauses": off}
        plan = checked(county([A], settings, benchmarks=lines, products=products))
        assert int(plan.quotas["cut_tce"].iloc[0]) == cut


def test_a_county_without_increment_can_repeat_its_base_year() -> None:
    # A opens with 101 for 100.4, B with 201 for 200.4; the county's 300.8 are issued as 301. So the grid account opens
    # with -1 where it drew nothing: a tonne that nobody can pay back, as A and B run at full load or not at all. It
    # comes from above, as rounding.
    owners = [unit(u, coal, 100, activity_min=1, sector="heavy") for u, coal in (("A", 100.4), ("B", 200.4))]
    plan = checked(county(owners, {**total(0), "policy": {"release_phase_share": 0}}))
    assert activity(plan) == {"A": 1, "B": 1}
    assert quotas(plan) == {"unit:A": 101, "unit:B": 201, "grid": 0}
    rounding = plan.ledger[plan.ledger["note"] == "rounding"]
    assert rounding[["from_account", "to_account", "tce"]].values.tolist() == [["superior", "grid", 1]]


def test_base_methods_that_only_redistribute_need_no_increment() -> None:
    # A's mean is 100.5, 0.5 above last year's; B's 99.5, 0.5 below. Exactly, nothing is needed. In whole tonnes A gets
    # 101 - 100 = 1 and B gives ceil(99.5) - 100 = 0: the tonne is rounding. Both may stand at 0.995, so that B fits.
    rows = [*history("A", (101, 1), (100.5, 1), (100, 1)), *history("B", (99, 1), (99.5, 1), (100, 1))]
    owners = [unit(u, 100, 100, activity_min=0.995, sector="heavy") for u in ("A", "B")]
    settings = with_method("mean_of_three")
    settings["policy"] = {"base_method": "mean_of_three", "release_phase_share": 0}
    plan = checked(county(owners, settings, unit_history=rows))
    assert quotas(plan) == {"unit:A": 101, "unit:B": 100, "grid": 0}


@pytest.mark.slow
def test_whoever_repeats_a_base_year_of_fractions_has_a_plan() -> None:
    # Nobody can run lower or higher, homes need what they needed: the base year itself is the only plan there is.
    for seed in range(12):
        r = Random(seed)  # noqa: S311 - a test draws, nobody hides anything
        owners = [
            unit(
                f"u{k}",
                round(r.uniform(1, 500), 3),
                100,
                mwh=round(r.uniform(1, 900), 3),
                activity_min=1,
                sector="heavy",
            )
            for k in range(r.randint(1, 5))
        ]
        need = {"fuel_tce": round(r.uniform(1, 90), 2), "electricity_mwh": 33.3}
        homes = {"line_id": "homes", "co2_t_per_fuel_tce": 2.6, "floor_share": 1}
        homes |= {f"{year}_{name}": amount for year in ("base", "plan") for name, amount in need.items()}
        settings = {**total(0), "policy": {"release_phase_share": 0}}
        plan = checked(county(owners, settings, society=[homes] * r.randint(0, 1)))
        assert set(activity(plan).values()) == {1.0}
        # what is issued beyond the base year is less than a tonne of each account
        issued = -rulings_of(county(owners, settings)).ledger.balance("superior")
        assert issued < plan.summary["base_energy_eq_total_tce"] + len(plan.quotas)


@pytest.mark.slow
@pytest.mark.parametrize("scale", [0.01, pytest.param(1.0, marks=pytest.mark.slow)])
@pytest.mark.parametrize("start", [0, pytest.param(20, marks=pytest.mark.slow)])
def test_every_plan_of_a_random_county_passes(start: int, scale: float) -> None:
    made = 0
    for seed in range(start, start + 20):
        scenario = wide_county(seed, scale)
        try:
            plan = solve(scenario)
        except Infeasible:
            continue
        verdict = dc.audit(scenario, plan)
        assert [str(failed) for failed in verdict.failed] == [], (seed, scenario.settings.disabled_clauses)
        made += 1
    assert made >= 5
