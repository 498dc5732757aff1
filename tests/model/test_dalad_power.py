"""The network data of Dalad 2022: sums, series, honesty, and that the network can serve its loads."""

import dataclasses
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualcontrol as dc
from dualcontrol.model.power.hour import LINKS, SCOPES, build_hour, profile_names
from dualcontrol.model.power.inputs import power_inputs
from dualcontrol.model.power.topology import faults
from dualcontrol.scenarios import dalad_network, dalad_profiles
from dualcontrol.solvers.highs import LiveHighs
from dualcontrol.solvers.stamp import compile_hour, stamp
from tests.model.test_dalad_data import equations

FOLDER = dalad_network.FOLDER
PAGE = Path(__file__).parents[2] / "docs" / "data-dalad-power.md"
HOURS = 8760


@pytest.fixture(scope="module")
def scenario() -> dc.Scenario:
    return dc.load(dalad_network.HERE)


def rows(scenario: dc.Scenario, table: str) -> pd.DataFrame:
    frame = scenario.table(f"power/{table}")
    return frame.set_index(frame.columns[0])


# ---- the script -----------------------------------------------------------------------------------------


def test_the_tables_are_those_of_the_script(tmp_path: Path) -> None:
    dalad_network.main(["--tables"], tmp_path)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(path.name for path in FOLDER.iterdir() if path.name != "profiles.csv")
    for name in made:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_the_series_are_those_of_the_script() -> None:
    """A later version of pvlib may move the last digit, not more."""
    pytest.importorskip("pvlib")
    pytest.importorskip("windpowerlib")
    made = dalad_profiles.build(dalad_network.HEATING_MWH / dalad_network.electricity_mwh()["households"])
    kept = pd.read_csv(FOLDER / "profiles.csv", encoding="utf-8-sig", index_col="hour")
    assert list(kept.columns) == list(made.columns)
    assert np.abs(kept.to_numpy() - made.to_numpy()).max() <= 1.01e-4


def test_another_seed_gives_other_weather() -> None:
    one, same, other = (dalad_profiles.weather(seed) for seed in (1, 1, 2))
    assert np.array_equal(one.clear_sky_index, same.clear_sky_index)
    assert np.array_equal(one.wind_m_per_s, same.wind_m_per_s)
    assert not np.array_equal(one.clear_sky_index, other.clear_sky_index)


def test_the_files_are_small() -> None:
    assert (FOLDER / "profiles.csv").stat().st_size < 700_000
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 750_000


# ---- series ---------------------------------------------------------------------------------------------


def test_loads_have_mean_one_exactly(scenario: dc.Scenario) -> None:
    """Counted in units of the fourth decimal: 8,760 hours add up to 87,600,000."""
    kinds = rows(scenario, "profile_names")["kind"]
    for name in kinds.index[kinds == "load"]:
        units = np.rint(scenario.profiles[name].to_numpy() * 10_000).astype(int)
        assert units.sum() == 8760 * 10_000, name
        assert np.array_equal(units / 10_000, scenario.profiles[name].to_numpy()), name


@given(st.lists(st.floats(0.01, 5), min_size=1, max_size=60))
def test_rounding_keeps_the_mean(values: list[float]) -> None:
    rounded = dalad_profiles.to_mean_one(np.array(values), decimals=2)
    assert np.rint(rounded * 100).sum() == 100 * len(values)
    assert np.abs(rounded - np.array(values) / np.mean(values)).max() <= 0.01 + 1e-9


def test_the_sun_shines_by_day(scenario: dc.Scenario) -> None:
    """At 110° east, ten degrees west of the zone's meridian, the sun is highest at about 12:40."""
    by_hour = scenario.profiles["pv_ground"].to_numpy().reshape(365, 24)
    assert by_hour[:, :5].max() == by_hour[:, 20:].max() == 0
    mean = by_hour.mean(axis=0)
    middle = (mean * (np.arange(24) + 0.5)).sum() / mean.sum()
    assert 12.4 < middle < 12.9
    assert by_hour[:, 12].argmax() not in (0, 364)
    june, december = by_hour[151:181], by_hour[334:]
    assert (june > 0).sum() > 1.3 * (december > 0).sum()  # 15 hours of day against 9


