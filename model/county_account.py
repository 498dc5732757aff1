"""The county's energy account as a table that adds up: owners, losses, exclusions; 当量 and 等价 side by side.

Source: GB/T 2589-2020; clauses 3.3.3b, 3.3.3c, 3.3.4a for what is left out of which measure.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

import pandas as pd

from dualcontrol.model.accounting import Counting, PowerBalance, Use
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome

NONE = Fraction(0)
MEASURES = ("intensity", "total")
COLUMNS = ("block", "line", "base_tce", "base_tce_eq", "plan_tce", "plan_tce_eq")
Pair = tuple[Fraction, Fraction]  # 当量, 等价


def gross_eq_tce(counting: Counting, use: Use) -> Fraction:
    """All energy of an owner at 等价, tce: its electricity at k_eq, what a thermal plant makes taken out at k_eq."""
    step = counting.k_eq_tce_per_mwh - counting.electricity_tce_per_mwh
    return Fraction(use.gross_tce + step * (use.electricity_mwh - use.generation_mwh))


def account_table(case: Case, outcome: Outcome) -> pd.DataFrame:
    """The account of the base year and of the plan: a row per line, columns COLUMNS, in tce (当量) and tce_eq (等价).

    Block `gross`: units, projects, society, losses, (local non-fossil electricity where primary electricity is
    counted physically), their sum `all`. Blocks `intensity` and `total`: `all`, what is left out (negative), and what
    counts. Block `ledger`: what the owners' accounts count for the total (当量), the account `grid`, and their sum,
    the county's total at 等价; the plan year alone.
    """
    accounts, counting = case.accounts, case.accounts.counting
    base = _lines(
        counting,
        {
            "units": accounts.units.values(),
            "projects": (),
            "society": [line.base for line in accounts.society.values()],
        },
        accounts.power_base,
    )
    plan = _lines(
        counting,
        {
            "units": outcome.unit_use.values(),
            "projects": outcome.project_use.values(),
            "society": outcome.society_use.values(),
        },
        outcome.balance,
    )
    rows = [
        {
            "block": block,
            "line": line,
            "base_tce": float(base[block, line][0]),
            "base_tce_eq": float(base[block, line][1]),
            "plan_tce": float(plan[block, line][0]),
            "plan_tce_eq": float(plan[block, line][1]),
        }
        for block, line in plan
    ]
    rows += [
        {"block": "ledger", "line": line, "plan_tce_eq": float(tce)}
        for line, tce in _ledger(case, outcome).items()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _lines(
    counting: Counting, owners: Mapping[str, Iterable[Use]], balance: PowerBalance
) -> dict[tuple[str, str], Pair]:
    uses = {name: sum(each, Use()) for name, each in owners.items()}
    every = sum(uses.values(), Use())
    step = counting.k_eq_tce_per_mwh - counting.electricity_tce_per_mwh
    lost = Fraction(balance.losses_mwh)
    gross: dict[str, Pair] = {
        name: (Fraction(use.gross_tce), gross_eq_tce(counting, use)) for name, use in uses.items()
    }
    gross["losses"] = (counting.electricity_tce_per_mwh * lost, counting.k_eq_tce_per_mwh * lost)
    if not counting.is_primary_eq:
        gross["non_fossil"] = (NONE, -step * (balance.non_fossil_local_mwh + every.self_pv_mwh))
    gross["all"] = _sum(gross.values())
    lines = {("gross", line): pair for line, pair in gross.items()}
    for measure in MEASURES:
        left = _left_out(counting, every, balance, measure)
        block = {"all": gross["all"]}
        block |= {kind: pair for kind, pair in left.items() if counting.is_excluded(kind, measure)}
        lines |= {(measure, line): pair for line, pair in block.items()}
        lines[measure, "counted"] = _sum(block.values())
    return lines


def _left_out(counting: Counting, every: Use, balance: PowerBalance, measure: str) -> dict[str, Pair]:
    """What an exclusion takes out, where it is in force: electricity at the value it was counted at."""
    physical = counting.electricity_tce_per_mwh
    step = counting.k_eq_tce_per_mwh - physical
    aside = Fraction(counting.set_aside(every, measure))
    at_eq = counting.tce_left_out_per_mwh
    added = Fraction(balance.added_renewable_mwh)
    return {
        "feedstock": (-Fraction(every.feedstock_tce), -Fraction(every.feedstock_tce)),
        "self_pv": (-physical * every.self_pv_mwh, -at_eq * every.self_pv_mwh),
        "national": (-aside, -aside - step * every.national_mwh),
        "excess_renewable": (-physical * every.excess_green_mwh, -at_eq * every.excess_green_mwh),
        "added_renewable": (-physical * added, -at_eq * added),
    }


def _ledger(case: Case, outcome: Outcome) -> dict[str, Fraction]:
    counting = case.accounts.counting
    uses = {"units": outcome.unit_use, "projects": outcome.project_use, "society": outcome.society_use}
    lines = {
        name: sum((Fraction(counting.counted(use, "total")) for use in each.values()), NONE)
        for name, each in uses.items()
    }
    lines["grid"] = Fraction(outcome.county.grid_eq_tce["total"])
    lines["counted"] = sum(lines.values(), NONE)
    return lines


def _sum(pairs: Iterable[Pair]) -> Pair:
    total = (NONE, NONE)
    for tce, tce_eq in pairs:
        total = (total[0] + tce, total[1] + tce_eq)
    return total
