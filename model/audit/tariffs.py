"""The auditor's own reading of the green electricity tariffs (3.2.4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.audit.accounts import Accounts, Owner
from dualcontrol.model.audit.inputs import Row
from dualcontrol.model.audit.numbers import ONE, ZERO, floor

NOT_ON_PROJECTS = "own_plant"  # a candidate has no own generation of a base year


@dataclass(frozen=True)
class Levy:
    """A surcharge: `yuan` per kWh on `mwh` at activity 1 (unit) or full load in the plan year (project)."""

    account: str
    tariff: Row
    product: str
    specific: Fraction | None
    steps: int
    green_share: Fraction
    points: int
    yuan: Fraction
    mwh: Fraction

    @property
    def wan_yuan(self) -> Fraction:
        """万元 at activity 1 or full load: 1,000 kWh a MWh, 10,000 yuan a 万元."""
        return self.yuan * self.mwh * 1000 / 10000

    @property
    def per_point(self) -> Fraction:
        """Share of the surcharge that a whole point of renewables takes off."""
        return (
            self.tariff.num("relief_per_point")
            if self.tariff.maybe("renewable_share_free") is not None
            else ZERO
        )


def levies(accounts: Accounts) -> list[Levy]:
    """All surcharges that come to anything; none where clause 3.2.4 is switched off."""
    settings = accounts.scenario.settings
    if "3.2.4" in settings.disabled_clauses:
        return []
    lines: dict[str, Row] = {}
    for row in sorted(accounts.tables["tariffs"], key=lambda r: r.day("effective_from")):
        if row.day("effective_from") <= settings.as_of:
            lines[row.text("tariff_id")] = row
    found = [levy for line in lines.values() for unit in accounts.units.values()
             for levy in _on_unit(accounts, line, unit)]  # fmt: skip
    found += [levy for line in lines.values() for project in accounts.projects.values()
              for levy in _on_project(accounts, line, project)]  # fmt: skip
    return [levy for levy in found if levy.yuan > 0 or levy.tariff.text("kind") == "step"]


def paid(accounts: Accounts) -> dict[str, Fraction]:
    """万元 by account (`unit:<id>`, `project:<id>`)."""
    found: dict[str, Fraction] = {}
    for levy in levies(accounts):
        found[levy.account] = found.get(levy.account, ZERO) + levy.wan_yuan
    return found


def _concerns(line: Row, owner: Owner) -> bool:
    wanted = line.text("industry_class")
    return line.text("sector_id") in ("", owner.sector) and wanted in (
        "any",
        owner.row.text("industry_class"),
    )


def _on_unit(accounts: Accounts, line: Row, unit: Owner) -> Iterator[Levy]:
    if not _concerns(line, unit):
        return
    used, account = unit.electricity_mwh, f"unit:{unit.id}"
    green = unit.row.num("self_pv_base_mwh") + unit.row.num("green_base_mwh")
    share = green / used if used > 0 else ZERO
    if line.text("kind") == "own_plant":
        if unit.row.num("own_plant_mwh") > 0:
            yield _levy(account, line, "", None, share, unit.row.num("own_plant_mwh"))
        return
    if not line.text("benchmark_key"):
        yield _levy(account, line, "", None, share, used)
        return
    for row in accounts.tables["products"]:
        if row.text("unit_id") != unit.id or row.text("benchmark_key") != line.text("benchmark_key"):
            continue
        kwh = row.maybe("electricity_kwh_per_unit")
        if kwh is None:
            kwh = _stated(row)
        mwh = used if kwh is None else kwh * row.num("output") / 1000
        yield _levy(account, line, row.text("product"), kwh, share, mwh)


def _on_project(accounts: Accounts, line: Row, project: Owner) -> Iterator[Levy]:
    key = line.text("benchmark_key")
    if line.text("kind") == NOT_ON_PROJECTS or not _concerns(line, project):
        return
    if key in ("", project.row.text("benchmark_key")):
        mwh = project.electricity_mwh * accounts.month(project.row)
        yield _levy(f"project:{project.id}", line, "", _stated(project.row) if key else None, ZERO, mwh)


def _stated(row: Row) -> Fraction | None:
    return row.maybe("specific_energy") if row.text("specific_unit") == "kWh/t" else None


def _levy(
    account: str, line: Row, product: str, kwh: Fraction | None, share: Fraction, mwh: Fraction
) -> Levy:
    steps = 1
    if line.text("kind") == "step":
        above = ZERO if kwh is None else max(ZERO, kwh - line.num("threshold_kwh"))
        steps = -floor(-above / line.num("step_kwh"))  # what is less than a step counts as one
    free = line.maybe("renewable_share_free")
    points = 0 if free is None else max(0, floor(100 * (share - free)))
    left = max(ZERO, ONE - points * line.num("relief_per_point"))
    yuan = line.num("yuan_per_kwh") * line.num("multiplier") * steps * left
    return Levy(account, line, product, kwh, steps, share, points, yuan, mwh)
