"""A plan of several years: each year by its own check, then what ties the years, from their published files alone.

The folder holds `years.json` (targets, paths, limits) and a result folder per year. Nothing of the program that made
it is used: paths are added up anew in fractions, what one year hands on is compared with what the next one takes.
"""

import csv
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from dualcontrol.model.audit.numbers import ONE, ZERO, exact
from dualcontrol.model.audit.verdict import Check, Probe, Verdict, together
from dualcontrol.model.scenario import Scenario, ScenarioError, load

YEARS = "years.json"
CENT = Fraction(1, 100)  # 万元, as values are published
SHARE = Fraction(1, 10**6)  # published steps of loads and shares


@dataclass(frozen=True)
class _Year:
    """A year as it is published: rows of its tables, its inputs, what is set for it."""

    year: int
    target: Mapping[str, Any]
    inputs: Scenario
    tables: Mapping[str, list[dict[str, str]]]
    summary: Mapping[str, Any]

    def done(self) -> dict[tuple[str, str], Fraction]:
        """Share of each project admitted, each measure or closure carried out, each build made, by kind and id."""
        found = {("project", row["project_id"]): Fraction(row["admitted"]) for row in self.tables["projects"]}
        found |= {("measure", row["measure_id"]): Fraction(row["adopted"]) for row in self.tables["measures"]}
        builds = [row for row in self.tables["assets"] if row["kind"] == "build"]
        return found | {("build", row["asset"]): Fraction(row["built"]) for row in builds}

    def carried(self, note: str) -> Fraction:
        """Tonnes of the entries with a note."""
        return sum((Fraction(row["tce"]) for row in self.tables["ledger"] if row["note"] == note), ZERO)


def is_horizon(folder: Path) -> bool:
    """Whether a folder is that of a plan of several years."""
    return (Path(folder) / YEARS).is_file()


def audit_years(folder: Path, verdicts: Mapping[int, Verdict]) -> tuple[Check, ...]:
    """Checks of what ties the years. verdicts: of each year's own folder, by year.

    What cannot be read is a failed check, not an exception.
    """
    files = Probe("years_files", unit="")
    told, years = _read(Path(folder), files)
    own = Probe("years_own", unit="")
    for year, verdict in verdicts.items():
        name = verdict.worst.name if verdict.checks else "-"
        own.holds(str(year), verdict.passed, name, "passed")
    read = (files.check(), own.check())
    if not read[0].passed or not years:
        return read
    return (*read, *together([_path(told, years), _lasting(years), _carrying(told, years), _parts(told, years),
                              _value(told, years)]))  # fmt: skip


