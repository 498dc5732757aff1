"""The command line as people and programs meet it: exit codes, sentences, JSON, languages, speed."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import dualcontrol as dc
from dualcontrol.cli import main, wanted_language
from dualcontrol.console import visible
from tests.planner.conftest import Case
from tests.planner.killing import beside, is_whole

COMMANDS = (
    "app",
    "check",
    "solve",
    "audit",
    "issue",
    "demo",
    "compare",
    "seek",
    "frontier",
    "ranges",
    "regret",
    "explain",
    "publish",
    "template",
    "import",
    "new",
    "diff",
    "completion",
    "trade",
    "track",
    "years",
    "settle",
)


@dataclass(frozen=True)
class Said:
    """What a command said and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.out)
        return told


Run = Callable[..., Said]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, in English unless it says otherwise."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "en_US.UTF-8")

    def running(*arguments: object) -> Said:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return Said(int(end.value.code or 0), out, err)

    return running


@pytest.fixture
def scenario(scenarios_folder: Path) -> Path:
    return scenarios_folder / "two-firms"


@pytest.fixture
def broken(two_firms: Case, tmp_path: Path) -> Path:
    """A scenario with two faults: an unknown setting, and a word where a number belongs."""
    from dualcontrol.model.scenario import write

    folder = tmp_path / "broken"
    write(two_firms.scenario, folder)
    with (folder / "scenario.toml").open("a", encoding="utf-8") as file:
        file.write("\n[policy_]\nx = 1\n")
    units = folder / "units.csv"
    units.write_text(units.read_text(encoding="utf-8-sig").replace("500", "many", 1), encoding="utf-8")
    return folder


