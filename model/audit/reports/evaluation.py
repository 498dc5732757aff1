"""The evaluation of projects and units and the inversions, from the auditor's own scores (3.2.3c, 3.1.2, 3.4.2)."""

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.evaluation import Graded, evaluated
from dualcontrol.model.audit.inputs import setting
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.audit.results import Results
from dualcontrol.model.audit.rules import advanced
from dualcontrol.model.audit.told import NO_INVERSION

Cells = dict[str, Fraction | int | str | None]
NAMES = ("specific_energy", "energy_per_output", "energy_per_value_added", "output_per_mu", "value_added_per_mu",
         "profit_per_mu", "tax_per_mu", "jobs_per_100_mu", "co2_per_value_added", "water_per_value_added",
         "water_per_output")  # fmt: skip
WORDS = ("small", "some", "large", "major", "decisive")
M_PER_CENT = (1, 3, 10, 20)
N_PER_CENT = (Fraction(1, 10), Fraction(3, 10), 1, Fraction(7, 2))
ALIKE = 9  # digits in which floats of equals agree


def projects(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], Cells]:
    """What each row of the evaluation of candidates must say."""
    rulings, accounts = plan.rulings, plan.rulings.accounts
    graded = rulings.project_grades
    if not graded.criteria:
        return {}
    settings, base = rulings.scenario.settings, accounts.base()
    reduction = setting(settings.targets.intensity_reduction)
    five = setting(settings.evaluation.five_year_increment_tce_eq)
    intensity = rulings.base_intensity
    new = {row.text("sector_id") for row in accounts.tables["sectors"] if row.flag("is_new_energy")}
    mine = [s for key in graded.owners
            if (s := graded.score[key]) is not None and accounts.projects[key].sector in new]  # fmt: skip
    found: dict[tuple[str, ...], Cells] = {}
    for key, cells in _common(plan, graded, "project").items():
        project = accounts.projects[key]
        energy, value, score = project.flow.eq_intensity, project.value_added, graded.score[key]
        room = n = None
        if reduction is not None and rulings.on("3.2.1d") and intensity is not None:
            room = (1 - reduction) * intensity * value - energy
        if intensity is not None and base.eq_intensity > 0 and base.value_added + value > 0:
            n = (base.eq_intensity + energy) / (base.value_added + value) / intensity - 1
        m = energy / five if five else None
        is_new = rulings.on("3.4.2") and project.sector in new and score is not None
        found[key,] = cells | {
            "name": project.row.text("name"),
            "new_energy_rank": sum(s > score for s in mine) + 1 if is_new and score is not None else None,
            "energy_tce_eq": energy,
            "room_tce_eq": room,
            "m": m,
            "n": n,
            "impact": _word(m, n),
        }
    return found


def units(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], Cells]:
    """What each row of the evaluation of units must say."""
    graded = plan.rulings.unit_grades
    if not graded.criteria:
        return {}
    of = plan.rulings.accounts.units
    cells = _common(plan, graded, "unit")
    return {(key,): {"name": of[key].row.text("name"), **cells[key]} for key in graded.owners}


def inversions(plan: Plan, results: Results, book: Book) -> dict[tuple[str, ...], Cells]:
    """Every admitted project that ranks below a refused one; the reason is the one its own row gives."""
    score = {key: s or ZERO for key, s in plan.rulings.project_grades.score.items()}
    open_ids = {key for key, gates in plan.rulings.gates.items() if not gates}
    told = {row.text("project_id"): row for row in results.projects}
    refused = [key for key in open_ids
               if plan.admitted[key] == 0 and told[key].text("reason") not in NO_INVERSION]  # fmt: skip
    return {
        (a, r): {
            "admitted_score": score[a],
            "refused_score": score[r],
            "reason": told[r].text("reason"),
            "clause": told[r].text("clause"),
        }
        for r in refused
        for a in open_ids
        if plan.admitted[a] > 0 and score[a] < score[r]
    }


