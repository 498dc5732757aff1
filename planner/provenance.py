"""Where a result comes from: how sure its rows are, which versions made it, which bytes belong together."""

import hashlib
import json
import math
import numbers
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from dualcontrol.model.schema import BASES
from dualcontrol.power_tables import power_digest
from dualcontrol.report_tables import report_files
from dualcontrol.tables import COLUMNS, csv_text, published
from dualcontrol.words import is_missing

if TYPE_CHECKING:
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

MARK = "演示数据·非官方文件"


def mark(scenario: "Scenario") -> str | None:
    """The mark every page of a result bears unless its data are official; None for official data."""
    return None if scenario.settings.nature == "official" else MARK


def basis_shares(plan: "Plan", scenario: "Scenario") -> dict[str, dict[str, float]]:
    """How sure the rows are that the result rests on: basis -> share, of energy (`tce`) and of `value_added`.

    Energy: planned use of units and society lines and the quotas of projects, 当量 tce. Value added: units,
    admitted projects, and the rest of GDP in the plan year. An account without a basis counts as `estimated`.
    """
    tce: list[tuple[object, float]] = []
    value: list[tuple[object, float]] = []
    for row in plan.quotas.itertuples():
        if row.kind != "grid":  # the difference between two ways of counting, not somebody's energy
            tce.append((row.basis, row.planned_use_tce))
            value.append((row.basis, row.value_added_wan_yuan))
    for row in plan.projects.itertuples():
        tce.append((row.basis, row.quota_tce))
        value.append((row.basis, row.value_added_wan_yuan if row.admitted > 0 else 0.0))
    rest = scenario.table("gdp")
    value += zip(rest["basis"], rest["base_wan_yuan"] * (1 + rest["growth"]), strict=True)
    return {"tce": _shares(tce), "value_added": _shares(value)}


def _shares(amounts: Iterable[tuple[object, float]]) -> dict[str, float]:
    """Shares by basis, surest first. Losses count by their size: they rest on rows, too."""
    sums = dict.fromkeys(BASES, 0.0)
    for basis, amount in amounts:
        if not math.isnan(amount):
            sums[str(basis) if basis in sums else "estimated"] += abs(float(amount))
    total = sum(sums.values())
    return {basis: round(amount / total, 6) for basis, amount in sums.items() if amount > 0}


def plan_digest(plan: "Plan") -> str:
    """sha256 over the plan's tables as they are published: the same digest, the same plan."""
    digest, told = hashlib.sha256(), published(plan)
    for table in COLUMNS:
        digest.update(table.encode() + b"\0")
        digest.update(csv_text(table, getattr(told, table)).encode() + b"\0")
    if plan.power:
        digest.update(power_digest(plan.power))
    for name, content in sorted(report_files(told.reports)):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    found = {"python": platform.python_version()}
    for package in ("dualcontrol", "pyomo", "highspy", "pandas"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a bare checkout
            found[package] = "unknown"
    return found


def jsonable(value: object) -> object:
    """The same value in what JSON knows: no NaN or infinity (null), no numpy types, text keys."""
    if isinstance(value, str | bool):
        return value
    if is_missing(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else None
    if type(value).__name__ == "bool":  # numpy's
        return bool(value)
    return str(value)


def json_text(value: object, *, is_ascii: bool = False) -> str:
    """A value as strict JSON, readable, with a line end."""
    return json.dumps(jsonable(value), ensure_ascii=is_ascii, indent=2, allow_nan=False) + "\n"
