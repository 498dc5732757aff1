"""The new power system (3.4.3): one bus where A draws 10 MW all year and the sun shines from six to eighteen.

Sun beyond A's 10 MW is exported; what a build adds is worth 200 yuan a MWh. Typical days: every day is the same.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.clauses.conftest import Plan
from tests.clauses.test_county import COAL, SECTORS, total, unit
from tests.model.network_cases import HOURS, write_profiles
from tests.model.scenario_factory import Row, write_scenario

BY_DAY = ((np.arange(HOURS) % 24 >= 6) & (np.arange(HOURS) % 24 < 18)).astype(float)
SUN: Row = {"plant_id": "S", "bus_id": "a", "kind": "pv", "capacity_mw": 30, "profile_id": "sun",
            "value_added_yuan_per_mwh": 200}  # fmt: skip


def sunny(
    folder: Path, clause: str = "", build: Row | None = None, tables: dict[str, list[Row]] | None = None,
    **columns: object,
) -> Path:  # fmt: skip
    """The county; `build`: columns of an open build B of a clause."""
    builds = (
        [{"build_id": "B", "annual_cost_wan_yuan": 100, "clause": clause, **build}]
        if build is not None
        else []
    )
    exchange: Row = {"exchange_id": "X", "bus_id": "a", "import_mw": 40, "export_mw": 15, "import_yuan_per_mwh": 300,
                     "export_green_share": 0}  # fmt: skip
    rows: dict[str, list[Row]] = {
        "carriers": COAL,
        "sectors": SECTORS,
        "units": [unit("A", 20_000, **columns)],
        "unit_energy": [{"unit_id": "A", "carrier_id": "electricity", "use": "fuel", "quantity": 87_600}],
        "exclusions": [
            {"kind": "excess_renewable", "measure": m, "effective_from": "2022-01-01"}
            for m in ("total", "intensity")
        ],
        "power/buses": [{"bus_id": "a", "voltage_kv": 110}],
        "power/builds": builds,
        "power/plants": [SUN],
        "power/exchange": [exchange],
        "power/loads": [{"owner_id": "A", "bus_id": "a", "profile_id": "flat"}],
        "power/profile_names": [
            {"profile_id": "sun", "name": "光伏", "kind": "output"},
            {"profile_id": "flat", "name": "平直", "kind": "load"},
        ],
    }
    settings = {**total(100_000), "time": {"mode": "typical", "typical_days": 1, "extreme_days": False}}
    write_scenario(folder, settings, **(rows | (tables or {})))
    write_profiles(folder, {"sun": BY_DAY, "flat": np.ones(HOURS)})
    return folder


@pytest.mark.parametrize(
    "clause",
    [pytest.param(c, marks=pytest.mark.clause(c)) for c in ("3.4.3a", "3.4.3c", "3.4.3e", "3.4.3f")],
)
def test_what_the_plan_names_is_built_where_it_is_worth_it(plan: Plan, tmp_path: Path, clause: str) -> None:
    """S comes with B: 109,500 MWh of 200 yuan and 43,800 MWh of imports saved, for 100 万元."""
    county = sunny(tmp_path / "s", clause, {}, {"power/plants": [{**SUN, "build_id": "B"}]})
    assert plan(scenario=county).summary["network"]["builds"] == ["B"]


@pytest.mark.clause("3.4.3b")
def test_a_flexibility_retrofit_lets_the_sun_in(plan: Plan, tmp_path: Path) -> None:
    """T must run at 10 of 20 MW, at 4 with the retrofit: by day 6 MW more of the sun find room (10 + 15 MW drawn)."""
    thermal: Row = {"plant_id": "T", "bus_id": "a", "kind": "thermal", "capacity_mw": 20, "pmin_share": 0.5,
                    "unit_id": "T"}  # fmt: skip
    county = sunny(
        tmp_path / "s",
        "3.4.3b",
        {"annual_cost_wan_yuan": 10},
        {
            "units": [unit("A", 20_000), unit("T", 8_000, activity_min=0.9)],
            "unit_energy": [
                {"unit_id": "A", "carrier_id": "electricity", "use": "fuel", "quantity": 87_600},
                {"unit_id": "T", "carrier_id": "coal", "use": "conversion_in", "quantity": 30_000},
                {"unit_id": "T", "carrier_id": "electricity", "use": "conversion_out", "quantity": 87_600},
            ],
            "power/plants": [{**SUN, "build_id": "P"}, thermal],
            "power/builds": [
                {"build_id": "B", "annual_cost_wan_yuan": 10, "clause": "3.4.3b"},
                {"build_id": "P", "annual_cost_wan_yuan": 0, "clause": "3.4.2", "status": "committed"},
            ],
            "power/retrofits": [{"plant_id": "T", "build_id": "B", "capacity_mw": 20, "pmin_share": 0.2}],
        },
    )
    assert "B" in plan(scenario=county).summary["network"]["builds"]


@pytest.mark.clause("3.4.3d")
def test_green_power_reaches_the_enterprise(plan: Plan, tmp_path: Path) -> None:
    """10 MW for twelve hours a day: 43,800 MWh are delivered; claiming them costs nothing and leaves them out."""
    told = plan(scenario=sunny(tmp_path / "s", green_max_mwh=60_000, activity_max=1.2))
    assert told.unit("A").green_mwh > 0


@pytest.mark.clause("3.4.3g")
def test_a_new_corridor_exports(plan: Plan, tmp_path: Path) -> None:
    """The corridor of B takes what the old one cannot: 5 MW more of the sun by day."""
    old: Row = {
        "exchange_id": "X",
        "bus_id": "a",
        "import_mw": 40,
        "export_mw": 15,
        "import_yuan_per_mwh": 300,
    }
    new: Row = {"exchange_id": "C", "bus_id": "a", "import_mw": 0, "export_mw": 20, "import_yuan_per_mwh": 300,
                "build_id": "B"}  # fmt: skip
    county = sunny(
        tmp_path / "s",
        "3.4.3c",
        {"status": "committed"},
        {"power/exchange": [old, new], "power/plants": [{**SUN, "build_id": "B"}]},
    )
    told = plan(scenario=county)
    assert told.table("power/assets", "asset").loc["S", "curtailed_mwh"] == 0


@pytest.mark.clause("3.4.3h")
def test_missing_hours_are_priced_and_shown(plan: Plan, tmp_path: Path) -> None:
    """S makes at most 4380 h: of 5000 asked for at least 620 are missing."""
    county = sunny(tmp_path / "s", tables={"power/plants": [{**SUN, "hours_floor": 5000}]})
    missing = plan(scenario=county).summary["network"]["missing_hours"]
    assert missing.get("pv", 0) >= 620 - 1e-6


@pytest.mark.clause("3.3.3c")
def test_green_power_above_the_share_is_left_out(plan: Plan, tmp_path: Path) -> None:
    """No increment: what A uses beyond last year must be green and above the share (here 0)."""
    county = sunny(tmp_path / "s", green_max_mwh=60_000, activity_max=1.2)
    text = (county / "scenario.toml").read_text(encoding="utf-8").replace("100000", "0")
    (county / "scenario.toml").write_text(text, encoding="utf-8")
    told = plan(scenario=county)
    assert told.unit("A").excess_green_mwh > 0
    assert told.unit("A").activity == pytest.approx(1.2)


def own_pv(kind: str, measure: str) -> list[Row]:
    return [{"kind": kind, "measure": measure, "effective_from": "2022-01-01"}]


@pytest.mark.clause("3.3.3b")
def test_own_pv_is_left_out(plan: Plan) -> None:
    """A uses 1000 MWh; 100 MWh of own PV are not counted: 900 x 0.1229 = 110.61 tce in quota, 122.9 last year."""
    told = plan(
        total(0),
        carriers=COAL,
        sectors=SECTORS,
        units=[unit(self_pv_max_mwh=100)],
        unit_energy=[{"unit_id": "A", "carrier_id": "electricity", "use": "fuel", "quantity": 1000}],
        exclusions=own_pv("self_pv", "total"),
    )
    row = told.unit("A")
    assert row.gross_tce - row.planned_use_tce == pytest.approx(0.1229 * row.self_pv_mwh, abs=1)
    assert row.self_pv_mwh == 0 or row.planned_use_tce < row.gross_tce
    assert told.table("account", ["block", "line"]).index.isin([("total", "self_pv")]).any()


@pytest.mark.clause("3.3.4a")
def test_feedstock_is_accounted_apart(plan: Plan) -> None:
    """600 of 1000 tce are raw material: 400 are counted."""
    told = plan(
        total(0),
        carriers=COAL,
        sectors=SECTORS,
        units=[unit()],
        unit_energy=[
            {"unit_id": "A", "carrier_id": "coal", "use": "fuel", "quantity": 400},
            {"unit_id": "A", "carrier_id": "coal", "use": "feedstock", "quantity": 600},
        ],
        exclusions=own_pv("feedstock", "total"),
    )
    assert told.unit("A").opening_tce == 400
