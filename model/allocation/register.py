"""A constraint is one small function with its clause, unit and formula; `docs/formulation.md` is made from these."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pyomo.environ as pyo

Effect = Literal["restrictive", "permissive", "transfer", "definition"]


@dataclass(frozen=True)
class Row:
    """One family of constraints.

    name: the function's. over: the index set of the model ("" for one row). clause: of the plan (or "design" for
    physics and bookkeeping). effect: what dropping the clause could do to value added. unit: of both sides.
    is_relaxable: whether a government could decide to relax it at a price.
    """

    name: str
    over: str
    clause: str
    effect: Effect
    unit: str
    formula: str
    why: str
    is_relaxable: bool
    build: Callable[..., Any]

    def add_to(self, model: pyo.ConcreteModel) -> None:
        """Add the constraint to a model whose sets and variables exist."""
        if self.over:
            setattr(model, self.name, pyo.Constraint(getattr(model, self.over), rule=self.build))
        else:
            setattr(model, self.name, pyo.Constraint(rule=self.build))

    @property
    def price_unit(self) -> str:
        """Unit of the row's prices."""
        return f"万元/({self.unit})" if "/" in self.unit else f"万元/{self.unit}"


def row(
    clause: str, effect: Effect, unit: str, formula: str, over: str = "", is_relaxable: bool = False
) -> Callable[[Callable[..., Any]], Row]:
    """Make a constraint function a `Row`; the first sentence of its docstring says why it is there."""

    def register(build: Callable[..., Any]) -> Row:
        why = " ".join((build.__doc__ or "").split())
        return Row(build.__name__, over, clause, effect, unit, formula, why, is_relaxable, build)

    return register