def test_hours_are_what_the_weather_gives(scenario: dc.Scenario) -> None:
    """A fixed tilt under 0.76 of the clear sky: 1,900 h are missed, and nothing was scaled to hide it."""
    hours = scenario.profiles.sum()
    assert 1_550 < hours["pv_ground"] < 1_750
    assert hours["pv_roof"] < hours["pv_ground"] < 1_900
    assert 2_300 < hours["wind"] < 3_300
    names = rows(scenario, "profile_names")
    assert names["is_synthetic"].all()
    assert (names["basis"] == "estimated").all()


def test_more_sun_under_a_clear_sky() -> None:
    """The chain from sun to inverter: a clear sky gives the most, half of it less than half."""
    pytest.importorskip("pvlib")
    air = dalad_profiles.weather()
    hours = {
        index: dalad_profiles.pv(
            dataclasses.replace(air, clear_sky_index=np.full(HOURS, index)), dalad_profiles.TILT_GROUND, 0.14
        ).sum()
        for index in (0.5, 0.855, 1.0)
    }
    assert hours[0.855] == pytest.approx(1_900, abs=5)  # the page says so
    assert hours[1.0] > 2_200
    assert hours[0.5] < 0.5 * hours[1.0]


def test_shapes_of_loads(scenario: dc.Scenario) -> None:
    frame = scenario.profiles
    day = frame.to_numpy().reshape(365, 24, -1).mean(axis=0)
    peak = {name: int(day[:, k].argmax()) for k, name in enumerate(frame.columns)}
    assert 18 <= peak["household"] <= 21
    assert 8 <= peak["day_shift"] <= 14
    months = frame.groupby(pd.date_range("2022-01-01", periods=HOURS, freq="h").month).mean()
    assert months["household"].idxmax() in (12, 1)  # electric heating
    assert months["farming"].idxmax() in (5, 6, 7)
    assert (frame["flat"] == 1).all()


# ---- energy ---------------------------------------------------------------------------------------------


def test_everybody_who_uses_electricity_is_connected(scenario: dc.Scenario) -> None:
    loads = rows(scenario, "loads")
    assert set(loads.index) == set(dalad_network.electricity_mwh())
    for row in loads.itertuples():
        shown = equations(row.derivation)[0][1]
        assert float(shown) * HOURS == pytest.approx(dalad_network.electricity_mwh()[row.Index], abs=50)


def test_what_is_connected_by_a_build_starts_no_earlier(scenario: dc.Scenario) -> None:
    builds, projects = rows(scenario, "builds"), scenario.table("projects").set_index("project_id")
    at_runneng = rows(scenario, "loads").query("bus_id == 'rn1_110'").index
    assert len(at_runneng) >= 5
    assert (projects.loc[at_runneng, "start_month"] >= builds.loc["runneng_1", "start_month"]).all()
    rules = {note.rule for note in scenario.notes}
    assert not rules & {"note_load_needs_build", "note_load_before_build", "note_needs_later_build"}


def test_thermal_plants_are_those_of_the_units(scenario: dc.Scenario) -> None:
    plants = rows(scenario, "plants").query("kind == 'thermal'")
    assert plants["capacity_mw"].sum() == 3_980
    energy = scenario.table("unit_energy")
    made = energy[(energy["use"] == "conversion_out") & (energy["carrier_id"] == "electricity")]
    made = made.set_index("unit_id")["quantity"]
    by_unit = plants.groupby("unit_id")["capacity_mw"].sum()
    assert set(by_unit.index) == set(made.index)
    for unit_id, mwh in made.items():
        hours = mwh / by_unit[unit_id]
        assert hours == pytest.approx(5_139, abs=2)  # 20,452,893 MWh on 3,980 MW
        assert hours < 0.9 * HOURS  # the plants can
    assert (plants["hours_floor"] == 5_000).all()


