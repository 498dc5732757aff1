"""What grades do: candidates of grade D stay out (A1), units of grade A and D are given more or nothing (3.3.2a)."""

from collections.abc import Iterable, Iterator

from dualcontrol.model.accounting import Accounts
from dualcontrol.model.evaluation.grading import Evaluation, evaluate
from dualcontrol.model.policy.rulings import Desk, Gate

# gates that are also a veto of the evaluation: no figure makes up for them
VETOES = ("3.2.3a", "3.2.3b", "3.2.3e", "3.2.5", "3.3.1a")


def candidates(desk: Desk, gates: Iterable[Gate]) -> Evaluation:
    """3.2.3c, A1: the evaluation of candidate projects; gates of the listed clauses are vetoes."""
    vetoes: dict[str, list[str]] = {}
    for gate in gates:
        if gate.clause in VETOES:
            vetoes.setdefault(gate.target_id, []).append(gate.clause)
    return evaluate(desk.accounts, "project", vetoes)


def stock(accounts: Accounts) -> Evaluation:
    """3.1.2, 3.3.2a: the yearly evaluation of existing units; serious dishonesty is a veto (3.2.5)."""
    is_on = "3.2.5" not in accounts.scenario.settings.disabled_clauses
    table = accounts.scenario.table("units")
    vetoes = {row.unit_id: ["3.2.5"] for row in table.itertuples() if is_on and row.conduct == "serious"}
    return evaluate(accounts, "unit", vetoes)


def grade_gates(evaluation: Evaluation) -> Iterator[Gate]:
    """A1: a candidate of grade D does not enter; one that another clause stops already needs no second gate."""
    for project_id, grade in evaluation.grades.items():
        vetoes = evaluation.vetoes[project_id]
        if "red_line" in vetoes:
            if grade == "D":
                yield Gate(project_id, "A1", "red_line", {})
        elif grade == "D" and not vetoes:
            score = float(evaluation.scores[project_id] or 0)
            yield Gate(project_id, "A1", "grade_d", {"score": f"{score:.1f}"})
