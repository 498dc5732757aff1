"""The network's yearly rows: for each a point that violates it and no other, a page, and a county in which it bites."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

from dualcontrol.coupling import couple, drafted_series, hours_of
from dualcontrol.model.allocation import NETWORK_ROWS, ROWS, build_model
from dualcontrol.model.clause_ids import CLAUSES
from dualcontrol.model.scenario import Scenario
from dualcontrol.solvers.compile import compile_model
from dualcontrol.solvers.highs import LiveHighs, Status
from tests.model.allocation.examples import TOLERANCE, Example, Point, _place
from tests.model.power.small_grids import SUN, gridded
from tests.model.small_cases import case_of, total, unit

MWH_A = 87_600  # 10 MW all year


def scenario(
    *, hours_floor: float = 0, price: float = 0, green: float = 0, sun_mw: float = 30, **settings: Any
) -> Scenario:
    """Plant T (50,000 MWh), A of 10 MW that may claim green power, some sun; B2 needs B1, B3 excludes B1."""
    return gridded(
        [
            # 13,854.5 tce: some of a tonne must be free for rounding
            unit("T", 19_999.5, 2000, activity_min=0, energy=[("electricity", "conversion_out", 50_000)]),
            unit("A", 0, 1000, mwh=MWH_A, green_max_mwh=green, activity_min=0, activity_max=2),
        ],
        {"sun": SUN},
        {
            "builds": [
                {"build_id": "B1", "annual_cost_wan_yuan": 10},
                {"build_id": "B2", "annual_cost_wan_yuan": 10, "requires_id": "B1"},
                {"build_id": "B3", "annual_cost_wan_yuan": 10, "excludes_id": "B1"},
            ],
            "plants": [
                {"plant_id": "T", "bus_id": "a", "kind": "thermal", "capacity_mw": 20, "unit_id": "T",
                 "hours_floor": hours_floor},
                {"plant_id": "S", "bus_id": "a", "kind": "pv", "capacity_mw": sun_mw, "profile_id": "sun"},
            ],
            "exchange": [{"exchange_id": "X", "bus_id": "a", "import_mw": 50, "export_mw": 50,
                          "import_yuan_per_mwh": 100, "export_green_share": 0}],
            "loads": [{"owner_id": "A", "bus_id": "a", "profile_id": "flat"},
                      {"owner_id": "T", "bus_id": "a", "profile_id": "flat"}],
        },
        {
            "time": {"typical_days": 2, "extreme_days": False},
            "power": {"missing_hours_yuan_per_mwh": price},
            "policy": {"benchmark_tce_per_wan_yuan": 99},  # nobody is worse: no release (3.3.2c)
            **settings,
        },
        exclusions=[{"kind": "excess_renewable", "measure": "total", "effective_from": "2022-01-01"}],
    )  # fmt: skip


LOAD, THERMAL, GREEN = ("mean_load", "a|flat"), ("total", "thermal:T"), ("total", "green:flat")
# A at its base activity draws 87,600 MWh, T makes its 50,000 MWh: what the network has to say so
BASE: dict[tuple[str, str | None], float] = {LOAD: 10.0, THERMAL: 50_000.0}
HOURS = {"hours_floor": 3000.0}  # 20 MW times 3000 h: 60,000 MWh, of which 10,000 are missing: 500 h

EXAMPLES: dict[str, Example] = {
    "load_at_bus": Example(scenario, "a|flat", BASE | {LOAD: 10.1}, BASE),
    "dispatch_is_activity": Example(scenario, "T", BASE | {THERMAL: 50_001.0}, BASE),
    "green_is_delivered": Example(
        lambda: scenario(green=900), "flat",
        BASE | {("green", "A"): 501.0, GREEN: 500.0}, BASE | {("green", "A"): 500.0, GREEN: 500.0},
    ),
    "build_needs": Example(
        scenario, "B2", BASE | {("built", "B2"): 1.0}, BASE | {("built", "B2"): 1.0, ("built", "B1"): 1.0}
    ),
    "build_excludes": Example(
        scenario, "B3", BASE | {("built", "B3"): 1.0, ("built", "B1"): 1.0}, BASE | {("built", "B3"): 1.0}
    ),
    "utilisation_hours": Example(
        lambda: scenario(**HOURS), "T",
        BASE | {("missing_hours", "T"): 499.0}, BASE | {("missing_hours", "T"): 500.0},
    ),
}  # fmt: skip


def violated(model: pyo.ConcreteModel, point: Point) -> set[tuple[str, str | None]]:
    """Names and indices of the rows, yearly and network's, that a point violates; it keeps all bounds."""
    _place(model, point)
    rows = set()
    for row in ROWS + NETWORK_ROWS:
        for index, constraint in getattr(model, row.name).items():
            activity = pyo.value(constraint.body)
            low, high = pyo.value(constraint.lower), pyo.value(constraint.upper)
            if (low is not None and activity < low - TOLERANCE) or (
                high is not None and activity > high + TOLERANCE
            ):
                rows.add((row.name, index))
    return rows


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_point_that_violates_this_row_and_no_other(name: str) -> None:
    example = EXAMPLES[name]
    model = build_model(case_of(example.scenario()))
    assert violated(model, example.violating) == {(name, example.index)}
    assert violated(model, example.satisfying) == set()


