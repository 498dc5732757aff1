"""What a planner reads adds up: the county's account, the value item by item, limits, prices with their range."""

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

import dualcontrol as dc
from dualcontrol.fleets import fleet_name, fleet_names
from dualcontrol.messages import LANGUAGES, say
from dualcontrol.model.allocation import Case as ModelCase
from dualcontrol.model.allocation import Margins, build_model
from dualcontrol.model.plan import Plan
from dualcontrol.publish import workbook_bytes
from dualcontrol.sheet_power import builds_told, how_checked, missing_told
from dualcontrol.sheets import tab
from dualcontrol.solvers.compile import compile_model
from dualcontrol.solvers.highs import LiveHighs, Status
from dualcontrol.solvers.prices import one_sided_prices
from dualcontrol.solvers.ranges import price_ranges
from dualcontrol.timing import stage, timed_stages
from tests.model.small_cases import solve
from tests.planner.conftest import Case
from tests.planner.random_counties import Draft, drafts
from tests.planner.test_coupled import EXCLUDED, GREEDY, sunny, total

FIGURES = ("base_tce", "base_tce_eq", "plan_tce", "plan_tce_eq")


@pytest.fixture(scope="module")
def published(dalad: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dalad.publish(tmp_path_factory.mktemp("reports") / "result")


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def summary(folder: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return told


# --- the county's account ---------------------------------------------------------------------------


def account(folder: Path) -> dict[tuple[str, str], dict[str, float]]:
    return {
        (row["block"], row["line"]): {name: float(row[name]) for name in FIGURES if row[name]}
        for row in rows(folder, "account")
    }


def test_the_county_account_adds_up_from_the_published_files(published: Path) -> None:
    told, lines = summary(published), account(published)
    owners = {"units": "unit", "society": "society"}
    quotas, projects = rows(published, "quotas"), rows(published, "projects")
    for line, kind in owners.items():
        own = [row for row in quotas if row["kind"] == kind]
        for column, figure in (("gross_tce", "plan_tce"), ("gross_tce_eq", "plan_tce_eq")):
            tonnes = sum(int(row[column]) for row in own)
            assert tonnes == pytest.approx(lines["gross", line][figure], abs=0.5 * len(own) + 0.1)
        used = sum(int(row["planned_use_tce"]) for row in own)
        assert used == pytest.approx(lines["ledger", line]["plan_tce_eq"], abs=0.5 * len(own) + 0.1)
    for column, figure in (("gross_tce", "plan_tce"), ("gross_tce_eq", "plan_tce_eq")):
        tonnes = sum(int(row[column]) for row in projects)
        assert tonnes == pytest.approx(lines["gross", "projects"][figure], abs=0.5 * len(projects) + 0.1)
    for figure in FIGURES:
        parts = [v[figure] for (block, line), v in lines.items() if block == "gross" and line != "all"]
        whole = lines["gross", "all"][figure]
        assert sum(parts) == pytest.approx(whole, abs=0.05 * len(parts) + 0.051)
        for measure in ("intensity", "total"):
            block = [v[figure] for (b, line), v in lines.items() if b == measure and line != "counted"]
            assert block[0] == whole
            assert sum(block) == pytest.approx(
                lines[measure, "counted"][figure], abs=0.05 * len(block) + 0.051
            )
    grid = [v["plan_tce_eq"] for (block, line), v in lines.items() if block == "ledger" and line != "counted"]
    assert sum(grid) == pytest.approx(lines["ledger", "counted"]["plan_tce_eq"], abs=0.5)
    assert lines["ledger", "counted"] == pytest.approx(
        {"plan_tce_eq": lines["total", "counted"]["plan_tce_eq"]}
    )
    (quota,) = (int(row["planned_use_tce"]) for row in quotas if row["kind"] == "grid")
    assert quota == pytest.approx(lines["ledger", "grid"]["plan_tce_eq"], abs=0.6)
    # and it is what the summary says
    for key, place in {
        "energy_tce": ("gross", "all", "plan_tce"),
        "energy_eq_gross_tce": ("gross", "all", "plan_tce_eq"),
        "energy_eq_tce": ("intensity", "counted", "plan_tce_eq"),
        "energy_eq_total_tce": ("total", "counted", "plan_tce_eq"),
        "base_energy_tce": ("gross", "all", "base_tce"),
        "base_energy_eq_tce": ("intensity", "counted", "base_tce_eq"),
        "base_energy_eq_total_tce": ("total", "counted", "base_tce_eq"),
    }.items():
        assert lines[place[0], place[1]][place[2]] == pytest.approx(told[key], abs=0.051), key
    assert lines["gross", "losses"]["plan_tce"] > 0
    assert lines["total", "self_pv"]["plan_tce_eq"] < 0


def test_the_account_by_hand(two_firms: Case) -> None:
    # A 1000 tce, B 920, the project 180, all of them coal, no losses: 2100 either way (base 1000 + 1000)
    table = two_firms.plan.account.set_index(["block", "line"])
    assert table.loc[("gross", "units"), list(FIGURES)].tolist() == [2000, 2000, 1920, 1920]
    assert table.loc[("gross", "projects"), list(FIGURES)].tolist() == [0, 0, 180, 180]
    for block, line in (("gross", "all"), ("intensity", "counted"), ("total", "counted")):
        assert table.loc[(block, line), list(FIGURES)].tolist() == [2000, 2000, 2100, 2100]
    assert table.loc[("ledger", "grid"), "plan_tce_eq"] == 0


@pytest.mark.parametrize("primary", ["eq", "physical"])
def test_the_account_agrees_with_the_totals_under_either_way_of_counting(primary: str) -> None:
    scenario = sunny(
        GREEDY, contract=0, settings={**total(0), "accounting": {"primary_electricity": primary}}, **EXCLUDED
    )
    plan = solve(scenario)
    table = plan.account.set_index(["block", "line"])["plan_tce_eq"]
    for measure, key in (("intensity", "energy_eq_tce"), ("total", "energy_eq_total_tce")):
        assert table[measure, "counted"] == pytest.approx(plan.summary[key], rel=1e-12)
        assert table[measure, "excess_renewable"] < 0
    assert table["gross", "all"] == pytest.approx(plan.summary["energy_eq_gross_tce"], rel=1e-12)
    assert table["ledger", "counted"] == pytest.approx(table["total", "counted"], rel=1e-12)


# --- the value, item by item ------------------------------------------------------------------------


def test_value_added_less_costs_is_the_value(published: Path) -> None:
    told = summary(published)
    items = told["value_items_wan_yuan"]
    assert isinstance(items, dict)
    assert sum(items.values()) == pytest.approx(told["objective_wan_yuan"], abs=1e-3)
    units = sum(float(row["value_added_wan_yuan"]) for row in rows(published, "quotas"))
    projects = sum(float(row["value_added_wan_yuan"]) for row in rows(published, "projects"))
    assert items["value_added_units"] == pytest.approx(units, abs=0.2)
    assert items["value_added_projects"] == pytest.approx(projects, abs=0.2)
    assert all(
        worth <= 0
        for item, worth in items.items()
        if item.startswith("cost") and item != "cost_network_exports"
    )
    network = told["network"]
    assert isinstance(network, dict)
    assert -items["cost_network_builds"] == pytest.approx(
        sum(network["build_costs_wan_yuan"].values()), abs=1e-2
    )
    missing = sum(network["missing_hours_wan_yuan"].values())
    assert -items["cost_network_missing_hours"] == pytest.approx(missing, abs=1e-2)


def test_items_by_hand() -> None:
    # test_a_full_corridor_curtails_the_sun: 20,000 + 109,500 x 0.02 - 43,800 x 0.03 - 100
    items = solve(sunny()).summary["value_items_wan_yuan"]
    found = {item: worth for item, worth in items.items() if abs(worth) > 1e-9}
    assert found == pytest.approx(
        {
            "value_added_units": 20_000,
            "value_added_built": 2190,
            "cost_network_builds": -100,
            "cost_network_imports": -1314,
        }
    )


# --- limits -----------------------------------------------------------------------------------------


def test_the_limit_of_a_unit_is_its_quota(published: Path) -> None:
    quotas = {row["id"]: row for row in rows(published, "quotas") if row["kind"] == "unit"}
    shown = {row["index"]: row for row in rows(published, "constraints") if row["name"] == "use_within_quota"}
    assert set(shown) == set(quotas)
    for unit, row in shown.items():
        assert row["limit"] == quotas[unit]["quota_tce"]
        assert float(row["activity"]) == pytest.approx(float(quotas[unit]["planned_use_tce"]), abs=0.51)
        assert float(row["slack"]) >= 0


def test_the_limits_of_the_county_are_its_own_figures(published: Path) -> None:
    told = summary(published)
    shown = {row["name"]: row for row in rows(published, "constraints") if not row["index"]}
    assert float(shown["county_intensity"]["activity"]) == pytest.approx(told["energy_eq_tce"], abs=0.1)
    cap = float(told["base_intensity"]) * 0.97 * float(told["gdp_wan_yuan"])  # type: ignore[arg-type]
    assert float(shown["county_intensity"]["limit"]) == pytest.approx(cap, rel=1e-8)
    assert float(shown["carbon_budget"]["activity"]) == pytest.approx(told["co2_t"], abs=0.1)
    assert int(shown["pool_balance"]["activity"]) == told["reserve_tce"]


def test_every_row_shows_its_formula_at_the_published_plan(two_firms: Case) -> None:
    rooms = two_firms.plan.constraints
    assert (rooms["slack"] >= -1e-6).all()
    is_two_sided = rooms["limit"].notna() & rooms["activity"].notna()
    assert np.allclose((rooms["limit"] - rooms["activity"]).abs()[is_two_sided], rooms["slack"][is_two_sided])


# --- prices and how far they hold ---------------------------------------------------------------------


def best(case: ModelCase) -> float:
    solution = LiveHighs(compile_model(build_model(case))).solve()
    return solution.objective if solution.status is Status.OPTIMAL else -np.inf


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(drafts(is_simple=True, is_divisible=True))
def test_ranges_of_a_county_are_what_solving_again_says(draft: Draft) -> None:
    """Total and intensity of counties without yes-or-no decisions: on the line up to the end, below it after."""
    rulings = dc.judge(dc.account(draft.scenario()))
    arrays = compile_model(build_model(ModelCase(rulings))).relaxed()
    solution = LiveHighs(arrays).solve()
    if solution.status is not Status.OPTIMAL:
        return
    for which, name in (("pool", "pool_balance"), ("intensity", "county_intensity")):
        if (name, None) not in arrays.rows:
            continue
        row = arrays.row(name)
        prices = one_sided_prices(arrays, solution.x, [row])
        ((left, right),) = price_ranges(arrays, solution.x, solution.objective, [row], prices)
        for sign, price, reach in ((1.0, prices[0][0], left), (-1.0, prices[0][1], right)):
            if np.isnan(price):
                assert reach == 0
                continue
            for step in (reach / 3, reach * 0.999) if np.isfinite(reach) else (10.0, 1e4):
                value = best(ModelCase(rulings, Margins(**{f"{which}_tce": sign * step})))
                assert value == pytest.approx(solution.objective - sign * price * step, abs=1e-4)
            if np.isfinite(reach):
                step = reach * 1.001 + 0.5
                value = best(ModelCase(rulings, Margins(**{f"{which}_tce": sign * step})))
                assert value < solution.objective - sign * price * step - 1e-6


def test_the_pool_of_two_firms_by_hand(two_firms: Case) -> None:
    # scenarios/two-firms: nothing can be taken from the pool (the project is at its lowest load), and a tonne more
    # is worth 0.5 as A grows by it, as far as A's capacity goes
    row = two_firms.plan.constraints.set_index("name").loc["pool_balance"]
    assert row["price_right"] == pytest.approx(0.5)
    assert row["range_left"] == 0
    reach = float(row["range_right"])
    rulings = dc.judge(dc.account(two_firms.scenario))
    here = best(ModelCase(rulings))
    assert best(ModelCase(rulings, Margins(pool_tce=-reach))) == pytest.approx(here + 0.5 * reach, abs=1e-6)
    assert best(ModelCase(rulings, Margins(pool_tce=-reach - 10))) < here + 0.5 * (reach + 10) - 1e-3


# --- decimals ---------------------------------------------------------------------------------------


def test_published_numbers_have_meaningful_decimals(published: Path) -> None:
    for row in rows(published, "quotas"):
        for column in ("planned_use_tce", "headroom_tce", "gross_tce", "gross_tce_eq", "co2_t"):
            assert re.fullmatch(r"-?\d+", row[column]), (row["account"], column, row[column])
        assert int(row["planned_use_tce"]) + int(row["headroom_tce"]) == int(row["quota_tce"])
    for file in published.glob("*.csv"):
        text = file.read_text(encoding="utf-8-sig")
        assert not re.search(r"(^|,)-0(\.0*)?(,|$)", text, re.MULTILINE), file.name
        assert not re.search(r"\d(e-?\d+)(,|$)", text, re.MULTILINE), file.name
    assert not re.search(r": -0\.0\b", (published / "summary.json").read_text(encoding="utf-8"))


def test_measures_have_names(published: Path, dalad: Case) -> None:
    names = dict(zip(*(dalad.scenario.table("measures")[c] for c in ("measure_id", "name")), strict=True))
    assert {row["measure_id"]: row["name"] for row in rows(published, "measures")} == names


# --- the network --------------------------------------------------------------------------------------


def test_the_network_is_told_plainly(dalad: Case) -> None:
    told = dalad.plan.summary
    for lang, draft, year in (("zh", "草案", "全年 8,760 小时"), ("en", "a draft", "all 8,760 hours")):
        assert draft in how_checked(told, lang)  # type: ignore[arg-type]
        network = {"hours": 8760, "evaluations_of_the_year": 7, "gap": 0.0004}
        sentence = how_checked({"network": network}, lang)  # type: ignore[arg-type]
        assert year in sentence
        assert draft not in sentence
        assert "0.040%" in sentence
        assert "7" in sentence


def cells(book: openpyxl.Workbook, name: str) -> list[object]:
    return [one.value for row in book[tab(name)].iter_rows() for one in row if one.value is not None]


def test_the_workbook_tells_what_the_network_adds_and_costs(dalad: Case) -> None:
    data = workbook_bytes(dalad.plan, dalad.scenario, dalad.verdict)
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    told, found = dalad.plan.summary, cells(book, "sheet.power")
    for lang in LANGUAGES:
        assert how_checked(told, lang) in found
        overview = cells(book, "sheet.overview")
        assert builds_told(told, dalad.scenario, lang) in overview
        assert missing_told(told, dalad.scenario, lang) in overview
    network, items = told["network"], told["value_items_wan_yuan"]
    numbers = [value for value in found if isinstance(value, float | int)]
    for key in ("green_delivered_mwh", "excluded_tce_eq", "exported_mwh", "green_exported_mwh"):
        assert any(value == pytest.approx(network[key], abs=0.1) for value in numbers), key
    net = sum(worth for item, worth in items.items() if "network" in item or item == "value_added_built")
    assert any(value == pytest.approx(net, abs=0.01) for value in numbers)
    assert set(network["builds"]) <= {str(value) for value in found}


def test_a_plan_without_a_network_has_no_such_sheet(two_firms: Case) -> None:
    data = workbook_bytes(two_firms.plan, two_firms.scenario, two_firms.verdict)
    names = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    assert tab("sheet.power") not in names
    assert tab("sheet.county") in names


def test_the_workbook_prints_on_few_pages(dalad: Case) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(dalad.plan, dalad.scenario, dalad.verdict)))
    for sheet in book:
        assert sheet.print_area, sheet.title  # its columns and no more
    shown = book[tab("sheet.constraints")].max_row
    priced = dalad.plan.constraints[["price_left", "price_right"]].fillna(0.0).ne(0).any(axis=1).sum()
    assert priced < shown < len(dalad.plan.constraints) / 2


