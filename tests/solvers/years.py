"""A small county's year drawn by chance: hours of a dispatch, and a yearly program that decides on builds and load."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pyomo.environ as pyo

from dualcontrol.solvers.compile import Arrays, Floats, compile_model
from dualcontrol.solvers.days import Days
from dualcontrol.solvers.decompose import Wiring
from dualcontrol.solvers.highs import LiveHighs, Options, Solution
from dualcontrol.solvers.join import join
from dualcontrol.solvers.stamp import Hour, Layout, compile_hour, stamp
from dualcontrol.solvers.totals import with_total_row

SCOPES = {"cycle": ("online",), "year": ("built", "load_mw")}
TERMS = {
    "thermal": {("p", "thermal"): 1.0},
    "solar": {("p", "sun"): 1.0, ("p", "new"): 1.0},
    "export": {("p", "export"): 1.0},
}
SHARED: dict[Any, Any] = {("built", b): ("built", b) for b in ("new", "soft")} | {
    ("load_mw", None): ("load_mw", None)
}


@cache
def small_hour() -> Hour:
    """The hour, compiled once."""
    return compile_hour(hour_model(), SCOPES, {"before": "level"})


def hour_model() -> pyo.ConcreteModel:
    """Thermal online per day, sun, new sun and a softer thermal minimum if built, import, export, a store, shedding."""
    m = pyo.ConcreteModel()
    m.sun, m.shape, m.service, m.eta = (
        pyo.Param(mutable=True, initialize=1.0, within=pyo.Any) for _ in range(4)
    )
    m.built = pyo.Var(["new", "soft"], bounds=(0, 1))
    m.load_mw = pyo.Var(bounds=(0, None))
    m.online = pyo.Var(bounds=(0, 60))
    most = {"thermal": 60, "sun": 30, "new": 50, "import": 15, "export": 40}
    m.p = pyo.Var(list(most), bounds=lambda m, g: (0, most[g] * (m.sun if g == "sun" else 1)))
    m.charge, m.discharge, m.level = (pyo.Var(bounds=(0, size)) for size in (10, 10, 20))
    m.before = pyo.Var()
    m.shed = pyo.Var(bounds=(0, None))
    m.most = pyo.Constraint(expr=m.p["thermal"] <= m.online)
    m.least = pyo.Constraint(expr=m.p["thermal"] >= 0.5 * m.online - 10 * m.built["soft"])
    m.new_sun = pyo.Constraint(expr=m.p["new"] <= 50 * m.sun * m.service * m.built["new"])
    m.store = pyo.Constraint(expr=m.level == m.before + m.eta * m.charge - m.discharge)
    m.balance = pyo.Constraint(
        expr=m.p["thermal"] + m.p["sun"] + m.p["new"] + m.p["import"] - m.p["export"]
        + m.discharge - m.charge + m.shed == m.shape * m.load_mw
    )  # fmt: skip
    m.cost = pyo.Objective(expr=0.06 * m.p["import"] + 2.0 * m.shed)
    return m


def yearly_model(chance: np.random.Generator, hours: int, cap_share: float) -> pyo.ConcreteModel:
    """Load earns money, thermal energy earns a little and counts against a cap, new sun earns, builds cost."""
    m = pyo.ConcreteModel()
    m.built = pyo.Var(["new", "soft"], domain=pyo.Binary)
    m.load_mw = pyo.Var(bounds=(10, 60))
    m.total = pyo.Var(list(TERMS), bounds=(0, 200 * hours))
    earned = np.round(chance.uniform([0.03, 0.005, 0.01], [0.09, 0.02, 0.03]), 4).tolist()
    m.cap = pyo.Constraint(
        expr=0.3 * m.total["thermal"] - 0.05 * m.total["solar"] <= cap_share * 0.3 * 60 * hours
    )
    m.contract = pyo.Constraint(expr=m.total["export"] <= 25 * hours)
    m.value = pyo.Objective(
        expr=earned[0] * hours * m.load_mw
        + earned[1] * m.total["thermal"]
        + earned[2] * m.total["solar"]
        - float(chance.uniform(0.1, 0.5)) * hours * m.built["new"]
        - float(chance.uniform(0.02, 0.2)) * hours * m.built["soft"],
        sense=pyo.maximize,
    )
    return m


@dataclass(frozen=True)
class Year:
    """Both programs, where they meet, and the figures of the hours."""

    yearly: Arrays
    stamped: Arrays
    layout: Layout
    steps: int
    series: Mapping[str, Floats]

    def days(self) -> Days:
        return Days(self.stamped, self.layout, TERMS, self.steps)

    def wiring(self, days: Days) -> Wiring:
        shared = np.array([self.yearly.column(*SHARED[label]) for label in days.yearly])
        totals = np.array([self.yearly.column("total", name) for name in days.names])
        worth = np.where(self.yearly.is_integer[shared], 100.0, 0.5) * self.layout.hours
        return Wiring(shared, totals, np.concatenate([np.full(len(totals), 0.5), worth]))

    def one_program(self) -> Arrays:
        """Everything in one program: the truth that the decomposition has to find."""
        program, layout = join(self.yearly, self.stamped, self.layout, SHARED)
        for name, terms in TERMS.items():
            tie = {self.yearly.column("total", name): -1.0}
            program = with_total_row(program, layout, terms, 0.0, 0.0, ("total_of_hours", name), shared=tie)
        return program

    def best(self) -> Solution:
        return LiveHighs(self.one_program(), Options()).solve()

    def with_cap(self, share: float) -> "Year":
        """The same year with another cap on thermal energy."""
        upper = self.yearly.row_upper.copy()
        upper[self.yearly.row("cap")] = share * 0.3 * 60 * self.layout.hours
        return replace(self, yearly=replace(self.yearly, row_upper=upper))

    def relaxed(self) -> "Year":
        return replace(self, yearly=self.yearly.relaxed())


def small_year(seed: int, days: int = 4, steps: int = 4, cap_share: float = 0.35) -> Year:
    """`days` of `steps` hours; new sun is in service from the second day on, the store's efficiency differs by day."""
    chance = np.random.default_rng(seed)
    hours = days * steps
    day = np.arange(hours) // steps
    series: dict[str, Floats] = {
        "sun": np.round(
            np.tile(np.sin(np.linspace(0, np.pi, steps)), days) * chance.uniform(0.3, 1, days)[day], 3
        ),
        "shape": np.round(chance.uniform(0.6, 1.4, hours), 3),
        "service": (day > 0).astype(float),
        "eta": np.round(chance.uniform(0.7, 0.95, days)[day], 3),
    }
    previous = np.arange(hours) - 1
    previous[::steps] += steps
    stamped, layout = stamp(small_hour(), hours, series, previous=previous, scopes={"cycle": day})
    return Year(compile_model(yearly_model(chance, hours, cap_share)), stamped, layout, steps, series)
