"""`track` and `settle` on published plans: files of every kind, a year of monthly re-optimisations, what is written."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import dualcontrol as dc
from dualcontrol.cli import main
from dualcontrol.model.scenario import load
from dualcontrol.model.tracking import Tracking, track
from dualcontrol.model.tracking_rules import TrackingRules
from dualcontrol.track import follow, followed, metered
from dualcontrol.track_read import ReadingsError
from dualcontrol.track_replan import replan, rest_of_year, taken
from dualcontrol.track_tables import TABLES
from tests.model.small_cases import project, solve, total, unit, write_county

duckdb = pytest.importorskip("duckdb")
HEAD = ["unit_id", "carrier", "time", "quantity"]
Row = Sequence[object]


def published(folder: Path, scenario: dc.Scenario) -> Path:
    plan = solve(scenario)
    verdict = dc.audit(scenario, plan)
    assert verdict.passed, verdict.failed
    return dc.publish(plan, folder, scenario=scenario, verdict=verdict)


@pytest.fixture(scope="module")
def two(scenarios_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hand-solved case, published: A 1000 tce, B 920, P 180."""
    return published(tmp_path_factory.mktemp("two") / "plan", load(scenarios_folder / "two-firms"))


def write(path: Path, rows: Sequence[Row], head: Sequence[str] = HEAD, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def months(unit: str, values: Sequence[float], carrier: str = "coal") -> list[Row]:
    return [(unit, carrier, f"2022-{m:02d}", v) for m, v in enumerate(values, start=1)]


def year(a: float = 80, b: float = 75, p: float = 14) -> list[Row]:
    return [*months("A", [a] * 12), *months("B", [b] * 12), *months("P", [p] * 12)]


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    return int(end.value.code or 0)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# --- reading


def used(tracking: Tracking) -> dict[str, float]:
    return {s.holder.owner: float(s.course.used_tce) for s in tracking.statuses}


def test_csv_parquet_folder_gbk_and_chinese_headings_say_the_same(two: Path, tmp_path: Path) -> None:
    plain = write(tmp_path / "r.csv", year())
    expected = follow(two, plain)
    assert used(expected) == {"A": 960, "B": 900, "P": 168}
    assert expected.metered.problems == ()
    every = duckdb.read_csv(str(plain))
    every.write_parquet(str(tmp_path / "r.parquet"))
    typed = "unit_id, carrier, (time || '-01')::TIMESTAMP AS time, quantity::DOUBLE AS quantity"
    every.project(typed).write_parquet(str(tmp_path / "t.parquet"))
    gbk = write(tmp_path / "g.csv", year(), ["企业编号", "能源品种", "月份", "实物量"], "gbk")
    parts = tmp_path / "parts"
    parts.mkdir()
    write(parts / "1.csv", year()[:20])
    every.limit(100, offset=20).write_parquet(str(parts / "2.parquet"))
    for source in (tmp_path / "r.parquet", tmp_path / "t.parquet", gbk, parts):
        found = follow(two, source)
        assert used(found) == used(expected), source
        assert found.metered.problems == (), source


def test_a_problem_says_where_it_is_and_what_was_done(two: Path, tmp_path: Path) -> None:
    data = year()
    data[5] = ("A", "coal", "2022-06", "-3")
    data[13] = ("B", "coal", "2022/2", "75吨")
    data += [("=1+1", "coal", "2022-01", 5), ("A", "coal", "someday", 5), (" A ", "coal", "2022-01", 80)]
    out = tmp_path / "out"
    assert run("track", two, write(tmp_path / "r.csv", data), "--out", out, "--lang", "zh") == 0
    told = rows(out / "readings_problems.csv")
    assert [(r["place"], r["rule"], r["taken"]) for r in told] == [
        ("r.csv:7", "negative", "1"), ("r.csv:15", "bad_number", "1"), ("r.csv:38", "unknown_unit", "1"),
        ("r.csv:39", "bad_time", "1"), ("r.csv:2", "duplicate", "1"), ("–", "gap", "0"), ("–", "gap", "0"),
    ] or sorted((r["place"], r["rule"]) for r in told) == sorted([
        ("r.csv:7", "negative"), ("r.csv:15", "bad_number"), ("r.csv:38", "unknown_unit"), ("r.csv:39", "bad_time"),
        ("r.csv:2", "duplicate"), ("–", "gap"), ("–", "gap"),
    ])  # fmt: skip
    assert next(r for r in told if r["rule"] == "unknown_unit")["unit_id"] == "'=1+1"  # no formula
    assert next(r for r in told if r["rule"] == "bad_number")["value"] == "75吨"
    assert all(r["problem_zh"] and r["done_en"] for r in told)
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["readings"] == {"rows": 39, "counted": 34, "taken": 5, "later": 0}


def test_times_with_an_offset_are_taken_to_beijing_time(two: Path, tmp_path: Path) -> None:
    hours = [
        ("A", "coal", f"2022-01-{d:02d}T{h:02d}:00:00+08:00", 1) for d in range(1, 32) for h in range(24)
    ]
    hours[0] = ("A", "coal", "2021-12-31T16:00:00Z", 1)
    found = follow(two, write(tmp_path / "r.csv", hours), date(2022, 1, 31))
    assert [p.rule for p in found.metered.problems if p.unit_id == "A"] == ["clock_offset"]
    assert used(found)["A"] == 744


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (["unit", "carrier", "time", "quantity"], "track.no_column"),
        (["unit_id", "carrier", "time", "x"], "track.no_column"),
    ],
)
def test_a_table_without_its_columns_is_refused(
    head: list[str], message: str, two: Path, tmp_path: Path
) -> None:
    with pytest.raises(ReadingsError) as caught:
        follow(two, write(tmp_path / "r.csv", year(), head))
    assert caught.value.message == message
    assert run("track", two, tmp_path / "r.csv", "--out", tmp_path / "out") == 2
    assert not (tmp_path / "out").exists()


