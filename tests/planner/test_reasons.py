"""The reasons of quotas and decisions: every figure of a step worked out by hand, and sentences in both languages."""

import json
from typing import Any

import pandas as pd
import pytest

from dualcontrol.model.plan import Plan
from dualcontrol.reasons import reason, told, with_words
from dualcontrol.tables import csv_text
from tests.model.small_cases import county, others, project, solve, total, unit
from tests.planner.conftest import Case

LINE = {
    "benchmark_key": "b", "level": "advanced", "scope": "national", "value": 900, "unit": "kgce/t",
    "effective_from": "2021-05-01", "source": "GB 1234-2021",
}  # fmt: skip
PRODUCT = {
    "product": "PVC", "output": 1000, "output_unit": "t", "specific_energy": 1000, "specific_unit": "kgce/t",
    "benchmark_key": "b",
}  # fmt: skip


def steps(table: pd.DataFrame, column: str, key: str) -> dict[str, dict[str, Any]]:
    row = table.set_index(column).loc[key]
    return dict(json.loads(row["reason_steps"]))


def row_of(table: pd.DataFrame, column: str, key: str) -> Any:
    return next(table[table[column] == key].itertuples(index=False))


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A is cut and releases, B is better than the banner's benchmark, homes need less; P enters, Q is not worth it.

    R would take any tonne there is, for 0.5 万元: so much is one worth.
    """
    owners = [
        unit("A", 1000.5, 200, sector="heavy"),
        unit("B", 200, 400, sector="heavy", activity_max=1.2),
        project("P", 100, 300),
        project("Q", 500, 60),
        project("R", 1000, 500, is_divisible=1, load_min=0),
    ]
    settings = total(0)
    settings["policy"] = {"cut_phase_share": 0.4, "release_phase_share": 0.5, "max_release_share": 0.1}
    homes = {
        "line_id": "homes", "co2_t_per_fuel_tce": 2.6, "base_fuel_tce": 50, "plan_fuel_tce": 40,
        "base_electricity_mwh": 0, "plan_electricity_mwh": 0,
    }  # fmt: skip
    tables = {"benchmarks": [LINE], "products": [{"unit_id": "A", **PRODUCT}], "society": [homes]}
    return solve(county(owners, settings, gdp=[others(1000)], **tables))


def test_a_cut_names_the_product_the_line_and_the_phase(plan: Plan) -> None:
    # (1000 - 900) kg x 1000 t = 100 tce, of which 40 % this year
    found = steps(plan.quotas, "account", "unit:A")
    assert found["base"] == {"year": 2021, "tce": 1001}
    assert found["gap"] == {
        "product": "PVC", "own": 1000, "advanced": 900, "unit": "kgce/t", "standard": "GB 1234-2021",
        "since": "2021-05-01", "output": 1000, "output_unit": "t", "tce": 100,
    }  # fmt: skip
    assert found["cut"] == {"tce": 40, "gap": 100, "share": 0.4}


def test_a_release_names_own_intensity_benchmark_phase_ceiling_and_cut(plan: Plan) -> None:
    # Benchmark (1000.5 + 200)/600 = 2.000833; A's own 5.0025, 600.333 above; half is due, at most 10 % of 1001: 100;
    # the cut took 40 of it.
    found = steps(plan.quotas, "account", "unit:A")["release"]
    assert found == {
        "own": pytest.approx(5.0025), "benchmark": pytest.approx(1200.5 / 600), "tce": 60,
        "excess": pytest.approx(1000.5 - 1200.5 / 3), "phase": 0.5, "most": 0.1, "cut": 40,
    }  # fmt: skip
    assert plan.quotas.set_index("account").loc["unit:A", "reason"].split(";")[:2] == ["cut", "release"]


def test_a_grant_names_its_clause_and_its_ceiling(plan: Plan) -> None:
    # 5 % of 200; the steps and the ledger's movements are the same tonnes.
    found = steps(plan.quotas, "account", "unit:B")["allowance"]
    assert (found["tce"], found["most"], found["share"]) == (10, 10, 0.05)
    assert (found["own"], found["benchmark"]) == (0.5, pytest.approx(1200.5 / 600))


def test_society_says_how_its_need_changes(plan: Plan) -> None:
    assert steps(plan.quotas, "account", "society:homes")["need"] == {
        "tce": -10, "fuel_base": 50, "fuel_plan": 40, "mwh_base": 0, "mwh_plan": 0,
    }  # fmt: skip
    text = reason(row_of(plan.quotas, "account", "society:homes"), "en")
    assert text == (
        "base: 50 tce counted in 2021 (3.2.1b); -10 tce as its need changes: fuels 50 → 40 tce, "
        "electricity 0 → 0 MWh (3.2.1c)."
    )


def test_a_project_names_rank_value_per_tce_and_what_it_displaces(plan: Plan) -> None:
    found = steps(plan.projects, "project_id", "P")
    assert {k: found["admitted"][k] for k in ("worth", "need", "per_tce", "of")} == {
        "worth": 300, "need": 100, "per_tce": 3, "of": 3,
    }  # fmt: skip
    assert found["displaces"] == {"price": pytest.approx(0.5), "value": pytest.approx(50)}
    assert (found["project_quota"]["quota"], found["project_quota"]["month"]) == (100, 1)


def test_a_refused_project_is_told_what_its_energy_is_worth(plan: Plan) -> None:
    # Q: 60/500 = 0.12 per tce
    found = steps(plan.projects, "project_id", "Q")["energy_worth_more_elsewhere"]
    assert found["per_tce"] == 0.12 < found["price"]
    text = reason(row_of(plan.projects, "project_id", "Q"), "zh")
    assert "0.120万元/吨" in text
    assert "3.2.1c" in text


def test_what_a_project_does_under_the_intensity_ceiling() -> None:
    # No total; intensity may not rise: 1000 tce over 1000 万元. P: 90 tce for 100, so 10 below; Q: 150 for 100, 50
    # above. A may run up to 1.2 (0.9091 万元 per tce above ...), so the ceiling binds.
    owners = [unit("A", 1000, 500, activity_max=1.2), project("P", 90, 100), project("Q", 150, 140)]
    plan = solve(
        county(owners, {"targets": {"manage_total": False, "intensity_reduction": 0.0}}, gdp=[others(500)])
    )
    found = steps(plan.projects, "project_id", "P")
    assert "pool_is_left" in found
    assert found["below_ceiling"]["tce"] == pytest.approx(10)
    price = plan.constraints.set_index("name").loc["county_intensity", "price_right"]
    assert found["below_ceiling"]["value"] == pytest.approx(10 * price)
    assert price > 0


def test_a_gate_tells_what_it_compared() -> None:
    plan = solve(county([unit("A", 1000, 500), project("P", 300, 100, is_quota_approved=0)], total(500)))
    row = row_of(plan.projects, "project_id", "P")
    assert reason(row, "en").endswith("has no quota approval (3.000 against 2.000 tce per 万元, 3.2.3d).")


def test_steps_of_every_account_of_the_real_case_add_up_to_its_quota(dalad: Case) -> None:
    signs = {
        "cut": -1,
        "release": -1,
        "penalty": -1,
        "retired": -1,
        "withheld": -1,
        "limit": -1,
        "saving": -1,
        "line_saving": -1,
        "closed": -1,
        "replaced": -1,
        "upgraded": -1,
    }
    for row in dalad.plan.quotas.itertuples():
        moved = [
            signs.get(name, 1) * step.get("tce", 0)
            for name, step in json.loads(row.reason_steps)
            if name != "gap"
        ]
        assert sum(moved) == row.quota_tce, row.account
    for table in (dalad.plan.quotas, dalad.plan.projects):
        for row in table.itertuples():
            for lang in ("zh", "en"):
                assert reason(row, lang).endswith("。" if lang == "zh" else ".")  # type: ignore[arg-type]
    admitted = dalad.plan.projects.query("decision == 'admitted'")
    assert with_words(admitted)["reason_zh"].is_unique


def test_a_reason_written_by_hand_stays_as_it_is(plan: Plan) -> None:
    frame = plan.quotas.assign(reason="按会议纪要执行")
    assert set(with_words(frame)["reason_zh"]) == {"按会议纪要执行"}
    bare = plan.quotas.drop(columns="reason_steps")
    assert with_words(bare)["reason_en"].iloc[0].startswith("the cut to the advanced value (3.3.1b); ")
    assert told(row_of(bare, "account", "unit:A")).startswith("未达先进值削减")


def test_the_table_has_the_sentences(plan: Plan) -> None:
    heading, first = csv_text("quotas", plan.quotas).splitlines()[:2]
    assert heading.endswith("reason,reason_zh,reason_en")
    assert "GB 1234-2021" in first


def test_carbon_of_all_rows_adds_up_to_the_county(dalad: Case) -> None:
    rows = [dalad.plan.quotas["co2_t"], dalad.plan.projects["co2_t"]]
    assert sum(float(column.sum()) for column in rows) == pytest.approx(
        dalad.plan.summary["co2_t"], rel=1e-12
    )
    assert dalad.plan.quotas.set_index("account").loc["grid", "co2_t"] != 0
