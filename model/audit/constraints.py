"""constraints.csv: every hard row that exists is there once, with its own limit and activity, and nothing unknown.

Prices are not checked (the bound of `bound.py` is valid for any). Rows of the model that only define or connect
its variables may be there; their figures are checked by the tables of the decisions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from dualcontrol.model.audit.choices import Plan, is_managed, required_reserve
from dualcontrol.model.audit.clauses import note_tce
from dualcontrol.model.audit.inputs import Row, setting
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.numbers import ONE, ZERO, ceil
from dualcontrol.model.audit.results import ResultRow, Results
from dualcontrol.model.audit.rows import county_rows, floor_share, quotas, resource_use
from dualcontrol.model.audit.verdict import Check, Probe

STEP = Fraction(1, 20000)  # half a unit of the published decimals
FLOAT = Fraction(1, 10**9)  # both sides are sums of doubles: this share of the larger


@dataclass(frozen=True)
class Kind:
    """A family of rows: the clause it rests on, the unit of both sides, whether it asks for at least its limit."""

    clause: str
    unit: str
    is_floor: bool = False


# Rows that hold something back; each is required wherever the inputs have it.
HARD: Mapping[str, Kind] = {
    "use_within_quota": Kind("3.2.1a", "tce"),
    "county_intensity": Kind("3.2.1d", "tce_eq"),
    "sector_intensity": Kind("3.2.1d", "tce"),
    "pool_balance": Kind("3.2.1b", "tce_eq", is_floor=True),
    "elastic_band": Kind("1.b", "tce_eq"),
    "carbon_budget": Kind("3.2.1a", "t"),
    "society_floor": Kind("3.2.1c", "share"),
    "resource_budget": Kind("3.3.4b", "own unit"),
    "unit_carbon_budget": Kind("3.3.3a", "t"),
    "unit_carbon_rate": Kind("3.3.3a", "t"),
    "carbon_rate": Kind("3.3.3a", "t"),
    "fossil_budget": Kind("2.3", "tce"),
    "local_renewable_share": Kind("2.3", "MWh"),
    "green_supply": Kind("3.3.3c", "MWh"),
    "green_is_delivered": Kind("3.4.3d", "MWh"),
    "utilisation_hours": Kind("3.4.3h", "MWh", is_floor=True),
    "output_guaranteed": Kind("3.4.2", "output unit", is_floor=True),
    "leaders_decision": Kind("3.2.2b", "tce or 0/1"),
}
OTHERS: Mapping[str, Kind] = {
    "stock_is_capped": Kind("3.1.1", "tce"),
    "efficient_units_may_grow": Kind("3.3.2b", "tce"),
    "growth_to_capacity": Kind("3.2.1c", "tce"),
    "limit_of_low_output": Kind("3.2.1c", "tce"),
    "dishonest_get_no_grant": Kind("3.2.5", "tce"),
    "grade_d_gets_no_grant": Kind("3.3.2a", "tce"),
    "saving_needs_adoption": Kind("2.3", "carrier unit"),
    "saving_needs_activity": Kind("2.3", "carrier unit"),
    "saving_frees_beyond_cut": Kind("3.2.1b", "tce"),
    "saving_beyond_is_declared": Kind("3.2.1b", "tce"),
    "added_pv_is_new": Kind("3.3.3b", "MWh"),
    "green_within_purchases": Kind("3.3.3c", "MWh"),
    "excess_above_share": Kind("3.3.3c", "MWh"),
    "excess_is_declared": Kind("3.3.3c", "MWh"),
    "load_needs_admission": Kind("3.2.1c", "share"),
    "admission_needs_load": Kind("3.2.1c", "share", is_floor=True),
    "earmark_within_quota": Kind("3.3.2c", "tce"),
    "earmark_moves_up": Kind("3.3.2c", "tce"),
    "gdp_definition": Kind("3.2.1d", "万元"),
    "energy_definition": Kind("3.2.1d", "tce_eq"),
    "co2_definition": Kind("3.3.3a", "t"),
    "waiver_of_total": Kind("1.b", "tce_eq"),
    "waiver_needs_incentive_target": Kind("1.b", "tce_eq"),
    "capacity_in_service": Kind("2.3", "share"),
    "floor_in_service": Kind("2.3", "share", is_floor=True),
    "given_up_once": Kind("3.2.3e", "share"),
    "pair_needs_new_line": Kind("3.3.2d", "0/1"),
    "bonus_for_value_gained": Kind("3.3.2d", "tce"),
    "one_of_a_group": Kind("2.3", "0/1"),
    "load_at_bus": Kind("3.4.3d", "MWh"),
    "dispatch_is_activity": Kind("3.4.3h", "MWh"),
    "build_needs": Kind("3.4.3", "0/1"),
    "build_excludes": Kind("3.4.3", "0/1"),
}
Sides = tuple[Fraction, Fraction]  # activity, limit
_COUNTY = {  # names of `county_rows` that are others
    "carbon": "carbon_budget",
    "resource": "resource_budget",
    "unit_carbon": "unit_carbon_budget",
    "fossil": "fossil_budget",
    "local_renewable": "local_renewable_share",
}
# Rows that are left out where nothing in them is decided: who emits, burns or uses nothing.
_MAY_BE_EMPTY = frozenset(
    ("unit_carbon_budget", "unit_carbon_rate", "fossil_budget", "local_renewable_share")
)


def constraint_check(plan: Plan, results: Results, book: Book) -> Check:
    """Presence, clause, unit, activity, limit and room of every row."""
    probe = Probe("constraints", "2.2", "")
    wanted = dict(hard_rows(plan, results, book))
    seen: set[tuple[str, str]] = set()
    for row in results.constraints:
        name, index = row.text("name"), row.text("index")
        place = f"constraints.csv {name}" + (f"[{index}]" if index else "")
        kind = HARD.get(name) or OTHERS.get(name)
        is_known = kind is not None and (name in OTHERS or (name, index) in wanted)
        probe.holds(place, is_known and (name, index) not in seen, name, "-")
        seen.add((name, index))
        if kind is None:
            continue
        for column, text in (("clause", kind.clause), ("unit", kind.unit)):
            probe.holds(f"{place} {column}", row.text(column) == text, row.text(column), text)
        for column in ("activity", "limit", "slack"):
            probe.holds(f"{place} {column}", row.has(column), "-", "number")
        _room(probe, place, row, kind)
        for column, side in zip(("activity", "limit"), wanted.get((name, index), ()), strict=False):
            tolerance = STEP + FLOAT * max(abs(side), ONE)
            probe.equal(f"{place} {column}", row.value(column), side, tolerance)
    for (name, index), (activity, _) in wanted.items():
        if name in _MAY_BE_EMPTY and not activity:
            continue
        probe.holds(
            f"constraints.csv {name}" + (f"[{index}]" if index else ""), (name, index) in seen, "-", name
        )
    return probe.check()


def _room(probe: Probe, place: str, row: ResultRow, kind: Kind) -> None:
    """The room left is the distance of the sides; what asks for at least its limit has it above."""
    activity, limit = row.value("activity"), row.value("limit")
    room = activity - limit if kind.is_floor else limit - activity
    if row.text("name") not in HARD or row.text("name") == "leaders_decision":  # of either direction
        room = abs(room)
        found = abs(row.value("slack"))
    else:
        found = row.value("slack")
    probe.equal(f"{place} slack", found, room, 3 * STEP + FLOAT * max(abs(activity), abs(limit), ONE))


def hard_rows(plan: Plan, results: Results, book: Book) -> Iterator[tuple[tuple[str, str], Sides]]:
    """(name, index) and both sides of every hard row that the inputs have."""
    rulings, accounts = plan.rulings, plan.rulings.accounts
    headroom = 1 + (setting(rulings.scenario.settings.policy.headroom_share) or ZERO)
    quota = quotas(results)
    for key in plan.units:
        account = f"unit:{key}"
        yield ("use_within_quota", key), (plan.unit_flow(key).total * headroom, quota[account])
    for row in county_rows(plan):
        name = _COUNTY.get(row.name, row.name)
        if name == "resource_budget" and not resource_use(rulings, row.index):
            continue
        if name == "green_supply" and not any(u.row.num("green_max_mwh") for u in accounts.units.values()):
            continue
        sign = -1 if HARD[name].is_floor else 1  # what asks for at least so much is a row of negatives there
        yield (name, row.index), (sign * row.activity, sign * row.limit)
    if is_managed(rulings):
        yield ("pool_balance", ""), (book.balance["reserve"], Fraction(ceil(required_reserve(rulings))))
    yield ("elastic_band", ""), (note_tce(results, "overshoot", "superior", "pool"), rulings.band)
    if rulings.on("3.2.1c"):
        for key, served in plan.served.items():
            yield ("society_floor", key), (1 - served, 1 - floor_share(rulings, accounts.society[key]))
    if rulings.on("3.2.2b"):
        for decision in accounts.tables["decisions"]:
            sides = _decided(plan, quota, decision)
            if sides is not None:
                yield ("leaders_decision", decision.text("decision_id")), sides
    yield from _network_rows(plan)


def _decided(plan: Plan, quota: Mapping[str, Fraction], decision: Row) -> Sides | None:
    """What a decision fixes or limits: an admission, a unit's quota, what a project needs of quota."""
    target, value = decision.text("target_id"), decision.num("value")
    if decision.text("what") == "admitted":
        return (plan.admitted[target], value) if target in plan.admitted else None
    return (quota[f"unit:{target}"] if target in plan.units else plan.project_flow(target).total), value


def _network_rows(plan: Plan) -> Iterator[tuple[tuple[str, str], Sides]]:
    """Utilisation hours of every fleet, what is missing filled in; green power claimed by profile."""
    operation = plan.operation
    if operation is None:
        return
    network, missing = operation.network, operation.missing_mwh()
    for fleet, plants in network.fleets().items():
        asked = delivered = ZERO
        for row in plants:
            build = row.text("build_id")
            share = operation.built[build] * network.months(build) if build else ONE
            asked += row.num("capacity_mw") * row.num("hours_floor") * share
            delivered += operation.delivered_mwh(row.text("plant_id"))
        yield ("utilisation_hours", fleet), (delivered + missing[fleet], asked)
    claims: dict[str, Fraction] = {}
    for key, unit in plan.rulings.accounts.units.items():
        asset = network.load_of.get(key)
        if asset is not None and unit.row.num("green_max_mwh") > 0:
            profile = network.groups[asset].profile
            claims[profile] = claims.get(profile, ZERO) + plan.units[key].green_mwh
    for profile, claimed in claims.items():
        yield ("green_is_delivered", profile), (claimed, operation.dispatch.mwh(f"green:{profile}"))
