"""A county with a network small enough for pencil and paper: three buses, two days, a sound plan.

Every number was worked out on paper as follows; nothing here is computed by the program. Energy in tce, value in
万元, electricity of the year in MWh, of an hour in kWh. Factors: electricity 0.12 tce/MWh (当量), 0.30 (等价);
coal 0.5 tce/t, 2 t CO2/t; grid 0.5 t CO2/MWh. The total is not managed, no target binds.

NETWORK   a, b, c in a ring: ab 0.1, bc 0.1, ca 0.2 (p.u.): from a to b 3/4 flow on ab, from a to c half on each side
  T   thermal at a, 10 MW, least output half of what is online, of unit U: 43800 MWh in the base year
  S   PV at b, 8 MW, 1000 h asked;  N  PV at c, 4 MW, of the build W (July on, 10 a year, 100 yuan/MWh added)
  K   storage at b, 1 MW, 2 MWh, 80 % in, 100 % out;  X  exchange at a, 5 MW each way, 300 yuan/MWh
  losses 876 MWh = 100 kWh an hour at a (all buses have 110 kV)
DAYS      1 January (181 days) and 1 July (184 days); the sun shines fully from 10 to 14 o'clock
LOADS     A  8760 MWh, flat: 1000 kWh at b;   H (homes) 4380 MWh: 250 kWh before noon, 750 after, at c
          P  8832 MWh a year from July on: half of it in 184 days = 1000 kWh at c, a quarter movable up to 500:
             750 always and 500 from 6 to 18 o'clock
DISPATCH  T 5000, from 10 to 14 o'clock 2500;  K charges 1000 at 11, gives 800 at 18 o'clock (level 800)
  January: load 1350 before noon, 1850 after: export 3650 and 3150, 3950 at 18 o'clock; from 10 to 14 o'clock
    the export is full (5000) and S gives 5000 + load - 2500 (+ 1000 charged at 11): 3850, 4850, 4350, 4350
  July: load 2100 to 6, 2600 to 12, 3100 to 18, 2600 after: export 2900, 2400, 1900, 2400 (3200 at 18);
    from 10 to 14 N gives 4000 and S 1100, 2100, 1600, 1600
  year: T 2500 x 4 + 5000 x 20 = 110000 a day: 40150;  S 17400 x 181 + 6400 x 184: 4327;  N 16000 x 184: 2944;
    K loses 200 a day: 73;  A 8760;  H 4380;  P 24000 x 184 = 4416; losses 876
    exports 40150 + 4327 + 2944 - 73 - 8760 - 4380 - 4416 - 876 = 28916
GREEN     exports carry what renewables could make of the hour beside the base year's 43800 / 8760 = 5 MW of T:
  from 10 to 14 o'clock in January 8/13 of 5000 = 3077 (rounded up), in July with N 12/17 of 5000 = 3530
  left at 10: 3850 - 3077 = 773, at 11: 4850 - 3077 - 1000 = 773, then 1273 (July: more)
  claimed for the flat profile 600, 500, 800, 850 on both days: 1003.75 a year, of which A takes 1000
HOURS     S 4327 / 8 = 540.875; 8000 asked, 3673 missing at 20 yuan: 7.346; could give 11680: 7353 curtailed
          N 2944 / 4 = 736; could give 16 x 184 = 2944: nothing curtailed

BASE YEAR
  A     electricity 8760 = 1051.2, value 1000
  U     coal 24000 t = 12000 in, electricity 43800 = 5256 out: 6744, value 480
  H     electricity 4380 = 525.6
  grid  0.18 x (8760 + 4380 - 43800) + losses 876 x 0.30 = -5518.8 + 262.8 = -5256
  E_eq = 1051.2 + 6744 + 525.6 - 5256 = 3064.8;  GDP = 1000 + 480 + 1000 (rest) = 2480
  opening quotas: A 1052, U 6744, H 526, grid 3065 - 8322 = -5257, and 1 for rounding: -5256

PLAN
  A     activity 1, green 1000 (all of it above a required share of 0, no exclusion in force): 1051.2 of 1052
  U     activity 40150 / 43800 = 11/12: 6182 of 6744, value 440
  P     half a year: 529.92, quota 530, value 300
  H     525.6 of 526
  grid  0.18 x (8760 + 4416 + 4380 - 40150) + (876 + 73) x 0.30 = -4066.92 + 284.7 = -3782.22: quota -3782,
        so 1474 from the pool
  pool  530 + 1474 = 2004 from above
  E_eq = 1051.2 + 6182 + 529.92 + 525.6 - 3782.22 = 4506.5;  GDP 1000 + 440 + 300 + 29.44 (N) + 1000 = 2769.44
  all energy, 当量: 1051.2 + 6182 + 529.92 + 525.6 + 949 x 0.12 = 8402.6
  at 等价: A 1051.2 + 0.18 x 8760 = 2628; U 6182 - 0.18 x 40150 = -1045; H 525.6 + 788.4 = 1314;
        P 529.92 + 794.88 = 1324.8; losses 949 x 0.30 = 284.7. Base: U 6744 - 0.18 x 43800 = -1140, A and H as now
  CO2   24000 x 2 x 11/12 = 44000; net inflow 17556 + 949 - 40150 - 7271 = -28916 x 0.5: 29542
  value 1000 + 440 + 300 + 29.44 - 20 (P) - 1 (1000 x 10 yuan, green) - 5 (W, half a year) - 7.346 = 1736.094
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from dualcontrol.model.scenario import Scenario, load
from tests.model.audit.paper_case import Tables, account, constraints
from tests.model.network_cases import write_profiles
from tests.model.scenario_factory import Row, write_scenario

Inputs = dict[str, list[Row]]
Series = list[int]

SETTINGS: dict[str, object] = {
    "targets": {"manage_total": False},
    "accounting": {"k_eq_tce_per_mwh": 0.30, "grid_co2_t_per_mwh": 0.5},
    "time": {"mode": "typical", "typical_days": 2, "extreme_days": False},
    "power": {"missing_hours_yuan_per_mwh": 20, "shed_yuan_per_mwh": 20000},
}
COUNTY: Inputs = {
    "sectors": [
        {"sector_id": "light", "is_high_energy": 0},
        {"sector_id": "public", "is_high_energy": 0, "is_public_service": 1},
    ],
    "carriers": [
        {"carrier_id": "electricity", "unit": "MWh", "tce_per_unit": 0.12, "co2_t_per_unit": 0},
        {"carrier_id": "coal", "unit": "t", "tce_per_unit": 0.5, "co2_t_per_unit": 2, "is_fossil": 1},
    ],
    "units": [
        {"unit_id": "A", "sector_id": "light", "value_added_wan_yuan": 1000, "activity_min": 0.5,
         "activity_max": 1, "green_max_mwh": 2000, "green_premium_yuan_per_mwh": 10},
        {"unit_id": "U", "sector_id": "public", "value_added_wan_yuan": 480, "activity_min": 0.5,
         "activity_max": 1.2},
    ],
    "unit_energy": [
        {"unit_id": "A", "carrier_id": "electricity", "use": "fuel", "quantity": 8760},
        {"unit_id": "U", "carrier_id": "coal", "use": "conversion_in", "quantity": 24000},
        {"unit_id": "U", "carrier_id": "electricity", "use": "conversion_out", "quantity": 43800},
    ],
    "projects": [
        {"project_id": "P", "sector_id": "light", "value_added_wan_yuan": 600, "annual_cost_wan_yuan": 20,
         "start_month": 7, "is_quota_approved": 1},
    ],
    "project_energy": [
        {"project_id": "P", "carrier_id": "electricity", "use": "fuel", "quantity": 8832},
    ],
    "society": [
        {"line_id": "H", "base_fuel_tce": 0, "base_electricity_mwh": 4380, "plan_fuel_tce": 0,
         "plan_electricity_mwh": 4380, "co2_t_per_fuel_tce": 2, "floor_share": 0.9,
         "shortfall_wan_yuan_per_tce": 10},
    ],
    "gdp": [{"item_id": "rest", "base_wan_yuan": 1000, "growth": 0}],
    "power": [
        {"item": "losses", "base_mwh": 876, "plan_mwh": 876},
        {"item": "non_fossil_generation", "base_mwh": 0, "plan_mwh": 99999},  # the dispatch takes its place
        {"item": "non_fossil_local", "base_mwh": 0, "plan_mwh": 99999},
    ],
}  # fmt: skip
NETWORK: Inputs = {
    "power/buses": [{"bus_id": bus, "voltage_kv": 110} for bus in "abc"],
    "power/builds": [
        {"build_id": "C", "annual_cost_wan_yuan": 0, "status": "committed"},
        {"build_id": "W", "annual_cost_wan_yuan": 10, "start_month": 7, "requires_id": "C"},
        {"build_id": "R", "annual_cost_wan_yuan": 3, "excludes_id": "W"},
        {"build_id": "Z", "annual_cost_wan_yuan": 7, "start_month": 13},
    ],
    "power/branches": [
        {"branch_id": "ab", "from_bus": "a", "to_bus": "b", "kind": "line", "reactance_pu": 0.1, "capacity_mw": 5},
        {"branch_id": "bc", "from_bus": "b", "to_bus": "c", "kind": "line", "reactance_pu": 0.1, "capacity_mw": 5},
        {"branch_id": "ca", "from_bus": "c", "to_bus": "a", "kind": "line", "reactance_pu": 0.2, "capacity_mw": 5,
         "build_id": "C"},
    ],
    "power/plants": [
        {"plant_id": "T", "bus_id": "a", "kind": "thermal", "capacity_mw": 10, "pmin_share": 0.5, "unit_id": "U"},
        {"plant_id": "S", "bus_id": "b", "kind": "pv", "capacity_mw": 8, "profile_id": "sun", "hours_floor": 1000},
        {"plant_id": "N", "bus_id": "c", "kind": "pv", "capacity_mw": 4, "profile_id": "sun", "build_id": "W",
         "value_added_yuan_per_mwh": 100},
    ],
    "power/retrofits": [{"plant_id": "T", "build_id": "R", "capacity_mw": 4, "pmin_share": 0.25}],
    "power/storage": [
        {"storage_id": "K", "bus_id": "b", "power_mw": 1, "energy_mwh": 2, "efficiency_in": 0.8,
         "efficiency_out": 1},
    ],
    "power/exchange": [
        {"exchange_id": "X", "bus_id": "a", "import_mw": 5, "export_mw": 5, "import_yuan_per_mwh": 300},
    ],
    "power/loads": [
        {"owner_id": "A", "bus_id": "b", "profile_id": "flat"},
        {"owner_id": "H", "bus_id": "c", "profile_id": "evening"},
        {"owner_id": "P", "bus_id": "c", "profile_id": "flat", "flexible_share": 0.25, "flexible_peak": 2},
    ],
    "power/profile_names": [
        {"profile_id": "sun", "kind": "output"},
        {"profile_id": "flat", "kind": "load"},
        {"profile_id": "evening", "kind": "load"},
    ],
}  # fmt: skip

DAYS = ((0, 181), (181, 184))  # 1 January and 1 July, and the days each stands for


def profiles() -> dict[str, object]:
    """Sun from 10 to 14 o'clock, a flat load, a load three times as high after noon."""
    hour = np.arange(8760) % 24
    return {
        "sun": ((hour >= 10) & (hour < 14)).astype(float),
        "flat": np.ones(8760),
        "evening": np.where(hour < 12, 0.5, 1.5),
    }


