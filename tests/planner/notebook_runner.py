"""Run a notebook as a reader would, in the Python that runs the tests, in any folder, with warnings as errors."""

import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

_FIRST = "import sys, warnings\nwarnings.simplefilter('error')\nprint(sys.executable)"


def read(path: Path) -> Any:
    """A stored notebook."""
    return nbformat.read(path, as_version=4)


def run(path: Path, folder: Path, replaced: dict[str, str] | None = None, timeout_s: int = 240) -> list[Any]:
    """The code cells of the notebook after running them in `folder`. replaced: text of the code -> other text.

    Errors: nbclient's CellExecutionError with the traceback of a cell; AssertionError when another Python ran,
    when a cell wrote to standard error, or when a text to replace is not there.
    """
    notebook = read(path)
    for old, new in (replaced or {}).items():
        cells = [cell for cell in notebook.cells if cell.cell_type == "code" and old in cell.source]
        assert cells, f"{old!r} is not in {path.name}"
        for cell in cells:
            cell.source = cell.source.replace(old, new)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(_FIRST))
    NotebookClient(
        notebook, timeout=timeout_s, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    first, *cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert first.outputs[0].text.strip() == sys.executable
    for cell in cells:
        stray = [output.text for output in cell.outputs if output.output_type == "stream"]
        assert not stray, (cell.source, stray)
    return cells