def _read(folder: Path, probe: Probe) -> tuple[dict[str, Any], list[_Year]]:
    try:
        told = json.loads((folder / YEARS).read_text(encoding="utf-8-sig"), parse_float=Decimal)
        targets = sorted(told["years"], key=lambda one: int(one["year"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        probe.holds(YEARS, False, type(error).__name__, "json")
        return {}, []
    found = []
    for target in targets:
        if target.get("past"):
            continue  # its plan lies elsewhere and is checked there; what stands from it is in the next year's inputs
        place = folder / str(target["year"])
        try:
            names = {"projects": "projects.csv", "measures": "measures.csv", "ledger": "ledger.csv"}
            tables = {name: _rows(place / file) for name, file in names.items()}
            assets = place / "power" / "assets.csv"
            tables["assets"] = _rows(assets) if assets.is_file() else []
            summary = json.loads(
                (place / "summary.json").read_text(encoding="utf-8-sig"), parse_float=Decimal
            )
            found.append(_Year(int(target["year"]), target, load(place / "inputs"), tables, summary))
            probe.holds(str(target["year"]), True)
        except (OSError, ValueError, KeyError, ScenarioError) as error:
            probe.holds(str(target["year"]), False, type(error).__name__, "result")
    return told, found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def _path(told: Mapping[str, Any], years: Sequence[_Year]) -> Probe:
    """Each year's inputs ask for the whole path up to it: 1 − Π(1 − r), last the five-year target; all increments."""
    probe = Probe("years_path", "3.2.1d", "share")
    left, given, known = ONE, ZERO, {one.year: one for one in years}
    targets = sorted(told["years"], key=lambda one: int(one["year"]))
    for target in targets:
        year = int(target["year"])
        left *= ONE - (exact(target.get("intensity_reduction")) or ZERO)
        given += exact(target.get("increment_tce_eq")) or ZERO
        if year not in known:
            continue
        own = known[year].inputs.settings
        asked = ONE - left
        five = told.get("five_year")
        if five and year == int(targets[-1]["year"]):
            done, reduction = exact(five["done_share"]) or ZERO, exact(five["reduction"]) or ZERO
            asked = max(asked, ONE - (ONE - reduction) / (ONE - done))
        if asked > 0:
            probe.equal(
                f"{year} intensity",
                exact(own.targets.intensity_reduction) or ZERO,
                asked,
                Fraction(1, 10**11),
            )
        if any(one.get("increment_tce_eq") is not None for one in targets):
            probe.equal(f"{year} increment", exact(own.targets.increment_tce_eq) or ZERO, given)
        probe.equal(f"{year} base", own.base_year, years[0].inputs.settings.base_year)
        probe.equal(f"{year} year", own.plan_year, year)
    return probe


def _lasting(years: Sequence[_Year]) -> Probe:
    """What is begun goes on: admitted, carried out, closed, built in a year is no less in the next."""
    probe = Probe("years_lasting", "3.3.2c", "share")
    for now, then in itertools.pairwise(years):
        after = then.done()
        for key, share in now.done().items():
            probe.at_most(f"{then.year} {key[0]}:{key[1]}", share, after.get(key, ZERO), SHARE)
    return probe


def _carrying(told: Mapping[str, Any], years: Sequence[_Year]) -> Probe:
    """What leaves a year enters the next, to the tonne, within the limit; nothing leaves the last."""
    probe = Probe("years_carried", "3.2.1b", "tce_eq")
    most = exact(told.get("banked_max_share")) or ZERO
    for now, then in itertools.pairwise(years):
        left = now.carried("carried_out")
        probe.equal(f"{now.year} -> {then.year}", then.carried("carried_in"), left)
        base = exact(now.summary["base_energy_eq_total_tce"]) or ZERO
        probe.at_most(f"{now.year} carried_out", left, most * base + ONE)
    probe.equal(f"{years[-1].year} carried_out", years[-1].carried("carried_out"), ZERO)
    return probe


def _parts(told: Mapping[str, Any], years: Sequence[_Year]) -> Probe:
    """A project admitted in a year runs within the share of its quota that it has by then."""
    probe = Probe("years_parts", "3.2.1b", "share")
    path = [exact(share) or ZERO for share in told.get("grant_path", [])]
    since: dict[str, int] = {key: int(year) for key, year in told.get("admitted_before", {}).items()}
    for one in years:
        full = {row.project_id: exact(row.load_max) or ZERO for row in years[-1].inputs.rows("projects")}
        for row in one.tables["projects"] if path else ():
            key = row["project_id"]
            if Fraction(row["admitted"]) > 0:
                given = sum(path[: one.year - since.setdefault(key, one.year) + 1], ZERO)
                probe.at_most(
                    f"{one.year} {key}", Fraction(row["load"]), min(ONE, given) * max(ONE, full[key]), SHARE
                )
    return probe


def _value(told: Mapping[str, Any], years: Sequence[_Year]) -> Probe:
    """The discounted value told is that of the years' plans, and no more than the bound told."""
    probe = Probe("years_value", "2.2", "万元")
    rate = exact(told.get("discount_rate")) or ZERO
    first = min(int(one["year"]) for one in told["years"])
    total = sum(
        (
            (exact(one.summary["objective_wan_yuan"]) or ZERO) / (ONE + rate) ** (one.year - first)
            for one in years
        ),
        ZERO,
    )
    probe.equal("value", exact(told["value_wan_yuan"]) or ZERO, total, CENT * len(years))
    probe.at_most("bound", total, exact(told["bound_wan_yuan"]) or ZERO, CENT * len(years))
    return probe