def test_the_corridor_carries_the_export_of_2021(scenario: dc.Scenario) -> None:
    export = -float(dc.account(scenario).base.net_inflow_mwh)
    assert export == pytest.approx(7_320_000, rel=0.001)  # as the exchange's derivation says
    assert 2 * export / HOURS < rows(scenario, "exchange").loc["grid", "export_mw"]


def test_the_yearly_balance_is_near(scenario: dc.Scenario) -> None:
    """What the page says: 1.707 TWh by the series against 2.0 reported, roofs 77 against 75 GWh."""
    month = pd.date_range("2022-01-01", periods=HOURS, freq="h").month.to_numpy()
    ground = 1000 * scenario.profiles["pv_ground"].sum()
    roofs = 100 * scenario.profiles["pv_roof"].to_numpy()[month >= 7].sum()
    yearly = scenario.table("power").set_index("item").loc["non_fossil_generation", "plan_mwh"]
    assert ground == pytest.approx(1_706_807, abs=100)
    assert roofs == pytest.approx(77_042, abs=50)
    assert 0.80 < (ground + roofs) / yearly < 0.90


# ---- what the plan names --------------------------------------------------------------------------------


def test_builds_of_the_plan(scenario: dc.Scenario) -> None:
    builds = rows(scenario, "builds")
    assert builds.loc["runneng_1", "status"] == "committed"  # 3.4.3a: in service in 2022
    late = set(builds.index[builds["start_month"] == 13])
    assert late == {"runneng_2", "guosanliang", "erzihao", "wind_with_pv"}  # cannot help in 2022
    for name in late - {"wind_with_pv"}:
        assert "当年不起作用" in builds.loc[name, "derivation"], name
    assert builds.loc["pinggao", "requires_id"] == "pinggao_grid"
    assert set(builds["clause"]) >= {"3.4.3a", "3.4.3b", "3.4.3c", "3.4.3e", "3.4.3f"}


def test_the_roofs_are_questioned_not_mended(scenario: dc.Scenario) -> None:
    builds, plants = rows(scenario, "builds"), rows(scenario, "plants")
    assert plants.loc["pv_rooftop_600", "capacity_mw"] == 600
    assert 600_000 / 4_000 == 150
    for name, other in (("rooftop_600", "rooftop_100"), ("rooftop_100", "rooftop_600")):
        assert builds.loc[name, "excludes_id"] == other
        assert "每户150 kW" in builds.loc[name, "question"]


def test_the_other_reading_of_the_roofs_is_one_cell(tmp_path: Path) -> None:
    folder = tmp_path / "child"
    (folder / "power").mkdir(parents=True)
    (folder / "scenario.toml").write_text(f"inherits = '{dalad_network.HERE.as_posix()}'\n", encoding="utf-8")
    (folder / "power" / "builds.csv").write_text(
        "build_id,status,basis\nrooftop_100,committed,estimated\n", encoding="utf-8"
    )
    child = dc.load(folder)
    assert rows(child, "builds").loc["rooftop_100", ["status", "excludes_id"]].tolist() == [
        "committed",
        "rooftop_600",
    ]
    assert child.profiles.equals(dc.load(dalad_network.HERE).profiles)


def test_juda_lets_380_mw_more_in(scenario: dc.Scenario) -> None:
    (retrofit,) = scenario.table("power/retrofits").itertuples()
    plant = rows(scenario, "plants").loc[retrofit.plant_id]
    assert retrofit.capacity_mw * (plant["pmin_share"] - retrofit.pmin_share) == pytest.approx(380)
    assert rows(scenario, "plants").loc["pv_juda", ["capacity_mw", "build_id"]].tolist() == [380, "juda"]
    assert "公告没有写" in retrofit.derivation


def test_pinggao_has_the_storage_the_rule_asks_for(scenario: dc.Scenario) -> None:
    storage, plant = (
        rows(scenario, "storage").loc["pinggao_storage"],
        rows(scenario, "plants").loc["pv_pinggao"],
    )
    assert plant["capacity_mw"] == 1_600
    assert storage["power_mw"] == 0.10 * plant["capacity_mw"]
    assert storage["energy_mwh"] == 2 * storage["power_mw"]
    assert storage["build_id"] == plant["build_id"] == "pinggao"


