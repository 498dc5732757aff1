"""Documents into the folder of the plan they are about: all of them or none, and never over somebody's own changes.

`documents.json` names the plan and the bytes of every document; a document that has other bytes now was worked on.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from dualcontrol import swap
from dualcontrol.model.audit.documents import FILES, FOLDERS, MANIFEST, is_document, known_name
from dualcontrol.provenance import json_text, versions
from dualcontrol.publish import PublishError

_LITTER = ("~$", ".~lock.", ".DS_Store", "Thumbs.db", "desktop.ini")  # of office programs and file managers


def put(folder: Path, files: Mapping[str, bytes], plan_digest: str, scenario_hash: str) -> list[str]:
    """Write documents, by their path in the folder, beside the plan; returns the names of all documents there.

    Documents of the same plan that are not written now stay, those of another plan go. Errors: PublishError where a
    document was changed by hand since it was written, the folder is in use or a file is no document's name; OSError.
    """
    target = folder.resolve()
    if strange := [name for name in files if not is_document(name)]:
        raise ValueError(strange)
    try:
        with swap.locked(target):
            swap.recover(target)
            kept = _kept(target, files, plan_digest)
            new = swap.stage(target)
            try:
                shutil.copytree(target, new, dirs_exist_ok=True, ignore=_without_documents(target))
                documents = {name: path.read_bytes() for name, path in kept.items()} | dict(files)
                for name, content in documents.items():
                    (new / name).parent.mkdir(parents=True, exist_ok=True)
                    (new / name).write_bytes(content)
                _manifest(new, documents, plan_digest, scenario_hash)
                swap.flush(new)
                swap.replace(new, target)
            except BaseException:
                swap.throw_away(new)
                raise
    except swap.BusyError as error:
        raise PublishError("publish.busy", folder=target) from error
    except UnicodeEncodeError as error:
        raise PublishError("document.names", folder=target) from error
    return sorted(documents)


def _without_documents(target: Path) -> Callable[[str, list[str]], set[str]]:
    """What `copytree` leaves out: the documents at the top of the folder."""

    def ignore(place: str, names: list[str]) -> set[str]:
        return (
            {name for name in names if known_name(name) in (*FILES, *FOLDERS)}
            if Path(place) == target
            else set()
        )

    return ignore


def written(folder: Path) -> tuple[str, dict[str, str]]:
    """The plan that the documents in a folder are about, and their hashes by path; nothing where there are none."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8-sig"))
        return str(told["plan"]), {str(name): str(digest) for name, digest in told["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "", {}


def _kept(target: Path, files: Mapping[str, bytes], plan_digest: str) -> dict[str, Path]:
    """Documents that stay. PublishError where one that would go or be written over is not as it was written."""
    plan, hashes = written(target)
    found = {
        known_name(path.relative_to(target).as_posix()): path
        for path in sorted(target.rglob("*"))
        if path.is_file() and not path.name.startswith(_LITTER)
    }
    there = {name: path for name, path in found.items() if is_document(name) and name != MANIFEST}
    changed = [
        name
        for name, path in there.items()
        if hashes.get(name) != hashlib.sha256(path.read_bytes()).hexdigest()
    ]
    is_same_plan = plan == plan_digest
    lost = [name for name in changed if name in files or not is_same_plan]
    if lost:
        raise PublishError("document.changed", folder=target, files=", ".join(lost[:5]))
    return {name: path for name, path in there.items() if name not in files} if is_same_plan else {}


def _manifest(folder: Path, documents: Mapping[str, bytes], plan_digest: str, scenario_hash: str) -> None:
    told = {
        "plan": plan_digest,
        "scenario": scenario_hash,
        "versions": versions(),
        "files": {name: hashlib.sha256(documents[name]).hexdigest() for name in sorted(documents)},
    }
    (folder / MANIFEST).write_text(json_text(told), encoding="utf-8", newline="\n")
