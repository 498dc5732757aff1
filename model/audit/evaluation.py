"""The auditor's own evaluation of projects and units: ratios, scores, grades, ranks (3.2.3c, 3.1.2, 3.3.2a, A1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.audit.accounts import Accounts, Owner
from dualcontrol.model.audit.inputs import Row, setting
from dualcontrol.model.audit.numbers import ONE, ZERO

Line = Callable[[Accounts, str, str], Fraction | None]
KG_PER_T = 1000
LESS_IS_BETTER = ("energy_", "co2_", "water_")
AMOUNT = {"output_per_mu": "output_value_wan_yuan", "profit_per_mu": "profit_wan_yuan",
          "tax_per_mu": "tax_wan_yuan"}  # fmt: skip


@dataclass(frozen=True)
class Criterion:
    """An indicator with its weight, benchmark and cap; `ratios` of the owners that have a figure."""

    name: str
    weight: Fraction
    cap: Fraction
    ratios: Mapping[str, Fraction]


@dataclass(frozen=True)
class Graded:
    """All owners of a kind, evaluated; `grade` "" where none is given."""

    criteria: tuple[Criterion, ...]
    owners: tuple[str, ...]
    vetoes: Mapping[str, tuple[str, ...]]
    score: Mapping[str, Fraction | None]
    grade: Mapping[str, str]
    rank: Mapping[str, int | None]


def evaluated(
    accounts: Accounts, kind: str, line: Line, vetoes: Mapping[str, Sequence[str]]
) -> tuple[Graded, Callable[[tuple[Criterion, ...]], Graded]]:
    """The evaluation of all projects or units, and the same with other criteria (weights). kind: project or unit."""
    owners = accounts.projects if kind == "project" else accounts.units
    water = {row.text("owner_id"): row.num("use") for row in accounts.tables["resource_use"]
             if row.text("resource_id") == "water"}  # fmt: skip
    criteria = []
    for row in accounts.tables["evaluation"]:
        weight, benchmark = row.num("weight"), row.maybe("benchmark")
        if kind == "unit" and row.maybe("unit_weight") is not None:
            weight = row.num("unit_weight")
        if kind == "unit" and row.maybe("unit_benchmark") is not None:
            benchmark = row.num("unit_benchmark")
        if weight <= 0:
            continue
        name, cap = row.text("indicator"), row.num("cap")
        ratios = {}
        for key, owner in owners.items():
            if name == "specific_energy":
                found = _against_lines(accounts, kind, owner, line)
            else:
                found = _ratio(name, owner, water.get(key), benchmark, cap)
            if found is not None:
                ratios[key] = max(ZERO, min(cap, found))
        criteria.append(Criterion(name, weight, cap, ratios))
    every = {key: (*vetoes.get(key, ()), *(("red_line",) if owner.row.text("red_line") else ()))
             for key, owner in owners.items()}  # fmt: skip

    def under(changed: tuple[Criterion, ...]) -> Graded:
        return _graded(accounts, kind, tuple(owners), changed, every)

    return under(tuple(criteria)), under


def _ratio(
    name: str, owner: Owner, water: Fraction | None, benchmark: Fraction | None, cap: Fraction
) -> Fraction | None:
    row, land = owner.row, owner.row.maybe("land_mu")
    if benchmark is None or benchmark <= 0:
        return None
    if name.startswith(LESS_IS_BETTER):
        used, _, per = name.partition("_per_")
        amount = {"energy": owner.energy, "co2": owner.flow.co2_t, "water": water}[used]
        produced = owner.value_added if per == "value_added" else row.maybe("output_value_wan_yuan")
        if amount is None or produced is None or produced <= 0:
            return None
        return cap if amount <= 0 else produced * benchmark / amount
    if land is None or land <= 0:
        return None
    if name == "value_added_per_mu":
        return owner.value_added / (land * benchmark)
    if name == "jobs_per_100_mu":
        jobs = row.maybe("jobs")
        return None if jobs is None else 100 * jobs / (land * benchmark)
    gained = row.maybe(AMOUNT[name])
    return None if gained is None else gained / (land * benchmark)


def _against_lines(accounts: Accounts, kind: str, owner: Owner, line: Line) -> Fraction | None:
    """All products at their advanced values over what they take; a project is one product of one tonne."""
    products: Sequence[Row] = (owner.row,)
    if kind == "unit":
        products = [row for row in accounts.tables["products"] if row.text("unit_id") == owner.id]
    taken = least = ZERO
    for row in products:
        own, output = row.maybe("specific_energy"), row.num("output") if kind == "unit" else ONE
        key, unit = row.text("benchmark_key"), row.text("specific_unit")
        best = line(accounts, key, unit) if key and own is not None else None
        if own is None or not best or output <= 0:
            continue
        per_kg = accounts.k_tce_per_mwh if unit == "kWh/t" else ONE
        taken, least = taken + own * output * per_kg / KG_PER_T, least + best * output * per_kg / KG_PER_T
    if least == 0:
        return None
    return least / taken if taken > 0 else Fraction(10**9)  # beyond every cap


def _graded(
    accounts: Accounts,
    kind: str,
    owners: tuple[str, ...],
    criteria: tuple[Criterion, ...],
    vetoes: Mapping[str, tuple[str, ...]],
) -> Graded:
    score: dict[str, Fraction | None] = {}
    for key in owners:
        known = [c for c in criteria if key in c.ratios]
        best = sum((c.weight * c.cap for c in known), ZERO)
        earned = sum((c.weight * c.ratios[key] for c in known), ZERO)
        score[key] = None if best == 0 else earned * 100 / best
    scored = sorted((s for s in score.values() if s is not None), reverse=True)
    rank = {key: None if s is None else scored.index(s) + 1 for key, s in score.items()}
    settings = accounts.scenario.settings
    rule = settings.evaluation.project_grading if kind == "project" else settings.evaluation.unit_grading
    needed = {"3.2.3c", "A1"} if kind == "project" else {"3.3.2a"}
    grade = {}
    for key in owners:
        s, place = score[key], rank[key]
        if rule == "none" or not criteria or needed & set(settings.disabled_clauses):
            grade[key] = ""
        elif vetoes[key]:
            grade[key] = "D"
        elif s is None or place is None:
            grade[key] = ""
        else:
            grade[key] = "D"
            for letter, least, share in zip("CBA", settings.evaluation.grade_scores[::-1],
                                            settings.evaluation.grade_shares[::-1], strict=True):  # fmt: skip
                limit, part = setting(least) or ZERO, setting(share) or ZERO
                is_in = s >= limit if rule == "score" else place - 1 < part * len(scored)
                grade[key] = letter if is_in else grade[key]
    return Graded(criteria, owners, vetoes, score, grade, rank)
