"""Random tables of what is given up and saved, for the counties of `wide_counties`."""

from random import Random

Rows = list[dict[str, object]]
SAVING_CLAUSES = ("2.3", "3.5.1", "3.5.2", "3.5.6")


def stock_tables(
    r: Random, units: list[str], projects: dict[str, str], lines: list[str], scale: float
) -> dict[str, Rows]:
    """Measures, retirements, replacements and pairs; projects: the restricted key of each ("" for none)."""
    return {
        "measures": _measures(r, units, lines, scale),
        "retirements": [
            {"retirement_id": f"r{k}", "unit_id": r.choice(units), "capacity_share": r.choice((1, 0.5, 0.3)),
             "start_month": r.choice((1, 6, 8, 13)), "compensation_wan_yuan": r.choice((0, 5 * scale))}
            for k in range(r.choice((0, 0, 1, 2)))
        ],
        "restricted_capacity": [
            {"restricted_key": "pvc", "capacity_ratio": ratio, "energy_ratio": 1, "exempt_if": exempt,
             "effective_from": day}
            for ratio, exempt, day in (
                (1, "none", "2020-01-01"), (1.25, r.choice(("none", "chain")), "2021-06-01"), (9, "none", "2023-01-01")
            )
        ],
        "replacements": [
            {"replacement_id": f"s {j} {k}", "project_id": j, "unit_id": r.choice((*units, "")), "capacity": 60,
             "energy_tce": round(r.uniform(50, 400) * scale, 2), "capacity_share": r.choice((0.2, 0.6, 1)),
             "start_month": r.choice((1, 7))}
            for j, key in projects.items() if key for k in range(r.choice((1, 2, 3)))
        ],
        "capacity_replacements": [
            {"pair_id": f"x {j}", "unit_id": r.choice(units), "project_id": j,
             "capacity_share": r.choice((0.2, 0.5)), "start_month": r.choice((1, 4))}
            for j in projects if r.random() < 0.4
        ],
    }  # fmt: skip


def _measures(r: Random, units: list[str], lines: list[str], scale: float) -> Rows:
    rows: Rows = []
    for k in range(r.choice((0, 0, 1, 2, 3))):
        owner = r.choice((*units, *lines))
        rows.append(
            {
                "measure_id": f"m{k}",
                "line_id" if owner in lines else "unit_id": owner,
                "carrier_id": r.choice(("coal", "coal", "electricity")) if owner in lines else "coal",
                "saving_quantity": round(r.uniform(0.5, 8) * scale, 2),
                "annual_cost_wan_yuan": round(r.uniform(-1, 3) * scale, 2),
                "investment_wan_yuan": r.choice((0, round(10 * scale, 2))),
                "life_years": r.choice((1, 10)),
                "discount_rate": r.choice((0, 0.08)),
                "start_month": r.choice((1, 5, 13)),
                "realised_share": r.choice((1, 0.9)),
                "exclusive_group": r.choice(("", "g")),
                "clause": r.choice(SAVING_CLAUSES),
                "kind": r.choice(("retrofit", "equipment")),
            }
        )
    return rows
