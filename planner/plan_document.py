"""The budget plan of energy use in Word: eleven sections, what was checked, the meeting's item, figures, annexes.

The outline follows what such plans have in practice; no form is prescribed. Every figure is read from the published
plan. What the inputs do not have is left open in words and never made up: no document number, no seal, no signature.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dualcontrol.annex import WAN, given
from dualcontrol.annexes import annexes
from dualcontrol.document_facts import Facts, decimals, wan, wan_change
from dualcontrol.document_tables import put_annex
from dualcontrol.docx_paper import Paper
from dualcontrol.docx_styles import TYPE_MM
from dualcontrol.meeting_item import put_item
from dualcontrol.messages import Language, describe, say
from dualcontrol.model.county_account import gross_eq_tce
from dualcontrol.model.reports import REPORTS
from dualcontrol.questions import question_lines
from dualcontrol.sheet_power import builds_told, how_checked, missing_told
from dualcontrol.tables import QUOTA_MOVES
from dualcontrol.unused import unused_told

if TYPE_CHECKING:
    from dualcontrol.document_figures import Drawing
    from dualcontrol.model.audit import Verdict

NAMES: Mapping[Language, str] = {"zh": "用能预算管理方案.docx", "en": "energy-budget-plan.docx"}
_PRINTS = ("scenario", "plan", "versions")
_SHOWN_UNITS = 10  # largest changes named in the text; annex 2 has all
_HIGHEST_MM = 128.0  # of a figure on a landscape page, below its caption


def plan_document(facts: Facts, verdict: "Verdict", drawings: Sequence["Drawing"], lang: Language) -> bytes:
    """The budget plan as a docx file. drawings: figures of the plan to show, of any language; those of `lang` are."""
    title = facts.title(lang)
    paper = Paper(lang, title, mark=facts.mark, stage=facts.stage.text(lang), day=facts.day)
    paper.title(title)
    if facts.stage.text(lang):
        paper.centred(say("document.in_brackets", lang, text=facts.stage.text(lang)))
    if facts.mark:
        paper.centred(say("document.mark", lang, mark=facts.mark), is_red=True)
    told = facts.told(lang)
    paper.paragraph(say("document.lead", lang, **_of(told, "region", "year")))
    _grounds(paper, facts, told, lang)
    _last_year(paper, facts, told, lang)
    _targets(paper, facts, told, lang)
    _whole(paper, facts, told, lang)
    _stock(paper, facts, told, lang)
    _projects(paper, facts, lang)
    _exclusions(paper, facts, told, lang)
    _carbon(paper, told, lang)
    paper.heading(say("document.s9", lang))
    paper.paragraph(say("document.warning", lang))
    paper.heading(say("document.s10", lang))
    paper.paragraph(say("document.adjusting", lang, **_of(told, "reserve")))
    _duties(paper, facts, lang)
    _checked(paper, facts, verdict, lang)
    tables = annexes(facts.material)
    paper.plain_heading(say("document.annexes", lang))
    for annex in tables:
        paper.paragraph(annex.title(lang))
    paper.right(say("document.signature", lang))
    paper.right(say("document.date", lang))
    put_item(paper, facts, lang)
    _figures(paper, [drawing for drawing in drawings if drawing.lang == lang], lang)
    for annex in tables:
        if annex.rows:  # an empty one needs no page of its own
            paper.turn(is_landscape=True)
        put_annex(paper, annex, lang, size_pt=7.5 if len(annex.columns) > 13 else 8.5)
    return paper.save()


def _of(told: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: told[name] for name in names}


def _grounds(paper: Paper, facts: Facts, told: Mapping[str, object], lang: Language) -> None:
    """1. What the plan rests on."""
    paper.heading(say("document.s1", lang))
    for number in range(1, 5):
        paper.paragraph(say(f"document.ground_{number}", lang))
    paper.paragraph(say("document.clauses_meant", lang))
    paper.paragraph(say("document.data", lang, **_of(told, "as_of"), nature=say(
        f"nature.{facts.result.scenario.settings.nature}", lang)))  # fmt: skip
    paper.paragraph(facts.basis(lang))


def _last_year(paper: Paper, facts: Facts, told: Mapping[str, object], lang: Language) -> None:
    """2. Last year: totals, intensity, by sector."""
    paper.heading(say("document.s2", lang))
    names = ("base", "base_energy_tce", "base_energy_eq_tce", "base_gdp_wan_yuan", "price_base", "base_intensity",
             "base_co2_t")  # fmt: skip
    paper.paragraph(say("document.last_year", lang, **_of(told, *names)))
    paper.paragraph(say("document.no_old_target", lang))
    material, counting = facts.material, facts.material.accounts.counting
    sums: dict[str, list[float]] = {}
    for unit in material.scenario.rows("units"):
        use = material.accounts.units[unit.unit_id]
        own = sums.setdefault(unit.sector_id, [0.0, 0.0, 0.0, 0.0])
        for place, amount in enumerate(
            (use.gross_tce, gross_eq_tce(counting, use), use.feedstock_tce, unit.value_added_wan_yuan)
        ):
            own[place] += float(amount)
    every = [sum(own[place] for own in sums.values()) for place in range(4)]
    rows = [
        _sector_row(material.sector(sector), own, every[0])
        for sector, own in sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
    ]
    rows.append(_sector_row(say("annex.sum", lang), every, every[0]))
    paper.caption(say("document.by_sector", lang, **_of(told, "base", "price_base")))
    heads = ("sector", "wan_tce", "share", "wan_tce_eq", "feedstock", "value", "per_value")
    paper.table([say(f"document.head_{head}", lang) for head in heads], rows, (30, 15, 11, 15, 15, 17, 17),
                numbers=[False, *([True] * 6)], bold=[len(rows) - 1])  # fmt: skip


def _sector_row(name: str, own: Sequence[float], whole: float) -> list[str]:
    share = f"{own[0] / whole:.1%}" if whole else "–"
    per_value = decimals(own[0] / own[3], 2) if own[3] > 0 else "–"
    return [name, wan(own[0]), share, wan(own[1]), wan(own[2]), wan(own[3]), per_value]


def _targets(paper: Paper, facts: Facts, told: Mapping[str, object], lang: Language) -> None:
    """3. This year's targets, how they are counted, and how the plan stands to them and to last year."""
    paper.heading(say("document.s3", lang))
    paper.heading(say("document.s3_asked", lang), 2)
    targets = facts.result.scenario.settings.targets
    if targets.intensity_reduction is not None:
        paper.paragraph(say("document.asked_intensity", lang, **_of(told, "asked", "incentive", "base")))
    if facts.result.scenario.settings.is_total_managed:
        paper.paragraph(say("document.asked_total", lang, **_of(told, "increment", "overshoot")))
    if targets.co2_budget_t is not None:
        paper.paragraph(say("document.asked_co2", lang, **_of(told, "co2_budget")))
    paper.paragraph(say("document.no_letter", lang))
    paper.heading(say("document.s3_planned", lang), 2)
    paper.paragraph(
        say("document.planned", lang, **_of(told, "year", "gdp_wan_yuan", "price_base", "energy_tce", "energy_eq_tce",
                                             "intensity", "reduction", "objective_wan_yuan"))
    )  # fmt: skip
    binding = str(facts.summary.get("binding", "neither"))
    paper.paragraph(describe(f"document.binds_{binding}", lang, {}))
    rows = [
        [
            say(f"document.row_{name}", lang),
            str(told[f"base_{name}"]),
            str(told[name]),
            str(told[f"change_{name}"]),
        ]
        for name in ("energy_tce", "energy_eq_tce", "energy_eq_total_tce", "co2_t")
    ]
    summary = facts.summary
    change = wan_change(summary.get("gdp_wan_yuan"), summary.get("base_gdp_wan_yuan"))
    rows.append([say("document.row_gdp", lang, **_of(told, "price_base")), str(told["base_gdp_wan_yuan"]),
                 str(told["gdp_wan_yuan"]), change])  # fmt: skip
    fall = "–" if told["reduction"] == "–" else f"−{told['reduction']}".replace("−-", "+")
    rows.append(
        [say("document.row_intensity", lang), str(told["base_intensity"]), str(told["intensity"]), fall]
    )
    paper.caption(say("document.compared", lang, **_of(told, "base", "year")))
    heads = ("item", "before", "now", "change")
    paper.table([say(f"document.head_{head}", lang) for head in heads], rows, (64, 28, 28, 28),
                numbers=[False, True, True, True])  # fmt: skip
    paper.heading(say("document.s3_counting", lang), 2)
    paper.paragraph(say("document.counting", lang, **_of(told, "k_eq", "price_base")))
    for measure in ("intensity", "total"):
        paper.paragraph(_left_out(facts, measure, lang))


