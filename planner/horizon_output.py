"""The folder of a plan of several years: a result folder per year, tables of all years, `years.json`."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dualcontrol import swap
from dualcontrol.model.quantities import exact
from dualcontrol.out_folder import csv_bytes, number
from dualcontrol.power_output import FolderError
from dualcontrol.provenance import json_text, jsonable, mark
from dualcontrol.publish import write_result
from dualcontrol.tables import plain_text

if TYPE_CHECKING:
    from dualcontrol.horizon import HorizonPlan
    from dualcontrol.model.horizon import Standing
    from dualcontrol.model.plan import Plan

YEARS = "years.json"
TABLES = ("years.csv", "choices.csv", "units.csv", "first_year.csv")
_MONEY, _TCE, _SHARE = 2, 1, 9
YEAR_HEADINGS = (
    "year", "status", "objective_wan_yuan", "weight", "discounted_wan_yuan", "gdp_wan_yuan", "energy_tce_eq",
    "intensity_reduction", "asked_reduction", "reduction_on_year_before", "increments_tce_eq", "carried_in_tce_eq",
    "carried_out_tce_eq", "reserve_tce", "co2_t", "admitted", "measures", "binding",
)  # fmt: skip
CHOICE_HEADINGS = ("kind", "id", "name", "decided_in")
FIRST_HEADINGS = ("kind", "id", "name", "together", "alone", "difference", "decided_in")


def year_lines(found: "HorizonPlan") -> list[list[str]]:
    """`years.csv`: a row per year that was decided."""
    lines, before = [list(YEAR_HEADINGS)], None
    for one in found.years:
        told, targets = one.plan.summary, one.scenario.settings.targets
        reduction = float(told["intensity_reduction"])
        on_before = reduction if before is None else 1.0 - (1.0 - reduction) / (1.0 - before)
        is_comparable = before is not None or one.year == one.scenario.settings.base_year + 1
        before = reduction
        lines.append(
            [
                str(one.year), str(told["status"]), number(one.value_wan_yuan, _MONEY), number(one.weight, _SHARE),
                number(one.weight * one.value_wan_yuan, _MONEY), number(float(told["gdp_wan_yuan"]), _MONEY),
                number(float(told["energy_eq_tce"]), _TCE), number(reduction, _SHARE),
                number(targets.intensity_reduction, _SHARE), number(on_before if is_comparable else None, _SHARE),
                number(targets.increment_tce_eq, _TCE), str(one.standing.carried_in_tce_eq),
                str(one.standing.carried_out_tce_eq), str(told["reserve_tce"]), number(float(told["co2_t"]), _TCE),
                str(len(one.standing.admitted)), str(len(one.standing.adopted)), str(told["binding"]),
            ]
        )  # fmt: skip
    return lines


def choice_lines(found: "HorizonPlan") -> list[list[str]]:
    """`choices.csv`: a row per project, measure, closure and build; the share of each in every year."""
    last = found.years[-1]
    rows = []
    for kind, (key, name) in _named(last.scenario):
        shares = [_share(one.standing, kind, key) for one in found.years]
        since = _since(last.standing, kind, key)
        rows.append(
            [kind, plain_text(key), plain_text(name), str(since or ""), *(number(s, _SHARE) for s in shares)]
        )
    return [[*CHOICE_HEADINGS, *(str(one.year) for one in found.years)], *rows]


def _named(scenario: Any) -> list[tuple[str, tuple[str, str]]]:
    tables = [
        ("project", "projects", "project_id"), ("measure", "measures", "measure_id"),
        ("closure", "retirements", "retirement_id"), ("closure", "capacity_replacements", "pair_id"),
    ]  # fmt: skip
    if scenario.settings.time.mode != "none":
        tables.append(("build", "power/builds", "build_id"))
    return [
        (kind, (str(getattr(row, key)), str(row.name)))
        for kind, table, key in tables
        for row in scenario.rows(table)
    ]


def _share(standing: "Standing", kind: str, key: str) -> float:
    if kind == "project":
        return standing.admitted.get(key, (0.0, 0))[0]
    done = {"measure": standing.adopted, "closure": standing.closed, "build": standing.built}[kind]
    return float(key in done)


def _since(standing: "Standing", kind: str, key: str) -> int | None:
    if kind == "project":
        return standing.admitted[key][1] if key in standing.admitted else None
    return {"measure": standing.adopted, "closure": standing.closed, "build": standing.built}[kind].get(key)


def unit_lines(found: "HorizonPlan") -> list[list[str]]:
    """`units.csv`: the quota of every account in every year, whole tce (units and projects 当量, the grid's 等价)."""
    quotas = [
        dict(zip(one.plan.quotas["account"], one.plan.quotas["quota_tce"], strict=True))
        for one in found.years
    ]
    for one, own in zip(found.years, quotas, strict=True):
        own |= {f"project:{row.project_id}": row.quota_tce for row in one.plan.projects.itertuples()}
    names = dict(
        zip(found.years[-1].plan.quotas["account"], found.years[-1].plan.quotas["name"], strict=True)
    )
    names |= {f"project:{row.project_id}": row.name for row in found.years[-1].plan.projects.itertuples()}
    headings = ["account", "name", *(f"quota_{one.year}_tce" for one in found.years)]
    rows = [
        [
            plain_text(account),
            plain_text(str(name)),
            *(str(int(own[account])) if account in own else "" for own in quotas),
        ]
        for account, name in names.items()
    ]
    return [headings, *rows]


def first_year_lines(found: "HorizonPlan") -> list[list[str]]:
    """`first_year.csv`: in what the first year differs from the plan it would have had by itself."""
    first, alone, last = found.years[0], found.alone, found.years[-1]
    rows: list[list[str]] = []

    def line(
        kind: str, key: str, name: str, ours: float, theirs: float, digits: int, since: int | None
    ) -> None:
        if round(ours - theirs, digits):
            cells = [number(value, digits) for value in (ours, theirs, ours - theirs)]
            rows.append([kind, plain_text(key), plain_text(name), *cells, str(since or "")])

    pairs = (
        ("value_wan_yuan", "objective_wan_yuan", _MONEY), ("gdp_wan_yuan", "gdp_wan_yuan", _MONEY),
        ("energy_tce_eq", "energy_eq_tce", _TCE), ("co2_t", "co2_t", _TCE),
    )  # fmt: skip
    for name, key, digits in pairs:
        line("total", name, "", float(first.plan.summary[key]), float(alone.summary[key]), digits, None)
    line("total", "carried_out_tce_eq", "", float(first.standing.carried_out_tce_eq), 0.0, 0, first.year)
    ours, theirs = _decided(first.plan), _decided(alone)
    names = {(kind, key): name for kind, (key, name) in _named(first.scenario)}
    for (kind, key), share in ours.items():
        since = _since(last.standing, kind, key) if (kind, key) in names else None
        line(kind, key, names.get((kind, key), ""), share, theirs.get((kind, key), 0.0), _SHARE, since)
    quotas = dict(zip(alone.quotas["account"], alone.quotas["quota_tce"], strict=True))
    for row in first.plan.quotas.itertuples():
        line("quota_tce", row.account, row.name, float(row.quota_tce), float(quotas[row.account]), 0, None)
    theirs_of = {row.project_id: float(row.quota_tce) for row in alone.projects.itertuples()}
    for row in first.plan.projects.itertuples():
        ours_tce, theirs_tce = float(row.quota_tce), theirs_of[row.project_id]
        line("quota_tce", f"project:{row.project_id}", str(row.name), ours_tce, theirs_tce, 0, None)
    return [list(FIRST_HEADINGS), *rows]


def _decided(plan: "Plan") -> dict[tuple[str, str], float]:
    found = {("project", row.project_id): float(row.admitted) for row in plan.projects.itertuples()}
    for row in plan.measures.itertuples():
        kind = "measure" if row.kind in ("retrofit", "equipment") else "closure"
        found[kind, row.measure_id] = float(row.adopted)
    return found


def summary(found: "HorizonPlan", admitted_before: Mapping[str, int]) -> dict[str, Any]:
    """`years.json` and `--json`: what was asked for every year, and what came of it."""
    horizon, first = found.horizon, found.years[0]
    asked = {key: value for key, value in asdict(horizon).items() if key != "starts"}
    asked["starts"] = {key: f"{year}-{month:02d}" for key, (year, month) in horizon.starts.items()}
    told = {
        "mark": mark(first.scenario),
        "base_scenario": first.scenario.name.rpartition("-")[0],
        "base_year": first.scenario.settings.base_year,
        **asked,
        "admitted_before": dict(admitted_before),
        # of the years' published values, so that the sum is the one a reader gets
        "value_wan_yuan": float(_published(found)),
        "bound_wan_yuan": found.bound_wan_yuan,
        "joint_wan_yuan": found.joint_wan_yuan,
        "gap": found.gap,
        "decided": [one.year for one in found.years],
        "plans": {str(one.year): one.scenario.content_hash for one in found.years},
    }
    plain: dict[str, Any] = {key: jsonable(_dated(value)) for key, value in told.items()}
    return plain


def _published(found: "HorizonPlan") -> Fraction:
    rate = exact(found.horizon.discount_rate)
    since = found.horizon.years[0].year
    return sum(
        (exact(round(one.value_wan_yuan, 4)) / (1 + rate) ** (one.year - since) for one in found.years),
        Fraction(0),
    )


def _dated(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _dated(item) for key, item in value.items()}
    return [_dated(item) for item in value] if isinstance(value, list | tuple) else value


def write_horizon(found: "HorizonPlan", told: Mapping[str, Any], folder: Path) -> None:
    """Write the folder as a whole; an earlier one of the same kind is replaced. Errors: FolderError, OSError."""
    files = dict(zip(TABLES, (year_lines(found), choice_lines(found), unit_lines(found), first_year_lines(found)),
                     strict=True))  # fmt: skip
    target = folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with swap.locked(target):
            swap.recover(target)
            refuse_foreign(target)
            new = swap.stage(target)
            try:
                for one in found.years:
                    place = new / str(one.year)
                    place.mkdir()
                    write_result(place, one.plan, one.scenario, one.verdict)
                for name, lines in files.items():
                    (new / name).write_bytes(csv_bytes(lines))
                (new / YEARS).write_bytes(json_text(dict(told)).encode())
                swap.flush(new)
                swap.replace(new, target)
            except BaseException:
                swap.throw_away(new)
                raise
    except swap.BusyError as error:
        raise FolderError("power.busy", folder=str(target)) from error


def refuse_foreign(target: Path) -> None:
    """FolderError where the folder is none, or holds what no plan of several years would.

    A year's plan that is issued is not replaced.
    """
    from dualcontrol.publish import STATE

    if not target.is_dir():
        foreign = [target.name] if target.exists() else []
    else:
        own = {YEARS, *TABLES}
        has_years = (target / YEARS).is_file()
        foreign = [
            path.name
            for path in sorted(target.iterdir())
            if path.name not in own and not (has_years and path.is_dir() and path.name.isdigit())
        ]
        issued = sorted(path.parent.name for path in target.glob(f"[0-9]*/{STATE}"))
        if issued:
            raise FolderError("years.issued", folder=str(target), years=", ".join(issued))
    if foreign:
        raise FolderError("power.foreign", folder=str(target), files=", ".join(foreign[:5]))
