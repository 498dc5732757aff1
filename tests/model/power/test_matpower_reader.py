"""MATPOWER case files written for one trait each: what becomes of it, or the fault that names it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dualcontrol.model.power.case import Case, CaseError
from dualcontrol.model.power.matpower import Convention, read_matpower
from dualcontrol.power_case import PowerResult, solve_case

pytest.importorskip("matpowercaseframes")

Reader = Callable[..., Case]
BUS = "{id}\t{type}\t{load}\t0\t{gs}\t0\t1\t1\t0\t110\t1\t1.1\t0.9;"
HEAD = "function mpc = small\nmpc.version = '2';\nmpc.baseMVA = {base};\n"


def text(
    *,
    base: float = 100,
    buses: str = "1 3 0 0; 2 1 100 0",
    gens: str = "1 200 0 1; 2 200 0 1",
    branches: str = "1 2 0 0.1 50",
    costs: str = "2 0 0 2 10 0; 2 0 0 2 30 0",
    more: str = "",
) -> str:
    """A case from short rows. buses: id type Pd Gs. gens: bus Pmax Pmin status. branches: from to r x rateA
    [tap shift status angmin angmax]."""
    bus_rows = [BUS.format(id=r[0], type=r[1], load=r[2], gs=r[3]) for r in cells(buses)]
    gen_rows = [f"{r[0]} 0 0 0 0 1 100 {r[3]} {r[1]} {r[2]};" for r in cells(gens)]
    branch_rows = []
    for row in cells(branches):
        tap, shift, status, low, high = (*row[5:], *("0", "0", "1", "-360", "360")[len(row) - 5 :])
        branch_rows.append(
            f"{row[0]} {row[1]} {row[2]} {row[3]} 0 {row[4]} 0 0 {tap} {shift} {status} {low} {high};"
        )
    tables = {"bus": bus_rows, "gen": gen_rows, "branch": branch_rows}
    tables["gencost"] = [" ".join(row) + ";" for row in cells(costs)]
    body = "".join(f"mpc.{name} = [\n" + "\n".join(rows) + "\n];\n" for name, rows in tables.items() if rows)
    return HEAD.format(base=base) + body + more


def cells(rows: str) -> list[list[str]]:
    return [row.split() for row in rows.split(";") if row.strip()]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    def reader(content: str, convention: Convention = "matpower") -> Case:
        path = tmp_path / "small.m"
        path.write_text(content, encoding="utf-8")
        return read_matpower(path, convention)

    return reader


def flow(result: PowerResult, name: str) -> float:
    return float(result.flows[name][0])


def rules(case: Case) -> set[str]:
    return {note.rule for note in case.notes}


def test_two_buses(read: Reader) -> None:
    result = solve_case(read(text()))
    assert result.objective == pytest.approx(50 * 10 + 50 * 30)
    assert {bus: float(price[0]) for bus, price in result.nodal_prices.items()} == {"1": 10, "2": 30}


@pytest.mark.parametrize(
    ("branch", "convention", "reactance"),
    [
        ("1 2 0.03 0.1 0", "matpower", 0.1),
        ("1 2 0.03 0.1 0", "pglib", (0.03**2 + 0.1**2) / 0.1),
        ("1 2 0.03 0.1 0 0.95", "matpower", 0.095),
        ("1 2 0.03 0.1 0 0.95", "pglib", (0.03**2 + 0.1**2) / 0.1),
        ("1 2 0 -0.1 0", "matpower", -0.1),
    ],
)
def test_reactance_by_convention(read: Reader, branch: str, convention: Convention, reactance: float) -> None:
    (found,) = read(text(branches=branch), convention).network.branches
    assert found.reactance_pu == pytest.approx(reactance)


def test_the_base_is_brought_to_100_mva(read: Reader) -> None:
    """On 10 MVA a reactance of 0.01 is 0.1 on 100 MVA: a limit of 1° lets 17.4533 MW through."""
    case = read(text(base=10, branches="1 2 0 0.01 0 0 0 1 -1 1"))
    assert case.network.branches[0].reactance_pu == pytest.approx(0.1)
    assert flow(solve_case(case), "branch1:1-2") == pytest.approx(np.radians(1) * 100 / 0.1)


def test_taps_and_shifts_belong_to_one_convention(read: Reader) -> None:
    """Two parallel paths of 0.1, one with a shift of 1°: f1 and f2 with 0.1 f1 = 0.1 f2 + radians(1) * 100."""
    paths = text(branches="1 2 0 0.1 0; 1 2 0 0.1 0 0 1", costs="2 0 0 2 10 0; 2 0 0 2 3000 0")
    shifted = solve_case(read(paths))
    difference = flow(shifted, "branch1:1-2") - flow(shifted, "branch2:1-2")
    assert difference == pytest.approx(np.radians(1) * 100 / 0.1)
    plain = read(paths, "pglib")
    assert "taps_ignored" in rules(plain)
    assert flow(solve_case(plain), "branch1:1-2") == pytest.approx(50)


def test_a_rate_of_nothing_is_no_limit(read: Reader) -> None:
    assert flow(solve_case(read(text(branches="1 2 0 0.1 0"))), "branch1:1-2") == pytest.approx(100)


@pytest.mark.parametrize("angles", ["0 0", "-360 360", "-400 720"])
def test_angle_limits_that_mean_none(read: Reader, angles: str) -> None:
    (branch,) = read(text(branches=f"1 2 0 0.1 0 0 0 1 {angles}")).network.branches
    assert (branch.angle_min_rad, branch.angle_max_rad) == (-np.inf, np.inf)


def test_one_angle_limit_alone_holds_and_nought_on_the_other_side_too(read: Reader) -> None:
    (branch,) = read(text(branches="1 2 0 0.1 0 0 0 1 0 30")).network.branches
    assert (branch.angle_min_rad, branch.angle_max_rad) == (0, pytest.approx(np.pi / 6))


def test_what_is_out_of_service_is_left_out_and_named(read: Reader) -> None:
    case = read(
        text(
            gens="1 200 0 1; 2 200 0 1; 1 500 0 0",
            costs="2 0 0 2 10 0; 2 0 0 2 30 7; 2 0 0 2 1 999",
            branches="1 2 0 0.1 50; 1 2 0 0.1 50 0 0 0",
        )
    )
    assert [g.id for g in case.network.generators] == ["gen1@1", "gen2@2"]
    assert len(case.network.branches) == 1
    (note,) = [note for note in case.notes if note.rule == "out_of_service"]
    assert note.detail == "branch2:1-2, gen3@1"
    assert solve_case(case).objective == pytest.approx(
        2000 + 7
    )  # the constant of what runs, not of what does not


def test_an_isolated_bus_takes_everything_on_it_along(read: Reader) -> None:
    case = read(
        text(
            buses="1 3 0 0; 2 1 100 0; 9 4 77 0",
            gens="1 200 0 1; 2 200 0 1; 9 500 0 1",
            costs="2 0 0 2 10 0; 2 0 0 2 30 0; 2 0 0 2 1 0",
            branches="1 2 0 0.1 50; 2 9 0 0.1 50",
        )
    )
    assert case.network.buses == ("1", "2")
    (note,) = [note for note in case.notes if note.rule == "isolated"]
    assert note.detail == "bus 9, branch2:2-9, gen3@9"
    assert solve_case(case).objective == pytest.approx(2000)


def test_shunt_conductance_is_drawn_as_load(read: Reader) -> None:
    assert solve_case(read(text(buses="1 3 0 0; 2 1 100 4"))).objective == pytest.approx(2000 + 4 * 30)


def test_a_negative_load_feeds(read: Reader) -> None:
    assert solve_case(read(text(buses="1 3 0 0; 2 1 -20 0; 3 1 100 0", branches="1 2 0 0.1 0; 2 3 0 0.1 0")))


def test_a_dispatchable_load_is_a_generator_below_nothing(read: Reader) -> None:
    """30 MW at bus 2 are worth 20 each: served over the line at 10, but the line is full and 30 is too dear."""
    case = text(
        gens="1 200 0 1; 2 200 0 1; 2 0 -30 1",
        costs="2 0 0 2 10 0; 2 0 0 2 30 0; 2 0 0 2 20 0",
        branches="1 2 0 0.1 {}",
    )
    wide, narrow = solve_case(read(case.replace("{}", "0"))), solve_case(read(case.replace("{}", "110")))
    assert float(wide.dispatch["gen3@2"][0]) == pytest.approx(-30)
    assert wide.objective == pytest.approx(130 * 10 - 30 * 20)
    assert float(narrow.dispatch["gen3@2"][0]) == pytest.approx(-10)


def test_a_generator_with_a_negative_minimum(read: Reader) -> None:
    """It may take 10 MW: at a price of -5 for output it does (the cheap one makes 10 MW more at 10, and 5 is paid)."""
    case = read(
        text(gens="1 200 0 1; 2 50 -10 1", costs="2 0 0 2 10 0; 2 0 0 2 12 0", branches="1 2 0 0.1 0")
    )
    assert solve_case(case).objective == pytest.approx(110 * 10 - 10 * 12)


def test_parallel_lines_share(read: Reader) -> None:
    result = solve_case(read(text(branches="1 2 0 0.1 0; 1 2 0 0.3 0")))
    assert (flow(result, "branch1:1-2"), flow(result, "branch2:1-2")) == (
        pytest.approx(75),
        pytest.approx(25),
    )


def test_zero_coefficients_of_higher_order_are_no_curve(read: Reader) -> None:
    case = read(text(costs="2 0 0 4 0 0 10 5; 2 0 0 4 0 0 30 0"))
    assert not case.curves
    assert solve_case(case).objective == pytest.approx(2005)


def test_quadratic_costs_within_the_stated_error(read: Reader) -> None:
    """Two generators at one end, 0.1 p² + 10 p and 0.2 p² + 10 p: equal marginal costs at 2 : 1, 66.67 and
    33.33 MW.

    0.1 * 66.67² + 0.2 * 33.33² + 1000 = 1666.67; the next MWh costs 10 + 0.2 * 66.67 = 23.33.
    """
    case = read(
        text(gens="1 200 0 1; 1 200 0 1", costs="2 0 0 3 0.1 10 0; 2 0 0 3 0.2 10 0", branches="1 2 0 0.1 0")
    )
    result = solve_case(case)
    exact = 1000 + 0.1 * (200 / 3) ** 2 + 0.2 * (100 / 3) ** 2
    assert result.objective is not None
    assert result.objective - result.objective_error - 1e-9 <= exact <= result.objective + 1e-9
    assert 0 <= result.objective_error <= 1e-7 * exact
    assert float(result.nodal_prices["2"][0]) == pytest.approx(10 + 40 / 3, rel=1e-2)
    assert float(result.dispatch["gen1@1"][0]) == pytest.approx(200 / 3, rel=1e-2)


def test_a_coarser_tolerance_has_a_larger_error_and_says_so(read: Reader) -> None:
    case = read(
        text(gens="1 200 0 1; 1 200 0 1", costs="2 0 0 3 0.1 10 0; 2 0 0 3 0.2 10 0", branches="1 2 0 0.1 0")
    )
    coarse, fine = solve_case(case, tolerance=1e-2), solve_case(case, tolerance=1e-9)
    assert coarse.objective is not None
    assert fine.objective is not None
    assert coarse.objective_error > fine.objective_error
    assert coarse.objective - coarse.objective_error <= fine.objective <= coarse.objective


def test_version_1_commas_comments_and_rows_on_one_line(read: Reader) -> None:
    """As MATPOWER reads it: `%` in quotes is no comment, `...` goes on, rows may share a line."""
    content = """function [baseMVA, bus, gen, branch, areas, gencost] = old
