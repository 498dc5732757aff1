"""Checks of the network's year: builds, plants' activity, utilisation hours, green power, net inflow, summary."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.network import GREEN, GREEN_EXPORT, HOURS, KWH, MONTH_OF_HOUR
from dualcontrol.model.audit.network_hours import group_mwh
from dualcontrol.model.audit.network_tables import ASSETS, FILES, GREEN_TABLE
from dualcontrol.model.audit.numbers import ONE, ZERO, Number
from dualcontrol.model.audit.operation import Operation
from dualcontrol.model.audit.results import Results
from dualcontrol.model.audit.summary import told as figure
from dualcontrol.model.audit.told import group as figure_group
from dualcontrol.model.audit.verdict import NOISE, Check, Probe, together

SHARE_STEP = Fraction(1, 10**9)  # published step of shares
NOTABLE = 0.01  # a difference of this share is told
# What typical days may miss of the year's mean: all loads together, all renewables together; each load profile alone
ALL, SINGLE = Fraction(3, 100), Fraction(10, 100)
_STATUS = {True: "checked_year", False: "checked_typical"}


def year_checks(
    plan: Plan,
    results: Results,
    operation: Operation,
    summary: Mapping[str, object] | None,
    *,
    is_published: bool = False,
) -> tuple[Check, ...]:
    """All checks of the year."""
    found = [
        _builds(operation), _activity(results, operation), _utilisation(operation),
        _delivered(plan, operation), _net_inflow(plan, operation), _typical(plan, operation),
        _priced(operation),
    ]  # fmt: skip
    if summary is not None:
        found.append(_summary(plan, operation, summary, is_published))
    return together(found)


def _builds(operation: Operation) -> Probe:
    """Yes or no; what is committed is built, what starts after the year is not; prerequisites and exclusions."""
    probe = Probe("power_builds", "3.4.3", "")
    is_relaxed = operation.rulings.scenario.settings.solve.relax_integers
    built, listed, assets = operation.built, operation.tables.builds, operation.tables.assets
    for build, row in operation.network.builds.items():
        share = built[build]
        cell = listed[build].get("built")
        is_choice = 0 <= share <= 1 if is_relaxed else share in (0, 1)
        probe.holds(f"{build} built", cell is not None and is_choice, str(share), "0/1")
        if not operation.rulings.on(row.text("clause")):
            probe.at_most(f"{build} clause {row.text('clause')}", share, 0)
        elif row.text("status") == "committed":
            probe.at_most(f"{build} committed", 1, share)
        elif row.num("start_month") > 12:
            probe.at_most(f"{build} start_month", share, 0)
        needed, other = row.text("requires_id"), row.text("excludes_id")
        if needed:
            probe.at_most(f"{build} requires {needed}", share, built[needed])
        if other:
            probe.at_most(f"{build} excludes {other}", share + built[other], 1)
        _figure(probe, listed[build], build, "cost_wan_yuan", operation.build_cost(build))
    for plant, row in operation.network.plants.items():
        build = row.text("build_id")
        _figure(probe, assets[plant], plant, "built", built[build] if build else ONE)
    for way in operation.network.ways:
        _figure(probe, assets[way.asset], way.asset, "built", built[way.build] if way.build else ONE)
    return probe


def _figure(
    probe: Probe, row: Mapping[str, Number | None], asset: str, column: str, wanted: Fraction,
    slack: Fraction = ZERO,
) -> None:  # fmt: skip
    """A figure of assets.csv is what the inputs and the dispatch give, within its rounding."""
    found = row.get(column)
    place = f"{FILES[ASSETS]} {asset} {column}"
    if found is None:
        probe.holds(place, False, "-", str(float(wanted)))
    else:
        probe.rounded(place, found, wanted, slack)


def _activity(results: Results, operation: Operation) -> Probe:
    """A plant's hours and its quota are one decision: activity is its dispatch over its base generation (3.4.3h)."""
    probe, units = Probe("plant_activity", "3.4.3h", ""), results.units()
    for unit, activity in operation.activity().items():
        probe.equal(f"unit:{unit}", units[unit].value("activity"), activity, SHARE_STEP)
    return probe