def _left_out(facts: Facts, measure: str, lang: Language) -> str:
    """What the rules in force leave out of a measure."""
    rows = facts.material.plan.account
    mine = rows[(rows["block"] == measure) & ~rows["line"].isin(("all", "counted"))]
    sign = "；" if lang == "zh" else "; "
    told = sign.join(
        say("document.left_out_item", lang, item=say(f"county.{row.line}", lang),
            tce=wan(abs(row.plan_tce)), tce_eq=wan(abs(row.plan_tce_eq)))
        for row in mine.itertuples(index=False)
    )  # fmt: skip
    message = "document.left_out" if told else "document.nothing_left_out"
    return describe(message, lang, {"measure": say(f"document.measure_{measure}", lang), "items": told})


def _whole(paper: Paper, facts: Facts, told: Mapping[str, object], lang: Language) -> None:
    """4. The whole of the budget: where it comes from, where it goes."""
    paper.heading(say("document.s4", lang))
    ledger = facts.material.plan.ledger
    own = {"pool", "pool:3.3.2c"}
    moved: dict[tuple[str, str], int] = {}
    for entry in ledger.itertuples(index=False):
        sign = int(entry.to_account in own) - int(entry.from_account in own)
        if sign:
            key = (str(entry.note), str(entry.clause))
            moved[key] = moved.get(key, 0) + sign * int(entry.tce)
    came = sum(tce for tce in moved.values() if tce > 0)
    opening = int(ledger[ledger["note"].isin(("opening", "rounding"))]["tce"].sum())
    paper.paragraph(
        say("document.pool", lang, opening=wan(opening), came=wan(came), **_of(told, "reserve", "increment"))
    )
    rows = [
        [say(f"note.{note}", lang), clause, wan(tce) if tce > 0 else "", wan(-tce) if tce < 0 else ""]
        for (note, clause), tce in moved.items()
    ]
    rows.append([say("annex.sum", lang), "", wan(came), wan(came - sum(moved.values()))])
    paper.caption(say("document.pool_table", lang))
    heads = ("item", "clause", "into", "out_of")
    paper.table([say(f"document.head_{head}", lang) for head in heads], rows, (70, 20, 28, 28),
                numbers=[False, False, True, True], bold=[len(rows) - 1])  # fmt: skip


