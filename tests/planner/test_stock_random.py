"""Random counties in which capacity is worth giving up: builder and auditor agree, clauses do what they declare."""

import contextlib
from random import Random

import pytest

import dualcontrol as dc
from dualcontrol.model.plan import Plan
from dualcontrol.model.scenario import Scenario
from dualcontrol.optimise import Infeasible
from tests.model.small_cases import changed, county, others, project, solve, total, unit
from tests.planner.wide_stock import stock_tables

SEEDS = range(40)


def stock_county(seed: int) -> Scenario:
    """Two poor units, a rich one, three projects that earn more than any of them, homes; little from above."""
    r = Random(seed)  # noqa: S311 - a test draws, nobody hides anything
    units = [
        unit(
            f"u{k}", round(r.uniform(500, 2000), 2), round(r.uniform(20, 200), 1), sector=r.choice(("heavy", "works")),
            activity_min=r.choice((0, 0.5)), activity_max=r.choice((1, 1.2)), mwh=r.choice((0, 300.5)),
        )
        for k in range(2)
    ]  # fmt: skip
    units.append(
        unit("rich", 1000, 1500, sector="heavy", activity_max=1.3, review=r.choice(("approved", "pending")))
    )
    projects = [
        project(
            f"p{k}", round(r.uniform(50, 400), 2), round(r.uniform(100, 900), 1), restricted_key=r.choice(("pvc", "")),
            capacity=40, is_divisible=r.choice((0, 0, 1)), load_min=r.choice((0.5, 1)), start_month=r.choice((1, 7)),
            unit_id=r.choice(("u0", "rich")), is_chain_extending=r.choice((0, 0, 1)),
            review_level=r.choice(("", "city", "banner")),
        )
        for k in range(3)
    ]  # fmt: skip
    homes = {
        "line_id": "homes", "base_fuel_tce": 120.4, "base_electricity_mwh": 200, "plan_fuel_tce": 118.7,
        "plan_electricity_mwh": 230, "co2_t_per_fuel_tce": 2.6, "floor_share": r.choice((1, 0.8)),
        "shortfall_wan_yuan_per_tce": r.choice((0.2, 9)),
    }  # fmt: skip
    keys = {str(p.row["project_id"]): str(p.row["restricted_key"]) for p in projects}
    tables = stock_tables(r, ["u0", "u1", "rich"], keys, ["homes"], 1.0)
    for row in tables["replacements"]:
        row["energy_tce"] = 400
    settings = total(
        r.choice((0, 40)), overshoot_max_share=r.choice((0, 0.01)), overshoot_price_wan_yuan_per_tce=0.7
    )
    if r.random() < 0.4:
        settings["targets"]["intensity_reduction"] = r.choice((0, 0.02))
    settings["policy"] = {
        "headroom_share": r.choice((0, 0.01)),
        "upgrade_bonus_max_share": r.choice((0.1, 0.5)),
    }
    # what a unit saves beyond its cut is a yes or no that a relaxation cannot tell
    saves = any(row.get("unit_id") for row in tables["measures"])
    settings["solve"] = {"relax_integers": r.random() < 0.3 and not saves}
    return county([*units, *projects], settings, society=[homes], gdp=[others(1000)], **tables)


def plan_of(scenario: Scenario) -> Plan | None:
    with contextlib.suppress(Infeasible):
        return solve(scenario)
    return None


@pytest.mark.slow
def test_every_plan_passes_and_every_kind_of_closure_occurs() -> None:
    seen: set[str] = set()
    for seed in SEEDS:
        scenario = stock_county(seed)
        plan = plan_of(scenario)
        if plan is None:
            continue
        assert [str(failed) for failed in dc.audit(scenario, plan).failed] == [], seed
        seen |= set(plan.ledger["note"])
        if (plan.ledger["clause"] == "2.4").any():
            seen.add("saving of society")
    assert seen >= {"closed", "replaced", "upgraded", "upgrade_bonus", "saving", "saving of society"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clause", "sign"),
    [("3.3.2d", 1), *(pytest.param(*o, marks=pytest.mark.slow) for o in (("2.3", 1), ("3.2.2c", -1)))],
)
def test_clauses_have_the_effect_they_declare(clause: str, sign: int) -> None:
    """Dropping a permissive clause never raises value, dropping a restrictive one never lowers it.

    3.2.3e is a transfer where its source is a unit: the quota that is given up feeds the pool.
    """
    for seed in range(7):
        scenario = stock_county(seed)
        plan, other = plan_of(scenario), plan_of(changed(scenario, {"disabled_clauses": (clause,)}))
        if plan is None or other is None:
            continue
        # what the model can promise: margins for whole tonnes apart
        bounds = [p.summary["bound_wan_yuan"] for p in (plan, other)]
        assert sign * (bounds[0] - bounds[1]) >= -1e-6, seed
