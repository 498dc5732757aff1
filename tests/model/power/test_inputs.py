"""From the tables of a power folder to a network: who stands behind each element, and the profiles made of others."""

from pathlib import Path

import numpy as np
import pytest

from dualcontrol.model.power.inputs import (
    HOURS,
    LOSSES,
    PowerInputs,
    green_share_of,
    has_network,
    power_inputs,
)
from dualcontrol.model.power.network import Build, Generator, Load
from dualcontrol.model.power.topology import faults, islands
from dualcontrol.model.scenario import load
from tests.model.corruption import add_row, cell
from tests.model.corruption import valid as without_network
from tests.model.network_cases import profiles, valid
from tests.model.power.small_grids import SUN, gridded
from tests.model.small_cases import unit

DALAD = Path(__file__).parents[3] / "scenarios" / "dalad-2022"
MONTH_STARTS = {3: 59 * 24, 5: 120 * 24, 7: 181 * 24}  # first hour of the month in a year of 365 days


def inputs(folder: Path) -> PowerInputs:
    return power_inputs(load(folder))


def generator(power: PowerInputs, wanted: str) -> Generator:
    return next(g for g in power.network.generators if g.id == wanted)


def test_a_scenario_without_a_folder_has_no_network(tmp_path: Path) -> None:
    assert not has_network(load(without_network(tmp_path / "a")))
    assert has_network(load(valid(tmp_path / "b")))


def test_elements_are_those_of_the_tables(tmp_path: Path) -> None:
    network = inputs(valid(tmp_path / "s")).network
    assert network.buses == ("a", "b", "c", "d")
    assert faults(network) == []
    assert islands(network) == [["a", "b"], ["c"], ["d"]]
    assert [(b.id, b.build, b.is_optional) for b in network.branches] == [
        ("ab", None, False),
        ("bc", "B1", True),
        ("cd", "B2", True),
    ]
    assert network.builds == tuple(Build(b, profile=f"service:{b}") for b in ("B1", "B2", "B3"))
    assert [g.id for g in network.generators] == ["S", "T", "T+B3", "X:export", "X:import"]
    (storage,) = network.storage
    assert (storage.bus, storage.power_mw, storage.energy_mwh, storage.build) == ("b", 1, 2, None)


def test_a_retrofit_is_a_second_class_that_takes_from_the_first(tmp_path: Path) -> None:
    """10 MW at an availability of 0.8 are 8 MW online at most; retrofitting 4 of them moves 3.2 MW to pmin 0.3."""
    folder = valid(tmp_path / "s")
    cell("power/plants", 2, "availability", "0.8")(folder)
    power = inputs(folder)
    first, second = generator(power, "T"), generator(power, "T+B3")
    assert (first.capacity_mw, first.min_share, first.has_online, first.build) == (8, 0.5, True, None)
    assert first.given_up == (("B3", pytest.approx(3.2)),)
    assert second.capacity_mw == pytest.approx(3.2)
    assert (second.min_share, second.has_online, second.build) == (0.3, True, "B3")
    assert power.thermal_of == {"U2": ("T", "T+B3")}


