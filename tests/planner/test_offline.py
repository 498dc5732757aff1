"""For offices without internet: the pack's files, and the menu that start.bat opens."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

import dualcontrol as dc
from dualcontrol.cli import build
from dualcontrol.menu import ENTRIES, run
from dualcontrol.messages import Language


@pytest.fixture
def pack(repository: Path, tmp_path: Path) -> Path:
    """The pack without its wheels."""
    script = runpy.run_path(str(repository / ".ci" / "wheelhouse.py"))
    script["add_files"](tmp_path)
    return tmp_path


def test_start_bat_is_what_cmd_can_read(pack: Path) -> None:
    content = (pack / "start.bat").read_bytes()
    text = content.decode("ascii")  # cmd reads a batch file in its own code page
    assert text.count("\r\n") == text.count("\n")
    labels = set(re.findall(r"^:(\w+)", text, re.MULTILINE))
    jumps = set(re.findall(r"goto (\w+)", text))
    assert jumps <= labels
    assert labels - jumps <= {"menu"}
    assert "--no-index" in text
    assert "http" not in text
    for name in re.findall(r"^type (\S+)", text, re.MULTILINE):
        assert (pack / name).is_file()
    assert "dualcontrol.menu" in text
    assert '"dualcontrol[power]"' in text


def test_what_it_shows_is_readable_on_a_chinese_windows(pack: Path) -> None:
    for file in pack.glob("*.txt"):
        text = file.read_bytes().decode("gbk")
        assert re.search("[一-鿿]", text), file.name
        assert re.search("[A-Za-z]{4}", text), file.name
        assert text.count("\r\n") == text.count("\n")


def test_the_pack_brings_scenarios_and_names_no_index(pack: Path, repository: Path) -> None:
    assert dc.load(pack / "scenarios" / "two-firms").settings.base_year == 2021
    script = (repository / ".ci" / "wheelhouse.py").read_text(encoding="utf-8")
    assert not re.search(r"https?:|index-url|--index", script)


def answers(*texts: str) -> Iterator[str]:
    yield from texts
    raise EOFError


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_menu_takes_a_newcomer_to_a_plan(
    lang: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = answers(
        "2", "", "two-firms", "3", '"register.xlsx"', "", "4", "", "5", "", "", "6", "", "7", "two-firms", "",
        "x", "5", "nothing", "", "q",
    )  # fmt: skip
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return next(said)

    assert run(lang, ask) == 0
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    assert (tmp_path / "register.xlsx").is_file()
    assert (tmp_path / "out" / "mine" / "budget.xlsx").is_file()
    assert "dualcontrol solve scenarios/mine --out out/mine" in out
    assert ("没有完成（退出码 2）" if lang == "zh" else "not done (exit code 2)") in out
    assert any("[scenarios/mine]" in question for question in asked)


def test_the_menu_ends_when_nobody_answers() -> None:
    said = answers()
    assert run("en", lambda _: next(said)) == 0


def test_every_entry_is_a_command() -> None:
    names = {command.name for command in build("en").registered_commands}
    assert {name for name, _ in ENTRIES.values()} <= names
