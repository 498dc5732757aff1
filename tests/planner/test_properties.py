"""What must hold in every county: balance, order, names, halves, effects of clauses, a second formulation."""

import contextlib
from fractions import Fraction
from itertools import combinations, pairwise
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dualcontrol.model.accounting import Counting, PowerBalance, Use
from dualcontrol.model.allocation import Margins, build_model
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.allocation.projects import earmark_moves_up
from dualcontrol.model.plan import MOVES, Plan
from dualcontrol.model.scenario import Scenario, load
from dualcontrol.optimise import Infeasible
from dualcontrol.solvers.compile import compile_model
from dualcontrol.solvers.highs import LiveHighs, Status
from dualcontrol.solvers.prices import one_sided_prices
from tests.model.small_cases import Owner, case_of, changed, county, quotas, rulings_of, solve, write_county
from tests.planner.random_counties import Draft, drafts
from tests.planner.second_formulation import best_value

NOTHING = -np.inf
EXACT = 1e-6  # 万元: the solver's accuracy on counties of a few thousand


def bounded(examples: int) -> settings:
    """So many examples, twenty times as many with `--hypothesis-profile=explore`.

    A failing one is not made smaller: every example costs a plan or several.
    """
    scale = settings.default.max_examples // 50
    return settings(max_examples=examples * scale, phases=(Phase.explicit, Phase.generate))


def plan_of(scenario: Scenario) -> Plan | None:
    """The plan, None where there is none."""
    with contextlib.suppress(Infeasible):
        return solve(scenario)
    return None


def best(case: Case) -> float:
    """Optimal value of the model, minus infinity where there is no plan."""
    solution = LiveHighs(compile_model(build_model(case))).solve()
    return solution.objective if solution.status is Status.OPTIMAL else NOTHING


# --- every plan -----------------------------------------------------------------------------------


@bounded(14)
@given(drafts())
def test_every_plan_balances(draft: Draft) -> None:
    scenario = draft.scenario()
    plan = plan_of(scenario)
    if plan is None:
        return
    ledger = plan.ledger
    into = ledger.groupby("to_account")["tce"].sum()
    out = ledger.groupby("from_account")["tce"].sum()
    balance = into.sub(out, fill_value=0).astype(int)
    assert balance.sum() == 0  # the trial balance
    assert balance.get("pool", 0) == balance.get("retired", 0) == 0
    assert balance.get("reserve", 0) >= 0
    assert balance.get("pool:3.3.2c", 0) >= 0
    # quotas are balances, waterfalls leave no residual, quarters sum
    for account, tce in quotas(plan).items():
        assert balance.get(account, 0) == tce
    assert (plan.quotas[list(MOVES)].sum(axis=1) == plan.quotas["quota_tce"]).all()
    assert (
        plan.quotas[[f"quota_q{q}_tce" for q in range(1, 5)]].sum(axis=1) == plan.quotas["quota_tce"]
    ).all()
    # nobody uses more than its quota, the headroom included; nothing excluded exceeds what was counted
    headroom = 1 + scenario.settings.policy.headroom_share
    owners = plan.quotas[plan.quotas["kind"] == "unit"]
    assert (owners["planned_use_tce"] * headroom <= owners["quota_tce"] + 1e-9).all()
    assert (plan.quotas["headroom_tce"] >= -1e-9).all()
    assert (owners["excess_green_mwh"] <= owners["green_mwh"] + 1e-9).all()
    bought = np.array([owner.energy[1]["quantity"] if len(owner.energy) > 1 else 0
                       for owner in draft.owners if owner.table == "units"])  # fmt: skip
    by_id = owners.set_index("id").loc[[f"o{k}" for k in range(len(bought))]]
    left_out = by_id["self_pv_mwh"] + by_id["green_mwh"]
    assert (left_out.to_numpy() <= bought * by_id["activity"].to_numpy() + 2e-3).all()
    # the total row is the pool: what superior issued covers the county's total at 等价
    assert plan.summary["energy_eq_total_tce"] <= -balance["superior"] + 1e-6
    reduction = scenario.settings.targets.intensity_reduction
    if reduction is not None:
        assert plan.summary["intensity_reduction"] >= reduction - 1e-9
    assert plan.summary["objective_wan_yuan"] <= plan.summary["bound_wan_yuan"] + EXACT
    energy = plan.summary["energy_eq_total_tce"]
    assert energy <= plan.summary["energy_eq_gross_tce"] + 1e-9


