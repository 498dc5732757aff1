"""The result of a network solved alone: as plain values for JSON, and as a folder of CSV tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dualcontrol import swap
from dualcontrol.messages import Language, say
from dualcontrol.model.power.case import Case, Finding
from dualcontrol.model.power.network import Floats
from dualcontrol.power_case import PowerResult, Relaxation
from dualcontrol.provenance import json_text
from dualcontrol.tables import number_text, plain_text

TABLES = ("nodal_prices", "dispatch", "flows", "levels", "unserved", "shadow_prices")
SUMMARY = "summary.json"
DECIMALS = 12  # digits told: more is noise of the solver


class FolderError(Exception):
    """The result was not written. `message` is an id, `params` belong to it."""

    def __init__(self, message: str, **params: object) -> None:
        self.message, self.params = message, params
        super().__init__(message)


def as_values(case: Case, result: PowerResult, lang: Language) -> dict[str, Any]:
    """The result as plain values. A table maps names to a number if there is one hour, else to a list by hour."""
    told: dict[str, Any] = {
        "case": case.name,
        "status": result.status.value,
        "objective": _plain(result.objective),
        "objective_error": result.objective_error,
        "hours": result.hours,
    }
    if case.series.hour_of_year is not None:  # typical days of a scenario
        told["hour_of_year"] = case.series.hour_of_year.tolist()
    if case.series.weight is not None:
        told["weight"] = [_plain(weight) for weight in case.series.weight]
    told |= {name: _table(getattr(result, name), result.hours) for name in TABLES}
    told["builds"] = {name: _plain(value) for name, value in result.builds.items()}
    told["conflict"] = None
    if result.conflict is not None:
        groups = ("limits", "totals", "balances")
        told["conflict"] = {group: _relaxations(getattr(result.conflict, group)) for group in groups}
        told["conflict"]["involved"] = list(result.conflict.involved)
    told["notes"] = findings(result.notes, "note", lang)
    return told


def findings(found: Sequence[Finding], kind: str, lang: Language) -> list[dict[str, str]]:
    """Findings with their sentences. kind: fault or note."""
    return [
        {
            "rule": one.rule,
            "place": one.place,
            "detail": one.detail,
            "message": say(f"power.{kind}_{one.rule}", lang, place=one.place, detail=one.detail),
        }
        for one in found
    ]


def _plain(value: Any) -> Any:
    return None if value is None else float(f"{float(value):.{DECIMALS}g}") + 0.0


def _table(table: Mapping[str, Floats | float], hours: int) -> dict[str, Any]:
    values = {}
    for name, entry in table.items():
        by_hour = np.atleast_1d(np.asarray(entry))
        is_single = np.ndim(entry) == 0 or hours == 1
        values[name] = _plain(by_hour[0]) if is_single else [_plain(number) for number in by_hour]
    return values


def _relaxations(group: Sequence[Relaxation] | None) -> list[dict[str, Any]] | None:
    if group is None:
        return None
    return [
        {
            "kind": one.kind,
            "element": one.element,
            "amount": _plain(one.amount),
            "unit": one.unit,
            "hour": one.hour,
            "total": _plain(one.total),
        }
        for one in group
    ]


def write_folder(case: Case, result: PowerResult, folder: Path, lang: Language) -> None:
    """Write the tables (a row per hour, a column per element) and a summary; all of it or nothing.

    Errors: FolderError when the folder holds other files or somebody else writes there; OSError.
    """
    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with swap.locked(target):
            swap.recover(target)
            _refuse_foreign(target)
            new = swap.stage(target)
            try:
                _write(new, case, result, lang)
                swap.flush(new)
                swap.replace(new, target)
            except BaseException:
                swap.throw_away(new)
                raise
    except swap.BusyError as error:
        raise FolderError("power.busy", folder=str(target)) from error


def _write(folder: Path, case: Case, result: PowerResult, lang: Language) -> None:
    told = as_values(case, result, lang)
    for name in TABLES:
        table = getattr(result, name)
        lines = [["hour", *(plain_text(element) for element in table)]]
        for hour in range(result.hours if table else 0):
            values = (np.broadcast_to(np.asarray(entry), (result.hours,))[hour] for entry in table.values())
            lines.append([str(hour), *(number_text(_plain(value)) for value in values)])
        _csv(folder / f"{name}.csv", lines)
        del told[name]
    _csv(
        folder / "builds.csv",
        [["build", "size"], *([plain_text(b), number_text(v)] for b, v in result.builds.items())],
    )
    (folder / SUMMARY).write_text(json_text(told), encoding="utf-8", newline="\n")


def _csv(path: Path, lines: Sequence[Sequence[str]]) -> None:
    text = "".join(",".join(_quoted(cell) for cell in line) + "\n" for line in lines)
    path.write_bytes(text.encode("utf-8-sig"))  # Excel knows utf-8 by this mark


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ',"\r\n') else cell


def _refuse_foreign(target: Path) -> None:
    own = {f"{name}.csv" for name in (*TABLES, "builds")} | {SUMMARY}
    if target.is_dir():
        foreign = sorted(path.name for path in target.iterdir() if path.name not in own)
    else:
        foreign = [target.name] if target.exists() else []
    if foreign:
        raise FolderError("power.foreign", folder=str(target), files=", ".join(foreign[:5]))