def test_the_fifth_stage_is_left_out(scenario: dc.Scenario) -> None:
    assert scenario.table("projects").set_index("project_id").loc["dalad_phase5", "capacity"] == 1000
    assert 1000 not in set(rows(scenario, "plants").query("kind == 'thermal'")["capacity_mw"])


FIGURES = {
    "branches": ["reactance_pu", "capacity_mw"],
    "builds": ["annual_cost_wan_yuan"],
    "storage": ["power_mw", "energy_mwh"],
}


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_a_derivation_gives_the_figure_in_the_row(scenario: dc.Scenario, name: str) -> None:
    for row in scenario.table(f"power/{name}").itertuples():
        found = equations(row.derivation)
        for column, (_, shown, _) in zip(FIGURES[name], found, strict=False):
            assert Fraction(repr(getattr(row, column))) == shown, (row, column)
        assert len(found) >= len(FIGURES[name])


def test_nothing_about_the_grid_is_called_published(scenario: dc.Scenario) -> None:
    """Where things are connected and what they cost is assumed, whatever is known of the things themselves."""
    for name in ("buses", "builds", "branches", "plants", "retrofits", "storage", "exchange", "loads"):
        frame = scenario.table(f"power/{name}")
        assert (frame["basis"] == "estimated").all(), name
    assert rows(scenario, "branches")["derivation"].str.contains("假定").all()


def test_the_page_gives_the_figures_of_the_data(scenario: dc.Scenario) -> None:
    page = PAGE.read_text(encoding="utf-8")
    hours = scenario.profiles.sum()
    for name in ("pv_ground", "pv_roof", "wind"):
        assert f"{hours[name]:,.0f} h" in page, name
    for cost in rows(scenario, "builds")["annual_cost_wan_yuan"]:
        assert f"{cost:g}" in page or f"{cost:.1f}" in page, cost
    assert f"缺口约{1_900 - hours['pv_ground']:.0f} h" in page
    assert f"{len(dalad_network.electricity_mwh())}个" in page
    for fact in ("演示数据", "每户150 kW", "1,950 h", "帮不上忙", "342 MW"):
        assert fact in page, fact


# ---- the network as a whole -----------------------------------------------------------------------------


def test_loads_are_served_without_any_open_build(scenario: dc.Scenario) -> None:
    """Three winter days with every project but the fifth stage at full load: nobody goes unserved."""
    inputs = power_inputs(scenario)
    assert faults(inputs.network) == []
    assert 12 <= len(inputs.network.buses) <= 16
    use, start = (
        dalad_network.electricity_mwh(),
        scenario.table("projects").set_index("project_id")["start_month"],
    )
    mean = dict.fromkeys(inputs.load_of.values(), 0.0)
    for owner, column in inputs.load_of.items():
        share = max(0, 13 - start.get(owner, 1)) / 12 if owner != "dalad_phase5" else 0.0
        mean[column] += use[owner] * share / HOURS
    days = slice(340 * 24, 343 * 24)
    hour = compile_hour(build_hour(inputs.network), scopes=SCOPES, links=LINKS)
    profiles = {name: inputs.profiles[name].to_numpy()[days] for name in profile_names(inputs.network)}
    before = np.arange(72) - 1
    before[::24] += 24
    arrays, layout = stamp(
        hour, 72, {"profile": profiles}, previous=before, scopes={"cycle": np.arange(72) // 24}
    )
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    for place, (name, index) in enumerate(hour.columns["year"], start=layout.first["year"]):
        is_built = inputs.builds[index].status == "committed" if name == "built" else None
        lower[place] = upper[place] = mean[index] if is_built is None else float(is_built)
    solution = LiveHighs(dataclasses.replace(arrays, lower=lower, upper=upper)).solve()
    assert solution.status.name == "OPTIMAL"
    assert layout.values(solution.x, "shed")[1].max() < 1e-6
    # MW drawn at noon, projects and all: not a network without loads
    noon = inputs.profiles.iloc[342 * 24 + 12]
    assert sum(mean[load.column] * noon[load.profile] for load in inputs.network.loads if load.column) > 1_800