def inputs(folder: Path, settings: dict[str, object] | None = None, **tables: list[Row]) -> Scenario:
    """The county with its network; whole tables and sections of settings may be replaced."""
    write_scenario(folder, {**SETTINGS, **(settings or {})}, **{**COUNTY, **NETWORK, **tables})
    write_profiles(folder, profiles())  # type: ignore[arg-type]
    return load(folder)


def _by_clock(*parts: tuple[int, int]) -> Series:
    """(kWh, until that hour), one after the other."""
    day: Series = []
    for kwh, until in parts:
        day += [kwh] * (until - len(day))
    return day


_THERMAL = _by_clock((5000, 10), (2500, 14), (5000, 24))
_HOMES = _by_clock((-250, 12), (-750, 24))
_NOTHING = [0] * 24
_CHARGE = _by_clock((0, 11), (-1000, 12), (0, 24))
_DISCHARGE = _by_clock((0, 18), (800, 19), (0, 24))
_CLAIMS = _by_clock((0, 10), (600, 11), (500, 12), (800, 13), (850, 14), (0, 24))
DISPATCH: dict[str, tuple[Series, Series]] = {
    "T": (_THERMAL, _THERMAL),
    "T+R": (_NOTHING, _NOTHING),
    "S": (
        _by_clock((0, 10), (3850, 11), (4850, 12), (4350, 14), (0, 24)),
        _by_clock((0, 10), (1100, 11), (2100, 12), (1600, 14), (0, 24)),
    ),
    "N": (_NOTHING, _by_clock((0, 10), (4000, 14), (0, 24))),
    "K:charge": (_CHARGE, _CHARGE),
    "K:discharge": (_DISCHARGE, _DISCHARGE),
    "X:import": (_NOTHING, _NOTHING),
    "X:export": (
        _by_clock((-3650, 10), (-5000, 14), (-3150, 18), (-3950, 19), (-3150, 24)),
        _by_clock((-2900, 6), (-2400, 10), (-5000, 14), (-1900, 18), (-3200, 19), (-2400, 24)),
    ),
    "load:losses": ([-100] * 24, [-100] * 24),
    "load:b|flat": ([-1000] * 24, [-1000] * 24),
    "load:c|evening": (_HOMES, _HOMES),
    "load:c|flat@7|0.25x2": (_NOTHING, _by_clock((-750, 6), (-1250, 18), (-750, 24))),
    "green:flat": (_CLAIMS, _CLAIMS),
    "green_export": (
        _by_clock((0, 10), (3077, 14), (0, 24)),
        _by_clock((0, 10), (3530, 14), (0, 24)),
    ),
}  # fmt: skip

