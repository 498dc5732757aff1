"""Scores, vetoes, grades and ranks, and how firm they are when a weight changes (3.2.3c, 3.3.2a, A1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.accounting import Accounts
from dualcontrol.model.evaluation.indicators import Indicator, Kind, indicators, ratios
from dualcontrol.model.quantities import exact
from dualcontrol.model.settings import EvaluationSettings

GRADES = ("A", "B", "C", "D")
UNGRADED = ""  # grading is off, or nothing is known to grade by
# the clauses that let the grades of each kind have an effect
_CLAUSES: Mapping[Kind, tuple[str, ...]] = {"project": ("3.2.3c", "A1"), "unit": ("3.3.2a",)}

Ratios = Mapping[str, Mapping[str, Fraction | None]]


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of all projects or of all units.

    ratios: capped ratio by owner and indicator. scores: points of 100, None without any figure. vetoes: what puts an
    owner to grade D outright (clause ids and `red_line`). grades: A-D or "". ranks: 1 is best, None without a score.
    """

    settings: EvaluationSettings
    grading: str
    indicators: tuple[Indicator, ...]
    ratios: Ratios
    vetoes: Mapping[str, tuple[str, ...]]
    scores: Mapping[str, Fraction | None]
    grades: Mapping[str, str]
    ranks: Mapping[str, int | None]

    def points(self, owner_id: str, indicator: str) -> Fraction | None:
        """Weight times capped ratio; None without a figure."""
        one = next(i for i in self.indicators if i.name == indicator)
        ratio = self.ratios[owner_id][indicator]
        return None if ratio is None else one.weight * ratio

    def missing(self, owner_id: str) -> tuple[str, ...]:
        """Indicators an owner has no figure for; their weight went to the others."""
        return tuple(name for name, ratio in self.ratios[owner_id].items() if ratio is None)

    def stability(self) -> Mapping[str, tuple[int | None, int | None, Fraction | None]]:
        """By owner: best and worst rank, and share of cases with the same grade, over 2K cases for K indicators.

        Each case makes one weight larger or smaller by `weight_change`, the others as they are: exact, no draw.
        """
        change = exact(self.settings.weight_change)
        cases = []
        for k, one in enumerate(self.indicators):
            for factor in (1 + change, 1 - change):
                other = Indicator(one.name, one.weight * factor, one.benchmark, one.cap)
                points = _scores((*self.indicators[:k], other, *self.indicators[k + 1 :]), self.ratios)
                grades = _grades(self.settings, self.grading, points, self.vetoes)
                cases.append((_ranks(points), grades))
        found: dict[str, tuple[int | None, int | None, Fraction | None]] = {}
        for owner_id in self.ratios:
            places = [rank for ranks, _ in cases if (rank := ranks[owner_id]) is not None]
            kept = sum(grades[owner_id] == self.grades[owner_id] for _, grades in cases)
            is_graded = bool(self.grades[owner_id] and cases)
            found[owner_id] = (
                min(places, default=None),
                max(places, default=None),
                Fraction(kept, len(cases)) if is_graded else None,
            )
        return found


def evaluate(accounts: Accounts, kind: Kind, vetoes: Mapping[str, Sequence[str]]) -> Evaluation:
    """Evaluation of projects or units (annex 1 is not published: table `evaluation`, settings `[evaluation]`).

    Score: 100 * sum(w * min(cap, r)) / sum(w * cap) over the indicators an owner has figures for. vetoes: by owner,
    from rules elsewhere; an owner's `red_line` is added.
    """
    settings = accounts.scenario.settings
    asked, found = indicators(accounts, kind), ratios(accounts, kind)
    grading = settings.evaluation.project_grading if kind == "project" else settings.evaluation.unit_grading
    if not asked or set(_CLAUSES[kind]) & set(settings.disabled_clauses):
        grading = "none"
    table = accounts.scenario.table(f"{kind}s")
    red = dict(zip(table[f"{kind}_id"], table["red_line"], strict=True))
    every = {o: (*vetoes.get(o, ()), *(("red_line",) if red[o] else ())) for o in found}
    points = _scores(asked, found)
    grades = _grades(settings.evaluation, grading, points, every)
    return Evaluation(settings.evaluation, grading, asked, found, every, points, grades, _ranks(points))


def _scores(asked: Sequence[Indicator], found: Ratios) -> dict[str, Fraction | None]:
    points: dict[str, Fraction | None] = {}
    for owner_id, own in found.items():
        known = [(one, ratio) for one in asked if (ratio := own[one.name]) is not None]
        best = sum((one.weight * one.cap for one, _ in known), Fraction(0))
        earned = sum((one.weight * ratio for one, ratio in known), Fraction(0))
        points[owner_id] = 100 * earned / best if best > 0 else None
    return points


def _ranks(points: Mapping[str, Fraction | None]) -> dict[str, int | None]:
    known = [score for score in points.values() if score is not None]
    return {o: None if s is None else 1 + sum(other > s for other in known) for o, s in points.items()}


def _grades(
    settings: EvaluationSettings,
    grading: str,
    points: Mapping[str, Fraction | None],
    vetoes: Mapping[str, Sequence[str]],
) -> dict[str, str]:
    """By score: at least the limit of a grade. By quantile: the share of all scored that rank better is below it."""
    if grading == "none":
        return dict.fromkeys(points, UNGRADED)
    ranks, known = _ranks(points), sum(score is not None for score in points.values())
    grades = {}
    for owner_id, score in points.items():
        rank = ranks[owner_id]
        if vetoes[owner_id]:
            grades[owner_id] = "D"
        elif score is None or rank is None:
            grades[owner_id] = UNGRADED
        elif grading == "score":
            reached = [score >= exact(limit) for limit in settings.grade_scores]
            grades[owner_id] = GRADES[reached.index(True)] if any(reached) else "D"
        else:
            reached = [Fraction(rank - 1, known) < exact(share) for share in settings.grade_shares]
            grades[owner_id] = GRADES[reached.index(True)] if any(reached) else "D"
    return grades
