"""What a county could ask for, buy or build so that a wish comes true: levers, each a change of the scenario."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dualcontrol.model.accounting import account
from dualcontrol.model.policy import judge
from dualcontrol.model.scenario import Scenario

Changes = Mapping[str, object]
NAMES = ("increment", "intensity", "reserve", "carbon", "set_aside", "green", "pv", "storage", "measures")
NOISE = 1e-9  # of a step: so much of one is rounding


@dataclass(frozen=True)
class Lever:
    """A change by an amount. unit: of the amount. most: how far it goes. step: what it is rounded to.

    is_switch: all or nothing, the amount is 1. is_whole: the rules count it in whole steps. changes: what `change` is
    given for an amount.
    """

    name: str
    unit: str
    most: float
    step: float
    changes: Callable[[float], Changes]
    is_switch: bool = False
    is_whole: bool = False

    def step_at(self, amount: float) -> float:
        """The step near an amount: three figures of a small one, so that 1 % less of it is another amount."""
        if self.is_whole or amount <= 0:
            return self.step
        return min(self.step, 10.0 ** (math.floor(math.log10(amount)) - 2))

    def rounded_up(self, amount: float) -> float:
        """The amount in whole steps, not less."""
        step = self.step_at(amount)
        return _in_steps(math.ceil(amount / step - NOISE), step)

    def rounded_down(self, amount: float) -> float:
        """The amount in whole steps, not more."""
        step = self.step_at(amount)
        return _in_steps(math.floor(amount / step + NOISE), step)


def _in_steps(steps: int, step: float) -> float:
    return float(f"{steps * step:.12g}")


def levers(scenario: Scenario, names: Sequence[str], project: str | None = None) -> tuple[Lever, ...]:
    """The levers of these names that the scenario has; the others would change nothing. project: the one wished for.

    KeyError for an unknown name.
    """
    made = {
        "increment": _increment, "intensity": _intensity, "reserve": _reserve, "carbon": _carbon, "green": _green,
        "pv": _pv, "storage": _storage, "measures": _measures,
    }  # fmt: skip
    found = [_set_aside(scenario, project) if name == "set_aside" else made[name](scenario) for name in names]
    return tuple(lever for lever in found if lever is not None)


def _increment(scenario: Scenario) -> Lever | None:
    """More increment from above, or use rights bought from outside, which count alike (3.2.1b)."""
    if not scenario.settings.targets.manage_total:
        return None
    accounts = account(scenario)
    now = judge(accounts).increment_tce
    most = max(1.0, float(accounts.base.energy_eq_tce["total"]))
    return Lever(
        "increment", "tce_eq", most, 1.0, lambda a: {"targets.increment_tce_eq": now + a}, is_whole=True
    )  # fmt: skip


def _intensity(scenario: Scenario) -> Lever | None:
    """A lower reduction of intensity (2.1)."""
    now = scenario.settings.targets.intensity_reduction
    if not now or now <= 0:
        return None
    return Lever("intensity", "share", now, 1e-7, lambda a: {"targets.intensity_reduction": _less(now, a)})


def _reserve(scenario: Scenario) -> Lever | None:
    """Less of the increment kept in reserve."""
    now = scenario.settings.policy.reserve_share
    if now <= 0:
        return None
    return Lever("reserve", "share", now, 1e-6, lambda a: {"policy.reserve_share": _less(now, a)})


def _less(now: float, amount: float) -> float:
    return max(0.0, float(f"{now - amount:.12g}"))


def _carbon(scenario: Scenario) -> Lever | None:
    """A larger carbon budget (3.2.1a)."""
    now = scenario.settings.targets.co2_budget_t
    if now is None:
        return None
    return Lever("carbon", "t", max(1.0, now), 1.0, lambda a: {"targets.co2_budget_t": now + a})


def _set_aside(scenario: Scenario, project: str | None) -> Lever | None:
    """The project set aside nationally, so that its energy is left out (where the exclusion is in force)."""
    table = scenario.tables["projects"].set_index("project_id")["is_national"]
    if project is None or project not in table.index or bool(table[project]):
        return None
    changes = {f"projects.{project}.is_national": True}
    return Lever("set_aside", "", 1.0, 1.0, lambda a: changes if a else {}, is_switch=True)


def _green(scenario: Scenario) -> Lever | None:
    """More green electricity for those who buy some, in proportion (3.3.3c)."""
    now = {row.unit_id: row.green_max_mwh for row in scenario.rows("units") if row.green_max_mwh > 0}
    total = sum(now.values())
    if not now:
        return None
    return Lever(
        "green", "MWh", 4 * total, 1.0,
        lambda a: {f"units.{i}.green_max_mwh": float(f"{mwh * (1 + a / total):.12g}") for i, mwh in now.items()},
    )  # fmt: skip


def _pv(scenario: Scenario) -> Lever | None:
    """More PV at the largest PV plant of the network (3.4.2)."""
    plants = [row for row in scenario.rows("power/plants") if row.kind == "pv"]
    if not plants or scenario.settings.time.mode == "none":
        return None
    plant = max(plants, key=lambda row: row.capacity_mw)
    key = f"power/plants.{plant.plant_id}.capacity_mw"
    return Lever(
        "pv", "MW", 4 * plant.capacity_mw, 0.1, lambda a: {key: float(f"{plant.capacity_mw + a:.12g}")}
    )


def _storage(scenario: Scenario) -> Lever | None:
    """More storage of the same hours at the largest one of the network (3.4.3)."""
    stores = scenario.rows("power/storage")
    if not stores or scenario.settings.time.mode == "none":
        return None
    store = max(stores, key=lambda row: row.power_mw)
    place = f"power/storage.{store.storage_id}"

    def changes(amount: float) -> Changes:
        power = float(f"{store.power_mw + amount:.12g}")
        return {
            f"{place}.power_mw": power,
            f"{place}.energy_mwh": float(f"{store.energy_mwh * power / store.power_mw:.12g}"),
        }

    return Lever("storage", "MW", 4 * store.power_mw, 0.1, changes)


def _measures(scenario: Scenario) -> Lever | None:
    """Saving measures that save so much more each, at the same cost (2.3)."""
    now = {
        row.measure_id: row.saving_quantity for row in scenario.rows("measures") if row.saving_quantity > 0
    }
    if not now:
        return None
    return Lever(
        "measures", "share", 4.0, 1e-6,
        lambda a: {f"measures.{k}.saving_quantity": float(f"{q * (1 + a):.12g}") for k, q in now.items()},
    )  # fmt: skip