def _utilisation(operation: Operation) -> Probe:
    """Delivered MWh, hours on the AC capacity and curtailed MWh of assets.csv are those of the dispatch."""
    probe, network, assets = Probe("utilisation", "3.4.3h", ""), operation.network, operation.tables.assets
    for plant, row in network.plants.items():
        delivered, size = operation.delivered_mwh(plant), row.num("capacity_mw")
        _figure(probe, assets[plant], plant, "capacity_mw", size)
        _figure(probe, assets[plant], plant, "energy_mwh", delivered)
        _figure(probe, assets[plant], plant, "hours_floor", row.num("hours_floor"))
        _figure(probe, assets[plant], plant, "hours", delivered / size if size > 0 else ZERO)
    for part in network.renewables():
        possible = operation.possible_mwh(part)
        curtailed = possible - operation.delivered_mwh(part.plant)
        _figure(probe, assets[part.plant], part.plant, "curtailed_mwh", curtailed, NOISE * possible)
    for way in network.ways:
        _figure(probe, assets[way.asset], way.asset, "capacity_mw", way.most_mw)
        _figure(
            probe, assets[way.asset], way.asset, "energy_mwh", way.sign * operation.dispatch.mwh(way.asset)
        )
    missing = operation.missing_mwh()
    probe.tell(missing=_listed({fleet: mwh for fleet, mwh in missing.items() if mwh > 0}, "MWh"))
    return probe


def _listed(amounts: Mapping[str, Fraction], unit: str) -> str:
    return ", ".join(f"{key} {float(amount):.0f} {unit}" for key, amount in amounts.items()) or "-"


def _delivered(plan: Plan, operation: Operation) -> Probe:
    """Units of a profile claim no more green power in the year than was delivered to the profile (3.4.3d)."""
    probe = Probe("green_delivered", "3.4.3d", "MWh", is_limit=True)
    network = operation.network
    profile_of = {owner: network.groups[asset].profile for owner, asset in network.load_of.items()}
    claimed: dict[str, Fraction] = {}
    for key, choice in plan.units.items():
        if choice.green_mwh:
            probe.holds(f"unit:{key}", key in profile_of, "-", "power/loads")
            profile = profile_of.get(key, "")
            claimed[profile] = claimed.get(profile, ZERO) + choice.green_mwh
        listed = operation.tables.green.get(key)
        if listed is None:
            probe.holds(f"{FILES[GREEN_TABLE]} {key}", not choice.green_mwh, "-", key)
            continue
        delivered = operation.dispatch.mwh(GREEN + profile_of.get(key, ""))
        accounts = plan.rulings.accounts
        wanted = {
            "green_mwh": choice.green_mwh,
            "excess_green_mwh": accounts.excess_mwh(accounts.units[key], choice),
            "delivered_to_profile_mwh": delivered,
        }
        for column, amount in wanted.items():
            cell = listed.get(column) or Number(ZERO, ZERO)
            probe.rounded(f"{FILES[GREEN_TABLE]} {key} {column}", cell, amount)
    for profile, mwh in claimed.items():
        probe.at_most(profile, mwh, operation.dispatch.mwh(GREEN + profile))
    return probe


def _net_inflow(plan: Plan, operation: Operation) -> Probe:
    """Imports less exports are use less generation.

    What the days leave open is what their profiles miss of the year: use times (weighted mean of the profile
    less 1), known exactly, and printed. Unserved load is used in the accounts and not in the network.
    """
    probe, dispatch = Probe("net_inflow", "3.3.3a", "MWh"), operation.dispatch
    inflow = operation.way_mwh(1) - operation.way_mwh(-1)
    missed, used = ZERO, ZERO
    for group in operation.network.groups.values():
        use = group_mwh(plan, group)
        used += abs(use)
        movable = float(group.movable)
        shape = (1 - movable) * group.shape[dispatch.hour] + movable * group.running[dispatch.hour]
        missed += use * (Fraction(float((shape * dispatch.weight).sum()) / HOURS) - 1)
    outside = operation.dispatch.mwh(*(
        part.asset for part in operation.network.classes
        if not operation.network.is_renewable(part.plant)
        and not operation.network.plants[part.plant].text("unit_id")
    ))  # fmt: skip
    accounted = plan.county().import_mwh - _generated_outside(plan)
    wanted = accounted + missed - operation.unserved_mwh() - outside
    # A kWh of rounding in every hour of every load.
    figures = len(operation.network.groups) + 2
    probe.equal("county", inflow, wanted, Fraction(figures * HOURS, KWH) + NOISE * used)
    probe.tell(
        network=f"{float(inflow):.0f}", accounts=f"{float(accounted):.0f}", missed=f"{float(missed):.0f}",
        unserved=f"{float(operation.unserved_mwh()):.3f}",
        renewable=_listed(_representation(operation), "MWh"),
    )  # fmt: skip
    return probe


