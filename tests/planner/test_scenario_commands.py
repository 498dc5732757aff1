"""Commands about scenarios themselves: new, diff; and what every command has: an example, completion, NO_COLOR."""

import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import dualcontrol as dc
from dualcontrol.cli import build
from dualcontrol.diff import differences, record, told
from dualcontrol.messages import Language, say
from dualcontrol.model.scenario import write
from tests.planner.test_cli import Run, fresh
from tests.planner.workbooks import runner


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfd, monkeypatch)


# --- new


@pytest.mark.slow
@pytest.mark.parametrize("name", ["two-firms", "dalad-2022", "rongxin-offsite-national"])
def test_a_new_scenario_is_a_whole_copy(name: str, run: Run, tmp_path: Path, scenarios_folder: Path) -> None:
    mine = tmp_path / "scenarios" / "mine"
    assert run("new", mine, "--from", name).code == 0
    before, after = dc.load(scenarios_folder / name), dc.load(mine)
    assert after.content_hash == before.content_hash
    assert after.settings.inherits is None
    text = (mine / "scenario.toml").read_text(encoding="utf-8")
    assert "# 单位地区生产总值能耗比基年下降 [小数]" in text
    assert "# reduction of energy per GDP on the base year" in text


def test_a_key_behind_a_hash_can_be_set_by_removing_it(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert run("new", mine, "--from", "two-firms").code == 0
    file = mine / "scenario.toml"
    text = file.read_text(encoding="utf-8")
    defaults = re.findall(r"^# ([a-z_0-9]+ = .+)$", text, re.MULTILINE)
    assert len(defaults) > 40
    before = dc.load(mine).content_hash
    for entry in defaults:
        assert text.count(f"\n# {entry}\n") >= 1
        text = text.replace(f"\n# {entry}\n", f"\n{entry}\n")
    file.write_text(text, encoding="utf-8")
    assert dc.load(mine).content_hash == before  # defaults written out change nothing
    file.write_text(text.replace("reserve_share = 0.0", "reserve_share = 0.1"), encoding="utf-8")
    assert dc.load(mine).settings.policy.reserve_share == 0.1


def test_a_new_scenario_that_inherits_follows_the_other(run: Run, tmp_path: Path) -> None:
    base, mine = tmp_path / "base", tmp_path / "deep" / "mine"
    assert run("new", base, "--from", "two-firms").code == 0
    assert run("new", mine, "--from", base, "--inherits").code == 0
    assert sorted(path.name for path in mine.iterdir()) == ["scenario.toml"]
    assert dc.load(mine).content_hash == dc.load(base).content_hash
    file = base / "scenario.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace(
            "intensity_reduction = 0.03", "intensity_reduction = 0.02", 1
        ),
        encoding="utf-8",
    )
    assert dc.load(mine).settings.targets.intensity_reduction == 0.02


