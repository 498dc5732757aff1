"""What must agree in the tables of the power network (3.4.2, 3.4.3, 3.4.5); nothing without a power folder.

That lines, plants, builds and loads fit together is checked here on the tables; `model.power.topology` looks
at the network made of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dualcontrol.model.draft import Draft
from dualcontrol.model.problems import nearest, plain
from dualcontrol.model.schema import ELECTRICITY

BUS_COLUMNS = {  # where a bus is named, and the rule an unknown one breaks
    ("power/branches", "from_bus"): "line_to_nowhere",
    ("power/branches", "to_bus"): "line_to_nowhere",
    ("power/plants", "bus_id"): "unknown_bus",
    ("power/storage", "bus_id"): "unknown_bus",
    ("power/exchange", "bus_id"): "unknown_bus",
    ("power/loads", "bus_id"): "unknown_bus",
}
BUILD_COLUMNS = (
    ("power/builds", "requires_id"), ("power/builds", "excludes_id"), ("power/branches", "build_id"),
    ("power/plants", "build_id"), ("power/retrofits", "build_id"), ("power/storage", "build_id"),
    ("power/exchange", "build_id"),
)  # fmt: skip
RENEWABLE = ("pv", "wind", "rooftop_pv")


def places(draft: Draft) -> None:
    """Everything is at a bus that exists, of a build that exists; no line ends where it begins."""
    for (table, column), rule in BUS_COLUMNS.items():
        _known(draft, table, column, rule, "power/buses", "bus_id")
    for table, column in BUILD_COLUMNS:
        _known(draft, table, column, "unknown_build", "power/builds", "build_id")
    for i, row in draft.rows("power/branches"):
        if row.from_bus and row.from_bus == row.to_bus:
            draft.tell("line_to_itself", "power/branches", i, "to_bus")
        if row.reactance_pu == 0:
            draft.tell("not_above", "power/branches", i, "reactance_pu", limit="0")
    for i, row in draft.rows("power/storage"):
        for column in ("efficiency_in", "efficiency_out"):
            if getattr(row, column) == 0:
                draft.tell("not_above", "power/storage", i, column, limit="0")


def _known(draft: Draft, table: str, column: str, rule: str, target: str, key: str) -> None:
    if not draft.has(target):
        return
    known = set(draft.frames[target][key])
    for i, value in enumerate(draft.frames[table][column]):
        if value and value not in known:
            draft.tell(rule, table, i, column, suggestion=nearest(value, known))


def plants(draft: Draft) -> None:
    """Renewables have an hourly output; a thermal plant is a unit's whose generation its dispatch decides."""
    generation = _electricity(draft, "unit_energy", "unit_id", is_made=True)
    units = set(draft.frames["units"]["unit_id"])
    for i, row in draft.rows("power/plants"):
        if row.kind in RENEWABLE and not row.profile_id:
            draft.tell("renewable_without_profile", "power/plants", i, "profile_id")
        if row.kind == "thermal" and not row.unit_id:
            draft.tell("note_thermal_without_unit", "power/plants", i, "unit_id")
        if row.unit_id in units and generation is not None and not generation.get(row.unit_id):
            draft.tell("unit_without_generation", "power/plants", i, "unit_id")
    if not len(draft.frames["power/buses"]) or not draft.has("power/plants"):
        return
    connected = set(draft.frames["power/plants"]["unit_id"])
    for i, row in draft.rows("units"):
        made = (generation or {}).get(row.unit_id, 0.0)
        if made > 0 and row.unit_id not in connected and not row.is_retired:
            draft.tell("generation_without_plant", "units", i, "unit_id", mwh=plain(made))
    planned = _electricity(draft, "project_energy", "project_id", is_made=True) or {}
    for i, row in draft.rows("projects"):
        if planned.get(row.project_id):
            draft.tell("note_generation_outside", "projects", i, "project_id")


def profile_kinds(draft: Draft) -> None:
    """A plant follows a profile of output, a load one of load."""
    if not draft.has("power/profile_names", "profile_id", "kind"):
        return
    names = draft.frames["power/profile_names"]
    kinds = dict(zip(names["profile_id"], names["kind"], strict=True))
    for table, wanted in (("power/plants", "output"), ("power/loads", "load")):
        for i, row in draft.rows(table):
            if kinds.get(row.profile_id, wanted) != wanted:
                draft.tell("profile_kind", table, i, "profile_id", expected=wanted)


