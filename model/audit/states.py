"""The log of a plan's states: an unbroken chain, forward only, and nothing changed since the plan was issued.

`state.json` beside `summary.json`. A hash of each record covers the one before and the bytes of every published file at
that moment. Who can write the folder can write a new chain: the hash of the last record belongs into the document that
issues the plan.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from dualcontrol.model.audit.documents import is_document
from dualcontrol.model.audit.verdict import Check, Probe

LOG = "state.json"
STATES = ("draft", "consulted", "approved", "issued", "adjusted")  # 草案 征求意见 审定 印发 调整
FINAL = ("issued", "adjusted")
NEXT = {
    "": ("draft", "consulted"),
    "draft": ("consulted",),
    "consulted": ("approved",),
    "approved": FINAL,
    "issued": (),
    "adjusted": (),
}
FIELDS = ("state", "number", "date", "document", "summary", "files", "adjusts", "previous")


def record_hash(record: Mapping[str, object]) -> str:
    """sha256 of a record's fields, its own hash left out."""
    text = json.dumps({name: record.get(name) for name in FIELDS}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def digests(folder: Path) -> tuple[str, str]:
    """sha256 of the summary, and of the names and contents of all other files but the log itself and the documents."""
    summary, rest = "", hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name == LOG or is_document(name):
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if name == "summary.json":
            summary = digest
        else:
            rest.update(f"{name}\0{digest}\0".encode())
    return summary, rest.hexdigest()


def read_log(folder: Path) -> list[dict[str, object]]:
    """The records, oldest first; none without a log. ValueError where it is no list of records, OSError."""
    path = folder / LOG
    if not path.exists():
        return []
    found = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        raise ValueError(LOG)
    return found


def state_check(folder: Path) -> Check | None:
    """The check of a folder's log; None where there is none (the plan is a draft)."""
    probe = Probe("states", "3.2.2b", "")
    try:
        records = read_log(folder)
    except (OSError, ValueError) as error:
        probe.holds(LOG, False, type(error).__name__, "json")
        return probe.check()
    if not records:
        return None
    _chain(probe, records)
    last = records[-1]
    if last.get("state") in FINAL:
        summary, files = digests(folder)
        probe.holds(
            "summary.json", last.get("summary") == summary, summary[:12], str(last.get("summary"))[:12]
        )
        probe.holds("files", last.get("files") == files, files[:12], str(last.get("files"))[:12])
    return probe.check()


def _chain(probe: Probe, records: Sequence[Mapping[str, object]]) -> None:
    """Every record hashed right, bound to the one before, a step forward, not earlier than the one before."""
    before: Mapping[str, object] = {}
    for number, record in enumerate(records, start=1):
        place, hashed = f"{LOG} {number}", record_hash(record)
        probe.holds(place, record.get("hash") == hashed, str(record.get("hash"))[:12], hashed[:12])
        wanted = str(before.get("hash", ""))
        probe.holds(
            f"{place} previous",
            record.get("previous") == wanted,
            str(record.get("previous"))[:12],
            wanted[:12],
        )
        allowed = NEXT.get(str(before.get("state", "")), ())
        probe.holds(
            f"{place} state", record.get("state") in allowed, str(record.get("state")), " | ".join(allowed)
        )
        is_later = str(record.get("date", "")) >= str(before.get("date", ""))
        probe.holds(f"{place} date", is_later, str(record.get("date")), str(before.get("date", "")))
        is_linked = (record.get("state") == "adjusted") == bool(record.get("adjusts"))
        probe.holds(f"{place} adjusts", is_linked, str(record.get("adjusts"))[:12], str(record.get("state")))
        before = record
