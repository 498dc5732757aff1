"""The notebooks: stored clean, without logic, in both languages, and every cell runs anywhere."""

import ast
import json
from pathlib import Path

import pytest

from tests.planner.notebook_runner import read, run

MOST_LINES = 60
NOTEBOOKS = sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb"))
TEN_MINUTES = "01-plan-in-ten-minutes.ipynb"
LOGIC = (
    ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.If, ast.IfExp, ast.For, ast.While, ast.Try, ast.With,
    ast.ListComp, ast.DictComp, ast.SetComp, ast.BinOp,
)  # fmt: skip


def test_there_is_a_first_notebook() -> None:
    assert TEN_MINUTES in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_without_outputs_and_traces(path: Path) -> None:
    notebook = read(path)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert cell.metadata == {}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_short_and_without_logic(path: Path) -> None:
    code = [cell.source for cell in read(path).cells if cell.cell_type == "code"]
    assert sum(len(source.splitlines()) for source in code) < MOST_LINES
    for source in code:
        found = [type(node).__name__ for node in ast.walk(ast.parse(source)) if isinstance(node, LOGIC)]
        allowed = ["BinOp"] * source.count(" / ")  # paths are joined by a slash
        assert found == allowed, source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_headings_are_chinese_with_english_beneath(path: Path) -> None:
    for cell in read(path).cells:
        if cell.cell_type != "markdown":
            continue
        chinese, english = cell.source.splitlines()[:2]
        assert chinese.startswith("#")
        assert english.startswith("#")
        assert chinese.split()[0] == english.split()[0]
        assert any(ord(sign) > 0x2E80 for sign in chinese)
        assert all(ord(sign) < 0x2E80 for sign in english)


def _check_ten_minutes(repository: Path, folder: Path, scenario: str) -> None:
    path = repository / "notebooks" / TEN_MINUTES
    cells = run(path, folder, {} if scenario == "dalad-2022" else {'"dalad-2022"': f'"{scenario}"'})
    pictures = [cell for cell in cells if any("image/png" in o.get("data", {}) for o in cell.outputs)]
    assert len(pictures) == 7
    for cell in pictures:
        assert "figures." in cell.source
    assert all(cell.outputs for cell in cells)  # every cell shows something
    published = folder / "out" / scenario
    summary = json.loads((published / "summary.json").read_text(encoding="utf-8"))
    assert summary["audit"]["passed"] is True
    assert "budget.xlsx" in cells[-1].outputs[0]["data"]["text/plain"]
    assert {path.name for path in folder.iterdir()} == {"out"}


@pytest.mark.slow
def test_ten_minutes_on_the_hand_solved_case(repository: Path, tmp_path: Path) -> None:
    folder = tmp_path / "在 别处"
    folder.mkdir()
    _check_ten_minutes(repository, folder, "two-firms")


@pytest.mark.slow
def test_ten_minutes_as_it_is(repository: Path, tmp_path: Path) -> None:
    _check_ten_minutes(repository, tmp_path, "dalad-2022")


@pytest.mark.slow
def test_targets_move_on_the_hand_solved_case(repository: Path, tmp_path: Path) -> None:
    path = repository / "notebooks" / "02-what-if-the-target-changes.ipynb"
    cells = run(path, tmp_path, {'"dalad-2022"': '"two-firms"'})
    assert all(cell.outputs for cell in cells)
    assert "application/vnd.jupyter.widget-view+json" in cells[0].outputs[0]["data"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["02-what", "03-which", "04-the", "06-batch"])
def test_every_cell_shows_something(name: str, repository: Path, tmp_path: Path) -> None:
    (path,) = (repository / "notebooks").glob(f"{name}*.ipynb")
    assert all(cell.outputs for cell in run(path, tmp_path))


@pytest.mark.slow
def test_the_year_is_tracked_on_the_fictional_banner(repository: Path, tmp_path: Path) -> None:
    cells = run(repository / "notebooks" / "07-tracking-the-year.ipynb", tmp_path)
    assert all(cell.outputs for cell in cells)
    assert any("image/svg+xml" in output.get("data", {}) for cell in cells for output in cell.outputs)
    (replayed,) = [cell for cell in cells if cell.source.endswith("colours(replay(folder, readings))")]
    text = replayed.outputs[0]["data"]["text/plain"]
    alloy = next(line for line in text.splitlines() if "alloy" in line)
    assert "green" in alloy  # in the first half of the year
    (replanned,) = [cell for cell in cells if "replan(followed(folder), september)" in cell.source]
    rows = [line.split() for line in replanned.outputs[0]["data"]["text/plain"].splitlines()]
    quotas = [row for row in rows if row[0].startswith("unit:")]
    assert len(quotas) == 6
    assert all(int(now) >= int(before) for _, before, now in quotas)
