"""Small programs for the tests of the solvers: written as tables, or drawn by chance."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo

from dualcontrol.solvers.compile import Arrays

INF = float("inf")


def program(
    cost: Sequence[float],
    matrix: Sequence[Sequence[float]],
    row_lower: Sequence[float],
    row_upper: Sequence[float],
    lower: Sequence[float] | None = None,
    upper: Sequence[float] | None = None,
    integer: Sequence[bool] | None = None,
    offset: float = 0.0,
) -> Arrays:
    """Arrays from a dense matrix; columns x[0..], rows r[0..]; bounds default to [0, inf)."""
    width = len(cost)
    start, index, value = [0], [], []
    for row in matrix:
        for column, entry in enumerate(row):
            if entry != 0:
                index.append(column)
                value.append(float(entry))
        start.append(len(index))
    return Arrays(
        columns=tuple(("x", k) for k in range(width)),
        rows=tuple(("r", k) for k in range(len(matrix))),
        cost=np.array(cost, dtype=float),
        offset=offset,
        lower=np.zeros(width) if lower is None else np.array(lower, dtype=float),
        upper=np.full(width, INF) if upper is None else np.array(upper, dtype=float),
        is_integer=np.zeros(width, dtype=bool) if integer is None else np.array(integer, dtype=bool),
        row_lower=np.array(row_lower, dtype=float),
        row_upper=np.array(row_upper, dtype=float),
        start=np.array(start, dtype=np.int32),
        index=np.array(index, dtype=np.int32),
        value=np.array(value, dtype=float),
    )


def dense(arrays: Arrays) -> npt.NDArray[np.float64]:
    """The matrix of a program, shape (rows, columns)."""
    matrix = np.zeros((len(arrays.rows), len(arrays.columns)))
    for row in range(len(arrays.rows)):
        for entry in range(arrays.start[row], arrays.start[row + 1]):
            matrix[row, arrays.index[entry]] += arrays.value[entry]
    return matrix


def knapsack(items: int, rows: int = 5, seed: int = 0) -> Arrays:
    """A multi-dimensional knapsack with large, unrelated numbers: known to keep branch and bound busy."""
    chance = np.random.default_rng(seed)
    weights = chance.integers(10**6, 10**7, (rows, items))
    return program(
        chance.integers(10**6, 10**7, items).tolist(),
        weights.tolist(),
        [-INF] * rows,
        (weights.sum(axis=1) // 2).tolist(),
        upper=[1.0] * items,
        integer=[True] * items,
    )


def random_model(chance: np.random.Generator) -> pyo.ConcreteModel:
    """A model with all that ours may have: sets, fixed variables, ranges, equalities, constants, blocks."""
    m = pyo.ConcreteModel()
    size = int(chance.integers(1, 6))
    m.I = range(size)
    domains = (pyo.Reals, pyo.NonNegativeReals, pyo.Binary, pyo.Integers)
    kind = chance.integers(0, 4, size)
    m.x = pyo.Var(m.I, domain=lambda m, i: domains[kind[i]], bounds=lambda m, i: (-4, 7))
    m.y = pyo.Var(bounds=(None, 3.5))
    m.block = pyo.Block()
    m.block.x = pyo.Var(bounds=(0, None))
    m.factor = pyo.Param(initialize=float(np.round(chance.normal(), 3)), mutable=True)
    everything: list[Any] = [*(m.x[i] for i in m.I), m.y, m.block.x]
    for variable in everything:
        if chance.random() < 0.15:
            variable.fix(1.0)

    def expression() -> Any:
        weights = np.round(chance.normal(size=len(everything)) * 10.0 ** chance.integers(-2, 4), 3)
        used = chance.random(len(everything)) < 0.6
        terms = [w * v for w, v, u in zip(weights, everything, used, strict=True) if u]
        return sum(terms) + m.factor * everything[0] + float(np.round(chance.normal(), 2))

    m.C = pyo.ConstraintList()
    for _ in range(int(chance.integers(0, 7))):
        low, high = sorted(np.round(chance.normal(size=2) * 10, 2).tolist())
        body = expression()
        m.C.add(
            [body <= high, body >= low, body == low, pyo.inequality(low, body, high)][chance.integers(0, 4)]
        )
    m.goal = pyo.Objective(expr=expression(), sense=pyo.maximize if chance.random() < 0.5 else pyo.minimize)
    return m
