"""What a government could change about a limit: the parameter, in the limit's own unit, and the way that relaxes it.

A lever is a key of the scenario (`model.changes`), so that whatever is proposed is a scenario that can be solved. What
no government decides has no lever: what a plant can do, gates but for the quota approval of 3.2.3d, capped stock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from dualcontrol.explain_limits import Limit
from dualcontrol.model.allocation import Case

SHARE_STEP = Decimal("0.0001")  # a share is told to the hundredth of a percent
WHOLE = ("tce", "tce_eq", "t", "MWh")  # units of which less than one is not told
FIGURES = 3  # significant figures of an amount

Kind = Literal["share", "amount", "switch"]


@dataclass(frozen=True)
class Lever:
    """A parameter that relaxes a limit.

    name: what it is called (message `explain_lever.<name>`). sign: the way that relaxes, +1 up, -1 down. least, most:
    values it may take. also: other cells that change with it. to: the one value of a switch. is_own: the parameter
    moves its row (name, index) and nothing else, so that without a plan for any value of that row there is none for
    any of the parameter.
    """

    name: str
    clause: str
    key: str
    kind: Kind
    unit: str
    old: Decimal
    sign: int
    limit: Limit
    least: Decimal = Decimal(0)
    most: Decimal = Decimal("1e15")
    also: tuple[tuple[str, object], ...] = ()
    to: object = None
    step: Decimal = SHARE_STEP
    is_own: bool = True
    row: tuple[str, Any] = ("", None)

    def changes(self, value: Decimal) -> dict[str, object]:
        """The changes of the scenario that give the parameter this value."""
        return {self.key: self.to if self.kind == "switch" else float(value), **dict(self.also)}

    def stepped(self, amount: float) -> "Lever":
        """The lever in steps of so many significant figures of an amount; shares keep theirs."""
        if self.kind != "amount" or not amount > 0:
            return self
        step = Decimal(10) ** (Decimal(repr(float(amount))).adjusted() - FIGURES + 1)
        return replace(self, step=max(step, Decimal(1)) if self.unit in WHOLE else step)

    def at(self, steps: int) -> Decimal:
        """The value after so many steps outwards: printable shares, printable changes of amounts; within its range."""
        if self.kind == "share":
            whole = self.old / self.step
            start = whole.to_integral_value("ROUND_FLOOR" if self.sign < 0 else "ROUND_CEILING")
            value = (start + self.sign * steps) * self.step
        else:
            value = self.old + self.sign * steps * self.step
        return min(max(value, self.least), self.most)

    @property
    def first(self) -> int:
        """The fewest steps that change anything."""
        return 1 if self.at(0) == self.old else 0


def levers_of(case: Case, limit: Limit) -> tuple[Lever, ...]:
    """The levers of a limit, the one it is named after first; none where nobody can decide to relax it."""
    return tuple(_Levers(case, limit).found())


class _Levers:
    """The levers of one limit."""

    def __init__(self, case: Case, limit: Limit) -> None:
        self.case, self.limit = case, limit
        self.scenario = case.accounts.scenario
        self.targets, self.policy = self.scenario.settings.targets, self.scenario.settings.policy

    def found(self) -> Iterator[Lever]:
        """By family of limits."""
        made = getattr(self, f"_{self.limit.name}", None)
        yield from made() if made is not None else ()

    def _lever(self, name: str, key: str, kind: Kind, old: object, sign: int, **more: Any) -> Lever:
        clause = more.pop("clause", self.limit.group)
        unit = more.pop("unit", "share" if kind == "share" else self.limit.unit)
        value = Decimal(repr(float(str(old))))
        most = Decimal(1) if kind == "share" else Decimal("1e15")
        row = more.pop("row", (self.limit.name, self.limit.index or None))
        return Lever(
            name, clause, key, kind, unit, value, sign, self.limit, **{"most": most, "row": row, **more}
        )

    def _cell(self, table: str, key: str, index: str, column: str) -> float:
        frame = self.scenario.table(table)
        return float(frame.loc[frame[key] == index, column].iloc[0])

    def _county_intensity(self) -> Iterator[Lever]:
        old = self.targets.intensity_reduction
        if old is not None:
            yield self._lever("intensity_reduction", "targets.intensity_reduction", "share", old, -1,
                              least=Decimal("-0.99"), is_own=self.targets.increment_tce_eq is not None)  # fmt: skip

    def _sector_intensity(self) -> Iterator[Lever]:
        old = self._cell("sectors", "sector_id", self.limit.index, "intensity_reduction")
        key = f"sectors.{self.limit.index}.intensity_reduction"
        yield self._lever("sector_reduction", key, "share", old, -1, least=Decimal(-9))

    def _pool_balance(self) -> Iterator[Lever]:
        old = self.case.rulings.increment_tce
        yield self._lever("increment", "targets.increment_tce_eq", "amount", old, 1)
        if self.case.is_on("1.b"):
            yield from self._elastic_band()
        if self.policy.reserve_share > 0:
            yield self._lever("reserve_share", "policy.reserve_share", "share", self.policy.reserve_share, -1)

    def _elastic_band(self) -> Iterator[Lever]:
        old = self.targets.overshoot_max_share
        yield self._lever("overshoot", "targets.overshoot_max_share", "share", old, 1, clause="1.b",
                          row=("elastic_band", None))  # fmt: skip

    def _carbon_budget(self) -> Iterator[Lever]:
        yield self._lever("carbon_budget", "targets.co2_budget_t", "amount", self.targets.co2_budget_t, 1)

    def _society_floor(self) -> Iterator[Lever]:
        old = float(self.case.accounts.society[self.limit.index].floor_share)
        yield self._lever("society_floor", f"society.{self.limit.index}.floor_share", "share", old, -1)

    def _output_guaranteed(self) -> Iterator[Lever]:
        old = self._cell("output_targets", "product", self.limit.index, "min_output")
        frame = self.scenario.table("products")
        unit = next(iter(frame.loc[frame["product"] == self.limit.index, "output_unit"]), self.limit.unit)
        yield self._lever("min_output", f"output_targets.{self.limit.index}.min_output", "amount", old, -1,
                          unit=str(unit))  # fmt: skip

    def _resource_budget(self) -> Iterator[Lever]:
        frame = self.scenario.table("resources").set_index("resource_id")
        row = frame.loc[self.limit.index]
        yield self._lever("resource_budget", f"resources.{self.limit.index}.budget", "amount", row["budget"], 1,
                          unit=str(row["unit"]))  # fmt: skip

    def _unit_carbon_budget(self) -> Iterator[Lever]:
        old = self._cell("units", "unit_id", self.limit.index, "co2_budget_t")
        yield self._lever("unit_carbon_budget", f"units.{self.limit.index}.co2_budget_t", "amount", old, 1)

    def _unit_carbon_rate(self) -> Iterator[Lever]:
        old = self._cell("units", "unit_id", self.limit.index, "co2_intensity_reduction")
        key = f"units.{self.limit.index}.co2_intensity_reduction"
        yield self._lever("unit_carbon_reduction", key, "share", old, -1, least=Decimal(-9))

    def _carbon_rate(self) -> Iterator[Lever]:
        old = self.targets.co2_intensity_reduction
        yield self._lever("carbon_reduction", "targets.co2_intensity_reduction", "share", old, -1,
                          least=Decimal("-0.99"))  # fmt: skip

    def _fossil_budget(self) -> Iterator[Lever]:
        old = self.targets.fossil_max_share_of_base
        yield self._lever(
            "fossil_share", "targets.fossil_max_share_of_base", "share", old, 1, most=Decimal(10)
        )

    def _local_renewable_share(self) -> Iterator[Lever]:
        old = self.targets.local_renewable_share_min
        yield self._lever("renewable_share", "targets.local_renewable_share_min", "share", old, -1)

    def _leaders_decision(self) -> Iterator[Lever]:
        row = next(r for r in self.scenario.rows("decisions") if r.decision_id == self.limit.index)
        key = f"decisions.{row.decision_id}"
        if row.what == "admitted":  # at most 1 binds nobody
            yield self._lever("drop_decision", f"{key}.kind", "switch", 0, 1, also=((f"{key}.value", 1.0),), to="max",
                              unit="0/1")  # fmt: skip
            return
        for sign in {"min": (-1,), "max": (1,), "fixed": (-1, 1)}[row.kind]:
            yield self._lever("decided_quota", f"{key}.value", "amount", row.value, sign, unit="tce")

    def _use_within_quota(self) -> Iterator[Lever]:
        if self.policy.headroom_share > 0:
            yield self._lever(
                "headroom_share",
                "policy.headroom_share",
                "share",
                self.policy.headroom_share,
                -1,
                is_own=False,
            )

    def _efficient_units_may_grow(self) -> Iterator[Lever]:
        old = self.policy.allowance_share
        yield self._lever("allowance_share", "policy.allowance_share", "share", old, 1, is_own=False)

    def _limit_of_low_output(self) -> Iterator[Lever]:
        yield self._lever("cut_share", "policy.max_cut_share", "share", self.policy.max_cut_share, 1,
                          is_own=False)  # fmt: skip

    def _quota_taken(self) -> Iterator[Lever]:
        names = {
            "benchmark_cut": "cut_phase_share",
            "release": "release_phase_share",
            "penalty": "dishonesty_penalty_share",
        }
        name = names[self.limit.detail]
        yield self._lever(name, f"policy.{name}", "share", getattr(self.policy, name), -1, is_own=False)

    def _gate(self) -> Iterator[Lever]:
        if self.limit.detail == "needs_quota_approval":
            key = f"projects.{self.limit.index}.is_quota_approved"
            yield self._lever("quota_approval", key, "switch", 0, 1, to=True, unit="0/1")

    def _committed_build(self) -> Iterator[Lever]:
        key = f"power/builds.{self.limit.index}.status"
        yield self._lever("committed_build", key, "switch", 0, 1, to="open", unit="0/1")
