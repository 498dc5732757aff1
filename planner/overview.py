"""The first sheet of the workbook: what is asked, what comes out, who gets what, what binds, the check."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_rowcol_to_cell

from dualcontrol.messages import LANGUAGES, Language, describe, say
from dualcontrol.model.schema import BASES
from dualcontrol.questions import question_lines
from dualcontrol.sheet_accounts import Places
from dualcontrol.sheet_power import NETWORK_FIGURES, builds_told, how_checked, missing_told
from dualcontrol.sheets import Column, Sheet, both
from dualcontrol.unused import unused_told
from dualcontrol.words import is_missing, words

if TYPE_CHECKING:
    from dualcontrol.model.audit import Verdict
    from dualcontrol.model.plan import Plan
    from dualcontrol.model.scenario import Scenario

_MOST_BINDING = 12
_FIGURES = (
    Column("column.figure", "text", 52),
    Column("column.value", "dec2", 16),
    Column("column.target", "dec2", 16),
    Column("column.unit", "text", 16),
    Column("column.meaning", "text", 60),
)
# figure (also its message), key of the summary, divisor, style, unit, meaning
_RESULTS = (
    ("result.value", "objective_wan_yuan", 1.0, "dec2", "万元 10⁴ yuan", "meaning.value"),
    ("result.gdp", "gdp_wan_yuan", 1e4, "dec2", "亿元 10⁸ yuan", "meaning.gdp"),
    ("result.energy", "energy_tce", 1e4, "dec2", "万tce 10⁴ tce", "meaning.energy"),
    (
        "result.energy_eq_gross",
        "energy_eq_gross_tce",
        1e4,
        "dec2",
        "万tce 10⁴ tce",
        "meaning.energy_eq_gross",
    ),
    ("result.energy_eq", "energy_eq_tce", 1e4, "dec2", "万tce 10⁴ tce", "meaning.energy_eq"),
    (
        "result.energy_eq_total",
        "energy_eq_total_tce",
        1e4,
        "dec2",
        "万tce 10⁴ tce",
        "meaning.energy_eq_total",
    ),
    ("result.intensity", "intensity", 1.0, "dec4", "tce/万元", "meaning.intensity"),
    ("result.reduction", "intensity_reduction", 1.0, "share", "%", "meaning.reduction"),
    ("result.co2", "co2_t", 1e4, "dec2", "万t 10⁴ t", "meaning.co2"),
)
# parts of the budget: message and place
_PARTS = (
    ("total.unit", "unit"),
    ("total.society", "society"),
    ("total.grid", "grid"),
    ("total.project", "project"),
    ("budget.reserve", "balance.reserve"),
    ("budget.earmark", "balance.pool:3.3.2c"),
    ("budget.pool", "balance.pool"),
    ("budget.retired", "balance.retired"),
)
_BUDGET = (
    Column("column.budget", "text", 52),
    Column("column.wan_tce", "dec2", 16),
    Column("column.tce", "int", 16),
    Column("column.unit", "text", 16),
    Column("column.meaning", "text", 60),
)
_VALUE = (
    Column("column.item", "text", 52),
    Column("column.wan_yuan", "dec2", 16),
    Column("column.share_of_value", "share", 16),
    Column("column.unit", "text", 16),
    Column("column.meaning", "text", 60),
)
_BINDING = (
    Column("column.constraint", "text", 52),
    Column("column.price_left", "number", 16),
    Column("column.price_right", "number", 16),
    Column("column.price_unit", "text", 16),
    Column("column.price_holds", "text", 60),
)


def write_overview(
    sheet: Sheet,
    plan: "Plan",
    scenario: "Scenario",
    verdict: "Verdict",
    summary: Mapping[str, Any],
    places: Places,
) -> None:
    """Fill the overview. places: cells of the other sheets the budget is added up from."""
    settings = scenario.settings
    sheet.widths([column.width for column in _FIGURES])
    sheet.sheet.set_portrait()
    sheet.line(settings.title_zh, "title", 30)
    sheet.line(settings.title_en, "subtitle", 18)
    if sheet.parent.mark:
        sheet.line(f"{sheet.parent.mark}  {both('overview.mark')}", "mark", 20)
    for lang in LANGUAGES:
        text = say(
            "overview.about",
            lang,
            region=(settings.region_zh if lang == "zh" else settings.region_en) or "–",
            base=settings.base_year,
            plan=settings.plan_year,
            as_of=settings.as_of.isoformat(),
            nature=say(f"nature.{settings.nature}", lang),
            status=words("status", summary.get("status")),
        )
        sheet.sentence(text, "fine")
    if "network" in summary:
        for lang in LANGUAGES:
            sheet.sentence(how_checked(summary, lang), "fine")
    _results(sheet, scenario, summary)
    _value(sheet, summary)
    _budget(sheet, places)
    _network(sheet, summary, scenario)
    _binding(sheet, plan, summary)
    _questions(sheet, summary)
    _audit(sheet, verdict)
    _bases(sheet, summary)
    _fingerprints(sheet, summary)


def _section(sheet: Sheet, message: str) -> None:
    sheet.row += 1
    sheet.line(both(message), "section", 22)


def _results(sheet: Sheet, scenario: "Scenario", summary: Mapping[str, Any]) -> None:
    targets = scenario.settings.targets
    asked = {"result.reduction": targets.intensity_reduction, "result.co2": targets.co2_budget_t}
    _section(sheet, "overview.results")
    sheet.heads(_FIGURES)
    for message, key, divisor, style, unit, meaning in _RESULTS:
        for column, value in ((1, summary.get(key)), (2, asked.get(message))):
            sheet.put(sheet.row, column, None if value is None else float(value) / divisor, style)
        sheet.put(sheet.row, 0, both(message), "text")
        sheet.put(sheet.row, 3, unit, "text")
        sheet.put(sheet.row, 4, both(meaning), "text")
        sheet.fit_row(sheet.row, {0: both(message), 4: both(meaning)})
        sheet.row += 1
    for lang in LANGUAGES:
        for line in unused_told(summary, scenario, lang):
            sheet.sentence(line)


def _value(sheet: Sheet, summary: Mapping[str, Any]) -> None:
    """Value added less every cost, and how the plan's value lies below the optimum and the bound."""
    items: Mapping[str, float] = summary["value_items_wan_yuan"]
    _section(sheet, "overview.value")
    sheet.heads(_VALUE)
    first, whole = sheet.row, float(summary["objective_wan_yuan"])
    for item, worth in items.items():
        if worth or item == "value_added_units":
            share = worth / whole if whole else None
            sheet.record(
                _VALUE, [both(f"item.{item}"), worth, share, "万元 10⁴ yuan", both(f"item.{item}_meaning")]
            )
    at = _sum_line(sheet, "value.plan", first, sum(items.values()))
    first = sheet.row
    optimum, ranking = float(summary["solver_objective_wan_yuan"]), float(summary["ranking_cost_wan_yuan"])
    settled = whole - (optimum - ranking)
    for message, worth in (("optimum", optimum), ("ranking", -ranking), ("rounding", settled)):
        sheet.record(
            _VALUE, [both(f"value.{message}"), worth, None, "万元 10⁴ yuan", both(f"value.{message}_meaning")]
        )
    below = _sum_line(sheet, "value.same", first, optimum - ranking + settled)
    bound = summary.get("bound_wan_yuan")
    if not is_missing(bound):
        row, gap = sheet.row, float(bound) - optimum  # type: ignore[arg-type]
        share = gap / optimum if optimum else None
        sheet.record(_VALUE, [both("value.bound"), bound, None, "万元 10⁴ yuan", both("meaning.bound")])
        sheet.record(_VALUE, [both("value.gap"), gap, share, "万元 10⁴ yuan", both("value.gap_meaning")])
        difference = f"={xl_rowcol_to_cell(row, 1)}-{xl_rowcol_to_cell(first, 1)}"
        sheet.formula(row + 1, 1, difference, gap, "dec2")
    sheet.put(sheet.row, 0, both("value.check"), "text")
    text = f"=ROUND({xl_rowcol_to_cell(at, 1)}-{xl_rowcol_to_cell(below, 1)},2)"
    sheet.formula(sheet.row, 1, text, round(sum(items.values()) - whole, 2) + 0.0, "check")
    sheet.row += 1


