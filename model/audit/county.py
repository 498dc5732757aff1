"""account.csv: the county's energy account of both years, added up anew from the auditor's own accounts.

Owners and losses, what an exclusion leaves out of which measure, 当量 and 等价 side by side (GB/T 2589; 3.3.3b,
3.3.3c, 3.3.4a); last, how the owners' accounts and the account grid come to the county's total.
"""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from dualcontrol.model.audit.accounts import UnitChoice, added
from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.published import Pair, project_gross, unit_gross
from dualcontrol.model.audit.results import Results
from dualcontrol.model.audit.verdict import Check, Probe

STEP = Fraction(1, 20)  # half a unit of the published decimals, tce
_YEARS = (("base_tce", "base_tce_eq"), ("plan_tce", "plan_tce_eq"))
_NOTHING: Pair = (ZERO, ZERO)
Lines = dict[tuple[str, str], Pair]


def county_check(plan: Plan, results: Results) -> Check:
    """Every line of the account is there, once, and no other; each figure is as recomputed."""
    probe = Probe("county_account", "2.2")
    years = (base_lines(plan), plan_lines(plan))
    wanted: dict[tuple[str, str], dict[str, Fraction]] = {
        line: {column: years[k][line][side] for k, columns in enumerate(_YEARS)
               for side, column in enumerate(columns)}
        for line in years[1]
    }  # fmt: skip
    wanted |= {("ledger", name): {"plan_tce_eq": tce} for name, tce in ledger_lines(plan).items()}
    seen: set[tuple[str, str]] = set()
    for row in results.account:
        line = (row.text("block"), row.text("line"))
        place = f"account.csv {' '.join(line)}"
        probe.holds(place, line in wanted and line not in seen, "1", "-" if line not in wanted else "0")
        seen.add(line)
        for column in ("base_tce", "base_tce_eq", "plan_tce", "plan_tce_eq"):
            amount = wanted.get(line, {}).get(column)
            if amount is None or not row.has(column):
                probe.holds(f"{place} {column}", amount is None and not row.has(column), "-", "number")
            else:
                found = row.number(column)
                slack = min(found.half_unit, STEP)
                probe.equal(f"{place} {column}", found.value, amount, slack + abs(amount) / 10**9)
    for line in wanted:
        probe.holds(f"account.csv {' '.join(line)}", line in seen, "-", " ".join(line))
    return probe.check()


def gross_eq_tce(plan: Plan) -> Fraction:
    """All energy of the county in the plan year at 等价, nothing left out, tce_eq."""
    return plan_lines(plan)["gross", "all"][1]


def base_lines(plan: Plan) -> Lines:
    """The base year: what the inputs say, own PV and green power as they were."""
    accounts = plan.rulings.accounts
    choices = {key: accounts.base_choice(unit) for key, unit in accounts.units.items()}
    rise = accounts.rise_tce_eq_per_mwh
    units = (
        (unit.gross_tce, unit.gross_tce + rise * (unit.electricity_mwh - unit.generation_mwh))
        for unit in accounts.units.values()
    )
    society = added(accounts.society_flow(line, "base") for line in accounts.society.values())
    mwh = {item: row.num("base_mwh") for item, row in accounts.power.items()}
    feedstock = sum((unit.feedstock_tce for unit in accounts.units.values()), ZERO)
    gross = {"units": _sum(units), "projects": _NOTHING, "society": (society.total, society.eq_total)}
    return _lines(plan, gross, choices, feedstock, mwh, lambda measure: _NOTHING)


