"""A scenario by its folder, or by the name of one that comes with the program."""

import contextlib
from collections.abc import Iterator
from pathlib import Path


class NoScenarioError(Exception):
    """Neither a folder nor a scenario of the program. `names`: those there are."""

    def __init__(self, names: str) -> None:
        self.names = names
        super().__init__(names)


@contextlib.contextmanager
def scenario_named(wanted: str) -> Iterator[Path]:
    """The folder of a scenario; one of a result folder is its `inputs`. NoScenarioError if there is none."""
    folder = Path(wanted)
    if folder.is_dir():
        is_result = (folder / "summary.json").is_file() and (folder / "inputs").is_dir()
        yield folder / "inputs" if is_result else folder
        return
    from importlib.resources import as_file, files

    with as_file(files("dualcontrol.scenarios")) as root:
        names = sorted(path.parent.name for path in root.glob("*/scenario.toml"))
        if wanted not in names:
            raise NoScenarioError(", ".join(names))
        yield root / wanted