def _sum_line(sheet: Sheet, message: str, first: int, worth: float) -> int:
    cells = [both(message), worth, None, "万元 10⁴ yuan", both(f"{message}_meaning")]
    row = sheet.record(_VALUE, cells, is_total=True)
    span = f"{xl_rowcol_to_cell(first, 1)}:{xl_rowcol_to_cell(row - 1, 1)}"
    sheet.formula(row, 1, f"=SUM({span})", worth, "dec2", is_total=True)
    return row


def _network(sheet: Sheet, summary: Mapping[str, Any], scenario: "Scenario") -> None:
    """What the network adds and costs, in short; the sheet `power` has the rest."""
    network = summary.get("network")
    if not network:
        return
    _section(sheet, "overview.network")
    sheet.heads(_FIGURES)
    for key, unit in NETWORK_FIGURES:
        sheet.record(
            _FIGURES, [both(f"network.{key}"), network[key], None, unit, both(f"network.{key}_meaning")]
        )
    for lang in LANGUAGES:
        sheet.sentence(builds_told(summary, scenario, lang))
        sheet.sentence(missing_told(summary, scenario, lang))


def _budget(sheet: Sheet, places: Places) -> None:
    """Where the budget goes, from the totals of the other sheets, and that it is what was given."""
    _section(sheet, "overview.budget")
    sheet.heads(_BUDGET)
    first, total = sheet.row, 0.0
    for message, place in _PARTS:
        reference, tce = places.get(place, ("", 0.0))
        # An account that is empty, as the pool must be, needs no line of its own.
        if reference and not (tce == 0 and place.startswith("balance.")):
            _budget_line(sheet, message, f"={reference}", tce)
            total += tce
    sums = f"=SUM({xl_rowcol_to_cell(first, 2)}:{xl_rowcol_to_cell(sheet.row - 1, 2)})"
    _budget_line(sheet, "budget.sum", sums if sheet.row > first else "=0", total, is_total=True)
    reference, owed = places["balance.superior"]
    _budget_line(sheet, "budget.given", f"=-{reference}", -owed, is_total=True)
    row = sheet.row
    _budget_line(sheet, "budget.check", "=0", 0.0)
    difference = f"={xl_rowcol_to_cell(row - 1, 2)}-{xl_rowcol_to_cell(row - 2, 2)}"
    sheet.put(row, 1, None, "text")
    sheet.formula(row, 2, difference, -owed - total, "check")


