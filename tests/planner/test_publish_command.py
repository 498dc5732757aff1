"""`dualcontrol publish`: from a checked plan only, all or nothing; hostile texts stay text; a notice is one owner's."""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import dualcontrol as dc
from dualcontrol import document_figures
from dualcontrol.cli import main
from dualcontrol.document_folder import put, written
from dualcontrol.file_names import file_names
from dualcontrol.model.scenario import write
from dualcontrol.publish import PublishError
from tests.planner.conftest import Case, solved
from tests.planner.document_reading import Read

_WITHOUT_FIGURES = (
    "import sys; from dualcontrol import document_figures; from dualcontrol.cli import main;"
    "document_figures.drawings = lambda *given: iter(()); main(['publish', sys.argv[1], '--lang', 'en'])"
)
WORD = ("用能预算管理方案.docx", "energy-budget-plan.docx")
Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `dualcontrol` in this process: exit code and JSON answer."""

    def running(*arguments: object) -> tuple[int, dict[str, Any]]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main([*map(str, arguments), "--json", "--lang", "en"])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return int(end.value.code or 0), json.loads(out) if out.strip() else {}

    return running


@pytest.fixture(scope="module")
def shifan(scenarios_folder: Path) -> Case:
    return solved(scenarios_folder / "shifan-2022")


@pytest.fixture
def result(two_firms_result: Path, tmp_path: Path) -> Path:
    return shutil.copytree(two_firms_result, tmp_path / "out")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without figures, which take most of the time."""
    monkeypatch.setattr("dualcontrol.document_figures.drawings", lambda material, verdict: iter(()))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One figure instead of eight."""
    every = document_figures._makers
    monkeypatch.setattr(document_figures, "_makers", lambda *given: {"pool": every(*given)["pool"]})


def files_of(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}


@pytest.mark.slow
def test_all_figures_are_drawn(result: Path, run: Run) -> None:
    assert run("publish", result)[0] == 0
    drawn = {path.name for path in (result / "figures").iterdir()}
    names = (
        "overview",
        "energy_by_sector",
        "rules",
        "pool",
        "merit_order",
        "before_after",
        "prices",
        "checks",
    )
    assert drawn == {f"{n}.{lang}.{end}" for n in names for lang in ("zh", "en") for end in ("png", "svg")}


@pytest.mark.slow
def test_figures_and_both_plans_are_written_and_the_plan_still_passes(
    result: Path, run: Run, few: None
) -> None:
    before = files_of(result)
    code, told = run("publish", result)
    assert code == 0
    after = files_of(result)
    assert {name: after[name] for name in before} == before  # the plan itself is untouched
    names = {name for name in after if name not in before}
    assert {*WORD, "documents.json"} <= names
    figures = {name for name in names if name.startswith("figures/")}
    assert {f"figures/pool.{lang}.{kind}" for lang in ("zh", "en") for kind in ("png", "svg")} <= figures
    assert set(told["files"]) == names - {"documents.json"}
    assert all((result / name).read_bytes()[:4] == b"\x89PNG" for name in figures if name.endswith(".png"))
    assert len(Read((result / WORD[0]).read_bytes()).document.inline_shapes) == 1
    assert run("audit", result)[0] == 0
    assert written(result)[1].keys() == set(told["files"])


def test_a_plan_that_fails_its_check_is_not_published(result: Path, run: Run) -> None:
    text = (result / "quotas.csv").read_text(encoding="utf-8-sig")
    (result / "quotas.csv").write_text(text.replace(",1000,", ",1001,", 1), encoding="utf-8-sig")
    before = files_of(result)
    code, told = run("publish", result)
    assert code == 4
    assert told["ok"] is False
    assert files_of(result) == before


def test_no_result_is_bad_input(tmp_path: Path, run: Run) -> None:
    assert run("publish", tmp_path / "nothing")[0] == 2
    assert not (tmp_path / "nothing").exists()


@pytest.mark.slow
def test_what_somebody_changed_is_not_written_over(result: Path, run: Run, quick: None) -> None:
    assert run("publish", result)[0] == 0
    plan = result / WORD[0]
    plan.write_bytes(plan.read_bytes() + b" ")
    before = files_of(result)
    code, told = run("publish", result)
    assert (code, WORD[0] in told["error"]) == (2, True)
    assert files_of(result) == before
    plan.unlink()
    assert run("publish", result)[0] == 0
    assert plan.is_file()


@pytest.mark.slow
def test_a_failure_while_writing_leaves_everything_as_it_was(
    result: Path, run: Run, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("publish", result)[0] == 0
    before = files_of(result)

    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device", str(folder))

    monkeypatch.setattr("dualcontrol.swap.flush", full)
    assert run("publish", result)[0] == 2
    assert files_of(result) == before
    assert [path.name for path in result.parent.iterdir()] == [result.name]


@pytest.mark.slow
def test_solving_anew_takes_the_documents_away_and_an_issued_plan_keeps_its_log(
    result: Path, run: Run, quick: None, two_firms: Case
) -> None:
    assert run("publish", result)[0] == 0
    for state in ("consulted", "approved", "issued"):
        assert run("issue", result, "--state", state, "--document", "x", "--date", "2022-03-01")[0] == 0
    assert run("audit", result)[0] == 0
    assert run("publish", result)[0] == 0  # the documents now bear the new state
    assert "草案" not in Read((result / WORD[0]).read_bytes()).document.sections[0].header.paragraphs[0].text
    assert run("audit", result)[0] == 0  # an issued plan is immutable; its documents are no part of it
    other = two_firms.publish(result.parent / "other")
    assert run("publish", other)[0] == 0
    two_firms.publish(other)
    assert not (other / WORD[0]).exists()


def test_documents_of_another_plan_go_and_those_of_this_one_stay(result: Path) -> None:
    put(result, {"notices/a.docx": b"1"}, "plan", "scenario")
    put(result, {"report.html": b"2"}, "plan", "scenario")
    assert set(written(result)[1]) == {"notices/a.docx", "report.html"}
    put(result, {"notices/b.docx": b"3"}, "another", "scenario")
    assert set(written(result)[1]) == {"notices/b.docx"}
    assert not (result / "report.html").exists()
    with pytest.raises(ValueError, match=re.escape("quotas.csv")):
        put(result, {"quotas.csv": b""}, "another", "scenario")
    (result / "notices" / "mine.docx").write_bytes(b"of somebody")
    with pytest.raises(PublishError):
        put(result, {"report.html": b"2"}, "third", "scenario")


# --- hostile texts

HOSTILE = (
    '=HYPERLINK("http://x")', "+1", "@SUM(A1)", "-2+3", "<script>alert(1)</script>", "长" * 300, "w" * 300,
    "😀🏭", "\"quotes\" 'and' “those”", "&amp; &lt;b&gt; ]]>", "$x_1^2$ \\frac{1}{2}", "{name} %s",
)  # fmt: skip


_QUICK = HOSTILE[:1]  # a formula; the rest takes a minute or two


def renamed(case: Case, name: str) -> Case:
    """The case solved with a name in every text that a table lets one write freely."""
    tables = {}
    for table, frame in case.scenario.tables.items():
        texts = [
            c for c in ("name", "source", "derivation", "product", "boundary", "department") if c in frame
        ]
        tables[table] = frame.assign(**dict.fromkeys(texts, name)) if len(frame) else frame
    settings = case.scenario.settings.model_copy(
        update={"title_zh": name, "title_en": name, "region_zh": name, "region_en": name}
    )
    return replace(case, scenario=replace(case.scenario, tables=tables, settings=settings))


@pytest.mark.parametrize(
    "name", [one if one in _QUICK else pytest.param(one, marks=pytest.mark.slow) for one in HOSTILE]
)
def test_hostile_texts_come_out_as_text(
    name: str, two_firms: Case, tmp_path: Path, run: Run, few: None
) -> None:
    write(renamed(two_firms, name).scenario, tmp_path / "scenario")
    folder = solved(tmp_path / "scenario").publish(tmp_path / "out")
    told = dc.load(tmp_path / "scenario").table("units").iloc[0]["name"]
    assert run("publish", folder)[0] == 0
    assert run("publish", folder, "--unit", "A")[0] == 0
    documents = [folder / WORD[0], *(folder / "notices").glob("*.docx")]
    assert len(documents) == 4
    for path in documents:
        read = Read(path.read_bytes())
        for part, content in read.parts.items():
            assert b"HYPERLINK" not in content or b"w:instrText" not in content
            assert b"<script" not in content
            assert "relationships/hyperlink" not in content.decode("utf-8", "replace"), part
        assert set(re.findall(r"<w:instrText[^>]*>([^<]*)<", read.xml)) <= {" PAGE "}
        shown = re.sub(r"\s+", "", read.text)
        assert re.sub(r"\s+", "", told)[:60] in shown
    for path in (folder / "notices").glob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        cells = [
            cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
        ]
        assert all(cell.hyperlink is None for cell in cells)
        assert all(
            re.match(r"=(SUM\(|0$|[A-Z]+\d+-SUM)", cell.value) for cell in cells if cell.data_type == "f"
        )
        assert any(re.sub(r"\s+", "", told) in re.sub(r"\s+", "", str(cell.value)) for cell in cells)
    for path in folder.rglob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "<a " not in text


def test_characters_that_xml_forbids_do_not_break_a_document(two_firms: Case, tmp_path: Path) -> None:
    from dualcontrol.document_facts import facts_of
    from dualcontrol.plan_document import plan_document
    from dualcontrol.result_folder import read_result

    result = read_result(two_firms.publish(tmp_path / "out"))
    bad = "a\x00\x01\x0b\x1f\ufffe\nz"  # the reader refuses a line break; a document takes it for a space
    quotas, projects = result.plan.quotas, result.plan.projects
    plan = replace(
        result.plan, quotas=quotas.assign(name=bad, reason_zh=bad), projects=projects.assign(name=bad)
    )
    facts = facts_of(replace(result, plan=plan))
    for lang in ("zh", "en"):
        assert "a z" in Read(plan_document(facts, two_firms.verdict, [], lang)).text


# --- 一企一单


def texts_of(path: Path) -> str:
    """All that can be read in a file, its metadata and names of sheets too."""
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as file:
        return "\n".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())


@pytest.mark.slow
def test_a_notice_has_its_own_data_and_nobody_elses(shifan: Case, tmp_path: Path, run: Run) -> None:
    folder = shifan.publish(tmp_path / "out")
    code, told = run("publish", folder, "--unit", "all")
    assert code == 0
    units = shifan.plan.quotas[shifan.plan.quotas["kind"] == "unit"]
    assert len(told["files"]) == 4 * len(units)
    projects = list(shifan.scenario.table("projects")["name"])
    for own in units.itertuples():
        for ending in (".docx", ".en.docx", ".xlsx", "-reply.docx"):
            text = texts_of(folder / "notices" / f"{own.id}{ending}")
            plain = re.sub(r"<[^>]+>", "|", text)
            assert own.name in plain
            for other in units.itertuples():
                if other.id == own.id:
                    continue
                assert not re.search(rf"{re.escape(other.name)}(?!\w)", plain.replace(own.name, ""))
                for tce in {other.quota_tce, other.opening_tce} - {own.quota_tce, own.opening_tce, 0}:
                    assert f"|{tce:,}|" not in plain
                    assert f"|{tce}|" not in plain
            assert not [name for name in projects if name in plain and name not in own.name]
        read = Read((folder / "notices" / f"{own.id}.docx").read_bytes())
        assert f"{own.quota_tce:,}吨标准煤" in read.text
        entries = read.table("逐笔台账")
        moved = [int(row[1].replace(",", "").replace("−", "-")) for row in entries[1:-1]]
        assert sum(moved) == own.quota_tce
        assert all(row[2] for row in entries[1:-1])  # each with its clause
        assert "异议" in read.text


@pytest.mark.slow
def test_each_cut_names_its_standard_and_edition_and_what_would_lower_it(
    scenarios_folder: Path, tmp_path: Path
) -> None:
    # 100 t of product at 1,500 kgce/t against an advanced value of 1,400: 100 × 0.1 = 10 tce at a share of 1.
    from dualcontrol.document_facts import facts_of
    from dualcontrol.explain_account import account_of
    from dualcontrol.notice_facts import changes, notice_of
    from dualcontrol.result_folder import read_result
    from tests.model.small_cases import unit, write_county

    del scenarios_folder
    folder = tmp_path / "s"
    write_county(folder, [unit("A", 1000, 500, is_three_high=1), unit("B", 10, 500)], "")
    provenance = "source,basis,derivation"
    (folder / "benchmarks.csv").write_text(
        f"benchmark_key,level,scope,value,unit,boundary,effective_from,{provenance}\n"
        "k,advanced,national,1400,kgce/t,含原料煤,2020-01-01,GB 29436-2023,standard,x\n"
        "k,limit,national,1800,kgce/t,含原料煤,2020-01-01,GB 29436-2023,standard,x\n",
        encoding="utf-8",
    )
    (folder / "products.csv").write_text(
        f"unit_id,product,output,output_unit,specific_energy,specific_unit,benchmark_key,{provenance}\n"
        "A,甲醇,100,t,1500,kgce/t,k,x,estimated,x\n",
        encoding="utf-8",
    )
    case = solved(folder)
    result = read_result(case.publish(tmp_path / "out"))
    notice = notice_of(facts_of(result), account_of(result.folder, "unit", "A"))
    assert [(s.level, s.value, s.source, s.since.isoformat()) for s in notice.standards] == [
        ("advanced", 1400.0, "GB 29436-2023", "2020-01-01"),
        ("limit", 1800.0, "GB 29436-2023", "2020-01-01"),
    ]
    assert int(notice.row.cut_tce) == -10
    lower = next(line for line in changes(notice, "en") if "each unit" in line)
    assert "takes 0.1 tce off" in lower  # 1 kgce/t × 100 t


@pytest.mark.slow
def test_an_objection_is_quoted_and_the_decision_is_left_open(result: Path, tmp_path: Path, run: Run) -> None:
    objection = tmp_path / "objection.txt"
    objection.write_bytes("基数偏低：<b>去年</b>检修三个月。\n=1+1".encode("gb18030"))
    assert run("publish", result, "--unit", "A", "--objection", objection)[0] == 0
    read = Read((result / "notices" / "A-reply.docx").read_bytes())
    assert "基数偏低：<b>去年</b>检修三个月。" in read.text
    assert "=1+1" in read.text
    assert read.text.count("□") == 3
    assert "草案" in read.document.sections[0].header.paragraphs[0].text


def test_an_unknown_enterprise_is_told_the_nearest(result: Path, run: Run) -> None:
    before = files_of(result)
    code, told = run("publish", result, "--unit", "a")
    assert (code, "A" in told["nearest"]) == (2, True)
    assert files_of(result) == before


def test_an_objection_needs_one_enterprise(result: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["publish", str(result), "--objection", "x.txt", "--lang", "en"])
    assert end.value.code == 2
    assert "--unit" in capfd.readouterr().err


def test_names_of_files_are_safe_everywhere() -> None:
    ids = ["A", "a", "con", "x/../y", "示范", "..", "a b", "w" * 300, "ok-1_2", "COM1", "=1"]
    names = file_names(ids)
    assert names["ok-1_2"] == "ok-1_2"
    assert len({name.casefold() for name in names.values()}) == len(ids)
    for name in names.values():
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name)
        assert name.casefold() not in {"con", "com1"}
    assert file_names(ids) == names


@pytest.mark.slow
def test_a_machine_without_a_chinese_font_gets_english_labels_and_a_note(
    result: Path, few: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dualcontrol.picture.chinese_font", lambda installed=None: None)
    with pytest.raises(SystemExit) as end:
        main(["publish", str(result), "--lang", "zh"])
    assert not end.value.code
    assert "没有找到中文字体" in capfd.readouterr().out
    assert (result / "figures" / "pool.zh.svg").is_file()


@pytest.mark.slow
def test_a_system_that_cannot_write_chinese_names_says_so(result: Path) -> None:
    environment = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8"}
    before = files_of(result)
    said = subprocess.run(
        [sys.executable, "-c", _WITHOUT_FIGURES, str(result)],
        env={**os.environ, **environment}, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    if sys.platform == "linux":
        assert (said.returncode, "PYTHONUTF8=1" in said.stderr.decode("utf-8")) == (2, True)
        assert files_of(result) == before
    assert b"Traceback" not in said.stderr


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("localedef") is None, reason="no localedef to make a GBK locale with")
def test_documents_are_the_same_under_a_gbk_locale(
    result: Path, tmp_path: Path, run: Run, quick: None
) -> None:
    made = subprocess.run(
        ["localedef", "-f", "GBK", "-i", "zh_CN", str(tmp_path / "zh_CN.GBK")],
        capture_output=True,
        check=False,
    )
    if not (tmp_path / "zh_CN.GBK").exists():
        pytest.skip(made.stderr.decode("utf-8", "replace"))
    assert run("publish", result)[0] == 0
    under_utf8 = (result / WORD[0]).read_bytes(), (result / WORD[1]).read_bytes()
    for path in result.glob("*.docx"):
        path.unlink()
    environment = {"LOCPATH": str(tmp_path), "LC_ALL": "zh_CN.GBK", "PYTHONUTF8": "0"}
    said = subprocess.run(
        [sys.executable, "-c", _WITHOUT_FIGURES, str(result)],
        env={**os.environ, **environment}, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    written = {os.fsencode(path.name): path.read_bytes() for path in result.glob("*.docx")}
    assert written == {WORD[0].encode("gbk"): under_utf8[0], WORD[1].encode(): under_utf8[1]}
    assert run("audit", result)[0] == 0  # here the name is read as other signs, and known by its bytes


@pytest.mark.slow
def test_a_killed_process_leaves_a_whole_folder(result: Path, run: Run, quick: None) -> None:
    assert run("publish", result)[0] == 0
    shutil.copytree(
        result, result.parent / f".{result.name}.new-{'0' * 16}"
    )  # what a kill while writing leaves
    assert run("publish", result)[0] == 0
    assert [path.name for path in result.parent.iterdir()] == [result.name]
