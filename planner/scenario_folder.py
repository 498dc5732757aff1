"""Write a scenario folder as a whole or not at all, and never lose what was there.

An existing scenario is replaced only when asked for; a copy of it is kept beside (`mine.before-1`), and files that are
no part of a scenario (a README, notes) stay where they are.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dualcontrol import swap
from dualcontrol.model.layers import TOML
from dualcontrol.model.schema import TABLES
from dualcontrol.model.tables import PROFILES

_OWN = frozenset({TOML, *(f"{name}.csv" for name in TABLES), f"{PROFILES}.csv"})


class ScenarioFolderError(Exception):
    """The folder was not written. `message` is an id, `params` belong to it."""

    def __init__(self, message: str, **params: object) -> None:
        self.message, self.params = message, params
        super().__init__(message)


@dataclass(frozen=True)
class Written:
    """Where a scenario was written, and where the earlier one is kept (None: there was none)."""

    folder: Path
    kept: Path | None


def refuse_early(folder: Path, *, replace: bool) -> None:
    """Say no before the work, where `put` would say it after. ScenarioFolderError."""
    if folder.exists() and not folder.is_dir():
        raise ScenarioFolderError("scenario_folder.is_file", folder=folder)
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if not (folder / TOML).is_file():
        raise ScenarioFolderError("scenario_folder.foreign", folder=folder)
    if not replace:
        raise ScenarioFolderError("scenario_folder.exists", folder=folder)


def put(folder: Path, files: Mapping[str, bytes], *, replace: bool = False) -> Written:
    """Make `folder` a scenario of these files (names relative to it). ScenarioFolderError; OSError."""
    target = folder.resolve()
    missing = [path for path in (target.parent, *target.parent.parents) if not path.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with swap.locked(target):
            swap.recover(target)
            refuse_early(target, replace=replace)
            new = swap.stage(target)
            try:
                if target.is_dir():
                    _copy_others(target, new)
                for name, content in files.items():
                    (new / name).parent.mkdir(parents=True, exist_ok=True)
                    (new / name).write_bytes(content)
                swap.flush(new)
                kept = _keep(target) if target.is_dir() and any(target.iterdir()) else None
                swap.replace(new, target)
            except BaseException:
                swap.throw_away(new)
                raise
    except swap.BusyError as error:
        raise ScenarioFolderError("scenario_folder.busy", folder=folder) from error
    except BaseException:
        for path in missing:  # made for nothing
            with contextlib.suppress(OSError):
                path.rmdir()
        raise
    return Written(folder, folder.parent / kept.name if kept else None)


def _copy_others(target: Path, new: Path) -> None:
    """Copy what is no part of a scenario."""

    def ours(place: str, names: list[str]) -> set[str]:
        inner = Path(place).relative_to(target)
        return {name for name in names if (inner / name).as_posix() in _OWN}

    shutil.copytree(target, new, symlinks=True, ignore=ours, dirs_exist_ok=True)
    with contextlib.suppress(OSError):
        (new / "power").rmdir()  # where nothing but tables was in it


def _keep(target: Path) -> Path:
    """A whole copy of the folder beside it, under the first free name."""
    count = 1
    while (kept := target.parent / f"{target.name}.before-{count}").exists():
        count += 1
    staged = Path(tempfile.mkdtemp(prefix=f".{target.name}.keep-", dir=target.parent))
    try:
        shutil.copytree(target, staged, symlinks=True, dirs_exist_ok=True)
        swap.flush(staged)
        staged.rename(kept)
    except BaseException:
        swap.throw_away(staged)
        raise
    kept.chmod(target.stat().st_mode & 0o777)
    return kept
