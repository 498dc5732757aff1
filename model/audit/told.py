"""What else the summary says: whose it is, what its figures rest on, items, prices, warnings, unused quotas."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from dualcontrol.model.audit.choices import Plan
from dualcontrol.model.audit.ledger import Book
from dualcontrol.model.audit.network import Network
from dualcontrol.model.audit.numbers import ZERO
from dualcontrol.model.audit.operation import Operation
from dualcontrol.model.audit.origin import basis_shares
from dualcontrol.model.audit.results import ResultRow, Results
from dualcontrol.model.audit.summary import read_number, told, totals
from dualcontrol.model.audit.unused import shown_quotas
from dualcontrol.model.audit.verdict import Check, Probe, Verdict, together

MARK = "演示数据·非官方文件"  # borne by every result whose data are not official
SHARE = Fraction(1, 10**6)  # published decimals of shares by basis
PRICE = Fraction(1, 10**8)  # 万元 per unit: prices below it may be a solver's noise
BOUND = Fraction(1, 10**6)  # of the value: what decimals of prices may move the bound by
NO_INVERSION = ("starts_after_the_plan_year", "decided_by_leaders")
# What a published summary must say beside its totals; values are checked where they can be recomputed.
KEYS = (
    "scenario", "title_zh", "title_en", "region_zh", "region_en", "nature", "base_year", "plan_year", "as_of",
    "status", "bound_wan_yuan", "solver_objective_wan_yuan", "ranking_cost_wan_yuan", "binding", "binding_rows",
    "inversions", "is_relaxed", "warnings", "margins_tce", "intensity_price", "value_items_wan_yuan",
    "unused_quotas_tce", "audit", "basis_shares", "versions", "hashes",
)  # fmt: skip
NETWORK_KEYS = ("time", "is_draft", "questions", "network")
STATUSES = ("optimal", "within_gap")
Summary = Mapping[str, object]


def told_checks(
    plan: Plan, results: Results, book: Book, overshoot_tce: int, summary: Summary, *, is_published: bool
) -> tuple[Check, ...]:
    """Identity and contents of the summary; of a plan in memory only what is there is checked."""
    keys, contents = Probe("summary_keys", "2.2", ""), Probe("summary_contents", "2.2", "")
    if is_published:
        for key in required(plan):
            keys.holds(f"summary.json {key}", key in summary, "-", key)
        known = {*required(plan), *totals(plan, book, overshoot_tce)}
        for key in sorted(
            set(summary) - known
        ):  # a figure nobody recomputes must not stand beside those that are
            keys.holds(f"summary.json {key}", False, key, "-")
    if "network" in summary or "time" in summary:
        keys.holds("summary.json network", plan.operation is not None, "network", "-")
    for key, wanted in identity(plan).items():
        if key in summary or is_published:
            found = summary.get(key)
            keys.holds(f"summary.json {key}", found == wanted, str(found)[:60], str(wanted))
    for place, is_true, found, wanted in _claims(plan, results, summary):
        contents.holds(f"summary.json {place}", is_true, str(found)[:60], str(wanted)[:200])
    _groups(contents, plan, results, book, overshoot_tce, summary)
    _prices(contents, results, summary)
    if plan.operation is not None and "questions" in summary:
        _questions(contents, plan.operation, summary["questions"])
    return together([keys, contents])


def required(plan: Plan) -> tuple[str, ...]:
    """Keys that the summary of a published plan of this kind must have."""
    settings = plan.rulings.scenario.settings
    mark = () if settings.nature == "official" else ("mark",)
    if plan.operation is None:
        return (*mark, *KEYS)
    year = ("typical_days",) if settings.time.mode == "year" else ()
    return (*mark, *KEYS, *NETWORK_KEYS, *year)


def identity(plan: Plan) -> dict[str, object]:
    """What the settings give word by word."""
    settings = plan.rulings.scenario.settings
    return {
        "mark": None if settings.nature == "official" else MARK,
        **{
            key: getattr(settings, key)
            for key in ("title_zh", "title_en", "region_zh", "region_en", "nature")
        },
        "base_year": settings.base_year,
        "plan_year": settings.plan_year,
        "as_of": settings.as_of.isoformat(),
        "is_relaxed": settings.solve.relax_integers,
        "warnings": warnings(plan),
    }


def warnings(plan: Plan) -> list[str]:
    """Ids of what has to be looked at: cuts and releases of more than twice the increment."""
    rulings = plan.rulings
    cuts = sum(one.cut + one.release for one in rulings.units.values() if not one.is_retired)
    is_deep = rulings.increment > 0 and cuts > 2 * rulings.increment
    return ["cuts_exceed_twice_the_increment"] if is_deep else []


def _claims(plan: Plan, results: Results, summary: Summary) -> Iterator[tuple[str, bool, object, object]]:
    """Statements: (place, whether it is true, what is said, what would be true)."""
    if "status" in summary:
        yield "status", summary["status"] in STATUSES, summary["status"], " | ".join(STATUSES)
    if "inversions" in summary:
        found, wanted = summary["inversions"], inversions(results)
        yield "inversions", _records(found) == _records(wanted), found, wanted
    if "binding_rows" in summary:
        found, held = summary["binding_rows"], binding_rows(results)
        yield "binding_rows", isinstance(found, list | tuple) and sorted(map(str, found)) == held, found, held
    if "binding" in summary:
        yield "binding", summary["binding"] == binding(results), summary["binding"], binding(results)
    audit = summary.get("audit")
    if isinstance(audit, Mapping):
        yield "audit passed", audit.get("passed") is True, audit.get("passed"), "true"
    for key in ("margins_tce", "versions"):
        if key in summary:
            yield key, isinstance(summary[key], Mapping), type(summary[key]).__name__, "object"


def verdict_check(summary: Mapping[str, object], verdict: Verdict) -> Check:
    """What the summary says of the check when it was published is what it finds now: checks, bound and gap."""
    probe, audit = Probe("summary_audit", "2.2", ""), summary.get("audit")
    audit = audit if isinstance(audit, Mapping) else {}
    listed = audit.get("checks")
    said = [dict(one) for one in listed if isinstance(one, Mapping)] if isinstance(listed, Sequence) else []
    names = [str(one.get("name")) for one in said if one.get("passed") is True]
    found = [check.name for check in verdict.checks]
    probe.holds("summary.json audit checks", names == found, str(len(names)), str(len(found)))
    value = verdict.value_wan_yuan or ZERO
    for key, now in (("bound_wan_yuan", verdict.bound_wan_yuan), ("gap_wan_yuan", verdict.gap_wan_yuan)):
        cell, place = read_number(audit.get(key)), f"summary.json audit {key}"
        if now is None or cell is None:
            probe.holds(place, (now is None) == (cell is None), str(audit.get(key)), str(now))
        else:  # prices are published with decimals
            probe.equal(place, cell.value, now, Fraction(1, 100) + BOUND * abs(value))
    return probe.check()


def inversions(results: Results) -> list[dict[str, str]]:
    """Pairs where a project that enters ranks below one that is refused, by the published ranks."""
    enters = [row for row in results.projects if row.text("decision") == "admitted"]
    waits = [row for row in results.projects
             if row.text("decision") == "refused" and row.text("reason") not in NO_INVERSION]  # fmt: skip
    return [
        {"admitted": a.text("project_id"), "refused": r.text("project_id"), "reason": r.text("reason")}
        for r in waits
        for a in enters
        if a.value("rank") > r.value("rank")
    ]


def _records(cell: object) -> list[str]:
    if not isinstance(cell, list | tuple):
        return ["?"]
    return sorted(str(sorted(one.items())) if isinstance(one, Mapping) else str(one) for one in cell)


def _named(row: ResultRow) -> str:
    index = row.text("index")
    return f"{row.text('name')}[{index}]" if index else row.text("name")


def binding_rows(results: Results) -> list[str]:
    """Limits that may be relaxed and hold the plan back by the published prices, `name[index]`, sorted."""
    return sorted(
        _named(row)
        for row in results.constraints
        if row.text("relaxable") in ("1", "True")
        and max(row.value("price_left"), row.value("price_right")) > PRICE
        and (row.value("activity") != 0 or row.value("limit") != 0)
    )


def binding(results: Results) -> str:
    """Which targets cost something if they are tightened, by the published prices; no price: they cannot be."""
    pool, intensity = (
        any(
            not row.has("price_left") or row.value("price_left") > PRICE
            for row in results.constraints
            if row.text("name") == name
        )
        for name in ("pool_balance", "county_intensity")
    )
    if pool and intensity:
        return "both"
    return "total" if pool else "intensity" if intensity else "neither"


def _groups(
    probe: Probe, plan: Plan, results: Results, book: Book, overshoot_tce: int, summary: Summary
) -> None:
    """Figures in groups: items of the value, unused quotas, shares by basis."""
    items, quotas = plan.value_items(overshoot_tce), shown_quotas(plan, book)
    for key, wanted in (("value_items_wan_yuan", items), ("unused_quotas_tce", quotas)):
        if key in summary:
            group(probe, key, key, summary[key], wanted)
    shares = summary.get("basis_shares")
    if "basis_shares" in summary:
        for kind, by_basis in basis_shares(plan, results).items():
            found = shares.get(kind) if isinstance(shares, Mapping) else None
            found = found if isinstance(found, Mapping) else {}
            for basis in sorted({*by_basis, *map(str, found)}):
                share, cell = by_basis.get(basis, ZERO), read_number(found.get(basis, 0))
                place = f"summary.json basis_shares {kind} {basis}"
                probe.holds(place, cell is not None, "-", str(float(share)))
                if cell is not None:
                    probe.equal(place, cell.value, share, SHARE)
    audit = summary.get("audit")
    if isinstance(audit, Mapping):
        value = plan.value(overshoot_tce)
        told(probe, "summary.json audit", "value_wan_yuan", audit.get("value_wan_yuan"), value)


def group(probe: Probe, place: str, unit: str, cell: object, wanted: Mapping[str, Fraction]) -> None:
    """A group of figures: the keys are these, each figure with the decimals of the group's name."""
    found = cell if isinstance(cell, Mapping) else {}
    probe.holds(f"summary.json {place}", isinstance(cell, Mapping), type(cell).__name__, "object")
    for key in sorted({*wanted, *map(str, found)}):
        probe.holds(f"summary.json {place} {key}", key in wanted and key in found, key, "-")
        if key in wanted and key in found:
            told(probe, f"summary.json {place} {key}", unit, found[key], wanted[key])


