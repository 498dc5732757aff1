"""What must agree between rows, tables and settings. Each check is one small function; all of them run.

A check never repeats what the reader has told: a faulty cell arrives as NaN, "" or None and is passed over.
"""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from dualcontrol.model.cells import credit_code_checks, written
from dualcontrol.model.checks_carbon import CARBON_CHECKS
from dualcontrol.model.checks_energy import ENERGY_CHECKS
from dualcontrol.model.checks_network import NETWORK_CHECKS
from dualcontrol.model.checks_products import products
from dualcontrol.model.checks_stock import STOCK_CHECKS
from dualcontrol.model.checks_tables import NAMED_BY_NETWORK, missing_tables
from dualcontrol.model.draft import Draft
from dualcontrol.model.problems import nearest, plain
from dualcontrol.model.schema import ELECTRICITY, TABLES
from dualcontrol.model.schema_years import ADMITTED, ADOPTED, BUILT, CARRIED_IN, CARRIED_OUT, CLOSED


def check(draft: Draft) -> None:
    """Run every check of this module and of the `checks_` modules on a draft.

    A table that is missing is told first and once: what refers to it, or sums over it, is then passed over.
    """
    draft = replace(draft, incomplete=draft.incomplete | missing_tables(draft))
    for run in (*_CHECKS, *ENERGY_CHECKS, *STOCK_CHECKS, *CARBON_CHECKS, *NETWORK_CHECKS):
        run(draft)


def references(draft: Draft) -> None:
    """A reference must occur in a table it may refer to."""
    for name, table in TABLES.items():
        for column in table.columns:
            targets = column.refers_to
            if not targets or not all(draft.has(t) for t in targets) or set(targets) & NAMED_BY_NETWORK:
                continue
            known = {key for t in targets for key in draft.frames[t][TABLES[t].key[0]]}
            for i, value in enumerate(draft.frames[name][column.name]):
                if value and value not in known:
                    tables = " / ".join(f"{t}.csv" for t in targets)
                    draft.tell("dangling_reference", name, i, column.name, tables=tables,
                               suggestion=nearest(value, known))  # fmt: skip


def distinct_owners(draft: Draft) -> None:
    """Decisions and resources refer to units and projects by id alone, so no id may be both."""
    units = set(draft.frames["units"]["unit_id"]) - {""}
    for i, value in enumerate(draft.frames["projects"]["project_id"]):
        if value in units:
            draft.tell("id_used_twice", "projects", i, "project_id", other="units.csv")


def ordered_bounds(draft: Draft) -> None:
    """Lower bounds must not exceed upper ones."""
    for i, row in draft.rows("projects"):
        if row.load_min > row.load_max:
            draft.tell("load_order", "projects", i, "load_min",
                       minimum=plain(row.load_min), maximum=plain(row.load_max))  # fmt: skip
    for i, row in draft.rows("units"):
        if row.activity_min > row.activity_max:
            draft.tell("activity_order", "units", i, "activity_min",
                       minimum=plain(row.activity_min), maximum=plain(row.activity_max))  # fmt: skip


def society(draft: Draft) -> None:
    """What is electrified is part of the electricity needed (3.4.5); outputs are guaranteed of products there are."""
    for i, row in draft.rows("society"):
        if row.electrified_mwh > row.plan_electricity_mwh:
            draft.tell("electrified_above_need", "society", i, "electrified_mwh",
                       need=plain(row.plan_electricity_mwh))  # fmt: skip
    known = set(draft.frames["products"]["product"])
    for i, row in draft.rows("output_targets"):
        if row.product not in known:
            hint = nearest(row.product, known)
            draft.tell("unknown_product", "output_targets", i, "product", suggestion=hint)


def credit_codes(draft: Draft) -> None:
    """A code whose check character is wrong was mistyped or rounded by a spreadsheet (remark only)."""
    for i, code in enumerate(draft.frames["units"]["credit_code"]):
        if code and not credit_code_checks(code):
            draft.tell("note_credit_code_check", "units", i, "credit_code")


_OUTPUT_UNIT = {"kgce/t": "t", "kgce/m2": "m2", "kWh/t": "t", "gce/kWh": "MWh"}