def _common(plan: Plan, graded: Graded, kind: str) -> dict[str, Cells]:
    firm, second = _firm(plan, graded, kind), _second(graded)
    criteria = {criterion.name: criterion for criterion in graded.criteria}
    found: dict[str, Cells] = {}
    for key in graded.owners:
        points: Cells = dict.fromkeys(NAMES)
        for name, criterion in criteria.items():
            points[name] = criterion.weight * criterion.ratios[key] if key in criterion.ratios else None
        found[key] = {
            **points,
            "score": graded.score[key],
            "grade": graded.grade[key],
            "veto": ";".join(graded.vetoes[key]),
            "missing": ";".join(name for name, c in criteria.items() if key not in c.ratios),
            "rank": graded.rank[key],
            **firm[key],
            **second.get(key, dict.fromkeys(("entropy_score", "entropy_rank", "topsis", "topsis_rank"))),
        }
    return found


def _firm(plan: Plan, graded: Graded, kind: str) -> dict[str, Cells]:
    """Ranks and grades when one weight at a time grows or shrinks by the stated share."""
    change = setting(plan.rulings.scenario.settings.evaluation.weight_change) or ZERO
    _, under = evaluated(plan.rulings.accounts, kind, advanced,
                         {k: [v for v in own if v != "red_line"] for k, own in graded.vetoes.items()})  # fmt: skip
    cases = []
    for k, criterion in enumerate(graded.criteria):
        for weight in (criterion.weight * (ONE + change), criterion.weight * (ONE - change)):
            changed = list(graded.criteria)
            changed[k] = replace(criterion, weight=weight)
            cases.append(under(tuple(changed)))
    found: dict[str, Cells] = {}
    for key in graded.owners:
        ranks = [place for case in cases if (place := case.rank[key]) is not None]
        same = sum(case.grade[key] == graded.grade[key] for case in cases)
        found[key] = {
            "rank_best": min(ranks) if ranks else None,
            "rank_worst": max(ranks) if ranks else None,
            "grade_kept": Fraction(same, len(cases)) if graded.grade[key] and cases else None,
        }
    return found


def _second(graded: Graded) -> dict[str, Cells]:
    """Entropy weights and TOPSIS over the indicators that all scored owners have, in plain floats."""
    keys = [key for key in graded.owners if graded.score[key] is not None]
    full = [c for c in graded.criteria if all(key in c.ratios for key in keys)]
    if len(keys) < 2 or not full:
        return {}
    columns = [[float(c.ratios[key]) for key in keys] for c in full]
    told = [_divergence(column) for column in columns]
    every = math.fsum(told)
    entropy = [d / every if every > 0 else 1 / len(told) for d in told]
    by_entropy, near = [], []
    given = [float(c.weight) for c in full]
    norms = [math.hypot(*column) for column in columns]
    for k in range(len(keys)):
        by_entropy.append(100 * math.fsum(
            w * (column[k] / max(column) if max(column) > 0 else 1.0)
            for w, column in zip(entropy, columns, strict=True)
        ))  # fmt: skip
        to_best, to_worst = (
            math.hypot(*(
                w / sum(given) * (column[k] - end(column)) / norm if norm > 0 else 0.0
                for w, column, norm in zip(given, columns, norms, strict=True)
            ))
            for end in (max, min)
        )  # fmt: skip
        near.append(to_worst / (to_best + to_worst) if to_best + to_worst > 1e-12 else 1.0)
    return {
        key: {
            "entropy_score": Fraction(by_entropy[k]),
            "entropy_rank": _place(by_entropy, k),
            "topsis": Fraction(near[k]),
            "topsis_rank": _place(near, k),
        }
        for k, key in enumerate(keys)
    }


def _divergence(column: list[float]) -> float:
    """1 less the entropy of a column's shares, in units of that of equal shares."""
    whole = math.fsum(column)
    shares = [x / whole if whole > 0 else 1 / len(column) for x in column]
    told = 1 + math.fsum(p * math.log(p) for p in shares if p > 0) / math.log(len(column))
    return told if told > 1e-12 else 0.0


def _place(values: list[float], k: int) -> int:
    known = [round(value, ALIKE) for value in values]
    return 1 + sum(value > known[k] for value in known)


def _word(m: Fraction | None, n: Fraction | None) -> str:
    found: Mapping[int, bool] = {
        step: any(
            x is not None and 100 * x > limits[step - 1] for x, limits in ((m, M_PER_CENT), (n, N_PER_CENT))
        )
        for step in range(1, 5)
    }
    if m is None and n is None:
        return ""
    return WORDS[max((step for step, is_above in found.items() if is_above), default=0)]