def fresh(
    *arguments: object, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from dualcontrol.cli import main; main()", *map(str, arguments)],
        cwd=cwd, env={**os.environ, **environment}, capture_output=True, check=False, timeout=120,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


# --- help, speed, the public surface


@pytest.mark.parametrize(("lang", "word"), [("zh", "退出码"), ("en", "Exit codes")])
def test_help_speaks_both_languages(lang: str, word: str, run: Run) -> None:
    for arguments in (["--lang", lang, "--help"], ["--help", f"--lang={lang}"]):
        said = run(*arguments)
        assert said.code == 0
        assert word in said.out
        assert all(command in said.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_explains_itself(command: str, lang: str, run: Run) -> None:
    said = run(command, "--help", "--lang", lang)
    assert said.code == 0
    assert "--json" in said.out
    sentences = [line for line in said.out.splitlines() if not line.startswith("Usage")]
    assert bool(re.search("[一-鿿]", "".join(sentences))) == (lang == "zh")


def test_the_language_is_found_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert wanted_language([]) == "zh"
    assert wanted_language(["solve", "x", "--lang", "en"]) == "en"
    assert wanted_language(["--lang=en", "solve"]) == "en"
    assert wanted_language(["check", "--", "--lang=en"]) == "zh"  # that is the name of a folder
    assert wanted_language(["--lang"]) == "zh"


@pytest.mark.parametrize(
    "arguments", [["--lang", "fr", "check", "x"], ["check", "x", "--lang", "fr"], ["no"], ["solve"]]
)
def test_a_wrong_command_line_is_bad_input(arguments: list[str], run: Run) -> None:
    said = run(*arguments)
    assert said.code == 2
    assert said.out == ""


def test_the_version(run: Run) -> None:
    assert run("--version").out == f"dualcontrol {dc.__version__}\n"


LIGHT = """
import sys
{statement}
heavy = {{"numpy", "pandas", "pyomo", "highspy", "pydantic", "rich", "matplotlib", "networkx", "xlsxwriter", "pandera"}}
print(sorted(heavy & set(sys.modules)), sorted(m for m in sys.modules if m.startswith("dualcontrol.")))
"""


def test_importing_the_package_imports_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT.format(statement="import dualcontrol")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[] []\n"


def test_help_imports_no_room_of_the_program() -> None:
    statement = (
        "import contextlib, io\nfrom dualcontrol.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n    main(['--help'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", LIGHT.format(statement=statement)], capture_output=True, text=True, check=True
    )
    heavy, _, own = done.stdout.partition("] ")
    assert heavy == "["
    assert "dualcontrol.model" not in own
    assert "dualcontrol.work" not in own


@pytest.mark.skipif(sys.platform == "win32", reason="measured by the clock of child processes")
def test_help_takes_less_than_half_a_second() -> None:
    # Processor time: what the clock says depends on what else the machine does.
    import resource

    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert fresh("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < 0.5


@pytest.mark.parametrize(
    "first",
    [
        "import dualcontrol.publish, dualcontrol.optimise",
        *(pytest.param(other, marks=pytest.mark.slow) for other in ("", "dc.publish, dc.optimise")),
    ],
)
def test_the_public_names_are_there_in_whatever_order_modules_are_loaded(first: str) -> None:
    script = (
        "import dualcontrol as dc\n{first}\n"
        "assert callable(dc.publish) and callable(dc.optimise) and callable(dc.audit), dc.publish\n"
        "from dualcontrol import publish, optimise\nassert callable(publish) and callable(optimise)\n"
        "from dualcontrol.publish import PublishError\nassert callable(dc.publish)\n"
        "assert set(dc.__all__) <= set(dir(dc))\n[getattr(dc, name) for name in dc.__all__]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script.format(first=first)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with pytest.raises(AttributeError, match="nothing"):
        dc.nothing  # noqa: B018


# --- check


def test_a_good_scenario(run: Run, scenario: Path, two_firms: Case) -> None:
    said = run("check", scenario)
    assert (said.code, said.err) == (0, "")
    assert two_firms.scenario.content_hash in said.out
    told = run("check", scenario, "--json").json
    assert told["ok"] is True
    assert told["content_hash"] == two_firms.scenario.content_hash
    assert told["tables"]["units"] == 2


def test_all_problems_at_once(run: Run, broken: Path) -> None:
    said = run("check", broken)
    assert (said.code, said.out) == (2, "")
    told = run("check", broken, "--json")
    assert (told.code, told.err) == (2, "")
    problems = told.json["problems"]
    assert len(problems) >= 2
    places = {(problem["file"], problem["column"]) for problem in problems}
    assert any(file == "units.csv" for file, _ in places)
    assert any(file == "scenario.toml" for file, _ in places)
    for problem in problems:
        assert set(problem) == {"file", "row", "column", "value", "rule", "message", "remedy"}
        assert problem["message"] in said.err  # each problem on a line of its own, whole
        assert problem["remedy"] in said.err
    assert "many" in said.err
    assert f"{len(problems)} problem" in said.err


def test_problems_in_chinese(run: Run, broken: Path) -> None:
    said = run("check", broken, "--lang", "zh")
    assert "处理办法" in said.err
    problems = run("check", broken, "--json", "--lang", "zh").json["problems"]
    assert all(re.search("[一-鿿]", problem[key]) for problem in problems for key in ("message", "remedy"))


@pytest.mark.parametrize("name", ["[bold red]x[/]", "[/]", "x\x1b[31my", ":smile:", "达拉特 旗"])
def test_a_name_is_shown_and_not_obeyed(name: str, run: Run, tmp_path: Path) -> None:
    said = run("check", tmp_path / name)
    assert said.code == 2
    assert visible(name) in said.err
    assert "\x1b" not in said.err


def test_control_characters_are_shown() -> None:
    assert visible("a\x1b[2Jb\tc\n达") == "a\\x1b[2Jb\\tc\\n达"


# --- solve


def test_a_plan_from_a_folder(run: Run, scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = run("solve", scenario, "--out", out)
    assert said.code == 0
    # what is about the run and not the result stands on standard error, a line alone
    assert re.fullmatch(r"seconds: building the model [\d.]+, value .*, checking [\d.]+\n", said.err)
    assert "value added 828.00 万元, costs 0.00" in said.out
    assert is_whole(out)
    assert "828.00" in said.out  # solved by hand in the scenario's README
    assert str(out / "budget.xlsx") in said.out
    assert "演示数据·非官方文件" in said.out
    assert "estimated 100.0%" in said.out


def test_one_json_object(run: Run, scenario: Path, tmp_path: Path) -> None:
    said = run("solve", scenario, "--json", "--out", tmp_path / "out")
    assert (said.code, said.err) == (0, "")
    told = said.json
    assert (told["ok"], told["exit_code"], told["folder"]) == (True, 0, str(tmp_path / "out"))
    assert told["objective_wan_yuan"] == 828.0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert {key: told[key] for key in summary} == summary


def test_bad_input_writes_nothing(run: Run, broken: Path, tmp_path: Path) -> None:
    said = run("solve", broken, "--out", tmp_path / "deep" / "out")
    assert said.code == 2
    assert not (tmp_path / "deep").exists()


def test_settings_are_changed_for_one_run(run: Run, scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = run(
        "solve",
        scenario,
        "--out",
        out,
        "--json",
        "--set",
        "policy.reserve_share=0.1",
        "--set",
        "title_en=Try = this",
    )
    assert said.code == 0
    assert said.json["title_en"] == "Try = this"
    assert said.json["reserve_tce"] >= 10  # a tenth of the increment of 100 tce
    settings = dc.load(out / "inputs").settings
    assert settings.policy.reserve_share == 0.1


@pytest.mark.parametrize("text", ["nonsense", "=1", "policy.reserve_shar=0.1", "policy.reserve_share=lots"])
def test_a_wrong_setting_is_bad_input(text: str, run: Run, scenario: Path, tmp_path: Path) -> None:
    said = run("solve", scenario, "--out", tmp_path / "out", "--set", text)
    assert said.code == 2
    assert text.split("=", maxsplit=1)[0] in said.err
    assert not (tmp_path / "out").exists()


def test_infeasible(run: Run, scenario: Path, tmp_path: Path) -> None:
    wish = "targets.intensity_reduction=0.9"  # both firms idle would still need more
    for more in ([], ["--json"]):
        said = run("solve", scenario, "--out", tmp_path / "out", "--set", wish, *more)
        assert said.code == 3
        assert not (tmp_path / "out").exists()
    assert said.json["status"] == "infeasible"
    assert said.json["remedy"]
    (gap,) = said.json["gaps"]
    assert (gap["name"], gap["clause"], gap["unit"]) == ("county_intensity", "3.2.1d", "tce_eq")
    assert "3.2.1d" in said.json["error"]


@pytest.mark.fault
@pytest.mark.parametrize("reason", ["time_limit", "HiGHS said nothing"])
def test_a_solver_that_fails(
    reason: str, run: Run, scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules.get("dualcontrol.optimise") or __import__("importlib").import_module(
        "dualcontrol.optimise"
    )

    def failing(_: object) -> None:
        raise module.SolverError(reason)

    monkeypatch.setattr(module, "optimise", failing)
    said = run("solve", scenario, "--out", tmp_path / "out")
    assert said.code == 5
    assert "time limit" in said.err or reason in said.err
    assert not (tmp_path / "out").exists()


@pytest.mark.fault
def test_a_plan_that_fails_its_check(
    run: Run, scenario: Path, tmp_path: Path, two_firms: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = two_firms.verdict.checks
    failed = replace(two_firms.verdict, checks=(replace(first, passed=False), *others))
    monkeypatch.setattr("dualcontrol.checking.audit", lambda *_: failed)
    said = run("solve", scenario, "--out", tmp_path / "out")
    assert said.code == 4
    assert first.name in said.err
    assert not (tmp_path / "out").exists()
    told = run("solve", scenario, "--out", tmp_path / "out", "--json")
    assert told.code == 4
    assert told.json["passed"] is False
    assert len(told.json["messages"]) == 1


@pytest.mark.fault
@pytest.mark.parametrize(
    ("error", "word"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "x"), "ermission"),
        (OSError(errno.ENOSPC, "No space left", "x"), "full"),
        (OSError(errno.EIO, "Input/output error", "x"), "Input/output error"),
    ],
)
@pytest.mark.parametrize("place", ["pathlib.Path.write_bytes", "dualcontrol.model.scenario.load"])
def test_a_failing_disk_is_a_sentence(
    place: str,
    error: OSError,
    word: str,
    run: Run,
    scenario: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(place, failing)
    said = run("solve", scenario, "--out", tmp_path / "out")
    assert said.code == 2
    assert word in said.err
    assert said.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_of_somebody_else_is_refused_before_the_work(
    run: Run, scenario: Path, tmp_path: Path
) -> None:
    (tmp_path / "letters.docx").write_bytes(b"dear")
    said = run("solve", scenario, "--out", tmp_path)
    assert said.code == 2
    assert "letters.docx" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["letters.docx"]


# --- audit


@pytest.fixture
def result(two_firms_result: Path, tmp_path: Path) -> Path:
    return shutil.copytree(two_firms_result, tmp_path / "result")


def test_a_result_is_checked_again(run: Run, result: Path) -> None:
    said = run("audit", result)
    assert (said.code, said.err) == (0, "")
    told = run("audit", result, "--json").json
    assert (told["ok"], told["passed"], told["edited"]) == (True, True, [])


def test_an_edited_result_is_found_out(run: Run, result: Path) -> None:
    quotas = result / "quotas.csv"
    quotas.write_text(
        quotas.read_text(encoding="utf-8").replace("unit:A,unit,A", "unit:A,unit,a"), encoding="utf-8"
    )
    said = run("audit", result)
    assert said.code == 4
    assert "quotas.csv" in said.out
    assert "form_ids" in said.err
    told = run("audit", result, "--json")
    assert told.code == 4
    assert told.json["edited"] == ["quotas.csv"]
    assert told.json["messages"]


def test_an_edit_that_changes_nothing_is_told_and_passes(run: Run, result: Path) -> None:
    table = result / "projects.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("综合评价", "评价"), encoding="utf-8")
    said = run("audit", result)
    assert said.code == 0
    assert "projects.csv" in said.out


@pytest.mark.parametrize("damage", ["summary.json", "ledger.csv", "inputs"])
def test_a_missing_part_fails_the_check(damage: str, run: Run, result: Path) -> None:
    (result / damage).rename(result.parent / "elsewhere")
    said = run("audit", result)
    assert said.code == 4
    assert damage in said.err


def test_no_folder_is_bad_input(run: Run, tmp_path: Path) -> None:
    for more in ([], ["--json"]):
        said = run("audit", tmp_path / "nowhere", *more)
        assert said.code == 2
    assert said.json["ok"] is False


def test_audit_mends_what_a_killed_process_left(run: Run, result: Path) -> None:
    result.rename(result.parent / f".{result.name}.old")
    assert run("audit", result).code == 0
    assert beside(result) == []


# --- demo


@pytest.mark.slow
def test_a_demo_needs_no_repository(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("demo", "two-firms")
    assert said.code == 0
    assert is_whole(tmp_path / "out" / "two-firms")
    assert str(Path("out") / "two-firms" / "budget.xlsx") in said.out
    said = run("demo", "two-firms", "--out", "here", "--json")
    assert said.code == 0
    assert is_whole(tmp_path / "here")


@pytest.mark.parametrize("name", ["nothing", "..", "../scenarios/two-firms", "[x]", ""])
def test_an_unknown_demo_names_those_there_are(
    name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("demo", name)
    assert said.code == 2
    assert "two-firms" in said.err
    assert list(tmp_path.iterdir()) == []


def test_the_demo_without_a_name_is_the_real_case(scenarios_folder: Path) -> None:
    from dualcontrol.cli import DEMO

    assert (scenarios_folder / DEMO / "scenario.toml").is_file()


# --- streams


@pytest.mark.parametrize(
    "encoding",
    ["gbk", "utf-8", *(pytest.param(rare, marks=pytest.mark.slow) for rare in ("ascii", "cp1252"))],
)
def test_any_console_encoding(encoding: str, scenario: Path) -> None:
    told = fresh("check", scenario, "--json", "--lang", "zh", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout.decode(encoding))["title_zh"].startswith(
        "两家企业"
    )  # nothing is lost in JSON
    said = fresh("check", scenario, "--lang", "zh", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert said.returncode == 0, said.stderr
    bad = fresh("check", "没有", "--lang", "zh", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert bad.returncode == 2
    assert b"Traceback" not in bad.stderr


def test_a_pipe_gets_utf8_whatever_the_locale(scenario: Path) -> None:
    environment = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    said = fresh("check", scenario, "--lang", "zh", **environment)
    assert said.returncode == 0, said.stderr
    assert "两家企业" in said.stdout.decode("utf-8")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps names in Unicode")
def test_a_folder_named_beyond_the_locale_is_solved(scenario: Path, tmp_path: Path) -> None:
    """Under an ASCII locale Python holds the bytes of such a name as it can; what is written is the name."""
    shutil.copytree(scenario, tmp_path / "旗" / "两家")
    environment = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    said = fresh("solve", tmp_path / "旗" / "两家", "--out", tmp_path / "旗" / "出", **environment)
    assert said.returncode == 0, said.stderr
    assert "两家" in (tmp_path / "旗" / "出" / "summary.json").read_text(encoding="utf-8")


def test_a_reader_that_goes_away_is_no_trouble(scenario: Path) -> None:
    reader = subprocess.Popen(
        [sys.executable, "-c", "from dualcontrol.cli import main; main()", "check", str(scenario), "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert reader.stdout is not None
    assert reader.stderr is not None
    reader.stdout.close()
    told = reader.stderr.read()
    reader.wait(60)
    reader.stderr.close()
    assert b"Traceback" not in told


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is a thing of POSIX")
def test_progress_is_shown_on_a_terminal_and_only_there(scenario: Path, tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", "from dualcontrol.cli import main; main()", "solve", str(scenario), "--json", "--lang",
         "en", "--out", str(tmp_path / "out")],
        stdout=subprocess.PIPE, stderr=theirs, stdin=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    start = time.monotonic()
    while time.monotonic() - start < 100:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the child has closed its end
            break
        if not part:
            break
        shown += part
    os.close(ours)
    out, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    assert json.loads(out)["ok"] is True  # one object and nothing else
    text = shown.decode("utf-8")
    for stage in ("reading", "accounting", "judging", "optimising", "checking", "publishing"):
        assert re.search(
            rf"✓ {stage}\S*\s+(\x1b\[[0-9;]*m)*\s*\d+\.\d s", re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)
        ), stage