def specific_energy(draft: Draft) -> None:
    """Energy per product, its unit and the benchmark it is held against must go together."""
    lines = draft.frames["benchmarks"]
    for table in ("products", "projects"):
        for i, row in draft.rows(table):
            has_energy, unit = pd.notna(row.specific_energy), row.specific_unit
            record = draft.records[table][i].values
            if has_energy and "specific_unit" not in record:
                draft.tell("specific_unit_missing", table, i, "specific_unit")
            if row.benchmark_key and "specific_energy" not in record:
                draft.tell("specific_energy_missing", table, i, "specific_energy")
            units = set(lines.loc[lines["benchmark_key"] == row.benchmark_key, "unit"]) - {""}
            if row.benchmark_key and unit and units and units != {unit}:
                expected = ", ".join(sorted(units - {unit}))
                draft.tell("benchmark_unit", table, i, "specific_unit", expected=expected)
            if table == "products" and unit in _OUTPUT_UNIT:
                wanted = _OUTPUT_UNIT[unit]
                if row.output_unit in set(_OUTPUT_UNIT.values()) - {wanted}:
                    draft.tell("output_unit", table, i, "output_unit", expected=wanted)


def benchmarks_in_force(draft: Draft) -> None:
    """A benchmark without an advanced line in force cuts nothing and lets nobody in: say so once per key."""
    if draft.settings is None or not draft.has("benchmarks"):
        return
    lines, as_of = draft.frames["benchmarks"], draft.settings.as_of
    in_force = {
        row.benchmark_key
        for row in lines.itertuples()
        if row.level == "advanced" and row.effective_from is not None and row.effective_from <= as_of
    }
    told: set[str] = set()
    for table in ("products", "projects"):
        for i, row in draft.rows(table):
            key = row.benchmark_key
            if key and key in set(lines["benchmark_key"]) and key not in in_force | told:
                draft.tell("note_no_advanced_line", table, i, "benchmark_key", as_of=as_of.isoformat())
                told.add(key)


def three_high(draft: Draft) -> None:
    """A three-high project that names no line to be held against stays out under 3.3.1a (remark)."""
    for i, row in draft.rows("projects"):
        if (
            row.is_three_high
            and not row.benchmark_key
            and "benchmark_key" not in draft.records["projects"][i].values
        ):
            draft.tell("note_three_high_without_line", "projects", i, "benchmark_key")


def decisions(draft: Draft) -> None:
    """Only a project can be admitted, and admission is yes or no, of a divisible one also a share."""
    projects = set(draft.frames["projects"]["project_id"])
    divisible = {row.project_id for _, row in draft.rows("projects") if row.is_divisible}
    units = set(draft.frames["units"]["unit_id"])
    for i, row in draft.rows("decisions"):
        if row.what != "admitted":
            continue
        if row.target_id in units - projects:
            draft.tell("admission_of_unit", "decisions", i, "target_id")
        if pd.notna(row.value) and not (
            row.value in (0.0, 1.0) or (row.target_id in divisible and row.value <= 1.0)
        ):
            draft.tell("admission_value", "decisions", i, "value")


def year_links(draft: Draft) -> None:
    """A link names what it is about, unless it carries tonnes, and says yes, no or whole tonnes; once for each."""
    seen: set[tuple[str, str]] = set()
    divisible = {row.project_id for _, row in draft.rows("projects") if row.is_divisible}
    for i, row in draft.rows("year_links"):
        if not row.what:
            continue
        carries = row.what in (CARRIED_IN, CARRIED_OUT)
        if carries == bool(row.target_id) or (
            not carries and row.target_id not in _linked_ids(draft, row.what)
        ):
            draft.tell("link_target", "year_links", i, "target_id")
        is_share = row.what == ADMITTED and row.target_id in divisible
        if pd.notna(row.value) and ((row.value % 1 != 0 and not is_share) or (not carries and row.value > 1)):
            draft.tell("link_value", "year_links", i, "value")
        if (row.what, row.target_id) in seen:
            draft.tell("link_twice", "year_links", i, "target_id")
        seen.add((row.what, row.target_id))


def _linked_ids(draft: Draft, what: str) -> set[str]:
    tables = {
        ADMITTED: (("projects", "project_id"),),
        ADOPTED: (("measures", "measure_id"),),
        CLOSED: (("retirements", "retirement_id"), ("capacity_replacements", "pair_id")),
        BUILT: (("power/builds", "build_id"),),
    }
    return {str(one) for name, key in tables[what] for one in draft.frames[name][key]}


