"""Upper bounds on small linear programs, valid whatever the multipliers: weak duality, in fractions.

    max c x   subject to   A x <= b,  0 <= x <= u        is at most
    f(y) = y b + sum_j u_j max(0, c_j - (y A)_j)         for every y >= 0.

Good multipliers are searched in floats by a plain simplex on the dual; a mistake only loosens the bound.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.audit.numbers import ZERO

_TINY = 1e-11
_PIVOTS = 400


@dataclass(frozen=True)
class Program:
    """max constant + gain x, every row `coefficients x <= limit`, 0 <= x <= upper; variables by name."""

    constant: Fraction
    gain: Mapping[str, Fraction]
    upper: Mapping[str, Fraction]
    rows: Sequence[tuple[Mapping[str, Fraction], Fraction]]


def upper_bound(program: Program) -> Fraction:
    """A number that no feasible point exceeds; the optimum, up to the rounding of the multipliers."""
    plain = _bound(program, [ZERO] * len(program.rows))
    if not program.rows:
        return plain
    found = [max(ZERO, Fraction(repr(y))) for y in _multipliers(program)]
    return min(plain, _bound(program, found))


def _bound(program: Program, y: Sequence[Fraction]) -> Fraction:
    result = program.constant
    left = dict(program.gain)
    for price, (coefficients, limit) in zip(y, program.rows, strict=True):
        if price:
            result += price * limit
            for name, coefficient in coefficients.items():
                left[name] = left.get(name, ZERO) - price * coefficient
    return result + sum((program.upper[name] * rate for name, rate in left.items() if rate > 0), ZERO)


def _multipliers(program: Program) -> list[float]:
    """Simplex on: min b y + sum w, (A' y)_j + w_j >= c_j, y, w >= 0; x scaled to [0, 1], rows to size 1.

    w_j = max(0, c_j) starts feasible, so that no first phase is needed.
    """
    names = [name for name, most in program.upper.items() if most > 0]
    scales = [
        max(
            [abs(float(row.get(name, ZERO) * program.upper[name])) for name in names]
            + [abs(float(limit)), _TINY]
        )
        for row, limit in program.rows
    ]
    m, n = len(program.rows), len(names)
    table, basis = [], []
    for j, name in enumerate(names):
        most = program.upper[name]
        line = [float(row.get(name, ZERO) * most) / scale
                for (row, _), scale in zip(program.rows, scales, strict=True)]  # fmt: skip
        line += [float(k == j) for k in range(n)] + [-float(k == j) for k in range(n)]
        rhs = float(program.gain.get(name, ZERO) * most)
        is_paid = rhs >= 0
        table.append([*line, rhs] if is_paid else [-x for x in (*line, rhs)])
        basis.append(m + j if is_paid else m + n + j)
    cost = [float(limit) / scale for (_, limit), scale in zip(program.rows, scales, strict=True)]
    cost += [1.0] * n + [0.0] * n + [0.0]
    for line, column in zip(table, basis, strict=True):
        if cost[column]:
            factor = cost[column]
            cost = [a - factor * b for a, b in zip(cost, line, strict=True)]
    ray = _pivot_down(table, basis, cost, m + 2 * n)
    # No feasible point: along the ray the bound falls without end; go far enough to be below any other case.
    far = 0.0 if ray is None else 10 * (1 + sum(abs(line[-1]) for line in table)) / -cost[ray]
    y = [0.0] * m
    for line, column in zip(table, basis, strict=True):
        if column < m:
            y[column] = (line[-1] - (0.0 if ray is None else far * line[ray])) / scales[column]
    if ray is not None and ray < m:
        y[ray] = far / scales[ray]
    return y


def _pivot_down(table: list[list[float]], basis: list[int], cost: list[float], columns: int) -> int | None:
    """Pivots until no cost falls; the column of a ray if the program on y falls without end."""
    for turn in range(_PIVOTS):
        falling = [k for k in range(columns) if cost[k] < -_TINY]
        if not falling:
            return None
        # Steepest first, then Bland's order, which cannot cycle.
        enter = min(falling, key=lambda k: cost[k]) if turn < _PIVOTS // 2 else falling[0]
        ratios = [
            (line[-1] / line[enter], basis[i], i) for i, line in enumerate(table) if line[enter] > _TINY
        ]
        if not ratios:
            return enter
        _, _, leave = min(ratios)
        pivot = table[leave][enter]
        table[leave] = [x / pivot for x in table[leave]]
        for i, line in enumerate(table):
            if i != leave and line[enter]:
                factor = line[enter]
                table[i] = [a - factor * b for a, b in zip(line, table[leave], strict=True)]
        factor = cost[enter]
        cost[:] = [a - factor * b for a, b in zip(cost, table[leave], strict=True)]
        basis[leave] = enter
    return None
