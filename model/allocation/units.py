"""Constraints of existing units: quota and use, savings, self-used PV, green electricity, grants and limits."""

from typing import Any

import pyomo.environ as pyo

from dualcontrol.model.allocation.register import row

PLANT_MARGIN_TCE = (
    0.1  # a plant's use follows from its dispatch in whole kWh, which must not exceed its quota
)


@row("3.2.1a", "restrictive", "tce", "(1 + h) E_i <= Q_i + grant_i - limit_i - beyond_i", over="UNITS")
def use_within_quota(m: Any, i: str) -> Any:
    """A unit uses no more than its quota, with the stated headroom; Q_i is what the rules left it."""
    kept = PLANT_MARGIN_TCE if i in m.PLANT_UNITS else 0.0
    return m.counted_total[i] * (1.0 + m.headroom_share) <= m.quota[i] - kept


@row("3.1.1", "restrictive", "tce", "grant_i <= 0", over="CAPPED_UNITS")
def stock_is_capped(m: Any, i: str) -> Any:
    """Existing high-consuming enterprises get nothing above their base unless 3.3.2 grants it."""
    return m.grant[i] <= 0.0


@row("3.3.2b", "permissive", "tce", "grant_i <= allowance_i", over="EFFICIENT_UNITS")
def efficient_units_may_grow(m: Any, i: str) -> Any:
    """A unit better than the banner's benchmark may be relaxed above its base, up to the allowance."""
    return m.grant[i] <= float(m.case.rulings.units[i].grant_max_tce)


@row("3.2.1c", "restrictive", "tce", "grant_i <= capacity_i - base_i", over="OTHER_UNITS")
def growth_to_capacity(m: Any, i: str) -> Any:
    """Other units may receive what their full capacity reasonably needs."""
    return m.grant[i] <= float(m.case.rulings.units[i].grant_max_tce)


@row("3.2.1c", "transfer", "tce", "limit_i <= max_cut_share base_i", over="UNITS")
def limit_of_low_output(m: Any, i: str) -> Any:
    """Low-output, high-consumption use is limited, only above the benchmark and only by a share a year."""
    return m.limit[i] <= float(m.case.rulings.units[i].limit_max_tce)


@row("3.2.5", "restrictive", "tce", "grant_i <= 0", over="BARRED_UNITS")
def dishonest_get_no_grant(m: Any, i: str) -> Any:
    """A unit under a dishonesty record receives nothing from the pool until repaired."""
    return m.grant[i] <= 0.0


@row("3.3.2a", "restrictive", "tce", "grant_i <= 0", over="LOW_GRADE_UNITS")
def grade_d_gets_no_grant(m: Any, i: str) -> Any:
    """A unit of grade D in the yearly evaluation receives nothing from the pool."""
    return m.grant[i] <= 0.0


@row("2.3", "definition", "carrier unit", "s_k <= S_k adopt_k", over="MEASURES")
def saving_needs_adoption(m: Any, k: str) -> Any:
    """A measure saves only if it is carried out."""
    return m.saving[k] <= m.case.full_saving(m.case.measure_rows[k]) * m.adopted[k]


@row("2.3", "definition", "carrier unit", "s_k <= S_k activity_i", over="MEASURES")
def saving_needs_activity(m: Any, k: str) -> Any:
    """A measure saves in proportion to what its unit runs, or its line is served: using less is not a saving twice."""
    measure = m.case.measure_rows[k]
    level = m.activity[measure.unit_id] if measure.unit_id else 1 - m.shortfall[measure.line_id]
    return m.saving[k] <= m.case.full_saving(measure) * level


@row("3.2.1b", "restrictive", "tce", "beyond_i <= sum of savings - cut_i beyond_ok_i", over="SAVING_UNITS")
def saving_frees_beyond_cut(m: Any, i: str) -> Any:
    """A tonne is freed once: a saving posts only its part beyond the cut it already serves."""
    return m.beyond[i] <= m.saved_tce[i] - m.case.rulings.units[i].cut_tce * m.beyond_ok[i]


@row("3.2.1b", "restrictive", "tce", "beyond_i <= S_i beyond_ok_i", over="SAVING_UNITS")
def saving_beyond_is_declared(m: Any, i: str) -> Any:
    """Nothing is posted unless the savings exceed the cut (the switch of the row above)."""
    return m.beyond[i] <= m.case.most_saved_tce(i) * m.beyond_ok[i]


@row("3.3.3b", "definition", "MWh", "pv_i - pv_base_i <= added_i", over="UNITS")
def added_pv_is_new(m: Any, i: str) -> Any:
    """PV beyond the base year's is what costs money."""
    return m.self_pv[i] - float(m.case.unit_rows[i].self_pv_base_mwh) <= m.added_pv[i]


@row("3.3.3c", "definition", "MWh", "green_i <= D_i = electricity_i - pv_i", over="UNITS")
def green_within_purchases(m: Any, i: str) -> Any:
    """Green electricity bought cannot exceed the electricity bought; so PV cannot exceed the electricity used."""
    return m.green[i] <= m.purchased[i]


@row("3.3.3c", "permissive", "MWh", "ex_i <= green_i - s D_i + s Dmax_i (1 - z_i)", over="GREEN_UNITS")
def excess_above_share(m: Any, i: str) -> Any:
    """Only renewable electricity above the required share of purchases is left out of the account."""
    share = float(m.case.counting.required_share)
    most = m.case.running[i].electricity_mwh * float(m.case.unit_rows[i].activity_max)
    return m.excess[i] <= m.green[i] - share * m.purchased[i] + share * most * (1 - m.is_excess[i])


@row("3.3.3c", "permissive", "MWh", "ex_i <= Gmax_i z_i", over="GREEN_UNITS")
def excess_is_declared(m: Any, i: str) -> Any:
    """Below the required share nothing is excluded: z_i is a yes or no, relaxing it would err the wrong way."""
    return m.excess[i] <= float(m.case.unit_rows[i].green_max_mwh) * m.is_excess[i]


@row("3.3.3c", "restrictive", "MWh", "sum of green_i <= local non-fossil electricity")
def green_supply(m: Any) -> Any:
    """Enterprises together cannot claim more green electricity than stays in the county."""
    if not m.GREEN_UNITS or m.case.power:  # with a network: hour by hour, `green_is_delivered`
        return pyo.Constraint.Skip
    return sum(m.green[i] for i in m.GREEN_UNITS) <= float(m.case.accounts.power_plan.non_fossil_local_mwh)


ROWS = (
    use_within_quota,
    stock_is_capped,
    efficient_units_may_grow,
    growth_to_capacity,
    limit_of_low_output,
    dishonest_get_no_grant,
    grade_d_gets_no_grant,
    saving_needs_adoption,
    saving_needs_activity,
    saving_frees_beyond_cut,
    saving_beyond_is_declared,
    added_pv_is_new,
    green_within_purchases,
    excess_above_share,
    excess_is_declared,
    green_supply,
)
