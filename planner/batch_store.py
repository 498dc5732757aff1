"""The folder of a batch: a manifest per finished variant, written last and in one step, and two Parquet tables.

`DIR/variants/<run id>/quotas.csv` and then `manifest.json`, which holds the hash of both; `DIR/variants.parquet` and
`DIR/quotas.parquet`. Only the process that holds the lock writes here.
"""

import contextlib
import csv
import errno
import hashlib
import io
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dualcontrol import swap
from dualcontrol.batch_solve import FIGURES, PRICED, QUOTAS, Outcome, Task, code_version, plain
from dualcontrol.batch_sweep import Variant
from dualcontrol.messages import say
from dualcontrol.provenance import json_text

if TYPE_CHECKING:
    import pandas as pd

VARIANTS, MANIFEST, PART = "variants", "manifest.json", "quotas.csv"
TABLES = ("variants.parquet", "quotas.parquet")
_NEW = ".new-"
_LITTER = (".DS_Store", "Thumbs.db", "desktop.ini")
_FLOATS = (*FIGURES, *PRICED, "seconds")


class BatchError(Exception):
    """The batch cannot go on; what was finished is kept. `message` is an id, `params` belong to it."""

    def __init__(self, message: str, **params: object) -> None:
        """Keep the message id and its parameters; `str` is the English sentence."""
        self.message, self.params = message, params
        super().__init__(say(message, "en", **params))


class Store:
    """The results of variants in a folder. Use `opened`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variants = folder / VARIANTS

    def finished(self, run_id: str) -> Outcome | None:
        """What became of a variant; None when it is not finished, or its files are not what was written."""
        place = self.variants / run_id
        try:
            manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
            part = (place / PART).read_bytes()
            own = manifest.pop("digest")
            is_whole = own == _digest(manifest) and manifest["files"] == {PART: _hash(part)}
            if not is_whole or manifest["run_id"] != run_id:
                return None
            return Outcome(
                manifest["status"], manifest["reason"], manifest["figures"], _rows(part), manifest["seconds"],
                manifest["audit_passed"],
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def keep(self, task: Task, outcome: Outcome) -> None:
        """Write a finished variant: its part, then the manifest. OSError leaves no manifest."""
        place = self.variants / task.run_id
        place.mkdir(exist_ok=True)
        part = _csv(outcome.quotas)
        manifest: dict[str, Any] = {
            "run_id": task.run_id,
            "inputs": task.inputs,
            "overrides": {key: plain(value) for key, value in task.overrides.items()},
            "versions": dict(code_version()),
            "status": outcome.status,
            "reason": outcome.reason,
            "figures": dict(outcome.figures),
            "audit_passed": outcome.audit_passed,
            "seconds": outcome.seconds,
            "files": {PART: _hash(part)},
        }
        _write(place / PART, part)
        _write(place / MANIFEST, json_text(manifest | {"digest": _digest(manifest)}).encode())

    def publish(self, variants: Sequence[Variant], run_ids: Mapping[int, str]) -> None:
        """Write both tables from the manifests of all variants; each takes its name in one step."""
        told = [(variant, run_ids[variant.number]) for variant in variants]
        outcomes: dict[str, Outcome] = {}
        for _, run in told:
            if run not in outcomes and (outcome := self.finished(run)) is not None:
                outcomes[run] = outcome
        kept = [(variant, run, outcomes[run]) for variant, run in told if run in outcomes]
        frames = variants_table(kept), quotas_table(kept)
        made = [(self.folder / name, _parquet(frame)) for name, frame in zip(TABLES, frames, strict=True)]
        staged: list[tuple[Path, Path]] = []
        try:
            for path, content in made:
                staged.append((_stage(path), path))
                _fill(staged[-1][0], content)
            for new, path in staged:
                new.replace(path)
        except BaseException:
            for new, _ in staged:
                with contextlib.suppress(OSError):
                    new.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """The folder, made if need be, for this process alone.

    BatchError when another batch works there, it holds other files, or it cannot be written, now or later.
    """
    store = Store(folder.resolve())
    try:
        _refuse_foreign(store.folder)
        store.folder.mkdir(parents=True, exist_ok=True)
        with swap.locked(store.variants):
            store.variants.mkdir(exist_ok=True)
            _clear(store)
            yield store
    except swap.BusyError as error:
        raise BatchError("batch.busy", folder=store.folder) from error
    except OSError as error:
        raise told(error, store.folder) from error


def told(error: OSError, folder: Path) -> BatchError:
    """A file system's refusal as a sentence with a remedy."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return BatchError("batch.disk_full", folder=folder)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return BatchError("batch.no_permission", folder=folder)
    return BatchError("batch.failed", folder=folder, error=error.strerror or error)


