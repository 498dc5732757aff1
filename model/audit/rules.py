"""The auditor's own reading of the rules: what they take from or give to each account, and which gates stand.

Rules that leave no choice give the exact tonnage of their entries; rules that open a choice give its limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from dualcontrol.model.audit.accounts import Accounts, Owner, account, added
from dualcontrol.model.audit.conduct import NO_REWARD, conduct_now, lost_share
from dualcontrol.model.audit.evaluation import Graded, evaluated
from dualcontrol.model.audit.inputs import Row, setting
from dualcontrol.model.audit.numbers import ONE, ZERO, ceil, floor, half_up
from dualcontrol.model.audit.stock import Closure, closures, lacks_replacement, reviewed_too_low, stops
from dualcontrol.model.scenario import Scenario

KG_PER_T = 1000
VETOES = ("3.2.3a", "3.2.3b", "3.2.3e", "3.2.5", "3.3.1a")  # gates no figure makes up for (A1)


@dataclass(frozen=True)
class UnitRuling:
    """What the rules say about a unit; whole tce, effects on its quota are signed."""

    owner: Owner
    opening: int
    base_method: int
    adjustment: int
    cut: int = 0
    release: int = 0
    penalty: int = 0
    leader_bonus: int = 0
    green_bonus: int = 0
    allowance_max: int = 0
    growth_max: int = 0
    limit_max: int = 0
    is_retired: bool = False
    is_withheld: bool = False

    @property
    def grant_max(self) -> int:
        """The most that the pool may add: the better of what 3.3.2b and what 3.2.1c allow."""
        return max(self.allowance_max, self.growth_max)

    @property
    def base(self) -> int:
        """Quota after base method and adjustments."""
        return self.opening + self.base_method + self.adjustment

    @property
    def is_running(self) -> bool:
        """Whether it may produce in the plan year."""
        return not (self.is_retired or self.is_withheld)

    @property
    def fixed_quota(self) -> int:
        """Quota before the decisions (grant, limit, saving)."""
        return self.after_rules if self.is_running else 0

    @property
    def after_rules(self) -> int:
        """Base less cuts and penalty plus bonuses: of a withheld unit, what goes to the reserve."""
        taken = self.cut + self.release + self.penalty
        return self.base - taken + self.leader_bonus + self.green_bonus


@dataclass(frozen=True)
class Rulings:
    """All rules applied to a scenario."""

    accounts: Accounts
    units: Mapping[str, UnitRuling]
    society_opening: Mapping[str, int]
    grid_opening: int
    increment: int
    gates: Mapping[str, tuple[str, ...]]
    benchmark: Fraction | None
    base_intensity: Fraction | None
    band: Fraction
    project_grades: Graded
    unit_grades: Graded
    closures: Mapping[str, Closure] = field(default_factory=dict)
    carried: Mapping[str, int] = field(default_factory=dict)

    @property
    def scenario(self) -> Scenario:
        """What was judged."""
        return self.accounts.scenario

    def on(self, clause: str) -> bool:
        """Whether a clause is in force in this scenario."""
        return clause not in self.scenario.settings.disabled_clauses


def judge(scenario: Scenario) -> Rulings:
    """Apply every rule to the inputs."""
    accounts = account(scenario)
    targets = scenario.settings.targets
    off = scenario.settings.disabled_clauses
    base = accounts.base()
    kappa = _benchmark(accounts)
    is_barred = {key: unit.row.text("conduct") == "serious" for key, unit in accounts.units.items()}
    vetoed = {key: ("3.2.5",) for key, barred in is_barred.items() if barred and "3.2.5" not in off}
    graded, _ = evaluated(accounts, "unit", advanced, vetoed)
    units = {key: _unit(accounts, unit, kappa, graded.grade[key]) for key, unit in accounts.units.items()}
    standing = {row.text("target_id") for row in accounts.tables["year_links"]
                if row.text("what") == "admitted" and row.num("value") > 0}  # fmt: skip
    gates = {key: () if key in standing else _gates(accounts, project, kappa)
             for key, project in accounts.projects.items()}  # fmt: skip
    vetoes = {key: [clause for clause in found if clause in VETOES] for key, found in gates.items()}
    candidates, _ = evaluated(accounts, "project", advanced, vetoes)
    society = {key: ceil(accounts.society_flow(line, "base").total) for key, line in accounts.society.items()}
    share = setting(targets.overshoot_max_share) or ZERO
    # Everybody opens with whole tonnes and the grid account with all it drew: the county can repeat its base year.
    rounded = sum((_rounded_method(accounts, unit) for unit in accounts.units.values()), ZERO)
    return Rulings(
        accounts=accounts,
        units=units,
        society_opening=society,
        grid_opening=ceil(base.grid_total + max(ZERO, rounded)),
        increment=_increment(accounts, base.eq_total),
        gates={
            key: () if key in standing else (*found, *_grade_gate(candidates, key))
            for key, found in gates.items()
        },
        benchmark=kappa,
        base_intensity=base.eq_intensity / base.value_added if base.value_added > 0 else None,
        band=ZERO if "1.b" in off else max(ZERO, share * base.eq_total),
        project_grades=candidates,
        unit_grades=graded,
        closures=closures(accounts, units, [key for key in units if _is_unrewarded(accounts, key)]),
        carried=_carried(accounts),
    )


def _increment(accounts: Accounts, base_total: Fraction) -> int:
    targets = accounts.scenario.settings.targets
    given = setting(targets.increment_tce_eq)
    if given is not None:
        return half_up(given)
    growth, reduction = setting(targets.gdp_growth), setting(targets.intensity_reduction)
    if growth is None or reduction is None:
        return 0
    return half_up(base_total * ((1 + growth) * (1 - reduction) - 1))


def _carried(accounts: Accounts) -> dict[str, int]:
    """Tonnes of the total carried in from the year before (+) and out to the year after (-), where it is managed."""
    found = {"carried_in": 0, "carried_out": 0}
    for row in accounts.tables["year_links"] if accounts.scenario.settings.is_total_managed else ():
        if row.text("what") in found:
            found[row.text("what")] += int(row.num("value")) * (
                -1 if row.text("what") == "carried_out" else 1
            )
    return found


def _benchmark(accounts: Accounts) -> Fraction | None:
    """The banner's benchmark intensity (tce/万元): given, or the mean of the units that are not retired."""
    given = setting(accounts.scenario.settings.policy.benchmark_tce_per_wan_yuan)
    if given is not None:
        return given
    whole = added(unit.flow for unit in accounts.units.values() if not unit.row.flag("is_retired"))
    return whole.intensity / whole.value_added if whole.value_added > 0 else None


