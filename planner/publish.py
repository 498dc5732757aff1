"""Write the result folder of a checked plan: tables, summary, workbook, inputs; all of it or nothing.

What was in the folder before stays until the new result is complete, and is exchanged for it in one step.
"""

import errno
import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dualcontrol import swap
from dualcontrol.messages import say
from dualcontrol.power_tables import FILES, FOLDER, power_files
from dualcontrol.provenance import basis_shares, json_text, jsonable, mark, plan_digest, versions
from dualcontrol.report_tables import REPORT_FOLDER, report_files
from dualcontrol.tables import COLUMNS, csv_text, published, published_figures

if TYPE_CHECKING:
    from dualcontrol.model.audit import Verdict
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

SUMMARY, WORKBOOK, INPUTS = "summary.json", "budget.xlsx", "inputs"
STATE = "state.json"  # the log of the plan's states (`issue`); it goes with the plan it is about

# What office programs and file managers leave in a folder; it may go with the old result.
_LITTER = ("~$", ".~lock.", ".DS_Store", "Thumbs.db", "desktop.ini")


class PublishError(Exception):
    """The result was not written; the old folder is as it was. `message` is an id, `params` belong to it."""

    def __init__(self, message: str, **params: object) -> None:
        """Keep the message id and its parameters; `str` is the English sentence."""
        self.message, self.params = message, params
        super().__init__(say(message, "en", **params))


class NotCheckedError(PublishError):
    """The plan has no passed check of its own: it is not published."""


def publish(plan: "Plan", folder: Path | str, *, scenario: "Scenario", verdict: "Verdict") -> Path:
    """Write the result of `plan` to `folder` and return the folder.

    A previous result there is replaced. NotCheckedError when `verdict` failed or belongs to another plan or
    scenario; PublishError when the folder holds other files, is locked, or cannot be written. After an
    error the folder is what it was.
    """
    require_checked(plan, scenario, verdict)
    target = Path(folder).resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with swap.locked(target):
            swap.recover(target)
            _refuse_foreign(target)
            _refuse_issued(target)
            new = swap.stage(target)
            try:
                write_result(new, plan, scenario, verdict)
                swap.flush(new)
                swap.replace(new, target)
            except BaseException:
                swap.throw_away(new)
                raise
    except swap.BusyError as error:
        raise PublishError("publish.busy", folder=target) from error
    except OSError as error:
        raise _told(error, target) from error
    return target


def prepare(folder: Path | str) -> None:
    """Mend what a killed process left at `folder`, and refuse a place where `publish` could not write.

    To be called before long work and before a result is read. PublishError as `publish`.
    """
    target = Path(folder).resolve()
    try:
        if swap.needs_recovery(target):
            with swap.locked(target):
                swap.recover(target)
        _refuse_foreign(target)
        _refuse_issued(target)
    except swap.BusyError:
        return  # somebody is writing there now; what is readable is whole
    except OSError as error:
        raise _told(error, target) from error


def recover(folder: Path | str) -> None:
    """Mend what a killed process left at `folder`, as far as this user may. Never raises."""
    target = Path(folder).resolve()
    try:
        if swap.needs_recovery(target):
            with swap.locked(target):
                swap.recover(target)
    except (swap.BusyError, OSError):
        return


def require_checked(plan: "Plan", scenario: "Scenario", verdict: "Verdict") -> None:
    """NotCheckedError unless `verdict` passed and belongs to this plan and this scenario."""
    if not verdict.passed:
        raise NotCheckedError("publish.not_passed")
    if verdict.scenario_hash != scenario.content_hash:
        raise NotCheckedError("publish.other_scenario")
    if verdict.plan_digest != plan_digest(plan):
        raise NotCheckedError("publish.other_plan")


def summary(
    plan: "Plan", scenario: "Scenario", verdict: "Verdict", files: Mapping[str, str]
) -> dict[str, Any]:
    """What `summary.json` says: the plan's own summary, and where it comes from.

    files: sha256 of every other file of the result by its path in the folder.
    """
    settings = scenario.settings
    told: dict[str, Any] = {}
    if mark(scenario):
        told["mark"] = mark(scenario)
    told |= {
        "scenario": scenario.name,
        "title_zh": settings.title_zh,
        "title_en": settings.title_en,
        "region_zh": settings.region_zh,
        "region_en": settings.region_en,
        "nature": settings.nature,
        "base_year": settings.base_year,
        "plan_year": settings.plan_year,
        "as_of": settings.as_of.isoformat(),
    }
    told |= published_figures(plan.summary)
    told["audit"] = _audit(verdict)
    told["basis_shares"] = basis_shares(plan, scenario)
    told["versions"] = versions()
    told["hashes"] = {"scenario": scenario.content_hash, "plan": plan_digest(plan), "files": dict(files)}
    return {key: jsonable(value) for key, value in told.items()}


