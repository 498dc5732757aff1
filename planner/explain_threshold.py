"""By how much the value added of a refused project would have to be higher for the plan to admit it.

The project is forced in; the difference of the optima is what it lacks. Its value is raised by the least printable
percentage at which being in is worth as much as being out, and the changed scenario is solved as a whole: with it, and
with one percent of the change less, which must still refuse it.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from dualcontrol.explain_variants import Variants
from dualcontrol.model.allocation import Case
from dualcontrol.optimise import Decided, Infeasible, decided
from dualcontrol.solvers.highs import Options, SolverError

FIGURES = 3
PART = 0.01
EXACT = 1e-6  # relative gap of an optimum with a network
OUTWARD = range(5)  # printed steps more that whole tonnes, ties or the gap may take
MOST_TIMES = 1000  # a value raised so often does not help


@dataclass(frozen=True)
class Threshold:
    """What would change the decision on a project.

    outcome: `admitted` (then cost_wan_yuan is what refusing it would cost), `needed` (no plan leaves it out), `value`
    (a higher value admits it), `gated`, `later`, `impossible` (no plan has it in), `decided` (the meeting keeps it
    out), `never` (value does not help).
    cost_wan_yuan: difference of the optima. old, new: value added, 万元, full year. share: new over old less 1, None
    without a positive value. is_verified: the changed scenario admits it, and with 1 % of the change less refuses it.
    """

    outcome: str
    cost_wan_yuan: float | None = None
    old_wan_yuan: float | None = None
    new_wan_yuan: float | None = None
    share: float | None = None
    is_verified: bool = False


def threshold(again: Decided, project_id: str) -> Threshold:
    """What would change the decision on a project of a plan. SolverError where the solver fails."""
    case = again.case
    if case.rulings.gates_of(project_id):
        return Threshold("gated")
    if case.project_rows[project_id].start_month > 12:
        return Threshold("later")
    search = _Search(case, project_id)
    if again.outcome.decisions.admitted[project_id] > 0:
        out = search.value(Decimal(0), admitted=0.0)
        if out is None:
            return Threshold("needed")
        best = search.value(Decimal(0), None)
        return Threshold("admitted", max(0.0, (out if best is None else best) - out))
    decisions = case.accounts.scenario.rows("decisions") if case.is_on("3.2.2b") else ()
    is_decided = any(d.target_id == project_id and d.what == "admitted" for d in decisions)
    inside, out = search.value(Decimal(0), search.inside), search.value(Decimal(0), admitted=0.0)
    if inside is None or out is None:
        return Threshold("decided" if is_decided else "impossible")
    return search.least(inside, out)


class _Search:
    """Optima of the changed scenario with the project in or out, in one live instance."""

    def __init__(self, case: Case, project_id: str) -> None:
        self.case, self.id = case, project_id
        self.old = Decimal(repr(float(case.project_rows[project_id].value_added_wan_yuan)))
        # of what may be admitted in part, any part is in
        self.inside = PART if case.project_rows[project_id].is_divisible else 1.0
        settings = case.accounts.scenario.settings
        gap = settings.solve.mip_gap if case.power is None else min(EXACT, settings.time.gap)
        self.variants = Variants(case, Options(gap, settings.solve.time_limit_s))
        self._out = 0.0

    def least(self, inside: float, out: float) -> Threshold:
        """The least printable rise of the value at which the project is in."""
        self._out = out
        lacks = max(0.0, out - inside)
        trial = max(abs(self.old), Decimal(1)) / 100
        tried = self.value(trial, self.inside)
        slope = 0.0 if tried is None else (tried - inside) / float(trial)
        if slope <= 0:
            return Threshold("never", lacks, float(self.old))
        guess = Decimal(repr(lacks / slope))
        base = self.old / 100 if self.old > 0 else Decimal(1)  # steps of a percentage, or of 万元
        points = max(guess / base, Decimal("0.001"))
        step = base * Decimal(10) ** (points.adjusted() - FIGURES + 1)
        steps = self._bisected(step, max(1, int((guess / step).to_integral_value("ROUND_CEILING"))))
        if steps is None:
            return Threshold("never", lacks, float(self.old))
        for more in OUTWARD:
            rise = step * (steps + more)
            if self._admits(rise):
                share = float(rise / self.old) if self.old > 0 else None
                is_tight = not self._admits(rise * Decimal("0.99"))
                new = float(self.old + rise)
                return Threshold("value", lacks, float(self.old), new, share, is_tight)
        rise = step * steps
        share = float(rise / self.old) if self.old > 0 else None
        return Threshold("value", lacks, float(self.old), float(self.old + rise), share)

    def _bisected(self, step: Decimal, guess: int) -> int | None:
        """The fewest steps at which being in is worth as much as being out."""
        low, high = 0, guess
        while not self._is_worth(step * high):
            low, high = high, 2 * high
            if high > guess * MOST_TIMES:
                return None
        at = high - 1
        while high - low > 1:
            low, high = (low, at) if self._is_worth(step * at) else (at, high)
            at = (low + high) // 2
        return high

    def _is_worth(self, rise: Decimal) -> bool:
        inside = self.value(rise, self.inside)
        return inside is not None and inside >= self._out - 1e-9 * max(1.0, abs(self._out))

    def _case(self, rise: Decimal) -> Case | None:
        key = f"projects.{self.id}.value_added_wan_yuan"
        return self.variants.of({key: float(self.old + rise)} if rise else {})

    def value(self, rise: Decimal, admitted: float | None) -> float | None:
        """The greatest value with so much of the project in (None: as is best), 万元; None without a plan."""
        case = self._case(rise)
        if case is None:
            return None
        program = self.variants.program(case)
        column = program.column("admitted", self.id)
        lower, upper = program.lower.copy(), program.upper.copy()
        if admitted is not None:
            if not lower[column] <= admitted <= upper[column]:
                return None
            lower[column] = upper[column] = admitted
        program = replace(program, lower=lower, upper=upper)
        solution = self.variants.solve(program)
        return None if solution is None else solution.objective

    def _admits(self, rise: Decimal) -> bool:
        """Whether the plan of the changed scenario admits the project."""
        case = self._case(rise)
        if case is None:
            return False
        try:
            return decided(case.rulings).outcome.decisions.admitted[self.id] > 0
        except (Infeasible, SolverError):
            return False
