"""`dualcontrol power CASE` as people and programs meet it: exit codes, sentences, JSON, the folder it writes."""

import csv
import json
import random
from pathlib import Path

import pytest

from dualcontrol.messages import catalogue, known
from dualcontrol.power_output import SUMMARY, TABLES
from tests.planner.conftest import Run

pytest.importorskip("matpowercaseframes")

CASE = """function mpc = two
mpc.version = '2';
mpc.baseMVA = 100;
mpc.bus = [
1 3 0 0 0 0 1 1 0 110 1 1.1 0.9;
2 1 100 0 0 0 1 1 0 110 1 1.1 0.9;
];
mpc.gen = [
1 0 0 0 0 1 100 1 200 0;
2 0 0 0 0 1 100 1 {own} 0;
];
mpc.branch = [1 2 0 0.1 0 50 0 0 0 0 1 -360 360];
mpc.gencost = [
2 0 0 2 10 0;
2 0 0 2 30 0;
];
"""
PYPSA = Path(__file__).parents[1] / "peers" / "data" / "pypsa-random" / "64"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "two.m"
    path.write_text(CASE.format(own=200), encoding="utf-8")
    return path


@pytest.fixture
def infeasible(tmp_path: Path) -> Path:
    path = tmp_path / "short.m"
    path.write_text(CASE.format(own=20), encoding="utf-8")
    return path


def test_people_read_the_objective_prices_and_what_binds(run_power: Run, case: Path) -> None:
    said = run_power(case)
    assert said.code == 0
    assert "two: optimal. Objective 2,000." in said.out
    assert "  2: 30.00000" in said.out
    assert "flow branch1:1-2: 20" in said.out
    assert said.err == ""


def test_and_in_chinese(run_power: Run, case: Path) -> None:
    assert "目标值 2,000" in run_power(case, lang="zh").out


def test_programs_get_one_object(run_power: Run, case: Path) -> None:
    told = run_power(case, "--json").json
    assert told["ok"] is True
    assert told["status"] == "optimal"
    assert told["objective"] == pytest.approx(2000)
    assert told["nodal_prices"] == {"1": 10, "2": 30}
    assert told["dispatch"] == {"gen1@1": 50, "gen2@2": 50}
    assert told["shadow_prices"] == {"flow branch1:1-2": 20}
    assert told["conflict"] is None


def test_with_several_hours_a_list_by_hour(run_power: Run) -> None:
    told = run_power(PYPSA, "--json").json
    assert told["objective"] == pytest.approx(6985.705531059051, rel=1e-6)
    assert told["shadow_prices"]["co2"] == pytest.approx(10.035882086376475, rel=1e-6)
    assert {len(prices) for prices in told["nodal_prices"].values()} == {told["hours"]}
    assert {len(output) for output in told["dispatch"].values()} == {told["hours"]}


def test_what_is_not_modelled_is_told_to_both(run_power: Run, tmp_path: Path) -> None:
    path = tmp_path / "more.m"
    path.write_text(CASE.format(own=200) + "mpc.reserves = [1 2 3];\n", encoding="utf-8")
    assert "more.m is not modelled, which may change the result: reserves" in run_power(path).out
    notes = run_power(path, "--json").json["notes"]
    assert [(note["rule"], note["detail"]) for note in notes] == [("not_modelled", "reserves")]


def test_infeasible_is_3_and_says_what_conflicts(run_power: Run, infeasible: Path) -> None:
    said = run_power(infeasible)
    assert said.code == 3
    assert said.out == ""
    assert "short is infeasible" in said.err
    assert "flow limit of branch1:1-2 by 30 MW" in said.err
    assert "bus 2 lacks 30 MW" in said.err
    told = run_power(infeasible, "--json").json
    assert (told["ok"], told["exit_code"], told["status"], told["objective"]) == (
        False,
        3,
        "infeasible",
        None,
    )
    assert told["conflict"]["limits"][0]["element"] == "branch1:1-2"
    assert told["conflict"]["balances"][0]["amount"] == pytest.approx(30)


def test_the_convention_changes_what_is_solved(run_power: Run, tmp_path: Path) -> None:
    path = tmp_path / "paths.m"
    two = "mpc.branch = [1 2 0.1 0.1 0 0 0 0 0 0 1 -360 360; 1 2 0 0.1 0 0 0 0 0 0 1 -360 360];\n"
    text = CASE.format(own=200)
    begin = text.index("mpc.branch")
    path.write_text(text[:begin] + two + text[text.index("\n", begin) + 1 :], encoding="utf-8")
    flows = [run_power(path, "--json", "--convention", name).json["flows"] for name in ("matpower", "pglib")]
    assert flows[0]["branch1:1-2"] == pytest.approx(50)
    assert flows[1]["branch1:1-2"] == pytest.approx(100 / 3)  # its reactance is (0.01 + 0.01) / 0.1 = 0.2
    assert run_power(path, "--convention", "other").code == 2