def retrofits(draft: Draft) -> None:
    """Only thermal plants are retrofitted, and no more of them than there is."""
    rows = {row.plant_id: row for _, row in draft.rows("power/plants")}
    total: dict[str, float] = {}
    for i, row in draft.rows("power/retrofits"):
        plant = rows.get(row.plant_id)
        if plant is None:
            continue
        if plant.kind in RENEWABLE:
            draft.tell("retrofit_of_renewable", "power/retrofits", i, "plant_id")
        total[row.plant_id] = total.get(row.plant_id, 0.0) + row.capacity_mw
        if total[row.plant_id] > plant.capacity_mw * (1 + 1e-9):
            draft.tell("retrofit_above_capacity", "power/retrofits", i, "capacity_mw",
                       capacity=plain(plant.capacity_mw), retrofit=plain(total[row.plant_id]))  # fmt: skip


def builds(draft: Draft) -> None:
    """What a build needs does not lead back to it, and what is built anyway does not exclude itself."""
    rows = {row.build_id: row for _, row in draft.rows("power/builds")}
    for i, row in draft.rows("power/builds"):
        chain = [row.build_id]
        while chain[-1] in rows and rows[chain[-1]].requires_id and len(chain) <= len(rows):
            chain.append(rows[chain[-1]].requires_id)
            if chain[-1] == row.build_id:
                draft.tell("build_cycle", "power/builds", i, "requires_id", chain=" -> ".join(chain))
                break
        other = rows.get(row.excludes_id)
        if row.build_id and row.excludes_id == row.build_id:
            draft.tell("builds_exclude", "power/builds", i, "excludes_id", other=row.build_id)
        elif other is not None and row.status == other.status == "committed":
            draft.tell("builds_exclude", "power/builds", i, "excludes_id", other=row.excludes_id)
        needed = rows.get(row.requires_id)
        if needed is not None and row.start_month < needed.start_month:
            draft.tell("note_needs_later_build", "power/builds", i, "start_month", other=row.requires_id,
                       month=plain(needed.start_month))  # fmt: skip


def loads(draft: Draft) -> None:
    """Everybody who uses electricity is connected, with a peak that can serve what may be moved."""
    if not len(draft.frames["power/buses"]) or not draft.has("power/loads", "owner_id"):
        return
    use = dict(_users(draft))
    connected = set(draft.frames["power/loads"]["owner_id"])
    for owner, (table, i, column, mwh) in use.items():
        if owner not in connected:
            draft.tell("owner_not_connected", table, i, column, mwh=plain(mwh))
    lines = set(draft.frames["society"]["line_id"])
    for table, column in (("units", "unit_id"), ("projects", "project_id")):
        for i, value in enumerate(draft.frames[table][column]):
            if value and value in lines:
                draft.tell("id_used_twice", table, i, column, other="society.csv")
    for i, row in draft.rows("power/loads"):
        if row.flexible_share > 0 and row.flexible_peak < 1:
            draft.tell("below_minimum", "power/loads", i, "flexible_peak", minimum="1")
        if row.owner_id and row.owner_id not in use:
            draft.tell("note_load_without_use", "power/loads", i, "owner_id")


def _users(draft: Draft) -> Iterator[tuple[str, tuple[str, int, str, float]]]:
    """Who uses electricity: owner -> table, row, column of its id, MWh. Society lines by the plan year."""
    for table, column, energy in (
        ("units", "unit_id", "unit_energy"),
        ("projects", "project_id", "project_energy"),
    ):
        use = _electricity(draft, energy, column, is_made=False) or {}
        for i, row in draft.rows(table):
            mwh = use.get(getattr(row, column), 0.0)
            if mwh > 0 and not getattr(row, "is_retired", False):
                yield getattr(row, column), (table, i, column, mwh)
    for i, row in draft.rows("society"):
        if row.plan_electricity_mwh > 0:
            yield row.line_id, ("society", i, "line_id", row.plan_electricity_mwh)


