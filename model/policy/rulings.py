"""What the rules decide before the optimisation: ledger entries, gates, and the room each unit is left (design §4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from dualcontrol.model.accounting import Accounts
from dualcontrol.model.ledger import Entry, Ledger

if TYPE_CHECKING:
    from dualcontrol.model.evaluation import Evaluation

Reason = tuple[str, dict[str, str]] | None  # why a gate refuses, with the figures of its sentence


@dataclass(frozen=True)
class Gate:
    """A rule that stops a project or a unit. `reason` is a message id, `params` what its sentence needs."""

    target_id: str
    clause: str
    reason: str
    params: Mapping[str, str]


@dataclass(frozen=True)
class UnitRuling:
    """What the rules leave to a unit, whole tce.

    base_tce: quota after base method and adjustments. cut_tce: the larger of the two cuts (3.3.1b, 3.3.2c),
    of which released_tce went to the earmark. quota_tce: after all rules. grant_max_tce: what the optimiser may
    add, under grant_clause. limit_max_tce: what 3.2.1c may take. is_active: whether it may run in the plan year.
    """

    base_tce: int
    quota_tce: int
    cut_tce: int
    released_tce: int
    grant_max_tce: int
    grant_clause: str
    limit_max_tce: int
    is_active: bool
    energy_per_value_added: Fraction | None


@dataclass(frozen=True)
class Rulings:
    """Everything the model needs from the rules. benchmark: banner's tce per 万元, None without units."""

    accounts: Accounts
    ledger: Ledger
    units: Mapping[str, UnitRuling]
    gates: tuple[Gate, ...]
    benchmark_tce_per_wan_yuan: Fraction | None
    increment_tce: int
    scores: Mapping[str, float]
    project_evaluation: "Evaluation"
    unit_evaluation: "Evaluation"

    def gates_of(self, target_id: str) -> tuple[Gate, ...]:
        """The gates that stop a project or a unit; empty when it may pass."""
        return tuple(gate for gate in self.gates if gate.target_id == target_id)


@dataclass(frozen=True)
class Desk:
    """What a rule sees: accounts, ledger so far, bases, the banner's benchmark, grades of units (3.3.2a)."""

    accounts: Accounts
    ledger: Ledger
    bases: Mapping[str, int]
    benchmark_tce_per_wan_yuan: Fraction | None
    grades: Mapping[str, str] = field(default_factory=dict)

    @property
    def year(self) -> int:
        """The plan year."""
        return self.accounts.scenario.settings.plan_year

    def is_on(self, clause: str) -> bool:
        """Whether the scenario keeps a clause switched on."""
        return clause not in self.accounts.scenario.settings.disabled_clauses

    def posted(self, entries: list[Entry]) -> "Desk":
        """The desk after a rule posted its entries."""
        return replace(self, ledger=self.ledger.post(entries))

    def energy_per_value_added(self, unit_id: str) -> Fraction | None:
        """Base-year tce (intensity measure, 当量) per 万元 of value added; None without value added."""
        value = self.accounts.units[unit_id].value_added_wan_yuan
        return self.accounts.counted_base_tce(unit_id, "intensity") / value if value > 0 else None

    def is_worse_than_benchmark(self, unit_id: str) -> bool:
        """Whether a unit needs more energy per value added than the banner's benchmark (no value added: yes)."""
        if self.benchmark_tce_per_wan_yuan is None:
            return False
        own = self.energy_per_value_added(unit_id)
        return own is None or own > self.benchmark_tce_per_wan_yuan

    def is_better_than_benchmark(self, unit_id: str) -> bool:
        """Whether a unit needs strictly less energy per value added than the banner's benchmark (3.3.2b)."""
        own = self.energy_per_value_added(unit_id)
        return (
            own is not None
            and self.benchmark_tce_per_wan_yuan is not None
            and (own < self.benchmark_tce_per_wan_yuan)
        )
