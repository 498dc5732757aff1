"""Every published decimal of the owners' tables is what the decisions give, within its own rounding."""

from collections.abc import Iterator
from fractions import Fraction

from dualcontrol.model.audit.accounts import Flow
from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.results import ResultRow, Results
from dualcontrol.model.audit.rows import own_flows
from dualcontrol.model.audit.verdict import Check, Probe, together

Pair = tuple[Fraction, Fraction]  # 当量, 等价


def published_checks(plan: Plan, results: Results) -> tuple[Check, ...]:
    """Planned use, headroom, all energy, excess green power, value added and emissions of every row."""
    accounts = plan.rulings.accounts
    use, room, gross = Probe("planned_use", "3.2.1a"), Probe("headroom", "3.2.1a"), Probe("gross_use", "2.2")
    excess, value = Probe("excess_green", "3.3.3c", "MWh"), Probe("value_added", "2.2", "万元")
    carbon = Probe("co2", "3.3.3a", "t")
    for key, row in results.units().items():
        flow, place = plan.unit_flow(key), f"unit:{key}"
        wanted = accounts.excess_mwh(accounts.units[key], plan.units[key])
        excess.rounded(place, row.number("excess_green_mwh"), wanted)
        value.rounded(place, row.number("value_added_wan_yuan"), flow.value_added)
        carbon.rounded(place, row.number("co2_t"), flow.co2_t)
        _use(use, room, row, flow.total)
        _gross(gross, place, row, unit_gross(plan, key))
    for key, row in results.society().items():
        flow, place = plan.society_flow(key), f"society:{key}"
        _use(use, room, row, flow.total)
        _gross(gross, place, row, (flow.total, flow.eq_total))
        carbon.rounded(place, row.number("co2_t"), flow.co2_t)
        value.rounded(place, row.number("value_added_wan_yuan"), ZERO)
    grid = results.grid()
    if grid is not None:
        county = plan.county()
        _use(use, room, grid, county.grid_total)
        _gross(gross, "grid", grid, (ZERO, ZERO))  # a difference of two ways of counting, nobody's energy
        # what nobody else emits: the column sums to the county's
        own = sum((flow.co2_t for flow in _owners(plan)), ZERO)
        carbon.rounded("grid", grid.number("co2_t"), accounts.co2_t(county) - own)
        value.rounded("grid", grid.number("value_added_wan_yuan"), ZERO)
    for row in results.projects:
        key = row.text("project_id")
        place, flow = f"project:{key}", plan.project_flow(key)
        full = accounts.projects[key].flow.total
        use.rounded(place, row.number("planned_use_tce"), flow.total)
        use.rounded(f"{place} full_year_tce", row.number("full_year_tce"), full)
        _gross(gross, place, row, project_gross(plan, key))
        value.rounded(place, row.number("value_added_wan_yuan"), flow.value_added)
        carbon.rounded(place, row.number("co2_t"), flow.co2_t)
    return together([use, room, gross, excess, value, carbon])


def unit_gross(plan: Plan, key: str) -> Pair:
    """All energy of a unit at the plan, 当量 and 等价 (its generation taken out at 等价), tce."""
    accounts, choice = plan.rulings.accounts, plan.units[key]
    unit = accounts.units[key]
    saved = sum((accounts.saving_flow(accounts.measures[name]).total * amount
                 for name, amount in choice.savings.items()), ZERO)  # fmt: skip
    tce = unit.gross_tce * choice.activity + saved
    net_mwh = (unit.electricity_mwh - unit.generation_mwh) * choice.activity - accounts.saved_mwh(choice)
    return tce, tce + accounts.rise_tce_eq_per_mwh * net_mwh


def project_gross(plan: Plan, key: str) -> Pair:
    """All energy of a project in the plan year, 当量 and 等价, tce."""
    accounts = plan.rulings.accounts
    project = accounts.projects[key]
    level = accounts.month(project.row) * plan.load[key]
    net_mwh = (project.electricity_mwh - project.generation_mwh) * level
    return project.gross_tce * level, project.gross_tce * level + accounts.rise_tce_eq_per_mwh * net_mwh


def _owners(plan: Plan) -> Iterator[Flow]:
    """Units, projects and society lines at the plan."""
    yield from (flow for _, flow in own_flows(plan))
    yield from (plan.society_flow(key) for key in plan.served)


def _use(use: Probe, room: Probe, row: ResultRow, wanted: Fraction) -> None:
    use.rounded(row.text("account"), row.number("planned_use_tce"), wanted)
    room.rounded(row.text("account"), row.number("headroom_tce"), row.whole("quota_tce") - wanted)


def _gross(probe: Probe, place: str, row: ResultRow, wanted: Pair) -> None:
    for column, tce in zip(("gross_tce", "gross_tce_eq"), wanted, strict=True):
        probe.rounded(f"{place} {column}", row.number(column), tce)
