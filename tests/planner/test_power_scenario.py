"""`dualcontrol power SCENARIO`: a network of two buses whose day is worked out with a pencil.

T (thermal, 10 MW available, at least 0.6 of what is online), X (import at 300 yuan, export) and 2 MW of homes at a;
S (4 MW of sun, twelve hours) and a factory of 5 MW at b; the line a-b carries 6 MW. T's unit adds 100 yuan of value
per MWh, so 300 - 100 = 200 yuan go into one.

Night: 7 MW are needed, by day 7 - 4 = 3. A MW less online makes a MWh of the night dearer by 300 - 200 = 100 yuan and
saves 0.6 x 200 = 120 by day as long as T makes more than 3: so 5 MW are online, T makes 3 by day (nothing is exported)
and 5 at night, and 2 are imported. The day costs 12 x (3 x 200) + 12 x (5 x 200 + 2 x 300) = 26,400 yuan.
One more MW at night is imported: 300. One more by day costs 200 and lets 1 / 0.6 MW more be online, each of which
saves 100 at night: 200 - 100 / 0.6 = 33.33.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from dualcontrol.model.scenario import load
from dualcontrol.power_output import SUMMARY
from dualcontrol.power_scenario import case_of_scenario
from tests.model.network_cases import write_profiles
from tests.model.scenario_factory import Row, write_scenario, write_table
from tests.planner.conftest import Run
from tests.planner.test_power_command import CASE

Floats = npt.NDArray[np.float64]
HOURS = 8760
DAY = (np.arange(24) >= 6) & (np.arange(24) < 18)
Built = Callable[..., Path]


def network(sun_mw: float) -> dict[str, list[Row]]:
    """The power folder; B is a second line, C needs it, D excludes it."""
    return {
        "power/buses": [{"bus_id": bus, "voltage_kv": 110} for bus in "abc"],
        "power/builds": [
            {"build_id": "B", "annual_cost_wan_yuan": 0},
            {"build_id": "C", "annual_cost_wan_yuan": 0, "requires_id": "B"},
            {"build_id": "D", "annual_cost_wan_yuan": 0, "excludes_id": "B", "question": "多大"},
        ],
        "power/branches": [
            line("ab", "a", "b", 6),
            line("ab2", "a", "b", 6, "B"),
            line("bc", "b", "c", 6, "C"),
        ],
        "power/plants": [
            {"plant_id": "T", "bus_id": "a", "kind": "thermal", "capacity_mw": 20, "availability": 0.5,
             "pmin_share": 0.6, "unit_id": "G"},
            {"plant_id": "S", "bus_id": "b", "kind": "pv", "capacity_mw": sun_mw, "profile_id": "sun"},
        ],
        "power/exchange": [
            {"exchange_id": "X", "bus_id": "a", "import_mw": 5, "export_mw": 5, "import_yuan_per_mwh": 300},
        ],
        "power/loads": [
            {"owner_id": "F", "bus_id": "b", "profile_id": "flat"},
            {"owner_id": "homes", "bus_id": "a", "profile_id": "flat"},
        ],
        "power/profile_names": [
            {"profile_id": "sun", "kind": "output"}, {"profile_id": "flat", "kind": "load"},
        ],
    }  # fmt: skip


def line(name: str, start: str, end: str, mw: float, build: str | None = None) -> Row:
    return {"branch_id": name, "from_bus": start, "to_bus": end, "kind": "line", "reactance_pu": 0.1,
            "capacity_mw": mw, "build_id": build}  # fmt: skip


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """Write the scenario: mean MW of the factory, more rows for any table."""

    def build(factory_mw: float = 5.0, sun_mw: float = 4.0, **more: list[Row]) -> Path:
        rows: dict[str, list[Row]] = {
            "sectors": [{"sector_id": "s"}],
            "units": [
                {"unit_id": "F", "sector_id": "s", "value_added_wan_yuan": 1},
                {"unit_id": "G", "sector_id": "s", "value_added_wan_yuan": 876},
            ],
            "unit_energy": [
                {"unit_id": "F", "carrier_id": "electricity", "use": "fuel", "quantity": factory_mw * HOURS},
                {"unit_id": "G", "carrier_id": "electricity", "use": "conversion_out", "quantity": 10 * HOURS},
                {"unit_id": "G", "carrier_id": "raw_coal", "use": "conversion_in", "quantity": 40_000},
            ],
            "society": [
                {"line_id": "homes", "base_fuel_tce": 0, "base_electricity_mwh": HOURS, "plan_fuel_tce": 0,
                 "plan_electricity_mwh": 2 * HOURS, "co2_t_per_fuel_tce": 0},
            ],
            **network(sun_mw),
        }  # fmt: skip
        folder = tmp_path / "two-buses"
        write_scenario(
            folder, {}, **{name: [*rows.get(name, []), *more.get(name, [])] for name in {**rows, **more}}
        )
        write_profiles(folder, {"sun": np.resize(DAY.astype(float), HOURS), "flat": np.ones(HOURS)})
        return folder

    return build


def by_day(values: list[float]) -> Floats:
    """Values by hour as (days, 24)."""
    return np.array(values).reshape(-1, 24)


@pytest.mark.parametrize("hours", ["typical", "year"])
def test_a_day_by_hand(run_power: Run, built: Built, hours: str) -> None:
    told = run_power(built(), "--json", "--hours", hours).json
    assert (told["ok"], told["status"]) == (True, "optimal")
    assert told["objective"] == pytest.approx(365 * 26_400)
    assert sum(told.get("weight", [1.0] * told["hours"])) == HOURS
    for name, day, night in (("T", 3, 5), ("S", 4, 0), ("X:import", 0, 2), ("X:export", 0, 0)):
        shown = by_day(told["dispatch"][name])
        assert shown == pytest.approx(np.tile(np.where(DAY, day, night), (len(shown), 1)), abs=1e-6), name
    for bus in "ab":
        shown = by_day(told["nodal_prices"][bus])
        # what more online by day saves at night may be shared among the hours in many ways: their mean is given
        assert shown[:, ~DAY] == pytest.approx(np.full((len(shown), 12), 300))
        assert shown[:, DAY].mean(axis=1) == pytest.approx(np.full(len(shown), 200 - 100 / 0.6))
    assert by_day(told["flows"]["ab"])[:, DAY] == pytest.approx(1)
    assert told["shadow_prices"] == {}
    assert told["unserved"] == {}
    assert told["builds"] == {}


def test_the_power_folder_is_the_same_case(
    run_power: Run, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = built()
    whole = run_power(folder, "--json").json
    assert run_power(folder / "power", "--json").json == whole
    monkeypatch.chdir(folder / "power")
    assert run_power(".", "--json").json == whole


def test_a_line_too_small_is_3_and_named(run_power: Run, built: Built) -> None:
    """7 MW at b, 6 over the line: 1 MW is missing at night."""
    folder = built(factory_mw=7.0)
    said = run_power(folder, "--lang", "en")
    assert said.code == 3
    assert "flow limit of ab by 1 MW" in said.err
    assert "bus b lacks 1 MW" in said.err
    told = run_power(folder, "--json").json
    assert (told["exit_code"], told["status"]) == (3, "infeasible")
    assert told["conflict"]["limits"][0]["total"] == pytest.approx(12 * len(told["weight"]) / 24)


def test_a_second_line_serves_it(run_power: Run, built: Built) -> None:
    """9 MW at night, 5 by day: 5 / 0.6 MW are online at night, the rest is imported; half over each line."""
    told = run_power(built(factory_mw=7.0), "--json", "--builds", "B").json
    assert told["builds"] == {"B": 1}
    output = by_day(told["dispatch"]["T"])
    assert output[:, DAY] == pytest.approx(5)
    assert output[:, ~DAY] == pytest.approx(5 / 0.6)
    assert by_day(told["flows"]["ab2"])[:, ~DAY] == pytest.approx(3.5)


def test_what_is_curtailed_costs_a_missing_hour(run_power: Run, built: Built) -> None:
    """14 MW of sun. At night 7 MW: 5 imported, so T makes 2, and 0.6 x 2 = 1.2 by day at the least.

    By day a draws 2 and exports 5, of which T makes 1.2: the line brings 5.8, S makes 10.8 and 3.2 MW are lost at 20
    yuan. A day: 12 x (2 x 200 + 5 x 300) + 12 x (1.2 x 200 + 3.2 x 20) = 26,448 yuan.
    """
    told = run_power(built(sun_mw=14.0), "--json").json
    assert told["objective"] == pytest.approx(365 * 26_448)
    for name, power in (("S", 10.8), ("T", 1.2), ("X:export", 5)):
        assert by_day(told["dispatch"][name])[:, DAY] == pytest.approx(power), name


def test_own_pv_and_stopped_projects_draw_nothing(built: Built) -> None:
    """Own PV of the base year stays behind the meter; the plan year counts for projects and society."""
    projects: list[Row] = [
        {"project_id": p, "sector_id": "s", "value_added_wan_yuan": 100_000, "start_month": 7, "review": review,
         "restricted_key": ""}
        for p, review in (("P", "approved"), ("Q", "missing"))
    ]  # fmt: skip
    energy: list[Row] = [
        {"project_id": p, "carrier_id": "electricity", "use": "fuel", "quantity": HOURS} for p in "PQ"
    ]
    loads: list[Row] = [{"owner_id": p, "bus_id": "a", "profile_id": "flat"} for p in "PQ"]
    folder = built(**{"projects": projects, "project_energy": energy, "power/loads": loads})
    write_table(folder, "units", [
        {"unit_id": "F", "sector_id": "s", "value_added_wan_yuan": 1, "self_pv_base_mwh": HOURS,
         "self_pv_max_mwh": HOURS},
        {"unit_id": "G", "sector_id": "s", "value_added_wan_yuan": 876},
    ])  # fmt: skip
    case = case_of_scenario(load(folder, {"time.mode": "typical"}))
    assert {x.id: x.mw for x in case.network.loads} == {
        "a|flat": 2.0,
        "a|flat@7": pytest.approx(0.5),
        "b|flat": 4.0,
    }
    assert [(n.rule, n.detail) for n in case.notes if n.rule == "gated_projects"] == [("gated_projects", "Q")]


def test_builds_have_to_go_together(run_power: Run, built: Built) -> None:
    folder = built()

    def told(builds: str) -> list[tuple[str, str, str]]:
        said = run_power(folder, "--json", "--builds", builds)
        assert said.code == 2
        assert all(one["message"] for one in said.json["problems"])
        return [(one["rule"], one["place"], one["detail"]) for one in said.json["problems"]]

    assert told("Z,B") == [("no_such_build", "Z", "B, C, D")]
    assert told("C") == [("build_requires", "C", "B")]
    assert told("D, B") == [("builds_exclude", "D", "B")]
    assert told("all") == [("builds_exclude", "D", "B")]
    notes = run_power(folder, "--json", "--builds", "D").json["notes"]
    assert [(n["rule"], n["place"], n["detail"]) for n in notes[1:]] == [
        ("builds_off", "two-buses", "B, C"),
        ("question", "D", "多大"),
    ]


def test_a_load_that_needs_a_build_is_2_and_says_so(run_power: Run, built: Built) -> None:
    extra: dict[str, list[Row]] = {
        "units": [{"unit_id": "H", "sector_id": "s", "value_added_wan_yuan": 1}],
        "unit_energy": [
            {"unit_id": "H", "carrier_id": "electricity", "use": "fuel", "quantity": HOURS},
        ],
        "power/loads": [{"owner_id": "H", "bus_id": "c", "profile_id": "flat"}],
    }
    folder = built(**extra)
    said = run_power(folder)
    assert said.code == 2
    assert "Load c|flat: nothing on its island can supply it. It needs a build" in said.err
    assert run_power(folder, "--builds", "B,C").code == 0


def test_scenarios_that_cannot_be_solved_are_told_as_everywhere(
    run_power: Run,
    built: Built,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = built(sun_mw=-1.0)
    said = run_power(folder)
    assert said.code == 2
    assert "power/plants.csv:3" in said.err
    problem = run_power(folder / "power", "--json").json["problems"][0]
    assert (problem["file"], problem["row"], problem["column"], problem["value"]) == (
        "power/plants.csv", 3, "capacity_mw", "-1.0",
    )  # fmt: skip
    assert problem["rule"]
    assert problem["remedy"]
    bare = write_scenario(tmp_path / "bare")
    assert run_power(bare, "--json").json["problems"][0]["rule"] == "no_power_folder"
    matpower = tmp_path / "two.m"
    matpower.write_text(CASE.format(own=200), encoding="utf-8")
    assert run_power(matpower, "--builds", "B", "--json").json["problems"][0]["rule"] == "only_of_scenarios"
    assert run_power(folder, "--hours", "day").code == 2
    good = built()
    sun = (np.outer(1 - np.arange(365) / 1000, DAY)).round(4).ravel()  # no day is like another
    write_profiles(good, {"sun": sun, "flat": np.ones(HOURS)})
    monkeypatch.setitem(sys.modules, "tsam", None)
    missing = run_power(good)
    assert missing.code == 2
    assert "pip install" in missing.err
    assert run_power(good, "--hours", "year").code == 0


def test_the_folder_says_which_hours_they_are(run_power: Run, built: Built, tmp_path: Path) -> None:
    run_power(built(), "--out", tmp_path / "out")
    summary = json.loads((tmp_path / "out" / SUMMARY).read_text(encoding="utf-8"))
    assert len(summary["hour_of_year"]) == len(summary["weight"]) == summary["hours"]
    assert [h % 24 for h in summary["hour_of_year"][:24]] == list(range(24))
