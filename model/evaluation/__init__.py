"""Comprehensive evaluation of candidate projects and existing units (3.2.3c, 3.1.2, 3.3.2a, 3.4.2, A1).

`indicators` forms the capped ratios, `grading` scores, grades and ranks, `second_opinion` entropy weights and TOPSIS,
`impact` the room under the intensity ceiling and the official words for a project's impact.
"""

from dualcontrol.model.accounting import Accounts
from dualcontrol.model.evaluation.grading import UNGRADED, Evaluation, evaluate

__all__ = ["UNGRADED", "Evaluation", "evaluate", "scores"]


def scores(accounts: Accounts) -> dict[str, float]:
    """Score of each project in points of 100, 0 without any figure (3.2.3c; the scenario's `evaluation` table)."""
    found = evaluate(accounts, "project", {})
    return {project_id: float(score or 0) for project_id, score in found.scores.items()}
