"""Checks of the decisions: bounds, society floors, leaders' decisions, and the hard rows of the county."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.audit import carbon as carbon_account
from dualcontrol.model.audit.accounts import Flow, added
from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.inputs import Row, setting
from dualcontrol.model.audit.measures import measure_probes
from dualcontrol.model.audit.network import HOURS, KWH
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.audit.results import Results
from dualcontrol.model.audit.rules import Rulings
from dualcontrol.model.audit.verdict import Check, Probe, together
from dualcontrol.model.audit.years import links_probe

SHARE_STEP = Fraction(1, 10**9)  # published steps of shares, and of MWh and carrier units
QUANTITY_STEP = Fraction(1, 10**3)


@dataclass(frozen=True)
class HardRow:
    """A county-wide row: activity <= limit, both recomputed."""

    name: str
    clause: str
    index: str
    unit: str
    activity: Fraction
    limit: Fraction


def county_rows(plan: Plan) -> Iterator[HardRow]:
    """County and sector intensity, carbon, resources, green supply, at the plan."""
    rulings, county = plan.rulings, plan.county()
    ceiling = county_ceiling(rulings)
    if ceiling is not None:
        yield HardRow(
            "county_intensity", "3.2.1d", "", "tce_eq", county.eq_intensity, ceiling * county.value_added
        )
    for sector, limit in sector_ceilings(rulings).items():
        own = added(flow for key, flow in own_flows(plan) if rulings_sector(rulings, key) == sector)
        yield HardRow("sector_intensity", "3.2.1d", sector, "tce", own.intensity, limit * own.value_added)
    budget = carbon_budget(rulings)
    if budget is not None:
        yield HardRow("carbon", "3.2.1a", "", "t", rulings.accounts.co2_t(county), budget)
    yield from carbon_rows(plan, county)
    for row in rulings.accounts.tables["resources"] if rulings.on("3.3.4b") else ():
        key = row.text("resource_id")
        used = sum((use * _level(plan, owner) for owner, use in resource_use(rulings, key).items()), ZERO)
        yield HardRow("resource", "3.3.4b", key, row.text("unit"), used, row.num("budget"))
    for row in rulings.accounts.tables["output_targets"] if rulings.on("3.4.2") else ():
        product = row.text("product")
        lines = [p for p in rulings.accounts.tables["products"] if p.text("product") == product]
        made = sum((p.num("output") * plan.units[p.text("unit_id")].activity for p in lines), ZERO)
        if lines:
            yield HardRow("output_guaranteed", "3.4.2", product, "", -made, -row.num("min_output"))
    if plan.operation is None:  # with a network: hour by hour
        green = sum((choice.green_mwh for choice in plan.units.values()), ZERO)
        yield HardRow("green_supply", "3.3.3c", "", "MWh", green, green_supply(rulings))


def carbon_rows(plan: Plan, county: Flow) -> Iterator[HardRow]:
    """Key units' carbon, carbon per GDP, fossil fuel and local renewables at the plan (2.3, 3.3.3a)."""
    rulings, accounts = plan.rulings, plan.rulings.accounts
    for key, budget in carbon_account.unit_budgets(rulings).items():
        emitted = carbon_account.unit_carbon(accounts, accounts.units[key], plan.units[key])
        yield HardRow("unit_carbon", "3.3.3a", key, "t", emitted, budget)
    for key, ceiling in carbon_account.unit_ceilings(rulings).items():
        emitted = carbon_account.unit_carbon(accounts, accounts.units[key], plan.units[key])
        yield HardRow(
            "unit_carbon_rate", "3.3.3a", key, "t", emitted, ceiling * plan.unit_flow(key).value_added
        )
    rate, budget_tce = carbon_account.county_carbon_ceiling(rulings), carbon_account.fossil_budget(rulings)
    if rate is not None:
        yield HardRow("carbon_rate", "3.3.3a", "", "t", accounts.co2_t(county), rate * county.value_added)
    if budget_tce is not None:
        yield HardRow("fossil", "2.3", "", "tce", county.fossil_tce, budget_tce)
    share = carbon_account.local_share(rulings)
    if share is not None:
        yield HardRow("local_renewable", "2.3", "", "MWh", share * county.used_mwh, county.local_mwh)


def county_ceiling(rulings: Rulings) -> Fraction | None:
    """tce_eq per 万元 that the county may not exceed; None without a target."""
    reduction = setting(rulings.scenario.settings.targets.intensity_reduction)
    if reduction is None or rulings.base_intensity is None or not rulings.on("3.2.1d"):
        return None
    return (1 - reduction) * rulings.base_intensity