@pytest.mark.slow
@bounded(3)
@given(drafts())
def test_the_same_input_gives_the_same_bytes(draft: Draft) -> None:
    plans = [plan_of(draft.scenario()) for _ in range(2)]
    if plans[0] is None:
        return
    for name in ("quotas", "measures", "projects", "ledger", "constraints"):
        first, second = (getattr(plan, name).to_csv().encode() for plan in plans)
        assert first == second


# --- order, names, halves -------------------------------------------------------------------------


@pytest.mark.slow
@bounded(3)
@given(drafts(), st.randoms(use_true_random=False))
def test_order_of_rows_and_encoding_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, draft: Draft, chance: object
) -> None:
    """From the files on: rows permuted, headings in utf-8 with BOM or GBK, the content hash and every byte stay."""
    folder = write_county(tmp_path_factory.mktemp("s"), draft.named(), draft.settings, **draft.every_table())
    other = tmp_path_factory.mktemp("p")
    for path in sorted(folder.iterdir()):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            heading, *rows = text.splitlines()
            chance.shuffle(rows)
            text = "\n".join([heading, *rows]) + "\n"
            (other / path.name).write_bytes(text.encode(chance.choice(("utf-8-sig", "gb18030", "utf-8"))))
        else:
            (other / path.name).write_text(text, encoding="utf-8")
    first, second = load(folder), load(other)
    assert first.content_hash == second.content_hash
    plans = [plan_of(first), plan_of(second)]
    if plans[0] is not None:
        for name in ("quotas", "projects", "ledger"):
            assert getattr(plans[0], name).to_csv() == getattr(plans[1], name).to_csv()


def twins(draft: Draft) -> bool:
    """Whether two owners differ in nothing but their names."""
    content = [(owner.table, owner.row, owner.energy) for owner in draft.owners]
    return any(a == b for a, b in combinations(content, 2))


@pytest.mark.slow
@bounded(7)
@given(drafts(), st.randoms(use_true_random=False))
def test_names_change_no_quota(draft: Draft, chance: object) -> None:
    if twins(draft):
        return
    new = [f"{letter}{k}" for k, letter in enumerate("qwertzuiop"[: len(draft.owners)])]
    chance.shuffle(new)
    plain, other = plan_of(draft.scenario()), plan_of(draft.scenario(new))
    assert (plain is None) == (other is None)
    if plain is None:
        return
    old = dict(zip(draft.names(), new, strict=True))

    def as_new(account: str) -> str:
        kind, _, name = account.partition(":")
        return f"{kind}:{old[name]}" if name in old else account

    assert {as_new(account): tce for account, tce in quotas(plain).items()} == quotas(other)


@pytest.mark.slow
@bounded(6)
@given(drafts(is_simple=True, is_divisible=True))
def test_splitting_a_unit_in_halves_changes_no_total_beyond_a_tonne_per_unit(draft: Draft) -> None:
    """Without thresholds: openings, cuts and grants are rounded once more, by less than a tonne each.

    Openings are rounded up and the county's total is not, so the increment must at least cover the rounding.
    """
    if draft.settings["targets"]["increment_tce_eq"] < len(draft.owners) + 2:
        return
    first, *rest = draft.named()
    half = {**first.row, "value_added_wan_yuan": float(first.row["value_added_wan_yuan"]) / 2}
    halves = [
        Owner(first.table, {**half, "unit_id": name, "name": name},
              tuple({**row, "unit_id": name, "quantity": float(row["quantity"]) / 2} for row in first.energy))
        for name in ("half 1", "half 2")
    ]  # fmt: skip
    whole = plan_of(draft.scenario())
    split = plan_of(county([*halves, *rest], draft.settings, **draft.every_table()))
    assert (whole is None) == (split is None)
    if whole is None:
        return
    count = len(draft.owners) + 2
    total_whole, total_split = sum(quotas(whole).values()), sum(quotas(split).values())
    assert abs(total_whole - total_split) <= 2 * count
    # each tonne is worth at most what the best owner earns with it
    worth = max(float(o.row["value_added_wan_yuan"]) / float(o.energy[0]["quantity"]) for o in draft.owners)
    gap = whole.summary["objective_wan_yuan"] - split.summary["objective_wan_yuan"]
    assert abs(gap) <= 2 * count * worth