def _generated_outside(plan: Plan) -> Fraction:
    """What projects would generate: it is no part of the network, MWh (negative: it lowers the net inflow)."""
    accounts = plan.rulings.accounts
    return -sum((accounts.projects[key].generation_mwh * accounts.month(accounts.projects[key].row) * load
                 for key, load in plan.load.items()), ZERO)  # fmt: skip


def _representation(operation: Operation) -> dict[str, Fraction]:
    """What renewables could make on the days of the dispatch beyond what they could in the year, where it matters."""
    network, found = operation.network, {}
    for part in network.renewables():
        start = int(network.builds[part.build].num("start_month")) if part.build else 1
        share = float(operation.built[part.build]) if part.build else 1.0
        hours = network.profiles[part.profile][start <= MONTH_OF_HOUR].sum()
        year, here = float(part.most_mw) * share * float(hours), operation.possible_mwh(part)
        if abs(float(here) - year) > NOTABLE * max(year, 1.0):
            found[part.asset] = here - Fraction(year)
    return found


def _typical(plan: Plan, operation: Operation) -> Probe:
    """Typical days stand for the year: loads and renewables have its means, and its parts their length (design §6).

    By the inputs' own profiles: all loads of the plan together, all renewables in service together, each load
    profile alone; days from each month something comes into service on to the next are as many as the year has.
    """
    probe, network, dispatch = (
        Probe("typical_days", "2.2", "", is_limit=True),
        operation.network,
        operation.dispatch,
    )
    if dispatch.is_whole_year:
        return probe
    drawn, short = network.losses_mwh, ZERO
    for asset, group in network.groups.items():
        movable = float(group.movable)
        shape = (1 - movable) * group.shape + movable * group.running
        here, year = float(shape[dispatch.hour] @ dispatch.weight), float(shape.sum())
        if year > 0:
            missed = Fraction(here / year - 1.0)
            use = group_mwh(plan, group)
            drawn, short = drawn + abs(use), short + use * missed
            probe.at_most(asset, abs(missed), SINGLE)
    if drawn:
        probe.at_most("load", abs(short) / drawn, ALL)
    possible, here_mwh = 0.0, ZERO
    for part in network.renewables():
        start = int(network.builds[part.build].num("start_month")) if part.build else 1
        share = float(operation.built[part.build]) if part.build else 1.0
        hours = network.profiles[part.profile][start <= MONTH_OF_HOUR].sum()
        possible += float(part.most_mw) * share * float(hours)
        here_mwh += operation.possible_mwh(part)
    if possible > 0:
        probe.at_most("renewable", abs(here_mwh / Fraction(possible) - 1), ALL)
    for start in sorted({int(row.num("start_month")) for row in network.builds.values()}):
        if start <= 12:
            later = int(dispatch.weight[MONTH_OF_HOUR[dispatch.hour] >= start].sum())
            probe.equal(f"{start}…12", later, int((start <= MONTH_OF_HOUR).sum()))
    return probe