_QUOTAS = """
account              unit:A     unit:U  society:H    grid
kind                 unit         unit    society    grid
id                   A               U          H       -
name                 A               U          H       -
sector_id            light      public          -       -
opening_tce          1052         6744        526   -5256
base_method_tce      0               0          -       -
adjustment_tce       0               0          -       -
cut_tce              0               0          -       -
release_tce          0               0          -       -
penalty_tce          0               0          -       -
limit_tce            0               0          -       -
saving_tce           0               0          -       -
bonus_tce            0               0          -       -
allowance_tce        0               0          0    1474
withheld_tce         0               0          -       -
quota_tce            1052         6744        526   -3782
quota_q1_tce         263          1686        131    -946
quota_q2_tce         263          1686        132    -945
quota_q3_tce         263          1686        131    -946
quota_q4_tce         263          1686        132    -945
planned_use_tce      1051.2       6182      525.6  -3782.22
headroom_tce         0.8           562        0.4     0.22
gross_tce            1051.2       6182      525.6       0
gross_tce_eq         2628        -1045       1314       0
activity             1   0.916666667           1        -
self_pv_mwh          0               0          -       -
green_mwh            1000            0          -       -
excess_green_mwh     1000            0          -       -
value_added_wan_yuan 1000          440          -       -
co2_t                0           44000          0       -14458
basis                estimated estimated estimated      -
reason               unchanged unchanged unchanged      -
"""
_PROJECTS = """
project_id           P
name                 P
sector_id            light
decision             admitted
clause               3.2.3c
reason               admitted
admitted             1
load                 1
quota_tce            530
earmark_tce          0
planned_use_tce      529.92
gross_tce            529.92
gross_tce_eq         1324.8
full_year_tce        1059.84
value_added_wan_yuan 300
co2_t                0
score                0
rank                 1
basis                estimated
"""
_LEDGER = (
    "superior unit:A 1052 3.2.1b opening",
    "superior unit:U 6744 3.2.1b opening",
    "superior society:H 526 3.2.1b opening",
    "grid superior 5257 3.2.1b opening",
    "superior grid 1 3.2.1b rounding",
    "superior pool 2004 3.2.1b unmanaged",
    "pool project:P 530 3.2.3c project",
    "pool grid 1474 3.2.1b grid",
)
_ASSETS = """
asset         T        S        N     X:import X:export C     W     R     Z
name          T        S        N     X:import X:export C     W     R     Z
kind          thermal  pv       pv    import   export   build build build build
bus_id        a        b        c     a        a        -     -     -     -
built         1        1        1     1        1        1     1     0     0
capacity_mw   10       8        4     5        5        -     -     -     -
energy_mwh    40150    4327     2944  0        28916    -     -     -     -
hours         4015     540.875  736   -        -        -     -     -     -
hours_floor   0        1000     0     -        -        -     -     -     -
curtailed_mwh -        7353     0     -        -        -     -     -     -
clause        -        -        -     -        -        3.4.3 3.4.3 3.4.3 3.4.3
cost_wan_yuan -        -        -     -        -        0     5     3     0
question      -        -        -     -        -        -     -     -     -
basis         estimated estimated estimated - - estimated estimated estimated estimated
"""
_CONSTRAINTS = (
    "use_within_quota 3.2.1a A 1051.2 1052 0.8 tce",
    "use_within_quota 3.2.1a U 6182 6744 562 tce",
    "elastic_band 1.b - 0 0 0 tce_eq",
    "society_floor 3.2.1c H 0 0.1 0.1 share",
    "green_is_delivered 3.4.3d flat 1000 1003.75 3.75 MWh",
    "utilisation_hours 3.4.3h pv 8000 8000 0 MWh",
)
_ACCOUNT = (
    "gross units 7795.2 1488 7233.2 1583",
    "gross projects 0 0 529.92 1324.8",
    "gross society 525.6 1314 525.6 1314",
    "gross losses 105.12 262.8 113.88 284.7",
    "gross all 8425.92 3064.8 8402.6 4506.5",
    "intensity all 8425.92 3064.8 8402.6 4506.5",
    "intensity counted 8425.92 3064.8 8402.6 4506.5",
    "total all 8425.92 3064.8 8402.6 4506.5",
    "total counted 8425.92 3064.8 8402.6 4506.5",
    "ledger units - - - 7233.2",
    "ledger projects - - - 529.92",
    "ledger society - - - 525.6",
    "ledger grid - - - -3782.22",
    "ledger counted - - - 4506.5",
)
_GREEN = """
unit_id                  A
profile_id               flat
green_mwh                1000
excess_green_mwh         1000
delivered_to_profile_mwh 1003.75
"""
SUMMARY: dict[str, object] = {
    "status": "optimal",
    "objective_wan_yuan": 1736.094,
    "bound_wan_yuan": 1736.094,
    "energy_tce": 8402.6,
    "energy_eq_tce": 4506.5,
    "energy_eq_total_tce": 4506.5,
    "gdp_wan_yuan": 2769.44,
    "intensity": 1.627224276,
    "intensity_reduction": -0.316731,
    "co2_t": 29542,
    "net_inflow_mwh": -28916,
    "time": "checked_typical",
    "is_draft": True,
    "network": {
        "hours": 48,
        "builds": ["C", "W"],
        "green_delivered_mwh": 1003.75,
        "exported_mwh": 28916,
        "imported_mwh": 0,
        "unserved_mwh": 0,
        "excluded_tce_eq": 0,
        "missing_hours": {"pv": 459.125},
    },
}