def variants_table(kept: Sequence[tuple[Variant, str, Outcome]]) -> "pd.DataFrame":
    """A row per variant; a column per override, of numbers where all of its values are, else of text; null: not set."""
    import pandas as pd

    rows = [
        {
            "variant": variant.number,
            "name": variant.name,
            "run_id": run,
            "status": outcome.status,
            "reason": outcome.reason,
            **{name: outcome.figures.get(name) for name in (*FIGURES, "binding", *PRICED)},
            "seconds": outcome.seconds,
            "audit_passed": outcome.audit_passed,
        }
        for variant, run, outcome in kept
    ]
    names = (
        "variant",
        "name",
        "run_id",
        "status",
        "reason",
        *FIGURES,
        "binding",
        *PRICED,
        "seconds",
        "audit_passed",
    )
    columns: dict[str, pd.Series] = {
        name: pd.Series([row[name] for row in rows], dtype=_dtype(name)) for name in names
    }
    keys = dict.fromkeys(key for variant, _, _ in kept for key in variant.overrides)
    overrides = {key: _override([variant.overrides.get(key) for variant, _, _ in kept]) for key in keys}
    first = {name: columns[name] for name in names[:3]}
    return pd.DataFrame({**first, **overrides, **columns})


def quotas_table(kept: Sequence[tuple[Variant, str, Outcome]]) -> "pd.DataFrame":
    """A row per variant with a checked plan and account of it."""
    import pandas as pd

    rows = [(variant.number, *row) for variant, _, outcome in kept for row in outcome.quotas]
    frame = pd.DataFrame(rows, columns=["variant", *QUOTAS])
    kinds = {"variant": "int64", "quota_tce": "int64", "planned_use_tce": "float64"}
    return frame.astype({name: kinds.get(name, "string") for name in frame.columns})


def _dtype(name: str) -> str:
    if name == "audit_passed":
        return "boolean"
    return "int64" if name == "variant" else "float64" if name in _FLOATS else "string"


def _override(values: list[Any]) -> "pd.Series":
    import pandas as pd

    given = [plain(value) for value in values if value is not None]
    if all(isinstance(value, bool) for value in given):
        return pd.Series(values, dtype="boolean")
    if all(isinstance(value, float) for value in given):
        return pd.Series(values, dtype="float64")
    texts = [
        None if v is None else v if isinstance(v, str) else json.dumps(plain(v), ensure_ascii=False)
        for v in values
    ]
    return pd.Series(texts, dtype="string")


def _parquet(frame: "pd.DataFrame") -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(QUOTAS)
    writer.writerows(rows)
    return text.getvalue().encode()


def _rows(content: bytes) -> tuple[tuple[Any, ...], ...]:
    lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
    return tuple((one[0], one[1], int(one[2]), float(one[3]), one[4]) for one in lines[1:])


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _digest(manifest: Mapping[str, Any]) -> str:
    return _hash(json.dumps(manifest, ensure_ascii=False, sort_keys=True).encode())


def _stage(path: Path) -> Path:
    return path.with_name(f".{path.name}{_NEW}{secrets.token_hex(8)}")


def _fill(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write(path: Path, content: bytes) -> None:
    """Write a file under another name and give it its own when it is on the disk."""
    new = _stage(path)
    try:
        _fill(new, content)
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise


def _refuse_foreign(folder: Path) -> None:
    """BatchError if the place is no folder, or holds what is no part of a batch."""
    if folder.is_dir():
        own = (VARIANTS, *TABLES)
        foreign = sorted(
            path.name
            for path in folder.iterdir()
            if path.name not in own and path.name not in _LITTER and not _is_ours(path.name)
        )
        if foreign:
            shown = ", ".join(foreign[:5]) + (" …" if len(foreign) > 5 else "")
            raise BatchError("batch.foreign", folder=folder, files=shown)
    elif folder.exists():
        raise BatchError("batch.not_a_folder", folder=folder)


def _is_ours(name: str) -> bool:
    return name == f".{VARIANTS}.lock" or any(name.startswith(f".{table}{_NEW}") for table in TABLES)


def _clear(store: Store) -> None:
    """Remove what a killed process was writing."""
    for name in (*TABLES, f"{VARIANTS}/*/{MANIFEST}", f"{VARIANTS}/*/{PART}"):
        head, _, last = name.rpartition("/")
        for path in store.folder.glob(f"{head}/.{last}{_NEW}*" if head else f".{last}{_NEW}*"):
            path.unlink(missing_ok=True)