def _budget_line(sheet: Sheet, message: str, formula: str, tce: float, *, is_total: bool = False) -> None:
    row = sheet.row
    sheet.put(row, 0, both(message), "text", is_total=is_total)
    sheet.formula(row, 1, f"={xl_rowcol_to_cell(row, 2)}/10000", tce / 1e4, "dec2", is_total=is_total)
    sheet.formula(row, 2, formula, tce, "int", is_total=is_total)
    sheet.put(row, 3, "万tce | tce", "text", is_total=is_total)
    sheet.put(row, 4, both(f"{message}_meaning"), "text", is_total=is_total)
    sheet.fit_row(row, {0: both(message), 4: both(f"{message}_meaning")})
    sheet.row += 1


def _binding(sheet: Sheet, plan: "Plan", summary: Mapping[str, Any]) -> None:
    """The limits somebody could relax that have a price: what would have to give to get more."""
    _section(sheet, "overview.binding")
    rows = plan.constraints
    # The pool's limit cannot be relaxed in the county, but it is the energy total.
    limits = rows[rows["relaxable"].astype(bool) | (rows["name"] == "pool_balance")]
    is_there = (limits["activity"] != 0) | (limits["limit"] != 0)  # hours of what is not built hold nothing
    is_priced = (limits["price_left"].fillna(0.0) != 0) | (limits["price_right"].fillna(0.0) != 0)
    priced = limits[is_there & is_priced]
    if priced.empty:
        sheet.sentence(both("overview.nothing_binds"))
        return
    sheet.heads(_BINDING)
    for row in priced.head(_MOST_BINDING).itertuples(index=False):
        where = " ".join(
            part for part in (words("constraint", row.name), row.index, f"({row.clause})") if part
        )
        sheet.record(_BINDING, [where, row.price_left, row.price_right, row.price_unit, _holds(row)])
    if len(priced) > _MOST_BINDING:
        sheet.sentence(both("overview.more_bind", count=len(priced) - _MOST_BINDING), "fine")
    sheet.sentence(both("overview.prices_hold"), "fine")
    for lang in LANGUAGES:
        for line in intensity_told(summary, lang):
            sheet.sentence(line)


