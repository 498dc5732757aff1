"""The power network as the inputs have it: what stands where, from which month, who draws what (3.4.2, 3.4.3).

Power in MW. Assets are named as in `power/dispatch`: `<plant>`, `<plant>+<build>` (what a retrofit took over),
`<exchange>:import`, `<exchange>:export`, `<storage>:charge`, `<storage>:discharge`, `load:<bus>|<profile>…`,
`load:losses`, `shed:<bus>`; accounts that inject nothing: `green:<profile>`, `green_export`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from dualcontrol.model.audit.inputs import Row
from dualcontrol.model.audit.numbers import ONE, ZERO
from dualcontrol.model.audit.rules import Rulings
from dualcontrol.model.scenario import Scenario
from dualcontrol.model.schema import ELECTRICITY

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

HOURS, DAY = 8760, 24
KWH = 1000
LOSSES, GREEN, GREEN_EXPORT, SHED, LOAD = "losses", "green:", "green_export", "shed:", "load:"
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTH_OF_HOUR: Whole = np.repeat(np.arange(1, 13), _DAYS).repeat(DAY).astype(np.int64)  # of 8,760 hours


@dataclass(frozen=True)
class Class:
    """A part of a plant with its own least output: the plant itself, or what a retrofit took over.

    `most_mw` is available while it is in service; `given_up` is what each build takes away.
    """

    asset: str
    plant: str
    bus: str
    most_mw: Fraction
    least_share: Fraction
    build: str
    profile: str = ""
    given_up: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True)
class Way:
    """One direction of an exchange: `sign` -1 exports."""

    asset: str
    exchange: str
    bus: str
    sign: int
    most_mw: Fraction
    price: Fraction
    build: str
    green_share: Fraction | None = None


@dataclass(frozen=True)
class Group:
    """Owners with the same bus, profile and movable share: one load of the dispatch.

    `shape`: (8760,), over the yearly mean; `running`: the same for a load that is even while it runs (what may
    be moved has no shape of its own). `profile` is the name green claims are made under.
    """

    asset: str
    bus: str
    profile: str
    shape: Floats
    running: Floats
    movable: Fraction
    peak: Fraction
    owners: tuple[str, ...]


@dataclass(frozen=True)
class Network:
    """The network of a scenario. `load_of`: owner -> asset of its load; `thermal_mwh`: generated in the base year."""

    buses: tuple[str, ...]
    builds: Mapping[str, Row]
    branches: tuple[Row, ...]
    plants: Mapping[str, Row]
    classes: tuple[Class, ...]
    ways: tuple[Way, ...]
    storage: Mapping[str, Row]
    groups: Mapping[str, Group]
    load_of: Mapping[str, str]
    losses_bus: str
    losses_mwh: Fraction
    thermal_mwh: Fraction
    profiles: Mapping[str, Floats]

    def bus_of(self) -> dict[str, str]:
        """The bus of every asset that injects or draws, unserved load included."""
        found = {part.asset: part.bus for part in self.classes}
        found |= {way.asset: way.bus for way in self.ways}
        found |= {group.asset: group.bus for group in self.groups.values()}
        for key, row in self.storage.items():
            found |= {f"{key}:{way}": row.text("bus_id") for way in ("charge", "discharge")}
        found[LOAD + LOSSES] = self.losses_bus
        return found | {SHED + bus: bus for bus in self.buses}

    def renewables(self) -> list[Class]:
        """Plants that burn nothing."""
        return [part for part in self.classes if self.is_renewable(part.plant)]

    def is_renewable(self, plant: str) -> bool:
        """PV, wind, rooftop PV."""
        return self.plants[plant].text("kind") != "thermal"

    def units(self) -> dict[str, list[str]]:
        """Unit -> assets whose output is its generation."""
        found: dict[str, list[str]] = {}
        for part in self.classes:
            unit = self.plants[part.plant].text("unit_id")
            if unit and not self.is_renewable(part.plant):
                found.setdefault(unit, []).append(part.asset)
        return found

    def fleets(self) -> dict[str, list[Row]]:
        """Plants whose utilisation hours are asked for (3.4.3h): a thermal plant alone, others by kind and build."""
        found: dict[str, list[Row]] = {}
        for row in self.plants.values():
            if row.num("hours_floor") > 0:
                kind, build = row.text("kind"), row.text("build_id")
                fleet = f"{kind}:{build}" if build else kind
                found.setdefault(row.text("plant_id") if kind == "thermal" else fleet, []).append(row)
        return found

    def months(self, build: str) -> Fraction:
        """Share of the plan year that a build is in service; 1 for what exists."""
        return (13 - self.builds[build].num("start_month")) / 12 if build else ONE


def has_network(scenario: Scenario) -> bool:
    """Whether the plan of a scenario is made with a network: it has one, and does not leave it out."""
    return bool(len(scenario.tables["power/buses"])) and scenario.settings.time.mode != "none"


def read_network(rulings: Rulings) -> Network:
    """The network of the scenario that was judged."""
    tables = {name.removeprefix("power/"): rows for name, rows in rulings.accounts.tables.items()
              if name.startswith("power/")}  # fmt: skip
    if not rulings.on("3.4.3h"):  # no hours are asked for
        tables["plants"] = tuple(Row({**row.cells, "hours_floor": ZERO}) for row in tables["plants"])
    if not rulings.on("3.4.3g"):  # nothing leaves over a corridor that is built
        tables["exchange"] = tuple(
            Row({**row.cells, "export_mw": ZERO}) if row.text("build_id") else row
            for row in tables["exchange"]
        )
    profiles = {str(name): np.asarray(column, dtype=np.float64)
                for name, column in rulings.scenario.profiles.items()}  # fmt: skip
    plants = {row.text("plant_id"): row for row in tables["plants"]}
    groups, load_of = _groups(rulings, tables["loads"], profiles)
    losses = rulings.accounts.power.get(LOSSES)
    return Network(
        buses=tuple(sorted(row.text("bus_id") for row in tables["buses"])),
        builds={row.text("build_id"): row for row in tables["builds"]},
        branches=tables["branches"],
        plants=plants,
        classes=tuple(_classes(plants, tables["retrofits"])),
        ways=tuple(_ways(tables["exchange"])),
        storage={row.text("storage_id"): row for row in tables["storage"]},
        groups=groups,
        load_of=load_of,
        losses_bus=_losses_bus(tables),
        losses_mwh=ZERO if losses is None else losses.num("plan_mwh"),
        thermal_mwh=sum(
            (
                row.num("quantity")
                for row in rulings.accounts.tables["unit_energy"]
                if (row.text("carrier_id"), row.text("use")) == (ELECTRICITY, "conversion_out")
            ),
            ZERO,
        ),
        profiles=profiles,
    )


def _losses_bus(tables: Mapping[str, tuple[Row, ...]]) -> str:
    """Losses are drawn at the highest voltage that something existing is connected to, the first bus of it."""
    columns = {"branches": ("from_bus", "to_bus"), "plants": ("bus_id",), "exchange": ("bus_id",)}
    existing = {row.text(column) for name, ends in columns.items() for row in tables[name]
                if not row.text("build_id") for column in ends}  # fmt: skip
    volts = {row.text("bus_id"): row.num("voltage_kv") for row in tables["buses"]}
    found = {bus: kv for bus, kv in volts.items() if bus in existing} or volts
    return min(bus for bus, kv in found.items() if kv == max(found.values()))


def _classes(plants: Mapping[str, Row], retrofits: tuple[Row, ...]) -> list[Class]:
    found = []
    for key, row in plants.items():
        own = [r for r in retrofits if r.text("plant_id") == key]
        is_thermal = row.text("kind") == "thermal"
        available = row.maybe("availability") if is_thermal else None
        share = ONE if available is None else available
        least = row.num("pmin_share") if is_thermal else ZERO
        taken = tuple((r.text("build_id"), r.num("capacity_mw") * share) for r in own)
        profile = "" if is_thermal else row.text("profile_id")
        size, bus = row.num("capacity_mw") * share, row.text("bus_id")
        found.append(Class(key, key, bus, size, least, row.text("build_id"), profile, taken))
        for r in own:
            build, size = r.text("build_id"), r.num("capacity_mw") * share
            found.append(Class(f"{key}+{build}", key, bus, size, r.num("pmin_share"), build))
    return found


def _ways(exchange: tuple[Row, ...]) -> list[Way]:
    found = []
    for row in exchange:
        key, bus, build = row.text("exchange_id"), row.text("bus_id"), row.text("build_id")
        if row.num("import_mw") > 0:
            price = row.num("import_yuan_per_mwh")
            found.append(Way(f"{key}:import", key, bus, 1, row.num("import_mw"), price, build))
        if row.num("export_mw") > 0:
            green = row.maybe("export_green_share")
            found.append(Way(f"{key}:export", key, bus, -1, row.num("export_mw"), ZERO, build, green))
    return found


def _groups(
    rulings: Rulings, loads: tuple[Row, ...], profiles: Mapping[str, Floats]
) -> tuple[dict[str, Group], dict[str, str]]:
    """Loads by bus, profile and movable share; a project draws nothing before its first month (`@month`)."""
    members: dict[str, list[Row]] = {}
    for row in loads:
        members.setdefault(_load_name(row, _first_month(rulings, row)), []).append(row)
    groups = {}
    for asset, rows in members.items():
        first, month = rows[0], _first_month(rulings, rows[0])
        drawn = profiles[first.text("profile_id")]
        name = first.text("profile_id")
        running = (month <= MONTH_OF_HOUR).astype(np.float64)
        if month > 1:
            name = f"{name}@{month}"
            # A season that is over when the project starts: evenly over what is left of the year.
            drawn = drawn * running if (drawn * running).any() else running
            drawn = drawn / float(drawn.mean())
        owners = tuple(row.text("owner_id") for row in rows)
        even = running / float(running.mean())
        share, peak = first.num("flexible_share"), _peak(first)
        groups[asset] = Group(asset, first.text("bus_id"), name, drawn, even, share, peak, owners)
    return groups, {owner: asset for asset, group in groups.items() for owner in group.owners}


def _first_month(rulings: Rulings, load: Row) -> int:
    project = rulings.accounts.projects.get(load.text("owner_id"))
    month = 1 if project is None else int(project.row.num("start_month"))
    return month if 1 <= month <= 12 else 1  # one that starts after the year draws nothing in it


def _load_name(load: Row, month: int) -> str:
    name = f"{LOAD}{load.text('bus_id')}|{load.text('profile_id')}" + (f"@{month}" if month > 1 else "")
    share = load.num("flexible_share")
    return name if share == 0 else f"{name}|{float(share):g}x{float(_peak(load)):g}"


def _peak(load: Row) -> Fraction:
    peak = load.maybe("flexible_peak")
    return Fraction(2) if peak is None else peak
