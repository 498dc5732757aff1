"""A county small enough for pencil and paper: two units, three projects, one society line, a sound plan.

Every number of the tables and the summary was worked out on paper as follows; nothing here is computed by the
program. Energy in tce, value in 万元, electricity in MWh.

Factors: electricity 0.12 tce/MWh (当量), 0.30 (等价), so the rise is 0.18; coal 0.5 tce/t, 2 t CO2/t; grid
0.5 t CO2/MWh. Excluded from the total: feedstock, self-used PV, renewables above 20 % of demand. Excluded
from the intensity: feedstock only (the PV line there starts in 2023, after 2022-02-11).

BASE YEAR
  A     coal 400 t = 200, electricity 1000 = 120: gross 320, counted 320, value 1000
  B     coal 2000 t = 1000, feedstock coal 600 t = 300, electricity 2500 = 300: gross 1600, counted 1300,
        value 1000
  S     fuels 100 + electricity 500 = 60: 160
  grid  0.18 x (1000 + 2500 + 500) + losses 100 x 0.30 = 720 + 30 = 750
  E_eq = 320 + 1300 + 160 + 750 = 2530;  GDP = 1000 + 1000 + 1000 (rest) = 3000;  I0 = 2530/3000
  opening quotas: A 320, B 1300, S 160, grid 2530 - 1780 = 750; increment 60 to the pool

RULES
  benchmark of the banner: (320 + 1300)/2000 = 0.81 tce per 万元; A at 0.32 is better, B at 1.3 is worse
  3.3.1b  B makes 10000 t at 42 kgce/t; advanced: 40 national, 38 regional (stricter); a 30 starts in 2023.
          (42 - 38) x 10000 / 1000 = 40 to the pool
  3.3.2c  B: min(1300 - 0.81 x 1000 = 490, 5 % of 1300 = 65) = 65, the cut of 40 set against it: 25 earmarked
  3.3.1c  A leads: floor(1 % of 320) = 3
  3.3.2b  A may be granted floor(5 % of 320) = 16 (its ceiling of 1.05 gives the same 16)
  3.2.1c  B may be limited by floor(5 % of 1300) = 65
  gates   Q lies outside a park (3.2.3b); R is above the benchmark (1000/900) but has its quota approval

PLAN
  A     activity 1.05 (its ceiling), PV 100: intensity 336, total 336 - 0.12 x 100 = 324; electricity 1050;
        value 1050; quota 320 + 3 (leader) + 1 (grant) = 324
  B     activity 1, measure M: 100 t x 0.8 realised x 9/12 of the year = 60 t = 30; green 800, demand 2500,
        excess 800 - 0.2 x 2500 = 300 = 36: intensity 1270, total 1300 - 30 - 36 = 1234;
        quota 1300 - 40 - 25 - 1 (limit) = 1234
  P     half a year (July on): 0.5 x (coal 100 t = 50, electricity 400 = 48) = 49, electricity 200, value 300;
        quota 49 = 25 earmark (worth 600/98 against B's 1000/1300) + 24 pool
  Q, R  gated; does not fit (1000 tce)
  S     fuels 110 + electricity 500 = 60: quota 170, so 10 from the pool
  grid  total: 0.18 x (1050 + 2500 + 200 + 500) + 30 - 0.18 x 100 (PV) - 0.18 x 300 (excess)
        = 765 + 30 - 18 - 54 = 723, so 27 back to the pool;  intensity: 765 + 30 = 795
  pool  60 + 40 + 1 + 27 - 3 - 1 - 24 - 10 = 90 to the reserve (required: 10 % of 60)
  E_eq, total: 324 + 1234 + 49 + 170 + 723 = 2500 of 2590 issued
  E_eq, intensity: 336 + 1270 + 49 + 170 + 795 = 2620;  GDP 1050 + 1000 + 300 + 1050 (rest, + 5 %) = 3400
  intensity 2620/3400, at most 0.97 x 2530/3000 (2781.31 at this GDP);
        reduction 1 - (2620 x 3000)/(3400 x 2530)
  all energy, 当量, nothing excluded: A 336, B 1600 - 30, P 49, S 170, losses 100 x 0.12 = 12: 2137
  sector heavy: 1270/1000 of at most 0.98 x 1.3 = 1.274
  CO2   A 400 x 2 x 1.05 = 840; B 4000 + 500 (process) - 120 = 4380; P 100; S 110 x 2 = 220: 5540;
        net inflow 4250 + 100 (losses) - 1200 (local) - 100 (PV) = 3050, x 0.5 = 1525: 7065 of 7100
  water 30 x 1.05 + 40 + 20 = 91.5 of 100
  value 1050 + 1000 + 300 - 20 (P) - 5 (M) - 100 x 10/10000 (PV) - 800 x 10/10000 (green) = 2324.1

ALL ENERGY at 等价 (0.18 more for each MWh used): A 336 + 0.18 x 1050 = 525; B 1570 + 0.18 x 2500 = 2020;
  P 49 + 36 = 85; S 170 + 90 = 260. Base: A and B 1920 + 0.18 x 3500 = 2550; S 160 + 90 = 250; losses 12 and 30
  left out of both measures: feedstock 300 (both years; at 等价 the same); of the total: PV 100 MWh = 12 and 30,
  excess 300 MWh = 36 and 90

BOUND with no price on any county row (none binds): A 1050 (without PV it uses 336 of 323 + 16); B needs
  1270 - 0.12 ex <= 1235, so ex = 875/3, green = 500 + 875/3, and earns 1000 - 5 - green/1000;
  P 280: together 2325 - (500 + 875/3)/1000 = 2324.208333...
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd

from dualcontrol.model.scenario import Scenario, load
from tests.model.scenario_factory import write_scenario

Tables = dict[str, pd.DataFrame]

SETTINGS: dict[str, object] = {
    "targets": {
        "manage_total": True, "increment_tce_eq": 60, "intensity_reduction": 0.03, "co2_budget_t": 7100,
        "overshoot_max_share": 0.01, "overshoot_price_wan_yuan_per_tce": 5,
    },
    "accounting": {"k_eq_tce_per_mwh": 0.30, "grid_co2_t_per_mwh": 0.5, "renewable_share_required": 0.2},
    "policy": {"max_release_share": 0.05, "reserve_share": 0.1},
}  # fmt: skip

INPUTS: dict[str, list[dict[str, object]]] = {
    "sectors": [
        {"sector_id": "light", "is_high_energy": 0},
        {"sector_id": "heavy", "is_high_energy": 1, "intensity_reduction": 0.02},
    ],
    "carriers": [
        {"carrier_id": "electricity", "unit": "MWh", "tce_per_unit": 0.12, "co2_t_per_unit": 0},
        {"carrier_id": "coal", "unit": "t", "tce_per_unit": 0.5, "co2_t_per_unit": 2, "is_fossil": 1},
    ],
    "units": [
        {"unit_id": "A", "sector_id": "light", "value_added_wan_yuan": 1000, "activity_min": 0.5,
         "activity_max": 1.05, "is_leader": 1, "self_pv_max_mwh": 100, "self_pv_cost_yuan_per_mwh": 10},
        {"unit_id": "B", "sector_id": "heavy", "value_added_wan_yuan": 1000, "activity_min": 0.5,
         "activity_max": 1, "process_co2_t": 500, "green_max_mwh": 800, "green_premium_yuan_per_mwh": 10},
    ],
    "unit_energy": [
        {"unit_id": "A", "carrier_id": "coal", "use": "fuel", "quantity": 400},
        {"unit_id": "A", "carrier_id": "electricity", "use": "fuel", "quantity": 1000},
        {"unit_id": "B", "carrier_id": "coal", "use": "fuel", "quantity": 2000},
        {"unit_id": "B", "carrier_id": "coal", "use": "feedstock", "quantity": 600},
        {"unit_id": "B", "carrier_id": "electricity", "use": "fuel", "quantity": 2500},
    ],
    "products": [
        {"unit_id": "B", "product": "clinker", "output": 10000, "output_unit": "t", "specific_energy": 42,
         "specific_unit": "kgce/t", "benchmark_key": "clinker"},
    ],
    "benchmarks": [
        {"benchmark_key": "clinker", "level": "advanced", "scope": "national", "value": 40, "unit": "kgce/t",
         "effective_from": "2020-01-01"},
        {"benchmark_key": "clinker", "level": "advanced", "scope": "national", "value": 30, "unit": "kgce/t",
         "effective_from": "2023-01-01"},
        {"benchmark_key": "clinker", "level": "advanced", "scope": "regional", "value": 38, "unit": "kgce/t",
         "effective_from": "2020-01-01"},
        {"benchmark_key": "clinker", "level": "access", "scope": "national", "value": 35, "unit": "kgce/t",
         "effective_from": "2020-01-01"},
    ],
    "projects": [
        {"project_id": "P", "sector_id": "light", "value_added_wan_yuan": 600, "annual_cost_wan_yuan": 20,
         "start_month": 7},
        {"project_id": "Q", "sector_id": "light", "value_added_wan_yuan": 100, "is_in_park": 0},
        {"project_id": "R", "sector_id": "light", "value_added_wan_yuan": 900, "is_quota_approved": 1},
    ],
    "project_energy": [
        {"project_id": "P", "carrier_id": "coal", "use": "fuel", "quantity": 100},
        {"project_id": "P", "carrier_id": "electricity", "use": "fuel", "quantity": 400},
        {"project_id": "Q", "carrier_id": "coal", "use": "fuel", "quantity": 10},
        {"project_id": "R", "carrier_id": "coal", "use": "fuel", "quantity": 2000},
    ],
    "measures": [
        {"measure_id": "M", "unit_id": "B", "carrier_id": "coal", "saving_quantity": 100,
         "annual_cost_wan_yuan": 5, "start_month": 4, "realised_share": 0.8},
    ],
    "society": [
        {"line_id": "S", "base_fuel_tce": 100, "base_electricity_mwh": 500, "plan_fuel_tce": 110,
         "plan_electricity_mwh": 500, "co2_t_per_fuel_tce": 2, "floor_share": 0.9,
         "shortfall_wan_yuan_per_tce": 10},
    ],
    "gdp": [{"item_id": "rest", "base_wan_yuan": 1000, "growth": 0.05}],
    "power": [
        {"item": "losses", "base_mwh": 100, "plan_mwh": 100},
        {"item": "non_fossil_generation", "base_mwh": 1200, "plan_mwh": 1200},
        {"item": "non_fossil_local", "base_mwh": 1000, "plan_mwh": 1000},
    ],
    "exclusions": [
        {"kind": "feedstock", "measure": "intensity", "effective_from": "2021-01-01"},
        {"kind": "feedstock", "measure": "total", "effective_from": "2021-01-01"},
        {"kind": "self_pv", "measure": "total", "effective_from": "2021-01-01"},
        {"kind": "self_pv", "measure": "intensity", "effective_from": "2023-01-01"},
        {"kind": "excess_renewable", "measure": "total", "effective_from": "2021-01-01"},
    ],
    "decisions": [
        {"decision_id": "D1", "target_id": "B", "what": "quota_tce", "kind": "max", "value": 1300,
         "document": "minutes", "date": "2022-01-10"},
    ],
    "resources": [{"resource_id": "water", "unit": "万m³", "budget": 100}],
    "resource_use": [
        {"resource_id": "water", "owner_id": "A", "use": 30},
        {"resource_id": "water", "owner_id": "B", "use": 40},
        {"resource_id": "water", "owner_id": "P", "use": 20},
    ],
}  # fmt: skip

# One line per column: A, B, S, grid; `-` is an empty cell.
_QUOTAS = """
account              unit:A       unit:B       society:S    grid
kind                 unit         unit         society      grid
id                   A            B            S            -
name                 A            B            S            -
sector_id            light        heavy        -            -
opening_tce          320          1300         160          750
base_method_tce      0            0            0            0
adjustment_tce       0            0            0            0
cut_tce              0            -40          0            0
release_tce          0            -25          0            0
penalty_tce          0            0            0            0
limit_tce            0            -1           0            0
saving_tce           0            0            0            0
bonus_tce            3            0            0            0
allowance_tce        1            0            10           -27
withheld_tce         0            0            0            0
quota_tce            324          1234         170          723
quota_q1_tce         81           309          43           181
quota_q2_tce         81           308          42           181
quota_q3_tce         81           309          43           181
quota_q4_tce         81           308          42           180
planned_use_tce      324          1234         170          723
headroom_tce         0            0            0            0
gross_tce            336          1570         170          0
gross_tce_eq         525          2020         260          0
activity             1.050000000  1.000000000  1.000000000  -
self_pv_mwh          100.000      0.000        -            -
green_mwh            0.000        800.000      -            -
excess_green_mwh     0.000        300.000      -            -
value_added_wan_yuan 1050         1000         -            -
co2_t                840          4380         220          1525
basis                estimated    estimated    estimated    -
reason               bonus        cut          allowance    allowance
"""
_PROJECTS = """
project_id           P            Q            R
name                 P            Q            R
sector_id            light        light        light
decision             admitted     gated        refused
clause               3.2.3c       3.2.3b       3.2.1b
reason               admitted     not_in_park  does_not_fit
admitted             1.000000000  0.000000000  0.000000000
load                 1.000000000  0.000000000  0.000000000
quota_tce            49           0            0
earmark_tce          25           0            0
planned_use_tce      49           0            0
gross_tce            49           0            0
gross_tce_eq         85           0            0
full_year_tce        98           5            1000
value_added_wan_yuan 300          0            0
co2_t                100          0            0
score                0            -            0
rank                 1            -            2
basis                estimated    estimated    estimated
"""
_MEASURES = """
measure_id           M
name                 M
kind                 retrofit
clause               2.3
unit_id              B
line_id              -
adopted              1
saving_quantity      60.000
saving_tce           30
freed_tce            0
yearly_cost_wan_yuan 5
basis                estimated
"""
# One line per row: name, clause, index, activity, limit, slack, unit; no price, none may be relaxed.
_CONSTRAINTS = (
    "county_intensity 3.2.1d - 2620 2781.3133 161.3133 tce_eq",
    "pool_balance 3.2.1b - 90 6 84 tce_eq",
    "use_within_quota 3.2.1a A 324 324 0 tce",
    "use_within_quota 3.2.1a B 1234 1234 0 tce",
    "sector_intensity 3.2.1d heavy 1270 1274 4 tce",
    "elastic_band 1.b - 0 25.3 25.3 tce_eq",
    "carbon_budget 3.2.1a - 7065 7100 35 t",
    "society_floor 3.2.1c S 0 0.1 0.1 share",
    "resource_budget 3.3.4b water 91.5 100 8.5 own_unit",
    "green_supply 3.3.3c - 800 1000 200 MWh",
    "leaders_decision 3.2.2b D1 1234 1300 66 tce_or_0/1",
)
# Block, line, base year at 当量 and 等价, plan year at 当量 and 等价.
_ACCOUNT = (
    "gross units 1920 2550 1906 2545",
    "gross projects 0 0 49 85",
    "gross society 160 250 170 260",
    "gross losses 12 30 12 30",
    "gross all 2092 2830 2137 2920",
    "intensity all 2092 2830 2137 2920",
    "intensity feedstock -300 -300 -300 -300",
    "intensity counted 1792 2530 1837 2620",
    "total all 2092 2830 2137 2920",
    "total feedstock -300 -300 -300 -300",
    "total self_pv 0 0 -12 -30",
    "total excess_renewable 0 0 -36 -90",
    "total counted 1792 2530 1789 2500",
    "ledger units - - - 1558",
    "ledger projects - - - 49",
    "ledger society - - - 170",
    "ledger grid - - - 723",
    "ledger counted - - - 2500",
)
_LEDGER = (
    "superior unit:A 320 3.2.1b opening",
    "superior unit:B 1300 3.2.1b opening",
    "superior society:S 160 3.2.1b opening",
    "superior grid 750 3.2.1b opening",
    "superior pool 60 3.2.1b increment",
    "unit:B pool 40 3.3.1b benchmark_cut",
    "unit:B pool:3.3.2c 25 3.3.2c release",
    "unit:B pool 1 3.2.1c limit",
    "pool unit:A 3 3.3.1c leader_bonus",
    "pool unit:A 1 3.3.2b allowance",
    "pool:3.3.2c project:P 25 3.3.2c project_earmark",
    "pool project:P 24 3.2.3c project",
    "pool society:S 10 3.2.1c society",
    "grid pool 27 3.2.1b grid",
    "pool reserve 90 3.2.1b reserve",
)
SUMMARY_BY_HAND: dict[str, object] = {
    "status": "optimal",
    "objective_wan_yuan": 2324.1,
    "bound_wan_yuan": 2324.2084,
    "energy_tce": 2137,
    "energy_eq_tce": 2620,
    "energy_eq_total_tce": 2500,
    "gdp_wan_yuan": 3400,
    "intensity": 0.770588,
    "intensity_reduction": 0.086259,
    "co2_t": 7065,
}


# What a published summary says beside that. Base: E_eq 2530, all energy 2092; CO2 A 800, B 4500, S 200 and the net
# inflow 4000 + 100 - 1200 = 2900 at 0.5: 6950. Every quota is used to the last tonne. By basis all is estimated.
# Cuts and releases: 65, not more than twice the increment of 60.
PUBLISHED_BY_HAND: dict[str, object] = {
    **SUMMARY_BY_HAND,
    "mark": "演示数据·非官方文件",
    "scenario": "s",
    "title_zh": "测试",
    "title_en": "Test",
    "region_zh": "",
    "region_en": "",
    "nature": "fictional",
    "base_year": 2021,
    "plan_year": 2022,
    "as_of": "2022-02-11",
    "energy_eq_gross_tce": 2920,
    "base_energy_tce": 2092,
    "base_energy_eq_tce": 2530,
    "base_energy_eq_total_tce": 2530,
    "base_gdp_wan_yuan": 3000,
    "base_intensity": 0.843333,
    "intensity_if_quotas_fully_used": 0.770588,
    "intensity_reduction_if_quotas_fully_used": 0.086259,
    "unused_quota_tce": 0,
    "unused_quotas_tce": {},
    "base_co2_t": 6950,
    "net_inflow_mwh": 3050,
    "increment_tce_eq": 60,
    "reserve_tce": 90,
    "earmark_left_tce": 0,
    "benchmark_tce_per_wan_yuan": 0.81,
    "solver_objective_wan_yuan": 2324.2084,
    "ranking_cost_wan_yuan": 0,
    "binding": "neither",
    "binding_rows": [],
    "inversions": [],
    "is_relaxed": False,
    "warnings": [],
    "margins_tce": {"pool": 0, "intensity": 0},
    "intensity_price": {
        side: {"wan_yuan_per_tce_eq": 0, "tce_eq": None, "to_reduction": None, "worth_wan_yuan": 0}
        for side in ("left", "right")
    },
    "value_items_wan_yuan": {
        "value_added_units": 2050, "value_added_projects": 300, "value_added_built": 0, "cost_projects": -20,
        "cost_measures": -5, "cost_self_pv": -0.1, "cost_green_premium": -0.8, "cost_society_shortfall": 0,
        "cost_overshoot": 0, "cost_tariffs": 0,
    },
    "audit": {"passed": True, "value_wan_yuan": 2324.1},
    "basis_shares": {"tce": {"estimated": 1.0}, "value_added": {"estimated": 1.0}},
    "versions": {"python": "3.11"},
}  # fmt: skip


def tables_by_hand() -> Tables:
    """The six result tables, cells as text."""
    found = {"quotas": _upright(_QUOTAS), "measures": _upright(_MEASURES), "projects": _upright(_PROJECTS)}
    heads = ["year", "from_account", "to_account", "tce", "clause", "note"]
    found["ledger"] = pd.DataFrame([["2022", *line.split()] for line in _LEDGER], columns=heads, dtype=str)
    found["constraints"] = constraints(_CONSTRAINTS)
    found["account"] = account(_ACCOUNT)
    return found


def constraints(lines: Iterable[str]) -> pd.DataFrame:
    """Rows of constraints.csv; `_` stands for a blank in a unit."""
    heads = ["name", "clause", "index", "activity", "limit", "slack", "unit", "price_left", "price_right",
             "price_unit", "relaxable"]  # fmt: skip
    rows = []
    for line in lines:
        *cells, unit = ("" if cell == "-" else cell for cell in line.split())
        unit = unit.replace("_or_", " or ").replace("own_", "own ")
        rows.append([*cells, unit, "0", "0", f"万元/{unit}", "0"])
    return pd.DataFrame(rows, columns=heads, dtype=str)


def account(lines: Iterable[str]) -> pd.DataFrame:
    """Rows of account.csv."""
    heads = ["block", "line", "base_tce", "base_tce_eq", "plan_tce", "plan_tce_eq"]
    rows = [["" if cell == "-" else cell for cell in line.split()] for line in lines]
    return pd.DataFrame(rows, columns=heads, dtype=str)


def _upright(text: str) -> pd.DataFrame:
    lines = [line.split() for line in text.strip().splitlines()]
    columns = {head: ["" if cell == "-" else cell for cell in cells] for head, *cells in lines}
    return pd.DataFrame(columns, dtype=str)


def merged(changes: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """The settings with sections overridden key by key."""
    sections = {**SETTINGS}
    for section, values in changes.items():
        below = sections.get(section, {})
        assert isinstance(below, dict)
        sections[section] = {**below, **values}
    return sections


def with_cell(table: str, row: int, column: str, value: object) -> dict[str, list[dict[str, object]]]:
    """The inputs with one cell changed."""
    rows = [dict(line) for line in INPUTS[table]]
    rows[row][column] = value
    return {table: rows}


def scenario(
    folder: Path,
    settings: Mapping[str, Mapping[str, object]] | None = None,
    **tables: list[dict[str, object]],
) -> Scenario:
    """The paper county, with settings sections and whole tables overridden."""
    return load(write_scenario(folder, merged(settings or {}), **{**INPUTS, **tables}))


def put(table: str, key: str, column: str, value: str) -> Callable[[Tables], None]:
    """Plant one cell: in the row whose account, id or name is `key` (ledger and account: the row number)."""

    def change(tables: Tables) -> None:
        frame = tables[table]
        ids = {"quotas": "account", "projects": "project_id", "measures": "measure_id", "constraints": "name"}
        if table in ids:
            assert (frame[ids[table]] == key).any(), key
            frame.loc[frame[ids[table]] == key, column] = value
        else:
            frame.loc[int(key), column] = value

    return change


def post(source: str, target: str, tce: str, clause: str, note: str = "planted") -> Callable[[Tables], None]:
    """Plant one ledger entry."""

    def change(tables: Tables) -> None:
        tables["ledger"].loc[len(tables["ledger"])] = ["2022", source, target, tce, clause, note]

    return change


def both(*changes: Callable[[Tables], None]) -> Callable[[Tables], None]:
    """Several changes, one after the other."""

    def change(tables: Tables) -> None:
        for one in changes:
            one(tables)

    return change