def test_a_plant_of_no_unit_may_be_retrofitted(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    plant = {"plant_id": "V", "name": "v", "bus_id": "a", "kind": "thermal", "capacity_mw": 1}
    add_row("power/plants", plant)(folder)
    cell("power/retrofits", 2, "plant_id", "V")(folder)
    cell("power/retrofits", 2, "capacity_mw", "1")(folder)
    power = inputs(folder)
    assert power.thermal_of == {"U2": ("T",)}
    assert generator(power, "V+B3").build == "B3"


def test_renewables_follow_their_profile_and_are_green(tmp_path: Path) -> None:
    power = inputs(valid(tmp_path / "s"))
    sun = generator(power, "S")
    assert (sun.profile, sun.is_green, sun.capacity_mw, sun.min_share) == ("sun", True, 5, 0)
    assert power.green == ("S",)
    assert not generator(power, "T").is_green


def test_an_exchange_is_an_import_at_its_price_and_an_export(tmp_path: Path) -> None:
    power = inputs(valid(tmp_path / "s"))
    assert power.exchanged == {"X:import": pytest.approx(0.03), "X:export": 0.0}  # 300 yuan = 0.03 万元
    assert (generator(power, "X:import").sign, generator(power, "X:export").sign) == (1, -1)


def test_loads_alike_are_one_column(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    cell("power/loads", 4, "profile_id", "flat")(folder)
    cell("power/loads", 2, "flexible_share", "")(folder)
    cell("projects", 2, "start_month", "1")(folder)
    cell("power/builds", 2, "start_month", "1")(folder)
    power = inputs(folder)
    assert power.load_of == {"00123": "b|flat", "homes": "b|flat", "P1": "c|flat"}
    loads = {load.id: load for load in power.network.loads}
    assert set(loads) == {LOSSES, "b|flat", "c|flat"}
    assert loads["b|flat"] == Load("b|flat", "b", profile="flat", column="b|flat")


def test_flexibility_keeps_loads_apart(tmp_path: Path) -> None:
    power = inputs(valid(tmp_path / "s"))
    assert power.load_of["00123"] == "b|flat|0.1x2"
    flexible = next(load for load in power.network.loads if load.id == "b|flat|0.1x2")
    assert (flexible.flexible_share, flexible.flexible_peak) == (0.1, 2.0)


def test_losses_are_drawn_where_something_exists(tmp_path: Path) -> None:
    """20 MWh a year are 20/8760 MW. A planned bus of a higher voltage has nothing to draw them from."""
    folder = valid(tmp_path / "s")
    add_row("power/buses", {"bus_id": "0", "name": "0", "voltage_kv": 500})(folder)
    line = {"branch_id": "0a", "name": "0a", "from_bus": "0", "to_bus": "a", "kind": "transformer",
            "reactance_pu": 0.1, "capacity_mw": 9, "build_id": "B2"}  # fmt: skip
    add_row("power/branches", line)(folder)
    (losses,) = [load for load in inputs(folder).network.loads if load.id == LOSSES]
    assert (losses.bus, losses.column, losses.profile) == ("a", None, None)
    assert losses.mw == pytest.approx(20 / HOURS)


def test_a_project_draws_nothing_before_it_starts(tmp_path: Path) -> None:
    """From July on there are 184 days: a flat load over them is 365/184 times its yearly mean, nothing before."""
    power = inputs(valid(tmp_path / "s"))
    assert power.profile_of == {"00123": "flat", "P1": "flat@7", "homes": "evening"}
    drawn = power.profiles["flat@7"].to_numpy()
    first = MONTH_STARTS[7]
    assert (drawn[:first] == 0).all()
    assert drawn[first:] == pytest.approx(365 / 184)
    assert drawn.mean() == pytest.approx(1)


def test_a_project_moves_nothing_before_it_starts_either(tmp_path: Path) -> None:
    """What may be moved is drawn evenly while the project runs; a unit's is even all year and needs no profile."""
    folder = valid(tmp_path / "s")
    cell("power/loads", 3, "profile_id", "evening")(folder)
    cell("power/loads", 3, "flexible_share", "0.25")(folder)
    power = inputs(folder)
    loads = {load.id: load for load in power.network.loads}
    assert loads["b|flat|0.1x2"].flexible_profile is None
    moved = loads["c|evening@7|0.25x2"].flexible_profile
    assert moved is not None
    even = power.profiles[moved].to_numpy()
    assert (even[: MONTH_STARTS[7]] == 0).all()
    assert even[MONTH_STARTS[7] :] == pytest.approx(365 / 184)


def test_a_project_that_starts_out_of_season_still_draws_its_energy(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    path = folder / "power" / "profiles.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    season = [2.0] * 4380 + [0.0] * 4380  # nothing from the first of July, 12 hours later, on
    lines = [f"{line},{'season' if k == 0 else season[k - 1]:}" for k, line in enumerate(lines)]
    path.write_text("\n".join(lines), encoding="utf-8")
    add_row("power/profile_names", {"profile_id": "season", "name": "s", "kind": "load"})(folder)
    cell("power/loads", 3, "profile_id", "season")(folder)
    cell("projects", 2, "start_month", "8")(folder)
    drawn = inputs(folder).profiles["season@8"].to_numpy()
    assert np.isfinite(drawn).all()
    assert drawn.mean() == pytest.approx(1)
    assert (drawn[: 212 * 24] == 0).all()


def test_a_project_after_the_year_keeps_its_profile(tmp_path: Path) -> None:
    folder = valid(tmp_path / "s")
    cell("projects", 2, "start_month", "13")(folder)
    assert inputs(folder).profile_of["P1"] == "flat"


def test_builds_are_in_service_from_their_month_on(tmp_path: Path) -> None:
    power = inputs(valid(tmp_path / "s"))
    for build, month in (("B1", 3), ("B2", 5)):
        service = power.profiles[f"service:{build}"].to_numpy()
        assert (service[: MONTH_STARTS[month]] == 0).all()
        assert (service[MONTH_STARTS[month] :] == 1).all()


def test_the_year_has_daily_cycles_and_every_profile(tmp_path: Path) -> None:
    power = inputs(valid(tmp_path / "s"))
    year = power.year()
    assert year.hours == HOURS
    assert set(year.profiles) >= {*profiles(), "flat@7", "service:B1", "green:X"}
    assert all(values.shape == (HOURS,) and np.isfinite(values).all() for values in year.profiles.values())
    assert year.cycle is not None
    assert list(year.cycle[[0, 23, 24, -1]]) == [0, 0, 1, 364]


def test_exports_carry_green_pro_rata_or_by_contract(tmp_path: Path) -> None:
    """5 MW of sun at full output beside 10,000 MWh a year of thermal power: 5 / (5 + 10000/8760) is green."""
    folder = valid(tmp_path / "s")
    power = inputs(folder)
    share = power.profiles["green:X"].to_numpy()
    noon = int(np.argmax(profiles()["sun"]))
    assert share[noon] == pytest.approx(5 / (5 + 10_000 / 8_760))
    assert share[0] == 0
    cell("power/exchange", 2, "export_green_share", "0.25")(folder)
    power = inputs(folder)
    assert (power.profiles["green:X"] == 0.25).all()
    given = power_inputs(load(folder), {"green:X": np.full(HOURS, 0.4)})
    assert (given.profiles["green:X"] == 0.4).all()


def test_what_is_built_makes_exports_greener_from_its_month_on() -> None:
    """10 MW of existing sun and 20 MW of B from July on, beside 43,800 MWh / 8760 h = 5 MW of thermal power."""
    sun = {"bus_id": "a", "kind": "pv", "profile_id": "sun"}
    scenario = gridded(
        [unit("T", 0, 10, energy=[("electricity", "conversion_out", 43_800)])],
        {"sun": SUN},
        {
            "builds": [{"build_id": "B", "start_month": 7, "status": "open"}],
            "plants": [
                {"plant_id": "S", "capacity_mw": 10, **sun},
                {"plant_id": "N", "capacity_mw": 20, "build_id": "B", **sun},
            ],
            "exchange": [{"exchange_id": "X", "bus_id": "a", "export_mw": 9}],
            "loads": [{"owner_id": "T", "bus_id": "a", "profile_id": "flat"}],
        },
    )
    june, july = 12, 181 * 24 + 12
    for built, shares in ((set(), (10 / 15, 10 / 15)), ({"B"}, (10 / 15, 30 / 35))):
        share = green_share_of(scenario, built)["green:X"]
        assert (share[june], share[july]) == pytest.approx(shares)
        assert share[july + 12] == 0
    assert power_inputs(scenario).profiles["green:X"][july] == pytest.approx(10 / 15)


def test_the_same_scenario_gives_the_same_network(tmp_path: Path) -> None:
    scenario = load(valid(tmp_path / "s"))
    assert power_inputs(scenario).network == power_inputs(scenario).network


def test_dalad_becomes_a_sound_network() -> None:
    scenario = load(DALAD)
    power = power_inputs(scenario)
    assert faults(power.network) == []
    (losses,) = [load for load in power.network.loads if load.id == LOSSES]
    assert losses.bus == "dalad500"
    assert power.thermal_of == {
        "dalad_power": ("dalad_330", "dalad_330+juda", "dalad_600"),
        "yili_power": ("yili_200",),
    }
    assert power.profile_of["rongxin_olefins"] == "flat@11"
    for name in {one.profile for one in power.network.loads if one.profile}:
        assert power.profiles[name].mean() == pytest.approx(1, abs=1e-9), name