def intensity_told(summary: Mapping[str, Any], lang: Language) -> list[str]:
    """What a tonne at the intensity target is worth and up to which target, a sentence per side with a price."""
    price: Mapping[str, Mapping[str, Any]] = summary.get("intensity_price") or {}
    return [
        say(
            f"overview.intensity_{side}",
            lang,
            price=told["wan_yuan_per_tce_eq"],
            target=told["to_reduction"],
            tce=told["tce_eq"],
            worth=told["worth_wan_yuan"],
        )
        for side, told in price.items()
        if told["wan_yuan_per_tce_eq"] and not is_missing(told["to_reduction"])
    ]


def _questions(sheet: Sheet, summary: Mapping[str, Any]) -> None:
    """What has to be asked of the builds that the plan rests on; nothing where nothing is."""
    lines = [line for lang in LANGUAGES for line in question_lines(summary, lang)]
    if lines:
        _section(sheet, "overview.questions")
        for line in lines:
            sheet.sentence(line)


def _holds(row: Any) -> str:
    """How far the prices of a limit hold."""
    told = []
    for side in ("left", "right"):
        reach = getattr(row, f"range_{side}")
        if is_missing(reach):
            continue
        if math.isinf(reach):
            told.append(both(f"overview.endless_{side}"))
        else:
            told.append(both(f"overview.holds_{side}", reach=reach, unit=row.unit))
    return "\n".join(told) or both("overview.holds_unknown")


def _audit(sheet: Sheet, verdict: "Verdict") -> None:
    _section(sheet, "overview.audit")
    message = "overview.passed" if verdict.passed else "overview.failed"
    sheet.sentence(both(message, checks=len(verdict.checks)))
    worst = verdict.worst
    for lang in LANGUAGES:
        told = describe(f"audit.{worst.name}", lang, worst.params)
        sheet.sentence(say("overview.tightest", lang, worst=told))


def _bases(sheet: Sheet, summary: Mapping[str, Any]) -> None:
    columns = (
        Column("column.basis", "text", 52),
        Column("column.share_tce", "share", 16),
        Column("column.share_value_added", "share", 16),
    )
    _section(sheet, "overview.bases")
    sheet.heads(columns)
    shares = summary["basis_shares"]
    for basis in BASES:
        sheet.record(
            columns,
            [words("basis", basis), *(shares[kind].get(basis, 0.0) for kind in ("tce", "value_added"))],
        )


def _fingerprints(sheet: Sheet, summary: Mapping[str, Any]) -> None:
    _section(sheet, "overview.fingerprints")
    hashes, versions = summary["hashes"], summary["versions"]
    sheet.sentence(both("overview.scenario_hash") + f"  {hashes['scenario']}", "fine")
    sheet.sentence(both("overview.plan_hash") + f"  {hashes['plan']}", "fine")
    sheet.sentence("  ".join(f"{name} {number}" for name, number in versions.items()), "fine")