def _audit(verdict: "Verdict") -> dict[str, object]:
    """The verdict for `summary.json`: what each check found, without the parameters of its sentence."""
    told = verdict.as_dict()
    told["checks"] = [
        {
            "name": check.name,
            "clause": check.clause,
            "passed": check.passed,
            "worst": float(check.worst),
            "unit": check.unit,
            "place": check.place,
        }
        for check in verdict.checks
    ]
    return told


def write_result(folder: Path, plan: "Plan", scenario: "Scenario", verdict: "Verdict") -> None:
    """Fill an empty folder with the whole result; `summary.json` comes last and names all the rest."""
    from dualcontrol.model.scenario import write

    write(scenario, folder / INPUTS)
    told_plan = published(plan)
    for table in COLUMNS:
        text = csv_text(table, getattr(told_plan, table))
        (folder / f"{table}.csv").write_bytes(text.encode("utf-8-sig"))  # Excel knows utf-8 by this mark
    for name, content in power_files(plan.power):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    for name, content in report_files(told_plan.reports):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    (folder / WORKBOOK).write_bytes(workbook_bytes(plan, scenario, verdict))
    told = summary(plan, scenario, verdict, hashes(folder))
    (folder / SUMMARY).write_text(json_text(told), encoding="utf-8", newline="\n")


def workbook_bytes(plan: "Plan", scenario: "Scenario", verdict: "Verdict") -> bytes:
    """The workbook of a plan; it can name no hash of a file, being one of them."""
    from dualcontrol.workbook import workbook

    return workbook(published(plan), scenario, verdict, summary(plan, scenario, verdict, {}))


def hashes(folder: Path) -> dict[str, str]:
    """sha256 of every file below `folder` but its summary, the log of its states and its documents, by path, sorted."""
    from dualcontrol.model.audit.documents import is_document

    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in (SUMMARY, STATE) and not is_document(name):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _refuse_foreign(target: Path) -> None:
    """PublishError if `target` is not a folder, or holds files of others, which would be lost."""
    if target.is_dir():
        foreign = _foreign(target)
        if foreign:
            shown = ", ".join(foreign[:5]) + (" …" if len(foreign) > 5 else "")
            raise PublishError("publish.foreign", folder=target, files=shown)
    elif target.exists() or not target.name:
        raise PublishError("publish.not_a_folder", folder=target)


def _refuse_issued(target: Path) -> None:
    """PublishError if the plan at `target` is issued, or has a log that cannot be read: it might be."""
    from dualcontrol.model.audit.states import FINAL, read_log

    try:
        records = read_log(target)
    except (OSError, ValueError) as error:
        raise PublishError("publish.state_unreadable", folder=target, file=STATE) from error
    if any(record.get("state") in FINAL for record in records):
        raise PublishError("publish.issued", folder=target)


def _foreign(target: Path) -> list[str]:
    """What lies in an existing folder and is neither part of a result nor litter."""
    from dualcontrol.model.audit import documents

    own = {f"{table}.csv" for table in COLUMNS} | {SUMMARY, WORKBOOK, FILES["green"]}
    has_summary = (target / SUMMARY).is_file()
    parts = (INPUTS, FOLDER, REPORT_FOLDER, STATE, *documents.FILES, *documents.FOLDERS)
    found = []
    for path in sorted(target.iterdir()):
        is_own = path.name in own or (path.name in parts and has_summary)
        if not is_own and not path.name.startswith(_LITTER):
            found.append(path.name)
    return found


def _told(error: OSError, target: Path) -> PublishError:
    """A file system's refusal as a sentence with a remedy."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PublishError("publish.disk_full", folder=target)
    if isinstance(error, PermissionError):
        if sys.platform == "win32" and target.exists():
            return PublishError("publish.locked", folder=target)
        return PublishError("publish.no_permission", folder=target)
    return PublishError("publish.failed", folder=target, error=error.strerror or error)
