"""What an audit says: one `Check` per question, gathered in a `Verdict`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from dualcontrol.model.audit.numbers import ONE, ZERO, Number, show

# What a recomputed decimal may differ beyond the rounding of its printed decimals: the noise of double
# precision sums. Relative to the number.
NOISE = Fraction(1, 10**9)
# What a hard row may be exceeded by, relative to its limit.
HARD = Fraction(1, 10**6)


@dataclass(frozen=True)
class Check:
    """One question put to the plan and its answer at the worst place.

    `worst` is the excess there in `unit`: for limits activity - limit (negative = room left), for equalities
    the distance. `relative` is the same over the size of the limit. `is_limit`: a limit on something that is used.
    `params` fill the message `audit.<name>`.
    """

    name: str
    clause: str
    passed: bool
    worst: Fraction
    unit: str
    place: str
    relative: Fraction
    is_limit: bool
    params: Mapping[str, str] = field(hash=False)

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.name} ({self.clause or '-'}) {self.place}: {show(self.worst)}{unit}"

    def __getstate__(self) -> dict[str, Any]:
        """For another process: a view of a dict cannot travel, the dict can."""
        return {**self.__dict__, "params": dict(self.params)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """As it was, not to be changed either."""
        self.__dict__.update(state | {"params": MappingProxyType(state["params"])})


@dataclass(frozen=True)
class Verdict:
    """All checks of one plan, its recomputed value and the rigorous bound (万元, None if not reached).

    `scenario_hash` names the inputs it was checked against, `plan_digest` the plan, as the caller named it.
    """

    checks: tuple[Check, ...]
    value_wan_yuan: Fraction | None = None
    bound_wan_yuan: Fraction | None = None
    claimed_bound_wan_yuan: Fraction | None = None
    scenario_hash: str = ""
    plan_digest: str = ""

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def worst(self) -> Check:
        """The most violated check; if all passed, the limit with the least room, relative to its size."""
        limits = [check for check in self.checks if check.is_limit]
        return max(self.failed or limits or self.checks, key=lambda check: check.relative)

    @property
    def gap_wan_yuan(self) -> Fraction | None:
        """Bound minus value: no plan with the same yes/no decisions is better by more."""
        if self.value_wan_yuan is None or self.bound_wan_yuan is None:
            return None
        return self.bound_wan_yuan - self.value_wan_yuan

    def check(self, name: str) -> Check:
        """The check called `name`. KeyError if it was not made."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON: passed, checks, worst, value, bound, gap and the solver's claimed bound."""

        def plain(check: Check) -> dict[str, object]:
            return {
                "name": check.name,
                "clause": check.clause,
                "passed": check.passed,
                "worst": float(check.worst),
                "unit": check.unit,
                "place": check.place,
                "params": dict(check.params),
            }

        def money(value: Fraction | None) -> float | None:
            return None if value is None else float(value)

        return {
            "passed": self.passed,
            "worst": self.worst.name,
            "value_wan_yuan": money(self.value_wan_yuan),
            "bound_wan_yuan": money(self.bound_wan_yuan),
            "gap_wan_yuan": money(self.gap_wan_yuan),
            "claimed_bound_wan_yuan": money(self.claimed_bound_wan_yuan),
            "checks": [plain(check) for check in self.checks],
        }


@dataclass(frozen=True)
class _Sight:
    place: str
    excess: Fraction
    tolerance: Fraction
    scale: Fraction
    found: str
    wanted: str
    is_idle: bool = False

    @property
    def ok(self) -> bool:
        return self.excess <= self.tolerance

    @property
    def relative(self) -> Fraction:
        return self.excess / self.scale


class Probe:
    """Gathers what was seen for one check; `check()` keeps the worst place and counts the failures."""

    def __init__(self, name: str, clause: str = "", unit: str = "tce", *, is_limit: bool = False) -> None:
        self.name, self.clause, self.unit, self.is_limit = name, clause, unit, is_limit
        self._seen: list[_Sight] = []
        self._extra: dict[str, str] = {}

    def equal(
        self, place: str, found: Fraction | int, wanted: Fraction | int, tolerance: Fraction = ZERO
    ) -> None:
        """`found` must be `wanted`, up to `tolerance`."""
        found, wanted = Fraction(found), Fraction(wanted)
        self._add(place, abs(found - wanted), tolerance, wanted, show(found), show(wanted))

    def rounded(self, place: str, found: Number, wanted: Fraction, slack: Fraction = ZERO) -> None:
        """A published decimal must be `wanted` within its own rounding (and `slack`)."""
        self.equal(place, found.value, wanted, found.half_unit + NOISE * abs(wanted) + slack)

    def at_most(
        self, place: str, activity: Fraction | int, limit: Fraction | int, tolerance: Fraction = ZERO
    ) -> None:
        """`activity` must not exceed `limit` by more than `tolerance`."""
        activity, limit = Fraction(activity), Fraction(limit)
        is_idle = activity == limit == 0
        self._add(place, activity - limit, tolerance, limit, show(activity), show(limit), is_idle)

    def within_hard(self, place: str, activity: Fraction, limit: Fraction, least: Fraction = HARD) -> None:
        """A hard row: `activity` <= `limit`, up to 1e-6 of the limit (at least `least` in its unit)."""
        self.at_most(place, activity, limit, max(HARD * abs(limit), least))

    def holds(self, place: str, truth: bool, found: str = "", wanted: str = "") -> None:
        """A statement that is true or not."""
        self._add(place, ZERO if truth else ONE, ZERO, ONE, found, wanted)

    def tell(self, **extra: str) -> None:
        """Further values for the message."""
        self._extra.update(extra)

    def check(self) -> Check:
        """The answer; a check with nothing to look at passes and says so by its count 0.

        Nobody's use of nothing (0 <= 0: a refused project, a stopped unit) has no room, but holds nothing back: it
        is the worst place only where there is no other.
        """
        nothing = _Sight("-", ZERO, ZERO, ONE, "-", "-", is_idle=True)
        worst = max(
            self._seen, key=lambda seen: (not seen.ok, not seen.is_idle, seen.relative), default=nothing
        )
        params = {
            "place": worst.place,
            "found": worst.found,
            "wanted": worst.wanted,
            "worst": show(worst.excess),
            "tolerance": show(worst.tolerance),
            "unit": self.unit,
            "clause": self.clause,
            "count": str(len(self._seen)),
            "failures": str(sum(not seen.ok for seen in self._seen)),
            **self._extra,
        }
        return Check(
            self.name, self.clause, all(seen.ok for seen in self._seen), worst.excess, self.unit, worst.place,
            worst.relative, self.is_limit and not (worst.ok and worst.is_idle), MappingProxyType(params),
        )  # fmt: skip

    def _add(
        self,
        place: str,
        excess: Fraction,
        tolerance: Fraction,
        size: Fraction,
        found: str,
        wanted: str,
        is_idle: bool = False,
    ) -> None:
        self._seen.append(_Sight(place, excess, tolerance, max(abs(size), ONE), found, wanted, is_idle))


def together(probes: Sequence[Probe]) -> tuple[Check, ...]:
    """The checks of several probes, in order."""
    return tuple(probe.check() for probe in probes)
