"""The issued plan that a market starts from: quotas, loads, savings and closures as published, exact."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from dualcontrol.model.accounting import PowerBalance, Use
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Decisions, unit_use
from dualcontrol.model.quantities import exact, whole_up

NONE = Fraction(0)


@dataclass(frozen=True)
class Issued:
    """A plan as issued. quota_tce: by account, whole tce; posted_tce: savings a unit gave the pool (3.2.1b), by unit.

    decisions: what the owners do under the plan; grants and the like are in the quotas and not told again.
    """

    decisions: Decisions
    quota_tce: Mapping[str, int]
    posted_tce: Mapping[str, int]

    def unused_tce(self, case: Case, unit_id: str) -> Fraction:
        """Quota of a unit beyond its planned use with the stated headroom, tce."""
        used = case.accounts.counting.counted(unit_use(case, self.decisions, unit_id), "total")
        return Fraction(self.quota_tce[f"unit:{unit_id}"] - used * (1 + headroom_share(case)))


def headroom_share(case: Case) -> Fraction:
    """Headroom stated above planned use, share of use."""
    return exact(case.accounts.scenario.settings.policy.headroom_share)


def grid_tce(case: Case, use: Use) -> Fraction:
    """What a use draws on the account grid (等价 less 当量), tce."""
    none = PowerBalance(NONE, NONE, NONE)
    return Fraction(case.accounts.counting.grid(use, none, "total"))


def read_issued(case: Case, tables: Mapping[str, pd.DataFrame]) -> Issued:
    """The plan in published tables (`quotas`, `measures`, `projects`, `ledger`; cells are decimal text or numbers).

    KeyError or ValueError where they are not those of the case.
    """
    quotas, measures, projects, ledger = (tables[t] for t in ("quotas", "measures", "projects", "ledger"))
    units = quotas[quotas["kind"] == "unit"]

    def column(frame: pd.DataFrame, key: str, name: str) -> dict[str, Fraction]:
        return {str(k): _number(v) for k, v in zip(frame[key], frame[name], strict=True)}

    adopted = column(measures, "measure_id", "adopted")
    saving = column(measures, "measure_id", "saving_quantity")
    kinds = dict(zip(measures["measure_id"].astype(str), measures["kind"], strict=True))
    society = quotas[quotas["kind"] == "society"]
    nothing = dict.fromkeys(case.unit_rows, NONE)
    decisions = Decisions(
        activity=column(units, "id", "activity"),
        self_pv=column(units, "id", "self_pv_mwh"),
        green=column(units, "id", "green_mwh"),
        saving={k: saving[k] for k in case.measure_rows},
        adopted={k: adopted[k] for k in case.measure_rows},
        grant=nothing,
        limit=nothing,
        beyond=nothing,
        admitted=column(projects, "project_id", "admitted"),
        project_load=column(projects, "project_id", "load"),
        earmark=dict.fromkeys(case.project_rows, NONE),
        shortfall={s: 1 - served for s, served in column(society, "id", "activity").items()},
        overshoot=NONE,
        waived=NONE,
        retire={k: adopted[k] for k, kind in kinds.items() if kind == "retirement"},
        pair={k: adopted[k] for k, kind in kinds.items() if kind == "upgrade"},
    )
    quota = {str(a): int(_number(q)) for a, q in zip(quotas["account"], quotas["quota_tce"], strict=True)}
    quota |= {f"project:{j}": int(q) for j, q in column(projects, "project_id", "quota_tce").items()}
    posted = dict.fromkeys(case.unit_rows, 0)
    reserve = 0
    for source, target, tce, note in zip(
        ledger["from_account"], ledger["to_account"], ledger["tce"], ledger["note"], strict=True
    ):
        kind, _, owner = str(source).partition(":")
        if kind == "unit" and note == "saving":
            posted[owner] += int(_number(tce))
        reserve += int(_number(tce)) * ((target == "reserve") - (source == "reserve"))
    return Issued(decisions, quota | {"reserve": reserve}, posted)


def _number(cell: object) -> Fraction:
    return Fraction(cell) if isinstance(cell, str) else exact(float(cell))  # type: ignore[arg-type]


def whole_need(case: Case, use: Use) -> int:
    """Whole tonnes of quota that a use needs, headroom included."""
    return whole_up(case.accounts.counting.counted(use, "total") * (1 + headroom_share(case)))
