"""`dualcontrol trade`: on the fictional banner's plan, what it writes, says, refuses, and leaves alone."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dualcontrol.cli import main
from dualcontrol.trade_columns import TRADE_TABLES

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A command line -> exit code, what it said."""

    def call(*arguments: object) -> tuple[int, str]:
        code: Any = 0
        try:
            main([str(one) for one in arguments])
        except SystemExit as end:
            code = end.code
        said = capsys.readouterr()
        return int(code or 0), said.out + said.err

    return call


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory, scenarios_folder: Path) -> Path:
    """The plan of Shifan Banner with a market."""
    out = tmp_path_factory.mktemp("trade") / "plan"
    with pytest.raises(SystemExit) as end:
        main(["solve", str(scenarios_folder / "shifan-2022-trade"), "--out", str(out)])
    assert not end.value.code
    return out


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.slow
def test_the_market_of_the_fictional_banner(plan: Path, tmp_path: Path, run: Run) -> None:
    # A furnace (800 t, costs nothing) and a measure (321 t at 0.218) meet alloy (645 t at 0.929) and silicon (674 t at
    # 0.5347), who gets 1121 - 645 = 476 t: its worth is the price, rounded down to whole yuan for whole tonnes.
    before, out = contents(plan), tmp_path / "market"
    code, said = run("trade", plan, "--out", out, "--lang", "en")
    assert code == 0, said
    assert "one price for all: 5,345 yuan" in said
    assert "演示数据·非官方文件" in said
    assert contents(plan) == before  # the issued plan is what it was
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["price_wan_yuan_per_tce_eq"], summary["volume_tce_eq"]) == (0.5345, 1121)
    filled = {
        r["order_id"]: int(r["filled_tce_eq"]) for r in rows(out / "trades.csv") if r["filled_tce_eq"] != "0"
    }
    assert filled == {
        "sell:carbide:carbide_idle": 800, "sell:food:food_heat": 321, "buy:alloy": 645, "buy:silicon": 476,
    }  # fmt: skip
    assert {r["account"] for r in rows(out / "trades.csv") if r["state"] == "barred"} == {"unit:foundry"}
    limits = {r["name"]: r for r in rows(out / "constraints.csv")}
    assert float(limits["market_balance"]["price_right"]) == pytest.approx(0.534717766)
    for name, columns in TRADE_TABLES.items():
        assert list(rows(out / f"{name}.csv")[0]) == list(columns)
    assert {r["valid_until"] for r in rows(out / "ledger.csv")} == {"2024"}


@pytest.mark.slow
def test_the_workbook_tells_the_price_and_sums_to_zero(plan: Path, tmp_path: Path, run: Run) -> None:
    run("trade", plan, "--out", tmp_path / "market")
    book = openpyxl.load_workbook(tmp_path / "market" / "trade.xlsx", data_only=True)
    assert len(book.sheetnames) == 3
    cells = [str(c.value) for row in book.worksheets[0].iter_rows() for c in row if c.value is not None]
    assert any("5,345" in text for text in cells)
    assert not any(text.startswith(("trade.", "column.")) for text in cells)  # words, not ids


def test_a_closed_market_trades_nothing(plan: Path, tmp_path: Path, run: Run) -> None:
    code, said = run("trade", plan, "--out", tmp_path / "m", "--set", "trade.open=false", "--lang", "en")
    assert (code, "closed" in said) == (0, True)
    assert [rows(tmp_path / "m" / f"{t}.csv") for t in ("trades", "accounts", "ledger")] == [[], [], []]
    summary = json.loads((tmp_path / "m" / "summary.json").read_text(encoding="utf-8"))
    assert summary["open"] == summary["closed"]


def test_a_folder_of_several_years_says_which_folder_to_name(tmp_path: Path, run: Run) -> None:
    years = tmp_path / "years"
    (years / "2022").mkdir(parents=True)
    (years / "years.json").write_text("{}", encoding="utf-8")
    for command in (["trade", "--out", tmp_path / "out"], ["publish"],
                    ["issue", "--state", "consulted", "--document", "x", "--date", "2022-03-01"]):  # fmt: skip
        code, told = run(*command, years, "--lang", "en")
        assert code == 2
        assert str(years / "2022") in told.replace("\n", "")
    assert not (tmp_path / "out").exists()


def test_rights_end_with_the_five_year_period(plan: Path, tmp_path: Path, run: Run) -> None:
    run("trade", plan, "--out", tmp_path / "m", "--set", "trade.validity_years=5")
    assert {r["valid_until"] for r in rows(tmp_path / "m" / "ledger.csv")} == {"2025"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("targets.increment_tce_eq=0", "only trade"),
        ('trade.restricted_units=["nobody"]', "nobody"),
        ("trade.price_cap_wan_yuan_per_tce_eq=0.01", "above"),
        ("trade.opne=true", "trade.open"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    plan: Path, tmp_path: Path, run: Run, change: str, told: str
) -> None:
    code, said = run("trade", plan, "--out", tmp_path / "m", "--set", change, "--lang", "en")
    assert code == 2
    assert told in said
    assert not (tmp_path / "m").exists()


def test_what_is_no_plan_and_foreign_files_are_refused(plan: Path, tmp_path: Path, run: Run) -> None:
    assert run("trade", tmp_path, "--out", tmp_path / "m")[0] == 2
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x", encoding="utf-8")
    code, said = run("trade", plan, "--out", tmp_path / "mine", "--lang", "en")
    assert (code, "letter.txt" in said) == (2, True)


def test_a_plan_that_was_edited_has_no_market(plan: Path, tmp_path: Path, run: Run) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(plan, copy)
    text = (copy / "quotas.csv").read_text(encoding="utf-8-sig").replace("22959", "22999")
    (copy / "quotas.csv").write_text(text, encoding="utf-8-sig")
    assert run("trade", copy, "--out", tmp_path / "m")[0] == 4
    assert not (tmp_path / "m").exists()
