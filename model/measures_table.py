"""The table of measures of a plan: savings of units and society lines, retirements, capacity replacement pairs."""

import pandas as pd

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.allocation.stock import exactly_done
from dualcontrol.model.decisions import Outcome, whole_closures
from dualcontrol.model.policy.closures import CLAUSE, RETIRED, UPGRADED

COLUMNS = (
    "measure_id",
    "name",
    "kind",
    "clause",
    "unit_id",
    "line_id",
    "adopted",
    "saving_quantity",
    "saving_tce",
    "freed_tce",
    "yearly_cost_wan_yuan",
    "basis",
)
KINDS = {RETIRED: "retirement", UPGRADED: "upgrade"}


def measures_table(case: Case, outcome: Outcome) -> pd.DataFrame:
    """One row per saving measure (whether adopted, what it saves in carrier unit and tce), per retirement and pair.

    freed_tce: quota of the capacity that is closed. yearly_cost_wan_yuan: of it if it is carried out, annuity of the
    investment or compensation included.
    """
    rows = [
        [
            row.measure_id,
            row.name,
            row.kind,
            row.clause,
            row.unit_id,
            row.line_id,
            float(outcome.decisions.adopted[row.measure_id]),
            float(outcome.decisions.saving[row.measure_id]),
            float(outcome.decisions.saving[row.measure_id]) * case.carrier_tce(row.carrier_id),
            0,
            case.yearly_cost_wan_yuan(row),
            row.basis,
        ]
        for row in case.accounts.scenario.rows("measures")
    ]
    return pd.DataFrame(rows + _closures(case, outcome), columns=list(COLUMNS))


def _closures(case: Case, outcome: Outcome) -> list[list[object]]:
    """Retirements and pairs in the order of their tables; one that is not open this year is not carried out."""
    done, rows = exactly_done(case, outcome.decisions), []
    freed = {k: tce for i in case.unit_rows for k, tce in whole_closures(case, outcome.decisions, i).items()}
    scenario = case.accounts.scenario
    for table, key, kind in (
        ("retirements", "retirement_id", RETIRED),
        ("capacity_replacements", "pair_id", UPGRADED),
    ):
        for row in scenario.rows(table):
            k = getattr(row, key)
            cost = float(row.compensation_wan_yuan) if kind == RETIRED else 0.0
            rows.append(
                [
                    k,
                    row.name,
                    KINDS[kind],
                    CLAUSE[kind],
                    row.unit_id,
                    "",
                    float(done.get(k, 0)),
                    0.0,
                    0.0,
                    freed.get(k, 0),
                    cost,
                    row.basis,
                ]
            )
    return rows