def _stock(paper: Paper, facts: Facts, told: Mapping[str, object], lang: Language) -> None:
    """5. How quota is divided among existing units, by rule and by result."""
    paper.heading(say("document.s5", lang))
    paper.heading(say("document.s5_how", lang), 2)
    method = facts.result.scenario.settings.policy.base_method
    paper.paragraph(say("document.method", lang, **_of(told, "benchmark", "base"),
                        method=say(f"document.method_{method}", lang)))  # fmt: skip
    paper.heading(say("document.s5_result", lang), 2)
    units = facts.material.kind("unit")
    base, quota = sum(int(row.opening_tce) for row in units), sum(int(row.quota_tce) for row in units)
    change = [int(row.quota_tce) - int(row.opening_tce) for row in units]
    paper.paragraph(
        say("document.result", lang, count=len(units), base=wan(base), quota=wan(quota),
            change=wan_change(quota, base), down=sum(tce < 0 for tce in change), up=sum(tce > 0 for tce in change),
            same=sum(tce == 0 for tce in change))
    )  # fmt: skip
    rows = []
    for move in QUOTA_MOVES[1:]:
        moved = [int(getattr(row, move)) for row in units]
        if any(moved):
            rows.append(
                [say(f"column.{move}", lang), str(sum(tce != 0 for tce in moved)), _signed(sum(moved))]
            )
    if rows:
        paper.caption(say("document.moves_table", lang))
        heads = ("rule", "count", "wan_tce")
        paper.table([say(f"document.head_{head}", lang) for head in heads], rows, (80, 24, 30),
                    numbers=[False, True, True])  # fmt: skip
    largest = sorted(units, key=lambda row: (-abs(int(row.quota_tce) - int(row.opening_tce)), row.id))[
        :_SHOWN_UNITS
    ]
    changed = [
        [
            row.name,
            f"{row.opening_tce:,}",
            f"{row.quota_tce:,}",
            f"{row.quota_tce - row.opening_tce:+,}".replace("-", "−"),
        ]
        for row in largest
    ]
    paper.caption(say("document.largest", lang, count=len(changed)))
    names = ("unit", "base_tce", "quota_tce", "change_tce")
    paper.table([say(f"document.head_{name}", lang) for name in names], changed, (66, 28, 28, 28),
                numbers=[False, True, True, True])  # fmt: skip
    paper.paragraph(say("document.see_reasons", lang))
    for line in unused_told(facts.summary, facts.result.scenario, lang):
        paper.paragraph(line)


def _signed(tce: int) -> str:
    return f"{tce / WAN:+,.2f}".replace("-", "−")