def tables_by_hand() -> Tables:
    """The five result tables and the four of the network."""
    found = {"quotas": _upright(_QUOTAS), "projects": _upright(_PROJECTS), "power/assets": _upright(_ASSETS),
             "power/green": _upright(_GREEN)}  # fmt: skip
    heads = {
        "ledger": ["year", "from_account", "to_account", "tce", "clause", "note"],
        "measures": ["measure_id", "name", "kind", "clause", "unit_id", "line_id", "adopted", "saving_quantity",
                     "saving_tce", "freed_tce", "yearly_cost_wan_yuan", "basis"],
    }  # fmt: skip
    entries = [["2022", *line.split()] for line in _LEDGER]
    found |= {name: pd.DataFrame(entries if name == "ledger" else [], columns=columns, dtype=str)
              for name, columns in heads.items()}  # fmt: skip
    found |= {"constraints": constraints(_CONSTRAINTS), "account": account(_ACCOUNT)}
    found["power/dispatch"] = pd.DataFrame(
        [
            (2022, 24 * day + clock, weight, asset, kwh)
            for asset, of_days in DISPATCH.items()
            for (day, weight), series in zip(DAYS, of_days, strict=True)
            for clock, kwh in enumerate(series)
        ],
        columns=["year", "hour", "weight", "asset", "kwh"],
    )
    found["power/prices"] = pd.DataFrame(
        [(2022, 24 * day + clock, weight, bus, 0.0) for bus in "abc" for day, weight in DAYS
         for clock in range(24)],
        columns=["year", "hour", "weight", "bus", "yuan_per_mwh"],
    )  # fmt: skip
    return found


def _upright(text: str) -> pd.DataFrame:
    lines = [line.split() for line in text.strip().splitlines()]
    columns = {head: ["" if cell == "-" else cell for cell in cells] for head, *cells in lines}
    return pd.DataFrame(columns, dtype=str)


Change = Callable[[Tables], None]


def kwh(changes: dict[str, int], hour: int) -> Change:
    """Add kWh to assets of one hour of the dispatch."""

    def change(tables: Tables) -> None:
        frame = tables["power/dispatch"]
        for asset, amount in changes.items():
            row = (frame["asset"] == asset) & (frame["hour"] == hour)
            assert row.sum() == 1, asset
            frame.loc[row, "kwh"] += amount

    return change


def asset(name: str, column: str, value: str, kind: str | None = None) -> Change:
    """Replace a cell of assets.csv."""

    def change(tables: Tables) -> None:
        frame = tables["power/assets"]
        row = (frame["asset"] == name) if kind is None else (frame["asset"] == name) & (frame["kind"] == kind)
        assert row.sum() == 1, name
        frame.loc[row, column] = value

    return change
