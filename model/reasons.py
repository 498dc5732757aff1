"""Why a quota is what it is, step by step: from the base through each clause, with the figures one may contest.

A step is a message id (`why.<id>` of the catalogue) and its figures; the model writes no sentence. A table carries the
steps of a row as JSON text in the column `reason_steps`; `reason` names them for programs.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from dualcontrol.model.accounting import PowerBalance
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.benchmark_lines import line_in_force
from dualcontrol.model.decisions import Outcome
from dualcontrol.model.policy.bands import allowance_share, grant_ceiling, limit_ceiling
from dualcontrol.model.policy.benchmarks import gap_to_advanced_tce
from dualcontrol.model.policy.closures import BONUS_NOTE, CLAUSE, REPLACED, UPGRADED, value_gain
from dualcontrol.model.policy.conduct import penalty_share, state
from dualcontrol.model.policy.opening import method_base_tce
from dualcontrol.model.policy.rulings import Desk
from dualcontrol.model.quantities import exact, tce_per_product

Step = tuple[str, Mapping[str, Any]]
UNCHANGED = "unchanged"


def encoded(steps: Iterable[Step]) -> str:
    """Steps as one line of JSON."""
    return json.dumps([[name, dict(params)] for name, params in steps], ensure_ascii=False)


def names(steps: Iterable[Step]) -> str:
    """The ids of what changed an account, joined by `;`; `unchanged` where nothing did."""
    found = dict.fromkeys(
        name for name, _ in steps if name not in _NO_CHANGE and name not in _NO_GRANT.values()
    )
    return ";".join(found) or UNCHANGED


_NO_GRANT = {"3.1.1": "no_grant_to_stock", "3.2.5": "no_grant_to_dishonest", "3.3.2a": "no_grant_to_grade_d"}
# steps that explain without changing anything
_NO_CHANGE = ("base", "grid_base", "gap", "base_mean_of_three", "base_output_adjusted")


def unit_steps(case: Case, outcome: Outcome, unit_id: str) -> list[Step]:
    """Base, base method, adjustments, cut, release, penalty, bonuses, limit, savings, grant: as in the ledger."""
    return list(_Unit(case, outcome, unit_id).steps())


class _Unit:
    """The steps of one unit."""

    def __init__(self, case: Case, outcome: Outcome, unit_id: str) -> None:
        self.case, self.id, self.row = case, unit_id, case.unit_rows[unit_id]
        self.scenario = case.accounts.scenario
        self.policy = self.scenario.settings.policy
        self.ruling = case.rulings.units[unit_id]
        self.moved, self.admitted = outcome.ledger.movements(f"unit:{unit_id}"), outcome.decisions.admitted
        bases = {u: ruling.base_tce for u, ruling in case.rulings.units.items()}
        self.desk = Desk(case.accounts, case.rulings.ledger, bases, case.rulings.benchmark_tce_per_wan_yuan,
                         case.rulings.unit_evaluation.grades)  # fmt: skip

    def steps(self) -> Iterator[Step]:
        """All of them; each cites its clause in its sentence."""
        yield "base", {"year": self.scenario.settings.base_year, "tce": self.moved.get("opening", 0)}
        yield from self.base()
        yield from self.cut()
        if self.moved.get("release"):
            yield from self.release()
        settings = self.scenario.settings
        if tce := self.moved.get("penalty"):
            yield "penalty", {"tce": -tce, "share": penalty_share(state(self.row, settings), settings)}
        for note, share in (
            ("leader_bonus", self.policy.leader_bonus_share),
            ("green_factory_bonus", self.policy.green_factory_bonus_share),
        ):
            if tce := self.moved.get(note):
                yield note, {"tce": tce, "share": share}
        for note in ("retired", "withheld"):
            if tce := self.moved.get(note):
                yield note, {"tce": -tce}
        yield from self.given_up()
        if tce := self.moved.get("limit"):
            yield "limit", {**self.intensities(), "tce": -tce, "most": limit_ceiling(self.desk, self.id),
                            "share": self.policy.max_cut_share}  # fmt: skip
        if tce := self.moved.get("saving"):
            yield "saving", {"tce": -tce, "cut": self.ruling.cut_tce}
        yield from self.grant()

    def base(self) -> Iterator[Step]:
        """What the base method and documented adjustments make of last year's energy."""
        if tce := self.moved.get("base_method"):
            base = float(method_base_tce(self.case.accounts, self.id))
            yield f"base_{self.policy.base_method}", {"base": base}
            yield "base_method", {"tce": tce}
        for row in self.scenario.rows("adjustments"):
            if row.unit_id == self.id and row.tce:
                yield "adjustment", {"tce": int(row.tce), "cause": row.reason, "document": row.document}

    def cut(self) -> Iterator[Step]:
        """Each product short of the advanced value with its line, then what is cut this year."""
        if not self.moved.get("benchmark_cut"):
            return
        products = self.scenario.table("products")
        factor = self.case.accounts.counting.electricity_tce_per_mwh
        for row in products[products["unit_id"] == self.id].itertuples():
            line = line_in_force(self.scenario, row.benchmark_key, "advanced") if row.benchmark_key else None
            if line is None or not row.specific_energy > line.value:
                continue
            own, best = (
                tce_per_product(v, row.specific_unit, factor) for v in (row.specific_energy, line.value)
            )
            yield "gap", {
                "product": row.product, "own": row.specific_energy, "advanced": line.value, "unit": row.specific_unit,
                "standard": line.source, "since": line.effective_from.isoformat(), "output": row.output,
                "output_unit": row.output_unit, "tce": float((own - best) * exact(row.output)),
            }  # fmt: skip
        yield "cut", {"tce": -self.moved["benchmark_cut"], "gap": float(gap_to_advanced_tce(self.desk, self.id)),
                      "share": self.policy.cut_phase_share}  # fmt: skip

    def release(self) -> Iterator[Step]:
        """The excess over the banner's benchmark, its phase and ceiling, and what the cut already took."""
        use = self.case.accounts.units[self.id]
        benchmark = self.case.rulings.benchmark_tce_per_wan_yuan or Fraction(0)
        excess = (
            self.case.accounts.counted_base_tce(self.id, "intensity") - benchmark * use.value_added_wan_yuan
        )
        yield "release", {
            **self.intensities(), "tce": -self.moved["release"], "excess": float(excess),
            "phase": self.policy.release_phase_share, "most": self.policy.max_release_share,
            "cut": -self.moved.get("benchmark_cut", 0),
        }  # fmt: skip

    def given_up(self) -> Iterator[Step]:
        """Capacity that is closed, for whom, and the increment it earns (2.3, 3.2.3e, 3.3.2d)."""
        own = self.case.closures_of(self.id)
        for note in CLAUSE:
            if tce := self.moved.get(note):
                served = {
                    c.project_id for c in own if c.kind == note and self.admitted.get(c.project_id, 0) > 0
                }
                step = {"tce": -tce}
                yield note, step | ({"projects": ", ".join(sorted(served))} if note == REPLACED else {})
        if tce := self.moved.get(BONUS_NOTE):
            pairs = [c for c in own if c.kind == UPGRADED and self.admitted.get(c.project_id, 0) > 0]
            gain = value_gain(self.desk, self.id, pairs[0].project_id)
            told = {"tce": tce, "most": sum(c.bonus_tce for c in pairs)}
            if gain is None:
                yield f"{BONUS_NOTE}_without_energy", told
            else:
                yield BONUS_NOTE, told | {"gain": float(gain)}

    def grant(self) -> Iterator[Step]:
        """What the plan adds, of what most, by which clause; or which clause adds nothing."""
        tce, clause = self.moved.get("allowance", 0), self.ruling.grant_clause
        sectors = self.scenario.table("sectors").set_index("sector_id")["is_high_energy"]
        most, _ = grant_ceiling(
            self.desk,
            self.id,
            bool(sectors.get(self.row.sector_id, False)),
            state(self.row, self.scenario.settings),
        )
        if tce and clause == "3.3.2b":
            yield (
                "allowance",
                {
                    **self.intensities(),
                    "tce": tce,
                    "most": most,
                    "share": float(allowance_share(self.desk, self.id)),
                },
            )
        elif tce:
            yield "growth", {"tce": tce, "most": most, "ceiling": float(self.row.activity_max)}
        elif self.ruling.is_active and clause in _NO_GRANT:
            yield _NO_GRANT[clause], {}

    def intensities(self) -> dict[str, Any]:
        """The unit's own energy per value added and the banner's benchmark, tce per 万元 (own: None without value)."""
        own, benchmark = self.ruling.energy_per_value_added, self.case.rulings.benchmark_tce_per_wan_yuan
        return {
            "own": None if own is None else float(own),
            "benchmark": None if benchmark is None else float(benchmark),
        }