def _projects(paper: Paper, facts: Facts, lang: Language) -> None:
    """6. Which candidates enter, and those that do although others rank above them."""
    paper.heading(say("document.s6", lang))
    table = facts.material.plan.projects
    counts = {name: int((table["decision"] == name).sum()) for name in ("admitted", "refused", "gated")}
    quota = int(table["quota_tce"].sum()) if len(table) else 0
    paper.paragraph(say("document.projects", lang, count=len(table), quota=wan(quota), **counts))
    names = dict(zip(table["project_id"], table["name"], strict=True))
    for decision in counts:
        mine = table[table["decision"] == decision]
        sign = "、" if lang == "zh" else ", "
        if len(mine):
            listed = sign.join(
                say("document.project", lang, name=row.name, tce=int(row.quota_tce))
                if row.quota_tce
                else row.name
                for row in mine.itertuples(index=False)
            )
            paper.paragraph(say(f"document.list_{decision}", lang, names=listed))
    pairs = facts.summary.get("inversions") or []
    for pair in pairs:
        paper.paragraph(
            say("document.inversion", lang, admitted=names.get(pair["admitted"], pair["admitted"]),
                refused=names.get(pair["refused"], pair["refused"]),
                reason=describe(f"reason.{pair['reason']}", lang, {}))
        )  # fmt: skip
    if not pairs and len(table):
        paper.paragraph(say("document.no_inversion", lang))


def _exclusions(paper: Paper, facts: Facts, told: Mapping[str, object], lang: Language) -> None:
    """7. What is left out for renewables and feedstock, as a memo; the network where there is one."""
    paper.heading(say("document.s7", lang))
    material = facts.material
    feedstock = sum(float(use.feedstock_tce) for use in material.accounts.units.values())
    paper.paragraph(say("document.feedstock", lang, **_of(told, "base"), tce=wan(feedstock)))
    for measure in ("intensity", "total"):
        paper.paragraph(_left_out(facts, measure, lang))
    if facts.summary.get("network"):
        for text in (
            how_checked(facts.summary, lang),
            builds_told(facts.summary, material.scenario, lang),
            missing_told(facts.summary, material.scenario, lang),
        ):
            paper.paragraph(text)
    for line in question_lines(facts.summary, lang):
        paper.paragraph(line)


def _carbon(paper: Paper, told: Mapping[str, object], lang: Language) -> None:
    """8. The carbon budget."""
    paper.heading(say("document.s8", lang))
    names = ("base_co2_t", "co2_t", "change_co2_t", "co2_budget")
    paper.paragraph(say("document.carbon", lang, **_of(told, *names)))


def _duties(paper: Paper, facts: Facts, lang: Language) -> None:
    """11. Who answers for what."""
    paper.heading(say("document.s11", lang))
    paper.paragraph(say("document.duties", lang))
    frame = facts.material.plan.reports.get("departments")
    if frame is None:
        return
    report = next(one for one in REPORTS if one.name == "departments")
    rows = [
        [
            (say("document.no_department", lang) if row[c.name] in ("-", "") else str(row[c.name]))
            if c.decimals is None else f"{given(row[c.name]) or 0:,.0f}"
            for c in report.columns
        ]
        for row in frame.to_dict("records")
    ]  # fmt: skip
    heads = [f"{c.zh if lang == 'zh' else c.en}{f' ({c.unit})' if c.unit else ''}" for c in report.columns]
    paper.caption(say("document.departments", lang))
    paper.table(heads, rows, (40, 24, 26, 26, 26, 26), numbers=[False, *([True] * 5)])


def _checked(paper: Paper, facts: Facts, verdict: "Verdict", lang: Language) -> None:
    """12. How it was worked out and checked; hashes and versions; what the plan is not."""
    paper.heading(say("document.s12", lang))
    summary = facts.summary
    paper.paragraph(say("document.solved", lang))
    paper.paragraph(say("document.checked", lang, count=len(verdict.checks)))
    hashes = summary["hashes"]
    versions = ", ".join(f"{name} {number}" for name, number in summary["versions"].items())
    heads = [say("document.head_item", lang), say("document.head_content", lang)]
    told = (hashes["scenario"], facts.result.plan_digest, versions)
    rows = [[say(f"document.print_{name}", lang), text] for name, text in zip(_PRINTS, told, strict=True)]
    paper.table(heads, rows, (40, 116), size_pt=9.0)
    if facts.result.edited:
        paper.paragraph(say("document.edited", lang, files=", ".join(facts.result.edited)))
    state = facts.result.state
    if state is not None:
        paper.paragraph(say("document.state", lang, state=say(f"document.state_{state['state']}", lang),
                            date=state["date"], document=state["document"]))  # fmt: skip
    paper.paragraph(say("document.limits", lang))


def _figures(paper: Paper, drawings: Sequence["Drawing"], lang: Language) -> None:
    """The figures, a landscape page each, as large as the page allows."""
    for number, drawing in enumerate(drawings, start=1):
        paper.turn(is_landscape=True)
        paper.caption(
            say("document.figure", lang, number=number, name=say(f"document.figure_{drawing.name}", lang))
        )
        paper.picture(drawing.png, min(TYPE_MM[1], _HIGHEST_MM * drawing.width / drawing.height))
