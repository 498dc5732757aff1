"""Figures of the network: a hand-made day by hand, honest marks, a layout without crossings, and the notebook."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import dualcontrol as dc
from dualcontrol import figures
from dualcontrol.figures_layout import Wire, places
from dualcontrol.figures_network import curtailed, duration_curve, operation, utilisation
from dualcontrol.figures_one_line import mean_prices, peak_loading
from dualcontrol.messages import Language
from dualcontrol.model.power.inputs import power_inputs
from dualcontrol.picture import chinese_font
from dualcontrol.provenance import MARK
from tests.model.network_cases import valid
from tests.planner.conftest import Case
from tests.planner.notebook_runner import run

FIGURES = ("one_line", "dispatch_stack", "duration", "curtailment")
WINTER, SUMMER = 0, 200 * 24  # first hours of 1 January and 20 July
WEIGHTS = {WINTER: 165, SUMMER: 200}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> dc.Scenario:
    """Line a-b; b-c (B1, from March), c-d (B2, from May); thermal T and exchange X at a, sun S (5 MW) at b."""
    return dc.load(valid(tmp_path_factory.mktemp("county") / "s"), {"time.mode": "typical"})


@pytest.fixture(scope="module")
def plan(scenario: dc.Scenario, two_firms: Case) -> dc.Plan:
    """Two days by hand. T makes 6 MW all day; b draws 4, c draws 1 in summer; X takes what is left.

    S: winter all of it except at noon (2 of 5 MW), summer nothing at all. B1 is built, B2 and B3 are not.
    """
    hours = np.concatenate([WINTER + np.arange(24), SUMMER + np.arange(24)])
    summer = hours >= SUMMER
    sun = np.floor(5000 * scenario.profiles["sun"].to_numpy()[hours]) * ~summer
    sun[12] = 2000
    made = {"T": np.full(48, 6000.0), "T+B3": np.zeros(48), "S": sun, "load:b": np.full(48, -4000.0)}
    made["load:c"] = np.where(summer, -1000.0, 0.0)
    made["X:export"] = -sum(made.values())
    network = power_inputs(scenario).network
    names = {x.bus: f"load:{x.id}" for x in network.loads if x.id != "losses"}
    made[names["b"]], made[names["c"]] = made.pop("load:b"), made.pop("load:c")
    idle = [g.id for g in network.generators] + [f"load:{x.id}" for x in network.loads]
    made = dict.fromkeys([*idle, "K:charge", "K:discharge"], np.zeros(48)) | made
    made["green:flat"] = np.full(48, 99.0)  # an account, not a flow of power
    weight = np.where(summer, WEIGHTS[SUMMER], WEIGHTS[WINTER])
    frames = [
        pd.DataFrame({"hour": hours, "weight": weight, "asset": a, "kwh": v.astype(np.int64)})
        for a, v in made.items()
    ]
    prices = pd.DataFrame(
        {"bus": np.repeat(list("abcd"), 48), "hour": np.tile(hours, 4), "weight": np.tile(weight, 4)}
    ).assign(yuan_per_mwh=lambda t: np.where(t["hour"] < SUMMER, 73.0, 0.0))
    assets = pd.DataFrame({"asset": ["B1", "B2", "B3"], "kind": "build", "built": [1.0, 0.0, 0.0]})
    tables = {"dispatch": pd.concat(frames, ignore_index=True), "prices": prices, "assets": assets}
    return replace(two_firms.plan, power=tables)


def test_groups_are_what_was_put_in(scenario: dc.Scenario, plan: dc.Plan) -> None:
    groups = operation(scenario, plan).groups
    assert groups["thermal"] == pytest.approx(np.full(48, 6.0))
    assert groups["load"] == pytest.approx([4.0] * 24 + [5.0] * 24)
    assert groups["pv"][12] == pytest.approx(2.0)
    assert groups["export"][[0, 12, 24]] == pytest.approx([2.0, 4.0, 1.0])


def test_peak_loading_by_hand(scenario: dc.Scenario, plan: dc.Plan) -> None:
    """a-b carries what b and c draw less the sun: 4 in winter nights, 5 in summer, of 50 MW. b-c: 1 of 50."""
    loading = peak_loading(operation(scenario, plan))
    assert loading == {
        "ab": pytest.approx(0.1),
        "bc": pytest.approx(0.02),
        "cd": pytest.approx(np.nan, nan_ok=True),
    }


def test_mean_price_by_hand(plan: dc.Plan) -> None:
    assert mean_prices(plan) == {bus: pytest.approx(73 * 165 / 365) for bus in "abcd"}


def test_curtailed_by_hand(scenario: dc.Scenario, plan: dc.Plan) -> None:
    """At noon of the winter day 5 MW could be made and 2 are: 3 MWh on 165 days. Summer: all 5 MW x 200 days."""
    table, lost, possible = curtailed(operation(scenario, plan))
    of_a_day = scenario.profiles["sun"].to_numpy()[:24].sum() * 5
    assert table.loc[1, 12] == pytest.approx(3 * 165, abs=1)
    assert table.loc[7].sum() == pytest.approx(of_a_day * 200, abs=10)
    assert table.loc[1].drop(12).sum() == pytest.approx(0, abs=5)
    assert lost == pytest.approx(3 * 165 + of_a_day * 200, abs=10)
    assert possible == pytest.approx(of_a_day * 365, abs=1)
    assert (
        table.loc[[2, 3, 4, 5, 6, 8, 9, 10, 11, 12]].isna().all(axis=None)
    )  # months without a day are not zero


def test_utilisation_by_hand(scenario: dc.Scenario, plan: dc.Plan) -> None:
    """T: 6 of 10 MW all the year are 5,256 hours; its floor is 1,000. S has no floor."""
    (row,) = utilisation(operation(scenario, plan)).itertuples()
    assert (row.ids, row.hours, row.floor) == (["T"], pytest.approx(5256), 1000)


def test_a_duration_curve_by_hand() -> None:
    """3 for a quarter of the year, 2 for a half, 1 for the rest."""
    edges, values = duration_curve(np.array([2.0, 3.0, 1.0]), np.array([2.0, 1.0, 1.0]))
    assert values.tolist() == [3, 2, 1]
    assert edges == pytest.approx([0, 2190, 6570, 8760])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_with_its_mark(
    scenario: dc.Scenario, plan: dc.Plan, name: str, lang: Language
) -> None:
    drawn = getattr(figures, name)(scenario, plan, lang)
    assert drawn.png(dpi=50).startswith(b"\x89PNG")
    told = [t.get_text() for t in drawn.findobj(Text)]
    assert any((MARK if chinese_font() else "not an official document") in text for text in told)
    assert any("MW" in text or "MWh" in text for text in told)


def test_titles_say_the_finding(scenario: dc.Scenario, plan: dc.Plan) -> None:
    title = figures.one_line(scenario, plan, "en").texts[0].get_text().replace("\n", " ")
    assert "No line or transformer reaches its limit" in title
    assert "10%" in title
    assert "1 of 3 projects" in title
    title = figures.curtailment(scenario, plan, "en").texts[0].get_text().replace("\n", " ")
    assert title.startswith("Curtailed:")
    assert "all fleets with a floor keep their hours" in title


def test_a_plan_without_a_network_is_refused(two_firms: Case) -> None:
    with pytest.raises(ValueError, match="no network"):
        figures.duration(two_firms.scenario, two_firms.plan)


def test_levels_stand_above_each_other_and_ladders_do_not_cross() -> None:
    """Three stations side by side, named so that the order of ids would cross every one of their branches."""
    kv = {"a": 500.0, "b": 500.0, "c": 500.0, "x": 220.0, "y": 220.0, "z": 220.0, "zz": 220.0}
    wires = [Wire("a", "z"), Wire("b", "y"), Wire("c", "x"), Wire("x", "zz")]
    place = places(kv, wires)
    assert [place[bus][1] for bus in ("a", "b", "c", "x", "y", "z", "zz")] == [0, 0, 0, 1, 1, 1, 2]
    assert len(set(place.values())) == len(kv)
    above = sorted("abc", key=lambda bus: place[bus][0])
    below = sorted("xyz", key=lambda bus: place[bus][0])
    assert [{"a": "z", "b": "y", "c": "x"}[bus] for bus in above] == below
    assert places(dict(reversed(kv.items())), wires) == place


@pytest.mark.slow
def test_the_notebook_as_it_is(repository: Path, tmp_path: Path) -> None:
    cells = run(repository / "notebooks" / "05-power-network.ipynb", tmp_path, timeout_s=600)
    pictures = [cell for cell in cells if any("image/png" in o.get("data", {}) for o in cell.outputs)]
    assert len(pictures) == len(FIGURES)
    assert all(cell.outputs for cell in cells)
    assert list(tmp_path.iterdir()) == []
