"""Whether what the products of a unit take is what the unit uses: 3.3.1b cuts by the one and counts by the other.

Products in kWh/t are held against the electricity a unit takes in, the others against all energy it takes in (fuel,
feedstock, conversion input; GB/T 2589-2020).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dualcontrol.model.checks_energy import OUT, can_sum, exceeds, with_tce
from dualcontrol.model.draft import Draft
from dualcontrol.model.problems import plain
from dualcontrol.model.schema import ELECTRICITY

# A figure of energy per product is rounded, and a year's average: a twentieth more than all that the unit takes in is
# no longer rounding; less than a fifth of what it counts is a wrong unit of measure rather than a by-product.
_MOST, _LEAST = 1.05, 0.2
_PER_THOUSAND = 1e-3  # kgce/t, kgce/m2: tce; gce/kWh of MWh: tce; kWh/t: MWh


@dataclass(frozen=True)
class _Product:
    """One product: its row, what it takes in a year, MWh or tce, and whether it is told in kWh."""

    row: int
    amount: float
    is_kwh: bool


@dataclass(frozen=True)
class _Use:
    """Energy by unit: taken in (tce), electricity taken in (MWh), net of what is given out (tce)."""

    taken: Mapping[str, float]
    electricity: Mapping[str, float]
    net: Mapping[str, float]

    def limit(self, unit: str, is_kwh: bool) -> float:
        """What the products of a unit may take."""
        return self.electricity.get(unit, 0.0) if is_kwh else self.taken[unit]


def products(draft: Draft) -> None:
    """A product needs energy, and no more of it than its unit takes in; together they should explain most of it.

    One product above it is an error. Several together may be, where the boundary of one includes another's energy: a
    remark; so is a unit of whose use the products explain less than a fifth.
    """
    columns = ("unit_id", "output", "specific_energy", "specific_unit")
    if not (can_sum(draft, "unit") and draft.has("products", *columns) and draft.has("units", "unit_id")):
        return
    use = _use(draft)
    units = set(draft.frames["units"]["unit_id"])
    by_unit: dict[str, list[_Product]] = {}
    for i, row in draft.rows("products"):
        if row.unit_id not in units or not row.output > 0:
            continue
        if row.unit_id not in use.taken:
            draft.tell("product_without_energy", "products", i, "unit_id")
        elif row.specific_energy > 0 and row.specific_unit:
            by_unit.setdefault(row.unit_id, []).append(_product(i, row))
    for unit, made in by_unit.items():
        if not _is_one_above(draft, unit, made, use):
            _together(draft, unit, made, use)


def _product(i: int, row: Any) -> _Product:
    return _Product(i, row.output * row.specific_energy * _PER_THOUSAND, row.specific_unit == "kWh/t")


def _use(draft: Draft) -> _Use:
    rows = with_tce(draft, "unit")
    is_out = rows["use"] == OUT
    is_power = ~is_out & (rows["carrier_id"] == ELECTRICITY)
    net = rows.assign(tce=rows["tce"].where(~is_out, -rows["tce"])).groupby("unit_id")["tce"].sum()
    return _Use(
        rows[~is_out].groupby("unit_id")["tce"].sum().to_dict(),
        rows[is_power].groupby("unit_id")["quantity"].sum().to_dict(),
        net.to_dict(),
    )


def _is_one_above(draft: Draft, unit: str, made: Sequence[_Product], use: _Use) -> bool:
    above = [one for one in made if exceeds(one.amount, _MOST * use.limit(unit, one.is_kwh))]
    for one in above:
        compared = _compared(one.amount, use.limit(unit, one.is_kwh), one.is_kwh)
        draft.tell("product_energy_above_use", "products", one.row, "specific_energy", **compared)
    return bool(above)


def _together(draft: Draft, unit: str, made: Sequence[_Product], use: _Use) -> None:
    last = made[-1].row
    for is_kwh in (False, True):
        amount, limit = sum(one.amount for one in made if one.is_kwh == is_kwh), use.limit(unit, is_kwh)
        if exceeds(amount, _MOST * limit):
            compared = _compared(amount, limit, is_kwh)
            draft.tell("note_products_above_use", "products", last, "specific_energy", **compared)
        elif not is_kwh and not any(one.is_kwh for one in made) and amount < _LEAST * use.net[unit]:
            compared = _compared(amount, use.net[unit], is_kwh)
            draft.tell("note_products_below_use", "products", last, "specific_energy", **compared)


def _compared(amount: float, use: float, is_kwh: bool) -> dict[str, str]:
    return {"product": plain(amount), "use": plain(use), "unit": "MWh" if is_kwh else "tce"}