# --- the optimum ----------------------------------------------------------------------------------


@pytest.mark.slow
@bounded(20)
@given(drafts(is_simple=True))
def test_the_optimum_is_that_of_a_second_formulation_over_all_admissions(draft: Draft) -> None:
    value = best_value(draft)
    mine = best(case_of(draft.scenario()))
    assert mine == pytest.approx(NOTHING if value is None else value, rel=1e-9, abs=EXACT)


@bounded(8)
@given(drafts())
def test_the_optimum_is_the_best_over_all_yes_or_no_decisions(draft: Draft) -> None:
    """Every combination of the binaries is tried, the linear program solved for each."""
    arrays = compile_model(build_model(case_of(draft.scenario())))
    binaries = np.flatnonzero(arrays.is_integer & (arrays.lower < arrays.upper))
    if len(binaries) > 6:
        return
    values = [NOTHING]
    for choice in np.ndindex(*(2,) * len(binaries)):
        point = np.where(arrays.is_integer, arrays.lower, 0.0)
        point[binaries] = choice
        solution = LiveHighs(arrays.fixed(point)).solve()
        values.append(solution.objective if solution.status is Status.OPTIMAL else NOTHING)
    found = LiveHighs(arrays).solve()
    reached = found.objective if found.status is Status.OPTIMAL else NOTHING
    assert reached == pytest.approx(max(values), rel=1e-9, abs=EXACT)


@bounded(5)
@given(drafts(is_simple=True, is_divisible=True))
def test_whole_tonnes_cost_no_more_than_tonnes(draft: Draft) -> None:
    """The published plan is within a tonne per account of the optimum before rounding."""
    scenario = draft.scenario()
    plan = plan_of(scenario)
    if plan is None:
        return
    worth = max(float(o.row["value_added_wan_yuan"]) / float(o.energy[0]["quantity"]) for o in draft.owners)
    loss = best(case_of(scenario)) - plan.summary["objective_wan_yuan"]
    assert -EXACT <= loss <= (len(draft.owners) + 2) * worth


@bounded(5)
@given(drafts(is_simple=True, is_divisible=True), st.sampled_from(("pool", "intensity")))
def test_prices_are_the_slopes_of_the_value(draft: Draft, which: str) -> None:
    """Left and right price of the total and of the intensity row against a tenth of a kilogram either way."""
    scenario = draft.scenario()
    name = {"pool": "pool_balance", "intensity": "county_intensity"}[which]
    if which == "intensity" and scenario.settings.targets.intensity_reduction is None:
        return
    rulings = rulings_of(scenario)
    arrays = compile_model(build_model(Case(rulings)))
    solution = LiveHighs(arrays).solve()
    if solution.status is not Status.OPTIMAL:
        return
    left, right = one_sided_prices(arrays, solution.x, [arrays.row(name)])[0]
    step = 1e-3

    def moved(by: float) -> float:
        return best(Case(rulings, Margins(**{f"{which}_tce": by})))

    tighter, wider = moved(step), moved(-step)
    assert right == pytest.approx((wider - solution.objective) / step, abs=1e-4)
    if tighter == NOTHING:
        assert np.isnan(left)
    else:
        assert left == pytest.approx((solution.objective - tighter) / step, abs=1e-4)


# --- clauses --------------------------------------------------------------------------------------

RESTRICTIVE = ("3.1.1", "3.2.1d", "3.2.3b", "3.2.3d", "3.2.4", "3.3.3a")
PERMISSIVE = ("1.b", "3.3.2b", "3.3.3b", "3.3.3c")


@pytest.mark.slow
@bounded(4)
@given(drafts())
def test_dropping_a_clause_moves_value_the_way_it_declares(draft: Draft) -> None:
    scenario = draft.scenario()
    value = best(case_of(scenario))
    for clause in RESTRICTIVE:
        assert best(case_of(changed(scenario, {"disabled_clauses": (clause,)}))) >= value - EXACT
    for clause in PERMISSIVE:
        assert best(case_of(changed(scenario, {"disabled_clauses": (clause,)}))) <= value + EXACT