def society_steps(case: Case, outcome: Outcome, line_id: str) -> list[Step]:
    """Base, and how its need changes: fuels and electricity of both years, and what is not served."""
    row = case.accounts.scenario.table("society").set_index("line_id").loc[line_id]
    moved = outcome.ledger.movements(f"society:{line_id}")
    steps: list[Step] = [
        ("base", {"year": case.accounts.scenario.settings.base_year, "tce": moved.get("opening", 0)})
    ]
    if tce := moved.get("society"):
        steps.append(("need", {
            "tce": tce, "fuel_base": float(row["base_fuel_tce"]), "fuel_plan": float(row["plan_fuel_tce"]),
            "mwh_base": float(row["base_electricity_mwh"]), "mwh_plan": float(row["plan_electricity_mwh"]),
        }))  # fmt: skip
    if tce := moved.get("line_saving"):
        steps.append(("line_saving", {"tce": -tce}))
    if (share := outcome.decisions.shortfall[line_id]) > 0:
        steps.append(("shortfall", {"share": float(share), "floor": float(row["floor_share"])}))
    return steps


def grid_steps(case: Case, outcome: Outcome) -> list[Step]:
    """Opening, and how what the county counts at 等价 beyond its owners changes."""
    base, plan = case.accounts.base, outcome.county
    moved = outcome.ledger.movements("grid")
    steps: list[Step] = [("grid_base", {"tce": moved.get("opening", 0) + moved.get("rounding", 0)})]
    if tce := moved.get("grid"):
        steps.append(("grid", {
            "tce": tce, "mwh_base": float(base.net_inflow_mwh), "mwh_plan": float(plan.net_inflow_mwh),
            "k_eq": case.accounts.scenario.settings.accounting.k_eq_tce_per_mwh,
        }))  # fmt: skip
    return steps