def test_bad_arguments_are_told_and_nothing_is_written(two: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "r.csv", year())
    for more in (
        ["--as-of", "2023-05-01"],
        ["--as-of", "soon"],
        ["--set", "ahead=1"],
        ["--set", "ahead_share=2"],
    ):
        assert run("track", two, data, "--out", tmp_path / "out", *more) == 2
    assert run("track", tmp_path, data, "--out", tmp_path / "out") == 2
    assert run("settle", two, tmp_path / "none.csv", "--out", tmp_path / "out") == 2
    assert not (tmp_path / "out").exists()


# --- what is written


def test_what_is_written_is_registered_and_explained(two: Path, tmp_path: Path, repository: Path) -> None:
    data = write(tmp_path / "r.csv", [*year(95, 75, 14)[:30], ("Q", "coal", "2022-01", 1)])
    assert run("track", two, data, "--out", tmp_path / "out", "--as-of", "2022-06-30") == 0
    assert run("settle", two, data, "--out", tmp_path / "settled") == 0
    page = (repository / "docs" / "tracking.md").read_text(encoding="utf-8")
    for folder in ("out", "settled"):
        for path in (tmp_path / folder).glob("*.csv"):
            if path.stem in {"adjustments", "unit_energy"}:
                continue  # tables of a scenario
            with path.open(encoding="utf-8-sig", newline="") as file:
                head = next(csv.reader(file))
            assert head == list(TABLES[path.stem])
    for name, columns in TABLES.items():
        section = page.partition(f"`{name}.csv`")[2]
        assert all(f"`{column}`" in section for column in columns), name


