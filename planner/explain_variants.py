"""Programs of changed scenarios, as the first stage would solve them; what a change cannot touch is built once.

Reading a network and stamping its hours takes longer than all the rest, and no target, rule, decision or value added is
part of it.
"""

from collections.abc import Mapping
from dataclasses import replace

from dualcontrol.coupling import Hours, couple, drafted_series, hours_of
from dualcontrol.explain_limits import told
from dualcontrol.model.accounting import account
from dualcontrol.model.allocation import Case, build_model
from dualcontrol.model.changes import change
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import ScenarioError
from dualcontrol.solvers.changes import Rebuilt
from dualcontrol.solvers.compile import Arrays, compile_model
from dualcontrol.solvers.highs import LiveHighs, Options, Solution

# what the network is made of: other keys leave it as it is
NETWORK_KEYS = ("power", "time", "unit_energy", "disabled_clauses")
NETWORK_COLUMNS = ("start_month", "quantity")


class Variants:
    """Changed scenarios of one case, with its margins, in one live instance. options: of the solver."""

    def __init__(self, case: Case, options: Options) -> None:
        self.case, self.options = case, options
        self._cases: dict[str, Case | None] = {}
        self._hours: Hours | None = None
        self._live: LiveHighs | None = None

    def of(self, changes: Mapping[str, object]) -> Case | None:
        """The changed scenario as a case; None where it would be a faulty one."""
        if not changes:
            return self.case
        key = repr(sorted(changes.items()))
        if key not in self._cases:
            try:
                rulings = judge(account(change(self.case.accounts.scenario, changes)))
            except ScenarioError:
                self._cases[key] = None
            else:
                case = replace(self.case, rulings=rulings)
                if not any(_is_of_network(name) for name in changes):
                    case.__dict__["power"] = self.case.power  # as if it had been asked for: it would be equal
                self._cases[key] = case
        return self._cases[key]

    def program(self, case: Case) -> Arrays:
        """The whole program of a case of `of`; with a network, on typical days."""
        model = build_model(case)
        yearly = compile_model(model)
        if case.power is None:
            return yearly
        if case.power is not self.case.power:
            return couple(yearly, hours_of(case, drafted_series(case)), model.total_terms)[0]
        if self._hours is None:
            self._hours = hours_of(case, drafted_series(case))
        return couple(yearly, self._hours, model.total_terms)[0]

    def solve(self, program: Arrays) -> Solution | None:
        """A solution; None where it is said that there is none. SolverError where nothing is said."""
        if self._live is None or isinstance(self._live.update(program), Rebuilt):
            self._live = LiveHighs(program, self.options)
        return told(self._live.solve())


def _is_of_network(key: str) -> bool:
    return key.startswith(NETWORK_KEYS) or key.endswith(NETWORK_COLUMNS)
