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
from dualcontrol.figures_one_line import joined, mean_prices, peak_loading
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
    """Two days, one of each season."""
    hours = np.concatenate([WINTER + np.arange(24), SUMMER + np.arange(24)])
    weight = np.where(hours >= SUMMER, WEIGHTS[SUMMER], WEIGHTS[WINTER])
    return by_hand(scenario, two_firms.plan, hours, weight)


@pytest.fixture(scope="module")
def year(scenario: dc.Scenario, two_firms: Case) -> dc.Plan:
    """The same in all 8,760 hours: 200 days of winter, 165 of summer."""
    return by_hand(scenario, two_firms.plan, np.arange(8760), np.ones(8760))


def by_hand(scenario: dc.Scenario, plan: dc.Plan, hours: np.ndarray, weight: np.ndarray) -> dc.Plan:
    """T makes 6 MW all day; b draws 4, c draws 1 in summer; X takes what is left.

    S: winter all of it except at noon (2 of 5 MW), summer nothing at all. B1 is built, B2 and B3 are not.
    """
    summer, count = hours >= SUMMER, len(hours)
    sun = np.floor(5000 * scenario.profiles["sun"].to_numpy()[hours]) * ~summer
    sun[(hours % 24 == 12) & ~summer] = 2000
    made = {"T": np.full(count, 6000.0), "T+B3": np.zeros(count), "S": sun, "load:b": np.full(count, -4000.0)}
    made["load:c"] = np.where(summer, -1000.0, 0.0)
    made["X:export"] = -sum(made.values())
    network = power_inputs(scenario).network
    names = {x.bus: f"load:{x.id}" for x in network.loads if x.id != "losses"}
    made[names["b"]], made[names["c"]] = made.pop("load:b"), made.pop("load:c")
    idle = [g.id for g in network.generators] + [f"load:{x.id}" for x in network.loads]
    made = dict.fromkeys([*idle, "K:charge", "K:discharge"], np.zeros(count)) | made
    made["green:flat"] = np.full(count, 99.0)  # an account, not a flow of power
    frames = [
        pd.DataFrame({"hour": hours, "weight": weight, "asset": a, "kwh": v.astype(np.int64)})
        for a, v in made.items()
    ]
    prices = pd.DataFrame(
        {"bus": np.repeat(list("abcd"), count), "hour": np.tile(hours, 4), "weight": np.tile(weight, 4)}
    ).assign(yuan_per_mwh=lambda t: np.where(t["hour"] < SUMMER, 73.0, 0.0))
    assets = pd.DataFrame({"asset": ["B1", "B2", "B3"], "kind": "build", "built": [1.0, 0.0, 0.0]})
    tables = {"dispatch": pd.concat(frames, ignore_index=True), "prices": prices, "assets": assets}
    return replace(plan, power=tables)


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


def test_a_full_year_by_hand(scenario: dc.Scenario, year: dc.Plan) -> None:
    """Every month has days now: noon of 31 January days loses 3 MWh each; August, all of the sun."""
    run = operation(scenario, year)
    table, lost, possible = curtailed(run)
    of_a_day = scenario.profiles["sun"].to_numpy()[:24].sum() * 5
    assert table.notna().all(axis=None)
    assert table.loc[1, 12] == pytest.approx(3 * 31, abs=0.1)
    assert table.loc[8].sum() == pytest.approx(of_a_day * 31, abs=2)
    # what is rounded down to whole kWh is no curtailment
    assert lost == pytest.approx(3 * 200 + of_a_day * 165, rel=1e-3)
    assert possible == pytest.approx(of_a_day * 365, rel=1e-9)
    (row,) = utilisation(run).itertuples()
    assert row.hours == pytest.approx(5256)
    assert mean_prices(year)["a"] == pytest.approx(73 * 200 / 365)
    assert peak_loading(run)["ab"] == pytest.approx(0.1)


