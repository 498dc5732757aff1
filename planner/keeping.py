"""Keeping promises: what an issued plan granted becomes decisions of the next plan, so that nothing is taken back.

Choosing by yes and no is not monotone: with more to give, a project that was in may fall out for a better pair. So an
adjustment within the year holds the projects and quotas of the plan before as decisions (3.2.2b), each with its price.
"""

import csv
import json
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from dualcontrol.model.accounting import account
from dualcontrol.model.additions import with_rows
from dualcontrol.model.audit.states import FINAL, read_log, state_check
from dualcontrol.model.policy import Rulings, judge
from dualcontrol.model.policy.closures import UPGRADED, closures
from dualcontrol.model.quantities import exact, whole_up
from dualcontrol.model.scenario import Scenario
from dualcontrol.publish import PublishError, hashes

PREFIX = "keep"
LATEST_MONTH = 12
_UP = Fraction(999, 1000)  # a need that is less than a tonne below a whole quota is rounded up to it


@dataclass(frozen=True)
class Promise:
    """What a plan granted an account: admission and quota of a project, the quota of a unit; whole tce."""

    kind: str
    id: str
    quota_tce: int


@dataclass(frozen=True)
class Promises:
    """All that a plan granted. document, day: of its issue, else the plan's hash and date. is_issued: 印发 or 调整."""

    promises: tuple[Promise, ...]
    plan: str
    document: str
    day: date
    is_issued: bool


@dataclass(frozen=True)
class NotKept:
    """A promise that the rules no longer let stand, how much of it stays, and the clause ("": no longer there)."""

    account: str
    promised_tce: int
    kept_tce: int
    clause: str


@dataclass(frozen=True)
class Kept:
    """A scenario with the promises as decisions. not_kept: those that the rules stop, wholly or in part."""

    scenario: Scenario
    count: int
    not_kept: tuple[NotKept, ...]


def promises_of(folder: Path | str) -> Promises:
    """What the plan in a result folder granted. PublishError where there is none, or it was changed by hand."""
    target = Path(folder)
    try:
        summary = json.loads((target / "summary.json").read_text(encoding="utf-8-sig"))
        published = summary["hashes"]["files"]
        units = _rows(target / "quotas.csv")
        projects = _rows(target / "projects.csv")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PublishError("keep.no_plan", folder=target) from error
    found = hashes(target)
    if edited := sorted(name for name in {*published, *found} if published.get(name) != found.get(name)):
        raise PublishError("keep.edited", folder=target, files=", ".join(edited))
    check = state_check(target)
    if check is not None and not check.passed:
        raise PublishError("issue.broken", folder=target, place=check.place)
    records = read_log(target)
    last = records[-1] if records else {}
    plan = str(last.get("hash") or summary["hashes"]["plan"])
    promised = [Promise("unit", row["id"], int(row["quota_tce"])) for row in units if row["kind"] == "unit"]
    promised += [
        Promise("project", row["project_id"], int(row["quota_tce"]))
        for row in projects
        if row["decision"] == "admitted"
    ]
    day = date.fromisoformat(str(last["date"])) if last else date.fromisoformat(str(summary["as_of"]))
    return Promises(
        tuple(promised), plan, str(last.get("document", "")) or plan[:12], day, last.get("state") in FINAL
    )


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def keep(scenario: Scenario, promises: Promises) -> Kept:
    """The scenario with every promise as a decision; those that its rules stop are left out, and told.

    A project stays admitted with at least its quota (as far as it can use it this year), a unit keeps at least its
    quota (as far as the rules leave or allow it). What the plan could not take back anyway needs no decision.
    """
    rulings = judge(account(scenario))
    rows: list[dict[str, object]] = []
    broken: list[NotKept] = []
    for promise in promises.promises:
        kept, clause = _possible(rulings, promise)
        if kept < promise.quota_tce:
            broken.append(NotKept(f"{promise.kind}:{promise.id}", promise.quota_tce, kept, clause))
        rows += _decisions(rulings, promise, kept, promises)
    taken = set(scenario.tables["decisions"]["decision_id"])
    rows = [row for row in rows if row["decision_id"] not in taken]
    return Kept(with_rows(scenario, "decisions", rows), len(rows), tuple(broken))


def _possible(rulings: Rulings, promise: Promise) -> tuple[int, str]:
    """The most of a promise that the rules leave room for, whole tce, and the clause that stops the rest."""
    owners = rulings.accounts.units if promise.kind == "unit" else rulings.accounts.projects
    if promise.id not in owners:
        return 0, ""
    if gates := rulings.gates_of(promise.id):
        return 0, gates[0].clause
    if promise.kind == "project":
        most = whole_up(_need(rulings, promise.id))
        return min(promise.quota_tce, most), "3.2.1b"
    ruling = rulings.units[promise.id]
    if not ruling.is_active:
        return 0, ruling.grant_clause
    earned = sum(c.bonus_tce for c in closures(rulings) if c.unit_id == promise.id and c.kind == UPGRADED)
    most = ruling.quota_tce + ruling.grant_max_tce + int(earned)
    return min(promise.quota_tce, most), ruling.grant_clause


def _need(rulings: Rulings, project: str, load: str = "load_max") -> Fraction:
    """What a project needs of quota at its highest or lowest load this year, tce; 0 where it starts later."""
    row = next(r for r in rulings.accounts.scenario.rows("projects") if r.project_id == project)
    if row.start_month > LATEST_MONTH:
        return Fraction(0)
    use = rulings.accounts.projects[project].scaled(exact(getattr(row, load)))
    return Fraction(rulings.accounts.counting.counted(use, "total"))


def _decisions(rulings: Rulings, promise: Promise, kept: int, promises: Promises) -> list[dict[str, object]]:
    """The rows of `decisions` for what is kept of a promise; none where nothing could take it back."""
    if kept <= 0:
        return []
    common: dict[str, object] = {
        "target_id": promise.id,
        "document": promises.document,
        "date": promises.day,
        "source": f"已下达方案 {promises.plan[:12]}",
        "basis": "published",
        "derivation": "不收回已下达的指标",
    }
    name = f"{PREFIX}-{promise.kind}-{promise.id}"
    if promise.kind == "unit":
        if _never_below(rulings, promise.id, kept):
            return []
        return [{"decision_id": name, "what": "quota_tce", "kind": "min", "value": float(kept), **common}]
    row = next(r for r in rulings.accounts.scenario.rows("projects") if r.project_id == promise.id)
    rows: list[dict[str, object]] = []
    if not row.is_divisible:  # of one that is, the part that has its quota
        rows.append({"decision_id": name, "what": "admitted", "kind": "fixed", "value": 1.0, **common})
    at_least = whole_up(_need(rulings, promise.id, "load_min"))
    if row.is_divisible or at_least < kept:  # else its admission alone needs as much
        least = min(kept - _UP, Fraction(int(_need(rulings, promise.id) * 1000), 1000))
        name += "-quota"
        rows.append(
            {"decision_id": name, "what": "quota_tce", "kind": "min", "value": float(least), **common}
        )
    return rows


def _never_below(rulings: Rulings, unit: str, kept: int) -> bool:
    """Whether no plan could give the unit less: nothing limits it, it can post no saving and give up no capacity."""
    ruling, scenario = rulings.units[unit], rulings.accounts.scenario
    can_save = any(row.unit_id == unit for row in scenario.rows("measures"))
    can_close = any(c.unit_id == unit for c in closures(rulings))
    return ruling.quota_tce >= kept and ruling.limit_max_tce == 0 and not can_save and not can_close