def _is_unrewarded(accounts: Accounts, key: str) -> bool:
    """3.2.5: whether a dishonesty record bars a unit from bonus and grant."""
    is_off = "3.2.5" in accounts.scenario.settings.disabled_clauses
    return conduct_now(accounts.units[key].row, accounts.scenario) in NO_REWARD and not is_off


def _unit(accounts: Accounts, unit: Owner, kappa: Fraction | None, grade: str) -> UnitRuling:
    settings = accounts.scenario.settings
    policy, off = settings.policy, settings.disabled_clauses
    counted = accounts.base_unit_flow(unit).total
    opening = ceil(counted)
    method = ceil(_base_method(accounts, unit, counted)) - opening
    adjustment = sum(int(row.num("tce")) for row in accounts.tables["adjustments"]
                     if row.text("unit_id") == unit.id)  # fmt: skip
    start = UnitRuling(unit, opening, method, adjustment)
    if unit.row.flag("is_retired"):
        return UnitRuling(unit, opening, method, adjustment, is_retired=True)
    is_withheld = stops(accounts.scenario, unit.row)
    base, conduct = start.base, conduct_now(unit.row, accounts.scenario)
    is_unrewarded = _is_unrewarded(accounts, unit.id)
    is_leader, is_green = unit.row.flag("is_leader"), unit.row.flag("is_green_factory")
    cut = 0 if "3.3.1b" in off else max(0, min(floor(_benchmark_gap(accounts, unit)), base))
    release = max(0, _release(accounts, unit, kappa, base) - cut)

    def share(value: float, condition: bool, clause: str) -> int:
        return floor((setting(value) or ZERO) * base) if condition and clause not in off else 0

    is_better = kappa is not None and unit.energy < kappa * unit.value_added
    is_worse = kappa is not None and unit.energy > kappa * unit.value_added
    growth, is_open = 0, not (is_unrewarded or is_withheld or grade == "D")
    relaxed = setting(policy.allowance_share) or ZERO
    if grade == "A":
        relaxed *= setting(settings.evaluation.a_allowance_factor) or ONE
    allowance = floor(relaxed * base) if is_better and is_open and "3.3.2b" not in off else 0
    if "3.1.1" in off or not _sector_flag(accounts, unit, "is_high_energy"):
        ceiling = ONE if unit.row.maybe("activity_max") is None else unit.row.num("activity_max")
        growth = max(0, ceil(ceiling * counted) - base)
    return UnitRuling(
        unit, opening, method, adjustment,
        cut=cut,
        release=release,
        penalty=0 if "3.2.5" in off else min(max(0, floor(lost_share(conduct, accounts.scenario) * base)),
                                             max(0, base - cut - release)),
        leader_bonus=share(policy.leader_bonus_share, is_leader and not is_unrewarded, "3.3.1c"),
        green_bonus=share(policy.green_factory_bonus_share, is_green and not is_unrewarded, "3.3.3d"),
        allowance_max=max(0, allowance),
        growth_max=growth if is_open else 0,
        limit_max=share(policy.max_cut_share, (is_worse or grade == "D") and not is_withheld, "3.2.1c"),
        is_withheld=is_withheld,
    )  # fmt: skip


