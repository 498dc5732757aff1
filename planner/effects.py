"""What each clause moves in a scenario: the plan made again without it (design §9).

`python -m dualcontrol.effects SCENARIO FILE.csv` writes one row per clause; `docs/clauses.md` shows Dalad's. Clauses of
the power system are switched off in the plan with its network (typical days, within the scenario's gap), all others in
the plan on the yearly electricity table, which is solved to its optimum, so that a sign is a sign.
"""

import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from dualcontrol.infeasible import Infeasible
from dualcontrol.model.accounting import account
from dualcontrol.model.clauses import REGISTER, Clause
from dualcontrol.model.plan import Plan
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario, load
from dualcontrol.optimise import optimise
from dualcontrol.solvers.highs import SolverError
from dualcontrol.tables import csv_line, number_text

NETWORK = (
    "3.3.3c",
    "3.4.2",
    "3.4.3a",
    "3.4.3b",
    "3.4.3c",
    "3.4.3d",
    "3.4.3e",
    "3.4.3f",
    "3.4.3g",
    "3.4.3h",
    "3.4.5",
)
NONE = float("nan")


@dataclass(frozen=True)
class Effect:
    """What dropping a clause moves, against the plan with it.

    value_wan_yuan: change of the plan's value; within_wan_yuan: how much of it may be the gaps of the two plans.
    energy_tce_eq: change of the county's energy (等价, measure total). quota_tce: sum over units and projects of what
    their quotas change by. posted_tce: entries of the clause in the ledger. stopped: projects that it stops alone.
    tightest, slack, unit: the row of the clause with the least room relative to its limit. status: "made",
    "infeasible", "failed".
    """

    clause: str
    effect: str
    plan: str
    value_wan_yuan: float = NONE
    within_wan_yuan: float = NONE
    energy_tce_eq: float = NONE
    quota_tce: float = NONE
    posted_tce: float = NONE
    stopped: float = NONE
    tightest: str = ""
    slack: float = NONE
    unit: str = ""
    status: str = "made"

    @property
    def is_as_declared(self) -> bool:
        """Whether the sign is what the clause declares, gaps allowed for; a transfer and a report have none."""
        least = self.within_wan_yuan + 0.01
        if self.effect == "restrictive":
            return self.status == "made" and not self.value_wan_yuan < -least
        if self.effect == "permissive":
            return self.status == "infeasible" or not self.value_wan_yuan > least
        return self.status == "made"


def effects(scenario: Scenario, clauses: Iterable[Clause] = REGISTER) -> list[Effect]:
    """One `Effect` per clause that is modelled, in the order of the plan. SolverError if the plan itself fails."""
    yearly, coupled = _with(scenario, mode="none"), _with(scenario)
    plans: dict[str, Plan] = {}
    found = []
    for clause in clauses:
        if clause.effect == "outside":
            continue
        has_network = clause.id in NETWORK and len(scenario.table("power/buses")) > 0
        kind, base = ("network", coupled) if has_network else ("yearly", yearly)
        if kind not in plans:
            plans[kind] = optimise(judge(account(base)))
        found.append(_effect(clause, kind, plans[kind], base))
    return found


def _effect(clause: Clause, kind: str, plan: Plan, scenario: Scenario) -> Effect:
    told = Effect(clause.id, clause.effect, kind, **_holds(clause.id, plan))  # type: ignore[arg-type]
    try:
        without = optimise(judge(account(_with(scenario, off=clause.id))))
    except Infeasible:
        return replace(told, status="infeasible")
    except SolverError:
        return replace(told, status="failed")
    return replace(
        told,
        value_wan_yuan=_figure(without, "objective_wan_yuan") - _figure(plan, "objective_wan_yuan"),
        within_wan_yuan=_gap(plan) + _gap(without),
        energy_tce_eq=_figure(without, "energy_eq_total_tce") - _figure(plan, "energy_eq_total_tce"),
        quota_tce=float((_quotas(without) - _quotas(plan)).abs().sum()),
    )


def _with(scenario: Scenario, mode: str | None = None, off: str | None = None) -> Scenario:
    settings = scenario.settings
    # what the meeting and simple rules would make of each plan is not asked here
    quiet = settings.agenda.model_copy(update={"most_alternatives": 0, "simple_rules": False})
    settings = settings.model_copy(update={"agenda": quiet})
    if mode is not None:
        settings = settings.model_copy(update={"time": settings.time.model_copy(update={"mode": mode})})
    if off is not None:
        settings = settings.model_copy(update={"disabled_clauses": (*settings.disabled_clauses, off)})
    return replace(scenario, settings=settings)


def _holds(clause: str, plan: Plan) -> dict[str, object]:
    """What the clause does in the plan that has it."""
    ledger, projects, rows = plan.ledger, plan.projects, plan.constraints
    own = rows[(rows["clause"] == clause) & rows["slack"].notna() & (rows["limit"].abs() > 0)]
    told: dict[str, object] = {
        "posted_tce": float(ledger.loc[ledger["clause"] == clause, "tce"].sum()),
        "stopped": float(((projects["decision"] == "gated") & (projects["clause"] == clause)).sum()),
    }
    if len(own):
        row = own.loc[(own["slack"] / own["limit"].abs()).idxmin()]
        name = f"{row['name']}[{row['index']}]" if row["index"] else str(row["name"])
        told |= {"tightest": name, "slack": float(row["slack"]), "unit": str(row["unit"])}
    return told


def _figure(plan: Plan, key: str) -> float:
    return float(plan.summary[key])


def _gap(plan: Plan) -> float:
    bound = plan.summary["bound_wan_yuan"]
    return max(0.0, float(bound) - _figure(plan, "solver_objective_wan_yuan")) if bound is not None else 0.0


def _quotas(plan: Plan) -> "pd.Series[float]":
    units = plan.quotas[plan.quotas["kind"] == "unit"].set_index("account")["quota_tce"]
    projects = plan.projects.set_index("project_id")["quota_tce"]
    return pd.concat([units, projects]).astype(float)


_DECIMALS = {
    "value_wan_yuan": 1,
    "within_wan_yuan": 1,
    "energy_tce_eq": 0,
    "quota_tce": 0,
    "posted_tce": 0,
    "stopped": 0,
}


def table(found: Iterable[Effect]) -> str:
    """The effects as CSV."""
    columns = list(Effect.__dataclass_fields__)
    lines = [csv_line(columns)]
    for effect in found:
        values = asdict(effect)
        lines.append(
            csv_line(
                v if isinstance(v, str) else number_text(v, _DECIMALS.get(k, 4)) for k, v in values.items()
            )
        )
    return "".join(lines)


def main(folder: str, file: str) -> int:
    """Write the effects of a scenario; 1 if a sign is not as declared."""
    found = effects(load(folder))
    Path(file).write_text(table(found), encoding="utf-8", newline="\n")
    wrong = [effect.clause for effect in found if not effect.is_as_declared]
    sys.stdout.write(f"{len(found)} clauses, {len(wrong)} not as declared: {', '.join(wrong) or '-'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
