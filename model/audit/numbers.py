"""Exact numbers: what a table says becomes a fraction, never a float."""

import math
import numbers
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

ZERO = Fraction(0)
ONE = Fraction(1)
LARGEST = 10**100  # no quantity of a county; beyond it sums would leave the range of a float
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Number:
    """A published number: its exact value and half a unit of its last printed decimal."""

    value: Fraction
    half_unit: Fraction


def number(cell: object) -> Number | None:
    """The number in a cell; None for an empty cell (blank text, None, NaN).

    A float stands for the shortest decimal that reads back as it (`repr`). ValueError for text that is not a
    plain decimal number, for infinities and for numbers beyond all reason.
    """
    if isinstance(cell, Number):
        return cell
    if isinstance(cell, Fraction):
        return Number(cell, ZERO)
    text = _text(cell)
    if not text:
        return None
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    decimal = Decimal(text)
    exponent = decimal.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    value = Fraction(decimal)
    if abs(value) > LARGEST:
        raise ValueError(text[:40])
    return Number(value, Fraction(1, 2 * 10**places))


def _text(cell: object) -> str:
    """The decimal text of a cell; empty for an empty cell."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, Decimal):
        return str(cell)
    if isinstance(cell, numbers.Integral):  # booleans too
        return str(int(cell))
    if isinstance(cell, numbers.Real):
        return "" if math.isnan(cell) else repr(float(cell))
    if cell is None or str(cell) in {"<NA>", "NaT"}:
        return ""
    return {"True": "1", "False": "0"}.get(str(cell), str(cell))  # numpy.bool_ is no number


def exact(cell: object) -> Fraction | None:
    """The exact value of a cell; None if it is empty. ValueError as `number`."""
    found = number(cell)
    return None if found is None else found.value


def given(cell: object) -> Fraction:
    """The exact value of a cell that must be there. ValueError if it is empty."""
    found = exact(cell)
    if found is None:
        raise ValueError("empty")
    return found


def floor(value: Fraction) -> int:
    """The greatest whole number not above `value`."""
    return math.floor(value)


def ceil(value: Fraction) -> int:
    """The least whole number not below `value`."""
    return math.ceil(value)


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up."""
    return math.floor(value + Fraction(1, 2))


def show(value: Fraction) -> str:
    """A number for a message: whole numbers in full, others with up to nine significant digits."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.9g}"
