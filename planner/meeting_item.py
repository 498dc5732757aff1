"""The item for the government's standing meeting (3.2.2b): what is asked, with both alternatives, and the risks.

Steps that people take (opinions, legal and competition review) are left open: the program cannot know of them.
"""

from typing import Any

from dualcontrol.annex import given
from dualcontrol.document_facts import Facts
from dualcontrol.docx_paper import Paper
from dualcontrol.messages import Language, describe, known, say
from dualcontrol.overview import intensity_told
from dualcontrol.picture import short
from dualcontrol.questions import question_lines
from dualcontrol.words import account_names

_MOST = 30  # matters in the table; the report `agenda` has all


def put_item(paper: Paper, facts: Facts, lang: Language) -> None:
    """The item on a page of its own, in the same file."""
    paper.restart()
    title = facts.title(lang)
    paper.title(say("meeting.title", lang, title=title), is_new_page=True)
    for line in ("reporter", "attending"):
        paper.unindented(say(f"meeting.{line}", lang))
    told = facts.told(lang)
    paper.heading(say("meeting.s1", lang))
    paper.paragraph(say("meeting.background", lang, region=told["region"], year=told["year"], title=title))
    paper.heading(say("meeting.s2", lang))
    for step in ("opinions", "legal", "competition"):
        paper.paragraph(say(f"meeting.{step}", lang))
    paper.heading(say("meeting.s3", lang))
    paper.paragraph(
        say("meeting.content", lang, year=told["year"], energy=told["energy_tce"], energy_eq=told["energy_eq_tce"],
            reduction=told["reduction"], asked=told["asked"], reserve=told["reserve"], value=told["gdp_wan_yuan"],
            price_base=told["price_base"])
    )  # fmt: skip
    paper.paragraph(facts.basis(lang))
    paper.heading(say("meeting.s4", lang))
    _matters(paper, facts, lang)
    paper.heading(say("meeting.s5", lang))
    for risk in _risks(facts, lang):
        paper.paragraph(risk)
    paper.heading(say("meeting.s6", lang))
    paper.paragraph(say("meeting.minutes", lang, title=title))
    paper.paragraph(say("meeting.attached", lang, title=title))


def _matters(paper: Paper, facts: Facts, lang: Language) -> None:
    """What is to be decided: the plan's way (A), the other way (B) where there is one, and what B would cost."""
    frame = facts.material.plan.reports.get("agenda")
    if frame is None or frame.empty:
        paper.paragraph(say("meeting.no_agenda", lang))
        return
    major = frame[frame["is_major"] == "yes"]
    shown = (major if len(major) else frame).head(_MOST)
    names = account_names(facts.material.scenario)
    rows = [_matter(k, row, names, lang) for k, row in enumerate(shown.itertuples(index=False), start=1)]
    threshold = facts.result.scenario.settings.agenda.threshold_tce
    paper.paragraph(
        say("meeting.matters", lang, count=len(frame), major=len(major), shown=len(rows), tce=threshold)
    )
    heads = ("number", "matter", "a", "tce", "b", "cost", "clause")
    paper.table([say(f"meeting.head_{head}", lang) for head in heads], rows, (7, 40, 20, 20, 22, 26, 20),
                numbers=[False, False, False, True, False, True, False], size_pt=9.0)  # fmt: skip


def _matter(k: int, row: Any, names: Any, lang: Language) -> list[str]:
    kind = describe(f"agenda_kind.{row.kind}", lang, {})
    name = given(row.name) or names.get(row.account) or ""
    between = "：" if lang == "zh" else ": "
    tce = given(row.tce)
    cost = given(row.cost_b_wan_yuan)
    other = str(row.alternative)
    is_open = other not in ("none", "")
    told = (
        say(f"agenda_alternative.{other}", lang) if is_open and known(f"agenda_alternative.{other}") else ""
    )
    outcome = "" if cost is not None or not is_open else describe(f"agenda_outcome.{row.outcome}", lang, {})
    return [
        str(k),
        short(f"{kind}{between}{name}" if name else kind, 80),
        describe(f"agenda_decision.{row.decision}", lang, {}),
        "–" if tce is None else f"{tce:+,.0f}".replace("-", "−"),
        told or say("meeting.by_rules", lang),
        outcome if cost is None else f"{cost:,.2f}",
        str(row.clause).replace(";", "; "),
    ]


def _risks(facts: Facts, lang: Language) -> list[str]:
    """What could go otherwise than planned, from the plan's own figures."""
    told = facts.told(lang)
    risks = [say("meeting.risk_data", lang)] if facts.mark else []
    if facts.summary.get("is_draft"):
        risks.append(say("meeting.risk_typical", lang))
    full = facts.summary.get("intensity_reduction_if_quotas_fully_used")
    if full is not None:
        risks.append(
            say("meeting.risk_full", lang, full=full, reduction=told["reduction"], asked=told["asked"])
        )
    risks += intensity_told(facts.summary, lang)
    risks += [describe(f"warning.{one}", lang, {}) for one in facts.summary.get("warnings", [])]
    risks += question_lines(facts.summary, lang)
    risks.append(say("meeting.risk_objections", lang))
    return risks
