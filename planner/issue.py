"""The states of a plan: draft, consulted, approved, issued, and adjusted by another plan (design: 草案 … 调整 n).

Each step appends a record to `state.json` in the result folder, hash by hash. An issued plan is immutable: `publish`
refuses its folder, `audit` tells whether anything changed.
"""

import contextlib
import json
import os
import secrets
from datetime import date
from pathlib import Path

from dualcontrol import swap
from dualcontrol.model.audit.states import FINAL, LOG, NEXT, digests, read_log, record_hash, state_check
from dualcontrol.provenance import json_text
from dualcontrol.publish import PublishError, recover

Record = dict[str, object]
NAMES = {
    "草案": "draft",
    "征求意见": "consulted",
    "审定": "approved",
    "印发": "issued",
    "调整": "adjusted",
}


def state_named(text: str) -> str | None:
    """The state that a word means, Chinese or English; None for another word."""
    word = text.strip()
    return NAMES.get(word) or (word.lower() if word.lower() in NAMES.values() else None)


def day_named(text: str) -> date | None:
    """A day as `2022-02-11`; None for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def last_step(folder: Path) -> Record | None:
    """The last record of a sound log; None for a plan that is a draft."""
    records = read_log(folder)
    return records[-1] if records else None


def issue(
    folder: Path | str, state: str, *, document: str, day: date, adjusts: Path | str | None = None
) -> Record:
    """Take the plan in `folder` one state further and return the record. The plan must have passed its audit.

    document: by which the step was taken. adjusts: folder of the issued plan that this one replaces, for `adjusted`
    alone. PublishError where the step is not the next one, the plan is made on typical days or relaxed (it can be
    consulted on, not approved), the day is before the last step's, or the log is broken.
    """
    target = Path(folder).resolve()
    if not (target / "summary.json").is_file():
        raise PublishError("issue.no_result", folder=target)
    if not document.strip():
        raise PublishError("issue.no_document")
    recover(target)
    try:
        with swap.locked(target):
            records = _sound(target)
            _require_step(target, records, state, day)
            record = _record(target, records, state, document.strip(), day, adjusts)
            _write(target, [*records, record])
    except swap.BusyError as error:
        raise PublishError("publish.busy", folder=target) from error
    return record


def _sound(folder: Path) -> list[Record]:
    """The log, which must be whole."""
    check = state_check(folder)
    if check is not None and not check.passed:
        raise PublishError("issue.broken", folder=folder, place=check.place)
    return read_log(folder)


def _require_step(folder: Path, records: list[Record], state: str, day: date) -> None:
    last = str(records[-1]["state"]) if records else ""
    allowed = NEXT[last]
    if state not in allowed:
        message = "issue.final" if last in FINAL else "issue.not_next"
        raise PublishError(message, folder=folder, state=_word(state), last=_word(last or "draft"),
                           allowed=" / ".join(_word(one) for one in allowed))  # fmt: skip
    if records and day.isoformat() < str(records[-1]["date"]):
        raise PublishError("issue.too_early", date=day.isoformat(), last=records[-1]["date"])
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8-sig"))
    if state in ("approved", *FINAL) and (
        summary.get("time") == "checked_typical" or summary.get("is_relaxed")
    ):
        raise PublishError("issue.draft_only", folder=folder, state=_word(state))


def _record(
    folder: Path, records: list[Record], state: str, document: str, day: date, adjusts: Path | str | None
) -> Record:
    number, link = 0, ""
    if (state == "adjusted") != (adjusts is not None):
        raise PublishError("issue.needs_adjusts" if state == "adjusted" else "issue.stray_adjusts")
    if adjusts is not None:
        old = Path(adjusts).resolve()
        before = _sound(old)
        if old == folder or not before or before[-1]["state"] not in FINAL:
            raise PublishError("issue.not_issued", folder=old)
        number, link = int(str(before[-1]["number"])) + 1, str(before[-1]["hash"])
    summary, files = digests(folder)
    record: Record = {
        "state": state,
        "number": number,
        "date": day.isoformat(),
        "document": document,
        "summary": summary,
        "files": files,
        "adjusts": link,
        "previous": str(records[-1]["hash"]) if records else "",
    }
    return {**record, "hash": record_hash(record)}


def _write(folder: Path, records: list[Record]) -> None:
    """The whole log in one step of the file system; a killed process leaves the old one."""
    new = folder.parent / f".{folder.name}.state-{secrets.token_hex(8)}"
    try:
        with new.open("w", encoding="utf-8", newline="\n") as file:
            file.write(json_text(records))
            file.flush()
            os.fsync(file.fileno())
        new.replace(folder / LOG)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def _word(state: str) -> str:
    """A state in both languages."""
    return next((f"{zh} {en}" for zh, en in NAMES.items() if en == state), state)


def told(record: Record) -> str:
    """The state of a record in words, an adjustment with its number."""
    number = f" {record['number']}" if record["state"] == "adjusted" else ""
    return f"{_word(str(record['state']))}{number}"