def sector_ceilings(rulings: Rulings) -> dict[str, Fraction]:
    """Ceilings (tce per 万元) of the sectors that have a target and value added in the base year."""
    found: dict[str, Fraction] = {}
    for row in rulings.accounts.tables["sectors"]:
        key, reduction = row.text("sector_id"), row.maybe("intensity_reduction")
        units = [unit for unit in rulings.accounts.units.values() if unit.sector == key]
        base = added(rulings.accounts.base_unit_flow(unit) for unit in units)
        if reduction is not None and base.value_added > 0 and rulings.on("3.2.1d"):
            found[key] = (1 - reduction) * base.intensity / base.value_added
    return found


def carbon_budget(rulings: Rulings) -> Fraction | None:
    """Carbon budget of the county (t CO2); None without one."""
    return setting(rulings.scenario.settings.targets.co2_budget_t) if rulings.on("3.2.1a") else None


def green_supply(rulings: Rulings) -> Fraction:
    """Local non-fossil electricity that units can buy in the plan year (MWh)."""
    row = rulings.accounts.power.get("non_fossil_local")
    return ZERO if row is None else row.num("plan_mwh")


def resource_use(rulings: Rulings, resource: str) -> dict[str, Fraction]:
    """Use of a resource by owner, at base activity or full load."""
    lines = rulings.accounts.tables["resource_use"]
    return {row.text("owner_id"): row.num("use") for row in lines if row.text("resource_id") == resource}


def rulings_sector(rulings: Rulings, key: str) -> str:
    """The sector of a unit or project."""
    accounts = rulings.accounts
    return (accounts.units.get(key) or accounts.projects[key]).sector


def own_flows(plan: Plan) -> Iterator[tuple[str, Flow]]:
    """Units and projects with their accounts at the plan."""
    for key in plan.units:
        yield key, plan.unit_flow(key)
    for key in plan.load:
        yield key, plan.project_flow(key)


def _level(plan: Plan, owner: str) -> Fraction:
    return plan.units[owner].activity if owner in plan.units else plan.load[owner]


def row_checks(plan: Plan, results: Results, issued_tce: Fraction) -> tuple[Check, ...]:
    """Hard rows, to a relative 1e-6; `issued_tce` is what superior gave to all accounts together."""
    rulings = plan.rulings
    names = (
        "county_intensity",
        "sector_intensity",
        "carbon",
        "carbon_rate",
        "unit_carbon",
        "unit_carbon_rate",
        "fossil",
        "local_renewable",
        "resource",
        "output_guaranteed",
        "green_supply",
    )
    probes: dict[str, Probe] = {}
    for row in county_rows(plan):
        # Each resource has its own unit: it stands at the place.
        unit, place = ("", f"{row.index} ({row.unit})") if row.name == "resource" else (row.unit, row.index)
        probe = probes.setdefault(row.name, Probe(row.name, row.clause, unit, is_limit=True))
        least = QUANTITY_STEP if row.unit == "MWh" else SHARE_STEP
        probe.within_hard(place or "county", row.activity, row.limit, least)
    for name in names:
        probes.setdefault(name, Probe(name, is_limit=True))

    quota = Probe("use_within_quota", "3.2.1a", is_limit=True)
    headroom = setting(rulings.scenario.settings.policy.headroom_share) or ZERO
    uses = {f"unit:{key}": plan.unit_flow(key).total * (1 + headroom) for key in plan.units}
    uses |= {f"society:{key}": plan.society_flow(key).total for key in plan.served}
    uses |= {f"project:{key}": plan.project_flow(key).total for key in plan.load}
    for account, tce in quotas(results).items():
        if account in uses:
            quota.within_hard(account, uses[account], tce)
    total = Probe("total", "3.2.1b", "tce_eq", is_limit=True)
    total.within_hard("county", plan.county().eq_total, issued_tce)
    return together([*probes.values(), quota, total, _register(plan)])


def quotas(results: Results) -> dict[str, Fraction]:
    """Published quotas by account (tce)."""
    found = {row.text("account"): row.value("quota_tce") for row in results.quotas}
    return found | {f"project:{row.text('project_id')}": row.value("quota_tce") for row in results.projects}


def _register(plan: Plan) -> Probe:
    """Each MWh once: self-used PV and green power lie within the unit's own electricity (3.3.3b-c)."""
    probe = Probe("exclusion_register", "3.3.3c", "MWh", is_limit=True)
    accounts = plan.rulings.accounts
    for key, choice in plan.units.items():
        demand = accounts.demand_mwh(accounts.units[key], choice)
        if choice.self_pv_mwh:
            probe.within_hard(
                f"unit:{key} self_pv_mwh", choice.self_pv_mwh, demand + choice.self_pv_mwh, QUANTITY_STEP
            )
        if choice.green_mwh:
            probe.within_hard(f"unit:{key} green_mwh", choice.green_mwh, demand, QUANTITY_STEP)
    return probe