def _rounded_method(accounts: Accounts, unit: Owner) -> Fraction:
    """What the base method costs the pool in whole tonnes beyond what it costs exactly (tce)."""
    counted = accounts.base_unit_flow(unit).total
    base = _base_method(accounts, unit, counted)
    return (ceil(base) - ceil(counted)) - (base - counted)


def _base_method(accounts: Accounts, unit: Owner, counted: Fraction) -> Fraction:
    """The unit's base by the scenario's method (tce), from the last three years of its history.

    Mean of three: the mean of their counted energy. Output-adjusted: the base year's energy at the mean
    output of the three years instead of the last one's. Only years up to the base year count.
    """
    settings = accounts.scenario.settings
    history = [row for row in accounts.tables["unit_history"] if row.text("unit_id") == unit.id]
    known = [row for row in history if row.num("year") <= settings.base_year]
    last = sorted(known, key=lambda row: row.num("year"))[-3:]
    if settings.policy.base_method == "mean_of_three" and last:
        return sum((row.num("counted_tce") for row in last), ZERO) / len(last)
    if settings.policy.base_method == "output_adjusted" and last and last[-1].num("output") > 0:
        mean = sum((row.num("output") for row in last), ZERO) / len(last)
        return counted * mean / last[-1].num("output")
    return counted


def _sector_flag(accounts: Accounts, owner: Owner, name: str) -> bool:
    return any(row.flag(name) for row in accounts.tables["sectors"]
               if row.text("sector_id") == owner.sector)  # fmt: skip