def test_new_takes_no_place_of_others(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert run("new", mine, "--from", "two-firms").code == 0
    before = (mine / "scenario.toml").read_bytes()
    assert run("new", mine, "--from", "shifan-2022").code == 2
    assert (mine / "scenario.toml").read_bytes() == before
    assert run("new", tmp_path / "x", "--from", "nothing").code == 2
    assert (
        run("new", tmp_path / "x", "--from", "two-firms", "--inherits").code == 2
    )  # the program's own folder
    assert not (tmp_path / "x").exists()


# --- diff


def test_the_same_is_the_same(run: Run, tmp_path: Path) -> None:
    assert run("new", tmp_path / "mine", "--from", "two-firms").code == 0
    said = run("diff", "two-firms", tmp_path / "mine", "--json")
    assert said.json["same"] is True
    assert said.json["differences"] == []


def test_every_kind_of_difference_is_told_in_words(tmp_path: Path, scenarios_folder: Path) -> None:
    before = dc.load(scenarios_folder / "two-firms")
    folder = tmp_path / "after"
    write(before, folder)
    for file, old, new in (
        ("scenario.toml", "intensity_reduction = 0.03", "intensity_reduction = 0.04"),
        ("units.csv", "A,甲企业,chemicals,,500,", "A,甲企业,chemicals,,600,"),
        ("unit_energy.csv", "A,coal,fuel,1000", "A,coal,fuel,1100"),
        ("scenario.toml", "counted_base_tce = 2000", "counted_base_tce = 2100"),
        ("scenario.toml", "gdp_base_wan_yuan = 1000", "gdp_base_wan_yuan = 1100"),
    ):
        text = (folder / file).read_text(encoding="utf-8-sig")
        assert old in text, (file, text[:400])
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    energy = (folder / "unit_energy.csv").read_text(encoding="utf-8")
    lines = [line for line in energy.splitlines() if not line.startswith("B,coal")]
    lines.append("B,electricity,fuel,8136.7,hand-solved example,estimated,")
    (folder / "unit_energy.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = {(one.kind, one.table, one.key, one.column): one for one in differences(before, dc.load(folder))}
    target = found["setting", "", "targets.intensity_reduction", ""]
    assert (target.before, target.after) == ("0.03", "0.04")
    assert told(target, "zh") == (
        "参数 单位地区生产总值能耗比基年下降（targets.intensity_reduction）：0.03 → 0.04（+33.33%）"
    )
    value = found["cell", "units", "A", "value_added_wan_yuan"]
    assert told(value, "zh") == "重点用能单位，A 甲企业，工业增加值（基年）：500 万元 → 600 万元（+20.00%）"
    assert told(value, "en") == (
        "existing units (base year), A (甲企业), value added, base year, 2020 prices: 500 万元 → 600 万元 (+20.00%)"
    )
    coal = found["cell", "unit_energy", "A, coal, fuel", "quantity"]
    assert (coal.name, coal.unit, coal.change, coal.share) == ("甲企业", "t", 100.0, 0.1)
    gone = found["removed", "unit_energy", "B, coal, fuel", ""]
    assert told(gone, "zh").startswith("企业分品种用能，删去 B, coal, fuel 乙企业：实物量（基年） 1000 t")
    new = found["added", "unit_energy", "B, electricity, fuel", ""]
    assert "8136.7 MWh" in told(new, "en")
    assert record(value)["clause"] == ""


def test_clauses_and_words_of_choices(scenarios_folder: Path) -> None:
    found = differences(
        dc.load(scenarios_folder / "dalad-2022"), dc.load(scenarios_folder / "rongxin-offsite-national")
    )
    chain = next(one for one in found if one.column == "is_chain_extending")
    assert chain.clause == "3.2.3e"
    assert "是 → 否" in told(chain, "zh")
    assert "yes → no" in told(chain, "en")
    assert chain.change is None


def test_a_series_that_differs(scenarios_folder: Path, tmp_path: Path) -> None:
    before = dc.load(scenarios_folder / "dalad-2022")
    profiles = before.profiles.copy()
    name = profiles.columns[0]
    profiles[name] = (
        profiles[name] * 0.5 if profiles[name].mean() < 0.9 else profiles[name].iloc[::-1].to_numpy()
    )
    folder = tmp_path / "after"
    write(before, folder)
    from dualcontrol.model.profiles import text_of

    (folder / "power" / "profiles.csv").write_text(text_of(profiles), encoding="utf-8")
    (one,) = differences(before, dc.load(folder))
    assert (one.kind, one.key) == ("series", name)
    assert told(one, "en")


def test_the_table_of_differences(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("diff", "two-firms", "shifan-2022", "--out", out, "--lang", "zh").code == 0
    rows = list(csv.DictReader(io.StringIO((out / "differences.csv").read_text(encoding="utf-8-sig"))))
    said = run("diff", "two-firms", "shifan-2022", "--json").json["differences"]
    assert [row["sentence_zh"] for row in rows] == [one["sentence_zh"] for one in said]
    assert {row["kind"] for row in rows} == {"setting", "cell", "added", "removed"}
    (out / "mine.txt").write_text("x", encoding="utf-8")
    assert run("diff", "two-firms", "shifan-2022", "--out", out).code == 2
    assert (out / "mine.txt").exists()
    assert run("diff", "two-firms", "nothing").code == 2


def test_hostile_names_in_a_difference(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert run("new", mine, "--from", "two-firms").code == 0
    file = mine / "units.csv"
    file.write_text(
        file.read_text(encoding="utf-8-sig").replace("甲企业", '"=HYPERLINK(""http://x"")"'), encoding="utf-8"
    )
    out = tmp_path / "out"
    said = run("diff", "two-firms", mine, "--out", out, "--lang", "zh")
    assert said.code == 0
    assert '=HYPERLINK("http://x")' in said.out
    text = (out / "differences.csv").read_text(encoding="utf-8-sig")
    assert not any(cell.startswith("=") for row in csv.reader(io.StringIO(text)) for cell in row)


@pytest.mark.slow
def test_a_result_folder_is_its_inputs(run: Run, tmp_path: Path) -> None:
    from importlib.resources import files

    folder = Path(str(files("dualcontrol.scenarios").joinpath("two-firms")))
    assert run("solve", folder, "--out", tmp_path / "plan").code == 0
    assert run("diff", "two-firms", tmp_path / "plan", "--json").json["same"] is True


# --- what every command has


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_shows_an_example_that_could_be_run(lang: Language, run: Run) -> None:
    names = {command.name for command in build(lang).registered_commands}
    assert {"check", "solve", "template", "import", "new", "diff", "completion"} <= names
    for name in sorted(filter(None, names)):
        example = say(f"example.{name}", lang)
        said = " ".join(run(name, "--help", "--lang", lang).out.split())
        assert example in said, name
        words = shlex.split(re.split("[：:] ?", example, maxsplit=1)[1])
        assert words[:2] == ["dualcontrol", name]
        for word in words[2:]:
            assert not word.startswith("--") or f"{word} " in said, (name, word)


def completed(words: str, count: int, tmp_path: Path) -> str:
    done = fresh(
        cwd=tmp_path, _DUALCONTROL_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(count), LC_ALL="C.UTF-8"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("utf-8").strip()


def test_commands_and_options_are_completed(tmp_path: Path) -> None:
    assert completed("dualcontrol temp", 1, tmp_path) == "template"
    assert completed("dualcontrol import a.xlsx b --rep", 4, tmp_path) == "--replace"
    assert set(completed("dualcontrol re", 1, tmp_path).split()) == {"regret"}


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
def test_the_script_works_in_bash(run: Run, tmp_path: Path) -> None:
    script = run("completion", "bash").out
    assert "_DUALCONTROL_COMPLETE=complete_bash" in script
    test = (
        f"{script}\nCOMP_WORDS=(dualcontrol sol); COMP_CWORD=1\n"
        f'_dualcontrol_completion {shlex.quote(str(tmp_path / "dualcontrol"))}\necho "${{COMPREPLY[@]}}"\n'
    )
    program = tmp_path / "dualcontrol"
    program.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "from dualcontrol.cli import main; main()" "$@"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    done = subprocess.run(["bash", "-c", test], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "solve"


def test_completion_for_every_shell(run: Run) -> None:
    for shell in ("bash", "zsh", "fish", "powershell"):
        assert "DUALCONTROL" in run("completion", shell).out
    assert run("completion", "cmd").code == 2
    assert run("completion", "zsh", "--json").json["shell"] == "zsh"


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is a thing of POSIX")
@pytest.mark.parametrize(("no_color", "is_coloured"), [("1", False), ("", True)])
def test_no_color_is_respected(no_color: str, is_coloured: bool, tmp_path: Path) -> None:
    """https://no-color.org: any text in NO_COLOR turns colours off; bold may stay."""
    import pty

    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    child = subprocess.Popen(
        [sys.executable, "-c", "from dualcontrol.cli import main; main()", "check", str(tmp_path / "none")],
        stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL,
        env={**environment, "TERM": "xterm-256color", **({"NO_COLOR": no_color} if no_color else {})},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert child.wait(60) == 2
    assert bool(re.search(rb"\x1b\[[0-9;]*3[0-7]", shown)) == is_coloured


def test_json_of_every_new_command_is_one_object(tmp_path: Path) -> None:
    done = fresh(
        "new", tmp_path / "m", "--from", "two-firms", "--json", PYTHONUTF8="0", PYTHONIOENCODING="gbk"
    )
    assert json.loads(done.stdout.decode("gbk"))["ok"] is True
