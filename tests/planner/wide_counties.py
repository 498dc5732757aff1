"""Random counties in which every rule and switch may meet: base methods, adjustments, decisions, clauses switched off.

Wider than `random_counties` (many are infeasible), for comparing builder and auditor; drawn from a seed.
"""

from random import Random

from dualcontrol.model.clause_ids import CLAUSES
from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import Owner, county, others, project, total, unit
from tests.planner.random_carbon import with_carbon
from tests.planner.wide_stock import stock_tables

Row = dict[str, object]
Rows = list[Row]
LINE = {"specific_unit": "kgce/t", "benchmark_key": "b"}
PAPER = {"document": "x", "date": "2022-01-01"}
# switched off more often than others: what builder and auditor have to read alike
SWITCHES = ("2.3", "3.2.1b", "3.2.2b", "3.2.3e", "3.2.4", "3.3.1a", "3.3.1b", "3.3.2c", "3.3.2d", "3.3.3a")


def wide_county(seed: int, scale: float = 1.0) -> Scenario:
    """The county of a seed; `scale` shrinks all its energy and money."""
    r = Random(seed)  # noqa: S311 - a test draws, nobody hides anything
    owners = [_unit(r, k, scale) for k in range(r.randint(1, 4))]
    owners += [_project(r, k, scale) for k in range(r.randint(0, 3))]
    keys = {str(o.row["project_id"]): str(o.row["restricted_key"]) for o in owners if o.table == "projects"}
    units = [str(owner.row["unit_id"]) for owner in owners if owner.table == "units"]
    projects = [str(owner.row["project_id"]) for owner in owners if owner.table == "projects"]
    tables: dict[str, Rows] = {
        "unit_history": [
            {"unit_id": u, "year": year, "counted_tce": round(r.uniform(10, 2000) * scale, 2),
             "output": round(r.uniform(1, 100), 1)}
            for u in units for year in (2018, 2019, 2020, 2021)
        ],
        "products": [
            {"unit_id": u, "product": "x", "output": round(r.uniform(10, 2000) * scale, 1), "output_unit": "t",
             "specific_energy": round(r.uniform(700, 1000), 1), **LINE}
            for u in units if r.random() < 0.6
        ],
        "benchmarks": [
            {"benchmark_key": "b", "level": "advanced", "scope": scope, "value": r.choice((750, 850, 950)),
             "unit": "kgce/t", "effective_from": "2020-01-01"}
            for scope in ("national", "regional")
        ],
        "gdp": [others(r.randint(100, 3000) * scale, r.choice((0, 0.06)))],
        "adjustments": [
            {"adjustment_id": "a", "unit_id": units[0], "tce": round(r.randint(-40, 60) * scale), "reason": "x",
             "document": "x", "approved_by": "x"}
        ] * r.randint(0, 1),
        "decisions": _decisions(r, units, projects, scale),
        "society": _society(r, scale),
    }  # fmt: skip
    tables |= stock_tables(r, units, keys, [str(row["line_id"]) for row in tables["society"]], scale)
    settings = _settings(r, scale)
    # drawn from a source of its own, so that the seeds of old stay the counties they were
    with_carbon(Random(f"carbon {seed}"), settings, owners, tables, scale)  # noqa: S311
    return county(owners, settings, **tables)


def _unit(r: Random, k: int, scale: float) -> Owner:
    return unit(
        f"u{k}", round(r.uniform(10, 2000) * scale, r.choice((1, 3))) + 0.01, round(r.uniform(0.1, 1500) * scale, 2),
        mwh=r.choice((0, 0, 500.5 * scale)), sector=r.choice(("works", "heavy", "public")),
        activity_min=r.choice((0, 0, 0.5)), activity_max=r.choice((1, 1.05, 1.3)), is_leader=r.choice((0, 1)),
        is_green_factory=r.choice((0, 1)), **_conduct(r),
        review=r.choice(("approved",) * 4 + ("missing", "pending")), is_retired=r.choice((0,) * 6 + (1,)),
    )  # fmt: skip


