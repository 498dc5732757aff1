"""What the objective is made of, item by item and exact, so that value added less costs adds up to it (2.2)."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from dualcontrol.model.accounting import Use
from dualcontrol.model.allocation import grid
from dualcontrol.model.allocation.case import Case
from dualcontrol.model.policy.measures import yearly_cost_wan_yuan
from dualcontrol.model.power.dispatch import Dispatch
from dualcontrol.model.quantities import exact

if TYPE_CHECKING:
    from dualcontrol.model.decisions import Decisions

NONE = Fraction(0)


def value_items(
    case: Case,
    decisions: "Decisions",
    units: Mapping[str, Use],
    projects: Mapping[str, Use],
    built: Sequence[Use],
    overshoot_tce: int,
    dispatch: Dispatch | None,
    missing_hours: Mapping[str, Fraction],
) -> dict[str, Fraction]:
    """Items of the objective in 万元, exact: value added positive, costs negative; their sum is the objective.

    units, projects, built: use of units, of projects and of renewables that were built. overshoot_tce: tonnes of the
    elastic band. missing_hours: hours per fleet. Items of a network only with a dispatch.
    """

    def earned(uses: Sequence[Use]) -> Fraction:
        return sum((use.value_added_wan_yuan for use in uses), NONE)

    need = {
        s: case.accounts.counting.counted(line.need, "total") for s, line in case.accounts.society.items()
    }
    targets = case.accounts.scenario.settings.targets
    surcharge = case.surcharge_wan_yuan

    def running(account: str) -> Fraction:
        kind, _, owner = account.partition(":")
        return decisions.activity[owner] if kind == "unit" else decisions.project_load[owner]

    items = {
        "value_added_units": earned([*units.values()]),
        "value_added_projects": earned([*projects.values()]),
        "value_added_built": earned(built),
        "cost_projects": -sum(
            (exact(row.annual_cost_wan_yuan) * decisions.admitted[j] for j, row in case.project_rows.items()),
            NONE,
        ),
        "cost_measures": -sum(
            (yearly_cost_wan_yuan(row) * decisions.adopted[k] for k, row in case.measure_rows.items()), NONE
        ),
        "cost_self_pv": -sum(
            (
                exact(row.self_pv_cost_yuan_per_mwh)
                / 10000
                * max(NONE, decisions.self_pv[i] - exact(row.self_pv_base_mwh))
                for i, row in case.unit_rows.items()
            ),
            NONE,
        ),
        "cost_green_premium": -sum(
            (
                exact(row.green_premium_yuan_per_mwh) / 10000 * decisions.green[i]
                for i, row in case.unit_rows.items()
            ),
            NONE,
        ),
        "cost_tariffs": -sum((paid * running(account) for account, paid in surcharge.items()), NONE),
        "cost_society_shortfall": -sum(
            (
                line.shortfall_wan_yuan_per_tce * need[s] * decisions.shortfall[s]
                for s, line in case.accounts.society.items()
            ),
            NONE,
        ),
        "cost_overshoot": -exact(targets.overshoot_price_wan_yuan_per_tce) * overshoot_tce,
    }
    retired = sum((c.cost_wan_yuan * decisions.retire.get(c.closure_id, NONE) for c in case.closures), NONE)
    if retired:
        items["cost_retirements"] = -retired
    costs = grid.exact_costs(case, dispatch, decisions.built, missing_hours)
    return items | {f"cost_network_{name}": -cost for name, cost in costs.items()}
