"""A second opinion on a ranking: entropy weights and TOPSIS over the same capped ratios (3.2.3c, 3.3.2a).

Sources: Shannon entropy weights (Hwang and Yoon 1981, ch. 3); TOPSIS of the same book, vector normalisation. Both need
a full table, so they take the indicators that every scored owner has a figure for.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dualcontrol.model.evaluation.grading import Evaluation

DIGITS = 9  # scores that agree to these digits are one rank: floats of equal owners differ in the last

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SecondOpinion:
    """Of one owner: score under entropy weights (points of 100 by the best of each column) and TOPSIS closeness 0-1."""

    entropy_score: float
    entropy_rank: int
    topsis: float
    topsis_rank: int


def entropy_weights(table: Array) -> Array:
    """Weights summing to 1: columns (indicators, all positive or 0) that tell owners apart weigh more.

    table: (owners, indicators). e_j = -sum p ln p / ln n with p = x / column sum, w ~ 1 - e. Equal weights where no
    column tells anybody apart. ValueError with fewer than two owners.
    """
    if len(table) < 2:
        raise ValueError("entropy weights need two owners")
    sums = table.sum(axis=0)
    shares = np.divide(table, sums, out=np.full_like(table, 1 / len(table)), where=sums > 0)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    told = 1 + (shares * logs).sum(axis=0) / math.log(len(table))
    told = np.where(told > 1e-12, told, 0.0)
    return told / told.sum() if told.sum() > 0 else np.full(len(sums), 1 / len(sums))


def topsis(table: Array, weights: Array) -> Array:
    """Relative closeness to the best of each column, (owners,), 0-1; larger is better in every column.

    Vector normalisation; 1 for all where nobody differs.
    """
    norms = np.sqrt((table**2).sum(axis=0))
    scaled = np.divide(table, norms, out=np.zeros_like(table), where=norms > 0) * (weights / weights.sum())
    to_best = np.sqrt(((scaled - scaled.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((scaled - scaled.min(axis=0)) ** 2).sum(axis=1))
    both = to_best + to_worst
    found: Array = np.divide(to_worst, both, out=np.ones_like(both), where=both > 1e-12)
    return found


def second_opinions(evaluation: Evaluation) -> dict[str, SecondOpinion]:
    """By scored owner; empty with fewer than two of them or no indicator that all have."""
    owners = [o for o, score in evaluation.scores.items() if score is not None]
    shared = [
        i for i in evaluation.indicators if all(evaluation.ratios[o][i.name] is not None for o in owners)
    ]
    if len(owners) < 2 or not shared:
        return {}
    table = np.array([[float(evaluation.ratios[o][i.name] or 0) for i in shared] for o in owners])
    weights = entropy_weights(table)
    tops = table.max(axis=0)
    by_entropy = 100 * (np.divide(table, tops, out=np.ones_like(table), where=tops > 0) * weights).sum(axis=1)
    closeness = topsis(table, np.array([float(i.weight) for i in shared]))
    first, second = _ranks(by_entropy), _ranks(closeness)
    return {
        o: SecondOpinion(float(by_entropy[k]), first[k], float(closeness[k]), second[k])
        for k, o in enumerate(owners)
    }


def _ranks(values: Array) -> Sequence[int]:
    known = [round(float(value), DIGITS) for value in values]
    return [1 + sum(other > value for other in known) for value in known]