def test_a_fleet_is_told_by_name_not_by_id(scenarios_folder: Path) -> None:
    scenario = dc.load(scenarios_folder / "dalad-2022")
    plants, builds = scenario.table("power/plants"), scenario.table("power/builds")
    named = dict(zip(builds["build_id"], builds["name"], strict=True))
    thermal = next(row for row in plants.itertuples() if row.kind == "thermal")
    told = {"pv": "已建光伏", "pv:pinggao": named["pinggao"], thermal.plant_id: thermal.name}
    assert {fleet: fleet_name(fleet, scenario, "zh") for fleet in told} == told
    assert fleet_name("pv", scenario, "en") == "existing PV"
    assert told.items() <= fleet_names(scenario, "zh").items()
    short = {
        "network": {"missing_hours": {"pv": 197.2, "wind": 0.1}, "missing_hours_wan_yuan": {"pv": 393.8}}
    }
    assert missing_told(short, scenario, "zh") == "利用小时不足：已建光伏 197 小时；代价 393.8 万元。"


def test_no_command_stands_in_what_a_document_says() -> None:
    for lang in LANGUAGES:
        sentence = how_checked({"is_draft": True, "network": {"hours": 240}}, lang)
        assert "dualcontrol" not in sentence  # read by a standing meeting, not typed


def test_nothing_is_missing_and_nothing_built_in_words() -> None:
    county = sunny(cost=3505, status="open")
    plan: Plan = solve(county)
    for lang in LANGUAGES:
        assert missing_told(plan.summary, county, lang) == say("network.none_short", lang)
        assert plan.summary["network"]["builds"] == []


# --- times ----------------------------------------------------------------------------------------------


def test_seconds_add_up_by_stage_and_only_while_somebody_listens() -> None:
    with stage("value"):
        pass  # nobody listens
    with timed_stages() as seconds:
        for name in ("value", "ranking", "value"):
            with stage(name):
                pass
    with stage("least"):
        pass
    assert list(seconds) == ["value", "ranking"]
    assert all(took >= 0 for took in seconds.values())


def test_a_solve_tells_its_stages(two_firms: Case) -> None:
    with timed_stages() as seconds:
        dc.optimise(dc.judge(dc.account(two_firms.scenario)))
    assert {"compile", "value", "least", "prices"} <= set(seconds)
