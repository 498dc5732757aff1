"""Cells become exact numbers, with the rounding their decimals imply."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from dualcontrol.model.audit.numbers import LARGEST, ceil, exact, floor, half_up, number

F = Fraction


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("0.1", F(1, 10)),
        (0.1, F(1, 10)),  # the decimal it stands for, not its binary value
        (np.float64(0.3), F(3, 10)),
        (np.int64(7), F(7)),
        (np.bool_(True), F(1)),
        (True, F(1)),
        (Decimal("1.50"), F(3, 2)),
        ("1e-3", F(1, 1000)),
        (" 12 ", F(12)),
        ("-0", F(0)),
        (1e22, F(10**22)),
    ],
)
def test_exact(cell: object, value: Fraction) -> None:
    assert exact(cell) == value


@pytest.mark.parametrize("cell", [None, "", "  ", float("nan"), pd.NA, pd.NaT])
def test_empty(cell: object) -> None:
    assert number(cell) is None


@pytest.mark.parametrize(
    "cell", ["nan", "inf", float("inf"), "1,000", "1_000", "１２", "0x10", "1e9999", 10 * LARGEST, []]
)
def test_no_number(cell: object) -> None:
    with pytest.raises(ValueError, match=r".*"):
        number(cell)


@pytest.mark.parametrize(
    ("cell", "half"), [("12", F(1, 2)), ("12.0", F(1, 20)), ("1.250", F(1, 2000)), (0.25, F(1, 200))]
)
def test_rounding_of_printed_decimals(cell: object, half: Fraction) -> None:
    found = number(cell)
    assert found is not None
    assert found.half_unit == half


def test_whole_numbers() -> None:
    assert [half_up(F(x, 2)) for x in (-3, -1, 1, 3)] == [-1, 0, 1, 2]
    assert (floor(F(-1, 3)), ceil(F(-1, 3)), ceil(F(7)), floor(F(7))) == (-1, 0, 7, 7)