def test_bad_input_is_2_and_named(run_power: Run, tmp_path: Path, case: Path) -> None:
    missing = run_power(tmp_path / "none.m")
    assert missing.code == 2
    assert "There is no" in missing.err
    for content, sentence in (
        ("not a case", "is no MATPOWER case"),
        (CASE.format(own=200).replace("100 0 0 0 1 1 0 110", "1OO 0 0 0 1 1 0 110"), "is no number"),
        (CASE.format(own=200).replace("[1 2 0 0.1", "[1 7 0 0.1"), "leads to a bus that does not exist: 7"),
    ):
        case.write_text(content, encoding="utf-8")
        said = run_power(case)
        assert said.code == 2
        assert sentence in said.err
        assert run_power(case, "--json").json["problems"][0]["message"] in said.err
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run_power(empty).code == 2
    text = tmp_path / "case.txt"
    text.write_text("x", encoding="utf-8")
    assert run_power(text).code == 2


def test_without_a_bound_the_solver_has_failed(run_power: Run, tmp_path: Path) -> None:
    """A build that pays and has no limit."""
    for name, content in {
        "buses": "name\na\n",
        "loads": "name,bus,p_set\nl,a,1\n",
        "generators": "name,bus,p_nom_extendable,capital_cost\ng,a,True,-1\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
    said = run_power(tmp_path, "--json")
    assert said.code == 5
    assert said.json["status"] == "unbounded"


def test_the_folder_holds_the_same_numbers(run_power: Run, case: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    told = run_power(case, "--json", "--out", out).json
    assert {path.name for path in out.iterdir()} == {
        *(f"{name}.csv" for name in TABLES),
        "builds.csv",
        SUMMARY,
    }
    summary = json.loads((out / SUMMARY).read_text(encoding="utf-8"))
    assert summary["objective"] == told["objective"]
    for name in ("nodal_prices", "dispatch", "flows"):
        with (out / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            heading, row = list(csv.reader(file))
        assert heading == ["hour", *told[name]]
        assert [float(cell) for cell in row[1:]] == pytest.approx(list(told[name].values()))
    assert run_power(case, "--out", out).code == 0  # replaced as a whole


def test_files_of_others_are_not_touched(run_power: Run, case: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "thesis.docx").write_text("years of work", encoding="utf-8")
    said = run_power(case, "--out", out)
    assert said.code == 2
    assert "thesis.docx" in said.err
    assert [path.name for path in out.iterdir()] == ["thesis.docx"]
    assert run_power(case, "--out", out / "thesis.docx").code == 2
    assert (out / "thesis.docx").read_text(encoding="utf-8") == "years of work"


def test_every_rule_has_its_sentence(repository: Path) -> None:
    """Every finding that the readers and the topology may report, in both languages."""
    import ast

    rules: dict[str, set[str]] = {"Finding": set(), "leave_out": set(), "Fault": set()}
    for path in sorted(
        [*(repository / "model" / "power").glob("*.py"), *(repository / "planner").glob("power_*.py")]
    ):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                for constant in ast.walk(node.args[0]):
                    if (
                        name in rules
                        and isinstance(constant, ast.Constant)
                        and isinstance(constant.value, str)
                    ):
                        rules[name].add(constant.value)
    found = {rule for group in rules.values() for rule in group} - {"matpower"}  # compared with, not a rule
    assert len(found) > 40
    assert [rule for rule in found if not (known(f"power.fault_{rule}") or known(f"power.note_{rule}"))] == []
    told = {key.split("_", 1)[1] for key in catalogue() if key.startswith(("power.fault_", "power.note_"))}
    assert told == found


@pytest.mark.parametrize("seed", range(12))
def test_damaged_files_never_end_in_a_traceback(run_power: Run, tmp_path: Path, seed: int) -> None:
    """Bytes changed, lines doubled or lost, by chance: an exit code and a sentence, whatever comes."""
    chance = random.Random(seed)  # noqa: S311 - reproducible on purpose

    def damaged(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        for _ in range(chance.randint(1, 3)):
            k = chance.randrange(len(lines))
            kind = chance.randrange(4)
            if kind == 0:
                del lines[k]
                lines = lines or [b"\n"]
            elif kind == 1:
                lines.insert(k, lines[chance.randrange(len(lines))])
            else:
                place = chance.randrange(max(1, len(lines[k])))
                junk = chance.choice(
                    [b",", b"-", b"\xff", b"]", b"'", b"nan", b"\x00", b"1e400", b";", b"\n", b"%"]
                )
                lines[k] = lines[k][:place] + junk + lines[k][place + kind - 2 :]
        return b"".join(lines)

    path = tmp_path / "case.m"
    path.write_bytes(damaged(CASE.format(own=200).encode()))
    assert run_power(path).code in {0, 2, 3, 5}
    folder = tmp_path / "folder"
    folder.mkdir()
    tables = sorted(PYPSA.glob("*.csv"))
    hit = chance.choice(tables)
    for table in tables:
        content = table.read_bytes()
        (folder / table.name).write_bytes(damaged(content) if table == hit else content)
    assert run_power(folder).code in {0, 2, 3, 5}