def test_a_full_year_is_shown_by_months(scenario: dc.Scenario, year: dc.Plan) -> None:
    """The mean day of July: 19 days of winter without, 12 of summer with 1 MW drawn at c."""
    stack = figures.dispatch_stack(scenario, year, "en")
    titles = [axes.get_title(loc="left") for axes in stack.axes]
    assert len(titles) == 12
    assert "31" in titles[0]
    assert "28" in titles[1]
    load = next(p for p in stack.axes[6].patches if p.get_label() == "load")
    assert load.get_data().values == pytest.approx(np.full(24, 4 + 12 / 31))
    texts = [t.get_text() for t in figures.duration(scenario, year, "en").texts]
    assert not any("typical" in text for text in texts)
    assert not any("typical" in t.get_text() for t in figures.curtailment(scenario, year, "en").texts)


def test_utilisation_by_hand(scenario: dc.Scenario, plan: dc.Plan) -> None:
    """T: 6 of 10 MW all the year are 5,256 hours; its floor is 1,000. S has no floor."""
    (row,) = utilisation(operation(scenario, plan)).itertuples()
    assert (row.ids, row.hours, row.floor) == (["T"], pytest.approx(5256), 1000)


def test_a_duration_curve_by_hand() -> None:
    """3 for a quarter of the year, 2 for a half, 1 for the rest."""
    edges, values = duration_curve(np.array([2.0, 3.0, 1.0]), np.array([2.0, 1.0, 1.0]))
    assert values.tolist() == [3, 2, 1]
    assert edges == pytest.approx([0, 2190, 6570, 8760])


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize(
    ("hours", "lang"),
    [
        ("plan", "zh"),
        ("year", "en"),
        *(pytest.param(*o, marks=pytest.mark.slow) for o in (("plan", "en"), ("year", "zh"))),
    ],
)
def test_every_figure_draws_with_its_mark(
    scenario: dc.Scenario, request: pytest.FixtureRequest, hours: str, name: str, lang: Language
) -> None:
    drawn = getattr(figures, name)(scenario, request.getfixturevalue(hours), lang)
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


def with_(plan: dc.Plan, **columns: object) -> dc.Plan:
    """The plan with other prices."""
    return replace(plan, power={**plan.power, "prices": plan.power["prices"].assign(**columns)})


@pytest.mark.slow
def test_a_price_of_nothing_is_explained(scenario: dc.Scenario, plan: dc.Plan) -> None:
    def told(shown: dc.Plan) -> str:
        return str(figures.one_line(scenario, shown, "en").texts[1].get_text()).replace("\n", " ")

    assert "no congestion" in told(plan)
    assert "one less exported" in told(with_(plan, yuan_per_mwh=0.0))
    assert "one" not in told(with_(plan, yuan_per_mwh=np.arange(4 * 48))).split("more MWh")[1]
    # d is not there yet (B2 is not built): whatever its price
    bus = plan.power["prices"]["bus"]
    assert "one less exported" in told(with_(plan, yuan_per_mwh=np.where(bus == "d", 99.0, 0.1)))


def test_a_little_import_is_not_called_none(scenario: dc.Scenario, year: dc.Plan) -> None:
    """Of 62 GWh fed in, 1.5 MWh are nothing, 100 MWh a little."""

    def title(mw: float, hours: int) -> str:
        table = year.power["dispatch"].copy()
        table.loc[(table["asset"] == "X:import") & (table["hour"] < hours), "kwh"] = round(mw * 1000)
        shown = replace(year, power={**year.power, "dispatch": table})
        return figures.dispatch_stack(scenario, shown, "en").texts[0].get_text().replace("\n", " ")

    assert "none need be imported" in title(0.3, 5)
    assert "hardly any is imported" in title(100, 1)
    assert "% imported" in title(5, 8760)


def test_texts_of_stations_stay_apart() -> None:
    """Parts join to lines as long as they fit above the next station."""
    parts = ["exports up to 1,245 MW", "imports up to 29 MW", "load 7 MW"]
    assert joined(parts) == ["exports up to 1,245 MW", "imports up to 29 MW · load 7 MW"]
    assert joined(["火电 1,980 MW", "负荷 140 MW"]) == ["火电 1,980 MW · 负荷 140 MW"]


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