def test_the_page_is_whole_and_escaped(scenarios_folder: Path, tmp_path: Path) -> None:
    owners = [unit("A", 1000, 500, name="<script>alert(1)</script>"), project("P", 50, 100)]
    folder = write_county(tmp_path / "s", owners, {**total(60), "policy": {"benchmark_tce_per_wan_yuan": 9}})
    plan = published(tmp_path / "plan", load(folder))
    data = write(
        tmp_path / "r.csv",
        [*months("A", [100.0] * 6), ("A", "coal", "2022-06", -5), ("<b>", "coal", "2022-01", 1)],
    )
    assert run("track", plan, data, "--out", tmp_path / "out", "--lang", "en") == 0
    page = (tmp_path / "out" / "quarterly.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;" in page
    assert "<td>-5" in page  # no apostrophe: a page takes nothing for a formula
    assert "tce, 当量 calorific" in page
    assert page.count("http") == 1  # the name of SVG; nothing is fetched
    assert "src=" not in page
    assert "url(" not in page
    assert (tmp_path / "out" / "quarterly.xlsx").read_bytes()[:2] == b"PK"


def test_the_workbook_says_what_the_tables_say(two: Path, tmp_path: Path) -> None:
    import openpyxl

    data = write(tmp_path / "r.csv", year(90, 75, 14)[:36])
    assert run("track", two, data, "--out", tmp_path / "out", "--as-of", "2022-09-30") == 0
    book = openpyxl.load_workbook(tmp_path / "out" / "quarterly.xlsx", data_only=True)
    cells = [[c.value for c in row] for row in book.worksheets[0].iter_rows()]
    found = {row[0]: row for row in cells if row[0] in {"甲企业", "乙企业"}}
    assert found["甲企业"][2] == "红 red"
    assert found["甲企业"][6] == 810
    assert found["乙企业"][2] == "绿 green"


def test_the_plan_in_force_is_tracked_as_published_only(
    two: Path, tmp_path: Path, scenarios_folder: Path
) -> None:
    plan = published(tmp_path / "plan", load(scenarios_folder / "two-firms"))
    quotas = plan / "quotas.csv"
    quotas.write_bytes(quotas.read_bytes().replace(b"1000", b"1001"))
    assert run("track", plan, write(tmp_path / "r.csv", year()), "--out", tmp_path / "out") == 2


def test_last_years_months_shape_the_path(two: Path, tmp_path: Path) -> None:
    last = [("A", "coal", f"2021-{m:02d}", 100 if m % 3 == 1 else 50) for m in range(1, 13)]
    data = write(tmp_path / "r.csv", year())
    found = follow(two, data, last_year=write(tmp_path / "last.csv", last))
    paths = {s.holder.owner: [float(p) for p in s.course.path[:3]] for s in found.statuses}
    assert paths["A"] == [125, 62.5, 62.5]
    assert sum(paths["B"]) == 230


# --- the rest of the year


def shifan(scenarios_folder: Path, tmp_path: Path) -> Path:
    quick = {"time.mode": "none", "agenda.most_alternatives": 0, "agenda.simple_rules": False}
    return published(tmp_path / "plan0", load(scenarios_folder / "shifan-2022", quick))


def forms(plan: Path, seed: int, level: float) -> Iterator[Row]:
    """Monthly forms of every unit about `level` times what is planned; one is far above, one far below."""
    random = np.random.default_rng(seed)
    activity = {r["id"]: float(r["activity"]) for r in rows(plan / "quotas.csv") if r["kind"] == "unit"}
    factor = {name: level * (1 + 0.25 * (k % 3 - 1)) for k, name in enumerate(sorted(activity))}
    for row in rows(plan / "inputs" / "unit_energy.csv"):
        own = float(row["quantity"]) * activity[row["unit_id"]] * factor[row["unit_id"]] / 12
        for m in range(1, 13):
            yield (
                row["unit_id"],
                row["carrier_id"],
                f"2022-{m:02d}",
                round(own * (1 + 0.05 * random.standard_normal()), 3),
            )


def balanced(plan: Path) -> bool:
    """Whether the ledger sums to zero, and quotas are the balances of their accounts."""
    balance: defaultdict[str, int] = defaultdict(int)
    for entry in rows(plan / "ledger.csv"):
        balance[entry["from_account"]] -= int(entry["tce"])
        balance[entry["to_account"]] += int(entry["tce"])
    quotas = {r["account"]: int(r["quota_tce"]) for r in rows(plan / "quotas.csv")}
    return sum(balance.values()) == 0 and all(balance[account] == quota for account, quota in quotas.items())


def granted(plan: Path) -> dict[str, int]:
    units = {r["account"]: int(r["quota_tce"]) for r in rows(plan / "quotas.csv") if r["kind"] == "unit"}
    projects = {
        f"project:{r['project_id']}": int(r["quota_tce"])
        for r in rows(plan / "projects.csv")
        if r["decision"] == "admitted"
    }
    return units | projects


def replan_year(first: Path, data: Path, folder: Path, ends: Sequence[date]) -> Iterator[Path]:
    force = first
    for day in ends:
        of = followed(force, first)
        tracking = track(of.accounts, of.holders, metered(of, data, day), TrackingRules())
        plan, rest = replan(of, tracking)
        verdict = dc.audit(rest.scenario, plan)
        assert verdict.passed, verdict.failed
        force = dc.publish(plan, folder / f"plan-{day:%m}", scenario=rest.scenario, verdict=verdict)
        yield force


MONTH_ENDS = [
    date(2022, m, d)
    for m, d in zip(range(1, 13), (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True)
]


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.9, 1.1])
def test_a_year_of_monthly_replans_never_revokes_and_balances(
    level: float, scenarios_folder: Path, tmp_path: Path
) -> None:
    first = shifan(scenarios_folder, tmp_path)
    data = write(tmp_path / "r.csv", list(forms(first, 3, level)))
    before = granted(first)
    for plan in replan_year(first, data, tmp_path, MONTH_ENDS[:11]):
        now = granted(plan)
        assert {a: q for a, q in before.items() if now.get(a, 0) < q} == {}, plan
        assert balanced(plan)
        before = now