def _conduct(r: Random) -> Row:
    """A record, some of them repaired by 2022-02-11 or not there yet."""
    row: Row = {"conduct": r.choice(("normal", "normal", "noticed", "warned", "serious"))}
    if r.random() < 0.3:
        row["corrected_on"] = r.choice(("2020-08-31", "2021-02-11", "2021-08-12", "2022-01-05"))
    if r.random() < 0.1:
        row[r.choice(("repaired_on", "conduct_since"))] = r.choice(("2022-02-11", "2022-02-12"))
    return row


def _project(r: Random, k: int, scale: float) -> Owner:
    line = {"specific_energy": round(r.uniform(700, 1000), 1), **LINE} if r.random() < 0.6 else {}
    return project(
        f"p{k}", round(r.uniform(5, 300) * scale, 2) + 0.01, round(r.uniform(1, 250) * scale, 2),
        is_quota_approved=r.choice((0, 1, 1)), is_in_park=r.choice((1, 1, 0)), load_min=r.choice((1, 0.6)),
        is_divisible=r.choice((0, 0, 1)), is_three_high=r.choice((0, 0, 1)),
        annual_cost_wan_yuan=r.choice((0, 3 * scale)), restricted_key=r.choice(("", "", "pvc")), capacity=100,
        review_level=r.choice(("", "", "banner", "province")), is_two_high=r.choice((0, 0, 1)),
        is_chain_extending=r.choice((0, 1)),
        review=r.choice(("approved", "approved", "missing")), start_month=r.choice((1, 1, 7, 13)), **line,
    )  # fmt: skip


def _decisions(r: Random, units: list[str], projects: list[str], scale: float) -> Rows:
    rows: Rows = []
    if projects and r.random() < 0.4:
        kind, value = r.choice(("max", "fixed", "min")), r.choice((0, 1))
        rows.append(
            {
                "decision_id": "d0",
                "target_id": projects[0],
                "what": "admitted",
                "kind": kind,
                "value": value,
                **PAPER,
            }
        )
    if r.random() < 0.3:
        kind, value = r.choice(("max", "min")), round(r.randint(100, 1500) * scale)
        rows.append(
            {
                "decision_id": "d1",
                "target_id": units[0],
                "what": "quota_tce",
                "kind": kind,
                "value": value,
                **PAPER,
            }
        )
    return rows


def _society(r: Random, scale: float) -> Rows:
    row = {
        "line_id": "homes", "co2_t_per_fuel_tce": 2.6, "floor_share": 0.8,
        "shortfall_wan_yuan_per_tce": r.choice((0.2, 9)),
        "base_fuel_tce": round(r.uniform(10, 100) * scale, 2), "base_electricity_mwh": 200 * scale,
        "plan_fuel_tce": round(r.uniform(10, 100) * scale, 2), "plan_electricity_mwh": 210 * scale,
    }  # fmt: skip
    return [row] * r.randint(0, 1)


def _settings(r: Random, scale: float) -> dict[str, object]:
    settings = total(
        round(r.randint(0, 300) * scale),
        overshoot_max_share=r.choice((0, 0.02)),
        overshoot_price_wan_yuan_per_tce=r.choice((0.1, 0.7)),
    )
    if r.random() < 0.4:
        settings["targets"]["intensity_reduction"] = r.choice((0, 0.03))
    settings["conduct"] = {
        "noticed_penalty_share": r.choice((0, 0.005)),
        "warned_penalty_share": r.choice((0, 0.0125)),
    }
    settings["agenda"] = {"threshold_tce": r.choice((20 * scale, 10_000)), "most_alternatives": 3}
    settings["policy"] = {
        "base_method": r.choice(("last_year", "mean_of_three", "output_adjusted")),
        "headroom_share": r.choice((0, 0.01)),
        "reserve_share": r.choice((0, 0.1)),
        "cut_phase_share": r.choice((1, 0.5)),
        "accepts_declared_replacement": r.choice((True, False)),
    }
    settings["review"] = {"pending_units_stop": r.choice((True, False)), "province_from_tce": 200 * scale,
                          "exempt_below_tce": 50 * scale}  # fmt: skip
    off = {clause for clause in CLAUSES if r.random() < 0.05} | {c for c in SWITCHES if r.random() < 0.15}
    return {**settings, "disabled_clauses": tuple(sorted(off))}
