"""A power network as frozen values: buses, branches, links, generators, storage, loads, builds (3.4.3).

Power in MW, energy in MWh, reactance per unit on 100 MVA. Hourly figures are named profiles, arrays of T
values in `Series`. What may be built is a column shared by all hours: a yes/no build or a continuous
capacity.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
BASE_MVA = 100.0  # of per unit figures
START = "start of the cycle"  # profile that is 1 in the first hour of each cycle, else 0


@dataclass(frozen=True)
class Build:
    """Something that may be built: a binary, or a capacity in MW between `lower` and `upper`.

    annual_cost: in the objective's unit, per build or per MW. profile: hourly share of it in service (0
    before it starts), a name in Series; None = always.
    """

    id: str
    annual_cost: float = 0.0
    is_binary: bool = True
    lower: float = 0.0
    upper: float = 1.0
    profile: str | None = None


@dataclass(frozen=True)
class Branch:
    """A line or transformer with a reactance: its flow, positive from bus0 to bus1, follows the angles.

    capacity_mw: limit of the flow, times the build's column where there is one. is_optional: without its
    build it does not exist (else the build only widens it). The angle of bus0 less that of bus1 is reactance
    times flow plus shift_rad and lies within the angle limits.
    """

    id: str
    bus0: str
    bus1: str
    reactance_pu: float
    capacity_mw: float = np.inf
    build: str | None = None
    is_optional: bool = False
    shift_rad: float = 0.0
    angle_min_rad: float = -np.inf
    angle_max_rad: float = np.inf

    @property
    def angle_limits_mw(self) -> tuple[float, float]:
        """Limits of the angle difference as limits of the flow, MW (none if there is no reactance)."""
        if self.reactance_pu == 0:
            return -np.inf, np.inf
        ends = [
            (angle - self.shift_rad) * BASE_MVA / self.reactance_pu
            for angle in (self.angle_min_rad, self.angle_max_rad)
        ]
        return min(ends), max(ends)


@dataclass(frozen=True)
class Link:
    """A controllable connection: what enters at bus0 leaves at bus1 times the efficiency.

    At least min_mw (None: min_share of the capacity), per unit of the build's column where there is one;
    negative runs backwards.
    """

    id: str
    bus0: str
    bus1: str
    capacity_mw: float
    efficiency: float = 1.0
    min_share: float = 0.0
    cost_per_mwh: float = 0.0
    build: str | None = None
    min_mw: float | None = None

    @property
    def lowest_mw(self) -> float:
        """Least power, MW."""
        return self.min_share * self.capacity_mw if self.min_mw is None else self.min_mw


@dataclass(frozen=True)
class Generator:
    """A plant, an import or (sign -1) an export.

    output between min_share and `profile` (a name in Series, default 1) times the capacity; capacity_mw times
    the build's column where there is one. min_mw: least output where it is no share of the capacity (a load
    that may be shed has a negative one); min_profile: hourly least share. has_online: thermal with continuous
    online capacity per day, min_share·u <= p <= u <= profile·capacity. given_up: (build, MW) that leaves this
    class when it is built (a flexibility retrofit is a second class with a lower minimum). green_profile: hourly
    green share an export carries. segments: piecewise-linear convex cost from the least output upwards as
    (MW, cost per MWh) steps. cost_profile: hourly factor of cost_per_mwh.
    """

    id: str
    bus: str
    capacity_mw: float
    min_share: float = 0.0
    profile: str | None = None
    cost_per_mwh: float = 0.0
    sign: float = 1.0
    build: str | None = None
    has_online: bool = False
    segments: tuple[tuple[float, float], ...] = ()
    co2_t_per_mwh: float = 0.0
    is_green: bool = False
    given_up: tuple[tuple[str, float], ...] = ()
    green_profile: str | None = None
    min_mw: float | None = None
    min_profile: str | None = None
    cost_profile: str | None = None

    @property
    def lowest_mw(self) -> float:
        """Least output without `min_profile`, MW (per unit of the build's column where there is one)."""
        return self.min_share * self.capacity_mw if self.min_mw is None else self.min_mw


@dataclass(frozen=True)
class Storage:
    """Storage with losses; its level at the end of the last hour of a cycle is the level before the first.

    power_mw: of discharging, and of charging unless charge_mw differs. initial_mwh: level before the first
    hour of each cycle (None: as at its end). inflow: profile in MW that fills the store, as far as it is not
    spilled. min_level_share: of energy_mwh. All sizes are per unit of the build's column where there is one.
    """

    id: str
    bus: str
    power_mw: float
    energy_mwh: float
    efficiency_in: float = 1.0
    efficiency_out: float = 1.0
    standing_loss: float = 0.0
    build: str | None = None
    charge_mw: float | None = None
    min_level_share: float = 0.0
    initial_mwh: float | None = None
    inflow: str | None = None
    cost_per_mwh: float = 0.0  # of discharging
    charge_cost_per_mwh: float = 0.0

    @property
    def most_charge_mw(self) -> float:
        """Power of charging, MW."""
        return self.power_mw if self.charge_mw is None else self.charge_mw


@dataclass(frozen=True)
class Load:
    """Electricity drawn at a bus: `profile` (over the yearly mean) times the MW of `column`, or times mw.

    column: name of a shared column that holds the mean MW (a decision of the year); None = the constant mw.
    flexible_share: what may be moved within the cycle, with at most `flexible_peak` times its mean; flexible_profile:
    that mean over the yearly one (default 1; 0 before a load starts), the same all through a cycle.
    """

    id: str
    bus: str
    profile: str | None = None
    mw: float = 0.0
    column: str | None = None
    flexible_share: float = 0.0
    flexible_peak: float = 2.0
    flexible_profile: str | None = None


@dataclass(frozen=True)
class Network:
    """A network: elements in sorted order; `shed_cost` prices unserved load per MWh (None: not allowed).

    step_profile: hours that each step lasts for storage levels (None: one). fixed_cost: of every hour.
    """

    buses: tuple[str, ...]
    branches: tuple[Branch, ...] = ()
    links: tuple[Link, ...] = ()
    generators: tuple[Generator, ...] = ()
    storage: tuple[Storage, ...] = ()
    loads: tuple[Load, ...] = ()
    builds: tuple[Build, ...] = ()
    shed_cost: float | None = None
    has_green_accounts: bool = False
    step_profile: str | None = None
    fixed_cost: float = 0.0

    def build(self, wanted: str) -> Build:
        """The build of that id. StopIteration if there is none."""
        return next(build for build in self.builds if build.id == wanted)


@dataclass(frozen=True)
class Series:
    """Hourly profiles (T,), the weight of each hour (T,), and the cycle (day) each hour belongs to (T,)."""

    hours: int
    profiles: Mapping[str, Floats] = field(default_factory=dict)
    weight: Floats | None = None
    cycle: npt.NDArray[np.int64] | None = None
    hour_of_year: npt.NDArray[np.int64] | None = None

    def previous(self) -> npt.NDArray[np.int64]:
        """The hour before each hour, cyclic within its cycle (daily cycles by default: one cycle)."""
        if self.cycle is None:
            return np.roll(np.arange(self.hours), 1)
        order = np.argsort(self.cycle, kind="stable")
        first = np.flatnonzero(np.diff(self.cycle[order], prepend=self.cycle[order[:1]] - 1))
        before = np.empty(self.hours, dtype=np.int64)
        before[order[1:]] = order[:-1]
        before[order[first]] = order[np.append(first[1:], self.hours) - 1]
        return before

    def starts(self) -> Floats:
        """1 in the first hour of each cycle, else 0: the profile `START`."""
        is_first = np.zeros(self.hours)
        is_first[0 if self.cycle is None else np.unique(self.cycle, return_index=True)[1]] = 1.0
        return is_first