def evaluation(draft: Draft) -> None:
    """Every indicator but specific energy, whose benchmark is a benchmark line, needs a benchmark; one has a weight."""
    if draft.has("evaluation", "weight", "unit_weight", "cap"):
        rows = list(draft.rows("evaluation"))
        if rows and not any(row.weight > 0 or row.unit_weight > 0 for _, row in rows):
            draft.tell("evaluation_no_weight", "evaluation", 0, "weight")
        for i, row in rows:
            if row.cap == 0:
                draft.tell("not_positive", "evaluation", i, "cap")
    for i, row in draft.rows("evaluation"):
        given = draft.records["evaluation"][i].values
        if row.indicator and row.indicator != "specific_energy" and "benchmark" not in given:
            draft.tell("evaluation_benchmark", "evaluation", i, "benchmark")


def restricted_capacity(draft: Draft) -> None:
    """A project on a restricted line must say how much capacity it adds, or 3.2.3e would ask for nothing."""
    for i, row in draft.rows("projects"):
        if row.restricted_key and row.capacity == 0:
            draft.tell("restricted_without_capacity", "projects", i, "capacity")


def history(draft: Draft) -> None:
    """Base methods that look back need three years of every unit, up to the base year (3.2.1a)."""
    if draft.settings is None or draft.settings.policy.base_method == "last_year":
        return
    if not draft.has("unit_history", "unit_id", "year", "output"):
        return
    base_year = draft.settings.base_year
    rows = draft.frames["unit_history"]
    past = rows[rows["year"] <= base_year].sort_values("year")
    for i, unit in draft.rows("units"):
        last = past[past["unit_id"] == unit.unit_id].tail(3)
        if not unit.unit_id:
            continue
        if len(last) < 3:
            draft.tell("history_years", "units", i, "unit_id", found=len(last))
        elif draft.settings.policy.base_method == "output_adjusted":
            for year, output in zip(last["year"], last["output"], strict=True):
                if pd.isna(output) or (year == last["year"].iloc[-1] and output == 0):
                    draft.tell("history_output", "units", i, "unit_id", year=written(year))


def gdp(draft: Draft) -> None:
    """Value added must sum to the stated GDP; an intensity target needs a GDP to be a ratio of."""
    settings = draft.settings
    is_known = draft.has("units", "value_added_wan_yuan", "sector_id") and draft.has("gdp", "base_wan_yuan")
    if settings is None or not is_known:
        return
    total = float(
        draft.frames["units"]["value_added_wan_yuan"].sum() + draft.frames["gdp"]["base_wan_yuan"].sum()
    )
    stated = settings.gdp_base_wan_yuan if "1.a" not in settings.disabled_clauses else None
    if stated is not None and abs(total - stated) > 1.0:
        key = "gdp_base_wan_yuan"
        draft.tell_setting("gdp_sum", key, plain(stated), sum=plain(total), difference=plain(total - stated))
    for key in ("intensity_reduction", "incentive_intensity_reduction"):
        reduction = getattr(settings.targets, key)
        if reduction is not None and total <= 0:
            draft.tell_setting("intensity_without_gdp", f"targets.{key}", plain(reduction))
    by_sector = draft.frames["units"].groupby("sector_id")["value_added_wan_yuan"].sum()
    for i, row in draft.rows("sectors"):
        if pd.notna(row.intensity_reduction) and by_sector.get(row.sector_id, 0.0) <= 0:
            draft.tell("sector_without_value_added", "sectors", i, "intensity_reduction")


def electricity(draft: Draft) -> None:
    """Who uses energy needs carriers, electricity among them, counted in MWh and without own carbon."""
    using = [
        t for t in ("unit_energy", "project_energy", "measures", "society", "power") if len(draft.frames[t])
    ]
    if not using or not draft.has("carriers"):
        return
    carriers = draft.frames["carriers"]
    if ELECTRICITY not in set(carriers["carrier_id"]):
        hint = nearest(ELECTRICITY, carriers["carrier_id"])
        draft.findings.add("no_electricity", "carriers.csv", None, "carrier_id", suggestion=hint)
    for i, row in draft.rows("carriers"):
        if row.carrier_id != ELECTRICITY:
            continue
        if row.unit and row.unit != "MWh":
            draft.tell("electricity_unit", "carriers", i, "unit")
        if row.co2_t_per_unit > 0:
            draft.tell("electricity_carbon", "carriers", i, "co2_t_per_unit")
        if abs(row.tce_per_unit - 0.1229) > 1e-9:
            draft.tell("note_electricity_factor", "carriers", i, "tce_per_unit")


_CHECKS: tuple[Callable[[Draft], None], ...] = (
    references,
    distinct_owners,
    ordered_bounds,
    society,
    credit_codes,
    specific_energy,
    benchmarks_in_force,
    three_high,
    decisions,
    year_links,
    evaluation,
    restricted_capacity,
    history,
    gdp,
    electricity,
    products,
)
