"""Networks small enough to be solved on paper; the derivation stands in each test."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from dualcontrol.model.power.case import Case, CaseError, Total
from dualcontrol.model.power.network import (
    Branch,
    Build,
    Generator,
    Link,
    Load,
    Network,
    Series,
    Storage,
)
from dualcontrol.power_case import PowerResult, solve_case
from dualcontrol.solvers.highs import Status


def solve(network: Network, series: Series | None = None, **more: object) -> PowerResult:
    return solve_case(Case("hand", network, series or Series(1), **more))  # type: ignore[arg-type]


TWO_BUSES = Network(
    buses=("a", "b"),
    branches=(Branch("line", "a", "b", 0.1, 50),),
    generators=(Generator("cheap", "a", 200, cost_per_mwh=10), Generator("dear", "b", 200, cost_per_mwh=30)),
    loads=(Load("town", "b", mw=100),),
)


def test_a_full_line_splits_the_price() -> None:
    """50 MW over the line at 10, 50 MW at the town at 30: 500 + 1,500. One more MW of load costs 10 at a, 30
    at b.

    One more MW of line replaces 30 by 10.
    """
    result = solve(TWO_BUSES)
    assert result.objective == pytest.approx(2000)
    assert result.flows["line"] == pytest.approx([50])
    assert result.nodal_prices == {"a": pytest.approx([10]), "b": pytest.approx([30])}
    assert result.shadow_prices == {"flow line": pytest.approx([20])}


def test_a_line_that_is_not_full_has_one_price_and_none_of_its_own() -> None:
    result = solve(replace(TWO_BUSES, branches=(Branch("line", "a", "b", 0.1, 101),)))
    assert result.nodal_prices == {"a": pytest.approx([10]), "b": pytest.approx([10])}
    assert result.shadow_prices == {}


def test_flow_against_the_direction_of_the_line_is_negative_and_limited_alike() -> None:
    result = solve(replace(TWO_BUSES, branches=(Branch("line", "b", "a", 0.1, 50),)))
    assert result.flows["line"] == pytest.approx([-50])
    assert result.shadow_prices == {"flow line": pytest.approx([20])}


def test_parallel_paths_share_by_the_inverse_of_their_reactance() -> None:
    """Reactances 1 : 2, so flows 2 : 1: 90 MW go as 60 and 30.

    A limit of 40 on the first path lets 40 + 20 = 60 MW through; the other 30 MW are made at 30.
    """
    paths = (Branch("one", "a", "b", 0.1, 500), Branch("two", "a", "b", 0.2, 500))
    network = replace(TWO_BUSES, branches=paths, loads=(Load("town", "b", mw=90),))
    assert solve(network).flows == {"one": pytest.approx([60]), "two": pytest.approx([30])}
    limited = solve(replace(network, branches=(replace(paths[0], capacity_mw=40), paths[1])))
    assert limited.flows == {"one": pytest.approx([40]), "two": pytest.approx([20])}
    assert limited.objective == pytest.approx(60 * 10 + 30 * 30)
    # one more MW on the first path brings 1.5 MW in all
    assert limited.shadow_prices == {"flow one": pytest.approx([1.5 * 20])}


def test_a_path_over_a_third_bus_counts_the_sum_of_its_reactances() -> None:
    """0.1 against 0.1 + 0.1: again 60 and 30. A phase shift of 0.03 rad on the direct line adds to its drop:

    0.1 f + 0.03 * 100 = 0.2 (90 - f), so f = (18 - 3) / 0.3 = 50.
    """
    branches = (Branch("direct", "a", "b", 0.1), Branch("in", "a", "c", 0.1), Branch("out", "c", "b", 0.1))
    network = replace(TWO_BUSES, buses=("a", "b", "c"), branches=branches, loads=(Load("town", "b", mw=90),))
    assert solve(network).flows["direct"] == pytest.approx([60])
    shifted = (replace(branches[0], shift_rad=0.03), *branches[1:])
    assert solve(replace(network, branches=shifted)).flows["direct"] == pytest.approx([50])


def test_a_limit_of_the_angle_difference_limits_the_flow() -> None:
    """0.02 rad over a reactance of 0.1 on 100 MVA: 20 MW. One degree more is 17.4533 MW, each worth 20."""
    branch = Branch("line", "a", "b", 0.1, 50, angle_max_rad=0.02)
    result = solve(replace(TWO_BUSES, branches=(branch,)))
    assert result.flows["line"] == pytest.approx([20])
    assert result.shadow_prices == {"angle line": pytest.approx([20 * np.radians(1) * 100 / 0.1])}


DAY = Series(3, {"sun": np.array([1.0, 0.0, 0.0])})
STORE = Storage("store", "a", 50, 100, efficiency_in=0.9, efficiency_out=0.9)


def sunny(store: Storage) -> Network:
    return Network(
        buses=("a",),
        generators=(Generator("coal", "a", 100, cost_per_mwh=10), Generator("pv", "a", 100, profile="sun")),
        storage=(store,),
        loads=(Load("town", "a", mw=30),),
    )


def test_storage_with_losses_over_three_hours() -> None:
    """Sun in the first hour only: 70 MW to spare, 50 can be charged, 45 MWh kept, 40.5 MWh come back of the
    60 that

    the other hours need: coal makes 19.5 MWh, 195. One more MWh in the dark costs 10, in the sun nothing.
    """
    result = solve(sunny(STORE), DAY)
    assert result.objective == pytest.approx(195)
    assert result.levels["store"][0] == pytest.approx(45)
    assert result.levels["store"][2] == pytest.approx(0)
    assert float(np.sum(np.maximum(result.dispatch["store"], 0))) == pytest.approx(40.5)
    assert result.nodal_prices["a"] == pytest.approx([0, 10, 10])


def test_storage_that_begins_with_something_need_not_give_it_back() -> None:
    """10 MWh at the start are 9 MWh more: coal makes 10.5 MWh. With a loss of 10 % an hour while standing the
    10

    become 9 before the first charge; 9 + 45 = 54 after it; in the next hour 48.6 are left, worth 43.74 MWh.
    """
    result = solve(sunny(replace(STORE, initial_mwh=10)), DAY)
    assert result.objective == pytest.approx(105)
    leaking = solve(sunny(replace(STORE, initial_mwh=10, standing_loss=0.1, power_mw=60, charge_mw=50)), DAY)
    # 30 MW are all that is needed in the second hour (33.333 MWh); 15.2667 left, 13.74 after the loss, 12.366 MWh
    assert leaking.objective == pytest.approx(10 * (30 - (48.6 - 30 / 0.9) * 0.9 * 0.9))


def test_a_step_of_two_hours_moves_twice_the_energy() -> None:
    """As the first case, but every step lasts two hours and counts twice: the level of 100 MWh limits now.

    Charged: 90 MWh in two hours at 50 MW. 81 MWh come back of 120: coal makes 39 MWh, 390.
    """
    series = Series(3, {**DAY.profiles, "step": np.full(3, 2.0)}, weight=np.full(3, 2.0))
    result = solve(replace(sunny(STORE), step_profile="step"), series)
    assert result.levels["store"][0] == pytest.approx(90)
    assert result.objective == pytest.approx(390)


def test_inflow_fills_a_store_and_may_be_spilled() -> None:
    """20 MW of inflow in each of three hours into a store of 30 MWh that can give 15 MW to a load of 30 MW.

    15 MW an hour come from the store, 15 from coal; what is too much is spilled: feasible, 450.
    """
    store = Storage("lake", "a", 15, 30, charge_mw=0, initial_mwh=0, inflow="river")
    series = Series(3, {**DAY.profiles, "sun": np.zeros(3), "river": np.full(3, 20.0)})
    result = solve(sunny(store), series)
    assert result.dispatch["lake"] == pytest.approx([15, 15, 15])
    assert result.objective == pytest.approx(450)


def test_weights_count_costs_but_do_not_change_prices() -> None:
    """10 MW at 10 in two hours that count once and three times: 400. A MWh more costs 10 in either."""
    network = Network(
        buses=("a",),
        generators=(Generator("g", "a", 50, cost_per_mwh=10),),
        loads=(Load("town", "a", mw=10),),
    )
    result = solve(network, Series(2, weight=np.array([1.0, 3.0])))
    assert result.objective == pytest.approx(400)
    assert result.nodal_prices["a"] == pytest.approx([10, 10])


def test_a_full_corridor_curtails_what_it_cannot_carry() -> None:
    """100 MW of sun at a, 20 MW of load there, a corridor of 50 MW to a load of 80 MW: 70 MW used, 30
    curtailed.

    The last MWh at a is worth nothing, the last MW of the corridor 30.
    """
    network = Network(
        buses=("a", "b"),
        links=(Link("corridor", "a", "b", 50),),
        generators=(Generator("pv", "a", 100), Generator("coal", "b", 200, cost_per_mwh=30)),
        loads=(Load("near", "a", mw=20), Load("far", "b", mw=80)),
    )
    result = solve(network)
    assert result.dispatch["pv"] == pytest.approx([70])
    assert result.objective == pytest.approx(900)
    assert result.nodal_prices == {"a": pytest.approx([0]), "b": pytest.approx([30])}
    assert result.shadow_prices == {"transfer corridor": pytest.approx([30])}


def retrofit(annual_cost: float) -> Network:
    """200 MW of thermal with a minimum of half its online capacity; a retrofit brings it down to 30 %."""
    return Network(
        buses=("a",),
        generators=(
            Generator("old", "a", 200, 0.5, cost_per_mwh=10, has_online=True, given_up=(("retrofit", 200),)),
            Generator("new", "a", 200, 0.3, cost_per_mwh=10, has_online=True, build="retrofit"),
            Generator("pv", "a", 150, profile="sun"),
        ),
        loads=(Load("town", "a", mw=200),),
        builds=(Build("retrofit", annual_cost),),
    )


@pytest.mark.parametrize(("annual_cost", "is_built", "pv_mw"), [(399.0, 1, 140.0), (401.0, 0, 100.0)])
def test_a_retrofit_lets_exactly_so_much_sun_in(annual_cost: float, is_built: int, pv_mw: float) -> None:
    """Night: 200 MW of thermal, all of it online for the day. Noon: at least 100 MW of it, so 100 of 150 MW
    of sun.

    Retrofitted at least 60 MW, so 140 MW of sun: 40 MWh at 10 saved, 400. It is worth 399 and not 401.
    """
    result = solve(retrofit(annual_cost), Series(2, {"sun": np.array([0.0, 1.0])}))
    assert result.builds == {"retrofit": is_built}
    assert result.dispatch["pv"] == pytest.approx([0, pv_mw])
    assert result.objective == pytest.approx(2000 + 10 * (200 - pv_mw) + annual_cost * is_built)


@pytest.mark.parametrize(("annual_cost", "is_built"), [(999.0, 1), (1001.0, 0)])
def test_a_candidate_is_built_up_to_its_worth(annual_cost: float, is_built: int) -> None:
    """A line of 50 MW replaces 50 MWh at 30 by 50 MWh at 10: worth 1,000."""
    line = Branch("line", "a", "b", 0.1, 50, build="line", is_optional=True)
    result = solve(replace(TWO_BUSES, branches=(line,), builds=(Build("line", annual_cost),)))
    assert result.builds == {"line": is_built}
    assert result.objective == pytest.approx(min(2000 + annual_cost, 3000))
    assert result.nodal_prices["b"] == pytest.approx([30])  # with the integers where they are


def new_bus() -> tuple[Network, tuple[Branch, ...], dict[str, float]]:
    """A ring a-b-c with a congested line, and a new bus n with load that three candidates may connect."""
    existing = (
        Branch("ab", "a", "b", 0.1, 60),
        Branch("ac", "a", "c", 0.1, 60),
        Branch("bc", "b", "c", 0.2, 25),
    )
    network = Network(
        buses=("a", "b", "c", "n"),
        branches=existing,
        generators=(
            Generator("ga", "a", 200, cost_per_mwh=10),
            Generator("gb", "b", 60, cost_per_mwh=22),
            Generator("gc", "c", 80, cost_per_mwh=35),
            Generator("gn", "n", 100, cost_per_mwh=90),
        ),
        loads=(Load("lb", "b", mw=40), Load("lc", "c", mw=40), Load("ln", "n", mw=70)),
    )
    options = (
        Branch("an", "a", "n", 0.4, 40),
        Branch("bn", "b", "n", 0.1, 50),
        Branch("cn", "c", "n", 0.15, 50),
    )
    return network, options, {"an": 700.0, "bn": 1500.0, "cn": 900.0}


@pytest.mark.parametrize("scale", [0.2, 0.7, 1.0, 1.6, 3.0])
def test_three_candidates_to_a_new_bus_against_every_subset(scale: float) -> None:
    """The best of the eight networks in which the candidates stand for certain or do not exist."""
    network, options, costs = new_bus()
    best: dict[tuple[str, ...], float] = {}
    for size in range(4):
        for chosen in combinations(options, size):
            names = tuple(branch.id for branch in chosen)
            result = solve(replace(network, branches=(*network.branches, *chosen)))
            assert result.objective is not None
            best[names] = result.objective + scale * sum(costs[name] for name in names)
    choice = min(best, key=lambda names: best[names])
    candidates = tuple(replace(branch, build=branch.id, is_optional=True) for branch in options)
    builds = tuple(Build(name, scale * cost) for name, cost in costs.items())
    decided = solve(replace(network, branches=(*network.branches, *candidates), builds=builds))
    assert decided.objective == pytest.approx(best[choice], rel=1e-9)
    assert tuple(name for name, is_built in decided.builds.items() if is_built) == choice
    assert all(decided.flows[name] == pytest.approx([0], abs=1e-9) for name in costs if name not in choice)


def test_a_line_that_costs_nothing_is_not_built_where_it_does_harm() -> None:
    """A path of a tenth of the reactance draws ten times the flow: its 10 MW fill up when 11 MW pass in all."""
    extra = Branch("extra", "a", "b", 0.01, 10, build="extra", is_optional=True)
    network = replace(TWO_BUSES, branches=(*TWO_BUSES.branches, extra), builds=(Build("extra", 0.0),))
    result = solve(network)
    assert result.builds == {"extra": 0}
    assert result.objective == pytest.approx(2000)
    certain = solve(
        replace(network, branches=(*TWO_BUSES.branches, replace(extra, build=None, is_optional=False)))
    )
    assert certain.objective == pytest.approx(11 * 10 + 89 * 30)


ISLAND = Network(
    buses=("a", "b", "c"),
    branches=(Branch("line", "a", "b", 0.1, 100),),
    generators=(Generator("ga", "a", 300, cost_per_mwh=10), Generator("gc", "c", 60, cost_per_mwh=20)),
    loads=(Load("lb", "b", mw=50), Load("lc", "c", mw=100)),
)


def test_an_island_gets_exactly_its_shortfall() -> None:
    """c has 60 MW for a load of 100 MW and no line: 40 MW are not served there, none elsewhere."""
    result = solve(replace(ISLAND, shed_cost=1000.0))
    assert result.unserved == {"b": pytest.approx([0]), "c": pytest.approx([40])}
    assert result.objective == pytest.approx(500 + 1200 + 40_000)
    assert result.nodal_prices["c"] == pytest.approx([1000])


def test_without_a_price_for_unserved_load_the_island_is_named() -> None:
    result = solve(ISLAND)
    assert result.status is Status.INFEASIBLE
    assert result.conflict is not None
    assert result.conflict.limits is None  # no line could help
    assert result.conflict.balances is not None
    assert [(r.kind, r.element, r.amount) for r in result.conflict.balances] == [
        ("shortage", "c", pytest.approx(40))
    ]
    assert result.conflict.involved == ("generator gc",)


def test_a_line_too_small_is_named_with_what_it_lacks() -> None:
    """The town needs 100 MW, has 20 MW of its own and a line of 50 MW: 30 MW are missing in the second of two hours."""
    town = Load("town", "b", profile="load", mw=100)
    small = (TWO_BUSES.generators[0], replace(TWO_BUSES.generators[1], capacity_mw=20.0))
    result = solve(
        replace(TWO_BUSES, generators=small, loads=(town,)), Series(2, {"load": np.array([0.5, 1.0])})
    )
    assert result.conflict is not None
    (limit,) = result.conflict.limits or ()
    assert (limit.kind, limit.element, limit.amount, limit.hour) == (
        "flow_limit",
        "line",
        pytest.approx(30),
        1,
    )
    (bus,) = result.conflict.balances or ()
    assert (bus.kind, bus.element, bus.amount, bus.hour) == ("shortage", "b", pytest.approx(30), 1)
    assert set(result.conflict.involved) == {"flow line", "generator dear"}


def test_a_total_that_cannot_be_kept_is_named() -> None:
    """100 MWh are needed; b alone can make 50 without the line. A cap of 30 on b's output lacks 20."""
    cap = Total("cap on b", {("p", "dear"): 1.0}, {}, -np.inf, 30.0)
    result = solve(TWO_BUSES, totals=(cap,))
    assert result.conflict is not None
    (total,) = result.conflict.totals or ()
    assert (total.kind, total.element, total.amount) == ("total", "cap on b", pytest.approx(20))
    (limit,) = result.conflict.limits or ()
    assert (limit.kind, limit.element, limit.amount) == ("flow_limit", "line", pytest.approx(20))
    assert set(result.conflict.involved) == {"cap on b", "flow line"}