def _prices(probe: Probe, results: Results, summary: Summary) -> None:
    """The price of the intensity target is that of constraints.csv; what moving it is worth is price times tonnes."""
    if "intensity_price" not in summary:
        return
    rows = [row for row in results.constraints if row.text("name") == "county_intensity"]
    price = summary["intensity_price"]
    probe.holds("summary.json intensity_price", (price is None) == (not rows), str(price)[:40], "target")
    if not rows or not isinstance(price, Mapping):
        return
    for side in ("left", "right"):
        place, one = f"summary.json intensity_price {side}", price.get(side)
        if not isinstance(one, Mapping):
            probe.holds(place, False, "-", side)
            continue
        here = rows[0].numbers[f"price_{side}"]
        found = read_number(one.get("wan_yuan_per_tce_eq"))
        probe.holds(place, (found is None) == (here is None), str(found), str(here))
        if found is None or here is None:
            continue
        probe.equal(place, found.value, here.value, PRICE + abs(here.value) / 10**6)
        tce, worth = read_number(one.get("tce_eq")), read_number(one.get("worth_wan_yuan"))
        if tce is not None and worth is not None:
            # four decimals of money, and the decimals of the price and of the tonnes that were rounded away
            slack = Fraction(1, 1000) + abs(here.value) / 10 + abs(tce.value) / 10**8
            probe.equal(f"{place} worth_wan_yuan", worth.value, here.value * tce.value, slack)


def _questions(probe: Probe, operation: Operation, cell: object) -> None:
    """Every build with a question is listed with it, what it gives, and whether the plan builds it."""
    network = operation.network
    found: Sequence[object] = cell if isinstance(cell, list | tuple) else ()
    listed = {str(one.get("id")): one for one in found if isinstance(one, Mapping)}
    asked = {key: row for key, row in network.builds.items() if row.text("question")}
    for key in sorted({*asked, *listed}):
        place, one = f"summary.json questions {key}", listed.get(key)
        probe.holds(place, one is not None and key in asked, key, "-")
        if one is None or key not in asked:
            continue
        for column in ("name", "question"):
            text = asked[key].text(column)
            probe.holds(f"{place} {column}", one.get(column) == text, str(one.get(column))[:60], text)
        is_built = operation.built[key] > 0
        probe.holds(f"{place} built", one.get("built") is is_built, str(one.get("built")), str(is_built))
        told(probe, place, "energy_mwh", one.get("energy_mwh"), _energy_mwh(operation, network, key))


def _energy_mwh(operation: Operation, network: Network, build: str) -> Fraction:
    own = [key for key, row in network.plants.items() if row.text("build_id") == build]
    return operation.dispatch.mwh(*own)