def advanced(accounts: Accounts, key: str, unit: str) -> Fraction | None:
    """The advanced value of a line in its unit: per scope the latest in force, then the stricter.

    Without clause 3.3.1a there is no stricter one: the national value alone.
    """
    latest: dict[str, Row] = {}
    is_stricter = "3.3.1a" not in accounts.scenario.settings.disabled_clauses
    for row in accounts.tables["benchmarks"]:
        if (row.text("benchmark_key"), row.text("level"), row.text("unit")) != (key, "advanced", unit):
            continue
        scope, day = row.text("scope"), row.day("effective_from")
        if day > accounts.scenario.settings.as_of or not (is_stricter or scope == "national"):
            continue
        if scope not in latest or latest[scope].day("effective_from") < day:
            latest[scope] = row
    return min((row.num("value") for row in latest.values()), default=None)


def _benchmark_gap(accounts: Accounts, unit: Owner) -> Fraction:
    """3.3.1b: energy above the advanced value, times this year's share (tce)."""
    gap = ZERO
    for row in accounts.tables["products"]:
        actual = row.maybe("specific_energy")
        if row.text("unit_id") != unit.id or actual is None or not row.text("benchmark_key"):
            continue
        line = advanced(accounts, row.text("benchmark_key"), row.text("specific_unit"))
        if line is None:
            continue
        # kgce per t or m2: 1/1000 tce. kWh per t: 1/1000 MWh, at k. gce per kWh of MWh output: 1000 kWh of
        # 1/1000000 tce each.
        per_unit = accounts.k_tce_per_mwh if row.text("specific_unit") == "kWh/t" else ONE
        gap += max(ZERO, actual - line) * row.num("output") * per_unit / KG_PER_T
    return gap * (setting(accounts.scenario.settings.policy.cut_phase_share) or ZERO)


def _release(accounts: Accounts, unit: Owner, kappa: Fraction | None, base: int) -> int:
    """3.3.2c before the cut is set against it (tce)."""
    settings = accounts.scenario.settings
    if (
        kappa is None
        or "3.3.2c" in settings.disabled_clauses
        or _sector_flag(accounts, unit, "is_public_service")
    ):
        return 0
    over = max(ZERO, unit.energy - kappa * unit.value_added)
    phased = (setting(settings.policy.release_phase_share) or ZERO) * over
    return max(0, floor(min(phased, (setting(settings.policy.max_release_share) or ZERO) * base)))


def _gates(accounts: Accounts, project: Owner, kappa: Fraction | None) -> tuple[str, ...]:
    """The clauses that refuse a project outright."""
    row = project.row
    builder = accounts.units.get(row.text("unit_id"))
    conducts = {conduct_now(one.row, accounts.scenario) for one in (project, builder) if one is not None}
    specific = row.maybe("specific_energy")
    line = advanced(accounts, row.text("benchmark_key"), row.text("specific_unit"))
    found = {
        "3.2.2a": row.text("review") in ("missing", "pending"),
        "3.2.3a": row.flag("is_two_high") and row.text("industry_class") in ("restricted", "eliminated"),
        "3.2.3b": row.flag("is_industrial") and not row.flag("is_in_park"),
        "3.2.3d": kappa is not None
        and project.energy > kappa * project.value_added
        and not row.flag("is_quota_approved"),
        "3.2.2c": reviewed_too_low(accounts, project),
        "3.2.3e": lacks_replacement(accounts, project),
        "3.2.5": bool(conducts & set(NO_REWARD)),
        # must reach the advanced value: what is held against none has not
        "3.3.1a": row.flag("is_three_high") and (specific is None or line is None or specific > line),
    }
    off = accounts.scenario.settings.disabled_clauses
    listed = () if "3.4.1" not in off else ("3.4.1",)  # without the plan's list nobody is a candidate
    return (*listed, *(clause for clause, is_true in found.items() if is_true and clause not in off))


def _grade_gate(graded: Graded, key: str) -> tuple[str, ...]:
    """A1: grade D by score or red line does not enter; where another clause is the veto, that one stops it."""
    vetoes = graded.vetoes[key]
    return ("A1",) if graded.grade[key] == "D" and (not vetoes or "red_line" in vetoes) else ()