def test_a_total_over_weighted_hours_has_its_price() -> None:
    """Two hours that count 1 and 3, 100 MW each: at most 120 MWh of the cheap plant, 280 MWh of the dear one.

    One MWh more of the cheap plant saves 20.
    """
    weight = np.array([1.0, 3.0])
    cap = Total("cap", {("p", "cheap"): weight}, {}, -np.inf, 120.0)
    network = replace(TWO_BUSES, branches=(Branch("line", "a", "b", 0.1, 100),))
    result = solve(network, Series(2, weight=weight), totals=(cap,))
    assert result.objective == pytest.approx(1200 + 8400)
    assert result.shadow_prices["cap"] == pytest.approx(20)


def test_nodal_prices_are_finite_differences_with_weights_storage_and_losses() -> None:
    weight = np.array([1.0, 2.0, 0.5])
    base = sunny(replace(STORE, standing_loss=0.05))

    def objective(extra: float, hour: int) -> float:
        more = np.zeros(3)
        more[hour] = extra
        loads = (*base.loads, Load("more", "a", profile="more", mw=1.0))
        series = Series(3, {**DAY.profiles, "more": more}, weight=weight)
        found = solve(replace(base, loads=loads), series)
        assert found.objective is not None
        return found.objective

    result = solve(base, Series(3, DAY.profiles, weight=weight))
    for hour, price in enumerate(result.nodal_prices["a"]):
        difference = (objective(0.01, hour) - objective(-0.01, hour)) / 0.02 / weight[hour]
        assert difference == pytest.approx(float(price), abs=1e-6)


