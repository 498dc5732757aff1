"""Counties without a plan whose smallest conflict is known: which clauses, and by which sum.

One t of `coal` is 1 tce and 2.6 t of CO2. A unit `works` may grow to its capacity, `heavy` is capped. The plan may
give nobody more than the pool holds; where a unit need not run (`activity_min` 0) running less frees nothing, since its
quota stays its own. Unless a county says otherwise nothing is released and nothing is limited.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import Owner, county, others, project, total, unit

FLOOR = "technology_floor"
QUIET: dict[str, Any] = {"release_phase_share": 0, "max_cut_share": 0}  # no release, no limit


def decision(
    target: str, what: str = "admitted", kind: str = "fixed", value: object = 1
) -> dict[str, object]:
    """A decision of the meeting on a unit or project."""
    return {"decision_id": f"d_{target}", "target_id": target, "what": what, "kind": kind, "value": value,
            "document": "x", "date": "2022-01-01"}  # fmt: skip


def made(target: float, output: float = 1000) -> dict[str, Sequence[Any]]:
    """A makes `output` t of coal, of which `target` must go on."""
    return {
        "products": [{"unit_id": "A", "product": "coal", "output": output, "output_unit": "t"}],
        "output_targets": [{"product": "coal", "min_output": target}],
    }


def homes(need: float, floor: float, base: float = 0) -> dict[str, object]:
    """A society line that used `base` tce of coal and needs `need`, of which the share `floor` is protected."""
    return {"line_id": "homes", "base_fuel_tce": base, "plan_fuel_tce": need, "base_electricity_mwh": 0,
            "plan_electricity_mwh": 0, "co2_t_per_fuel_tce": 2.6, "floor_share": floor}  # fmt: skip


def pool(increment: float, **targets: object) -> dict[str, Any]:
    """A managed total in a quiet county."""
    return {**total(increment, **targets), "policy": QUIET}


def free(**targets: object) -> dict[str, Any]:
    """A quiet county whose total is not managed."""
    return {"targets": {"manage_total": False, **targets}, "policy": QUIET}


A: tuple[Owner, ...] = (unit("A", 1000, 500, sector="heavy"),)
WORKS: tuple[Owner, ...] = (unit("A", 1000, 500),)


@dataclass(frozen=True)
class Planted:
    """A county without a plan. clauses: its smallest conflict, and the only one of that size."""

    clauses: tuple[str, ...]
    scenario: Callable[[], Scenario]


def _admitted(settings: dict[str, Any], **columns: object) -> Scenario:
    """P (100 tce, 500 万元) is to be admitted beside A."""
    return county([*A, project("P", 100, 500, **columns)], settings, decisions=[decision("P")])


def _grown(quota: float, owner: Owner, settings: dict[str, Any] | None = None) -> Scenario:
    """The meeting has promised A a quota of so many tonnes."""
    promise = decision("A", "quota_tce", "min", quota)
    return county([owner], settings or pool(500), decisions=[promise])


def _limited() -> Scenario:
    # L needs 2 tce per 万元, the benchmark is 1: at most 5 % of 1000 may be taken from it. 100 > 40 + 50.
    settings = {**total(40), "policy": {"benchmark_tce_per_wan_yuan": 1, "release_phase_share": 0}}
    return county([*A, project("P", 100, 500)], settings, decisions=[decision("P")])


def _earmarked() -> Scenario:
    # A releases 3 % of 1000 to the earmark; P earns less per tonne than A, so it may not pay P: 100 > 80
    settings = {**total(80), "policy": {"benchmark_tce_per_wan_yuan": 1, "max_cut_share": 0}}
    return county([*A, project("P", 100, 40)], settings, decisions=[decision("P")])


def _cut() -> Scenario:
    # 1000 t at 1000 kgce/t against an advanced value of 800: 200 of 1000 tce are cut. 900 t need 900 tce.
    line = {"benchmark_key": "b", "level": "advanced", "scope": "national", "value": 800, "unit": "kgce/t",
            "effective_from": "2020-01-01"}  # fmt: skip
    product = {"unit_id": "A", "product": "coal", "output": 1000, "output_unit": "t", "specific_energy": 1000,
               "specific_unit": "kgce/t", "benchmark_key": "b"}  # fmt: skip
    return county(
        A, pool(500), benchmarks=[line], products=[product], output_targets=made(900)["output_targets"]
    )


def _shared(increment: float, band: float = 0.0) -> Scenario:
    """Three claims of 40 on the pool: coal of 1040 t, homes of 40 tce, the project P."""
    owners = [unit("A", 1000, 500, activity_max=1.1), project("P", 40, 500)]
    return county(owners, pool(increment, overshoot_max_share=band, overshoot_price_wan_yuan_per_tce=1),
                  society=[homes(40, 1.0)], decisions=[decision("P")], **made(1040))  # fmt: skip


def water(budget: float) -> dict[str, Sequence[Any]]:
    """A uses 10 万m3 of water of a budget."""
    return {
        "resources": [{"resource_id": "water", "unit": "万m3", "budget": budget}],
        "resource_use": [{"resource_id": "water", "owner_id": "A", "use": 10}],
    }


PLANTED: dict[str, Planted] = {
    # P takes 100 of a pool of 40
    "promise_and_pool": Planted(("3.2.1b", "3.2.2b"), lambda: _admitted(pool(40))),
    # each gate alone stops P, whatever the pool holds
    "promise_and_review": Planted(("3.2.2a", "3.2.2b"), lambda: _admitted(pool(500), review="none")),
    "promise_and_two_high": Planted(
        ("3.2.2b", "3.2.3a"), lambda: _admitted(pool(500), is_two_high=1, industry_class="restricted")
    ),
    "promise_and_park": Planted(("3.2.2b", "3.2.3b"), lambda: _admitted(pool(500), is_in_park=0)),
    # P needs 0.2 tce per 万元, above the benchmark of 0.1, and has no approval
    "promise_and_approval": Planted(
        ("3.2.2b", "3.2.3d"),
        lambda: _admitted(
            {**total(500), "policy": {**QUIET, "benchmark_tce_per_wan_yuan": 0.1}}, is_quota_approved=0
        ),
    ),
    # a three-high project held against no line
    "promise_and_advanced_value": Planted(
        ("3.2.2b", "3.3.1a"), lambda: _admitted(pool(500), is_three_high=1)
    ),
    # full capacity needs 1000, so no more may be granted: 1100 is promised
    "promise_and_capacity": Planted(("3.2.1c", "3.2.2b"), lambda: _grown(1100, unit("A", 1000, 500))),
    # capped stock: 1100 is promised
    "promise_and_cap": Planted(
        ("3.1.1", "3.2.2b"), lambda: _grown(1100, unit("A", 1000, 500, sector="heavy"))
    ),
    # better than the given 3 tce per 万元: 5 % of 1000 may be granted, 100 are promised
    "promise_and_allowance": Planted(
        ("3.2.2b", "3.3.2b"),
        lambda: _grown(
            1100,
            unit("A", 1000, 500, sector="heavy"),
            {**total(500), "policy": {**QUIET, "benchmark_tce_per_wan_yuan": 3}},
        ),
    ),
    # serious conduct costs 2 % of 1000 and bars grants: 1000 is promised
    "promise_and_conduct": Planted(
        ("3.2.2b", "3.2.5"),
        lambda: _grown(1000, unit("A", 1000, 500, conduct="serious", conduct_since="2021-12-01")),
    ),
    # homes need 100 tce more than they used, 90 of them protected: the pool holds 50
    "homes_and_pool": Planted(("3.2.1b", "3.2.1c"), lambda: county(A, pool(50), society=[homes(100, 0.9)])),
    # 900 t of coal need 900 tce over 450 + 500 万元: 0.947 tce per 万元, I_0 is 1, 0.9 is asked
    "coal_and_intensity": Planted(
        ("3.2.1d", "3.4.2"),
        lambda: county(WORKS, free(intensity_reduction=0.1), gdp=[others(500)], **made(900)),
    ),
    # 2.6 t each: 2340 t of CO2 for 900 t of coal, of a budget of 2000
    "coal_and_carbon": Planted(
        ("3.2.1a", "3.4.2"), lambda: county(WORKS, free(co2_budget_t=2000), **made(900))
    ),
    # 9 of 5 万m3
    "coal_and_water": Planted(("3.3.4b", "3.4.2"), lambda: county(WORKS, free(), **water(5), **made(900))),
    # 90 % of the fossil fuel for 900 t, of 80 %
    "coal_and_fossil": Planted(
        ("2.3", "3.4.2"), lambda: county(WORKS, free(fossil_max_share_of_base=0.8), **made(900))
    ),
    # 2340 t of CO2 over 950 万元 is 2.463 t per 万元, 2.6 in the base year, 0.9 of it is asked
    "coal_and_carbon_rate": Planted(
        ("3.3.3a", "3.4.2"),
        lambda: county(WORKS, free(co2_intensity_reduction=0.1), gdp=[others(500)], **made(900)),
    ),
    # P takes 100; the pool holds 80, and a band of 1 % of 1000 more
    "promise_pool_and_band": Planted(
        ("1.b", "3.2.1b", "3.2.2b"), lambda: _admitted(pool(80, overshoot_max_share=0.01))
    ),
    "promise_pool_and_limit": Planted(("3.2.1b", "3.2.1c", "3.2.2b"), _limited),
    "promise_pool_and_earmark": Planted(("3.2.1b", "3.2.2b", "3.3.2c"), _earmarked),
    "coal_quota_and_cut": Planted(("3.1.1", "3.2.1a", "3.3.1b", "3.4.2"), _cut),
    # homes 60 and P 100 of a pool of 120: each alone fits
    "promise_homes_and_pool": Planted(
        ("3.2.1b", "3.2.1c", "3.2.2b"),
        lambda: county(
            [*A, project("P", 100, 500)], pool(120), society=[homes(60, 1.0)], decisions=[decision("P")]
        ),
    ),
    # 40 + 40 + 40 of 100, any two fit
    "three_claims_on_the_pool": Planted(
        ("3.2.1a", "3.2.1b", "3.2.1c", "3.2.2b", "3.4.2"), lambda: _shared(100)
    ),
    # 120 of 100 and a band of 1 % of 1000
    "three_claims_and_a_band": Planted(
        ("1.b", "3.2.1a", "3.2.1b", "3.2.1c", "3.2.2b", "3.4.2"), lambda: _shared(100, 0.01)
    ),
    # a load of 1 or nothing: a quota of 50 at least is all 100 of a pool of 60, where half a project would fit
    "no_half_project": Planted(
        ("3.2.1b", "3.2.2b"),
        lambda: county(
            [*A, project("P", 100, 500)], pool(60), decisions=[decision("P", "quota_tce", "min", 50)]
        ),
    ),
}
