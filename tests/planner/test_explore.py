"""Sliders: what is shown is what a session says, and what a session says when they rest is the plan."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dualcontrol as dc
from dualcontrol.app_work import LOOPBACK, notebook, voila
from dualcontrol.explore import QUICK, Explorer, Outlook, Panel, sliders_of
from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import county, project, total, unit

pytest.importorskip("ipywidgets")


def scenario_of(budget: float, settings: dict[str, object] | None = None) -> Scenario:
    """Projects (value, energy) A(10, 5), B(12, 7), C(6, 3); the unit needs its 100 and is worth having."""
    owners = [unit("U", 100, 500, activity_min=1, sector="heavy")]
    owners += [project(j, e, v) for j, v, e in (("A", 10, 5), ("B", 12, 7), ("C", 6, 3))]
    return county(owners, total(budget) | (settings or {}))


def test_the_targets_that_have_a_number_are_sliders() -> None:
    found = {one.key: one for one in sliders_of(scenario_of(8))}
    assert "energy_increment" in found
    assert "carbon_budget" not in found
    assert found["energy_increment"].scale == 1e4  # shown in 万tce
    assert found["energy_increment"].low == 0.0


def test_preview_keeps_the_projects_and_the_plan_chooses_them_anew() -> None:
    # with 8 the best is A and C, worth 16; with 10 B and C, worth 18: the preview keeps A and C
    explorer = Explorer(scenario_of(8))
    first = explorer.last
    assert (first.is_plan, first.admitted) == (True, 2)
    seen = explorer.preview({"energy_increment": 10.0})
    assert not seen.is_plan
    assert seen.admitted is None
    assert seen.value_wan_yuan == pytest.approx(first.value_wan_yuan)
    plan = explorer.plan()
    assert first.value_wan_yuan is not None
    assert plan.value_wan_yuan == pytest.approx(first.value_wan_yuan + 2)
    cold = dc.optimise(dc.judge(dc.account(explorer.session.scenario)))
    assert plan == Outlook(
        True, cold.summary["objective_wan_yuan"], cold.summary["gdp_wan_yuan"], cold.summary["energy_eq_tce"],
        cold.summary["intensity_reduction"], 2,
    )  # fmt: skip


def figures_of(panel: Panel) -> list[str]:
    return re.findall(r"<td[^>]*>([^<]*)</td>", panel.table.value)


def test_the_table_follows_a_slider_and_the_plan_follows_its_rest() -> None:
    panel = Panel(Explorer(scenario_of(8)), "zh", rest_s=0.01)
    assert "整份方案" in panel.state.value
    before = figures_of(panel)

    async def drag() -> None:
        panel.sliders["energy_increment"].value = 10.0  # 万tce: all three projects
        assert "预览" in panel.state.value
        assert '<th scope="col">预览</th>' in panel.table.value
        panel.sliders["energy_increment"].value = 9.9  # moved on before it rested: one plan, not two
        await asyncio.sleep(0.2)

    pictures: list[bytes] = []
    panel.picture.observe(lambda change: pictures.append(change["new"]), names="value")
    asyncio.run(drag())
    assert "整份方案" in panel.state.value
    after = figures_of(panel)
    assert after[-2:] == ["2", "3"]  # projects admitted, before and now
    assert after[0::2] == before[0::2]  # the plan as it was stays beside it
    assert len(pictures) == 1
    assert bytes(pictures[0]).startswith(b"\x89PNG")


def test_what_no_plan_can_keep_is_said() -> None:
    settings = {"targets": {"manage_total": True, "increment_tce_eq": 8, "intensity_reduction": 0.0}}
    panel = Panel(Explorer(scenario_of(8, settings)), "en", rest_s=1)
    panel.sliders["intensity_reduction"].value = panel.sliders["intensity_reduction"].max
    panel.whole()
    assert "explain" in panel.state.value
    panel.sliders["intensity_reduction"].value = 0.0
    panel.whole()
    assert "The whole plan" in panel.state.value


def test_only_reports_are_left_out() -> None:
    scenario = scenario_of(8)
    assert set(QUICK) == {"agenda.most_alternatives", "agenda.simple_rules"}
    assert Explorer(scenario).last.value_wan_yuan == pytest.approx(
        dc.optimise(dc.judge(dc.account(scenario))).summary["objective_wan_yuan"]
    )


def test_the_page_is_the_notebook_up_to_its_sliders(scenarios_folder: Path) -> None:
    own = notebook(scenarios_folder / "two-firms", "en")
    assert "dalad-2022" not in own
    assert "two-firms" in own
    assert "lang='en'" in own
    assert "session.solve" not in own
    assert "dalad-2022" in notebook(None, "zh")


def test_nobody_else_can_reach_the_page(tmp_path: Path) -> None:
    command = voila(tmp_path / "x.ipynb", 8866, opens_browser=False)
    assert f"--Voila.ip={LOOPBACK}" in command
    assert "--no-browser" in command


# --- in a browser


def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium")
        pytest.skip("no Chromium")
    return found


@pytest.fixture
def address(scenarios_folder: Path, tmp_path: Path) -> Iterator[str]:
    """The page of two firms, served."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "dualcontrol", "app", str(scenarios_folder / "two-firms")]
    command += ["--port", str(port), "--no-browser", "--lang", "en"]
    with (tmp_path / "log").open("wb") as log:
        served = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            for _ in range(600):
                assert served.poll() is None, (tmp_path / "log").read_text(encoding="utf-8")
                with socket.socket() as tried:
                    if tried.connect_ex((LOOPBACK, port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://{LOOPBACK}:{port}/"
        finally:
            os.killpg(served.pid, 15)
            served.wait(30)


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_slider_is_moved_and_the_figures_change(address: str) -> None:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as driver:
        options = [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync",
        ]  # fmt: skip
        browser = driver.chromium.launch(executable_path=chromium(), args=options)
        page = browser.new_page()
        asked: list[Any] = []
        page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - it takes no built-in
        page.goto(address)
        state = page.locator("p[role=status]")
        sync_api.expect(state).to_contain_text("The whole plan", timeout=120_000)
        new = page.locator("td").nth(1)  # net value added, now
        before = new.inner_text()
        picture = page.locator("img.widget-image, img.jupyter-widgets").first.get_attribute("src")
        handle = page.locator(".noUi-handle").first
        handle.focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        sync_api.expect(new).not_to_have_text(before, timeout=30_000)
        sync_api.expect(state).to_contain_text("The whole plan", timeout=60_000)
        now = page.locator("img.widget-image, img.jupyter-widgets").first
        sync_api.expect(now).not_to_have_attribute("src", picture or "", timeout=30_000)
        elsewhere = [one for one in asked if not one.url.startswith((address, "data:", "blob:"))]
        # the template asks for fonts from elsewhere, and the page's policy does not let it
        assert {(one.failure or "sent") for one in elsewhere} <= {"csp"}, [one.url for one in elsewhere]
        assert "explore(" not in page.content()  # no code
        browser.close()