FAULTY = {
    "load_without_supply": (replace(TWO_BUSES, branches=(), generators=TWO_BUSES.generators[:1]), "town"),
    "line_to_nowhere": (replace(TWO_BUSES, branches=(Branch("lost", "a", "nowhere", 0.1, 50),)), "lost"),
    "line_to_itself": (replace(TWO_BUSES, branches=(Branch("loop", "a", "a", 0.1, 50),)), "loop"),
    "unknown_bus": (replace(TWO_BUSES, generators=(Generator("stray", "nowhere", 10),)), "stray"),
    "unknown_build": (replace(TWO_BUSES, links=(Link("link", "a", "b", 5, build="dream"),)), "link"),
    "bus_twice": (replace(TWO_BUSES, buses=("a", "b", "b")), "b"),
    "id_twice": (replace(TWO_BUSES, loads=(Load("town", "a"), Load("town", "b"))), "town"),
}


@pytest.mark.parametrize("rule", FAULTY)
def test_what_makes_no_sense_is_named(rule: str) -> None:
    network, element = FAULTY[rule]
    with pytest.raises(CaseError) as error:
        solve(network)
    assert [(finding.rule, finding.place) for finding in error.value.findings] == [(rule, element)]


def test_faults_are_told_all_at_once() -> None:
    network = replace(
        TWO_BUSES,
        branches=(Branch("lost", "a", "nowhere", 0.1, 50),),
        generators=(Generator("stray", "elsewhere", 10),),
    )
    with pytest.raises(CaseError) as error:
        solve(network)
    assert {(finding.rule, finding.detail) for finding in error.value.findings} == {
        ("line_to_nowhere", "nowhere"),
        ("unknown_bus", "elsewhere"),
    }