%% old format
baseMVA = 100;
bus = [ 1, 3, 0, 0, 0, 0, 1, 1, 0, 110, 1, 1.1, 0.9; 2 1 100 0 0 0 1 1 0 110 1 1.1 0.9 ]; % both
gen = [ ...
  1 0 0 0 0 1 100 1 200 0   % first
  2 0 0 0 0 1 100 1 200 0
];
%{
branch = [ 7 7 7 ];
%}
branch = [1 2 0 0.1 0 50 0 0 0 0 1];
gencost = [2 0 0 2 10 0
2 0 0 2 30 0];
bus_name = {'100 % green'; 'b'};
"""
    case = read(content)
    assert solve_case(case).objective == pytest.approx(2000)
    assert "bus_name" in next(note.detail for note in case.notes if note.rule == "descriptive")


def test_fields_and_columns_without_a_place_are_named(read: Reader) -> None:
    more = (
        "mpc.reserves.zones = [1 1];\nmpc.if.map = [1 1];\ndisp('hello');\nmpc.genfuel = {'coal'; 'gas'};\n"
    )
    case = read(text(costs="2 5 0 2 10 0; 2 0 0 2 30 0", more=more))
    told = {note.rule: note.detail for note in case.notes}
    assert told["not_modelled"] == "reserves.zones, if.map"
    assert told["statement"] == "disp('hello')"
    assert told["descriptive"] == "genfuel"
    assert told["startup_costs"] == "gen1@1"


FAULTS = {
    "computed_table": text(more="mpc.bus(:, 3) = mpc.bus(:, 3) / 1e3;\n"),
    "not_matpower": "function x = f(y)\nx = y;\n",
    "not_a_number": text().replace("0.1 0 50", "O.1 0 50"),
    "ragged_row": text().replace("1 0 0 0 0 1 100 1 200 0;", "1 0 0 0 0 1 100 1 200 0 7;"),
    "missing_columns": text().replace("1\t1\t0\t110\t1\t1.1\t0.9", ""),
    "limits_crossed": text(gens="1 200 300 1; 2 200 0 1"),
    "cost_rows": text(costs="2 0 0 2 10 0"),
    "cost_model": text(costs="3 0 0 2 10 0; 2 0 0 2 30 0"),
    "cost_points": text(costs="1 0 0 2 5 0 5 9; 2 0 0 2 30 0 0 0"),
    "not_convex": text(costs="1 0 0 3 0 0 5 50 9 60; 2 0 0 2 30 0 0 0 0 0"),
    "unlimited_curve": text(gens="1 Inf 0 1; 2 200 0 1", costs="2 0 0 3 1 10 0; 2 0 0 3 0 30 0"),
}


@pytest.mark.parametrize("rule", FAULTS)
def test_faults_are_named(read: Reader, rule: str) -> None:
    with pytest.raises(CaseError) as error:
        read(FAULTS[rule])
    assert rule in {finding.rule for finding in error.value.findings}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (text(branches="1 8 0 0.1 50"), "line_to_nowhere"),
        (text(gens="1 200 0 1; 8 200 0 1"), "unknown_bus"),
        (text(buses="1 3 0 0; 2 1 100 0; 2 1 50 0"), "bus_twice"),
        (text(buses="1 3 0 0; 2 1 100 0; 3 1 50 0"), "load_without_supply"),
    ],
)
def test_a_network_that_makes_no_sense_is_named(read: Reader, content: str, rule: str) -> None:
    with pytest.raises(CaseError) as error:
        solve_case(read(content))
    assert error.value.findings[0].rule == rule


DCLINE = "mpc.dcline = [\n1 2 {status} 0 0 0 0 1 1 0 30 -Inf Inf -10 10 1 0.1;\n];\n"


def test_a_dc_line_loses_what_the_file_says(read: Reader) -> None:
    """30 MW enter, 0.9 x 30 - 1 = 26 arrive beside the 50 MW of the line: 80 x 10 + 24 x 30 = 1,520."""
    case = read(text(more=DCLINE.format(status=1)))
    result = solve_case(case)
    assert result.objective == pytest.approx(1520)
    assert flow(result, "dcline1:1-2") == pytest.approx(30)
    assert result.shadow_prices["transfer dcline1:1-2"] == pytest.approx([0.9 * 30 - 10])
    (note,) = [n for n in case.notes if n.rule == "dc_power_flow"]
    assert "dcline.QMINF" in note.detail  # a limit of reactive power is of no use here, and may be infinite


def test_a_dc_line_out_of_service_is_named(read: Reader) -> None:
    case = read(text(more=DCLINE.format(status=0)))
    assert solve_case(case).objective == pytest.approx(2000)
    assert "out_of_service" in rules(case)
