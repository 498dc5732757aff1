"""A power network as frozen values: buses, branches, links, generators, storage, loads, builds (3.4.3).

Power in MW, energy in MWh, reactance per unit on 100 MVA. Hourly figures are named profiles, arrays of T values in
`Series`. What may be built is a column shared by all hours: a yes/no build or a continuous capacity.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Build:
    """Something that may be built: a binary, or a capacity in MW between `lower` and `upper`.

    annual_cost: in the objective's unit, per build or per MW. profile: hourly share of it in service (0 before it
    starts), a name in Series; None = always.
    """

    id: str
    annual_cost: float = 0.0
    is_binary: bool = True
    lower: float = 0.0
    upper: float = 1.0
    profile: str | None = None


@dataclass(frozen=True)
class Branch:
    """A line or transformer with a reactance: its flow follows the angles. Positive flow runs from bus0 to bus1.

    capacity_mw: limit of the flow, times the build's column where there is one. is_optional: without its build it
    does not exist (else the build only widens it). shift_pu: phase shift times 100 MVA base, angle limits likewise.
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


@dataclass(frozen=True)
class Link:
    """A controllable connection: what enters at bus0 leaves at bus1 times the efficiency."""

    id: str
    bus0: str
    bus1: str
    capacity_mw: float
    efficiency: float = 1.0
    min_share: float = 0.0
    cost_per_mwh: float = 0.0
    build: str | None = None


@dataclass(frozen=True)
class Generator:
    """A plant, an import or (sign -1) an export.

    output between min_share and `profile` (a name in Series, default 1) times the capacity; capacity_mw times the
    build's column where there is one. has_online: thermal with continuous online capacity per day,
    min_share·u <= p <= u <= profile·capacity. given_up: (build, MW) that leaves this class when it is built (a
    flexibility retrofit is a second class with a lower minimum). segments: piecewise-linear convex cost as (MW, cost per MWh) steps.
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


@dataclass(frozen=True)
class Storage:
    """Storage with losses; its level at the end of the last hour of a cycle is the level before the first."""

    id: str
    bus: str
    power_mw: float
    energy_mwh: float
    efficiency_in: float = 1.0
    efficiency_out: float = 1.0
    standing_loss: float = 0.0
    build: str | None = None


@dataclass(frozen=True)
class Load:
    """Electricity drawn at a bus: `profile` (over the yearly mean) times the MW of `column`, or times mw.

    column: name of a shared column that holds the mean MW (a decision of the year); None = the constant mw.
    flexible_share: what may be moved within the cycle, with at most `flexible_peak` times its mean.
    """

    id: str
    bus: str
    profile: str | None = None
    mw: float = 0.0
    column: str | None = None
    flexible_share: float = 0.0
    flexible_peak: float = 2.0


@dataclass(frozen=True)
class Network:
    """A network: elements in sorted order; `shed_cost` prices unserved load per MWh (None: not allowed)."""

    buses: tuple[str, ...]
    branches: tuple[Branch, ...] = ()
    links: tuple[Link, ...] = ()
    generators: tuple[Generator, ...] = ()
    storage: tuple[Storage, ...] = ()
    loads: tuple[Load, ...] = ()
    builds: tuple[Build, ...] = ()
    shed_cost: float | None = None
    has_green_accounts: bool = False

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

    def previous(self) -> npt.NDArray[np.int64]:
        """The hour before each hour, cyclic within its cycle (daily cycles by default: one cycle)."""
        before = np.arange(self.hours) - 1
        cycle = np.zeros(self.hours, dtype=np.int64) if self.cycle is None else self.cycle
        for number in np.unique(cycle):
            of_cycle = np.flatnonzero(cycle == number)
            before[of_cycle[0]] = of_cycle[-1]
        return before