def plan_lines(plan: Plan) -> Lines:
    """The plan year, losses and local non-fossil electricity of the dispatch where there is one."""
    accounts = plan.rulings.accounts
    society = added(plan.society_flow(key) for key in plan.served)
    mwh = {item: row.num("plan_mwh") for item, row in accounts.power.items()}
    if plan.operation is not None:
        mwh |= plan.operation.power_mwh
    feedstock = sum((accounts.units[key].feedstock_tce * choice.activity
                     for key, choice in plan.units.items()), ZERO)  # fmt: skip
    feedstock += sum((accounts.projects[key].feedstock_tce * accounts.month(accounts.projects[key].row) * load
                      for key, load in plan.load.items()), ZERO)  # fmt: skip
    gross = {
        "units": _sum(unit_gross(plan, key) for key in plan.units),
        "projects": _sum(project_gross(plan, key) for key in plan.load),
        "society": (society.total, society.eq_total),
    }
    return _lines(plan, gross, plan.units, feedstock, mwh, lambda measure: _set_aside(plan, measure))


def _set_aside(plan: Plan, measure: str) -> Pair:
    """Energy of projects set aside nationally, without feedstock that is left out for itself (3.4.1)."""
    accounts = plan.rulings.accounts
    tce, tce_eq = ZERO, ZERO
    for key in plan.load:
        project = accounts.projects[key]
        if project.row.flag("is_national"):
            one, other = project_gross(plan, key)
            own = ZERO
            if accounts.is_excluded("feedstock", measure):
                own = project.feedstock_tce * accounts.month(project.row) * plan.load[key]
            tce, tce_eq = tce + one - own, tce_eq + other - own
    return -tce, -tce_eq


def ledger_lines(plan: Plan) -> dict[str, Fraction]:
    """What the accounts of the ledger count for the total: owners at 当量, the account grid, their sum (tce_eq)."""
    found = {
        "units": sum((plan.unit_flow(key).total for key in plan.units), ZERO),
        "projects": sum((plan.project_flow(key).total for key in plan.load), ZERO),
        "society": sum((plan.society_flow(key).total for key in plan.served), ZERO),
        "grid": plan.county().grid_total,
    }
    return found | {"counted": sum(found.values(), ZERO)}


def _lines(
    plan: Plan,
    owners: Mapping[str, Pair],
    choices: Mapping[str, UnitChoice],
    feedstock_tce: Fraction,
    mwh: Mapping[str, Fraction],
    set_aside: Callable[[str], Pair],
) -> Lines:
    """Blocks gross, intensity and total; what is excluded leaves at the value it was counted at.

    set_aside: by measure, what projects set aside nationally use (negative).
    """
    accounts = plan.rulings.accounts
    k, rise = accounts.k_tce_per_mwh, accounts.rise_tce_eq_per_mwh
    pv = sum((choice.self_pv_mwh for choice in choices.values()), ZERO)
    excess = sum((accounts.excess_mwh(accounts.units[key], choice) for key, choice in choices.items()), ZERO)
    lost = mwh.get("losses", ZERO)
    gross = {**owners, "losses": (k * lost, (k + rise) * lost)}
    if accounts.is_physical:
        gross["non_fossil"] = (ZERO, -rise * (mwh.get("non_fossil_local", ZERO) + pv))
    gross["all"] = _sum(gross.values())
    at_eq = k if accounts.is_physical else k + rise
    left = {
        "feedstock": (-feedstock_tce, -feedstock_tce),
        "self_pv": (-k * pv, -at_eq * pv),
        "excess_renewable": (-k * excess, -at_eq * excess),
        "added_renewable": (-k * mwh.get("added_renewable", ZERO), -at_eq * mwh.get("added_renewable", ZERO)),
    }
    lines: Lines = {("gross", line): pair for line, pair in gross.items()}
    for measure in ("intensity", "total"):
        block = {"all": gross["all"]}
        out = left | {"national": set_aside(measure)}
        block |= {kind: pair for kind, pair in out.items() if accounts.is_excluded(kind, measure)}
        lines |= {(measure, line): pair for line, pair in block.items()}
        lines[measure, "counted"] = _sum(block.values())
    return lines


def _sum(pairs: Iterable[Pair]) -> Pair:
    tce, tce_eq = ZERO, ZERO
    for one, other in pairs:
        tce, tce_eq = tce + one, tce_eq + other
    return tce, tce_eq