def test_no_row_without_example_clause_and_page(repository: Path) -> None:
    page = (repository / "docs" / "formulation.md").read_text(encoding="utf-8")
    assert {row.name for row in NETWORK_ROWS} == set(EXAMPLES)
    assert not {row.name for row in ROWS} & set(EXAMPLES)
    for row in NETWORK_ROWS:
        assert any(clause.startswith(row.clause) for clause in CLAUSES)  # 3.4.3 is all of a to h
        assert row.why
        assert row.formula
        assert f"| `{row.name}` | {row.clause} |" in page


def test_without_a_network_there_are_none_of_these_rows() -> None:
    model = build_model(case_of(scenario(time={"mode": "none"})))
    assert all(len(getattr(model, row.name)) == 0 for row in NETWORK_ROWS)
    with_network = build_model(case_of(scenario(green=900, **HOURS)))
    assert all(len(getattr(with_network, row.name)) > 0 for row in NETWORK_ROWS)


def test_the_yearly_green_supply_gives_way_to_the_network() -> None:
    for mode, rows in (("none", 1), ("typical", 0)):
        assert len(build_model(case_of(scenario(green=900, time={"mode": mode}))).green_supply) == rows


# --- what they do ---------------------------------------------------------------------------------


def best(given: Scenario, without: str = "") -> float:
    """The optimum with the network's hours; `without` the rows of that name."""
    case = case_of(given)
    model = build_model(case)
    program, _ = couple(compile_model(model), hours_of(case, drafted_series(case)), model.total_terms)
    dropped = [k for k in range(len(compile_model(model).rows)) if program.rows[k][0] == without]
    assert bool(dropped) == bool(without)
    low, high = program.row_lower.copy(), program.row_upper.copy()
    low[dropped], high[dropped] = -np.inf, np.inf
    solution = LiveHighs(replace(program, row_lower=low, row_upper=high)).solve()
    assert solution.status is Status.OPTIMAL
    return solution.objective


# Counties in which a restrictive row holds value back.
BITES = {
    # 10 MW of sun are 43,800 MWh a year: A may grow by half, and to twice its size with power nobody made
    "green_is_delivered": lambda: scenario(green=200_000, sun_mw=10, **total(0)),
    # 20 MW x 8760 h are asked for and the pool has no tonne to burn for them
    "utilisation_hours": lambda: scenario(hours_floor=8760, price=1000, **total(0)),
}


@pytest.mark.parametrize("name", sorted(row.name for row in NETWORK_ROWS if row.effect == "restrictive"))
def test_dropping_a_restrictive_row_raises_value_where_it_bites(name: str) -> None:
    given = BITES[name]()
    assert best(given, without=name) > best(given) + 0.1


def test_missing_hours_cost_their_price() -> None:
    """T runs 2,500 h at its base of 50,000 MWh on 20 MW and may not burn more: 6,260 h are missing, 1,000
    yuan a MWh.

    Price 0.1 万元 per MWh x 20 MW x 6,260 h = 12,520 万元, and nothing else changes.
    """
    given = scenario(hours_floor=8760, price=1000, **total(0))
    free = scenario(hours_floor=8760, price=0, **total(0))
    activity_limits_thermal = best(free) - best(given)
    assert activity_limits_thermal == pytest.approx(0.1 * 20 * (8760 - 50_000 / 20), rel=1e-6)
