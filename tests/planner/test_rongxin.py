"""The Rongxin scenarios say what the page about them says; every one is checked."""

import re
from pathlib import Path

import pytest

import dualcontrol as dc

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def rows(repository: Path) -> dict[str, list[str]]:
    """Scenario -> the other cells of the page's table."""
    text = (repository / "docs" / "rongxin.md").read_text(encoding="utf-8")
    return {
        cells[0].strip("`"): cells[1:]
        for line in re.findall(r"^\| (`.*) \|$", text, re.MULTILINE)
        if (cells := [cell.strip() for cell in line.split("|")])
    }


def number(cell: str) -> float:
    return float(cell.replace(",", "").replace("−", "-").removesuffix(" %"))


def planned(folder: Path) -> tuple[dc.Plan, dc.Verdict]:
    scenario = dc.load(
        folder, {"time.mode": "none", "agenda.most_alternatives": 0, "agenda.simple_rules": False}
    )
    plan = dc.optimise(dc.judge(dc.account(scenario)))
    return plan, dc.audit(scenario, plan)


def test_every_scenario_is_in_the_table(repository: Path, scenarios_folder: Path) -> None:
    names = {path.name for path in scenarios_folder.glob("rongxin-*")}
    assert set(rows(repository)) == names | {"dalad-2022"}


def test_the_table_is_what_the_plans_say(repository: Path, scenarios_folder: Path) -> None:
    told = rows(repository)
    without = number(told["rongxin-without"][3])
    for name, (decision, load, quota, value, more, falls, _) in told.items():
        plan, verdict = planned(scenarios_folder / name)
        assert [str(failed) for failed in verdict.failed] == [], name
        project = plan.projects.set_index("project_id").loc["rongxin_olefins"]
        found = {"admitted": "准入", "refused": "不准入", "gated": "不得准入"}[project["decision"]]
        assert (name, found) == (name, decision)
        assert project["load"] == pytest.approx(number(load), abs=1e-6), name
        assert project["quota_tce"] == number(quota), name
        gap = max(0.1, plan.summary["bound_wan_yuan"] - plan.summary["solver_objective_wan_yuan"])
        assert plan.summary["objective_wan_yuan"] == pytest.approx(number(value), abs=gap), name
        assert number(value) - without == pytest.approx(number(more), abs=0.06), name
        assert plan.summary["intensity_reduction"] * 100 == pytest.approx(number(falls), abs=0.006), name