def _electricity(draft: Draft, table: str, column: str, *, is_made: bool) -> dict[str, float] | None:
    """MWh made or used by owner; None if the rows cannot be summed."""
    if not draft.has(table, column, "carrier_id", "use", "quantity"):
        return None
    rows = draft.frames[table]
    is_meant = (rows["carrier_id"] == ELECTRICITY) & ((rows["use"] == "conversion_out") == is_made)
    return {str(k): float(v) for k, v in rows[is_meant].groupby(column)["quantity"].sum().items()}


@dataclass(frozen=True)
class _Wiring:
    """Lines as (bus, bus, build) and sources as (bus, build); build is "" for what exists."""

    lines: tuple[tuple[str, str, str], ...]
    sources: tuple[tuple[str, str], ...]

    def reached(self, start: Iterable[str], builds: frozenset[str]) -> frozenset[str]:
        """Buses connected with `start` when these builds are there."""
        beside: dict[str, set[str]] = {}
        for one, other, build in self.lines:
            if not build or build in builds:
                beside.setdefault(one, set()).add(other)
                beside.setdefault(other, set()).add(one)
        queue = list(start)
        reached = set(queue)
        while queue:
            new = beside.get(queue.pop(), set()) - reached
            reached |= new
            queue += new
        return frozenset(reached)

    def supplied(self, builds: frozenset[str]) -> frozenset[str]:
        """Buses that a plant or an import reaches when these builds are there."""
        return self.reached((bus for bus, build in self.sources if not build or build in builds), builds)


_WIRED = (  # what `supply` looks at; where one of them is wrong, that has been told
    ("power/buses", "bus_id"),
    ("power/builds", "build_id", "start_month", "status"),
    ("power/branches", "from_bus", "to_bus", "build_id"),
    ("power/plants", "bus_id", "build_id"),
    ("power/exchange", "bus_id", "build_id", "import_mw"),
    ("power/loads", "bus_id", "owner_id"),
)


def supply(draft: Draft) -> None:
    """Every load is connected to a supply: at all, without builds that are still open, and when it starts."""
    if not len(draft.frames["power/loads"]) or not all(draft.has(*needed) for needed in _WIRED):
        return
    wiring = _Wiring(
        tuple((row.from_bus, row.to_bus, row.build_id) for _, row in draft.rows("power/branches")),
        (
            *((row.bus_id, row.build_id) for _, row in draft.rows("power/plants")),
            *((row.bus_id, row.build_id) for _, row in draft.rows("power/exchange") if row.import_mw > 0),
        ),
    )
    rows = {row.build_id: row for _, row in draft.rows("power/builds")}
    committed = frozenset(name for name, row in rows.items() if row.status == "committed")
    supplied = {
        month: wiring.supplied(frozenset(name for name, row in rows.items() if row.start_month <= month))
        for month in sorted({1, *(row.start_month for row in rows.values())})
    }
    certain = wiring.supplied(committed)
    starts = {row.project_id: row.start_month for _, row in draft.rows("projects")}
    told: set[str] = set()
    for i, row in draft.rows("power/loads"):
        bus, start = row.bus_id, starts.get(row.owner_id, 1)
        since = next((month for month, buses in supplied.items() if bus in buses), None)
        if since is None:
            island = wiring.reached([bus], frozenset(rows))
            if bus not in told:
                draft.tell("load_without_supply", "power/loads", i, "bus_id", buses=", ".join(sorted(island)))
            told |= island
        elif bus not in certain:
            near = {build for one, other, build in wiring.lines if build and bus in (one, other)} - committed
            builds = ", ".join(sorted(near)) or "—"
            draft.tell("note_load_needs_build", "power/loads", i, "bus_id", builds=builds)
        elif start < since:
            draft.tell("note_load_before_build", "power/loads", i, "bus_id",
                       start=plain(start), month=plain(since))  # fmt: skip


NETWORK_CHECKS: tuple[Callable[[Draft], None], ...] = (
    places,
    plants,
    profile_kinds,
    retrofits,
    builds,
    loads,
    supply,
)
