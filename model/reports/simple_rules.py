"""Simple rules beside the optimum: what each would give whom, and what it would cost, the price of fairness (2.2).

All divide the same tonnes among the same units: what the plan gives the existing units that run. Clauses on quotas,
technical floors and decisions on quotas are set aside; everything else (projects, the county's limits) is decided anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from dualcontrol.model.allocation.case import Case
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.fairness_rules import RULES, largest_remainder
from dualcontrol.model.quantities import exact, whole_up
from dualcontrol.model.reports.register import Report, ReportColumn

ALL = "total"


def holders(case: Case) -> list[str]:
    """The units that run, by id."""
    return sorted(i for i in case.unit_rows if case.rulings.units[i].is_active)


def claims_tce(case: Case) -> dict[str, int]:
    """What each unit would need at its full capacity, or at last year's activity if that is more: whole tce.

    With the stated headroom, without own PV and green power.
    """
    headroom = 1 + exact(case.accounts.scenario.settings.policy.headroom_share)
    found = {}
    for i in holders(case):
        use = replace(case.accounts.units[i], self_pv_mwh=Fraction(0), excess_green_mwh=Fraction(0))
        need = case.accounts.counting.counted(use, "total") * max(1, exact(case.unit_rows[i].activity_max))
        found[i] = max(0, whole_up(need * headroom))
    return found


def awards(case: Case, outcome: Outcome) -> dict[str, dict[str, int]]:
    """Quota by rule and unit, whole tce by largest remainder; each rule's sum is what the plan gives these units.

    Less where nobody claims so much. Source: `model/fairness_rules.py`.
    """
    units, claims = holders(case), claims_tce(case)
    wanted = [Fraction(claims[i]) for i in units]
    bases = [Fraction(max(0, case.rulings.units[i].base_tce)) for i in units]
    estate = min(max(0, sum(outcome.quota(f"unit:{i}") for i in units)), sum(claims.values()))
    if not sum(bases):
        return {}
    found = {}
    for name, rule in RULES.items():
        shares = rule(Fraction(estate), wanted, bases)
        if sum(shares) == estate:  # else a claim of a unit without base: the rule has no answer
            found[name] = dict(zip(units, largest_remainder(shares, estate), strict=True))
    return found


def rows(case: Case, outcome: Outcome, tables: dict[str, Any]) -> list[dict[str, Any]]:
    """Per rule a row per unit and one for all; the plan and the best free division of the same tonnes besides."""
    is_wanted = case.accounts.scenario.settings.agenda.simple_rules
    given, claims = awards(case, outcome) if is_wanted else {}, claims_tce(case)
    if not given:
        return []
    quota = {i: outcome.quota(f"unit:{i}") for i in claims}
    told: list[dict[str, Any]] = []
    solved = tables["claims"].rules
    for rule in ("free", "plan", *given):
        if rule in given:
            told += [
                _line(rule, f"unit:{i}", case.unit_rows[i].name, claims[i], tce, quota[i])
                for i, tce in given[rule].items()
            ]
        sums = sum(given[rule].values()) if rule in given else None if rule == "free" else sum(quota.values())
        line = _line(rule, ALL, "", sum(claims.values()), sums, sum(quota.values()))
        told.append(line | _worth(solved, rule))
    return told


def _line(rule: str, account: str, name: str, claim: int, tce: int | None, plan: int) -> dict[str, Any]:
    empty = dict.fromkeys(("best_wan_yuan", "value_wan_yuan", "loss_wan_yuan", "loss_share"))
    return {
        "rule": rule, "account": account, "name": name, "claim_tce": claim, "quota_tce": tce, "plan_tce": plan,
        "outcome": "-", **empty,
    }  # fmt: skip


def _worth(solved: Mapping[str, Any], rule: str) -> dict[str, Any]:
    """Value under a rule and what it loses against the best free division; empty where there is no plan."""
    best, answer = solved["free"].value_wan_yuan, solved[rule]
    if best is None or answer.value_wan_yuan is None:
        return {"outcome": answer.outcome if answer.value_wan_yuan is None else "unsolved"}
    loss = best - answer.value_wan_yuan
    return {
        "outcome": answer.outcome,
        "best_wan_yuan": best,
        "value_wan_yuan": answer.value_wan_yuan,
        "loss_wan_yuan": loss,
        "loss_share": loss / abs(best) if round(best, 2) else 0.0,  # as published: a share of nothing is none
    }


REPORT = Report(
    "simple_rules",
    "2.2",
    "简单规则比较",
    "simple rules",
    "把本方案给存量企业的同样吨数按简单规则分配，各得多少、少创造多少价值（公平的代价）。"
    "free 为不受指标条款约束的最优分配，plan 为本方案。价值是求解器所报；各户吨数由校核重算。",
    "The tonnes that the plan gives existing units, divided by simple rules: who gets what, and the value lost (price "
    "of fairness). free: the best division without clauses on quotas. Values: the solver's word; tonnes: recomputed.",
    (
        ReportColumn("rule", "规则", "rule", width=24, is_key=True),
        ReportColumn("account", "账户", "account", width=22, is_key=True),
        ReportColumn("name", "名称", "name", width=26),
        ReportColumn("claim_tce", "满产所需", "claim", "tce", 0),
        ReportColumn("quota_tce", "按规则所得", "quota by the rule", "tce", 0),
        ReportColumn("plan_tce", "本方案", "quota of the plan", "tce", 0),
        ReportColumn("outcome", "求解", "solved", width=22),
        ReportColumn("best_wan_yuan", "最优分配价值", "best value", "万元", 2, 16),
        ReportColumn("value_wan_yuan", "按规则价值", "value", "万元", 2, 16),
        ReportColumn("loss_wan_yuan", "公平的代价", "price of fairness", "万元", 2, 16),
        ReportColumn("loss_share", "占比", "share", "share", 6),
    ),
    rows,
)