def project_steps(
    case: Case,
    outcome: Outcome,
    row: Any,
    verdict: tuple[str, str],
    prices: tuple[float, float],
    rank: tuple[int, int],
) -> list[Step]:
    """Why a project is admitted, refused or shut out: rank, value per tce and price, what it displaces, conditions.

    verdict: decision and reason. prices: 万元 per tce of the pool, and under the intensity ceiling. rank: place, and
    number of projects that may enter.
    """
    j, (decision, reason) = row.project_id, verdict
    if decision == "gated":
        return [
            (gate.reason, dict(gate.params) | {"clause": gate.clause}) for gate in case.rulings.gates_of(j)
        ]
    if reason in ("starts_after_the_plan_year", "decided_by_leaders"):
        return [(reason, {})]
    need = float(case.accounts.counting.counted(case.accounts.projects[j], "total"))
    worth = float(case.accounts.projects[j].value_added_wan_yuan) - row.annual_cost_wan_yuan
    worth -= float(case.surcharge_wan_yuan.get(f"project:{j}", 0))
    merit = {"rank": rank[0], "of": rank[1], "score": case.rulings.scores[j], "worth": worth, "need": need,
             "per_tce": worth / need if need > 0 else None, "price": prices[0]}  # fmt: skip
    if decision == "refused":
        left = outcome.ledger.balance("reserve") - case.reserve_floor_tce
        return [(reason, {**merit, "left": max(0, left)})]
    quota = outcome.quota(f"project:{j}")
    steps: list[Step] = [("admitted", merit), *_displaced(case, outcome, row, prices, need)]
    steps.append(("project_quota", {"quota": quota, "month": int(row.start_month),
                                    "load": float(outcome.decisions.project_load[j])}))  # fmt: skip
    if earmark := outcome.ledger.movements(f"project:{j}").get("project_earmark", 0):
        steps.append(("earmark", {"tce": earmark}))
    return steps + _conditions(case, row)


def _displaced(
    case: Case, outcome: Outcome, row: Any, prices: tuple[float, float], need: float
) -> Iterator[Step]:
    """What the project's energy would have earned elsewhere: under the total, and under the intensity ceiling."""
    pool, intensity = prices
    if pool > 0:
        yield "displaces", {"price": pool, "value": pool * need}
    else:
        yield "pool_is_left", {}
    reduction = case.accounts.scenario.settings.targets.intensity_reduction
    if intensity <= 0 or reduction is None:
        return
    use, counting = outcome.project_use[row.project_id], case.accounts.counting
    energy = counting.counted(use, "intensity") + counting.grid(use, PowerBalance(), "intensity")
    above = float(energy) - (1 - reduction) * case.base_intensity * float(use.value_added_wan_yuan)
    name = "above_ceiling" if above > 0 else "below_ceiling"
    yield name, {"tce": abs(above), "price": intensity, "value": abs(above) * intensity}


def _conditions(case: Case, row: Any) -> list[Step]:
    """That a project above the banner's benchmark enters only by its quota approval (3.2.3d)."""
    benchmark, full = (
        case.rulings.benchmark_tce_per_wan_yuan,
        case.accounts.projects_full_year[row.project_id],
    )
    energy, value = case.accounts.counting.counted(full, "intensity"), full.value_added_wan_yuan
    if benchmark is None or energy <= benchmark * value or not row.is_quota_approved:
        return []
    own = float(energy / value) if value > 0 else None
    return [("approved_above", {"own": own, "benchmark": float(benchmark)})]
