"""The files of a result folder: all that the summary names, none that it does not, each as published.

The tables may have been edited by hand: they are recomputed. What nobody recomputes, the workbook, must have the
bytes that the summary names. The summary cannot hash itself; what it says is recomputed elsewhere.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from dualcontrol.model.audit.documents import is_document
from dualcontrol.model.audit.network_tables import ASSETS, FILES
from dualcontrol.model.audit.results import COLUMNS, UNREAD
from dualcontrol.model.audit.verdict import Check, Probe

SUMMARY, WORKBOOK, INPUTS = "summary.json", "budget.xlsx", "inputs/"
STATES = "state.json"  # the log of states grows after the summary and has a check of its own
REPORTS = "reports"  # the folder of the reports
# What office programs and file managers leave in a folder.
LITTER = ("~$", ".~lock.", ".DS_Store", "Thumbs.db", "desktop.ini")
_BOM = b"\xef\xbb\xbf"


def file_hashes(folder: Path) -> dict[str, str]:
    """sha256 of every file of a folder but its summary, documents and litter, by path with forward slashes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_told = name in (SUMMARY, STATES) or is_document(name) or path.name.startswith(LITTER)
        if path.is_file() and not is_told:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def named_files(summary: object) -> dict[str, str]:
    """The files a summary names with their hashes; none where it names none."""
    hashes = summary.get("hashes") if isinstance(summary, Mapping) else None
    files = hashes.get("files") if isinstance(hashes, Mapping) else None
    return {str(name): str(digest) for name, digest in files.items()} if isinstance(files, Mapping) else {}


def name_inputs(probe: Probe, folder: Path, summary: object) -> None:
    """Each input that the summary names is there: without it the plan is held against another county."""
    for name in named_files(summary):
        if name.startswith(INPUTS):
            probe.holds(name, (folder / name).is_file(), "-", name)


def read_files(probe: Probe, folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of a folder; one that is missing or cannot be read fails.

    Of a network's tables and of the reports those that are there: what is missing is for their checks to say.
    """
    tables: dict[str, pd.DataFrame] = {}
    reports = {f"{REPORTS}/{path.stem}": f"{REPORTS}/{path.name}" for path in _report_paths(folder)}
    for name, file in ({name: f"{name}.csv" for name in COLUMNS} | dict(FILES) | reports).items():
        path = folder / file
        if name in FILES and not path.is_file():
            continue  # whether it must be there is for the scenario to say
        try:
            if path.suffix == ".parquet":
                tables[name] = pd.read_parquet(path)
            else:
                # Text throughout: a float would lose the printed decimals, and with them their rounding.
                tables[name] = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
            known = {*COLUMNS.get(name, tables[name].columns), *UNREAD.get(name, ())}
            for column in tables[name].columns:
                probe.holds(f"{file} {column}", column in known, str(column), "-")
        except (OSError, ValueError) as error:
            probe.holds(file, False, type(error).__name__, path.suffix[1:])
    return tables


def folder_check(folder: Path, summary: Mapping[str, object], tables: Mapping[str, pd.DataFrame]) -> Check:
    """No file that is not named, the workbook as published, and the plan's digest where no table was edited."""
    probe = Probe("folder_files", "2.2", "")
    named, found = named_files(summary), file_hashes(folder)
    probe.holds(SUMMARY, bool(named), "-", "hashes files")
    probe.holds(WORKBOOK, WORKBOOK in named, "-", WORKBOOK)
    for name in sorted({*named, *found}):
        probe.holds(name, name in named and name in found, name, "-")
    if WORKBOOK in named and WORKBOOK in found:
        probe.holds(
            f"{WORKBOOK} sha256", found[WORKBOOK] == named[WORKBOOK], found[WORKBOOK], named[WORKBOOK]
        )
    edited = [name for name in named if found.get(name) != named[name] and not name.startswith(INPUTS)]
    hashes = summary.get("hashes")
    claimed = hashes.get("plan") if isinstance(hashes, Mapping) else None
    if not edited:
        digest = plan_digest(folder, tables)
        probe.holds("hashes plan", claimed == digest, str(claimed or "-"), digest)
    probe.tell(edited=" ".join(sorted(edited)) or "-")
    return probe.check()


def plan_digest(folder: Path, tables: Mapping[str, pd.DataFrame]) -> str:
    """sha256 over the tables of the plan as they are published: names, CSV text without its mark, hourly columns."""
    digest = hashlib.sha256()
    for name in COLUMNS:
        digest.update(name.encode() + b"\0")
        digest.update((folder / f"{name}.csv").read_bytes().removeprefix(_BOM) + b"\0")
    if ASSETS in tables:
        digest.update(_power_digest(folder, tables))
    for path in _report_paths(folder):
        digest.update(f"{REPORTS}/{path.name}".encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.digest().hex()


def _report_paths(folder: Path) -> list[Path]:
    return sorted((folder / REPORTS).glob("*.csv"), key=lambda path: path.name)


def _power_digest(folder: Path, tables: Mapping[str, pd.DataFrame]) -> bytes:
    digest = hashlib.sha256()
    for name in sorted(name for name in FILES if name in tables):
        key, path = name.rpartition("/")[2], folder / FILES[name]
        if path.suffix == ".csv":
            digest.update(f"{key}\0".encode() + path.read_bytes())
            continue
        for column in tables[name].columns:
            digest.update(f"{key}.{column}\0".encode())
            values = tables[name][column]
            if values.dtype.kind in "iuf":
                digest.update(values.to_numpy().tobytes())
            else:
                digest.update("\0".join(str(value) for value in values).encode())
    return digest.digest()
