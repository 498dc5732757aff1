"""Random valid counties, and random walks through their parameters: some steps change numbers, some the shape."""

from collections.abc import Callable, Iterator
from random import Random

from dualcontrol.model.scenario import Scenario
from tests.model.small_cases import Owner, county, others, project, unit

Changes = dict[str, object]


def county_of(seed: int) -> Scenario:
    """A county that the reader would accept: one to four units, projects, homes, measures, all targets."""
    r = Random(f"county {seed}")  # noqa: S311 - a test draws, nobody hides anything
    units = [_unit(r, k) for k in range(r.randint(1, 4))]
    owners = units + [_project(r, k) for k in range(r.randint(1, 4))]
    homes = {
        "line_id": "homes",
        "co2_t_per_fuel_tce": 2.6,
        "floor_share": 0.8,
        "shortfall_wan_yuan_per_tce": 3,
    }
    homes |= {
        f"{year}_{name}": a
        for year in ("base", "plan")
        for name, a in (("fuel_tce", 20), ("electricity_mwh", 40))
    }
    measures = [
        {"measure_id": f"m{k}", "unit_id": f"u{k}", "carrier_id": "coal", "saving_quantity": r.randint(1, 9),
         "annual_cost_wan_yuan": r.choice((1, 4))}
        for k in range(r.randint(0, len(units)))
    ]  # fmt: skip
    targets = {"manage_total": True, "increment_tce_eq": r.randint(0, 300), "intensity_reduction": 0.01,
               "co2_budget_t": 40_000, "overshoot_price_wan_yuan_per_tce": 2}  # fmt: skip
    settings: dict[str, object] = {
        "targets": targets,
        "agenda": {"most_alternatives": 0, "simple_rules": False},
    }
    return county(
        owners, settings, gdp=[others(r.randint(500, 3000), 0.05)], society=[homes], measures=measures
    )


def _unit(r: Random, k: int) -> Owner:
    return unit(
        f"u{k}", round(r.uniform(50, 2000), r.choice((0, 2))), round(r.uniform(20, 1500), 1),
        mwh=r.choice((0, 300.5)), sector=r.choice(("works", "heavy")), activity_min=r.choice((0, 0.5)),
        activity_max=r.choice((1, 1.3)), is_leader=r.choice((0, 1)),
    )  # fmt: skip


def _project(r: Random, k: int) -> Owner:
    return project(
        f"p{k}", round(r.uniform(5, 300), 1), round(r.uniform(1, 250), 1), load_min=r.choice((1, 0.6)),
        is_divisible=r.choice((0, 0, 1)), annual_cost_wan_yuan=r.choice((0, 3)),
    )  # fmt: skip


def walk(scenario: Scenario, seed: int, steps: int) -> Iterator[Changes]:
    """What is changed at each step."""
    r = Random(f"walk {seed}")  # noqa: S311
    units = scenario.table("units")["unit_id"].tolist()
    projects = scenario.table("projects")["project_id"].tolist()
    numbers: list[Callable[[], Changes]] = [
        lambda: {
            "targets.increment_tce_eq": r.choice((float(r.randint(0, 500)), round(r.uniform(0, 500), 2)))
        },
        lambda: {"targets.intensity_reduction": round(r.uniform(-0.02, 0.12), 4)},
        lambda: {"targets.co2_budget_t": float(r.randint(500, 20_000))},
        lambda: {"targets.overshoot_max_share": r.choice((0.0, 0.02))},
        lambda: {"policy.max_cut_share": round(r.uniform(0, 0.2), 3)},
        lambda: {"policy.reserve_share": r.choice((0.0, 0.1, 0.3))},
        lambda: {"policy.headroom_share": r.choice((0.0, 0.01))},
        lambda: {"policy.allowance_share": r.choice((0.0, 0.05, 0.2))},
        lambda: {f"projects.{r.choice(projects)}.value_added_wan_yuan": round(r.uniform(1, 300), 1)},
        lambda: {f"projects.{r.choice(projects)}.start_month": r.randint(1, 13)},
        lambda: {f"units.{r.choice(units)}.activity_max": r.choice((1.0, 1.1, 1.4))},
    ]
    shapes: list[Callable[[], Changes]] = [
        lambda: {"disabled_clauses": r.choice(((), ("3.2.1c",), ("3.2.1b",), ("3.3.2c",)))},
        lambda: {"targets.co2_budget_t": None},
        lambda: {"solve.relax_integers": r.random() < 0.5},
        lambda: {f"projects.{r.choice(projects)}.is_divisible": r.random() < 0.5},
    ]  # fmt: skip
    for _ in range(steps):
        yield {k: v for step in r.sample(numbers, r.randint(1, 2)) for k, v in step().items()}
        if r.random() < 0.2:
            yield r.choice(shapes)()