def decision_checks(plan: Plan, results: Results) -> tuple[Check, ...]:
    """Bounds of the decisions, society floors, leaders' decisions."""
    return together([
        _activity(plan), *_power(plan), *measure_probes(plan, results), _floors(plan), _leaders(plan, results),
        links_probe(plan),
    ])  # fmt: skip


def bounds_in_service(plan: Plan, key: str) -> tuple[Fraction, Fraction]:
    """Least and greatest activity of the capacity of a unit that the plan does not close."""
    least, most = activity_bounds(plan.rulings, key)
    left = plan.in_service(key)
    return least * left, most * left


def activity_bounds(rulings: Rulings, key: str) -> tuple[Fraction, Fraction]:
    """Least and greatest activity of a unit; 0 for one that is retired or withheld."""
    row = rulings.accounts.units[key].row
    if not rulings.units[key].is_running:
        return ZERO, ZERO
    ceiling = row.maybe("activity_max")
    return row.num("activity_min"), ONE if ceiling is None else ceiling


def _activity(plan: Plan) -> Probe:
    probe = Probe("activity", "3.2.2a", "", is_limit=False)
    for key, choice in plan.units.items():
        least, most = bounds_in_service(plan, key)
        slack = max(SHARE_STEP / 2, _rounded_dispatch(plan, key))
        probe.at_most(f"unit:{key}", choice.activity, most, slack)
        probe.at_most(f"unit:{key}", least, choice.activity, slack)
    return probe


def _rounded_dispatch(plan: Plan, key: str) -> Fraction:
    """What a kWh of rounding in every hour of its plants may move a unit's activity."""
    operation, made = plan.operation, plan.rulings.accounts.units[key].generation_mwh
    if operation is None or made <= 0:
        return ZERO
    return len(operation.network.units().get(key, ())) * Fraction(HOURS, KWH) / made


def _power(plan: Plan) -> tuple[Probe, Probe]:
    pv, green = Probe("self_pv", "3.3.3b", "MWh"), Probe("green", "3.3.3c", "MWh")
    for key, choice in plan.units.items():
        row = plan.rulings.accounts.units[key].row
        is_sold = plan.operation is None or plan.rulings.on("3.4.3d")
        for probe, amount, most in ((pv, choice.self_pv_mwh, row.num("self_pv_max_mwh")),
                                    (green, choice.green_mwh, row.num("green_max_mwh") * is_sold)):  # fmt: skip
            probe.at_most(f"unit:{key}", amount, most, QUANTITY_STEP / 2)
            probe.at_most(f"unit:{key}", -amount, 0)
    return pv, green


def load_bounds(project: Row) -> tuple[Fraction, Fraction]:
    """Least and greatest load of an admitted project."""
    least, most = project.maybe("load_min"), project.maybe("load_max")
    return ONE if least is None else least, ONE if most is None else most


def floor_share(rulings: Rulings, line: Row) -> Fraction:
    """The protected share of a society line (3.2.1c)."""
    share = line.maybe("floor_share")
    if not rulings.on("3.2.1c"):
        return ZERO
    return ONE if share is None else share


def _floors(plan: Plan) -> Probe:
    probe = Probe("society_floor", "3.2.1c", "")
    for key, served in plan.served.items():
        line = plan.rulings.accounts.society[key]
        probe.at_most(f"society:{key}", floor_share(plan.rulings, line), served, SHARE_STEP)
        probe.at_most(f"society:{key}", served, 1, SHARE_STEP)
    return probe


def _leaders(plan: Plan, results: Results) -> Probe:
    probe = Probe("leaders", "3.2.2b", "")
    if not plan.rulings.on("3.2.2b"):
        return probe
    quotas = {key: row.whole("quota_tce") for key, row in results.units().items()}
    quotas |= {row.text("project_id"): row.whole("quota_tce") for row in results.projects}
    for row in plan.rulings.accounts.tables["decisions"]:
        target, kind, value = row.text("target_id"), row.text("kind"), row.num("value")
        place = f"{row.text('decision_id')} {target}"
        if row.text("what") == "quota_tce":
            found, slack = Fraction(quotas[target]), ZERO
        elif target in plan.admitted:
            found, slack = plan.admitted[target], ZERO
        else:  # a unit that is not admitted stands still
            found, slack = (ZERO if plan.units[target].activity == 0 else ONE), ZERO
        if kind in ("fixed", "max"):
            probe.at_most(place, found, value, slack)
        if kind in ("fixed", "min"):
            probe.at_most(place, value, found, slack)
    return probe
