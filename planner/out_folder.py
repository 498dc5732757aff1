"""A folder of finished files that a command writes: all of it or nothing, and never over somebody else's files."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from dualcontrol import swap
from dualcontrol.power_output import FolderError
from dualcontrol.tables import csv_line


def put(folder: Path, files: Mapping[str, bytes], own: Collection[str] = ()) -> None:
    """Make the folder hold these files; an earlier one is replaced as a whole.

    own: names of other files that an earlier run of the command may have left there. Errors: FolderError for foreign
    files or another writer; OSError.
    """
    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with swap.locked(target):
            swap.recover(target)
            _refuse_foreign(target, {*files, *own})
            new = swap.stage(target)
            try:
                for name, content in files.items():
                    (new / name).write_bytes(content)
                swap.flush(new)
                swap.replace(new, target)
            except BaseException:
                swap.throw_away(new)
                raise
    except swap.BusyError as error:
        raise FolderError("power.busy", folder=str(target)) from error


def csv_bytes(lines: Sequence[Sequence[str]]) -> bytes:
    """Lines of cells as a CSV file."""
    return "".join(csv_line(line) for line in lines).encode("utf-8-sig")  # Excel knows utf-8 by this mark


def number(value: float | None, decimals: int) -> str:
    """A number with at most so many decimals; "" for none, `inf` without an end."""
    if value is None or value != value:
        return ""
    if abs(value) == float("inf"):
        return "inf" if value > 0 else "-inf"
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _refuse_foreign(target: Path, own: Collection[str]) -> None:
    if target.is_dir():
        foreign = sorted(path.name for path in target.iterdir() if path.name not in own)
    else:
        foreign = [target.name] if target.exists() else []
    if foreign:
        raise FolderError("power.foreign", folder=str(target), files=", ".join(foreign[:5]))
