"""The auditor on a network worked by hand: it agrees with paper and catches an error planted for each check."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dualcontrol.messages import catalogue, placeholders
from dualcontrol.model.audit import Verdict, audit
from dualcontrol.model.audit.network import read_network
from dualcontrol.model.audit.network_flows import layouts
from dualcontrol.model.audit.network_idle import Room
from dualcontrol.model.audit.network_tables import read_power
from dualcontrol.model.audit.operation import read_operation
from dualcontrol.model.audit.rules import judge
from dualcontrol.model.scenario import Scenario, load
from tests.model.audit.network_paper import (
    COUNTY,
    NETWORK,
    SUMMARY,
    Change,
    asset,
    inputs,
    kwh,
    profiles,
    tables_by_hand,
)
from tests.model.audit.paper_case import Tables, both, put
from tests.model.network_cases import write_profiles
from tests.model.scenario_factory import Row

JULY = 181 * 24


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return inputs(tmp_path_factory.mktemp("network") / "s")


def check(scenario: Scenario, change: Change | None = None, **told: object) -> Verdict:
    tables = tables_by_hand()
    if change is not None:
        change(tables)
    return audit(scenario, tables, {**SUMMARY, **told})


def rows(table: str, **changes: dict[str, object]) -> dict[str, Any]:
    """A table of the inputs with cells of rows replaced, by their id."""
    source = {**COUNTY, **NETWORK}[table]
    name = next(iter(source[0]))
    assert set(changes) <= {row[name] for row in source}
    return {table: [{**row, **changes.get(str(row[name]), {})} for row in source]}


def test_plan_by_hand_passes(paper: Scenario) -> None:
    verdict = check(paper)
    assert [str(failed) for failed in verdict.failed] == []
    assert verdict.value_wan_yuan == Fraction("1736.094")


def test_hours_that_are_missing_are_named(paper: Scenario) -> None:
    assert check(paper).check("utilisation").params["missing"] == "pv 3673 MWh"


def test_flows_are_those_of_paper(paper: Scenario) -> None:
    # 1 January, noon to 1 p.m. (hour 12): a -2600, b 3350, c -750. From b to a 3/4 take the short way, from b to
    # c 3/4: 2600 x 3/4 + 750 x 1/4 = 2137.5 on ab, 2600 x 1/4 + 750 x 3/4 = 1212.5 on bc, 462.5 on ca
    worst = check(paper).check("power_flows")
    assert (worst.place, worst.params["found"]) == ("ab h12", "2137.5")


def test_bound_without_prices_is_that_of_paper(paper: Scenario) -> None:
    # Free electricity: U runs at 1.2 (576 instead of 440), S gives all it could (0.002 x (11680 - 8000) instead
    # of -7.346), nobody buys green power (1)
    bound = check(paper).bound_wan_yuan
    assert bound is not None
    by_hand = Fraction("1736.094") + 136 + Fraction("7.36") + Fraction("7.346") + 1
    assert 0 <= bound - by_hand < Fraction(1, 10**6)


# --- form -----------------------------------------------------------------------------------------


def without(name: str) -> Change:
    def change(tables: Tables) -> None:
        del tables[name]

    return change


def every(table: str, column: str, value: object) -> Change:
    """Replace a whole column."""

    def change(tables: Tables) -> None:
        tables[table][column] = value

    return change


def only(table: str, condition: str) -> Change:
    """Keep the rows for which a pandas query holds."""

    def change(tables: Tables) -> None:
        tables[table] = tables[table].query(condition).reset_index(drop=True)

    return change


def renamed(old: str, new: str) -> Change:
    def change(tables: Tables) -> None:
        tables["power/dispatch"] = tables["power/dispatch"].replace({"asset": {old: new}})

    return change


def swapped_weights(tables: Tables) -> None:
    for name in ("power/dispatch", "power/prices"):
        tables[name]["weight"] = tables[name]["weight"].replace({181: 184, 184: 182})


FORM: list[tuple[str, Change]] = [
    ("power_tables", without("power/dispatch")),
    ("power_tables", without("power/prices")),
    ("power_tables", without("power/assets")),
    ("power_tables", without("power/green")),
    ("power_tables", lambda tables: tables["power/dispatch"].drop(columns="weight", inplace=True)),
    ("power_numbers", every("power/dispatch", "kwh", "much")),
    ("power_numbers", every("power/dispatch", "kwh", 0.5)),
    ("power_numbers", every("power/dispatch", "kwh", float("nan"))),
    ("power_numbers", every("power/dispatch", "kwh", 10**15)),
    ("power_numbers", every("power/prices", "yuan_per_mwh", float("inf"))),
    ("power_numbers", asset("S", "hours", "many")),
    ("power_hours", only("power/dispatch", "hour != 12")),
    ("power_hours", only("power/dispatch", "hour < 24")),
    ("power_hours", only("power/prices", "hour != 12")),
    ("power_prices", only("power/prices", "bus != 'b'")),
    ("power_hours", every("power/dispatch", "year", 2023)),
    ("power_hours", every("power/dispatch", "weight", 182)),
    ("power_hours", swapped_weights),
    ("power_assets", renamed("S", "S2")),
    ("power_assets", renamed("green:flat", "green:sun")),
    ("power_assets", only("power/dispatch", "asset != 'K:charge'")),
    ("power_assets", only("power/dispatch", "not (asset == 'S' and hour == 3)")),
    ("power_assets", only("power/assets", "asset != 'Z'")),
    ("power_assets", asset("N", "asset", "S")),
    ("power_assets", lambda tables: tables["power/green"].replace({"A": "B"}, inplace=True)),
]


@pytest.mark.parametrize(("name", "change"), FORM, ids=[f"{i}-{name}" for i, (name, _) in enumerate(FORM)])
def test_error_of_form_is_caught(paper: Scenario, name: str, change: Change) -> None:
    verdict = check(paper, change)
    assert not verdict.check(name).passed
    assert not verdict.passed


# --- the hours ------------------------------------------------------------------------------------


PLANTED: list[tuple[str, Change]] = [
    # a balance: a kWh from nowhere; and one that is missing in the year's sum, too
    ("power_balance", kwh({"T": 1}, 3)),
    ("power_balance", both(kwh({"X:export": -1}, 3), kwh({"X:export": 1}, 4))),
    # a limit: S beyond its sun, T beyond its capacity, the export, the storage, the wrong sign
    ("power_limits", kwh({"S": 2, "X:export": -2}, 3)),
    ("power_limits", kwh({"S": 3200, "T": -3200}, 11)),
    ("power_limits", kwh({"T": 5002, "X:export": -5002}, 3)),
    ("power_limits", kwh({"X:export": -2, "T": 2}, 12)),
    ("power_limits", kwh({"X:import": 5002, "X:export": -5002}, 3)),
    ("power_limits", kwh({"K:charge": -2, "X:export": 2}, 11)),
    ("power_limits", kwh({"X:import": -5, "X:export": 5}, 3)),
    ("power_limits", kwh({"N": 10, "X:export": -10}, 3)),
    ("power_limits", kwh({"T+R": 10, "X:export": -10}, 3)),
    # capacity online: half of the day's highest output is 2500
    ("power_online", kwh({"T": -3, "X:export": 3}, 12)),
    ("power_online", kwh({"T": 6, "X:export": -6}, 3)),
    # a storage level: 100 kWh more out than came in, or held back at the end of the day
    ("power_storage", kwh({"K:discharge": 100, "X:export": -100}, 18)),
    ("power_storage", kwh({"K:charge": -100, "X:export": 100}, 4)),
    # a load that is not its owners'
    ("power_loads", kwh({"load:b|flat": -2, "X:export": 2}, 3)),
    ("power_loads", kwh({"load:c|evening": 10, "X:export": -10}, 3)),
    ("power_loads", kwh({"load:losses": 10, "X:export": -10}, 3)),
    ("power_loads", put("quotas", "unit:A", "activity", "0.99")),
    ("power_loads", put("projects", "P", "load", "0.99")),
    # what may be moved: above its peak, below nothing, not all of it in the day, before the project starts
    ("power_loads", both(kwh({"load:c|flat@7|0.25x2": -100, "X:export": 100}, JULY + 8),
                         kwh({"load:c|flat@7|0.25x2": 100, "X:export": -100}, JULY + 7))),
    ("power_loads", both(kwh({"load:c|flat@7|0.25x2": -100, "X:export": 100}, JULY + 2),
                         kwh({"load:c|flat@7|0.25x2": 100, "X:export": -100}, JULY + 3))),
    ("power_loads", kwh({"load:c|flat@7|0.25x2": 100, "X:export": -100}, JULY + 8)),
    ("power_loads", kwh({"load:c|flat@7|0.25x2": -100, "X:export": 100}, 8)),
    # a green claim: beyond the profile's load, beyond what is left of renewables; exports that carry too little
    ("green_hours", kwh({"green:flat": 151}, 13)),
    ("green_hours", kwh({"green:flat": 174}, 10)),
    ("green_hours", kwh({"green:flat": 274}, 11)),
    ("green_hours", kwh({"green:flat": 1}, 3)),
    ("green_hours", kwh({"green:flat": -1}, 3)),
    ("green_hours", kwh({"green_export": -1}, 12)),
    ("green_delivered", kwh({"green:flat": -600}, 10)),
    ("green_delivered", both(put("quotas", "unit:A", "green_mwh", "1003.751"),
                             lambda tables: tables["power/green"].replace({"1000": "1003.751"}, inplace=True))),
    ("green_delivered", put("quotas", "unit:A", "green_mwh", "900")),
    ("green_delivered", lambda tables: tables["power/green"].drop(index=0, inplace=True)),
    ("green_delivered", lambda tables: tables["power/green"].replace({"1003.75": "1003.76"}, inplace=True)),
    # builds
    ("power_builds", asset("C", "built", "0")),
    ("power_builds", asset("W", "built", "0.5")),
    ("power_builds", asset("W", "built", "")),
    ("power_builds", asset("Z", "built", "1")),
    ("power_builds", asset("R", "built", "1")),
    ("power_builds", asset("W", "cost_wan_yuan", "10")),
    ("power_builds", asset("N", "built", "0")),
    ("power_builds", asset("X:import", "built", "0")),
    # plants' units
    ("plant_activity", put("quotas", "unit:U", "activity", "0.92")),
    ("planned_use", put("quotas", "unit:U", "planned_use_tce", "6200")),
    # an hours figure
    ("utilisation", asset("S", "hours", "600")),
    ("utilisation", asset("T", "hours", "4016")),
    ("utilisation", asset("T", "energy_mwh", "40151")),
    ("utilisation", asset("N", "capacity_mw", "5")),
    ("utilisation", asset("S", "curtailed_mwh", "7352")),
    ("utilisation", asset("S", "curtailed_mwh", "")),
    ("utilisation", asset("X:export", "energy_mwh", "28915")),
    # inflow: what is unserved or drawn too much shows in the year, too
    ("net_inflow", both(*(kwh({"load:b|flat": 20, "X:export": -20}, hour) for hour in range(24)))),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "change"), PLANTED, ids=[f"{i}-{name}" for i, (name, _) in enumerate(PLANTED)]
)
def test_planted_error_is_caught(paper: Scenario, name: str, change: Change) -> None:
    verdict = check(paper, change)
    assert not verdict.check(name).passed
    assert not verdict.passed


def shed(bus: str, hour: int, amount: int) -> Change:
    """Leave load unserved at a bus; the asset appears in all hours."""

    def change(tables: Tables) -> None:
        frame = tables["power/dispatch"]
        more = frame[frame["asset"] == "T"].assign(asset=f"shed:{bus}", kwh=0)
        more.loc[more["hour"] == hour, "kwh"] = amount
        tables["power/dispatch"] = type(frame)(np.vstack([frame, more]), columns=frame.columns)

    return change


def test_unserved_load_has_its_place_its_price_and_its_line_in_the_summary(paper: Scenario) -> None:
    # 100 kWh on 181 days: 18.1 MWh at 20000 yuan = 36.2; the export is larger by as much
    change = both(shed("b", 3, 100), kwh({"X:export": -100}, 3), asset("X:export", "energy_mwh", "28934.1"))
    network = {**SUMMARY["network"], "exported_mwh": 28934.1, "unserved_mwh": 18.1}  # type: ignore[dict-item]
    told = {"objective_wan_yuan": 1736.094 - 36.2, "network": network}
    assert [str(failed) for failed in check(paper, change, **told).failed] == []
    silent = check(paper, change, **{**told, "network": {**network, "unserved_mwh": 0}})
    assert [failed.name for failed in silent.failed] == ["network_summary"]
    # no more than there is load: b draws 1000
    beyond = both(shed("b", 3, 1001), kwh({"X:export": -1001}, 3))
    assert not check(paper, beyond).check("power_limits").passed
    assert not check(paper, both(shed("a", 3, 200), kwh({"X:export": -200}, 3))).check("power_limits").passed


# --- the same plan under inputs that it violates --------------------------------------------------


VIOLATED: list[tuple[str, dict[str, Any]]] = [
    ("power_flows", rows("power/branches", ab={"capacity_mw": 2.12})),  # 2137.5 at noon
    # the way from a to c made short: on July evenings it would take 20/21 of what c draws, 1904
    ("power_flows", rows("power/branches", ca={"reactance_pu": 0.01, "capacity_mw": 1.5})),
    ("power_balance", rows("power/branches", ca={"build_id": "R"}, bc={"build_id": "R"})),
    ("power_flows", rows("power/branches", ca={"build_id": "R"}, ab={"capacity_mw": 2.5})),
    ("power_limits", rows("power/plants", T={"availability": 0.49})),
    ("power_limits", rows("power/builds", W={"start_month": 8})),
    ("power_online", rows("power/plants", T={"pmin_share": 0.51})),
    ("power_storage", rows("power/storage", K={"energy_mwh": 0.7})),
    ("power_storage", rows("power/storage", K={"efficiency_out": 0.9})),
    ("power_loads", rows("power", losses={"plan_mwh": 900})),
    ("power_assets", rows("power/loads", P={"flexible_peak": 1.9})),
    ("power_builds", rows("power/builds", R={"status": "committed"})),
    ("power_builds", rows("power/builds", W={"requires_id": "R"})),
    ("power_builds", rows("power/builds", W={"annual_cost_wan_yuan": 12})),
    ("green_hours", rows("power/exchange", X={"export_green_share": 0.7})),
    ("activity", rows("units", U={"activity_max": 0.9})),
    ("activity", rows("units", U={"activity_min": 0.92})),
    ("planned_use", rows("unit_energy", U={"quantity": 25000})),
    ("power_hours", {"settings": {"time": {"mode": "year"}}}),
    # a fourth bus at the end of a line that exists: it is in service, and has no price
    (
        "power_prices",
        {
            "power/buses": [{"bus_id": bus, "voltage_kv": 110} for bus in "abcd"],
            "power/branches": [
                *NETWORK["power/branches"],
                {
                    "branch_id": "cd",
                    "from_bus": "c",
                    "to_bus": "d",
                    "kind": "line",
                    "reactance_pu": 0.1,
                    "capacity_mw": 5,
                },
            ],
        },
    ),
    # two days of which one stands for August to December too: a build of August would have 184 days, not 153
    ("typical_days", rows("power/builds", W={"start_month": 8})),
    ("power_tables", {"settings": {"time": {"mode": "none"}}}),
    ("summary", {"settings": {"power": {"missing_hours_yuan_per_mwh": 40}}}),
    ("summary", rows("power/plants", N={"value_added_yuan_per_mwh": 90})),
]


@pytest.mark.parametrize(("name", "changed"), VIOLATED,
                         ids=[f"{i}-{name}" for i, (name, _) in enumerate(VIOLATED)])  # fmt: skip
def test_same_plan_under_inputs_it_violates(tmp_path: Path, name: str, changed: dict[str, Any]) -> None:
    assert not check(inputs(tmp_path / "s", **changed)).check(name).passed


@pytest.mark.parametrize(
    ("profile", "share", "passes"),
    [
        # sun on 1 January and 1 July is 4 hours a day; with x times as much on 100 other days the year has
        # 1 + 100 (x - 1) / 365 times as much: the days miss 2.67 % at x = 1.1 and 3.95 % at 1.15
        ("sun", 1.10, True),
        ("sun", 1.15, False),
        # H draws 4380 of 18,432 MWh (A 8760, P 4416 from July, losses 876); its profile made x times as
        # high on 100 other days, scaled to a mean of 1, is 1 / (1 + 100 (x - 1) / 365) on the two days: at x = 1.3
        # it misses 7.6 % (1.8 % of all loads), at 1.45 11.0 % (2.6 %), at 1.6 14.1 % (3.4 %)
        ("evening", 1.30, True),
        ("evening", 1.45, False),
        ("evening", 1.60, False),
    ],
)
def test_typical_days_that_miss_the_year_are_caught(
    tmp_path: Path, profile: str, share: float, passes: bool
) -> None:
    folder = tmp_path / "s"
    inputs(folder)
    series = profiles()
    values = np.asarray(series[profile], dtype=float).copy()
    values[24 * 20 : 24 * 120] *= share
    if profile == "sun":
        values /= share  # a share of the capacity is at most 1
    else:
        values /= values.mean()
    write_profiles(folder, {**series, profile: values})  # type: ignore[arg-type]
    assert check(load(folder)).check("typical_days").passed is passes


def test_a_bus_out_of_service_has_no_price(tmp_path: Path) -> None:
    """d hangs on a line of R, which the plan does not build: no price is right, any price is caught."""
    line = {"branch_id": "cd", "from_bus": "c", "to_bus": "d", "kind": "line", "reactance_pu": 0.1,
            "capacity_mw": 5, "build_id": "R"}  # fmt: skip
    scenario = inputs(
        tmp_path / "s",
        **{
            "power/buses": [{"bus_id": bus, "voltage_kv": 110} for bus in "abcd"],
            "power/branches": [*NETWORK["power/branches"], line],
        },
    )

    def with_d(tables: Tables) -> None:
        prices = tables["power/prices"]
        tables["power/prices"] = pd.concat([prices, prices[prices["bus"] == "a"].assign(bus="d")])

    assert check(scenario).check("power_prices").passed
    assert not check(scenario, with_d).check("power_prices").passed


def test_exports_may_carry_less_green_by_contract(tmp_path: Path) -> None:
    # 5000 x 0.6 = 3000 is less than what the plan sets aside: nothing is violated
    assert check(inputs(tmp_path / "s", **rows("power/exchange", X={"export_green_share": 0.6}))).passed


@pytest.mark.parametrize(
    "told",
    [
        {"time": "checked_year"},
        {"time": None},
        {"is_draft": False},
        {"network": {}},
        {"network": {**SUMMARY["network"], "builds": ["C"]}},  # type: ignore[dict-item]
        {"network": {**SUMMARY["network"], "missing_hours": {"pv": 450}}},  # type: ignore[dict-item]
        {"network": {**SUMMARY["network"], "missing_hours": {}}},  # type: ignore[dict-item]
        {"network": {**SUMMARY["network"], "exported_mwh": 28917}},  # type: ignore[dict-item]
        {"network": {**SUMMARY["network"], "green_delivered_mwh": 1003.76}},  # type: ignore[dict-item]
    ],
)
def test_summary_that_disagrees_about_the_network_is_caught(paper: Scenario, told: dict[str, object]) -> None:
    assert not check(paper, **told).check("network_summary").passed


def test_plan_on_the_yearly_table_needs_no_power_tables(tmp_path: Path) -> None:
    scenario = inputs(tmp_path / "s", {"time": {"mode": "none"}})
    tables = {name: frame for name, frame in tables_by_hand().items() if not name.startswith("power/")}
    names = {found.name for found in audit(scenario, tables, SUMMARY).checks}
    assert not {name for name in names if name.startswith("power_")}


# --- idle value -----------------------------------------------------------------------------------


def idle(tmp_path: Path, **tables: list[Row]) -> tuple[bool, float]:
    more = rows("units", A={"activity_max": 1.1})
    found = check(inputs(tmp_path / "s", **{**more, **tables})).check("idle_value")
    return found.passed, float(found.params["found"])


def test_idle_value_needs_electricity_that_can_be_brought(tmp_path: Path) -> None:
    # A may run a tenth higher: 876 MWh are 100 kWh an hour, and the least export is 1900. It would earn 100 by
    # 105.12 tce; of its quota, 1052, 0.8 of the last tonne are left, which do not count; it may be given
    # ceil(1.1 x 1051.2) - 1052 = 105 more, which are 105/105.12 of 100
    passed, gain = idle(tmp_path)
    assert not passed
    assert gain == pytest.approx(100 * 105 / 105.12)


def test_idle_value_ends_where_the_line_is_full(tmp_path: Path) -> None:
    # More for A at b comes from a, 1/4 of it over c. From a to c flow 1/2 x 2000 (c) + 1/4 x 1000 (b) = 1250 when
    # most is drawn, on July afternoons. With 1.26 there, 10 / 0.25 = 40 kWh more: 350.4 MWh of 8760, which earn 1000
    passed, gain = idle(tmp_path, **rows("power/branches", ca={"capacity_mw": 1.26}))
    assert not passed
    assert gain == pytest.approx(40, rel=1e-6)
    assert idle(tmp_path / "full", **rows("power/branches", ca={"capacity_mw": 1.25}))[0]


def test_what_an_owner_could_draw_in_addition(paper: Scenario) -> None:
    # A at b. By exporting less: the least export is 1900 kWh, 16644 MWh over the year, for nothing. By importing
    # more (5000 and what is exported): ab carries 3/4 of it and 3/4 x 1000 + 1/2 x 2000 already on July afternoons,
    # so that 3250 / 0.75 kWh are left, 37960 MWh, at 300 yuan.
    rulings = judge(paper)
    network = read_network(rulings)
    power, _ = read_power(tables_by_hand(), rulings, network)
    assert power is not None
    supplies = Room(read_operation(rulings, network, power)).supplies("A")
    found = [(float(supply.mwh), float(supply.price)) for supply in supplies]
    assert sorted(found) == [(pytest.approx(16644), 0.0), (pytest.approx(37960), 0.03)]


def test_plants_do_not_run_higher_alone(tmp_path: Path) -> None:
    # U could run at 1.2 by its quota, and would earn 136; where its electricity would go is not asked
    assert check(inputs(tmp_path / "s")).check("idle_value").params["count"] == "0"


# --- flows ----------------------------------------------------------------------------------------


def test_islands_follow_the_months_of_builds(tmp_path: Path) -> None:
    late = rows("power/branches", ca={"build_id": "W"}, bc={"build_id": "W"})
    scenario = inputs(tmp_path / "s", **late)
    rulings = judge(scenario)
    network = read_network(rulings)
    power, _ = read_power(tables_by_hand(), rulings, network)
    assert power is not None
    found = {len(layout.branches): layout for layout in layouts(network, power.dispatch, {"W": True})}
    assert sorted(found) == [1, 3]
    assert found[1].island.tolist() == [0, 0, 2]  # c is alone until July
    assert found[3].island.tolist() == [0, 0, 0]
    assert found[1].hours.tolist() == list(range(24))
    # from b to a: all of it on the only line, 3/4 of it where there is a second way
    for branches, flow in ((1, -1.0), (3, -0.75)):
        layout = found[branches]
        assert layout.shift[0, 1] - layout.shift[0, 0] == pytest.approx(flow)


# --- messages -------------------------------------------------------------------------------------


def test_every_check_has_a_planted_error_and_a_message(paper: Scenario) -> None:
    without_network = {found.name for found in audit(paper, {}, None).checks}
    made = {found.name: found for found in check(paper).checks}
    planted = {name for name, _ in FORM} | {name for name, _ in PLANTED} | {name for name, _ in VIOLATED}
    own = {
        name for name in made if name.startswith(("power_", "plant_", "green_h", "green_d", "util", "net"))
    }
    assert own - planted == {"network_summary"}  # planted in a test of its own
    assert planted <= set(made) | without_network
    for name, found in made.items():
        for text in catalogue()[f"audit.{name}"].values():
            assert placeholders(text) <= set(found.params)
            assert text.format(**found.params)
