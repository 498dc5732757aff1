"""`report.html`: a plan as one page that needs no server and no network, to be read, filtered and printed.

Made of a published result (`result_folder.read_result`). Amounts are 万tce with two decimals, 当量 unless 等价 is said;
differences are those of unrounded figures. The page asks for nothing: its policy forbids every request.
"""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from dualcontrol.annex import Words, clauses_of, reasons, said, worded
from dualcontrol.document_facts import Facts, decimals, wan, wan_change
from dualcontrol.figures_budget import candidates, cutoff, pool_steps
from dualcontrol.figures_outcome import binding
from dualcontrol.fleets import fleet_names
from dualcontrol.messages import LANGUAGES, known, say
from dualcontrol.provenance import versions
from dualcontrol.report_page_charts import changes, flows_of, lorenz, lorenz_curve, sankey, value_curve
from dualcontrol.report_page_html import Bar, both, table, text, waterfall
from dualcontrol.tables import QUOTA_MOVES

if TYPE_CHECKING:
    from dualcontrol.document_figures import Drawing
    from dualcontrol.model.audit import Verdict

# Sections and the pictures in them.
PICTURES = {"frontier": ("frontier",), "network": ("one_line", "dispatch_stack", "duration", "curtailment")}


def report_page(facts: Facts, verdict: "Verdict", drawn: "Sequence[Drawing]" = ()) -> str:
    """The page of a checked result, both languages in it, Chinese first.

    drawn: pictures to take over from the figures of the plan: those of the network and of the frontier.
    """
    style, script = (_asset(name) for name in ("style.css", "script.js"))
    policy = (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{_digest(script)}'"
    )
    titles = Words(*(facts.title(lang) for lang in LANGUAGES))
    parts = [_head(facts, verdict), _cards(facts, verdict), _pool(facts), _flows(facts), _curve(facts)]
    parts += [
        _owners(facts),
        _changes(facts),
        _shares(facts),
        _prices(facts),
        *_pictures(drawn),
        _checks(facts, verdict),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN" data-lang="zh"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{text(policy)}">'
        f'<link rel="icon" href="data:,"><title>{text(titles.zh)} · {text(titles.en)}</title>'
        f"<style>{style}</style></head><body>{''.join(parts)}<script>{script}</script></body></html>\n"
    )