# The furnace is closed from July, glass is not given up from April. At the end of September both stay as they were
# decided: what began is done, and what did not begin then is missed.
@pytest.mark.slow
def test_what_has_begun_is_not_undone(scenarios_folder: Path, tmp_path: Path) -> None:
    first = shifan(scenarios_folder, tmp_path)
    data = write(tmp_path / "r.csv", list(forms(first, 3, 0.9)))
    of = followed(first, first)
    begun = {row.retirement_id for row in of.scenario.rows("retirements") if row.start_month <= 9}
    assert begun & set(taken(first))
    tracking = track(of.accounts, of.holders, metered(of, data, date(2022, 9, 30)), TrackingRules())
    rest = rest_of_year(of, tracking)
    assert {(row.what, row.target_id): row.value for row in rest.scenario.rows("year_links")} == {
        (what, getattr(row, key)): float(getattr(row, key) in taken(first))
        for what, table, key in (("adopted", "measures", "measure_id"), ("closed", "retirements", "retirement_id"),
                                 ("closed", "capacity_replacements", "pair_id"))
        for row in of.scenario.rows(table)
        if row.start_month <= 9
    }  # fmt: skip
    plan, rest = replan(of, tracking)
    verdict = dc.audit(rest.scenario, plan)
    assert verdict.passed, verdict.failed
    again = dc.publish(plan, tmp_path / "again", scenario=rest.scenario, verdict=verdict)
    assert begun & set(taken(again)) == begun & set(taken(first))


@pytest.mark.slow
def test_replans_of_the_hand_solved_case_never_revoke_and_balance(two: Path, tmp_path: Path) -> None:
    """A runs a tenth above its path (its capacity allows it), B a fifth below: A may be given more, B loses nothing."""
    data = write(
        tmp_path / "r.csv", [*months("A", [91.7] * 12), *months("B", [60.0] * 12), *months("P", [15.0] * 12)]
    )
    before = granted(two)
    for plan in replan_year(two, data, tmp_path, MONTH_ENDS[2:11:3]):
        now = granted(plan)
        assert all(now[a] >= q for a, q in before.items()), plan
        assert balanced(plan)
        before = now
    use = {r["account"]: float(r["planned_use_tce"]) for r in rows(plan / "quotas.csv")}
    assert use["unit:B"] == pytest.approx(
        720, abs=1
    )  # what it uses is what is planned, and the rest of its quota stays
    assert now["unit:B"] == 920


def test_nothing_is_left_of_a_year_that_is_over(two: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "r.csv", year())
    assert run("track", two, data, "--out", tmp_path / "out", "--replan", tmp_path / "rest") == 2
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "rest").exists()


def test_track_with_replan_writes_a_plan_that_the_audit_accepts(two: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "r.csv", year(85, 70, 15))
    out, new = tmp_path / "out", tmp_path / "rest"
    assert run("track", two, data, "--out", out, "--as-of", "2022-06-30", "--replan", new) == 0
    assert run("audit", new) == 0
    assert granted(new).items() >= {"unit:B": 920, "project:P": 180}.items()


# --- settlement


def test_settle_writes_a_balanced_ledger_and_the_next_opening(two: Path, tmp_path: Path) -> None:
    data = write(tmp_path / "r.csv", year(85, 75, 14))
    out = tmp_path / "out"
    assert run("settle", two, data, "--out", out) == 0
    told = {r["account"]: r for r in rows(out / "settlement.csv")}
    assert (told["unit:A"]["over_tce"], told["unit:A"]["outcome"]) == ("20", "deducted")
    balance: defaultdict[str, int] = defaultdict(int)
    for entry in [*rows(two / "ledger.csv"), *rows(out / "settlement_ledger.csv")]:
        balance[entry["from_account"]] -= int(entry["tce"])
        balance[entry["to_account"]] += int(entry["tce"])
    assert sum(balance.values()) == 0
    assert (balance["unit:A"], balance["unit:B"], balance["project:P"]) == (0, 0, 0)
    assert balance["used"] == 1020 + 900 + 168
    energy = rows(out / "unit_energy.csv")
    assert [(r["unit_id"], r["quantity"], r["basis"]) for r in energy] == [
        ("A", "1020.000000", "measured"), ("B", "900.000000", "measured"),
    ]  # fmt: skip
    adjusted = {r["unit_id"]: int(r["tce"]) for r in rows(out / "adjustments.csv")}
    assert adjusted == {"A": -40}  # 1000, no more than its quota, less the 20 that it owes: 980
    later = write(
        tmp_path / "late.csv", [(*row, "2023-01-20") for row in year(85, 75, 14)], [*HEAD, "reported_at"]
    )
    assert run("settle", two, later, "--out", tmp_path / "again") == 0
    assert (tmp_path / "again" / "settlement.csv").read_bytes() == (out / "settlement.csv").read_bytes()
