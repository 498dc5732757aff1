"""Entropy weights and TOPSIS against pymcdm (Kizielewicz, Shekhovtsov and Sałabun 2023), which nobody here wrote."""

import numpy as np
import pytest

from dualcontrol.model.evaluation.second_opinion import entropy_weights, topsis

pymcdm = pytest.importorskip("pymcdm")
from pymcdm.methods import TOPSIS  # noqa: E402
from pymcdm.normalizations import vector_normalization  # noqa: E402
from pymcdm.weights import entropy_weights as their_weights  # noqa: E402


@pytest.mark.parametrize("seed", range(20))
def test_weights_and_closeness_are_those_of_pymcdm(seed: int) -> None:
    random = np.random.default_rng(seed)
    owners, indicators = random.integers(3, 12), random.integers(2, 7)
    table = random.uniform(0.05, 1.5, (owners, indicators))
    weights = random.uniform(1, 30, indicators)
    weights /= weights.sum()
    assert entropy_weights(table) == pytest.approx(their_weights(table), rel=1e-9)
    theirs = TOPSIS(vector_normalization)(table, weights, np.ones(indicators), validation=False)
    assert topsis(table, weights) == pytest.approx(theirs, rel=1e-9)