def _asset(name: str) -> str:
    return (files("dualcontrol") / "report_page.d" / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _section(name: str, body: str, **params: object) -> str:
    """A section with its heading and what is to be known of it, messages `page.<name>` and `page.<name>_note`."""
    note = f"page.{name}_note"
    told = f'<p class="note">{both(said(note, **params))}</p>' if known(note) else ""
    return f'<section id="{name}"><h2>{both(said(f"page.{name}"))}</h2>{told}{body}</section>'


def _head(facts: Facts, verdict: "Verdict") -> str:
    marks = [Words(facts.mark, facts.mark), facts.stage]
    shown = "".join(f'<strong class="mark">{both(one)}</strong>' for one in marks if one.zh)
    title = both(Words(*(facts.title(lang) for lang in LANGUAGES)))
    basis = both(Words(*(facts.basis(lang) for lang in LANGUAGES)))
    told = {key: facts.told("zh")[key] for key in ("price_base", "as_of", "k_eq", "base", "year")}
    count = len(verdict.checks)
    return (
        '<a class="skip" href="#owners">' + both(said("page.skip")) + "</a>"
        f'<header><div class="top"><div>{shown}</div><button type="button" id="language" lang="en">English</button>'
        f"</div><h1>{title}</h1><p>{both(said('page.measures', **told))}</p><p>{basis}</p>"
        f"<p>{both(said('page.checked', count=count))}</p></header><main>"
    )


def _cards(facts: Facts, verdict: "Verdict") -> str:
    told, summary = facts.told("zh"), facts.summary
    plan = facts.result.plan
    admitted = int((plan.projects["decision"] == "admitted").sum())
    granted = wan(float(plan.quotas.loc[plan.quotas["kind"] == "unit", "quota_tce"].sum()))
    cards = [
        ("value", f"{told['objective_wan_yuan']}", said("page.card_value_note", gdp=told["gdp_wan_yuan"])),
        ("energy", f"{told['energy_tce']}", said("page.card_energy_note", change=told["change_energy_tce"])),
        ("energy_eq", f"{told['energy_eq_tce']}", said("page.card_energy_note", change=told["change_energy_eq_tce"])),
        ("intensity", f"−{told['reduction']}", said("page.card_intensity_note", asked=told["asked"],
                                                    intensity=told["intensity"], base=told["base_intensity"])),
        ("co2", f"{told['co2_t']}", said("page.card_co2_note", change=wan_change(summary.get("co2_t"),
                                                                               summary.get("base_co2_t")))),
        ("quotas", granted, said("page.card_quotas_note", count=int((plan.quotas["kind"] == "unit").sum()))),
        ("projects", f"{admitted}", said("page.card_projects_note", count=len(plan.projects))),
        ("audit", f"{len(verdict.checks)}", said("page.card_audit_note")),
    ]  # fmt: skip
    shown = "".join(
        f"<li><p class='card'>{both(said(f'page.card_{name}'))}</p><p class='figure'>{text(value)}</p>"
        f"<p class='note'>{both(note)}</p></li>"
        for name, value, note in cards
    )
    return f'<ul class="cards">{shown}</ul>'


def _note(name: str) -> Words:
    named = f"picture.pool.{name}"
    return said(named) if known(named) else worded("note", name)


def _pool(facts: Facts) -> str:
    bars = [
        Bar(_note(s.note), s.tce, "c-kept" if s.note == "reserve" else "c-in" if s.tce > 0 else "c-out",
            ", ".join(s.clauses))
        for s in pool_steps(facts.result.plan.ledger)
    ]  # fmt: skip
    heads = [(said("page.step"), False), (said("page.wan_tce"), True), (said("page.clause"), False)]
    rows = [(both(bar.name), text(wan_change(bar.tce, 0)), text(bar.clauses)) for bar in bars]
    body = waterfall(bars, said("page.pool")) + _details(table("pool-table", heads, rows, said("page.pool")))
    return _section("pool", body)


def _details(inner: str) -> str:
    return f"<details><summary>{both(said('page.as_table'))}</summary>{inner}</details>"


def _names(facts: Facts) -> dict[str, str]:
    scenario = facts.result.scenario
    return {
        f"{kind}:{row[key]}": str(row["name"])
        for kind, name, key in (("unit", "units", "unit_id"), ("project", "projects", "project_id"),
                                ("society", "society", "line_id"))
        for row in scenario.table(name).to_dict("records")
    }  # fmt: skip


def _flows(facts: Facts) -> str:
    names = _names(facts)

    def named(account: str) -> Words:
        own = names.get(account)
        return Words(own, own) if own else worded("account", account.replace(":", "."))

    flows = flows_of(facts.result.plan.ledger, named, _note)
    heads = [(said("page.side"), False), (said("page.owner"), False), (said("page.wan_tce"), True)]
    rows = [
        (both(said("page.source" if f.is_source else "page.receiver")), both(f.name), text(wan(f.tce)))
        for f in flows
    ]
    label = said("page.flows")
    return _section("flows", sankey(flows, label) + _details(table("flow-table", heads, rows, label)))


def _curve(facts: Facts) -> str:
    rulings, plan = facts.material.rulings, facts.result.plan
    rows = candidates(rulings, plan)
    line = cutoff(rulings, plan)
    heads = [(said("page.owner"), False), (said("page.decision"), False), (said("page.energy_wan_eq"), True),
             (said("page.yuan_per_tce"), True)]  # fmt: skip
    cells = [
        (text(r.name), both(worded("decision", r.decision)), text(wan(r.tce_eq)),
         text("–" if r.per_tce != r.per_tce else f"{r.per_tce * 1e4:,.0f}"))
        for r in rows.itertuples(index=False)
    ]  # fmt: skip
    label = said("page.curve")
    return _section(
        "curve", value_curve(rows, line, label) + _details(table("curve-table", heads, cells, label))
    )


def _owners(facts: Facts) -> str:
    """Enterprises, society lines and projects in one table: filtered, sorted, opened."""
    plan, material = facts.result.plan, facts.material
    ledger = list(plan.ledger.itertuples(index=False))
    rows, marks, whys = [], [], []
    for row in plan.quotas.itertuples(index=False):
        if row.kind not in ("unit", "society"):
            continue
        change = int(row.quota_tce) - int(row.opening_tce)
        decision = "more" if change > 0 else "less" if change < 0 else "same"
        clauses = clauses_of(ledger, row.account)
        sector = material.sector(row.sector_id) if row.kind == "unit" else say("page.society", "zh")
        rows.append(_cells(row.name, sector, said(f"page.{decision}"), clauses, row.opening_tce, change, row.quota_tce,
                           row.planned_use_tce, row.value_added_wan_yuan))  # fmt: skip
        marks.append(_marks(row.kind, sector, f"page.{decision}", clauses, row.quota_tce))
        whys.append(
            _why(
                row, [(n, int(getattr(row, n))) for n in QUOTA_MOVES if n == "opening_tce" or getattr(row, n)]
            )
        )
    for row in plan.projects.itertuples(index=False):
        clauses = "; ".join(part for part in str(row.clause or "").split(";") if part)
        sector, told = material.sector(row.sector_id), worded("decision", row.decision)
        rows.append(_cells(row.name, sector, told, clauses, 0, int(row.quota_tce), row.quota_tce,
                           row.planned_use_tce, row.value_added_wan_yuan))  # fmt: skip
        marks.append(_marks("project", sector, f"decision.{row.decision}", clauses, row.quota_tce))
        whys.append(_why(row, []))
    numbers = ("opening", "change", "quota", "use", "value")
    heads = [(said(f"page.{name}"), name in numbers) for name in
             ("owner", "sector", "decision", "clause", *numbers)]  # fmt: skip
    controls = (
        f'<form class="filters" id="filters" hidden>{_choice("kind", marks)}{_choice("sector", marks)}'
        f"{_choice('decision', marks)}{_choice('clause', marks)}<label>{both(said('page.search'))} "
        '<input type="search" id="search"></label></form>'
        f'<p id="count" role="status" aria-live="polite" data-zh="{text(say("page.count", "zh"))}" '
        f'data-en="{text(say("page.count", "en"))}"></p>'
    )
    body = table("owner-table", heads, rows, said("page.owners"), is_sortable=True, marks=marks, whys=whys)
    return _section("owners", controls + body)


def _cells(name: Any, sector: str, decision: Words, clauses: str, opening: float, change: float, quota: float,
           use: float, value: float) -> tuple[str, ...]:  # fmt: skip
    return (
        text(name), text(sector), both(decision), text(clauses), text(wan(opening)), text(_moved(change)),
        text(wan(quota)), text(wan(use)), text(wan(value)),
    )  # fmt: skip


def _moved(tce: float) -> str:
    return wan_change(tce, 0) if tce else "0.00"


def _marks(kind: str, sector: str, decision: str, clauses: str, quota: float) -> dict[str, str]:
    return {
        "kind": f"page.kind_{kind}",
        "sector": sector,
        "decision": decision,
        "clause": clauses,
        "tce": f"{quota:.0f}",
    }


def _choice(name: str, marks: list[dict[str, str]]) -> str:
    """A list to filter by; ids of messages are told in words."""
    values = sorted({part.strip() for mark in marks for part in mark[name].split(";") if part.strip()})
    options = "".join(f'<option value="{text(v)}"{_in_words(v)}</option>' for v in values)
    first = f'<option value=""{_in_words("page.all")}</option>'
    return f'<label>{both(said(f"page.{name}"))} <select data-by="{name}">{first}{options}</select></label>'


def _in_words(value: str) -> str:
    """Attributes and text of an option: an option holds no other element, so the script changes its text."""
    words = said(value) if known(value) else Words(value, value)
    return f' data-zh="{text(words.zh)}" data-en="{text(words.en)}">{text(words.zh)}'


def _why(row: Any, moves: list[tuple[str, int]]) -> str:
    told = f"<p>{both(reasons(row))}</p>"
    basis = f'<p class="note">{both(said("page.basis"))} {both(worded("basis", row.basis))}</p>'
    if len(moves) < 2:
        return told + basis
    bars = [
        Bar(said(f"column.{name}"), tce, "c-base" if name == "opening_tce" else "c-in" if tce > 0 else "c-out",
            is_level=name == "opening_tce")
        for name, tce in moves
    ]  # fmt: skip
    bars.append(Bar(said("column.quota_tce"), sum(tce for _, tce in moves), "c-kept", is_level=True))
    label = said("page.steps_of", name=row.name)
    return told + waterfall(bars, label, divisor=1, places=0) + basis


def _changes(facts: Facts) -> str:
    units = [r for r in facts.result.plan.quotas.itertuples(index=False) if r.kind == "unit"]
    rows = [(str(r.name), float(r.opening_tce), float(r.quota_tce)) for r in units]
    return _section("changes", changes(rows, said("page.changes")))


def _shares(facts: Facts) -> str:
    units = [r for r in facts.result.plan.quotas.itertuples(index=False) if r.kind == "unit"]
    try:
        found = lorenz([(float(r.value_added_wan_yuan), float(r.quota_tce)) for r in units])
    except ValueError:
        return ""
    return _section("shares", lorenz_curve(found, said("page.shares")))


def _prices(facts: Facts) -> str:
    held = binding(facts.result.plan.constraints)
    own = {key.split(":", 1)[1]: Words(name, name) for key, name in _names(facts).items()}
    zh, en = (fleet_names(facts.result.scenario, lang) for lang in LANGUAGES)
    names = {fleet: Words(zh[fleet], en[fleet]) for fleet in zh} | own
    heads = [(said(f"page.{name}"), is_number) for name, is_number in (
        ("limit_name", False), ("about", False), ("clause", False), ("limit", True), ("tighter", True), ("wider", True),
        ("range", True), ("price_unit", False))]  # fmt: skip
    rows = [
        (both(worded("constraint", r.name)), both(names.get(r.index) or Words(r.index, r.index)), text(r.clause),
         text(decimals(r.limit, 2)), text(decimals(r.price_left, 6)), text(decimals(r.price_right, 6)),
         text(f"{decimals(r.range_left, 2)} … {decimals(r.range_right, 2)}"), text(r.price_unit))
        for r in held.fillna({"index": ""}).astype({"index": str}).itertuples(index=False)
    ]  # fmt: skip
    if not rows:
        return _section("prices", f"<p>{both(said('page.no_prices'))}</p>")
    return _section("prices", table("price-table", heads, rows, said("page.prices")))


def _pictures(drawn: "Sequence[Drawing]") -> list[str]:
    """The sections that are pictures, as they are in `figures/`."""
    return [
        _section(name, "".join(_picture(one) for one in shown))
        for name, wanted in PICTURES.items()
        if (shown := [one for which in wanted for one in drawn if one.name == which])
    ]


def _picture(one: "Drawing") -> str:
    data = base64.b64encode(one.png).decode("ascii")
    alt = text(say(f"page.{one.name}", one.lang))
    return (
        f'<figure lang="{one.lang}"><div class="scroll" tabindex="0" role="group" aria-label="{alt}">'
        f'<img alt="{alt}" src="data:image/png;base64,{data}"></div><figcaption>{alt}</figcaption></figure>'
    )


def _checks(facts: Facts, verdict: "Verdict") -> str:
    result = facts.result
    made = ", ".join(f"{name} {number}" for name, number in versions().items())
    rows = [
        (both(said(f"audit.{check.name}", **check.params)), text(check.clause), "✓" if check.passed else "✗")
        for check in verdict.checks
    ]
    heads = [(said("page.check"), False), (said("page.clause"), False), (said("page.passed"), False)]
    told = (
        f"<p>{both(said('page.made', versions=made))}</p>"
        f"<p class='hash'>{both(said('page.hash'))} <code>{text(result.plan_digest)}</code></p>"
    )
    inner = _details(table("check-table", heads, rows, said("page.checks")))
    return _section("checks", told + inner) + "</main>"