def _priced(operation: Operation) -> Probe:
    """A price for every bus in service, none elsewhere: something exists, is built or is drawn there."""
    probe, network = Probe("power_prices", "3.4.2", ""), operation.network

    def is_there(build: str) -> bool:
        return not build or (operation.built[build] > 0 and network.builds[build].num("start_month") <= 12)

    live = {network.losses_bus, *(group.bus for group in network.groups.values())}
    for row in network.branches:
        if is_there(row.text("build_id")):
            live |= {row.text("from_bus"), row.text("to_bus")}
    live |= {part.bus for part in network.classes if is_there(part.build)}
    live |= {way.bus for way in network.ways if is_there(way.build)}
    live |= {row.text("bus_id") for row in network.storage.values() if is_there(row.text("build_id"))}
    for bus in network.buses:
        has = bus in operation.tables.prices
        probe.holds(
            f"power/prices {bus}", has == (bus in live), "+" if has else "-", "+" if bus in live else "-"
        )
    return probe


def _summary(plan: Plan, operation: Operation, summary: Mapping[str, object], is_published: bool) -> Probe:
    """What the summary says of the network: all of it when it is published; status and unserved load always."""
    probe, dispatch = Probe("network_summary", "2.2", ""), operation.dispatch
    wanted_status = _STATUS[dispatch.is_whole_year]
    probe.holds("time", summary.get("time") == wanted_status, str(summary.get("time", "-")), wanted_status)
    is_draft = not dispatch.is_whole_year
    if is_draft or "is_draft" in summary:
        found = summary.get("is_draft", "-")
        probe.holds("is_draft", found is is_draft, str(found), str(is_draft).lower())
    told = summary.get("network")
    told = told if isinstance(told, Mapping) else {}
    builds = sorted(build for build, share in operation.built.items() if share > 0)
    if "builds" in told or is_published:
        found = told.get("builds")
        listed = sorted(map(str, found)) if isinstance(found, Iterable) else []
        probe.holds("network builds", listed == builds, " ".join(listed), " ".join(builds))
    figures: dict[str, Fraction] = {
        "hours": Fraction(len(dispatch.hour)),
        "green_delivered_mwh": dispatch.mwh(*operation.green_assets()),
        "green_exported_mwh": dispatch.mwh(GREEN_EXPORT),
        "exported_mwh": operation.way_mwh(-1),
        "imported_mwh": operation.way_mwh(1),
        "unserved_mwh": operation.unserved_mwh(),
        "excluded_tce_eq": _excluded(plan),
    }
    for key, wanted in figures.items():
        if key in told or key == "unserved_mwh" or is_published:
            figure(probe, f"network {key}", key, told.get(key), wanted)
    costs = {build: operation.build_cost(build) * operation.built[build] for build in builds}
    groups = {"build_costs_wan_yuan": costs, "missing_hours_wan_yuan": operation.missing_costs()}
    for key, by_name in groups.items():
        if key in told or is_published:
            figure_group(probe, f"network {key}", key, told.get(key), by_name)
    missing = told.get("missing_hours")
    if is_published:
        probe.holds("network missing_hours", isinstance(missing, Mapping), "-", "missing_hours")
        of_year = ("evaluations_of_the_year", "gap")
        for key in of_year:
            found = told.get(key, "-")
            probe.holds(f"network {key}", key in told and (found is None or not is_draft), str(found), key)
        for key in sorted({*map(str, told)} - {"builds", "missing_hours", *figures, *groups, *of_year}):
            probe.holds(f"network {key}", False, key, "-")
    if isinstance(missing, Mapping):
        sizes = {fleet: sum((row.num("capacity_mw") for row in rows), ZERO)
                 for fleet, rows in operation.network.fleets().items()}  # fmt: skip
        short = operation.missing_mwh()
        for fleet in sorted({*short, *map(str, missing)}):
            hours = short[fleet] / sizes[fleet] if sizes.get(fleet) else ZERO
            figure(probe, f"network missing_hours {fleet}", "missing_hours", missing.get(fleet), hours)
    return probe


def _excluded(plan: Plan) -> Fraction:
    """What excess renewable electricity takes out of the energy total (tce_eq, 3.3.3c)."""
    accounts = plan.rulings.accounts
    excess = (accounts.excess_mwh(accounts.units[key], choice) for key, choice in plan.units.items())
    return -accounts.excess_flow.eq_total * sum(excess, ZERO)
