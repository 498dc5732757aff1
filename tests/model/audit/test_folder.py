"""Auditing a result folder from its files alone; every check has a planted error and a message."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dualcontrol.messages import catalogue, placeholders
from dualcontrol.model.audit import Verdict, audit, audit_folder
from dualcontrol.model.audit.folder import file_hashes, plan_digest
from dualcontrol.model.scenario import Scenario, write
from tests.model.audit.paper_case import (
    PUBLISHED_BY_HAND,
    SUMMARY_BY_HAND,
    scenario,
    tables_by_hand,
)
from tests.model.audit.test_paper_case import PLANTED, VIOLATED


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """The paper plan as a result folder."""
    inputs = scenario(tmp_path / "s")
    folder = tmp_path / "out"
    write(inputs, folder / "inputs")
    for name, table in tables_by_hand().items():
        table.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig")
    (folder / "budget.xlsx").write_bytes(b"a workbook")
    hashes = {"scenario": inputs.content_hash, "plan": plan_digest(folder, {}), "files": file_hashes(folder)}
    tell(folder, {**PUBLISHED_BY_HAND, "hashes": hashes})
    return folder


def tell(folder: Path, summary: dict[str, Any]) -> None:
    """Write the summary."""
    (folder / "summary.json").write_text(json.dumps(summary, ensure_ascii=False), encoding="utf-8")


def told(folder: Path) -> dict[str, Any]:
    """Read the summary."""
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


def without_reports(verdict: Verdict) -> set[str]:
    """Names of the checks that fail; reports and verdict, which nobody wrote by hand, have tests of their own."""
    return {
        failed.name
        for failed in verdict.failed
        if failed.name != "summary_audit" and not failed.name.startswith("report_")
    }


def failures(folder: Path) -> set[str]:
    """Names of the checks that fail."""
    return without_reports(audit_folder(folder))


def test_folder_passes(result: Path) -> None:
    verdict = audit_folder(result)
    assert without_reports(verdict) == set()
    assert verdict.check("inputs_hash").params["count"] == "1"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "ledger.csv").unlink(),
        lambda folder: (folder / "summary.json").unlink(),
        lambda folder: (folder / "summary.json").write_text("{", encoding="utf-8"),
        lambda folder: (folder / "summary.json").write_text("[]", encoding="utf-8"),
        lambda folder: (folder / "quotas.csv").write_bytes(b""),
        lambda folder: (folder / "quotas.csv").write_bytes(b"\xff\xfe\x00binary"),
        lambda folder: (folder / "account.csv").unlink(),
        lambda folder: (folder / "inputs" / "units.csv").write_text("unit_id\n", encoding="utf-8"),
        lambda folder: (folder / "inputs" / "scenario.toml").unlink(),
    ],
)
def test_unreadable_file_is_a_failed_check(result: Path, spoil: Callable[[Path], object]) -> None:
    spoil(result)
    verdict = audit_folder(result)
    assert not verdict.passed
    assert {failed.name for failed in verdict.failed} <= {"form_files", "form_tables"}


def test_folder_that_is_not_there_is_a_failed_check(tmp_path: Path) -> None:
    assert not audit_folder(tmp_path / "nowhere").check("form_files").passed


def test_changed_inputs_are_caught(result: Path) -> None:
    path = result / "inputs" / "gdp.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("0.05", "0.06"), encoding="utf-8")
    assert {"inputs_hash", "summary"} <= {failed.name for failed in audit_folder(result).failed}


def test_published_plan_without_hashes_is_refused(result: Path) -> None:
    tell(result, PUBLISHED_BY_HAND)
    assert failures(result) == {"folder_files", "inputs_hash", "summary_keys"}


# --- files


@pytest.mark.parametrize("name", ["society", "gdp", "units", "carriers", "resources", "power", "exclusions"])
def test_an_input_table_that_was_deleted_is_named(result: Path, name: str) -> None:
    (result / "inputs" / f"{name}.csv").unlink()
    found = audit_folder(result).check("form_files")
    assert not found.passed
    assert found.place == f"inputs/{name}.csv"


@pytest.mark.parametrize("name", ["society", "gdp", "exclusions", "decisions"])
def test_an_input_table_that_was_deleted_from_the_list_too_does_not_fit_the_hash(
    result: Path, name: str
) -> None:
    (result / "inputs" / f"{name}.csv").unlink()
    summary = told(result)
    del summary["hashes"]["files"][f"inputs/{name}.csv"]
    tell(result, summary)
    assert "inputs_hash" in failures(result)


def test_a_hash_under_another_name_is_none(result: Path) -> None:
    summary = told(result)
    summary["hashes"] |= {"scenario": "0" * 64, "other": summary["hashes"]["scenario"]}
    tell(result, summary)
    assert failures(result) == {"inputs_hash"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "budget.xlsx").write_bytes(b"another workbook"),
        lambda folder: (folder / "minutes.docx").write_bytes(b"x"),
        lambda folder: (folder / "power").mkdir() or (folder / "power" / "extra.csv").write_bytes(b"x"),
        lambda folder: (folder / "inputs" / "notes.txt").write_bytes(b"x"),
        lambda folder: retell(folder, plan="0" * 64),
        lambda folder: retell(folder, files={}),
        lambda folder: retell(folder, files=without(folder, "budget.xlsx")),
        lambda folder: retell(folder, files=without(folder, "quotas.csv")),
    ],
    ids=["workbook", "file", "folder", "among inputs", "digest", "no list", "workbook not named", "not named"],
)  # fmt: skip
def test_files_that_are_not_as_published_are_caught(result: Path, spoil: Callable[[Path], object]) -> None:
    spoil(result)
    assert "folder_files" in failures(result)


def retell(folder: Path, **hashes: object) -> None:
    """Change the hashes of the summary."""
    summary = told(folder)
    summary["hashes"] |= hashes
    tell(folder, summary)


def without(folder: Path, name: str) -> dict[str, str]:
    """The hashes of all files but one."""
    return {key: value for key, value in told(folder)["hashes"]["files"].items() if key != name}


def test_a_missing_workbook_is_named(result: Path) -> None:
    (result / "budget.xlsx").unlink()
    assert audit_folder(result).check("folder_files").place == "budget.xlsx"


def test_what_office_programs_leave_is_nobodys_business(result: Path) -> None:
    (result / "~$budget.xlsx").write_bytes(b"lock")
    (result / "inputs" / ".~lock.units.csv#").write_bytes(b"lock")
    assert failures(result) == set()


def test_a_table_that_was_edited_is_told_and_judged_by_its_figures(result: Path) -> None:
    path = result / "quotas.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("bonus\n", "a bonus\n"), encoding="utf-8")
    text = path.read_text(encoding="utf-8-sig").replace("allowance\n", "by hand\n")
    path.write_text(text, encoding="utf-8")
    verdict = audit_folder(result)
    assert without_reports(verdict) == set()
    assert verdict.check("folder_files").params["edited"] == "quotas.csv"


# --- the summary


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return scenario(tmp_path_factory.mktemp("paper") / "s")


def failing(paper: Scenario, summary: dict[str, Any]) -> set[str]:
    """Names of the checks that fail with this summary."""
    hashes = {"scenario": paper.content_hash}
    verdict = audit(paper, tables_by_hand(), {**summary, "hashes": hashes}, is_published=True)
    return without_reports(verdict)


@pytest.mark.slow
@pytest.mark.parametrize("key", sorted(PUBLISHED_BY_HAND))
def test_nothing_of_the_summary_may_vanish(paper: Scenario, key: str) -> None:
    summary = {name: value for name, value in PUBLISHED_BY_HAND.items() if name != key}
    assert failing(paper, summary) & {"summary", "summary_keys"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mark", "official"), ("title_zh", "别的"), ("title_en", "Other"), ("region_zh", "旗"), ("region_en", "Banner"),
        ("nature", "official"), ("base_year", 2020), ("plan_year", 2023), ("as_of", "2022-03-11"),
        ("is_relaxed", True), ("warnings", ["cuts_exceed_twice_the_increment"]), ("network", {}), ("time", "year"),
    ],
)  # fmt: skip
def test_whose_summary_it_is(paper: Scenario, key: str, value: object) -> None:
    assert "summary_keys" in failing(paper, PUBLISHED_BY_HAND | {key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("energy_eq_gross_tce", 2900), ("base_energy_tce", 2093), ("base_energy_eq_tce", 2531),
        ("base_energy_eq_total_tce", 2529), ("base_gdp_wan_yuan", 3001), ("base_intensity", 0.8434),
        ("intensity_if_quotas_fully_used", 0.7706), ("intensity_reduction_if_quotas_fully_used", 0.0863),
        ("unused_quota_tce", 1), ("base_co2_t", 6951), ("net_inflow_mwh", 3051), ("increment_tce_eq", 61),
        ("reserve_tce", 91), ("earmark_left_tce", 1), ("benchmark_tce_per_wan_yuan", 0.82),
        # fewer decimals than such a figure has gain nothing
        ("intensity", 1), ("intensity", 0.8), ("intensity_reduction", 0.1), ("benchmark_tce_per_wan_yuan", 1),
        ("base_gdp_wan_yuan", 3000.4), ("base_intensity", 1),
    ],
)  # fmt: skip
def test_figures_of_the_summary(paper: Scenario, key: str, value: object) -> None:
    assert failing(paper, PUBLISHED_BY_HAND | {key: value}) == {"summary"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("unused_quotas_tce", {"A": 1}), ("unused_quotas_tce", None), ("inversions", [{"admitted": "P"}]),
        ("binding", "total"), ("binding_rows", ["county_intensity"]), ("status", "perhaps"), ("margins_tce", 3),
        ("versions", "new"), ("basis_shares", {}), ("intensity_price", None), ("value_items_wan_yuan", {}),
        ("basis_shares", {"tce": {"measured": 0.5, "estimated": 0.5}, "value_added": {"estimated": 1.0}}),
        ("basis_shares", {"tce": {"estimated": 1}, "value_added": {"estimated": 0.9}}),
        ("audit", {"passed": False, "value_wan_yuan": 2324.1}), ("audit", {"passed": True, "value_wan_yuan": 2400}),
        ("value_items_wan_yuan", PUBLISHED_BY_HAND["value_items_wan_yuan"] | {"cost_self_pv": 0}),  # type: ignore[operator]
        ("value_items_wan_yuan", PUBLISHED_BY_HAND["value_items_wan_yuan"] | {"cost_other": 0}),  # type: ignore[operator]
        ("intensity_price", {side: {"wan_yuan_per_tce_eq": 0.1} for side in ("left", "right")}),
        ("intensity_price", {side: {"wan_yuan_per_tce_eq": 0, "tce_eq": 100, "worth_wan_yuan": 50}
                             for side in ("left", "right")}),
        ("intensity_price", {"left": {"wan_yuan_per_tce_eq": 0}}),
    ],
)  # fmt: skip
def test_groups_and_statements_of_the_summary(paper: Scenario, key: str, value: object) -> None:
    assert failing(paper, PUBLISHED_BY_HAND | {key: value}) == {"summary_contents"}


def test_a_project_ranked_below_a_refused_one_is_an_inversion(result: Path) -> None:
    # R (1st) is refused and P (2nd) enters: the summary must say so.
    path = result / "projects.csv"
    text = path.read_text(encoding="utf-8-sig").replace(",1,estimated", ",3,estimated")
    path.write_text(text, encoding="utf-8")
    assert failures(result) == {"summary_contents"}
    tell(result, told(result) | {"inversions": [{"admitted": "P", "refused": "R", "reason": "does_not_fit"}]})
    assert failures(result) == set()


def test_a_price_in_the_table_is_binding_in_the_summary(result: Path) -> None:
    path = result / "constraints.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    frame.loc[frame["name"] == "county_intensity", ["price_left", "relaxable"]] = ["0.1", "1"]
    frame.to_csv(path, index=False, encoding="utf-8-sig")
    assert failures(result) == {"summary_contents"}
    price = {"left": {"wan_yuan_per_tce_eq": 0.1}, "right": {"wan_yuan_per_tce_eq": 0}}
    tell(result, told(result) | {"binding": "intensity", "binding_rows": ["county_intensity"],
                                 "intensity_price": price})  # fmt: skip
    assert failures(result) == set()


def test_every_check_has_a_planted_error(result: Path) -> None:
    made = {check.name for check in audit_folder(result).checks}
    planted = {name for name, _ in PLANTED} | {name for name, *_ in VIOLATED}
    # Planted in tests of their own, in these two files.
    own = {"form_files", "folder_files", "summary", "summary_keys", "summary_contents", "inputs_hash"}
    # with the reports; and with published plans, whose verdict is their own (test_publish)
    elsewhere = {name for name in made if name.startswith("report_")} | {"summary_audit"}
    assert made - planted - elsewhere == own
    assert planted <= made


def test_every_check_has_a_message_that_its_params_fill(result: Path) -> None:
    for check in audit_folder(result).checks:
        texts = catalogue()[f"audit.{check.name}"]
        for text in texts.values():
            assert placeholders(text) <= set(check.params)
            assert text.format(**check.params)


def test_verdict_as_plain_values(tmp_path: Path) -> None:
    told = audit(scenario(tmp_path / "s"), tables_by_hand(), SUMMARY_BY_HAND, plan_digest="x").as_dict()
    assert json.loads(json.dumps(told))["passed"] is True