@bounded(3)
@given(drafts())
def test_a_larger_increment_never_lowers_value(draft: Draft) -> None:
    scenario = draft.scenario()
    increment = scenario.settings.targets.increment_tce_eq
    values = [
        best(case_of(changed(scenario, {"targets.increment_tce_eq": increment + more})))
        for more in (0, 1, 40)
    ]
    assert all(b >= a - EXACT for a, b in pairwise(values))


worths = st.integers(1, 6)


@bounded(60)
@given(
    st.lists(st.tuples(worths, st.integers(0, 9)), min_size=1, max_size=5),
    st.lists(st.tuples(worths, st.integers(0, 9)), min_size=1, max_size=5),
)
def test_the_nested_sums_of_the_earmark_are_a_matching(
    sources: list[tuple[int, int]], uses: list[tuple[int, int]]
) -> None:
    """The rows hold exactly where every tonne of earmark can be traced to a source of lower worth (max-flow)."""
    graph = nx.DiGraph()
    graph.add_nodes_from(("in", "out"))
    for i, (worth, tce) in enumerate(sources):
        graph.add_edge("in", ("source", i), capacity=tce)
        for j, (other, _) in enumerate(uses):
            if worth < other:
                graph.add_edge(("source", i), ("use", j))
    for j, (_, tce) in enumerate(uses):
        graph.add_edge(("use", j), "out", capacity=tce)
    can_be_traced = nx.maximum_flow_value(graph, "in", "out") == sum(tce for _, tce in uses)

    value = {("source", i): w for i, (w, _) in enumerate(sources)} | {
        ("use", j): w for j, (w, _) in enumerate(uses)
    }
    model = SimpleNamespace(
        PROJECTS=[("use", j) for j in range(len(uses))],
        earmark={("use", j): tce for j, (_, tce) in enumerate(uses)},
        case=SimpleNamespace(
            value_per_tce=value,
            rulings=SimpleNamespace(
                units={("source", i): SimpleNamespace(released_tce=tce) for i, (_, tce) in enumerate(sources)}
            ),
        ),
    )
    assert all(earmark_moves_up.build(model, j) for j in model.PROJECTS) == can_be_traced


# --- accounting -----------------------------------------------------------------------------------

amounts = st.fractions(min_value=0, max_value=5000, max_denominator=10)


@st.composite
def uses(draw: st.DrawFn) -> Use:
    """An owner whose excluded electricity and feedstock are part of what it uses."""
    electricity, fuel, feedstock = draw(amounts), draw(amounts), draw(amounts)
    own = electricity * draw(st.fractions(0, 1, max_denominator=8))
    green = (electricity - own) * draw(st.fractions(0, 1, max_denominator=8))
    gross = fuel + feedstock + electricity * Fraction("0.1229")
    return Use(gross, feedstock, electricity, draw(amounts), draw(amounts), Fraction(1), own, green)


switches = st.sets(
    st.tuples(
        st.sampled_from(("feedstock", "self_pv", "excess_renewable")), st.sampled_from(("intensity", "total"))
    )
)


@bounded(30)
@given(st.lists(uses(), min_size=1, max_size=3), amounts, amounts, switches, st.booleans())
def test_no_mwh_is_left_out_twice_and_exported_pv_moves_nothing(
    owners: list[Use], generated: Fraction, local: Fraction, on: set[tuple[str, str]], is_eq: bool
) -> None:
    law = Counting(
        Fraction("0.1229"), Fraction("0.3"), is_eq, Fraction("0.581"), Fraction(1, 5), frozenset(on)
    )
    balance = PowerBalance(generated, local, Fraction(0))
    year = law.county(owners, balance, Fraction(1))
    exporting = PowerBalance(generated + 1000, local, Fraction(0))
    more = law.county(owners, exporting, Fraction(1))
    assert more.energy_eq_tce == year.energy_eq_tce
    assert year.co2_t - more.co2_t == 581
    for use in owners:
        for measure in ("intensity", "total"):
            assert 0 <= law.counted(use, measure) <= use.gross_tce
    left_out = sum(use.self_pv_mwh + use.excess_green_mwh for use in owners)
    feedstock = sum(use.feedstock_tce for use in owners)
    for measure in ("intensity", "total"):
        excluded = year.energy_eq_tce["gross"] - year.energy_eq_tce[measure]
        assert 0 <= excluded <= Fraction("0.3") * left_out + feedstock
