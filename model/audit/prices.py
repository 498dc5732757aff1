"""Multipliers for the bound, from the price columns of constraints.csv.

A row is recognised by words of its name: county intensity (or incentive), sector, pool, earmark, carbon,
resource, green supply. Its price is taken without its sign (a multiplier of a limit is never negative) and
converted to 万元 per tce, t, MWh or resource unit. What is not recognised is left out: the bound stays valid.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.results import ResultRow, Results

Worth = tuple[int, Fraction]


@dataclass(frozen=True)
class Prices:
    """Multipliers >= 0 (万元 per unit of the row); resources by id, sectors by id, earmark by worth."""

    county: Fraction = ZERO
    pool: Fraction = ZERO
    carbon: Fraction = ZERO
    carbon_rate: Fraction = ZERO
    fossil: Fraction = ZERO
    local: Fraction = ZERO
    green: Fraction = ZERO
    sectors: Mapping[str, Fraction] = field(default_factory=dict)
    resources: Mapping[str, Fraction] = field(default_factory=dict)
    earmark: Mapping[Worth, Fraction] = field(default_factory=dict)


def candidates(results: Results, plan: Plan) -> tuple[list[Prices], int]:
    """Price vectors to try, and how many rows carried a price.

    Left prices, right prices, their means; each also with the released quota priced like the pool, which it
    relieves; and no prices at all.
    """
    known = [(row, kind) for row in results.constraints if (kind := _kind(row)) is not None]
    sides: list[Callable[[Fraction, Fraction], Fraction]] = [
        lambda left, right: left,
        lambda left, right: right,
        lambda left, right: (left + right) / 2,
    ]
    found: list[Prices] = []
    top = max((project.worth for project in plan.rulings.accounts.projects.values()), default=None)
    for side in sides:
        prices = _gather(known, plan, side)
        also = prices if top is None else replace(prices, earmark={top: prices.pool})
        found += [one for one in (prices, also) if one not in found]
    counted = sum(row.has("price_left") or row.has("price_right") for row, _ in known)
    return [*found, Prices()], counted


# In this order: the first word that a name holds decides; None = a row the bound has no multiplier for.
_WORDS: tuple[tuple[str, str | None], ...] = (
    ("unit_carbon", None), ("carbon_rate", "carbon_rate"), ("fossil", "fossil"), ("local_renewable", "local"),
    ("incentive", "county"), ("waiver", None), ("band", None), ("sector", "sector"), ("intensity", "county"),
    ("earmark", "earmark"), ("carbon", "carbon"), ("co2_budget", "carbon"), ("resource", "resource"),
    ("green_supply", "green"), ("pool", "pool"), ("energy_total", "pool"),
)  # fmt: skip


def _kind(row: ResultRow) -> str | None:
    name = row.text("name").lower()
    return next((kind for word, kind in _WORDS if word in name), None)


def _gather(
    known: list[tuple[ResultRow, str]], plan: Plan, side: Callable[[Fraction, Fraction], Fraction]
) -> Prices:
    single = dict.fromkeys(("county", "pool", "carbon", "carbon_rate", "fossil", "local", "green"), ZERO)
    sectors: dict[str, Fraction] = {}
    resources: dict[str, Fraction] = {}
    earmark: dict[Worth, Fraction] = {}
    accounts = plan.rulings.accounts
    for row, kind in known:
        left, right = abs(row.value("price_left")), abs(row.value("price_right"))
        left, right = (left if row.has("price_left") else right), (right if row.has("price_right") else left)
        price, index = side(left, right) * _factor(row, kind, plan), row.text("index")
        if kind == "sector":
            sectors[index] = price
        elif kind == "resource":
            resources[index] = price
        elif kind == "earmark":
            worths = {project.worth for project in accounts.projects.values()}
            if not worths:
                continue
            worth = accounts.projects[index].worth if index in accounts.projects else max(worths)
            earmark[worth] = earmark.get(worth, ZERO) + price
        else:
            single[kind] += price
    return Prices(**single, sectors=sectors, resources=resources, earmark=earmark)


def _factor(row: ResultRow, kind: str, plan: Plan) -> Fraction:
    """From the published unit to 万元 per unit of the auditor's row."""
    unit = row.text("price_unit").replace(" ", "").lower()
    money, _, per = unit.partition("/")
    factor = Fraction(10000) if "亿" in money else Fraction(1)
    if any(word in per for word in ("百分点", "percent", "%", "pp")):
        # One point of reduction lowers the right-hand side by 1 % of (base intensity x value added).
        base, value_added = _intensity(row, kind, plan)
        return factor * 100 / (base * value_added) if base * value_added > 0 else ZERO
    if "tce" in per and "万元" in per:  # price of the intensity itself
        _, value_added = _intensity(row, kind, plan)
        return factor / value_added if value_added > 0 else ZERO
    if per.startswith("万"):
        factor /= 10000
    return factor / 1000 if per.startswith("gwh") else factor


def _intensity(row: ResultRow, kind: str, plan: Plan) -> tuple[Fraction, Fraction]:
    """Base intensity and value added of the plan that an intensity row speaks of."""
    rulings, accounts = plan.rulings, plan.rulings.accounts
    if kind != "sector":
        return rulings.base_intensity or ZERO, plan.county().value_added
    key = row.text("index")
    base = [accounts.base_unit_flow(unit) for unit in accounts.units.values() if unit.sector == key]
    energy, value = sum((f.intensity for f in base), ZERO), sum((f.value_added for f in base), ZERO)
    now = [plan.unit_flow(k) for k in plan.units if accounts.units[k].sector == key]
    now += [plan.project_flow(k) for k in plan.load if accounts.projects[k].sector == key]
    return (energy / value if value > 0 else ZERO), sum((f.value_added for f in now), ZERO)
