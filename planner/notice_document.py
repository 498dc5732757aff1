"""一企一单 in Word: what an enterprise is given and why, and the draft of an answer to its objection."""

from dualcontrol.document_facts import wan
from dualcontrol.docx_paper import Paper
from dualcontrol.messages import Language, say
from dualcontrol.notice_facts import QUARTER_HEADS, Notice, changes

_LONGEST_OBJECTION = 20_000  # characters that are quoted


def notice_document(notice: Notice, lang: Language) -> bytes:
    """The notice of one enterprise."""
    paper = _paper(notice, "notice.title", lang)
    settings = notice.facts.result.scenario.settings
    paper.unindented(say("notice.to", lang, name=notice.row.name))
    paper.paragraph(
        say("notice.told", lang, year=settings.plan_year, base_year=settings.base_year, quota=int(notice.row.quota_tce),
            wan=wan(notice.row.quota_tce), base=int(notice.row.opening_tce),
            change=f"{notice.change_tce:+,}".replace("-", "−"))
    )  # fmt: skip
    paper.paragraph(say("notice.state", lang))
    paper.heading(say("notice.s1", lang))
    quarters = [f"{int(getattr(notice.row, f'quota_q{k}_tce')):,}" for k in range(1, 5)]
    heads = [*(say(quarter, lang) for quarter in QUARTER_HEADS), say("notice.year", lang)]
    paper.table(
        heads, [[*quarters, f"{int(notice.row.quota_tce):,}"]], [1] * 5, numbers=[True] * 5, size_pt=10.5
    )
    paper.paragraph(say("notice.carbon", lang, co2=float(notice.row.co2_t)))
    paper.heading(say("notice.s2", lang))
    _entries(paper, notice, lang)
    paper.paragraph(say("explain.reason", lang, reason=notice.reason.text(lang)))
    paper.heading(say("notice.s3", lang))
    _standards(paper, notice, lang)
    paper.heading(say("notice.s4", lang))
    _used(paper, notice, lang)
    paper.heading(say("notice.s5", lang))
    for line in changes(notice, lang):
        paper.paragraph(line)
    paper.paragraph(say("notice.base_changes", lang))
    paper.heading(say("notice.s6", lang))
    for step in range(1, 5):
        paper.paragraph(say(f"notice.object_{step}", lang))
    _end(paper, lang)
    return paper.save()


def reply_document(notice: Notice, objection: str, lang: Language) -> bytes:
    """The draft of an answer to an objection: what was checked, from `explain`; the decision is left to people."""
    paper = _paper(notice, "notice.reply_title", lang)
    paper.unindented(say("notice.to", lang, name=notice.row.name))
    paper.paragraph(say("notice.reply_lead", lang, year=notice.facts.result.scenario.settings.plan_year))
    paper.heading(say("notice.reply_s1", lang))
    text = objection.strip()[:_LONGEST_OBJECTION]
    for part in text.split("\n") if text else [say("notice.reply_open", lang)]:
        paper.paragraph(part)
    paper.heading(say("notice.reply_s2", lang))
    paper.paragraph(say("notice.reply_entries", lang, count=len(notice.account.entries)))
    _entries(paper, notice, lang)
    paper.paragraph(say("explain.reason", lang, reason=notice.reason.text(lang)))
    _standards(paper, notice, lang)
    paper.paragraph(say("notice.reply_like", lang))
    paper.heading(say("notice.reply_s3", lang))
    for line in changes(notice, lang):
        paper.paragraph(line)
    paper.heading(say("notice.reply_s4", lang))
    for choice in ("kept", "adjusted", "material"):
        paper.paragraph(say(f"notice.reply_{choice}", lang))
    paper.paragraph(say("notice.reply_way", lang))
    _end(paper, lang)
    return paper.save()


def _paper(notice: Notice, title: str, lang: Language) -> Paper:
    facts = notice.facts
    text = say(title, lang, name=notice.row.name, year=facts.result.scenario.settings.plan_year)
    stage = facts.stage if title == "notice.title" else None
    drafted = stage.text(lang) if stage else say("document.stage_draft", lang)
    paper = Paper(lang, text, mark=facts.mark, stage=drafted, day=facts.day)
    paper.title(text)
    if drafted:
        paper.centred(say("document.in_brackets", lang, text=drafted))
    if facts.mark:
        paper.centred(say("document.mark", lang, mark=facts.mark), is_red=True)
    return paper


def _entries(paper: Paper, notice: Notice, lang: Language) -> None:
    """Base, each movement with its clause and the balance after it: the unit's ledger."""
    heads = [say(f"notice.head_{head}", lang) for head in ("movement", "tce", "clause", "balance")]
    rows = [
        [say(f"note.{e.note}", lang), f"{e.tce:+,}".replace("-", "−"), e.clause, f"{e.balance:,}"]
        for e in notice.account.entries
    ]
    rows.append([say("notice.quota", lang), "", "", f"{notice.account.quota_tce:,}"])
    paper.caption(say("notice.table_entries", lang))
    paper.table(
        heads, rows, (70, 28, 24, 28), numbers=[False, True, False, True], bold=[len(rows) - 1], size_pt=10.5
    )


def _standards(paper: Paper, notice: Notice, lang: Language) -> None:
    """The standards by which the unit is measured: value, edition, boundary."""
    if not notice.standards:
        paper.paragraph(say("notice.no_standard", lang))
        return
    heads = [say(f"notice.head_{h}", lang) for h in ("product", "own", "level", "value", "standard", "since")]
    rows = [
        [say("notice.product", lang, product=s.product, output=s.output), f"{s.own:,.6g}",
         say(f"notice.level_{s.level}", lang), f"{s.value:,.6g} {s.unit}",
         say("notice.edition", lang, source=s.source, boundary=s.boundary, basis=say(f"basis.{s.basis}", lang)),
         s.since.isoformat()]
        for s in notice.standards
    ]  # fmt: skip
    paper.caption(say("notice.table_standards", lang))
    paper.table(
        heads, rows, (30, 14, 14, 22, 56, 20), numbers=[False, True, False, False, False, False], size_pt=9.0
    )


def _used(paper: Paper, notice: Notice, lang: Language) -> None:
    """The data of the base year that the quota rests on, so that they can be contested."""
    heads = [
        say(f"notice.head_{h}", lang)
        for h in ("carrier", "use", "quantity", "unit", "tce", "basis", "source")
    ]
    rows = [
        [u.carrier, u.use.text(lang), f"{u.quantity:,.2f}", u.unit, f"{u.tce:,.1f}".replace("-", "−"),
         u.basis.text(lang), u.source]
        for u in notice.used
    ]  # fmt: skip
    paper.caption(say("notice.table_used", lang))
    paper.table(
        heads, rows, (18, 20, 24, 12, 22, 14, 46), numbers=[False, False, True, False, True, False, False]
    )


def _end(paper: Paper, lang: Language) -> None:
    paper.right(say("document.signature", lang))
    paper.right(say("document.date", lang))
